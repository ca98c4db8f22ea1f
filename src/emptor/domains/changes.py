"""What a change does to an object, as the journal says it: what differs, before and after, lines included."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from emptor.kit.fields import CustomValues, Field, Part, Parts, Refs
from emptor.kit.resource import Resource

Values = dict[str, Any]

UNSAID = frozenset({"id", "company_id", "update_date", "last_editor_id"})
"""Columns that every change has or that an entry says anyway."""


def of_new(resource: Resource, row: Values, values: Values) -> Values:
    """What a new object is: everything that is not as in every new one."""
    usual = _usual(resource.fields)
    after = {
        name: value
        for name, value in row.items()
        if value is not None and name not in UNSAID and value != usual.get(name)
    }
    for one in _inner(resource.fields):
        if values.get(one.wire):
            after[one.wire] = _filled(values[one.wire])
    return {"after": after}


def _filled(entries: list[Any]) -> list[Any]:
    """Entries of a new list without what is empty: nobody compares them, so they can stay as they were given."""
    return [
        {
            name: _filled(value) if value.__class__ is list else value
            for name, value in entry.items()
            if value is not None
        }
        if entry.__class__ is dict
        else entry
        for entry in entries
    ]


def of_gone(row: Values) -> Values:
    """What a deleted object was."""
    return {"before": {name: value for name, value in row.items() if value is not None and name not in UNSAID}}


def between(
    resource: Resource, row: Values, changed: Values, stored: Values | None = None, values: Values | None = None
) -> Values:
    """What `changed` columns and the lists in `values` do to `row` and its `stored` lists; empty when nothing."""
    before: Values = {}
    after: Values = {}
    for name, value in changed.items():
        if name not in UNSAID and row.get(name) != value:
            before[name], after[name] = row.get(name), value
    for one in _inner(resource.fields):
        if stored and one.wire in stored:
            old, new = _differing(one, stored[one.wire], (values or {})[one.wire])
            if old or new:
                before[one.wire], after[one.wire] = old, new
    return {"before": before, "after": after} if before or after else {}


def _differing(one: Parts | Refs, stored: list[Any], given: list[Any]) -> tuple[Any, Any]:
    """What is only in the stored list and what only in the given one; of parts that stay, the columns that differ."""
    if not isinstance(one, Parts) or not one.of.keyed or isinstance(one, CustomValues):
        old, new = _listed(one, stored), _listed(one, given)
        return ([], []) if old == new else (old, new)
    left = {entry["id"]: entry for entry in stored}
    old, new = [], []
    for entry in given:
        known = left.pop(entry.get("id"), None)
        if known is None:
            new.append(_said(one.of, entry))
            continue
        was, now = _said(one.of, known), _said(one.of, entry)
        names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
        if names:
            old.append({"id": entry["id"], **{name: was.get(name) for name in names}})
            new.append({"id": entry["id"], **{name: now.get(name) for name in names}})
    return [*old, *(_said(one.of, entry) for entry in left.values())], new


def _listed(one: Parts | Refs, entries: list[Any]) -> Any:
    if isinstance(one, CustomValues):
        return {str(entry["field_id"]): entry["value"] for entry in entries if entry["value"] is not None}
    if isinstance(one, Parts):
        return [_said(one.of, entry) for entry in entries]
    return sorted(set(entries))


def _said(part: Part, entry: Values) -> Values:
    """A part with what it holds, empty columns left out; its id where it has one of its own."""
    said = {"id": entry["id"]} if part.keyed and "id" in entry else {}
    for name, default in _columns(part.fields):
        value = entry.get(name, default)
        if value is not None and value != default:
            said[name] = value
    for inner in _inner(part.fields):
        if entry.get(inner.wire):
            said[inner.wire] = _listed(inner, entry[inner.wire])
    return said


@lru_cache(maxsize=500)
def _columns(declared: tuple[Field, ...]) -> tuple[tuple[str, Any], ...]:
    """The columns that say something, each with what a row holds until told otherwise."""
    columns = (column for one in declared for column in one.columns())
    return tuple((column.name, column.default) for column in columns if column.name not in UNSAID)


@lru_cache(maxsize=500)
def _usual(declared: tuple[Field, ...]) -> Values:
    return dict(_columns(declared))


@lru_cache(maxsize=500)
def _inner(declared: tuple[Field, ...]) -> tuple[Parts | Refs, ...]:
    return tuple(one for one in declared if isinstance(one, (Parts, Refs)))
