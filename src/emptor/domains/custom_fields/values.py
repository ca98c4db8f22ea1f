"""Checking values of custom fields: an option for a drop-down, text for a text field, a date for a date field."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.kit.clock import parse_moment
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

DROPDOWN, TEXT, DATE = 0, 1, 2
TYPES = {DROPDOWN: "dropdown", TEXT: "text", DATE: "date"}

Entries = list[tuple[str, list[dict[str, Any]]]]


def check(tx: UnitOfWork, family: str, placed: Entries) -> None:
    """Check entries `{field_id, value}` by place; note problems, fill in `option_id` and tidy `value`."""
    entries = [(f"{place}[{i}]", e) for place, listed in placed for i, e in enumerate(listed) if isinstance(e, dict)]
    if not entries:
        return
    ids = list({entry["field_id"] for _, entry in entries})
    known = {row[0]: row for row in tx.all(_definitions(), company=tx.company_id, family=family, ids=ids)}
    chosen = list({int(e["value"]) for _, e in entries if _is_choice(known.get(e["field_id"]), e["value"])})
    owners = dict(tx.all(_options(), company=tx.company_id, ids=chosen)) if chosen else {}
    for place, entry in entries:
        entry["option_id"] = None
        sentence = _fault(known.get(entry["field_id"]), entry, owners, family)
        if sentence:
            tx.problems.add(place, sentence)
    _refuse_repeats(tx, placed)


def _is_choice(definition: Any, value: Any) -> bool:
    return definition is not None and definition[1] == DROPDOWN and str(value or "").isdecimal() and len(str(value)) < 19


def _fault(definition: Any, entry: dict[str, Any], owners: dict[int, int], family: str) -> str:
    if definition is None:
        return f"There is no {family} custom field with id {entry['field_id']} here."
    value = entry["value"]
    if value is None:
        return "This custom field is required; choose a value." if definition[2] else ""
    if definition[1] == DROPDOWN:
        if not _is_choice(definition, value) or owners.get(int(value)) != definition[0]:
            return f"Send the id of one of the field's options; see /{family}customfields/{definition[0]}."
        entry["option_id"] = int(value)
        entry["value"] = str(int(value))
    if definition[1] == DATE:
        try:
            entry["value"] = parse_moment(value)[0].date().isoformat()
        except ValueError as fault:
            return str(fault)
    return ""


def _refuse_repeats(tx: UnitOfWork, placed: Entries) -> None:
    for place, listed in placed:
        seen: set[Any] = set()
        for i, entry in enumerate(listed):
            if isinstance(entry, dict) and (entry["field_id"], entry["value"]) in seen:
                tx.problems.add(f"{place}[{i}]", "This value is already given above.")
            elif isinstance(entry, dict):
                seen.add((entry["field_id"], entry["value"]))


@lru_cache(maxsize=1)
def _definitions() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.id, fields.c.type, fields.c.required).where(
            fields.c.company_id == bindparam("company"), fields.c.family == bindparam("family"), any_of(fields.c.id, "ids")
        )
    )


@lru_cache(maxsize=1)
def _options() -> Statement:
    options = table("custom_field_options")
    return Statement(
        select(options.c.id, options.c.field_id).where(
            options.c.company_id == bindparam("company"), any_of(options.c.id, "ids")
        )
    )
