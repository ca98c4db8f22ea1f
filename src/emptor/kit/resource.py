"""What a resource is: a declaration from which routes, tables, checks, pages and documentation are read."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from emptor.kit.fields import CustomValues, Derived, Field, Key, Moment, Parts, Refs, Write


@dataclass(frozen=True)
class Permission:
    """Who may do something: holders of one of `levels` in `module`; no levels means every key of the company."""

    module: str = ""
    levels: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    """Roles of other modules that do as well."""

    @property
    def roles(self) -> tuple[str, ...]:
        """The role names that give this permission: `purchase_order.create`."""
        return (*(f"{self.module}.{level}" for level in self.levels), *self.also)


EVERYONE = Permission()

Run = Callable[..., Any]


@dataclass(frozen=True)
class Parent:
    """The object above in the path: `/warehouses/{warehouseId}/items` has its items below a warehouse."""

    resource: str
    """Name of the resource it is one of."""
    parameter: str
    """Its key in the path."""
    column: str
    """Column below that names it."""


@dataclass(frozen=True, eq=False)
class Operation:
    """One thing a client can do with a resource, at one method and path."""

    kind: str
    """`list`, `get`, `create`, `update`, `patch`, `action`, `delete`, `command`, `look`,
    `simulate`, or `custom` with a handler of its own at the edge."""
    method: str
    path: str
    permission: Permission = EVERYONE
    hosted: bool = True
    """False: the hosted API lacks it; the strict profile answers as if it did not exist."""
    body: tuple[Field, ...] | None = None
    """Fields accepted; None means the resource's own writable ones."""
    run: Run | None = None
    """What the domain does: create or command(tx, values) → id; update, patch or action(tx, row, values);
    look(tx, row, asked) → the answer."""
    status: int = 200
    summary: str = ""
    file: bool = False
    """Answers with the content of a file; with the object only for who accepts nothing but JSON."""
    parent: Parent | None = None
    """Only what is below that object; NotFound for who does not see it."""
    many: bool = False
    """A command that makes several objects, answered as `{data: […]}`; its run comes back with their ids."""
    move: Any = None
    """The `emptor.kit.states.Move` behind an action, if the object has a life."""
    asks: tuple[Field, ...] = ()
    """Query parameters of a `look`."""
    shows: Any = None
    """JSON schema of what a `look` answers."""


@dataclass(frozen=True, eq=False)
class Access:
    """How a key's locations, custom field options and ownership bound which rows it sees."""

    module: str = ""
    """Module whose view, approve or pay level shows other people's rows; empty: rows have no owner rule."""
    creator: str = ""
    location: str = ""
    locations: Refs | None = None
    legal_entity: str = ""
    custom_values: str = ""
    """Table of custom field values whose options can limit access."""
    viewers: tuple[str, ...] = ()
    """Roles of other modules that show other people's rows."""
    within: tuple[str, str] = ("", "")
    """Column that names the row this one belongs to, and that row's table: who sees the one sees the other."""
    owner: Access | None = None
    """How the row it belongs to is bound."""
    instead: Access | None = None
    """How it is bound where it belongs to no such row: to what else it may belong."""
    private: bool = False
    """Nobody sees the rows of others, whatever their roles."""


OPEN = Access()


@dataclass(frozen=True, eq=False)
class Resource:
    """One kind of object of the API, declared once."""

    name: str
    label: str
    fields: tuple[Field, ...]
    operations: tuple[Operation, ...] = ()
    key: str = "id"
    table: str = ""
    reference: tuple[str, ...] = ("id", "name")
    """Fields shown where another object embeds this one."""
    access: Access = OPEN
    writes: Permission = EVERYONE
    meta: bool = True
    """False: the list has no `meta` (wire: legal entities)."""
    indexes: tuple[tuple[str, ...], ...] = ()
    uniques: tuple[tuple[str, ...], ...] = ()
    counted: bool = False
    """True: the store keeps the number of rows, so that long lists need no count."""
    busy: bool = False
    """True: its rows change all the time, many at once. There is no index on when they did, and pages keep room, so
    that PostgreSQL writes a changed row beside the old one and leaves its indexes alone.
    """
    fixed: tuple[tuple[str, Any], ...] = ()
    """Column values that pick this resource's rows where one table serves several (custom field families)."""
    governs_access: bool = False
    """True: a change may change what people see, so remembered rights are read anew."""
    note: str = ""
    attachment_type: int | None = None
    life: Any = None
    """The `emptor.kit.states.Life` of a document: what can become of it."""

    def __post_init__(self) -> None:
        if not self.table:
            object.__setattr__(self, "table", self.name)

    def field(self, wire: str) -> Field:
        """The field of that wire name; KeyError when there is none."""
        for one in self.fields:
            if one.wire == wire:
                return one
        raise KeyError(f"{self.name} has no field {wire}")

    def has(self, wire: str) -> bool:
        """Whether the wire shows a field of that name."""
        return any(one.wire == wire for one in self.fields)

    @property
    def reads(self) -> Permission:
        """Who may see one of these, within their scope."""
        return next((one.permission for one in self.operations if one.kind == "get"), EVERYONE)

    @property
    def searchable(self) -> tuple[Field, ...]:
        """Fields a list can be filtered by."""
        return tuple(f for f in self.fields if f.filterable and not isinstance(f, (Parts, Refs, Derived)))

    @property
    def custom_values(self) -> CustomValues | None:
        """The field that carries custom field values, if any."""
        return next((f for f in self.fields if isinstance(f, CustomValues)), None)


CREATED = Moment("createDate", required=True, note="when it was created")
UPDATED = Moment("updateDate", note="last change; drives modifiedSince")
KEY = Key()


def read_operations(
    name: str, key: str = "id", *, hosted: bool = True, get_hosted: bool = True, read: Permission = EVERYONE
) -> tuple[Operation, ...]:
    """The list and the form of one object."""
    return (
        Operation("list", "GET", f"/{name}", read, hosted, summary=f"List {name}"),
        Operation("get", "GET", f"/{name}/{{{key}}}", read, hosted and get_hosted, summary=f"One of {name}"),
    )


def write_operations(
    name: str,
    writes: Permission,
    *,
    create: Run | None = None,
    update: Run | None = None,
    hosted: bool = True,
    key: str = "id",
) -> tuple[Operation, ...]:
    """Creating with POST and changing with PUT."""
    return (
        Operation(
            "create", "POST", f"/{name}", writes, hosted, run=create, status=201, summary=f"Create one of {name}"
        ),
        Operation("update", "PUT", f"/{name}/{{{key}}}", writes, hosted, run=update, summary=f"Change one of {name}"),
    )


def walk(fields: tuple[Field, ...]) -> Iterator[Field]:
    """Every field, those of parts included."""
    for one in fields:
        yield one
        if isinstance(one, Parts) and one.part is not None:
            yield from walk(one.part.fields)


__all__ = [
    "CREATED", "EVERYONE", "KEY", "OPEN", "UPDATED", "Access", "Operation", "Parent", "Permission", "Resource", "Write",
    "read_operations", "walk", "write_operations",
]  # fmt: skip
