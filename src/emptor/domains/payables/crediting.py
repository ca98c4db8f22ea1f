"""What is left to credit of an invoice's lines, and how a note takes the last of it to the cent: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from emptor.kit.money import ZERO

Row = dict[str, Any]


@dataclass(frozen=True)
class Left:
    """What can still be credited of a line. `notes`: how many lines of credit notes have taken something of it."""

    net: Decimal
    taxes: Mapping[int, Decimal]
    """What is left of each tax, by its id."""
    withheld: frozenset[int]
    """Those of the taxes that lower what is paid."""
    quantity: Decimal
    price: Decimal
    notes: int = 0

    @property
    def gross(self) -> Decimal:
        """With taxes."""
        return self.net + sum((sum_ for tax, sum_ in self.taxes.items() if tax not in self.withheld), ZERO)

    @property
    def payable(self) -> Decimal:
        """With taxes, less what is withheld."""
        return self.gross - sum((self.taxes[tax] for tax in self.withheld), ZERO)

    def less(self, item: Row) -> Left:
        """What a line of a credit note leaves of it."""
        taxes = dict(self.taxes)
        for tax in item["taxes"]:
            taxes[tax["tax_id"]] = taxes.get(tax["tax_id"], ZERO) - tax["sum"]
        return replace(
            self, net=self.net - item["net_sum"], taxes=taxes, quantity=self.quantity - item["quantity"],
            notes=self.notes + 1,
        )  # fmt: skip


def fit(items: Sequence[Row], left: Mapping[int, Left], unit: Decimal) -> None:
    """Have priced lines take no more than is left of those that they credit, where rounding alone makes it more, and
    all that is left where they credit the last pieces. `unit` is the smallest amount there is.
    """
    left = dict(left)
    for item in items:
        of = left.get(item["credited_line_id"]) if item.get("credited_line_id") else None
        if of is not None:
            _fit(item, of, unit)
            left[item["credited_line_id"]] = of.less(item)


def _fit(item: Row, left: Left, unit: Decimal) -> None:
    as_invoiced = item["price"] == left.price  # else somebody has said how much
    slack = unit * (left.notes + 1) if as_invoiced else ZERO
    more = item["net_sum"] - left.net if left.net >= 0 else left.net - item["net_sum"]
    if 0 < more <= slack or (item["quantity"] == left.quantity and -slack <= more < 0):
        _cost(item, left.net)
    for tax in item["taxes"]:
        rest = left.taxes.get(tax["tax_id"])
        if rest is not None and (item["net_sum"] == left.net or abs(tax["sum"]) > abs(rest)):
            tax["sum"] = rest
    _add_up(item)


def beyond(items: Sequence[Row], gross: Decimal, payable: Decimal) -> Decimal:
    """By how much priced lines come to more than may be, with taxes or less what is withheld."""
    withheld = sum((tax["sum"] for item in items for tax in item["taxes"] if tax["is_withholding_tax"]), ZERO)
    whole = sum((item["sum"] for item in items), ZERO)
    return max(whole - gross, whole - withheld - payable)


def lower(items: Sequence[Row], amount: Decimal) -> None:
    """Have priced lines come to so much less; the largest one takes it."""
    largest = max(items, key=lambda item: item["net_sum"])
    _cost(largest, largest["net_sum"] - amount)
    _add_up(largest)


def _cost(item: Row, net: Decimal) -> None:
    item["discount_sum"] += item["net_sum"] - net
    item["net_sum"] = net


def _add_up(item: Row) -> None:
    item["tax_sum"] = sum((tax["sum"] for tax in item["taxes"] if not tax["is_withholding_tax"]), ZERO)
    item["sum"] = item["net_sum"] + item["tax_sum"]
