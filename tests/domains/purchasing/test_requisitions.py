"""Purchase requisitions: their life, their lines, and who may do what."""

from __future__ import annotations

from typing import Any

from tests.domains.purchasing.shop import LINE, WANTED, Shop, ids

REQUISITIONS = "purchaserequisitions"


def test_a_requisition_is_priced_in_the_companys_currency(shop: Shop) -> None:
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 20})["id"]
    made = shop.draft(shop.line(taxes=[tax]), {"name": "Advice", "quantity": 1})
    assert (made["idn"], made["status"], made["statusString"], made["currency"]) == ("1", 0, "status.open", "EUR")
    assert (made["netSum"], made["sum"], made["sumInCompanyCurrency"]) == (20, 24, 24)
    first, second = made["items"]["data"]
    assert (first["supplier"]["name"], first["status"], first["orderedQuantity"]) == ("Bolts", 0, 0)
    assert (second["supplier"], second["price"], second["requiredDate"]) == (None, 0, None)


def test_lines_come_from_the_catalogue(shop: Shop) -> None:
    item = shop.house.made("/items", {"name": "Screw", "sku": "S", "price": 3, "itemType": 2})["id"]
    (line,) = shop.draft({"product": item, "quantity": 2})["items"]["data"]
    assert (line["name"], line["sku"], line["price"], line["netSum"], line["itemType"]) == ("Screw", "S", 3, 6, 2)


def test_what_a_requisition_needs(shop: Shop) -> None:
    assert set(shop.house.refused("POST", "/purchaserequisitions", {})) == {"location", "requiredDate"}
    foreign = {"location": shop.bonn, "requiredDate": WANTED, "currency": "USD", "items": [LINE]}
    assert set(shop.house.refused("POST", "/purchaserequisitions", foreign)) == {"exchangeRate"}
    assert shop.house.refused("POST", f"/purchaserequisitions/{shop.draft(shop.line(quantity=0))['idn']}/confirm") == {
        "items[0][quantity]": "Ask for more than nothing."
    }
    empty = shop.house.made("/purchaserequisitions", {**foreign, "currency": "EUR", "items": []})
    assert shop.house.call("POST", f"/purchaserequisitions/{empty['idn']}/confirm").status == 400


def test_suppliers_that_are_not_approved_cannot_be_asked_for(shop: Shop) -> None:
    shop.house.choose(supplierApproval=True)
    pending = shop.house.made("/suppliers", {"name": "New"})["id"]
    made = shop.draft(shop.line(), shop.line(supplier=pending))
    refused = shop.house.refused("POST", f"/purchaserequisitions/{made['idn']}/confirm")
    assert set(refused) == {"items[1][supplier]"}


def test_approval_and_filters(shop: Shop) -> None:
    boss = shop.house.person("purchase_requisition.approve")
    shop.approving(boss, REQUISITIONS)
    made = shop.approved()
    assert (made["status"], made["approvalDate"]) == (1, None)
    approved = boss.changed("POST", f"/purchaserequisitions/{made['idn']}/approve")
    assert approved["status"] == 2
    assert approved["approvalDate"]
    assert [one["id"] for one in shop.house.get("/purchaserequisitions?status[]=2")["data"]] == [made["id"]]
    assert shop.house.get("/purchaserequisitions?status[]=1&status[]=3")["data"] == []
    day = approved["approvalDate"][:10]
    for query in (f"approvalLeftDate={day}T00:00:00&approvalRightDate={day}T23:59:59", f"approvalDate={day}"):
        assert len(shop.house.get(f"/purchaserequisitions?{query}")["data"]) == 1
    assert shop.house.get("/purchaserequisitions?approvalRightDate=2020-01-01")["data"] == []


def test_who_sees_requisitions(shop: Shop) -> None:
    asker, other = (shop.house.person("purchase_requisition.create") for _ in range(2))
    made = shop.draft(by=asker)
    path = f"/purchaserequisitions/{made['idn']}"
    assert asker.get(path) == made
    assert other.call("GET", path).status == 404
    assert shop.house.person("purchase_order.create").get(path) == made
    assert shop.house.person("invoice.view").call("GET", path).status == 403


