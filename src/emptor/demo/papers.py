"""Small files to attach: a one-page PDF, a picture, an e-invoice, the same bytes on every machine."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from decimal import Decimal
from xml.sax.saxutils import escape

from emptor.kit.money import ZERO


def pdf(title: str, lines: Sequence[str]) -> bytes:
    """One page with a title and some lines of text, in what Latin-1 can spell."""
    shown = [f"/F1 18 Tf 56 770 Td ({_pdf_text(title)}) Tj /F1 11 Tf 0 -14 Td"]
    shown += [f"0 -18 Td ({_pdf_text(line)}) Tj" for line in lines]
    stream = f"BT {' '.join(shown)} ET".encode("latin-1")
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica"
        b" /Encoding /WinAnsiEncoding >> >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream),
    ]
    page, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(page))
        page += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    return page + (
        b"xref\n0 %d\n0000000000 65535 f \n%btrailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (size, table, size, len(page))
    )


def _pdf_text(text: str) -> str:
    plain = text.encode("latin-1", "replace").decode("latin-1")
    return plain.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def png(side: int = 48) -> bytes:
    """A square picture: a crate, seen from above, with one corner gone."""
    rows = (bytes([0]) + bytes(_shade(x, y, side) for x in range(side)) for y in range(side))
    # Level 0 stores the bytes as they are, so that no version of zlib makes a difference.
    data = zlib.compress(b"".join(rows), 0)
    head = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _shade(x: int, y: int, side: int) -> int:
    if x + y > side * 7 // 4:
        return 245
    return 90 if x % 12 < 2 or y in (0, side - 1) else 180


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def e_invoice(
    number: str,
    day: str,
    order: str,
    currency: str,
    seller: tuple[str, str],
    buyer: str,
    lines: Sequence[tuple[str, str | None, Decimal, Decimal, Decimal]],
) -> bytes:
    """An invoice in UBL 2; the seller by name and tax number, each line by name, article, quantity, net and tax."""
    net = sum((line[3] for line in lines), ZERO)
    gross = net + sum((line[4] for line in lines), ZERO)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<Invoice xmlns="{_UBL}:Invoice-2" xmlns:a="{_UBL}:CommonAggregateComponents-2" '
        f'xmlns:b="{_UBL}:CommonBasicComponents-2">\n'
        f"<b:ID>{escape(number)}</b:ID><b:IssueDate>{day}</b:IssueDate><b:InvoiceTypeCode>380</b:InvoiceTypeCode>"
        f"<b:DocumentCurrencyCode>{currency}</b:DocumentCurrencyCode>\n"
        f"<a:OrderReference><b:ID>{escape(order)}</b:ID></a:OrderReference>\n"
        f"<a:AccountingSupplierParty><a:Party><a:PartyName><b:Name>{escape(seller[0])}</b:Name></a:PartyName>"
        f"<a:PartyTaxScheme><b:CompanyID>{escape(seller[1])}</b:CompanyID></a:PartyTaxScheme></a:Party>"
        "</a:AccountingSupplierParty>\n"
        f"<a:AccountingCustomerParty><a:Party><a:PartyName><b:Name>{escape(buyer)}</b:Name></a:PartyName></a:Party>"
        "</a:AccountingCustomerParty>\n"
        f'<a:LegalMonetaryTotal><b:TaxExclusiveAmount currencyID="{currency}">{net:f}</b:TaxExclusiveAmount>'
        f'<b:TaxInclusiveAmount currencyID="{currency}">{gross:f}</b:TaxInclusiveAmount></a:LegalMonetaryTotal>\n'
        f"{''.join(_e_line(place, currency, *line) for place, line in enumerate(lines, 1))}</Invoice>\n"
    ).encode()


def _e_line(
    place: int, currency: str, name: str, sku: str | None, quantity: Decimal, net: Decimal, tax: Decimal
) -> str:
    article = f"<a:SellersItemIdentification><b:ID>{escape(sku)}</b:ID></a:SellersItemIdentification>" if sku else ""
    return (
        f"<a:InvoiceLine><b:ID>{place}</b:ID><b:InvoicedQuantity>{quantity:f}</b:InvoicedQuantity>"
        f'<b:LineExtensionAmount currencyID="{currency}">{net:f}</b:LineExtensionAmount>'
        f"<a:Item><b:Name>{escape(name)}</b:Name>{article}</a:Item></a:InvoiceLine>\n"
    )


_UBL = "urn:oasis:names:specification:ubl:schema:xsd"
