"""Which lines of orders an invoice bills: taken over from the orders, checked, and told apart to the cent."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import and_, bindparam, func, select

from emptor.domains import documents, verbs
from emptor.domains.organisation.companies import scale_of
from emptor.domains.pricing import Line, net_of
from emptor.domains.purchasing.orders import billing
from emptor.domains.purchasing.orders.progress import SERVICE
from emptor.domains.suppliers import spending
from emptor.kit.errors import IllegalMove
from emptor.kit.money import PRICE_SCALE, ZERO, plain, product, quotient, rounded, split
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.clauses import belongs, one_of
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

FROM_ORDERS = 2
"""`logicType` of an invoice that bills orders."""
OPEN_TO_BILLS = (documents.APPROVED, documents.MATCHING)
"""States of an order that can be billed."""
HEADER = (
    "supplier_id", "location_id", "legal_entity_id", "currency", "exchange_rate", "payment_term_id",
    "prepayment_percent", "postpayment_percent", "credit_period_days", "budget_id",
)  # fmt: skip
"""What an invoice takes over from its order."""
LINE = (
    "name", "sku", "description", "product_id", "unit_id", "price", "discount_percent", "item_type", "budget_line_id",
)  # fmt: skip
ITEM_FIELDS = "dataItemCustomFields"
DISCOUNT = ("discount_percent", "discount_amount")
SHARED = {"supplier_id": "supplier", "currency": "currency", "logic_type": "kind"}
"""What orders on one invoice have in common."""
OF_ORDER = {"supplier_id": "supplier", "location_id": "location", "currency": "currency"}
"""What an invoice of an order has from that, for good."""


def orders() -> Resource:
    """The declaration of orders."""
    return verbs.RESOURCES["purchaseorders"]


def billable(tx: UnitOfWork, order_id: int, place: str) -> Row | None:
    """The order if it can be billed now; what is against it is noted at `place`."""
    order = query.stored(tx, orders(), "id", order_id, tx.actor.scope(orders()))
    if order is None:
        tx.problems.add(place, f"There is no order with id {order_id} that you see.")
    elif order["status"] not in OPEN_TO_BILLS:
        name = orders().life.names[order["status"]]
        tx.problems.add(place, f"Order {order['idn']} is {name}; only an approved order can be billed.")
    else:
        return order
    return None


def take_over(tx: UnitOfWork, values: Row, found: list[Row]) -> None:
    """Complete a new invoice by what its orders say; without lines of its own it bills all that is open of them."""
    first = found[0]
    for other in found[1:]:
        for column, words in SHARED.items():
            if other[column] != first[column]:
                tx.problems.add("purchaseOrders", f"Order {other['idn']} has another {words} than {first['idn']}.")
    for column, wire in OF_ORDER.items():
        if values.get(column) not in (None, first[column]):
            tx.problems.add(wire, f"Order {first['idn']} has another {wire}.")
    for column in HEADER:
        if values.get(column) is None and not (column == "budget_id" and _differ(found, column)):
            values[column] = first[column]
    values |= {"logic_type": FROM_ORDERS, "purchase_order_id": first["id"]}
    if "contracts" not in values:
        values["contracts"] = spending.named_by(tx, [order["id"] for order in found])
    custom = verbs.RESOURCES["invoices"].custom_values
    assert custom is not None
    if not values.get(custom.wire):
        values[custom.wire] = [
            {"field_id": one["field_id"], "value": one["value"]}
            for one in documents.stored_custom_values(tx, orders(), first["id"])
        ]
    flat = len(found) > 1 and any(
        order["discount_percent"] != first["discount_percent"] or order["discount_amount"] for order in found
    )
    if not values.get("items"):
        values["items"] = [item for order in found for item in open_lines(tx, order, flat=flat)]
        for item in values["items"] if values.get("taxes") else ():
            del item["taxes"]  # others are named for all lines
        if not values["items"] and first["logic_type"] == billing.BLANKET_TOTAL:
            tx.problems.add("items", "A blanket order by its total has no lines to copy; enter what is billed.")
        elif not values["items"]:
            tx.problems.raise_if_any()
            raise IllegalMove("Everything of this order has been invoiced; see its invoices.")
    if values.keys().isdisjoint(DISCOUNT) and not flat:
        values |= _part_of_discount(tx, first, values["items"])


def _differ(found: list[Row], column: str) -> bool:
    return len({order[column] for order in found}) > 1


def _part_of_discount(tx: UnitOfWork, order: Row, items: list[Row]) -> Row:
    """An order's own discount, as a document's, for what these lines bill of it: the share it has, or so much as what
    is billed has of its amount. The amounts of a service have it in them.
    """
    if order["logic_type"] == SERVICE:
        return {}
    if order["discount_percent"] is not None or not order["discount_amount"]:
        return {"discount_percent": order["discount_percent"]}
    scale = scale_of(tx.actor.settings, order["currency"])
    lines = {line["id"]: line for line in documents.stored_lines(tx, orders(), order["id"])}
    off = ZERO
    for item, one in allocations_of(items):
        line = lines.get(one["order_line_id"])
        if line:
            quantity = next((q for q in (one.get("quantity"), item.get("quantity")) if q is not None), Decimal(1))
            off += shared_off(line, quantity, scale)
    return {"discount_amount": rounded(off, scale) or None}


def allocations_of(items: Iterable[Any]) -> list[tuple[Row, Row]]:
    """What lines bill of lines of orders that they name, each time with the line that does."""
    return [
        (item, one)
        for item in items
        if isinstance(item, dict)
        for one in item.get("allocations") or ()
        if isinstance(one, dict) and isinstance(one.get("order_line_id"), int)
    ]


def open_lines(tx: UnitOfWork, order: Row, *, flat: bool = False) -> list[Row]:
    """The lines of an order as an invoice would bill them: what is open of each, at the order's price. `flat`: with
    the order's own discount as the lines', because the invoice has none that all its orders share.
    """
    left, flat = billing.lines(tx, order), flat and bool(order["discount_percent"] or order["discount_amount"])
    scale = scale_of(tx.actor.settings, order["currency"])
    return [
        _as_billed({**line, "logic_type": order["logic_type"]}, left[line["id"]].open, scale, flat=flat)
        for line in documents.stored_lines(tx, orders(), order["id"])
        if line["id"] in left and left[line["id"]].open
    ]


def _as_billed(line: Row, left: Decimal, scale: int, *, flat: bool) -> Row:
    """A line of an invoice for `left` of the order's line."""
    item = {name: line[name] for name in LINE} | {"quantity": left}
    if line["logic_type"] == SERVICE:
        item |= {"quantity": Decimal(1), "price": left, "discount_percent": None}
    elif flat:
        item |= _discounted(line, left, scale)
    elif line["discount_amount"]:
        item["discount_amount"] = _part(line["discount_amount"], left, line)
    return {**item, **beside_line(line), "allocations": [{"order_line_id": line["id"], "quantity": left}]}