def test_single_lines_are_rejected_while_pending(shop: Shop) -> None:
    boss = shop.house.person("purchase_requisition.approve")
    shop.approving(boss, REQUISITIONS)
    made = shop.approved(shop.line(), shop.line(name="Nut"))
    path = f"/purchaserequisitions/{made['idn']}"
    first, second = ids(made)
    asker = shop.house.person("purchase_requisition.create", "purchase_order.create", "purchase_requisition.approve")
    assert asker.call("POST", f"{path}/reject_items", {"items": [first]}).status == 403
    assert boss.refused("POST", f"{path}/reject_items", {"items": [1, first]}).keys() == {"items[0]"}
    assert boss.changed("POST", f"{path}/reject_items", form={"items[]": [first]})["status"] == 1
    assert shop.lines(made) == [(2, 0), (0, 0)]
    assert boss.changed("POST", f"{path}/reject_items", {"items": [second]})["status"] == 3
    assert boss.call("POST", f"{path}/approve").status == 400


def test_all_lines_rejected_while_ordering_reject_the_requisition(shop: Shop) -> None:
    made = shop.approved(shop.line(), shop.line(name="Nut"))
    buyer = shop.house.person("purchase_order.create")
    path = f"/purchaserequisitions/{made['idn']}"
    assert buyer.changed("POST", f"{path}/reject_items", {"items": ids(made)[:1]})["status"] == 2
    assert buyer.changed("POST", f"{path}/reject_items", {"items": ids(made)[1:]})["status"] == 3
    assert shop.lines(made) == [(2, 0), (2, 0)]


def test_what_is_left_of_a_line_can_be_rejected(shop: Shop) -> None:
    made = shop.approved()
    (line,) = ids(made)
    shop.ordered({"id": line, "quantity": 4})
    assert shop.do("reject_items", made, {"items": [line]})["status"] == 2
    assert shop.lines(made) == [(1, 4)]
    assert set(shop.house.refused("POST", "/purchaseorders/from_requisitions", {"items": [line]})) == {"items[0][id]"}


def test_complete_closes_what_is_left(shop: Shop) -> None:
    made = shop.approved(shop.line(), shop.line(name="Nut"), shop.line(name="Pin"))
    first, second, _ = ids(made)
    shop.ordered(first, {"id": second, "quantity": 1})
    done = shop.do("complete", made)
    assert (done["status"], done["statusString"]) == (5, "status.paid")
    assert shop.lines(made) == [(1, 10), (1, 1), (2, 0)]
    assert shop.house.call("POST", f"/purchaserequisitions/{made['idn']}/complete").status == 400


def test_only_what_is_not_ordered_can_be_canceled(shop: Shop) -> None:
    made = shop.approved()
    (order,) = shop.ordered(*ids(made))
    status, shown, _ = shop.house.call("POST", f"/purchaserequisitions/{made['idn']}/cancel")
    assert (status, "cancel those first" in shown["message"]) == (400, True)
    shop.house.changed("POST", f"/purchaseorders/{order['idn']}/confirm")
    shop.house.changed("POST", f"/purchaseorders/{order['idn']}/cancel")
    assert shop.lines(made) == [(0, 0)]
    assert shop.do("cancel", made)["status"] == 8


def test_a_revision_keeps_what_is_ordered(shop: Shop) -> None:
    made = shop.approved(shop.line(), shop.line(name="Nut"))
    first, second = ids(made)
    shop.ordered({"id": first, "quantity": 4})
    path = f"/purchaserequisitions/{made['idn']}"
    assert shop.house.call("PUT", path, {"items": []}).status == 400
    shop.do("revision", made)
    assert set(shop.house.refused("PUT", path, {"items": [{"id": second}]})) == {"items"}
    sent: dict[str, Any] = {"items": [{"id": first, "quantity": 3}, {"id": second}]}
    assert set(shop.house.refused("PUT", path, sent)) == {"items[0][quantity]"}
    shop.house.changed("PUT", path, {"items": [{"id": first, "quantity": 4}, shop.line(name="Pin")]})
    revised = shop.do("confirm_revise", made)
    assert revised["status"] == 2
    assert [one["name"] for one in revised["items"]["data"]] == ["Bolt", "Pin"]
    assert shop.lines(made) == [(1, 4), (0, 0)]


