"""Rows on their way in and out: many at once, alike on both engines."""

from __future__ import annotations

from decimal import Decimal

from sqlalchemy import bindparam, insert, select

from emptor.store.engine import MANY
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import comma_list, json_list, json_object
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


def test_what_is_new_owns_only_what_has_been_put_there_since(house: House) -> None:
    """What a new row owns is asked for only where this change has put or changed something."""
    lines, values = table("purchase_order_lines"), table("purchase_orders_custom_values")
    with house.service.database.read(house.company_id) as tx:
        assert tx.may_hold(lines, [1])
    with house.service.database.write(house.company_id) as tx:
        fresh = tx.new_id()
        old = fresh - 1_000_000
        assert [tx.may_hold(lines, ids) for ids in ([fresh], [fresh, old], [])] == [False, True, False]
        tx.update(lines, {"name": "Nut"}, order_id=old)
        assert [tx.may_hold(one, [fresh]) for one in (lines, values)] == [True, False]
        tx.run(Statement(insert(values).from_select(["id"], select(values.c.id).where(values.c.id == 0))))
        assert tx.may_hold(values, [fresh])


def test_ids_without_a_gap(house: House) -> None:
    with house.service.database.write(house.company_id) as tx:
        some = tx.new_ids(3)
        first = tx.new_range(1_000)
        more = tx.new_ids(200)
    found = [*some, *range(first, first + 1_000), *more]
    assert len(set(found)) == len(found)
    assert found == sorted(found), "what comes later has the higher id: balances follow it"


def test_lists_that_the_database_writes_say_the_same_on_both_engines(house: House) -> None:
    units = table("units")
    told = []
    for name, code in (('Zwölf "100" %', "a\\b"), ("Stück", None), ("Liter\\n{}", "l")):
        told.append(house.made("/units", {"name": name, "code": code})["id"])
    mine = select(units).where(units.c.company_id == bindparam("company")).order_by(units.c.id).subquery()
    entry = json_object(id=mine.c.id, inner=json_object(name=mine.c.name, code=mine.c.code))
    wanted = Statement(select(json_list(entry, mine.c.id), comma_list(mine.c.id, mine.c.id)))
    with house.service.database.read(house.company_id) as tx:
        text, ids = tx.one(wanted, company=tx.company_id)
    assert text == (
        f'[{{"id":{told[0]},"inner":{{"name":"Zwölf \\"100\\" %","code":"a\\\\b"}}}},'
        f'{{"id":{told[1]},"inner":{{"name":"Stück","code":null}}}},'
        f'{{"id":{told[2]},"inner":{{"name":"Liter\\\\n{{}}","code":"l"}}}}]'
    )
    assert ids == ",".join(map(str, told))
