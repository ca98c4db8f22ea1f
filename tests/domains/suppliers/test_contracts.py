"""Contracts: what has been spent of them, where they stand, and what is said of them as time goes by."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains import daily
from emptor.domains.suppliers.reminders import remind
from emptor.domains.suppliers.spending import Rest, rest_of
from emptor.domains.suppliers.terms import next_term, state_of
from tests.support.buying import DAY, Buying, Shown
from tests.support.house import House, Premises, StoppedClock

JANUARY = "2026-01-15T12:00:00+00:00"
CLOCK = StoppedClock(JANUARY)


@pytest.fixture
def clock() -> StoppedClock:
    """One for all companies here; each test finds it in January."""
    CLOCK.at(JANUARY)
    return CLOCK


@pytest.fixture
def shop(premises: Premises, clock: StoppedClock) -> Buying:
    return Buying(premises.house(clock=clock))


def agreed(shop: Buying, **more: Any) -> Shown:
    """A contract of this year."""
    body = {"number": "C-7", "id": shop.supplier["id"], "beginDate": "2026-01-01", "endDate": "2026-12-31", **more}
    shown = shop.house.made("/contract", body)
    return {**shown, "at": f"/contracts/{shown['id']}"}


def spent(shop: Buying, contract: Shown) -> Any:
    return shop.ann.sees(contract)["spentSum"]


def billed(shop: Buying, order: Shown, *lines: Any, **more: Any) -> Shown:
    """A draft invoice of an order: of all that is open, or of so much of each line at its price."""
    body: Shown = {"supplier": shop.supplier["id"], "purchaseOrder": order["id"], **more}
    if lines:
        body["items"] = [
            {"name": line["name"], "price": line["price"], "quantity": quantity, "taxes": [],
             "allocations": [{"purchaseOrderItem": line["id"], "quantity": quantity}]}
            for line, quantity in zip(order["items"]["data"], lines, strict=False)
        ]  # fmt: skip
    return shop.ann.made("invoices", body)


# Spending


@pytest.mark.parametrize(
    ("line", "rest"),
    [
        (Rest(Decimal(119), Decimal(10), Decimal(0)), "119"),
        (Rest(Decimal(100), Decimal(3), Decimal(1)), "66.67"),
        (Rest(Decimal(100), Decimal(3), Decimal(3)), "0"),
        (Rest(Decimal(100), Decimal(3), Decimal(4)), "0"),
        (Rest(Decimal(100), Decimal(3), Decimal(1), given_up=Decimal(2)), "0"),
        (Rest(Decimal(100), Decimal(10), Decimal(1), given_up=Decimal(2)), "70"),
        (Rest(Decimal(0), Decimal(0), Decimal(0)), "0"),
    ],
)
def test_what_is_still_to_be_billed_of_a_line(line: Rest, rest: str) -> None:
    assert rest_of(line, Decimal(1), 2) == Decimal(rest)


def test_orders_count_until_they_are_billed(shop: Buying) -> None:
    """Drafts do not; what is billed counts at the invoice's amount, what is open at the order's."""
    contract = agreed(shop, grossSum=1000)
    vat = shop.house.made("/taxes", {"name": "VAT", "percent": 20})["id"]
    lines = [{"name": "Bolt", "quantity": 10, "price": 50, "taxes": [vat]}, {"name": "Nut", "quantity": 5, "price": 20}]
    order = shop.order(*lines, contractIds=[contract["id"]])
    assert spent(shop, contract) == 0
    order = shop.ann.does("confirm", order)
    assert spent(shop, contract) == 700
    first = billed(shop, order, 4, 5)
    assert [one["number"] for one in first["contracts"]["data"]] == ["C-7"], "copied from the order"
    assert spent(shop, contract) == 700
    first = shop.ann.does("confirm", first)
    # Billed without taxes: 4 × 50 + 5 × 20 = 300; open are 6 bolts with taxes, 360.
    assert (first["status"], spent(shop, contract)) == (2, 660)
    rest = shop.ann.does("confirm", billed(shop, order))
    assert (rest["sum"], spent(shop, contract)) == (360, 660)
    shop.ann.does("cancel", rest)
    assert spent(shop, contract) == 660
    shop.ann.does("cancel", first)
    assert spent(shop, contract) == 700
    shop.ann.does("cancel", order)
    assert (spent(shop, contract), shop.ann.sees(contract)["isExceeded"]) == (0, False)


def test_an_invoice_that_drops_the_contract_stays_out(shop: Buying) -> None:
    """Its part of the order is no longer the contract's either."""
    contract = agreed(shop)
    order = shop.approved_order(("Bolt", 10, 10), contractIds=[contract["id"]])
    invoice = billed(shop, order, 4, contractIds=[])
    assert invoice["contracts"]["data"] == []
    shop.ann.does("confirm", invoice)
    assert spent(shop, contract) == 60
    shop.ann.does("confirm", billed(shop, order))
    assert spent(shop, contract) == 60


