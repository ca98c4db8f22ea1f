"""Orders made from requisitions: grouped, merged, drawn in parts, by hand, by themselves, and by two people at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.domains.purchasing.shop import WANTED, Shop, ids
from tests.support.house import Reply

FROM = "/purchaseorders/from_requisitions"
SOON, LATER = "2040-05-01T23:59:59+00:00", "2040-07-01T23:59:59+00:00"


def shown_lines(order: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [(one["name"], one["price"], one["quantity"]) for one in order["items"]["data"]]


def sources(order: dict[str, Any]) -> list[list[tuple[int, Any]]]:
    """For each line of an order: requisition line and quantity."""
    return [
        [(one["requisitionItem"], one["quantity"]) for one in line["sources"]["data"]]
        for line in order["items"]["data"]
    ]


def test_three_departments_become_two_orders(shop: Shop) -> None:
    """By supplier; identical lines share one, whatever department asked; the earliest day and what is equal is kept."""
    house = shop.house
    departments = {"name": "Department", "options": [{"name": "Marketing"}, {"name": "IT"}, {"name": "HR"}]}
    field = house.made("/documentcustomfields", departments)
    project = house.made("/documentcustomfields", {"name": "Project", "type": 1})["id"]
    colour = house.made("/itemcustomfields", {"name": "Colour", "type": 1})["id"]
    tax = house.made("/taxes", {"name": "VAT", "percent": 10})["id"]
    entity = house.made("/legalentities", {"name": "Acme"})["id"]

    def of(department: int, *lines: dict[str, Any], **more: Any) -> dict[str, Any]:
        option = field["options"]["data"][department]["id"]
        values = [
            {"value": str(option), "documentCustomField": {"id": field["id"]}},
            {"value": "Roof", "documentCustomField": {"id": project}},
        ]
        return shop.approved(*lines, dataDocumentCustomFields=values, legalEntity=entity, **more)

    red = [{"value": "red", "itemCustomField": {"id": colour}}]
    bolt = shop.line(taxes=[tax])
    marketing = of(0, bolt, shop.line(name="Nut", supplier=shop.nuts))
    it = of(1, {**bolt, "quantity": 5}, {**bolt, "price": 3}, requiredDate=LATER)
    hr = of(2, {**bolt, "quantity": 3, "dataItemCustomFields": red}, {**bolt, "quantity": 2, "requiredDate": SOON})

    bolts, nuts = shop.ordered(*ids(marketing), *ids(it), *ids(hr))
    assert (bolts["supplier"]["id"], nuts["supplier"]["id"]) == (shop.bolts, shop.nuts)
    for order in (bolts, nuts):
        assert (order["status"], order["logicType"], order["currency"]) == (0, 0, "EUR")
        assert (order["location"]["id"], order["legalEntity"]["id"]) == (shop.bonn, entity)
    assert (bolts["requiredDate"], nuts["requiredDate"]) == (SOON, WANTED)
    assert shown_lines(bolts) == [("Bolt", 2, 17), ("Bolt", 3, 10), ("Bolt", 2, 3)]
    assert shown_lines(nuts) == [("Nut", 2, 10)]
    first, second, third = ids(marketing), ids(it), ids(hr)
    assert sources(bolts) == [
        [(first[0], 10), (second[0], 5), (third[1], 2)], [(second[1], 10)], [(third[0], 3)]
    ]  # fmt: skip
    assert sources(nuts) == [[(first[1], 10)]]
    assert (bolts["netSum"], bolts["sum"], nuts["sum"]) == (70, 77, 20)
    assert [one["value"] for one in bolts["items"]["data"][2]["dataItemCustomFields"]["data"]] == ["red"]
    assert [one["value"] for one in bolts["dataDocumentCustomFields"]["data"]] == ["Roof"]
    assert len(nuts["dataDocumentCustomFields"]["data"]) == 2
    for requisition in (marketing, it, hr):
        assert {status for status, _ in shop.lines(requisition)} == {1}


def test_lines_that_stay_apart(shop: Shop) -> None:
    one, other = shop.approved(), shop.approved()
    (order,) = shop.ordered(*ids(one), *ids(other), merge=False, requiredDate=SOON)
    assert (shown_lines(order), order["requiredDate"]) == ([("Bolt", 2, 10), ("Bolt", 2, 10)], SOON)


def test_locations_and_currencies_take_orders_of_their_own(shop: Shop) -> None:
    bonn = shop.approved()
    kiel = shop.approved(location=shop.kiel)
    dollars = shop.approved(currency="USD", exchangeRate="0.5")
    later = shop.approved(currency="USD", exchangeRate="0.6")
    orders = shop.ordered(*ids(bonn), *ids(kiel), *ids(dollars), *ids(later))
    assert [(o["location"]["name"], o["currency"], o["exchangeRate"]) for o in orders] == [
        ("Bonn", "EUR", 1), ("Kiel", "EUR", 1), ("Bonn", "USD", 0.6)
    ]  # fmt: skip
    assert orders[2]["items"]["data"][0]["quantity"] == 20


def test_lines_are_drawn_in_parts(shop: Shop) -> None:
    made = shop.approved(shop.line(discountAmount=5))
    (line,) = ids(made)
    (order,) = shop.ordered({"id": line, "quantity": 4})
    assert shop.lines(made) == [(0, 4)]
    assert order["items"]["data"][0]["discountAmount"] == 2
    assert shop.house.refused("POST", FROM, {"items": [{"id": line, "quantity": 7}]}) == {
        "items[0][quantity]": "Only 6 of 10 are still open: 4 are ordered."
    }
    shop.ordered({"id": line})
    assert shop.lines(made) == [(1, 10)]
    assert set(shop.house.refused("POST", FROM, {"items": [line]})) == {"items[0][quantity]"}


def test_what_cannot_be_ordered(shop: Shop) -> None:
    draft, free = shop.draft(), shop.approved({"name": "Pin"})
    (line,) = ids(free)
    body = {"items": [{"id": i} for i in (*ids(draft), 1, line, line)]}
    refused = shop.house.refused("POST", FROM, body)
    assert {place: sentence.split()[0] for place, sentence in refused.items()} == {
        "items[0][id]": "Requisition", "items[1][id]": "There", "items[2][id]": "This", "items[3][id]": "This"
    }  # fmt: skip
    for wrong in ({}, {"items": []}):
        assert set(shop.house.refused("POST", FROM, wrong)) == {"items"}
    assert set(shop.house.refused("POST", FROM, {"items": [{"id": line, "quantity": 0}]})) == {"items[0][quantity]"}
    assert set(shop.house.refused("POST", FROM, {"items": [line], "supplier": 1})) == {"supplier"}
    (order,) = shop.ordered(line, supplier=shop.nuts)
    assert order["supplier"]["id"] == shop.nuts


def test_who_may_order(shop: Shop) -> None:
    made = shop.approved()
    asker = shop.house.person("purchase_requisition.create")
    assert asker.call("POST", FROM, {"items": ids(made)}).status == 403
    elsewhere = shop.house.person("purchase_order.create", allLocationsAccess=False, locationIds=[shop.kiel])
    assert set(elsewhere.refused("POST", FROM, {"items": ids(made)})) == {"items[0][id]"}
    buyer = shop.house.person("purchase_order.create")
    (order,) = shop.ordered(*ids(made), by=buyer)
    assert order["creator"]["id"] == buyer.user_id
    assert shop.house.under(profile="strict").call("POST", FROM, {"items": ids(made)}).status in (404, 405)


def test_a_merged_line_keeps_its_sum_and_can_be_removed(shop: Shop) -> None:
    one, other = shop.approved(), shop.approved(shop.line(), shop.line(name="Nut"))
    (order,) = shop.ordered(*ids(one), *ids(other))
    merged, alone = ids(order)
    path = f"/purchaseorders/{order['idn']}"
    refused = shop.house.refused("PUT", path, {"items": [{"id": merged, "quantity": 19}, {"id": alone}]})
    assert set(refused) == {"items[0][quantity]"}
    more = {"items": [{"id": merged, "quantity": 25}, {"id": alone, "quantity": 4}, {"name": "Pin", "price": 1}]}
    changed = shop.house.changed("PUT", path, more)
    assert [len(found) for found in sources(changed)] == [2, 1, 0]
    assert (shop.lines(one), shop.lines(other)) == ([(1, 10)], [(1, 10), (0, 4)])
    shop.house.changed("PUT", path, {"items": [{"id": alone}]})
    assert (shop.lines(one), shop.lines(other)) == ([(0, 0)], [(0, 0), (0, 4)])


@pytest.mark.parametrize("ending", ["delete", "cancel", "reject"])
def test_orders_that_end_give_everything_back(shop: Shop, ending: str) -> None:
    made = shop.approved()
    before = shop.again(made)["updateDate"]
    (order,) = shop.ordered(*ids(made))
    path = f"/purchaseorders/{order['idn']}"
    boss = shop.house.person("purchase_order.approve")
    if ending == "delete":
        assert shop.house.call("DELETE", path).status == 204
    elif ending == "cancel":
        shop.house.changed("POST", f"{path}/confirm")
        shop.house.changed("POST", f"{path}/cancel")
    else:
        shop.approving(boss, "purchaseorders")
        shop.house.changed("POST", f"{path}/confirm")
        boss.changed("POST", f"{path}/reject")
    assert shop.lines(made) == [(0, 0)]
    assert shop.again(made)["updateDate"] >= before
    assert len(shop.ordered(*ids(made))) == 1


# Services


def test_service_orders_take_one_line_each(shop: Shop) -> None:
    stocked = shop.house.made("/items", {"name": "Screw", "sku": "S", "price": 3, "itemType": 1})["id"]
    advice = shop.line(name="Advice", quantity=4, price=50)
    made = shop.approved(advice, advice, shop.line(product=stocked))
    first, second, third = ids(made)
    orders = shop.ordered({"id": first, "quantity": 1}, second, logicType=1)
    for order, amount in zip(orders, (50, 200), strict=True):
        assert (order["logicType"], order["sum"], order["endDate"]) == (1, amount, WANTED)
        assert order["beginDate"] <= order["endDate"]
        assert shown_lines(order) == [("Advice", amount, 1)]
    assert shop.lines(made) == [(1, 4), (1, 4), (0, 0)]
    body = {"items": [first, third], "logicType": 1}
    assert set(shop.house.refused("POST", FROM, body)) == {"items[0][id]", "items[1][id]"}


# By themselves


def test_automatic_orders(shop: Shop) -> None:
    """One per supplier; the requester buys who may, else the default purchaser; what lacks a supplier waits."""
    buyer, asker = shop.house.person("purchase_order.create"), shop.house.person("purchase_requisition.create")
    made = shop.draft(by=asker)
    asker.changed("POST", f"/purchaserequisitions/{made['idn']}/confirm")
    shop.house.choose(automaticOrders=True, defaultPurchaser=buyer.user_id)
    assert shop.house.get("/purchaseorders")["data"] == []
    for person, purchaser in ((asker, buyer), (shop.house, shop.house)):
        made = shop.draft(shop.line(), shop.line(supplier=shop.nuts), {"name": "Pin"}, shop.line(), by=person)
        approved = person.changed("POST", f"/purchaserequisitions/{made['idn']}/confirm")
        assert approved["status"] == 2
        assert shop.lines(made) == [(1, 10), (1, 10), (0, 0), (1, 10)]
        nuts, bolts = shop.house.get("/purchaseorders")["data"][:2]
        assert [one["supplier"]["name"] for one in (bolts, nuts)] == ["Bolts", "Nuts"]
        for order in (bolts, nuts):
            assert (order["creator"]["id"], order["status"]) == (purchaser.user_id, 2)


def test_incomplete_automatic_orders_stay_drafts(shop: Shop) -> None:
    shop.house.choose(automaticOrders=True)
    shop.house.changed("PUT", f"/suppliers/{shop.nuts}", {"minimumSum": 100})
    made = shop.approved(shop.line(), shop.line(supplier=shop.nuts))
    assert [(o["supplier"]["name"], o["status"]) for o in shop.house.get("/purchaseorders")["data"]] == [
        ("Nuts", 0), ("Bolts", 2)
    ]  # fmt: skip
    assert shop.lines(made) == [(1, 10), (1, 10)]


def test_without_a_purchaser_nothing_is_ordered_by_itself(shop: Shop) -> None:
    asker = shop.house.person("purchase_requisition.create")
    shop.house.choose(automaticOrders=True, defaultPurchaser=asker.user_id)
    made = shop.draft(by=asker)
    asker.changed("POST", f"/purchaserequisitions/{made['idn']}/confirm")
    assert (shop.lines(made), shop.house.get("/purchaseorders")["data"]) == ([(0, 0)], [])


# At once


def test_two_buyers_at_once_get_what_is_there_once(shop: Shop) -> None:
    made = shop.approved()
    (line,) = ids(made)
    buyers = [shop.house.person("purchase_order.create") for _ in range(2)]
    start = threading.Barrier(2)

    def order(i: int) -> Reply:
        start.wait(10)
        return buyers[i].call("POST", FROM, {"items": [{"id": line, "quantity": 6}]})

    with ThreadPoolExecutor(2) as pool:
        replies = sorted(pool.map(order, range(2)))
    assert [reply.status for reply in replies] == [201, 400]
    assert set(replies[1].json["errors"]["errors"]) == {"items[0][quantity]"}
    assert shop.lines(made) == [(0, 6)]
    assert len(shop.house.get("/purchaseorders")["data"]) == 1
