"""What a supplier sees and says through the secret link: its own proposal, nothing of anybody else's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import documents as doc
from emptor.domains import notices
from emptor.domains.organisation.companies import scale_of, settings_of
from emptor.domains.purchasing.proposals import rules
from emptor.domains.purchasing.proposals.actions import change_all, change_of, offered, settle
from emptor.domains.verbs import RESOURCES
from emptor.kit.clock import spell
from emptor.kit.errors import IllegalMove, NotFound
from emptor.kit.fields import Moment, Number, Part, Parts, Ref, Text, Write
from emptor.kit.money import PRICE_SCALE, ZERO, product, rounded
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

ANSWER = (
    Moment("deliveryDate", write=Write.ALWAYS),
    Text("comment", size=2000, multiline=True, write=Write.ALWAYS),
    Parts(
        "items", write=Write.ALWAYS,
        part=Part(
            "Answer", "", "", "",
            (
                Ref("id", to="proposition_lines", column="id", required=True, flat=True, write=Write.ALWAYS),
                Number("price", scale=PRICE_SCALE, write=Write.ALWAYS, note="net, of one; null: no proposal"),
                Moment("deliveryDate", write=Write.ALWAYS),
                Text("comment", size=1000, multiline=True, write=Write.ALWAYS),
            ),
        ),
    ),
)  # fmt: skip
"""What a supplier can send."""

_COMPANY = re.compile("[0-9a-f]{1,15}")

SENT = (doc.APPROVED, doc.PAID)
"""States of a request in which its suppliers know of it."""
CONFIRMED = 3
"""`statusSending` of a proposal that has been answered."""


def company_of(key: str) -> int | None:
    """The company that a key names; None when it cannot be a key."""
    number, _, secret = key.partition("-")
    return int(number, 16) if secret and _COMPANY.fullmatch(number) else None


def find(tx: Transaction, key: str) -> Row:
    """The proposal with that key, with what there is to know of its request; NotFound unless suppliers know of it."""
    row = tx.record(_by_key(), company=tx.company_id, key=key)
    if row is None or row["request_status"] not in SENT:
        raise NotFound("Not Found")
    return row


def shown(tx: Transaction, proposal: Row) -> Row:
    """What the supplier sees."""
    lines = tx.records(_asked(), company=tx.company_id, proposition=proposal["id"])
    return {
        "requestForProposal": {
            "idn": proposal["idn"], "customName": proposal["custom_name"], "note": proposal["note"],
            "requiredDate": proposal["required_date"], "deliveryDate": proposal["wanted"],
            "currency": proposal["currency"],
        },
        "supplier": {"name": proposal["name"]},
        "status": proposal["status"],
        "open": not _closed(tx, proposal),
        "sum": sum((line["sum"] for line in lines), ZERO),
        "deliveryDate": proposal["delivery_date"],
        "comment": proposal["comment"],
        "items": {
            "data": [
                {
                    "id": line["id"], "name": line["name"], "sku": line["sku"], "description": line["description"],
                    "quantity": line["quantity"], "unit": line["unit"], "price": line["price"], "sum": line["sum"],
                    "deliveryDate": line["delivery_date"], "comment": line["comment"], "status": line["status"],
                }
                for line in lines
            ]
        },
    }  # fmt: skip


def _closed(tx: Transaction, proposal: Row) -> str:
    """Why the proposal cannot be changed any more; empty when it can."""
    if proposal["request_status"] != doc.APPROVED:
        return "This request for proposal has ended."
    if proposal["required_date"] < spell(tx.database.clock()):
        return f"Answers could be given until {proposal['required_date']}."
    return ""


def answer(tx: UnitOfWork, proposal: Row, values: Row) -> None:
    """Take over what the supplier says; lines that it does not name stay as they are.

    Raises IllegalMove after the response date, Invalid for lines that are decided or not its own.
    """
    if sentence := _closed(tx, proposal):
        raise IllegalMove(sentence)
    lines = {one["id"]: one for one in offered(tx, proposal["request_id"]) if one["proposition_id"] == proposal["id"]}
    scale = scale_of(settings_of(tx), proposal["currency"])
    changes = []
    for i, sent in enumerate(values.get("items") or ()):
        if not isinstance(sent, dict) or "id" not in sent:
            continue
        line, price = lines.get(sent["id"]), sent.get("price")
        if line is None:
            tx.problems.add(f"items[{i}][id]", "There is no such line in this request.")
        elif line["status"] not in rules.UNDECIDED:
            tx.problems.add(f"items[{i}][id]", "This line is decided already.")
        elif price is not None and product(price, line["quantity"]) >= doc.LARGEST:
            tx.problems.add(f"items[{i}][price]", "Quantity times price is too large.")
        else:
            changes.append(_changed(tx, {**line, **sent}, scale))
    tx.problems.raise_if_any()
    change_all(tx, "proposition_lines", changes)
    header: Row = {name: values[name] for name in ("delivery_date", "comment") if name in values}
    tx.update(table("propositions"), {**header, "status_sending": CONFIRMED}, id=proposal["id"])
    tx.note("answer", "propositions", proposal["id"], None, {"after": values})
    settle(tx, {"id": proposal["request_id"]})
    if changes:
        _tell_the_buyer(tx, proposal)


def _tell_the_buyer(tx: UnitOfWork, proposal: Row) -> None:
    request = query.stored(tx, RESOURCES["requestforproposals"], "id", proposal["request_id"])
    assert request is not None, proposal["request_id"]
    lines = [one for one in tx.records(_asked(), company=tx.company_id, proposition=proposal["id"])
             if one["price"] is not None]  # fmt: skip
    notices.tell(
        tx, [request["creator_id"]], "answered", RESOURCES["requestforproposals"], request,
        actor=proposal["name"], lines=notices.listed(lines, request["currency"]),
    )  # fmt: skip


def _changed(tx: UnitOfWork, line: Row, scale: int) -> Row:
    total = rounded(product(line["quantity"], line["price"] or ZERO), scale)
    status = rules.NEW if line["price"] is None else rules.RECEIVED
    said = {name: line[name] for name in ("price", "delivery_date", "comment")}
    return change_of(tx, line["id"], {**said, "net_sum": total, "sum": total, "status": status})


@lru_cache(maxsize=1)
def _by_key() -> Statement:
    propositions, requests = table("propositions"), table("requests_for_proposal")
    belongs = (requests.c.company_id == propositions.c.company_id) & (requests.c.id == propositions.c.request_id)
    return Statement(
        select(
            propositions, requests.c.status.label("request_status"), requests.c.idn, requests.c.custom_name,
            requests.c.note, requests.c.required_date, requests.c.delivery_date.label("wanted"), requests.c.currency,
        )
        .join_from(propositions, requests, belongs)
        .where(propositions.c.company_id == bindparam("company"), propositions.c.access_key == bindparam("key"))
    )  # fmt: skip


@lru_cache(maxsize=1)
def _asked() -> Statement:
    offers, asked, units = table("proposition_lines"), table("requests_for_proposal_lines"), table("units")
    return Statement(
        select(offers, asked.c.description, units.c.name.label("unit"))
        .join_from(
            offers, asked, (asked.c.company_id == offers.c.company_id) & (asked.c.id == offers.c.request_line_id)
        )
        .join(units, (units.c.company_id == offers.c.company_id) & (units.c.id == offers.c.unit_id), isouter=True)
        .where(offers.c.company_id == bindparam("company"), offers.c.proposition_id == bindparam("proposition"))
        .order_by(offers.c.position)
    )
