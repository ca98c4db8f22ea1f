"""What becomes of what people ask for: which order takes which line, and when a requisition is done. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO, product, rounded

PENDING, ORDERED, REJECTED, IN_REQUEST = range(4)
LINE_STATES = {PENDING: "pending", ORDERED: "ordered", REJECTED: "rejected", IN_REQUEST: "in request for proposal"}

CARRIED = (
    "name", "sku", "description", "price", "unit_id", "product_id", "discount_percent", "item_type", "budget_line_id",
)  # fmt: skip
"""Columns that an order's line takes over from what was asked for."""
STANDARD, SERVICE = 0, 1
"""Kinds of order, as in `logicType`."""


@dataclass(frozen=True)
class Asked:
    """A line of a requisition, as far as its document's fate goes."""

    quantity: Decimal
    ordered: Decimal = ZERO
    """By orders that live."""
    completed: Decimal = ZERO
    """By orders that are completed."""
    closed: bool = False
    """Nobody wants the rest."""

    @property
    def rejected(self) -> bool:
        """Whether nothing of it is wanted."""
        return self.closed and not self.ordered

    @property
    def done(self) -> bool:
        """Whether all that is wanted of it is on completed orders."""
        return self.completed >= (self.ordered if self.closed else self.quantity)


def all_rejected(lines: Sequence[Asked]) -> bool:
    """Whether nothing is left of a requisition."""
    return bool(lines) and all(line.rejected for line in lines)


def all_done(lines: Sequence[Asked]) -> bool:
    """Whether orders that are completed have all that is wanted, and something is."""
    return not all_rejected(lines) and all(line.rejected or line.done for line in lines)


@dataclass(frozen=True)
class Demand:
    """So much of an approved line, or of a winning proposal, that is to be ordered."""

    line: dict[str, Any]
    """The columns in `CARRIED`, `discount_amount`, and the lists `taxes` and `dataItemCustomFields`."""
    quantity: Decimal
    whole: Decimal
    """The quantity of the line it is taken from."""
    supplier: int
    location: int
    currency: str
    rate: Decimal
    required: str
    legal_entity: int | None = None
    document: int = 0
    """The requisition or request for proposal; documents that are newer have higher numbers."""
    values: frozenset[tuple[int, str]] = frozenset()
    """Custom field values of the document: field and value."""
    requisition_line: int | None = None
    proposition_line: int | None = None

    @property
    def discount(self) -> Decimal | None:
        """The share of the line's discount amount that goes with the quantity."""
        amount = self.line["discount_amount"]
        return None if amount is None else rounded(amount * self.quantity / self.whole, MONEY_SCALE)

    @property
    def sameness(self) -> Hashable:
        """What two demands have in common that can stand on one line of an order."""
        line = self.line
        return (
            *(line[name] for name in CARRIED if name != "description"),
            line["discount_amount"] is None,
            tuple(tax["tax_id"] for tax in line["taxes"]),
            frozenset((value["field_id"], value["value"]) for value in line["dataItemCustomFields"]),
        )

    @property
    def source(self) -> dict[str, Any]:
        """How the order's line remembers where it comes from."""
        return {
            "requisition_line_id": self.requisition_line,
            "proposition_line_id": self.proposition_line,
            "quantity": self.quantity,
        }


@dataclass(frozen=True)
class Wish:
    """What the buyer says about the orders to make."""

    required: str | None = None
    merge: bool = True
    logic_type: int = 0
    begins: str = ""
    """When a service begins, unless it should have ended by then."""


def orders_for(demands: Iterable[Demand], wish: Wish) -> list[dict[str, Any]]:
    """The orders, by column, that take all: one per supplier, location and currency; of services one per line."""
    if wish.logic_type == SERVICE:
        return [_service(one, wish) for one in demands]
    return [_order(group, wish) for group in _grouped(demands, lambda d: (d.supplier, d.location, d.currency))]


def _grouped(demands: Iterable[Demand], key: Callable[[Demand], Hashable]) -> list[list[Demand]]:
    groups: dict[Hashable, list[Demand]] = defaultdict(list)
    for one in demands:
        groups[key(one)].append(one)
    return list(groups.values())


def _order(group: list[Demand], wish: Wish) -> dict[str, Any]:
    alike = _grouped(group, lambda demand: demand.sameness) if wish.merge else [[one] for one in group]
    return {**_header(group, wish), "items": [_line(one) for one in alike]}


def _header(group: list[Demand], wish: Wish) -> dict[str, Any]:
    first = group[0]
    newest = max(group, key=lambda demand: demand.document)
    return {
        **in_common(group),
        "supplier_id": first.supplier,
        "currency": first.currency,
        "exchange_rate": newest.rate,
        "required_date": wish.required or min(one.required for one in group),
        "logic_type": wish.logic_type,
    }


def in_common(group: Sequence[Demand]) -> dict[str, Any]:
    """What is the same for all: the location and the legal entity, None where they differ, and custom fields."""
    shared = frozenset.intersection(*(one.values for one in group))
    locations, entities = {one.location for one in group}, {one.legal_entity for one in group}
    return {
        "location_id": locations.pop() if len(locations) == 1 else None,
        "legal_entity_id": entities.pop() if len(entities) == 1 else None,
        "dataDocumentCustomFields": [{"field_id": field_id, "value": value} for field_id, value in sorted(shared)],
    }


def _line(alike: list[Demand]) -> dict[str, Any]:
    discounts = [one.discount for one in alike if one.discount is not None]
    return {
        **plain_line(alike[0]),
        "quantity": sum((one.quantity for one in alike), ZERO),
        "discount_amount": sum(discounts, ZERO) if discounts else None,
        "sources": [one.source for one in alike],
    }


def plain_line(demand: Demand) -> dict[str, Any]:
    """A line as a new document would have it, by column."""
    line = demand.line
    return {
        **{name: line[name] for name in CARRIED},
        "quantity": demand.quantity,
        "taxes": [{"tax_id": tax["tax_id"]} for tax in line["taxes"]],
        "dataItemCustomFields": [
            {"field_id": value["field_id"], "value": value["value"]} for value in line["dataItemCustomFields"]
        ],
    }


def _service(demand: Demand, wish: Wish) -> dict[str, Any]:
    """A service has an amount instead of a quantity, and uses its line up whatever the amount."""
    header = _header([demand], wish)
    line = _line([demand])
    amount = rounded(product(demand.quantity, demand.line["price"]), PRICE_SCALE)
    line |= {"quantity": Decimal(1), "price": amount, "sources": [{**demand.source, "quantity": demand.whole}]}
    if wish.begins <= header["required_date"]:
        header |= {"begin_date": wish.begins, "end_date": header["required_date"]}
    return {**header, "items": [line]}
