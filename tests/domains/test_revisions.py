"""The past of documents: which states are kept, and what is said about the way from one to another."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from emptor.domains import revisions
from emptor.store.statement import Statement
from tests.support.buying import Buying
from tests.support.house import House


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def past(shop: Buying, document: dict) -> list[dict]:
    """The revisions, oldest first."""
    return shop.house.get(f"{document['at']}/revisions")["data"][::-1]


def changes(shop: Buying, document: dict, first: int, last: int) -> dict[str, dict]:
    """What changed, by field."""
    shown = shop.house.get(f"{document['at']}/revisions/compare?from={first}&to={last}")
    return {change["field"]: change for change in shown["changes"]}


def test_a_draft_has_no_past(shop: Buying) -> None:
    order = shop.order()
    shop.ann.changes(order, note="still a draft")
    assert past(shop, order) == []
    assert shop.house.refused("GET", f"{order['at']}/revisions/compare?from=1&to=2") == {
        "from": "There is no revision 1; it has none before it is submitted.",
        "to": "There is no revision 2; it has none before it is submitted.",
    }


def test_every_change_after_submission_is_kept(shop: Buying) -> None:
    order = shop.approved_order()
    shop.ann.does("revision", order)
    shop.ann.changes(order, note="first")
    shop.ann.changes(order, note="second")
    shop.ann.does("confirm_revise", order)
    kept = past(shop, order)
    assert [(one["number"], one["verb"], one["statusName"]) for one in kept] == [
        (1, "confirm", "approved"), (2, "update", "in revision"), (3, "update", "in revision"),
    ]  # fmt: skip
    assert {one["user"]["email"] for one in kept} == {shop.house.email}
    assert changes(shop, order, 1, 3) == {"note": {"field": "note", "from": None, "to": "second"}}


def test_what_changed_line_by_line_and_by_name(shop: Buying) -> None:
    elsewhere = shop.house.made("/suppliers", {"name": "Screws Ltd"})
    order = shop.approved_order(("Bolt", 10, 2), ("Nut", 5, 1))
    bolt, nut = order["items"]["data"]
    shop.ann.does("revision", order)
    lines = [{"id": bolt["id"], "quantity": 12}, {"name": "Pin", "price": 3}]
    shop.ann.changes(order, items=lines, supplier=elsewhere["id"])
    said = changes(shop, order, 1, 2)
    assert (said["supplier"]["from"]["name"], said["supplier"]["to"]["name"]) == ("Bolt & Nut", "Screws Ltd")
    assert (said["netSum"]["from"], said["netSum"]["to"]) == (25, 27)
    lines = said["items"]
    assert [line["name"] for line in lines["added"]] == ["Pin"]
    assert [line["id"] for line in lines["removed"]] == [nut["id"]]
    (changed,) = lines["changed"]
    assert (changed["id"], changed["name"]) == (bolt["id"], "Bolt")
    assert {one["field"]: (one["from"], one["to"]) for one in changed["changes"]} == {
        "quantity": (10, 12), "netSum": (20, 24), "sum": (20, 24)
    }  # fmt: skip


def test_another_name_of_what_a_document_names_is_no_change_of_it(shop: Buying) -> None:
    item = shop.item()
    order = shop.approved_order((item, 10))
    shop.ann.does("revision", order)
    shop.house.changed("PUT", f"/suppliers/{shop.supplier['id']}", {"name": "Nut & Bolt"})
    shop.house.changed("PUT", f"/items/{item['id']}", {"name": "Something else"})
    shop.ann.changes(order, note="now", location=shop.house.made("/locations", {"name": "Bonn"})["id"])
    said = changes(shop, order, 1, 2)
    assert said.keys() == {"note", "location"}
    assert (said["location"]["from"]["name"], said["location"]["to"]["name"]) == ("Hamburg", "Bonn")


def test_custom_fields_go_by_their_names(shop: Buying) -> None:
    field = shop.house.made(
        "/documentcustomfields", {"name": "Team", "options": [{"name": "red"}, {"name": "blue"}]}
    )  # fmt: skip
    red, blue = (option["id"] for option in field["options"]["data"])

    def team(option: int) -> list[dict]:
        return [{"value": str(option), "documentCustomField": {"id": field["id"]}}]

    order = shop.approved_order(dataDocumentCustomFields=team(red))
    shop.ann.does("revision", order)
    shop.ann.changes(order, dataDocumentCustomFields=team(blue))
    (changed,) = changes(shop, order, 1, 2)["dataDocumentCustomFields"]["changed"]
    assert changed["name"] == "Team"
    assert changed["changes"] == [{"field": "value", "from": "red", "to": "blue"}]


def test_progress_is_no_revision(shop: Buying) -> None:
    order = shop.approved_order()
    shop.ann.does("confirm", shop.receipt(order))
    assert len(past(shop, order)) == 1


def test_every_kind_of_document_has_a_past(shop: Buying) -> None:
    receipt = shop.receipt(shop.approved_order(("Bolt", 10, 2)), 4)
    shop.ann.does("confirm", receipt)
    shop.ann.does("revision", receipt)
    line = receipt["items"]["data"][0]
    shop.ann.changes(receipt, items=[{"id": line["id"], "quantity": 5}])
    (changed,) = changes(shop, receipt, 1, 2)["items"]["changed"]
    assert ("quantity", 4, 5) in [(one["field"], one["from"], one["to"]) for one in changed["changes"]]
    invoice = shop.invoice()
    shop.ann.does("confirm", invoice)
    assert len(past(shop, invoice)) == 1


def test_numbers_are_checked(shop: Buying) -> None:
    order = shop.approved_order()
    path = f"{order['at']}/revisions/compare"
    assert shop.house.refused("GET", path) == {"from": "This field is required.", "to": "This field is required."}
    assert shop.house.refused("GET", f"{path}?from=1&to=9") == {"to": "There is no revision 9; there are 1 to 1."}
    assert shop.house.refused("GET", f"{path}?from=x&to=0").keys() == {"from", "to"}


def test_who_does_not_see_a_document_does_not_see_its_past(shop: Buying) -> None:
    order = shop.approved_order()
    bob = shop.person("purchase_order.create")
    assert bob.house.call("GET", f"{order['at']}/revisions").status == 404
    assert shop.house.under(profile="strict").call("GET", f"{order['at']}/revisions").status == 404
    assert shop.house.premises.house().under(profile="extended").call("GET", f"{order['at']}/revisions").status == 404


def copies(shop: Buying) -> int:
    with shop.house.service.database.read(shop.house.company_id) as tx:
        mine = revisions.contents.c.company_id == tx.company_id
        return len(tx.all(Statement(select(revisions.contents).where(mine))))


def test_a_document_is_copied_when_it_changes_and_not_before(shop: Buying) -> None:
    order = shop.approved_order()
    assert copies(shop) == 0
    assert shop.house.get(f"{order['at']}/revisions/compare?from=1&to=1")["changes"] == []
    shop.ann.changes(order, note="later")
    assert copies(shop) == 2
    assert changes(shop, order, 1, 2)["note"] == {"field": "note", "from": None, "to": "later"}


@pytest.mark.parametrize("attack", ["UPDATE revisions SET verb = ''", "UPDATE revision_contents SET content = '{}'"])
def test_revisions_cannot_be_rewritten(shop: Buying, attack: str) -> None:
    from tests.domains.test_audit import attacked

    order = shop.approved_order()
    shop.ann.changes(order, note="later")
    with pytest.raises(Exception, match="never changed or deleted"):
        attacked(shop.house, attack)
