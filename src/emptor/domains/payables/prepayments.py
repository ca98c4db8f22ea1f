"""Prepayments: money for an order ahead of its invoices, which the next one that is approved takes.

No more is paid ahead than is still to be billed: what has been billed is paid on its invoices. One that had to wait
for approval pays the invoices that were approved meanwhile, as if it had not waited.

What an invoice takes is a payment of its own kind on it, so that it can be taken off again there: then the prepayment
waits for the next invoice. A prepayment that is canceled goes from the invoices that took it, too. Which rows of
`payments` are which is told in `settling`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, func, or_, select, true, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents, verbs
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables import rules, settling
from emptor.domains.payables.rules import ACTIVE, LIVING, PAY, PENDING, PREPAYMENT, TAKEN
from emptor.domains.purchasing.orders import billing
from emptor.domains.suppliers import bank
from emptor.kit.errors import IllegalMove, Invalid
from emptor.kit.money import MONEY_SCALE, ZERO, cut, plain
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.clauses import belongs, mine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]


def open_sums(tx: Transaction, ids: Sequence[int]) -> dict[int, Decimal]:
    """What has been paid for orders and no invoice has taken yet, by their ids; nothing paid, nothing told."""
    return {order_id: opened for order_id, (opened, _) in _all_sums(tx, ids).items()}


def of_order(tx: Transaction, order: Row) -> rules.Prepaid:
    """What has been paid ahead of an order, and what may be.

    A blanket order whose sum counts without taxes is paid ahead without them: nobody knows them before it is billed.
    """
    ahead, pending = _sums(tx, order["id"])
    bills = billing.bills(tx, order["id"], *rules.BILLED)
    if order["logic_type"] != billing.BLANKET_TOTAL:
        worth = order["sum"] - (tx.scalar(_withheld(), company=tx.company_id, order=order["id"]) or ZERO)
        billed = sum(map(_payable, bills), ZERO)
    else:
        worth = order["blanket_sum"] or ZERO
        billed = sum((one.gross if order["blanket_is_gross"] else one.net for one in bills), ZERO)
    return rules.Prepaid(worth, billed, ahead, pending)


def _payable(bill: billing.Bill) -> Decimal:
    """What it takes to pay an invoice in full, as far as it bills the order."""
    return rules.part_of(bill.whole - bill.withheld, bill.gross, bill.whole)


def hand_over(tx: UnitOfWork, invoice: Row, *, only: Row | None = None) -> list[Row]:
    """Let an invoice take what its orders have been prepaid, or `only` one prepayment: the oldest first, as far as
    something of it is left, and of each order no more than it bills of that; what has been taken.
    """
    rest = settling.owed(tx, invoice).left
    orders = [only["purchase_order_id"]] if only else settling.orders_of(tx, [invoice])
    ahead = tx.records(_open(), company=tx.company_id, orders=orders)
    found = [row for row in ahead if rest > 0 and (only is None or row["id"] == only["id"])]
    room = _room(tx, invoice, {row["purchase_order_id"] for row in found})
    entries = []
    for row in found:
        taken = min(rest, row["open"], room[row["purchase_order_id"]])
        if taken > 0 and row["currency"] == invoice["currency"]:
            entries.append(
                {
                    "logic_type": TAKEN, "prepayment": True, "automatic": True, "status": ACTIVE,
                    "pay_date": tx.stamp, "sum_paid": taken, "invoice_id": invoice["id"],
                    "purchase_order_id": row["purchase_order_id"], "prepayment_id": row["id"],
                    "currency": row["currency"],
                }
            )  # fmt: skip
            rest -= taken
            room[row["purchase_order_id"]] -= taken
    return settling.book(tx, entries)


def _room(tx: UnitOfWork, invoice: Row, orders: Collection[int]) -> dict[int, Decimal]:
    """How much an invoice may still take of the prepayments of each of these orders: the part that it bills of it."""
    if not orders:
        return {}
    scale = scale_of(tx.actor.settings, invoice["currency"])
    taken = dict(tx.all(_taken_by(), company=tx.company_id, invoice=invoice["id"]))
    bills = billing.bills_of(tx, sorted(orders), *rules.PAYABLE)
    return {
        order_id: sum((cut(_payable(one), scale) for one in found if one.invoice_id == invoice["id"]), ZERO)
        - taken.get(order_id, ZERO)
        for order_id, found in bills.items()
    }


def still_fits(tx: UnitOfWork, order: Row, payment: Row) -> None:
    """IllegalMove where a prepayment that waits would pay for what has been paid meanwhile, or is ordered no more."""
    now, missed = of_order(tx, order), _missed(tx, payment)
    left = settling.owed_all(tx, missed)
    takeable = (min(left[one["id"]].left, _room(tx, one, [order["id"]])[order["id"]]) for one in missed)
    others = now.open + now.pending - payment["sum_paid"]
    most = max(ZERO, now.worth - now.billed - others + sum(takeable, ZERO))
    if payment["sum_paid"] > most:
        raise IllegalMove(
            f"Of order {order['idn']} {plain(cut(most, MONEY_SCALE), 0)} are left to be paid, and this payment is of "
            f"{plain(payment['sum_paid'], 0)}; reject it."
        )


def catch_up(tx: UnitOfWork, payment: Row) -> list[Row]:
    """Let invoices take what was paid ahead of their order and had to wait when they were approved; what they took."""
    return [taken for one in _missed(tx, payment) for taken in hand_over(tx, one, only=payment)]


def _missed(tx: UnitOfWork, payment: Row) -> list[Row]:
    """The invoices with something left to pay that were approved since a prepayment of their order was made."""
    bills = billing.bills(tx, payment["purchase_order_id"], *rules.PAYABLE)
    found = settling.invoices_of(tx, [one.invoice_id for one in bills])
    return [one for one in found if one["approval_date"] >= payment["create_date"]]


def covered(tx: UnitOfWork, order: Row) -> str:
    """Why an order can't be as it is now: more has been paid for it ahead than it comes to; empty where it can."""
    found = tx.one(_living(), company=tx.company_id, order=order["id"])
    if not found:
        return ""
    now = of_order(tx, order)
    ahead = now.open + now.pending
    if cut(ahead - now.unbilled, scale_of(tx.actor.settings, order["currency"])) <= 0:
        return ""
    return (
        f"{plain(ahead, 0)} have been paid ahead for this order, or are about to be, and {plain(now.unbilled, 0)} are "
        f"left of it to bill. Order at least as much, or cancel payment {found[0]} first."
    )


