"""What a limit and a freeze mean for bills: of orders, on their own, and where nobody keeps any."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.budgets.test_holding import IN_TIME, budget, stands
from tests.domains.payables.bills import billed, line
from tests.support.paying import Paying, furnished

APPROVED, COMPLETED, MATCHING = 2, 5, 6


shop = pytest.fixture(furnished)


def plan(shop: Paying) -> Any:
    """The only plan there is."""
    [found] = shop.house.get("/-/budgetplans")["data"]
    return shop.house.get(f"/-/budgetplans/{found['id']}")


def lowered(shop: Paying, total: int) -> None:
    """The holder gives the plan another total."""
    [row] = plan(shop)["lines"]["data"]
    periods = [{"id": row["periods"]["data"][0]["id"], "sum": total}]
    shop.house.changed("PUT", f"/-/budgetplans/{plan(shop)['id']}", {"lines": [{"id": row["id"], "periods": periods}]})


def test_a_bill_on_its_own_is_not_approved_over_a_limit(shop: Paying) -> None:
    cy = shop.person("invoice.approve")
    shop.approving("invoices", ("Head", cy))
    works = budget(shop, 1000, isLimited=True)
    bill = shop.ann.does("confirm", shop.invoice(("Alone", 1, 900), issueDate="2026-05-01"))
    lowered(shop, 500)
    status, said, _ = cy.tries("approve", bill)
    assert (status, "900.00 reserved, this document included" in str(said)) == (400, True)
    lowered(shop, 900)
    assert (cy.does("approve", bill)["status"], stands(shop, works)) == (APPROVED, (900, 0, 0))


def test_a_bill_of_an_order_is(shop: Paying) -> None:
    """What was granted with the order passes, whatever has become of the budget."""
    cy = shop.person("invoice.approve")
    shop.approving("invoices", ("Head", cy))
    works = budget(shop, 1000, isLimited=True)
    bill = billed(shop, shop.approved_order(("Bolt", 1, 900), **IN_TIME))
    lowered(shop, 500)
    assert (cy.does("approve", bill)["status"], stands(shop, works)) == (APPROVED, (900, 0, -400))


def test_a_cent_that_rounding_makes_stops_no_bill(shop: Paying) -> None:
    """Three times 33.335 are 100.01; three bills over 33.34 are 100.02."""
    works = budget(shop, "100.01", isLimited=True)
    order = shop.approved_order(("Bolt", 3, "33.335"), **IN_TIME)
    assert [billed(shop, order, (0, 1))["sum"] for _ in range(3)] == [33.34] * 3
    assert stands(shop, works) == (100.02, 0, -0.01)


def test_an_order_grants_its_bills_no_more_than_it_had(shop: Paying) -> None:
    """What is billed beyond an order, or a second time, takes of the budget like anything else."""
    works = budget(shop, 50, isLimited=True)
    order = shop.approved_order(("Bolt", 1, 20), **IN_TIME)
    assert (billed(shop, order, (0, 2))["status"], stands(shop, works)) == (MATCHING, (0, 40, 10))
    again = shop.ann.made("invoices", {"purchaseOrder": {"id": order["id"]}, "items": [line(order, 0, 4, 10)]})
    status, said, _ = shop.ann.tries("confirm", again)
    assert (status, [*said["errors"]["errors"]]) == (400, ["budget"])
    assert stands(shop, works) == (0, 40, 10)


def test_a_credit_note_is_not_taken_back_where_the_money_is_spent(shop: Paying) -> None:
    works = budget(shop, 100, isLimited=True)
    note = shop.credited(shop.owed(("Bolt", 1, 100), issueDate="2026-05-01"))
    shop.owed(("Nut", 1, 100), issueDate="2026-05-02")
    status, said, _ = shop.ann.tries("cancel", note, {"comment": "a mistake"})
    assert (status, "100.00 are missing" in str(said), stands(shop, works)) == (400, True, (100, 0, 0))


def test_a_frozen_budget_takes_the_bills_of_its_orders(shop: Paying) -> None:
    shop.house.made("/-/tolerancerules", {"amount": 50, "onMatching": True})
    works = budget(shop, 1000)
    order = shop.approved_order(("Bolt", 1, 100), **IN_TIME)
    shop.house.changed("POST", f"/-/budgetplans/{plan(shop)['id']}/freeze")
    assert billed(shop, order, (0, 1, 120))["status"] == APPROVED
    assert stands(shop, works) == (120, 0, 880)


def test_without_invoices_an_order_that_is_done_keeps_what_has_come(shop: Paying) -> None:
    shop.house.choose(invoices=False)
    works = budget(shop, 1000, isLimited=True)
    order = shop.approved_order(("Bolt", 9, 50), ("Nut", 10, 40), **IN_TIME)
    shop.ann.does("confirm", shop.receipt(order, 9, 4))
    assert stands(shop, works) == (850, 0, 150)
    assert shop.ann.does("complete", order)["status"] == COMPLETED
    assert stands(shop, works) == (610, 0, 390), "six nuts are given up"


def test_approvers_are_told_of_a_budget_that_is_exceeded(shop: Paying) -> None:
    cy = shop.person("purchase_order.approve")
    shop.approving("purchaseorders", ("Head", cy))
    budget(shop, 10)
    shop.ann.does("confirm", shop.order(("Bolt", 1, 100), **IN_TIME))
    [notice] = cy.house.get("/-/notices")["data"]
    assert "over 100 EUR. It goes beyond its budget." in notice["text"]
