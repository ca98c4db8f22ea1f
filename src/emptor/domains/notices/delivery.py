"""The outbox: notices leave by mail after the change that made them is on disk, in a thread of their own.

A letter is claimed for a while before it is sent, so several servers share the work; whoever dies in between leaves it
to the next one. That way a letter may go out twice, with the same number, but is never lost.
"""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache
from typing import Any

import structlog
from prometheus_client import Counter
from sqlalchemy import and_, bindparam, delete, select, true, tuple_, update

from emptor.domains.notices import outbox
from emptor.domains.organisation.tables import companies
from emptor.kit.background import Background
from emptor.kit.clock import spell
from emptor.services.mail import Letter, Mail, Undelivered
from emptor.settings import Settings
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import PLATFORM, Database

log = structlog.get_logger(__name__)

MAILED = Counter("emptor_mail", "Letters by what became of them.", ["result"])

LOOK_EVERY_SECONDS = 2.0
AT_ONCE = 20
CLAIMED = timedelta(minutes=10)
"""How long a letter is left to whoever has claimed it; longer than `AT_ONCE` letters take at their slowest."""
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 720))
"""How long to wait after each failed attempt; after one more the letter is given up."""
CUT = 300

_INSTANT = outbox.c.due.type
_NOW = bindparam("now", type_=_INSTANT)
_WAITING = and_(outbox.c.due <= _NOW, outbox.c.failed.is_(None))
_ANY = Statement(select(outbox.c.notice_id).where(_WAITING).limit(1))
_ONE = (outbox.c.company_id == bindparam("company"), outbox.c.notice_id == bindparam("notice"))
_chosen = (
    select(outbox.c.company_id, outbox.c.notice_id)
    .where(_WAITING)
    .order_by(outbox.c.due)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_CLAIM = Statement(
    update(outbox)
    .where(tuple_(outbox.c.company_id, outbox.c.notice_id).in_(_chosen))
    .values(due=bindparam("until", type_=_INSTANT), attempts=outbox.c.attempts + 1)
    .returning(outbox.c.company_id, outbox.c.notice_id, outbox.c.attempts)
)
_DONE = Statement(delete(outbox).where(*_ONE))
_LATER = Statement(
    update(outbox)
    .where(*_ONE)
    .values(
        due=bindparam("due", type_=_INSTANT), failed=bindparam("failed", type_=_INSTANT), fault=bindparam("fault"),
    )
)  # fmt: skip
_AGAIN = Statement(
    update(outbox)
    .where(outbox.c.failed.is_not(None))
    .values(due=_NOW, failed=None, attempts=0)
    .returning(outbox.c.notice_id)
)
_LEFT = Statement(
    select(outbox, companies.c.name.label("company"))
    .join(companies, companies.c.id == outbox.c.company_id)
    .where(true())
    .order_by(outbox.c.due, outbox.c.notice_id)
)
_REGION = Statement(select(companies.c.region).where(companies.c.id == bindparam("id")))


class Postman:
    """Takes letters to the mail server. `deliver` is what its thread does again and again; tests may call it."""

    def __init__(self, settings: Settings, database: Database, mail: Mail) -> None:
        self.mail = mail
        self._settings = settings
        self._database = database
        self._background = Background(
            "emptor-postman", self._deliver_all, every=LOOK_EVERY_SECONDS, fault="mail_undelivered"
        )

    def start(self) -> None:
        """Begin to deliver in the background."""
        self._background.start()

    def stop(self) -> None:
        """End the thread after the letter under way."""
        self._background.stop()

    def _deliver_all(self) -> None:
        while self.deliver() and not self._background.is_stopping:
            pass

    def deliver(self) -> int:
        """Send what is due, at most `AT_ONCE` letters; how many were tried."""
        now = self._database.clock()
        if not self._database.lookup(_ANY, now=spell(now)):
            return 0
        with self._database.write(PLATFORM) as tx:
            claimed = tx.all(_CLAIM, now=spell(now), until=spell(now + CLAIMED), limit=AT_ONCE)
        for company, notice, attempts in claimed:
            if self._background.is_stopping:
                break
            self._send(company, notice, attempts)
        return len(claimed)

    def _send(self, company: int, notice: int, attempts: int) -> None:
        try:
            self.mail.send(self._letter(company, notice))
        except Exception as fault:
            known = fault if isinstance(fault, Undelivered) else Undelivered(f"{type(fault).__name__}: {fault}")
            self._put_back(company, notice, attempts, known)
            return
        self._note(_DONE, company, notice)
        MAILED.labels("sent").inc()

    def _letter(self, company: int, notice: int) -> Letter:
        with self._database.read(company) as tx:
            row = tx.record(_notice(), company=company, id=notice)
            region = tx.scalar(_REGION, id=company)
        assert row is not None, notice
        base = self._settings.base_url(region)
        link = f"\n\n{base}{row['link']}" if base and row["link"] else ""
        return Letter(row["address"], row["title"], f"{row['text']}{link}\n", f"emptor-{company}-{notice}")

    def _put_back(self, company: int, notice: int, attempts: int, fault: Undelivered) -> None:
        now = self._database.clock()
        given_up = fault.for_good or attempts > len(WAITS)
        due = now if given_up else now + WAITS[attempts - 1]
        failed = spell(now) if given_up else None
        self._note(_LATER, company, notice, due=spell(due), failed=failed, fault=str(fault)[:CUT])
        MAILED.labels("given up" if given_up else "put off").inc()
        say = log.error if given_up else log.warning
        say("mail_given_up" if given_up else "mail_put_off", company=company, notice=notice, fault=str(fault)[:CUT])

    def _note(self, statement: Statement, company: int, notice: int, **values: Any) -> None:
        # Of the platform, not of a company: mail is no change of the company, so its clock does not tick.
        with self._database.write(PLATFORM) as tx:
            tx.run(statement, company=company, notice=notice, **values)


def left(database: Database, company_id: int | None = None) -> list[dict[str, Any]]:
    """What waits to be mailed and what was given up, of all companies or one, with title and address."""
    with database.read(PLATFORM) as tx:
        rows = [row for row in tx.records(_LEFT) if company_id in (None, row["company_id"])]
    for row in rows:
        with database.read(row["company_id"]) as tx:  # what notices say is behind row-level security
            notice = tx.record(_notice(), company=row["company_id"], id=row["notice_id"])
        assert notice is not None
        row |= {name: notice[name] for name in ("address", "title", "kind", "create_date")}
    return rows


def try_again(database: Database) -> int:
    """Have everything that was given up sent once more; how many letters that is."""
    with database.write(PLATFORM) as tx:
        return len(tx.all(_AGAIN, now=tx.stamp))


@lru_cache(maxsize=1)
def _notice() -> Statement:
    notices = table("notices")
    return Statement(
        select(notices).where(notices.c.company_id == bindparam("company"), notices.c.id == bindparam("id"))
    )