def _discounted(line: Row, left: Decimal, scale: int) -> Row:
    """All that is taken off so much of a line as a discount of its own; what lowers the price has it in the price."""
    net = agreed(line, left, scale)
    off = rounded(product(line["price"], left), scale) - net
    if off >= 0:
        return {"discount_percent": None, "discount_amount": off}
    return {"price": rounded(quotient(line["net_sum"], line["quantity"]), PRICE_SCALE), "discount_percent": None}


def check(tx: UnitOfWork, values: Row) -> list[Row]:
    """Note allocations that cannot be; the orders they are of, the one first that the header names."""
    named = {
        one["order_line_id"]: f"items[{i}][allocations][{j}][purchaseOrderItem]"
        for i, item in enumerate(values.get("items") or ())
        if isinstance(item, dict)
        for j, one in enumerate(item.get("allocations") or ())
        if isinstance(one, dict) and "order_line_id" in one
    }
    known = lines_of(tx, named)
    found: dict[int, Row] = {}
    for line_id, line in known.items():
        if line["order_id"] not in found:
            order = billable(tx, line["order_id"], named[line_id])
            if order is None:
                continue
            found[order["id"]] = order
    for line_id in named.keys() - known.keys():
        tx.problems.add(named[line_id], f"There is no line of an order with id {line_id}.")
    _check_quantities(tx, values)
    _check_receipts(tx, values)
    first = values.get("purchase_order_id")
    return sorted(found.values(), key=lambda order: (order["id"] != first, order["id"]))


THING = ("name", "sku", "description", "product_id", "unit_id", "item_type")
"""What a line calls the thing that it is for."""


