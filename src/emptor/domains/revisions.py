"""What documents said from their submission on: a copy of every past state, and what changed between two of them.

The latest state is not copied before the document changes: until then it stands in the document itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, lru_cache, partial
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    bindparam,
    select,
)

from emptor.kit import fields
from emptor.kit.errors import Invalid
from emptor.kit.fields import Constant, CustomValues, Derived, Field, Hidden, Parts, Ref, Refs, Write
from emptor.kit.resource import Operation, Resource
from emptor.store import query
from emptor.store.clauses import belongs
from emptor.store.schema import metadata, table
from emptor.store.statement import Statement
from emptor.store.types import Instant, any_of
from emptor.store.unit_of_work import Job, Transaction, UnitOfWork

Row = dict[str, Any]
Content = dict[str, Any]

revisions = Table(
    "revisions",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("object_id", BigInteger, nullable=False),
    Column("resource", String(60), nullable=False),
    Column("number", Integer, nullable=False, comment="counts the revisions of one document, from 1"),
    Column("create_date", Instant, nullable=False),
    Column("user_id", BigInteger),
    Column("on_behalf_of_id", BigInteger),
    Column("verb", String(60), nullable=False),
    Column("status", Integer, nullable=False),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("company_id", "object_id", "number"),
)

contents = Table(
    "revision_contents",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("revision_id", BigInteger, nullable=False),
    Column("content", Text, nullable=False, comment="JSON: header and lines"),
    PrimaryKeyConstraint("company_id", "revision_id"),
    comment="what the revisions of documents said that have changed since",
)

TOLD = frozenset({"id", "name", "sku", "sum", "netSum", "percent"})
"""Fields that belong to what a document says although nobody sends them."""

_encode = msgspec.json.Encoder(decimal_format="number").encode


def note(tx: UnitOfWork, resource: Resource, row_id: int) -> None:
    """Add a revision once this change is complete, if the document says something new then."""
    tx.finally_(("revision", row_id), partial(_add, tx, resource, row_id))


def keep(tx: UnitOfWork, resource: Resource, row_id: int) -> None:
    """Copy what a document says, unless there is a copy, before it changes. A draft has said nothing yet."""
    latest = tx.record(_LATEST, company=tx.company_id, object=row_id)
    if latest and latest["content"] is None:
        _copy(tx, latest["id"], _said(tx, resource, row_id))


def _add(tx: UnitOfWork, resource: Resource, row_id: int) -> None:
    asked: list[Job] = [(_LATEST, {"object": row_id}), (_state(resource), {"key": row_id})]
    found, [[status]] = tx.many(asked)
    content = None
    if found:
        _, number, before = found[0]
        if before is None:
            return  # whatever changes a document has its copy made first
        content = _said(tx, resource, row_id)
        if content == before:
            return
    revision_id = tx.new_id()
    kept = {
        "id": revision_id, "object_id": row_id, "resource": resource.name, "number": number + 1 if found else 1,
        "create_date": tx.stamp, "user_id": tx.actor.user_id if tx.actor else None, "on_behalf_of_id": tx.on_behalf_of,
        "verb": tx.verb or "update", "status": status,
    }  # fmt: skip
    tx.insert(revisions, kept)
    if content is not None:
        _copy(tx, revision_id, content)


def _copy(tx: UnitOfWork, revision_id: int, content: str) -> None:
    tx.insert(contents, {"revision_id": revision_id, "content": content})


def _said(tx: Transaction, resource: Resource, row_id: int) -> str:
    """What a document says now."""
    shown = query.one(tx, _shape(resource), resource, "id", row_id, query.EVERYTHING)
    assert shown is not None, (resource.name, row_id)
    return _encode(shown).decode()


@lru_cache(maxsize=100)
def _shape(resource: Resource) -> query.Shape:
    return query.Shape(_registry(), tuple(map(_by_ids, _told(resource.fields))), table(resource.table))


@lru_cache(maxsize=100)
def tells(resource: Resource) -> frozenset[str]:
    """The columns in which a document of this kind says something."""
    return frozenset(column.name for one in _told(resource.fields) for column in one.columns())


@lru_cache(maxsize=200)
def _told(declared: tuple[Field, ...]) -> tuple[Field, ...]:
    """What people have written into an object and what it comes to, without what became of it."""
    return tuple(
        one
        for one in declared
        if not isinstance(one, (Constant, Derived, Hidden)) and (one.write is not Write.NEVER or one.wire in TOLD)
        if not (isinstance(one, Parts) and one.goes_on)
    )


def _by_ids(one: Field) -> Field:
    """The field with other objects called by their ids: their names are the readers' business."""
    if isinstance(one, CustomValues):
        return replace(one, options_as="")
    if isinstance(one, Parts):
        return replace(one, part=replace(one.of, fields=tuple(map(_by_ids, _told(one.of.fields)))))
    return replace(one, flat=True) if isinstance(one, Ref) else one


