"""What documents say of the budgets they are charged to: how much of them is, and which share of their taxes."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains.budgets import balances
from emptor.domains.budgets.rules import EXPENSES, money
from emptor.domains.organisation.companies import scale_of, settings_of
from emptor.kit.money import HUNDRED, ZERO, rounded
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]
Parts = list[tuple[int, Decimal, Decimal]]
"""Budget, net and gross sum of parts of a document that are charged by themselves."""


def over(tx: Transaction, shown: list[Row]) -> list[bool]:
    """Whether each document names a budget of which more has been taken than there is."""
    named = [
        {ref["id"] for ref in (one.get("budget"), *(item["budget"] for item in _items(one))) if ref} for one in shown
    ]
    accounts = balances.accounts(tx, set().union(*named)) if named else {}
    return [any(accounts[budget].available < 0 for budget in ids) for ids in named]


def sums(kind: str, tx: Transaction, shown: list[Row]) -> list[Decimal]:
    """What of each document is charged to budgets, in its currency; all of one that names none."""
    chosen, parts = settings_of(tx), _parts(kind, tx, shown)
    percents = _percents(tx, shown, parts)
    return [_sum(one, parts[one["id"]], percents, scale_of(chosen, one["currency"])) for one in shown]


def _sum(shown: Row, parts: Parts, percents: dict[int, Decimal], scale: int) -> Decimal:
    by_itself = [(percents[budget], net, gross) for budget, net, gross in parts]
    if not by_itself and not shown["budget"]:
        return Decimal(shown["sum"])
    if shown["budget"]:
        net = shown["netSum"] - sum((one for _, one, _ in parts), ZERO)
        gross = shown["sum"] - sum((one for _, _, one in parts), ZERO)
        by_itself.append((percents[shown["budget"]["id"]], net, gross))
    counted = sum((net + (gross - net) * percent / 100 for percent, net, gross in by_itself), ZERO)
    return rounded(counted, scale)


def tax_percents(kind: str, tx: Transaction, shown: list[Row]) -> list[str | None]:
    """How many per cent of its taxes are charged, None where a document is charged to nothing, or not all alike."""
    parts = _parts(kind, tx, shown)
    percents = _percents(tx, shown, parts)
    found = ({percents[budget] for budget in _named(one, parts[one["id"]])} for one in shown)
    return [money(one.pop()) if len(one) == 1 else None for one in found]


def _named(shown: Row, parts: Parts) -> set[int]:
    return {budget for budget, *_ in parts} | ({shown["budget"]["id"]} if shown["budget"] else set())


def _items(shown: Row) -> list[Row]:
    return shown["items"]["data"] if "items" in shown else []


def _parts(kind: str, tx: Transaction, shown: list[Row]) -> dict[int, Parts]:
    """By document, what its lines that name budgets come to."""
    found: dict[int, Parts] = {one["id"]: [] for one in shown}
    if tx.actor is None or not tx.actor.settings.get("budgets", True):
        return found
    for document, *part in tx.all(_charged_lines(kind), company=tx.company_id, ids=list(found)):
        found[document].append((part[0], part[1], part[2]))
    return found


def _percents(tx: Transaction, shown: list[Row], parts: dict[int, Parts]) -> dict[int, Decimal]:
    named: Iterable[int] = set().union(*(_named(one, parts[one["id"]]) for one in shown)) if shown else ()
    found = dict(tx.all(_tax_percents(), company=tx.company_id, ids=list(named))) if named else {}
    return {budget: HUNDRED if percent is None else percent for budget, percent in found.items()}


@lru_cache(maxsize=4)
def _charged_lines(kind: str) -> Statement:
    from emptor.domains.budgets.holding import HEADERS, OWNERS

    lines = table(f"{HEADERS[kind].removesuffix('s')}_lines")
    net, gross = lines.c.net_sum, lines.c.sum
    if kind == EXPENSES:
        net, gross = lines.c.net_sum_in_document_currency, lines.c.sum_in_document_currency
    owner = lines.c[OWNERS[kind]]
    return Statement(
        select(owner, lines.c.budget_line_id, func.sum(net, type_=net.type), func.sum(gross, type_=gross.type))
        .where(lines.c.company_id == bindparam("company"), any_of(owner, "ids"), lines.c.budget_line_id.is_not(None))
        .group_by(owner, lines.c.budget_line_id)
        .order_by(owner, lines.c.budget_line_id)
    )


@lru_cache(maxsize=1)
def _tax_percents() -> Statement:
    budgets = table("budgets")
    mine = (budgets.c.company_id == bindparam("company"), any_of(budgets.c.id, "ids"))
    return Statement(select(budgets.c.id, budgets.c.used_tax_percent_in_budget).where(*mine))
