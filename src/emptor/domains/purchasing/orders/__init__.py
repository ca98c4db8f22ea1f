"""Purchase orders: what a company asks one supplier to deliver."""

from __future__ import annotations

from sqlalchemy import Index

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.external_ids import patch_external_id
from emptor.domains.organisation.access import read_permission
from emptor.domains.purchasing.orders import actions, related
from emptor.domains.purchasing.orders.progress import LINE_STATES
from emptor.domains.purchasing.requisitions.ordering import FROM_REQUISITIONS
from emptor.kit.fields import (
    Asked,
    Code,
    Constant,
    Derived,
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
    percent,
)
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import Access, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Move
from emptor.store.schema import custom_values, define, table

MODULE = "purchase_order"
CREATE = Permission(MODULE, ("create",))
HANDLE = Permission(MODULE, ("create", "approve"))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "approved", doc.REJECTED: "rejected",
    doc.PAID: "completed", doc.MATCHING: "matching", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
    doc.CLOSED: "stopped",
}  # fmt: skip

KIND = verbs.Kind(
    noun="order",
    module=MODULE,
    name="purchaseorders",
    statuses=STATUSES,
    free=frozenset({"legal_entity_id", "terms_and_conditions", "creator_id", "contracts"}),
    needs_lines=False,
    check=actions.check,
    revisable=actions.revisable,
    cancelable=actions.cancelable,
    approved=actions.approved,
    released=actions.released,
    refused=actions.refused,
    stands_again=actions.stands_again,
    beyond=(doc.PAID,),
    back=(doc.APPROVED,),
    deleted=actions.deleted,
    create=actions.create,
    copied=(
        "supplier_id", "location_id", "legal_entity_id", "currency", "exchange_rate", "required_date", "note",
        "payment_term_id",
        "logic_type", "discount_percent", "discount_amount", "deliver_to_name", "send_to_supplier", "begin_date",
        "end_date", "blanket_sum", "blanket_is_gross", "terms_and_conditions",
    ),
)  # fmt: skip
INITIATOR, CONCERNED, _ = verbs.parties(KIND)
LIFE = verbs.life(
    KIND,
    Move(
        "complete", (doc.APPROVED,), (doc.PAID,), HANDLE, actions.complete, CONCERNED, hosted=False,
        summary="Close an order by hand; nobody waits for what is still open",
    ),
    Move(
        "stop", (doc.APPROVED,), (doc.CLOSED,), HANDLE, actions.stop, CONCERNED, hosted=False,
        summary="End a blanket order before its time",
    ),
    Move(
        "receive", (doc.APPROVED,), (doc.APPROVED, doc.PAID, doc.MATCHING), Permission("receipt", ("create",)),
        actions.receive, body=actions.RECEIVE, hosted=False,
        summary="Receive all that is open of an order: a receipt is made and submitted",
    ),
    Move(
        "accept_changes", (doc.MATCHING,), (doc.MATCHING, doc.PENDING, doc.APPROVED, doc.PAID), CREATE,
        actions.decide("accept_changes"), INITIATOR, hosted=False,
        summary="Have an order take over what the oldest invoice or receipt that waits for that has different",
    ),
    Move(
        "decline_changes", (doc.MATCHING,), (doc.MATCHING, doc.APPROVED), CREATE, actions.decide("decline_changes"),
        INITIATOR, (verbs.REASON,), hosted=False,
        summary="Turn down the oldest invoice or receipt that waits because it differs from an order",
    ),
    Move(
        "send", (doc.APPROVED,), (doc.APPROVED,), CREATE, actions.send, CONCERNED, actions.SEND, hosted=False,
        summary="Send an order to its supplier, or note how far it has come on its way",
    ),
)  # fmt: skip

SOURCE = Part(
    "LineSource",
    "purchase_order_line_sources",
    "line_id",
    "purchase_order_lines",
    (
        Hidden("rowId", column="id", kind="id", nullable=False),
        Ref("requisitionItem", to="purchase_requisition_lines", column="requisition_line_id", flat=True),
        Ref("proposalItem", to="proposition_lines", column="proposition_line_id", flat=True),
        Number("quantity", scale=PRICE_SCALE, default=ZERO),
    ),
    order="id",
)

RECEIPT = Part(
    "RelatedReceipt",
    "receipts",
    "purchase_order_id",
    "",
    (
        doc.KEY, Text("idn", size=40), Text("customName", size=200), doc.CREATED, doc.UPDATED,
        Code("status", default=0),
    ),
)  # fmt: skip

