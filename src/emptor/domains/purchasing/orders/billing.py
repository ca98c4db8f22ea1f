"""How far an order has been billed and paid, recomputed from its invoices, never counted up.

What an invoice bills of an order stands in the allocations of its lines. A blanket order by its total has no lines of
its own before its first invoice: what is not allocated yet belongs to the order that the invoice's header names.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables.rules import BILLED, CREDIT_NOTES
from emptor.domains.purchasing.orders import awaiting, progress
from emptor.domains.purchasing.orders.progress import SERVICE
from emptor.kit.money import ZERO, product, rounded
from emptor.store.clauses import added_up, belongs, mine, one_of, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

CLAIMING = (doc.PENDING, doc.MATCHING, doc.IN_REVISION)
"""Invoices in these states may be billed any moment: nobody else can bill what is in them."""
LIVING = (*CLAIMING, *BILLED)

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
    struck: Decimal = ZERO
    """Ordered, and not wanted any more."""
    waived: Decimal = ZERO
    """A small rest that nobody waits for, though it may still be billed."""

    @property
    def open(self) -> Decimal:
        """What is still to be billed; of what lowers a service's price, what may still be taken off."""
        left = self.ordered - self.struck - self.waived - self.billed - self.claimed
        return ZERO if (left < 0) != (self.ordered < 0) else left


@dataclass(frozen=True)
class Bill:
    """What one invoice bills of an order."""

    invoice_id: int
    status: int
    net: Decimal
    gross: Decimal
    rate: Decimal
    paid: Decimal
    """Of the whole invoice."""
    whole: Decimal
    """What the whole invoice comes to, with taxes."""
    withheld: Decimal
    """What of that is not paid to the supplier."""


def payment_status(bills: list[Bill], *, whole: bool, prepaid: Decimal) -> int:
    """How far an order has been paid: its approved `bills`, whether they are the `whole` of it, what is prepaid."""
    if not bills:
        return PARTLY_PAID if prepaid else NOT_BILLED
    if whole and all(one.status == doc.PAID for one in bills):
        return PAID
    return PARTLY_PAID if prepaid or any(one.paid for one in bills) else NOT_PAID


def lines(tx: Transaction, order: Row, without: int = 0) -> dict[int, Billable]:
    """The lines of an order and what its invoices took of each; invoice `without` counts as none."""
    return lines_of(tx, [order], without)


def lines_of(tx: Transaction, orders: Sequence[Row], without: int = 0) -> dict[int, Billable]:
    """The same for many orders: their lines by ids, order by order as they stand there."""
    services = {order["id"] for order in orders if order["logic_type"] == SERVICE}
    ids = [order["id"] for order in orders]
    rows = tx.all(_lines(), company=tx.company_id, orders=ids, without=without) if ids else ()
    return {
        row_id: Billable(row_id, net if order_id in services else quantity, billed, claimed, received, struck, waived)
        for row_id, order_id, _, quantity, net, received, struck, waived, billed, claimed in rows
    }


def bills(tx: Transaction, order_id: int, *states: int, without: int = 0) -> list[Bill]:
    """What the order's invoices in these states bill of it, invoice by invoice."""
    return bills_of(tx, [order_id], *states, without=without)[order_id]


def bills_of(tx: Transaction, orders: Sequence[int], *states: int, without: int = 0) -> dict[int, list[Bill]]:
    """The same for many orders, by their ids."""
    found: dict[int, list[Bill]] = {order_id: [] for order_id in orders}
    rows = tx.all(_bills(), company=tx.company_id, orders=list(orders), states=list(states), without=without)
    for order_id, *bill in rows:
        found[order_id].append(Bill(*bill))
    return found


def orders_of(tx: Transaction, invoice: Row) -> list[Row]:
    """The orders that an invoice bills, in the order they were made in."""
    return orders(tx, order_ids_of(tx, [invoice["id"]]))


def orders(tx: Transaction, ids: Sequence[int]) -> list[Row]:
    """Orders by their ids, in the order they were made in."""
    return tx.records(_orders(), company=tx.company_id, ids=list(ids)) if ids else []


def order_ids_of(tx: Transaction, invoices: Collection[int]) -> list[int]:
    """The ids of the orders that some invoices bill, by lines or by name, in the order they were made in."""
    if not invoices:
        return []
    return sorted(order_id for (order_id,) in tx.all(_orders_billed(), company=tx.company_id, ids=list(invoices)))


