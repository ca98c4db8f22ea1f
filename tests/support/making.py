"""Objects of every kind, made through the API from nothing but their declarations (see `declared.py`).

`Maker` makes an object when a test asks for it, with values and references that are new each time:

    Maker(house).full(collection)

`Furnished` fills a company with some of everything, linked together, and then has a right body for every operation.
Every text carries its mark, so that one can tell whose it is wherever it turns up:

    company = Furnished(house, mark="Zq7A").furnish()
    for endpoint in company.endpoints(): company.path(endpoint), company.body(endpoint)
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from emptor.domains.organisation import companies
from emptor.domains.organisation.roles import ROLES
from emptor.domains.suppliers import reminders
from emptor.http.messages import Request
from emptor.kit.currencies import SPELLING
from emptor.kit.fields import (
    Code,
    CustomValues,
    Field,
    Flag,
    Integer,
    Moment,
    Number,
    Part,
    Parts,
    Ref,
    Refs,
    Shared,
    Text,
    Texts,
    Upload,
    Write,
)
from emptor.kit.resource import Resource
from tests.support.declared import (
    COLLECTIONS,
    LEFT_OUT,
    OWNERS,
    Collection,
    Endpoint,
    Special,
    Spot,
    collection_of,
    endpoints,
    sent_as,
    spots,
)
from tests.support.house import House, Reply

ENCODINGS = ("json", "form")
MATCHING = 6
FOREIGN = ("USD", "CHF", "SEK", "GBP", "NOK")
BEGINNING = datetime(2026, 3, 1, 8, tzinfo=UTC)
DAY = "2026-01-31"

PDF = ("bill.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")

ALSO: dict[str, list[dict[str, Any]]] = {
    "customfieldoptions": [
        {"depend_type": 1, "entity_ids": "legal_entities"},
        {"depend_type": 2, "entity_ids": "locations"},
    ]
}
"""What to send with each command of a resource, one request for each; ids are of the table named."""
APART_FROM_THEIR_OWNER = {"options"}
"""Parts that are made at paths of their own."""


class Maker:
    """Fills a company; no two values it makes are the same where the field has room for that."""

    def __init__(self, house: House) -> None:
        self.house = house.under(profile="extended")
        # What is made here fits no budget but by chance.
        self.house.choose(budgets=False)
        self._some: dict[Collection, dict[str, Any]] = {}
        self._numbers = count(1)

    def fill(self) -> None:
        """Two small objects and a full one of every kind, each with a file where that is possible."""
        for collection in COLLECTIONS:
            if "create" in collection.operations:
                made = [self.some(collection), self.fresh(collection), self.full(collection)]
                if collection.resource.attachment_type is not None:
                    for shown in made:
                        path = f"/attachments/{shown['id']}/{collection.resource.attachment_type}"
                        self.house.made(path, form={"comment": "as discussed"}, files={"file": PDF})

    # Objects

    def path(self, collection: Collection, kind: str, shown: dict[str, Any] | None = None) -> str:
        """Where an operation on the list, or on the object `shown`, is found; a parent is made when there is none."""
        values = dict(shown or {})
        if collection.parent:
            above = next(one for one in COLLECTIONS if one.resource.name == collection.parent.resource)
            values[collection.parent.parameter] = self.some(above)[above.resource.key]
        return collection.operations[kind].path.format(**values)

    def send(self, method: str, path: str, body: dict[str, Any], encoding: str = "json") -> Reply:
        """Send a body as JSON or as a form."""
        if encoding == "form":
            return self.house.call(method, path, form=bracketed(body))
        return self.house.call(method, path, body)

    def make(self, collection: Collection, body: dict[str, Any], encoding: str = "json") -> dict[str, Any]:
        """A new object."""
        reply = self.send("POST", self.path(collection, "create"), body, encoding)
        assert reply.status == 201, f"{collection}: {reply.json} for {body}; see SPECIAL in tests/support/declared.py"
        return reply.json

    def full(self, collection: Collection) -> dict[str, Any]:
        """A new object with everything a client can say."""
        if collection.special.comes:
            return collection.special.comes(self)
        return self.make(collection, self.body(collection))

    def fresh(self, collection: Collection) -> dict[str, Any]:
        """A new object that others can refer to: as small as can be, and approved where that is a thing."""
        body = self.body(collection, least=True)
        for name, value in collection.special.usable.items():
            body[name] = value(self, body) if callable(value) else value
        shown = self.make(collection, body)
        if collection.special.becomes is None:
            return shown
        found = settled(self, collection.resource, shown, collection.special)
        assert found, f"{collection} {shown['id']} does not become what others can refer to"
        return found

    def one(self, name: str) -> dict[str, Any]:
        """An object of that kind that others can refer to, always the same."""
        return self.some(collection_of(name))

    def another(self, name: str) -> dict[str, Any]:
        """A further object of that kind."""
        return self.fresh(collection_of(name))

    def an_option(self, family: str) -> int:
        """The id of a new option of a custom field."""
        return self.fresh(next(c for c in COLLECTIONS if str(c) == f"{family}customfields/{{fieldId}}/options"))["id"]

    def some(self, collection: Collection) -> dict[str, Any]:
        """An object that others can refer to, always the same."""
        if collection not in self._some:
            self._some[collection] = self.fresh(collection)
        return self._some[collection]

    # Values

    def body(self, collection: Collection, *, least: bool = False) -> dict[str, Any]:
        """What to send for a new object: everything, or no more than it takes."""
        demanded = collection.special.demanded
        accepted = collection.accepted(Write.ON_CREATE)
        names = [n for n, one in accepted.items() if one.required or n in collection.special.least or not least]
        body: dict[str, Any] = {}
        for name in sorted(names, key=lambda name: callable(demanded.get(name))):
            fixed = name in demanded and not callable(demanded[name])
            value = demanded[name] if fixed else self.value(collection, accepted[name], least=least, of=body)
            if value is not LEFT_OUT:
                body[name] = value
        return body

    def value(
        self, collection: Collection, one: Field, *, least: bool = False, of: dict[str, Any] | None = None,
        place: str = "",
    ) -> Any:  # fmt: skip
        """A value for a field, new each time; a reference is to a new object, or with `least` to one there is.

        `of` is the object that the value is for, as far as it is known; `place` is where the field stands in it.
        """
        place = place or sent_as(one)
        told = collection.special.demanded.get(place)
        if callable(told):
            return told(self, of or {})
        if told is not None and "." in place:
            return told
        n = next(self._numbers)
        match one:
            case CustomValues():
                return [self._chosen(one)]
            case Parts():
                return [self._part(collection, one.of, of, place) for _ in range(2)]
            case Refs() | Shared():
                return [self._referred(collection, one.to)["id"] for _ in range(2)]
            case Ref():
                target = self._referred(collection, one.to, some=least)["id"]
                return target if one.flat else {"id": target}
            case Texts():
                return [_text(one.pattern, 100, n), _text(one.pattern, 100, n + 1)]
            case Text():
                return _text(one.pattern, one.size, n) + ("\nand more" if one.multiline else "")
            case Moment():
                return (BEGINNING + timedelta(hours=n)).isoformat()
            case Number():
                return n % 90 + 0.25
            case Flag():
                return not one.default
            case Code():
                codes = sorted(one.names) or range(3)
                return codes[n % len(codes)]
            case Integer():
                return one.low + n % min(one.high - one.low, 1000)
        raise NotImplementedError(f"teach tests/support/making.py to make a value for {type(one).__name__}")

    def _referred(self, collection: Collection, table: str, *, some: bool = False) -> dict[str, Any]:
        """An object of a table to refer to; of a collection's own table, one from the same list."""
        found = [one for one in COLLECTIONS if one.resource.table == table and "create" in one.operations]
        if not found:  # nobody creates one by itself
            return next(one for one in COLLECTIONS if one.resource.table == table).special.comes(self)
        target = collection if collection in found else found[0]
        return self.some(target) if some else self.fresh(target)

    def _part(self, collection: Collection, part: Part, of: dict[str, Any] | None, place: str) -> dict[str, Any]:
        # Parts that hang below each other cannot be made in one go.
        fields = (one for one in part.fields if not (isinstance(one, Ref) and one.to == part.table))
        values = {
            sent_as(one): self.value(collection, one, of=of, place=f"{place}.{sent_as(one)}")
            for one in fields
            if one.write.on(Write.ON_CREATE)
        }
        return {name: value for name, value in values.items() if value is not LEFT_OUT}

    def _chosen(self, one: CustomValues) -> dict[str, Any]:
        definitions = next(c for c in COLLECTIONS if str(c) == f"{one.family}customfields")
        definition = self.make(definitions, {"name": f"Colour {next(self._numbers)}", "options": [{"name": "red"}]})
        return {"value": str(definition["options"]["data"][0]["id"]), one.names_field: {"id": definition["id"]}}


