"""What becomes of goods that arrive: received in part or in full, too many of them, sent back."""

from __future__ import annotations

from collections.abc import Generator
from decimal import ROUND_FLOOR, Decimal

from emptor.demo.deeds import CONFIRMED, SENT_BACK, SERVICE, Days, Deeds, Order
from emptor.demo.desk import Body, Life
from emptor.domains import documents as doc
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.receiving.receipts import RESOURCE as RECEIPTS


class Receiving(Deeds):
    """Lives of receipts, and receiving as a stretch of other lives."""

    def receive(self, order: Order, *, part: bool = False) -> Days:
        """Take in what is open of an order, or a part of it."""
        receipt = self.receipt(order, self._part(order) if part else None)
        yield 0.05
        self.submit_receipt(order, receipt)
        yield from self.approvals(RECEIPTS, receipt)

    def receipt(self, order: Order, items: list[Body] | None = None) -> int:
        """Draft a receipt of those lines, or of all that is open; its id."""
        place = self.company.places[order.location]
        body = {
            "purchaseOrder": {"id": order.id}, "requiredDate": self.in_days(0),
            "receiptNumber": f"LS-{self.next_number():05}" if self.chance(60) else None,
            "warehouse": self.masters.warehouses.get(place.store) if order.kind != SERVICE else None,
            "dataDocumentCustomFields": order.body["dataDocumentCustomFields"],
            "note": self.one_of(*REMARKS) if self.chance(20) else None,
        }  # fmt: skip
        self.desk.as_(place.receiver)
        return self.desk.create(RECEIPTS, body | ({"items": items} if items else {}))

    def submit_receipt(self, order: Order, receipt: int) -> None:
        """Say that the goods are here."""
        self.desk.as_(self.company.places[order.location].receiver)
        self.desk.act(RECEIPTS, "confirm", receipt)

    def received_too_much(self) -> Life:
        """More came than was ordered: the buyer has not decided yet, keeps it, or does not."""
        order = yield from self._sent()
        items = self._all(order)
        items[0]["quantity"] += max(1, items[0]["quantity"] // 10)
        receipt = self.receipt(order, items)
        yield 0.05
        self.submit_receipt(order, receipt)
        verb = self.next_of("", "accept_changes", "decline_changes", "")
        if verb:
            yield 1
            self.desk.as_(order.buyer)
            self.desk.act(RECEIPTS, verb, receipt)
            yield from self.approvals(ORDERS, order.id)
            yield from self.approvals(RECEIPTS, receipt)
        else:
            text = f"{{{order.buyer}}}, they sent more than you ordered. Shall we keep it?"
            self.talk(RECEIPTS, receipt, self.company.places[order.location].receiver, text)

    def receipt_drafted(self) -> Life:
        """Counted, not submitted."""
        order = yield from self._sent()
        self.receipt(order)

    def receipt_waiting(self) -> Life:
        """Worth so much that the store office has a look, and has not yet."""
        order = yield from self._sent(dear=True)
        self.submit_receipt(order, self.receipt(order))

    def receipt_handed_over(self) -> Life:
        """Left undecided by somebody who has gone, and approved by who took over."""
        order = yield from self._sent(dear=True)
        receipt = self.receipt(order)
        self.submit_receipt(order, receipt)
        yield 7
        yield from self.approvals(RECEIPTS, receipt)

    def receipt_rejected(self) -> Life:
        """Turned down by the store office: all of it goes back."""
        order = yield from self._sent(dear=True)
        receipt = self.receipt(order)
        self.submit_receipt(order, receipt)
        yield 0.5
        self.decide(RECEIPTS, receipt, "reject", "Wrong alloy, all of it. Goes back today.")

    def receipt_revised(self) -> Life:
        """Taken back: something was counted wrong. One time in three it is put right."""
        order = yield from self._sent(stocked=True)
        receipt = self.receipt(order)
        self.submit_receipt(order, receipt)
        yield from self.approvals(RECEIPTS, receipt)
        yield 1
        receiver = self.company.places[order.location].receiver
        self.desk.as_(receiver)
        self.desk.act(RECEIPTS, "revision", receipt, {"comment": "One box was empty."})
        if self.next_of(True, False, False):
            yield 0.3
            items = [{"id": line["id"]} for line in self.desk.lines(RECEIPTS, receipt)]
            first = self.desk.lines(RECEIPTS, receipt)[0]
            items[0] |= {"quantity": first["quantity"] / 2, "rejectedQuantity": first["quantity"] / 2}
            self.desk.as_(receiver)
            self.desk.change(RECEIPTS, receipt, {"items": items})
            self.desk.act(RECEIPTS, "confirm_revise", receipt)
            yield from self.approvals(RECEIPTS, receipt)

    def receipt_canceled(self) -> Life:
        """Booked on the wrong order; what it put into stock goes out again."""
        order = yield from self._sent(stocked=True)
        receipt = self.receipt(order)
        self.submit_receipt(order, receipt)
        yield from self.approvals(RECEIPTS, receipt)
        yield 0.5
        self.desk.as_(self.company.places[order.location].receiver)
        self.desk.act(RECEIPTS, "cancel", receipt, {"comment": self.one_of("Wrong order.", *SENT_BACK[:1])})

    def _sent(self, *, dear: bool = False, stocked: bool = False) -> Generator[float, None, Order]:
        """An order that is about to arrive: so dear that the store office has a look, or of goods kept in stock."""
        location = self.next_of(*(code for code, place in self.company.places.items() if place.store))
        if dear:
            order = self.place(location=location, least=8_000)
        elif stocked:
            order = self.place(location=location, source=self.source_at_home())
        else:
            order = self.place()
        yield 0.1
        yield from self.go_ahead(order)
        self.send(order, CONFIRMED)
        yield self.days(2, 4)
        return order

    def _all(self, order: Order) -> list[Body]:
        return [
            {"purchaseOrderItem": line["id"], "quantity": line["net_sum" if order.kind == SERVICE else "quantity"]}
            for line in self.desk.lines(ORDERS, order.id)
            if line["item_type"] != doc.TAX_ITEM
        ]

    def _part(self, order: Order) -> list[Body]:
        """Half of each line, or of half of the lines; never everything."""
        items = self._all(order)
        if len(items) > 1 and self.chance(50):
            return items[: len(items) // 2]
        for item in items:
            half = (item["quantity"] / 2).quantize(Decimal(1), ROUND_FLOOR)
            item["quantity"] = half or item["quantity"] / 2
        return items


REMARKS = ("One box dented.", "Driver in a hurry.", "Counted twice.", "Pallets go back with the next truck.")
