"""What a warehouse holds of each item, how much of it is spoken for, and when to order more."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from emptor.domains.inventory.warehouses import MANAGE, WAREHOUSES
from emptor.kit.fields import Derived, Hidden, Number, Ref, Write
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import EVERYONE, KEY, UPDATED, Access, Operation, Parent, Resource
from emptor.store.schema import define

INSIDE = Parent("warehouses", "warehouseId", "warehouse_id")
NUMBER = {"type": "number"}


def need_to_order(available: Decimal, minimum: Decimal | None, target: Decimal | None) -> Decimal:
    """How much to order: up to `target`, or else to `minimum`, once less than `minimum` is available."""
    if minimum is None or available >= minimum:
        return ZERO
    return max(minimum, target or ZERO) - available


def _available(shown: dict[str, Any]) -> Any:
    return shown["quantity"] - shown["reserved"]


def _need_to_order(shown: dict[str, Any]) -> Any:
    return need_to_order(shown["available"], shown["minimumStockLevel"], shown["reorderTo"])


WAREHOUSE_ITEMS = define(
    Resource(
        name="warehouseitems",
        table="warehouse_items",
        label="WarehouseItem",
        fields=(
            KEY,
            UPDATED,
            Number("quantity", scale=PRICE_SCALE, low=None, default=ZERO, note="on hand"),
            Number("reserved", scale=PRICE_SCALE, default=ZERO, note="approved requests that wait for it"),
            Derived("available", compute=_available, json_schema=NUMBER),
            Number("value", low=None, default=ZERO, note="worth of what is on hand, in the company's currency"),
            Number("minimumStockLevel", scale=PRICE_SCALE, write=Write.ON_UPDATE),
            Number("reorderTo", scale=PRICE_SCALE, write=Write.ON_UPDATE),
            Derived("needToOrder", compute=_need_to_order, json_schema=NUMBER),
            Hidden("unitValue", kind="fixed", size=PRICE_SCALE, nullable=False, default=ZERO),
            Ref("warehouse", to="warehouses", required=True),
            Ref("product", to="items", required=True),
        ),
        operations=(
            Operation(
                "list", "GET", "/warehouses/{warehouseId}/items", EVERYONE, parent=INSIDE,
                summary="List what a warehouse holds",
            ),
            Operation(
                "get", "GET", "/warehouses/{warehouseId}/items/{id}", EVERYONE, False, parent=INSIDE,
                summary="One of the items of a warehouse",
            ),
            Operation(
                "update", "PUT", "/warehouses/{warehouseId}/items/{id}", MANAGE, False, parent=INSIDE,
                summary="Set the levels of an item of a warehouse",
            ),
        ),
        access=Access(within=("warehouse_id", "warehouses"), owner=WAREHOUSES.access),
        writes=MANAGE,
        busy=True,
        uniques=(("product_id", "warehouse_id"),),
        indexes=(("warehouse_id", "id"),),
    )
)  # fmt: skip
