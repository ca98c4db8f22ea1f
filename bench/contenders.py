"""The contenders: how each is started, reached, weighed and stopped."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.cores import server_pinning
from bench.databases import Postgres, Sqlite

ROOT = Path(__file__).resolve().parent.parent
EMPTOR = Path(sys.executable).with_name("emptor")
READY_SECONDS = 60
THREADS = 8

# Emptor's limits stay on; they are only raised beyond what one run can spend.
RAISED_LIMITS = ["--minute", "10000000", "--hour", "100000000", "--day", "1000000000"]
NO_IDENTICAL_LIMITS = ["--identical-minute", "0", "--identical-hour", "0"]

SAMPLES, SAMPLE_LINES, SAMPLE_TAXES = 10, 20, 3
ORDER_FIELDS, LINE_FIELDS = (12, 40, 25, 0), (30, 60)
"""How many options each custom field has, of an order and of a line, as in the twins; one without is free text."""
DROPDOWN, TEXT = 0, 1


class Contender:
    """One server in its own process, on its own database."""

    name: str
    title: str
    ready_seconds = READY_SECONDS

    def __init__(self, databases: Sqlite | Postgres, directory: Path, orders: int, label: str | None = None) -> None:
        self.databases = databases
        self.orders = orders
        self.label = label or self.name
        self.directory = directory
        self.log = directory / f"{databases.name}-{self.label}.log"
        self.headers: dict[str, str] = {}
        self.port = 0
        self.database: str | None = None
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        self.prepare()
        self.port = free_port()
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [str(part) for part in self.command()],
                cwd=ROOT,
                env={**os.environ, **self.environment()},
                stdout=log,
                stderr=log,
                preexec_fn=server_pinning(),
            )
        self.wait_until_ready()

    def prepare(self) -> None:
        """Make the database ready before the server starts."""
        self.database = self.databases.filled(self.label, self.orders)

    def command(self) -> list:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {"BENCH_DATABASE": self.database} if self.database else {}

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.ready_seconds
        while not listens(self.port):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"{self.title} did not start:\n{self.log.read_text()[-3_000:]}")
            time.sleep(0.1)

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def settle(self) -> None:
        if self.database:
            self.databases.settle(self.database)

    def call(self, method: str, path: str, body: Any = None, status: int = 200) -> bytes:
        """One plain request outside the measurements."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        sent = None if body is None else json.dumps(body)
        connection.request(method, path, sent, {**self.headers, "Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read()
        connection.close()
        if response.status != status:
            raise SystemExit(f"{self.title} answered {response.status} to {method} {path}: {answer[:2_000]!r}")
        return answer

    def request(self, method: str, path: str, body: Any = None) -> bytes:
        """The same request as raw bytes, for the load driver."""
        sent = b"" if body is None else json.dumps(body).encode()
        headers = {"Host": f"127.0.0.1:{self.port}", "Accept": "application/json", **self.headers}
        if sent:
            headers |= {"Content-Type": "application/json", "Content-Length": str(len(sent))}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
        return "\r\n".join(lines).encode() + sent

    def rss_bytes(self) -> int:
        """The resident memory of the server, its children included."""
        return sum(resident_bytes(pid) for pid in family(self.process.pid))

    def cpu_s(self) -> float:
        """The processor time the server has used so far, its children included."""
        return sum(processor_s(pid) for pid in family(self.process.pid))

    def samples(self) -> list[dict]:
        """Some of its orders, in full, each with the lines of all: what new orders refer to is taken from them."""
        rows = self.all(f"/purchaseorders?page=1&per_page={SAMPLES}")
        orders = [json.loads(self.call("GET", f"/purchaseorders/{row['idn']}")) for row in rows]
        lines = [line for order in orders for line in order["items"]["data"]][:SAMPLE_LINES]
        return [{**order, "items": {"data": lines}} for order in orders]

    def all(self, path: str) -> list[dict]:
        return json.loads(self.call("GET", path))["data"]


class Emptor(Contender):
    name = "emptor"
    title = "Emptor"
    ready_seconds = 3_600  # it invents its own orders before it listens

    def prepare(self) -> None:
        self.database = self.databases.empty(self.label)
        self.credentials = self.directory / f"{self.databases.name}-{self.label}.json"

    def environment(self) -> dict[str, str]:
        return {}

    def command(self) -> list:
        return [
            EMPTOR, "serve", "--port", self.port, "--database", self.database,
            "--demo", "--scale", self.orders, "--credentials-file", self.credentials,
        ]  # fmt: skip

    def wait_until_ready(self) -> None:
        # The port listens before the orders are there; the credentials are written when requests are answered.
        until = time.monotonic() + self.ready_seconds
        while not self.credentials.exists() and self.process.poll() is None and time.monotonic() < until:
            time.sleep(0.1)
        super().wait_until_ready()
        company = json.loads(self.credentials.read_text())["companies"][0]
        key = next(key for key in company["keys"] if "super_user" in key["roles"])
        self.headers = {"X-AUTH-TOKEN": key["token"], "email": key["email"]}
        self.raise_limits(company["name"])
        self.refuse_unguarded()

    def samples(self) -> list[dict]:
        """Orders that refer to everything an order can refer to; those of the demo leave things out."""
        units, taxes = self.usable("/units"), self.usable("/taxes")[:SAMPLE_TAXES]
        locations, entities, terms = (
            self.usable(f"/{name}") for name in ("locations", "legalentities", "paymentterms")
        )
        suppliers = self.all("/suppliers?status[]=2&enable=1&currency=EUR")
        of_order, of_line = self.fields("document", ORDER_FIELDS), self.fields("item", LINE_FIELDS)
        lines = [
            {
                "product": item, "name": item["name"], "sku": item["sku"], "quantity": 3 + n, "price": 12.35 + n,
                "unit": units[n % len(units)], "taxes": {"data": [taxes[n % len(taxes)]]},
                "dataItemCustomFields": {"data": values(of_line, "itemCustomField", n)},
            }
            for n, item in enumerate(self.all("/items")[:SAMPLE_LINES])
        ]  # fmt: skip
        return [
            {
                "supplier": suppliers[n], "currency": "EUR", "location": locations[n % len(locations)],
                "legalEntity": entities[n % len(entities)], "paymentTerm": terms[n % len(terms)],
                "dataDocumentCustomFields": {"data": values(of_order, "documentCustomField", n)},
                "items": {"data": lines},
            }
            for n in range(SAMPLES)
        ]  # fmt: skip

    def usable(self, path: str) -> list[dict]:
        return [row for row in self.all(path) if row.get("enable", True) and not row.get("isWithholdingTax")]

    def fields(self, family: str, numbers: tuple[int, ...]) -> list[dict]:
        """New custom fields with so many options."""
        return [
            self.made(
                f"/{family}customfields",
                {
                    "name": f"Bench {number}",
                    "type": DROPDOWN if number else TEXT,
                    "options": [{"name": f"Option {n}"} for n in range(number)],
                },
            )
            for number in numbers
        ]

    def made(self, path: str, body: dict) -> dict:
        return json.loads(self.call("POST", path, body, status=201))

    def raise_limits(self, company: str) -> None:
        limits = [EMPTOR, "company", "limits", company, *RAISED_LIMITS, *NO_IDENTICAL_LIMITS]
        subprocess.run([*limits, "--database", self.database], cwd=ROOT, check=True, capture_output=True)

    def refuse_unguarded(self) -> None:
        """Without keys and limits it would be another Emptor that is measured."""
        path = "/purchaseorders?page=1&per_page=10"
        without_key, _ = self.head_of(path, {})
        status, headers = self.head_of(path, self.headers)
        counted = headers.get("RateLimit-Limit-Minute")
        if (without_key, status, counted) != (401, 200, RAISED_LIMITS[1]):
            raise SystemExit(f"{self.title}: {without_key} without a key, {status} with one, {counted} in a minute")

    def head_of(self, path: str, headers: dict[str, str]) -> tuple[int, http.client.HTTPMessage]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status, response.headers


def values(fields: list[dict], definition: str, number: int) -> list[dict]:
    """A value for each custom field: one of its options, or a text."""
    return [{"value": value_of(field["options"]["data"], number), definition: field} for field in fields]


def value_of(options: list[dict], number: int) -> str:
    return str(options[number % len(options)]["id"]) if options else "as planned"


class FastApi(Contender):
    name = "fastapi"
    title = "FastAPI + SQLAlchemy ORM + Pydantic"

    def command(self) -> list:
        return [
            sys.executable, "-m", "uvicorn", "bench.twins.fastapi_twin:app", "--port", self.port,
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
        ]  # fmt: skip


class Django(Contender):
    name = "django"
    title = "Django REST framework"

    def command(self) -> list:
        return [
            sys.executable, "-m", "gunicorn", "bench.twins.django_twin:application", "--bind", f"127.0.0.1:{self.port}",
            "--workers", "1", "--worker-class", "gthread", "--threads", THREADS, "--keep-alive", "60",
            "--log-level", "warning",
        ]  # fmt: skip


class Floor(Contender):
    name = "floor"
    title = "constant bytes"

    def prepare(self) -> None:
        """Nothing to store; `learn` must have been called."""

    def learn(self, bodies: dict[str, bytes]) -> None:
        for name, body in bodies.items():
            (self.directory / f"{name}.json").write_bytes(body)

    def environment(self) -> dict[str, str]:
        return {"BENCH_FLOOR_BODIES": str(self.directory)}

    def command(self) -> list:
        return [
            sys.executable, "-m", "uvicorn", "bench.twins.floor:app", "--port", self.port, "--lifespan", "off",
            "--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning",
        ]  # fmt: skip


CONTENDERS = {contender.name: contender for contender in (Emptor, FastApi, Django, Floor)}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def family(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in children.read_text().split():
            yield from family(int(child))


def resident_bytes(pid: int) -> int:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def processor_s(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    user_ticks, system_ticks = fields[11:13]
    return (int(user_ticks) + int(system_ticks)) / os.sysconf("SC_CLK_TCK")
