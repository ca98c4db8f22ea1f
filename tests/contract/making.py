"""Objects of every kind, made through the API from nothing but their declarations.

What a declaration cannot say (a rule over several fields, a field that follows from another) stands in `SPECIAL`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from emptor.domains import discover
from emptor.domains.organisation.roles import ROLES
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
    Text,
    Texts,
    Write,
)
from emptor.kit.resource import Operation, Parent, Resource
from tests.support.house import House, Reply

ENCODINGS = ("json", "form")
FOREIGN = ("USD", "CHF", "SEK", "GBP", "NOK")
BEGINNING = datetime(2026, 3, 1, 8, tzinfo=UTC)

KEPT, REFUSED = object(), object()


@dataclass(frozen=True)
class Special:
    """What the declaration of an object cannot say; every value is by the name of a field."""

    demanded: Mapping[str, Any] = field(default_factory=dict)
    """Values that a rule over several fields demands."""
    least: tuple[str, ...] = ()
    """Fields that the smallest object needs although they are not required."""
    follows: Mapping[str, Any] = field(default_factory=dict)
    """What an absent field becomes; a function makes it from the body sent and the time."""
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that change with another although nobody sent them."""
    along: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """What has to be sent along with a change."""
    emptied: Mapping[str, Any] = field(default_factory=dict)
    """What an emptied field shows, `KEPT`, or `REFUSED` when it cannot be emptied."""


CUSTOM_FIELD = Special(demanded={"type": 0, "required": False})
DOCUMENT = Special(
    follows={"currency": "EUR", "exchangeRate": 1, "issueDate": lambda sent, now: now},
    carried={"paymentTerm": ("prepaymentPercent", "postpaymentPercent", "creditPeriodDays")},
    along={"currency": {"exchangeRate": 1.25}},
    emptied={"exchangeRate": REFUSED, "currency": "EUR"},
)
SHARES = ("prepaymentPercent", "postpaymentPercent")
SPECIAL: dict[str, Special] = {
    "contracts": Special(
        demanded={"endDate": "2030-12-31T23:59:59+00:00"},
        least=("id",),
        follows={"createDate": lambda sent, now: now},
    ),
    "documentcustomfields": CUSTOM_FIELD,
    "invoices": DOCUMENT,
    "itemcustomfields": CUSTOM_FIELD,
    "items": Special(least=("price",), follows={"currency": "EUR"}, emptied={"currency": "EUR", "price": REFUSED}),
    "payments": Special(demanded={"sumPaid": 0.25}),
    "paymentterms": Special(
        demanded={"paymentType": 2, "prepaymentPercent": 30.5, "postpaymentPercent": 69.5},
        least=("prepaymentPercent",),
        follows={"postpaymentPercent": 69.5},
        carried={
            **dict.fromkeys(SHARES, SHARES),
            "paymentType": (*SHARES, "creditPeriodDays", "termsDueDateAfterInvoicing"),
        },
        emptied=dict.fromkeys(SHARES, KEPT),
    ),
    "purchaseorders": DOCUMENT,
    "suppliercustomfields": CUSTOM_FIELD,
    "suppliers": Special(
        demanded={"currency": "USD", "currencies": ["USD", "GBP"]},
        follows={"currency": "EUR", "currencies": ["EUR"]},
        carried={"currency": ("currencies",), "currencies": ("currency",)},
        emptied={"currency": KEPT, "currencies": ["USD"]},
    ),
    "taxes": Special(follows={"value": lambda sent, now: sent["percent"]}),
}

LINE = {"name": "Bolt", "price": 100}
FILE = ("quote.txt", b"Bolts as discussed.", "text/plain")


@dataclass(frozen=True, eq=False)
class Collection:
    """A list of the API, and what can be done with the objects in it."""

    resource: Resource
    parent: Parent | None
    operations: dict[str, Operation]
    """The first of each kind."""

    def __str__(self) -> str:
        return self.operations["list"].path.strip("/")

    @property
    def special(self) -> Special:
        return SPECIAL.get(str(self), Special())

    def accepted(self, occasion: Write) -> dict[str, Field]:
        """The fields of a body by the names they are sent under, one for each column."""
        operation = self.operations["create" if occasion is Write.ON_CREATE else "update"]
        fields = self.resource.fields if operation.body is None else operation.body
        by_target: dict[str, Field] = {}
        for one in fields:
            if one.write.on(occasion):
                by_target.setdefault(target_of(one), one)
        return {sent_as(one): one for one in by_target.values()}

    def shown(self, one: Field) -> Field:
        """The field in which the API shows what `one` of a body says."""
        return next(f for f in self.resource.fields if target_of(f) == target_of(one))


