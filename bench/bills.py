"""What long bills cost: matching 1,000 lines with three orders, a budget check, and 500 invoices paid at once, on their
own and of 500 orders.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench.contenders import Contender
from bench.lives import DAY, WARM_UP, Caller, Lives, approved_at_once, required_fields

BUDGETED_DAY = "2031-05-05"
LINES, ORDERS, PAID_AT_ONCE = 1_000, 3, 500
ORDERED_EVERY = 4
"""In one round out of so many the invoices that are paid at once bill orders: making these takes longest."""

READ, MATCH, DIFFER, BUDGET, MASS, MASS_ORDERED = (
    "read of the invoice", "match an invoice", "match one that differs", "confirm within a limited budget",
    "pay 500 invoices", "pay 500 invoices of 500 orders",
)  # fmt: skip
GOALS_MS = {MATCH: 50, DIFFER: 50, BUDGET: 50, MASS: 1_000, MASS_ORDERED: 1_000}


def measure_bills(contender: Contender, rounds: int, say: Callable[[str], None]) -> Lives:
    """Bill orders, check budgets and pay, one round after another."""
    caller, measured = Caller(contender), Lives(contender)
    shop = Shop(contender, caller)
    for number in range(WARM_UP + rounds):
        say(f"round {number + 1} of {WARM_UP + rounds}")
        times = {**shop.match(differs=False), **shop.match(differs=True), **shop.within_budget(), **shop.pay_many()}
        if number % ORDERED_EVERY == 0:
            times |= shop.pay_many(ordered=True)
        if number == WARM_UP - 1:
            contender.settle()
            measured.rss_before = contender.rss_bytes()
        if number >= WARM_UP:
            for step, took in times.items():
                measured.times_ms.setdefault(step, []).append(took)
    measured.rss_after = contender.rss_bytes()
    page, _ = caller.call("GET", "/purchaseorders?page=1&per_page=10")
    measured.documents = page["meta"]["pagination"]["total"]
    return measured


class Shop:
    """A company that buys the same things again and again."""

    def __init__(self, contender: Contender, caller: Caller) -> None:
        self.contender, self.caller = contender, caller
        sample = contender.samples()[0]
        self.fields, self.of_line = required_fields(contender)
        self.header = {
            "supplier": {"id": sample["supplier"]["id"]}, "location": {"id": sample["location"]["id"]},
            "currency": "EUR", "requiredDate": DAY, **self.fields,
        }  # fmt: skip
        self.items = [
            contender.made("/items", {"name": f"Bill {n}", "sku": f"BILL-{n}", "price": 1 + n % 90, **self.of_line})[
                "id"
            ]
            for n in range(LINES // ORDERS + 1)
        ]
        approved_at_once(contender, "purchaseorders", "receipts", "invoices", "payments")
        self.warehouse = contender.made("/warehouses", {"name": "Bench bills"})["id"]
        self.budget = self._budget()

    def _budget(self) -> int:
        """A limited budget with room for everything, and nobody else's: a later year's."""
        plan = {
            "name": "Bench", "type": "custom", "startDate": "2031-01-01", "endDate": "2031-12-31", "isLimited": True,
            "lines": [{"periods": [{"startDate": "2031-01-01", "endDate": "2031-12-31", "sum": 1_000_000_000}]}],
        }  # fmt: skip
        made = self.contender.made("/-/budgetplans", plan)
        return int(made["lines"]["data"][0]["periods"]["data"][0]["id"])

    def order(self, lines: int, **more: Any) -> tuple[Any, float]:
        """An approved order, and how long its confirmation took."""
        items = [
            {"product": {"id": self.items[n % len(self.items)]}, "quantity": 2, **self.of_line} for n in range(lines)
        ]
        made, _ = self.caller.call("POST", "/purchaseorders", {**self.header, "items": items, **more})
        done, took = self.caller.call("POST", f"/purchaseorders/{made['idn']}/confirm")
        if done["status"] != 2:
            raise SystemExit(f"the order is in status {done['status']}")
        return made, took

    def match(self, *, differs: bool) -> dict[str, float]:
        """Submit an invoice of three orders; one that `differs` does so on a single line."""
        orders = [self.order(LINES // ORDERS + (n < LINES % ORDERS))[0]["id"] for n in range(ORDERS)]
        bill, _ = self.caller.call("POST", "/invoices/from_orders", {"purchaseOrders": orders})
        path = f"/invoices/{bill['idn']}"
        if differs:
            lines = [{"id": line["id"]} for line in bill["items"]["data"]]
            lines[LINES // 2]["price"] = 1_000
            self.caller.call("PUT", path, {"items": lines})
        done, took = self.caller.call("POST", f"{path}/confirm")
        if done["status"] != (6 if differs else 2):
            raise SystemExit(f"the invoice is in status {done['status']}")
        if differs:
            return {DIFFER: took}
        _, read = self.caller.call("GET", path)
        return {MATCH: took, READ: read}

    def within_budget(self) -> dict[str, float]:
        """Confirm an order of five lines that names the budget."""
        _, took = self.order(5, budget={"id": self.budget}, requiredDate=BUDGETED_DAY)
        return {BUDGET: took}

    def pay_many(self, *, ordered: bool = False) -> dict[str, float]:
        """Pay invoices, on their own or `ordered` ones, all of them or none."""
        body = {**self.header, "items": [{"name": "Rent", "quantity": 1, "price": 100, **self.of_line}]}
        ids = []
        for _ in range(PAID_AT_ONCE):
            made, _ = self.caller.call("POST", "/invoices", self.of_received_order() if ordered else body)
            self.caller.call("POST", f"/invoices/{made['idn']}/confirm")
            ids.append(made["id"])
        done, took = self.caller.call("POST", "/payments/mass", {"invoices": ids, "payDate": DAY})
        if len(done["data"]) != PAID_AT_ONCE:
            raise SystemExit(f"{len(done['data'])} of {PAID_AT_ONCE} invoices were paid")
        return {MASS_ORDERED if ordered else MASS: took}

    def of_received_order(self) -> dict[str, Any]:
        """The body of an invoice of a new order whose goods have come."""
        order, _ = self.order(1)
        wanted = {"requiredDate": DAY, "warehouse": {"id": self.warehouse}, **self.fields}
        receipt, _ = self.caller.call("POST", f"/receipts/{order['idn']}", wanted)
        self.caller.call("POST", f"/receipts/{receipt['idn']}/confirm")
        return {"purchaseOrder": {"id": order["id"]}}