RESOURCE = verbs.living(
    define(
        Resource(
            name="purchaseorders",
            table="purchase_orders",
            label="PurchaseOrder",
            key="idn",
            fields=(
                *doc.identity(),
                Moment("requiredDate", day_ends=True, write=Write.ALWAYS),
                Moment("approvalDate"),
                *doc.sums("invoicedSum", "invoicedSumInCompanyCurrency", "netInvoicedSum", "itemsChartSum"),
                *doc.budgeted("purchaseorders"),
                *doc.CURRENCY_FIELDS,
                *doc.DISCOUNT,
                Text("note", size=5000, multiline=True, write=Write.ALWAYS),
                *doc.status(STATUSES),
                Code("statusReceiving", names={0: "not received", 1: "partly received", 2: "received"}, default=0),
                Code("statusPayment", names={0: "not billed", 1: "not paid", 2: "partly paid", 3: "paid"}, default=0),
                Code("statusSending", names=actions.SENDING, default=0),
                Code("logicType", names=actions.KINDS, default=0, write=Write.ON_CREATE),
                Derived(
                    "isServiceOrder", compute=lambda shown: shown["logicType"] == 1, json_schema={"type": "boolean"}
                ),
                Moment("beginDate", write=Write.ALWAYS, note="first day of a service or a blanket order"),
                Moment("endDate", day_ends=True, write=Write.ALWAYS, note="last day of a service or a blanket order"),
                Number("blanketSum", write=Write.ALWAYS, note="what a blanket order may come to in all"),
                Flag("blanketIsGross", write=Write.ALWAYS, note="whether `blanketSum` counts with taxes"),
                percent("prepaymentPercent"),
                percent("postpaymentPercent"),
                Integer("creditPeriodDays"),
                *doc.nothing("qboId", "netSuiteId", "xeroId"),
                Text("externalId", size=200),
                Text("externalIntegrationLog", size=2000, multiline=True),
                *doc.nothing("poomUrl"),
                Text("deliverToName", size=200, write=Write.ALWAYS),
                Flag("sendToSupplier", write=Write.ALWAYS),
                Flag("isNewSupplierAdded"),
                Constant("approvingWay"),
                Ref("location", to="locations", required=True, write=Write.ALWAYS),
                Ref("supplier", to="suppliers", required=True, write=Write.ALWAYS),
                doc.BUDGET,
                Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
                *doc.PEOPLE,
                doc.APPROVAL_INFO,
                custom_values("document", "purchase_orders"),
                doc.lines(
                    "purchase_orders", "order_id",
                    Code("status", names=LINE_STATES, default=0),
                    Number("receivedQuantity", scale=PRICE_SCALE, default=ZERO),
                    Number("invoicedQuantity", scale=PRICE_SCALE, default=ZERO),
                    Number(
                        "rejectedQuantity", scale=PRICE_SCALE, default=ZERO,
                        note="what was ordered and struck since; of a service an amount of money, as all of these",
                    ),
                    Number(
                        "waivedQuantity", scale=PRICE_SCALE, default=ZERO,
                        note="a rest so small that the company does not wait for it, though it may still come",
                    ),
                    Parts("sources", part=SOURCE),
                    label="OrderLine", busy=True,
                ),
                doc.TAX_TOTALS,
                doc.REQUIRED_TAXES,
                # wire: clients loop over it as a plain list
                Parts("relatedReceipts", part=RECEIPT, listed=False, bare=True),
                related.INVOICES,
                doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                Refs(
                    "contracts", to="contracts", table="purchase_order_contracts", owner="order_id",
                    member="contract_id", listed=False, write=Write.ALWAYS, send_as="contractIds",
                ),
                doc.attachments(2),
                Ref("paymentTerm", to="payment_terms", listed=False, write=Write.ALWAYS),
                Asked(
                    "prepaidSum", ask=actions.prepaid_sums, json_schema={"type": "number"}, listed=False,
                    note="what has been paid ahead for it and no invoice has taken yet",
                ),
                Text("termsAndConditions", size=20000, multiline=True, listed=False, write=Write.ALWAYS),
                *doc.over_limit(listed=False),
            ),
            operations=(
                *read_operations("purchaseorders", "idn", read=read_permission(MODULE)),
                *write_operations(
                    "purchaseorders", CREATE, key="idn", hosted=False, create=actions.create, update=actions.update
                ),
                patch_external_id("purchaseorders", HANDLE, "idn", log=True),
                FROM_REQUISITIONS,
                *LIFE.operations("purchaseorders", "idn"),
            ),
            reference=(
                "id", "idn", "customName", "createDate", "updateDate", "requiredDate", "approvalDate", "sum", "netSum",
                "sumInCompanyCurrency",
            ),
            access=Access(
                MODULE, "creator_id", "location_id", legal_entity="legal_entity_id",
                custom_values="purchase_orders_custom_values",
            ),
            writes=CREATE,
            indexes=(("status", "id"), ("supplier_id", "id"), ("approval_date",)),
            uniques=(("idn",),),
            counted=True,
            attachment_type=2,
            life=LIFE,
        )
    ),
    KIND,
)  # fmt: skip

for _column in ("requisition_line_id", "proposition_line_id"):
    Index(None, table("purchase_order_line_sources").c.company_id, table("purchase_order_line_sources").c[_column])