def complete(tx: UnitOfWork, items: Iterable[Any], found: Sequence[Row]) -> None:
    """What new lines leave out they have from the lines of these orders that they bill, as far as these agree."""
    new = [item for item in items if isinstance(item, dict) and "id" not in item and item.get("allocations")]
    known: dict[int, Row] = {}
    for order in found if new else ():
        lines = documents.stored_lines(tx, orders(), order["id"])
        known |= {line["id"]: {**line, "logic_type": order["logic_type"]} for line in lines}
    services = [order for order in found if order["logic_type"] == SERVICE]
    left = billing.lines_of(tx, services) if services and any(item.get("price") is None for item in new) else {}
    for item in new:
        said = [one for _, one in allocations_of([item]) if one["order_line_id"] in known]
        lines = [known[line_id] for line_id in dict.fromkeys(one["order_line_id"] for one in said)]
        if lines and lines[0]["logic_type"] == SERVICE and item.get("price") is None:
            quantities = [one.get("quantity") for one in said]
            all_open = sum((left[line["id"]].open for line in lines), ZERO)
            item["price"] = all_open if None in quantities else sum(quantities, ZERO)
        if lines:
            _fill(item, lines)


def _fill(item: Row, lines: list[Row]) -> None:
    """Complete a line; what it calls by another name, or by another product, is another thing."""
    same = {name: lines[0][name] for name in LINE if all(line[name] == lines[0][name] for line in lines)}
    beside = beside_line(lines[0])
    if all(beside_line(line) == beside for line in lines):
        item |= {name: value for name, value in beside.items() if name not in item}
    product_id = same.get("product_id")
    if item.get("product_id", product_id) != product_id:
        return
    if item.get("price") is None and "price" in same:
        item["price"] = same["price"]
        if item.keys().isdisjoint(DISCOUNT):
            item |= _discount_for(item, lines, same)
    if item.get("product_id") is not None or item.get("name") in (None, same.get("name")):
        item |= {name: same[name] for name in THING if item.get(name) is None and name in same}


def _discount_for(item: Row, lines: list[Row], same: Row) -> Row:
    """What is taken off so much of an order's line."""
    [line, *others] = lines
    if others or not line["discount_amount"] or line["discount_percent"] is not None:
        return {"discount_percent": same.get("discount_percent")}
    quantity = Decimal(1) if item.get("quantity") is None else item["quantity"]
    return {"discount_amount": _part(line["discount_amount"], quantity, line)}


def _part(off: Decimal, quantity: Decimal, line: Row) -> Decimal:
    """So much of a line's discount as so much is of the line."""
    return rounded(quotient(product(off, quantity), line["quantity"]), 4) if line["quantity"] else ZERO


def beside_line(line: Row) -> Row:
    """The taxes and custom fields of a stored line, as a new one would be sent."""
    return {
        "taxes": documents.as_priced(line),
        ITEM_FIELDS: [{"field_id": one["field_id"], "value": one["value"]} for one in line[ITEM_FIELDS]],
    }


def own_net(line: Row, scale: int) -> Decimal:
    """What a stored line comes to before its document's discount, net."""
    return net_of(Line(line["quantity"], line["price"], line["discount_percent"], line["discount_amount"]), scale)


def shared_off(line: Row, quantity: Decimal, scale: int) -> Decimal:
    """How much of its document's discount is taken off so much of a stored line; not rounded."""
    if not line["quantity"]:
        return ZERO
    return quotient(product(own_net(line, scale) - line["net_sum"], quantity), line["quantity"])


def check_partner(tx: UnitOfWork, invoice: Row, found: Iterable[Row]) -> None:
    """Note orders of another supplier, or in another currency, than an invoice that bills them, and of two kinds."""
    first = None
    for order in found:
        first = first or order
        for column in ("supplier_id", "currency"):
            if order[column] != invoice[column]:
                tx.problems.add("items", f"Order {order['idn']} has another {SHARED[column]} than the invoice.")
        if order["logic_type"] != first["logic_type"]:
            words = f"Order {order['idn']} has another kind than {first['idn']}; bill them apart."
            tx.problems.add("items", words)


