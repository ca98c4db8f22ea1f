"""Twelve weeks of buying: what becomes of each order and invoice, told as lives that run side by side.

A life is a generator: it acts, yields how many working days pass, and acts again; `Diary` plays them all in the order
of time. Which lives there are, how many and when they begin stands in the company's `plots`.
"""

from __future__ import annotations

from collections.abc import Generator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from emptor.demo import papers
from emptor.demo.company import Company
from emptor.demo.desk import Body, Desk, Diary, Life, Row
from emptor.demo.masters import Good, Masters, SettingUp, Source, value
from emptor.domains import documents as doc
from emptor.domains.catalog.items import ITEMS
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.invoices.actions import payable
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.kit.clock import spell
from emptor.kit.money import ZERO, rounded

STANDARD, SERVICE, BLANKET = 0, 1, 2
INVOICE, CREDIT_NOTE, FROM_ORDER, LOOSE_CREDIT_NOTE = 0, 1, 2, 5
NOT_SENT, SENT, READ, CONFIRMED, SENT_FOR_INTEGRATION, FAILED = range(6)
NOT_RECEIVED, PARTLY_RECEIVED, RECEIVED = range(3)
NOT_BILLED, NOT_PAID, PARTLY_PAID, PAID = range(4)

NEVER_BILLED = (doc.DRAFT, doc.REJECTED, doc.CANCELED)
"""Invoices in these states bill nothing."""
WAITING_FOR_CONNECTOR = 8
WHOLE = Decimal(1)


@dataclass
class Order:
    """An order as its life knows it."""

    id: int
    body: Body
    source: Source
    buyer: str
    entity: str
    invoices: list[int] = field(default_factory=list)


