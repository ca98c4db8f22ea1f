"""When an invoice differs from its order so much that whoever placed the order has to decide: pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from emptor.kit.money import ZERO, plain

PRICE, QUANTITY, NEW, REPLACED = "price", "quantity", "new", "replaced"


@dataclass(frozen=True)
class Billed:
    """What a line of an invoice bills of a line of the order. Sums are net, in the order's currency."""

    position: int
    name: str
    quantity: Decimal
    net: Decimal
    agreed: Decimal
    """What so much costs by the order."""
    left: Decimal
    """How much of the order's line was open before this invoice."""
    ordered: Decimal
    replaced: bool = False
    """It names another item than the order's line."""
    split: bool = False
    """It comes from splitting a line."""
    priced: bool = True
    """What it costs has to be as ordered. A line below nothing bills a quantity only."""


@dataclass(frozen=True)
class Free:
    """A line of an invoice that no line of the order stands behind."""

    position: int
    name: str
    net: Decimal
    split: bool = False


@dataclass(frozen=True)
class Policy:
    """What a company lets pass."""

    limit: Decimal = ZERO
    """By how much all invoices of the order together may differ from it, net, in its currency."""
    both_ways: bool = True
    """Whether an invoice that comes to less than ordered is a difference too."""
    new_within_limit: bool = False
    """Whether new items pass while the total stays within the limit."""


@dataclass(frozen=True)
class Difference:
    """Something on one line that is not as ordered."""

    position: int
    kind: str
    words: str
    ordered: Decimal
    billed: Decimal


@dataclass(frozen=True)
class Verdict:
    """How an invoice compares with one order."""

    expected: Decimal
    """What the lines it bills cost by the order."""
    billed: Decimal
    before: Decimal
    """By how much earlier invoices of the order differ."""
    limit: Decimal
    differences: tuple[Difference, ...] = field(default_factory=tuple)
    """What has to be decided about; empty: the two match."""

    @property
    def drift(self) -> Decimal:
        """By how much all invoices of the order differ, this one included."""
        return self.before + self.billed - self.expected

    @property
    def matches(self) -> bool:
        """Whether nobody has to decide."""
        return not self.differences


def compare(
    billed: Iterable[Billed], free: Iterable[Free], policy: Policy, before: Decimal = ZERO, same: Decimal = ZERO
) -> Verdict:
    """Hold what an invoice bills of an order, and what it bills beside it, against the order.

    Taxes, and lines below nothing that stand beside the order, are no difference by themselves: leave them out. So may
    be what is just as ordered, with what it costs in `same`. Up to and including the limit passes.
    """
    billed, free = list(billed), list(free)
    priced = [one for one in billed if one.priced]
    expected = same + sum((one.agreed for one in priced), ZERO)
    total = same + sum((one.net for one in priced), ZERO) + sum((one.net for one in free), ZERO)
    drift = before + total - expected
    within = -policy.limit <= drift <= policy.limit if policy.both_ways else drift <= policy.limit
    found: list[Difference] = []
    for one in billed:
        if one.quantity > one.left:
            found.append(_too_many(one))
        if not one.priced:
            continue
        if one.replaced and not ((one.split or policy.new_within_limit) and within):
            found.append(
                Difference(one.position, REPLACED, f"{one.name} takes the place of another item.", one.agreed, one.net)
            )
        if not within and one.net != one.agreed:
            found.append(_dearer(one))
    for line in free:
        if not ((line.split or policy.new_within_limit) and within):
            words = f"{line.name} for {plain(line.net)} is not on the order."
            found.append(Difference(line.position, NEW, words, ZERO, line.net))
    return Verdict(expected, total, before, policy.limit, tuple(found))


def _too_many(one: Billed) -> Difference:
    words = f"{one.name}: {one.quantity:f} billed, {one.left:f} of {one.ordered:f} were open."
    return Difference(one.position, QUANTITY, words, one.left, one.quantity)


def _dearer(one: Billed) -> Difference:
    more = one.net - one.agreed
    words = (
        f"{one.name}: {plain(one.net)} billed, {plain(one.agreed)} by the order, "
        f"{plain(abs(more))} {'more' if more > 0 else 'less'}."
    )
    return Difference(one.position, PRICE, words, one.agreed, one.net)


def may_bill(ordered: Decimal, received: Decimal, prepayment: Decimal) -> Decimal:
    """How much of a line may be billed where goods have to come first: all that has come, and of what has not the
    share, from 0 to 1, that is paid before delivery.
    """
    return received + max(ZERO, ordered - received) * prepayment
