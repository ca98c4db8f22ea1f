"""Invoices and credit notes: what suppliers bill."""

from __future__ import annotations

from sqlalchemy import Index

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.external_ids import patch_external_id
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables.invoices import actions, lines
from emptor.domains.payables.matching import explaining, linking, queue, taking_over
from emptor.domains.payables.rules import ACTIVE, KINDS_OF_PAYMENT, ORDINARY, PAYMENT_STATUSES
from emptor.domains.payables.scans import related
from emptor.kit.fields import (
    Code,
    Flag,
    Hidden,
    Integer,
    Moment,
    Number,
    Part,
    Parts,
    Ref,
    Refs,
    Text,
    Write,
    amount,
    percent,
)
from emptor.kit.money import PRICE_SCALE
from emptor.kit.resource import Access, Operation, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Move
from emptor.store.schema import custom_values, define, table

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

ALLOCATION = Part(
    "InvoiceAllocation",
    "invoice_line_allocations",
    "line_id",
    "invoice_lines",
    (
        Hidden("rowId", column="id", kind="id", nullable=False),
        Hidden("invoiceId", kind="id", nullable=False),
        Hidden("orderId", kind="id", nullable=False, references="purchase_orders"),
        Ref(
            "purchaseOrderItem", to="purchase_order_lines", column="order_line_id", required=True, flat=True,
            write=Write.ALWAYS, note="the line of the order that is billed",
        ),
        Ref(
            "receiptItem", to="receipt_lines", column="receipt_line_id", flat=True, write=Write.ALWAYS,
            note="the line of the receipt that has brought it",
        ),
        Number(
            "quantity", scale=PRICE_SCALE, write=Write.ALWAYS,
            note="how much of the order's line: pieces, or money for a service; without, what the invoice's line says",
        ),
        amount("netSum", low=None, note="how much of the invoice's line, before taxes"),
        amount("sum", low=None, note="the same with taxes"),
        amount("agreedSum", low=None, note="what so much costs by the order, or what was agreed to since"),
    ),
    order="id",
    shorthand="purchaseOrderItem",
    root="invoice_id",
    indexes=(("invoice_id", "order_id"),),
)  # fmt: skip

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
        Code("status", names=PAYMENT_STATUSES, default=ACTIVE),
        Code("logicType", names=KINDS_OF_PAYMENT, default=ORDINARY),
        Flag("prepayment"),
        Text("externalId", size=200),
    ),
)