def content_of(declared: tuple[Field, ...], kept: Row) -> Content:
    """What a revision keeps, with its lists as plain ones."""
    content = dict(kept)
    for one in _told(declared):
        if isinstance(one, CustomValues):
            entries = kept[one.wire]["data"]
            content[one.wire] = [{"id": each[one.names_field]["id"], "value": each["value"]} for each in entries]
        elif isinstance(one, Parts):
            entries = kept[one.wire] if one.bare else kept[one.wire]["data"]
            content[one.wire] = [content_of(one.of.fields, each) for each in entries]
        elif isinstance(one, Refs):
            content[one.wire] = kept[one.wire]["data"]
    return content


def differences(before: Content, after: Content) -> list[Row]:
    """What changed, field by field; of a list what was added, removed and changed, entry by entry."""
    found = []
    for name in {**before, **after}:
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if isinstance(old or [], list) and isinstance(new or [], list):
            found.append({"field": name, **_entries(old or [], new or [])})
        else:
            found.append({"field": name, "from": old, "to": new})
    return found


def _entries(before: list[Row], after: list[Row]) -> Row:
    old, new = {one["id"]: one for one in before}, {one["id"]: one for one in after}
    changed = [
        {"id": key, "name": new[key].get("name"), "changes": differences(old[key], new[key])}
        for key in new
        if key in old and old[key] != new[key]
    ]
    return {
        "added": [one for key, one in new.items() if key not in old],
        "removed": [one for key, one in old.items() if key not in new],
        "changed": changed,
    }


def operations(resource: Resource) -> tuple[Operation, ...]:
    """Reading the revisions of documents of this kind."""
    path, noun = f"/{resource.name}/{{{resource.key}}}/revisions", resource.life.noun
    return (
        Operation(
            "look", "GET", path, resource.reads, False, run=partial(list_, resource), shows=LISTED,
            summary=f"The revisions of a {noun}, the latest first",
        ),
        Operation(
            "look", "GET", f"{path}/compare", resource.reads, False, run=partial(compare, resource), shows=COMPARED,
            asks=ASKED, summary=f"What changed between two revisions of a {noun}",
        ),
    )  # fmt: skip


ASKED = (
    fields.Integer("from", low=1, required=True, write=Write.ALWAYS, note="number of the earlier revision"),
    fields.Integer("to", low=1, required=True, write=Write.ALWAYS, note="number of the later revision"),
)


def list_(resource: Resource, tx: Transaction, row: Row, asked: Row) -> Row:
    """The revisions of a document, the latest first, without what they say."""
    return {"data": _described(tx, resource, tx.records(_ALL, company=tx.company_id, object=row["id"]))}


def compare(resource: Resource, tx: Transaction, row: Row, asked: Row) -> Row:
    """What changed from one revision to another; Invalid when there is none of a number."""
    kept = {one["number"]: one for one in tx.records(_ALL, company=tx.company_id, object=row["id"])}
    missing = {name: number for name, number in asked.items() if number not in kept}
    if missing:
        there = f"there are 1 to {len(kept)}" if kept else "it has none before it is submitted"
        raise Invalid({name: f"There is no revision {number}; {there}." for name, number in missing.items()})
    pair = [kept[asked["from"]], kept[asked["to"]]]
    copies = dict(tx.all(_COPIES, company=tx.company_id, ids=[one["id"] for one in pair]))
    said = [copies.get(one["id"]) or _said(tx, resource, row["id"]) for one in pair]
    shown = [content_of(resource.fields, msgspec.json.decode(one)) for one in said]
    _name_others(tx, resource, shown)
    before, after = _with_names(tx, resource, shown)
    first, last = _described(tx, resource, pair)
    return {"from": first, "to": last, "changes": differences(before, after)}


def _described(tx: Transaction, resource: Resource, rows: list[Row]) -> list[Row]:
    ids = list({row[name] for row in rows for name in ("user_id", "on_behalf_of_id")} - {None})
    people = {user["id"]: user for user in tx.records(_people(), company=tx.company_id, ids=ids)} if ids else {}
    return [
        {
            "number": row["number"], "createDate": row["create_date"], "verb": row["verb"], "status": row["status"],
            "statusName": resource.life.names[row["status"]], "user": people.get(row["user_id"]),
            "onBehalfOf": people.get(row["on_behalf_of_id"]),
        }
        for row in rows
    ]  # fmt: skip


def _name_others(tx: Transaction, resource: Resource, contents: list[Content]) -> None:
    """Put the objects that the contents call by their ids in their places."""
    places: dict[Ref, list[Content]] = defaultdict(list)
    for one, holder in _referring(resource.fields, contents):
        places[one].append(holder)
    plans = [query.EmbedPlan(_registry(), one.to, one.show, [one.wire]) for one in places]
    works = (query.follow(tx, plan, held) for plan, held in zip(plans, places.values(), strict=True))
    query.led(tx, query.together(works))


