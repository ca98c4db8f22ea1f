"""What people have to hand over when they leave."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emptor.domains.organisation import access
from emptor.domains.organisation.access import Principal
from emptor.store.schema import table
from emptor.store.unit_of_work import UnitOfWork

MOST_NAMED = 10


@dataclass(frozen=True)
class Duty:
    """Something people may have on their hands: `live` names it, `left` ends what nobody takes over (drafts), `handed`
    gives to somebody else what has the name of whoever leaves.
    """

    live: Callable[[UnitOfWork, int], list[str]]
    left: Callable[[UnitOfWork, int], None] = lambda tx, user: None
    handed: Callable[[UnitOfWork, int, int], None] = lambda tx, user, substitute: None


DUTIES: list[Duty] = []
"""All kinds of duty; rooms whose objects belong to people add theirs."""


def check(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Note it when somebody leaves with something on their hands and names nobody able to take over."""
    live = [name for duty in DUTIES for name in duty.live(tx, row["id"])]
    substitute = values.get("substitute_id", row["substitute_id"])
    if substitute is None:
        if live:
            named = ", ".join(live[:MOST_NAMED]) + (f" and {len(live) - MOST_NAMED} more" * (len(live) > MOST_NAMED))
            tx.problems.add("substitute", f"This person still has {named}; name somebody who takes over.")
        return
    person, other = (access.load(tx, user, {}) for user in (row["id"], substitute))
    if person is not None and (live or "substitute_id" in values):
        fault = _unfit(person, other)
        if fault:
            tx.problems.add("substitute", fault)


def complete(tx: UnitOfWork, user: int, substitute: int | None) -> None:
    """End what nobody takes over; whoever stood in for others passes that on, too."""
    for duty in DUTIES:
        duty.left(tx, user)
        if substitute is not None:
            duty.handed(tx, user, substitute)
    tx.update(table("users"), {"substitute_id": substitute}, substitute_id=user)


def _unfit(person: Principal, other: Principal | None) -> str:
    """Why somebody cannot take over, as a sentence."""
    if other is None:
        return "Name somebody who is still here."
    if other.is_super_user:
        return ""
    missing = sorted(person.roles - other.roles)
    if missing:
        return f"Whoever takes over needs the same roles; this person lacks {', '.join(missing)}."
    pairs = {
        "locations": (person.locations, other.locations),
        "legal entities": (person.legal_entities, other.legal_entities),
        "options": (person.options, other.options),
    }
    for name, (needed, there) in pairs.items():
        if there is not None and (needed is None or not set(needed) <= set(there)):
            return f"Whoever takes over needs access to the same {name}."
    return ""