def test_an_invoice_without_an_order_and_its_credit_note(shop: Buying) -> None:
    """A credit note gives back to the contracts of its invoice; one on its own to those it names."""
    contract = agreed(shop)
    invoice = shop.ann.does("confirm", shop.invoice(("Bolt", 10, 10), contractIds=[contract["id"]]))
    assert spent(shop, contract) == 100
    about = {"supplier": shop.supplier["id"], "logicType": 1, "allocatedInvoice": {"id": invoice["id"]}}
    note = shop.ann.made("invoices", {**about, "items": shop.lines(("Bolt", 3, 10))})
    assert spent(shop, contract) == 100
    shop.ann.does("confirm", note)
    assert spent(shop, contract) == 70
    loose = {"supplier": shop.supplier["id"], "logicType": 5, "contractIds": [contract["id"]]}
    shop.ann.does("confirm", shop.ann.made("invoices", {**loose, "items": shop.lines(("Bonus", 1, 5))}))
    assert spent(shop, contract) == 65


def test_a_contract_is_in_the_companys_currency(shop: Buying) -> None:
    contract = agreed(shop)
    foreign = {"currency": "USD", "exchangeRate": 0.5, "contractIds": [contract["id"]]}
    order = shop.approved_order(("Bolt", 10, 10), **foreign)
    assert spent(shop, contract) == 50
    shop.ann.does("confirm", billed(shop, order, 5, exchangeRate=0.6))
    assert spent(shop, contract) == 55


def test_an_order_closed_by_hand_spends_no_more(premises: Premises, clock: StoppedClock) -> None:
    """Where invoices are kept nobody waits for the rest; where they are not the order is all there is."""
    keeping = Buying(premises.house(clock=clock, receipts=False))
    contract = agreed(keeping)
    order = keeping.approved_order(("Bolt", 10, 10), contractIds=[contract["id"]])
    keeping.ann.does("complete", order)
    assert spent(keeping, contract) == 0
    simple = Buying(premises.house(clock=clock, invoices=False, receipts=False))
    contract = agreed(simple)
    order = simple.approved_order(("Bolt", 10, 10), contractIds=[contract["id"]])
    simple.ann.does("complete", order)
    assert spent(simple, contract) == 100


def test_a_blanket_order_counts_by_its_sum(shop: Buying) -> None:
    contract = agreed(shop)
    blanket = {"logicType": 2, "blanketSum": 500, "blanketIsGross": True, "beginDate": DAY, "endDate": "2026-12-31"}
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], "contractIds": [contract["id"]]}
    order = shop.ann.does("confirm", shop.ann.made("purchaseorders", {**body, **blanket}))
    assert spent(shop, contract) == 500
    body = {"supplier": shop.supplier["id"], "purchaseOrder": order["id"], "issueDate": "2026-04-01"}
    shop.ann.does("confirm", shop.ann.made("invoices", {**body, "items": shop.lines(("Bolt", 10, 12))}))
    assert spent(shop, contract) == 500
    shop.ann.does("stop", order)
    assert spent(shop, contract) == 120


def test_exceeding_is_a_warning_and_no_block(shop: Buying) -> None:
    contract = agreed(shop, grossSum=99.99)
    order = shop.approved_order(("Bolt", 10, 10), contractIds=[contract["id"]])
    assert order["status"] == 2
    shown = shop.ann.sees(contract)
    assert (shown["grossSum"], shown["spentSum"], shown["isExceeded"]) == (99.99, 100, True)
    shop.house.changed("PUT", contract["at"], {"grossSum": 100})
    assert shop.house.get("/contracts")["data"][0]["isExceeded"] is False


def test_a_contract_of_another_supplier_is_refused(shop: Buying) -> None:
    other = shop.house.made("/suppliers", {"name": "Other"})["id"]
    contract = agreed(shop, id=other)
    invoice = shop.invoice(("Bolt", 1, 1), contractIds=[contract["id"]])
    told = shop.house.refused("POST", f"{invoice['at']}/confirm", {})
    assert told == {"contractIds": "Contract C-7 is with another supplier."}


# Time


