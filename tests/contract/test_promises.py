"""Every promise of the API, kept by every resource: JSON and forms, SQLite and PostgreSQL.

A resource is tested because it exists: what there is to test, and what to send, is read off the registry. Only the
hosted surface and the eleven kinds that take an external id are data here, because the contract names them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from emptor.domains import discover
from emptor.domains.audit import Changes
from emptor.kit.fields import (
    Code,
    Constant,
    CustomValues,
    Derived,
    Field,
    Flag,
    Hidden,
    Integer,
    Key,
    Moment,
    Number,
    Parts,
    Ref,
    Refs,
    Shared,
    Text,
    Texts,
    Write,
)
from emptor.kit.resource import Operation
from emptor.store.unit_of_work import Database
from tests.support.declared import ANYTHING, COLLECTIONS, KEPT, LEFT_OUT, REFUSED, Collection
from tests.support.house import StoppedClock, allowed
from tests.support.making import ENCODINGS, Maker, agrees, empty_of
from tests.support.socket_server import serving

MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
NOBODY = 10**15
"""An id that no object has."""

PRICED = ("items", "taxes", "discountPercent", "discountAmount", "currency", "exchangeRate")
"""What a document's sums follow from."""


def having(*kinds: str) -> tuple[Collection, ...]:
    return tuple(one for one in COLLECTIONS if set(kinds) <= set(one.operations))


def each(*kinds: str, showing: str = "id") -> pytest.MarkDecorator:
    """Run the test for every list that knows these kinds of operation and whose objects show that field."""
    wanted = [one for one in having(*kinds) if one.resource.has(showing)]
    return pytest.mark.parametrize("collection", wanted, ids=str)


def required_of(collection: Collection) -> set[str]:
    """The fields without which there is no new object."""
    return {name for name, one in collection.accepted(Write.ON_CREATE).items() if one.required}


in_either_encoding = pytest.mark.parametrize("encoding", ENCODINGS)


def rows_of(maker: Maker, collection: Collection, query: str = "") -> list[dict[str, Any]]:
    return maker.house.get(maker.path(collection, "list") + query)["data"]


def detail(maker: Maker, collection: Collection, row: dict[str, Any]) -> dict[str, Any]:
    return maker.house.get(maker.path(collection, "get", row))


def objects(maker: Maker, collection: Collection) -> list[dict[str, Any]]:
    """All objects of a list, each as the API shows it on its own where it does."""
    rows = rows_of(maker, collection, "?per_page=200")
    return [detail(maker, collection, row) for row in rows] if "get" in collection.operations else rows


# What objects look like


@each("list")
def test_rows_have_just_what_is_declared(filled: Maker, collection: Collection) -> None:
    wanted = names([one for one in collection.resource.fields if one.listed])
    rows = rows_of(filled, collection)
    assert rows or "create" not in collection.operations
    for row in rows:
        assert set(row) == wanted
        assert list(faults(collection, row)) == []


@each("list", "get")
def test_objects_have_just_what_is_declared(filled: Maker, collection: Collection) -> None:
    wanted = names(collection.resource.fields)
    for shown in objects(filled, collection):
        assert set(shown) == wanted
        assert list(faults(collection, shown)) == []


@each("list", "get")
def test_a_row_is_a_part_of_the_object(filled: Maker, collection: Collection) -> None:
    for row in rows_of(filled, collection):
        shown = detail(filled, collection, row)
        assert row.items() <= shown.items()


@each("list")
def test_rows_have_no_lines(filled: Maker, collection: Collection) -> None:
    for row in rows_of(filled, collection):
        assert {"items", "taxes", "attachments", "comments", "followers", "payments"}.isdisjoint(row)


def names(fields: Any) -> set[str]:
    """What the API shows of these fields."""
    listings = {one.options_as for one in fields if isinstance(one, CustomValues) and one.options_as}
    return {one.wire for one in fields if not isinstance(one, Hidden)} | listings


def faults(collection: Collection, shown: dict[str, Any]) -> Iterator[str]:
    """Each key whose value is not of the declared JSON type."""
    for one in collection.resource.fields:
        if one.wire in shown and not isinstance(one, Hidden) and not typed(one, shown[one.wire]):
            yield f"{one.wire}: {shown[one.wire]!r} is no {type(one).__name__}"


