"""The demo: two believable companies, and as many orders more as a benchmark needs.

`fill` writes them through the operations clients use. Everything follows from the seed, the keys' tokens too: anybody
can work them out, so demo keys are public. Never fill a database that holds anything of your own.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random

from emptor.demo.america import AMERICA
from emptor.demo.bulk import Bulk
from emptor.demo.company import Company
from emptor.demo.desk import Desk, Diary, dated_back, round_ids
from emptor.demo.korvenbach import KORVENBACH
from emptor.demo.masters import SettingUp, email_of
from emptor.demo.story import Story
from emptor.domains import discover
from emptor.domains.organisation import companies, keys
from emptor.kit.errors import DomainError
from emptor.services.files import Files
from emptor.store.schema import metadata
from emptor.store.unit_of_work import Database

COMPANIES = (KORVENBACH, AMERICA)

SET_UP = datetime(2024, 11, 4, tzinfo=UTC)
"""The Monday on which the companies began to use Emptor."""
YEAR = datetime(2025, 1, 6, tzinfo=UTC)
"""The Monday on which the year of further orders begins that `scale` asks for."""
STORY = datetime(2026, 1, 5, tzinfo=UTC)
"""The Monday on which the story begins; it ends before April."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class DemoKey:
    """A public key of the demo and what it is good for."""

    company: str
    region: str
    email: str
    token: str
    roles: tuple[str, ...]
    purpose: str


class AlreadyFilled(DomainError):
    """The database holds the demo's companies."""


def fill(
    database: Database, files: Files, *, seed: int = 1, scale: int = 0, progress: Progress | None = None
) -> list[DemoKey]:
    """Write the demo into a database with tables and without these companies; the keys to try it with.

    `scale` adds that many orders with lines to the first company; `progress(done, scale)` is told how it goes.
    """
    discover()  # an order knows its receipts, and so on: every kind has to be there before the first is written
    taken = {row["name"] for row in companies.all_companies(database)}
    if taken & {company.name for company in COMPANIES}:
        raise AlreadyFilled("This database holds the demo already; name a new one to start afresh.")
    found = []
    for company in COMPANIES:
        found += _found(database, files, company, seed, scale if company is COMPANIES[0] else 0, progress)
    with database.write() as tx:  # the first who use it shall not wait for statistics
        tx.backend.analyze(tx.connection, list(metadata.tables))
    return found


def token_of(seed: int, company: Company, person: str) -> str:
    """The public token of a person's demo key."""
    digest = hashlib.sha256(f"emptor demo {seed} {company.word} {person}".encode()).digest()
    return "demo-" + base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _found(
    database: Database, files: Files, company: Company, seed: int, scale: int, progress: Progress | None
) -> list[DemoKey]:
    random = Random(f"{seed} {company.word}")
    company_id = companies.create(database, company.name, company.region, company.currency, **company.choices)
    settings = {**company.choices, "currency": company.currency}
    with dated_back(database, company_id) as tx:
        desk = Desk(tx, settings, {}, files)
        setting_up = SettingUp(company, desk, random)
        diary = Diary(desk, SET_UP)
        diary.enter(0, setting_up.life())
        diary.play()
        found = _keys(desk, company, seed)
        round_ids(tx)
    if scale:
        bulk = Bulk(database, files, company, setting_up.known, Random(f"{seed} {company.word} bulk"), YEAR, scale)
        bulk.write(company_id, settings, progress or _silent)
    with dated_back(database, company_id) as tx:
        desk = Desk(tx, settings, setting_up.known.people, files)
        diary = Diary(desk, STORY)
        Story(company, desk, setting_up.known, random).enter(diary, STORY)
        diary.play()
        round_ids(tx)
    return found


def _keys(desk: Desk, company: Company, seed: int) -> list[DemoKey]:
    found = []
    for word, person in company.people.items():
        if person.key:
            token = token_of(seed, company, word)
            keys.create(desk.tx, desk.people[word], token)
            found.append(
                DemoKey(company.name, company.region, email_of(company, word), token, person.roles, person.key)
            )
    return found


def _silent(done: int, total: int) -> None:
    """Tell nobody how it goes."""
