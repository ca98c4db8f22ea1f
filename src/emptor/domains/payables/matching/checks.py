"""Whether documents wait for a decision about differences exactly when there is one to be made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, type_coerce, union_all

from emptor.domains import documents as doc
from emptor.domains.checking import check
from emptor.domains.organisation import companies
from emptor.domains.payables.matching import agreeing, comparing
from emptor.domains.payables.rules import BILLED, CREDIT_NOTES
from emptor.domains.purchasing.orders import billing, progress
from emptor.kit.money import PRICE_SCALE, plain
from emptor.store.clauses import belongs, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import Transaction

DECIDED = (doc.PENDING, *BILLED)
"""States of an invoice about whose differences all is decided."""
QUANTITY = Fixed(PRICE_SCALE)
WAITING, ACCEPTED, SUPERSEDED = 0, 1, 4
DOCUMENTS = {
    "purchase_orders": ("order", "purchase_order_id"), "invoices": ("invoice", "invoice_id"),
    "receipts": ("receipt", "receipt_id"),
}  # fmt: skip
"""What a match is about, by table: what people call it and where the match names it."""


@check("what waits for a decision about differences")
def waiting(tx: Transaction) -> Iterator[str]:
    """Nobody waits for what has been decided, and nothing is decided on behind a document's back."""
    goods_first = companies.chosen(tx).get("threeWayMatch") in (comparing.CONFIRM, comparing.APPROVE)
    for noun, row_id, idn, status, matches in tx.all(_waiting(), company=tx.company_id):
        may_wait = goods_first and noun == "invoice" and status == doc.MATCHING
        if may_wait and comparing.too_early(tx, {"id": row_id, "status": status}):
            continue
        if status == doc.MATCHING:
            yield f"{noun} {idn} is in matching; nothing about it is to be decided"
        else:
            yield f"{noun} {idn} is {doc.STATUS_KEYS[status]}; {matches} decisions about its differences are to be made"


@check("what has been accepted of invoices")
def accepted(tx: Transaction) -> Iterator[str]:
    """What was accepted, and taken over by the order, is what was agreed to."""
    for idn, position, net, agreed in tx.all(_accepted(), company=tx.company_id):
        where = f"invoice {idn}, line {position + 1}"
        yield f"{where} bills {plain(net)}, which was accepted; {plain(agreed)} are noted as agreed to"


@check("what invoices bill of what was ordered")
def within_orders(tx: Transaction) -> Iterator[str]:
    """Once all is decided, no more is billed of an order's line than it orders."""
    for idn, position, ordered, billed in tx.all(_beyond(), company=tx.company_id):
        yield f"order {idn}, line {position + 1}: {plain(billed, 0)} are billed; it orders {plain(ordered, 0)}"


@check("which receipts have brought what invoices bill")
def brought(tx: Transaction) -> Iterator[str]:
    """Only receipts that count have brought something, what they say, and nothing twice."""
    for idn, position, status, quantity, laid, astray in tx.all(_brought(), company=tx.company_id):
        where = f"receipt {idn}, line {position + 1}"
        if status != doc.APPROVED:
            yield f"{where} is named by invoices; the receipt is {doc.STATUS_KEYS[status]}"
        if laid > quantity:
            yield f"{where} has brought {plain(quantity, 0)}; invoices bill {plain(laid, 0)} of it"
        if astray:
            yield f"{where} is named by invoices for another line of the order than it has brought"


