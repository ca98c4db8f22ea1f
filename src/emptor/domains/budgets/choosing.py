"""Which budget a document is charged to: the only one that fits by itself, else the one its writer chooses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select

from emptor.domains import documents
from emptor.domains.approvals import workflows
from emptor.domains.budgets import rules
from emptor.domains.budgets.rules import EXPENSES, INVOICES, KINDS, ORDERS, REQUISITIONS, Leaf, Place
from emptor.domains.payables.rules import CREDIT_NOTES
from emptor.kit.fields import Part, Parts
from emptor.kit.money import HUNDRED
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

DATES = {REQUISITIONS: "required_date", ORDERS: "required_date", INVOICES: "issue_date", EXPENSES: "issue_date"}
"""The date that decides which period a document belongs to; without one, the day it was written."""
ITEM_FIELDS = "dataItemCustomFields"
SERVICE = 1
"""`logicType` of an order of services."""


def choose(tx: UnitOfWork, resource: Resource, row: Row, items: Sequence[Row]) -> None:
    """Charge a document that is submitted to the budget that fits, and note a choice that does not.

    An invoice of an order is charged to the order's budget, whatever its date, unless somebody has chosen another one
    that fits. Lines are charged by themselves where budgets are about what single lines order.
    """
    from emptor.domains.budgets import following  # it knows orders, which know what submits documents

    if not charges(tx, resource):
        return
    date = row[DATES[resource.name]] or row["create_date"]
    if tx.one(_any(), company=tx.company_id) is None:
        _require(tx, resource, row, date, [])
        return
    way = _follow if resource.name == INVOICES and following.follows(row) else _find
    _require(tx, resource, row, date, way(tx, resource, row, items, date))
    _look_at_limits(tx, resource, row)


def charges(tx: Transaction, resource: Resource) -> bool:
    """Whether documents of this kind are charged to budgets in this company."""
    if resource.name not in KINDS or not tx.actor.settings.get("budgets", True):
        return False
    return resource.name != REQUISITIONS or bool(tx.actor.settings.get("requisitionBudgets"))


def _find(tx: UnitOfWork, resource: Resource, row: Row, items: Sequence[Row], date: str) -> list[Leaf]:
    """Charge lines and then, if any is left, the document to what fits of the budgets of its day; these budgets."""
    leaves = leaves_of(tx, date, {row["budget_id"]} - {None})
    if leaves:
        place = place_of(tx, resource, row, date)
        if any(one.for_lines for one in leaves) or False in _said_by_lines(tx, resource, row):
            _choose_for_lines(tx, resource, row, list(enumerate(items)), leaves, place)
        if row["budget_id"] or _said_by_lines(tx, resource, row) != {False}:
            _choose_for_header(tx, resource, row, [one for one in leaves if not one.for_lines], place)
    return leaves


def _follow(tx: UnitOfWork, resource: Resource, row: Row, items: Sequence[Row], date: str) -> list[Leaf]:
    """Charge a bill where its orders were. What somebody has chosen instead has to fit, and what bills no order is
    charged like anything else.
    """
    from emptor.domains.budgets import following

    elsewhere = following.settle(tx, row)
    leaves = leaves_of(tx, date, {row["budget_id"]} - {None})
    if not leaves or row["logic_type"] in CREDIT_NOTES:
        return leaves
    is_elsewhere = following.is_elsewhere(tx, row)
    if any(one.for_lines for one in leaves):
        elsewhere = elsewhere | following.free_lines(tx, row)
    if is_elsewhere or elsewhere:
        place = place_of(tx, resource, row, date)
        chosen = next((one for one in leaves if one.id == row["budget_id"]), None)
        if is_elsewhere and chosen and (fault := rules.misfit(chosen, place)):
            tx.problems.add("budget", fault)
        picked = [(position, item) for position, item in enumerate(items) if item["id"] in elsewhere]
        _choose_for_lines(tx, resource, row, picked, leaves, place)
    return leaves


def _choose_for_header(tx: UnitOfWork, resource: Resource, row: Row, leaves: list[Leaf], place: Place) -> None:
    fault, found = _decide(leaves, place, row["budget_id"], row["found_budget_id"], was=_was(row))
    if fault:
        tx.problems.add("budget", fault)
    elif found != row["budget_id"]:
        changes = {"budget_id": found, "found_budget_id": found}
        tx.update(table(resource.table), changes, id=row["id"])
        row |= changes


def _was(row: Row) -> bool:
    """Whether a document has been submitted before, or gives back: it may stay with a frozen budget."""
    return row["status"] != documents.DRAFT or row.get("logic_type") in CREDIT_NOTES


def _choose_for_lines(
    tx: UnitOfWork, resource: Resource, row: Row, picked: Sequence[tuple[int, Row]], leaves: list[Leaf], place: Place
) -> None:
    """Charge lines, each with its position, by themselves where budgets are about what single lines order."""
    known_options = above(tx, [value for _, item in picked for value in options_of(item)])
    known = {one.id: one for one in leaves} | {
        one.id: one for one in leaves_of(tx, place.date, {item["budget_line_id"] for _, item in picked} - {None})
    }
    for_lines = [one for one in known.values() if one.for_lines]
    changed = []
    for position, item in picked:
        chosen = known.get(item["budget_line_id"] or 0)
        at = _time_of(row, item, place, chosen)
        if chosen is not None and not chosen.for_lines:
            if fault := rules.misfit(chosen, at):
                tx.problems.add(f"items[{position}][budget]", fault)
            continue
        at = line_place(item, at, known_options)
        was = _was(row) or bool(item.get("sources"))
        fault, found = _decide(for_lines, at, item["budget_line_id"], item["found_budget_id"], was=was)
        if fault:
            tx.problems.add(f"items[{position}][budget]", fault)
        elif found != item["budget_line_id"]:
            changes = {"budget_line_id": found, "found_budget_id": found}
            item |= changes
            changed.append({"id": item["id"], **changes})
    tx.update_all(table(_lines_of(resource).table), changed, "id")


def _time_of(row: Row, item: Row, place: Place, chosen: Leaf | None) -> Place:
    """When a line that is charged to a budget takes place.

    What comes from a requisition keeps its budget, whatever the day of the order. A service is spread over its time, so
    that its lines can be divided over the periods of that.
    """
    if chosen is None:
        return place
    if item.get("sources"):
        return replace(place, date=chosen.starts)
    if row.get("logic_type") == SERVICE and row.get("begin_date") and row.get("end_date"):
        return replace(place, span=(row["begin_date"], row["end_date"]))
    return place


def line_place(item: Row, place: Place, known: dict[int, frozenset[int]]) -> Place:
    """What decides which budgets fit a line; `known`: its options, each with all that it hangs below."""
    options = frozenset().union(*(known.get(value, frozenset()) for value in options_of(item)))
    return replace(place, product=item["product_id"], item_options=options, is_line=True)


def _lines_of(resource: Resource) -> Part:
    lines = resource.field("items")
    assert isinstance(lines, Parts)
    return lines.of


def _said_by_lines(tx: Transaction, resource: Resource, row: Row) -> set[bool]:
    """Whether lines of the document name no budget of their own: True for such lines, False for others."""
    part = _lines_of(resource)
    return {
        bool(silent) for (silent,) in tx.all(_silence(part.table, part.owner), company=tx.company_id, owner=row["id"])
    }


def _decide(
    leaves: list[Leaf], place: Place, chosen: int | None, found_before: int | None, *, was: bool
) -> tuple[str, int | None]:
    """What is wrong with a choice, or the budget it comes to. What was charged before may stay though it is frozen;
    what was found before, and does not fit any more, is looked for anew.
    """
    leaf = next((one for one in leaves if one.id == chosen), None)
    if chosen is not None and leaf is None:
        return "This budget is about single lines, or about whole documents; choose it there.", None
    if leaf is not None:
        fault = rules.misfit(leaf, place)
        if not fault or chosen != found_before:
            return fault or ("" if was or not leaf.frozen else rules.frozen(leaf)), chosen
    found = [one for one in leaves if not rules.misfit(one, replace(place, span=None))]
    usable = [one for one in found if not one.frozen]
    if len(usable) > 1:
        return rules.several(usable), None
    if not usable and found and not was:
        return rules.frozen(found[0]), None
    return "", usable[0].id if usable else None


def _require(tx: UnitOfWork, resource: Resource, row: Row, date: str, leaves: list[Leaf]) -> None:
    """Note a document without a budget where the company wants none of these."""
    if not tx.actor.settings.get("budgetRequired") or row["budget_id"] or row.get("logic_type") in CREDIT_NOTES:
        return
    if "budget" not in tx.problems and _said_by_lines(tx, resource, row) != {False}:
        tx.problems.add("budget", rules.unbudgeted(date, exists=bool(leaves)))


def _look_at_limits(tx: UnitOfWork, resource: Resource, row: Row) -> None:
    """Note on the document whether it goes beyond a budget, for the approvers whose step asks for that."""
    from emptor.domains.budgets import ledger

    over = ledger.goes_beyond(tx, resource.name, row["id"])
    if over != bool(row["is_budget_over_limit"]):
        tx.update(table(resource.table), {"is_budget_over_limit": over}, id=row["id"])
        row["is_budget_over_limit"] = over


def place_of(tx: Transaction, resource: Resource, row: Row, date: str) -> Place:
    """What decides which budgets fit a document."""
    custom = documents.stored_custom_values(tx, resource, row["id"])
    chosen = [int(one["value"]) for one in custom if str(one["value"]).isdigit()]
    known = above(tx, chosen)
    return Place(date, row["location_id"], frozenset().union(*(known.get(one, frozenset()) for one in chosen)))


def options_of(item: Row) -> list[int]:
    """The options that a line has chosen."""
    return [int(one["value"]) for one in item[ITEM_FIELDS] if str(one["value"]).isdigit()]


def above(tx: Transaction, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Each option with all that it hangs below."""
    found = workflows.options_of(tx, ids)
    return {one: frozenset({one, *option.above}) for one, option in found.items()}


