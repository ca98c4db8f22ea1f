"""What becomes of people's documents when they leave: drafts go, the others need somebody else."""

from __future__ import annotations

from functools import lru_cache

from sqlalchemy import bindparam, select

from emptor.domains import documents, verbs
from emptor.domains.organisation import leaving
from emptor.domains.verbs import Kind
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

LIVE = (documents.PENDING, documents.APPROVED, documents.IN_REVISION, documents.MATCHING)
"""Documents in these states need somebody whose they are."""


def _live(tx: UnitOfWork, user: int) -> list[str]:
    """The documents that need somebody else when this person leaves."""
    rows = ((kind, tx.all(_written(kind.resource), company=tx.company_id, user=user, states=LIVE)) for kind in _kinds())
    return [f"{kind.noun} {idn}" for kind, found in rows for _, idn in found]


def _left(tx: UnitOfWork, user: int) -> None:
    """Delete the drafts of somebody who leaves."""
    for kind in _kinds():
        for row_id, _ in tx.all(_written(kind.resource), company=tx.company_id, user=user, states=[documents.DRAFT]):
            row = query.stored(tx, kind.resource, "id", row_id)
            assert row is not None
            verbs.delete(kind, tx, row, {})


def _kinds() -> list[Kind]:
    return [verbs.KINDS[name] for name in sorted(verbs.KINDS)]


@lru_cache(maxsize=50)
def _written(resource: Resource) -> Statement:
    """What somebody has written, in some states."""
    source = table(resource.table)
    return Statement(
        select(source.c.id, source.c.idn).where(
            source.c.company_id == bindparam("company"), source.c.creator_id == bindparam("user"),
            any_of(source.c.status, "states"),
        )
    )  # fmt: skip


leaving.DUTIES.append(leaving.Duty(_live, _left))
