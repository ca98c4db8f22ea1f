"""Exact numbers: decimals all the way, rounded half up, once, where a line amount is made."""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal

MONEY_SCALE = 4
"""Decimals kept for sums of money, enough for every ISO 4217 currency."""
PRICE_SCALE = 6
"""Decimals kept for unit prices and quantities."""
PERCENT_SCALE = 6
RATE_SCALE = 10

ZERO = Decimal(0)
HUNDRED = Decimal(100)

_WIDE = Context(prec=60)
_LONGEST = 50
"""Digits that a number may be written with: all of them count in `_WIDE`."""
_PLAIN = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)$")
_CENTS = {scale: Decimal(1).scaleb(-scale) for scale in range(13)}


def rounded(amount: Decimal, scale: int = 2) -> Decimal:
    """`amount` with `scale` decimals, half rounded away from zero."""
    return amount.quantize(_CENTS[scale], ROUND_HALF_UP, _WIDE)


def cut(amount: Decimal, scale: int = 2) -> Decimal:
    """`amount` with `scale` decimals, without what is beyond them."""
    return amount.quantize(_CENTS[scale], ROUND_DOWN, _WIDE)


def to_units(amount: Decimal, scale: int) -> int:
    """The whole number of 10^-scale units in `amount`; ValueError when it does not fit exactly."""
    numerator, denominator = amount.as_integer_ratio()
    units, rest = divmod(numerator * 10**scale, denominator)
    if rest:
        raise ValueError(f"{amount} has more than {scale} decimals")
    return units


def from_units(units: int, scale: int) -> Decimal:
    """The amount that `to_units` counted, without trailing zeros."""
    return Decimal(units) / (10**scale)


def parse_decimal(raw: object) -> Decimal:
    """A decimal from a JSON number or plain text (`1234.50`); ValueError otherwise."""
    if isinstance(raw, Decimal) and raw.is_finite() and len(raw.as_tuple().digits) <= _LONGEST:
        return raw
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Decimal(raw)
    if isinstance(raw, str) and len(raw) <= _LONGEST and _PLAIN.match(raw.strip()):
        return Decimal(raw.strip())
    raise ValueError("Write a number with a point for decimals, like 1234.50.")


NOISE = Decimal("0.000001")
"""Amounts that binary floating point has been at are off by less."""


def settled(amount: Decimal, scale: int) -> Decimal:
    """The amount that was meant: 524.0799999999999 is 524.08, where such a one is next to it."""
    if amount.adjusted() >= _LONGEST - scale:
        return amount
    near = rounded(amount, scale)
    return near if abs(_WIDE.subtract(amount, near)) <= NOISE else amount


def decimals_of(amount: Decimal) -> int:
    """How many decimals the value needs: 1.50 needs one."""
    return max(0, -int(amount.normalize(_WIDE).as_tuple().exponent))


def plain(amount: Decimal, least: int = 2) -> str:
    """Text with at least `least` decimals and no exponent: `0.00`, `1234.5678`."""
    return f"{amount:.{max(least, decimals_of(amount))}f}"


def product(one: Decimal, other: Decimal) -> Decimal:
    """One times the other, exactly: Python's decimals by themselves keep 28 digits."""
    return _WIDE.multiply(one, other)


def quotient(one: Decimal, other: Decimal) -> Decimal:
    """One divided by the other, to 60 digits: round what comes out."""
    return _WIDE.divide(one, other)


def share(amount: Decimal, percent: Decimal, scale: int = 2) -> Decimal:
    """So many per cent of `amount`, rounded once."""
    return rounded(product(amount, percent).scaleb(-2, _WIDE), scale)


def spread(total: Decimal, weights: list[Decimal], scale: int = 2) -> list[Decimal]:
    """Split `total` over `weights` pro rata, no share beyond its weight; what rounding leaves goes to the largest
    weight, and on to the next where that one cannot take it.
    """
    whole = sum(weights, ZERO)
    if not weights or whole == 0:
        return [ZERO for _ in weights]
    shares = [rounded(_WIDE.divide(product(total, weight), whole), scale) for weight in weights]
    rest = total - sum(shares, ZERO)
    for i in sorted(range(len(weights)), key=lambda i: -abs(weights[i])) if rest else ():
        least, most = min(weights[i], ZERO), max(weights[i], ZERO)
        kept = min(max(shares[i] + rest, least), most)
        rest -= kept - shares[i]
        shares[i] = kept
    return shares


def split(total: Decimal, weights: list[Decimal], scale: int = 2) -> list[Decimal]:
    """Divide `total` among `weights` pro rata, evenly where they come to nothing; the last one takes what is left."""
    whole = sum(weights, ZERO)
    if not whole:
        weights, whole = [Decimal(1)] * len(weights), Decimal(len(weights))
    shares = [rounded(quotient(product(total, weight), whole), scale) for weight in weights[:-1]]
    return [*shares, total - sum(shares, ZERO)]
