"""Counts in the database, for a server that runs as several processes without Valkey."""

from collections.abc import Sequence

from sqlalchemy import (
    DDL,
    BigInteger,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    TextClause,
    bindparam,
    delete,
    event,
    select,
    text,
    tuple_,
)

from emptor.http.limits.rules import GRACE_SECONDS, Decision, Window, decide

PRUNE_EVERY_SECONDS = 60

Counter = tuple[str, int]  # the primary key of a row


def rate_windows_table(metadata: MetaData) -> Table:
    """Declare the table of counts on `metadata`; a migration makes it by `.create(connection)`.

    On PostgreSQL it is UNLOGGED: counts need not survive a crash, and so cost no write-ahead log.
    """
    table = Table(
        "rate_windows",
        metadata,
        Column("key", Text, primary_key=True),
        Column("window_start", BigInteger, primary_key=True, autoincrement=False),
        Column("count", Integer, nullable=False),
        Column("expires_at", BigInteger, nullable=False, index=True),
    )
    unlogged = DDL("ALTER TABLE %(fullname)s SET UNLOGGED")  # type: ignore[no-untyped-call]
    event.listen(table, "after_create", unlogged.execute_if(dialect="postgresql"))
    return table


class SqlStore:
    """Exact among all processes that share one database, SQLite or PostgreSQL (read committed, its default).

    `table` is what `rate_windows_table` declared. Raises ValueError for another database; both methods raise
    SQLAlchemyError when the database does.
    """

    def __init__(self, engine: Engine, table: Table) -> None:
        if engine.dialect.name not in ("sqlite", "postgresql"):
            raise ValueError(f"counts can live in SQLite or PostgreSQL, not in {engine.dialect.name}")
        self._engine = engine
        self._table = table
        self._id = tuple_(table.c.key, table.c.window_start)
        self._read = select(table.c.key, table.c.window_start, table.c.count).where(
            self._id.in_(bindparam("counters", expanding=True))
        )
        self._count_one: dict[int, TextClause] = {}
        self._prune_at = 0.0

    def take(self, windows: Sequence[Window], now: float) -> Decision:
        """Count one in every window, or, if any of them is full, in none.

        A window that is full stays full until it closes, so a refusal needs no lock and writes nothing.
        """
        seen = self.peek(windows, now)
        if not seen.allowed or not windows:
            return seen
        with self._engine.connect() as connection:
            counted = self._count(connection, windows, now)
            used = [counted[_counter(window, now)] - 1 for window in windows]
            decision = decide(windows, used, now, cost=1)
            if decision.allowed:
                self._prune(connection, now)
                connection.commit()
        return decision

    def peek(self, windows: Sequence[Window], now: float) -> Decision:
        """Say whether a take would be allowed and what is left now, spending nothing."""
        counters = [_counter(window, now) for window in windows]
        with self._engine.connect() as connection:
            rows = connection.execute(self._read, {"counters": counters})
            used = {(key, start): count for key, start, count in rows}
        return decide(windows, [used.get(counter, 0) for counter in counters], now, cost=0)

    def close(self) -> None:
        """Let go of the engine's connections."""
        self._engine.dispose()

    def _count(self, connection: Connection, windows: Sequence[Window], now: float) -> dict[Counter, int]:
        # The transaction opens with this write, which locks the rows (PostgreSQL) or the file (SQLite) until commit
        # or rollback: nobody counts on a number that may yet be undone. One order for all prevents deadlocks.
        resets = sorted({_counter(window, now): window.reset(now) for window in windows}.items())
        values: dict[str, str | int] = {}
        for row, ((key, start), reset) in enumerate(resets):
            values |= {f"key_{row}": key, f"start_{row}": start, f"expiry_{row}": reset + GRACE_SECONDS}
        rows = connection.execute(self._statement(len(resets)), values)
        return {(key, start): count for key, start, count in rows}

    def _statement(self, rows: int) -> TextClause:
        # text, because SQLAlchemy compiles an insert of several rows anew each time, at the cost of the query itself
        if rows not in self._count_one:
            values = ", ".join(f"(:key_{row}, :start_{row}, 1, :expiry_{row})" for row in range(rows))
            self._count_one[rows] = text(
                f"INSERT INTO {self._table.fullname} AS t (key, window_start, count, expires_at) VALUES {values} "
                "ON CONFLICT (key, window_start) DO UPDATE SET count = t.count + 1 RETURNING key, window_start, count"
            )
        return self._count_one[rows]

    def _prune(self, connection: Connection, now: float) -> None:
        if now < self._prune_at:
            return
        self._prune_at = now + PRUNE_EVERY_SECONDS
        # processes that prune at once skip each other's rows (SQLite has one writer, and no such clause)
        expired = select(*self._table.primary_key).where(self._table.c.expires_at <= now)
        connection.execute(delete(self._table).where(self._id.in_(expired.with_for_update(skip_locked=True))))


def _counter(window: Window, now: float) -> Counter:
    return f"{window.seconds}:{window.key}", window.start(now)
