"""From an approved order to goods on the shelf: in parts, too much, taken back, by amount, and at the same moment."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.support.buying import Buying, Shown
from tests.support.house import House, Premises

DRAFT, PENDING, APPROVED, REJECTED, COMPLETED, MATCHING, IN_REVISION, CANCELED, STOPPED = 0, 1, 2, 3, 5, 6, 7, 8, 11
NOT_RECEIVED, PARTLY, RECEIVED = 0, 1, 2


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def axes(order: Shown) -> tuple[int, int, list[Any]]:
    """Status, receiving, and of each line what has come and its state."""
    lines = [(line["receivedQuantity"], line["status"]) for line in order["items"]["data"]]
    return order["status"], order["statusReceiving"], lines


def stock(shop: Buying, item: Shown) -> Any:
    """How much of the item lies in the warehouse."""
    rows = shop.house.get(f"/warehouses/{shop.warehouse['id']}/items")["data"]
    return sum(row["quantity"] for row in rows if row["product"]["id"] == item["id"])


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
    assert axes(done) == (COMPLETED, PARTLY, [(10, 2), (0, 3)])
    assert shop.ann.tries("complete", order).status == 400


def test_bills_and_deliveries_must_agree_before_an_order_is_closed(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 4))
    status, shown, _ = shop.ann.tries("complete", order)
    assert status == 400
    assert "4 have been received and 0 invoiced" in shown["message"]


def at_once(*jobs: Any) -> list[int]:
    """The statuses of calls made at the same moment."""
    with ThreadPoolExecutor(len(jobs)) as pool:
        return [reply.status for reply in pool.map(lambda job: job(), jobs)]


def test_two_receipts_of_the_last_piece(shop: Buying) -> None:
    bolts = shop.item()
    order = shop.approved_order((bolts, 1))
    one, two = shop.receipt(order, 1), shop.receipt(order, 1)
    statuses = at_once(lambda: shop.ann.tries("confirm", one), lambda: shop.ann.tries("confirm", two))
    assert sorted(statuses) == [200, 400]
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(1, 2)])
    assert stock(shop, bolts) == 1


def test_cancel_against_receive(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 1, 2))
    receipt = shop.receipt(order)
    canceled, received = at_once(lambda: shop.ann.tries("cancel", order), lambda: shop.ann.tries("confirm", receipt))
    assert sorted((canceled, received)) == [200, 400]
    order = shop.ann.sees(order)
    assert (order["status"], order["statusReceiving"]) == (
        (CANCELED, NOT_RECEIVED) if canceled == 200 else (APPROVED, RECEIVED)
    )
