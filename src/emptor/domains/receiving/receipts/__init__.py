"""Receipts: what of an order has come, line by line, and into which warehouse."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from sqlalchemy import Index

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.organisation.access import read_permission
from emptor.domains.receiving.receipts import actions
from emptor.kit.fields import Hidden, Integer, Moment, Number, Part, Parts, Ref, Text, Write, amount
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import Access, Operation, Parent, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Move
from emptor.store.schema import custom_values, define, table

MODULE = "receipt"
CREATE = Permission(MODULE, ("create",))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "received", doc.REJECTED: "rejected",
    doc.MATCHING: "matching", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
}  # fmt: skip

KIND = verbs.Kind(
    noun="receipt",
    module=MODULE,
    name="receipts",
    statuses=STATUSES,
    free=frozenset({"warehouse_id", "receipt_number"}),
    check=actions.check,
    revisable=actions.revisable,
    cancelable=actions.cancelable,
    approved=actions.received,
    released=actions.released,
    diverts=actions.diverts,
    differs=actions.differs,
    taken_over=actions.taken_over,
    detours=(doc.MATCHING,),
    create=actions.create,
    copied=("purchase_order_id", "required_date", "warehouse_id", "note"),
)
LIFE = verbs.life(
    KIND,
    Move(
        "accept_changes", (doc.MATCHING,), (doc.MATCHING, doc.PENDING, doc.APPROVED),
        Permission("purchase_order", ("create",)), actions.accept, actions.ORDERED_BY, hosted=False,
        summary="Let the order take over what was received beyond it",
    ),
    Move(
        "decline_changes", (doc.MATCHING,), (doc.REJECTED,), Permission("purchase_order", ("create",)),
        actions.decline, actions.ORDERED_BY, (verbs.REASON,), hosted=False,
        summary="Turn down what was received beyond the order",
    ),
)  # fmt: skip

LINE = Part(
    "ReceiptLine",
    "receipt_lines",
    "receipt_id",
    "receipts",
    (
        doc.KEY,
        Integer("position", default=0),
        Ref(
            "purchaseOrderItem", to="purchase_order_lines", column="order_line_id", required=True, flat=True,
            write=Write.ALWAYS, note="the line of the order",
        ),
        Text("name", size=300),
        Text("sku", size=300),
        Number(
            "quantity", scale=PRICE_SCALE, default=ZERO, write=Write.ALWAYS,
            note="what came and was kept; of a service order an amount of money",
        ),
        Number("rejectedQuantity", scale=PRICE_SCALE, default=ZERO, write=Write.ALWAYS, note="what came and went back"),
        Number("price", scale=PRICE_SCALE, default=ZERO, low=None),
        amount("netSum", low=None),
        Ref("unit", to="units"),
        Ref("product", to="items"),
    ),
    order="position",
)  # fmt: skip

ITEMS = Parts("items", part=LINE, listed=False, write=Write.ALWAYS)

RECEIVE_ALL = (
    Moment("requiredDate", required=True, write=Write.ALWAYS, note="the day it came"),
    Ref("warehouse", to="warehouses", required=True, write=Write.ALWAYS),
    Text("receiptNumber", size=200, write=Write.ALWAYS),
    Text("note", size=5000, multiline=True, write=Write.ALWAYS),
    custom_values("document", "receipts"),
    replace(
        ITEMS, part=replace(LINE, fields=(
            Ref("id", to="purchase_order_lines", column="order_line_id", required=True, flat=True, write=Write.ALWAYS),
            *(one for one in LINE.fields if one.wire in ("quantity", "rejectedQuantity")),
        )),
        note="lines of the order by their ids; without, everything that is still open",
    ),
)  # fmt: skip

RESOURCE = verbs.living(
    define(
        Resource(
            name="receipts",
            label="Receipt",
            key="idn",
            fields=(
                *doc.identity(),
                Moment("requiredDate", write=Write.ALWAYS, note="the day it came"),
                Moment("approvalDate"),
                Text("note", size=5000, multiline=True, write=Write.ALWAYS),
                *doc.status(STATUSES),
                doc.Flag("isServiceOrder"),
                Text("receiptNumber", size=200, write=Write.ALWAYS, note="the supplier's own number"),
                Text("externalId", size=200),
                *doc.nothing("netSuiteId"),
                Text("externalIntegrationLog", size=2000, multiline=True),
                *(replace(one, write=Write.NEVER) for one in doc.CURRENCY_FIELDS),
                amount("netSum", low=None),
                amount("netSumInCompanyCurrency", low=None),
                *doc.nothing("approvingWay"),
                Ref("purchaseOrder", to="purchase_orders", required=True, write=Write.ON_CREATE),
                Ref("location", to="locations"),
                Ref("supplier", to="suppliers"),
                Hidden("legalEntityId", kind="id", references="legal_entities"),
                *doc.PEOPLE,
                Ref("warehouse", to="warehouses", write=Write.ALWAYS, note="where it is put into stock"),
                doc.APPROVAL_INFO,
                custom_values("document", "receipts"),
                ITEMS,
                doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                doc.attachments(4),
            ),
            operations=(
                *read_operations("receipts", "idn", read=read_permission(MODULE)),
                Operation(
                    "create", "POST", "/receipts/{purchaseOrderIdn}", CREATE,
                    run=partial(actions.create, line="id"), status=201,
                    body=RECEIVE_ALL, parent=Parent("purchaseorders", "purchaseOrderIdn", "purchase_order_id"),
                    summary="Receive an order: all that is open, or the lines given",
                ),
                *write_operations(
                    "receipts", CREATE, key="idn", hosted=False, create=actions.create, update=actions.update
                ),
                *LIFE.operations("receipts", "idn"),
            ),
            reference=("id", "idn", "customName", "createDate", "updateDate"),
            access=Access(
                MODULE, "creator_id", "location_id", legal_entity="legal_entity_id",
                custom_values="receipts_custom_values",
            ),
            writes=CREATE,
            indexes=(("status", "id"), ("purchase_order_id",), ("approval_date",)),
            uniques=(("idn",),),
            counted=True,
            attachment_type=4,
            life=LIFE,
        )
    ),
    KIND,
)  # fmt: skip

Index(None, table("receipt_lines").c.company_id, table("receipt_lines").c.order_line_id)
