"""A year of orders before the story, as many as asked for: some written like any other, the rest copies of those.

A copy has its own ids, number and dates and shares everything else, sums included, with an order that went through the
rules. So what is stored is always what the rules would store, at the speed of plain inserts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, bindparam, select

from emptor.demo.company import Company
from emptor.demo.desk import DAY_SECONDS, Desk, round_ids, working_moment
from emptor.demo.masters import Masters
from emptor.demo.story import CONFIRMED, READ, RECEIVED, SENT, Story
from emptor.domains import documents as doc
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.kit.clock import spell
from emptor.kit.fields import Field, Parts
from emptor.services.files import Files
from emptor.store.schema import table
from emptor.store.statement import Statement, insert_into
from emptor.store.types import any_of
from emptor.store.unit_of_work import Database, UnitOfWork

ORIGINALS = 200
"""So many orders go through the rules."""
LONG_EVERY, LONG_LINES, SHORT_LINES = 200, 20, 5
CHUNK = 4_000
"""Orders written in one transaction."""
YEAR_DAYS = 50 * 5
"""Working days over which the orders are spread."""


@dataclass
class Bulk:
    """Writes `total` orders into a company that has been set up."""

    database: Database
    files: Files
    company: Company
    masters: Masters
    random: Random
    first: datetime
    total: int

    def write(self, company_id: int, settings: dict[str, Any], progress: Callable[[int, int], None]) -> None:
        """Write them, a few thousand per transaction."""
        progress(0, self.total)
        with self.database.write(company_id) as tx:
            desk = Desk(tx, settings, self.masters.people, self.files)
            originals = list(self._originals(desk))
            copier = Copier(tx, originals)
            tx.backend.analyze(tx.connection, copier.tables)
            round_ids(tx)
        done = len(originals)
        progress(done, self.total)
        while done < self.total:
            upto = min(done + CHUNK, self.total)
            with self.database.write(company_id) as tx:
                copier.write(tx, [(self._original(n), self._moment(n)) for n in range(done + 1, upto + 1)])
                round_ids(tx)
            done = upto
            progress(done, self.total)
        with self.database.write(company_id) as tx:
            tx.backend.analyze(tx.connection, copier.tables)
            round_ids(tx)

    def _originals(self, desk: Desk) -> Iterator[int]:
        story = Story(self.company, desk, self.masters, self.random)
        for number in range(1, min(ORIGINALS, self.total) + 1):
            desk.at(self._moment(number))
            order = story.place(lines=LONG_LINES if _is_long(number) else 1 + self.random.randrange(SHORT_LINES))
            fate = story.one_of(*[doc.APPROVED] * 8, doc.CANCELED, doc.REJECTED)
            if fate != doc.REJECTED:
                story.confirm(order)
            if fate == doc.APPROVED:
                story.send(order, story.one_of(SENT, READ, CONFIRMED))
                story.receive(order, RECEIVED)
            else:
                desk.declare(ORDERS, order.id, status=fate)
            yield order.id

    def _original(self, number: int) -> int:
        """Which of the originals the order of that number copies."""
        if _is_long(number):
            return self.random.randrange(ORIGINALS // LONG_EVERY) * LONG_EVERY + LONG_EVERY - 1
        while _is_long((chosen := self.random.randrange(ORIGINALS)) + 1):
            pass
        return chosen

    def _moment(self, number: int) -> datetime:
        return working_moment(self.first, number * YEAR_DAYS * DAY_SECONDS // (self.total + 1))


def _is_long(number: int) -> bool:
    return number % LONG_EVERY == 0


@dataclass(frozen=True)
class Branch:
    """A table that holds documents or parts of them, and where its rows have their id and their owner."""

    sql: str
    columns: tuple[str, ...]
    source: Table
    owner: str

    def rows(self, tx: UnitOfWork, owners: list[int]) -> list[list[Any]]:
        """The rows of those owners, just as the driver gives them."""
        place = self.source.c[self.owner]
        wanted = select(*(self.source.c[name] for name in self.columns)).where(
            self.source.c.company_id == bindparam("company"), any_of(place, "owners")
        )
        ordered = Statement(wanted.order_by(place, self.source.c.id))
        return [list(row) for row in tx.raw(ordered, company=tx.company_id, owners=owners)]


def _branch(tx: UnitOfWork, name: str, owner: str) -> Branch:
    source = table(name)
    insert = insert_into(source, tuple(c.name for c in source.columns)).on(tx.dialect)
    return Branch(insert.sql, tuple(parameter[0] for parameter in insert.parameters), source, owner)


Slots = list[tuple[int, int, list[Any]]]
"""A document as rows, owners first: the branch, the place of the owner in this list, the values."""


class Copier:
    """Copies orders with all their parts, row by row."""

    DATES = ("create_date", "update_date", "approval_date", "required_date")

    def __init__(self, tx: UnitOfWork, ids: list[int]) -> None:
        self._branches: list[Branch] = []
        self._documents: list[Slots] = [[] for _ in ids]
        self._read(tx, _branch(tx, ORDERS.table, "id"), ORDERS.fields, {one: (i, 0) for i, one in enumerate(ids)})
        columns = self._branches[0].columns
        self._idn_at, self._created_at = columns.index("idn"), columns.index("create_date")
        self._delays = [self._delays_of(slots[0][2], columns) for slots in self._documents]
        self._id_at = [branch.columns.index("id") for branch in self._branches]
        self._owner_at = [branch.columns.index(branch.owner) for branch in self._branches]

    @property
    def tables(self) -> list[str]:
        """The tables that copies are written to."""
        return [branch.source.name for branch in self._branches]

    def _read(
        self, tx: UnitOfWork, branch: Branch, fields: tuple[Field, ...], owners: dict[int, tuple[int, int]]
    ) -> None:
        """Read a table's rows below `owners` (id → document and place in it), then the tables below it."""
        number = len(self._branches)
        self._branches.append(branch)
        owner_at, id_at = branch.columns.index(branch.owner), branch.columns.index("id")
        found: dict[int, tuple[int, int]] = {}
        for row in branch.rows(tx, list(owners)):
            document, above = owners[row[owner_at]]
            slots = self._documents[document]
            found[row[id_at]] = (document, len(slots))
            slots.append((number, above, row))
        for one in fields:
            if isinstance(one, Parts) and not one.where:  # what other kinds of object have too is not copied
                self._read(tx, _branch(tx, one.of.table, one.of.owner), one.of.fields, found)

    def _delays_of(self, row: list[Any], columns: tuple[str, ...]) -> list[tuple[int, timedelta]]:
        created = datetime.fromisoformat(row[self._created_at])
        places = [columns.index(name) for name in self.DATES]
        return [(at, datetime.fromisoformat(row[at]) - created) for at in places if row[at] is not None]

    def write(self, tx: UnitOfWork, wanted: list[tuple[int, datetime]]) -> None:
        """Write a copy of each original, created at its moment, under the next numbers."""
        idn = tx.count(ORDERS.name, idns=len(wanted), rows=len(wanted)) - len(wanted)
        ids = tx.new_ids(sum(len(self._documents[original]) for original, _ in wanted))
        rows: list[list[list[Any]]] = [[] for _ in self._branches]
        first = 0
        for number, (original, moment) in enumerate(wanted, idn + 1):
            slots = self._documents[original]
            for place, (branch, above, values) in enumerate(slots, first):
                copy = values.copy()
                copy[self._owner_at[branch]] = ids[first + above]
                copy[self._id_at[branch]] = ids[place]
                rows[branch].append(copy)
            head = rows[0][-1]
            head[self._idn_at] = str(number)
            for at, delay in self._delays[original]:
                head[at] = spell(moment + delay)
            first += len(slots)
        for target, listed in zip(self._branches, rows, strict=True):
            if listed:
                tx.backend.execute_many(tx.connection, target.sql, listed)
