"""The demo is the same for everybody, shows every state there is, and its numbers add up."""

import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count, pairwise
from pathlib import Path

import pytest
from sqlalchemy import bindparam, select

from emptor import demo, server
from emptor.demo import DemoKey
from emptor.demo.company import Company
from emptor.demo.masters import email_of
from emptor.domains import discover
from emptor.domains import documents as doc
from emptor.domains.approvals import running
from emptor.domains.checking import differences
from emptor.domains.inventory import ledger
from emptor.domains.organisation import access, companies, keys
from emptor.domains.payables.expenses import RESOURCE as EXPENSES
from emptor.domains.payables.expenses.payments import PAYMENTS as EXPENSE_PAYMENTS
from emptor.domains.payables.invoices import RESOURCE as INVOICES
from emptor.domains.payables.matching import ACCEPTED, MATCHES, WAITING
from emptor.domains.payables.payments import PAYMENTS
from emptor.domains.payables.rules import ACTIVE, CREDIT, CREDIT_NOTES, KINDS_OF_PAYMENT, PENDING
from emptor.domains.payables.scans.documents import SCANS
from emptor.domains.payables.scans.states import ALLOCATED, PROCESSED
from emptor.domains.purchasing.orders import RESOURCE as ORDERS
from emptor.domains.purchasing.orders.billing import BLANKET_TOTAL as BLANKET
from emptor.domains.receiving.receipts import RESOURCE as RECEIPTS
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.domains.taxes_and_terms.payment_terms import PAYMENT_TERMS
from emptor.http.messages import Answer, Request
from emptor.http.pipeline import Service
from emptor.kit.clock import spell
from emptor.kit.fields import Code, Parts
from emptor.kit.resource import Resource
from emptor.services.files import MemoryFiles
from emptor.settings import read
from emptor.store import journal, migrate
from emptor.store.schema import counters
from emptor.store.statement import Statement
from tests.support import services

_numbers = count(1)

SCALE = 500
COUNTS = Statement(
    select(counters.c.live, counters.c.last).where(
        counters.c.company_id == bindparam("company"), counters.c.name == bindparam("name")
    )
)
FAMILIES = ("documentcustomfields", "itemcustomfields", "suppliercustomfields")


@dataclass
class Town:
    """A filled database and what answers from it."""

    service: Service
    keys: list[DemoKey]
    known: dict[tuple[str, str], list[dict]] = field(default_factory=dict)
    told: list[tuple[int, int]] = field(default_factory=list)

    def key(self, purpose: str) -> DemoKey:
        """The key whose purpose begins so."""
        return next(key for key in self.keys if key.purpose.startswith(purpose))

    def ask(
        self, path: str, key: DemoKey | None = None, method: str = "GET", body: object = None, accept: str = ""
    ) -> Answer:
        """The answer somebody gets, by default the first super user."""
        key = key or self.keys[0]
        headers = {"x-auth-token": key.token, "email": key.email, "content-type": "application/json", "accept": accept}
        bare, _, query = path.partition("?")
        data = b"" if body is None else json.dumps(body).encode()
        return self.service.answer(Request(method, bare, query.encode(), headers, data, "127.0.0.1", "test"))

    def get(self, path: str, key: DemoKey | None = None) -> dict:
        """What is at `path`, amounts as decimals."""
        answer = self.ask(path, key)
        assert answer.status == 200, answer.body
        return json.loads(answer.body, parse_float=Decimal)

    def all(self, name: str, key: DemoKey | None = None, wanted: str = "") -> list[dict]:
        """Every object of a list, newest first."""
        found, page = [], 1
        while True:
            answer = self.get(f"/{name}?per_page=200&page={page}{wanted}", key)
            found += answer["data"]
            if "meta" not in answer or page >= answer["meta"]["pagination"]["total_pages"]:
                return found
            page += 1

    def everywhere(self, resource: Resource) -> list[dict]:
        """Every object of a resource, of both companies: each works in its own way."""
        return [row for key in self.founders for row in self.listed(resource, key)]

    def listed(self, resource: Resource, key: DemoKey | None = None) -> list[dict]:
        """Every object of a resource, wherever its list is."""
        path = next(one.path for one in resource.operations if one.kind == "list")
        return self.all(path.removeprefix("/"), key)

    @property
    def founders(self) -> tuple[DemoKey, DemoKey]:
        """The super users of both companies."""
        return self.keys[0], self.key("super user of the sister")

    def people(self, company_id: int) -> list[dict]:
        """Everybody of a company."""
        return self.all("users", next(key for key in self.keys if key.company == demo.COMPANIES[company_id - 1].name))

    def whole(self, resource: Resource, key: DemoKey | None = None) -> list[dict]:
        """Every object of a resource as its own page shows it, newest first."""
        key = key or self.keys[0]
        if (resource.name, key.token) not in self.known:
            rows = self.all(resource.name, key)
            objects = [self.get(f"/{resource.name}/{row[resource.key]}", key) for row in rows]
            self.known[resource.name, key.token] = objects
        return self.known[resource.name, key.token]


