"""What suppliers bill: invoices of orders, line by line, invoices that belong to no order, and what is paid on them."""

from __future__ import annotations

from decimal import ROUND_FLOOR, Decimal
from typing import Any

from emptor.demo import papers
from emptor.demo.deeds import BLANKET, NOT_NEEDED, REFUSED, SENT_BACK, SERVICE, WHOLE, Days, Deeds, Order
from emptor.demo.desk import Body, Life, Row
from emptor.domains import documents as doc
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.payables.rules import payable
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.kit.money import ZERO, rounded

WAITING_FOR_CONNECTOR = 8
MUCH = Decimal("1.12")
"""So much dearer no limit of a company lets pass."""


class Billing(Deeds):
    """Lives of invoices that belong to no order, and what is billed and paid in other lives."""

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self._entered_by: dict[int, str] = {}

    # Deeds

    def bill(self, order: Order, share: Decimal = WHOLE, dearer: Decimal = WHOLE, **more: Any) -> int:
        """Enter the supplier's invoice for what is open of an order, or a share of that; its id."""
        body = {"purchaseOrder": {"id": order.id}, **self._particulars(), **more}
        if order.kind == BLANKET and "items" not in body:
            body["items"] = [self._call_off(order, share)]
        invoice = self._enter(order.entity, body, {"from_supplier": self.chance(15)})
        order.invoices.append(invoice)
        if order.kind != BLANKET and (share, dearer) != (WHOLE, WHOLE):
            lines = self.desk.lines(INVOICES, invoice)
            self.correct(invoice, {line["id"]: _part(line["quantity"], share) for line in lines}, share, dearer)
        return invoice

    def bill_received(self, order: Order) -> int:
        """Enter the invoice for what has come of an order; its id."""
        invoice = self.bill(order)
        come = {line["id"]: line["received_quantity"] for line in self.desk.lines(ORDERS, order.id)}
        lines = self.desk.lines(INVOICES, invoice)
        self.correct(invoice, {line["id"]: come[line["allocations"][0]["order_line_id"]] for line in lines})
        return invoice

    def correct(
        self, invoice: int, quantities: dict[int, Decimal], share: Decimal = WHOLE, dearer: Decimal = WHOLE
    ) -> None:
        """Have the lines of a draft say these quantities; lines of nothing go. What costs by the sum costs a share."""
        row, lines = self.row(INVOICES, invoice), self.desk.lines(INVOICES, invoice)
        items: list[Body] = []
        for line in lines:
            quantity = quantities.get(line["id"], line["quantity"])
            if not quantity:
                continue
            item: Body = {"id": line["id"], "price": rounded(line["price"] * dearer, 4)}
            if row["is_service_order"]:
                item["price"] = rounded(item["price"] * share, 2)
            elif quantity != line["quantity"]:
                item["quantity"] = quantity
                if line["discount_amount"]:
                    item["discountAmount"] = rounded(line["discount_amount"] * quantity / line["quantity"], 4)
            items.append(item)
        body: Body = {"items": items}
        if row["discount_amount"]:
            before = sum((line["net_sum"] for line in lines), ZERO)
            kept = {line["id"]: line["net_sum"] * _ratio(quantities, line) for line in lines}
            part = share if row["is_service_order"] else sum(kept.values(), ZERO) / before
            body["discountAmount"] = rounded(row["discount_amount"] * part, 2)
        self.desk.as_(self._entered_by[invoice])
        self.desk.change(INVOICES, invoice, body)

    def enter_invoice(self, *, least: int = 0, loose_credit: bool = False, **columns: Any) -> int:
        """Enter an invoice that belongs to no order, or a credit note on its own; its id."""
        location = self.one_of(*self.company.places)
        entity = self.company.locations[location][3][0]
        source = self.source(0 if loose_credit else SERVICE)
        body = self.head(source, location, entity) | self._particulars()
        body["items"] = self.lines(source, entity, least=least)
        if loose_credit:
            body |= {"invoiceNumber": f"CN-{body['invoiceNumber']}", "logicType": 5, "items": body["items"][:1]}
        return self._enter(entity, body, columns)

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

    def approve_invoice(self, invoice: int) -> Days:
        """Submit an invoice and have it approved."""
        self.submit_invoice(invoice)
        yield from self.approvals(INVOICES, invoice)

    def pay(self, invoice: int, share: Decimal = WHOLE, *, prepayment: bool = False) -> int:
        """Pay a share of what is left of an invoice; the payment's id."""
        row = self.row(INVOICES, invoice, self.company.payer)
        number = self.next_number()
        body = {
            "invoice": {"id": invoice}, "payDate": self.desk.tx.stamp, "logicType": 1 if prepayment else 0,
            "sumPaid": rounded((payable(row) - row["sum_paid"]) * share),
            "note": f"Payment run {self.desk.tx.stamp[:10]}", "externalId": f"PAY{number:05}" if number % 3 else None,
        }  # fmt: skip
        payment = self.desk.create(PAYMENTS, body)
        self.release(PAYMENTS, payment)
        return payment

    def wait_for_connector(self, invoice: int) -> None:
        """The ERP has not taken it over yet."""
        self.desk.as_(self.company.payer)
        self.desk.declare(INVOICES, invoice, integration_status=WAITING_FOR_CONNECTOR)

    # Lives

    def invoice_open(self) -> Life:
        """Approved; some are overdue by the end of the story."""
        invoice = self.enter_invoice()
        yield 0.5
        yield from self.approve_invoice(invoice)

    def invoice_paid(self) -> Life:
        """Approved and paid in full."""
        invoice = self.enter_invoice()
        yield 0.5
        yield from self.approve_invoice(invoice)
        yield self.days(3, 9)
        self.pay(invoice)

    def invoice_draft(self) -> Life:
        """Typed in, not submitted."""
        self.enter_invoice()
        yield 0

    def invoice_waiting(self) -> Life:
        """Submitted, waiting for an approver; a dear one for two."""
        invoice = self.enter_invoice(least=self.next_of(4_000, 30_000, 4_000), from_supplier=self.chance(40))
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

    def invoice_unmet(self) -> Life:
        """Another system has sent it, which waits for something of its own to come first."""
        yield from self._judged(doc.PENDING_RECEIPT)

    # Stretches that several lives share

    def _submitted(self) -> Any:
        invoice = self.enter_invoice(least=4_000, from_supplier=self.chance(40))
        yield self.days(0, 1)
        self.submit_invoice(invoice)
        yield 0.4
        return invoice

    def _judged(self, status: int) -> Life:
        invoice = self.enter_invoice(from_supplier=self.chance(40))
        yield self.days(0, 1)
        self.desk.as_(self.company.approver)
        self.desk.declare(INVOICES, invoice, status=status)

    def _call_off(self, order: Order, share: Decimal) -> Body:
        """A line that takes a share of a blanket order's sum."""
        (item,) = self.lines(order.source, order.entity, 1)
        kept = {name: item[name] for name in ("name", "taxes", "dataItemCustomFields")}
        return kept | {"quantity": WHOLE, "price": rounded(order.body["blanketSum"] * share)}

    def _particulars(self) -> Body:
        number = self.next_number()
        style = self.one_of("R{0:05}", "2026-{0:04}", "INV{0:06}", "FA/{0:03}/26")
        return {
            "invoiceNumber": style.format(number), "issueDate": self.in_days(-1),
            "deliveryNote": f"DN{number:05}" if self.chance(30) else None,
        }  # fmt: skip


def _part(quantity: Decimal, share: Decimal) -> Decimal:
    """A share of a quantity, in whole pieces where it comes to one."""
    part = quantity * share
    return part.quantize(Decimal(1), ROUND_FLOOR) or rounded(part, 4)


def _ratio(quantities: dict[int, Decimal], line: Row) -> Decimal:
    return quantities.get(line["id"], line["quantity"]) / line["quantity"]
