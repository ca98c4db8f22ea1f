"""Stories of money: what leaves, what comes back as credit, and who has to agree; every figure after every step."""

from __future__ import annotations

from functools import partial

import pytest

from tests.journeys.test_interleavings import TIMES, at_once
from tests.support.buying import DAY, Shown
from tests.support.paying import (
    ACTIVE,
    ALL,
    APPROVED,
    CANCELED,
    CREDIT,
    NOT_BILLED,
    NOT_PAID,
    ORDINARY,
    PAID,
    PARTLY,
    PARTLY_PAID,
    TAKEN,
    TAKEN_BACK,
    WAITING,
    Paying,
    furnished,
)

shop = pytest.fixture(furnished)


def at(shown: Shown) -> Shown:
    """A payment with the path it is found at."""
    return {**shown, "at": f"/payments/{shown['idn']}"}


def order_stands(shop: Paying, order: Shown) -> tuple[int, int, float]:
    """Status of an order, how far it is paid, and what has been invoiced of it."""
    shown = shop.ann.sees(order)
    return shown["status"], shown["statusPayment"], shown["invoicedSum"]


def test_a_credit_note_larger_than_the_rest_pays_the_next_invoice(shop: Paying) -> None:
    invoice = shop.owed(("Pump", 4, 250))
    assert (shop.stands(invoice), shop.credit()) == ((APPROVED, "0.00"), {})
    shop.pay(invoice, 900)
    assert (shop.stands(invoice), shop.credit()) == ((PARTLY_PAID, "900.00"), {})

    note = shop.note(invoice, {"creditedItem": invoice["items"]["data"][0]["id"], "quantity": 1})
    assert (note["sum"], shop.stands(invoice), shop.credit()) == (250, (PARTLY_PAID, "900.00"), {})
    shop.ann.does("confirm", note)
    assert (shop.stands(note), shop.stands(invoice)) == ((APPROVED, "100.00"), (PAID, "1000.00"))
    assert shop.credit() == {"EUR": 150}
    assert shop.paid_by(invoice) == [(ORDINARY, 900, ACTIVE), (CREDIT, 100, ACTIVE)]

    small, large = shop.owed(("Hose", 1, 40)), shop.owed(("Valve", 10, 30))
    shop.use(note, small, 40)
    assert (shop.stands(small), shop.stands(note), shop.credit()) == (
        (PAID, "40.00"), (APPROVED, "140.00"), {"EUR": 110},
    )  # fmt: skip
    assert shop.refused(111, invoice=large["id"], creditNote=note["id"]).keys() == {"sumPaid"}
    used = at(shop.use(note, large, 110))
    assert (shop.stands(large), shop.stands(note), shop.credit()) == (
        (PARTLY_PAID, "110.00"), (APPROVED, "250.00"), {"EUR": 0},
    )  # fmt: skip

    assert shop.ann.tries("cancel", note).status == 400
    shop.ann.does("cancel", used)
    assert (shop.stands(large), shop.credit()) == ((APPROVED, "0.00"), {"EUR": 110})
    assert shop.ann.tries("cancel", note).status == 400, "the small invoice is still paid by it"
    (first,) = [one for one in shop.house.get("/payments")["data"] if one["invoice"]["id"] == small["id"]]
    shop.ann.does("cancel", at(first))
    assert (shop.stands(small), shop.stands(note), shop.credit()) == (
        (APPROVED, "0.00"), (APPROVED, "100.00"), {"EUR": 150},
    )  # fmt: skip
    shop.ann.does("cancel", note)
    assert (shop.stands(note), shop.stands(invoice), shop.credit()) == (
        (CANCELED, "0.00"), (PARTLY_PAID, "900.00"), {"EUR": 0},
    )  # fmt: skip
    assert shop.paid_by(invoice) == [(ORDINARY, 900, ACTIVE), (CREDIT, 100, TAKEN_BACK)]


