"""What a document said when it was submitted is what is copied later, right before it changes: in every test.

Whatever changes a submitted document past `revisions.keep` fails here, at the first copy that comes too late.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emptor.domains import revisions

_said: dict[tuple[str, int, int], str] = {}
"""What documents said when a revision was added without a copy: by database, company and revision."""


@pytest.fixture(autouse=True, scope="session")
def recalled() -> Iterator[None]:
    """Have every late copy compared with what it should be."""
    add, copy = revisions._add, revisions._copy

    def added(tx: Any, resource: Any, row_id: int) -> None:
        add(tx, resource, row_id)
        latest = tx.record(revisions._LATEST, company=tx.company_id, object=row_id)
        if latest["content"] is None:
            key = (tx.database.url, tx.company_id, latest["id"])
            _said.setdefault(key, revisions._said(tx, resource, row_id))

    def copied(tx: Any, revision_id: int, content: str) -> None:
        copy(tx, revision_id, content)
        assert content == _said.pop((tx.database.url, tx.company_id, revision_id), content), "copied too late"

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(revisions, "_add", added)
        patch.setattr(revisions, "_copy", copied)
        yield
