"""Turn request bytes into one tree, the same tree whether the client wrote JSON, a form or a multipart body.

| Content type                        | Read as                                                   | Leaves            |
|-------------------------------------|-----------------------------------------------------------|-------------------|
| `application/json`                  | an object, keys as they are (but `key[]: [...]` is `key`) | JSON's, no floats |
| `application/x-www-form-urlencoded` | PHP names: `a[b]` nests, `a[]` and `a[0]` list            | str               |
| `multipart/form-data`               | the same names; parts with a file name go to `files`      | str               |
| anything, or none, with no body     | the empty tree                                            |                   |

JSON's leaves are str, int, Decimal, bool and None; a Decimal is as long as it was written, and never a float.
Parameters such as `charset` are ignored: text is UTF-8, or it is refused.
"""

from __future__ import annotations

import msgspec

from emptor.http.decode.brackets import Tree, encode_form, form_tree, query_tree
from emptor.http.decode.caps import USUAL_CAPS, BadBody, Caps
from emptor.http.decode.json_text import json_tree
from emptor.http.decode.parts import UploadedFile, multipart_tree

__all__ = ["BadBody", "Caps", "Decoded", "Tree", "UploadedFile", "decode_body", "decode_query", "encode_form"]

ACCEPTED = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")


class Decoded(msgspec.Struct, frozen=True):
    tree: Tree
    files: dict[str, UploadedFile]


def decode_body(content_type: str | None, body: bytes, caps: Caps = USUAL_CAPS) -> Decoded:
    if not body:
        return Decoded({}, {})
    content_type = content_type or ""
    media_type = content_type.partition(";")[0].strip().lower()
    most = caps.bytes if media_type == "multipart/form-data" else min(caps.bytes, caps.text_bytes)
    if len(body) > most:
        raise BadBody(413, f"The body has {len(body)} bytes; at most {most} are accepted.")
    match media_type:
        case "application/json":
            return Decoded(json_tree(body, caps), {})
        case "application/x-www-form-urlencoded":
            return Decoded(form_tree(body, caps), {})
        case "multipart/form-data":
            return Decoded(*multipart_tree(content_type, body, caps))
    raise BadBody(415, f"The content type {content_type[:100]!r} is not accepted; send {', '.join(ACCEPTED)}.")


def decode_query(raw: bytes | str, caps: Caps = USUAL_CAPS) -> Tree:
    """Read a query leniently, since unknown keys are ignored anyway; only more than `caps.fields` pairs are refused."""
    return query_tree(raw.encode("utf-8", "replace") if isinstance(raw, str) else raw, caps)
