"""How far an order has been billed and paid, recomputed from its invoices, never counted up.

What an invoice bills of an order stands in the allocations of its lines. A blanket order by its total has no lines of
its own before its first invoice: what is not allocated yet belongs to the order that the invoice's header names.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Boolean, and_, bindparam, case, func, literal, or_, select, type_coerce, update
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.purchasing.orders import progress
from emptor.domains.purchasing.orders.progress import CLOSED_LINE, SERVICE
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO, product, rounded, share
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

BILLED = (doc.APPROVED, doc.PARTLY_PAID, doc.PAID)
"""Invoices in these states have been billed."""
CLAIMING = (doc.PENDING, doc.MATCHING, doc.IN_REVISION)
"""Invoices in these states may be billed any moment: nobody else can bill what is in them."""
LIVING = (*CLAIMING, *BILLED)
CREDITS = (1, 5)
"""Values of `logicType` that make an invoice a credit note."""

NOT_BILLED, NOT_PAID, PARTLY_PAID, PAID = range(4)
BLANKET_TOTAL, BLANKET_ITEMS = 2, 3


@dataclass(frozen=True)
class Billable:
    """One line of an order, in its own measure: pieces, or money for a service."""

    id: int
    ordered: Decimal
    billed: Decimal
    claimed: Decimal
    received: Decimal
    closed: bool
    """Nobody waits for the rest."""

    @property
    def open(self) -> Decimal:
        """What may still be billed."""
        return ZERO if self.closed else max(ZERO, self.ordered - self.billed - self.claimed)


@dataclass(frozen=True)
class Bill:
    """What one invoice bills of an order."""

    status: int
    net: Decimal
    gross: Decimal
    rate: Decimal
    paid: Decimal
    """Of the whole invoice."""
    whole: Decimal
    """What the whole invoice comes to, with taxes."""


def payment_status(bills: list[Bill], *, whole: bool, prepaid: Decimal) -> int:
    """How far an order has been paid: its approved `bills`, whether they are the `whole` of it, what is prepaid."""
    if not bills:
        return PARTLY_PAID if prepaid else NOT_BILLED
    if whole and all(one.status == doc.PAID for one in bills):
        return PAID
    return PARTLY_PAID if prepaid or any(one.paid for one in bills) else NOT_PAID


def lines(tx: Transaction, order: Row, without: int = 0) -> dict[int, Billable]:
    """The lines of an order and what its invoices took of each; invoice `without` counts as none."""
    rows = tx.all(_lines(), company=tx.company_id, order=order["id"], without=without)
    service = order["logic_type"] == SERVICE
    return {
        row_id: Billable(row_id, net if service else quantity, billed, claimed, received, status == CLOSED_LINE)
        for row_id, _, quantity, net, status, received, billed, claimed in rows
    }


def bills(tx: Transaction, order_id: int, *states: int, without: int = 0) -> list[Bill]:
    """What the order's invoices in these states bill of it, invoice by invoice."""
    rows = tx.all(_bills(), company=tx.company_id, order=order_id, states=list(states), without=without)
    return [Bill(*row) for row in rows]


def orders_of(tx: Transaction, invoice: Row) -> list[Row]:
    """The orders that an invoice bills, in the order they were made in."""
    return tx.records(
        _orders_of(), company=tx.company_id, invoice=invoice["id"], named=invoice["purchase_order_id"] or 0
    )


def recount_of(tx: UnitOfWork, invoice: Row) -> None:
    """Bring every order up to date that an invoice bills."""
    for order in orders_of(tx, invoice):
        recount(tx, order["id"])


def recount(tx: UnitOfWork, order_id: int) -> None:
    """Set what has been billed of each line and of the order, and how far it is paid; conclude it when it is done."""
    order = query.stored(tx, verbs.RESOURCES["purchaseorders"], "id", order_id)
    assert order is not None, order_id
    tx.run(_write_lines(), company=tx.company_id, order=order_id)
    found = bills(tx, order_id, *BILLED)
    scale = int(tx.actor.settings.get("decimals", 2))
    net, gross = sum((one.net for one in found), ZERO), sum((one.gross for one in found), ZERO)
    paid = payment_status(found, whole=_is_whole(tx, order, net, gross), prepaid=prepaid(tx, order_id))
    progress.conclude(
        tx, order,
        {
            "invoiced_sum": gross,
            "net_invoiced_sum": net,
            "invoiced_sum_in_company_currency": sum((rounded(product(b.gross, b.rate), scale) for b in found), ZERO),
            "status_payment": paid,
        },
    )  # fmt: skip


