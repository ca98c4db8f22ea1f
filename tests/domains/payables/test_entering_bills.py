"""Entering bills: what is taken over from orders, what is completed, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.domains.payables.bills import APPROVED, IN_REVISION, MATCHING, billed, draft, line
from tests.support.buying import Shown
from tests.support.house import House
from tests.support.paying import Paying, furnished


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    yield from furnished(house)


def first(order: Shown) -> int:
    """The id of the order's first line."""
    return int(order["items"]["data"][0]["id"])


def agreed(shop: Paying) -> Shown:
    """A contract with the supplier."""
    body = {"number": "C-1", "id": shop.supplier["id"], "beginDate": "2020-01-01", "endDate": "2040-01-01"}
    return shop.house.made("/contract", body)


def other_supplier(shop: Paying) -> int:
    return int(shop.house.made("/suppliers", {"name": "Other"})["id"])


# Which orders it names


def test_a_bill_that_is_linked_by_hand_is_one_of_its_order(shop: Paying) -> None:
    order, bill = shop.approved_order(("Bolt", 10, 2)), shop.invoice(("Bolt", 10, 2))
    own = bill["items"]["data"][0]["id"]
    bill = shop.ann.changes(bill, items=[{"id": own, "allocations": [first(order)]}])
    assert (bill["purchaseOrder"]["id"], bill["logicType"]) == (order["id"], 2)
    assert [one["id"] for one in shop.house.get("/invoices?logicType[]=2")["data"]] == [bill["id"]]
    for change in ({"supplier": other_supplier(shop)}, {"currency": "USD", "exchangeRate": "0.5"}):
        assert set(shop.house.refused("PUT", bill["at"], change)) & {"supplier", "currency"}
    assert shop.ann.does("confirm", bill)["status"] == APPROVED


def test_orders_of_two_kinds_are_not_on_one_bill(shop: Paying) -> None:
    goods, service = shop.approved_order(("Bolt", 10, 2)), shop.approved_order(("Work", 1, 100), logicType=1)
    bill = draft(shop, goods)
    added = [{"id": bill["items"]["data"][0]["id"]}, {"price": 5, "allocations": [first(service)]}]
    assert "another kind" in shop.house.refused("PUT", bill["at"], {"items": added})["items"]
    status, shown, _ = shop.ann.house.call("POST", f"{bill['at']}/link", {
        "items": [{"id": bill["items"]["data"][0]["id"], "allocations": [
            {"purchaseOrderItem": first(goods), "quantity": 5}, {"purchaseOrderItem": first(service), "quantity": 5},
        ]}]
    })  # fmt: skip
    assert (status, "another kind" in shown["errors"]["errors"]["items"]) == (400, True)


def test_a_bill_names_the_order_that_its_lines_bill_now(shop: Paying) -> None:
    one, other = shop.approved_order(("Bolt", 10, 2)), shop.approved_order(("Nut", 10, 2))
    bill = shop.ann.changes(draft(shop, one), items=[{"quantity": 10, "allocations": [first(other)]}])
    assert bill["purchaseOrder"]["id"] == other["id"]
    shop.ann.does("confirm", bill)
    assert shop.ann.tries("cancel", other).status == 400
    shop.ann.does("cancel", one)


def test_what_is_split_off_names_its_own_order(shop: Paying) -> None:
    one, other = shop.approved_order(("Bolt", 10, 2)), shop.approved_order(("Nut", 10, 2))
    bill = shop.ann.made("invoices", {"purchaseOrders": [one["id"], other["id"], one["id"]]}, "/invoices/from_orders")
    assert [item["name"] for item in bill["items"]["data"]] == ["Bolt", "Nut"], "each order is billed once"
    child = shop.ann.does("split", bill, {"items": [{"id": bill["items"]["data"][1]["id"]}]})
    assert (shop.ann.sees(bill)["purchaseOrder"]["id"], child["purchaseOrder"]["id"]) == (one["id"], other["id"])


def test_bills_of_an_order_are_found_by_it(shop: Paying) -> None:
    one, other = shop.approved_order(("Bolt", 10, 2)), shop.approved_order(("Nut", 10, 2))
    bill = shop.ann.made("invoices", {"purchaseOrders": [one["id"], other["id"]]}, "/invoices/from_orders")
    shop.invoice()
    for order in (one, other):
        found = shop.house.get(f"/invoices?purchaseOrder={order['id']}")["data"]
        assert [shown["id"] for shown in found] == [bill["id"]]
        [related] = shop.ann.sees(order)["relatedInvoices"]["data"]
        assert (related["id"], related["idn"], related["status"]) == (bill["id"], bill["idn"], 0)


