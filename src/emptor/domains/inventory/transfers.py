"""Stock transfers: goods that go from one warehouse to another, or are consumed."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy import update as change

from emptor.domains import documents as doc
from emptor.domains import verbs, writing
from emptor.domains.attachments import OWN_TYPES
from emptor.domains.inventory import ledger, requests
from emptor.domains.inventory.ledger import ARRIVED, REVERSAL, SENT, Moved
from emptor.domains.inventory.moves import READ
from emptor.domains.inventory.warehouses import MANAGE, can_use, manager_of
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Integer, Moment, Number, Part, Parts, Ref, Text, Write
from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO, product, rounded
from emptor.kit.resource import KEY, Resource, read_operations, write_operations
from emptor.kit.states import Life, Move
from emptor.store.schema import custom_values, define, table
from emptor.store.statement import Statement, update_by
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Lines = list[dict[str, Any]]

NAME = "stocktransfers"
TRANSFER, CONSUMPTION = "transfer", "consumption"

DRAFT, IN_TRANSIT, COMPLETED, CANCELED = doc.DRAFT, doc.PENDING, doc.PAID, doc.CANCELED
STATUSES = {DRAFT: "draft", IN_TRANSIT: "in transit", COMPLETED: "completed", CANCELED: "canceled"}

STILL_COMING, LOST, RETURNED = range(3)
REST = {STILL_COMING: "still on its way", LOST: "lost", RETURNED: "back where it came from"}

SOME = Decimal(1).scaleb(-PRICE_SCALE)
"""The smallest quantity above nothing."""


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft; its id."""
    values.setdefault("items", [])
    _check(tx, values)
    return writing.insert(tx, RESOURCE, values, {"idn": str(tx.count(NAME, idns=1, rows=1))})


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a draft: a given list of lines becomes the lines."""
    if row["status"] != DRAFT:
        raise IllegalMove(f"This stock transfer is {STATUSES[row['status']]} and can't be edited. {LIFE.way_out(row)}")
    values["items"] = doc.merged_lines(tx, RESOURCE, row["id"], values.get("items"))
    _check(tx, values, row)
    writing.replace(tx, RESOURCE, row, values)


def _check(tx: UnitOfWork, values: Row, row: Row | None = None) -> None:
    """Raise Invalid with all that is wrong; number the lines."""
    known = writing.check(tx, RESOURCE, values, row, read={"items": ("item_type",)})
    merged = {**(row or {}), **values}
    route = wrong_route(merged)
    if route:
        tx.problems.add(*route)
    for wire, column in (("fromWarehouse", "from_warehouse_id"), ("toWarehouse", "to_warehouse_id")):
        can_use(tx, wire, merged.get(column))
    for i, item in enumerate(values["items"]):
        if isinstance(item, dict):
            item["position"] = i
            found = known.get("items", {}).get(item.get("product_id"))
            if found and found["item_type"] != ledger.INVENTORY:
                tx.problems.add(f"items[{i}][product]", "This is not kept in stock; choose an inventory item.")
    requests.check_open(tx, merged.get("from_warehouse_id"), values["items"])
    tx.problems.raise_if_any()


def wrong_route(header: Mapping[str, Any]) -> tuple[str, str] | None:
    """What is wrong with where the goods go, as a field and a sentence."""
    source, target = header.get("from_warehouse_id"), header.get("to_warehouse_id")
    if header.get("type") == CONSUMPTION and target is not None:
        return "toWarehouse", "What is consumed goes to no warehouse; leave this out."
    if header.get("type") == TRANSFER and target is None:
        return "toWarehouse", "Name the warehouse the goods go to."
    if target is not None and source == target:
        return "toWarehouse", "Choose another warehouse than the one the goods come from."
    return None


def confirm(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Take the goods from their warehouse, and put them into the other one unless that has to say so first."""
    items = doc.stored_lines(tx, RESOURCE, row["id"])
    if not items:
        raise IllegalMove("Add at least one line before you confirm this stock transfer.")
    if row["type"] == CONSUMPTION:
        doc.require_custom_values(tx, RESOURCE, row)
    requests.check_open(tx, row["from_warehouse_id"], items)
    tx.problems.raise_if_any()
    waits = row["type"] == TRANSFER and bool(tx.actor.settings.get("transferInTransit"))
    doc.move(tx, RESOURCE, row, IN_TRANSIT if waits else COMPLETED)
    if not waits:
        tx.run(_all_arrived(), company=tx.company_id, transfer=row["id"])
    _recount_requests(tx, items)
    kind = SENT if row["type"] == TRANSFER else ledger.CONSUMPTION
    worth = ledger.post(
        tx, [_moved(row, kind, "from", item, -item["quantity"], i, spares=True) for i, item in enumerate(items)]
    )
    if row["type"] == TRANSFER and not waits:
        arriving = enumerate(zip(items, worth, strict=True))
        ledger.post(
            tx, [_moved(row, ARRIVED, "to", item, item["quantity"], i, value=-value) for i, (item, value) in arriving]
        )


