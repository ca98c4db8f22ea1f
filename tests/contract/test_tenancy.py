"""Companies are worlds apart: whatever one knows of another, it can neither see nor touch anything there.

Ann's company is furnished with some of everything. Then Bob's company sends every request there is with ids, numbers
and texts of Ann's in it, and nothing of Ann's turns up in any answer or changes in any table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest

from emptor.kit.fields import Key, Ref
from tests.support.declared import Endpoint, Spot, sent_as
from tests.support.house import Premises, Reply
from tests.support.making import PDF, Furnished
from tests.support.tables import differences, dump

ANN, BOB = "Zq7Ann", "Kw3Bob"


@dataclass
class Neighbours:
    """Two companies in one database, and what the first one's answers tell about it."""

    ann: Furnished
    bob: Furnished
    known: set[str]
    """Every id and number in Ann's answers."""
    ids: set[int]

    def ask(self, endpoint: Endpoint, path: str, body: Any = None) -> Reply:
        """Bob's request; nothing of Ann's is in the answer."""
        how: dict[str, Any] = {"body": body}
        if endpoint.takes_files:
            how = {"form": {}, "files": {"file": PDF}}
        reply = self.bob.house.call(endpoint.operation.method, path, **how)
        self.assert_nothing_leaks(f"{endpoint.operation.method} {path} {body}", reply)
        return reply

    def assert_nothing_leaks(self, asked: str, reply: Reply) -> None:
        text = reply.json.decode("utf-8", "replace") if isinstance(reply.json, bytes) else json.dumps(reply.json)
        assert ANN not in text, f"{asked} told {text}"
        if reply.status < 300 and not isinstance(reply.json, bytes):
            assert not self.ids & set(numbers(reply.json)), f"{asked} told {text}"


