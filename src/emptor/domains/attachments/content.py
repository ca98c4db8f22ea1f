"""What a file is, how it may be sent back and what it may be called; the sender's word is not taken for any of it."""

from __future__ import annotations

import re
import unicodedata

import puremagic

UNKNOWN = "application/octet-stream"
ZIP = "application/zip"

HARMLESS = frozenset(
    {
        "application/pdf", ZIP, "application/msword", "application/rtf", "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint", "application/vnd.ms-outlook",
        "application/vnd.oasis.opendocument.spreadsheet", "application/vnd.oasis.opendocument.text",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "image/bmp", "image/gif", "image/heic", "image/jpeg", "image/png", "image/tiff", "image/webp", "image/x-ms-bmp",
        "text/csv", "text/plain",
    }
)  # fmt: skip
"""Types that no browser executes; whatever is not listed is sent as plain bytes."""

TEXTS = {".csv": "text/csv", ".txt": "text/plain"}

LONGEST_NAME = 300
LONGEST_ENDING = 20

_HEAD = 64 * 1024
_SURE = 0.2
"""Below this puremagic has only looked at the file's name."""
_MARKUP = re.compile(rb"<[A-Za-z!?/]")
_BINARY = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Control characters, and those that turn the direction of reading, so that exe.fdp would be read as pdf.exe.
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def type_of(data: bytes, name: str) -> str:
    """The media type of the content. The name only decides between types that look alike."""
    try:
        best = puremagic.magic_string(data[:_HEAD], filename=name)[0]
    except (puremagic.PureError, ValueError):
        best = None
    if best is None or best.confidence < _SURE:
        return TEXTS.get(_ending(name), UNKNOWN) if _is_text(data) else UNKNOWN
    if data.startswith(b"PK\x03\x04") and best.extension != _ending(name):
        return ZIP
    return best.mime_type or UNKNOWN


def sent_as(media_type: str) -> str:
    """The `Content-Type` under which content of that type is sent back."""
    if media_type not in HARMLESS:
        return UNKNOWN
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def clean_name(name: str) -> str:
    """A name fit for a header and a folder: no path, nothing invisible, not too long; `file` when nothing is left."""
    name = _UNPRINTABLE.sub("", re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]).strip(" .")
    ending = len(_ending(name)) if len(_ending(name)) <= LONGEST_ENDING else 0
    stem = name[: len(name) - ending]
    return stem[: LONGEST_NAME - ending] + name[len(stem) :] or "file"


def _ending(name: str) -> str:
    stem, point, ending = name.rpartition(".")
    return f".{ending.lower()}" if stem and point else ""


def _is_text(data: bytes) -> bool:
    """Whether it is text to everybody: UTF-8 with nothing a browser might take for markup."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return not _MARKUP.search(data) and not _BINARY.search(data)
