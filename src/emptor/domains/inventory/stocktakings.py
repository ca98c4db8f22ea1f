"""Stock takings: what is counted in a warehouse, and the books brought to it."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import documents as doc
from emptor.domains import verbs, writing
from emptor.domains.attachments import OWN_TYPES
from emptor.domains.inventory import ledger
from emptor.domains.inventory.ledger import STOCKTAKING, Moved, Pair
from emptor.domains.inventory.moves import READ
from emptor.domains.inventory.warehouses import MANAGE, WAREHOUSES, can_use, manager_of
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Integer, Number, Part, Parts, Ref, Text, Write
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, product, rounded
from emptor.kit.resource import KEY, Access, Resource, read_operations, write_operations
from emptor.kit.states import Life, Move
from emptor.store.schema import define, table
from emptor.store.statement import Statement, update_by
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Lines = list[dict[str, Any]]

NAME = "stock_takings"
DRAFT, IN_PROGRESS, COMPLETED, CANCELED = doc.DRAFT, doc.PENDING, doc.PAID, doc.CANCELED
STATUSES = {DRAFT: "draft", IN_PROGRESS: "in progress", COMPLETED: "completed", CANCELED: "canceled"}


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft; its id."""
    values.setdefault("items", [])
    can_use(tx, "warehouse", values.get("warehouse_id"))
    _check(tx, values)
    return writing.insert(tx, RESOURCE, values, {"idn": str(tx.count(NAME, idns=1, rows=1))})


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a draft, or note what has been counted: then lines that are left out stay, and the warehouse does too."""
    if row["status"] not in (DRAFT, IN_PROGRESS):
        raise IllegalMove(f"This stock taking is {STATUSES[row['status']]} and can't be edited. {LIFE.way_out(row)}")
    counting = row["status"] == IN_PROGRESS
    for wire in ("warehouse", "category"):
        column = f"{wire}_id"
        if counting and values.get(column, row[column]) != row[column]:
            tx.problems.add(wire, "Counting has begun; cancel this stock taking and begin another.")
    if "warehouse_id" in values:
        can_use(tx, "warehouse", values["warehouse_id"])
    if "items" in values and counting:
        values["items"] = _counted(tx, row, values["items"])
    elif "items" in values:
        values["items"] = doc.merged_lines(tx, RESOURCE, row["id"], values["items"])
    _check(tx, values, row)
    writing.replace(tx, RESOURCE, row, values)


def _counted(tx: UnitOfWork, row: Row, sent: Lines) -> Lines:
    """All lines with what is sent for some of them; an item that is on the list already is that line."""
    stored = {line["id"]: line for line in doc.stored_lines(tx, RESOURCE, row["id"])}
    by_product = {line["product_id"]: line["id"] for line in stored.values()}
    for entry in sent:
        if isinstance(entry, dict) and "id" not in entry and entry.get("product_id") in by_product:
            entry["id"] = by_product[entry["product_id"]]
    sent = writing.merge_parts(tx, "items", stored, sent)
    merged = {**stored, **{entry["id"]: entry for entry in sent if "id" in entry}}
    fresh = [entry for entry in sent if "id" not in entry]
    _note_books(tx, row["warehouse_id"], [entry for entry in fresh if entry.get("product_id")])
    return [*merged.values(), *fresh]


def _check(tx: UnitOfWork, values: Row, row: Row | None = None) -> None:
    """Raise Invalid with all that is wrong; number the lines."""
    known = writing.check(tx, RESOURCE, values, row, read={"items": ("item_type",)})
    seen = set()
    for i, item in enumerate(values.get("items") or ()):
        if not isinstance(item, dict):
            continue
        item["position"] = i
        found = known.get("items", {}).get(item.get("product_id"))
        if found and found["item_type"] != ledger.INVENTORY:
            tx.problems.add(f"items[{i}][product]", "This is not kept in stock; choose an inventory item.")
        if item.get("product_id") in seen:
            tx.problems.add(f"items[{i}][product]", "This item is on the list twice.")
        seen.add(item.get("product_id"))
    tx.problems.raise_if_any()


def start(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Put all that the warehouse holds, of the chosen category if there is one, on the list as the books have it."""
    items = doc.stored_lines(tx, RESOURCE, row["id"])
    listed = {item["product_id"] for item in items}
    held = _held(in_category=row["category_id"] is not None)
    where = {"warehouse": row["warehouse_id"], "category": row["category_id"]}
    items += [{"product_id": i} for (i,) in tx.all(held, company=tx.company_id, **where) if i not in listed]
    for position, item in enumerate(items):
        item["position"] = position
    _note_books(tx, row["warehouse_id"], items)
    writing.replace_parts(tx, ITEMS, [row["id"]], [(row["id"], item) for item in items])
    doc.move(tx, RESOURCE, row, IN_PROGRESS)


def _note_books(tx: UnitOfWork, warehouse_id: int, items: Lines) -> None:
    """Note in the lines what the books say now."""
    books = ledger.on_hand(tx, _pairs(warehouse_id, items))
    for item in items:
        item["book_quantity"] = books.get(Pair(item["product_id"], warehouse_id))


def _pairs(warehouse_id: int, items: Lines) -> list[Pair]:
    return [Pair(item["product_id"], warehouse_id) for item in items]


