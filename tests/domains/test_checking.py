"""`emptor check`: of a company in which much has happened every figure adds up, and each that is spoiled is found."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import pytest
from typer.testing import CliRunner

from emptor.cli import app
from emptor.domains import checking, documents
from emptor.domains.organisation import companies
from emptor.store import migrate
from emptor.store.schema import table
from emptor.store.unit_of_work import Database, UnitOfWork
from tests.support.buying import DAY
from tests.support.house import Premises
from tests.support.paying import Paying

D = Decimal
Rows = dict[str, int]
"""Ids of rows, by what they are called here."""
PENDING, APPROVED, MATCHING = documents.PENDING, documents.APPROVED, documents.MATCHING


@dataclass
class World:
    """A company and the rows of it that are spoiled."""

    shop: Paying
    rows: Rows


class _Undone(Exception):
    """Takes back what was spoiled."""


@pytest.fixture(scope="module")
def world(premises: Premises) -> World:
    """Bought, received, billed and paid, in stock and out of it, at home and in dollars; somebody is asked, too."""
    shop = Paying(premises.house(expensePayments=True))
    ann, rows = shop.ann, {}
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    held = shop.house.made("/taxes", {"name": "WHT", "percent": 5, "isWithholdingTax": True})

    asked = ann.does("confirm", shop.requisition(("Bolt", 10, 2), ("Nut", 4, 1)))
    bolt, nut = (one["id"] for one in asked["items"]["data"])
    (order,) = ann.orders((bolt, 6), supplier=shop.supplier["id"])
    ann.does("confirm", order)
    rows |= {"requisition": asked["id"], "bolt": bolt, "nut": nut}
    taken = ann.does("confirm", shop.requisition(("Screw", 3, 2)))
    rows |= {"taken": taken["id"], "screw": taken["items"]["data"][0]["id"]}
    (half,) = ann.orders(rows["screw"], supplier=shop.supplier["id"])
    rows["half"] = half["id"]

    order = shop.approved_order(("Pipe", 10, 2), currency="USD", exchangeRate="0.333")
    ann.does("confirm", shop.receipt(order, 4))
    lines = [{"name": "Pipe", "quantity": 3, "price": 2, "taxes": [vat["id"], held["id"]],
              "allocations": [order["items"]["data"][0]["id"]]}]  # fmt: skip
    bill = shop.billed(order, items=lines)
    if bill["status"] == MATCHING:
        bill = ann.does("accept_changes", bill)
    shop.pay(bill, 1)
    rows |= {"order": order["id"], "pipe": order["items"]["data"][0]["id"], "bill": bill["id"]}
    rows["billed"] = bill["items"]["data"][0]["id"]
    other = shop.approved_order(("Hose", 10, 2))
    rows |= {"other": other["id"], "prepayment": shop.prepay(other, 5)["id"]}
    shop.billed(other)
    shop.credited(None, ("Bonus", 1, 50))
    rows["balance"] = shop.house.get("/-/creditbalances")["data"][0]["id"]

    third = shop.approved_order(("Belt", 2, 10))
    line = {"name": "Belt", "quantity": 2, "price": 15, "allocations": [third["items"]["data"][0]["id"]]}
    waiting = shop.billed(third, items=[line])
    assert waiting["status"] == MATCHING
    rows |= {"waiting": waiting["id"], "third": third["id"]}

    goods = shop.stocked(10, 2)
    wanted = ann.does("confirm", shop.warehouse_request((goods, 5)))
    wish = wanted["items"]["data"][0]["id"]
    moved = shop.transfer(items=[{"product": goods["id"], "quantity": 2, "warehouseRequestItem": wish}])
    ann.does("confirm", moved)
    rows |= {"wanted": wanted["id"], "wish": wish, "goods": goods["id"]}
    rows |= {"warehouse": shop.warehouse["id"], "annex": shop.annex["id"]}
    early = shop.approved_order(("Valve", 1, 90))
    rows["early"] = shop.prepay(early, 10)["id"]
    lamp = ann.does("confirm", shop.requisition(("Lamp", 1, 5)))["items"]["data"][0]["id"]
    shop.house.made("/requestforproposals/from_requisitions", {"items": [lamp], "requiredDate": "2030-01-01"})
    rows["lamp"] = lamp

    taxi = {"name": "Taxi", "price": 10, "currency": "USD", "exchangeRate": "0.9", "taxes": [vat["id"]]}
    expense = ann.does("confirm", ann.made("expenses", {"items": [taxi]}))
    body = {"expense": {"id": expense["id"]}, "sumPaid": 5, "payDate": DAY}
    shop.house.made("/expensePayments", body)
    rows |= {"expense": expense["id"], "taxi": expense["items"]["data"][0]["id"]}

    cy = shop.person("purchase_requisition.approve", firstname="Cy")
    shop.approving("purchaserequisitions", ("Head", cy))
    rows["asked"] = ann.does("confirm", shop.requisition(("Lamp", 1, 5)))["id"]
    return World(shop, rows)


def found(world: World, spoil: Any) -> list[tuple[str, str]]:
    """What is different after `spoil(tx)`, which is taken back."""
    house = world.shop.house
    said: list[tuple[str, str]] = []
    with suppress(_Undone), house.service.database.write(house.company_id) as tx:
        spoil(tx)
        said += checking.differences(tx)
        raise _Undone
    return said


Where = str | dict[str, Any]
"""Which row is spoiled: by what its id is called, or by columns."""


@dataclass(frozen=True)
class Case:
    """A figure that is spoiled, and what is said of it."""

    checked: str
    table: str
    where: Where
    changes: dict[str, Any]
    said: str

    def __str__(self) -> str:
        where = self.where if isinstance(self.where, str) else "-".join(map(str, self.where.values()))
        return f"{self.table}-{where}-" + "-".join(f"{name}-{str(value)[:9]}" for name, value in self.changes.items())

    def spoil(self, tx: UnitOfWork, rows: Rows) -> None:
        """Change it behind everybody's back."""
        named = {"id": self.where} if isinstance(self.where, str) else self.where
        keys = {column: rows.get(value, value) for column, value in named.items()}
        assert tx.update_counted(table(self.table), self.changes, **keys) > 0