def test_what_is_ordered_cannot_be_rejected(shop: Shop) -> None:
    """Neither a line nor, when a revision is up for approval, the requisition."""
    made = shop.approved(shop.line(), shop.line(name="Nut"))
    first = ids(made)[0]
    (order,) = shop.ordered(first)
    path = f"/purchaserequisitions/{made['idn']}"
    assert set(shop.house.refused("POST", f"{path}/reject_items", {"items": [first]})) == {"items[0]"}
    boss = shop.house.person("purchase_requisition.approve")
    shop.approving(boss, REQUISITIONS)
    shop.do("revision", made)
    assert shop.do("confirm_revise", made, {"restartApproval": True})["status"] == 1
    status, shown, _ = boss.call("POST", f"{path}/reject", {"comment": "no"})
    assert (status, "cancel those first" in shown["message"]) == (400, True)
    shop.house.call("DELETE", f"/purchaseorders/{order['idn']}")
    assert boss.changed("POST", f"{path}/reject", {"comment": "no"})["status"] == 3


def test_a_repeated_requisition_starts_anew(shop: Shop) -> None:
    made = shop.approved(shop.line(), shop.line(name="Nut"))
    first, second = ids(made)
    shop.ordered({"id": first, "quantity": 1})
    shop.do("reject_items", made, {"items": [first, second]})
    copy = shop.house.made(f"/purchaserequisitions/{made['idn']}/repeat")
    assert (copy["idn"], copy["status"], copy["requiredDate"]) == ("2", 0, WANTED)
    assert [(one["name"], one["supplier"]["id"]) for one in copy["items"]["data"]] == [
        ("Bolt", shop.bolts), ("Nut", shop.bolts)
    ]  # fmt: skip
    assert shop.lines(copy) == [(0, 0), (0, 0)]
    assert set(ids(copy)).isdisjoint(ids(made))
    assert [one["closed"] for one in copy["items"]["data"]] == [False, False]


def test_drafts_can_be_deleted(shop: Shop) -> None:
    made, kept = shop.draft(), shop.approved()
    assert shop.house.call("DELETE", f"/purchaserequisitions/{made['idn']}").status == 204
    assert shop.house.call("DELETE", f"/purchaserequisitions/{kept['idn']}").status == 400
    assert [one["id"] for one in shop.house.get("/purchaserequisitions")["data"]] == [kept["id"]]


def test_a_requisition_is_completed_by_its_orders(shop: Shop) -> None:
    made = shop.approved(shop.line(), shop.line(name="Nut"), shop.line(name="Pin"))
    first, second, third = ids(made)
    orders = [*shop.ordered({"id": first, "quantity": 4}), *shop.ordered(first, second)]
    shop.do("reject_items", made, {"items": [third]})
    for order, status in zip(orders, (2, 5), strict=True):
        for verb in ("confirm", "complete"):
            shop.house.changed("POST", f"/purchaseorders/{order['idn']}/{verb}")
        assert shop.again(made)["status"] == status
    assert shop.lines(made) == [(1, 10), (1, 10), (2, 0)]


def test_the_strict_profile_only_reads_and_decides(shop: Shop) -> None:
    strict = shop.house.under(profile="strict")
    made = shop.approved()
    assert strict.call("POST", "/purchaserequisitions", {}).status == 405
    for verb in ("cancel", "repeat", "reject_items"):
        assert strict.call("POST", f"/purchaserequisitions/{made['idn']}/{verb}").status == 404
    assert strict.changed("POST", f"/purchaserequisitions/{made['idn']}/complete")["status"] == 5
