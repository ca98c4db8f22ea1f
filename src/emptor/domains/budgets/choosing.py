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
from emptor.domains.budgets import balances, rules
from emptor.domains.budgets.rules import EXPENSES, INVOICES, KINDS, ORDERS, REQUISITIONS, Leaf, Place
from emptor.domains.payables.rules import CREDIT_NOTES
from emptor.kit.fields import Parts
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

DATES = {REQUISITIONS: "required_date", ORDERS: "required_date", INVOICES: "issue_date", EXPENSES: "issue_date"}
"""The date that decides which period a document belongs to; without one, the day it was written."""
ITEM_FIELDS = "dataItemCustomFields"


def choose(tx: UnitOfWork, resource: Resource, row: Row, items: Sequence[Row]) -> None:
    """Charge a document that is submitted to the budget that fits, and note a choice that does not.

    An invoice of an order is charged to the order's budget, whatever its date. Lines are charged by themselves where
    budgets are about what single lines order.
    """
    if not _charges(tx, resource) or (resource.name == INVOICES and _follows(row)):
        return
    date = row[DATES[resource.name]] or row["create_date"]
    chosen = {row["budget_id"]} if row["budget_id"] else set()
    leaves = _leaves(tx, date, chosen)
    if not leaves:
        return
    place = _place(tx, resource, row, date)
    _choose_for_header(tx, resource, row, [one for one in leaves if not one.for_lines], place)
    if any(one.for_lines for one in leaves) or _charged_lines(tx, resource, row):
        _choose_for_lines(tx, resource, items, leaves, place)
    _look_at_limits(tx, resource, row)


def _charges(tx: Transaction, resource: Resource) -> bool:
    """Whether documents of this kind are charged to budgets in this company."""
    if resource.name not in KINDS or not tx.actor.settings.get("budgets", True):
        return False
    return resource.name != REQUISITIONS or bool(tx.actor.settings.get("requisitionBudgets"))


def _follows(row: Row) -> bool:
    """Whether an invoice or a credit note has its budgets from what it is about."""
    return bool(row["purchase_order_id"]) or row["logic_type"] in CREDIT_NOTES


def _choose_for_header(tx: UnitOfWork, resource: Resource, row: Row, leaves: list[Leaf], place: Place) -> None:
    fault, found = _decide(leaves, place, row["budget_id"], was=row["status"] != documents.DRAFT)
    if fault:
        tx.problems.add("budget", fault)
    elif found != row["budget_id"]:
        tx.update(table(resource.table), {"budget_id": found}, id=row["id"])
        row["budget_id"] = found


def _choose_for_lines(
    tx: UnitOfWork, resource: Resource, items: Sequence[Row], leaves: list[Leaf], place: Place
) -> None:
    above = _above(tx, [value for item in items for value in _options_of(item)])
    known = {one.id: one for one in leaves} | {
        one.id: one for one in _leaves(tx, place.date, {item["budget_line_id"] for item in items} - {None})
    }
    changed = []
    for position, item in enumerate(items):
        chosen = known.get(item["budget_line_id"] or 0)
        if chosen is not None and not chosen.for_lines:
            # What comes from a requisition keeps its budget, whatever the day of the order.
            day = chosen.starts if item.get("sources") else place.date
            if fault := rules.misfit(chosen, replace(place, date=day)):
                tx.problems.add(f"items[{position}][budget]", fault)
            continue
        options = frozenset().union(*(above.get(value, frozenset()) for value in _options_of(item)))
        at = Place(place.date, place.location, place.options, item["product_id"], options, is_line=True)
        fault, found = _decide([one for one in known.values() if one.for_lines], at, item["budget_line_id"], was=False)
        if fault:
            tx.problems.add(f"items[{position}][budget]", fault)
        elif found != item["budget_line_id"]:
            item["budget_line_id"] = found
            changed.append({"id": item["id"], "budget_line_id": found})
    lines = resource.field("items")
    assert isinstance(lines, Parts)
    tx.update_all(table(lines.of.table), changed, "id")