@contextmanager
def town(engine: str, folder: Path, **how: object) -> Iterator[Town]:
    """A database of that engine, filled."""
    name = f"demo_{os.getpid()}_{next(_numbers)}"
    url = f"sqlite:///{folder / name}.db" if engine == "sqlite" else services.fresh_postgres_database(name)
    migrate.migrate(url)
    service = server.service(read({}, database_url=url, limits=False), files=MemoryFiles())
    yield Town(service, demo.fill(service.database, service.files, **how))
    service.database.close()
    if engine == "postgres":
        services.drop_postgres_database(name)


@pytest.fixture(scope="module")
def sqlite_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town("sqlite", tmp_path_factory.mktemp("demo")) as filled:
        yield filled


@pytest.fixture(scope="module")
def postgres_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with town("postgres", tmp_path_factory.mktemp("demo")) as filled:
        yield filled


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def scaled_town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    told: list[tuple[int, int]] = []
    with town(
        request.param, tmp_path_factory.mktemp("demo"), scale=SCALE, progress=lambda *how: told.append(how)
    ) as filled:
        filled.told = told
        yield filled


def answers(filled: Town) -> dict[tuple[str, str], bytes]:
    """What every key gets from every list, and the super users from every fourth object too."""
    found = {}
    for key in filled.keys:
        for resource in filled.service.registry:
            if not any(operation.path == f"/{resource.name}" for operation in resource.operations):
                continue
            listed = filled.ask(f"/{resource.name}?per_page=200", key)
            found[key.token, resource.name] = listed.body
            if listed.status == 200 and "super_user" in key.roles:
                for row in json.loads(listed.body)["data"][::4]:
                    path = f"/{resource.name}/{row[resource.key]}"
                    found[key.token, path] = filled.ask(path, key).body
    return found


def test_the_same_seed_gives_the_same_answers_on_both_engines(sqlite_town, postgres_town, tmp_path):
    with town("sqlite", tmp_path) as again:
        expected = answers(sqlite_town)
        assert len(expected) > 250
        assert answers(again) == expected
        assert again.keys == sqlite_town.keys
    assert answers(postgres_town) == expected
    assert postgres_town.keys == sqlite_town.keys


@pytest.mark.parametrize("seed", [2, 3])
def test_another_seed_makes_another_demo(sqlite_town, tmp_path, seed):
    with town("sqlite", tmp_path, seed=seed) as other:
        assert {key.email for key in other.keys} == {key.email for key in sqlite_town.keys}
        assert {key.token for key in other.keys}.isdisjoint(key.token for key in sqlite_town.keys)
        assert other.all("purchaseorders") != sqlite_town.all("purchaseorders")
        assert_every_code_appears(other)
        assert_sums_agree(other)
        assert_figures_follow_from_their_sources(other)
        assert_differences_wait(other)
        assert_bills_of_every_sort(other)
        assert_money_goes_every_way(other)
        assert_budgets_are_half_spent(other)


def test_a_filled_database_is_not_filled_again(sqlite_town):
    with pytest.raises(demo.AlreadyFilled):
        demo.fill(sqlite_town.service.database, MemoryFiles())


def test_every_state_of_every_axis_appears(sqlite_town):
    assert_every_code_appears(sqlite_town)


SHOWN = (
    *(one for one in discover() if one.life), PAYMENTS, EXPENSE_PAYMENTS, MATCHES, SCANS, SUPPLIERS, PAYMENT_TERMS,
)  # fmt: skip
"""Kinds of object whose every state the demo shows."""
NOT_YET: dict[tuple[str, str, int], str] = {
    ("matches", "status", 4): "no story of the demo changes an order about which something was accepted before",
}
"""States that nothing leads to yet, with the reason: (resource, field, code)."""
TAX_LINE = (doc.TAX_ITEM, "the catalogue of the demo has no taxes for sale")


def assert_every_code_appears(filled: Town) -> None:
    for resource in SHOWN:
        rows = filled.everywhere(resource)
        for one in resource.fields:
            if isinstance(one, Code) and one.names and one.listed:
                known = {code for code in one.names if (resource.name, one.wire, code) not in NOT_YET}
                assert {row[one.wire] for row in rows} == known, (resource.name, one.wire)


