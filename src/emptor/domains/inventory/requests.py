"""Warehouse requests: what people ask of a warehouse, and how much of it they have got."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.inventory import ledger
from emptor.domains.inventory.ledger import Pair
from emptor.domains.inventory.warehouses import can_use
from emptor.domains.organisation.access import read_permission
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Derived, Moment, Number, Part, Parts, Ref, Text, Write
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import Access, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Move
from emptor.store.schema import custom_values, define, table
from emptor.store.statement import Statement, update_by
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Items = list[dict[str, Any]]

NAME, MODULE = "warehouserequests", "warehouse_request"
CREATE = Permission(MODULE, ("create",))
FULFILS = Permission(MODULE, ("create", "approve"), ("warehouse.manage",))

APPROVED, COMPLETED = doc.APPROVED, doc.PAID
STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", APPROVED: "approved", doc.REJECTED: "rejected",
    COMPLETED: "completed", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
}  # fmt: skip

NOT, PARTLY, FULLY = range(3)
TRANSFERRED = {NOT: "not transferred", PARTLY: "partly transferred", FULLY: "transferred"}

COUNTED = ("transferred_quantity", "rejected_quantity")
"""What becomes of a line; never said by clients."""


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft; its id."""
    for item in values.get("items") or ():
        if isinstance(item, dict):
            item |= dict.fromkeys(COUNTED, ZERO)
    can_use(tx, "warehouse", values.get("warehouse_id"))
    return doc.create(tx, RESOURCE, values, doc.check(tx, RESOURCE, values))


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a request as far as its state allows; lines that transfers name stay."""
    verbs.editable(KIND, tx, row, values)
    if "warehouse_id" in values:
        can_use(tx, "warehouse", values["warehouse_id"])
    if "items" in values:
        kept = {item["id"] for item in values["items"] if isinstance(item, dict) and "id" in item}
        for line in tx.all(_named(), company=tx.company_id, request=row["id"]):
            if line[0] not in kept:
                tx.problems.add("items", f"A stock transfer is about line {line[0]}; leave it in.")
    doc.update(tx, RESOURCE, row, values)
    verbs.stays_complete(KIND, tx, row)


def check(tx: UnitOfWork, row: Row, items: Items) -> None:
    """Only what is kept in stock can be asked for."""
    for i, item in enumerate(items):
        if item["product_id"] is None or item["item_type"] != ledger.INVENTORY:
            tx.problems.add(f"items[{i}][product]", "Choose an item of the catalogue that is kept in stock.")
        elif not item["quantity"]:
            tx.problems.add(f"items[{i}][quantity]", "Ask for more than nothing.")


def approved(tx: UnitOfWork, row: Row, items: Items) -> None:
    """What is asked for is reserved."""
    recount(tx, requests=[row["id"]])


def released(tx: UnitOfWork, row: Row) -> None:
    """Rejected, canceled or deleted: what was reserved is free."""
    recount(tx, requests=[row["id"]])


def revisable(tx: UnitOfWork, row: Row) -> None:
    """While it is changed nothing is reserved; what has been moved for it cannot be changed any more."""
    untouched(tx, row)
    recount(tx, requests=[row["id"]], without=row["id"])


def untouched(tx: UnitOfWork, row: Row) -> None:
    """IllegalMove once something has been transferred."""
    if row["status_transferred"] != NOT:
        raise IllegalMove("Part of it has been transferred; complete it, so that nobody waits for the rest.")


def complete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Nobody waits any more for what is open: of the given lines, or of all."""
    items = {item["id"]: item for item in doc.stored_lines(tx, RESOURCE, row["id"])}
    given = values.get("items", [{"line_id": line} for line in items])
    rejected = {}
    for i, entry in enumerate(given):
        item = items.get(entry["line_id"])
        if item is None:
            tx.problems.add(f"items[{i}][id]", "This request has no line with this id.")
            continue
        left = open_quantity(item)
        quantity = left if entry.get("quantity") is None else entry["quantity"]
        if quantity > left:
            tx.problems.add(f"items[{i}][quantity]", f"Only {left:f} of this is open.")
        rejected[item["id"]] = item["rejected_quantity"] + quantity
    tx.problems.raise_if_any()
    _set(tx, "rejected_quantity", rejected)
    recount(tx, requests=[row["id"]])