RECEIVED = "what has been received of orders' lines, and their states"
BILLED = "what orders have been invoiced, and how far they are paid"
ASKED = "what has been ordered of requisitions' lines, and their states"
SUMS, LINE_SUMS, NUMBERS = "the sums of documents", "the sums of documents' lines", "the numbers of documents"
STOCK, APPROVALS = "stock, and the balances kept with its movements", "who is asked to approve what"
DIFFERENCES, ALLOCATED = "what waits for a decision about differences", "what lines of invoices bill of orders"
FULFILLED, GOT = "how far warehouse requests are fulfilled", "what warehouse requests have got"
BROUGHT = "which receipts have brought what invoices bill"
GIVEN_UP = "what nobody waits for of orders' lines"
COMPANY_SUM = "sum_in_company_currency"

CASES = [
    Case(RECEIVED, "purchase_order_lines", "pipe", {"received_quantity": D(5)},
         "order 3, line 1: 5 are noted as received; its receipts come to 4"),
    Case(RECEIVED, "purchase_order_lines", "pipe", {"status": 2},
         "order 3, line 1 is received; by its quantities it is partly received"),
    Case(RECEIVED, "receipts", {"purchase_order_id": "order"}, {"status": documents.IN_REVISION},
         "order 3, line 1: 4 are noted as received; its receipts come to 0"),
    Case(GIVEN_UP, "purchase_order_lines", "pipe", {"rejected_quantity": D(9)},
         "order 3, line 1: 9 are noted as struck; at most"),
    Case(GIVEN_UP, "purchase_order_lines", "pipe", {"waived_quantity": D("0.5")},
         "order 3, line 1: a rest of 0.5 is noted as waived;"),
    Case("how far orders have been received", "purchase_orders", "order", {"status_receiving": 2},
         "order 3 is received; by its lines it is partly received"),
    Case("how far orders have been received", "purchase_orders", "other", {"status_receiving": 1},
         "order 4 is partly received; by its lines it is not received"),
    Case("what has been invoiced of orders' lines", "purchase_order_lines", "pipe", {"invoiced_quantity": D(2)},
         "order 3, line 1: 2 are noted as invoiced; its invoices come to 3"),
    Case("what has been invoiced of orders' lines", "invoices", "bill", {"status": PENDING},
         "order 3, line 1: 3 are noted as invoiced; its invoices come to 0"),
    Case(BILLED, "purchase_orders", "order", {"net_invoiced_sum": D(7)},
         "order 3 says 7.00 were invoiced net; its invoices come to 6.00"),
    Case(BILLED, "purchase_orders", "order", {"invoiced_sum": D(7)},
         "order 3 says 7.00 were invoiced in all; its invoices come to 7.20"),
    Case(BILLED, "purchase_orders", "order", {"status_payment": 1}, "order 3 is not paid; it should be partly paid"),
    Case(BILLED, "purchase_orders", "other", {"status_payment": 3}, "order 4 is paid; it should be partly paid"),
    Case(BILLED, "payments", "early", {"status": 1}, "order 8 is partly paid; it should be not billed"),
    Case("what orders have been invoiced in the company's currency", "purchase_orders", "order",
         {"invoiced_sum_in_company_currency": D("2.41")},
         "order 3 says 2.41 were invoiced in the company's currency; it should be 2.40"),
    Case("what orders have been invoiced in the company's currency", "purchase_orders", "third",
         {"invoiced_sum_in_company_currency": D(1)},
         "order 5 says 1.00 were invoiced in the company's currency; it should be 0.00"),
    Case(ASKED, "purchase_requisition_lines", "bolt", {"ordered_quantity": D(7)},
         "requisition 1, line 1: 7 are noted as ordered; its orders come to 6"),
    Case(ASKED, "purchase_requisition_lines", "nut", {"status": 1},
         "requisition 1, line 2 is ordered; by its orders it is pending"),
    Case(ASKED, "purchase_orders", "half", {"status": documents.CANCELED},
         "requisition 2, line 1: 3 are noted as ordered; its orders come to 0"),
    Case(ASKED, "purchase_requisition_lines", "lamp", {"status": 0},
         "requisition 3, line 1 is pending; by its orders it is in request for proposal"),
    Case("what has become of requisitions", "purchase_orders", "half", {"status": documents.PAID},
         "requisition 2 is approved; all of it is ordered and completed"),
    Case(STOCK, "warehouse_items", {"product_id": "goods", "warehouse_id": "warehouse"}, {"quantity": D(9)},
         "in the warehouse: the quantity is 9; its movements come to 8"),
    Case(STOCK, "stock_moves", {"product_id": "goods", "warehouse_id": "annex"}, {"balance_value": D(5)},
         "the value is 5; its movements come to 4"),
    Case("what is reserved in warehouses", "warehouse_items", {"product_id": "goods", "warehouse_id": "warehouse"},
         {"reserved": D(4)}, "4 are reserved; approved requests wait for 3"),
    Case(GOT, "warehouse_request_lines", "wish", {"transferred_quantity": D(1)},
         "warehouse request 1, line 1: 1 are noted as transferred; its transfers come to 2"),
    Case(FULFILLED, "warehouse_requests", "wanted", {"status_transferred": 2},
         "warehouse request 1 is transferred; by its lines it is partly transferred"),
    Case(FULFILLED, "warehouse_requests", "wanted", {"status": documents.PAID},
         "warehouse request 1 is completed, with 1 open lines"),
    Case(ALLOCATED, "invoice_line_allocations", {"line_id": "billed"}, {"net_sum": D(5)},
         "invoice 1, line 1 comes to 6.00 net; 5.00 of it bill orders"),
    Case(ALLOCATED, "invoice_line_allocations", {"line_id": "billed"}, {"sum": D(5)},
         "invoice 1, line 1 comes to 7.20; 5.00 of it bill orders"),
    Case(ALLOCATED, "invoice_line_allocations", {"line_id": "billed"}, {"invoice_id": 1},
         "invoice 1, line 1: what it bills is noted with another invoice"),
    Case(ALLOCATED, "purchase_order_lines", "pipe", {"order_id": "OTHER"},
         "invoice 1, line 1 is noted to bill order 3; the line it bills is of order 4"),
    Case(DIFFERENCES, "invoices", "waiting", {"status": APPROVED},
         "invoice 4 is approved; 1 decisions about its differences are to be made"),
    Case(DIFFERENCES, "matches", {"invoice_id": "waiting"}, {"status": 1},
         "invoice 4 is in matching; nothing about it is to be decided"),
    Case(DIFFERENCES, "purchase_orders", "third", {"status": APPROVED},
         "order 5 is approved; 1 decisions about its differences are to be made"),
    Case("what has been accepted of invoices", "matches", {"invoice_id": "waiting"}, {"status": 1, "taken_over": True},
         "invoice 4, line 1 bills 30.00, which was accepted; 20.00 are noted as agreed to"),
    Case("what invoices bill of what was ordered", "purchase_order_lines", "pipe", {"quantity": D(2)},
         "order 3, line 1: 3 are billed; it orders 2"),
    Case(BROUGHT, "receipt_lines", {"order_line_id": "pipe"}, {"quantity": D(2)},
         "receipt 1, line 1 has brought 2; invoices bill 3 of it"),
    Case(BROUGHT, "receipts", {"purchase_order_id": "order"}, {"status": documents.CANCELED},
         "receipt 1, line 1 is named by invoices; the receipt is canceled"),
    Case(SUMS, "purchase_orders", "other", {"net_sum": D(21)}, "order 4 says net_sum 21.00; its lines come to 20.00"),
    Case(SUMS, "purchase_orders", "other", {"sum": D(21)}, "order 4 says sum 21.00; its lines come to 20.00"),
    Case(SUMS, "purchase_orders", "order", {COMPANY_SUM: D(7)},
         "order 3 says sum 7.00 in the company's currency; it should be 6.66"),
    Case(SUMS, "purchase_orders", "other", {COMPANY_SUM: D(7)},
         "order 4 says sum 7.00 in the company's currency; it should be 20.00"),
    Case(SUMS, "purchase_requisitions", "requisition", {"sum": D(1)},
         "requisition 1 says sum 1.00; its lines come to 24.00"),
    Case(SUMS, "invoices", "bill", {"withholding_tax_sum": D(1)},
         "invoice 1 says withholding_tax_sum 1.00; its lines come to 0.30"),
    Case(SUMS, "expenses", "expense", {"net_sum": D(10)}, "expense 1 says net_sum 10.00; its lines come to 9.00"),
    Case(SUMS, "receipts", {"purchase_order_id": "order"}, {"net_sum": D(9)},
         "receipt 1 says net_sum 9.00; its lines come to 8.00"),
    Case(LINE_SUMS, "invoice_lines", "billed", {"tax_sum": D(1)},
         "invoice 1, line 1 says 1.00 of taxes; they come to 1.20"),
    Case(LINE_SUMS, "invoice_lines", "billed", {"sum": D(7)},
         "invoice 1, line 1 says 7.00; 6.00 and 1.20 of taxes come to something else"),
    Case(LINE_SUMS, "expense_lines", "taxi", {"tax_sum_in_document_currency": D(2)},
         "expense 1, line 1 says 2.00 of taxes; they come to 1.80"),
    Case(NUMBERS, "counters", {"name": "invoices"}, {"live": 7}, "7 invoices are counted; there are 4"),
    Case(NUMBERS, "counters", {"name": "invoices"}, {"last": 2},
         "2 is noted as the latest number of invoices; number 4 is in use"),
    Case(APPROVALS, "approval_steps", {"object_id": "asked"}, {"status": 2},
         "purchase requisition 4 waits for approval with 0 open steps; it should be one"),
    Case(APPROVALS, "approval_tasks", {"object_id": "asked"}, {"status": 4},
         "purchase requisition 4 waits for approval, and nobody is asked"),
    Case(APPROVALS, "purchase_requisitions", "asked", {"status": APPROVED},
         "purchase requisition 4 does not wait for approval; 1 steps of it are open, 1 people are asked"),
    Case("the journal", "company_clocks", {}, {"head": "0" * 64}, "is not the latest that was written."),
    Case("what has been paid of expenses", "expenses", "expense", {"sum_paid": D(6)},
         "Expense 1 says that 6 are paid; its payments come to 5."),
    Case("what has been paid on invoices, and their states", "invoices", "bill", {"sum_paid": D(2)},
         "invoice 1 says 2.00 are paid; its payments come to 1.00"),
    Case("prepayments and what invoices have taken of them", "payments", "prepayment", {"sum_paid": D(4)},
         "invoices have taken 5.00; it is 4.00"),
    Case("what suppliers owe by credit notes", "credit_balances", "balance", {"sum": D(51)},
         "owes 51.00; its credit notes have 50.00 left"),
]  # fmt: skip


