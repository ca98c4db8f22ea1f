"""Whether what orders say of their receipts and invoices is what these say, in plain SQL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, case, func, or_, select, type_coerce, union_all
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains.checking import check
from emptor.domains.checks import scales_of
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO, plain, product, rounded
from emptor.store.clauses import belongs, known, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import Transaction

SERVICE, BLANKET = 1, 2
"""Kinds of order whose lines are counted in money, and whose bills are held against one sum."""
CREDIT_NOTES = (1, 5)
WAITING, PARTLY, RECEIVED, CLOSED = range(4)
BILLED = (doc.APPROVED, doc.PARTLY_PAID, doc.PAID)
PREPAYMENT, TAKEN, ACTIVE = 1, 3, 0
"""Codes of payments: paid ahead, taken by an invoice; in force."""
RECEIVING = {0: "not received", 1: "partly received", 2: "received"}
PAYING = {0: "not billed", 1: "not paid", 2: "partly paid", 3: "paid"}
STATES = {WAITING: "waiting", PARTLY: "partly received", RECEIVED: "received", CLOSED: "rejected"}
MONEY, QUANTITY = Fixed(MONEY_SCALE), Fixed(PRICE_SCALE)


@check("what has been received of orders' lines, and their states")
def received(tx: Transaction) -> Iterator[str]:
    """A line has received what approved receipts say, and its state follows from that and from what is awaited."""
    for idn, position, noted, found, state, expected in tx.all(_received(), company=tx.company_id):
        where = f"order {idn}, line {position + 1}"
        if noted != found:
            yield f"{where}: {plain(noted, 0)} are noted as received; its receipts come to {plain(found, 0)}"
        else:
            yield f"{where} is {STATES[state]}; by its quantities it is {STATES[expected]}"


@check("what nobody waits for of orders' lines")
def given_up(tx: Transaction) -> Iterator[str]:
    """Nothing is struck that has come or has been billed; a small rest is what is left of a line that was billed."""
    for idn, position, struck, waived, most in tx.all(_given_up(), company=tx.company_id):
        where = f"order {idn}, line {position + 1}"
        if not 0 <= struck <= max(most, ZERO):
            yield f"{where}: {plain(struck, 0)} are noted as struck; at most {plain(max(most, ZERO), 0)} can be"
        else:
            yield f"{where}: a rest of {plain(waived, 0)} is noted as waived; {plain(most - struck, 0)} are left"


@check("how far orders have been received")
def receiving(tx: Transaction) -> Iterator[str]:
    """An order is as far as its lines are."""
    for idn, noted, expected in tx.all(_receiving(), company=tx.company_id):
        yield f"order {idn} is {RECEIVING[noted]}; by its lines it is {RECEIVING[expected]}"


@check("what has been invoiced of orders' lines")
def invoiced_lines(tx: Transaction) -> Iterator[str]:
    """A line has been invoiced as far as invoices that were approved say."""
    for idn, position, noted, found in tx.all(_invoiced_lines(), company=tx.company_id):
        where = f"order {idn}, line {position + 1}"
        yield f"{where}: {plain(noted, 0)} are noted as invoiced; its invoices come to {plain(found, 0)}"


@check("what orders have been invoiced, and how far they are paid")
def invoiced(tx: Transaction) -> Iterator[str]:
    """The sums of an order's bills, and the state that follows from these, from payments and from what is open."""
    for row in tx.records(_invoiced(), company=tx.company_id):
        for words, column in (("net", "net_invoiced_sum"), ("in all", "invoiced_sum")):
            noted, found = row[column], row[f"found_{column}"]
            if noted != found:
                where = f"order {row['idn']}"
                yield f"{where} says {plain(noted)} were invoiced {words}; its invoices come to {plain(found)}"
        if row["status_payment"] != row["expected"]:
            yield f"order {row['idn']} is {PAYING[row['status_payment']]}; it should be {PAYING[row['expected']]}"


