"""A company's stock as tests make it and look at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any

from emptor.domains.inventory import ledger
from emptor.domains.inventory.ledger import Moved
from emptor.domains.organisation import companies
from emptor.domains.organisation.access import load
from emptor.store.unit_of_work import UnitOfWork
from tests.support.house import House

D = Decimal
documents = count(1)


@contextmanager
def change(house: House) -> Iterator[UnitOfWork]:
    """A unit of work of the house's person."""
    database = house.service.database
    company = {"currency": "EUR"} | settings_of(house)
    with database.read(house.company_id) as tx:
        actor = load(tx, house.user_id, company)
    with database.write(house.company_id, actor=actor) as tx:
        yield tx


def settings_of(house: House) -> dict[str, Any]:
    found = companies.all_companies(house.service.database)
    return next(one for one in found if one["id"] == house.company_id)["settings"]


def item(house: House, **more: Any) -> int:
    number = next(documents)
    return house.made("/items", {"name": f"Bolt {number}", "sku": f"B-{number}", "price": 1, **more})["id"]


def warehouse(house: House, name: str = "Main", **more: Any) -> int:
    return house.made("/warehouses", {"name": name, **more})["id"]


def receipt(product: int, at: int, quantity: str, worth: str | None = None, **more: Any) -> Moved:
    more = {"kind": ledger.RECEIPT, "document_id": next(documents), "line_id": 1, **more}
    value = None if worth is None else D(worth)
    return Moved(
        product_id=product, warehouse_id=at, quantity=D(quantity), value=value, document_kind="receipts", **more
    )


def stock(house: House, place: int) -> dict[int, dict[str, Any]]:
    rows = house.get(f"/warehouses/{place}/items?per_page=200")["data"]
    return {row["product"]["id"]: row for row in rows}


def moves(house: House, query: str = "") -> list[dict[str, Any]]:
    return house.get(f"/-/stockmoves?per_page=200{query}")["data"]


def assert_sound(house: House) -> None:
    with house.service.database.read(house.company_id) as tx:
        assert ledger.differences(tx) == []


def stocked(house: House, *quantities: str, worth: str = "2") -> tuple[int, list[int]]:
    """A warehouse and items in it, so many of each, one worth `worth`."""
    place, products = warehouse(house), [item(house, name=f"Bolt {n}") for n, _ in enumerate(quantities)]
    number = next(documents)
    with change(house) as tx:
        ledger.post(
            tx,
            [
                receipt(product, place, quantity, str(D(quantity) * D(worth)), document_id=number, line_id=n)
                for n, (product, quantity) in enumerate(zip(products, quantities, strict=True))
            ],
        )
    return place, products


def quantities(house: House, place: int) -> dict[int, Any]:
    return {product: row["quantity"] for product, row in stock(house, place).items()}
