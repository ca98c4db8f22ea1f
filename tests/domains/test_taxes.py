"""Taxes on the lines of documents: what they cost, and that this stays so whatever becomes of the taxes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.buying import Shown
from tests.support.house import House
from tests.support.paying import APPROVED, PAID, WAITING, Paying


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []


def tax(shop: Paying, percent: Any = 19, name: str = "VAT", **more: Any) -> int:
    """A new tax; its id."""
    return int(shop.house.made("/taxes", {"name": name, "percent": percent, **more})["id"])


def taxed(*taxes: Any, price: Any = 100, **more: Any) -> Shown:
    """A line with taxes."""
    return {"name": "Bolt", "quantity": 10, "price": price, "taxes": list(taxes), **more}


def becomes(shop: Paying, which: int, **values: Any) -> None:
    """A tax is another from now on."""
    shop.house.changed("PUT", f"/taxes/{which}", values)


def rates(document: Shown) -> list[list[Any]]:
    """The rates of each line's taxes."""
    return [[one["percent"] for one in line["taxes"]["data"]] for line in document["items"]["data"]]


# The rate that a line was priced with is the line's own


def expense(shop: Paying, *lines: Any) -> Shown:
    return shop.ann.does("confirm", shop.ann.made("expenses", {"items": shop.lines(*lines)}))


MADE: dict[str, Any] = {"invoice": Paying.owed, "order": Paying.approved_order, "expense": expense}


@pytest.mark.parametrize("kind", MADE)
def test_a_note_changes_nothing_of_what_a_document_costs(shop: Paying, kind: str) -> None:
    vat = tax(shop)
    document = MADE[kind](shop, taxed(vat))
    becomes(shop, vat, percent=90, name="War tax", isWithholdingTax=True, isCompound=True)
    now = shop.ann.changes(document, note="hello")
    assert (now["status"], now["note"], now["sum"]) == (APPROVED, "hello", 1190)
    assert now["items"] == document["items"]
    assert now["taxes"] == document["taxes"]


def test_a_payment_that_waits_is_not_too_much_because_of_a_note(shop: Paying) -> None:
    vat, eve = tax(shop), shop.person("payment.pay", "invoice.view")
    invoice = shop.owed(taxed(vat, price=10))
    shop.house.choose(paymentApproval=True)
    payment = shop.pay(invoice, 119, by=eve)
    assert payment["status"] == WAITING
    becomes(shop, vat, percent=0)
    assert shop.ann.changes(invoice, note="hello")["sum"] == 119
    assert shop.ann.does("approve", payment)["status"] == 0
    assert shop.stands(invoice) == (PAID, "119.00")


@pytest.mark.parametrize("make", [Paying.invoice, Paying.order], ids=["invoice", "order"])
def test_a_line_keeps_its_rate_until_it_gets_another_tax(shop: Paying, make: Any) -> None:
    vat, other = tax(shop), tax(shop, 10, "Other")
    document = make(shop, taxed(vat), taxed(vat))
    becomes(shop, vat, percent=16)
    first, second = (line["id"] for line in document["items"]["data"])
    now = shop.ann.changes(document, items=[{"id": first, "price": 200}, {"id": second, "taxes": [vat]}])
    assert (rates(now), now["sum"]) == ([[19], [19]], 2380 + 1190)
    now = shop.ann.changes(now, discountPercent=50)
    assert (rates(now), now["sum"]) == ([[19], [19]], 1785)
    now = shop.ann.changes(now, items=[{"id": first, "taxes": [other]}, {"id": second, "taxes": [{"id": vat}, other]}])
    assert rates(now) == [[10], [19, 10]]
    now = shop.ann.changes(now, items=[{"id": first, "taxes": [vat]}, {"id": second}, taxed(vat)])
    assert rates(now) == [[16], [19, 10], [16]], "what is put on now has today's rate"


def test_nobody_says_a_rate_but_the_tax(shop: Paying) -> None:
    vat = tax(shop)
    sent = {"id": vat, "percent": 1, "isWithholdingTax": True, "isCompound": True, "name": "Mine", "sum": 3}
    invoice = shop.invoice(taxed(sent))
    assert (rates(invoice), invoice["sum"]) == ([[19]], 1190)
    line = invoice["items"]["data"][0]["id"]
    now = shop.ann.changes(invoice, items=[{"id": line, "taxes": [sent]}])
    assert (now["sum"], now["items"]) == (1190, invoice["items"])


