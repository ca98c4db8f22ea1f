"""Two companies at work at random: whatever their people do, in whatever order, their books stay right.

After every deed an auditor reckons everything anew from the tables. A failure shrinks to a short story, a sentence for
each deed. More stories: EMPTOR_TEST_EXAMPLES=500.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from tests.journeys.auditor import APPROVED, COMPLETED, DRAFT, FINAL, PENDING, Books, found_in
from tests.support import checked
from tests.support.buying import DAY, Buying, Shown, Someone, placed
from tests.support.house import Premises, Reply, TickingClock

EXAMPLES = int(os.environ.get("EMPTOR_TEST_EXAMPLES", "15"))
STEPS = 40
LONG = settings(
    max_examples=EXAMPLES, stateful_step_count=STEPS, deadline=None, print_blob=True,
    derandomize="EMPTOR_TEST_EXAMPLES" not in os.environ, suppress_health_check=list(HealthCheck),
)  # fmt: skip

MORNING = "2026-01-15T12:00:00+00:00"
CLOCK = TickingClock(MORNING)

TABLES = {
    "purchaserequisitions": "purchase_requisitions", "purchaseorders": "purchase_orders", "receipts": "receipts",
    "warehouserequests": "warehouse_requests", "invoices": "invoices", "expenses": "expenses",
    "stocktransfers": "stock_transfers", "stock_takings": "stock_takings",
}  # fmt: skip
"""The table of each kind of document."""
NOUNS = {
    "purchaserequisitions": "requisition", "purchaseorders": "order", "receipts": "receipt",
    "warehouserequests": "request", "invoices": "invoice", "expenses": "expense", "stocktransfers": "transfer",
    "stock_takings": "stock taking",
}  # fmt: skip

CREATES = tuple(f"{module}.create" for module in ("purchase_requisition", "purchase_order", "receipt",
                                                  "warehouse_request"))  # fmt: skip
DECIDES = tuple(role.replace("create", "approve") for role in CREATES)
SEES = tuple(role.replace("create", "view") for role in CREATES)
FINANCE_FROM = 50

SOME = st.integers(0, 1000)
"""Picks one of what there is."""
WHO = st.sampled_from(("Bea", "Ann", "Bea", "Ann", "Bea", "Cy", "Di", "Kim"))
"""Mostly somebody who may."""
FAR = st.sampled_from((2, 0, 1, 2))
"""How far a new document is taken at once: it stays a draft, is submitted, or approved by all who are asked."""
FEW = st.integers(1, 6)
MAYBE = st.booleans()

DECISIONS = ("approve", "reject")


@dataclass
class Company:
    """A company with its people, and what they have written."""

    name: str
    shop: Buying
    people: dict[str, Someone]
    items: list[Shown]
    documents: list[Shown]

    def of_kind(self, *kinds: str) -> list[Shown]:
        return [one for one in self.documents if kind_of(one) in kinds]


def kind_of(document: Shown) -> str:
    return document["at"].split("/")[1]


def picked(some: list[Any], n: int) -> Any:
    return some[n % len(some)]


def founded(premises: Premises, name: str, choices: dict[str, bool], approvals: bool) -> Company:
    """A company with two items in stock and, perhaps, approvals by Cy, and from 50 on by Di as well."""
    shop = Buying(premises.house(clock=CLOCK, **choices))
    people = {
        "Ann": shop.ann,
        "Bea": shop.person(*CREATES, *SEES, "warehouse.manage", firstname="Bea"),
        "Cy": shop.person(*CREATES, *DECIDES, firstname="Cy"),
        "Di": shop.person(*CREATES, *DECIDES, firstname="Di"),
        "Kim": shop.person("receipt.create", "warehouse.manage", *SEES, firstname="Kim"),
    }
    company = Company(name, shop, people, [shop.item(price=2), shop.item(price=20)], [])
    counted = shop.stocktaking()
    shop.ann.does("start", counted)
    shop.ann.changes(counted, items=[{"product": item["id"], "countedQuantity": 4} for item in company.items])
    shop.ann.does("confirm", counted)
    assert all((shop.annex, shop.location, shop.supplier))
    if approvals:
        for kind in ("purchaserequisitions", "purchaseorders", "receipts", "warehouserequests"):
            finance = {"user": people["Di"].house.user_id, "from": FINANCE_FROM}
            shop.approving(kind, ("Head", people["Cy"]), ("Finance", finance))
    return company


class Companies(RuleBasedStateMachine):
    """What people may do, and what has to hold whatever they do."""

    premises: Premises
    audited, found_in = Books, staticmethod(found_in)
    """What the auditor reads, and what is found wrong in it."""

    @initialize(matching=MAYBE, invoices=MAYBE, transit=MAYBE, own=MAYBE, affected=MAYBE, approvals=MAYBE)
    def found(self, matching: bool, invoices: bool, transit: bool, own: bool, affected: bool, approvals: bool) -> None:
        choices = {"receiptMatching": matching, "invoices": invoices, "transferInTransit": transit,
                   "selfApproval": own, "restartAffectedStepsOnly": affected}  # fmt: skip
        CLOCK.at(MORNING)
        self.acme = founded(self.premises, "Acme", choices, approvals)
        self.other = founded(self.premises, "Other", choices, False)
        said = ", ".join(name for name, on in {**choices, "approvals": approvals}.items() if on)
        self.begin(said)

    def begin(self, said: str) -> None:
        """Both companies are there, and nothing has happened."""
        note(f"Acme is founded with {said or 'nothing special'}.")
        self.given: dict[str, set[int]] = defaultdict(set)
        self.before: dict[Any, int] = {}
        self.elsewhere = trace_of(self.other)
        self.changed = True

    # What people do

    @rule(who=WHO, kind=st.sampled_from(("purchaserequisitions", "purchaseorders", "warehouserequests")),
          item=SOME, quantity=FEW, second=st.integers(0, 3), far=FAR)  # fmt: skip
    def write(self, who: str, kind: str, item: int, quantity: int, second: int, far: int) -> None:
        items = [{"product": picked(self.acme.items, item)["id"], "quantity": quantity}]
        if second:
            items.append({"product": picked(self.acme.items, item + 1)["id"], "quantity": second})
        shop = self.acme.shop
        body: dict[str, Any] = {"location": shop.location["id"], "requiredDate": DAY, "items": items}
        if kind == "purchaseorders":
            body["supplier"] = shop.supplier["id"]
        if kind == "warehouserequests":
            body["warehouse"] = shop.warehouse["id"]
        made = self.creates(who, kind, f"/{kind}", body)
        self.takes(who, made, far)

    @precondition(lambda self: self.unfinished())
    @rule(document=SOME, verb=SOME, quantity=st.integers(0, 6))
    def proceed(self, document: int, verb: int, quantity: int) -> None:
        """A move that the state allows, by whoever it is for; the latest documents first."""
        one = picked(self.unfinished()[::-1], document)
        chosen = picked(self.possible(one), verb)
        self.deed((self.asked(one) if chosen in DECISIONS else [self.writer(one)])[0], chosen, one, quantity)

    @precondition(lambda self: self.unfinished())
    @rule(who=WHO, document=SOME, verb=SOME, quantity=st.integers(0, 6))
    def move(self, who: str, document: int, verb: int, quantity: int) -> None:
        """A move that the state allows, by anybody."""
        one = picked(self.unfinished()[::-1], document)
        self.deed(who, picked(self.possible(one), verb), one, quantity)

    @precondition(lambda self: self.revisable())
    @rule(document=SOME, line=SOME, quantity=FEW, drop=MAYBE, far=FAR)
    def rework(self, document: int, line: int, quantity: int, drop: bool, far: int) -> None:
        """Whoever wrote a document takes it back, changes it and submits it again."""
        one = picked(self.revisable()[::-1], document)
        if self.deed(self.writer(one), "revision", one).status == 200:
            self.changes(self.writer(one), one, line, quantity, drop)
            if far and self.deed(self.writer(one), "confirm_revise", one).status == 200 and far > 1:
                self.approved_by_all(one)

    @precondition(lambda self: self.acme.documents)
    @rule(who=WHO, document=SOME, verb=SOME)
    def try_anything(self, who: str, document: int, verb: int) -> None:
        """Any move at all; what the state does not allow is refused."""
        one = picked(self.acme.documents, document)
        self.deed(who, picked(list(self.life(one).moves), verb).verb, one)

    @precondition(lambda self: self.waiting())
    @rule(document=SOME, verb=st.sampled_from(("approve", "approve", "approve", "reject", "revision")))
    def decide(self, document: int, verb: str) -> None:
        """Whoever is asked decides."""
        one = picked(self.waiting()[::-1], document)
        self.deed(self.asked(one)[0], verb, one)

    @precondition(lambda self: self.acme.documents)
    @rule(who=WHO, document=SOME, line=SOME, quantity=FEW, drop=MAYBE)
    def change(self, who: str, document: int, line: int, quantity: int, drop: bool) -> None:
        """Another quantity on a line, or the line goes."""
        self.changes(who, picked(self.acme.documents[::-1], document), line, quantity, drop)

    @precondition(lambda self: self.waiting())
    @rule(document=SOME, line=SOME, quantity=FEW, drop=MAYBE)
    def correct(self, document: int, line: int, quantity: int, drop: bool) -> None:
        """Whoever is asked to approve a document changes it."""
        one = picked(self.waiting()[::-1], document)
        self.changes(self.asked(one)[0], one, line, quantity, drop)

    @precondition(lambda self: self.among("purchaserequisitions", APPROVED))
    @rule(who=WHO, first=SOME, second=SOME, quantity=FEW, whole=MAYBE, merge=MAYBE)
    def draw(self, who: str, first: int, second: int, quantity: int, whole: bool, merge: bool) -> None:
        """Order lines of one or two requisitions, wholly or so much of each."""
        approved = self.among("purchaserequisitions", APPROVED)
        sources = {one["at"]: one for one in (picked(approved, first), picked(approved, second))}
        lines = [line for one in sources.values() for line in self.acme.shop.ann.sees(one)["items"]["data"]]
        items = [{"id": line["id"], **({} if whole else {"quantity": quantity})} for line in lines]
        body = {"items": items, "supplier": self.acme.shop.supplier["id"], "merge": merge}
        reply = self.calls(who, "POST", "/purchaseorders/from_requisitions", body)
        what = "all that is open" if whole else f"{quantity} of each line"
        named = " and ".join(self.title(one) for one in sources.values())
        self.says(who, f"orders {what} of {named}{', merged' * merge}", reply)
        if reply.status == 201:
            self.acme.documents += [placed("purchaseorders", shown) for shown in reply.json["data"]]

    @precondition(lambda self: self.among("purchaseorders", APPROVED))
    @rule(who=WHO, order=SOME, quantity=FEW, whole=MAYBE, place=st.integers(0, 2), far=FAR)
    def receive(self, who: str, order: int, quantity: int, whole: bool, place: int, far: int) -> None:
        """A receipt of an approved order, and perhaps more than was ordered."""
        one = self.acme.shop.ann.sees(picked(self.among("purchaseorders", APPROVED), order))
        body: dict[str, Any] = {"requiredDate": DAY, "warehouse": picked(self.places(), place)["id"]}
        if not whole:
            body["items"] = [{"id": line["id"], "quantity": quantity} for line in one["items"]["data"]]
        made = self.creates(who, "receipts", f"/receipts/{one['idn']}", body)
        self.takes(who, made, far)

    @rule(who=WHO, item=SOME, quantity=FEW, request=SOME, consume=MAYBE, back=MAYBE, far=FAR)
    def transfer(self, who: str, item: int, quantity: int, request: int, consume: bool, back: bool, far: int) -> None:
        """Goods from one warehouse to the other, or consumed; for a request where one waits."""
        ends = [place["id"] for place in self.places()[:: -1 if back else 1]]
        line: dict[str, Any] = {"product": picked(self.acme.items, item)["id"], "quantity": quantity}
        waiting = self.among("warehouserequests", APPROVED)
        if waiting and request % 2:
            asked = picked(self.acme.shop.ann.sees(picked(waiting, request))["items"]["data"], item)
            line |= {"product": asked["product"]["id"], "warehouseRequestItem": asked["id"]}
        body = {"fromWarehouse": ends[0], "items": [line], "type": "consumption" if consume else "transfer"}
        if not consume:
            body["toWarehouse"] = ends[1]
        made = self.creates(who, "stocktransfers", "/stocktransfers", body)
        self.takes(who, made, far)

    @rule(who=WHO, place=SOME, item=SOME, counted=st.integers(0, 6), far=FAR)
    def count(self, who: str, place: int, item: int, counted: int, far: int) -> None:
        """Begin to count a warehouse; what was counted is noted, and perhaps believed at once."""
        made = self.creates(who, "stock_takings", "/stock_takings", {"warehouse": picked(self.places(), place)["id"]})
        if made and self.deed(who, "start", made).status == 200:
            line = {"product": picked(self.acme.items, item)["id"], "countedQuantity": counted}
            reply = self.calls(who, "PUT", made["at"], {"items": [line]})
            self.says(who, f"counts {counted} of item {item % 2 + 1} for {self.title(made)}", reply)
            self.takes(who, made, far)

    @precondition(lambda self: self.among("receipts", APPROVED))
    @rule(who=WHO, receipt=SOME)
    def receive_again(self, who: str, receipt: int) -> None:
        """A receipt that is canceled and written anew leaves the order as it was."""
        one = self.acme.shop.ann.sees(picked(self.among("receipts", APPROVED), receipt))
        order = placed("purchaseorders", one["purchaseOrder"])
        before = progress(self.acme.shop.ann.sees(order))
        if self.state(order) != APPROVED or self.deed("Ann", "cancel", one).status != 200:
            return
        lines = [{"id": line["purchaseOrderItem"], "quantity": line["quantity"]} for line in one["items"]["data"]]
        body = {"requiredDate": DAY, "warehouse": one["warehouse"]["id"], "items": lines}
        again = self.creates("Ann", "receipts", f"/receipts/{order['idn']}", body)
        assert again, "what was canceled can be received again"
        self.takes("Ann", again, 2)
        assert self.state(again) == APPROVED
        assert progress(self.acme.shop.ann.sees(order)) == before

    @precondition(lambda self: self.acme.documents)
    @rule(who=WHO, document=SOME, verb=SOME)
    def meddle(self, who: str, document: int, verb: int) -> None:
        """The other company names what is not theirs."""
        one = self.acme.shop.ann.sees(picked(self.acme.documents, document))
        kind, stranger = kind_of(one), self.other.people[who].house
        line = (one["items"]["data"] or [{"id": 0}])[0]
        tries: list[tuple[str, str, Any]] = [
            ("POST", f"{one['at']}/{picked(list(self.life(one).moves), verb).verb}", {}),
            ("GET", one["at"], None),
            ("POST", "/purchaseorders/from_requisitions", {"items": [line["id"]]}),
            ("POST", "/purchaserequisitions", {"location": self.acme.shop.location["id"], "requiredDate": DAY}),
            ("POST", "/stock_takings", {"warehouse": self.acme.shop.warehouse["id"]}),
            ("POST", "/stocktransfers", {"fromWarehouse": self.acme.shop.warehouse["id"], "type": "consumption"}),
            ("POST", "/receipts", {"purchaseOrder": one["id"], "items": [{"purchaseOrderItem": line["id"]}]}),
        ]
        for method, path, body in tries:
            reply = stranger.call(method, path, body)
            assert reply.status in (400, 403, 404), (method, path, reply)
        if kind != "stock_takings":
            assert self.other.shop.house.get(f"/{kind}?per_page=200")["data"] == []

    # What has to hold

    @invariant()
    def books_are_right(self) -> None:
        """After every deed, whatever it was."""
        if not hasattr(self, "acme"):
            return
        books = self.books
        found = self.found_in(books)
        assert found == [], found
        for key, was in self.before.items():
            now = books.states.get(key)
            assert now is not None or was == DRAFT, f"{key} is gone, and was {was}"
            assert now == was or was not in FINAL, f"{key} has left {was} for {now}"
            assert now == was or now != DRAFT, f"{key} is a draft again"
        for name, rows in books.documents.items():
            fresh = {int(row["idn"]) for row in rows if (name, row["id"]) not in self.before}
            assert not fresh & self.given[name], f"{name}: a number was given a second time"
            self.given[name] |= fresh
            numbers = self.given[name]
            assert numbers == set(range(1, len(numbers) + 1)), f"{name}: there is a gap in {sorted(numbers)}"
        self.before = books.states

    def teardown(self) -> None:
        """What takes longer holds in the end."""
        if hasattr(self, "acme"):
            house = self.acme.shop.house
            assert Books(house, journal_too=True).broken_chain == ""
            assert checked.found_in(house.service.database, house.company_id) == []
            assert trace_of(self.other) == self.elsewhere, "something happened in the other company"

    # Helpers

    @property
    def books(self) -> Books:
        """The books as they are now."""
        if self.changed:
            self._books, self.changed = self.audited(self.acme.shop.house, journal_too=False), False
        return self._books

    def life(self, document: Shown) -> Any:
        return self.acme.shop.house.service.registry[kind_of(document)].life

    def state(self, document: Shown) -> int | None:
        return self.books.states.get((TABLES[kind_of(document)], document["id"]))

    def among(self, kind: str, state: int) -> list[Shown]:
        return [one for one in self.acme.of_kind(kind) if self.state(one) == state]

    def possible(self, document: Shown) -> list[str]:
        """The moves that lead somewhere from where a document is."""
        return [
            one.verb for one in self.life(document).moves
            if self.state(document) in one.sources and not one.makes
            and (one.verb not in DECISIONS or self.asked(document))
        ]  # fmt: skip

    def unfinished(self) -> list[Shown]:
        return [one for one in self.acme.documents if self.possible(one)]

    def waiting(self) -> list[Shown]:
        """Documents about which somebody is asked."""
        return [one for one in self.acme.documents if self.state(one) == PENDING and self.asked(one)]

    def revisable(self) -> list[Shown]:
        kinds = [*TABLES][:6]
        return [one for one in self.acme.of_kind(*kinds) if self.state(one) in (PENDING, APPROVED)]

    def writer(self, document: Shown) -> str:
        """Who wrote a document."""
        return next(name for name, one in self.acme.people.items() if one.house.user_id == document["creator"]["id"])

    def places(self) -> list[Shown]:
        return [self.acme.shop.warehouse, self.acme.shop.annex]

    def asked(self, document: Shown) -> list[str]:
        """Names of those who are asked about a document, as the tables have it."""
        open_steps = {s["id"] for s in self.books.steps if s["object_id"] == document["id"] and s["status"] == PENDING}
        ids = {task["user_id"] for task in self.books.tasks if task["step_id"] in open_steps and task["status"] == 1}
        return [name for name, person in self.acme.people.items() if person.house.user_id in ids]

    def title(self, document: Shown) -> str:
        return f"{NOUNS[kind_of(document)]} {document['idn']}"

    def calls(self, who: str, method: str, path: str, body: Any) -> Reply:
        """A request; what is refused leaves no trace."""
        reply = self.acme.people[who].house.call(method, path, body)
        self.changed = True
        assert reply.status in (200, 201, 204, 400, 403, 404), reply
        return reply

    def says(self, who: str, what: str, reply: Reply) -> None:
        message = "" if reply.status < 300 else f" – no: {reply.json.get('errors') or reply.json['message']}"
        note(f"{who} {what}{message}")

    def creates(self, who: str, kind: str, path: str, body: Any) -> Shown | None:
        """A new document, if the person may."""
        reply = self.calls(who, "POST", path, body)
        if reply.status != 201:
            self.says(who, f"would write a {NOUNS[kind]}", reply)
            return None
        made = placed(kind, reply.json)
        self.acme.documents.append(made)
        quantities = " and ".join(str(line.get("quantity", "?")) for line in made["items"]["data"])
        self.says(who, f"writes {self.title(made)} of {quantities or 'nothing yet'}", reply)
        return made

    def changes(self, who: str, one: Shown, line: int, quantity: int, drop: bool) -> None:
        """Send the lines of a document with another quantity, or without one of them."""
        lines = self.acme.shop.ann.sees(one)["items"]["data"]
        if not lines:
            return
        chosen = picked(lines, line)
        name = "countedQuantity" if kind_of(one) == "stock_takings" else "quantity"
        items = [{"id": each["id"]} for each in lines if not (drop and each is chosen)]
        if not drop:
            next(each for each in items if each["id"] == chosen["id"])[name] = quantity
        to = "without it" if drop else f"{quantity} of it"
        reply = self.calls(who, "PUT", one["at"], {"items": items})
        self.says(who, f"changes {self.title(one)}, line {line % len(lines) + 1}: {to}", reply)

    def takes(self, who: str, made: Shown | None, far: int) -> None:
        """Submit a new document, and have it approved, if it is to go that far."""
        if made and far and self.deed(who, "confirm", made).status == 200 and far > 1:
            self.approved_by_all(made)

    def approved_by_all(self, document: Shown) -> None:
        while self.state(document) == PENDING and self.asked(document):
            if self.deed(self.asked(document)[0], "approve", document).status != 200:
                return

    def deed(self, who: str, verb: str, document: Shown, quantity: int = 0, body: Any = None) -> Reply:
        """Make a move: it leads where the life says, and nobody makes it who may not."""
        state, asked, entries = self.state(document), self.asked(document), self.books.entries
        move = next(one for one in self.life(document).moves if one.verb == verb)
        body = self.said(verb, document, quantity) if body is None else body
        reply = self.acme.people[who].tries(verb, document, body)
        self.changed = True
        self.says(who, f"makes the move {verb} on {self.title(document)}", reply)
        assert reply.status in (200, 201, 204, 400, 403, 404), reply
        if reply.status >= 400:
            assert self.books.entries == entries, "what was refused has left a trace"
            assert self.state(document) == state
            return reply
        assert state in move.sources
        assert self.books.entries > entries, "nobody wrote down what was done"
        if verb in DECISIONS:
            assert who in asked, f"only {asked} may {verb}"
        if verb == "delete":
            self.acme.documents.remove(next(one for one in self.acme.documents if one["id"] == document["id"]))
        elif verb == "repeat":
            self.acme.documents.append(placed(kind_of(document), reply.json))
        else:
            assert self.state(document) in {*move.targets, COMPLETED}
        return reply

    def said(self, verb: str, document: Shown, quantity: int) -> Any:
        """What goes with a move: lines where it asks for some."""
        if not quantity or verb not in ("reject_items", "complete", "receive"):
            return {"comment": "so it is"} if verb in ("reject", "cancel", "decline_changes", "revision") else None
        lines = self.acme.shop.ann.sees(document)["items"]["data"]
        if not lines:
            return None
        if verb == "reject_items":
            return {"items": [picked(lines, quantity)["id"]]}
        if verb == "receive":
            missing = quantity % 3
            items = [{"id": lines[0]["id"], "quantity": 1}]
            return {"items": items, "missing": missing, "comment": "so it is"}
        return None


def trace_of(company: Company) -> Any:
    """What there is of a company, as far as documents and stock go."""
    books = Books(company.shop.house)
    return books.documents, books.stock, books.moves, books.entries


def progress(order: Shown) -> Any:
    """How far an order has come."""
    lines = [(line["receivedQuantity"], line["status"]) for line in order["items"]["data"]]
    return order["statusReceiving"], lines


def test_whatever_people_do_the_books_are_right(premises: Premises) -> None:
    machine: Any = type("Stories", (Companies,), {"premises": premises})
    run_state_machine_as_test(machine, settings=LONG)
