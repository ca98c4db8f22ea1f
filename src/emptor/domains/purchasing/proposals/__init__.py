"""Requests for proposal: several suppliers are asked what they would charge, and the best offer for each line wins."""

from __future__ import annotations

from sqlalchemy import Index

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.organisation.access import read_permission
from emptor.domains.purchasing.proposals import actions, rules
from emptor.domains.purchasing.proposals.parts import PROPOSITION
from emptor.domains.purchasing.requisitions.ordering import BUY
from emptor.kit.fields import Code, Constant, Moment, Parts, Ref, Refs, Text, Write
from emptor.kit.resource import Access, Operation, Permission, Resource, read_operations, write_operations
from emptor.kit.states import Move
from emptor.store.schema import custom_values, define, table

MODULE = "request_for_proposal"
CREATE = Permission(MODULE, ("create",))

STATUSES = {
    doc.DRAFT: "draft", doc.PENDING: "pending", doc.APPROVED: "approved", doc.REJECTED: "rejected",
    doc.PAID: "completed", doc.IN_REVISION: "in revision", doc.CANCELED: "canceled",
}  # fmt: skip

KIND = verbs.Kind(
    noun="request for proposal",
    module=MODULE,
    name="requestforproposals",
    statuses=STATUSES,
    free=frozenset({"creator_id", "required_date"}),
    check=actions.check,
    cancelable=actions.cancelable,
    approved=actions.approved,
    released=actions.released,
    deleted=actions.released,
    create=actions.create_again,
    copied=("location_id", "legal_entity_id", "currency", "exchange_rate", "required_date", "delivery_date", "note"),
)
_, CONCERNED, _ = verbs.parties(KIND)
LIFE = verbs.life(
    KIND,
    Move(
        "complete", (doc.APPROVED,), (doc.PAID,), KIND.handles, actions.complete, CONCERNED, hosted=False,
        summary="End a request by hand; undecided lines have got no proposals",
    ),
    Move(
        "invite", (doc.DRAFT, doc.IN_REVISION, doc.APPROVED), (doc.DRAFT, doc.IN_REVISION, doc.APPROVED), CREATE,
        actions.invite, CONCERNED, (actions.SUPPLIERS,), hosted=False, summary="Ask more suppliers for proposals",
    ),
    Move(
        "uninvite", (doc.DRAFT, doc.IN_REVISION), (doc.DRAFT, doc.IN_REVISION), CREATE, actions.uninvite, CONCERNED,
        (Refs("suppliers", to="suppliers", required=True, write=Write.ALWAYS),), hosted=False,
        summary="Take back invitations that nobody has answered",
    ),
)  # fmt: skip
ACCESS = Access(
    MODULE, "creator_id", "location_id", legal_entity="legal_entity_id",
    custom_values="requests_for_proposal_custom_values", viewers=BUY.roles,
)  # fmt: skip
READ = read_permission(MODULE, *BUY.roles)

PROPOSITIONS = define(
    Resource(
        name="propositions",
        label="Proposition",
        fields=PROPOSITION.fields,
        operations=(
            Operation(
                "get", "GET", "/requestforproposals/proposition/{id}", READ, summary="What one supplier has offered"
            ),
            Operation(
                "action", "PUT", "/requestforproposals/proposition/{id}/items/approve",
                Permission(MODULE, ("create", "approve")), run=actions.choose, body=(actions.WINNERS,),
                summary="Let lines of a proposal win",
            ),
        ),
        access=Access(within=("request_id", "requests_for_proposal"), owner=ACCESS),
        uniques=(("request_id", "supplier_id"), ("access_key",)),
    )
)  # fmt: skip

RESOURCE = verbs.living(
    define(
        Resource(
            name="requestforproposals",
            table="requests_for_proposal",
            label="RequestForProposal",
            key="idn",
            fields=(
                *doc.identity(),
                Moment(
                    "requiredDate", required=True, day_ends=True, write=Write.ALWAYS,
                    note="until when suppliers can answer",
                ),
                Moment("deliveryDate", day_ends=True, write=Write.ALWAYS, note="when the goods are wanted"),
                Moment("approvalDate"),
                *doc.sums(),
                *doc.CURRENCY_FIELDS,
                Text("note", size=5000, multiline=True, write=Write.ALWAYS),
                *doc.status(STATUSES),
                Code(
                    "propositionStatus", names=rules.STANDINGS, note="how far the request has come with its proposals"
                ),
                Constant("approvingWay"),
                Ref("location", to="locations", required=True, write=Write.ALWAYS),
                Ref("supplier", to="suppliers", note="who has won, if it is one alone"),
                Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
                *doc.PEOPLE,
                doc.APPROVAL_INFO,
                custom_values("document", "requests_for_proposal"),
                doc.lines(
                    "requests_for_proposal", "request_id",
                    Code("status", names=rules.LINE_STATES, default=0),
                    Ref(
                        "requisitionItem", to="purchase_requisition_lines", column="requisition_line_id", flat=True,
                        note="line of a requisition that proposals are wanted for",
                    ),
                    label="RequestForProposalLine",
                ),
                Parts("propositions", part=PROPOSITION, listed=False),
                doc.APPROVAL_STEPS,
                doc.comments(),
                doc.followers(),
                doc.attachments(10),
            ),
            operations=(
                *read_operations("requestforproposals", "idn", read=READ),
                *write_operations(
                    "requestforproposals", CREATE, key="idn", hosted=False, create=actions.create,
                    update=actions.update,
                ),
                Operation(
                    "command", "POST", "/requestforproposals/from_requisitions", CREATE, hosted=False, status=201,
                    body=actions.FROM_REQUISITIONS, run=actions.from_requisitions,
                    summary="Ask for proposals for lines of approved requisitions",
                ),
                *LIFE.operations("requestforproposals", "idn"),
            ),
            access=ACCESS,
            writes=CREATE,
            indexes=(("status", "id"), ("approval_date",)),
            uniques=(("idn",),),
            counted=True,
            attachment_type=10,
            life=LIFE,
        )
    ),
    KIND,
)  # fmt: skip

LOOKED_UP = {"requests_for_proposal_lines": "requisition_line_id", "proposition_lines": "request_line_id"}
"""Columns by which lines of a table are found beside their owner."""
for _name, _column in LOOKED_UP.items():
    Index(None, table(_name).c.company_id, table(_name).c[_column])
