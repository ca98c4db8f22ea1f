"""Expenses: lines in currencies of their own, what may change when, and what is paid back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains import checking
from emptor.domains.payables.expenses.currencies import carry_over, settle
from emptor.domains.pricing import Line, Rate, converted, price_document
from emptor.kit.errors import Problems
from emptor.store.schema import table
from tests.support.buying import DAY, Buying, Shown, Someone
from tests.support.house import House, Premises

DRAFT, PENDING, APPROVED, REJECTED, PARTLY_PAID, PAID, IN_REVISION = 0, 1, 2, 3, 4, 5, 7
PAYER, WAITING = "payment.pay", 2
TAXI = {"name": "Taxi", "price": 10, "currency": "GBP", "exchangeRate": 1.25}


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def filed(shop: Buying, *lines: Shown, by: Someone | None = None, **more: Any) -> Shown:
    """A draft expense."""
    return (by or shop.ann).made("expenses", {"items": list(lines) or [{"name": "Taxi", "price": 10}], **more})


def approved(shop: Buying, *lines: Shown, **more: Any) -> Shown:
    return shop.ann.does("confirm", filed(shop, *lines, **more))


def payment(expense: Shown, amount: Any) -> Shown:
    return {"expense": {"id": expense["id"]}, "sumPaid": amount, "payDate": DAY}


def differing(house: House) -> list[str]:
    """What the ledger check says."""
    with house.service.database.read(house.company_id) as tx:
        return [sentence for _, sentence in checking.differences(tx)]


# Pure


def test_each_amount_is_converted_and_rounded_once() -> None:
    vat, held = Rate(Decimal(19)), Rate(Decimal(10), withholding=True)
    line = Line(Decimal(1), Decimal("99.99"), rates=(vat, held), exchange_rate=Decimal("0.333335"))
    (cost,), totals = price_document([line])
    assert (cost.net, cost.taxes) == (Decimal("99.99"), (Decimal("19.00"), Decimal("10.00")))
    there = converted(cost, line)
    # 99.99 × 0.333335 = 33.3301…, 19 × 0.333335 = 6.3333…, 10 × 0.333335 = 3.33335
    assert (there.net, there.taxes) == (Decimal("33.33"), (Decimal("6.33"), Decimal("3.33")))
    assert (there.tax, there.withheld, there.gross) == (Decimal("6.33"), Decimal("3.33"), Decimal("39.66"))
    assert (totals.net, totals.tax, totals.withheld) == (there.net, there.tax, there.withheld)


def test_halves_are_rounded_up_in_either_currency() -> None:
    line = Line(Decimal(1), Decimal("0.05"), rates=(Rate(Decimal(10)),), exchange_rate=Decimal("0.5"))
    (cost,), totals = price_document([line])
    assert cost.taxes == (Decimal("0.01"),), "0.005 is rounded up before it is converted"
    assert (totals.net, totals.tax) == (Decimal("0.03"), Decimal("0.01"))


def test_lines_are_in_the_expenses_currency_unless_they_say_another() -> None:
    problems = Problems()
    items: list[Any] = [{}, {"currency": "USD"}, {"currency": "GBP", "exchange_rate": Decimal(2)}, None]
    settle(items, "EUR", problems)
    assert items[0] == {"currency": "EUR", "exchange_rate": 1}
    assert items[2]["exchange_rate"] == 2
    assert problems == {"items[1][exchangeRate]": "Give the rate from USD to EUR."}


@pytest.mark.parametrize(
    ("said", "now", "becomes"),
    [
        ({}, "EUR", ("GBP", 2)),
        ({}, "USD", ("GBP", None)),
        ({"exchange_rate": Decimal(3)}, "USD", ("GBP", 3)),
        ({"currency": "CHF"}, "EUR", ("CHF", None)),
        ({"currency": "GBP"}, "EUR", ("GBP", 2)),
    ],
)
def test_a_rate_holds_as_long_as_both_currencies_do(said: Shown, now: str, becomes: tuple[str, Any]) -> None:
    stored = {7: {"id": 7, "currency": "GBP", "exchange_rate": Decimal(2)}}
    items = [{**stored[7], **said}]
    carry_over(items, [{"id": 7, **said}], stored, before="EUR", now=now)
    assert (items[0]["currency"], items[0]["exchange_rate"]) == becomes


# Changing


def test_a_line_in_another_currency_needs_a_rate(shop: Buying) -> None:
    body = {"items": [{"name": "Taxi", "price": 10, "currency": "GBP"}, {"price": 1, "currency": "pound"}]}
    told = shop.house.refused("POST", "/expenses", body)
    assert told["items[0][exchangeRate]"] == "Give the rate from GBP to EUR."
    assert told.keys() == {"items[0][exchangeRate]", "items[1][currency]", "items[1][name]"}


def test_the_currency_of_an_expense_takes_its_own_lines_along(shop: Buying) -> None:
    """Lines in the expense's currency are in the new one; others need a rate to that."""
    expense = filed(shop, {"name": "Hotel", "price": 100}, TAXI)
    assert (expense["currency"], expense["sum"]) == ("EUR", 112.5)
    told = shop.house.refused("PUT", expense["at"], {"currency": "USD", "exchangeRate": 0.9})
    assert told == {"items[1][exchangeRate]": "Give the rate from GBP to USD."}
    hotel, taxi = expense["items"]["data"]
    lines = [{"id": hotel["id"]}, {"id": taxi["id"], "exchangeRate": 1.5}]
    expense = shop.ann.changes(expense, currency="USD", exchangeRate=0.9, items=lines)
    found = [
        (line["currency"], line["exchangeRate"], line["sumInDocumentCurrency"]) for line in expense["items"]["data"]
    ]
    assert found == [("USD", 1, 100), ("GBP", 1.5, 15)]
    assert (expense["sum"], expense["sumInCompanyCurrency"]) == (115, 103.5)
    told = shop.house.refused("PUT", expense["at"], {"items": [{"id": taxi["id"], "currency": "CHF"}]})
    assert told == {"items[0][exchangeRate]": "Give the rate from CHF to USD."}


