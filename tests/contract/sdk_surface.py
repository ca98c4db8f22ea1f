"""The public surface of the SDK, read off the SDK itself, and where each of its methods is put to the test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints, is_typeddict

from precoro import PrecoroClient
from precoro.base import BaseResource

Test = Callable[..., Any]

TESTED: dict[str, list[str]] = {}
"""Method (`suppliers.create`) → the tests that call it and look at what it gives."""

APPROVALS = tuple(f"approval.{verb}" for verb in ("confirm", "approve", "reject", "revision", "confirm_revise"))


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
