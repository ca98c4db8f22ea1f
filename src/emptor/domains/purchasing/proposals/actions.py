"""What people do with requests for proposal, beside what they do with every document."""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, case, delete, func, literal, select
from sqlalchemy import update as update_table

from emptor.domains import documents as doc
from emptor.domains import notices, verbs, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.purchasing.proposals import rules
from emptor.domains.purchasing.proposals.parts import LINES
from emptor.domains.purchasing.requisitions import ordering, sources
from emptor.domains.purchasing.requisitions.actions import usable_suppliers
from emptor.domains.purchasing.requisitions.rules import in_common, plain_line
from emptor.kit.errors import Forbidden, IllegalMove
from emptor.kit.fields import Moment, Part, Parts, Ref, Refs, Text, Texts, Write
from emptor.kit.money import ZERO, product, rounded
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement, update_by
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

NOT_MAILED, MAILED = 0, 1
"""Whether a supplier has had the link to its proposal; further codes as those of orders (`statusSending`)."""
KEY_BYTES = 32
"""Random bytes in the secret of a supplier's link."""

SUPPLIERS = Parts(
    "suppliers", required=True, write=Write.ALWAYS, size=100,
    part=Part(
        "Invitation", "", "", "",
        (
            Ref("id", to="suppliers", column="supplier_id", required=True, flat=True, write=Write.ALWAYS),
            Texts("emails", write=Write.ALWAYS, pattern=r"[^@\s]+@[^@\s]+", hint="Write an e-mail address."),
        ),
        shorthand="id",
    ),
)  # fmt: skip
WINNERS = Refs("items", to="proposition_lines", required=True, write=Write.ALWAYS, note="ids of lines of the proposal")

ASKED_FOR = ("name", "sku", "quantity", "unit_id", "product_id", "position")
"""Columns of a request's line that a proposal repeats."""
FROM_REQUISITIONS = (
    replace(ordering.lines_to_take("items", "purchase_requisition_lines", "lines to ask for"), required=True),
    Moment("requiredDate", required=True, day_ends=True, write=Write.ALWAYS, note="until when suppliers can answer"),
    Moment("deliveryDate", day_ends=True, write=Write.ALWAYS, note="without, the earliest day any line is wanted on"),
    Ref("location", to="locations", write=Write.ALWAYS, note="without, that of all lines"),
    Text("note", size=5000, multiline=True, write=Write.ALWAYS),
    replace(SUPPLIERS, required=False),
)
"""What to say when a request is made from requisitions."""


def _kind() -> verbs.Kind:
    return verbs.KINDS["requestforproposals"]


