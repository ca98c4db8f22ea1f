"""Use by key and day (overview S6), and what becomes of keys whose requests are wrong day after day (overview S8)."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import Engine, create_engine, delete, event, select
from structlog.testing import capture_logs

from emptor import server
from emptor.domains.organisation import keys
from emptor.domains.organisation.tables import api_keys, key_days
from emptor.http import usage
from emptor.http.pipeline import Service
from emptor.http.usage import in_a_row, in_words
from emptor.store.schema import company_clocks
from tests.http.conftest import Hands, Key, Serve, emptor, new_key

WRONG, RIGHT = "/nowhere", "/units"
A_WEEK = {"wrong_day_requests": 3, "wrong_days_warning": 3, "wrong_days_block": 7, "key_block_seconds": 86_400}


def rows(service: Service, *columns: Any, **where: Any) -> list[tuple[Any, ...]]:
    table = columns[0].table
    conditions = [table.c[name] == value for name, value in where.items()]
    with service.database.engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(*columns).where(*conditions).order_by(*columns))]


def figures(service: Service, key: Key) -> list[tuple[str, int, int]]:
    """Day, requests and wrong ones."""
    return rows(service, key_days.c.day, key_days.c.requests, key_days.c.wrong, key_id=key.key_id)


def last_used(service: Service, key: Key) -> str | None:
    with service.database.read() as tx:
        return tx.scalar(keys.Statement(select(api_keys.c.last_used).where(api_keys.c.id == key.key_id)))


def a_day(service: Service, key: Key, clock: Hands, *, wrong: int = 3, right: int = 0) -> list[int]:
    """Send that many requests, let the day pass, and tell the statuses there were."""
    statuses = {key.send(service, WRONG).status for _ in range(wrong)}
    statuses |= {key.send(service, RIGHT).status for _ in range(right)}
    clock.forward(days=1)
    return sorted(statuses)


def warning(service: Service, key: Key) -> str | None:
    return key.send(service).headers.get("emptor-warning")


# Counting


def test_requests_are_counted_by_key_and_day(serve: Serve, clock: Hands):
    service = serve()
    key = new_key(service)
    other = new_key(service, key.company_id)
    for path in (RIGHT, WRONG, RIGHT):
        key.send(service, path)
    other.send(service)
    clock.forward(hours=11, minutes=59, seconds=59)
    key.send(service)
    clock.forward(seconds=1)
    key.send(service, WRONG)
    assert figures(service, key) == []
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 4, 1), ("2031-03-04", 1, 1)]
    assert figures(service, other) == [("2031-03-03", 1, 0)]
    key.send(service)
    service.usage.settle()
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 4, 1), ("2031-03-04", 2, 1)]


def broken(call: Any) -> Any:
    raise RuntimeError("broken")


def test_wrong_are_answers_of_400_and_more_but_not_429_nor_500(serve: Serve, monkeypatch):
    service = serve(limits=True, limit_minute=8, limit_identical_minute=2)
    key = new_key(service)
    monkeypatch.setitem(service.special, ("GET", "/locations"), broken)
    asked = [
        (key.send(service), 200, False),
        (key.send(service, WRONG), 404, True),
        (key.send(service, RIGHT, "PATCH"), 405, True),
        (key.send(service, RIGHT, "POST", b"{"), 400, True),
        (key.send(service, RIGHT, "POST", b'{"name": "pcs"}'), 201, False),
        (key.send(service, "/locations"), 500, False),
        (key.send(service), 200, False),
        (key.send(service), 429, False),
    ]
    assert [answer.status for answer, _, _ in asked] == [status for _, status, _ in asked]
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", len(asked), sum(wrong for _, _, wrong in asked))]


def test_a_request_at_the_wrong_region_is_a_wrong_one(serve: Serve):
    service = serve(base_url_com="https://api.com.test", base_url_us="https://api.us.test")
    key = new_key(service)
    assert key.send(service, host="api.us.test").status == 421
    assert key.send(service, host="api.com.test").status == 200
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 2, 1)]


def test_wrong_credentials_are_no_use_of_the_key(serve: Serve):
    service = serve(block_after=0)
    key = new_key(service)
    assert key.send(service, email="bob@acme.test").status == 401
    service.usage.settle()
    assert figures(service, key) == []
    assert last_used(service, key) is None


def test_the_last_use_is_remembered(serve: Serve, clock: Hands):
    service, late = serve(), serve()
    key = new_key(service)
    key.send(late)
    clock.forward(minutes=5)
    key.send(service)
    service.usage.settle()
    assert last_used(service, key) == "2031-03-03T12:05:00+00:00"
    late.usage.settle()
    assert last_used(service, key) == "2031-03-03T12:05:00+00:00"
    clock.forward(minutes=1)
    key.send(late)
    late.usage.settle()
    assert last_used(service, key) == "2031-03-03T12:06:00+00:00"


def test_processes_add_up(serve: Serve):
    processes = [serve() for _ in range(3)]
    ours = [new_key(processes[0]) for _ in range(4)]

    def work(process: Service) -> None:
        for turn in range(30):
            for key in ours:
                key.send(process, WRONG if turn % 3 else RIGHT)
            if turn % 5 == 0:
                process.usage.settle()
        process.usage.settle()

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(work, processes))
    for key in ours:
        assert figures(processes[0], key) == [("2031-03-03", 90, 60)]


def test_threads_lose_nothing(serve: Serve):
    service = serve()
    key = new_key(service)
    caller = service.authenticator.caller(key.token, key.email)
    right, wrong = (usage.Answer(status) for status in (200, 404))

    def work(_: int) -> None:
        for turn in range(400):
            service.usage.note(caller, wrong if turn % 4 == 0 else right)
            if turn % 100 == 0:
                service.usage.settle()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 3200, 800)]


def test_figures_are_no_change_of_the_company(serve: Serve):
    """Remembered totals of its lists stay valid."""
    service = serve()
    key = new_key(service)
    before = rows(service, company_clocks.c.sequence, company_id=key.company_id)
    key.send(service)
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 1, 0)]
    assert rows(service, company_clocks.c.sequence, company_id=key.company_id) == before


def test_a_key_that_is_gone_holds_up_nobody(serve: Serve):
    service = serve()
    gone, key = new_key(service), new_key(service)
    for one in (gone, key):
        one.send(service)
    with service.database.engine.begin() as connection:
        connection.execute(delete(api_keys).where(api_keys.c.id == gone.key_id))
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 1, 0)]
    assert figures(service, gone) == []


def test_what_cannot_be_written_is_written_later(serve: Serve, clock: Hands, monkeypatch):
    service = serve()
    key = new_key(service)
    assert key.send(service, WRONG).status == 404
    with monkeypatch.context() as patched:
        patched.setattr(service.database, "write", lambda *_, **__: 1 / 0)
        with capture_logs() as logs:
            service.usage.settle()
        assert [entry["event"] for entry in logs] == ["usage_unsettled"]
        clock.forward(minutes=1)
        assert key.send(service).status == 200
    assert figures(service, key) == []
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 2, 1)]
    assert last_used(service, key) == "2031-03-03T12:01:00+00:00"


def test_half_a_write_counts_nothing_twice(serve: Serve, monkeypatch):
    service = serve()
    key = new_key(service)
    key.send(service)
    with monkeypatch.context() as patched:
        patched.setattr(usage, "_USED", None)
        with capture_logs():
            service.usage.settle()
    assert figures(service, key) == []
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 1, 0)]


@pytest.mark.parametrize(("judged", "kept"), [(7, 400), (500, 500)])
def test_figures_are_forgotten_when_nobody_looks_back_so_far(serve: Serve, clock: Hands, judged: int, kept: int):
    service = serve(wrong_days_block=judged)
    key, idle = new_key(service), new_key(service)
    for one in (key, idle):
        one.send(service, WRONG)
    clock.forward(days=kept)
    key.send(service)
    service.usage.settle()
    old, today = ("2031-03-03", 1, 1), (clock.now.date().isoformat(), 1, 0)
    assert figures(service, key) == [old, today]
    assert figures(service, idle) == [old]
    clock.forward(days=1)
    key.send(service)
    service.usage.settle()
    assert figures(service, key) == [today, (clock.now.date().isoformat(), 1, 0)]
    assert figures(service, idle) == []


def test_memory_for_figures_is_bounded(serve: Serve, monkeypatch):
    monkeypatch.setattr(usage, "TALLIES", 2)
    service = serve()
    ours = [new_key(service) for _ in range(3)]
    before = REGISTRY.get_sample_value("emptor_uncounted_requests_total")
    for _ in range(2):
        assert [key.send(service).status for key in ours] == [200, 200, 200]
    assert REGISTRY.get_sample_value("emptor_uncounted_requests_total") - before == 2
    service.usage.settle()
    assert [figures(service, key) for key in ours] == [[("2031-03-03", 2, 0)], [("2031-03-03", 2, 0)], []]
    ours[2].send(service)
    service.usage.settle()
    assert figures(service, ours[2]) == [("2031-03-03", 1, 0)]


# In the background


def lived(app: Any, during: Any) -> list[str]:
    """What the application says while a server starts it, does something and stops it."""
    said = []

    async def live() -> None:
        heard = iter(["lifespan.startup", "lifespan.shutdown"])

        async def receive() -> dict[str, str]:
            message = next(heard)
            if message == "lifespan.shutdown":
                await asyncio.to_thread(during)
            return {"type": message}

        async def send(message: dict[str, str]) -> None:
            said.append(message["type"])

        await app({"type": "lifespan"}, receive, send)

    asyncio.run(live())
    return said


def settlers() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "emptor-usage"]


def test_a_server_writes_in_the_background(serve: Serve, monkeypatch):
    monkeypatch.setattr(usage, "WRITE_EVERY_SECONDS", 0.01)
    service = serve()
    key = new_key(service)

    def during() -> None:
        assert len(settlers()) == 1
        for requests in (1, 2):
            key.send(service)
            deadline = time.monotonic() + 10
            while figures(service, key) != [("2031-03-03", requests, 0)]:
                assert time.monotonic() < deadline
                time.sleep(0.01)

    assert lived(server.app(service), during) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert settlers() == []


def test_a_server_that_ends_writes_what_is_left(serve: Serve):
    service = serve()
    key = new_key(service)

    def during() -> None:
        key.send(service)
        assert figures(service, key) == []

    lived(server.app(service), during)
    assert settlers() == []
    assert figures(service, key) == [("2031-03-03", 1, 0)]


def test_the_end_waits_for_a_write_under_way(serve: Serve, monkeypatch):
    monkeypatch.setattr(usage, "WRITE_EVERY_SECONDS", 0.01)
    service = serve()
    key = new_key(service)
    write, writing = service.database.write, threading.Event()

    def slow(*args: Any, **more: Any) -> Any:
        writing.set()
        time.sleep(0.3)
        return write(*args, **more)

    def during() -> None:
        monkeypatch.setattr(service.database, "write", slow)
        key.send(service)
        assert writing.wait(10)

    lived(server.app(service), during)
    assert settlers() == []
    assert figures(service, key) == [("2031-03-03", 1, 0)]


def test_a_server_that_ends_leaves_no_connection(serve: Serve, monkeypatch):
    """Neither its own nor those of the limits, which have an engine to themselves."""
    made: list[Engine] = []
    monkeypatch.setattr(
        server, "create_engine", lambda *args, **more: made.append(create_engine(*args, **more)) or made[0]
    )
    service = serve(limits=True, limit_store="database")
    key = new_key(service)
    disposed: list[Engine] = []
    for engine in (*made, service.database.engine):
        event.listen(engine, "engine_disposed", disposed.append)
    lived(server.app(service), lambda: key.send(service))
    assert (len(made), {*disposed}) == (1, {*made, service.database.engine})


def test_a_fault_in_the_background_is_not_the_end(serve: Serve, monkeypatch):
    monkeypatch.setattr(usage, "WRITE_EVERY_SECONDS", 0.01)
    service = serve()
    key = new_key(service)
    write, failed = service.database.write, threading.Event()

    def failing(*args: Any, **more: Any) -> Any:
        if not failed.is_set():
            failed.set()
            raise RuntimeError("broken")
        return write(*args, **more)

    def during() -> None:
        monkeypatch.setattr(service.database, "write", failing)
        key.send(service)
        deadline = time.monotonic() + 10
        while not figures(service, key):
            assert time.monotonic() < deadline
            time.sleep(0.01)

    lived(server.app(service), during)
    assert failed.is_set()
    assert figures(service, key) == [("2031-03-03", 1, 0)]


def test_a_running_server_asks_the_database_nothing_of_its_own(serve: Serve, monkeypatch):
    """Neither counting nor warning costs a request a query; the thread does that."""
    monkeypatch.setattr(usage, "WRITE_EVERY_SECONDS", 1000)
    service = serve()
    key = new_key(service)
    caller = service.authenticator.caller(key.token, key.email)

    def during() -> None:
        deadline = time.monotonic() + 10
        while service.usage._judge_at <= service.database.clock():
            assert time.monotonic() < deadline
            time.sleep(0.01)
        with monkeypatch.context() as patched:
            for name in ("read", "write", "lookup"):
                patched.setattr(service.database, name, lambda *_, **__: pytest.fail("a query"))
            service.database.clock.forward(days=3)
            for _ in range(100):
                service.usage.catch_up()
                assert service.usage.refusal(None, caller) is None
                service.usage.note(caller, usage.Answer(404))

    lived(server.app(service), during)
    assert figures(service, key) == [("2031-03-06", 100, 100)]


# Judging


@pytest.mark.parametrize(
    ("days", "length"),
    [
        ([], None),
        (["2031-03-09"], 1),
        (["2031-03-09", "2031-03-08", "2031-03-07"], 3),
        (["2031-03-09", "2031-03-07", "2031-03-06"], 1),
        (["2031-03-08", "2031-03-07"], None),
        (["2031-03-01", "2031-02-28"], None),
    ],
)
def test_days_in_a_row_end_yesterday(days, length):
    counted = in_a_row([(1, 2, day, None) for day in days], date(2031, 3, 10))
    assert counted == ({(1, 2): length} if length else {})


def test_days_in_a_row_are_each_keys_own():
    days = [(1, 2, "2031-03-01"), (1, 3, "2031-02-28"), (2, 2, "2031-03-01"), (2, 2, "2031-02-28")]
    assert in_a_row([(*day, None) for day in days], date(2031, 3, 2)) == {(1, 2): 1, (2, 2): 2}


@pytest.mark.parametrize(
    ("blocked_until", "length"),
    [("2031-03-07T23:59:59+00:00", 3), ("2031-03-08T00:00:30+00:00", 2), ("2031-03-10T00:00:30+00:00", None)],
)
def test_days_before_the_end_of_a_block_are_forgiven(blocked_until, length):
    days = [(1, 2, f"2031-03-0{day}", blocked_until) for day in range(1, 10)]
    assert in_a_row(days, date(2031, 3, 10)).get((1, 2)) == length


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (86_400, "24 hours"),
        (3600, "1 hour"),
        (5400, "90 minutes"),
        (60, "1 minute"),
        (61, "61 seconds"),
        (1, "1 second"),
    ],
)
def test_how_long_is_said_in_words(seconds, words):
    assert in_words(seconds) == words


def test_a_week_of_wrong_requests(serve: Serve, clock: Hands):
    """Three days nothing, then a warning that counts down, a day's block after the seventh, and it starts anew."""
    service = serve(**A_WEEK)
    key, neighbour = new_key(service), new_key(service)
    warnings = []
    for _ in range(7):
        warnings.append(warning(service, key))
        assert neighbour.send(service).headers.get("emptor-warning") is None
        assert a_day(service, key, clock) == [404]
    assert warnings[:3] == [None] * 3
    assert warnings[3] == (
        "Most requests of this key were wrong on 3 days in a row. If that goes on, "
        "it will be blocked from 2031-03-10 on for 24 hours."
    )
    assert [text.partition("wrong on ")[2][:6] for text in warnings[3:]] == ["3 days", "4 days", "5 days", "6 days"]
    assert {text.partition("blocked from ")[2][:10] for text in warnings[3:]} == {"2031-03-10"}

    blocked_before = REGISTRY.get_sample_value("emptor_blocks_total", {"what": "key"}) or 0
    clock.forward(hours=1)
    refused = key.send(service)
    assert refused.status == 403
    assert refused.headers["retry-after"] == "86400"
    body = json.loads(refused.body)
    assert body.pop("message") == (
        "This key is blocked until 2031-03-11T13:00:00+00:00: most of its requests were wrong on 7 days in a row. Look "
        "in your log for answers with status 400 to 499 and mend those requests first. Whoever runs this server can "
        "end the block earlier."
    )
    assert body == {"code": 403, "requestId": "test", "blockedUntil": "2031-03-11T13:00:00+00:00"}
    assert REGISTRY.get_sample_value("emptor_blocks_total", {"what": "key"}) == blocked_before + 1
    assert neighbour.send(service).status == 200

    clock.forward(hours=23, minutes=59, seconds=59)
    assert key.send(service).headers["retry-after"] == "1"
    clock.forward(seconds=1)
    assert key.send(service).status == 200
    assert warning(service, key) is None
    service.usage.settle()
    assert figures(service, key)[7:] == [("2031-03-10", 1, 0), ("2031-03-11", 3, 0)]

    clock.forward(days=1)
    for day in range(7):
        assert (warning(service, key) is not None) == (day >= 3), day
        assert a_day(service, key, clock) == [404]
    assert key.send(service).status == 403


