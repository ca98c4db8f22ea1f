"""What an order says once its buyer has accepted what a bill has different: just what was accepted, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains.payables.matching.fitting import Wanted, fit, wanted
from emptor.domains.pricing import Line, price_document
from tests.domains.payables.bills import APPROVED, billed, line
from tests.support.buying import Buying, Shown


def accepted(shop: Buying, order: Shown, *lines: Any, **more: Any) -> Shown:
    """The order after what a bill has different was accepted."""
    bill = shop.ann.does("accept_changes", billed(shop, order, *lines, **more))
    assert bill["status"] == APPROVED
    return shop.ann.sees(order)


@pytest.mark.parametrize(
    ("ordered", "bill", "net"),
    [
        ({"discountPercent": 10}, [(50, {"discountPercent": 0})], 5000),
        ({"discountPercent": 10}, [(60, {}), (60, {})], 5400),
        ({}, [(50, {"discountPercent": 50})], 2500),
        ({"discountAmount": 300}, [(51, {"discountAmount": 0})], 5100),
        ({"discountPercent": "33.33"}, [("49.99", {"discountPercent": "7.77"})], None),
    ],
)  # fmt: skip
def test_an_order_with_discounts_comes_to_what_was_accepted(
    shop: Buying, ordered: Shown, bill: list[tuple[Any, Shown]], net: Any
) -> None:
    order = shop.approved_order(("Casing", 100, 50), **ordered)
    lines = [(0, 100 // len(bill), price) for price, _ in bill]
    made = billed(shop, order, *lines, **bill[0][1])
    shop.ann.does("accept_changes", made)
    order = shop.ann.sees(order)
    assert (order["netSum"], order["netInvoicedSum"]) == (made["netSum"], made["netSum"])
    assert net in (None, order["netSum"])


def test_a_service_with_a_discount_comes_to_what_was_accepted(shop: Buying) -> None:
    order = shop.approved_order({"name": "Cleaning", "price": 1200}, logicType=1, discountPercent=10)
    order = accepted(shop, order, line(order, 0, 1, price=1300), discountPercent=0)
    assert (order["netSum"], order["netInvoicedSum"]) == (1300, 1300)


def test_new_lines_come_to_what_was_accepted_too(shop: Buying) -> None:
    order = shop.approved_order(("Casing", 100, 50), discountPercent=10)
    freight = {"name": "Freight", "quantity": 3, "price": "33.33"}
    order = accepted(shop, order, (0, 100, 45), freight, discountPercent=0)
    assert [one["netSum"] for one in order["items"]["data"]] == [4500, 99.99]
    assert order["netInvoicedSum"] == order["netSum"] == 4599.99


def test_a_price_of_a_part_is_that_of_the_whole_line(shop: Buying) -> None:
    order = shop.approved_order(("Casing", 100, 50), ("Nut", 7, "1.11"))
    order = accepted(shop, order, (0, 40, "49.995"))
    assert [one["price"] for one in order["items"]["data"]] == [49.995, 1.11]
    assert [one["netSum"] for one in order["items"]["data"]] == [4999.5, 7.77]


def test_taxes_are_taken_over_with_what_is_accepted(shop: Buying) -> None:
    """Row 6: alone they are no difference; beside one they become those of the order."""
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 19})
    order = shop.approved_order(("Casing", 100, 50))
    order = accepted(shop, order, line(order, 0, 100, price=51, taxes=[tax["id"]]))
    [casing] = order["items"]["data"]
    assert ([one["id"] for one in casing["taxes"]["data"]], order["sum"]) == ([tax["id"]], 6069)


# The rules by themselves


@pytest.mark.parametrize("percent", [None, "10", "33.33", "50", "90"])
@pytest.mark.parametrize("amount", [None, "13.37"])
@pytest.mark.parametrize("net", ["0.01", "9.99", "5400", "123456.78"])
@pytest.mark.parametrize("quantity", ["1", "3", "1000000", "0.333333"])
def test_lines_are_fitted_to_the_cent(percent: Any, amount: Any, net: str, quantity: str) -> None:
    lines = [Line(Decimal(quantity), Decimal(7)), Line(Decimal(2), Decimal("19.99"), Decimal(5))]
    off = [one and Decimal(one) for one in (percent, amount)]
    found = fit(lines, {0: Wanted(Decimal(net))}, *off, 2)
    assert price_document(found, *off)[0][0].net == Decimal(net)
    assert found[1] is lines[1]


def test_what_fits_a_part_stays() -> None:
    """3 at 3.335 are 10.01 rounded; ten cost 33.35, not the 33.37 that the rounding would make."""
    [found] = fit([Line(Decimal(10), Decimal("3.335"))], {0: wanted(Decimal("10.01"), Decimal(3), Decimal(10), 2)},
                  None, None, 2)  # fmt: skip
    assert found.price == Decimal("3.335")
