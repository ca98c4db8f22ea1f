"""Whether requisitions and their lines have become what orders and requests for proposal made of them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, case, func, or_, select, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains.checking import check
from emptor.kit.money import PRICE_SCALE, plain
from emptor.store.clauses import belongs, known, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import Transaction

PENDING, ORDERED, REJECTED, ASKED = range(4)
STATES = {PENDING: "pending", ORDERED: "ordered", REJECTED: "rejected", ASKED: "in request for proposal"}
WON = 1
KEEPING = (doc.DRAFT, doc.PENDING, doc.APPROVED, doc.IN_REVISION)
"""Requests for proposal in these states keep all their lines; one that is completed, those that were won."""


@check("what has been ordered of requisitions' lines, and their states")
def ordered(tx: Transaction) -> Iterator[str]:
    """Orders that live have what a line says, and the line is what they and requests for proposal make of it."""
    for idn, position, noted, found, state, expected in tx.all(_lines(), company=tx.company_id):
        where = f"requisition {idn}, line {position + 1}"
        if noted != found:
            yield f"{where}: {plain(noted, 0)} are noted as ordered; its orders come to {plain(found, 0)}"
        else:
            yield f"{where} is {STATES[state]}; by its orders it is {STATES[expected]}"


@check("what has become of requisitions")
def fates(tx: Transaction) -> Iterator[str]:
    """A requisition stays approved only while something of it is open."""
    for idn, wanted in tx.all(_fates(), company=tx.company_id):
        reason = "all of it is ordered and completed" if wanted else "nothing of it is wanted any more"
        yield f"requisition {idn} is approved; {reason}"


def _ordered(*finished: ColumnElement[bool]) -> Any:
    """What orders that live, or only those that are so far, have taken of requisition lines."""
    sources, lines, orders = (
        table(name) for name in ("purchase_order_line_sources", "purchase_order_lines", "purchase_orders")
    )
    return (
        select(sources.c.requisition_line_id, total(sources.c.quantity).label("quantity"))
        .join_from(sources, lines, belongs(sources, "line_id", lines))
        .join(orders, belongs(lines, "order_id", orders))
        .where(
            mine(sources), sources.c.requisition_line_id.is_not(None), orders.c.status != doc.REJECTED,
            orders.c.status != doc.CANCELED, *finished,
        )
        .group_by(sources.c.requisition_line_id)
        .subquery()
    )  # fmt: skip


def _asked() -> Any:
    """Requisition lines that are with a request for proposal."""
    lines, requests = table("requests_for_proposal_lines"), table("requests_for_proposal")
    keeps = or_(one_of(requests.c.status, *KEEPING), and_(requests.c.status == doc.PAID, lines.c.status == WON))
    return (
        select(lines.c.requisition_line_id)
        .join_from(lines, requests, belongs(lines, "request_id", requests))
        .where(mine(lines), lines.c.requisition_line_id.is_not(None), keeps)
        .group_by(lines.c.requisition_line_id)
        .subquery()
    )


@lru_cache(maxsize=1)
def _lines() -> Statement:
    lines, requisitions = table("purchase_requisition_lines"), table("purchase_requisitions")
    taken, asked = _ordered(), _asked()
    found = known(taken.c.quantity)
    expected = case(
        (and_(lines.c.closed.is_(True), found == 0), REJECTED),
        (or_(lines.c.closed.is_(True), found >= units(lines.c.quantity)), ORDERED),
        (asked.c.requisition_line_id.is_not(None), ASKED),
        else_=PENDING,
    )
    follows = units(lines.c.quantity) > 0  # a line for nothing is ordered when anybody looks
    return Statement(
        select(
            requisitions.c.idn, lines.c.position, lines.c.ordered_quantity,
            type_coerce(found, Fixed(PRICE_SCALE)).label("found"), lines.c.status, expected.label("expected"),
        )
        .join_from(lines, requisitions, belongs(lines, "requisition_id", requisitions))
        .join(taken, taken.c.requisition_line_id == lines.c.id, isouter=True)
        .join(asked, asked.c.requisition_line_id == lines.c.id, isouter=True)
        .where(
            mine(lines),
            or_(units(lines.c.ordered_quantity) != found, and_(follows, lines.c.status != expected)),
        )
        .order_by(lines.c.requisition_id, lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _fates() -> Statement:
    """Approved requisitions of which nothing is open."""
    lines, requisitions = table("purchase_requisition_lines"), table("purchase_requisitions")
    orders = table("purchase_orders")
    taken, completed = _ordered(), _ordered(one_of(orders.c.status, doc.PAID, doc.CLOSED))
    wanted = case((lines.c.closed.is_(True), known(taken.c.quantity)), else_=units(lines.c.quantity))
    open_ = func.sum(case((known(completed.c.quantity) < wanted, 1), else_=0))
    anything = func.sum(case((wanted > 0, 1), else_=0))
    # Of one that asks for nothing at all nobody has looked what became.
    given_up = func.sum(case((lines.c.closed.is_(True), 1), else_=0))
    return Statement(
        select(requisitions.c.idn, anything.label("anything"))
        .join_from(lines, requisitions, belongs(lines, "requisition_id", requisitions))
        .join(taken, taken.c.requisition_line_id == lines.c.id, isouter=True)
        .join(completed, completed.c.requisition_line_id == lines.c.id, isouter=True)
        .where(mine(lines), requisitions.c.status == doc.APPROVED)
        .group_by(requisitions.c.id, requisitions.c.idn)
        .having(open_ == 0, or_(anything > 0, given_up > 0))
        .order_by(requisitions.c.id)
    )
