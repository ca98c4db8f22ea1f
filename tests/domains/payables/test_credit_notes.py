"""Credit notes: what they may give back, what they pay, and the credit that is left."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.buying import Shown
from tests.support.paying import (
    ACTIVE,
    APPROVED,
    CANCELED,
    CREDIT,
    DRAFT,
    ORDINARY,
    PAID,
    PARTLY_PAID,
    PENDING,
    TAKEN_BACK,
    Paying,
)


def line(credited: Shown, which: int = 0, **more: Any) -> Shown:
    """A line that credits one of an invoice."""
    return {"creditedItem": credited["items"]["data"][which]["id"], **more}


def payment(shown: Shown) -> Shown:
    return {**shown, "at": f"/payments/{shown['idn']}"}


def wrong(shop: Paying, **body: Any) -> dict[str, str]:
    """What is wrong with a new credit note."""
    return shop.house.refused("POST", "/invoices", body)


def test_it_takes_from_its_invoice_what_it_leaves_out(shop: Paying) -> None:
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    bolt = {"name": "Bolt", "sku": "B8", "quantity": 10, "price": 10, "discountPercent": 10, "taxes": [vat]}
    invoice = shop.owed(bolt, ("Nut", 3, "3.33"), location=shop.location["id"])
    note = shop.note(invoice)
    assert (note["logicType"], note["status"], note["allocatedInvoice"]["id"]) == (1, DRAFT, invoice["id"])
    assert (note["supplier"]["id"], note["location"]["id"]) == (shop.supplier["id"], shop.location["id"])
    assert (note["sum"], note["netSum"]) == (invoice["sum"], invoice["netSum"]) == (117.09, 99.99)
    part = shop.note(invoice, line(invoice, quantity=2), line(invoice, 1, quantity=1, price=1, name="Scratches"))
    shown = [(one["name"], one["sku"], one["quantity"], one["netSum"], one["sum"]) for one in part["items"]["data"]]
    assert shown == [("Bolt", "B8", 2, 18, 21.42), ("Scratches", None, 1, 1, 1)]


def test_no_more_than_was_invoiced_and_nobody_else_has_credited(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10), ("Nut", 10, 1))
    about = {"logicType": 1, "allocatedInvoice": invoice["id"]}
    assert wrong(shop, **about, items=[line(invoice, quantity=11), line(invoice, 1, quantity=1, price="10.01")]) == {
        "items[0][price]": "Of Bolt 100 can still be credited; this is 110.",
        "items[0][quantity]": "No more than 10 were invoiced.",
        "items[1][price]": "Of Nut 10 can still be credited; this is 10.01.",
        "items": "Of invoice 1 110 can still be credited.",
    }
    assert wrong(shop, **about, items=[{"name": "Trouble", "quantity": 1, "price": 111}]) == {
        "items": "Of invoice 1 110 can still be credited."
    }
    first = shop.credited(invoice, line(invoice, quantity=4))
    assert wrong(shop, **about, items=[line(invoice, quantity=7)])["items[0][price]"].startswith("Of Bolt 60 can")
    rest = shop.note(invoice)
    assert [(one["name"], one["netSum"]) for one in rest["items"]["data"]] == [("Bolt", 60), ("Nut", 10)]
    other = shop.credited(invoice, line(invoice, quantity=1))
    status, shown, _ = shop.ann.tries("confirm", rest)
    assert (status, shown["errors"]["errors"].keys()) == (400, {"items[0][price]", "items"})
    shop.ann.does("cancel", other)
    assert shop.ann.does("confirm", rest)["status"] == APPROVED
    assert shop.stands(invoice) == (PAID, "110.00")
    assert shop.credit() == {"EUR": 0}
    shop.ann.does("cancel", first)
    assert shop.stands(invoice) == (PARTLY_PAID, "70.00")


def taxed(shop: Paying, quantity: Any, price: Any, percent: Any = 19) -> Shown:
    """An invoice of one line with a tax."""
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": percent})["id"]
    return shop.owed({"name": "Bolt", "quantity": quantity, "price": price, "taxes": [vat]})


def test_the_last_piece_that_goes_back_is_credited_with_what_is_left(shop: Paying) -> None:
    """Three at 33.50 and 19 % are 119.60; one alone is 39.87."""
    invoice = taxed(shop, 3, "33.50")
    sums = [shop.credited(invoice, line(invoice, quantity=1))["sum"] for _ in range(3)]
    assert sums == [39.87, 39.87, 39.86]
    assert shop.stands(invoice) == (PAID, "119.60")


def test_what_is_left_is_credited_without_naming_it(shop: Paying) -> None:
    invoice = taxed(shop, 3, "33.50")
    for _ in range(2):
        shop.credited(invoice, line(invoice, quantity=1))
    assert shop.credited(invoice)["sum"] == 39.86
    assert shop.stands(invoice) == (PAID, "119.60")


def test_drafts_that_were_made_together_are_told_apart_by_whoever_comes_last(shop: Paying) -> None:
    invoice = taxed(shop, 3, "33.50")
    drafts = [shop.note(invoice, line(invoice, quantity=1)) for _ in range(3)]
    assert [shop.ann.does("confirm", one)["sum"] for one in drafts] == [39.87, 39.87, 39.86]
    assert shop.stands(invoice) == (PAID, "119.60")


@pytest.mark.parametrize(("pieces", "price", "sums"), [
    (3, "33.335", [33.34, 33.34, 33.33]),  # 100.01
    (3, "33.333", [33.33, 33.33, 33.34]),  # 100.00
    (4, "0.125", [0.13, 0.13, 0.13, 0.11]),  # 0.50
])  # fmt: skip
def test_pieces_by_themselves_come_to_what_they_cost_together(
    shop: Paying, pieces: int, price: str, sums: list[float]
) -> None:
    invoice = shop.owed(("Bolt", pieces, price))
    assert [shop.credited(invoice, line(invoice, quantity=1))["sum"] for _ in range(pieces)] == sums
    assert shop.stands(invoice)[0] == PAID


def test_a_discount_is_given_back_with_the_pieces(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 3, 10), ("Nut", 1, 1), discountAmount=1)
    sums = [shop.credited(invoice, line(invoice, quantity=1))["sum"] for _ in range(3)]
    assert (sums, shop.credited(invoice)["sum"]) == ([9.68, 9.68, 9.67], 0.97)
    assert shop.stands(invoice)[0] == PAID


def test_after_something_else_was_given_back_the_rest_is_what_is_left_of_the_whole(shop: Paying) -> None:
    invoice = taxed(shop, 3, "33.50")
    shop.credited(invoice, ("Trouble", 1, 50))
    rest = shop.note(invoice)
    assert rest["sum"] == 69.6
    assert shop.ann.changes(rest, note="the rest")["sum"] in (69.59, 69.6)
    shop.ann.does("confirm", rest)
    plain = shop.owed(("Bolt", 10, 10))
    shop.credited(plain, ("Trouble", 1, "33.33"))
    assert shop.credited(plain)["sum"] == 66.67
    assert shop.stands(plain) == (PAID, "100.00")


def test_of_what_was_withheld_the_rest_is_left_too(shop: Paying) -> None:
    vat, held = (
        shop.house.made("/taxes", {"name": name, "percent": percent, "isWithholdingTax": withheld})["id"]
        for name, percent, withheld in (("VAT", 19, False), ("Withheld", "7.5", True))
    )
    invoice = shop.owed({"name": "Work", "quantity": 3, "price": "33.50", "taxes": [vat, held]})
    shop.credited(invoice, line(invoice, quantity=1))
    shop.credited(invoice, ("Trouble", 1, 10))
    shop.credited(invoice)
    assert shop.stands(invoice)[0] == PAID


def test_what_is_wrong_with_it_is_said_at_once(shop: Paying) -> None:
    invoice, draft = shop.owed(("Bolt", 10, 10)), shop.invoice()
    other = shop.house.made("/suppliers", {"name": "Other"})
    assert wrong(shop, logicType=1).keys() == {"allocatedInvoice"}
    assert wrong(shop, logicType=5).keys() == {"supplier"}
    assert wrong(shop, logicType=1, allocatedInvoice=draft["id"]) == {
        "allocatedInvoice": f"Invoice {draft['idn']} is draft; only one that has been approved is credited."
    }
    assert wrong(
        shop, logicType=1, allocatedInvoice=invoice["id"], supplier=other["id"], currency="USD",
        items=[{"creditedItem": draft["items"]["data"][0]["id"], "name": "Bolt", "price": 1}],
    ) == {
        "supplier": "That of the invoice holds for its credit notes.",
        "currency": "That of the invoice holds for its credit notes.",
        "items[0][creditedItem]": "The invoice of this credit note has no line with this id.",
    }  # fmt: skip
    assert wrong(
        shop, logicType=5, supplier=other["id"], allocatedInvoice=invoice["id"], items=[line(invoice, price=1)]
    ).keys() == {"allocatedInvoice", "items[0][creditedItem]", "items[0][name]"}
    note = shop.credited(invoice, ("Bonus", 1, 5))
    assert wrong(shop, logicType=1, allocatedInvoice=note["id"]).keys() == {"allocatedInvoice"}
    nothing = shop.note(None, ("Nothing", 1, 0))
    status, shown, _ = shop.ann.tries("confirm", nothing)
    assert (status, shown["errors"]["errors"].keys()) == (400, {"items"})


def test_the_suppliers_number_is_given_once(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10), invoiceNumber="7")
    first = shop.note(invoice, ("Bonus", 1, 5), invoiceNumber="7")
    assert first["invoiceNumber"] == "7", "invoices have numbers of their own"
    again = {"logicType": 5, "supplier": shop.supplier["id"], "invoiceNumber": "7", "items": shop.lines()}
    assert wrong(shop, **again) == {
        "invoiceNumber": f"Credit note {first['idn']} of this supplier has this number already."
    }
    other = shop.house.made("/suppliers", {"name": "Other"})["id"]
    shop.house.made("/invoices", {**again, "supplier": other})
    second = shop.note(None, ("Bonus", 1, 5), invoiceNumber="8")
    assert shop.house.refused("PUT", second["at"], {"invoiceNumber": "7"}).keys() == {"invoiceNumber"}
    shop.ann.does("cancel", shop.ann.does("confirm", first))
    shop.ann.changes(second, invoiceNumber="7")


def test_it_is_changed_as_a_draft_only(shop: Paying) -> None:
    boss = shop.person("invoice.approve")
    invoice = shop.owed(("Bolt", 10, 10))
    note = shop.note(invoice, line(invoice, quantity=1))
    note = shop.ann.changes(note, items=[line(invoice, quantity=2)])
    assert note["sum"] == 20
    assert shop.house.refused("PUT", note["at"], {"items": [line(invoice, quantity=11)]}).keys() >= {"items[0][price]"}
    assert shop.ann.sees(note)["sum"] == 20
    shop.approving("invoices", ("Boss", boss))
    assert shop.ann.does("confirm", note)["status"] == PENDING
    assert shop.stands(invoice) == (APPROVED, "0.00")
    for who, verb in ((boss, "revision"), (shop.ann, "revision")):
        assert who.tries(verb, note).status == 400
    assert boss.house.call("PUT", note["at"], {"note": "Hm"}).status in (400, 403)
    assert boss.does("approve", note)["status"] == APPROVED
    assert shop.stands(invoice) == (PARTLY_PAID, "20.00")
    assert shop.ann.tries("revision", note).status == 400
    assert shop.ann.house.call("PUT", note["at"], {"note": "Hm"}).status == 400


def test_an_invoice_stands_while_a_credit_note_is_about_it(shop: Paying) -> None:
    boss = shop.person("invoice.approve")
    invoice = shop.owed(("Bolt", 10, 10))
    draft = shop.note(invoice)
    shop.approving("invoices", ("Boss", boss))
    waiting = shop.ann.does("confirm", draft)
    for verb in ("cancel", "revision"):
        status, shown, _ = shop.ann.tries(verb, invoice)
        assert (status, f"Credit note {waiting['idn']}" in shown["message"]) == (400, True)
    boss.does("reject", waiting)
    later = shop.note(invoice)
    shop.ann.does("cancel", invoice)
    status, shown, _ = shop.ann.tries("confirm", later)
    assert (status, "only one that has been approved" in shown["message"]) == (400, True)


def test_it_pays_what_is_left_and_no_more(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    invoice = shop.owed(("Bolt", 10, 10))
    waiting = payment(shop.pay(invoice, 70))
    note = shop.credited(invoice, line(invoice, quantity=5))
    assert shop.stands(invoice) == (PARTLY_PAID, "30.00"), "what waits for approval is taken already"
    assert shop.paid_by(invoice) == [(ORDINARY, 70, 2), (CREDIT, 30, ACTIVE)]
    assert (shop.ann.sees(note)["sumPaid"], shop.credit()) == ("30.00", {"EUR": 20})
    shop.person("payment.pay").does("approve", waiting)
    assert shop.stands(invoice) == (PAID, "100.00")


def test_an_applied_credit_can_be_taken_off(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    note = shop.credited(invoice, line(invoice, quantity=3))
    (applied,) = shop.house.get("/payments")["data"]
    assert (applied["creditNote"]["id"], applied["automatic"], applied["balance"]) == (note["id"], True, None)
    shop.ann.does("cancel", payment(applied))
    assert (shop.stands(invoice), shop.credit()) == ((APPROVED, "0.00"), {"EUR": 30})
    again = shop.use(note, invoice, 30)
    assert (again["balance"], again["logicType"]) == (-30, CREDIT)
    assert (shop.stands(invoice), shop.credit()) == ((PARTLY_PAID, "30.00"), {"EUR": 0})
    status, shown, _ = shop.ann.tries("cancel", note)
    assert (status, f"Payment {again['idn']}" in shown["message"]) == (400, True)
    shop.ann.does("cancel", payment(again))
    assert shop.ann.does("cancel", note)["status"] == CANCELED
    assert (shop.stands(invoice), shop.credit()) == ((APPROVED, "0.00"), {"EUR": 0})


def test_credit_is_used_within_its_supplier_and_currency(shop: Paying) -> None:
    note, draft = shop.credited(None, ("Bonus", 1, 50)), shop.note(None, ("Bonus", 1, 5))
    dollars = shop.owed(("Bolt", 10, 10), currency="USD", exchangeRate="0.9")
    other = shop.house.made("/suppliers", {"name": "Other"})["id"]
    theirs, ours = shop.owed(("Bolt", 10, 10), supplier=other), shop.owed(("Bolt", 10, 10))
    credit = {"creditNote": note["id"]}
    assert shop.refused(1, **credit) == {"invoice": "This field is required."}
    assert shop.refused(1, **credit, invoice=dollars["id"]).keys() == {"creditNote"}
    assert shop.refused(1, **credit, invoice=theirs["id"]).keys() == {"creditNote"}
    assert shop.refused(51, **credit, invoice=ours["id"]) == {"sumPaid": f"Credit note {note['idn']} has 50 left."}
    assert shop.refused(101, **credit, invoice=ours["id"]) == {
        "sumPaid": "The amount must be greater than 0 and not exceed 100"
    }
    assert shop.refused(1, creditNote=draft["id"], invoice=ours["id"]).keys() == {"creditNote"}
    assert shop.refused(1, creditNote=ours["id"], invoice=ours["id"]).keys() == {"creditNote"}
    assert shop.refused(1, creditNote=999, invoice=ours["id"]).keys() == {"creditNote"}
    assert shop.refused(1, invoice=note["id"]).keys() == {"invoice"}
    shop.use(note, ours, 20)
    assert (shop.stands(ours), shop.credit()) == ((PARTLY_PAID, "20.00"), {"EUR": 30})


def test_a_repeated_credit_note_is_one_again(shop: Paying) -> None:
    invoice = shop.owed(("Bolt", 10, 10))
    note = shop.credited(invoice, line(invoice, quantity=3))
    again = shop.ann.does("repeat", note)
    assert (again["logicType"], again["allocatedInvoice"]["id"], again["sum"]) == (1, invoice["id"], 30)
    loose = shop.ann.does("repeat", shop.note(None, ("Bonus", 1, 5)))
    assert (loose["logicType"], loose["sum"], loose["status"]) == (5, 5, DRAFT)


def test_what_was_withheld_is_not_given_back_twice(shop: Paying) -> None:
    """Of 119 only 109 are paid to the supplier: that is what comes back."""
    vat, held = (
        shop.house.made("/taxes", {"name": name, "percent": percent, "isWithholdingTax": withheld})["id"]
        for name, percent, withheld in (("VAT", 19, False), ("Withheld", 10, True))
    )
    invoice = shop.owed({"name": "Work", "quantity": 1, "price": 100, "taxes": [vat, held]})
    about = {"logicType": 1, "allocatedInvoice": invoice["id"]}
    assert wrong(shop, **about, items=[line(invoice, quantity=1, taxes=[vat])]) == {
        "items": f"Of invoice {invoice['idn']} 109 can still be credited."
    }
    shop.pay(invoice, 109)
    assert shop.stands(invoice) == (PAID, "109.00")
    shop.credited(invoice)
    assert shop.credit() == {"EUR": 109}


def test_credit_balances_can_be_read_one_by_one(shop: Paying) -> None:
    shop.credited(None, ("Bonus", 1, 50))
    (row,) = shop.house.get("/-/creditbalances")["data"]
    assert shop.house.get(f"/-/creditbalances/{row['id']}") == row
    assert (row["supplier"]["id"], row["currency"], row["sum"]) == (shop.supplier["id"], "EUR", 50)
    assert shop.person("purchase_order.view").house.call("GET", "/-/creditbalances").status == 403
    assert shop.person("payment.pay").house.get("/-/creditbalances")["data"] == [row]


def test_payments_show_whose_credit_it_was(shop: Paying) -> None:
    note, invoice = shop.credited(None, ("Bonus", 1, 50)), shop.owed(("Bolt", 10, 10))
    used = payment(shop.use(note, invoice, 50))
    assert used["creditNote"]["id"] == note["id"]
    assert shop.ann.does("cancel", used)["status"] == TAKEN_BACK
    assert shop.credit() == {"EUR": 50}
