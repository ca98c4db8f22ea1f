"""Prepayments: money for an order ahead of its invoices, which the next one that is approved takes.

What an invoice takes is a payment of its own kind on it, so that it can be taken off again there: then the prepayment
waits for the next invoice. A prepayment that is canceled goes from the invoices that took it, too. Which rows of
`payments` are which is told in `settling`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, func, or_, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents, verbs
from emptor.domains.payables import rules, settling
from emptor.domains.payables.rules import ACTIVE, LIVING, PAY, PENDING, PREPAYMENT, TAKEN
from emptor.domains.purchasing.orders import billing
from emptor.domains.suppliers import bank
from emptor.kit.errors import IllegalMove
from emptor.kit.money import ZERO
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.clauses import belongs
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]


def open_sums(tx: Transaction, ids: Sequence[int]) -> dict[int, Decimal]:
    """What has been paid for orders and no invoice has taken yet, by their ids; nothing paid, nothing told."""
    return {order_id: opened for order_id, (opened, _) in _all_sums(tx, ids).items()}


def left(tx: Transaction, order: Row) -> Decimal:
    """What may still be paid ahead: what the order comes to, less what has been paid for it and what will be.

    A payment of an invoice that bills several orders counts for each by its share.
    """
    worth = order["blanket_sum"] if order["logic_type"] == billing.BLANKET_TOTAL else order["sum"]
    opened, pending = _sums(tx, order["id"])
    return max(ZERO, (worth or ZERO) - opened - pending - paid_by_invoices(tx, order["id"]))


def paid_by_invoices(tx: Transaction, order_id: int) -> Decimal:
    """What has been paid on the invoices of an order, as far as they bill this one."""
    found = billing.bills(tx, order_id, *rules.BILLED)
    return sum((rules.part_of(one.paid, one.gross, one.whole) for one in found), ZERO)


def hand_over(tx: UnitOfWork, invoice: Row) -> None:
    """Let an invoice take what its orders have been prepaid, the oldest first, as far as something of it is left."""
    rest = settling.owed(tx, invoice).left
    entries = []
    for row in tx.records(_open(), company=tx.company_id, orders=settling.orders_of(tx, [invoice])):
        taken = min(rest, row["open"])
        if taken > 0 and row["currency"] == invoice["currency"]:
            entries.append(
                {
                    "logic_type": TAKEN, "prepayment": True, "automatic": True, "status": ACTIVE,
                    "pay_date": tx.stamp, "sum_paid": taken, "invoice_id": invoice["id"],
                    "purchase_order_id": row["purchase_order_id"], "prepayment_id": row["id"],
                }
            )  # fmt: skip
            rest -= taken
    settling.book(tx, entries)


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
        fault = "sum_paid" in values and rules.amount_fault(
            left(tx, order), values["sum_paid"], int(tx.actor.settings.get("decimals", 2))
        )
        if fault:
            tx.problems.add(*fault)
    return {**values, "logic_type": PREPAYMENT, "prepayment": True}


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
    payments, orders, takings = table("payments"), table("purchase_orders"), table("payments").alias("takings")
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
            payments.c.id, payments.c.purchase_order_id, orders.c.currency,
            type_coerce(rest, payments.c.sum_paid.type).label("open"),
        )
        .join_from(payments, orders, belongs(payments, "purchase_order_id", orders))
        .where(
            payments.c.company_id == bindparam("company"), any_of(payments.c.purchase_order_id, "orders"),
            payments.c.logic_type == PREPAYMENT, payments.c.invoice_id.is_(None), payments.c.status == ACTIVE,
            rest > 0,
        )
        .order_by(payments.c.purchase_order_id, payments.c.pay_date, payments.c.id)
    )  # fmt: skip


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
