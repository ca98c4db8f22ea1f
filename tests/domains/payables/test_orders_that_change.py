"""What an invoice costs by its order is what the order says when the two are compared, not when it was entered."""

from __future__ import annotations

from typing import Any

from tests.domains.payables.bills import (
    APPROVED,
    IN_REVISION,
    MATCHING,
    PENDING,
    billed,
    draft,
)
from tests.support.buying import Buying, Shown, Someone


def revised(shop: Buying, order: Shown, price: Any) -> Shown:
    """The order with another price on its first line, approved."""
    first, *others = order["items"]["data"]
    shop.ann.does("revision", order)
    shop.ann.changes(order, items=[{"id": first["id"], "price": price}, *({"id": one["id"]} for one in others)])
    return shop.ann.does("confirm_revise", order)


def agreed(bill: Shown) -> list[Any]:
    return [one["agreedSum"] for item in bill["items"]["data"] for one in item["allocations"]["data"]]


def approver(shop: Buying) -> Someone:
    """Approves invoices."""
    cy = shop.person("invoice.approve", "purchase_order.view", firstname="Cy")
    shop.approving("invoices", ("Head", cy))
    return cy


def test_a_draft_is_compared_with_the_order_as_it_is_when_it_is_submitted(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 3))
    bill = draft(shop, order)
    revised(shop, order, 2)
    assert shop.house.get(f"{bill['at']}/match")["orders"][0]["difference"] == 10, "told before anything is submitted"
    bill = shop.ann.does("confirm", bill)
    assert (bill["status"], agreed(bill)) == (MATCHING, [20])


def test_a_dispute_about_the_price_ends_when_the_order_is_revised(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order, (0, 10, 3))
    shop.ann.does("withdraw", bill)
    revised(shop, order, 3)
    bill = shop.ann.does("confirm_revise", bill)
    assert (bill["status"], agreed(bill)) == (APPROVED, [30])


def test_a_part_of_a_line_follows_the_order_too(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    bill = draft(shop, order, (0, 4, 3), (1, 5))
    revised(shop, order, 3)
    bill = shop.ann.does("confirm", bill)
    assert (bill["status"], agreed(bill)) == (APPROVED, [12, 20])


def test_what_waits_for_approval_goes_back_to_the_buyer_when_the_order_has_become_cheaper(shop: Buying) -> None:
    cy = approver(shop)
    order = shop.approved_order(("Bolt", 10, 3))
    bill = billed(shop, order)
    revised(shop, order, 2)
    bill = cy.does("approve", bill)
    assert (bill["status"], shop.ann.sees(order)["status"]) == (MATCHING, MATCHING)
    [told] = shop.house.get("/-/matches")["data"]
    assert told["explanation"] == "Bolt: 30.00 billed, 20.00 by the order, 10.00 more."
    bill = shop.ann.does("accept_changes", bill)
    assert bill["status"] == PENDING, "what was accepted is approved anew"
    assert (cy.does("approve", bill)["status"], shop.ann.sees(order)["netSum"]) == (APPROVED, 30)


def test_what_was_accepted_and_waits_for_approval_is_asked_about_again(shop: Buying) -> None:
    cy = approver(shop)
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.ann.does("accept_changes", billed(shop, order, (0, 10, 3)))
    assert bill["status"] == PENDING
    revised(shop, order, 2)
    assert cy.does("approve", bill)["status"] == MATCHING
    assert [one["status"] for one in shop.house.get("/-/matches")["data"]] == [0, 4]


def test_that_an_order_has_become_dearer_holds_nobody_up(shop: Buying) -> None:
    cy = approver(shop)
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    revised(shop, order, 3)
    assert cy.does("approve", bill)["status"] == APPROVED


def test_what_is_approved_keeps_what_was_agreed(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order, (0, 4))
    revised(shop, order, 1)
    assert agreed(shop.ann.changes(bill, note="Seen.")) == [8]
    assert shop.house.get(f"{bill['at']}/match")["orders"][0]["difference"] == 0


def test_an_approver_who_lowers_the_grown_price_has_the_buyer_asked_again(shop: Buying) -> None:
    cy = shop.person("purchase_order.approve", "purchase_order.create", "invoice.view", firstname="Cy")
    shop.approving("purchaseorders", ("Head", cy))
    order = cy.does("approve", shop.ann.does("confirm", shop.order(("Bolt", 10, 2))))
    bill = shop.ann.does("accept_changes", billed(shop, order, (0, 10, 3)))
    assert shop.ann.sees(order)["status"] == PENDING
    cy.changes(order, items=[{"id": order["items"]["data"][0]["id"], "price": "2"}])
    assert cy.does("approve", order)["status"] == MATCHING
    bill = shop.ann.sees(bill)
    assert (bill["status"], agreed(bill)) == (MATCHING, [20])
    shop.ann.does("withdraw", bill)
    order = shop.ann.sees(order)
    assert (order["status"], order["netSum"]) == (APPROVED, 20)
    assert shop.ann.sees(bill)["status"] == IN_REVISION


# What others have billed meanwhile


def test_what_an_undecided_bill_would_save_lets_no_other_one_through(shop: Buying) -> None:
    order = shop.approved_order(("Casing", 100, 50))
    cheap = billed(shop, order, (0, 50, 40))
    dear = billed(shop, order, (0, 50, 60))
    assert [one["status"] for one in (cheap, dear)] == [MATCHING, MATCHING]
    assert shop.house.get(f"{dear['at']}/match")["orders"][0]["earlierDifference"] == 0


def test_what_an_approved_bill_has_saved_counts(shop: Buying) -> None:
    shop.house.choose(matchLowerBills=False)
    order = shop.approved_order(("Casing", 100, 50))
    states = [billed(shop, order, (0, 50, price))["status"] for price in (40, 60)]
    assert states == [APPROVED, APPROVED]


def test_what_an_undecided_bill_would_cost_more_counts(shop: Buying) -> None:
    shop.house.made("/-/tolerancerules", {"onMatching": True, "amount": 600})
    approver(shop)
    order = shop.approved_order(("Casing", 100, 50))
    states = [billed(shop, order, (0, 50, 60))["status"] for _ in range(2)]
    assert states == [PENDING, MATCHING]