def give_up_rests(tx: UnitOfWork, order: Row) -> None:
    """Close the lines of which no more is left to bill than the company bothers about (its choice `smallRest`)."""
    least = Decimal(tx.actor.settings.get("smallRest") or 0)
    if not least or order["logic_type"] == BLANKET_TOTAL:
        return
    small = [one.id for one in lines(tx, order).values() if one.billed and 0 < one.open <= share(one.ordered, least, 6)]
    if small:
        tx.update_all(table("purchase_order_lines"), [{"id": line, "status": CLOSED_LINE} for line in small], "id")
        progress.recount(tx, order)


def _is_whole(tx: UnitOfWork, order: Row, net: Decimal, gross: Decimal) -> bool:
    """Whether nothing more is to be billed."""
    if order["logic_type"] == BLANKET_TOTAL:
        return order["status"] == doc.CLOSED or (gross if order["blanket_is_gross"] else net) >= order["blanket_sum"]
    service = order["logic_type"] == SERVICE
    return tx.one(_unbilled(), company=tx.company_id, order=order["id"], service=service) is None


def named_lines(tx: Transaction, order_id: int) -> list[int]:
    """The lines of an order that invoices name, drafts and dead ones too."""
    return [line_id for (line_id,) in tx.all(_named_lines(), company=tx.company_id, order=order_id)]


def has_bills(tx: Transaction, order_id: int) -> bool:
    """Whether there is any invoice of the order."""
    return tx.one(_any_bill(), company=tx.company_id, order=order_id) is not None


def prepaid(tx: Transaction, order_id: int) -> Decimal:
    """What has been paid for an order before any invoice, and no invoice has taken yet."""
    from emptor.domains.payables import prepayments  # it pays invoices, which bill orders

    return prepayments.open_sum(tx, order_id)


