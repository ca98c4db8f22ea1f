"""What people do with purchase orders, beside what they do with every document."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import documents, notices, verbs, writing
from emptor.domains.purchasing.orders import billing, progress
from emptor.domains.purchasing.requisitions.sources import check_sources, sources_changed
from emptor.domains.suppliers import defaults, terms
from emptor.domains.suppliers.approval import APPROVED as SUPPLIER_APPROVED
from emptor.domains.suppliers.approval import STATUSES as SUPPLIER_STATUSES
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Moment, Ref, Text, Write
from emptor.kit.money import ZERO
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

STANDARD, SERVICE, BLANKET_TOTAL, BLANKET_ITEMS = range(4)
KINDS = {STANDARD: "standard", SERVICE: "service", BLANKET_TOTAL: "blanket", BLANKET_ITEMS: "blanket per item"}
BLANKETS = (BLANKET_TOTAL, BLANKET_ITEMS)

NOT_SENT, SENT, READ, CONFIRMED, SENT_FOR_INTEGRATION, FAILED = range(6)
SENDING = {
    NOT_SENT: "not sent", SENT: "sent", READ: "message received", CONFIRMED: "confirmed",
    SENT_FOR_INTEGRATION: "sent for integration", FAILED: "failed",
}  # fmt: skip
SEND = (
    Code("statusSending", names=SENDING, write=Write.ALWAYS, note="leave it out to send the order to its supplier"),
)


RECEIVE = (
    Ref("warehouse", to="warehouses", write=Write.ALWAYS, note="where the goods are put into stock"),
    Moment("requiredDate", write=Write.ALWAYS, note="the day they came; now, unless told"),
    Text("receiptNumber", size=200, write=Write.ALWAYS),
)


def _orders() -> Resource:
    return verbs.RESOURCES["purchaseorders"]


def _kind() -> verbs.Kind:
    return verbs.KINDS["purchaseorders"]


def _queue() -> Any:
    from emptor.domains.payables.matching import queue  # it reads the declaration of orders

    return queue


def refused(tx: UnitOfWork, row: Row, comment: str | None) -> bool:
    """Grown by what was accepted, an order that is turned down becomes what was approved before."""
    found: bool = _queue().refused(tx, row, comment)
    return found


def stands_again(tx: UnitOfWork, row: Row) -> None:
    """What was approved before is approved."""
    _queue().stands_again(tx, row)


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft order; its id."""
    _settle_kind(tx, values, values.get("logic_type") or STANDARD)
    defaults.take_over(tx, values)
    order_id = documents.create(tx, _orders(), values, documents.check(tx, _orders(), values))
    if any(item.get("sources") for item in values["items"]):
        sources_changed(tx, order_id)
    return order_id


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change an order as far as its state allows."""
    verbs.editable(_kind(), tx, row, values)
    _settle_kind(tx, {**row, **values}, row["logic_type"])
    before, struck = [], False
    if "items" in values:
        _keep_received_lines(tx, row, values["items"])
        before = check_sources(tx, row, values["items"])
        struck = row["status"] != documents.DRAFT and _renew(tx, row, values["items"])
    documents.update(tx, _orders(), row, values)
    if row["status"] in (documents.PENDING, documents.IN_REVISION):
        _queue().reopen(tx, purchase_order_id=row["id"])
    sources_changed(tx, row["id"], before=before)
    if "items" in values and row["status"] != documents.DRAFT:
        _recount(tx, row, struck=struck)
    verbs.stays_complete(_kind(), tx, row)


def _settle_kind(tx: UnitOfWork, values: Row, kind: int) -> None:
    """A service has amounts instead of quantities; periods end after they begin."""
    begin, end = values.get("begin_date"), values.get("end_date")
    if begin and end and end < begin:
        tx.problems.add("endDate", "It cannot end before it begins.")
    for item in values.get("items") or ():
        if kind == SERVICE and isinstance(item, dict):
            item["quantity"] = Decimal(1)
    if kind == BLANKET_TOTAL and values.get("items"):
        tx.problems.add("items", "A blanket order by its total has no lines; give blanketSum, beginDate and endDate.")


def _keep_received_lines(tx: UnitOfWork, row: Row, items: list[Any]) -> None:
    """What has come or been billed stays ordered."""
    kept = {item["id"] for item in items if isinstance(item, dict) and "id" in item}
    for line in progress.ordered_lines(tx, row):
        if (line.received or line.claimed) and line.id not in kept:
            tx.problems.add("items", f"Line {line.id} has been received and has to stay; cancel its receipts first.")
    for line_id, idn in tx.all(_named_by_receipts(), company=tx.company_id, order=row["id"]):
        if line_id not in kept:
            tx.problems.add("items", f"Line {line_id} is on receipt {idn} and has to stay; order less of it instead.")
    for line_id in billing.named_lines(tx, row["id"]):
        if line_id not in kept:
            tx.problems.add("items", f"Line {line_id} is on an invoice and has to stay; take it off that first.")


def _renew(tx: UnitOfWork, row: Row, items: list[Any]) -> bool:
    """Whether something of an order was struck. Who orders another quantity of such a line says anew what is wanted."""
    measure = "price" if row["logic_type"] == SERVICE else "quantity"
    struck = {line["id"]: line for line in tx.records(_struck(), company=tx.company_id, order=row["id"])}
    for item in items:
        line = struck.get(item.get("id", 0)) if isinstance(item, dict) else None
        if line and item.get(measure) not in (None, line[measure]):
            item["rejected_quantity"] = ZERO
    return bool(struck)


def _recount(tx: UnitOfWork, row: Row, *, struck: bool = False) -> None:
    """Lines have changed: what has come and been billed of them is counted anew."""
    if billing.has_bills(tx, row["id"]):
        billing.recount(tx, row["id"])
    elif struck or _has_receipts(tx, row):
        progress.recount(tx, row)


def check(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """What an order needs before anybody is asked to approve it."""
    if row["logic_type"] == BLANKET_TOTAL:
        for wire, column in (("blanketSum", "blanket_sum"), ("beginDate", "begin_date"), ("endDate", "end_date")):
            if not row[column]:
                tx.problems.add(wire, "A blanket order by its total needs this.")
    elif not documents.has_lines(tx, _orders(), row["id"]):
        raise IllegalMove("Add at least one line before you confirm this order.")
    _check_supplier(tx, row)
    _check_contracts(tx, row)
    if row["status"] != documents.DRAFT and _has_receipts(tx, row):
        _check_received(tx, row, items)
    if row["status"] != documents.DRAFT and billing.has_bills(tx, row["id"]):
        _check_billed(tx, row, items)
    if row["status"] != documents.DRAFT:
        _check_prepaid(tx, row)


def _check_received(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """No line may order less than has come."""
    lines = {line.id: line for line in progress.ordered_lines(tx, row)}
    for position, item in enumerate(items):
        line = lines.get(item["id"])
        if line and line.ordered < line.received + line.claimed:
            tx.problems.add(
                f"items[{position}][quantity]", f"{line.received + line.claimed:f} have been received already."
            )


def _check_billed(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """No line may order less than has been billed."""
    lines = billing.lines(tx, row)
    for position, item in enumerate(items):
        line = lines.get(item["id"])
        if line and line.ordered < line.billed + line.claimed:
            words = f"{line.billed + line.claimed:f} have been billed already."
            tx.problems.add(f"items[{position}][quantity]", words)


def _check_prepaid(tx: UnitOfWork, row: Row) -> None:
    """What has been paid ahead is still ordered."""
    from emptor.domains.payables import prepayments  # it reads the declaration of orders

    sentence = prepayments.covered(tx, row)
    if sentence:
        tx.problems.add("blanketSum" if row["logic_type"] == BLANKET_TOTAL else "items", sentence)


def _has_receipts(tx: UnitOfWork, row: Row) -> bool:
    return tx.one(_documents_of(), company=tx.company_id, order=row["id"], states=list(range(12))) is not None


def _check_supplier(tx: UnitOfWork, row: Row) -> None:
    supplier = tx.record(_supplier(), company=tx.company_id, supplier=row["supplier_id"])
    assert supplier is not None
    if supplier["status"] != SUPPLIER_APPROVED or not supplier["enable"]:
        state = SUPPLIER_STATUSES[supplier["status"]] if supplier["enable"] else "deactivated"
        tx.problems.add("supplier", f"Supplier {supplier['name']} is {state}; orders go to approved suppliers only.")
    least = supplier["minimum_sum"]
    total = row["sum"] if tx.actor.settings.get("approvalTotal") == "gross" else row["net_sum"]
    if least and total < least and row["logic_type"] not in BLANKETS:
        tx.problems.add(
            "items", f"Supplier {supplier['name']} takes orders from {least:f}; this one comes to {total:f}."
        )


def _check_contracts(tx: UnitOfWork, row: Row) -> None:
    for contract in tx.records(_contracts(), company=tx.company_id, order=row["id"]):
        if contract["supplier_id"] != row["supplier_id"]:
            tx.problems.add("contractIds", f"Contract {contract['number']} is with another supplier.")
        elif not terms.in_force(contract, tx.stamp):
            tx.problems.add("contractIds", f"Contract {contract['number']} is not in force today.")


def approved(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """What is open is counted anew, for a revision may have changed it; suppliers who want that get the order."""
    _recount(tx, row)
    sources_changed(tx, row["id"])
    supplier = tx.record(_supplier(), company=tx.company_id, supplier=row["supplier_id"])
    if row["status_sending"] == NOT_SENT and (row["send_to_supplier"] or (supplier or {}).get("auto_send_po_supplier")):
        _send_by_itself(tx, row)
    if billing.has_bills(tx, row["id"]) or _is_matched(tx, row):
        tx.finally_(("resume", row["id"]), partial(_queue().resume_all, tx, row))


def prepaid_sums(tx: Transaction, orders: Sequence[Row]) -> list[Decimal]:
    """What has been paid ahead for each of these orders, as they are sent out, and no invoice has taken yet."""
    from emptor.domains.payables import prepayments  # it reads the declaration of orders

    found = prepayments.open_sums(tx, [one["id"] for one in orders])
    return [found.get(one["id"], ZERO) for one in orders]


def released(tx: UnitOfWork, row: Row) -> None:
    """Rejected or canceled: the requisition lines behind it can be ordered again."""
    sources_changed(tx, row["id"])


def deleted(tx: UnitOfWork, row: Row) -> None:
    """A draft that goes gives back what it took of requisitions."""
    sources_changed(tx, row["id"], gone=True)


def _is_matched(tx: UnitOfWork, row: Row) -> bool:
    """Whether a receipt of the order differs from it."""
    return tx.one(_documents_of(), company=tx.company_id, order=row["id"], states=[documents.MATCHING]) is not None


def revisable(tx: UnitOfWork, row: Row) -> None:
    """Nobody may be deciding about differences of its documents. What has been accepted waits for its approval."""
    if row["status"] == documents.PENDING and not _queue().is_undecided(tx, row):
        return
    if _is_matched(tx, row):
        raise IllegalMove("A receipt of this order is being matched; decide about that first.")
    if billing.bills(tx, row["id"], documents.MATCHING):
        raise IllegalMove("An invoice of this order is being matched; decide about that first.")


def cancelable(tx: UnitOfWork, row: Row) -> None:
    """An order with living receipts stands."""
    living = [documents.PENDING, documents.APPROVED, documents.IN_REVISION, documents.MATCHING]
    found = tx.one(_documents_of(), company=tx.company_id, order=row["id"], states=living)
    if found:
        raise IllegalMove(f"Receipt {found[0]} belongs to this order; cancel it first.")
    if billing.bills(tx, row["id"], *billing.LIVING):
        raise IllegalMove("There are invoices of this order; cancel them first.")
    from emptor.domains.payables import prepayments  # it reads the declaration of orders

    prepayments.none_for(tx, row)


def complete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Closed by hand: what has come has been billed and paid, and nobody waits for the rest."""
    undecided = tx.one(_documents_of(), company=tx.company_id, order=row["id"], states=list(progress.CLAIMING))
    if undecided:
        raise IllegalMove(f"Receipt {undecided[0]} of this order is not decided yet; have that done first.")
    if billing.bills(tx, row["id"], *billing.CLAIMING):
        raise IllegalMove("An invoice of this order is not decided yet; have that done first.")
    progress.close(tx, row)
    sources_changed(tx, row["id"])