def test_what_a_blocked_key_sends_is_used_but_not_wrong(serve: Serve, clock: Hands):
    service = serve(**A_WEEK | {"wrong_days_block": 1})
    key = new_key(service)
    a_day(service, key, clock)
    assert [key.send(service, path).status for path in (RIGHT, WRONG, WRONG, WRONG)] == [403] * 4
    clock.forward(days=1)
    assert key.send(service).status == 200
    service.usage.settle()
    assert figures(service, key) == [("2031-03-03", 3, 3), ("2031-03-04", 4, 0), ("2031-03-05", 1, 0)]


@pytest.mark.parametrize(
    ("wrong", "right"),
    [pytest.param(2, 0, id="too few"), pytest.param(3, 3, id="only half"), pytest.param(0, 5, id="none"), (0, 0)],
)
def test_a_day_that_is_not_wrong_breaks_the_row(serve: Serve, clock: Hands, wrong, right):
    service = serve(**A_WEEK)
    key = new_key(service)
    for day in range(9):
        better = day == 4
        assert 403 not in a_day(service, key, clock, **({"wrong": wrong, "right": right} if better else {}))
    service.usage.settle()
    assert "wrong on 4 days" in warning(service, key)


def test_more_than_half_is_enough(serve: Serve, clock: Hands):
    service = serve(**A_WEEK)
    key = new_key(service)
    for _ in range(3):
        a_day(service, key, clock, wrong=4, right=3)
    assert "wrong on 3 days" in warning(service, key)


