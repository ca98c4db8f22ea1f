"""From goods to money: stories of orders, their bills and what is paid, every axis after every step."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.domains.payables.bills import axes, billed, draft, line, tolerance
from tests.journeys.auditor import faults
from tests.journeys.reading import APPROVED, COMPLETED, MATCHING, RECEIVED, REJECTED, ids, requisition_axes
from tests.support.buying import Shown
from tests.support.house import House, Premises
from tests.support.paying import Paying

NOT_BILLED, NOT_PAID, PARTLY, ALL = range(4)
PARTLY_PAID, PAID = 4, 5


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []
    assert faults(found.house) == []


def links(bill: Shown) -> list[list[tuple[Any, Any, Any]]]:
    """Of each line of an invoice the lines of orders and receipts that it bills, and how much."""
    return [
        [(one["purchaseOrderItem"], one["receiptItem"], one["quantity"]) for one in item["allocations"]["data"]]
        for item in bill["items"]["data"]
    ]


def test_the_plain_one_from_requisition_to_paid(shop: Paying) -> None:
    """Rob needs bolts. They are ordered, come, are billed as ordered and paid; then everything is complete."""
    rob = shop.person("purchase_requisition.create", firstname="Rob")
    bolts = shop.item(price=2)
    asked = rob.does("confirm", shop.requisition((bolts, 10, 2), by=rob))
    (order,) = shop.ann.orders(*ids(asked), supplier=shop.supplier["id"])
    order = shop.ann.does("confirm", order)
    receipt = shop.ann.does("confirm", shop.receipt(order))
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, NOT_BILLED, [0])
    assert shop.stock(bolts) == (10, 0)

    bill = billed(shop, order, invoiceNumber="R-1")
    assert (bill["status"], bill["sum"], bill["logicType"]) == (APPROVED, 20, 2)
    assert links(bill) == [[(ids(order)[0], ids(receipt)[0], 10)]], "the receipt is found by itself"
    order = shop.ann.sees(order)
    assert axes(order) == (APPROVED, RECEIVED, NOT_PAID, [10])
    assert (order["invoicedSum"], order["netInvoicedSum"]) == (20, 20)

    shop.pay(bill, 5)
    assert shop.stands(bill) == (PARTLY_PAID, "5.00")
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, PARTLY, [10])

    shop.pay(bill, 15)
    assert shop.stands(bill) == (PAID, "20.00")
    assert axes(shop.ann.sees(order)) == (COMPLETED, RECEIVED, ALL, [10])
    assert requisition_axes(shop.ann.sees(asked))[0] == COMPLETED
    assert shop.stock(bolts) == (10, 0)


def test_a_payment_that_is_taken_back_opens_the_order_again(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    shop.ann.does("confirm", shop.receipt(order))
    bill = billed(shop, order)
    payment = shop.pay(bill, 20)
    assert shop.ann.sees(order)["status"] == COMPLETED
    shop.ann.does("cancel", payment)
    assert shop.stands(bill) == (APPROVED, "0.00")
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, NOT_PAID, [10])
    shop.pay(bill, 20)
    assert axes(shop.ann.sees(order)) == (COMPLETED, RECEIVED, ALL, [10])


def test_two_deliveries_and_three_bills(shop: Paying) -> None:
    bolts = shop.item(price=2)
    order = shop.approved_order((bolts, 10), ("Nut", 6, 5))
    bolt, nut = ids(order)
    first = shop.ann.does("confirm", shop.receipt(order, 6, 6))
    one = billed(shop, order, (0, 4))
    assert links(one) == [[(bolt, ids(first)[0], 4)]]
    assert axes(shop.ann.sees(order)) == (APPROVED, 1, NOT_PAID, [4, 0])

    two = billed(shop, order, (0, 4), (1, 6))
    assert links(two) == [[(bolt, ids(first)[0], 2), (bolt, None, 2)], [(nut, ids(first)[1], 6)]]
    second = shop.ann.does("confirm", shop.receipt(order, 4))
    assert links(shop.ann.sees(two))[0] == [(bolt, ids(first)[0], 2), (bolt, ids(second)[0], 2)]
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, NOT_PAID, [8, 6])
    assert shop.stock(bolts) == (10, 0)

    three = billed(shop, order)
    assert [(one["quantity"], one["price"]) for one in three["items"]["data"]] == [(2, 2)], "what is open"
    for bill, sum_ in ((one, 8), (two, 38)):
        shop.pay(bill, sum_)
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, PARTLY, [10, 6])
    shop.pay(three, 4)
    assert axes(shop.ann.sees(order)) == (COMPLETED, RECEIVED, ALL, [10, 6])
    status, said, _ = shop.ann.house.call("POST", "/invoices", {"purchaseOrder": {"id": order["id"]}})
    assert (status, "completed" in str(said)) == (400, True)


def test_a_canceled_bill_can_be_billed_again(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order)
    shop.ann.does("cancel", bill, {"comment": "wrong supplier"})
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, NOT_BILLED, [0])
    again = billed(shop, order)
    assert again["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, NOT_PAID, [10])


def test_dearer_within_and_beyond_what_is_tolerated(shop: Paying) -> None:
    tolerance(shop, percent=5)
    order = shop.approved_order(("Bolt", 100, 2), ("Nut", 100, 3))
    within = billed(shop, order, (0, 100, "2.25"))
    assert (within["status"], within["netSum"]) == (APPROVED, 225)
    assert [one["price"] for one in shop.ann.sees(order)["items"]["data"]] == [2, 3], "the order stays as it was"

    beyond = billed(shop, order, (1, 100, "3.01"))
    assert (beyond["status"], shop.ann.sees(order)["status"]) == (MATCHING, MATCHING)
    assert axes(shop.ann.sees(order)) == (MATCHING, 0, NOT_PAID, [100, 0])
    [told] = shop.house.get(f"{beyond['at']}/match")["orders"]
    assert (told["earlierDifference"], told["difference"], told["limit"]) == (25, 26, 25)
    assert shop.house.get(f"{within['at']}/match")["orders"][0]["difference"] == 26, "both together"

    shop.ann.does("decline_changes", beyond, {"comment": "3 was agreed"})
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, NOT_PAID, [100, 0])
    assert shop.ann.sees(beyond)["status"] == REJECTED
    assert billed(shop, order, (1, 100))["status"] == APPROVED


def test_a_bill_and_a_delivery_are_linked_afterwards(shop: Paying) -> None:
    """Nobody knew what the bill was for; later it is put beside the order and its receipt."""
    order = shop.approved_order(("Bolt", 10, 2))
    receipt = shop.ann.does("confirm", shop.receipt(order))
    bill = shop.owed(("Bolts, as delivered", 10, 2))
    assert (links(bill), axes(shop.ann.sees(order))) == ([[]], (APPROVED, RECEIVED, NOT_BILLED, [0]))
    shop.pay(bill, 20)

    where = {"purchaseOrderItem": ids(order)[0], "receiptItem": ids(receipt)[0], "quantity": 10}
    bill = shop.ann.does("link", bill, {"items": [{"id": ids(bill)[0], "allocations": [where]}]})
    assert links(bill) == [[(ids(order)[0], ids(receipt)[0], 10)]]
    assert (bill["purchaseOrder"]["id"], bill["logicType"]) == (order["id"], 2)
    assert axes(shop.ann.sees(order)) == (COMPLETED, RECEIVED, ALL, [10])


def test_what_does_not_match_is_not_linked_afterwards(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.owed(("Bolt", 10, 3))
    body = {"items": [{"id": ids(bill)[0], "allocations": [ids(order)[0]]}]}
    status, said, _ = shop.ann.tries("link", bill, body)
    assert (status, "Bolt: 30.00 billed, 20.00 by the order" in str(said)) == (400, True)
    assert (links(shop.ann.sees(bill)), axes(shop.ann.sees(order))) == ([[]], (APPROVED, 0, NOT_BILLED, [0]))


def test_one_bill_for_three_orders(shop: Paying) -> None:
    orders = [shop.approved_order((f"Part {n}", 10, n)) for n in (1, 2, 3)]
    billed(shop, orders[1], (0, 4))
    made = shop.ann.made(
        "invoices", {"purchaseOrders": [one["id"] for one in orders], "invoiceNumber": "S-9"}, "/invoices/from_orders"
    )
    assert [(one["name"], one["quantity"]) for one in made["items"]["data"]] == [
        ("Part 1", 10), ("Part 2", 6), ("Part 3", 10),
    ]  # fmt: skip
    bill = shop.ann.does("confirm", made)
    assert (bill["status"], bill["sum"]) == (APPROVED, 52)
    assert [axes(shop.ann.sees(one))[2:] for one in orders] == [(NOT_PAID, [10])] * 3
    shop.pay(bill, 52)
    assert [axes(shop.ann.sees(one))[2] for one in orders] == [ALL, PARTLY, ALL]


def test_each_order_keeps_its_own_discount_on_a_bill_of_several(shop: Paying) -> None:
    orders = [shop.approved_order(("Bolt", 10, 10), discountPercent=n) for n in (10, 0)]
    orders.append(shop.approved_order(("Nut", 3, 10), discountAmount=3))
    body = {"purchaseOrders": [one["id"] for one in orders]}
    bill = shop.ann.does("confirm", shop.ann.made("invoices", body, "/invoices/from_orders"))
    assert (bill["status"], bill["netSum"]) == (APPROVED, 90 + 100 + 27)


def test_orders_of_two_suppliers_are_not_billed_together(shop: Paying) -> None:
    other = shop.house.made("/suppliers", {"name": "Nails"})
    orders = [shop.approved_order(), shop.approved_order(supplier=other["id"])]
    said = shop.house.refused("POST", "/invoices/from_orders", {"purchaseOrders": [one["id"] for one in orders]})
    assert said == {"purchaseOrders": f"Order {orders[1]['idn']} has another supplier than {orders[0]['idn']}."}


def test_a_bill_is_split_between_two_places(shop: Paying) -> None:
    """Half of it is for the other plant: a bill of its own, with the same number."""
    plant = shop.house.made("/locations", {"name": "Plant"})
    order = shop.approved_order(("Bolt", 10, 2))
    bill = draft(shop, order, invoiceNumber="S-1")
    child = shop.ann.does(
        "split", bill, {"items": [{"id": ids(bill)[0], "quantity": 4}], "location": plant["id"]}
    )  # fmt: skip
    assert (child["parentData"]["idn"], child["location"]["name"], child["sum"]) == (bill["idn"], "Plant", 8)
    bill = shop.ann.sees(bill)
    assert (bill["parentData"], bill["sum"], bill["items"]["data"][0]["quantity"]) == (None, 12, 6)
    assert [shop.ann.does("confirm", one)["status"] for one in (bill, child)] == [APPROVED, APPROVED]
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, NOT_PAID, [10])


def test_a_number_comes_once_from_a_supplier(shop: Paying) -> None:
    shop.owed(invoiceNumber="S-1")
    said = shop.house.refused("POST", shop.invoice(invoiceNumber="S-1")["at"] + "/confirm")
    assert said == {"invoiceNumber": "Invoice 1 of this supplier has this number already."}


def test_a_line_that_is_struck_is_awaited_no_more(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    bill = draft(shop, order)
    bill = shop.ann.does("reject_line", bill, {"item": ids(bill)[1]})
    assert [one["name"] for one in bill["items"]["data"]] == ["Bolt"]
    assert [one["status"] for one in shop.ann.sees(order)["items"]["data"]] == [0, 3]
    bill = shop.ann.does("confirm", bill)
    shop.pay(bill, 20)
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, ALL, [10, 0])
    shop.ann.does("confirm", shop.receipt(order))
    assert shop.ann.sees(order)["status"] == COMPLETED


def test_a_service_is_billed_by_the_month(shop: Paying) -> None:
    order = shop.approved_order({"name": "Cleaning", "price": 1200}, logicType=1)
    first = billed(shop, order, line(order, 0, 1, price=100))
    assert (first["status"], first["isServiceOrder"], links(first)[0][0][2]) == (APPROVED, True, 100)
    rest = billed(shop, order)
    assert (rest["netSum"], axes(shop.ann.sees(order))) == (1100, (APPROVED, 0, NOT_PAID, [1200]))
    for bill in (first, rest):
        shop.pay(bill, bill["sum"])
    assert shop.ann.sees(order)["status"] == COMPLETED


def test_a_blanket_order_is_used_up(shop: Paying) -> None:
    """1,000 in all: two bills, the second with what is left; its lines can be received."""
    order = shop.ann.made(
        "purchaseorders",
        {
            "supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2, "blanketSum": 1000,
            "beginDate": "2020-01-01", "endDate": "2040-12-31",
        },
    )  # fmt: skip
    order = shop.ann.does("confirm", order)
    bolts = shop.item(price=6)
    bolt = {"product": bolts["id"], "price": 6}
    too_much = draft(shop, order, {**bolt, "quantity": 200})
    assert shop.house.refused("POST", f"{too_much['at']}/confirm") == {
        "items": f"Of order {order['idn']} 1000 are left; this invoice comes to 1200."
    }
    first = billed(shop, order, {**bolt, "quantity": 100})
    order = shop.ann.sees(order)
    assert (first["status"], order["netInvoicedSum"], axes(order)) == (APPROVED, 600, (APPROVED, 0, NOT_PAID, [100]))

    shop.ann.does("confirm", shop.receipt(order, 100))
    assert shop.stock(bolts) == (100, 0)
    second = billed(shop, order, {"name": "Freight", "quantity": 1, "price": 400})
    order = shop.ann.sees(order)
    assert (order["netInvoicedSum"], axes(order)) == (1000, (APPROVED, 1, NOT_PAID, [100, 1]))
    for bill in (first, second):
        shop.pay(bill, bill["sum"])
    assert axes(shop.ann.sees(order)) == (APPROVED, 1, ALL, [100, 1])
    late = draft(shop, order, {**bolt, "quantity": 1}, issueDate="2041-01-01")
    assert set(shop.house.refused("POST", f"{late['at']}/confirm")) == {"issueDate", "items"}


def test_the_buyer_takes_back_an_order_that_has_been_billed(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    billed(shop, order, (0, 6))
    order = shop.ann.does("revision", order)
    bolt, nut = ids(order)
    said = shop.house.refused("PUT", order["at"], {"items": [{"id": nut}]})
    assert said == {"items": f"Line {bolt} is on an invoice and has to stay; take it off that first."}
    shop.ann.changes(order, items=[{"id": bolt, "quantity": 5}, {"id": nut}])
    assert shop.house.refused("POST", f"{order['at']}/confirm_revise") == {
        "items[0][quantity]": "6 have been billed already."
    }
    shop.ann.changes(order, items=[{"id": bolt, "quantity": 6}])
    order = shop.ann.does("confirm_revise", order)
    assert axes(order) == (APPROVED, 0, NOT_PAID, [6])
    assert "There are invoices of this order" in shop.ann.tries("cancel", order, {"comment": "no"}).json["message"]


def test_foreign_money_keeps_the_rate_of_each_document(premises: Premises) -> None:
    shop = Paying(premises.house())
    order = shop.approved_order(("Bolt", 10, 10), currency="USD", exchangeRate="0.9")
    bill = billed(shop, order, exchangeRate="0.8")
    assert (bill["currency"], bill["exchangeRate"], bill["sumInCompanyCurrency"]) == ("USD", 0.8, 80)
    order = shop.ann.sees(order)
    assert (order["sumInCompanyCurrency"], order["invoicedSum"], order["invoicedSumInCompanyCurrency"]) == (90, 100, 80)
    assert shop.differences() == []
