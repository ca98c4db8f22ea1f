"""How an invoice compares with each order it bills: figures from the database, verdicts from `rules`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, cast, func, literal, not_, or_, select, type_coerce, union_all
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents
from emptor.domains.payables.matching import agreeing, queue
from emptor.domains.payables.matching.rules import Billed, Free, Policy, Verdict, compare, may_bill
from emptor.domains.payables.rules import BILLED, CREDIT_NOTES, TAKEN
from emptor.domains.payables.rules import LIVING as LIVING_PAYMENTS
from emptor.domains.purchasing.orders import awaiting, billing
from emptor.domains.purchasing.orders.progress import SERVICE
from emptor.kit.money import HUNDRED, MONEY_SCALE, PRICE_SCALE, ZERO, plain, quotient, rounded
from emptor.store.clauses import belongs, mine, one_of, total, units
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

STANDARD = 0
NEVER_RECEIVED = (documents.TAX_ITEM, documents.SERVICE_ITEM)
"""Types of items that nobody has to receive before they are billed."""
CONFIRM, APPROVE, PAY = "confirm", "approve", "pay"
"""What a company holds back until goods have come: its choice `threeWayMatch`."""


def verdicts(tx: UnitOfWork, invoice: Row) -> list[tuple[Row, Verdict]]:
    """Each order that the invoice bills, and how the two compare, as the order is now."""
    return _verdicts(tx, invoice, agreeing.stale(tx, invoice))


def settled(tx: UnitOfWork, invoice: Row, *, lower: bool = True) -> list[tuple[Row, Verdict]]:
    """The same, with what the invoice's lines cost by the orders brought up to date. Without `lower`, less than ordered
    is no difference.
    """
    agreeing.renew(tx, invoice)
    return _verdicts(tx, invoice, {}, lower=lower)


def _verdicts(
    tx: UnitOfWork, invoice: Row, stale: Mapping[int, Decimal], *, lower: bool = True
) -> list[tuple[Row, Verdict]]:
    """`stale`: what allocations cost by the orders where something else is noted, by their ids."""
    agreed = dict(tx.all(_agreed(), company=tx.company_id, invoice=invoice["id"]))
    named = invoice["purchase_order_id"]
    orders = billing.orders(tx, sorted({*agreed, named} - {None}))
    if not orders:
        return []
    ids, unlike = [order["id"] for order in orders], defaultdict(list)
    services = [order["id"] for order in orders if order["logic_type"] == SERVICE]
    about = {"invoice": invoice["id"], "orders": ids, "services": services, "stale": list(stale)}
    for line in tx.records(_unlike(), company=tx.company_id, **about):
        now = stale.get(line["allocation_id"], line["agreed_sum"])
        if line["is_priced"]:
            agreed[line["order_id"]] += now - line["agreed_sum"]
        unlike[line["order_id"]].append(line | {"agreed_sum": now})
    before = dict(tx.all(_drift(), company=tx.company_id, orders=ids, without=invoice["id"]))
    first = named or orders[0]["id"]
    found = []
    for order, policy in zip(orders, policies(tx, orders, lower=lower), strict=True):
        billed, free, same, earlier = [], [], ZERO, ZERO
        if order["logic_type"] != billing.BLANKET_TOTAL:
            billed = _billed_of(unlike[order["id"]])
            free = _free_of(tx, invoice) if order["id"] == first else []
            same = agreed.get(order["id"], ZERO) - sum((one.agreed for one in billed if one.priced), ZERO)
            earlier = before.get(order["id"]) or ZERO
        found.append((order, compare(billed, free, policy, earlier, same)))
    return found


def _billed_of(lines: list[Row]) -> list[Billed]:
    """What bills an order, line by line; of one that several bill, the later finds what the earlier leave open."""
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    billed = []
    for line in lines:
        ordered = line["order_line_id"]
        left = max(ZERO, line["ordered"] - line["struck"] - line["others"])
        billed.append(
            Billed(
                line["position"], line["name"], line["quantity"], line["net_sum"], line["agreed_sum"],
                left - taken[ordered], line["ordered"], bool(line["is_other"]), line["is_split"],
                bool(line["is_priced"]),
            )
        )  # fmt: skip
        taken[ordered] += line["quantity"]
    return billed


def _free_of(tx: UnitOfWork, invoice: Row) -> list[Free]:
    return [Free(*row) for row in tx.all(_free(), company=tx.company_id, invoice=invoice["id"])]


def policies(tx: UnitOfWork, orders: list[Row], *, lower: bool = True) -> list[Policy]:
    """What the company lets pass on each order; its limit is in company currency, what is compared in the order's."""
    chosen = tx.actor.settings
    both_ways, new_within = lower and chosen.get("matchLowerBills", True), chosen.get("newItemsWithinLimit", False)
    found = []
    agreed = [(order, order["net_sum_in_company_currency"]) for order in orders]
    for (order, own), most in zip(agreed, queue.most(tx, agreed), strict=True):
        limit = rounded(quotient(most - own, order["exchange_rate"]), MONEY_SCALE)
        found.append(Policy(limit, both_ways, new_within))
    return found