def _referring(declared: tuple[Field, ...], contents: list[Content]) -> Iterator[tuple[Ref, Content]]:
    """Every field that calls another object by its id, with the content it stands in."""
    for one in _told(declared):
        if isinstance(one, Ref) and not one.flat:
            yield from ((one, content) for content in contents if content.get(one.wire) is not None)
        elif isinstance(one, Parts) and not isinstance(one, CustomValues):
            yield from _referring(one.of.fields, [entry for content in contents for entry in content[one.wire]])


def _with_names(tx: Transaction, resource: Resource, contents: list[Content]) -> list[Content]:
    """The contents with custom fields and their options called by name."""
    lists = list(_custom_lists(resource, contents))
    entries = [entry for one in lists for entry in one]
    if entries:
        named = {
            row["id"]: row
            for row in tx.records(_definitions(), company=tx.company_id, ids=list({one["id"] for one in entries}))
        }
        numbers = {int(one["value"]) for one in entries if _is_option(named, one)}
        options = dict(tx.all(_options(), company=tx.company_id, ids=list(numbers))) if numbers else {}
        for entry in entries:
            if _is_option(named, entry):
                entry["value"] = options.get(int(entry["value"]), entry["value"])
            entry["name"] = named[entry["id"]]["name"]
    return contents


def _custom_lists(resource: Resource, contents: list[Content]) -> Iterator[list[Row]]:
    for one in resource.fields:
        if isinstance(one, CustomValues):
            yield from (content[one.wire] for content in contents if content.get(one.wire))
        elif isinstance(one, Parts):
            inner = [f.wire for f in one.of.fields if isinstance(f, CustomValues)]
            for content in contents:
                yield from (line[wire] for line in content.get(one.wire) or () for wire in inner if line.get(wire))


def _is_option(named: dict[int, Row], entry: Row) -> bool:
    return bool(named[entry["id"]]["type"] == 0 and entry["value"])


_PERSON = {"type": ["object", "null"]}
_REVISION = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"}, "createDate": {"type": "string", "format": "date-time"},
        "verb": {"type": "string"}, "status": {"type": "integer"}, "statusName": {"type": "string"},
        "user": _PERSON, "onBehalfOf": _PERSON,
    },
    "required": ["number", "createDate", "verb", "status", "statusName", "user", "onBehalfOf"],
    "additionalProperties": False,
}  # fmt: skip
LISTED = {
    "type": "object",
    "properties": {"data": {"type": "array", "items": _REVISION}},
    "required": ["data"],
    "additionalProperties": False,
}
COMPARED = {
    "type": "object",
    "properties": {"from": _REVISION, "to": _REVISION, "changes": {"type": "array", "items": {"type": "object"}}},
    "required": ["from", "to", "changes"],
    "additionalProperties": False,
}


@cache
def _registry() -> query.Registry:
    from emptor.domains import discover

    return query.Registry(discover())


_LATEST = Statement(
    select(revisions.c.id, revisions.c.number, contents.c.content)
    .join_from(revisions, contents, belongs(contents, "revision_id", revisions), isouter=True)
    .where(revisions.c.company_id == bindparam("company"), revisions.c.object_id == bindparam("object"))
    .order_by(revisions.c.number.desc())
    .limit(1)
)
_COPIES = Statement(
    select(contents.c.revision_id, contents.c.content).where(
        contents.c.company_id == bindparam("company"), any_of(contents.c.revision_id, "ids")
    )
)
_ALL = Statement(
    select(revisions)
    .where(revisions.c.company_id == bindparam("company"), revisions.c.object_id == bindparam("object"))
    .order_by(revisions.c.number.desc())
)


@lru_cache(maxsize=100)
def _state(resource: Resource) -> Statement:
    source = table(resource.table)
    mine = (source.c.company_id == bindparam("company"), source.c.id == bindparam("key"))
    return Statement(select(source.c[resource.life.column]).where(*mine))


@lru_cache(maxsize=1)
def _people() -> Statement:
    users = table("users")
    return Statement(
        select(users.c.id, users.c.email, users.c.firstname, users.c.lastname).where(
            users.c.company_id == bindparam("company"), any_of(users.c.id, "ids")
        )
    )


@lru_cache(maxsize=1)
def _definitions() -> Statement:
    declared = table("custom_fields")
    return Statement(
        select(declared.c.id, declared.c.name, declared.c.type).where(
            declared.c.company_id == bindparam("company"), any_of(declared.c.id, "ids")
        )
    )


@lru_cache(maxsize=1)
def _options() -> Statement:
    options = table("custom_field_options")
    return Statement(
        select(options.c.id, options.c.name).where(
            options.c.company_id == bindparam("company"), any_of(options.c.id, "ids")
        )
    )
