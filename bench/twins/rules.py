"""What both twins compute in the same words: prices, discounts, taxes, totals, and the rights shown on an order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

DRAFT, PENDING, APPROVED = 0, 1, 2
STATUS_WORDS = {DRAFT: "status.open", PENDING: "status.pending", APPROVED: "status.approved"}
CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(slots=True)
class Sums:
    """What one line comes to; `taxes` are the amounts of its taxes, in their order."""

    discount: Decimal
    net: Decimal
    taxes: list[Decimal]
    tax: Decimal
    percent: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tax


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)


def discount_of(base: Decimal, percent: Decimal | None, amount: Decimal | None) -> Decimal:
    """A share of the base, or an amount up to the base."""
    if percent is not None:
        return cents(base * percent / 100)
    return min(cents(amount), base) if amount else ZERO


def line_sums(base: Decimal, discount: Decimal, taxes: Iterable) -> Sums:
    """Net and taxes of one line; every tax is rounded once, and a compound one counts those before it."""
    net, total, percent = base - discount, ZERO, ZERO
    amounts = []
    for tax in taxes:
        amount = cents((net + total if tax.is_compound else net) * tax.percent / 100)
        amounts.append(amount)
        if not tax.is_withholding_tax:
            total += amount
            percent += tax.percent * (100 + percent) / 100 if tax.is_compound else tax.percent
    return Sums(discount, net, amounts, total, percent)


def order_sums(
    lines: Sequence[tuple[Decimal, Decimal, Iterable]], percent: Decimal | None, amount: Decimal | None
) -> list[Sums]:
    """Each line's sums, from its base, its own discount and its taxes; the order's discount is spread over them."""
    nets = [base - discount for base, discount, _ in lines]
    whole = sum(nets, ZERO)
    parts = spread(discount_of(whole, percent, amount), nets, whole)
    return [line_sums(base, own + part, taxes) for (base, own, taxes), part in zip(lines, parts, strict=True)]


def spread(total: Decimal, nets: list[Decimal], whole: Decimal) -> list[Decimal]:
    """Shares of the total in proportion; what rounding leaves over goes to the largest."""
    if not total or not whole:
        return [ZERO] * len(nets)
    parts = [cents(total * net / whole) for net in nets]
    parts[nets.index(max(nets))] += total - sum(parts)
    return parts


def tax_totals(lines: Iterable[Iterable]) -> list[dict]:
    """The document's taxes: each tax of the lines once, with what it comes to on all of them."""
    totals: dict[int, dict] = {}
    for line_taxes in lines:
        for tax in line_taxes:
            if total := totals.get(tax.tax_id):
                total["sum"] += tax.sum
            else:
                totals[tax.tax_id] = {
                    "tax_id": tax.tax_id,
                    "name": tax.name,
                    "percent": tax.percent,
                    "is_withholding_tax": tax.is_withholding_tax,
                    "is_compound": tax.is_compound,
                    "sum": tax.sum,
                }
    return list(totals.values())


def page_links(path: str, page: int, pages: int, per_page: int) -> dict[str, str]:
    neighbours = {"previous": page - 1, "next": page + 1}
    return {
        name: f"{path}?per_page={per_page}&page={number}" for name, number in neighbours.items() if 1 <= number <= pages
    }


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