def confirm(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Bring the books to what was counted; what was moved since the beginning is in the books by now."""
    items = [item for item in doc.stored_lines(tx, RESOURCE, row["id"]) if item["counted_quantity"] is not None]
    if not items:
        raise IllegalMove("Enter at least one count before you confirm this stock taking; 0 is a count too.")
    doc.move(tx, RESOURCE, row, COMPLETED)
    _note_books(tx, row["warehouse_id"], items)
    for item in items:
        item["difference"] = item["counted_quantity"] - item["book_quantity"]
    moves = [
        Moved(
            STOCKTAKING, item["product_id"], row["warehouse_id"], item["difference"], NAME, row["id"], item["id"],
            value=_worth(item), place=f"items[{item['position']}][countedQuantity]", note=values.get("comment"),
        )
        for item in items
    ]  # fmt: skip
    for item, value in zip(items, ledger.post(tx, moves), strict=True):
        item["difference_value"] = value
    columns = ("book_quantity", "difference", "difference_value")
    changed = [
        {"key_company_id": tx.company_id, "key_id": item["id"], **{f"set_{name}": item[name] for name in columns}}
        for item in items
    ]
    tx.run_all(update_by(table(LINE.table), ("company_id", "id"), columns), changed)


def _worth(item: Row) -> Decimal | None:
    """What a surplus is worth where somebody says so; all else is worth the average."""
    if item["unit_value"] is None or item["difference"] <= 0:
        return None
    return rounded(product(item["difference"], item["unit_value"]), MONEY_SCALE)


def cancel(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Leave the books as they are."""
    verbs.demand_reason(tx, values)
    doc.move(tx, RESOURCE, row, CANCELED)


def delete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Remove a draft."""
    writing.remove(tx, RESOURCE, row)
    tx.count(NAME, rows=-1)


@lru_cache(maxsize=2)
def _held(in_category: bool) -> Statement:
    """The items that a warehouse holds, or those of one category."""
    kept, items = table("warehouse_items"), table("items")
    wanted = [kept.c.quantity != 0, *([items.c.category_id == bindparam("category")] if in_category else [])]
    return Statement(
        select(kept.c.product_id)
        .join_from(kept, items, (items.c.company_id == kept.c.company_id) & (items.c.id == kept.c.product_id))
        .where(kept.c.company_id == bindparam("company"), kept.c.warehouse_id == bindparam("warehouse"), *wanted)
        .order_by(items.c.name, items.c.id)
    )


LINE = Part(
    "StockTakingLine",
    "stock_taking_lines",
    "taking_id",
    "stock_takings",
    (
        KEY,
        Integer("position", default=0),
        Ref("product", to="items", required=True, write=Write.ALWAYS),
        Number("bookQuantity", scale=PRICE_SCALE, low=None, note="by the books at the beginning, and in the end"),
        Number("countedQuantity", scale=PRICE_SCALE, write=Write.ALWAYS, note="null: not counted; 0: nothing is there"),
        Number("unitValue", scale=PRICE_SCALE, write=Write.ALWAYS, note="what one of a surplus is worth"),
        Number("difference", scale=PRICE_SCALE, low=None, note="counted, less by the books"),
        Number("differenceValue", low=None, note="worth of the difference, in the company's currency"),
    ),
    order="position",
)
ITEMS = Parts("items", part=LINE, listed=False, write=Write.ALWAYS, size=10_000)

MANAGER = manager_of("warehouse_id", "who looks after the warehouse")

LIFE = Life(
    "stock taking",
    STATUSES,
    (
        Move("start", (DRAFT,), (IN_PROGRESS,), MANAGE, start, MANAGER, hosted=False,
             summary="Begin counting: the list of what should be there"),
        Move("confirm", (IN_PROGRESS,), (COMPLETED,), MANAGE, confirm, MANAGER, (verbs.REASON,), hosted=False,
             summary="Bring the books to what was counted"),
        Move("cancel", (DRAFT, IN_PROGRESS), (CANCELED,), MANAGE, cancel, MANAGER, (verbs.REASON,), hosted=False,
             summary="Leave the books as they are"),
        Move("delete", (DRAFT,), (), MANAGE, delete, MANAGER, hosted=False, summary="Delete a draft stock taking"),
    ),
)  # fmt: skip

FILES = OWN_TYPES + 3
"""What the upload path calls a stocktaking; the hosted API names no number for it."""

RESOURCE = define(
    Resource(
        name=NAME,
        label="StockTaking",
        fields=(
            *doc.identity(custom_name=False),
            Code("status", names=STATUSES, default=DRAFT),
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            *doc.PEOPLE,
            Ref("warehouse", to="warehouses", required=True, write=Write.ALWAYS),
            Ref("category", to="categories", write=Write.ALWAYS, note="only items of this category are counted"),
            ITEMS,
            doc.comments(),
            doc.followers(),
            doc.attachments(FILES),
        ),
        operations=(
            *read_operations(NAME, read=READ),
            *write_operations(NAME, MANAGE, create=create, update=update, hosted=False),
            *LIFE.operations(NAME, "id"),
        ),
        access=Access(within=("warehouse_id", "warehouses"), owner=WAREHOUSES.access),
        writes=MANAGE,
        reference=("id", "idn", "status"),
        indexes=(("warehouse_id", "id"),),
        uniques=(("idn",),),
        counted=True,
        attachment_type=FILES,
        life=LIFE,
    )
)  # fmt: skip
