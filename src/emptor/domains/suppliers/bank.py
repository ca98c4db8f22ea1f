"""Where a supplier is paid: a change of its bank account holds payments until somebody else has looked at it.

Nothing is paid to a supplier that waits for approval or was rejected, either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select

from emptor.domains import notices, writing
from emptor.domains.organisation.access import holders
from emptor.kit.errors import Forbidden, IllegalMove
from emptor.kit.fields import Asked, Hidden, Moment
from emptor.kit.resource import Permission, Resource
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

CONFIRMS = Permission("supplier", ("approve",))
DRAFT, PENDING, APPROVED, REJECTED = range(4)
"""States of a supplier."""

NOT_HELD: Row = {"bank_change_date": None, "bank_changed_by": None, "bank_before": None}


def holding(tx: UnitOfWork, row: Row, values: Row, *, again: bool) -> Row:
    """The columns that hold payments where `values` change where a supplier is paid and somebody looks at that: by the
    company's choice, because it is approved `again`, or because it was rejected. Noted is all that was confirmed last,
    and who has changed something since.
    """
    changed = {name: row[name] for name in BANK if name in values and values[name] != row[name]}
    looked_at = tx.actor.settings.get("bankChangeHold") or again or row["status"] == REJECTED
    if not (changed and looked_at):
        return {}
    people = [*(row["bank_changed_by"] or ()), tx.actor.user_id]
    return {
        "bank_change_date": tx.stamp, "bank_changed_by": list(dict.fromkeys(people)),
        "bank_before": {**changed, **(row["bank_before"] or {})},
    }  # fmt: skip


def tell(tx: UnitOfWork, row: Row, values: Row, held: Row) -> None:
    """Tell those who may look at a changed bank account, but for those who have changed it."""
    people = [user for user in holders(tx, CONFIRMS) if user not in held["bank_changed_by"]]
    after = {**row, **values}
    lines = [
        f"{one['field']}: {one['before'] or '–'} → {one['after'] or '–'}"
        for one in _differences(held["bank_before"], after)
    ]
    notices.tell(tx, people, "bank_changed", _suppliers(), after, lines="\n".join(lines))


def _differences(before: Row, after: Row) -> list[Row]:
    wires = {one.column: one.wire for one in _suppliers().fields}
    found = ((name, before[name], after[name]) for name in BANK if name in before)
    return [{"field": wires[name], "before": was, "after": now} for name, was, now in found if was != now]


def held(tx: Transaction, suppliers: Iterable[int]) -> dict[int, str]:
    """Why suppliers can't be paid now, as sentences, by the ids of those of whom that is so."""
    wanted = list(dict.fromkeys(suppliers))
    rows = tx.all(_states(), company=tx.company_id, ids=wanted) if wanted else []
    hold = bool(tx.actor.settings.get("bankChangeHold"))
    found = ((row_id, _sentence(name, status, date, hold=hold)) for row_id, name, status, date in rows)
    return {row_id: sentence for row_id, sentence in found if sentence}


def _sentence(name: str, status: int, date: str | None, *, hold: bool) -> str:
    if status == PENDING:
        return f"{name} waits for approval; nothing is paid to it until it is approved."
    if date and status == REJECTED:
        return (
            f"{name} was rejected; nothing is paid to it until somebody with the role supplier.approve has confirmed "
            "its bank account by `confirm_bank`."
        )
    if date and hold:
        return (
            f"The bank account of {name} was changed on {date[:10]} and nobody else has confirmed it; "
            "nothing is paid to it until somebody with the role supplier.approve has."
        )
    return ""


