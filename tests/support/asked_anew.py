"""What a change remembers of its own questions is what the database would answer now: in every test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from emptor.store.unit_of_work import Transaction, UnitOfWork


@pytest.fixture(autouse=True, scope="session")
def asked_anew() -> Iterator[None]:
    """Have every question asked, whether its answer is remembered or not, and the two compared."""
    ask = UnitOfWork._ask

    def asked(tx: Any, statement: Any, values: dict[str, Any]) -> Any:
        found, ready = ask(tx, statement, values)
        if statement.reads:
            now, _ = Transaction._ask(tx, statement, values)
            assert sorted(map(repr, found)) == sorted(map(repr, now)), f"no longer so: {ready.sql}"
        return found, ready

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(UnitOfWork, "_ask", asked)
        yield
