"""From the registry to handlers: one per kind of operation, and the table that finds them by path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from emptor.domains import writing
from emptor.domains.organisation.access import Principal
from emptor.http import filters
from emptor.http.decode import UploadedFile
from emptor.http.envelope import listed
from emptor.http.messages import Answer, Request, json_answer
from emptor.kit.errors import NotFound
from emptor.kit.fields import Problems, Write, parse_fields, taken_in
from emptor.kit.resource import Operation, Resource
from emptor.store import query
from emptor.store.query import Condition
from emptor.store.unit_of_work import Transaction, UnitOfWork

if TYPE_CHECKING:
    from emptor.http.pipeline import Service


@dataclass(slots=True)
class Call:
    """One request on its way through a handler."""

    service: Service
    request: Request
    principal: Principal
    sequence: int
    resource: Resource
    operation: Operation
    parameters: dict[str, str]
    query: dict[str, Any] = field(default_factory=dict)
    tree: dict[str, Any] = field(default_factory=dict)
    files: dict[str, UploadedFile] = field(default_factory=dict)

    @property
    def key(self) -> Any:
        """The value in the path that names the object; NotFound when it cannot name one."""
        return key_of(self.resource, self.parameters[self.resource.key])


Handler = Callable[[Call], Answer]

LONGEST_IDN = 40
MADE = 201
"""Status of an operation that has made a new object."""


def key_of(resource: Resource, text: str) -> Any:
    """The key of one of `resource` out of a path; NotFound when it cannot be one."""
    if resource.key != "idn":
        return identifier(text)
    if len(text) > LONGEST_IDN or not text.isprintable():
        raise NotFound("Not Found")
    return text


def identifier(text: str) -> int:
    """A numeric id out of a path; NotFound when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise NotFound("Not Found")
    return int(text)


def list_(call: Call) -> Answer:
    """One page of the objects the caller sees."""
    service, resource = call.service, call.resource
    wanted = filters.read(resource, call.query, service.settings)
    shape = service.registry.shape(resource, listed=True, include=wanted.include)
    settled = any(c.op == "since" and c.column == "update_date" for c in wanted.conditions)
    with service.database.read(call.principal.company_id, settled=settled, actor=call.principal) as tx:
        below = (Condition("any", column, [value]) for column, value in above(call, tx).items())
        page = query.page_of(
            tx, shape, resource, (*wanted.conditions, *below), call.principal.scope(resource),
            number=wanted.number, size=wanted.size, counts=service.counts.at(call.principal.company_id, call.sequence),
        )  # fmt: skip
    return json_answer(200, listed(page, call.request.path, call.request.query, meta=resource.meta))


def get(call: Call) -> Answer:
    """One object."""
    with call.service.database.read(call.principal.company_id, actor=call.principal) as tx:
        if call.operation.parent:
            found(call, tx)
        shape = call.service.registry.shape(call.resource, listed=False)
        scope = call.principal.scope(call.resource)
        shown = query.one(tx, shape, call.resource, call.resource.key, call.key, scope)
    if shown is None:
        raise NotFound("Not Found")
    return json_answer(200, shown)


def create(call: Call) -> Answer:
    """A new object, or the one that a command in the body is about, answered as `get` would show it."""
    values, problems = parsed(call, Write.ON_CREATE)
    with writing_for(call, problems) as tx:
        values |= above(call, tx)
        run = call.operation.run
        made = run(tx, values) if run else writing.create(tx, call.resource, values)
        shown: Any = {"data": wholes(call, tx, made)} if call.operation.many else whole(call, tx, made)
    return json_answer(call.operation.status, shown)


def update(call: Call) -> Answer:
    """A changed object: keys that are absent keep their value."""
    values, problems = parsed(call, Write.ON_UPDATE)
    with writing_for(call, problems) as tx:
        row = found(call, tx)
        if call.operation.run:
            call.operation.run(tx, row, values)
        else:
            writing.update(tx, call.resource, row, values)
        shown = whole(call, tx, row["id"])
    return json_answer(200, shown)


def patch(call: Call) -> Answer:
    """Some fields, mostly the external id and the integration's log, set without touching anything else."""
    values, problems = parsed(call, Write.ON_UPDATE)
    with writing_for(call, problems) as tx:
        row = found(call, tx)
        if not values and not tx.problems:
            tx.problems.add("externalId", "This field is required.")
        if call.operation.run:
            call.operation.run(tx, row, values)
        else:
            tx.problems.raise_if_any()
            writing.change(tx, call.resource, row, values)
        shown = whole(call, tx, row["id"])
    return json_answer(200, shown)


def action(call: Call) -> Answer:
    """A verb on an object. Answered with the object as it is afterwards, or the new one that the verb has made.

    wire: a verb in the life of a document answers with what a list shows of it, without its lines.
    """
    with carried_out(call) as (tx, row, made):
        move = call.operation.move
        if call.operation.status == MADE:
            shown = whole(call, tx, made)
        else:
            shown = whole(call, tx, row["id"], listed=move is not None)
    return json_answer(call.operation.status, shown)


def delete(call: Call) -> Answer:
    """An object that is gone afterwards."""
    with carried_out(call):
        return Answer(204, b"", {})


@contextmanager
def carried_out(call: Call) -> Iterator[tuple[UnitOfWork, dict[str, Any], Any]]:
    """The unit of work in which the operation has been run, the row it was run on, and the id of what it has made."""
    assert call.operation.run is not None, call.operation.path
    values, problems = parsed(call, Write.ON_UPDATE)
    with writing_for(call, problems) as tx:
        row = found(call, tx)
        tx.problems.raise_if_any()
        yield tx, row, call.operation.run(tx, row, values)


