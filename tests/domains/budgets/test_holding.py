"""What documents hold in budgets: from requisition over order to invoice, never twice, to the cent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from emptor.kit.errors import Invalid
from tests.domains.payables.bills import billed, line
from tests.support.buying import Shown
from tests.support.house import House, Premises
from tests.support.paying import Paying

YEAR = {"startDate": "2026-01-01", "endDate": "2026-12-31"}


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []


def budget(shop: Paying, total: Any = 5000, **more: Any) -> Shown:
    """A budget for a year with a single line; the row of `/budgets`."""
    plan = {"name": "Works", "type": "custom", **YEAR, "lines": [{"periods": [{"sum": total}]}], **more}
    made = shop.house.made("/-/budgetplans", plan)
    return shop.house.get(f"/budgets/{made['lines']['data'][0]['periods']['data'][0]['id']}")


def stands(shop: Paying, one: Shown) -> tuple[Any, Any, Any]:
    """Used, reserved and available."""
    shown = shop.house.get(f"/budgets/{one['id']}")
    return shown["usedSum"], shown["reservedSum"], shown["availableSum"]


def holders(shop: Paying, one: Shown) -> list[tuple[str, str, Any]]:
    """Which kind of document holds how much, as explained."""
    told = shop.house.get(f"/budgets/{one['id']}/holds")
    return [(hold["documentKind"], hold["stage"], hold["sum"]) for hold in told["holds"]]


IN_TIME = {"requiredDate": "2026-06-30"}


Figure = Callable[[Paying, Shown], None]


def ordered_only(shop: Paying, _: Shown) -> None:
    shop.approved_order(taxed(shop, "Open", 5, 100), **IN_TIME)


def billed_alone(shop: Paying, _: Shown) -> None:
    shop.owed(taxed(shop, "Alone", 1, 250), issueDate="2026-05-01")


def billed_as_a_whole(shop: Paying, _: Shown) -> None:
    billed(shop, shop.approved_order(taxed(shop, "Whole", 1, 1750), **IN_TIME))


def billed_in_part(shop: Paying, works: Shown) -> None:
    """Of an order over 1,000 one half is billed, and 50 more than was ordered."""
    half = shop.approved_order(taxed(shop, "Half", 10, 100), **IN_TIME, budget=works["id"])
    bill = billed(shop, half, (0, 5, 110))
    assert (bill["status"], bill["budget"]["id"]) == (2, works["id"])


def taxed(shop: Paying, name: str, quantity: int, price: int) -> Shown:
    """A line with a tax of ten per cent."""
    [vat] = shop.house.get("/taxes")["data"] or [shop.house.made("/taxes", {"name": "VAT", "percent": 10})]
    return {"name": name, "quantity": quantity, "price": price, "taxes": [vat["id"]]}


IN_ORDERS, IN_INVOICES = "usedSumInPurchaseOrder", "usedSumInInvoice"
FIGURES: dict[str, tuple[tuple[Figure, ...], int, int]] = {
    "open order": ((ordered_only,), 500, 0),
    "alone": ((billed_alone,), 0, 250),
    "whole": ((billed_as_a_whole,), 0, 1750),
    "part": ((billed_in_part,), 500, 550),
    "available": ((ordered_only, billed_alone, billed_as_a_whole, billed_in_part), 1000, 2550),
}
"""What is written, and what orders and invoices use of 5,000 by that, before taxes."""


@pytest.mark.parametrize(("deduction", "factor"), [("gross", "1.1"), ("net", "1"), ("custom", "1.05")])
@pytest.mark.parametrize("figure", FIGURES)
def test_the_worked_figures(shop: Paying, figure: str, deduction: str, factor: str) -> None:
    """Of 5,000: 500 ordered, 250 billed alone, 1,750 ordered and billed, 550 billed for 500 of 1,000; 1,450 left."""
    share = {"usedTaxPercentInBudget": 50} if deduction == "custom" else {}
    works = budget(shop, deduction=deduction, **share)
    shop.house.choose(matchLowerBills=False)
    shop.house.made("/-/tolerancerules", {"amount": 50, "onMatching": True})
    written, orders, invoices = FIGURES[figure]
    for write in written:
        write(shop, works)
    in_orders, in_invoices = (float(Decimal(factor) * sum_) for sum_ in (orders, invoices))
    shown = shop.house.get(f"/budgets/{works['id']}")
    assert (shown[IN_ORDERS], shown[IN_INVOICES]) == (in_orders, in_invoices)
    assert stands(shop, works) == (in_orders + in_invoices, 0, 5000 - in_orders - in_invoices)
    told = [sum_ for *_, sum_ in holders(shop, works)]
    assert sum(map(Decimal, map(str, told))) == Decimal(str(shown["usedSum"]))


def test_it_is_reserved_until_it_is_decided(shop: Paying) -> None:
    cy = shop.person("purchase_order.approve", firstname="Cy")
    shop.approving("purchaseorders", ("Head", cy))
    works = budget(shop)
    order = shop.order(("Bolt", 10, 20), **IN_TIME)
    assert stands(shop, works) == (0, 0, 5000), "a draft holds nothing"
    order = shop.ann.does("confirm", order)
    assert (order["budget"]["id"], stands(shop, works)) == (works["id"], (0, 200, 4800))
    cy.does("approve", order)
    assert stands(shop, works) == (200, 0, 4800)
    shop.ann.does("revision", order, {"comment": "more"})
    assert stands(shop, works) == (0, 200, 4800)
    shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], "quantity": 12}])
    assert stands(shop, works) == (0, 240, 4760)
    shop.ann.does("cancel", order, {"comment": "no"})
    assert stands(shop, works) == (0, 0, 5000)


def test_a_requisition_gives_what_its_orders_take(premises: Premises) -> None:
    """Two requisitions merged on one order, one of them in part."""
    shop = Paying(premises.house(requisitionBudgets=True))
    works = budget(shop)
    bolts = shop.item(price=10)
    asked = [shop.ann.does("confirm", shop.requisition((bolts, n, 10), **IN_TIME)) for n in (6, 10)]
    assert stands(shop, works) == (160, 0, 4840)
    first, second = (one["items"]["data"][0]["id"] for one in asked)
    (order,) = shop.ann.orders(first, (second, 4), supplier=shop.supplier["id"], requiredDate="2026-06-30")
    assert stands(shop, works) == (160, 0, 4840), "a draft order takes nothing over"
    order = shop.ann.does("confirm", order)
    assert (order["items"]["data"][0]["quantity"], stands(shop, works)) == (10, (160, 0, 4840))
    assert sorted(holders(shop, works)) == [
        ("purchaseorders", "used", 100), ("purchaserequisitions", "used", 60),
    ]  # fmt: skip
    bill = billed(shop, order, (0, 3))
    assert sorted(holders(shop, works)) == [
        ("invoices", "used", 30), ("purchaseorders", "used", 70), ("purchaserequisitions", "used", 60),
    ]  # fmt: skip
    shop.ann.does("cancel", bill, {"comment": "wrong"})
    shop.ann.does("cancel", order, {"comment": "wrong"})
    assert sorted(holders(shop, works)) == [
        ("purchaserequisitions", "used", 60), ("purchaserequisitions", "used", 100),
    ]  # fmt: skip
    shop.ann.does("complete", asked[1])
    assert stands(shop, works) == (60, 0, 4940), "what nobody orders any more is free"
    assert shop.differences() == []


def test_a_canceled_bill_gives_its_share_back_to_the_order(shop: Paying) -> None:
    works = budget(shop)
    shop.house.made("/-/tolerancerules", {"percent": 20, "onMatching": True})
    order = shop.approved_order(("Bolt", 10, 100), **IN_TIME)
    bill = billed(shop, order, (0, 4, 110))
    assert stands(shop, works) == (1040, 0, 3960)
    shop.ann.does("cancel", bill, {"comment": "wrong"})
    assert stands(shop, works) == (1000, 0, 4000)


def test_only_the_rest_is_freed_when_an_order_is_closed(premises: Premises) -> None:
    shop = Paying(premises.house(receipts=False))
    works = budget(shop)
    order = shop.approved_order(("Bolt", 10, 100), ("Nut", 5, 10), **IN_TIME)
    bill = billed(shop, order, (0, 10))
    shop.pay(bill, 1000)
    shop.ann.does("complete", order)
    assert holders(shop, works) == [("invoices", "used", 1000)]
    assert shop.differences() == []


def test_a_credit_note_gives_back_all_of_itself(shop: Paying) -> None:
    """More than is left to pay of the invoice comes back too."""
    works = budget(shop)
    invoice = shop.owed(("Bolt", 10, 100), issueDate="2026-05-01")
    shop.pay(invoice, 900)
    shop.credited(invoice, {"creditedItem": invoice["items"]["data"][0]["id"], "quantity": 3})
    assert stands(shop, works) == (700, 0, 4300)


@pytest.mark.parametrize(
    ("deduction", "held"),
    [({"deduction": "gross"}, 119), ({"deduction": "net"}, 100),
     ({"deduction": "custom", "usedTaxPercentInBudget": 50}, 109.5)],
)  # fmt: skip
def test_gross_net_or_a_share_of_the_tax(shop: Paying, deduction: Shown, held: Any) -> None:
    works = budget(shop, **deduction)
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 19})
    shop.approved_order({"name": "Bolt", "quantity": 1, "price": 100, "taxes": [tax["id"]]}, **IN_TIME)
    assert stands(shop, works) == (held, 0, 5000 - held)


def test_tax_items_and_withholding(shop: Paying) -> None:
    """What stands on a line of its own is cost; what is withheld changes who is paid, not what it costs."""
    works = budget(shop, deduction="net")
    withheld = shop.house.made("/taxes", {"name": "WHT", "percent": 10, "isWithholdingTax": True})
    customs = shop.item(price=70, itemType=3)
    shop.owed(
        {"name": "Bolt", "quantity": 1, "price": 100, "taxes": [withheld["id"]]},
        {"product": customs["id"], "quantity": 1, "price": 70}, issueDate="2026-05-01",
    )  # fmt: skip
    assert stands(shop, works) == (170, 0, 4830)


def test_foreign_money_counts_at_the_documents_own_rate(shop: Paying) -> None:
    works = budget(shop)
    order = shop.approved_order(("Bolt", 10, 100), currency="USD", exchangeRate="0.9", **IN_TIME)
    assert stands(shop, works) == (900, 0, 4100)
    billed(shop, order, (0, 5), exchangeRate="0.8")
    assert stands(shop, works) == (850, 0, 4150), "400 billed at 0.8, 450 still ordered at 0.9"


def test_a_blanket_order_holds_its_whole_sum(shop: Paying) -> None:
    works = budget(shop)
    order = shop.ann.made(
        "purchaseorders",
        {
            "supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2, "blanketSum": 1000,
            "beginDate": "2020-01-01", "endDate": "2040-12-31", **IN_TIME,
        },
    )  # fmt: skip
    order = shop.ann.does("confirm", order)
    assert stands(shop, works) == (1000, 0, 4000)
    billed(shop, order, {"name": "Bolts", "quantity": 4, "price": 100})
    assert sorted(holders(shop, works)) == [("invoices", "used", 400), ("purchaseorders", "used", 600)]
    shop.ann.does("stop", order)
    assert stands(shop, works) == (400, 0, 4600)


def test_expenses_are_charged_too(shop: Paying) -> None:
    works = budget(shop)
    body = {"currency": "EUR", "issueDate": "2026-05-01", "items": [{"name": "Taxi", "quantity": 1, "price": 40}]}
    expense = shop.ann.does("confirm", shop.ann.made("expenses", body))
    assert (expense["status"], stands(shop, works)) == (2, (40, 0, 4960))
    assert holders(shop, works) == [("expenses", "used", 40)]


# Limits


def test_a_limit_refuses_with_figures(shop: Paying) -> None:
    works = budget(shop, 1000, isLimited=True)
    shop.approved_order(("Bolt", 1, 600), **IN_TIME)
    order = shop.order(("Nut", 1, 401), **IN_TIME)
    said = shop.house.refused("POST", f"{order['at']}/confirm")
    assert said == {
        "budget": "Budget Works / 2026-01-01 to 2026-12-31 is limited: of 1000.00 600.00 are used and 0.00 reserved; "
        "this document takes 401.00, so 1.00 are missing. Lower it, choose another budget, or have the holder raise "
        "the total."
    }
    assert (shop.ann.sees(order)["status"], stands(shop, works)) == (0, (600, 0, 400))
    shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], "price": 400}])
    assert shop.ann.does("confirm", order)["status"] == 2
    assert stands(shop, works) == (1000, 0, 0)


def test_a_bill_within_its_order_passes_an_exhausted_limit(shop: Paying) -> None:
    works = budget(shop, 1000, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 100), **IN_TIME)
    assert stands(shop, works) == (1000, 0, 0)
    assert billed(shop, order)["status"] == 2
    assert stands(shop, works) == (1000, 0, 0)


def test_a_bill_beyond_its_order_does_not(shop: Paying) -> None:
    works = budget(shop, 1000, isLimited=True)
    shop.house.made("/-/tolerancerules", {"percent": 20, "onMatching": True})
    order = shop.approved_order(("Bolt", 10, 100), **IN_TIME)
    bill = shop.ann.made("invoices", {"purchaseOrder": {"id": order["id"]}, "items": [line(order, 0, 10, 101)]})
    assert "so 10.00 are missing" in shop.house.refused("POST", f"{bill['at']}/confirm")["budget"]
    assert stands(shop, works) == (1000, 0, 0)


def test_lowering_is_always_allowed(shop: Paying) -> None:
    works = budget(shop, 1000, isLimited=True)
    order = shop.approved_order(("Bolt", 10, 100), **IN_TIME)
    [plan] = shop.house.get("/-/budgetplans")["data"]
    plan = shop.house.get(f"/-/budgetplans/{plan['id']}")
    [row] = plan["lines"]["data"]
    lower = [{"id": row["id"], "periods": [{"id": row["periods"]["data"][0]["id"], "sum": 500}]}]
    shop.house.changed("PUT", f"/-/budgetplans/{plan['id']}", {"lines": lower})
    assert stands(shop, works) == (1000, 0, -500)
    shop.ann.does("revision", order, {"comment": "less"})
    shop.ann.changes(order, items=[{"id": order["items"]["data"][0]["id"], "quantity": 9}])
    assert stands(shop, works) == (0, 900, -400)
    assert shop.ann.does("confirm_revise", order)["status"] == 2, "no more than was approved before"
    assert stands(shop, works) == (900, 0, -400)


def test_without_a_limit_it_passes_and_says_so(shop: Paying) -> None:
    works = budget(shop, 100)
    order = shop.approved_order(("Bolt", 1, 101), **IN_TIME)
    assert (order["isBudgetOverLimit"], stands(shop, works)) == (True, (101, 0, -1))


def test_what_is_over_its_budget_can_need_somebody_more(shop: Paying) -> None:
    cy = shop.person("purchase_order.approve", firstname="Cy")
    step = {"name": "Controller", "onlyOverBudget": True, "approvers": [{"user": cy.house.user_id}]}
    shop.house.made("/-/approvalworkflows", {"documentType": "purchaseorders", "steps": [step]})
    budget(shop, 100)
    assert shop.ann.does("confirm", shop.order(("Bolt", 1, 100), **IN_TIME))["status"] == 2
    assert shop.ann.does("confirm", shop.order(("Bolt", 1, 1), **IN_TIME))["status"] == 1


def test_what_is_over_is_reckoned_as_it_will_be_charged(premises: Premises) -> None:
    """Net where the budget deducts net, by line where lines name budgets, and less what the requisition gives up."""
    shop = Paying(premises.house(requisitionBudgets=True))
    cy = shop.person("purchase_order.approve", firstname="Cy")
    step = {"name": "Controller", "onlyOverBudget": True, "approvers": [{"user": cy.house.user_id}]}
    shop.house.made("/-/approvalworkflows", {"documentType": "purchaseorders", "steps": [step]})
    works = budget(shop, 100, deduction="net")
    bolts = shop.item(price=10)
    asked = shop.ann.does("confirm", shop.requisition((bolts, 10, 10), **IN_TIME))
    (order,) = shop.ann.orders(
        asked["items"]["data"][0]["id"], supplier=shop.supplier["id"], requiredDate="2026-06-30"
    )  # fmt: skip
    assert (shop.ann.does("confirm", order)["status"], stands(shop, works)) == (2, (100, 0, 0))
    shop.ann.does("cancel", order, {"comment": "no"})
    shop.ann.does("cancel", asked, {"comment": "no"})
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    taxed = shop.order(("Bolt", 1, 100), **IN_TIME)
    line = taxed["items"]["data"][0]["id"]
    shop.ann.changes(taxed, items=[{"id": line, "taxes": [vat["id"]], "budget": works["id"]}], budget=None)
    taxed = shop.ann.does("confirm", taxed)
    assert (taxed["sum"], taxed["status"], stands(shop, works)) == (120, 2, (100, 0, 0))
    shop.ann.does("revision", taxed, {"comment": "more"})
    shop.ann.changes(taxed, items=[{"id": line, "quantity": 2}])
    assert shop.ann.does("confirm_revise", taxed)["status"] == 1


def test_a_company_that_chooses_anew_has_everything_reckoned_anew(shop: Paying) -> None:
    works = budget(shop, 200, isLimited=True)
    asked = shop.ann.does("confirm", shop.requisition((shop.item(price=10), 8, 10), budget=works["id"], **IN_TIME))
    order = shop.approved_order(("Bolt", 1, 100), **IN_TIME)
    assert stands(shop, works) == (100, 0, 100), "requisitions hold nothing yet"
    shop.house.choose(requisitionBudgets=True)
    assert (asked["status"], stands(shop, works)) == (2, (180, 0, 20))
    shop.house.choose(requisitionBudgets=None)
    assert stands(shop, works) == (100, 0, 100)
    shop.house.choose(budgets=False)
    late = shop.approved_order(("Bolt", 1, 70), budget=works["id"], **IN_TIME)
    assert (late["status"], stands(shop, works)) == (2, (100, 0, 100)), "nothing is charged meanwhile"
    shop.ann.does("cancel", order, {"comment": "no"})
    shop.house.choose(budgets=True)
    assert stands(shop, works) == (70, 0, 130)


def test_a_choice_that_a_limit_does_not_allow_is_not_made(shop: Paying) -> None:
    works = budget(shop, 100, isLimited=True)
    shop.ann.does("confirm", shop.requisition((shop.item(price=10), 11, 10), budget=works["id"], **IN_TIME))
    with pytest.raises(Invalid) as refused:
        shop.house.choose(requisitionBudgets=True)
    assert "is limited: of 100" in refused.value.problems["budget"]
    assert stands(shop, works) == (0, 0, 100)


def test_a_frozen_budget_takes_no_new_documents(shop: Paying) -> None:
    works = budget(shop)
    order = shop.approved_order(("Bolt", 10, 100), **IN_TIME)
    [plan] = shop.house.get("/-/budgetplans")["data"]
    shop.house.changed("POST", f"/-/budgetplans/{plan['id']}/freeze")
    assert billed(shop, order, (0, 5))["status"] == 2, "what is charged to it goes on"
    late = shop.order(("Nut", 1, 1), budget=works["id"], **IN_TIME)
    assert "is frozen" in shop.house.refused("POST", f"{late['at']}/confirm")["budget"]
    shop.house.changed("POST", f"/-/budgetplans/{plan['id']}/unfreeze")
    assert shop.ann.does("confirm", late)["status"] == 2


# Which budget


def test_the_delivery_date_decides(shop: Paying) -> None:
    works = budget(shop)
    order = shop.approved_order(("Bolt", 1, 1), requiredDate="2027-01-01")
    assert (order["budget"], stands(shop, works)) == (None, (0, 0, 5000))
    wrong = shop.order(("Bolt", 1, 1), requiredDate="2027-01-01", budget=works["id"])
    assert "is for 2026-01-01 to 2026-12-31" in shop.house.refused("POST", f"{wrong['at']}/confirm")["budget"]


def test_the_place_decides_and_where_several_fit_the_writer(shop: Paying) -> None:
    plant = shop.house.made("/locations", {"name": "Plant"})
    here, there = ({"location": one["id"], "periods": [{"sum": 100}]} for one in (shop.location, plant))
    plan = shop.house.made("/-/budgetplans", {"name": "Works", "type": "custom", **YEAR, "lines": [here, there]})
    first, second = (one["periods"]["data"][0]["id"] for one in plan["lines"]["data"])
    assert shop.approved_order(("Bolt", 1, 1), **IN_TIME)["budget"]["id"] == first
    assert shop.approved_order(("Bolt", 1, 1), location=plant["id"], **IN_TIME)["budget"]["id"] == second
    other = budget(shop)
    order = shop.order(("Bolt", 1, 1), **IN_TIME)
    said = shop.house.refused("POST", f"{order['at']}/confirm")["budget"]
    assert said.startswith("Several budgets fit; choose one of")
    shop.ann.changes(order, budget=other["id"])
    assert shop.ann.does("confirm", order)["budget"]["id"] == other["id"]


def test_lines_are_charged_by_their_items(shop: Paying) -> None:
    bolts, nuts = shop.item(price=10), shop.item(price=5)
    lines = [{"product": one["id"], "periods": [{"sum": 100}]} for one in (bolts, nuts)]
    plan = shop.house.made("/-/budgetplans", {"name": "Goods", "type": "custom", **YEAR, "lines": lines})
    of_bolts, of_nuts = (one["periods"]["data"][0] for one in plan["lines"]["data"])
    order = shop.approved_order((bolts, 3), (nuts, 2), **IN_TIME)
    assert [one["budget"]["id"] for one in order["items"]["data"]] == [of_bolts["id"], of_nuts["id"]]
    assert (stands(shop, of_bolts), stands(shop, of_nuts)) == ((30, 0, 70), (10, 0, 90))
    billed(shop, order, (0, 3))
    assert holders(shop, of_bolts) == [("invoices", "used", 30)]


def test_a_parent_option_covers_its_children(shop: Paying) -> None:
    field = shop.house.made("/documentcustomfields", {"name": "Department", "type": 0})
    top = shop.house.made(f"/documentcustomfields/{field['id']}/options", {"name": "IT"})
    under = {"name": "Net", "parent": {"id": top["id"]}}
    below = shop.house.made(f"/documentcustomfields/{field['id']}/options", under)
    line_ = {"options": [top["id"]], "periods": [{"sum": 100}]}
    plan = shop.house.made("/-/budgetplans", {"name": "IT", "type": "custom", **YEAR, "lines": [line_]})
    leaf = plan["lines"]["data"][0]["periods"]["data"][0]["id"]
    chosen = [{"documentCustomField": {"id": field["id"]}, "value": str(below["id"])}]
    order = shop.approved_order(("Bolt", 1, 1), dataDocumentCustomFields=chosen, **IN_TIME)
    assert order["budget"]["id"] == leaf
    assert shop.approved_order(("Bolt", 1, 1), **IN_TIME)["budget"] is None


def test_who_keeps_no_budgets_is_not_asked(premises: Premises) -> None:
    shop = Paying(premises.house(budgets=False))
    works = budget(shop, 1, isLimited=True)
    assert shop.approved_order(("Bolt", 1, 100), **IN_TIME)["status"] == 2
    assert stands(shop, works) == (0, 0, 1)


def test_what_is_charged_to_two_budgets_does_not_share_a_line(premises: Premises) -> None:
    """The budget goes along from the requisition, and keeps lines apart that are the same otherwise."""
    shop = Paying(premises.house(requisitionBudgets=True))
    works, office = budget(shop), budget(shop, name="Office")
    bolts = shop.item(price=10)
    asked = [
        shop.ann.does("confirm", shop.requisition((bolts, 5, 10), budget=one["id"], **IN_TIME))
        for one in (works, office, works)
    ]
    wanted = [one["items"]["data"][0]["id"] for one in asked]
    (order,) = shop.ann.orders(*wanted, supplier=shop.supplier["id"], requiredDate="2026-06-30")
    assert [(one["quantity"], one["budget"]["id"]) for one in order["items"]["data"]] == [
        (10, works["id"]), (5, office["id"]),
    ]  # fmt: skip
    shop.ann.changes(order, budget=works["id"])
    shop.ann.does("confirm", order)
    assert [stands(shop, one) for one in (works, office)] == [(100, 0, 4900), (50, 0, 4950)]
    assert shop.differences() == []


def test_half_of_a_bill_goes_to_another_budget(shop: Paying) -> None:
    works, office = budget(shop), budget(shop, name="Office")
    bill = shop.invoice(("Rent", 10, 10), issueDate="2026-05-01", budget=works["id"])
    child = shop.ann.does(
        "split", bill, {"items": [{"id": bill["items"]["data"][0]["id"], "quantity": 4}], "budget": office["id"]}
    )
    for one in (bill, child):
        shop.ann.does("confirm", one)
    assert [stands(shop, one) for one in (works, office)] == [(60, 0, 4940), (40, 0, 4960)]


def test_what_was_asked_for_in_two_periods_may_come_on_one_order(premises: Premises) -> None:
    shop = Paying(premises.house(requisitionBudgets=True))
    plan = {"name": "Works", "type": "quarter", "startDate": "2026-01-01", "endDate": "2026-06-30"}
    made = shop.house.made("/-/budgetplans", {**plan, "lines": [{"periods": [{"sum": 500}, {"sum": 500}]}]})
    first, second = made["lines"]["data"][0]["periods"]["data"]
    days = ("2026-03-01", "2026-04-01")
    asked = [shop.ann.does("confirm", shop.requisition(("Bolt", 5, 10), requiredDate=day)) for day in days]
    wanted = [one["items"]["data"][0]["id"] for one in asked]
    (order,) = shop.ann.orders(*wanted, supplier=shop.supplier["id"])
    assert shop.ann.does("confirm", order)["status"] == 2
    assert [stands(shop, one) for one in (first, second)] == [(50, 0, 450), (50, 0, 450)]
    assert shop.differences() == []
