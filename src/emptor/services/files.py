"""Where uploaded files are kept, named by their content."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Protocol


class Files(Protocol):
    """A store of immutable blobs."""

    def put(self, data: bytes) -> str:
        """Keep `data` durably; its SHA-256 in hexadecimal, which is its name."""
        ...

    def get(self, digest: str) -> bytes:
        """The bytes kept under `digest`; KeyError when there are none."""
        ...


def digest_of(data: bytes) -> str:
    """The name of a blob: SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


class FolderFiles:
    """Blobs in a folder, two levels deep; written to the disk before `put` returns."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Keep `data`; its name."""
        digest = digest_of(data)
        path = self._path(digest)
        if path.exists():
            return digest
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(f".{os.getpid()}.{id(data)}.part")
        try:
            with part.open("wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        for folder in (path.parent, path.parent.parent, self._folder):
            _sync_names(folder)
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of that name; KeyError when there are none."""
        try:
            return self._path(digest).read_bytes()
        except FileNotFoundError:
            raise KeyError(digest) from None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:4] / digest


def _sync_names(folder: Path) -> None:
    """Write the folder's entries to the disk: a synced file whose name is lost is lost too."""
    if not hasattr(os, "O_DIRECTORY"):  # Windows keeps names on its own
        return
    descriptor = os.open(folder, os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class MemoryFiles:
    """Blobs that vanish with the process: for tests and demonstrations."""

    def __init__(self) -> None:
        self._blobs: dict[str, bytes] = {}

    def put(self, data: bytes) -> str:
        """Keep `data`; its name."""
        digest = digest_of(data)
        self._blobs[digest] = data
        return digest

    def get(self, digest: str) -> bytes:
        """The bytes of that name; KeyError when there are none."""
        return self._blobs[digest]
