"""Bills in PDF that carry an e-invoice, as Factur-X and ZUGFeRD do; and those that only seem to."""

from __future__ import annotations

import io
import time

import pytest
from pypdf import PdfWriter

from emptor.services import pdf
from emptor.services.scans import NullReader, StructuredReader
from tests.domains.payables.scanned import CII, FAILED, PENDING, PROCESSED, billed, handed_in, supplied, ubl
from tests.support.buying import Buying
from tests.support.house import House


@pytest.fixture
def shop(house: House) -> Buying:
    house.made("/taxes", {"name": "VAT", "percent": 19})
    return supplied(house)


def carrying(files: dict[str, bytes], *, password: str = "", packed: bool = False) -> bytes:
    """A PDF of one empty page with files embedded."""
    writer, kept = PdfWriter(), io.BytesIO()
    writer.add_blank_page(100, 100)
    for name, content in files.items():
        file = writer.add_attachment(name, content)
        if packed:
            file.subtype = "/text/xml"
            writer._objects[file._embedded_file.indirect_reference.idnum - 1] = file._embedded_file.flate_encode()
    if password:
        writer.encrypt("", password, algorithm="RC4-128")
    writer.write(kept)
    return kept.getvalue()


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"])
def test_an_e_invoice_in_a_pdf_is_read(name: str) -> None:
    content = carrying({"terms.txt": b"Pay soon.", name: CII})
    found = StructuredReader().read(content, "application/pdf")
    assert found is not None
    assert (found.number, found.supplier_name, found.lines[0].sku) == ("471102", "Paper Mill", "TB100A4")
    assert NullReader().read(content, "application/pdf") is None


def test_a_bill_in_a_pdf_becomes_an_invoice(shop: Buying) -> None:
    scan = handed_in(shop, carrying({"factur-x.xml": ubl()}), "bill.pdf")
    assert (scan["status"], scan["supplier"]["id"], scan["grossTotal"]) == (PROCESSED, shop.supplier["id"], 23.8)
    assert [one["formatType"] for one in scan["attachments"]["data"]] == ["application/pdf"]
    assert billed(shop, scan)[1]["sum"] == 23.8


NESTED = b"%PDF-1.7 /EmbeddedFile " + b"[" * 200_000
NOT_ONE = b"%PDF-1.7\n1 0 obj << /Type /EmbeddedFile >> endobj"


@pytest.mark.parametrize(
    "content",
    [
        carrying({"terms.txt": b"Pay soon."}),
        carrying({"order-x.xml": CII}),
        carrying({"factur-x.xml": CII}, password="secret"),
        carrying({"factur-x.xml": CII})[:-400],
        carrying({"factur-x.xml": b""}),
        carrying({"factur-x.xml": b" " * (pdf.LARGEST + 1)}),
        NOT_ONE,
        NESTED,
    ],
    ids=["none", "an order", "encrypted", "cut off", "empty", "too large", "not one", "nested"],
)
def test_a_pdf_without_one_is_kept_and_waits(shop: Buying, content: bytes) -> None:
    scan = handed_in(shop, content, "bill.pdf")
    assert (scan["status"], scan["comment"]) == (PENDING, "Nothing was read in this file; enter what it says.")
    assert shop.house.call("GET", f"/attachments/{scan['attachments']['data'][0]['id']}").json == content


def test_an_e_invoice_that_is_broken_is_told(shop: Buying) -> None:
    scan = handed_in(shop, carrying({"factur-x.xml": b"<Invoice>"}), "bill.pdf")
    assert scan["status"] == FAILED
    assert scan["comment"].startswith("This XML is broken")


def test_a_pdf_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "SECONDS", 0.001)
    began = time.monotonic()
    assert pdf.e_invoice(carrying({"factur-x.xml": CII})) is None
    assert time.monotonic() - began < 5