def _moved(row: Row, kind: int, end: str, item: Row, quantity: Decimal, place: int, **more: Any) -> Moved:
    """A movement of a line at the `from` or the `to` end of the transfer."""
    return Moved(
        kind, item["product_id"], row[f"{end}_warehouse_id"], quantity, NAME, row["id"], item["id"],
        place=f"items[{place}][quantity]", **more,
    )  # fmt: skip


def receive(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Put what has arrived into its warehouse: the given lines, or all that is on its way.

    What did not arrive stays on its way, unless `missing` says that it is lost or back where it came from.
    """
    items = doc.stored_lines(tx, RESOURCE, row["id"])
    arrived = _arrived(tx, items, values)
    rest = values.get("missing") or STILL_COMING
    left = {item["id"]: item["quantity"] - item["received_quantity"] - arrived[item["id"]] for item in items}
    if rest == LOST and any(left.values()) and not values.get("comment"):
        tx.problems.add("comment", "Say what has become of the goods that are lost.")
    tx.problems.raise_if_any()
    posted = ledger.posted(tx, row["id"])
    worth = {move["line_id"]: -move["value"] for move in posted if move["kind"] == SENT}
    how = {"revision": 1 + max(move["revision"] for move in posted), "note": values.get("comment")}
    moves = []
    for i, item in enumerate(items):
        value, whole = worth[item["id"]], item["quantity"]
        before, now = item["received_quantity"], item["received_quantity"] + arrived[item["id"]]
        parts = [share(value, part, whole) for part in (before, now)]
        moves.append(_moved(row, ARRIVED, "to", item, now - before, i, value=parts[1] - parts[0], **how))
        if rest == RETURNED:
            moves.append(_moved(row, REVERSAL, "from", item, left[item["id"]], i, value=value - parts[1], **how))
    done = rest != STILL_COMING or not any(left.values())
    doc.move(tx, RESOURCE, row, COMPLETED if done else IN_TRANSIT)
    changed = [
        {
            "key_company_id": tx.company_id, "key_id": item["id"],
            "set_received_quantity": item["received_quantity"] + arrived[item["id"]],
        }
        for item in items
        if arrived[item["id"]]
    ]  # fmt: skip
    tx.run_all(update_by(table(LINE.table), ("company_id", "id"), ("received_quantity",)), changed)
    ledger.post(tx, moves)
    if done:
        _recount_requests(tx, items)


def share(value: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """What `part` of a `whole` quantity is worth; the whole is worth `value`, to the last unit."""
    return rounded(product(value, part) / whole, MONEY_SCALE)


def _arrived(tx: UnitOfWork, items: Lines, values: Row) -> dict[int, Decimal]:
    """How much of each line has arrived now; what cannot be is noted."""
    coming = {item["id"]: item["quantity"] - item["received_quantity"] for item in items}
    if "items" not in values:
        return coming
    arrived = dict.fromkeys(coming, ZERO)
    for i, entry in enumerate(values["items"]):
        line, quantity = entry["line_id"], entry["quantity"]
        if line not in coming:
            tx.problems.add(f"items[{i}][id]", "This transfer has no line with this id.")
        elif arrived[line] + quantity > coming[line]:
            tx.problems.add(f"items[{i}][quantity]", f"Only {coming[line] - arrived[line]:f} is on its way.")
        else:
            arrived[line] += quantity
    return arrived


def cancel(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Take the goods back to where they came from, if they are still there."""
    verbs.demand_reason(tx, values)
    items = doc.stored_lines(tx, RESOURCE, row["id"])
    if row["status"] == IN_TRANSIT and any(item["received_quantity"] for item in items):
        raise IllegalMove("Part of it has arrived; receive the rest, or say that it is back where it came from.")
    if row["status"] == COMPLETED and any(item["received_quantity"] != item["quantity"] for item in items):
        raise IllegalMove("Not all of it has arrived; transfer back what has.")
    doc.move(tx, RESOURCE, row, CANCELED)
    ledger.reverse(tx, NAME, row["id"], values.get("comment"))
    _recount_requests(tx, items)


def delete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Remove a draft."""
    writing.remove(tx, RESOURCE, row)
    tx.count(NAME, rows=-1)


def _recount_requests(tx: UnitOfWork, items: Lines) -> None:
    requests.recount(tx, lines=[item["request_line_id"] for item in items if item["request_line_id"]])


@lru_cache(maxsize=1)
def _all_arrived() -> Statement:
    lines = table(LINE.table)
    mine = (lines.c.company_id == bindparam("company"), lines.c.transfer_id == bindparam("transfer"))
    return Statement(change(lines).where(*mine).values(received_quantity=lines.c.quantity))


LINE = Part(
    "StockTransferLine",
    "stock_transfer_lines",
    "transfer_id",
    "stock_transfers",
    (
        KEY,
        Integer("position", default=0),
        Ref("product", to="items", required=True, write=Write.ALWAYS),
        Number("quantity", scale=PRICE_SCALE, low=SOME, required=True, write=Write.ALWAYS),
        Number("receivedQuantity", scale=PRICE_SCALE, default=ZERO, note="what has arrived, or was consumed"),
        Ref(
            "warehouseRequestItem", to="warehouse_request_lines", column="request_line_id", flat=True,
            write=Write.ALWAYS, note="the line of a warehouse request that this fulfils",
        ),
        custom_values("item", "stock_transfer_lines"),
    ),
    order="position",
)  # fmt: skip

RECEIVED = (
    Parts(
        "items", write=Write.ALWAYS, note="lines of the transfer by their ids; without, all that is on its way",
        part=Part(
            "ReceivedLine", LINE.table, LINE.owner, LINE.owner_table,
            (
                Ref("id", to=LINE.table, column="line_id", required=True, flat=True, write=Write.ALWAYS),
                Number("quantity", scale=PRICE_SCALE, required=True, write=Write.ALWAYS),
            ),
        ),
    ),
    Code("missing", names=REST, default=STILL_COMING, write=Write.ALWAYS, note="what of the rest"),
    verbs.REASON,
)  # fmt: skip

SENDER = manager_of("from_warehouse_id", "who looks after the warehouse the goods come from")
RECIPIENT = manager_of("to_warehouse_id", "who looks after the warehouse the goods go to")

LIFE = Life(
    "stock transfer",
    STATUSES,
    (
        Move("confirm", (DRAFT,), (IN_TRANSIT, COMPLETED), MANAGE, confirm, SENDER, hosted=False,
             summary="Send the goods of a draft on their way"),
        Move("receive", (IN_TRANSIT,), (IN_TRANSIT, COMPLETED), MANAGE, receive, RECIPIENT, RECEIVED, hosted=False,
             summary="Take in goods that were on their way"),
        Move("cancel", (IN_TRANSIT, COMPLETED), (CANCELED,), MANAGE, cancel, SENDER, (verbs.REASON,), hosted=False,
             summary="Take the goods back to where they came from"),
        Move("delete", (DRAFT,), (), MANAGE, delete, SENDER, hosted=False, summary="Delete a draft stock transfer"),
    ),
)  # fmt: skip

FILES = OWN_TYPES + 2
"""What the upload path calls a transfer; the hosted API names no number for it."""

RESOURCE = define(
    Resource(
        name=NAME,
        table="stock_transfers",
        label="StockTransfer",
        fields=(
            *doc.identity(custom_name=False),
            Text(
                "type", size=20, default=TRANSFER, pattern=f"{TRANSFER}|{CONSUMPTION}",
                hint=f"Send {TRANSFER} or {CONSUMPTION}.", write=Write.ON_CREATE,
            ),
            Code("status", names=STATUSES, default=DRAFT),
            Moment("requiredDate", day_ends=True, write=Write.ALWAYS),
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            *doc.PEOPLE,
            Ref("fromWarehouse", to="warehouses", required=True, write=Write.ALWAYS),
            Ref("toWarehouse", to="warehouses", write=Write.ALWAYS),
            custom_values("document", "stock_transfers"),
            Parts("items", part=LINE, listed=False, write=Write.ALWAYS),
            doc.comments(),
            doc.followers(),
            doc.attachments(FILES),
        ),
        operations=(
            *read_operations(NAME, read=READ),
            *write_operations(NAME, MANAGE, create=create, update=update, hosted=False),
            *LIFE.operations(NAME, "id"),
        ),
        writes=MANAGE,
        reference=("id", "idn", "type", "status"),
        indexes=(("status", "id"), ("from_warehouse_id", "id"), ("to_warehouse_id", "id")),
        uniques=(("idn",),),
        counted=True,
        attachment_type=FILES,
        life=LIFE,
    )
)  # fmt: skip
