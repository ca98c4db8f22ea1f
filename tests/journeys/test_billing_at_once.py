"""Two people at the same moment, about money: one wins where only one can, and the books are right afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from tests.domains.payables.bills import axes, billed, draft
from tests.journeys.auditor import faults
from tests.journeys.reading import APPROVED, CANCELED, DRAFT, IN_REVISION, MATCHING, REJECTED, ids
from tests.journeys.test_interleavings import TIMES, at_once
from tests.support.buying import DAY, Shown
from tests.support.house import House, Premises
from tests.support.paying import Paying


@pytest.fixture
def shop(house: House) -> Iterator[Paying]:
    found = Paying(house)
    assert all((found.supplier, found.location, found.warehouse))
    yield found
    assert found.differences() == []
    assert faults(found.house) == []


def test_two_invoices_for_one_line(shop: Paying) -> None:
    """One of them bills it; the other bills more than is open, and waits for the buyer's word."""
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        both = [draft(shop, order) for _ in range(2)]
        assert at_once(*(partial(shop.ann.tries, "confirm", one) for one in both)) == [200, 200]
        assert sorted(shop.ann.sees(one)["status"] for one in both) == [APPROVED, MATCHING]
        assert axes(shop.ann.sees(order)) == (MATCHING, 0, 1, [10])


def test_the_same_invoice_twice(shop: Paying) -> None:
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        bill = draft(shop, order)
        assert sorted(at_once(*(partial(shop.ann.tries, "confirm", bill) for _ in range(3)))) == [200, 400, 400]
        assert axes(shop.ann.sees(order)) == (APPROVED, 0, 1, [10])


def test_canceling_the_receipt_against_confirming_the_invoice(premises: Premises) -> None:
    """Goods have to come first: either they are billed and stay, or they go back and are not billed."""
    shop = Paying(premises.house(threeWayMatch="confirm"))
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        receipt = shop.ann.does("confirm", shop.receipt(order))
        bill = draft(shop, order)
        back, confirmed = at_once(
            partial(shop.ann.tries, "cancel", receipt, {"comment": "no"}), partial(shop.ann.tries, "confirm", bill)
        )
        assert sorted((back, confirmed)) == [200, 400]
        expected = (CANCELED, DRAFT, 0) if back == 200 else (APPROVED, APPROVED, 10)
        found = shop.ann.sees(receipt)["status"], shop.ann.sees(bill)["status"], axes(shop.ann.sees(order))[3][0]
        assert found == expected
    assert shop.differences() == []


def test_accepting_against_declining(shop: Paying) -> None:
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        bill = billed(shop, order, (0, 10, 3))
        yes, no = at_once(
            partial(shop.ann.tries, "accept_changes", bill),
            partial(shop.ann.tries, "decline_changes", bill, {"comment": "no"}),
        )
        assert sorted((yes, no)) == [200, 400]
        expected = (APPROVED, 3) if yes == 200 else (REJECTED, 2)
        order = shop.ann.sees(order)
        assert (shop.ann.sees(bill)["status"], order["items"]["data"][0]["price"]) == expected
        assert order["status"] == APPROVED


def test_accepting_against_withdrawing(shop: Paying) -> None:
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        bill = billed(shop, order, (0, 10, 3))
        yes, back = at_once(partial(shop.ann.tries, "accept_changes", bill), partial(shop.ann.tries, "withdraw", bill))
        assert sorted((yes, back)) == [200, 400]
        expected = (APPROVED, 3) if yes == 200 else (IN_REVISION, 2)
        assert (shop.ann.sees(bill)["status"], shop.ann.sees(order)["items"]["data"][0]["price"]) == expected


def test_accepting_against_revising_the_order(shop: Paying) -> None:
    """While it is matched the order can't be taken back; after that it can, with what was accepted in it."""
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        bill = billed(shop, order, (0, 10, 3))
        yes, revised = at_once(
            partial(shop.ann.tries, "accept_changes", bill),
            partial(shop.ann.tries, "revision", order, {"comment": "no"}),
        )
        assert (yes, revised in (200, 400)) == (200, True)
        order = shop.ann.sees(order)
        assert order["status"] == (IN_REVISION if revised == 200 else APPROVED)
        assert (shop.ann.sees(bill)["status"], order["items"]["data"][0]["price"]) == (APPROVED, 3)