def named(tx: UnitOfWork, invoice: Row, billed: dict[int, Row]) -> Row:
    """The columns by which an invoice names one of the orders that its lines bill, given by their ids; none where it
    does so already. What cannot be on one invoice is noted.

    A blanket order by its total stays named: lines that bill no order's line are its own.
    """
    own = invoice.get("purchase_order_id")
    headed = billing.orders(tx, [own]) if own and billed and own not in billed else []
    kept = [order for order in headed if order["logic_type"] == billing.BLANKET_TOTAL]
    found = [*kept, *(billed[order_id] for order_id in sorted(billed))]
    check_partner(tx, invoice, found)
    if kept or not billed or own in billed:
        return {}
    return {
        "purchase_order_id": found[0]["id"], "logic_type": FROM_ORDERS,
        "is_service_order": found[0]["logic_type"] == SERVICE,
    }  # fmt: skip


def _check_quantities(tx: UnitOfWork, values: Row) -> None:
    for i, item in enumerate(values.get("items") or ()):
        several = isinstance(item, dict) and len(item.get("allocations") or ()) > 1
        for j, one in enumerate(item["allocations"] if several else ()):
            if isinstance(one, dict) and one.get("quantity") is None:
                place = f"items[{i}][allocations][{j}][quantity]"
                tx.problems.add(place, "Say how much, as the line bills several lines of orders.")


def _check_receipts(tx: UnitOfWork, values: Row) -> None:
    """A receipt's line that is named has brought the order's line that is billed."""
    pairs = {
        (one["receipt_line_id"], one.get("order_line_id")): f"items[{i}][allocations][{j}][receiptItem]"
        for i, item in enumerate(values.get("items") or ())
        if isinstance(item, dict)
        for j, one in enumerate(item.get("allocations") or ())
        if isinstance(one, dict) and isinstance(one.get("receipt_line_id"), int)
    }
    ids = [receipt_line for receipt_line, _ in pairs]
    brought = dict(tx.all(_brought(), company=tx.company_id, ids=ids)) if ids else {}
    for (receipt_line, order_line), place in pairs.items():
        if brought.get(receipt_line) != order_line:
            tx.problems.add(place, "This line of a receipt has not brought what is billed here.")


def lines_of(tx: UnitOfWork, ids: Iterable[int]) -> dict[int, Row]:
    """Lines of orders by their ids, each with what its order says about all of them."""
    wanted = [one for one in dict.fromkeys(ids) if isinstance(one, int)]
    rows = tx.records(_order_lines(), company=tx.company_id, ids=wanted) if wanted else []
    return {row["id"]: row for row in rows}


def give_back(tx: UnitOfWork, row: Row) -> None:
    """Before the lines of an invoice change: what the orders that it bills now hold in budgets is reckoned anew."""
    if row["status"] != documents.DRAFT:
        for order in billing.orders_of(tx, row):
            documents.charge(tx, orders(), order["id"])


def share_out(tx: UnitOfWork, items: list[Row], invoice: Row, *, charged: bool = True, kept: bool = False) -> Row:
    """Work out how much of each priced line bills which line of an order, and what so much costs by the order; the
    columns of the header that follow. `kept`: nothing was said of lines, so those that cost what they did stay as they
    are.

    What it costs is charged to the budget that the order's line had, one for each line. Where that is the order's own,
    the line names it if it is not that of the `invoice`; not `charged`, lines stay with the budget of the bill that
    they are part of.
    """
    known = lines_of(tx, (one["order_line_id"] for item in items for one in item.get("allocations") or ()))
    of_orders = {line["order_id"]: line for line in known.values()}
    header = named(tx, invoice, {order_id: {**line, "id": order_id} for order_id, line in of_orders.items()})
    payer = {"purchase_order_id": None, **invoice} if charged else None
    taxes: list[tuple[str, Row]] = []
    for position, item in enumerate(items):
        allocations = item.get("allocations")
        if allocations and not (kept and _is_shared_out(item)):
            billed = [known[one["order_line_id"]] for one in allocations]
            is_tax = item.get("item_type") == documents.TAX_ITEM
            place = f"items[{position}][allocations]"
            if any((line["item_type"] == documents.TAX_ITEM) != is_tax for line in billed):
                tx.problems.add(place, "A tax bills taxes of an order, and goods its goods.")
            if len(billed) > 1 and len({one["budget_line_id"] or one["order_budget_id"] for one in billed}) > 1:
                tx.problems.add(place, "These were charged to different budgets; bill them on lines of their own.")
            _share(item, allocations, known, scale_of(tx.actor.settings, billed[0]["currency"]))
            if is_tax:
                taxes += ((f"items[{position}][allocations]", one) for one in allocations)
            if item.get("budget_line_id") is None:
                item["budget_line_id"] = billed[0]["budget_line_id"] or _other_budget(billed[0], payer)
    _check_taxes(tx, taxes, known, without=invoice.get("id", 0))
    tx.problems.raise_if_any()
    if not kept:
        _agree_together(items, known, scale_of(tx.actor.settings, invoice.get("currency")))
    return header


