"""How far many orders are paid, in few statements, where payments have changed and nothing that is billed has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, func, select, type_coerce, union_all

from emptor.domains import documents as doc
from emptor.domains.purchasing.orders import billing, progress
from emptor.domains.purchasing.orders.billing import BILLED, BLANKET_TOTAL, CREDITS, Bill
from emptor.domains.purchasing.orders.progress import CLOSED_LINE, SERVICE
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]


def recount(tx: UnitOfWork, ids: Sequence[int]) -> None:
    """Set how far each of these orders is paid; conclude those that are done."""
    if not ids:
        return
    orders = tx.records(_orders(), company=tx.company_id, ids=list(ids))
    bills: dict[int, list[Bill]] = defaultdict(list)
    for order_id, *bill in tx.all(_bills(), company=tx.company_id, orders=list(ids), states=list(BILLED)):
        bills[order_id].append(Bill(*bill))
    unbilled = {order_id for (order_id,) in tx.all(_unbilled(), company=tx.company_id, orders=list(ids))}
    ahead = _prepaid(tx, ids)
    for order in orders:
        found = bills[order["id"]]
        whole = _fills(order, found) if order["logic_type"] == BLANKET_TOTAL else order["id"] not in unbilled
        status = billing.payment_status(found, whole=whole, prepaid=ahead.get(order["id"], ZERO))
        progress.conclude(tx, order, {"status_payment": status})


def _fills(order: Row, found: list[Bill]) -> bool:
    """Whether a blanket order by its total is used up, or has ended."""
    used = sum((one.gross if order["blanket_is_gross"] else one.net for one in found), ZERO)
    return order["status"] == doc.CLOSED or used >= order["blanket_sum"]


def _prepaid(tx: UnitOfWork, ids: Sequence[int]) -> dict[int, Decimal]:
    from emptor.domains.payables import prepayments  # it pays invoices, which bill orders

    return prepayments.open_sums(tx, ids)


@lru_cache(maxsize=1)
def _orders() -> Statement:
    orders = table("purchase_orders")
    mine = (orders.c.company_id == bindparam("company"), any_of(orders.c.id, "ids"))
    return Statement(select(orders).where(*mine).order_by(orders.c.id))


@lru_cache(maxsize=1)
def _bills() -> Statement:
    """Per order and invoice what its allocations bill, and, where its header names the order, its free lines."""
    invoices, billed, allocated = table("invoices"), table("invoice_lines"), table("invoice_line_allocations")
    of_line = and_(allocated.c.company_id == billed.c.company_id, allocated.c.line_id == billed.c.id)
    by_line = (
        select(allocated.c.order_id, billed.c.invoice_id, allocated.c.net_sum, allocated.c.sum)
        .join_from(allocated, billed, of_line)
        .where(allocated.c.company_id == bindparam("company"), any_of(allocated.c.order_id, "orders"))
    )
    headed = invoices.alias("headed")
    by_name = (
        select(headed.c.purchase_order_id.label("order_id"), billed.c.invoice_id, billed.c.net_sum, billed.c.sum)
        .join_from(headed, billed, and_(billed.c.company_id == headed.c.company_id, billed.c.invoice_id == headed.c.id))
        .join(allocated, of_line, isouter=True)
        .where(
            headed.c.company_id == bindparam("company"), any_of(headed.c.purchase_order_id, "orders"),
            allocated.c.id.is_(None),
        )
    )  # fmt: skip
    pile, money = union_all(by_line, by_name).subquery("pile"), invoices.c.sum.type
    sums = (
        select(
            pile.c.order_id, pile.c.invoice_id, func.sum(pile.c.net_sum, type_=money).label("net"),
            func.sum(pile.c.sum, type_=money).label("gross"),
        )
        .group_by(pile.c.order_id, pile.c.invoice_id)
        .subquery("sums")
    )  # fmt: skip
    return Statement(
        select(
            sums.c.order_id, invoices.c.status, sums.c.net, sums.c.gross, invoices.c.exchange_rate,
            invoices.c.sum_paid, invoices.c.sum,
        )
        .join_from(sums, invoices, invoices.c.id == sums.c.invoice_id)
        .where(
            invoices.c.company_id == bindparam("company"), any_of(invoices.c.status, "states"),
            *(invoices.c.logic_type != code for code in CREDITS),
        )
        .order_by(invoices.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _unbilled() -> Statement:
    """The orders of which more is to be billed."""
    orders, lines = table("purchase_orders"), table("purchase_order_lines")
    amount = type_coerce(lines.c.net_sum, BigInteger) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    ordered = case((orders.c.logic_type == SERVICE, amount), else_=type_coerce(lines.c.quantity, BigInteger))
    return Statement(
        select(lines.c.order_id)
        .distinct()
        .join_from(orders, lines, and_(lines.c.company_id == orders.c.company_id, lines.c.order_id == orders.c.id))
        .where(
            orders.c.company_id == bindparam("company"), any_of(orders.c.id, "orders"), lines.c.status != CLOSED_LINE,
            lines.c.item_type != doc.TAX_ITEM, type_coerce(lines.c.invoiced_quantity, BigInteger) < ordered,
        )
    )  # fmt: skip
