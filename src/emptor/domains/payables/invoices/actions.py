"""What people do with invoices, beside what they do with every document."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, or_, select

from emptor.domains import documents, verbs
from emptor.domains.approvals import running
from emptor.domains.payables import credits, settling
from emptor.domains.payables.invoices import covering, lines
from emptor.domains.payables.matching import comparing, linking, queue, taking_over
from emptor.domains.payables.rules import CREDIT_NOTES, INVOICE, number_key, payable
from emptor.domains.payables.scans import related
from emptor.domains.purchasing.orders import billing
from emptor.domains.purchasing.requisitions.actions import usable_suppliers
from emptor.domains.suppliers import defaults, spending, terms
from emptor.kit.clock import end_of_day, spell
from emptor.kit.errors import IllegalMove, Invalid
from emptor.kit.money import ZERO, plain
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Items = Sequence[Row]

DEAD = (documents.REJECTED, documents.CANCELED)


def _invoices() -> Resource:
    return verbs.RESOURCES["invoices"]


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft invoice; its id. Unless told otherwise it is issued now and due when its terms say.

    One that names an order takes over what the order says, and without lines of its own all that is open of it.
    """
    _note_number(values)
    if values.get("logic_type") in CREDIT_NOTES:
        return credits.create(tx, values)
    order = (
        covering.billable(tx, values["purchase_order_id"], "purchaseOrder") if values.get("purchase_order_id") else None
    )
    return bill(tx, values, [order] if order else [])


def from_orders(tx: UnitOfWork, values: Row) -> int:
    """A new draft invoice of all that is open of several orders; its id."""
    _note_number(values)
    wanted = list(dict.fromkeys(values.pop("purchaseOrders", None) or ()))
    if not wanted and "purchaseOrders" not in tx.problems:
        tx.problems.add("purchaseOrders", "Name the orders by their ids.")
    found = [covering.billable(tx, order_id, f"purchaseOrders[{i}]") for i, order_id in enumerate(wanted)]
    tx.problems.raise_if_any()
    return bill(tx, values, [order for order in found if order is not None])


def bill(tx: UnitOfWork, values: Row, found: list[Row]) -> int:
    """Store a new invoice of these orders, or of those whose lines it bills; its id."""
    allocated = covering.check(tx, values)
    covering.complete(tx, values.get("items") or (), allocated)
    named = {order["id"] for order in found}
    orders = [*found, *(order for order in allocated if order["id"] not in named)]
    if orders:
        covering.take_over(tx, values, orders)
        values["is_service_order"] = orders[0]["logic_type"] == covering.SERVICE
    elif values.get("supplier_id"):
        defaults.take_over(tx, values)
    elif "supplier" not in tx.problems:
        tx.problems.add("supplier", "This field is required.")
    if not orders and values.get("logic_type") == covering.FROM_ORDERS:
        values["logic_type"] = INVOICE
    known = documents.check(tx, _invoices(), values)
    values["issue_date"] = values.get("issue_date") or tx.stamp
    return documents.create(tx, _invoices(), values, known, priced=partial(_as_priced, tx, {}, values))


def _as_priced(tx: UnitOfWork, row: Row, values: Row, items: list[Row], *, kept: bool = False) -> Row:
    """What the lines of an invoice that gets `values` bill of orders, and what follows for its header."""
    invoice = {**row, **values}
    header = covering.share_out(tx, items, invoice, kept=kept)
    if _is_due_by_terms(row, values):
        try:
            header["required_date"] = _due(invoice)
        except OverflowError:
            tx.problems.add("issueDate", "The invoice would be due beyond the last day there is.")
    return header


COSTS = ("items", "discount_percent", "discount_amount")
"""What changes what is billed of an order."""


def _is_due_by_terms(row: Row, values: Row) -> bool:
    if "required_date" in values:
        return values["required_date"] is None
    return row.get("required_date") is None or "required_date" in implied(row)


def implied(row: Row) -> frozenset[str]:
    """The day on which an invoice is due follows from its terms until somebody gives another one."""
    return frozenset({"required_date"} if row["required_date"] and row["required_date"] == _due(row) else ())


