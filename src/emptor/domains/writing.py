"""Writing resources the uniform way: references checked, unique values kept unique, rows, links and parts stored."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, delete, select

from emptor.domains import changes, revisions
from emptor.domains.custom_fields import dependencies
from emptor.domains.custom_fields import values as custom_values
from emptor.domains.custom_fields.values import Choice, Placed
from emptor.domains.organisation.companies import access_changed
from emptor.kit.fields import CustomValues, Field, Part, Parts, Ref, Refs, Shared, sent_name
from emptor.kit.resource import Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of, none_of
from emptor.store.unit_of_work import Job, UnitOfWork

Values = dict[str, Any]
Known = dict[str, dict[int, Values]]
"""What has been read of the rows that references name: by table, id and column."""
Columns = Mapping[str, tuple[str, ...]]
"""Columns by table."""
NOTHING: Columns = {}


def create(tx: UnitOfWork, resource: Resource, values: Values, extra: Values | None = None) -> int:
    """Check and store a new object; its id. `extra` are column values the client has no say in.

    Raises Invalid with every problem at once; then nothing is written.
    """
    check(tx, resource, values)
    _require_custom_values(tx, resource, values)
    tx.problems.raise_if_any()
    return insert(tx, resource, values, extra)


def insert(tx: UnitOfWork, resource: Resource, values: Values, extra: Values | None = None) -> int:
    """Store a new object that has been checked; its id."""
    row_id = tx.new_id()
    source = table(resource.table)
    row = (
        _defaults(resource.fields) | _columns(source, values) | _stamps(tx, source, created=True) | dict(resource.fixed)
    )
    row = {**row, **_columns(source, extra or {}), "id": row_id}
    tx.insert(source, row)
    store_inner(tx, resource.fields, row_id, values, fresh=True)
    tx.note("create", resource.name, row_id, row.get("idn"), changes.of_new(resource, row, values))
    if resource.governs_access:
        access_changed(tx)
    return row_id


def update(tx: UnitOfWork, resource: Resource, row: Values, values: Values, extra: Values | None = None) -> None:
    """Check and store a change of `row`: given columns replace, absent ones stay, a given list replaces the list."""
    for parts in _keyed_parts(resource, values):
        stored = {part["id"]: part for part in part_rows(tx, parts.of, [row["id"]])}
        values[parts.wire] = merge_parts(tx, parts.wire, stored, values[parts.wire])
    check(tx, resource, values, row)
    if resource.custom_values and resource.custom_values.wire in values:
        _require_custom_values(tx, resource, values)
    tx.problems.raise_if_any()
    replace(tx, resource, row, values, extra)


def replace(tx: UnitOfWork, resource: Resource, row: Values, values: Values, extra: Values | None = None) -> None:
    """Store a change that has been checked."""
    source = table(resource.table)
    changed = _columns(source, values) | _stamps(tx, source, created=False) | _columns(source, extra or {})
    stored = _stored_inner(tx, resource, row["id"], values)
    is_submitted = _is_submitted(resource, row)
    if is_submitted:
        revisions.keep(tx, resource, row["id"])
    tx.update(source, changed, id=row["id"])
    store_inner(tx, resource.fields, row["id"], values)
    noted = changes.between(resource, row, changed, stored, values)
    if noted:
        tx.note("update", resource.name, row["id"], row.get("idn"), noted)
    if noted and is_submitted:
        revisions.note(tx, resource, row["id"])
    if resource.governs_access:
        access_changed(tx)


def change(tx: UnitOfWork, resource: Resource, row: Values, changed: Values, **keys: Any) -> bool:
    """Set columns of `row` to values nobody needs to check, if it still has the values in `keys`; whether it had.

    Dates of change are set by whoever calls: some changes, such as an external id, are none.
    """
    if _is_submitted(resource, row) and not revisions.tells(resource).isdisjoint(changed):
        revisions.keep(tx, resource, row["id"])
    done = tx.update_counted(table(resource.table), changed, id=row["id"], **keys) > 0
    noted = changes.between(resource, row, changed) if done else None
    if noted:
        tx.note("update", resource.name, row["id"], row.get("idn"), noted)
    return done


def _is_submitted(resource: Resource, row: Values) -> bool:
    """Whether a document is no draft any more: from then on its revisions are kept."""
    life = resource.life
    return life is not None and life.revised and bool(row[life.column] != life.beginning)


def _stored_inner(tx: UnitOfWork, resource: Resource, row_id: int, values: Values) -> Values:
    """The stored parts and links of those lists that `values` replaces."""
    stored: Values = {}
    for one in resource.fields:
        if isinstance(one, Refs) and one.wire in values:
            stored[one.wire] = [member for (member,) in tx.all(_linked(one), company=tx.company_id, owner=row_id)]
        elif isinstance(one, Parts) and one.wire in values:
            stored[one.wire] = _with_inner(tx, one.of, [row_id])
    return stored


def _with_inner(tx: UnitOfWork, part: Part, owners: list[int]) -> list[Values]:
    """The stored parts of those owners with their own parts in them."""
    found = part_rows(tx, part, owners)
    by_id = {row["id"]: row for row in found}
    for inner in part.fields if found else ():
        if isinstance(inner, Parts):
            for row in found:
                row[inner.wire] = []
            for row in _with_inner(tx, inner.of, list(by_id)):
                by_id[row[inner.of.owner]][inner.wire].append(row)
    return found


def check(
    tx: UnitOfWork, resource: Resource, values: Values, row: Values | None = None, *, read: Columns = NOTHING
) -> Known:
    """Note unknown references, wrong custom field values and duplicates of unique values in `tx.problems`.

    Comes back with the columns to `read` of the rows that `values` refers to.
    """
    placed = dict(values)
    if row is None:
        if resource.counted:
            tx.expect_count(resource.name)
        for parts in _keyed_parts(resource, values):
            merge_parts(tx, parts.wire, {}, values[parts.wire])
    else:
        placed["id"] = row["id"]
        custom = resource.custom_values
        if custom and custom.wire not in values and dependencies.goes_elsewhere(resource.fields, values, row):
            placed[custom.wire] = custom_values.stored(tx, custom, row["id"])
    known, choices = check_references(tx, resource.fields, [("", placed)], read)
    dependencies.check(tx, resource.fields, choices, values, row)
    for one in resource.fields:
        if one.unique and values.get(one.column) is not None:
            taken = tx.scalar(_same(table(resource.table), one.column), company=tx.company_id, value=values[one.column])
            if taken is not None and taken != (row or {}).get("id"):
                tx.problems.add(
                    one.wire, f"Another one already has {values[one.column]!r} here; choose a different value."
                )
    return known


def _require_custom_values(tx: UnitOfWork, resource: Resource, values: Values) -> None:
    custom = resource.custom_values
    if custom:
        custom_values.require(tx, custom.family, [(custom.wire, values.get(custom.wire) or ())])


def _keyed_parts(resource: Resource, values: Values) -> list[Parts]:
    """The collections in `values` whose entries clients name by their ids."""
    parts = (one for one in resource.fields if isinstance(one, Parts) and not isinstance(one, CustomValues))
    return [one for one in parts if one.of.keyed and values.get(one.wire)]


def merge_parts(tx: UnitOfWork, place: str, stored: dict[int, Values], sent: list[Any]) -> list[Values]:
    """The entries as they will be: one that names a stored part by its id keeps what it leaves out."""
    left = dict(stored)
    merged = []
    for i, entry in enumerate(sent):
        if not isinstance(entry, dict):
            continue
        if "id" in entry and entry["id"] not in left:
            tx.problems.add(
                f"{place}[{i}][id]", "There is none with this id to change; leave the id out for a new one."
            )
        merged.append({**left.pop(entry["id"], {}), **entry} if "id" in entry else entry)
    return merged


def part_rows(tx: UnitOfWork, part: Part, owners: list[int]) -> list[Values]:
    """The stored parts of those owners, as rows, in their order."""
    return tx.records(_owned(part), company=tx.company_id, owners=owners)


def check_references(
    tx: UnitOfWork, fields: tuple[Field, ...], placed: list[tuple[str, Values]], read: Columns = NOTHING
) -> tuple[Known, list[Choice]]:
    """Check every reference in `placed` (place, values) objects and in their parts, one query per table, all at once.

    Comes back with the columns to `read` of the rows they name and with the custom field options they choose.
    """
    wanted: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    custom: dict[CustomValues, list[Placed]] = defaultdict(list)
    _collect(fields, placed, wanted, custom)
    asked: list[Job] = [
        (_existing(table(target), read.get(target, ())), {"ids": list(places)}) for target, places in wanted.items()
    ]
    found = tx.many_records([*asked, *custom_values.questions(custom)])
    rows_found, answers = found[: len(asked)], found[len(asked) :]
    known = {target: {row.pop("id"): row for row in rows} for target, rows in zip(wanted, rows_found, strict=True)}
    for target, places in wanted.items():
        for row_id in places.keys() - _usable(tx, target, set(known[target])):
            for place in places[row_id]:
                tx.problems.add(place, f"There is no object with id {row_id} here that you can use.")
    return known, custom_values.check(tx, custom, answers)


def _collect(fields: tuple[Field, ...], placed: list[tuple[str, Values]], wanted: Any, custom: Any) -> None:
    for one, sent in _naming(fields):
        if isinstance(one, Ref):
            for prefix, values in placed:
                if isinstance(values.get(one.column), int):
                    wanted[one.to][values[one.column]].append(_inside(prefix, sent))
        elif isinstance(one, (Refs, Shared)):
            for prefix, values in placed:
                for i, row_id in enumerate(values.get(one.wire) or ()):
                    wanted[one.to][row_id].append(f"{_inside(prefix, sent)}[{i}]")
        elif isinstance(one, CustomValues):
            custom[one] += [Placed(_inside(p, sent), v.get("id"), v[one.wire]) for p, v in placed if v.get(one.wire)]
        elif isinstance(one, Parts):
            inner = [
                (f"{_inside(prefix, sent)}[{i}]", entry)
                for prefix, values in placed
                for i, entry in enumerate(values.get(one.wire) or ())
                if isinstance(entry, dict)
            ]
            if inner:
                _collect(one.of.fields, inner, wanted, custom)


@lru_cache(maxsize=200)
def _naming(fields: tuple[Field, ...]) -> tuple[tuple[Field, str], ...]:
    """The fields that name other rows, themselves or in their parts, and what clients call them."""
    return tuple((one, sent_name(one)) for one in fields if isinstance(one, (Ref, Refs, Shared, Parts)))


def _inside(prefix: str, name: str) -> str:
    return f"{prefix}[{name}]" if prefix else name


def _usable(tx: UnitOfWork, target: str, found: set[int]) -> set[int]:
    """Those of the rows found in `target` that the acting person may use."""
    actor = tx.actor
    if actor is not None and not actor.is_super_user:
        if target == "locations" and actor.locations is not None:
            found &= set(actor.locations)
        if target == "legal_entities" and actor.legal_entities is not None:
            found &= set(actor.legal_entities)
    return found


@lru_cache(maxsize=200)
def _existing(source: Table, columns: tuple[str, ...]) -> Statement:
    chosen = select(source.c.id, *(source.c[name] for name in columns))
    return Statement(chosen.where(source.c.company_id == bindparam("company"), any_of(source.c.id, "ids")))


@lru_cache(maxsize=100)
def _owned(part: Part) -> Statement:
    source = table(part.table)
    order = source.c[part.order if part.order in source.c else "id"]
    return Statement(
        select(source)
        .where(source.c.company_id == bindparam("company"), any_of(source.c[part.owner], "owners"))
        .order_by(source.c[part.owner], order)
    )


@lru_cache(maxsize=200)
def _same(source: Table, column: str) -> Statement:
    return Statement(
        select(source.c.id).where(source.c.company_id == bindparam("company"), source.c[column] == bindparam("value"))
    )


@lru_cache(maxsize=200)
def _defaults(fields: tuple[Field, ...]) -> Values:
    """What every column of a new row holds until told otherwise."""
    return {column.name: column.default for one in fields for column in one.columns()}


def _columns(source: Table, values: Values) -> Values:
    return {name: value for name, value in values.items() if name in source.c}


def _stamps(tx: UnitOfWork, source: Table, *, created: bool) -> Values:
    """Dates and persons that every kind of row keeps where it has a column for them."""
    user_id = tx.actor.user_id if tx.actor else None
    stamps: Values = {"update_date": tx.stamp, "last_editor_id": user_id}
    if created:
        stamps |= {"create_date": tx.stamp, "creator_id": user_id}
    return {name: value for name, value in stamps.items() if name in source.c}


def store_inner(
    tx: UnitOfWork, fields: tuple[Field, ...], owner_id: int, values: Values, *, fresh: bool = False
) -> None:
    """Store the links, parts and custom values that `values` carries; an owner not `fresh` loses its old ones."""
    for one, _ in _naming(fields):
        if isinstance(one, Refs) and one.wire in values:
            links = table(one.table)
            if not fresh:
                tx.delete(links, **{one.owner: owner_id})
            members = dict.fromkeys(values[one.wire])
            tx.insert_all(links, [{one.owner: owner_id, one.member: member} for member in members])
        elif isinstance(one, Parts) and one.wire in values:
            owned = [(owner_id, entry) for entry in values[one.wire]]
            if fresh:
                store_parts(tx, one, owned)
            else:
                replace_parts(tx, one, [owner_id], owned)


def replace_parts(tx: UnitOfWork, parts: Parts, owners: list[int], owned: list[tuple[int, Values]]) -> None:
    """Make `owned` all the parts that these owners have: those with an id stay the rows they are."""
    source = table(parts.of.table)
    kept = [] if isinstance(parts, CustomValues) else [(owner, one) for owner, one in owned if "id" in one]
    known = [entry["id"] for _, entry in kept]
    tx.run(_others(parts), company=tx.company_id, owners=owners, kept=known)
    if kept:
        columns = {name: default for name, default in _defaults(parts.of.fields).items() if name != "id"}
        changes = (
            {
                "id": entry["id"], parts.of.owner: owner,
                **{name: entry.get(name, default) for name, default in columns.items()},
            }
            for owner, entry in kept
        )  # fmt: skip
        tx.update_all(source, changes, "id", parts.of.owner)
        for inner in parts.of.fields:
            if isinstance(inner, Parts):
                holders = [entry["id"] for _, entry in kept if inner.wire in entry]
                nested = [
                    (one["id"], {**entry, inner.of.root: owner} if inner.of.root else entry)
                    for owner, one in kept
                    for entry in one.get(inner.wire) or ()
                ]
                if holders:
                    replace_parts(tx, inner, holders, nested)
    kept_ids = set(known)
    store_parts(tx, parts, [(owner, entry) for owner, entry in owned if entry.get("id") not in kept_ids])


def remove(tx: UnitOfWork, resource: Resource, row: Values) -> None:
    """Delete an object with all that belongs to it."""
    for one in resource.fields:
        if isinstance(one, Parts) and not one.of.owner_table:
            tx.delete(table(one.of.table), **{one.of.owner: row["id"]}, **dict(one.where))
        elif isinstance(one, Refs):
            tx.delete(table(one.table), **{one.owner: row["id"]})
    tx.delete(table(resource.table), id=row["id"])
    tx.note("delete", resource.name, row["id"], row.get("idn"), changes.of_gone(row))


@lru_cache(maxsize=100)
def _linked(links: Refs) -> Statement:
    pairs = table(links.table)
    return Statement(
        select(pairs.c[links.member]).where(
            pairs.c.company_id == bindparam("company"), pairs.c[links.owner] == bindparam("owner")
        )
    )


@lru_cache(maxsize=200)
def _others(parts: Parts) -> Statement:
    """Deletes the parts of some owners but for those to keep."""
    source = table(parts.of.table)
    condition = [source.c.company_id == bindparam("company"), any_of(source.c[parts.of.owner], "owners")]
    condition += [source.c[name] == value for name, value in parts.where]
    if "id" in source.c:
        condition.append(none_of(source.c.id, "kept"))
    return Statement(delete(source).where(*condition))


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
    defaults = _defaults(parts.of.fields)
    rows = []
    for row_id, (owner, entry) in zip(ids, owned, strict=True):
        given = {name: entry.get(name, default) for name, default in defaults.items()}
        rows.append({**given, "id": row_id, parts.of.owner: owner, **dict(parts.where)})
    tx.insert_all(source, rows)
    for inner in parts.of.fields:
        if isinstance(inner, Parts):
            nested = [
                (row_id, {**entry, inner.of.root: owner} if inner.of.root else entry)
                for row_id, (owner, holder) in zip(ids, owned, strict=True)
                for entry in holder.get(inner.wire) or ()
            ]
            store_parts(tx, inner, nested)
