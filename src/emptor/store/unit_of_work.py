"""One request's view of the database: a snapshot to read, or the company's only writer until commit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Table, bindparam, select
from sqlalchemy.exc import DBAPIError

from emptor.kit.clock import Clock, spell, system_clock
from emptor.kit.errors import Problems
from emptor.store import journal
from emptor.store.engine import TICKED, Backend, Rows, Tick, backend_for
from emptor.store.schema import counters
from emptor.store.statement import Compiled, Statement, delete_by, keyed, update_by

Job = tuple[Statement, dict[str, Any] | None]
"""A query and its values; without values it is not asked."""

REMEMBERED_ROWS = 100
"""Longer answers are not kept until the commit."""

PLATFORM = 0
"""The company id of work that belongs to no company: looking up keys, administration."""


class Transaction:
    """Runs statements inside one transaction of one company; rows come back with Python values."""

    def __init__(self, database: Database, company_id: int, connection: Any, actor: Any = None) -> None:
        self.database = database
        self.actor = actor
        """Who asks: a `Principal`, or nobody in particular."""
        self.backend = database.backend
        self.dialect = database.backend.dialect
        self.company_id = company_id
        self.connection = connection

    def _send(self, statement: Statement, values: dict[str, Any]) -> tuple[Any, Compiled]:
        ready = statement.on(self.dialect)
        return self.backend.execute(self.connection, ready.sql, ready.bind(values), statement.prepare), ready

    def run(self, statement: Statement, **values: Any) -> None:
        """Run a statement whose answer does not matter; a fault may show only with the next answer."""
        self._send(statement, values)

    def run_all(self, statement: Statement, rows: Sequence[dict[str, Any]]) -> None:
        """Run a statement once for each set of values."""
        ready = statement.on(self.dialect)
        self.backend.execute_many(self.connection, ready.sql, [ready.bind(row) for row in rows])

    def _ask(self, statement: Statement, values: dict[str, Any]) -> tuple[Sequence[Sequence[Any]], Compiled]:
        cursor, ready = self._send(statement, values)
        return cursor.fetchall(), ready

    def raw(self, statement: Statement, **values: Any) -> Sequence[Sequence[Any]]:
        """All rows just as the driver gives them."""
        return self._ask(statement, values)[0]

    def many(self, jobs: Sequence[Job]) -> list[list[Sequence[Any]]]:
        """Raw rows of several independent queries of this company, asked together; no values, no rows."""
        asked = []
        for statement, values in jobs:
            if values is not None:
                ready = statement.on(self.dialect)
                asked.append((ready, ready.bind({"company": self.company_id, **values})))
        answers = iter(self.backend.answers(self.connection, asked))
        return [[] if values is None else next(answers) for _, values in jobs]

    def many_records(self, jobs: Sequence[Job]) -> list[list[dict[str, Any]]]:
        """The same as dictionaries by column name."""
        ready = (statement.on(self.dialect) for statement, _ in jobs)
        return [one.records(rows) for one, rows in zip(ready, self.many(jobs), strict=True)]

    def all(self, statement: Statement, **values: Any) -> list[Sequence[Any]]:
        """All rows."""
        rows, ready = self._ask(statement, values)
        return [ready.convert(row) for row in rows]

    def one(self, statement: Statement, **values: Any) -> Sequence[Any] | None:
        """The first row, if there is one."""
        rows = self.all(statement, **values)
        return rows[0] if rows else None

    def scalar(self, statement: Statement, **values: Any) -> Any:
        """The first column of the first row, None without rows."""
        row = self.one(statement, **values)
        return row[0] if row else None

    def records(self, statement: Statement, **values: Any) -> list[dict[str, Any]]:
        """All rows as dictionaries by column name."""
        rows, ready = self._ask(statement, values)
        return ready.records(rows)

    def record(self, statement: Statement, **values: Any) -> dict[str, Any] | None:
        """The first row as a dictionary, if there is one."""
        found = self.records(statement, **values)
        return found[0] if found else None

    def may_hold(self, table: Table, owners: Iterable[int]) -> bool:
        """Whether it is worth asking a table for what these objects own."""
        return True

    def counted(self, name: str) -> tuple[int, int]:
        """The last idn given to a kind of document, and how many of them there are."""
        found = self._count_row(name)
        return (found[0], found[1]) if found else (0, 0)

    def _count_row(self, name: str) -> Sequence[Any] | None:
        return self.one(_COUNTED, company=self.company_id, name=name)


class UnitOfWork(Transaction):
    """A change in the making. One per company at a time, so every rule reads what it decides on."""

    def __init__(self, database: Database, company_id: int, connection: Any, stood: Tick | None, actor: Any) -> None:
        super().__init__(database, company_id, connection, actor)
        now = database.clock()
        self.now = now
        self.problems = Problems()
        """What is wrong with the request so far; an action raises them all at once before it writes."""
        self.verb = ""
        """What the person does, where it has a name of its own: `confirm`."""
        self.on_behalf_of: int | None = None
        """The person for whom the acting one stands in."""
        self.remembered: dict[Any, Any] = {}
        """What actions keep for the end of the unit of work, by keys of their own."""
        self._given: set[int] = set()
        self._filled: set[str] = set()
        self._unsent: list[Rows] = []
        self._known: dict[tuple[Statement, str], Sequence[Sequence[Any]]] = {}
        self._expected: list[tuple[Statement, dict[str, Any]]] = []
        self._counts: dict[str, tuple[int, int]] = {}
        self._to_count: set[str] = set()
        self._entries: list[dict[str, Any]] = []
        self._last: dict[Any, Callable[[], None]] = {}
        self._sealed = False
        self._tick = (stood or Tick(0, "", 0, "", [])).after(spell(now))
        self.sequence, self.stamp, self._ids = self._tick.sequence, self._tick.stamp, self._tick.ids

    def new_id(self) -> int:
        """An id nobody has had."""
        return self.new_ids(1)[0]

    def new_ids(self, count: int) -> list[int]:
        """That many ids, rising."""
        if count > len(self._ids):
            self._ids += self.backend.more_ids(self, count - len(self._ids))
        taken, self._ids = self._ids[:count], self._ids[count:]
        self._given.update(taken)
        return taken

    def new_range(self, count: int) -> int:
        """The first of that many ids without a gap, for rows that the database makes by itself. What is left below them
        is given to nobody: later ids are higher.
        """
        if len(self._ids) < count or self._ids[count - 1] - self._ids[0] != count - 1:
            self._ids = self.backend.more_ids(self, count)
        return self.new_ids(count)[0]

    def _ask(self, statement: Statement, values: dict[str, Any]) -> tuple[Sequence[Sequence[Any]], Compiled]:
        """Nobody else writes in the company now, so what was asked once need not be asked again, until something that
        the answer was read from is written.
        """
        if not statement.reads:
            return super()._ask(statement, values)
        ready, key = statement.on(self.dialect), self._key(statement, values)
        found = self._known.get(key)
        if found is None:
            found, _ = super()._ask(statement, values)
            if len(found) <= REMEMBERED_ROWS:
                self._known[key] = found
        return found, ready

    def expect(self, statement: Statement, **values: Any) -> None:
        """Ask a query of this company, which will be asked in a moment, together with whatever is asked next."""
        self._expected.append((statement, {"company": self.company_id, **values}))

    def ask_ahead(self, jobs: Sequence[tuple[Statement, dict[str, Any]]]) -> None:
        """Ask several queries of this company together that will be asked one by one in a moment."""
        for statement, values in jobs:
            self.expect(statement, **values)
        self.many(())

    def _key(self, statement: Statement, values: dict[str, Any]) -> tuple[Statement, str]:
        """What tells one question from another."""
        return statement, repr(statement.on(self.dialect).bind(values))

    def _send(self, statement: Statement, values: dict[str, Any]) -> tuple[Any, Compiled]:
        self._note_statement(statement)
        self._flush()
        return super()._send(statement, values)

    def run_all(self, statement: Statement, rows: Sequence[dict[str, Any]]) -> None:
        """Run a statement once for each set of values."""
        self._note_statement(statement)
        self._flush()
        super().run_all(statement, rows)

    def many(self, jobs: Sequence[Job]) -> list[list[Sequence[Any]]]:
        """Raw rows of several independent queries of this company, asked together; no values, no rows."""
        self._flush()
        expected, self._expected = self._expected, []
        found = super().many([*jobs, *expected])
        for (statement, values), rows in zip(expected, found[len(jobs) :], strict=True):
            self._known[self._key(statement, values)] = rows
        return found[: len(jobs)]

    def _flush(self, then: Sequence[tuple[Statement, dict[str, Any]]] = ()) -> None:
        """Send the rows that wait to be inserted, `then` what writes other rows."""
        if self._unsent or then:
            unsent, self._unsent = self._unsent, []
            ready = ((statement.on(self.dialect), values) for statement, values in then)
            self.backend.insert_all(self.connection, unsent, [(one, one.bind(values)) for one, values in ready])

    def _note_statement(self, statement: Statement) -> None:
        if statement.clause.is_delete:
            self._known.clear()  # what belonged to the rows may be gone with them
            self._sealed = False
        elif statement.clause.is_dml:
            self._note_written(statement.clause.table, statement.sets)

    def _note_written(self, table: Table, columns: Collection[str] = ()) -> None:
        """These columns of a table are about to change, or all where none are told."""
        self._sealed = False
        self._filled.add(table.name)
        written = {table.c[name] for name in columns} or set(table.c)
        for key in [key for key in self._known if not written.isdisjoint(key[0].reads)]:
            del self._known[key]

    def may_hold(self, table: Table, owners: Iterable[int]) -> bool:
        """What is new owns only what is new as well: where nothing has been put, there is nothing of it."""
        return table.name in self._filled or not self._given.issuperset(owners)

    def note(self, verb: str, resource: str, row_id: int, idn: str | None, changes: dict[str, Any]) -> None:
        """Have the journal say what was done to one of `resource`; `changes` has the columns `before` and `after`."""
        if self.company_id == PLATFORM:
            return
        self._entries.append(
            {
                "company_id": self.company_id, "create_date": self.stamp,
                "user_id": self.actor.user_id if self.actor else None, "on_behalf_of_id": self.on_behalf_of,
                "verb": self.verb or verb, "resource": resource, "object_id": row_id, "idn": idn,
                "changes": journal.written(changes),
            }
        )  # fmt: skip

    def has_noted(self, row_id: int) -> bool:
        """Whether the journal will say something of the object."""
        return any(entry["object_id"] == row_id for entry in self._entries)

    def finally_(self, key: Any, run: Callable[[], None]) -> None:
        """Run something when all else has been done, right before the commit; the first of each `key`."""
        self._last.setdefault(key, run)

    def seal(self) -> None:
        """Do what was put off, write the journal and the counters and advance the company's clock; after that, what has
        become of everything can be read.
        """
        if self._sealed and not self._last and not self._entries:
            return
        while self._last:
            self._last.pop(next(iter(self._last)))()
        if self._entries:
            for entry, row_id in zip(self._entries, self.new_ids(len(self._entries)), strict=True):
                entry["id"] = row_id
            entries, head = journal.chain(self._tick.entries, self._tick.head, self._entries)
            self._tick = self._tick._replace(entries=entries, head=head)
            self.insert_all(journal.audit_entries, self._entries)
            self._entries = []
        counted = ((name, *self._counts[name]) for name in sorted(self._to_count))
        advanced = [self._update(counters, {"last": last, "live": live}, {"name": one}) for one, last, live in counted]
        self._to_count.clear()
        if self.company_id != PLATFORM:
            kept = {name: getattr(self._tick, name) for name in Tick.KEPT}
            advanced.append((TICKED, {"company": self.company_id, **kept}))
        self._flush(advanced)
        self._sealed = True

    def insert(self, table: Table, values: dict[str, Any]) -> None:
        """Insert one row of this company."""
        self.insert_all(table, [values])

    def insert_all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Insert many rows of this company, all with the same columns.

        They are sent with the next statement at the latest, rows of several tables together.
        """
        listed = [{"company_id": self.company_id, **row} for row in rows]
        if listed:
            self._note_written(table)
            self._unsent.append((table, listed))

    def update_all(self, table: Table, rows: Iterable[dict[str, Any]], *keys: str) -> None:
        """Change many rows of this company, all in the same columns, each found by its `keys`."""
        listed = [{"company_id": self.company_id, **row} for row in rows]
        if listed:
            self._note_written(table, listed[0].keys() - {"company_id", *keys})
            self._flush()
            self.backend.update_all(self.connection, table, ("company_id", *keys), listed)

    def update(self, table: Table, changes: dict[str, Any], **keys: Any) -> None:
        """Change the rows of this company whose columns equal `keys`."""
        if changes:
            self._send(*self._update(table, changes, keys))

    def update_counted(self, table: Table, changes: dict[str, Any], **keys: Any) -> int:
        """The same; how many rows there were, which PostgreSQL has to be waited for."""
        if not changes:
            return 0
        statement, bound = self._update(table, changes, keys)
        return self.run_counted(statement, **bound)

    def run_counted(self, statement: Statement, **values: Any) -> int:
        """Run a statement that writes; how many rows that were, which PostgreSQL has to be waited for."""
        cursor, _ = self._send(statement, values)
        return self.backend.touched(self.connection, cursor)

    def _update(self, table: Table, changes: dict[str, Any], keys: dict[str, Any]) -> tuple[Statement, dict[str, Any]]:
        names, bound = keyed({"company_id": self.company_id, **keys})
        bound |= {f"set_{name}": value for name, value in changes.items()}
        return update_by(table, names, tuple(changes)), bound

    def delete(self, table: Table, **keys: Any) -> None:
        """Delete the rows of this company whose columns equal `keys`."""
        names, bound = keyed({"company_id": self.company_id, **keys})
        self._send(delete_by(table, names), bound)

    def expect_count(self, name: str) -> None:
        """A document of this kind is about to be counted."""
        self.expect(_COUNTED, name=name)

    def counted(self, name: str) -> tuple[int, int]:
        """As it will be with this change."""
        return self._counts.get(name) or super().counted(name)

    def count(self, name: str, *, idns: int = 0, rows: int = 0) -> int:
        """Advance the counter of a kind of document; the last idn given out."""
        if name not in self._counts and self._count_row(name) is None:
            self.insert(counters, {"name": name, "last": 0, "live": 0})
            self._flush()  # it is going to be changed along with rows that are inserted later
        last, live = self.counted(name)
        self._counts[name] = last + idns, live + rows
        self._to_count.add(name)
        self._sealed = False
        return last + idns


