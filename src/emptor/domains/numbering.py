"""Numbers of documents: the running `idn`, and the company's own kind of number beside it (`customName`)."""

from __future__ import annotations

import re
from functools import lru_cache
from string import Formatter
from typing import Any

from sqlalchemy import and_, bindparam, case, select, true, update

from emptor.domains import writing
from emptor.domains.custom_fields.values import DROPDOWN
from emptor.domains.organisation import companies
from emptor.domains.organisation.tables import companies as companies_table
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Hidden, Integer, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Operation, Resource
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Values = dict[str, Any]

DOCUMENTS = ("warehouserequests", "purchaserequisitions", "purchaseorders", "receipts", "invoices")
MOST_PLACES = 6
LONGEST_PART = 20
"""Characters that a name or a code may take in a number: template and places together fit `customName`."""
LONGEST_TEMPLATE = 80

NAMED = {
    "location": ("location_id", "locations", "unique_code", "name"),
    "legalEntity": ("legal_entity_id", "legal_entities", "external_id", "name"),
    "supplier": ("supplier_id", "suppliers", "unique_code", "name"),
}
"""Things a number can name: their column in documents, their table, and the columns of their code and name."""
DATES = {"year": slice(0, 4), "shortYear": slice(2, 4), "month": slice(5, 7), "day": slice(8, 10)}
"""Parts of the day of creation, as they stand in a stamp."""

NUMBERED = r".*\{number(:0?[1-9])?\}.*"
NO_NUMBER = "The running number belongs in it, once: {number}, or {number:05} for five digits."
_WIDTH = re.compile(r"0?[1-9]")
_FIELD = re.compile(r"(\d{1,18})(\.code|\.name)?")
HINT = (
    "{number} or {number:05}, {year}, {shortYear}, {month}, {day}, {location}, {legalEntity}, {supplier} – also with "
    ".code or .name – and {field:ID} for the option of a drop-down document custom field"
)


def parts(template: str) -> list[tuple[str, str, str]]:
    """A template as text, place and the place's width or custom field, over and over; ValueError with a sentence."""
    try:
        parsed = list(Formatter().parse(template))
    except ValueError:
        raise ValueError("Every { needs its }, with the name of a place between them.") from None
    places = [
        (place, f"{spec}!{turned}" if turned else spec or "") for _, place, spec, turned in parsed if place is not None
    ]
    for place, spec in places:
        if not _is_known(place, spec):
            shown = f"{place}:{spec}" if spec else place
            raise ValueError(f"There is no place {{{shown}}}; possible are {HINT}.")
    if [place for place, _ in places].count("number") != 1:
        raise ValueError(NO_NUMBER)
    if len(places) > MOST_PLACES:
        raise ValueError(f"At most {MOST_PLACES} places go into a number.")
    return [(text, place or "", spec or "") for text, place, spec, _ in parsed]


def _is_known(place: str, spec: str) -> bool:
    if place == "number":
        return not spec or bool(_WIDTH.fullmatch(spec))
    if place == "field":
        return bool(_FIELD.fullmatch(spec))
    thing, _, aspect = place.partition(".")
    return not spec and (place in DATES or (thing in NAMED and aspect in ("", "code", "name")))


def create(tx: UnitOfWork, values: Values) -> int:
    """A new format; it takes the place of the one in use for that kind of document. Its id."""
    _check(tx, values.get("template", "{number}"), values.get("document_type"))
    made = writing.create(tx, FORMATS, values)
    _settle(tx, made, values)
    return made


def change(tx: UnitOfWork, row: Values, values: Values) -> None:
    """Change a format; numbers given out stay as they are."""
    if "template" in values:
        _check(tx, values["template"], row["document_type"])
    writing.update(tx, FORMATS, row, values)
    _settle(tx, row["id"], {**row, **values})


def _check(tx: UnitOfWork, template: str, document_type: str | None) -> None:
    """Note what is wrong with a template, also what documents of the kind do not have."""
    from emptor.domains import discover

    try:
        found = parts(template)
    except ValueError as fault:
        tx.problems.add("template", str(fault))
        return
    resource = next((one for one in discover() if one.name == document_type), None)
    if resource is None:
        return
    for _, place, spec in found:
        thing = place.partition(".")[0]
        if thing in NAMED and NAMED[thing][0] not in table(resource.table).c:
            tx.problems.add("template", f"A {resource.life.noun} has no {thing}; leave {{{place}}} out.")
        if place == "field" and tx.scalar(_dropdown(), company=tx.company_id, field=_field_of(spec)[0]) is None:
            tx.problems.add(
                "template", f"There is no drop-down document custom field with id {_field_of(spec)[0]} here."
            )


def _settle(tx: UnitOfWork, format_id: int, values: Values) -> None:
    """One format is in use for a kind of document; which kinds have one is known without asking (`numbered`)."""
    if values.get("enable", True):
        tx.run(_retire(), company=tx.company_id, type=values["document_type"], kept=format_id)
    numbered = sorted({row[0] for row in tx.all(_in_use(), company=tx.company_id)})
    companies.choose(tx, tx.scalar(_SETTINGS, company=tx.company_id), numbered=numbered or None)


