"""Single lines of an invoice: split one, strike one from its order, split lines off to an invoice of their own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains import documents, verbs, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables import credits
from emptor.domains.payables.invoices import covering
from emptor.domains.purchasing.orders import billing
from emptor.domains.suppliers import spending
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Field, Number, Part, Parts, Ref, Text, Write
from emptor.kit.money import PRICE_SCALE, ZERO, product, quotient, rounded
from emptor.kit.resource import Permission, Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

ORDERS = Permission("purchase_order", ("create", "approve"))
"""Who may say that something of an order is not wanted any more."""
LINE = Ref("item", to="invoice_lines", column="line_id", required=True, flat=True, write=Write.ALWAYS, note="the line")


def _chosen(wire: str, note: str, *more: Field) -> Parts:
    """A list of lines of the invoice, each with its id and what is said about it."""
    name = Ref("id", to="invoice_lines", column="line_id", required=True, flat=True, write=Write.ALWAYS)
    part = Part("InvoiceLineChoice", "", "", "", (name, *more), shorthand="id")
    return Parts(wire, part=part, write=Write.ALWAYS, note=note)


SPLIT_LINE: tuple[Field, ...] = (
    LINE,
    Parts(
        "parts",
        part=Part(
            "LinePiece", "", "", "",
            (
                Number("quantity", scale=PRICE_SCALE, required=True, write=Write.ALWAYS),
                Text("name", size=300, write=Write.ALWAYS, note="without, the line's own"),
            ),
            shorthand="quantity",
        ),
        required=True, write=Write.ALWAYS, note="the quantities it is split into; together they are the line's",
    ),
)  # fmt: skip
REJECT_LINE: tuple[Field, ...] = (LINE,)
SPLIT: tuple[Field, ...] = (
    _chosen(
        "items", "lines that go to the new invoice",
        Number("quantity", scale=PRICE_SCALE, write=Write.ALWAYS, note="without, all of it"),
    ),
    Ref("location", to="locations", write=Write.ALWAYS, note="of the new invoice; without, that of this one"),
    Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
    Ref("budget", to="budgets", write=Write.ALWAYS),
)  # fmt: skip


OF_CHILD = ("location_id", "legal_entity_id", "budget_id")


def link_body(allocations: Parts) -> tuple[Field, ...]:
    """What the verb `link` takes: lines, each with the allocations it has from now on."""
    return (_chosen("items", "lines of the invoice, each with what it bills", allocations),)


def _invoices() -> Resource:
    return verbs.RESOURCES["invoices"]


def _stored(tx: UnitOfWork, row: Row) -> dict[int, Row]:
    return {line["id"]: line for line in documents.stored_lines(tx, _invoices(), row["id"])}


def _one(tx: UnitOfWork, lines: dict[int, Row], values: Row) -> Row | None:
    """The line that the body names; None when that is noted to be none of the invoice."""
    line = lines.get(values.get("line_id", 0))
    if line is None:
        tx.problems.add("item", "Name a line of this invoice by its id.")
    return line


def split_line(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Make several lines of one, with its price, taxes and custom fields; together they bill what it billed."""
    lines = _stored(tx, row)
    line = _one(tx, lines, values)
    parts = [one for one in values.get("parts") or () if isinstance(one, dict)]
    if not parts or (line and (len(parts) < 2 or any((one.get("quantity") or ZERO) <= 0 for one in parts))):
        tx.problems.add("parts", "Give two or more quantities, each above nothing.")
    elif line and sum((one["quantity"] for one in parts), ZERO) != line["quantity"]:
        tx.problems.add("parts", f"The quantities come to something else than the line's {line['quantity']:f}.")
    tx.problems.raise_if_any()
    assert line is not None
    cut = pieces(line, [one["quantity"] for one in parts], scale_of(tx.actor.settings, row["currency"]))
    for one, said in zip(cut, parts, strict=True):
        one |= {"is_split": True, "name": said.get("name") or line["name"]}
    cut[0]["id"] = line["id"]
    kept: list[Row] = []
    for other in lines.values():
        kept += cut if other is line else [{"id": other["id"]}]
    _update(tx, row, kept)


