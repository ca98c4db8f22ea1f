"""The ways a request can fail, said in the language of the domain; the edge turns them into statuses."""

from __future__ import annotations


class DomainError(Exception):
    """A request that cannot be carried out; nothing has been written.

    `message` tells a person what to do next; `details` are extra top-level keys of the answer.
    """

    def __init__(self, message: str, **details: object) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Invalid(DomainError):
    """The body or the query is wrong; `problems` maps each wrong field to one sentence."""

    def __init__(self, problems: dict[str, str], message: str = "Validation Failed") -> None:
        super().__init__(message)
        self.problems = problems


class NotFound(DomainError):
    """There is no such thing here, or the caller may not know that there is."""


class Forbidden(DomainError):
    """The caller is known, the thing may exist, and the caller's roles do not allow this."""


class IllegalMove(DomainError):
    """The document's present state does not allow the action; the message names what is possible now."""


class Problems(dict[str, str]):
    """Collects one sentence per wrong field, the first one found for each."""

    def add(self, place: str, sentence: str) -> None:
        """Note that the value at `place` (`items[0][name]`) is wrong because of `sentence`."""
        self.setdefault(place, sentence)

    def raise_if_any(self) -> None:
        """Raise `Invalid` when anything was noted."""
        if self:
            raise Invalid(dict(self))
