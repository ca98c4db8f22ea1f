"""From what somebody asks for to what stands on the shelf: requisitions, orders, services and blanket orders."""

from __future__ import annotations

import pytest

from tests.journeys.auditor import faults
from tests.journeys.reading import (
    APPROVED,
    CANCELED,
    COMPLETED,
    DRAFT,
    GIVEN_UP,
    NOT_RECEIVED,
    ORDERED,
    PARTLY_RECEIVED,
    PARTLY_RECEIVED_LINE,
    PENDING,
    RECEIVED,
    RECEIVED_LINE,
    STOPPED,
    TURNED_DOWN,
    WAITING,
    WANTED,
    behind,
    ids,
    lines,
    order_axes,
    requisition_axes,
    steps,
)
from tests.support.buying import Buying, Someone
from tests.support.house import House, Premises

KEEPER = ("receipt.create", "receipt.view", "purchase_order.view")


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def test_from_a_requisition_to_the_shelf(premises: Premises) -> None:
    """Rob needs bolts and a drill. Cy and Di approve it, Bea orders it, Eve approves the order, Kim takes it in."""
    shop = Buying(premises.house(invoices=False))
    rob = shop.person("purchase_requisition.create", firstname="Rob")
    cy = shop.person("purchase_requisition.approve", firstname="Cy")
    di = shop.person("purchase_requisition.approve", firstname="Di")
    bea = shop.person("purchase_order.create", firstname="Bea")
    eve = shop.person("purchase_order.approve", firstname="Eve")
    kim = shop.person(*KEEPER, firstname="Kim")
    finance = {"user": di.house.user_id, "from": 1000}
    shop.approving("purchaserequisitions", ("Head", cy), ("Finance", finance))
    shop.approving("purchaseorders", ("Purchasing", eve))
    bolts, drill = shop.item(price=60), shop.item(price=600)

    # Rob asks, and knows beforehand who will decide.
    asked = shop.requisition((bolts, 10), (drill, 1), by=rob, note="for the new hall")
    assert (asked["sum"], requisition_axes(asked)) == (1200, (DRAFT, [(0, WANTED), (0, WANTED)]))
    assert rob.explained(asked)["words"] == "Cy, then Di must approve."
    assert bea.tries("confirm", asked).status in (403, 404), "it is Rob's to submit"
    asked = rob.does("confirm", asked)
    assert (asked["status"], steps(asked)) == (PENDING, [("Head", "pending"), ("Finance", "waiting")])
    assert [one.may_decide(asked) for one in (rob, cy, di, shop.ann)] == [False, True, False, False]
    assert [one.waiting() for one in (cy, di)] == [[("purchaserequisitions", asked["idn"])], []]
    assert bea.tries("approve", asked).status == 403
    refusal = di.tries("approve", asked)
    assert refusal.status == 403
    assert "whose turn it is" in refusal.json["message"]
    too_early = bea.house.refused("POST", "/purchaseorders/from_requisitions", {"items": ids(asked)})
    assert "is pending; only lines of approved ones" in too_early["items[0][id]"]

    # Cy, then Di approve.
    cy.does("approve", asked, {"comment": "we need it"})
    asked = rob.sees(asked)
    assert (asked["status"], steps(asked)) == (PENDING, [("Head", "approved"), ("Finance", "pending")])
    assert [one.may_decide(asked) for one in (cy, di)] == [False, True]
    assert asked["approvalDate"] is None
    di.does("approve", asked)
    asked = rob.sees(asked)
    assert (asked["status"], steps(asked)) == (APPROVED, [("Head", "approved"), ("Finance", "approved")])
    assert asked["approvalDate"]
    assert [one.may_decide(asked) for one in (cy, di)] == [False, False]
    said = [(one["decidedBy"]["firstname"], one["comment"]) for one in asked["approvalSteps"]["data"]]
    assert said == [("Cy", "we need it"), ("Di", None)]
    assert requisition_axes(asked) == (APPROVED, [(0, WANTED), (0, WANTED)])

    # Bea orders it.
    (order,) = bea.orders(*ids(asked), supplier=shop.supplier["id"])
    assert (order["status"], order["sum"], order["supplier"]["id"]) == (DRAFT, 1200, shop.supplier["id"])
    assert behind(order) == [[(ids(asked)[0], 10)], [(ids(asked)[1], 1)]]
    assert requisition_axes(rob.sees(asked)) == (APPROVED, [(10, ORDERED), (1, ORDERED)])
    again = {"items": ids(asked), "supplier": shop.supplier["id"]}
    refusal = bea.house.refused("POST", "/purchaseorders/from_requisitions", again)
    assert refusal["items[1][quantity]"] == "Only 0 of 1 are still open: 1 are ordered."
    order = bea.does("confirm", order)
    assert (order["status"], steps(order)) == (PENDING, [("Purchasing", "pending")])
    assert [one.may_decide(order) for one in (eve, shop.ann)] == [True, False]
    assert (
        kim.house.call("POST", f"/receipts/{order['idn']}", {"requiredDate": "2026-03-02", "warehouse": 1}).status
        == 400
    )
    eve.does("approve", order)
    order = bea.sees(order)
    assert order_axes(order) == (APPROVED, NOT_RECEIVED, [(0, WAITING), (0, WAITING)])

    # Kim takes it in, in two parts.
    first = shop.receipt(order, 4, by=kim)
    kim.does("confirm", first)
    assert order_axes(bea.sees(order)) == (APPROVED, PARTLY_RECEIVED, [(4, PARTLY_RECEIVED_LINE), (0, WAITING)])
    assert (shop.stock(bolts), shop.stock(drill)) == ((4, 0), (0, 0))
    assert requisition_axes(rob.sees(asked)) == (APPROVED, [(10, ORDERED), (1, ORDERED)])
    rest = shop.receipt(order, by=kim)
    assert lines(rest, "quantity") == [(6,), (1,)]
    kim.does("confirm", rest)
    order = bea.sees(order)
    assert order_axes(order) == (COMPLETED, RECEIVED, [(10, RECEIVED_LINE), (1, RECEIVED_LINE)])
    assert [one["idn"] for one in order["relatedReceipts"]] == [first["idn"], rest["idn"]]
    assert (shop.stock(bolts), shop.stock(drill)) == ((10, 0), (1, 0))
    assert requisition_axes(rob.sees(asked)) == (COMPLETED, [(10, ORDERED), (1, ORDERED)])
    assert faults(shop.house) == []