def pieces(line: Row, quantities: Sequence[Decimal], scale: int) -> list[Row]:
    """A stored line in pieces that come to what it does: the last one takes what rounding leaves."""
    found = [_piece(line, quantity) for quantity in quantities]
    *others, last = found
    net = covering.own_net(line, scale) - sum((covering.own_net(one, scale) for one in others), ZERO)
    if net != covering.own_net(last, scale):
        last |= _costing(net, last, scale)
    return found


def _costing(net: Decimal, last: Row, scale: int) -> Row:
    """A price and a discount with which so many come to that."""
    price = last["price"]
    if rounded(product(price, last["quantity"]), scale) < net:
        price = quotient(net, last["quantity"]).quantize(Decimal(1).scaleb(-PRICE_SCALE), ROUND_CEILING)
    off = rounded(product(price, last["quantity"]), scale) - net
    return {"price": price, "discount_percent": None, "discount_amount": off or None}


def _piece(line: Row, quantity: Decimal) -> Row:
    """So much of a stored line, as a new one would be sent."""
    share = quotient(quantity, line["quantity"])
    taken: Row = {name: line[name] for name in covering.LINE} | {"discount_amount": None}
    if line["discount_amount"]:
        taken["discount_amount"] = rounded(product(line["discount_amount"], share), 4)
    return {
        **taken, **covering.beside_line(line), "quantity": quantity,
        "allocations": [
            {"order_line_id": one["order_line_id"], "quantity": rounded(product(one["quantity"], share), PRICE_SCALE)}
            for one in line["allocations"]
        ],
    }  # fmt: skip


def _update(tx: UnitOfWork, row: Row, items: list[Row], **header: Any) -> None:
    credits.keep_credited(tx, row, items)
    tx.problems.raise_if_any()
    covering.give_back(tx, row)
    priced = partial(covering.share_out, tx, invoice=row)
    documents.update(tx, _invoices(), row, {"items": items, **header}, priced=priced)


