"""From an approved order to goods on the shelf: in parts, too much, taken back, looked at again, and by amount."""

from __future__ import annotations

import pytest

from tests.journeys.auditor import faults
from tests.journeys.reading import (
    APPROVED,
    COMPLETED,
    DRAFT,
    IN_REVISION,
    MATCHING,
    NOT_RECEIVED,
    PENDING,
    RECEIVED,
    REJECTED,
    STOPPED,
    lines,
    steps,
)
from tests.journeys.reading import PARTLY_RECEIVED as PARTLY
from tests.journeys.reading import order_axes as axes
from tests.support.buying import Buying, Shown, Someone
from tests.support.house import House, Premises


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def stock(shop: Buying, item: Shown) -> object:
    """How much of the item lies in the warehouse."""
    return shop.stock(item)[0]


def test_an_order_comes_in_two_parts_and_one_is_counted_again(shop: Buying) -> None:
    bolts = shop.item(price=2)
    order = shop.approved_order((bolts, 10), ("Assembly", 1, 50))
    assert axes(order) == (APPROVED, NOT_RECEIVED, [(0, 0), (0, 0)])

    first = shop.receipt(order, 4)
    assert stock(shop, bolts) == 0, "a draft moves nothing"
    assert shop.ann.does("confirm", first)["status"] == APPROVED
    order = shop.ann.sees(order)
    assert axes(order) == (APPROVED, PARTLY, [(4, 1), (0, 0)])
    assert stock(shop, bolts) == 4
    assert [one["idn"] for one in order["relatedReceipts"]] == [first["idn"]]

    shop.ann.does("revision", first)
    assert stock(shop, bolts) == 4, "what is being looked at again is still there"
    line = shop.ann.sees(first)["items"]["data"][0]
    shop.ann.changes(first, items=[{"id": line["id"], "quantity": 3, "rejectedQuantity": 1}])
    shop.ann.does("confirm_revise", first)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(3, 1), (0, 0)])
    assert stock(shop, bolts) == 3

    rest = shop.receipt(order)
    assert [line["quantity"] for line in rest["items"]["data"]] == [7, 1], "all that is open"
    shop.ann.does("confirm", rest)
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(10, 2), (1, 2)])
    assert stock(shop, bolts) == 10

    shop.ann.does("cancel", first, {"comment": "counted twice"})
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(7, 1), (1, 2)])
    assert stock(shop, bolts) == 7
    again = shop.receipt(order, 3)
    shop.ann.does("confirm", again)
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(10, 2), (1, 2)])
    assert stock(shop, bolts) == 10


def test_another_warehouse_moves_what_was_posted(shop: Buying) -> None:
    bolts = shop.item()
    other = shop.house.made("/warehouses", {"name": "Annex"})
    order = shop.approved_order((bolts, 5))
    receipt = shop.receipt(order)
    shop.ann.does("confirm", receipt)
    shop.ann.does("revision", receipt)
    shop.ann.changes(receipt, warehouse=other["id"])
    shop.ann.does("confirm_revise", receipt)
    assert stock(shop, bolts) == 0
    rows = shop.house.get(f"/warehouses/{other['id']}/items")["data"]
    assert [row["quantity"] for row in rows] == [5]


def test_more_than_is_open_is_refused_with_the_figures(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 8))
    too_much = shop.receipt(order, 3)
    refusal = shop.house.refused("POST", f"{too_much['at']}/confirm", {})
    assert refusal == {"items[0][quantity]": "Only 2 of 10 are still open on this line: 8 have been received."}
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(8, 1)])


def test_more_than_is_open_waits_for_the_buyers_word(premises: Premises) -> None:
    shop = Buying(premises.house(receiptMatching=True))
    bolts = shop.item(price=2)
    buyer = shop.person("purchase_order.create", "purchase_order.view")
    keeper = shop.person("receipt.create", "purchase_order.view", "receipt.view")
    order = shop.approved_order((bolts, 10), by=buyer)
    receipt = shop.receipt(order, 12, by=keeper)
    keeper.does("confirm", receipt)
    assert shop.ann.sees(receipt)["status"] == MATCHING
    assert axes(shop.ann.sees(order)) == (MATCHING, NOT_RECEIVED, [(0, 0)])
    assert stock(shop, bolts) == 0
    assert keeper.tries("accept_changes", receipt).status == 403

    shop.ann.does("accept_changes", receipt)
    order = shop.ann.sees(order)
    assert axes(order) == (APPROVED, RECEIVED, [(12, 2)])
    assert order["sum"] == 24, "the order costs what has come"
    assert stock(shop, bolts) == 12


