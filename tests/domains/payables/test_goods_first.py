"""Where goods have to come before their bills, also what an order takes over from a bill only when that is accepted."""

from __future__ import annotations

import pytest

from tests.domains.payables.bills import APPROVED, IN_REVISION, MATCHING, PENDING, axes, billed, draft, line
from tests.support.buying import Buying
from tests.support.house import Premises

FREIGHT = {"name": "Freight", "quantity": 1, "price": 5}


@pytest.mark.parametrize("mode", ["confirm", "approve"])
def test_what_an_order_has_taken_over_has_to_come_too(premises: Premises, mode: str) -> None:
    shop = Buying(premises.house(threeWayMatch=mode))
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order))
    bill = shop.ann.does("accept_changes", billed(shop, order, (0, 10), FREIGHT))
    order = shop.ann.sees(order)
    assert (bill["status"], order["status"], order["netSum"]) == (MATCHING, APPROVED, 25)
    told = shop.house.get(f"{bill['at']}/match")
    assert "0 of 1 have been received, so 0 can be billed now, not 1; receive the goods first." in told["explanation"]
    shop.ann.does("confirm", shop.receipt(order))
    assert shop.ann.sees(bill)["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, 2, 1, [10, 1])


def test_what_waits_for_goods_is_taken_back(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.ann.does("accept_changes", billed(shop, order, FREIGHT))
    bill = shop.ann.does("withdraw", bill)
    assert (bill["status"], shop.ann.sees(order)["netSum"]) == (IN_REVISION, 20)


def test_approvers_are_asked_before_the_goods_come(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="approve"))
    cy = shop.person("invoice.approve", "purchase_order.view", firstname="Cy")
    shop.approving("invoices", ("Head", cy))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.ann.does("accept_changes", billed(shop, order, (0, 10, 3)))
    assert bill["status"] == PENDING
    assert "receive the goods first" in str(cy.tries("approve", bill).json)
    shop.ann.does("confirm", shop.receipt(order))
    assert cy.does("approve", bill)["status"] == APPROVED


@pytest.mark.parametrize("kind", [2, 3])
def test_services_and_taxes_need_not_be_received(premises: Premises, kind: int) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order(("Bolt", 10, 2), (shop.item(price=5, itemType=kind), 1))
    receipt = shop.ann.does("confirm", shop.receipt(order, 10))
    assert billed(shop, order)["status"] == APPROVED
    assert "10 have been billed" in str(shop.ann.tries("cancel", receipt, {"comment": "no"}).json)


def test_what_costs_less_than_nothing_has_to_come_too(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 1, 5))
    shop.ann.does("confirm", shop.receipt(order, None, 1))
    bill = draft(shop, order, (0, 10, "-0.01"), (1, 1))
    assert "0 of 10 have been received" in str(shop.ann.tries("confirm", bill).json)


def test_below_nothing_no_more_is_billed_than_is_open(shop: Buying) -> None:
    """A price below nothing is no difference; the quantity is."""
    order = shop.approved_order(("Bolt", 100, 2), ("Nut", 1, 5))
    bill = billed(shop, order, (0, 500, "-0.01"), (1, 1))
    assert bill["status"] == MATCHING
    [told] = shop.house.get(f"{bill['at']}/match")["orders"]
    assert [one["kind"] for one in told["differences"]] == ["quantity"]
    again = shop.approved_order(("Bolt", 100, 2), ("Nut", 1, 5))
    assert billed(shop, again, (0, 100, "-0.01"), (1, 1))["status"] == APPROVED


def test_a_bill_of_a_service_order_waits_for_nothing(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order({"name": "Cleaning", "price": 1200}, logicType=1)
    bill = billed(shop, order, line(order, 0, 1, price=1300))
    assert shop.ann.does("accept_changes", bill)["status"] == APPROVED
