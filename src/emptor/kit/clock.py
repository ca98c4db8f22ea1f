"""Time as the product knows it: UTC moments to the second, spelled one way."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""A source of the present moment, in UTC."""

_DOTTED_DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}$")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?$")


def system_clock() -> datetime:
    """The present moment by the machine's clock."""
    return datetime.fromtimestamp(time.time(), UTC)


def spell(moment: datetime) -> str:
    """`2025-05-05T23:59:59+00:00`: how a moment is stored and sent (overview S14)."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def parse_moment(text: str) -> tuple[datetime, bool]:
    """Read a moment in any spelling clients use; the flag tells that only a day was given.

    Accepts `2024-01-31`, `31.01.2024`, `2024-01-31T08:00:00` (UTC), with `Z`, an offset or fractions.
    Raises ValueError with a sentence when the text is no date or the day does not exist.
    """
    text = text.strip()
    dotted = _DOTTED_DAY.match(text)
    if dotted:
        text = f"{dotted[3]}-{dotted[2]}-{dotted[1]}"
    try:
        if _DAY.match(text):
            return datetime.fromisoformat(text).replace(tzinfo=UTC), True
        # A plus sign that was not percent-encoded arrives as a space: 2024-01-31T08:00:00 02:00.
        if len(text) > 19 and text[-6] == " " and text[10] in "T ":
            text = f"{text[:-6]}+{text[-5:]}"
        if _ISO.match(text):
            moment = datetime.fromisoformat(text)
            if moment.tzinfo is None:
                return moment.replace(tzinfo=UTC), False
            return moment.astimezone(UTC), False
    except (ValueError, OverflowError):
        raise ValueError("This day or time does not exist.") from None
    raise ValueError("Write a date like 2024-01-31, 2024-01-31T08:00:00Z or 31.01.2024.")


def end_of_day(day: datetime) -> datetime:
    """The last second of the day that `day` begins."""
    return day + timedelta(hours=23, minutes=59, seconds=59)
