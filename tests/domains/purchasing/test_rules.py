"""The pure rules of requisitions and proposals: what is merged, what is carried over, and when something is done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains.purchasing.proposals.rules import APPROVED, NEW, RECEIVED, REJECTED, furthest, standing
from emptor.domains.purchasing.requisitions.rules import (
    CARRIED,
    SERVICE,
    Asked,
    Demand,
    Wish,
    all_done,
    all_rejected,
    orders_for,
)

TEN, FOUR, ONE = Decimal(10), Decimal(4), Decimal(1)


def demand(number: int, quantity: Decimal = TEN, line: dict[str, Any] | None = None, **more: Any) -> Demand:
    columns = {**dict.fromkeys(CARRIED), "name": "Bolt", "price": Decimal(2), "discount_amount": None}
    said = {**columns, "taxes": [], "dataItemCustomFields": [], **(line or {})}
    rest = {"supplier": 1, "location": 1, "currency": "EUR", "rate": ONE, "required": "2026-01-31", **more}
    return Demand(line=said, quantity=quantity, whole=TEN, requisition_line=number, **rest)


@pytest.mark.parametrize(
    "other",
    [
        {"name": "Nut"}, {"sku": "B"}, {"price": Decimal(3)}, {"unit_id": 7}, {"product_id": 7},
        {"taxes": [{"tax_id": 1}]}, {"discount_percent": ONE},
        {"dataItemCustomFields": [{"field_id": 1, "value": "red"}]},
    ],
    ids=lambda other: next(iter(other)),
)  # fmt: skip
def test_only_identical_lines_merge(other: dict[str, Any]) -> None:
    (order,) = orders_for([demand(1), demand(2), demand(3, line=other)], Wish())
    assert [one["quantity"] for one in order["items"]] == [20, 10]
    (order,) = orders_for([demand(1), demand(2, line={"description": "blue"})], Wish())
    assert len(order["items"]) == 1
    assert [one["requisition_line_id"] for one in order["items"][0]["sources"]] == [1, 2]


@pytest.mark.parametrize(
    "axis", [{"supplier": 2}, {"location": 2}, {"currency": "USD"}], ids=lambda axis: next(iter(axis))
)
def test_orders_have_one_supplier_location_and_currency(axis: dict[str, Any]) -> None:
    assert len(orders_for([demand(1), demand(2, **axis), demand(3)], Wish())) == 2


def test_discount_amounts_go_with_the_quantity() -> None:
    off = {"discount_amount": Decimal(5)}
    (order,) = orders_for([demand(1, FOUR, off), demand(2, TEN, off), demand(3)], Wish())
    assert [(one["quantity"], one["discount_amount"]) for one in order["items"]] == [(14, 7), (10, None)]


def test_headers_take_what_is_in_common() -> None:
    values = frozenset({(1, "Roof"), (2, "IT")})
    one = demand(1, document=8, rate=Decimal(2), values=values, legal_entity=5)
    other = demand(2, document=9, rate=Decimal(3), values=values - {(2, "IT")}, legal_entity=6, required="2026-01-01")
    (order,) = orders_for([one, other], Wish())
    assert (order["exchange_rate"], order["required_date"], order["legal_entity_id"]) == (3, "2026-01-01", None)
    assert order["dataDocumentCustomFields"] == [{"field_id": 1, "value": "Roof"}]


def test_services_use_their_lines_up() -> None:
    orders = orders_for([demand(1, FOUR), demand(2)], Wish(logic_type=SERVICE, begins="2026-01-01"))
    assert [(o["items"][0]["quantity"], o["items"][0]["price"]) for o in orders] == [(1, 8), (1, 20)]
    assert orders[0]["items"][0]["sources"][0]["quantity"] == TEN
    assert (orders[0]["begin_date"], orders[0]["end_date"]) == ("2026-01-01", "2026-01-31")
    (late,) = orders_for([demand(1)], Wish(logic_type=SERVICE, begins="2026-02-01"))
    assert "begin_date" not in late


def test_when_a_requisition_is_done() -> None:
    rejected, ordered, done = Asked(TEN, closed=True), Asked(TEN, TEN), Asked(TEN, TEN, TEN)
    partly = Asked(TEN, FOUR, FOUR)
    assert all_rejected([rejected, rejected])
    assert not any(all_rejected(lines) for lines in ([], [rejected, ordered]))
    assert all_done([done, rejected, Asked(TEN, FOUR, FOUR, closed=True)])
    for lines in ([rejected], [done, ordered], [done, partly], [done, Asked(TEN)]):
        assert not all_done(lines)


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([], NEW), ([NEW, NEW], NEW), ([NEW, RECEIVED], RECEIVED), ([REJECTED, RECEIVED], RECEIVED),
        ([REJECTED, NEW], NEW), ([REJECTED, REJECTED], REJECTED), ([REJECTED, APPROVED], APPROVED),
    ],
)  # fmt: skip
def test_how_a_proposal_stands(lines: list[int], found: int) -> None:
    assert standing(lines) == found


def test_how_far_a_request_has_come() -> None:
    assert furthest([]) is None
    assert furthest([REJECTED, NEW]) == NEW
    assert furthest([RECEIVED, NEW]) == RECEIVED
    assert furthest([REJECTED, APPROVED, RECEIVED]) == APPROVED
