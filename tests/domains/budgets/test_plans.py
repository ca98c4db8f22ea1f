"""Plans of budgets: periods, holders, what changes and what stays, the plan for the time after."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from emptor.domains.budgets import explaining
from emptor.store.schema import table
from tests.domains.budgets.test_holding import IN_TIME, YEAR, budget, stands
from tests.domains.payables.bills import APPROVED, draft
from tests.support.buying import Shown, Someone
from tests.support.house import House, Premises
from tests.support.paying import Paying, furnished

QUARTER = {"name": "Works", "type": "month", "startDate": "2026-01-01", "endDate": "2026-03-31"}


shop = pytest.fixture(furnished)


def plan(shop: Paying, *sums: Any, **more: Any) -> Shown:
    """A plan with one line, for three months unless told otherwise."""
    lines = [{"periods": [{"sum": one} for one in sums]}]
    return shop.house.made("/-/budgetplans", {**QUARTER, "lines": lines, **more})


def the_plan(shop: Paying) -> Shown:
    """The only plan there is."""
    [found] = shop.house.get("/-/budgetplans")["data"]
    return shop.house.get(f"/-/budgetplans/{found['id']}")


def changed(shop: Paying, one: Shown, **values: Any) -> Shown:
    return shop.house.changed("PUT", f"/-/budgetplans/{one['id']}", values)


def copied(shop: Paying, one: Shown, **values: Any) -> Shown:
    return shop.house.made(f"/-/budgetplans/{one['id']}/copy", values)


def periods(one: Shown) -> list[tuple[str, str, Any]]:
    """First and last day and total of the periods of a plan's only line."""
    [line] = one["lines"]["data"]
    return [(each["startDate"][:10], each["endDate"][:10], each["sum"]) for each in line["periods"]["data"]]


def refusal(shop: Paying, method: str, path: str, body: Any = None, by: Someone | None = None) -> dict[str, str]:
    """The sentences with which a change is refused."""
    status, said, _ = (by or shop.ann).house.call(method, path, body)
    assert status == 400, said
    return dict(said["errors"]["errors"])