def test_every_state_of_a_line_appears(sqlite_town):
    for resource in SHOWN:
        lines = next((one for one in resource.fields if one.wire == "items" and isinstance(one, Parts)), None)
        for one in lines.of.fields if lines else ():
            if isinstance(one, Code) and one.names and one.wire != "itemType":
                found = {line[one.wire] for row in sqlite_town.whole(resource) for line in row["items"]["data"]}
                assert found == set(one.names), (resource.name, one.wire)


def test_goods_of_every_type_are_bought(sqlite_town):
    found = {line["itemType"] for row in sqlite_town.whole(ORDERS) for line in row["items"]["data"]}
    assert found == {doc.NON_INVENTORY_ITEM, doc.INVENTORY_ITEM, doc.SERVICE_ITEM}, TAX_LINE


def test_orders_wait_at_their_first_and_at_later_steps(sqlite_town):
    waiting = [row for row in sqlite_town.whole(ORDERS) if row["status"] == doc.PENDING]
    positions = {
        next(step["position"] for step in row["approvalSteps"]["data"] if step["status"] == running.PENDING)
        for row in waiting
    }
    assert positions == {1, 2, 3}
    assert any(step["round"] > 1 for row in sqlite_town.whole(ORDERS) for step in row["approvalSteps"]["data"])


@pytest.mark.parametrize("company_id", [1, 2])
def test_something_waits_for_every_approver(sqlite_town, company_id):
    company: Company = demo.COMPANIES[company_id - 1]
    entries = [entry.who for steps in company.workflows.values() for step in steps for entry in step.approvers]
    asked = {company.people[word].substitute or word for word in entries}
    asked |= {backup for word in asked for backup in company.people[word].backups}
    with sqlite_town.service.database.read(company_id) as tx:
        for word in asked:
            [user] = [row for row in sqlite_town.people(company_id) if row["email"] == email_of(company, word)]
            person = access.load(tx, user["id"], companies.chosen(tx))
            assert running.waiting_for(tx, person).total, word


def test_nobody_waits_in_vain(sqlite_town):
    for key in (sqlite_town.keys[0], sqlite_town.key("super user of the sister")):
        assert sqlite_town.get("/-/stalledapprovals", key) == {"data": []}
        assert sqlite_town.get("/-/overdueapprovals", key)["data"] or key is not sqlite_town.keys[0]


def test_somebody_has_approved_for_somebody_else(sqlite_town):
    decided = [
        (task["decidedBy"], task["onBehalfOf"])
        for row in sqlite_town.whole(ORDERS) + sqlite_town.whole(RECEIPTS)
        for step in row["approvalSteps"]["data"]
        for task in step["approvers"]["data"]
        if task["onBehalfOf"]
    ]
    pairs = {(by["lastname"], of["lastname"]) for by, of in decided}
    assert pairs == {("Halvard", "Aubrac"), ("Kraanstra", "Oosterhof")}


def test_a_gap_is_reported(sqlite_town):
    words = [one["words"] for one in sqlite_town.get("/-/approvalgaps")["data"]]
    assert "Nobody decides about Gdańsk workshop, below 10,000." in words


def test_the_stock_is_the_sum_of_its_movements(sqlite_town):
    for company_id in (1, 2):
        with sqlite_town.service.database.read(company_id) as tx:
            assert ledger.differences(tx) == []
    kinds = {one["kind"] for one in sqlite_town.get("/-/stockmoves?per_page=200")["data"]}
    assert kinds == set(ledger.KINDS) - {ledger.OPENING}, "the demo begins with a count"


def test_the_journal_tells_a_life_as_it_was(sqlite_town):
    for company_id in (1, 2):
        with sqlite_town.service.database.read(company_id) as tx:
            verdict = journal.verify(tx)
            assert verdict.entries
            assert not verdict.fault
    done = next(row for row in sqlite_town.all("purchaseorders") if row["status"] == doc.PAID and row["statusPayment"])
    said = [one["verb"] for one in sqlite_town.all("-/audit", wanted=f"&objectId[]={done['id']}")]
    assert said[-2:] == ["confirm", "create"]
    assert "send" in said
    [revision] = sqlite_town.get(f"/purchaseorders/{done['idn']}/revisions")["data"]
    assert done["createDate"] <= revision["createDate"] <= done["approvalDate"]
    assert revision["user"]["email"] == done["creator"]["email"]


def test_something_has_to_be_ordered(sqlite_town):
    kept = [
        row
        for warehouse in sqlite_town.all("warehouses")
        for row in sqlite_town.get(f"/warehouses/{warehouse['id']}/items?per_page=200")["data"]
    ]
    assert any(row["needToOrder"] > 0 for row in kept)
    assert any(row["minimumStockLevel"] and not row["needToOrder"] for row in kept)
    assert any(row["reserved"] for row in kept)


