"""Who uses the API how much, and whose requests are wrong day after day (overview S6, S8).

Requests are counted in memory and added to `key_days` by a thread of its own: no request waits, and the processes of a
server add up. A day is judged once it is over and every process has written what it counted.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from datetime import time as time_of_day
from functools import cache
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import bindparam, delete, or_, select, text, update

from emptor.domains.organisation.tables import api_keys, companies, key_days
from emptor.http.auth import Caller
from emptor.http.blocks import BLOCKS, TURNED_AWAY, blocked
from emptor.http.messages import Answer, Request
from emptor.kit.background import Background
from emptor.kit.clock import spell
from emptor.settings import Settings
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import PLATFORM, Database

log = structlog.get_logger(__name__)

UNCOUNTED = Counter("emptor_uncounted_requests", "Requests that the daily figures lack because memory was full.")

WRITE_EVERY_SECONDS = 5.0
STOP_SECONDS = 10.0
"""How long the end of the server waits for the thread."""
SETTLED = timedelta(seconds=30)
"""How long after its end a day is judged: several times what a process needs to write what it counted."""
KEPT = timedelta(days=400)
"""How long figures are kept to look back at; longer only where the rule of wrong days needs them."""
TALLIES = 100_000
"""Days of keys counted in memory at once; requests of further ones are lost to the figures."""
WARNING = "emptor-warning"

Key = tuple[int, int]
"""Company and key."""
Place = tuple[int, int, int]
"""Company, key and day (as an ordinal)."""

_INSTANT = api_keys.c.last_used.type
_OF_KEY = (api_keys.c.company_id == bindparam("company"), api_keys.c.id == bindparam("key"))
# A key may be gone by now, hence the select.
_ADD = Statement(
    text(
        "INSERT INTO key_days (company_id, key_id, day, requests, wrong)"
        " SELECT company_id, id, :day, :requests, :wrong FROM api_keys WHERE company_id = :company AND id = :key"
        " ON CONFLICT (company_id, key_id, day) DO UPDATE"
        " SET requests = key_days.requests + excluded.requests, wrong = key_days.wrong + excluded.wrong"
    )
)
_USED = Statement(
    update(api_keys)
    .where(*_OF_KEY, or_(api_keys.c.last_used.is_(None), api_keys.c.last_used < bindparam("used", type_=_INSTANT)))
    .values(last_used=bindparam("used", type_=_INSTANT))
)
_FORGET = Statement(delete(key_days).where(key_days.c.day < bindparam("first")))
_WRONG_DAYS = Statement(
    select(key_days.c.company_id, key_days.c.key_id, key_days.c.day, api_keys.c.blocked_until)
    .join(api_keys, (api_keys.c.company_id == key_days.c.company_id) & (api_keys.c.id == key_days.c.key_id))
    .where(
        key_days.c.day >= bindparam("first"),
        key_days.c.wrong >= bindparam("least"),
        key_days.c.wrong * 2 > key_days.c.requests,
        api_keys.c.revoked.is_(None),
    )
)
_NOW = bindparam("now", type_=_INSTANT)
_BLOCK = Statement(
    update(api_keys)
    .where(*_OF_KEY, or_(api_keys.c.blocked_until.is_(None), api_keys.c.blocked_until <= _NOW))
    .values(blocked_until=bindparam("until", type_=_INSTANT))
    .returning(api_keys.c.id)
)
_UNBLOCK = Statement(
    update(api_keys)
    .where(api_keys.c.id == bindparam("key"), api_keys.c.blocked_until > _NOW)
    .values(blocked_until=_NOW)
    .returning(api_keys.c.id)
)


class Usage:
    """Counts requests by key and day. `settle` is what the thread does again and again; tests may call it instead."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._settings = settings
        self._database = database
        self._judged = timedelta(days=max(settings.wrong_days_block, settings.wrong_days_warning))
        self._tallies: dict[Place, list[Any]] = {}
        self._lock = threading.Lock()
        self._warnings: dict[Key, str] = {}
        self._judge_at = datetime.min.replace(tzinfo=UTC)
        self._settling = threading.Lock()
        self._background = Background(
            "emptor-usage", self.settle, first=0.0, every=WRITE_EVERY_SECONDS, fault="usage_unsettled",
            patience=STOP_SECONDS,
        )  # fmt: skip

    def catch_up(self) -> None:
        """Settle on the first request of a day, when no thread does it: in tests, or without the server's lifespan."""
        if not self._background.is_running and self._database.clock() >= self._judge_at:
            self.settle()

    def refusal(self, request: Request, caller: Caller) -> Answer | None:
        """The 403 for a request with a blocked key."""
        until = caller.key.blocked_until
        if until is None:
            return None
        now = self._database.clock()
        if until <= spell(now):
            return None
        TURNED_AWAY.labels("key").inc()
        message = (
            f"This key is blocked until {until}: most of its requests were wrong on {self._settings.wrong_days_block} "
            "days in a row. Look in your log for answers with status 400 to 499 and mend those requests first. Whoever "
            "runs this server can end the block earlier."
        )
        return blocked(message, until, now, request.request_id)

    def note(self, caller: Caller, answer: Answer) -> None:
        """Count a request by its answer, and put the warning on the answer if the key has one."""
        now = self._database.clock()
        key, status = caller.key, answer.status
        # What a blocked key sends is not looked at, so nobody can tell whether it was wrong.
        wrong = 400 <= status < 500 and status != 429 and not (key.blocked_until and key.blocked_until > spell(now))
        place = (key.company_id, key.key_id, now.toordinal())
        with self._lock:
            tally = self._tallies.get(place)
            if tally is not None:
                tally[0] += 1
                tally[1] += wrong
                tally[2] = now
            elif len(self._tallies) < TALLIES:
                self._tallies[place] = [1, int(wrong), now]
            else:
                UNCOUNTED.inc()
        if self._warnings:
            warning = self._warnings.get((key.company_id, key.key_id))
            if warning:
                answer.headers[WARNING] = warning

    def start(self) -> None:
        """Begin to settle in the background."""
        self._background.start()

    def stop(self) -> None:
        """Write what is left and end the thread."""
        self._background.stop()
        self.settle()

    def settle(self) -> None:
        """Write what was counted, then judge the days that are over and not judged yet. Never raises."""
        if not self._settling.acquire(blocking=False):
            return
        try:
            self._write()
            now = self._database.clock()
            if now >= self._judge_at:
                self._judge(now)
        except Exception:
            log.exception("usage_unsettled")
        finally:
            self._settling.release()

    def _write(self) -> None:
        with self._lock:
            tallies, self._tallies = self._tallies, {}
        if not tallies:
            return
        rows = [
            {"company": company, "key": key, "day": date.fromordinal(day).isoformat(),
             "requests": requests, "wrong": wrong, "used": spell(used)}
            for (company, key, day), (requests, wrong, used) in sorted(tallies.items())
        ]  # fmt: skip
        try:
            # Of the platform, not of a company: figures are no change of the company, so its clock does not tick.
            with self._database.write(PLATFORM) as tx:
                for statement in (_ADD, _USED):
                    tx.run_all(statement, rows)
                first = (self._database.clock() - SETTLED).date() - max(self._judged, KEPT)
                tx.run(_FORGET, first=first.isoformat())
        except BaseException:
            self._take_back(tallies)
            raise

    def _take_back(self, tallies: dict[Place, list[Any]]) -> None:
        with self._lock:
            for place, (requests, wrong, used) in tallies.items():
                newer = self._tallies.setdefault(place, [0, 0, used])
                newer[0] += requests
                newer[1] += wrong

    def _judge(self, now: datetime) -> None:
        settings, today = self._settings, (now - SETTLED).date()
        first = today - self._judged
        with self._database.read(PLATFORM) as tx:
            rows = tx.all(_WRONG_DAYS, first=first.isoformat(), least=settings.wrong_day_requests)
        warnings: dict[Key, str] = {}
        for key, days in in_a_row(rows, today).items():
            if days >= settings.wrong_days_block:
                self._block(key, now)
            elif days >= settings.wrong_days_warning:
                warnings[key] = self._warning(days, today)
        self._warnings = warnings
        self._judge_at = datetime.combine(today + timedelta(days=1), time_of_day(), UTC) + SETTLED

    def _block(self, key: Key, now: datetime) -> None:
        until = spell(now + timedelta(seconds=self._settings.key_block_seconds))
        with self._database.write(PLATFORM) as tx:
            new = tx.all(_BLOCK, company=key[0], key=key[1], until=until, now=spell(now))
        if new:
            BLOCKS.labels("key").inc()
            log.warning("key_blocked", company=key[0], key=key[1], until=until)

    def _warning(self, days: int, today: date) -> str:
        last = self._settings.wrong_days_block
        return (
            f"Most requests of this key were wrong on {days} day{'s' * (days > 1)} in a row. If that goes on, "
            f"it will be blocked from {today + timedelta(days=last - days)} on for "
            f"{in_words(self._settings.key_block_seconds)}."
        )