def stop(tx: UnitOfWork, row: Row, values: Row) -> None:
    """A blanket order ends before its time."""
    if row["logic_type"] not in BLANKETS:
        raise IllegalMove("Only a blanket order can be stopped; complete or cancel this one.")
    documents.move(tx, _orders(), row, documents.CLOSED)
    billing.recount(tx, row["id"])  # nothing more will be billed, so it may be paid
    sources_changed(tx, row["id"])


def decide(verb: str) -> Callable[[UnitOfWork, Row, Row], None]:
    """Accepting or declining what differs from an order, by whoever placed it and may not see bills."""

    def run(tx: UnitOfWork, row: Row, values: Row) -> None:
        _queue().decide(tx, row, verb, values)

    return run


def receive(tx: UnitOfWork, row: Row, values: Row) -> None:
    """All that is open has come: one receipt of it, submitted at once."""
    kind = verbs.KINDS["receipts"]
    writing.check_references(tx, RECEIVE, [("", values)])
    tx.problems.raise_if_any()
    receipt_id = kind.create(tx, {**values, "purchase_order_id": row["id"]})
    receipt = query.stored(tx, kind.resource, "id", receipt_id)
    assert receipt is not None
    verbs.confirm(kind, tx, receipt, {})


def send(tx: UnitOfWork, row: Row, values: Row) -> None:
    """On its way to the supplier's contacts by mail, or as far on that way as the request says."""
    sending = values.get("status_sending")
    if sending is None and not _mailed(tx, row):
        raise IllegalMove(
            f"{_name_of_supplier(tx, row)} has no contact with an e-mail address, so the order cannot be sent. "
            "Add one, or say in statusSending how far the order has come on another way."
        )
    changes = {"status_sending": SENT if sending is None else sending, "update_date": tx.stamp}
    writing.change(tx, _orders(), row, changes)