def test_an_expense_keeps_its_rates_when_it_goes_to_another_currency(shop: Paying) -> None:
    vat = tax(shop)
    made = shop.ann.made("expenses", {"items": [taxed(vat), taxed(vat, currency="USD", exchangeRate="0.5")]})
    assert made["sum"] == 1190 + 595
    becomes(shop, vat, percent=16)
    now = shop.ann.changes(made, items=[{"id": line["id"]} for line in made["items"]["data"]])
    assert (rates(now), now["sum"]) == ([[19], [19]], 1785)
    now = shop.ann.changes(now, currency="USD", exchangeRate="0.5")
    assert (rates(now), now["sum"]) == ([[19], [19]], 2380)


def test_what_bills_an_order_has_the_orders_rates_and_a_new_document_todays(shop: Paying) -> None:
    vat = tax(shop)
    order = shop.approved_order(taxed(vat))
    becomes(shop, vat, percent=16)
    invoice = shop.ann.made("invoices", {"purchaseOrder": order["id"]})
    assert (rates(invoice), invoice["sum"]) == ([[19]], 1190)
    assert rates(shop.ann.does("repeat", order)) == rates(shop.ann.does("repeat", invoice)) == [[16]]
    assert rates(shop.order(taxed(vat))) == rates(shop.invoice(taxed(vat))) == [[16]]
    assert shop.ann.does("confirm", invoice)["status"] == APPROVED


def test_an_order_is_made_of_a_requisition_at_todays_rate(shop: Paying) -> None:
    vat = tax(shop)
    asked = shop.ann.does("confirm", shop.requisition(taxed(vat, supplier=shop.supplier["id"])))
    becomes(shop, vat, percent=16)
    (order,) = shop.ann.orders(asked["items"]["data"][0]["id"])
    assert (rates(asked), rates(order)) == ([[19]], [[16]])


@pytest.mark.parametrize("now", [16, 25])
def test_a_credit_note_gives_back_at_the_rate_of_its_invoice(shop: Paying, now: int) -> None:
    vat = tax(shop)
    invoice = shop.owed(taxed(vat))
    becomes(shop, vat, percent=now)
    line = {"creditedItem": invoice["items"]["data"][0]["id"], "quantity": 1}
    part = shop.credited(invoice, {**line, "taxes": [vat]})
    assert (rates(part), part["sum"]) == ([[19]], 119)
    assert shop.note(invoice, line)["sum"] == 119
    rest = shop.credited(invoice)
    assert (rates(rest), rest["sum"]) == ([[19]], 1071)
    assert shop.stands(invoice) == (PAID, "1190.00")


def test_the_pieces_of_a_line_have_its_rate(shop: Paying) -> None:
    vat = tax(shop)
    invoice = shop.invoice(taxed(vat), ("Nut", 1, 1))
    becomes(shop, vat, percent=16)
    line = invoice["items"]["data"][0]["id"]
    split = shop.ann.does("split_line", invoice, {"item": line, "parts": [4, 6]})
    assert (rates(split), split["sum"]) == ([[19], [19], []], 1191)
    moved = shop.ann.does("split", split, {"items": [{"id": line, "quantity": 3}]})
    assert (rates(moved), moved["sum"]) == ([[19]], 357)
    assert rates(shop.ann.sees(split)) == [[19], [19], []]


def test_an_order_takes_over_the_rate_that_was_billed(shop: Paying) -> None:
    vat = tax(shop)
    order = shop.approved_order(taxed(vat))
    becomes(shop, vat, percent=16)
    line = {**taxed(vat, price=101), "allocations": [order["items"]["data"][0]["id"]]}
    extra = {**taxed(vat, price=1), "name": "Nut"}
    invoice = shop.ann.made("invoices", {"purchaseOrder": order["id"], "items": [line, extra]})
    waits = shop.ann.does("confirm", invoice)
    becomes(shop, vat, percent=7)
    shop.ann.does("accept_changes", waits)
    now = shop.ann.sees(order)
    assert (rates(now), now["sum"]) == ([[16], [16]], 1183.2)


def test_a_line_that_is_received_beyond_its_order_keeps_its_rate(shop: Paying) -> None:
    shop.house.choose(receiptMatching=True)
    vat = tax(shop)
    order = shop.approved_order(taxed(vat, product=shop.item()["id"]))
    becomes(shop, vat, percent=16)
    waits = shop.ann.does("confirm", shop.receipt(order, 11))
    shop.ann.does("accept_changes", waits)
    now = shop.ann.sees(order)
    assert (rates(now), now["sum"]) == ([[19]], 1309)


# Taxes for a whole document


def of_lines(document: Shown) -> list[list[int]]:
    """The taxes of each line."""
    return [[one["id"] for one in line["taxes"]["data"]] for line in document["items"]["data"]]


