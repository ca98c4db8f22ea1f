"""Where SQLite and PostgreSQL differ, and nowhere else: connections, transactions, ids and waiting for writers."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Engine, Table, bindparam, create_engine, event, insert, update
from sqlalchemy.engine import URL, make_url

from emptor.store.schema import company_clocks, id_sequence
from emptor.store.statement import Compiled, Statement, insert_into, insert_listed, together, update_by, update_listed
from emptor.store.types import Ids

BUSY_SECONDS = 60
"""How long a writer on SQLite waits for another process before it gives up."""
STATEMENTS_KEPT = 512
"""Statements that a connection to SQLite keeps ready; Python's own 128 are fewer than a busy server uses in turn."""
ID_BLOCK = 64
"""Ids a change takes at once; what it does not need is lost."""
ONE_WRITER = 20577
"""First half of the advisory lock that makes a company's writers take turns; the second is the company."""


MANY = 100
"""Rows from which on it pays to look for what they have in common."""

Question = tuple[Compiled, list[Any]]
"""A query and its parameters."""
Rows = tuple[Table, list[dict[str, Any]]]
"""Some rows of a table, all with the same columns."""


class Tick(NamedTuple):
    """How a company's clock stands."""

    sequence: int
    """Changes so far."""
    stamp: str
    """The moment of the latest."""
    entries: int
    """Entries in the company's journal so far."""
    head: str
    """The hash of the latest of them."""
    ids: list[int]
    """Some new ids."""

    def after(self, now: str) -> Tick:
        """How it will stand after one more change."""
        return self._replace(sequence=self.sequence + 1, stamp=max(self.stamp, now))

    KEPT = ("sequence", "stamp", "entries", "head")
    """What of it is stored."""


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
    def begin_write(self, connection: Any, company_id: int) -> Tick | None:
        """Begin a transaction that is the only one writing in the company; how the company's clock stands."""

    @abstractmethod
    def end_write(self) -> None:
        """Let the next writer go on, after commit or rollback."""

    @abstractmethod
    def wait_for_writers(self, connection: Any, company_id: int) -> None:
        """Return once every change stamped before now is either committed or gone."""

    @abstractmethod
    def more_ids(self, tx: Any, count: int) -> list[int]:
        """At least `count` ids nobody has had, one after another without a gap."""

    @abstractmethod
    def conversation(self, connection: Any) -> AbstractContextManager[Any]:
        """Inside, statements may be sent without waiting for the answers to earlier ones."""

    @abstractmethod
    def analyze(self, connection: Any, tables: Sequence[str]) -> None:
        """Let the planner know what these tables have come to hold, after many rows at once."""

    def execute(self, connection: Any, sql: str, parameters: Sequence[Any], prepare: bool | None = None) -> Any:
        """Send one statement; the cursor that will have its answer."""
        return connection.execute(sql, parameters)

    def answers(self, connection: Any, asked: Sequence[Question]) -> list[list[Sequence[Any]]]:
        """The rows that each of several independent queries finds."""
        return [connection.execute(ready.sql, parameters).fetchall() for ready, parameters in asked]

    def execute_many(self, connection: Any, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Send one statement for many rows of parameters."""
        connection.cursor().executemany(sql, rows)

    def insert_all(self, connection: Any, listed: Sequence[Rows], then: Sequence[Question] = ()) -> None:
        """Insert rows into one table after another, `then` run statements that write each another row of theirs."""
        for table, rows in listed:
            ready = insert_into(table, tuple(rows[0])).on(self.dialect)
            self.execute_many(connection, ready.sql, ready.bind_all(rows))
        for ready, parameters in then:
            self.execute(connection, ready.sql, parameters)

    def update_all(self, connection: Any, table: Table, keys: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        """Change many rows, all in the same columns, each found by its keys."""
        columns = tuple(name for name in rows[0] if name not in keys)
        ready = update_by(table, keys, columns).on(self.dialect)
        bound = [{f"key_{n}" if n in keys else f"set_{n}": value for n, value in row.items()} for row in rows]
        self.execute_many(connection, ready.sql, ready.bind_all(bound))

    @abstractmethod
    def touched(self, connection: Any, cursor: Any) -> int:
        """How many rows the cursor's statement wrote, the latest one."""


TICKED = Statement(
    update(company_clocks)
    .where(company_clocks.c.company_id == bindparam("company"))
    .values({name: bindparam(name, type_=company_clocks.c[name].type) for name in Tick.KEPT})
)
_CLOCK = "SELECT sequence, stamp, entries, head{more} FROM company_clocks WHERE company_id = {company:d}"
_TAKE_IDS = Statement(
    update(id_sequence)
    .where(id_sequence.c.name == "id")
    .values(last=id_sequence.c.last + bindparam("count"))
    .returning(id_sequence.c.last)
)
_NEXT_IDS = "SELECT nextval('emptor_ids') FROM generate_series(1, %s)"
_FIRST_IDS = Statement(insert(id_sequence).values(name="id", last=bindparam("count")))


class Sqlite(Backend):
    """The embedded database: write-ahead log, one writer, every commit on disk before the answer."""

    name = "sqlite"

    def __init__(self, url: URL) -> None:
        kept = {"timeout": BUSY_SECONDS, "cached_statements": STATEMENTS_KEPT}
        engine = create_engine(
            url.set(drivername="sqlite"),
            connect_args=kept,
            pool_size=32,
            pool_use_lifo=True,
            pool_reset_on_return=None,  # whoever begins a transaction ends it
        )
        event.listen(engine, "connect", self._prepare)
        super().__init__(engine)
        self._writer = threading.Lock()

    @staticmethod
    def _prepare(connection: Any, record: Any) -> None:
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout = {BUSY_SECONDS * 1000}", "journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON",
            "cache_size = -4000", "temp_store = MEMORY",
        ):  # fmt: skip
            connection.execute(f"PRAGMA {pragma}")

    def conversation(self, connection: Any) -> AbstractContextManager[Any]:
        return nullcontext()

    def begin_read(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN")

    def begin_write(self, connection: Any, company_id: int) -> Tick | None:
        # Threads queue here, in memory; other processes queue at the file for up to BUSY_SECONDS.
        self._writer.acquire()
        try:
            connection.execute("BEGIN IMMEDIATE")
            stood = connection.execute(_CLOCK.format(more="", company=company_id)).fetchone()
            return Tick(*stood, []) if stood else None
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

    def touched(self, connection: Any, cursor: Any) -> int:
        # Python's own count does not know statements that begin with WITH.
        return int(connection.execute("SELECT changes()").fetchone()[0])

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
            from psycopg.adapt import Dumper, Loader
            from psycopg.types.json import set_json_loads
        except ImportError as missing:
            raise UnusableDatabase("PostgreSQL needs the driver: pip install 'emptor[postgres]'.") from missing

        class MomentLoader(Loader):
            """`2025-05-05 23:59:59+00` → `2025-05-05T23:59:59+00:00`, without a datetime in between."""

            def load(self, data: Any) -> str:
                text = bytes(data).decode()
                return f"{text[:10]}T{text[11:19]}+00:00"

        class IdsDumper(Dumper):
            """Text that the server takes for an array at once, instead of once for every row it looks at."""

            oid = psycopg.postgres.types["int8"].array_oid

            def dump(self, obj: Any) -> bytes:
                return obj.encode()

        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            isolation_level="AUTOCOMMIT",
            paramstyle="format",
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_recycle=1800,
            pool_use_lifo=True,  # the connection used last has everything at hand
            connect_args={"options": "-c timezone=UTC -c datestyle=ISO"},
        )

        @event.listens_for(engine, "connect")
        def _prepare(connection: Any, record: Any) -> None:
            connection.adapters.register_loader("timestamptz", MomentLoader)
            connection.adapters.register_dumper(Ids, IdsDumper)
            set_json_loads(msgspec.json.decode, connection)

        super().__init__(engine)
        self._with_values = psycopg.ClientCursor

    def conversation(self, connection: Any) -> AbstractContextManager[Any]:
        return connection.pipeline()

    def begin_read(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute(self._of(company_id))

    def begin_write(self, connection: Any, company_id: int) -> Tick | None:
        lock = f"SELECT pg_advisory_xact_lock({ONE_WRITER}, {company_id:d})"
        clock = _CLOCK.format(more=", nextval('emptor_ids')", company=company_id)
        # All in one round trip; only a look after the lock sees what the writer before has left.
        cursor = connection.execute(f"BEGIN; {self._of(company_id)}; {lock}; {clock}", prepare=False)
        while cursor.nextset():
            pass
        stood = cursor.fetchone()
        return Tick(*stood[:-1], list(range(stood[-1], stood[-1] + ID_BLOCK))) if stood else None

    @staticmethod
    def _of(company_id: int) -> str:
        """Tells row-level security which company this transaction is about, and to plan each statement once: most
        name their rows by ids, and the server would plan anew each time, at twice the cost of running them.
        """
        return (
            f"SELECT set_config('emptor.company_id', '{company_id:d}', true),"
            " set_config('plan_cache_mode', 'force_generic_plan', true)"
        )

    def end_write(self) -> None:
        """The advisory lock goes with the transaction."""

    def wait_for_writers(self, connection: Any, company_id: int) -> None:
        connection.execute("BEGIN")
        connection.execute(f"SELECT pg_advisory_xact_lock_shared({ONE_WRITER}, {company_id:d})")
        connection.execute("COMMIT")

    def more_ids(self, tx: Any, count: int) -> list[int]:
        blocks = -(-count // ID_BLOCK)
        while True:
            rows = tx.connection.execute(_NEXT_IDS, [blocks]).fetchall()
            first, end = rows[0][0], rows[-1][0] + ID_BLOCK
            if end - first == blocks * ID_BLOCK:  # nobody took one in between
                return list(range(first, end))

    def analyze(self, connection: Any, tables: Sequence[str]) -> None:
        # Without this the checks of foreign keys go on scanning whole tables that were empty when they were planned.
        for name in tables:
            connection.execute(f"ANALYZE {name}")

    def execute(self, connection: Any, sql: str, parameters: Sequence[Any], prepare: bool | None = None) -> Any:
        if prepare is False:  # planned with the values at hand, so they have to stand in the text
            return self._with_values(connection).execute(sql, parameters)
        return connection.execute(sql, parameters)

    def answers(self, connection: Any, asked: Sequence[Question]) -> list[list[Sequence[Any]]]:
        # All in one statement: what the driver does for each costs more than what the server does.
        if not asked:
            return []
        sql = together(tuple((ready.sql, len(ready.columns)) for ready, _ in asked))
        answered = connection.execute(sql, [value for _, values in asked for value in values]).fetchone()
        return [rows or [] for rows in answered]

    def insert_all(self, connection: Any, listed: Sequence[Rows], then: Sequence[Question] = ()) -> None:
        # One message for all rows of all tables, where `executemany` sends one for each row; what all rows of a table
        # have in common is said once.
        parts, texts = [], []
        for table, rows in listed:
            columns = tuple(rows[0])
            ready = insert_into(table, columns).on(self.dialect)
            common = _common(rows) if len(rows) >= MANY else {}
            own = [{name: row[name] for name in columns if name not in common} for row in rows] if common else rows
            sent = [ready.named(own), *ready.named([common] if common else [])]
            texts += [msgspec.json.encode(one).decode() for one in sent]
            parts.append((table, columns, tuple(common)))
        sql = insert_listed(tuple(parts), tuple(ready.sql for ready, _ in then))
        connection.execute(sql, [*texts, *(value for _, parameters in then for value in parameters)])

    def update_all(self, connection: Any, table: Table, keys: tuple[str, ...], rows: list[dict[str, Any]]) -> None:
        columns = tuple(rows[0])
        ready = insert_into(table, columns).on(self.dialect)
        listed = msgspec.json.encode(ready.named(rows)).decode()
        changed = tuple(name for name in columns if name not in keys)
        connection.execute(update_listed(table, keys, changed), [listed])

    def touched(self, connection: Any, cursor: Any) -> int:
        with connection.pipeline() as pipeline:  # the one under way, if there is one
            pipeline.sync()
        return int(cursor.rowcount)


def _common(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The columns in which all rows agree, with what they hold."""
    return {name: value for name, value in rows[0].items() if all(row[name] == value for row in rows)}


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
