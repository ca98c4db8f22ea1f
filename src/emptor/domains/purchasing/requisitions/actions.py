"""What people do with purchase requisitions, beside what they do with every document."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select, true
from sqlalchemy import update as update_table

from emptor.domains import documents as doc
from emptor.domains import verbs
from emptor.domains.approvals import running
from emptor.domains.purchasing.requisitions import ordering, sources
from emptor.domains.suppliers.approval import APPROVED as SUPPLIER_APPROVED
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Refs, Write
from emptor.kit.money import ZERO
from emptor.kit.resource import Permission, Resource
from emptor.kit.states import Party
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

LINES = Refs("items", to="purchase_requisition_lines", required=True, write=Write.ALWAYS, note="ids of lines")
DECIDE = Permission("purchase_requisition", ("approve",), also=ordering.BUY.roles)


def _kind() -> verbs.Kind:
    return verbs.KINDS["purchaserequisitions"]


def _requisitions() -> Resource:
    return verbs.RESOURCES["purchaserequisitions"]


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft requisition; its id."""
    _fill(values)
    return doc.create(tx, _requisitions(), values, doc.check(tx, _requisitions(), values))


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a requisition as far as its state allows; what has been made from its lines stays covered."""
    verbs.editable(_kind(), tx, row, values)
    _fill(values)
    if row["status"] != doc.DRAFT and ("items" in values or "budget_id" in values):
        _keep_claimed_lines(tx, row, values)
    doc.update(tx, _requisitions(), row, values)
    if "items" in values and row["status"] != doc.DRAFT:
        sources.recount(tx, sources.claims(tx, row["id"]))
    verbs.stays_complete(_kind(), tx, row)


def _fill(values: Row) -> None:
    """Whoever asks for something need not know what it costs; new lines are wanted, even those of a repeated one."""
    for item in values.get("items") or ():
        if not isinstance(item, dict) or "id" in item:
            continue
        item["closed"] = False
        if not item.get("product_id") and item.get("price") is None:
            item["price"] = ZERO


def _keep_claimed_lines(tx: UnitOfWork, row: Row, values: Row) -> None:
    """A line that something was made from stays where it is charged, and asks for no less than is ordered."""
    claims = sources.claims(tx, row["id"])
    items = values.get("items") or []
    sent = {item["id"]: (i, item) for i, item in enumerate(items) if isinstance(item, dict) and "id" in item}
    stored = dict(tx.all(_budgets(), company=tx.company_id, requisition=row["id"]))
    for line, claim in claims.items():
        i, item = sent.get(line, (0, {}))
        if claim["used"] and "items" in values and line not in sent:
            tx.problems.add("items", f"Line {line} has been ordered or requested and has to stay; reject what is left.")
        if item.get("quantity") is not None and item["quantity"] < claim["ordered"]:
            tx.problems.add(f"items[{i}][quantity]", f"{claim['ordered']:f} are ordered already.")
        own = item.get("budget_line_id", stored[line])
        charged = own or values.get("budget_id", row["budget_id"])
        if claim["ordered"] and charged != (stored[line] or row["budget_id"]):
            place = f"items[{i}][budget]" if own != stored[line] else "budget"
            tx.problems.add(
                place, f"Line {line} is on an order, which has its budget by now; change that of the order."
            )


def check(tx: UnitOfWork, row: Row, items: list[Row]) -> None:
    """What a requisition needs before anybody is asked to approve it: something of each line, from usable suppliers."""
    for position, item in enumerate(items):
        if item["quantity"] <= 0:
            tx.problems.add(f"items[{position}][quantity]", "Ask for more than nothing.")
    usable_suppliers(tx, [(f"items[{i}][supplier]", item["supplier_id"]) for i, item in enumerate(items)])


def usable_suppliers(tx: UnitOfWork, named: list[tuple[str, int | None]]) -> None:
    """Note the places that name suppliers who are not approved or out of use."""
    ids = list({supplier for _, supplier in named if supplier})
    rows = tx.records(_suppliers(), company=tx.company_id, ids=ids) if ids else []
    unusable = {row["id"] for row in rows if row["status"] != SUPPLIER_APPROVED or not row["enable"]}
    for place, supplier in named:
        if supplier in unusable:
            tx.problems.add(place, "This supplier is not approved or out of use; choose another.")


def approved(tx: UnitOfWork, row: Row, items: list[Row]) -> None:
    """The lines can be ordered; after a revision some may be on orders already."""
    sources.recount(tx, [item["id"] for item in items])
    ordering.automatic(tx, row)


def cancelable(tx: UnitOfWork, row: Row) -> None:
    """What is ordered or requested is wanted."""
    claims = sources.claims(tx, row["id"]).values()
    if any(one["ordered"] for one in claims):
        raise IllegalMove("Lines of this requisition are on orders; cancel those first.")
    _let_go(claims)


def released(tx: UnitOfWork, row: Row) -> None:
    """A requisition that was revised after something had been ordered cannot be rejected either."""
    if row["status"] == doc.REJECTED:
        cancelable(tx, row)


def complete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Closed by hand: nobody waits for what has not been ordered."""
    claims = sources.claims(tx, row["id"])
    _let_go(claims.values())
    doc.move(tx, _requisitions(), row, doc.PAID)
    tx.run(_close(), company=tx.company_id, ids=list(claims))
    sources.recount(tx, claims)


