"""What an order takes over from its invoices: accepted changes, tax items, and all lines of a blanket order's bills."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from emptor.domains import documents, revisions, verbs, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables.matching import agreeing
from emptor.domains.payables.matching.fitting import fit, wanted
from emptor.domains.payables.rules import BILLED
from emptor.domains.pricing import Line
from emptor.domains.purchasing.orders import billing, progress
from emptor.domains.purchasing.orders.progress import SERVICE
from emptor.kit.fields import Parts
from emptor.kit.money import PRICE_SCALE, ZERO, quotient, rounded
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.clauses import belongs, mine, one_of
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Items = Sequence[Row]

COPIED = ("name", "sku", "description", "product_id", "unit_id", "quantity", "price", "discount_percent",
          "discount_amount", "item_type", "budget_line_id", "taxes", "dataItemCustomFields")  # fmt: skip
NUMBERS = ("quantity", "price", "discount_percent", "discount_amount")
COST = ("quantity", "price", "net_sum", "sum", "tax_sum", "tax_percent")
ALLOCATIONS = "invoice_line_allocations"


def _orders() -> Resource:
    return verbs.RESOURCES["purchaseorders"]


def changes(tx: UnitOfWork, invoice: Row, order: Row) -> Row:
    """The order's lines take price, taxes, item and further quantity from the invoice; new ones are added to it. Comes
    back with what brings the order back to what it was.
    """
    agreeing.renew(tx, invoice)
    items = documents.stored_lines(tx, verbs.RESOURCES["invoices"], invoice["id"])
    by_line: dict[int, list[tuple[Row, Row]]] = defaultdict(list)
    for item in items:
        for one in item["allocations"]:
            by_line[one["order_line_id"]].append((item, one))
    left = billing.lines(tx, order, without=invoice["id"])
    stored = {line["id"]: line for line in documents.stored_lines(tx, _orders(), order["id"]) if line["id"] in by_line}
    taken = {key: _taken_over(line, by_line[key], left[key], order) for key, line in stored.items()}
    new = [item for item in items if not item["allocations"]] if _is_first(invoice, order) else []
    undo = changed(tx, order, {key: one for key, one in taken.items() if one}, new)
    tx.run(_agree(), company=tx.company_id, invoice=invoice["id"], order=order["id"])
    return undo


def changed(tx: UnitOfWork, order: Row, taken: dict[int, Row], new: Items = ()) -> Row:
    """Change lines of an order, by their ids, and add lines of an invoice to it. `net` says what so much of a line has
    to come to after all discounts. Comes back with what `restore` needs.
    """
    stored = documents.stored_lines(tx, _orders(), order["id"])
    kept = [{"id": line["id"], **taken.get(line["id"], {})} for line in stored]
    added = [_copied(item) | {"net": (item["net_sum"], item["quantity"])} for item in new]
    if order["logic_type"] == SERVICE:
        added = [line | {"quantity": Decimal(1), **amounting_to(line["net"][0])} for line in added]
    _fit(tx, order, [*({**line, **one} for line, one in zip(stored, kept, strict=True)), *added], [*kept, *added])
    before = {
        line["id"]: {name: _as_sent(line, name) for name in one if name != "id"}
        for line, one in zip(stored, kept, strict=True)
        if len(one) > 1
    }
    documents.update(tx, _orders(), order, {"items": [*kept, *added]})
    lines = _allocate(tx, order, new)
    recount(tx, order)
    return {"lines": before, "added": lines}


def _fit(tx: UnitOfWork, order: Row, lines: Items, said: Items) -> None:
    """Have lines of an order cost what they have to, in what is `said` of them: with the order's own discounts taken
    off, prices and discounts of an invoice may come to something else.
    """
    scale = scale_of(tx.actor.settings, order["currency"])
    nets = {i: wanted(*one.pop("net"), lines[i]["quantity"], scale) for i, one in enumerate(said) if "net" in one}
    priced = [
        Line(
            one["quantity"], one["price"], one["discount_percent"], one["discount_amount"],
            is_tax=one["item_type"] == documents.TAX_ITEM,
        )
        for one in lines
    ]  # fmt: skip
    fitted = fit(priced, nets, order["discount_percent"], order["discount_amount"], scale)
    for one, before, now in zip(said, priced, fitted, strict=True):
        if now is not before:
            one |= {"price": now.price, "discount_percent": None, "discount_amount": now.discount_amount}


def _as_sent(line: Row, name: str) -> Any:
    return [{"tax_id": tax["tax_id"]} for tax in line["taxes"]] if name == "taxes" else line[name]


def restore(tx: UnitOfWork, order: Row, kind: str, document: Row, undo: Row) -> None:
    """The order is again what it was before it took over what a document had different, as far as others have not
    billed or received that since.
    """
    added = [int(line) for line in undo["added"]]
    if kind == "invoices":
        for line in added:
            tx.delete(table(ALLOCATIONS), invoice_id=document["id"], order_line_id=line)
    used = {*billing.named_lines(tx, order["id"]), *_named_by_receipts(tx, order)}
    bill, receipt = (document["id"] if kind == one else 0 for one in ("invoices", "receipts"))
    billed = billing.lines(tx, order, without=bill)
    least = {one.id: one.received + one.claimed for one in progress.ordered_lines(tx, order, without=receipt)}
    kept = []
    for line in documents.stored_lines(tx, _orders(), order["id"]):
        if line["id"] in added and line["id"] not in used:
            continue
        was = {name: _decimal(name, value) for name, value in undo["lines"].get(str(line["id"]), {}).items()}
        used_up = max(least.get(line["id"], ZERO), billed[line["id"]].billed + billed[line["id"]].claimed)
        if "quantity" in was:
            was["quantity"] = max(was["quantity"], used_up)
        elif used_up and order["logic_type"] == SERVICE:
            was = {}
        kept.append({"id": line["id"], **was})
    documents.update(tx, _orders(), order, {"items": kept})
    recount(tx, order)


def _decimal(name: str, value: Any) -> Any:
    """A column's value as it was before it was kept as JSON."""
    return Decimal(str(value)) if name in NUMBERS and value is not None else value


