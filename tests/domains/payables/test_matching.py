"""When an invoice differs from its order so much that whoever placed the order decides: row by row, and the queue."""

from __future__ import annotations

from decimal import Decimal

import pytest

from emptor.domains.payables.matching.rules import Billed, Free, Policy, compare, may_bill
from tests.domains.payables.bills import (
    APPROVED,
    CANCELED,
    DRAFT,
    IN_REVISION,
    MATCHING,
    PENDING,
    REJECTED,
    axes,
    billed,
    draft,
    line,
    tolerance,
)
from tests.support.buying import Buying, Shown
from tests.support.house import Premises


def thousand(shop: Buying, **more: object) -> Shown:
    """An order of 100 pieces at 50: 5,000 net."""
    return shop.approved_order(("Casing", 100, 50), **more)


# The table


@pytest.mark.parametrize(("price", "status"), [("52.50", APPROVED), ("52.51", MATCHING)])
def test_more_than_the_limit_waits_and_the_limit_itself_passes(shop: Buying, price: str, status: int) -> None:
    """Row 1: 5 % of 5,000 are 250; up to and including that nobody has to decide."""
    tolerance(shop, percent=5)
    order = thousand(shop)
    assert billed(shop, order, (0, 100, price))["status"] == status
    assert shop.ann.sees(order)["status"] == status


def test_without_a_limit_every_cent_waits(shop: Buying) -> None:
    """Row 1: no limit is a limit of nothing."""
    order = thousand(shop)
    bill = billed(shop, order, (0, 1, "50.01"))
    assert bill["status"] == MATCHING
    told = shop.house.get(f"{bill['at']}/match")
    assert told["orders"][0]["difference"] == 0.01
    assert "Casing: 50.01 billed, 50.00 by the order, 0.01 more." in told["explanation"]


def test_less_than_the_limit_waits_too(shop: Buying) -> None:
    """Row 2: both ways unless the company has chosen otherwise."""
    tolerance(shop, percent=5)
    order = thousand(shop)
    assert billed(shop, order, (0, 100, "47.49"))["status"] == MATCHING
    assert billed(shop, thousand(shop), (0, 100, "47.50"))["status"] == APPROVED
    shop.house.choose(matchLowerBills=False)
    assert billed(shop, thousand(shop), (0, 100, 10))["status"] == APPROVED


def test_a_new_item_waits_even_where_the_total_is_the_same(shop: Buying) -> None:
    """Row 3."""
    order = thousand(shop)
    bill = billed(shop, order, (0, 98), {"name": "Freight", "quantity": 1, "price": 100})
    assert bill["status"] == MATCHING
    [told] = shop.house.get(f"{bill['at']}/match")["orders"]
    assert [one["kind"] for one in told["differences"]] == ["new"]


def test_a_new_item_waits_even_where_it_costs_nothing(shop: Buying) -> None:
    """Row 3."""
    bill = billed(shop, thousand(shop), (0, 100), {"name": "Sample", "quantity": 1, "price": 0})
    assert bill["status"] == MATCHING
    assert "Sample for 0.00 is not on the order." in shop.house.get(f"{bill['at']}/match")["explanation"]


def test_a_split_line_within_the_limit_is_no_new_item(shop: Buying) -> None:
    """Row 3a."""
    tolerance(shop, percent=1)
    bill = draft(shop, thousand(shop))
    [casing] = bill["items"]["data"]
    bill = shop.ann.does(
        "split_line", bill,
        {"item": casing["id"], "parts": [{"quantity": 60, "name": "Casing, left"}, {"quantity": 40, "name": "Right"}]},
    )  # fmt: skip
    assert [(one["name"], one["quantity"], one["isSplit"]) for one in bill["items"]["data"]] == [
        ("Casing, left", 60, True), ("Right", 40, True),
    ]  # fmt: skip
    assert [one["allocations"]["data"][0]["quantity"] for one in bill["items"]["data"]] == [60, 40]
    assert shop.ann.does("confirm", bill)["status"] == APPROVED


