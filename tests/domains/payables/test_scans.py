"""AP documents: bills that come as files are kept, read, recognised and made into invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor import server
from emptor.domains.payables.scans import matching
from emptor.http.scans import media_type_of
from emptor.services.scans import CREDIT_NOTE, NullReader, Reading, StructuredReader, Unreadable
from emptor.settings import read
from tests.domains.payables.scanned import (
    ALLOCATED,
    BOLTS,
    CANCELED,
    CII,
    FAILED,
    PDF,
    PENDING,
    PROCESSED,
    billed,
    handed_in,
    supplied,
    ubl,
)
from tests.support.buying import Buying
from tests.support.house import House

DRAFT, APPROVED, MATCHING = 0, 2, 6


@pytest.fixture
def shop(house: House) -> Buying:
    return supplied(house)


# Reading


def test_an_invoice_in_ubl_is_read() -> None:
    found = StructuredReader().read(ubl(order="PO-1"), "application/xml")
    assert found is not None
    (line,) = found.lines
    assert (found.kind, found.supplier_name, found.supplier_tax_id, found.buyer_name) == (
        "invoice", "Bolt & Nut", "DE123456789", "Acme GmbH",
    )  # fmt: skip
    assert (found.number, found.date, found.due, found.currency) == ("R-77", "2026-01-10", "2026-02-09", "EUR")
    assert (found.net, found.gross, found.order_number) == (20, Decimal("23.80"), "PO-1")
    assert (line.name, line.sku, line.quantity, line.price, line.net, line.tax_percent) == BOLTS


def test_a_credit_note_in_cii_is_read() -> None:
    found = StructuredReader().read(CII, "application/xml")
    assert found is not None
    (line,) = found.lines
    assert (found.kind, found.supplier_name, found.supplier_tax_id, found.buyer_name) == (
        CREDIT_NOTE, "Paper Mill", "DE987", "Acme",
    )  # fmt: skip
    assert (found.number, found.date, found.due, found.order_number) == ("471102", "2026-03-05", "2026-04-04", "PO-9")
    assert (found.net, found.gross, line.price, line.quantity) == (198, Decimal("235.62"), Decimal("9.9"), 20)


DOCTYPE = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><Invoice>&b;</Invoice>'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (DOCTYPE, "document type"),
        (b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><Invoice/>', "document type"),
        (b"<Invoice>", "broken"),
        (b"<Invoice>\xff</Invoice>", "broken"),
        (b"<html/>", "begins with <html>"),
        (b"<a>" * 60 + b"</a>" * 60, "nested too deeply"),
    ],
)
def test_xml_that_is_no_bill_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(Unreadable, match=words):
        StructuredReader().read(content, "application/xml")


@pytest.mark.parametrize("said", ["UTF-8", "UTF-16"])
@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_xml_may_be_in_utf_16(said: str, encoding: str) -> None:
    """With a mark at its beginning or without, and whatever it says of itself."""
    content = ubl(supplier="Müller").decode().replace("UTF-8", said).encode(encoding)
    assert media_type_of(content, "bill.xml") == media_type_of(content, "bill") == "application/xml"
    found = StructuredReader().read(content, "application/xml")
    assert found is not None
    assert (found.supplier_name, found.number) == ("Müller", "R-77")
    with pytest.raises(Unreadable, match="document type"):
        StructuredReader().read(DOCTYPE.decode().encode(encoding), "application/xml")


def test_xml_may_be_in_an_old_encoding() -> None:
    for said in ("ISO-8859-1", "windows-1252"):
        content = ubl(supplier="Müller").decode().replace("UTF-8", said).encode(said)
        found = StructuredReader().read(content, "application/xml")
        assert found is not None
        assert found.supplier_name == "Müller"


def test_whoever_reads_nothing_says_nothing() -> None:
    assert NullReader().read(ubl(), "application/xml") is None
    assert StructuredReader().read(PDF, "application/pdf") is None


def test_lines_of_a_bill_find_their_lines_of_the_order() -> None:
    ordered = [{"sku": "A", "name": "Nut"}, {"sku": None, "name": "Big  BOLT"}, {"sku": "C", "name": "Nut"}]
    read_ = [{"sku": "C", "name": "?"}, {"sku": "Z", "name": "big bolt"}, {"name": "nut"}, {"name": "nut"}]
    assert [fitting for _, fitting in matching.pairs(read_, ordered)] == [ordered[2], ordered[1], ordered[0], None]


@pytest.mark.parametrize(
    ("net", "gross", "becomes"),
    [
        (100, 119, (100, [{"tax_id": 1}])),
        (100, 110, (110, [])),
        (100, 100, (100, [])),
        (None, 119, (119, [])),
        (None, None, (0, [])),
    ],
)
def test_all_of_a_bill_as_one_line(net: int | None, gross: int | None, becomes: tuple[int, Any]) -> None:
    percents = {1: Decimal(19), 2: Decimal(7)}
    amounts = (None if one is None else Decimal(one) for one in (net, gross))
    line = matching.one_line("Bill", *amounts, percents, 2)
    assert (line["price"], line["taxes"]) == becomes


# Recognising


def test_a_bill_is_recognised(shop: Buying) -> None:
    """The supplier by its tax number, the order by its own; the place comes with the order."""
    order = shop.approved_order(("Bolt", 10, 2))
    scan = handed_in(shop, ubl(order=order["idn"], supplier="Somebody else"))
    assert (scan["status"], scan["type"], scan["name"], scan["attachmentOrigin"]) == (
        PROCESSED, "invoice", "bill.xml", "api",
    )  # fmt: skip
    assert (scan["supplierName"], scan["supplier"]["id"]) == ("Somebody else", shop.supplier["id"])
    assert (scan["purchaseOrder"], scan["location"]["id"]) == ({"id": order["id"]}, shop.location["id"])
    assert (scan["grossTotal"], scan["netTotal"], scan["currency"]) == (23.8, 20, "EUR")
    assert (scan["documentNumber"], scan["documentDate"][:10], scan["dueDate"]) == (
        "R-77", "2026-01-10", "2026-02-09T23:59:59+00:00",
    )  # fmt: skip
    assert (scan["duplicateInvoice"], scan["invoice"], scan["user"]["id"]) == (None, None, shop.house.user_id)
    assert [(one["name"], one["formatType"]) for one in scan["attachments"]["data"]] == [
        ("bill.xml", "application/xml")
    ]
    content = shop.house.call("GET", f"/attachments/{scan['attachments']['data'][0]['id']}").json
    assert content == ubl(order=order["idn"], supplier="Somebody else")


def test_names_decide_where_numbers_do_not(shop: Buying) -> None:
    by_name = handed_in(shop, ubl(tax_id="XX", supplier="BOLT and Nut"))
    assert by_name["supplier"] is None, "and is no &"
    by_name = handed_in(shop, ubl(tax_id="XX", supplier="bolt  & NUT"))
    assert by_name["supplier"]["id"] == shop.supplier["id"]
    shop.house.made("/suppliers", {"name": "Bolt&Nut"})
    assert handed_in(shop, ubl(tax_id="XX"))["supplier"] is None, "two are called so"


def test_what_somebody_says_is_remembered(shop: Buying) -> None:
    scan = handed_in(shop, ubl(tax_id="", supplier="B+N Ltd"))
    assert scan["supplier"] is None
    changed = shop.house.changed("PUT", scan["at"], {"supplier": {"id": shop.supplier["id"]}})
    assert changed["supplier"]["id"] == shop.supplier["id"]
    another = handed_in(shop, ubl(tax_id="", supplier="B+N Ltd", number="R-78"))
    assert another["supplier"]["id"] == shop.supplier["id"]


def test_orders_are_known_by_their_custom_names_and_by_their_suppliers(shop: Buying) -> None:
    mine = shop.approved_order(customName="PO-2026-1")
    other = shop.house.made("/suppliers", {"name": "Other"})["id"]
    shop.approved_order(customName="PO-2026-2", supplier=other)
    shop.order(customName="PO-2026-3")
    assert handed_in(shop, ubl(order="PO-2026-1"))["purchaseOrder"] == {"id": mine["id"]}
    assert handed_in(shop, ubl(order="PO-2026-2"))["purchaseOrder"] is None, "of another supplier"
    assert handed_in(shop, ubl(order="PO-2026-3"))["purchaseOrder"] is None, "a draft"
    unknown = handed_in(shop, ubl(order="PO-2026-2", tax_id="", supplier="?"))
    assert (unknown["supplier"]["id"], unknown["purchaseOrder"] is None) == (other, False)


def test_what_cannot_be_read_is_kept(shop: Buying) -> None:
    """A file in which nothing was read waits for somebody to enter what it says."""
    scan = handed_in(shop, PDF, "bill.pdf")
    assert (scan["status"], scan["processedDate"], scan["supplierName"], scan["grossTotal"]) == (PENDING, *[None] * 3)
    assert scan["comment"] == "Nothing was read in this file; enter what it says."
    assert shop.house.changed("PUT", scan["at"], {"comment": "Whose is it?"})["status"] == PENDING
    again = shop.house.changed("POST", f"{scan['at']}/read", {})
    assert (again["status"], again["comment"]) == (PENDING, "Whose is it?")
    scan = handed_in(shop, PDF + b"2", "another.pdf")
    shop.house.changed("PUT", scan["at"], {"grossTotal": 11.9, "supplier": {"id": shop.supplier["id"]}})
    made, _ = billed(shop, scan)
    assert (made["status"], made["comment"]) == (ALLOCATED, None)
    scan = handed_in(shop, b"<?xml version='1.0'?><Order/>")
    assert (scan["status"], scan["comment"]) == (
        FAILED,
        "This XML is no invoice that is known here: it begins with <Order>.",
    )


def test_files_that_can_be_no_bill_are_not_kept(shop: Buying) -> None:
    for name, content in (("run.exe", b"MZ\x90\x00" + b"\x00" * 60), ("note.txt", b"hello")):
        told = shop.house.changed(
            "POST", "/ap/document/upload", form={}, files={"file": (name, content, "application/pdf")}
        )
        assert told == {"uploadErrorMessage": f"{name} can be no bill: send a PDF, a picture, or an e-invoice in XML."}
    assert shop.house.get("/ap/documents")["data"] == []
    assert shop.house.refused("POST", "/ap/document/upload", {}) == {"file": "This field is required."}
    empty = shop.house.call("POST", "/ap/document/upload", form={}, files={"file": ("a.pdf", b"", "application/pdf")})
    assert empty.status == 400


def test_a_bill_has_25_megabytes_at_most(shop: Buying) -> None:
    """One byte more, or many, and nothing is kept; the answer has the shape that the path always has."""
    most = 25 * 1024 * 1024
    assert shop.house.service.settings.upload_bytes == most
    for size, words in ((most + 1, f"The file has {most + 1} bytes"), (most + 10**6, "The body has")):
        file = {"file": ("bill.pdf", PDF.ljust(size, b"x"), "application/pdf")}
        told = shop.house.changed("POST", "/ap/document/upload", form={}, files=file)
        assert told.keys() == {"uploadErrorMessage"}
        assert told["uploadErrorMessage"].startswith(words)
    assert shop.house.get("/ap/documents")["data"] == []
    assert handed_in(shop, PDF.ljust(most, b"x"), "bill.pdf")["status"] == PENDING


class Failing:
    """A service that is away at first."""

    def __init__(self) -> None:
        self.away = True

    def read(self, content: bytes, media_type: str) -> Reading | None:
        if self.away:
            raise ConnectionError("no route")
        return Reading(supplier_name="Bolt & Nut", number="R-1", gross=Decimal("11.9"))


def test_a_service_that_fails_loses_nothing(house: House) -> None:
    """What it could not read stays, and is read later."""
    reader = Failing()
    settings = read({}, database_url=house.premises.url, limits=False)
    service = server.service(settings, files=house.premises.files, reader=reader)
    shop = Buying(house)
    assert shop.supplier
    try:
        told = House(house.premises, service, house.company_id, house.user_id, house.email, house.token)
        file = {"file": ("bill.pdf", PDF, "application/pdf")}
        told.changed("POST", "/ap/document/upload", form={}, files=file)
        scan = told.get("/ap/documents/1")
        assert (scan["status"], scan["comment"]) == (
            FAILED,
            "The service that reads bills failed; have it read again later.",
        )
        reader.away = False
        scan = told.changed("POST", "/ap/documents/1/read", {})
        assert (scan["status"], scan["grossTotal"], scan["supplier"]["id"]) == (PROCESSED, 11.9, shop.supplier["id"])
        assert scan["comment"] is None
    finally:
        service.close()


# Making invoices


def test_a_bill_of_an_order_becomes_its_invoice(shop: Buying) -> None:
    """Lines find the order's by name; the file goes along; the invoice tells where it comes from."""
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    lines = [
        {"name": name, "quantity": n, "price": p, "taxes": [vat]} for name, n, p in (("Bolt", 10, 2), ("Nut", 5, 1))
    ]
    order = shop.approved_order(*lines)
    scan = handed_in(shop, ubl(("bolt", "?", 4, 2, 8, 19), order=order["idn"]))
    scan, invoice = billed(shop, scan)
    assert (scan["status"], scan["comment"]) == (ALLOCATED, None)
    assert (invoice["status"], invoice["logicType"], invoice["purchaseOrder"]["id"]) == (DRAFT, 2, order["id"])
    assert (invoice["invoiceNumber"], invoice["issueDate"][:10], invoice["sum"]) == ("R-77", "2026-01-10", 9.52)
    (line,) = invoice["items"]["data"]
    (allocation,) = line["allocations"]["data"]
    assert (line["name"], line["quantity"], line["price"]) == ("Bolt", 4, 2)
    assert (allocation["purchaseOrderItem"], allocation["quantity"]) == (order["items"]["data"][0]["id"], 4)
    assert invoice["relatedOcrAttachment"] == {"id": scan["id"], "idn": scan["idn"], "name": "bill.xml"}
    assert [one["name"] for one in invoice["attachments"]["data"]] == ["bill.xml"]
    assert shop.ann.does("confirm", invoice)["status"] == APPROVED
    assert shop.ann.sees(order | {"at": f"/purchaseorders/{order['idn']}"})["invoicedSum"] == 9.52


