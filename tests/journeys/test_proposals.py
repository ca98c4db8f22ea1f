"""Suppliers are asked what they would charge, and each line goes to whoever offers best."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.auditor import faults
from tests.journeys.reading import (
    ANSWERED,
    APPROVED,
    CANCELED,
    COMPLETED,
    DECIDED,
    DRAFT,
    IN_REQUEST,
    LOST,
    NEW,
    NO_PROPOSALS,
    OPEN_LINE,
    ORDERED,
    PENDING,
    WANTED,
    WON,
    behind,
    ids,
    lines,
    requisition_axes,
    steps,
)
from tests.support.buying import Buying, Shown, Someone, placed
from tests.support.house import House

UNTIL = "2040-01-31"


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def asked_for(by: Someone, requisition: Shown, *suppliers: int) -> Shown:
    """A draft request to these suppliers for all lines of a requisition."""
    body = {"items": ids(requisition), "requiredDate": UNTIL, "suppliers": list(suppliers)}
    return placed("requestforproposals", by.house.made("/requestforproposals/from_requisitions", body))


def proposals(request: Shown) -> list[Shown]:
    return sorted(request["propositions"]["data"], key=lambda one: one["id"])


def answers(shop: Buying, proposal: Shown, *prices: Any) -> None:
    """The supplier's answer through the secret link; None: no price for that line."""
    said = [{"id": line, "price": price} for line, price in zip(ids(proposal), prices, strict=True)]
    shop.house.changed("PUT", f"/-/propositions/{proposal['accessKey']}", {"items": said})


def wins(by: Someone, proposal: Shown, *positions: int) -> Any:
    """Try to let lines of a proposal win."""
    path = f"/requestforproposals/proposition/{proposal['id']}/items/approve"
    return by.house.call("PUT", path, form={"items[]": [ids(proposal)[i] for i in positions]})


def standings(request: Shown) -> list[tuple[int, list[Any]]]:
    """How each proposal stands, and how its lines do."""
    return [(one["status"], [line["status"] for line in one["items"]["data"]]) for one in proposals(request)]