def _send_by_itself(tx: UnitOfWork, row: Row) -> None:
    """Send an order that has just been approved; where there is no address its writer is told that it was not sent."""
    if _mailed(tx, row):
        writing.change(tx, _orders(), row, {"status_sending": SENT, "update_date": tx.stamp})
    else:
        supplier = _name_of_supplier(tx, row)
        notices.tell(tx, [row["creator_id"]], "unsent", _orders(), row, oneself=True, supplier=supplier)


def _mailed(tx: UnitOfWork, row: Row) -> bool:
    """Write the order to the supplier's contacts; whether there is anybody to write to."""
    to = notices.supplier_addresses(tx, row["supplier_id"])
    if not to:
        return False
    lines = notices.listed(documents.stored_lines(tx, _orders(), row["id"]), row["currency"])
    return notices.write_to(tx, to, "order", _orders(), row, lines=lines) > 0


def _name_of_supplier(tx: UnitOfWork, row: Row) -> str:
    supplier = tx.record(_supplier(), company=tx.company_id, supplier=row["supplier_id"])
    return f"Supplier {supplier['name']}" if supplier else "The supplier"


@lru_cache(maxsize=1)
def _supplier() -> Statement:
    suppliers = table("suppliers")
    columns = (suppliers.c.name, suppliers.c.status, suppliers.c.enable, suppliers.c.minimum_sum,
               suppliers.c.auto_send_po_supplier)  # fmt: skip
    return Statement(
        select(*columns).where(suppliers.c.company_id == bindparam("company"), suppliers.c.id == bindparam("supplier"))
    )