@pytest.mark.parametrize(("now", "billed_at", "comes_to"), [(19, 19, 23.8), (16, 19, 23.8), (16, 16, 23.2)])
def test_the_rate_that_the_bill_says_counts(shop: Buying, now: int, billed_at: int, comes_to: float) -> None:
    """The order's own where the two are the same, whatever the tax is by now; else that of a tax with this rate."""
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    order = shop.approved_order({"name": "Bolt", "quantity": 10, "price": 2, "taxes": [vat]})
    shop.house.changed("PUT", f"/taxes/{vat}", {"percent": now})
    _, invoice = billed(shop, handed_in(shop, ubl((*BOLTS[:5], billed_at), order=order["idn"])))
    assert invoice["sum"] == comes_to


def test_what_is_not_on_the_order_is_a_line_of_its_own(shop: Buying) -> None:
    """It waits for the word of whoever ordered; a price that differs is the bill's."""
    order = shop.approved_order(("Bolt", 10, 2))
    scan = handed_in(shop, ubl(("Bolt", "", 10, 3, 30, 0), ("Freight", "", 1, 5, 5, 0), order=order["idn"]))
    _, invoice = billed(shop, scan)
    found = [(one["name"], one["price"], len(one["allocations"]["data"])) for one in invoice["items"]["data"]]
    assert found == [("Bolt", 3, 1), ("Freight", 5, 0)]
    assert shop.ann.does("confirm", invoice)["status"] == MATCHING


