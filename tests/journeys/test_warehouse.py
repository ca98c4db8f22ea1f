"""What lies on the shelves: asked for, moved, consumed and counted."""

from __future__ import annotations

import pytest

from tests.journeys.auditor import faults
from tests.journeys.reading import (
    APPROVED,
    CANCELED,
    COMPLETED,
    DRAFT,
    NOT_TRANSFERRED,
    PARTLY_TRANSFERRED,
    PENDING,
    TRANSFERRED,
    ids,
    lines,
    request_axes,
    steps,
)
from tests.support.buying import Buying, Shown
from tests.support.house import House, Premises

KEEPER = ("warehouse.manage",)


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def for_request(request: Shown, item: Shown, quantity: int, position: int = 0) -> Shown:
    """A line of a transfer that fulfils a line of a request."""
    return {"product": item["id"], "quantity": quantity, "warehouseRequestItem": ids(request)[position]}


def sends(shop: Buying, by: object, *items: Shown, **more: object) -> Shown:
    """A draft transfer from the warehouse to the annex."""
    body = {"fromWarehouse": shop.warehouse["id"], "toWarehouse": shop.annex["id"], "items": list(items), **more}
    return by.made("stocktransfers", body)


def test_from_a_request_to_the_count_at_the_end_of_the_year(shop: Buying) -> None:
    """Rob asks for gloves; Cy agrees; Kim sends them in two parts, consumes some, and counts what is left."""
    rob = shop.person("warehouse_request.create", firstname="Rob")
    cy = shop.person("warehouse_request.approve", firstname="Cy")
    kim = shop.person(*KEEPER, firstname="Kim")
    shop.approving("warehouserequests", ("Head", cy))
    gloves, tape = shop.stocked(20, price=5), shop.stocked(10, price=1)
    assert (shop.stock(gloves), shop.stock(tape)) == ((20, 0), (10, 0))

    # Nothing is reserved until Cy agrees.
    request = shop.warehouse_request((gloves, 12), (tape, 4), by=rob)
    assert request_axes(request) == (DRAFT, NOT_TRANSFERRED, [(0, 12), (0, 4)])
    request = rob.does("confirm", request)
    assert (request["status"], steps(request), shop.stock(gloves)) == (PENDING, [("Head", "pending")], (20, 0))
    assert [one.may_decide(request) for one in (rob, cy, kim)] == [False, True, False]
    body = {"fromWarehouse": shop.warehouse["id"], "toWarehouse": shop.annex["id"]}
    early = kim.house.refused("POST", "/stocktransfers", {**body, "items": [for_request(request, gloves, 1)]})
    assert "only approved ones are fulfilled" in early["items[0][warehouseRequestItem]"]
    cy.does("approve", request)
    assert request_axes(rob.sees(request)) == (APPROVED, NOT_TRANSFERRED, [(0, 12), (0, 4)])
    assert (shop.stock(gloves), shop.stock(tape)) == ((20, 12), (10, 4))

    # What is reserved is for nobody else.
    for_others = sends(shop, kim, {"product": gloves["id"], "quantity": 9})
    refusal = kim.house.refused("POST", f"{for_others['at']}/confirm", {})
    assert "has 20 of" in refusal["items[0][quantity]"]
    assert "of which 12 is reserved" in refusal["items[0][quantity]"]
    kim.changes(for_others, items=[{"id": ids(for_others)[0], "quantity": 8}])
    kim.does("confirm", for_others)
    assert (shop.stock(gloves), shop.stock(gloves, shop.annex)) == ((12, 12), (8, 0))

    # Kim sends what was asked for in two parts.
    first = sends(shop, kim, for_request(request, gloves, 5), for_request(request, tape, 4, 1))
    assert request_axes(rob.sees(request))[1] == NOT_TRANSFERRED, "a draft moves nothing"
    first = kim.does("confirm", first)
    assert (first["status"], lines(first, "quantity", "receivedQuantity")) == (COMPLETED, [(5, 5), (4, 4)])
    assert request_axes(rob.sees(request)) == (APPROVED, PARTLY_TRANSFERRED, [(5, 7), (4, 0)])
    assert (shop.stock(gloves), shop.stock(tape)) == ((7, 7), (6, 0))
    for verb in ("cancel", "revision"):
        assert "has been transferred" in rob.tries(verb, request).json["message"]
    too_much = {**body, "items": [for_request(request, gloves, 8)]}
    assert (
        "Only 7 of this is open."
        in kim.house.refused("POST", "/stocktransfers", too_much)["items[0][warehouseRequestItem]"]
    )
    second = kim.does("confirm", sends(shop, kim, for_request(request, gloves, 7)))
    assert request_axes(rob.sees(request)) == (COMPLETED, TRANSFERRED, [(12, 0), (4, 0)])
    assert (shop.stock(gloves), shop.stock(gloves, shop.annex)) == ((0, 0), (20, 0))

    # The second part comes back: Rob waits again, and then no more.
    assert kim.does("cancel", second)["status"] == CANCELED
    assert request_axes(rob.sees(request)) == (APPROVED, PARTLY_TRANSFERRED, [(5, 7), (4, 0)])
    assert (shop.stock(gloves), shop.stock(gloves, shop.annex)) == ((7, 7), (13, 0))
    rob.does("complete", request)
    assert request_axes(rob.sees(request)) == (COMPLETED, TRANSFERRED, [(5, 0), (4, 0)])
    assert lines(rob.sees(request), "rejectedQuantity") == [(7,), (0,)]
    assert shop.stock(gloves) == (7, 0)

    # Three are consumed; no more than there are.
    used = sends(shop, kim, {"product": gloves["id"], "quantity": 3}, type="consumption", toWarehouse=None)
    assert kim.does("confirm", used)["status"] == COMPLETED
    assert shop.stock(gloves) == (4, 0)
    more = sends(shop, kim, {"product": gloves["id"], "quantity": 5}, type="consumption", toWarehouse=None)
    assert "this takes 5" in kim.house.refused("POST", f"{more['at']}/confirm", {})["items[0][quantity]"]

    # Kim counts: one pair of gloves is missing, of the tape nothing was counted.
    count = kim.does("start", shop.stocktaking(by=kim))
    assert (count["status"], lines(count, "bookQuantity", "countedQuantity")) == (PENDING, [(4, None), (6, None)])
    assert kim.tries("confirm", count).status == 400, "nothing was counted"
    kim.changes(count, items=[{"product": gloves["id"], "countedQuantity": 3}])
    assert shop.stock(gloves) == (4, 0), "counting moves nothing"
    count = kim.does("confirm", count)
    assert (count["status"], lines(count, "difference", "differenceValue")) == (COMPLETED, [(-1, -5), (None, None)])
    assert (shop.stock(gloves), shop.stock(tape)) == ((3, 0), (6, 0))
    assert faults(shop.house) == []


