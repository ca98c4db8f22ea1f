"""What one supplier offers: a proposal and its lines."""

from __future__ import annotations

from emptor.domains.purchasing.proposals import rules
from emptor.kit.fields import Code, Integer, Moment, Number, Part, Parts, Ref, Text, Texts, amount
from emptor.kit.money import PRICE_SCALE
from emptor.kit.resource import KEY

OFFERED = Part(
    "PropositionLine",
    "proposition_lines",
    "proposition_id",
    "propositions",
    (
        KEY,
        Integer("position", default=0),
        Ref("requestItem", to="requests_for_proposal_lines", column="request_line_id", required=True, flat=True),
        Text("name", size=300),
        Text("sku", size=300),
        Number("quantity", scale=PRICE_SCALE),
        Number("price", scale=PRICE_SCALE, note="null until the supplier has answered"),
        amount("netSum"),
        amount("sum"),
        Ref("unit", to="units"),
        Ref("product", to="items"),
        Moment("deliveryDate"),
        Text("comment", size=1000, multiline=True),
        Code("status", names=rules.STANDINGS, default=0),
    ),
    order="position",
)

LINES = Parts("items", part=OFFERED)

PROPOSITION = Part(
    "Proposition",
    "propositions",
    "request_id",
    "",
    (
        KEY,
        amount("sum"),
        Text("name", size=300, required=True),
        Texts("emails"),
        Code("status", names=rules.STANDINGS, default=0),
        Code("statusSending", names={0: "not sent", 1: "sent", 2: "message received", 3: "confirmed"}, default=0),
        Text("accessKey", size=100, required=True, note="the secret with which the supplier answers"),
        Moment("deliveryDate"),
        Text("comment", size=2000, multiline=True),
        Ref("requestForProposal", to="requests_for_proposal", column="request_id", required=True, show=("id",)),
        Ref("supplier", to="suppliers", required=True),
        LINES,
    ),
)