def leaves_of(tx: Transaction, date: str, chosen: set[int]) -> list[Leaf]:
    """The budgets of a day, and those that are chosen already."""
    rows = tx.records(_of_day(), company=tx.company_id, day=date, ids=list(chosen))
    return [_leaf(row) for row in rows]


def _leaf(row: Row) -> Leaf:
    options: dict[str, dict[int, set[int]]] = {"document": defaultdict(set), "item": defaultdict(set)}
    for family, field, option in row["options"] or ():
        options[family][field].add(option)
    by_family = {family: {field: frozenset(ids) for field, ids in found.items()} for family, found in options.items()}
    return Leaf(
        row["id"], row["full_name"], row["start_date"], row["end_date"], row["location_id"], row["product_id"],
        by_family["document"], by_family["item"], row["frozen"],
        HUNDRED if row["used_tax_percent_in_budget"] is None else row["used_tax_percent_in_budget"],
    )  # fmt: skip


@lru_cache(maxsize=1)
def _any() -> Statement:
    """Whether there are budgets at all."""
    budgets = table("budgets")
    return Statement(select(budgets.c.id).where(budgets.c.company_id == bindparam("company")).limit(1))


@lru_cache(maxsize=1)
def _of_day() -> Statement:
    budgets = table("budgets")
    day = bindparam("day", type_=budgets.c.start_date.type)
    columns = ("id", "full_name", "start_date", "end_date", "location_id", "product_id", "options", "frozen",
               "used_tax_percent_in_budget")  # fmt: skip
    return Statement(
        select(*(budgets.c[name] for name in columns))
        .where(
            budgets.c.company_id == bindparam("company"),
            or_((budgets.c.start_date <= day) & (budgets.c.end_date >= day), any_of(budgets.c.id, "ids")),
        )
        .order_by(budgets.c.id)
    )


@lru_cache(maxsize=4)
def _silence(of: str, owner: str) -> Statement:
    lines = table(of)
    mine = (lines.c.company_id == bindparam("company"), lines.c[owner] == bindparam("owner"))
    return Statement(select(lines.c.budget_line_id.is_(None)).distinct().where(*mine))
