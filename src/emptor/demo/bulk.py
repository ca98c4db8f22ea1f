"""A year of orders before the story, as many as asked for: some written like any other, the rest copies of those.

A copy has its own ids, number and dates and shares everything else, sums and approvals included, with an order that
went through the rules. So what is stored is what the rules would store, at the speed of plain inserts. Only what the
journal, the revisions and the notices say of the originals is not repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import Table, bindparam, select

from emptor.demo.company import Company
from emptor.demo.deeds import CONFIRMED, READ, SENT, Days, Order
from emptor.demo.desk import DAY_SECONDS, Desk, dated_back, round_ids, working_moment
from emptor.demo.masters import Masters
from emptor.demo.story import Story
from emptor.domains import discover
from emptor.domains import documents as doc
from emptor.domains.approvals import running
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.kit.clock import spell
from emptor.kit.fields import Field, Parts
from emptor.services.files import Files
from emptor.store.schema import table
from emptor.store.statement import Statement, insert_into
from emptor.store.types import Instant, any_of
from emptor.store.unit_of_work import Database, UnitOfWork

ORIGINALS = 200
"""So many orders go through the rules."""
LONG_EVERY, LONG_LINES, SHORT_LINES = 200, 20, 5
CHUNK = 4_000
"""Orders written in one transaction."""
WAITING_EVERY = 60
"""One in so many still waits for its first approver."""
FATES = (*[doc.APPROVED] * 5, *[doc.PAID] * 3, doc.CANCELED, doc.REJECTED)
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
        with dated_back(self.database, company_id) as tx:
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
            moment = self._moment(number)
            desk.at(moment)
            if _is_long(number):
                order, fate = story.place(lines=LONG_LINES), doc.APPROVED
            else:
                fate = doc.PENDING if number % WAITING_EVERY == 0 else story.one_of(*FATES)
                lines = 1 + self.random.randrange(SHORT_LINES)
                if fate in (doc.PENDING, doc.REJECTED):
                    order = story.place(lines=lines, location=story.place_of_approval(), least=self.company.dear[0])
                else:
                    order = story.place(lines=lines)
            for days in self._life(story, order, fate):
                moment += timedelta(hours=8 * days)
                desk.at(moment)
            yield order.id

    def _life(self, story: Story, order: Order, fate: int) -> Days:
        """What becomes of an original, up to its fate."""
        story.confirm(order)
        if fate == doc.PENDING:
            return
        yield 0.2
        if fate == doc.REJECTED:
            story.decide(ORDERS, order.id, "reject", "Not this year.")
            return
        yield from story.approvals(ORDERS, order.id)
        story.send(order, story.one_of(SENT, READ, CONFIRMED))
        yield 0.5
        if fate == doc.CANCELED:
            story.cancel(order)
        elif fate == doc.PAID:
            story.give_up(order)

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

    @property
    def key(self) -> str:
        """The column that tells its rows apart; what has no id of its own belongs to one owner alone."""
        return "id" if "id" in self.columns else self.owner

    def rows(self, tx: UnitOfWork, owners: list[int]) -> list[list[Any]]:
        """The rows of those owners, just as the driver gives them."""
        place = self.source.c[self.owner]
        wanted = select(*(self.source.c[name] for name in self.columns)).where(
            self.source.c.company_id == bindparam("company"), any_of(place, "owners")
        )
        ordered = Statement(wanted.order_by(place, self.source.c[self.key]))
        return [list(row) for row in tx.raw(ordered, company=tx.company_id, owners=owners)]


def _branch(tx: UnitOfWork, name: str, owner: str) -> Branch:
    source = table(name)
    insert = insert_into(source, tuple(c.name for c in source.columns)).on(tx.dialect)
    return Branch(insert.sql, tuple(parameter[0] for parameter in insert.parameters), source, owner)


_DOCUMENTS = frozenset(one.table for one in discover() if one.counted)
"""Tables of documents: those that an order shows are not parts of it."""

Slots = list[tuple[int, int, list[Any]]]
"""A document as rows, owners first: the branch, the place of the owner in this list, the values."""


Dates = list[tuple[int, int, timedelta]]
"""Where a document's rows have dates: the place of the row, the column, and how long after its creation they are."""


