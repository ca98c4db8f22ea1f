"""A company that buys: places, suppliers, and documents in the states that tests begin with."""

from __future__ import annotations

from typing import Any

from tests.support.house import House

WANTED = "2040-06-30T23:59:59+00:00"
LINE = {"name": "Bolt", "sku": "B-1", "quantity": 10, "price": 2}


class Shop:
    """Makes what is asked for, in Bonn unless told otherwise."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.bonn = house.made("/locations", {"name": "Bonn"})["id"]
        self.kiel = house.made("/locations", {"name": "Kiel"})["id"]
        self.bolts = house.made("/suppliers", {"name": "Bolts", "contacts": [{"email": "sales@bolts.test"}]})["id"]
        self.nuts = house.made("/suppliers", {"name": "Nuts"})["id"]

    def line(self, **more: Any) -> dict[str, Any]:
        """A line of a requisition, from Bolts unless told otherwise."""
        return {**LINE, "supplier": self.bolts, **more}

    def draft(self, *items: dict[str, Any], by: House | None = None, **more: Any) -> dict[str, Any]:
        """A draft requisition."""
        body = {"location": self.bonn, "requiredDate": WANTED, "items": list(items or (self.line(),)), **more}
        return (by or self.house).made("/purchaserequisitions", body)

    def do(self, verb: str, document: dict[str, Any], body: Any = None, kind: str = "purchaserequisitions") -> Any:
        """What a document shows after a verb, its lines included."""
        self.house.changed("POST", f"/{kind}/{document['idn']}/{verb}", body)
        return self.house.get(f"/{kind}/{document['idn']}")

    def approved(self, *items: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An approved requisition."""
        return self.do("confirm", self.draft(*items, **more))

    def again(self, document: dict[str, Any], kind: str = "purchaserequisitions") -> dict[str, Any]:
        """The document as it is now."""
        return self.house.get(f"/{kind}/{document['idn']}")

    def lines(self, document: dict[str, Any]) -> list[tuple[int, Any]]:
        """Status and ordered quantity of each line of a requisition now."""
        return [(one["status"], one["orderedQuantity"]) for one in self.again(document)["items"]["data"]]

    def ordered(self, *lines: Any, by: House | None = None, **more: Any) -> list[dict[str, Any]]:
        """The orders made from lines of requisitions: ids, or entries with a quantity."""
        entries = [one if isinstance(one, dict) else {"id": one} for one in lines]
        return (by or self.house).made("/purchaseorders/from_requisitions", {"items": entries, **more})["data"]

    def approving(self, person: House, kind: str) -> None:
        """Have that person approve documents of a kind."""
        steps = [{"name": "Head", "approvers": [{"user": person.user_id}]}]
        self.house.made("/-/approvalworkflows", {"documentType": kind, "steps": steps})

    # Requests for proposal

    def asked(self, *items: dict[str, Any], suppliers: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
        """An approved request for proposal with its proposals."""
        chosen = suppliers or (self.bolts, self.nuts)
        body = {"location": self.bonn, "requiredDate": WANTED, "items": list(items or (LINE,)), **more}
        made = self.house.made("/requestforproposals", body)
        self.do("invite", made, {"suppliers": list(chosen)}, "requestforproposals")
        return self.do("confirm", made, kind="requestforproposals")

    def asked_for(self, requisition: dict[str, Any], **more: Any) -> dict[str, Any]:
        """An approved request for proposal for all lines of a requisition."""
        body = {"items": ids(requisition), "requiredDate": WANTED, "suppliers": [self.bolts, self.nuts], **more}
        made = self.house.made("/requestforproposals/from_requisitions", body)
        return self.do("confirm", made, kind="requestforproposals")

    def answered(self, proposal: dict[str, Any], *prices: Any, **more: Any) -> dict[str, Any]:
        """A proposal with prices for its lines."""
        lines = zip(proposal["items"]["data"], prices, strict=True)
        body = {"items": [{"id": one["id"], "price": price} for one, price in lines], **more}
        return self.house.changed("PUT", f"/-/propositions/{proposal['accessKey']}", body)

    def choose(self, proposal: dict[str, Any], *positions: int) -> dict[str, Any]:
        """The proposal after lines of it have won."""
        chosen = [proposal["items"]["data"][i]["id"] for i in positions]
        path = f"/requestforproposals/proposition/{proposal['id']}/items/approve"
        return self.house.changed("PUT", path, form={"items[]": chosen})


def ids(document: dict[str, Any]) -> list[int]:
    """The ids of a document's lines."""
    return [one["id"] for one in document["items"]["data"]]
