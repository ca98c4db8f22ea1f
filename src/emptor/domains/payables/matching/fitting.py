"""What lines of an order have to say so that they cost what was accepted, discounts of the order taken off: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from emptor.domains.pricing import Line, discount_of, price_document
from emptor.kit.money import PRICE_SCALE, ZERO, product, quotient, rounded

ROUNDS = 8
"""A discount of all lines is divided among them anew with each of them: what is off gets smaller each time."""


@dataclass(frozen=True)
class Wanted:
    """What a line has to cost. Where that was reckoned from a part of it, less than `slack` more or less will do."""

    net: Decimal
    slack: Decimal = ZERO

    def is_met(self, net: Decimal) -> bool:
        """Whether a line that costs so much fits."""
        return net == self.net or abs(net - self.net) < self.slack


def wanted(net: Decimal, part: Decimal, whole: Decimal, scale: int) -> Wanted:
    """What all of a line has to cost of which a part costs `net`."""
    if part == whole:
        return Wanted(net)
    factor = quotient(whole, part)
    return Wanted(rounded(product(net, factor), scale), product(Decimal(1).scaleb(-scale), factor))


def fit(
    lines: Sequence[Line], nets: Mapping[int, Wanted], percent: Decimal | None, amount: Decimal | None, scale: int
) -> list[Line]:
    """The lines of a document with a discount of its own, those that do not cost what is wanted, by their places, with
    another price. What a price cannot say to the cent, a discount of the line does.
    """
    found = list(lines)
    for _ in range(ROUNDS):
        priced, _ = price_document(found, percent, amount, scale)
        off = [i for i, one in nets.items() if not one.is_met(priced[i].net)]
        if not off:
            break
        for i in off:
            before = rounded(found[i].base, scale) - discount_of(found[i], scale)
            now, net = priced[i].net, nets[i].net
            more = quotient(product(before, net), now) if now else before + net
            found[i] = _costing(found[i], rounded(more, scale), scale)
    return found


def _costing(line: Line, net: Decimal, scale: int) -> Line:
    """The line at a price at which it costs so much."""
    if not line.quantity:
        return line
    price = rounded(quotient(net, line.quantity), PRICE_SCALE)
    if rounded(product(price, line.quantity), scale) < net:
        price += Decimal(1).scaleb(-PRICE_SCALE)
    rest = rounded(product(price, line.quantity), scale) - net
    return replace(line, price=price, discount_percent=None, discount_amount=rest or None)