@check("what orders have been invoiced in the company's currency")
def invoiced_in_company_currency(tx: Transaction) -> Iterator[str]:
    """Each bill is converted at its own rate and rounded once."""
    noted: dict[str, Decimal] = {}
    bills: dict[str, list[tuple[Decimal, Decimal]]] = defaultdict(list)
    for idn, kept, gross, rate in tx.all(_converted(), company=tx.company_id):
        noted[idn] = kept
        if gross is not None:
            bills[idn].append((gross, rate))
    scales = scales_of(tx)
    for idn, kept in noted.items():
        found = [sum((rounded(product(*bill), scale) for bill in bills[idn]), ZERO) for scale in scales]
        if kept not in found:
            right = plain(found[0])
            yield f"order {idn} says {plain(kept)} were invoiced in the company's currency; it should be {right}"


def _ordered(lines: Any, orders: Any) -> ColumnElement[int]:
    """What a line orders, in the measure in which it is received and billed."""
    money = units(lines.c.net_sum) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    return case((orders.c.logic_type == SERVICE, money), else_=units(lines.c.quantity))


def _awaited(lines: Any, orders: Any) -> ColumnElement[int]:
    """What of that has come or is still wanted."""
    return _ordered(lines, orders) - units(lines.c.rejected_quantity) - units(lines.c.waived_quantity)


