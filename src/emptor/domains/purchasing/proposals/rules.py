"""What becomes of proposals: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NEW, RECEIVED, APPROVED, REJECTED = range(4)
STANDINGS = {NEW: "new", RECEIVED: "received", APPROVED: "approved", REJECTED: "rejected"}
"""States of a proposal and of its lines."""

OPEN, DECIDED, NO_PROPOSALS = range(3)
LINE_STATES = {OPEN: "open", DECIDED: "approved", NO_PROPOSALS: "no proposals"}
"""States of the lines of a request."""

UNDECIDED = (NEW, RECEIVED)


def standing(lines: Sequence[int]) -> int:
    """How a proposal stands, by how its lines do: won as soon as one has, lost when all have."""
    if APPROVED in lines:
        return APPROVED
    if lines and all(line == REJECTED for line in lines):
        return REJECTED
    return RECEIVED if RECEIVED in lines else NEW


def furthest(standings: Iterable[int]) -> int | None:
    """How far a request has come with its proposals; None without any."""
    found = set(standings)
    return next((one for one in (APPROVED, RECEIVED, NEW, REJECTED) if one in found), None)
