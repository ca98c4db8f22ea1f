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


def watched(tx: UnitOfWork, monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[str], int]]:
    """The tables that get rows together from now on, and how many statements go with them."""
    sent: list[tuple[list[str], int]] = []
    insert_all = tx.backend.insert_all

    def noted(connection: Any, listed: Any, then: Any) -> None:
        sent.append(([one.name for one, _ in listed], len(then)))
        insert_all(connection, listed, then)

    monkeypatch.setattr(tx.backend, "insert_all", noted)
    return sent


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
    tx, sent = desk.tx, watched(desk.tx, monkeypatch)
    pallet = tx.new_id()
    tx.insert(counters, {"name": "pallets", "last": 0, "live": 0})
    tx.insert(desk.units, {"id": pallet, "name": "pallet", "code": "P", "enable": True})
    assert sent == []
    assert tx.scalar(desk.name, company=tx.company_id, unit=pallet) == "pallet"
    assert sent == [(["counters", "units"], 0)]


def test_what_is_expected_goes_along_with_the_next_question(desk: Desk) -> None:
    tx, ids = desk.tx, Statement(select(desk.units.c.id).where(desk.units.c.company_id == bindparam("company")))
    tx.expect(desk.name, unit=desk.unit)
    assert [[list(row) for row in rows] for rows in tx.many([(ids, {}), (ids, None)])] == [[[desk.unit]], []]
    assert [desk.called(), desk.asked] == ["box", 0]


def test_counters_are_written_once_at_the_end(house: House) -> None:
    write = house.service.database.write
    with write(house.company_id) as tx:
        assert tx.count("pallets", idns=2, rows=2) == 2
        assert tx.count("pallets", idns=1, rows=1) == 3
        assert tx.count("pallets", rows=-1) == 3
        assert tx.counted("pallets") == (3, 2)
    with write(house.company_id) as tx:
        assert tx.counted("pallets") == (3, 2)
        assert tx.count("pallets", idns=1, rows=1) == 4
    with house.service.database.read(house.company_id) as tx:
        assert tx.counted("pallets") == (4, 3)
    with pytest.raises(ZeroDivisionError), write(house.company_id) as tx:
        tx.count("pallets", idns=1 // 0)
    with house.service.database.read(house.company_id) as tx:
        assert tx.counted("pallets") == (4, 3)


def test_what_is_put_off_is_done_when_a_change_is_sealed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.tx.finally_("rename", lambda: desk.tx.update(desk.units, {"name": "crate"}, id=desk.unit))
    desk.tx.seal()
    assert desk.called() == "crate"
    sent = watched(desk.tx, monkeypatch)
    desk.tx.seal()
    assert sent == []
    desk.tx.update(desk.units, {"name": "barrel"}, id=desk.unit)
    desk.tx.seal()
    assert sent == [([], 1)], "the clock tells of it"


def test_rows_journal_counters_and_clock_go_out_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    tx = desk.tx
    tx.count("units", rows=1)
    sent = watched(tx, monkeypatch)
    pallet = tx.new_id()
    tx.insert(desk.units, {"id": pallet, "name": "pallet", "code": "P", "enable": True})
    tx.note("create", "units", pallet, None, {})
    tx.seal()
    assert sent == [(["units", "audit_entries"], 2)]
