"""What receipts put into stock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

from emptor.domains.inventory import ledger
from emptor.kit.money import MONEY_SCALE, ZERO, rounded
from emptor.kit.money import product as product_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

Posting = dict[tuple[int, int, int], tuple[Decimal, Decimal]]
"""(line of the order, item, warehouse) → quantity, and what it is worth in the company's currency."""


LINES = ledger.Arriving("receipts", "receipt_lines", owner="receipt_id", line="order_line_id", value="net_sum")


def follow(tx: UnitOfWork, row: Row, places: int, came: Callable[[], Sequence[Row]]) -> None:
    """Bring the stock to what an approved receipt says on its first so many `places`; `came` reads its lines where they
    have to be looked at.
    """
    is_plain = row["warehouse_id"] and not row["is_service_order"] and row["exchange_rate"] == 1
    if not (is_plain and ledger.arrive(tx, LINES, row["id"], row["warehouse_id"], places)):
        post(tx, row, came())


def post(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """Bring the stock to what the receipt says now: the difference to what it has moved before is moved."""
    before = ledger.net_of(tx, row["id"])
    posted = {(m["line_id"], m["product_id"], m["warehouse_id"]): (m["quantity"], m["value"]) for m in before}
    kind = ledger.CORRECTION if before else ledger.RECEIPT
    revision = 1 + max((m["revision"] for m in before), default=-1)
    places = {item["order_line_id"]: f"items[{i}][quantity]" for i, item in enumerate(items)}
    ledger.post(
        tx,
        [
            ledger.Moved(
                kind, product, warehouse, quantity, "receipts", row["id"], line, revision, value,
                place=places.get(line, "warehouse"),
            )
            for (line, product, warehouse), (quantity, value) in _differences(_stocked(row, items), posted).items()
        ],
    )  # fmt: skip


def _stocked(row: Row, items: Sequence[Row]) -> Posting:
    """What the receipt puts into stock: what it keeps of catalogue items, where it names a warehouse."""
    if not row["warehouse_id"] or row["is_service_order"]:
        return {}
    return {
        (item["order_line_id"], item["product_id"], row["warehouse_id"]): (
            item["quantity"], rounded(product_of(item["net_sum"], row["exchange_rate"]), MONEY_SCALE)
        )
        for item in items
        if item["product_id"] and item["quantity"]
    }  # fmt: skip


def _differences(wanted: Posting, posted: Posting) -> Posting:
    """What has to move so that what is posted becomes what is wanted: first what comes in, then what goes out."""
    found: Posting = {}
    for key in {**wanted, **posted}:
        (now, worth), (before, was) = wanted.get(key, (ZERO, ZERO)), posted.get(key, (ZERO, ZERO))
        if now != before:
            found[key] = (now - before, worth - was)
    return dict(sorted(found.items(), key=lambda entry: entry[1][0], reverse=True))
