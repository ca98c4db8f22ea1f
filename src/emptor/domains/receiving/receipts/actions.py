"""What people do with receipts, and what that does to the order and to the stock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents, notices, numbering, verbs, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables.matching.rules import may_bill
from emptor.domains.purchasing.orders import progress
from emptor.domains.purchasing.requisitions import sources
from emptor.domains.receiving.quantities import Ordered, too_much
from emptor.domains.receiving.receipts import stocking
from emptor.kit.errors import IllegalMove
from emptor.kit.money import HUNDRED, PRICE_SCALE, ZERO, plain, quotient, rounded
from emptor.kit.money import product as product_of
from emptor.kit.resource import Resource
from emptor.kit.states import Party
from emptor.store import query
from emptor.store.clauses import belongs, mine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]


def _orders() -> Resource:
    return verbs.RESOURCES["purchaseorders"]


def _receipts() -> Resource:
    return verbs.RESOURCES["receipts"]


def _kind() -> verbs.Kind:
    return verbs.KINDS["receipts"]


def order_of(tx: UnitOfWork, row: Row) -> Row:
    """The order that a receipt is for, as stored."""
    order = query.stored(tx, _orders(), "id", row["purchase_order_id"])
    assert order is not None
    return order


ORDERED_BY = Party(
    "whoever placed the order",
    lambda tx, row: verbs.parties(verbs.KINDS["purchaseorders"])[0].includes(tx, order_of(tx, dict(row))),
)


def create(tx: UnitOfWork, values: Row, line: str = "purchaseOrderItem") -> int:
    """A new draft receipt of an approved order: of all that is awaited unless lines are given; its id.

    `line` is under what the body names a line of the order.
    """
    order = _order(tx, values)
    if order is None:
        writing.check(tx, _receipts(), values)
        tx.problems.raise_if_any()
        raise AssertionError("an order that is missing has been noted")
    if not values.get("items"):
        values["items"] = [
            {"order_line_id": one.id, "quantity": one.awaited, "rejected_quantity": ZERO}
            for one in progress.ordered_lines(tx, order)
            if one.awaited
        ]
        if not values["items"]:
            raise IllegalMove("Nothing of this order is open any more; see its receipts.")
    values["required_date"] = values.get("required_date") or tx.stamp
    totals = _fill(tx, order, values["items"], line)
    writing.check(tx, _receipts(), {**values, "items": _without_references(values["items"])})
    tx.problems.raise_if_any()
    header = {
        "location_id": order["location_id"], "legal_entity_id": order["legal_entity_id"],
        "supplier_id": order["supplier_id"], "currency": order["currency"], "exchange_rate": order["exchange_rate"],
        "is_service_order": order["logic_type"] == progress.SERVICE,
    }  # fmt: skip
    number = numbering.numbers(tx, _receipts(), {**values, **header})
    return writing.insert(tx, _receipts(), values, {**header, **totals, **number})


def _without_references(items: list[Any]) -> list[Any]:
    """The lines without what `_fill` has checked, and told where it stands in the body."""
    return [
        {name: value for name, value in item.items() if name != "order_line_id"} if isinstance(item, dict) else item
        for item in items
    ]


def _order(tx: UnitOfWork, values: Row) -> Row | None:
    order = None
    if values.get("purchase_order_id"):
        order = query.stored(tx, _orders(), "id", values["purchase_order_id"], tx.actor.scope(_orders()))
        if order is None:
            tx.problems.add("purchaseOrder", f"There is no order with id {values['purchase_order_id']} that you see.")
        elif order["status"] not in (documents.APPROVED, documents.MATCHING):
            tx.problems.raise_if_any()
            name = _orders().life.names[order["status"]]
            raise IllegalMove(f"Only an approved order can be received; order {order['idn']} is {name}.")
    return order


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a draft or a receipt in revision."""
    verbs.editable(_kind(), tx, row, values)
    totals: Row = {}
    if "items" in values:
        values["items"] = documents.merged_lines(tx, _receipts(), row["id"], values["items"])
        totals = _fill(tx, order_of(tx, row), values["items"])
    writing.check(tx, _receipts(), values, row)
    tx.problems.raise_if_any()
    writing.replace(tx, _receipts(), row, values, totals)
    verbs.stays_complete(_kind(), tx, row)


