"""Whether documents wait for a decision about differences exactly when there is one to be made."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, case, func, literal, or_, select, union_all

from emptor.domains import documents as doc
from emptor.domains.checking import check
from emptor.store.clauses import belongs, mine, one_of
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction

WAITING, ACCEPTED = 0, 1
DOCUMENTS = {
    "purchase_orders": ("order", "purchase_order_id"), "invoices": ("invoice", "invoice_id"),
    "receipts": ("receipt", "receipt_id"),
}  # fmt: skip
"""What a match is about, by table: what people call it and where the match names it."""


@check("what waits for a decision about differences")
def waiting(tx: Transaction) -> Iterator[str]:
    """Nobody waits for what has been decided, and nothing is decided on behind a document's back."""
    for noun, idn, status, matches in tx.all(_waiting(), company=tx.company_id):
        if status == doc.MATCHING:
            yield f"{noun} {idn} is in matching; nothing about it is to be decided"
        else:
            yield f"{noun} {idn} is {doc.STATUS_KEYS[status]}; {matches} decisions about its differences are to be made"


def _of(source: str) -> Any:
    """Documents of a table that are in matching without reason, or not in spite of one.

    An order may have to be approved anew after all was decided: what differed from it waits for that, too.
    """
    noun, column = DOCUMENTS[source]
    rows, matches, orders = table(source), table("matches"), table("purchase_orders").alias("approved_anew")
    open_ = func.sum(case((matches.c.status == WAITING, 1), else_=0))
    anew = and_(matches.c.status == ACCEPTED, one_of(orders.c.status, doc.PENDING, doc.IN_REVISION))
    counted = (
        select(matches.c[column], open_.label("open"), func.sum(case((anew, 1), else_=0)).label("anew"))
        .join_from(matches, orders, belongs(matches, "purchase_order_id", orders))
        .where(mine(matches), matches.c[column].is_not(None))
        .group_by(matches.c[column])
        .subquery()
    )
    waits = func.coalesce(counted.c.open, 0)
    # An order itself goes on as soon as all about it is decided.
    excused: Any = literal(0) if source == "purchase_orders" else func.coalesce(counted.c.anew, 0)
    wrong = or_(
        and_(rows.c.status == doc.MATCHING, waits == 0, excused == 0), and_(rows.c.status != doc.MATCHING, waits > 0)
    )
    return (
        select(literal(noun).label("noun"), rows.c.idn, rows.c.status, waits.label("open"))
        .join_from(rows, counted, counted.c[column] == rows.c.id, isouter=True)
        .where(mine(rows), wrong)
    )


@lru_cache(maxsize=1)
def _waiting() -> Statement:
    return Statement(union_all(*map(_of, DOCUMENTS)))