def recount_of(tx: UnitOfWork, invoice: Row) -> None:
    """Bring every order up to date that an invoice bills."""
    recount_all(tx, order_ids_of(tx, [invoice["id"]]))


def recount(tx: UnitOfWork, order_id: int) -> None:
    """Set what has been billed of each line and of the order, and how far it is paid; conclude it when it is done."""
    recount_all(tx, [order_id])


def recount_all(tx: UnitOfWork, ids: Sequence[int]) -> None:
    """The same for many orders."""
    if not ids:
        return
    billed, found = bills_of(tx, ids, *BILLED), orders(tx, ids)
    invoices = sorted({one.invoice_id for of_order in billed.values() for one in of_order})
    strike_unbilled(tx, found)
    for service in (True, False):
        alike = [order["id"] for order in found if (order["logic_type"] == SERVICE) == service]
        if alike:
            about = {"orders": alike, "invoices": invoices, "service": service, "small": awaiting.small(tx)}
            tx.run(_write_lines(), company=tx.company_id, **about)
    lines_, scale = progress.lines_of(tx, ids), scale_of(tx.actor.settings)
    states = _paid(tx, found, billed, lines_)
    for order in found:
        doc.charge(tx, verbs.RESOURCES["purchaseorders"], order["id"])
    progress.conclude(
        tx,
        [
            (
                order,
                {
                    **_billed_sums(billed[order["id"]], scale),
                    "status_payment": states[order["id"]], "status_receiving": lines_[order["id"]].received,
                },
            )
            for order in found
        ],
    )  # fmt: skip


def _billed_sums(found: list[Bill], scale: int) -> Row:
    return {
        "invoiced_sum": sum((one.gross for one in found), ZERO),
        "net_invoiced_sum": sum((one.net for one in found), ZERO),
        "invoiced_sum_in_company_currency": sum(
            (rounded(product(one.gross, one.rate), scale) for one in found), ZERO
        ),
    }  # fmt: skip


def recount_payments(tx: UnitOfWork, ids: Sequence[int]) -> None:
    """Set how far each of these orders is paid, where payments have changed and nothing that is billed has."""
    found = orders(tx, ids)
    states = _paid(tx, found, bills_of(tx, ids, *BILLED), progress.lines_of(tx, ids)) if found else {}
    progress.conclude(tx, [(order, {"status_payment": states[order["id"]]}) for order in found])


def _paid(
    tx: UnitOfWork, orders: list[Row], found: dict[int, list[Bill]], lines_: dict[int, progress.Lines]
) -> dict[int, int]:
    """How far each of these orders has been paid, by its approved bills and by what its lines still wait for."""
    from emptor.domains.payables import prepayments  # it pays invoices, which bill orders

    ahead = prepayments.open_sums(tx, [order["id"] for order in orders])
    return {
        order["id"]: payment_status(
            found[order["id"]], whole=_is_whole(order, found[order["id"]], lines_[order["id"]]),
            prepaid=ahead.get(order["id"], ZERO),
        )
        for order in orders
    }  # fmt: skip


def _is_whole(order: Row, found: list[Bill], lines_: progress.Lines) -> bool:
    """Whether nothing more is to be billed: a blanket order by its total is used up or has ended, others have no line
    that is open.
    """
    if order["logic_type"] != BLANKET_TOTAL:
        return not lines_.unbilled
    used = sum((one.gross if order["blanket_is_gross"] else one.net for one in found), ZERO)
    return bool(order["status"] == doc.CLOSED or used >= order["blanket_sum"])


def strike(tx: UnitOfWork, order: Row, quantities: dict[int, Decimal], kept: dict[int, Decimal]) -> None:
    """Strike so much of lines of an order, by their ids; never what has come, is billed or claimed, or is `kept`."""
    came = _come(tx, order)
    listed = []
    for line in lines(tx, order).values():
        taken = max(came.get(line.id, ZERO), line.billed + line.claimed + kept.get(line.id, ZERO))
        more = min(quantities.get(line.id, ZERO), line.ordered - line.struck - taken)
        if more > 0:
            listed.append({"id": line.id, "rejected_quantity": line.struck + more})
    tx.update_all(table("purchase_order_lines"), listed, "id")