def open_quantity(line: Mapping[str, Any]) -> Decimal:
    """What somebody still waits for."""
    return max(line["quantity"] - line["transferred_quantity"] - line["rejected_quantity"], ZERO)


def progress(lines: Collection[Mapping[str, Any]]) -> int:
    """How far a request is transferred."""
    if not any(line["transferred_quantity"] for line in lines):
        return NOT
    return PARTLY if any(map(open_quantity, lines)) else FULLY


def check_open(tx: UnitOfWork, warehouse_id: int | None, items: Items) -> None:
    """Note each line of a transfer from that warehouse that the line of a request it names does not ask for."""
    named = [item["request_line_id"] for item in items if isinstance(item, dict) and item.get("request_line_id")]
    if not named:
        return
    lines = {line["id"]: line for line in tx.records(_lines(), company=tx.company_id, lines=named, requests=[])}
    left = {line_id: open_quantity(line) for line_id, line in lines.items()}
    for i, item in enumerate(items):
        line = lines.get(item.get("request_line_id")) if isinstance(item, dict) else None
        if line is None:
            continue
        sentence = _refusal(line, warehouse_id, item, left[line["id"]])
        left[line["id"]] -= item.get("quantity") or ZERO
        if sentence:
            tx.problems.add(f"items[{i}][warehouseRequestItem]", sentence)


def _refusal(line: Row, warehouse_id: int | None, item: Row, left: Decimal) -> str:
    """Why a line of a transfer is not what a request's line asks for; empty when it is."""
    if line["status"] not in (APPROVED, COMPLETED):
        return f"This warehouse request is {STATUSES[line['status']]}; only approved ones are fulfilled."
    if line["product_id"] != item.get("product_id"):
        return "This line of the request asks for another item."
    if line["warehouse_id"] not in (None, warehouse_id):
        return "The request is for another warehouse."
    if (item.get("quantity") or ZERO) > left:
        return f"Only {max(left, ZERO):f} of this is open."
    return ""


def recount(
    tx: UnitOfWork, *, lines: Iterable[int] = (), requests: Iterable[int] = (), without: int | None = None
) -> None:
    """Count anew what the requests with these lines or ids have got, and what is reserved for them.

    Nothing is reserved for the request `without`.
    """
    wanted = {"lines": list(lines), "requests": list(requests)}
    if not wanted["lines"] and not wanted["requests"]:
        return
    found = tx.records(_lines(), company=tx.company_id, **wanted)
    if wanted["lines"]:
        found = tx.records(_lines(), company=tx.company_id, lines=[], requests=[line["request_id"] for line in found])
    moved = dict(tx.all(_transferred(), company=tx.company_id, lines=[line["id"] for line in found]))
    now = {line["id"]: moved.get(line["id"], ZERO) for line in found}
    _set(tx, COUNTED[0], {line["id"]: now[line["id"]] for line in found if line[COUNTED[0]] != now[line["id"]]})
    by_request: dict[int, Items] = defaultdict(list)
    for line in found:
        line["transferred_quantity"] = now[line["id"]]
        by_request[line["request_id"]].append(line)
    for request_id, own in by_request.items():
        _note_progress(tx, request_id, own)
    pairs = {Pair(line["product_id"], line["warehouse_id"]) for line in found}
    _reserve(tx, {pair for pair in pairs if None not in pair}, without)


