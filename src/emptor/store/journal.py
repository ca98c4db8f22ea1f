"""The journal: who changed what, written in the change's own transaction and chained by hashes.

Each entry's hash is made of the one before it and of everything the entry says; the latest hash of a company stands on
its clock. Whoever alters, drops or slips in an entry breaks the chain at that place.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import BigInteger, Column, Index, PrimaryKeyConstraint, String, Table, Text, bindparam, select

from emptor.store.schema import company_clocks, metadata
from emptor.store.statement import Statement
from emptor.store.types import Instant

Row = dict[str, Any]

audit_entries = Table(
    "audit_entries",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("number", BigInteger, nullable=False, comment="place in the company's chain, from 1"),
    Column("create_date", Instant, nullable=False),
    Column("user_id", BigInteger, comment="who did it; empty: whoever runs the server"),
    Column("on_behalf_of_id", BigInteger, comment="for whom, where somebody stood in"),
    Column("verb", String(60), nullable=False),
    Column("resource", String(60), nullable=False),
    Column("object_id", BigInteger, nullable=False),
    Column("idn", String(40)),
    Column("changes", Text, nullable=False, comment="JSON: what it was before and is after, changed columns only"),
    Column("hash", String(64), nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    Index(None, "company_id", "object_id"),
    sqlite_with_rowid=False,  # one page less to write with every change
)

APPEND_ONLY = ("audit_entries", "revisions", "revision_contents")
"""Tables whose rows the database itself keeps from being changed or deleted."""

_CHAINED = tuple(column.name for column in audit_entries.columns if column.name != "hash")
_encode = msgspec.json.Encoder(decimal_format="string").encode

_AFTER = Statement(
    select(audit_entries)
    .where(audit_entries.c.company_id == bindparam("company"), audit_entries.c.id > bindparam("after"))
    .order_by(audit_entries.c.id)
    .limit(bindparam("limit"))
)
_CLOCK = Statement(
    select(company_clocks.c.entries, company_clocks.c.head).where(company_clocks.c.company_id == bindparam("company"))
)
CHUNK = 1000


SECRET = frozenset({"token", "hash", "password", "password_hash", "secret", "access_key"})
"""Columns that the journal never says anything of."""


def written(changes: Row) -> str:
    """Changes as the journal keeps them."""
    for columns in changes.values():
        for name in SECRET & columns.keys():
            del columns[name]
    return _encode(changes).decode()


def link(previous: str, row: Row) -> str:
    """The hash of an entry that comes after one with the hash `previous`."""
    return sha256(previous.encode() + _encode([row[name] for name in _CHAINED])).hexdigest()


def chain(entries: int, head: str, rows: Iterable[Row]) -> tuple[int, str]:
    """Give each row its number and its hash; the number and the hash of the last one."""
    for row in rows:
        entries += 1
        row["number"] = entries
        row["hash"] = head = link(head, row)
    return entries, head


@dataclass(frozen=True)
class Verdict:
    """What walking a chain has shown."""

    entries: int
    """How many entries are as they were written."""
    fault: str = ""
    """What is wrong first, and where; empty when nothing is."""


def verify(tx: Any) -> Verdict:
    """Walk the chain of the transaction's company."""
    sound, head, after = 0, "", 0
    while rows := tx.records(_AFTER, company=tx.company_id, after=after, limit=CHUNK):
        for row in rows:
            if row["number"] != sound + 1:
                return Verdict(sound, f"Entry {sound + 1} is missing.")
            if row["hash"] != link(head, row):
                return Verdict(sound, f"Entry {row['number']} (id {row['id']}) is not what was written.")
            sound, head, after = row["number"], row["hash"], row["id"]
    entries, kept = tx.one(_CLOCK, company=tx.company_id)
    if entries > sound:
        return Verdict(sound, f"Entry {sound + 1} is missing, with all up to {entries}.")
    if kept != head:
        return Verdict(sound, f"Entry {sound} is not the latest that was written.")
    return Verdict(sound)


def append_only(dialect: str, tables: Iterable[str]) -> list[str]:
    """The statements that make the database refuse to change or delete a row of those tables."""
    refusal = "rows of % are never changed or deleted"
    if dialect == "sqlite":
        return [
            f"CREATE TRIGGER {table}_no_{action.lower()} BEFORE {action} ON {table}"
            f" BEGIN SELECT RAISE(ABORT, '{refusal.replace('%', table)}'); END"
            for table in tables
            for action in ("UPDATE", "DELETE")
        ]
    function = (
        "CREATE FUNCTION emptor_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$BEGIN RAISE EXCEPTION '{refusal}', TG_TABLE_NAME; END$$"
    )
    return [
        function,
        *(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION emptor_append_only()"
            for table in tables
        ),
    ]
