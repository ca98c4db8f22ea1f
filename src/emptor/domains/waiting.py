"""What waits for a person's word: documents to approve, payments to let go, and bank accounts to look at."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, func, literal, select

from emptor.domains.approvals import running
from emptor.domains.organisation.access import Principal
from emptor.domains.payables.expenses.payments import PAYMENTS as EXPENSE_PAYMENTS
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.payables.rules import PAY, PENDING
from emptor.domains.suppliers import bank
from emptor.store import query
from emptor.store.clauses import belongs, mine
from emptor.store.query import Page
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]


def for_person(tx: Transaction, person: Principal, *, number: int | None, size: int) -> Page:
    """One page (None: the last) of it: documents first, then payments, then bank accounts, each the oldest first."""
    others = [*_payments(tx, person), *_bank_accounts(tx)]
    documents = running.waiting_for(tx, person, number=number or 1, size=size)
    total = documents.total + len(others)
    if number is None:
        number = max(1, -(-total // size))
        documents = running.waiting_for(tx, person, number=number, size=size)
    begin = max(0, (number - 1) * size - documents.total)
    more = others[begin : begin + size - len(documents.objects)]
    return Page([*documents.objects, *more], total, number, size)


def _entry(kind: str, row: Row, step: str, since: str) -> Row:
    return {
        "type": kind, **{name: running.shown(row.get(name)) for name in running.DESCRIBED}, "step": step,
        "since": since, "due": None, "overdue": False, "forUser": None,
    }  # fmt: skip


def _payments(tx: Transaction, person: Principal) -> list[Row]:
    """The payments that the person can let go: neither made by nor for that person."""
    if not person.may(PAY):
        return []
    found = []
    for resource, statement in ((PAYMENTS, _of_suppliers), (EXPENSE_PAYMENTS, _of_expenses)):
        scope = person.scope(resource)
        rows = tx.records(statement(scope.bounds), company=tx.company_id, me=person.user_id, **scope.parameters)
        found += [_entry(resource.name, row, "Payment", row["create_date"]) for row in rows]
    return found


def _bank_accounts(tx: Transaction) -> list[Row]:
    rows = bank.waiting(tx)
    return [_entry("suppliers", {**row, "currency": None}, "Bank account", row["bank_change_date"]) for row in rows]


@lru_cache(maxsize=32)
def _of_suppliers(bounds: tuple[str, ...]) -> Statement:
    payments, invoices, orders = table("payments"), table("invoices"), table("purchase_orders")
    about = func.coalesce(literal("invoice ") + invoices.c.idn, literal("order ") + orders.c.idn)
    return Statement(
        select(
            payments.c.id, payments.c.idn, about.label("name"), payments.c.sum_paid.label("sum"),
            payments.c.currency, payments.c.create_date,
        )
        .join_from(payments, invoices, belongs(payments, "invoice_id", invoices), isouter=True)
        .join(orders, belongs(payments, "purchase_order_id", orders), isouter=True)
        .where(
            mine(payments), payments.c.status == PENDING, payments.c.creator_id != bindparam("me"),
            *query.visible(payments, PAYMENTS.access, bounds),
        )
        .order_by(payments.c.id)
    )  # fmt: skip


@lru_cache(maxsize=32)
def _of_expenses(bounds: tuple[str, ...]) -> Statement:
    payments, expenses = table("expense_payments"), table("expenses")
    return Statement(
        select(
            payments.c.id, payments.c.idn, (literal("expense ") + expenses.c.idn).label("name"),
            payments.c.sum_paid.label("sum"), payments.c.currency, payments.c.create_date,
        )
        .join_from(payments, expenses, belongs(payments, "expense_id", expenses))
        .where(
            mine(payments), payments.c.status == PENDING,
            and_(payments.c.creator_id != bindparam("me"), expenses.c.creator_id != bindparam("me")),
            *query.visible(payments, EXPENSE_PAYMENTS.access, bounds),
        )
        .order_by(payments.c.id)
    )  # fmt: skip