def test_goods_that_are_on_their_way(premises: Premises) -> None:
    """The annex takes in what arrives: some at once, some is lost, some comes back, and some was never sent."""
    shop = Buying(premises.house(transferInTransit=True))
    kim, lee = shop.person(*KEEPER), shop.person(*KEEPER)
    for place, keeper in ((shop.warehouse, kim), (shop.annex, lee)):
        shop.house.changed("PUT", f"/warehouses/{place['id']}", {"managerIds": [keeper.house.user_id]})
    lamps = shop.stocked(20)
    request = shop.ann.does("confirm", shop.warehouse_request((lamps, 10)))
    assert shop.stock(lamps) == (20, 10)

    sent = sends(shop, kim, for_request(request, lamps, 10))
    assert lee.tries("confirm", sent).status == 403, "the goods are Kim's"
    sent = kim.does("confirm", sent)
    assert (sent["status"], lines(sent, "receivedQuantity")) == (PENDING, [(0,)])
    assert (shop.stock(lamps), shop.stock(lamps, shop.annex)) == ((10, 0), (0, 0)), "they are nowhere"
    assert request_axes(shop.ann.sees(request)) == (COMPLETED, TRANSFERRED, [(10, 0)])
    assert kim.tries("receive", sent).status == 403, "Lee says what has arrived"

    lee.does("receive", sent, {"items": [{"id": ids(sent)[0], "quantity": 6}]})
    assert (lee.sees(sent)["status"], shop.stock(lamps, shop.annex)) == (PENDING, (6, 0))
    assert kim.tries("cancel", sent).status == 400, "part of it has arrived"
    refusal = lee.house.refused("POST", f"{sent['at']}/receive", {"items": [{"id": ids(sent)[0], "quantity": 5}]})
    assert refusal == {"items[0][quantity]": "Only 4 is on its way."}
    one = {"items": [{"id": ids(sent)[0], "quantity": 1}]}
    assert "comment" in lee.house.refused("POST", f"{sent['at']}/receive", {**one, "missing": 1})
    done = lee.does("receive", sent, {**one, "missing": 2, "comment": "three went back"})
    assert (done["status"], lines(done, "receivedQuantity")) == (COMPLETED, [(7,)])
    assert (shop.stock(lamps), shop.stock(lamps, shop.annex)) == ((13, 3), (7, 0))
    assert request_axes(shop.ann.sees(request)) == (APPROVED, PARTLY_TRANSFERRED, [(7, 3)])

    lost = kim.does("confirm", sends(shop, kim, for_request(request, lamps, 3)))
    lee.does("receive", lost, {"items": [], "missing": 1, "comment": "the van burned"})
    assert (shop.stock(lamps), shop.stock(lamps, shop.annex)) == ((10, 3), (7, 0))
    assert request_axes(shop.ann.sees(request)) == (APPROVED, PARTLY_TRANSFERRED, [(7, 3)])
    back = kim.does("confirm", sends(shop, kim, for_request(request, lamps, 3)))
    assert shop.stock(lamps) == (7, 0)
    assert kim.does("cancel", back)["status"] == CANCELED
    assert shop.stock(lamps) == (10, 3)
    assert faults(shop.house) == []