def test_a_note_leaves_the_lines_alone(shop: Buying) -> None:
    expense = filed(shop, TAXI)
    changed = shop.ann.changes(expense, note="by night")
    assert (changed["note"], changed["items"]) == ("by night", expense["items"])


def test_some_changes_restart_no_approval(shop: Buying) -> None:
    """The expense's number and legal entity may change in a revision; an amount may not."""
    cy = shop.person("expense.approve")
    shop.approving("expenses", ("Head", cy))
    entity = shop.house.made("/legalentities", {"name": "Acme"})["id"]
    expense = shop.ann.does("confirm", filed(shop, TAXI))
    expense = cy.does("approve", expense)
    shop.ann.does("revision", expense)
    shop.ann.changes(expense, expenseNumber="R-2", legalEntity={"id": entity})
    expense = shop.ann.does("confirm_revise", expense)
    assert (expense["status"], expense["expenseNumber"], expense["legalEntity"]["name"]) == (APPROVED, "R-2", "Acme")
    shop.ann.does("revision", expense)
    shop.ann.changes(expense, items=[{"id": expense["items"]["data"][0]["id"], "exchangeRate": 1.3}])
    assert shop.ann.does("confirm_revise", expense)["status"] == PENDING


def test_who_files_sees_only_what_is_theirs(shop: Buying) -> None:
    rob, fay, view = (shop.person(role) for role in ("expense.create", "payment.pay", "expense.view"))
    stranger = shop.person("invoice.view")
    expense = filed(shop)
    assert rob.house.call("GET", expense["at"]).status == 404
    assert [one.sees(expense)["id"] for one in (fay, view)] == [expense["id"]] * 2
    assert stranger.house.call("GET", expense["at"]).status == 403
    assert fay.house.call("POST", "/expenses", {"items": [TAXI]}).status == 403
    own = filed(shop, by=rob)
    rob.does("confirm", own)
    assert rob.house.call("POST", "/expensePayments", payment(own, 1)).status == 403
    assert fay.house.call("POST", "/expensePayments", payment(own, 1)).status == 201


def test_files_belong_to_expenses(shop: Buying) -> None:
    expense = filed(shop)
    file = ("taxi.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")
    shop.house.made(f"/attachments/{expense['id']}/5", form={}, files={"file": file})
    assert [one["name"] for one in shop.ann.sees(expense)["attachments"]["data"]] == ["taxi.pdf"]


# Paying


def test_withheld_taxes_are_not_paid_back(shop: Buying) -> None:
    held = shop.house.made("/taxes", {"name": "Held", "percent": 10, "isWithholdingTax": True})["id"]
    expense = approved(shop, {**TAXI, "taxes": [held]})
    assert (expense["sum"], expense["withholdingTaxSum"]) == (12.5, 1.25)
    told = shop.house.refused("POST", "/expensePayments", payment(expense, 11.26))
    assert told == {"sumPaid": "The amount must be greater than 0 and not exceed 11.25"}
    shop.house.made("/expensePayments", payment(expense, 11.25))
    assert shop.ann.sees(expense)["status"] == PAID
    assert differing(shop.house) == []