def _agree_together(items: list[Row], known: dict[int, Row], scale: int) -> None:
    """What several lines bill of one line of an order costs together what so much costs by the order: the last one
    takes what rounding leaves.
    """
    billing_line: dict[int, list[Row]] = defaultdict(list)
    for item in items:
        for one in item.get("allocations") or ():
            billing_line[one["order_line_id"]].append(one)
    for line_id, found in billing_line.items():
        if len(found) > 1:
            whole = agreed(known[line_id], sum((one["quantity"] for one in found), ZERO), scale)
            found[-1]["agreed_sum"] += whole - sum((one["agreed_sum"] for one in found), ZERO)


def _is_shared_out(item: Row) -> bool:
    """Whether what a stored line bills of orders comes to what the line comes to now."""
    return all(item[name] == sum((one[name] for one in item["allocations"]), ZERO) for name in ("net_sum", "sum"))


def check_taxes(tx: UnitOfWork, row: Row) -> None:
    """Note the taxes of a stored invoice that bill more of an order's tax than others have left."""
    billed = tx.records(_taxes_billed(), company=tx.company_id, invoice=row["id"])
    if billed:
        placed = [(f"items[{one['position']}][allocations]", one) for one in billed]
        _check_taxes(tx, placed, lines_of(tx, (one["order_line_id"] for one in billed)), without=row["id"])


def _check_taxes(tx: UnitOfWork, billed: list[tuple[str, Row]], known: dict[int, Row], without: int) -> None:
    """Nobody is asked about taxes that differ, so an invoice bills no more of one than its order has. What is beyond
    that goes on a line that bills none: the order takes it over.
    """
    ids = [one["order_line_id"] for _, one in billed]
    rows = tx.all(_taken(), company=tx.company_id, lines=ids, without=without) if ids else ()
    taken = {line_id: (quantity, net) for line_id, quantity, net in rows}
    for place, one in billed:
        line, (quantity, net) = known[one["order_line_id"]], taken.get(one["order_line_id"], (ZERO, ZERO))
        left = line["net_sum"] - net
        more = line["logic_type"] != SERVICE and one["quantity"] > line["quantity"] - quantity
        if line["logic_type"] != billing.BLANKET_TOTAL and (more or not _within(one["net_sum"], left)):
            tx.problems.add(
                place, f"Of {line['name']} on order {line['idn']} {plain(left, 0)} can still be billed; what is beyond "
                "that goes on a line without `allocations`, which the order takes over."
            )  # fmt: skip
        taken[line["id"]] = (quantity + one["quantity"], net + one["net_sum"])


def _within(amount: Decimal, most: Decimal) -> bool:
    """Whether an amount is on the same side of nothing as another, and no further from it."""
    return abs(amount) <= abs(most) and amount * most >= 0


def _other_budget(line: Row, invoice: Row | None) -> int | None:
    """The budget of an order's line where the order is not the one that the invoice has its budget from."""
    if invoice is None or line["order_id"] == invoice["purchase_order_id"]:
        return None
    budget: int | None = line["order_budget_id"]
    return budget if budget != invoice.get("budget_id") else None


def _share(item: Row, allocations: list[Row], known: dict[int, Row], scale: int) -> None:
    for one in allocations:
        service = known[one["order_line_id"]]["logic_type"] == SERVICE
        if one.get("quantity") is None or (service and len(allocations) == 1):
            one["quantity"] = item["net_sum"] if service else item["quantity"]
        one["order_id"] = known[one["order_line_id"]]["order_id"]
    weights = [agreed(known[one["order_line_id"]], one["quantity"], scale) for one in allocations]
    nets, sums = [item["net_sum"]], [item["sum"]]
    if len(allocations) > 1:
        nets, sums = split(item["net_sum"], weights, scale), split(item["sum"], weights, scale)
    for one, net, gross in zip(allocations, nets, sums, strict=True):
        cost = agreed(known[one["order_line_id"]], one["quantity"], scale, net)
        one |= {"net_sum": net, "sum": gross, "agreed_sum": cost}