def test_a_credit_note_settles_the_order(shop: Paying) -> None:
    """What has been credited need not be paid: the order is through."""
    shop.house.choose(receipts=False)
    order = shop.approved_order(("Pump", 4, 250))
    invoice = shop.billed(order)
    assert order_stands(shop, order) == (APPROVED, NOT_PAID, 1000)
    shop.pay(invoice, 750)
    assert order_stands(shop, order) == (APPROVED, PARTLY, 1000)
    note = shop.credited(invoice, {"creditedItem": invoice["items"]["data"][0]["id"], "quantity": 1})
    assert (shop.stands(invoice), order_stands(shop, order), shop.credit()) == (
        (PAID, "1000.00"), (PAID, ALL, 1000), {"EUR": 0},
    )  # fmt: skip
    shop.ann.does("cancel", note)
    assert (shop.stands(invoice), order_stands(shop, order)) == ((PARTLY_PAID, "750.00"), (APPROVED, PARTLY, 1000))


def test_a_prepayment_canceled_on_one_side_and_on_the_other(shop: Paying) -> None:
    order = shop.approved_order(("Pump", 4, 250))
    deposit = at(shop.prepay(order, 300))
    assert order_stands(shop, order) == (APPROVED, PARTLY, 0)

    invoice = shop.billed(order)
    assert (shop.stands(invoice), order_stands(shop, order)) == ((PARTLY_PAID, "300.00"), (APPROVED, PARTLY, 1000))
    (taken,) = [at(one) for one in shop.house.get("/payments")["data"] if one["logicType"] == TAKEN]

    shop.ann.does("cancel", taken)
    assert (shop.stands(invoice), shop.ann.sees(deposit)["status"]) == ((APPROVED, "0.00"), ACTIVE)
    assert order_stands(shop, order) == (APPROVED, PARTLY, 1000)
    shop.ann.does("cancel", invoice)
    assert (shop.stands(invoice), order_stands(shop, order)) == ((CANCELED, "0.00"), (APPROVED, PARTLY, 0))

    again = shop.billed(order)
    assert (shop.stands(again), order_stands(shop, order)) == ((PARTLY_PAID, "300.00"), (APPROVED, PARTLY, 1000))
    shop.ann.does("cancel", deposit)
    assert (shop.stands(again), order_stands(shop, order)) == ((APPROVED, "0.00"), (APPROVED, NOT_PAID, 1000))
    assert shop.paid_by(again) == [(TAKEN, 300, TAKEN_BACK)]
    shop.ann.does("cancel", again)
    assert order_stands(shop, order) == (APPROVED, NOT_BILLED, 0)
    shop.ann.does("cancel", order)


def test_foreign_currency_with_withholding(shop: Paying) -> None:
    """1,190 dollars are owed, 100 of them to the tax office; the company counts in euros."""
    vat, held = (
        shop.house.made("/taxes", {"name": name, "percent": percent, "isWithholdingTax": withheld})["id"]
        for name, percent, withheld in (("VAT", 19, False), ("Withheld", 10, True))
    )
    work = {"name": "Work", "quantity": 1, "price": 1000, "taxes": [vat, held]}
    dollars = {"currency": "USD", "exchangeRate": "0.87654"}
    invoice = shop.owed(work, **dollars)

    def sums(one: Shown) -> tuple[float, float, str, str]:
        shown = shop.ann.sees(one)
        return shown["sum"], shown["withholdingTaxSum"], shown["sumPaid"], shown["sumPaidInCompanyCurrency"]

    assert (sums(invoice), shop.stands(invoice)) == ((1190, 100, "0.00", "0.00"), (APPROVED, "0.00"))
    shop.pay(invoice, "333.33")
    assert (sums(invoice), shop.stands(invoice)) == ((1190, 100, "333.33", "292.18"), (PARTLY_PAID, "333.33"))
    assert shop.refused("756.68", invoice=invoice["id"])["sumPaid"].endswith("not exceed 756.67")
    note = shop.credited(invoice, {"creditedItem": invoice["items"]["data"][0]["id"], "quantity": 1, "price": 100})
    assert (note["currency"], note["exchangeRate"], note["sum"], note["withholdingTaxSum"]) == ("USD", 0.87654, 119, 10)
    assert (sums(invoice), shop.credit()) == ((1190, 100, "442.33", "387.72"), {"USD": 0})
    last = at(shop.pay(invoice, "647.67"))
    assert (sums(invoice), shop.stands(invoice)) == ((1190, 100, "1090.00", "955.43"), (PAID, "1090.00"))
    bonus = shop.credited(None, ("Bonus", 1, 10), **dollars)
    euros = shop.owed(("Bolt", 10, 10))
    assert shop.credit() == {"USD": 10}
    assert shop.refused(1, invoice=euros["id"], creditNote=bonus["id"]).keys() == {"creditNote"}
    shop.ann.does("cancel", last)
    assert (sums(invoice), shop.stands(invoice)) == ((1190, 100, "442.33", "387.72"), (PARTLY_PAID, "442.33"))


