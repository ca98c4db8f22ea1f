"""How far an order has come: received per line and in all, recomputed from its receipts, never counted up."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.purchasing.requisitions.sources import sources_changed
from emptor.domains.receiving.quantities import RECEIVED, Ordered, receiving_status
from emptor.kit.errors import IllegalMove
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.clauses import added_up, belongs, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import UnitOfWork

SERVICE = 1
KEPT = (doc.APPROVED,)
"""Receipts in these states have been received."""
CLAIMING = (doc.PENDING, doc.MATCHING, doc.IN_REVISION)
"""Receipts in these states may be received any moment: nobody else can receive what is in them."""
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
        for row_id, _, quantity, net, status, received, claimed in rows
    ]


def exceeded(tx: UnitOfWork, order: dict[str, Any], receipt_id: int) -> list[tuple[int, Decimal, Ordered]]:
    """The lines of a receipt that take more than is open: position in it, quantity, and the line of the order."""
    rows = tx.all(
        _exceeded(), company=tx.company_id, order=order["id"], receipt=receipt_id,
        service=order["logic_type"] == SERVICE,
    )  # fmt: skip
    return [
        (position, quantity, Ordered(row_id, ordered, kept, claimed, status == CLOSED_LINE))
        for position, quantity, row_id, ordered, kept, claimed, status in rows
    ]


def recount(tx: UnitOfWork, order: dict[str, Any], without: int = 0) -> None:
    """Set what has been received of each line and of the order; complete an order that is received and paid.

    Receipt `without` counts as none.
    """
    tx.run(_write_lines(), company=tx.company_id, order=order["id"], without=without)
    status = receiving_status(*tx.one(_received(), company=tx.company_id, order=order["id"]) or ())
    doc.charge(tx, _orders(), order["id"])
    conclude(tx, [(order, {"status_receiving": status})])


def conclude(tx: UnitOfWork, found: list[tuple[dict[str, Any], dict[str, Any]]]) -> None:
    """Write how far orders have come, each with the columns that change, the same ones for all: received and paid an
    order is complete, until a payment is taken back.
    """
    written, settled = [], []
    for order, changes in found:
        status = _concluded(tx.actor.settings, order, order | changes)
        if status != order["status"]:
            doc.charge(tx, _orders(), order["id"])
        if doc.PAID in (order["status"], status):
            settled.append(order["id"])
        changed = {**changes, "status": status, "update_date": tx.stamp}
        written.append({"id": order["id"], **changed})
        order |= changed
    tx.update_all(table("purchase_orders"), written, "id")
    for order_id in settled:
        sources_changed(tx, order_id)


def _concluded(settings: dict[str, Any], before: dict[str, Any], now: dict[str, Any]) -> int:
    """The state that an order passes into by itself, or stays in."""
    if before["status"] == doc.APPROVED and _is_done(settings, now):
        return doc.PAID
    if before["status"] == doc.PAID and before["status_payment"] == PAID and now["status_payment"] != PAID:
        return doc.APPROVED
    return int(before["status"])


def _is_done(settings: dict[str, Any], order: dict[str, Any]) -> bool:
    """Whether nothing more will happen: received and paid, as far as the company keeps receipts and invoices."""
    keeps_receipts, keeps_invoices = settings.get("receipts", True), settings.get("invoices", True)
    received = order["status_receiving"] == RECEIVED or (order["logic_type"] == SERVICE and keeps_invoices)
    paid = order["status_payment"] == PAID
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
    from emptor.domains.purchasing.orders import billing  # it concludes orders

    if settings.get("invoices", True) and billing.bills(tx, order["id"], doc.APPROVED, doc.PARTLY_PAID):
        raise IllegalMove("Not all invoices of this order are paid.")
    tx.run(_give_up(), company=tx.company_id, order=order["id"])
    recount(tx, order)
    billing.recount(tx, order["id"])
    now = query.stored(tx, _orders(), "id", order["id"])
    assert now is not None
    if now["status"] != doc.PAID:
        doc.move(tx, _orders(), now, doc.PAID)


OF_LINE = ("id", "position", "quantity", "net_sum", "status")


@lru_cache(maxsize=1)
def _lines() -> Statement:
    """The order's lines that can be received, with what receipts have kept of each and what others claim; receipt
    `without` counts as none.
    """
    lines, receipts, received = (table(name) for name in ("purchase_order_lines", "receipts", "receipt_lines"))

    def within(states: tuple[int, ...]) -> ColumnElement[Any]:
        return case(
            (one_of(receipts.c.status, *states), received.c.quantity), else_=literal(ZERO, received.c.quantity.type)
        )

    ordered = select(*(lines.c[name] for name in OF_LINE)).where(
        mine(lines), lines.c.order_id == bindparam("order"), lines.c.item_type != doc.TAX_ITEM
    )
    came = _came(received.c.order_line_id, within(KEPT).label("kept"), within(CLAIMING).label("claimed"))
    taken = added_up(ordered, came)
    return Statement(select(taken).order_by(taken.c.position))


def _came(*columns: ColumnElement[Any]) -> Select[Any]:
    """Lines of the order's receipts, but for receipt `without`."""
    receipts, received = table("receipts"), table("receipt_lines")
    return (
        select(*columns)
        .join_from(receipts, received, belongs(received, "receipt_id", receipts))
        .where(
            mine(receipts), receipts.c.purchase_order_id == bindparam("order"),
            receipts.c.id != bindparam("without", value=0),
        )
    )  # fmt: skip