def test_new_items_pass_within_the_limit_where_the_company_lets_them(shop: Buying) -> None:
    """Row 3b."""
    shop.house.choose(newItemsWithinLimit=True)
    tolerance(shop, percent=5)
    freight = {"name": "Freight", "quantity": 1}
    assert billed(shop, thousand(shop), (0, 100), {**freight, "price": 250})["status"] == APPROVED
    assert billed(shop, thousand(shop), (0, 100), {**freight, "price": "250.01"})["status"] == MATCHING


def test_new_items_of_many_invoices_have_one_limit_together(shop: Buying) -> None:
    """Row 3b, over all invoices of the order."""
    shop.house.choose(newItemsWithinLimit=True)
    tolerance(shop, percent=5)
    order = shop.approved_order(("Casing", 100, 10))
    freight = {"name": "Freight", "quantity": 1, "price": 40}
    assert [billed(shop, order, (0, 20), freight)["status"] for _ in range(2)] == [APPROVED, MATCHING]
    assert shop.house.get("/invoices/2/match")["orders"][0]["earlierDifference"] == 40


def test_a_line_below_nothing_is_no_difference(shop: Buying) -> None:
    """Row 3c."""
    bill = billed(shop, thousand(shop), (0, 100), {"name": "Bonus", "quantity": 1, "price": -300})
    assert (bill["status"], bill["netSum"]) == (APPROVED, 4700)


def test_a_tax_on_a_line_of_its_own_passes_to_the_order(shop: Buying) -> None:
    """Row 3d."""
    customs = shop.item(price=70, itemType=3)
    order = thousand(shop)
    bill = billed(shop, order, (0, 100), {"product": customs["id"], "quantity": 1, "price": 70})
    assert bill["status"] == APPROVED
    order = shop.ann.sees(order)
    assert [one["netSum"] for one in order["items"]["data"]] == [5000, 70]
    assert order["netInvoicedSum"] == 5070
    assert bill["items"]["data"][1]["allocations"]["data"][0]["purchaseOrderItem"] == order["items"]["data"][1]["id"]


def test_a_tax_passes_to_the_order_when_the_last_approver_agrees(shop: Buying) -> None:
    """Row 3d: not before the invoice is owed."""
    cy = shop.person("invoice.approve", "purchase_order.view", firstname="Cy")
    shop.approving("invoices", ("Head", cy))
    order = thousand(shop)
    customs = {"product": shop.item(price=70, itemType=3)["id"], "quantity": 1, "price": 70}
    bill = billed(shop, order, (0, 100), customs)
    assert (bill["status"], len(shop.ann.sees(order)["items"]["data"])) == (PENDING, 1)
    assert cy.does("approve", bill)["status"] == APPROVED
    assert [one["netSum"] for one in shop.ann.sees(order)["items"]["data"]] == [5000, 70]


def test_a_tax_that_comes_with_a_discount_costs_the_order_what_is_billed(shop: Buying) -> None:
    """Row 3d."""
    order = thousand(shop, discountPercent=10)
    customs = {"product": shop.item(price=70, itemType=3)["id"], "quantity": 1, "price": 70}
    assert billed(shop, order, (0, 100, 45), customs, discountPercent=0)["status"] == APPROVED
    order = shop.ann.sees(order)
    assert ([one["netSum"] for one in order["items"]["data"]], order["netInvoicedSum"]) == ([4500, 70], 4570)


