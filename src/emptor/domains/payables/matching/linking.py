"""Which receipts have brought what invoices bill: linked by themselves, oldest first, or by hand afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select, update

from emptor.domains import documents, revisions, verbs, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables.invoices import covering
from emptor.domains.payables.matching import comparing, queue
from emptor.domains.payables.matching.rules import REPLACED
from emptor.domains.payables.rules import ACTIVE, INVOICE, TAKEN
from emptor.domains.purchasing.orders import billing
from emptor.kit.errors import Invalid
from emptor.kit.fields import Parts
from emptor.kit.money import ZERO, split
from emptor.store.clauses import belongs, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

ALLOCATIONS = "invoice_line_allocations"


@dataclass(frozen=True)
class Piece:
    """Part of what an invoice's line bills of an order's line. Without a receipt's line nobody knows who brought it."""

    id: int
    invoice_id: int
    line_id: int
    order_id: int
    order_line_id: int
    receipt_line_id: int | None
    quantity: Decimal
    net_sum: Decimal
    sum: Decimal
    agreed_sum: Decimal

    def cut(self, quantity: Decimal, scale: int) -> tuple[Piece, Piece]:
        """So much of it, and what is left, to the cent."""
        rest = self.quantity - quantity
        shares = [split(one, [quantity, rest], scale) for one in (self.net_sum, self.sum, self.agreed_sum)]
        first, second = zip(*shares, strict=True)
        return (
            replace(self, quantity=quantity, net_sum=first[0], sum=first[1], agreed_sum=first[2]),
            replace(self, id=0, quantity=rest, net_sum=second[0], sum=second[1], agreed_sum=second[2]),
        )


@dataclass(frozen=True)
class Brought:
    """What a line of a receipt has brought of an order's line."""

    id: int
    order_line_id: int
    quantity: Decimal


def assigned(pieces: Iterable[Piece], brought: Iterable[Brought], scale: int = 2) -> list[Piece]:
    """The pieces that change when those without a receipt are laid on what is left of receipts, oldest first.

    One cut in two comes back as both: what is new has the id 0.
    """
    pieces = list(pieces)
    left: dict[int, Decimal] = {}
    by_line: dict[int, list[int]] = defaultdict(list)
    for one in brought:
        left[one.id] = one.quantity
        by_line[one.order_line_id].append(one.id)
    for piece in pieces:
        if piece.receipt_line_id in left:
            left[piece.receipt_line_id] -= piece.quantity
    changed = []
    for piece in pieces:
        rest = piece if piece.receipt_line_id is None and piece.quantity > 0 else None
        for receipt_line in by_line[piece.order_line_id] if rest else ():
            if left[receipt_line] <= 0 or rest is None:
                continue
            if rest.quantity <= left[receipt_line]:
                taken, rest = rest, None
            else:
                taken, rest = rest.cut(left[receipt_line], scale)
            left[receipt_line] -= taken.quantity
            changed.append(replace(taken, receipt_line_id=receipt_line))
        if rest is not None and rest is not piece:
            changed.append(rest)
    return changed


def link(tx: UnitOfWork, orders: Sequence[Row]) -> None:
    """Lay what has been billed of orders, in one currency, on what their receipts have brought."""
    about = {"company": tx.company_id, "orders": [order["id"] for order in orders]}
    brought = [Brought(*row) for row in tx.all(_brought(), **about)]
    if not brought:
        return
    pieces = [Piece(*row) for row in tx.all(_pieces(), **about)]
    changed = assigned(pieces, brought, scale_of(tx.actor.settings, orders[0]["currency"]))
    tx.update_all(table(ALLOCATIONS), (vars(one) for one in changed if one.id), "id")
    fresh = [one for one in changed if not one.id]
    tx.insert_all(
        table(ALLOCATIONS),
        [{**vars(one), "id": row_id} for one, row_id in zip(fresh, tx.new_ids(len(fresh)), strict=True)],
    )


def unlink(tx: UnitOfWork, receipt: Row) -> None:
    """A receipt that is canceled or changed has brought nothing until it is received again."""
    tx.run(_unlink(), company=tx.company_id, receipt=receipt["id"])


