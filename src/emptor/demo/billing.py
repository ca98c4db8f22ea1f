"""What becomes of invoices and credit notes, those of orders and those on their own, and what is paid."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from emptor.demo import papers
from emptor.demo.deeds import BLANKET, NOT_NEEDED, REFUSED, SENT_BACK, SERVICE, STANDARD, WHOLE, Days, Deeds, Order
from emptor.demo.desk import Body, Life
from emptor.domains import documents as doc
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.payables.rules import payable
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.purchasing.orders import progress
from emptor.kit.money import ZERO, rounded

INVOICE, CREDIT_NOTE, FROM_ORDER, LOOSE_CREDIT_NOTE = 0, 1, 2, 5
NOT_BILLED, NOT_PAID, PARTLY_PAID, PAID = range(4)
NEVER_BILLED = (doc.DRAFT, doc.REJECTED, doc.CANCELED)
"""Invoices in these states bill nothing."""
WAITING_FOR_CONNECTOR = 8


class Billing(Deeds):
    """Lives of invoices that belong to no order, and what is billed and paid in other lives."""

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self._entered_by: dict[int, str] = {}

    # Deeds

    def bill(self, order: Order, share: Decimal = WHOLE, dearer: Decimal = WHOLE) -> int:
        """Enter the supplier's invoice for a share of the order; its id."""
        taken = ("supplier", "location", "legalEntity", "currency", "exchangeRate", "discountPercent", "paymentTerm",
                 "dataDocumentCustomFields")  # fmt: skip
        body = {name: order.body[name] for name in taken if name in order.body}
        body |= self._particulars() | {"items": deepcopy(order.body["items"])}
        if order.kind == BLANKET:
            body["items"] = self.lines(order.source, order.entity, 1)
            body["items"][0]["price"] = rounded(order.body["blanketSum"] / body["items"][0]["quantity"], 4)
        for item in body["items"]:
            item["price"] = rounded(item["price"] * dearer, 4)
            if share != 1 and item["quantity"] == 1:
                item["price"] = rounded(item["price"] * share)
            elif share != 1:
                item["quantity"] = rounded(item["quantity"] * share)
            item.pop("discountAmount", None)
        if "discountAmount" in order.body and share == 1:
            body["discountAmount"] = order.body["discountAmount"]
        columns = {"logic_type": FROM_ORDER, "purchase_order_id": order.id, "from_supplier": self.chance(15)}
        order.invoices.append(self._enter(order.entity, body, columns))
        return order.invoices[-1]

    def enter_invoice(self, kind: int, *, least: int = 0, **columns: Any) -> int:
        """Enter an invoice or credit note that belongs to no order; its id."""
        location = self.one_of(*self.company.places)
        entity = self.company.locations[location][3][0]
        source = self.source(SERVICE if kind == INVOICE else STANDARD)
        body = self.head(source, location, entity) | self._particulars()
        body["items"] = self.lines(source, entity, least=least)
        if kind in (CREDIT_NOTE, LOOSE_CREDIT_NOTE):
            body["invoiceNumber"] = f"CN-{body['invoiceNumber']}"
            body["items"] = body["items"][:1]
        return self._enter(entity, body, {"logic_type": kind, **columns})

    def _enter(self, entity: str, body: Body, columns: dict[str, Any]) -> int:
        person = self.company.accountants[entity]
        self.desk.as_(person)
        invoice = self.desk.create(INVOICES, body, **columns)
        self._entered_by[invoice] = person
        if self.chance(8):
            scan = papers.pdf(f"Invoice {body['invoiceNumber']}", ("Thank you for your order.", "Please pay."))
            self.desk.attach(INVOICES, invoice, f"{body['invoiceNumber'].replace('/', '-')}.pdf", scan)
        return invoice

    def submit_invoice(self, invoice: int) -> None:
        """Submit an invoice."""
        self.desk.as_(self._entered_by[invoice])
        self.desk.act(INVOICES, "confirm", invoice)

    def approve_invoice(self, order: Order | None, invoice: int) -> Days:
        """Submit an invoice and have it approved; what the order has been billed follows."""
        self.submit_invoice(invoice)
        yield from self.approvals(INVOICES, invoice)
        if order:
            self.reckon(order)

    def pay(self, order: Order | None, invoice: int, share: Decimal = WHOLE, *, prepayment: bool = False) -> int:
        """Pay a share of what is left of an invoice; the payment's id."""
        row = self.row(INVOICES, invoice, self.company.payer)
        number = self.next_number()
        body = {
            "invoice": {"id": invoice}, "payDate": self.desk.tx.stamp, "logicType": 1 if prepayment else 0,
            "sumPaid": rounded((payable(row) - row["sum_paid"]) * share),
            "note": f"Payment run {self.desk.tx.stamp[:10]}", "externalId": f"PAY{number:05}" if number % 3 else None,
        }  # fmt: skip
        payment = self.desk.create(PAYMENTS, body)
        if order:
            self.reckon(order)
        return payment

    def dispute(self, order: Order) -> Days:
        """Bill an order dearer than it was; nobody has decided about that yet."""
        invoice = self.bill(order, dearer=Decimal("1.04"))
        self.desk.attach(INVOICES, invoice, "crate on arrival.png", papers.png(), "And the crate had lost a corner.")
        yield 0.3
        self._judge(invoice, doc.MATCHING)
        self.reckon(order)
        self.desk.declare(ORDERS, order.id, status=doc.MATCHING)

    def wait_for_receipt(self, order: Order, invoice: int) -> None:
        """The goods are not here yet."""
        self._judge(invoice, doc.PENDING_RECEIPT)
        self.reckon(order)

    def wait_for_connector(self, invoice: int) -> None:
        """The ERP has not taken it over yet."""
        self.desk.as_(self.company.payer)
        self.desk.declare(INVOICES, invoice, integration_status=WAITING_FOR_CONNECTOR)

    def reckon(self, order: Order) -> None:
        """Note on the order what its invoices have come to, as no operation does yet."""
        rows = [self.row(INVOICES, invoice, self.company.payer) for invoice in order.invoices]
        live = [row for row in rows if row["status"] not in NEVER_BILLED]
        columns = ("sum", "sum_in_company_currency", "net_sum")
        billed = {name: sum((row[name] for row in live), ZERO) for name in columns}
        paid = sum((row["sum_paid"] for row in live), ZERO)
        ordered = self.row(ORDERS, order.id, self.company.payer)["sum"] or order.body.get("blanketSum", ZERO)
        if not live:
            status = NOT_BILLED
        elif paid == 0:
            status = NOT_PAID
        else:
            whole = billed["sum"] >= ordered and all(row["status"] == doc.PAID for row in live)
            status = PAID if whole else PARTLY_PAID
        self.desk.declare(
            ORDERS, order.id, status_payment=status, invoiced_sum=billed["sum"], net_invoiced_sum=billed["net_sum"],
            invoiced_sum_in_company_currency=billed["sum_in_company_currency"],
        )  # fmt: skip
        if status == PAID:
            progress.recount(self.desk.tx, self.desk.row(ORDERS, order.id))

    # Lives

    def invoice_open(self) -> Life:
        """Approved; some are overdue by the end of the story."""
        invoice = self.enter_invoice(INVOICE)
        yield 0.5
        yield from self.approve_invoice(None, invoice)

    def invoice_paid(self) -> Life:
        """Approved and paid in full."""
        invoice = self.enter_invoice(INVOICE)
        yield 0.5
        yield from self.approve_invoice(None, invoice)
        yield self.days(3, 9)
        self.pay(None, invoice)

    def invoice_draft(self) -> Life:
        """Typed in, not submitted."""
        self.enter_invoice(INVOICE)
        yield 0

    def invoice_waiting(self) -> Life:
        """Submitted, waiting for an approver; a dear one for two."""
        invoice = self.enter_invoice(INVOICE, least=self.next_of(4_000, 30_000, 4_000), from_supplier=self.chance(40))
        yield self.days(0, 1)
        self.submit_invoice(invoice)
        if self.chance(50):
            yield from self.approvals(INVOICES, invoice, times=1)

    def invoice_under_review(self) -> Life:
        """An approver asked somebody to have a look."""
        yield from self._judged(doc.APPROVAL_REVIEW)

    def invoice_rejected(self) -> Life:
        """Turned down."""
        invoice = yield from self._submitted()
        self.decide(INVOICES, invoice, "reject", self.one_of(*REFUSED))

    def invoice_revised(self) -> Life:
        """Sent back for changes."""
        invoice = yield from self._submitted()
        self.decide(INVOICES, invoice, "revision", self.one_of(*SENT_BACK))

    def invoice_canceled(self) -> Life:
        """Entered twice, and one of the two taken out."""
        invoice = yield from self._submitted()
        yield from self.approvals(INVOICES, invoice)
        self.desk.as_(self._entered_by[invoice])
        self.desk.act(INVOICES, "cancel", invoice, {"comment": NOT_NEEDED[2]})

    def invoice_closed(self) -> Life:
        """Of last year, closed by the administrators."""
        yield from self._judged(doc.CLOSED)

    def credit_note(self) -> Life:
        """Money back for goods that came back."""
        yield from self._credited(CREDIT_NOTE)

    def loose_credit_note(self) -> Life:
        """Money back that belongs to no invoice, such as a bonus for the year."""
        yield from self._credited(LOOSE_CREDIT_NOTE)

    # Stretches that several lives share

    def _submitted(self) -> Any:
        invoice = self.enter_invoice(INVOICE, least=4_000, from_supplier=self.chance(40))
        yield self.days(0, 1)
        self.submit_invoice(invoice)
        yield 0.4
        return invoice

    def _judged(self, status: int) -> Life:
        invoice = self.enter_invoice(INVOICE, from_supplier=self.chance(40))
        yield self.days(0, 1)
        self._judge(invoice, status)

    def _judge(self, invoice: int, status: int) -> None:
        """Put an invoice into a state that no operation leads to yet."""
        self.desk.as_(self.company.approver)
        self.desk.declare(INVOICES, invoice, status=status)

    def _credited(self, kind: int) -> Life:
        note = self.enter_invoice(kind)
        yield 0.3
        yield from self.approve_invoice(None, note)

    def _particulars(self) -> Body:
        number = self.next_number()
        style = self.one_of("R{0:05}", "2026-{0:04}", "INV{0:06}", "FA/{0:03}/26")
        return {
            "invoiceNumber": style.format(number), "issueDate": self.in_days(-1),
            "deliveryNote": f"DN{number:05}" if self.chance(30) else None,
        }  # fmt: skip
