"""The catalogue: items with prices, suppliers and custom fields."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.catalog.categories import CREATE
from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.inventory import ledger
from emptor.kit.currencies import SPELLING
from emptor.kit.fields import Code, Constant, Derived, Flag, Number, Ref, Text, Write
from emptor.kit.money import PRICE_SCALE
from emptor.kit.resource import CREATED, KEY, UPDATED, Resource, read_operations, write_operations
from emptor.store.schema import custom_values, define
from emptor.store.unit_of_work import UnitOfWork

KINDS = {0: "item", 1: "bundle", 2: "group"}
TYPES = {0: "non-inventory", ledger.INVENTORY: "inventory", 2: "service", 3: "tax"}


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new item; its id."""
    _complete_price(tx, values, {})
    return writing.create(tx, ITEMS, values)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change an item; one that has been in stock goes on being kept there."""
    _complete_price(tx, values, row)
    leaves = row["item_type"] == ledger.INVENTORY != values.get("item_type", ledger.INVENTORY)
    if leaves and ledger.has_moves(tx, row["id"]):
        tx.problems.add("itemType", "This item has been in stock; make a new one for another type.")
    writing.update(tx, ITEMS, row, values)


def _complete_price(tx: UnitOfWork, values: dict[str, Any], row: dict[str, Any]) -> None:
    """An item has a price unless it is free, in the company's currency unless told otherwise."""
    merged = {**row, **values}
    if not merged.get("currency"):
        values["currency"] = tx.actor.settings["currency"]
    if merged.get("price") is None and not merged.get("free_of_charge"):
        tx.problems.add("price", "Give a price, or set freeOfCharge.")


ITEMS = define(
    Resource(
        name="items",
        label="Item",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text("name", size=300, required=True, write=Write.ALWAYS),
            Text("sku", size=300, required=True, write=Write.ALWAYS),
            Code("type", names=KINDS, default=0),
            Derived(
                "typeString", compute=lambda shown: KINDS.get(shown["type"]), json_schema={"type": ["string", "null"]}
            ),
            Code("itemType", names=TYPES, default=ledger.INVENTORY, write=Write.ALWAYS),
            Text("description", size=255, multiline=True, write=Write.ALWAYS),
            Text("unit", size=100, write=Write.ALWAYS, note="name of the unit"),
            Text("currency", size=3, write=Write.ALWAYS, **SPELLING),
            Number("price", scale=PRICE_SCALE, write=Write.ALWAYS),
            Text("link", size=1000, write=Write.ALWAYS),
            Flag("disabledBySupplier"),
            Flag("hiddenInCatalog", write=Write.ALWAYS),
            Flag("freeOfCharge", write=Write.ALWAYS),
            Flag("mainInSimilar"),
            Ref("category", to="categories", write=Write.ALWAYS),
            Ref("supplier", to="suppliers", write=Write.ALWAYS),
            Constant("similar"),
            Constant("marketProduct"),
            custom_values("item", "items"),
            Constant("bundleItems", value={"data": []}, kind="object"),
            Constant("groupItems", value={"data": []}, kind="object"),
            Text("qboId", size=200, write=Write.ALWAYS),
            Text("netSuiteId", size=200, write=Write.ALWAYS),
            Text("xeroId", size=200, write=Write.ALWAYS),
            external_id(),
        ),
        operations=(
            *read_operations("items"),
            *write_operations("items", CREATE, create=create, update=update),
            patch_external_id("items", CREATE),
        ),
        reference=("id", "name", "sku", "externalId"),
        writes=CREATE,
    )
)
