"""JSON text to a tree: exact numbers, and a refusal that says where to look."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import msgspec

from emptor.http.decode.caps import BadBody, Caps, too_deep, too_long, too_many

_DECODER = msgspec.json.Decoder(float_hook=Decimal)
_REASON = re.compile(r"(?:JSON is malformed: )?(.*?)(?: \(byte (\d+)\))?")


def json_tree(body: bytes, caps: Caps) -> dict[str, Any]:
    try:
        tree = _DECODER.decode(body)
    except (msgspec.ValidationError, ArithmeticError):  # an integer of over 4,300 digits; an exponent beyond Decimal
        raise BadBody(400, "A number in the JSON is out of range.") from None
    except msgspec.DecodeError as error:
        reason, at = _REASON.fullmatch(str(error)).groups()  # type: ignore[union-attr]  # it matches any line
        place = _place(body, len(body) if at is None else int(at))
        raise BadBody(400, f"The JSON is malformed at {place}: {reason}.") from None
    except UnicodeDecodeError as error:
        raise BadBody(400, f"The JSON is not UTF-8 at {_place(body, _not_utf8_at(body))}: {error.reason}.") from None
    except RecursionError:
        raise too_deep(caps) from None
    if type(tree) is not dict:
        raise BadBody(400, "The JSON must be an object.")
    _tidy(tree, caps, brackets=b']"' in body or b"\\u" in body)
    return tree


def _tidy(tree: dict[str, Any], caps: Caps, *, brackets: bool) -> None:
    """Check the caps, level by level, and call `currencies[]` what a form calls it: `currencies`."""
    level: list[Any] = [tree]
    depth, leaves = 1, 0
    while level:
        if depth > caps.depth:
            raise too_deep(caps)
        below = []
        for node in level:
            if type(node) is dict and node and (brackets or max(map(len, node)) > caps.key_chars):
                _tidy_keys(node, caps)
            children = node.values() if type(node) is dict else node
            containers = [child for child in children if type(child) in (dict, list) and child]
            leaves += len(node) - len(containers)
            below += containers
        if leaves > caps.fields:
            raise too_many(caps)
        level, depth = below, depth + 1


def _tidy_keys(node: dict[str, Any], caps: Caps) -> None:
    for key in [key for key in node if key[-1:] == "]" or len(key) > caps.key_chars]:
        if len(key) > caps.key_chars:
            raise too_long(key, caps)
        if key.endswith("[]") and type(node[key]) is list:
            node[key[:-2]] = node.pop(key)


def _not_utf8_at(body: bytes) -> int:
    """The place in the whole body; the decoder's own error counts from the start of one string."""
    try:
        return len(body.decode())
    except UnicodeDecodeError as error:
        return error.start


def _place(body: bytes, at: int) -> str:
    line = body.count(b"\n", 0, at) + 1
    column = len(body[body.rfind(b"\n", 0, at) + 1 : at].decode("utf-8", "replace")) + 1
    return f"byte {at}, line {line}, column {column}"
