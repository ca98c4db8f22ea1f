"""Which requisition lines and proposals an order's lines come from, and what that makes of the requisitions.

Whether a line is ordered follows from the orders that name it; it is recomputed, never counted up.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, case, func, literal, or_, select, update
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.purchasing.requisitions.rules import (
    IN_REQUEST,
    ORDERED,
    PENDING,
    REJECTED,
    SERVICE,
    Asked,
    all_done,
    all_rejected,
)
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.store.clauses import belongs, mine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

DEAD = (doc.REJECTED, doc.CANCELED)
"""Orders in these states have given back what they took."""
FINISHED = (doc.PAID, doc.CLOSED)
"""Orders in these states are completed."""
ASKING = (doc.DRAFT, doc.PENDING, doc.APPROVED, doc.IN_REVISION)
"""Requests for proposal in these states keep their lines for themselves."""
WON = 1
"""State of a request's line for which a proposal has won; it stays with the request for good."""


def check_sources(tx: UnitOfWork, order: Row, items: list[Any]) -> list[int]:
    """Note lines that would order less than the requisitions behind them; the requisition lines the order has now.

    To be called before `items` (as sent) replace the order's lines: with one requisition line behind it, an order's
    line may take less, which is open again; merged ones keep their sum. To remove a line gives everything back.
    """
    behind: dict[int, list[Row]] = defaultdict(list)
    for source in tx.records(_of_order(), company=tx.company_id, order=order["id"]):
        behind[source["line_id"]].append(source)
    for position, item in enumerate(items):
        sources = behind.get(item.get("id", 0), []) if isinstance(item, dict) else []
        wanted = sum((one["quantity"] for one in sources), ZERO)
        quantity = item.get("quantity") if sources else None
        if quantity is None or quantity >= wanted or order["logic_type"] == SERVICE:
            continue
        if len(sources) == 1 and quantity > 0:
            item["sources"] = [{**sources[0], "quantity": quantity}]
        else:
            tx.problems.add(
                f"items[{position}][quantity]",
                f"Requisitions for {wanted:f} stand behind this line; order as much, or remove the line to free them.",
            )
    return [one["requisition_line_id"] for found in behind.values() for one in found if one["requisition_line_id"]]


def sources_changed(tx: UnitOfWork, order_id: int, *, before: Iterable[int] = (), gone: bool = False) -> None:
    """Recount the requisition lines behind an order, and those that were `before`; `gone`: as if it did not exist."""
    now = (source["requisition_line_id"] for source in tx.records(_of_order(), company=tx.company_id, order=order_id))
    recount(tx, [*before, *(line for line in now if line)], without_order=order_id if gone else 0)


def recount(tx: UnitOfWork, lines: Iterable[int], *, without_order: int = 0, without_request: int = 0) -> None:
    """Set what these requisition lines have become, and what their requisitions have become by that."""
    ids = list(dict.fromkeys(lines))
    if not ids:
        return
    without = {"without_order": without_order, "without_request": without_request}
    tx.run(_write_lines(), company=tx.company_id, ids=ids, **without)
    found: dict[int, list[Asked]] = defaultdict(list)
    requisitions: dict[int, Row] = {}
    for row_id, idn, status, *asked in tx.all(_fellows(), company=tx.company_id, ids=ids, **without):
        found[row_id].append(Asked(*asked))
        requisitions[row_id] = {"id": row_id, "idn": idn, "status": status}
    tx.run(_touch(), company=tx.company_id, ids=list(found), stamp=tx.stamp)
    for row_id, row in requisitions.items():
        doc.charge(tx, verbs.RESOURCES["purchaserequisitions"], row_id)
        state = fate(found[row_id]) if row["status"] == doc.APPROVED else None
        if state is not None:
            doc.move(tx, verbs.RESOURCES["purchaserequisitions"], row, state)


def fate(lines: list[Asked]) -> int | None:
    """The state that an approved requisition reaches by itself; None when it stays approved."""
    if all_rejected(lines):
        return doc.REJECTED
    return doc.PAID if all_done(lines) else None


def requisitions_behind(tx: Transaction, orders: Iterable[int]) -> list[int]:
    """The requisitions from whose lines these orders were made."""
    return [row_id for (row_id,) in tx.all(_behind(), company=tx.company_id, orders=list(orders))]


def claims(tx: UnitOfWork, requisition_id: int) -> dict[int, Row]:
    """For each line of a requisition its `quantity`, what of it is `ordered` by living orders, whether it is `asked`
    for in a request for proposal, and whether anything was ever made from it (`used`).
    """
    rows = tx.records(_claims(), company=tx.company_id, requisition=requisition_id)
    return {row.pop("id"): row for row in rows}


def _each(codes: Iterable[int]) -> list[ColumnElement[int]]:
    """Codes one by one: a bare list would have to be expanded at every execution."""
    return [literal(code) for code in codes]


