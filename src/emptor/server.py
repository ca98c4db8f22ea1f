"""The composition root: settings in, an ASGI application out."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import MetaData, create_engine

from emptor import logs
from emptor.domains import daily, discover
from emptor.domains.notices.delivery import Postman
from emptor.http.asgi import App
from emptor.http.auth import Authenticator
from emptor.http.blocks import Blocks
from emptor.http.endpoints import Routes
from emptor.http.limits import FailOpen, LimitStore, MemoryStore, SqlStore, rate_windows_table
from emptor.http.pipeline import Service
from emptor.http.special import SPECIAL
from emptor.http.usage import Usage
from emptor.kit.clock import Clock, system_clock
from emptor.services.files import Files, FolderFiles
from emptor.services.mail import Mail, mail_for
from emptor.services.scans import Reader, StructuredReader
from emptor.settings import Settings
from emptor.store.query import Registry
from emptor.store.schema import metadata
from emptor.store.unit_of_work import Database

RATE_WINDOWS = rate_windows_table(metadata)


def schema() -> MetaData:
    """Every table there is."""
    discover()
    return metadata


def registry(settings: Settings) -> Registry:
    """All resources, shown as the settings say."""
    return Registry(discover(), empty_ref=[] if settings.empty_refs_as_lists else None)


def limit_store(settings: Settings, database: Database) -> LimitStore:
    """Where requests are counted; a store that fails lets requests through."""
    if settings.limit_store == "database":
        # An engine of its own: the counts are kept in short transactions beside the request's.
        counting = create_engine(database.engine.url, pool_size=settings.threads)
        return FailOpen(SqlStore(counting, RATE_WINDOWS))
    if settings.limit_store == "valkey":
        from emptor.http.limits.valkey import ValkeyStore, connect

        return FailOpen(ValkeyStore(connect(settings.valkey_url)))
    return FailOpen(MemoryStore())


def service(
    settings: Settings,
    *,
    clock: Clock = system_clock,
    files: Files | None = None,
    mail: Mail | None = None,
    reader: Reader | None = None,
) -> Service:
    """The parts of a server, connected."""
    logs.set_up()
    resources = registry(settings)
    database = Database(settings.database_url, clock=clock, pool_size=settings.threads)
    limits = limit_store(settings, database)
    return Service(
        settings=settings,
        database=database,
        registry=resources,
        routes=Routes(resources, settings.profile),
        files=files or FolderFiles(Path(settings.files_dir)),
        limits=limits,
        blocks=Blocks(settings, database, limits),
        usage=Usage(settings, database),
        authenticator=Authenticator(database),
        special=SPECIAL,
        postman=Postman(settings, database, mail or mail_for(settings)),
        daily=daily.background(database),
        reader=reader or StructuredReader(),
    )


def app(parts: Service) -> App:
    """The ASGI application around a service."""
    settings = parts.settings
    largest = max(settings.body_bytes, settings.upload_bytes + 64 * 1024)
    return App(parts.answer, threads=settings.threads, body_bytes=largest, start=parts.start, close=parts.close)
