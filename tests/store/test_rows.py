"""Rows on their way in and out: many at once, alike on both engines."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import bindparam, select

from emptor.store.engine import MANY
from emptor.store.schema import table
from emptor.store.statement import Statement
from tests.support.house import House

NAMES = ["Zwölf 100 %", 'a "quoted" \\ name', "comma, {brace} and 'tick'"]


def test_rows_inserted_at_once_come_back_as_they_were(house: House) -> None:
    taxes = table("taxes")
    with house.service.database.write(house.company_id) as tx:
        ids = tx.new_ids(len(NAMES))
        rows = [
            {
                "id": one, "name": name, "percent": Decimal("19.000001"), "value": None, "is_compound": one == ids[0],
                "is_withholding_tax": False, "enable": True, "create_date": tx.stamp,
            }
            for one, name in zip(ids, NAMES, strict=True)
        ]  # fmt: skip
        tx.insert_all(taxes, rows)
        mine = select(*(taxes.c[name] for name in rows[0])).where(taxes.c.company_id == bindparam("company"))
        assert tx.records(Statement(mine.order_by(taxes.c.id)), company=tx.company_id) == rows


def test_many_rows_come_back_as_they_were_whatever_they_have_in_common(house: House) -> None:
    taxes = table("taxes")
    with house.service.database.write(house.company_id) as tx:
        rows = [
            {
                "id": one, "name": NAMES[number % 2], "percent": Decimal("8.5"), "value": None, "is_compound": False,
                "is_withholding_tax": number == MANY, "enable": True, "create_date": tx.stamp,
            }
            for number, one in enumerate(tx.new_ids(MANY + 1))
        ]  # fmt: skip
        tx.insert_all(taxes, rows)
        mine = select(*(taxes.c[name] for name in rows[0])).where(taxes.c.company_id == bindparam("company"))
        assert tx.records(Statement(mine.order_by(taxes.c.id)), company=tx.company_id) == rows


def test_queries_asked_together_answer_as_they_do_alone(house: House) -> None:
    """In their order, with a column that is there twice, and in the place of who asks nothing: nothing."""
    for name in NAMES:
        house.made("/taxes", {"name": name, "percent": "8.5"})
    taxes, units = table("taxes"), table("units")
    here = taxes.c.company_id == bindparam("company")
    backwards = select(taxes.c.name, taxes.c.create_date, taxes.c.percent).where(here).order_by(taxes.c.id.desc())
    twice = select(taxes.c.id, taxes.c.enable, taxes.c.id.label("again")).where(here).order_by(taxes.c.id)
    nothing = select(units.c.id).where(units.c.company_id == bindparam("company"))
    first, second, third = map(Statement, (backwards, nothing, twice))
    with house.service.database.read(house.company_id) as tx:
        alone = [tx.records(one, company=tx.company_id) for one in (first, second, third)]
        asked = tx.many_records([(first, {}), (first, None), (second, {}), (third, {})])
    assert asked == [alone[0], [], [], alone[2]]
    assert [row["name"] for row in alone[0]] == NAMES[::-1]
