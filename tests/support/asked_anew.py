"""What a change remembers of its own questions is what the database would answer now: in every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emptor.store.unit_of_work import Transaction, UnitOfWork

REMEMBERING = UnitOfWork._ask
"""As it is without the comparison."""


@pytest.fixture(autouse=True, scope="session")
def asked_anew() -> Iterator[None]:
    """Have every question asked, whether its answer is remembered or not, and the two compared."""

    def asked(tx: Any, statement: Any, values: dict[str, Any]) -> Any:
        found, ready = REMEMBERING(tx, statement, values)
        if statement.reads:
            now, _ = Transaction._ask(tx, statement, values)
            told, is_so = (sorted(repr(list(ready.convert(row))) for row in rows) for rows in (found, now))
            assert told == is_so, f"no longer so: {ready.sql}"
        return found, ready

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnitOfWork, "_ask", asked)
        yield