KIND = verbs.Kind(
    noun="invoice",
    module=MODULE,
    name="invoices",
    statuses=STATUSES,
    free=frozenset({"issue_date", "invoice_number", "legal_entity_id", "contracts"}),
    check=actions.check,
    revisable=actions.revisable,
    cancelable=actions.cancelable,
    approved=actions.approved,
    released=actions.released,
    diverts=actions.diverts,
    differs=actions.differs,
    taken_over=taking_over.changes,
    waits=actions.waits,
    detours=(doc.MATCHING,),
    beyond=(doc.PARTLY_PAID, doc.PAID),
    deleted=actions.deleted,
    create=actions.create,
    implied=actions.implied,
    copied=(
        "supplier_id", "location_id", "legal_entity_id", "currency", "exchange_rate", "note", "payment_term_id",
        "discount_percent", "discount_amount", "logic_type", "allocated_invoice_id",
    ),
)  # fmt: skip
INITIATOR, CONCERNED, _ = verbs.parties(KIND)
ALLOCATIONS = Parts("allocations", part=ALLOCATION, write=Write.ALWAYS, size=100, goes_on=True)
OPEN_TO_CHANGES = (doc.DRAFT, doc.IN_REVISION)
DECIDE = Permission("purchase_order", ("create",))
LIFE = verbs.life(
    KIND,
    Move(
        "accept_changes", (doc.MATCHING,), (doc.MATCHING, doc.PENDING, doc.APPROVED, doc.PARTLY_PAID, doc.PAID), DECIDE,
        actions.accept, queue.decides("invoices"), hosted=False,
        summary="Let the orders take over what an invoice has different",
    ),
    Move(
        "decline_changes", (doc.MATCHING,), (doc.REJECTED,), DECIDE, actions.decline, queue.decides("invoices"),
        (verbs.REASON,), hosted=False, summary="Turn down an invoice that is not as ordered",
    ),
    Move(
        "withdraw", (doc.MATCHING,), (doc.IN_REVISION,), CREATE, actions.withdraw, INITIATOR, hosted=False,
        summary="Take back an invoice that waits for a decision about its differences",
    ),
    Move(
        "link", (doc.DRAFT, doc.PENDING, doc.APPROVED, doc.PARTLY_PAID, doc.PAID, doc.IN_REVISION),
        (doc.DRAFT, doc.PENDING, doc.APPROVED, doc.PARTLY_PAID, doc.PAID, doc.IN_REVISION), LINK, linking.by_hand,
        CONCERNED, lines.link_body(ALLOCATIONS), hosted=False,
        summary="Say afterwards which lines of orders and receipts an invoice bills",
    ),
    Move(
        "split_line", OPEN_TO_CHANGES, OPEN_TO_CHANGES, CREATE, lines.split_line, CONCERNED, lines.SPLIT_LINE,
        hosted=False, summary="Make several lines of one",
    ),
    Move(
        "reject_line", OPEN_TO_CHANGES, OPEN_TO_CHANGES, CREATE, lines.reject_line, CONCERNED, lines.REJECT_LINE,
        hosted=False, summary="Take a line off an invoice and off its order",
    ),
    Move(
        "split", OPEN_TO_CHANGES, OPEN_TO_CHANGES, CREATE, lines.split_off, CONCERNED, lines.SPLIT, hosted=False,
        makes=True, summary="Split lines off to an invoice of their own, for another place or budget",
    ),
)  # fmt: skip

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
            *doc.sums("withholdingTaxSum", "withholdingTaxSumInCompanyCurrency", "itemsChartSum"),
            *doc.budgeted("invoices"),
            *doc.CURRENCY_FIELDS,
            *doc.DISCOUNT,
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            Flag("fromSupplier"),
            *doc.status(STATUSES),
            Code("logicType", names=KINDS, default=0, write=Write.ON_CREATE),
            Text("invoiceNumber", size=200, write=Write.ALWAYS, note="the supplier's own number"),
            Hidden("numberKey", column="number_key", kind="text"),
            Text("deliveryNote", size=200, write=Write.ALWAYS),
            *doc.nothing("toleranceRateSum", "toleranceRatePercent"),
            percent("prepaymentPercent"),
            percent("postpaymentPercent"),
            Integer("creditPeriodDays"),
            *doc.nothing("qboId", "xeroId", "netSuiteId"),
            Text("externalId", size=200),
            Text("externalIntegrationLog", size=2000, multiline=True),
            *doc.nothing("approvingWay"),
            Flag("isServiceOrder"),
            Ref("location", to="locations", write=Write.ALWAYS),
            Ref("supplier", to="suppliers", write=Write.ALWAYS, note="that of the order, of an invoice for one"),
            doc.BUDGET,
            Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
            *doc.PEOPLE,
            doc.APPROVAL_INFO,
            Integer("integrationStatus"),
            Ref("parentData", to="invoices", column="parent_id", note="the invoice it was split off"),
            custom_values("document", "invoices"),
            *doc.nothing("updateExchangeRateDate", listed=False),
            doc.PRECISION,
            Ref(
                "purchaseOrder", to="purchase_orders", listed=False, write=Write.ON_CREATE,
                also=(ALLOCATION.table, "invoice_id", "order_id"), note="one of the orders that it bills",
            ),
            *doc.nothing("approvalStep", listed=False),
            Ref("paymentTerm", to="payment_terms", listed=False, write=Write.ALWAYS),
            *doc.nothing("company", listed=False),
            doc.REQUIRED_TAXES,
            doc.budget_line(listed=False),
            *doc.nothing("secondInCharge", "lastApprover", listed=False),
            doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                Refs(
                    "contracts", to="contracts", table="invoice_contracts", owner="invoice_id", member="contract_id",
                    listed=False, write=Write.ALWAYS, send_as="contractIds",
                ),
            doc.lines(
                "invoices", "invoice_id",
                ALLOCATIONS,
                Ref("creditedItem", to="invoice_lines", column="credited_line_id", flat=True, write=Write.ALWAYS,
                    note="of a credit note: the line of the invoice"),
                Flag("isSplit", note="made by splitting a line that bills an order"),
                label="InvoiceLine",
            ),
            doc.TAX_TOTALS,
            Parts("payments", part=PAYMENT, listed=False),
            doc.attachments(1),
            related.SCAN,
            Ref("allocatedInvoice", to="invoices", listed=False, write=Write.ON_CREATE,
                note="of a credit note: the invoice it is about"),
            *doc.over_limit(listed=False),
        ),
        operations=(
            *read_operations("invoices", "idn", read=READ),
            *write_operations(
                "invoices", CREATE, key="idn", hosted=False, create=actions.create, update=actions.update
            ),
            patch_external_id("invoices", LINK, "idn", log=True),
            Operation(
                "command", "POST", "/invoices/from_orders", CREATE, hosted=False, status=201,
                run=actions.from_orders, summary="Bill all that is open of several orders",
                body=(
                    Refs("purchaseOrders", to="purchase_orders", required=True, write=Write.ALWAYS),
                    Moment("issueDate", write=Write.ALWAYS), Moment("requiredDate", day_ends=True, write=Write.ALWAYS),
                    Text("invoiceNumber", size=200, write=Write.ALWAYS, note="the supplier's own number"),
                    Text("note", size=5000, multiline=True, write=Write.ALWAYS),
                ),
            ),
            explaining.OPERATION,
            *LIFE.operations("invoices", "idn"),
        ),
        reference=(
            "id", "idn", "customName", "createDate", "updateDate", "requiredDate", "issueDate", "approvalDate",
            "sumPaid", "sumPaidInCompanyCurrency",
        ),
        access=ACCESS,
        writes=CREATE,
        indexes=(
            ("status", "id"), ("supplier_id", "id"), ("approval_date",), ("supplier_id", "number_key"),
            ("logic_type", "supplier_id"), ("allocated_invoice_id",), ("purchase_order_id",),
        ),
        uniques=(("idn",),),
        counted=True,
        attachment_type=1,
        life=LIFE,
    )
), KIND)  # fmt: skip

for _column in ("order_id", "order_line_id", "receipt_line_id"):
    Index(None, table(ALLOCATION.table).c.company_id, table(ALLOCATION.table).c[_column])
