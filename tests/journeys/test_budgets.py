"""Budgets that run out: between two approvers, and between two people at the same moment."""

from __future__ import annotations

from functools import partial

import pytest

from tests.domains.budgets.test_holding import IN_TIME, budget, holders, stands
from tests.domains.payables.bills import draft
from tests.journeys.reading import APPROVED, DRAFT, PENDING
from tests.journeys.test_interleavings import TIMES, at_once
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