def test_where_an_order_is_for_holds_for_its_bills(shop: Paying) -> None:
    order, elsewhere = shop.approved_order(("Bolt", 10, 2)), shop.house.made("/locations", {"name": "Bremen"})["id"]
    wrong = shop.house.refused("POST", "/invoices", {"purchaseOrder": order["id"], "location": elsewhere})
    assert wrong.keys() == {"location"}


# What is left out


def test_a_line_has_what_it_leaves_out_from_the_line_it_bills(shop: Paying) -> None:
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    item, unit = shop.item(price=10), shop.house.made("/units", {"name": "box"})["id"]
    order = shop.approved_order(
        {"product": item["id"], "quantity": 10, "price": 10, "discountPercent": 10, "taxes": [vat], "unit": unit,
         "description": "zinc"}
    )  # fmt: skip
    bill = draft(shop, order, {"quantity": 4, "allocations": [first(order)]})
    [shown] = bill["items"]["data"]
    told = (shown["product"]["id"], shown["unit"]["id"], shown["description"], shown["netSum"], shown["sum"])
    assert told == (item["id"], unit, "zinc", 36, 42.84)
    assert shop.ann.does("confirm", bill)["status"] == APPROVED
    named = draft(shop, order, {"name": item["name"], "quantity": 1, "price": 9, "allocations": [first(order)]})
    assert (named["items"]["data"][0]["product"]["id"], named["sum"]) == (item["id"], 10.71)
    bare = draft(shop, order, {"quantity": 1, "taxes": [], "discountPercent": None, "allocations": [first(order)]})
    assert (bare["netSum"], bare["sum"]) == (10, 10), "what is said to be nothing is nothing"
    changed = shop.ann.changes(bare, items=[{"quantity": 3, "allocations": [first(order)]}])
    assert (changed["items"]["data"][0]["name"], changed["netSum"]) == (item["name"], 27)


def test_what_is_called_otherwise_is_another_thing(shop: Paying) -> None:
    order = shop.approved_order((shop.item(price=10), 10, 10))
    bill = billed(shop, order, {"name": "Gold", "quantity": 10, "price": 10, "allocations": [first(order)]})
    assert (bill["status"], bill["items"]["data"][0]["product"]) == (MATCHING, None)


def test_of_a_service_all_that_is_open_or_what_the_allocation_says(shop: Paying) -> None:
    order = shop.approved_order(("Work", 1, 1200), logicType=1)
    part = billed(shop, order, {"allocations": [{"purchaseOrderItem": first(order), "quantity": 500}]})
    assert (part["status"], part["netSum"]) == (APPROVED, 500)
    assert billed(shop, order, {"allocations": [first(order)]})["netSum"] == 700


@pytest.mark.parametrize(("discount", "net"), [({"discountAmount": 30}, 90), ({"discountPercent": 10}, 90)])
def test_lines_that_are_entered_have_their_part_of_the_orders_discount(shop: Paying, discount: Any, net: int) -> None:
    order = shop.approved_order(("Bolt", 10, 10), ("Nut", 10, 20), **discount)
    bill = billed(shop, order, (0, 10))
    assert (bill["status"], bill["netSum"]) == (APPROVED, net)
    assert draft(shop, order, (1, 5), discountAmount=None)["netSum"] == 100, "unless somebody says there is none"


# What is copied of discounts


def test_lines_and_order_may_both_have_discounts(shop: Paying) -> None:
    half = {"name": "Bolt", "quantity": 10, "price": 10, "discountPercent": 50}
    order = shop.approved_order(half, ("Nut", 10, 10), discountAmount=15)
    assert (order["netSum"], billed(shop, order)["netSum"]) == (135, 135)


def test_bills_in_parts_have_the_orders_discount_to_the_cent(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 1, 100), ("Nut", 1, 100), ("Pin", 1, 100), discountAmount=10)
    parts = [billed(shop, order, (i, 1)) for i in range(3)]
    assert [one["status"] for one in parts] == [APPROVED] * 3
    assert round(sum(one["netSum"] for one in parts), 2) == order["netSum"] == 290


def test_orders_with_discounts_of_their_own_are_billed_together(shop: Paying) -> None:
    many, plain = shop.approved_order(("Pin", 30000, "0.37"), discountAmount=100), shop.approved_order(("Nut", 10, 10))
    bill = shop.ann.made("invoices", {"purchaseOrders": [many["id"], plain["id"]]}, "/invoices/from_orders")
    assert [(one["price"], one["netSum"]) for one in bill["items"]["data"]] == [(0.37, 11000), (10, 100)]
    assert shop.ann.does("confirm", bill)["status"] == APPROVED


