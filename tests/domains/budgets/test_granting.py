"""What has been granted in a budget stays so, and nothing is granted to a bill that its order did not have."""

from __future__ import annotations

import pytest

from tests.domains.budgets.test_holding import IN_TIME, budget, holders, stands
from tests.domains.budgets.test_limits import lowered
from tests.domains.payables.bills import APPROVED, MATCHING, billed, draft, line
from tests.support.buying import Shown
from tests.support.house import Premises
from tests.support.paying import CANCELED, REJECTED, Paying, furnished

shop = pytest.fixture(furnished)


def refusal(shop: Paying, verb: str, one: Shown, **body: str) -> str:
    """The sentence about a budget with which a verb is refused."""
    status, said, _ = shop.ann.tries(verb, one, body)
    assert status == 400, said
    return str(said["errors"]["errors"]["budget"])


def with_vat(shop: Paying, name: str, quantity: int, price: int) -> Shown:
    """A line with a tax of a fifth."""
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    return {"name": name, "quantity": quantity, "price": price, "taxes": [vat["id"]]}


# A bill is compared with what its order had, not with what the order takes over from it


def test_a_tax_item_is_not_granted_by_the_order_that_takes_it_over(shop: Paying) -> None:
    works = budget(shop, 100, isLimited=True)
    order = shop.approved_order(("Bolt", 1, 100), **IN_TIME)
    customs = shop.item(price=500, itemType=3)
    bill = draft(shop, order, line(order, 0, 1), {"product": customs["id"], "quantity": 1, "price": 500})
    assert "so 500.00 are missing" in refusal(shop, "confirm", bill)
    assert stands(shop, works) == (100, 0, 0)


def test_nor_the_taxes_of_a_blanket_order_s_bill(shop: Paying) -> None:
    """What is agreed on net is all that such an order has of a budget that deducts gross."""
    works = budget(shop, 1000, isLimited=True)
    blanket = {"logicType": 2, "blanketSum": 1000, "beginDate": "2020-01-01", "endDate": "2040-12-31"}
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], **blanket, **IN_TIME}
    order = shop.ann.does("confirm", shop.ann.made("purchaseorders", body))
    bill = draft(shop, order, with_vat(shop, "Bolts", 10, 100))
    assert "so 200.00 are missing" in refusal(shop, "confirm", bill)
    assert stands(shop, works) == (1000, 0, 0)
    assert billed(shop, order, {"name": "Bolts", "quantity": 10, "price": 100})["status"] == APPROVED
    assert stands(shop, works) == (1000, 0, 0)


def test_nor_what_is_accepted_of_a_bill(shop: Paying) -> None:
    """The bill of 150 was let in while 200 were there; of an order over 100 it is granted no more than that."""
    works = budget(shop, 200, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 10), **IN_TIME)
    bill = billed(shop, order, (0, 10, 15))
    assert (bill["status"], stands(shop, works)) == (MATCHING, (0, 150, 50))
    lowered(shop, 100)
    assert "150.00 reserved, this document included" in refusal(shop, "accept_changes", bill)
    lowered(shop, 150)
    assert shop.ann.does("accept_changes", bill)["status"] == APPROVED
    assert stands(shop, works) == (150, 0, 0)


def test_each_bill_has_its_own_share(shop: Paying) -> None:
    """The first bill takes 20 more than its half; the second is granted its own half all the same, and no more."""
    shop.house.made("/-/tolerancerules", {"percent": 50, "onMatching": True})
    works = budget(shop, 120, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 10), **IN_TIME)
    assert (billed(shop, order, (0, 5, 14))["status"], stands(shop, works)) == (APPROVED, (120, 0, 0))
    assert "so 5.00 are missing" in refusal(shop, "confirm", draft(shop, order, line(order, 0, 5, 11)))
    assert (billed(shop, order, (0, 5))["status"], stands(shop, works)) == (APPROVED, (120, 0, 0))


