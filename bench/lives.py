"""What a long order costs in its life: confirm, approve and receive 1,000 lines, and what waits for an approver."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from bench.contenders import Contender

LINES = 1_000
WARM_UP = 2
GOAL_MS = 50
DAY = "2030-05-05"

READ, CONFIRM, APPROVE, RECEIVE, WAITING = (
    "read of the order", "confirm", "approve", "receive", "what waits for me",
)  # fmt: skip


@dataclass
class Lives:
    """The medians of one server, in milliseconds, by step."""

    contender: Contender
    documents: int = 0
    times_ms: dict[str, list[float]] = field(default_factory=dict)
    rss_before: int = 0
    """The server's memory when the measuring began, in bytes; 0: not looked at."""
    rss_after: int = 0

    def p50_ms(self, step: str) -> float:
        return median(self.times_ms[step])


class Caller:
    """One keep-alive connection as a program of the company would have."""

    def __init__(self, contender: Contender) -> None:
        self.contender = contender
        self.connection = http.client.HTTPConnection("127.0.0.1", contender.port, timeout=600)

    def call(self, method: str, path: str, body: Any = None) -> tuple[Any, float]:
        """The answer and how long it took, in milliseconds."""
        sent = None if body is None else json.dumps(body)
        began = perf_counter()
        self.connection.request(method, path, sent, {**self.contender.headers, "Content-Type": "application/json"})
        response = self.connection.getresponse()
        answer = response.read()
        took = (perf_counter() - began) * 1_000
        if response.status not in (200, 201):
            raise SystemExit(f"{response.status} to {method} {path}: {answer[:2_000]!r}")
        return json.loads(answer), took


def measure_lives(contender: Contender, rounds: int, say: Callable[[str], None]) -> Lives:
    """Lead orders of 1,000 lines through their lives, one after another."""
    caller, measured = Caller(contender), Lives(contender)
    body, warehouse, header = furnish(contender)
    for number in range(WARM_UP + rounds):
        say(f"order {number + 1} of {WARM_UP + rounds}")
        times = one_life(caller, body, warehouse, header)
        if number == WARM_UP - 1:
            contender.settle()  # the planner knows by now how long documents can be
        if number >= WARM_UP:
            for step, took in times.items():
                measured.times_ms.setdefault(step, []).append(took)
    page, _ = caller.call("GET", "/purchaseorders?page=1&per_page=10")
    measured.documents = page["meta"]["pagination"]["total"]
    return measured


def furnish(contender: Contender) -> tuple[dict, int, dict]:
    """An order of 1,000 lines of goods that are kept in stock, a warehouse for them, and one step of approval."""
    sample = contender.samples()[0]
    header, of_line = required_fields(contender)
    items = [
        contender.made(
            "/items", {"name": f"Bench {n}", "sku": f"BENCH-{n}", "price": 1 + n % 90, "itemType": 1, **of_line}
        )
        for n in range(LINES)
    ]
    warehouse = contender.made("/warehouses", {"name": "Bench"})
    me = next(user for user in contender.all("/users") if user["email"] == contender.headers["email"])
    step = {"name": "Bench", "approvers": [{"user": me["id"]}]}
    approved_at_once(contender, "receipts")
    # A new workflow takes the place of the one in use; what waits by that one goes on by it.
    contender.made("/-/approvalworkflows", {"documentType": "purchaseorders", "steps": [step]})
    body = {
        "supplier": {"id": sample["supplier"]["id"]}, "location": {"id": sample["location"]["id"]}, "currency": "EUR",
        "requiredDate": DAY, **header,
        "items": [{"product": {"id": item["id"]}, "quantity": 2, **of_line} for item in items],
    }  # fmt: skip
    return body, warehouse["id"], header


def approved_at_once(contender: Contender, *kinds: str) -> None:
    """Have nobody asked about new documents of these kinds; what waits goes on waiting."""
    for one in contender.all("/-/approvalworkflows"):
        if one["documentType"] in kinds and one["enable"]:
            contender.call("PUT", f"/-/approvalworkflows/{one['id']}", {"enable": False})


def required_fields(contender: Contender) -> tuple[dict, dict]:
    """The custom fields that a header and a line must have, each with its first option."""
    return required("document", contender), required("item", contender)


def required(family: str, contender: Contender) -> dict:
    rows = [row for row in contender.all(f"/{family}customfields?per_page=200") if row["required"] and row["enable"]]
    entries = [
        {f"{family}CustomField": {"id": row["id"]}, "value": str(row["options"]["data"][0]["id"])}
        for row in rows
        if row["options"]["data"]
    ]
    return {f"data{family.capitalize()}CustomFields": entries}


def one_life(caller: Caller, body: dict, warehouse: int, header: dict) -> dict[str, float]:
    """The times of one order's steps; it and its receipt are made unmeasured."""
    order, _ = caller.call("POST", "/purchaseorders", body)
    path = f"/purchaseorders/{order['idn']}"
    times = {}
    _, times[CONFIRM] = caller.call("POST", f"{path}/confirm")
    _, times[WAITING] = caller.call("GET", "/-/waiting")
    _, times[APPROVE] = caller.call("POST", f"{path}/approve")
    _, times[READ] = caller.call("GET", path)
    wanted = {"requiredDate": DAY, "warehouse": {"id": warehouse}, **header}
    receipt, _ = caller.call("POST", f"/receipts/{order['idn']}", wanted)
    done, times[RECEIVE] = caller.call("POST", f"/receipts/{receipt['idn']}/confirm")
    if done["status"] != 2:
        raise SystemExit(f"the receipt is in status {done['status']}")
    return times