def linked(tx: UnitOfWork, invoice: Row, orders: Iterable[Row]) -> None:
    """An invoice that is owed has been found to be one of these orders: it takes what was paid ahead of them.

    Invalid where it has been paid, and what it bills has been paid ahead as well.
    """
    if invoice["status"] in rules.PAYABLE:
        settling.follow(tx, hand_over(tx, invoice))
    for order in orders if invoice["status"] in rules.BILLED else ():
        now = of_order(tx, settling.order_of(tx, order["id"]))
        if now.open and cut(now.beyond, scale_of(tx.actor.settings, invoice["currency"])):
            raise Invalid(
                {"items": f"{plain(now.open, 0)} have been paid ahead for order {order['idn']}, more than is left of "
                          "it to bill with this invoice; cancel that payment first."}
            )  # fmt: skip


def taken_from(tx: Transaction, payment: Row) -> list[Row]:
    """What invoices have taken of a prepayment."""
    return settling.active_by(tx, "prepayment_id", payment["id"])


def none_for(tx: UnitOfWork, order: Row) -> None:
    """IllegalMove where something has been paid for an order ahead of its invoices, or waits to be."""
    found = tx.one(_living(), company=tx.company_id, order=order["id"])
    if found:
        raise IllegalMove(f"Payment {found[0]} has been made for this order ahead of its invoices; cancel it first.")


def checked(tx: UnitOfWork, values: Row) -> Row:
    """The columns of a new prepayment; what is wrong with it is noted."""
    order = query.stored(tx, orders(), "id", values["purchase_order_id"], payers_scope(tx))
    if values.get("invoice_id"):
        tx.problems.add("purchaseOrder", "Name the invoice or the order that is paid, not both.")
    if values.get("credit_note_id"):
        tx.problems.add("creditNote", "A credit pays invoices, not orders.")
    if order is None:
        tx.problems.add("purchaseOrder", f"There is no order with id {values['purchase_order_id']} that you can use.")
    elif order["status"] != documents.APPROVED:
        name = orders().life.names[order["status"]]
        tx.problems.add("purchaseOrder", f"Order {order['idn']} is {name}; only an approved order can be prepaid.")
    else:
        held = bank.held(tx, [order["supplier_id"]]).get(order["supplier_id"])
        if held:
            tx.problems.add("purchaseOrder", held)
        scale = scale_of(tx.actor.settings, order["currency"])
        fault = "sum_paid" in values and rules.amount_fault(
            cut(of_order(tx, order).left, scale), values["sum_paid"], scale
        )
        if fault:
            tx.problems.add(*fault)
    return {**values, "logic_type": PREPAYMENT, "prepayment": True, "currency": order and order["currency"]}