def confirm(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Somebody who has not changed it says that the bank account is right."""
    if row["bank_change_date"] is None:
        raise IllegalMove("The bank account of this supplier has not been changed since it was last confirmed.")
    if has_changed(tx, row):
        raise Forbidden("You have changed this bank account yourself; somebody else has to confirm it.")
    tx.verb = "confirm_bank"
    writing.change(tx, _suppliers(), row, {**NOT_HELD, "update_date": tx.stamp})


def has_changed(tx: Transaction, row: Row) -> bool:
    """Whether the acting person has changed the supplier's bank account since somebody else looked at it."""
    return tx.actor.user_id in (row["bank_changed_by"] or ())


def changed_by(tx: Transaction, suppliers: Sequence[int]) -> set[int]:
    """Those of the suppliers whose bank account the acting person has changed since somebody else looked at it."""
    rows = tx.records(_changed(), company=tx.company_id) if suppliers else []
    return {row["id"] for row in rows if row["id"] in suppliers and has_changed(tx, row)}


def waiting(tx: Transaction) -> list[Row]:
    """The changed bank accounts that the acting person can confirm, the oldest first."""
    if not (tx.actor.may(CONFIRMS) and tx.actor.settings.get("bankChangeHold")):
        return []
    rows = tx.records(_changed(), company=tx.company_id)
    return [row for row in rows if row["bank_changed_by"] and not has_changed(tx, row)]


def _told(tx: Transaction, suppliers: list[Row]) -> list[Row | None]:
    """What was changed of bank accounts, and by whom, for those who look at it."""
    changed = [one["id"] for one in suppliers if one["bankChangeDate"]]
    if not (changed and tx.actor and tx.actor.may(CONFIRMS)):
        return [None for _ in suppliers]
    rows = {row["id"]: row for row in tx.records(_changed(), company=tx.company_id) if row["id"] in changed}
    people = {user for row in rows.values() for user in row["bank_changed_by"] or ()}
    names = {user: name for user, *name in tx.all(_names(), company=tx.company_id, ids=list(people))} if people else {}
    return [_as_told(rows[one["id"]], names) if one["id"] in rows else None for one in suppliers]


def _as_told(row: Row, names: Mapping[int, Sequence[str | None]]) -> Row:
    people = [
        {"id": user, "firstname": names[user][0], "lastname": names[user][1], "email": names[user][2]}
        for user in row["bank_changed_by"] or ()
    ]
    return {"changedBy": people, "fields": _differences(row["bank_before"] or {}, row)}


_TEXT = {"type": ["string", "null"]}


def _object(**properties: Any) -> Row:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


_CHANGE = _object(
    changedBy={
        "type": "array", "items": _object(id={"type": "integer"}, firstname=_TEXT, lastname=_TEXT, email=_TEXT),
    },
    fields={"type": "array", "items": _object(field={"type": "string"}, before=_TEXT, after=_TEXT)},
)  # fmt: skip

FIELDS = (
    Moment("bankChangeDate", listed=False, note="its bank account was changed and waits to be confirmed"),
    Hidden("bankChangedBy", kind="json"),
    Hidden("bankBefore", kind="json"),
    Asked(
        "bankChange", ask=_told, listed=False, json_schema={**_CHANGE, "type": ["object", "null"]},
        note="what was changed of the bank account, and by whom; for those who may confirm it",
    ),
)  # fmt: skip


def _suppliers() -> Resource:
    from emptor.domains.suppliers.suppliers import SUPPLIERS

    return SUPPLIERS


@lru_cache(maxsize=1)
def _states() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers.c.id, suppliers.c.name, suppliers.c.status, suppliers.c.bank_change_date).where(
            suppliers.c.company_id == bindparam("company"), any_of(suppliers.c.id, "ids"),
            or_(suppliers.c.bank_change_date.is_not(None), suppliers.c.status == PENDING),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _changed() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers)
        .where(suppliers.c.company_id == bindparam("company"), suppliers.c.bank_change_date.is_not(None))
        .order_by(suppliers.c.bank_change_date, suppliers.c.id)
    )


@lru_cache(maxsize=1)
def _names() -> Statement:
    users = table("users")
    mine = (users.c.company_id == bindparam("company"), any_of(users.c.id, "ids"))
    return Statement(select(users.c.id, users.c.firstname, users.c.lastname, users.c.email).where(*mine))