@lru_cache(maxsize=1)
def _received() -> Statement:
    orders, lines = table("purchase_orders"), table("purchase_order_lines")
    receipts, came = table("receipts"), table("receipt_lines")
    sums = (
        select(came.c.order_line_id, total(came.c.quantity).label("kept"))
        .join_from(came, receipts, belongs(came, "receipt_id", receipts))
        .where(mine(came), receipts.c.status == doc.APPROVED)
        .group_by(came.c.order_line_id)
        .subquery()
    )
    kept, ordered = known(sums.c.kept), _ordered(lines, orders)
    struck, expected_in_all = units(lines.c.rejected_quantity), _awaited(lines, orders)
    expected = case(
        (and_(kept >= expected_in_all, struck > 0), CLOSED), (kept >= expected_in_all, RECEIVED), (kept > 0, PARTLY),
        else_=WAITING,
    )  # fmt: skip
    # A draft waits for nothing; a line of nothing, or one that lowers the price, is received when anybody looks.
    follows = and_(orders.c.status != doc.DRAFT, ordered > 0)
    return Statement(
        select(
            orders.c.idn, lines.c.position, lines.c.received_quantity, type_coerce(kept, QUANTITY).label("found"),
            lines.c.status, expected.label("expected"),
        )
        .join_from(lines, orders, belongs(lines, "order_id", orders))
        .join(sums, sums.c.order_line_id == lines.c.id, isouter=True)
        .where(
            mine(lines), lines.c.item_type != doc.TAX_ITEM,
            or_(units(lines.c.received_quantity) != kept, and_(follows, lines.c.status != expected)),
        )
        .order_by(lines.c.order_id, lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _given_up() -> Statement:
    orders, lines = table("purchase_orders"), table("purchase_order_lines")
    struck, waived = units(lines.c.rejected_quantity), units(lines.c.waived_quantity)
    received, billed = units(lines.c.received_quantity), units(lines.c.invoiced_quantity)
    most = _ordered(lines, orders) - case((received > billed, received), else_=billed)
    wrong = or_(
        struck < 0, and_(struck > 0, struck > most),
        and_(waived != 0, or_(billed <= 0, waived != most - struck)),
    )  # fmt: skip
    return Statement(
        select(
            orders.c.idn, lines.c.position, lines.c.rejected_quantity, lines.c.waived_quantity,
            type_coerce(most, QUANTITY).label("most"),
        )
        .join_from(lines, orders, belongs(lines, "order_id", orders))
        .where(mine(lines), wrong)
        .order_by(lines.c.order_id, lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _receiving() -> Statement:
    orders, lines = table("purchase_orders"), table("purchase_order_lines")
    touched = func.sum(case((units(lines.c.received_quantity) > 0, 1), else_=0))
    waited = func.sum(case((one_of(lines.c.status, WAITING, PARTLY), 1), else_=0))
    counted = (
        select(lines.c.order_id, touched.label("touched"), waited.label("waited"))
        .where(mine(lines), lines.c.item_type != doc.TAX_ITEM)
        .group_by(lines.c.order_id)
        .subquery()
    )
    expected = case((func.coalesce(counted.c.touched, 0) == 0, 0), (counted.c.waited == 0, 2), else_=1)
    return Statement(
        select(orders.c.idn, orders.c.status_receiving, expected.label("expected"))
        .join_from(orders, counted, counted.c.order_id == orders.c.id, isouter=True)
        .where(mine(orders), orders.c.status != doc.DRAFT, orders.c.status_receiving != expected)
        .order_by(orders.c.id)
    )  # fmt: skip


def _counts(invoices: Any) -> ColumnElement[bool]:
    """Invoices that have been billed; credit notes bill nothing."""
    return and_(one_of(invoices.c.status, *BILLED), *(invoices.c.logic_type != code for code in CREDIT_NOTES))


@lru_cache(maxsize=1)
def _invoiced_lines() -> Statement:
    orders, lines, invoices, billed, allocated = _tables()
    sums = (
        select(allocated.c.order_line_id, total(allocated.c.quantity).label("billed"))
        .join_from(allocated, billed, belongs(allocated, "line_id", billed))
        .join(invoices, belongs(billed, "invoice_id", invoices))
        .where(mine(allocated), _counts(invoices))
        .group_by(allocated.c.order_line_id)
        .subquery()
    )
    found = known(sums.c.billed)
    return Statement(
        select(orders.c.idn, lines.c.position, lines.c.invoiced_quantity, type_coerce(found, QUANTITY).label("found"))
        .join_from(lines, orders, belongs(lines, "order_id", orders))
        .join(sums, sums.c.order_line_id == lines.c.id, isouter=True)
        .where(mine(lines), units(lines.c.invoiced_quantity) != found)
        .order_by(lines.c.order_id, lines.c.position)
    )


def _tables() -> tuple[Any, ...]:
    names = ("purchase_orders", "purchase_order_lines", "invoices", "invoice_lines", "invoice_line_allocations")
    return tuple(table(name) for name in names)


def _bills() -> Any:
    """What each invoice that counts bills of each order: what is allocated, and free lines where it names the order."""
    _, lines, invoices, billed, allocated = _tables()
    has = select(allocated.c.id).where(
        allocated.c.company_id == billed.c.company_id, allocated.c.line_id == billed.c.id
    )
    parts = union_all(
        select(
            lines.c.order_id, billed.c.invoice_id, units(allocated.c.net_sum).label("net"),
            units(allocated.c.sum).label("gross"),
        )
        .join_from(allocated, lines, belongs(allocated, "order_line_id", lines))
        .join(billed, belongs(allocated, "line_id", billed))
        .where(mine(allocated)),
        select(invoices.c.purchase_order_id, invoices.c.id, units(billed.c.net_sum), units(billed.c.sum))
        .join_from(billed, invoices, belongs(billed, "invoice_id", invoices))
        .where(mine(billed), invoices.c.purchase_order_id.is_not(None), ~has.exists()),
    ).subquery()  # fmt: skip
    return (
        select(
            parts.c.order_id, invoices.c.status, invoices.c.exchange_rate, units(invoices.c.sum_paid).label("paid"),
            func.sum(parts.c.net).label("net"), func.sum(parts.c.gross).label("gross"),
        )
        .join_from(parts, invoices, and_(mine(invoices), invoices.c.id == parts.c.invoice_id))
        .where(_counts(invoices))
        .group_by(parts.c.order_id, invoices.c.id, invoices.c.status, invoices.c.exchange_rate, invoices.c.sum_paid)
        .subquery()
    )  # fmt: skip


def _prepaid() -> Any:
    """What was paid ahead for each order and no invoice has taken."""
    payments = table("payments")
    left = case((payments.c.logic_type == TAKEN, -units(payments.c.sum_paid)), else_=units(payments.c.sum_paid))
    return (
        select(payments.c.purchase_order_id, func.sum(left).label("left"))
        .where(mine(payments), payments.c.status == ACTIVE, one_of(payments.c.logic_type, PREPAYMENT, TAKEN))
        .group_by(payments.c.purchase_order_id)
        .subquery()
    )


def _open_lines() -> Any:
    """Orders of whose lines more is to be billed."""
    orders, lines, *_ = _tables()
    return (
        select(lines.c.order_id)
        .join_from(lines, orders, belongs(lines, "order_id", orders))
        .where(
            mine(lines), lines.c.item_type != doc.TAX_ITEM,
            units(lines.c.invoiced_quantity) < _awaited(lines, orders),
        )
        .group_by(lines.c.order_id)
        .subquery()
    )  # fmt: skip


@lru_cache(maxsize=1)
def _invoiced() -> Statement:
    orders, bills, prepaid, open_lines = table("purchase_orders"), _bills(), _prepaid(), _open_lines()
    sums = (
        select(
            bills.c.order_id, func.count().label("bills"), func.sum(bills.c.net).label("net"),
            func.sum(bills.c.gross).label("gross"), func.sum(bills.c.paid).label("paid"),
            func.sum(case((bills.c.status == doc.PAID, 0), else_=1)).label("owed"),
        )
        .group_by(bills.c.order_id)
        .subquery()
    )  # fmt: skip
    net, gross, ahead = known(sums.c.net), known(sums.c.gross), known(prepaid.c.left) > 0
    reached = case((orders.c.blanket_is_gross, gross), else_=net) >= units(orders.c.blanket_sum)
    whole = case(
        (orders.c.logic_type == BLANKET, or_(orders.c.status == doc.CLOSED, reached)),
        else_=open_lines.c.order_id.is_(None),
    )
    expected = case(
        (and_(sums.c.bills.is_(None), ahead), 2), (sums.c.bills.is_(None), 0), (and_(whole, sums.c.owed == 0), 3),
        (or_(ahead, sums.c.paid > 0), 2), else_=1,
    )  # fmt: skip
    return Statement(
        select(
            orders.c.idn, orders.c.net_invoiced_sum, orders.c.invoiced_sum, orders.c.status_payment,
            type_coerce(net, MONEY).label("found_net_invoiced_sum"),
            type_coerce(gross, MONEY).label("found_invoiced_sum"), expected.label("expected"),
        )
        .join_from(orders, sums, sums.c.order_id == orders.c.id, isouter=True)
        .join(prepaid, prepaid.c.purchase_order_id == orders.c.id, isouter=True)
        .join(open_lines, open_lines.c.order_id == orders.c.id, isouter=True)
        .where(
            mine(orders),
            or_(
                units(orders.c.net_invoiced_sum) != net, units(orders.c.invoiced_sum) != gross,
                orders.c.status_payment != expected,
            ),
        )
        .order_by(orders.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _converted() -> Statement:
    """Orders in other currencies, and those that say other sums in their own and the company's, bill by bill."""
    orders, bills = table("purchase_orders"), _bills()
    kept = orders.c.invoiced_sum_in_company_currency
    foreign = and_(orders.c.exchange_rate != 1, or_(bills.c.order_id.is_not(None), kept != 0))
    return Statement(
        select(orders.c.idn, kept, type_coerce(bills.c.gross, MONEY).label("gross"), bills.c.exchange_rate)
        .join_from(orders, bills, bills.c.order_id == orders.c.id, isouter=True)
        .where(mine(orders), or_(foreign, kept != orders.c.invoiced_sum))
        .order_by(orders.c.id)
    )
