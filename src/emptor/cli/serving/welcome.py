"""What the server says once it answers: where, as whom, and what to try."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path

from emptor import __version__
from emptor.cli.serving.credentials import Credential
from emptor.settings import Settings

PLACEHOLDER = Credential("", "", "EMAIL", "TOKEN", ())


def text(
    base_url: str, settings: Settings, companies: Mapping[str, str], known: Sequence[Credential], authority: Path | None
) -> str:
    """The whole greeting."""
    limits = "on" if settings.limits else "off"
    lines = [f"Emptor {__version__} answers at {base_url}", f"{settings.profile} profile, request limits {limits}"]
    if authority:
        lines.append(f"Certificate of the authority, for clients to trust: {authority.resolve()}")
    lines += _keys(known)
    if not companies:
        lines += ["", "There is no company yet. Create one with: emptor company create NAME"]
    return "\n".join([*lines, *_tries(base_url, known, bool(companies), authority), "", "Stop with Ctrl-C."])


def _keys(known: Sequence[Credential]) -> list[str]:
    lines = []
    width = max((len(key.email) for key in known), default=0)
    for (company, region), keys in groupby(known, lambda key: (key.company, key.region)):
        lines += ["", f"Keys of {company}, region {region}"]
        lines += [f"  {key.email:{width}}  {key.token}  {key.purpose}".rstrip() for key in keys]
    return lines


def _tries(base_url: str, known: Sequence[Credential], somebody: bool, authority: Path | None) -> list[str]:
    curl = f"curl --cacert '{authority.resolve()}'" if authority else "curl"
    lines = ["", "Try", f"  {curl} {base_url}/-/health"]
    if known or somebody:
        key = known[0] if known else PLACEHOLDER
        asked = f"  {curl} -H 'X-AUTH-TOKEN: {key.token}' -H 'email: {key.email}'"
        lines += [f"{asked} '{base_url}/suppliers?per_page=10'", f"{asked} '{base_url}/purchaseorders?per_page=10'"]
    if not known and somebody:
        lines.append("  with a key from: emptor key create COMPANY EMAIL")
    return lines
