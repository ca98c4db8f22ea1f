"""Whether every derived figure is what its sources say: each room brings the checks of its own figures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, func, literal, or_, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from emptor.store.unit_of_work import Transaction

Look = Callable[[Transaction], Iterator[str]]

CHECKS: dict[str, Look] = {}
"""What is checked, in words, and the function that looks through a company for differences."""


def check(words: str) -> Callable[[Look], Look]:
    """Have a function check a company: it yields a sentence for every figure that is not what it should be."""

    def note(look: Look) -> Look:
        CHECKS[words] = look
        return look

    return note


def differences(tx: Transaction) -> Iterator[tuple[str, str]]:
    """All differences in a company: what was checked, and the sentence."""
    for words, look in all_checks().items():
        for sentence in look(tx):
            yield words, sentence


@cache
def all_checks() -> dict[str, Look]:
    """Every check there is, by what it checks; they stand in modules named `checks`."""
    package = import_module("emptor.domains")
    for module in walk_packages(package.__path__, "emptor.domains."):
        if module.name.endswith(".checks"):
            import_module(module.name)
    return dict(sorted(CHECKS.items()))


# What the statements of many checks are made of. Figures are added up as the whole numbers they are stored as.


def mine(source: Any) -> ColumnElement[bool]:
    """Rows of the company that is checked."""
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


def known(column: ColumnElement[Any]) -> ColumnElement[int]:
    """A sum that was joined from outside, where there may be none."""
    return func.coalesce(units(column), literal(0, BigInteger))
