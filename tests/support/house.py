"""A company to test in: the service answers in-process, on either engine, and each test has a company of its own.

    def test_a_unit_can_be_renamed(house):
        unit = house.made("/units", {"name": "pcs"})
        status, shown, headers = house.call("PUT", f"/units/{unit['id']}", form={"name": "piece"})

Companies see nothing of each other, so tests share one database per engine and still start empty.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any, NamedTuple
from urllib.parse import urlencode

import pytest

from emptor import server
from emptor.domains import writing
from emptor.domains.organisation import companies, keys, users
from emptor.domains.organisation.roles import SUPER_USER
from emptor.http.messages import Request
from emptor.http.pipeline import Service
from emptor.kit.clock import Clock, system_clock
from emptor.services.files import MemoryFiles
from emptor.settings import read
from emptor.store import migrate
from tests.support import checked, services

_numbers = count(1)

File = tuple[str, bytes, str]
"""Name, content and declared type of a file to send."""


class Reply(NamedTuple):
    """What came back; `json` is the plain bytes when the answer is no JSON."""

    status: int
    json: Any
    headers: dict[str, str]


class StoppedClock:
    """A clock that moves only when told: `Premises.house(clock=StoppedClock())` lives by it."""

    def __init__(self, moment: str = "2026-01-15T12:00:00+00:00") -> None:
        self.at(moment)

    def __call__(self) -> datetime:
        return self.now

    def at(self, moment: str) -> None:
        """Set the clock."""
        self.now = datetime.fromisoformat(moment)

    def forward(self, **by: float) -> str:
        """Let time pass, such as `minutes=1`; the new time as the API spells it."""
        self.now += timedelta(**by)
        return self.now.isoformat()


class TickingClock(StoppedClock):
    """A clock that is a second later each time somebody looks: what depends on time happens the same way again."""

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(frozen=True)
class House:
    """One person of one company, and the service that answers."""

    premises: Premises
    service: Service
    company_id: int
    user_id: int
    email: str
    token: str
    clock: Clock | None = None
    """What the company lives by instead of the real time."""

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        form: Mapping[str, Any] | None = None,
        files: Mapping[str, File] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """Send `body` as JSON or `form` under bracket names (`{"parent[id]": 5, "currencies[]": ["EUR"]}`)."""
        sent = {"x-auth-token": self.token, "email": self.email}
        data = b""
        if files is not None:
            sent["content-type"], data = multipart(form or {}, files)
        elif form is not None:
            sent["content-type"], data = "application/x-www-form-urlencoded", urlencode(form, doseq=True).encode()
        elif body is not None:
            sent["content-type"], data = "application/json", json.dumps(body).encode()
        bare, _, query = path.partition("?")
        request = Request(method, bare, query.encode(), sent | dict(headers or {}), data, "127.0.0.1", "test")
        answer = self.service.answer(request)
        is_json = answer.headers.get("content-type") == "application/json"
        return Reply(answer.status, json.loads(answer.body) if is_json else answer.body, answer.headers)

    def get(self, path: str) -> Any:
        """What is at `path`, which must be there."""
        status, shown, _ = self.call("GET", path)
        assert status == 200, shown
        return shown

    def made(self, path: str, body: Any = None, **how: Any) -> Any:
        """The object that posting to `path` creates."""
        status, shown, _ = self.call("POST", path, body, **how)
        assert status == 201, shown
        return shown

    def changed(self, method: str, path: str, body: Any = None, **how: Any) -> Any:
        """The object as a change that must work leaves it."""
        status, shown, _ = self.call(method, path, body, **how)
        assert status == 200, shown
        return shown

    def refused(self, method: str, path: str, body: Any = None, **how: Any) -> dict[str, str]:
        """The sentences by field with which a wrong request is refused."""
        status, shown, _ = self.call(method, path, body, **how)
        assert status == 400, shown
        return shown["errors"]["errors"]

    def person(self, *roles: str, **more: Any) -> House:
        """Somebody else of the company, with a key of their own; `more` as in `POST /users`."""
        email = f"person{next(_numbers)}@acme.test"
        user = self.under(profile="extended").made("/users", {"email": email, "roles": roles, **more})
        with self.service.database.write(self.company_id) as tx:
            _, token = keys.create(tx, user["id"])
        return replace(self, user_id=user["id"], email=email, token=token)

    def under(self, **settings: Any) -> House:
        """The same person asking a service with other settings, on the same database."""
        return replace(self, service=self.premises.service(clock=self.clock, **settings))

    def choose(self, **choices: Any) -> None:
        """Set choices of the company, such as `supplierApproval=True`."""
        database = self.service.database
        current = next(one for one in companies.all_companies(database) if one["id"] == self.company_id)
        with database.write(self.company_id) as tx:
            companies.choose(tx, current["settings"], **choices)


class Premises:
    """One database with all tables, and the services on it, one for each set of settings."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files = MemoryFiles()
        self._services: dict[tuple[Any, ...], Service] = {}
        migrate.migrate(url)

    def service(self, *, clock: Clock | None = None, **settings: Any) -> Service:
        """The service with these settings; request limits are off unless asked for."""
        key = (clock, *sorted(settings.items()))
        if key not in self._services:
            chosen = read({}, **{"database_url": self.url, "limits": False, "block_after": 0, **settings})
            self._services[key] = server.service(chosen, clock=clock or system_clock, files=self.files)
        return self._services[key]

    def house(self, *, clock: Clock | None = None, currency: str = "EUR", region: str = "com", **choices: Any) -> House:
        """A new company, seen by its first person, a super user."""
        service = self.service(clock=clock)
        company_id = companies.create(service.database, f"Company {next(_numbers)}", region, currency, **choices)
        email = "ann@acme.test"
        with service.database.write(company_id) as tx:
            user_id = writing.create(tx, users.USERS, {"email": email, "firstname": "Ann", "roles": [SUPER_USER]})
            _, token = keys.create(tx, user_id)
        checked.watch(service.database, company_id)
        return House(self, service, company_id, user_id, email, token, clock)

    def close(self) -> None:
        """Close every connection; what was made here and not looked at since has to add up."""
        wrong = [sentence for service in self._services.values() for sentence in checked.forget(service.database)]
        for service in self._services.values():
            service.close()
        assert not wrong


def allowed(methods: Iterable[str]) -> set[str]:
    """What `Allow` names where these methods are declared."""
    return {*methods, "HEAD"} if "GET" in methods else {*methods}


def multipart(form: Mapping[str, Any], files: Mapping[str, File]) -> tuple[str, bytes]:
    """The content type and the body of a multipart request."""
    boundary = "--------------------------boundary"
    parts = [(f'name="{name}"', str(value).encode()) for name, value in form.items()]
    for name, (filename, data, content_type) in files.items():
        quoted = filename.replace('"', "%22")
        parts.append((f'name="{name}"; filename="{quoted}"\r\nContent-Type: {content_type}', data))
    line = f"--{boundary}".encode()
    framed = b"%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n"
    chunks = [framed % (line, head.encode(), data) for head, data in parts]
    return f"multipart/form-data; boundary={boundary}", b"".join([*chunks, line, b"--\r\n"])


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def premises(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Premises]:
    """The database of an engine that many companies share."""
    name = f"house_{os.getpid()}"
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp(name) / 'emptor.db'}"
    else:
        url = services.fresh_postgres_database(name)
    found = Premises(url)
    yield found
    found.close()
    if request.param == "postgres":
        services.drop_postgres_database(name)


@pytest.fixture
def house(premises: Premises) -> House:
    """A company that nobody has used, on each engine in turn."""
    return premises.house()