def test_people_talk_and_are_told(sqlite_town):
    approver = sqlite_town.key("approver")
    assert {one["kind"] for one in sqlite_town.all("-/notices", approver)} >= {"mention"}
    assert any(row["comments"]["data"] and row["followers"]["data"] for row in sqlite_town.whole(ORDERS))


def test_a_supplier_can_answer_through_its_link(sqlite_town):
    tenders = sqlite_town.whole(sqlite_town.service.registry["requestforproposals"])
    still_open = [row for row in tenders if row["status"] == doc.APPROVED and row["requiredDate"] > "2027"]
    offer = still_open[0]["propositions"]["data"][-1]
    shown = sqlite_town.get(f"/-/propositions/{offer['accessKey']}")
    assert shown["open"]
    assert shown["supplier"]["name"] == offer["supplier"]["name"]


def test_orders_made_of_wishes_say_so(sqlite_town):
    behind = [
        {source["requisitionItem"] for source in line["sources"]["data"]}
        for row in sqlite_town.whole(ORDERS)
        for line in row["items"]["data"]
    ]
    assert any(len(one) == 1 for one in behind)
    assert any(len(one) == 2 for one in behind)


def test_documents_have_numbers_of_the_companys_own(sqlite_town):
    assert all(row["customName"].startswith("PR-2026-") for row in sqlite_town.all("purchaserequisitions"))
    there = sqlite_town.key("super user of the sister")
    assert any(row["customName"].startswith("KA-2026-") for row in sqlite_town.all("purchaseorders", there))


def test_custom_fields_of_every_kind_are_defined_and_used(sqlite_town):
    used = defaultdict(set)
    for resource in (ORDERS, INVOICES, SUPPLIERS):
        for row in sqlite_town.whole(resource):
            holders = [row, *row.get("items", {"data": []})["data"]]
            for values in (one["data"] for holder in holders for name, one in holder.items() if "CustomFields" in name):
                for one in values:
                    definition = next(name for name in one if name.endswith("CustomField"))
                    used[definition].add(one[definition]["id"])
    for name in FAMILIES:
        fields = sqlite_town.all(name)
        assert {one["typeString"] for one in fields} == {"dropdown", "text", "date"}
        assert not all(one["enable"] for one in fields)
        live = {one["id"] for one in fields if one["enable"]}
        assert used[f"{name.removesuffix('customfields')}CustomField"] == live
    department = next(one for one in sqlite_town.all("documentcustomfields") if one["limitsAccess"])
    assert department["required"]
    options = department["options"]["data"]
    assert {one["level"] for one in options} == {0, 1, 2}
    assert not all(one["enable"] for one in options)


def test_a_document_costs_what_its_lines_cost(sqlite_town):
    for resource in (ORDERS, INVOICES):
        rows = sqlite_town.whole(resource)
        for row in (one for one in rows if (resource, one["logicType"]) != (ORDERS, BLANKET)):
            lines = row["items"]["data"]
            assert row["sum"] == sum(line["sum"] for line in lines)
            assert row["netSum"] == sum(line["netSum"] for line in lines)
            in_company_currency = (row["sum"] * Decimal(row["exchangeRate"])).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            assert row["sumInCompanyCurrency"] == in_company_currency
        lines = [line for row in rows for line in row["items"]["data"]]
        assert any(line["discountPercent"] for line in lines)
        assert any(line["discountAmount"] for line in lines)
        assert any(line["product"] is None for line in lines)
        assert any(len(line["taxes"]["data"]) > 1 for line in lines)
        assert any(tax["isCompound"] for line in lines for tax in line["taxes"]["data"])
        assert any(row["discountPercent"] for row in rows)
        assert any(row["discountAmount"] for row in rows)
        assert len({row["currency"] for row in rows}) > 4
        assert any(row["externalId"] for row in rows)
    assert any(invoice["withholdingTaxSum"] for invoice in rows)


def test_what_is_paid_agrees_with_the_payments(sqlite_town):
    for key in (sqlite_town.keys[0], sqlite_town.key("super user of the sister")):
        assert_sums_agree(sqlite_town, key)


