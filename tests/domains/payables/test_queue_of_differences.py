"""Several differences of an order, several orders of a bill, orders that grow: who waits for whom, and the way back."""

from __future__ import annotations

import pytest

from tests.domains.payables.bills import (
    APPROVED,
    IN_REVISION,
    MATCHING,
    PENDING,
    REJECTED,
    axes,
    billed,
    line,
)
from tests.support.buying import Buying, Shown, Someone
from tests.support.house import Premises

CANCELED = 8


@pytest.fixture
def cy(shop: Buying) -> Someone:
    """Approves orders."""
    cy = shop.person("purchase_order.approve", "purchase_order.create", "invoice.view", firstname="Cy")
    shop.approving("purchaseorders", ("Head", cy))
    return cy


def ordered(shop: Buying, cy: Someone, *lines: tuple) -> Shown:
    """An approved order."""
    return cy.does("approve", shop.ann.does("confirm", shop.order(*lines)))


def states(shop: Buying, *documents: Shown) -> list[int]:
    return [shop.ann.sees(one)["status"] for one in documents]


def test_the_first_of_a_queue_waits_for_the_order_to_be_approved_anew(shop: Buying, cy: Someone) -> None:
    order = ordered(shop, cy, ("Bolt", 10, 2), ("Nut", 10, 2))
    first, second = billed(shop, order, (0, 10, 3)), billed(shop, order, (1, 10, 3))
    shop.ann.does("accept_changes", first)
    assert states(shop, first, second, order) == [MATCHING] * 3, "the order has grown, and nobody has approved that"
    shop.ann.does("decline_changes", second, {"comment": "no"})
    assert states(shop, first, second, order) == [MATCHING, REJECTED, PENDING]
    cy.does("approve", order)
    assert states(shop, first, order) == [APPROVED, APPROVED]


def test_the_first_of_a_queue_goes_on_where_the_order_has_not_grown(shop: Buying, cy: Someone) -> None:
    order = ordered(shop, cy, ("Bolt", 10, 2), ("Nut", 10, 2))
    first, second = billed(shop, order, (0, 10, 1)), billed(shop, order, (1, 10, 3))
    shop.ann.does("accept_changes", first)
    assert states(shop, first, second, order) == [APPROVED, MATCHING, MATCHING]
    shop.ann.does("accept_changes", second)
    assert states(shop, second, order) == [APPROVED, APPROVED]


def test_orders_take_over_when_the_last_buyer_has_agreed(shop: Buying) -> None:
    bea, eve = (shop.person("purchase_order.create", "invoice.view", firstname=name) for name in ("Bea", "Eve"))
    orders = [by.does("confirm", shop.order((thing, 10, 2), by=by)) for by, thing in ((bea, "Bolt"), (eve, "Nut"))]
    lines = [line(one, 0, 10, price=3) for one in orders]
    bill = billed(shop, orders[0], *lines)
    bea.does("accept_changes", bill)
    assert states(shop, bill, *orders) == [MATCHING, APPROVED, MATCHING]
    assert [shop.ann.sees(one)["netSum"] for one in orders] == [20, 20]
    eve.does("decline_changes", bill, {"comment": "no"})
    assert states(shop, bill, *orders) == [REJECTED, APPROVED, APPROVED]
    assert [shop.ann.sees(one)["netSum"] for one in orders] == [20, 20]

    bill = billed(shop, orders[0], *lines)
    bea.does("accept_changes", bill)
    assert eve.does("accept_changes", bill)["status"] == APPROVED
    assert [shop.ann.sees(one)["netSum"] for one in orders] == [30, 30]
    assert [axes(shop.ann.sees(one)) for one in orders] == [(APPROVED, 0, 1, [10])] * 2


def test_taken_back_a_bill_leaves_the_order_as_it_was(shop: Buying, cy: Someone) -> None:
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 19})
    order = ordered(shop, cy, ("Bolt", 10, 2))
    bill = billed(shop, order, line(order, 0, 12, price=3, taxes=[tax["id"]]), {"name": "Freight", "price": 7})
    shop.ann.does("accept_changes", bill)
    grown = shop.ann.sees(order)
    assert (grown["status"], grown["netSum"], len(grown["items"]["data"])) == (PENDING, 43, 2)
    bill = shop.ann.does("withdraw", bill)
    was = shop.ann.sees(order)
    assert (bill["status"], was["status"], was["netSum"], was["sum"]) == (IN_REVISION, APPROVED, 20, 20)
    assert [(one["quantity"], one["price"]) for one in was["items"]["data"]] == [(10, 2)]
    assert [item["allocations"]["data"] == [] for item in bill["items"]["data"]] == [False, True]
    assert cy.waiting() == [], "nobody is asked about it any more"
    assert shop.ann.does("confirm_revise", bill)["status"] == MATCHING, "it differs as it did"
    shop.ann.does("accept_changes", bill)
    cy.does("approve", order)
    assert states(shop, bill, order) == [APPROVED, APPROVED]
    assert shop.ann.sees(order)["netInvoicedSum"] == 43


