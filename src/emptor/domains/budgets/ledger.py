"""The ledger of commitments: what documents hold in budgets, moved when it changes, never rewritten.

Whatever changes a document, or what has been made of it, says so by `follow`. Right before the commit the holdings of
all these documents are compared with what has been moved, and the difference is moved. So a requisition gives to its
order what the order takes, and an order to its invoice, in one step, whatever happened in between.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains import notices
from emptor.domains.budgets import balances, granting, holding, plans
from emptor.domains.budgets.granting import Change
from emptor.domains.budgets.plans import SEE
from emptor.domains.budgets.rules import (
    INVOICES,
    KINDS,
    ORDERS,
    REQUISITIONS,
    STAGES,
    Account,
    frozen,
    held,
    money,
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
            Number("grantedSum", low=None, default=ZERO, note="how much more of what the document holds is granted"),
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
ANEW = "what is held is only reckoned anew"
"""Key under which a unit of work remembers that nobody takes anything, so that no limit stands against it."""


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


def round_anew(tx: UnitOfWork) -> None:
    """Sums have other decimals now: the same is held, rounded otherwise, so that no limit stands against it."""
    tx.remembered[ANEW] = True
    follow_all(tx)


for _choice in ("budgets", "requisitionBudgets", "invoices"):
    companies.CONSEQUENCES[_choice].append(follow_all)
companies.CONSEQUENCES["decimals"].append(round_anew)


def follow_charged(tx: UnitOfWork, budgets: Iterable[int]) -> None:
    """Other sums are deducted from these budgets now: all that is charged to them is reckoned anew, whatever comes
    of it.
    """
    tx.remembered[ANEW] = True
    for kind, document in tx.all(_charged(), company=tx.company_id, ids=list(budgets)):
        follow(tx, kind, document)


def _settle(tx: UnitOfWork) -> None:
    """Move what differs, for all documents of this unit of work at once, and refuse what a limit does not allow."""
    pending: dict[str, set[int]] = tx.remembered.pop(PENDING)
    anew = bool(tx.remembered.pop(ANEW, False))
    if pending[INVOICES]:
        pending[ORDERS] |= set(billing.order_ids_of(tx, pending[INVOICES]))
    if pending[ORDERS] and companies.settings_of(tx).get("requisitionBudgets"):
        pending[REQUISITIONS] |= set(sources.requisitions_behind(tx, pending[ORDERS]))
    asked = [(_posted(), {"kind": resource, "ids": list(ids)}) for resource, ids in pending.items() if ids]
    if pending[ORDERS]:
        asked.append((holding.blankets(), {"ids": list(pending[ORDERS])}))
    tx.ask_ahead(asked)
    changes = [one for resource, ids in pending.items() if ids for one in _changes(tx, resource, ids)]
    if not changes:
        return
    grants = granting.grants(changes, anew=anew)
    accounts = balances.accounts(tx, {one.budget for one in changes})
    if not anew:
        _check(tx, changes, grants, accounts)
    moves = [move for one in changes for move in _moves(tx, one, grants[one])]
    fresh = [{**one, "id": row_id} for one, row_id in zip(moves, tx.new_ids(len(moves)), strict=True)]
    tx.insert_all(table(MOVES.table), fresh)
    sums: dict[tuple[int, str], dict[int, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    for one in moves:
        sums[one["budget_id"], one["document_kind"]][one["stage"]] += one["sum"]
    balances.add(tx, sums)
    _tell_holders(tx, changes, accounts)


def holdings(tx: Transaction, resource: str, ids: Collection[int]) -> Holdings:
    """What these documents hold as they are now, reckoned from themselves and from what has been made of them."""
    if resource == REQUISITIONS and not companies.settings_of(tx).get("requisitionBudgets"):
        return {}
    return _added_up(tx, holding.sums(tx, resource, ids))


def _added_up(tx: Transaction, found: holding.Held) -> Holdings:
    scale = companies.scale_of(companies.settings_of(tx))
    return {
        (document, budget, stage): sum_
        for document, (stage, charges) in found.items()
        if stage is not None
        for budget, sum_ in held(charges, scale).items()
        if sum_
    }


def goes_beyond(tx: Transaction, resource: str, row_id: int) -> bool:
    """Whether a document takes more of a budget than there is, once it is submitted."""
    whole = _whole(tx, resource, row_id)
    accounts = balances.accounts(tx, whole)
    if all(accounts[budget].available >= sum_ for budget, sum_ in whole.items()):
        return False  # as a rule, and without looking at what it was made of
    return any(accounts[budget].available < sum_ for budget, sum_ in would_take(tx, resource, row_id).items())


def refusal(tx: Transaction, resource: str, *ids: int) -> str:
    """Why documents cannot be submitted together, as a sentence about a budget; empty when they can."""
    more = {budget: sum_ for budget, sum_ in would_take(tx, resource, *ids).items() if sum_ > 0}
    others = _whole(tx, resource, *ids[1:]) if ids[1:] else {}
    for budget, account in balances.accounts(tx, more).items():
        if account.limited and account.available < more[budget]:
            before = others.get(budget, ZERO)
            stands = replace(account, reserved=account.reserved + before)
            return stands.exceeded(more[budget] - before, counted=False, in_figures=tells_sums(tx))
        if account.is_frozen:
            return frozen(account)
    return ""


def would_take(tx: Transaction, resource: str, *ids: int) -> dict[int, Decimal]:
    """How much more will be taken of each budget that documents are charged to, once the first of them is submitted and
    what others have changed is settled: less than they come to by what they were made of gives up for them.
    """
    found = _whole(tx, resource, *ids)
    given = [posted(tx, resource, ids)]
    if found and resource == ORDERS and tx.actor.settings.get("requisitionBudgets"):
        behind = sources.requisitions_behind(tx, ids)
        given += _given_up(tx, REQUISITIONS, behind, holding.requisitions(tx, behind, counting=ids[0]))
    elif found and resource == INVOICES:
        behind = billing.order_ids_of(tx, ids)
        given += _given_up(tx, ORDERS, behind, holding.orders(tx, behind, counting=ids[0]))
    for one in given:
        for (_, budget, _), sum_ in one.items():
            if budget in found:
                found[budget] -= sum_
    return found


def _whole(tx: Transaction, resource: str, *ids: int) -> dict[int, Decimal]:
    """What documents come to in each budget, though they may be drafts."""
    scale = companies.scale_of(tx.actor.settings)
    sums: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for _, charges in holding.sums(tx, resource, ids).values():
        for budget, sum_ in held(charges, scale).items():
            sums[budget] += sum_
    return {budget: sum_ for budget, sum_ in sums.items() if sum_ > 0}


def tells_sums(tx: Transaction) -> bool:
    """Whether the acting person may be told what is in budgets."""
    return tx.actor is None or not tx.actor.settings.get("hideBudgetSums") or tx.actor.may(SEE)


def _given_up(tx: Transaction, resource: str, ids: list[int], left: holding.Held) -> list[Holdings]:
    """What these documents hold, and less than nothing of what will be left of it."""
    return [posted(tx, resource, ids), {key: -sum_ for key, sum_ in _added_up(tx, left).items()}]


def posted(tx: Transaction, resource: str, ids: Collection[int]) -> Holdings:
    """What has been moved for these documents so far."""
    rows = tx.all(_posted(), company=tx.company_id, kind=resource, ids=list(ids)) if ids else ()
    return {(document, budget, stage): sum_ for document, budget, stage, sum_, _ in rows if sum_}


def _changes(tx: UnitOfWork, resource: str, ids: Collection[int]) -> list[Change]:
    """What documents hold differently from what has been moved for them, budget by budget."""
    rows = tx.all(_posted(), company=tx.company_id, kind=resource, ids=list(ids))
    before: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    after: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(dict)
    granted: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for document, budget, stage, sum_, granted_sum in rows:
        granted[document, budget] += granted_sum
        if sum_:
            before[document, budget][stage] = sum_
    for (document, budget, stage), sum_ in holdings(tx, resource, ids).items():
        after[document, budget][stage] = sum_
    return [
        Change(resource, *key, tuple(before[key].items()), tuple(after[key].items()), granted[key])
        for key in sorted({**before, **after})
        if before[key] != after[key]
    ]


def _moves(tx: UnitOfWork, change: Change, grant: Decimal) -> list[Row]:
    """The moves that a change takes; the first of them notes how much more of it has been granted."""
    before, after = dict(change.before), dict(change.after)
    differences = {stage: after.get(stage, ZERO) - before.get(stage, ZERO) for stage in sorted({**before, **after})}
    more_granted = change.settled(grant) - change.was_granted
    moved = [(stage, difference) for stage, difference in differences.items() if difference]
    return [
        {
            "create_date": tx.stamp, "budget_id": change.budget, "document_kind": change.kind,
            "document_id": change.document, "stage": stage, "sum": difference,
            "granted_sum": ZERO if number else more_granted, "creator_id": tx.actor.user_id if tx.actor else None,
        }
        for number, (stage, difference) in enumerate(moved)
    ]  # fmt: skip


def _check(tx: UnitOfWork, changes: list[Change], grants: dict[Change, Decimal], accounts: dict[int, Account]) -> None:
    """Invalid where a change takes more of a limited budget than it has, or anything new of a frozen one.

    What comes back to an order or a requisition, because less is made of it, was granted to it before.
    """
    returned = granting.coming_back(changes)
    by_budget: dict[int, list[Change]] = defaultdict(list)
    for one in changes:
        by_budget[one.budget].append(one)
    for budget, account in accounts.items():
        mine = by_budget[budget]
        taken = sum((one.more for one in mine), ZERO)
        asking = [one for one in mine if one.kind not in returned]
        grown = max(asking, key=lambda one: one.more, default=None)
        if grown is None:
            continue
        if account.limited and account.available < taken:
            blamed = (one for one in asking if (taken > 0 and one.more > 0) or one.is_decided)
            beyond = next((one for one in blamed if not _covered(tx, one, grants[one])), None)
            if beyond is not None:
                more = taken if taken > 0 else beyond.held
                figures = {"counted": more is not taken, "in_figures": tells_sums(tx)}
                raise Invalid({"budget": account.exceeded(more, **figures)})
        if taken > 0 and account.is_frozen and grown.is_new and not grants[grown]:
            raise Invalid({"budget": frozen(account)})


def _covered(tx: UnitOfWork, change: Change, grant: Decimal) -> bool:
    """Whether a document holds no more than it was granted.

    Each line may be a smallest unit off, for an invoice rounds by itself what its order had rounded as a whole.
    """
    if change.held <= grant or not grant > 0:
        return change.held <= grant
    _, charges = holding.charges(tx, change.kind, [change.document])[change.document]
    scale = companies.scale_of(companies.settings_of(tx))
    lines = sum(one.budget == change.budget for one in charges)
    return change.held - grant <= Decimal(lines).scaleb(-scale)


def _tell_holders(tx: UnitOfWork, changes: list[Change], accounts: dict[int, Account]) -> None:
    """Tell who holds a budget when more has been taken of it than there is, once for each time that it happens."""
    taken: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for one in changes:
        taken[one.budget] += one.more
    crossed = {budget: account for budget, account in accounts.items() if 0 <= account.available < taken[budget]}
    for budget, plan in plans.behind(tx, crossed):
        left = crossed[budget].available - taken[budget]
        notices.tell(
            tx, [plan["holder_id"]], "budget_exceeded", plans.PLANS, plan, name=crossed[budget].name,
            total=money(crossed[budget].total), missing=money(-left), link=f"/budgets/{budget}",
        )  # fmt: skip


@lru_cache(maxsize=1)
def _posted() -> Statement:
    moves = table(MOVES.table)
    return Statement(
        select(
            moves.c.document_id, moves.c.budget_id, moves.c.stage,
            func.sum(moves.c["sum"], type_=moves.c["sum"].type).label("total"),
            func.sum(moves.c.granted_sum, type_=moves.c.granted_sum.type).label("granted"),
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
