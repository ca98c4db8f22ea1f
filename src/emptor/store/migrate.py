"""Which version of the tables a database has, and how it gets the newest."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect

from emptor.store.schema import company_clocks
from emptor.store.unit_of_work import Database

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "alembic_version"


class WrongVersion(Exception):
    """The database does not have the tables this Emptor needs; the message says what to do."""


def known_versions() -> list[str]:
    """Every version this Emptor has had, oldest first; read off the files, because importing Alembic takes long."""
    files = sorted((MIGRATIONS / "versions").glob("[0-9]*.py"))
    return [re.findall(r'^revision = "(\w+)"', file.read_text(encoding="utf-8"), re.MULTILINE)[0] for file in files]


@dataclass(frozen=True)
class State:
    """How a database's tables compare with those this Emptor needs."""

    stored: str | None
    """The version noted in the database, None without one."""
    populated: bool
    """Whether Emptor's tables are there."""

    @property
    def is_new(self) -> bool:
        """Whether nobody has made Emptor's tables yet."""
        return not self.populated and self.stored is None

    @property
    def is_current(self) -> bool:
        """Whether the tables are just those this Emptor needs."""
        return self.stored == known_versions()[-1]

    @property
    def can_migrate(self) -> bool:
        """Whether migrations lead from here to what this Emptor needs."""
        return self.is_new or self.stored in known_versions()


def state(database: Database) -> State:
    """The state of a database. A SQLite file that is not there yet is new, and stays away."""
    url = database.engine.url
    if url.get_backend_name() == "sqlite" and not Path(url.database).exists():
        return State(None, populated=False)
    with database.engine.connect() as connection:
        tables = inspect(connection).get_table_names()
        stored = None
        if VERSION_TABLE in tables:
            stored = connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar()
    return State(stored, company_clocks.name in tables)


def require_current(database: Database) -> None:
    """Raise WrongVersion, saying what to do, unless the database has the newest tables."""
    found = state(database)
    if found.is_current:
        return
    place = database.engine.url.render_as_string(hide_password=True)
    if found.can_migrate:
        problem = "has no tables yet" if found.is_new else f"is at version {found.stored}, not {known_versions()[-1]}"
        raise WrongVersion(f"The database {place} {problem}; run: emptor migrate --database '{place}'")
    raise WrongVersion(
        f"The database {place} has tables of another Emptor ({found.stored or 'no version'}) than this one "
        f"({known_versions()[-1]}); use the Emptor that made it, or another database."
    )


def migrate(database_url: str) -> None:
    """Give the database the newest tables, all or nothing; WrongVersion when no migration leads there."""
    from alembic import command
    from alembic.config import Config

    database = Database(database_url, pool_size=1)
    try:
        if not state(database).can_migrate:
            require_current(database)
        with _alone(database.engine) as connection:
            config = Config()
            config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    finally:
        database.close()


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """A transaction for changing tables: nobody else changes them meanwhile; all of it lasts or nothing."""
    sqlite = engine.dialect.name == "sqlite"
    options = {} if sqlite else {"isolation_level": "READ COMMITTED"}
    with engine.connect().execution_options(**options) as connection:
        if sqlite:
            # Alembic alters a table by filling a new one and dropping the old, which must not cascade to other
            # tables. This pragma only works outside a transaction.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        else:
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(20577)")
        yield connection
        if sqlite:
            lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            assert not lost, f"references to nothing: {lost[:5]}"
        connection.commit()
