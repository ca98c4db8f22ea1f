"""Blocked addresses (overview S7): who is counted, when the door closes, and how it opens again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import delete, func, select
from structlog.testing import capture_logs

from emptor.domains.organisation.tables import address_blocks
from emptor.http import blocks
from emptor.http.blocks import Blocks
from emptor.http.limits import MemoryStore
from emptor.http.messages import Answer, Request
from emptor.http.pipeline import Service
from emptor.settings import read
from emptor.store.unit_of_work import Database
from tests.http.conftest import Hands, Serve, emptor, new_key

STRANGER = "203.0.113.9"


class Ticks:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ticks(monkeypatch: pytest.MonkeyPatch) -> Ticks:
    found = Ticks()
    monkeypatch.setattr(Blocks.__init__, "__kwdefaults__", {"ticks": found})
    return found


@pytest.fixture
def database(migrated_url: str, clock: Hands) -> Iterator[Database]:
    """What an operator's commands use; nobody is blocked yet."""
    found = Database(migrated_url, clock=clock)
    with found.engine.begin() as connection:
        connection.execute(delete(address_blocks))
    yield found
    found.close()


def knock(service: Service, address: str = STRANGER, path: str = "/suppliers", **headers: str) -> Answer:
    return service.answer(Request("GET", path, b"", headers, b"", address, "r-1"))


def knocks(service: Service, times: int, address: str = STRANGER) -> list[int]:
    return [knock(service, address).status for _ in range(times)]


def sample(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


# Whom a request counts for


def door(trusted_proxies: str = "10.0.0.0/8, 2001:db8:ffff::/48") -> Blocks:
    return Blocks(read({}, trusted_proxies=trusted_proxies), SimpleNamespace(), MemoryStore())


def seen_as(peer: str, forwarded: str | None = None, of: Blocks | None = None) -> str:
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    return (of or door()).address(Request("GET", "/units", b"", headers, b"", peer, "r"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        pytest.param("203.0.113.9", None, "203.0.113.9", id="the peer"),
        pytest.param("203.0.113.9", "198.51.100.1", "203.0.113.9", id="a stranger's header is not believed"),
        pytest.param("10.0.0.1", "198.51.100.1", "198.51.100.1", id="a proxy's header is"),
        pytest.param("10.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1", id="what a client put before is not"),
        pytest.param("10.0.0.1", "198.51.100.1, 10.0.0.7 ,10.1.2.3", "198.51.100.1", id="past further proxies"),
        pytest.param("10.0.0.1", "6.6.6.6, 198.51.100.1, 10.0.0.7", "198.51.100.1", id="past proxies and no further"),
        pytest.param("10.0.0.1", None, "10.0.0.1", id="a proxy without header"),
        pytest.param("10.0.0.1", "", "10.0.0.1", id="an empty header"),
        pytest.param("10.0.0.1", "10.0.0.7, 10.0.0.8", "10.0.0.1", id="nothing but proxies"),
        pytest.param("10.0.0.1", "198.51.100.1, unknown, _hidden", "198.51.100.1", id="past garbage"),
        pytest.param("10.0.0.1", "999.1.1.1, ,;drop", "10.0.0.1", id="nothing but garbage"),
        pytest.param("10.0.0.1", "198.51.100.1, " + "x" * 70, "198.51.100.1", id="past long garbage"),
        pytest.param("10.0.0.1", " " * 70 + "198.51.100.1", "10.0.0.1", id="too long"),
        pytest.param("10.0.0.1", "198.51.100.1:4711", "198.51.100.1", id="with a port"),
        pytest.param("10.0.0.1", "[2001:db8::9]:4711", "2001:db8::/64", id="IPv6 with a port"),
        pytest.param("10.0.0.1", "[2001:db8::9]", "2001:db8::/64", id="IPv6 in brackets"),
        pytest.param("::ffff:203.0.113.9", None, "203.0.113.9", id="IPv4 in IPv6"),
        pytest.param("::ffff:10.0.0.1", "::ffff:198.51.100.1", "198.51.100.1", id="a proxy's IPv4 in IPv6"),
        pytest.param("2001:db8:ffff::1", "198.51.100.1", "198.51.100.1", id="a proxy on IPv6"),
        pytest.param("2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64", id="IPv6 counts by subscriber"),
        pytest.param("fe80::1%eth0", None, "fe80::/64", id="a link's own address"),
        pytest.param("", "198.51.100.1", "", id="a local socket has none"),
    ],
)
def test_whom_a_request_counts_for(peer, forwarded, address):
    assert seen_as(peer, forwarded) == address


def test_only_the_last_hops_are_looked_at():
    chain = ["198.51.100.1", *["10.0.0.7"] * blocks.HOPS]
    assert seen_as("10.0.0.1", ",".join(chain)) == "10.0.0.1"
    assert seen_as("10.0.0.1", ",".join(chain[:-1])) == "198.51.100.1"


def test_without_proxies_no_header_is_believed():
    assert seen_as("10.0.0.1", "198.51.100.1", door("")) == "10.0.0.1"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" 203.0.113.9 ", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:DB8:0:0:1::5", "2001:db8::/64"),
        ("2001:db8::/64", "2001:db8::/64"),
    ],
)
def test_addresses_people_type(typed, kept):
    assert blocks.named(typed) == kept


