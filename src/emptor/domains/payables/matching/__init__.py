"""Matching: whoever placed an order decides about invoices and receipts that differ from it, oldest first."""

from __future__ import annotations

from emptor.domains.organisation.access import read_permission
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.kit.fields import Code, Flag, Hidden, Moment, Number, Ref, Text
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Resource
from emptor.store.schema import define

WAITING, ACCEPTED, DECLINED, WITHDRAWN, SUPERSEDED = range(5)
STATES = {
    WAITING: "waiting", ACCEPTED: "accepted", DECLINED: "declined", WITHDRAWN: "withdrawn", SUPERSEDED: "superseded",
}  # fmt: skip
"""Superseded: the two agree by now, or what was accepted has changed since and is decided about anew."""

LONGEST = 20_000

MATCHES = define(
    Resource(
        name="matches",
        label="Match",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Code("status", names=STATES, default=WAITING),
            Ref("purchaseOrder", to="purchase_orders", required=True),
            Ref("invoice", to="invoices"),
            Ref("receipt", to="receipts"),
            Number("expectedSum", low=None, note="net, by the order, in its currency"),
            Number("billedSum", low=None, note="net, by the invoice"),
            Number("earlierDifference", low=None, note="by how much earlier invoices of the order differ from it"),
            Number("limit", low=None, note="by how much they may differ in all before somebody has to decide"),
            Text("explanation", size=LONGEST, multiline=True, note="what differs, a sentence for each line"),
            Flag("restartsApproval", note="the order had to be approved anew"),
            Flag("takenOver", note="the order says what was accepted, and nobody has changed that since"),
            Hidden("undo", kind="json", note="what the order said before it took over"),
            Ref("decidedBy", to="users"),
            Moment("decideDate"),
        ),
        operations=(
            Operation(
                "list", "GET", "/-/matches", read_permission("purchase_order", "invoice.create", "invoice.approve"),
                hosted=False, summary="List differences between orders and their invoices and receipts",
            ),
        ),
        access=Access(within=("purchase_order_id", "purchase_orders"), owner=ORDERS.access),
        indexes=(("purchase_order_id", "status"), ("invoice_id",), ("receipt_id",), ("status",)),
    )
)  # fmt: skip
