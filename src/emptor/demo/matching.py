"""What becomes of invoices of orders: as ordered, dearer, for more than was ordered, of several orders at once."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal
from typing import Any

from emptor.demo import papers
from emptor.demo.billing import MUCH
from emptor.demo.buying import Buying
from emptor.demo.deeds import BLANKET, CONFIRMED, SERVICE, STANDARD, WHOLE, Order
from emptor.demo.desk import Body, Life
from emptor.demo.masters import value
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.purchasing.orders import RESOURCE as ORDERS

DEAR_ENOUGH = 4_000
"""Invoices from so much on are approved by finance."""


class Matching(Buying):
    """Lives of invoices that bill orders."""

    # As ordered

    def bill_drafted(self) -> Life:
        """Entered from the order, not submitted."""
        order = yield from self._delivered()
        self.bill(order)

    def bill_waiting(self) -> Life:
        """As ordered and so dear that finance is asked, and has not answered yet."""
        order = yield from self._delivered(least=DEAR_ENOUGH)
        self.submit_invoice(self.bill(order))

    def a_little_dearer(self) -> Life:
        """Dearer than ordered by so little that the company lets it pass."""
        order = yield from self._delivered(least=1_500, flat=True)
        invoice = self.bill(order, dearer=Decimal("1.015"))
        yield 0.4
        yield from self.approve_invoice(invoice)
        yield self.days(4, 9)
        self.pay(invoice)

    def billed_in_two(self) -> Life:
        """A service that is billed in two parts, the first of them paid."""
        order = yield from self._delivered(SERVICE, flat=True)
        first = self.bill(order, share=Decimal("0.5"))
        yield 0.4
        yield from self.approve_invoice(first)
        yield 5
        self.pay(first)
        yield self.days(2, 5)
        yield from self.approve_invoice(self.bill(order))

    def blanket_used_up(self) -> Life:
        """A frame that is billed to the last cent before its year is over."""
        order = self.place(BLANKET)
        yield 0.2
        yield from self.go_ahead(order)
        self.send(order, CONFIRMED)
        for share in (Decimal("0.4"), Decimal("0.35"), Decimal("0.25")):
            yield self.days(4, 7)
            invoice = self.bill(order, share=share)
            yield 0.5
            yield from self.approve_invoice(invoice)
            yield from self.receive(order)
            yield self.days(1, 3)
            self.pay(invoice)

    def of_several_orders(self) -> Life:
        """The supplier bills two orders at once."""
        first = yield from self._delivered(flat=True)
        second = self.place(source=first.source, location=first.location, entity=first.entity, flat=True)
        yield 0.1
        yield from self.go_ahead(second)
        yield self.days(2, 4)
        yield from self.receive(second)
        yield 1
        person = self.company.accountants[first.entity]
        self.desk.as_(person)
        body = {"purchaseOrders": [{"id": one.id} for one in (first, second)], **self._particulars()}
        body.pop("deliveryNote")
        invoice = self.desk.command(INVOICES, "from_orders", body)
        self._entered_by[invoice] = person
        yield 0.5
        yield from self.approve_invoice(invoice)

    def split_bill(self) -> Life:
        """Part of what was billed belongs to another department: two invoices are made of one."""
        order = self.place(lines=3, flat=True)
        yield 0.1
        yield from self.go_ahead(order)
        yield self.days(3, 5)
        yield from self.receive(order)
        yield 1
        invoice = self.bill(order)
        person = self._entered_by[invoice]
        line = self.desk.lines(INVOICES, invoice)[-1]["id"]
        self.desk.as_(person)
        self.desk.act(INVOICES, "split", invoice, {"items": [{"id": line}]})
        (child,) = (row["id"] for row in self.desk.rows("invoices", parent_id=invoice))
        self._entered_by[child] = person
        field = self.masters.fields["department"]
        others = [one for one in order.body["dataDocumentCustomFields"] if one["documentCustomField"]["id"] != field]
        other = value("document", field, self.masters.options[self.one_of(*self._departments())])
        self.desk.as_(person)
        self.desk.change(INVOICES, child, {"dataDocumentCustomFields": [*others, other]})
        for one in (invoice, child):
            yield 0.3
            yield from self.approve_invoice(one)

    def line_split(self) -> Life:
        """One line of the bill is told apart by what it was used for."""
        order = yield from self._delivered(lines=1, least=900, flat=True)
        invoice = self.bill(order)
        line = self.desk.lines(INVOICES, invoice)[0]
        parts = [
            {"quantity": line["quantity"] / 4, "name": f"{line['name']}, warranty repair"},
            {"quantity": line["quantity"] - line["quantity"] / 4},
        ]
        self.desk.as_(self._entered_by[invoice])
        self.desk.act(INVOICES, "split_line", invoice, {"item": {"id": line["id"]}, "parts": parts})
        yield 0.3
        yield from self.approve_invoice(invoice)

    def linked_afterwards(self) -> Life:
        """Entered without its order, because nobody knew of it, and linked to that once somebody did."""
        order = self.place(flat=True)
        yield 0.1
        yield from self.go_ahead(order)
        yield 2
        taken = ("supplier", "location", "legalEntity", "currency", "exchangeRate", "paymentTerm",
                 "dataDocumentCustomFields")  # fmt: skip
        body = {name: order.body[name] for name in taken if name in order.body} | self._particulars()
        invoice = self._enter(order.entity, body | {"items": deepcopy(order.body["items"])}, {})
        yield 0.5
        yield from self.approve_invoice(invoice)
        yield 2
        yield from self.receive(order)
        yield 1
        ordered = [line["id"] for line in self.desk.lines(ORDERS, order.id)]
        billed = [line["id"] for line in self.desk.lines(INVOICES, invoice)]
        items = [
            {"id": line, "allocations": [{"purchaseOrderItem": of}]} for line, of in zip(billed, ordered, strict=True)
        ]
        self.talk(INVOICES, invoice, self._entered_by[invoice], f"{{{order.buyer}}}, this was yours. Linked it.")
        self.desk.act(INVOICES, "link", invoice, {"items": items})

    # Not as ordered

    def billed_dearer(self) -> Life:
        """Much dearer than ordered: order and invoice wait for the word of whoever ordered."""
        _, invoice = yield from self._differing(self._dearer)
        self.desk.as_(self._entered_by[invoice])
        self.desk.attach(INVOICES, invoice, "crate on arrival.png", papers.png(), "And the crate had lost a corner.")

    def billed_too_many(self) -> Life:
        """More than was ordered is on the bill."""
        yield from self._differing(self._too_many)

    def billed_something_new(self) -> Life:
        """A surcharge is on the bill that nobody has ordered."""
        order, invoice = yield from self._differing(self._something_new)
        text = f"{{{order.buyer}}}, did you agree to this surcharge?"
        self.talk(INVOICES, invoice, self._entered_by[invoice], text)

    def two_differ(self) -> Life:
        """Two bills of one order differ from it; the older is decided about first."""
        order = yield from self._delivered(least=1_500, flat=True)
        for share in (Decimal("0.5"), WHOLE):
            self.submit_invoice(self.bill(order, share=share, dearer=MUCH))
            yield 0.5

    def difference_accepted(self) -> Life:
        """The buyer agrees; the order takes over what differs and is approved anew, and the bill goes its way."""
        order, invoice = yield from self._differing(self.next_of(self._dearer, self._too_many, self._something_new))
        yield 1
        self.desk.as_(order.buyer)
        self.desk.act(INVOICES, "accept_changes", invoice)
        yield from self.approvals(ORDERS, order.id)
        yield from self.approvals(INVOICES, invoice)
        yield 1
        if any(line["received_quantity"] < line["quantity"] for line in self.desk.lines(ORDERS, order.id)):
            yield from self.receive(order)
        yield self.days(2, 5)
        self.pay(invoice)

    def difference_declined(self) -> Life:
        """The buyer does not agree; the supplier sends another bill."""
        order, invoice = yield from self._differing(self._dearer)
        yield 1
        self.desk.as_(order.buyer)
        self.desk.act(INVOICES, "decline_changes", invoice, {"comment": "We had agreed on the price in the order."})
        yield 2
        yield from self.approve_invoice(self.bill(order))

    def difference_withdrawn(self) -> Life:
        """The accountant has read the wrong line and takes the invoice back."""
        _, invoice = yield from self._differing(self._too_many)
        yield 0.3
        self.desk.as_(self._entered_by[invoice])
        self.desk.act(INVOICES, "withdraw", invoice)

    # Stretches that several lives share

    def _differing(self, enter: Any) -> Any:
        order = yield from self._delivered(STANDARD, least=1_500, flat=True)
        invoice = enter(order)
        yield 0.3
        self.submit_invoice(invoice)
        return order, invoice

    def _dearer(self, order: Order) -> int:
        return self.bill(order, dearer=MUCH)

    def _too_many(self, order: Order) -> int:
        invoice = self.bill(order)
        line = self.desk.lines(INVOICES, invoice)[0]
        more = max(Decimal(1), line["quantity"] // 5)
        self.correct(invoice, {line["id"]: line["quantity"] + more})
        return invoice

    def _something_new(self, order: Order) -> int:
        invoice = self.bill(order)
        items: list[Body] = [{"id": line["id"]} for line in self.desk.lines(INVOICES, invoice)]
        new = self._free_line(order.source, order.entity, self.one_of(*SURCHARGES), self.one_of(*PRICES))
        self.desk.as_(self._entered_by[invoice])
        self.desk.change(INVOICES, invoice, {"items": [*items, new]})
        return invoice

    def _departments(self) -> tuple[str, ...]:
        field = self.company.custom_fields["department"]
        return tuple(one.code for one in field.choices if one.enable)


SURCHARGES = ("Small quantity surcharge", "Energy surcharge", "Express handling", "Weekend delivery")
PRICES = (Decimal(35), Decimal("48.5"), Decimal(75))