def _named_by_receipts(tx: UnitOfWork, order: Row) -> set[int]:
    return {line for (line,) in tx.all(_received_lines(), company=tx.company_id, order=order["id"])}


def recount(tx: UnitOfWork, order: Row) -> None:
    """With new lines, or more on them, less of an order has come and been billed than before; what was struck of it
    and has been agreed to since is wanted again.
    """
    now = query.stored(tx, _orders(), "id", order["id"])
    assert now is not None
    billing.unstrike(tx, now)
    billing.recount(tx, order["id"])


def _is_first(invoice: Row, order: Row) -> bool:
    """Whether lines that bill no order's line belong to this order."""
    return bool(invoice["purchase_order_id"] in (None, order["id"]))


def _taken_over(line: Row, billed: list[tuple[Row, Row]], left: billing.Billable, order: Row) -> Row:
    """What a line of an order takes from the lines of an invoice that bill it; what lies below nothing has no price."""
    item, _ = billed[0]
    quantity = sum((one["quantity"] for _, one in billed), ZERO)
    priced = [(item, one) for item, one in billed if item["net_sum"] >= 0]
    net = sum((one["net_sum"] for _, one in priced), ZERO)
    agreed = sum((one["agreed_sum"] for _, one in priced), ZERO)
    needed = left.billed + left.claimed + quantity
    taken: Row = {}
    if (taxes := documents.as_priced(item)) != documents.as_priced(line):
        taken["taxes"] = taxes
    if order["logic_type"] == SERVICE:
        return {**taken, **amounting_to(needed)} if needed > left.ordered else taken
    if needed > left.ordered:
        taken["quantity"] = needed
    if item["product_id"] != line["product_id"] or (not line["product_id"] and item["name"] != line["name"]):
        taken |= {name: item[name] for name in ("product_id", "name", "sku", "unit_id", "item_type")}
    of = sum((one["quantity"] for _, one in priced), ZERO)
    if of and net != agreed:
        taken |= _priced(item, net, of, one_line=len(billed) == 1)
    if of and (net != agreed or "quantity" in taken):
        taken["net"] = net, of
    return taken


