"""Two people at the same moment: one wins where only one can, nothing is lost, and the books are right afterwards."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import Any

import pytest

from tests.journeys.auditor import faults
from tests.journeys.reading import (
    APPROVED,
    CANCELED,
    COMPLETED,
    DRAFT,
    IN_REVISION,
    NOT_RECEIVED,
    ORDERED,
    PENDING,
    RECEIVED,
    REJECTED,
    WANTED,
    ids,
    lines,
    order_axes,
    requisition_axes,
    steps,
)
from tests.support.buying import DAY, Buying, Someone
from tests.support.house import House, Reply

TIMES = 5
"""How often each pair is tried."""

APPROVES = ("purchase_order.approve",)


@pytest.fixture
def shop(house: House) -> Buying:
    found = Buying(house)
    assert all((found.supplier, found.location, found.warehouse, found.annex))
    return found


def at_once(*deeds: Callable[[], Reply]) -> list[int]:
    """The statuses of what is done at the same moment."""
    ready = Barrier(len(deeds))

    def run(deed: Callable[[], Reply]) -> int:
        ready.wait()
        return deed().status

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def two_approvers(shop: Buying, **more: Any) -> tuple[Someone, Someone]:
    cy, eve = shop.person(*APPROVES, firstname="Cy"), shop.person(*APPROVES, firstname="Eve")
    shop.approving("purchaseorders", ("Head", [cy, eve]), **more)
    return cy, eve


def taken(item: Any, quantity: int = 1, **more: Any) -> Any:
    return {"product": item["id"], "quantity": quantity, **more}


def test_approve_against_reject(shop: Buying) -> None:
    cy, eve = two_approvers(shop)
    for _ in range(TIMES):
        asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 2)))
        (order,) = shop.ann.orders(*ids(asked), supplier=shop.supplier["id"])
        shop.ann.does("confirm", order)
        approved, rejected = at_once(
            partial(cy.tries, "approve", order), partial(eve.tries, "reject", order, {"comment": "no"})
        )
        assert sorted((approved, rejected)) == [200, 400]
        order = shop.ann.sees(order)
        expected = (APPROVED, [("Head", "approved")]) if approved == 200 else (REJECTED, [("Head", "denied")])
        assert (order["status"], steps(order)) == expected
        line = (10, ORDERED) if approved == 200 else (0, WANTED)
        assert requisition_axes(shop.ann.sees(asked)) == (APPROVED, [line])
    assert faults(shop.house) == []


def test_two_approvers_of_one_step(shop: Buying) -> None:
    cy, eve = two_approvers(shop)
    for _ in range(TIMES):
        order = shop.ann.does("confirm", shop.order())
        assert sorted(at_once(*(partial(one.tries, "approve", order) for one in (cy, eve)))) == [200, 400]
        order = shop.ann.sees(order)
        (step,) = order["approvalSteps"]["data"]
        decided = [one for one in step["approvers"]["data"] if one["statusString"] == "status.approved"]
        assert order["status"] == APPROVED
        assert [one["user"]["id"] for one in decided] == [step["decidedBy"]["id"]], "one of them has decided"
    assert faults(shop.house) == []


def test_both_approvals_count_where_both_are_needed(shop: Buying) -> None:
    """Neither approval is lost, and exactly one of them is the last."""
    cy, eve = (shop.person(*APPROVES) for _ in range(2))
    both = [{"user": one.house.user_id} for one in (cy, eve)]
    steps_ = [{"name": "Both", "mode": "all", "approvers": both}]
    shop.house.made("/-/approvalworkflows", {"documentType": "purchaseorders", "steps": steps_})
    for _ in range(TIMES):
        order = shop.ann.does("confirm", shop.order())
        assert at_once(*(partial(one.tries, "approve", order) for one in (cy, eve))) == [200, 200]
        order = shop.ann.sees(order)
        (step,) = order["approvalSteps"]["data"]
        assert order["status"] == APPROVED
        assert [one["statusString"] for one in step["approvers"]["data"]] == ["status.approved"] * 2
    assert faults(shop.house) == []


def test_the_same_approval_twice(shop: Buying) -> None:
    """A double click decides one step, not two."""
    cy, eve = (shop.person(*APPROVES) for _ in range(2))
    shop.approving("purchaseorders", ("Head", cy), ("Finance", eve))
    for _ in range(TIMES):
        order = shop.ann.does("confirm", shop.order())
        statuses = at_once(*(partial(cy.tries, "approve", order) for _ in range(3)))
        assert sorted(statuses) == [200, 403, 403]
        order = shop.ann.sees(order)
        assert (order["status"], steps(order)) == (PENDING, [("Head", "approved"), ("Finance", "pending")])
    assert faults(shop.house) == []


def test_revise_against_approve(shop: Buying) -> None:
    """Whoever comes second meets another state: to revise what was approved is possible, to approve what is not."""
    cy, _ = two_approvers(shop)
    for _ in range(TIMES):
        order = shop.ann.does("confirm", shop.order())
        approved, revised = at_once(partial(cy.tries, "approve", order), partial(shop.ann.tries, "revision", order))
        order = shop.ann.sees(order)
        assert (revised, order["status"]) == (200, IN_REVISION)
        assert approved in (200, 400)
        assert steps(order) == [("Head", "approved" if approved == 200 else "withdrawn")]
        order = shop.ann.does("confirm_revise", order)
        assert order["status"] == (APPROVED if approved == 200 else PENDING), (
            "what was approved and not changed stays so"
        )
    assert faults(shop.house) == []


def test_confirm_against_edit(shop: Buying) -> None:
    """What is approved is what was asked for: an edit comes before, or not at all."""
    for _ in range(TIMES):
        order = shop.order(("Bolt", 10, 2))
        edit = {"items": [{"id": ids(order)[0], "quantity": 99}]}
        confirmed, edited = at_once(
            partial(shop.ann.tries, "confirm", order), partial(shop.house.call, "PUT", order["at"], edit)
        )
        order = shop.ann.sees(order)
        assert (confirmed, order["status"]) == (200, APPROVED)
        assert edited in (200, 400)
        assert (lines(order, "quantity"), order["sum"]) == (([(99,)], 198) if edited == 200 else ([(10,)], 20))
    assert faults(shop.house) == []


def test_delete_against_confirm(shop: Buying) -> None:
    for _ in range(TIMES):
        order = shop.order()
        deleted, confirmed = at_once(
            partial(shop.ann.tries, "delete", order), partial(shop.ann.tries, "confirm", order)
        )
        assert (deleted, confirmed) in ((204, 404), (400, 200))
        shown = shop.house.call("GET", order["at"])
        assert shown.status == (404 if deleted == 204 else 200)
    assert faults(shop.house) == []


def test_two_orders_of_the_same_line(shop: Buying) -> None:
    """Ten are wanted, two buyers order seven each: one of them gets them."""
    for _ in range(TIMES):
        asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 2)))
        body = {"items": [{"id": ids(asked)[0], "quantity": 7}], "supplier": shop.supplier["id"]}
        deed = partial(shop.house.call, "POST", "/purchaseorders/from_requisitions", body)
        assert sorted(at_once(deed, deed)) == [201, 400]
        assert requisition_axes(shop.ann.sees(asked)) == (APPROVED, [(7, WANTED)])
    assert faults(shop.house) == []


def test_an_order_against_the_end_of_its_requisition(shop: Buying) -> None:
    """Whoever cancels a requisition or orders of it, both cannot be."""
    for _ in range(TIMES):
        asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 2)))
        body = {"items": ids(asked), "supplier": shop.supplier["id"]}
        ordered, canceled = at_once(
            partial(shop.house.call, "POST", "/purchaseorders/from_requisitions", body),
            partial(shop.ann.tries, "cancel", asked),
        )
        assert (ordered, canceled) in ((201, 400), (400, 200))
        expected = (APPROVED, [(10, ORDERED)]) if ordered == 201 else (CANCELED, [(0, WANTED)])
        assert requisition_axes(shop.ann.sees(asked)) == expected
    assert faults(shop.house) == []


def test_an_order_against_a_request_for_proposal(shop: Buying) -> None:
    """A line is ordered or asked for, not both."""
    for _ in range(TIMES):
        asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 2)))
        order = {"items": ids(asked), "supplier": shop.supplier["id"]}
        request = {"items": ids(asked), "requiredDate": "2040-01-31", "suppliers": [shop.supplier["id"]]}
        statuses = at_once(
            partial(shop.house.call, "POST", "/purchaseorders/from_requisitions", order),
            partial(shop.house.call, "POST", "/requestforproposals/from_requisitions", request),
        )
        assert sorted(statuses) == [201, 400]
    assert faults(shop.house) == []


def test_two_receipts_of_the_last_piece(shop: Buying) -> None:
    for _ in range(TIMES):
        bolts = shop.item()
        order = shop.approved_order((bolts, 1))
        both = [shop.receipt(order, 1) for _ in range(2)]
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", one) for one in both))) == [200, 400]
        assert order_axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, [(1, 2)])
        assert sorted(shop.ann.sees(one)["status"] for one in both) == [DRAFT, APPROVED]
        assert shop.stock(bolts) == (1, 0)
    assert faults(shop.house) == []


def test_the_same_receipt_twice(shop: Buying) -> None:
    """A double click receives once."""
    for _ in range(TIMES):
        bolts = shop.item()
        receipt = shop.receipt(shop.approved_order((bolts, 4)))
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", receipt) for _ in range(3)))) == [200, 400, 400]
        assert shop.stock(bolts) == (4, 0)
    assert faults(shop.house) == []


def test_cancel_against_receive(shop: Buying) -> None:
    for _ in range(TIMES):
        bolts = shop.item()
        order = shop.approved_order((bolts, 1))
        receipt = shop.receipt(order)
        canceled, received = at_once(
            partial(shop.ann.tries, "cancel", order), partial(shop.ann.tries, "confirm", receipt)
        )
        assert (canceled, received) in ((200, 400), (400, 200))
        order = shop.ann.sees(order)
        expected = (CANCELED, NOT_RECEIVED) if canceled == 200 else (APPROVED, RECEIVED)
        assert (order["status"], order["statusReceiving"]) == expected
        assert shop.stock(bolts)[0] == (0 if canceled == 200 else 1)
    assert faults(shop.house) == []


def test_two_transfers_of_the_last_item(shop: Buying) -> None:
    for _ in range(TIMES):
        lamp = shop.stocked(1)
        both = [shop.transfer((lamp, 1)) for _ in range(2)]
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", one) for one in both))) == [200, 400]
        assert sorted(shop.ann.sees(one)["status"] for one in both) == [DRAFT, COMPLETED]
        assert (shop.stock(lamp), shop.stock(lamp, shop.annex)) == ((0, 0), (1, 0))
    assert faults(shop.house) == []


def test_two_transfers_for_one_request(shop: Buying) -> None:
    """Rob asked for one lamp; there are two, and he gets one."""
    for _ in range(TIMES):
        lamp = shop.stocked(2)
        request = shop.ann.does("confirm", shop.warehouse_request((lamp, 1)))
        line = taken(lamp, warehouseRequestItem=ids(request)[0])
        ends = {"fromWarehouse": shop.warehouse["id"], "toWarehouse": shop.annex["id"]}
        both = [shop.ann.made("stocktransfers", {**ends, "items": [line]}) for _ in range(2)]
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", one) for one in both))) == [200, 400]
        assert (shop.ann.sees(request)["status"], shop.stock(lamp)) == (COMPLETED, (1, 0))
    assert faults(shop.house) == []


def test_the_count_against_a_receipt(shop: Buying) -> None:
    """The shelf holds what was counted, or what was counted and then what came; nothing is counted twice."""
    for _ in range(TIMES):
        bolts = shop.stocked(10)
        count = shop.ann.does("start", shop.stocktaking())
        shop.ann.changes(count, items=[{"product": bolts["id"], "countedQuantity": 8}])
        receipt = shop.receipt(shop.approved_order((bolts, 5)))
        statuses = at_once(partial(shop.ann.tries, "confirm", count), partial(shop.ann.tries, "confirm", receipt))
        assert statuses == [200, 200]
        (line,) = [one for one in shop.ann.sees(count)["items"]["data"] if one["product"]["id"] == bolts["id"]]
        assert (line["bookQuantity"], line["difference"], shop.stock(bolts)[0]) in ((10, -2, 13), (15, -7, 8))
    assert faults(shop.house) == []


def test_two_counts_of_one_warehouse(shop: Buying) -> None:
    """Both were counted before either was believed: the later one brings the books to what it says."""
    for _ in range(TIMES):
        bolts = shop.stocked(10)
        counts = [shop.ann.does("start", shop.stocktaking()) for _ in range(2)]
        for count, counted in zip(counts, (7, 9), strict=True):
            shop.ann.changes(count, items=[{"product": bolts["id"], "countedQuantity": counted}])
        assert at_once(*(partial(shop.ann.tries, "confirm", one) for one in counts)) == [200, 200]
        assert shop.stock(bolts)[0] in (7, 9)
    assert faults(shop.house) == []


def test_eight_orders_at_once_have_eight_numbers(shop: Buying) -> None:
    body = {
        "supplier": shop.supplier["id"],
        "location": shop.location["id"],
        "requiredDate": DAY,
        "items": shop.lines(),
    }
    assert at_once(*(partial(shop.house.call, "POST", "/purchaseorders", body) for _ in range(8))) == [201] * 8
    numbers = {int(one["idn"]) for one in shop.house.get("/purchaseorders?per_page=100")["data"]}
    assert numbers == set(range(1, 9))
    assert faults(shop.house) == []