def in_a_row(wrong_days: Iterable[Any], today: date) -> dict[Key, int]:
    """On how many days in a row up to yesterday each key was wrong, since its latest block.

    `wrong_days` are rows of company, key, day (`2025-05-05`) and the end of that block.
    """
    days: dict[Key, set[str]] = {}
    for company, key, day, blocked_until in wrong_days:
        if blocked_until is None or day >= blocked_until[:10]:
            days.setdefault((company, key), set()).add(day)
    rows: dict[Key, int] = {}
    for who, theirs in days.items():
        length = 0
        while (today - timedelta(days=length + 1)).isoformat() in theirs:
            length += 1
        if length:
            rows[who] = length
    return rows


def in_words(seconds: int) -> str:
    """`86400` → `24 hours`: in the largest unit up to hours that leaves no rest."""
    unit, size = next(pair for pair in (("hour", 3600), ("minute", 60), ("second", 1)) if seconds % pair[1] == 0)
    return f"{seconds // size} {unit}{'s' * (seconds != size)}"


def unblock_key(database: Database, key_id: int) -> bool:
    """End the block of a key; its wrong days are forgiven. False when it was not blocked."""
    with database.write(PLATFORM) as tx:
        return bool(tx.all(_UNBLOCK, key=key_id, now=tx.stamp))


