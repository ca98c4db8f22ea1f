"""What documents hold in budgets: read from them and from what has been made of them, never from the ledger."""

from __future__ import annotations

from collections.abc import Callable, Collection
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, or_, select

from emptor.domains import documents as doc
from emptor.domains.budgets.rules import (
    EXPENSES,
    INVOICES,
    ORDERS,
    RELEASED,
    REQUISITIONS,
    Charge,
    left,
    stage,
)
from emptor.domains.organisation import companies
from emptor.domains.payables.rules import CREDIT_NOTES
from emptor.domains.purchasing.orders import billing
from emptor.domains.purchasing.orders.awaiting import given_up
from emptor.domains.purchasing.orders.progress import SERVICE
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.store.clauses import belongs, one_of
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, any_of
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]
Held = dict[int, tuple[int | None, list[Charge]]]
"""By document: whether it reserves, uses or holds nothing, and what is charged to which budget."""

FINISHED = (doc.PAID, doc.CLOSED)
"""Requisitions and orders in these states wait for nothing more."""


def charges(tx: Transaction, resource: str, ids: Collection[int]) -> Held:
    """What these documents hold, line by line."""
    return READERS[resource](tx, list(ids)) if ids else {}


def sums(tx: Transaction, resource: str, ids: Collection[int]) -> Held:
    """The same budget by budget: the database adds up the lines of what holds all of itself."""
    if resource in (ORDERS, REQUISITIONS) or not ids:
        return charges(tx, resource, ids)
    found: Held = {}
    for row in tx.records(_lines_of(resource, added_up=True), company=tx.company_id, ids=list(ids)):
        _entry(found, resource, row).append(_charge(row, _whole(row)))
    return found


def requisitions(tx: Transaction, ids: list[int], *, counting: int = 0) -> Held:
    """What is not on an order that holds it itself, or would not be if the order `counting` did. What nobody will order
    any more holds nothing.
    """
    found: Held = {}
    rows = tx.records(_lines_of(REQUISITIONS), company=tx.company_id, ids=ids)
    taken = _taken(tx, _ordered(), [row["line"] for row in rows], counting=counting)
    for row in rows:
        one = _entry(found, REQUISITIONS, row)
        share = left(row["quantity"], taken.get(row["line"], ZERO))
        if share and not row["closed"] and row["status"] not in FINISHED:
            one.append(_charge(row, share))
    return found


def orders(tx: Transaction, ids: list[int], *, counting: int = 0) -> Held:
    """What is neither given up nor on an invoice that counts, or would not be if the invoice `counting` did. A blanket
    order by its total holds what of that has not been billed.

    Where the company keeps no invoices, an order that is done is the last word and holds what it held before.
    """
    found: Held = {}
    bills_follow = companies.settings_of(tx).get("invoices", True)
    rows = tx.records(_lines_of(ORDERS), company=tx.company_id, ids=ids)
    taken = _taken(tx, _billed(), [row["line"] for row in rows], counting=counting)
    for row in rows:
        one = _entry(found, ORDERS, row)
        ordered = row["net_sum"] if row["logic_type"] == SERVICE else row["quantity"]
        share = left(ordered, taken.get(row["line"], ZERO) + row["given_up"])
        if share and row["logic_type"] != billing.BLANKET_TOTAL and not (bills_follow and row["status"] in FINISHED):
            one.append(_charge(row, share))
    for row in tx.records(blankets(), company=tx.company_id, ids=ids):
        one = _entry(found, ORDERS, row)
        if row["status"] not in FINISHED:
            gross = row["blanket_is_gross"]
            states = (*billing.LIVING, doc.DRAFT) if counting else billing.LIVING
            billed = [
                bill
                for bill in billing.bills(tx, row["document"], *states)
                if bill.status != doc.DRAFT or bill.invoice_id == counting
            ]
            rest = row["blanket_sum"] - sum((bill.gross if gross else bill.net for bill in billed), ZERO)
            one.append(_charge({**row, "line": 0, "name": "", "net_sum": max(ZERO, rest), "sum": max(ZERO, rest)}))
    return found


def _invoices(tx: Transaction, ids: list[int]) -> Held:
    """All of an invoice, at its own amount. A credit note gives all of itself back."""
    found: Held = {}
    for row in tx.records(_lines_of(INVOICES), company=tx.company_id, ids=ids):
        _entry(found, INVOICES, row).append(_charge(row, _whole(row)))
    return found


def _whole(row: Row) -> Fraction:
    """All of a document, given back by a credit note."""
    return Fraction(-1 if row["logic_type"] in CREDIT_NOTES else 1)


def _expenses(tx: Transaction, ids: list[int]) -> Held:
    found: Held = {}
    for row in tx.records(_lines_of(EXPENSES), company=tx.company_id, ids=ids):
        _entry(found, EXPENSES, row).append(_charge(row))
    return found


READERS: dict[str, Callable[[Transaction, list[int]], Held]] = {
    REQUISITIONS: requisitions, ORDERS: orders, INVOICES: _invoices, EXPENSES: _expenses,
}  # fmt: skip


def _taken(tx: Transaction, statement: Statement, lines: list[int], **values: Any) -> dict[int, Decimal]:
    """How much others have taken over of each of these lines. Asked by the lines' numbers, and only where there are
    any: in one statement with them, a database without statistics would look through all that was ever taken.
    """
    return dict(tx.all(statement, company=tx.company_id, lines=lines, **values)) if lines else {}


def _entry(found: Held, resource: str, row: Row) -> list[Charge]:
    at = stage(resource, row["status"], row["logic_type"] or 0)
    _, listed = found.setdefault(row["document"], (at, []))
    return listed


