"""What an order takes over from its invoices: accepted changes, tax items, and all lines of a blanket order's bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import documents, revisions, verbs, writing
from emptor.domains.purchasing.orders import billing, progress
from emptor.domains.purchasing.orders.progress import CLOSED_LINE, SERVICE, WAITING
from emptor.kit.fields import Parts
from emptor.kit.money import ZERO, quotient, rounded
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Items = Sequence[Row]

COPIED = ("name", "sku", "description", "product_id", "unit_id", "quantity", "price", "discount_percent",
          "discount_amount", "item_type", "budget_line_id", "taxes", "dataItemCustomFields")  # fmt: skip
COST = ("quantity", "price", "net_sum", "sum", "tax_sum", "tax_percent")
ALLOCATIONS = "invoice_line_allocations"


def _orders() -> Resource:
    return verbs.RESOURCES["purchaseorders"]


def changes(tx: UnitOfWork, invoice: Row, order: Row) -> None:
    """The order's lines take price, taxes, item and further quantity from the invoice; new ones are added to it."""
    items = documents.stored_lines(tx, verbs.RESOURCES["invoices"], invoice["id"])
    by_line: dict[int, list[tuple[Row, Row]]] = defaultdict(list)
    for item in items:
        for one in item["allocations"]:
            by_line[one["order_line_id"]].append((item, one))
    left = billing.lines(tx, order, without=invoice["id"])
    kept = []
    for line in documents.stored_lines(tx, _orders(), order["id"]):
        changed: Row = {"id": line["id"]}
        if line["id"] in by_line:
            changed |= _taken_over(line, by_line[line["id"]], left[line["id"]], order)
        kept.append(changed)
    new = [item for item in items if not item["allocations"]] if _is_first(invoice, order) else []
    documents.update(tx, _orders(), order, {"items": [*kept, *map(_copied, new)]})
    _allocate(tx, order, new)
    tx.run(_agree(), company=tx.company_id, invoice=invoice["id"], order=order["id"])
    recount(tx, order)


def recount(tx: UnitOfWork, order: Row) -> None:
    """With new lines, or more on them, less of an order has come and been billed than before."""
    now = query.stored(tx, _orders(), "id", order["id"])
    assert now is not None
    progress.recount(tx, now)
    billing.recount(tx, order["id"])


def _is_first(invoice: Row, order: Row) -> bool:
    """Whether lines that bill no order's line belong to this order."""
    return bool(invoice["purchase_order_id"] in (None, order["id"]))


def _taken_over(line: Row, billed: list[tuple[Row, Row]], left: billing.Billable, order: Row) -> Row:
    item, _ = billed[0]
    quantity = sum((one["quantity"] for _, one in billed), ZERO)
    net = sum((one["net_sum"] for _, one in billed), ZERO)
    agreed = sum((one["agreed_sum"] for _, one in billed), ZERO)
    needed = left.billed + left.claimed + quantity
    taken: Row = {"taxes": [{"tax_id": tax["tax_id"]} for tax in item["taxes"]]}
    if order["logic_type"] == SERVICE:
        return {**taken, "price": needed} if needed > left.ordered else taken
    if needed > left.ordered:
        taken["quantity"] = needed
    if item["product_id"] != line["product_id"] or (not line["product_id"] and item["name"] != line["name"]):
        taken |= {name: item[name] for name in ("product_id", "name", "sku", "unit_id", "item_type")}
    if net != agreed and quantity:
        taken |= _priced(item, line, net, quantity, one_line=len(billed) == 1)
    return taken


def _priced(item: Row, line: Row, net: Decimal, quantity: Decimal, *, one_line: bool) -> Row:
    """The invoice's price and discount where they fit the order's line; else what one came to on average."""
    if one_line and item["discount_amount"] is None and item["quantity"] == quantity:
        return {"price": item["price"], "discount_percent": item["discount_percent"], "discount_amount": None}
    return {"price": rounded(quotient(net, quantity), 6), "discount_percent": None, "discount_amount": None}


def _copied(item: Row) -> Row:
    line = {name: item[name] for name in COPIED}
    return line | {
        "taxes": [{"tax_id": tax["tax_id"]} for tax in item["taxes"]],
        "dataItemCustomFields": [
            {"field_id": one["field_id"], "value": one["value"]} for one in item["dataItemCustomFields"]
        ],
    }


def tax_items(tx: UnitOfWork, invoice: Row, order: Row, items: Items) -> None:
    """Taxes that stand on lines of their own pass from the invoice to its order."""
    if not _is_first(invoice, order) or not tx.one(_free_taxes(), company=tx.company_id, invoice=invoice["id"]):
        return  # as a rule, and without looking at a thousand lines
    new = [item for item in items if item["item_type"] == documents.TAX_ITEM and not item["allocations"]]
    if new:
        kept = [{"id": line["id"]} for line in documents.stored_lines(tx, _orders(), order["id"])]
        documents.update(tx, _orders(), order, {"items": [*kept, *map(_copied, new)]})
        _allocate(tx, order, new)


