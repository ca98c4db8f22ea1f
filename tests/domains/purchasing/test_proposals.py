"""Requests for proposal: asking suppliers, their answers by secret link, winners per line, and orders from them."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import bindparam, select

from emptor.http.messages import Request
from emptor.store.schema import table
from emptor.store.statement import Statement
from tests.domains.purchasing.shop import LINE, WANTED, Shop, ids
from tests.support.house import House, Premises, Reply, StoppedClock

REQUESTS = "requestforproposals"
FROM = "/purchaseorders/from_requisitions"
NUT = {"name": "Nut", "quantity": 5}


def proposals(request: dict[str, Any]) -> list[dict[str, Any]]:
    return request["propositions"]["data"]


def standings(shop: Shop, request: dict[str, Any]) -> list[tuple[int, list[int]]]:
    """Status of each proposal and of its lines, now."""
    return [
        (one["status"], [line["status"] for line in one["items"]["data"]])
        for one in proposals(shop.again(request, REQUESTS))
    ]


# Asking


def test_a_request_asks_its_suppliers(shop: Shop) -> None:
    made = shop.house.made(f"/{REQUESTS}", {"location": shop.bonn, "requiredDate": WANTED, "items": [LINE, NUT]})
    assert (made["status"], made["propositionStatus"], proposals(made)) == (0, None, [])
    assert set(shop.house.refused("POST", f"/{REQUESTS}/{made['idn']}/confirm")) == {"suppliers"}
    invited = {"suppliers": [shop.bolts, {"id": shop.nuts, "emails": ["nuts@nuts.test"]}]}
    shop.do("invite", made, invited, REQUESTS)
    assert set(shop.house.refused("POST", f"/{REQUESTS}/{made['idn']}/invite", {"suppliers": [shop.bolts]})) == {
        "suppliers[0][id]"
    }
    assert shop.house.refused("POST", f"/{REQUESTS}/{made['idn']}/invite", {"suppliers": [1, 2]}).keys() == {
        "suppliers[0][id]", "suppliers[1][id]"
    }  # fmt: skip
    asked = shop.do("confirm", made, kind=REQUESTS)
    assert (asked["status"], asked["propositionStatus"], asked["supplier"]) == (2, 0, None)
    bolts, nuts = proposals(asked)
    assert (bolts["emails"], nuts["emails"]) == (["sales@bolts.test"], ["nuts@nuts.test"])
    assert (bolts["name"], bolts["supplier"]["id"], bolts["status"], bolts["sum"]) == ("Bolts", shop.bolts, 0, 0)
    assert bolts["requestForProposal"] == {"id": made["id"]}
    assert [(one["name"], one["quantity"], one["price"]) for one in bolts["items"]["data"]] == [
        ("Bolt", 10, None), ("Nut", 5, None)
    ]  # fmt: skip
    assert [one["requestItem"] for one in nuts["items"]["data"]] == ids(asked)
    assert bolts["accessKey"] != nuts["accessKey"]
    assert len(bolts["accessKey"].partition("-")[2]) >= 43
    assert shop.house.get(f"/{REQUESTS}/proposition/{bolts['id']}") == bolts


def test_reading_requests(shop: Shop) -> None:
    first, second = shop.asked(), shop.asked(NUT, requiredDate="2041-01-31")
    shop.answered(proposals(second)[0], 3)

    def found(query: str) -> list[int]:
        return [one["id"] for one in shop.house.get(f"/{REQUESTS}?{query}")["data"]]

    assert found("") == [second["id"], first["id"]]
    assert found("status[]=2&propositionStatus[]=1") == [second["id"]]
    assert found("propositionStatus[]=0&propositionStatus[]=2") == [first["id"]]
    assert found("requiredDate[left_date]=01.01.2041&requiredDate[right_date]=31.01.2041") == [second["id"]]
    row = shop.house.get(f"/{REQUESTS}")["data"][0]
    assert {"items", "propositions", "attachments"}.isdisjoint(row)
    other = shop.house.person("request_for_proposal.create")
    assert other.call("GET", f"/{REQUESTS}/{first['idn']}").status == 404
    assert other.call("GET", f"/{REQUESTS}/proposition/{proposals(first)[0]['id']}").status == 404
    stranger = shop.house.premises.house()
    assert stranger.call("GET", f"/{REQUESTS}/proposition/{proposals(first)[0]['id']}").status == 404
    assert shop.house.person("purchase_order.create").get(f"/{REQUESTS}/{first['idn']}")["id"] == first["id"]


def test_requisition_lines_are_asked_for_by_one_request(shop: Shop) -> None:
    wanted = shop.approved(shop.line(), shop.line(name="Nut"))
    first, second = ids(wanted)
    shop.ordered({"id": second, "quantity": 4})
    asked = shop.asked_for(wanted)
    assert (asked["location"]["id"], asked["requiredDate"], asked["deliveryDate"]) == (shop.bonn, WANTED, WANTED)
    assert [(one["name"], one["quantity"], one["requisitionItem"]) for one in asked["items"]["data"]] == [
        ("Bolt", 10, first), ("Nut", 6, second)
    ]  # fmt: skip
    assert shop.lines(wanted) == [(3, 0), (3, 4)]
    again, path = {"requiredDate": WANTED, "items": [{"id": first}]}, f"/{REQUESTS}/from_requisitions"
    assert set(shop.house.refused("POST", path, again)) == {"items[0][id]"}
    assert set(shop.house.refused("POST", path, {})) == {"items", "requiredDate"}
    assert set(shop.house.refused("POST", FROM, {"items": [first]})) == {"items[0][id]"}
    for verb in ("cancel", "complete"):
        assert shop.house.call("POST", f"/purchaserequisitions/{wanted['idn']}/{verb}").status == 400
    rejected = {"items": [first]}
    assert set(shop.house.refused("POST", f"/purchaserequisitions/{wanted['idn']}/reject_items", rejected)) == {
        "items[0]"
    }
    shop.do("cancel", asked, kind=REQUESTS)
    assert shop.lines(wanted) == [(0, 0), (0, 4)]
    kiel = shop.approved(shop.line(), location=shop.kiel)
    both = {**again, "items": [first, *ids(kiel)]}
    assert set(shop.house.refused("POST", path, both)) == {"location"}
    draft = shop.house.made(path, again)
    assert shop.lines(wanted)[0] == (3, 0)
    assert shop.house.call("DELETE", f"/{REQUESTS}/{draft['idn']}").status == 204
    assert shop.lines(wanted)[0] == (0, 0)


def test_a_revision_asks_anew_for_what_has_changed(shop: Shop) -> None:
    asked = shop.asked(LINE, NUT, {"name": "Pin"})
    bolts, _ = proposals(asked)
    shop.answered(bolts, 2, 3, 4)
    bolt, nut, _ = ids(asked)
    shop.do("revision", asked, kind=REQUESTS)
    body = {"items": [{"id": bolt, "quantity": 20}, {"id": nut}, {"name": "Washer"}]}
    shop.house.changed("PUT", f"/{REQUESTS}/{asked['idn']}", body)
    shop.do("confirm_revise", asked, kind=REQUESTS)
    mended, untouched = proposals(shop.again(asked, REQUESTS))
    assert [(one["name"], one["quantity"], one["price"], one["sum"]) for one in mended["items"]["data"]] == [
        ("Bolt", 20, 2, 40), ("Nut", 5, 3, 15), ("Washer", 1, None, 0)
    ]  # fmt: skip
    assert (mended["sum"], len(untouched["items"]["data"])) == (55, 3)


def test_invitations_can_be_taken_back_while_nobody_has_answered(shop: Shop) -> None:
    asked = shop.asked()
    shop.answered(proposals(asked)[0], 2)
    shop.do("revision", asked, kind=REQUESTS)
    path = f"/{REQUESTS}/{asked['idn']}/uninvite"
    assert set(shop.house.refused("POST", path, {"suppliers": [shop.bolts, 1]})) == {"suppliers[0]", "suppliers[1]"}
    left = shop.do("uninvite", asked, {"suppliers": [shop.nuts]}, REQUESTS)
    assert [one["supplier"]["id"] for one in proposals(left)] == [shop.bolts]


def test_a_supplier_can_be_asked_later(shop: Shop) -> None:
    asked = shop.asked(suppliers=(shop.bolts,))
    _, late = proposals(shop.do("invite", asked, {"suppliers": [shop.nuts]}, REQUESTS))
    assert shop.answered(late, 3)["status"] == 1


def test_a_repeated_request_starts_anew(shop: Shop) -> None:
    wanted = shop.approved()
    asked = shop.asked_for(wanted)
    shop.answered(proposals(asked)[0], 2)
    shop.choose(proposals(asked)[0], 0)
    copy = shop.house.made(f"/{REQUESTS}/{asked['idn']}/repeat")
    (line,) = copy["items"]["data"]
    assert (copy["status"], proposals(copy), copy["supplier"]) == (0, [], None)
    assert (line["status"], line["price"], line["supplier"], line["requisitionItem"]) == (0, 0, None, None)


# Answering


def outside(house: House, method: str, key: str, body: str = "", address: str = "192.0.2.7", **settings: Any) -> Reply:
    """Somebody without a key of the API at a secret link."""
    headers = {"content-type": "application/json"} if body else {}
    request = Request(method, f"/-/propositions/{key}", b"", headers, body.encode(), address, "r-1")
    answer = house.under(**settings).service.answer(request)
    return Reply(answer.status, json.loads(answer.body), answer.headers)


def test_a_supplier_sees_its_own_proposal_only(shop: Shop) -> None:
    asked = shop.asked(LINE, NUT, note="Please hurry", deliveryDate="2040-08-01")
    bolts, nuts = proposals(asked)
    shop.answered(nuts, 77, 88, comment="secret")
    status, seen, headers = outside(shop.house, "GET", bolts["accessKey"])
    assert (status, headers["cache-control"]) == (200, "no-store")
    assert seen == {
        "requestForProposal": {
            "idn": asked["idn"], "customName": None, "note": "Please hurry", "requiredDate": WANTED,
            "deliveryDate": "2040-08-01T23:59:59+00:00", "currency": "EUR",
        },
        "supplier": {"name": "Bolts"}, "status": 0, "open": True, "sum": 0, "deliveryDate": None, "comment": None,
        "items": {"data": [
            {
                "id": line["id"], "name": line["name"], "sku": line["sku"], "description": None,
                "quantity": line["quantity"], "unit": None, "price": None, "sum": 0, "deliveryDate": None,
                "comment": None, "status": 0,
            }
            for line in bolts["items"]["data"]
        ]},
    }  # fmt: skip


def test_a_supplier_answers_without_a_key(shop: Shop) -> None:
    bolts, nuts = proposals(shop.asked(LINE, NUT))
    first, second = ids(bolts)
    said = (
        f'{{"deliveryDate": "2040-07-01", "comment": "as ever", "items": [{{"id": {first}, "price": "1.5",'
        f' "deliveryDate": "2040-07-02", "comment": "zinc"}}]}}'
    )
    status, seen, _ = outside(shop.house, "PUT", bolts["accessKey"], said)
    assert (status, seen["status"], seen["sum"]) == (200, 1, 15)
    shown = shop.house.get(f"/{REQUESTS}/proposition/{bolts['id']}")
    assert (shown["status"], shown["statusSending"], shown["sum"], shown["comment"]) == (1, 3, 15, "as ever")
    assert shown["deliveryDate"] == "2040-07-01T00:00:00+00:00"
    one, other = shown["items"]["data"]
    assert (one["price"], one["sum"], one["status"], one["comment"]) == (1.5, 15, 1, "zinc")
    assert (other["price"], other["status"]) == (None, 0)
    outside(shop.house, "PUT", bolts["accessKey"], f'{{"items": [{{"id": {first}, "price": null}}]}}')
    assert shop.house.get(f"/{REQUESTS}/proposition/{bolts['id']}")["status"] == 0
    wrong = f'{{"items": [{{"id": {ids(nuts)[0]}, "price": 1}}, {{"id": {second}, "price": -1}}]}}'
    status, told, _ = outside(shop.house, "PUT", bolts["accessKey"], wrong)
    assert (status, set(told["errors"]["errors"])) == (400, {"items[0][id]", "items[1][price]"})


def test_the_buyer_hears_of_answers_and_suppliers_of_the_decision(shop: Shop) -> None:
    buyer = shop.house.person("request_for_proposal.create").under(profile="extended")
    body = {"location": shop.bonn, "requiredDate": WANTED, "items": [LINE, NUT]}
    made = buyer.made(f"/{REQUESTS}", body)
    buyer.changed("POST", f"/{REQUESTS}/{made['idn']}/invite", {"suppliers": [
        shop.bolts, {"id": shop.nuts, "emails": ["nuts@nuts.test"]}
    ]})  # fmt: skip
    asked = buyer.changed("POST", f"/{REQUESTS}/{made['idn']}/confirm")
    bolts, nuts = proposals(buyer.get(f"/{REQUESTS}/{asked['idn']}"))
    shop.answered(bolts, 2, 3)
    shop.answered(nuts, 1, None)
    told = buyer.get("/-/notices")["data"][::-1]
    assert [(one["kind"], one["title"]) for one in told] == [
        ("answered", f"Bolts answers your request for proposal {made['idn']}"),
        ("answered", f"Nuts answers your request for proposal {made['idn']}"),
    ]
    assert "1. Bolt (B-1): 10, 2 EUR each, 20 EUR" in told[0]["text"]
    shop.choose(bolts, 0)
    assert mailed(shop.house, "won", "lost") == []
    shop.choose(bolts, 1)
    won, lost = mailed(shop.house, "won", "lost")
    assert (won[0], won[1].splitlines()[0]) == ("sales@bolts.test", "Hello,")
    assert "1. Bolt (B-1): 10, 2 EUR each, 20 EUR\n2. Nut: 5, 3 EUR each, 15 EUR" in won[1]
    assert lost[0] == "nuts@nuts.test"
    assert "has decided for others this time" in lost[1]


def mailed(house: House, *kinds: str) -> list[tuple[str, str]]:
    """Addresses and texts of what was written to suppliers, oldest first."""
    notices = table("notices")
    found = select(notices.c.kind, notices.c.address, notices.c.text)
    mine = Statement(found.where(notices.c.company_id == bindparam("company")).order_by(notices.c.id))
    with house.service.database.read(house.company_id) as tx:
        return [(address, text) for kind, address, text in tx.all(mine, company=tx.company_id) if kind in kinds]


def test_answers_end_with_the_response_date(premises: Premises) -> None:
    clock = StoppedClock("2040-06-30T23:59:59+00:00")
    shop = Shop(premises.house(clock=clock))
    asked = shop.asked()
    (proposal, other) = proposals(asked)
    assert shop.answered(proposal, 2)["open"] is True
    clock.forward(seconds=1)
    status, seen, _ = outside(shop.house, "GET", proposal["accessKey"])
    assert (status, seen["open"], seen["sum"]) == (200, False, 20)
    status, told, _ = outside(shop.house, "PUT", other["accessKey"], f'{{"items": [{{"id": {ids(other)[0]}}}]}}')
    assert (status, told["message"]) == (400, f"Answers could be given until {WANTED}.")
    late = shop.house.made(f"/{REQUESTS}", {"location": shop.bonn, "requiredDate": WANTED, "items": [NUT]})
    shop.do("invite", late, {"suppliers": [shop.bolts]}, REQUESTS)
    assert set(shop.house.refused("POST", f"/{REQUESTS}/{late['idn']}/confirm")) == {"requiredDate"}


def test_links_of_requests_that_nobody_sent_lead_nowhere(shop: Shop) -> None:
    body = {"location": shop.bonn, "requiredDate": WANTED, "items": [NUT]}
    made = shop.house.made(f"/{REQUESTS}", body)
    (proposal,) = proposals(shop.do("invite", made, {"suppliers": [shop.bolts]}, REQUESTS))
    assert outside(shop.house, "GET", proposal["accessKey"]).status == 404
    shop.do("confirm", made, kind=REQUESTS)
    assert outside(shop.house, "GET", proposal["accessKey"]).status == 200
    shop.do("cancel", made, kind=REQUESTS)
    assert outside(shop.house, "GET", proposal["accessKey"]).status == 404


def test_wrong_links_count_as_wrong_logins(shop: Shop) -> None:
    guarded = {"address": "192.0.2.99", "block_after": 3, "block_window_seconds": 600, "block_seconds": 60}
    key = proposals(shop.asked())[0]["accessKey"]
    company, _, secret = key.partition("-")
    wrong = (f"{company}-{secret[:-1]}", f"fffff-{secret}", secret, "", "-", "zz-1", "x" * 300, f"{company}-é")
    for one in wrong:
        assert outside(shop.house, "GET", one).status == 404
    assert outside(shop.house, "DELETE", key).status == 405
    statuses = [outside(shop.house, "PUT", f"{company}-guess{i}", **guarded).status for i in range(5)]
    assert statuses == [404, 404, 404, 404, 403]
    assert outside(shop.house, "GET", key, **guarded).status == 403


def test_a_link_has_request_limits(shop: Shop) -> None:
    key = proposals(shop.asked())[0]["accessKey"]
    statuses = [outside(shop.house, "GET", key, limits=True, limit_minute=2).status for _ in range(3)]
    assert statuses == [200, 200, 429]


# Deciding


def test_several_suppliers_win(shop: Shop) -> None:
    """One winner per line; the request takes price and supplier, the losers know, the last decision completes it."""
    wanted = shop.approved(shop.line(), {"name": "Nut", "quantity": 5})
    asked = shop.asked_for(wanted)
    bolts, nuts = proposals(asked)
    shop.answered(bolts, 2, 9)
    shop.answered(nuts, 3, 4)
    won = shop.choose(bolts, 0)
    assert (won["status"], [line["status"] for line in won["items"]["data"]]) == (2, [2, 1])
    assert standings(shop, asked) == [(2, [2, 1]), (1, [3, 1])]
    decided = shop.again(asked, REQUESTS)
    assert (decided["status"], decided["propositionStatus"], decided["sum"]) == (2, 2, 20)
    path = f"/{REQUESTS}/proposition/{nuts['id']}/items/approve"
    refused = shop.house.refused("PUT", path, form={"items[]": [ids(nuts)[0], ids(bolts)[1]]})
    assert set(refused) == {"items[0]", "items[1]"}
    status, told, _ = outside(shop.house, "PUT", nuts["accessKey"], f'{{"items": [{{"id": {ids(nuts)[0]}}}]}}')
    assert (status, set(told["errors"]["errors"])) == (400, {"items[0][id]"})
    shop.choose(nuts, 1)
    done = shop.again(asked, REQUESTS)
    assert (done["status"], done["sum"], done["supplier"]) == (5, 40, None)
    assert [(one["status"], one["price"], one["supplier"]["name"]) for one in done["items"]["data"]] == [
        (1, 2, "Bolts"), (1, 4, "Nuts")
    ]  # fmt: skip
    assert standings(shop, asked) == [(2, [2, 3]), (2, [3, 2])]
    assert shop.lines(wanted) == [(3, 0), (3, 0)]

    chosen = [{"id": ids(bolts)[0]}, {"id": ids(nuts)[1], "quantity": 2}]
    first, second = shop.house.made(FROM, {"proposalItems": chosen})["data"]
    assert [(one["supplier"]["name"], one["sum"]) for one in (first, second)] == [("Bolts", 20), ("Nuts", 8)]
    (source,) = first["items"]["data"][0]["sources"]["data"]
    assert source == {"requisitionItem": ids(wanted)[0], "proposalItem": ids(bolts)[0], "quantity": 10}
    assert shop.lines(wanted) == [(1, 10), (3, 2)]
    more = {"proposalItems": [ids(nuts)[1], ids(nuts)[0]]}
    assert set(shop.house.refused("POST", FROM, more)) == {"proposalItems[1][id]"}
    shop.house.made(FROM, {"proposalItems": [ids(nuts)[1]]})
    assert shop.lines(wanted) == [(1, 10), (1, 5)]


def test_proposals_from_scratch_can_be_ordered(shop: Shop) -> None:
    asked = shop.asked(LINE, suppliers=(shop.nuts,))
    (proposal,) = proposals(asked)
    shop.answered(proposal, 1.25)
    shop.choose(proposal, 0)
    done = shop.again(asked, REQUESTS)
    assert (done["status"], done["supplier"]["id"]) == (5, shop.nuts)
    (order,) = shop.house.made(FROM, {"proposalItems": ids(proposal)})["data"]
    assert (order["supplier"]["id"], order["sum"]) == (shop.nuts, 12.5)
    assert set(shop.house.refused("POST", FROM, {"proposalItems": ids(proposal)})) == {"proposalItems[0][quantity]"}


def test_who_chooses(shop: Shop) -> None:
    asked = shop.asked()
    bolts, _ = proposals(asked)
    path = f"/{REQUESTS}/proposition/{bolts['id']}/items/approve"
    assert set(shop.house.refused("PUT", path, {"items": ids(bolts)})) == {"items[0]"}
    assert set(shop.house.refused("PUT", path, {})) == {"items"}
    shop.answered(bolts, 2)
    stranger = shop.house.person("request_for_proposal.create", "request_for_proposal.view")
    assert stranger.call("PUT", path, {"items": ids(bolts)}).status == 403
    viewer = shop.house.person("request_for_proposal.view")
    assert viewer.call("PUT", path, {"items": ids(bolts)}).status == 403
    shop.choose(bolts, 0)
    assert shop.house.call("PUT", path, {"items": ids(bolts)}).status == 400


def test_complete_by_hand_frees_what_nobody_has_won(shop: Shop) -> None:
    wanted = shop.approved(shop.line(), shop.line(name="Nut"))
    asked = shop.asked_for(wanted)
    bolts, nuts = proposals(asked)
    shop.answered(bolts, 2, 9)
    shop.choose(bolts, 0)
    done = shop.do("complete", asked, kind=REQUESTS)
    assert (done["status"], [one["status"] for one in done["items"]["data"]]) == (5, [1, 2])
    assert done["supplier"]["id"] == shop.bolts
    assert standings(shop, asked) == [(2, [2, 3]), (3, [3, 3])]
    assert shop.lines(wanted) == [(3, 0), (0, 0)]
    assert len(shop.ordered(ids(wanted)[1])) == 1
    assert nuts["id"] != bolts["id"]


def test_a_request_with_orders_stands(shop: Shop) -> None:
    asked = shop.asked(LINE, NUT)
    bolts, _ = proposals(asked)
    shop.answered(bolts, 2, 3)
    shop.choose(bolts, 0)
    shop.house.made(FROM, {"proposalItems": ids(bolts)[:1]})
    assert shop.house.call("POST", f"/{REQUESTS}/{asked['idn']}/cancel").status == 400


def test_requests_are_approved_like_all_documents(shop: Shop) -> None:
    boss = shop.house.person("request_for_proposal.approve")
    shop.approving(boss, REQUESTS)
    asked = shop.asked()
    assert asked["status"] == 1
    assert [one["items"]["data"] for one in proposals(asked)] == [[], []]
    assert boss.changed("POST", f"/{REQUESTS}/{asked['idn']}/approve")["status"] == 2
    assert [len(one["items"]["data"]) for one in proposals(shop.again(asked, REQUESTS))] == [1, 1]