def _collections() -> Iterator[Collection]:
    for resource in discover():
        groups: dict[str, dict[str, Operation]] = {}
        for operation in resource.operations:
            above = operation.parent.resource if operation.parent else ""
            groups.setdefault(above, {}).setdefault(operation.kind, operation)
        for operations in groups.values():
            if "list" in operations:
                yield Collection(resource, operations["list"].parent, operations)


COLLECTIONS = tuple(_collections())


def target_of(one: Field) -> str:
    """Where a value ends up: a column, or the name of a list."""
    return one.wire if isinstance(one, (Parts, Refs)) else one.column


def sent_as(one: Field) -> str:
    """The name of a field in a body."""
    return getattr(one, "send_as", "") or one.wire


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


class Maker:
    """Fills a company; no two values it makes are the same where the field has room for that."""

    def __init__(self, house: House) -> None:
        self.house = house.under(profile="extended")
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
                        self.house.made(path, form={"comment": "as discussed"}, files={"file": FILE})

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
        assert reply.status == 201, f"{collection}: {reply.json} for {body}; see SPECIAL in tests/contract/making.py"
        return reply.json

    def full(self, collection: Collection) -> dict[str, Any]:
        """A new object with everything a client can say."""
        return self.make(collection, self.body(collection))

    def fresh(self, collection: Collection) -> dict[str, Any]:
        """A new object that others can refer to: as small as can be, and approved where that is a thing."""
        body = self.body(collection, least=True)
        lines = "items" in collection.accepted(Write.ON_CREATE)
        shown = self.make(collection, {**body, "items": [LINE]} if lines else body)
        for operation in collection.resource.operations:
            if operation.path.endswith("/confirm"):
                return self.house.changed("POST", operation.path.format(**shown))
        return shown

    def some(self, collection: Collection) -> dict[str, Any]:
        """An object that others can refer to, always the same."""
        if collection not in self._some:
            self._some[collection] = self.fresh(collection)
        return self._some[collection]

    # Values

    def body(self, collection: Collection, *, least: bool = False) -> dict[str, Any]:
        """What to send for a new object: everything, or no more than it takes."""
        demanded = collection.special.demanded
        return {
            name: demanded[name] if name in demanded else self.value(collection, one, least=least)
            for name, one in collection.accepted(Write.ON_CREATE).items()
            if one.required or name in collection.special.least or not least
        }

    def value(self, collection: Collection, one: Field, *, least: bool = False) -> Any:
        """A value for a field, new each time; a reference is to a new object, or with `least` to one there is."""
        n = next(self._numbers)
        match one:
            case CustomValues():
                return [self._chosen(one)]
            case Parts():
                return [self._part(collection, one.of), self._part(collection, one.of)]
            case Refs():
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
        raise NotImplementedError(f"teach tests/contract/making.py to make a value for {type(one).__name__}")

    def _referred(self, collection: Collection, table: str, *, some: bool = False) -> dict[str, Any]:
        """An object of a table to refer to; of a collection's own table, one from the same list."""
        found = [one for one in COLLECTIONS if one.resource.table == table and "create" in one.operations]
        target = collection if collection in found else found[0]
        return self.some(target) if some else self.fresh(target)

    def _part(self, collection: Collection, part: Part) -> dict[str, Any]:
        # Parts that hang below each other cannot be made in one go.
        fields = (one for one in part.fields if not (isinstance(one, Ref) and one.to == part.table))
        return {sent_as(one): self.value(collection, one) for one in fields if one.write.on(Write.ON_CREATE)}

    def _chosen(self, one: CustomValues) -> dict[str, Any]:
        definitions = next(c for c in COLLECTIONS if str(c) == f"{one.family}customfields")
        definition = self.make(definitions, {"name": f"Colour {next(self._numbers)}", "options": [{"name": "red"}]})
        return {"value": str(definition["options"]["data"][0]["id"]), one.names_field: {"id": definition["id"]}}


def _text(pattern: str, size: int, n: int) -> str:
    """A text of that pattern, with all that makes texts hard where there is room."""
    if pattern == "[A-Z]{3}":
        return FOREIGN[n % len(FOREIGN)]
    if "super_user" in pattern:
        return ROLES[n % len(ROLES)]
    if "@" in pattern:
        return f"person{n}@acme.test"
    assert not pattern, f"teach tests/contract/making.py to write {pattern}"
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
        case Refs():
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
        case Refs() | Parts():
            return {"data": []}
        case Texts():
            return list(one.default)
        case Number() if one.default is not None:
            return float(one.default)
    return one.default
