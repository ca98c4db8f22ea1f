"""One request's view of the database: a snapshot to read, or the company's only writer until commit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.exc import DBAPIError

from emptor.kit.clock import Clock, spell, system_clock
from emptor.kit.errors import Problems
from emptor.store.engine import Backend, backend_for
from emptor.store.schema import counters
from emptor.store.statement import Statement, delete_by, insert_into, keyed, update_by

PLATFORM = 0
"""The company id of work that belongs to no company: looking up keys, administration."""


class Transaction:
    """Runs statements inside one transaction of one company; rows come back with Python values."""

    def __init__(self, database: Database, company_id: int, cursor: Any) -> None:
        self.database = database
        self.backend = database.backend
        self.dialect = database.backend.dialect
        self.company_id = company_id
        self.cursor = cursor

    def run(self, statement: Statement, **values: Any) -> int:
        """Run a statement that returns nothing; the number of rows it touched."""
        ready = statement.on(self.dialect)
        self.backend.execute(self.cursor, ready.sql, ready.bind(values), statement.prepare)
        return self.cursor.rowcount

    def raw(self, statement: Statement, **values: Any) -> list[Sequence[Any]]:
        """All rows just as the driver gives them."""
        ready = statement.on(self.dialect)
        self.backend.execute(self.cursor, ready.sql, ready.bind(values), statement.prepare)
        return self.cursor.fetchall()

    def all(self, statement: Statement, **values: Any) -> list[Sequence[Any]]:
        """All rows."""
        ready = statement.on(self.dialect)
        self.backend.execute(self.cursor, ready.sql, ready.bind(values), statement.prepare)
        return [ready.convert(row) for row in self.cursor.fetchall()]

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
        columns = statement.on(self.dialect).columns
        return [dict(zip(columns, row, strict=True)) for row in self.all(statement, **values)]

    def record(self, statement: Statement, **values: Any) -> dict[str, Any] | None:
        """The first row as a dictionary, if there is one."""
        found = self.records(statement, **values)
        return found[0] if found else None


class UnitOfWork(Transaction):
    """A change in the making. One per company at a time, so every rule reads what it decides on."""

    def __init__(self, database: Database, company_id: int, cursor: Any, now: datetime, actor: Any) -> None:
        super().__init__(database, company_id, cursor)
        self.now = now
        self.actor = actor
        self.problems = Problems()
        """What is wrong with the request so far; an action raises them all at once before it writes."""
        self.sequence, self.stamp, self._ids = 0, spell(now), []
        if company_id != PLATFORM:
            self.sequence, self.stamp, self._ids = self.backend.tick(self, self.stamp)

    def new_id(self) -> int:
        """An id nobody has had."""
        if not self._ids:
            self._ids = self.backend.more_ids(self, 1)
        return self._ids.pop(0)

    def new_ids(self, count: int) -> list[int]:
        """That many ids, rising."""
        if count > len(self._ids):
            self._ids += self.backend.more_ids(self, count - len(self._ids))
        taken, self._ids = self._ids[:count], self._ids[count:]
        return taken

    def insert(self, table: Table, values: dict[str, Any]) -> None:
        """Insert one row of this company."""
        values = {"company_id": self.company_id, **values}
        self.run(insert_into(table, tuple(values)), **values)

    def insert_all(self, table: Table, rows: Iterable[dict[str, Any]]) -> None:
        """Insert many rows of this company, all with the same columns."""
        listed = [{"company_id": self.company_id, **row} for row in rows]
        if not listed:
            return
        ready = insert_into(table, tuple(listed[0])).on(self.dialect)
        self.cursor.executemany(ready.sql, [ready.bind(row) for row in listed])

    def update(self, table: Table, changes: dict[str, Any], **keys: Any) -> int:
        """Change the rows of this company whose columns equal `keys`; how many there were."""
        if not changes:
            return 0
        names, bound = keyed({"company_id": self.company_id, **keys})
        bound |= {f"set_{name}": value for name, value in changes.items()}
        return self.run(update_by(table, names, tuple(changes)), **bound)

    def delete(self, table: Table, **keys: Any) -> int:
        """Delete the rows of this company whose columns equal `keys`; how many there were."""
        names, bound = keyed({"company_id": self.company_id, **keys})
        return self.run(delete_by(table, names), **bound)

    def count(self, name: str, *, idns: int = 0, rows: int = 0) -> int:
        """Advance the counter of a kind of document; the last idn given out."""
        last = self.scalar(_COUNT, company=self.company_id, name=name, idns=idns, rows=rows)
        if last is None:
            self.insert(counters, {"name": name, "last": idns, "live": rows})
            return idns
        return int(last)


_COUNT = Statement(
    update(counters)
    .where(counters.c.company_id == bindparam("company"), counters.c.name == bindparam("name"))
    .values(last=counters.c.last + bindparam("idns"), live=counters.c.live + bindparam("rows"))
    .returning(counters.c.last)
)
LIVE = Statement(
    select(counters.c.live).where(counters.c.company_id == bindparam("company"), counters.c.name == bindparam("name"))
)


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
    def read(self, company_id: int = PLATFORM, *, settled: bool = False) -> Iterator[Transaction]:
        """A snapshot of the company. `settled` waits for changes under way, so that none stamped earlier can
        show up later: what a poller by `modifiedSince` needs (overview S18).
        """
        with self._cursor() as cursor:
            if settled:
                self.backend.wait_for_writers(cursor, company_id)
            self.backend.begin_read(cursor, company_id)
            try:
                yield Transaction(self, company_id, cursor)
            finally:
                cursor.execute("ROLLBACK")

    @contextmanager
    def write(self, company_id: int = PLATFORM, *, actor: Any = None) -> Iterator[UnitOfWork]:
        """The company's only writer; committed when the block ends, undone when it raises."""
        with self._cursor() as cursor:
            self.backend.begin_write(cursor, company_id)
            try:
                try:
                    yield UnitOfWork(self, company_id, cursor, self.clock(), actor)
                except BaseException:
                    cursor.execute("ROLLBACK")
                    raise
                cursor.execute("COMMIT")
            finally:
                self.backend.end_write()

    def lookup(self, statement: Statement, **values: Any) -> list[Sequence[Any]]:
        """Rows of one statement outside any transaction: platform tables, read before the company is known."""
        with self._cursor() as cursor:
            return Transaction(self, PLATFORM, cursor).all(statement, **values)

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        connection = self.engine.raw_connection()
        try:
            cursor = connection.cursor()
            yield cursor
            cursor.close()
        except BaseException as fault:
            if not _harmless(fault):
                connection.invalidate()
            raise
        finally:
            connection.close()

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _harmless(fault: BaseException) -> bool:
    """Whether the connection can go on being used: only faults of the driver make it suspect."""
    module = type(fault).__module__
    return not (isinstance(fault, DBAPIError) or module.startswith(("sqlite3", "psycopg", "_sqlite3")))