def numbers(tx: UnitOfWork, resource: Resource, values: Values) -> Values:
    """The next `idn` of a new document and, where the company has its own numbers for them, its `custom_name`.

    Both come from rows that only this change can touch until it is committed, so no number is lost or given twice.
    """
    idn = {"idn": str(tx.count(resource.name, idns=1, rows=1))}
    if values.get("custom_name") or resource.name not in tx.actor.settings.get("numbered", ()):
        return idn
    taken = tx.one(_next(), company=tx.company_id, type=resource.name, year=int(tx.stamp[:4]))
    if taken is None:
        return idn
    template, after = taken
    text = "".join(
        text + _filled(tx, resource, values, place, spec, after - 1) for text, place, spec in parts(template)
    )
    return idn | {"custom_name": text}


def _filled(tx: UnitOfWork, resource: Resource, values: Values, place: str, spec: str, number: int) -> str:
    if not place:
        return ""
    if place == "number":
        return format(number, f"0{spec.lstrip('0')}" if spec else "")
    if place in DATES:
        return str(tx.stamp[DATES[place]])
    if place == "field":
        return _option(tx, resource, values, spec)
    thing, _, aspect = place.partition(".")
    column, target, code, name = NAMED[thing]
    return _called(tx, target, values.get(column), code, name, aspect)


def _option(tx: UnitOfWork, resource: Resource, values: Values, spec: str) -> str:
    """The code or name of the option that the document has in a custom field."""
    field_id, aspect = _field_of(spec)
    custom = resource.custom_values
    entries = values.get(custom.wire) or () if custom else ()
    chosen = next((entry.get("option_id") for entry in entries if entry["field_id"] == field_id), None)
    return _called(tx, "custom_field_options", chosen, "code", "name", aspect)


def _called(tx: UnitOfWork, target: str, row_id: int | None, code: str, name: str, aspect: str) -> str:
    """What a row is called in numbers: by its code, or by its name where it has none; nothing when there is no row."""
    row = tx.one(_row(target, code, name), company=tx.company_id, id=row_id) if row_id is not None else None
    if row is None:
        return ""
    return str((row[1] if aspect == "name" else row[0] if aspect == "code" else row[0] or row[1]) or "")[:LONGEST_PART]


def _field_of(spec: str) -> tuple[int, str]:
    found = _FIELD.fullmatch(spec)
    assert found, spec
    return int(found[1]), (found[2] or "").removeprefix(".")


FORMATS = define(
    Resource(
        name="numberformats",
        table="number_formats",
        label="NumberFormat",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text(
                "documentType", size=40, required=True, write=Write.ON_CREATE, pattern="|".join(DOCUMENTS),
                hint=f"Choose from: {', '.join(DOCUMENTS)}.",
            ),
            Text(
                "template", size=LONGEST_TEMPLATE, required=True, write=Write.ALWAYS, pattern=NUMBERED, hint=NO_NUMBER,
                note=f"such as `PO-{{year}}-{{location}}-{{number:05}}`; it may hold {HINT}",
            ),
            Flag("restartYearly", write=Write.ALWAYS, note="the first document of a year gets number 1"),
            Integer("nextNumber", low=1, default=1, write=Write.ALWAYS, note="what the next document gets"),
            Flag("enable", default=True, write=Write.ALWAYS, note="one format of a kind of document is in use"),
            Hidden("countedYear", note="year of the latest number given out"),
        ),
        operations=(
            Operation("list", "GET", "/-/numberformats", hosted=False, summary="List formats of numbers"),
            Operation("get", "GET", "/-/numberformats/{id}", hosted=False, summary="One format of numbers"),
            Operation(
                "create", "POST", "/-/numberformats", CONFIGURE, False, run=create, status=201,
                summary="Give new documents of a kind numbers of the company's own",
            ),
            Operation(
                "update", "PUT", "/-/numberformats/{id}", CONFIGURE, False, run=change,
                summary="Change how new documents are numbered; numbers given out stay",
            ),
        ),
        writes=CONFIGURE,
        indexes=(("document_type",),),
    )
)  # fmt: skip


@lru_cache(maxsize=1)
def _next() -> Statement:
    formats = table(FORMATS.table)
    first = and_(formats.c.restart_yearly, formats.c.counted_year != bindparam("year"))
    return Statement(
        update(formats)
        .where(
            formats.c.company_id == bindparam("company"), formats.c.document_type == bindparam("type"),
            formats.c.enable == true(),
        )
        .values(next_number=case((first, 2), else_=formats.c.next_number + 1), counted_year=bindparam("year"))
        .returning(formats.c.template, formats.c.next_number)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _retire() -> Statement:
    formats = table(FORMATS.table)
    return Statement(
        update(formats)
        .where(
            formats.c.company_id == bindparam("company"), formats.c.document_type == bindparam("type"),
            formats.c.id != bindparam("kept"),
        )
        .values(enable=False)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _in_use() -> Statement:
    formats = table(FORMATS.table)
    return Statement(
        select(formats.c.document_type).where(
            formats.c.company_id == bindparam("company"), formats.c.enable == true()
        )
    )  # fmt: skip


_SETTINGS = Statement(select(companies_table.c.settings).where(companies_table.c.id == bindparam("company")))


@lru_cache(maxsize=1)
def _dropdown() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.id).where(
            fields.c.company_id == bindparam("company"), fields.c.id == bindparam("field"),
            fields.c.family == "document", fields.c.type == DROPDOWN,
        )
    )  # fmt: skip


@lru_cache(maxsize=10)
def _row(target: str, code: str, name: str) -> Statement:
    source = table(target)
    return Statement(
        select(source.c[code], source.c[name]).where(
            source.c.company_id == bindparam("company"), source.c.id == bindparam("id")
        )
    )
