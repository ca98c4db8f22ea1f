"""Invoices and credit notes: what suppliers bill."""

from __future__ import annotations

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.external_ids import patch_external_id
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables.invoices import actions
from emptor.kit.fields import (
    Code,
    Constant,
    Derived,
    Flag,
    Integer,
    Moment,
    Number,
    Part,
    Parts,
    Ref,
    Text,
    Write,
    amount,
    percent,
)
from emptor.kit.resource import Access, Permission, Resource, read_operations, write_operations
from emptor.store.schema import custom_values, define

MODULE = "invoice"
PAY = "payment.pay"
READ = read_permission(MODULE, PAY)
CREATE = Permission(MODULE, ("create",))
LINK = Permission(MODULE, ("create", "approve"), (PAY,))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "approved", doc.REJECTED: "rejected",
    doc.PARTLY_PAID: "partly paid", doc.PAID: "paid", doc.MATCHING: "matching", doc.IN_REVISION: "in revision",
    doc.CANCELED: "canceled", doc.PENDING_RECEIPT: "pending receipt", doc.APPROVAL_REVIEW: "approval review",
    doc.CLOSED: "closed",
}  # fmt: skip
KINDS = {0: "invoice", 1: "credit note", 2: "invoice from an order", 5: "credit note on its own"}

ACCESS = Access(
    MODULE, "creator_id", "location_id", legal_entity="legal_entity_id", custom_values="invoices_custom_values",
    viewers=(PAY,),
)  # fmt: skip

PAYMENT = Part(
    "InvoicePayment",
    "payments",
    "invoice_id",
    "",
    (
        doc.KEY,
        Text("idn", size=40),
        Moment("payDate"),
        amount("sumPaid"),
        Code("status", names={0: "active", 1: "canceled"}, default=0),
        Text("externalId", size=200),
    ),
)

KIND = verbs.Kind(
    noun="invoice",
    module=MODULE,
    name="invoices",
    statuses=STATUSES,
    free=frozenset({"issue_date", "invoice_number", "legal_entity_id"}),
    cancelable=actions.cancelable,
    create=actions.create,
    copied=(
        "supplier_id", "location_id", "legal_entity_id", "currency", "exchange_rate", "note", "payment_term_id",
        "discount_percent", "discount_amount",
    ),
)  # fmt: skip
LIFE = verbs.life(KIND)

RESOURCE = verbs.living(define(
    Resource(
        name="invoices",
        label="Invoice",
        key="idn",
        fields=(
            *doc.identity(),
            Moment("requiredDate", day_ends=True, write=Write.ALWAYS, note="when payment is due"),
            Moment("issueDate", write=Write.ALWAYS),
            Moment("approvalDate"),
            Number("sumPaid", default=doc.ZERO, as_text=True),
            Number("sumPaidInCompanyCurrency", default=doc.ZERO, as_text=True),
            *doc.sums("withholdingTaxSum", "withholdingTaxSumInCompanyCurrency", "budgetedSum", "itemsChartSum"),
            *doc.CURRENCY_FIELDS,
            *doc.DISCOUNT,
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            Flag("fromSupplier"),
            *doc.status(STATUSES),
            Code("logicType", names=KINDS, default=0),
            Text("invoiceNumber", size=200, write=Write.ALWAYS, note="the supplier's own number"),
            Text("deliveryNote", size=200, write=Write.ALWAYS),
            *doc.nothing("toleranceRateSum", "toleranceRatePercent"),
            percent("prepaymentPercent"),
            percent("postpaymentPercent"),
            Integer("creditPeriodDays"),
            *doc.nothing("qboId", "xeroId", "netSuiteId"),
            Text("externalId", size=200),
            Text("externalIntegrationLog", size=2000, multiline=True),
            *doc.nothing("usedTaxPercentInBudget", "approvingWay"),
            Flag("isServiceOrder"),
            Ref("location", to="locations", write=Write.ALWAYS),
            Ref("supplier", to="suppliers", required=True, write=Write.ALWAYS),
            *doc.nothing("budget"),
            Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
            *doc.PEOPLE,
            doc.APPROVAL_INFO,
            Integer("integrationStatus"),
            *doc.nothing("parentData"),
            custom_values("document", "invoices"),
            *doc.nothing("updateExchangeRateDate", listed=False),
            Derived(
                "precisionData", compute=lambda shown: {"price": 6, "sum": 2}, listed=False,
                json_schema={"type": "object", "additionalProperties": {"type": "integer"}},
            ),
            Ref("purchaseOrder", to="purchase_orders", listed=False),
            *doc.nothing("approvalStep", listed=False),
            Ref("paymentTerm", to="payment_terms", listed=False, write=Write.ALWAYS),
            *doc.nothing("company", listed=False),
            Constant("isRequiredTaxesForItems", value=False, kind="boolean", listed=False),
            *doc.nothing("budgetLine", "secondInCharge", "lastApprover", listed=False),
            doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                *doc.no_parts("contracts"),
            doc.lines("invoices", "invoice_id"),
            doc.TAX_TOTALS,
            Parts("payments", part=PAYMENT, listed=False),
            doc.attachments(1),
            *doc.nothing("relatedOcrAttachment", "allocatedInvoice", listed=False),
            Constant("isBudgetOverLimit", value=False, kind="boolean", listed=False),
        ),
        operations=(
            *read_operations("invoices", "idn", read=READ),
            *write_operations(
                "invoices", CREATE, key="idn", hosted=False, create=actions.create, update=actions.update
            ),
            patch_external_id("invoices", LINK, "idn", log=True),
            *LIFE.operations("invoices", "idn"),
        ),
        reference=(
            "id", "idn", "customName", "createDate", "updateDate", "requiredDate", "issueDate", "approvalDate",
            "sumPaid", "sumPaidInCompanyCurrency",
        ),
        access=ACCESS,
        writes=CREATE,
        indexes=(("status", "id"), ("supplier_id", "id"), ("approval_date",)),
        uniques=(("idn",),),
        counted=True,
        attachment_type=1,
        life=LIFE,
    )
), KIND)  # fmt: skip
