"""Bills and credit notes are charged where what they are about was charged, unless somebody has chosen otherwise."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from emptor.domains.payables.rules import CREDIT_NOTE
from emptor.domains.purchasing.orders import billing
from emptor.store.clauses import belongs, mine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]


def follows(row: Row) -> bool:
    """Whether an invoice or a credit note has its budgets from what it is about."""
    return bool(row["purchase_order_id"]) or row["logic_type"] == CREDIT_NOTE


def settle(tx: UnitOfWork, row: Row) -> set[int]:
    """Charge lines that say nothing themselves to where they come from; the lines that somebody has charged elsewhere.

    A credit note always gives back to the budget of what it credits.
    """
    if row["logic_type"] == CREDIT_NOTE:
        _write(tx, {one["line"]: one["wanted"] for one in _elsewhere(tx, row)})
        return set()
    orders = {order["id"]: order["budget_id"] for order in billing.orders_of(tx, row)}
    own = orders.get(row["purchase_order_id"])
    if row["budget_id"] is None and own is not None and len(set(orders.values())) == 1:
        _set_header(tx, row, own)
    elsewhere = _elsewhere(tx, row)
    if row["budget_id"] is None:
        silent = [one for one in elsewhere if one["chosen"] is None]
        _write(tx, {one["line"]: one["wanted"] for one in silent})
        return {one["line"] for one in elsewhere if one["chosen"] is not None}
    stray = [one for one in elsewhere if one["chosen"] is one["wanted"] is None and _is_beside(row, one)]
    if stray and row["budget_id"] == own:  # an order that is charged to nothing shares the bill with one that is
        tx.run(_say_on_lines(), company=tx.company_id, invoice=row["id"], budget=own)
        _write(tx, {one["line"]: None for one in stray})
        _set_header(tx, row, None)
        elsewhere = [one for one in elsewhere if one not in stray]
    return {one["line"] for one in elsewhere if one["chosen"] is not None}


def is_elsewhere(tx: Transaction, row: Row) -> bool:
    """Whether the header of a bill names another budget than the order that it has that from."""
    orders = {order["id"]: order["budget_id"] for order in billing.orders_of(tx, row)}
    return row["budget_id"] is not None and row["budget_id"] != orders.get(row["purchase_order_id"])


def free_lines(tx: Transaction, row: Row) -> set[int]:
    """The lines of a bill that bill no line of an order."""
    return {line for (line,) in tx.all(_free(), company=tx.company_id, invoice=row["id"])}


def _is_beside(row: Row, one: Row) -> bool:
    return bool(one["order_id"] != row["purchase_order_id"])


def _set_header(tx: UnitOfWork, row: Row, budget: int | None) -> None:
    tx.update(table("invoices"), {"budget_id": budget}, id=row["id"])
    row["budget_id"] = budget


def _write(tx: UnitOfWork, budgets: dict[int, int | None]) -> None:
    changed = [{"id": line, "budget_line_id": budget} for line, budget in budgets.items()]
    tx.update_all(table("invoice_lines"), changed, "id")


def _elsewhere(tx: Transaction, row: Row) -> list[Row]:
    """The lines that are charged to another budget than what they bill or credit was charged to."""
    statement = _other_than_credited() if row["logic_type"] == CREDIT_NOTE else _other_than_ordered()
    return tx.records(statement, company=tx.company_id, invoice=row["id"])


@lru_cache(maxsize=1)
def _other_than_ordered() -> Statement:
    invoices, billed, allocated = table("invoices"), table("invoice_lines"), table("invoice_line_allocations")
    ordered, orders = table("purchase_order_lines"), table("purchase_orders")
    wanted = func.coalesce(ordered.c.budget_line_id, orders.c.budget_id)
    return Statement(
        select(
            billed.c.id.label("line"), billed.c.budget_line_id.label("chosen"), wanted.label("wanted"),
            allocated.c.order_id,
        )
        .join_from(invoices, billed, belongs(billed, "invoice_id", invoices))
        .join(allocated, and_(allocated.c.company_id == billed.c.company_id, allocated.c.line_id == billed.c.id))
        .join(ordered, belongs(allocated, "order_line_id", ordered))
        .join(orders, belongs(allocated, "order_id", orders))
        .where(
            mine(invoices), invoices.c.id == bindparam("invoice"),
            func.coalesce(billed.c.budget_line_id, invoices.c.budget_id).is_distinct_from(wanted),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _other_than_credited() -> Statement:
    invoices, lines = table("invoices"), table("invoice_lines")
    about, credited = invoices.alias("about"), lines.alias("credited")
    wanted = func.coalesce(credited.c.budget_line_id, about.c.budget_id)
    return Statement(
        select(lines.c.id.label("line"), lines.c.budget_line_id.label("chosen"), wanted.label("wanted"))
        .join_from(invoices, lines, belongs(lines, "invoice_id", invoices))
        .join(credited, belongs(lines, "credited_line_id", credited))
        .join(about, belongs(credited, "invoice_id", about))
        .where(
            mine(invoices), invoices.c.id == bindparam("invoice"),
            func.coalesce(lines.c.budget_line_id, invoices.c.budget_id).is_distinct_from(wanted),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _say_on_lines() -> Statement:
    """What lines have from their header, they say themselves."""
    lines = table("invoice_lines")
    return Statement(
        lines.update()
        .where(mine(lines), lines.c.invoice_id == bindparam("invoice"), lines.c.budget_line_id.is_(None))
        .values(budget_line_id=bindparam("budget"))
    )


@lru_cache(maxsize=1)
def _free() -> Statement:
    lines, allocated = table("invoice_lines"), table("invoice_line_allocations")
    bills = select(allocated.c.id).where(
        allocated.c.company_id == lines.c.company_id, allocated.c.line_id == lines.c.id
    )
    return Statement(select(lines.c.id).where(mine(lines), lines.c.invoice_id == bindparam("invoice"), ~bills.exists()))