def test_every_figure_adds_up(world: World) -> None:
    assert found(world, lambda tx: None) == []


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_spoiled_figure_is_found(world: World, case: Case) -> None:
    if "OTHER" in case.changes.values():
        case = replace(case, changes=dict.fromkeys(case.changes, world.rows["other"]))
    said = found(world, lambda tx: case.spoil(tx, world.rows))
    assert any(checked == case.checked and case.said in sentence for checked, sentence in said), said


def test_what_is_given_up_is_not_left_approved(world: World) -> None:
    """A requisition of which nobody wants anything any more."""

    def close(tx: UnitOfWork) -> None:
        lines = {"closed": True, "ordered_quantity": D(0), "status": 2}
        tx.update(table("purchase_requisition_lines"), lines, requisition_id=world.rows["taken"])
        tx.update(table("purchase_orders"), {"status": documents.CANCELED}, id=world.rows["half"])

    words = "requisition 2 is approved; nothing of it is wanted any more"
    assert found(world, close) == [("what has become of requisitions", words)]


TESTED_ELSEWHERE = ("emptor.domains.budgets",)
"""Rooms whose checks are tried in tests of their own."""


def test_every_check_finds_something() -> None:
    tried = {case.checked for case in CASES}
    checks = checking.all_checks().items()
    assert tried == {words for words, look in checks if not look.__module__.startswith(TESTED_ELSEWHERE)}


