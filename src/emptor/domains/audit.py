"""The journal as people read it: who did what, when, for whom, to which object, and what it was before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Field, Integer, Ref, Text
from emptor.kit.resource import CREATED, KEY, Operation, Resource
from emptor.store.journal import audit_entries
from emptor.store.schema import define
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Database


@dataclass(frozen=True, eq=False)
class Changes(Field):
    """What an entry says of the object: `before` and `after`, each with the columns that differ."""

    filterable = False

    @property
    def converter(self) -> Callable[[Any], Any]:
        return msgspec.json.decode

    def schema(self) -> dict[str, Any]:
        return {"type": "object", "properties": {"before": {"type": "object"}, "after": {"type": "object"}}}


AUDIT = define(
    Resource(
        name="audit",
        table=audit_entries.name,
        label="AuditEntry",
        fields=(
            KEY,
            Integer("number", required=True, note="place in the company's chain, from 1"),
            CREATED,
            Text("verb", size=60, required=True, note="`create`, `update`, or what people call it: `confirm`"),
            Text("resource", size=60, required=True),
            Ref("objectId", column="object_id", flat=True, required=True),
            Text("idn", size=40),
            Ref("user", to="users", note="who did it; empty: whoever runs the server"),
            Ref("onBehalfOf", to="users", column="on_behalf_of_id", note="for whom, where somebody stood in"),
            Changes("changes", required=True),
            Text("hash", size=64, required=True, note="SHA-256 of the hash before and all this entry says"),
        ),
        operations=(
            Operation("list", "GET", "/-/audit", CONFIGURE, hosted=False, summary="List who changed what"),
            Operation("get", "GET", "/-/audit/{id}", CONFIGURE, hosted=False, summary="One entry of the journal"),
        ),
    )
)  # fmt: skip


def latest(
    database: Database, company_id: int, count: int, resource: str | None = None, object_id: int | None = None
) -> list[dict[str, Any]]:
    """The latest entries of a company's journal, the latest first."""
    chosen = {
        name: value for name, value in (("resource", resource), ("object_id", object_id)) if value is not None
    }  # fmt: skip
    entries = (
        select(audit_entries)
        .where(audit_entries.c.company_id == bindparam("company"))
        .where(*(audit_entries.c[name] == bindparam(name) for name in chosen))
        .order_by(audit_entries.c.id.desc())
        .limit(bindparam("count"))
    )
    with database.read(company_id) as tx:
        rows = tx.records(Statement(entries), company=company_id, count=count, **chosen)
    shown = ("number", "create_date", "user_id", "on_behalf_of_id", "verb", "resource", "object_id", "idn", "changes")
    return [{name: row[name] for name in shown} for row in rows]