def test_an_order_is_granted_what_its_requisition_had(premises: Premises) -> None:
    """Who approved the request has agreed to the sum; that the holder wants less by now comes too late."""
    shop = Paying(premises.house(requisitionBudgets=True))
    cy = shop.person("purchase_order.approve")
    shop.approving("purchaseorders", ("Head", cy))
    works = budget(shop, 100, isLimited=True)
    asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 10), **IN_TIME))
    (order,) = shop.ann.orders(asked["items"]["data"][0]["id"], supplier=shop.supplier["id"], **IN_TIME)
    order = shop.ann.does("confirm", order)
    assert stands(shop, works) == (0, 100, 0)
    lowered(shop, 50)
    assert (cy.does("approve", order)["status"], stands(shop, works)) == (APPROVED, (100, 0, -50))
    assert shop.differences() == []


# What is given up is never held back


@pytest.mark.parametrize(("verb", "state"), [("cancel", CANCELED), ("reject", REJECTED)])
def test_a_bill_can_go_though_what_it_had_freed_is_spent(shop: Paying, verb: str, state: int) -> None:
    """A bill over 80 of an order over 100 has freed 20; the order needs them again, and has them."""
    shop.approving("invoices", ("Head", shop.ann))
    shop.house.choose(matchLowerBills=False)
    works = budget(shop, 100, isLimited=True)
    bill = billed(shop, shop.approved_order(("Bolt", 10, 10), **IN_TIME), (0, 10, 8))
    shop.approved_order(("Nut", 1, 20), **IN_TIME)
    assert stands(shop, works) == (20, 80, 0)
    assert shop.ann.does(verb, bill, {"comment": "no"})["status"] == state
    assert stands(shop, works) == (120, 0, -20)


def test_differences_can_be_declined_though_the_money_is_spent(shop: Paying) -> None:
    works = budget(shop, 100, isLimited=True)
    bill = billed(shop, shop.approved_order(("Bolt", 10, 10), **IN_TIME), (0, 10, 8))
    assert bill["status"] == MATCHING
    shop.approved_order(("Nut", 1, 20), **IN_TIME)
    assert shop.ann.does("decline_changes", bill)["status"] == REJECTED
    assert stands(shop, works) == (120, 0, -20)


def test_an_order_that_was_cheaper_than_its_requisition_can_go_too(premises: Premises) -> None:
    shop = Paying(premises.house(requisitionBudgets=True))
    works = budget(shop, 100, isLimited=True)
    asked = shop.ann.does("confirm", shop.requisition(("Bolt", 10, 10), **IN_TIME))
    (order,) = shop.ann.orders(asked["items"]["data"][0]["id"], supplier=shop.supplier["id"], **IN_TIME)
    order = shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], "price": 8}])
    order = shop.ann.does("confirm", order)
    shop.approved_order(("Nut", 1, 20), **IN_TIME)
    assert stands(shop, works) == (100, 0, 0)
    shop.ann.does("cancel", order, {"comment": "no"})
    assert (stands(shop, works), holders(shop, works)[-1]) == (
        (120, 0, -20), ("purchaserequisitions", "used", 100),
    )  # fmt: skip
    assert shop.differences() == []


def test_a_frozen_budget_gives_back_as_well(shop: Paying) -> None:
    shop.house.choose(matchLowerBills=False)
    works = budget(shop, 100)
    bill = billed(shop, shop.approved_order(("Bolt", 10, 10), **IN_TIME), (0, 10, 8))
    shop.house.changed("POST", f"/-/budgetplans/{works['parentBudgetId']}/freeze")
    assert shop.ann.does("cancel", bill, {"comment": "no"})["status"] == CANCELED
    assert stands(shop, works) == (100, 0, 0)


# Whatever was approved may come to that again, or to less


def test_an_approved_order_that_is_taken_back_is_not_trapped(shop: Paying) -> None:
    works = budget(shop, 1000, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 100), **IN_TIME)
    lowered(shop, 500)
    shop.ann.does("revision", order, {"comment": "a look"})
    assert shop.ann.does("confirm_revise", order)["status"] == APPROVED
    shop.ann.does("revision", order, {"comment": "more"})
    row = order["items"]["data"][0]["id"]
    status, said, _ = shop.ann.house.call("PUT", order["at"], {"items": [{"id": row, "quantity": 11}]})
    assert (status, "this document takes 100.00" in str(said)) == (400, True)
    assert stands(shop, works) == (0, 1000, -500)
