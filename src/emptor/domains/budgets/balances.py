"""How budgets stand: running sums of what documents hold, by kind of document."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, ForeignKeyConstraint, PrimaryKeyConstraint, String, Table, bindparam, select

from emptor.domains.budgets.rules import RESERVED, USED, Account
from emptor.kit.fields import Asked
from emptor.kit.money import MONEY_SCALE, ZERO
from emptor.store.schema import metadata, table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]
Figures = dict[str, tuple[Decimal, Decimal]]
"""What is reserved and used, by kind of document."""

BALANCES = Table(
    "budget_balances",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("budget_id", BigInteger, nullable=False),
    Column("resource", String(40), nullable=False, comment="kind of document"),
    Column("reserved", Fixed(MONEY_SCALE), nullable=False),
    Column("used", Fixed(MONEY_SCALE), nullable=False),
    PrimaryKeyConstraint("company_id", "budget_id", "resource"),
    ForeignKeyConstraint(["company_id", "budget_id"], ["budgets.company_id", "budgets.id"], ondelete="CASCADE"),
)


def figures(tx: Transaction, budgets: Iterable[int]) -> dict[int, Figures]:
    """What is reserved and used of each of these budgets."""
    found: dict[int, Figures] = {one: {} for one in budgets}
    for budget, resource, reserved, used in tx.all(_balances(), company=tx.company_id, budgets=list(found)):
        found[budget][resource] = (reserved, used)
    return found


def accounts(tx: Transaction, budgets: Collection[int]) -> dict[int, Account]:
    """How these budgets stand."""
    if not budgets:
        return {}
    sums = figures(tx, budgets)
    return {
        row["id"]: Account(
            row["id"], row["full_name"], row["sum"],
            sum((reserved for reserved, _ in sums[row["id"]].values()), ZERO),
            sum((used for _, used in sums[row["id"]].values()), ZERO),
            row["budget_limit"] is not None, row["frozen"],
        )
        for row in tx.records(_budgets(), company=tx.company_id, ids=list(budgets))
    }  # fmt: skip


def add(tx: UnitOfWork, changes: dict[tuple[int, str], dict[int, Decimal]]) -> None:
    """Add to the sums: by budget and kind of document, the change of each stage."""
    stood = figures(tx, {budget for budget, _ in changes})
    known, fresh = [], []
    for (budget, resource), change in changes.items():
        reserved, used = stood[budget].get(resource, (ZERO, ZERO))
        row = {
            "budget_id": budget, "resource": resource, "reserved": reserved + change.get(RESERVED, ZERO),
            "used": used + change.get(USED, ZERO),
        }  # fmt: skip
        (known if resource in stood[budget] else fresh).append(row)
    tx.update_all(BALANCES, known, "budget_id", "resource")
    tx.insert_all(BALANCES, fresh)


def whole(wire: str, resource: str) -> Asked:
    """What documents of one kind have taken of a budget, reserved and used."""

    def ask(tx: Transaction, shown: list[Row]) -> list[Decimal]:
        found = figures(tx, (one["id"] for one in shown))
        return [sum(found[one["id"]].get(resource, (ZERO, ZERO)), ZERO) for one in shown]

    return Asked(wire, ask=ask, json_schema={"type": "number"})


def stage(wire: str, *, used: bool, note: str = "") -> Asked:
    """What documents of all kinds have used, or only reserved, of a budget."""

    def ask(tx: Transaction, shown: list[Row]) -> list[Decimal]:
        found = figures(tx, (one["id"] for one in shown))
        return [sum((pair[used] for pair in found[one["id"]].values()), ZERO) for one in shown]

    return Asked(wire, ask=ask, json_schema={"type": "number"}, note=note)


def available(wire: str) -> Asked:
    """What is left of a budget."""

    def ask(tx: Transaction, shown: list[Row]) -> list[Decimal]:
        found = figures(tx, (one["id"] for one in shown))
        return [one["sum"] - sum((sum(pair, ZERO) for pair in found[one["id"]].values()), ZERO) for one in shown]

    return Asked(wire, ask=ask, json_schema={"type": "number"}, note="total less what is reserved and used")


@lru_cache(maxsize=1)
def _balances() -> Statement:
    columns = (BALANCES.c[name] for name in ("budget_id", "resource", "reserved", "used"))
    return Statement(
        select(*columns).where(BALANCES.c.company_id == bindparam("company"), any_of(BALANCES.c.budget_id, "budgets"))
    )


@lru_cache(maxsize=1)
def _budgets() -> Statement:
    budgets = table("budgets")
    columns = (budgets.c[name] for name in ("id", "full_name", "sum", "budget_limit", "frozen"))
    return Statement(select(*columns).where(budgets.c.company_id == bindparam("company"), any_of(budgets.c.id, "ids")))