_mine = (counters.c.company_id == bindparam("company"), counters.c.name == bindparam("name"))
_COUNTED = Statement(select(counters.c.last, counters.c.live).where(*_mine))


class Database:
    """The store: hands out transactions. `url` is `sqlite:///file` or `postgresql://…`."""

    def __init__(self, url: str, *, clock: Clock = system_clock, pool_size: int = 16) -> None:
        self.url = url
        self.backend: Backend = backend_for(url, pool_size=pool_size)
        self.clock = clock

    @property
    def engine(self) -> Any:
        """The SQLAlchemy engine, for migrations and administration."""
        return self.backend.engine

    @contextmanager
    def read(self, company_id: int = PLATFORM, *, settled: bool = False, actor: Any = None) -> Iterator[Transaction]:
        """A snapshot of the company. `settled` waits for changes under way, so that none stamped earlier can
        show up later: what a poller by `modifiedSince` needs (overview S18).
        """
        with self._connection() as connection:
            try:
                with self.backend.conversation(connection):
                    if settled:
                        self.backend.wait_for_writers(connection, company_id)
                    self.backend.begin_read(connection, company_id)
                    yield Transaction(self, company_id, connection, actor)
                    connection.execute("ROLLBACK")
            except BaseException:
                _undo(connection)
                raise

    @contextmanager
    def write(self, company_id: int = PLATFORM, *, actor: Any = None) -> Iterator[UnitOfWork]:
        """The company's only writer; committed when the block ends, undone when it raises."""
        with self._connection() as connection:
            stood = self.backend.begin_write(connection, company_id)
            try:
                with self.backend.conversation(connection):
                    tx = UnitOfWork(self, company_id, connection, stood, actor)
                    yield tx
                    tx.seal()
                    connection.execute("COMMIT")
            except BaseException:
                _undo(connection)
                raise
            finally:
                self.backend.end_write()

    def lookup(self, statement: Statement, **values: Any) -> list[Sequence[Any]]:
        """Rows of one statement outside any transaction: platform tables, read before the company is known."""
        with self._connection() as connection:
            return Transaction(self, PLATFORM, connection).all(statement, **values)

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        pooled = self.engine.raw_connection()
        try:
            yield pooled.driver_connection
        except BaseException as fault:
            if _suspect(fault):
                pooled.invalidate()
            raise
        finally:
            pooled.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _undo(connection: Any) -> None:
    """Roll back as far as the connection still can; the fault that led here is the one to report."""
    with suppress(Exception):
        connection.execute("ROLLBACK")


def _suspect(fault: BaseException) -> bool:
    """Whether the connection should not be used again: only faults of the driver make it suspect."""
    return isinstance(fault, DBAPIError) or type(fault).__module__.startswith(("sqlite3", "psycopg"))
