"""Query parameters of a list: which page, and which objects (contract: protocol, pagination and filters)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from emptor.kit.clock import end_of_day, parse_moment, spell
from emptor.kit.errors import Problems
from emptor.kit.fields import Field, Moment, Parts, Ref
from emptor.kit.resource import Resource
from emptor.settings import PER_PAGE, Settings
from emptor.store.query import Condition

MOST_EXTERNAL_IDS = 200
MOST_VALUES = 1000
WHOLE_LIST = 10_000
"""Records on the first page of a list without `meta`: its readers cannot know that there is a second."""
_PAGE_LIMIT = 10**9

ALIASES = {"external_id": "externalId"}
PRESENCE = {"sent_to_external": "externalId", "externalIntegrated": "externalId"}
"""`0` keeps objects that have no external id yet, `1` those that have one."""
NATIVE = ("page", "per_page", "include", "modifiedSince")


@dataclass(frozen=True)
class Wanted:
    """What a list request asks for. `number` is None for the last page."""

    number: int | None
    size: int
    conditions: tuple[Condition, ...]
    include: tuple[str, ...]


def read(resource: Resource, query: dict[str, Any], settings: Settings) -> Wanted:
    """Understand the query of a list; unknown keys are ignored, unusable values raise Invalid."""
    problems = Problems()
    number, size = _number(query.get("page"), settings, problems), _size(query.get("per_page"), settings, problems)
    size = size if resource.meta else WHOLE_LIST
    conditions: list[Condition] = []
    if resource.has("updateDate") and _text(query.get("modifiedSince")):
        _since(query["modifiedSince"], conditions, problems)
    by_name = {one.wire: one for one in resource.searchable}
    for key, raw in query.items():
        name = ALIASES.get(key, key)
        if key in NATIVE or raw in ("", None, []):
            continue
        if key in PRESENCE and PRESENCE[key] in by_name:
            _presence(key, raw, by_name[PRESENCE[key]], conditions, problems)
        elif key in ("approvalLeftDate", "approvalRightDate") and "approvalDate" in by_name:
            side = "left_date" if key == "approvalLeftDate" else "right_date"
            _range(key, by_name["approvalDate"], {side: raw}, conditions, problems)
        elif name in by_name:
            _equals(key, by_name[name], raw, conditions, problems)
    problems.raise_if_any()
    return Wanted(number, size, tuple(conditions), _include(resource, query.get("include"), settings))


def _number(raw: Any, settings: Settings, problems: Problems) -> int | None:
    text = _text(raw)
    if text == "last":
        return None
    if text.isascii() and text.isdigit() and 0 < int(text[:12]) < _PAGE_LIMIT:
        return int(text)
    if text and settings.strict_pages:
        problems.add("page", "Send a page number from 1, or last.")
    return 1


def _size(raw: Any, settings: Settings, problems: Problems) -> int:
    text = _text(raw)
    if text.isascii() and text.isdigit() and int(text[:6]) in PER_PAGE:
        return int(text)
    if text and settings.strict_pages:
        problems.add("per_page", f"Send one of {', '.join(map(str, PER_PAGE))}.")
    return settings.per_page


def _text(raw: Any) -> str:
    return raw.strip() if isinstance(raw, str) else ""


def _since(raw: Any, conditions: list[Condition], problems: Problems) -> None:
    try:
        conditions.append(Condition("since", "update_date", spell(parse_moment(raw)[0])))
    except ValueError as fault:
        problems.add("modifiedSince", str(fault))


def _presence(key: str, raw: Any, field: Field, conditions: list[Condition], problems: Problems) -> None:
    word = str(raw).lower()
    if word in ("0", "false"):
        conditions.append(Condition("null", field.column, None))
    elif word in ("1", "true"):
        conditions.append(Condition("set", field.column, None))
    else:
        problems.add(key, "Send 0 or 1.")


def _range(key: str, field: Field, sides: dict[str, Any], conditions: list[Condition], problems: Problems) -> None:
    for side, op in (("left_date", "since"), ("right_date", "until")):
        text = _text(sides.get(side))
        if not text:
            continue
        try:
            moment, only_day = parse_moment(text)
            moment = end_of_day(moment) if op == "until" and only_day else moment
            conditions.append(Condition(op, field.column, spell(moment)))
        except (ValueError, OverflowError) as fault:
            problems.add(f"{key}[{side}]" if key == field.wire else key, str(fault))


def _equals(key: str, field: Field, raw: Any, conditions: list[Condition], problems: Problems) -> None:
    if isinstance(raw, dict):
        if isinstance(field, Moment):
            _range(key, field, raw, conditions, problems)
            return
        raw = raw.get("id") if isinstance(field, Ref) else None
    values = [value for value in (raw if isinstance(raw, list) else [raw]) if isinstance(value, str) and value != ""]
    if not values:
        return
    most = MOST_EXTERNAL_IDS if key == "external_id" else MOST_VALUES
    if len(values) > most:
        problems.add(key, f"Send at most {most} values; this request has {len(values)}.")
        return
    if isinstance(field, Moment) and len(values) == 1:
        _on_day(key, field, values[0], conditions, problems)
        return
    try:
        conditions.append(Condition("any", field.column, [field.parse_filter(value) for value in values]))
    except ValueError as fault:
        problems.add(key, str(fault))


def _on_day(key: str, field: Field, text: str, conditions: list[Condition], problems: Problems) -> None:
    """A day alone means any moment of it; a full moment means just that."""
    _range(key, field, {"left_date": text, "right_date": text}, conditions, problems)


def _include(resource: Resource, raw: Any, settings: Settings) -> tuple[str, ...]:
    if not raw:
        return ()
    names = {part.strip() for entry in (raw if isinstance(raw, list) else [raw]) for part in str(entry).split(",")}
    return tuple(sorted(f.wire for f in includable(resource, settings.profile) if f.wire in names))


def includable(resource: Resource, profile: str) -> tuple[Parts, ...]:
    """Collections of the single object that a list can be asked to `include`."""
    if profile != "extended":
        return ()
    return tuple(one for one in resource.fields if isinstance(one, Parts) and not one.listed)
