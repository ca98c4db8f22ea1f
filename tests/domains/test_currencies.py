"""Sums of money have the decimals of their currency; those in the company's own, what the company has chosen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emptor.domains.organisation.companies import scale_of
from emptor.kit.currencies import DECIMALS
from emptor.kit.money import MONEY_SCALE
from tests.support.buying import Shown
from tests.support.house import House, Premises
from tests.support.paying import PAID, PARTLY_PAID, Paying


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []


def foreign(currency: str, rate: Any = "2.5") -> Shown:
    return {"currency": currency, "exchangeRate": rate}


@pytest.mark.parametrize(
    ("settings", "currency", "scale"),
    [
        ({"currency": "EUR"}, None, 2),
        ({"currency": "EUR"}, "KWD", 3),
        ({"currency": "EUR", "decimals": 0}, None, 0),
        ({"currency": "EUR", "decimals": 0}, "EUR", 0),
        ({"currency": "EUR", "decimals": 0}, "USD", 2),
        ({"currency": "JPY"}, "JPY", 0),
        ({"currency": "JPY", "decimals": 2}, "JPY", 2),
        ({"currency": "JPY", "decimals": 2}, "CLF", 4),
        ({"currency": "EUR"}, "DEM", 2),
    ],
)
def test_how_many_decimals_sums_have(settings: dict[str, Any], currency: str | None, scale: int) -> None:
    assert scale_of(settings, currency) == scale


def test_every_currency_fits_the_columns_of_sums() -> None:
    assert len(DECIMALS) > 150
    assert all(len(code) == 3 and code.isupper() and decimals <= MONEY_SCALE for code, decimals in DECIMALS.items())


def test_a_bill_in_dinars_has_three_decimals_and_is_paid_to_the_last(shop: Paying) -> None:
    invoice = shop.owed(("Oil", 1, "12.345"), **foreign("KWD", "3.01"))
    assert (invoice["sum"], invoice["precisionData"]) == (12.345, {"price": 6, "sum": 3})
    assert invoice["sumInCompanyCurrency"] == 37.16
    assert shop.refused("0.0001", invoice={"id": invoice["id"]}) == {"sumPaid": "Use at most 3 decimals."}
    shop.pay(invoice, "0.005")
    assert shop.stands(invoice) == (PARTLY_PAID, "0.005")
    shop.pay(invoice, "12.34")
    assert shop.stands(invoice) == (PAID, "12.345")


def test_a_bill_in_yen_has_none(shop: Paying) -> None:
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 8})["id"]
    order = shop.approved_order({"name": "Ink", "quantity": 1, "price": 999, "taxes": [vat]}, **foreign("JPY"))
    invoice = shop.billed(order)
    assert (invoice["sum"], invoice["precisionData"]["sum"]) == (1079, 0)
    assert shop.refused("0.5", invoice={"id": invoice["id"]}) == {"sumPaid": "Use at most 0 decimals."}
    assert shop.refused("0.5", purchaseOrder={"id": shop.approved_order(**foreign("JPY"))["id"]}).keys() == {"sumPaid"}
    shop.pay(invoice, 79)
    note = shop.credited(invoice, {"creditedItem": invoice["items"]["data"][0]["id"], "quantity": "0.1"})
    assert (note["netSum"], note["sum"]) == (100, 108)
    assert shop.stands(invoice) == (PARTLY_PAID, "187.00")


def test_a_company_that_keeps_its_books_in_yen(premises: Premises) -> None:
    shop = Paying(premises.house(currency="JPY"))
    invoice = shop.owed(("Ink", 3, "33.4"))
    assert (invoice["currency"], invoice["sum"], invoice["precisionData"]["sum"]) == ("JPY", 100, 0)
    dollars = shop.owed(("Ink", 1, "10.01"), **foreign("USD", "150.3"))
    assert (dollars["sum"], dollars["sumInCompanyCurrency"]) == (10.01, 1505)
    shop.pay(dollars, "10.01")
    assert shop.ann.sees(dollars)["sumPaidInCompanyCurrency"] == "1505.00"
    assert shop.differences() == []


def test_lines_of_an_expense_have_the_decimals_of_their_own_currencies(shop: Paying) -> None:
    lines = [
        {"name": "Taxi", "price": "1234.4", **foreign("JPY", "0.0061")},
        {"name": "Hotel", "price": "10.0046", **foreign("KWD", "3")},
        {"name": "Tip", "price": "5.005", **foreign("KWD", "1")},
    ]
    expense = shop.ann.does("confirm", shop.ann.made("expenses", {"items": lines}))
    shown = [(one["sum"], one["sumInDocumentCurrency"]) for one in expense["items"]["data"]]
    assert shown == [(1234, 7.53), (10.005, 30.02), (5.005, 5.01)]
    assert (expense["sum"], expense["precisionData"]["sum"]) == (42.56, 2)


def test_what_is_left_can_be_paid_whatever_is_chosen_since(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 1, "10.99"))
    shop.house.choose(decimals=0)
    assert shop.ann.sees(invoice)["precisionData"] == {"price": 6, "sum": 0}
    assert shop.refused("10.5", invoice={"id": invoice["id"]}) == {"sumPaid": "Use at most 0 decimals."}
    shop.pay(invoice, 10)
    shop.pay(invoice, "0.99")
    assert shop.stands(invoice) == (PAID, "10.99")
    assert shop.invoice(("Bolt", 1, "10.99"))["sum"] == 11
    assert shop.invoice(("Bolt", 1, "10.99"), **foreign("USD", 1))["sum"] == 10.99


def test_budgets_follow_the_decimals_that_a_company_chooses(shop: Paying) -> None:
    plan = {"name": "Year", "type": "custom", "startDate": "2020-01-01", "endDate": "2020-12-31"}
    made = shop.house.made("/-/budgetplans", {**plan, "lines": [{"periods": [{"sum": 1000}]}]})
    budget = made["lines"]["data"][0]["periods"]["data"][0]["id"]
    shop.owed(("Bolt", 1, "10.99"), budget=budget, issueDate="2020-05-05", **foreign("USD", "1.01"))
    for decimals, used in ((None, 11.1), (0, 11), (3, 11.1), (None, 11.1)):
        shop.house.choose(decimals=decimals)
        assert shop.house.get(f"/budgets/{budget}")["usedSum"] == pytest.approx(used)
        assert shop.differences() == []


@pytest.mark.parametrize("code", ["XXX", "ZZZ", "DEM", "eur", "EURO"])
def test_what_is_no_currency_is_refused(shop: Paying, code: str) -> None:
    body = {"supplier": shop.supplier["id"], "items": shop.lines(), "exchangeRate": 2, "currency": code}
    assert shop.house.refused("POST", "/invoices", body).keys() == {"currency"}
    assert shop.house.refused("POST", "/suppliers", {"name": "Other", "currency": code}).keys() == {"currency"}
    assert shop.house.refused("POST", "/items", {"name": "Ink", "sku": "I", "price": 1, "currency": code}).keys() == {
        "currency"
    }
