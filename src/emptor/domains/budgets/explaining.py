"""What holds money of a budget, line by line."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains import verbs
from emptor.domains.budgets import balances, holding
from emptor.domains.budgets.rules import STAGES, by_line, money
from emptor.domains.organisation.companies import scale_of
from emptor.kit.fields import Integer, Write
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]

MOST = 1_000
"""Documents that are told one by one, on a page."""
PAGE = Integer("page", low=1, high=1_000_000, write=Write.ALWAYS, note=f"of {MOST} documents each; without, the first")

_AMOUNT, _TEXT = {"type": "number"}, {"type": "string"}


def _shape(properties: Row) -> Row:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


HOLDS = _shape(
    {
        "sum": _AMOUNT,
        "usedSum": _AMOUNT,
        "reservedSum": _AMOUNT,
        "availableSum": _AMOUNT,
        "explanation": _TEXT,
        "more": {"type": "boolean", "description": "whether there is another page"},
        "holds": {
            "type": "array",
            "items": _shape(
                {
                    "documentKind": _TEXT, "documentId": {"type": "integer"}, "idn": _TEXT,
                    "lineId": {"type": ["integer", "null"]}, "name": {"type": ["string", "null"]}, "stage": _TEXT,
                    "sum": _AMOUNT,
                }
            ),
        },
    }
)  # fmt: skip


def holds(tx: Transaction, row: Row, asked: Row) -> Row:
    """How a budget stands, and which line of which document holds how much of it."""
    account = balances.accounts(tx, [row["id"]])[row["id"]]
    scale = scale_of(tx.actor.settings)
    skip = ((asked.get("page") or 1) - 1) * MOST
    documents = tx.all(_documents(), company=tx.company_id, budget=row["id"], most=MOST + 1, skip=skip)
    by_kind: dict[str, list[int]] = {}
    for kind, document in documents[:MOST]:
        by_kind.setdefault(kind, []).append(document)
    said = [line for kind, ids in by_kind.items() for line in _lines(tx, kind, ids, row["id"], scale)]
    return {
        "sum": account.total, "usedSum": account.used, "reservedSum": account.reserved,
        "availableSum": account.available,
        "explanation": f"Of {money(account.total)} {money(account.used)} are used and {money(account.reserved)} "
                       f"reserved; {money(account.available)} are available.",
        "more": len(documents) > MOST, "holds": said,
    }  # fmt: skip


def _lines(tx: Transaction, kind: str, ids: list[int], budget: int, scale: int) -> list[Row]:
    numbers = dict(tx.all(_numbers(verbs.RESOURCES[kind].table), company=tx.company_id, ids=ids))
    said = []
    for document, (stage, charges) in holding.charges(tx, kind, ids).items():
        mine = [one for one in charges if one.budget == budget]
        if stage is None:
            continue
        for one, sum_ in zip(mine, by_line(mine, scale), strict=True):
            if sum_:
                said.append(
                    {
                        "documentKind": kind, "documentId": document, "idn": numbers[document],
                        "lineId": one.line or None, "name": one.name or None, "stage": STAGES[stage], "sum": sum_,
                    }
                )  # fmt: skip
    return said


@lru_cache(maxsize=1)
def _documents() -> Statement:
    """Documents that hold something of a budget, the newest first."""
    moves = table("budget_moves")
    return Statement(
        select(moves.c.document_kind, moves.c.document_id)
        .where(moves.c.company_id == bindparam("company"), moves.c.budget_id == bindparam("budget"))
        .group_by(moves.c.document_kind, moves.c.document_id)
        .having(func.sum(moves.c["sum"]) != 0)
        .order_by(moves.c.document_id.desc())
        .limit(bindparam("most"))
        .offset(bindparam("skip"))
    )


@lru_cache(maxsize=4)
def _numbers(of: str) -> Statement:
    rows = table(of)
    return Statement(
        select(rows.c.id, rows.c.idn).where(rows.c.company_id == bindparam("company"), any_of(rows.c.id, "ids"))
    )
