"""What a bill takes off, adds and has been paid before: the draft comes to what the bill says, or tells that it does
not.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains.payables.scans import matching
from emptor.services.scans import CREDIT_NOTE, StructuredReader
from tests.domains.payables.scanned import BOLTS, CII, billed, handed_in, supplied, ubl
from tests.support.buying import Buying, Shown
from tests.support.house import House

APPROVED, MATCHING = 2, 6


@pytest.fixture
def shop(house: House) -> Buying:
    shop = supplied(house)
    house.made("/taxes", {"name": "VAT", "percent": 19})
    house.made("/taxes", {"name": "Reduced", "percent": 7})
    return shop


def remarks(invoice: Shown) -> list[str]:
    return [one["text"] for one in invoice["comments"]["data"]]


def lines(invoice: Shown) -> list[tuple[Any, ...]]:
    return [(one["name"], one["quantity"], one["price"], one["netSum"]) for one in invoice["items"]["data"]]


# Reading


def test_what_ubl_takes_off_and_adds_is_read() -> None:
    bolts = ("Bolt", "B-1", 10, 2, 18, 19, 2)
    found = StructuredReader().read(ubl(bolts, extras=(("Rebate", -5, 19), ("Freight", 3, 7)), prepaid=10), "")
    assert found is not None
    assert [(one.name, one.net, one.tax_percent) for one in found.extras] == [("Rebate", -5, 19), ("Freight", 3, 7)]
    assert (found.lines[0].net, found.lines[0].discount, found.net, found.prepaid) == (18, 2, 16, 10)


def test_what_cii_takes_off_and_adds_is_read() -> None:
    allowance = b"""<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>%b</udt:Indicator>
     </ram:ChargeIndicator><ram:ActualAmount>%d</ram:ActualAmount><ram:Reason>%b</ram:Reason><ram:CategoryTradeTax>
     <ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:CategoryTradeTax>
     </ram:SpecifiedTradeAllowanceCharge>"""
    freight = b"""<ram:SpecifiedLogisticsServiceCharge><ram:Description>Freight</ram:Description>
     <ram:AppliedAmount>7.5</ram:AppliedAmount><ram:AppliedTradeTax><ram:RateApplicablePercent>19
     </ram:RateApplicablePercent></ram:AppliedTradeTax></ram:SpecifiedLogisticsServiceCharge>"""
    sums = b"<ram:SpecifiedTradeSettlementHeaderMonetarySummation>"
    content = CII.replace(
        b"<ram:SpecifiedTradePaymentTerms>",
        allowance % (b"false", 5, b"Rebate") + allowance % (b"true", 2, b"Packing") + freight
        + b"<ram:SpecifiedTradePaymentTerms>",
    ).replace(sums, sums + b"<ram:TotalPrepaidAmount>10</ram:TotalPrepaidAmount>").replace(
        b"<ram:SpecifiedTradeSettlementLineMonetarySummation>",
        allowance % (b"false", 1, b"Line") + b"<ram:SpecifiedTradeSettlementLineMonetarySummation>",
    )  # fmt: skip
    found = StructuredReader().read(content, "")
    assert found is not None
    assert [(one.name, one.net, one.tax_percent) for one in found.extras] == [
        ("Rebate", -5, 19), ("Packing", 2, 19), ("Freight", Decimal("7.5"), 19),
    ]  # fmt: skip
    assert (found.prepaid, found.lines[0].discount) == (10, 1)


@pytest.mark.parametrize("line", [("Bolt", "", -1, 10, -10, 0), ("Bolt", "", 1, -10, -10, 0)])
def test_a_credit_note_below_zero_gives_back_all_the_same(line: tuple[Any, ...]) -> None:
    found = StructuredReader().read(ubl(line, root="CreditNote"), "")
    assert found is not None
    (read,) = found.lines
    assert (found.kind, found.gross, read.quantity, read.price, read.net) == (CREDIT_NOTE, 10, 1, 10, 10)


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ({"quantity": "10", "price": "2", "net": "20"}, (10, 2, None)),
        ({"quantity": "10", "price": "2", "net": "18", "discount": "2"}, (10, 2, 2)),
        ({"quantity": "10", "price": "2", "net": "22", "discount": "-2"}, (10, "2.2", None)),
        ({"quantity": "10", "price": "2", "net": "17", "discount": "2"}, (10, "1.7", None)),
        ({"quantity": "10", "price": "2", "discount": "2"}, (10, 2, 2)),
        ({"quantity": "-2", "price": "5", "net": "-10"}, (2, -5, None)),
        ({"quantity": "-2", "net": "-10"}, (2, -5, None)),
        ({"quantity": "-2", "price": "5"}, (2, -5, None)),
        ({"quantity": "0", "price": "5", "net": "7"}, (1, 7, None)),
        ({"net": "7"}, (1, 7, None)),
        ({}, (1, 0, None)),
    ],
)
def test_a_line_comes_to_its_net_amount(line: Shown, becomes: tuple[Any, ...]) -> None:
    item = matching.free_line(line, 1, {}, 2)
    quantity, price, off = becomes
    assert (item["quantity"], item["price"]) == (quantity, Decimal(price))
    assert item.get("discount_amount") == off


EXTRAS = {"off": {"name": "Rebate", "net": "-5", "taxPercent": "19"}, "add": {"name": "Freight", "net": "3"}}


@pytest.mark.parametrize(
    ("rate", "extras", "usual", "header", "more"),
    [
        ("19", (), None, {}, []),
        ("19", ("off",), None, {"discount_amount": 5}, []),
        ("7", ("off",), None, {}, [-5]),
        ("19", ("off", "add"), None, {}, [3, -5]),
        ("19", ("off",), 25, {}, []),
        ("19", ("off",), 20, {"discount_percent": 0}, [-5]),
        ("19", (), 20, {"discount_percent": 0}, []),
    ],
)
def test_what_is_taken_off_all_of_a_bill(
    rate: str, extras: tuple[str, ...], usual: int | None, header: Shown, more: list[int]
) -> None:
    read = [{"name": "Bolt", "quantity": "10", "price": "2", "net": "20", "taxPercent": rate}]
    items = [matching.free_line(read[0], 1, {}, 2)]
    percent = None if usual is None else Decimal(usual)
    found = matching.whole(items, read, [EXTRAS[one] for one in extras], {}, 2, percent)
    assert [one["price"] for one in found.pop("items")[1:]] == more
    assert found == header


# Making invoices


def test_a_rebate_becomes_the_discount(shop: Buying) -> None:
    _, invoice = billed(shop, handed_in(shop, ubl(extras=(("Rebate", -5, 19),))))
    assert (invoice["sum"], invoice["discountAmount"], remarks(invoice)) == (17.85, 5, [])
    assert lines(invoice) == [("Bolt", 10, 2, 15)]
    assert shop.ann.does("confirm", invoice)["status"] == APPROVED


def test_a_rebate_of_another_tax_becomes_a_line(shop: Buying) -> None:
    nuts = ("Nut", "N-1", 5, 2, 10, 7)
    extras = (("Rebate", -4, 7), ("Freight", 3, 19))
    _, invoice = billed(shop, handed_in(shop, ubl(BOLTS, nuts, extras=extras)))
    assert lines(invoice) == [("Bolt", 10, 2, 20), ("Nut", 5, 2, 10), ("Freight", 1, 3, 3), ("Rebate", 1, -4, -4)]
    assert (invoice["sum"], remarks(invoice)) == (33.79, [])
    assert shop.ann.does("confirm", invoice)["status"] == APPROVED


def test_what_a_line_takes_off_is_its_discount(shop: Buying) -> None:
    _, invoice = billed(shop, handed_in(shop, ubl(("Bolt", "B-1", 10, 2, 18, 19, 2))))
    (line,) = invoice["items"]["data"]
    assert (line["price"], line["discountAmount"], line["netSum"], invoice["sum"]) == (2, 2, 18, 21.42)


def test_what_is_given_back_on_a_bill_has_a_negative_price(shop: Buying) -> None:
    """It bills no line of the order."""
    order = shop.approved_order(("Bolt", 10, 2))
    crate = ("Bolt", "", -2, 5, -10, 0)
    _, invoice = billed(shop, handed_in(shop, ubl(("Bolt", "", 10, 2, 20, 0), crate, order=order["idn"])))
    assert lines(invoice) == [("Bolt", 10, 2, 20), ("Bolt", 2, -5, -10)]
    assert [len(one["allocations"]["data"]) for one in invoice["items"]["data"]] == [1, 0]
    assert (invoice["sum"], remarks(invoice)) == (10, [])


@pytest.mark.parametrize(
    ("off", "price", "taken", "status"),
    [
        ({"discountPercent": 10}, 2, -2, APPROVED),
        ({"discountAmount": 2}, 2, -2, APPROVED),
        ({"discountPercent": 10}, "1.8", 0, APPROVED),
        ({"discountPercent": 10}, 2, 0, MATCHING),
        ({"discountPercent": 10}, 2, -3, MATCHING),
    ],
)
def test_the_bill_tells_what_it_takes_off_not_its_order(
    shop: Buying, off: Shown, price: Any, taken: int, status: int
) -> None:
    order = shop.approved_order(("Bolt", 10, 2), **off)
    net = 10 * Decimal(price)
    extras = (("Rebate", taken, 0),) if taken else ()
    _, invoice = billed(shop, handed_in(shop, ubl(("Bolt", "", 10, price, net, 0), order=order["idn"], extras=extras)))
    assert (invoice["sum"], remarks(invoice)) == (net + taken, [])
    assert shop.ann.does("confirm", invoice)["status"] == status


def test_a_draft_of_another_sum_tells_so(shop: Buying) -> None:
    """The tax is not known here. Whoever confirms or approves the invoice reads it there."""
    scan, invoice = billed(shop, handed_in(shop, ubl(("Bolt", "B-1", 10, 2, 20, 16))))
    said = "The bill says 23.20, the draft comes to 20.00; compare their lines."
    assert (remarks(invoice), scan["comment"]) == ([said], said)


def test_what_was_paid_before_is_told(shop: Buying) -> None:
    scan = handed_in(shop, ubl(prepaid=10))
    assert scan["prepaidTotal"] == 10
    shop.house.changed("PUT", scan["at"], {"comment": "Ask Ann."})
    scan, invoice = billed(shop, scan)
    said = "The bill says that 10.00 have been paid already, so that 13.80 are left to pay."
    assert (invoice["sum"], remarks(invoice), scan["comment"]) == (23.8, [said], f"Ask Ann.\n{said}")


# Credit notes


@pytest.mark.parametrize("number", ["R-77", "r 77"])
def test_a_credit_note_finds_its_invoice(shop: Buying, number: str) -> None:
    owed = shop.ann.does("confirm", shop.invoice(("Bolt", 10, 10), invoiceNumber="R-77"))
    shop.invoice(invoiceNumber=number)  # a draft owes nothing
    scan = handed_in(shop, ubl(("Bolt", "", 1, 10, 10, 0), number="C-1", root="CreditNote", about=number))
    assert (scan["creditedNumber"], scan["allocatedInvoice"]) == (number, None)
    scan, note = billed(shop, scan)
    assert (note["logicType"], note["sum"], note["allocatedInvoice"]["id"]) == (1, 10, owed["id"])
    assert scan["allocatedInvoice"] == {"id": owed["id"], "idn": owed["idn"]}
    assert shop.ann.sees({"at": f"/invoices/{owed['idn']}"})["sumPaid"] == "0.00"
    shop.ann.does("confirm", note)
    assert shop.ann.sees({"at": f"/invoices/{owed['idn']}"})["sumPaid"] == "10.00"


def test_a_credit_note_may_stand_on_its_own_all_the_same(shop: Buying) -> None:
    shop.ann.does("confirm", shop.invoice(("Bolt", 10, 10), invoiceNumber="R-77"))
    line = ("Bolt", "", 1, 10, 10, 0)
    scan = handed_in(shop, ubl(line, number="C-1", root="CreditNote", about="R-77"))
    _, note = billed(shop, scan, allocatedInvoice=None)
    assert (note["logicType"], note["allocatedInvoice"]) == (5, None)
    for i, other in enumerate(({"about": "R-78"}, {"about": "R-77", "tax_id": "", "supplier": "Other"})):
        scan = handed_in(shop, ubl(line, number=f"C-2{i}", root="CreditNote", **other))
        if scan["supplier"] is None:
            other_one = shop.house.made("/suppliers", {"name": "Other"})["id"]
            shop.house.changed("PUT", scan["at"], {"supplier": {"id": other_one}})
        assert billed(shop, scan)[1]["logicType"] == 5


def test_a_credit_note_in_cii_names_its_invoice() -> None:
    about = b"""<ram:InvoiceReferencedDocument><ram:IssuerAssignedID>R-77</ram:IssuerAssignedID>
     </ram:InvoiceReferencedDocument></ram:ApplicableHeaderTradeSettlement>"""
    found = StructuredReader().read(CII.replace(b"</ram:ApplicableHeaderTradeSettlement>", about), "")
    assert found is not None
    assert found.invoice_number == "R-77"
