"""What may be spent: plans for the year, what is left of them when it counts, and who finds that out too late."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal

from emptor.demo.buying import Buying
from emptor.demo.company import Plan
from emptor.demo.deeds import Order
from emptor.demo.desk import Body, Life
from emptor.domains.budgets import balances
from emptor.domains.budgets.plans import PLANS
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.kit.money import ZERO

SHARES = (Decimal("0.5"), Decimal("0.58"), Decimal("0.44"), Decimal("0.52"))
"""How much of a quarter's budget is spent when the quarter ends, department by department."""


class Budgeting(Buying):
    """Lives of budgets."""

    # Deeds

    def draw_up(self, plan: Plan) -> None:
        """Write a plan as whoever holds it."""
        options = self.masters.options
        lines: list[Body] = [
            {"options": [options[code]] if code else [], "periods": [{"sum": one} for one in sums]}
            for code, sums in plan.lines
        ]
        body: Body = {
            "name": plan.name, "type": plan.kind, "startDate": plan.begin, "endDate": plan.end,
            "isLimited": plan.limited, "deduction": plan.deduction or None, "lines": lines,
        }  # fmt: skip
        self.desk.as_(self.company.approver)
        self.masters.plans[plan.word] = self.desk.create(PLANS, body)

    def periods(self, word: str) -> list[int]:
        """The budgets of a plan, line by line and period by period."""
        return [row["id"] for row in self.desk.rows("budgets", plan_id=self.masters.plans[word])]

    def taken(self, budget: int) -> Decimal:
        """What documents hold of a budget."""
        account = balances.accounts(self.desk.tx, [budget])[budget]
        return account.used + account.reserved

    def raise_to(self, word: str, totals: dict[int, Decimal]) -> None:
        """Give some budgets of a plan other totals."""
        plan, lines = self.masters.plans[word], []
        for line in self.desk.rows("budget_lines", plan_id=plan):
            kept = self.desk.rows("budgets", line_id=line["id"])
            periods = [{"id": one["id"], "sum": totals.get(one["id"], one["sum"])} for one in kept]
            lines.append({"id": line["id"], "periods": periods})
        self.desk.as_(self.company.approver)
        self.desk.change(PLANS, plan, {"lines": lines})

    def place_within(self, word: str, least: int, day: str) -> Order:
        """An order for a day that a plan is for, charged to it."""
        (budget,) = self.periods(word)
        more = {"budget": {"id": budget}, "requiredDate": day}
        return self.place(source=self.source_at_home(), least=least, flat=True, more=more)

    # Lives

    def budgets_drawn_up(self) -> Life:
        """The first day of the year."""
        for plan in self.company.plans:
            self.draw_up(plan)
        yield 0

    def budgets_reviewed(self) -> Life:
        """The quarter is nearly over: its budgets become such that about half of each is left."""
        plan = next(one for one in self.company.plans if one.yearly)
        budgets = self.periods(plan.word)
        quarters = len(budgets) // len(plan.lines)
        totals = {}
        for budget, share in zip(budgets[::quarters], SHARES * len(plan.lines), strict=False):
            taken = max(self.taken(budget), ZERO)
            totals[budget] = (taken / share // 1000 + 1) * 1000
        self.raise_to(plan.word, totals)
        yield 0

    def budget_used_up(self) -> Life:
        """Nothing may be spent beyond it, and hardly anything is left."""
        yield from self._spend("festival", 3_000, "2026-06-19")
        yield 3
        yield from self._spend("festival", 2_000, "2026-06-20")
        yield 2
        (budget,) = self.periods("festival")
        self.raise_to("festival", {budget: (self.taken(budget) * Decimal("1.02") // 50 + 1) * 50})

    def budget_overdrawn(self) -> Life:
        """It is a plan, not a limit: who approves is told, and agrees all the same."""
        order = yield from self._spend("fair", 3_000, "2026-09-14")
        self.talk(ORDERS, order.id, self.company.founder, "More than planned. It has to look like something, though.")

    def budget_frozen(self) -> Life:
        """What is ordered stays ordered; more is not."""
        yield from self._spend("foundry", 1_000, "2026-08-10")
        yield 5
        self.desk.as_(self.company.approver)
        self.desk.act(PLANS, "freeze", self.masters.plans["foundry"])

    # Stretches that several lives share

    def _spend(self, word: str, least: int, day: str) -> Generator[float, None, Order]:
        order = self.place_within(word, least, day)
        yield 0.2
        yield from self.go_ahead(order)
        return order
