"""Payments: what may be paid by whom, in part, in full and at once, and what waits for somebody else's word."""

from __future__ import annotations

from typing import Any

import pytest

from emptor.domains.organisation.access import load
from emptor.domains.waiting import for_person
from tests.support.buying import DAY, Shown, Someone
from tests.support.house import House
from tests.support.paying import (
    ACTIVE,
    APPROVED,
    CANCELED,
    CREDIT,
    ORDINARY,
    PAID,
    PARTLY_PAID,
    PREPAYMENT,
    STOPPED,
    TAKEN,
    TAKEN_BACK,
    WAITING,
    Paying,
)

PAYER = "payment.pay"


def payment(shown: Shown) -> Shown:
    return {**shown, "at": f"/payments/{shown['idn']}"}


def test_in_part_in_full_and_back(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    first = shop.pay(invoice, 30)
    assert (first["status"], first["balance"], first["automatic"]) == (ACTIVE, None, False)
    assert shop.stands(invoice) == (PARTLY_PAID, "30.00")
    rest = shop.pay(invoice, 70)
    assert shop.stands(invoice) == (PAID, "100.00")
    assert shop.refused(1, invoice=invoice["id"]) == {"sumPaid": "The Invoice is already fully paid."}
    assert shop.ann.does("cancel", rest)["status"] == TAKEN_BACK
    assert shop.stands(invoice) == (PARTLY_PAID, "30.00")
    status, shown, _ = shop.ann.tries("cancel", rest)
    sentence = "This payment is canceled, so cancel is not possible. That is final."
    assert (status, shown["errors"]["errors"]) == (400, {"status": sentence})
    shop.ann.does("cancel", first)
    assert shop.stands(invoice) == (APPROVED, "0.00")
    assert shop.paid_by(invoice) == [(ORDINARY, 30, TAKEN_BACK), (ORDINARY, 70, TAKEN_BACK)]


def test_a_payment_says_in_what_and_how_it_was_paid(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10), currency="USD", exchangeRate="0.9")
    paid = shop.pay(invoice, 30, method="cheque")
    assert (paid["currency"], paid["method"]) == ("USD", "cheque")
    assert shop.pay(shop.owed(), 1)["currency"] == "EUR"


def test_the_strict_profile_takes_what_the_hosted_api_takes(shop: Paying) -> None:
    order, strict = shop.approved_order(("Bolt", 10, 10)), shop.house.under(profile="strict")
    status, shown, _ = strict.call("POST", "/payments", {"purchaseOrder": order["id"], "sumPaid": 1, "payDate": DAY})
    assert (status, shown["errors"]["errors"]) == (400, {"invoice": "This field is required."})
    said = {}
    for profile in ("strict", "extended"):
        schemas = shop.house.under(profile=profile).get("/-/openapi.json")["components"]["schemas"]
        said[profile] = schemas["PaymentCreate"]["properties"].keys()
    assert said["extended"] - said["strict"] == {"purchaseOrder", "creditNote"}


def test_the_rest_in_floating_point_is_the_rest(shop: Paying) -> None:
    """Clients subtract; a third decimal that is meant stays wrong."""
    invoice = shop.owed(("Bolt", 1, "678.64"))
    shop.pay(invoice, "154.56")
    assert shop.refused("524.079", invoice=invoice["id"]) == {"sumPaid": "Use at most 2 decimals."}
    assert shop.refused(678.64 - 154.56 + 0.01, invoice=invoice["id"])["sumPaid"].endswith("not exceed 524.08")
    assert shop.pay(invoice, 678.64 - 154.56)["sumPaid"] == 524.08
    assert shop.stands(invoice) == (PAID, "678.64")


