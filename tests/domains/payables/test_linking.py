"""Saying afterwards what a bill is for: lines of orders and of receipts, and that it is for none of them."""

from __future__ import annotations

from typing import Any

from tests.domains.payables.bills import APPROVED, IN_REVISION, MATCHING, axes, billed
from tests.support.buying import DAY, Shown
from tests.support.paying import Paying


def linked(bill: Shown, *allocations: Any) -> Shown:
    """The body that has the bill's first line bill this."""
    return {"items": [{"id": bill["items"]["data"][0]["id"], "allocations": list(allocations)}]}


def first(document: Shown) -> int:
    found: int = document["items"]["data"][0]["id"]
    return found


def links(bill: Shown) -> list[tuple[Any, Any, Any]]:
    return [
        (one["purchaseOrderItem"], one["receiptItem"], one["quantity"])
        for item in bill["items"]["data"]
        for one in item["allocations"]["data"]
    ]


def refusal(shop: Paying, bill: Shown, *allocations: Any) -> str:
    status, said, _ = shop.ann.tries("link", bill, linked(bill, *allocations))
    assert status == 400, said
    return str(said)


def test_what_does_not_match_is_linked_in_revision_and_decided_about_then(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.owed(("Bolt", 10, 3))
    assert "Take the invoice back by `revision` and link it there" in refusal(shop, bill, first(order))
    shop.ann.does("revision", bill)
    bill = shop.ann.does("link", bill, linked(bill, first(order)))
    assert (bill["status"], links(bill)) == (IN_REVISION, [(first(order), None, 10)])
    assert shop.ann.does("confirm_revise", bill)["status"] == MATCHING


def test_only_what_is_received_has_brought_something(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order, 6))
    bill = shop.owed(("Bolt", 10, 2))
    where = {"purchaseOrderItem": first(order), "receiptItem": first(receipt)}
    assert "has brought 6, less than bills name it for" in refusal(shop, bill, where)
    shop.ann.does("cancel", receipt, {"comment": "no"})
    assert f"Receipt {receipt['idn']} is not received now" in refusal(shop, bill, where)


def test_what_has_come_once_is_billed_once(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order, 5))
    where = {"purchaseOrderItem": first(order), "receiptItem": first(receipt), "quantity": 5}
    one, two = shop.owed(("Bolt", 5, 2)), shop.owed(("Bolt", 5, 2))
    shop.ann.does("link", one, linked(one, where))
    assert "has brought 5, less than bills name it for" in refusal(shop, two, where)
    assert links(shop.ann.does("link", two, linked(two, {**where, "receiptItem": None}))) == [(first(order), None, 5)]


def test_two_drafts_of_the_same_goods_are_not_both_submitted(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order, 5))
    where = {"purchaseOrderItem": first(order), "receiptItem": first(receipt)}
    item = {"name": "Bolt", "quantity": 5, "price": 2, "allocations": [where]}
    one, two = (shop.ann.made("invoices", {"purchaseOrder": order["id"], "items": [item]}) for _ in range(2))
    shop.ann.does("confirm", one)
    assert "has brought 5" in str(shop.house.refused("POST", f"{two['at']}/confirm"))


def test_receipts_are_found_for_what_is_linked_to_an_order(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order))
    bill = shop.owed(("Bolt", 10, 2))
    assert links(shop.ann.does("link", bill, linked(bill, first(order)))) == [(first(order), first(receipt), 10)]


def test_a_wrong_link_is_undone(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    bill = shop.ann.does("link", bill, linked(bill))
    assert (links(bill), bill["purchaseOrder"], bill["logicType"], bill["status"]) == ([], None, 0, APPROVED)
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, 0, [0])
    assert billed(shop, order)["status"] == APPROVED


def test_what_has_taken_a_prepayment_stays_with_its_order(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    payment = shop.prepay(order, 5, payDate=DAY)
    bill = billed(shop, order)
    assert f"has taken prepayment {payment['idn']}" in refusal(shop, bill)
