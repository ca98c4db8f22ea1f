"""Comments, mentions and followers, on every kind of document."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.buying import Buying, Someone
from tests.support.house import House


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def told(someone: Someone) -> list[tuple[str, str]]:
    """Kind and title of what a person has been told, oldest first."""
    return [(one["kind"], one["title"]) for one in someone.house.get("/-/notices")["data"][::-1]]


def following(document: dict[str, Any]) -> set[str]:
    return {one["email"] for one in document["followers"]["data"]}


def test_a_comment_is_shown_with_its_writer(shop: Buying) -> None:
    order = shop.ann.does("comments", shop.order(), {"text": "Is this urgent?\nIt is."})
    (comment,) = order["comments"]["data"]
    assert (comment["text"], comment["user"]["email"]) == ("Is this urgent?\nIt is.", shop.house.email)
    assert following(order) == {shop.house.email}


def test_on_every_kind_of_document(shop: Buying) -> None:
    order = shop.approved_order()
    requisition = {"location": shop.location["id"], "requiredDate": "2030-01-01", "items": shop.lines()}
    documents = [
        order, shop.receipt(order), shop.invoice(), shop.ann.made("purchaserequisitions", requisition),
    ]  # fmt: skip
    for document in documents:
        shown = shop.ann.does("comments", document, {"text": "seen"})
        assert [one["text"] for one in shown["comments"]["data"]] == ["seen"]


def test_whoever_is_mentioned_follows_and_is_told(shop: Buying) -> None:
    bob = shop.person("purchase_order.view", firstname="Bob")
    order = shop.ann.does("comments", shop.order(), {"text": f"Look at this, @{bob.house.email.upper()}!"})
    assert following(order) == {shop.house.email, bob.house.email}
    assert told(bob) == [("mention", f"Ann mentions you at order {order['idn']}")]
    shop.ann.does("comments", order, {"text": "And another thing."})
    assert told(bob)[-1] == ("comment", f"Ann comments on order {order['idn']}")
    assert told(shop.ann) == []


def test_who_does_not_see_the_document_cannot_be_mentioned(shop: Buying) -> None:
    order = shop.order()
    blind = shop.person("purchase_order.create")
    away = shop.person("purchase_order.view", enable=False)
    for email in (blind.house.email, away.house.email, "nobody@acme.test"):
        assert shop.house.refused("POST", f"{order['at']}/comments", {"text": f"@{email} look"}) == {
            "text": f"{email}: there is nobody here with this address who sees this order."
        }
    assert shop.ann.sees(order)["comments"]["data"] == []
    assert told(blind) == []


def test_an_address_in_passing_is_no_mention(shop: Buying) -> None:
    order = shop.ann.does("comments", shop.order(), {"text": "write to sales@bolts.test or (bob@bolts.test)"})
    assert following(order) == {shop.house.email}


def test_an_empty_comment_is_refused(shop: Buying) -> None:
    order = shop.order()
    for body in ({}, {"text": ""}, {"text": "  "}):
        assert shop.house.refused("POST", f"{order['at']}/comments", body).keys() == {"text"}


def test_following_and_leaving(shop: Buying) -> None:
    bob = shop.person("purchase_order.view")
    order = shop.order()
    assert following(bob.does("followers", order)) == {bob.house.email}
    assert following(bob.does("followers", order)) == {bob.house.email}
    shop.ann.does("followers", order)
    bob.house.changed("DELETE", f"{order['at']}/followers")
    assert following(shop.ann.sees(order)) == {shop.house.email}
    shop.ann.does("followers", order, {"user": bob.house.user_id})
    assert following(shop.ann.sees(order)) == {shop.house.email, bob.house.email}
    blind = shop.person("purchase_order.create")
    refused = shop.house.refused("POST", f"{order['at']}/followers", {"user": blind.house.user_id})
    assert refused == {"user": f"There is nobody with id {blind.house.user_id} here who sees this order."}


def test_reasons_become_comments(shop: Buying) -> None:
    order = shop.approved_order()
    shown = shop.ann.does("revision", order, {"comment": "wrong price"})
    assert [(one["verb"], one["text"]) for one in shown["comments"]["data"]] == [("revision", "wrong price")]
    shown = shop.ann.does("cancel", order, {"comment": "not needed"})
    assert [one["verb"] for one in shown["comments"]["data"]] == ["revision", "cancel"]


def test_a_comment_moves_the_date_of_change(shop: Buying) -> None:
    order = shop.order()
    shown = shop.ann.does("comments", order, {"text": "x"})
    assert shown["updateDate"] >= order["updateDate"]


def test_a_deleted_draft_takes_its_conversation_along(shop: Buying) -> None:
    order = shop.ann.does("comments", shop.order(), {"text": "x"})
    shop.ann.does("delete", order)
    assert shop.house.call("GET", order["at"]).status == 404
    assert shop.house.call("POST", f"{order['at']}/comments", {"text": "x"}).status == 404


def test_who_does_not_see_it_says_nothing(shop: Buying) -> None:
    order = shop.order()
    for path in ("comments", "followers"):
        assert shop.person("purchase_order.create").tries(path, order, {"text": "x"}).status == 404
        assert shop.person("invoice.create").tries(path, order, {"text": "x"}).status == 403
        assert shop.house.under(profile="strict").call("POST", f"{order['at']}/{path}", {}).status == 404
