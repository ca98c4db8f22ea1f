"""What has been paid on invoices, recomputed from its sources, and what happens to money when one is approved.

Whatever settles an invoice is a row of `payments` that names it in `invoice_id`, so one sum tells what has been paid.
`logic_type` says what it is:

| | | `invoice_id` | `purchase_order_id` | `credit_note_id` | `prepayment_id` |
| --- | --- | --- | --- | --- | --- |
| 0 | money for an invoice | the invoice | | | |
| 1 | money for an order, a prepayment (`prepayment` is true) | | the order | | |
| 2 | a credit that pays an invoice | the invoice | | where it comes from | |
| 3 | a prepayment that an invoice has taken | the invoice | the order | | where it comes from |

`status` is 0 active, 1 canceled, 2 pending or 3 rejected; only active ones have paid. What an order has been prepaid
and no invoice has taken is the sum of its active rows of type 1 without an invoice, less that of its active rows of
type 3. A payment with an invoice that its sender calls a prepayment (`logic_type` 1) is an ordinary one all the same.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, func, or_, select

from emptor.domains import changes, verbs
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables import releasing, rules
from emptor.domains.payables.rules import ACTIVE, BILLED, CANCELED, CREDIT_NOTES, LIVING, PENDING, Owed, payable
from emptor.domains.purchasing.orders import billing
from emptor.kit.errors import IllegalMove
from emptor.kit.money import ZERO, product, rounded
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]


def invoices() -> Resource:
    """The declaration of invoices and credit notes."""
    return verbs.RESOURCES["invoices"]


def invoice_of(tx: Transaction, invoice_id: int) -> Row:
    """An invoice as it is stored now."""
    row = query.stored(tx, invoices(), "id", invoice_id)
    assert row is not None, invoice_id
    return row


def order_of(tx: Transaction, order_id: int) -> Row:
    """An order as it is stored now."""
    row = query.stored(tx, verbs.RESOURCES["purchaseorders"], "id", order_id)
    assert row is not None, order_id
    return row


def approved(tx: UnitOfWork, row: Row) -> None:
    """What an invoice or a credit note does with money when it becomes approved, for the first time or again.

    An invoice takes what its orders have been prepaid. A credit note pays the invoice that it is about, as far as
    something of that is left; what is beyond is credit that the supplier owes.
    """
    from emptor.domains.payables import credits, prepayments  # they settle what they pay

    if row["logic_type"] in CREDIT_NOTES:
        credits.approved(tx, row)
        return
    prepayments.hand_over(tx, row)
    settle(tx, row)


def settle(tx: UnitOfWork, row: Row) -> None:
    """Set what has been paid on an invoice and the status that follows, and bring its orders up to date.

    Of a credit note it is what the note has paid; its status stays.
    """
    settle_all(tx, [row])
    recount_orders(tx, [row])


def settle_all(tx: UnitOfWork, rows: Sequence[Row]) -> None:
    """The same for many, in few statements, but for their orders."""
    noted = [row for row in rows if row["logic_type"] in CREDIT_NOTES]
    owed = [row for row in rows if row["logic_type"] not in CREDIT_NOTES]
    sums = used_of(tx, [row["id"] for row in noted])
    sums |= {row_id: paid for row_id, (paid, _) in paid_on(tx, [row["id"] for row in owed]).items()}
    changed = [(row, _settled(tx, row, sums.get(row["id"], ZERO))) for row in rows]
    _write(tx, changed)
    if noted:
        from emptor.domains.payables import credits  # it settles the notes whose credit is used

        credits.rebalance(tx, noted)


def _settled(tx: UnitOfWork, row: Row, paid: Decimal) -> Row:
    """The columns that follow from what has been paid."""
    status = row["status"]
    if status in BILLED and row["logic_type"] not in CREDIT_NOTES:
        status = rules.status_of(payable(row), paid, absorbs=bool(tx.actor.settings.get("lastCent")))
    in_company_currency = rounded(product(paid, row["exchange_rate"]), scale_of(tx.actor.settings))
    return {"status": status, "sum_paid": paid, "sum_paid_in_company_currency": in_company_currency}


def _write(tx: UnitOfWork, changed: Iterable[tuple[Row, Row]]) -> None:
    listed = []
    for row, columns in changed:
        noted = changes.between(invoices(), row, columns)
        if noted:
            tx.note("update", invoices().name, row["id"], row["idn"], noted)
        row |= columns | {"update_date": tx.stamp}
        listed.append({"id": row["id"], **columns, "update_date": tx.stamp})
    tx.update_all(table("invoices"), listed, "id")


def recount_orders(tx: UnitOfWork, rows: Sequence[Row]) -> None:
    """Bring every order up to date that one of these invoices bills."""
    billing.recount_all(tx, orders_of(tx, [row for row in rows if row["logic_type"] not in CREDIT_NOTES]))


def orders_of(tx: Transaction, rows: Sequence[Row]) -> list[int]:
    """The ids of the orders that some invoices bill, by lines or by name, in the order they were made in."""
    return billing.order_ids_of(tx, [row["id"] for row in rows])


def owed(tx: Transaction, row: Row) -> Owed:
    """What is owed on one invoice, with what payments reserve that wait for approval."""
    return owed_all(tx, [row])[row["id"]]


def owed_all(tx: Transaction, rows: Sequence[Row]) -> dict[int, Owed]:
    """The same for many invoices, by their ids."""
    sums = paid_on(tx, [row["id"] for row in rows])
    return {row["id"]: Owed(row["status"], payable(row), *sums.get(row["id"], (ZERO, ZERO))) for row in rows}


def paid_on(tx: Transaction, ids: Sequence[int]) -> dict[int, tuple[Decimal, Decimal]]:
    """What has been paid on each of these invoices, and what payments will take that wait for approval."""
    found: dict[int, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for invoice_id, status, paid in tx.all(_paid(), company=tx.company_id, invoices=list(ids)) if ids else ():
        found[invoice_id][status == PENDING] += paid
    return {invoice_id: (paid, reserved) for invoice_id, (paid, reserved) in found.items()}


def used_of(tx: Transaction, ids: Sequence[int]) -> dict[int, Decimal]:
    """What each of these credit notes has paid."""
    rows = tx.all(_used(), company=tx.company_id, notes=list(ids)) if ids else ()
    return {int(note_id): used for note_id, used in rows}


def stands(tx: UnitOfWork, row: Row) -> None:
    """IllegalMove where an invoice or a credit note can't be taken back because of what has been paid with it."""
    from emptor.domains.payables import credits

    if row["logic_type"] in CREDIT_NOTES:
        credits.stands(tx, row)
        return
    for idn, status in tx.all(_living_payments(), company=tx.company_id, invoice=row["id"]):
        if status == PENDING:
            raise IllegalMove(f"Payment {idn} of this invoice waits for approval; reject or cancel it first.")
        raise IllegalMove("Something has been paid on this invoice; cancel its payments first.")
    credits.none_about(tx, row)


