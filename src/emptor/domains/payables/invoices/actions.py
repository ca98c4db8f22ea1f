"""What people do with invoices."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from emptor.domains import documents, verbs
from emptor.kit.clock import spell
from emptor.kit.errors import IllegalMove
from emptor.kit.money import product, rounded
from emptor.kit.resource import Resource
from emptor.store.unit_of_work import UnitOfWork


def _invoices() -> Resource:
    return verbs.RESOURCES["invoices"]


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new draft invoice; its id. Unless told otherwise it is issued now and due when its terms say."""
    known = documents.check(tx, _invoices(), values)
    values["issue_date"] = values.get("issue_date") or tx.stamp
    if not values.get("required_date") and values.get("credit_period_days") is not None:
        try:
            values["required_date"] = due_date(values["issue_date"], values["credit_period_days"])
        except OverflowError:
            tx.problems.add("issueDate", "The invoice would be due beyond the last day there is.")
    return documents.create(tx, _invoices(), values, known)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change an invoice as far as its state allows."""
    verbs.editable(verbs.KINDS["invoices"], tx, row, values)
    documents.update(tx, _invoices(), row, values)


def cancelable(tx: UnitOfWork, row: dict[str, Any]) -> None:
    """An invoice on which something has been paid stands."""
    if row["sum_paid"]:
        raise IllegalMove("Something has been paid on this invoice; cancel its payments first.")


def due_date(issued: str, days: int) -> str:
    """When an invoice is due: so many days after its issue."""
    return spell(datetime.fromisoformat(issued) + timedelta(days=days))


def payable(row: dict[str, Any]) -> Any:
    """What the invoice takes to be paid in full: its sum less what is withheld."""
    return row["sum"] - row["withholding_tax_sum"]


def settle(tx: UnitOfWork, row: dict[str, Any], paid: Any) -> None:
    """Set what has been paid and the status that follows from it."""
    if paid == 0:
        status = documents.APPROVED
    else:
        status = documents.PAID if paid >= payable(row) else documents.PARTLY_PAID
    in_company_currency = rounded(product(paid, row["exchange_rate"]), int(tx.actor.settings.get("decimals", 2)))
    documents.move(tx, _invoices(), row, status, sum_paid=paid, sum_paid_in_company_currency=in_company_currency)
