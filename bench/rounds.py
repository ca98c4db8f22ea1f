"""The measured operations: rehearsed with every contender, compared, then driven in short alternating rounds."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from bench.contenders import Contender, Floor
from bench.load import Amount, Phase, drive, quantile
from bench.payload import differences, order_body, size_difference

PAGE_ORDERS, SHORT_LINES, LONG_LINES = 100, 5, 20
LIST_PATH = f"/purchaseorders?page=1&per_page={PAGE_ORDERS}"


@dataclass(frozen=True)
class Operation:
    name: str
    title: str
    connections: int
    status: int = 200

    @property
    def writes(self) -> bool:
        return self.status == 201


OPERATIONS = (
    Operation("list", f"list of {PAGE_ORDERS} orders", connections=8),
    Operation("detail", f"one order with {LONG_LINES} lines", connections=8),
    Operation("create", f"create with {SHORT_LINES} lines", connections=4, status=201),
)


@dataclass(frozen=True)
class Pace:
    """How many rounds, and how long a phase is; writes are counted, so that all databases grow alike."""

    rounds: int
    read: Amount
    write: Amount

    def amount(self, operation: Operation) -> Amount:
        return self.write if operation.writes else self.read


THOROUGH = Pace(rounds=5, read=Amount(seconds=1.5), write=Amount(requests=80))
QUICK = Pace(rounds=3, read=Amount(seconds=0.4), write=Amount(requests=16))
WARM_UP = Pace(rounds=1, read=Amount(seconds=0.3), write=Amount(requests=8))


@dataclass
class Series:
    """One operation with one contender: a phase alone and a phase under load for every round."""

    alone: list[Phase] = field(default_factory=list)
    loaded: list[Phase] = field(default_factory=list)
    loaded_cpu_s: float = 0

    @property
    def p50_ms(self) -> float:
        return median(phase.p50_ms for phase in self.alone)

    @property
    def p99_ms(self) -> float:
        return quantile([seconds for phase in self.alone for seconds in phase.latencies_s], 0.99) * 1_000

    @property
    def loaded_p99_ms(self) -> float:
        return quantile([seconds for phase in self.loaded for seconds in phase.latencies_s], 0.99) * 1_000

    @property
    def rps(self) -> float:
        return median(phase.rps for phase in self.loaded)

    @property
    def cpu_ms(self) -> float:
        """The server's own processor time for one request: what a noisy neighbour disturbs least."""
        return self.loaded_cpu_s / sum(len(phase.latencies_s) for phase in self.loaded) * 1_000

    def time_beside(self, ours: Series) -> float:
        """How many times our time it takes, compared round by round."""
        return median(a.p50_ms / b.p50_ms for a, b in zip(self.alone, ours.alone, strict=True))

    def rps_beside(self, ours: Series) -> float:
        return median(a.rps / b.rps for a, b in zip(self.loaded, ours.loaded, strict=True))


@dataclass
class Rehearsal:
    """What a contender is asked, and what it answered when nobody measured."""

    contender: Contender
    requests: dict[str, bytes]
    answers: dict[str, bytes]
    series: dict[str, Series]
    rss_bytes: int = 0
    created: int = 0


def rehearse(contender: Contender) -> Rehearsal:
    """Have it create one long order and a page of short ones, so that all contenders then serve the same orders."""
    samples = contender.samples()
    body = order_body(samples[0], SHORT_LINES)
    long = contender.call("POST", "/purchaseorders", order_body(samples[0], LONG_LINES), status=201)
    for number in range(PAGE_ORDERS):
        sample = samples[number % len(samples)]
        created = contender.call("POST", "/purchaseorders", order_body(sample, SHORT_LINES), status=201)
    path = f"/purchaseorders/{json.loads(long)['idn']}"
    answers = {"list": contender.call("GET", LIST_PATH), "detail": contender.call("GET", path), "create": created}
    requests = {
        "list": contender.request("GET", LIST_PATH),
        "detail": contender.request("GET", path),
        "create": contender.request("POST", "/purchaseorders", body),
    }
    return rehearsal(contender, requests, answers)


def repeat_rehearsal(floor: Floor, reference: Rehearsal) -> Rehearsal:
    """The floor is asked what the reference was asked, and has only its bytes to answer."""
    body = json.loads(reference.requests["create"].partition(b"\r\n\r\n")[2])
    requests = {
        "list": floor.request("GET", LIST_PATH),
        "detail": floor.request("GET", "/purchaseorders/1"),
        "create": floor.request("POST", "/purchaseorders", body),
    }
    return rehearsal(floor, requests, reference.answers)


def rehearsal(contender: Contender, requests: dict[str, bytes], answers: dict[str, bytes]) -> Rehearsal:
    return Rehearsal(contender, requests, answers, {operation.name: Series() for operation in OPERATIONS})


def compare(reference: Rehearsal, other: Rehearsal) -> list[str]:
    """Every way in which the other's answers are not the reference's."""
    found = []
    for operation in OPERATIONS:
        ours, theirs = reference.answers[operation.name], other.answers[operation.name]
        problems = differences(json.loads(ours), json.loads(theirs)) + size_difference(ours, theirs)
        found += [f"{operation.name} {problem}" for problem in problems]
    return found


def alternate(rehearsals: list[Rehearsal], pace: Pace, say: Callable[[str], None]) -> None:
    """Let the contenders take turns; who begins changes from round to round."""
    for number in range(pace.rounds):
        say(f"round {number + 1} of {pace.rounds}")
        first = number % len(rehearsals)
        for operation in OPERATIONS:
            for rehearsal in rehearsals[first:] + rehearsals[:first]:
                measure(rehearsal, operation, pace)


def measure(rehearsal: Rehearsal, operation: Operation, pace: Pace) -> None:
    request, port = rehearsal.requests[operation.name], rehearsal.contender.port
    series, amount = rehearsal.series[operation.name], pace.amount(operation)
    series.alone.append(drive(port, request, operation.status, 1, amount))
    before_s = rehearsal.contender.cpu_s()
    loaded = drive(port, request, operation.status, operation.connections, amount)
    series.loaded.append(loaded)
    series.loaded_cpu_s += rehearsal.contender.cpu_s() - before_s
    rehearsal.rss_bytes = max(rehearsal.rss_bytes, rehearsal.contender.rss_bytes())
    if operation.writes:
        rehearsal.created += len(series.alone[-1].latencies_s) + len(loaded.latencies_s)


def warm_up(rehearsals: list[Rehearsal]) -> None:
    alternate(rehearsals, WARM_UP, lambda _: None)
    for rehearsal in rehearsals:
        rehearsal.series = {operation.name: Series() for operation in OPERATIONS}
        rehearsal.rss_bytes = 0


def stored_orders(contender: Contender) -> int:
    return json.loads(contender.call("GET", LIST_PATH))["meta"]["pagination"]["total"]
