"""A company that pays: invoices that are owed, credit notes, and payments in one line each.

shop = Paying(house)
invoice = shop.owed(("Bolt", 10, 10))
shop.pay(invoice, 30)
assert shop.stands(invoice) == (PARTLY_PAID, "30.00")
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from emptor.domains.checking import differences
from tests.support.buying import DAY, Buying, Shown, Someone
from tests.support.house import House, Reply

DRAFT, PENDING, APPROVED, REJECTED, PARTLY_PAID, PAID, CANCELED = 0, 1, 2, 3, 4, 5, 8
ACTIVE, TAKEN_BACK, WAITING, STOPPED = 0, 1, 2, 3
ORDINARY, PREPAYMENT, CREDIT, TAKEN = 0, 1, 2, 3
NOT_BILLED, NOT_PAID, PARTLY, ALL = 0, 1, 2, 3


def furnished(house: House) -> Iterator[Paying]:
    """For a fixture: a shop with a supplier and a place; its figures add up when the test is over."""
    found = Paying(house)
    assert all((found.supplier, found.location))
    yield found
    assert found.differences() == []


class Paying(Buying):
    """The company with what is said of money."""

    def owed(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """An approved invoice on its own."""
        return (by or self.ann).does("confirm", self.invoice(*lines, by=by, **more))

    def billed(self, order: Shown, by: Someone | None = None, **more: Any) -> Shown:
        """An approved invoice of an order: of all that is open, unless `more` says otherwise."""
        made = (by or self.ann).made(
            "invoices", {"supplier": self.supplier["id"], "purchaseOrder": order["id"], **more}
        )
        return (by or self.ann).does("confirm", made)

    def tries_to_pay(self, amount: Any, by: Someone | None = None, **more: Any) -> Reply:
        """A payment that may be refused."""
        return (by or self.ann).house.call("POST", "/payments", {"sumPaid": amount, "payDate": DAY, **more})

    def pay(self, invoice: Shown, amount: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A payment of an invoice."""
        body = {"invoice": {"id": invoice["id"]}, "sumPaid": amount, "payDate": DAY, **more}
        return (by or self.ann).made("payments", body)

    def refused(self, amount: Any, by: Someone | None = None, **more: Any) -> dict[str, str]:
        """The sentences with which a payment is refused."""
        status, shown, _ = self.tries_to_pay(amount, by, **more)
        assert status == 400, shown
        return dict(shown["errors"]["errors"])

    def prepay(self, order: Shown, amount: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A payment of an order ahead of its invoices."""
        body = {"purchaseOrder": {"id": order["id"]}, "sumPaid": amount, "payDate": DAY, **more}
        return (by or self.ann).made("payments", body)

    def note(self, invoice: Shown | None = None, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft credit note: about an invoice, of all that is left of it without `lines`, or on its own."""
        about: Shown = {"logicType": 1, "allocatedInvoice": {"id": invoice["id"]}} if invoice else {"logicType": 5}
        supplier = {} if invoice else {"supplier": self.supplier["id"]}
        items = {"items": self.lines(*lines)} if lines or not invoice else {}
        return (by or self.ann).made("invoices", {**about, **supplier, **items, **more})

    def credited(self, invoice: Shown | None = None, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """An approved credit note."""
        return (by or self.ann).does("confirm", self.note(invoice, *lines, by=by, **more))

    def use(self, note: Shown, invoice: Shown, amount: Any, **more: Any) -> Shown:
        """Credit of a credit note that pays an invoice."""
        return self.pay(invoice, amount, creditNote={"id": note["id"]}, **more)

    def credit(self) -> dict[str, Any]:
        """What the supplier owes by credit, by currency; its own page says the same."""
        rows = self.house.get(f"/-/creditbalances?per_page=200&supplier={self.supplier['id']}")["data"]
        found = {row["currency"]: row["sum"] for row in rows}
        shown = self.house.get(f"/suppliers/{self.supplier['id']}")["creditBalanceSums"]
        assert shown == {currency: sum_ for currency, sum_ in found.items() if sum_}
        return found

    def stands(self, invoice: Shown) -> tuple[int, str]:
        """The state of an invoice and what has been paid on it."""
        shown = self.ann.sees(invoice)
        return shown["status"], shown["sumPaid"]

    def paid_by(self, invoice: Shown) -> list[tuple[int, Any, int]]:
        """What an invoice says of its payments: kind, sum and state of each."""
        payments = self.ann.sees(invoice)["payments"]["data"]
        return [(one["logicType"], one["sumPaid"], one["status"]) for one in payments]

    def differences(self) -> list[tuple[str, str]]:
        """Figures that are not what their sources say."""
        database = self.house.service.database
        with database.read(self.house.company_id) as tx:
            return list(differences(tx))