def test_three_departments_share_two_orders(shop: Buying) -> None:
    """Sales, workshop and canteen want the same screws; the workshop also wants oil, from somebody else."""
    bea = shop.person("purchase_order.create", "purchase_order.view")
    oil_trade = shop.house.made("/suppliers", {"name": "Oil & Grease"})["id"]
    screws, oil = shop.item(price=3), shop.item(price=8)

    def wants(*lines_: object) -> Someone:
        return shop.ann.does("confirm", shop.requisition(*lines_))

    sales = wants((screws, 100))
    workshop = wants((screws, 200), {"product": oil["id"], "quantity": 5, "supplier": oil_trade})
    canteen = wants((screws, 50))
    chosen = [ids(sales)[0], *ids(workshop), (ids(canteen)[0], 20)]
    orders = bea.orders(*chosen, supplier=shop.supplier["id"])

    by_supplier = {order["supplier"]["id"]: order for order in orders}
    assert by_supplier.keys() == {shop.supplier["id"], oil_trade}
    for_screws, for_oil = by_supplier[shop.supplier["id"]], by_supplier[oil_trade]
    assert lines(for_screws, "quantity", "netSum") == [(320, 960)]
    assert behind(for_screws) == [[(ids(sales)[0], 100), (ids(workshop)[0], 200), (ids(canteen)[0], 20)]]
    assert (lines(for_oil, "quantity", "netSum"), behind(for_oil)) == ([(5, 40)], [[(ids(workshop)[1], 5)]])
    assert requisition_axes(shop.ann.sees(sales)) == (APPROVED, [(100, ORDERED)])
    assert requisition_axes(shop.ann.sees(workshop)) == (APPROVED, [(200, ORDERED), (5, ORDERED)])
    assert requisition_axes(shop.ann.sees(canteen)) == (APPROVED, [(20, WANTED)]), "30 are still open"
    assert faults(shop.house) == []

    # What was merged cannot be ordered below what was asked for, nor a line drawn twice.
    line = ids(for_screws)[0]
    refusal = bea.house.refused("PUT", for_screws["at"], {"items": [{"id": line, "quantity": 300}]})
    assert "Requisitions for 320 stand behind this line" in refusal["items[0][quantity]"]
    again = {"items": [ids(sales)[0]], "supplier": shop.supplier["id"]}
    refusal = bea.house.refused("POST", "/purchaseorders/from_requisitions", again)
    assert refusal == {"items[0][quantity]": "Only 0 of 100 are still open: 100 are ordered."}
    more = {"items": [{"id": ids(canteen)[0], "quantity": 31}], "supplier": shop.supplier["id"]}
    assert "Only 30 of 50" in bea.house.refused("POST", "/purchaseorders/from_requisitions", more)["items[0][quantity]"]
    assert shop.ann.tries("cancel", sales).status == 400, "it is on an order"

    # The screws are not wanted from there: everybody's line is open again, and drawn again.
    bea.does("confirm", for_screws)
    bea.does("cancel", for_screws, {"comment": "too slow"})
    assert bea.sees(for_screws)["status"] == CANCELED
    for asked, ordered in ((sales, [(0, WANTED)]), (workshop, [(0, WANTED), (5, ORDERED)]), (canteen, [(0, WANTED)])):
        assert requisition_axes(shop.ann.sees(asked)) == (APPROVED, ordered)
    (anew,) = bea.orders(*chosen[:2], chosen[3], supplier=shop.supplier["id"])
    assert behind(anew) == behind(for_screws)
    assert requisition_axes(shop.ann.sees(canteen)) == (APPROVED, [(20, WANTED)])

    # The canteen does not want the rest any more.
    shop.ann.does("complete", canteen)
    assert requisition_axes(shop.ann.sees(canteen)) == (COMPLETED, [(20, ORDERED)])
    assert faults(shop.house) == []