def _due(row: Row) -> str | None:
    issued, days = row.get("issue_date"), row.get("credit_period_days")
    return due_date(issued, days) if issued and days is not None else None


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change an invoice as far as its state allows."""
    verbs.editable(verbs.KINDS["invoices"], tx, row, values)
    _note_number(values)
    if row["logic_type"] in CREDIT_NOTES:
        credits.update(tx, row, values)
        return
    if "supplier_id" in values and not values["supplier_id"]:
        tx.problems.add("supplier", "This field must not be empty.")
    for column, wire in covering.OF_ORDER.items():
        if row["purchase_order_id"] and values.get(column, row[column]) != row[column]:
            tx.problems.add(wire, f"The {wire} is that of the order and stays so.")
    if row["status"] == documents.PENDING and not values.keys().isdisjoint(COSTS):
        queue.reopen(tx, invoice_id=row["id"])
    if "items" in values:
        credits.keep_credited(tx, row, values["items"])
        covering.scaled(tx, row, values["items"])
        covering.complete(tx, values["items"], covering.check(tx, values))
        covering.give_back(tx, row)
    if row["status"] != documents.DRAFT:
        _check_header(tx, {**row, **values})
    priced = partial(_as_priced, tx, row, values, kept="items" not in values)
    documents.update(tx, _invoices(), row, values, priced=priced)
    verbs.stays_complete(verbs.KINDS["invoices"], tx, row)


def check(tx: UnitOfWork, row: Row, items: Items) -> None:
    """What an invoice needs before anybody is asked about it, in the order in which people would look."""
    if row["logic_type"] in CREDIT_NOTES:
        credits.check(tx, row, items)
        return
    _check_header(tx, row)
    usable_suppliers(tx, [("supplier", row["supplier_id"])])
    if row["sum"] < 0 or payable(row) < 0:
        comes = plain(min(row["sum"], payable(row)), 0)
        tx.problems.add("items", f"The invoice comes to {comes}; for what the supplier owes enter a credit note.")
    orders = billing.orders_of(tx, row)
    _check_contracts(tx, row, orders)
    covering.check_partner(tx, row, orders)
    if orders:
        covering.check_taxes(tx, row)
    for order in orders:
        if order["status"] not in covering.OPEN_TO_BILLS and not _has_billed(row):
            name = covering.orders().life.names[order["status"]]
            raise IllegalMove(f"Order {order['idn']} is {name}; it cannot be billed now.")
        _check_blanket(tx, row, order)
    linking.refuse_laid_twice(tx, row)
    if tx.actor.settings.get("threeWayMatch") == comparing.CONFIRM:
        refuse_early(tx, row)
    if row["status"] == documents.PENDING:
        _refuse_differences(tx, row)


def _check_contracts(tx: UnitOfWork, row: Row, found: list[Row]) -> None:
    """A contract is with the supplier and in force when the invoice is issued, unless an order was placed under it."""
    contracts, day = spending.of_invoice(tx, row["id"]), row["issue_date"] or tx.stamp
    ordered = spending.named_by(tx, [order["id"] for order in found]) if contracts else []
    for contract in contracts:
        if contract["supplier_id"] != row["supplier_id"]:
            tx.problems.add("contractIds", f"Contract {contract['number']} is with another supplier.")
        elif contract["id"] not in ordered and not terms.in_force(contract, day):
            words = f"Contract {contract['number']} is not in force on {day[:10]}; leave it out."
            tx.problems.add("contractIds", words)


def _refuse_differences(tx: UnitOfWork, row: Row) -> None:
    """Whoever is asked to approve an invoice corrects it as far as nobody else has to decide about that."""
    for order, words, _ in differs(tx, row, lower=True):
        said = words.replace("\n", " ")
        raise Invalid(
            {"items": f"This would not match order {order['idn']}: {said} Take the invoice back by `revision` and "
                      "change it there; then whoever ordered decides."}
        )  # fmt: skip


def _has_billed(row: Row) -> bool:
    """An invoice that has been approved before keeps its place in an order that is complete by it."""
    return row["approval_date"] is not None


def _note_number(values: Row) -> None:
    if "invoice_number" in values:
        values["number_key"] = number_key(values["invoice_number"])


def _check_header(tx: UnitOfWork, row: Row) -> None:
    """What is submitted says when it was issued, and under a number of its own."""
    if not row["issue_date"]:
        tx.problems.add("issueDate", "Say when the supplier has issued the invoice.")
    _check_number(tx, row)


def _check_number(tx: UnitOfWork, row: Row) -> None:
    """A supplier sends each number once, unless the company has chosen to let that pass; drafts may still change."""
    key = number_key(row["invoice_number"])
    if not key or tx.actor.settings.get("duplicateInvoiceNumbers"):
        return
    family = row["parent_id"] or row["id"]
    found = tx.scalar(_same_number(), company=tx.company_id, supplier=row["supplier_id"], number=key, family=family)
    if found:
        tx.problems.add("invoiceNumber", f"Invoice {found} of this supplier has this number already.")


def _check_blanket(tx: UnitOfWork, row: Row, order: Row) -> None:
    """A blanket order is billed in its time and up to its sum."""
    begin, end, issued = order["begin_date"], order["end_date"], row["issue_date"]
    if order["logic_type"] not in (billing.BLANKET_TOTAL, billing.BLANKET_ITEMS):
        return
    if issued and ((begin and issued < begin) or (end and issued > end)):
        tx.problems.add("issueDate", f"Order {order['idn']} is billed from {str(begin)[:10]} to {str(end)[:10]} only.")
    if order["logic_type"] == billing.BLANKET_TOTAL:
        gross, left, own = order["blanket_is_gross"], order["blanket_sum"], ZERO
        for one in billing.bills(tx, order["id"], *billing.LIVING, row["status"]):
            billed = one.gross if gross else one.net
            if one.invoice_id == row["id"]:
                own = billed
            elif one.status in billing.LIVING:
                left -= billed
        if own > left:
            words = f"Of order {order['idn']} {plain(left, 0)} are left; this invoice comes to {plain(own, 0)}."
            tx.problems.add("items", words)


def refuse_early(tx: UnitOfWork, row: Row) -> None:
    """Note the lines that bill more than has come."""
    for position, words in comparing.too_early(tx, row):
        tx.problems.add(f"items[{position}][quantity]", words)
    tx.problems.raise_if_any()


def diverts(tx: UnitOfWork, row: Row, items: Items) -> bool:
    """What is not as ordered waits for the word of whoever ordered it."""
    return row["logic_type"] not in CREDIT_NOTES and queue.diverts(tx, "invoices", row)


def differs(tx: UnitOfWork, row: Row, *, lower: bool | None = None) -> list[verbs.Difference]:
    """What of an invoice is not as ordered now and nobody has accepted. `lower`: less is a difference too, if the
    company says so; of one that was let pass before, only what an order has become cheaper than.
    """
    if row["logic_type"] in CREDIT_NOTES:
        return []
    accepted = queue.decided(tx, "invoices", row)
    lower = row["status"] != documents.PENDING if lower is None else lower
    return [
        (order, comparing.explained(verdict), comparing.figures(verdict))
        for order, verdict in comparing.settled(tx, row, lower=lower)
        if not verdict.matches and order["id"] not in accepted
    ]


def waits(tx: UnitOfWork, row: Row) -> bool:
    """Whether goods have to come before an invoice goes on about whose differences all is decided: what it bills beside
    its orders they have only just taken over.
    """
    barrier = tx.actor.settings.get("threeWayMatch")
    if barrier not in (comparing.CONFIRM, comparing.APPROVE):
        return False
    is_asked = barrier == comparing.APPROVE and running.asks(tx, _invoices(), row)
    return not is_asked and bool(comparing.too_early(tx, row))


def accept(tx: UnitOfWork, row: Row, values: Row) -> None:
    """The orders take over what differs, and are approved anew where that is too much; the invoice goes its way."""
    queue.accept(tx, "invoices", row)


def decline(tx: UnitOfWork, row: Row, values: Row) -> None:
    """The orders stay as they are; the invoice is rejected."""
    verbs.demand_reason(tx, values)
    queue.decline(tx, "invoices", row)


def withdraw(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Whoever entered the invoice takes it back for changes before anybody has decided."""
    queue.withdraw(tx, "invoices", row)


