"""What the tables hold: whatever the API says, a refused request has changed none of them."""

from __future__ import annotations

from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains.organisation.tables import companies
from emptor.store.schema import metadata
from emptor.store.statement import Statement
from tests.support.house import House

APART = {"key_days", "address_blocks"}
"""Tables that count requests, refused ones too."""
NOTED = {"last_used"}
"""Columns that note use."""


def dump(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the company in every table, counters and clock included."""
    with house.service.database.read(house.company_id) as tx:
        found = tx.many([(statement, {}) for _, statement in _tables()])
    return {name: [tuple(row) for row in rows] for (name, _), rows in zip(_tables(), found, strict=True)}


@cache
def _tables() -> tuple[tuple[str, Statement], ...]:
    ours = [(companies.name, Statement(select(companies).where(companies.c.id == bindparam("company"))))]
    for name, table in sorted(metadata.tables.items()):
        if "company_id" in table.c and name not in APART:
            columns = [column for column in table.c if column.name not in NOTED]
            rows = (
                select(*columns).where(table.c.company_id == bindparam("company")).order_by(*table.primary_key.columns)
            )
            ours.append((name, Statement(rows)))
    return tuple(ours)


def differences(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, Any]:
    """What came, by table, and what went."""
    return {
        name: {
            "went": [row for row in rows if row not in after[name]],
            "came": [row for row in after[name] if row not in rows],
        }
        for name, rows in before.items()
        if rows != after[name]
    }
