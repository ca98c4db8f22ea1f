"""Payments: partial or full, never more than what is left, one by one or many at once, and what undoing one does.

An invoice is paid with money or with the credit of a credit note; an order is paid ahead of its invoices.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import documents, notices
from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables import credits, prepayments, releasing, rules, settling
from emptor.domains.payables.invoices import ACCESS
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.matching import comparing
from emptor.domains.payables.rules import (
    ACTIVE,
    CREDIT_NOTES,
    KINDS_OF_PAYMENT,
    ORDINARY,
    PAY,
    PAYMENT_STATUSES,
    PENDING,
    PREPAYMENT,
    TAKEN,
)
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.purchasing.orders import billing
from emptor.domains.suppliers import bank
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Flag, Hidden, Moment, Number, Ref, Refs, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Resource, read_operations
from emptor.store import query
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

READ = read_permission("invoice", *PAY.roles)
MANY = 2000
"""So many invoices are paid at once at most."""


def create(tx: UnitOfWork, values: Row) -> int:
    """Pay an invoice, with money or with a credit, or an order ahead of its invoices; the payment's id."""
    if values.get("purchase_order_id"):
        entry = prepayments.checked(tx, values)
    elif values.get("credit_note_id"):
        entry = credits.checked(tx, values)
    else:
        entry = _checked(tx, values)
    tx.problems.raise_if_any()
    waits = _waits(tx, entry)
    (row,) = settling.book(tx, [{**entry, "status": PENDING} if waits else entry])
    if waits:
        releasing.ask(tx, PAYMENTS, row, _about)
    else:
        settling.follow(tx, [row])
    return int(row["id"])


def _checked(tx: UnitOfWork, values: Row) -> Row:
    """The columns of a payment of an invoice with money; what is wrong with it is noted."""
    kind = values.get("logic_type")
    if kind not in (None, ORDINARY, PREPAYMENT):
        hint = "takes place by itself" if kind == TAKEN else "names its credit note as `creditNote`"
        tx.problems.add("logicType", f"A payment of this kind {hint}.")
    invoice = settling.payable_invoice(tx, values)
    if invoice is not None:
        held = bank.held(tx, [invoice["supplier_id"]])
        if held:
            tx.problems.add("invoice", held[invoice["supplier_id"]])
        for sentence in comparing.held(tx, [invoice]).values():
            tx.problems.add("invoice", sentence)
    return {**values, "prepayment": kind == PREPAYMENT, "currency": invoice and invoice["currency"]}


def _waits(tx: UnitOfWork, entry: Row) -> bool:
    """Whether somebody else has to approve it first: where money leaves and the company wants that."""
    moves_money = entry.get("logic_type") in (None, ORDINARY, PREPAYMENT)
    return moves_money and releasing.waits(tx)


def pay_all(tx: UnitOfWork, values: Row) -> list[int]:
    """Pay what is left of each of these invoices, or nothing at all; the payments' ids."""
    wanted = values.pop("invoices", None) or []
    if not (wanted or any(place.startswith("invoices") for place in tx.problems)):
        tx.problems.add("invoices", "Name the invoices by their ids.")
    scope = tx.actor.scope(INVOICES)
    found = tx.records(_visible(scope.bounds), company=tx.company_id, ids=wanted, **scope.parameters) if wanted else []
    by_id = {row["id"]: row for row in found}
    owed, held = settling.owed_all(tx, found), bank.held(tx, (row["supplier_id"] for row in found))
    early = comparing.held(tx, found)
    for i, invoice_id in enumerate(wanted):
        sentence = _fault(by_id.get(invoice_id), invoice_id, owed.get(invoice_id), held) or early.get(invoice_id)
        if sentence:
            tx.problems.add(f"invoices[{i}]", sentence)
    tx.problems.raise_if_any()
    entries = [
        {
            **values, "invoice_id": invoice_id, "sum_paid": owed[invoice_id].left, "logic_type": ORDINARY,
            "currency": by_id[invoice_id]["currency"],
        }
        for invoice_id in dict.fromkeys(wanted)
    ]  # fmt: skip
    waits = releasing.waits(tx)
    booked = settling.book(tx, [{**entry, "status": PENDING} for entry in entries] if waits else entries)
    if waits:
        releasing.ask_all(tx, PAYMENTS, booked, _total(found, owed))
    else:
        settling.settle_all(tx, found)
        billing.recount_payments(tx, settling.orders_of(tx, found))
    return [row["id"] for row in booked]


def _fault(row: Row | None, invoice_id: int, owed: rules.Owed | None, held: dict[int, str]) -> str:
    """Why an invoice can't be paid in full now; empty when it can."""
    if row is None or owed is None:
        return f"There is no object with id {invoice_id} here that you can use."
    if row["logic_type"] in CREDIT_NOTES:
        return f"{row['idn']} is a credit note; it is not paid."
    fault = rules.refusal(owed, owed.left)
    if fault and owed.reserved and owed.status in rules.PAYABLE:
        return f"Payments that wait for approval take all that is left of invoice {row['idn']}."
    return f"Invoice {row['idn']}: {fault[1]}" if fault else held.get(row["supplier_id"], "")


