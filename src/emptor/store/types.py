"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Integer, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

from emptor.kit.money import to_units


class Fixed(TypeDecorator[Decimal]):
    """An exact decimal kept as a whole number of 10^-scale units, so that both engines compare and add it exactly."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    # Whole processors instead of SQLAlchemy's hooks: a document of 1,000 lines passes through them 20,000 times.

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:
        scale = self.scale

        def units(value: Any) -> int | None:
            return None if value is None else to_units(value if isinstance(value, Decimal) else Decimal(value), scale)

        return units

    def result_processor(self, dialect: Any, coltype: Any) -> Callable[[Any], Any]:
        unit = 10**self.scale

        def amount(units: Any) -> Decimal | None:
            return None if units is None else Decimal(units) / unit

        return amount


class Instant(TypeDecorator[str]):
    """A moment in UTC, in Python always the text `2025-05-05T23:59:59+00:00`, which sorts as time does."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(DateTime(timezone=True))
        return dialect.type_descriptor(Text())


class JsonText(TypeDecorator[Any]):
    """A small JSON value kept as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else msgspec.json.encode(value).decode()

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else msgspec.json.decode(value)


KEPT = 2000
"""Amounts of one scale that are kept at hand as JSON shows them: a document says most of its sums several times."""


@lru_cache(maxsize=20)
def _amounts(scale: int) -> Callable[[Any], Any]:
    """Turns units into amounts. Whole ones become ints, which cost less to make and to write than decimals."""
    unit = 10**scale

    @lru_cache(KEPT)
    def amount(units: int | None) -> Any:
        if not units:
            return units
        return Decimal(units) / unit if units % unit else units // unit

    return amount


def shown(kind: TypeEngine[Any]) -> Callable[[Any], Any] | None:
    """Turns a stored value of this type into what JSON shows, the same on both engines; None when they are one."""
    if isinstance(kind, Fixed):
        return _amounts(kind.scale)
    if isinstance(kind, Boolean):
        return lambda value: None if value is None else bool(value)
    if isinstance(kind, JsonText):
        return lambda value: None if value is None else msgspec.json.decode(value)
    return None


class Ids(str):
    """Whole numbers as PostgreSQL spells an array of them: `{1,2}`. The driver hands it over as one (see `engine`)."""

    __slots__ = ()


class ListOf(TypeDecorator[Any]):
    """A parameter holding many values at once: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item
        self.numbers = isinstance(item, Integer)

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import ARRAY  # takes a tenth of a server's start, for nothing on SQLite

            return dialect.type_descriptor(ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def bind_processor(self, dialect: Any) -> Callable[[Any], Any]:
        if self.numbers:
            return _spelled if dialect.name == "postgresql" else _as_json
        plain = self.item.dialect_impl(dialect).bind_processor(dialect)
        every = (lambda values: [plain(one) for one in values]) if plain else list
        return every if dialect.name == "postgresql" else lambda values: _as_json(every(values))


def _as_json(values: Any) -> str:
    return msgspec.json.encode(list(values)).decode()


def _spelled(ids: Any) -> Ids:
    """Ids are most of it, and text is much cheaper to hand over than the driver's arrays."""
    return Ids(f"{{{','.join(map(str, ids))}}}")


class any_of(ColumnElement[bool]):
    """`column` equals one of the values in the list parameter `name`: one statement text for every length."""

    inherit_cache = True
    type = Boolean()
    words = {"sqlite": "IN", "postgresql": "= ANY"}

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values = bindparam(name, type_=ListOf(column.type))

    def get_children(self, **kw: Any) -> Any:
        return (self.column, self.values)

    def self_group(self, against: Any = None) -> Any:
        # SQLAlchemy would write `… = 1` behind it for SQLite, and no index could serve that.
        return self


class none_of(any_of):
    """`column` equals none of the values in the list parameter `name`."""

    inherit_cache = True
    words = {"sqlite": "NOT IN", "postgresql": "<> ALL"}


@compiles(any_of, "sqlite")
@compiles(none_of, "sqlite")
def _in_json(element: any_of, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"({column} {element.words['sqlite']} (SELECT value FROM json_each({values})))"


@compiles(any_of, "postgresql")
@compiles(none_of, "postgresql")
def _in_array(element: any_of, compiler: Any, **kw: Any) -> str:
    column, values = compiler.process(element.column, **kw), compiler.process(element.values, **kw)
    return f"({column} {element.words['postgresql']}({values}))"


class json_object(FunctionElement[str]):
    """A JSON object as text: values by their names, some of them objects themselves. Both engines write it alike."""

    inherit_cache = False
    type = Text()

    def __init__(self, **values: ColumnElement[Any]) -> None:
        super().__init__(*values.values())
        self.names = tuple(values)


class json_list(FunctionElement[str]):
    """What a group has, as the text of a JSON list, in the order of a second column."""

    inherit_cache = True
    type = Text()
    words = {"sqlite": "json_group_array({})", "postgresql": "'[' || string_agg({}, ',' ORDER BY {}) || ']'"}


class comma_list(FunctionElement[str]):
    """The whole numbers that a group has, as text with commas between them, in the order of a second column."""

    inherit_cache = True
    type = Text()
    words = {"sqlite": "group_concat({})", "postgresql": "string_agg(CAST({} AS TEXT), ',' ORDER BY {})"}


@compiles(json_object, "sqlite")
def _made_object(element: json_object, compiler: Any, **kw: Any) -> str:
    pairs = (f"'{name}', {compiler.process(one, **kw)}" for name, one in _named(element))
    return f"json_object({', '.join(pairs)})"


@compiles(json_object, "postgresql")
def _spelled_object(element: json_object, compiler: Any, **kw: Any) -> str:
    """Its own functions put spaces between."""
    spelled = []
    for name, one in _named(element):
        value = compiler.process(one, **kw)
        inner = isinstance(one, json_object)
        spelled.append(
            f"""'"{name}":' || """ + (value if inner else f"coalesce(CAST(to_json({value}) AS TEXT), 'null')")
        )
    return f"""('{{' || {" || ',' || ".join(spelled)} || '}}')"""


def _named(element: json_object) -> Iterator[tuple[str, Any]]:
    return zip(element.names, element.clauses, strict=True)


@compiles(json_list)
@compiles(comma_list)
def _spelled_list(element: json_list | comma_list, compiler: Any, **kw: Any) -> str:
    """SQLite takes the rows as they come: give it a table in that order."""
    parts = (compiler.process(one, **kw) for one in element.clauses)
    return element.words[compiler.dialect.name].format(*parts)
