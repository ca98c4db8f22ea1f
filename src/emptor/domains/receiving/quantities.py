"""How much of an order may still come and how far it has come: pure."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from emptor.kit.money import ZERO

NOT_RECEIVED, PARTLY_RECEIVED, RECEIVED = range(3)


@dataclass(frozen=True)
class Ordered:
    """One line of an order, in its own measure: pieces, or money for a service."""

    id: int
    ordered: Decimal
    received: Decimal = ZERO
    """Kept, by receipts that count."""
    claimed: Decimal = ZERO
    """By receipts that are submitted and not yet received."""
    struck: Decimal = ZERO
    """Ordered, and not wanted any more."""
    waived: Decimal = ZERO
    """A small rest that nobody waits for, though it may still come."""

    @property
    def open(self) -> Decimal:
        """What may still be received."""
        return max(ZERO, self.ordered - self.struck - self.received - self.claimed)

    @property
    def awaited(self) -> Decimal:
        """What somebody waits for."""
        return max(ZERO, self.open - self.waived)


def receiving_status(lines: int, touched: int, settled: int) -> int:
    """How far an order of so many lines has come, of which so many have got something and so many wait for nothing."""
    if not touched:
        return NOT_RECEIVED
    return RECEIVED if settled == lines else PARTLY_RECEIVED


def too_much(line: Ordered, quantity: Decimal) -> str:
    """Why `quantity` more of the line cannot be received; empty when it can."""
    if quantity <= line.open:
        return ""
    claimed = f", {line.claimed:f} are in receipts that wait for approval" if line.claimed else ""
    struck = f", {line.struck:f} have been struck" if line.struck else ""
    return (
        f"Only {line.open:f} of {line.ordered:f} are still open on this line: "
        f"{line.received:f} have been received{claimed}{struck}."
    )
