"""Whether budgets stand as their documents say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import bindparam, case, func, literal, select

from emptor.domains.budgets import holding
from emptor.domains.budgets.balances import BALANCES
from emptor.domains.budgets.plans import FROZEN
from emptor.domains.budgets.rules import KINDS, REQUISITIONS, STAGES, USED, held, money
from emptor.domains.checking import check
from emptor.domains.organisation import companies
from emptor.kit.money import ZERO
from emptor.store.clauses import belongs
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction

AT_ONCE = 1_000


@check("what has been moved in budgets adds up to how they stand")
def balances(tx: Transaction) -> Iterator[str]:
    """Each balance is the sum of the moves."""
    stood: dict[tuple[int, str], list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for budget, kind, stage, sum_ in tx.all(_moved(), company=tx.company_id):
        stood[budget, kind][stage] += sum_
    noted = {
        (budget, kind): [reserved, used] for budget, kind, reserved, used in tx.all(_noted(), company=tx.company_id)
    }
    for key in sorted({**stood, **noted}):
        said, moved = noted.get(key, [ZERO, ZERO]), stood.get(key, [ZERO, ZERO])
        if said != moved:
            told = ", ".join(
                f"{money(a)} {STAGES[i]} noted, {money(b)} moved"
                for i, (a, b) in enumerate(zip(said, moved, strict=True))
            )
            yield f"budget {key[0]}, {key[1]}: {told}"


@check("what is granted is no more than what is held, and all that is used")
def grants(tx: Transaction) -> Iterator[str]:
    """Nobody is granted what was never theirs, and what has been approved is."""
    for kind, document, budget, held_, used, granted in tx.all(_granted(), company=tx.company_id):
        wrong = granted != held_ if used else granted > held_
        if wrong:
            yield f"{kind} {document} holds {money(held_)} of budget {budget}, of which {money(granted)} are granted"


@check("budgets say what their plans say")
def periods(tx: Transaction) -> Iterator[str]:
    """Each period has its plan's limit, freeze and share of the tax."""
    for name, total, limit, is_frozen, percent, limited, status, plan_percent in tx.all(
        _periods(), company=tx.company_id
    ):
        if limit != (total if limited else None):
            yield f"budget {name}: its limit is {limit}, its total {money(total)} and its plan limited: {limited}"
        if is_frozen != (status == FROZEN):
            yield f"budget {name} is frozen: {is_frozen}; its plan says otherwise"
        if percent != plan_percent:
            yield f"budget {name}: {percent} per cent of the tax count, {plan_percent} by its plan"


@check("documents hold in budgets what they and their successors say")
def documents(tx: Transaction) -> Iterator[str]:
    """Nothing is held twice, nothing is forgotten: the moves of each document come to what it holds now."""
    chosen = companies.settings_of(tx)
    if not chosen.get("budgets", True):
        return
    scale = companies.scale_of(chosen)
    for kind in KINDS:
        moved: dict[tuple[int, int, int], Decimal] = {}
        for document, budget, stage, sum_ in tx.all(_moved_by(), company=tx.company_id, kind=kind):
            moved[document, budget, stage] = sum_
        ids = sorted({document for document, *_ in moved} | holding.charged(tx, kind))
        for first in range(0, len(ids), AT_ONCE):
            some = ids[first : first + AT_ONCE]
            skip = kind == REQUISITIONS and not chosen.get("requisitionBudgets")
            now = {} if skip else holding.charges(tx, kind, some)
            wanted = {
                (document, budget, stage): sum_
                for document, (stage, charges) in now.items()
                if stage is not None
                for budget, sum_ in held(charges, scale).items()
            }
            keys = {key for key in moved if some[0] <= key[0] <= some[-1]} | wanted.keys()
            for document, budget, stage in sorted(keys):
                was, is_now = (one.get((document, budget, stage), ZERO) for one in (moved, wanted))
                if was != is_now:
                    yield (
                        f"{kind} {document} has {STAGES[stage]} {money(was)} of budget {budget}; its lines come to "
                        f"{money(is_now)}"
                    )


@lru_cache(maxsize=1)
def _moved() -> Statement:
    moves = table("budget_moves")
    total = func.sum(moves.c["sum"], type_=moves.c["sum"].type)
    return Statement(
        select(moves.c.budget_id, moves.c.document_kind, moves.c.stage, total)
        .where(moves.c.company_id == bindparam("company"))
        .group_by(moves.c.budget_id, moves.c.document_kind, moves.c.stage)
    )


@lru_cache(maxsize=1)
def _granted() -> Statement:
    moves = table("budget_moves")
    total = func.sum(moves.c["sum"], type_=moves.c["sum"].type)
    used = func.sum(case((moves.c.stage == USED, moves.c["sum"]), else_=literal(ZERO, moves.c["sum"].type)),
                    type_=moves.c["sum"].type)  # fmt: skip
    granted = func.sum(moves.c.granted_sum, type_=moves.c.granted_sum.type)
    key = (moves.c.document_kind, moves.c.document_id, moves.c.budget_id)
    return Statement(
        select(*key, total, used, granted).where(moves.c.company_id == bindparam("company")).group_by(*key)
    )


@lru_cache(maxsize=1)
def _periods() -> Statement:
    budgets, plans = table("budgets"), table("budget_plans")
    said = ("full_name", "sum", "budget_limit", "frozen", "used_tax_percent_in_budget")
    planned = ("is_limited", "status", "used_tax_percent_in_budget")
    return Statement(
        select(*(budgets.c[name] for name in said), *(plans.c[name] for name in planned))
        .join_from(budgets, plans, belongs(budgets, "plan_id", plans))
        .where(budgets.c.company_id == bindparam("company"))
        .order_by(budgets.c.id)
    )


@lru_cache(maxsize=1)
def _moved_by() -> Statement:
    moves = table("budget_moves")
    total = func.sum(moves.c["sum"], type_=moves.c["sum"].type)
    return Statement(
        select(moves.c.document_id, moves.c.budget_id, moves.c.stage, total)
        .where(moves.c.company_id == bindparam("company"), moves.c.document_kind == bindparam("kind"))
        .group_by(moves.c.document_id, moves.c.budget_id, moves.c.stage)
    )


@lru_cache(maxsize=1)
def _noted() -> Statement:
    columns = (BALANCES.c[name] for name in ("budget_id", "resource", "reserved", "used"))
    return Statement(select(*columns).where(BALANCES.c.company_id == bindparam("company")))