SPELT: dict[str, Any] = {
    "ids": lambda one: [one],
    "objects": lambda one: [{"id": one}],
    "as shown": lambda one: {"data": [{"id": one}]},
}


@pytest.mark.parametrize("path", ["/purchaseorders", "/invoices", "/expenses", "/purchaserequisitions"])
@pytest.mark.parametrize("spelt", SPELT.values(), ids=SPELT)
def test_taxes_of_the_header_are_those_of_lines_that_name_none(shop: Paying, path: str, spelt: Any) -> None:
    vat, other = tax(shop), tax(shop, 7, "Other")
    needed = {"supplier": shop.supplier["id"], "location": shop.location["id"], "requiredDate": "2026-03-02"}
    lines = [{"name": "Bolt", "price": 100}, taxed(other), taxed()]
    made = shop.ann.made(path[1:], {**needed, "taxes": spelt(vat), "items": lines})
    assert of_lines(made) == [[vat], [other], []]
    assert [(one["id"], one["sum"]) for one in made["taxes"]["data"]] == [(vat, 19), (other, 70)]
    ids = [line["id"] for line in made["items"]["data"]]
    becomes(shop, vat, percent=16)
    now = shop.ann.changes(made, taxes=spelt(vat))
    assert (of_lines(now), rates(now)) == ([[vat]] * 3, [[19], [16], [16]])
    now = shop.ann.changes(now, taxes=[other], items=[{"id": ids[0]}, {"id": ids[1], "taxes": [vat]}])
    assert of_lines(now) == [[other], [vat]]
    assert of_lines(shop.ann.changes(now, taxes=[])) == [[], []]


def test_a_form_names_taxes_for_the_whole_document(shop: Paying) -> None:
    vat = tax(shop)
    form = {"supplier[id]": str(shop.supplier["id"]), "items[0][name]": "Bolt", "items[0][price]": "100"}
    made = shop.house.made("/invoices", form={**form, "taxes[]": str(vat)})
    assert made["sum"] == 119
    made = shop.house.made("/invoices", form={**form, "taxes[0][id]": str(vat)})
    assert made["sum"] == 119
    assert shop.house.changed("PUT", f"/invoices/{made['idn']}", form={"taxes[]": ""})["sum"] == 100


def test_unknown_taxes_of_the_header_are_told_in_their_place(shop: Paying) -> None:
    vat = tax(shop)
    body = {"supplier": shop.supplier["id"], "items": [{"name": "Bolt", "price": 1}], "taxes": [vat, 4711]}
    assert shop.house.refused("POST", "/invoices", body).keys() == {"taxes[1]"}
    invoice = shop.invoice()
    assert shop.house.refused("PUT", invoice["at"], {"taxes": [4711]}).keys() == {"taxes[0]"}


def test_an_approved_document_gets_no_other_taxes(shop: Paying) -> None:
    invoice = shop.owed()
    status, shown, _ = shop.house.call("PUT", invoice["at"], {"taxes": [tax(shop)]})
    assert (status, "revision" in str(shown)) == (400, True)
    assert shop.ann.sees(invoice)["sum"] == invoice["sum"]


def test_an_invoice_of_an_order_can_have_other_taxes_than_that(shop: Paying) -> None:
    vat, other = tax(shop), tax(shop, 7, "Other")
    order = shop.approved_order(taxed(vat), taxed())
    made = shop.ann.made("invoices", {"purchaseOrder": order["id"], "taxes": [other]})
    assert (of_lines(made), made["sum"]) == ([[other], [other]], 2140)


def test_a_credit_note_has_the_taxes_of_its_invoice(shop: Paying) -> None:
    vat = tax(shop)
    invoice = shop.owed(taxed(vat))
    about = {"logicType": 1, "allocatedInvoice": invoice["id"], "taxes": [vat]}
    assert shop.house.refused("POST", "/invoices", about).keys() == {"taxes"}
    assert of_lines(shop.note(None, {"name": "Goodwill", "price": 100}, taxes=[vat])) == [[vat]]


# A company that wants a tax on each line


@pytest.mark.parametrize("path", ["/purchaseorders", "/invoices", "/expenses"])
def test_a_company_can_want_a_tax_on_each_line(shop: Paying, path: str) -> None:
    vat, freight = tax(shop), shop.item(itemType=3)
    needed = {"supplier": shop.supplier["id"], "location": shop.location["id"]}
    lines = [taxed(vat), taxed(), {"product": freight["id"], "price": 19}, {"name": "Nut", "price": 1}]
    earlier = shop.ann.made(path[1:], {**needed, "items": lines})
    shop.house.choose(requiredTaxes=True)
    made = shop.ann.made(path[1:], {**needed, "items": lines})
    assert (earlier["isRequiredTaxesForItems"], made["isRequiredTaxesForItems"]) == (False, True)
    shop.house.choose(requiredTaxes=None)
    assert shop.ann.does("confirm", earlier)["status"] == APPROVED
    status, shown, _ = shop.ann.tries("confirm", made)
    assert (status, shown["errors"]["errors"].keys()) == (400, {"items[1][taxes]", "items[3][taxes]"})
    ids = [line["id"] for line in made["items"]["data"]]
    made = shop.ann.changes(made, items=[{"id": one} for one in ids], taxes=[vat])
    assert shop.ann.does("confirm", made)["status"] == APPROVED