def _let_go(claims: Any) -> None:
    if any(one["asked"] for one in claims):
        raise IllegalMove("A request for proposal has lines of this requisition; cancel or complete it first.")


def _may_reject(tx: UnitOfWork, row: Any) -> bool:
    if row["status"] == doc.PENDING:
        return running.turn(tx, _requisitions(), row) is not None
    return tx.actor.may(ordering.BUY) or running.is_approver(tx, _requisitions(), row)


REJECTERS = Party("whose turn it is to approve, later for buyers and the approvers", _may_reject)


def reject_items(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Lines nobody may have, or what is left of them; without any line that is wanted the requisition is rejected."""
    verbs.demand_reason(tx, values)
    claims = sources.claims(tx, row["id"])
    for i, line in enumerate(values.get("items") or ()):
        if line not in claims:
            tx.problems.add(f"items[{i}]", f"Requisition {row['idn']} has no line with id {line}.")
        elif claims[line]["asked"]:
            tx.problems.add(f"items[{i}]", "A request for proposal has this line; cancel or complete it first.")
        elif claims[line]["ordered"] >= claims[line]["quantity"]:
            tx.problems.add(f"items[{i}]", "All of this line is ordered.")
    if not values.get("items"):
        tx.problems.add("items", "Name the lines to reject.")
    tx.problems.raise_if_any()
    tx.run(_close(), company=tx.company_id, ids=values["items"])
    tx.note("reject_items", "purchaserequisitions", row["id"], row["idn"], {"after": {"items": values["items"]}})
    sources.recount(tx, claims)
    if row["status"] == doc.PENDING and not tx.one(_wanted(), company=tx.company_id, requisition=row["id"]):
        verbs.reject(_kind(), tx, row, values)


@lru_cache(maxsize=1)
def _budgets() -> Statement:
    """The budgets that lines of a requisition name themselves."""
    lines = table("purchase_requisition_lines")
    return Statement(
        select(lines.c.id, lines.c.budget_line_id).where(
            lines.c.company_id == bindparam("company"), lines.c.requisition_id == bindparam("requisition")
        )
    )


@lru_cache(maxsize=1)
def _close() -> Statement:
    lines = table("purchase_requisition_lines")
    return Statement(
        update_table(lines)
        .where(lines.c.company_id == bindparam("company"), any_of(lines.c.id, "ids"))
        .values(closed=true())
    )


@lru_cache(maxsize=1)
def _wanted() -> Statement:
    lines = table("purchase_requisition_lines")
    return Statement(
        select(lines.c.id).where(
            lines.c.company_id == bindparam("company"), lines.c.requisition_id == bindparam("requisition"),
            lines.c.closed.is_(False),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _suppliers() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers.c.id, suppliers.c.status, suppliers.c.enable).where(
            suppliers.c.company_id == bindparam("company"), any_of(suppliers.c.id, "ids")
        )
    )
