"""Expenses: what people of the company have laid out for it and get back, each line in the currency it was paid in.

Budgets: the header of an expense and each of its lines have a `budget`; what a line takes of one is its
`sumInDocumentCurrency`, or its net amount there, converted into the company's currency.
"""

from __future__ import annotations

from typing import Any

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables import rules
from emptor.domains.payables.expenses import actions
from emptor.kit.fields import Code, Moment, Number, Part, Parts, Ref, Shared, Text, Write, amount
from emptor.kit.money import ZERO
from emptor.kit.resource import Access, Permission, Resource, read_operations, write_operations
from emptor.store.schema import custom_values, define

MODULE = "expense"
PAY = "payment.pay"
READ = read_permission(MODULE, PAY)
CREATE = Permission(MODULE, ("create",))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "approved", doc.REJECTED: "rejected",
    doc.PARTLY_PAID: "partly paid", doc.PAID: "paid", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
}  # fmt: skip

ACCESS = Access(
    MODULE, "creator_id", "location_id", legal_entity="legal_entity_id", custom_values="expenses_custom_values",
    viewers=(PAY,),
)  # fmt: skip

KIND = verbs.Kind(
    noun="expense",
    module=MODULE,
    name="expenses",
    statuses=STATUSES,
    free=frozenset({"expense_number", "creator_id", "legal_entity_id"}),
    revisable=actions.stands,
    cancelable=actions.stands,
    approved=actions.approved,
    beyond=(doc.PAID,),
    create=actions.create,
    copied=("location_id", "legal_entity_id", "currency", "exchange_rate", "note"),
)
LIFE = verbs.life(KIND)

PAYMENT = Part(
    "ExpensePaymentRow",
    "expense_payments",
    "expense_id",
    "",
    (
        doc.KEY,
        Text("idn", size=40),
        doc.CREATED,
        Moment("payDate"),
        amount("sumPaid"),
        Code("status", names=rules.PAYMENT_STATUSES, default=rules.ACTIVE),
    ),
)


def tax_totals(shown: dict[str, Any]) -> dict[str, Any]:
    """What each tax comes to over all lines, in the document's currency."""
    totals: dict[Any, dict[str, Any]] = {}
    for line in shown["items"]["data"]:
        for tax in line["taxes"]["data"]:
            total = totals.setdefault(tax["id"], {**tax, "sum": ZERO, "sumInDocumentCurrency": ZERO})
            for name in ("sum", "sumInDocumentCurrency"):
                total[name] += tax["sumInDocumentCurrency"]
    return {"data": list(totals.values())}


RESOURCE = verbs.living(define(
    Resource(
        name="expenses",
        label="Expense",
        key="idn",
        fields=(
            *doc.identity(),
            Moment("requiredDate", day_ends=True, write=Write.ALWAYS, note="when it is to be paid back"),
            Moment("issueDate", write=Write.ALWAYS, note="when the money was spent; now, unless told"),
            Moment("approvalDate"),
            Number("sumPaid", default=ZERO),
            Number("sumPaidInCompanyCurrency", default=ZERO),
            *doc.sums("withholdingTaxSum"),
            *doc.budgeted("expenses"),
            *doc.CURRENCY_FIELDS,
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            *doc.status(STATUSES),
            Text("expenseNumber", size=200, write=Write.ALWAYS),
            *doc.nothing("qboId", "approvingWay"),
            Ref("location", to="locations", write=Write.ALWAYS),
            doc.BUDGET,
            *doc.PEOPLE,
            Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
            *doc.over_limit(listed=True),
            doc.APPROVAL_INFO,
            custom_values("document", "expenses"),
            doc.PRECISION,
            doc.APPROVAL_STEPS,
            doc.lines(
                "expenses", "expense_id",
                *doc.CURRENCY_FIELDS,
                amount("netSumInDocumentCurrency", low=None),
                amount("taxSumInDocumentCurrency", low=None),
                amount("sumInDocumentCurrency", low=None),
                label="ExpenseLine",
                taxed=(amount("sumInDocumentCurrency", low=None),),
            ),
            Shared(
                "taxes", to="taxes", compute=tax_totals, listed=False, write=Write.ALWAYS, note=doc.TAX_TOTALS.note,
                json_schema={
                    "type": "object",
                    "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/ExpenseLineTax"}}},
                    "required": ["data"],
                    "additionalProperties": False,
                },
            ),
            doc.REQUIRED_TAXES,
            doc.comments(),
            Parts("expensePayments", part=PAYMENT, listed=False),
            doc.followers(),
            doc.attachments(5),
        ),
        operations=(
            *read_operations("expenses", "idn", read=READ),
            *write_operations(
                "expenses", CREATE, key="idn", hosted=False, create=actions.create, update=actions.update
            ),
            *LIFE.operations("expenses", "idn"),
        ),
        reference=(
            "id", "idn", "customName", "createDate", "updateDate", "requiredDate", "issueDate", "approvalDate",
            "sumPaid", "sumPaidInCompanyCurrency",
        ),
        access=ACCESS,
        writes=CREATE,
        indexes=(("status", "id"), ("approval_date",)),
        uniques=(("idn",),),
        counted=True,
        attachment_type=5,
        life=LIFE,
    )
), KIND)  # fmt: skip
