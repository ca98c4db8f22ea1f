"""Stock transfers and consumption: drafts, one step and two, counter-movements, and who may."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.domains.inventory.stock import assert_sound, item, moves, quantities, stock, stocked, warehouse
from tests.support.house import House

DRAFT, IN_TRANSIT, COMPLETED, CANCELED = 0, 1, 5, 8


def draft(house: House, source: int, target: int | None, lines: dict[int, Any], **more: Any) -> dict[str, Any]:
    body = {
        "type": "transfer" if target else "consumption",
        "fromWarehouse": {"id": source},
        "toWarehouse": {"id": target} if target else None,
        "items": [{"product": {"id": product}, "quantity": quantity} for product, quantity in lines.items()],
    }
    return house.made("/stocktransfers", {**body, **more})


def act(house: House, transfer: dict[str, Any], verb: str, body: Any = None) -> dict[str, Any]:
    return house.changed("POST", f"/stocktransfers/{transfer['id']}/{verb}", body)


def refused(house: House, transfer: dict[str, Any], verb: str, body: Any = None) -> dict[str, str]:
    return house.refused("POST", f"/stocktransfers/{transfer['id']}/{verb}", body)


def shown(house: House, transfer: dict[str, Any]) -> dict[str, Any]:
    return house.get(f"/stocktransfers/{transfer['id']}")


def test_a_draft_moves_nothing(house):
    main, (bolt,) = stocked(house, "10")
    made = draft(house, main, warehouse(house, "Other"), {bolt: 4}, note="for Ada")
    assert (made["status"], made["type"], made["idn"], made["note"]) == (DRAFT, "transfer", "1", "for Ada")
    assert quantities(house, main) == {bolt: 10}
    row = house.get("/stocktransfers")["data"][0]
    assert "items" not in row
    assert (row["fromWarehouse"]["id"], row["creator"]["id"]) == (main, house.user_id)


def test_confirming_moves_goods_and_their_worth(house):
    main, (bolt, nut) = stocked(house, "10", "3", worth="2.5")
    other = warehouse(house, "Other")
    made = draft(house, main, other, {bolt: "4.5", nut: 3})
    answer = act(house, made, "confirm")
    assert answer["status"] == COMPLETED
    assert "items" not in answer
    assert quantities(house, main) == {bolt: 5.5, nut: 0}
    assert quantities(house, other) == {bolt: 4.5, nut: 3}
    assert (stock(house, main)[bolt]["value"], stock(house, other)[bolt]["value"]) == (13.75, 11.25)
    assert [line["receivedQuantity"] for line in shown(house, made)["items"]["data"]] == [4.5, 3]
    assert "completed" in refused(house, made, "confirm")["status"]
    assert_sound(house)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"toWarehouse": None}, "toWarehouse"),
        ({"toWarehouse": "source"}, "toWarehouse"),
        ({"type": "consumption"}, "toWarehouse"),
        ({"type": "gift"}, "type"),
        ({"fromWarehouse": None}, "fromWarehouse"),
        ({"fromWarehouse": {"id": 10**12}}, "fromWarehouse"),
        ({"items": [{"product": {"id": 10**12}, "quantity": 1}]}, "items[0][product]"),
        ({"items": [{"quantity": 1}]}, "items[0][product]"),
        ({"items": ["bolt"]}, "items[0]"),
        ({"items": [{"product": "bolt", "quantity": 0}]}, "items[0][quantity]"),
        ({"items": [{"product": "service", "quantity": 1}]}, "items[0][product]"),
    ],
)
def test_what_is_wrong_is_said_at_once(house, change, place):
    main, (bolt,) = stocked(house, "10")
    other, service = warehouse(house, "Other"), item(house, itemType=2)
    body = {
        "fromWarehouse": {"id": main}, "toWarehouse": {"id": other},
        "items": [{"product": {"id": bolt}, "quantity": 1}], **change,
    }  # fmt: skip
    if body["toWarehouse"] == "source":
        body["toWarehouse"] = {"id": main}
    for line in body["items"]:
        if isinstance(line, dict) and line.get("product") in ("bolt", "service"):
            line["product"] = {"id": {"bolt": bolt, "service": service}[line["product"]]}
    assert place in house.refused("POST", "/stocktransfers", body)


def test_no_more_leaves_than_there_is_and_nothing_of_it_happens(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    other = warehouse(house, "Other")
    made = draft(house, main, other, {bolt: 1, nut: 4})
    assert refused(house, made, "confirm") == {"items[1][quantity]": "Main has 3 of Bolt 1; this takes 4."}
    assert shown(house, made)["status"] == DRAFT
    assert quantities(house, main) == {bolt: 10, nut: 3}
    assert quantities(house, other) == {}
    house.choose(negativeStock=True)
    act(house, made, "confirm")
    assert quantities(house, main) == {bolt: 9, nut: -1}
    assert_sound(house)


def test_a_draft_can_be_changed_and_deleted_and_nothing_else_can(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    other = warehouse(house, "Other")
    made = draft(house, main, other, {bolt: 1})
    path, line = f"/stocktransfers/{made['id']}", made["items"]["data"][0]
    lines = [{"product": {"id": nut}, "quantity": 2}, {"id": line["id"], "quantity": 3}]
    changed = house.changed("PUT", path, {"items": lines, "note": "more"})
    assert [(one["product"]["id"], one["quantity"]) for one in changed["items"]["data"]] == [(nut, 2), (bolt, 3)]
    assert changed["items"]["data"][1]["id"] == line["id"]
    assert list(house.refused("PUT", path, {"toWarehouse": {"id": main}})) == ["toWarehouse"]
    gone = draft(house, main, other, {bolt: 1})
    assert house.call("DELETE", f"/stocktransfers/{gone['id']}").status == 204
    assert house.call("GET", f"/stocktransfers/{gone['id']}").status == 404
    act(house, made, "confirm")
    assert "completed" in house.refused("PUT", path, {"note": "x"})["status"]
    assert house.call("DELETE", path).status == 400
    assert house.get("/stocktransfers")["meta"]["pagination"]["total"] == 1


def test_an_empty_draft_cannot_be_confirmed(house):
    made = draft(house, warehouse(house), warehouse(house, "Other"), {})
    assert "line" in refused(house, made, "confirm")["status"]


def test_consumption_takes_goods_away_for_good(house):
    main, (bolt,) = stocked(house, "10")
    made = draft(house, main, None, {bolt: 4})
    assert made["toWarehouse"] is None
    assert act(house, made, "confirm")["status"] == COMPLETED
    assert quantities(house, main) == {bolt: 6}
    move = moves(house)[0]
    assert (move["kind"], move["quantity"], move["documentId"]) == (4, -4, made["id"])
    assert house.get("/stocktransfers?type=consumption")["data"][0]["id"] == made["id"]
    assert house.get("/stocktransfers?type=transfer")["data"] == []
    act(house, made, "cancel", {"comment": "wrong item"})
    assert quantities(house, main) == {bolt: 10}
    assert moves(house)[0]["note"] == "wrong item"
    assert_sound(house)


def test_consumption_needs_the_custom_fields_the_company_requires(house):
    main, (bolt,) = stocked(house, "10")
    field = house.made("/documentcustomfields", {"name": "Machine", "type": 1, "required": True})["id"]
    made = draft(house, main, None, {bolt: 4})
    assert list(refused(house, made, "confirm")) == ["dataDocumentCustomFields"]
    value = {"documentCustomField": {"id": field}, "value": "Press 4"}
    house.changed("PUT", f"/stocktransfers/{made['id']}", {"dataDocumentCustomFields": [value]})
    act(house, made, "confirm")
    act(house, draft(house, main, warehouse(house, "Other"), {bolt: 1}), "confirm")


def test_canceling_takes_goods_back_if_they_are_still_there(house):
    main, (bolt,) = stocked(house, "10")
    other = warehouse(house, "Other")
    made, gone = draft(house, main, other, {bolt: 4}), draft(house, main, other, {bolt: 3})
    act(house, made, "confirm")
    act(house, gone, "confirm")
    act(house, draft(house, other, None, {bolt: 4}), "confirm")
    assert refused(house, made, "cancel") == {"items[1][quantity]": "Other has 3 of Bolt 0; this takes 4."}
    assert act(house, gone, "cancel")["status"] == CANCELED
    assert "canceled" in refused(house, gone, "cancel")["status"]
    assert (quantities(house, main), quantities(house, other)) == ({bolt: 6}, {bolt: 0})
    assert_sound(house)


# Two steps


@pytest.fixture
def in_steps(house: House) -> House:
    house.choose(transferInTransit=True)
    return house


def test_goods_in_transit_are_in_no_warehouse_until_they_are_received(in_steps):
    main, (bolt, nut) = stocked(in_steps, "10", "3", worth="1.111111")
    other = warehouse(in_steps, "Other")
    made = draft(in_steps, main, other, {bolt: 9, nut: 3})
    assert act(in_steps, made, "confirm")["status"] == IN_TRANSIT
    assert quantities(in_steps, main) == {bolt: 1, nut: 0}
    assert quantities(in_steps, other) == {}
    one, two = shown(in_steps, made)["items"]["data"]
    for part in (2, 3):
        body = {"items": [{"id": one["id"], "quantity": part}]}
        assert act(in_steps, made, "receive", body)["status"] == IN_TRANSIT
    assert quantities(in_steps, other) == {bolt: 5}
    body = {"items": [{"id": one["id"], "quantity": 5}, {"id": two["id"] + 10**9, "quantity": 1}]}
    assert list(refused(in_steps, made, "receive", body)) == ["items[0][quantity]", "items[1][id]"]
    assert "arrived" in refused(in_steps, made, "cancel")["status"]
    assert act(in_steps, made, "receive")["status"] == COMPLETED
    assert quantities(in_steps, other) == {bolt: 9, nut: 3}
    there = stock(in_steps, other)
    sent = {one["lineId"]: -one["value"] for one in moves(in_steps, "&kind=2")}
    assert [there[bolt]["value"], there[nut]["value"]] == [sent[one["id"]], sent[two["id"]]]
    act(in_steps, made, "cancel")
    assert quantities(in_steps, other) == {bolt: 0, nut: 0}
    assert quantities(in_steps, main) == {bolt: 10, nut: 3}
    assert_sound(in_steps)


def test_what_is_in_transit_can_be_canceled(in_steps):
    main, (bolt,) = stocked(in_steps, "10")
    made = draft(in_steps, main, warehouse(in_steps, "Other"), {bolt: 9})
    act(in_steps, made, "confirm")
    assert act(in_steps, made, "cancel")["status"] == CANCELED
    assert quantities(in_steps, main) == {bolt: 10}
    assert_sound(in_steps)


def test_what_does_not_arrive_is_lost_or_back(in_steps):
    main, (bolt,) = stocked(in_steps, "20")
    other = warehouse(in_steps, "Other")
    lost, back = draft(in_steps, main, other, {bolt: 9}), draft(in_steps, main, other, {bolt: 9})
    for made in (lost, back):
        act(in_steps, made, "confirm")
    part = [{"id": shown(in_steps, lost)["items"]["data"][0]["id"], "quantity": 7}]
    assert list(refused(in_steps, lost, "receive", {"items": part, "missing": 1})) == ["comment"]
    body = {"items": part, "missing": 1, "comment": "fell off the lorry"}
    assert act(in_steps, lost, "receive", body)["status"] == COMPLETED
    assert quantities(in_steps, other) == {bolt: 7}
    assert "Not all" in refused(in_steps, lost, "cancel")["status"]
    assert act(in_steps, back, "receive", {"items": [], "missing": 2})["status"] == COMPLETED
    assert (quantities(in_steps, main), quantities(in_steps, other)) == ({bolt: 11}, {bolt: 7})
    assert stock(in_steps, main)[bolt]["value"] == 22
    assert_sound(in_steps)


def test_consumption_is_never_in_transit(in_steps):
    main, (bolt,) = stocked(in_steps, "20")
    assert act(in_steps, draft(in_steps, main, None, {bolt: 9}), "confirm")["status"] == COMPLETED


# Who may


def test_only_managers_of_stock_move_it(house):
    main, (bolt,) = stocked(house, "20")
    other = warehouse(house, "Other")
    made = draft(house, main, other, {bolt: 1})
    reader, buyer, keeper = house.person("report.view"), house.person("item.create"), house.person("warehouse.manage")
    assert reader.get(f"/stocktransfers/{made['id']}")["id"] == made["id"]
    assert buyer.call("GET", "/stocktransfers").status == 403
    assert reader.call("POST", "/stocktransfers", {}).status == 403
    assert reader.call("POST", f"/stocktransfers/{made['id']}/confirm").status == 403
    assert act(keeper, made, "confirm")["status"] == COMPLETED


def test_named_managers_look_after_their_own_warehouse(house):
    house.choose(transferInTransit=True)
    ann, bob = house.person("warehouse.manage"), house.person("warehouse.manage")
    main, (bolt,) = stocked(house, "20")
    other = warehouse(house, "Other", managerIds=[bob.user_id])
    named = house.changed("PUT", f"/warehouses/{main}", {"managerIds": [ann.user_id]})
    assert [one["id"] for one in named["managers"]["data"]] == [ann.user_id]
    made = draft(bob, main, other, {bolt: 1})
    assert bob.call("POST", f"/stocktransfers/{made['id']}/confirm").status == 403
    act(ann, made, "confirm")
    assert ann.call("POST", f"/stocktransfers/{made['id']}/receive").status == 403
    assert act(bob, made, "receive")["status"] == COMPLETED


def test_whoever_does_not_see_a_warehouse_cannot_use_it(house):
    north, south = (house.made("/locations", {"name": name})["id"] for name in ("North", "South"))
    main, (bolt,) = stocked(house, "20")
    house.changed("PUT", f"/warehouses/{main}", {"locationIds": [north]})
    other = warehouse(house, "Other", locationIds=[south])
    ada = house.person("warehouse.manage", allLocationsAccess=False, locationIds=[south])
    body = {"fromWarehouse": {"id": main}, "toWarehouse": {"id": other}, "items": []}
    assert list(ada.refused("POST", "/stocktransfers", body)) == ["fromWarehouse"]
    made = draft(house, main, other, {bolt: 1})
    assert ada.call("POST", f"/stocktransfers/{made['id']}/confirm").status == 403
    assert ada.call("GET", f"/warehouses/{main}/items").status == 404
    act(house, made, "confirm")
    assert [one["warehouse"]["id"] for one in ada.get("/-/stockmoves")["data"]] == [other]


def test_of_two_transfers_of_the_last_item_one_wins(house):
    main, (bolt,) = stocked(house, "1")
    made = [draft(house, main, warehouse(house, f"Shop {n}"), {bolt: 1}) for n in range(2)]
    with ThreadPoolExecutor(2) as threads:
        paths = [f"/stocktransfers/{one['id']}/confirm" for one in made]
        statuses = sorted(threads.map(lambda path: house.call("POST", path).status, paths))
    assert statuses == [200, 400]
    assert quantities(house, main) == {bolt: 0}
    assert_sound(house)


def test_confirming_twice_at_once_moves_once(house):
    main, (bolt,) = stocked(house, "10")
    made = draft(house, main, None, {bolt: 2})
    with ThreadPoolExecutor(2) as threads:
        path = f"/stocktransfers/{made['id']}/confirm"
        statuses = sorted(threads.map(lambda _: house.call("POST", path).status, range(2)))
    assert statuses == [200, 400]
    assert quantities(house, main) == {bolt: 8}


def test_strict_only_reads(house):
    main, (bolt,) = stocked(house, "10")
    made = draft(house, main, None, {bolt: 2})
    strict = house.under(profile="strict")
    assert strict.get(f"/stocktransfers/{made['id']}")["items"]["data"][0]["quantity"] == 2
    assert strict.get(f"/warehouses/{main}/items")["data"][0]["quantity"] == 10
    for method, path in (("POST", ""), ("PUT", f"/{made['id']}"), ("DELETE", f"/{made['id']}")):
        assert strict.call(method, f"/stocktransfers{path}", {}).status == 405
    assert strict.call("POST", f"/stocktransfers/{made['id']}/confirm").status == 404
    assert strict.call("GET", "/-/stockmoves").status == 404
