"""What both twins read from their surroundings: which database, as whom, and how SQLite is opened."""

from __future__ import annotations

import os

DATABASE = os.environ.get("BENCH_DATABASE", "sqlite:///bench.db")
IS_SQLITE = DATABASE.startswith("sqlite")
CONNECTIONS = 8

# The twins have no log-in: they work for the one company and the one user the data set holds for them.
COMPANY_ID = 1
USER_ID = 1

PER_PAGE = 100
PAGE_SIZES = {10, 20, 50, 100, 200}

# A 2xx is on disk before it is sent (synchronous=FULL), exactly as in Emptor.
PRAGMAS = {
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "60000",
    "cache_size": "-4000",
    "temp_store": "MEMORY",
}