def unstrike(tx: UnitOfWork, order: Row) -> None:
    """What was struck of an order is wanted again as far as it is on a receipt or on a bill all the same."""
    struck = [line for line in lines(tx, order).values() if line.struck]
    came = _come(tx, order) if struck else {}
    listed = []
    for line in struck:
        taken = max(came.get(line.id, ZERO), line.billed + line.claimed)
        if line.struck + taken > line.ordered:
            listed.append({"id": line.id, "rejected_quantity": max(ZERO, line.ordered - taken)})
    tx.update_all(table("purchase_order_lines"), listed, "id")


def _come(tx: UnitOfWork, order: Row) -> dict[int, Decimal]:
    """What of each line has come, or is on receipts that are not decided."""
    return {line.id: line.received + line.claimed for line in progress.ordered_lines(tx, order)}


def strike_unbilled(tx: UnitOfWork, orders: Sequence[Row]) -> None:
    """The lines of blanket orders by their total are those of their bills: without one, a line is not awaited."""
    blankets = [order["id"] for order in orders if order["logic_type"] == BLANKET_TOTAL]
    if blankets:
        tx.run(_strike_unbilled(), company=tx.company_id, orders=blankets)


def named_lines(tx: Transaction, order_id: int) -> list[int]:
    """The lines of an order that invoices name, drafts and dead ones too."""
    return [line_id for (line_id,) in tx.all(_named_lines(), company=tx.company_id, order=order_id)]


def has_bills(tx: Transaction, order_id: int) -> bool:
    """Whether there is any invoice of the order."""
    return tx.one(_any_bill(), company=tx.company_id, order=order_id) is not None


OF_LINE = (
    "id", "order_id", "position", "quantity", "net_sum", "received_quantity", "rejected_quantity", "waived_quantity",
)  # fmt: skip


@lru_cache(maxsize=1)
def _lines() -> Statement:
    """Orders' lines with what their invoices have billed of each and what others claim; invoice `without` has none."""
    lines = table("purchase_order_lines")
    invoices, allocated = table("invoices"), table("invoice_line_allocations")

    def within(states: tuple[int, ...]) -> ColumnElement[Any]:
        return case(
            (one_of(invoices.c.status, *states), allocated.c.quantity), else_=literal(ZERO, allocated.c.quantity.type)
        )

    ordered = select(*(lines.c[name] for name in OF_LINE)).where(mine(lines), any_of(lines.c.order_id, "orders"))
    bills = (
        select(allocated.c.order_line_id, within(BILLED).label("billed"), within(CLAIMING).label("claimed"))
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            mine(allocated), any_of(allocated.c.order_id, "orders"), allocated.c.invoice_id != bindparam("without"),
            *(invoices.c.logic_type != code for code in CREDIT_NOTES),
        )
    )  # fmt: skip
    taken = added_up(ordered, bills)
    return Statement(select(taken).order_by(taken.c.order_id, taken.c.position))


@lru_cache(maxsize=1)
def _write_lines() -> Statement:
    """Sets what `invoices` have billed of each line, and what follows from that."""
    lines, allocated = table("purchase_order_lines"), table("invoice_line_allocations")
    all_lines = select(lines.c.id).where(mine(lines), any_of(lines.c.order_id, "orders"))
    bills = select(allocated.c.order_line_id, allocated.c.quantity.label("billed")).where(
        mine(allocated), any_of(allocated.c.order_id, "orders"), any_of(allocated.c.invoice_id, "invoices")
    )
    taken = added_up(all_lines, bills)
    billed = units(taken.c.billed)
    service, received = bindparam("service", type_=Boolean()), units(lines.c.received_quantity)
    now = {"invoiced_quantity": billed} | awaiting.follows(lines, service, received, billed)
    return Statement(
        update(lines).where(mine(lines), lines.c.id == taken.c.id, awaiting.differ(lines, now)).values(now),
        sets=now,
    )


