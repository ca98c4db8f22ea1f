"""Payments of expenses: partial or full, never more than what is left, and what canceling one undoes.

Nobody lets go what pays an expense of their own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from emptor.domains import notices, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables import releasing, rules
from emptor.domains.payables.expenses import ACCESS, READ, actions
from emptor.domains.payables.expenses import RESOURCE as EXPENSES
from emptor.domains.payables.rules import ACTIVE, CANCELED, PAY, PENDING
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Moment, Number, Ref, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Resource, read_operations
from emptor.kit.states import Party
from emptor.store import query
from emptor.store.schema import define
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]


def create(tx: UnitOfWork, values: Row) -> int:
    """Pay an expense back, in part or in full; the payment's id."""
    expense = _expense(tx, values.get("expense_id"))
    if expense is not None and "sum_paid" in values:
        fault = _fault(tx, expense, values["sum_paid"])
        if fault:
            tx.problems.add(*fault)
    tx.problems.raise_if_any()
    assert expense is not None
    waits = releasing.waits(tx)
    idn = str(tx.count(PAYMENTS.name, idns=1, rows=1))
    extra = {"idn": idn, "status": PENDING if waits else ACTIVE, "currency": expense["currency"]}
    payment_id = writing.insert(tx, PAYMENTS, values, extra)
    if waits:
        made = {**values, **extra, "id": payment_id}
        releasing.ask(tx, PAYMENTS, made, _about, but=[expense["creator_id"]])
    else:
        actions.settle(tx, expense)
    return payment_id


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
    reserved = actions.paid_of(tx, expense["id"], PENDING)
    owed = rules.Owed(expense["status"], rules.payable(expense), expense["sum_paid"], reserved, noun="Expense")
    return rules.refusal(owed, amount, scale_of(settings, expense["currency"]))


def _paid(tx: Transaction, payment: Mapping[str, Any]) -> Row:
    """The expense that a payment pays back."""
    expense = query.stored(tx, EXPENSES, "id", payment["expense_id"])
    assert expense is not None
    return expense


def _about(tx: Transaction, row: Row) -> str:
    return f"{notices.number(row['sum_paid'])} {row['currency']} for expense {_paid(tx, row)['idn']}"


def _check(tx: UnitOfWork, row: Row) -> None:
    """IllegalMove where a payment that has waited can't go any more."""
    expense = _paid(tx, row)
    if expense["status"] not in rules.PAYABLE:
        raise IllegalMove(f"Expense {expense['idn']} can't be paid any more; reject this payment.")


def _settle(tx: UnitOfWork, row: Row) -> None:
    actions.settle(tx, _paid(tx, row))


def _take_back(tx: UnitOfWork, row: Row) -> None:
    """The expense is owed again."""
    releasing.put(tx, PAYMENTS, row, CANCELED)
    _settle(tx, row)


def _is_another(tx: UnitOfWork, row: Mapping[str, Any]) -> bool:
    return tx.actor.user_id not in (row["creator_id"], _paid(tx, row)["creator_id"])


LIFE = releasing.life(
    lambda: PAYMENTS,
    Party("whoever has the role payment.pay and has neither made it nor gets the money", _is_another),
    about=_about, checks=_check, settles=_settle, takes_back=_take_back, hosted=False,
)  # fmt: skip


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
            Text("currency", size=3, note="that of the expense"),
            Code("status", names=rules.PAYMENT_STATUSES, default=ACTIVE),
            Ref("creator", to="users"),
            *releasing.DECISION,
            Ref("expense", to="expenses", required=True, write=Write.ON_CREATE, show=("id", "idn")),
        ),
        operations=(
            *read_operations("expensePayments", "idn", hosted=False, read=READ),
            Operation("create", "POST", "/expensePayments", PAY, run=create, status=201, summary="Pay an expense"),
            *LIFE.operations("expensePayments", "idn"),
        ),
        reference=("id", "idn", "payDate", "sumPaid"),
        access=Access(within=("expense_id", "expenses"), owner=ACCESS),
        writes=PAY,
        uniques=(("idn",),),
        indexes=(("expense_id",), ("status", "id")),
        counted=True,
        life=LIFE,
    )
)  # fmt: skip
