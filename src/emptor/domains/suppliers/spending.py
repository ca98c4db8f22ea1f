"""What has been spent of contracts: worked out when somebody looks, from the orders and invoices linked to them.

In the company's currency, taxes included. An invoice that names a contract counts at its own amount; an order that
names it counts for what is still to be billed of it. What is billed of an order is no longer its own, whether the
invoice names the contract or not: dropping the contract on an invoice keeps it out. A credit note about an invoice
gives back to the contracts of that invoice; one on its own gives back to those it names itself.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from emptor.domains import documents as doc
from emptor.domains.organisation import companies
from emptor.domains.payables.rules import BILLED, CREDIT_NOTE, LOOSE_CREDIT_NOTE
from emptor.domains.purchasing.orders.awaiting import given_up
from emptor.kit.money import ZERO, product, quotient, rounded
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]

SERVICE, BLANKET_TOTAL = 1, 2
NOT_BILLED = 0


@dataclass(frozen=True)
class Rest:
    """A line of an order of which something has been billed or given up, in its own measure: pieces, or money for a
    service.
    """

    sum: Decimal
    ordered: Decimal
    billed: Decimal
    given_up: Decimal = ZERO
    """What nobody waits for any more."""


def rest_of(line: Rest, rate: Decimal, scale: int) -> Decimal:
    """What is still to be billed of a line, in the company's currency."""
    left = line.ordered - line.given_up - line.billed
    if left <= 0 or not line.ordered:
        return ZERO
    open_share = quotient(product(line.sum, left), line.ordered)
    return rounded(product(open_share, rate), scale)


def spent(tx: Transaction, contracts: list[int]) -> dict[int, Decimal]:
    """What has been spent of each of these contracts."""
    settings = companies.settings_of(tx)
    keeps_invoices, scale = settings.get("invoices", True), companies.scale_of(settings)
    asked = {"contracts": contracts}
    orders, invoices, credits = tx.many_records(
        [(_orders(), asked), (_invoices(False), asked), (_invoices(True), asked)]
    )
    begun = [one["id"] for one in orders if _is_begun(one, keeps_invoices)]
    lines: dict[int, list[Rest]] = defaultdict(list)
    rows = tx.all(_lines(), company=tx.company_id, orders=begun) if begun else ()
    for order_id, sum_, quantity, net, billed, gone, kind in rows:
        lines[order_id].append(Rest(sum_, net if kind == SERVICE else quantity, billed, gone))
    found = dict.fromkeys(contracts, ZERO)
    for one in orders:
        found[one["contract_id"]] += _of_order(one, lines[one["id"]], keeps_invoices, scale)
    for one in (*invoices, *credits):
        found[one["contract_id"]] += one["billed"]
    return found


def named_by(tx: Transaction, orders: list[int]) -> list[int]:
    """The contracts that these orders name."""
    return [contract for (contract,) in tx.all(_named(), company=tx.company_id, orders=orders)] if orders else []


def of_invoice(tx: Transaction, invoice_id: int) -> list[Row]:
    """The contracts that an invoice names."""
    return tx.records(_of_invoice(), company=tx.company_id, invoice=invoice_id)


def _is_begun(order: Row, keeps_invoices: bool) -> bool:
    """Whether it takes the lines of an order to know what is still to be billed of it."""
    return not _is_over(order, keeps_invoices) and (
        order["logic_type"] != BLANKET_TOTAL and (order["status_payment"] != NOT_BILLED or order["is_struck"])
    )


def _is_over(order: Row, keeps_invoices: bool) -> bool:
    """Whether nothing more will be billed of an order."""
    return keeps_invoices and order["status"] in (doc.PAID, doc.CLOSED)


def _of_order(order: Row, lines: list[Rest], keeps_invoices: bool, scale: int) -> Decimal:
    if _is_over(order, keeps_invoices):
        return ZERO
    rate = order["exchange_rate"]
    if order["logic_type"] == BLANKET_TOTAL:
        billed = order["invoiced_sum"] if order["blanket_is_gross"] else order["net_invoiced_sum"]
        return rounded(product(max(ZERO, (order["blanket_sum"] or ZERO) - billed), rate), scale)
    if order["status_payment"] == NOT_BILLED and not order["is_struck"]:
        whole: Decimal = order["sum_in_company_currency"]
        return whole
    return sum((rest_of(line, rate, scale) for line in lines), ZERO)