def _allocated(lines: Any) -> Any:
    """An order's lines with what its invoices have billed of each and what others claim. Summed up once and joined."""
    invoices, billed, allocated = table("invoices"), table("invoice_lines"), table("invoice_line_allocations")

    def within(*states: int) -> ColumnElement[Any]:
        counts = or_(*(invoices.c.status == state for state in states))
        return func.sum(case((counts, allocated.c.quantity), else_=0), type_=Fixed(PRICE_SCALE))

    own = select(lines.c.id).where(lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"))
    sums = (
        select(allocated.c.order_line_id, within(*BILLED).label("billed"), within(*CLAIMING).label("claimed"))
        .join_from(
            allocated, billed, and_(billed.c.company_id == allocated.c.company_id, billed.c.id == allocated.c.line_id)
        )
        .join(invoices, and_(invoices.c.company_id == billed.c.company_id, invoices.c.id == billed.c.invoice_id))
        .where(
            allocated.c.company_id == bindparam("company"), allocated.c.order_line_id.in_(own),
            invoices.c.id != bindparam("without", value=0), *(invoices.c.logic_type != code for code in CREDITS),
        )
        .group_by(allocated.c.order_line_id)
        .cte("sums")
        .prefix_with("MATERIALIZED")
    )  # fmt: skip
    nothing = literal(0, BigInteger)
    columns = [lines.c[name] for name in ("id", "position", "quantity", "net_sum", "status", "received_quantity")]
    return (
        select(
            *columns,
            func.coalesce(sums.c.billed, nothing, type_=Fixed(PRICE_SCALE)).label("billed"),
            func.coalesce(sums.c.claimed, nothing, type_=Fixed(PRICE_SCALE)).label("claimed"),
        )
        .join_from(lines, sums, sums.c.order_line_id == lines.c.id, isouter=True)
        .where(lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"))
    )


@lru_cache(maxsize=1)
def _lines() -> Statement:
    lines = table("purchase_order_lines")
    return Statement(_allocated(lines).order_by(lines.c.position))


@lru_cache(maxsize=1)
def _write_lines() -> Statement:
    lines = table("purchase_order_lines")
    taken = _allocated(lines.alias("of_order")).subquery("taken")
    return Statement(
        update(lines)
        .where(lines.c.company_id == bindparam("company"), lines.c.id == taken.c.id)
        .values(invoiced_quantity=taken.c.billed)
    )


@lru_cache(maxsize=1)
def _unbilled() -> Statement:
    """A line of an order that more is to be billed of."""
    lines = table("purchase_order_lines")
    amount = type_coerce(lines.c.net_sum, BigInteger) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    ordered = case((bindparam("service", type_=Boolean()), amount), else_=type_coerce(lines.c.quantity, BigInteger))
    return Statement(
        select(lines.c.id)
        .where(
            lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"),
            lines.c.status != CLOSED_LINE, lines.c.item_type != doc.TAX_ITEM,
            type_coerce(lines.c.invoiced_quantity, BigInteger) < ordered,
        )
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _bills() -> Statement:
    """Per invoice what its allocations bill of an order, and, where its header names the order, its free lines."""
    invoices, billed, allocated = table("invoices"), table("invoice_lines"), table("invoice_line_allocations")
    ordered = table("purchase_order_lines")
    own = select(ordered.c.id).where(
        ordered.c.company_id == bindparam("company"), ordered.c.order_id == bindparam("order")
    )
    of_order = allocated.c.order_line_id.in_(own)
    mine = select(billed.c.invoice_id).join_from(
        allocated, billed, and_(billed.c.company_id == allocated.c.company_id, billed.c.id == allocated.c.line_id)
    ).where(allocated.c.company_id == bindparam("company"), of_order)  # fmt: skip
    free = and_(allocated.c.id.is_(None), invoices.c.purchase_order_id == bindparam("order"))
    net = case((free, billed.c.net_sum), (of_order, allocated.c.net_sum), else_=0)
    gross = case((free, billed.c.sum), (of_order, allocated.c.sum), else_=0)
    money = invoices.c.sum.type
    return Statement(
        select(
            invoices.c.status, func.sum(net, type_=money).label("net"), func.sum(gross, type_=money).label("gross"),
            invoices.c.exchange_rate, invoices.c.sum_paid, invoices.c.sum,
        )
        .join_from(
            invoices, billed,
            and_(billed.c.company_id == invoices.c.company_id, billed.c.invoice_id == invoices.c.id),
        )
        .join(
            allocated,
            and_(allocated.c.company_id == billed.c.company_id, allocated.c.line_id == billed.c.id),
            isouter=True,
        )
        .where(
            invoices.c.company_id == bindparam("company"), any_of(invoices.c.status, "states"),
            invoices.c.id != bindparam("without", value=0), *(invoices.c.logic_type != code for code in CREDITS),
            or_(invoices.c.purchase_order_id == bindparam("order"), invoices.c.id.in_(mine)),
        )
        .group_by(
            invoices.c.id, invoices.c.status, invoices.c.exchange_rate, invoices.c.sum_paid, invoices.c.sum,
        )
        .order_by(invoices.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _orders_of() -> Statement:
    orders, ordered = table("purchase_orders"), table("purchase_order_lines")
    billed, allocated = table("invoice_lines"), table("invoice_line_allocations")
    mine = (
        select(ordered.c.order_id)
        .join_from(
            billed, allocated, and_(allocated.c.company_id == billed.c.company_id, allocated.c.line_id == billed.c.id)
        )
        .join(ordered, and_(ordered.c.company_id == allocated.c.company_id, ordered.c.id == allocated.c.order_line_id))
        .where(billed.c.company_id == bindparam("company"), billed.c.invoice_id == bindparam("invoice"))
    )
    return Statement(
        select(orders)
        .where(
            orders.c.company_id == bindparam("company"),
            or_(orders.c.id == bindparam("named"), orders.c.id.in_(mine)),
        )
        .order_by(orders.c.id)
    )


@lru_cache(maxsize=1)
def _named_lines() -> Statement:
    ordered, allocated = table("purchase_order_lines"), table("invoice_line_allocations")
    return Statement(
        select(ordered.c.id)
        .distinct()
        .join_from(
            ordered, allocated,
            and_(allocated.c.company_id == ordered.c.company_id, allocated.c.order_line_id == ordered.c.id),
        )
        .where(ordered.c.company_id == bindparam("company"), ordered.c.order_id == bindparam("order"))
    )  # fmt: skip


@lru_cache(maxsize=1)
def _any_bill() -> Statement:
    invoices = table("invoices")
    ordered, billed, allocated = (
        table(name) for name in ("purchase_order_lines", "invoice_lines", "invoice_line_allocations")
    )
    by_name = select(invoices.c.id).where(
        invoices.c.company_id == bindparam("company"), invoices.c.purchase_order_id == bindparam("order")
    )
    by_line = (
        select(billed.c.invoice_id)
        .join_from(
            ordered, allocated,
            and_(allocated.c.company_id == ordered.c.company_id, allocated.c.order_line_id == ordered.c.id),
        )
        .join(billed, and_(billed.c.company_id == allocated.c.company_id, billed.c.id == allocated.c.line_id))
        .where(ordered.c.company_id == bindparam("company"), ordered.c.order_id == bindparam("order"))
    )  # fmt: skip
    return Statement(by_name.union_all(by_line).limit(1))
