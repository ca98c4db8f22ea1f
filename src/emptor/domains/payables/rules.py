"""What may be paid, what has been paid, and what that makes of a document: pure, for invoices and expenses alike."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from emptor.domains import documents as doc
from emptor.kit.money import MONEY_SCALE, ZERO, decimals_of, plain, product, quotient, rounded
from emptor.kit.resource import Permission

ACTIVE, CANCELED, PENDING, REJECTED = range(4)
PAYMENT_STATUSES = {ACTIVE: "active", CANCELED: "canceled", PENDING: "pending", REJECTED: "rejected"}
LIVING = (ACTIVE, PENDING)
"""Payments in these states take something of what is left: nothing is paid twice while one waits for approval."""

ORDINARY, PREPAYMENT, CREDIT, TAKEN = range(4)
KINDS_OF_PAYMENT = {
    ORDINARY: "ordinary", PREPAYMENT: "prepayment", CREDIT: "credit", TAKEN: "prepayment taken by an invoice",
}  # fmt: skip
"""Values of a payment's `logicType`."""

PAY = Permission("payment", ("pay",))

INVOICE, CREDIT_NOTE, LOOSE_CREDIT_NOTE = 0, 1, 5
CREDIT_NOTES = (CREDIT_NOTE, LOOSE_CREDIT_NOTE)
"""Values of `logicType` that make an invoice a credit note: about an invoice, and on its own."""

PAYABLE = (doc.APPROVED, doc.PARTLY_PAID)
"""States in which a document can be paid."""
BILLED = (*PAYABLE, doc.PAID)
"""States in which a document is owed, or has been."""

LAST_CENT = Decimal("0.01")
"""What a last payment may leave unpaid where the company lets it, of a document of which more has been paid."""


@dataclass(frozen=True)
class Owed:
    """What there is to say of a document that is paid, in its own currency."""

    status: int
    payable: Decimal
    """What it takes to be paid in full."""
    paid: Decimal = ZERO
    reserved: Decimal = ZERO
    """What payments will take that wait for approval."""
    noun: str = "Invoice"

    @property
    def left(self) -> Decimal:
        """What may still be paid."""
        return max(ZERO, self.payable - self.paid - self.reserved)


@dataclass(frozen=True)
class Prepaid:
    """What there is to say of an order that is paid ahead of its invoices, in its own currency."""

    worth: Decimal
    """What paying all of it will take."""
    billed: Decimal = ZERO
    """How much of that its approved invoices bill; it is paid on them."""
    open: Decimal = ZERO
    """What has been paid ahead and no invoice has taken yet."""
    pending: Decimal = ZERO
    """What payments will bring that wait for approval."""

    @property
    def unbilled(self) -> Decimal:
        """What invoices will still bill."""
        return max(ZERO, self.worth - self.billed)

    @property
    def left(self) -> Decimal:
        """What may still be paid ahead."""
        return max(ZERO, self.unbilled - self.open - self.pending)

    @property
    def beyond(self) -> Decimal:
        """How much more is paid ahead than will be billed."""
        return max(ZERO, self.open - self.unbilled)


def number_key(number: str | None) -> str | None:
    """A supplier's number as it is compared: however it is capitalised and spaced, it is the same."""
    return " ".join((number or "").casefold().split()) or None


def payable(row: dict[str, Any]) -> Decimal:
    """What a document takes to be paid in full: its sum less what is withheld."""
    whole: Decimal = row["sum"] - (row.get("withholding_tax_sum") or ZERO)
    return whole


def refusal(owed: Owed, amount: Decimal, decimals: int = 2) -> tuple[str, str] | None:
    """Why `amount` cannot be paid: the field and the sentence; None when it can."""
    if owed.status == doc.PAID or (owed.status in PAYABLE and owed.paid >= owed.payable):
        # wire: contract/examples/payments – production clients compare these two sentences
        return "sumPaid", f"The {owed.noun} is already fully paid."
    if owed.status not in PAYABLE:
        noun = owed.noun.lower()
        return noun, f"Only an approved {noun} can be paid; this one is {doc.STATUS_KEYS[owed.status]}."
    return amount_fault(owed.left, amount, decimals)


def amount_fault(left: Decimal, amount: Decimal, decimals: int = 2) -> tuple[str, str] | None:
    """Why `amount` cannot be paid where so much is left; None when it can. All that is left can be, always: it may have
    been rounded to more decimals than are usual now.
    """
    if not 0 < amount <= left:
        return "sumPaid", f"The amount must be greater than 0 and not exceed {plain(left, 0)}"
    if amount != left and decimals_of(amount) > decimals:
        return "sumPaid", f"Use at most {decimals} decimals."
    return None


def status_of(payable: Decimal, paid: Decimal, *, absorbs: bool = False) -> int:
    """The state of an approved document of which so much has been paid; `absorbs`: a last cent is let go."""
    left = payable - paid
    if left <= 0 and (paid or payable == 0):
        return doc.PAID
    if not paid:
        return doc.APPROVED
    return doc.PAID if absorbs and left <= LAST_CENT and left < paid else doc.PARTLY_PAID


def part_of(paid: Decimal, gross: Decimal, whole: Decimal) -> Decimal:
    """How much of what has been `paid` on an invoice is for an order that it bills with so much of the `whole`."""
    return paid if gross == whole or not whole else rounded(quotient(product(paid, gross), whole), MONEY_SCALE)
