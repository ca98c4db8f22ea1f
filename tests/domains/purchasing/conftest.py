import pytest

from tests.domains.purchasing.shop import Shop
from tests.support.house import House


@pytest.fixture
def shop(house: House) -> Shop:
    """A company that buys, on each engine."""
    return Shop(house)
