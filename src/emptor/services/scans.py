"""Reading bills that come as files: what is structured is read here, everything else needs a service outside.

`StructuredReader` understands e-invoices in XML, UBL 2 and UN/CEFACT CII (as in XRechnung and Peppol), also where a PDF
carries them (Factur-X, ZUGFeRD), offline. `NullReader` is the twin that reads nothing.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Protocol
from xml.parsers import expat

from emptor.kit.money import ZERO, parse_decimal
from emptor.services import pdf

MOST_ELEMENTS = 200_000
DEEPEST = 50
LONGEST_TEXT = 10_000

INVOICE, CREDIT_NOTE = "invoice", "credit_note"
CREDITING = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "532"})
"""Codes of UNTDID 1001 for bills that give something back."""


class Unreadable(Exception):
    """The file should be readable and is not; the message says why."""


@dataclass(frozen=True)
class ReadLine:
    """A line of a bill as far as it could be read."""

    name: str | None = None
    sku: str | None = None
    quantity: Decimal | None = None
    price: Decimal | None = None
    discount: Decimal | None = None
    """What is taken off quantity times price, less what is added to it."""
    net: Decimal | None = None
    tax_percent: Decimal | None = None


@dataclass(frozen=True)
class Reading:
    """What a bill says, as far as it could be read; days are spelled `2026-01-31`."""

    kind: str = INVOICE
    supplier_name: str | None = None
    supplier_tax_id: str | None = None
    buyer_name: str | None = None
    number: str | None = None
    date: str | None = None
    due: str | None = None
    currency: str | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    prepaid: Decimal | None = None
    order_number: str | None = None
    invoice_number: str | None = None
    """The invoice that a credit note is about."""
    lines: tuple[ReadLine, ...] = ()
    extras: tuple[ReadLine, ...] = ()
    """What is taken off the bill as a whole, below zero, and what is added to it, such as freight."""


class Reader(Protocol):
    """Reads bills."""

    def read(self, content: bytes, media_type: str) -> Reading | None:
        """What the bill says; None where this reader knows nothing of such files. Raises Unreadable."""
        ...


class NullReader:
    """Reads nothing."""

    def read(self, content: bytes, media_type: str) -> Reading | None:
        """Nothing."""
        return None


class StructuredReader:
    """Reads e-invoices in XML, on their own or in a PDF."""

    def read(self, content: bytes, media_type: str) -> Reading | None:
        """What an e-invoice says; None for whatever is no XML and carries none."""
        xml = content if is_xml(content) else pdf.e_invoice(content)
        if xml is None:
            return None
        root = _parsed(xml)
        known = _KNOWN.get(root.name)
        if known is None:
            raise Unreadable(f"This XML is no invoice that is known here: it begins with <{root.name}>.")
        return _upright(known(root))


def is_xml(content: bytes) -> bool:
    """Whether it looks like XML, in UTF-16 or in an encoding of ASCII's family."""
    return _is_utf16(content) or content.removeprefix(codecs.BOM_UTF8).lstrip()[:1] == b"<"