def assert_sums_agree(filled: Town, key: DemoKey | None = None) -> None:
    order_of = {line["id"]: row["id"] for row in filled.whole(ORDERS, key) for line in row["items"]["data"]}
    paid, used = defaultdict(Decimal), defaultdict(Decimal)
    for payment in filled.all("payments", key):
        if payment["status"] == ACTIVE and payment["invoice"]:
            paid[payment["invoice"]["id"]] += payment["sumPaid"]
        if payment["status"] == ACTIVE and payment["creditNote"]:
            used[payment["creditNote"]["id"]] += payment["sumPaid"]
    billed = defaultdict(list)
    for invoice in filled.whole(INVOICES, key):
        if invoice["logicType"] in CREDIT_NOTES:
            assert Decimal(invoice["sumPaid"]) == used[invoice["id"]] <= invoice["sum"]
            continue
        assert Decimal(invoice["sumPaid"]) == paid[invoice["id"]]
        left = invoice["sum"] - (invoice["withholdingTaxSum"] or 0) - paid[invoice["id"]]
        assert left >= 0
        assert (invoice["status"] == doc.PAID) == (left == 0), invoice["idn"]
        assert (invoice["status"] == doc.PARTLY_PAID) == (left > 0 and paid[invoice["id"]] > 0)
        assert (invoice["purchaseOrder"] is not None) == (invoice["logicType"] == 2)
        if invoice["status"] in (doc.APPROVED, doc.PARTLY_PAID, doc.PAID):
            for order in {order_of[one["purchaseOrderItem"]] for one in allocations(invoice)}:
                billed[order].append(invoice)
    for order in filled.whole(ORDERS, key):
        invoices = billed[order["id"]]
        shares = [
            one["sum"]
            for invoice in invoices
            for one in allocations(invoice)
            if order_of[one["purchaseOrderItem"]] == order["id"]
        ]
        assert order["invoicedSum"] == sum(shares)
        assert invoices or order["statusPayment"] in (0, 2), "paid ahead"
        if order["statusPayment"] == 3:
            assert {one["status"] for one in invoices} == {doc.PAID}
        if order["statusPayment"] == 1:
            assert not any(paid[one["id"]] for one in invoices)
        if order["status"] in (doc.DRAFT, doc.REJECTED):
            assert order["approvalDate"] is None
        if order["status"] in (doc.APPROVED, doc.MATCHING, doc.PAID, doc.CLOSED):
            assert order["approvalDate"]
        if order["status"] == doc.PAID:
            given_up = (order["statusReceiving"], order["statusPayment"]) == (0, 0)
            assert given_up or order["statusPayment"] == 3
            assert given_up or order["statusReceiving"] == 2 or order["logicType"] == BLANKET


def allocations(invoice: dict) -> list[dict]:
    """What the lines of an invoice bill of orders."""
    return [one for line in invoice["items"]["data"] for one in line["allocations"]["data"]]


def test_every_figure_follows_from_its_sources(sqlite_town):
    assert_figures_follow_from_their_sources(sqlite_town)


def assert_figures_follow_from_their_sources(filled: Town) -> None:
    for company_id in (1, 2):
        with filled.service.database.read(company_id) as tx:
            assert list(differences(tx)) == []


def test_differences_wait_for_the_word_of_whoever_ordered(sqlite_town):
    assert_differences_wait(sqlite_town)


def assert_differences_wait(filled: Town) -> None:
    waiting = [row for row in filled.listed(MATCHES) if row["status"] == WAITING]
    bills = [row for row in waiting if row["invoice"]]
    said = "\n".join(row["explanation"] for row in bills)
    for words in ("by the order", "were open", "is not on the order"):
        assert words in said
    assert any(row["receipt"] for row in waiting)
    queues = Counter(row["purchaseOrder"]["id"] for row in bills)
    assert max(queues.values()) == 2, "two bills of one order"
    for row in bills:
        told = filled.get(f"/invoices/{row['invoice']['idn']}/match")
        assert not told["matches"]
        assert any(one["explanation"] for one in told["orders"])
    by_id = {row["id"]: row for row in filled.all("purchaseorders")}
    assert {by_id[one]["status"] for one in queues} == {doc.MATCHING}
    assert any(row["restartsApproval"] for row in filled.listed(MATCHES) if row["status"] == ACCEPTED)


def test_there_are_bills_of_every_sort(sqlite_town):
    assert_bills_of_every_sort(sqlite_town)


def assert_bills_of_every_sort(filled: Town) -> None:
    invoices = [row for row in filled.whole(INVOICES) if row["logicType"] not in CREDIT_NOTES]
    of_orders = [row for row in invoices if row["logicType"] == 2]
    assert {row["status"] for row in of_orders} >= {
        doc.DRAFT, doc.PENDING, doc.APPROVED, doc.REJECTED, doc.PARTLY_PAID, doc.PAID, doc.MATCHING, doc.IN_REVISION,
    }  # fmt: skip
    order_of = {line["id"]: row["id"] for row in filled.whole(ORDERS) for line in row["items"]["data"]}
    several = [row for row in of_orders if len({order_of[one["purchaseOrderItem"]] for one in allocations(row)}) > 1]
    assert several, "one bill of several orders"
    assert any(one["receiptItem"] for row in of_orders for one in allocations(row)), "three-way"
    assert any(row["parentData"] for row in of_orders), "split"
    assert any(line["isSplit"] for row in of_orders for line in row["items"]["data"])
    assert any(row["isServiceOrder"] for row in of_orders)
    assert filled.all("-/audit", wanted="&verb[]=link"), "linked afterwards"
    living = [row for row in invoices if row["status"] not in (doc.REJECTED, doc.CANCELED) and not row["parentData"]]
    numbers = Counter((row["supplier"]["id"], row["invoiceNumber"]) for row in living)
    assert set(numbers.values()) == {1}
    due = [row for row in invoices if row["status"] in (doc.APPROVED, doc.PARTLY_PAID) and row["requiredDate"]]
    assert any(row["requiredDate"] < "2026-03-28" for row in due), "overdue"
    assert any(row["requiredDate"] > "2026-04-01" for row in due)
    blankets = [row for row in filled.whole(ORDERS) if row["logicType"] == BLANKET]
    used_up = [row for row in blankets if row["netInvoicedSum"] == row["blanketSum"]]
    assert [row["status"] for row in used_up] == [doc.PAID]
    assert any(0 < row["netInvoicedSum"] < row["blanketSum"] for row in blankets)


