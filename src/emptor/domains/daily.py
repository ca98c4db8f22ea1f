"""What happens by itself as time goes by, in a thread of its own; jobs may run at any time and any number of times."""

from __future__ import annotations

import threading
from collections.abc import Callable

import structlog

from emptor.domains.suppliers import reminders
from emptor.store.unit_of_work import Database

log = structlog.get_logger(__name__)

FIRST_AFTER_SECONDS = 60.0
EVERY_SECONDS = 3600.0
"""Often enough that nothing waits for a day because the server was away for an hour."""
STOP_SECONDS = 30.0

JOBS: dict[str, Callable[[Database], int]] = {"contracts": reminders.remind}
"""What is done, by what it is about; each tells how much there was to do."""


def run(database: Database) -> dict[str, int]:
    """Do all jobs once; how much each had to do."""
    return {name: job(database) for name, job in JOBS.items()}


class Daily:
    """Does all jobs again and again for as long as the server runs."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Begin in the background."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._work, name="emptor-daily", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread after the jobs under way."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(STOP_SECONDS)
            self._thread = None

    def _work(self) -> None:
        pause = FIRST_AFTER_SECONDS
        while not self._stopping.wait(pause):
            pause = EVERY_SECONDS
            try:
                run(self._database)
            except Exception:
                log.exception("daily_failed")
