"""API keys: 256 random bits for one person in one company, shown once, kept only as a hash."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains.organisation.tables import api_keys, companies
from emptor.store.schema import company_clocks
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

TOKEN_BYTES = 32


def new_token() -> str:
    """256 random bits as text that fits a header."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def hash_of(token: str) -> str:
    """How a token is kept. A plain hash is enough: there is nothing to guess in 256 random bits."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True)
class KnownKey:
    """What a token stands for right now."""

    key_id: int
    company_id: int
    user_id: int
    enabled: bool
    blocked_until: str | None
    region: str
    access_version: int
    sequence: int


FIND = Statement(
    select(
        api_keys.c.id,
        api_keys.c.company_id,
        api_keys.c.user_id,
        companies.c.enable,
        api_keys.c.blocked_until,
        companies.c.region,
        companies.c.access_version,
        company_clocks.c.sequence,
    )
    .join(companies, companies.c.id == api_keys.c.company_id)
    .join(company_clocks, company_clocks.c.company_id == api_keys.c.company_id)
    .where(api_keys.c.hash == bindparam("hash"), api_keys.c.revoked.is_(None))
)
"""The key with that hash and the state of its company. Its person stays behind row-level security until then: the
company's access version tells whether what is remembered of the person is still true.
"""


def known_key(row: Any) -> KnownKey:
    """A row of `FIND` as a value."""
    return KnownKey(*row)


def same_email(one: str, other: str) -> bool:
    """Compare e-mails without regard to case, in constant time."""
    return hmac.compare_digest(one.strip().lower().encode(), other.strip().lower().encode())


def create(tx: UnitOfWork, user_id: int, token: str | None = None) -> tuple[int, str]:
    """A new key for the person: its id and the token, which cannot be read again."""
    token = token or new_token()
    key_id = tx.new_id()
    tx.insert(
        api_keys,
        {"id": key_id, "user_id": user_id, "hash": hash_of(token), "hint": token[:6], "create_date": tx.stamp},
    )
    tx.note("create", "api_keys", key_id, None, {"after": {"user_id": user_id}})
    return key_id, token


def revoke(tx: UnitOfWork, key_id: int) -> bool:
    """End a key at once; False when there is no such live key."""
    revoked = tx.update_counted(api_keys, {"revoked": tx.stamp}, id=key_id, revoked=None) > 0
    if revoked:
        tx.note("revoke", "api_keys", key_id, None, {"after": {"revoked": tx.stamp}})
    return revoked


def regenerate(tx: UnitOfWork, key_id: int) -> str | None:
    """Replace the token of a live key; None when there is none. The old token stops working at once."""
    token = new_token()
    changed = tx.update_counted(api_keys, {"hash": hash_of(token), "hint": token[:6]}, id=key_id, revoked=None)
    if changed:
        tx.note("regenerate", "api_keys", key_id, None, {})
    return token if changed else None
