"""What becomes of wishes: people ask for things, suppliers for a price, and orders are made of both."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Generator
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

from emptor.demo.buying import Buying
from emptor.demo.deeds import NOT_NEEDED, REFUSED, SENT_BACK, Days, Order
from emptor.demo.desk import Body, Life
from emptor.demo.masters import Source
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.purchasing.proposals import PROPOSITIONS, answers
from emptor.domains.purchasing.proposals import RESOURCE as TENDERS
from emptor.domains.purchasing.requisitions import RESOURCE as WISHES
from emptor.domains.purchasing.requisitions.ordering import FROM_REQUISITIONS
from emptor.kit.errors import Problems
from emptor.kit.fields import Write, parse_fields
from emptor.kit.money import rounded
from emptor.store.schema import table


@dataclass
class Wish:
    """A requisition as its life knows it."""

    id: int
    body: Body
    source: Source
    person: str
    entity: str
    location: str


class Asking(Buying):
    """Lives of requisitions and of requests for proposal."""

    # Deeds

    def wish(
        self, *, location: str = "", least: int = 0, lines: int = 0, each: int = 0, like: Wish | None = None
    ) -> Wish:
        """Ask for something that costs at least so much, or `each` line of it; `like`: the same as somebody else."""
        asking = {code: place.requesters for code, place in self.company.places.items() if place.requesters}
        location = location or (like.location if like else self.one_of(*asking))
        person = next((one for one in asking[location] if like and one != like.person), self.one_of(*asking[location]))
        source = like.source if like else self.source_at_home()
        entity = like.entity if like else self.one_of(*self.company.locations[location][3])
        items = deepcopy(like.body["items"]) if like else self.lines(source, entity, lines, least=least)
        for item in items:
            item["supplier"] = {"id": source.supplier}
            while item["price"] * item["quantity"] < each:
                item["quantity"] *= 2
        body: Body = {
            "location": {"id": self.masters.locations[location]}, "legalEntity": {"id": self.masters.entities[entity]},
            "requiredDate": like.body["requiredDate"] if like else self.in_days(self.one_of(10, 14, 21, 30)),
            "items": items,
            "note": self.one_of(*PLEAS) if self.chance(40) else None,
            "dataDocumentCustomFields": like.body["dataDocumentCustomFields"] if like
            else self.values(source, location, entity),
        }  # fmt: skip
        self.desk.as_(person)
        return Wish(self.desk.create(WISHES, body), body, source, person, entity, location)

    def submit(self, wish: Wish) -> None:
        """Ask for approval."""
        self.desk.as_(wish.person)
        self.desk.act(WISHES, "confirm", wish.id)

    def grant(self, wish: Wish) -> Days:
        """Submit a wish and have it approved."""
        self.submit(wish)
        yield from self.approvals(WISHES, wish.id)

    def order_for(self, *wishes: Wish, some: bool = False) -> Order:
        """Make one order of all lines of some wishes, or of the dearer half of them."""
        lines = [line for wish in wishes for line in self.desk.lines(WISHES, wish.id)]
        lines.sort(key=lambda line: -line["net_sum"])
        wanted: list[Body] = [{"id": line["id"]} for line in lines]
        if some and len(lines) > 1:
            wanted = wanted[: len(wanted) // 2]
        elif some:
            wanted[0]["quantity"] = lines[0]["quantity"] / 2
        buyer = self.company.purchaser
        self.desk.as_(buyer)
        (order,) = self.desk.command(ORDERS, FROM_REQUISITIONS, {"items": wanted})
        first = wishes[0]
        body = {name: first.body[name] for name in ("location", "legalEntity", "dataDocumentCustomFields")}
        body |= {"supplier": {"id": first.source.supplier}, "paymentTerm": {"id": first.source.terms}}
        body["items"] = [deepcopy(line) for wish in wishes for line in wish.body["items"]]
        self.desk.change(ORDERS, order, {"paymentTerm": body["paymentTerm"]})
        return Order(order, body, first.source, buyer, first.entity, first.location)

    # Requisitions

    def wish_drafted(self) -> Life:
        """Somebody would like to have something, and sleeps on it."""
        self.wish()
        yield 0

    def wish_waiting(self) -> Life:
        """The manager has not looked at it yet."""
        wish = self.wish()
        yield 0.1
        self.submit(wish)
        if self.chance(50):
            self.talk(WISHES, wish.id, wish.person, "Any colour will do.")

    def wish_waiting_for_procurement(self) -> Life:
        """The manager agrees; a dear wish is procurement's business too."""
        wish = self.wish(least=7_000)
        yield 0.1
        self.submit(wish)
        yield from self.approvals(WISHES, wish.id, times=1)

    def wish_approved(self) -> Life:
        """Nobody has ordered it yet, unless the company orders by itself."""
        wish = self.wish()
        yield 0.1
        yield from self.grant(wish)

    def wish_rejected(self) -> Life:
        """No."""
        wish = self.wish()
        yield 0.2
        self.submit(wish)
        yield 0.3
        self.decide(WISHES, wish.id, "reject", self.one_of(*REFUSED))

    def wish_revised(self) -> Life:
        """Not like this."""
        wish = self.wish()
        yield 0.2
        self.submit(wish)
        yield 0.3
        self.decide(WISHES, wish.id, "revision", self.one_of(*SENT_BACK))

    def wish_canceled(self) -> Life:
        """Not needed any more."""
        wish = self.wish()
        yield 0.2
        yield from self.grant(wish)
        yield 1
        self.desk.as_(wish.person)
        self.desk.act(WISHES, "cancel", wish.id, {"comment": self.one_of(*NOT_NEEDED)})

    def wish_partly_granted(self) -> Life:
        """One line of it is too much."""
        wish = self.wish(lines=3)
        yield 0.2
        self.submit(wish)
        yield 0.3
        line = self.desk.lines(WISHES, wish.id)[-1]["id"]
        person = self.desk.asked(wish.id)[0]
        self.desk.as_(self.stand_ins.get(person, person))
        self.desk.act(WISHES, "reject_items", wish.id, {"items": [line], "comment": "We still have plenty of these."})
        yield from self.approvals(WISHES, wish.id)

    def wish_partly_ordered(self) -> Life:
        """A part is on an order, the rest waits for a better price."""
        wish = self.wish(least=1_000)
        yield 0.2
        yield from self.grant(wish)
        yield 1
        order = self.order_for(wish, some=True)
        yield 0.2
        yield from self.go_ahead(order)

    def wish_given_up(self) -> Life:
        """Approved, never ordered, completed by hand."""
        wish = self.wish()
        yield 0.2
        yield from self.grant(wish)
        yield 5
        self.desk.as_(wish.person)
        self.desk.act(WISHES, "complete", wish.id)

    def wish_come_true(self) -> Life:
        """Asked for, ordered, received, billed and paid."""
        wish = self.wish()
        yield 0.2
        yield from self.grant(wish)
        yield 1
        order = self.order_for(wish)
        yield from self._fetched(order)
        yield 1
        invoice = self.bill(order)
        yield 0.5
        yield from self.approve_invoice(invoice)
        yield self.days(3, 8)
        self.pay(invoice)

    def pooled(self) -> Life:
        """Two people want the same, and the buyer orders it once."""
        first = self.wish(location="LEI")
        yield 0.2
        yield from self.grant(first)
        yield 0.5
        second = self.wish(like=first)
        yield 0.1
        yield from self.grant(second)
        yield 1
        order = self.order_for(first, second)
        text = f"{{{first.person}}}, {{{second.person}}}: you share this one. Be nice to each other."
        self.talk(WISHES, first.id, self.company.purchaser, text.replace(f"{{{second.person}}}: ", ""))
        self.desk.as_(order.buyer)
        yield from self._fetched(order)

    # Requests for proposal

    def tender_drafted(self) -> Life:
        """Three suppliers shall be asked; nobody has been yet."""
        yield from self._tender()

    def tender_waiting(self) -> Life:
        """The head of procurement has to agree first."""
        yield from self._submitted_tender()

    def tender_rejected(self) -> Life:
        """No need to ask: there is a contract."""
        tender = yield from self._submitted_tender()
        yield 0.4
        self.decide(TENDERS, tender, "reject", "We have a contract for these until December.")

    def tender_revised(self) -> Life:
        """Sent back before anybody was asked."""
        tender = yield from self._submitted_tender()
        yield 0.4
        self.decide(TENDERS, tender, "revision", "Please give them two weeks, not two days.")

    def tender_canceled(self) -> Life:
        """Asked, and then the design changed."""
        tender = yield from self._asked_for()
        yield 2
        self.desk.as_(self.company.purchaser)
        self.desk.act(TENDERS, "cancel", tender, {"comment": "The design has changed."})

    def tender_open(self) -> Life:
        """The suppliers have more than a year to answer; one has."""
        tender = yield from self._asked_for(days=400)
        yield 2
        self._answers(tender, suppliers=1)

    def tender_undecided(self) -> Life:
        """All have answered, and the cheapest is not the nicest."""
        tender = yield from self._asked_for()
        yield 3
        self._answers(tender)
        self.talk(TENDERS, tender, self.company.purchaser, "{tobias}, the cheapest is not the nicest. What now?")

    def tender_split(self) -> Life:
        """Each line goes to who is cheapest at it, and is ordered there."""
        tender = yield from self._asked_for()
        yield 3
        self._answers(tender)
        yield 2
        won = self._choose_winners(tender)
        yield 0.5
        self.desk.as_(self.company.purchaser)
        orders = self.desk.command(ORDERS, FROM_REQUISITIONS, {"proposalItems": [{"id": line} for line in won]})
        for order in orders:
            yield 0.1
            self.desk.as_(self.company.purchaser)
            self.desk.act(ORDERS, "confirm", order)
            yield from self.approvals(ORDERS, order)

    def tender_ended(self) -> Life:
        """For one line nobody has offered anything: ended by hand."""
        tender = yield from self._asked_for()
        yield 3
        self._answers(tender, leaving_out=1)
        yield 2
        self._choose_winners(tender)
        self.desk.as_(self.company.purchaser)
        self.desk.act(TENDERS, "complete", tender)

    def tender_failed(self) -> Life:
        """All were too dear: nobody wins."""
        tender = yield from self._asked_for()
        yield 3
        self._answers(tender)
        yield 2
        self.desk.as_(self.company.purchaser)
        self.desk.act(TENDERS, "complete", tender)

    # Stretches that several lives share

    def _fetched(self, order: Order) -> Days:
        """An order made of wishes goes its way until the goods are there."""
        yield 0.2
        yield from self.go_ahead(order)
        yield self.days(3, 6)
        yield from self.receive(order)

    def _tender(self, days: int = 14) -> Generator[float, None, int]:
        """A draft for two lines of an approved wish, with suppliers who sell such things."""
        wish = self.wish(lines=2, each=800, location="LEI")
        yield 0.1
        yield from self.grant(wish)
        yield 0.5
        rivals = [one.supplier for one in self.masters.sources if one.seller.group == wish.source.seller.group]
        self.desk.as_(self.company.purchaser)
        tender = self.desk.command(
            TENDERS, "from_requisitions",
            {
                "items": [{"id": line["id"]} for line in self.desk.lines(WISHES, wish.id)],
                "requiredDate": self.in_days(days), "suppliers": [{"id": one} for one in rivals[:3]],
                "note": "Delivered, packaging included.",
            },
        )  # fmt: skip
        self._publish_keys(tender)
        return int(tender)

    def _submitted_tender(self, days: int = 14) -> Generator[float, None, int]:
        tender = yield from self._tender(days)
        yield 0.1
        self.desk.as_(self.company.purchaser)
        self.desk.act(TENDERS, "confirm", tender)
        return tender

    def _publish_keys(self, tender: int) -> None:
        """Secrets of the demo can be worked out by anybody, like its keys."""
        for offer in self.desk.rows("propositions", request_id=tender):
            digest = hashlib.sha256(f"emptor demo {self.company.word} {offer['id']}".encode()).digest()
            key = f"{self.desk.tx.company_id:x}-{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
            self.desk.tx.update(table("propositions"), {"access_key": key}, id=offer["id"])

    def _asked_for(self, days: int = 14) -> Generator[float, None, int]:
        """A request that suppliers know of."""
        tender = yield from self._submitted_tender(days)
        yield from self.approvals(TENDERS, tender)
        return tender

    def _answers(self, tender: int, *, suppliers: int = 9, leaving_out: int = 0) -> None:
        """Let suppliers answer through their links, with prices near those of the catalogue."""
        prices = {line["id"]: line["price"] for line in self.desk.rows("purchase_requisition_lines")}
        asked = {line["id"]: line for line in self.desk.lines(TENDERS, tender)}
        self.desk.as_nobody()
        for offer in self.desk.rows("propositions", request_id=tender)[:suppliers]:
            items = []
            for line in self.desk.rows("proposition_lines", proposition_id=offer["id"])[leaving_out:]:
                usual = prices[asked[line["request_line_id"]]["requisition_line_id"]]
                price = rounded(usual * Decimal(self.random.randrange(88, 112)) / 100, 4)
                items.append({"id": line["id"], "price": price})
            body = {"items": items, "comment": self.one_of(*OFFERS), "deliveryDate": self.in_days(20)}
            self.desk.tx.problems = Problems()
            values = parse_fields(answers.ANSWER, body, Write.ON_UPDATE, self.desk.tx.problems)
            answers.answer(self.desk.tx, answers.find(self.desk.tx, offer["access_key"]), values)
            self.desk.tx.seal()

    def _choose_winners(self, tender: int) -> list[int]:
        """Let the cheapest offer for each line win; the winning lines."""
        best: dict[int, tuple[Decimal, int, int]] = {}
        for offer in self.desk.rows("propositions", request_id=tender):
            for line in self.desk.rows("proposition_lines", proposition_id=offer["id"]):
                if line["price"] is not None:
                    bid = (line["price"], line["id"], offer["id"])
                    best[line["request_line_id"]] = min(best.get(line["request_line_id"], bid), bid)
        self.desk.as_(self.company.purchaser)
        for _, won, offer_id in best.values():
            self.desk.act(PROPOSITIONS, "approve", offer_id, {"items": [won]})
        return [won for _, won, _ in best.values()]


PLEAS = (
    "The last one is held together by tape.", "Please the same as last year, in blue.", "Needed before the audit.",
    "I have asked twice already.",
)  # fmt: skip
OFFERS = (
    "Prices hold for thirty days.", "We add a calendar.", "Delivery in two lots is possible.",
    "For this price we paint it, too.",
)  # fmt: skip
