"""What people do in one go: place an order, ask for something, have it approved, talk about it.

Each deed is done by the person whose deed it is. What takes several people or days is a generator, to be told within a
life by `yield from`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any

from emptor.demo import papers
from emptor.demo.company import STOCKED, Company
from emptor.demo.desk import Body, Desk, Row
from emptor.demo.masters import Good, Masters, Source, email_of, value
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.kit.clock import spell
from emptor.kit.money import rounded
from emptor.kit.resource import Resource

STANDARD, SERVICE, BLANKET, BLANKET_BY_ITEM = range(4)
NOT_SENT, SENT, READ, CONFIRMED, SENT_FOR_INTEGRATION, FAILED = range(6)
WHOLE = Decimal(1)

Days = Generator[float, None, None]
"""Something that takes days."""


@dataclass
class Order:
    """An order as its life knows it."""

    id: int
    body: Body
    source: Source
    buyer: str
    entity: str
    location: str
    kind: int = STANDARD
    invoices: list[int] = field(default_factory=list)


class Deeds:
    """What all lives are made of."""

    def __init__(self, company: Company, desk: Desk, masters: Masters, random: Random) -> None:
        self.company, self.desk, self.masters, self.random = company, desk, masters, random
        self.stand_ins: dict[str, str] = {}
        """Who acts for somebody who is away or gone."""
        self._turns: Counter[tuple[Any, ...]] = Counter()
        self._number = 0

    # Orders

    def place(
        self, kind: int = STANDARD, lines: int = 0, *, location: str = "", least: int = 0,
        source: Source | None = None, flat: bool = False, entity: str = "",
        more: Body | None = None,
    ) -> Order:  # fmt: skip
        """Create an order as one of the buyers of its location.

        Without a number of lines it has a few; `least` is what it costs at least, in the company's money; a `flat` one
        has no discount on the whole. `more` goes before all else.
        """
        places = self.company.places
        location = location or self.one_of(*(code for code, place in places.items() for _ in place.buyers))
        buyer = self.one_of(*places[location].buyers)
        source = source or self.source(kind)
        entity = entity or self.one_of(*self.company.locations[location][3])
        body = self.head(source, location, entity, buyer)
        body |= {
            "logicType": kind, "requiredDate": self.in_days(self.one_of(5, 7, 10, 14, 21)),
            "sendToSupplier": self.chance(50), "deliverToName": self.one_of(*RECIPIENTS) if self.chance(60) else None,
            "customName": self.one_of(*TITLES) if self.chance(20) else None, "contractIds": self.contracts(source),
        }  # fmt: skip
        if kind != STANDARD:
            body |= {"beginDate": self.in_days(0)[:10], "endDate": self.in_days(30 if kind == SERVICE else 300)[:10]}
        body |= more or {}
        if flat or kind == BLANKET:
            body = {name: content for name, content in body.items() if not name.startswith("discount")}
        if kind == BLANKET:
            body |= {"blanketSum": Decimal(self.one_of(12_000, 25_000, 40_000)), "items": []}
        else:
            body["items"] = self.lines(source, entity, lines, least=least, kind=kind)
        self.desk.as_(buyer)
        return Order(self.desk.create(ORDERS, body), body, source, buyer, entity, location, kind)

    def quote(self, order: Order) -> None:
        """Attach the supplier's offer to an order."""
        offer = papers.pdf("Offer", (order.source.seller.name, f"to {self.company.name}", self.desk.tx.stamp[:10]))
        self.desk.as_(order.buyer)
        self.desk.attach(ORDERS, order.id, f"offer {self.next_number():05}.pdf", offer)

    def confirm(self, order: Order) -> None:
        """Submit an order."""
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "confirm", order.id)

    def go_ahead(self, order: Order) -> Days:
        """Submit an order and have it approved."""
        self.confirm(order)
        yield from self.approvals(ORDERS, order.id)

    def send(self, order: Order, code: int) -> None:
        """Send an order to its supplier, or note how far it has come on its way."""
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "send", order.id, {} if code == SENT else {"statusSending": code})

    def cancel(self, order: Order) -> None:
        """Take an order back for good."""
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "cancel", order.id, {"comment": self.one_of(*NOT_NEEDED)})

    def give_up(self, order: Order) -> None:
        """Wait no longer for what an order has not brought."""
        self.desk.as_(order.buyer)
        self.desk.act(ORDERS, "complete", order.id)

    def link(self, order: Order, *others: tuple[Resource, int]) -> None:
        """Let the connector note the numbers that the ERP gave."""
        number = self.next_number()
        log = f"{self.desk.tx.stamp[:16].replace('T', ' ')} posted"
        self.desk.as_("connector")
        self.desk.link(ORDERS, order.id, {"externalId": f"45000{number:05}", "externalIntegrationLog": log})
        for resource, row_id in others:
            self.desk.link(resource, row_id, {"externalId": f"51000{number:05}", "externalIntegrationLog": log})

    # Approvals

    def approvals(self, resource: Resource, row_id: int, times: int = 9) -> Days:
        """Let those whose turn it is approve, one after the other, so many times or until nobody is asked."""
        while times and self.desk.asked(row_id):
            yield self.days(0.1, 0.7)
            self.decide(resource, row_id, "approve", self.one_of(*AGREED) if self.chance(15) else None)
            times -= 1

    def decide(self, resource: Resource, row_id: int, verb: str, comment: str | None = None) -> None:
        """Let the first of those whose turn it is approve, reject or send something back."""
        person = self.desk.asked(row_id)[0]
        self.desk.as_(self.stand_ins.get(person, person))
        self.desk.act(resource, verb, row_id, {"comment": comment} if comment else {})

    def release(self, resource: Resource, *payments: int) -> None:
        """Where a company wants that, somebody else lets payments go."""
        if self.company.choices.get("paymentApproval"):
            self.desk.as_(self.company.approver)
            for payment in payments:
                self.desk.act(resource, "approve", payment)

    def talk(self, resource: Resource, row_id: int, person: str, text: str) -> None:
        """Comment on a document; `{word}` in the text names a person of the company."""
        self.desk.as_(person)
        names = {word: f"@{email_of(self.company, word)}" for word in self.company.people}
        self.desk.act(resource, "comments", row_id, {"text": text.format(**names)})

    def place_of_approval(self) -> str:
        """A location, each in its turn, where the first step of the workflow for orders asks somebody."""
        first = self.company.workflows["purchaseorders"][0]
        return str(self.next_of(*(code for one in first.approvers for code in one.locations or self.company.places)))

    # What stands in a document

    def source(self, kind: int = STANDARD) -> Source:
        """A supplier to order from."""
        fitting = [one for one in self.masters.sources if kind != SERVICE or not one.group.category.startswith(STOCKED)]
        return self.random.choice(fitting)

    def source_at_home(self) -> Source:
        """A supplier who takes the company's own money for goods that are kept in stock."""
        stocked = [one for one in self.masters.sources if one.group.category.startswith(STOCKED)]
        return self.random.choice([one for one in stocked if one.currency == self.company.currency])

    def head(self, source: Source, location: str, entity: str, buyer: str = "") -> Body:
        """What stands above the lines of an order or invoice."""
        body: Body = {
            "supplier": {"id": source.supplier}, "location": {"id": self.masters.locations[location]},
            "legalEntity": {"id": self.masters.entities[entity]}, "paymentTerm": {"id": source.terms},
            "note": source.group.note or None if self.chance(50) else None,
            "dataDocumentCustomFields": self.values(source, location, entity, buyer),
        }  # fmt: skip
        if source.currency != self.company.currency:
            drift = Decimal(self.random.randrange(9850, 10150)) / 10000
            body |= {"currency": source.currency, "exchangeRate": rounded(self.rate(source) * drift, 6)}
        if self.chance(9):
            body["discountPercent"] = self.one_of(Decimal(2), Decimal(3), Decimal("7.5"))
        elif self.chance(12):
            body["discountAmount"] = self.one_of(Decimal(5), Decimal("12.5"), Decimal(25))
        return body

    def contracts(self, source: Source) -> list[int]:
        """The contracts with a supplier that are in force."""
        today = self.desk.tx.stamp[:10]
        found = [one for one in self.company.contracts if one.seller == source.seller.name and one.enable]
        return [self.masters.contracts[one.number] for one in found if one.begin <= today <= one.end]

    def rate(self, source: Source) -> Decimal:
        """What a supplier's money is worth."""
        return Decimal(self.company.rates.get(source.currency, "1"))

    def values(self, source: Source, location: str, entity: str, buyer: str = "") -> list[Body]:
        """Custom field values of a document: its department at least."""
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
            found.append(value("document", fields["on_site"], self.in_days(self.one_of(6, 9, 20))[:10]))
        return found

    def lines(
        self, source: Source, entity: str, exactly: int = 0, *, least: int = 0, kind: int = STANDARD
    ) -> list[Body]:
        """Some goods of a supplier, or so many lines of them, that come to as much as the supplier takes orders for."""
        goods = list(source.goods) * (1 + exactly // len(source.goods))
        self.random.shuffle(goods)
        lines = [self._line(source, entity, good) for good in goods[: exactly or 1 + self.random.randrange(5)]]
        name, price = source.group.extra
        if name and not exactly and self.chance(35):
            lines.append(self._free_line(source, entity, name, Decimal(price)))
        enough = max(least * MARGIN / self.rate(source), 2 * Decimal(source.least))
        while sum(line["price"] * line["quantity"] for line in lines) < enough:
            for line in lines:
                line["quantity"] *= 2
        if kind == SERVICE:
            for line in lines:
                line |= {"price": line["price"] * line["quantity"], "quantity": Decimal(1)}
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

    def in_days(self, days: int) -> str:
        """The moment so many days from now, past ones included."""
        return spell(self.desk.tx.now + timedelta(days=days))

    def row(self, resource: Resource, row_id: int, person: str = "") -> Row:
        """A stored row, by default as the founder of the company sees it."""
        self.desk.as_(person or self.company.founder)
        return self.desk.row(resource, row_id)

    # Chance

    def one_of(self, *choices: Any) -> Any:
        """One of them, whichever."""
        return choices[self.random.randrange(len(choices))]

    def next_of(self, *choices: Any) -> Any:
        """One after the other, so that each has its turn."""
        self._turns[choices] += 1
        return choices[(self._turns[choices] - 1) % len(choices)]

    def next_number(self) -> int:
        """A number nothing else has."""
        self._number += 1
        return self._number

    def chance(self, percent: int) -> bool:
        """True as often as that."""
        return self.random.randrange(100) < percent

    def days(self, least: float, most: float) -> float:
        """Some working days, not in whole ones."""
        return least + self.random.random() * (most - least)


MARGIN = Decimal("1.3")
"""Discounts take less than this from a sum."""
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
AGREED = ("Go ahead.", "Fine with me.", "As discussed.", "Please order the spare gasket as well next time.")
REFUSED = (
    "Not this quarter.", "Three offers first, please.", "We have two of these in the cellar.",
    "Who is going to clean it?",
)  # fmt: skip
NOT_NEEDED = (
    "The customer has changed his mind.", "Found it behind the compressor.", "Ordered twice.",
    "The machine runs again; nobody knows why.",
)  # fmt: skip
SENT_BACK = (
    "The delivery date cannot be right.", "Please split this between two departments.", "The price is last year's.",
    "The drawing number is missing.",
)  # fmt: skip
