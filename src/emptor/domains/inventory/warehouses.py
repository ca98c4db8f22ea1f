"""Warehouses: where goods are kept, the locations each of them serves, and who looks after it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import writing
from emptor.domains.inventory import ledger
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Refs, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Party
from emptor.store import query
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

MANAGE = Permission("warehouse", ("manage",))

LOCATIONS = Refs(
    "locations", to="locations", table="warehouse_locations", owner="warehouse_id", member="location_id",
    write=Write.ALWAYS, send_as="locationIds", listed=False, note="locations served from here",
)  # fmt: skip
MANAGERS = Refs(
    "managers", to="users", table="warehouse_managers", owner="warehouse_id", member="user_id", write=Write.ALWAYS,
    send_as="managerIds", listed=False, note="who moves goods here; empty: whoever has the role",
)  # fmt: skip


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a warehouse; one that holds goods stays in use."""
    if row["enable"] and values.get("enable") is False and ledger.holds(tx, row["id"]):
        tx.problems.add("enable", "There are goods in this warehouse; transfer or consume them first.")
    writing.update(tx, WAREHOUSES, row, values)


def can_use(tx: UnitOfWork, place: str, warehouse_id: int | None) -> None:
    """Note a warehouse that the acting person does not see."""
    if warehouse_id is not None and not _sees(tx, warehouse_id):
        tx.problems.add(place, f"There is no object with id {warehouse_id} here that you can use.")


def manager_of(column: str, words: str) -> Party:
    """Whoever looks after the warehouse in that column of a row: those named there, or all who see it where none is."""

    def includes(tx: Any, row: Mapping[str, Any]) -> bool:
        if tx.actor.is_super_user:
            return True
        named = managers(tx, row[column])
        return _sees(tx, row[column]) and (not named or tx.actor.user_id in named)

    return Party(words, includes)


def managers(tx: Transaction, warehouse_id: int | None) -> set[int]:
    """The people named as managers of a warehouse, by id."""
    return {row[0] for row in tx.all(_managers(), company=tx.company_id, warehouse=warehouse_id)}


def _sees(tx: UnitOfWork, warehouse_id: int) -> bool:
    return query.stored(tx, WAREHOUSES, "id", warehouse_id, tx.actor.scope(WAREHOUSES)) is not None


@lru_cache(maxsize=1)
def _managers() -> Statement:
    links = table(MANAGERS.table)
    here = (links.c.company_id == bindparam("company"), links.c.warehouse_id == bindparam("warehouse"))
    return Statement(select(links.c.user_id).where(*here))


WAREHOUSES = define(
    Resource(
        name="warehouses",
        label="Warehouse",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            Text("integration", size=100),
            Text("type", size=50, write=Write.ALWAYS),
            Text("uniqueCode", size=50, unique=True, write=Write.ALWAYS),
            LOCATIONS,
            MANAGERS,
        ),
        operations=(
            *read_operations("warehouses"), *write_operations("warehouses", CONFIGURE, update=update, hosted=False),
        ),
        reference=("id", "name", "uniqueCode", "type"),
        access=Access(locations=LOCATIONS),
        writes=CONFIGURE,
    )
)  # fmt: skip