def book(tx: UnitOfWork, entries: Sequence[Row]) -> list[Row]:
    """Store payments that have been checked, in few statements; the rows. Nothing is settled by that yet."""
    if not entries:
        return []
    from emptor.domains.payables.payments import PAYMENTS  # it declares what this room stores

    first = tx.count(PAYMENTS.name, idns=len(entries), rows=len(entries)) - len(entries) + 1
    usual = {column.name: column.default for one in PAYMENTS.fields for column in one.columns()}
    stamps = {"create_date": tx.stamp, "update_date": tx.stamp, "creator_id": tx.actor.user_id}
    rows = [
        {**usual, **stamps, **entry, "id": row_id, "idn": str(first + i)}
        for i, (row_id, entry) in enumerate(zip(tx.new_ids(len(entries)), entries, strict=True))
    ]
    tx.insert_all(table(PAYMENTS.table), rows)
    for row in rows:
        tx.note("create", PAYMENTS.name, row["id"], row["idn"], changes.of_new(PAYMENTS, row, {}))
    return rows


def payable_invoice(tx: UnitOfWork, values: Row) -> Row | None:
    """The invoice that a new payment is for; what is wrong with it, or with the sum that is paid, is noted."""
    wanted = values.get("invoice_id")
    if wanted is None:
        tx.problems.add("invoice", "This field is required.")
        return None
    row = query.stored(tx, invoices(), "id", wanted, tx.actor.scope(invoices()))
    if row is None:
        tx.problems.add("invoice", f"There is no object with id {wanted} here that you can use.")
    elif row["logic_type"] in CREDIT_NOTES:
        tx.problems.add("invoice", "A credit note is not paid; it pays invoices, named as `creditNote`.")
    elif "sum_paid" in values:
        fault = rules.refusal(owed(tx, row), values["sum_paid"], scale_of(tx.actor.settings, row["currency"]))
        if fault:
            tx.problems.add(*fault)
    return row