def _requests() -> Resource:
    return verbs.RESOURCES["requestforproposals"]


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft request; its id."""
    _fill(values)
    made = doc.create(tx, _requests(), values, doc.check(tx, _requests(), values))
    sources.recount(tx, _requisition_lines(values["items"]))
    return made


def from_requisitions(tx: UnitOfWork, values: Row) -> int:
    """A draft request for what is open of requisition lines, with its suppliers invited; its id."""
    writing.check_references(tx, FROM_REQUISITIONS, [("", values)])
    demands = ordering.demanded(tx, ordering.REQUISITION, values.get("items") or [], to_order=False)
    if not (demands or tx.problems):
        tx.problems.add("items", "Name at least one line to ask for.")
    tx.problems.raise_if_any()
    shared = in_common(demands)
    location = values.get("location_id") or shared["location_id"]
    if location is None:
        tx.problems.add("location", "The lines are for several locations; choose one.")
    tx.problems.raise_if_any()
    items = [
        {**plain_line(one), "price": ZERO, "discount_percent": None, "requisition_line_id": one.requisition_line}
        for one in demands
    ]
    wanted = values.get("delivery_date") or min(one.required for one in demands)
    given = {name: values.get(name) for name in ("required_date", "note")}
    made = create(tx, {**shared, **given, "location_id": location, "delivery_date": wanted, "items": items})
    if values.get("suppliers"):
        row = query.stored(tx, _requests(), "id", made)
        assert row is not None, made
        invite(tx, row, values)
    return made


def create_again(tx: UnitOfWork, values: Row) -> int:
    """A draft with the lines of an older request: without its winners, and asked by nobody's requisition."""
    for item in values["items"]:
        item |= {"requisition_line_id": None, "supplier_id": None, "price": ZERO}
    return create(tx, values)


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a request as far as its state allows; lines that are decided stay."""
    verbs.editable(_kind(), tx, row, values)
    before = doc.stored_lines(tx, _requests(), row["id"]) if "items" in values else []
    kept = {item["id"] for item in values.get("items") or () if isinstance(item, dict) and "id" in item}
    lost = [line for line in before if line["id"] not in kept]
    if any(line["status"] == rules.DECIDED for line in lost):
        tx.problems.add("items", "A line for which a proposal has won has to stay.")
    _fill(values)
    tx.problems.raise_if_any()
    tx.run(_withdraw(), company=tx.company_id, lines=[line["id"] for line in lost])
    doc.update(tx, _requests(), row, values)
    verbs.stays_complete(_kind(), tx, row)
    sources.recount(tx, [*_requisition_lines(before), *_requisition_lines(values.get("items") or ())])


def _requisition_lines(items: Iterable[Row]) -> list[int]:
    return [item["requisition_line_id"] for item in items if item.get("requisition_line_id")]


def _fill(values: Row) -> None:
    """What a line costs is for the suppliers to say."""
    for item in values.get("items") or ():
        if isinstance(item, dict) and "id" not in item and not item.get("product_id") and item.get("price") is None:
            item["price"] = ZERO


def check(tx: UnitOfWork, row: Row, items: list[Row]) -> None:
    """What a request needs before anybody is asked to approve it: somebody to ask, and time to answer."""
    for position, item in enumerate(items):
        if item["quantity"] <= 0:
            tx.problems.add(f"items[{position}][quantity]", "Ask for more than nothing.")
    if not offers(tx, row["id"]):
        tx.problems.add("suppliers", "Invite at least one supplier.")
    if row["required_date"] < tx.stamp:
        tx.problems.add("requiredDate", "The day until which suppliers can answer is over; choose a later one.")


def approved(tx: UnitOfWork, row: Row, items: list[Row]) -> None:
    """Every supplier invited is asked for every line; what a revision has changed is asked anew."""
    known = {(one["proposition_id"], one["request_line_id"]): one for one in offered(tx, row["id"])}
    scale = scale_of(tx.actor.settings, row["currency"])
    fresh, changed = [], []
    for proposition in offers(tx, row["id"]):
        for item in items:
            columns = {name: item[name] for name in ASKED_FOR}
            line = known.get((proposition["id"], item["id"]))
            if line is None and item["status"] == rules.OPEN:
                fresh.append((proposition["id"], {**columns, "request_line_id": item["id"]}))
            elif line and line["status"] in rules.UNDECIDED and any(line[name] != columns[name] for name in ASKED_FOR):
                total = rounded(product(item["quantity"], line["price"] or ZERO), scale)
                changed.append(change_of(tx, line["id"], {**columns, "net_sum": total, "sum": total}))
    writing.store_parts(tx, LINES, fresh)
    change_all(tx, "proposition_lines", changed)
    settle(tx, row)
    _mail_invitations(tx, row, items)


def _mail_invitations(tx: UnitOfWork, row: Row, items: list[Row]) -> None:
    """Mail each supplier that has not had it yet the link to its own proposal."""
    facts = {"lines": notices.listed(items), "until": row["required_date"][:10]}
    for proposition in offers(tx, row["id"]):
        if proposition["status_sending"] == NOT_MAILED:
            link = f"/-/propositions/{proposition['access_key']}"
            notices.write_to(tx, proposition["emails"], "invitation", _requests(), row, link=link, **facts)
            tx.update(table("propositions"), {"status_sending": MAILED}, id=proposition["id"])


def change_of(tx: UnitOfWork, row_id: int, columns: Row) -> Row:
    """One change for `change_all`."""
    return {"key_company_id": tx.company_id, "key_id": row_id, **{f"set_{name}": columns[name] for name in columns}}


def change_all(tx: UnitOfWork, name: str, changes: list[Row]) -> None:
    """Change the same columns of many rows of a table."""
    if changes:
        columns = tuple(key.removeprefix("set_") for key in changes[0] if key.startswith("set_"))
        tx.run_all(update_by(table(name), ("company_id", "id"), columns), changes)


def released(tx: UnitOfWork, row: Row) -> None:
    """Rejected, canceled or deleted: the requisition lines can be ordered otherwise. What is on orders stands."""
    cancelable(tx, row)
    lines = doc.stored_lines(tx, _requests(), row["id"])
    sources.recount(tx, _requisition_lines(lines), without_request=row["id"])


def cancelable(tx: UnitOfWork, row: Row) -> None:
    """What is ordered stands."""
    if tx.scalar(_ordered(), company=tx.company_id, request=row["id"]):
        raise IllegalMove("Proposals of this request are on orders; cancel those first.")


# Who is asked


def invite(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Ask more suppliers, each once; where no addresses are given, those of their contacts are used."""
    entries = [one for one in values.get("suppliers") or () if isinstance(one, dict)]
    writing.check_references(tx, (SUPPLIERS,), [("", values)])
    usable_suppliers(tx, [(f"suppliers[{i}][id]", one["supplier_id"]) for i, one in enumerate(entries)])
    seen = {one["supplier_id"] for one in offers(tx, row["id"])}
    for i, one in enumerate(entries):
        if one["supplier_id"] in seen:
            tx.problems.add(f"suppliers[{i}][id]", "This supplier is invited already.")
        seen.add(one["supplier_id"])
    if not entries:
        tx.problems.add("suppliers", "Name the suppliers to invite.")
    tx.problems.raise_if_any()
    ids = [one["supplier_id"] for one in entries]
    names = dict(map(tuple, tx.all(_names(), company=tx.company_id, ids=ids)))
    contacts: dict[int, list[str]] = defaultdict(list)
    for supplier, email in tx.all(_contacts(), company=tx.company_id, ids=ids):
        contacts[supplier].append(email)
    tx.insert_all(table("propositions"), [
        {
            "id": row_id, "request_id": row["id"], "supplier_id": one["supplier_id"],
            "name": names[one["supplier_id"]], "emails": one.get("emails") or contacts[one["supplier_id"]],
            "access_key": new_key(tx.company_id), "status": rules.NEW, "status_sending": 0, "sum": ZERO,
            "delivery_date": None, "comment": None,
        }
        for row_id, one in zip(tx.new_ids(len(entries)), entries, strict=True)
    ])  # fmt: skip
    tx.note("invite", "requestforproposals", row["id"], row["idn"], {"after": {"suppliers": ids}})
    if row["status"] == doc.APPROVED:
        approved(tx, row, doc.stored_lines(tx, _requests(), row["id"]))
    else:
        settle(tx, row)