@pytest.mark.parametrize("typed", ["", "example.com", "203.0.113", "203.0.113.0/24", "2001:db8::/48", "12"])
def test_what_is_no_address_is_refused(typed):
    with pytest.raises(ValueError, match="is no address; write it like"):
        blocks.named(typed)


# The door closes


def test_one_more_than_allowed_blocks_the_address(serve: Serve, database, clock: Hands):
    service = serve(block_after=3, block_window_seconds=600, block_seconds=900)
    assert knocks(service, 4) == [401] * 4
    refused = knock(service)
    assert refused.status == 403
    assert refused.headers["retry-after"] == "900"
    body = json.loads(refused.body)
    assert body.pop("message").startswith("Your address is blocked until 2031-03-03T12:15:00+00:00.")
    assert body == {"code": 403, "requestId": "r-1", "blockedUntil": "2031-03-03T12:15:00+00:00"}
    clock.forward(seconds=30.5)
    assert knock(service).headers["retry-after"] == "870"
    assert blocks.current(database) == [
        {
            "address": STRANGER,
            "until": "2031-03-03T12:15:00+00:00",
            "reason": "more than 3 unauthorised requests in 600 seconds",
            "create_date": "2031-03-03T12:00:00+00:00",
        }
    ]


def test_as_many_as_allowed_do_not(serve: Serve, database):
    service = serve(block_after=3)
    assert knocks(service, 3) == [401] * 3
    assert knock(service, path="/-/openapi.json").status == 200
    assert blocks.current(database) == []


def test_a_blocked_address_finds_every_door_closed_but_the_health_check(serve: Serve, database):
    service = serve(block_after=1)
    key = new_key(service)
    knocks(service, 2)
    credentials = {"x-auth-token": key.token, "email": key.email}
    assert knock(service, path="/units", **credentials).status == 403
    for path in ("/-/openapi.json", "/-/metrics", "/nowhere", "/-/health/"):
        assert knock(service, path=path).status == 403, path
    assert knock(service, path="/-/health").status == 200
    assert knock(service, "203.0.113.10", "/units", **credentials).status == 200


def test_each_address_is_counted_for_itself(serve: Serve, database):
    service = serve(block_after=2)
    assert knocks(service, 2) + knocks(service, 2, "203.0.113.10") == [401] * 4
    knock(service)
    assert knock(service).status == 403
    assert knock(service, "203.0.113.10").status == 401


