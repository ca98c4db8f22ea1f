"""Bills of blanket orders: lines and axes of the orders follow whatever becomes of the bills."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.buying import Shown
from tests.support.house import House
from tests.support.paying import APPROVED, Paying

PARTLY, ALL = 2, 3
CLOSED_LINE, RECEIVED = 3, 2


@pytest.fixture
def shop(house: House) -> Paying:
    return Paying(house)


def blanket(shop: Paying, **more: Any) -> Shown:
    """An approved blanket order of 100 in all."""
    body = {
        "supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2, "blanketSum": 100,
        "beginDate": "2020-01-01", "endDate": "2040-01-01", **more,
    }  # fmt: skip
    return shop.ann.does("confirm", shop.ann.made("purchaseorders", body))


def test_what_is_stopped_is_paid_when_its_bills_are(shop: Paying) -> None:
    order = blanket(shop)
    shop.pay(shop.billed(order, items=[{"name": "Bolt", "quantity": 1, "price": 40}]), 40)
    assert shop.ann.sees(order)["statusPayment"] == PARTLY
    assert shop.ann.does("stop", order)["statusPayment"] == ALL


def test_a_revised_bill_renews_the_taxes_of_the_orders_line(shop: Paying) -> None:
    order, vat = blanket(shop), shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    bill = shop.billed(order, items=[{"name": "Bolt", "quantity": 1, "price": 40, "taxes": [vat["id"]]}])
    bill = shop.ann.does("revision", bill)
    shop.ann.changes(bill, items=[{"id": bill["items"]["data"][0]["id"], "price": 50}])
    shop.ann.does("confirm_revise", bill)
    (line,) = shop.ann.sees(order)["items"]["data"]
    assert (line["taxSum"], [tax["sum"] for tax in line["taxes"]["data"]]) == (10, [10])


def test_nobody_waits_for_what_a_canceled_bill_had_brought(shop: Paying) -> None:
    order = blanket(shop)
    shop.billed(order, items=[{"name": "Bolt", "quantity": 1, "price": 40}])
    other = shop.billed(order, items=[{"name": "Nut", "quantity": 1, "price": 40}])
    shop.ann.does("confirm", shop.receipt(shop.ann.sees(order), 1))
    shop.ann.does("cancel", other)
    now = shop.ann.sees(order)
    assert (now["statusReceiving"], [one["status"] for one in now["items"]["data"]]) == (RECEIVED, [2, CLOSED_LINE])


def test_lines_that_bills_brought_are_news_in_the_next_revision(shop: Paying) -> None:
    order = blanket(shop)
    shop.billed(order, items=[{"name": "Bolt", "quantity": 1, "price": 40}])
    shop.ann.changes(order, note="billed in parts")
    said = shop.house.get(f"{order['at']}/revisions/compare?from=1&to=2")["changes"]
    lines = next(one for one in said if one["field"] == "items")
    assert [line["name"] for line in lines["added"]] == ["Bolt"]


def test_each_of_several_is_billed_up_to_its_own_sum(shop: Paying) -> None:
    orders = [blanket(shop) for _ in range(2)]
    for order in orders:
        shop.billed(order, items=[{"name": "Bolt", "quantity": 1, "price": 1}])
    lines = [shop.ann.sees(order)["items"]["data"][0]["id"] for order in orders]

    def both(price: int, *more: Shown) -> Shown:
        items = [{"name": "Bolt", "quantity": 1, "price": price, "allocations": [line]} for line in lines]
        return shop.ann.made("invoices", {"purchaseOrder": orders[0]["id"], "items": [*items, *more]})

    status, shown, _ = shop.ann.tries("confirm", both(60, {"name": "Nut", "quantity": 1, "price": 40}))
    words = f"Of order {orders[0]['idn']} 99 are left; this invoice comes to 100."
    assert (status, shown["errors"]["errors"]["items"]) == (400, words)
    bill = shop.ann.does("confirm", both(60))
    assert bill["status"] == APPROVED
    assert [shop.ann.sees(order)["netInvoicedSum"] for order in orders] == [61, 61]
    assert [ordered(shop.ann.sees(order)) for order in orders] == [[(2, 61)]] * 2
    shop.ann.does("cancel", bill, {"comment": "wrong"})
    assert [ordered(shop.ann.sees(order)) for order in orders] == [[(1, 1)]] * 2


def ordered(order: Shown) -> list[tuple[Any, Any]]:
    """The quantity and the net amount of each line."""
    return [(one["quantity"], one["netSum"]) for one in order["items"]["data"]]


@pytest.mark.parametrize(("is_gross", "most"), [(False, 100), (True, 84)])
def test_its_sum_counts_with_or_without_taxes(shop: Paying, is_gross: bool, most: int) -> None:
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    order = blanket(shop, blanketIsGross=is_gross)

    def bill(price: int) -> Shown:
        items = [{"name": "Bolt", "quantity": 1, "price": price, "taxes": [vat]}]
        return shop.ann.made("invoices", {"purchaseOrder": order["id"], "items": items})

    assert shop.ann.tries("confirm", bill(most + 1)).status == 400
    assert shop.ann.does("confirm", bill(most))["status"] == APPROVED
