"""What options depend on: one bound to legal entities or locations goes only with an object that names one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains.custom_fields.values import Choice
from emptor.kit.fields import Field, Ref, Refs, Write, sent_name
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Values = dict[str, Any]

LEGAL_ENTITY, LOCATION = 1, 2
KINDS = {LEGAL_ENTITY: "legal entity", LOCATION: "location"}
"""Codes of `depend_type`; the second is Emptor's own."""

BOUND_TO = {
    LEGAL_ENTITY: Refs(
        "legalEntities", to="legal_entities", table="option_legal_entities", owner="option_id",
        member="legal_entity_id", listed=False, note="legal entities the option is bound to; none means all",
    ),
    LOCATION: Refs(
        "locations", to="locations", table="option_locations", owner="option_id", member="location_id",
        listed=False, note="locations the option is bound to; none means all",
    ),
}  # fmt: skip


def check(
    tx: UnitOfWork, fields: Sequence[Field], choices: Sequence[Choice], values: Values, row: Values | None
) -> None:
    """Note chosen options that the object's legal entities and locations rule out, unless these are wrong themselves.

    What the object has already is looked at again only when the object goes to another legal entity or location.
    """
    choices = [choice for choice in choices if choice.bound]
    found = ((kind, _naming(fields, refs.to)) for kind, refs in BOUND_TO.items())
    naming = [(kind, field) for kind, field in found if field is not None and not _is_wrong(tx, field)]
    if not choices or not naming:
        return
    ids = list({choice.option for choice in choices})
    bounds = tx.many([(_links(BOUND_TO[kind]), {"owners": ids}) for kind, _ in naming])
    for (kind, field), pairs in zip(naming, bounds, strict=True):
        bound: dict[int, set[int]] = defaultdict(set)
        for option, member in pairs:
            bound[option].add(member)
        named = _named(tx, field, values, row) if bound else set()
        again = row is None or _goes_elsewhere(field, values, row)
        for choice in choices:
            if named and choice.option in bound and (choice.anew or again) and named.isdisjoint(bound[choice.option]):
                tx.problems.add(choice.place, f"This option belongs to another {KINDS[kind]}; choose a different one.")


def goes_elsewhere(fields: Sequence[Field], values: Values, row: Values) -> bool:
    """Whether the change takes the object to another legal entity or location."""
    naming = (_naming(fields, refs.to) for refs in BOUND_TO.values())
    return any(field is not None and _goes_elsewhere(field, values, row) for field in naming)


def _goes_elsewhere(field: Ref | Refs, values: Values, row: Values) -> bool:
    if isinstance(field, Refs):
        return field.wire in values
    return field.column in values and values[field.column] != row[field.column]


def _naming(fields: Sequence[Field], target: str) -> Ref | Refs | None:
    """The field by which clients place the object in one of `target`."""
    found = (f for f in fields if isinstance(f, (Ref, Refs)) and f.to == target and f.write is not Write.NEVER)
    return next(found, None)


def _is_wrong(tx: UnitOfWork, field: Ref | Refs) -> bool:
    sent = sent_name(field)
    return any(place == sent or place.startswith(f"{sent}[") for place in tx.problems)


def _named(tx: UnitOfWork, field: Ref | Refs, values: Values, row: Values | None) -> set[int]:
    """What the object names, as it will be after the change."""
    if isinstance(field, Ref):
        named = values.get(field.column, (row or {}).get(field.column))
        return set() if named is None else {named}
    if row is None or field.wire in values:
        return set(values.get(field.wire) or ())
    return {member for _, member in tx.raw(_links(field), company=tx.company_id, owners=[row["id"]])}


@lru_cache(maxsize=20)
def _links(refs: Refs) -> Statement:
    links = table(refs.table)
    return Statement(
        select(links.c[refs.owner], links.c[refs.member]).where(
            links.c.company_id == bindparam("company"), any_of(links.c[refs.owner], "owners")
        )
    )
