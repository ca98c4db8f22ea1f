"""What both twins compute in the same words: totals, tax amounts, and the rights shown on an order."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

DRAFT, PENDING, APPROVED = 0, 1, 2
STATUS_WORDS = {DRAFT: "status.open", PENDING: "status.pending", APPROVED: "status.approved"}
CENT = Decimal("0.01")


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def line_sums(quantity: Decimal, price: Decimal, percents: Iterable[Decimal]) -> tuple[Decimal, Decimal]:
    """Net and gross of one line; every tax is rounded once, on its own."""
    net = cents(quantity * price)
    return net, net + sum((cents(net * percent / 100) for percent in percents), Decimal(0))


def tax_totals(lines: Iterable[tuple[Decimal, Iterable]]) -> list[dict]:
    """The document's taxes: each tax of the lines once, with the amount it adds to the whole."""
    taxes, amounts = {}, {}
    for net, line_taxes in lines:
        for tax in line_taxes:
            taxes[tax.id] = tax
            amounts[tax.id] = amounts.get(tax.id, Decimal(0)) + cents(net * tax.percent / 100)
    return [
        {"id": id, "name": taxes[id].name, "percent": taxes[id].percent, "amount": amounts[id]} for id in sorted(taxes)
    ]


def approval_rights(status: int) -> dict[str, bool]:
    waiting = status == PENDING
    return {
        "canApproveDocument": waiting,
        "canRejectDocument": waiting,
        "canAcceptMatchingChanges": False,
        "canRejectMatchingChanges": False,
        "documentAC": False,
        "isMatchingReceipt": False,
    }
