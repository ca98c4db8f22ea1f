"""Where SQLite and PostgreSQL differ, and nowhere else: connections, transactions, ids and waiting for writers."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from sqlalchemy import Engine, bindparam, create_engine, event, insert, select, update
from sqlalchemy.engine import URL, make_url

from emptor.store.schema import company_clocks, id_sequence
from emptor.store.statement import Statement

BUSY_SECONDS = 60
"""How long a writer on SQLite waits for another process before it gives up."""
ID_BLOCK = 64
"""Ids a change takes at once; what it does not need is lost."""
ONE_WRITER = 20577
"""First half of the advisory lock that makes a company's writers take turns; the second is the company."""


class UnusableDatabase(Exception):
    """The database URL cannot be used; the message says why and what to write instead."""


class Backend(ABC):
    """One kind of database. `connection` is always the driver's own."""

    name: str

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.dialect = engine.dialect

    @abstractmethod
    def begin_read(self, connection: Any, company_id: int) -> None:
        """Begin a transaction that sees one moment of the company."""

    @abstractmethod
    def begin_write(self, connection: Any, company_id: int) -> None:
        """Begin a transaction that is the only one writing in the company."""

    @abstractmethod
    def end_write(self) -> None:
        """Let the next writer go on, after commit or rollback."""

    @abstractmethod
    def wait_for_writers(self, connection: Any, company_id: int) -> None:
        """Return once every change stamped before now is either committed or gone."""

    @abstractmethod
    def tick(self, tx: Any, now: str) -> tuple[int, str, list[int]]:
        """Advance the company's clock; its new sequence, the stamp of this change and some new ids."""

    @abstractmethod
    def more_ids(self, tx: Any, count: int) -> list[int]:
        """At least `count` ids nobody has had."""

    @abstractmethod
    def conversation(self, connection: Any) -> AbstractContextManager[Any]:
        """Inside, statements may be sent without waiting for the answers to earlier ones."""

    @abstractmethod
    def analyze(self, connection: Any, tables: Sequence[str]) -> None:
        """Let the planner know what these tables have come to hold, after many rows at once."""

    def execute(self, connection: Any, sql: str, parameters: Sequence[Any], prepare: bool | None = None) -> Any:
        """Send one statement; the cursor that will have its answer."""
        return connection.execute(sql, parameters)

    def execute_many(self, connection: Any, sql: str, rows: list[list[Any]]) -> None:
        """Send one statement for many rows of parameters."""
        connection.cursor().executemany(sql, rows)

    def touched(self, connection: Any, cursor: Any) -> int:
        """How many rows the cursor's statement touched."""
        return int(cursor.rowcount)


_TICK = Statement(
    update(company_clocks)
    .where(company_clocks.c.company_id == bindparam("company"))
    .values(sequence=company_clocks.c.sequence + 1, stamp=bindparam("stamp"))
)
_CLOCK = Statement(
    select(company_clocks.c.sequence, company_clocks.c.stamp).where(company_clocks.c.company_id == bindparam("company"))
)
_TAKE_IDS = Statement(
    update(id_sequence)
    .where(id_sequence.c.name == "id")
    .values(last=id_sequence.c.last + bindparam("count"))
    .returning(id_sequence.c.last)
)
_FIRST_IDS = Statement(insert(id_sequence).values(name="id", last=bindparam("count")))