def settled(
    maker: Any, resource: Resource, shown: dict[str, Any], special: Special, state: int | None = None
) -> dict[str, Any] | None:
    """The object in a state, that in which others can refer to it unless another is given; None if it does not get
    there.
    """
    if special.then:
        special.then(maker, shown)
    found = brought(maker.house, resource, shown, special.becomes if state is None else state)
    if not found or state is not None or special.at_last is None:
        return found
    special.at_last(maker, found)
    return maker.house.get(_at(resource, shown))


def brought(house: House, resource: Resource, shown: dict[str, Any], state: Any) -> dict[str, Any] | None:
    """The object after the moves that bring it to that state, of which there may be more than one way."""
    for _ in range(4):
        shown = house.get(_at(resource, shown))
        if shown["status"] == state:
            return shown
        verb = _towards(resource, shown["status"], state)
        if verb is None:
            return None
        status, _, _ = house.call("POST", f"{_at(resource, shown)}/{verb}", {})
        if status != 200:
            return None
    return None


def _at(resource: Resource, shown: dict[str, Any]) -> str:
    return f"/{resource.name}/{shown[resource.key]}"


def _towards(resource: Resource, now: int, then: int) -> str | None:
    """The first verb on the shortest way between two states."""
    moves = [one for one in resource.life.moves if not one.makes and not any(f.required for f in one.body)]
    ways = [(now, "")]
    for state, first in ways:
        for move in moves:
            for target in move.targets if state in move.sources else ():
                if target == then:
                    return first or move.verb
                if target not in [known for known, _ in ways]:
                    ways.append((target, first or move.verb))
    return None