def test_a_receipt_waits_until_an_order_that_grew_too_much_is_approved_anew(premises: Premises) -> None:
    shop = Buying(premises.house(receiptMatching=True))
    cy = shop.person("purchase_order.approve")
    shop.approving("purchaseorders", ("Head", cy))
    order = shop.ann.does("confirm", shop.order(("Bolt", 10, 2)))
    cy.does("approve", order)
    receipt = shop.receipt(order, 12)
    shop.ann.does("confirm", receipt)
    shop.ann.does("accept_changes", receipt)
    assert (shop.ann.sees(receipt)["status"], shop.ann.sees(order)["status"]) == (MATCHING, PENDING)
    cy.does("approve", order)
    assert shop.ann.sees(receipt)["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(12, 2)])


def test_the_buyer_turns_down_what_was_too_much(premises: Premises) -> None:
    shop = Buying(premises.house(receiptMatching=True))
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.receipt(order, 12)
    shop.ann.does("confirm", receipt)
    shop.ann.does("decline_changes", receipt, {"comment": "send two back"})
    assert shop.ann.sees(receipt)["status"] == REJECTED
    assert axes(shop.ann.sees(order)) == (APPROVED, NOT_RECEIVED, [(0, 0)])


def test_a_service_is_received_by_its_amount(shop: Buying) -> None:
    order = shop.approved_order({"name": "Cleaning", "price": 900}, logicType=1)
    part = shop.receipt(order, 300)
    assert part["isServiceOrder"] is True
    assert part["netSum"] == 300
    shop.ann.does("confirm", part)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(300, 1)])
    shop.ann.does("confirm", shop.receipt(order))
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(900, 2)])


def test_a_blanket_order_by_its_total_needs_its_frame_and_can_be_stopped(shop: Buying) -> None:
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2}
    order = shop.ann.made("purchaseorders", body)
    assert shop.house.refused("POST", f"{order['at']}/confirm", {}).keys() == {"blanketSum", "beginDate", "endDate"}
    shop.ann.changes(order, blanketSum=5000, beginDate="2026-01-01", endDate="2026-12-31")
    assert shop.ann.does("confirm", order)["status"] == APPROVED
    assert shop.ann.does("stop", order)["status"] == STOPPED


def test_what_has_come_stays_ordered(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 1))
    receipt = shop.receipt(order, 4)
    shop.ann.does("confirm", receipt)
    assert "cancel it first" in shop.ann.tries("cancel", order).json["message"]
    shop.ann.does("revision", order)
    bolt, nut = order["items"]["data"]
    assert "items" in shop.house.refused("PUT", order["at"], {"items": [{"id": nut["id"]}]})
    shop.ann.changes(order, items=[{"id": bolt["id"], "quantity": 3}])
    refusal = shop.house.refused("POST", f"{order['at']}/confirm_revise", {})
    assert refusal == {"items[0][quantity]": "4 have been received already."}
    shop.ann.changes(order, items=[{"id": bolt["id"], "quantity": 4}])
    shop.ann.does("confirm_revise", order)
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(4, 2)])


def test_an_order_is_complete_by_itself_where_nobody_keeps_invoices(premises: Premises) -> None:
    shop = Buying(premises.house(invoices=False))
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 9))
    assert axes(shop.ann.sees(order))[:2] == (APPROVED, PARTLY)
    shop.ann.does("confirm", shop.receipt(order))
    assert axes(shop.ann.sees(order)) == (COMPLETED, RECEIVED, [(10, 2)])


def test_an_order_completed_by_hand_waits_for_nothing(premises: Premises) -> None:
    shop = Buying(premises.house(invoices=False))
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 1))
    shop.ann.does("confirm", shop.receipt(order, 10))
    done = shop.ann.does("complete", order)
    assert axes(done) == (COMPLETED, RECEIVED, [(10, 2), (0, 3)])
    assert shop.ann.tries("complete", order).status == 400


def test_bills_and_deliveries_must_agree_before_an_order_is_closed(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 4))
    status, shown, _ = shop.ann.tries("complete", order)
    assert status == 400
    assert "4 have been received and 0 invoiced" in shown["message"]


def approved_by_kim(shop: Buying) -> tuple[Someone, Someone]:
    """Kim approves receipts, Lee writes them."""
    kim = shop.person("receipt.approve", "purchase_order.view", firstname="Kim")
    lee = shop.person("receipt.create", "receipt.view", "purchase_order.view", firstname="Lee")
    shop.approving("receipts", ("Store", kim))
    return kim, lee


def test_a_receipt_waits_for_the_keeper(shop: Buying) -> None:
    """What Lee has counted is received once Kim has seen it; until then nobody else can receive it."""
    kim, lee = approved_by_kim(shop)
    bolts = shop.item()
    order = shop.approved_order((bolts, 10))
    first = lee.does("confirm", shop.receipt(order, 6, by=lee))
    assert (first["status"], steps(first)) == (PENDING, [("Store", "pending")])
    assert [one.may_decide(first) for one in (kim, lee, shop.ann)] == [True, False, False]
    assert axes(shop.ann.sees(order)) == (APPROVED, NOT_RECEIVED, [(0, 0)])
    assert stock(shop, bolts) == 0
    second = shop.receipt(order, 5, by=lee)
    refusal = lee.house.refused("POST", f"{second['at']}/confirm", {})
    assert refusal["items[0][quantity]"].startswith("Only 4 of 10 are still open")
    assert lines(shop.receipt(order, by=lee), "quantity") == [(4,)], "what nobody has claimed"
    assert "not decided yet" in str(shop.ann.tries("complete", order).json)
    assert "cancel it first" in shop.ann.tries("cancel", order).json["message"]

    kim.does("approve", first)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(6, 1)])
    assert stock(shop, bolts) == 6
    assert faults(shop.house) == []