def _fill(tx: UnitOfWork, order: Row, items: list[Row], line_name: str = "purchaseOrderItem") -> Row:
    """Take names and prices from the order's lines, note wrong lines; the receipt's sums by column."""
    ids = [item["order_line_id"] for item in items if isinstance(item, dict) and "order_line_id" in item]
    known = {row["id"]: row for row in tx.records(_order_lines(), company=tx.company_id, order=order["id"], ids=ids)}
    settings = tx.actor.settings
    scale = scale_of(settings, order["currency"])
    total, seen = ZERO, set()
    for position, item in enumerate(items):
        if not isinstance(item, dict) or "order_line_id" not in item:
            continue
        place = f"items[{position}][{line_name}]"
        line = known.get(item["order_line_id"])
        if line is None:
            tx.problems.add(place, f"Order {order['idn']} has no line with this id.")
            continue
        if line["id"] in seen:
            tx.problems.add(place, "This line of the order is here twice; add the quantities.")
        seen.add(line["id"])
        if line["item_type"] == documents.TAX_ITEM:
            tx.problems.add(place, "A tax is not received.")
        service = order["logic_type"] == progress.SERVICE
        price = Decimal(1) if service else _net_price(line)
        item |= {
            "position": position, "name": line["name"], "sku": line["sku"], "unit_id": line["unit_id"],
            "product_id": line["product_id"], "price": price,
        }  # fmt: skip
        item.setdefault("quantity", ZERO)
        item.setdefault("rejected_quantity", ZERO)
        item["net_sum"] = rounded(product_of(item["quantity"] or ZERO, price), scale)
        total += item["net_sum"]
    own = rounded(product_of(total, order["exchange_rate"]), scale_of(settings))
    return {"net_sum": total, "net_sum_in_company_currency": own}


def _net_price(line: Row) -> Any:
    """What one piece costs after discounts."""
    return rounded(line["net_sum"] / line["quantity"], PRICE_SCALE) if line["quantity"] else ZERO


