"""The life of a supplier: pending where the company approves suppliers, approved otherwise.

Where there is a workflow for suppliers, its steps decide; without one, whoever has the role.
"""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.approvals import running, workflows
from emptor.domains.custom_fields import values as custom_values
from emptor.domains.suppliers import bank
from emptor.domains.suppliers.bank import APPROVED, DRAFT, PENDING, REJECTED
from emptor.kit.errors import Forbidden, IllegalMove, Invalid
from emptor.store import query
from emptor.store.unit_of_work import Transaction, UnitOfWork

APPROVES = bank.CONFIRMS
STATUSES = {DRAFT: "draft", PENDING: "pending", APPROVED: "approved", REJECTED: "rejected"}
PENDING_ANEW = {"status": PENDING, "is_enabled_approval": True, "approval_date": None}

APPROVED_DATA = {
    "name", *bank.BANK,
    "tax_payer", "tax_payer_type", "tax_payer_label", "tax_payer_number", "permanent_account_number",
    "business_registration_number",
}  # fmt: skip
"""Columns that say who is paid and where: who can change them unseen can divert payments."""


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new supplier; its id."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    waits = _needs_approval(tx)
    values |= currencies_of(values, {}, tx.actor.settings["currency"])
    supplier = writing.create(tx, SUPPLIERS, values, PENDING_ANEW if waits else {"approval_date": tx.stamp})
    if waits:
        _ask(tx, supplier)
    return supplier


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a supplier."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    values |= currencies_of(values, row, tx.actor.settings["currency"])
    again = _is_another(tx, row, values)
    held = bank.holding(tx, row, values, again=again)
    writing.update(tx, SUPPLIERS, row, values, {**(PENDING_ANEW if again else {}), **held})
    if held:
        bank.tell(tx, row, values, held)
    if again:
        _ask(tx, row["id"])


def _is_another(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> bool:
    """Whether the supplier will not be what people approved or are about to: another name, bank or tax payer."""
    changed = any(values[name] != row[name] for name in APPROVED_DATA & values.keys())
    return changed and row["status"] in (PENDING, APPROVED) and _needs_approval(tx)


def _needs_approval(tx: UnitOfWork) -> bool:
    return bool(tx.actor.settings.get("supplierApproval")) or workflows.exists(tx, "suppliers")


def _ask(tx: UnitOfWork, supplier: int) -> None:
    """Begin the approval of a pending supplier; a workflow of which no step applies lets it pass."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    row = query.stored(tx, SUPPLIERS, "id", supplier)
    if row is not None and workflows.exists(tx, "suppliers") and not running.begin(tx, SUPPLIERS, row):
        _decide(tx, row, {"status": APPROVED, "approval_date": tx.stamp})


def currencies_of(values: dict[str, Any], row: dict[str, Any], company_currency: str) -> dict[str, Any]:
    """A supplier's default currency and all its currencies: the default is one of them, and there is always one.

    A list that leaves the default out makes its first entry the default, unless the request names another.
    """
    default, listed = values.get("currency"), values.get("currencies", row.get("currencies")) or []
    if not default:
        known = row.get("currency")
        default = known if known in listed or (known and not listed) else next(iter(listed), company_currency)
    return {"currency": default, "currencies": listed if default in listed else [default, *listed]}


RIGHTS = ("canApprove", "canReject", "canEditSupplierByInRevision")


def rights(tx: Transaction, suppliers: list[dict[str, Any]]) -> list[dict[str, bool]]:
    """What whoever asks may decide about each supplier: in its step, or by the role where no step is open."""
    pending = [one["id"] for one in suppliers if one["status"] == PENDING]
    if not (pending and tx.actor and tx.actor.may(APPROVES)):
        return [dict.fromkeys(RIGHTS, False) for _ in suppliers]
    in_steps, in_turn = running.open_among(tx, pending), running.turns(tx, tx.actor, pending)
    changed = bank.changed_by(tx, pending)
    found = []
    for one in suppliers:
        by_role = one["status"] == PENDING and one["id"] not in in_steps
        approves = one["id"] in in_turn or (by_role and one["id"] not in changed)
        found.append(dict(zip(RIGHTS, (approves, one["id"] in in_turn or by_role, False), strict=True)))
    return found


def approve(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A pending supplier may be bought from, once the last step has said so."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    in_steps = running.is_open(tx, row["id"])
    if not in_steps and row["status"] == PENDING and bank.has_changed(tx, row):
        raise Forbidden("You have changed the bank account of this supplier yourself; somebody else has to approve it.")
    if in_steps and not running.approve(tx, SUPPLIERS, row):
        _decide(tx, row, {})
        return
    confirmed = {} if tx.actor.settings.get("bankChangeHold") else bank.NOT_HELD
    _decide(tx, row, {"status": APPROVED, "approval_date": tx.stamp, **confirmed})


def reject(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """A pending supplier is turned down."""
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    if running.is_open(tx, row["id"]):
        running.reject(tx, SUPPLIERS, row, values.get("comment"))
    since = row["bank_change_date"] or tx.stamp
    _decide(tx, row, {"status": REJECTED, "reject_reason": values.get("comment"), "bank_change_date": since})


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
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    if not writing.change(tx, SUPPLIERS, row, {**changes, "update_date": tx.stamp}, status=PENDING):
        raise IllegalMove(
            f"This supplier is {STATUSES[row['status']]}; only a pending supplier can be approved or rejected."
        )
