"""The life of a supplier: pending where the company approves suppliers, approved otherwise."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.custom_fields import values as custom_values
from emptor.kit.errors import IllegalMove, Invalid
from emptor.store.schema import table
from emptor.store.unit_of_work import UnitOfWork

DRAFT, PENDING, APPROVED, REJECTED = 0, 1, 2, 3
STATUSES = {DRAFT: "draft", PENDING: "pending", APPROVED: "approved", REJECTED: "rejected"}


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new supplier; its id."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    needs_approval = bool(tx.actor.settings.get("supplierApproval"))
    values |= currencies_of(values, {}, tx.actor.settings["currency"])
    first = {"status": PENDING, "is_enabled_approval": True} if needs_approval else {"approval_date": tx.stamp}
    return writing.create(tx, SUPPLIERS, values, first)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a supplier."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    values |= currencies_of(values, row, tx.actor.settings["currency"])
    writing.update(tx, SUPPLIERS, row, values)


def currencies_of(values: dict[str, Any], row: dict[str, Any], company_currency: str) -> dict[str, Any]:
    """A supplier's default currency and all its currencies: the default is one of them, and there is always one.

    A list that leaves the default out makes its first entry the default, unless the request names another.
    """
    default, listed = values.get("currency"), values.get("currencies", row.get("currencies")) or []
    if not default:
        known = row.get("currency")
        default = known if known in listed or (known and not listed) else next(iter(listed), company_currency)
    return {"currency": default, "currencies": listed if default in listed else [default, *listed]}


def approve(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A pending supplier may be bought from."""
    _decide(tx, row, {"status": APPROVED, "approval_date": tx.stamp})


def reject(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A pending supplier is turned down."""
    _decide(tx, row, {"status": REJECTED, "reject_reason": values.get("comment")})


def set_custom_fields(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Set the custom fields that the body names; the others keep their values."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    custom = SUPPLIERS.custom_values
    assert custom is not None
    sent = values.get(custom.wire)
    if sent is None:
        raise Invalid({custom.wire: "This field is required."})
    named = {entry["field_id"] for entry in sent}
    kept = [entry for entry in custom_values.stored(tx, custom, row["id"]) if entry["field_id"] not in named]
    writing.update(tx, SUPPLIERS, row, {custom.wire: [*sent, *kept]})


def _decide(tx: UnitOfWork, row: dict[str, Any], changes: dict[str, Any]) -> None:
    decided = tx.update(table("suppliers"), {**changes, "update_date": tx.stamp}, id=row["id"], status=PENDING)
    if not decided:
        raise IllegalMove(
            f"This supplier is {STATUSES[row['status']]}; only a pending supplier can be approved or rejected."
        )
