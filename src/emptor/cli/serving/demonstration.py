"""The demo: filled once, with keys that are kept beside it, because the database cannot tell them any more."""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from emptor.cli.faults import Refused
from emptor.cli.serving import credentials
from emptor.cli.serving.credentials import Credential
from emptor.cli.session import place_of, state_of
from emptor.domains.organisation import companies
from emptor.services.files import Files
from emptor.store import migrate
from emptor.store.unit_of_work import Database

if TYPE_CHECKING:
    from emptor.demo import DemoKey

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Demo:
    """Which demo is wanted, and where its keys are kept."""

    database: Database
    keys_file: Path | None
    seed: int
    scale: int

    def keys(self, files: Files) -> list[Credential]:
        """The keys of the demo, which is there afterwards."""
        found = state_of(self.database)
        if found.is_new:
            on_file = self.database.backend.name == "sqlite"
            return self._filled_aside(files) if on_file else self._filled(self.database.url, files)
        if not found.is_current:
            migrate.migrate(self.database.url)
        return self._kept() or self._filled(self.database.url, files)

    def _filled_aside(self, files: Files) -> list[Credential]:
        """Fill a file of another name first: a demo that was interrupted is no demo."""
        file = Path(self.database.engine.url.database)
        aside = file.with_name(f"{file.name}.filling")
        for leftover in file.parent.glob(f"{aside.name}*"):
            leftover.unlink()
        keys = self._filled(f"sqlite:///{aside}", files)
        aside.replace(file)
        return keys

    def _filled(self, url: str, files: Files) -> list[Credential]:
        # In a process of its own: the server would keep the memory that filling takes.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as aside:
            found = aside.submit(_fill, url, files, self.seed, self.scale).result()
        keys = [Credential(one.company, one.region, one.email, one.token, one.roles, one.purpose) for one in found]
        if self.keys_file:
            regions = {key.company: key.region for key in keys}
            credentials.write(self.keys_file, "", regions, keys, purposes=True)
        return keys

    def _kept(self) -> list[Credential]:
        """The keys of a demo that is there already; none when nothing is there."""
        found = {row["name"] for row in companies.all_companies(self.database)}
        if not found:
            return []
        known = credentials.read(self.keys_file) if self.keys_file and self.keys_file.exists() else []
        if known and {key.company for key in known} <= found:
            return known
        where = self.keys_file or "a file named with --credentials-file"
        raise Refused(
            f"{place_of(self.database)} holds companies, but {where} has no keys of a demo; serve it without "
            "--demo, or name another --database"
        )


def _fill(url: str, files: Files, seed: int, scale: int) -> list[DemoKey]:
    from emptor import demo  # holds a lot of text

    with closing(Database(url, pool_size=2)) as database:
        if not state_of(database).is_current:
            migrate.migrate(url)
        return demo.fill(database, files, seed=seed, scale=scale, progress=_progress())


def _progress() -> Progress | None:
    """Says how it goes to whoever watches."""
    if not sys.stderr.isatty():
        return None

    def say(done: int, total: int) -> None:
        end = "\n" if done >= total else ""
        print(f"\rFilling the demo: {done:,} of {total:,} orders", end=end, file=sys.stderr, flush=True)

    return say