@pytest.mark.parametrize("amount", [0, -1, 10.01, 0.001])
def test_wrong_amounts_pay_nothing(shop: Buying, amount: float) -> None:
    expense = approved(shop)
    assert shop.house.refused("POST", "/expensePayments", payment(expense, amount)).keys() == {"sumPaid"}
    assert shop.ann.sees(expense)["expensePayments"]["data"] == []
    assert shop.ann.sees(expense)["status"] == APPROVED


def test_every_fault_of_a_payment_is_told_at_once(shop: Buying) -> None:
    told = shop.house.refused("POST", "/expensePayments", {"expense": 999_999, "sumPaid": "much"})
    assert told.keys() == {"expense", "sumPaid", "payDate"}


def test_payments_of_expenses_are_numbered_listed_and_canceled_once(shop: Buying) -> None:
    expense = approved(shop)
    made = [shop.house.made("/expensePayments", payment(expense, amount)) for amount in (4, 6)]
    assert [one["idn"] for one in made] == ["1", "2"]
    listed = shop.house.get("/expensePayments")["data"]
    assert [(one["idn"], one["sumPaid"], one["expense"]["idn"]) for one in listed] == [("2", 6, "1"), ("1", 4, "1")]
    shop.house.changed("POST", "/expensePayments/1/cancel", {})
    assert shop.ann.sees(expense)["status"] == PARTLY_PAID
    assert shop.house.call("POST", "/expensePayments/1/cancel", {}).status == 400
    assert shop.ann.sees(expense)["sumPaid"] == 6
    assert differing(shop.house) == []


def test_a_company_may_keep_no_payments_of_expenses(premises: Premises) -> None:
    shop = Buying(premises.house(expensePayments=False))
    expense = approved(shop)
    told = shop.house.refused("POST", "/expensePayments", payment(expense, 1))
    assert told == {"expense": "Your company keeps no payments of expenses; its choice `expensePayments` is off."}
    assert shop.ann.sees(expense)["status"] == APPROVED


@pytest.mark.past_the_domain("spoils a sum")
def test_the_ledger_check_finds_a_wrong_figure(shop: Buying) -> None:
    expense = approved(shop)
    shop.house.made("/expensePayments", payment(expense, 4))
    assert differing(shop.house) == []
    for changed, words in (
        ({"sum_paid": Decimal(5)}, "says that 5 are paid; its payments come to 4"),
        ({"sum_paid": Decimal(4), "status": PAID}, "is paid with 4 paid of 10"),
    ):
        with shop.house.service.database.write(shop.house.company_id) as tx:
            tx.update(table("expenses"), changed, id=expense["id"])
        assert any(words in sentence for sentence in differing(shop.house)), words


def test_nobody_pays_themselves_where_payments_wait(shop: Buying) -> None:
    """Who may file and pay gets the money once somebody else has let it go."""
    shop.house.choose(paymentApproval=True)
    fay, pat = shop.person("expense.create", PAYER), shop.person(PAYER)
    own = fay.does("confirm", fay.made("expenses", {"items": [{"name": "Taxi", "price": 10}]}))
    made = fay.made("expensePayments", payment(own, 6))
    assert (made["status"], fay.sees(own)["status"]) == (WAITING, APPROVED)
    assert shop.house.refused("POST", "/expensePayments", payment(own, 4.01)).keys() == {"sumPaid"}
    by_pat = pat.made("expensePayments", payment(own, 4))
    for waiting in (made, by_pat):
        status, shown, _ = fay.tries("approve", waiting)
        assert (status, "gets the money" in shown["message"]) == (403, True)
    assert [one["idn"] for one in pat.house.get("/-/waiting")["data"]] == [made["idn"]]
    assert fay.house.get("/-/waiting")["data"] == []
    for verb in ("cancel", "revision"):
        assert shop.ann.tries(verb, own).status == 400
    assert pat.does("approve", made)["decidedBy"]["id"] == pat.house.user_id
    assert (fay.sees(own)["status"], fay.sees(own)["sumPaid"]) == (PARTLY_PAID, 6)
    assert shop.ann.does("reject", by_pat)["status"] == 3
    assert [one["kind"] for one in fay.house.get("/-/notices")["data"]] == ["approved"]
    assert differing(shop.house) == []


def test_an_expense_of_nothing_is_paid_at_once(shop: Buying) -> None:
    assert approved(shop, {"name": "Sample", "price": 0})["status"] == PAID
