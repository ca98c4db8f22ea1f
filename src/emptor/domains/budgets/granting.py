"""What of a document has been granted in a budget, and stays so whatever becomes of the budget. Pure.

An order that is approved has been granted what it uses; what it gives up for an invoice is granted to that, as a
requisition's is to its order. What is granted passes a limit that is exhausted by now: its sum is in there already.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from emptor.domains.budgets.rules import INVOICES, ORDERS, REQUISITIONS, RESERVED, USED
from emptor.kit.money import ZERO

MADE_OF = {ORDERS: REQUISITIONS, INVOICES: ORDERS}
"""The kind of document that a kind takes over from."""


@dataclass(frozen=True)
class Change:
    """What a document holds in a budget before and after a change, by stage."""

    kind: str
    document: int
    budget: int
    before: tuple[tuple[int, Decimal], ...] = ()
    after: tuple[tuple[int, Decimal], ...] = ()
    was_granted: Decimal = ZERO

    @property
    def held(self) -> Decimal:
        """What it holds afterwards."""
        return sum((sum_ for _, sum_ in self.after), ZERO)

    @property
    def more(self) -> Decimal:
        """What it takes more than before; less than 0 where it gives back."""
        return self.held - sum((sum_ for _, sum_ in self.before), ZERO)

    @property
    def is_new(self) -> bool:
        """Whether it has held nothing of the budget so far."""
        return not self.before

    @property
    def is_decided(self) -> bool:
        """Whether it passes from reserved to used."""
        return RESERVED in dict(self.before) and USED in dict(self.after)

    def settled(self, grant: Decimal) -> Decimal:
        """What has been granted once the change is made: all that is used, or so much of what is reserved."""
        return self.held if USED in dict(self.after) else grant if self.after else ZERO


def grants(changes: Sequence[Change], *, anew: bool = False) -> dict[Change, Decimal]:
    """How much each document may hold after a change whatever a limit says.

    Part of that is what its predecessors give up in the same change; what they get back is lost again, and theirs.
    What is reckoned `anew`, at another share of the tax, stays granted as far as it was.
    """
    returned = coming_back(changes)
    given: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for one in changes:
        given[one.kind, one.budget] -= one.more
    found = {}
    for one in changes:
        source = MADE_OF.get(one.kind, ""), one.budget
        left = given.get(source, ZERO)
        share = min(max(one.more, ZERO), left) if left > 0 else max(min(one.more, ZERO), left)
        if left:
            given[source] = left - share
        if one.kind in returned:
            share = max(share, one.more)
        whole = anew and one.was_granted >= one.held - one.more
        found[one] = one.held if whole else min(one.held, one.was_granted + share)
    return found


def coming_back(changes: Sequence[Change]) -> set[str]:
    """The kinds of document to which something comes back, because less is made of them: that was theirs before."""
    totals: dict[tuple[str, int], Decimal] = defaultdict(lambda: ZERO)
    for one in changes:
        totals[one.kind, one.document] += one.more
    return {MADE_OF[kind] for (kind, _), more in totals.items() if more < 0 and kind in MADE_OF}
