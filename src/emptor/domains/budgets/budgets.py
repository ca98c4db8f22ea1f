"""Budgets as documents know them: one line of a plan in one period, with what has been taken of it."""

from __future__ import annotations

from emptor.domains.budgets import balances, explaining
from emptor.domains.budgets.plans import SEE
from emptor.domains.budgets.rules import EXPENSES, INVOICES, ORDERS, REQUISITIONS
from emptor.kit.fields import Derived, Flag, Moment, Number, Ref, Text, amount, percent
from emptor.kit.resource import CREATED, KEY, Operation, Resource
from emptor.store.schema import define

BUDGETS = define(
    Resource(
        name="budgets",
        label="Budget",
        fields=(
            KEY,
            CREATED,
            Text("name", size=200),
            Text("fullName", size=700),
            Moment("startDate"),
            Moment("endDate"),
            amount("sum", note="the total"),
            percent("usedTaxPercentInBudget", as_text=True),
            balances.whole("usedSumInPurchaseOrder", ORDERS),
            balances.whole("usedSumInInvoice", INVOICES),
            balances.whole("usedSumInExpense", EXPENSES),
            balances.whole("usedSumInPurchaseRequisition", REQUISITIONS),
            balances.stage("usedSum", used=True, note="by documents that are approved"),
            balances.stage("reservedSum", used=False, note="by documents that are not decided yet"),
            balances.available("availableSum"),
            Number("budgetLimit", note="what may not be exceeded; none: there is no limit"),
            Text("type", size=10),
            Flag("allLocationsAccess"),
            Flag("frozen", note="it takes no new documents"),
            Ref("plan", to="budget_plans", column="plan_id"),
            Derived(
                "parentBudgetId", compute=lambda shown: (shown["plan"] or {}).get("id"),
                json_schema={"type": ["integer", "null"]},
            ),
        ),
        operations=(
            Operation("list", "GET", "/budgets", SEE, summary="List budgets: lines of plans, period by period"),
            Operation("get", "GET", "/budgets/{id}", SEE, False, summary="One budget"),
            Operation(
                "look", "GET", "/budgets/{id}/holds", SEE, False, run=explaining.holds, shows=explaining.HOLDS,
                asks=(explaining.PAGE,),
                summary="What holds money of a budget, line by line",
            ),
        ),
        reference=("id", "name", "fullName"),
    )
)  # fmt: skip
