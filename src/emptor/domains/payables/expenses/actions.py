"""What people do with expenses, beside what they do with every document."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, select

from emptor.domains import documents, verbs
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables import rules
from emptor.domains.payables.expenses import currencies
from emptor.kit.errors import IllegalMove
from emptor.kit.money import ZERO, product, rounded
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]


def _expenses() -> Resource:
    return verbs.RESOURCES["expenses"]


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft expense; its id. Unless told otherwise the money was spent now."""
    currencies.settle(values.get("items") or (), _currency(tx, values), tx.problems)
    known = documents.check(tx, _expenses(), values)
    values["issue_date"] = values.get("issue_date") or tx.stamp
    return documents.create(tx, _expenses(), values, known)


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change an expense as far as its state allows."""
    kind = verbs.KINDS["expenses"]
    verbs.editable(kind, tx, row, values)
    if "items" in values or "currency" in values:
        values["items"] = _lines(tx, row, values)
    documents.update(tx, _expenses(), row, values)
    verbs.stays_complete(kind, tx, row)


def _lines(tx: UnitOfWork, row: Row, values: Row) -> list[Any]:
    """The lines as they will be, each in its currency; of taxes they say what the request does."""
    now = _currency(tx, values) if "currency" in values else row["currency"]
    stored = {line["id"]: line for line in documents.stored_lines(tx, _expenses(), row["id"])}
    said = [one for one in values["items"] if isinstance(one, dict)] if "items" in values else _as_they_are(stored)
    items = documents.merged_lines(tx, _expenses(), row["id"], said)
    currencies.carry_over(items, said, stored, before=row["currency"], now=now)
    currencies.settle(items, now, tx.problems)
    for item, one in zip(items, said, strict=True):
        if "taxes" not in one:
            item.pop("taxes", None)
    return items


def _as_they_are(stored: dict[int, Row]) -> list[Row]:
    return [{"id": line} for line in stored]


def _currency(tx: UnitOfWork, values: Row) -> str:
    """The currency that an expense will have."""
    return values.get("currency") or str(tx.actor.settings["currency"])


def stands(tx: UnitOfWork, row: Row) -> None:
    """An expense of which something has been paid back, or is about to be, stays as it is."""
    if row["sum_paid"]:
        raise IllegalMove("Something has been paid of this expense; cancel its payments first.")
    if paid_of(tx, row["id"], rules.PENDING):
        raise IllegalMove("A payment of this expense waits for approval; reject or cancel it first.")


def approved(tx: UnitOfWork, row: Row, items: Any) -> None:
    """An expense of nothing is paid at once."""
    if not rules.payable(row):
        settle(tx, row)


def settle(tx: UnitOfWork, row: Row) -> None:
    """Set what has been paid of an approved expense, and the status that follows from it."""
    paid = paid_of(tx, row["id"])
    settings = tx.actor.settings
    absorbs = bool(settings.get("lastCent"))
    status = rules.status_of(rules.payable(row), paid, absorbs=absorbs)
    in_company_currency = rounded(product(paid, row["exchange_rate"]), scale_of(settings))
    documents.move(tx, _expenses(), row, status, sum_paid=paid, sum_paid_in_company_currency=in_company_currency)


def paid_of(tx: Transaction, expense_id: int, status: int = rules.ACTIVE) -> Decimal:
    """The sum of an expense's payments that are active, or in another state."""
    return tx.scalar(_paid(), company=tx.company_id, expense=expense_id, status=status) or ZERO


@lru_cache(maxsize=1)
def _paid() -> Statement:
    payments = table("expense_payments")
    total = func.sum(payments.c.sum_paid, type_=payments.c.sum_paid.type)
    return Statement(
        select(total).where(
            payments.c.company_id == bindparam("company"),
            payments.c.expense_id == bindparam("expense"),
            payments.c.status == bindparam("status"),
        )
    )
