"""Partial answers: what an example says must be there, what it leaves out may be anything."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

ABSENT = object()
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")

KINDS = {
    "<any>": lambda found: found is not ABSENT,
    "<absent>": lambda found: found is ABSENT,
    "<string>": lambda found: isinstance(found, str),
    "<int>": lambda found: isinstance(found, int) and not isinstance(found, bool),
    "<number>": lambda found: isinstance(found, (int, float)) and not isinstance(found, bool),
    "<bool>": lambda found: isinstance(found, bool),
    "<datetime>": lambda found: isinstance(found, str) and bool(MOMENT.fullmatch(found)),
    "<empty>": lambda found: found in ({}, []),
}


def differences(wanted: Any, found: Any, place: str = "answer") -> Iterator[str]:
    """One sentence for each place where `found` is not what `wanted` says.

    An object must have the keys named, a list as many elements; `<string>` and the like stand for any value of a kind,
    `{"<each>": …}` for what every element of a list must match.
    """
    if isinstance(wanted, str) and wanted in KINDS:
        if not KINDS[wanted](found):
            yield f"{place} should be {wanted}, not {_told(found)}"
    elif isinstance(wanted, dict) and "<each>" in wanted:
        for i, one in enumerate(found if isinstance(found, list) else [ABSENT]):
            yield from differences(wanted["<each>"], one, f"{place}[{i}]")
    elif isinstance(wanted, dict) and isinstance(found, dict):
        for key, value in wanted.items():
            yield from differences(value, found.get(key, ABSENT), f"{place}.{key}")
    elif isinstance(wanted, list) and isinstance(found, list) and len(wanted) == len(found):
        for i, (one, other) in enumerate(zip(wanted, found, strict=True)):
            yield from differences(one, other, f"{place}[{i}]")
    elif wanted != found or (type(wanted) is not type(found) and not _both_numbers(wanted, found)):
        yield f"{place} should be {wanted!r}, not {_told(found)}"


def _both_numbers(one: Any, other: Any) -> bool:
    return all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (one, other))


def _told(found: Any) -> str:
    return "absent" if found is ABSENT else repr(found)[:500]