def typed(one: Field, value: Any) -> bool:
    optional = not one.required and one.default is None
    match one:
        case Constant():
            return value == one.value
        case Derived() | Changes():  # tests/contract/test_openapi.py judges these by their schema
            return True
        case Key():
            return type(value) is int
        case CustomValues():
            return set(value) == {"data"} and all(
                set(entry) == {"id", "value", one.names_field}
                and type(entry["id"]) is int
                and type(entry["value"]) is str
                and type(entry[one.names_field]["id"]) is int
                for entry in value["data"]
            )
        case Parts():
            return (one.bare or set(value) == {"data"}) and all(
                set(entry) == names(one.of.fields)
                and all(typed(inner, entry[inner.wire]) for inner in one.of.fields if not isinstance(inner, Hidden))
                for entry in (value if one.bare else value["data"])
            )
        case Refs():
            return set(value) == {"data"} and all(type(entry["id"]) is int for entry in value["data"])
        case Texts():
            return type(value) is list and all(type(entry) is str for entry in value)
        case _ if value is None:
            return optional
        case Ref():
            return type(value if one.flat else value["id"]) is int
        case Moment():
            return bool(MOMENT.fullmatch(value))
        case Flag():
            return type(value) is bool
        case Integer() | Code():
            return type(value) is int
        case Number():
            return type(value) is str if one.as_text else type(value) in (int, float)
    return type(value) is str


# Creating


@each("create", "get")
@in_either_encoding
def test_what_was_sent_is_what_is_shown(maker: Maker, collection: Collection, encoding: str) -> None:
    body = maker.body(collection)
    made = maker.make(collection, body, encoding)
    assert detail(maker, collection, made) == made
    assert rows_of(maker, collection)[0].items() <= made.items()
    for name, one in collection.accepted(Write.ON_CREATE).items():
        if collection.special.demanded.get(name) is LEFT_OUT:
            continue
        field = collection.shown(one)
        assert agrees(field, body[name], made[field.wire]), (name, body[name], made[field.wire])


@each("create")
@in_either_encoding
@pytest.mark.parametrize("left_out", ["absent", "empty"])
def test_what_was_not_sent_has_its_default(
    maker: Maker, clock: StoppedClock, collection: Collection, encoding: str, left_out: str
) -> None:
    body = maker.body(collection, least=True)
    accepted = collection.accepted(Write.ON_CREATE)
    unsaid = {name: one for name, one in accepted.items() if name not in body}
    made = maker.make(collection, {**body, **dict.fromkeys(unsaid)} if left_out == "empty" else body, encoding)
    for name, one in unsaid.items():
        wanted = collection.special.follows.get(name, empty_of(one))
        if wanted is ANYTHING:
            continue
        wanted = wanted(body, clock.now.isoformat()) if callable(wanted) else wanted
        assert made[collection.shown(one).wire] == wanted, name


@pytest.mark.parametrize("collection", [one for one in having("create") if required_of(one)], ids=str)
@in_either_encoding
def test_what_is_required_is_asked_for(maker: Maker, collection: Collection, encoding: str) -> None:
    path, required = maker.path(collection, "create"), required_of(collection)
    before = len(rows_of(maker, collection))
    for body in ({}, dict.fromkeys(required)):
        status, shown, _ = maker.send("POST", path, body, encoding)
        assert status == 400
        assert (shown["code"], shown["message"]) == (400, "Validation Failed")
        assert required <= set(shown["errors"]["errors"])
    assert len(rows_of(maker, collection)) == before


# Changing


@each("update", "get")
@in_either_encoding
def test_put_changes_what_it_names_and_nothing_else(
    maker: Maker, clock: StoppedClock, collection: Collection, encoding: str
) -> None:
    made = maker.full(collection)
    path = maker.path(collection, "update", made)
    accepted = collection.accepted(Write.ON_UPDATE)
    computed = {f.wire for f in collection.resource.fields if isinstance(f, Derived)}
    computed |= names(f for f in collection.resource.fields if isinstance(f, CustomValues))
    for name, one in accepted.items():
        before, wire = detail(maker, collection, made), collection.shown(one).wire
        body = {name: maker.value(collection, one, of=made), **collection.special.along.get(name, {})}
        now = clock.forward(seconds=1)
        status, after, _ = maker.send("PUT", path, body, encoding)
        assert status == 200, (body, after)
        assert detail(maker, collection, made) == after
        assert agrees(one, body[name], after[wire]), (name, body, after[wire])
        changed = {wire, *body, *computed, "updateDate", "lastEditor", *collection.special.carried.get(name, ())}
        if wire in PRICED and "sum" in after:
            assert said(collection, before, changed) == said(collection, after, changed), name
        else:
            assert without(before, changed) == without(after, changed), name
        assert after.get("updateDate", now) == now, name


