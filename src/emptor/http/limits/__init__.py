"""Request limits: exact counters over fixed UTC windows, checked and spent in one atomic step.

`ValkeyStore` is imported from `emptor.http.limits.valkey`, so that Redis's client stays optional.
"""

from emptor.http.limits.fail_open import FailOpen
from emptor.http.limits.memory import MemoryStore
from emptor.http.limits.rules import (
    Decision,
    Limits,
    LimitStore,
    Window,
    allowance_headers,
    request_fingerprint,
    request_windows,
    too_many_requests,
)
from emptor.http.limits.sql import SqlStore, rate_windows_table

__all__ = [
    "Decision",
    "FailOpen",
    "LimitStore",
    "Limits",
    "MemoryStore",
    "SqlStore",
    "Window",
    "allowance_headers",
    "rate_windows_table",
    "request_fingerprint",
    "request_windows",
    "too_many_requests",
]