def test_single_lines_are_turned_down(shop: Buying) -> None:
    """Cy lets the bolts pass and not the golden ones; what is left is ordered."""
    rob = shop.person("purchase_requisition.create")
    cy = shop.person("purchase_requisition.approve")
    shop.approving("purchaserequisitions", ("Head", cy))
    asked = rob.does("confirm", shop.requisition(("Bolt", 10, 2), ("Golden bolt", 1, 900), by=rob))
    assert rob.tries("reject_items", asked, {"items": [ids(asked)[1]]}).status == 403
    cy.does("reject_items", asked, {"items": [ids(asked)[1]], "comment": "no gold"})
    assert requisition_axes(rob.sees(asked)) == (PENDING, [(0, WANTED), (0, TURNED_DOWN)])
    cy.does("approve", asked)
    refusal = shop.house.refused(
        "POST", "/purchaseorders/from_requisitions", {"items": ids(asked), "supplier": shop.supplier["id"]}
    )
    assert refusal == {"items[1][id]": "Nobody wants this line any more."}
    (order,) = shop.ann.orders(ids(asked)[0], supplier=shop.supplier["id"])
    assert lines(order, "name", "quantity") == [("Bolt", 10)]
    assert requisition_axes(rob.sees(asked)) == (APPROVED, [(10, ORDERED), (0, TURNED_DOWN)])
    assert faults(shop.house) == []


