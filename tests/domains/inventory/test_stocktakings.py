"""Stock takings: the list, counts, and the books brought to them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.inventory.stock import assert_sound, item, moves, quantities, stock, stocked, warehouse
from tests.domains.inventory.test_transfers import act as act_on_transfer
from tests.domains.inventory.test_transfers import draft as transfer
from tests.support.house import House

DRAFT, IN_PROGRESS, COMPLETED, CANCELED = 0, 1, 5, 8


def begun(house: House, place: int, **more: Any) -> dict[str, Any]:
    made = house.made("/stock_takings", {"warehouse": {"id": place}, **more})
    assert act(house, made, "start")["status"] == IN_PROGRESS
    return house.get(f"/stock_takings/{made['id']}")


def act(house: House, taking: dict[str, Any], verb: str, body: Any = None) -> dict[str, Any]:
    return house.changed("POST", f"/stock_takings/{taking['id']}/{verb}", body)


def count(house: House, taking: dict[str, Any], counts: dict[int, Any], **more: Any) -> dict[str, Any]:
    items = [{"product": {"id": product}, "countedQuantity": quantity, **more} for product, quantity in counts.items()]
    return house.changed("PUT", f"/stock_takings/{taking['id']}", {"items": items})


def lines(taking: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {line["product"]["id"]: line for line in taking["items"]["data"]}


def test_the_list_is_what_the_books_say(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    made = house.made("/stock_takings", {"warehouse": {"id": main}, "note": "year's end"})
    assert (made["status"], made["idn"], made["items"], made["creator"]["id"]) == (
        DRAFT, "1", {"data": []}, house.user_id,
    )  # fmt: skip
    taking = begun(house, main)
    found = lines(taking)
    assert {product: line["bookQuantity"] for product, line in found.items()} == {bolt: 10, nut: 3}
    assert found[bolt]["countedQuantity"] is None
    assert "items" not in house.get("/stock_takings")["data"][0]


def test_the_books_become_what_was_counted(house):
    main, (bolt, nut, ring, disc) = stocked(house, "10", "3", "5", "7")
    screw = item(house)
    taking = begun(house, main)
    line = lines(taking)[bolt]
    house.changed("PUT", f"/stock_takings/{taking['id']}", {"items": [{"id": line["id"], "countedQuantity": 8}]})
    count(house, taking, {nut: 0, disc: "7.5"})
    counted = count(house, taking, {screw: 4}, unitValue=3)
    assert [one["product"]["id"] for one in counted["items"]["data"]] == [bolt, nut, ring, disc, screw]
    assert lines(counted)[screw]["bookQuantity"] == 0
    assert act(house, taking, "confirm", {"comment": "year's end"})["status"] == COMPLETED
    assert quantities(house, main) == {bolt: 8, nut: 0, ring: 5, disc: 7.5, screw: 4}
    assert stock(house, main)[disc]["value"] == 15
    assert stock(house, main)[screw]["value"] == 12
    found = lines(house.get(f"/stock_takings/{taking['id']}"))
    assert {product: (one["difference"], one["differenceValue"]) for product, one in found.items()} == {
        bolt: (-2, -4), nut: (-3, -6), ring: (None, None), disc: (0.5, 1), screw: (4, 12),
    }  # fmt: skip
    assert {one["note"] for one in moves(house, "&kind=5")} == {"year's end"}
    assert_sound(house)


def test_what_moves_while_people_count_is_added_to_the_books(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    taking = begun(house, main)
    used = transfer(house, main, None, {bolt: 4, nut: 1})
    act_on_transfer(house, used, "confirm")
    count(house, taking, {bolt: 6})
    act(house, taking, "confirm")
    assert quantities(house, main) == {bolt: 6, nut: 2}
    line = lines(house.get(f"/stock_takings/{taking['id']}"))[bolt]
    assert (line["bookQuantity"], line["difference"], line["differenceValue"]) == (6, 0, 0)
    assert moves(house, "&kind=5") == []


def test_one_category_can_be_counted_alone(house):
    main, (bolt, _) = stocked(house, "10", "3")
    steel = house.made("/categories", {"name": "Steel"})["id"]
    house.changed("PUT", f"/items/{bolt}", {"category": {"id": steel}})
    assert set(lines(begun(house, main, category={"id": steel}))) == {bolt}


def test_a_count_can_be_taken_back(house):
    main, (bolt,) = stocked(house, "10")
    taking = begun(house, main)
    count(house, taking, {bolt: 4})
    count(house, taking, {bolt: None})
    shown = house.call("POST", f"/stock_takings/{taking['id']}/confirm").json
    assert "at least one count" in shown["message"]
    assert quantities(house, main) == {bolt: 10}


def test_what_is_wrong_is_said(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    service, other = item(house, itemType=2), warehouse(house, "Other")
    taking = begun(house, main)
    path = f"/stock_takings/{taking['id']}"
    line = lines(taking)[bolt]["id"]
    wrong = [
        {"id": line, "countedQuantity": -1}, {"id": 10**12, "countedQuantity": 1}, {"countedQuantity": 1},
        {"product": {"id": service}, "countedQuantity": 1},
    ]  # fmt: skip
    assert set(house.refused("PUT", path, {"items": wrong})) >= {
        "items[0][countedQuantity]", "items[1][id]", "items[2][product]",
    }  # fmt: skip
    assert list(house.refused("PUT", path, {"items": wrong[3:]})) == ["items[2][product]"]
    assert list(house.refused("PUT", path, {"warehouse": {"id": other}})) == ["warehouse"]
    twice = [{"product": {"id": nut}}, {"product": {"id": nut}}]
    body = {"warehouse": {"id": main}, "items": twice}
    assert list(house.refused("POST", "/stock_takings", body)) == ["items[1][product]"]


@pytest.mark.parametrize("state", ["draft", "in progress"])
def test_a_canceled_one_changes_nothing(house, state):
    main, (bolt,) = stocked(house, "10")
    taking = house.made("/stock_takings", {"warehouse": {"id": main}})
    if state == "in progress":
        act(house, taking, "start")
        count(house, taking, {bolt: 4})
    assert act(house, taking, "cancel")["status"] == CANCELED
    assert "canceled" in house.refused("POST", f"/stock_takings/{taking['id']}/confirm")["status"]
    assert "canceled" in house.refused("PUT", f"/stock_takings/{taking['id']}", {"note": "x"})["status"]
    assert quantities(house, main) == {bolt: 10}


def test_only_a_draft_is_deleted(house):
    main, _ = stocked(house, "10")
    made = house.made("/stock_takings", {"warehouse": {"id": main}})
    begun(house, main)
    assert house.call("DELETE", f"/stock_takings/{made['id']}").status == 204
    running = house.get("/stock_takings")["data"]
    assert len(running) == 1
    assert house.call("DELETE", f"/stock_takings/{running[0]['id']}").status == 400


def test_only_its_managers_count_a_warehouse(house):
    main, (bolt,) = stocked(house, "10")
    ann, bob = house.person("warehouse.manage"), house.person("warehouse.manage")
    house.changed("PUT", f"/warehouses/{main}", {"managerIds": [ann.user_id]})
    taking = begun(ann, main)
    count(ann, taking, {bolt: 9})
    assert bob.call("POST", f"/stock_takings/{taking['id']}/confirm").status == 403
    assert house.person("report.view").call("POST", "/stock_takings", {}).status == 403
    assert act(ann, taking, "confirm")["status"] == COMPLETED
    assert quantities(house, main) == {bolt: 9}
