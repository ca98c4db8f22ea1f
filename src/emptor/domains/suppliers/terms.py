"""How long a contract runs: where it stands today, when to remind of its end, and its next term. Pure."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import Any

from emptor.kit.clock import spell

Row = dict[str, Any]

UPCOMING, ACTIVE, EXPIRING, EXPIRED, DISABLED = "upcoming", "active", "expiring", "expired", "disabled"
STATES = (UPCOMING, ACTIVE, EXPIRING, EXPIRED, DISABLED)

SECOND = timedelta(seconds=1)
MOST_DAYS = 3650
SOON = timedelta(days=60)
"""A month's list has the contracts that end so long after its first day."""


def state_of(begin: str | None, end: str | None, days: int | None, now: str, *, enable: bool, renews: bool) -> str:
    """Where a contract stands; `days` before its end it is expiring. One that renews itself does not expire."""
    if not enable:
        return DISABLED
    if begin and begin > now:
        return UPCOMING
    if end and end < now:
        return ACTIVE if renews else EXPIRED
    return EXPIRING if reminds(end, days, now) else ACTIVE


def in_force(contract: Row, moment: str) -> bool:
    """Whether something can be bought under a contract then."""
    begin, end = contract["begin_date"], contract["end_date"]
    over = end and end < moment and not contract["prolongation"]
    return bool(contract["enable"] and not (begin and begin > moment) and not over)


def reminds(end: str | None, days: int | None, now: str) -> bool:
    """Whether it is time to remind of the end, which has not come yet."""
    if not end or days is None or end < now:
        return False
    return datetime.fromisoformat(end) - timedelta(days=days) <= datetime.fromisoformat(now)


def listed(end: str | None, made: str, now: str) -> bool:
    """Whether a contract made before this month is on the month's list: it ends soon, and has not ended yet."""
    return bool(end and made < month_of(now) and now <= end and end[:10] <= listed_until(now))


def month_of(now: str) -> str:
    """When the month began."""
    return spell(datetime.fromisoformat(now).replace(day=1, hour=0, minute=0, second=0))


def listed_until(now: str) -> str:
    """The last day on which a contract can end that is on the month's list."""
    return spell(datetime.fromisoformat(month_of(now)) + SOON)[:10]


def next_term(begin: str, end: str) -> tuple[str, str] | None:
    """The term that follows, as long as this one: so many calendar months where it has whole ones, else so many days.

    None when there is no later day, or the term has no length.
    """
    first, last = datetime.fromisoformat(begin), datetime.fromisoformat(end)
    try:
        # A term that ends with a day's last second is over when the next day begins.
        for pause in (SECOND, timedelta(0)):
            months = _months(first, last + pause)
            if months:
                return spell(last + pause), spell(_later(last + pause, months, first.day) - pause)
        if last <= first:
            return None
        return spell(last), spell(last + (last - first))
    except (OverflowError, ValueError):
        return None


def _months(first: datetime, after: datetime) -> int:
    """How many whole months lie between; 0 when a rest is left."""
    months = (after.year - first.year) * 12 + after.month - first.month
    return months if months > 0 and _later(first, months, first.day) == after else 0


def _later(moment: datetime, months: int, day: int) -> datetime:
    """So many months later, on that day or the last that the month has."""
    year, month = divmod(moment.year * 12 + moment.month - 1 + months, 12)
    return moment.replace(year=year, month=month + 1, day=min(day, monthrange(year, month + 1)[1]))