def test_a_service_comes_by_the_month(premises: Premises) -> None:
    """The cleaning of the hall is asked for, ordered as a service for its amount, and received month by month."""
    shop = Buying(premises.house(invoices=False))
    asked = shop.ann.does("confirm", shop.requisition({"name": "Cleaning", "price": 300, "quantity": 3}))
    (order,) = shop.ann.orders(*ids(asked), supplier=shop.supplier["id"], logicType=1, requiredDate="2030-12-31")
    assert (order["isServiceOrder"], order["sum"], lines(order, "quantity", "price")) == (True, 900, [(1, 900)])
    assert requisition_axes(shop.ann.sees(asked)) == (APPROVED, [(3, ORDERED)])
    assert shop.ann.tries("complete", order).status == 400, "a draft is not completed"
    order = shop.ann.does("confirm", order)
    assert order_axes(order) == (APPROVED, NOT_RECEIVED, [(0, WAITING)])
    assert order["beginDate"] < order["endDate"]

    shop.ann.does("confirm", shop.receipt(order, 300))
    assert order_axes(shop.ann.sees(order))[1:] == (PARTLY_RECEIVED, [(300, PARTLY_RECEIVED_LINE)])
    too_much = shop.receipt(order, 601)
    assert "Only 600 of 900" in shop.house.refused("POST", f"{too_much['at']}/confirm", {})["items[0][quantity]"]
    shop.ann.does("delete", too_much)
    shop.ann.does("confirm", shop.receipt(order))
    assert order_axes(shop.ann.sees(order)) == (COMPLETED, RECEIVED, [(900, RECEIVED_LINE)])
    assert requisition_axes(shop.ann.sees(asked)) == (COMPLETED, [(3, ORDERED)])
    assert shop.house.get(f"/warehouses/{shop.warehouse['id']}/items")["data"] == [], "no stock of a service"
    assert faults(shop.house) == []


def test_a_blanket_order_is_approved_and_ends_before_its_time(shop: Buying) -> None:
    """A frame of 5,000 for the year, without lines; raised to 8,000 it is approved anew, then stopped."""
    cy = shop.person("purchase_order.approve", firstname="Cy")
    shop.approving("purchaseorders", ("Head", cy))
    frame = {"blanketSum": 5000, "beginDate": "2026-01-01", "endDate": "2026-12-31"}
    order = shop.order(logicType=2, items=[], **frame)
    order = shop.ann.does("confirm", order)
    assert (order["status"], steps(order)) == (PENDING, [("Head", "pending")])
    cy.does("approve", order)
    assert order_axes(shop.ann.sees(order)) == (APPROVED, NOT_RECEIVED, [])
    assert (
        shop.house.call("POST", f"/receipts/{order['idn']}", {"requiredDate": "2026-03-02", "warehouse": 1}).status
        == 400
    )

    shop.ann.does("revision", order)
    assert shop.ann.simulated(order, blanketSum=8000)["restarts"] is True
    assert shop.ann.simulated(order, note="as agreed")["restarts"] is False
    shop.ann.changes(order, blanketSum=8000)
    order = shop.ann.does("confirm_revise", order)
    assert (order["status"], steps(order)) == (PENDING, [("Head", "pending")])
    cy.does("approve", order)
    assert cy.tries("stop", order).status == 200
    order = shop.ann.sees(order)
    assert (order["status"], order["blanketSum"]) == (STOPPED, 8000)
    for verb in ("confirm", "revision", "cancel", "complete", "stop", "send"):
        assert shop.ann.tries(verb, order).status == 400, f"{verb} of what is over"
    again = shop.ann.does("repeat", order)
    assert (again["status"], again["blanketSum"]) == (DRAFT, 8000)
    assert faults(shop.house) == []


def test_what_never_came_is_given_up(premises: Premises) -> None:
    """An order that is completed by hand waits for nothing, and so does the requisition behind it."""
    shop = Buying(premises.house(invoices=False))
    asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 2), ("Nut", 5, 1)))
    (order,) = shop.ann.orders(*ids(asked), supplier=shop.supplier["id"])
    order = shop.ann.does("confirm", order)
    shop.ann.does("confirm", shop.receipt(order, 10))
    assert order_axes(shop.ann.does("complete", order)) == (COMPLETED, RECEIVED, [(10, 2), (0, GIVEN_UP)])
    assert requisition_axes(shop.ann.sees(asked)) == (COMPLETED, [(10, ORDERED), (5, ORDERED)])
    assert faults(shop.house) == []
