"""Counts in Valkey or Redis (6.2 and later), for a server that runs as several processes or on several machines."""

from collections.abc import Sequence
from hashlib import sha1
from math import ceil

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError
from redis.retry import Retry

from emptor.http.limits.rules import GRACE_SECONDS, Decision, Window, decide

# KEYS are the counters; ARGV holds a limit and a time to live (seconds) for each. Answers the counts as they were.
TAKE = """
local used = redis.call('MGET', unpack(KEYS))
for i = 1, #KEYS do
  used[i] = tonumber(used[i] or 0)
end
for i = 1, #KEYS do
  if used[i] >= tonumber(ARGV[2 * i - 1]) then
    return used
  end
end
for i, key in ipairs(KEYS) do
  redis.call('SET', key, used[i] + 1, 'EX', ARGV[2 * i])
end
return used
"""
TAKE_SHA = sha1(TAKE.encode(), usedforsecurity=False).hexdigest()


def connect(url: str, timeout_seconds: float = 0.25) -> Redis:
    """A client fit for counting, without connecting yet; `url` is as `redis://host:6379/0`.

    It never retries: a script whose answer was lost may have counted, and a server that is down must not hold up
    each request for as long as the retries take. Raises ValueError for a URL of another kind.
    """
    return Redis.from_url(
        url,
        socket_timeout=timeout_seconds,
        socket_connect_timeout=timeout_seconds,
        retry=Retry(NoBackoff(), retries=0),
    )


class ValkeyStore:
    """Exact among all processes that use the same server; a take is one script call, a peek one MGET.

    `client` is best made by `connect`. The braces of `prefix` keep the counters of one take on one node of a cluster.
    Both methods raise redis.RedisError when the server cannot answer.
    """

    def __init__(self, client: Redis, prefix: str = "{emptor:limits}:") -> None:
        self._client = client
        self._prefix = prefix

    def take(self, windows: Sequence[Window], now: float) -> Decision:
        """Count one in every window, or, if any of them is full, in none."""
        if not windows:
            return decide((), (), now, cost=1)
        arguments: list[str | int] = [*self._keys(windows, now)]
        for window in windows:
            # relative to the caller's clock: the server's own may differ, and a test's surely does
            arguments += (window.limit, ceil(window.reset(now) - now) + GRACE_SECONDS)
        try:
            used = self._client.evalsha(TAKE_SHA, len(windows), *arguments)
        except NoScriptError:
            used = self._client.eval(TAKE, len(windows), *arguments)
        return decide(windows, used, now, cost=1)

    def peek(self, windows: Sequence[Window], now: float) -> Decision:
        """Say whether a take would be allowed and what is left now, spending nothing."""
        counts = self._client.mget(self._keys(windows, now)) if windows else []
        return decide(windows, [int(count or 0) for count in counts], now, cost=0)

    def close(self) -> None:
        """Let go of the client's connections."""
        self._client.close()

    def _keys(self, windows: Sequence[Window], now: float) -> list[str]:
        return [f"{self._prefix}{window.seconds}:{window.start(now)}:{window.key}" for window in windows]
