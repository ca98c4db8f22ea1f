"""What a line and a document cost: pure, exact, each amount rounded once.

A line may be in a currency of its own, as those of expenses are. Its net amount and each of its taxes are worked
out and rounded in that currency, then converted into the document's and rounded again, each once; gross amounts and
totals are sums of these and never converted themselves. The document's totals are converted into the company's currency
last.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from emptor.kit.money import HUNDRED, ZERO, product, rounded, share, spread

ONE = Decimal(1)


@dataclass(frozen=True)
class Rate:
    """A tax on a line. `percent` of the net amount, or, compound, of net plus the taxes before it."""

    percent: Decimal
    compound: bool = False
    withholding: bool = False


@dataclass(frozen=True)
class Line:
    """What a line is made of. `discount_percent` wins over `discount_amount`."""

    quantity: Decimal
    price: Decimal
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    rates: tuple[Rate, ...] = ()
    exchange_rate: Decimal = ONE
    """What one of the line's currency is in the document's."""
    scale: int | None = None
    """Decimals of the line's own currency, where it has one."""
    is_tax: bool = False
    """A tax on a line of its own, which takes no part in the document's discount."""

    @property
    def base(self) -> Decimal:
        """Quantity times price, not rounded."""
        return product(self.quantity, self.price)


@dataclass(frozen=True)
class Priced:
    """What a line costs. `gross = net + tax`; what is withheld lowers what is paid, not what is owed."""

    discount: Decimal
    net: Decimal
    taxes: tuple[Decimal, ...]
    tax: Decimal
    withheld: Decimal

    @property
    def gross(self) -> Decimal:
        """Net and taxes."""
        return self.net + self.tax


@dataclass(frozen=True)
class Totals:
    """Sums over the lines, never recomputed from rounded sums."""

    net: Decimal = ZERO
    tax: Decimal = ZERO
    withheld: Decimal = ZERO
    discount: Decimal = ZERO

    @property
    def gross(self) -> Decimal:
        """Net and taxes."""
        return self.net + self.tax


def discount_of(line: Line, scale: int) -> Decimal:
    """The line's own discount: a share of its base, or an amount, never more than the base. Of what is given back,
    a line below zero, it takes as much as it would of what is bought.
    """
    base = rounded(line.base, scale)
    if line.discount_percent is not None:
        return share(line.base, line.discount_percent, scale)
    off = min(rounded(line.discount_amount or ZERO, scale), abs(base))
    return -off if base < 0 else off


def net_of(line: Line, scale: int) -> Decimal:
    """What a line comes to before the document's discount and taxes."""
    return rounded(line.base, scale) - discount_of(line, scale)


def price_line(line: Line, extra_discount: Decimal = ZERO, scale: int = 2) -> Priced:
    """Price one line; `extra_discount` is its part of the document's discount."""
    discount = discount_of(line, scale) + extra_discount
    net = rounded(line.base, scale) - discount
    amounts: list[Decimal] = []
    tax = withheld = ZERO
    for rate in line.rates:
        base = net + tax if rate.compound else net
        amount = share(base, rate.percent, scale)
        amounts.append(amount)
        if rate.withholding:
            withheld += amount
        else:
            tax += amount
    return Priced(discount, net, tuple(amounts), tax, withheld)


def converted(cost: Priced, line: Line, scale: int = 2) -> Priced:
    """What a line costs in the document's currency."""
    if line.exchange_rate == ONE and line.scale in (None, scale):
        return cost
    taxes = tuple(_into(tax, line, scale) for tax in cost.taxes)
    withheld = sum((tax for tax, rate in zip(taxes, line.rates, strict=True) if rate.withholding), ZERO)
    added = sum(taxes, ZERO) - withheld
    return Priced(_into(cost.discount, line, scale), _into(cost.net, line, scale), taxes, added, withheld)


def _into(amount: Decimal, line: Line, scale: int) -> Decimal:
    return rounded(product(amount, line.exchange_rate), scale)


def price_document(
    lines: Sequence[Line], percent: Decimal | None = None, amount: Decimal | None = None, scale: int = 2
) -> tuple[list[Priced], Totals]:
    """Price all lines of a document. Its own discount, a share or an amount of the net of all lines that are no taxes,
    is spread over these pro rata.
    """
    scales = [scale if line.scale is None else line.scale for line in lines]
    nets = [ZERO if line.is_tax else net_of(line, own) for line, own in zip(lines, scales, strict=True)]
    whole = sum(nets, ZERO)
    off = ZERO
    if percent is not None:
        off = share(whole, percent, scale)
    elif amount is not None:
        off = min(rounded(amount, scale), max(whole, ZERO))
    shares = spread(off, nets, scale)
    priced = [price_line(line, part, own) for line, part, own in zip(lines, shares, scales, strict=True)]
    counted = [converted(cost, line, scale) for cost, line in zip(priced, lines, strict=True)]
    totals = Totals(
        net=sum((p.net for p in counted), ZERO),
        tax=sum((p.tax for p in counted), ZERO),
        withheld=sum((p.withheld for p in counted), ZERO),
        discount=sum((p.discount for p in counted), ZERO),
    )
    return priced, totals


def combined_percent(rates: Sequence[Rate]) -> Decimal:
    """What the rates that add to a line come to together, in per cent of its net amount."""
    total = ZERO
    for rate in rates:
        if not rate.withholding:
            total += (HUNDRED + total if rate.compound else HUNDRED) * rate.percent / HUNDRED
    return min(rounded(total, 6), HUNDRED * 10)
