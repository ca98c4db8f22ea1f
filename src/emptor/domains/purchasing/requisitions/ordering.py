"""Orders made from approved requisition lines and from the proposals that have won, by hand or by themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select

from emptor.domains import documents as doc
from emptor.domains import notices, verbs, writing
from emptor.domains.organisation import access
from emptor.domains.organisation.access import Principal
from emptor.domains.purchasing.requisitions import rules
from emptor.domains.purchasing.requisitions.rules import Demand, Wish
from emptor.domains.purchasing.requisitions.sources import ordered, requested, taken
from emptor.kit.errors import DomainError, Problems
from emptor.kit.fields import Code, Field, Flag, Moment, Number, Part, Parts, Ref, Write
from emptor.kit.money import PRICE_SCALE, ZERO
from emptor.kit.resource import Operation, Permission, Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

BUY = Permission("purchase_order", ("create",))
WON = 2
"""State of a proposal's line that has won."""


def lines_to_take(wire: str, to: str, note: str) -> Parts:
    """A list of lines to take, each by its id, whole or in part."""
    line = Part(
        "OrderedLine", "", "", "",
        (
            Ref("id", to=to, column="line_id", required=True, flat=True, write=Write.ALWAYS),
            Number("quantity", scale=PRICE_SCALE, write=Write.ALWAYS, note="without, all that is open"),
        ),
        shorthand="id",
    )  # fmt: skip
    return Parts(wire, part=line, write=Write.ALWAYS, note=note)


BODY: tuple[Field, ...] = (
    lines_to_take("items", "purchase_requisition_lines", "lines of approved requisitions"),
    lines_to_take("proposalItems", "proposition_lines", "lines of proposals that have won"),
    Ref("supplier", to="suppliers", write=Write.ALWAYS, note="for lines that have none"),
    Moment("requiredDate", day_ends=True, write=Write.ALWAYS, note="without, the earliest day any line is wanted on"),
    Flag("merge", default=True, write=Write.ALWAYS, note="let identical lines share a line of the order"),
    Code("logicType", names={0: "standard", 1: "service"}, default=0, write=Write.ALWAYS),
)


@dataclass(frozen=True, eq=False)
class Origin:
    """A kind of line that orders can be made from."""

    wire: str
    """The list in the body that names such lines."""
    document: str
    """Name of the resource whose lines, with taxes and custom fields, say what to order."""
    link: str
    """Column of the sources of an order's line."""
    what: str

    @property
    def resource(self) -> Resource:
        """Its declaration."""
        return verbs.RESOURCES[self.document]


REQUISITION = Origin("items", "purchaserequisitions", "requisition_line_id", "requisition")
PROPOSAL = Origin("proposalItems", "requestforproposals", "proposition_line_id", "request for proposal")


def from_requisitions(tx: UnitOfWork, values: Row) -> list[int]:
    """The draft orders that take the lines named: one per supplier, location and currency; their ids."""
    wanted = {origin: values.get(origin.wire) or [] for origin in (REQUISITION, PROPOSAL)}
    if not tx.problems and not any(wanted.values()):
        tx.problems.add("items", "Name at least one line to order.")
    writing.check_references(tx, (BODY[2],), [("", values)])
    logic_type = values.get("logic_type") or rules.STANDARD
    demands = [
        demand
        for origin, entries in wanted.items()
        for demand in demanded(tx, origin, entries, supplier=values.get("supplier_id"), logic_type=logic_type)
    ]
    tx.problems.raise_if_any()
    wish = Wish(values.get("required_date"), values.get("merge", True), logic_type, tx.stamp)
    return [verbs.KINDS["purchaseorders"].create(tx, order) for order in rules.orders_for(demands, wish)]


FROM_REQUISITIONS = Operation(
    "command", "POST", "/purchaseorders/from_requisitions", BUY, hosted=False, body=BODY, run=from_requisitions,
    many=True, status=201, summary="Order lines of approved requisitions and proposals that have won",
)  # fmt: skip