def test_nothing_read_means_all_that_is_open(shop: Buying) -> None:
    order = shop.approved_order(("Bolt", 10, 2))
    scan = handed_in(shop, PDF, "bill.pdf")
    told = shop.house.refused("POST", f"{scan['at']}/create_invoice", {})
    assert told == {"status": "Say first whose bill this is; change the `supplier` of the AP document."}
    said = {"supplier": shop.supplier["id"], "purchaseOrder": order["id"], "documentNumber": "R-9", "grossTotal": 21}
    scan |= shop.house.changed("PUT", scan["at"], said)
    scan, invoice = billed(shop, scan)
    assert (invoice["sum"], invoice["invoiceNumber"]) == (20, "R-9")
    assert scan["comment"] == "The bill says 21.00, the draft comes to 20.00; compare their lines."


def test_a_bill_of_no_order_stands_alone(shop: Buying) -> None:
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    _, invoice = billed(shop, handed_in(shop, ubl(BOLTS, ("Nut", "N-1", 3, "0.333333", "1.00", 0))))
    assert (invoice["logicType"], invoice["purchaseOrder"], invoice["sum"]) == (0, None, 24.8)
    found = [
        (one["name"], one["sku"], one["netSum"], [t["id"] for t in one["taxes"]["data"]])
        for one in invoice["items"]["data"]
    ]
    assert found == [("Bolt", "B-1", 20, [vat]), ("Nut", "N-1", 1, [])]


