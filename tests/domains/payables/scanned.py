"""AP documents for tests: e-invoices, what becomes of a file that is handed in, and of an invoice made of it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from tests.support.buying import Buying, Shown
from tests.support.house import House

PENDING, PROCESSED, ALLOCATED, FAILED, CANCELED = 1, 2, 3, 4, 5
PDF = b"%PDF-1.4\n%%EOF\n"

UBL = "urn:oasis:names:specification:ubl:schema:xsd"
BOLTS = ("Bolt", "B-1", 10, 2, 20, 19)


def ubl(
    *lines: tuple[Any, ...], number: str = "R-77", supplier: str = "Bolt & Nut", tax_id: str = "DE123456789",
    order: str = "", currency: str = "EUR", root: str = "Invoice", extras: tuple[tuple[Any, ...], ...] = (),
    prepaid: Any = 0, about: str = "", sign: int = 1,
) -> bytes:  # fmt: skip
    """An e-invoice in UBL; lines are name, article number, quantity, price, net amount, rate of tax, and what is taken
    off them. `extras` are taken off, or added to, all of it: words, amount and rate of tax. `sign` is that of the sums.
    """
    kind = "CreditNote" if root == "CreditNote" else "Invoice"
    quantity = "CreditedQuantity" if root == "CreditNote" else "InvoicedQuantity"
    lines = lines or (BOLTS,)
    parts = [(line[4], line[5]) for line in lines] + [(one[1], one[2]) for one in extras]
    net = sign * sum(Decimal(str(one)) for one, _ in parts)
    tax = sign * sum(round(Decimal(str(one)) * Decimal(str(rate)) / 100, 2) for one, rate in parts)
    said = "".join(
        f"<cac:{kind}Line><cbc:ID>{i}</cbc:ID><cbc:{quantity} unitCode='C62'>{amount}</cbc:{quantity}>"
        f"<cbc:LineExtensionAmount currencyID='EUR'>{sum_}</cbc:LineExtensionAmount>"
        f"{''.join(_extra('', -one) for one in off)}"
        f"<cac:Item><cbc:Name>{name}</cbc:Name><cac:SellersItemIdentification><cbc:ID>{sku}</cbc:ID>"
        f"</cac:SellersItemIdentification><cac:ClassifiedTaxCategory><cbc:Percent>{rate}</cbc:Percent>"
        f"</cac:ClassifiedTaxCategory></cac:Item><cac:Price><cbc:PriceAmount>{price}</cbc:PriceAmount></cac:Price>"
        f"</cac:{kind}Line>"
        for i, (name, sku, amount, price, sum_, rate, *off) in enumerate(lines, 1)
    )
    named = f"<cac:OrderReference><cbc:ID>{order}</cbc:ID></cac:OrderReference>" if order else ""
    if about:
        named += (
            f"<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{about}</cbc:ID>"
            "</cac:InvoiceDocumentReference></cac:BillingReference>"
        )
    left = (
        f"<cbc:PrepaidAmount>{prepaid}</cbc:PrepaidAmount><cbc:PayableAmount>{net + tax - prepaid}</cbc:PayableAmount>"
    )
    return (
        f"<?xml version='1.0' encoding='UTF-8'?><{root} xmlns='{UBL}:{root}-2' "
        f"xmlns:cac='{UBL}:CommonAggregateComponents-2' xmlns:cbc='{UBL}:CommonBasicComponents-2'>"
        f"<cbc:ID>{number}</cbc:ID><cbc:IssueDate>2026-01-10</cbc:IssueDate><cbc:DueDate>2026-02-09</cbc:DueDate>"
        f"<cbc:DocumentCurrencyCode>{currency}</cbc:DocumentCurrencyCode>{named}"
        f"<cac:AccountingSupplierParty><cac:Party><cac:PartyName><cbc:Name>{supplier.replace('&', '&amp;')}</cbc:Name>"
        f"</cac:PartyName><cac:PartyTaxScheme><cbc:CompanyID>{tax_id}</cbc:CompanyID></cac:PartyTaxScheme>"
        f"</cac:Party></cac:AccountingSupplierParty><cac:AccountingCustomerParty><cac:Party><cac:PartyLegalEntity>"
        f"<cbc:RegistrationName>Acme GmbH</cbc:RegistrationName></cac:PartyLegalEntity></cac:Party>"
        f"</cac:AccountingCustomerParty>{''.join(_extra(*one) for one in extras)}"
        f"<cac:LegalMonetaryTotal><cbc:TaxExclusiveAmount>{net}</cbc:TaxExclusiveAmount>"
        f"<cbc:TaxInclusiveAmount>{net + tax}</cbc:TaxInclusiveAmount>{left if prepaid else ''}"
        f"</cac:LegalMonetaryTotal>{said}</{root}>"
    ).encode()


def _extra(words: str, amount: Any, rate: Any = None) -> str:
    """What is taken off, below zero, or added."""
    reason = f"<cbc:AllowanceChargeReason>{words}</cbc:AllowanceChargeReason>" if words else ""
    taxed = "" if rate is None else f"<cac:TaxCategory><cbc:Percent>{rate}</cbc:Percent></cac:TaxCategory>"
    return (
        f"<cac:AllowanceCharge><cbc:ChargeIndicator>{str(amount > 0).lower()}</cbc:ChargeIndicator>{reason}"
        f"<cbc:Amount currencyID='EUR'>{abs(amount)}</cbc:Amount>{taxed}</cac:AllowanceCharge>"
    )


CII = b"""<?xml version="1.0"?>
<rsm:CrossIndustryInvoice xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
 <rsm:ExchangedDocument><ram:ID>471102</ram:ID><ram:TypeCode>381</ram:TypeCode>
  <ram:IssueDateTime><udt:DateTimeString format="102">20260305</udt:DateTimeString></ram:IssueDateTime>
 </rsm:ExchangedDocument>
 <rsm:SupplyChainTradeTransaction>
  <ram:IncludedSupplyChainTradeLineItem>
   <ram:SpecifiedTradeProduct><ram:SellerAssignedID>TB100A4</ram:SellerAssignedID><ram:Name>Dividers</ram:Name>
   </ram:SpecifiedTradeProduct>
   <ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>990</ram:ChargeAmount>
    <ram:BasisQuantity>100</ram:BasisQuantity></ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
   <ram:SpecifiedLineTradeDelivery><ram:BilledQuantity>20</ram:BilledQuantity></ram:SpecifiedLineTradeDelivery>
   <ram:SpecifiedLineTradeSettlement>
    <ram:ApplicableTradeTax><ram:RateApplicablePercent>19</ram:RateApplicablePercent></ram:ApplicableTradeTax>
    <ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>198.00</ram:LineTotalAmount>
    </ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
  </ram:IncludedSupplyChainTradeLineItem>
  <ram:ApplicableHeaderTradeAgreement>
   <ram:SellerTradeParty><ram:Name>Paper Mill</ram:Name>
    <ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">DE987</ram:ID></ram:SpecifiedTaxRegistration>
   </ram:SellerTradeParty>
   <ram:BuyerTradeParty><ram:Name>Acme</ram:Name></ram:BuyerTradeParty>
   <ram:BuyerOrderReferencedDocument><ram:IssuerAssignedID>PO-9</ram:IssuerAssignedID></ram:BuyerOrderReferencedDocument>
  </ram:ApplicableHeaderTradeAgreement>
  <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
   <ram:SpecifiedTradePaymentTerms><ram:DueDateDateTime><udt:DateTimeString format="102">20260404</udt:DateTimeString>
   </ram:DueDateDateTime></ram:SpecifiedTradePaymentTerms>
   <ram:SpecifiedTradeSettlementHeaderMonetarySummation><ram:TaxBasisTotalAmount>198.00</ram:TaxBasisTotalAmount>
    <ram:GrandTotalAmount>235.62</ram:GrandTotalAmount></ram:SpecifiedTradeSettlementHeaderMonetarySummation>
  </ram:ApplicableHeaderTradeSettlement>
 </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>"""


def supplied(house: House) -> Buying:
    """A company whose supplier is known by its tax number."""
    shop = Buying(house)
    shop.supplier = house.made("/suppliers", {"name": "Bolt & Nut", "taxPayerNumber": "DE 123 456 789"})
    return shop


def handed_in(shop: Buying, content: bytes, name: str = "bill.xml", by: Any = None, also: str = "") -> Shown:
    """What becomes of a file that is handed in, of which there is `also` something to say."""
    house = (by or shop.ann).house
    told = house.changed("POST", "/ap/document/upload", form={}, files={"file": (name, content, "application/pdf")})
    assert told.keys() == {"uploadSuccessMessage"}, told
    shown = house.get("/ap/documents")["data"][0]
    assert told["uploadSuccessMessage"] == f"{name} is AP document {shown['idn']} now. {also}".strip()
    return {**house.get(f"/ap/documents/{shown['idn']}"), "at": f"/ap/documents/{shown['idn']}"}


def billed(shop: Buying, scan: Shown, **body: Any) -> tuple[Shown, Shown]:
    """The AP document after an invoice has been made of it, and the invoice."""
    shown = shop.house.changed("POST", f"{scan['at']}/create_invoice", body)
    row = shop.house.get(f"/invoices?id={shown['invoice']['id']}")["data"][0]
    return shown, {**shop.house.get(f"/invoices/{row['idn']}"), "at": f"/invoices/{row['idn']}"}
