"""Doing things in a company as a person at a moment: the operations clients use, without the wire between.

A body is what a client would send. What it means is up to the declared operation, so the demo can hold nothing that the
API would refuse; the few states that no operation reaches yet go through `Desk.declare`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cache
from heapq import heappop, heappush
from itertools import count
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import attachments, discover, documents, writing
from emptor.domains.approvals import running
from emptor.domains.attachments.content import type_of
from emptor.domains.organisation import access
from emptor.domains.organisation.access import Principal
from emptor.kit.clock import spell
from emptor.kit.errors import Problems
from emptor.kit.fields import Write, parse_fields
from emptor.kit.resource import Operation, Resource
from emptor.services.files import Files
from emptor.store import query
from emptor.store.engine import ID_BLOCK
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Database, UnitOfWork

Body = dict[str, Any]
Row = dict[str, Any]
Life = Iterator[float]
"""What becomes of one document: it acts, yields how many working days pass, and acts again."""
DAY_SECONDS = 8 * 3600


class Desk:
    """One company's open unit of work, and who sits at it when."""

    def __init__(self, tx: UnitOfWork, settings: dict[str, Any], people: dict[str, int], files: Files) -> None:
        self.tx = tx
        self.files = files
        self.settings = settings
        self.people = people
        """User ids by the short names the demo gives people."""
        self._principals: dict[str, Principal] = {}

    def at(self, moment: datetime) -> None:
        """Date what follows back to `moment`; the company's own clock has been set to the present already."""
        self.tx.now, self.tx.stamp = moment, spell(moment)
        self.tx.database.clock = lambda: moment

    def as_(self, person: str) -> None:
        """Let this person do what follows."""
        if person not in self._principals:
            principal = access.load(self.tx, self.people[person], self.settings)
            assert principal is not None, person
            self._principals[person] = principal
        self.tx.actor = self._principals[person]

    def as_nobody(self) -> None:
        """Let what follows be done by somebody from outside."""
        self.tx.actor = None

    def rights_changed(self) -> None:
        """Read everybody's rights anew."""
        self._principals.clear()

    def create(self, resource: Resource, body: Body, **columns: Any) -> int:
        """Create an object; its id. `columns` are values that no client can send, or that stand in the path."""
        operation = _operation(resource, "create", f"/{resource.name}")
        values = self._values(resource, operation, body, Write.ON_CREATE) | columns
        made = operation.run(self.tx, values) if operation.run else writing.create(self.tx, resource, values)
        self.tx.seal()
        return int(made)

    def change(self, resource: Resource, row_id: int, body: Body) -> None:
        """Change some fields of an object."""
        operation, row = _operation(resource, "update"), self.row(resource, row_id)
        values = self._values(resource, operation, body, Write.ON_UPDATE)
        if operation.run:
            operation.run(self.tx, row, values)
        else:
            writing.update(self.tx, resource, row, values)
        self.tx.seal()

    def act(self, resource: Resource, verb: str, row_id: int, body: Body | None = None) -> None:
        """`confirm`, `approve`, `cancel` …: the action whose path ends with the verb."""
        operation, row = _operation(resource, "action", f"/{verb}"), self.row(resource, row_id)
        values = self._values(resource, operation, body or {}, Write.ON_UPDATE)
        self.tx.problems.raise_if_any()
        assert operation.run is not None, operation.path
        operation.run(self.tx, row, values)
        self.tx.seal()

    def command(self, resource: Resource, what: str | Operation, body: Body) -> Any:
        """A command whose body names what it is about, such as `depend_add`; what it comes back with."""
        operation = what if isinstance(what, Operation) else _operation(resource, "command", what)
        values = self._values(resource, operation, body, Write.ON_CREATE)
        assert operation.run is not None, operation.path
        made = operation.run(self.tx, values)
        self.tx.seal()
        return made

    def link(self, resource: Resource, row_id: int, body: Body) -> None:
        """Note an object's number in another system, as integrations do: no date changes."""
        values = self._values(resource, _operation(resource, "patch"), body, Write.ON_UPDATE)
        self.tx.update(table(resource.table), values, id=self.row(resource, row_id)["id"])

    def attach(self, resource: Resource, row_id: int, name: str, data: bytes, comment: str | None = None) -> None:
        """Attach a file to an object."""
        attachments.owner(self.tx, self.tx.actor, resource, row_id)
        self.tx.actor.require(resource.writes)
        kept = {"name": name, "size": len(data), "format_type": type_of(data, name), "comment": comment}
        attachments.attach(self.tx, resource, row_id, kept | {"digest": self.files.put(data)})

    def declare(self, resource: Resource, row_id: int, **columns: Any) -> None:
        """Put an object into a state that no operation leads to yet. Goes away call by call as they are built."""
        source = table(resource.table)
        stamps = {"update_date": self.tx.stamp, "last_editor_id": self.tx.actor.user_id}
        self.tx.update(source, columns | {n: v for n, v in stamps.items() if n in source.c}, id=row_id)

    def row(self, resource: Resource, row_id: int) -> Row:
        """The stored row, which the person must be able to see."""
        row = query.stored(self.tx, resource, "id", row_id, self.tx.actor.scope(resource))
        assert row is not None, f"{self.tx.actor.email} does not see {resource.label} {row_id}"
        return row

    def asked(self, row_id: int) -> list[str]:
        """Those who are asked to approve an object now, in the order of the workflow."""
        tasks = self.tx.all(_ASKED, company=self.tx.company_id, object=row_id)
        words = {user: word for word, user in self.people.items()}
        return [words[user] for (user,) in tasks]

    def lines(self, resource: Resource, row_id: int) -> list[Row]:
        """The lines of a document, as stored."""
        return documents.stored_lines(self.tx, resource, row_id)

    def rows(self, name: str, **keys: Any) -> list[Row]:
        """The stored rows of a table whose columns equal `keys`, oldest first."""
        return self.tx.records(_rows_by(name, tuple(keys)), company=self.tx.company_id, **keys)

    def _values(self, resource: Resource, operation: Operation, body: Body, occasion: Write) -> dict[str, Any]:
        self.tx.actor.require(operation.permission)
        self.tx.problems, self.tx.verb, self.tx.on_behalf_of = Problems(), "", None
        fields = resource.fields if operation.body is None else operation.body
        return parse_fields(fields, body, occasion, self.tx.problems)