def by_hand(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Say afterwards which lines of orders, and of receipts, an invoice's lines bill; it has to match them. That they
    are called differently does not matter: whoever links them says that they are the same.

    Invalid when it does not: then the invoice has to be taken back, changed and submitted, for somebody to decide.
    """
    from emptor.domains.payables import prepayments  # it reads what matching declares

    resource = verbs.RESOURCES["invoices"]
    sent = [item for item in values.get("items") or () if isinstance(item, dict)]
    if not sent:
        tx.problems.add("items", "Name the invoice's lines, each with its `allocations`.")
    stored = {line["id"]: line for line in documents.stored_lines(tx, resource, row["id"])}
    for i, item in enumerate(sent):
        if item.get("line_id") not in stored:
            tx.problems.add(f"items[{i}][id]", "The invoice has no line with this id.")
    found = covering.check(tx, values)
    covering.check_partner(tx, row, found)
    tx.problems.raise_if_any()
    items = [{**stored[item["line_id"]], "allocations": item.get("allocations") or []} for item in sent]
    covering.share_out(tx, items, row)
    before = billing.orders_of(tx, row)
    queue.reopen(tx, invoice_id=row["id"])
    _charge(tx, row, [item for item in items if item["budget_line_id"] != stored[item["id"]]["budget_line_id"]])
    writing.replace_parts(
        tx,
        _field(),
        [item["id"] for item in items],
        [(item["id"], {**one, "invoice_id": row["id"]}) for item in items for one in item["allocations"]],
    )
    _name_order(tx, row, let_go=any(line["allocations"] for line in stored.values()))
    refuse_laid_twice(tx, row)
    _refuse_differences(tx, row)
    if row["status"] in billing.LIVING:
        link(tx, billing.orders_of(tx, row))
    prepayments.linked(tx, row, found)
    billing.recount_all(tx, sorted({order["id"] for order in (*before, *found)}))


def _charge(tx: UnitOfWork, row: Row, items: list[Row]) -> None:
    """What these lines cost has been in the budgets of the orders that they bill."""
    if items and row["status"] != documents.DRAFT:
        revisions.keep(tx, verbs.RESOURCES["invoices"], row["id"])
        documents.charge(tx, verbs.RESOURCES["invoices"], row["id"])
    changed = ({"id": item["id"], "budget_line_id": item["budget_line_id"]} for item in items)
    tx.update_all(table("invoice_lines"), changed, "id")


def refuse_laid_twice(tx: UnitOfWork, row: Row) -> None:
    """Invalid where an invoice names lines of receipts that are not received, or that bring less than is billed."""
    for receipt, status, line_id, quantity in tx.all(_laid_twice(), company=tx.company_id, invoice=row["id"]):
        if status == documents.APPROVED:
            words = f"Line {line_id} of receipt {receipt} has brought {quantity:f}, less than bills name it for; name "
            words += "another one, or none, and what is left of receipts is found by itself."
        else:
            words = f"Receipt {receipt} is not received now; leave out its lines."
        tx.problems.add("items", words)
    tx.problems.raise_if_any()


def _name_order(tx: UnitOfWork, row: Row, *, let_go: bool) -> None:
    """An invoice names one of the orders that it bills. One that bills none any more lets go of the order it named."""
    billed = [order_id for (order_id,) in tx.all(_billed_orders(), company=tx.company_id, invoice=row["id"])]
    orders = {order["id"]: order for order in billing.orders(tx, billed)}
    changes = covering.named(tx, row, orders)
    tx.problems.raise_if_any()
    if let_go and row["purchase_order_id"] and not orders:
        changes = {"purchase_order_id": None, "logic_type": INVOICE, "is_service_order": False}
    if changes:
        writing.change(tx, verbs.RESOURCES["invoices"], row, changes | {"update_date": tx.stamp})
        row |= changes
    for payment, order_id in tx.all(_taken(), company=tx.company_id, invoice=row["id"]):
        if order_id not in orders and order_id != row["purchase_order_id"]:
            raise Invalid({"items": f"This invoice has taken prepayment {payment} of an order it would no longer bill; "
                                    "cancel the invoice instead, and enter it anew."})  # fmt: skip


def _refuse_differences(tx: UnitOfWork, row: Row) -> None:
    if row["status"] in (documents.DRAFT, documents.IN_REVISION):
        return
    for order, verdict in comparing.verdicts(tx, row):
        words = " ".join(one.words for one in verdict.differences if one.kind != REPLACED)
        if words:
            raise Invalid(
                {"items": f"This does not match order {order['idn']}: {words} "
                          "Take the invoice back by `revision` and link it there; then whoever ordered decides."}
            )  # fmt: skip
    early = comparing.too_early(tx, row) if _past_the_barrier(tx, row) else ()
    if early:
        raise Invalid({"items": " ".join(words for _, words in early)})


def _past_the_barrier(tx: UnitOfWork, row: Row) -> bool:
    """Whether the invoice is beyond the point where the company holds back what has not come."""
    barrier = tx.actor.settings.get("threeWayMatch")
    if barrier == comparing.CONFIRM:
        return row["status"] != documents.IN_REVISION
    return barrier == comparing.APPROVE and row["status"] in billing.BILLED


def _field() -> Parts:
    lines = verbs.RESOURCES["invoices"].field("items")
    assert isinstance(lines, Parts)
    allocations = lines.of.field("allocations")
    assert isinstance(allocations, Parts)
    return allocations


@lru_cache(maxsize=1)
def _billed_orders() -> Statement:
    """The orders whose lines an invoice bills."""
    allocated = table(ALLOCATIONS)
    return Statement(
        select(allocated.c.order_id)
        .distinct()
        .where(allocated.c.company_id == bindparam("company"), allocated.c.invoice_id == bindparam("invoice"))
        .order_by(allocated.c.order_id)
    )


@lru_cache(maxsize=1)
def _pieces() -> Statement:
    invoices, allocated = table("invoices"), table(ALLOCATIONS)
    columns = (allocated.c[name] for name in Piece.__dataclass_fields__)
    return Statement(
        select(*columns)
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            allocated.c.company_id == bindparam("company"), any_of(allocated.c.order_id, "orders"),
            one_of(invoices.c.status, *billing.LIVING),
        )
        .order_by(allocated.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _brought() -> Statement:
    receipts, lines = table("receipts"), table("receipt_lines")
    return Statement(
        select(lines.c.id, lines.c.order_line_id, lines.c.quantity)
        .join_from(receipts, lines, belongs(lines, "receipt_id", receipts))
        .where(
            receipts.c.company_id == bindparam("company"), any_of(receipts.c.purchase_order_id, "orders"),
            receipts.c.status == documents.APPROVED, lines.c.quantity > ZERO,
        )
        .order_by(lines.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _laid_twice() -> Statement:
    """The lines of receipts an invoice names that do not count, or bring less than it and other living ones bill."""
    receipts, lines = table("receipts"), table("receipt_lines")
    invoices, allocated, own = table("invoices"), table(ALLOCATIONS), table(ALLOCATIONS).alias("own")
    this = allocated.c.invoice_id == bindparam("invoice")
    named = select(own.c.receipt_line_id).where(
        mine(own), own.c.invoice_id == bindparam("invoice"), own.c.receipt_line_id.is_not(None)
    )
    laid = (
        select(allocated.c.receipt_line_id, total(allocated.c.quantity).label("laid"))
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            mine(allocated), allocated.c.receipt_line_id.in_(named),
            or_(this, one_of(invoices.c.status, *billing.LIVING)),
        )
        .group_by(allocated.c.receipt_line_id)
        .subquery()
    )  # fmt: skip
    return Statement(
        select(receipts.c.idn, receipts.c.status, lines.c.id, lines.c.quantity)
        .join_from(lines, laid, laid.c.receipt_line_id == lines.c.id)
        .join(receipts, belongs(lines, "receipt_id", receipts))
        .where(mine(lines), or_(receipts.c.status != documents.APPROVED, laid.c.laid > units(lines.c.quantity)))
        .order_by(lines.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _taken() -> Statement:
    """The prepayments that an invoice has taken, and the orders they were made for."""
    takings, given = table("payments"), table("payments").alias("given")
    return Statement(
        select(given.c.idn, takings.c.purchase_order_id)
        .join_from(takings, given, belongs(takings, "prepayment_id", given))
        .where(
            mine(takings), takings.c.invoice_id == bindparam("invoice"), takings.c.logic_type == TAKEN,
            takings.c.status == ACTIVE,
        )
        .order_by(takings.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _unlink() -> Statement:
    lines, allocated = table("receipt_lines"), table(ALLOCATIONS)
    mine = select(lines.c.id).where(
        lines.c.company_id == bindparam("company"), lines.c.receipt_id == bindparam("receipt")
    )
    return Statement(
        update(allocated)
        .where(allocated.c.company_id == bindparam("company"), allocated.c.receipt_line_id.in_(mine))
        .values(receipt_line_id=None)
    )
