"""How far an order has come: received per line and in all, recomputed from its receipts, never counted up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
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
    select,
    type_coerce,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.purchasing.orders import awaiting
from emptor.domains.purchasing.orders.awaiting import (
    CLOSED_LINE,
    PARTLY_RECEIVED_LINE,
    RECEIVED_LINE,
    WAITING,
    measured,
)
from emptor.domains.purchasing.requisitions.sources import sources_changed
from emptor.domains.receiving.quantities import NOT_RECEIVED, RECEIVED, Ordered, receiving_status
from emptor.kit.errors import IllegalMove
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.clauses import added_up, belongs, larger, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, any_of
from emptor.store.unit_of_work import UnitOfWork

SERVICE, BLANKET_TOTAL = 1, 2
KEPT = (doc.APPROVED,)
"""Receipts in these states have been received."""
CLAIMING = (doc.PENDING, doc.MATCHING, doc.IN_REVISION)
"""Receipts in these states may be received any moment: nobody else can receive what is in them."""
NOT_BILLED, PAID = 0, 3
LINE_STATES = {
    WAITING: "waiting", PARTLY_RECEIVED_LINE: "partly received", RECEIVED_LINE: "received", CLOSED_LINE: "rejected",
}  # fmt: skip


def ordered_lines(tx: UnitOfWork, order: dict[str, Any], without: int = 0) -> list[Ordered]:
    """The lines of an order that can be received, with what its receipts took; receipt `without` counts as none."""
    rows = tx.all(_lines(), company=tx.company_id, order=order["id"], without=without)
    service = order["logic_type"] == SERVICE
    return [
        Ordered(row_id, net if service else quantity, received, claimed, struck, waived)
        for row_id, _, quantity, net, struck, waived, received, claimed in rows
    ]


def exceeded(tx: UnitOfWork, order: dict[str, Any], receipt_id: int) -> list[tuple[int, Decimal, Ordered]]:
    """The lines of a receipt that take more than is open: position in it, quantity, and the line of the order."""
    rows = tx.all(
        _exceeded(), company=tx.company_id, order=order["id"], receipt=receipt_id,
        service=order["logic_type"] == SERVICE,
    )  # fmt: skip
    return [
        (position, quantity, Ordered(row_id, ordered, kept, claimed, struck))
        for position, quantity, row_id, ordered, kept, claimed, struck in rows
    ]


def recount(tx: UnitOfWork, order: dict[str, Any], without: int = 0) -> None:
    """Set what has been received of each line and of the order; complete an order that is received and paid.

    Receipt `without` counts as none.
    """
    about = {"company": tx.company_id, "order": order["id"], "service": order["logic_type"] == SERVICE}
    if order["logic_type"] == BLANKET_TOTAL:
        from emptor.domains.purchasing.orders import billing  # it concludes orders

        billing.strike_unbilled(tx, [order])
    tx.run(_write_lines(), **about, without=without, small=awaiting.small(tx))
    doc.charge(tx, _orders(), order["id"])
    conclude(tx, [(order, {"status_receiving": lines_of(tx, [order["id"]])[order["id"]].received})])


@dataclass(frozen=True)
class Lines:
    """How far the lines of an order are, taken together."""

    received: int = NOT_RECEIVED
    unbilled: bool = False
    """Whether more is to be billed."""


def lines_of(tx: UnitOfWork, orders: Sequence[int]) -> dict[int, Lines]:
    """How far the lines of these orders are, by the orders' ids."""
    found = dict.fromkeys(orders, Lines())
    for order_id, unbilled, *counted in tx.all(_counted(), company=tx.company_id, orders=list(orders)):
        found[order_id] = Lines(receiving_status(*counted), bool(unbilled))
    return found


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
    if settings.get("receipts", True) or settings.get("invoices", True):  # else nobody has noted what came
        tx.run(_give_up(), company=tx.company_id, order=order["id"], service=order["logic_type"] == SERVICE)
    billing.recount(tx, order["id"])
    now = query.stored(tx, _orders(), "id", order["id"])
    assert now is not None
    if now["status"] != doc.PAID:
        doc.move(tx, _orders(), now, doc.PAID)


OF_LINE = ("id", "position", "quantity", "net_sum", "rejected_quantity", "waived_quantity")


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


@lru_cache(maxsize=1)
def _exceeded() -> Statement:
    """Looked for in the database, because as a rule there is nothing to find among a thousand lines."""
    lines, said, kind = table("purchase_order_lines"), table("receipt_lines"), Fixed(PRICE_SCALE)
    ordered, kept = measured(lines, bindparam("service", type_=Boolean())), units(lines.c.received_quantity)
    claimed = _claimed(lines)
    return Statement(
        select(
            said.c.position, said.c.quantity, lines.c.id, type_coerce(ordered, kind), lines.c.received_quantity,
            type_coerce(claimed, kind), lines.c.rejected_quantity,
        )
        .join_from(said, lines, belongs(said, "order_line_id", lines))
        .where(
            mine(said), said.c.receipt_id == bindparam("receipt"), said.c.quantity > 0,
            units(said.c.quantity) > ordered - units(lines.c.rejected_quantity) - kept - claimed,
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
    """One statement for all lines."""
    lines, receipts, received = (table(name) for name in ("purchase_order_lines", "receipts", "receipt_lines"))
    all_lines = select(lines.c.id).where(
        mine(lines), lines.c.order_id == bindparam("order"), lines.c.item_type != doc.TAX_ITEM
    )
    came = _came(received.c.order_line_id, received.c.quantity.label("kept")).where(one_of(receipts.c.status, *KEPT))
    taken = added_up(all_lines, came)
    kept, billed = units(taken.c.kept), units(lines.c.invoiced_quantity)
    now = {"received_quantity": kept}
    now |= awaiting.follows(lines, bindparam("service", type_=Boolean()), kept, billed)
    # Found by their ids alone: told the order as well, PostgreSQL would expect a single line and compare all with all.
    return Statement(
        update(lines).where(mine(lines), lines.c.id == taken.c.id, awaiting.differ(lines, now)).values(now),
        sets=now,
    )


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
    """Strikes what has neither come nor been billed."""
    lines = table("purchase_order_lines")
    ordered = measured(lines, bindparam("service", type_=Boolean()))
    gone = larger(units(lines.c.received_quantity), units(lines.c.invoiced_quantity))
    return Statement(
        update(lines)
        .where(mine(lines), lines.c.order_id == bindparam("order"), ordered > gone)
        .values(rejected_quantity=ordered - gone),
        sets=("rejected_quantity",),
    )


@lru_cache(maxsize=1)
def _counted() -> Statement:
    """Of each order whether more is to be billed, how many lines it has, of how many something has come, and for how
    many nobody waits any more.
    """
    orders, lines = table("purchase_orders"), table("purchase_order_lines")
    unbilled = units(lines.c.invoiced_quantity) < awaiting.awaited(lines, orders.c.logic_type == SERVICE)
    some, settled = units(lines.c.received_quantity) > 0, one_of(lines.c.status, RECEIVED_LINE, CLOSED_LINE)
    return Statement(
        select(
            lines.c.order_id, func.max(case((unbilled, 1), else_=0)), func.count(),
            *(func.sum(case((one, 1), else_=0)) for one in (some, settled)),
        )
        .join_from(orders, lines, belongs(lines, "order_id", orders))
        .where(mine(orders), any_of(orders.c.id, "orders"), lines.c.item_type != doc.TAX_ITEM)
        .group_by(lines.c.order_id)
    )  # fmt: skip
