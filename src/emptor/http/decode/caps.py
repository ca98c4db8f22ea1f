"""How much one request may ask us to read, and the refusal when it asks for more."""

from __future__ import annotations

import msgspec


class Caps(msgspec.Struct, frozen=True):
    depth: int = 16
    fields: int = 20_000
    key_chars: int = 512
    bytes: int = 32 * 1024 * 1024  # a document of 25 MB and its envelope
    text_bytes: int = 4 * 1024 * 1024  # JSON and forms: 200 bytes for each of their fields


USUAL_CAPS = Caps()


class BadBody(Exception):
    """The request cannot be read; the status and the message are fit to send back."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def too_deep(caps: Caps) -> BadBody:
    return BadBody(400, f"The request is nested deeper than {caps.depth} levels.")


def too_many(caps: Caps) -> BadBody:
    return BadBody(400, f"The request has more than {caps.fields} values.")


def too_long(key: str, caps: Caps) -> BadBody:
    return BadBody(400, f"The name that begins {key[:32]!r} is longer than {caps.key_chars} characters.")
