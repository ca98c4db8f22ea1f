"""What nobody waits for of an order any more: lines that are struck, small rests, and the rest of a closed order.

Only what has neither come nor is on a bill can be given up; whatever has come can be billed, and the other way round.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.domains.payables.bills import (
    APPROVED,
    COMPLETED,
    IN_REVISION,
    MATCHING,
    billed,
    draft,
    line,
)
from tests.support.buying import Shown
from tests.support.house import Premises
from tests.support.paying import ALL, NOT_BILLED, NOT_PAID, PARTLY, Paying

WAITING, PARTLY_RECEIVED, RECEIVED, STRUCK = range(4)


def quantities(shop: Paying, order: Shown) -> list[tuple[Any, ...]]:
    """Of each line of an order its state, what has come, what was billed, struck and waived."""
    names = ("status", "receivedQuantity", "invoicedQuantity", "rejectedQuantity", "waivedQuantity")
    return [tuple(one[name] for name in names) for one in shop.ann.sees(order)["items"]["data"]]


def ids(document: Shown) -> list[int]:
    return [one["id"] for one in document["items"]["data"]]


def strikes(shop: Paying, bill: Shown, index: int = 0) -> Shown:
    return shop.ann.does("reject_line", shop.ann.sees(bill), {"item": ids(shop.ann.sees(bill))[index]})


def revised(shop: Paying, bill: Shown) -> Shown:
    return shop.ann.does("confirm_revise", shop.ann.does("revision", bill))


def matches(shop: Paying, bill: Shown) -> bool:
    return bool(shop.house.get(f"{bill['at']}/match")["matches"])


# Small rests


@pytest.fixture
def lenient(premises: Premises) -> Any:
    """A company that does not wait for the last 2 % of a line."""
    found = Paying(premises.house(smallRest="2"))
    yield found
    assert found.differences() == []


def test_all_that_was_billed_can_be_received(lenient: Paying) -> None:
    order = lenient.approved_order(("Bolt", 100, 2))
    billed(lenient, order, (0, 98))
    assert quantities(lenient, order) == [(WAITING, 0, 98, 0, 2)]
    receipt = lenient.receipt(order)
    assert [one["quantity"] for one in receipt["items"]["data"]] == [98], "nobody waits for the rest"
    lenient.ann.does("confirm", receipt)
    assert quantities(lenient, order) == [(RECEIVED, 98, 98, 0, 2)]
    assert lenient.ann.sees(order)["statusReceiving"] == RECEIVED


def test_a_small_rest_may_come_all_the_same(lenient: Paying) -> None:
    order = lenient.approved_order(("Bolt", 100, 2))
    billed(lenient, order, (0, 98))
    lenient.ann.does("confirm", lenient.receipt(order, 100))
    assert billed(lenient, order, (0, 2))["status"] == APPROVED
    assert quantities(lenient, order) == [(RECEIVED, 100, 100, 0, 0)]


def test_what_came_is_awaited_until_it_is_billed(lenient: Paying) -> None:
    order = lenient.approved_order(("Bolt", 100, 2))
    lenient.ann.does("confirm", lenient.receipt(order))
    first = billed(lenient, order, (0, 98))
    lenient.pay(first, 196)
    assert lenient.ann.sees(order)["statusPayment"] == PARTLY, "2 that came are still to be billed"
    rest = billed(lenient, order)
    assert (rest["status"], rest["sum"]) == (APPROVED, 4)
    lenient.pay(rest, 4)
    assert lenient.ann.sees(order)["status"] == COMPLETED


def test_an_order_is_complete_without_a_small_rest(lenient: Paying) -> None:
    order = lenient.approved_order(("Bolt", 100, 2))
    lenient.ann.does("confirm", lenient.receipt(order, 98))
    lenient.pay(billed(lenient, order, (0, 98)), 196)
    assert lenient.ann.sees(order)["status"] == COMPLETED


def test_a_canceled_bill_has_its_order_await_the_rest_again(lenient: Paying) -> None:
    order = lenient.approved_order(("Bolt", 100, 2))
    lenient.ann.does("confirm", lenient.receipt(order, 98))
    before = quantities(lenient, order)
    bill = billed(lenient, order, (0, 98))
    assert lenient.ann.sees(order)["statusReceiving"] == RECEIVED
    lenient.ann.does("cancel", bill, {"comment": "wrong"})
    now = lenient.ann.sees(order)
    assert (now["statusReceiving"], now["statusPayment"], quantities(lenient, order)) == (1, NOT_BILLED, before)
    assert billed(lenient, order)["sum"] == 200


def test_a_bill_that_left_a_small_rest_is_revised_and_matches(lenient: Paying) -> None:
    order = lenient.approved_order(("Bolt", 100, 2))
    bill = billed(lenient, order, (0, 98))
    assert matches(lenient, bill)
    assert revised(lenient, bill)["status"] == APPROVED
    assert quantities(lenient, order) == [(WAITING, 0, 98, 0, 2)]


@pytest.mark.parametrize(("share", "waived"), [("2", 0), ("2.999999", 0), ("3", 3), ("100", 3)])
def test_how_much_is_a_small_rest(premises: Premises, share: str, waived: int) -> None:
    shop = Paying(premises.house(smallRest=share))
    order = shop.approved_order(("Bolt", 100, 2))
    billed(shop, order, (0, 97))
    assert quantities(shop, order) == [(WAITING, 0, 97, 0, waived)]


def test_a_small_rest_of_a_large_sum(lenient: Paying) -> None:
    order = lenient.approved_order({"name": "Power plant", "price": 5_000_000_000}, logicType=1)
    billed(lenient, order, line(order, 0, 1, price=4_900_000_000))
    assert quantities(lenient, order) == [(WAITING, 0, 4_900_000_000, 0, 100_000_000)]


# Lines that are struck


def test_only_what_has_not_come_is_struck(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order, 6))
    strikes(shop, draft(shop, order))
    assert quantities(shop, order) == [(STRUCK, 6, 0, 4, 0)]
    assert shop.ann.sees(order)["statusReceiving"] == RECEIVED
    bill = billed(shop, order)
    assert (bill["status"], bill["sum"]) == (APPROVED, 12)
    shop.pay(bill, 12)
    assert shop.ann.sees(order)["status"] == COMPLETED


def test_only_what_the_line_covers_is_struck(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = draft(shop, order)
    bill = shop.ann.does("split_line", bill, {"item": ids(bill)[0], "parts": [3, 7]})
    strikes(shop, bill)
    assert quantities(shop, order) == [(WAITING, 0, 0, 3, 0)]
    assert shop.ann.does("confirm", bill)["status"] == APPROVED
    shop.ann.does("confirm", shop.receipt(order))
    assert quantities(shop, order) == [(STRUCK, 7, 7, 3, 0)]


def test_what_other_bills_are_for_is_not_struck(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    billed(shop, order, (0, 4))
    strikes(shop, draft(shop, order, (0, 10)))
    assert quantities(shop, order) == [(WAITING, 0, 4, 6, 0)]
    shop.ann.does("confirm", shop.receipt(order))
    assert quantities(shop, order) == [(STRUCK, 4, 4, 6, 0)]


def test_a_bill_matches_whatever_is_struck_beside_it(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order, (0, 4))
    strikes(shop, draft(shop, order))
    assert matches(shop, bill)
    assert revised(shop, bill)["status"] == APPROVED
    shop.ann.does("cancel", bill, {"comment": "wrong"})
    assert billed(shop, order)["sum"] == 8, "as much as before"


def test_what_is_struck_stays_so_without_the_bill(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    bill = strikes(shop, draft(shop, order), 1)
    shop.ann.does("delete", bill)
    assert quantities(shop, order) == [(WAITING, 0, 0, 0, 0), (STRUCK, 0, 0, 5, 0)]
    assert shop.house.refused("POST", shop.receipt(order, None, 1)["at"] + "/confirm")["items[0][quantity]"] == (
        "Only 0 of 5 are still open on this line: 0 have been received, 5 have been struck."
    )


def test_whoever_orders_another_quantity_says_anew_what_is_wanted(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    bill = draft(shop, order)
    strikes(shop, bill, 1)
    strikes(shop, draft(shop, order, (0, 4)))
    order = shop.ann.does("revision", order)
    bolt, nut = ids(order)
    shop.ann.changes(order, items=[{"id": bolt, "quantity": 10}, {"id": nut, "quantity": 3}])
    shop.ann.does("confirm_revise", order)
    assert quantities(shop, order) == [(WAITING, 0, 0, 4, 0), (WAITING, 0, 0, 0, 0)]


def test_a_bill_for_what_was_struck_waits_and_is_wanted_once_accepted(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    strikes(shop, draft(shop, order, (0, 4)))
    bill = billed(shop, order, (0, 8))
    assert bill["status"] == MATCHING
    assert "8 billed, 6 of 10 were open" in shop.house.get(f"{bill['at']}/match")["explanation"]
    assert shop.ann.does("accept_changes", bill)["status"] == APPROVED
    assert quantities(shop, order) == [(WAITING, 0, 8, 2, 0)]
    assert shop.ann.sees(order)["sum"] == 20, "no more is ordered by that"
    assert revised(shop, bill)["status"] == APPROVED


def test_a_receipt_of_what_was_struck_waits_and_is_wanted_once_accepted(premises: Premises) -> None:
    shop = Paying(premises.house(receiptMatching=True))
    order = shop.approved_order(("Bolt", 10, 2))
    strikes(shop, draft(shop, order, (0, 4)))
    receipt = shop.ann.does("confirm", shop.receipt(order, 8))
    assert receipt["status"] == 6
    shop.ann.does("accept_changes", receipt)
    assert quantities(shop, order) == [(STRUCK, 8, 0, 2, 0)]
    assert shop.differences() == []


def test_a_line_of_a_bill_in_revision_is_struck_too(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    bill = shop.ann.does("revision", billed(shop, order))
    assert bill["status"] == IN_REVISION
    strikes(shop, bill, 1)
    assert shop.ann.does("confirm_revise", bill)["status"] == APPROVED
    assert quantities(shop, order) == [(WAITING, 0, 10, 0, 0), (STRUCK, 0, 0, 5, 0)]


def test_part_of_a_service_is_struck(shop: Paying) -> None:
    order = shop.approved_order({"name": "Cleaning", "price": 1200}, logicType=1)
    strikes(shop, draft(shop, order, line(order, 0, 1, price=200)))
    assert quantities(shop, order) == [(WAITING, 0, 0, 200, 0)]
    rest = billed(shop, order)
    assert rest["sum"] == 1000
    shop.pay(rest, 1000)
    assert shop.ann.sees(order)["status"] == COMPLETED


def test_who_may_only_bill_strikes_nothing(shop: Paying) -> None:
    clerk = shop.person("invoice.create", "invoice.view", "purchase_order.view")
    buyer = shop.person("invoice.create", "invoice.view", "purchase_order.create", "purchase_order.view")
    order = shop.approved_order(("Bolt", 10, 2))
    bill = draft(shop, order, by=clerk)
    reply = clerk.tries("reject_line", bill, {"item": ids(bill)[0]})
    assert (reply.status, "purchase_order.create" in reply.json["message"]) == (403, True)
    assert quantities(shop, order) == [(WAITING, 0, 0, 0, 0)]
    bill = draft(shop, order, by=buyer)
    buyer.does("reject_line", bill, {"item": ids(bill)[0]})
    assert quantities(shop, order) == [(STRUCK, 0, 0, 10, 0)]


# Orders that are closed


def test_a_closed_order_has_its_rest_struck(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    shop.ann.does("confirm", shop.receipt(order, 6))
    bill = billed(shop, order, (0, 6))
    payment = shop.pay(bill, 12)
    assert shop.ann.does("complete", order)["statusPayment"] == ALL
    closed = [(STRUCK, 6, 6, 4, 0), (STRUCK, 0, 0, 5, 0)]
    assert quantities(shop, order) == closed
    shop.house.changed("POST", f"/payments/{payment['idn']}/cancel", {})
    shop.ann.does("cancel", bill, {"comment": "wrong"})
    again = billed(shop, order)
    assert (again["status"], again["sum"]) == (APPROVED, 12)
    assert quantities(shop, order) == closed
    assert shop.ann.sees(order)["statusPayment"] == NOT_PAID


# Lines of blanket orders are those of their bills


def test_a_line_that_a_blanket_bill_has_lost_is_not_awaited(shop: Paying) -> None:
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2, "blanketSum": 100,
            "beginDate": "2020-01-01", "endDate": "2040-01-01"}  # fmt: skip
    order = shop.ann.does("confirm", shop.ann.made("purchaseorders", body))
    bill = draft(shop, order, *({"name": name, "quantity": 4, "price": 5} for name in ("Bolt", "Nut")))
    bill = shop.ann.does("revision", shop.ann.does("confirm", bill))
    shop.ann.changes(bill, items=[{"id": ids(bill)[0]}])
    shop.ann.does("confirm_revise", bill)
    assert quantities(shop, order) == [(WAITING, 0, 4, 0, 0), (STRUCK, 0, 0, 4, 0)]
    shop.ann.does("receive", order, {"warehouse": shop.warehouse["id"]})
    assert quantities(shop, order) == [(RECEIVED, 4, 4, 0, 0), (STRUCK, 0, 0, 4, 0)]


# What follows


def test_what_is_struck_holds_nothing_in_a_budget(shop: Paying) -> None:
    plan = {"name": "Works", "type": "custom", "startDate": "2020-01-01", "endDate": "2040-12-31",
            "lines": [{"periods": [{"sum": 1000}]}]}  # fmt: skip
    made = shop.house.made("/-/budgetplans", plan)
    works = made["lines"]["data"][0]["periods"]["data"][0]["id"]

    def used() -> Any:
        return shop.house.get(f"/budgets/{works}")["usedSum"]

    order = shop.approved_order(("Bolt", 10, 10))
    shop.ann.does("confirm", shop.receipt(order, 6))
    strikes(shop, draft(shop, order, (0, 3)))
    assert used() == 70
    strikes(shop, draft(shop, order))
    assert used() == 60, "what came is still to be billed"
    billed(shop, order, (0, 5))
    assert used() == 60


def test_what_is_struck_is_not_spent_of_a_contract(shop: Paying) -> None:
    contract = shop.house.made("/contract", {"number": "C-1", "id": shop.supplier["id"]})
    order = shop.approved_order(("Bolt", 10, 100), ("Nut", 5, 10), contractIds=[contract["id"]])

    def spent() -> Any:
        return shop.house.get(f"/contracts/{contract['id']}")["spentSum"]

    assert spent() == 1050
    strikes(shop, draft(shop, order), 1)
    assert spent() == 1000
    billed(shop, order, (0, 4))
    assert spent() == 1000


# Receipts that turn out to be wrong


def canceled(shop: Paying, receipt: Shown) -> Any:
    return shop.ann.tries("cancel", receipt, {"comment": "wrong"})


def test_what_is_billed_ahead_does_not_keep_a_receipt(premises: Premises) -> None:
    shop = Paying(premises.house(threeWayMatch="confirm"))
    share = {"prepaymentPercent": 30, "postpaymentPercent": 70}
    terms = shop.house.made("/paymentterms", {"name": "30/70", "paymentType": 2, **share})
    order = shop.approved_order(("Bolt", 100, 2), paymentTerm=terms["id"])
    billed(shop, order, (0, 30))
    receipt = shop.ann.does("confirm", shop.receipt(order, 50))
    assert canceled(shop, receipt).status == 200
    receipt = shop.ann.does("confirm", shop.receipt(order, 50))
    billed(shop, order, (0, 35))
    assert canceled(shop, receipt).json["errors"]["errors"]["status"] == (
        f"Of line {ids(order)[0]} 65 have been billed, and without this receipt only 30 could be; "
        "cancel or revise the invoice first."
    )


@pytest.mark.parametrize("mode", ["approve", "pay"])
def test_a_bill_keeps_a_receipt_only_past_the_barrier(premises: Premises, mode: str) -> None:
    shop = Paying(premises.house(threeWayMatch=mode))
    cy = shop.person("invoice.approve")
    shop.approving("invoices", ("Head", cy))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    receipt = shop.ann.does("confirm", shop.receipt(order, 4))
    assert canceled(shop, receipt).status == 200
    receipt = shop.ann.does("confirm", shop.receipt(order))
    cy.does("approve", bill)
    past: dict[str, Callable[[], Any]] = {"approve": lambda: None, "pay": lambda: shop.pay(bill, 5)}
    past[mode]()
    assert "without this receipt only 0 could be" in str(canceled(shop, receipt).json)


def test_what_the_barrier_is_not_about_keeps_no_receipt(premises: Premises) -> None:
    """Services and blanket orders may be billed before anything comes."""
    shop = Paying(premises.house(threeWayMatch="confirm"))
    order = shop.approved_order({"name": "Cleaning", "price": 1200}, logicType=1)
    billed(shop, order)
    assert canceled(shop, shop.ann.does("confirm", shop.receipt(order, 600))).status == 200


def test_who_pays_early_reads_of_the_whole_line(premises: Premises) -> None:
    shop = Paying(premises.house(threeWayMatch="pay"))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    shop.ann.does("confirm", shop.receipt(order, 4))
    said = shop.refused(20, invoice={"id": bill["id"]})
    assert "4 of 10 have been received, so 4 can be billed now, not 10; receive the goods first." in str(said)
