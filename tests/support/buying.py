"""A company that buys: master data at hand, people in their roles, and documents in one line each.

shop = Buying(house)
order = shop.order(("Bolt M8", 10, 2))
shop.ann.does("confirm", order)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import count
from typing import Any

from tests.support.house import House, Reply

Shown = dict[str, Any]
DAY = "2026-03-02"
_numbers = count(1)


@dataclass(frozen=True)
class Someone:
    """A person of the company at work."""

    house: House

    def does(self, verb: str, document: Shown, body: Any = None) -> Shown:
        """Make a move that must work; the document as it is afterwards, or the new one that it makes."""
        status, shown, _ = self.tries(verb, document, body)
        assert status in (200, 201, 204), shown
        if status == 201:
            return placed(document["at"].split("/")[1], shown)
        return self.sees(document) if status == 200 else {}

    def tries(self, verb: str, document: Shown, body: Any = None) -> Reply:
        """Make a move that may be refused."""
        path = document["at"]
        if verb == "delete":
            return self.house.call("DELETE", path)
        return self.house.call("POST", f"{path}/{verb}", body or {})

    def changes(self, document: Shown, **values: Any) -> Shown:
        """Change a document; it must work."""
        shown = self.house.changed("PUT", document["at"], values)
        return {**shown, "at": document["at"]}

    def sees(self, document: Shown) -> Shown:
        """The document as this person sees it now."""
        return {**self.house.get(document["at"]), "at": document["at"]}

    def made(self, collection: str, body: Any, path: str = "") -> Shown:
        """A new document."""
        return placed(collection, self.house.made(path or f"/{collection}", body))

    def orders(self, *lines: Any, **more: Any) -> list[Shown]:
        """The draft orders made from lines of requisitions: ids, or `(id, quantity)`."""
        entries = [{"id": line[0], "quantity": line[1]} if isinstance(line, tuple) else line for line in lines]
        made = self.house.made("/purchaseorders/from_requisitions", {"items": entries, **more})["data"]
        return [placed("purchaseorders", shown) for shown in made]

    def may_decide(self, document: Shown) -> bool:
        """Whether the document tells this person to approve or reject it now."""
        rights = self.sees(document)["approvalInfo"]
        assert rights["canApproveDocument"] == rights["canRejectDocument"]
        return rights["canApproveDocument"]

    def explained(self, document: Shown) -> Shown:
        """Who has to approve a document and why."""
        return self.house.get(f"{document['at']}/approval")

    def simulated(self, document: Shown, **values: Any) -> Shown:
        """What saving these values would lead to."""
        return self.house.changed("POST", f"{document['at']}/simulate", values)

    def waiting(self) -> list[tuple[str, str]]:
        """What waits for this person: kind and number."""
        return [(one["type"], one["idn"]) for one in self.house.get("/-/waiting?per_page=100")["data"]]


KEYED_BY_ID = ("stocktransfers", "stock_takings")


def placed(collection: str, shown: Shown) -> Shown:
    """A document with the path it is found at."""
    return {**shown, "at": f"/{collection}/{shown['id' if collection in KEYED_BY_ID else 'idn']}"}


class Buying:
    """The company: whatever a document needs is there when asked for."""

    def __init__(self, house: House) -> None:
        self.house = house.under(profile="extended")
        self.ann = Someone(self.house)
        """A super user."""

    def person(self, *roles: str, **more: Any) -> Someone:
        """Somebody with these roles."""
        return Someone(self.house.person(*roles, **more).under(profile="extended"))

    def approving(self, kind: str, *steps: tuple[str, Any], **more: Any) -> Shown:
        """Who approves documents of a kind, step by step: `("Head", cy)`, or `("Finance", {"user": …, "from": 1000})`.

        Several may decide in a step: `("Head", [cy, eve])`.
        """
        body = [{"name": name, "approvers": [_entry(one) for one in _several(who)]} for name, who in steps]
        return self.house.made("/-/approvalworkflows", {"documentType": kind, "steps": body, **more})

    def stock(self, item: Shown, warehouse: Shown | None = None) -> tuple[Any, Any]:
        """How much of an item lies in a warehouse, the main one unless another is named, and how much is reserved."""
        rows = self.house.get(f"/warehouses/{(warehouse or self.warehouse)['id']}/items?per_page=200")["data"]
        found = [(row["quantity"], row["reserved"]) for row in rows if row["product"]["id"] == item["id"]]
        return found[0] if found else (0, 0)

    @cached_property
    def location(self) -> Shown:
        """Where the company is."""
        return self.house.made("/locations", {"name": "Hamburg"})

    @cached_property
    def supplier(self) -> Shown:
        """Whom it buys from."""
        return self.house.made("/suppliers", {"name": "Bolt & Nut"})

    @cached_property
    def warehouse(self) -> Shown:
        """Where goods are kept."""
        return self.house.made("/warehouses", {"name": "Main"})

    def item(self, price: Any = 2, **more: Any) -> Shown:
        """A new item of the catalogue."""
        number = next(_numbers)
        return self.house.made("/items", {"name": f"Item {number}", "sku": f"SKU-{number}", "price": price, **more})

    def lines(self, *lines: Any) -> list[Shown]:
        """`(name or item, quantity, price)` or ready lines as a body has them."""
        return [line if isinstance(line, dict) else _line(*line) for line in lines or (("Bolt", 10, 2),)]

    def order(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft order."""
        body = {"supplier": self.supplier["id"], "location": self.location["id"], "items": self.lines(*lines), **more}
        return (by or self.ann).made("purchaseorders", body)

    def approved_order(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """An order that can be received."""
        order = self.order(*lines, by=by, **more)
        return (by or self.ann).does("confirm", order)

    def receipt(self, order: Shown, *quantities: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft receipt of an order: of all that is open, or of so much of each line."""
        body: dict[str, Any] = {"requiredDate": DAY, "warehouse": self.warehouse["id"], **more}
        if quantities:
            ids = [line["id"] for line in order["items"]["data"]]
            body["items"] = [
                {"id": line, "quantity": quantity}
                for line, quantity in zip(ids, quantities, strict=False)
                if quantity is not None
            ]
        return (by or self.ann).made("receipts", body, f"/receipts/{order['idn']}")

    def invoice(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft invoice."""
        return (by or self.ann).made("invoices", {"supplier": self.supplier["id"], "items": self.lines(*lines), **more})

    def requisition(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft requisition."""
        body = {"location": self.location["id"], "requiredDate": DAY, "items": self.lines(*lines), **more}
        return (by or self.ann).made("purchaserequisitions", body)

    def request_for_proposal(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft request to the company's supplier."""
        body = {"location": self.location["id"], "requiredDate": "2030-01-31", "items": self.lines(*lines),
                "suppliers": [self.supplier["id"]], **more}  # fmt: skip
        return (by or self.ann).made("requestforproposals", body)

    def warehouse_request(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft request for goods from stock."""
        items = [_line(*line) for line in lines or ((self.item(), 1),)]
        body = {"location": self.location["id"], "warehouse": self.warehouse["id"], "items": items, **more}
        return (by or self.ann).made("warehouserequests", body)

    def stocked(self, quantity: Any = 10, price: Any = 2) -> Shown:
        """A new item of which so much lies in the warehouse."""
        item = self.item(price=price)
        self.ann.does("confirm", self.receipt(self.approved_order((item, quantity))))
        return item

    @cached_property
    def annex(self) -> Shown:
        """Another warehouse."""
        return self.house.made("/warehouses", {"name": "Annex"})

    def transfer(self, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
        """A draft transfer from the warehouse to the annex."""
        body = {"fromWarehouse": self.warehouse["id"], "toWarehouse": self.annex["id"], "requiredDate": DAY,
                "items": [_line(*line) for line in lines or ((self.stocked(), 1),)], **more}  # fmt: skip
        return (by or self.ann).made("stocktransfers", body)

    def stocktaking(self, by: Someone | None = None, **more: Any) -> Shown:
        """A draft stocktaking of the warehouse."""
        return (by or self.ann).made("stock_takings", {"warehouse": self.warehouse["id"], **more})


def _several(who: Any) -> list[Any]:
    return who if isinstance(who, list) else [who]


def _entry(who: Any) -> Shown:
    return {"user": who.house.user_id} if isinstance(who, Someone) else who


def _line(what: Any, quantity: Any = 1, price: Any = None) -> Shown:
    named = {"name": what} if isinstance(what, str) else {"product": what["id"]}
    return {**named, "quantity": quantity, **({"price": price} if price is not None else {})}