def _of(source: str) -> Any:
    """Documents of a table that are in matching without reason, or not in spite of one.

    An order may have to be approved anew after all was decided, or as soon as the rest of its queue is: what differed
    from it waits for that, too.
    """
    noun, column = DOCUMENTS[source]
    rows, matches, orders = table(source), table("matches"), table("purchase_orders").alias("approved_anew")
    open_ = func.sum(case((matches.c.status == WAITING, 1), else_=0))
    others = table("matches").alias("others")
    queued = select(others.c.id).where(
        others.c.company_id == orders.c.company_id, others.c.purchase_order_id == orders.c.id,
        others.c.status == WAITING,
    )  # fmt: skip
    unsettled = or_(one_of(orders.c.status, doc.PENDING, doc.IN_REVISION), queued.exists())
    anew = and_(one_of(matches.c.status, ACCEPTED, SUPERSEDED), unsettled)
    counted = (
        select(matches.c[column], open_.label("open"), func.sum(case((anew, 1), else_=0)).label("anew"))
        .join_from(matches, orders, belongs(matches, "purchase_order_id", orders))
        .where(mine(matches), matches.c[column].is_not(None))
        .group_by(matches.c[column])
        .subquery()
    )
    waits = func.coalesce(counted.c.open, 0)
    # An order itself goes on as soon as all about it is decided.
    excused: Any = literal(0) if source == "purchase_orders" else func.coalesce(counted.c.anew, 0)
    wrong = or_(
        and_(rows.c.status == doc.MATCHING, waits == 0, excused == 0), and_(rows.c.status != doc.MATCHING, waits > 0)
    )
    return (
        select(literal(noun).label("noun"), rows.c.id, rows.c.idn, rows.c.status, waits.label("open"))
        .join_from(rows, counted, counted.c[column] == rows.c.id, isouter=True)
        .where(mine(rows), wrong)
    )


@lru_cache(maxsize=1)
def _waiting() -> Statement:
    return Statement(union_all(*map(_of, DOCUMENTS)))


@lru_cache(maxsize=1)
def _accepted() -> Statement:
    invoices, lines, allocated = (table(name) for name in ("invoices", "invoice_lines", "invoice_line_allocations"))
    return Statement(
        select(invoices.c.idn, lines.c.position, allocated.c.net_sum, allocated.c.agreed_sum)
        .join_from(allocated, lines, belongs(allocated, "line_id", lines))
        .join(invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            mine(allocated), one_of(invoices.c.status, doc.MATCHING, *DECIDED), agreeing.stands(allocated),
            allocated.c.net_sum != allocated.c.agreed_sum,
        )
        .order_by(allocated.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _beyond() -> Statement:
    """Lines of orders of which more is billed than they order. While an order is being changed it may say less."""
    orders, lines = table("purchase_orders"), table("purchase_order_lines")
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    sums = (
        select(allocated.c.order_line_id, total(allocated.c.quantity).label("billed"))
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            mine(allocated), one_of(invoices.c.status, *DECIDED),
            *(invoices.c.logic_type != code for code in CREDIT_NOTES),
        )
        .group_by(allocated.c.order_line_id)
        .subquery()
    )  # fmt: skip
    ordered = progress.measured(lines, orders.c.logic_type == progress.SERVICE)
    return Statement(
        select(
            orders.c.idn, lines.c.position, type_coerce(ordered, QUANTITY), type_coerce(sums.c.billed, QUANTITY)
        )
        .join_from(lines, sums, sums.c.order_line_id == lines.c.id)
        .join(orders, belongs(lines, "order_id", orders))
        .where(
            mine(lines), orders.c.status != doc.IN_REVISION, lines.c.item_type != doc.TAX_ITEM,
            sums.c.billed > ordered,
        )
        .order_by(lines.c.order_id, lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _brought() -> Statement:
    receipts, lines = table("receipts"), table("receipt_lines")
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    other = case((allocated.c.order_line_id != lines.c.order_line_id, 1), else_=0)
    laid = (
        select(
            allocated.c.receipt_line_id, total(allocated.c.quantity).label("laid"),
            func.max(other).label("astray"),
        )
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .join(lines, belongs(allocated, "receipt_line_id", lines))
        .where(mine(allocated), one_of(invoices.c.status, *billing.LIVING))
        .group_by(allocated.c.receipt_line_id)
        .subquery()
    )  # fmt: skip
    return Statement(
        select(
            receipts.c.idn, lines.c.position, receipts.c.status, lines.c.quantity,
            type_coerce(laid.c.laid, QUANTITY), laid.c.astray,
        )
        .join_from(lines, laid, laid.c.receipt_line_id == lines.c.id)
        .join(receipts, belongs(lines, "receipt_id", receipts))
        .where(
            mine(lines),
            or_(receipts.c.status != doc.APPROVED, laid.c.laid > units(lines.c.quantity), laid.c.astray == 1),
        )
        .order_by(lines.c.receipt_id, lines.c.position)
    )  # fmt: skip