def too_early(tx: UnitOfWork, invoice: Row) -> list[tuple[int, str]]:
    """Lines that bill more than has come, where goods have to come first: their position and a sentence."""
    return _all_too_early(tx, [invoice])[invoice["id"]]


def _all_too_early(tx: UnitOfWork, invoices: Sequence[Row]) -> dict[int, list[tuple[int, str]]]:
    """The same for many invoices, by their ids."""
    early: dict[int, list[tuple[int, str]]] = {row["id"]: [] for row in invoices}
    billed = tx.records(_billed(), company=tx.company_id, invoices=list(early)) if early else []
    found = billing.orders(tx, sorted({line["order_id"] for line in billed}))
    orders = {order["id"]: order for order in found if order["logic_type"] == STANDARD}
    lines = billing.lines_of(tx, list(orders.values()))
    counted = {row["id"] for row in invoices if row["status"] in billing.LIVING}
    own: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for line in billed:
        own[line["invoice_id"], line["order_line_id"]] += line["quantity"] if line["invoice_id"] in counted else ZERO
    taken: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for line in billed:
        if line["order_id"] not in orders or line["item_type"] in NEVER_RECEIVED:
            continue
        ordered, key = lines[line["order_line_id"]], (line["invoice_id"], line["order_line_id"])
        others = ordered.billed + ordered.claimed - own[key]
        prepayment = quotient(orders[line["order_id"]]["prepayment_percent"] or ZERO, HUNDRED)
        most = may_bill(ordered.ordered - ordered.struck, ordered.received, prepayment) - others - taken[key]
        if line["quantity"] > most:
            early[line["invoice_id"]].append((line["position"], _early(line, ordered, max(ZERO, most))))
        taken[key] += line["quantity"]
    return early


def held(tx: UnitOfWork, invoices: Iterable[Row]) -> dict[int, str]:
    """Invoices that are not paid before their goods have come, by their ids, each with a sentence."""
    if tx.actor.settings.get("threeWayMatch") != PAY:
        return {}
    by_id = {row["id"]: row for row in invoices}
    early = _all_too_early(tx, list(by_id.values()))
    return {row_id: f"Invoice {by_id[row_id]['idn']}: {found[0][1]}" for row_id, found in early.items() if found}


def needed(tx: UnitOfWork, order: Row) -> dict[int, Decimal]:
    """How much of an order's lines, by their ids, is on bills that are past the point where the company holds back what
    has not come.
    """
    barrier = tx.actor.settings.get("threeWayMatch")
    if not barrier or order["logic_type"] != STANDARD:
        return {}
    return dict(tx.all(_needed(barrier), company=tx.company_id, order=order["id"]))


def _early(line: Row, ordered: billing.Billable, most: Decimal) -> str:
    return (
        f"{ordered.received:f} of {ordered.ordered:f} have been received, so {plain(most, 0)} can be billed now, not "
        f"{line['quantity']:f}; receive the goods first."
    )


def explained(verdict: Verdict) -> str:
    """A verdict in words, line by line."""
    return "\n".join(one.words for one in verdict.differences)


def figures(verdict: Verdict) -> Row:
    """A verdict's figures as a match keeps them, by column."""
    return {
        "expected_sum": verdict.expected, "billed_sum": verdict.billed, "earlier_difference": verdict.before,
        "limit": verdict.limit,
    }  # fmt: skip


