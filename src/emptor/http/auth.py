"""Who sent this: two headers in, a principal out (overview S3, S5)."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from sqlalchemy import bindparam, select

from emptor.domains.organisation import access, keys
from emptor.domains.organisation.access import Principal
from emptor.domains.organisation.tables import companies
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Database

_COMPANY = Statement(select(companies.c.settings, companies.c.currency).where(companies.c.id == bindparam("id")))

REMEMBERED = 10_000
"""Principals kept in memory; when there are more, all are read anew."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A known key and the person behind it."""

    key: keys.KnownKey
    principal: Principal


class Authenticator:
    """Turns credentials into callers. Rights are remembered until the company's access version changes."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._principals: dict[tuple[int, int], tuple[int, Principal | None]] = {}
        self._lock = threading.Lock()

    def caller(self, token: str, email: str) -> Caller | None:
        """The caller with these credentials; None when they are wrong, without saying which."""
        if not token or not email or len(token) > 500:
            return None
        rows = self._database.lookup(keys.FIND, hash=keys.hash_of(token))
        if not rows:
            return None
        key = keys.known_key(rows[0])
        principal = self._principal(key) if key.enabled else None
        if principal is None or not keys.same_email(principal.email, email):
            return None
        return Caller(key, principal)

    def _principal(self, key: keys.KnownKey) -> Principal | None:
        known = self._principals.get((key.company_id, key.user_id))
        if known and known[0] == key.access_version:
            return known[1]
        with self._database.read(key.company_id) as tx:
            row = tx.one(_COMPANY, id=key.company_id)
            assert row is not None, key.company_id
            principal = access.load(tx, key.user_id, {**row[0], "currency": row[1]})
        with self._lock:
            if len(self._principals) >= REMEMBERED:
                self._principals.clear()
            self._principals[key.company_id, key.user_id] = (key.access_version, principal)
        return principal