def taken(column: str, of: Any, *states: ColumnElement[bool]) -> ColumnElement[Any]:
    """The quantity of a line `of` that living orders have, found by `column` of the sources; `states` narrow that."""
    sources, lines = table("purchase_order_line_sources"), table("purchase_order_lines")
    orders = table("purchase_orders")
    return (
        select(func.coalesce(func.sum(sources.c.quantity, type_=Fixed(PRICE_SCALE)), literal(0)))
        .where(
            sources.c.company_id == of.c.company_id, sources.c[column] == of.c.id,
            lines.c.company_id == sources.c.company_id, lines.c.id == sources.c.line_id,
            orders.c.company_id == lines.c.company_id, orders.c.id == lines.c.order_id,
            orders.c.status.not_in(_each(DEAD)), orders.c.id != bindparam("without_order", value=0), *states,
        )
        .correlate(of)
        .scalar_subquery()
    )  # fmt: skip


def ordered(lines: Any) -> ColumnElement[Any]:
    """How much of a requisition line living orders have."""
    return taken("requisition_line_id", lines)


def requested(lines: Any) -> ColumnElement[bool]:
    """Whether a requisition line is with a request for proposal."""
    asking, requests = table("requests_for_proposal_lines"), table("requests_for_proposal")
    keeping = or_(
        requests.c.status.in_(_each(ASKING)), and_(requests.c.status == doc.PAID, asking.c.status == WON)
    )  # fmt: skip
    return (
        select(asking.c.id)
        .where(
            asking.c.company_id == lines.c.company_id, asking.c.requisition_line_id == lines.c.id,
            requests.c.company_id == asking.c.company_id, requests.c.id == asking.c.request_id, keeping,
            requests.c.id != bindparam("without_request", value=0),
        )
        .correlate(lines)
        .exists()
    )  # fmt: skip


@lru_cache(maxsize=1)
def _of_order() -> Statement:
    sources, lines = table("purchase_order_line_sources"), table("purchase_order_lines")
    return Statement(
        select(sources)
        .join_from(sources, lines, belongs(sources, "line_id", lines))
        .where(lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"))
        .order_by(sources.c.id)
    )


@lru_cache(maxsize=1)
def _behind() -> Statement:
    ordered, sources, asked = (
        table(name) for name in ("purchase_order_lines", "purchase_order_line_sources", "purchase_requisition_lines")
    )
    return Statement(
        select(asked.c.requisition_id)
        .distinct()
        .join_from(ordered, sources, belongs(sources, "line_id", ordered))
        .join(asked, belongs(sources, "requisition_line_id", asked))
        .where(mine(ordered), any_of(ordered.c.order_id, "orders"))
    )


@lru_cache(maxsize=1)
def _write_lines() -> Statement:
    """One statement for all lines: what is partly ordered is still pending."""
    lines = table("purchase_requisition_lines")
    quantity = ordered(lines)
    status = case(
        (lines.c.closed.is_(True) & (quantity == 0), REJECTED),
        (lines.c.closed.is_(True) | (quantity >= lines.c.quantity), ORDERED),
        (requested(lines), IN_REQUEST),
        else_=PENDING,
    )
    return Statement(
        update(lines)
        .where(lines.c.company_id == bindparam("company"), any_of(lines.c.id, "ids"))
        .values(ordered_quantity=quantity, status=status)
    )


@lru_cache(maxsize=1)
def _fellows() -> Statement:
    """All lines of the requisitions that some lines belong to."""
    lines, chosen = table("purchase_requisition_lines"), table("purchase_requisition_lines").alias("chosen")
    requisitions, orders = table("purchase_requisitions"), table("purchase_orders")
    theirs = (
        select(chosen.c.requisition_id).where(chosen.c.company_id == bindparam("company"), any_of(chosen.c.id, "ids"))
    )  # fmt: skip
    completed = taken("requisition_line_id", lines, orders.c.status.in_(_each(FINISHED)))
    return Statement(
        select(
            requisitions.c.id, requisitions.c.idn, requisitions.c.status, lines.c.quantity,
            lines.c.ordered_quantity, completed.label("completed"), lines.c.closed,
        )
        .join_from(lines, requisitions, (requisitions.c.company_id == lines.c.company_id)
                   & (requisitions.c.id == lines.c.requisition_id))
        .where(lines.c.company_id == bindparam("company"), lines.c.requisition_id.in_(theirs))
    )  # fmt: skip


@lru_cache(maxsize=1)
def _touch() -> Statement:
    """Pollers by `modifiedSince` shall see requisitions whose lines have changed."""
    requisitions = table("purchase_requisitions")
    return Statement(
        update(requisitions)
        .where(requisitions.c.company_id == bindparam("company"), any_of(requisitions.c.id, "ids"))
        .values(update_date=bindparam("stamp", type_=requisitions.c.update_date.type))
    )


@lru_cache(maxsize=1)
def _claims() -> Statement:
    lines, sources = table("purchase_requisition_lines"), table("purchase_order_line_sources")
    asking = table("requests_for_proposal_lines")
    used = or_(*(
        select(one.c.id)
        .where(one.c.company_id == lines.c.company_id, one.c.requisition_line_id == lines.c.id)
        .correlate(lines)
        .exists()
        for one in (sources, asking)
    ))  # fmt: skip
    return Statement(
        select(
            lines.c.id, lines.c.quantity, ordered(lines).label("ordered"), requested(lines).label("asked"),
            used.label("used"),
        ).where(lines.c.company_id == bindparam("company"), lines.c.requisition_id == bindparam("requisition"))
    )  # fmt: skip