def test_two_suppliers_share_what_three_were_asked_for(shop: Buying) -> None:
    """Bolts and the drill go to Anvil, nuts to Bulk; Late never answers. Both get their orders."""
    bea = shop.person("request_for_proposal.create", "purchase_order.create", firstname="Bea")
    cy = shop.person("request_for_proposal.approve", firstname="Cy")
    shop.approving("requestforproposals", ("Purchasing", cy))
    anvil, bulk, late = (shop.house.made("/suppliers", {"name": name})["id"] for name in ("Anvil", "Bulk", "Late"))
    wanted = shop.ann.does("confirm", shop.requisition(("Bolt", 100, 0), ("Nut", 100, 0), ("Drill", 1, 0)))

    # The request goes out once Cy has approved it; until it is decided the lines are its own.
    request = asked_for(bea, wanted, anvil, bulk, late)
    assert (request["status"], lines(request, "quantity", "status")) == (
        DRAFT, [(100, OPEN_LINE), (100, OPEN_LINE), (1, OPEN_LINE)]
    )  # fmt: skip
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(0, IN_REQUEST)] * 3)
    refusal = bea.house.refused("POST", "/purchaseorders/from_requisitions", {"items": ids(wanted), "supplier": anvil})
    assert "order the proposal that wins, or cancel the request" in refusal["items[0][id]"]
    request = bea.does("confirm", request)
    assert (request["status"], steps(request)) == (PENDING, [("Purchasing", "pending")])
    assert (cy.may_decide(request), bea.may_decide(request)) == (True, False)
    cy.does("approve", request)
    request = bea.sees(request)
    assert (request["status"], request["propositionStatus"]) == (APPROVED, NEW)
    assert standings(request) == [(NEW, [NEW] * 3)] * 3

    # Two of three answer.
    first, second, third = proposals(request)
    answers(shop, first, 0.10, 0.20, 300)
    answers(shop, second, 0.12, 0.15, None)
    request = bea.sees(request)
    assert [one["sum"] for one in proposals(request)] == [330, 27, 0]
    assert standings(request) == [(ANSWERED, [ANSWERED] * 3), (ANSWERED, [ANSWERED, ANSWERED, NEW]), (NEW, [NEW] * 3)]
    assert request["propositionStatus"] == ANSWERED

    # Bea chooses; the last choice completes the request.
    assert "has not offered a price" in wins(bea, second, 2).json["errors"]["errors"]["items[0]"]
    assert wins(bea, first, 0, 2).status == 200
    request = bea.sees(request)
    assert (request["status"], lines(request, "price", "status")) == (
        APPROVED, [(0.1, DECIDED), (0, OPEN_LINE), (300, DECIDED)]
    )  # fmt: skip
    assert standings(request)[0] == (WON, [WON, ANSWERED, WON])
    assert wins(bea, second, 0).status == 400, "the bolts are decided"
    assert wins(bea, second, 1).status == 200
    request = bea.sees(request)
    assert (request["status"], request["supplier"], request["sum"]) == (COMPLETED, None, 325)
    assert standings(request) == [(WON, [WON, LOST, WON]), (WON, [LOST, WON, LOST]), (LOST, [LOST] * 3)]
    assert shop.house.call("PUT", f"/-/propositions/{third['accessKey']}", {"items": []}).status == 400, "too late"
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(0, IN_REQUEST)] * 3)

    # What has won is ordered, what has lost cannot be.
    (a_bolt, a_nut, a_drill), (_, b_nut, _) = ids(first), ids(second)
    refusal = bea.house.refused("POST", "/purchaseorders/from_requisitions", {"proposalItems": [a_nut]})
    assert refusal == {"proposalItems[0][id]": "This proposal has not won the line; choose it first."}
    orders = {one["supplier"]["id"]: one for one in bea.orders(proposalItems=[a_bolt, a_drill, b_nut])}
    assert orders.keys() == {anvil, bulk}
    assert lines(orders[anvil], "name", "quantity", "price") == [("Bolt", 100, 0.1), ("Drill", 1, 300)]
    assert lines(orders[bulk], "name", "quantity", "price") == [("Nut", 100, 0.15)]
    bolt, nut, drill = ids(wanted)
    assert behind(orders[anvil]) == [[(bolt, 100)], [(drill, 1)]]
    assert behind(orders[bulk]) == [[(nut, 100)]]
    sources = [line["sources"]["data"][0]["proposalItem"] for line in orders[anvil]["items"]["data"]]
    assert sources == [a_bolt, a_drill]
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(100, ORDERED), (100, ORDERED), (1, ORDERED)])
    assert bea.house.call("POST", "/purchaseorders/from_requisitions", {"proposalItems": [b_nut]}).status == 400
    assert faults(shop.house) == []

    # An order that is given up gives its lines back to the winner, not to everybody.
    bea.does("confirm", orders[bulk])
    bea.does("cancel", orders[bulk])
    assert bea.sees(orders[bulk])["status"] == CANCELED
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(100, ORDERED), (0, IN_REQUEST), (1, ORDERED)])
    (again,) = bea.orders(proposalItems=[b_nut])
    assert behind(again) == [[(nut, 100)]]
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(100, ORDERED), (100, ORDERED), (1, ORDERED)])
    assert faults(shop.house) == []


def test_a_request_that_nobody_answers_gives_its_lines_back(shop: Buying) -> None:
    """Completed by hand, a request leaves what is undecided to be ordered elsewhere; so does one that is canceled."""
    wanted = shop.ann.does("confirm", shop.requisition(("Bolt", 100, 1), ("Nut", 100, 1)))
    request = shop.ann.does("confirm", asked_for(shop.ann, wanted, shop.supplier["id"]))
    (proposal,) = proposals(request)
    answers(shop, proposal, 0.5, None)
    assert wins(shop.ann, proposal, 0).status == 200
    assert shop.ann.tries("complete", wanted).status == 400, "a request for proposal has lines of it"
    request = shop.ann.does("complete", request)
    assert (request["status"], lines(request, "status")) == (COMPLETED, [(DECIDED,), (NO_PROPOSALS,)])
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(0, IN_REQUEST), (0, WANTED)])

    second = asked_for(shop.ann, {"items": {"data": [{"id": ids(wanted)[1]}]}}, shop.supplier["id"])
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(0, IN_REQUEST), (0, IN_REQUEST)])
    second = shop.ann.does("confirm", second)
    shop.ann.does("cancel", second)
    assert requisition_axes(shop.ann.sees(wanted)) == (APPROVED, [(0, IN_REQUEST), (0, WANTED)])
    (order,) = shop.ann.orders(ids(wanted)[1], supplier=shop.supplier["id"])
    assert behind(order) == [[(ids(wanted)[1], 100)]]
    assert faults(shop.house) == []
