"""The public surface of the SDK, read off the SDK itself, and where each of its methods is put to the test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from precoro import PrecoroClient
from precoro.base import BaseResource
from precoro.resources.approval import DOCUMENT_ALIASES

Test = Callable[..., Any]

TESTED: dict[str, list[str]] = {}
"""Method (`suppliers.create`) → the tests that call it and look at what it gives."""

LATER = {}
"""What the server does not do yet: a method, or a resource with all its methods → what it arrives with."""

LATER_DOCUMENTS: tuple[str, ...] = ()
"""Kinds of document to whom approval comes with them."""
APPROVALS = tuple(f"approval.{verb}" for verb in ("confirm", "approve", "reject", "revision", "confirm_revise"))
APPROVED_BY_NOW = tuple(alias for alias in DOCUMENT_ALIASES if alias not in LATER_DOCUMENTS)


def exercises(*methods: str) -> Callable[[Test], Test]:
    """Put a test down as one that calls these methods; the fixture `sdk` sees that it does."""

    def note(test: Test) -> Test:
        for method in methods:
            TESTED.setdefault(method, []).append(test.__name__)
        test.exercises = methods
        return test

    return note


@cache
def surface() -> dict[str, Callable[..., Any]]:
    """Every public method of every resource the client offers, by `resource.method`."""
    found = {}
    with PrecoroClient("token", "ann@acme.test") as client:
        for name in (name for name, one in vars(PrecoroClient).items() if isinstance(one, property)):
            for method, function in inspect.getmembers(type(getattr(client, name)), inspect.isfunction):
                if not method.startswith("_"):
                    found[f"{name}.{method}"] = function
    return found


def later() -> dict[str, str]:
    """`LATER` for each method by itself."""
    whole = {method: LATER[method.partition(".")[0]] for method in surface() if method.partition(".")[0] in LATER}
    return {**whole, **{name: with_what for name, with_what in LATER.items() if "." in name}}


SAMPLES = {
    "items": [1], "file_content": b"%PDF-1.7", "filename": "bill.pdf", "required_date": "2026-01-31",
    "pay_date": "2026-01-31", "sum_paid": 1.5,
}  # fmt: skip


def later_calls() -> list[tuple[str, dict[str, Any]]]:
    """A call of each method that is to come, the approval ones for each kind of document that is."""
    calls = [(method, _arguments(method, "")) for method in later()]
    return calls + [(method, _arguments(method, alias)) for method in APPROVALS for alias in LATER_DOCUMENTS]


def _arguments(method: str, alias: str) -> dict[str, Any]:
    """The arguments that must be given, all plausible; number 1 exists wherever the server knows the kind."""
    given: dict[str, Any] = {}
    for name, one in inspect.signature(surface()[method]).parameters.items():
        if name == "document_alias":
            given[name] = alias
        elif name != "self" and one.default is one.empty:
            given[name] = SAMPLES[name] if name in SAMPLES else "1" if name.endswith("idn") else 1
    return given


class Watched:
    """An unmodified client and the names of the methods that were asked of it."""

    def __init__(self, client: PrecoroClient) -> None:
        self.client = client
        self.asked: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.client, name)
        return _WatchedResource(self, name, value) if isinstance(value, BaseResource) else value

    def call(self, method: str, **arguments: Any) -> Any:
        """`resource.method` with these arguments; what it yields one by one comes as a list."""
        name, _, verb = method.partition(".")
        answer = getattr(getattr(self, name), verb)(**arguments)
        return list(answer) if isinstance(answer, Iterator) else answer


class _WatchedResource:
    def __init__(self, watched: Watched, name: str, resource: BaseResource) -> None:
        self._watched, self._name, self._resource = watched, name, resource

    def __getattr__(self, method: str) -> Any:
        self._watched.asked.add(f"{self._name}.{method}")
        return getattr(self._resource, method)


def mismatches(hint: Any, value: Any, place: str) -> Iterator[str]:
    """Where `value` is not what the SDK's annotation says. Null does everywhere: the SDK forgot it in many places."""
    if value is None:
        return
    origin = get_origin(hint)
    if is_typeddict(hint):
        if not isinstance(value, dict):
            yield f"{place} is no object"
            return
        for key, inner in get_type_hints(hint).items():
            if key in value:
                yield from mismatches(inner, value[key], f"{place}.{key}")
            else:
                yield f"{place}.{key} is missing"
    elif origin in (Union, UnionType):
        (one,) = (arm for arm in get_args(hint) if arm is not NoneType) if len(get_args(hint)) == 2 else (object,)
        yield from mismatches(one, value, place)
    elif origin is list:
        if not isinstance(value, list):
            yield f"{place} is no list"
            return
        for one in value:
            yield from mismatches(get_args(hint)[0], one, f"{place}[]")
    else:
        plain = origin or hint
        kinds = (int, float) if plain is float else (plain,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and plain not in (bool, object)):
            yield f"{place} is {type(value).__name__}, not {plain.__name__}"