# The command


def said(*words: str, code: int = 0) -> Any:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["check", *words])
    assert result.exit_code == code, result.output
    return result


@pytest.fixture
def town(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A database with the companies Acme and Bolt."""
    migrate.migrate(database_url)
    monkeypatch.setenv("EMPTOR_DATABASE_URL", database_url)
    database = Database(database_url, pool_size=2)
    for name in ("Acme", "Bolt"):
        companies.create(database, name, "com", "EUR")
    yield database
    database.close()


def test_the_command_says_that_all_is_well(town: Database) -> None:
    assert said().stderr == "2 companies checked, and no difference found.\n"
    assert said("--company", "bolt").stderr == "1 company checked, and no difference found.\n"
    assert json.loads(said("--json").stdout) == []


def test_the_command_lists_what_differs(town: Database) -> None:
    bolt = next(one["id"] for one in companies.all_companies(town) if one["name"] == "Bolt")
    with town.write(bolt) as tx:
        tx.count("invoices", rows=3)
        tx.count("receipts", idns=2)
    difference = {"company": "Bolt", "company_id": bolt, "checked": NUMBERS,
                  "difference": "3 invoices are counted; there are 0"}  # fmt: skip
    assert json.loads(said("--json", code=1).stdout) == [difference]
    assert difference["difference"] in said(code=1).stdout
    assert said("--company", "Acme").stdout == ""
    assert "There is no company 'Nobody'" in said("--company", "Nobody", code=1).stderr


def test_there_may_be_no_company(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate.migrate(database_url)
    monkeypatch.setenv("EMPTOR_DATABASE_URL", database_url)
    assert said().stderr == "There is no company yet.\n"
