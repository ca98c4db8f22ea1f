"""The pure part of request limits: what a window is, when it refuses, and how an answer says so."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from itertools import chain
from math import ceil
from typing import Protocol
from urllib.parse import parse_qsl

from msgspec import Struct

# wire: protocol §10; clients compare these names literally
MINUTE = "Minute limiter"
HOUR = "Hourly limiter"
DAY = "Daily limiter"
DUPLICATE = "Duplicate limiter"

PERIODS = {60: "minute", 3600: "hour", 86400: "day"}

GRACE_SECONDS = 60
"""How long a closed window is kept: a caller whose clock is late, or who waited for a lock, still finds its count."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How many requests one API key may send; 0 or None switches a window off."""

    minute: int | None = 60
    hour: int | None = 1500
    day: int | None = 3000
    identical_minute: int | None = 1
    identical_hour: int | None = 30


class Window(Struct, frozen=True):  # five are made for each request, and a frozen dataclass takes five times as long
    """At most `limit` takes of `key` in each stretch of `seconds`, the stretches aligned to the epoch (so to UTC).

    `key` and `seconds` together name one counter, so a minute and an hour may share a key.
    Raises ValueError if `limit` or `seconds` is below 1.
    """

    name: str
    key: str
    limit: int
    seconds: int

    def __post_init__(self) -> None:
        if self.limit < 1 or self.seconds < 1:
            raise ValueError(f"a window needs a limit and a length of at least 1: {self}")

    def start(self, now: float) -> int:
        """The epoch second at which the stretch that contains `now` began."""
        return int(now // self.seconds) * self.seconds

    def reset(self, now: float) -> int:
        """The epoch second at which the next stretch begins."""
        return self.start(now) + self.seconds


class Decision(Struct, frozen=True):
    """What a store answers: `remaining` maps window names to what is left (the least, where windows share a name).

    A refusal names the full window that resets last, and when that is (`retry_at`, epoch seconds).
    """

    allowed: bool
    refused: Window | None = None
    retry_at: int | None = None
    remaining: dict[str, int] = {}


class LimitStore(Protocol):
    """Where counts live. A store never reads a clock: `now` is epoch seconds, from the caller.

    All methods raise whatever the storage raises.
    """

    def take(self, windows: Sequence[Window], now: float) -> Decision:
        """Count one in every window, or, if any of them is full, in none."""
        ...

    def peek(self, windows: Sequence[Window], now: float) -> Decision:
        """Say whether a take would be allowed and what is left now, spending nothing."""
        ...

    def close(self) -> None:
        """Let go of connections, if there are any."""
        ...


def decide(windows: Sequence[Window], used: Sequence[int], now: float, *, cost: int) -> Decision:
    """Judge `windows` of which `used` had been counted before; an allowed take costs 1, a peek 0."""
    full = [window for window, count in zip(windows, used, strict=True) if count >= window.limit]
    if not full:
        return Decision(True, None, None, _remaining(windows, used, cost))
    refused = max(full, key=lambda window: (window.reset(now), window.seconds))
    return Decision(False, refused, refused.reset(now), _remaining(windows, used, 0))


def _remaining(windows: Sequence[Window], used: Sequence[int], cost: int) -> dict[str, int]:
    remaining: dict[str, int] = {}
    for window, count in zip(windows, used, strict=True):
        left = window.limit - count - cost
        if left < remaining.get(window.name, left + 1):
            remaining[window.name] = max(0, left)
    return remaining


def request_windows(limits: Limits, key_id: str, fingerprint: str | bytes) -> tuple[Window, ...]:
    """The windows one request of API key `key_id` passes through: up to three of the key, two of the same request.

    `fingerprint` is hex or bytes (see `request_fingerprint`). Raises ValueError if a limit is negative.
    """
    same = fingerprint.hex() if isinstance(fingerprint, bytes) else fingerprint
    key, identical = f"key:{key_id}", f"same:{same}:{key_id}"
    offered = (
        (MINUTE, key, limits.minute, 60),
        (HOUR, key, limits.hour, 3600),
        (DAY, key, limits.day, 86400),
        (DUPLICATE, identical, limits.identical_minute, 60),
        (DUPLICATE, identical, limits.identical_hour, 3600),
    )
    return tuple(Window(name, key, limit, seconds) for name, key, limit, seconds in offered if limit)


def request_fingerprint(method: str, path: str, query: str | bytes | Iterable[tuple[str, str]], body: bytes) -> str:
    """32 hex digits that two requests share when method, path, query (in any order) and body are the same.

    `query` is the raw query string (percent-encoded, no question mark) or its decoded pairs.
    """
    if isinstance(query, bytes):
        query = query.decode("latin-1")
    pairs = parse_qsl(query, keep_blank_values=True) if isinstance(query, str) else query
    texts = (method.upper(), path, *chain.from_iterable(sorted(pairs)))
    digest = blake2b(digest_size=16)
    for part in (*(text.encode("utf-8", "surrogatepass") for text in texts), body):
        digest.update(len(part).to_bytes(8))  # lengths keep `a` + `bc` apart from `ab` + `c`
        digest.update(part)
    return digest.hexdigest()


def too_many_requests(decision: Decision, now: float) -> tuple[dict[str, object], dict[str, str]]:
    """The body and headers of the 429 that tells a refusal. Raises ValueError if `decision` is not one."""
    if decision.refused is None or decision.retry_at is None:
        raise ValueError("only a refusal can be told as too many requests")
    moment = datetime.fromtimestamp(decision.retry_at, UTC)
    retry_after = f"{moment:%Y-%m-%d %H:%M:%S} UTC"
    # wire: protocol §10; clients look for these in the body, in the headers, or in both
    body: dict[str, object] = {
        "code": 429,
        "error": "Too many requests",
        "message": f"Too many requests: {_allowance(decision.refused)}. This one was not counted; "
        f"send it again from {retry_after} on.",
        "RateLimit-Type": decision.refused.name,
        "RateLimit-Retry-After": retry_after,
    }
    headers = {
        "RateLimit-Type": decision.refused.name,
        "RateLimit-Retry-After": f"{moment:%Y-%m-%dT%H:%M:%SZ}",
        "Retry-After": str(max(1, ceil(decision.retry_at - now))),
    }
    return body, headers


def _allowance(window: Window) -> str:
    kind = "identical request" if window.name == DUPLICATE else "request"
    plural = "" if window.limit == 1 else "s"
    return f"at most {window.limit} {kind}{plural} per {PERIODS.get(window.seconds, f'{window.seconds} seconds')}"


def allowance_headers(limits: Limits, decision: Decision) -> dict[str, str]:
    """The headers for every answer: each window's limit, and what is left of it where the store could say."""
    shown = ((MINUTE, "Minute", limits.minute), (HOUR, "Hour", limits.hour), (DAY, "Day", limits.day))
    headers = {}
    for name, label, limit in shown:
        if limit:
            headers[f"RateLimit-Limit-{label}"] = str(limit)
            if name in decision.remaining:
                headers[f"RateLimit-Remaining-{label}"] = str(decision.remaining[name])
    return headers
