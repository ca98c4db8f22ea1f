"""A multipart body to a tree and its files; never half of it: a body that ends too early is refused."""

from __future__ import annotations

import re
from collections import Counter

import msgspec
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, MultipartState, parse_options_header

from emptor.http.decode.brackets import Tree, path_of, tree_of
from emptor.http.decode.caps import BadBody, Caps, too_many

_MEDIA_TYPE = re.compile(r"[\w.+-]+/[\w.+-]+", re.ASCII)
_DIRECTORIES_AND_CONTROLS = re.compile(r"^.*[/\\]|[\x00-\x1f\x7f]", re.DOTALL)


class UploadedFile(msgspec.Struct, frozen=True):
    filename: str
    content_type: str
    data: bytes


class _Part:
    """What the parser has told us of one part; it may hand out data in pieces."""

    def __init__(self) -> None:
        self.headers: dict[bytes, bytes] = {}
        self.pieces: list[bytes] = []


def multipart_tree(content_type: str, body: bytes, caps: Caps) -> tuple[Tree, dict[str, UploadedFile]]:
    pairs: list[tuple[str, str]] = []
    files: dict[str, UploadedFile] = {}
    listed: Counter[str] = Counter()
    for number, part in enumerate(_parts(content_type, body, caps), 1):
        options = parse_options_header(part.headers.get(b"content-disposition"))[1]
        data = b"".join(part.pieces)
        name = _text(options.get(b"name", b""), number)
        if not name:
            raise BadBody(400, f"Part {number} of the multipart body has no name.")
        if b"filename" not in options:
            pairs.append((name, _text(data, number)))
        elif options[b"filename"] or data:  # a browser sends an empty part for a file nobody chose
            if name.endswith("[]"):
                listed[name] += 1
                name = f"{name[:-2]}[{listed[name] - 1}]"
            if name in files:
                raise BadBody(400, f"The file {name!r} is sent twice.")
            path_of(name, caps)
            files[name] = UploadedFile(_file_name(options[b"filename"], number), _media_type(part), data)
    return tree_of((path_of(name, caps), value) for name, value in pairs), files


def _parts(content_type: str, body: bytes, caps: Caps) -> list[_Part]:
    parts: list[_Part] = []
    header = b""

    def header_name(text: bytes, start: int, end: int) -> None:
        nonlocal header
        header = text[start:end].lower()

    def header_value(text: bytes, start: int, end: int) -> None:
        parts[-1].headers[header] = text[start:end]

    def data(text: bytes, start: int, end: int) -> None:
        parts[-1].pieces.append(text[start:end])

    try:
        boundary = parse_options_header(content_type)[1].get(b"boundary")
        if not boundary:
            raise BadBody(400, "The content type of the multipart body names no boundary.")
        _check_boundaries(b"\r\n--" + boundary, body, caps)
        parser = MultipartParser(
            boundary,
            {
                "on_part_begin": lambda: parts.append(_Part()),
                "on_header_field": header_name,
                "on_header_value": header_value,
                "on_part_data": data,
            },
        )
        parser.write(body)
    except (FormParserError, UnicodeEncodeError) as error:
        raise BadBody(400, f"The multipart body is malformed: {error}.") from None
    if parser.state != MultipartState.END:
        raise BadBody(400, "The multipart body ends before its closing boundary.")
    return parts


def _check_boundaries(line: bytes, body: bytes, caps: Caps) -> None:
    """Every part ends with a boundary line; through false or padded ones the parser would walk byte by byte."""
    if body.count(line) > caps.fields:
        raise too_many(caps)
    if false := re.search(re.escape(line) + rb"(?!\r\n|--)", body):
        raise BadBody(
            400, f"The multipart body is malformed: its boundary does not end the line at byte {false.end()}."
        )


def _text(raw: bytes, number: int) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise BadBody(400, f"Part {number} of the multipart body is not UTF-8 at its byte {error.start}.") from None


def _file_name(raw: bytes, number: int) -> str:
    """Only the last step of a path, and nothing that could break a header when the file is sent back."""
    return _DIRECTORIES_AND_CONTROLS.sub("", _text(raw, number))


def _media_type(part: _Part) -> str:
    declared = parse_options_header(part.headers.get(b"content-type"))[0].decode("latin-1")
    return declared if _MEDIA_TYPE.fullmatch(declared) else "application/octet-stream"
