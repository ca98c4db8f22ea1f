"""Bills of orders that are charged to different budgets: each line is charged where its order was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.domains.budgets.test_holding import IN_TIME, YEAR, budget, stands
from tests.domains.payables.bills import APPROVED, PENDING, billed, draft, line
from tests.support.house import House
from tests.support.paying import Paying


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []


def test_a_bill_of_two_orders_is_charged_where_they_were(shop: Paying) -> None:
    mine, yours = budget(shop, 100, isLimited=True), budget(shop, 500)
    first = shop.approved_order(("Bolt", 10, 10), **IN_TIME, budget=mine["id"])
    second = shop.approved_order(("Nut", 10, 20), **IN_TIME, budget=yours["id"])
    bill = shop.ann.made("invoices", {"purchaseOrders": [first["id"], second["id"]]}, "/invoices/from_orders")
    bill = shop.ann.does("confirm", bill)
    named = [one["budget"] and one["budget"]["id"] for one in bill["items"]["data"]]
    assert (bill["status"], bill["budget"], named) == (APPROVED, None, [mine["id"], yours["id"]])
    assert (stands(shop, mine), stands(shop, yours)) == ((100, 0, 0), (200, 0, 300))


def test_an_order_that_is_charged_to_nothing_stays_so_on_a_shared_bill(shop: Paying) -> None:
    mine = budget(shop, 500)
    first = shop.approved_order(("Bolt", 10, 10), **IN_TIME)
    second = shop.approved_order(("Nut", 10, 20), requiredDate="2030-01-01")
    together = {"purchaseOrders": [first["id"], second["id"]]}
    bill = shop.ann.does("confirm", shop.ann.made("invoices", together, "/invoices/from_orders"))
    assert (bill["budget"], stands(shop, mine)) == (None, (100, 0, 400))
    shop.ann.does("cancel", bill, {"comment": "again"})

    later = draft(shop, first)
    lines = [{"id": later["items"]["data"][0]["id"]}, line(second, 0, 10)]
    later = shop.ann.does("confirm", shop.ann.changes(later, items=lines))
    assert (later["budget"], stands(shop, mine)) == (None, (100, 0, 400)), "though its header named the first one's"


def test_a_line_bills_one_budget_only(shop: Paying) -> None:
    mine, yours = budget(shop, 500), budget(shop, 500)
    orders = [shop.approved_order(("Bolt", 5, 10), **IN_TIME, budget=one["id"]) for one in (mine, yours)]
    both = [{"purchaseOrderItem": one["items"]["data"][0]["id"], "quantity": 5} for one in orders]
    body = {
        "supplier": shop.supplier["id"],
        "items": [{"name": "Bolt", "quantity": 10, "price": 10, "allocations": both}],
    }
    said = shop.house.refused("POST", "/invoices", body)
    sentence = "These were charged to different budgets; bill them on lines of their own."
    assert said == {"items[0][allocations]": sentence}


# What somebody chooses instead of an order's budget


OTHERS = {"startDate": "2030-01-01", "endDate": "2030-12-31"}


@pytest.mark.parametrize(
    ("other", "words"),
    [({**OTHERS}, "is for 2030-01-01 to 2030-12-31"), ({"isLimited": True}, "so 50.00 are missing"),
     ({"frozen": True}, "is frozen")],
)  # fmt: skip
def test_another_budget_has_to_fit(shop: Paying, other: Any, words: str) -> None:
    """On a bill's header, on one of its lines, or on what is split off: of its time, open, and with enough in it."""
    mine, yours = budget(shop, 500), budget(shop, 50, name="Other", **{k: v for k, v in other.items() if k != "frozen"})
    if other.get("frozen"):
        shop.house.changed("POST", f"/-/budgetplans/{yours['parentBudgetId']}/freeze")
    order = shop.approved_order(("Bolt", 20, 10), **IN_TIME, budget=mine["id"])
    whole = draft(shop, order, line(order, 0, 10), issueDate="2026-05-01")
    row = whole["items"]["data"][0]["id"]
    other_half = draft(shop, order, line(order, 0, 20), issueDate="2026-05-01")
    taken = [{"id": other_half["items"]["data"][0]["id"], "quantity": 10}]
    child = shop.ann.does("split", other_half, {"items": taken, "budget": yours["id"]})
    for bill, change in ((whole, {"budget": yours["id"]}), (whole, {"items": [{"id": row, "budget": yours["id"]}]})):
        shop.ann.changes(bill, budget=None)
        shop.ann.changes(bill, **change)
        status, said, _ = shop.ann.tries("confirm", bill)
        assert (status, words in str(said)) == (400, True), said
    status, said, _ = shop.ann.tries("confirm", child)
    assert (status, words in str(said)) == (400, True), said
    assert stands(shop, yours) == (0, 0, 50)


def test_no_budget_means_that_of_the_order(shop: Paying) -> None:
    works = budget(shop, 500)
    order = shop.approved_order(("Bolt", 10, 10), **IN_TIME)
    bill = shop.ann.changes(draft(shop, order), budget=None)
    assert shop.ann.does("confirm", bill)["budget"]["id"] == works["id"]
    assert stands(shop, works) == (100, 0, 400)


