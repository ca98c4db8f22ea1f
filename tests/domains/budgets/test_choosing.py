"""Which budget a document, or a line of it, is charged to: what was found by itself may change by itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.domains.budgets.test_holding import IN_TIME, YEAR, budget, stands
from tests.domains.payables.bills import APPROVED, DRAFT, PENDING, billed
from tests.support.buying import Shown
from tests.support.house import House, Premises
from tests.support.paying import Paying, furnished

shop = pytest.fixture(furnished)


@pytest.fixture
def asking(premises: Premises) -> Iterator[Paying]:
    """A company whose requisitions are charged to budgets too."""
    found = Paying(premises.house(requisitionBudgets=True))
    yield found
    assert found.differences() == []


def options(house: House, family: str, *names: str) -> tuple[int, list[int]]:
    """A new drop-down field with these options: its id and theirs."""
    field = house.made(f"/{family}customfields", {"name": "Department", "type": 0, "availableInBudgets": True})
    path = f"/{family}customfields/{field['id']}/options"
    return field["id"], [house.made(path, {"name": name})["id"] for name in names]


def plan(shop: Paying, *lines: Shown, **more: Any) -> list[Shown]:
    """The periods of a plan with these lines, one of each."""
    made = shop.house.made("/-/budgetplans", {"name": "Goods", "type": "custom", **YEAR, "lines": lines, **more})
    return [one["periods"]["data"][0] for one in made["lines"]["data"]]


def charged(document: Shown) -> list[Any]:
    """The budget of each line."""
    return [one["budget"] and one["budget"]["id"] for one in document["items"]["data"]]


def test_two_budgets_fit_and_every_line_has_chosen_one(asking: Paying) -> None:
    """What comes from a requisition has its budget with it: nobody is asked for that of the whole order."""
    works, _ = budget(asking, 500), budget(asking, 500, name="Office")
    asked = asking.ann.does("confirm", asking.requisition(("Bolt", 5, 10), budget=works["id"], **IN_TIME))
    (order,) = asking.ann.orders(asked["items"]["data"][0]["id"], supplier=asking.supplier["id"], **IN_TIME)
    order = asking.ann.does("confirm", order)
    assert (order["status"], order["budget"], charged(order)) == (APPROVED, None, [works["id"]])
    assert stands(asking, works) == (50, 0, 450)


def test_two_budgets_fit_and_each_line_finds_its_own(shop: Paying) -> None:
    bolts = shop.item(price=10)
    (of_bolts,) = plan(shop, {"product": bolts["id"], "periods": [{"sum": 100}]})
    for name in ("Works", "Office"):
        budget(shop, 500, name=name)
    order = shop.approved_order((bolts, 3), **IN_TIME)
    assert (order["budget"], charged(order)) == (None, [of_bolts["id"]])


def test_what_is_ordered_later_stays_with_the_budget_of_its_item(asking: Paying) -> None:
    bolts = asking.item(price=10)
    made = asking.house.made("/-/budgetplans", {
        "name": "Goods", "type": "quarter", "startDate": "2026-01-01", "endDate": "2026-06-30",
        "lines": [{"product": bolts["id"], "periods": [{"sum": 100}, {"sum": 100}]}],
    })  # fmt: skip
    first, second = made["lines"]["data"][0]["periods"]["data"]
    asked = asking.ann.does("confirm", asking.requisition((bolts, 5), requiredDate="2026-03-01"))
    (order,) = asking.ann.orders(
        asked["items"]["data"][0]["id"], supplier=asking.supplier["id"], requiredDate="2026-04-15"
    )  # fmt: skip
    assert charged(asking.ann.does("confirm", order)) == [first["id"]]
    assert [stands(asking, one) for one in (first, second)] == [(50, 0, 50), (0, 0, 100)]


def test_a_line_that_says_something_else_finds_another_budget(shop: Paying) -> None:
    """Charged by itself it changes by itself, and its approvers look at it again; a choice of somebody stays."""
    cy = shop.person("purchase_order.approve")
    field, (it, marketing) = options(shop.house, "item", "IT", "Marketing")
    of_it, of_marketing = plan(shop, *({"options": [one], "periods": [{"sum": 500}]} for one in (it, marketing)))

    def about(option: int) -> Shown:
        return {"dataItemCustomFields": [{"itemCustomField": {"id": field}, "value": str(option)}]}

    line = {"name": "Screen", "quantity": 1, "price": 100}
    order = shop.approved_order({**line, **about(it)}, **IN_TIME)
    assert charged(order) == [of_it["id"]]
    shop.approving("purchaseorders", ("Head", cy))
    shop.ann.does("revision", order, {"comment": "theirs"})
    shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], **about(marketing)}])
    order = shop.ann.does("confirm_revise", order)
    assert (order["status"], charged(order)) == (PENDING, [of_marketing["id"]])
    assert [stands(shop, one) for one in (of_it, of_marketing)] == [(0, 0, 500), (0, 100, 400)]

    chosen = shop.order({**line, **about(it), "budget": of_marketing["id"]}, **IN_TIME)
    said = shop.house.refused("POST", f"{chosen['at']}/confirm")
    assert "is for other options of the line's custom fields" in said["items[0][budget]"]


def test_a_document_that_says_something_else_does_so_too(shop: Paying) -> None:
    plant = shop.house.made("/locations", {"name": "Plant"})
    here, there = plan(shop, *({"location": one["id"], "periods": [{"sum": 100}]} for one in (shop.location, plant)))
    order = shop.approved_order(("Bolt", 1, 1), **IN_TIME)
    shop.ann.does("revision", order, {"comment": "theirs"})
    shop.ann.changes(order, location=plant["id"])
    order = shop.ann.does("confirm_revise", order)
    assert (order["budget"]["id"], stands(shop, here), stands(shop, there)) == (there["id"], (0, 0, 100), (1, 0, 99))


def test_a_freeze_opens_no_door(shop: Paying) -> None:
    """Where the only budget that fits is frozen, nothing passes uncharged."""
    works = budget(shop)
    again = shop.approved_order(("Bolt", 1, 1), **IN_TIME)
    shop.house.changed("POST", f"/-/budgetplans/{works['parentBudgetId']}/freeze")
    late = shop.order(("Nut", 1, 1000), **IN_TIME)
    assert "is frozen and takes no new documents" in shop.house.refused("POST", f"{late['at']}/confirm")["budget"]
    shop.ann.does("revision", again, {"comment": "a look"})
    assert shop.ann.does("confirm_revise", again)["status"] == APPROVED, "what is charged to it stays"
    assert billed(shop, again)["status"] == APPROVED


def test_a_company_may_want_a_budget_for_everything(shop: Paying) -> None:
    shop.house.choose(budgetRequired=True)
    order = shop.order(("Bolt", 1, 1), **IN_TIME)
    said = shop.house.refused("POST", f"{order['at']}/confirm")
    assert said == {"budget": "No budget exists for 2026-06-30; have one drawn up, or choose another date."}
    bolts = shop.item(price=10)
    (of_bolts,) = plan(shop, {"product": bolts["id"], "periods": [{"sum": 100}]})
    assert "none fits by itself" in shop.house.refused("POST", f"{order['at']}/confirm")["budget"]
    assert charged(shop.approved_order((bolts, 1), **IN_TIME)) == [of_bolts["id"]], "each of its lines has one"
    works = budget(shop)
    order = shop.ann.does("confirm", order)
    assert order["budget"]["id"] == works["id"]
    assert billed(shop, order)["status"] == APPROVED
    body = {"currency": "EUR", "issueDate": "2027-05-01", "items": [{"name": "Taxi", "quantity": 1, "price": 40}]}
    expense = shop.ann.made("expenses", body)
    assert "No budget exists for 2027-05-01" in shop.house.refused("POST", f"{expense['at']}/confirm")["budget"]


def test_a_service_is_divided_over_the_periods_of_its_time(shop: Paying) -> None:
    made = shop.house.made("/-/budgetplans", {
        "name": "Works", "type": "quarter", "startDate": "2026-01-01", "endDate": "2026-12-31",
        "lines": [{"periods": [{"sum": 500}] * 4}],
    })  # fmt: skip
    first, second, third, _ = made["lines"]["data"][0]["periods"]["data"]

    def cleaning(other: Shown) -> Shown:
        lines = [{"name": "Cleaning", "quantity": 1, "price": 100, "budget": one["id"]} for one in (first, other)]
        when = {"logicType": 1, "beginDate": "2026-02-01", "endDate": "2026-06-30", "requiredDate": "2026-03-31"}
        return shop.order(*lines, **when)

    order = shop.ann.does("confirm", cleaning(second))
    assert [stands(shop, one) for one in (first, second)] == [(100, 0, 400), (100, 0, 400)]
    billed(shop, order, issueDate="2026-07-15")
    assert [stands(shop, one) for one in (first, second)] == [(100, 0, 400), (100, 0, 400)]
    late = cleaning(third)
    said = shop.house.refused("POST", f"{late['at']}/confirm")
    assert "and this is for 2026-02-01 to 2026-06-30" in said["items[1][budget]"]


# Orders that are made by themselves


def test_an_order_by_itself_does_not_stay_a_draft_for_want_of_a_choice(premises: Premises) -> None:
    shop = Paying(premises.house(requisitionBudgets=True, automaticOrders=True))
    works, _ = budget(shop, 500), budget(shop, 500, name="Office")
    wanted = {"name": "Bolt", "quantity": 5, "price": 10, "supplier": shop.supplier["id"]}
    shop.ann.does("confirm", shop.requisition(wanted, budget=works["id"], **IN_TIME))
    [order] = shop.house.get("/purchaseorders")["data"]
    assert (order["status"], stands(shop, works)) == (APPROVED, (50, 0, 450))
    assert shop.differences() == []


def test_who_approves_a_requisition_is_not_stopped_by_its_order(premises: Premises) -> None:
    """Two suppliers, and room for one of the orders: the other stays a draft, and its purchaser is told."""
    shop = Paying(premises.house(automaticOrders=True))
    works = budget(shop, 100, isLimited=True)
    cy = shop.person("purchase_requisition.approve")
    shop.approving("purchaserequisitions", ("Head", cy))
    suppliers = [shop.supplier, shop.house.made("/suppliers", {"name": "Nuts only"})]
    lines = [{"name": "Bolt", "quantity": 6, "price": 10, "supplier": one["id"]} for one in suppliers]
    asked = shop.ann.does("confirm", shop.requisition(*lines, **IN_TIME))
    assert cy.does("approve", asked)["status"] == APPROVED
    orders = shop.house.get("/purchaseorders")["data"]
    assert sorted(one["status"] for one in orders) == [DRAFT, APPROVED]
    assert stands(shop, works) == (60, 0, 40)
    [told] = [one for one in shop.house.get("/-/notices")["data"] if one["kind"] == "unordered"]
    assert "so 20.00 are missing" in told["text"]
    assert shop.differences() == []


def test_who_may_not_know_is_told_no_figures(shop: Paying) -> None:
    shop.house.choose(hideBudgetSums=True)
    works = budget(shop, 100, isLimited=True)
    clerk = shop.person("purchase_order.create")
    order = shop.order(("Bolt", 1, 101), by=clerk, **IN_TIME)
    status, said, _ = clerk.tries("confirm", order)
    assert (status, said["errors"]["errors"]["budget"]) == (
        400, "Budget Works / 2026-01-01 to 2026-12-31 is limited, and this document does not fit into it. Lower it, "
        "choose another budget, or ask for more where budgets are kept.",
    )  # fmt: skip
    assert "so 1.00 are missing" in shop.house.refused("POST", f"{order['at']}/confirm")["budget"]
    assert stands(shop, works) == (0, 0, 100)


# Before it is submitted


def test_a_draft_is_told_which_budgets_fit(shop: Paying) -> None:
    bolts = shop.item(price=10)
    (of_bolts,) = plan(shop, {"product": bolts["id"], "periods": [{"sum": 100}]})
    works, office = budget(shop, 1000, isLimited=True, deduction="net"), budget(shop, 20, name="Office")
    budget(shop, 500, name="Later", startDate="2030-01-01", endDate="2030-12-31")
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    nuts = {"name": "Nut", "quantity": 10, "price": 99, "taxes": [vat["id"]]}
    order = shop.order({"product": bolts["id"], "quantity": 1}, nuts, **IN_TIME)

    def offered() -> list[tuple[Any, ...]]:
        data = shop.house.get(f"{order['at']}/budgets")["data"]
        return [(one["id"], one["items"], one["isLimited"], one["hasRoom"], one["availableSum"]) for one in data]

    line = order["items"]["data"][0]["id"]
    assert offered() == [
        (works["id"], [], True, True, 1000), (office["id"], [], False, False, 20),
        (of_bolts["id"], [line], False, True, 100),
    ]  # fmt: skip
    shop.ann.changes(order, budget=works["id"])
    assert shop.ann.does("confirm", order)["status"] == APPROVED
    shop.house.choose(hideBudgetSums=True)
    clerk = shop.person("purchase_order.view")
    shown = clerk.house.get(f"{order['at']}/budgets")["data"]
    assert [(one["hasRoom"], one["availableSum"]) for one in shown] == [(True, None), (False, None), (True, None)]


# Requisitions


def test_what_is_ordered_keeps_the_budget_of_its_requisition(asking: Paying) -> None:
    works, office = budget(asking, 500), budget(asking, 500, name="Office")
    asked = asking.ann.does("confirm", asking.requisition(("Bolt", 5, 10), budget=works["id"], **IN_TIME))
    line = asked["items"]["data"][0]["id"]
    asking.ann.does("revision", asked, {"comment": "the other one"})
    asking.ann.changes(asked, budget=office["id"])
    asking.ann.does("confirm_revise", asked)
    assert [stands(asking, one) for one in (works, office)] == [(0, 0, 500), (50, 0, 450)]
    asking.ann.orders((line, 2), supplier=asking.supplier["id"], **IN_TIME)
    asking.ann.does("revision", asked, {"comment": "and back"})
    sentence = f"Line {line} is on an order, which has its budget by now; change that of the order."
    for body, place in (
        ({"budget": works["id"]}, "budget"),
        ({"items": [{"id": line, "budget": works["id"]}]}, "items[0][budget]"),
    ):
        status, said, _ = asking.ann.house.call("PUT", asked["at"], body)
        assert (status, said["errors"]["errors"]) == (400, {place: sentence})
    asking.ann.changes(asked, note="nothing about budgets")