def active_by(tx: Transaction, column: str, row_id: int) -> list[Row]:
    """The active payments that name that row in `column`, the oldest first."""
    return tx.records(_active_by(column), company=tx.company_id, named=row_id)


def withdraw(tx: UnitOfWork, payment: Row, status: int = CANCELED) -> None:
    """Take a payment back. Nothing is settled by that yet."""
    from emptor.domains.payables.payments import PAYMENTS

    releasing.put(tx, PAYMENTS, payment, status)


def follow(tx: UnitOfWork, payments: Sequence[Row]) -> None:
    """Bring up to date what payments are about that have been made, canceled or approved just now."""
    ids = {one[name] for one in payments for name in ("invoice_id", "credit_note_id") if one[name]}
    rows = invoices_of(tx, ids)
    settle_all(tx, rows)
    billed = orders_of(tx, [row for row in rows if row["logic_type"] not in CREDIT_NOTES])
    prepaid = {one["purchase_order_id"] for one in payments if one["purchase_order_id"]}
    billing.recount_all(tx, sorted({*billed, *prepaid}))


def invoices_of(tx: Transaction, ids: Collection[int]) -> list[Row]:
    """Invoices and credit notes by their ids, the oldest first."""
    return tx.records(_invoices(), company=tx.company_id, ids=list(ids)) if ids else []


@lru_cache(maxsize=1)
def _invoices() -> Statement:
    rows = table("invoices")
    mine = (rows.c.company_id == bindparam("company"), any_of(rows.c.id, "ids"))
    return Statement(select(rows).where(*mine).order_by(rows.c.id))


@lru_cache(maxsize=1)
def _paid() -> Statement:
    payments = table("payments")
    total = func.sum(payments.c.sum_paid, type_=payments.c.sum_paid.type)
    return Statement(
        select(payments.c.invoice_id, payments.c.status, total)
        .where(
            payments.c.company_id == bindparam("company"), any_of(payments.c.invoice_id, "invoices"),
            or_(*(payments.c.status == status for status in LIVING)),
        )
        .group_by(payments.c.invoice_id, payments.c.status)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _used() -> Statement:
    payments = table("payments")
    total = func.sum(payments.c.sum_paid, type_=payments.c.sum_paid.type)
    return Statement(
        select(payments.c.credit_note_id, total)
        .where(
            payments.c.company_id == bindparam("company"), any_of(payments.c.credit_note_id, "notes"),
            payments.c.status == ACTIVE,
        )
        .group_by(payments.c.credit_note_id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _living_payments() -> Statement:
    payments = table("payments")
    return Statement(
        select(payments.c.idn, payments.c.status)
        .where(
            payments.c.company_id == bindparam("company"), payments.c.invoice_id == bindparam("invoice"),
            or_(*(payments.c.status == status for status in LIVING)),
        )
        .order_by(payments.c.status.desc())
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=2)
def _active_by(column: str) -> Statement:
    payments = table("payments")
    mine = (payments.c.company_id == bindparam("company"), payments.c[column] == bindparam("named"))
    return Statement(select(payments).where(*mine, payments.c.status == ACTIVE).order_by(payments.c.id))