def test_no_more_of_an_orders_tax_is_billed_than_it_has(shop: Buying) -> None:
    """What is beyond that is a tax of its own, which the order gets; so it never comes to less than its invoices."""
    customs = shop.item(price=19, itemType=3)
    order = shop.approved_order(("Bolt", 10, 10), (customs, 1))
    body = {"purchaseOrder": {"id": order["id"]}}
    for many in ([line(order, 1, 5)], [line(order, 1, 1, 20)], [line(order, 1, 1), line(order, 1, 1)],
                 [line(order, 1, 1, -19)]):  # fmt: skip
        wrong = shop.house.refused("POST", "/invoices", {**body, "items": many})
        assert list(wrong) == [f"items[{len(many) - 1}][allocations]"]
    first, second = draft(shop, order, (1, 1, 12)), draft(shop, order, (1, "0.5", 14))
    shop.ann.does("confirm", first)
    rest = second["items"]["data"][0]["id"]
    assert shop.ann.tries("confirm", second).status == 400, "two drafts can name the same"
    assert shop.house.refused("PUT", second["at"], {"items": [{"id": rest, "price": 16}]}).keys() == {
        "items[0][allocations]"
    }
    assert shop.ann.does("cancel", first)["status"] == CANCELED
    assert shop.ann.does("confirm", second)["status"] == APPROVED
    more = {"product": customs["id"], "price": 100}
    third = billed(shop, order, (0, 10), (1, "0.5", 24), more)
    assert third["status"] == APPROVED
    order = shop.ann.sees(order)
    assert [one["netSum"] for one in order["items"]["data"]] == [100, 19, 100]
    assert (order["sum"], order["invoicedSum"]) == (219, 219)


def test_an_order_can_have_a_tax_below_nothing(shop: Buying) -> None:
    refund = shop.item(itemType=3)
    order = shop.approved_order(("Bolt", 10, 10), (refund, 1, -19))
    body = {"purchaseOrder": {"id": order["id"]}}
    assert shop.house.refused("POST", "/invoices", {**body, "items": [line(order, 1, 1, -20)]})
    assert shop.house.refused("POST", "/invoices", {**body, "items": [line(order, 1, 1, 1)]})
    assert billed(shop, order, (0, 10), (1, 1, -18))["sum"] == 82


def test_more_than_is_open_waits(shop: Buying) -> None:
    """Row 4, with the figures."""
    order = thousand(shop)
    billed(shop, order, (0, 70))
    bill = billed(shop, order, (0, 31))
    assert bill["status"] == MATCHING
    assert "Casing: 31 billed, 30 of 100 were open." in shop.house.get(f"{bill['at']}/match")["explanation"]


def test_several_lines_of_a_bill_share_what_is_open_of_a_line(shop: Buying) -> None:
    """Row 4, with several lines of one bill on one line of the order."""
    order = thousand(shop)
    assert billed(shop, order, (0, 60), (0, 40))["status"] == APPROVED
    bill = billed(shop, thousand(shop), (0, 60), (0, 41))
    assert bill["status"] == MATCHING
    [told] = shop.house.get(f"{bill['at']}/match")["orders"]
    assert [(one["position"], one["text"]) for one in told["differences"]] == [
        (1, "Casing: 41 billed, 40 of 100 were open.")
    ]
    shop.ann.does("accept_changes", bill)
    assert [one["status"] for one in shop.house.get("/purchaseorders?per_page=100")["data"]] == [APPROVED, APPROVED]


def test_another_item_in_the_place_of_one_waits(shop: Buying) -> None:
    """Row 5."""
    order = shop.approved_order((shop.item(price=50), 100, 50))
    bill = billed(shop, order, line(order, 0, 100, product=shop.item(price=50)["id"], name="Casing, steel"))
    assert bill["status"] == MATCHING
    assert "takes the place" in shop.house.get(f"{bill['at']}/match")["explanation"]
    shop.ann.does("accept_changes", bill)
    assert shop.ann.sees(order)["items"]["data"][0]["name"] == "Casing, steel"


def test_taxes_alone_are_no_difference(shop: Buying) -> None:
    """Row 6."""
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 19})
    order = thousand(shop)
    bill = billed(shop, order, line(order, 0, 100, taxes=[tax["id"]]))
    assert (bill["status"], bill["sum"]) == (APPROVED, 5950)


