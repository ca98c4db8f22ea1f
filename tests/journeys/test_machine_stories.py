"""Stories that people at random have come upon, told once and for all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.domains.payables.bills import axes, billed
from tests.journeys.accountant import faults
from tests.journeys.reading import APPROVED, MATCHING, PENDING, RECEIVED, ids
from tests.support.buying import Shown
from tests.support.house import House, Premises
from tests.support.paying import Paying

NOT_BILLED, NOT_PAID, PARTLY, ALL = range(4)


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    yield found
    assert found.differences() == []
    assert faults(found.house) == []


@pytest.mark.parametrize("canceled", [False, True])
def test_a_line_that_a_receipt_names_stays_on_its_order(shop: Paying, canceled: bool) -> None:
    """A receipt that is only a draft, or that nobody believes any more, is not torn from what it is about."""
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 4))
    receipt = shop.receipt(order, 3, 3)
    if canceled:
        shop.ann.does("cancel", shop.ann.does("confirm", receipt), {"comment": "never came"})
    shop.ann.does("revision", order)
    bolt, nut = ids(order)
    said = shop.house.refused("PUT", order["at"], {"items": [{"id": nut}]})
    assert said == {"items": f"Line {bolt} is on receipt 1 and has to stay; order less of it instead."}
    shop.ann.changes(order, items=[{"id": bolt, "quantity": 3}, {"id": nut}])
    assert shop.ann.does("confirm_revise", order)["status"] == APPROVED


def test_a_line_that_a_credit_note_names_stays_on_its_invoice(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 2), ("Nut", 5, 4))
    bolt, nut = ids(invoice)
    note = shop.credited(invoice, {"creditedItem": bolt, "quantity": 1})
    shop.ann.does("cancel", note, {"comment": "it was all right"})
    shop.ann.does("revision", invoice)
    for body in ({"items": [{"id": nut}]}, {"items": []}):
        said = shop.house.refused("PUT", invoice["at"], body)
        assert said == {"items": f"Line {bolt} is on credit note {note['idn']} and has to stay; bill less of it."}
    said = shop.house.refused("POST", f"{invoice['at']}/split", {"items": [bolt]})
    assert said == {"items": f"Line {bolt} is on credit note {note['idn']} and has to stay; bill less of it."}
    shop.ann.changes(invoice, items=[{"id": bolt, "quantity": 5}])
    assert shop.ann.does("confirm_revise", invoice)["sum"] == 10


def test_a_bill_that_was_split_is_one_bill_without_its_first_part(shop: Paying) -> None:
    """The first part was nonsense and is deleted: the others stay together, with the number they share."""
    bill = shop.invoice(("Bolt", 6, 2), invoiceNumber="S-1")
    parts = [shop.ann.does("split", bill, {"items": [{"id": ids(bill)[0], "quantity": 2}]}) for _ in range(2)]
    shop.ann.does("delete", bill)
    first, second = (shop.ann.sees(one) for one in parts)
    assert (first["parentData"], second["parentData"]["idn"]) == (None, first["idn"])
    assert [shop.ann.does("confirm", one)["status"] for one in parts] == [APPROVED, APPROVED]
    assert "invoiceNumber" in shop.house.refused("POST", f"{shop.invoice(invoiceNumber='S-1')['at']}/confirm")


def test_an_order_that_grows_by_a_receipt_is_not_paid_any_more(premises: Premises) -> None:
    """All ten were billed and paid; twelve came and were agreed to. The other two are still to be billed."""
    shop = Paying(premises.house(receiptMatching=True))
    order = shop.approved_order(("Bolt", 10, 2))
    shop.pay(billed(shop, order), 20)
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, ALL, [10])
    receipt = shop.ann.does("confirm", shop.receipt(order, 12))
    assert receipt["status"] == MATCHING
    shop.ann.does("accept_changes", receipt)
    assert axes(shop.ann.sees(order)) == (APPROVED, RECEIVED, PARTLY, [10])
    shop.pay(billed(shop, order), 4)
    assert axes(shop.ann.sees(order))[2] == ALL
    assert faults(shop.house) == []


def test_an_order_that_grows_by_an_invoice_is_not_paid_while_that_waits(shop: Paying) -> None:
    cy = shop.person("invoice.approve")
    order = shop.approved_order(("Bolt", 10, 2))
    shop.pay(billed(shop, order), 20)
    shop.approving("invoices", ("Head", cy))
    more = billed(shop, order, (0, 2))
    assert (more["status"], axes(shop.ann.sees(order))) == (MATCHING, (MATCHING, 0, ALL, [10]))
    more = shop.ann.does("accept_changes", more)
    assert (more["status"], axes(shop.ann.sees(order))) == (PENDING, (APPROVED, 0, PARTLY, [10]))


@pytest.mark.parametrize("barrier", ["confirm", "approve"])
def test_nothing_is_linked_that_has_not_come(premises: Premises, barrier: str) -> None:
    """A bill that names no order passes where goods come first; put beside its order afterwards it has to wait."""
    shop = Paying(premises.house(threeWayMatch=barrier))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.owed(("Bolt", 6, 2))
    body = {"items": [{"id": ids(bill)[0], "allocations": [ids(order)[0]]}]}
    said = shop.house.refused("POST", f"{bill['at']}/link", body)
    assert said == {"items": "0 of 10 have been received, so 0 can be billed now, not 6; receive the goods first."}
    shop.ann.does("confirm", shop.receipt(order, 6))
    shop.ann.does("link", bill, body)
    assert axes(shop.ann.sees(order)) == (APPROVED, 1, NOT_PAID, [6])
    assert faults(shop.house) == []


def test_who_approves_a_bill_does_not_make_it_another(shop: Paying) -> None:
    """Less is fine; more than was ordered, or at another price, is for whoever ordered it."""
    cy = shop.person("invoice.create", "invoice.approve", "purchase_order.view")
    shop.approving("invoices", ("Head", cy))
    order = shop.approved_order(("Bolt", 10, 2))
    bill = billed(shop, order, (0, 4))
    (line,) = ids(bill)
    for change in ({"quantity": 11}, {"price": 3}):
        said = cy.house.refused("PUT", bill["at"], {"items": [{"id": line, **change}]})
        assert said["items"].startswith(f"This would not match order {order['idn']}: Bolt: ")
    cy.changes(bill, items=[{"id": line, "quantity": 3}])
    assert cy.does("approve", bill)["status"] == APPROVED
    assert axes(shop.ann.sees(order)) == (APPROVED, 0, NOT_PAID, [3])


def test_a_bill_that_was_put_beside_the_wrong_order(shop: Paying) -> None:
    """It names the order that it bills now, and none of another kind beside that."""
    wrong, right = shop.approved_order(("Bolt", 10, 2)), shop.approved_order(("Bolt", 10, 2))
    service = shop.approved_order({"name": "Bolt", "price": 20}, logicType=1)
    bill = shop.owed(("Bolt", 5, 2), ("Bolt", 5, 2))
    first, second = ids(bill)

    def linked(*pairs: tuple[int, Shown]) -> Shown:
        return {"items": [{"id": line, "allocations": ids(order)} for line, order in pairs]}

    bill = shop.ann.does("link", bill, linked((first, wrong), (second, wrong)))
    assert bill["purchaseOrder"]["id"] == wrong["id"]
    said = shop.house.refused("POST", f"{bill['at']}/link", linked((second, service)))
    assert said == {"items": f"Order {service['idn']} has another kind than {wrong['idn']}; bill them apart."}
    bill = shop.ann.does("link", bill, linked((first, right), (second, right)))
    assert bill["purchaseOrder"]["id"] == right["id"]
    assert [axes(shop.ann.sees(one))[2:] for one in (wrong, right)] == [(NOT_BILLED, [0]), (NOT_PAID, [10])]
    bill = shop.ann.does("link", bill, linked((first, service), (second, service)))
    assert (bill["purchaseOrder"]["id"], bill["isServiceOrder"]) == (service["id"], True)


def test_a_tax_does_not_bill_goods(shop: Paying) -> None:
    """Taxes on lines of their own are no difference to the order; so nobody may hide goods behind one."""
    customs = shop.item(price=3, itemType=3)
    order = shop.approved_order(("Bolt", 10, 2))
    bill = shop.owed((customs, 2))
    sentence = {"items[0][allocations]": "A tax bills taxes of an order, and goods its goods."}
    body = {"items": [{"id": ids(bill)[0], "allocations": ids(order)}]}
    assert shop.house.refused("POST", f"{bill['at']}/link", body) == sentence
    hidden = {"product": customs["id"], "quantity": 10, "price": 200, "allocations": ids(order)}
    body = {"purchaseOrder": {"id": order["id"]}, "items": [hidden]}
    assert shop.house.refused("POST", "/invoices", body) == sentence


def test_what_a_revised_bill_does_not_bill_any_more_is_held_by_its_orders_again(shop: Paying) -> None:
    """Of two orders on one bill the second is taken off, then the first: each holds its own again, at once."""
    made = shop.house.made("/-/budgetplans", {
        "name": "Works", "type": "custom", "startDate": "2020-01-01", "endDate": "2040-12-31",
        "lines": [{"periods": [{"sum": 1000}]}],
    })  # fmt: skip
    works = made["lines"]["data"][0]["periods"]["data"][0]["id"]
    orders = [shop.approved_order((f"Part {n}", 10, n)) for n in (2, 3)]
    body = {"purchaseOrders": [one["id"] for one in orders]}
    bill = shop.ann.does("confirm", shop.ann.made("invoices", body, "/invoices/from_orders"))
    bill = shop.ann.does("revision", bill)

    def stands() -> tuple[Any, Any, Any]:
        shown = shop.house.get(f"/budgets/{works}")
        return shown["usedSumInPurchaseOrder"], shown["usedSumInInvoice"], shown["availableSum"]

    assert stands() == (0, 50, 950)
    shop.ann.changes(bill, items=[{"id": ids(bill)[0]}])
    assert stands() == (30, 20, 950)
    shop.ann.changes(bill, items=[])
    assert stands() == (50, 0, 950)
