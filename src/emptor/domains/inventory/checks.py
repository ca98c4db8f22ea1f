"""Whether warehouses hold what was moved, and requests have got what transfers brought."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import and_, case, func, literal, or_, select, type_coerce, union_all

from emptor.domains import documents as doc
from emptor.domains.checking import check
from emptor.domains.inventory import ledger
from emptor.kit.money import PRICE_SCALE, plain
from emptor.store.clauses import belongs, known, mine, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed
from emptor.store.unit_of_work import Transaction

QUANTITY = Fixed(PRICE_SCALE)
TRANSFERRED = {0: "not transferred", 1: "partly transferred", 2: "transferred"}


@check("stock, and the balances kept with its movements")
def stock(tx: Transaction) -> Iterator[str]:
    """What is on hand is the sum of all movements; a balance, of those up to it."""
    for one in ledger.differences(tx):
        where = f"item {one.product_id} in warehouse {one.warehouse_id}, {one.where}"
        yield f"{where}: the {one.name} is {plain(one.kept, 0)}; its movements come to {plain(one.counted, 0)}"


@check("what is reserved in warehouses")
def reserved(tx: Transaction) -> Iterator[str]:
    """What approved requests still wait for is reserved, and nothing else."""
    for product, warehouse, noted, found in tx.all(_reserved(), company=tx.company_id):
        where = f"item {product} in warehouse {warehouse}"
        yield f"{where}: {plain(noted, 0)} are reserved; approved requests wait for {plain(found, 0)}"


@check("what warehouse requests have got")
def got(tx: Transaction) -> Iterator[str]:
    """A line of a request has got what transfers brought for it."""
    for idn, position, noted, found in tx.all(_got(), company=tx.company_id):
        where = f"warehouse request {idn}, line {position + 1}"
        yield f"{where}: {plain(noted, 0)} are noted as transferred; its transfers come to {plain(found, 0)}"


@check("how far warehouse requests are fulfilled")
def fulfilled(tx: Transaction) -> Iterator[str]:
    """A request is as far as its lines are; it is completed when nothing of it is open."""
    for idn, status, open_, noted, expected in tx.all(_fulfilled(), company=tx.company_id):
        if noted != expected:
            yield f"warehouse request {idn} is {TRANSFERRED[noted]}; by its lines it is {TRANSFERRED[expected]}"
        else:
            state = "approved" if status == doc.APPROVED else "completed"
            yield f"warehouse request {idn} is {state}, with {open_} open lines"


@lru_cache(maxsize=1)
def _reserved() -> Statement:
    kept, lines, requests = (table(n) for n in ("warehouse_items", "warehouse_request_lines", "warehouse_requests"))
    nothing = literal(0, units(kept.c.reserved).type)
    left = units(lines.c.quantity) - units(lines.c.transferred_quantity) - units(lines.c.rejected_quantity)
    pile = union_all(
        select(
            kept.c.product_id, kept.c.warehouse_id, units(kept.c.reserved).label("noted"), nothing.label("waiting")
        ).where(mine(kept)),
        select(lines.c.product_id, requests.c.warehouse_id, nothing, left)
        .join_from(lines, requests, belongs(lines, "request_id", requests))
        .where(
            mine(lines), requests.c.status == doc.APPROVED, left > 0, requests.c.warehouse_id.is_not(None),
            lines.c.product_id.is_not(None),
        ),
    ).subquery()  # fmt: skip
    keys = (pile.c.product_id, pile.c.warehouse_id)
    noted, waiting = func.sum(pile.c.noted), func.sum(pile.c.waiting)
    return Statement(
        select(*keys, type_coerce(noted, QUANTITY).label("noted"), type_coerce(waiting, QUANTITY).label("waiting"))
        .group_by(*keys)
        .having(noted != waiting)
        .order_by(*keys)
    )


@lru_cache(maxsize=1)
def _got() -> Statement:
    lines, requests = table("warehouse_request_lines"), table("warehouse_requests")
    moved, transfers = table("stock_transfer_lines"), table("stock_transfers")
    # What is on its way counts until it turns out not to arrive.
    counts = case(
        (transfers.c.status == doc.PENDING, units(moved.c.quantity)),
        (transfers.c.status == doc.PAID, units(moved.c.received_quantity)),
        else_=0,
    )
    sums = (
        select(moved.c.request_line_id, func.sum(counts).label("moved"))
        .join_from(moved, transfers, belongs(moved, "transfer_id", transfers))
        .where(mine(moved), moved.c.request_line_id.is_not(None))
        .group_by(moved.c.request_line_id)
        .subquery()
    )
    found = known(sums.c.moved)
    return Statement(
        select(
            requests.c.idn, lines.c.position, lines.c.transferred_quantity,
            type_coerce(found, QUANTITY).label("found"),
        )
        .join_from(lines, requests, belongs(lines, "request_id", requests))
        .join(sums, sums.c.request_line_id == lines.c.id, isouter=True)
        .where(mine(lines), units(lines.c.transferred_quantity) != found)
        .order_by(lines.c.request_id, lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _fulfilled() -> Statement:
    lines, requests = table("warehouse_request_lines"), table("warehouse_requests")
    left = units(lines.c.quantity) - units(lines.c.transferred_quantity) - units(lines.c.rejected_quantity)
    counted = (
        select(
            lines.c.request_id, func.sum(case((left > 0, 1), else_=0)).label("open"),
            func.sum(units(lines.c.transferred_quantity)).label("moved"),
        )
        .where(mine(lines))
        .group_by(lines.c.request_id)
        .subquery()
    )  # fmt: skip
    open_ = func.coalesce(counted.c.open, 0)
    expected = case((known(counted.c.moved) == 0, 0), (open_ > 0, 1), else_=2)
    wrong = or_(and_(requests.c.status == doc.APPROVED, open_ == 0), and_(requests.c.status == doc.PAID, open_ > 0))
    return Statement(
        select(requests.c.idn, requests.c.status, open_.label("open"), requests.c.status_transferred,
               expected.label("expected"))
        .join_from(requests, counted, counted.c.request_id == requests.c.id, isouter=True)
        .where(mine(requests), or_(requests.c.status_transferred != expected, wrong))
        .order_by(requests.c.id)
    )  # fmt: skip
