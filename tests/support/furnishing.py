"""A company that has some of everything, made through the API by reading the declarations; and what its tables hold.

    company = Furnished(house, mark="Zq7A")
    company.furnish()
    for operation in company.operations(): company.path(operation), company.body(operation)

Every text carries the mark, so that one can tell whose it is wherever it turns up.
"""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains.organisation.tables import companies
from emptor.http.messages import Request
from emptor.kit.fields import (
    Code,
    CustomValues,
    Field,
    Flag,
    Integer,
    Moment,
    Number,
    Parts,
    Ref,
    Refs,
    Text,
    Texts,
    Upload,
    Write,
)
from emptor.kit.resource import Operation, Resource
from emptor.store.schema import metadata
from emptor.store.statement import Statement
from tests.support.house import House, Reply

DAY = "2026-01-31"
PDF = ("bill.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")

CHOSEN: dict[str, dict[str, Any]] = {
    "paymentterms": {"prepaymentPercent": 30, "postpaymentPercent": 70, "paymentType": 2},
    "payments": {"sumPaid": "0.01"},
    **{f"{family}customfields": {"type": 0, "required": False} for family in ("document", "item", "supplier")},
}
"""Values that a rule over several fields demands, by resource."""

LEFT_OUT = {"POST /contract": {"supplier"}}
"""Second names for what a body says already."""
TOLD_AS = {("POST /contract", "id"): "supplier"}
"""Names under which faults are told where these are not the names under which clients send."""
ALSO: dict[str, list[dict[str, Any]]] = {
    "customfieldoptions": [
        {"depend_type": 1, "entity_ids": "legal_entities"},
        {"depend_type": 2, "entity_ids": "locations"},
    ]
}
"""What to send with each command of a resource, one request for each; ids are of the table named."""
APART_FROM_THEIR_OWNER = {"options"}
"""Parts that are made at paths of their own."""
ON_CREATE_ONLY = ("create", "command")