_TASKS = running.TASK_TABLE
_ASKED = Statement(
    select(_TASKS.c.user_id)
    .where(_TASKS.c.company_id == bindparam("company"), _TASKS.c.object_id == bindparam("object"))
    .where(_TASKS.c.status == running.PENDING)
    .order_by(_TASKS.c.id)
)


@cache
def _rows_by(name: str, keys: tuple[str, ...]) -> Statement:
    source = table(name)
    wanted = (source.c[key] == bindparam(key) for key in keys)
    return Statement(select(source).where(source.c.company_id == bindparam("company"), *wanted).order_by(source.c.id))


@cache
def _operation(resource: Resource, kind: str, ending: str = "") -> Operation:
    """The operation of that kind whose path ends so; of several ways to create, any will do."""
    known = next(one for one in discover() if one.name == resource.name)
    fitting = [one for one in known.operations if one.kind == kind]
    named = [one for one in fitting if one.path.endswith(ending)]
    return (named or fitting)[0] if kind == "create" else named[0]


class Diary:
    """Plays many lives side by side in the order of time, so that numbers and dates rise together.

    Time is counted in working days since `first`, a Monday: eight hours each, from 08:00 UTC, five to a week.
    """

    def __init__(self, desk: Desk, first: datetime) -> None:
        self._desk = desk
        self._first = first
        self._entries: list[tuple[int, int, Life]] = []
        self._numbers = count()

    def enter(self, day: float, life: Life) -> None:
        """Let a life begin on that working day."""
        heappush(self._entries, (int(day * DAY_SECONDS), next(self._numbers), life))

    def play(self) -> None:
        """Play every life to its end."""
        while self._entries:
            seconds, _, life = heappop(self._entries)
            self._desk.at(working_moment(self._first, seconds))
            self._desk.as_nobody()
            days = next(life, None)
            if days is not None:
                heappush(self._entries, (seconds + int(days * DAY_SECONDS), next(self._numbers), life))


def working_moment(first: datetime, seconds: int) -> datetime:
    """The moment after so many working seconds."""
    day, rest = divmod(seconds, DAY_SECONDS)
    weeks, weekday = divmod(day, 5)
    return first + timedelta(days=7 * weeks + weekday, hours=8, seconds=rest)


def round_ids(tx: UnitOfWork) -> None:
    """Leave the ids at the end of a block, as PostgreSQL does anyhow, so that both engines go on with the same ones."""
    tx.seal()
    rest = -tx.new_id() % ID_BLOCK
    tx.new_ids(rest)


@contextmanager
def dated_back(database: Database, company_id: int) -> Iterator[UnitOfWork]:
    """A unit of work in which `Desk.at` says what time it is; afterwards it is now again."""
    present = database.clock
    with database.write(company_id) as tx:
        try:
            yield tx
        finally:
            database.clock = present
