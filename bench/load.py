"""The load driver: a few keep-alive sockets in one thread, each sending its next request when the last is answered."""

from __future__ import annotations

import re
import selectors
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from time import perf_counter

READ_BYTES = 1 << 18
HEAD_END = b"\r\n\r\n"
CONTENT_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


@dataclass(frozen=True)
class Amount:
    """How long one phase lasts: for so many seconds, or for so many requests."""

    seconds: float = float("inf")
    requests: float = float("inf")


@dataclass(frozen=True)
class Phase:
    """What one phase measured."""

    latencies_s: list[float]
    elapsed_s: float

    @property
    def p50_ms(self) -> float:
        return median(self.latencies_s) * 1_000

    @property
    def p99_ms(self) -> float:
        return quantile(self.latencies_s, 0.99) * 1_000

    @property
    def rps(self) -> float:
        return len(self.latencies_s) / self.elapsed_s


def quantile(values: list[float], share: float) -> float:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


class Connection:
    """One socket with at most one request under way."""

    def __init__(self, port: int, request: bytes, status: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.request = request
        self.status = f" {status} ".encode()

    def send(self) -> None:
        self.head = b""
        self.missing: int | None = None
        self.started = perf_counter()
        self.socket.sendall(self.request)

    def receive(self) -> float | None:
        """The seconds the answer took once it is complete, else nothing yet."""
        chunk = self.socket.recv(READ_BYTES)
        if not chunk:
            raise ConnectionError(f"the server hung up on {self.request[:60]!r}")
        if self.missing is None:
            self.head += chunk
            self.missing = self.missing_after_head()
        else:
            self.missing -= len(chunk)
        return perf_counter() - self.started if self.missing == 0 else None

    def missing_after_head(self) -> int | None:
        end = self.head.find(HEAD_END)
        if end < 0:
            return None
        length = CONTENT_LENGTH.search(self.head, 0, end)
        if self.status not in self.head[:16] or length is None:
            raise ValueError(f"expected{self.status.decode()}and a content length, got {self.head[:2_000]!r}")
        return int(length[1]) - (len(self.head) - end - len(HEAD_END))


def drive(port: int, request: bytes, status: int, connections: int, amount: Amount) -> Phase:
    """Repeat one request over so many connections until the amount is reached; every answer must be complete."""
    opened = [Connection(port, request, status) for _ in range(connections)]
    try:
        started = perf_counter()
        latencies = list(answers(opened, started + amount.seconds, amount.requests))
        return Phase(latencies, perf_counter() - started)
    finally:
        for connection in opened:
            connection.socket.close()


def answers(opened: list[Connection], deadline: float, requests: float) -> Iterator[float]:
    selector = selectors.DefaultSelector()
    for connection in opened:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send()
    under_way = sent = len(opened)
    while under_way:
        for key, _ in selector.select():
            if (seconds := key.data.receive()) is None:
                continue
            yield seconds
            if sent < requests and perf_counter() < deadline:
                key.data.send()
                sent += 1
            else:
                under_way -= 1
    selector.close()
