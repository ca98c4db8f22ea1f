"""What people do with purchase orders."""

from __future__ import annotations

from typing import Any

from emptor.domains import documents
from emptor.domains.taxes_and_terms.payment_terms import PAYMENT_TERMS
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.unit_of_work import UnitOfWork


def _orders() -> Resource:
    from emptor.domains.purchasing.orders import RESOURCE

    return RESOURCE


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new draft order; its id."""
    values |= terms(tx, values)
    return documents.create(tx, _orders(), values)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a draft order."""
    values |= terms(tx, values)
    documents.update(tx, _orders(), row, values)


def confirm(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Submit a draft order."""
    documents.confirm(tx, _orders(), row)


def terms(tx: UnitOfWork, values: dict[str, Any]) -> dict[str, Any]:
    """The shares and days that the chosen payment terms mean."""
    if not values.get("payment_term_id"):
        return {}
    chosen = query.stored(tx, PAYMENT_TERMS, "id", values["payment_term_id"])
    names = ("prepayment_percent", "postpayment_percent", "credit_period_days")
    return {name: chosen[name] for name in names} if chosen else {}
