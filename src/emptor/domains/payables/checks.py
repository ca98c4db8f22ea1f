"""Whether what invoices, prepayments and credits come to is what the payments say, in plain SQL."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy.sql.elements import ColumnElement

from emptor.domains import documents as doc
from emptor.domains.checking import check
from emptor.domains.checks import is_converted, scales_of
from emptor.domains.organisation import companies
from emptor.domains.payables import rules
from emptor.domains.payables.matching import ACCEPTED
from emptor.domains.payables.prepayments import of_order
from emptor.domains.payables.rules import ACTIVE, BILLED, CREDIT, CREDIT_NOTES, LIVING, PREPAYMENT, TAKEN
from emptor.domains.purchasing.orders.awaiting import given_up
from emptor.kit.money import ZERO, cut, plain, product, rounded
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction


@check("what has been paid on invoices, and their states")
def invoices(tx: Transaction) -> Iterator[str]:
    """Payments, prepayments that were taken and credits add up to what an invoice says, and make its state."""
    scales, absorbs = scales_of(tx), bool(companies.chosen(tx).get("lastCent"))
    for row in tx.records(_invoices(), company=tx.company_id):
        name, paid, payable = f"invoice {row['idn']}", row["found"], rules.payable(row)
        if row["sum_paid"] != paid:
            yield f"{name} says {plain(row['sum_paid'])} are paid; its payments come to {plain(paid)}"
        if not is_converted(row["sum_paid_in_company_currency"], paid, row["exchange_rate"], scales):
            own = rounded(product(paid, row["exchange_rate"]), scales[0])
            yield f"{name} says {plain(row['sum_paid_in_company_currency'])} are paid in the company's money, not {own}"
        if paid + row["reserved"] > max(payable, 0):
            yield f"of {name} {plain(paid + row['reserved'])} are paid or about to be; it comes to {plain(payable)}"
        if row["logic_type"] in CREDIT_NOTES:
            continue
        expected = rules.status_of(payable, paid, absorbs=absorbs)
        if row["status"] in BILLED and row["status"] != expected and not _let_go(row, payable, paid):
            yield f"{name} is {doc.STATUS_KEYS[row['status']]}; by its payments it is {doc.STATUS_KEYS[expected]}"


def _let_go(row: dict[str, Any], payable: Any, paid: Any) -> bool:
    """Whether a last cent may have been let go, or not, while the company had chosen otherwise."""
    return (
        paid > 0 and row["status"] in (doc.PAID, doc.PARTLY_PAID) and 0 < payable - paid <= min(rules.LAST_CENT, paid)
    )


@check("prepayments and what invoices have taken of them")
def prepayments(tx: Transaction) -> Iterator[str]:
    """No more is taken than was paid, and nothing of what was taken back."""
    for idn, given, taken in tx.all(_prepayments(), company=tx.company_id):
        if taken > given:
            yield f"of prepayment {idn} invoices have taken {plain(taken)}; it is {plain(given)}"
    chosen = companies.settings_of(tx)
    for order in tx.records(_prepaid(), company=tx.company_id):
        ahead = of_order(tx, order)
        if cut(ahead.beyond, companies.scale_of(chosen, order["currency"])):
            yield (
                f"for order {order['idn']} {plain(ahead.open)} are paid ahead; {plain(ahead.unbilled)} of it are left "
                "to bill"
            )


@check("what suppliers owe by credit notes")
def credits(tx: Transaction) -> Iterator[str]:
    """A balance is what approved credit notes have left; what they have paid is what payments name them."""
    for row in tx.records(_balances(), company=tx.company_id):
        where = f"supplier {row['supplier_id']} in {row['currency']}"
        if row["kept"] != row["found"]:
            yield f"{where} owes {plain(row['kept'])}; its credit notes have {plain(row['found'])} left"
        if row["found"] < 0:
            yield f"{where} has paid more by credit than its credit notes come to: {plain(row['found'])}"
    for idn, kind in tx.all(_strays(), company=tx.company_id):
        yield f"payment {idn} is by the credit of a credit note that is {kind}"


def _total(column: ColumnElement[Any], counts: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(case((counts, type_coerce(column, BigInteger)), else_=0)), 0)


@lru_cache(maxsize=1)
def _invoices() -> Statement:
    """Every invoice with what its payments come to; of a credit note, what it has paid."""
    rows, payments = table("invoices"), table("payments")
    money = rows.c.sum.type
    sums = union_all(
        *(
            select(
                payments.c[column].label("invoice_id"),
                _total(payments.c.sum_paid, payments.c.status == ACTIVE).label("paid"),
                _total(payments.c.sum_paid, payments.c.status != ACTIVE).label("reserved"),
            )
            .where(
                payments.c.company_id == bindparam("company"), payments.c[column].is_not(None),
                or_(*(payments.c.status == status for status in LIVING)),
            )
            .group_by(payments.c[column])
            for column in ("invoice_id", "credit_note_id")
        )
    ).subquery()  # fmt: skip
    columns = (
        "idn", "status", "logic_type", "sum", "withholding_tax_sum", "exchange_rate", "sum_paid",
        "sum_paid_in_company_currency",
    )  # fmt: skip
    found = (func.coalesce(sums.c[name], literal(0, BigInteger)) for name in ("paid", "reserved"))
    return Statement(
        select(
            *(rows.c[name] for name in columns),
            *(type_coerce(one, money).label(name) for one, name in zip(found, ("found", "reserved"), strict=True)),
        )
        .join_from(rows, sums, sums.c.invoice_id == rows.c.id, isouter=True)
        .where(rows.c.company_id == bindparam("company"))
        .order_by(rows.c.id)
    )


@lru_cache(maxsize=1)
def _prepayments() -> Statement:
    given, takings = table("payments"), table("payments").alias("takings")
    money = given.c.sum_paid.type
    alive = case((given.c.status == ACTIVE, type_coerce(given.c.sum_paid, BigInteger)), else_=0)
    taken = func.sum(type_coerce(takings.c.sum_paid, BigInteger))
    of = and_(takings.c.company_id == given.c.company_id, takings.c.prepayment_id == given.c.id)
    return Statement(
        select(given.c.idn, type_coerce(alive, money).label("given"), type_coerce(taken, money).label("taken"))
        .join_from(given, takings, and_(of, takings.c.status == ACTIVE, takings.c.logic_type == TAKEN))
        .where(given.c.company_id == bindparam("company"), given.c.logic_type == PREPAYMENT)
        .group_by(given.c.id, given.c.idn, given.c.status, given.c.sum_paid)
        .order_by(given.c.id)
    )


@lru_cache(maxsize=1)
def _prepaid() -> Statement:
    """The orders that something is paid ahead for, but for those that may come to less than when it was paid: because
    they are being changed, because whoever placed them has agreed to that, or because nobody waits for a line of them;
    or of which somebody has taken a prepayment off an invoice, which is paid otherwise since.
    """
    orders, payments, matches, lines = (
        table(name) for name in ("purchase_orders", "payments", "matches", "purchase_order_lines")
    )
    given = and_(payments.c.logic_type == PREPAYMENT, payments.c.status == ACTIVE)
    taken_off = and_(payments.c.logic_type == TAKEN, payments.c.status == rules.CANCELED)

    def has(found: Any, column: str, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        mine = (found.c.company_id == orders.c.company_id, found.c[column] == orders.c.id)
        return exists(select(found.c.id).where(*mine, *conditions))

    return Statement(
        select(orders)
        .where(
            orders.c.company_id == bindparam("company"), orders.c.status != doc.IN_REVISION,
            has(payments, "purchase_order_id", given), not_(has(payments, "purchase_order_id", taken_off)),
            not_(has(matches, "purchase_order_id", matches.c.status == ACCEPTED)),
            not_(has(lines, "order_id", given_up(lines) != ZERO)),
        )
        .order_by(orders.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _balances() -> Statement:
    """Every supplier and currency with credit notes, and what is kept of them, side by side."""
    notes, balances, payments = table("invoices"), table("credit_balances"), table("payments")
    money = notes.c.sum.type
    nothing = literal(0, BigInteger)
    of_note = and_(notes.c.company_id == payments.c.company_id, notes.c.id == payments.c.credit_note_id)
    whole = type_coerce(notes.c.sum, BigInteger) - type_coerce(notes.c.withholding_tax_sum, BigInteger)
    both = union_all(
        select(notes.c.supplier_id, notes.c.currency, nothing.label("kept"), whole.label("found")).where(
            notes.c.company_id == bindparam("company"), notes.c.status == doc.APPROVED,
            or_(*(notes.c.logic_type == code for code in CREDIT_NOTES)),
        ),
        select(
            notes.c.supplier_id, notes.c.currency, nothing.label("kept"),
            (-type_coerce(payments.c.sum_paid, BigInteger)).label("found"),
        )
        .join_from(payments, notes, of_note)
        .where(payments.c.company_id == bindparam("company"), payments.c.status == ACTIVE),
        select(
            balances.c.supplier_id, balances.c.currency, type_coerce(balances.c.sum, BigInteger).label("kept"),
            nothing.label("found"),
        ).where(balances.c.company_id == bindparam("company")),
    ).subquery()  # fmt: skip
    keys = (both.c.supplier_id, both.c.currency)
    sums = (type_coerce(func.sum(both.c[name]), money).label(name) for name in ("kept", "found"))
    return Statement(select(*keys, *sums).group_by(*keys).order_by(*keys))


@lru_cache(maxsize=1)
def _strays() -> Statement:
    """Living payments by credit notes that can't pay."""
    notes, payments = table("invoices"), table("payments")
    of_note = and_(notes.c.company_id == payments.c.company_id, notes.c.id == payments.c.credit_note_id)
    return Statement(
        select(payments.c.idn, notes.c.status)
        .join_from(payments, notes, of_note)
        .where(
            payments.c.company_id == bindparam("company"), payments.c.status == ACTIVE,
            payments.c.logic_type == CREDIT, notes.c.status != doc.APPROVED,
        )
        .order_by(payments.c.id)
    )  # fmt: skip