@pytest.mark.parametrize(
    ("now", "days", "renews", "state"),
    [
        ("2025-12-31T23:59:59+00:00", 30, False, "upcoming"),
        ("2026-01-01T00:00:00+00:00", 30, False, "active"),
        ("2026-12-01T23:59:58+00:00", 30, False, "active"),
        ("2026-12-01T23:59:59+00:00", 30, False, "expiring"),
        ("2026-12-31T23:59:59+00:00", None, False, "active"),
        ("2026-12-31T23:59:59+00:00", 0, False, "expiring"),
        ("2027-01-01T00:00:00+00:00", 30, False, "expired"),
        ("2027-01-01T00:00:00+00:00", 30, True, "active"),
    ],
)
def test_where_a_contract_stands(now: str, days: int | None, renews: bool, state: str) -> None:
    begin, end = "2026-01-01T00:00:00+00:00", "2026-12-31T23:59:59+00:00"
    assert state_of(begin, end, days, now, enable=True, renews=renews) == state
    assert state_of(begin, end, days, now, enable=False, renews=renews) == "disabled"


def test_a_contract_without_dates_is_active() -> None:
    assert state_of(None, None, 30, JANUARY, enable=True, renews=False) == "active"


@pytest.mark.parametrize(
    ("begin", "end", "becomes"),
    [
        ("2026-01-01T00:00:00", "2026-12-31T23:59:59", ("2027-01-01T00:00:00", "2027-12-31T23:59:59")),
        ("2023-03-01T00:00:00", "2024-02-29T23:59:59", ("2024-03-01T00:00:00", "2025-02-28T23:59:59")),
        ("2026-01-31T00:00:00", "2026-02-28T00:00:00", ("2026-02-28T00:00:00", "2026-03-31T00:00:00")),
        ("2026-01-01T00:00:00", "2026-01-10T23:59:59", ("2026-01-10T23:59:59", "2026-01-20T23:59:58")),
        ("2026-01-01T00:00:00", "2026-01-01T00:00:00", None),
        ("9000-01-01T00:00:00", "9999-12-31T23:59:59", None),
    ],
)
def test_the_next_term_is_as_long_as_the_last(begin: str, end: str, becomes: tuple[str, str] | None) -> None:
    found = next_term(f"{begin}+00:00", f"{end}+00:00")
    assert found == (becomes and tuple(f"{one}+00:00" for one in becomes))


def notices(shop: Buying, house: House) -> list[str]:
    return [one["title"] for one in house.get("/-/notices")["data"]]


def letters(shop: Buying) -> list[tuple[str, str]]:
    """Address and subject of what leaves by mail."""
    service = shop.house.service
    service.postman.mail.sent.clear()
    service.postman.deliver()
    return sorted((one.to, one.subject) for one in service.postman.mail.sent)


def test_people_and_suppliers_are_reminded_once(shop: Buying, clock: StoppedClock) -> None:
    """Thirty days before the end, whoever sees contracts; the next end is another one."""
    rob, stranger = shop.person("supplier.view"), shop.person("payment.pay")
    told = [rob.house.user_id, stranger.house.user_id]
    contract = agreed(
        shop, reminderDays=30, notifiedUserIds=told, notifiedEmails=["reminded@bolt.test"], endDate="2026-03-31"
    )
    database = shop.house.service.database
    clock.at("2026-03-01T23:59:58+00:00")
    remind(database)
    assert notices(shop, rob.house) == []
    clock.at("2026-03-01T23:59:59+00:00")
    assert shop.ann.sees(contract)["state"] == "expiring"
    for _ in range(2):
        remind(database)
        clock.forward(days=1)
    title = "Contract C-7 with Bolt & Nut ends on 2026-03-31"
    assert notices(shop, rob.house) == [title]
    assert notices(shop, stranger.house) == [], "does not see contracts"
    mine = {rob.house.email, stranger.house.email, "reminded@bolt.test"}  # the outbox has other companies' letters, too
    assert [one for one in letters(shop) if one[0] in mine] == [(rob.house.email, title), ("reminded@bolt.test", title)]
    shop.house.changed("PUT", contract["at"], {"endDate": "2026-03-20"})
    remind(database)
    assert len(notices(shop, rob.house)) == 2
    clock.at("2026-04-05T00:00:00+00:00")
    assert shop.ann.sees(contract)["state"] == "expired"
    remind(database)
    assert len(notices(shop, rob.house)) == 2


def test_a_contract_renews_itself(shop: Buying, clock: StoppedClock) -> None:
    """By its own length, as often as it takes; told once for each run of the clock."""
    rob = shop.person("supplier.view")
    contract = agreed(shop, prolongation=True, notifiedUserIds=[rob.house.user_id], endDate="2026-03-31")
    clock.at("2026-04-01T00:00:01+00:00")
    database = shop.house.service.database
    before = shop.ann.sees(contract)
    assert (before["state"], before["endDate"]) == ("active", "2026-03-31T23:59:59+00:00")
    remind(database)
    remind(database)
    after = shop.ann.sees(contract)
    assert (after["beginDate"], after["endDate"]) == (before["beginDate"], "2026-06-30T23:59:59+00:00")
    assert notices(shop, rob.house) == ["Contract C-7 with Bolt & Nut goes on until 2026-06-30"]
    clock.at("2027-01-15T00:00:00+00:00")
    remind(database)
    assert shop.ann.sees(contract)["endDate"] == "2027-03-31T23:59:59+00:00"
    assert len(notices(shop, rob.house)) == 2
    # Turned off, it ends.
    shop.house.changed("PUT", contract["at"], {"prolongation": False})
    clock.at("2027-04-01T00:00:00+00:00")
    remind(database)
    shown = shop.ann.sees(contract)
    assert (shown["state"], shown["endDate"]) == ("expired", "2027-03-31T23:59:59+00:00")


