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


def added_up(ids: Select[Any], entries: Select[Any]) -> Subquery:
    """For each of the `ids` the `sum` of its entries, pairs of an id and an exact figure; 0 where there is none.

    All is put on one pile. A join would be in PostgreSQL's hands: of a document that is newer than its statistics it
    expects a single line, and compares each of a thousand with each.
    """
    figure = list(entries.selected_columns)[1]
    nothing = type_coerce(literal(0, BigInteger), figure.type)
    pile = union_all(ids.add_columns(nothing.label("figure")), entries).subquery("pile")
    key, one = pile.c
    summed = type_coerce(cast(func.sum(units(one)), BigInteger), figure.type)
    return select(key.label("id"), summed.label("sum")).group_by(key).subquery("taken")


def known(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum that was joined from outside, where there may be none."""
    return func.coalesce(units(column), literal(0, BigInteger))
