"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, bindparam
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import Boolean, TypeDecorator, TypeEngine

from emptor.kit.money import from_units, to_units


class Fixed(TypeDecorator[Decimal]):
    """An exact decimal kept as a whole number of 10^-scale units, so that both engines compare and add it exactly."""

    impl = BigInteger
    cache_ok = True

    def __init__(self, scale: int) -> None:
        super().__init__()
        self.scale = scale

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        return None if value is None else to_units(value if isinstance(value, Decimal) else Decimal(value), self.scale)

    def process_result_value(self, value: Any, dialect: Any) -> Any:
        return None if value is None else from_units(value, self.scale)


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


class Flags(TypeDecorator[bool]):
    """True or false, strictly."""

    impl = Boolean
    cache_ok = True


class ListOf(TypeDecorator[Any]):
    """A parameter holding many values at once: an array on PostgreSQL, JSON text on SQLite."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Any) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.ARRAY(self.item))
        return dialect.type_descriptor(Text())

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        plain = self.item.dialect_impl(dialect).bind_processor(dialect)
        values = [plain(one) for one in value] if plain else list(value)
        return values if dialect.name == "postgresql" else msgspec.json.encode(values).decode()


class any_of(ColumnElement[bool]):
    """`column` equals one of the values in the list parameter `name`: one statement text for every length."""

    inherit_cache = True
    type = Boolean()

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.values = bindparam(name, type_=ListOf(column.type))

    def get_children(self, **kw: Any) -> Any:
        return (self.column, self.values)


@compiles(any_of, "sqlite")
def _any_of_sqlite(element: any_of, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} IN (SELECT value FROM json_each({compiler.process(element.values, **kw)}))"


@compiles(any_of, "postgresql")
def _any_of_postgresql(element: any_of, compiler: Any, **kw: Any) -> str:
    return f"{compiler.process(element.column, **kw)} = ANY({compiler.process(element.values, **kw)})"
