"""The way from a command to a database with the right tables."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from emptor.cli.faults import Refused

if TYPE_CHECKING:
    from emptor.cli.office import Office
    from emptor.store.migrate import State
    from emptor.store.unit_of_work import Database


@contextmanager
def session(database_url: str | None, *, may_begin: bool = False) -> Iterator[Office]:
    """An administrator's office in the database that the option or the settings name.

    `may_begin` makes a SQLite file that is not there yet.
    """
    from emptor import settings
    from emptor.cli.office import Office
    from emptor.domains import discover
    from emptor.store.unit_of_work import Database

    discover()  # statements name tables of any room
    chosen = settings.read(database_url=database_url)
    database = Database(chosen.database_url, pool_size=2)
    try:
        ready(database, may_begin=may_begin)
        yield Office(chosen, database)
    finally:
        database.close()


def ready(database: Database, *, may_begin: bool) -> None:
    """Make sure that the database has the newest tables; a SQLite file nobody has used yet gets them if it `may_begin`.

    Raises Refused, or WrongVersion, saying what to do.
    """
    from emptor.store import migrate

    if state_of(database).is_new and database.backend.name == "sqlite":
        if not may_begin:
            raise Refused(f"There is no data at {place_of(database)} yet; begin with: emptor company create NAME")
        migrate.migrate(database.url)
    migrate.require_current(database)


def state_of(database: Database) -> State:
    """Which tables the database has; Refused when it cannot be reached."""
    from emptor.store import migrate

    try:
        return migrate.state(database)
    except Exception as fault:
        reason = str(getattr(fault, "orig", None) or fault).strip().partition("\n")[0]
        raise Refused(f"The database {place_of(database)} cannot be reached: {reason}") from fault


def place_of(database: Database) -> str:
    """The database's URL without its password."""
    return str(database.engine.url.render_as_string(hide_password=True))
