"""Bills of blanket orders: lines and axes of the orders follow whatever becomes of the bills."""

from __future__ import annotations

import pytest

from tests.support.buying import Shown
from tests.support.house import House
from tests.support.paying import Paying

PARTLY, ALL = 2, 3
CLOSED_LINE, RECEIVED = 3, 2


@pytest.fixture
def shop(house: House) -> Paying:
    return Paying(house)


def blanket(shop: Paying) -> Shown:
    """An approved blanket order of 100 in all."""
    body = {
        "supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2, "blanketSum": 100,
        "beginDate": "2020-01-01", "endDate": "2040-01-01",
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
