"""Money that goes out, or comes back: payment runs, payment in advance, credit notes, and who is not paid for now."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal

from emptor.demo.deeds import REFUSED, Order
from emptor.demo.desk import Body, Life
from emptor.demo.masters import bank_account
from emptor.demo.matching import DEAR_ENOUGH, Matching
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.payables.rules import payable
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.kit.money import rounded


class Paying(Matching):
    """Lives of payments and of credit notes."""

    # Deeds

    def pay_ahead(self, order: Order, share: Decimal) -> int:
        """Pay a share of an order before anything of it is billed; the payment's id."""
        row = self.row(ORDERS, order.id, self.company.payer)
        body = {
            "purchaseOrder": {"id": order.id}, "payDate": self.desk.tx.stamp, "sumPaid": rounded(row["sum"] * share),
            "note": "Prepayment",
        }  # fmt: skip
        payment = self.desk.create(PAYMENTS, body)
        self.release(PAYMENTS, payment)
        return payment

    def credit(self, invoice: int, *, whole: bool = False) -> int:
        """Enter a credit note about an invoice, for half of its first line or for all of it; its id."""
        entered = self._particulars()
        body: Body = {
            "logicType": 1, "allocatedInvoice": {"id": invoice}, "invoiceNumber": f"CN-{entered['invoiceNumber']}",
            "issueDate": entered["issueDate"], "note": self.one_of(*CAUSES),
        }  # fmt: skip
        if not whole:
            first = self.desk.lines(INVOICES, invoice)[0]
            body["items"] = [{"creditedItem": first["id"], "quantity": rounded(first["quantity"] / 2, 4)}]
        person = self._entered_by[invoice]
        self.desk.as_(person)
        note = self.desk.create(INVOICES, body)
        self._entered_by[note] = person
        return note

    # Payments

    def payment_run(self) -> Life:
        """Friday: all that is due is paid at once."""
        invoices = [self.enter_invoice() for _ in range(4)]
        yield 0.5
        for invoice in invoices:
            yield from self.approve_invoice(invoice)
        yield self.days(4, 8)
        self.desk.as_(self.company.payer)
        body = {
            "invoices": [{"id": one} for one in invoices], "payDate": self.desk.tx.stamp,
            "note": f"Payment run {self.desk.tx.stamp[:10]}",
        }  # fmt: skip
        self.release(PAYMENTS, *self.desk.command(PAYMENTS, "mass", body))

    def payment_waiting(self) -> Life:
        """Nobody else has let it go yet."""
        yield from self._to_be_released()

    def payment_stopped(self) -> Life:
        """Somebody else had a look and stopped it."""
        payment = yield from self._to_be_released()
        yield 0.5
        self.desk.as_(self.company.approver)
        self.desk.act(PAYMENTS, "reject", payment)

    def prepaid(self) -> Life:
        """The supplier wants a third before he begins; nothing has come yet."""
        yield from self._prepaid()

    def prepayment_taken(self) -> Life:
        """What was paid ahead goes off the bill, and the rest follows."""
        order, _ = yield from self._prepaid()
        yield self.days(4, 7)
        yield from self.receive(order)
        yield 1
        invoice = self.bill(order)
        yield 0.4
        yield from self.approve_invoice(invoice)
        yield self.days(4, 8)
        self.pay(invoice)

    def prepayment_canceled(self) -> Life:
        """The supplier sends the money back: he can't deliver in time."""
        order, payment = yield from self._prepaid()
        yield 4
        self.desk.as_(self.company.payer)
        self.desk.act(PAYMENTS, "cancel", payment)
        yield 0.2
        self.cancel(order)

    # Credit notes

    def credit_note(self) -> Life:
        """Something came back: so much less is paid."""
        invoice = yield from self._owed()
        yield from self.approve_invoice(self.credit(invoice))
        yield self.days(3, 6)
        self.pay(invoice)

    def credit_open(self) -> Life:
        """Something came back after all was paid: the supplier owes it."""
        invoice = yield from self._owed()
        self.pay(invoice)
        yield 2
        yield from self.approve_invoice(self.credit(invoice))

    def credit_used(self) -> Life:
        """Something came back after all was paid; that pays a part of the next bill, and money the rest."""
        order = yield from self._delivered(least=900, flat=True)
        invoice = self.bill(order)
        yield 0.4
        yield from self.approve_invoice(invoice)
        yield 2
        self.pay(invoice)
        yield 2
        note = self.credit(invoice)
        yield from self.approve_invoice(note)
        yield 3
        again = self.place(source=order.source, location=order.location, entity=order.entity, least=2_000, flat=True)
        yield 0.1
        yield from self.go_ahead(again)
        yield 3
        yield from self.receive(again)
        yield 0.5
        bill = self.bill(again)
        yield 0.3
        yield from self.approve_invoice(bill)
        yield 1
        left = payable(self.row(INVOICES, note, self.company.payer))
        body = {
            "invoice": {"id": bill}, "creditNote": {"id": note}, "sumPaid": left, "payDate": self.desk.tx.stamp,
        }  # fmt: skip
        self.desk.create(PAYMENTS, body)
        yield 3
        self.pay(bill)

    def loose_credit_note(self) -> Life:
        """Money back that belongs to no invoice, such as a bonus for the year."""
        note = self.enter_invoice(loose_credit=True)
        yield 0.3
        yield from self.approve_invoice(note)

    def credit_drafted(self) -> Life:
        """A credit note that has just come."""
        self.credit((yield from self._owed()))

    def credit_waiting(self) -> Life:
        """A credit note over so much that finance has a look."""
        invoice = yield from self._owed(least=3 * DEAR_ENOUGH)
        self.submit_invoice(self.credit(invoice, whole=True))

    def credit_rejected(self) -> Life:
        """A credit note about something that did not come back."""
        invoice = yield from self._owed(least=3 * DEAR_ENOUGH)
        note = self.credit(invoice, whole=True)
        self.submit_invoice(note)
        yield 0.3
        self.decide(INVOICES, note, "reject", self.one_of(*REFUSED))

    def credit_canceled(self) -> Life:
        """A credit note that was meant for somebody else."""
        note = self.credit((yield from self._owed()))
        yield 0.2
        yield from self.approve_invoice(note)
        yield 0.3
        self.desk.as_(self._entered_by[note])
        self.desk.act(INVOICES, "cancel", note, {"comment": "This was meant for our neighbours."})

    # Whose money waits

    def bank_changed(self) -> Life:
        """A supplier has sent another account; payments wait until somebody has called there."""
        yield from self._other_account()

    def bank_confirmed(self) -> Life:
        """Somebody has called there: the new account is right."""
        supplier = yield from self._other_account()
        yield 0.3
        self.desk.as_(self.company.approver)
        self.desk.act(SUPPLIERS, "confirm_bank", supplier)

    # Stretches that several lives share

    def _other_account(self) -> Generator[float, None, int]:
        owed = {row["supplier_id"] for row in self.desk.rows("invoices", status=2) if row["logic_type"] in (0, 2)}
        held = {row["id"] for row in self.desk.rows("suppliers") if row["bank_change_date"]}
        at_home = [one for one in self.masters.sources if one.supplier in owed - held and one.seller.country == "DE"]
        source = self.random.choice(at_home)
        self.desk.as_(self.company.founder)
        self.desk.change(SUPPLIERS, source.supplier, bank_account("DE", "Bank of Quiet Harbours", self.random))
        yield 0.2
        yield from self.approvals(SUPPLIERS, source.supplier)
        return source.supplier

    def _prepaid(self) -> Generator[float, None, tuple[Order, int]]:
        order = self.place(least=2_000)
        yield 0.1
        yield from self.go_ahead(order)
        yield 0.2
        payment = self.pay_ahead(order, Decimal("0.3"))
        return order, payment

    def _owed(self, *, least: int = 400) -> Generator[float, None, int]:
        """An approved invoice of an order."""
        order = yield from self._delivered(least=least, flat=True)
        invoice = self.bill(order)
        yield 0.4
        yield from self.approve_invoice(invoice)
        yield self.days(2, 4)
        return invoice

    def _to_be_released(self) -> Generator[float, None, int]:
        order = yield from self._delivered()
        invoice = self.bill(order)
        yield 0.4
        yield from self.approve_invoice(invoice)
        yield 1
        row = self.row(INVOICES, invoice, self.company.payer)
        body = {"invoice": {"id": invoice}, "payDate": self.desk.tx.stamp, "sumPaid": payable(row)}
        return self.desk.create(PAYMENTS, body)


CAUSES = ("Returned, wrong size.", "Two were cracked.", "The pallet was half empty.", "Price corrected.")