class Copier:
    """Copies orders with all their parts, their approvals and what was said about them, row by row."""

    def __init__(self, tx: UnitOfWork, ids: list[int]) -> None:
        self._branches: list[Branch] = []
        self._documents: list[Slots] = [[] for _ in ids]
        owners = {one: (i, 0) for i, one in enumerate(ids)}
        self._read(tx, _branch(tx, ORDERS.table, "id"), ORDERS.fields, owners)
        self._read(tx, _branch(tx, running.SNAPSHOTS.name, "object_id"), (), owners)
        self._idn_at = self._branches[0].columns.index("idn")
        self._id_at = [branch.columns.index(branch.key) for branch in self._branches]
        self._owner_at = [branch.columns.index(branch.owner) for branch in self._branches]
        self._document_at = [_place_of(branch, "object_id") for branch in self._branches]
        self._dates = [self._dates_of(slots) for slots in self._documents]
        self._told = [self._told_of(*both) for both in zip(self._documents, self._dates, strict=True)]

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
        owner_at, id_at = branch.columns.index(branch.owner), branch.columns.index(branch.key)
        found: dict[int, tuple[int, int]] = {}
        for row in branch.rows(tx, list(owners)):
            document, above = owners[row[owner_at]]
            slots = self._documents[document]
            found[row[id_at]] = (document, len(slots))
            slots.append((number, above, row))
        for one in fields:
            if isinstance(one, Parts) and not one.where and one.of.table not in _DOCUMENTS:
                self._read(tx, _branch(tx, one.of.table, one.of.owner), one.of.fields, found)

    def _dates_of(self, slots: Slots) -> Dates:
        header = self._branches[0].columns
        created = datetime.fromisoformat(slots[0][2][header.index("create_date")])
        return [
            (place, at, datetime.fromisoformat(row[at]) - created)
            for place, (branch, _, row) in enumerate(slots)
            for at, name in enumerate(self._branches[branch].columns)
            if row[at] is not None and isinstance(self._branches[branch].source.c[name].type, Instant)
        ]

    def _told_of(self, slots: Slots, dates: Dates) -> list[tuple[int, int, str, timedelta]]:
        """Where the header's dates stand in what was approved, which is kept as text."""
        kept = len(self._branches) - 1
        at = self._branches[kept].columns.index("state")
        texts = [(place, row[at]) for place, (branch, _, row) in enumerate(slots) if branch == kept]
        delays = {slots[0][2][column]: delay for place, column, delay in dates if place == 0}
        return [(place, at, old, delay) for place, text in texts for old, delay in delays.items() if old in text]

    def write(self, tx: UnitOfWork, wanted: list[tuple[int, datetime]]) -> None:
        """Write a copy of each original, created at its moment, under the next numbers."""
        idn = tx.count(ORDERS.name, idns=len(wanted), rows=len(wanted)) - len(wanted)
        ids = tx.new_ids(sum(len(self._documents[original]) for original, _ in wanted))
        rows: list[list[list[Any]]] = [[] for _ in self._branches]
        first = 0
        for number, (original, moment) in enumerate(wanted, idn + 1):
            slots = self._documents[original]
            copies = []
            for place, (branch, above, values) in enumerate(slots, first):
                copy = values.copy()
                copy[self._id_at[branch]] = ids[place]
                copy[self._owner_at[branch]] = ids[first + above]
                document_at = self._document_at[branch]
                if document_at is not None:
                    copy[document_at] = ids[first]
                rows[branch].append(copy)
                copies.append(copy)
            copies[0][self._idn_at] = str(number)
            said: dict[timedelta, str] = {}
            for place, at, delay in self._dates[original]:
                copies[place][at] = said.get(delay) or said.setdefault(delay, spell(moment + delay))
            for place, at, old, delay in self._told[original]:
                copies[place][at] = copies[place][at].replace(old, said[delay])
            first += len(slots)
        for target, listed in zip(self._branches, rows, strict=True):
            if listed:
                tx.backend.execute_many(tx.connection, target.sql, listed)


def _place_of(branch: Branch, column: str) -> int | None:
    return branch.columns.index(column) if column in branch.columns else None
