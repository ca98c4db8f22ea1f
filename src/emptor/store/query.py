"""Reading resources: plain rows in, finished objects out, with every reference and part fetched once per kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol, TypeVar

import msgspec
from sqlalchemy import Table, and_, bindparam, false, func, not_, or_, select
from sqlalchemy.sql.elements import ColumnElement

from emptor.kit.fields import Asked, Constant, CustomValues, Derived, Field, Hidden, Parts, Ref, Refs
from emptor.kit.resource import Access, Resource
from emptor.store.schema import table
from emptor.store.statement import Convert, Statement, reader
from emptor.store.types import any_of, comma_list, json_list, json_object, none_of
from emptor.store.types import shown as shown_as
from emptor.store.unit_of_work import Job, Transaction

NARROW = 1000
"""Up to so many matches are collected first and sorted then; more are found walking down the ids."""

STATEMENTS = 400
"""Statements of each kind that are kept: clients choose which filters they combine, so memory needs a bound."""

Shown = dict[str, Any]
Rows = Sequence[Sequence[Any]]
Result = TypeVar("Result")
Steps = Generator[Sequence[Job], list[Rows], Result]
"""Work that asks questions from time to time, without saying how: whoever leads it brings the answers."""


class Registry:
    """All resources by name and by table."""

    def __init__(self, resources: Iterable[Resource], *, empty_ref: Any = None) -> None:
        self.empty_ref = empty_ref
        self.by_name = {one.name: one for one in resources}
        self.by_table: dict[str, Resource] = {}
        for one in self.by_name.values():
            self.by_table.setdefault(one.table, one)
        self._shapes: dict[Any, Shape] = {}

    def __iter__(self) -> Any:
        return iter(self.by_name.values())

    def __getitem__(self, name: str) -> Resource:
        return self.by_name[name]

    def shape(self, resource: Resource, *, listed: bool, include: tuple[str, ...] = ()) -> Shape:
        """How rows of a list (`listed`, plus the fields named in `include`) or one object look."""
        key = (resource.name, listed, include)
        if key not in self._shapes:
            fields = tuple(f for f in resource.fields if not listed or f.listed or f.wire in include)
            self._shapes[key] = Shape(self, fields, table(resource.table))
        return self._shapes[key]

    def embedded(self, target: str, show: tuple[str, ...]) -> Shape:
        """How a row of table `target` looks inside another object."""
        key = (target, show)
        if key not in self._shapes:
            resource = self.by_table[target]
            wanted = show or resource.reference
            self._shapes[key] = Shape(self, tuple(resource.field(name) for name in wanted), table(target))
        return self._shapes[key]


class Shape:
    """A set of fields of one table, compiled into what to select and how to finish the rows."""

    def __init__(self, registry: Registry, fields: tuple[Field, ...], source: Table) -> None:
        self.source = source
        self.empty_ref = registry.empty_ref
        stored = [f for f in fields if not isinstance(f, (Constant, Derived, Hidden))]
        self.columns = [source.c["id" if isinstance(f, (Parts, Refs)) else f.column] for f in stored]
        constants = {f.wire: f.value for f in fields if isinstance(f, Constant)}
        self.shown = reader([(f.wire, _converter(f, c)) for f, c in zip(stored, self.columns, strict=True)], constants)
        self.derived = [(f.wire, f.compute) for f in fields if isinstance(f, Derived) and not isinstance(f, Asked)]
        self.asked = [(f.wire, f.ask) for f in fields if isinstance(f, Asked)]
        embedded = [f for f in stored if isinstance(f, Ref) and not f.flat]
        self.bare = [f.wire for f in embedded if f.show == ("id",)]
        refs: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
        for f in embedded:
            if f.show != ("id",):
                refs[f.to, f.show].append(f.wire)
        self.plans: list[Plan] = [EmbedPlan(registry, *target, wires) for target, wires in refs.items()]
        for f in stored:
            if isinstance(f, CustomValues):
                self.plans.append(CustomValuesPlan(f))
            elif isinstance(f, Parts):
                self.plans.append(PartsPlan(registry, f))
            elif isinstance(f, Refs):
                self.plans.append(LinksPlan(registry, f))

    def labelled(self) -> list[Any]:
        """The columns under names that cannot clash."""
        return [column.label(f"c{i}") for i, column in enumerate(self.columns)]

    def ahead(self, tx: Transaction, row_id: int) -> dict[Plan, Job]:
        """What can be asked for an object of which only the id is known."""
        owned = [plan for plan in self.plans if isinstance(plan, _Owned)]
        return {plan: (plan.statement, plan.owned_by(tx, [row_id])) for plan in owned}

    def finish(self, tx: Transaction, rows: Rows, told: Mapping[Plan, Rows] | None = None) -> Steps[list[Shown]]:
        """Turn rows (their first columns are this shape's) into objects; what they need is asked at once, unless it
        has been `told`.
        """
        objects = list(map(self.shown, rows))
        if not objects:
            return objects
        for wire in self.bare:
            for shown in objects:
                shown[wire] = self.empty_ref if shown[wire] is None else {"id": shown[wire]}
        yield from together(follow(tx, plan, objects, told) for plan in self.plans)
        for wire, compute in self.derived:
            for shown in objects:
                shown[wire] = compute(shown)
        for wire, ask in self.asked:
            for shown, value in zip(objects, ask(tx, objects), strict=True):
                shown[wire] = value
        return objects


def follow(tx: Transaction, plan: Plan, objects: list[Shown], told: Mapping[Plan, Rows] | None = None) -> Steps[None]:
    """Ask for what a plan wants, unless it has been told, and put it into the objects."""
    if told and plan in told:
        rows = told[plan]
    else:
        [rows] = yield [(plan.statement, plan.wanted(tx, objects))]
    yield from plan.attach(tx, objects, rows)


def together(works: Iterable[Steps[None]]) -> Steps[None]:
    """Several works side by side: what all of them ask next is asked at once."""
    waiting = [(work, jobs) for work in works if (jobs := next(work, None)) is not None]
    while waiting:
        answers = iter((yield [job for _, jobs in waiting for job in jobs]))
        going = []
        for work, jobs in waiting:
            try:
                going.append((work, work.send([next(answers) for _ in jobs])))
            except StopIteration:
                continue
        waiting = going


def led(tx: Transaction, work: Steps[Result]) -> Result:
    """What comes of a work whose questions the database answers."""
    try:
        jobs = next(work)
        while True:
            jobs = work.send(tx.many(jobs))
    except StopIteration as end:
        result: Result = end.value
        return result


class Plan(Protocol):
    """How one kind of related row is fetched for many objects with one query."""

    statement: Statement

    def wanted(self, tx: Transaction, objects: list[Shown]) -> dict[str, Any] | None:
        """Values for the statement; None when no row is wanted."""
        ...

    def attach(self, tx: Transaction, objects: list[Shown], rows: Rows) -> Steps[None]:
        """Put what was found into the objects."""
        ...


class EmbedPlan:
    """References of objects to rows of one table, shown as small objects."""

    def __init__(self, registry: Registry, target: str, show: tuple[str, ...], wires: list[str]) -> None:
        self.wires = wires
        self.shape = shape = registry.embedded(target, show)
        source = shape.source
        self.statement = Statement(
            select(*shape.labelled(), source.c.id).where(
                source.c.company_id == bindparam("company"), any_of(source.c.id, "ids")
            )
        )

    def wanted(self, tx: Transaction, objects: list[Shown]) -> dict[str, Any] | None:
        """The ids that are named anywhere."""
        ids = {shown[wire] for shown in objects for wire in self.wires} - {None}
        return {"ids": list(ids)} if ids else None

    def attach(self, tx: Transaction, objects: list[Shown], rows: Rows) -> Steps[None]:
        """Replace each id by its object."""
        finished = yield from self.shape.finish(tx, rows)
        found = dict(zip((row[-1] for row in rows), finished, strict=True))
        empty = self.shape.empty_ref
        for wire in self.wires:
            for shown in objects:
                shown[wire] = found.get(shown[wire], empty)


class _Owned:
    """Rows that objects own: while unfinished, each object holds its id under the name of what it owns."""

    wire: str
    bare = False
    source: Table
    """Where the rows say whose they are."""

    def wanted(self, tx: Transaction, objects: list[Shown]) -> dict[str, Any] | None:
        """The ids of the owners, if they may own something."""
        return self.owned_by(tx, [shown[self.wire] for shown in objects])

    def owned_by(self, tx: Transaction, owners: list[int]) -> dict[str, Any] | None:
        """The same, for owners by their ids."""
        return {"owners": owners} if tx.may_hold(self.source, owners) else None

    def put(self, objects: list[Shown], grouped: dict[Any, list[Shown]]) -> None:
        """Wrap each object's share: `{data: […]}`, unless it is shown bare."""
        for shown in objects:
            share = grouped.get(shown[self.wire], [])
            shown[self.wire] = share if self.bare else {"data": share}


class PartsPlan(_Owned):
    """Parts of objects, such as lines."""

    def __init__(self, registry: Registry, parts: Parts) -> None:
        self.wire, self.bare = parts.wire, parts.bare
        part = parts.of
        self.source = source = table(part.table)
        self.shape = Shape(registry, part.fields, source)
        order = [source.c[name] for name in (part.order, "id") if name in source.c]
        self.statement = Statement(
            select(*self.shape.labelled(), source.c[part.owner].label("owner"))
            .where(source.c.company_id == bindparam("company"), any_of(source.c[part.owner], "owners"))
            .where(*(source.c[name] == value for name, value in parts.where))
            .order_by(source.c[part.owner], *dict.fromkeys(order))
        )

    def attach(self, tx: Transaction, objects: list[Shown], rows: Rows) -> Steps[None]:
        """Give each object its parts, in order."""
        grouped: dict[Any, list[Shown]] = defaultdict(list)
        finished = yield from self.shape.finish(tx, rows)
        for row, shown in zip(rows, finished, strict=True):
            grouped[row[-1]].append(shown)
        self.put(objects, grouped)


class CustomValuesPlan(_Owned):
    """Custom field values of objects, with the chosen options beside them.

    They are on every row of every list and nothing looks into them, so the database writes their JSON.
    """

    def __init__(self, values: CustomValues) -> None:
        self.wire, self.options_as = values.wire, values.options_as
        self.source = source = table(values.of.table)
        mine = (
            select(source)
            .where(source.c.company_id == bindparam("company"), any_of(source.c.owner_id, "owners"))
            .order_by(source.c.owner_id, source.c.id)
            .subquery()
        )
        definition = {values.names_field: json_object(id=mine.c.field_id)}
        entry = json_object(id=mine.c.id, value=mine.c.value, **definition)
        self.statement = Statement(
            select(
                mine.c.owner_id, json_list(entry, mine.c.id).label("entries"),
                comma_list(mine.c.option_id, mine.c.id).label("options"),
            ).group_by(mine.c.owner_id)
        )  # fmt: skip

    def attach(self, tx: Transaction, objects: list[Shown], rows: Rows) -> Steps[None]:
        """Give each object its values and, where the wire lists them, the ids of the chosen options."""
        if self.options_as:
            chosen = {owner: options for owner, _, options in rows}
            for shown in objects:
                shown[self.options_as] = chosen.get(shown[self.wire])
        found = {owner: msgspec.Raw(f'{{"data":{entries}}}'.encode()) for owner, entries, _ in rows}
        for shown in objects:
            shown[self.wire] = found.get(shown[self.wire], NO_VALUES)
        yield from ()


NO_VALUES = msgspec.Raw(b'{"data":[]}')


class LinksPlan(_Owned):
    """Rows that objects are linked with through a table of pairs."""

    def __init__(self, registry: Registry, links: Refs) -> None:
        self.wire = links.wire
        self.shape = shape = registry.embedded(links.to, links.show)
        self.source = pairs = table(links.table)
        source = shape.source
        linked = (source.c.company_id == pairs.c.company_id) & (source.c.id == pairs.c[links.member])
        self.statement = Statement(
            select(*shape.labelled(), pairs.c[links.owner].label("owner"))
            .join_from(pairs, source, linked)
            .where(pairs.c.company_id == bindparam("company"), any_of(pairs.c[links.owner], "owners"))
            .order_by(pairs.c[links.owner], source.c.id)
        )

    def attach(self, tx: Transaction, objects: list[Shown], rows: Rows) -> Steps[None]:
        """Give each object its linked rows."""
        grouped: dict[Any, list[Shown]] = defaultdict(list)
        finished = yield from self.shape.finish(tx, rows)
        for row, shown in zip(rows, finished, strict=True):
            grouped[row[-1]].append(shown)
        self.put(objects, grouped)


def _converter(one: Field, column: Any) -> Convert | None:
    """What turns the stored value into the wire's, if they differ."""
    by_type, by_field = shown_as(column.type), one.converter
    if by_field is None or by_type is None:
        return by_field or by_type
    return lambda value: by_field(by_type(value))


@dataclass(frozen=True)
class Condition:
    """One filter: `op` is `any`, `since`, `until` or `null`."""

    op: str
    column: str
    value: Any


@dataclass(frozen=True)
class Scope:
    """What one key may see of a resource; None means no bound of that kind."""

    access: Access = field(default_factory=Access)
    user_id: int = 0
    own_only: bool = False
    locations: tuple[int, ...] | None = None
    legal_entities: tuple[int, ...] | None = None
    limiting_fields: tuple[int, ...] = ()
    options: tuple[int, ...] | None = None

    @property
    def bounds(self) -> tuple[str, ...]:
        """The kinds of bound that apply; they decide the text of the statement."""
        access = self.access.owner or self.access
        found = []
        if self.own_only and access.creator:
            found.append("own")
        if self.locations is not None and (access.location or access.locations):
            found.append("locations")
        if self.legal_entities is not None and access.legal_entity:
            found.append("legal_entities")
        if self.options is not None and self.limiting_fields and access.custom_values:
            found.append("options")
        return tuple(found)

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Values for the bounds."""
        return {
            "scope_user": self.user_id,
            "scope_locations": list(self.locations or ()),
            "scope_entities": list(self.legal_entities or ()),
            "scope_fields": list(self.limiting_fields),
            "scope_options": list(self.options or ()),
        }


EVERYTHING = Scope()


def visible(source: Table, access: Access, bounds: tuple[str, ...]) -> list[ColumnElement[bool]]:
    """The conditions that bounds of a scope put on rows of `source`; their values come with `Scope.parameters`."""
    if access.owner is not None:
        return [_belonging(source, access, bounds)] if bounds else []
    own = source.c[access.creator] == bindparam("scope_user") if access.creator else false()
    if "own" in bounds:
        return [own]
    limits: list[ColumnElement[bool]] = []
    if "locations" in bounds:
        limits.append(_in_locations(source, access))
    if "legal_entities" in bounds:
        column = source.c[access.legal_entity]
        limits.append(or_(column.is_(None), any_of(column, "scope_entities")))
    if "options" in bounds:
        values = table(access.custom_values)
        forbidden = select(values.c.id).where(
            values.c.company_id == source.c.company_id,
            values.c.owner_id == source.c.id,
            values.c.option_id.is_not(None),
            any_of(values.c.field_id, "scope_fields"),
            none_of(values.c.option_id, "scope_options"),
        )
        limits.append(not_(forbidden.exists()))
    return [or_(own, and_(*limits))] if limits else []


def _belonging(source: Table, access: Access, bounds: tuple[str, ...]) -> ColumnElement[bool]:
    seen = _within(source, access, bounds)
    if access.instead is None:
        return seen
    return or_(seen, and_(source.c[access.within[0]].is_(None), _belonging(source, access.instead, bounds)))


def _within(source: Table, access: Access, bounds: tuple[str, ...]) -> ColumnElement[bool]:
    assert access.owner is not None
    column, owner = access.within[0], table(access.within[1])
    belongs = (owner.c.company_id == source.c.company_id, owner.c.id == source.c[column])
    return select(owner.c.id).where(*belongs, *visible(owner, access.owner, bounds)).exists()


def _in_locations(source: Table, access: Access) -> ColumnElement[bool]:
    if access.locations is not None:
        links = table(access.locations.table)
        served = select(links.c[access.locations.member]).where(
            links.c.company_id == source.c.company_id,
            links.c[access.locations.owner] == source.c.id,
            any_of(links.c[access.locations.member], "scope_locations"),
        )
        return served.exists()
    column = source.c[access.location]
    return (
        or_(column.is_(None), any_of(column, "scope_locations"))
        if access.location != "id"
        else any_of(column, "scope_locations")
    )


def _clause(source: Table, op: str, name: str, slot: int) -> ColumnElement[bool]:
    column = source.c[name]
    if op == "any":
        return any_of(column, f"f{slot}")
    value: Any = bindparam(f"f{slot}", type_=column.type)
    if op == "since":
        return column >= value
    if op == "until":
        return column <= value
    return column.is_(None) if op == "null" else column.is_not(None)


Key = tuple[tuple[str, str], ...]


@lru_cache(maxsize=STATEMENTS)
def _matching(resource: Resource, conditions: Key, bounds: tuple[str, ...]) -> tuple[ColumnElement[bool], ...]:
    source = table(resource.table)
    return (
        source.c.company_id == bindparam("company"),
        *(source.c[name] == value for name, value in resource.fixed),
        *visible(source, resource.access, bounds),
        *(
            or_(_clause(source, op, name, slot), *_also(resource, source, op, name, slot))
            for slot, (op, name) in enumerate(conditions)
        ),
    )


def _also(resource: Resource, source: Table, op: str, column: str, slot: int) -> list[ColumnElement[bool]]:
    """What names the same rows elsewhere."""
    found = next((one for one in resource.fields if isinstance(one, Ref) and one.column == column), None)
    if found is None or found.also is None or op != "any":
        return []
    name, owner, member = found.also
    links = table(name)
    mine = links.c.company_id == bindparam("company")
    return [source.c.id.in_(select(links.c[owner]).where(mine, any_of(links.c[member], f"f{slot}")))]


@lru_cache(maxsize=STATEMENTS)
def _page(shape: Shape, resource: Resource, conditions: Key, bounds: tuple[str, ...], way: str) -> Statement:
    """`direct` walks down the ids, `narrow` collects the matches first, `deep` skips on the index before it reads."""
    source = shape.source
    matching = _matching(resource, conditions, bounds)
    columns = shape.labelled()
    limit, offset = bindparam("limit"), bindparam("offset")
    if way == "direct":
        first = select(*columns).where(*matching).order_by(source.c.id.desc()).limit(limit)
        # Without filters there is one way to go; with them it depends on the values.
        return Statement(first, prepare=False if conditions or bounds else None)
    if way == "narrow":
        hits = select(source.c.id).where(*matching).cte("hits").prefix_with("MATERIALIZED")
        wanted = select(hits.c.id).order_by(hits.c.id.desc()).limit(limit).offset(offset)
    else:
        wanted = select(source.c.id).where(*matching).order_by(source.c.id.desc()).limit(limit).offset(offset)
    chosen = source.c.id.in_(wanted)
    found = select(*columns).where(source.c.company_id == bindparam("company"), chosen)
    return Statement(found.order_by(source.c.id.desc()), prepare=False)


@lru_cache(maxsize=STATEMENTS)
def _count(resource: Resource, conditions: Key, bounds: tuple[str, ...], at_most: int) -> Statement:
    source = table(resource.table)
    matching = _matching(resource, conditions, bounds)
    if at_most:
        some = select(source.c.id).where(*matching).limit(at_most).subquery()
        return Statement(select(func.count()).select_from(some), prepare=False)
    return Statement(select(func.count()).select_from(source).where(*matching), prepare=False)


@lru_cache(maxsize=STATEMENTS)
def _single(shape: Shape, resource: Resource, column: str, bounds: tuple[str, ...]) -> Statement:
    columns = shape.labelled()
    wanted = shape.source.c[column] == bindparam("key")
    return Statement(select(*columns).where(*_matching(resource, (), bounds), wanted))


@lru_cache(maxsize=STATEMENTS)
def _several(shape: Shape, resource: Resource) -> Statement:
    source = shape.source
    return Statement(
        select(*shape.labelled(), source.c.id).where(*_matching(resource, (), ()), any_of(source.c.id, "ids"))
    )


@lru_cache(maxsize=STATEMENTS)
def _stored(resource: Resource, column: str, bounds: tuple[str, ...]) -> Statement:
    source = table(resource.table)
    return Statement(select(source).where(*_matching(resource, (), bounds), source.c[column] == bindparam("key")))


@dataclass(frozen=True)
class Page:
    """One page of a list. `number` counts from 1."""

    objects: list[Shown]
    total: int
    number: int
    size: int

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))


def one(tx: Transaction, shape: Shape, resource: Resource, column: str, key: Any, scope: Scope) -> Shown | None:
    """The object whose `column` equals `key`, if the scope shows it."""
    found = led(tx, _one(tx, shape, _single(shape, resource, column, scope.bounds), column, key, scope))
    return found[0] if found else None


def _one(tx: Transaction, shape: Shape, single: Statement, column: str, key: Any, scope: Scope) -> Steps[list[Shown]]:
    ahead = shape.ahead(tx, key) if column == "id" else {}
    rows, *told = yield [(single, {"key": key, **scope.parameters}), *ahead.values()]
    return (yield from shape.finish(tx, rows, dict(zip(ahead, told, strict=True))))


def several(tx: Transaction, shape: Shape, resource: Resource, ids: Sequence[int]) -> list[Shown]:
    """The objects with these ids, in this order, whoever sees them."""
    rows = tx.raw(_several(shape, resource), company=tx.company_id, ids=list(ids)) if ids else []
    found = dict(zip((row[-1] for row in rows), led(tx, shape.finish(tx, rows)), strict=True))
    return [found[row_id] for row_id in ids]


def stored(
    tx: Transaction, resource: Resource, column: str, key: Any, scope: Scope = EVERYTHING
) -> dict[str, Any] | None:
    """The row as stored, by column name, if the scope shows it."""
    return tx.record(_stored(resource, column, scope.bounds), company=tx.company_id, key=key, **scope.parameters)


def page_of(
    tx: Transaction,
    shape: Shape,
    resource: Resource,
    conditions: Sequence[Condition],
    scope: Scope,
    *,
    number: int | None,
    size: int,
    counts: Callable[[Any, Callable[[], int]], int],
) -> Page:
    """Page `number` (None: the last) of the matching objects, newest first. `counts` may remember long counts."""
    key = tuple((c.op, c.column) for c in conditions)
    values = {f"f{i}": c.value for i, c in enumerate(conditions)}
    values |= {"company": tx.company_id, **scope.parameters}
    bounds = scope.bounds

    def count(at_most: int = 0) -> int:
        return int(tx.scalar(_count(resource, key, bounds, at_most), **values))

    way = "deep"
    if not key and not bounds and resource.counted:
        total = tx.counted(resource.name)[1]
    else:
        total = count(NARROW + 1)
        if total <= NARROW:
            way = "narrow" if key else "deep"
        else:
            total = counts((resource.name, key, repr(sorted(values.items()))), count)
    last = max(1, -(-total // size))
    number = last if number is None else number
    offset = (number - 1) * size
    if offset >= total:
        return Page([], total, number, size)
    if offset == 0 and way == "deep":
        way = "direct"
    rows = tx.raw(_page(shape, resource, key, bounds, way), **values, limit=size, offset=offset)
    return Page(led(tx, shape.finish(tx, rows)), total, number, size)