def _text(pattern: str, size: int, n: int) -> str:
    """A text of that pattern, with all that makes texts hard where there is room."""
    if pattern == SPELLING["pattern"]:
        return FOREIGN[n % len(FOREIGN)]
    if "super_user" in pattern:
        return ROLES[n % len(ROLES)]
    if "@" in pattern:
        return f"person{n}@acme.test"
    if "{number" in pattern.replace("\\", ""):
        return f"PO-{{year}}-{n}-{{number:05}}"
    choices = pattern.split("|")
    if all(re.fullmatch(r"[\w.]+", one) for one in choices):
        return choices[n % len(choices)]
    assert not pattern, f"teach tests/support/making.py to write {pattern}"
    return f"x{n}" if size < 40 else f"Zoë & Söhne + 100% №{n}"


def agrees(one: Field, sent: Any, shown: Any) -> bool:
    """Whether what the API shows is what was sent."""
    match one:
        case CustomValues():
            said = [(entry[one.names_field]["id"], entry["value"]) for entry in sent]
            return said == [(entry[one.names_field]["id"], entry["value"]) for entry in shown["data"]]
        case Parts():
            by_name = {sent_as(inner): inner for inner in one.of.fields}
            return len(sent) == len(shown["data"]) and all(
                agrees(by_name[name], value, entry[by_name[name].wire])
                for given, entry in zip(sent, shown["data"], strict=True)
                for name, value in given.items()
            )
        case Refs() | Shared():
            return sorted(sent) == sorted(entry["id"] for entry in shown["data"])
        case Ref():
            wanted = sent["id"] if isinstance(sent, dict) else sent
            return shown == wanted if one.flat else shown is not None and shown["id"] == wanted
        case Number():
            return isinstance(shown, str) == one.as_text and Decimal(str(shown)) == Decimal(str(sent))
    return type(sent) is type(shown) and sent == shown


def empty_of(one: Field) -> Any:
    """What the API shows for a field that nobody has filled."""
    match one:
        case Refs() | Shared() | Parts():
            return {"data": []}
        case Texts():
            return list(one.default)
        case Number() if one.default is not None:
            return float(one.default)
    return one.default