def new_key(company_id: int) -> str:
    """A secret for a supplier's link. It begins with the company, for the wall between companies needs to know it."""
    return f"{company_id:x}-{secrets.token_urlsafe(KEY_BYTES)}"


def uninvite(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Take back invitations that nobody has answered."""
    invited = {one["supplier_id"]: one for one in offers(tx, row["id"])}
    for i, supplier in enumerate(values.get("suppliers") or ()):
        if supplier not in invited:
            tx.problems.add(f"suppliers[{i}]", "This supplier is not invited.")
        elif invited[supplier]["status"] != rules.NEW:
            tx.problems.add(f"suppliers[{i}]", "This supplier has answered.")
    if not values.get("suppliers"):
        tx.problems.add("suppliers", "Name the suppliers who are not invited any more.")
    tx.problems.raise_if_any()
    ids = [invited[supplier]["id"] for supplier in values.get("suppliers") or ()]
    tx.run(_uninvite(), company=tx.company_id, ids=ids)
    tx.note("uninvite", "requestforproposals", row["id"], row["idn"], {"before": {"suppliers": values["suppliers"]}})
    settle(tx, row)


# Who wins


def choose(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Let lines of a proposal win; the request takes their prices, and is completed by its last decision."""
    request = query.stored(tx, _requests(), "id", row["request_id"])
    assert request is not None, row["request_id"]
    if request["status"] != doc.APPROVED:
        raise IllegalMove(f"Request for proposal {request['idn']} is {_requests().life.names[request['status']]}; "
                          "winners are chosen while it is approved.")  # fmt: skip
    concerned = verbs.parties(_kind())[1]
    if not concerned.includes(tx, request):
        raise Forbidden(f"To choose winners is for {concerned.words}.")
    items = doc.stored_lines(tx, _requests(), request["id"])
    asked = {item["id"]: item for item in items}
    offered_lines = {one["id"]: one for one in offered(tx, request["id"]) if one["proposition_id"] == row["id"]}
    for i, line in enumerate(values.get("items") or ()):
        offer = offered_lines.get(line)
        if offer is None:
            tx.problems.add(f"items[{i}]", f"This proposal has no line with id {line}.")
        elif asked[offer["request_line_id"]]["status"] != rules.OPEN:
            tx.problems.add(f"items[{i}]", "This line is decided already.")
        elif offer["price"] is None:
            tx.problems.add(f"items[{i}]", "The supplier has not offered a price for this line.")
    if not values.get("items"):
        tx.problems.add("items", "Name the lines that win.")
    tx.problems.raise_if_any()
    won = [offered_lines[line] for line in dict.fromkeys(values["items"])]
    for offer in won:
        asked[offer["request_line_id"]] |= {
            "price": offer["price"], "supplier_id": row["supplier_id"], "status": rules.DECIDED
        }  # fmt: skip
    lines = [offer["request_line_id"] for offer in won]
    tx.verb = "choose"
    tx.run(_decide(), company=tx.company_id, lines=lines, won=[offer["id"] for offer in won])
    _store_lines(tx, request, items)
    settle(tx, request)
    if all(item["status"] == rules.DECIDED for item in items):
        doc.move(tx, _requests(), request, doc.PAID)
        _tell_suppliers(tx, request)


def complete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Ended by hand: lines without a winner have got no proposals and are free again."""
    items = doc.stored_lines(tx, _requests(), row["id"])
    undecided = [item for item in items if item["status"] == rules.OPEN]
    for item in undecided:
        item["status"] = rules.NO_PROPOSALS
    tx.run(_decide(), company=tx.company_id, lines=[item["id"] for item in undecided], won=[])
    _store_lines(tx, row, items)
    settle(tx, row)
    doc.move(tx, _requests(), row, doc.PAID)
    sources.recount(tx, _requisition_lines(items))
    _tell_suppliers(tx, row)


def _tell_suppliers(tx: UnitOfWork, request: Row) -> None:
    """All is decided: whoever has made an offer hears which lines it has won, or that it has won none."""
    lines: dict[int, list[Row]] = defaultdict(list)
    for one in offered(tx, request["id"]):
        if one["price"] is not None:
            lines[one["proposition_id"]].append(one)
    for proposition in offers(tx, request["id"]):
        won = [one for one in lines[proposition["id"]] if one["status"] == rules.APPROVED]
        if lines[proposition["id"]]:
            said = notices.listed(won, request["currency"])
            kind, link = ("won" if won else "lost"), f"/-/propositions/{proposition['access_key']}"
            notices.write_to(tx, proposition["emails"], kind, _requests(), request, link=link, lines=said)


def _store_lines(tx: UnitOfWork, request: Row, items: list[Row]) -> None:
    """Price the lines of a request anew and store them."""
    suppliers = {item["supplier_id"] for item in items} - {None}
    sums = doc.price(tx, items, request, {})
    extra = {**sums, "supplier_id": suppliers.pop() if len(suppliers) == 1 else None}
    writing.replace(tx, _requests(), request, {"items": items}, extra)


def settle(tx: UnitOfWork, request: Row) -> None:
    """Set how each proposal of a request stands, what it comes to, and how far the request has come with them."""
    lines: dict[int, list[Row]] = defaultdict(list)
    for one in offered(tx, request["id"]):
        lines[one["proposition_id"]].append(one)
    standings, changes = [], []
    for proposition in offers(tx, request["id"]):
        theirs = lines[proposition["id"]]
        standing = rules.standing([one["status"] for one in theirs])
        standings.append(standing)
        total = sum((one["sum"] for one in theirs), ZERO)
        if (standing, total) != (proposition["status"], proposition["sum"]):
            changes.append(change_of(tx, proposition["id"], {"status": standing, "sum": total}))
    change_all(tx, "propositions", changes)
    furthest = {"proposition_status": rules.furthest(standings), "update_date": tx.stamp}
    tx.update(table("requests_for_proposal"), furthest, id=request["id"])


# Statements


def offers(tx: UnitOfWork, request_id: int) -> list[Row]:
    """The proposals of a request, as stored."""
    return tx.records(_offers(), company=tx.company_id, request=request_id)


def offered(tx: UnitOfWork, request_id: int) -> list[Row]:
    """The lines of all proposals of a request, as stored."""
    return tx.records(_offered(), company=tx.company_id, request=request_id)


@lru_cache(maxsize=1)
def _offers() -> Statement:
    propositions = table("propositions")
    return Statement(
        select(propositions)
        .where(propositions.c.company_id == bindparam("company"), propositions.c.request_id == bindparam("request"))
        .order_by(propositions.c.id)
    )


@lru_cache(maxsize=1)
def _offered() -> Statement:
    lines, propositions = table("proposition_lines"), table("propositions")
    belongs = (propositions.c.company_id == lines.c.company_id) & (propositions.c.id == lines.c.proposition_id)
    return Statement(
        select(lines)
        .join_from(lines, propositions, belongs)
        .where(propositions.c.company_id == bindparam("company"), propositions.c.request_id == bindparam("request"))
        .order_by(lines.c.id)
    )


@lru_cache(maxsize=1)
def _decide() -> Statement:
    """Who has won some lines of a request; all others have lost them."""
    lines = table("proposition_lines")
    status = case((any_of(lines.c.id, "won"), rules.APPROVED), else_=rules.REJECTED)
    return Statement(
        update_table(lines)
        .where(lines.c.company_id == bindparam("company"), any_of(lines.c.request_line_id, "lines"))
        .values(status=status)
    )


@lru_cache(maxsize=1)
def _withdraw() -> Statement:
    lines = table("proposition_lines")
    return Statement(
        delete(lines).where(lines.c.company_id == bindparam("company"), any_of(lines.c.request_line_id, "lines"))
    )


@lru_cache(maxsize=1)
def _uninvite() -> Statement:
    propositions = table("propositions")
    return Statement(
        delete(propositions).where(propositions.c.company_id == bindparam("company"), any_of(propositions.c.id, "ids"))
    )


@lru_cache(maxsize=1)
def _ordered() -> Statement:
    """How much of a request's proposals living orders have."""
    lines, propositions = table("proposition_lines"), table("propositions")
    quantity = sources.taken("proposition_line_id", lines)
    belongs = (propositions.c.company_id == lines.c.company_id) & (propositions.c.id == lines.c.proposition_id)
    return Statement(
        select(func.coalesce(func.sum(quantity), literal(0)))
        .join_from(lines, propositions, belongs)
        .where(propositions.c.company_id == bindparam("company"), propositions.c.request_id == bindparam("request"))
    )


@lru_cache(maxsize=1)
def _names() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers.c.id, suppliers.c.name).where(
            suppliers.c.company_id == bindparam("company"), any_of(suppliers.c.id, "ids")
        )
    )


@lru_cache(maxsize=1)
def _contacts() -> Statement:
    contacts = table("supplier_contacts")
    return Statement(
        select(contacts.c.supplier_id, contacts.c.email)
        .where(
            contacts.c.company_id == bindparam("company"), any_of(contacts.c.supplier_id, "ids"),
            contacts.c.email.is_not(None),
        )
        .order_by(contacts.c.id)
    )  # fmt: skip