def automatic(tx: UnitOfWork, requisition: Row) -> None:
    """Where the company has chosen so, an order per supplier for a requisition that has just been approved.

    Lines without a supplier wait. What is complete is confirmed by its purchaser; the rest stays a draft, and so does
    what a budget has no room for: whoever approves a requisition is not kept from that by an order.
    """
    if not tx.actor.settings.get("automaticOrders"):
        return
    purchaser = _purchaser(tx, requisition)
    if purchaser is None:
        return
    approver, problems = tx.actor, tx.problems
    tx.actor = purchaser
    try:
        rows = _rows(tx, REQUISITION, [], requisition["id"])
        ready = [row for row in rows if row["supplier_id"] and row["open"] > 0 and not _obstacle(REQUISITION, row)]
        demands = _completed(tx, REQUISITION, ((row, row["open"], None) for row in ready))
        placed: list[int] = []
        for order in rules.orders_for(demands, Wish()):
            tx.problems = Problems()
            _place(tx, order, placed, requisition)
    finally:
        tx.actor, tx.problems = approver, problems


def _place(tx: UnitOfWork, values: Row, placed: list[int], requisition: Row) -> None:
    """Make an order and confirm it if nothing is missing, beside those `placed` before; what cannot be ordered as it is
    waits for a person.
    """
    from emptor.domains.budgets import ledger  # it knows what requisitions have become

    kind = verbs.KINDS["purchaseorders"]
    try:
        order_id = kind.create(tx, values)
        row = query.stored(tx, kind.resource, "id", order_id)
        assert row is not None, order_id
        items = verbs.complete_lines(kind, tx, row)
        if reason := ledger.refusal(tx, kind.name, order_id, *placed):
            told = {"reason": reason, "requisition": requisition["idn"], "oneself": True}
            notices.tell(tx, [tx.actor.user_id], "unordered", kind.resource, row, **told)
            return
        verbs.submit(kind, tx, row, items)
        placed.append(order_id)
    except DomainError:  # all rules speak before anything is written
        return


def _purchaser(tx: UnitOfWork, requisition: Row) -> Principal | None:
    """Who orders for a requisition by itself: its requester, or the company's default purchaser."""
    settings = tx.actor.settings
    for user_id in (requisition["creator_id"], settings.get("defaultPurchaser")):
        person = access.load(tx, int(user_id), settings) if user_id else None
        if person is not None and person.may(BUY):
            return person
    return None


# Reading what is to be ordered


def demanded(
    tx: UnitOfWork,
    origin: Origin,
    entries: list[Any],
    *,
    supplier: int | None = None,
    logic_type: int = rules.STANDARD,
    to_order: bool = True,
) -> list[Demand]:
    """The lines that `entries` name by `line_id`, with what is open of each or the `quantity` given.

    What is wrong with them is noted in `tx.problems`. Only `to_order` they need a supplier.
    """
    named = [(i, entry) for i, entry in enumerate(entries) if isinstance(entry, dict) and "line_id" in entry]
    ids = [entry["line_id"] for _, entry in named]
    rows = {row["id"]: row for row in _rows(tx, origin, ids)} if ids else {}
    chosen, seen = [], set()
    for i, entry in named:
        row, place = rows.get(entry["line_id"]), f"{origin.wire}[{i}]"
        if row is None:
            unseen = f"There is no line with id {entry['line_id']} of a {origin.what} that you see."
            tx.problems.add(f"{place}[id]", unseen)
            continue
        quantity = row["open"] if entry.get("quantity") is None else entry["quantity"]
        if row["id"] in seen:
            tx.problems.add(f"{place}[id]", "This line is here already, further up.")
        elif obstacle := _obstacle(origin, row) or (logic_type == rules.SERVICE and _no_service(row)):
            tx.problems.add(f"{place}[id]", obstacle)
        elif row["open"] <= 0 or not 0 < quantity <= row["open"]:
            tx.problems.add(f"{place}[quantity]", _too_much(row, quantity))
        elif to_order and not (row["supplier_id"] or supplier):
            tx.problems.add(f"{place}[id]", "This line has no supplier; name one for the order in `supplier`.")
        else:
            chosen.append((row, quantity, supplier))
        seen.add(row["id"])
    return _completed(tx, origin, chosen)


