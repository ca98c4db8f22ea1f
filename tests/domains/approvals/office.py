"""A company with a marketing, an IT and an HR department, its people, and the workflow of the worked examples."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from emptor.domains.approvals import running
from emptor.domains.organisation.access import Principal
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.unit_of_work import UnitOfWork
from tests.support import checked
from tests.support.house import House

APPROVE = "purchase_order.approve"


@dataclass
class Office:
    """Its people by name; orders are drafts, and their approval is driven without the documents' verbs."""

    house: House
    people: dict[str, House] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked.excuse(self.house, "drafts are taken through their approval without the documents' verbs")
        self.admin = self.house.under(profile="extended")
        self.location = self.admin.made("/locations", {"name": "Bonn"})["id"]
        self.elsewhere = self.admin.made("/locations", {"name": "Kiel"})["id"]
        self.supplier = self.admin.made("/suppliers", {"name": "Bolts"})["id"]
        departments = {"name": "Department", "options": [{"name": "Marketing"}, {"name": "IT"}, {"name": "HR"}]}
        made = self.admin.made("/documentcustomfields", {**departments, "limitsAccess": True})
        self.department = made["id"]
        self.options = {one["name"]: one["id"] for one in made["options"]["data"]}
        self.hire("Pat", roles=["purchase_order.create"])

    def hire(self, *names: str, roles: Any = (APPROVE,), **more: Any) -> None:
        """New people, by default with the right to approve orders."""
        for name in names:
            self.people[name] = self.house.person(*roles, firstname=name, **more)
            self.ids[name] = self.people[name].user_id

    def change(self, name: str, **values: Any) -> Any:
        """Change a person."""
        return self.admin.changed("PUT", f"/users/{self.ids[name]}", values)

    def workflow(self, *steps: dict[str, Any], kind: str = "purchaseorders") -> dict[str, Any]:
        """The workflow of a type of document."""
        return self.admin.made("/-/approvalworkflows", {"documentType": kind, "steps": list(steps)})

    def entry(self, name: str, **more: Any) -> dict[str, Any]:
        """Somebody's entry in a step."""
        return {"user": self.ids[name], **more}

    def of_the_examples(self) -> dict[str, Any]:
        """Ann and Bob, then Cy from 1,000, then Di from 10,000."""
        self.hire("Ann", "Bob", "Cy", "Di")
        marketing, it = self.options["Marketing"], self.options["IT"]
        heads = [
            self.entry("Ann", options=[marketing]),
            self.entry("Bob", options=[marketing, it], overrides=[{"option": marketing, "to": 500}]),
        ]
        return self.workflow(
            {"name": "Dept head", "approvers": heads},
            {"name": "Finance", "approvers": [self.entry("Cy", **{"from": 1000})]},
            {"name": "CEO", "approvers": [self.entry("Di", **{"from": 10_000})]},
        )

    # Documents

    @property
    def orders(self) -> Resource:
        return self.house.service.registry["purchaseorders"]

    def order(self, price: int | str, option: str | None = None, by: str = "Pat", **more: Any) -> int:
        """A draft order; its id."""
        body = {"supplier": self.supplier, "location": self.location, "items": [{"name": "bolt", "price": price}]}
        if option:
            chosen = {"value": str(self.options[option]), "documentCustomField": {"id": self.department}}
            body["dataDocumentCustomFields"] = [chosen]
        person = self.people.get(by, self.house)
        return person.under(profile="extended").made("/purchaseorders", {**body, **more})["id"]

    def principal(self, name: str) -> Principal:
        """The person as the server knows it now."""
        person = self.people.get(name, self.house)
        caller = person.service.authenticator.caller(person.token, person.email)
        assert caller is not None, name
        return caller.principal

    @contextmanager
    def acting(self, name: str) -> Iterator[UnitOfWork]:
        """A unit of work of somebody."""
        with self.house.service.database.write(self.house.company_id, actor=self.principal(name)) as tx:
            yield tx

    def row(self, tx: Any, order: int) -> dict[str, Any]:
        row = query.stored(tx, self.orders, "id", order)
        assert row is not None
        return row

    def begin(self, order: int, **more: Any) -> bool:
        with self.acting("Pat") as tx:
            return running.begin(tx, self.orders, self.row(tx, order), **more)

    def approve(self, name: str, order: int, comment: str | None = None) -> bool:
        with self.acting(name) as tx:
            return running.approve(tx, self.orders, self.row(tx, order), comment)

    def reject(self, name: str, order: int, comment: str | None = "no") -> None:
        with self.acting(name) as tx:
            running.reject(tx, self.orders, self.row(tx, order), comment)

    def withdraw(self, order: int, why: str | None = None) -> None:
        with self.acting("Pat") as tx:
            running.withdraw(tx, self.orders, self.row(tx, order), why)

    def snapshot(self, order: int) -> None:
        with self.acting("Pat") as tx:
            row = self.row(tx, order)
            running.snapshot(tx, self.orders, row, [])

    def judge(self, order: int, free: tuple[str, ...] = (), **after: Any) -> Any:
        with self.acting("Pat") as tx:
            return running.judge(tx, self.orders, self.row(tx, order), after, [], free)

    def costs(self, order: int, net: int | str) -> None:
        """Let the order cost something else, as a revision would."""
        columns = ("sum", "net_sum", "sum_in_company_currency", "net_sum_in_company_currency")
        with self.acting("Pat") as tx:
            from emptor.store.schema import table

            tx.update(table("purchase_orders"), dict.fromkeys(columns, Decimal(net)), id=order)

    def edited(self, order: int, net: int | str) -> bool:
        """Let a waiting order cost something else; whether nobody has to approve it any more."""
        self.costs(order, net)
        with self.acting("Pat") as tx:
            return running.follow(tx, self.orders, self.row(tx, order))

    def may(self, name: str, order: int) -> bool:
        """Whether somebody may decide about the order now."""
        with self.acting(name) as tx:
            return running.turn(tx, self.orders, self.row(tx, order)) is not None

    def turns(self, order: int) -> list[str]:
        """Everybody who may decide now."""
        here = {one["id"] for one in self.admin.get("/users?per_page=200")["data"] if one["enable"]}
        return [name for name in self.people if self.ids[name] in here and self.may(name, order)]

    def waiting(self, name: str, **page: int) -> list[dict[str, Any]]:
        with self.house.service.database.read(self.house.company_id) as tx:
            return running.waiting_for(tx, self.principal(name), **page).objects

    def steps(self, order: int) -> list[dict[str, Any]]:
        """The steps as the API will show them."""
        with self.house.service.database.read(self.house.company_id) as tx:
            plan = query.PartsPlan(self.house.service.registry, running.STEPS)
            holder = [{"approvalSteps": order}]
            query.led(tx, query.follow(tx, plan, holder))
            return holder[0]["approvalSteps"]["data"]

    def route(self, order: int) -> list[tuple[str, str]]:
        """Names and states of the steps of the latest round."""
        steps = self.steps(order)
        latest = max((one["round"] for one in steps), default=0)
        return [(one["name"], one["statusString"].removeprefix("status.")) for one in steps if one["round"] == latest]
