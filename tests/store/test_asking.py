"""A change asks each question once, until what the answer was read from is written; new rows go out together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import bindparam, select

from emptor.store.schema import counters, table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork
from tests.support import asked_anew
from tests.support.house import House


class Desk:
    """A change under way in a company with one unit, and how often the database is asked."""

    def __init__(self, tx: UnitOfWork, unit: int, monkeypatch: pytest.MonkeyPatch) -> None:
        self.tx, self.unit, self.units = tx, unit, table("units")
        self.asked = 0
        ask = Transaction._ask

        def counted(*args: Any) -> Any:
            self.asked += 1
            return ask(*args)

        monkeypatch.setattr(Transaction, "_ask", counted)
        monkeypatch.setattr(UnitOfWork, "_ask", asked_anew.REMEMBERING)
        mine = (self.units.c.company_id == bindparam("company"), self.units.c.id == bindparam("unit"))
        self.name = Statement(select(self.units.c.name).where(*mine))

    def called(self) -> str:
        """What the unit is called, asked for again."""
        return self.tx.scalar(self.name, company=self.tx.company_id, unit=self.unit)


@pytest.fixture
def desk(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    unit = house.made("/units", {"name": "box"})["id"]
    with house.service.database.write(house.company_id) as tx:
        yield Desk(tx, unit, monkeypatch)


def test_what_was_told_is_not_asked_again(desk: Desk) -> None:
    assert [desk.called(), desk.called()] == ["box", "box"]
    assert desk.asked == 1


def test_what_is_written_is_asked_again(desk: Desk) -> None:
    desk.called()
    desk.tx.update(desk.units, {"name": "crate"}, id=desk.unit)
    assert [desk.called(), desk.asked] == ["crate", 2]
    desk.tx.update_all(desk.units, [{"id": desk.unit, "name": "barrel"}], "id")
    assert [desk.called(), desk.asked] == ["barrel", 3]
    desk.tx.delete(desk.units, id=desk.unit)
    assert [desk.called(), desk.asked] == [None, 4]


def test_what_is_written_beside_it_changes_nothing(desk: Desk) -> None:
    desk.called()
    desk.tx.update(desk.units, {"code": "B"}, id=desk.unit)
    assert [desk.called(), desk.asked] == ["box", 1]


def test_a_column_is_found_wherever_a_query_reads_it(desk: Desk) -> None:
    items, units = table("items"), desk.units.alias("measure")
    newest = select(units.c.name).where(units.c.company_id == items.c.company_id).limit(1).scalar_subquery()
    whole = Statement(select(select(desk.units).subquery("all_of_it")))
    assert desk.units.c.name in Statement(select(items.c.id, newest)).reads
    assert whole.reads == set(desk.units.c)
    assert Statement(desk.units.update().values(name="x")).reads == frozenset()


def test_what_was_asked_ahead_is_known(desk: Desk) -> None:
    desk.tx.ask_ahead([(desk.name, {"unit": desk.unit})])
    assert [desk.called(), desk.asked] == ["box", 0]


def test_new_rows_of_several_tables_go_out_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[list[str]] = []
    tx, insert_all = desk.tx, desk.tx.backend.insert_all

    def noted(connection: Any, listed: Any) -> None:
        sent.append([one.name for one, _ in listed])
        insert_all(connection, listed)

    monkeypatch.setattr(tx.backend, "insert_all", noted)
    pallet = tx.new_id()
    tx.insert(counters, {"name": "pallets", "last": 0, "live": 0})
    tx.insert(desk.units, {"id": pallet, "name": "pallet", "code": "P", "enable": True})
    assert sent == []
    assert tx.scalar(desk.name, company=tx.company_id, unit=pallet) == "pallet"
    assert sent == [["counters", "units"]]
