"""A request and an answer as plain values, free of any framework."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")


@dataclass(frozen=True, slots=True)
class Request:
    """What arrived. Header names are lower case; `client` is the peer's address."""

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes
    client: str
    request_id: str


@dataclass(slots=True)
class Answer:
    """What goes back."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


JSON = {"content-type": "application/json"}


def json_answer(status: int, value: Any, headers: dict[str, str] | None = None) -> Answer:
    """An answer with `value` as JSON; decimals become exact numbers."""
    return Answer(status, _encoder.encode(value), {**JSON, **(headers or {})})