def test_some_suppliers_bills_are_one_line(shop: Buying) -> None:
    shop.house.changed("PUT", f"/suppliers/{shop.supplier['id']}", {"enterInvoiceAsOneLine": True})
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 19})["id"]
    _, invoice = billed(shop, handed_in(shop, ubl(BOLTS, ("Nut", "N", 1, 80, 80, 19))))
    (line,) = invoice["items"]["data"]
    assert (line["name"], line["netSum"], line["sum"]) == ("Invoice R-77", 100, 119)
    assert [one["id"] for one in line["taxes"]["data"]] == [vat]


def test_a_credit_note_becomes_one(shop: Buying) -> None:
    """On its own, unless it is said which invoice it is about."""
    owed = shop.ann.does("confirm", shop.invoice(("Bolt", 10, 10)))
    lines = ("Bolt", "", 1, 10, 10, 0)
    scan = handed_in(shop, ubl(lines, number="C-1", root="CreditNote"))
    assert scan["type"] == "credit_note"
    scan, note = billed(shop, scan)
    assert (note["logicType"], note["sum"], scan["allocatedInvoice"]) == (5, 10, None)
    scan = handed_in(shop, ubl(lines, number="C-2", root="CreditNote"))
    scan, note = billed(shop, scan, allocatedInvoice={"id": owed["id"]})
    assert (note["logicType"], note["sum"], note["allocatedInvoice"]["id"]) == (1, 10, owed["id"])
    assert scan["allocatedInvoice"] == {"id": owed["id"], "idn": owed["idn"]}