def _obstacle(origin: Origin, row: Row) -> str:
    """Why a line cannot be ordered at all; empty when it can."""
    if origin is PROPOSAL:
        if row["state"] != WON:
            return "This proposal has not won the line; choose it first."
        if row["status"] not in (doc.APPROVED, doc.PAID):
            return f"Request for proposal {row['idn']} is {_state(origin, row)}; nothing of it can be ordered now."
        return "Nobody wants this line any more." if row["closed"] else ""
    if row["status"] != doc.APPROVED:
        return f"Requisition {row['idn']} is {_state(origin, row)}; only lines of approved ones can be ordered."
    if row["closed"]:
        return "Nobody wants this line any more."
    if row["asked"]:
        return "A request for proposal has this line: order the proposal that wins, or cancel the request."
    return ""


def _state(origin: Origin, row: Row) -> str:
    return str(origin.resource.life.names[row["status"]])


def _no_service(row: Row) -> str:
    """Why the line cannot become a service order; empty when it can."""
    if row["item_type"] not in (doc.NON_INVENTORY_ITEM, doc.SERVICE_ITEM):
        kind = doc.ITEM_TYPES[row["item_type"]]
        return f"A service order takes services and what is not kept in stock; this item is {kind}."
    return "This line is on an order already; a service is ordered once." if row["ordered"] else ""


def _too_much(row: Row, quantity: Decimal) -> str:
    if quantity <= 0 < row["open"]:
        return "Order more than nothing."
    open_now = max(row["open"], ZERO)
    return f"Only {open_now:f} of {row['quantity']:f} are still open: {row['ordered']:f} are ordered."


def _rows(tx: UnitOfWork, origin: Origin, ids: list[int], requisition: int = 0) -> list[Row]:
    """Lines by their ids, or all of a requisition, where the acting person sees the document they stand in."""
    scope = tx.actor.scope(origin.resource)
    statement = _lines(origin, scope.bounds, bool(requisition))
    rows = tx.records(statement, company=tx.company_id, ids=ids, requisition=requisition, **scope.parameters)
    for row in rows:
        row["open"] = row["quantity"] - row["ordered"]
    return rows


def _completed(tx: UnitOfWork, origin: Origin, chosen: Iterable[tuple[Row, Decimal, int | None]]) -> list[Demand]:
    """What is ordered of each line, with its taxes and custom fields and those of its document."""
    chosen = list(chosen)
    lines = _lines_of(origin.resource)
    inner: dict[str, dict[int, list[Row]]] = {"taxes": defaultdict(list), "dataItemCustomFields": defaultdict(list)}
    for wire, found in inner.items():
        parts = lines.field(wire)
        assert isinstance(parts, Parts)
        for one in writing.part_rows(tx, parts.of, [row["described_by"] for row, _, _ in chosen]) if chosen else ():
            found[one[parts.of.owner]].append(one)
    header = origin.resource.custom_values
    assert header is not None
    values: dict[int, set[tuple[int, str]]] = defaultdict(set)
    for one in writing.part_rows(tx, header.of, list({row["document"] for row, _, _ in chosen})) if chosen else ():
        values[one[header.of.owner]].add((one["field_id"], one["value"]))
    return [
        Demand(
            line={**row, **{wire: found[row["described_by"]] for wire, found in inner.items()}},
            quantity=quantity,
            whole=row["quantity"],
            supplier=row["supplier_id"] or supplier or 0,
            location=row["location_id"],
            currency=row["currency"],
            rate=row["exchange_rate"],
            required=row["wanted"] or row["required_date"],
            legal_entity=row["legal_entity_id"],
            document=row["document"],
            values=frozenset(values[row["document"]]),
            requisition_line=row["requisition_line"],
            proposition_line=row["id"] if origin is PROPOSAL else None,
        )
        for row, quantity, supplier in chosen
    ]


