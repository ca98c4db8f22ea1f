"""Figures that are not what the payments say are found, each told by name."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains.documents import PAID
from emptor.store.schema import table
from tests.support.buying import Shown
from tests.support.house import House
from tests.support.paying import Paying

pytestmark = pytest.mark.past_the_domain("every test spoils a figure")


def spoil(shop: Paying, name: str, row_id: int, **values: Any) -> None:
    """Change a row behind everybody's back."""
    with shop.house.service.database.write(shop.house.company_id) as tx:
        tx.update(table(name), values, id=row_id)


def told(shop: Paying) -> list[str]:
    return [sentence for _, sentence in shop.differences()]


@pytest.fixture
def shop(house: House) -> Paying:
    return Paying(house)


@pytest.fixture
def invoice(shop: Paying) -> Shown:
    found = shop.owed(("Bolt", 10, 10))
    shop.pay(found, 30)
    assert told(shop) == []
    return found


def test_a_sum_that_is_not_what_was_paid(shop: Paying, invoice: Shown) -> None:
    spoil(shop, "invoices", invoice["id"], sum_paid=Decimal(31))
    assert told(shop) == ["invoice 1 says 31.00 are paid; its payments come to 30.00"]


def test_a_sum_in_the_companys_money(shop: Paying, invoice: Shown) -> None:
    spoil(shop, "invoices", invoice["id"], sum_paid_in_company_currency=Decimal(29))
    assert told(shop) == ["invoice 1 says 29.00 are paid in the company's money, not 30.00"]


def test_a_state_that_does_not_follow(shop: Paying, invoice: Shown) -> None:
    spoil(shop, "invoices", invoice["id"], status=PAID)
    assert told(shop) == ["invoice 1 is paid; by its payments it is partly_paid"]


def test_more_than_is_owed(shop: Paying, invoice: Shown) -> None:
    with shop.house.service.database.write(shop.house.company_id) as tx:
        tx.update(table("payments"), {"sum_paid": Decimal(101)}, invoice_id=invoice["id"])
    assert "of invoice 1 101.00 are paid or about to be; it comes to 100.00" in told(shop)


def test_more_taken_than_was_prepaid(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    deposit = shop.prepay(order, 60)
    shop.billed(order)
    assert told(shop) == []
    spoil(shop, "payments", deposit["id"], sum_paid=Decimal(50))
    assert f"of prepayment {deposit['idn']} invoices have taken 60.00; it is 50.00" in told(shop)


def test_a_balance_that_is_not_what_credit_notes_have_left(shop: Paying) -> None:
    note, invoice = shop.credited(None, ("Bonus", 1, 50)), shop.owed(("Bolt", 10, 10))
    shop.use(note, invoice, 20)
    assert told(shop) == []
    (balance,) = shop.house.get("/-/creditbalances")["data"]
    spoil(shop, "credit_balances", balance["id"], sum=Decimal(31))
    where = f"supplier {shop.supplier['id']} in EUR"
    assert told(shop) == [f"{where} owes 31.00; its credit notes have 30.00 left"]
