"""Keys in a file: who a program may be, in which company, at which address."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emptor.cli.faults import Refused
from emptor.cli.serving.private_file import write_private


@dataclass(frozen=True)
class Credential:
    """A key with its token, and what it is good for."""

    company: str
    region: str
    email: str
    token: str
    roles: tuple[str, ...]
    purpose: str = ""


def read(file: Path) -> list[Credential]:
    """The keys in a file that `write` wrote."""
    try:
        companies = json.loads(file.read_bytes())["companies"]
        return [_credential(company, key) for company in companies for key in company["keys"]]
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{file} is no file of credentials; move it away and try again.") from None


def renew(file: Path, base_url: str, companies: Mapping[str, str], known: Sequence[Credential]) -> None:
    """Write the file, with the keys it holds already when no others are known: nobody else may have their tokens."""
    write(file, base_url, companies, known or (read(file) if file.exists() else []))


def _credential(company: dict[str, Any], key: dict[str, Any]) -> Credential:
    roles, purpose = tuple(key["roles"]), key.get("purpose", "")
    return Credential(company["name"], company["region"], key["email"], key["token"], roles, purpose)


def write(
    file: Path, base_url: str, companies: Mapping[str, str], known: Sequence[Credential], *, purposes: bool = False
) -> None:
    """Write the companies, regions by name, with their known keys, for the owner of the file alone."""
    content = {
        "base_url": base_url,
        "companies": [
            {"name": name, "region": region, "keys": [_key(one, purposes) for one in known if one.company == name]}
            for name, region in companies.items()
        ],
    }
    write_private(file, json.dumps(content, ensure_ascii=False, indent=2).encode() + b"\n")


def _key(credential: Credential, purposes: bool) -> dict[str, Any]:
    key = {"email": credential.email, "token": credential.token, "roles": list(credential.roles)}
    return {**key, "purpose": credential.purpose} if purposes else key