class Sqlite(Backend):
    """The embedded database: write-ahead log, one writer, every commit on disk before the answer."""

    name = "sqlite"

    def __init__(self, url: URL) -> None:
        engine = create_engine(url.set(drivername="sqlite"), connect_args={"timeout": BUSY_SECONDS}, pool_size=32)
        event.listen(engine, "connect", self._prepare)
        super().__init__(engine)
        self._writer = threading.Lock()

    @staticmethod
    def _prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
            "cache_size = -8000", "temp_store = MEMORY",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    def conversation(self, connection: Any) -> AbstractContextManager[Any]:
        return nullcontext()

    def begin_read(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN")

    def begin_write(self, connection: Any, company_id: int) -> None:
        # Threads queue here, in memory; other processes queue at the file for up to BUSY_SECONDS.
        self._writer.acquire()
        try:
            connection.execute("BEGIN IMMEDIATE")
        except BaseException:
            self._writer.release()
            raise

    def end_write(self) -> None:
        self._writer.release()

    def wait_for_writers(self, connection: Any, company_id: int) -> None:
        self.begin_write(connection, company_id)
        try:
            connection.execute("ROLLBACK")
        finally:
            self.end_write()

    def tick(self, tx: Any, now: str) -> tuple[int, str, list[int]]:
        sequence, stamp = tx.one(_CLOCK, company=tx.company_id)
        stamp = max(stamp, now)
        tx.run(_TICK, company=tx.company_id, stamp=stamp)
        return sequence + 1, stamp, []

    def more_ids(self, tx: Any, count: int) -> list[int]:
        count = max(count, ID_BLOCK)
        row = tx.one(_TAKE_IDS, count=count)
        last = row[0] if row else count
        if not row:
            tx.run(_FIRST_IDS, count=count)
        return list(range(last - count + 1, last + 1))

    def analyze(self, connection: Any, tables: Sequence[str]) -> None:
        """Statistics of a moment would only lead SQLite astray later on; its plans do without."""


class Postgresql(Backend):
    """The database for many machines: one writer per company by an advisory lock, row-level security behind it."""

    name = "postgresql"

    def __init__(self, url: URL, pool_size: int) -> None:
        try:
            import psycopg
            from psycopg.adapt import Loader
        except ImportError as missing:
            raise UnusableDatabase("PostgreSQL needs the driver: pip install 'emptor[postgres]'.") from missing

        class MomentLoader(Loader):
            """`2025-05-05 23:59:59+00` → `2025-05-05T23:59:59+00:00`, without a datetime in between."""

            def load(self, data: Any) -> str:
                text = bytes(data).decode()
                return f"{text[:10]}T{text[11:19]}+00:00"

        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
            paramstyle="format",
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_recycle=1800,
            connect_args={"options": "-c timezone=UTC -c datestyle=ISO"},
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: Any) -> None:
            connection.adapters.register_loader("timestamptz", MomentLoader)

        super().__init__(engine)
        self._error = psycopg.OperationalError

    def conversation(self, connection: Any) -> AbstractContextManager[Any]:
        return connection.pipeline()

    def begin_read(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        self._enter(connection, company_id)

    def begin_write(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN")
        self._enter(connection, company_id)
        connection.execute(f"SELECT pg_advisory_xact_lock({ONE_WRITER}, {company_id:d})")

    @staticmethod
    def _enter(connection: Any, company_id: int) -> None:
        """Tell row-level security which company this transaction is about."""
        connection.execute(f"SET LOCAL emptor.company_id = {company_id:d}")

    def end_write(self) -> None:
        """The advisory lock goes with the transaction."""

    def wait_for_writers(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN")
        connection.execute(f"SELECT pg_advisory_xact_lock_shared({ONE_WRITER}, {company_id:d})")
        connection.execute("COMMIT")

    def tick(self, tx: Any, now: str) -> tuple[int, str, list[int]]:
        sequence, stamp, first = tx.connection.execute(
            "UPDATE company_clocks SET sequence = sequence + 1, stamp = greatest(stamp, %s::timestamptz)"
            " WHERE company_id = %s RETURNING sequence, stamp, nextval('emptor_ids')",
            [now, tx.company_id],
        ).fetchone()
        return sequence, stamp, list(range(first, first + ID_BLOCK))

    def more_ids(self, tx: Any, count: int) -> list[int]:
        blocks = -(-count // ID_BLOCK)
        rows = tx.connection.execute("SELECT nextval('emptor_ids') FROM generate_series(1, %s)", [blocks]).fetchall()
        return [first + i for (first,) in rows for i in range(ID_BLOCK)]

    def analyze(self, connection: Any, tables: Sequence[str]) -> None:
        # Without this the checks of foreign keys go on scanning whole tables that were empty when they were planned.
        for name in tables:
            connection.execute(f"ANALYZE {name}")

    def execute(self, connection: Any, sql: str, parameters: Sequence[Any], prepare: bool | None = None) -> Any:
        return connection.execute(sql, parameters, prepare=prepare)

    def touched(self, connection: Any, cursor: Any) -> int:
        with connection.pipeline() as pipeline:  # the one under way, if there is one
            pipeline.sync()
        return int(cursor.rowcount)


def backend_for(url: str, *, pool_size: int = 16) -> Backend:
    """The backend for `sqlite:///file.db` or `postgresql://…`; UnusableDatabase when it is neither."""
    try:
        parsed = make_url(url)
    except Exception as fault:
        raise UnusableDatabase(f"{url!r} is no database URL; write sqlite:///emptor.db or postgresql://…") from fault
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise UnusableDatabase("Name a file for SQLite: sqlite:///emptor.db")
        return Sqlite(parsed)
    if parsed.get_backend_name() == "postgresql":
        return Postgresql(parsed, pool_size)
    raise UnusableDatabase(f"Emptor runs on sqlite:///… and postgresql://…, not on {parsed.get_backend_name()}.")