def test_every_wrong_field_at_once(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    assert shop.refused(1) == {"invoice": "This field is required."}
    assert shop.house.refused("POST", "/payments", {"invoice": 999}).keys() == {"invoice", "sumPaid", "payDate"}
    assert shop.refused(1, invoice=invoice["id"], logicType=CREDIT) == {
        "logicType": "A payment of this kind names its credit note as `creditNote`."
    }
    assert shop.refused(101, invoice=invoice["id"], logicType=TAKEN) == {
        "logicType": "A payment of this kind takes place by itself.",
        "sumPaid": "The amount must be greater than 0 and not exceed 100",
    }
    order = shop.approved_order()
    assert shop.refused(1, invoice=invoice["id"], purchaseOrder=order["id"]).keys() == {"purchaseOrder"}
    assert shop.stands(invoice) == (APPROVED, "0.00")


@pytest.mark.parametrize(("lets_go", "state"), [(True, PAID), (False, PARTLY_PAID)])
def test_a_last_cent(shop: Paying, lets_go: bool, state: int) -> None:
    shop.house.choose(lastCent=lets_go)
    invoice = shop.owed(("Bolt", 1, 100))
    shop.pay(invoice, "99.99")
    assert shop.stands(invoice) == (state, "99.99")
    said = shop.refused(1, invoice=invoice["id"])["sumPaid"]
    assert said == (
        "The Invoice is already fully paid." if lets_go else "The amount must be greater than 0 and not exceed 0.01"
    )


def test_a_last_cent_is_let_go_where_more_has_been_paid(shop: Paying) -> None:
    shop.house.choose(lastCent=True)
    half, most = shop.owed(("Bolt", 1, "0.02")), shop.owed(("Bolt", 1, "0.03"))
    shop.pay(half, "0.01")
    shop.pay(most, "0.02")
    assert (shop.stands(half), shop.stands(most)) == ((PARTLY_PAID, "0.01"), (PAID, "0.02"))


def test_what_is_for_free_is_paid(shop: Paying) -> None:
    invoice = shop.owed(("Sample", 1, 0))
    assert shop.stands(invoice) == (PAID, "0.00")


@pytest.mark.parametrize(("paid", "state"), [(30, PARTLY_PAID), (100, PAID)])
def test_what_restarts_no_approval_is_changed_of_a_paid_invoice_too(shop: Paying, paid: int, state: int) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    shop.pay(invoice, paid)
    said = {"note": "sent to the archive", "customName": "R 1", "invoiceNumber": "4711", "issueDate": "2026-01-02"}
    shown = shop.ann.changes(invoice, **said)
    assert (shown["note"], shown["customName"], shown["invoiceNumber"]) == ("sent to the archive", "R 1", "4711")
    assert shop.stands(invoice) == (state, f"{paid}.00")
    for other in ({"items": []}, {"currency": "USD"}, {"requiredDate": "2030-01-01"}, {"location": None}):
        status, shown, _ = shop.ann.house.call("PUT", invoice["at"], other)
        assert (status, "cancel its payments" in shown["message"]) == (400, True), other
    shop.ann.house.changed("PATCH", invoice["at"], {"externalId": "7", "externalIntegrationLog": "sent"})


def test_an_invoice_with_payments_stands(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    paid = shop.pay(invoice, 1)
    for verb in ("cancel", "revision"):
        assert shop.ann.tries(verb, invoice).status == 400
    shop.ann.does("cancel", payment(paid))
    assert shop.ann.does("cancel", invoice)["status"] == CANCELED
    assert shop.refused(1, invoice=invoice["id"])["invoice"].startswith("Only an approved invoice can be paid")


# Many at once


def mass(shop: Paying, invoices: list[Any], by: Someone | None = None, **more: Any) -> Any:
    body = {"invoices": [one["id"] if isinstance(one, dict) else one for one in invoices], "payDate": DAY, **more}
    return (by or shop.ann).house.call("POST", "/payments/mass", body)


def test_many_at_once(shop: Paying) -> None:
    invoices = [shop.owed(("Bolt", 1, price)) for price in (10, 20, 30)]
    shop.pay(invoices[1], 5)
    status, shown, _ = mass(shop, [*invoices, invoices[0]], note="Run 7")
    assert status == 201
    assert [(one["sumPaid"], one["invoice"]["id"], one["note"], one["status"]) for one in shown["data"]] == [
        (10, invoices[0]["id"], "Run 7", ACTIVE),
        (15, invoices[1]["id"], "Run 7", ACTIVE),
        (30, invoices[2]["id"], "Run 7", ACTIVE),
    ]
    assert len({one["idn"] for one in shown["data"]}) == 3
    assert [shop.stands(one) for one in invoices] == [(PAID, "10.00"), (PAID, "20.00"), (PAID, "30.00")]
    journal = shop.house.get("/-/audit?resource=payments&per_page=200")["data"]
    assert {entry["idn"] for entry in journal} >= {one["idn"] for one in shown["data"]}


def test_all_of_them_or_none(shop: Paying) -> None:
    """Everything that is wrong is said at once, and nothing is paid."""
    good, paid, draft = shop.owed(("Bolt", 1, 10)), shop.owed(("Bolt", 1, 20)), shop.invoice(("Bolt", 1, 30))
    shop.pay(paid, 20)
    note = shop.credited(None, ("Bonus", 1, 5))
    status, shown, _ = mass(shop, [good, paid, draft, 999, note])
    assert status == 400
    assert shown["errors"]["errors"] == {
        "invoices[1]": f"Invoice {paid['idn']}: The Invoice is already fully paid.",
        "invoices[2]": f"Invoice {draft['idn']}: Only an approved invoice can be paid; this one is open.",
        "invoices[3]": "There is no object with id 999 here that you can use.",
        "invoices[4]": f"{note['idn']} is a credit note; it is not paid.",
    }
    assert shop.stands(good) == (APPROVED, "0.00")
    assert mass(shop, []).json["errors"]["errors"] == {"invoices": "Name the invoices by their ids."}
    assert mass(shop, [good, "x"]).json["errors"]["errors"].keys() == {"invoices[1]"}
    assert mass(shop, [good, good, paid]).json["errors"]["errors"].keys() == {"invoices[2]"}
    assert mass(shop, [good], shop.person("invoice.approve")).status == 403


def test_many_at_once_wait_for_approval(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    invoices = [shop.owed(("Bolt", 1, price)) for price in (10, 20)]
    made = mass(shop, invoices).json["data"]
    assert [one["status"] for one in made] == [WAITING, WAITING]
    assert [shop.stands(one) for one in invoices] == [(APPROVED, "0.00")] * 2
    assert mass(shop, invoices).json["errors"]["errors"] == {
        f"invoices[{i}]": f"Payments that wait for approval take all that is left of invoice {one['idn']}."
        for i, one in enumerate(invoices)
    }
    pia = shop.person(PAYER)
    for one in made:
        pia.does("approve", payment(one))
    assert [shop.stands(one) for one in invoices] == [(PAID, "10.00"), (PAID, "20.00")]


# Somebody else's word


def test_a_payment_waits_for_somebody_else(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    invoice = shop.owed(("Bolt", 10, 10))
    pia, pat = shop.person(PAYER), shop.person(PAYER)
    waiting = payment(shop.pay(invoice, 60, pia))
    assert waiting["status"] == WAITING
    assert shop.stands(invoice) == (APPROVED, "0.00")
    assert shop.refused(60, pat, invoice=invoice["id"]) == {
        "sumPaid": "The amount must be greater than 0 and not exceed 40"
    }
    for verb in ("cancel", "revision"):
        status, shown, _ = shop.ann.tries(verb, invoice)
        assert (status, f"Payment {waiting['idn']}" in shown["message"]) == (400, True)
    for verb in ("approve", "reject"):
        status, shown, _ = pia.tries(verb, waiting)
        assert (status, "has not made it" in shown["message"]) == (403, True)
        assert shop.person("invoice.approve").tries(verb, waiting).status == 403
    assert pat.does("approve", waiting)["status"] == ACTIVE
    assert shop.stands(invoice) == (PARTLY_PAID, "60.00")
    for verb in ("approve", "reject"):
        status, shown, _ = pat.tries(verb, waiting)
        assert (status, "Possible now: cancel" in shown["message"]) == (400, True)
    rest = payment(shop.pay(invoice, 40, pat))
    assert pia.does("reject", rest)["status"] == STOPPED
    assert shop.stands(invoice) == (PARTLY_PAID, "60.00")
    assert shop.ann.tries("cancel", rest).status == 400
    again = payment(shop.pay(invoice, 40, pat))
    assert pat.does("cancel", again)["status"] == TAKEN_BACK, "whoever made it can take it back"
    assert pia.tries("approve", again).status == 400
    assert shop.stands(invoice) == (PARTLY_PAID, "60.00")


def test_a_super_user_does_not_approve_a_payment_of_hers(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    waiting = payment(shop.pay(shop.owed(), 1))
    assert shop.ann.tries("approve", waiting).status == 403


def test_what_was_active_stays_so_when_the_company_begins_to_approve(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    early = payment(shop.pay(invoice, 10))
    shop.house.choose(paymentApproval=True)
    assert shop.person(PAYER).tries("approve", early).status == 400
    assert shop.stands(invoice) == (PARTLY_PAID, "10.00")


def test_a_credit_waits_for_nobody(shop: Paying) -> None:
    """No money leaves by it."""
    shop.house.choose(paymentApproval=True)
    note, invoice = shop.credited(None, ("Bonus", 1, 50)), shop.owed(("Bolt", 10, 10))
    assert shop.use(note, invoice, 50)["status"] == ACTIVE
    assert shop.stands(invoice) == (PARTLY_PAID, "50.00")


def told(person: Someone) -> list[tuple[str, str]]:
    """Kind and title of what a person has been told, the latest first."""
    return [(one["kind"], one["title"]) for one in person.house.get("/-/notices")["data"]]


def awaited(person: Someone) -> list[tuple[Any, ...]]:
    """What waits for a person."""
    names = ("type", "idn", "name", "sum", "currency", "step")
    return [tuple(one[name] for name in names) for one in person.house.get("/-/waiting")["data"]]


def test_who_may_let_a_payment_go_learns_of_it_and_its_maker_of_the_decision(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True, reasons=True)
    pia, pat, viewer = shop.person(PAYER), shop.person(PAYER, firstname="Pat"), shop.person("invoice.view")
    invoice = shop.owed(("Bolt", 10, 10))
    waiting = payment(shop.pay(invoice, 60, pia))
    assert told(pat) == [("payment_waits", "Payment 1 waits for your approval")]
    (notice,) = pat.house.get("/-/notices")["data"]
    assert f"payment 1 over 60 EUR for invoice {invoice['idn']}" in notice["text"]
    assert notice["link"] == "/payments/1"
    assert awaited(pat) == [("payments", "1", f"invoice {invoice['idn']}", 60, "EUR", "Payment")]
    assert (told(pia), told(viewer), awaited(pia), awaited(viewer)) == ([], [], [], [])
    assert pat.tries("reject", waiting).json["errors"]["errors"].keys() == {"comment"}
    decided = pat.does("reject", waiting, {"comment": "not this week"})
    assert (decided["decidedBy"]["id"], decided["reason"], awaited(pat)) == (pat.house.user_id, "not this week", [])
    assert decided["decideDate"] is not None
    assert told(pia) == [("payment_rejected", "Payment 1 is rejected")]
    assert "not this week" in pia.house.get("/-/notices")["data"][0]["text"]
    pat.does("approve", payment(shop.pay(invoice, 60, pia)))
    assert told(pia)[0] == ("approved", "Payment 2 is approved")


def test_of_many_payments_one_notice_tells(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    pat = shop.person(PAYER)
    mass(shop, [shop.owed(("Bolt", 1, price)) for price in (10, 20)])
    assert told(pat) == [("payments_wait", "2 payments wait for your approval")]
    (notice,) = pat.house.get("/-/notices")["data"]
    assert ("over 30 EUR" in notice["text"], notice["link"]) == (True, "/payments?status=2")
    assert [one[1] for one in awaited(pat)] == ["1", "2"]


def test_what_waits_comes_in_pages(shop: Paying) -> None:
    """Invoices to approve come first, then payments."""
    pat = shop.person(PAYER, "invoice.approve")
    invoices = [shop.owed(("Bolt", 1, price)) for price in (10, 20)]
    shop.approving("invoices", ("Pat", pat))
    shop.owed(("Bolt", 1, 5))
    shop.house.choose(paymentApproval=True)
    mass(shop, invoices)
    with shop.house.service.database.read(shop.house.company_id) as tx:
        person = load(tx, pat.house.user_id, {})
    with shop.house.service.database.read(shop.house.company_id, actor=person) as tx:
        pages = [for_person(tx, person, number=number, size=2) for number in (1, 2, None)]
    assert [[one["type"] for one in page.objects] for page in pages] == [["invoices", "payments"], *[["payments"]] * 2]
    assert {page.total for page in pages} == {3}


# Where the money goes


ACCOUNT = "internationalBankAccountNumber"


def test_a_changed_bank_account_holds_payments(shop: Paying) -> None:
    shop.house.choose(bankChangeHold=True)
    invoice, order = shop.owed(("Bolt", 10, 10)), shop.approved_order(("Nut", 10, 10))
    mallory, bob = shop.person("supplier.create", "supplier.approve"), shop.person("supplier.approve")
    at = f"/suppliers/{shop.supplier['id']}"
    assert mallory.house.changed("PUT", at, {"phone": "1"})["bankChangeDate"] is None
    shop.pay(invoice, 1)
    assert mallory.house.changed("PUT", at, {ACCOUNT: "DE00 MALLORY"})["bankChangeDate"] is not None
    said = shop.refused(1, invoice=invoice["id"])["invoice"]
    assert "bank account of Bolt & Nut was changed" in said
    assert "supplier.approve" in said
    assert shop.refused(1, purchaseOrder=order["id"]).keys() == {"purchaseOrder"}
    assert mass(shop, [invoice]).json["errors"]["errors"] == {"invoices[0]": said}
    status, shown, _ = mallory.house.call("POST", f"{at}/confirm_bank")
    assert (status, "somebody else" in shown["message"]) == (403, True)
    assert shop.person("supplier.create").house.call("POST", f"{at}/confirm_bank").status == 403
    assert bob.house.changed("POST", f"{at}/confirm_bank")["bankChangeDate"] is None
    assert bob.house.call("POST", f"{at}/confirm_bank").status == 400, "there is nothing to confirm any more"
    shop.pay(invoice, 1)
    verbs = [entry["verb"] for entry in shop.house.get("/-/audit?resource=suppliers&per_page=200")["data"]]
    assert "confirm_bank" in verbs
    assert shop.stands(invoice) == (PARTLY_PAID, "2.00")


def test_nobody_confirms_what_they_have_changed_before_somebody_else_did(shop: Paying) -> None:
    shop.house.choose(bankChangeHold=True)
    mallory, bob = (shop.person("supplier.create", "supplier.approve") for _ in range(2))
    at = f"/suppliers/{shop.supplier['id']}"
    mallory.house.changed("PUT", at, {ACCOUNT: "DE00 MALLORY"})
    bob.house.changed("PUT", at, {"bankName": "A bank"})
    for who in (mallory, bob):
        assert who.house.call("POST", f"{at}/confirm_bank").status == 403
    shop.ann.house.changed("POST", f"{at}/confirm_bank")


def test_a_payment_that_waits_is_held_too(shop: Paying) -> None:
    shop.house.choose(bankChangeHold=True, paymentApproval=True)
    waiting = payment(shop.pay(shop.owed(), 1))
    at = f"/suppliers/{shop.supplier['id']}"
    shop.ann.house.changed("PUT", at, {ACCOUNT: "DE00 ANN"})
    pia = shop.person(PAYER)
    status, shown, _ = pia.tries("approve", waiting)
    assert (status, "was changed" in shown["message"]) == (400, True)
    shop.person("supplier.approve").house.changed("POST", f"{at}/confirm_bank")
    assert pia.does("approve", waiting)["status"] == ACTIVE


def test_without_the_choice_a_changed_account_holds_nothing(shop: Paying) -> None:
    invoice = shop.owed()
    at = f"/suppliers/{shop.supplier['id']}"
    assert shop.house.changed("PUT", at, {ACCOUNT: "DE00"})["bankChangeDate"] is None
    shop.pay(invoice, 1)


def test_a_changed_bank_account_is_told_to_those_who_may_confirm_it(shop: Paying) -> None:
    shop.house.choose(bankChangeHold=True)
    at = f"/suppliers/{shop.supplier['id']}"
    shop.ann.house.changed("PUT", at, {ACCOUNT: "DE01", "bankName": "First"})
    bob, cy = shop.person("supplier.approve"), shop.person("supplier.view")
    bob.house.changed("POST", f"{at}/confirm_bank")
    mallory = shop.person("supplier.create", "supplier.approve", firstname="Mallory")
    mallory.house.changed("PUT", at, {ACCOUNT: "DE02"})
    mallory.house.changed("PUT", at, {ACCOUNT: "DE03"})
    assert told(bob)[0] == ("bank_changed", "The bank account of Bolt & Nut was changed")
    assert f"{ACCOUNT}: DE01 → DE03" in bob.house.get("/-/notices")["data"][0]["text"]
    change = bob.house.get(at)["bankChange"]
    assert change["fields"] == [{"field": ACCOUNT, "before": "DE01", "after": "DE03"}]
    assert [one["firstname"] for one in change["changedBy"]] == ["Mallory"]
    assert awaited(bob) == [("suppliers", None, "Bolt & Nut", None, None, "Bank account")]
    assert (cy.house.get(at)["bankChange"], told(cy), awaited(cy), awaited(mallory)) == (None, [], [], [])
    bob.house.changed("POST", f"{at}/confirm_bank")
    assert (bob.house.get(at)["bankChange"], awaited(bob)) == (None, [])


def test_nothing_is_paid_to_a_supplier_that_waits_for_approval_or_was_rejected(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    shop.house.choose(supplierApproval=True)
    mallory, bob = (shop.person("supplier.create", "supplier.approve") for _ in range(2))
    at = f"/suppliers/{shop.supplier['id']}"
    mallory.house.changed("PUT", at, {ACCOUNT: "DE02"})
    assert shop.refused(1, invoice=invoice["id"])["invoice"].startswith("Bolt & Nut waits for approval")
    assert mallory.house.get(at)["approvalInfo"]["canApprove"] is False
    status, shown, _ = mallory.house.call("POST", f"{at}/approve")
    assert (status, "somebody else" in shown["message"]) == (403, True)
    bob.house.changed("POST", f"{at}/approve")
    shop.pay(invoice, 1)
    mallory.house.changed("PUT", at, {ACCOUNT: "DE03"})
    bob.house.changed("POST", f"{at}/reject", {"comment": "never heard of it"})
    assert shop.refused(1, invoice=invoice["id"])["invoice"].startswith("Bolt & Nut was rejected")
    assert mallory.house.call("POST", f"{at}/confirm_bank").status == 403
    bob.house.changed("PUT", at, {ACCOUNT: "DE02"})
    shop.ann.house.changed("POST", f"{at}/confirm_bank")
    shop.pay(invoice, 1)


# Who sees and does what


def test_who_pays_prepays_orders_of_others_and_sees_it(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    pia, viewer = shop.person(PAYER), shop.person("invoice.view")
    paid = shop.prepay(order, 10, pia)
    assert (paid["logicType"], paid["prepayment"], paid["purchaseOrder"]["id"]) == (PREPAYMENT, True, order["id"])
    for who in (pia, viewer, shop.ann):
        assert who.sees(payment(paid))["invoice"] is None
    assert viewer.tries("cancel", payment(paid)).status == 403
    assert pia.does("cancel", payment(paid))["status"] == TAKEN_BACK


def test_payments_of_orders_stay_where_their_orders_are(house: House) -> None:
    shop = Paying(house)
    order = shop.approved_order(("Bolt", 10, 10))
    elsewhere = shop.house.made("/locations", {"name": "Lyon"})["id"]
    bound = shop.person(PAYER, "invoice.view", allLocationsAccess=False, locationIds=[elsewhere])
    assert shop.refused(1, bound, purchaseOrder=order["id"]) == {
        "purchaseOrder": f"There is no order with id {order['id']} that you can use."
    }
    paid = payment(shop.prepay(order, 10))
    assert bound.house.call("GET", paid["at"]).status == 404
    assert bound.house.get("/payments")["data"] == []
    near = shop.person(PAYER, "invoice.view", allLocationsAccess=False, locationIds=[shop.location["id"]])
    assert [one["id"] for one in near.house.get("/payments")["data"]] == [paid["id"]]