def _is_utf16(content: bytes) -> bool:
    """By the mark at its beginning, or by how the first character of XML looks in it."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content[2:4] in (b"<\x00", b"\x00<")
    return content.startswith((b"<\x00", b"\x00<"))


@dataclass
class Element:
    """An element of XML by its local name."""

    name: str
    attributes: dict[str, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    def all(self, path: str) -> Iterator[Element]:
        """Every element at `Party/PartyName`."""
        first, _, rest = path.partition("/")
        for one in self.children:
            if one.name == first:
                yield from one.all(rest) if rest else (one,)

    def said(self, *paths: str) -> str | None:
        """The first text at one of the paths, in their order."""
        return next((one.text.strip() for path in paths for one in self.all(path) if one.text.strip()), None)

    def number(self, *paths: str) -> Decimal | None:
        """The first number at one of the paths; None where there is none."""
        try:
            return parse_decimal(self.said(*paths))
        except ValueError:
            return None


def _parsed(content: bytes) -> Element:
    """The tree of elements. Document types are refused: with them come entities and files from elsewhere."""
    top = Element("")
    stack = [top]
    count = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal count
        count += 1
        if len(stack) > DEEPEST or count > MOST_ELEMENTS:
            raise Unreadable("This XML is nested too deeply or too long.")
        one = Element(name.rpartition(" ")[2], attributes)
        stack[-1].children.append(one)
        stack.append(one)

    def end(name: str) -> None:
        stack.pop()

    def text(data: str) -> None:
        if len(stack[-1].text) < LONGEST_TEXT:
            stack[-1].text += data

    def refuse(*_: object) -> None:
        raise Unreadable("This XML declares a document type; e-invoices have none.")

    # Whoever recodes a file to UTF-16 rarely thinks of what it says about itself.
    parser = expat.ParserCreate("utf-16" if _is_utf16(content) else None, namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, ValueError, LookupError) as fault:
        raise Unreadable(f"This XML is broken: {fault}.") from fault
    return top.children[0]


def _day(text: str | None) -> str | None:
    """A day in the spelling of either kind of e-invoice."""
    try:
        return date.fromisoformat(text[:10] if "-" in text else text[:8]).isoformat() if text else None
    except ValueError:
        return None


def _tax_id(element: Element, path: str, name: str) -> str | None:
    """The first of the party's tax numbers."""
    return next((said for one in element.all(path) if (said := one.said(name))), None)


def _extras(found: Iterable[Element], amount: str, words: str, rate: str) -> Iterator[ReadLine]:
    """Allowances, below zero, and charges. What does not say which of them it is, is a charge."""
    for one in found:
        adds = one.said("ChargeIndicator", "ChargeIndicator/Indicator") not in ("false", "0")
        net = one.number(amount)
        if net:
            name = one.said(words) or ("Charge" if adds else "Allowance")
            yield ReadLine(name=name, net=net if adds else -net, tax_percent=one.number(rate))


def _off(extras: Iterator[ReadLine]) -> Decimal | None:
    """What allowances take off a line, less what charges add to it."""
    return -sum((one.net for one in extras if one.net), ZERO) or None


def _upright(reading: Reading) -> Reading:
    """A credit note names what it gives back; some write that with the sign of an invoice's opposite."""
    if reading.kind != CREDIT_NOTE or (reading.gross or reading.net or ZERO) >= 0:
        return reading

    def turned(line: ReadLine) -> ReadLine:
        column = "quantity" if (line.quantity or ZERO) < 0 else "price"  # which of them has the sign of the net amount
        other = {column: _turned(getattr(line, column))}
        return replace(line, discount=_turned(line.discount), net=_turned(line.net), **other)

    return replace(
        reading, net=_turned(reading.net), gross=_turned(reading.gross), prepaid=_turned(reading.prepaid),
        lines=tuple(map(turned, reading.lines)), extras=tuple(map(turned, reading.extras)),
    )  # fmt: skip


def _turned(number: Decimal | None) -> Decimal | None:
    return None if number is None else -number


UBL_EXTRA = ("Amount", "AllowanceChargeReason", "TaxCategory/Percent")
CII_EXTRA = ("ActualAmount", "Reason", "CategoryTradeTax/RateApplicablePercent")
CII_FREIGHT = ("AppliedAmount", "Description", "AppliedTradeTax/RateApplicablePercent")