def measured(taken: Any, service: ColumnElement[Any]) -> ColumnElement[Any]:
    """What a line orders: pieces, or money for a service; in units of a quantity."""
    amount = units(taken.c.net_sum) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    return case((service, amount), else_=units(taken.c.quantity))


@lru_cache(maxsize=1)
def _exceeded() -> Statement:
    """Looked for in the database, because as a rule there is nothing to find among a thousand lines."""
    lines, said, kind = table("purchase_order_lines"), table("receipt_lines"), Fixed(PRICE_SCALE)
    ordered, kept = measured(lines, bindparam("service", type_=Boolean())), units(lines.c.received_quantity)
    claimed = _claimed(lines)
    return Statement(
        select(
            said.c.position, said.c.quantity, lines.c.id, type_coerce(ordered, kind), lines.c.received_quantity,
            type_coerce(claimed, kind), lines.c.status,
        )
        .join_from(said, lines, belongs(said, "order_line_id", lines))
        .where(
            mine(said), said.c.receipt_id == bindparam("receipt"), said.c.quantity > 0,
            or_(lines.c.status == CLOSED_LINE, units(said.c.quantity) > ordered - kept - claimed),
        )
        .order_by(said.c.position)
    )  # fmt: skip


def _claimed(lines: Any) -> ColumnElement[int]:
    """What other receipts claim of a line; whether the order has any is asked once, not for each of a thousand."""
    receipts, claims = table("receipts").alias("others"), table("receipt_lines").alias("claims")
    others = [
        mine(receipts), receipts.c.purchase_order_id == bindparam("order"), receipts.c.id != bindparam("receipt"),
        one_of(receipts.c.status, *CLAIMING),
    ]  # fmt: skip
    of_line = (
        select(cast(total(claims.c.quantity), BigInteger))
        .join_from(claims, receipts, belongs(claims, "receipt_id", receipts))
        .where(*others, claims.c.company_id == lines.c.company_id, claims.c.order_line_id == lines.c.id)
        .correlate(lines)
    )  # fmt: skip
    any_other = select(receipts.c.id).where(*others).exists()
    return case((any_other, of_line.scalar_subquery()), else_=literal(0, BigInteger))


@lru_cache(maxsize=1)
def _write_lines() -> Statement:
    """One statement for all lines: a line that nobody waits for stays closed."""
    lines, receipts, received = (table(name) for name in ("purchase_order_lines", "receipts", "receipt_lines"))
    all_lines = select(lines.c.id).where(
        mine(lines), lines.c.order_id == bindparam("order"), lines.c.item_type != doc.TAX_ITEM
    )
    kept = _came(received.c.order_line_id, received.c.quantity.label("kept")).where(one_of(receipts.c.status, *KEPT))
    taken = added_up(all_lines, kept)
    orders = table("purchase_orders")
    service = select(orders.c.logic_type == SERVICE).where(mine(orders), orders.c.id == bindparam("order"))
    ordered = measured(lines, service.scalar_subquery())
    state = case(
        (lines.c.status == CLOSED_LINE, CLOSED_LINE), (units(taken.c.kept) >= ordered, RECEIVED_LINE),
        (units(taken.c.kept) > 0, PARTLY_RECEIVED_LINE), else_=WAITING,
    )  # fmt: skip
    # Found by their ids alone: told the order as well, PostgreSQL would expect a single line and compare all with all.
    return Statement(
        update(lines)
        .where(
            mine(lines), lines.c.id == taken.c.id,
            or_(lines.c.received_quantity != taken.c.kept, lines.c.status != state),
        )
        .values(received_quantity=taken.c.kept, status=state),
        sets=("received_quantity", "status"),
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