def test_money_goes_every_way(sqlite_town):
    assert_money_goes_every_way(sqlite_town)


def assert_money_goes_every_way(filled: Town) -> None:
    payments = filled.all("payments")
    assert {row["logicType"] for row in payments} == set(KINDS_OF_PAYMENT)
    assert max(Counter((row["createDate"], row["note"]) for row in payments).values()) >= 4, "many at once"
    assert any(row["invoice"] is None and row["status"] == ACTIVE for row in payments), "paid ahead, not billed"
    notes = [row for row in filled.whole(INVOICES) if row["logicType"] in CREDIT_NOTES]
    assert {row["logicType"] for row in notes} == {1, 5}
    assert {row["status"] for row in notes} >= {doc.DRAFT, doc.PENDING, doc.APPROVED, doc.REJECTED, doc.CANCELED}
    by_hand = [row for row in payments if row["logicType"] == CREDIT and not row["automatic"]]
    assert by_hand, "credit that pays a later invoice"
    assert any(row["sum"] > 0 for row in filled.all("-/creditbalances"))
    for expense in (rows := filled.whole(EXPENSES)):
        for line in expense["items"]["data"]:
            assert (line["exchangeRate"] == 1) == (line["currency"] == expense["currency"])
    assert any(len({line["currency"] for line in row["items"]["data"]}) > 1 for row in rows)
    there = filled.key("super user of the sister")
    assert Counter(row["status"] for row in filled.all("payments", there))[PENDING] == 2, "somebody else has to agree"


def test_budgets_are_half_spent(sqlite_town):
    assert_budgets_are_half_spent(sqlite_town)


def assert_budgets_are_half_spent(filled: Town) -> None:
    budgets = filled.all("budgets")
    by_plan = defaultdict(list)
    for row in budgets:
        assert row["availableSum"] == row["sum"] - row["usedSum"] - row["reservedSum"]
        by_plan[row["plan"]["name"]].append(row)
    quarter = [row for row in by_plan["Departments 2026"] if row["startDate"] < "2026-01-02"]
    assert len(quarter) == 4
    for row in quarter:
        assert Decimal("0.3") < (row["usedSum"] + row["reservedSum"]) / row["sum"] < Decimal("0.65"), row["fullName"]
        assert row["usedSum"] > 0
    assert any(row["reservedSum"] > 0 for row in quarter)
    assert len({row["startDate"] for row in by_plan["Departments 2026"]}) == 4
    [limited] = by_plan["Summer festival at the lock"]
    assert 0 < limited["availableSum"] < limited["budgetLimit"] * Decimal("0.05")
    [exceeded] = by_plan["Trade fair stand"]
    assert exceeded["availableSum"] < 0
    assert exceeded["budgetLimit"] is None
    [frozen] = by_plan["Old foundry, dismantling"]
    assert frozen["frozen"]
    assert frozen["usedSum"] > 0
    taken = ("usedSumInPurchaseRequisition", "usedSumInPurchaseOrder", "usedSumInInvoice", "usedSumInExpense")
    assert all(any(row[name] for row in budgets) for name in taken)
    for name in ("purchaserequisitions", "purchaseorders", "invoices", "expenses"):
        assert any(row["budget"] for row in filled.all(name)), name
    assert filled.all("budgets", filled.key("super user of the sister"))


APPROVED = 2
"""The status of a supplier that is not rejected; those that were are not paid either."""