def orders() -> Resource:
    """The declaration of orders."""
    return verbs.RESOURCES["purchaseorders"]


def payers_scope(tx: Transaction) -> query.Scope:
    """The orders that the acting person can prepay: who pays need not be a buyer to see them."""
    return tx.actor.scope(_as_payers_see(orders()))


@lru_cache(maxsize=1)
def _as_payers_see(resource: Resource) -> Resource:
    access = resource.access
    return replace(resource, access=replace(access, viewers=(*access.viewers, *PAY.roles)))


def _sums(tx: Transaction, order_id: int) -> tuple[Decimal, Decimal]:
    """What has been prepaid for an order and not been taken, and what waits for approval."""
    return _all_sums(tx, [order_id]).get(order_id, (ZERO, ZERO))


def _all_sums(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[Decimal, Decimal]]:
    rows = tx.all(_of_orders(), company=tx.company_id, orders=list(ids))
    return {order_id: (given - taken, pending) for order_id, given, taken, pending in rows}


@lru_cache(maxsize=1)
def _of_orders() -> Statement:
    payments = table("payments")
    given = and_(payments.c.logic_type == PREPAYMENT, payments.c.invoice_id.is_(None))

    def total(kind: ColumnElement[bool], status: int) -> ColumnElement[Any]:
        counts = case((and_(kind, payments.c.status == status), payments.c.sum_paid), else_=0)
        return func.sum(counts, type_=payments.c.sum_paid.type)

    return Statement(
        select(
            payments.c.purchase_order_id, total(given, ACTIVE).label("given"),
            total(payments.c.logic_type == TAKEN, ACTIVE).label("taken"), total(given, PENDING).label("pending"),
        )
        .where(payments.c.company_id == bindparam("company"), any_of(payments.c.purchase_order_id, "orders"))
        .group_by(payments.c.purchase_order_id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _open() -> Statement:
    """The prepayments of orders of which something is left, order by order, the oldest first."""
    payments, takings = table("payments"), table("payments").alias("takings")
    taken = (
        select(func.sum(takings.c.sum_paid))
        .where(
            takings.c.company_id == payments.c.company_id, takings.c.prepayment_id == payments.c.id,
            takings.c.status == ACTIVE,
        )
        .scalar_subquery()
    )  # fmt: skip
    rest = type_coerce(payments.c.sum_paid, BigInteger) - func.coalesce(type_coerce(taken, BigInteger), 0)
    return Statement(
        select(
            payments.c.id, payments.c.purchase_order_id, payments.c.currency,
            type_coerce(rest, payments.c.sum_paid.type).label("open"),
        )
        .where(
            payments.c.company_id == bindparam("company"), any_of(payments.c.purchase_order_id, "orders"),
            payments.c.logic_type == PREPAYMENT, payments.c.invoice_id.is_(None), payments.c.status == ACTIVE,
            rest > 0,
        )
        .order_by(payments.c.purchase_order_id, payments.c.pay_date, payments.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _taken_by() -> Statement:
    """What an invoice has taken of the prepayments of each order."""
    payments = table("payments")
    return Statement(
        select(payments.c.purchase_order_id, func.sum(payments.c.sum_paid, type_=payments.c.sum_paid.type))
        .where(
            mine(payments), payments.c.invoice_id == bindparam("invoice"), payments.c.logic_type == TAKEN,
            payments.c.status == ACTIVE,
        )
        .group_by(payments.c.purchase_order_id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _withheld() -> Statement:
    """What is withheld of an order."""
    lines, taxes = table("purchase_order_lines"), table("purchase_order_lines_taxes")
    return Statement(
        select(func.sum(taxes.c.sum, type_=taxes.c.sum.type))
        .join_from(lines, taxes, belongs(taxes, "line_id", lines))
        .where(mine(lines), lines.c.order_id == bindparam("order"), taxes.c.is_withholding_tax == true())
    )


@lru_cache(maxsize=1)
def _living() -> Statement:
    payments = table("payments")
    return Statement(
        select(payments.c.idn)
        .where(
            payments.c.company_id == bindparam("company"), payments.c.purchase_order_id == bindparam("order"),
            payments.c.invoice_id.is_(None), or_(*(payments.c.status == status for status in LIVING)),
        )
        .order_by(payments.c.id)
        .limit(1)
    )  # fmt: skip