def test_exceeding_is_told_once_for_each_sum(shop: Buying) -> None:
    rob = shop.person("supplier.view")
    contract = agreed(shop, grossSum=50, notifiedUserIds=[rob.house.user_id])
    shop.approved_order(("Bolt", 10, 10), contractIds=[contract["id"]])
    database = shop.house.service.database
    for _ in range(2):
        remind(database)
    assert notices(shop, rob.house) == ["More has been spent of contract C-7 than agreed"]
    shop.house.changed("PUT", contract["at"], {"grossSum": 60})
    remind(database)
    assert len(notices(shop, rob.house)) == 2


def lists(house: House) -> list[str]:
    """What the monthly lists say that somebody has got, the newest first."""
    found = house.get("/-/notices")["data"]
    return ["\n".join(one["text"].split("\n\n")[1:-1]) for one in found if one["kind"] == "contracts_end"]


def test_once_a_month_those_that_end_soon_are_listed(shop: Buying, clock: StoppedClock) -> None:
    """For those who keep contracts, and those who are to be told of one that has no days of its own."""
    keeper, rob = shop.person("supplier.create"), shop.person("supplier.view")
    stranger = shop.person("payment.pay")
    told = {"notifiedUserIds": [rob.house.user_id, stranger.house.user_id]}
    agreed(shop, number="C-1", endDate="2026-03-15", **told)
    agreed(shop, number="C-2", endDate="2026-04-02", reminderDays=10, prolongation=True, **told)
    agreed(shop, number="C-3", endDate="2026-04-03", **told)
    agreed(shop, number="C-4", endDate="2026-03-01", enable=False, **told)
    database = shop.house.service.database
    clock.at("2026-01-31T23:59:59+00:00")
    remind(database)
    assert lists(keeper.house) == [], "made in this month: there has been no list of them to be on"
    clock.at("2026-02-01T00:00:00+00:00")
    first = "2026-03-15: C-1 with Bolt & Nut"
    assert remind(database) >= 2
    for hours in (1, 24, 24 * 20):
        clock.forward(hours=hours)
        remind(database)
    assert lists(keeper.house) == [f"{first}\n2026-04-02: C-2 with Bolt & Nut; it renews itself"]
    assert lists(shop.house) == lists(keeper.house)
    assert (lists(rob.house), lists(stranger.house)) == ([first], [])
    [notice] = [one for one in keeper.house.get("/-/notices")["data"] if one["kind"] == "contracts_end"]
    assert (notice["title"], notice["link"]) == ("Contracts that end until 2026-04-02", "/contracts")
    clock.at("2026-03-02T08:00:00+00:00")  # the server was away on the first
    remind(database)
    assert len(lists(keeper.house)) == 2
    assert lists(rob.house)[0] == f"{first}\n2026-04-03: C-3 with Bolt & Nut"


def test_nobody_is_listed_what_he_does_not_see(premises: Premises, clock: StoppedClock) -> None:
    shop = Buying(premises.house(clock=clock))
    entities = [shop.house.made("/legalentities", {"name": name})["id"] for name in ("North", "South")]
    for name, entity in zip(("C-1", "C-2"), entities, strict=True):
        agreed(shop, number=name, endDate="2026-03-01", legalEntity=entity)
    bound = shop.person("supplier.create", legalEntityIds=[entities[0]], allLegalEntitiesAccess=False)
    clock.at("2026-02-01T00:00:01+00:00")
    remind(shop.house.service.database)
    assert lists(bound.house) == ["2026-03-01: C-1 with Bolt & Nut"]
    assert lists(shop.house) == ["2026-03-01: C-1 with Bolt & Nut\n2026-03-01: C-2 with Bolt & Nut"]


def test_disabled_contracts_are_left_alone(shop: Buying, clock: StoppedClock) -> None:
    rob = shop.person("supplier.view")
    contract = agreed(shop, enable=False, prolongation=True, grossSum=0, notifiedUserIds=[rob.house.user_id])
    clock.at("2028-01-01T00:00:00+00:00")
    assert daily.run(shop.house.service.database).keys() >= {"contracts"}
    assert (notices(shop, rob.house), shop.ann.sees(contract)["endDate"][:4]) == ([], "2026")
