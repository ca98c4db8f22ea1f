"""Payments of expenses: partial or full, never more than what is left, and what canceling one undoes."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.payables import rules
from emptor.domains.payables.expenses import ACCESS, READ, actions
from emptor.domains.payables.expenses import RESOURCE as EXPENSES
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Moment, Number, Ref, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Permission, Resource, read_operations
from emptor.store import query
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

PAY = Permission("payment", ("pay",))


def create(tx: UnitOfWork, values: Row) -> int:
    """Pay an expense back, in part or in full; the payment's id."""
    expense = _expense(tx, values.get("expense_id"))
    if expense is not None and "sum_paid" in values:
        fault = _fault(tx, expense, values["sum_paid"])
        if fault:
            tx.problems.add(*fault)
    tx.problems.raise_if_any()
    assert expense is not None
    idn = str(tx.count(PAYMENTS.name, idns=1, rows=1))
    payment_id = writing.insert(tx, PAYMENTS, values, {"idn": idn})
    actions.settle(tx, expense)
    return payment_id


def cancel(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Take a payment back; the expense is owed again."""
    if row["status"] == rules.CANCELED:
        raise IllegalMove("This payment is canceled already.")
    writing.change(tx, PAYMENTS, row, {"status": rules.CANCELED, "update_date": tx.stamp}, status=rules.ACTIVE)
    expense = query.stored(tx, EXPENSES, "id", row["expense_id"])
    assert expense is not None
    actions.settle(tx, expense)


def _expense(tx: UnitOfWork, expense_id: int | None) -> Row | None:
    if expense_id is None:
        return None
    expense = query.stored(tx, EXPENSES, "id", expense_id, tx.actor.scope(EXPENSES))
    if expense is None:
        tx.problems.add("expense", f"There is no object with id {expense_id} here that you can use.")
    return expense


def _fault(tx: UnitOfWork, expense: Row, amount: Any) -> tuple[str, str] | None:
    """Why so much cannot be paid: the field and the sentence."""
    settings = tx.actor.settings
    if not settings.get("expensePayments", True):
        return "expense", "Your company keeps no payments of expenses; its choice `expensePayments` is off."
    owed = rules.Owed(expense["status"], rules.payable(expense), expense["sum_paid"], noun="Expense")
    return rules.refusal(owed, amount, int(settings.get("decimals", 2)))


PAYMENTS = define(
    Resource(
        name="expensePayments",
        table="expense_payments",
        label="ExpensePayment",
        key="idn",
        fields=(
            KEY,
            Text("idn", size=40, required=True),
            CREATED,
            UPDATED,
            Moment("payDate", required=True, write=Write.ON_CREATE),
            Number("sumPaid", required=True, low=None, reckoned=True, write=Write.ON_CREATE),
            Code("status", names={code: rules.PAYMENT_STATUSES[code] for code in (rules.ACTIVE, rules.CANCELED)},
                 default=rules.ACTIVE),
            Ref("creator", to="users"),
            Ref("expense", to="expenses", required=True, write=Write.ON_CREATE, show=("id", "idn")),
        ),
        operations=(
            *read_operations("expensePayments", "idn", hosted=False, read=READ),
            Operation("create", "POST", "/expensePayments", PAY, run=create, status=201, summary="Pay an expense"),
            Operation(
                "action", "POST", "/expensePayments/{idn}/cancel", PAY, hosted=False, run=cancel, body=(),
                summary="Cancel a payment of an expense",
            ),
        ),
        reference=("id", "idn", "payDate", "sumPaid"),
        access=Access(within=("expense_id", "expenses"), owner=ACCESS),
        writes=PAY,
        uniques=(("idn",),),
        indexes=(("expense_id",),),
        counted=True,
    )
)  # fmt: skip