@lru_cache(maxsize=1)
def _billed() -> Statement:
    """What the lines of invoices bill of lines of orders, whichever receipts have brought it."""
    lines, allocated = table("invoice_lines"), table("invoice_line_allocations")
    ordered = table("purchase_order_lines")
    told = (
        lines.c.position, ordered.c.item_type, allocated.c.invoice_id, allocated.c.order_id, allocated.c.order_line_id,
    )  # fmt: skip
    return Statement(
        select(
            *told, func.sum(allocated.c.quantity, type_=allocated.c.quantity.type).label("quantity"),
        )
        .join_from(allocated, lines, belongs(allocated, "line_id", lines))
        .join(ordered, belongs(allocated, "order_line_id", ordered))
        .where(allocated.c.company_id == bindparam("company"), any_of(allocated.c.invoice_id, "invoices"))
        .group_by(allocated.c.line_id, *told)
        .order_by(allocated.c.invoice_id, lines.c.position, func.min(allocated.c.id))
    )  # fmt: skip


@lru_cache(maxsize=3)
def _needed(barrier: str) -> Statement:
    """What is past `barrier`, line by line; what is in revision passes it again. A prepayment that a bill takes of its
    order is paid before anything has to come.
    """
    invoices, allocated, payments = (table(name) for name in ("invoices", "invoice_line_allocations", "payments"))
    past = BILLED if barrier != CONFIRM else (documents.PENDING, documents.MATCHING, *BILLED)
    paid = select(payments.c.id).where(
        payments.c.company_id == invoices.c.company_id, payments.c.invoice_id == invoices.c.id,
        one_of(payments.c.status, *LIVING_PAYMENTS), payments.c.logic_type != TAKEN,
    )  # fmt: skip
    return Statement(
        select(allocated.c.order_line_id, func.sum(allocated.c.quantity, type_=allocated.c.quantity.type))
        .join_from(allocated, invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            mine(allocated), allocated.c.order_id == bindparam("order"), one_of(invoices.c.status, *past),
            *(invoices.c.logic_type != code for code in CREDIT_NOTES), *([paid.exists()] if barrier == PAY else []),
        )
        .group_by(allocated.c.order_line_id)
    )  # fmt: skip


def _counts(lines: Any) -> ColumnElement[bool]:
    """Whether what a line of an invoice costs has to be as ordered. What costs less than nothing is no difference."""
    return and_(lines.c.item_type != documents.TAX_ITEM, lines.c.net_sum >= 0)


def _of_invoice(source: Any) -> ColumnElement[bool]:
    return and_(mine(source), source.c.invoice_id == bindparam("invoice"))


@lru_cache(maxsize=1)
def _agreed() -> Statement:
    """What so much as an invoice bills of each order costs by the order."""
    lines, allocated = table("invoice_lines"), table("invoice_line_allocations")
    # Told what does not count, the database need not look at each of a thousand lines that do.
    others = select(lines.c.id).where(_of_invoice(lines), not_(_counts(lines)))
    return Statement(
        select(allocated.c.order_id, func.sum(allocated.c.agreed_sum, type_=allocated.c.agreed_sum.type))
        .where(_of_invoice(allocated), allocated.c.line_id.not_in(others))
        .group_by(allocated.c.order_id)
    )


@lru_cache(maxsize=1)
def _unlike() -> Statement:
    """The lines that are not just as ordered: by price, by thing, or because more may be billed than is open."""
    lines, allocated = table("invoice_lines"), table("invoice_line_allocations")
    ordered = table("purchase_order_lines")
    named = or_(lines.c.product_id.is_not(None), ordered.c.product_id.is_not(None))
    is_other = case(
        (named, lines.c.product_id.is_distinct_from(ordered.c.product_id)),
        else_=lines.c.name.is_distinct_from(ordered.c.name),
    )
    whole = awaiting.measured(ordered, any_of(allocated.c.order_id, "services"))
    also, kind = table("invoice_line_allocations").alias("also"), Fixed(PRICE_SCALE)
    shared = (
        select(also.c.order_line_id)
        .where(mine(also), any_of(also.c.order_id, "orders"))
        .group_by(also.c.order_line_id)
        .having(func.count() > 1)
    )
    return Statement(
        select(
            lines.c.position, lines.c.name, lines.c.is_split, allocated.c.id.label("allocation_id"),
            allocated.c.order_id, allocated.c.order_line_id, allocated.c.quantity, allocated.c.net_sum,
            allocated.c.agreed_sum, is_other.label("is_other"), _counts(lines).label("is_priced"),
            ordered.c.rejected_quantity.label("struck"), type_coerce(whole, kind).label("ordered"),
            type_coerce(_taken_by_others(allocated), kind).label("others"),
        )
        .join_from(allocated, lines, belongs(allocated, "line_id", lines))
        .join(ordered, belongs(allocated, "order_line_id", ordered))
        .where(
            _of_invoice(allocated), lines.c.item_type != documents.TAX_ITEM,
            or_(
                allocated.c.net_sum != allocated.c.agreed_sum, is_other, units(ordered.c.rejected_quantity) != 0,
                units(allocated.c.quantity) > whole, allocated.c.order_line_id.in_(shared),
                any_of(allocated.c.id, "stale"),
            ),
        )
        .order_by(lines.c.position, allocated.c.id)
    )  # fmt: skip