@each("update", "get")
@in_either_encoding
def test_put_of_nothing_keeps_everything(maker: Maker, collection: Collection, encoding: str) -> None:
    made = maker.full(collection)
    status, after, _ = maker.send("PUT", maker.path(collection, "update", made), {}, encoding)
    assert status == 200
    assert without(after, {"updateDate", "lastEditor"}) == without(made, {"updateDate", "lastEditor"})


@each("update")
@in_either_encoding
def test_put_of_a_list_replaces_the_list(maker: Maker, collection: Collection, encoding: str) -> None:
    lists = {
        n: one
        for n, one in collection.accepted(Write.ON_UPDATE).items()
        if isinstance(one, (Refs, Shared, Parts, Texts))
    }
    made = maker.full(collection)
    path = maker.path(collection, "update", made)
    for name, one in lists.items():
        for some in (maker.value(collection, one, of=made)[:1], maker.value(collection, one, of=made)):
            status, after, _ = maker.send("PUT", path, {name: some}, encoding)
            assert status == 200, after
            assert agrees(one, some, after[one.wire]), name


@each("update", "get")
@in_either_encoding
def test_put_of_nothing_in_a_field_empties_it(maker: Maker, collection: Collection, encoding: str) -> None:
    emptied = collection.special.emptied
    made = maker.full(collection)
    path = maker.path(collection, "update", made)
    for name, one in reversed(collection.accepted(Write.ON_UPDATE).items()):
        before, wire = detail(maker, collection, made), collection.shown(one).wire
        wanted = REFUSED if one.required else emptied.get(name, empty_of(one))
        status, after, _ = maker.send("PUT", path, {name: None}, encoding)
        if wanted is REFUSED:
            assert status == 400, after
            assert list(after["errors"]["errors"]) == [name]
            assert detail(maker, collection, made) == before
        else:
            assert status == 200, (name, after)
            assert after[wire] == (before[wire] if wanted is KEPT else wanted), name


@each("update")
def test_a_form_can_empty_a_reference_or_a_list_under_its_own_name(maker: Maker, collection: Collection) -> None:
    """`supplier[id]=` and `currencies[]=` are how a form would say it."""
    made = maker.full(collection)
    path = maker.path(collection, "update", made)
    for name, one in collection.accepted(Write.ON_UPDATE).items():
        suffix = "[id]" if isinstance(one, Ref) else "[]"
        refused = one.required or collection.special.emptied.get(name) is REFUSED
        if not isinstance(one, (Ref, Refs, Shared, Texts)) or refused:
            continue
        after = maker.house.changed("PUT", path, form={f"{name}{suffix}": ""})
        assert after[one.wire] == collection.special.emptied.get(name, empty_of(one)), name


def without(shown: dict[str, Any], keys: set[str]) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if key not in keys}


def said(collection: Collection, shown: dict[str, Any], changed: set[str]) -> dict[str, Any]:
    """An object without what is computed from its lines."""
    fields = collection.accepted(Write.ON_UPDATE).values()
    return {one.wire: _said(one, shown[one.wire]) for one in fields if one.wire not in changed}


def _said(one: Field, value: Any) -> Any:
    if not isinstance(one, Parts) or isinstance(one, CustomValues):
        return value
    writable = [inner for inner in one.of.fields if inner.write is not Write.NEVER]
    return [{inner.wire: _said(inner, entry[inner.wire]) for inner in writable} for entry in value["data"]]


# External ids

LINKED = {
    "suppliers", "invoices", "purchaseorders", "payments", "taxes", "paymentterms", "items", "locations",
    "legalentities", "itemcustomfields/{fieldId}/options", "documentcustomfields/{fieldId}/options",
    "suppliercustomfields/{fieldId}/options",
}  # fmt: skip
"""The kinds whose external id the contract lets integrations set; the last by symmetry."""