def _charge(row: Row, share: Fraction = Fraction(1)) -> Charge:
    return Charge(
        row["line"], row["budget"], row["net_sum"], row["sum"], share, row["exchange_rate"],
        row["used_tax_percent_in_budget"], row["name"],
    )  # fmt: skip


HEADERS = {
    REQUISITIONS: "purchase_requisitions", ORDERS: "purchase_orders", INVOICES: "invoices", EXPENSES: "expenses",
}  # fmt: skip
OWNERS = {REQUISITIONS: "requisition_id", ORDERS: "order_id", INVOICES: "invoice_id", EXPENSES: "expense_id"}


@lru_cache(maxsize=8)
def _lines_of(resource: str, *, added_up: bool = False) -> Statement:
    """The lines of documents that are charged to a budget, by themselves or by their header; or what those of each
    document and budget come to.
    """
    headers, lines = table(HEADERS[resource]), table(f"{HEADERS[resource].removesuffix('s')}_lines")
    budgets = table("budgets")
    budget = func.coalesce(lines.c.budget_line_id, headers.c.budget_id)
    net, gross = lines.c.net_sum, lines.c.sum
    if resource == EXPENSES:
        net, gross = lines.c.net_sum_in_document_currency, lines.c.sum_in_document_currency
    shared: list[Any] = [
        headers.c.id.label("document"), headers.c.status,
        (headers.c.logic_type if "logic_type" in headers.c else literal(0)).label("logic_type"),
        headers.c.exchange_rate, budget.label("budget"), budgets.c.used_tax_percent_in_budget,
    ]  # fmt: skip
    columns = [
        *shared, lines.c.id.label("line"), lines.c.name, lines.c.quantity, net.label("net_sum"), gross.label("sum"),
    ]  # fmt: skip
    source = lines.join(
        headers, and_(headers.c.company_id == lines.c.company_id, headers.c.id == lines.c[OWNERS[resource]])
    )
    source = source.join(budgets, and_(budgets.c.company_id == lines.c.company_id, budgets.c.id == budget))
    mine = (headers.c.company_id == bindparam("company"), any_of(headers.c.id, "ids"))
    if added_up:
        totals = (func.sum(one, type_=one.type).label(name) for name, one in (("net_sum", net), ("sum", gross)))
        nobody = (literal(0).label("line"), literal("").label("name"))
        grouped = select(*shared, *nobody, *totals).select_from(source).where(*mine).group_by(*shared)
        return Statement(grouped.order_by(headers.c.id, budget))
    if resource == REQUISITIONS:
        columns.append(lines.c.closed)
    if resource == ORDERS:
        columns.append(given_up(lines).label("given_up"))
    return Statement(
        select(*columns).select_from(source).where(*mine).order_by(headers.c.id, lines.c.position, lines.c.id)
    )


@lru_cache(maxsize=1)
def _ordered() -> Statement:
    """How much of requisition lines is on orders that hold it themselves, or on the one that is to."""
    sources, lines, orders = (
        table(name) for name in ("purchase_order_line_sources", "purchase_order_lines", "purchase_orders")
    )
    return Statement(
        select(sources.c.requisition_line_id, func.sum(sources.c.quantity, type_=Fixed(PRICE_SCALE)).label("taken"))
        .join_from(sources, lines, belongs(sources, "line_id", lines))
        .join(orders, belongs(lines, "order_id", orders))
        .where(
            sources.c.company_id == bindparam("company"), any_of(sources.c.requisition_line_id, "lines"),
            or_(and_(*(orders.c.status != status for status in RELEASED)), orders.c.id == bindparam("counting")),
        )
        .group_by(sources.c.requisition_line_id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _billed() -> Statement:
    """How much of order lines is on invoices that count."""
    allocated, invoices = table("invoice_line_allocations"), table("invoices")
    return Statement(
        select(allocated.c.order_line_id, func.sum(allocated.c.quantity, type_=Fixed(PRICE_SCALE)).label("taken"))
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            allocated.c.company_id == bindparam("company"), any_of(allocated.c.order_line_id, "lines"),
            or_(one_of(invoices.c.status, *billing.LIVING), allocated.c.invoice_id == bindparam("counting")),
            *(invoices.c.logic_type != code for code in CREDIT_NOTES),
        )
        .group_by(allocated.c.order_line_id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def blankets() -> Statement:
    """Blanket orders by their total that are charged to a budget."""
    orders, budgets = table("purchase_orders"), table("budgets")
    columns = (orders.c[name] for name in ("status", "logic_type", "exchange_rate", "blanket_sum", "blanket_is_gross"))
    return Statement(
        select(
            orders.c.id.label("document"), *columns, orders.c.budget_id.label("budget"),
            budgets.c.used_tax_percent_in_budget,
        )
        .join_from(orders, budgets, belongs(orders, "budget_id", budgets))
        .where(
            orders.c.company_id == bindparam("company"), any_of(orders.c.id, "ids"),
            orders.c.logic_type == billing.BLANKET_TOTAL, orders.c.blanket_sum.is_not(None),
        )
    )  # fmt: skip


def charged(tx: Transaction, kind: str) -> set[int]:
    """The documents of a kind that name a budget, in their header or on a line."""
    return {row_id for (row_id,) in tx.all(_naming(kind), company=tx.company_id)}


@lru_cache(maxsize=4)
def _naming(kind: str) -> Statement:
    headers = table(HEADERS[kind])
    lines = table(f"{HEADERS[kind].removesuffix('s')}_lines")
    company = bindparam("company")
    by_header = select(headers.c.id).where(headers.c.company_id == company, headers.c.budget_id.is_not(None))
    by_line = select(lines.c[OWNERS[kind]]).where(lines.c.company_id == company, lines.c.budget_line_id.is_not(None))
    return Statement(by_header.union(by_line))
