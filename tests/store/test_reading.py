"""What an object needs is asked for in as few rounds as its references are deep."""

from __future__ import annotations

from typing import Any

import pytest

from emptor.store import query
from tests.support.buying import Buying
from tests.support.house import House


@pytest.fixture
def rounds(monkeypatch: pytest.MonkeyPatch, house: House) -> list[int]:
    """How many questions each round has had."""
    backend, had = type(house.service.database.backend), []
    answers = backend.answers

    def noted(self: Any, connection: Any, asked: Any) -> Any:
        had.append(len(asked))
        return answers(self, connection, asked)

    monkeypatch.setattr(backend, "answers", noted)
    return had


def test_works_side_by_side_ask_together() -> None:
    said: list[Any] = []

    def work(name: str, *questions: str) -> query.Steps[None]:
        for question in questions:
            [answer] = yield [(question, {})]  # type: ignore[list-item]
            said.append((name, answer))

    class Database:
        asked: list[list[str]] = []

        def many(self, jobs: Any) -> Any:
            self.asked.append([question for question, _ in jobs])
            return [question.upper() for question, _ in jobs]

    query.led(Database(), query.together([work("one", "a", "b", "c"), work("none"), work("two", "d", "e")]))  # type: ignore[arg-type]
    assert Database.asked == [["a", "d"], ["b", "e"], ["c"]]
    assert said == [("one", "A"), ("two", "D"), ("one", "B"), ("two", "E"), ("one", "C")]


def test_an_order_is_read_in_rounds(house: House, rounds: list[int]) -> None:
    """What it owns comes with it once its id is known; what it and its lines refer to is one round for both."""
    shop = Buying(house)
    shop.order(("Bolt M8", 10, 2))
    rounds.clear()
    order = shop.order(("Bolt M8", 10, 2))
    checked, *read_back = rounds
    assert checked, "references and the counter"
    assert len(read_back) == 2, rounds
    rounds.clear()
    shown = house.get(order["at"])
    assert len(rounds) == 3, "its number is no id"
    assert shown == {name: value for name, value in order.items() if name != "at"}