def numbers(node: Any) -> Iterator[int]:
    """Every id in an answer."""
    if isinstance(node, dict):
        if isinstance(node.get("id"), int):
            yield node["id"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from numbers(one)


def idns(node: Any) -> Iterator[str]:
    """Every document number in an answer."""
    if isinstance(node, dict):
        if isinstance(node.get("idn"), str):
            yield node["idn"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from idns(one)


def everything(company: Furnished) -> list[Any]:
    """What a company's own people are told when they ask for all there is."""
    told = []
    for endpoint in company.endpoints():
        if endpoint.operation.kind == "list":
            asked = "?per_page=200&include=items,attachments,options,payments,locations,legalEntities"
            told.append(company.house.get(company.path(endpoint) + asked))
        elif endpoint.operation.kind == "get":
            accepting = {"headers": {"accept": "application/json"}}
            for which in range(len(company.parameters(endpoint))):
                told.append(company.house.call("GET", company.path(endpoint, which), **accepting).json)
    return told


@pytest.fixture(scope="module")
def neighbours(premises: Premises) -> Neighbours:
    ann = Furnished(premises.house(), ANN).furnish(of_each=3)
    bob = Furnished(premises.house(), BOB).furnish(of_each=2)
    told = everything(ann)
    ids = set(numbers(told))
    return Neighbours(ann, bob, {*map(str, ids), *idns(told)}, ids)


@pytest.fixture(autouse=True)
def _ann_is_untouched(neighbours: Neighbours) -> Iterator[None]:
    before = dump(neighbours.ann.house)
    yield
    assert differences(before, dump(neighbours.ann.house)) == {}


def test_the_companies_have_something_to_tell_apart(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    told, own = json.dumps(everything(ann)), json.dumps(everything(bob))
    assert ANN in told
    assert BOB in own
    assert ANN not in own
    assert neighbours.ids.isdisjoint(numbers(everything(bob))), "ids are the platform's own"
    empty = [name for name, rows in dump(ann.house).items() if not rows and name not in EMPTY]
    assert not empty, f"nothing in {empty}; teach tests/support/making.py"
    assert len(neighbours.known) > 80


EMPTY: set[str] = set()
"""Tables that no request of a client fills."""


# Paths


def test_a_path_reaches_only_ones_own(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    before = dump(bob.house)
    for i, endpoint in enumerate(bob.endpoints()):
        own = bob.parameters(endpoint)
        body = bob.body(endpoint) if endpoint.writes and not endpoint.takes_files else None
        for name in re.findall(r"{(\w+)}", endpoint.operation.path):
            mine, theirs = bob.keys(endpoint, name), ann.keys(endpoint, name)
            # Numbers of other kinds of objects take turns; together the operations see them all.
            others = set(sorted(neighbours.known)[i % 11 :: 11])
            for value in sorted(theirs | others):
                path = endpoint.operation.path.format(**{**own[-1], name: value})
                if value in mine:
                    if not endpoint.writes and not any(one.required for one in endpoint.operation.asks):
                        assert neighbours.ask(endpoint, path).status == 200, path
                elif name != "objectType":
                    assert neighbours.ask(endpoint, path, body).status == 404, path
    assert differences(before, dump(bob.house)) == {}


def test_the_same_number_is_each_companys_own_document(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann.house, neighbours.bob.house
    for name in ("purchaseorders", "invoices", "payments"):
        hers, his = ann.get(f"/{name}/1"), bob.get(f"/{name}/1")
        assert hers["idn"] == his["idn"] == "1"
        assert hers["id"] != his["id"]
        bob.changed("PATCH", f"/{name}/1", {"externalId": f"{BOB} link"})
        assert ann.get(f"/{name}/1") == hers
        assert bob.get(f"/{name}/1")["externalId"] == f"{BOB} link"


# Filters


def test_no_filter_finds_what_is_anothers(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    before, spellings = dump(bob.house), cycle(("{}", "{}[]", "{}[0]"))
    for endpoint in bob.endpoints():
        if endpoint.operation.kind != "list":
            continue
        path, resource = bob.path(endpoint), endpoint.resource
        hers = ann.house.get(ann.path(endpoint) + "?per_page=200")["data"]
        his = bob.house.get(path)["data"]
        assert hers, f"Ann has no {resource.name}"
        queries = {
            "modifiedSince=2000-01-01",
            "page=last",
            "enable=true",
            "status[]=0&status[]=2",
            "sent_to_external=1",
        }
        for query in queries:
            assert neighbours.ask(endpoint, f"{path}?{query}").status == 200
        for field in resource.searchable:
            name = next(spellings).format(field.wire)
            own = told(his[0].get(field.wire))
            if own:
                found = neighbours.ask(endpoint, f"{path}?{urlencode({name: own})}").json["data"]
                assert found, f"{path}?{name}={own} must find what is Bob's own"
            unknown = {name: told(hers[0].get(field.wire))}
            if isinstance(field, Ref):
                unknown |= {f"{field.wire}[id]": str(value) for value in ann.ids[field.to][:1]}
            if field.wire == "externalId":
                unknown |= {"external_id[]": told(hers[0].get(field.wire))}
            for name, value in unknown.items():
                reply = neighbours.ask(endpoint, f"{path}?{urlencode({name: value})}")
                if value and (isinstance(field, (Key, Ref)) or ANN in value):
                    assert reply.json["data"] == [], (path, name, value)
                    assert not resource.meta or reply.json["meta"]["pagination"]["total"] == 0
    assert differences(before, dump(bob.house)) == {}


def told(value: Any) -> str:
    """A value of an answer as a filter would say it."""
    if isinstance(value, dict):
        value = value.get("id")
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None or isinstance(value, list) else str(value)


# References in bodies


def references(company: Furnished, endpoint: Endpoint, body: dict[str, Any]) -> list[tuple[Spot, str]]:
    """Every reference in the body of a request, with the table it points into."""
    found = []
    for spot in company.spots(endpoint, body):
        if isinstance(spot.field, Ref):
            found.append((spot, spot.field.to or "legal_entities"))
        elif spot.option_of is not None:
            found.append((spot, "custom_field_options"))
    return found


def in_place(company: Furnished, spot: Spot, table: str, present: Any) -> Any:
    """One of the company's for that place, in the shape of what is there; a custom field is of the right family."""
    family = next((one for one in FAMILIES if one in spot.place.lower()), "document")
    found = company.made[f"{family}customfields"] if table == "custom_fields" else ()
    row_id = found[0]["id"] if found else company.ids[table][0]
    if isinstance(present, dict):
        return {"id": row_id}
    return str(row_id) if isinstance(present, str) else row_id


FAMILIES = ("document", "item", "supplier")


KNOCK_ON = {"items[0][warehouseRequestItem]"}
"""What is wrong only because something else is: goods for a request do not come from just any warehouse."""


def test_no_body_refers_to_what_is_anothers(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    before, tried = dump(bob.house), 0
    for endpoint in bob.endpoints():
        if not endpoint.writes or endpoint.takes_files:
            continue
        path, body = bob.path(endpoint), bob.body(endpoint)
        all_at_once, places = body, []
        for spot, table in references(bob, endpoint, body):
            value = in_place(ann, spot, table, spot.within(body))
            reply = neighbours.ask(endpoint, path, spot.put(body, value))
            assert reply.status == 400, (str(endpoint), spot.place, reply.json)
            wrong = set(reply.json["errors"]["errors"])
            assert spot.place in wrong, (str(endpoint), spot.place, reply.json)
            assert wrong <= {spot.place, *KNOCK_ON}, (str(endpoint), spot.place, reply.json)
            all_at_once = spot.put(all_at_once, value)
            places.append(spot.place)
            tried += 1
        if places:
            reply = neighbours.ask(endpoint, path, all_at_once)
            assert reply.status == 400
            wrong = set(reply.json["errors"]["errors"])
            assert set(places) <= wrong <= {*places, *KNOCK_ON}, (str(endpoint), reply.json)
        assert differences(before, dump(bob.house)) == {}, str(endpoint)
    assert tried > 80


def test_nothing_of_anothers_can_be_taken_from_an_option(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    for family in FAMILIES:
        path, key = f"/{family}customfields/options/depend_remove", f"{family}_custom_field_option_id"
        entities = ann.ids["legal_entities"]
        for option in ann.ids["custom_field_options"]:
            reply = bob.house.call("PATCH", path, {key: option, "depend_type": 1, "entity_ids": entities})
            assert reply.status == 400
            neighbours.assert_nothing_leaks(path, reply)


def test_a_line_or_contact_of_anothers_cannot_be_taken_over(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    before = dump(bob.house)
    line = ann.house.get("/purchaseorders/2")["items"]["data"][0]["id"]
    contact = ann.house.get("/suppliers")["data"][0]["contacts"]["data"][0]["id"]
    order, supplier = bob.body(find(bob, "PUT /purchaseorders/{idn}")), bob.body(find(bob, "PUT /suppliers/{id}"))
    order["items"][0]["id"], supplier["contacts"][0]["id"] = line, contact
    for method, path, body in (
        ("POST", "/purchaseorders", order),
        ("PUT", "/purchaseorders/2", order),
        ("POST", "/suppliers", supplier),
        ("PUT", f"/suppliers/{bob.ids['suppliers'][-1]}", supplier),
    ):
        reply = bob.house.call(method, path, body)
        assert reply.status == 400, (method, path, reply.json)
        assert set(reply.json["errors"]["errors"]) in ({"items[0][id]"}, {"contacts[0][id]"})
    assert differences(before, dump(bob.house)) == {}


def find(company: Furnished, wanted: str) -> Endpoint:
    return next(one for one in company.endpoints() if str(one) == wanted)


# What one cannot even find out


def test_a_code_that_another_company_uses_is_free(neighbours: Neighbours) -> None:
    """To be told that it is taken would be to learn that it is used."""
    ann, bob = neighbours.ann, neighbours.bob
    tried = 0
    for endpoint in bob.endpoints():
        unique = [one for one in endpoint.fields if getattr(one, "unique", False)]
        if endpoint.operation.kind != "create" or not unique:
            continue
        for one in unique:
            body = {**bob.body(endpoint), sent_as(one): ann.made[endpoint.resource.name][-1][one.wire]}
            assert bob.house.call("POST", bob.path(endpoint), body).status == 201
            assert bob.house.call("POST", bob.path(endpoint), body).status == 400
            tried += 1
    assert tried >= 4


def test_the_answer_for_anothers_object_is_the_answer_for_none(neighbours: Neighbours) -> None:
    ann, bob = neighbours.ann, neighbours.bob
    latest = ann.house.get("/invoices")["data"][0]["idn"]
    others = (f"/suppliers/{ann.ids['suppliers'][0]}", f"/attachments/{ann.ids['attachments'][0]}")
    for path in (*others, f"/invoices/{latest}"):
        nothing = bob.house.call("GET", re.sub(r"\d+$", "999999999", path))
        assert bob.house.call("GET", path) == nothing