def test_a_credit_note_goes_back_where_its_invoice_was_charged(shop: Paying) -> None:
    mine, yours = budget(shop, 500), budget(shop, 500, name="Other")
    bill = shop.owed(("Bolt", 10, 10), issueDate="2026-05-01", budget=mine["id"])
    credited = {"creditedItem": bill["items"]["data"][0]["id"], "quantity": 3, "budget": yours["id"]}
    shop.credited(bill, credited)
    assert (stands(shop, mine), stands(shop, yours)) == ((70, 0, 430), (0, 0, 500))


def test_a_credit_note_on_its_own_gives_back_to_the_budget_that_fits(shop: Paying) -> None:
    works = budget(shop, 500)
    shop.owed(("Bolt", 10, 10), issueDate="2026-05-01")
    body = {"supplier": shop.supplier["id"], "logicType": 5, "issueDate": "2026-05-02",
            "items": [{"name": "Bonus", "quantity": 1, "price": 30}]}  # fmt: skip
    note = shop.ann.does("confirm", shop.ann.made("invoices", body))
    assert (note["budget"]["id"], stands(shop, works)) == (works["id"], (70, 0, 430))


# What a bill has beside its order's lines


def test_an_extra_line_is_charged_by_its_item(shop: Paying) -> None:
    bolts, nuts = shop.item(price=10), shop.item(price=5)
    lines = [{"product": one["id"], "periods": [{"sum": 100}]} for one in (bolts, nuts)]
    plan = shop.house.made("/-/budgetplans", {"name": "Goods", "type": "custom", **YEAR, "lines": lines})
    of_bolts, of_nuts = (one["periods"]["data"][0] for one in plan["lines"]["data"])
    shop.house.choose(newItemsWithinLimit=True)
    shop.house.made("/-/tolerancerules", {"amount": 50, "onMatching": True})
    order = shop.approved_order((bolts, 3), **IN_TIME)
    extra = {"product": nuts["id"], "quantity": 2, "price": 5}
    bill = billed(shop, order, line(order, 0, 3), extra, issueDate="2026-05-01")
    assert (bill["status"], stands(shop, of_bolts), stands(shop, of_nuts)) == (APPROVED, (30, 0, 70), (10, 0, 90))


def test_a_bill_beyond_its_budget_needs_somebody_more(shop: Paying) -> None:
    """A bill within its order takes nothing, though its budget is used up; what is beyond it is looked at."""
    cy = shop.person("invoice.approve", firstname="Cy")
    step = {"name": "Controller", "onlyOverBudget": True, "approvers": [{"user": cy.house.user_id}]}
    shop.house.made("/-/approvalworkflows", {"documentType": "invoices", "steps": [step]})
    shop.house.made("/-/tolerancerules", {"percent": 50, "onMatching": True})
    works = budget(shop, 100)
    order = shop.approved_order(("Bolt", 10, 10), **IN_TIME)
    assert billed(shop, order, (0, 5))["status"] == APPROVED
    bill = billed(shop, order, (0, 5, 11))
    assert (bill["status"], stands(shop, works)) == (PENDING, (50, 55, -5))


def test_what_is_beyond_a_blanket_order_needs_somebody_more(shop: Paying) -> None:
    cy = shop.person("invoice.approve", firstname="Cy")
    step = {"name": "Controller", "onlyOverBudget": True, "approvers": [{"user": cy.house.user_id}]}
    shop.house.made("/-/approvalworkflows", {"documentType": "invoices", "steps": [step]})
    works = budget(shop, 1000)
    blanket = {"logicType": 2, "blanketSum": 1000, "beginDate": "2020-01-01", "endDate": "2040-12-31"}
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], **blanket, **IN_TIME}
    order = shop.ann.does("confirm", shop.ann.made("purchaseorders", body))
    assert billed(shop, order, {"name": "Bolts", "quantity": 4, "price": 100})["status"] == APPROVED
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    bill = billed(shop, order, {"name": "Nuts", "quantity": 6, "price": 100, "taxes": [vat["id"]]})
    assert (bill["status"], stands(shop, works)) == (PENDING, (400, 720, -120))


def test_what_one_budget_has_granted_is_not_taken_from_another(shop: Paying) -> None:
    mine, yours = budget(shop, 100, isLimited=True), budget(shop, 500)
    order = shop.approved_order(("Bolt", 10, 20), **IN_TIME, budget=yours["id"])
    bill = draft(shop, order, line(order, 0, 10, budget=mine["id"]))
    refused = shop.house.refused("POST", f"{bill['at']}/confirm")
    assert "this document takes 200.00, so 100.00 are missing" in refused["budget"]


def test_a_bill_that_is_linked_afterwards_takes_its_order_s_budget(shop: Paying) -> None:
    mine, yours = budget(shop, 500), budget(shop, 200, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 20), **IN_TIME, budget=yours["id"])
    bill = shop.owed(("Bolt", 10, 20), issueDate="2026-05-01", budget=mine["id"])
    assert (stands(shop, mine), stands(shop, yours)) == ((200, 0, 300), (200, 0, 0))
    line_ids = (bill["items"]["data"][0]["id"], order["items"]["data"][0]["id"])
    shop.ann.does("link", bill, {"items": [{"id": line_ids[0], "allocations": [line_ids[1]]}]})
    assert (stands(shop, mine), stands(shop, yours)) == ((0, 0, 500), (200, 0, 0))
