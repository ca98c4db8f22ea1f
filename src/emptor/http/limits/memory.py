"""Counts in this process's memory, for a server that runs as one process."""

from collections.abc import Sequence
from threading import Lock

from emptor.http.limits.rules import GRACE_SECONDS, Decision, Window, decide

Stretch = tuple[int, int]  # start and length, seconds


class MemoryStore:
    """Exact among the threads of one process; forgets when the process ends."""

    def __init__(self) -> None:
        self._lock = Lock()
        # one dict per stretch of time, so that a closed stretch goes in one step, however many keys it has seen
        self._counts: dict[Stretch, dict[str, int]] = {}

    def take(self, windows: Sequence[Window], now: float) -> Decision:
        """Count one in every window, or, if any of them is full, in none."""
        with self._lock:
            stretches = [self._open(window, now) for window in windows]
            used = [counts.get(window.key, 0) for window, counts in zip(windows, stretches, strict=True)]
            decision = decide(windows, used, now, cost=1)
            if decision.allowed:
                for window, counts, count in zip(windows, stretches, used, strict=True):
                    counts[window.key] = count + 1
        return decision

    def peek(self, windows: Sequence[Window], now: float) -> Decision:
        """Say whether a take would be allowed and what is left now, spending nothing."""
        with self._lock:
            used = [self._counts.get((w.start(now), w.seconds), {}).get(w.key, 0) for w in windows]
        return decide(windows, used, now, cost=0)

    def close(self) -> None:
        """There is no connection."""

    def _open(self, window: Window, now: float) -> dict[str, int]:
        stretch = (window.start(now), window.seconds)
        try:
            return self._counts[stretch]
        except KeyError:
            self._prune(now)
            return self._counts.setdefault(stretch, {})

    def _prune(self, now: float) -> None:
        for start, seconds in list(self._counts):
            if start + seconds + GRACE_SECONDS <= now:
                del self._counts[start, seconds]