def _note_progress(tx: UnitOfWork, request_id: int, lines: Items) -> None:
    """Approved while something is open, completed when nothing is."""
    status = lines[0]["status"]
    if status in (APPROVED, COMPLETED):
        status = APPROVED if any(map(open_quantity, lines)) else COMPLETED
    now = {"status": status, "status_transferred": progress(lines)}
    if now != {name: lines[0][name] for name in now}:
        tx.update(table(RESOURCE.table), {**now, "update_date": tx.stamp}, id=request_id)


def _set(tx: UnitOfWork, column: str, by_line: Mapping[int, Decimal]) -> None:
    statement = update_by(table(LINE.table), ("company_id", "id"), (column,))
    rows = [{"key_company_id": tx.company_id, "key_id": i, f"set_{column}": value} for i, value in by_line.items()]
    tx.run_all(statement, rows)


def _reserve(tx: UnitOfWork, pairs: Collection[Pair], without: int | None) -> None:
    if not pairs:
        return
    named = {"products": [pair.product_id for pair in pairs], "warehouses": [pair.warehouse_id for pair in pairs]}
    rows = tx.all(_waiting(), company=tx.company_id, without=without or 0, **named)
    waiting = {Pair(product, warehouse): quantity for product, warehouse, quantity in rows}
    ledger.reserve(tx, {pair: waiting.get(pair, ZERO) for pair in pairs})


@lru_cache(maxsize=1)
def _lines() -> Statement:
    """Lines by their ids or their requests', with what counts of the request."""
    lines, header = table(LINE.table), table(RESOURCE.table)
    same = (header.c.company_id == lines.c.company_id) & (header.c.id == lines.c.request_id)
    names = ("id", "request_id", "product_id", "quantity", *COUNTED)
    return Statement(
        select(
            *(lines.c[name] for name in names), header.c.status, header.c.status_transferred, header.c.warehouse_id
        )
        .join_from(lines, header, same)
        .where(lines.c.company_id == bindparam("company"))
        .where(or_(any_of(lines.c.id, "lines"), any_of(lines.c.request_id, "requests")))
    )  # fmt: skip


@lru_cache(maxsize=1)
def _transferred() -> Statement:
    """What transfers have moved for the lines: what is on its way counts until it turns out not to arrive."""
    lines, header = table("stock_transfer_lines"), table("stock_transfers")
    same = (header.c.company_id == lines.c.company_id) & (header.c.id == lines.c.transfer_id)
    moved = case(
        (header.c.status == doc.PENDING, lines.c.quantity), (header.c.status == doc.PAID, lines.c.received_quantity),
        else_=0,
    )  # fmt: skip
    return Statement(
        select(lines.c.request_line_id, func.sum(moved, type_=lines.c.quantity.type).label("moved"))
        .join_from(lines, header, same)
        .where(lines.c.company_id == bindparam("company"), any_of(lines.c.request_line_id, "lines"))
        .group_by(lines.c.request_line_id)
    )


@lru_cache(maxsize=1)
def _waiting() -> Statement:
    """How much approved requests wait for, by item and warehouse."""
    lines, header = table(LINE.table), table(RESOURCE.table)
    same = (header.c.company_id == lines.c.company_id) & (header.c.id == lines.c.request_id)
    left = lines.c.quantity - lines.c.transferred_quantity - lines.c.rejected_quantity
    keys = (lines.c.product_id, header.c.warehouse_id)
    return Statement(
        select(*keys, func.sum(case((left > 0, left), else_=0), type_=lines.c.quantity.type).label("waiting"))
        .join_from(header, lines, same)
        .where(header.c.company_id == bindparam("company"), header.c.status == APPROVED)
        .where(any_of(header.c.warehouse_id, "warehouses"), any_of(lines.c.product_id, "products"))
        .where(header.c.id != bindparam("without"))
        .group_by(*keys)
    )


