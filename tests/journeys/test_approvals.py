"""Who decides, and what a change, an absence or a farewell makes of that."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.auditor import faults
from tests.journeys.reading import APPROVED, DRAFT, IN_REVISION, PENDING, REJECTED, behind, ids, requisition_axes, steps
from tests.support.buying import Buying, Shown, Someone
from tests.support.house import House, Premises, StoppedClock

ORDERS = ("purchase_order.create", "purchase_order.view")
APPROVES = ("purchase_order.approve",)


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def three_steps(shop: Buying, *roles: str) -> tuple[Someone, Someone, Someone]:
    """Bob, then Cy from 1,000, then Di from 10,000 approve orders."""
    bob, cy, di = (shop.person(*(roles or APPROVES), firstname=name) for name in ("Bob", "Cy", "Di"))
    shop.approving(
        "purchaseorders", ("Head", bob),
        ("Finance", {"user": cy.house.user_id, "from": 1000}), ("Board", {"user": di.house.user_id, "from": 10_000}),
    )  # fmt: skip
    return bob, cy, di


def costing(order: Shown, price: Any) -> dict[str, Any]:
    """The lines of an order of one piece at another price."""
    return {"items": [{"id": ids(order)[0], "price": price}]}


def test_turned_down_asked_again_lowered_and_raised(shop: Buying) -> None:
    """An order is rejected, repeated, sent back, approved, and changed afterwards, a little and too much."""
    bob, cy, di = three_steps(shop)
    everybody = (bob, cy, di)
    pat = shop.person(*ORDERS, firstname="Pat")
    shop.house.made("/-/tolerancerules", {"from": 3000, "percent": 5})

    # Bob says no, and that is final.
    order = shop.order(("Press", 1, 12_000), by=pat)
    assert pat.explained(order)["words"] == "Bob, then Cy, then Di must approve."
    order = pat.does("confirm", order)
    assert steps(order) == [("Head", "pending"), ("Finance", "waiting"), ("Board", "waiting")]
    bob.does("reject", order, {"comment": "not this year"})
    order = pat.sees(order)
    assert (order["status"], steps(order)) == (
        REJECTED,
        [("Head", "denied"), ("Finance", "withdrawn"), ("Board", "withdrawn")],
    )
    assert [one.may_decide(order) for one in everybody] == [False, False, False]
    assert order["approvalSteps"]["data"][0]["comment"] == "not this year"
    for verb in ("confirm", "approve", "revision", "confirm_revise", "cancel", "delete"):
        assert shop.ann.tries(verb, order).status == 400, f"{verb} of what is rejected"

    # The same again; Bob approves, Cy sends it back, and Pat knows what 9,000 will mean before saving it.
    order = pat.does("confirm", pat.does("repeat", order))
    assert order["sum"] == 12_000
    bob.does("approve", order)
    assert steps(pat.sees(order)) == [("Head", "approved"), ("Finance", "pending"), ("Board", "waiting")]
    assert [one.waiting() for one in everybody] == [[], [("purchaseorders", order["idn"])], []]
    cy.does("revision", order, {"comment": "too dear"})
    order = pat.sees(order)
    assert (order["status"], steps(order)) == (
        IN_REVISION, [("Head", "approved"), ("Finance", "withdrawn"), ("Board", "withdrawn")]
    )  # fmt: skip
    assert [one.may_decide(order) for one in everybody] == [False, False, False]
    foreseen = pat.simulated(order, **costing(order, 9000))
    assert (foreseen["restarts"], foreseen["approvers"]) == (True, ["Bob", "Cy"])
    assert foreseen["words"].endswith("Bob, then Cy must approve.")
    assert (pat.sees(order)["sum"], pat.sees(order)["status"]) == (12_000, IN_REVISION), "nothing was saved"
    pat.changes(order, **costing(order, 9000))
    order = pat.does("confirm_revise", order)
    assert (order["status"], steps(order)) == (
        PENDING, [("Head", "pending"), ("Finance", "waiting"), ("Board", "skipped")]
    )  # fmt: skip
    bob.does("approve", order)
    cy.does("approve", order)
    order = pat.sees(order)
    assert (order["status"], steps(order)) == (
        APPROVED, [("Head", "approved"), ("Finance", "approved"), ("Board", "skipped")]
    )  # fmt: skip

    # 9,400 is within 5%; 9,600 is not, though it is a small step from there.
    pat.does("revision", order)
    foreseen = pat.simulated(order, **costing(order, 9400))
    assert (foreseen["restarts"], foreseen["words"]) == (False, "Saving this needs no new approval.")
    pat.changes(order, **costing(order, 9400))
    order = pat.does("confirm_revise", order)
    assert (order["status"], order["sum"]) == (APPROVED, 9400)
    pat.does("revision", order)
    foreseen = pat.simulated(order, **costing(order, 9600))
    assert (foreseen["restarts"], foreseen["fromStep"], foreseen["approvers"]) == (True, 1, ["Bob", "Cy"])
    assert "9,000 to 9,600" in foreseen["words"]
    pat.changes(order, **costing(order, 9600))
    order = pat.does("confirm_revise", order)
    assert (order["status"], steps(order)) == (
        PENDING, [("Head", "pending"), ("Finance", "waiting"), ("Board", "skipped")]
    )  # fmt: skip
    assert [one.may_decide(order) for one in everybody] == [True, False, False]
    bob.does("approve", order)
    cy.does("approve", order)
    assert pat.sees(order)["status"] == APPROVED
    assert len({step["round"] for step in pat.sees(order)["approvalSteps"]["data"]}) == 3, "each round is remembered"
    assert faults(shop.house) == []


def test_rejecting_an_order_gives_its_requisition_back(shop: Buying) -> None:
    bob, _, _ = three_steps(shop)
    asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 2)))
    (order,) = shop.ann.orders(*ids(asked), supplier=shop.supplier["id"])
    shop.ann.does("confirm", order)
    assert requisition_axes(shop.ann.sees(asked)) == (APPROVED, [(10, 1)])
    bob.does("reject", order, {"comment": "buy elsewhere"})
    assert requisition_axes(shop.ann.sees(asked)) == (APPROVED, [(0, 0)])
    (again,) = shop.ann.orders(*ids(asked), supplier=shop.supplier["id"])
    assert behind(again) == [[(ids(asked)[0], 10)]]
    assert faults(shop.house) == []


def test_who_corrects_what_waits_may_lose_it_to_others_or_end_it(shop: Buying) -> None:
    """An approver who corrects an order while it waits: the way ahead follows the total."""
    bob, cy, _ = three_steps(shop, *ORDERS, *APPROVES)
    order = shop.order(("Press", 1, 900))
    shop.ann.does("confirm", order)
    assert bob.changes(order, **costing(order, 2000))["status"] == PENDING
    assert steps(shop.ann.sees(order)) == [("Head", "pending"), ("Finance", "waiting"), ("Board", "skipped")]
    bob.does("approve", order)
    assert cy.may_decide(order)
    order = cy.changes(order, **costing(order, 800))
    assert (order["status"], steps(order)) == (
        APPROVED, [("Head", "approved"), ("Finance", "skipped"), ("Board", "skipped")]
    )  # fmt: skip
    assert [cy.waiting(), bob.waiting()] == [[], []]
    assert faults(shop.house) == []


def test_what_has_come_is_not_rejected_any_more(shop: Buying) -> None:
    """An order that was partly received and then made dearer can be sent back, not turned down."""
    bob, cy, _ = three_steps(shop)
    order = shop.order(("Press", 2, 600))
    shop.ann.does("confirm", order)
    bob.does("approve", order)
    cy.does("approve", order)
    shop.ann.does("confirm", shop.receipt(order, 1))
    shop.ann.does("revision", order)
    shop.ann.changes(order, **costing(order, 900))
    assert shop.ann.does("confirm_revise", order)["status"] == PENDING
    refusal = bob.tries("reject", order, {"comment": "too dear"})
    assert (refusal.status, "cancel it first" in refusal.json["message"]) == (400, True)
    bob.does("revision", order)
    shop.ann.changes(order, **costing(order, 600))
    order = shop.ann.does("confirm_revise", order)
    assert (order["status"], order["statusReceiving"]) == (APPROVED, 1)
    assert faults(shop.house) == []


def test_an_approver_cannot_correct_away_what_has_come(shop: Buying) -> None:
    """While an order waits its approver may correct it, but not below what has come, and not to nothing."""
    bob, cy, _ = three_steps(shop)
    order = shop.order(("Press", 4, 600))
    shop.ann.does("confirm", order)
    bob.does("approve", order)
    cy.does("approve", order)
    shop.ann.does("confirm", shop.receipt(order, 3))
    shop.ann.does("revision", order)
    shop.ann.changes(order, **costing(order, 700))
    shop.ann.does("confirm_revise", order)
    shop.house.changed("PUT", f"/users/{bob.house.user_id}", {"roles": [*APPROVES, *ORDERS]})
    refusal = bob.house.refused("PUT", order["at"], {"items": [{"id": ids(order)[0], "quantity": 2}]})
    assert refusal == {"items[0][quantity]": "3 have been received already."}
    bob.changes(order, items=[{"id": ids(order)[0], "quantity": 3}])
    order = shop.ann.sees(order)
    assert (order["status"], order["statusReceiving"], order["sum"]) == (PENDING, 2, 2100)
    assert faults(shop.house) == []


def test_while_cy_is_away_eve_decides(premises: Premises) -> None:
    """Eve stands in from the second to the fourth of March; before and after it is Cy's own."""
    clock = StoppedClock("2026-03-01T12:00:00+00:00")
    shop = Buying(premises.house(clock=clock))
    cy, eve, pat = shop.person(*APPROVES, firstname="Cy"), shop.person(*APPROVES, firstname="Eve"), shop.person(*ORDERS)
    shop.approving("purchaseorders", ("Head", cy))
    absence = {"awayFrom": "2026-03-02", "awayUntil": "2026-03-04", "backupIds": [eve.house.user_id]}
    shop.house.changed("PUT", f"/users/{cy.house.user_id}", absence)
    order = pat.does("confirm", shop.order(by=pat))
    assert (cy.may_decide(order), eve.may_decide(order), eve.waiting()) == (True, False, [])
    refusal = eve.tries("approve", order)
    assert (refusal.status, pat.sees(order)["status"]) == (403, PENDING)

    clock.at("2026-03-03T08:00:00+00:00")
    assert (eve.may_decide(order), eve.waiting()) == (True, [("purchaseorders", order["idn"])])
    assert pat.tries("approve", order).status == 403
    eve.does("approve", order, {"comment": "as agreed"})
    order = pat.sees(order)
    (step,) = order["approvalSteps"]["data"]
    assert (order["status"], steps(order)) == (APPROVED, [("Head", "approved")])
    assert (step["decidedBy"]["firstname"], step["onBehalfOf"]["firstname"]) == ("Eve", "Cy")
    last = shop.house.get(f"/-/audit?objectId={order['id']}")["data"][0]
    assert (last["verb"], last["user"]["id"]) == ("approve", eve.house.user_id)

    later = pat.does("confirm", shop.order(by=pat))
    clock.at("2026-03-05T00:00:00+00:00")
    assert (cy.may_decide(later), eve.may_decide(later), eve.waiting()) == (True, False, [])
    assert eve.tries("reject", later, {"comment": "no"}).status == 403
    cy.does("approve", later)
    assert pat.sees(later)["status"] == APPROVED
    assert faults(shop.house) == []


