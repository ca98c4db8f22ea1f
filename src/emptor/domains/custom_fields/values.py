"""Checking values of custom fields: an option for a drop-down, text for a text field, a date for a date field."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, exists, or_, select
from sqlalchemy.sql.elements import ColumnElement

from emptor.kit.clock import parse_moment
from emptor.kit.fields import CustomValues, Part
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Job, Transaction, UnitOfWork

DROPDOWN, TEXT, DATE = 0, 1, 2
TYPES = {DROPDOWN: "dropdown", TEXT: "text", DATE: "date"}
SEVERAL = "supplier"
"""The family whose drop-downs take several options at once."""
BOUNDS = ("option_legal_entities", "option_locations")
"""Tables that bind options."""


class Placed(NamedTuple):
    """Values that somebody sends: where they stand in the body, the object that has them already, and the entries."""

    place: str
    owner: int | None
    entries: list[dict[str, Any]]


Sent = Mapping[CustomValues, Sequence[Placed]]
"""All values of one request, by the field they are sent for."""


class Choice(NamedTuple):
    """An option that an entry chooses; `anew` unless its owner has it already."""

    place: str
    option: int
    anew: bool
    bound: bool
    """Whether it goes only with some legal entities or locations."""


class Definition(NamedTuple):
    """What a value has to know of its field."""

    id: int
    family: str
    kind: int
    enable: bool


class Option(NamedTuple):
    """What a choice has to know of the option."""

    id: int
    field: int
    enable: bool
    bound: bool


def questions(sent: Sent) -> list[Job]:
    """What `check` has to know about these values, whatever their families: its `answers` are the rows found."""
    entries = [entry for placed in sent.values() for one in placed for entry in one.entries if isinstance(entry, dict)]
    ids = list({entry["field_id"] for entry in entries})
    numbers = list({int(entry["value"]) for entry in entries if _is_id(entry["value"])})
    asked: list[Job] = [
        (_definitions(), {"ids": ids} if ids else None),
        (_options(), {"ids": numbers} if numbers else None),
    ]
    for custom, placed in sent.items():
        owners = list({one.owner for one in placed if isinstance(one.owner, int)})
        asked.append((_kept(table(custom.of.table)), {"owners": owners} if owners else None))
    return asked


def check(tx: UnitOfWork, sent: Sent, answers: Sequence[Sequence[dict[str, Any]]]) -> list[Choice]:
    """Check entries `{field_id, value}`, note problems, fill in `option_id` and tidy `value`; what is chosen.

    A field or an option out of use takes no new values; an object that has the value already keeps it.
    """
    definitions = [Definition(**row) for row in answers[0]]
    options = {row["id"]: Option(**row) for row in answers[1]}
    chosen: list[Choice] = []
    for (custom, placed), rows in zip(sent.items(), answers[2:], strict=True):
        of_family = {one.id: one for one in definitions if one.family == custom.family}
        kept = {tuple(row.values()) for row in rows}
        chosen += _chosen(tx, custom.family, placed, of_family, options, kept)
    return chosen


def _chosen(
    tx: UnitOfWork, family: str, placed: Sequence[Placed], definitions: dict[int, Definition],
    options: dict[int, Option], kept: set[tuple[Any, ...]],
) -> list[Choice]:  # fmt: skip
    entries = [(f"{p.place}[{i}]", p.owner, e) for p in placed for i, e in enumerate(p.entries) if isinstance(e, dict)]
    chosen = []
    for place, owner, entry in entries:
        definition, entry["option_id"] = definitions.get(entry["field_id"]), None
        sentence = _unfit(definition, entry, options, family)
        anew = (owner, entry["field_id"], entry["value"]) not in kept
        if not sentence and anew:
            sentence = _out_of_use(tx, definition, options.get(entry["option_id"]))
        if sentence:
            tx.problems.add(place, sentence)
        elif entry["option_id"] is not None:
            chosen.append(Choice(place, entry["option_id"], anew, options[entry["option_id"]].bound))
    _refuse_repeats(tx, placed, {d.id for d in definitions.values() if d.kind == DROPDOWN and family == SEVERAL})
    return chosen


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19


def _unfit(definition: Definition | None, entry: dict[str, Any], options: dict[int, Option], family: str) -> str:
    """Why the field cannot hold the value, if it cannot; else the value is in its one spelling."""
    if definition is None:
        return f"There is no {family} custom field with id {entry['field_id']} here."
    value = entry["value"]
    if value is None:
        return ""
    if definition.kind == DROPDOWN:
        option = options.get(int(value)) if _is_id(value) else None
        if option is None or option.field != definition.id:
            return f"Send the id of one of the field's options; see /{family}customfields/{definition.id}/options."
        entry["option_id"], entry["value"] = option.id, str(option.id)
    if definition.kind == DATE:
        try:
            entry["value"] = parse_moment(value)[0].date().isoformat()
        except ValueError as fault:
            return str(fault)
    return ""


def _out_of_use(tx: UnitOfWork, definition: Definition | None, option: Option | None) -> str:
    """Why the value cannot be given anew, if it cannot."""
    if definition is not None and not definition.enable:
        return "This custom field is out of use; leave it out."
    if option is None:
        return ""
    if not option.enable:
        return "This option is out of use; choose another."
    actor = tx.actor
    if actor and actor.options is not None and option.field in actor.limiting_fields and option.id not in actor.options:
        return "This option is not among yours; choose another."
    return ""


def _refuse_repeats(tx: UnitOfWork, placed: Sequence[Placed], several: set[int]) -> None:
    for place, _, entries in placed:
        seen: set[Any] = set()
        for i, entry in enumerate(entries):
            if not isinstance(entry, dict):
                continue
            key = (entry["field_id"], entry["value"] if entry["field_id"] in several else None)
            if key in seen:
                tx.problems.add(f"{place}[{i}]", "This field has its value already, further up in the list.")
            seen.add(key)


def require(tx: UnitOfWork, family: str, given: Iterable[tuple[str, Iterable[dict[str, Any]]]]) -> None:
    """Note, for each place and the entries there, which required fields of the family are left without a value."""
    required = tx.raw(_required(), company=tx.company_id, family=family)
    if not required:
        return
    for place, entries in given:
        filled = {entry["field_id"] for entry in entries if isinstance(entry, dict) and entry["value"] is not None}
        missing = [name for field_id, name in required if field_id not in filled]
        if missing:
            tx.problems.add(place, fill_in(missing))


def fill_in(missing: Iterable[str]) -> str:
    """What to say where required fields are left without a value."""
    return f"Fill in what is required: {', '.join(missing)}."


def lacking(tx: UnitOfWork, custom: CustomValues, part: Part, owner: int) -> dict[int, list[str]]:
    """The required fields without a value, by the position of the stored part, such as a line, that lacks them.

    Looked for in the database, because as a rule there is nothing to find among a thousand lines.
    """
    found: dict[int, list[str]] = defaultdict(list)
    for position, name in tx.raw(_lacking(custom, part), company=tx.company_id, family=custom.family, owner=owner):
        found[position].append(name)
    return found


def stored(tx: Transaction, custom: CustomValues, owner: int) -> list[dict[str, Any]]:
    """The values an object has, as if a client had sent them."""
    return [
        {"field_id": field_id, "value": value}
        for _, field_id, value in tx.raw(_kept(table(custom.of.table)), company=tx.company_id, owners=[owner])
    ]


@lru_cache(maxsize=1)
def _definitions() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.id, fields.c.family, fields.c.type.label("kind"), fields.c.enable).where(
            fields.c.company_id == bindparam("company"), any_of(fields.c.id, "ids")
        )
    )


@lru_cache(maxsize=1)
def _options() -> Statement:
    options = table("custom_field_options")
    bounds = (
        select(links.c.option_id)
        .where(links.c.company_id == options.c.company_id, links.c.option_id == options.c.id)
        .exists()
        for links in map(table, BOUNDS)
    )
    return Statement(
        select(options.c.id, options.c.field_id.label("field"), options.c.enable, or_(*bounds).label("bound")).where(
            options.c.company_id == bindparam("company"), any_of(options.c.id, "ids")
        )
    )


@lru_cache(maxsize=100)
def _kept(values: Table) -> Statement:
    return Statement(
        select(values.c.owner_id, values.c.field_id, values.c.value)
        .where(values.c.company_id == bindparam("company"), any_of(values.c.owner_id, "owners"))
        .order_by(values.c.owner_id, values.c.id)
    )


@lru_cache(maxsize=50)
def _lacking(custom: CustomValues, part: Part) -> Statement:
    fields, parts, values = table("custom_fields"), table(part.table), table(custom.of.table)
    filled = exists().where(
        values.c.company_id == parts.c.company_id, values.c.owner_id == parts.c.id, values.c.field_id == fields.c.id,
        values.c.value.is_not(None),
    )  # fmt: skip
    return Statement(
        select(parts.c.position, fields.c.name)
        .join_from(fields, parts, parts.c.company_id == fields.c.company_id)
        .where(*_demanded(fields), parts.c[part.owner] == bindparam("owner"), ~filled)
        .order_by(parts.c.position, fields.c.position, fields.c.id)
    )


def _demanded(fields: Table) -> tuple[ColumnElement[bool], ...]:
    """The conditions on the required fields of a family that are in use."""
    return (
        fields.c.company_id == bindparam("company"), fields.c.family == bindparam("family"),
        fields.c.required.is_(True), fields.c.enable.is_(True),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _required() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.id, fields.c.name).where(*_demanded(fields)).order_by(fields.c.position, fields.c.id)
    )
