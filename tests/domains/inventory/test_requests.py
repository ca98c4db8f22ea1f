"""Warehouse requests: what is reserved, transferred, open; and how transfers complete them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.inventory import test_transfers as transfers
from tests.domains.inventory.stock import assert_sound, item, quantities, stock, stocked, warehouse
from tests.support.house import House

DRAFT, PENDING, APPROVED, COMPLETED, IN_REVISION, CANCELED = 0, 1, 2, 5, 7, 8


def asked(house: House, place: int | None, lines: dict[int, Any], **more: Any) -> dict[str, Any]:
    items = [{"product": {"id": product}, "quantity": quantity} for product, quantity in lines.items()]
    body = {"warehouse": {"id": place} if place else None, "items": items, **more}
    made = house.made("/warehouserequests", body)
    act(house, made, "confirm")
    return shown(house, made)


def act(house: House, request: dict[str, Any], verb: str, body: Any = None) -> dict[str, Any]:
    return house.changed("POST", f"/warehouserequests/{request['idn']}/{verb}", body)


def shown(house: House, request: dict[str, Any]) -> dict[str, Any]:
    return house.get(f"/warehouserequests/{request['idn']}")


def progress(house: House, request: dict[str, Any]) -> tuple[Any, ...]:
    """Status, progress, and what each line has got, will not get and waits for."""
    now = shown(house, request)
    names = ("transferredQuantity", "rejectedQuantity", "openQuantity")
    return (
        now["status"],
        now["statusTransferred"],
        *(tuple(line[name] for name in names) for line in now["items"]["data"]),
    )


def fulfilling(house: House, request: dict[str, Any], source: int, target: int | None, *amounts: Any) -> dict[str, Any]:
    """A draft transfer for the lines of a request, so much of each."""
    lines = [
        {"product": {"id": line["product"]["id"]}, "quantity": amount, "warehouseRequestItem": line["id"]}
        for line, amount in zip(request["items"]["data"], amounts, strict=False)
        if amount
    ]
    return transfers.draft(house, source, target, {}, items=lines)


def spoken_for(house: House, place: int) -> dict[int, tuple[Any, Any]]:
    return {product: (row["reserved"], row["available"]) for product, row in stock(house, place).items()}


def test_a_request_reserves_once_it_is_approved(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    other = item(house)
    made = house.made(
        "/warehouserequests", {"warehouse": {"id": main}, "items": [{"product": {"id": bolt}, "quantity": 4}]}
    )
    assert (made["status"], made["statusTransferred"], made["idn"]) == (DRAFT, 0, "1")
    assert spoken_for(house, main) == {bolt: (0, 10), nut: (0, 3)}
    assert act(house, made, "confirm")["status"] == APPROVED
    assert spoken_for(house, main) == {bolt: (4, 6), nut: (0, 3)}
    asked(house, main, {bolt: 1, other: 2})
    assert spoken_for(house, main) == {bolt: (5, 5), nut: (0, 3), other: (2, -2)}
    assert progress(house, made) == (APPROVED, 0, (0, 0, 4))


def test_what_is_reserved_is_kept_for_those_who_asked(house):
    main, (bolt,) = stocked(house, "10")
    request = asked(house, main, {bolt: 8})
    greedy = transfers.draft(house, main, None, {bolt: 3})
    assert transfers.refused(house, greedy, "confirm") == {
        "items[0][quantity]": "Main has 10 of Bolt 0, of which 8 is reserved; this takes 3."
    }
    made = fulfilling(house, request, main, warehouse(house, "Other"), 8)
    transfers.act(house, made, "confirm")
    assert spoken_for(house, main) == {bolt: (0, 2)}
    assert list(transfers.refused(house, greedy, "confirm")) == ["items[0][quantity]"]


def test_partial_transfers_complete_a_request_and_canceling_one_opens_it_again(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    other = warehouse(house, "Other")
    request = asked(house, main, {bolt: 6, nut: 2})
    first, second = fulfilling(house, request, main, other, 4), fulfilling(house, request, main, None, 2, 2)
    transfers.act(house, first, "confirm")
    assert progress(house, request) == (APPROVED, 1, (4, 0, 2), (0, 0, 2))
    assert spoken_for(house, main) == {bolt: (2, 4), nut: (2, 1)}
    transfers.act(house, second, "confirm")
    assert progress(house, request) == (COMPLETED, 2, (6, 0, 0), (2, 0, 0))
    assert spoken_for(house, main) == {bolt: (0, 4), nut: (0, 1)}
    transfers.act(house, first, "cancel")
    assert progress(house, request) == (APPROVED, 1, (2, 0, 4), (2, 0, 0))
    assert spoken_for(house, main) == {bolt: (4, 4), nut: (0, 1)}
    transfers.act(house, fulfilling(house, request, main, other, 4), "confirm")
    assert progress(house, request) == (COMPLETED, 2, (6, 0, 0), (2, 0, 0))
    assert_sound(house)


def test_what_does_not_arrive_is_open_again(house):
    house.choose(transferInTransit=True)
    main, (bolt,) = stocked(house, "10")
    request = asked(house, main, {bolt: 6})
    made = fulfilling(house, request, main, warehouse(house, "Other"), 6)
    transfers.act(house, made, "confirm")
    assert progress(house, request) == (COMPLETED, 2, (6, 0, 0))
    line = transfers.shown(house, made)["items"]["data"][0]["id"]
    transfers.act(house, made, "receive", {"items": [{"id": line, "quantity": 4}], "missing": 2})
    assert progress(house, request) == (APPROVED, 1, (4, 0, 2))
    assert spoken_for(house, main) == {bolt: (2, 4)}


def test_a_transfer_gives_no_more_than_a_line_asks_for(house):
    main, (bolt, nut) = stocked(house, "100", "100")
    other = warehouse(house, "Other")
    request = asked(house, main, {bolt: 6})
    draft = house.made("/warehouserequests", {"items": [{"product": {"id": bolt}}]})
    (line,) = (one["id"] for one in request["items"]["data"])

    def wrong(source: int, *lines: tuple[int, Any, int]) -> dict[str, str]:
        items = [
            {"product": {"id": product}, "quantity": quantity, "warehouseRequestItem": named}
            for product, quantity, named in lines
        ]
        body = {"type": "consumption", "fromWarehouse": {"id": source}, "items": items}
        return house.refused("POST", "/stocktransfers", body)

    place = "items[0][warehouseRequestItem]"
    assert wrong(main, (bolt, 7, line)) == {place: "Only 6 of this is open."}
    assert list(wrong(main, (bolt, 4, line), (bolt, 3, line))) == ["items[1][warehouseRequestItem]"]
    assert "another item" in wrong(main, (nut, 1, line))[place]
    assert "another warehouse" in wrong(other, (bolt, 1, line))[place]
    assert "draft" in wrong(main, (bolt, 1, draft["items"]["data"][0]["id"]))[place]
    assert place in wrong(main, (bolt, 1, 10**12))
    late = [fulfilling(house, request, main, other, 6) for _ in range(2)]
    transfers.act(house, late[0], "confirm")
    assert list(transfers.refused(house, late[1], "confirm")) == [place]


def test_completing_lets_nobody_wait_any_more(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    request = asked(house, main, {bolt: 6, nut: 2})
    transfers.act(house, fulfilling(house, request, main, warehouse(house, "Other"), 1), "confirm")
    one, two = (line["id"] for line in request["items"]["data"])
    path = f"/warehouserequests/{request['idn']}/complete"
    wrong = {"items": [{"id": one, "quantity": 6}, {"id": 10**12}]}
    assert list(house.refused("POST", path, wrong)) == ["items[0][quantity]", "items[1][id]"]
    act(house, request, "complete", {"items": [{"id": one, "quantity": 2}, {"id": two}]})
    assert progress(house, request) == (APPROVED, 1, (1, 2, 3), (0, 2, 0))
    assert spoken_for(house, main) == {bolt: (3, 6), nut: (0, 3)}
    assert act(house, request, "complete")["status"] == COMPLETED
    assert progress(house, request) == (COMPLETED, 2, (1, 5, 0), (0, 2, 0))
    assert spoken_for(house, main) == {bolt: (0, 9), nut: (0, 3)}
    assert "completed" in house.refused("POST", path)["status"]


def test_a_request_nobody_fulfils_completes_untransferred(house):
    main, (bolt,) = stocked(house, "10")
    request = asked(house, main, {bolt: 6})
    act(house, request, "complete")
    assert progress(house, request) == (COMPLETED, 0, (0, 6, 0))


@pytest.mark.parametrize("verb", ["cancel", "revision"])
def test_what_is_taken_back_reserves_nothing(house, verb):
    main, (bolt,) = stocked(house, "10")
    request = asked(house, main, {bolt: 6})
    act(house, request, verb)
    assert spoken_for(house, main) == {bolt: (0, 10)}
    if verb == "revision":
        house.changed(
            "PUT", f"/warehouserequests/{request['idn']}", {"items": [{"product": {"id": bolt}, "quantity": 7}]}
        )
        act(house, request, "confirm_revise")
        assert spoken_for(house, main) == {bolt: (7, 3)}


@pytest.mark.parametrize("verb", ["cancel", "revision"])
def test_what_is_transferred_in_part_cannot_be_taken_back(house, verb):
    main, (bolt,) = stocked(house, "10")
    request = asked(house, main, {bolt: 6})
    transfers.act(house, fulfilling(house, request, main, warehouse(house, "Other"), 1), "confirm")
    assert "transferred" in house.refused("POST", f"/warehouserequests/{request['idn']}/{verb}")["status"]
    assert spoken_for(house, main) == {bolt: (5, 4)}


def test_lines_that_transfers_name_stay_in_a_revised_request(house):
    main, (bolt, nut) = stocked(house, "10", "3")
    request = asked(house, main, {bolt: 6})
    made = fulfilling(house, request, main, warehouse(house, "Other"), 1)
    act(house, request, "revision")
    path = f"/warehouserequests/{request['idn']}"
    assert list(house.refused("PUT", path, {"items": [{"product": {"id": nut}}]})) == ["items"]
    assert "in revision" in transfers.refused(house, made, "confirm")["items[0][warehouseRequestItem]"]


def test_repeating_begins_anew(house):
    main, (bolt,) = stocked(house, "10")
    request = asked(house, main, {bolt: 6}, note="for Ada")
    transfers.act(house, fulfilling(house, request, main, warehouse(house, "Other"), 1), "confirm")
    again = house.made(f"/warehouserequests/{request['idn']}/repeat")
    assert (again["note"], again["warehouse"]["id"], again["idn"]) == ("for Ada", main, "2")
    assert progress(house, again) == (DRAFT, 0, (0, 0, 6))


def test_only_stock_can_be_asked_for(house):
    main, (bolt,) = stocked(house, "10")
    service = item(house, itemType=2)
    items = [
        {"product": {"id": bolt}}, {"product": {"id": service}}, {"name": "Love", "price": 1},
        {"product": {"id": bolt}, "quantity": 0},
    ]  # fmt: skip
    made = house.made("/warehouserequests", {"warehouse": {"id": main}, "items": items})
    refused = house.refused("POST", f"/warehouserequests/{made['idn']}/confirm")
    assert list(refused) == ["items[1][product]", "items[2][product]", "items[3][quantity]"]
    assert list(house.refused("POST", "/warehouserequests", {"warehouse": {"id": 10**12}})) == ["warehouse"]


def test_a_deleted_draft_is_gone(house):
    main, (bolt,) = stocked(house, "10")
    made = house.made("/warehouserequests", {"warehouse": {"id": main}, "items": [{"product": {"id": bolt}}]})
    assert house.call("DELETE", f"/warehouserequests/{made['idn']}").status == 204
    assert house.get("/warehouserequests")["data"] == []


def test_people_ask_and_managers_fulfil(house):
    main, (bolt,) = stocked(house, "10")
    ada, keeper, reader = (
        house.person(role) for role in ("warehouse_request.create", "warehouse.manage", "warehouse_request.view")
    )
    request = asked(ada, main, {bolt: 6})
    assert ada.get(f"/warehouses/{main}/items")["data"][0]["available"] == 4
    assert keeper.get(f"/warehouserequests/{request['idn']}")["id"] == request["id"]
    assert reader.call("POST", "/warehouserequests", {}).status == 403
    assert ada.call("POST", "/stocktransfers", {}).status == 403
    transfers.act(keeper, fulfilling(keeper, request, main, None, 2), "confirm")
    assert act(keeper, request, "complete")["status"] == COMPLETED
    assert quantities(house, main) == {bolt: 8}
    assert house.person("warehouse_request.create").call("GET", f"/warehouserequests/{request['idn']}").status == 404


def test_two_people_cannot_reserve_away_what_is_there_once(house):
    """Requests reserve without limit: what is missing shows as less than nothing available, and as need to order."""
    main, (bolt,) = stocked(house, "10")
    for _ in range(2):
        asked(house, main, {bolt: 6})
    row = stock(house, main)[bolt]
    house.changed("PUT", f"/warehouses/{main}/items/{row['id']}", {"minimumStockLevel": 0})
    row = stock(house, main)[bolt]
    assert (row["reserved"], row["available"], row["needToOrder"]) == (12, -2, 2)