def test_a_discount_on_a_service_is_given_once(shop: Paying) -> None:
    order = shop.approved_order(("Work", 1, 1000), logicType=1, discountPercent=10)
    assert (order["netSum"], billed(shop, order)["netSum"]) == (900, 900)
    order = shop.approved_order(("Work", 1, 1000), logicType=1, discountAmount=100)
    assert billed(shop, order)["netSum"] == 900


def test_a_deduction_from_a_service_is_billed_with_it_once(shop: Paying) -> None:
    order = shop.approved_order(("Work", 1, 1200), ("Goodwill", 1, -100), logicType=1)
    bill = draft(shop, order)
    assert [one["netSum"] for one in bill["items"]["data"]] == [1200, -100]
    assert shop.ann.does("confirm", bill)["status"] == APPROVED
    assert shop.house.call("POST", "/invoices", {"purchaseOrder": order["id"]}).status == 400


# Splitting


def test_pieces_of_a_line_cost_what_the_line_did(shop: Paying) -> None:
    for price, net in (("0.335", 1.01), ("0.333", 1)):
        bill = draft(shop, shop.approved_order(("Bolt", 3, price)))
        parts = {"item": bill["items"]["data"][0]["id"], "parts": [1, 1, 1]}
        bill = shop.ann.does("split_line", bill, parts)
        assert (len(bill["items"]["data"]), bill["netSum"]) == (3, net)
        assert shop.ann.does("confirm", bill)["status"] == APPROVED


def test_discount_and_contracts_go_with_what_is_split_off(shop: Paying) -> None:
    contract = agreed(shop)
    order = shop.approved_order(("Bolt", 1, 100), ("Nut", 1, 100), discountAmount=20, contractIds=[contract["id"]])
    bill = draft(shop, order)
    child = shop.ann.does("split", bill, {"items": [{"id": bill["items"]["data"][1]["id"]}]})
    assert (shop.ann.sees(bill)["netSum"], child["netSum"]) == (90, 90)
    assert [one["id"] for one in child["contracts"]["data"]] == [contract["id"]]
    for one in (bill, child):
        assert shop.ann.does("confirm", one)["status"] == APPROVED


# Numbers


@pytest.mark.parametrize("number", ["S-1", "s-1", " S-1", "S-1 "])
def test_a_number_is_the_same_however_it_is_written(shop: Paying, number: str) -> None:
    shop.owed(invoiceNumber="S-1")
    status, shown, _ = shop.ann.tries("confirm", shop.invoice(invoiceNumber=number))
    assert (status, shown["errors"]["errors"].keys()) == (400, {"invoiceNumber"})
    shop.owed(invoiceNumber=number, supplier=other_supplier(shop))


def test_a_number_stays_alone_once_a_bill_is_submitted(shop: Paying) -> None:
    early, later = shop.invoice(invoiceNumber="S-1"), shop.invoice(invoiceNumber="S-1")
    shop.ann.does("confirm", early)  # drafts hold back nobody
    other = shop.owed(invoiceNumber="S-2")
    assert shop.house.refused("PUT", other["at"], {"invoiceNumber": "s-1"}).keys() == {"invoiceNumber"}
    assert shop.ann.changes(other, invoiceNumber="S-3")["invoiceNumber"] == "S-3"
    assert shop.ann.tries("confirm", later).status == 400
    shop.ann.does("cancel", early)
    assert shop.ann.does("confirm", later)["status"] == APPROVED


def test_a_company_may_let_numbers_come_twice(shop: Paying) -> None:
    shop.house.choose(duplicateInvoiceNumbers=True)
    for _ in range(2):
        assert shop.owed(invoiceNumber="S-1")["status"] == APPROVED


# Days