def test_what_others_have_changed_stays_when_one_is_taken_back(shop: Buying, cy: Someone) -> None:
    order = ordered(shop, cy, ("Bolt", 10, 2), ("Nut", 10, 2))
    first, second = billed(shop, order, (0, 10, 3)), billed(shop, order, (1, 10, 4))
    for bill in (first, second):
        shop.ann.does("accept_changes", bill)
    assert states(shop, first, second, order) == [MATCHING, MATCHING, PENDING]
    shop.ann.does("withdraw", first)
    assert [one["price"] for one in shop.ann.sees(order)["items"]["data"]] == [2, 4]
    assert states(shop, first, second, order) == [IN_REVISION, MATCHING, PENDING]
    cy.does("approve", order)
    assert states(shop, second, order) == [APPROVED, APPROVED]
    shop.ann.does("cancel", first, {"comment": "no"})


def test_an_approver_who_turns_growth_down_turns_the_bill_down(shop: Buying, cy: Someone) -> None:
    order = ordered(shop, cy, ("Bolt", 10, 2))
    bill = shop.ann.does("accept_changes", billed(shop, order, (0, 10, 3)))
    order = cy.does("reject", order, {"comment": "too dear"})
    assert (order["status"], order["netSum"]) == (APPROVED, 20)
    assert states(shop, bill) == [REJECTED]
    assert [one["status"] for one in shop.house.get("/-/matches")["data"]] == [2]
    assert billed(shop, order)["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, 1, [10])


def test_an_order_that_was_never_approved_is_still_rejected_for_good(shop: Buying, cy: Someone) -> None:
    order = shop.ann.does("confirm", shop.order(("Bolt", 10, 2)))
    assert cy.does("reject", order, {"comment": "no"})["status"] == REJECTED


def test_a_grown_order_is_taken_back_for_changes(shop: Buying, cy: Someone) -> None:
    order = ordered(shop, cy, ("Bolt", 10, 2))
    bill = shop.ann.does("accept_changes", billed(shop, order, (0, 10, 3)))
    shop.ann.does("revision", order)
    shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], "price": "2.5"}])
    shop.ann.does("confirm_revise", order)
    assert states(shop, bill, order) == [MATCHING, PENDING]
    cy.does("approve", order)
    assert states(shop, bill, order) == [MATCHING, MATCHING], "3 were accepted; the order says 2.5"
    shop.ann.does("decline_changes", bill, {"comment": "no"})
    assert (states(shop, bill, order), shop.ann.sees(order)["netSum"]) == ([REJECTED, APPROVED], 25)


def test_the_next_one_that_fits_by_now_goes_its_way(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    dear, rest = billed(shop, order, (0, 6, 3)), billed(shop, order, (0, 5))
    assert states(shop, dear, rest, order) == [MATCHING] * 3, "6 and 5 are more than 10"
    shop.ann.does("decline_changes", dear, {"comment": "no"})
    assert states(shop, dear, rest, order) == [REJECTED, APPROVED, APPROVED]
    assert [one["status"] for one in shop.house.get("/-/matches")["data"]] == [4, 2]


def test_the_next_one_says_what_differs_now(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    first, second = billed(shop, order, (0, 2, 3)), billed(shop, order, (0, 2, 4))
    shop.ann.does("accept_changes", first)
    assert states(shop, first, second, order) == [APPROVED, MATCHING, MATCHING]
    told = shop.house.get("/-/matches")["data"][0]
    assert (told["invoice"]["id"], told["explanation"], told["expectedSum"]) == (
        second["id"], "Bolt: 8.00 billed, 6.00 by the order, 2.00 more.", 6,
    )  # fmt: skip


def test_a_receipt_that_is_accepted_lets_the_bill_behind_it_go(premises: Premises) -> None:
    shop = Buying(premises.house(receiptMatching=True))
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order, 12))
    bill = billed(shop, order, (0, 12))
    assert states(shop, receipt, bill, order) == [MATCHING] * 3
    shop.ann.does("accept_changes", receipt)
    assert states(shop, receipt, bill, order) == [APPROVED, APPROVED, APPROVED]
    assert axes(shop.ann.sees(order))[3] == [12]


def test_a_receipt_that_made_an_order_grow_is_turned_down_with_that(premises: Premises) -> None:
    shop = Buying(premises.house(receiptMatching=True))
    cy = shop.person("purchase_order.approve", "receipt.view", firstname="Cy")
    shop.approving("purchaseorders", ("Head", cy))
    order = ordered(shop, cy, ("Bolt", 10, 2))
    receipt = shop.ann.does("accept_changes", shop.ann.does("confirm", shop.receipt(order, 12)))
    assert states(shop, receipt, order) == [MATCHING, PENDING]
    order = cy.does("reject", order, {"comment": "no"})
    assert (states(shop, receipt), order["status"], order["netSum"]) == ([REJECTED], APPROVED, 20)