@lru_cache(maxsize=1)
def _contracts() -> Statement:
    links, contracts = table("purchase_order_contracts"), table("contracts")
    linked = (contracts.c.company_id == links.c.company_id) & (contracts.c.id == links.c.contract_id)
    return Statement(
        select(contracts)
        .join_from(links, contracts, linked)
        .where(links.c.company_id == bindparam("company"), links.c.order_id == bindparam("order"))
    )


@lru_cache(maxsize=1)
def _named_by_receipts() -> Statement:
    """The lines of an order that receipts name, drafts and dead ones too."""
    receipts, lines = table("receipts"), table("receipt_lines")
    of_receipt = (lines.c.company_id == receipts.c.company_id) & (lines.c.receipt_id == receipts.c.id)
    return Statement(
        select(lines.c.order_line_id, receipts.c.idn)
        .join_from(receipts, lines, of_receipt)
        .where(receipts.c.company_id == bindparam("company"), receipts.c.purchase_order_id == bindparam("order"))
        .order_by(lines.c.order_line_id, receipts.c.id)
    )


@lru_cache(maxsize=1)
def _struck() -> Statement:
    """The lines of an order of which something was struck."""
    lines = table("purchase_order_lines")
    return Statement(
        select(lines.c.id, lines.c.quantity, lines.c.price).where(
            lines.c.company_id == bindparam("company"), lines.c.order_id == bindparam("order"),
            lines.c.rejected_quantity != ZERO,
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _documents_of() -> Statement:
    """Receipts of an order in some states."""
    receipts = table("receipts")
    return Statement(
        select(receipts.c.idn).where(
            receipts.c.company_id == bindparam("company"), receipts.c.purchase_order_id == bindparam("order"),
            any_of(receipts.c.status, "states"),
        )
    )  # fmt: skip