def _charged_lines(tx: Transaction, resource: Resource, row: Row) -> bool:
    """Whether any line of the document names a budget."""
    lines = resource.field("items")
    assert isinstance(lines, Parts)
    return tx.one(_any_charged(lines.of.table, lines.of.owner), company=tx.company_id, owner=row["id"]) is not None


def _decide(leaves: list[Leaf], place: Place, chosen: int | None, *, was: bool) -> tuple[str, int | None]:
    """What is wrong with a choice, or the budget it comes to. What was charged before may stay though it is frozen."""
    if chosen is not None:
        leaf = next((one for one in leaves if one.id == chosen), None)
        if leaf is None:
            return "This budget is about single lines, or about whole documents; choose it there.", None
        fault = rules.misfit(leaf, place) or ("" if was or not leaf.frozen else rules.frozen(leaf))
        return fault, chosen
    found = rules.fitting(leaves, place)
    if len(found) > 1:
        return rules.several(found), None
    return "", found[0].id if found else None


def _look_at_limits(tx: UnitOfWork, resource: Resource, row: Row) -> None:
    """Note on the document whether it goes beyond a budget, for the approvers whose step asks for that."""
    if "is_budget_over_limit" not in table(resource.table).c:
        return
    from emptor.domains.budgets import ledger

    more = ledger.would_take(tx, resource.name, row["id"])
    accounts = balances.accounts(tx, list(more))
    over = any(account.available < more[budget] for budget, account in accounts.items())
    if over != bool(row["is_budget_over_limit"]):
        tx.update(table(resource.table), {"is_budget_over_limit": over}, id=row["id"])
        row["is_budget_over_limit"] = over


def _place(tx: Transaction, resource: Resource, row: Row, date: str) -> Place:
    custom = documents.stored_custom_values(tx, resource, row["id"])
    chosen = [int(one["value"]) for one in custom if str(one["value"]).isdigit()]
    above = _above(tx, chosen)
    return Place(date, row["location_id"], frozenset().union(*(above.get(one, frozenset()) for one in chosen)))


def _options_of(item: Row) -> list[int]:
    return [int(one["value"]) for one in item[ITEM_FIELDS] if str(one["value"]).isdigit()]


def _above(tx: Transaction, ids: Iterable[int]) -> dict[int, frozenset[int]]:
    """Each option with all that it hangs below."""
    found = workflows.options_of(tx, ids)
    return {one: frozenset({one, *option.above}) for one, option in found.items()}


def _leaves(tx: Transaction, date: str, chosen: set[int]) -> list[Leaf]:
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
    )  # fmt: skip


def over(tx: Transaction, shown: list[Row]) -> list[bool]:
    """Whether each document names a budget of which more has been taken than there is."""
    named = [
        {ref["id"] for ref in (one.get("budget"), *(item["budget"] for item in _items(one))) if ref} for one in shown
    ]
    accounts = balances.accounts(tx, set().union(*named)) if named else {}
    return [any(accounts[budget].available < 0 for budget in ids) for ids in named]


def _items(shown: Row) -> list[Row]:
    return shown["items"]["data"] if "items" in shown else []


@lru_cache(maxsize=1)
def _of_day() -> Statement:
    budgets = table("budgets")
    day = bindparam("day", type_=budgets.c.start_date.type)
    columns = ("id", "full_name", "start_date", "end_date", "location_id", "product_id", "options", "frozen")
    return Statement(
        select(*(budgets.c[name] for name in columns))
        .where(
            budgets.c.company_id == bindparam("company"),
            or_((budgets.c.start_date <= day) & (budgets.c.end_date >= day), any_of(budgets.c.id, "ids")),
        )
        .order_by(budgets.c.id)
    )


@lru_cache(maxsize=4)
def _any_charged(of: str, owner: str) -> Statement:
    lines = table(of)
    mine = (lines.c.company_id == bindparam("company"), lines.c[owner] == bindparam("owner"))
    return Statement(select(lines.c.id).where(*mine, lines.c.budget_line_id.is_not(None)).limit(1))
