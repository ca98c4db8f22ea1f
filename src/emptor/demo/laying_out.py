"""What people lay out for the company on their travels, and how they get it back."""

from __future__ import annotations

from collections.abc import Generator
from decimal import Decimal

from emptor.demo import papers
from emptor.demo.deeds import NOT_NEEDED, REFUSED, SENT_BACK, WHOLE, Deeds
from emptor.demo.desk import Body, Life
from emptor.demo.masters import value
from emptor.domains.payables.expenses import RESOURCE as EXPENSES
from emptor.domains.payables.expenses.payments import PAYMENTS
from emptor.kit.money import rounded


class LayingOut(Deeds):
    """Lives of expenses."""

    def expense(self, lines: int = 0) -> int:
        """Note what a journey has cost, each line in the money it was paid with; its id."""
        travellers = [word for word, one in self.company.people.items() if one.enable and "expense.create" in one.roles]
        person = self.one_of(*travellers)
        home = self.company.people[person].home
        abroad = self.one_of(*self.company.rates)
        self.random.shuffle(chosen := list(OUTLAYS))
        body: Body = {
            "location": {"id": self.masters.locations[home]},
            "legalEntity": {"id": self.masters.entities[self.company.locations[home][3][0]]},
            "issueDate": self.in_days(-2), "requiredDate": self.in_days(14),
            "expenseNumber": f"T-{self.next_number():04}", "note": self.one_of(*JOURNEYS),
            "dataDocumentCustomFields": [self._department(person)],
            "items": [self._outlay(*one, abroad) for one in chosen[: lines or 2 + self.random.randrange(3)]],
        }  # fmt: skip
        self.desk.as_(person)
        expense = self.desk.create(EXPENSES, body)
        if self.chance(50):
            ticket = papers.pdf("Ticket", ("There and back again", self.desk.tx.stamp[:10]))
            self.desk.attach(EXPENSES, expense, "ticket.pdf", ticket)
        return expense

    def submit_expense(self, expense: int) -> None:
        """Ask for the money."""
        row = self.row(EXPENSES, expense)
        words = {user: word for word, user in self.masters.people.items()}
        self.desk.as_(words[row["creator_id"]])
        self.desk.act(EXPENSES, "confirm", expense)

    def refund(self, expense: int, share: Decimal = WHOLE) -> int:
        """Pay a share of what is left of an expense; the payment's id."""
        payment = self.enter_refund(expense, share)
        self.release(PAYMENTS, payment)
        return payment

    def enter_refund(self, expense: int, share: Decimal = WHOLE) -> int:
        """The same, but for the word of somebody else."""
        row = self.row(EXPENSES, expense, self.company.payer)
        body = {
            "expense": {"id": expense}, "payDate": self.desk.tx.stamp,
            "sumPaid": rounded((row["sum"] - row["withholding_tax_sum"] - row["sum_paid"]) * share),
        }  # fmt: skip
        return self.desk.create(PAYMENTS, body)

    def _outlay(self, name: str, price: str, kind: str, paid_abroad: bool, abroad: str) -> Body:
        drift = Decimal(self.random.randrange(85, 130)) / 100
        tax = self.company.tax_rule(kind, next(iter(self.company.entities)), next(iter(self.company.entities)))
        fields, options = self.masters.fields, self.masters.options
        account = self.company.custom_fields["account"].choices[-1 if self.company.currency == "USD" else 2]
        item: Body = {
            "name": name, "quantity": Decimal(1), "price": rounded(Decimal(price) * drift),
            "taxes": [] if paid_abroad else [self.masters.taxes[word] for word in tax],
            "dataItemCustomFields": [value("item", fields["account"], options[account.code])],
        }  # fmt: skip
        if paid_abroad:
            rate = Decimal(self.company.rates[abroad])
            item |= {"currency": abroad, "exchangeRate": rate, "price": rounded(item["price"] / rate)}
        return item

    def _department(self, person: str) -> Body:
        fields, options = self.masters.fields, self.masters.options
        own = self.company.people[person].options
        choices = [one.code for one in self.company.custom_fields["department"].choices if one.enable]
        return value("document", fields["department"], options[self.one_of(*(own or choices))])

    # Lives

    def expense_drafted(self) -> Life:
        """Receipts are still in a coat somewhere."""
        self.expense()
        yield 0

    def expense_waiting(self) -> Life:
        """The manager has not looked at it yet."""
        yield from self._asked_back()

    def expense_approved(self) -> Life:
        """To be paid back."""
        yield from self._granted()

    def expense_rejected(self) -> Life:
        """Not for the company."""
        expense = yield from self._asked_back()
        yield 0.4
        self.decide(EXPENSES, expense, "reject", self.one_of("The minibar is not a customer.", REFUSED[0]))

    def expense_revised(self) -> Life:
        """A receipt is missing."""
        expense = yield from self._asked_back()
        yield 0.4
        self.decide(EXPENSES, expense, "revision", self.one_of("The hotel bill is missing.", SENT_BACK[0]))

    def expense_canceled(self) -> Life:
        """Paid with the company's card after all."""
        expense = yield from self._asked_back()
        yield 0.2
        row = self.row(EXPENSES, expense)
        words = {user: word for word, user in self.masters.people.items()}
        self.desk.as_(words[row["creator_id"]])
        self.desk.act(EXPENSES, "cancel", expense, {"comment": NOT_NEEDED[2]})

    def expense_paid(self) -> Life:
        """Paid back in full."""
        expense = yield from self._granted()
        yield self.days(2, 5)
        self.refund(expense)

    def expense_partly_paid(self) -> Life:
        """Half of it is back; a first transfer went to an old account and came back."""
        expense = yield from self._granted()
        yield 2
        payment = self.refund(expense)
        yield 2
        self.desk.as_(self.company.payer)
        self.desk.act(PAYMENTS, "cancel", payment)
        yield 1
        self.refund(expense, Decimal("0.5"))

    def refund_waiting(self) -> Life:
        """Nobody else has let it go yet."""
        yield from self._to_be_refunded()

    def refund_stopped(self) -> Life:
        """Somebody else had a look and stopped it."""
        payment = yield from self._to_be_refunded()
        yield 0.5
        self.desk.as_(self.company.approver)
        self.desk.act(PAYMENTS, "reject", payment, {"comment": "The taxi is on two expenses."})

    # Stretches that several lives share

    def _asked_back(self) -> Generator[float, None, int]:
        expense = self.expense()
        yield self.days(0.1, 1)
        self.submit_expense(expense)
        return expense

    def _to_be_refunded(self) -> Generator[float, None, int]:
        expense = yield from self._granted()
        yield 1
        return self.enter_refund(expense)

    def _granted(self) -> Generator[float, None, int]:
        expense = yield from self._asked_back()
        yield from self.approvals(EXPENSES, expense)
        return expense


OUTLAYS = (
    ("Night train, couchette", "118", "standard", False), ("Hotel, two nights", "246", "standard", True),
    ("Taxi to the test bench", "38.50", "standard", True), ("Lunch with the customer", "94.20", "food", True),
    ("Parking at the ferry", "22", "standard", False), ("Rubber boots", "31.90", "standard", False),
    ("Bicycle repair", "47.50", "standard", False),
)  # fmt: skip
"""Name, price in the company's money, kind of tax, and whether it is paid abroad."""
JOURNEYS = (
    "Commissioning in the flooded tunnel.", "Trade fair, three days on our feet.", "Visit to the foundry.",
    "The customer's pump sang; it does not sing any more.",
)  # fmt: skip