def test_an_ipv6_subscriber_cannot_slip_away(serve: Serve, database):
    service = serve(block_after=2)
    assert [knock(service, f"2001:db8:0:7::{n}").status for n in range(1, 5)] == [401, 401, 401, 403]
    assert knock(service, "2001:db8:0:8::1").status == 401


def test_requests_with_a_valid_key_are_not_counted(serve: Serve, database):
    service = serve(block_after=1)
    key = new_key(service)
    assert {key.send(service, path).status for path in ("/units", "/nowhere", "/units")} == {200, 404}
    assert knocks(service, 1, "192.0.2.1") == [401]
    assert key.send(service).status == 200


def test_a_new_window_counts_anew(serve: Serve, database, clock: Hands):
    service = serve(block_after=2, block_window_seconds=60)
    assert knocks(service, 2) == [401] * 2
    clock.forward(seconds=60)
    assert knocks(service, 2) == [401] * 2
    assert blocks.current(database) == []
    knock(service)
    assert knock(service).status == 403


def test_zero_means_never(serve: Serve, database):
    service = serve(block_after=0)
    assert set(knocks(service, 300)) == {401}
    blocks.block(database, STRANGER, 60, "by hand")
    service.blocks.read()
    assert knock(service).status == 403


def test_a_peer_without_address_is_never_blocked(serve: Serve, database):
    service = serve(block_after=1)
    assert knocks(service, 5, "") == [401] * 5
    assert blocks.current(database) == []


def test_of_many_at_once_one_makes_the_block(serve: Serve, database):
    service = serve(block_after=20)
    before = sample("emptor_blocks_total", what="address")
    unauthorised = sample("emptor_unauthorised_requests_total")
    turned_away = sample("emptor_turned_away_requests_total", what="address")
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: knock(service).status, range(60)))
    assert statuses.count(401) >= 21
    assert statuses.count(401) + statuses.count(403) == 60
    assert len(blocks.current(database)) == 1
    assert knock(service).status == 403
    assert sample("emptor_blocks_total", what="address") - before == 1
    assert sample("emptor_unauthorised_requests_total") - unauthorised == statuses.count(401)
    assert sample("emptor_turned_away_requests_total", what="address") - turned_away == statuses.count(403) + 1


# It opens again


def test_after_the_block_the_address_starts_from_zero(serve: Serve, database, clock: Hands):
    """Although the window in which it was counted is still open."""
    service = serve(block_after=2, block_window_seconds=3600, block_seconds=60)
    knocks(service, 3)
    clock.forward(seconds=59)
    assert knock(service).status == 403
    clock.forward(seconds=1)
    assert knocks(service, 4) == [401, 401, 401, 403]


@pytest.mark.parametrize("limit_store", ["memory", "database"])
def test_unblocking_clears_the_counter_of_a_running_server(serve: Serve, database, clock, ticks, limit_store):
    service = serve(block_after=2, block_window_seconds=3600, limit_store=limit_store)
    address = f"198.51.100.{len(limit_store)}"
    assert knocks(service, 4, address) == [401, 401, 401, 403]
    clock.forward(seconds=5)
    assert blocks.unblock(database, address)
    assert knock(service, address).status == 403
    ticks.now += blocks.READ_EVERY_SECONDS
    assert knocks(service, 4, address) == [401, 401, 401, 403]


def test_unblocking_tells_whether_there_was_a_block(database, clock: Hands):
    blocks.block(database, STRANGER, 60, "noise")
    assert not blocks.unblock(database, "203.0.113.10")
    assert blocks.unblock(database, STRANGER)
    assert blocks.current(database) == []
    assert not blocks.unblock(database, STRANGER)
    blocks.block(database, STRANGER, 60, "noise")
    clock.forward(seconds=60)
    assert not blocks.unblock(database, STRANGER)