def test_the_kinds_with_external_ids_are_there() -> None:
    assert {str(one) for one in having("patch")} >= LINKED


@each("patch", "get")
@in_either_encoding
def test_patching_the_external_id_touches_nothing_else(
    maker: Maker, clock: StoppedClock, collection: Collection, encoding: str
) -> None:
    only_links = collection.operations["patch"].body is not None
    besides = {"name": "another", "note": "another", "status": 3, "enable": False} if only_links else {}
    for made in (maker.full(collection), maker.fresh(collection)):
        path = maker.path(collection, "patch", made)
        for sent, shown in (("NS-1042/ä", "NS-1042/ä"), (7, "7"), (None, None)):
            clock.forward(days=1)
            status, after, _ = maker.send("PATCH", path, {"externalId": sent, **besides}, encoding)
            assert status == 200, after
            assert after == {**made, "externalId": shown}
            assert detail(maker, collection, made) == after
            assert next(r for r in rows_of(maker, collection) if r["id"] == made["id"]).items() <= after.items()


@each("patch")
@in_either_encoding
def test_a_patch_says_something(maker: Maker, collection: Collection, encoding: str) -> None:
    path = maker.path(collection, "patch", maker.fresh(collection))
    for body in ({}, {"colour": "red"}):
        status, shown, _ = maker.send("PATCH", path, body, encoding)
        assert status == 400
        assert list(shown["errors"]["errors"]) == ["externalId"]
    status, shown, _ = maker.send("PATCH", path, {"externalId": "x" * 201}, encoding)
    assert status == 400
    assert list(shown["errors"]["errors"]) == ["externalId"]


# Filters


def asked(value: Any) -> str | None:
    """How a query says a value."""
    if isinstance(value, dict):
        value = value["id"]
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)


NONE_OF_THEM = {
    Key: str(NOBODY), Ref: str(NOBODY), Text: "no such text", Number: "99.875", Integer: "99", Code: "99",
    Moment: "1999-12-31",
}  # fmt: skip


@each("list", "create")
def test_every_scalar_field_filters(filled: Maker, collection: Collection) -> None:
    path, shown = filled.path(collection, "list"), objects(filled, collection)
    for one in collection.resource.searchable:
        values = {asked(each[one.wire]): each[one.wire] for each in shown}
        for text in [text for text in values if text][:2]:
            wanted = [each["id"] for each in shown if asked(each[one.wire]) == text]
            for name in (one.wire, f"{one.wire}[]", f"{one.wire}[0]"):
                found = filled.house.get(f"{path}?{urlencode({name: text, 'per_page': 200})}")["data"]
                assert [row["id"] for row in found] == wanted, (name, text)
        both = [text for text in values if text]
        found = filled.house.get(f"{path}?{urlencode({f'{one.wire}[]': both, 'per_page': 200}, doseq=True)}")["data"]
        wanted = [each["id"] for each in shown if asked(each[one.wire])] if both else [each["id"] for each in shown]
        assert [row["id"] for row in found] == wanted, (one.wire, both)
        for kind, text in NONE_OF_THEM.items():
            if isinstance(one, kind):
                assert filled.house.get(f"{path}?{urlencode({one.wire: text})}")["data"] == [], one.wire


@each("list")
def test_filters_all_have_to_hold(filled: Maker, collection: Collection) -> None:
    path, shown = filled.path(collection, "list"), objects(filled, collection)
    for one in shown[:2]:
        given = [f for f in collection.resource.searchable if asked(one[f.wire]) not in (None, "")]
        query = {f.wire: asked(one[f.wire]) for f in given}
        assert [row["id"] for row in filled.house.get(f"{path}?{urlencode(query)}")["data"]] == [one["id"]]
        assert filled.house.get(f"{path}?{urlencode({**query, 'id': NOBODY})}")["data"] == []


@each("list")
def test_unknown_query_keys_are_ignored(filled: Maker, collection: Collection) -> None:
    path = filled.path(collection, "list")
    plain = without_links(filled.house.get(path))
    for query in ("perPage=10&limit=2&sort=name", "colour=red&colour[]=red&colour[a][b]=red", "[]=1&a[=2&=3&&%FF=%00"):
        assert without_links(filled.house.get(f"{path}?{query}")) == plain, query


