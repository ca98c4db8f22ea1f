"""The stock ledger: posting, taking back, moving averages, and that what is kept is the sum of what has moved."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import bindparam, update

from emptor.domains.inventory import ledger
from emptor.domains.inventory.ledger import Balance, Pair
from emptor.kit.errors import Invalid
from emptor.store.schema import table
from emptor.store.statement import Statement
from tests.domains.inventory.stock import D, assert_sound, change, documents, item, moves, receipt, stock, warehouse

# Balances


@pytest.mark.parametrize(
    ("before", "quantity", "value", "after"),
    [
        (Balance(), "10", "50", ("10", "50", "5")),
        (Balance(D(10), D(50), D(5)), "10", "100", ("20", "150", "10")),
        (Balance(D(20), D(150), D(10)), "-4", None, ("16", "120", "7.5")),
        (Balance(D(3), D(10), D(1)), "-1", None, ("2", "6.6667", "3.333333")),
        (Balance(D(2), D("6.6667"), D(1)), "-2", None, ("0", "0", "3.33335")),
        (Balance(D(2), D(10), D(5)), "-2", "-4", ("0", "0", "2")),
        (Balance(D(4), D(10), D(5)), "-2", "-14", ("2", "0", "7")),
        (Balance(D(0), D(0), D(5)), "2", None, ("2", "10", "5")),
        (Balance(D(2), D(10), D(5)), "-5", None, ("-3", "-15", "5")),
        (Balance(D(-3), D(-15), D(5)), "2", "12", ("-1", "-6", "6")),
        (Balance(D(-3), D(-15), D(5)), "5", "30", ("2", "12", "6")),
    ],
)
def test_a_movement_changes_the_balance_at_the_moving_average(before, quantity, value, after):
    found = before.moved(D(quantity), None if value is None else D(value))
    assert (found.quantity, found.value, found.unit_value) == tuple(map(D, after))


@given(st.lists(st.tuples(st.integers(-20, 20), st.integers(0, 10**7)), max_size=40))
def test_what_is_on_hand_is_never_worth_less_than_nothing(steps):
    balance = Balance()
    for quantity, worth in steps:
        quantity = max(D(quantity), -balance.quantity)
        if quantity:
            balance = balance.moved(quantity, D(worth) / 10000 if quantity > 0 else None)
        assert balance.quantity >= 0
        assert balance.value >= 0
        assert balance.quantity or not balance.value


# Posting


def test_a_receipt_comes_in_and_the_row_of_the_item_is_made(house):
    bolt, main = item(house), warehouse(house)
    assert stock(house, main) == {}
    with change(house) as tx:
        assert ledger.post(tx, [receipt(bolt, main, "10", "25.5")]) == [D("25.5")]
    row = stock(house, main)[bolt]
    assert (row["quantity"], row["available"], row["reserved"], row["value"]) == (10, 10, 0, 25.5)
    assert row["warehouse"]["id"] == main
    (move,) = moves(house)
    assert (move["kind"], move["quantity"], move["unitValue"], move["value"]) == (ledger.RECEIPT, 10, 2.55, 25.5)
    assert (move["balanceQuantity"], move["balanceValue"], move["creator"]["id"]) == (10, 25.5, house.user_id)
    with house.service.database.read(house.company_id) as tx:
        other = Pair(bolt, warehouse(house, "Other"))
    with house.service.database.read(house.company_id) as tx:
        assert ledger.on_hand(tx, [Pair(bolt, main), other]) == {Pair(bolt, main): 10, other: 0}
        assert ledger.available(tx, [other, Pair(bolt, main)]) == {Pair(bolt, main): 10, other: 0}


def test_the_same_receipt_posted_twice_comes_in_once(house):
    bolt, main = item(house), warehouse(house)
    one = receipt(bolt, main, "10", "25")
    for _ in range(2):
        with change(house) as tx:
            assert ledger.post(tx, [one]) == [D(25)]
    assert len(moves(house)) == 1
    assert stock(house, main)[bolt]["quantity"] == 10


def test_a_correction_is_a_movement_of_its_own(house):
    bolt, main = item(house), warehouse(house)
    one = receipt(bolt, main, "10", "25")
    with change(house) as tx:
        ledger.post(tx, [one])
        less = receipt(bolt, main, "-2", "-5", kind=ledger.CORRECTION, document_id=one.document_id, revision=1)
        ledger.post(tx, [less])
        ledger.post(tx, [one, less])
    assert [move["quantity"] for move in moves(house)] == [-2, 10]
    row = stock(house, main)[bolt]
    assert (row["quantity"], row["value"]) == (8, 20)
    assert_sound(house)


@pytest.mark.parametrize("kind", [0, 2, 3])
def test_only_inventory_items_have_stock(house, kind):
    service, main = item(house, itemType=kind), warehouse(house)
    with change(house) as tx:
        assert ledger.post(tx, [receipt(service, main, "10", "25")]) == [0]
    assert moves(house) == []
    assert stock(house, main) == {}


def test_no_more_can_leave_than_is_there(house):
    bolt, main = item(house, name="Bolt"), warehouse(house)
    with change(house) as tx:
        ledger.post(tx, [receipt(bolt, main, "10", "25")])
    number = next(documents)
    takes = [receipt(bolt, main, "-7", document_id=number, line_id=n, place=f"items[{n}][quantity]") for n in range(2)]
    with pytest.raises(Invalid) as refused, change(house) as tx:
        ledger.post(tx, takes)
    assert refused.value.problems == {"items[1][quantity]": "Main has 3 of Bolt; this takes 7."}
    assert len(moves(house)) == 1
    house.choose(negativeStock=True)
    with change(house) as tx:
        ledger.post(tx, takes)
    row = stock(house, main)[bolt]
    assert (row["quantity"], row["value"]) == (-4, -10)
    assert_sound(house)


def test_nothing_comes_into_a_deactivated_warehouse(house):
    bolt, closed = item(house), warehouse(house, "Old", enable=False)
    with pytest.raises(Invalid, match="Validation") as refused, change(house) as tx:
        ledger.post(tx, [receipt(bolt, closed, "1", "1")])
    assert refused.value.problems == {"items": "Old is deactivated; choose another warehouse."}


def test_a_warehouse_with_stock_stays_active(house):
    bolt, main = item(house), warehouse(house)
    with change(house) as tx:
        ledger.post(tx, [receipt(bolt, main, "1", "1")])
    assert list(house.refused("PUT", f"/warehouses/{main}", {"enable": False})) == ["enable"]
    assert house.changed("PUT", f"/warehouses/{main}", {"name": "Hall"})["name"] == "Hall"
    with change(house) as tx:
        ledger.post(tx, [receipt(bolt, main, "-1")])
    assert house.changed("PUT", f"/warehouses/{main}", {"enable": False})["enable"] is False


def test_an_item_that_was_in_stock_stays_an_inventory_item(house):
    bolt, main = item(house), warehouse(house)
    assert house.changed("PUT", f"/items/{bolt}", {"itemType": 2})["itemType"] == 2
    assert house.changed("PUT", f"/items/{bolt}", {"itemType": None})["itemType"] == 1
    with change(house) as tx:
        ledger.post(
            tx,
            [
                receipt(bolt, main, "1", "1"),
            ],
        )
        ledger.post(tx, [receipt(bolt, main, "-1")])
    assert list(house.refused("PUT", f"/items/{bolt}", {"itemType": 0})) == ["itemType"]
    assert house.changed("PUT", f"/items/{bolt}", {"itemType": 1, "name": "Nut"})["name"] == "Nut"


def test_what_cannot_be_counted_is_refused(house):
    bolt, main = item(house), warehouse(house)
    for quantity, worth in (("100000000001", "1"), ("1", "100000000000001")):
        with pytest.raises(Invalid, match="Validation") as refused, change(house) as tx:
            ledger.post(tx, [receipt(bolt, main, quantity, worth)])
        assert "too much" in refused.value.problems["items"]


def test_very_little_can_be_worth_very_much(house):
    gem, main = item(house), warehouse(house)
    with change(house) as tx:
        assert ledger.post(tx, [receipt(gem, main, "0.000001", "99999999999999.9999")]) == [D("99999999999999.9999")]
        assert ledger.post(tx, [receipt(gem, main, "-0.000001")]) == [D("-99999999999999.9999")]
    assert_sound(house)


# Taking back


def test_reversing_takes_back_what_is_left_of_a_document_once(house):
    bolt, nut, main = item(house), item(house), warehouse(house)
    number = next(documents)
    with change(house) as tx:
        ledger.post(tx, [receipt(bolt, main, "4", "8")])
        ledger.post(tx, [receipt(bolt, main, "10", "50", document_id=number),
                         receipt(nut, main, "5", "1", document_id=number, line_id=2)])  # fmt: skip
        ledger.post(tx, [receipt(bolt, main, "-3", "-15", kind=ledger.CORRECTION, document_id=number, revision=1)])
    for _ in range(2):
        with change(house) as tx:
            ledger.reverse(tx, "receipts", number, "sent back")
    found = stock(house, main)
    assert (found[bolt]["quantity"], found[bolt]["value"]) == (4, 8)
    assert (found[nut]["quantity"], found[nut]["value"]) == (0, 0)
    back = moves(house, f"&kind={ledger.REVERSAL}")
    assert [(one["quantity"], one["note"]) for one in back] == [(-5, "sent back"), (-7, "sent back")]
    assert_sound(house)


def test_goods_that_are_gone_cannot_be_taken_back(house):
    bolt, main = item(house, name="Bolt"), warehouse(house)
    one = receipt(bolt, main, "10", "50")
    with change(house) as tx:
        ledger.post(tx, [one])
        ledger.post(tx, [receipt(bolt, main, "-4")])
    with pytest.raises(Invalid) as refused, change(house) as tx:
        ledger.reverse(tx, "receipts", one.document_id)
    assert refused.value.problems == {"items[0][quantity]": "Main has 6 of Bolt; this takes 10."}


def test_what_left_comes_back_at_the_value_it_had(house):
    bolt, main = item(house), warehouse(house)
    away = receipt(bolt, main, "-4", kind=ledger.CONSUMPTION)
    with change(house) as tx:
        ledger.post(tx, [receipt(bolt, main, "10", "50")])
        assert ledger.post(tx, [away]) == [-20]
        ledger.post(tx, [receipt(bolt, main, "6", "90")])
        ledger.reverse(tx, "stocktransfers", away.document_id)
    row = stock(house, main)[bolt]
    assert (row["quantity"], row["value"]) == (16, 140)


# All together


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 1), st.integers(0, 1), st.decimals(-9, 20, places=3), st.booleans()),
        min_size=1, max_size=12,
    )
)  # fmt: skip
def test_balances_are_the_sum_of_the_movements_and_never_below_zero(premises, steps):
    house = premises.house()
    products, places = [item(house), item(house)], [warehouse(house, "A"), warehouse(house, "B")]
    expected = {Pair(product, place): D(0) for product in products for place in places}
    posted = []
    for product, place, quantity, back in steps:
        one = receipt(products[product], places[place], str(quantity), str(abs(quantity) * 2) if quantity > 0 else None)
        try:
            with change(house) as tx:
                ledger.post(tx, [one])
            expected[one.pair] += quantity
            posted.append(one)
            if back:
                with change(house) as tx:
                    ledger.reverse(tx, "receipts", posted[0].document_id)
                expected[posted[0].pair] -= posted.pop(0).quantity
        except Invalid:
            pass
    with house.service.database.read(house.company_id) as tx:
        assert ledger.on_hand(tx, list(expected)) == expected
        assert min(expected.values()) >= 0
        assert ledger.differences(tx) == []
        assert all(one.value >= 0 for one in ledger.balances(tx, list(expected)).values())


@pytest.mark.past_the_domain("spoils balances")
def test_differences_are_found(house):
    bolt, nut, main = item(house), item(house), warehouse(house)
    with change(house) as tx:
        ledger.post(tx, [receipt(bolt, main, "10", "50")])
        ledger.post(tx, [receipt(nut, main, "3", "3")])
    assert_sound(house)
    source = table("stock_moves")
    bend = update(source).where(
        source.c.company_id == bindparam("company"), source.c.product_id == bindparam("product")
    )
    with change(house) as tx:
        tx.run(Statement(bend.values(quantity=D(9))), company=house.company_id, product=bolt)
        tx.delete(table("warehouse_items"), product_id=nut)
    with house.service.database.read(house.company_id) as tx:
        found = ledger.differences(tx)
    assert [(one.product_id, one.where.split()[0], one.name, one.kept, one.counted) for one in found] == [
        (bolt, "after", "quantity", 10, 9),
        (bolt, "in", "quantity", 10, 9),
        (nut, "in", "quantity", 0, 3),
        (nut, "in", "value", 0, 3),
    ]


def test_a_thousand_lines_take_as_many_statements_as_two(house, monkeypatch):
    main = warehouse(house)
    with change(house) as tx:
        ids = tx.new_ids(1000)
        names = {"name": "Bolt", "sku": "B", "item_type": 1, "type": 0, "create_date": tx.stamp, "currency": "EUR"}
        flags = dict.fromkeys(("disabled_by_supplier", "hidden_in_catalog", "free_of_charge", "main_in_similar"), False)
        tx.insert_all(table("items"), [{"id": one, **names, **flags} for one in ids])

    def statements(products: list[int]) -> Counter[str]:
        number, sent = next(documents), Counter()
        with change(house) as tx:
            for name in ("many_records", "records", "scalar", "run", "run_all", "insert_all"):
                real = getattr(tx, name)

                def noted(*given, name=name, real=real, **values):
                    sent[name] += 1
                    return real(*given, **values)

                monkeypatch.setattr(tx, name, noted)
            takes = [receipt(one, main, "2", "3", document_id=number, line_id=n) for n, one in enumerate(products)]
            ledger.post(tx, takes)
            del sent["scalar"]  # SQLite's ids
            return Counter(sent)  # before the unit of work says its last words

    fresh = Counter(many_records=1, insert_all=2)
    known = Counter(many_records=1, insert_all=2, run=1)
    assert statements(ids[:2]) == fresh
    assert statements(ids) == known
    assert statements(ids) == known
    assert len(stock(house, main)) == 200
    assert_sound(house)