def test_a_receipt_that_is_looked_at_again_is_not_received_until_then(shop: Buying) -> None:
    """Kim sends back what never was received, and later what was; the order says what has been received for sure."""
    kim, lee = approved_by_kim(shop)
    bolts = shop.item()
    order = shop.approved_order((bolts, 10))
    receipt = lee.does("confirm", shop.receipt(order, 6, by=lee))
    kim.does("revision", receipt, {"comment": "count again"})
    assert shop.ann.sees(receipt)["status"] == IN_REVISION
    other = lee.does("confirm", shop.receipt(order, 4, by=lee))
    kim.does("approve", other)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(4, 1)]), "the six have not been received"
    assert stock(shop, bolts) == 4

    lee.changes(receipt, items=[{"id": receipt["items"]["data"][0]["id"], "quantity": 5}])
    lee.does("confirm_revise", receipt)
    kim.does("approve", receipt)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(9, 1)])
    assert stock(shop, bolts) == 9

    lee.does("revision", receipt)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(4, 1)])
    assert stock(shop, bolts) == 9, "the goods stay where they are"
    lee.changes(receipt, items=[{"id": receipt["items"]["data"][0]["id"], "quantity": 6}])
    receipt = lee.does("confirm_revise", receipt)
    assert (receipt["status"], axes(shop.ann.sees(order))) == (PENDING, (APPROVED, PARTLY, [(4, 1)]))
    kim.does("reject", receipt, {"comment": "there are none"})
    assert shop.ann.sees(receipt)["status"] == REJECTED
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(4, 1)])
    assert stock(shop, bolts) == 4
    assert faults(shop.house) == []


def test_the_buyer_accepts_more_beside_what_waits_already(premises: Premises) -> None:
    """Ten are ordered, a receipt of ten waits, and five more come: the order is about fifteen."""
    shop = Buying(premises.house(receiptMatching=True))
    kim, lee = approved_by_kim(shop)
    bolts = shop.item(price=2)
    order = shop.approved_order((bolts, 10))
    first = lee.does("confirm", shop.receipt(order, by=lee))
    body = {"requiredDate": "2026-03-02", "warehouse": shop.warehouse["id"],
            "items": [{"id": order["items"]["data"][0]["id"], "quantity": 5}]}  # fmt: skip
    second = lee.does("confirm", lee.made("receipts", body, f"/receipts/{order['idn']}"))
    assert (first["status"], second["status"], shop.ann.sees(order)["status"]) == (PENDING, MATCHING, MATCHING)
    shop.ann.does("accept_changes", second)
    order = shop.ann.sees(order)
    assert (axes(order), order["sum"], shop.ann.sees(second)["status"]) == (
        (APPROVED, NOT_RECEIVED, [(0, 0)]), 30, PENDING
    )  # fmt: skip
    kim.does("approve", second)
    assert axes(shop.ann.sees(order)) == (APPROVED, PARTLY, [(5, 1)])
    kim.does("approve", first)
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(15, 2)])
    assert stock(shop, bolts) == 15
    assert faults(shop.house) == []


def test_a_completed_order_keeps_its_receipts(premises: Premises) -> None:
    shop = Buying(premises.house(invoices=False))
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.receipt(order)
    draft = shop.receipt(order, 1)
    shop.ann.does("confirm", receipt)
    assert shop.ann.sees(order)["status"] == COMPLETED
    for verb in ("revision", "cancel"):
        assert "final" in shop.ann.tries(verb, receipt).json["message"]
    assert (shop.ann.sees(draft)["status"], shop.ann.tries("confirm", draft).status) == (DRAFT, 400)
    assert faults(shop.house) == []


def test_everything_open_is_received_with_one_verb(shop: Buying) -> None:
    bolts = shop.item()
    order = shop.approved_order((bolts, 6), ("Nut", 4, 1))
    shop.ann.does("confirm", shop.receipt(order, 2))
    received = shop.ann.does("receive", order, {"warehouse": shop.warehouse["id"], "receiptNumber": "DN 7"})
    assert axes(received) == (APPROVED, RECEIVED, [(6, 2), (4, 2)])
    assert stock(shop, bolts) == 6
    latest = shop.house.get(f"/receipts/{received['relatedReceipts'][-1]['idn']}")
    assert (latest["receiptNumber"], [line["quantity"] for line in latest["items"]["data"]]) == ("DN 7", [4, 4])
    assert shop.ann.tries("receive", order).status == 400
