"""Purchase requisitions: what people of a company ask for, before anybody orders it."""

from __future__ import annotations

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.organisation.access import read_permission
from emptor.domains.purchasing.requisitions import actions, ordering
from emptor.domains.purchasing.requisitions.rules import LINE_STATES
from emptor.kit.fields import Code, Constant, Flag, Moment, Number, Ref, Text, Write
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import Access, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Move
from emptor.store.schema import custom_values, define

MODULE = "purchase_requisition"
CREATE = Permission(MODULE, ("create",))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "approved", doc.REJECTED: "rejected",
    doc.PAID: "completed", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
}  # fmt: skip

KIND = verbs.Kind(
    noun="requisition",
    module=MODULE,
    name="purchaserequisitions",
    statuses=STATUSES,
    free=frozenset({"creator_id"}),
    check=actions.check,
    cancelable=actions.cancelable,
    approved=actions.approved,
    released=actions.released,
    beyond=(doc.REJECTED, doc.PAID),
    create=actions.create,
    copied=("location_id", "legal_entity_id", "currency", "exchange_rate", "required_date", "note"),
)
_, CONCERNED, _ = verbs.parties(KIND)
LIFE = verbs.life(
    KIND,
    Move(
        "complete", (doc.APPROVED,), (doc.PAID,), KIND.handles, actions.complete, CONCERNED,
        summary="Close a requisition by hand; nobody waits for what has not been ordered",
    ),
    Move(
        "reject_items", (doc.PENDING, doc.APPROVED), (doc.PENDING, doc.APPROVED, doc.REJECTED, doc.PAID),
        actions.DECIDE, actions.reject_items, actions.REJECTERS, (actions.LINES, verbs.REASON), hosted=False,
        summary="Turn down single lines of a requisition, or what is left of them",
    ),
)  # fmt: skip

RESOURCE = verbs.living(
    define(
        Resource(
            name="purchaserequisitions",
            table="purchase_requisitions",
            label="PurchaseRequisition",
            key="idn",
            fields=(
                *doc.identity(),
                Moment("requiredDate", required=True, day_ends=True, write=Write.ALWAYS),
                Moment("approvalDate"),
                *doc.sums(),
                *doc.budgeted("purchaserequisitions"),
                *doc.CURRENCY_FIELDS,
                Text("note", size=5000, multiline=True, write=Write.ALWAYS),
                *doc.status(STATUSES),
                Constant("isAfaxys", value=False, kind="boolean"),
                *doc.nothing("punchoutType"),
                Flag("isNewSupplierAdded"),
                *doc.over_limit(listed=True),
                Constant("approvingWay"),
                Ref("location", to="locations", required=True, write=Write.ALWAYS),
                doc.BUDGET,
                Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
                *doc.PEOPLE,
                doc.APPROVAL_INFO,
                custom_values("document", "purchase_requisitions"),
                doc.lines(
                    "purchase_requisitions", "requisition_id",
                    Code("status", names=LINE_STATES, default=0),
                    Number("orderedQuantity", scale=PRICE_SCALE, default=ZERO, note="by orders that live"),
                    Moment("requiredDate", day_ends=True, write=Write.ALWAYS, note="where it is not the document's"),
                    Flag("closed", note="nobody wants what has not been ordered of it"),
                    label="RequisitionLine", supplier=Write.ALWAYS, busy=True,
                ),
                doc.TAX_TOTALS,
                doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                doc.attachments(3),
            ),
            operations=(
                *read_operations("purchaserequisitions", "idn", read=read_permission(MODULE, *ordering.BUY.roles)),
                *write_operations(
                    "purchaserequisitions", CREATE, key="idn", hosted=False, create=actions.create,
                    update=actions.update,
                ),
                *LIFE.operations("purchaserequisitions", "idn"),
            ),
            access=Access(
                MODULE, "creator_id", "location_id", legal_entity="legal_entity_id",
                custom_values="purchase_requisitions_custom_values", viewers=ordering.BUY.roles,
            ),
            writes=CREATE,
            indexes=(("status", "id"), ("approval_date",)),
            uniques=(("idn",),),
            counted=True,
            attachment_type=3,
            life=LIFE,
        )
    ),
    KIND,
)  # fmt: skip
