"""In which currency each line of an expense is and what it is worth in the expense's: pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from emptor.kit.errors import Problems

Row = dict[str, Any]


def settle(items: Sequence[Any], currency: str, problems: Problems) -> None:
    """Give each line its currency, the expense's unless it says another, and the rate to that; note missing rates."""
    for i, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        item["currency"] = item.get("currency") or currency
        if item["currency"] == currency:
            item["exchange_rate"] = Decimal(1)
        elif item.get("exchange_rate") is None:
            problems.add(f"items[{i}][exchangeRate]", f"Give the rate from {item['currency']} to {currency}.")


def carry_over(items: Sequence[Any], said: Sequence[Any], stored: Mapping[int, Row], *, before: str, now: str) -> None:
    """Bring merged lines to the expense's currency of `now`, in place; `said` is what the request says of each.

    Lines in the expense's currency stay in it, whatever it becomes. A rate holds as long as both currencies do.
    """
    for item, sent in zip(items, said, strict=True):
        if not isinstance(item, dict) or item.get("id") not in stored:
            continue
        was = stored[item["id"]]["currency"]
        if "currency" not in sent and was == before:
            item["currency"] = now
        if "exchange_rate" not in sent and (before != now or item["currency"] != was):
            item["exchange_rate"] = None