def _taken_by_others(allocated: Any) -> ColumnElement[Any]:
    """What other invoices that count bill of the order's line that `allocated` bills."""
    also, invoices = table("invoice_line_allocations").alias(), table("invoices").alias()
    taken = cast(total(also.c.quantity), BigInteger)
    return (
        select(taken)
        .where(
            also.c.company_id == allocated.c.company_id, also.c.order_line_id == allocated.c.order_line_id,
            also.c.invoice_id != allocated.c.invoice_id, belongs(also, "invoice_id", invoices),
            one_of(invoices.c.status, *billing.LIVING),
            *(invoices.c.logic_type != code for code in CREDIT_NOTES),
        )
        .scalar_subquery()
    )  # fmt: skip


@lru_cache(maxsize=1)
def _free() -> Statement:
    lines, allocated = table("invoice_lines"), table("invoice_line_allocations")
    billing_orders = select(allocated.c.line_id).where(_of_invoice(allocated))
    return Statement(
        select(lines.c.position, lines.c.name, lines.c.net_sum, lines.c.is_split)
        .where(
            _of_invoice(lines), _counts(lines),
            lines.c.id.not_in(billing_orders),
        )
        .order_by(lines.c.position)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _drift() -> Statement:
    """By how much what other living invoices bill of orders, and beside them, differs from what was agreed. What is not
    decided yet counts only where it makes an order dearer: nobody may bill what it would save.
    """
    invoices, lines = table("invoices"), table("invoice_lines")
    allocated = table("invoice_line_allocations")
    living = (
        one_of(invoices.c.status, *billing.LIVING),
        *(invoices.c.logic_type != code for code in CREDIT_NOTES),
    )  # fmt: skip
    other = units(allocated.c.net_sum) - units(allocated.c.agreed_sum)
    billed = (
        select(allocated.c.order_id, invoices.c.id.label("invoice_id"), invoices.c.status, other.label("drift"))
        .join_from(allocated, lines, belongs(allocated, "line_id", lines))
        .join(invoices, belongs(allocated, "invoice_id", invoices))
        .where(
            mine(allocated), any_of(allocated.c.order_id, "orders"), allocated.c.invoice_id != bindparam("without"),
            _counts(lines), *living,
        )
    )  # fmt: skip
    named = select(allocated.c.id).where(
        allocated.c.company_id == lines.c.company_id, allocated.c.line_id == lines.c.id
    )
    # Put this way, no database looks at other invoices and lines than those of the order: not by state, not one by one.
    free = (
        select(cast(total(lines.c.net_sum), BigInteger))
        .where(belongs(lines, "invoice_id", invoices), _counts(lines), ~named.exists())
        .correlate(invoices)
        .scalar_subquery()
    )
    costs = case((and_(*living), free), else_=literal(0, BigInteger))
    beside = select(invoices.c.purchase_order_id, invoices.c.id, invoices.c.status, costs).where(
        mine(invoices), any_of(invoices.c.purchase_order_id, "orders"), invoices.c.id != bindparam("without")
    )
    pile = union_all(billed, beside).subquery("pile")
    sums = (
        select(pile.c.order_id, pile.c.status, cast(func.sum(pile.c.drift), BigInteger).label("drift"))
        .group_by(pile.c.order_id, pile.c.invoice_id, pile.c.status)
        .subquery("sums")
    )
    counts = or_(sums.c.drift > 0, one_of(sums.c.status, *BILLED))
    return Statement(
        select(sums.c.order_id, type_coerce(cast(total(sums.c.drift, counts), BigInteger), lines.c.net_sum.type))
        .group_by(sums.c.order_id)
    )  # fmt: skip
