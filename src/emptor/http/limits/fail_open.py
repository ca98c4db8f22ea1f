"""Keep serving when the counts cannot be reached: a limit protects the service and must not stop it."""

from collections.abc import Callable, Sequence
from contextlib import suppress

import structlog
from prometheus_client import Counter

from emptor.http.limits.rules import Decision, LimitStore, Window

FAULTS = Counter("emptor_limit_store_faults", "Requests let through because the limit store failed.")

log = structlog.get_logger(__name__)


class FailOpen:
    """A store that never raises: when `store` does, the answer is yes, and the fault is logged and counted."""

    def __init__(self, store: LimitStore) -> None:
        self._store = store

    def take(self, windows: Sequence[Window], now: float) -> Decision:
        """Count one in every window, or, if any of them is full, in none; on a fault, allow."""
        return self._or_allow(self._store.take, windows, now)

    def peek(self, windows: Sequence[Window], now: float) -> Decision:
        """Say what a take would answer and what is left now; on a fault, allow."""
        return self._or_allow(self._store.peek, windows, now)

    def close(self) -> None:
        """Let go of connections; on a fault they are as good as gone."""
        with suppress(Exception):
            self._store.close()

    def _or_allow(
        self, ask: Callable[[Sequence[Window], float], Decision], windows: Sequence[Window], now: float
    ) -> Decision:
        try:
            return ask(windows, now)
        except Exception:  # whatever the store's driver raises
            FAULTS.inc()
            log.exception("limit_store_fault", store=type(self._store).__name__)
            return Decision(allowed=True)
