"""What a test leaves behind adds up: `emptor check` finds no difference in any company that it wrote to.

Every company that a `Premises` makes is watched. One that a test made is checked when the test ends; one that tests of
a module share, when its last test ends. A test that writes past the domain says so, with the reason:

    @pytest.mark.past_the_domain("stores rows as an older version left them")

and what helps such tests does it for them: `excuse(house, "puts documents into states by hand")`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from sqlalchemy import select

from emptor.domains.checking import differences
from emptor.store.schema import company_clocks
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import PLATFORM, Database

PAST_THE_DOMAIN = "past_the_domain"
_SEQUENCES = Statement(
    select(company_clocks.c.company_id, company_clocks.c.sequence).where(
        any_of(company_clocks.c.company_id, "companies")
    )
)


@dataclass
class Watched:
    """A company, and its latest change that was there when it was made or last checked."""

    database: Database
    company_id: int
    sequence: int
    shared: bool


_watched: list[Watched] = []
_sharing = 0


def watch(database: Database, company_id: int) -> None:
    """Have a new company checked: when the test ends or, made by a fixture of several tests, when its module does."""
    one = Watched(database, company_id, 0, shared=_sharing > 0)
    one.sequence = _sequences([one])[company_id]
    _watched.append(one)


def excuse(house: Any, why: str) -> None:
    """Don't check the company of a house; `why` is for the reader."""
    assert why
    itself = (house.service.database.url, house.company_id)
    _watched[:] = [one for one in _watched if (one.database.url, one.company_id) != itself]


def found_in(database: Database, company_id: int) -> list[str]:
    """The differences in a company, a sentence each."""
    with database.read(company_id) as tx:
        return [f"{words}: {sentence}" for words, sentence in differences(tx)]


def forget(database: Database) -> list[str]:
    """What is not right in the companies of a database that is about to be closed; they are watched no more."""
    return _look([one for one in _watched if one.database is database], for_good=True)


def _sequences(some: list[Watched]) -> dict[int, int]:
    with some[0].database.read(PLATFORM) as tx:
        return dict(tx.all(_SEQUENCES, companies=[one.company_id for one in some]))


def _look(some: list[Watched], *, for_good: bool, excused: bool = False) -> list[str]:
    """What is not right in companies that have changed since they were looked at."""
    wrong: list[str] = []
    for database in dict.fromkeys(one.database for one in some):
        here = [one for one in some if one.database is database]
        now = _sequences(here)
        for one in here:
            if now[one.company_id] != one.sequence and not excused:
                wrong += found_in(database, one.company_id)
            one.sequence = now[one.company_id]
    if for_good:
        _watched[:] = [one for one in _watched if one not in some]
    return wrong


def _excused(item: Any) -> bool:
    return item.get_closest_marker(PAST_THE_DOMAIN) is not None


@contextmanager
def _shared() -> Iterator[None]:
    global _sharing
    _sharing += 1
    try:
        yield
    finally:
        _sharing -= 1


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", f"{PAST_THE_DOMAIN}(why): the test writes what no rule of the domain has seen")


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: Any) -> Any:
    """What a fixture of several tests makes is looked at when all of them are done."""
    if fixturedef.scope == "function":
        return (yield)
    with _shared():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: Any) -> Any:
    """A test that has gone well fails if what it leaves behind does not add up."""
    done = yield
    assert not _look([one for one in _watched if not one.shared], for_good=True, excused=_excused(pyfuncitem))
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: Any, nextitem: Any) -> Any:
    """The last test of a module answers for what its tests have shared; what a failed test left behind is let go."""
    _watched[:] = [one for one in _watched if one.shared]
    wrong = []
    if nextitem is None or nextitem.path != item.path:
        wrong = _look(_watched[:], for_good=False, excused=_excused(item))
    done = yield
    assert not wrong
    return done