class Story:
    """The lives. Each method is one; the helpers below do one deed each, as the person whose deed it is."""

    def __init__(self, company: Company, desk: Desk, masters: Masters, random: Random) -> None:
        self.company, self.desk, self.masters, self.random = company, desk, masters, random
        self._turn = self._number = 0
        self._entered_by: dict[int, str] = {}
        self._newcomers = [one for one in company.sellers if one.state in ("draft", "pending")]

    def enter(self, diary: Diary) -> None:
        """Let every life of the company's plots begin on its day."""
        for plot, times, first, last in self.company.plots:
            for _ in range(times):
                day = first + self.random.random() * (last - first)
                diary.enter(day, getattr(self, plot)())

    # Orders

    def settled(self) -> Life:
        """Ordered, delivered, billed and paid: nothing left to do."""
        order = self.place()
        if self.chance(10):
            self.quote(order)
        yield 0.1
        self.confirm(order)
        yield 0.3
        self.send(order, SENT)
        yield 1
        self.send(order, self.one_of(READ, CONFIRMED))
        if self.chance(30):
            yield self.days(2, 4)
            self.receive(order, PARTLY_RECEIVED)
        yield self.days(2, 6)
        self.receive(order, RECEIVED)
        yield self.days(1, 3)
        invoice = self.bill(order)
        yield 0.4
        self.approve(order, invoice)
        if self.chance(25):
            yield 2
            self.pay(order, invoice, Decimal("0.3"), prepayment=self.chance(50))
        yield self.days(4, 12)
        self.pay(order, invoice)
        yield 0.2
        self.desk.declare(ORDERS, order.id, status=doc.PAID)
        if self.chance(75):
            yield 0.5
            self.link(order, invoice)

    def billed(self) -> Life:
        """Delivered and billed, not paid yet."""
        order = yield from self._delivered(self.one_of(STANDARD, STANDARD, SERVICE))
        invoice = self.bill(order)
        yield 0.5
        self.approve(order, invoice)
        if self.chance(30):
            self.desk.declare(INVOICES, invoice, integration_status=WAITING_FOR_CONNECTOR)

    def partly_paid(self) -> Life:
        """Paid in part, the rest to follow."""
        order = yield from self._delivered()
        invoice = self.bill(order)
        yield 0.5
        self.approve(order, invoice)
        yield self.days(2, 6)
        self.pay(order, invoice, self.one_of(Decimal("0.3"), Decimal("0.5"), Decimal("0.75")))

    def paid_ahead(self) -> Life:
        """Half is delivered, billed and paid; the other half is on its way."""
        order = self.place()
        yield 0.1
        self.confirm(order)
        self.send(order, CONFIRMED)
        yield self.days(3, 6)
        self.receive(order, PARTLY_RECEIVED)
        invoice = self.bill(order, share=Decimal("0.5"))
        yield 0.5
        self.approve(order, invoice)
        yield 3
        self.pay(order, invoice, prepayment=True)

    def bounced(self) -> Life:
        """A payment comes back from the bank and is made again, in two parts."""
        order = yield from self._delivered()
        invoice = self.bill(order)
        yield 0.5
        self.approve(order, invoice)
        yield 3
        payment = self.pay(order, invoice)
        yield 2
        self.desk.as_(self.company.payer)
        self.desk.act(PAYMENTS, "cancel", payment)
        self.reckon(order)
        yield 1
        self.pay(order, invoice, Decimal("0.5"))
        yield 5
        self.pay(order, invoice)
        self.desk.declare(ORDERS, order.id, status=doc.PAID)

    def billed_early(self) -> Life:
        """The invoice arrives before the goods and has to wait for the receipt."""
        order = self.place()
        yield 0.1
        self.confirm(order)
        self.send(order, SENT)
        yield 2
        invoice = self.bill(order)
        yield 0.5
        self.judge(invoice, doc.PENDING_RECEIPT, order)

    def under_way(self) -> Life:
        """Approved and sent, with more or less luck."""
        order = self.place(self.one_of(STANDARD, STANDARD, STANDARD, SERVICE))
        yield 0.1
        self.confirm(order)
        yield 0.3
        self.send(order, sending := self.next_of(SENT, READ, CONFIRMED, SENT_FOR_INTEGRATION, FAILED))
        if sending == SENT_FOR_INTEGRATION:
            self.link(order)
        if sending == CONFIRMED:
            yield 2.5
            self.receive(order, self.one_of(NOT_RECEIVED, PARTLY_RECEIVED))

    def approved(self) -> Life:
        """Approved a moment ago."""
        order = self.place()
        yield 0.2
        self.confirm(order)

    def waiting(self) -> Life:
        """Submitted, waiting for an approver."""
        order = self.place()
        yield 0.1
        self.desk.declare(ORDERS, order.id, status=doc.PENDING)

    def drafted(self) -> Life:
        """Begun and left for tomorrow."""
        self.place()
        yield 0

    def rejected(self) -> Life:
        """Turned down by the approver."""
        order = self.place()
        yield 0.7
        self.desk.as_(self.company.approver)
        self.desk.declare(ORDERS, order.id, status=doc.REJECTED)

    def revised(self) -> Life:
        """Approved, then taken back for changes."""
        order = self.place()
        yield 0.1
        self.confirm(order)
        yield self.days(1, 2)
        self.desk.declare(ORDERS, order.id, status=doc.IN_REVISION)

    def canceled(self) -> Life:
        """Approved, then not needed any more."""
        order = self.place()
        yield 0.1
        self.confirm(order)
        yield self.days(1, 3)
        self.desk.declare(ORDERS, order.id, status=doc.CANCELED)

    def disputed(self) -> Life:
        """Billed dearer than ordered: order and invoice wait for the buyer's word."""
        order = yield from self._delivered()
        invoice = self.bill(order, dearer=Decimal("1.04"))
        self.desk.attach(INVOICES, invoice, "crate on arrival.png", papers.png(), "And the crate had lost a corner.")
        yield 0.3
        self.judge(invoice, doc.MATCHING, order)
        self.desk.declare(ORDERS, order.id, status=doc.MATCHING)

    def blanket(self) -> Life:
        """A frame for the year, called off bit by bit."""
        yield from self._called_off()

    def stopped(self) -> Life:
        """A frame that ends before its time."""
        order = yield from self._called_off()
        yield self.days(8, 15)
        self.pay(order, order.invoices[0])
        self.desk.declare(ORDERS, order.id, status=doc.CLOSED)

    # Invoices without an order

    def invoice_open(self) -> Life:
        """Approved; some are overdue by the end of the story."""
        invoice = self.enter_invoice(INVOICE)
        yield 0.5
        self.approve(None, invoice)

    def invoice_paid(self) -> Life:
        """Approved and paid in full."""
        invoice = self.enter_invoice(INVOICE)
        yield 0.5
        self.approve(None, invoice)
        yield self.days(3, 9)
        self.pay(None, invoice)

    def invoice_draft(self) -> Life:
        """Typed in, not submitted."""
        self.enter_invoice(INVOICE)
        yield 0

    def invoice_waiting(self) -> Life:
        """Submitted, waiting for an approver."""
        yield from self._judged(doc.PENDING)

    def invoice_under_review(self) -> Life:
        """An approver asked somebody to have a look."""
        yield from self._judged(doc.APPROVAL_REVIEW)

    def invoice_rejected(self) -> Life:
        """Turned down."""
        yield from self._judged(doc.REJECTED)

    def invoice_revised(self) -> Life:
        """Sent back for changes."""
        yield from self._judged(doc.IN_REVISION)

    def invoice_canceled(self) -> Life:
        """Entered twice, and one of the two taken out."""
        yield from self._judged(doc.CANCELED)

    def invoice_closed(self) -> Life:
        """Of last year, closed by the administrators."""
        yield from self._judged(doc.CLOSED)

    def credit_note(self) -> Life:
        """Money back for goods that came back."""
        yield from self._credited(CREDIT_NOTE)

    def loose_credit_note(self) -> Life:
        """Money back that belongs to no invoice, such as a bonus for the year."""
        yield from self._credited(LOOSE_CREDIT_NOTE)

    # Master data that moves

    def newcomer(self) -> Life:
        """A new supplier that nobody has approved yet."""
        if self._newcomers:
            self.desk.as_(self.company.founder)
            setting_up = SettingUp(self.company, self.desk, self.random)
            setting_up.known = self.masters
            setting_up.supplier(self._newcomers.pop(0))
        yield 0

    def price_change(self) -> Life:
        """A new price in the catalogue."""
        good = self.random.choice(self.random.choice(self.masters.sources).goods)
        self.desk.as_(self.company.founder)
        self.desk.change(ITEMS, good.item, {"price": rounded(good.price * Decimal("1.02"), 4)})
        yield 0

    def supplier_change(self) -> Life:
        """Another period of delivery."""
        source = self.random.choice(self.masters.sources)
        self.desk.as_(self.company.founder)
        self.desk.change(SUPPLIERS, source.supplier, {"deliveryPeriod": self.one_of(4, 6, 8, 12)})
        yield 0

    # Stretches that several lives share

    def _delivered(self, kind: int = STANDARD) -> Generator[float, None, Order]:
        order = self.place(kind)
        yield 0.1
        self.confirm(order)
        yield 0.2
        self.send(order, self.one_of(SENT, READ, CONFIRMED))
        yield self.days(3, 7)
        self.receive(order, RECEIVED)
        yield self.days(1, 2)
        return order

    def _called_off(self) -> Generator[float, None, Order]:
        order = self.place(BLANKET)
        yield 0.2
        self.confirm(order)
        self.send(order, CONFIRMED)
        yield self.days(5, 9)
        self.receive(order, PARTLY_RECEIVED)
        invoice = self.bill(order, share=Decimal("0.1"))
        yield 0.5
        self.approve(order, invoice)
        return order

    def _judged(self, status: int) -> Life:
        invoice = self.enter_invoice(INVOICE, from_supplier=self.chance(40))
        yield self.days(0, 1)
        self.judge(invoice, status)

    def _credited(self, kind: int) -> Life:
        note = self.enter_invoice(kind)
        yield 0.3
        self.approve(None, note)

    # Deeds

    def place(self, kind: int = STANDARD, lines: int = 0) -> Order:
        """Create an order as one of the buyers of its location; without a number of lines, with a few."""
        location = self.one_of(*(code for code, buyers in self.company.buyers.items() for _ in buyers))
        buyer = self.one_of(*self.company.buyers[location])
        source = self._source(kind)
        entity = self.one_of(*self.company.locations[location][3])
        body = self._head(source, location, entity, buyer)
        body |= {
            "requiredDate": self._in_days(self.one_of(5, 7, 10, 14, 21)), "sendToSupplier": self.chance(60),
            "deliverToName": self.one_of(*RECIPIENTS) if self.chance(60) else None,
            "customName": self.one_of(*TITLES) if self.chance(20) else None,
            "items": self._frame(source, entity) if kind == BLANKET else self._lines(source, entity, lines),
        }  # fmt: skip
        self.desk.as_(buyer)
        return Order(self.desk.create(ORDERS, body, logic_type=kind), body, source, buyer, entity)

    def quote(self, order: Order) -> None:
        """Attach the supplier's offer to an order."""
        offer = papers.pdf("Offer", (order.source.seller.name, f"to {self.company.name}", self.desk.tx.stamp[:10]))
        self.desk.as_(order.buyer)
        self.desk.attach(ORDERS, order.id, f"offer {self.next_number():05}.pdf", offer)

    def confirm(self, order: Order) -> None:
        """Submit an order."""
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "confirm", order.id)

    def send(self, order: Order, code: int) -> None:
        """Note how far the order has come on its way to the supplier."""
        self.desk.declare(ORDERS, order.id, status_sending=code)

    def receive(self, order: Order, code: int) -> None:
        """Note how much of the order has come."""
        self.desk.as_(self.company.storekeeper)
        self.desk.declare(ORDERS, order.id, status_receiving=code)

    def bill(self, order: Order, share: Decimal = WHOLE, dearer: Decimal = WHOLE) -> int:
        """Enter the supplier's invoice for a share of the order; its id."""
        taken = ("supplier", "location", "legalEntity", "currency", "exchangeRate", "discountPercent", "paymentTerm",
                 "dataDocumentCustomFields")  # fmt: skip
        body = {name: order.body[name] for name in taken if name in order.body}
        body |= self._particulars() | {"items": deepcopy(order.body["items"])}
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

    def enter_invoice(self, kind: int, **columns: Any) -> int:
        """Enter an invoice or credit note that belongs to no order; its id."""
        location = self.one_of(*self.company.buyers)
        entity = self.company.locations[location][3][0]
        source = self._source(SERVICE if kind == INVOICE else STANDARD)
        body = self._head(source, location, entity) | self._particulars()
        body["items"] = self._lines(source, entity)
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

    def approve(self, order: Order | None, invoice: int) -> None:
        """Submit an invoice; what the order has been billed follows."""
        self.desk.as_(self._entered_by[invoice])
        self.desk.act(INVOICES, "confirm", invoice)
        if order:
            self.reckon(order)

    def judge(self, invoice: int, status: int, order: Order | None = None) -> None:
        """Put an invoice into a state that comes from somebody's decision."""
        self.desk.as_(self.company.approver)
        self.desk.declare(INVOICES, invoice, status=status)
        if order:
            self.reckon(order)

    def pay(self, order: Order | None, invoice: int, share: Decimal = WHOLE, *, prepayment: bool = False) -> int:
        """Pay a share of what is left of an invoice; the payment's id."""
        self.desk.as_(self.company.payer)
        row = self.desk.row(INVOICES, invoice)
        number = self.next_number()
        body = {
            "invoice": {"id": invoice}, "payDate": self.desk.tx.stamp, "logicType": 1 if prepayment else 0,
            "sumPaid": rounded((payable(row) - row["sum_paid"]) * share),
            "note": f"Payment run {self.desk.tx.stamp[:10]}", "externalId": f"PAY{number:05}" if number % 3 else None,
        }  # fmt: skip
        payment = self.desk.create(PAYMENTS, body, prepayment=prepayment)
        if order:
            self.reckon(order)
        return payment

    def reckon(self, order: Order) -> None:
        """Note on the order what its invoices have come to."""
        rows = [self._invoice(invoice) for invoice in order.invoices]
        live = [row for row in rows if row["status"] not in NEVER_BILLED]
        columns = ("sum", "sum_in_company_currency", "net_sum")
        billed = {name: sum((row[name] for row in live), ZERO) for name in columns}
        paid = sum((row["sum_paid"] for row in live), ZERO)
        if not live:
            status = NOT_BILLED
        elif paid == 0:
            status = NOT_PAID
        else:
            whole = billed["sum"] >= self._ordered(order) and all(row["status"] == doc.PAID for row in live)
            status = PAID if whole else PARTLY_PAID
        self.desk.declare(
            ORDERS, order.id, status_payment=status, invoiced_sum=billed["sum"], net_invoiced_sum=billed["net_sum"],
            invoiced_sum_in_company_currency=billed["sum_in_company_currency"],
        )  # fmt: skip

    def link(self, order: Order, invoice: int | None = None) -> None:
        """Let the connector note the numbers that the ERP gave."""
        number = self.next_number()
        log = f"{self.desk.tx.stamp[:16].replace('T', ' ')} posted"
        self.desk.as_("connector")
        self.desk.link(ORDERS, order.id, {"externalId": f"45000{number:05}", "externalIntegrationLog": log})
        if invoice:
            self.desk.link(INVOICES, invoice, {"externalId": f"51000{number:05}", "externalIntegrationLog": log})

    # What stands in a document

    def _source(self, kind: int) -> Source:
        services = [one for one in self.masters.sources if not one.group.category.startswith(("MAT", "PACK"))]
        chosen: Source = self.one_of(*(services if kind == SERVICE else self.masters.sources))
        return chosen

    def _head(self, source: Source, location: str, entity: str, buyer: str = "") -> Body:
        body: Body = {
            "supplier": {"id": source.supplier}, "location": {"id": self.masters.locations[location]},
            "legalEntity": {"id": self.masters.entities[entity]}, "paymentTerm": {"id": source.terms},
            "note": source.group.note or None if self.chance(50) else None,
            "dataDocumentCustomFields": self._values(source, location, entity, buyer),
        }  # fmt: skip
        if source.currency != self.company.currency:
            drift = Decimal(self.random.randrange(9850, 10150)) / 10000
            rate = rounded(Decimal(self.company.rates[source.currency]) * drift, 6)
            body |= {"currency": source.currency, "exchangeRate": rate}
        if self.chance(9):
            body["discountPercent"] = self.one_of(Decimal(2), Decimal(3), Decimal("7.5"))
        elif self.chance(5):
            body["discountAmount"] = self.one_of(Decimal(5), Decimal("12.5"), Decimal(25))
        return body

    def _values(self, source: Source, location: str, entity: str, buyer: str) -> list[Body]:
        fields, options, person = self.masters.fields, self.masters.options, self.company.people.get(buyer)
        root = person.options[0] if person and person.options else source.group.department
        found = [value("document", fields["department"], options[self.one_of(*self.masters.children[root])])]
        projects = self.company.custom_fields["project"].choices if "project" in fields else ()
        open_to = [one.code for one in projects if one.enable and one.goes_with(entity, location)]
        if open_to and self.chance(35):
            found.append(value("document", fields["project"], options[self.one_of(*open_to)]))
        if self.chance(30):
            found.append(value("document", fields["reason"], self.one_of(*REASONS)))
        if "on_site" in fields and self.chance(20):
            found.append(value("document", fields["on_site"], self._in_days(self.one_of(6, 9, 20))[:10]))
        return found

    def _lines(self, source: Source, entity: str, exactly: int = 0) -> list[Body]:
        goods = list(source.goods) * (1 + exactly // len(source.goods))
        self.random.shuffle(goods)
        lines = [self._line(source, entity, good) for good in goods[: exactly or 1 + self.random.randrange(5)]]
        name, price = source.group.extra
        if name and not exactly and self.chance(35):
            lines.append(self._free_line(source, entity, name, Decimal(price)))
        return lines

    def _line(self, source: Source, entity: str, good: Good) -> Body:
        quantity = max(1, good.usual * self.one_of(2, 4, 4, 6, 8) // 4)
        line = self._free_line(source, entity, good.name, good.price) | {
            "product": {"id": good.item}, "quantity": Decimal(quantity), "unit": {"id": good.unit},
        }  # fmt: skip
        if self.chance(12):
            line["discountPercent"] = self.one_of(Decimal(2), Decimal(5), Decimal(10), Decimal("12.5"))
        elif self.chance(6):
            line["discountAmount"] = self.one_of(Decimal(1), Decimal("4.5"))
        values = line["dataItemCustomFields"]
        if "warranty" in self.masters.fields and source.group.tax == "levied" and self.chance(50):
            values.append(value("item", self.masters.fields["warranty"], "2029-01-31"))
        if "drawing" in self.masters.fields and source.group.category == "MAT-STEE":
            values.append(value("item", self.masters.fields["drawing"], f"KP-{self.next_number():05}"))
        return line

    def _free_line(self, source: Source, entity: str, name: str, price: Decimal) -> Body:
        taxes = self.company.tax_rule(source.group.tax, source.seller.country, entity)
        account = self.masters.options[source.group.account]
        return {
            "name": name, "price": price, "quantity": Decimal(1), "taxes": [self.masters.taxes[word] for word in taxes],
            "dataItemCustomFields": [value("item", self.masters.fields["account"], account)],
        }  # fmt: skip

    def _frame(self, source: Source, entity: str) -> list[Body]:
        name = f"Call-offs 2026, {source.seller.group}"
        return [self._free_line(source, entity, name, Decimal(self.one_of(12_000, 25_000, 40_000)))]

    def _particulars(self) -> Body:
        number = self.next_number()
        style = self.one_of("R{0:05}", "2026-{0:04}", "INV{0:06}", "FA/{0:03}/26")
        return {
            "invoiceNumber": style.format(number), "issueDate": self._in_days(-1),
            "deliveryNote": f"DN{number:05}" if self.chance(30) else None,
        }  # fmt: skip

    def _in_days(self, days: int) -> str:
        return spell(self.desk.tx.now + timedelta(days=days))

    def _invoice(self, invoice: int) -> Row:
        self.desk.as_(self.company.payer)
        return self.desk.row(INVOICES, invoice)

    def _ordered(self, order: Order) -> Decimal:
        self.desk.as_(self.company.payer)
        return Decimal(self.desk.row(ORDERS, order.id)["sum"])

    # Chance

    def one_of(self, *choices: Any) -> Any:
        """One of them, whichever."""
        return choices[self.random.randrange(len(choices))]

    def next_of(self, *choices: Any) -> Any:
        """One after the other, so that each has its turn."""
        self._turn += 1
        return choices[self._turn % len(choices)]

    def next_number(self) -> int:
        """A number nothing else has."""
        self._number += 1
        return self._number

    def chance(self, percent: int) -> bool:
        """True as often as that."""
        return self.random.randrange(100) < percent

    def days(self, least: int, most: int) -> float:
        """Some working days, not in whole ones."""
        return least + self.random.random() * (most - least)


RECIPIENTS = (
    "Goods inward, gate 2", "Hydraulics lab", "Night shift, hall 3", "Reception", "Tool store", "Test bench 4",
)  # fmt: skip
TITLES = (
    "Line 3 retrofit", "Spring cleaning", "Spare parts for the ferry", "Trade fair stand", "Pump no. 10,000",
    "Winter stock",
)  # fmt: skip
REASONS = (
    "The old one has started to whistle.", "Replaces what the flood took.", "Agreed in the Monday meeting.",
    "Safety audit, point 7.",
    "Cheaper than repairing it a third time.", "Customer waits for it.", "Minimum stock reached.",
)  # fmt: skip
