"""How list time grows with the number of orders: one server for each size, all asked in turn."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from bench.contenders import Contender
from bench.databases import Postgres, Sqlite
from bench.load import Amount, drive
from bench.payload import order_body
from bench.rounds import LIST_PATH, SHORT_LINES

DEEP_PAGE, PER_PAGE = 200, 100
SECOND = 1.1  # update dates are told in whole seconds


@dataclass
class Size:
    """One server holding so many orders, and the medians of each round in milliseconds."""

    contender: Contender
    paths: dict[str, str]
    rounds_ms: dict[str, list[float]] = field(default_factory=dict)

    def p50_ms(self, read: str) -> float | None:
        return median(self.rounds_ms[read]) if read in self.rounds_ms else None


def measure_growth(
    kind: type[Contender],
    databases: Sqlite | Postgres,
    directory: Path,
    sizes: list[int],
    rounds: int,
    amount: Amount,
    say: Callable[[str], None],
) -> list[Size]:
    opened: list[Size] = []
    started: list[Contender] = []
    try:
        for orders in sizes:
            say(f"{orders:,} orders")
            contender = kind(databases, directory, orders, label=f"{kind.name}_{orders}")
            started.append(contender)
            contender.start()
            contender.settle()
            opened.append(Size(contender, paths(contender, orders)))
        for number in range(rounds):
            say(f"round {number + 1} of {rounds}")
            measure_round(opened, amount)
    finally:
        for contender in started:
            contender.stop()
    return opened


def measure_lists(contender: Contender, rounds: int, amount: Amount, say: Callable[[str], None]) -> Size:
    """The same reads on one server that is running already."""
    size = Size(contender, paths(contender, contender.orders))
    for number in range(rounds):
        say(f"lists, round {number + 1} of {rounds}")
        measure_round([size], amount)
    return size


def paths(contender: Contender, orders: int) -> dict[str, str]:
    """The three reads; the poll asks for what changed since one order was created just now."""
    body = order_body(contender.samples()[0], SHORT_LINES)
    time.sleep(SECOND)
    created = json.loads(contender.call("POST", "/purchaseorders", body, status=201))
    since = created["updateDate"][: len("2030-01-01T00:00:00")]
    reads = {"first page": LIST_PATH, "modifiedSince poll": f"{LIST_PATH}&modifiedSince={since}"}
    if orders >= DEEP_PAGE * PER_PAGE:
        reads[f"page {DEEP_PAGE}"] = f"/purchaseorders?page={DEEP_PAGE}&per_page={PER_PAGE}"
    return reads


def measure_round(opened: list[Size], amount: Amount) -> None:
    for read in ("first page", f"page {DEEP_PAGE}", "modifiedSince poll"):
        for size in opened:
            if path := size.paths.get(read):
                phase = drive(size.contender.port, size.contender.request("GET", path), 200, 1, amount)
                size.rounds_ms.setdefault(read, []).append(phase.p50_ms)
