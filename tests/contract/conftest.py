"""What tests of the contract share: companies with a clock of their own, and one that has some of everything."""

from __future__ import annotations

import pytest

from tests.support.house import House, Premises, StoppedClock
from tests.support.making import Maker

NOON = "2026-01-15T12:00:00+00:00"
CLOCK = StoppedClock(NOON)
"""One for all companies here, so that they share services; each test finds it at noon."""


@pytest.fixture
def clock() -> StoppedClock:
    """The clock of the companies below."""
    CLOCK.at(NOON)
    return CLOCK


@pytest.fixture
def stopped(premises: Premises, clock: StoppedClock) -> House:
    """A company that nobody has used, with the clock standing still."""
    return premises.house(clock=clock)


@pytest.fixture
def maker(stopped: House) -> Maker:
    """Makes objects in a company that nobody has used."""
    return Maker(stopped)


@pytest.fixture(scope="session")
def filled(premises: Premises) -> Maker:
    """A company with small and full objects of every kind, to read in."""
    CLOCK.at(NOON)
    maker = Maker(premises.house(clock=CLOCK))
    maker.fill()
    return maker
