"""Writing resources the uniform way: references checked, unique values kept unique, rows, links and parts stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, select

from emptor.domains.custom_fields import values as custom_values
from emptor.domains.organisation.companies import access_changed
from emptor.kit.fields import CustomValues, Field, Parts, Ref, Refs
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Values = dict[str, Any]


def create(tx: UnitOfWork, resource: Resource, values: Values, extra: Values | None = None) -> int:
    """Check and store a new object; its id. `extra` are column values the client has no say in.

    Raises Invalid with every problem at once; then nothing is written.
    """
    check(tx, resource, values)
    tx.problems.raise_if_any()
    return insert(tx, resource, values, extra)


def insert(tx: UnitOfWork, resource: Resource, values: Values, extra: Values | None = None) -> int:
    """Store a new object that has been checked; its id."""
    row_id = tx.new_id()
    source = table(resource.table)
    defaults = {c.name: c.default for f in resource.fields for c in f.columns() if c.default is not None}
    row = defaults | _columns(source, values) | _stamps(tx, source, created=True) | dict(resource.fixed)
    tx.insert(source, {**row, **_columns(source, extra or {}), "id": row_id})
    store_inner(tx, resource.fields, row_id, values)
    if resource.governs_access:
        access_changed(tx)
    return row_id


def update(tx: UnitOfWork, resource: Resource, row: Values, values: Values, extra: Values | None = None) -> None:
    """Check and store a change of `row`: given columns replace, absent ones stay, a given list replaces the list."""
    check(tx, resource, values, row)
    tx.problems.raise_if_any()
    replace(tx, resource, row, values, extra)


def replace(tx: UnitOfWork, resource: Resource, row: Values, values: Values, extra: Values | None = None) -> None:
    """Store a change that has been checked."""
    source = table(resource.table)
    changes = _columns(source, values) | _stamps(tx, source, created=False) | _columns(source, extra or {})
    tx.update(source, changes, id=row["id"])
    store_inner(tx, resource.fields, row["id"], values)
    if resource.governs_access:
        access_changed(tx)


def check(tx: UnitOfWork, resource: Resource, values: Values, row: Values | None = None) -> None:
    """Note unknown references, wrong custom field values and duplicates of unique values in `tx.problems`."""
    check_references(tx, resource.fields, [("", values)])
    for one in resource.fields:
        if one.unique and values.get(one.column) is not None:
            taken = tx.scalar(_same(table(resource.table), one.column), company=tx.company_id, value=values[one.column])
            if taken is not None and taken != (row or {}).get("id"):
                tx.problems.add(one.wire, f"Another one already has {values[one.column]!r} here; choose a different value.")


def check_references(tx: UnitOfWork, fields: tuple[Field, ...], placed: list[tuple[str, Values]]) -> None:
    """Check every reference in `placed` (place, values) objects and in their parts, one query per table."""
    wanted: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    custom: dict[str, list[tuple[str, list[Values]]]] = defaultdict(list)
    _collect(fields, placed, wanted, custom)
    for target, places in wanted.items():
        known = _known(tx, target, list(places))
        for row_id in places.keys() - known:
            for place in places[row_id]:
                tx.problems.add(place, f"There is no object with id {row_id} here that you can use.")
    for family, entries in custom.items():
        custom_values.check(tx, family, entries)


def _collect(fields: tuple[Field, ...], placed: list[tuple[str, Values]], wanted: Any, custom: Any) -> None:
    for one in fields:
        sent = getattr(one, "send_as", "") or one.wire
        if isinstance(one, Ref):
            for prefix, values in placed:
                if isinstance(values.get(one.column), int):
                    wanted[one.to][values[one.column]].append(_inside(prefix, sent))
        elif isinstance(one, Refs):
            for prefix, values in placed:
                for i, row_id in enumerate(values.get(one.wire) or ()):
                    wanted[one.to][row_id].append(f"{_inside(prefix, sent)}[{i}]")
        elif isinstance(one, CustomValues):
            custom[one.family] += [(_inside(p, sent), v[one.wire]) for p, v in placed if v.get(one.wire)]
        elif isinstance(one, Parts):
            inner = [
                (f"{_inside(prefix, sent)}[{i}]", entry)
                for prefix, values in placed
                for i, entry in enumerate(values.get(one.wire) or ())
                if isinstance(entry, dict)
            ]
            if inner:
                _collect(one.of.fields, inner, wanted, custom)


def _inside(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _known(tx: UnitOfWork, target: str, ids: list[int]) -> set[int]:
    """Those of `ids` that exist in the company and that the acting person may use."""
    found = {row[0] for row in tx.raw(_existing(table(target)), company=tx.company_id, ids=ids)}
    actor = tx.actor
    if actor is not None and not actor.is_super_user:
        if target == "locations" and actor.locations is not None:
            found &= set(actor.locations)
        if target == "legal_entities" and actor.legal_entities is not None:
            found &= set(actor.legal_entities)
    return found


@lru_cache(maxsize=200)
def _existing(source: Table) -> Statement:
    return Statement(select(source.c.id).where(source.c.company_id == bindparam("company"), any_of(source.c.id, "ids")))


@lru_cache(maxsize=200)
def _same(source: Table, column: str) -> Statement:
    return Statement(
        select(source.c.id).where(source.c.company_id == bindparam("company"), source.c[column] == bindparam("value"))
    )


def _columns(source: Table, values: Values) -> Values:
    return {name: value for name, value in values.items() if name in source.c}


def _stamps(tx: UnitOfWork, source: Table, *, created: bool) -> Values:
    """Dates and persons that every kind of row keeps where it has a column for them."""
    user_id = tx.actor.user_id if tx.actor else None
    stamps: Values = {"update_date": tx.stamp, "last_editor_id": user_id}
    if created:
        stamps |= {"create_date": tx.stamp, "creator_id": user_id}
    return {name: value for name, value in stamps.items() if name in source.c}


def store_inner(tx: UnitOfWork, fields: tuple[Field, ...], owner_id: int, values: Values) -> None:
    """Replace the links, parts and custom field values that `values` carries."""
    for one in fields:
        if not isinstance(one, (Refs, Parts)) or one.wire not in values:
            continue
        if isinstance(one, Refs):
            links = table(one.table)
            tx.delete(links, **{one.owner: owner_id})
            tx.insert_all(links, [{one.owner: owner_id, one.member: member} for member in values[one.wire]])
        else:
            tx.delete(table(one.of.table), **{one.of.owner: owner_id}, **dict(one.where))
            store_parts(tx, one, [(owner_id, entry) for entry in values[one.wire]])


def store_parts(tx: UnitOfWork, parts: Parts, owned: Iterable[tuple[int, Values]]) -> None:
    """Insert the parts of many owners, and theirs, kind by kind."""
    owned = list(owned)
    if not owned:
        return
    if isinstance(parts, CustomValues):
        owned = [(owner, entry) for owner, entry in owned if entry["value"] is not None]
    source = table(parts.of.table)
    fresh = iter(tx.new_ids(sum(1 for _, entry in owned if "id" not in entry)))
    ids = [entry["id"] if "id" in entry else next(fresh) for _, entry in owned]
    defaults = {c.name: c.default for f in parts.of.fields for c in f.columns()}
    rows = []
    for row_id, (owner, entry) in zip(ids, owned, strict=True):
        given = {name: entry.get(name, default) for name, default in defaults.items()}
        rows.append({**given, "id": row_id, parts.of.owner: owner, **dict(parts.where)})
    tx.insert_all(source, rows)
    for inner in parts.of.fields:
        if isinstance(inner, Parts):
            nested = [
                (row_id, entry) for row_id, (_, holder) in zip(ids, owned, strict=True) for entry in holder.get(inner.wire) or ()
            ]
            store_parts(tx, inner, nested)