def _ubl(root: Element) -> Reading:
    """UBL 2: `Invoice` and `CreditNote`."""
    supplier = next(root.all("AccountingSupplierParty/Party"), Element(""))
    buyer = next(root.all("AccountingCustomerParty/Party"), Element(""))
    names = ("PartyLegalEntity/RegistrationName", "PartyName/Name")
    credit = root.name == "CreditNote"
    line, quantity = ("CreditNoteLine", "CreditedQuantity") if credit else ("InvoiceLine", "InvoicedQuantity")
    return Reading(
        kind=CREDIT_NOTE if credit or root.said("InvoiceTypeCode") in CREDITING else INVOICE,
        supplier_name=supplier.said("PartyName/Name", *names),
        supplier_tax_id=_tax_id(supplier, "PartyTaxScheme", "CompanyID"),
        buyer_name=buyer.said(*names),
        number=root.said("ID"),
        date=_day(root.said("IssueDate")),
        due=_day(root.said("DueDate", "PaymentMeans/PaymentDueDate")),
        currency=root.said("DocumentCurrencyCode"),
        net=root.number("LegalMonetaryTotal/TaxExclusiveAmount"),
        gross=root.number("LegalMonetaryTotal/TaxInclusiveAmount", "LegalMonetaryTotal/PayableAmount"),
        prepaid=root.number("LegalMonetaryTotal/PrepaidAmount"),
        order_number=root.said("OrderReference/ID"),
        invoice_number=root.said("BillingReference/InvoiceDocumentReference/ID"),
        extras=tuple(_extras(root.all("AllowanceCharge"), *UBL_EXTRA)),
        lines=tuple(
            ReadLine(
                name=one.said("Item/Name", "Item/Description"),
                sku=one.said("Item/SellersItemIdentification/ID", "Item/BuyersItemIdentification/ID"),
                quantity=one.number(quantity),
                price=_each(one.number("Price/PriceAmount"), one.number("Price/BaseQuantity")),
                discount=_off(_extras(one.all("AllowanceCharge"), *UBL_EXTRA)),
                net=one.number("LineExtensionAmount"),
                tax_percent=one.number("Item/ClassifiedTaxCategory/Percent"),
            )
            for one in root.all(line)
        ),
    )


def _cii(root: Element) -> Reading:
    """UN/CEFACT Cross Industry Invoice."""
    document = next(root.all("ExchangedDocument"), Element(""))
    trade = next(root.all("SupplyChainTradeTransaction"), Element(""))
    agreement = next(trade.all("ApplicableHeaderTradeAgreement"), Element(""))
    settlement = next(trade.all("ApplicableHeaderTradeSettlement"), Element(""))
    sums = "SpecifiedTradeSettlementHeaderMonetarySummation"
    line = "SpecifiedLineTradeSettlement"
    price = "SpecifiedLineTradeAgreement/NetPriceProductTradePrice"
    return Reading(
        kind=CREDIT_NOTE if document.said("TypeCode") in CREDITING else INVOICE,
        supplier_name=agreement.said("SellerTradeParty/Name"),
        supplier_tax_id=_tax_id(agreement, "SellerTradeParty/SpecifiedTaxRegistration", "ID"),
        buyer_name=agreement.said("BuyerTradeParty/Name"),
        number=document.said("ID"),
        date=_day(document.said("IssueDateTime/DateTimeString")),
        due=_day(settlement.said("SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString")),
        currency=settlement.said("InvoiceCurrencyCode"),
        net=settlement.number(f"{sums}/TaxBasisTotalAmount"),
        gross=settlement.number(f"{sums}/GrandTotalAmount", f"{sums}/DuePayableAmount"),
        prepaid=settlement.number(f"{sums}/TotalPrepaidAmount"),
        order_number=agreement.said("BuyerOrderReferencedDocument/IssuerAssignedID"),
        invoice_number=settlement.said("InvoiceReferencedDocument/IssuerAssignedID"),
        extras=(
            *_extras(settlement.all("SpecifiedTradeAllowanceCharge"), *CII_EXTRA),
            *_extras(settlement.all("SpecifiedLogisticsServiceCharge"), *CII_FREIGHT),
        ),
        lines=tuple(
            ReadLine(
                name=one.said("SpecifiedTradeProduct/Name"),
                sku=one.said("SpecifiedTradeProduct/SellerAssignedID", "SpecifiedTradeProduct/BuyerAssignedID"),
                quantity=one.number("SpecifiedLineTradeDelivery/BilledQuantity"),
                price=_each(one.number(f"{price}/ChargeAmount"), one.number(f"{price}/BasisQuantity")),
                discount=_off(_extras(one.all(f"{line}/SpecifiedTradeAllowanceCharge"), *CII_EXTRA)),
                net=one.number(f"{line}/SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"),
                tax_percent=one.number(f"{line}/ApplicableTradeTax/RateApplicablePercent"),
            )
            for one in trade.all("IncludedSupplyChainTradeLineItem")
        ),
    )


def _each(price: Decimal | None, base: Decimal | None) -> Decimal | None:
    """The price of one piece, where the bill may name that of a hundred."""
    return price / base if price is not None and base else price


_KNOWN: dict[str, Callable[[Element], Reading]] = {"Invoice": _ubl, "CreditNote": _ubl, "CrossIndustryInvoice": _cii}