def test_an_operator_blocks_and_unblocks_within_a_second(serve: Serve, database, ticks: Ticks):
    service = serve()
    assert knock(service).status == 401
    blocks.block(database, STRANGER, 60, "too loud")
    ticks.now += 0.9
    assert knock(service).status == 401
    ticks.now += 0.1
    assert knock(service).status == 403
    blocks.unblock(database, STRANGER)
    ticks.now += blocks.READ_EVERY_SECONDS
    assert knock(service).status == 401


def test_blocking_again_replaces_the_block(database, clock: Hands):
    blocks.block(database, STRANGER, 3600, "too loud")
    clock.forward(seconds=10)
    assert blocks.block(database, STRANGER, 60, "x" * 400) == "2031-03-03T12:01:10+00:00"
    (found,) = blocks.current(database)
    assert found == {
        "address": STRANGER, "until": "2031-03-03T12:01:10+00:00", "reason": "x" * 300,
        "create_date": "2031-03-03T12:00:10+00:00",
    }  # fmt: skip


def test_a_server_does_not_shorten_an_operators_block(serve: Serve, database, ticks: Ticks):
    service = serve(block_after=1, block_seconds=60)
    assert knock(service).status == 401
    blocks.block(database, STRANGER, 86_400, "too loud")
    assert knock(service).status == 401, "has not read it yet"
    assert json.loads(knock(service).body)["blockedUntil"] == "2031-03-04T12:00:00+00:00"
    assert [found["reason"] for found in blocks.current(database)] == ["too loud"]


def test_blocks_over_for_longer_than_a_window_are_forgotten(serve: Serve, database, clock: Hands):
    def rows() -> int:
        with database.engine.connect() as connection:
            return connection.scalar(select(func.count()).select_from(address_blocks))

    service = serve(block_after=1, block_window_seconds=600, block_seconds=60)
    for address, wait, left in (("198.51.100.1", 60 + 599, 1), ("198.51.100.2", 1, 2), ("198.51.100.3", 0, 2)):
        assert knocks(service, 3, address) == [401, 401, 403]
        assert rows() == left
        clock.forward(seconds=wait)


# Several processes


def test_processes_share_their_counts_and_their_blocks(serve: Serve, database, ticks: Ticks):
    one, other = (serve(block_after=3, limit_store="database") for _ in range(2))
    address = "198.51.100.77"
    assert knocks(one, 2, address) + knocks(other, 2, address) == [401] * 4
    assert knock(other, address).status == 403
    ticks.now += blocks.READ_EVERY_SECONDS
    assert knock(one, address).status == 403


def test_a_server_that_starts_knows_the_blocks(serve: Serve, database):
    blocks.block(database, STRANGER, 60, "too loud")
    assert knock(serve()).status == 403


# What it costs, and what happens when something fails