class Furnished:
    """Furnishes a company. `made` has the objects by resource, `ids` the ids by table."""

    def __init__(self, house: House, mark: str) -> None:
        self.house = house.under(profile="extended")
        self.registry = self.house.service.registry
        self.mark = mark
        self.made: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.ids: dict[str, list[int]] = defaultdict(list, {"users": [house.user_id]})
        self._parameters: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._in_state: dict[tuple[str, int], dict[str, Any]] = {}
        self._options: dict[int, int] = {}
        self._number = 0

    def endpoints(self) -> list[Endpoint]:
        return endpoints(self.registry)

    # Furnishing

    def furnish(self, of_each: int = 3) -> Furnished:
        """Make so many of everything, linked together; others can refer to the first one."""
        # What is made here fits no budget but by chance, and all of a kind say the same.
        self.house.choose(transferInTransit=True, budgets=False, duplicateInvoiceNumbers=True)
        creating = self._in_order_of_need([e for e in self.endpoints() if e.operation.kind == "create"])
        for round_ in range(of_each):
            for endpoint in creating:
                for _ in range(endpoint.special.each):
                    self._make(endpoint, first=round_ == 0)
        commands = [e for e in self.endpoints() if e.operation.kind == "command"]
        for endpoint in sorted(commands, key=lambda e: "remove" not in e.operation.path):
            for also in ALSO.get(endpoint.resource.name, [{}]):
                chosen = {name: self.ids[table][:2] for name, table in also.items() if name == "entity_ids"}
                self._must(endpoint, self.path(endpoint), {**self.body(endpoint), **also, **chosen})
        self._link()
        self._talk()
        self._remind()
        self._spend()
        self._find()
        for resource in self.registry:
            if resource.life:
                self._spread(resource)
        return self

    def _talk(self) -> None:
        """Let somebody else say something about the first document of each kind, so that all who follow it are told."""
        colleague = self.house.person("super_user")
        for endpoint in self.endpoints():
            path = endpoint.operation.path
            if path.endswith("/comments"):
                document = self.made[endpoint.resource.name][0]
                words = f"@{self.house.email}: {self.mark} says so"
                colleague.changed("POST", path.format(**document), {"text": words})

    def _remind(self) -> None:
        """Have said what time brings."""
        database = self.house.service.database
        found = next(one for one in companies.all_companies(database) if one["id"] == self.house.company_id)
        assert reminders.remind_in(database, found), "no contract of which there is anything to say"

    def _spend(self) -> None:
        """Charge an order to a budget, and bill it for more than was ordered."""
        self.house.choose(budgets=True)
        plan = {"name": f"{self.mark} spends", "type": "custom", "startDate": "2031-01-01", "endDate": "2031-12-31"}
        made = self.house.made("/-/budgetplans", {**plan, "lines": [{"periods": [{"sum": 1_000_000}]}]})
        budget = made["lines"]["data"][0]["periods"]["data"][0]["id"]
        creating = {str(endpoint): endpoint for endpoint in self.endpoints()}
        ordering, billing = creating["POST /purchaseorders"], creating["POST /invoices"]
        body = {**self._usable(ordering, {}), "budget": {"id": budget}, "requiredDate": "2031-06-30", "logicType": 0}
        order = self._must(ordering, "/purchaseorders", body)
        assert settled(self, ordering.resource, order, ordering.special), "the order is not approved"
        line = order["items"]["data"][0]
        bill = {**self._usable(billing, {}), "items": [
            {"name": line["name"], "quantity": 1, "price": 9999, "allocations": [line["id"]]},
        ]}  # fmt: skip
        for name in ("supplier", "location", "currency", "exchangeRate", "contractIds", "budget"):
            bill.pop(name, None)
        bill = self._must(billing, "/invoices", {**bill, "purchaseOrder": {"id": order["id"]}})
        assert self.house.call("POST", f"/invoices/{bill['idn']}/confirm").json["status"] == MATCHING
        self.house.choose(budgets=False)

    def _find(self) -> None:
        """Note what nobody has made by itself: what came with something else."""
        made = {e.resource.name for e in self.endpoints() if e.operation.kind == "create"}
        for endpoint in self.endpoints():
            resource, where = endpoint.resource, self._where(endpoint)[0]
            if resource.name in made or endpoint.operation.kind not in ("list", "get"):
                continue
            if endpoint.operation.kind == "list":
                self.made[resource.name] = self._listed(endpoint, where)
                self.ids[resource.table] = [one["id"] for one in self.made[resource.name]]
            keys = {one["id"]: one[resource.key] for one in self.made[resource.name]}
            self._parameters[resource.name, _parent(endpoint)] = [
                {**where, "id": row_id, resource.key: keys.get(row_id, row_id)}
                for row_id in self.ids[resource.table][::-1]
            ]

    def _listed(self, endpoint: Endpoint, where: dict[str, Any]) -> list[dict[str, Any]]:
        """What is in a list; where nobody has put anything into it, some of what comes there by itself."""
        path = endpoint.operation.path.format(**where)
        if endpoint.special.comes and not self.house.get(path)["data"]:
            for _ in range(2):
                endpoint.special.comes(self)
        return self.house.get(path)["data"]

    def _spread(self, resource: Resource) -> None:
        """Have an object in every state that can be reached and from which there is a way on."""
        creating = next(e for e in self.endpoints() if e.resource is resource and e.operation.kind == "create"
                        and not e.operation.parent)  # fmt: skip
        for state in sorted({source for move in resource.life.moves for source in move.sources if not move.makes}):
            if state != resource.life.beginning:
                shown = self._must(creating, creating.operation.path, self._usable(creating, {}))
                if settled(self, resource, shown, creating.special, state):
                    self._in_state[resource.name, state] = {resource.key: shown[resource.key]}

    def _usable(self, endpoint: Endpoint, parameters: dict[str, Any]) -> dict[str, Any]:
        body = self.body(endpoint, parameters)
        for name, value in endpoint.special.usable.items():
            body[name] = value(self, body) if callable(value) else value
        return body

    def one(self, name: str) -> dict[str, Any]:
        """The object of that kind that others refer to."""
        return self.made[name][0]

    def another(self, name: str) -> dict[str, Any]:
        """A further object of that kind."""
        return self.made[name][1]

    def an_option(self, family: str) -> int:
        """The option of that family that others refer to."""
        return self._options[self.made[f"{family}customfields"][0]["id"]]

    def _in_order_of_need(self, creating: list[Endpoint]) -> list[Endpoint]:
        """Those first that the others refer to, as far as that can be had."""
        ready: list[Endpoint] = []
        while creating:
            waiting = {e.resource.table for e in creating}

            def missing(endpoint: Endpoint, required: bool, waiting: set[str] = waiting) -> int:
                return len(self._needs(endpoint, required=required) & waiting - {endpoint.resource.table})

            chosen = [e for e in creating if not missing(e, False)] or [e for e in creating if not missing(e, True)]
            assert chosen, f"these need each other: {[str(e) for e in creating]}"
            ready += chosen
            creating = [e for e in creating if e not in chosen]
        return ready

    def _needs(self, endpoint: Endpoint, *, required: bool) -> set[str]:
        needed = set(_targets(endpoint.fields, required=required))
        if endpoint.operation.parent:
            needed.add(self.registry[endpoint.operation.parent.resource].table)
        if endpoint.takes_files:
            needed |= {one.table for one in self.registry if one.attachment_type is not None}
        return needed

    def _make(self, endpoint: Endpoint, *, first: bool) -> None:
        resource, special = endpoint.resource, endpoint.special
        for parameters in self._where(endpoint):
            path = endpoint.operation.path.format(**parameters)
            body = self._usable(endpoint, parameters) if first else self.body(endpoint, parameters)
            shown = self._must(endpoint, path, body)
            if first and special.becomes is not None:
                found = settled(self, resource, shown, special)
                assert found, f"{endpoint} does not become what others can refer to"
                shown = found
            elif special.then:
                special.then(self, shown)
            self.made[resource.name].append(shown)
            self._parameters[resource.name, _parent(endpoint)].append({**parameters, resource.key: shown[resource.key]})
            self._note(endpoint, shown, parameters)

    def _note(self, endpoint: Endpoint, shown: dict[str, Any], parameters: dict[str, Any]) -> None:
        self.ids[endpoint.resource.table].append(shown["id"])
        self._note_parts(endpoint.resource.fields, shown)
        if endpoint.resource.table == "custom_field_options":
            self._options.setdefault(int(next(iter(parameters.values()))), shown["id"])

    def _note_parts(self, fields: tuple[Field, ...], shown: dict[str, Any]) -> None:
        for one in fields:
            if isinstance(one, Parts) and not isinstance(one, CustomValues):
                entries = shown[one.wire] if one.bare else shown[one.wire]["data"]
                for entry in entries:
                    if one.of.keyed and one.wire not in APART_FROM_THEIR_OWNER:
                        self.ids[one.of.table].append(entry["id"])
                    self._note_parts(one.of.fields, entry)

    def _must(self, endpoint: Endpoint, path: str, body: dict[str, Any]) -> dict[str, Any]:
        files = {"file": PDF} if endpoint.takes_files else None
        how = {"form": {k: v for k, v in body.items() if k != "file"}, "files": files} if files else {"body": body}
        status, shown, _ = self.house.call(endpoint.operation.method, path, **how)
        assert status in (200, 201), f"{endpoint} {body}: {shown}; see SPECIAL in tests/support/declared.py"
        return shown

    def _link(self) -> None:
        """Fill in what could not be there from the beginning."""
        for endpoint in self.endpoints():
            if endpoint.operation.kind in ("update", "patch"):
                for parameters in self._parameters[endpoint.resource.name, _parent(endpoint)][1:]:
                    self._must(endpoint, endpoint.operation.path.format(**parameters), self.body(endpoint, parameters))

    def spots(self, endpoint: Endpoint, body: dict[str, Any]) -> list[Spot]:
        """Every value in the body of a request."""
        return list(spots(endpoint.fields, body, endpoint.occasion))

    # What to send

    def parameters(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        """The values that the path's parameters can have, one set for each object."""
        names = re.findall(r"{(\w+)}", endpoint.operation.path)
        if not names:
            return [{}]
        if endpoint.takes_files:
            return self._where(endpoint)
        if endpoint.operation.parent and endpoint.resource.key not in names:
            return self._where(endpoint)
        known = self._parameters[endpoint.resource.name, _parent(endpoint)]
        move = endpoint.operation.move
        if move is None or endpoint.resource.life.beginning in move.sources:
            return known
        ready = (self._in_state.get((endpoint.resource.name, state)) for state in move.sources)
        return [*known, *[one for one in ready if one][:1]]

    def _where(self, endpoint: Endpoint) -> list[dict[str, Any]]:
        if endpoint.takes_files:
            return [
                {"objectId": one["id"], "objectType": resource.attachment_type}
                for resource in self.registry
                if resource.attachment_type is not None
                for one in self.made[resource.name]
            ][:2]
        parent = endpoint.operation.parent
        if parent is None:
            return [{}]
        key = self.registry[parent.resource].key
        return [{parent.parameter: one[key]} for one in self.made[parent.resource]][:1]

    def keys(self, endpoint: Endpoint, name: str) -> set[str]:
        """Every value that a parameter in the path can have here."""
        parent = endpoint.operation.parent
        above = parent is not None and parent.parameter == name
        resource = self.registry[parent.resource] if parent and above else endpoint.resource
        known = {str(parameters[name]) for parameters in self.parameters(endpoint)}
        if resource.life or any(one.many for one in resource.operations):
            known |= {str(one[resource.key]) for one in self.house.get(f"/{resource.name}?per_page=200")["data"]}
        return known

    def path(self, endpoint: Endpoint, which: int = -1) -> str:
        """The path of the operation on an object there is: the latest, which is a draft where there are drafts."""
        return endpoint.operation.path.format(**self.parameters(endpoint)[which])

    def body(self, endpoint: Endpoint, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """A body with every field the operation takes, and nothing wrong with it."""
        self._number += 1
        own = self.parameters(endpoint)[-1] if parameters is None else parameters
        return self._values(endpoint, endpoint.said_once, endpoint.occasion, own)

    def _values(
        self, endpoint: Endpoint, fields: tuple[Field, ...], occasion: Write, own: dict[str, Any], place: str = ""
    ) -> dict[str, Any]:
        demanded = endpoint.special.demanded
        values: dict[str, Any] = {}
        writable = {f"{place}{sent_as(one)}": one for one in fields if one.write.on(occasion)}
        for where, one in sorted(writable.items(), key=lambda entry: callable(demanded.get(entry[0]))):
            value = demanded[where] if where in demanded else self._value(endpoint, one, own, where)
            if callable(value):
                value = value(self, {**own, **values})
            if value is not None and value is not LEFT_OUT:
                values[sent_as(one)] = value
        return values

    def _value(self, endpoint: Endpoint, one: Field, own: dict[str, Any], place: str) -> Any:
        match one:
            case CustomValues():
                definitions = self.made[f"{one.family}customfields"][:1]
                chosen = [(d["id"], self._options[d["id"]]) for d in definitions if d["id"] in self._options]
                return [{"value": str(option), one.names_field: {"id": field}} for field, option in chosen]
            case Parts():
                apart = one.wire in APART_FROM_THEIR_OWNER
                return [] if apart else [self._values(endpoint, one.of.fields, Write.ON_CREATE, {}, f"{place}.")]
            case Refs() | Shared():
                return self.ids[one.to or "legal_entities"][:2]
            case Ref():
                target = self._target(one, own)
                return target if one.flat or target is None else {"id": target}
            case Upload():
                return None
            case Texts():
                return [self.text(one)]
            case Text():
                return self.text(one)
            case Moment():
                return DAY
            case Number():
                return "1.5"
            case Flag():
                return one.wire == "enable"
            case Code():
                return min(one.names, default=0)
            case Integer():
                return max(1, one.low)
        raise NotImplementedError(f"{type(one).__name__} {one.wire}; teach tests/support/making.py")

    def text(self, one: Text | Texts) -> str:
        """A text that the field takes, with the mark in it where the field takes that."""
        marked = f"{self.mark} {one.wire}"
        if getattr(one, "unique", False):
            marked = f"{self.mark}-{self._number}"
        choices = one.pattern.split("|")
        for candidate in (marked, f"{self.mark}{self._number}@acme.test", "EUR", "super_user", "{number:05}", *choices):
            if not one.pattern or re.fullmatch(one.pattern, candidate):
                return candidate[: one.size] if isinstance(one, Text) else candidate
        raise NotImplementedError(f"{one.wire}: {one.pattern}; teach tests/support/making.py")

    def _target(self, one: Ref, own: dict[str, Any]) -> int | None:
        """An object for the reference: an older one, so that nothing refers to itself."""
        if one.to == "custom_field_options":
            family = one.wire.partition("_custom_field_option_id")[0]
            if family != one.wire:
                return self._options[self.made[f"{family}customfields"][0]["id"]]
            field = int(own.get("fieldId", 0))
            return next((option for f, option in self._options.items() if f == field and option != own.get("id")), None)
        return next((row_id for row_id in self.ids[one.to] if row_id != own.get("id")), None)


def _parent(endpoint: Endpoint) -> str:
    return endpoint.operation.parent.resource if endpoint.operation.parent else ""


def _targets(fields: tuple[Field, ...], *, required: bool) -> Iterator[str]:
    for one in fields:
        if isinstance(one, CustomValues):
            if not required:
                yield from ("custom_fields", "custom_field_options")
        elif isinstance(one, Parts) and one.wire not in APART_FROM_THEIR_OWNER:
            yield from _targets(one.of.fields, required=required)
        elif isinstance(one, (Ref, Refs, Shared)) and (one.required or not required):
            yield OWNERS.get(one.to, one.to)


# Sending it


def send(house: House, method: str, path: str, body: bytes, content_type: str) -> Reply:
    """A request with a body as it is; numbers in the answer are exact."""
    headers = {"x-auth-token": house.token, "email": house.email, "content-type": content_type}
    answer = house.service.answer(Request(method, path, b"", headers, body, "127.0.0.1", "test"))
    return Reply(answer.status, json.loads(answer.body, parse_float=Decimal), answer.headers)


def flat(tree: Any, name: str = "") -> dict[str, str]:
    """A tree under bracket names, as PHP would write them."""
    if isinstance(tree, dict):
        children = [(f"{name}[{key}]" if name else str(key), child) for key, child in tree.items()]
    elif isinstance(tree, list):
        children = [(f"{name}[{i}]", child) for i, child in enumerate(tree)]
    else:
        spelt = {None: "", True: "true", False: "false"}
        return {name: spelt[tree] if tree is None or isinstance(tree, bool) else str(tree)}
    return {leaf: value for key, child in children for leaf, value in flat(child, key).items()}


def bracketed(tree: dict[str, Any]) -> dict[str, Any]:
    """A body as names and values of a form: `{"a": {"b": 1}}` → `{"a[b]": "1"}`."""
    return {name: value for key, child in tree.items() for name, value in _flat(key, child)}


def _flat(name: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, child in value.items():
            yield from _flat(f"{name}[{key}]", child)
    elif isinstance(value, list) and value and not isinstance(value[0], dict):
        yield f"{name}[]", value
    elif isinstance(value, list) and value:
        for i, child in enumerate(value):
            yield from _flat(f"{name}[{i}]", child)
    elif isinstance(value, bool):
        yield name, "true" if value else "false"
    else:
        yield name, "" if value in (None, []) else str(value)