def parsed(call: Call, occasion: Write) -> tuple[dict[str, Any], Problems]:
    """The body's values and what is wrong with them; read before the company's other writers have to wait."""
    problems = Problems()
    body = call.operation.body
    fields = taken_in(call.resource.fields if body is None else body, call.service.settings.profile)
    return parse_fields(fields, call.tree, occasion, problems), problems


@contextmanager
def writing_for(call: Call, problems: Problems) -> Iterator[UnitOfWork]:
    """A unit of work of the caller; the rules add to `problems` and raise them all at once."""
    with call.service.database.write(call.principal.company_id, actor=call.principal) as tx:
        tx.problems = problems
        yield tx


def found(call: Call, tx: Transaction) -> dict[str, Any]:
    """The stored row that the path names; NotFound when the caller does not see one."""
    scope = call.principal.scope(call.resource)
    row = query.stored(tx, call.resource, call.resource.key, call.key, scope)
    if row is None or not above(call, tx).items() <= row.items():
        raise NotFound("Not Found")
    return row


def above(call: Call, tx: Transaction) -> dict[str, Any]:
    """The column values that the path demands of a nested object; NotFound when the caller does not see its parent."""
    parent = call.operation.parent
    if parent is None:
        return {}
    resource = call.service.registry[parent.resource]
    key = key_of(resource, call.parameters[parent.parameter])
    row = query.stored(tx, resource, resource.key, key, call.principal.scope(resource))
    if row is None:
        raise NotFound("Not Found")
    return {parent.column: row["id"]}


def whole(call: Call, tx: UnitOfWork, row_id: int, *, listed: bool = False) -> dict[str, Any]:
    """The object as sent out after a change, even if the change took it out of the caller's sight."""
    tx.seal()
    shape = call.service.registry.shape(call.resource, listed=listed)
    one = query.one(tx, shape, call.resource, "id", row_id, query.EVERYTHING)
    assert one is not None, row_id
    return one


def wholes(call: Call, tx: UnitOfWork, ids: list[int]) -> list[dict[str, Any]]:
    """Several new objects as sent out."""
    tx.seal()
    return query.several(tx, call.service.registry.shape(call.resource, listed=False), call.resource, ids)


def look(call: Call) -> Answer:
    """What there is to know about an object beside the object itself; nothing changes."""
    problems = Problems()
    asked = parse_fields(call.operation.asks, call.query, Write.ON_CREATE, problems)
    assert call.operation.run is not None, call.operation.path
    with call.service.database.read(call.principal.company_id, actor=call.principal) as tx:
        row = found(call, tx)
        problems.raise_if_any()
        return json_answer(call.operation.status, call.operation.run(tx, row, asked))


class _Undone(Exception):
    """Ends a unit of work whose changes were only made to see what they lead to."""

    def __init__(self, seen: dict[str, Any]) -> None:
        super().__init__()
        self.seen = seen


def simulate(call: Call) -> Answer:
    """What a change would lead to: it is made by the same rules, looked at, and undone."""
    try:
        with carried_out(call) as (_, _, seen):
            raise _Undone(seen)
    except _Undone as undone:
        return json_answer(200, undone.seen)


HANDLERS: dict[str, Handler] = {
    "list": list_, "get": get, "create": create, "update": update, "patch": patch, "action": action,
    "delete": delete, "command": create, "look": look,
    "simulate": simulate,
}  # fmt: skip
"""Handlers by kind of operation; `custom` operations bring their own, see `emptor.http.special`."""


@dataclass
class Node:
    """One segment of the paths: fixed next segments, a parameter, and the operations that end here."""

    fixed: dict[str, Node] = field(default_factory=dict)
    parameter: Node | None = None
    ends: dict[str, tuple[Resource, Operation]] = field(default_factory=dict)


class Routes:
    """Finds the operation for a method and a path; fixed segments win over parameters."""

    def __init__(self, resources: Any, profile: str) -> None:
        self.root = Node()
        for resource in resources:
            for operation in resource.operations:
                if operation.hosted or profile == "extended":
                    self._add(resource, operation)

    def _add(self, resource: Resource, operation: Operation) -> None:
        node = self.root
        for segment in operation.path.strip("/").split("/"):
            if segment.startswith("{"):
                node.parameter = node.parameter or Node()
                node = node.parameter
            else:
                node = node.fixed.setdefault(segment, Node())
        if operation.method in node.ends:
            raise ValueError(f"{operation.method} {operation.path} is declared twice")
        node.ends[operation.method] = (resource, operation)

    def find(self, path: str) -> tuple[dict[str, tuple[Resource, Operation]], list[str]]:
        """The operations at `path` by method (none: no such path) and the values of its parameters, in order."""
        segments = path.strip("/").split("/")
        return self._walk(self.root, segments, [])

    def _walk(self, node: Node, rest: list[str], values: list[str]) -> tuple[dict[str, Any], list[str]]:
        if not rest:
            return node.ends, values
        first, others = rest[0], rest[1:]
        if first in node.fixed:
            ends, found_values = self._walk(node.fixed[first], others, values)
            if ends:
                return ends, found_values
        if node.parameter is not None and first:
            return self._walk(node.parameter, others, [*values, first])
        return {}, []