def approved(tx: UnitOfWork, row: Row, items: Items) -> None:
    """It is owed now: orders take over tax items, receipts are linked, and what was paid before is counted."""
    if row["logic_type"] not in CREDIT_NOTES:
        if tx.actor.settings.get("threeWayMatch") == comparing.APPROVE:
            refuse_early(tx, row)
        orders = billing.orders_of(tx, row)
        for order in orders:
            if order["logic_type"] == billing.BLANKET_TOTAL:
                taking_over.blanket_lines(tx, row, order, items)
            else:
                taking_over.tax_items(tx, row, order, items)
        linking.link(tx, orders)
    settling.approved(tx, row)


def released(tx: UnitOfWork, row: Row) -> None:
    """Rejected or canceled: what it billed can be billed again."""
    if row["logic_type"] in CREDIT_NOTES:
        credits.released(tx, row)
        return
    for order in billing.orders_of(tx, row):
        if order["logic_type"] == billing.BLANKET_TOTAL:
            taking_over.add_up_bills(tx, order)
    billing.recount_of(tx, row)


def revisable(tx: UnitOfWork, row: Row) -> None:
    """What is looked at again has not been billed until that is over."""
    cancelable(tx, row)
    if row["logic_type"] in CREDIT_NOTES:
        raise IllegalMove("A credit note that was submitted stays as it is; reject or cancel it and enter another one.")
    tx.finally_(("billing", row["id"]), partial(billing.recount_of, tx, row))


def deleted(tx: UnitOfWork, row: Row) -> None:
    """A draft that goes: another one can be made of its file, and what was split off it stays together."""
    related.forget(tx, row)
    lines.hand_on(tx, row)


def cancelable(tx: UnitOfWork, row: Row) -> None:
    """An invoice on which something has been paid or credited stands."""
    settling.stands(tx, row)


@lru_cache(maxsize=1)
def _same_number() -> Statement:
    """Another invoice of the supplier that has been submitted with this number and is not part of the same bill."""
    invoices = table("invoices")
    others = (documents.DRAFT, *DEAD)
    return Statement(
        select(invoices.c.idn)
        .where(
            invoices.c.company_id == bindparam("company"), invoices.c.supplier_id == bindparam("supplier"),
            invoices.c.number_key == bindparam("number"), invoices.c.id != bindparam("family"),
            or_(invoices.c.parent_id.is_(None), invoices.c.parent_id != bindparam("family")),
            *(invoices.c.status != code for code in others), *(invoices.c.logic_type != code for code in CREDIT_NOTES),
        )
        .order_by(invoices.c.id)
        .limit(1)
    )  # fmt: skip


def due_date(issued: str, days: int) -> str:
    """When an invoice is due: at the end of the day that comes so many days after its issue."""
    return spell(end_of_day(datetime.fromisoformat(issued[:10]).replace(tzinfo=UTC) + timedelta(days=days)))