def amounting_to(sum_: Decimal) -> Row:
    """What a line of a service says that comes to so much."""
    return {"price": sum_, "discount_percent": None, "discount_amount": None, "net": (sum_, Decimal(1))}


def _priced(item: Row, net: Decimal, quantity: Decimal, *, one_line: bool) -> Row:
    """The invoice's price and discount where they fit the order's line; else what one came to on average."""
    if one_line and item["discount_amount"] is None and item["quantity"] == quantity:
        return {"price": item["price"], "discount_percent": item["discount_percent"], "discount_amount": None}
    return {"price": rounded(quotient(net, quantity), PRICE_SCALE), "discount_percent": None, "discount_amount": None}


def _copied(item: Row) -> Row:
    line = {name: item[name] for name in COPIED}
    return line | {
        "taxes": documents.as_priced(item),
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
        changed(tx, order, {}, new)


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
    again = {
        one["order_line_id"]: item for item in items for one in item["allocations"] if one["order_id"] == order["id"]
    }
    tx.update_all(
        table("purchase_order_lines"),
        [
            {"id": line_id, **{name: item[name] for name in COST}}
            for line_id, item in again.items()
        ],
        "id",
    )  # fmt: skip
    _copy_taxes(tx, again)
    add_up_bills(tx, order)
    recount(tx, order)


def add_up_bills(tx: UnitOfWork, order: Row) -> None:
    """A line of a blanket order that several invoices bill comes to what they do together."""
    lines = []
    for line_id, quantity, net, gross in tx.all(_added_up(), company=tx.company_id, order=order["id"]):
        price = rounded(quotient(net, quantity), PRICE_SCALE)
        sums = {"net_sum": net, "sum": gross, "tax_sum": gross - net, "discount_sum": ZERO}
        off = {"discount_percent": None, "discount_amount": None}
        lines.append({"id": line_id, "quantity": quantity, "price": price, **sums, **off})
    if lines:
        revisions.keep(tx, _orders(), order["id"])
        tx.update_all(table("purchase_order_lines"), lines, "id")


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


def _allocate(tx: UnitOfWork, order: Row, new: Items) -> list[int]:
    """Have invoice lines bill the lines that the order has just got from them: its last ones, in the same order. The
    ids of these.
    """
    if not new:
        return []
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
    return ids


@lru_cache(maxsize=1)
def _line_ids() -> Statement:
    lines = table("purchase_order_lines")
    return Statement(
        select(lines.c.id)
        .where(lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"))
        .order_by(lines.c.position, lines.c.id)
    )


@lru_cache(maxsize=1)
def _received_lines() -> Statement:
    """The lines of an order that receipts name, drafts and dead ones too."""
    receipts, lines = table("receipts"), table("receipt_lines")
    return Statement(
        select(lines.c.order_line_id)
        .join_from(receipts, lines, belongs(lines, "receipt_id", receipts))
        .where(mine(receipts), receipts.c.purchase_order_id == bindparam("order"))
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
def _added_up() -> Statement:
    """What approved invoices bill of each line of an order in all, where that is another quantity than it has."""
    lines, invoices, allocated = (table(name) for name in ("purchase_order_lines", "invoices", ALLOCATIONS))
    quantity, net, gross = (
        func.sum(one, type_=one.type) for one in (allocated.c.quantity, allocated.c.net_sum, allocated.c.sum)
    )
    return Statement(
        select(lines.c.id, quantity, net, gross)
        .join_from(lines, allocated, belongs(allocated, "order_line_id", lines))
        .join(invoices, belongs(allocated, "invoice_id", invoices))
        .where(mine(lines), lines.c.order_id == bindparam("order"), one_of(invoices.c.status, *BILLED))
        .group_by(lines.c.id, lines.c.quantity)
        .having(and_(quantity != lines.c.quantity, quantity > ZERO))
        .order_by(lines.c.id)
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