def _total(invoices: Iterable[Row], owed: Mapping[int, rules.Owed]) -> str:
    """What is left of some invoices in all: `120 EUR and 30 USD`."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for row in invoices:
        sums[row["currency"]] += owed[row["id"]].left
    return " and ".join(f"{notices.number(sums[currency])} {currency}" for currency in sorted(sums))


def _target(tx: Transaction, row: Row) -> Row:
    """The invoice or the order that a payment pays."""
    return settling.invoice_of(tx, row["invoice_id"]) if row["invoice_id"] else (
        settling.order_of(tx, row["purchase_order_id"])
    )  # fmt: skip


def _about(tx: Transaction, row: Row) -> str:
    noun = "invoice" if row["invoice_id"] else "order"
    return f"{notices.number(row['sum_paid'])} {row['currency']} for {noun} {_target(tx, row)['idn']}"


def _check(tx: UnitOfWork, row: Row) -> None:
    """IllegalMove where a payment that has waited can't go any more."""
    target = _target(tx, row)
    if row["invoice_id"]:
        if target["status"] not in rules.PAYABLE:
            raise IllegalMove(f"Invoice {target['idn']} can't be paid any more; reject this payment.")
    else:
        if target["status"] != documents.APPROVED:
            raise IllegalMove(f"Order {target['idn']} is not to be paid ahead any more; reject this payment.")
        prepayments.still_fits(tx, target, row)
    held = bank.held(tx, [target["supplier_id"]])
    if held:
        raise IllegalMove(held[target["supplier_id"]])


def _settle(tx: UnitOfWork, row: Row) -> None:
    """What a payment that has waited pays is paid now."""
    taken = [] if row["invoice_id"] else prepayments.catch_up(tx, row)
    settling.follow(tx, [row, *taken])


def _take_back(tx: UnitOfWork, row: Row) -> None:
    """What a payment has paid is owed again.

    A prepayment goes from the invoices that have taken it, too; taken off an invoice, it waits for the next one.
    """
    taken_back = [row, *prepayments.taken_from(tx, row)]
    was_active = row["status"] == ACTIVE
    for one in taken_back:
        settling.withdraw(tx, one)
    if was_active:
        settling.follow(tx, taken_back)


LIFE = releasing.life(
    lambda: PAYMENTS, releasing.NOT_ITS_MAKER, about=_about, checks=_check, settles=_settle, takes_back=_take_back,
    hosted=True,
)  # fmt: skip


@lru_cache(maxsize=32)
def _visible(bounds: tuple[str, ...]) -> Statement:
    """Invoices by their ids, as far as the acting person sees them."""
    invoices = table("invoices")
    return Statement(
        select(invoices).where(
            invoices.c.company_id == bindparam("company"), any_of(invoices.c.id, "ids"),
            *query.visible(invoices, INVOICES.access, bounds),
        )
    )  # fmt: skip


METHOD = Text("method", size=100, write=Write.ON_CREATE, note="how it is paid, such as `bank transfer`")

MASS = (
    Refs("invoices", to="invoices", required=True, write=Write.ON_CREATE, size=MANY),
    Moment("payDate", required=True, write=Write.ON_CREATE),
    METHOD,
    Text("note", size=1000, multiline=True, write=Write.ON_CREATE),
)

PAYMENTS = define(
    Resource(
        name="payments",
        label="Payment",
        key="idn",
        fields=(
            KEY,
            Text("idn", size=40, required=True),
            CREATED,
            UPDATED,
            Moment("payDate", required=True, write=Write.ON_CREATE),
            Number("sumPaid", required=True, low=None, reckoned=True, write=Write.ON_CREATE),
            Code("status", names=PAYMENT_STATUSES, default=ACTIVE),
            Code("logicType", names=KINDS_OF_PAYMENT, default=ORDINARY, write=Write.ON_CREATE),
            Number("balance", low=None, note="what it does to the credit that the supplier owes"),
            *documents.nothing("qboId", "netSuiteId", "xeroId"),
            external_id(write=Write.ON_CREATE),
            Text("currency", size=3, note="that of the invoice or the order"),
            METHOD,
            Text("note", size=1000, multiline=True, write=Write.ON_CREATE),
            Flag("prepayment"),
            Flag("automatic", note="made when an invoice or a credit note was approved"),
            Ref("invoice", to="invoices", write=Write.ON_CREATE),
            Ref(
                "purchaseOrder", to="purchase_orders", write=Write.ON_CREATE, hosted=False,
                note="the order that is paid ahead of its invoices, instead of an invoice",
            ),
            Ref("creditNote", to="invoices", write=Write.ON_CREATE, hosted=False,
                note="the credit note that pays the invoice"),
            Hidden("prepaymentId", kind="id", references="payments"),
            Ref("creator", to="users"),
            *releasing.DECISION,
        ),
        operations=(
            *read_operations("payments", "idn", get_hosted=False, read=READ),
            Operation("create", "POST", "/payments", PAY, run=create, status=201, summary="Pay an invoice"),
            Operation(
                "command", "POST", "/payments/mass", PAY, False, run=pay_all, status=201, many=True, body=MASS,
                summary="Pay what is left of many invoices: of all of them or of none",
            ),
            patch_external_id("payments", PAY, "idn"),
            *LIFE.operations("payments", "idn"),
        ),
        access=Access(
            within=("invoice_id", "invoices"),
            owner=ACCESS,
            instead=Access(within=("purchase_order_id", "purchase_orders"), owner=ORDERS.access),
        ),
        writes=PAY,
        uniques=(("idn",),),
        indexes=(("invoice_id",), ("purchase_order_id",), ("credit_note_id",), ("prepayment_id",), ("status", "id")),
        counted=True,
        life=LIFE,
    )
)  # fmt: skip