def test_the_day_under_way_is_not_judged(serve: Serve, clock: Hands):
    service = serve(**A_WEEK | {"wrong_days_warning": 1})
    key = new_key(service)
    for _ in range(20):
        assert "emptor-warning" not in key.send(service, WRONG).headers
        service.usage.settle()
    clock.forward(days=1)
    assert "wrong on 1 day in a row" in warning(service, key)


def test_a_day_is_judged_when_every_process_has_written(serve: Serve, clock: Hands):
    service, other = serve(**A_WEEK | {"wrong_days_warning": 1}), serve(**A_WEEK)
    key = new_key(service)
    warning(service, key)
    for _ in range(3):
        key.send(service, WRONG)
    for _ in range(2):
        key.send(other)
    clock.now = clock.now.replace(day=4, hour=0, minute=0, second=29)
    assert warning(service, key) is None
    other.usage.settle()
    clock.forward(seconds=1)
    assert warning(service, key) is None, "half of the requests were right, at the other process"


def test_a_server_that_starts_knows_who_is_warned(serve: Serve, clock: Hands):
    first = serve(**A_WEEK)
    key = new_key(first)
    for _ in range(4):
        a_day(first, key, clock)
    first.usage.settle()
    assert "wrong on 4 days" in warning(serve(**A_WEEK), key)
    clock.now = clock.now.replace(hour=0, minute=0, second=10)
    assert "wrong on 3 days" in warning(serve(**A_WEEK), key), "yesterday is not settled yet"


