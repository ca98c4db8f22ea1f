"""What happens by itself as time goes by, in a thread of its own; jobs may run at any time and any number of times."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from emptor.domains.suppliers import reminders
from emptor.kit.background import Background
from emptor.store.unit_of_work import Database

FIRST_AFTER_SECONDS = 60.0
EVERY_SECONDS = 3600.0
"""Often enough that nothing waits for a day because the server was away for an hour."""

JOBS: dict[str, Callable[[Database], int]] = {"contracts": reminders.remind}
"""What is done, by what it is about; each tells how much there was to do."""


def run(database: Database) -> dict[str, int]:
    """Do all jobs once; how much each had to do."""
    return {name: job(database) for name, job in JOBS.items()}


def background(database: Database) -> Background:
    """All jobs, again and again for as long as the server runs."""
    return Background(
        "emptor-daily", partial(run, database), every=EVERY_SECONDS, first=FIRST_AFTER_SECONDS, fault="daily_failed"
    )