@lru_cache(maxsize=1)
def _named() -> Statement:
    """Lines of a request that transfers name."""
    lines, named = table(LINE.table), table("stock_transfer_lines")
    same = (named.c.company_id == lines.c.company_id) & (named.c.request_line_id == lines.c.id)
    mine = (lines.c.company_id == bindparam("company"), lines.c.request_id == bindparam("request"))
    return Statement(select(lines.c.id).join_from(lines, named, same).where(*mine).distinct())


ITEMS = doc.lines(
    "warehouse_requests", "request_id",
    Number("transferredQuantity", scale=PRICE_SCALE, default=ZERO),
    Number("rejectedQuantity", scale=PRICE_SCALE, default=ZERO, note="what nobody waits for any more"),
    Derived(
        "openQuantity", json_schema={"type": "number"},
        compute=lambda shown: max(shown["quantity"] - shown["transferredQuantity"] - shown["rejectedQuantity"], 0),
    ),
    label="WarehouseRequestLine",
)  # fmt: skip
LINE = ITEMS.of

COMPLETE = (
    Parts(
        "items", write=Write.ALWAYS, note="lines of the request by their ids; without, all that is open",
        part=Part(
            "CompletedLine", LINE.table, LINE.owner, LINE.owner_table,
            (
                Ref("id", to=LINE.table, column="line_id", required=True, flat=True, write=Write.ALWAYS),
                Number("quantity", scale=PRICE_SCALE, write=Write.ALWAYS, note="without, all that is open"),
            ),
        ),
    ),
    verbs.REASON,
)  # fmt: skip

KIND = verbs.Kind(
    noun="warehouse request",
    module=MODULE,
    name=NAME,
    statuses=STATUSES,
    check=check,
    revisable=revisable,
    cancelable=untouched,
    approved=approved,
    released=released,
    create=create,
    copied=("location_id", "legal_entity_id", "warehouse_id", "currency", "exchange_rate", "required_date", "note"),
)
LIFE = verbs.life(
    KIND,
    Move(
        "complete", (APPROVED,), (APPROVED, COMPLETED), FULFILS, complete, body=COMPLETE, hosted=False,
        summary="Let nobody wait any more for what is open",
    ),
)  # fmt: skip

RESOURCE = verbs.living(
    define(
        Resource(
            name=NAME,
            table="warehouse_requests",
            label="WarehouseRequest",
            key="idn",
            fields=(
                *doc.identity(),
                Moment("requiredDate", day_ends=True, write=Write.ALWAYS),
                Moment("approvalDate"),
                Code("statusTransferred", names=TRANSFERRED, default=NOT),
                *doc.CURRENCY_FIELDS,
                Text("note", size=5000, multiline=True, write=Write.ALWAYS),
                *doc.status(STATUSES),
                *doc.sums(),
                *doc.nothing("approvingWay"),
                Ref("location", to="locations", write=Write.ALWAYS),
                *doc.PEOPLE,
                Ref("warehouse", to="warehouses", write=Write.ALWAYS, note="where the goods shall come from"),
                Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
                doc.APPROVAL_INFO,
                custom_values("document", "warehouse_requests"),
                ITEMS,
                doc.TAX_TOTALS,
                doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                doc.attachments(9),
            ),
            operations=(
                *read_operations(NAME, "idn", read=read_permission(MODULE, "warehouse.manage")),
                *write_operations(NAME, CREATE, key="idn", create=create, update=update, hosted=False),
                *LIFE.operations(NAME, "idn"),
            ),
            reference=("id", "idn", "customName", "createDate", "updateDate", "requiredDate", "approvalDate", "status"),
            access=Access(
                MODULE, "creator_id", "location_id", legal_entity="legal_entity_id",
                custom_values="warehouse_requests_custom_values", viewers=("warehouse.manage",),
            ),
            writes=CREATE,
            indexes=(("status", "id"), ("warehouse_id", "id"), ("approval_date",)),
            uniques=(("idn",),),
            counted=True,
            attachment_type=9,
            life=LIFE,
        )
    ),
    KIND,
)  # fmt: skip
