"""What invoices' lines cost by their orders, as these are now, until somebody has agreed to what is billed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, or_, select

from emptor.domains import documents
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables.invoices import covering
from emptor.domains.payables.matching import ACCEPTED, MATCHES
from emptor.domains.payables.rules import CREDIT_NOTES
from emptor.domains.purchasing.orders import billing
from emptor.domains.purchasing.orders.progress import SERVICE
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE
from emptor.store.clauses import belongs, mine, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

ALLOCATIONS = "invoice_line_allocations"
UNDECIDED = (documents.DRAFT, *billing.CLAIMING)
"""States of an invoice in which it is compared with its orders as these are; from then on what was agreed stands."""


def stale(tx: Transaction, invoice: Mapping[str, Any]) -> dict[int, Decimal]:
    """What allocations of an invoice cost by their orders now, where something else is noted; by their ids."""
    if invoice["status"] not in UNDECIDED or invoice["logic_type"] in CREDIT_NOTES:
        return {}
    scale = scale_of(tx.actor.settings, invoice["currency"])
    found = {}
    for row in tx.records(_unsure(), company=tx.company_id, invoice=invoice["id"]):
        line = {"logic_type": row["logic_type"], "quantity": row["ordered"], "net_sum": row["ordered_net"]}
        now = covering.agreed(line, row["quantity"], scale, row["net_sum"])
        if now != row["agreed_sum"]:
            found[row["id"]] = now
    return found


def renew(tx: UnitOfWork, invoice: Mapping[str, Any]) -> None:
    """Note what the invoice's lines cost by their orders now."""
    changed = ({"id": row_id, "agreed_sum": now} for row_id, now in stale(tx, invoice).items())
    tx.update_all(table(ALLOCATIONS), changed, "id")


def stands(source: Any) -> Any:
    """Whether somebody has agreed to what an allocation bills, and nobody has changed the order since."""
    matches = table(MATCHES.table)
    return (
        select(matches.c.id)
        .where(
            matches.c.company_id == source.c.company_id, matches.c.invoice_id == source.c.invoice_id,
            matches.c.purchase_order_id == source.c.order_id, matches.c.status == ACCEPTED,
            matches.c.taken_over.is_(True),
        )
        .exists()
    )  # fmt: skip


@lru_cache(maxsize=1)
def _unsure() -> Statement:
    """The allocations of an invoice that may cost something else by their orders than is noted: as a rule, none."""
    orders, ordered, allocated = table("purchase_orders"), table("purchase_order_lines"), table(ALLOCATIONS)
    money = units(allocated.c.agreed_sum) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    doubtful = case(
        (orders.c.logic_type == SERVICE, money != units(allocated.c.quantity)),
        else_=or_(allocated.c.quantity != ordered.c.quantity, allocated.c.agreed_sum != ordered.c.net_sum),
    )
    return Statement(
        select(
            allocated.c.id, allocated.c.quantity, allocated.c.net_sum, allocated.c.agreed_sum,
            ordered.c.quantity.label("ordered"), ordered.c.net_sum.label("ordered_net"), orders.c.logic_type,
        )
        .join_from(allocated, ordered, belongs(allocated, "order_line_id", ordered))
        .join(orders, belongs(ordered, "order_id", orders))
        .where(
            and_(mine(allocated), allocated.c.invoice_id == bindparam("invoice")), doubtful,
            orders.c.logic_type != billing.BLANKET_TOTAL, ~stands(allocated),
        )
        .order_by(allocated.c.id)
    )  # fmt: skip
