"""An office for every test."""

import pytest

from tests.domains.approvals.office import Office
from tests.support.house import House


@pytest.fixture
def office(house: House) -> Office:
    """A company with departments and people, on each engine in turn."""
    return Office(house)
