"""Where a supplier is paid: a change of its bank account holds payments until somebody else has confirmed it."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import writing
from emptor.kit.errors import Forbidden, IllegalMove
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

BANK = (
    "account_holder_name", "bank_name", "bank_address", "account_number", "international_bank_account_number",
    "swift_code", "sort_code", "american_bankers_association_number", "indian_financial_system_code",
)  # fmt: skip
"""Columns that say where the money goes."""

NOT_HELD: Row = {"bank_change_date": None, "bank_changed_by": None}


def holding(tx: UnitOfWork, row: Row, values: Row) -> Row:
    """The columns that hold payments where `values` change where a supplier is paid and the company wants that looked
    at; all who have changed something since it was last confirmed are noted.
    """
    changed = any(values[name] != row[name] for name in BANK if name in values)
    if not (changed and tx.actor.settings.get("bankChangeHold")):
        return {}
    people = [*(row["bank_changed_by"] or ()), tx.actor.user_id]
    return {"bank_change_date": tx.stamp, "bank_changed_by": list(dict.fromkeys(people))}


def held(tx: Transaction, suppliers: Iterable[int]) -> dict[int, str]:
    """Why suppliers can't be paid now, as sentences, by the ids of those of whom that is so."""
    if not tx.actor.settings.get("bankChangeHold"):
        return {}
    rows = tx.all(_held(), company=tx.company_id, ids=list(dict.fromkeys(suppliers)))
    return {row_id: _sentence(name, date) for row_id, name, date in rows}


def _sentence(name: str, date: str) -> str:
    return (
        f"The bank account of {name} was changed on {date[:10]} and nobody else has confirmed it; "
        "nothing is paid to it until somebody with the role supplier.approve has."
    )


def confirm(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Somebody who has not changed it says that the bank account is right."""
    if row["bank_change_date"] is None:
        raise IllegalMove("The bank account of this supplier has not been changed since it was last confirmed.")
    if tx.actor.user_id in (row["bank_changed_by"] or ()):
        raise Forbidden("You have changed this bank account yourself; somebody else has to confirm it.")
    tx.verb = "confirm_bank"
    writing.change(tx, _suppliers(), row, {**NOT_HELD, "update_date": tx.stamp})


def _suppliers() -> Resource:
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    return SUPPLIERS


@lru_cache(maxsize=1)
def _held() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers.c.id, suppliers.c.name, suppliers.c.bank_change_date).where(
            suppliers.c.company_id == bindparam("company"), any_of(suppliers.c.id, "ids"),
            suppliers.c.bank_change_date.is_not(None),
        )
    )  # fmt: skip