def test_the_day_it_is_due_follows_from_its_terms_until_somebody_says_another(shop: Paying) -> None:
    month, week = (
        shop.house.made("/paymentterms", {"name": f"{days} days", "paymentType": 0, "creditPeriodDays": days})["id"]
        for days in (30, 7)
    )
    bill = shop.invoice(issueDate="2026-03-01T08:00:00Z")
    assert bill["requiredDate"] is None
    bill = shop.ann.changes(bill, paymentTerm=month)
    assert bill["requiredDate"] == "2026-03-31T23:59:59+00:00"
    assert shop.ann.changes(bill, issueDate="2026-03-02")["requiredDate"] == "2026-04-01T23:59:59+00:00"
    assert shop.ann.changes(bill, paymentTerm=week)["requiredDate"] == "2026-03-09T23:59:59+00:00"
    bill = shop.ann.does("confirm", bill)
    assert shop.ann.changes(bill, issueDate="2026-03-03")["requiredDate"] == "2026-03-10T23:59:59+00:00"
    by_hand = shop.invoice(issueDate="2026-03-01", paymentTerm=month, requiredDate="2026-03-15")
    assert shop.ann.changes(by_hand, issueDate="2026-03-05")["requiredDate"] == "2026-03-15T23:59:59+00:00"
    assert shop.ann.changes(by_hand, requiredDate=None)["requiredDate"] == "2026-04-04T23:59:59+00:00"


def test_currency_and_terms_are_the_suppliers_where_nobody_says_others(shop: Paying) -> None:
    terms = shop.house.made("/paymentterms", {"name": "30 days", "paymentType": 0, "creditPeriodDays": 30})["id"]
    more = shop.house.made("/paymentterms", {"name": "7 days", "paymentType": 0, "creditPeriodDays": 7})["id"]
    supplier = shop.house.made("/suppliers", {"name": "Abroad", "currency": "USD", "paymentTermIds": [terms]})["id"]
    for make in (shop.invoice, shop.order):
        made = make(supplier=supplier, exchangeRate="0.9")
        assert (made["currency"], made["paymentTerm"]["id"]) == ("USD", terms)
        other = make(supplier=supplier, currency="EUR", paymentTerm=None)
        assert (other["currency"], other["paymentTerm"]) == ("EUR", None)
        assert make(supplier=supplier)["currency"] == "EUR", "without a rate"
    shop.house.changed("PUT", f"/suppliers/{supplier}", {"paymentTermIds": [terms, more]})
    assert shop.invoice(supplier=supplier, exchangeRate="0.9")["paymentTerm"] is None, "there are two"


def test_another_day_of_issue_restarts_no_approval(shop: Paying) -> None:
    terms = shop.house.made("/paymentterms", {"name": "30 days", "paymentType": 0, "creditPeriodDays": 30})["id"]
    boss = shop.person("invoice.approve")
    shop.approving("invoices", ("Boss", boss))
    bill = shop.ann.does("confirm", shop.invoice(issueDate="2026-03-01", paymentTerm=terms))
    bill = shop.ann.does("revision", boss.does("approve", bill))
    assert bill["status"] == IN_REVISION
    assert shop.ann.changes(bill, issueDate="2026-03-05")["requiredDate"] == "2026-04-04T23:59:59+00:00"
    assert shop.ann.does("confirm_revise", bill)["status"] == APPROVED


# What is owed


def test_what_the_supplier_owes_takes_a_credit_note(shop: Paying) -> None:
    held = [
        shop.house.made("/taxes", {"name": f"Held {i}", "percent": 60, "isWithholdingTax": True})["id"]
        for i in range(2)
    ]
    for wrong in (("Bonus", 1, -5), {"name": "Work", "quantity": 1, "price": 100, "taxes": held}):
        status, shown, _ = shop.ann.tries("confirm", shop.invoice(wrong))
        assert (status, "credit note" in shown["errors"]["errors"]["items"]) == (400, True)
    assert shop.owed(("Sample", 1, 0))["sum"] == 0


def test_what_is_submitted_says_when_it_was_issued(shop: Paying) -> None:
    bill = shop.ann.changes(shop.invoice(), issueDate=None)
    status, shown, _ = shop.ann.tries("confirm", bill)
    assert (status, shown["errors"]["errors"].keys()) == (400, {"issueDate"})
    assert shop.house.refused("PUT", shop.owed()["at"], {"issueDate": None}).keys() == {"issueDate"}


def test_a_contract_is_in_force_when_the_bill_is_issued(shop: Paying) -> None:
    over = agreed(shop)
    order = shop.approved_order(contractIds=[over["id"]])
    alone = shop.invoice(contractIds=[over["id"]], issueDate="2041-01-01")
    status, shown, _ = shop.ann.tries("confirm", alone)
    assert (status, shown["errors"]["errors"].keys()) == (400, {"contractIds"})
    assert billed(shop, order, issueDate="2041-01-01")["status"] == APPROVED, "it was ordered in time"


def test_lines_say_what_they_replace(shop: Paying) -> None:
    order = shop.approved_order(("Casing", 10, 5))
    assert billed(shop, order, line(order, 0, 10))["status"] == APPROVED
