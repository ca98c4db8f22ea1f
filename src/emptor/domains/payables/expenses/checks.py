"""Whether what is said to be paid of expenses is what their payments say."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from sqlalchemy import bindparam, select, type_coerce

from emptor.domains import documents
from emptor.domains.checking import check
from emptor.domains.payables import rules
from emptor.store.clauses import one_of, total
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction


@check("what has been paid of expenses")
def paid(tx: Transaction) -> Iterator[str]:
    """Compare the paid sum and the state of each expense with its live payments."""
    for idn, status, sum_, withheld, said, found, reserved in tx.all(_paid(), company=tx.company_id):
        if said != found:
            yield f"Expense {idn} says that {said:f} are paid; its payments come to {found:f}."
            continue
        if found + reserved > max(sum_ - withheld, 0):
            yield f"Of expense {idn} {found + reserved:f} are paid or about to be; it comes to {sum_ - withheld:f}."
        # Whether a last cent is let go is a choice that may have changed since.
        possible = [rules.status_of(sum_ - withheld, found, absorbs=each) for each in (False, True)]
        if (status in rules.BILLED or found or reserved) and status not in possible:
            yield f"Expense {idn} is {documents.STATUS_KEYS[status]} with {found:f} paid of {sum_ - withheld:f}."


@lru_cache(maxsize=1)
def _paid() -> Statement:
    expenses, payments = table("expenses"), table("expense_payments")
    mine = (payments.c.company_id == expenses.c.company_id) & (payments.c.expense_id == expenses.c.id)
    live = mine & one_of(payments.c.status, *rules.LIVING)
    money = expenses.c.sum_paid.type
    found, reserved = (
        type_coerce(total(payments.c.sum_paid, payments.c.status == status), money)
        for status in (rules.ACTIVE, rules.PENDING)
    )
    own = [expenses.c[name] for name in ("idn", "status", "sum", "withholding_tax_sum", "sum_paid")]
    return Statement(
        select(*own, found.label("found"), reserved.label("reserved"))
        .join_from(expenses, payments, live, isouter=True)
        .where(expenses.c.company_id == bindparam("company"))
        .group_by(expenses.c.id, *own)
        .order_by(expenses.c.id)
    )
