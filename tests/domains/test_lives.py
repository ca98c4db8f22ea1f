"""Every life, walked over: each state × each verb × each kind of person, read off the transition tables."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from emptor.domains import discover, verbs
from emptor.kit.resource import Resource
from emptor.kit.states import ANYONE, Life, Move
from emptor.store.schema import table
from tests.support import checked
from tests.support.buying import DAY, Buying, Shown, Someone
from tests.support.house import House

discover()

Make = Callable[[Buying, Someone], Shown]

PAID = {"sumPaid": 1, "payDate": DAY}


def spent(by: Someone) -> Shown:
    """An approved expense."""
    return by.does("confirm", by.made("expenses", {"items": [{"name": "Taxi", "price": 10}]}))


DRAFTS: dict[str, Make] = {
    "purchaseorders": lambda shop, by: shop.order(by=by),
    "receipts": lambda shop, by: shop.receipt(shop.approved_order(), by=by),
    "invoices": lambda shop, by: shop.invoice(by=by),
    "expenses": lambda shop, by: by.made("expenses", {"items": [{"name": "Taxi", "price": 10}]}),
    "purchaserequisitions": lambda shop, by: shop.requisition(by=by),
    "requestforproposals": lambda shop, by: shop.request_for_proposal(by=by),
    "warehouserequests": lambda shop, by: shop.warehouse_request(by=by),
    "stocktransfers": lambda shop, by: shop.transfer(by=by),
    "stock_takings": lambda shop, by: shop.stocktaking(by=by),
    "payments": lambda shop, by: by.made("payments", {"invoice": by.does("confirm", shop.invoice(by=by)), **PAID}),
    "expensePayments": lambda shop, by: by.made("expensePayments", {"expense": spent(by), **PAID}),
}
"""How to make a draft of each kind of document, or a payment."""

PERSONAL = {party.words for kind in verbs.KINDS.values() for party in verbs.parties(kind)}
"""Words for those who are concerned because they wrote a document or approve it."""

LIVES = [one for one in discover() if one.life]


def test_every_life_is_walked_over() -> None:
    assert {one.name for one in LIVES} == DRAFTS.keys()


@pytest.mark.parametrize("resource", LIVES, ids=lambda one: one.name)
def test_states_are_named_and_final_ones_stay(resource: Resource) -> None:
    life: Life = resource.life
    for move in life.moves:
        assert set(move.sources) <= life.names.keys(), move.verb
        assert set(move.targets) <= life.names.keys(), move.verb
        assert move.summary, move.verb
        assert move.permission.levels or move.permission.also, f"anybody may {move.verb}"
    first = next(iter(life.names))
    for move in life.moves:
        stays = first in move.sources
        assert move.makes or stays or first not in move.targets, f"{move.verb} makes a draft of something else"
    verbs = [move.verb for move in life.moves]
    assert len(verbs) == len(set(verbs))


def put_into(house: House, resource: Resource, shown: Shown, state: int) -> None:
    """Set the state of a document behind the API's back."""
    checked.excuse(house, "a document is put into a state that nothing has led to")
    with house.service.database.write(house.company_id) as tx:
        tx.update(table(resource.table), {resource.life.column: state}, id=shown["id"])


def cases() -> Iterator[Any]:
    for resource in LIVES:
        for state in resource.life.names:
            yield pytest.param(resource, state, id=f"{resource.name}-{resource.life.names[state]}")


def writers(resource: Resource) -> set[str]:
    """Every role that makes some move."""
    return {role for move in resource.life.moves for role in move.permission.roles}


def permissions_of(move: Move) -> tuple[str, ...]:
    return move.permission.roles


@pytest.mark.parametrize(("resource", "state"), list(cases()))
def test_illegal_moves_say_what_is_possible_and_by_whom(house: House, resource: Resource, state: int) -> None:
    """The super user may do everything, so only the state can be in the way."""
    shop = Buying(house)
    document = DRAFTS[resource.name](shop, shop.ann)
    put_into(shop.house, resource, document, state)
    life: Life = resource.life
    possible = [move for move in life.moves if state in move.sources]
    for move in life.moves:
        if move in possible:
            continue
        status, shown, _ = shop.ann.tries(move.verb, document)
        assert status == 400, (move.verb, shown)
        message = shown["message"]
        assert life.names[state] in message
        for other in possible:
            assert f"{other.verb} (by {other.by.words})" in message
        assert possible or "final" in message
    assert shop.ann.sees(document)["status"] == state, "nothing has moved"


@pytest.mark.parametrize(("resource", "state"), list(cases()))
def test_who_lacks_the_role_or_sees_nothing_moves_nothing(house: House, resource: Resource, state: int) -> None:
    shop = Buying(house)
    document = DRAFTS[resource.name](shop, shop.ann)
    put_into(shop.house, resource, document, state)
    viewer = shop.person(next(role for role in resource.reads.roles if role not in writers(resource)))
    stranger = Someone(house.premises.house().under(profile="extended"))
    for move in resource.life.moves:
        status, shown, _ = viewer.tries(move.verb, document)
        assert status == 403, (move.verb, shown)
        assert all(role in shown["message"] for role in permissions_of(move))
        assert stranger.tries(move.verb, document).status == 404, move.verb
    assert shop.ann.sees(document)["status"] == state


@pytest.mark.parametrize("resource", LIVES, ids=lambda one: one.name)
def test_what_is_the_writers_alone_is_not_his_colleagues(house: House, resource: Resource) -> None:
    """Somebody with every role of the module who has not written the document and is no approver of it."""
    shop = Buying(house)
    colleague = shop.person(*resource.reads.roles, *writers(resource), "purchase_order.view")
    for move in resource.life.moves:
        document = DRAFTS[resource.name](shop, shop.ann)
        put_into(shop.house, resource, document, move.sources[0])
        status, shown, _ = colleague.tries(move.verb, document)
        if move.by.words in PERSONAL:
            assert status == 403, (move.verb, shown)
            assert move.by.words in shown["message"]
        elif move.by is ANYONE:
            assert status != 403, (move.verb, shown)


@pytest.mark.parametrize("kind", ["payments", "expensePayments"])
def test_who_made_a_payment_does_not_let_it_go(house: House, kind: str) -> None:
    """Not even a super user; nor does whoever gets the money."""
    shop = Buying(house)
    shop.house.choose(paymentApproval=True)
    payment = DRAFTS[kind](shop, shop.ann)
    resource = next(one for one in LIVES if one.name == kind)
    for move in resource.life.moves:
        if move.verb != "cancel":
            status, shown, _ = shop.ann.tries(move.verb, payment)
            assert (status, move.by.words in shown["message"]) == (403, True), (move.verb, shown)
    assert shop.person("payment.pay").does("approve", payment)["status"] == 0