def agreed(line: Row, quantity: Decimal, scale: int, net: Decimal | None = None) -> Decimal:
    """What so much of an order's line costs by the order, before taxes. Part of a line costs what it is billed at, its
    `net`, where the two are less than the smallest coin apart: they were just rounded differently.
    """
    if line["logic_type"] == SERVICE:
        return rounded(quantity, scale)
    if not line["quantity"]:
        return ZERO
    whole: Decimal = line["net_sum"]
    if quantity == line["quantity"]:
        return whole
    part = quotient(product(whole, quantity), line["quantity"])
    return net if net is not None and abs(net - part) < Decimal(1).scaleb(-scale) else rounded(part, scale)


def scaled(tx: UnitOfWork, row: Row, items: list[Any]) -> None:
    """Where a line gets another quantity and nothing is said of what it bills, it bills so much more or less."""
    changed = [one for one in items if isinstance(one, dict) and "id" in one and one.get("quantity") is not None]
    changed = [one for one in changed if "allocations" not in one]
    if not changed:
        return
    stored = {line["id"]: line for line in documents.stored_lines(tx, verbs.RESOURCES["invoices"], row["id"])}
    for one in changed:
        line = stored.get(one["id"])
        if line and line["allocations"] and line["quantity"] and line["quantity"] != one["quantity"]:
            factor = partial(_of_another, line["quantity"], one["quantity"])
            # Receipts are found anew: what was brought of one need not be enough.
            one["allocations"] = [
                {**a, "quantity": factor(a["quantity"]), "receipt_line_id": None} for a in line["allocations"]
            ]


def _of_another(before: Decimal, now: Decimal, quantity: Decimal) -> Decimal:
    return rounded(quotient(product(quantity, now), before), PRICE_SCALE)


@lru_cache(maxsize=1)
def _order_lines() -> Statement:
    lines, found = table("purchase_order_lines"), table("purchase_orders")
    return Statement(
        select(
            lines.c.id, lines.c.order_id, lines.c.quantity, lines.c.net_sum, lines.c.item_type, lines.c.name,
            lines.c.budget_line_id, found.c.budget_id.label("order_budget_id"), found.c.logic_type, found.c.idn,
            found.c.supplier_id, found.c.currency,
        )
        .join_from(lines, found, and_(found.c.company_id == lines.c.company_id, found.c.id == lines.c.order_id))
        .where(lines.c.company_id == bindparam("company"), any_of(lines.c.id, "ids"))
    )  # fmt: skip


@lru_cache(maxsize=1)
def _taxes_billed() -> Statement:
    """What the lines of an invoice that are taxes bill of lines of orders."""
    lines, allocated = table("invoice_lines"), table("invoice_line_allocations")
    return Statement(
        select(lines.c.position, allocated.c.order_line_id, allocated.c.quantity, allocated.c.net_sum)
        .join_from(lines, allocated, belongs(allocated, "line_id", lines))
        .where(
            lines.c.company_id == bindparam("company"), lines.c.invoice_id == bindparam("invoice"),
            lines.c.item_type == documents.TAX_ITEM,
        )
        .order_by(lines.c.position, allocated.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _taken() -> Statement:
    """What living invoices bill of lines of orders, but for one of them."""
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    sums = (func.sum(allocated.c[name], type_=allocated.c[name].type) for name in ("quantity", "net_sum"))
    return Statement(
        select(allocated.c.order_line_id, *sums)
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            allocated.c.company_id == bindparam("company"), any_of(allocated.c.order_line_id, "lines"),
            allocated.c.invoice_id != bindparam("without"), one_of(invoices.c.status, *billing.LIVING),
        )
        .group_by(allocated.c.order_line_id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _brought() -> Statement:
    lines = table("receipt_lines")
    return Statement(
        select(lines.c.id, lines.c.order_line_id).where(
            lines.c.company_id == bindparam("company"), any_of(lines.c.id, "ids")
        )
    )