def test_a_foreign_bill_needs_a_rate(shop: Buying) -> None:
    scan = handed_in(shop, ubl(currency="USD"))
    told = shop.house.refused("POST", f"{scan['at']}/create_invoice", {})
    assert told == {"exchangeRate": "Give the rate from USD to EUR."}
    assert shop.house.get(scan["at"])["status"] == PROCESSED
    assert shop.house.get("/invoices")["data"] == []
    _, invoice = billed(shop, scan, exchangeRate=0.5)
    assert (invoice["currency"], invoice["sum"], invoice["sumInCompanyCurrency"]) == ("USD", 20, 10)


def test_an_invoice_is_made_once_and_again_when_its_draft_is_gone(shop: Buying) -> None:
    scan = handed_in(shop, ubl())
    _, invoice = billed(shop, scan)
    for verb in ("create_invoice", "cancel", "read"):
        assert shop.house.call("POST", f"{scan['at']}/{verb}", {}).status == 400, verb
    assert shop.house.call("PUT", scan["at"], {"comment": "?"}).status == 400
    shop.ann.does("delete", invoice)
    again = shop.house.get(scan["at"])
    assert (again["status"], again["invoice"]) == (PROCESSED, None)
    assert billed(shop, scan)[1]["id"] != invoice["id"]


def test_what_is_no_bill_is_put_aside(shop: Buying) -> None:
    scan = handed_in(shop, ubl())
    assert shop.house.changed("POST", f"{scan['at']}/cancel", {})["status"] == CANCELED
    assert "final" in shop.house.call("POST", f"{scan['at']}/create_invoice", {}).json["message"]
    handed_in(shop, ubl())
    assert [one["status"] for one in shop.house.get("/ap/documents?status[]=5")["data"]] == [CANCELED]
    assert [one["status"] for one in shop.house.get("/ap/documents?status[]=1&status[]=2")["data"]] == [PROCESSED]


def test_who_may_hand_in_and_who_sees(shop: Buying) -> None:
    clerk, viewer, buyer = (shop.person(role) for role in ("invoice.create", "invoice.view", "purchase_order.create"))
    scan = handed_in(shop, ubl(), by=clerk)
    assert viewer.house.get(scan["at"])["id"] == scan["id"]
    assert buyer.house.call("GET", scan["at"]).status == 403
    file = {"file": ("bill.pdf", PDF, "application/pdf")}
    assert viewer.house.call("POST", "/ap/document/upload", form={}, files=file).status == 403
    assert viewer.house.call("POST", f"{scan['at']}/create_invoice", {}).status == 403
    other = shop.person("invoice.create")
    assert other.house.call("GET", scan["at"]).status == 404, "somebody else's"