def test_who_has_another_bank_account_is_not_paid_for_now(sqlite_town):
    changed = [row for row in sqlite_town.whole(SUPPLIERS) if row["bankChangeDate"] and row["status"] == APPROVED]
    assert len(changed) == 1
    owed = [
        row
        for row in sqlite_town.all("invoices")
        if row["supplier"]["id"] == changed[0]["id"] and row["status"] == doc.APPROVED and row["logicType"] in (0, 2)
    ]
    body = {"invoice": {"id": owed[0]["id"]}, "sumPaid": 1, "payDate": "2026-04-01"}
    refused = sqlite_town.ask("/payments", sqlite_town.key("accountant"), "POST", body)
    assert refused.status == 400
    assert b"nobody else has confirmed it" in refused.body


def test_bills_that_came_as_files_are_read(sqlite_town):
    scans = sqlite_town.listed(SCANS)
    read = [row for row in scans if row["status"] == PROCESSED and row["purchaseOrder"]]
    assert read
    assert all(row["supplier"] and row["documentNumber"] and row["grossTotal"] for row in read)
    assert any(row["duplicateInvoice"] for row in scans)
    made = {row["id"]: row for row in sqlite_town.whole(INVOICES)}
    of_scans = [made[row["invoice"]["id"]] for row in scans if row["status"] == ALLOCATED]
    assert all(allocations(row) and row["attachments"]["data"] for row in of_scans)


def test_contracts_tell_how_they_stand(sqlite_town):
    present = sqlite_town.service.database.clock
    sqlite_town.service.database.clock = lambda: datetime(2026, 3, 30, tzinfo=UTC)
    try:
        found = sqlite_town.all("contracts")
    finally:
        sqlite_town.service.database.clock = present
    assert {row["state"] for row in found} == {"upcoming", "active", "expiring", "expired", "disabled"}
    full = [row for row in found if row["grossSum"] and row["spentSum"] / row["grossSum"] > Decimal("0.9")]
    assert full, "nearly used up"
    assert not any(row["isExceeded"] for row in found)


def test_time_goes_forward_and_ends_in_the_past(sqlite_town):
    for resource in (*(one for one in SHOWN if one.life), PAYMENTS, EXPENSE_PAYMENTS):
        rows = sqlite_town.all(resource.name)
        if resource.name == "stock_takings":
            rows = [row for row in rows if row["note"] != "First count"]
        assert all(older["createDate"] <= newer["createDate"] for newer, older in pairwise(rows))
        assert all(row["createDate"] <= row["updateDate"] < "2026-04-01" for row in rows)
        assert all(row["createDate"] > "2026-01-05" for row in rows)
    since = sqlite_town.get("/purchaseorders?modifiedSince=2026-03-01T00:00:00")["meta"]["pagination"]["total"]
    assert 0 < since < len(sqlite_town.all("purchaseorders"))


def test_each_key_sees_what_it_says(sqlite_town):
    everything = len(sqlite_town.all("purchaseorders"))
    buyer, accountant, viewer = (sqlite_town.key(word) for word in ("buyer", "accountant", "viewer"))
    seen = sqlite_town.all("purchaseorders", buyer)
    assert {row["location"]["uniqueCode"] for row in seen} == {"GNT"}
    assert 0 < len(seen) < everything
    assert len(sqlite_town.all("purchaseorders", viewer)) == everything
    assert sqlite_town.ask("/units", viewer, "POST", {"name": "bucket"}).status == 403
    invoice = next(row for row in sqlite_town.all("invoices") if row["status"] == doc.DRAFT)
    refused = sqlite_town.ask(
        "/payments", accountant, "POST", {"invoice": invoice["id"], "sumPaid": 1, "payDate": "2026-04-01"}
    )
    assert refused.status == 400


def test_one_person_has_a_key_in_each_company(sqlite_town):
    here, there = (key for key in sqlite_town.keys if key.email == sqlite_town.keys[0].email)
    assert (here.region, there.region) == ("com", "us")
    assert here.company != there.company
    assert {row["currency"] for row in sqlite_town.all("invoices", there)} >= {"USD"}
    ids = {row["id"] for row in sqlite_town.all("purchaseorders", here)}
    assert ids.isdisjoint(row["id"] for row in sqlite_town.all("purchaseorders", there))


def test_people_can_be_limited_by_the_options_of_a_field(sqlite_town):
    limited = [
        one
        for one in sqlite_town.whole(sqlite_town.service.registry["users"])
        if not one["allUserDocumentCostcentersAccess"]
    ]
    assert [one["documentCustomFieldOptions"]["data"][0]["name"] for one in limited] == ["Research"]


def test_files_can_be_read_back(sqlite_town):
    kinds = set()
    for name in ("purchaseorders", "invoices", "suppliers", "contracts"):
        for row in sqlite_town.whole(sqlite_town.service.registry[name]):
            for one in row["attachments"]["data"]:
                answer = sqlite_town.ask(f"/attachments/{one['id']}")
                assert (answer.status, len(answer.body)) == (200, one["size"])
                kinds.add(one["formatType"])
    assert kinds == {"application/pdf", "application/xml", "image/png", "text/plain"}