def test_a_block_holds_at_every_process_and_is_made_once(serve: Serve, clock: Hands):
    one, other = serve(**A_WEEK), serve(**A_WEEK)
    key = new_key(one)
    for _ in range(7):
        a_day(one, key, clock)
    assert key.send(one).status == 403
    clock.forward(minutes=1)
    assert json.loads(key.send(other).body)["blockedUntil"] == "2031-03-11T12:00:00+00:00"
    assert "emptor-warning" not in key.send(other).headers


def test_a_short_block_forgives_as_well(serve: Serve, clock: Hands):
    service = serve(**A_WEEK | {"key_block_seconds": 3600})
    key = new_key(service)
    for _ in range(7):
        a_day(service, key, clock)
    assert key.send(service).status == 403
    clock.forward(hours=1)
    for day in range(7):
        assert (warning(service, key) is not None) == (day >= 3), day
        assert a_day(service, key, clock) == [404]
    assert key.send(service).status == 403


def test_an_operator_ends_the_block_of_a_key(serve: Serve, clock: Hands):
    service = serve(**A_WEEK)
    operator = serve().database
    key = new_key(service)
    for _ in range(7):
        a_day(service, key, clock)
    assert key.send(service).status == 403
    (found,) = [found for found in usage.blocked_keys(operator) if found["key_id"] == key.key_id]
    assert found == {
        "company_id": key.company_id, "company": found["company"], "key_id": key.key_id, "hint": key.token[:6],
        "email": key.email, "until": "2031-03-11T12:00:00+00:00",
    }  # fmt: skip
    assert found["company"].startswith("Edge ")
    assert usage.unblock_key(operator, key.key_id)
    assert key.send(service).status == 200
    assert not usage.unblock_key(operator, key.key_id)
    assert key.key_id not in [found["key_id"] for found in usage.blocked_keys(operator)]
    for _ in range(3):
        assert warning(service, key) is None
        a_day(service, key, clock, wrong=9)
    assert "wrong on 3 days" in warning(service, key), "today counts again, and what was before does not"


