"""The ledger of commitments: what documents hold in budgets, moved when it changes, never rewritten.

Whatever changes a document, or what has been made of it, says so by `follow`. Right before the commit the holdings of
all these documents are compared with what has been moved, and the difference is moved. So a requisition gives to its
order what the order takes, and an order to its invoice, in one step, whatever happened in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains.budgets import balances, holding
from emptor.domains.budgets.plans import SEE
from emptor.domains.budgets.rules import (
    INVOICES,
    KINDS,
    ORDERS,
    REQUISITIONS,
    RESERVED,
    STAGES,
    USED,
    frozen,
    held,
)
from emptor.domains.organisation import companies
from emptor.domains.purchasing.orders import billing
from emptor.domains.purchasing.requisitions import sources
from emptor.kit.errors import Invalid
from emptor.kit.fields import Code, Number, Ref, Text
from emptor.kit.money import ZERO
from emptor.kit.resource import CREATED, KEY, Operation, Resource
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]
Holdings = dict[tuple[int, int, int], Decimal]
"""(document, budget, stage) → sum in the company's currency."""

MOVES = define(
    Resource(
        name="budgetmoves",
        table="budget_moves",
        label="BudgetMove",
        fields=(
            KEY,
            CREATED,
            Ref("budget", to="budgets", required=True),
            Text("documentKind", size=40, required=True),
            Ref("documentId", column="document_id", flat=True, required=True),
            Code("stage", names=STAGES, required=True),
            Number("sum", low=None, required=True, note="less than 0 where it is given back"),
            Ref("creator", to="users"),
        ),
        operations=(
            Operation(
                "list", "GET", "/-/budgetmoves", SEE, False, summary="List what documents have moved in budgets",
            ),
        ),
        indexes=(("document_id",), ("budget_id", "id")),
    )
)  # fmt: skip

PENDING = "documents whose holdings may have changed"
"""Key under which a unit of work remembers them, by the name of their resource."""


def follow(tx: UnitOfWork, resource: str, row_id: int) -> None:
    """A document has changed, or what has been made of it: bring its holdings up to date before the commit."""
    if resource in KINDS and tx.actor is not None and tx.actor.settings.get("budgets", True):
        _remember(tx, resource, [row_id])


def _remember(tx: UnitOfWork, resource: str, ids: Iterable[int]) -> None:
    tx.remembered.setdefault(PENDING, defaultdict(set))[resource].update(ids)
    tx.finally_(PENDING, partial(_settle, tx))


def follow_all(tx: UnitOfWork) -> None:
    """The company has chosen anew what documents hold: all that are charged to a budget are reckoned anew."""
    if companies.settings_of(tx).get("budgets", True):
        for kind in KINDS:
            _remember(tx, kind, holding.charged(tx, kind))


for _choice in ("budgets", "requisitionBudgets", "invoices"):
    companies.CONSEQUENCES[_choice].append(follow_all)


def follow_charged(tx: UnitOfWork, budgets: Iterable[int]) -> None:
    """Other sums are deducted from these budgets now: all that is charged to them is reckoned anew."""
    for kind, document in tx.all(_charged(), company=tx.company_id, ids=list(budgets)):
        follow(tx, kind, document)