def test_scale_adds_orders_that_nothing_tells_from_others(scaled_town):
    told, listed = scaled_town.told, scaled_town.all("purchaseorders", wanted="&include=items")
    assert told == sorted(told)
    assert (told[0], told[-1]) == ((0, SCALE), (SCALE, SCALE))
    assert [int(row["idn"]) for row in listed] == list(range(len(listed), 0, -1))
    bulk = listed[-SCALE:]
    for row in bulk:
        lines = row["items"]["data"]
        assert len(lines) == 20 if int(row["idn"]) % 200 == 0 else 1 <= len(lines) <= 5
        assert row["sum"] == sum(line["sum"] for line in lines)
        assert "2025-01-06" < row["createDate"] <= row["updateDate"] < "2026"
    assert all(older["createDate"] <= newer["createDate"] for newer, older in pairwise(listed))
    ids = [line["id"] for row in listed for line in row["items"]["data"]]
    assert len(set(ids)) == len(ids)
    copy = scaled_town.get(f"/purchaseorders/{bulk[0]['idn']}")
    assert copy["dataDocumentCustomFields"]["data"]
    assert copy["items"]["data"][0]["dataItemCustomFields"]["data"]
    assert any(line["taxes"]["data"] for line in copy["items"]["data"])
    assert copy["relatedReceipts"] == []
    for name in ("purchaseorders", "invoices", "payments"):
        assert live_and_last(scaled_town, name) == (len(scaled_town.all(name)),) * 2


def live_and_last(filled: Town, name: str) -> tuple[int, int]:
    """What the store counts for the first company: rows, and the last number given out."""
    with filled.service.database.read(1) as tx:
        return tuple(tx.one(COUNTS, company=1, name=name))


def test_scale_does_not_change_the_story(scaled_town, sqlite_town):
    told, expected = scaled_town.all("purchaseorders")[:-SCALE], sqlite_town.all("purchaseorders")
    assert [(row["createDate"], row["sum"]) for row in told] == [(row["createDate"], row["sum"]) for row in expected]


def test_work_goes_on_after_the_demo(scaled_town):
    before = spell(scaled_town.service.database.clock())
    unit = json.loads(scaled_town.ask("/units", method="POST", body={"name": "bucket"}).body)
    assert unit["id"] > max(row["id"] for row in scaled_town.all("invoices"))
    draft = next(row for row in scaled_town.all("purchaseorders") if row["status"] == doc.DRAFT)
    confirmed = scaled_town.ask(f"/purchaseorders/{draft['idn']}/confirm", method="POST")
    assert confirmed.status == 200, confirmed.body
    assert json.loads(confirmed.body)["updateDate"] >= before
    changed = scaled_town.get(f"/purchaseorders?modifiedSince={before[:19]}")["data"]
    assert [row["idn"] for row in changed] == [draft["idn"]]


def test_copied_orders_can_be_approved_and_changed(scaled_town):
    listed = scaled_town.all("purchaseorders")[-SCALE:-200]
    assert {row["status"] for row in listed} == {doc.PENDING, doc.APPROVED, doc.PAID, doc.CANCELED, doc.REJECTED}
    seen: set[int] = set()
    for row in listed[:60]:
        whole = scaled_town.get(f"/purchaseorders/{row['idn']}")
        steps = whole["approvalSteps"]["data"]
        assert all(row["createDate"] <= (step["startDate"] or row["createDate"]) <= row["updateDate"] for step in steps)
        ids = [step["id"] for step in steps]
        assert seen.isdisjoint(ids)
        seen.update(ids)
    waiting = next(row for row in listed if row["status"] == doc.PENDING)
    [step, *_] = scaled_town.get(f"/purchaseorders/{waiting['idn']}")["approvalSteps"]["data"]
    asked = step["approvers"]["data"][0]["user"]
    with scaled_town.service.database.write(1) as tx:
        keys.create(tx, asked["id"], "theirs")
    theirs = replace(scaled_town.keys[0], email=asked["email"], token="theirs")
    answer = scaled_town.ask(f"/purchaseorders/{waiting['idn']}/approve", theirs, "POST", {})
    assert answer.status == 200, answer.body
    approved = next(
        row for row in listed if row["status"] == doc.APPROVED and row["requiredDate"] < "2026"
    )  # no budgets
    path = f"/purchaseorders/{approved['idn']}"
    assert scaled_town.ask(f"{path}/revision", method="POST", body={}).status == 200
    assert scaled_town.ask(path, method="PUT", body={"note": "Ring twice."}).status == 200
    back = json.loads(scaled_town.ask(f"{path}/confirm_revise", method="POST", body={}).body)
    assert back["status"] == doc.APPROVED, "what was approved came along"