@pytest.mark.parametrize(
    ("kind", "start", "end", "days"),
    [
        ("month", "2026-01-01", "2026-02-28", [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28")]),
        ("month", "2026-01-31", "2026-03-15", [("2026-01-31", "2026-02-27"), ("2026-02-28", "2026-03-15")]),
        ("quarter", "2026-11-01", "2027-04-30", [("2026-11-01", "2027-01-31"), ("2027-02-01", "2027-04-30")]),
        ("custom", "2026-01-05", "2026-02-06", [("2026-01-05", "2026-02-06")]),
    ],
)
def test_the_days_of_periods(shop: Paying, kind: str, start: str, end: str, days: list[tuple[str, str]]) -> None:
    made = plan(shop, 7, type=kind, startDate=start, endDate=end, lines=[{}])
    assert [(first, last) for first, last, _ in periods(made)] == days


def test_each_period_is_a_budget(shop: Paying) -> None:
    """The date decides which; what is over is not carried over by itself."""
    made = plan(shop, 100, 200, 300)
    rows = {row["id"]: row for row in shop.house.get("/budgets")["data"]}
    assert sorted((row["fullName"], row["sum"], row["parentBudgetId"]) for row in rows.values()) == [
        (f"Works / 2026-0{month}", month * 100, made["id"]) for month in (1, 2, 3)
    ]
    order = shop.approved_order(("Bolt", 1, 50), requiredDate="2026-02-28")
    charged = rows[order["budget"]["id"]]
    assert (charged["startDate"][:10], stands(shop, charged)) == ("2026-02-01", (50, 0, 150))


def test_periods_come_and_go_but_for_those_with_documents(shop: Paying) -> None:
    made = plan(shop, 100, 200, 300)
    order = shop.order(("Bolt", 1, 50), requiredDate="2026-03-10")
    third = made["lines"]["data"][0]["periods"]["data"][2]["id"]
    shop.ann.does("confirm", shop.ann.changes(order, budget=third))

    said = refusal(shop, "PUT", f"/-/budgetplans/{made['id']}", {"endDate": "2026-02-28"})
    assert said == {"lines": "Documents are charged to Works / 2026-03; these have to stay."}
    assert refusal(shop, "PUT", f"/-/budgetplans/{made['id']}", {"lines": []}) == said
    assert shop.house.call("DELETE", f"/-/budgetplans/{made['id']}").status == 400

    longer = changed(shop, made, endDate="2026-04-30")
    assert [sum_ for *_, sum_ in periods(longer)] == [100, 200, 300, 0]
    shorter = changed(shop, made, startDate="2026-02-01")
    assert periods(shorter)[0] == ("2026-02-01", "2026-02-28", 200)
    assert [one["id"] for one in shorter["lines"]["data"][0]["periods"]["data"]][1] == third


def test_a_plan_without_documents_can_go(shop: Paying) -> None:
    made = plan(shop, 1, 2, 3)
    assert shop.house.call("DELETE", f"/-/budgetplans/{made['id']}").status == 204
    assert shop.house.get("/budgets")["data"] == []


def test_what_requests_name_has_to_stay_too(shop: Paying) -> None:
    """Lines of requests for proposal and of warehouse requests hold nothing, and name budgets all the same."""
    for request in (shop.request_for_proposal, shop.warehouse_request):
        made = plan(shop, 1, 2, 3)
        named = made["lines"]["data"][0]["periods"]["data"][2]["id"]
        asked = request((shop.item(price=1), 1))
        shop.ann.changes(asked, items=[{"id": asked["items"]["data"][0]["id"], "budget": named}])
        path = f"/-/budgetplans/{made['id']}"
        said = {"lines": "Documents are charged to Works / 2026-03; these have to stay."}
        assert refusal(shop, "PUT", path, {"endDate": "2026-02-28"}) == said
        assert shop.house.call("DELETE", path).status == 400


def test_what_is_wrong_is_told_at_once(shop: Paying) -> None:
    said = refusal(shop, "POST", "/-/budgetplans", {
        "name": "X", "type": "month", "startDate": "2026-02-01", "endDate": "2026-01-01", "deduction": "custom",
        "lines": [{"location": 88888, "options": [99999]}],
    })  # fmt: skip
    assert said.keys() == {"usedTaxPercentInBudget", "endDate", "lines[0][location]", "lines[0][options][0][id]"}
    made = plan(shop, 1, 2, 3)
    path = f"/-/budgetplans/{made['id']}"
    assert refusal(shop, "PUT", path, {"endDate": "2036-04-01"}) == {"endDate": "A budget has at most 120 periods."}
    assert refusal(shop, "PUT", path, {"lines": [{"id": 1}]}).keys() == {"lines[0][id]"}
    [line] = made["lines"]["data"]
    other = {"lines": [{"id": line["id"], "periods": [{"startDate": "2026-07-01", "sum": 1}]}]}
    assert refusal(shop, "PUT", path, other).keys() == {"lines[0][periods][0][startDate]"}


def test_the_time_after(shop: Paying) -> None:
    """The same lines and totals, as long, from the next moment on; nothing goes along unless told."""
    made = plan(shop, 100, 200, 300, isLimited=True)
    shop.approved_order(("Bolt", 1, 50), requiredDate="2026-02-28")
    after = copied(shop, made, name="Spring")
    assert (after["name"], after["isLimited"], after["holder"]["id"]) == ("Spring", True, made["holder"]["id"])
    assert periods(after) == [
        ("2026-04-01", "2026-04-30", 100), ("2026-05-01", "2026-05-31", 200), ("2026-06-01", "2026-06-30", 300),
    ]  # fmt: skip
    assert periods(shop.house.get(f"/-/budgetplans/{made['id']}")) == periods(made)
    assert copied(shop, made, startDate="2027-01-01", endDate="2027-01-31")["endDate"][:10] == "2027-01-31"


def test_what_is_available_goes_along_and_is_gone_here(shop: Paying) -> None:
    """300 of 1,000 are used, so 700 go along; in the year after, the 700 are not part of what is granted anew."""
    works = budget(shop, 1000, isLimited=True)
    shop.approved_order(("Bolt", 1, 300), **IN_TIME)
    second = copied(shop, the_plan(shop), carryOver=True)
    [line] = second["lines"]["data"]
    [period] = line["periods"]["data"]
    assert (period["sum"], period["carriedSum"], second["startDate"][:10]) == (1700, 700, "2027-01-01")
    assert stands(shop, works) == (300, 0, 0)
    assert shop.house.get(f"/budgets/{works['id']}")["budgetLimit"] == 300
    third = copied(shop, second)
    assert periods(third) == [("2028-01-01", "2028-12-31", 1000)]


def test_what_one_month_lacks_others_make_up_for(shop: Paying) -> None:
    """200 too much in January, 400 left in February: 200 go along, and nothing more can be taken of either month."""
    made = plan(shop, 100, 400, 0)
    shop.approved_order(("Bolt", 1, 300), requiredDate="2026-01-31")
    january, february, _ = made["lines"]["data"][0]["periods"]["data"]
    after = copied(shop, made, carryOver=True)
    assert periods(after)[0] == ("2026-04-01", "2026-04-30", 300), "its own 100, and 200"
    assert [stands(shop, one) for one in (january, february)] == [(300, 0, 0), (0, 0, 0)]


def test_a_line_that_is_overdrawn_in_all_carries_nothing(shop: Paying) -> None:
    made = plan(shop, 100, 0, 0)
    shop.approved_order(("Bolt", 1, 300), requiredDate="2026-01-31")
    after = copied(shop, made, carryOver=True)
    assert periods(after)[0][2] == 100
    assert stands(shop, made["lines"]["data"][0]["periods"]["data"][0]) == (300, 0, -200)


def test_a_copy_of_so_many_per_cent(shop: Paying) -> None:
    """Rounded once: a tenth more of three times 33.33 is 109.99, not three times 36.66."""
    made = plan(shop, "33.33", "33.33", "33.33")
    assert [sum_ for *_, sum_ in periods(copied(shop, made, percent=110))] == [36.66, 36.67, 36.66]


def test_a_plan_is_not_copied_twice_by_mistake(shop: Paying) -> None:
    made = plan(shop, 100, 200, 300)
    copied(shop, made)
    said = refusal(shop, "POST", f"/-/budgetplans/{made['id']}/copy", {})
    assert said == {"startDate": "It was copied to 2026-04-01 already; give another copy a name of its own."}
    assert copied(shop, made, name="Works, cautious", percent=90)["name"] == "Works, cautious"


def test_a_total_lower_than_what_is_taken_is_warned_of(shop: Paying) -> None:
    made = plan(shop, 100, 200, 300)
    shop.approved_order(("Bolt", 1, 150), requiredDate="2026-02-28")
    assert the_plan(shop)["warnings"] == []
    [line] = made["lines"]["data"]
    lower = {"id": line["id"], "periods": [{"id": line["periods"]["data"][i]["id"], "sum": 100} for i in range(3)]}
    assert changed(shop, made, lines=[lower])["warnings"] == [
        "2026-02: 50.00 more are taken than the total of 100.00."
    ]  # fmt: skip


def test_who_leaves_hands_budgets_over(shop: Paying) -> None:
    holder, other = (shop.person("budget.manage") for _ in range(2))
    made = plan(shop, 1, holder=holder.house.user_id, startDate="2030-01-01", endDate="2030-03-31")
    over = plan(shop, 1, name="Over", holder=holder.house.user_id, startDate="2020-01-01", endDate="2020-03-31")
    path = f"/users/{holder.house.user_id}"
    said = refusal(shop, "PUT", path, {"enable": False})
    assert said == {"substitute": "This person still has budget Works; name somebody who takes over."}
    shop.house.changed("PUT", path, {"enable": False, "substitute": other.house.user_id})
    for one in (made, over):
        assert shop.house.get(f"/-/budgetplans/{one['id']}")["holder"]["id"] == other.house.user_id


def test_there_is_a_last_day(shop: Paying) -> None:
    made = plan(shop, 1, type="custom", startDate="9999-01-01", endDate="9999-12-31")
    assert refusal(shop, "POST", f"/-/budgetplans/{made['id']}/copy", {}).keys() == {"startDate"}
    end = {"name": "X", "type": "month", "startDate": "9999-12-01", "endDate": "9999-12-31"}
    assert refusal(shop, "POST", "/-/budgetplans", end).keys() == {"endDate"}
    path = f"/-/budgetplans/{plan(shop, 1)['id']}/copy"
    assert refusal(shop, "POST", path, {"startDate": "2026-04-01", "endDate": "2046-04-01"}).keys() == {"endDate"}


def test_another_deduction_reckons_what_is_used_anew(shop: Paying) -> None:
    works = budget(shop, 1000)
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    shop.approved_order({"name": "Bolt", "quantity": 1, "price": 100, "taxes": [tax["id"]]}, **IN_TIME)
    for deduction, used in (({"deduction": "net"}, 100), ({"deduction": "custom", "usedTaxPercentInBudget": 25}, 105)):
        changed(shop, the_plan(shop), **deduction)
        assert stands(shop, works) == (used, 0, 1000 - used)


def test_another_deduction_is_nobody_s_fault(shop: Paying) -> None:
    """With the tax counted 120 are used of a limited budget of 100: the holder sees it, and nothing is in the way."""
    works = budget(shop, 100, deduction="net", isLimited=True)
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    order = shop.approved_order({"name": "Bolt", "quantity": 1, "price": 100, "taxes": [tax["id"]]}, **IN_TIME)
    changed(shop, the_plan(shop), deduction="gross")
    assert stands(shop, works) == (120, 0, -20)
    assert shop.ann.does("confirm", draft(shop, order))["status"] == APPROVED
    assert stands(shop, works) == (120, 0, -20), "what was granted is granted with its tax"


def test_other_decimals_reckon_what_is_used_anew(shop: Paying) -> None:
    works = budget(shop, "33.33", isLimited=True)
    shop.approved_order(("Bolt", 1, 50), currency="USD", exchangeRate="0.66666", **IN_TIME)
    assert stands(shop, works) == (33.33, 0, 0)
    shop.house.choose(decimals=3)
    assert stands(shop, works) == (33.333, 0, -0.003)


def test_the_holder_is_told_once_when_more_is_taken_than_there_is(shop: Paying) -> None:
    cy = shop.person("budget.manage", firstname="Cy")
    budget(shop, 100, holder=cy.house.user_id)
    order = shop.approved_order(("Bolt", 1, 100), **IN_TIME)
    assert cy.house.get("/-/notices")["data"] == []
    for _ in range(2):
        shop.approved_order(("Nut", 1, 10), **IN_TIME)
    [told] = cy.house.get("/-/notices")["data"]
    assert told["title"] == "More has been taken of budget Works / 2026-01-01 to 2026-12-31 than there is"
    assert "take 10.00 more of budget Works / 2026-01-01 to 2026-12-31 than its total of 100.00" in told["text"]
    shop.ann.does("cancel", order, {"comment": "no"})
    shop.approved_order(("Bolt", 1, 100), **IN_TIME)
    assert len(cy.house.get("/-/notices")["data"]) == 2


def test_a_choice_of_the_company_is_for_new_budgets(shop: Paying) -> None:
    first = plan(shop, 1)
    shop.house.choose(budgetDeduction="net")
    assert plan(shop, 1, name="Later")["deduction"] == "net"
    shop.house.choose(budgetDeduction="50")
    partly = plan(shop, 1, name="Still later")
    assert (partly["deduction"], partly["usedTaxPercentInBudget"]) == ("custom", "50.00")
    assert shop.house.get(f"/-/budgetplans/{first['id']}")["deduction"] == "gross"


def test_who_may_do_what(shop: Paying) -> None:
    """A budget is its holder's; who keeps the configuration may help; who only writes orders sees none of it."""
    holder, other = (shop.person("budget.manage") for _ in range(2))
    clerk, keeper = shop.person("purchase_order.create"), shop.person("configuration.edit")
    made = holder.house.made("/-/budgetplans", {**QUARTER, "lines": [{"periods": [{"sum": 5}]}]})
    assert made["holder"]["id"] == holder.house.user_id
    path = f"/-/budgetplans/{made['id']}"
    for verb, where, body in (("PUT", path, {"name": "Mine"}), ("POST", f"{path}/freeze", {}),
                              ("POST", f"{path}/copy", {}), ("DELETE", path, None)):  # fmt: skip
        assert other.house.call(verb, where, body).status == 403, where
        assert clerk.house.call(verb, where, body).status == 403, where
    assert other.house.call("GET", path).status == 200
    assert [clerk.house.call("GET", one).status for one in (path, "/budgets", "/-/budgetmoves")] == [403] * 3
    assert keeper.house.call("PUT", path, {"name": "Ours"}).status == 200
    assert keeper.house.call("POST", "/-/budgetplans", {**QUARTER}).status == 403
    assert refusal(shop, "PUT", path, {"holder": clerk.house.user_id}).keys() == {"holder"}
    assert holder.house.call("DELETE", path).status == 204


def test_companies_know_nothing_of_each_other(shop: Paying, premises: Premises) -> None:
    works = budget(shop, 1000)
    far = Paying(premises.house())
    place = far.house.made("/locations", {"name": "Far"})["id"]
    said = refusal(far, "POST", "/purchaseorders", {
        "supplier": far.supplier["id"], "location": place, "budget": works["id"], "items": [{"name": "A", "price": 1}],
    }, by=far.ann)  # fmt: skip
    assert said.keys() == {"budget"}
    for path in (
        f"/budgets/{works['id']}",
        f"/budgets/{works['id']}/holds",
        f"/-/budgetplans/{works['parentBudgetId']}",
    ):
        assert far.house.call("GET", path).status == 404
    assert far.house.get("/budgets")["data"] == []
    lines = [{"location": place, "periods": [{"sum": 1}]}]
    foreign = refusal(shop, "POST", "/-/budgetplans", {"name": "X", "type": "custom", **YEAR, "lines": lines})
    assert foreign.keys() == {"lines[0][location]"}


def test_what_holds_a_budget_is_told_page_by_page(shop: Paying, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explaining, "MOST", 2)
    works = budget(shop, 1000)
    orders = [shop.approved_order(("Bolt", 1, price), **IN_TIME)["id"] for price in (1, 2, 3)]
    pages = [shop.house.get(f"/budgets/{works['id']}/holds?page={number}") for number in (1, 2)]
    assert [[one["documentId"] for one in page["holds"]] for page in pages] == [orders[1:], orders[:1]]
    assert [page["more"] for page in pages] == [True, False]


def test_the_check_finds_what_is_not_as_planned_or_granted(house: House) -> None:
    shop = Paying(house)
    works = budget(shop, 100, isLimited=True)
    order = shop.approved_order(("Bolt", 1, 100), **IN_TIME)
    database = house.service.database
    with database.write(house.company_id) as tx:
        tx.update(table("budgets"), {"budget_limit": None, "frozen": True}, id=works["id"])
        move = {"create_date": tx.stamp, "budget_id": works["id"], "document_kind": "purchaseorders", "stage": 1,
                "document_id": order["id"], "sum": Decimal(0), "creator_id": None}  # fmt: skip
        tx.insert_all(table("budget_moves"), [{**move, "id": tx.new_ids(1)[0], "granted_sum": Decimal(5)}])
    said = " ".join(map(str, shop.differences()))
    for words in ("its limit is None", "is frozen: True", "holds 100.00 of budget", "of which 105.00 are granted"):
        assert words in said
    with database.write(house.company_id) as tx:
        tx.update(table("budgets"), {"budget_limit": Decimal(100), "frozen": False}, id=works["id"])
        tx.insert_all(table("budget_moves"), [{**move, "id": tx.new_ids(1)[0], "granted_sum": Decimal(-5)}])
