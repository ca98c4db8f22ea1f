"""What happens in the warehouses: things are asked for, moved, used up and counted."""

from __future__ import annotations

from collections.abc import Generator
from decimal import ROUND_FLOOR, Decimal

from emptor.demo.asking import Asking
from emptor.demo.deeds import NOT_NEEDED, REFUSED, SENT_BACK
from emptor.demo.desk import Body, Life, Row
from emptor.demo.masters import value
from emptor.domains.inventory.requests import RESOURCE as REQUESTS
from emptor.domains.inventory.stocktakings import RESOURCE as STOCK_TAKINGS
from emptor.domains.inventory.transfers import RESOURCE as TRANSFERS
from emptor.domains.inventory.warehouse_items import WAREHOUSE_ITEMS


class Storing(Asking):
    """Lives of requests to warehouses, of transfers and of stock takings."""

    # Deeds

    @property
    def route(self) -> tuple[str, str]:
        """From the main store to the one that it supplies."""
        used = [code for code, store in self.company.warehouses.items() if not store.name.startswith("-")]
        return used[0], used[1]

    def keeper(self, warehouse: str, *, at: int = 0) -> str:
        """Who looks after a warehouse; where nobody is named, whoever looks after the main store."""
        managers = self.company.warehouses[warehouse].managers or self.company.warehouses[self.route[0]].managers
        return managers[at]

    def in_stock(self, warehouse: str) -> list[Row]:
        """What a warehouse has enough of that a little can be taken, a receipt that is taken back or not."""
        kept = self.company.warehouses[warehouse].holds
        goods = {good.item for one in self.masters.sources if one.seller.group in kept for good in one.goods}
        rows = self.desk.rows("warehouse_items", warehouse_id=self.masters.warehouses[warehouse])
        return [row for row in rows if row["quantity"] - row["reserved"] >= 12 and row["product_id"] in goods]

    def some_of(self, warehouse: str, most: int = 3) -> list[Body]:
        """Lines that take a little of some goods of a warehouse."""
        chosen = self.random.sample(rows := self.in_stock(warehouse), min(len(rows), 1 + self.random.randrange(most)))
        return [{"product": {"id": row["product_id"]}, "quantity": _twelfth(row)} for row in chosen]

    def request(self) -> tuple[int, str]:
        """Ask the main store for something; the request's id, and who asks."""
        location, person = next(
            (code, one)
            for code, place in self.company.places.items()
            for one in place.requesters
            if "warehouse_request.create" in self.company.people[one].roles
        )
        entity = self.company.locations[location][3][0]
        source = self.source_at_home()
        items = self.some_of(self.route[0])
        account = value("item", self.masters.fields["account"], self.masters.options[source.group.account])
        body = {
            "location": {"id": self.masters.locations[location]}, "warehouse": self.masters.warehouses[self.route[0]],
            "legalEntity": {"id": self.masters.entities[entity]}, "requiredDate": self.in_days(self.one_of(3, 5, 8)),
            "items": [item | {"dataItemCustomFields": [account]} for item in items],
            "dataDocumentCustomFields": self.values(source, location, entity),
        }  # fmt: skip
        self.desk.as_(person)
        return self.desk.create(REQUESTS, body), person

    def transfer(self, items: list[Body] | None = None) -> int:
        """Draft a transfer from the main store to the one it supplies; its id."""
        here, there = (self.masters.warehouses[code] for code in self.route)
        body = {
            "fromWarehouse": here, "toWarehouse": there, "requiredDate": self.in_days(2),
            "note": self.one_of("Second shelf from the left.", "With the Tuesday van.", None),
            "items": items or self.some_of(self.route[0]),
        }  # fmt: skip
        self.desk.as_(self.keeper(self.route[0]))
        return self.desk.create(TRANSFERS, body)

    def send_off(self, transfer: int) -> None:
        """Let the goods of a transfer or of a consumption leave their warehouse."""
        self.desk.as_(self.keeper(self.route[0]))
        self.desk.act(TRANSFERS, "confirm", transfer)

    def take_in(self, transfer: int, body: Body | None = None) -> None:
        """Take in what was on its way; where companies do without that, it is there already."""
        if self.company.choices.get("transferInTransit"):
            self.desk.as_(self.keeper(self.route[1], at=-1))
            self.desk.act(TRANSFERS, "receive", transfer, body)

    # Requests to a warehouse

    def request_drafted(self) -> Life:
        """Not submitted yet."""
        self.request()
        yield 0

    def request_waiting(self) -> Life:
        """The warehouse manager has not answered."""
        yield from self._requested()

    def request_approved(self) -> Life:
        """Reserved, and nobody has moved it."""
        yield from self._reserved()

    def request_partly_fulfilled(self) -> Life:
        """A part is there, the rest is not."""
        request, _ = yield from self._reserved()
        yield 0.5
        yield from self._fulfil(request, part=True)

    def request_fulfilled(self) -> Life:
        """All of it has been moved."""
        request, _ = yield from self._reserved()
        yield 0.5
        yield from self._fulfil(request)

    def request_given_up(self) -> Life:
        """A part came; nobody waits for the rest."""
        request, person = yield from self._reserved()
        yield 0.5
        yield from self._fulfil(request, part=True)
        yield 2
        self.desk.as_(person)
        self.desk.act(REQUESTS, "complete", request, {"comment": "That will do."})

    def request_rejected(self) -> Life:
        """No."""
        request, _ = yield from self._requested()
        yield 0.3
        self.decide(REQUESTS, request, "reject", self.one_of(*REFUSED))

    def request_revised(self) -> Life:
        """Not like this."""
        request, _ = yield from self._requested()
        yield 0.3
        self.decide(REQUESTS, request, "revision", self.one_of(*SENT_BACK))

    def request_canceled(self) -> Life:
        """Not needed any more; what was reserved is free."""
        request, person = yield from self._reserved()
        yield 1
        self.desk.as_(person)
        self.desk.act(REQUESTS, "cancel", request, {"comment": self.one_of(*NOT_NEEDED)})

    # Transfers

    def moved(self) -> Life:
        """Sent and received."""
        transfer = self.transfer()
        yield 0.1
        self.send_off(transfer)
        yield 1
        self.take_in(transfer)

    def move_drafted(self) -> Life:
        """On paper."""
        self.transfer()
        yield 0

    def move_on_its_way(self) -> Life:
        """In the van."""
        transfer = self.transfer()
        yield 0.1
        self.send_off(transfer)

    def move_taken_back(self) -> Life:
        """The van never left."""
        transfer = self.transfer()
        yield 0.1
        self.send_off(transfer)
        yield 0.2
        self.desk.as_(self.keeper(self.route[0]))
        self.desk.act(TRANSFERS, "cancel", transfer, {"comment": "The van has a flat tyre."})

    def move_that_lost_some(self) -> Life:
        """Not everything arrived."""
        transfer = self.transfer()
        yield 0.1
        self.send_off(transfer)
        yield 1
        lines = self.desk.lines(TRANSFERS, transfer)
        arrived = [{"id": line["id"], "quantity": line["quantity"] - 1} for line in lines]
        self.take_in(transfer, {"items": arrived, "missing": 1, "comment": "The lid was open."})

    def consumed(self) -> Life:
        """Used up, and booked on the department that did."""
        consumption, keeper = self._consumption()
        yield 0.05
        self.desk.as_(keeper)
        self.desk.act(TRANSFERS, "confirm", consumption)

    def consumption_drafted(self) -> Life:
        """Taken off the shelf, not off the books."""
        self._consumption()
        yield 0

    # Counting

    def counted(self) -> Life:
        """Counted, and not quite what the books said."""
        taking, keeper = yield from self._begun()
        self._count(taking, keeper)
        yield 0.3
        self.desk.as_(keeper)
        self.desk.act(STOCK_TAKINGS, "confirm", taking, {"comment": "Yearly count"})

    def counting(self) -> Life:
        """Half of it is counted."""
        taking, keeper = yield from self._begun()
        self._count(taking, keeper, half=True)

    def count_drafted(self) -> Life:
        """Planned for next week."""
        self._plan()
        yield 0

    def count_canceled(self) -> Life:
        """Begun in the middle of a delivery."""
        taking, keeper = yield from self._begun()
        self.desk.as_(keeper)
        self.desk.act(STOCK_TAKINGS, "cancel", taking, {"comment": "Two trucks arrived while we were counting."})

    def levels_set(self) -> Life:
        """How much shall always be there; for one of them there is too little already."""
        warehouse = self.one_of(*(code for code, store in self.company.warehouses.items() if store.holds))
        self.desk.as_(self.keeper(warehouse))
        rows = self.desk.rows("warehouse_items", warehouse_id=self.masters.warehouses[warehouse])
        for number, row in enumerate(self.random.sample(rows, min(4, len(rows)))):
            least = (row["quantity"] * (2 if number == 0 else Decimal("0.5"))).quantize(Decimal(1)) + 1
            self.desk.change(WAREHOUSE_ITEMS, row["id"], {"minimumStockLevel": least, "reorderTo": least * 2})
        yield 0

    # Stretches that several lives share

    def _requested(self) -> Generator[float, None, tuple[int, str]]:
        request, person = self.request()
        yield 0.1
        self.desk.as_(person)
        self.desk.act(REQUESTS, "confirm", request)
        return request, person

    def _reserved(self) -> Generator[float, None, tuple[int, str]]:
        request, person = yield from self._requested()
        yield from self.approvals(REQUESTS, request)
        return request, person

    def _fulfil(self, request: int, *, part: bool = False) -> Life:
        """Move what a request asks for, or half of it."""
        items: list[Body] = [
            {
                "product": {"id": line["product_id"]}, "warehouseRequestItem": line["id"],
                "quantity": line["quantity"] / 2 if part else line["quantity"],
            }
            for line in self.desk.lines(REQUESTS, request)
        ]  # fmt: skip
        transfer = self.transfer(items)
        yield 0.2
        self.send_off(transfer)
        yield 1
        self.take_in(transfer)

    def _consumption(self) -> tuple[int, str]:
        code = self.one_of(*(code for code, store in self.company.warehouses.items() if store.holds))
        location = self.company.warehouses[code].locations[0]
        entity = self.company.locations[location][3][0]
        source = self.source_at_home()
        account = value("item", self.masters.fields["account"], self.masters.options[source.group.account])
        body = {
            "type": "consumption", "fromWarehouse": self.masters.warehouses[code],
            "items": [one | {"dataItemCustomFields": [account]} for one in self.some_of(code)],
            "dataDocumentCustomFields": self.values(source, location, entity),
        }  # fmt: skip
        self.desk.as_(self.keeper(code))
        return self.desk.create(TRANSFERS, body), self.keeper(code)

    def _plan(self) -> tuple[int, str]:
        warehouse = self.one_of(*(code for code, store in self.company.warehouses.items() if store.holds))
        body = {"warehouse": self.masters.warehouses[warehouse], "note": "Yearly count"}
        self.desk.as_(self.keeper(warehouse))
        return self.desk.create(STOCK_TAKINGS, body), self.keeper(warehouse)

    def _begun(self) -> Generator[float, None, tuple[int, str]]:
        taking, keeper = self._plan()
        yield 0.1
        self.desk.as_(keeper)
        self.desk.act(STOCK_TAKINGS, "start", taking)
        yield 0.2
        return taking, keeper

    def _count(self, taking: int, keeper: str, *, half: bool = False) -> None:
        """Count the lines, or half of them: most as the books have them, some not."""
        lines = self.desk.lines(STOCK_TAKINGS, taking)
        counts = [
            {"id": line["id"], "countedQuantity": max(line["book_quantity"] + self.one_of(0, 0, 0, -2, 1), 0)}
            for line in (lines[: len(lines) // 2] if half else lines)
        ]
        self.desk.as_(keeper)
        self.desk.change(STOCK_TAKINGS, taking, {"items": counts})


def _twelfth(row: Row) -> Decimal:
    """A little of what nobody has reserved, an even number so that it can be halved."""
    return Decimal(max(((row["quantity"] - row["reserved"]) / 24).quantize(Decimal(1), ROUND_FLOOR) * 2, 2))
