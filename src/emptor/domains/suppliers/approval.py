"""The life of a supplier: pending where the company approves suppliers, approved otherwise."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.kit.errors import IllegalMove
from emptor.store.schema import table
from emptor.store.unit_of_work import UnitOfWork

DRAFT, PENDING, APPROVED, REJECTED = 0, 1, 2, 3
STATUSES = {DRAFT: "draft", PENDING: "pending", APPROVED: "approved", REJECTED: "rejected"}


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new supplier; its id. Without currencies it is paid in the company's own."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    needs_approval = bool(tx.actor.settings.get("supplierApproval"))
    currency = tx.actor.settings["currency"]
    values["currencies"] = values.get("currencies") or [values.get("currency") or currency]
    values["currency"] = values.get("currency") or values["currencies"][0]
    first = {"status": PENDING, "is_enabled_approval": True} if needs_approval else {"approval_date": tx.stamp}
    return writing.create(tx, SUPPLIERS, values, first)


def approve(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A pending supplier may be bought from."""
    _decide(tx, row, {"status": APPROVED, "approval_date": tx.stamp})


def reject(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A pending supplier is turned down."""
    _decide(tx, row, {"status": REJECTED, "reject_reason": values.get("comment")})


def set_custom_fields(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Replace the supplier's custom field values."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    writing.update(tx, SUPPLIERS, row, values)


def _decide(tx: UnitOfWork, row: dict[str, Any], changes: dict[str, Any]) -> None:
    decided = tx.update(table("suppliers"), {**changes, "update_date": tx.stamp}, id=row["id"], status=PENDING)
    if not decided:
        raise IllegalMove(
            f"This supplier is {STATUSES[row['status']]}; only a pending supplier can be approved or rejected."
        )
