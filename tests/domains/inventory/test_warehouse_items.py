"""What warehouses hold: levels, what to order, and the list of movements."""

from __future__ import annotations

from decimal import Decimal

import pytest

from emptor.domains.inventory.warehouse_items import need_to_order
from tests.domains.inventory.stock import moves, stock, stocked, warehouse
from tests.domains.inventory.test_transfers import act, draft
from tests.support.house import StoppedClock


@pytest.mark.parametrize(
    ("available", "minimum", "target", "wanted"),
    [
        (5, None, None, 0), (5, None, 9, 0), (5, 5, 9, 0), (4, 5, 9, 5), (4, 5, None, 1), (4, 5, 3, 1), (-2, 0, 0, 2),
    ],
)  # fmt: skip
def test_what_to_order(available, minimum, target, wanted):
    assert need_to_order(Decimal(available), minimum, target) == wanted


def test_levels_are_set_by_managers_and_say_what_to_order(house):
    main, (bolt, nut) = stocked(house, "4", "3")
    row = stock(house, main)[bolt]
    assert set(row) == {
        "id", "updateDate", "quantity", "reserved", "available", "value", "minimumStockLevel", "reorderTo",
        "needToOrder", "warehouse", "product",
    }  # fmt: skip
    assert (row["minimumStockLevel"], row["reorderTo"], row["needToOrder"]) == (None, None, 0)
    path = f"/warehouses/{main}/items/{row['id']}"
    changed = house.changed("PUT", path, {"minimumStockLevel": 5, "reorderTo": 12, "quantity": 99})
    assert (changed["needToOrder"], changed["quantity"]) == (8, 4)
    assert house.get(path) == changed
    assert stock(house, main)[nut]["needToOrder"] == 0
    assert house.person("report.view").call("PUT", path, {"reorderTo": 1}).status == 403
    assert house.call("PUT", f"/warehouses/{warehouse(house, 'Other')}/items/{row['id']}", {}).status == 404
    assert list(house.refused("PUT", path, {"reorderTo": -1})) == ["reorderTo"]


def test_pollers_see_what_has_moved(premises):
    clock = StoppedClock()
    house = premises.house(clock=clock)
    main, (_, nut) = stocked(house, "4", "3")
    later = clock.forward(minutes=1)
    act(house, draft(house, main, None, {nut: 1}), "confirm")
    rows = house.get(f"/warehouses/{main}/items?modifiedSince={later.replace('+', '%2B')}")["data"]
    assert [row["product"]["id"] for row in rows] == [nut]


def test_movements_are_found_by_item_warehouse_kind_and_date(premises):
    clock = StoppedClock("2026-01-15T12:00:00+00:00")
    house = premises.house(clock=clock)
    main, (bolt, nut) = stocked(house, "4", "3")
    clock.forward(days=1)
    made = draft(house, main, warehouse(house, "Other"), {nut: 1})
    act(house, made, "confirm")
    assert len(moves(house)) == 4
    assert [one["product"]["id"] for one in moves(house, f"&product={bolt}")] == [bolt]
    assert len(moves(house, f"&warehouse={main}")) == 3
    assert [one["quantity"] for one in moves(house, "&kind[]=2&kind[]=3")] == [1, -1]
    assert len(moves(house, "&createDate[left_date]=16.01.2026")) == 2
    assert len(moves(house, "&createDate[right_date]=15.01.2026")) == 2
    assert len(moves(house, f"&documentId={made['id']}")) == 2
    assert house.person("report.view").get("/-/stockmoves")["meta"]["pagination"]["total"] == 4
    assert house.person("item.create").call("GET", "/-/stockmoves").status == 403