def without_links(shown: dict[str, Any]) -> dict[str, Any]:
    """A list without the links to other pages, which repeat the query."""
    if "meta" in shown:
        shown["meta"]["pagination"].pop("links")
    return shown


@each("list", showing="externalId")
def test_a_list_takes_two_hundred_external_ids(filled: Maker, collection: Collection) -> None:
    path, shown = filled.path(collection, "list"), objects(filled, collection)
    known = next((one for one in shown if one["externalId"]), None)
    if known is None and "patch" in collection.operations:
        known = filled.house.changed("PATCH", filled.path(collection, "patch", shown[0]), {"externalId": "X-1"})
    ids = [f"no such {i}" for i in range(199)] + [known["externalId"] if known else "nor this"]
    wanted = [known["id"]] if known else []
    for name in ("external_id[]", "externalId[]"):
        found = filled.house.get(f"{path}?{urlencode({name: ids}, doseq=True)}")["data"]
        assert [row["id"] for row in found] == wanted
    indexed = urlencode({f"external_id[{i}]": text for i, text in enumerate(ids)})
    assert [row["id"] for row in filled.house.get(f"{path}?{indexed}")["data"]] == wanted
    refused = filled.house.refused("GET", f"{path}?{urlencode({'external_id[]': [*ids, 'one more']}, doseq=True)}")
    assert list(refused) == ["external_id"]


@each("list", "create", showing="updateDate")
def test_modified_since_tells_what_is_new(maker: Maker, clock: StoppedClock, collection: Collection) -> None:
    first = maker.full(collection)
    noon = clock.now.isoformat()
    later = clock.forward(hours=1)
    second = maker.full(collection)
    known = {one["id"] for one in rows_of(maker, collection, "?per_page=200")}

    def since(moment: str) -> set[int]:
        query = urlencode({"modifiedSince": moment, "per_page": 200})
        return {one["id"] for one in rows_of(maker, collection, f"?{query}")}

    assert since(noon) == known
    assert second["id"] in since(later)
    assert first["id"] not in since(later)
    if "update" in collection.operations:
        last = clock.forward(hours=1)
        maker.house.changed("PUT", maker.path(collection, "update", first), {})
        assert since(last) == {first["id"]}
        assert since(clock.forward(seconds=1)) == set()


@each("list", "create")
def test_newest_come_first(maker: Maker, collection: Collection) -> None:
    made = [maker.fresh(collection)["id"] for _ in range(3)]
    ids = [row["id"] for row in rows_of(maker, collection)]
    assert ids == sorted(ids, reverse=True)
    assert ids[:3] == made[::-1]


# Keys in paths

ODD_KEYS = (
    "0", str(NOBODY), "9" * 18, "9" * 19, "9" * 5000, "-1", "+1", "1.0", "1e3", "0x1", "1_0", " ", "1 ", "١٢", "½",
    "ü" * 300, "💥", "\x00", "1\x00", "\n", "\u202e", "null", "NaN", "[]", "{id}", "%00", "last", "..",
    "'; DROP TABLE units; --",
)  # fmt: skip
"""Keys that no object has."""


def keyed() -> Iterator[Operation]:
    for resource in discover():
        yield from (operation for operation in resource.operations if "{" in operation.path)


@pytest.mark.parametrize("operation", list(keyed()), ids=lambda operation: f"{operation.method} {operation.path}")
def test_a_key_that_names_nothing_is_not_found(filled: Maker, operation: Operation) -> None:
    parents = _parents(filled, operation)
    body = None if operation.method == "GET" else {"externalId": "x", "name": "x", "comment": "x"}
    for key in ODD_KEYS:
        for path in _paths(operation.path, key, parents):
            status, shown, _ = filled.house.call(operation.method, path, body)
            assert (status, shown["code"]) == (404, 404), (path, shown)


def _parents(filled: Maker, operation: Operation) -> dict[str, Any]:
    parent = operation.parent
    if parent is None:
        return {}
    above = next(one for one in COLLECTIONS if one.resource.name == parent.resource)
    return {parent.parameter: filled.some(above)[above.resource.key]}