def test_fewer_pieces_are_no_difference(shop: Buying) -> None:
    """Row 7."""
    order = thousand(shop)
    assert billed(shop, order, (0, 1))["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, 1, [1])


def test_ten_small_invoices_have_one_limit_together(shop: Buying) -> None:
    """What may differ is counted over all invoices of the order."""
    tolerance(shop, percent=5)
    order = thousand(shop)
    states = [billed(shop, order, (0, 10, 60))["status"] for _ in range(3)]
    assert states == [APPROVED, APPROVED, MATCHING]
    third = shop.house.get("/invoices/3/match")["orders"][0]
    assert (third["earlierDifference"], third["difference"], third["limit"]) == (200, 300, 250)


def test_a_suppliers_own_limit_counts_instead_of_the_companys(shop: Buying) -> None:
    """Row 1: what was agreed with one supplier says nothing of others."""
    tolerance(shop, percent=1)
    tolerance(shop, percent=10, supplier=shop.supplier["id"])
    assert billed(shop, thousand(shop), (0, 100, 55))["status"] == APPROVED
    other = shop.house.made("/suppliers", {"name": "Nails"})
    assert billed(shop, thousand(shop, supplier=other["id"]), (0, 100, "50.51"))["status"] == MATCHING


def test_a_part_may_be_rounded_either_way(shop: Buying) -> None:
    """Half of 9.99 is 4.99 or 5.00; more than that is a difference."""
    for price, status in (("4.99", APPROVED), ("5", APPROVED), ("5.01", MATCHING), ("4.98", MATCHING)):
        order = shop.approved_order({"name": "Bolt", "quantity": 2, "price": "9.99", "discountPercent": 50})
        assert order["netSum"] == 9.99
        assert billed(shop, order, (0, 1, price))["status"] == status, price


def test_an_amount_is_converted_at_the_orders_rate(premises: Premises) -> None:
    """The limit is in company currency, the difference in the order's."""
    shop = Buying(premises.house())
    tolerance(shop, amount=100)
    order = thousand(shop, currency="USD", exchangeRate="0.8")
    assert billed(shop, order, (0, 100, "51.25"))["status"] == APPROVED
    order = thousand(shop, currency="USD", exchangeRate="0.8")
    assert billed(shop, order, (0, 100, "51.26"))["status"] == MATCHING


# What a buyer is told


def test_a_buyer_is_told_what_would_change(shop: Buying) -> None:
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 19})
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    billed(shop, order, (0, 3))
    bill = billed(shop, order, (0, 8, 3), line(order, 1, 5, taxes=[tax["id"]]),
                  {"name": "Bonus", "quantity": 1, "price": -1})  # fmt: skip
    ids = [one["id"] for one in bill["items"]["data"]]
    bolt, nut = (one["id"] for one in order["items"]["data"])
    [told] = shop.house.get(f"{bill['at']}/match")["orders"]
    assert told["lines"] == [
        {
            "line": ids[0], "position": 0, "name": "Bolt", "purchaseOrderItem": bolt,
            "text": "Bolt: 8 billed, 7 of 10 were open. Bolt: 24.00 billed, 16.00 by the order, 8.00 more.",
            "ordered": {"quantity": 10, "open": 7, "price": 2, "sum": 16},
            "billed": {"quantity": 8, "price": 3, "sum": 24}, "taxes": {"ordered": [], "billed": []},
        },
        {
            "line": ids[1], "position": 1, "name": "Nut", "purchaseOrderItem": nut,
            "text": "Nut: the order's line would get the taxes of the invoice.",
            "ordered": {"quantity": 5, "open": 5, "price": 4, "sum": 20},
            "billed": {"quantity": 5, "price": 4, "sum": 20}, "taxes": {"ordered": [], "billed": [tax["id"]]},
        },
        {
            "line": ids[2], "position": 2, "name": "Bonus", "purchaseOrderItem": None,
            "text": "Bonus for -1.00 would be added to the order.", "ordered": None,
            "billed": {"quantity": 1, "price": -1, "sum": -1}, "taxes": {"ordered": [], "billed": []},
        },
    ]  # fmt: skip
    bill = shop.ann.does("accept_changes", bill)
    assert shop.house.get(f"{bill['at']}/match")["orders"][0]["lines"] == []


# What is decided


