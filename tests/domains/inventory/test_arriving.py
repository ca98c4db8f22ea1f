"""Goods that come in as usual are posted by the database: with the same result as posting them one by one."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from emptor.domains.inventory import ledger
from tests.domains.inventory.stock import change, moves
from tests.domains.inventory.stock import receipt as moved
from tests.support.buying import Buying, Shown
from tests.support.house import House

D = Decimal


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


class Spy:
    """Whether the database has posted what came in, receipt by receipt; `allowed`: whether it may."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.did: list[bool] = []
        self.allowed = True
        self.arrive = ledger.arrive
        monkeypatch.setattr(ledger, "arrive", self)

    def __call__(self, *args: Any) -> bool:
        self.did.append(self.allowed and self.arrive(*args))
        return self.did[-1]


@pytest.fixture
def spy() -> Iterator[Spy]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield Spy(monkeypatch)


def place(shop: Buying) -> Shown:
    return shop.house.made("/warehouses", {"name": "One more"})


def come(shop: Buying, warehouse: Shown, lines: list[tuple[Shown, Any, Any]], **more: Any) -> None:
    """Order these and receive them."""
    order = shop.approved_order(*lines, **more)
    shop.ann.does("confirm", shop.receipt(order, warehouse=warehouse["id"]))


def books(shop: Buying, warehouse: Shown) -> tuple[Any, Any]:
    """What the ledger and the warehouse say, item by item."""
    told = [
        {name: one[name] for name in ("kind", "quantity", "unitValue", "value", "balanceQuantity", "balanceValue",
                                      "documentKind", "revision", "note")} | {"item": one["product"]["id"]}
        for one in moves(shop.house) if one["warehouse"]["id"] == warehouse["id"]
    ]  # fmt: skip
    rows = shop.house.get(f"/warehouses/{warehouse['id']}/items?per_page=200")["data"]
    kept = {row["product"]["id"]: {name: row[name] for name in ("quantity", "reserved", "available")} for row in rows}
    with shop.house.service.database.read(shop.house.company_id) as tx:
        pairs = {item: ledger.Pair(item, warehouse["id"]) for item in kept}
        found = ledger.balances(tx, list(pairs.values()))
        told.sort(key=lambda one: one["item"])  # each item's movements in their order
        return told, {item: (row, found[pairs[item]]) for item, row in kept.items()}


QUANTITIES = st.integers(1, 10**9).map(lambda units: D(units) / 10**6) | st.integers(1, 50).map(D)
PRICES = st.integers(0, 10**9).map(lambda units: D(units) / 10**6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(QUANTITIES, PRICES, QUANTITIES, PRICES), min_size=1, max_size=5))
def test_the_database_posts_what_would_be_posted_one_by_one(shop: Buying, spy: Spy, lines: Any) -> None:
    items = [shop.item(itemType=1) for _ in lines]
    one, other = place(shop), place(shop)
    for warehouse, allowed in ((one, True), (other, False)):
        spy.allowed = allowed
        first = [(item, str(was), str(cost)) for item, (was, cost, _, _) in zip(items, lines, strict=True)]
        then = [(item, str(more), str(cost)) for item, (_, _, more, cost) in zip(items, lines, strict=True)]
        come(shop, warehouse, first)
        come(shop, warehouse, then)
    assert spy.did[-4:] == [False, True, False, False], "an item that has never been there is not for the database"
    assert books(shop, one) == books(shop, other)


def test_what_is_not_kept_in_stock_passes_through(shop: Buying, spy: Spy) -> None:
    item, pen = shop.item(itemType=1), shop.item(itemType=0)
    come(shop, shop.warehouse, [(item, 2, 5)])
    come(shop, shop.warehouse, [(pen, 3, 1), (item, 4, 8), ("A word of thanks", 1, 0)])
    assert spy.did == [False, True]
    come(shop, shop.warehouse, [(pen, 3, 1)])
    assert spy.did == [False, True, True]
    told, _ = books(shop, shop.warehouse)
    assert [(one["quantity"], one["value"], one["balanceValue"]) for one in told] == [(4, 32, 42), (2, 10, 10)]


def test_half_of_it_comes_first_and_is_taken_back(shop: Buying, spy: Spy) -> None:
    item = shop.item(itemType=1)
    come(shop, shop.warehouse, [(item, 2, 5)])
    order = shop.approved_order((item, 10, 3))
    receipt = shop.receipt(order, 4)
    shop.ann.does("confirm", receipt)
    assert spy.did[-1] is True
    shop.ann.does("revision", receipt)
    shop.ann.changes(receipt, items=[{"id": receipt["items"]["data"][0]["id"], "quantity": 3}])
    shop.ann.does("confirm_revise", receipt)
    assert spy.did[-1] is False, "it has moved something before"
    assert shop.stock(item) == (5, 0)
    shop.ann.does("cancel", receipt)
    assert shop.stock(item) == (2, 0)


@pytest.mark.parametrize("why", ["twice", "missing", "currency", "dear", "negative", "too much"])
def test_what_is_out_of_the_ordinary_is_posted_one_by_one(shop: Buying, spy: Spy, why: str) -> None:
    item = shop.item(itemType=1)
    come(shop, shop.warehouse, [(item, 2, 5)])
    lines, more, expected = [(item, 4, 10)], {}, (6, 50)
    if why == "twice":
        lines, expected = [(item, 1, 10), (item, 3, 10)], (6, 50)
    elif why == "missing":
        shop.house.choose(negativeStock=True)
        with change(shop.house) as tx:
            ledger.post(tx, [moved(item["id"], shop.warehouse["id"], "-3")])
        expected = (3, 30)
    elif why == "currency":
        more, expected = {"currency": "USD", "exchangeRate": "0.5"}, (6, 30)
    elif why == "dear":
        lines, expected = [(item, 1, 5_000_000)], (3, 5_000_010)
    elif why == "negative":
        other = shop.item(itemType=1)
        come(shop, shop.warehouse, [(other, 1, 1)])
        lines = [(item, 4, 10), (other, 1, -1)]
    elif why == "too much":
        with change(shop.house) as tx:
            ledger.post(tx, [moved(item["id"], shop.warehouse["id"], "99999999997", "1")])
    order = shop.approved_order(*lines, **more)
    receipt = shop.receipt(order)
    if why == "too much":
        refused = shop.house.refused("POST", f"{receipt['at']}/confirm")
        assert "too much" in refused["items[0][quantity]"]
    else:
        shop.ann.does("confirm", receipt)
        with shop.house.service.database.read(shop.house.company_id) as tx:
            pair = ledger.Pair(item["id"], shop.warehouse["id"])
            assert ledger.balances(tx, [pair])[pair][:2] == expected
    assert spy.did == ([False] if why == "currency" else [False, *spy.did[1:-1], False])


def test_a_closed_warehouse_takes_nothing_in(shop: Buying, spy: Spy) -> None:
    item = shop.item(itemType=1)
    come(shop, shop.warehouse, [(item, 2, 5)])
    receipt = shop.receipt(shop.approved_order((item, 4, 10)))
    with change(shop.house) as tx:
        tx.update(ledger.table("warehouses"), {"enable": False}, id=shop.warehouse["id"])
    assert "deactivated" in shop.house.refused("POST", f"{receipt['at']}/confirm")["items[0][quantity]"]
    assert spy.did[-1] is False
    assert shop.stock(item) == (2, 0)