def _paths(template: str, key: str, parents: dict[str, Any]) -> Iterator[str]:
    """The path with `key` in every place, and with it in the last place only."""
    parameters = re.findall(r"{(\w+)}", template)
    yield template.format(**dict.fromkeys(parameters, key))
    if parents and parameters[-1] not in parents:
        yield template.format(**dict.fromkeys(parameters, key) | parents)


@each("get")
def test_leading_zeros_break_nothing(filled: Maker, collection: Collection) -> None:
    for row in rows_of(filled, collection)[:1]:
        key = collection.resource.key
        path = filled.path(collection, "get", {**row, key: f"000{row[key]}"})
        status, shown, _ = filled.house.call("GET", path)
        assert status == 404 or shown["id"] == row["id"]


# Methods


@each("list")
def test_head_is_get_without_a_body(filled: Maker, collection: Collection) -> None:
    paths = [filled.path(collection, "list"), "/nowhere"]
    if "get" in collection.operations:
        paths += [filled.path(collection, "get", row) for row in rows_of(filled, collection)[:1]]
    for path in paths:
        got, head = filled.house.call("GET", path), filled.house.call("HEAD", path)
        assert (head.status, head.headers) == (got.status, got.headers)


def by_path() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for resource in discover():
        for operation in resource.operations:
            found.setdefault(re.sub(r"{\w+}", "1", operation.path), set()).add(operation.method)
    return found


def test_another_method_is_told_which_there_are(filled: Maker) -> None:
    for path, methods in by_path().items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW"} - methods:
            status, shown, headers = filled.house.call(method, path)
            assert (status, shown["code"]) == (405, 405), (method, path)
            assert set(headers["allow"].split(", ")) == allowed(methods)


# Settings


@each("list", "create")
def test_an_empty_reference_can_be_a_list(filled: Maker, collection: Collection) -> None:
    switched, house = 0, filled.house.under(empty_refs_as_lists=True)
    for row in rows_of(filled, collection):
        path = filled.path(collection, "get", row)
        shown, wanted = house.get(path), as_lists(collection.resource.fields, filled.house.get(path))
        assert shown == wanted
        switched += sum(value == [] for value in shown.values())
    rows = [as_lists(collection.resource.fields, row) for row in rows_of(filled, collection)]
    assert house.get(filled.path(collection, "list"))["data"] == rows
    assert switched or not any(
        isinstance(one, Ref) and not one.required and not one.flat
        for name, one in collection.accepted(Write.ON_CREATE).items()
        if collection.special.emptied.get(name) is not REFUSED
    )


def as_lists(fields: tuple[Field, ...], shown: dict[str, Any]) -> dict[str, Any]:
    """The object with `[]` for every reference to nothing."""
    changed = dict(shown)
    for one in fields:
        if one.wire not in shown:
            continue
        if isinstance(one, Ref) and not one.flat and shown[one.wire] is None:
            changed[one.wire] = []
        elif isinstance(one, Parts):
            entries = shown[one.wire] if one.bare else shown[one.wire]["data"]
            inside = [as_lists(one.of.fields, entry) for entry in entries]
            changed[one.wire] = inside if one.bare else {"data": inside}
    return changed


# The hosted surface

CUSTOM_FIELDS = ("documentcustomfields", "itemcustomfields", "suppliercustomfields")
APPROVABLE = (
    "warehouserequests", "purchaserequisitions", "requestforproposals", "purchaseorders", "receipts", "invoices",
    "expenses",
)  # fmt: skip
ACTIONS = ("confirm", "approve", "reject", "revision", "confirm_revise")

