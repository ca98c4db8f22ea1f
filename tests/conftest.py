"""What every test may ask for: a session of outside services, and an empty database on either engine."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import pytest

from tests.support import services

pytest_plugins = ["tests.support.asked_anew", "tests.support.checked", "tests.support.recalled", "tests.support.house"]

_numbers = count(1)


def pytest_configure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput"):
        return  # an xdist worker shares what its controller owns
    stack = ExitStack()
    stack.enter_context(services.session())
    config.add_cleanup(stack.close)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The URL of the session's PostgreSQL."""
    return services.postgres_url()


@pytest.fixture
def redis_server() -> str:
    """The URL of an empty Redis database."""
    if not (os.environ.get("EMPTOR_TEST_REDIS") or services.redis_executable()):
        pytest.skip("no Redis: put redis-server on the PATH or name a running one in EMPTOR_TEST_REDIS")
    import redis

    url = services.redis_url()
    with redis.Redis.from_url(url) as client:
        client.flushdb()
    return url


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database; a test that asks for it runs on both engines."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'emptor.db'}"
        return
    name = f"test_{os.getpid()}_{next(_numbers)}"
    yield services.fresh_postgres_database(name)
    services.drop_postgres_database(name)