def test_a_revoked_key_is_not_judged(serve: Serve, clock: Hands):
    service = serve(**A_WEEK | {"wrong_days_block": 1})
    key = new_key(service)
    a_day(service, key, clock)
    service.usage._write()
    with service.database.write(key.company_id) as tx:
        assert keys.revoke(tx, key.key_id)
    service.usage.settle()
    assert key.key_id not in [found["key_id"] for found in usage.blocked_keys(service.database)]


def test_when_judging_fails_it_is_tried_again(serve: Serve, clock: Hands, monkeypatch):
    service = serve(**A_WEEK | {"wrong_days_block": 1})
    key = new_key(service)
    a_day(service, key, clock)
    service.usage._write()
    with monkeypatch.context() as patched:
        patched.setattr(usage, "in_a_row", lambda *_: 1 / 0)
        with capture_logs() as logs:
            assert key.send(service).status == 200
        assert [entry["event"] for entry in logs] == ["usage_unsettled"]
    assert key.send(service).status == 403


# Reporting


def test_use_is_reported_latest_day_and_heaviest_key_first(serve: Serve, clock: Hands):
    service = serve()
    key = new_key(service)
    colleague = new_key(service, key.company_id)
    stranger = new_key(service)
    a_day(service, key, clock, wrong=1, right=1)
    a_day(service, key, clock, wrong=0, right=1)
    for _ in range(2):
        colleague.send(service)
    key.send(service)
    stranger.send(service)
    service.usage.settle()

    def used(days: int) -> list[tuple[Any, ...]]:
        found = usage.used(service.database, days, key.company_id)
        return [(row["day"], row["email"], row["requests"], row["wrong"]) for row in found]

    today = [("2031-03-05", colleague.email, 2, 0), ("2031-03-05", key.email, 1, 0)]
    assert used(1) == today
    assert used(2) == [*today, ("2031-03-04", key.email, 1, 0)]
    assert used(30) == [*today, ("2031-03-04", key.email, 1, 0), ("2031-03-03", key.email, 2, 1)]
    everybody = usage.used(service.database, 1)
    (row,) = [row for row in everybody if row["key_id"] == stranger.key_id]
    assert row == {
        "company_id": stranger.company_id, "company": row["company"], "key_id": stranger.key_id,
        "hint": stranger.token[:6], "email": stranger.email, "day": "2031-03-05", "requests": 1, "wrong": 0,
    }  # fmt: skip
    assert {key.key_id, colleague.key_id} < {row["key_id"] for row in everybody}