@dataclass(frozen=True)
class Endpoint:
    """An operation and the resource that declares it."""

    resource: Resource
    operation: Operation

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields that the body may have."""
        declared = self.resource.fields if self.operation.body is None else self.operation.body
        return tuple(one for one in declared if one.write.on(self.occasion))

    @property
    def occasion(self) -> Write:
        return Write.ON_CREATE if self.operation.kind in ON_CREATE_ONLY else Write.ON_UPDATE

    @property
    def writes(self) -> bool:
        return self.operation.method != "GET"

    @property
    def takes_files(self) -> bool:
        return any(isinstance(one, Upload) for one in self.fields)

    def __str__(self) -> str:
        return f"{self.operation.method} {self.operation.path}"


def endpoints(registry: Any) -> list[Endpoint]:
    """Every operation there is."""
    return [Endpoint(resource, one) for resource in registry for one in resource.operations]


@dataclass(frozen=True)
class Spot:
    """One value in a body: where it stands, under which name faults at it are told, and what it is."""

    steps: tuple[str | int, ...]
    field: Field
    told_at: str = ""
    option_of: Field | None = None
    """For the value of a custom field: the custom values it is one of."""

    @property
    def place(self) -> str:
        return self.told_at or place_of(self.steps)

    def within(self, body: Any) -> Any:
        """The value that stands there."""
        for step in self.steps:
            body = body[step]
        return body

    def put(self, body: Any, value: Any) -> Any:
        """A copy of the body with another value there."""
        changed = copy.deepcopy(body)
        node = changed
        for step in self.steps[:-1]:
            node = node[step]
        node[self.steps[-1]] = value
        return changed


def place_of(steps: tuple[str | int, ...]) -> str:
    """`items[0][name]`: how errors name a place."""
    return str(steps[0]) + "".join(f"[{step}]" for step in steps[1:])


def sent_as(one: Field) -> str:
    """The name under which clients send the field."""
    return getattr(one, "send_as", "") or one.wire


def spots(fields: tuple[Field, ...], body: Any, occasion: Write, above: tuple[str | int, ...] = ()) -> Iterator[Spot]:
    """Every value of the body that a field declares, the parts' and the custom values' included."""
    for one in fields:
        steps = (*above, sent_as(one))
        if not one.write.on(occasion) or sent_as(one) not in body:
            continue
        value = body[sent_as(one)]
        if isinstance(one, CustomValues):
            for i in range(len(value)):
                told = place_of((*steps, i))
                yield Spot((*steps, i, one.names_field), Ref(one.names_field, to="custom_fields"), told)
                yield Spot((*steps, i, "value"), Text("value", size=2000, multiline=True), told, option_of=one)
        elif isinstance(one, Parts):
            for i, entry in enumerate(value):
                yield from spots(one.of.fields, entry, Write.ON_CREATE, (*steps, i))
        elif isinstance(one, (Refs, Texts)):
            for i in range(len(value)):
                single: Field = Text(one.wire, size=100, pattern=getattr(one, "pattern", ""), required=True)
                if isinstance(one, Refs):
                    single = Ref(one.wire, to=one.to, required=True, flat=True)
                yield Spot((*steps, i), single)
        else:
            yield Spot(steps, one)


class Furnished:
    """Furnishes a company. `made` has the objects by resource, `ids` the ids by table."""

    def __init__(self, house: House, mark: str) -> None:
        self.house = house.under(profile="extended")
        self.registry = self.house.service.registry
        self.mark = mark
        self.made: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self.ids: dict[str, list[int]] = defaultdict(list, {"users": [house.user_id]})
        self._parameters: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self._options: dict[int, int] = {}
        self._number = 0

    def endpoints(self) -> list[Endpoint]:
        return endpoints(self.registry)

    # Furnishing

    def furnish(self, of_each: int = 3) -> Furnished:
        """Make so many of everything, linked together; the first one is confirmed where that is possible."""
        for round_ in range(of_each):
            left = self._in_order_of_need([e for e in self.endpoints() if e.operation.kind == "create"])
            for endpoint in left:
                self._make(endpoint, first=round_ == 0)
        commands = [e for e in self.endpoints() if e.operation.kind == "command"]
        for endpoint in sorted(commands, key=lambda e: "remove" not in e.operation.path):
            for also in ALSO.get(endpoint.resource.name, [{}]):
                chosen = {name: self.ids[table][:2] for name, table in also.items() if name == "entity_ids"}
                self._must(endpoint, self.path(endpoint), {**self.body(endpoint), **also, **chosen})
        self._link()
        return self

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
        for parameters in self._where(endpoint):
            path = endpoint.operation.path.format(**parameters)
            shown = self._must(endpoint, path, self.body(endpoint, parameters))
            self.made[endpoint.resource.name].append(shown)
            self._parameters[endpoint.resource.name, _parent(endpoint)].append(
                {**parameters, endpoint.resource.key: shown[endpoint.resource.key]}
            )
            self._note(endpoint, shown, parameters)
            confirm = next((o for o in endpoint.resource.operations if o.path.endswith("/confirm")), None)
            if first and confirm:
                self.house.changed("POST", confirm.path.format(**shown))

    def _note(self, endpoint: Endpoint, shown: dict[str, Any], parameters: dict[str, Any]) -> None:
        self.ids[endpoint.resource.table].append(shown["id"])
        if endpoint.resource.table == "custom_field_options":
            self._options.setdefault(int(next(iter(parameters.values()))), shown["id"])

    def _must(self, endpoint: Endpoint, path: str, body: dict[str, Any]) -> dict[str, Any]:
        files = {"file": PDF} if endpoint.takes_files else None
        how = {"form": {k: v for k, v in body.items() if k != "file"}, "files": files} if files else {"body": body}
        status, shown, _ = self.house.call(endpoint.operation.method, path, **how)
        assert status in (200, 201), f"{endpoint} {body}: {shown}; see CHOSEN in tests/support/furnishing.py"
        return shown

    def _link(self) -> None:
        """Fill in what could not be there from the beginning."""
        for endpoint in self.endpoints():
            if endpoint.operation.kind in ("update", "patch"):
                for parameters in self._parameters[endpoint.resource.name, _parent(endpoint)][1:]:
                    self._must(endpoint, endpoint.operation.path.format(**parameters), self.body(endpoint, parameters))

    def spots(self, endpoint: Endpoint, body: dict[str, Any]) -> list[Spot]:
        """Every value in the body of a request."""
        found = spots(endpoint.fields, body, endpoint.occasion)
        return [replace(one, told_at=TOLD_AS.get((str(endpoint), one.place), one.told_at)) for one in found]

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
        return self._parameters[endpoint.resource.name, _parent(endpoint)]

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

    def path(self, endpoint: Endpoint, which: int = -1) -> str:
        """The path of the operation on an object there is: the latest, which is a draft where there are drafts."""
        return endpoint.operation.path.format(**self.parameters(endpoint)[which])

    def body(self, endpoint: Endpoint, parameters: dict[str, Any] | None = None) -> dict[str, Any]:
        """A body with every field the operation takes, and nothing wrong with it."""
        self._number += 1
        own = self.parameters(endpoint)[-1] if parameters is None else parameters
        values = {**self._values(endpoint.fields, endpoint.occasion, own), **CHOSEN.get(endpoint.resource.name, {})}
        return {name: value for name, value in values.items() if name not in LEFT_OUT.get(str(endpoint), ())}

    def _values(self, fields: tuple[Field, ...], occasion: Write, own: dict[str, Any]) -> dict[str, Any]:
        values = {sent_as(one): self._value(one, own) for one in fields if one.write.on(occasion)}
        return {name: value for name, value in values.items() if value is not None}

    def _value(self, one: Field, own: dict[str, Any]) -> Any:
        match one:
            case CustomValues():
                definitions = self.made[f"{one.family}customfields"][:1]
                chosen = [(d["id"], self._options[d["id"]]) for d in definitions if d["id"] in self._options]
                return [{"value": str(option), one.names_field: {"id": field}} for field, option in chosen]
            case Parts():
                apart = one.wire in APART_FROM_THEIR_OWNER
                return [] if apart else [self._values(one.of.fields, Write.ON_CREATE, {})]
            case Refs():
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
        raise NotImplementedError(f"{type(one).__name__} {one.wire}; teach tests/support/furnishing.py")

    def text(self, one: Text | Texts) -> str:
        """A text that the field takes, with the mark in it where the field takes that."""
        marked = f"{self.mark} {one.wire}"
        if getattr(one, "unique", False):
            marked = f"{self.mark}-{self._number}"
        for candidate in (marked, f"{self.mark}{self._number}@acme.test", "EUR", "super_user"):
            if not one.pattern or re.fullmatch(one.pattern, candidate):
                return candidate[: one.size] if isinstance(one, Text) else candidate
        raise NotImplementedError(f"{one.wire}: {one.pattern}; teach tests/support/furnishing.py")

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
        elif isinstance(one, (Ref, Refs)) and (one.required or not required):
            yield one.to


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


# What the tables hold

APART = {"key_days", "address_blocks"}
"""Tables that count requests, refused ones too."""
NOTED = {"last_used"}
"""Columns that note use."""


def dump(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of the company in every table, counters and clock included."""
    with house.service.database.read(house.company_id) as tx:
        found = tx.many([(statement, {}) for _, statement in _tables()])
    return {name: [tuple(row) for row in rows] for (name, _), rows in zip(_tables(), found, strict=True)}


@cache
def _tables() -> tuple[tuple[str, Statement], ...]:
    ours = [(companies.name, Statement(select(companies).where(companies.c.id == bindparam("company"))))]
    for name, table in sorted(metadata.tables.items()):
        if "company_id" in table.c and name not in APART:
            columns = [column for column in table.c if column.name not in NOTED]
            rows = (
                select(*columns).where(table.c.company_id == bindparam("company")).order_by(*table.primary_key.columns)
            )
            ours.append((name, Statement(rows)))
    return tuple(ours)


def differences(before: dict[str, list[Any]], after: dict[str, list[Any]]) -> dict[str, Any]:
    """What came, by table, and what went."""
    return {
        name: {
            "went": [row for row in rows if row not in after[name]],
            "came": [row for row in after[name] if row not in rows],
        }
        for name, rows in before.items()
        if rows != after[name]
    }
