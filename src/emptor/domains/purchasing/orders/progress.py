"""How far an order has come: received per line and in all, recomputed from its receipts, never counted up."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, case, func, literal, or_, select, type_coerce, update
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.purchasing.requisitions.sources import sources_changed
from emptor.domains.receiving.quantities import RECEIVED, Ordered, receiving_status
from emptor.kit.errors import IllegalMove
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import UnitOfWork

SERVICE = 1
KEPT = (doc.APPROVED, doc.IN_REVISION)
"""Receipts in these states have been received; one in revision stays so until it is confirmed anew."""
CLAIMING = (doc.PENDING, doc.MATCHING)
"""Receipts in these states may be received any moment."""
NOT_BILLED, PAID = 0, 3
WAITING, PARTLY_RECEIVED_LINE, RECEIVED_LINE, CLOSED_LINE = range(4)
LINE_STATES = {
    WAITING: "waiting", PARTLY_RECEIVED_LINE: "partly received", RECEIVED_LINE: "received", CLOSED_LINE: "rejected",
}  # fmt: skip


def ordered_lines(tx: UnitOfWork, order: dict[str, Any], without: int = 0) -> list[Ordered]:
    """The lines of an order that can be received, with what its receipts took; receipt `without` counts as none."""
    rows = tx.all(_lines(), company=tx.company_id, order=order["id"], without=without)
    service = order["logic_type"] == SERVICE
    return [
        Ordered(row_id, net if service else quantity, received, claimed, status == CLOSED_LINE)
        for row_id, quantity, net, status, received, claimed in rows
    ]


def recount(tx: UnitOfWork, order: dict[str, Any]) -> None:
    """Set what has been received of each line and of the order; complete an order that is received and paid."""
    tx.run(_write_lines(), company=tx.company_id, order=order["id"])
    status = receiving_status(*tx.one(_received(), company=tx.company_id, order=order["id"]) or ())
    changes = {"status_receiving": status, "update_date": tx.stamp}
    if order["status"] == doc.APPROVED and _is_done(tx.actor.settings, order | changes):
        changes["status"] = doc.PAID
    tx.update(table("purchase_orders"), changes, id=order["id"])
    order |= changes
    if order["status"] == doc.PAID:
        sources_changed(tx, order["id"])


def _is_done(settings: dict[str, Any], order: dict[str, Any]) -> bool:
    """Whether nothing more will happen: received and paid, as far as the company keeps receipts and invoices."""
    received = order["status_receiving"] == RECEIVED or order["logic_type"] == SERVICE
    paid = order["status_payment"] == PAID
    keeps_receipts, keeps_invoices = settings.get("receipts", True), settings.get("invoices", True)
    return (received or not keeps_receipts) and (paid or not keeps_invoices) and (keeps_receipts or keeps_invoices)


def close(tx: UnitOfWork, order: dict[str, Any]) -> None:
    """Complete an order by hand and give up what is still open; IllegalMove while bills and deliveries differ."""
    settings = tx.actor.settings
    if settings.get("receipts", True) and settings.get("invoices", True):
        differing = tx.one(_unbilled(), company=tx.company_id, order=order["id"])
        if differing and order["logic_type"] != SERVICE:
            raise IllegalMove(
                f"Of line {differing[0]} {differing[1]:f} have been received and {differing[2]:f} invoiced; an order "
                "can be completed when these agree on each line."
            )
    if settings.get("invoices", True) and order["status_payment"] not in (NOT_BILLED, PAID):
        raise IllegalMove("Not all invoices of this order are paid.")
    tx.run(_give_up(), company=tx.company_id, order=order["id"])
    doc.move(tx, _orders(), order, doc.PAID)


def _sum_over(states: tuple[int, ...], lines: Any) -> ColumnElement[Any]:
    """What receipts in these states hold of the line."""
    receipts, received = table("receipts"), table("receipt_lines")
    quantity = func.coalesce(func.sum(received.c.quantity, type_=Fixed(PRICE_SCALE)), literal(0))
    return (
        select(quantity)
        .where(
            received.c.company_id == lines.c.company_id,
            received.c.order_line_id == lines.c.id,
            receipts.c.company_id == received.c.company_id,
            receipts.c.id == received.c.receipt_id,
            or_(*(receipts.c.status == state for state in states)),
            receipts.c.id != bindparam("without", value=0),
        )
        .correlate(lines)
        .scalar_subquery()
    )


@lru_cache(maxsize=1)
def _lines() -> Statement:
    lines = table("purchase_order_lines")
    return Statement(
        select(
            lines.c.id, lines.c.quantity, lines.c.net_sum, lines.c.status,
            _sum_over(KEPT, lines).label("kept"), _sum_over(CLAIMING, lines).label("claimed"),
        )
        .where(
            lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"),
            lines.c.item_type != doc.TAX_ITEM,
        )
        .order_by(lines.c.position)
    )  # fmt: skip


def _orders() -> Resource:
    return verbs.RESOURCES["purchaseorders"]


@lru_cache(maxsize=1)
def _unbilled() -> Statement:
    """Lines of which more or less has been received than invoiced."""
    lines = table("purchase_order_lines")
    return Statement(
        select(lines.c.id, lines.c.received_quantity, lines.c.invoiced_quantity)
        .where(
            lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"),
            lines.c.received_quantity != lines.c.invoiced_quantity,
        )
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _give_up() -> Statement:
    """Closes the lines that something is still open of."""
    lines = table("purchase_order_lines")
    return Statement(
        update(lines)
        .where(
            lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"),
            or_(lines.c.status == WAITING, lines.c.status == PARTLY_RECEIVED_LINE),
        )
        .values(status=CLOSED_LINE)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _received() -> Statement:
    """How many lines an order has, of how many something has come, and for how many nobody waits any more."""
    lines = table("purchase_order_lines")
    some = func.coalesce(func.sum(case((lines.c.received_quantity > 0, 1), else_=0)), 0)
    settled = or_(lines.c.status == RECEIVED_LINE, lines.c.status == CLOSED_LINE)
    return Statement(
        select(func.count().label("lines"), some, func.coalesce(func.sum(case((settled, 1), else_=0)), 0)).where(
            lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"),
            lines.c.item_type != doc.TAX_ITEM,
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _write_lines() -> Statement:
    """One statement for all lines: a line that nobody waits for stays closed."""
    lines, orders = table("purchase_order_lines"), table("purchase_orders")
    kept = _sum_over(KEPT, lines)
    service = (
        select(orders.c.logic_type)
        .where(orders.c.company_id == lines.c.company_id, orders.c.id == lines.c.order_id)
        .correlate(lines)
        .scalar_subquery()
    )
    amount = type_coerce(lines.c.net_sum, BigInteger) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    ordered = case((service == SERVICE, amount), else_=type_coerce(lines.c.quantity, BigInteger))
    state = case(
        (lines.c.status == CLOSED_LINE, CLOSED_LINE), (type_coerce(kept, BigInteger) >= ordered, RECEIVED_LINE),
        (kept > 0, PARTLY_RECEIVED_LINE), else_=WAITING,
    )  # fmt: skip
    return Statement(
        update(lines)
        .where(lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"))
        .values(received_quantity=kept, status=state)
    )


__all__ = ["CLOSED_LINE", "LINE_STATES", "ZERO", "ordered_lines", "recount"]
