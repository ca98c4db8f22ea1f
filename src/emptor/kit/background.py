"""Work that goes on beside the requests, in a thread of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

log = structlog.get_logger(__name__)


class Background:
    """Does something again and again until it is stopped. A fault is logged as the event `fault`, and it goes on.

    It begins after `first` seconds and then every `every`; a stop waits `patience` seconds for the work under way.
    """

    def __init__(
        self,
        name: str,
        work: Callable[[], object],
        *,
        every: float,
        fault: str,
        first: float | None = None,
        patience: float = 30.0,
    ) -> None:
        self._name, self._run, self._fault = name, work, fault
        self._first, self._every, self._patience = every if first is None else first, every, patience
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    @property
    def is_running(self) -> bool:
        """Whether it has been started and not been stopped since."""
        return self._thread is not None

    @property
    def is_stopping(self) -> bool:
        """Whether the work under way should come to an end."""
        return self._stopping.is_set()

    def start(self) -> None:
        """Begin."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the work under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(self._patience)
            self._thread = None

    def _work(self) -> None:
        pause = self._first
        while not self._stopping.wait(pause):
            pause = self._every
            try:
                self._run()
            except Exception:
                log.exception(self._fault)