def test_who_leaves_hands_over(shop: Buying) -> None:
    """Cy goes while an order waits, Pat while one is in revision: each needs somebody who takes over."""
    cy, pat = shop.person(*APPROVES, firstname="Cy"), shop.person(*ORDERS, firstname="Pat")
    eve, una = shop.person(*APPROVES, firstname="Eve"), shop.person(*ORDERS, firstname="Una")
    shop.approving("purchaseorders", ("Head", cy))
    waiting = pat.does("confirm", shop.order(by=pat))
    in_revision = pat.does("revision", pat.does("confirm", shop.order(by=pat)))
    draft = shop.order(by=pat)
    assert (waiting["status"], in_revision["status"], draft["status"]) == (PENDING, IN_REVISION, DRAFT)

    # Cy cannot just go.
    refusal = shop.house.refused("PUT", f"/users/{cy.house.user_id}", {"enable": False})
    assert refusal == {"substitute": f"This person still has purchase order {waiting['idn']} to approve; "
                                     "name somebody who takes over."}  # fmt: skip
    refusal = shop.house.refused(
        "PUT", f"/users/{cy.house.user_id}", {"enable": False, "substitute": una.house.user_id}
    )
    assert "needs the same roles" in refusal["substitute"]
    shop.house.changed("PUT", f"/users/{cy.house.user_id}", {"enable": False, "substitute": eve.house.user_id})
    assert (eve.may_decide(waiting), una.may_decide(waiting)) == (True, False)
    eve.does("approve", waiting)
    (step,) = shop.ann.sees(waiting)["approvalSteps"]["data"]
    assert (step["decidedBy"]["firstname"], step["onBehalfOf"]["firstname"]) == ("Eve", "Cy")

    # Pat goes: the draft is gone, the rest is Una's.
    assert una.tries("confirm_revise", in_revision).status == 403
    shop.house.changed("PUT", f"/users/{pat.house.user_id}", {"enable": False, "substitute": una.house.user_id})
    assert shop.house.call("GET", draft["at"]).status == 404
    order = una.does("confirm_revise", in_revision)
    assert (order["status"], steps(order)) == (PENDING, [("Head", "pending")])
    assert eve.may_decide(order)
    eve.does("approve", order)
    assert shop.ann.sees(order)["status"] == APPROVED
    assert faults(shop.house) == []
