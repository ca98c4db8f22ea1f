"""What people ask about a document: who has to approve it and why, and what a change would lead to."""

from __future__ import annotations

from functools import partial
from typing import Any

from emptor.domains import documents, verbs
from emptor.domains.approvals import explaining
from emptor.kit.resource import Operation, Resource
from emptor.store import query
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

HELD = (documents.PENDING, documents.APPROVED)
"""What is in these states has to be taken back before it is changed."""


def operations(resource: Resource) -> tuple[Operation, ...]:
    """Asking who has to approve a document and why, and what a change would lead to."""
    path, noun = f"/{resource.name}/{{{resource.key}}}", resource.life.noun
    return (
        Operation(
            "look", "GET", f"{path}/approval", resource.reads, False, run=partial(explained, resource),
            shows=explaining.EXPLAINED, summary=f"Who has to approve a {noun} and why, and what one can do with it now",
        ),
        Operation(
            "simulate", "POST", f"{path}/simulate", resource.reads, False, run=partial(simulated, resource),
            shows=explaining.SIMULATED, summary=f"What a change of a {noun} would lead to; nothing is changed",
        ),
    )  # fmt: skip


def explained(resource: Resource, tx: Transaction, row: Row, asked: Row) -> Row:
    """Who decides about the document and why, and the verbs that whoever asks can use now."""
    possible = [move.verb for move in resource.life.possible(tx, row)]
    return {**explaining.explain(tx, resource, row), "possible": possible}


def simulated(resource: Resource, tx: UnitOfWork, row: Row, values: Row) -> Row:
    """What a change would lead to once it were submitted. It is made here; the edge undoes it."""
    change = next(one.run for one in resource.operations if one.kind == "update")
    taken_back = {**row, "status": documents.IN_REVISION} if row["status"] in HELD else row
    assert change is not None
    change(tx, taken_back, values)
    after = query.stored(tx, resource, "id", row["id"])
    assert after is not None
    lines = documents.Lines(tx, resource, row["id"])
    free = verbs.KINDS[resource.name].free_in(after)
    return explaining.simulate(tx, resource, row, {**after, "items": lines}, free)