def test_what_comes_of_an_invoice_needs_taxes_where_that_does(shop: Paying) -> None:
    free = shop.owed(taxed())
    draft = shop.invoice(taxed(), ("Nut", 1, 1))
    shop.house.choose(requiredTaxes=True)
    assert not shop.credited(free)["isRequiredTaxesForItems"]
    moved = shop.ann.does("split", draft, {"items": [draft["items"]["data"][0]["id"]]})
    assert not moved["isRequiredTaxesForItems"]
    assert shop.note(None, taxed())["isRequiredTaxesForItems"]


# Lines that are taxes themselves


def test_a_line_that_is_a_tax_comes_to_what_it_says(shop: Paying) -> None:
    vat, customs = tax(shop), shop.item(itemType=3)
    line = {"product": customs["id"], "price": 19}
    body = {"supplier": shop.supplier["id"], "discountPercent": 10, "taxes": [vat], "items": [taxed(), line]}
    wrong = {**line, "taxes": [vat], "discountPercent": 5, "discountAmount": 1}
    assert shop.house.refused("POST", "/invoices", {**body, "items": [taxed(), wrong]}).keys() == {
        "items[1][taxes]", "items[1][discountPercent]", "items[1][discountAmount]",
    }  # fmt: skip
    for discount in ({}, {"discountPercent": None, "discountAmount": 100}):
        made = shop.ann.made("invoices", {**body, "items": [{"name": "Bolt", "price": 1000}, line], **discount})
        assert [(one["netSum"], one["sum"]) for one in made["items"]["data"]] == [(900, 1071), (19, 19)]
        assert made["sum"] == 1090
    again = shop.ann.changes(made, items=[{"id": one["id"]} for one in made["items"]["data"]], taxes=[vat])
    assert (again["sum"], of_lines(again)) == (1090, [[vat], []])
    place = {"id": made["items"]["data"][1]["id"], "taxes": [vat]}
    assert shop.house.refused("PUT", made["at"], {"items": [place]}).keys() == {"items[0][taxes]"}


def test_an_orders_discount_goes_to_its_bills_by_what_they_bill_of_its_goods(shop: Paying) -> None:
    customs = shop.item(itemType=3)
    order = shop.approved_order(("Bolt", 2, 50), (customs, 1, 19), discountAmount=10)
    assert order["sum"] == 109
    bolt = order["items"]["data"][0]["id"]
    shop.billed(order, items=[{"name": "Bolt", "quantity": 1, "price": 45, "allocations": [bolt]}])
    rest = shop.ann.made("invoices", {"purchaseOrder": order["id"]})
    assert (rest["discountAmount"], rest["sum"]) == (5, 64)


def test_no_tax_is_due_twice_on_the_same_line(shop: Paying) -> None:
    vat, other = tax(shop), tax(shop, 7, "Other")
    body = {"supplier": shop.supplier["id"], "items": [taxed(vat, other, vat), {"name": "Nut", "price": 1}]}
    assert shop.house.refused("POST", "/invoices", {**body, "taxes": [vat, {"id": vat}]}).keys() == {
        "items[0][taxes][2]", "taxes[1]",
    }  # fmt: skip
    invoice = shop.invoice(taxed(vat))
    place = {"id": invoice["items"]["data"][0]["id"], "taxes": [vat, vat]}
    assert shop.house.refused("PUT", invoice["at"], {"items": [place]}).keys() == {"items[0][taxes][1]"}


def test_what_is_given_back_of_a_discounted_line_below_zero_is_as_much_as_it_was(shop: Paying) -> None:
    """An invoice that takes goods back at what they had cost, and a credit note about that invoice."""
    invoice = shop.owed(("Bolt", 10, 10), {"name": "Nut", "quantity": 2, "price": -5, "discountAmount": 1})
    assert [one["netSum"] for one in invoice["items"]["data"]] == [100, -9]
    rest = shop.note(invoice)
    assert (rest["sum"], [one["netSum"] for one in rest["items"]["data"]]) == (91, [100, -9])