def test_the_order_takes_over_what_is_accepted(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    bill = billed(shop, order, (0, 12, 3), {"name": "Freight", "quantity": 1, "price": 7})
    assert (bill["status"], shop.ann.sees(order)["status"]) == (MATCHING, MATCHING)
    bill = shop.ann.does("accept_changes", bill)
    order = shop.ann.sees(order)
    assert bill["status"] == APPROVED
    assert [(one["name"], one["quantity"], one["price"]) for one in order["items"]["data"]] == [
        ("Bolt", 12, 3), ("Nut", 5, 4), ("Freight", 1, 7),
    ]  # fmt: skip
    assert axes(order) == (APPROVED, 0, 1, [12, 0, 1])
    assert (order["netSum"], order["netInvoicedSum"]) == (63, 43)
    assert billed(shop, order, (1, 5))["status"] == APPROVED, "what was agreed to is no difference for the next one"


def test_declined_the_order_stays_as_it_is(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.ann.does("decline_changes", billed(shop, order, (0, 10, 3)), {"comment": "We agreed on 2."})
    assert bill["status"] == REJECTED
    order = shop.ann.sees(order)
    assert (axes(order), order["netSum"]) == ((APPROVED, 0, 0, [0]), 20)
    assert billed(shop, order)["status"] == APPROVED


def test_whoever_entered_it_takes_it_back(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.ann.does("withdraw", billed(shop, order, (0, 10, 3)))
    assert (bill["status"], shop.ann.sees(order)["status"]) == (IN_REVISION, APPROVED)
    assert [one["status"] for one in shop.house.get("/-/matches")["data"]] == [3]
    shop.ann.changes(bill, items=[{"id": bill["items"]["data"][0]["id"], "price": 2}])
    assert shop.ann.does("confirm_revise", bill)["status"] == APPROVED


def test_only_whoever_placed_the_order_decides(shop: Buying) -> None:
    bea = shop.person("purchase_order.create", "invoice.view", firstname="Bea")
    ivy = shop.person("invoice.create", "purchase_order.view", "purchase_order.create", firstname="Ivy")
    order = shop.order(("Bolt", 10, 2), by=bea)
    order = bea.does("confirm", order)
    bill = billed(shop, order, (0, 10, 3), by=ivy)
    status, said, _ = ivy.tries("accept_changes", bill)
    assert (status, "whoever placed the order" in said["message"]) == (403, True)
    assert bea.sees(bill)["approvalInfo"]["canAcceptMatchingChanges"]
    assert not ivy.sees(bill)["approvalInfo"]["canAcceptMatchingChanges"]
    assert bea.does("accept_changes", bill)["status"] == APPROVED


@pytest.mark.parametrize(("verb", "status"), [("accept_changes", APPROVED), ("decline_changes", REJECTED)])
def test_who_may_not_see_bills_decides_on_the_order(shop: Buying, verb: str, status: int) -> None:
    bea = shop.person("purchase_order.create", firstname="Bea")
    other = shop.person("purchase_order.create", "purchase_order.view", firstname="Otto")
    order = bea.does("confirm", shop.order(("Bolt", 10, 2), by=bea))
    bill = billed(shop, order, (0, 10, 3))
    assert bea.tries("accept_changes", bill).status == 404, "she does not see it"
    assert other.tries(verb, order, {"comment": "no"}).status == 403
    told = bea.house.get("/-/matches")["data"]
    assert [one["explanation"] for one in told] == ["Bolt: 30.00 billed, 20.00 by the order, 10.00 more."]
    assert bea.does(verb, order, {"comment": "no"})["status"] == APPROVED
    assert shop.ann.sees(bill)["status"] == status
    assert bea.sees(order)["netSum"] == (30 if status == APPROVED else 20)


def test_on_the_order_the_oldest_difference_is_decided(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    first, second = billed(shop, order, (0, 2, 3)), billed(shop, order, (0, 2, 4))
    assert shop.ann.does("decline_changes", order, {"comment": "no"})["status"] == MATCHING
    assert [shop.ann.sees(one)["status"] for one in (first, second)] == [REJECTED, MATCHING]
    assert shop.ann.does("accept_changes", order)["status"] == APPROVED
    assert shop.ann.sees(second)["status"] == APPROVED
    refused = shop.ann.tries("accept_changes", order)
    assert (refused.status, "is approved" in refused.json["message"]) == (400, True)


def test_the_oldest_difference_is_decided_first(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    first = billed(shop, order, (0, 2, 3))
    second = billed(shop, order, (0, 2, 4))
    status, said, _ = shop.ann.tries("accept_changes", second)
    assert (status, "Invoice 1 of order 1 came first" in said["message"]) == (400, True)
    shop.ann.does("decline_changes", first, {"comment": "no"})
    assert shop.ann.sees(order)["status"] == MATCHING, "the second still waits"
    assert shop.ann.does("accept_changes", second)["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, 1, [2])


def test_an_order_that_grows_too_much_is_approved_anew_and_the_invoice_waits_for_that(shop: Buying) -> None:
    cy = shop.person("purchase_order.approve", "invoice.view", firstname="Cy")
    shop.approving("purchaseorders", ("Head", cy))
    tolerance(shop, percent=1)
    order = shop.ann.does("confirm", shop.order(("Bolt", 10, 2)))
    order = cy.does("approve", order)
    bill = billed(shop, order, (0, 10, 3))
    bill = shop.ann.does("accept_changes", bill)
    assert (bill["status"], shop.ann.sees(order)["status"]) == (MATCHING, PENDING)
    cy.does("approve", order)
    assert (shop.ann.sees(bill)["status"], shop.ann.sees(order)["status"]) == (APPROVED, APPROVED)
    assert shop.ann.sees(order)["netSum"] == 30


def test_while_it_is_matched_an_order_stands_still(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    billed(shop, order, (0, 10, 3))
    for verb in ("revision", "cancel", "complete"):
        status, said, _ = shop.ann.tries(verb, order, {"comment": "no"})
        assert (status, "matching" in said["message"]) == (400, True), verb


# Goods first


def test_what_has_not_come_is_not_billed(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 8))
    bill = draft(shop, order, (0, 10))
    status, said, _ = shop.ann.tries("confirm", bill)
    assert (status, said["errors"]["errors"]) == (
        400,
        {"items[0][quantity]": "8 of 10 have been received, so 8 can be billed now, not 10; receive the goods first."},
    )
    assert shop.ann.sees(bill)["status"] == DRAFT
    assert billed(shop, order, (0, 8))["status"] == APPROVED


def test_the_share_that_is_paid_before_delivery_may_be_billed_before(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    terms = {"name": "30/70", "paymentType": 2, "prepaymentPercent": 30, "postpaymentPercent": 70}
    term = shop.house.made("/paymentterms", terms)
    order = shop.approved_order(("Bolt", 100, 2), paymentTerm=term["id"])
    assert shop.ann.tries("confirm", draft(shop, order, (0, 31))).status == 400
    assert billed(shop, order, (0, 30))["status"] == APPROVED


def test_billed_goods_stay_received(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order, 8))
    billed(shop, order, (0, 8))
    status, said, _ = shop.ann.tries("cancel", receipt, {"comment": "no"})
    assert (status, "8 have been billed" in said["message"]) == (400, True)


def test_goods_may_hold_back_the_last_approval_instead(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="approve"))
    cy = shop.person("invoice.approve", "purchase_order.view", firstname="Cy")
    shop.approving("invoices", ("Head", cy))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    assert bill["status"] == PENDING
    assert "receive the goods first" in str(cy.tries("approve", bill).json)
    shop.ann.does("confirm", shop.receipt(order))
    assert cy.does("approve", bill)["status"] == APPROVED


def test_goods_may_hold_back_the_payment_only(premises: Premises) -> None:
    shop = Buying(premises.house(threeWayMatch="pay"))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    pay = {"invoice": {"id": bill["id"]}, "sumPaid": 20, "payDate": "2026-03-20"}
    assert "receive the goods first" in str(shop.house.refused("POST", "/payments", pay))
    shop.ann.does("confirm", shop.receipt(order))
    shop.house.made("/payments", pay)
    assert shop.ann.sees(order)["status"] == 5


def test_a_bill_of_more_lets_go_of_its_receipts(shop: Buying) -> None:
    """What a receipt has brought of one piece need not be enough for six."""
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 5))
    bill = shop.ann.does("revision", billed(shop, order, (0, 1)))
    [bolt] = bill["items"]["data"]
    bill = shop.ann.changes(bill, items=[{"id": bolt["id"], "quantity": 6}])
    shop.ann.does("confirm_revise", bill)
    brought = [
        (one["quantity"], one["receiptItem"] is not None)
        for one in shop.ann.sees(bill)["items"]["data"][0]["allocations"]["data"]
    ]
    assert brought == [(5, True), (1, False)]


def test_a_small_rest_is_not_awaited(premises: Premises) -> None:
    shop = Buying(premises.house(smallRest="2"))
    order = shop.approved_order(("Bolt", 100, 2), ("Nut", 100, 2))
    billed(shop, order, (0, 98), (1, 97))
    assert [one["waivedQuantity"] for one in shop.ann.sees(order)["items"]["data"]] == [2, 0]
    assert [one["quantity"] for one in shop.receipt(order)["items"]["data"]] == [98, 100]


# The rules by themselves


def billed_line(net: str, agreed: str, quantity: int = 1, **more: object) -> Billed:
    return Billed(0, "Bolt", Decimal(quantity), Decimal(net), Decimal(agreed), Decimal(10), Decimal(10), **more)


def test_what_earlier_invoices_came_to_counts() -> None:
    verdict = compare([billed_line("11", "10")], [], Policy(Decimal(2)), before=Decimal("1.5"))
    assert (verdict.drift, verdict.matches) == (Decimal("2.5"), False)
    assert compare([billed_line("10", "11")], [], Policy(Decimal(2)), before=Decimal("1.5")).matches


def test_a_line_that_nothing_stands_behind_says_so() -> None:
    [found] = compare([], [Free(3, "Freight", Decimal(7))], Policy(Decimal(10))).differences
    assert (found.position, found.words) == (3, "Freight for 7.00 is not on the order.")


@pytest.mark.parametrize(
    ("ordered", "received", "share", "most"),
    [(100, 0, "0.3", 30), (100, 100, "0.3", 100), (10, 8, 0, 8), (10, 5, 1, 10)],
)
def test_how_much_may_be_billed(ordered: int, received: int, share: str, most: int) -> None:
    assert may_bill(Decimal(ordered), Decimal(received), Decimal(share)) == most


def test_a_bill_is_for_orders_of_its_own_supplier(shop: Buying) -> None:
    other = shop.house.made("/suppliers", {"name": "Nails"})
    order = shop.approved_order(("Bolt", 10, 2))
    stranger = shop.approved_order(("Nail", 10, 2), supplier=other["id"])
    bill = draft(shop, order, (0, 4))
    said = shop.house.refused("PUT", bill["at"], {"items": [line(stranger, 0, 1)]})
    assert said == {"items": f"Order {stranger['idn']} has another supplier than the invoice."}
    body = {"purchaseOrder": {"id": order["id"]}, "items": [line(stranger, 0, 1)]}
    assert "another supplier" in str(shop.house.refused("POST", "/invoices", body))


def test_a_repeated_bill_bills_no_order(shop: Buying) -> None:
    bill = billed(shop, shop.approved_order(("Bolt", 10, 2)))
    again = shop.ann.does("repeat", bill)
    assert (again["logicType"], again["purchaseOrder"], again["sum"]) == (0, None, 20)
    assert again["items"]["data"][0]["allocations"]["data"] == []


@pytest.mark.parametrize(
    ("allocations", "field"),
    [
        ([{"purchaseOrderItem": 999999999}], "items[0][allocations][0][purchaseOrderItem]"),
        (["order line", "order line"], "items[0][allocations][0][quantity]"),
        ([{"purchaseOrderItem": "order line", "receiptItem": 999999999}], "items[0][allocations][0][receiptItem]"),
    ],
)
def test_what_can_not_be_billed_is_told_with_its_place(shop: Buying, allocations: list, field: str) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    [bolt] = [one["id"] for one in order["items"]["data"]]
    sent = [
        {k: bolt if v == "order line" else v for k, v in a.items()} if isinstance(a, dict) else bolt
        for a in allocations
    ]
    said = shop.house.refused("POST", "/invoices", {
        "purchaseOrder": order["id"], "items": [{"name": "Bolt", "quantity": 1, "price": 2, "allocations": sent}],
    })  # fmt: skip
    assert field in said
