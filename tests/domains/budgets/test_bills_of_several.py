"""Bills of orders that are charged to different budgets: each line is charged where its order was."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.domains.budgets.test_holding import IN_TIME, budget, stands
from tests.domains.payables.bills import APPROVED, draft, line
from tests.support.house import House
from tests.support.paying import Paying


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []


def test_a_bill_of_two_orders_is_charged_where_they_were(shop: Paying) -> None:
    mine, yours = budget(shop, 100, isLimited=True), budget(shop, 500)
    first = shop.approved_order(("Bolt", 10, 10), **IN_TIME, budget=mine["id"])
    second = shop.approved_order(("Nut", 10, 20), **IN_TIME, budget=yours["id"])
    bill = shop.ann.made("invoices", {"purchaseOrders": [first["id"], second["id"]]}, "/invoices/from_orders")
    bill = shop.ann.does("confirm", bill)
    named = [one["budget"] and one["budget"]["id"] for one in bill["items"]["data"]]
    assert (bill["status"], bill["budget"]["id"], named) == (APPROVED, mine["id"], [None, yours["id"]])
    assert (stands(shop, mine), stands(shop, yours)) == ((100, 0, 0), (200, 0, 300))


def test_what_one_budget_has_granted_is_not_taken_from_another(shop: Paying) -> None:
    mine, yours = budget(shop, 100, isLimited=True), budget(shop, 500)
    order = shop.approved_order(("Bolt", 10, 20), **IN_TIME, budget=yours["id"])
    bill = draft(shop, order, line(order, 0, 10, budget=mine["id"]))
    refused = shop.house.refused("POST", f"{bill['at']}/confirm")
    assert "this document takes 200.00, so 100.00 are missing" in refused["budget"]


def test_a_bill_that_is_linked_afterwards_takes_its_order_s_budget(shop: Paying) -> None:
    mine, yours = budget(shop, 500), budget(shop, 200, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 20), **IN_TIME, budget=yours["id"])
    bill = shop.owed(("Bolt", 10, 20), issueDate="2026-05-01", budget=mine["id"])
    assert (stands(shop, mine), stands(shop, yours)) == ((200, 0, 300), (200, 0, 0))
    line_ids = (bill["items"]["data"][0]["id"], order["items"]["data"][0]["id"])
    shop.ann.does("link", bill, {"items": [{"id": line_ids[0], "allocations": [line_ids[1]]}]})
    assert (stands(shop, mine), stands(shop, yours)) == ((0, 0, 500), (200, 0, 0))