@lru_cache(maxsize=1)
def _named() -> Statement:
    links = table("purchase_order_contracts")
    return Statement(
        select(links.c.contract_id)
        .where(links.c.company_id == bindparam("company"), any_of(links.c.order_id, "orders"))
        .distinct()
        .order_by(links.c.contract_id)
    )


@lru_cache(maxsize=1)
def _of_invoice() -> Statement:
    links, contracts = table("invoice_contracts"), table("contracts")
    linked = and_(contracts.c.company_id == links.c.company_id, contracts.c.id == links.c.contract_id)
    return Statement(
        select(contracts)
        .join_from(links, contracts, linked)
        .where(links.c.company_id == bindparam("company"), links.c.invoice_id == bindparam("invoice"))
        .order_by(contracts.c.id)
    )


@lru_cache(maxsize=1)
def _orders() -> Statement:
    """Orders that name a contract and have been approved, also where they are looked at again since."""
    links, orders = table("purchase_order_contracts"), table("purchase_orders")
    names = (
        "id", "status", "status_payment", "logic_type", "exchange_rate", "sum_in_company_currency", "invoiced_sum",
        "net_invoiced_sum", "blanket_sum", "blanket_is_gross",
    )  # fmt: skip
    looked_at = or_(orders.c.status == doc.PENDING, orders.c.status == doc.IN_REVISION)
    again = and_(looked_at, orders.c.approval_date.is_not(None))
    lines = table("purchase_order_lines")
    struck = select(lines.c.id).where(
        lines.c.company_id == orders.c.company_id, lines.c.order_id == orders.c.id, lines.c.rejected_quantity != ZERO
    )
    counts = or_(*(orders.c.status == one for one in (doc.APPROVED, doc.PAID, doc.MATCHING, doc.CLOSED)), again)
    return Statement(
        select(links.c.contract_id, *(orders.c[name] for name in names), struck.exists().label("is_struck"))
        .join_from(links, orders, and_(orders.c.company_id == links.c.company_id, orders.c.id == links.c.order_id))
        .where(links.c.company_id == bindparam("company"), any_of(links.c.contract_id, "contracts"), counts)
    )


@lru_cache(maxsize=1)
def _lines() -> Statement:
    lines, orders = table("purchase_order_lines"), table("purchase_orders")
    return Statement(
        select(
            lines.c.order_id, lines.c.sum, lines.c.quantity, lines.c.net_sum, lines.c.invoiced_quantity,
            given_up(lines), orders.c.logic_type,
        )
        .join_from(lines, orders, and_(orders.c.company_id == lines.c.company_id, orders.c.id == lines.c.order_id))
        .where(lines.c.company_id == bindparam("company"), any_of(lines.c.order_id, "orders"))
    )  # fmt: skip


@lru_cache(maxsize=2)
def _invoices(about: bool) -> Statement:
    """What approved invoices have billed under each contract; or what notes `about` them have given back."""
    links, invoices = table("invoice_contracts"), table("invoices")
    money = invoices.c.sum_in_company_currency
    if about:
        counted, linked = -money, invoices.c.allocated_invoice_id
        kind = invoices.c.logic_type == CREDIT_NOTE
    else:
        counted, linked = case((invoices.c.logic_type == LOOSE_CREDIT_NOTE, -money), else_=money), invoices.c.id
        kind = invoices.c.logic_type != CREDIT_NOTE
    return Statement(
        select(links.c.contract_id, func.sum(counted, type_=money.type).label("billed"))
        .join_from(links, invoices, and_(invoices.c.company_id == links.c.company_id, linked == links.c.invoice_id))
        .where(
            links.c.company_id == bindparam("company"), any_of(links.c.contract_id, "contracts"), kind,
            or_(*(invoices.c.status == one for one in BILLED)),
        )
        .group_by(links.c.contract_id)
    )  # fmt: skip
