"""Which core does what: the server under test alone on one, the load driver and PostgreSQL on another."""

from __future__ import annotations

import os
from collections.abc import Callable

CORES = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
CAN_PIN = len(CORES) > 1


def pin_driver() -> None:
    """Keep this process, and the PostgreSQL it starts, off the server's core."""
    if CAN_PIN:
        os.sched_setaffinity(0, {CORES[1]})


def server_pinning() -> Callable[[], None] | None:
    """What a server process does before it begins: move to its own core."""
    return (lambda: os.sched_setaffinity(0, {CORES[0]})) if CAN_PIN else None


def layout() -> str:
    return f"server on core {CORES[0]}, driver and PostgreSQL on core {CORES[1]}" if CAN_PIN else "nothing pinned"
