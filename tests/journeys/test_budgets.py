"""Budgets that run out: between two approvers, and between two people at the same moment."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest

from tests.domains.budgets.test_holding import IN_TIME, budget, holders, stands
from tests.domains.payables.bills import draft
from tests.journeys.reading import APPROVED, DRAFT, PENDING
from tests.journeys.test_interleavings import TIMES, at_once
from tests.support.buying import Shown
from tests.support.house import Premises
from tests.support.paying import Paying, furnished

shop = pytest.fixture(furnished)


def lowered(shop: Paying, total: int) -> None:
    """The holder gives the first plan another total."""
    [plan] = shop.house.get("/-/budgetplans")["data"]
    [row] = shop.house.get(f"/-/budgetplans/{plan['id']}")["lines"]["data"]
    periods = [{"id": row["periods"]["data"][0]["id"], "sum": total}]
    shop.house.changed("PUT", f"/-/budgetplans/{plan['id']}", {"lines": [{"id": row["id"], "periods": periods}]})


def test_a_budget_runs_out_between_two_approvers(shop: Paying) -> None:
    """Bob agrees to an order over 900. Before Cy does, the holder lowers the budget to 800; Cy is told, and the
    order comes down to that."""
    bob, cy = (shop.person("purchase_order.approve", firstname=name) for name in ("Bob", "Cy"))
    shop.approving("purchaseorders", ("Head", bob), ("Finance", cy))
    works = budget(shop, 1000, isLimited=True)
    order = shop.ann.does("confirm", shop.order(("Bolt", 9, 100), **IN_TIME))
    assert (order["status"], stands(shop, works)) == (PENDING, (0, 900, 100))
    order = bob.does("approve", order)
    assert (order["status"], stands(shop, works)) == (PENDING, (0, 900, 100))

    lowered(shop, 800)
    assert stands(shop, works) == (0, 900, -100)
    status, said, _ = cy.tries("approve", order)
    assert status == 400
    assert "900.00 reserved, this document included" in said["errors"]["errors"]["budget"]
    assert (cy.sees(order)["status"], cy.sees(order)["isBudgetOverLimit"]) == (PENDING, True)

    shop.ann.does("revision", order, {"comment": "one less"})
    shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], "quantity": 8}])
    order = shop.ann.does("confirm_revise", order)
    assert (order["status"], stands(shop, works)) == (PENDING, (0, 800, 0))
    bob.does("approve", order)
    assert cy.does("approve", order)["status"] == APPROVED
    assert (stands(shop, works), holders(shop, works)) == ((800, 0, 0), [("purchaseorders", "used", 800)])


def test_two_orders_on_one_limited_budget(shop: Paying) -> None:
    """Each fits alone; one of them is told with figures that it does not any more."""
    for _ in range(TIMES):
        works = budget(shop, 1000, isLimited=True)
        both = [shop.order(("Bolt", 6, 100), budget=works["id"], **IN_TIME) for _ in range(2)]
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", one) for one in both))) == [200, 400]
        assert sorted(shop.ann.sees(one)["status"] for one in both) == [DRAFT, APPROVED]
        assert stands(shop, works) == (600, 0, 400)


def test_an_order_against_the_bill_of_another(shop: Paying) -> None:
    """The bill takes what its order held, and nothing of what another order may have."""
    for _ in range(TIMES):
        works = budget(shop, 1000, isLimited=True)
        first = shop.approved_order(("Bolt", 6, 100), budget=works["id"], **IN_TIME)
        bill = draft(shop, first)
        other = shop.order(("Nut", 4, 100), budget=works["id"], **IN_TIME)
        assert at_once(*(partial(shop.ann.tries, "confirm", one) for one in (bill, other))) == [200, 200]
        assert stands(shop, works) == (1000, 0, 0)


def test_canceling_and_doing_it_again_changes_nothing(shop: Paying) -> None:
    works = budget(shop, 1000, isLimited=True)
    order = shop.approved_order(("Bolt", 6, 100), **IN_TIME)
    for _ in range(3):
        bill = shop.ann.does("confirm", draft(shop, order))
        assert holders(shop, works) == [("invoices", "used", 600)]
        shop.ann.does("cancel", bill, {"comment": "again"})
        assert holders(shop, works) == [("purchaseorders", "used", 600)]
    assert stands(shop, works) == (600, 0, 400)


def test_a_requisition_against_an_order(premises: Premises) -> None:
    """Both ask for the same last 600; one of them has them."""
    shop = Paying(premises.house(requisitionBudgets=True))
    for _ in range(TIMES):
        works = budget(shop, 1000, isLimited=True)
        named = {"budget": works["id"], **IN_TIME}
        both = [shop.requisition(("Bolt", 6, 100), **named), shop.order(("Bolt", 6, 100), **named)]
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", one) for one in both))) == [200, 400]
        assert stands(shop, works) == (600, 0, 400)
    assert shop.differences() == []


def test_an_expense_against_an_order(shop: Paying) -> None:
    for _ in range(TIMES):
        works = budget(shop, 1000, isLimited=True)
        taxi = {"currency": "EUR", "issueDate": "2026-05-01", "budget": works["id"],
                "items": [{"name": "Taxi", "quantity": 1, "price": 600}]}  # fmt: skip
        both = [shop.ann.made("expenses", taxi), shop.order(("Bolt", 6, 100), budget=works["id"], **IN_TIME)]
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", one) for one in both))) == [200, 400]
        assert stands(shop, works) == (600, 0, 400)


def plan_of(works: Shown) -> str:
    return f"/-/budgetplans/{works['parentBudgetId']}"


def test_a_freeze_against_an_order(shop: Paying) -> None:
    """What is there when the budget freezes stays; what comes later is refused. Nothing comes half."""
    for _ in range(TIMES):
        works = budget(shop, 1000)
        order = shop.order(("Bolt", 6, 100), budget=works["id"], **IN_TIME)
        frozen, confirmed = at_once(
            partial(shop.house.call, "POST", f"{plan_of(works)}/freeze", {}), partial(shop.ann.tries, "confirm", order)
        )
        assert frozen == 200
        assert stands(shop, works) == ((600, 0, 400) if confirmed == 200 else (0, 0, 1000))
        assert shop.house.get(f"/budgets/{works['id']}")["frozen"] is True


def test_a_lower_total_against_an_order(shop: Paying) -> None:
    """Lowering always works: the order is refused, or the budget is worth less than it holds."""
    for _ in range(TIMES):
        works = budget(shop, 1000, isLimited=True)
        order = shop.order(("Bolt", 6, 100), budget=works["id"], **IN_TIME)
        [row] = shop.house.get(plan_of(works))["lines"]["data"]
        lower = {"lines": [{"id": row["id"], "periods": [{"id": works["id"], "sum": 500}]}]}
        done, confirmed = at_once(
            partial(shop.house.call, "PUT", plan_of(works), lower), partial(shop.ann.tries, "confirm", order)
        )
        assert done == 200
        assert stands(shop, works) == ((600, 0, -100) if confirmed == 200 else (0, 0, 500))


def test_carrying_over_against_an_order(shop: Paying) -> None:
    """What goes along to the next year is not spent in this one."""
    for number in range(TIMES):
        works = budget(shop, 1000, isLimited=True, name=f"Works {number}")
        order = shop.order(("Bolt", 6, 100), budget=works["id"], **IN_TIME)
        carried, confirmed = at_once(
            partial(shop.house.call, "POST", f"{plan_of(works)}/copy", {"carryOver": True}),
            partial(shop.ann.tries, "confirm", order),
        )
        assert carried == 201
        next_year = next(one for one in shop.house.get("/budgets")["data"] if one["startDate"][:4] == "2027")
        went_along = 400 if confirmed == 200 else 1000
        assert next_year["sum"] == 1000 + went_along
        assert stands(shop, works) == (1000 - went_along, 0, 0)


@pytest.mark.parametrize("deduction", ["gross", "net", "custom"])
def test_what_is_told_line_by_line_adds_up(premises: Premises, deduction: str) -> None:
    """With thirds of cents, foreign money, parts billed and parts ordered: the lines come to what the budget says."""
    shop = Paying(premises.house(requisitionBudgets=True))
    share = {"usedTaxPercentInBudget": "33.3"} if deduction == "custom" else {}
    works = budget(shop, 100000, deduction=deduction, **share)
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})
    supplier = shop.supplier["id"]

    def lines(*prices: str) -> list[Shown]:
        return [{"name": f"At {one}", "quantity": 3, "price": one, "taxes": [vat["id"]]} for one in prices]

    def check() -> None:
        shown, told = shop.house.get(f"/budgets/{works['id']}"), shop.house.get(f"/budgets/{works['id']}/holds")
        for stage, total in (("used", "usedSum"), ("reserved", "reservedSum")):
            sums = [Decimal(str(one["sum"])) for one in told["holds"] if one["stage"] == stage]
            assert sum(sums) == Decimal(str(shown[total])) == Decimal(str(told[total])), stage

    asked = shop.ann.does("confirm", shop.requisition(*lines("33.335", "0.005", "7.777"), **IN_TIME))
    check()
    (order,) = shop.ann.orders(*((one["id"], 2) for one in asked["items"]["data"]), supplier=supplier, **IN_TIME)
    shop.ann.does("confirm", order)
    check()
    abroad = shop.approved_order(*lines("33.335", "0.015"), currency="USD", exchangeRate="0.87654", **IN_TIME)
    check()
    bill = shop.ann.does("confirm", draft(shop, abroad, (0, 1), (1, 2), exchangeRate="0.86543"))
    check()
    shop.ann.does("revision", bill, {"comment": "a look"})
    check()
    shop.ann.does("cancel", bill, {"comment": "no"})
    check()
    assert shop.differences() == []
