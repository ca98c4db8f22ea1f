"""What may be paid and what that makes of a document: pure rules, figure by figure."""

from __future__ import annotations

from decimal import Decimal

import pytest

from emptor.domains.documents import APPROVED, CANCELED, DRAFT, IN_REVISION, PAID, PARTLY_PAID, PENDING
from emptor.domains.payables.rules import Owed, amount_fault, part_of, payable, refusal, status_of
from emptor.kit.errors import Problems
from emptor.kit.fields import MISSING, Number


def d(text: str) -> Decimal:
    return Decimal(text)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("524.0799999999999", "524.08"),
        ("66.77000000000001", "66.77"),
        ("5.551115123125783e-17", "0"),
        ("524.08", "524.08"),
        ("524.0791", "524.0791"),
        ("524.07999", None),
        ("1e400", None),
    ],
)
def test_an_amount_that_a_client_has_reckoned_in_floating_point(sent: str, meant: str | None) -> None:
    problems = Problems()
    value = Number("sumPaid", reckoned=True).parse(d(sent), "sumPaid", problems)
    assert (value, bool(problems)) == ((d(meant), False) if meant else (MISSING, True))


def test_what_is_withheld_is_not_paid() -> None:
    assert payable({"sum": d("119"), "withholding_tax_sum": d("10")}) == 109
    assert payable({"sum": d("119"), "withholding_tax_sum": None}) == 119


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("70", None),
        ("0.01", None),
        ("70.01", "The amount must be greater than 0 and not exceed 70"),
        ("0", "The amount must be greater than 0 and not exceed 70"),
        ("-1", "The amount must be greater than 0 and not exceed 70"),
        ("1.005", "Use at most 2 decimals."),
    ],
)
def test_no_more_than_what_is_left(amount: str, sentence: str | None) -> None:
    found = refusal(Owed(PARTLY_PAID, d("100"), d("30")), d(amount))
    assert found == (None if sentence is None else ("sumPaid", sentence))


def test_what_waits_for_approval_is_taken_already() -> None:
    owed = Owed(PARTLY_PAID, d("100"), d("30"), d("50"))
    assert owed.left == 20
    assert refusal(owed, d("20")) is None
    assert refusal(owed, d("20.01")) == ("sumPaid", "The amount must be greater than 0 and not exceed 20")
    taken = Owed(PARTLY_PAID, d("100"), d("30"), d("70"))
    assert refusal(taken, d("1")) == ("sumPaid", "The amount must be greater than 0 and not exceed 0")


def test_a_paid_invoice_says_so_in_the_words_of_the_wire() -> None:
    assert refusal(Owed(PAID, d("100"), d("99.99")), d("0.01")) == ("sumPaid", "The Invoice is already fully paid.")
    assert refusal(Owed(APPROVED, d("0")), d("1")) == ("sumPaid", "The Invoice is already fully paid.")
    assert refusal(Owed(PAID, d("1"), d("1"), noun="Expense"), d("1")) == (
        "sumPaid", "The Expense is already fully paid.",
    )  # fmt: skip


@pytest.mark.parametrize("status", [DRAFT, PENDING, IN_REVISION, CANCELED])
def test_only_what_is_approved_is_paid(status: int) -> None:
    found = refusal(Owed(status, d("100")), d("1"))
    assert found is not None
    assert found[0] == "invoice"
    assert found[1].startswith("Only an approved invoice can be paid; this one is ")


def test_decimals_are_those_of_the_company() -> None:
    assert amount_fault(d("10"), d("1.234"), 3) is None
    assert amount_fault(d("10"), d("1.5"), 0) == ("sumPaid", "Use at most 0 decimals.")


@pytest.mark.parametrize(
    ("payable_", "paid", "absorbs", "status"),
    [
        ("100", "0", False, APPROVED),
        ("100", "0.01", False, PARTLY_PAID),
        ("100", "99.99", False, PARTLY_PAID),
        ("100", "99.99", True, PAID),
        ("100", "99.98", True, PARTLY_PAID),
        ("100", "100", False, PAID),
        ("0.01", "0", True, APPROVED),
        ("0", "0", False, PAID),
        ("-5", "0", False, APPROVED),
    ],
)
def test_the_state_follows_from_what_is_paid(payable_: str, paid: str, absorbs: bool, status: int) -> None:
    assert status_of(d(payable_), d(paid), absorbs=absorbs) == status


def test_an_invoice_of_several_orders_pays_each_by_its_share() -> None:
    assert part_of(d("50"), d("100"), d("100")) == 50
    assert part_of(d("50"), d("25"), d("100")) == d("12.5")
    assert part_of(d("10"), d("1"), d("3")) == d("3.3333")