HOSTED = {
    "GET /purchaserequisitions", "GET /purchaserequisitions/{}", "POST /purchaserequisitions/{}/complete",
    "GET /requestforproposals", "GET /requestforproposals/{}", "GET /requestforproposals/proposition/{}",
    "PUT /requestforproposals/proposition/{}/items/approve",
    "GET /warehouserequests", "GET /warehouserequests/{}",
    "GET /purchaseorders", "GET /purchaseorders/{}", "PATCH /purchaseorders/{}",
    "GET /receipts", "GET /receipts/{}", "POST /receipts/{}",
    "GET /invoices", "GET /invoices/{}", "PATCH /invoices/{}",
    "GET /payments", "POST /payments", "PATCH /payments/{}", "POST /payments/{}/cancel",
    "POST /expensePayments",
    "GET /expenses", "GET /expenses/{}",
    "GET /budgets",
    "GET /ap/documents", "GET /ap/documents/{}", "POST /ap/document/upload",
    "GET /stocktransfers", "GET /stocktransfers/{}",
    "GET /stock_takings", "GET /stock_takings/{}",
    "GET /warehouses", "GET /warehouses/{}", "GET /warehouses/{}/items",
    "GET /suppliers", "GET /suppliers/{}", "POST /suppliers", "PUT /suppliers/{}", "PATCH /suppliers/{}",
    "PATCH /suppliers/{}/customfields", "POST /suppliers/{}/approve", "POST /suppliers/{}/reject",
    "GET /items", "GET /items/{}", "POST /items", "PUT /items/{}", "PATCH /items/{}",
    "GET /units",
    "GET /contracts", "GET /contracts/{}", "POST /contract",
    "GET /paymentterms", "POST /paymentterms", "PUT /paymentterms/{}", "PATCH /paymentterms/{}",
    "GET /locations", "POST /locations", "PUT /locations/{}", "PATCH /locations/{}",
    "GET /users",
    "GET /legalentities", "PATCH /legalentities/{}",
    "GET /taxes", "POST /taxes", "PUT /taxes/{}", "PATCH /taxes/{}",
    "GET /attachments/{}", "POST /attachments/{}/{}",
    *(
        f"{method} /{family}{path}"
        for family in CUSTOM_FIELDS
        for method, path in (
            ("GET", ""), ("GET", "/{}"), ("GET", "/{}/options"), ("POST", "/{}/options"), ("PUT", "/{}/options/{}"),
            ("PATCH", "/{}/options/{}"), ("PATCH", "/options/depend_add"), ("PATCH", "/options/depend_remove"),
        )
    ),
    *(f"POST /{document}/{{}}/{action}" for document in APPROVABLE for action in ACTIONS),
}  # fmt: skip
"""Method and path of everything the hosted API has."""


def surface(hosted: bool) -> set[str]:
    """Our operations, spelled alike: those the hosted API has, or those it lacks."""
    return {
        f"{one.method} {re.sub(r'{[^}]*}', '{}', one.path)}"
        for resource in discover()
        for one in resource.operations
        if one.hosted is hosted
    }


def test_the_strict_profile_has_just_the_hosted_surface() -> None:
    assert surface(hosted=True) == HOSTED
    assert surface(hosted=False).isdisjoint(HOSTED)


def matches(template: str, path: str) -> bool:
    """Whether a path is one of those that the template stands for, `{}` being any segment."""
    return bool(re.fullmatch(template.replace("{}", "[^/]+"), path))


@each("list")
def test_the_strict_profile_answers_as_if_the_rest_did_not_exist(filled: Maker, collection: Collection) -> None:
    strict = filled.house.under(profile="strict")
    hosted = [one.split(" ") for one in HOSTED]
    for one in collection.resource.operations:
        path = re.sub(r"{\w+}", "1", one.path)
        methods = {method for method, template in hosted if matches(template, path)}
        status, _, headers = strict.call(one.method, path, None if one.method == "GET" else {})
        if one.method in methods:
            assert status not in (405, 501), one.path
        elif methods:
            assert (status, set(headers["allow"].split(", "))) == (405, allowed(methods)), one.path
        else:
            assert status == 404, one.path


# On the wire


def test_header_names_and_head_on_a_real_connection(filled: Maker) -> None:
    """What only a socket shows: header names in any case, and a HEAD whose answer has the length but not the body."""
    house = filled.house
    with serving(replace(house.service, database=Database(house.service.database.url))) as address:
        for names in (("X-AUTH-TOKEN", "email"), ("x-auth-token", "EMAIL"), ("X-Auth-Token", "eMail")):
            sent = dict(zip(names, (house.token, house.email), strict=True))
            got = requests.get(f"{address}/units", headers=sent, timeout=10)
            assert got.status_code == 200
            head = requests.head(f"{address}/units", headers=sent, timeout=10)
            assert head.status_code == 200
            assert head.content == b""
            assert head.headers["content-length"] == str(len(got.content))
            assert head.headers["content-type"] == "application/json"