def test_a_bank_account_change_is_caught(shop: Paying) -> None:
    """Somebody writes as the supplier and asks to be paid elsewhere; the clerk believes it, the treasurer calls."""
    shop.house.choose(bankChangeHold=True, paymentApproval=True)
    clerk = shop.person("supplier.create", "supplier.approve", "payment.pay", "invoice.create")
    treasurer = shop.person("supplier.approve", "payment.pay")
    account, where = "internationalBankAccountNumber", f"/suppliers/{shop.supplier['id']}"
    shop.house.changed("PUT", where, {account: "DE02 BOLT"})
    treasurer.house.changed("POST", f"{where}/confirm_bank")
    invoice = shop.owed(("Pump", 4, 250))
    early = at(shop.pay(invoice, 400, clerk))
    assert (early["status"], shop.stands(invoice)) == (WAITING, (APPROVED, "0.00"))

    shown = clerk.house.changed("PUT", where, {account: "XX99 MALLORY"})
    assert shown["bankChangeDate"] is not None
    said = shop.refused(100, clerk, invoice=invoice["id"])["invoice"]
    assert "nobody else has confirmed it" in said
    assert treasurer.tries("approve", early).status == 400, "what waited before the change is held as well"
    assert clerk.house.call("POST", f"{where}/confirm_bank").status == 403
    assert shop.stands(invoice) == (APPROVED, "0.00")

    treasurer_fixes = shop.person("supplier.create", "supplier.approve")
    treasurer_fixes.house.changed("PUT", where, {account: "DE02 BOLT"})
    assert treasurer_fixes.house.call("POST", f"{where}/confirm_bank").status == 403
    shown = treasurer.house.changed("POST", f"{where}/confirm_bank")
    assert (shown["bankChangeDate"], shown[account]) == (None, "DE02 BOLT")
    assert treasurer.does("approve", early)["status"] == ACTIVE
    assert shop.stands(invoice) == (PARTLY_PAID, "400.00")
    told = [
        (entry["verb"], (entry["changes"].get("after") or {}).get("international_bank_account_number"))
        for entry in shop.house.get("/-/audit?resource=suppliers&per_page=200")["data"][::-1]
        if entry["verb"] != "create"
    ]
    assert told == [
        ("update", "DE02 BOLT"), ("confirm_bank", None), ("update", "XX99 MALLORY"), ("update", "DE02 BOLT"),
        ("confirm_bank", None),
    ]  # fmt: skip


def test_a_payment_run(shop: Paying) -> None:
    """A month's invoices, of orders and on their own, paid in one go; one is taken back."""
    shop.house.choose(receipts=False)
    order = shop.approved_order(("Pump", 4, 250))
    shop.prepay(order, 100)
    ordered, alone, started = shop.billed(order), shop.owed(("Bolt", 1, "0.03")), shop.owed(("Nut", 3, 10))
    shop.pay(started, 5)
    shop.credited(started, ("Trouble", 1, 5))
    owed = [ordered, alone, started]
    assert [shop.stands(one) for one in owed] == [(PARTLY_PAID, "100.00"), (APPROVED, "0.00"), (PARTLY_PAID, "10.00")]
    body = {"invoices": [one["id"] for one in owed], "payDate": DAY}
    made = shop.house.made("/payments/mass", body)["data"]
    assert [one["sumPaid"] for one in made] == [900, 0.03, 20]
    assert [shop.stands(one) for one in owed] == [(PAID, "1000.00"), (PAID, "0.03"), (PAID, "30.00")]
    assert order_stands(shop, order) == (PAID, ALL, 1000)
    shop.ann.does("cancel", at(made[0]))
    assert (shop.stands(ordered), order_stands(shop, order)) == ((PARTLY_PAID, "100.00"), (APPROVED, PARTLY, 1000))
    assert shop.house.refused("POST", "/payments/mass", body).keys() == {"invoices[1]", "invoices[2]"}
    assert shop.stands(ordered) == (PARTLY_PAID, "100.00")