def count_queries(service: Service, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    asked: list[Any] = []
    lookup = service.database.lookup

    def counted(statement: Any, **values: Any) -> Any:
        asked.append(statement)
        return lookup(statement, **values)

    monkeypatch.setattr(service.database, "lookup", counted)
    return asked


def test_the_rows_are_read_once_a_second_at_most(serve: Serve, database, ticks: Ticks, monkeypatch):
    service = serve(block_after=0)
    asked = count_queries(service, monkeypatch)
    knocks(service, 100)
    assert len(asked) == 1
    ticks.now += 0.999
    knocks(service, 100)
    assert len(asked) == 1
    ticks.now += 0.001
    knocks(service, 100)
    assert len(asked) == 2


def test_when_the_blocks_cannot_be_read_those_known_go_on(serve: Serve, database, ticks: Ticks, monkeypatch):
    service = serve()
    blocks.block(database, STRANGER, 60, "too loud")
    assert knock(service).status == 403
    with monkeypatch.context() as broken:
        broken.setattr(service.database, "lookup", lambda *_, **__: 1 / 0)
        ticks.now += blocks.READ_EVERY_SECONDS
        with capture_logs() as logs:
            assert knock(service).status == 403
            assert knock(service, "203.0.113.10").status == 401
        assert [entry["event"] for entry in logs] == ["blocks_unread"]
    blocks.unblock(database, STRANGER)
    ticks.now += blocks.READ_EVERY_SECONDS
    assert knock(service).status == 401


def test_a_block_that_cannot_be_written_fails_no_request(serve: Serve, database, monkeypatch):
    service = serve(block_after=1)
    monkeypatch.setattr(service.database, "write", lambda *_, **__: 1 / 0)
    with capture_logs() as logs:
        assert knocks(service, 3) == [401] * 3
    assert [entry["event"] for entry in logs] == ["block_failed"] * 2


def test_an_operator_who_forgot_to_name_a_proxy_is_told(serve: Serve, database):
    """All its clients are blocked together."""
    forgotten, named = serve(block_after=1), serve(block_after=1, trusted_proxies="10.0.0.0/8")
    for service in (forgotten, named):
        for _ in range(2):
            assert knock(service, "10.0.0.1", **{"x-forwarded-for": "198.51.100.50"}).status == 401
    reasons = {found["address"]: found["reason"] for found in blocks.current(database)}
    assert reasons == {
        "10.0.0.1": "more than 1 unauthorised requests in 600 seconds; it sends X-Forwarded-For: if it is a proxy "
        "of yours, name it in EMPTOR_TRUSTED_PROXIES",
        "198.51.100.50": "more than 1 unauthorised requests in 600 seconds",
    }


def test_a_block_is_logged(serve: Serve, database):
    service = serve(block_after=1)
    with capture_logs() as logs:
        knocks(service, 3)
    assert [(entry["event"], entry["address"], entry["log_level"]) for entry in logs] == [
        ("address_blocked", STRANGER, "warning")
    ]


# The operator's commands


def soon(service: Service, status: int) -> bool:
    """Whether a stranger gets that answer within the time a server may take to notice."""
    deadline = time.monotonic() + 1.5
    while knock(service).status != status:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def test_commands_block_and_unblock_on_a_running_server(serve: Serve, database, clock: Hands):
    clock.now = datetime.now(UTC)
    service = serve(block_after=0)
    assert knock(service).status == 401
    done = emptor(service, "block", f"::ffff:{STRANGER}", "--for", "120", "--reason", "too loud")
    assert done.exit_code == 0, done.stderr
    # Keys that other tests had blocked are listed too.
    (listed,) = [row for row in json.loads(emptor(service, "blocks", "--json").stdout) if row["blocked"] == STRANGER]
    assert done.stdout == f"{STRANGER} is blocked until {listed['until']}.\n"
    assert (listed["blocked"], listed["reason"]) == (STRANGER, "too loud")
    seconds = (datetime.fromisoformat(listed["until"]) - datetime.fromisoformat(listed["since"])).total_seconds()
    assert seconds == 120
    assert STRANGER in emptor(service, "blocks").stdout
    assert soon(service, 403)
    assert json.loads(knock(service).body)["blockedUntil"] == listed["until"]
    done = emptor(service, "unblock", STRANGER)
    assert (done.exit_code, done.stdout) == (0, f"{STRANGER} is not blocked any more.\n")
    clock.now = datetime.now(UTC)
    assert soon(service, 401)
    assert STRANGER not in emptor(service, "blocks").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["unblock", "203.0.113.77"], 1, "203.0.113.77 is not blocked; see: emptor blocks"),
        (["unblock", "999999"], 1, "Key 999999 is not blocked; see: emptor blocks"),
        (["unblock", "example.com"], 2, "'example.com' is no address; write it like 203.0.113.9 or 2001:db8::1"),
        (["block", "203.0.113.0/24"], 2, "'203.0.113.0/24' is no address"),
        (["block", STRANGER, "--for", "0"], 2, "--for"),
    ],
)
def test_commands_say_what_cannot_be_done(serve: Serve, database, arguments, code, sentence):
    done = emptor(serve(), *arguments)
    assert done.exit_code == code
    assert sentence in done.stderr
    assert blocks.current(database) == []
