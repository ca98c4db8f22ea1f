"""What suppliers owe by credit notes, as their own page shows it: a sum for each currency."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.kit.fields import Asked
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of, shown
from emptor.store.unit_of_work import Transaction


def _sums(tx: Transaction, suppliers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = defaultdict(dict)
    convert = shown(table("credit_balances").c.sum.type)
    assert convert is not None
    for supplier, currency, units in tx.raw(_owed(), company=tx.company_id, ids=[one["id"] for one in suppliers]):
        found[supplier][currency] = convert(units)
    return [found.get(one["id"], {}) for one in suppliers]


@lru_cache(maxsize=1)
def _owed() -> Statement:
    balances = table("credit_balances")
    return Statement(
        select(balances.c.supplier_id, balances.c.currency, balances.c.sum)
        .where(
            balances.c.company_id == bindparam("company"), any_of(balances.c.supplier_id, "ids"), balances.c.sum != 0
        )
        .order_by(balances.c.currency)
    )


CREDIT_BALANCE_SUMS = Asked(
    "creditBalanceSums",
    ask=_sums,
    json_schema={"type": "object", "additionalProperties": {"type": "number"}},
    note="what it owes by credit notes, by currency",
)
