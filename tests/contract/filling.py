"""One object of every kind with all its fields filled, and one with as few as possible; read off the registry."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

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
from emptor.kit.resource import Operation, Parent, Resource
from tests.support.house import House, Reply

TEXTS = {"currency": "EUR", "currencies": "EUR", "email": "bob{n}@acme.test", "roles": "super_user", "locale": "en"}
"""Values for fields that do not take just any text."""

CHOSEN: dict[str, dict[str, Any]] = {
    "paymentterms": {"prepaymentPercent": 30, "postpaymentPercent": 70, "paymentType": 2},
    "payments": {"sumPaid": "0.34"},
    **{f"{family}customfields": {"type": 0, "required": False} for family in ("document", "item", "supplier")},
}
"""Values that a rule over several fields demands."""

NEEDED = {"items": ("price",), "contracts": ("id",), "purchaseorders": ("items",), "invoices": ("items",)}
"""Fields that even the barest object must have, though no schema says so."""

FILE = {"file": ("offer.txt", b"ten bolts", "text/plain")}


class Filling:
    """Fills a company through the API and keeps every reply with its operation."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.registry = house.service.registry
        self.replies: list[tuple[Operation, Reply]] = []
        self.ids: dict[str, int] = {}
        """Ids that exist, by the names that refer to them."""
        self.keys: dict[str, dict[str, Any]] = {}
        """Values of the parameters in a path, by method and path, that lead to something."""
        self._made: dict[tuple[str, Parent | None], Any] = {}
        self._number = 0

    def fill(self) -> None:
        """Create, list, get and change one of everything."""
        for resource in self.registry:
            for parent in dict.fromkeys(operation.parent for operation in resource.operations):
                self.some(resource, parent)
        for resource in self.registry:
            for operation in resource.operations:
                self._read_or_change(resource, operation)
                self.keys[f"{operation.method} {operation.path}"] = self._keys(
                    operation, self._made[resource.name, operation.parent]
                )

    def some(self, resource: Resource, parent: Parent | None = None) -> Any:
        """A filled object of the kind; made on first need, after everything it refers to."""
        if (resource.name, parent) not in self._made:
            self._made[resource.name, parent] = None
            for operation in resource.operations:
                if operation.kind == "create" and operation.parent == parent:
                    for bare in (True, False):
                        self._made[resource.name, parent] = self._create(resource, operation, bare)
        return self._made[resource.name, parent]

    def _create(self, resource: Resource, operation: Operation, bare: bool) -> Any:
        fields = resource.fields if operation.body is None else operation.body
        body = self._values(fields, NEEDED.get(resource.name, ()) if bare else None) | CHOSEN.get(resource.name, {})
        reply = self.ask(operation, body=body, uploads=any(isinstance(one, Upload) for one in fields))
        assert reply.status == 201, f"{operation.path}: {reply.json}; see tests/contract/filling.py"
        made = reply.json
        for change in resource.operations:
            if change.parent == operation.parent and (change.kind == "update" or change.path.endswith("/confirm")):
                reply = self.ask(change, made, body={})
                assert reply.status == 200, f"{change.path}: {reply.json}"
                made = reply.json
        return made

    def _read_or_change(self, resource: Resource, operation: Operation) -> None:
        shown = self._made[resource.name, operation.parent]
        if operation.kind == "list":
            self.ask(operation)
            self.ask(operation, query="?include=items,attachments,options,payments")
        elif shown and operation.kind == "get":
            self.ask(operation, shown)
            self.ask(operation, shown, headers={"accept": "application/json"})
        elif shown and operation.kind == "patch":
            self.ask(operation, shown, body={"externalId": f"X-{shown['id']}"})

    def ask(
        self, operation: Operation, shown: dict[str, Any] | None = None, *, body: Any = None, query: str = "",
        uploads: bool = False, headers: dict[str, str] | None = None,
    ) -> Reply:  # fmt: skip
        path = operation.path.format(**self._keys(operation, shown)) + query
        if uploads:
            reply = self.house.call(operation.method, path, form=body, files=FILE)
        else:
            reply = self.house.call(operation.method, path, body, headers=headers)
        self.replies.append((operation, reply))
        return reply

    def _keys(self, operation: Operation, shown: dict[str, Any] | None) -> dict[str, Any]:
        """Values for the parameters in the path."""
        keys = {**(shown or {}), "objectId": self._target("purchase_orders"), "objectType": 2}
        if operation.parent:
            above = self.registry[operation.parent.resource]
            keys[operation.parent.parameter] = self.some(above)[above.key]
        return keys

    # Values

    def _values(self, fields: tuple[Field, ...], needed: Collection[str] | None = None) -> dict[str, Any]:
        """Values for all fields, or for those required and `needed`."""
        return {
            getattr(one, "send_as", "") or one.wire: value
            for one in fields
            if one.write.on(Write.ON_CREATE) and (needed is None or one.required or one.wire in needed)
            for value in [self._value(one)]
            if value is not None
        }

    def _value(self, one: Field) -> Any:
        match one:
            case CustomValues():
                definition = self.some(self.registry[f"{one.family}customfields"])
                return [{"value": definition["options"]["data"][0]["id"], one.names_field: {"id": definition["id"]}}]
            case Parts():
                return [self._values(one.of.fields)]
            case Refs():
                target = self._target(one.to)
                return [target] if target else []
            case Ref():
                target = self._target(one.to)
                if target:
                    self.ids[one.wire] = target
                return target if one.flat or target is None else {"id": target}
            case Texts():
                return [TEXTS[one.wire]]
            case Text():
                self._number += 1
                return TEXTS.get(one.wire, "x{n}")[: one.size].format(n=self._number)
            case Moment():
                return "2026-01-31"
            case Number():
                return "1.5"
            case Flag():
                return True
            case Code():
                return 1 if 1 in one.names else next(iter(one.names), 0)
            case Integer():
                return max(1, one.low)
        return None

    def _target(self, table: str) -> int | None:
        resource = self.registry.by_table.get(table)
        made = self.some(resource) if resource else None
        return made["id"] if made else None
