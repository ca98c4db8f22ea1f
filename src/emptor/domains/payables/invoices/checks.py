"""Whether what a line of an invoice bills of orders comes to the line, in plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import or_, select, type_coerce

from emptor.domains.checking import check
from emptor.kit.money import plain
from emptor.store.clauses import belongs, mine, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction


@check("what lines of invoices bill of orders")
def allocated(tx: Transaction) -> Iterator[str]:
    """A line that bills orders does so wholly, before and with taxes."""
    for idn, position, net, gross, billed_net, billed in tx.all(_allocated(), company=tx.company_id):
        where = f"invoice {idn}, line {position + 1}"
        if net != billed_net:
            yield f"{where} comes to {plain(net)} net; {plain(billed_net)} of it bill orders"
        if gross != billed:
            yield f"{where} comes to {plain(gross)}; {plain(billed)} of it bill orders"
    for idn, position, order, other, astray in tx.all(_misplaced(), company=tx.company_id):
        where = f"invoice {idn}, line {position + 1}"
        if astray:
            yield f"{where}: what it bills is noted with another invoice"
        else:
            yield f"{where} is noted to bill order {other}; the line it bills is of order {order}"


@lru_cache(maxsize=1)
def _allocated() -> Statement:
    invoices, lines, allocated = (table(name) for name in ("invoices", "invoice_lines", "invoice_line_allocations"))
    money = lines.c.sum.type
    sums = (
        select(allocated.c.line_id, total(allocated.c.net_sum).label("net"), total(allocated.c.sum).label("gross"))
        .where(mine(allocated))
        .group_by(allocated.c.line_id)
        .subquery()
    )
    return Statement(
        select(
            invoices.c.idn, lines.c.position, lines.c.net_sum, lines.c.sum,
            type_coerce(sums.c.net, money).label("billed_net"), type_coerce(sums.c.gross, money).label("billed"),
        )
        .join_from(lines, sums, sums.c.line_id == lines.c.id)
        .join(invoices, belongs(lines, "invoice_id", invoices))
        .where(mine(lines), or_(units(lines.c.net_sum) != sums.c.net, units(lines.c.sum) != sums.c.gross))
        .order_by(lines.c.invoice_id, lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _misplaced() -> Statement:
    """Lines that are noted to bill another order than that of the line they bill, or to be another invoice's."""
    invoices, lines, allocated = (table(name) for name in ("invoices", "invoice_lines", "invoice_line_allocations"))
    orders, ordered = table("purchase_orders"), table("purchase_order_lines")
    other = table("purchase_orders").alias("other")
    astray = allocated.c.invoice_id != lines.c.invoice_id
    return Statement(
        select(invoices.c.idn, lines.c.position, orders.c.idn.label("order"), other.c.idn.label("other"), astray)
        .join_from(allocated, lines, belongs(allocated, "line_id", lines))
        .join(invoices, belongs(lines, "invoice_id", invoices))
        .join(ordered, belongs(allocated, "order_line_id", ordered))
        .join(orders, belongs(ordered, "order_id", orders))
        .join(other, belongs(allocated, "order_id", other), isouter=True)
        .where(
            mine(allocated),
            or_(allocated.c.order_id.is_(None), allocated.c.order_id != ordered.c.order_id, astray),
        )
        .order_by(lines.c.invoice_id, lines.c.position)
    )  # fmt: skip
