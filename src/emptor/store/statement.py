"""A SQLAlchemy statement compiled to text once per engine, then run on the raw driver."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from sqlalchemy import Column, Select, Table, bindparam, delete, insert, update
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, ColumnElement
from sqlalchemy.sql.expression import Executable

Convert = Callable[[Any], Any]
Reader = Callable[[Sequence[Any]], dict[str, Any]]


@dataclass(frozen=True)
class Compiled:
    """What one engine needs to run a statement."""

    sql: str
    parameters: tuple[tuple[str, Any, Convert | None], ...]
    """Name, fixed value and converter of each place in the text."""
    columns: tuple[str, ...]
    converters: tuple[tuple[int, Convert], ...]

    def bind_all(self, rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        """The parameters of many rows, which carry every one by its name."""
        bound = []
        for name, _, convert in self.parameters:
            values = [row[name] for row in rows]
            bound.append(list(map(convert, values)) if convert is not None else values)
        return list(zip(*bound, strict=True))

    def bind(self, values: dict[str, Any]) -> list[Any]:
        """The parameters in the order of the text."""
        bound = []
        for name, fixed, convert in self.parameters:
            value = values.get(name, fixed)
            bound.append(convert(value) if convert is not None else value)
        return bound

    def named(self, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The rows, all with the same parameters by their names, with each value made what the driver takes."""
        for name, _, convert in self.parameters:
            if convert is not None and rows and name in rows[0]:
                for row in rows:
                    row[name] = convert(row[name])
        return rows

    def convert(self, row: Sequence[Any]) -> Sequence[Any]:
        """The row with each column turned into its Python value."""
        if not self.converters:
            return row
        values = list(row)
        for index, convert in self.converters:
            values[index] = convert(values[index])
        return values

    @cached_property
    def _record(self) -> Reader:
        converters = dict(self.converters)
        return reader([(name, converters.get(i)) for i, name in enumerate(self.columns)])

    def records(self, rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
        """The rows as dictionaries by column name."""
        return list(map(self._record, rows))


def reader(columns: Sequence[tuple[str, Convert | None]], constants: dict[str, Any] | None = None) -> Reader:
    """What turns a row into a dictionary: the values of `columns`, converted where told, then `constants`.

    It is written out as one expression, since it runs for every row of every answer.
    """
    given = constants or {}
    names = {f"v{i}": value for i, value in enumerate((*(convert for _, convert in columns), *given.values()))}
    entries = [f"{name!r}: {f'v{i}(row[{i}])' if c else f'row[{i}]'}" for i, (name, c) in enumerate(columns)]
    entries += [f"{name!r}: v{i}" for i, name in enumerate(given, len(columns))]
    made: Reader = eval(f"lambda row: {{{', '.join(entries)}}}", names)
    return made


class Statement:
    """A statement that is written once at import and compiled once per engine.

    `prepare=False` asks PostgreSQL to plan it anew with the values at hand, which lists with filters need. `sets`
    tells which columns an `UPDATE` sets; without, it may be any.
    """

    def __init__(self, clause: Executable, *, prepare: bool | None = None, sets: Iterable[str] = ()) -> None:
        self.clause: Any = clause
        self.prepare = prepare
        self.sets = frozenset(sets)
        self._by_dialect: dict[str, Compiled] = {}

    @cached_property
    def reads(self) -> frozenset[Column[Any]]:
        """The columns of tables that the answer to a query is read from; empty for what is no query."""
        elements = list(visitors.iterate(self.clause)) if self.clause.is_select else []
        named = {element for element in elements if isinstance(element, ColumnClause)}
        shown = {column for element in elements if isinstance(element, Select) for column in element.selected_columns}
        bases = {base for column in named | shown for base in column.base_columns}
        return frozenset(base for base in bases if isinstance(base, Column))

    def on(self, dialect: Dialect) -> Compiled:
        """The compiled form for `dialect`."""
        ready = self._by_dialect.get(dialect.name)
        if ready is None:
            ready = self._by_dialect[dialect.name] = _compile(self.clause, dialect)
        return ready


def _compile(clause: Any, dialect: Dialect) -> Compiled:
    compiled: Any = clause.compile(dialect=dialect, compile_kwargs={"render_postcompile": True})
    parameters = []
    for name in compiled.positiontup or ():
        place = compiled.binds[name]
        fixed = None if place.required else place.effective_value
        parameters.append((place.key, fixed, place.type.dialect_impl(dialect).bind_processor(dialect)))
    selected = list(clause.exported_columns) if hasattr(clause, "exported_columns") else []
    converters = []
    for index, column in enumerate(selected):
        convert = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if convert is not None:
            converters.append((index, convert))
    return Compiled(str(compiled), tuple(parameters), tuple(c.key for c in selected), tuple(converters))


@lru_cache(maxsize=2000)
def insert_into(table: Table, columns: tuple[str, ...]) -> Statement:
    """`INSERT` of those columns, values bound by column name."""
    return Statement(insert(table).values({name: bindparam(name, type_=table.c[name].type) for name in columns}))


@lru_cache(maxsize=2000)
def together(queries: tuple[tuple[str, int], ...]) -> str:
    """One query for the rows of several, each a text and its number of columns: JSON lists, in words of PostgreSQL."""
    each = []
    for sql, width in queries:
        names = ", ".join(f"c{i}" for i in range(width))
        each.append(f"(SELECT json_agg(json_build_array({names})) FROM ({sql}) AS found ({names}))")
    return f"SELECT {', '.join(each)}"


@lru_cache(maxsize=2000)
def insert_listed(parts: tuple[tuple[Table, tuple[str, ...], tuple[str, ...]], ...], then: tuple[str, ...] = ()) -> str:
    """`INSERT` of any number of rows into several tables at once, in the words of PostgreSQL, with statements beside it
    that write other rows.

    The rows of each table come as one JSON text; a second text has what all of them hold in the common columns, which
    are named last.
    """
    *others, last = (*(_insert_listed(*part) for part in parts), *then)
    before = ", ".join(f"part{i} AS ({sql})" for i, sql in enumerate(others))
    return f"WITH {before} {last}" if before else last


def _insert_listed(table: Table, columns: tuple[str, ...], common: tuple[str, ...]) -> str:
    name, names = f'"{table.name}"', ", ".join(f'"{column}"' for column in columns)
    chosen = ", ".join(f'{"shared" if column in common else "listed"}."{column}"' for column in columns)
    source = f"json_populate_recordset(NULL::{name}, %s) AS listed"
    source += f", json_populate_record(NULL::{name}, %s) AS shared" if common else ""
    return f"INSERT INTO {name} ({names}) SELECT {chosen} FROM {source}"


@lru_cache(maxsize=2000)
def update_listed(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> str:
    """`UPDATE` of any number of rows that come as one JSON text, each found by its keys, in the words of PostgreSQL."""
    name = f'"{table.name}"'
    changes = ", ".join(f'"{column}" = listed."{column}"' for column in columns)
    found = " AND ".join(f'{name}."{key}" = listed."{key}"' for key in keys)
    return f"UPDATE {name} SET {changes} FROM json_populate_recordset(NULL::{name}, %s) AS listed WHERE {found}"


@lru_cache(maxsize=2000)
def update_by(table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Statement:
    """`UPDATE` of `columns` where every key column equals `key_<column>`."""
    condition = [_equals(table, name) for name in keys]
    changes = {name: bindparam(f"set_{name}", type_=table.c[name].type) for name in columns}
    return Statement(update(table).where(*condition).values(changes), sets=columns)


@lru_cache(maxsize=2000)
def delete_by(table: Table, keys: tuple[str, ...]) -> Statement:
    """`DELETE` where every key column equals `key_<column>`."""
    return Statement(delete(table).where(*(_equals(table, name) for name in keys)))


def _equals(table: Table, name: str) -> ColumnElement[bool]:
    """The column equals its `key_` parameter; a name ending in `?` means that it is null."""
    if name.endswith("?"):
        return table.c[name[:-1]].is_(None)
    return table.c[name] == bindparam(f"key_{name}", type_=table.c[name].type)


def keyed(keys: dict[str, Any]) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Names for `update_by` and `delete_by`, nulls marked, and the parameters that go with them."""
    names = tuple(name if value is not None else f"{name}?" for name, value in keys.items())
    return names, {f"key_{name}": value for name, value in keys.items() if value is not None}
