"""What becomes of orders: approved, sent, changed, received, given up."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal
from typing import Any

from emptor.demo.billing import Billing
from emptor.demo.deeds import (
    BLANKET,
    BLANKET_BY_ITEM,
    CONFIRMED,
    FAILED,
    READ,
    REFUSED,
    SENT,
    SENT_BACK,
    SENT_FOR_INTEGRATION,
    SERVICE,
    STANDARD,
    Days,
    Order,
)
from emptor.demo.desk import Life
from emptor.demo.receiving import Receiving
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.purchasing.orders import RESOURCE as ORDERS


class Buying(Receiving, Billing):
    """Lives of orders."""

    def settled(self) -> Life:
        """Ordered, delivered, billed and paid: nothing left to do."""
        order = self.place()
        if self.chance(10):
            self.quote(order)
        yield 0.1
        yield from self.go_ahead(order)
        yield 0.3
        self.send(order, SENT)
        yield 1
        self.send(order, self.one_of(READ, CONFIRMED))
        if self.chance(30):
            yield self.days(2, 4)
            yield from self.receive(order, part=True)
        yield self.days(2, 6)
        yield from self.receive(order)
        yield self.days(1, 3)
        invoice = self.bill(order)
        yield 0.4
        yield from self.approve_invoice(invoice)
        if self.chance(25):
            yield 2
            self.pay(invoice, Decimal("0.3"), prepayment=self.chance(50))
        yield self.days(4, 12)
        self.pay(invoice)
        if self.chance(75):
            yield 0.5
            self.link(order, (INVOICES, invoice))

    def billed(self) -> Life:
        """Delivered and billed, not paid yet."""
        order = yield from self._delivered(self.one_of(STANDARD, STANDARD, SERVICE))
        invoice = self.bill(order)
        yield 0.5
        yield from self.approve_invoice(invoice)
        if self.chance(30):
            self.wait_for_connector(invoice)

    def levied(self) -> Life:
        """Electronics from home: there is a levy on them, and tax on both."""
        home = self.company.people[self.company.founder].home
        entity = self.company.locations[home][3][0]
        sources = [one for one in self.masters.sources if one.group.tax == "levied" and one.seller.country == entity]
        order = self.place(location=home, source=self.random.choice(sources))
        yield 0.1
        yield from self.go_ahead(order)
        yield 4
        yield from self.receive(order)
        yield 1
        yield from self.approve_invoice(self.bill(order))

    def partly_paid(self) -> Life:
        """Paid in part, the rest to follow."""
        order = yield from self._delivered()
        invoice = self.bill(order)
        yield 0.5
        yield from self.approve_invoice(invoice)
        yield self.days(2, 6)
        self.pay(invoice, self.one_of(Decimal("0.3"), Decimal("0.5"), Decimal("0.75")))

    def paid_ahead(self) -> Life:
        """Half is delivered, billed and paid; the other half is on its way."""
        order = self.place()
        yield 0.1
        yield from self.go_ahead(order)
        self.send(order, CONFIRMED)
        yield self.days(3, 6)
        yield from self.receive(order, part=True)
        invoice = self.bill_received(order)
        yield 0.5
        yield from self.approve_invoice(invoice)
        yield 3
        self.pay(invoice, prepayment=True)

    def bounced(self) -> Life:
        """A payment comes back from the bank and is made again, in two parts."""
        order = yield from self._delivered()
        invoice = self.bill(order)
        yield 0.5
        yield from self.approve_invoice(invoice)
        yield 3
        payment = self.pay(invoice)
        yield 2
        self.desk.as_(self.company.payer)
        self.desk.act(PAYMENTS, "cancel", payment)
        yield 1
        self.pay(invoice, Decimal("0.5"))
        yield 5
        self.pay(invoice)

    def billed_early(self) -> Life:
        """The invoice arrives before the goods and is not paid until they are here."""
        order = self.place()
        yield 0.1
        yield from self.go_ahead(order)
        self.send(order, SENT)
        yield 2
        invoice = self.bill(order)
        yield 0.5
        yield from self.approve_invoice(invoice)

    def under_way(self) -> Life:
        """Approved and sent, with more or less luck."""
        order = self.place(self.one_of(STANDARD, STANDARD, STANDARD, SERVICE))
        yield 0.1
        yield from self.go_ahead(order)
        yield 0.3
        self.send(order, sending := self.next_of(SENT, READ, CONFIRMED, SENT_FOR_INTEGRATION, FAILED))
        if sending == SENT_FOR_INTEGRATION:
            self.link(order)
        if sending == FAILED:
            self.talk(ORDERS, order.id, order.buyer, "Their mailbox is full. I have called them; they will empty it.")
        if sending == CONFIRMED:
            yield 2.5
            if self.chance(50):
                yield from self.receive(order, part=True)

    def approved(self) -> Life:
        """Approved a moment ago."""
        order = self.place()
        yield 0.2
        yield from self.go_ahead(order)

    def approved_by_stand_in(self) -> Life:
        """The head of department is away; somebody else says yes in that name."""
        away = next(word for word, person in self.company.people.items() if person.away)
        order = self.place(location=self.company.people[away].locations[0])
        yield 0.2
        yield from self.go_ahead(order)

    def waiting(self) -> Life:
        """Submitted, waiting for the first of its approvers."""
        order = self.place(location=self.place_of_approval(), least=self.company.dear[0])
        yield 0.1
        self.confirm(order)
        if self.chance(50):
            yield 0.2
            approver = self.desk.asked(order.id)[0]
            text = f"{{{approver}}}, could you look at this today? {self.one_of(*HURRIES)}"
            self.talk(ORDERS, order.id, order.buyer, text)

    def waiting_for_finance(self) -> Life:
        """The head of department has said yes; it costs so much that others are asked too."""
        yield from self._waiting_after(1)

    def waiting_for_the_board(self) -> Life:
        """So dear that two of the board have to agree."""
        yield from self._waiting_after(2)

    def drafted(self) -> Life:
        """Begun and left for tomorrow."""
        self.place()
        yield 0

    def rejected(self) -> Life:
        """Turned down by the approver."""
        order = self.place(location=self.place_of_approval(), least=self.company.dear[0])
        yield 0.2
        self.confirm(order)
        yield 0.5
        self.decide(ORDERS, order.id, "reject", self.one_of(*REFUSED))

    def revised(self) -> Life:
        """Taken back for changes: by the buyer after approval, or by an approver before it."""
        order = self.place(location=self.place_of_approval(), least=self.company.dear[0])
        yield 0.1
        if self.chance(50):
            self.confirm(order)
            yield self.days(0.5, 1)
            self.decide(ORDERS, order.id, "revision", self.one_of(*SENT_BACK))
        else:
            yield from self.go_ahead(order)
            yield self.days(1, 2)
            self._take_back(order)

    def changed(self) -> Life:
        """Taken back and submitted again: a little dearer passes, much dearer has to be approved anew."""
        order = self.place(location=self.place_of_approval(), least=self.company.dear[0])
        yield 0.1
        yield from self.go_ahead(order)
        yield 1
        self._take_back(order)
        yield 0.3
        much = self.next_of(False, True)
        changes = [{"id": line["id"]} for line in self.desk.lines(ORDERS, order.id)]
        first, line = changes[0], order.body["items"][0]
        first["price"] = line["price"] * (2 if much else Decimal("1.01"))
        self.desk.as_(order.buyer)
        self.desk.change(ORDERS, order.id, {"items": changes})
        self.desk.act(ORDERS, "confirm_revise", order.id)
        yield from self.approvals(ORDERS, order.id)

    def canceled(self) -> Life:
        """Approved, then not needed any more."""
        order = self.place()
        yield 0.1
        yield from self.go_ahead(order)
        yield self.days(1, 3)
        self.cancel(order)

    def given_up(self) -> Life:
        """Nothing came, and nobody waits for it any more: completed by hand."""
        order = self.place()
        yield 0.1
        yield from self.go_ahead(order)
        self.send(order, SENT)
        yield 12
        self.talk(ORDERS, order.id, order.buyer, "They do not make these any more. Bought elsewhere; I close this one.")
        self.give_up(order)

    def blanket(self) -> Life:
        """A frame for the year, billed bit by bit."""
        order = self.place(BLANKET)
        yield 0.2
        yield from self.go_ahead(order)
        self.send(order, CONFIRMED)
        yield self.days(5, 9)
        invoice = self.bill(order, share=Decimal("0.1"))
        yield 0.5
        yield from self.approve_invoice(invoice)

    def blanket_by_item(self) -> Life:
        """So many of each over the year, called off bit by bit."""
        yield from self._called_off()

    def stopped(self) -> Life:
        """A frame that ends before its time."""
        order = yield from self._called_off()
        yield self.days(6, 12)
        self.pay(order.invoices[0])
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "stop", order.id)

    # Stretches that several lives share

    def _delivered(self, kind: int = STANDARD, **how: Any) -> Generator[float, None, Order]:
        order = self.place(kind, **how)
        yield 0.1
        yield from self.go_ahead(order)
        yield 0.2
        self.send(order, self.one_of(SENT, READ, CONFIRMED))
        yield self.days(3, 6)
        yield from self.receive(order)
        yield self.days(1, 2)
        return order

    def _called_off(self) -> Generator[float, None, Order]:
        order = self.place(BLANKET_BY_ITEM, least=self.company.dear[0])
        yield 0.2
        yield from self.go_ahead(order)
        self.send(order, CONFIRMED)
        yield self.days(4, 8)
        yield from self.receive(order, part=True)
        invoice = self.bill_received(order)
        yield 0.5
        yield from self.approve_invoice(invoice)
        return order

    def _waiting_after(self, steps: int) -> Days:
        order = self.place(location=self.place_of_approval(), least=self.company.dear[steps])
        yield 0.1
        self.confirm(order)
        yield from self.approvals(ORDERS, order.id, times=steps)

    def _take_back(self, order: Order) -> None:
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "revision", order.id, {"comment": "The supplier has sent a new price list."})


HURRIES = (
    "The supplier closes his books on Friday.", "Otherwise the test bench stands still.",
    "The ferry leaves on Thursday.", "I know, I said that last week.",
)  # fmt: skip
