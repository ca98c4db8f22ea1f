"""From a port that is ours to a server that answers: settings, certificate, tables, demo, and then the greeting."""

from __future__ import annotations

import gc
import os
import socket
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from urllib.parse import urlsplit

import typer
from msgspec.structs import replace

from emptor import server
from emptor.cli.faults import Refused
from emptor.cli.output import remark
from emptor.cli.serving import certificates, credentials, running, welcome
from emptor.cli.serving.certificates import Tls
from emptor.cli.serving.credentials import Credential
from emptor.cli.serving.demonstration import Demo
from emptor.cli.serving.listener import is_private, url_of
from emptor.cli.session import ready
from emptor.domains.organisation import companies
from emptor.services.files import FolderFiles
from emptor.settings import PREFIX, Settings, described, read
from emptor.store.row_security import is_bypassed
from emptor.store.unit_of_work import Database

DEMO_DATABASE = "sqlite:///emptor-demo.db"
"""Where the demo lives unless the environment or an option says otherwise; its files and keys lie beside it."""
EVERYWHERE = ("0.0.0.0", "::")
NEAR = 0.85
"""How alike two names are when one is taken for a misspelling of the other."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for. `settings` come before those of the environment; None is not given."""

    settings: dict[str, str | None]
    host: str
    demo: bool
    seed: int
    scale: int
    credentials_file: Path | None
    tls_files: tuple[Path, Path] | None
    tls_self_signed: bool


def serve(listener: socket.socket, wishes: Wishes) -> None:
    """Serve until asked to stop."""
    _mention_misspelt(os.environ)
    defaults = {"EMPTOR_DATABASE_URL": DEMO_DATABASE} if wishes.demo else {}
    settings = read({**defaults, **os.environ}, **wishes.settings)
    if wishes.credentials_file and not wishes.credentials_file.absolute().parent.is_dir():
        raise Refused(f"There is no folder for {wishes.credentials_file}; make it first.")
    with closing(Database(settings.database_url, pool_size=2)) as database:
        if wishes.demo and "EMPTOR_FILES_DIR" not in os.environ:
            files = _beside(database, "files") or Path("emptor-demo-files")
            settings = replace(settings, files_dir=str(files))
        tls = _tls(settings, database, wishes)
        known = _keys(settings, database, wishes)
        with database.engine.connect() as connection:
            sees_all = is_bypassed(connection)
    base_url = url_of(listener, tls=bool(tls))
    service = server.service(settings)

    def greet() -> None:
        there = {row["name"]: row["region"] for row in companies.all_companies(service.database)}
        if wishes.credentials_file:
            credentials.renew(wishes.credentials_file, base_url, there, known)
        typer.echo(welcome.text(base_url, settings, there, known, tls.authority if tls else None))
        if sees_all:
            remark("The role of the database is a superuser, whom row-level security does not bind; use a plain one.")
        if wishes.demo and not is_private(listener):
            remark("Other machines can reach this address, and the keys of the demo are public.")

    # What is loaded now stays; answers are garbage by the hundred and seldom in circles.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()
    running.run(server.app(service), listener, tls, log_requests=settings.log_requests, when_ready=greet)


def _mention_misspelt(environment: Mapping[str, str]) -> None:
    """Say which variables are nearly settings: they change nothing, and nobody would notice."""
    known = [name for name, _, _ in described()]
    for variable in environment:
        if variable.startswith(PREFIX) and variable not in known:
            for near in get_close_matches(variable, known, 1, NEAR):
                remark(f"There is no setting {variable}, so it changes nothing; perhaps {near} is meant.")


def _keys(settings: Settings, database: Database, wishes: Wishes) -> list[Credential]:
    """The keys whose tokens are known, those of the demo. The database has the newest tables afterwards."""
    if not wishes.demo:
        ready(database, may_begin=True)
        return []
    keys_file = _beside(database, "keys.json") or wishes.credentials_file
    return Demo(database, keys_file, wishes.seed, wishes.scale).keys(FolderFiles(Path(settings.files_dir)))


def _tls(settings: Settings, database: Database, wishes: Wishes) -> Tls | None:
    if wishes.tls_files:
        return certificates.given(*wishes.tls_files)
    if not wishes.tls_self_signed:
        return None
    public = [urlsplit(settings.base_url(region)).hostname for region in settings.served_regions]
    names = ["localhost", "127.0.0.1", "::1", socket.gethostname(), wishes.host, *public]
    folder = _beside(database, "tls") or Path("emptor-tls")
    return certificates.self_signed(folder, [name for name in names if name and name not in EVERYWHERE])


def _beside(database: Database, what: str) -> Path | None:
    """`emptor-keys.json` for `emptor.db`; None where the database is no file."""
    if database.backend.name != "sqlite":
        return None
    file = Path(database.engine.url.database)
    return file.with_name(f"{file.stem}-{what}")