def _settle(tx: UnitOfWork) -> None:
    """Move what differs, for all documents of this unit of work at once, and refuse what a limit does not allow."""
    pending: dict[str, set[int]] = tx.remembered.pop(PENDING)
    if pending[INVOICES]:
        pending[ORDERS] |= set(billing.order_ids_of(tx, pending[INVOICES]))
    if pending[ORDERS] and companies.settings_of(tx).get("requisitionBudgets"):
        pending[REQUISITIONS] |= set(sources.requisitions_behind(tx, pending[ORDERS]))
    asked = [(_posted(), {"kind": resource, "ids": list(ids)}) for resource, ids in pending.items() if ids]
    if pending[ORDERS]:
        asked.append((holding.blankets(), {"ids": list(pending[ORDERS])}))
    tx.ask_ahead(asked)
    moves: list[Row] = []
    for resource, ids in pending.items():
        moves += _moves(tx, resource, ids)
    if not moves:
        return
    _check(tx, moves)
    fresh = [{**one, "id": row_id} for one, row_id in zip(moves, tx.new_ids(len(moves)), strict=True)]
    tx.insert_all(table(MOVES.table), fresh)
    changes: dict[tuple[int, str], dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in moves:
        changes[one["budget_id"], one["document_kind"]][one["stage"]] += one["sum"]
    balances.add(tx, changes)


def holdings(tx: Transaction, resource: str, ids: Collection[int]) -> Holdings:
    """What these documents hold as they are now, reckoned from themselves and from what has been made of them."""
    if resource == REQUISITIONS and not companies.settings_of(tx).get("requisitionBudgets"):
        return {}
    return _added_up(tx, holding.charges(tx, resource, ids))


def _added_up(tx: Transaction, found: holding.Held) -> Holdings:
    scale = int(companies.settings_of(tx).get("decimals", 2))
    return {
        (document, budget, stage): sum_
        for document, (stage, charges) in found.items()
        if stage is not None
        for budget, sum_ in held(charges, scale).items()
        if sum_
    }


def would_take(tx: Transaction, resource: str, row_id: int) -> dict[int, Decimal]:
    """How much more will be taken of each budget that a document is charged to, once it is submitted."""
    scale = int(tx.actor.settings.get("decimals", 2))
    _, charges = holding.charges(tx, resource, [row_id]).get(row_id, (None, []))
    found = {budget: sum_ for budget, sum_ in held(charges, scale).items() if sum_ > 0}
    given = [posted(tx, resource, [row_id])]
    if found and resource == ORDERS and tx.actor.settings.get("requisitionBudgets"):
        asked = sources.requisitions_behind(tx, [row_id])
        left = _added_up(tx, holding.requisitions(tx, asked, counting=row_id))
        given += [posted(tx, REQUISITIONS, asked), {key: -sum_ for key, sum_ in left.items()}]
    for one in given:
        for (_, budget, _), sum_ in one.items():
            if budget in found:
                found[budget] -= sum_
    return found


def posted(tx: Transaction, resource: str, ids: Collection[int]) -> Holdings:
    """What has been moved for these documents so far."""
    rows = tx.all(_posted(), company=tx.company_id, kind=resource, ids=list(ids)) if ids else ()
    return {(document, budget, stage): sum_ for document, budget, stage, sum_ in rows if sum_}


def _moves(tx: UnitOfWork, resource: str, ids: Collection[int]) -> list[Row]:
    wanted, before = holdings(tx, resource, ids), posted(tx, resource, ids)
    return [
        {
            "create_date": tx.stamp, "budget_id": budget, "document_kind": resource, "document_id": document,
            "stage": stage, "sum": difference, "creator_id": tx.actor.user_id if tx.actor else None,
        }
        for document, budget, stage in sorted({**wanted, **before})
        if (difference := wanted.get((document, budget, stage), ZERO) - before.get((document, budget, stage), ZERO))
    ]  # fmt: skip


def _check(tx: UnitOfWork, moves: list[Row]) -> None:
    """Invalid where the moves take more of a limited budget than it has, or anything new of a frozen one."""
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in moves:
        taken[one["budget_id"]] += one["sum"]
    accounts = balances.accounts(tx, taken.keys())
    for budget, account in accounts.items():
        mine = [one for one in moves if one["budget_id"] == budget]
        grown = max(mine, key=lambda one: one["sum"])
        more = taken[budget] if taken[budget] > 0 else grown["sum"]
        after = account.available - taken[budget]
        if account.limited and after < 0 and not all(_within_orders(tx, one) for one in _to_blame(mine, taken[budget])):
            raise Invalid({"budget": account.exceeded(more, counted=more is not taken[budget])})
        if taken[budget] > 0 and account.is_frozen and not (_was_charged(tx, grown) or _bills_order(tx, grown)):
            raise Invalid({"budget": frozen(account)})


def _to_blame(mine: list[Row], taken: Decimal) -> list[Row]:
    """A movement of each document that takes more of a budget than before, or passes from reserved to used."""
    more: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in mine:
        more[one["document_id"]] += one["sum"]
    blamed = (one for one in mine if (taken > 0 and more[one["document_id"]] > 0) or _is_decided(one, mine))
    return list({one["document_id"]: one for one in blamed}.values())


def _within_orders(tx: UnitOfWork, move: Row) -> bool:
    """Whether the document is an invoice that takes no more than its orders had for it: that was granted with them.

    Each line may be a smallest unit off, for an invoice rounds by itself what its order had rounded as a whole.
    """
    if move["document_kind"] != INVOICES:
        return False
    scale = int(companies.settings_of(tx).get("decimals", 2))
    _, charges = holding.charges(tx, INVOICES, [move["document_id"]])[move["document_id"]]
    mine = [one for one in charges if one.budget == move["budget_id"]]
    if any(one.share < 0 for one in mine):  # a credit note that is taken back
        return False
    granted = holding.granted(tx, move["document_id"])
    return sum(one.exact for one in mine) <= sum(
        granted.get(one.line, Fraction(0)) + Fraction(1, 10**scale) * (one.line in granted) for one in mine
    )


def _bills_order(tx: UnitOfWork, move: Row) -> bool:
    """Whether it is an invoice of an order, which goes where the order went."""
    return move["document_kind"] == INVOICES and bool(holding.granted(tx, move["document_id"]))


def _is_decided(one: Row, mine: list[Row]) -> bool:
    """Whether a document passes from reserved to used."""
    return (
        one["stage"] == USED
        and one["sum"] > 0
        and any(
            other["document_id"] == one["document_id"] and other["stage"] == RESERVED and other["sum"] < 0
            for other in mine
        )
    )


def _was_charged(tx: UnitOfWork, move: Row) -> bool:
    """Whether the document has been charged to the budget before."""
    before = posted(tx, move["document_kind"], [move["document_id"]])
    return any(budget == move["budget_id"] for _, budget, _ in before)


@lru_cache(maxsize=1)
def _posted() -> Statement:
    moves = table(MOVES.table)
    return Statement(
        select(
            moves.c.document_id, moves.c.budget_id, moves.c.stage,
            func.sum(moves.c["sum"], type_=moves.c["sum"].type).label("total"),
        )
        .where(
            moves.c.company_id == bindparam("company"), moves.c.document_kind == bindparam("kind"),
            any_of(moves.c.document_id, "ids"),
        )
        .group_by(moves.c.document_id, moves.c.budget_id, moves.c.stage)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _charged() -> Statement:
    moves = table(MOVES.table)
    return Statement(
        select(moves.c.document_kind, moves.c.document_id)
        .distinct()
        .where(moves.c.company_id == bindparam("company"), any_of(moves.c.budget_id, "ids"))
    )