@lru_cache(maxsize=1)
def _strike_unbilled() -> Statement:
    """Of what is struck here, the recount that follows takes back what has come."""
    lines, invoices, allocated = (
        table(name) for name in ("purchase_order_lines", "invoices", "invoice_line_allocations")
    )
    billed = (
        select(allocated.c.id)
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            allocated.c.company_id == lines.c.company_id, allocated.c.order_line_id == lines.c.id,
            one_of(invoices.c.status, *LIVING),
        )
        .correlate(lines)
        .exists()
    )  # fmt: skip
    struck = case((billed, literal(0, BigInteger)), else_=units(lines.c.quantity))
    return Statement(
        update(lines)
        .where(mine(lines), any_of(lines.c.order_id, "orders"), units(lines.c.rejected_quantity) != struck)
        .values(rejected_quantity=struck),
        sets=("rejected_quantity",),
    )


@lru_cache(maxsize=1)
def _orders() -> Statement:
    orders = table("purchase_orders")
    mine = (orders.c.company_id == bindparam("company"), any_of(orders.c.id, "ids"))
    return Statement(select(orders).where(*mine).order_by(orders.c.id))


@lru_cache(maxsize=1)
def _bills() -> Statement:
    """Per order and invoice what its allocations bill, and, where its header names the order, what they leave of it."""
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    by_line = select(
        allocated.c.order_id, allocated.c.invoice_id, allocated.c.net_sum, allocated.c.sum, literal(1).label("by_line")
    ).where(allocated.c.company_id == bindparam("company"), any_of(allocated.c.order_id, "orders"))
    headed = invoices.alias("headed")
    naming = (headed.c.company_id == bindparam("company"), any_of(headed.c.purchase_order_id, "orders"))
    whole = select(
        headed.c.purchase_order_id, headed.c.id, headed.c.net_sum, headed.c.sum, literal(0)
    ).where(*naming)  # fmt: skip
    taken = (
        select(headed.c.purchase_order_id, headed.c.id, -allocated.c.net_sum, -allocated.c.sum, literal(0))
        .join_from(headed, allocated, belongs(allocated, "invoice_id", headed))
        .where(*naming)
    )
    pile, money = union_all(by_line, whole, taken).subquery("pile"), invoices.c.sum.type
    net, gross = func.sum(pile.c.net_sum, type_=money), func.sum(pile.c.sum, type_=money)
    sums = (
        select(pile.c.order_id, pile.c.invoice_id, net.label("net"), gross.label("gross"))
        .group_by(pile.c.order_id, pile.c.invoice_id)
        .having(or_(func.max(pile.c.by_line) == 1, net != 0, gross != 0))
        .subquery("sums")
    )
    return Statement(
        select(
            sums.c.order_id, invoices.c.id, invoices.c.status, sums.c.net, sums.c.gross, invoices.c.exchange_rate,
            invoices.c.sum_paid, invoices.c.sum, invoices.c.withholding_tax_sum,
        )
        .join_from(sums, invoices, invoices.c.id == sums.c.invoice_id)
        .where(
            invoices.c.company_id == bindparam("company"), any_of(invoices.c.status, "states"),
            invoices.c.id != bindparam("without", value=0), *(invoices.c.logic_type != code for code in CREDIT_NOTES),
        )
        .order_by(invoices.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _named_lines() -> Statement:
    allocated = table("invoice_line_allocations")
    return Statement(
        select(allocated.c.order_line_id)
        .distinct()
        .where(allocated.c.company_id == bindparam("company"), allocated.c.order_id == bindparam("order"))
    )


@lru_cache(maxsize=1)
def _any_bill() -> Statement:
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    by_name = select(invoices.c.id).where(
        invoices.c.company_id == bindparam("company"), invoices.c.purchase_order_id == bindparam("order")
    )
    by_line = select(allocated.c.id).where(
        allocated.c.company_id == bindparam("company"), allocated.c.order_id == bindparam("order")
    )
    return Statement(by_name.union_all(by_line).limit(1))


@lru_cache(maxsize=1)
def _orders_billed() -> Statement:
    """The orders that invoices name and those whose lines their lines bill."""
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    by_name = select(invoices.c.purchase_order_id).where(
        invoices.c.company_id == bindparam("company"), any_of(invoices.c.id, "ids"),
        invoices.c.purchase_order_id.is_not(None),
    )  # fmt: skip
    by_line = select(allocated.c.order_id).where(
        allocated.c.company_id == bindparam("company"), any_of(allocated.c.invoice_id, "ids")
    )
    return Statement(by_name.union(by_line))