def test_a_receipt_during_the_count(shop: Buying) -> None:
    """What comes in between counting and confirming is in the books by then, so it must have been counted too."""
    bolts = shop.stocked(10)
    count = shop.ann.does("start", shop.stocktaking())
    shop.ann.changes(count, items=[{"product": bolts["id"], "countedQuantity": 14}])
    shop.ann.does("confirm", shop.receipt(shop.approved_order((bolts, 5))))
    assert shop.stock(bolts) == (15, 0)
    count = shop.ann.does("confirm", count)
    assert lines(count, "bookQuantity", "countedQuantity", "difference") == [(15, 14, -1)]
    assert shop.stock(bolts) == (14, 0)
    assert faults(shop.house) == []


def test_goods_that_are_gone_cannot_go_back(shop: Buying) -> None:
    """A receipt is canceled only while its goods are still there."""
    bolts = shop.item()
    order = shop.approved_order((bolts, 10))
    receipt = shop.receipt(order)
    shop.ann.does("confirm", receipt)
    used = sends(shop, shop.ann, {"product": bolts["id"], "quantity": 4}, type="consumption", toWarehouse=None)
    shop.ann.does("confirm", used)
    refusal = shop.ann.tries("cancel", receipt)
    assert (refusal.status, shop.ann.sees(receipt)["status"]) == (400, APPROVED)
    assert "this takes 10" in str(refusal.json["errors"])
    shop.ann.does("cancel", used)
    assert shop.stock(bolts) == (10, 0)
    shop.ann.does("cancel", receipt)
    order = shop.ann.sees(order)
    assert (shop.stock(bolts), order["statusReceiving"]) == ((0, 0), 0)
    assert faults(shop.house) == []