def reject_line(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Take a line off the invoice and strike what it covered from its order: nobody waits for that any more.

    What has come, and what other bills or other lines of this one are for, stays. Since it changes the order, it takes
    somebody who may do so.
    """
    lines = _stored(tx, row)
    line = _one(tx, lines, values)
    tx.problems.raise_if_any()
    assert line is not None
    if not line["allocations"]:
        raise IllegalMove("This line bills no order; just leave it out.")
    tx.actor.require(ORDERS)
    orders = [_open(tx, one) for one in billing.orders(tx, sorted({one["order_id"] for one in line["allocations"]}))]
    kept = {other: one for other, one in lines.items() if one is not line}
    _update(tx, row, [{"id": other} for other in kept])
    own = _billed(kept.values()) if row["status"] == documents.DRAFT else {}  # later it counts like any other bill
    for order in orders:
        billing.strike(tx, order, _billed([line]), own)
        billing.recount(tx, order["id"])


def _open(tx: UnitOfWork, order: Row) -> Row:
    """The order, if the acting person may strike something of it."""
    if query.stored(tx, covering.orders(), "id", order["id"], tx.actor.scope(covering.orders())) is None:
        raise IllegalMove(f"You do not see order {order['idn']}, which this bills; leave the line out instead.")
    if order["status"] not in covering.OPEN_TO_BILLS:
        raise IllegalMove(f"Order {order['idn']} is not open any more; leave the line out instead.")
    return order


def _billed(lines: Iterable[Row]) -> dict[int, Decimal]:
    """How much these lines of an invoice bill of each line of orders."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line in lines:
        for one in line["allocations"]:
            found[one["order_line_id"]] += one["quantity"]
    return found


def split_off(tx: UnitOfWork, row: Row, values: Row) -> int:
    """Move lines, or parts of them, to a new draft of the same bill, for another place or budget; its id."""
    lines = _stored(tx, row)
    taken: dict[int, Decimal] = {}
    for i, one in enumerate(one for one in values.get("items") or () if isinstance(one, dict)):
        line = lines.get(one.get("line_id", 0))
        quantity = one.get("quantity") or (line["quantity"] if line else ZERO)
        if line is None:
            tx.problems.add(f"items[{i}][id]", "The invoice has no line with this id.")
        elif not 0 < quantity <= line["quantity"]:
            tx.problems.add(f"items[{i}][quantity]", f"Take more than nothing and at most {line['quantity']:f}.")
        else:
            taken[line["id"]] = quantity
    if not taken and not tx.problems:
        tx.problems.add("items", "Name the lines to split off.")
    if taken == {line["id"]: line["quantity"] for line in lines.values()}:
        tx.problems.add("items", "Leave something on this invoice.")
    writing.check_references(tx, SPLIT, [("", {name: values.get(name) for name in OF_CHILD})])
    tx.problems.raise_if_any()
    scale = scale_of(tx.actor.settings, row["currency"])
    moved, left = [], []
    for line_id, line in lines.items():
        rest = line["quantity"] - taken.get(line_id, ZERO)
        if line_id not in taken:
            left.append({"id": line_id})
        elif rest:
            kept, gone = pieces(line, [rest, taken[line_id]], scale)
            left.append({**kept, "id": line_id})
            moved.append(gone)
        else:
            moved.append(_piece(line, line["quantity"]))
    off = _discount_on(row, lines, taken, scale)
    contracts = [contract["id"] for contract in spending.of_invoice(tx, row["id"])]
    _update(tx, row, left, discount_amount=row["discount_amount"] and row["discount_amount"] - off)
    return _child(tx, row, moved, {**values, "discount_amount": off or None, "contracts": contracts})


def _discount_on(row: Row, lines: dict[int, Row], taken: dict[int, Decimal], scale: int) -> Decimal:
    """How much of an invoice's own discount has been taken off the lines that go."""
    if row["discount_percent"] is not None or not row["discount_amount"]:
        return ZERO
    off = (covering.shared_off(lines[line_id], quantity, scale) for line_id, quantity in taken.items())
    return rounded(sum(off, ZERO), scale)


def hand_on(tx: UnitOfWork, row: Row) -> None:
    """A draft that goes: what was split off it is one bill all the same, under the oldest of them."""
    invoices = table("invoices")
    oldest = tx.scalar(_split_off(), company=tx.company_id, invoice=row["id"])
    if oldest:
        tx.update(invoices, {"parent_id": None, "update_date": tx.stamp}, id=oldest)
        tx.update(invoices, {"parent_id": oldest, "update_date": tx.stamp}, parent_id=row["id"])


@lru_cache(maxsize=1)
def _split_off() -> Statement:
    invoices = table("invoices")
    mine = (invoices.c.company_id == bindparam("company"), invoices.c.parent_id == bindparam("invoice"))
    return Statement(select(func.min(invoices.c.id)).where(*mine))


CARRIED = (
    "supplier_id", "location_id", "legal_entity_id", "currency", "exchange_rate", "note", "payment_term_id",
    "discount_percent", "invoice_number", "delivery_note", "issue_date", "required_date", "logic_type",
    "purchase_order_id", "prepayment_percent", "postpayment_percent", "credit_period_days", "budget_id",
    "is_service_order", "number_key",
)  # fmt: skip


def _child(tx: UnitOfWork, row: Row, moved: list[Row], values: Row) -> int:
    header = {name: row[name] for name in CARRIED}
    header |= {name: values[name] for name in OF_CHILD if values.get(name)}
    header |= {name: values[name] for name in ("discount_amount", "contracts")}
    custom = _invoices().custom_values
    assert custom is not None
    header[custom.wire] = [
        {"field_id": one["field_id"], "value": one["value"]}
        for one in documents.stored_custom_values(tx, _invoices(), row["id"])
    ]
    header["items"] = [{**item, "budget_line_id": None} for item in moved] if values.get("budget_id") else moved
    known = documents.check(tx, _invoices(), header)
    extra = {
        "parent_id": row["parent_id"] or row["id"],
        documents.REQUIRED_TAXES.column: row[documents.REQUIRED_TAXES.column],
    }  # fmt: skip
    priced = partial(covering.share_out, tx, invoice=header, charged=False)
    return documents.create(tx, _invoices(), header, known, extra, priced=priced)
