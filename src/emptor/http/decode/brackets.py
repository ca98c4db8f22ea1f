"""PHP's bracket names to a tree and back, in three pure stages: bytes → pairs of text → paths and text → tree."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from emptor.http.decode.caps import BadBody, Caps, too_deep, too_long, too_many

Tree = dict[str, Any]
Step = str | int | None  # a name, an index, or None for `[]`
Path = tuple[Step, ...]


def form_tree(body: bytes, caps: Caps) -> Tree:
    if broken := _BROKEN_ESCAPE.search(body):
        raise BadBody(400, f"The form has a malformed percent-encoding at byte {broken.start()}.")
    return tree_of((path_of(name, caps), value) for name, value in _pairs(body, caps))


def query_tree(raw: bytes, caps: Caps) -> Tree:
    pairs = _pairs(raw, caps, errors="replace")
    return tree_of(((_path_or_literal(name, caps), value) for name, value in pairs), last_wins=True)


def encode_form(tree: Tree) -> str:
    """The inverse of decoding, but for the types of leaves and for empty containers, which a form cannot tell."""
    return urlencode([pair for name, child in tree.items() for pair in _flat(name, child)])


# Stage one: bytes to pairs of text

_BROKEN_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


def _pairs(raw: bytes, caps: Caps, errors: str = "strict") -> Iterator[tuple[str, str]]:
    # Brackets are most of the escapes there are; undoing them here leaves few names for the slow way.
    plain = raw.replace(b"+", b" ").replace(b"%5B", b"[").replace(b"%5D", b"]")
    chunks = plain.split(b"&", caps.fields)
    if any(chunks[caps.fields :]):
        raise too_many(caps)
    for index, chunk in enumerate(chunks):
        name, _, value = chunk.partition(b"=")
        if b"%" in chunk:
            name, value = unquote_to_bytes(name), unquote_to_bytes(value)
        try:
            if chunk:
                yield str(name, "utf-8", errors), str(value, "utf-8", errors)
        except UnicodeDecodeError:
            at = sum(len(before) + 1 for before in raw.split(b"&", index)[:index])
            raise BadBody(400, f"The form is not UTF-8 in the pair that begins at byte {at}.") from None


# Stage two: a name to a path

_BRACKETED = re.compile(r"[^\[\]]+(?:\[[^\[\]]*\])+")
# No more than nine digits: the hash of a large integer is the sender's to choose, and with it a pile of collisions.
_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def path_of(name: str, caps: Caps) -> Path:
    if len(name) > caps.key_chars:
        raise too_long(name, caps)
    if "[" not in name:
        return (name,)
    if not _BRACKETED.fullmatch(name):
        raise BadBody(400, f"The name {name!r} has misplaced brackets.")
    head, *steps = name[:-1].replace("][", "[").split("[")
    if len(steps) >= caps.depth:
        raise too_deep(caps)
    return (head, *map(_step, steps))


@lru_cache(4096)  # a long document says the same few steps thousands of times
def _step(text: str) -> Step:
    return int(text) if _INDEX.fullmatch(text) else text or None


def _path_or_literal(name: str, caps: Caps) -> Path:
    try:
        return path_of(name, caps)
    except BadBody:
        return (name,)


# Stage three: paths to a tree


class _Branch(dict[str | int, Any]):
    """PHP's array: names and indexes side by side, and the highest index so far."""

    __slots__ = ("top",)

    def __init__(self) -> None:
        self.top = -1

    def slot(self, step: Step) -> str | int:
        key = self.top + 1 if step is None else step
        if type(key) is int and key > self.top:
            self.top = key
        return key


def tree_of(leaves: Iterable[tuple[Path, str]], last_wins: bool = False) -> Tree:
    root = _Branch()
    for path, value in leaves:
        _insert(root, path, value, last_wins)
    return {str(name): _settled(child) for name, child in root.items()}


def _insert(branch: _Branch, path: Path, value: str, last_wins: bool) -> None:
    for after, step in enumerate(path[:-1], 1):
        if step is None and _has_room(branch.get(branch.top), path[after:]):
            step = branch.top
        key = step if type(step) is str else branch.slot(step)
        child = branch.get(key)
        if type(child) is not _Branch:
            if child is not None and not last_wins:
                raise _conflict(path)
            child = branch[key] = _Branch()
        branch = child
    key = branch.slot(path[-1])
    if type(branch.get(key)) is _Branch and not last_wins:
        raise _conflict(path)
    branch[key] = value


def _has_room(element: Any, path: Path) -> bool:
    """Whether `items[][name]` belongs to the last item still, or begins the next because the last has its name."""
    for step in path:
        if type(element) is not _Branch:
            return False
        if step is None or step not in element:
            return True
        element = element[step]
    return False


def _settled(node: Any) -> Any:
    if type(node) is not _Branch:
        return node
    if set(map(type, node)) == {int}:
        return [_settled(node[index]) for index in sorted(node)]
    return {str(name): _settled(child) for name, child in node.items()}


def _conflict(path: Path) -> BadBody:
    name = str(path[0]) + "".join(f"[{'' if step is None else step}]" for step in path[1:])
    return BadBody(400, f"{name!r} cannot be both a value and a group of values.")


# And back


def _flat(name: str, node: Any) -> Iterator[tuple[str, str]]:
    match node:
        case dict():
            for key, child in node.items():
                yield from _flat(f"{name}[{key}]", child)
        case list():
            for index, child in enumerate(node):
                yield from _flat(f"{name}[{index}]" if isinstance(child, dict | list) else f"{name}[]", child)
        case None:
            yield name, ""
        case bool():
            yield name, "true" if node else "false"
        case Decimal():
            yield name, f"{node:f}"
        case _:
            yield name, str(node)