def test_revising_the_invoice_against_paying_it(shop: Paying) -> None:
    for _ in range(TIMES):
        bill = billed(shop, shop.approved_order(("Bolt", 10, 2)))
        revised, paid = at_once(
            partial(shop.ann.tries, "revision", bill, {"comment": "no"}),
            partial(shop.tries_to_pay, 20, invoice={"id": bill["id"]}),
        )
        assert (revised, paid) in ((200, 400), (400, 201))
        assert shop.stands(bill) == ((IN_REVISION, "0.00") if revised == 200 else (5, "20.00"))


def test_linking_two_bills_to_one_line(shop: Paying) -> None:
    """What is billed already is not billed again by putting another bill beside it."""
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        bills = [shop.owed(("Bolt", 10, 2)) for _ in range(2)]
        said = at_once(
            *(
                partial(shop.ann.tries, "link", one, {"items": [{"id": ids(one)[0], "allocations": [ids(order)[0]]}]})
                for one in bills
            )
        )
        assert sorted(said) == [200, 400]
        assert axes(shop.ann.sees(order)) == (APPROVED, 0, 1, [10])


def waiting(shop: Paying, **body: Any) -> Shown:
    """A payment that waits for somebody else's word."""
    made = shop.ann.made("payments", {"payDate": DAY, **body})
    assert made["status"] == 2
    return made


def test_letting_a_payment_go_against_canceling_the_invoice(shop: Paying) -> None:
    """While a payment waits the invoice stands, whoever is faster; once it was rejected, there is nothing to let go."""
    shop.house.choose(paymentApproval=True)
    pat = shop.person("payment.pay")
    for verb in ("cancel", "revision"):
        for _ in range(TIMES):
            bill = billed(shop, shop.approved_order(("Bolt", 10, 2)))
            payment = waiting(shop, invoice=bill["id"], sumPaid=20)
            assert at_once(partial(pat.tries, "approve", payment), partial(shop.ann.tries, verb, bill)) == [200, 400]
            assert shop.stands(bill) == (5, "20.00")


def test_letting_a_payment_go_twice(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    pat, pia = (shop.person("payment.pay") for _ in range(2))
    for verb in ("approve", "reject"):
        for _ in range(TIMES):
            bill = billed(shop, shop.approved_order(("Bolt", 10, 2)))
            payment = waiting(shop, invoice=bill["id"], sumPaid=20)
            said = at_once(partial(pat.tries, "approve", payment), partial(pia.tries, verb, payment))
            assert sorted(said) == [200, 400]
            paid = shop.ann.sees(payment)["status"] == 0
            assert shop.stands(bill) == ((5, "20.00") if paid else (APPROVED, "0.00"))


def test_letting_a_prepayment_go_against_approving_the_invoice(shop: Paying) -> None:
    """Whoever is faster, the invoice is paid by it, once."""
    shop.house.choose(paymentApproval=True)
    pat = shop.person("payment.pay")
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        payment = waiting(shop, purchaseOrder=order["id"], sumPaid=20)
        bill = draft(shop, order)
        said = at_once(partial(pat.tries, "approve", payment), partial(shop.ann.tries, "confirm", bill))
        assert (said, shop.stands(bill)) == ([200, 200], (5, "20.00"))


def test_letting_a_prepayment_go_against_paying_the_invoice(shop: Paying) -> None:
    """The money leaves once: by the prepayment, or by the payment of the invoice."""
    shop.house.choose(paymentApproval=True)
    pat = shop.person("payment.pay")
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 2))
        ahead = waiting(shop, purchaseOrder=order["id"], sumPaid=20)
        bill = billed(shop, order)
        payment = waiting(shop, invoice=bill["id"], sumPaid=20)
        assert at_once(*(partial(pat.tries, "approve", one) for one in (ahead, payment))) == [400, 200]
        assert (shop.stands(bill), shop.ann.sees(order)["prepaidSum"]) == ((5, "20.00"), 0)
