"""Payments: partial or full, never more than what is left, and what cancelling one undoes."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains import documents, writing
from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables.invoices import ACCESS
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.invoices import actions as invoices
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Constant, Flag, Moment, Number, Ref, Text, Write
from emptor.kit.money import ZERO, decimals_of
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Permission, Resource, read_operations
from emptor.store import query
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

PAY = Permission("payment", ("pay",))
READ = read_permission("invoice", "payment.pay")

ACTIVE, CANCELED = 0, 1
ORDINARY, PREPAYMENT = 0, 1
PAYABLE = (documents.APPROVED, documents.PARTLY_PAID)


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """Pay an invoice in part or in full; the payment's id."""
    invoice = _invoice(tx, values.get("invoice_id"))
    if invoice is not None and "sum_paid" in values:
        sentence = refusal(invoice, values["sum_paid"], int(tx.actor.settings.get("decimals", 2)))
        if sentence:
            tx.problems.add(*sentence)
    tx.problems.raise_if_any()
    assert invoice is not None
    idn = str(tx.count(PAYMENTS.name, idns=1, rows=1))
    prepayment = values.get("logic_type") == PREPAYMENT
    payment_id = writing.insert(tx, PAYMENTS, values, {"idn": idn, "prepayment": prepayment})
    invoices.settle(tx, invoice, paid(tx, invoice["id"]))
    return payment_id


def refusal(invoice: dict[str, Any], amount: Decimal, decimals: int) -> tuple[str, str] | None:
    """Why `amount` cannot be paid on `invoice`: the field and the sentence, None when it can."""
    left = invoices.payable(invoice) - invoice["sum_paid"]
    if invoice["status"] == documents.PAID or (invoice["status"] in PAYABLE and left <= 0):
        # wire: contract/examples/payments – production clients compare these two sentences
        return "sumPaid", "The Invoice is already fully paid."
    if invoice["status"] not in PAYABLE:
        return (
            "invoice",
            f"Only an approved invoice can be paid; this one is {documents.STATUS_KEYS[invoice['status']]}.",
        )
    if not 0 < amount <= left:
        return "sumPaid", f"The amount must be greater than 0 and not exceed {left:f}"
    if decimals_of(amount) > decimals:
        return "sumPaid", f"Use at most {decimals} decimals."
    return None


def cancel(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Take a payment back; the invoice is owed again."""
    if row["status"] == CANCELED:
        raise IllegalMove("This payment is canceled already.")
    tx.update(table("payments"), {"status": CANCELED, "update_date": tx.stamp}, id=row["id"], status=ACTIVE)
    invoice = query.stored(tx, INVOICES, "id", row["invoice_id"])
    assert invoice is not None
    invoices.settle(tx, invoice, paid(tx, invoice["id"]))


def paid(tx: UnitOfWork, invoice_id: int) -> Decimal:
    """The sum of the invoice's live payments."""
    return tx.scalar(_paid(), company=tx.company_id, invoice=invoice_id) or ZERO


def _invoice(tx: UnitOfWork, invoice_id: int | None) -> dict[str, Any] | None:
    if invoice_id is None:
        return None
    invoice = query.stored(tx, INVOICES, "id", invoice_id, tx.actor.scope(INVOICES))
    if invoice is None:
        tx.problems.add("invoice", f"There is no object with id {invoice_id} here that you can use.")
    return invoice


@lru_cache(maxsize=1)
def _paid() -> Statement:
    payments = table("payments")
    total = func.sum(payments.c.sum_paid, type_=payments.c.sum_paid.type)
    return Statement(
        select(total).where(
            payments.c.company_id == bindparam("company"),
            payments.c.invoice_id == bindparam("invoice"),
            payments.c.status == ACTIVE,
        )
    )


PAYMENTS = define(
    Resource(
        name="payments",
        label="Payment",
        key="idn",
        fields=(
            KEY,
            Text("idn", size=40, required=True),
            CREATED,
            UPDATED,
            Moment("payDate", required=True, write=Write.ON_CREATE),
            Number("sumPaid", required=True, low=None, write=Write.ON_CREATE),
            Code("status", names={ACTIVE: "active", CANCELED: "canceled"}, default=ACTIVE),
            Code("logicType", names={ORDINARY: "ordinary", PREPAYMENT: "prepayment"}, default=0, write=Write.ON_CREATE),
            Constant("balance"),
            *documents.nothing("qboId", "netSuiteId", "xeroId"),
            external_id(write=Write.ON_CREATE),
            Text("note", size=1000, multiline=True, write=Write.ON_CREATE),
            Flag("prepayment"),
            Ref("invoice", to="invoices", required=True, write=Write.ON_CREATE),
            Constant("purchaseOrder"),
            Ref("creator", to="users"),
        ),
        operations=(
            *read_operations("payments", "idn", get_hosted=False, read=READ),
            Operation("create", "POST", "/payments", PAY, run=create, status=201, summary="Pay an invoice"),
            patch_external_id("payments", PAY, "idn"),
            Operation("action", "POST", "/payments/{idn}/cancel", PAY, run=cancel, body=(), summary="Cancel a payment"),
        ),
        access=Access(within=("invoice_id", "invoices"), owner=ACCESS),
        writes=PAY,
        uniques=(("idn",),),
        indexes=(("invoice_id",),),
        counted=True,
    )
)
