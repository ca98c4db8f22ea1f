"""What documents say of their budgets: what of them is charged, how much of their taxes, whether it is too much."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.budgets.test_holding import IN_TIME, budget
from tests.domains.payables.bills import draft
from tests.support.buying import Shown
from tests.support.house import Premises
from tests.support.paying import Paying, furnished

shop = pytest.fixture(furnished)


def says(shop: Paying, document: Shown) -> tuple[Any, Any]:
    """What of it is charged and how many per cent of its taxes, by itself and in its list."""
    resource = document["at"].split("/")[1]
    alone = shop.ann.sees(document)
    [listed] = [one for one in shop.house.get(f"/{resource}")["data"] if one["id"] == document["id"]]
    found = {(one["budgetedSum"], one["usedTaxPercentInBudget"]) for one in (alone, listed)}
    assert len(found) == 1, found
    return found.pop()


@pytest.mark.parametrize(
    ("deduction", "charged", "percent"),
    [({"deduction": "gross"}, 120, "100.00"), ({"deduction": "net"}, 100, "0.00"),
     ({"deduction": "custom", "usedTaxPercentInBudget": 50}, 110, "50.00")],
)  # fmt: skip
def test_what_is_charged(shop: Paying, deduction: Shown, charged: Any, percent: str) -> None:
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    bolt = {"name": "Bolt", "quantity": 1, "price": 100, "taxes": [vat["id"]]}
    free = shop.approved_order(bolt, **IN_TIME)
    assert says(shop, free) == (120, None)
    works = budget(shop, **deduction)
    order = shop.approved_order(bolt, **IN_TIME)
    bill = shop.ann.does("confirm", draft(shop, order))
    body = {"currency": "EUR", "issueDate": "2026-05-01", "items": [bolt]}
    expense = shop.ann.does("confirm", shop.ann.made("expenses", body))
    asked = shop.requisition(bolt, budget=works["id"], **IN_TIME)
    assert [says(shop, one) for one in (order, bill, expense, asked)] == [(charged, percent)] * 4
    assert shop.ann.sees(bill)["budgetLine"] == shop.ann.sees(bill)["budget"]


def test_lines_that_are_charged_otherwise(shop: Paying) -> None:
    """Net where one line goes, gross where the rest goes: no share of the taxes is that of all."""
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    works, office = budget(shop), budget(shop, name="Office", deduction="net")
    lines = [
        {"name": name, "quantity": 1, "price": 100, "taxes": [vat["id"]], **more}
        for name, more in (("Bolt", {}), ("Nut", {"budget": office["id"]}))
    ]
    order = shop.ann.does("confirm", shop.order(*lines, **IN_TIME, budget=works["id"]))
    assert says(shop, order) == (220, None)
    shown = [one["budgetLine"] and one["budgetLine"]["id"] for one in order["items"]["data"]]
    assert shown == [None, office["id"]]


def test_a_requisition_beyond_its_budget_says_so(premises: Premises) -> None:
    shop = Paying(premises.house(requisitionBudgets=True))
    cy = shop.person("purchase_requisition.approve", firstname="Cy")
    step = {"name": "Controller", "onlyOverBudget": True, "approvers": [{"user": cy.house.user_id}]}
    shop.house.made("/-/approvalworkflows", {"documentType": "purchaserequisitions", "steps": [step]})
    budget(shop, 100)
    within = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 10), **IN_TIME))
    assert (within["status"], within["isBudgetOverLimit"]) == (2, False)
    beyond = shop.ann.does("confirm", shop.requisition(("Bolt", 1, 10), **IN_TIME))
    assert (beyond["status"], beyond["isBudgetOverLimit"]) == (1, True)