# At the same moment


def test_payment_against_cancel(shop: Paying) -> None:
    """An invoice is paid or canceled, not both."""
    for _ in range(TIMES):
        invoice = shop.owed(("Bolt", 10, 10))
        paid, canceled = at_once(
            partial(shop.tries_to_pay, 100, invoice=invoice["id"]), partial(shop.ann.tries, "cancel", invoice)
        )
        assert (paid, canceled) in ((201, 400), (400, 200))
        assert shop.stands(invoice) == ((PAID, "100.00") if paid == 201 else (CANCELED, "0.00"))


def test_two_payments_of_the_rest(shop: Paying) -> None:
    for _ in range(TIMES):
        invoice = shop.owed(("Bolt", 10, 10))
        both = at_once(*(partial(shop.tries_to_pay, 60, invoice=invoice["id"]) for _ in range(2)))
        assert sorted(both) == [201, 400]
        assert shop.stands(invoice) == (PARTLY_PAID, "60.00")


def test_the_same_credit_twice(shop: Paying) -> None:
    for _ in range(TIMES):
        note, invoices = shop.credited(None, ("Bonus", 1, 50)), [shop.owed(("Bolt", 10, 10)) for _ in range(2)]
        tries = (partial(shop.tries_to_pay, 40, invoice=one["id"], creditNote={"id": note["id"]}) for one in invoices)
        assert sorted(at_once(*tries)) == [201, 400]
        assert sorted(shop.stands(one) for one in invoices) == [(APPROVED, "0.00"), (PARTLY_PAID, "40.00")]
        assert shop.stands(note) == (APPROVED, "40.00")


def test_credit_against_the_end_of_its_note(shop: Paying) -> None:
    for _ in range(TIMES):
        note, invoice = shop.credited(None, ("Bonus", 1, 50)), shop.owed(("Bolt", 10, 10))
        used, canceled = at_once(
            partial(shop.tries_to_pay, 50, invoice=invoice["id"], creditNote={"id": note["id"]}),
            partial(shop.ann.tries, "cancel", note),
        )
        assert (used, canceled) in ((201, 400), (400, 200))
        assert shop.stands(note)[0] == (APPROVED if used == 201 else CANCELED)


def test_a_prepayment_taken_back_while_an_invoice_takes_it(shop: Paying) -> None:
    """Whichever comes first, the invoice is paid by what is alive."""
    for _ in range(TIMES):
        order = shop.approved_order(("Bolt", 10, 10))
        deposit = at(shop.prepay(order, 60))
        draft = shop.ann.made("invoices", {"purchaseOrder": order["id"], "supplier": shop.supplier["id"]})
        both = at_once(partial(shop.ann.tries, "confirm", draft), partial(shop.ann.tries, "cancel", deposit))
        assert both == [200, 200]
        assert shop.stands(draft) == (APPROVED, "0.00")
        assert order_stands(shop, order) == (APPROVED, NOT_PAID, 100)


def test_two_people_decide_about_one_payment(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    pia, pat = shop.person("payment.pay"), shop.person("payment.pay")
    for _ in range(TIMES):
        invoice = shop.owed(("Bolt", 10, 10))
        waiting = at(shop.pay(invoice, 60))
        approved, rejected = at_once(partial(pia.tries, "approve", waiting), partial(pat.tries, "reject", waiting))
        assert (approved, rejected) in ((200, 400), (400, 200))
        assert shop.stands(invoice) == ((PARTLY_PAID, "60.00") if approved == 200 else (APPROVED, "0.00"))
