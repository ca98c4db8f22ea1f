"""What tests of the edge share: migrated databases, a clock to set, and a server with a company of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from emptor import server
from emptor.cli import app
from emptor.domains import writing
from emptor.domains.organisation import companies, keys, users
from emptor.domains.organisation.roles import SUPER_USER
from emptor.http.messages import Answer, Request
from emptor.http.pipeline import Service
from emptor.services.files import MemoryFiles
from emptor.settings import read
from emptor.store import migrate
from tests.support import services

_numbers = count(1)

Serve = Callable[..., Service]


class Hands:
    """A clock that stands still until it is set."""

    def __init__(self, start: str) -> None:
        self.now = datetime.fromisoformat(start).replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        """Let that much time pass."""
        self.now += timedelta(**by)


@dataclass(frozen=True)
class Key:
    """A person's key; `send` asks a service with it."""

    company_id: int
    key_id: int
    email: str
    token: str

    def send(
        self, service: Service, path: str = "/units", method: str = "GET", body: bytes = b"", **headers: str
    ) -> Answer:
        """Ask with the key; `headers` add to its credentials or replace them."""
        sent = {"x-auth-token": self.token, "email": self.email, "content-type": "application/json", **headers}
        return service.answer(Request(method, path, b"", sent, body, "192.0.2.1", "test"))


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def migrated_url(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A database as `emptor migrate` makes it, row-level security and all; tests share it."""
    name = f"edge_{os.getpid()}"
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp(name) / 'emptor.db'}"
    else:
        url = services.fresh_postgres_database(name)
    migrate.migrate(url)
    yield url
    if request.param == "postgres":
        services.drop_postgres_database(name)


@pytest.fixture
def clock() -> Hands:
    """Noon of a Monday."""
    return Hands("2031-03-03T12:00:00")


@pytest.fixture
def serve(migrated_url: str, clock: Hands) -> Iterator[Serve]:
    """Makes services on the database, as so many processes would; request limits are off unless asked for."""
    with ExitStack() as stack:

        def serve(**settings: Any) -> Service:
            chosen = read({}, **{"database_url": migrated_url, "limits": False, "threads": 4, **settings})
            made = server.service(chosen, clock=clock, files=MemoryFiles())
            stack.callback(made.close)
            return made

        yield serve


def emptor(service: Service, *arguments: str) -> Result:
    """Run a command on the service's database."""
    return CliRunner().invoke(app, [*arguments, "--database", service.database.url])


def new_key(service: Service, company_id: int | None = None) -> Key:
    """A super user's key, of a new company or of that one."""
    number = next(_numbers)
    company_id = company_id or companies.create(service.database, f"Edge {number}", "com", "EUR")
    email = f"ann{number}@acme.test"
    with service.database.write(company_id) as tx:
        user = writing.create(tx, users.USERS, {"email": email, "firstname": "Ann", "roles": [SUPER_USER]})
        key_id, token = keys.create(tx, user)
    return Key(company_id, key_id, email, token)