def _lines_of(resource: Resource) -> Part:
    items = resource.field("items")
    assert isinstance(items, Parts)
    return items.of


@lru_cache(maxsize=100)
def _lines(origin: Origin, bounds: tuple[str, ...], whole: bool) -> Statement:
    return Statement(_requisition_lines(origin, bounds, whole) if origin is REQUISITION else _won_lines(origin, bounds))


HEADER = ("idn", "status", "location_id", "legal_entity_id", "currency", "exchange_rate", "required_date")
TAKEN_OVER = (*rules.CARRIED, "discount_amount")
BUDGET = "budget_line_id"


def _requisition_lines(origin: Origin, bounds: tuple[str, ...], whole: bool) -> Select[Any]:
    lines, requisitions = table("purchase_requisition_lines"), table("purchase_requisitions")
    which = lines.c.requisition_id == bindparam("requisition") if whole else any_of(lines.c.id, "ids")
    return (
        select(
            lines.c.id, lines.c.id.label("requisition_line"), lines.c.id.label("described_by"), lines.c.quantity,
            lines.c.supplier_id, lines.c.closed, lines.c.required_date.label("wanted"),
            requisitions.c.id.label("document"), *(lines.c[name] for name in TAKEN_OVER if name != BUDGET),
            func.coalesce(lines.c[BUDGET], requisitions.c.budget_id).label(BUDGET),
            *(requisitions.c[name] for name in HEADER),
            ordered(lines).label("ordered"), requested(lines).label("asked"),
        )
        .join_from(lines, requisitions, (requisitions.c.company_id == lines.c.company_id)
                   & (requisitions.c.id == lines.c.requisition_id))
        .where(lines.c.company_id == bindparam("company"), which,
               *query.visible(requisitions, origin.resource.access, bounds))
        .order_by(requisitions.c.id, lines.c.position)
    )  # fmt: skip


def _won_lines(origin: Origin, bounds: tuple[str, ...]) -> Select[Any]:
    """Price and supplier are the proposal's, all else is the request's."""
    offers, asked = table("proposition_lines"), table("requests_for_proposal_lines")
    propositions, requests = table("propositions"), table("requests_for_proposal")
    wanted = table("purchase_requisition_lines")
    return (
        select(
            offers.c.id, offers.c.status.label("state"), offers.c.price, offers.c.quantity,
            asked.c.id.label("described_by"), asked.c.requisition_line_id.label("requisition_line"),
            propositions.c.supplier_id, requests.c.id.label("document"),
            wanted.c.closed, func.coalesce(requests.c.delivery_date, offers.c.delivery_date).label("wanted"),
            *(asked.c[name] for name in TAKEN_OVER if name not in ("price", BUDGET)),
            func.coalesce(asked.c[BUDGET], wanted.c[BUDGET]).label(BUDGET), *(requests.c[name] for name in HEADER),
            taken("proposition_line_id", offers).label("ordered"),
        )
        .join_from(offers, asked, (asked.c.company_id == offers.c.company_id)
                   & (asked.c.id == offers.c.request_line_id))
        .join(propositions, (propositions.c.company_id == offers.c.company_id)
              & (propositions.c.id == offers.c.proposition_id))
        .join(requests, (requests.c.company_id == asked.c.company_id) & (requests.c.id == asked.c.request_id))
        .join(wanted, (wanted.c.company_id == asked.c.company_id) & (wanted.c.id == asked.c.requisition_line_id),
              isouter=True)
        .where(offers.c.company_id == bindparam("company"), any_of(offers.c.id, "ids"),
               *query.visible(requests, origin.resource.access, bounds))
        .order_by(requests.c.id, offers.c.position)
    )  # fmt: skip
