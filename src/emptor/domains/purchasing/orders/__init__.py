"""Purchase orders: what a company asks one supplier to deliver."""

from __future__ import annotations

from emptor.domains import documents as doc
from emptor.domains.external_ids import patch_external_id
from emptor.domains.organisation.access import read_permission
from emptor.domains.purchasing.orders import actions
from emptor.kit.fields import Code, Constant, Derived, Flag, Integer, Moment, Ref, Text, Write, percent
from emptor.kit.resource import Access, Operation, Permission, Resource, read_operations, write_operations
from emptor.store.schema import custom_values, define

MODULE = "purchase_order"
CREATE = Permission(MODULE, ("create",))
LINK = Permission(MODULE, ("create", "approve"))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "approved", doc.REJECTED: "rejected",
    doc.PAID: "completed", doc.MATCHING: "matching", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
    doc.CLOSED: "stopped",
}  # fmt: skip

RESOURCE = define(
    Resource(
        name="purchaseorders",
        table="purchase_orders",
        label="PurchaseOrder",
        key="idn",
        fields=(
            *doc.identity(),
            Moment("requiredDate", day_ends=True, write=Write.ALWAYS),
            Moment("approvalDate"),
            *doc.sums("invoicedSum", "invoicedSumInCompanyCurrency", "netInvoicedSum", "budgetedSum", "itemsChartSum"),
            *doc.CURRENCY_FIELDS,
            *doc.DISCOUNT,
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            *doc.status(STATUSES),
            Code("statusReceiving", names={0: "not received", 1: "partly received", 2: "received"}, default=0),
            Code("statusPayment", names={0: "not billed", 1: "not paid", 2: "partly paid", 3: "paid"}, default=0),
            Code(
                "statusSending", default=0,
                names={
                    0: "not sent", 1: "sent", 2: "message received", 3: "confirmed", 4: "sent for integration",
                    5: "failed",
                },
            ),
            Code("logicType", names={0: "standard", 1: "service", 2: "blanket"}, default=0),
            Derived("isServiceOrder", compute=lambda shown: shown["logicType"] == 1, json_schema={"type": "boolean"}),
            percent("prepaymentPercent"),
            percent("postpaymentPercent"),
            Integer("creditPeriodDays"),
            *doc.nothing("usedTaxPercentInBudget", "qboId", "netSuiteId", "xeroId"),
            Text("externalId", size=200),
            Text("externalIntegrationLog", size=2000, multiline=True),
            *doc.nothing("poomUrl"),
            Text("deliverToName", size=200, write=Write.ALWAYS),
            Flag("sendToSupplier", write=Write.ALWAYS),
            Flag("isNewSupplierAdded"),
            Constant("approvingWay"),
            Ref("location", to="locations", required=True, write=Write.ALWAYS),
            Ref("supplier", to="suppliers", required=True, write=Write.ALWAYS),
            Constant("budget"),
            Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
            *doc.PEOPLE,
            doc.APPROVAL_INFO,
            custom_values("document", "purchase_orders"),
            doc.lines("purchase_orders", "order_id"),
            doc.TAX_TOTALS,
            *doc.no_parts("relatedReceipts", "approvalSteps", "comments", "followers", "contracts"),
            doc.attachments(2),
            Ref("paymentTerm", to="payment_terms", listed=False, write=Write.ALWAYS),
            Constant("isBudgetOverLimit", value=False, kind="boolean", listed=False),
        ),
        operations=(
            *read_operations("purchaseorders", "idn", read=read_permission(MODULE)),
            *write_operations(
                "purchaseorders", CREATE, key="idn", hosted=False, create=actions.create, update=actions.update
            ),
            patch_external_id("purchaseorders", LINK, "idn", log=True),
            Operation(
                "action", "POST", "/purchaseorders/{idn}/confirm", CREATE, run=actions.confirm, body=(),
                summary="Submit a draft order",
            ),
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
    )
)  # fmt: skip