# The operator's commands


def test_a_command_shows_use_and_marks_heavy_keys(serve: Serve, clock: Hands, monkeypatch):
    monkeypatch.setenv("EMPTOR_HEAVY_USE_PER_DAY", "3")
    clock.now = datetime.now(UTC)
    service = serve()
    heavy = new_key(service)
    light = new_key(service, heavy.company_id)
    for key, requests in ((heavy, 4), (light, 3)):
        for _ in range(requests):
            key.send(service, WRONG if key is light else RIGHT)
    service.usage.settle()
    today = clock.now.date().isoformat()
    asked = ("usage", "--company", str(heavy.company_id), "--days", "2")
    found = json.loads(emptor(service, *asked, "--json").stdout)
    company = found[0]["company"]
    assert found == [
        {
            "day": today, "company": company, "company_id": heavy.company_id, "email": key.email, "key": key.key_id,
            "requests": requests, "wrong": wrong, "heavy": requests > 3,
        }
        for key, requests, wrong in ((heavy, 4, 0), (light, 3, 3))
    ]  # fmt: skip
    shown = emptor(service, *asked)
    assert [line.split()[-3:] for line in shown.stdout.splitlines()[1:]] == [["4", "0", "yes"], ["3", "3", "no"]]
    command = shown.stderr.partition("To raise their limits: emptor ")[2].replace("N", "5000").split()
    assert command[:3] == ["company", "limits", str(heavy.company_id)]
    assert emptor(service, *command).exit_code == 0
    limits = json.loads(emptor(service, "company", "limits", company, "--json").stdout)
    assert (limits["minute"], limits["hour"], limits["day"]) == (5000, 5000, 5000)


def test_a_command_ends_the_block_of_a_key(serve: Serve, clock: Hands):
    clock.now = datetime.now(UTC)
    service = serve(**A_WEEK | {"wrong_days_block": 1})
    key = new_key(service)
    clock.forward(days=-1)
    a_day(service, key, clock)
    clock.forward(minutes=1)  # in case it is midnight
    assert key.send(service).status == 403
    listed = json.loads(emptor(service, "blocks", "--json").stdout)
    (reason,) = [row["reason"] for row in listed if row["blocked"] == str(key.key_id)]
    assert key.email in reason
    assert emptor(service, "unblock", str(key.key_id)).exit_code == 0
    assert key.send(service).status == 200