def blocked_keys(database: Database) -> list[dict[str, Any]]:
    """The keys blocked now: `company_id`, `company`, `key_id`, `hint`, `email` and `until`."""
    return _with_emails(database, _BLOCKED_KEYS, now=spell(database.clock()))


def used(database: Database, days: int, company_id: int | None = None) -> list[dict[str, Any]]:
    """Use by key and day of the last `days` days, the latest day and the heaviest key first; of all companies or one.

    Each row has `company_id`, `company`, `key_id`, `hint`, `email`, `day`, `requests` and `wrong`.
    """
    first = (database.clock().date() - timedelta(days=days - 1)).isoformat()
    if company_id is None:
        return _with_emails(database, _USE, first=first)
    return _with_emails(database, _USE_OF_COMPANY, first=first, company=company_id)


def _with_emails(database: Database, statement: Statement, **values: Any) -> list[dict[str, Any]]:
    with database.read(PLATFORM) as tx:
        rows = tx.records(statement, **values)
    emails: dict[tuple[int, int], str] = {}
    for company_id in {row["company_id"] for row in rows}:
        # People are behind row-level security: only their own company sees them.
        with database.read(company_id) as tx:
            for user_id, email in tx.all(_emails(), company=company_id):
                emails[company_id, user_id] = email
    for row in rows:
        row["email"] = emails[row["company_id"], row.pop("user_id")]
    return rows


@cache
def _emails() -> Statement:
    users = table("users")
    return Statement(select(users.c.id, users.c.email).where(users.c.company_id == bindparam("company")))


_KEYS = select(
    api_keys.c.company_id,
    companies.c.name.label("company"),
    api_keys.c.id.label("key_id"),
    api_keys.c.hint,
    api_keys.c.user_id,
).join(companies, companies.c.id == api_keys.c.company_id)
_BLOCKED_KEYS = Statement(
    _KEYS.add_columns(api_keys.c.blocked_until.label("until"))
    .where(api_keys.c.blocked_until > _NOW)
    .order_by(api_keys.c.company_id, api_keys.c.id)
)
_DAYS = (
    _KEYS.join(key_days, (key_days.c.company_id == api_keys.c.company_id) & (key_days.c.key_id == api_keys.c.id))
    .add_columns(key_days.c.day, key_days.c.requests, key_days.c.wrong)
    .where(key_days.c.day >= bindparam("first"))
    .order_by(key_days.c.day.desc(), key_days.c.requests.desc(), api_keys.c.id)
)
_USE = Statement(_DAYS)
_USE_OF_COMPANY = Statement(_DAYS.where(key_days.c.company_id == bindparam("company")))
