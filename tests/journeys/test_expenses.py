"""What somebody has laid out on a journey, in three currencies, from the first line to the last cent paid back."""

from __future__ import annotations

from typing import Any

import pytest

from tests.journeys.reading import APPROVED, CANCELED, DRAFT, IN_REVISION, PENDING
from tests.support.buying import Buying, Shown, Someone
from tests.support.house import House, Premises

PARTLY_PAID, PAID = 4, 5


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def axes(expense: Shown) -> tuple[Any, ...]:
    """Status, gross and net in its own and in the company's currency, and what has been paid in both."""
    names = ("status", "sum", "netSum", "sumInCompanyCurrency", "netSumInCompanyCurrency", "sumPaid",
             "sumPaidInCompanyCurrency")  # fmt: skip
    return tuple(expense[name] for name in names)


def worth(expense: Shown) -> list[tuple[Any, ...]]:
    """Of each line: its currency, net and gross there, and net, taxes and gross in the expense's currency."""
    names = ("currency", "netSum", "sum", "netSumInDocumentCurrency", "taxSumInDocumentCurrency",
             "sumInDocumentCurrency")  # fmt: skip
    return [tuple(line[name] for name in names) for line in expense["items"]["data"]]


def pay(by: Someone, expense: Shown, sum_: Any) -> Shown:
    """Pay some of an expense back."""
    form = {"expense[id]": expense["id"], "sumPaid": sum_, "payDate": "2026-03-01T08:00:00Z"}
    shown = by.house.made("/expensePayments", form=form)
    return {**shown, "at": f"/expensePayments/{shown['idn']}"}


def test_a_journey_in_three_currencies(premises: Premises) -> None:
    """Rob of a company in euros files what he spent in dollars: a hotel, a taxi in pounds, a dinner in euros."""
    shop = Buying(premises.house(currency="EUR"))
    rob = shop.person("expense.create", firstname="Rob")
    cy = shop.person("expense.approve", firstname="Cy")
    fay = shop.person("payment.pay", firstname="Fay")
    shop.approving("expenses", ("Head", cy))
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    city = shop.house.made("/taxes", {"name": "City", "percent": 3.5})

    hotel = {"name": "Hotel", "price": 333.33, "taxes": [city["id"]]}
    taxi = {"name": "Taxi", "price": 41.25, "currency": "GBP", "exchangeRate": 1.2637, "taxes": [vat["id"]]}
    dinner = {"name": "Dinner", "quantity": 2, "price": 27.45, "currency": "EUR", "exchangeRate": "1.0817"}
    expense = rob.made(
        "expenses",
        {"currency": "USD", "exchangeRate": 0.92447, "expenseNumber": "R-1", "items": [hotel, taxi, dinner]},
    )
    # Hotel 333.33 + 11.67; taxi 41.25 → 52.13 and 8.25 → 10.43; dinner 54.90 → 59.39. Nothing is converted twice.
    assert worth(expense) == [
        ("USD", 333.33, 345, 333.33, 11.67, 345),
        ("GBP", 41.25, 49.5, 52.13, 10.43, 62.56),
        ("EUR", 54.9, 54.9, 59.39, 0, 59.39),
    ]
    assert {tax["name"]: tax["sum"] for tax in expense["taxes"]["data"]} == {"City": 11.67, "VAT": 10.43}
    # 466.95 × 0.92447 = 431.68; 444.85 × 0.92447 = 411.25
    assert axes(expense) == (DRAFT, 466.95, 444.85, 431.68, 411.25, 0, 0)

    expense = rob.does("confirm", expense)
    assert axes(expense) == (PENDING, 466.95, 444.85, 431.68, 411.25, 0, 0)
    refused = fay.house.refused(
        "POST", "/expensePayments", {"expense": expense["id"], "sumPaid": 1, "payDate": "2026-03-01"}
    )
    assert refused == {"expense": "Only an approved expense can be paid; this one is pending."}

    # Cy wants the dinner without wine.
    cy.does("revision", expense, {"comment": "no wine"})
    dinner_line = expense["items"]["data"][2]["id"]
    kept = [{"id": line["id"]} for line in expense["items"]["data"][:2]]
    expense = rob.changes(expense, items=[*kept, {"id": dinner_line, "price": 20}])
    assert worth(expense)[2] == ("EUR", 40, 40, 43.27, 0, 43.27)
    assert axes(expense) == (IN_REVISION, 450.83, 428.73, 416.78, 396.35, 0, 0)
    expense = rob.does("confirm_revise", expense)
    assert expense["status"] == PENDING
    expense = cy.does("approve", expense)
    assert axes(expense) == (APPROVED, 450.83, 428.73, 416.78, 396.35, 0, 0)

    # Fay pays in two parts; the first one is taken back and paid again.
    assert fay.sees(expense)["sum"] == 450.83, "who pays sees what is to be paid"
    first = pay(fay, expense, 200)
    assert axes(rob.sees(expense)) == (PARTLY_PAID, 450.83, 428.73, 416.78, 396.35, 200, 184.89)
    assert fay.does("cancel", first)["status"] == 1
    assert axes(rob.sees(expense)) == (APPROVED, 450.83, 428.73, 416.78, 396.35, 0, 0)
    pay(fay, expense, "450.82")
    assert axes(rob.sees(expense)) == (PARTLY_PAID, 450.83, 428.73, 416.78, 396.35, 450.82, 416.77)
    told = fay.house.refused(
        "POST", "/expensePayments", {"expense": expense["id"], "sumPaid": 0.02, "payDate": "2026-03-01"}
    )
    assert told == {"sumPaid": "The amount must be greater than 0 and not exceed 0.01"}
    pay(fay, expense, 0.01)
    expense = rob.sees(expense)
    assert axes(expense) == (PAID, 450.83, 428.73, 416.78, 396.35, 450.83, 416.78)
    assert [(one["sumPaid"], one["status"]) for one in expense["expensePayments"]["data"]] == [
        (200, 1), (450.82, 0), (0.01, 0),
    ]  # fmt: skip
    told = fay.house.refused(
        "POST", "/expensePayments", {"expense": expense["id"], "sumPaid": 0.01, "payDate": "2026-03-01"}
    )
    assert told == {"sumPaid": "The Expense is already fully paid."}
    for verb in ("cancel", "revision", "delete"):
        assert rob.tries(verb, expense).status == 400, verb


def test_an_expense_is_canceled_and_filed_again(shop: Buying) -> None:
    """Nothing has been paid, so it can be canceled; its copy is a new draft with the same currencies."""
    taxi = {"name": "Taxi", "price": 10, "currency": "GBP", "exchangeRate": 1.25}
    expense = shop.ann.made("expenses", {"items": [taxi]})
    shop.ann.does("confirm", expense)
    assert axes(shop.ann.sees(expense)) == (APPROVED, 12.5, 12.5, 12.5, 12.5, 0, 0)
    payment = pay(shop.ann, expense, 2.5)
    assert shop.ann.tries("cancel", expense).status == 400
    shop.ann.does("cancel", payment)
    assert shop.ann.does("cancel", expense)["status"] == CANCELED
    again = shop.ann.does("repeat", expense)
    assert axes(again) == (DRAFT, 12.5, 12.5, 12.5, 12.5, 0, 0)
    assert worth(again) == [("GBP", 10, 10, 12.5, 0, 12.5)]
