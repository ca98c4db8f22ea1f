"""How the lines of a bill become lines of an invoice: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from emptor.kit.money import PRICE_SCALE, ZERO, quotient, rounded, share

Row = dict[str, Any]
Percents = Mapping[int, Decimal]
"""Rates of the taxes there are, by their ids."""


def number_of(line: Row, name: str) -> Decimal | None:
    """A number of a line that was read."""
    return None if line.get(name) is None else Decimal(line[name])


def pairs(read: Sequence[Row], open_lines: Sequence[Row]) -> list[tuple[Row, Row | None]]:
    """Each line of the bill with the line of the order it bills: by its article number, else by its name.

    No line of the order is billed twice.
    """
    left = list(open_lines)
    found = []
    for line in read:
        fitting = _first(line, left)
        if fitting is not None:
            left.remove(fitting)
        found.append((line, fitting))
    return found


def _first(line: Row, candidates: Sequence[Row]) -> Row | None:
    for name in ("sku", "name"):
        wanted = _same(line.get(name))
        found = next((one for one in candidates if wanted and _same(one.get(name)) == wanted), None)
        if found is not None:
            return found
    return None


def _same(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def free_line(line: Row, place: int, percents: Percents, decimals: int) -> Row:
    """A line of an invoice that bills no order."""
    quantity, price = _measures(line, decimals)
    return {
        "name": line.get("name") or f"Line {place}", "sku": line.get("sku"), "quantity": quantity, "price": price,
        "taxes": tax_of(number_of(line, "taxPercent"), percents),
    }  # fmt: skip


def of_order(line: Row, ordered: Row, percents: Percents, decimals: int, *, service: bool) -> Row:
    """A line of an invoice for a line of an order, which is in the form in which that would be billed in full."""
    item = dict(ordered)
    quantity, price = _measures(line, decimals, ordered["quantity"], ordered["price"])
    if service:
        quantity, price = Decimal(1), number_of(line, "net") or rounded(quantity * price, decimals)
    if number_of(line, "price") is not None or number_of(line, "net") is not None:
        item |= {"discount_percent": None, "discount_amount": None}
    percent = number_of(line, "taxPercent")
    told = tax_of(percent, percents)
    kept = sum((one["percent"] for one in ordered["taxes"] if not one["is_withholding_tax"]), ZERO)
    if percent is not None and percent != kept and (told or percent == 0):
        item["taxes"] = told
    (allocation,) = ordered["allocations"]
    billed = {"order_line_id": allocation["order_line_id"], "quantity": price if service else quantity}
    return item | {"quantity": quantity, "price": price, "allocations": [billed]}


def _measures(
    line: Row, decimals: int, usual: Decimal = Decimal(1), usual_price: Decimal = ZERO
) -> tuple[Decimal, Decimal]:
    """Quantity and price of a line; the price is such that the line comes to its net amount."""
    quantity, price, net = (number_of(line, name) for name in ("quantity", "price", "net"))
    quantity = usual if quantity is None else quantity
    if net is not None and quantity and (price is None or rounded(quantity * price, decimals) != net):
        return quantity, rounded(quotient(net, quantity), PRICE_SCALE)
    return quantity, usual_price if price is None else price


def one_line(name: str, net: Decimal | None, gross: Decimal | None, percents: Percents, decimals: int) -> Row:
    """All that a bill comes to as one line; with the tax, if there is just one, that makes the gross of the net."""
    taxes: list[Row] = []
    if net is not None and gross is not None and net != gross:
        fitting = [one for one, percent in percents.items() if share(net, percent, decimals) == gross - net]
        taxes = [{"tax_id": one} for one in fitting[:1]] if len(fitting) == 1 else []
        net = net if taxes else gross
    price = next((one for one in (net, gross) if one is not None), ZERO)
    return {"name": name, "quantity": Decimal(1), "price": price, "taxes": taxes}


def tax_of(percent: Decimal | None, percents: Percents) -> list[Row]:
    """The tax with that rate, where there is just one."""
    fitting = [one for one, rate in percents.items() if rate == percent] if percent else []
    return [{"tax_id": fitting[0]}] if len(fitting) == 1 else []