def blanket_lines(tx: UnitOfWork, invoice: Row, order: Row, items: Items) -> None:
    """A blanket order by its total gets its lines from its invoices, so that what they bill can be received.

    What the order may come to stays what it is.
    """
    of_order = _orders().field("items")
    assert isinstance(of_order, Parts)
    new = [item for item in items if not item["allocations"]]
    position = len(documents.stored_lines(tx, _orders(), order["id"]))
    entries = [
        (order["id"], _as_billed(item) | {"position": position + i}) for i, item in enumerate(new)
    ]  # fmt: skip
    revisions.keep(tx, _orders(), order["id"])
    writing.store_parts(tx, of_order, entries)
    _allocate(tx, order, new)
    again = {one["order_line_id"]: item for item in items for one in item["allocations"]}
    tx.update_all(
        table("purchase_order_lines"),
        [
            {"id": line_id, "status": WAITING, **{name: item[name] for name in COST}}
            for line_id, item in again.items()
        ],
        "id",
    )  # fmt: skip
    _copy_taxes(tx, again)
    recount(tx, order)


def _copy_taxes(tx: UnitOfWork, items: dict[int, Row]) -> None:
    """Lines of orders get the taxes of the lines of an invoice that bill them."""
    taxes = table("purchase_order_lines_taxes")
    for line_id, item in items.items():
        tx.delete(taxes, line_id=line_id)
        kept = [{**tax, "line_id": line_id} for tax in item["taxes"]]
        tx.insert_all(taxes, [tax | {"id": i} for i, tax in zip(tx.new_ids(len(kept)), kept, strict=True)])


def _as_billed(item: Row) -> Row:
    return _copied(item) | {
        **{name: item[name] for name in ("discount_sum", "net_sum", "sum", "tax_sum", "tax_percent")},
        "taxes": [
            {name: value for name, value in tax.items() if name not in ("id", "line_id")} for tax in item["taxes"]
        ],
    }


def give_back(tx: UnitOfWork, invoice: Row) -> None:
    """Lines that a blanket order got from an invoice are not awaited when that is canceled."""
    tx.run(_close_lines(), company=tx.company_id, invoice=invoice["id"])
    for order in billing.orders_of(tx, invoice):
        if order["logic_type"] == billing.BLANKET_TOTAL:
            recount(tx, order)


def _allocate(tx: UnitOfWork, order: Row, new: Items) -> None:
    """Have invoice lines bill the lines that the order has just got from them: its last ones, in the same order."""
    if not new:
        return
    ids = [line_id for (line_id,) in tx.all(_line_ids(), company=tx.company_id, order=order["id"])][-len(new) :]
    tx.insert_all(
        table(ALLOCATIONS),
        [
            {
                "id": row_id, "invoice_id": item["invoice_id"], "line_id": item["id"], "order_id": order["id"],
                "order_line_id": line_id, "receipt_line_id": None,
                "quantity": item["net_sum"] if order["logic_type"] == SERVICE else item["quantity"],
                "net_sum": item["net_sum"], "sum": item["sum"], "agreed_sum": item["net_sum"],
            }
            for row_id, item, line_id in zip(tx.new_ids(len(new)), new, ids, strict=True)
        ],
    )  # fmt: skip


@lru_cache(maxsize=1)
def _line_ids() -> Statement:
    lines = table("purchase_order_lines")
    return Statement(
        select(lines.c.id)
        .where(lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"))
        .order_by(lines.c.position, lines.c.id)
    )


@lru_cache(maxsize=1)
def _agree() -> Statement:
    """What an invoice bills of an order is what was agreed to."""
    allocated = table(ALLOCATIONS)
    return Statement(
        allocated.update()
        .where(
            allocated.c.company_id == bindparam("company"), allocated.c.invoice_id == bindparam("invoice"),
            allocated.c.order_id == bindparam("order"),
        )
        .values(agreed_sum=allocated.c.net_sum)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _close_lines() -> Statement:
    allocated, ordered, orders = table(ALLOCATIONS), table("purchase_order_lines"), table("purchase_orders")
    mine = select(allocated.c.order_line_id).where(
        allocated.c.company_id == bindparam("company"), allocated.c.invoice_id == bindparam("invoice")
    )
    blanket = select(orders.c.id).where(
        orders.c.company_id == ordered.c.company_id, orders.c.id == ordered.c.order_id,
        orders.c.logic_type == billing.BLANKET_TOTAL,
    )  # fmt: skip
    return Statement(
        ordered.update()
        .where(
            ordered.c.company_id == bindparam("company"), ordered.c.id.in_(mine), ordered.c.received_quantity == 0,
            blanket.exists(),
        )
        .values(status=CLOSED_LINE)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _free_taxes() -> Statement:
    """A tax item of an invoice that no order has yet."""
    lines, allocated = table("invoice_lines"), table(ALLOCATIONS)
    taken = select(allocated.c.id).where(
        allocated.c.company_id == lines.c.company_id, allocated.c.line_id == lines.c.id
    )
    return Statement(
        select(lines.c.id)
        .where(
            lines.c.company_id == bindparam("company"), lines.c.invoice_id == bindparam("invoice"),
            lines.c.item_type == documents.TAX_ITEM, ~taken.exists(),
        )
        .limit(1)
    )  # fmt: skip
