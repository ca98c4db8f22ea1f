"""The life of a document as data: which verb leads from which states to which, and whose it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from emptor.kit.errors import Forbidden, IllegalMove
from emptor.kit.fields import Field
from emptor.kit.resource import EVERYONE, Operation, Permission


@dataclass(frozen=True)
class Party:
    """Who, of all who hold a permission, may make a move on one document."""

    words: str
    """Completes "this is for …": `whoever created it`."""
    includes: Callable[[Any, Mapping[str, Any]], bool]
    """Whether the acting person (`tx.actor`) is one of them, for the stored row given."""
    named: Callable[[Any, Mapping[str, Any]], str] = lambda tx, row: ""
    """A sentence that tells by name who they are now."""


ANYONE = Party("whoever has the role", lambda tx, row: True)


@dataclass(frozen=True, eq=False)
class Move:
    """One verb of a life: from any of `sources` to one of `targets`."""

    verb: str
    """As in the path: `POST /purchaseorders/{idn}/confirm`. `delete` is `DELETE` on the object itself."""
    sources: tuple[int, ...]
    targets: tuple[int, ...]
    permission: Permission
    run: Callable[[Any, dict[str, Any], dict[str, Any]], Any]
    """What it does: run(tx, row, values), with the state and the party checked."""
    by: Party = ANYONE
    body: tuple[Field, ...] = ()
    hosted: bool = True
    makes: bool = False
    """It makes a new object, which is the answer; `run` comes back with the new one's id."""
    summary: str = ""

    @property
    def deletes(self) -> bool:
        """Whether the object is gone afterwards."""
        return self.verb == "delete"


@dataclass(frozen=True, eq=False)
class Life:
    """All moves of one kind of object. `names` are people's words for the states; `column` holds the state."""

    noun: str
    names: Mapping[int, str]
    moves: tuple[Move, ...]
    column: str = "status"
    begins: tuple[int, ...] = ()
    """The states that a new object may have, where that is not always the first one."""
    revised: bool = True
    """Whether what an object says changes in its life, so that its past states are kept."""

    @property
    def beginning(self) -> int:
        """The state of a new object, which nobody but its writer has seen."""
        return next(iter(self.names))

    def operations(self, name: str, key: str) -> tuple[Operation, ...]:
        """A route for every move."""
        return tuple(self._operation(move, name, f"/{name}/{{{key}}}") for move in self.moves)

    def _operation(self, move: Move, name: str, path: str) -> Operation:
        run = partial(perform, self, move, name)
        if move.deletes:
            return Operation("delete", "DELETE", path, move.permission, move.hosted, run=run, body=(),
                             status=204, summary=move.summary, move=move)  # fmt: skip
        return Operation("action", "POST", f"{path}/{move.verb}", move.permission, move.hosted, run=run,
                         body=move.body, summary=move.summary, status=201 if move.makes else 200,
                         move=move)  # fmt: skip

    def possible(self, tx: Any, row: Mapping[str, Any]) -> list[Move]:
        """The moves that the acting person can make now."""
        state = row[self.column]
        return [
            one for one in self.moves
            if state in one.sources and tx.actor.may(one.permission) and one.by.includes(tx, row)
        ]  # fmt: skip

    def way_out(self, row: Mapping[str, Any]) -> str:
        """What is possible from the row's state, and by whom, as a sentence."""
        state = row[self.column]
        open_now = [f"{one.verb} (by {one.by.words})" for one in self.moves if state in one.sources]
        return f"Possible now: {', '.join(open_now)}." if open_now else "That is final."


def perform(life: Life, move: Move, name: str, tx: Any, row: dict[str, Any], values: dict[str, Any]) -> Any:
    """Make a move: IllegalMove when the state does not allow it, Forbidden when it is somebody else's.

    The journal has each move by its verb, one that leaves the row as it is too: `name` is that of the resource.
    """
    state = row[life.column]
    if state not in move.sources:
        raise IllegalMove(f"This {life.noun} is {life.names[state]}, so {move.verb} is not possible. "
                          f"{life.way_out(row)}")  # fmt: skip
    if not move.by.includes(tx, row):
        named = move.by.named(tx, row)
        raise Forbidden(f"To {move.verb} this {life.noun} is for {move.by.words}.{' ' * bool(named)}{named}")
    tx.verb = move.verb
    made = move.run(tx, row, values)
    if not (move.makes or tx.has_noted(row["id"])):
        tx.note(move.verb, name, row["id"], row.get("idn"), {})
    return made


__all__ = ["ANYONE", "EVERYONE", "Life", "Move", "Party", "perform"]
