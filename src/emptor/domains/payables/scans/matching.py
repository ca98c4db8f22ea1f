"""How the lines of a bill become lines of an invoice: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from emptor.kit.money import PRICE_SCALE, ZERO, product, quotient, rounded, share

Row = dict[str, Any]
Percents = Mapping[int, Decimal]
"""Rates of the taxes there are, by their ids."""


def number_of(line: Row, name: str) -> Decimal | None:
    """A number of a line that was read."""
    return None if line.get(name) is None else Decimal(line[name])


def pairs(read: Sequence[Row], open_lines: Sequence[Row]) -> list[tuple[Row, Row | None]]:
    """Each line of the bill with the line of the order it bills: by its article number, else by its name.

    No line of the order is billed twice, and none by what is given back.
    """
    left = list(open_lines)
    found = []
    for line in read:
        fitting = None if _gives_back(line) else _first(line, left)
        if fitting is not None:
            left.remove(fitting)
        found.append((line, fitting))
    return found


def _gives_back(line: Row) -> bool:
    return any((number_of(line, name) or ZERO) < 0 for name in ("quantity", "net"))


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
    return {
        "name": line.get("name") or f"Line {place}", "sku": line.get("sku"), **_measures(line, decimals),
        "taxes": tax_of(number_of(line, "taxPercent"), percents),
    }  # fmt: skip


def of_order(line: Row, ordered: Row, percents: Percents, decimals: int, *, service: bool) -> Row:
    """A line of an invoice for a line of an order, which is in the form in which that would be billed in full."""
    item = dict(ordered)
    if number_of(line, "price") is not None or number_of(line, "net") is not None:
        item |= {"discount_percent": None, "discount_amount": None}
    measures = _measures(line, decimals, ordered["quantity"], ordered["price"])
    if service:
        net = net_of(measures, decimals)
        measures = {"quantity": Decimal(1), "price": number_of(line, "net") or net}
    percent = number_of(line, "taxPercent")
    told = tax_of(percent, percents)
    kept = sum((one["percent"] for one in ordered["taxes"] if not one["is_withholding_tax"]), ZERO)
    if percent is not None and percent != kept and (told or percent == 0):
        item["taxes"] = told
    (allocation,) = ordered["allocations"]
    billed = measures["price"] if service else measures["quantity"]
    return item | measures | {"allocations": [{"order_line_id": allocation["order_line_id"], "quantity": billed}]}


def _measures(line: Row, decimals: int, usual: Decimal = Decimal(1), usual_price: Decimal = ZERO) -> Row:
    """Quantity and price of a line, and its discount where there is one, such that it comes to its net amount.

    Nothing is billed in negative pieces: what is given back has a negative price.
    """
    quantity, price, off, net = (number_of(line, name) for name in ("quantity", "price", "discount", "net"))
    quantity = usual if quantity is None else quantity
    if quantity < 0:
        quantity, price = -quantity, None if price is None else -price
    if not quantity and net:
        quantity, price = Decimal(1), net
    told: Row = {"quantity": quantity, "price": usual_price if price is None else price}
    if off and off > 0 and price is not None:
        told["discount_amount"] = off
    if net is not None and quantity and (price is None or net_of(told, decimals) != net):
        return {"quantity": quantity, "price": rounded(quotient(net, quantity), PRICE_SCALE)}
    return told


def net_of(item: Row, decimals: int) -> Decimal:
    """What a line of an invoice comes to before taxes."""
    off = rounded(item.get("discount_amount") or ZERO, decimals)
    return rounded(product(item["quantity"], item["price"]), decimals) - off


def whole(
    items: list[Row], read: Sequence[Row], extras: Sequence[Row], percents: Percents, decimals: int,
    usual: Decimal | None = None,
) -> Row:  # fmt: skip
    """All of a bill: its lines, and what it adds or takes off as a whole. What is added becomes lines; what is taken
    off becomes the discount of the invoice if that comes to the same, else lines.

    `usual` is the per cent that its order takes off, and the invoice with it unless told otherwise: the bill tells.
    """
    added = [one for one in extras if not _gives_back(one)]
    taken = [one for one in extras if _gives_back(one)]
    items = [*items, *_as_lines(added, percents, decimals)]
    off, header = None, {}
    if all(line.get("net") or line.get("price") for line in read):
        nets = [net_of(item, decimals) for item in items]
        off = _as_discount(taken, nets, [*read, *added], decimals)
        if usual is None:
            header = {"discount_amount": off} if off else {}
        elif off != share(sum(nets, ZERO), usual, decimals):
            off, header = None, {"discount_percent": ZERO}
    return {**header, "items": items if off is not None else [*items, *_as_lines(taken, percents, decimals)]}


def _as_discount(taken: Sequence[Row], nets: Sequence[Decimal], others: Sequence[Row], decimals: int) -> Decimal | None:
    """What is taken off in all; None where a discount, which is spread over all lines, would change the taxes."""
    off = rounded(-sum((number_of(one, "net") or ZERO for one in taken), ZERO), decimals)
    rates = {number_of(one, "taxPercent") for one in (*taken, *others)}
    fits = not taken or (len(rates) == 1 and all(net >= 0 for net in nets) and off <= sum(nets, ZERO))
    return off if fits else None


def _as_lines(extras: Sequence[Row], percents: Percents, decimals: int) -> list[Row]:
    return [free_line(one, place, percents, decimals) for place, one in enumerate(extras, 1)]


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