def check(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """A receipt takes something, and no more than is open unless the company lets the buyer decide about more."""
    order = order_of(tx, row)
    if order["status"] not in (documents.APPROVED, documents.MATCHING, documents.PAID):
        raise IllegalMove(
            f"Order {order['idn']} is {_orders().life.names[order['status']]}; it cannot be received now."
        )
    if not places(tx, row):
        tx.problems.add("items", "Enter a quantity on at least one line.")
    if tx.actor.settings.get("receiptMatching") and row["status"] != documents.PENDING:
        return
    for position, quantity, line in progress.exceeded(tx, order, row["id"]):
        tx.problems.add(f"items[{position}][quantity]", too_much(line, quantity))


def places(tx: UnitOfWork, row: Row) -> int:
    """Up to which place a receipt's lines say something; 0 where none does."""
    return int(tx.scalar(_places(), company=tx.company_id, receipt=row["id"]))


def received(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """The goods are in: the order's progress is recounted and the stock brought to what the receipt says."""
    order = order_of(tx, row)

    @cache
    def came() -> list[Row]:
        return tx.records(_came(), company=tx.company_id, receipt=row["id"])

    progress.recount(tx, order)
    stocking.follow(tx, row, places(tx, row), came)
    if order["net_invoiced_sum"]:
        _linking().link(tx, [order])
    if tx.actor.settings.get("threeWayMatch"):
        tx.finally_(("resume", order["id"]), partial(_queue().resume_all, tx, order))
    notices.tell(tx, [order["creator_id"]], "received", _receipts(), row, lines=lambda: notices.listed(came()))
    for requisition, theirs in _asked_for(tx, order, came):
        said = notices.listed(theirs)
        notices.tell(tx, [requisition["creator_id"]], "received", verbs.RESOURCES["purchaserequisitions"], requisition,
                     lines=said)  # fmt: skip


def _asked_for(tx: UnitOfWork, order: Row, came: Callable[[], list[Row]]) -> list[tuple[Row, list[Row]]]:
    """The requisitions behind an order of which these lines came, each with those that came for it."""
    asked = sources.requisitions_behind(tx, [order["id"]])  # the budgets ask that as well
    pairs = tx.records(_requisitions(), company=tx.company_id, order=order["id"]) if asked else []
    by_line = {item["order_line_id"]: item for item in came() if item["quantity"]} if pairs else {}
    lines: dict[int, list[Row]] = {}
    rows = {}
    for pair in pairs:
        line = by_line.get(pair.pop("order_line_id"))
        if line:
            rows[pair["id"]] = pair
            lines.setdefault(pair["id"], []).append(line)
    return [(row, lines[row_id]) for row_id, row in rows.items()]


def released(tx: UnitOfWork, row: Row) -> None:
    """Rejected or canceled: what it took of the order is open again, what it put into stock goes out."""
    progress.recount(tx, order_of(tx, row))
    stocking.post(tx, {**row, "warehouse_id": None}, [])
    _linking().unlink(tx, row)


def revisable(tx: UnitOfWork, row: Row) -> None:
    """What is looked at again has not been received until that is over; its goods stay where they are."""
    cancelable(tx, row)
    progress.recount(tx, order_of(tx, row), without=row["id"])
    _linking().unlink(tx, row)


def cancelable(tx: UnitOfWork, row: Row) -> None:
    """A receipt of a completed order stays as it is."""
    order = order_of(tx, row)
    if order["status"] in (documents.PAID, documents.CLOSED):
        raise IllegalMove(f"Order {order['idn']} is {_orders().life.names[order['status']]}; its receipts are final.")
    if row["status"] == documents.APPROVED:
        _keep_billed(tx, row, order)


def _keep_billed(tx: UnitOfWork, row: Row, order: Row) -> None:
    """Where goods have to come first, this receipt is not what lets a bill pass: what may be billed ahead does so."""
    from emptor.domains.payables.matching import comparing  # it reads the declaration of orders

    needed = comparing.needed(tx, order)
    if not needed:
        return
    ahead = quotient(order["prepayment_percent"] or ZERO, HUNDRED)
    now = {line.id: _may_bill(line, ahead) for line in progress.ordered_lines(tx, order)}
    for line in progress.ordered_lines(tx, order, without=row["id"]):
        billed, most = needed.get(line.id, ZERO), _may_bill(line, ahead)
        if most < billed <= now[line.id]:
            raise IllegalMove(
                f"Of line {line.id} {billed:f} have been billed, and without this receipt only {plain(most, 0)} "
                "could be; cancel or revise the invoice first."
            )


def _may_bill(line: Ordered, ahead: Decimal) -> Decimal:
    return may_bill(line.ordered - line.struck, line.received, ahead)


def diverts(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> bool:
    """Where the company matches receipts, more than was ordered waits for the word of whoever ordered it."""
    if not tx.actor.settings.get("receiptMatching"):
        return False
    found: bool = _queue().diverts(tx, "receipts", row)
    return found


def differs(tx: UnitOfWork, row: Row) -> list[verbs.Difference]:
    """What of a receipt is more than is open and nobody has accepted."""
    order = order_of(tx, row)
    found = progress.exceeded(tx, order, row["id"])
    if not found or order["id"] in _queue().decided(tx, "receipts", row):
        return []
    names = {item["position"]: item["name"] for item in documents.stored_lines(tx, _receipts(), row["id"])}
    words = "\n".join(f"{names[position]}: {too_much(line, quantity)}" for position, quantity, line in found)
    return [(order, words, {})]


def _queue() -> Any:
    from emptor.domains.payables.matching import queue  # it reads the declaration of orders

    return queue


def _linking() -> Any:
    from emptor.domains.payables.matching import linking  # it reads the declaration of orders

    return linking


def accept(tx: UnitOfWork, row: Row, values: Row) -> None:
    """The order takes over what came beyond it, approved anew where that is too much; the receipt goes its way."""
    _queue().accept(tx, "receipts", row)


def taken_over(tx: UnitOfWork, row: Row, order: Row) -> Row:
    """The order's lines grow to what has come; what they were."""
    items = documents.stored_lines(tx, _receipts(), row["id"])
    lines = {line.id: line for line in progress.ordered_lines(tx, order, without=row["id"])}
    taken = {line.id: line.received + line.claimed for line in lines.values()}
    needed = {item["order_line_id"]: taken[item["order_line_id"]] + item["quantity"] for item in items}
    from emptor.domains.payables.matching import taking_over  # it reads the declaration of orders

    service = order["logic_type"] == progress.SERVICE
    more = {
        line: taking_over.amounting_to(most) if service else {"quantity": most}
        for line, most in needed.items()
        if most > lines[line].ordered
    }
    return taking_over.changed(tx, order, more)


def decline(tx: UnitOfWork, row: Row, values: Row) -> None:
    """The order stays as it is; the receipt is rejected."""
    _queue().decline(tx, "receipts", row)


def _of_receipt(lines: Any) -> ColumnElement[bool]:
    return and_(mine(lines), lines.c.receipt_id == bindparam("receipt"))


@lru_cache(maxsize=1)
def _places() -> Statement:
    lines = table("receipt_lines")
    says = or_(lines.c.quantity != 0, lines.c.rejected_quantity != 0)
    return Statement(select(func.coalesce(func.max(lines.c.position) + 1, 0)).where(_of_receipt(lines), says))


@lru_cache(maxsize=1)
def _came() -> Statement:
    """The lines of a receipt, as far as stock and notices need them."""
    lines = table("receipt_lines")
    columns = ("order_line_id", "product_id", "quantity", "net_sum", "name", "sku")
    return Statement(
        select(*(lines.c[name] for name in columns)).where(_of_receipt(lines)).order_by(lines.c.position, lines.c.id)
    )


@lru_cache(maxsize=1)
def _requisitions() -> Statement:
    """The requisitions behind an order, each beside the lines that were made for it."""
    ordered, sources = table("purchase_order_lines"), table("purchase_order_line_sources")
    lines, rows = table("purchase_requisition_lines"), table("purchase_requisitions")
    return Statement(
        select(sources.c.line_id.label("order_line_id"), rows)
        .join_from(ordered, sources, belongs(sources, "line_id", ordered))
        .join(lines, belongs(sources, "requisition_line_id", lines))
        .join(rows, belongs(lines, "requisition_id", rows))
        .where(ordered.c.company_id == bindparam("company"), ordered.c.order_id == bindparam("order"))
        .distinct()
    )


@lru_cache(maxsize=1)
def _order_lines() -> Statement:
    lines = table("purchase_order_lines")
    return Statement(
        select(lines).where(
            lines.c.company_id == bindparam("company"),
            lines.c.order_id == bindparam("order"),
            any_of(lines.c.id, "ids"),
        )
    )
