"""What many statements are made of. Figures are added up as the whole numbers they are stored as."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement


def mine(source: Any) -> ColumnElement[bool]:
    """Rows of the company that the statement is about."""
    found: ColumnElement[bool] = source.c.company_id == bindparam("company")
    return found


def belongs(part: Any, column: str, whole: Any) -> ColumnElement[bool]:
    """A row of `part` names one of `whole` in `column`."""
    return and_(whole.c.company_id == part.c.company_id, whole.c.id == part.c[column])


def one_of(column: ColumnElement[Any], *codes: int) -> ColumnElement[bool]:
    """The column has one of the codes."""
    return or_(*(column == code for code in codes))


def units(column: ColumnElement[Any]) -> ColumnElement[int]:
    """An exact figure as it is stored."""
    return type_coerce(column, BigInteger)


def total(column: ColumnElement[Any], counts: ColumnElement[bool] | None = None) -> ColumnElement[int]:
    """The sum of a column over the rows of a group that count; nothing is nothing."""
    one = units(column)
    return func.coalesce(func.sum(one if counts is None else case((counts, one), else_=0)), literal(0, BigInteger))


def added_up(rows: Select[Any], entries: Select[Any]) -> Subquery:
    """Rows, each with the sums of its entries under their names. Both have the row's id first; then come columns of the
    row, the first one never empty, and exact figures of the entries. Entries of other rows are left out if rows have
    such columns.

    All is put on one pile. A join would be in PostgreSQL's hands: of a document that is newer than its statistics it
    expects a single line, and compares each of a thousand with each.
    """
    (_, *own), (entry, *figures) = rows.selected_columns, entries.selected_columns
    nothing = (type_coerce(literal(0, BigInteger), one.type).label(one.name) for one in figures)
    listed = entries.with_only_columns(entry, *(null() for _ in own), *figures)
    row_id, *piled = union_all(rows.add_columns(*nothing), listed).subquery("pile").c
    told, counted = piled[: len(own)], piled[len(own) :]
    largest = [func.max(one).label(one.name) for one in told]
    sums = [type_coerce(cast(func.sum(units(one)), BigInteger), one.type).label(one.name) for one in counted]
    found = select(row_id.label("id"), *largest, *sums).group_by(row_id)
    return (found.having(func.max(told[0]).is_not(None)) if told else found).subquery("taken")


def known(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum that was joined from outside, where there may be none."""
    return func.coalesce(units(column), literal(0, BigInteger))


def larger(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """The larger of two figures."""
    return case((one > other, one), else_=other)


def smaller(one: ColumnElement[int], other: ColumnElement[int]) -> ColumnElement[int]:
    """The smaller of two figures."""
    return case((one < other, one), else_=other)
