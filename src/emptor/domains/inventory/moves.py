"""Movements of stock as the API lists them; `emptor.domains.inventory.ledger` writes them."""

from __future__ import annotations

from emptor.domains.inventory.ledger import KINDS
from emptor.domains.inventory.warehouses import MANAGE, WAREHOUSES
from emptor.kit.fields import Code, Integer, Number, Ref, Text
from emptor.kit.money import PRICE_SCALE
from emptor.kit.resource import CREATED, KEY, Access, Operation, Permission, Resource
from emptor.store.schema import define

READ = Permission(MANAGE.module, MANAGE.levels, ("report.view",))

MOVES = define(
    Resource(
        name="stockmoves",
        table="stock_moves",
        label="StockMove",
        fields=(
            KEY,
            CREATED,
            Code("kind", names=KINDS, required=True),
            Number("quantity", scale=PRICE_SCALE, low=None, required=True),
            Number("unitValue", scale=PRICE_SCALE, required=True, note="what one was worth, in the company's currency"),
            Number("value", low=None, required=True, note="what all were worth"),
            Number("balanceQuantity", scale=PRICE_SCALE, low=None, required=True, note="on hand afterwards"),
            Number("balanceValue", low=None, required=True, note="worth of what is on hand afterwards"),
            Text("documentKind", size=40, required=True),
            Ref("documentId", column="document_id", flat=True, required=True),
            Ref("lineId", column="line_id", flat=True, required=True),
            Integer("revision", default=0, note="tells repeated movements of one line apart"),
            Text("note", size=2000, multiline=True),
            # Each movement is of a row of `warehouse_items`, of which the database checks these and which stays.
            Ref("product", to="items", required=True, checked=False),
            Ref("warehouse", to="warehouses", required=True, checked=False),
            Ref("creator", to="users", checked=False),
        ),
        operations=(
            Operation(
                "list", "GET", "/-/stockmoves", READ, hosted=False,
                summary="List movements of stock",
            ),
        ),
        access=Access(within=("warehouse_id", "warehouses"), owner=WAREHOUSES.access),
        uniques=(("document_id", "line_id", "kind", "revision", "warehouse_id", "product_id"),),
        indexes=(("product_id", "warehouse_id", "id"), ("create_date",)),
    )
)  # fmt: skip
