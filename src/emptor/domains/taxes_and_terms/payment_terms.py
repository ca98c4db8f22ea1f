"""When a supplier is paid: before, after, or part and part."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from emptor.domains import writing
from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Code, Flag, Integer, Text, Write, percent
from emptor.kit.money import HUNDRED, ZERO
from emptor.kit.resource import CREATED, KEY, UPDATED, Resource, read_operations, write_operations
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork

NET, PREPAYMENT, MIXED = 0, 1, 2
USUAL = {NET: ZERO, PREPAYMENT: HUNDRED}
"""What is paid before delivery, in per cent, where the type says it."""


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """New terms; shares that are not given follow from the type."""
    _complete(tx, values, {})
    return writing.create(tx, PAYMENT_TERMS, values)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change terms; the shares still add up to 100."""
    _complete(tx, values, row)
    writing.update(tx, PAYMENT_TERMS, row, values)


def _complete(tx: UnitOfWork, values: dict[str, Any], row: dict[str, Any]) -> None:
    before, after = values.get("prepayment_percent"), values.get("postpayment_percent")
    if before is None and after is None and "payment_type" in values:
        before = USUAL.get(values["payment_type"], row.get("prepayment_percent"))
    if before is None and after is not None:
        before = HUNDRED - after
    if before is not None and after is None:
        after = HUNDRED - before
    if before is None:
        before, after = row.get("prepayment_percent"), row.get("postpayment_percent")
    if before is None or after is None:
        tx.problems.add("prepaymentPercent", "Mixed terms need prepaymentPercent or postpaymentPercent.")
        return
    if before + after != HUNDRED:
        tx.problems.add("postpaymentPercent", "prepaymentPercent and postpaymentPercent must add up to 100.")
    usual = USUAL.get(values.get("payment_type", row.get("payment_type")))
    if usual is not None and before != usual:
        tx.problems.add("paymentType", f"Of this type {usual:f} % are paid before delivery; mixed terms are type 2.")
    values["prepayment_percent"], values["postpayment_percent"] = Decimal(before), Decimal(after)
    if before == HUNDRED:
        values["credit_period_days"] = values["terms_due_date_after_invoicing"] = 0
    elif values.get("terms_due_date_after_invoicing"):
        words = "Send 0: an invoice is due creditPeriodDays after its issue, other rules are not known here."
        tx.problems.add("termsDueDateAfterInvoicing", words)


PAYMENT_TERMS = define(
    Resource(
        name="paymentterms",
        table="payment_terms",
        label="PaymentTerm",
        fields=(
            KEY,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            percent("prepaymentPercent", write=Write.ALWAYS),
            percent("postpaymentPercent", write=Write.ALWAYS),
            Integer("creditPeriodDays", high=3650, write=Write.ALWAYS),
            Integer("termsDueDateAfterInvoicing", high=100, write=Write.ALWAYS),
            Code(
                "paymentType", names={NET: "net", PREPAYMENT: "prepayment", MIXED: "mixed"}, required=True,
                write=Write.ALWAYS,
            ),
            Flag("enable", default=True, write=Write.ALWAYS),
            external_id(),
            CREATED,
            UPDATED,
        ),
        operations=(
            *read_operations("paymentterms", get_hosted=False),
            *write_operations("paymentterms", CONFIGURE, create=create, update=update),
            patch_external_id("paymentterms", CONFIGURE),
        ),
        reference=(
            "id", "name", "prepaymentPercent", "postpaymentPercent", "creditPeriodDays", "termsDueDateAfterInvoicing",
            "paymentType", "enable", "externalId",
        ),
        writes=CONFIGURE,
    )
)  # fmt: skip
