"""Nothing a client sends breaks the server or leaves half a change behind; every fault is told, all of them at once."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from emptor import server
from emptor.domains import discover, writing
from emptor.http import endpoints as edge
from emptor.http.native import PATHS
from emptor.kit.fields import Code, Field, Flag, Integer, Moment, Number, Ref, Text
from tests.support.declared import Endpoint, Spot, endpoints, place_of, sent_as, spots
from tests.support.house import House, Premises, Reply, allowed
from tests.support.making import PDF, Furnished, flat, send
from tests.support.tables import differences, dump

FORM = "application/x-www-form-urlencoded"
WRITES = [one for one in endpoints(discover()) if one.writes]
WITH_BODY = [one for one in WRITES if one.fields and not one.takes_files]
NOBODYS = 999_999_999

each_write = pytest.mark.parametrize("endpoint", WRITES, ids=str)
each_body = pytest.mark.parametrize("endpoint", WITH_BODY, ids=str)


@pytest.fixture(scope="module")
def company(premises: Premises) -> Furnished:
    return Furnished(premises.house(), "Mx5").furnish(of_each=2)


@pytest.fixture
def untouched(company: Furnished) -> Iterator[None]:
    """Not a row, not a counter, not the clock has changed after the test."""
    before = dump(company.house)
    yield
    assert differences(before, dump(company.house)) == {}


def assert_refused(reply: Reply, status: int) -> dict[str, Any]:
    """The answer says what it is, and which request it was."""
    assert reply.status == status, reply
    assert reply.headers["content-type"] == "application/json"
    assert reply.json["code"] == status
    assert reply.json["message"]
    assert reply.json["requestId"] == reply.headers["x-request-id"] == "test"
    return reply.json


# What cannot be read at all


MALFORMED = [
    (b'{"name": ', "application/json", "line 1, column 10"),
    (b'{"name":\n "a",}', "application/json", "line 2, column 6"),
    (b'{"name": "\xff"}', "application/json", "byte 10"),
    (b"[1, 2]", "application/json", "object"),
    (b'"name"', "application/json", "object"),
    (b'{"name": "\\ud800"}', "application/json", "line 1"),
    (b'{"price": NaN}', "application/json", "line 1, column 11"),
    (b"name=a&no%zt=b", FORM, "byte 9"),
    (b"name=%ff", FORM, "byte 0"),
    (b"items[0=a", FORM, "'items[0'"),
    (b"name=a&name[first]=b", FORM, "'name[first]'"),
    (b'--x\r\nContent-Disposition: form-data; name="name"\r\n\r\na', "multipart/form-data; boundary=x", "ends before"),
    (b"--x\r\nContent-Disposition: form-data\r\n\r\na\r\n--x--\r\n", "multipart/form-data; boundary=x", "no name"),
    (b"name=a", "multipart/form-data", "boundary"),
]


@pytest.mark.usefixtures("untouched")
@each_write
def test_a_malformed_body_is_refused_and_the_place_told(company: Furnished, endpoint: Endpoint) -> None:
    for body, content_type, place in MALFORMED:
        reply = send(company.house, endpoint.operation.method, company.path(endpoint), body, content_type)
        assert place in assert_refused(reply, 400)["message"], (body, reply.json)


@pytest.mark.usefixtures("untouched")
@each_write
def test_other_content_types_are_refused(company: Furnished, endpoint: Endpoint) -> None:
    for content_type in ("text/plain", "application/xml", "application/jsonx", "", "json"):
        refused = assert_refused(
            send(company.house, endpoint.operation.method, company.path(endpoint), b"{}", content_type), 415
        )
        assert "application/json" in refused["message"]


@pytest.mark.usefixtures("untouched")
@each_write
def test_too_much_is_refused(company: Furnished, endpoint: Endpoint) -> None:
    small, path = company.house.under(body_bytes=1024, body_fields=100), company.path(endpoint)

    def ask(body: bytes, content_type: str = "application/json") -> Reply:
        return send(small, endpoint.operation.method, path, body, content_type)

    assert "at most 1024" in assert_refused(ask(b'{"x": "%s"}' % (b"x" * 1024)), 413)["message"]
    assert "at most 1024" in assert_refused(ask(b"x=" + b"x" * 1024, FORM), 413)["message"]
    assert "16 levels" in assert_refused(ask(b'{"x":' * 17 + b"1" + b"}" * 17), 400)["message"]
    assert "16 levels" in assert_refused(ask(b'{"x":' + b"[" * 20 + b"1" + b"]" * 20 + b"}"), 400)["message"]
    assert "16 levels" in assert_refused(ask(b'{"x":' + b"[" * 500 + b"]" * 500 + b"}"), 400)["message"]
    assert "16 levels" in assert_refused(ask(b"x" + b"[x]" * 16 + b"=1", FORM), 400)["message"]
    assert "100 values" in assert_refused(ask(b'{"x": [%s]}' % b",".join([b"1"] * 101)), 400)["message"]
    assert "100 values" in assert_refused(ask(b"&".join([b"x[]=1"] * 101), FORM), 400)["message"]
    assert "512 characters" in assert_refused(ask(b'{"%s": 1}' % (b"x" * 513)), 400)["message"]
    assert "512 characters" in assert_refused(ask(b"x" * 513 + b"=1", FORM), 400)["message"]


def drive(house: House, chunks: list[bytes], headers: dict[str, str], path: str = "/units") -> Reply:
    """One request through the ASGI application, the body in pieces; how an ordinary server would send it."""
    said: list[dict[str, Any]] = []
    sent = {"x-auth-token": house.token, "email": house.email, **headers}
    messages = [
        {"type": "http.request", "body": chunk, "more_body": i < len(chunks) - 1} for i, chunk in enumerate(chunks)
    ]
    scope = {
        "type": "http", "method": "POST", "path": path, "query_string": b"", "client": ("127.0.0.1", 1),
        "headers": [(k.encode(), v.encode()) for k, v in sent.items()],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def tell(message: dict[str, Any]) -> None:
        said.append(message)

    asyncio.run(server.app(house.service)(scope, receive, tell))
    answered = {name.decode(): value.decode() for name, value in said[0]["headers"]}
    return Reply(said[0]["status"], json.loads(said[1]["body"]), answered)


@pytest.mark.usefixtures("untouched")
def test_a_body_too_large_is_not_even_taken_in(company: Furnished) -> None:
    small = company.house.under(body_bytes=1024, upload_bytes=1024)
    most = 1024 + 64 * 1024
    as_json = {"content-type": "application/json"}
    announced = drive(small, [b""], {**as_json, "content-length": str(most + 1)})
    unannounced = drive(small, [b"x" * 1000] * 100, as_json)
    liar = drive(small, [b"x" * 1000] * 100, {**as_json, "content-length": "5"})
    for reply in (announced, unannounced, liar):
        assert reply.status == 413
        assert str(most) in reply.json["message"]
        assert reply.json["requestId"] == reply.headers["x-request-id"]
        assert reply.headers["connection"] == "close"
    between = drive(small, [b'{"name": "', b"x" * 2000, b'"}'], as_json)
    assert between.status == 413
    assert "1024" in between.json["message"]


@pytest.mark.usefixtures("untouched")
def test_a_bill_too_large_is_told_in_the_words_of_its_path(company: Furnished) -> None:
    """Whether it is taken in and looked at, or not even that: clients look for one of two keys."""
    small = company.house.under(body_bytes=1024, upload_bytes=1024)
    path, headers = "/ap/document/upload", {"content-type": "multipart/form-data; boundary=edge"}
    head = b'--edge\r\ncontent-disposition: form-data; name="file"; filename="bill.pdf"\r\n\r\n'
    for size in (1025, 1024 + 64 * 1024):
        reply = drive(small, [head, b"%PDF-1.4 " + b"x" * (size - 9), b"\r\n--edge--\r\n"], headers, path)
        assert (reply.status, reply.json.keys()) == (200, {"uploadErrorMessage"})
        assert "accepted" in reply.json["uploadErrorMessage"]
    assert reply.headers["connection"] == "close"


def test_a_body_in_pieces_is_one(company: Furnished) -> None:
    reply = drive(company.house, [b'{"na', b'me": "pie', b"ce", b'"}'], {"content-type": "application/json"})
    assert (reply.status, reply.json["name"]) == (201, "piece")


# Fields that are wrong


def of_wrong_type(one: Field) -> Any:
    match one:
        case Text():
            return {"deep": 1}
        case Moment() | Flag() | Integer() | Code() | Number() | Ref():
            return "nonsense"
    return None


def with_control_characters(one: Field) -> Any:
    return "a\x07b" if isinstance(one, Text) else None


def too_long(one: Field) -> Any:
    return "x" * (one.size + 1) if isinstance(one, Text) else None


def of_no_such_pattern(one: Field) -> Any:
    return "no such thing" if isinstance(one, Text) and one.pattern else None


def out_of_range(one: Field) -> Any:
    match one:
        case Integer():
            return one.high + 1
        case Code():
            return 99
        case Number():
            return float(one.high * 10)
    return None


def too_low(one: Field) -> Any:
    match one:
        case Integer():
            return one.low - 1
        case Number() if one.low is not None:
            return float(one.low - 1)
        case Ref():
            return -1
    return None


def with_too_many_decimals(one: Field) -> Any:
    if isinstance(one, Number):
        return "0." + "0" * (one.scale if one.decimals is None else one.decimals) + "1"
    return 1.5 if isinstance(one, (Integer, Code, Ref)) else None


def of_next_to_nothing(one: Field) -> Any:
    return "0." + "0" * 40 + "1" if isinstance(one, Number) else None


def on_no_such_day(one: Field) -> Any:
    return "2026-02-30" if isinstance(one, Moment) else None


def at_no_such_time(one: Field) -> Any:
    return "2026-01-31T24:61:00Z" if isinstance(one, Moment) else None


def endless(one: Field) -> Any:
    return float("inf") if isinstance(one, (Number, Integer)) else None


def naming_nobody(one: Field) -> Any:
    return next(_strangers) if isinstance(one, Ref) else None


_strangers = count(NOBODYS)


def without_an_id(one: Field) -> Any:
    return {"name": "the first"} if isinstance(one, Ref) else None


WRONG = [
    of_wrong_type, with_control_characters, too_long, of_no_such_pattern, out_of_range, too_low, with_too_many_decimals,
    of_next_to_nothing, on_no_such_day, at_no_such_time, naming_nobody, without_an_id,
]  # fmt: skip


def told_at(spot: Spot, wrong: Any) -> str:
    """Where a fault is told: a custom value that names nothing that exists is wrong as a whole."""
    return spot.place if wrong is naming_nobody else place_of(spot.steps)


@pytest.mark.usefixtures("untouched")
@each_body
def test_every_wrong_field_is_told_at_once(company: Furnished, endpoint: Endpoint) -> None:
    path, body = company.path(endpoint), company.body(endpoint)
    every = company.spots(endpoint, body)
    tried = 0
    for wrong in WRONG:
        faulty, places = body, set()
        for spot in every:
            value = wrong(spot.field)
            if value is not None:
                faulty = spot.put(faulty, value)
                places.add(told_at(spot, wrong))
        if not places:
            continue
        tried += 1
        for how in ({"body": faulty}, {"form": flat(faulty)}):
            reply = company.house.call(endpoint.operation.method, path, **how)
            errors = assert_refused(reply, 400)["errors"]["errors"]
            assert places <= set(errors), f"{wrong.__name__}: nothing told at {places - set(errors)}"
            assert all(sentence.endswith(".") or sentence.startswith(OF_THE_WIRE) for sentence in errors.values())
            strange = {place for place in errors if not any(alike(place, one) for one in places | KNOCK_ON)}
            assert not strange, f"{wrong.__name__}: told at {strange} too: {errors}"
    assert tried


OF_THE_WIRE = "The amount must be greater than 0 and not exceed "
"""Clients compare this sentence to the letter, and it has no full stop."""


KNOCK_ON = {"price", "postpaymentPercent", "prepaymentPercent", "exchangeRate", "endDate", "sumPaid", "status"}
"""Fields whose rules look at others as well, and find what those lack."""


def alike(place: str, other: str) -> bool:
    return (
        place == other or place.startswith(f"{other}[") or other.startswith(f"{place}[") or place.endswith(f"[{other}]")
    )


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    ("number", "told"),
    [
        ("1e400", "at most"), ("-1e400", "or more"), ("1e-400", "decimals"), ("1e-999999", "decimals"),
        ("1e999999", "at most"), ("1e9999999", "at most"), ("-1e9999999", "or more"), ("1e-9999999", "decimals"),
        ("1." + "0" * 60 + "1", "number"), ("9" * 4000, "number"), ("9" * 5000, "out of range"),
        ("1e99999999999999999999", "out of range"), ("NaN", "malformed"), ("Infinity", "malformed"),
        ("0x10", "malformed"), ("1_000", "malformed"),
    ],
)  # fmt: skip
def test_numbers_beyond_measure_are_refused(company: Furnished, number: str, told: str) -> None:
    body = b'{"name": "x", "sku": "x", "price": %s}' % number.encode()
    reply = send(company.house, "POST", "/items", body, "application/json")
    assert told in json.dumps(assert_refused(reply, 400)), reply.json


def test_nothing_is_nothing_however_it_is_written(company: Furnished) -> None:
    for zero in (b"0", b"-0", b"0.0", b"0e400", b"0e-400", b'"0.000000"'):
        reply = send(
            company.house, "POST", "/items", b'{"name": "x", "sku": "x", "price": %s}' % zero, "application/json"
        )
        assert (reply.status, reply.json["price"]) == (201, 0)


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("endpoint", [e for e in WITH_BODY if any(f.required for f in e.fields)], ids=str)
def test_every_missing_field_is_told_at_once(company: Furnished, endpoint: Endpoint) -> None:
    required = {sent_as(one) for one in endpoint.fields if one.required}
    method, path, body = endpoint.operation.method, company.path(endpoint), company.body(endpoint)
    for empty in (None, ""):
        errors = company.house.refused(method, path, {**body, **dict.fromkeys(required, empty)})
        assert required <= set(errors)
    if endpoint.operation.kind in ("create", "command", "action"):
        assert required <= set(company.house.refused(method, path, {}))
        assert required <= set(company.house.refused(method, path, form={"unknown": "1"}))


@pytest.mark.parametrize(
    "endpoint", [e for e in WITH_BODY if any(getattr(f, "unique", False) for f in e.fields)], ids=str
)
def test_a_value_that_is_taken_is_told(company: Furnished, endpoint: Endpoint) -> None:
    unique = [one for one in endpoint.fields if getattr(one, "unique", False)]
    first, last = (company.made[endpoint.resource.name][i] for i in (0, -1))
    before = dump(company.house)
    for one in unique:
        body = {**company.body(endpoint), sent_as(one): first[one.wire]}
        assert first[one.wire] != last[one.wire]
        errors = company.house.refused(endpoint.operation.method, company.path(endpoint), body)
        assert set(errors) == {one.wire}
        assert repr(first[one.wire]) in errors[one.wire]
    assert differences(before, dump(company.house)) == {}


def test_refused_documents_use_up_no_number(company: Furnished) -> None:
    for name in ("purchaseorders", "invoices", "payments"):
        endpoint = next(e for e in company.endpoints() if str(e) == f"POST /{name}")
        first = company.house.made(f"/{name}", company.body(endpoint))["idn"]
        for wrong in ({"supplier": NOBODYS, "invoice": NOBODYS}, {"items": [{}], "sumPaid": 10**9}, {"note": "\x07"}):
            company.house.refused("POST", f"/{name}", {**company.body(endpoint), **wrong})
        assert int(company.house.made(f"/{name}", company.body(endpoint))["idn"]) == int(first) + 1


# Sums that no column could hold


def test_sums_beyond_measure_are_refused(company: Furnished) -> None:
    house, supplier, location = company.house, company.ids["suppliers"][0], company.ids["locations"][0]
    dear = {"name": "x", "price": 9_999_999_999}
    everything = house.made("/taxes", {"name": "all of it again", "percent": 100, "isCompound": True})["id"]
    before = dump(house)
    for lines, more in (
        ([{**dear, "quantity": 100}], {}),
        ([{**dear, "price": 10**12}], {}),
        ([{**dear, "taxes": [everything] * 20}], {}),
        ([dear] * 2000, {"currency": "USD", "exchangeRate": 10_000_000}),
        ([dear] * 2000, {"currency": "USD", "exchangeRate": "0.0000000001", "discountPercent": "101"}),
    ):
        body = {"supplier": supplier, "location": location, "items": lines, **more}
        for path in ("/purchaseorders", "/invoices"):
            assert house.refused("POST", path, body)
    assert differences(before, dump(house)) == {}


def test_days_beyond_the_calendar_are_refused(company: Furnished) -> None:
    house, supplier = company.house, company.ids["suppliers"][0]
    terms = house.made("/paymentterms", {"name": "late", "paymentType": 0, "creditPeriodDays": 3650})["id"]
    before = dump(house)
    for invoice in (
        {"issueDate": "9999-12-31", "paymentTerm": terms},
        {"requiredDate": "9999-12-31T23:59:59-14:00"},
        {"issueDate": "0001-01-01T00:00:00+14:00"},
        {"issueDate": "10000-01-01"},
    ):
        assert house.refused("POST", "/invoices", {"supplier": supplier, **invoice})
    assert differences(before, dump(house)) == {}


# Paths and queries


@pytest.mark.usefixtures("untouched")
def test_other_methods_are_refused_and_those_that_work_named(company: Furnished) -> None:
    by_path: dict[str, set[str]] = {}
    for endpoint in company.endpoints():
        by_path.setdefault(endpoint.operation.path, set()).add(endpoint.operation.method)
    filled = {endpoint.operation.path: company.path(endpoint) for endpoint in company.endpoints()}
    same = {
        path: {m for p, ms in by_path.items() if re.sub("{.*?}", "*", p) == re.sub("{.*?}", "*", path) for m in ms}
        for path in by_path
    }
    for path, methods in same.items():
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} - methods:
            reply = company.house.call(method, filled[path])
            refused = assert_refused(reply, 405)
            assert reply.headers["allow"] == ", ".join(sorted(allowed(methods))), path
            assert method in refused["message"]
    for path in PATHS:
        assert_refused(reply := company.house.call("POST", path), 405)
        assert reply.headers["allow"] == "GET, HEAD"


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize(
    "path",
    [
        "/", "//", "", "/nowhere", "/suppliers/1/2/3", "/suppliers//1", "/Suppliers", "/purchaseorders/1/approve/now",
        "/suppliers/\x00", "/suppliers/-1", "/suppliers/1.0", "/suppliers/١", "/suppliers/" + "9" * 400,
        "/purchaseorders/\x00", "/purchaseorders/é😀", "/purchaseorders/" + "9" * 400, "/purchaseorders/01",
        "/purchaseorders/1'--", "/-/nothing", "/attachments/99999999999999999999", "/..", "/suppliers/..",
    ],
)  # fmt: skip
def test_there_is_nothing_at_other_paths(company: Furnished, path: str) -> None:
    for method in ("GET", "PUT", "PATCH"):
        status, shown, headers = company.house.call(method, path, None if method == "GET" else {"externalId": "x"})
        assert status in ((404,) if method == "GET" else (404, 405)), shown
        assert shown["requestId"] == headers["x-request-id"]


QUERIES = [
    "page=0", "page=-1", "page=99999999999999999999", "page=x", "page[]=1", "per_page=7",
    "per_page=999999999999999999999", "status=x", "status[a][b]=1", "status[]=", "status[]=99999999999999999999",
    "id=x", "id=9007199254740993", "id[]=", "idn=%00", "modifiedSince=x", "modifiedSince=0001-01-01T00:00:00%2B14:00",
    "modifiedSince=9999-12-31", "modifiedSince[]=2026-01-01", "createDate[left_date]=31.02.2026",
    "createDate[right_date]=9999-12-31", "createDate=9999-12-31", "createDate[x]=1", "approvalLeftDate=x",
    "approvalRightDate=0001-01-01", "enable=maybe", "name=%00", "name=%ff", "name=%F0%9F%98%80", "%00=1", "[]=1",
    "[a=1", "a]b=1", "&&&", "=", "%", "sum=1e400", "sum=NaN", "sum=-0.00000000001", "sum[]=1&sum[]=x",
    "supplier[id]=x", "supplier[]=1&supplier[]=2", "supplier[id][id]=1", "external_id[]=" + "x" * 5000,
    "sent_to_external=2", "include=items,%00", "include[]=items", "include[a][b]=c", "a" * 3000 + "=1",
    "&".join(f"external_id[]={i}" for i in range(201)), "&".join(f"id[]={i}" for i in range(1001)), "isCompound=1",
    "percent=100.0000001", "uniqueCode=" + "x" * 1000,
]  # fmt: skip


@pytest.mark.usefixtures("untouched")
@pytest.mark.parametrize("endpoint", [e for e in endpoints(discover()) if e.operation.kind == "list"], ids=str)
def test_no_query_breaks_a_list(company: Furnished, endpoint: Endpoint) -> None:
    strict = company.house.under(strict_pages=True)
    for one in QUERIES:
        for house in (company.house, strict) if "page" in one else (company.house,):
            reply = house.call("GET", f"{company.path(endpoint)}?{one}")
            if reply.status != 200:
                assert assert_refused(reply, 400)["errors"]["errors"], one
            else:
                assert isinstance(reply.json["data"], list)


# Faults of our own


SECRET = "the password is swordfish"


@pytest.mark.usefixtures("untouched")
def test_an_internal_fault_tells_nothing_but_the_request(company: Furnished, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*args: Any, **how: Any) -> Any:
        raise RuntimeError(SECRET)

    house = company.house
    for method, path, body in (
        ("GET", "/suppliers", None),
        ("GET", "/suppliers/1", None),
        ("POST", "/units", {"name": "x"}),
    ):
        with monkeypatch.context() as patch:
            for kind in ("list", "get", "create"):
                patch.setitem(edge.HANDLERS, kind, broken)
            assert_says_nothing(house.call(method, path, body))
    with monkeypatch.context() as patch:
        patch.setattr(house.service.authenticator, "caller", broken)
        assert_says_nothing(house.call("GET", "/units"))
    assert house.call("GET", "/units").status == 200


@pytest.mark.parametrize("at", ["insert", "store_inner", "replace", "check"])
def test_a_fault_in_the_middle_of_a_change_undoes_it(
    company: Furnished, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """Whatever had been written before is gone, and the next change goes through."""
    real, house = getattr(writing, at), company.house
    before = dump(house)

    def broken(*args: Any, **how: Any) -> Any:
        real(*args, **how)
        raise RuntimeError(SECRET)

    with monkeypatch.context() as patch:
        patch.setattr(writing, at, broken)
        for endpoint in company.endpoints():
            if endpoint.operation.kind in ("create", "update") and not endpoint.takes_files:
                reply = house.call(endpoint.operation.method, company.path(endpoint), company.body(endpoint))
                if reply.status == 500:
                    assert_says_nothing(reply)
                    assert differences(before, dump(house)) == {}
                before = dump(house)
    assert house.made("/units", {"name": "after"})


def assert_says_nothing(reply: Reply) -> None:
    assert_refused(reply, 500)
    said = json.dumps(reply.json) + json.dumps(reply.headers)
    for word in (SECRET, "swordfish", "RuntimeError", "Traceback", "emptor/", ".py"):
        assert word not in said


# Anything at all


EXAMPLES = int(os.environ.get("EMPTOR_TEST_FUZZ", "8"))
"""Requests for each operation; more of them find more."""

anything = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize="EMPTOR_TEST_FUZZ" not in os.environ,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
)


class Raw(str):
    """JSON as it stands, which Python would not write."""


NUMBERS = [
    "0", "-0", "1", "-1", "1e400", "-1e400", "1e-400", "0e400", "1e9999999", "-1e9999999", "0.1", "1.0",
    "1.50000000000000001", "NaN", "99999999999", "100000000000", "9007199254740993", "9223372036854775807",
    "9223372036854775808", "-9223372036854775808", "2147483648", "1" * 60, "0." + "1" * 60, "9" * 5000, "1E+2",
    "Infinity",
]  # fmt: skip
TEXTS = [
    "", " ", "\t", "\x00", "a\x00b", "\x07", "\r\n", "😀" * 80, "e\u0301" * 160, "\u202e", "\ufeff", "x" * 256,
    "x" * 301, "x" * 5001, "true", "FALSE", "null", "None", "[1]", "[object Object]", "'; DROP TABLE users; --",
    "%00", "%s", "{}", "../../etc/passwd", "2026-01-31", "31.01.2026", "2026-02-30", "0000-00-00", "9999-12-31",
    "9999-12-31T23:59:59.999999+14:00", "0001-01-01", "EUR", "USD", "eur", "ann@acme.test", "super_user", "1e5",
    "0x10", "١", "１２", "½", "1_000", "1,5", "+1", " 7 ", "-", ".", "id", "__class__",
]  # fmt: skip

SCALARS = [None, True, False, *map(Raw, NUMBERS), *TEXTS, Raw('"\\ud800"')]
CONTAINERS = [
    [], {}, [[]], [{}], {"": ""}, {"id": None}, {"id": {}}, {"id": {"id": 1}}, {"id": NOBODYS}, {"id": Raw("1e400")},
    {"data": []}, {"data": [{}]}, {"data": {}}, {"value": 1}, {"0": {"name": "x"}}, [None], [1, "1", True],
    ["EUR", "EUR"], [NOBODYS, NOBODYS], ["x"] * 2001, [{"name": "x", "price": 1}] * 3, [{"id": 1}, {"id": 1}],
    [{"id": NOBODYS, "name": "x"}], [{"name": "x", "price": Raw("1e10")}], [[[[[[[[[[1]]]]]]]]]],
    {"a": {"a": {"a": {"a": {}}}}},
]  # fmt: skip
some = st.sampled_from([*SCALARS, *CONTAINERS])
trees = st.recursive(
    some | st.text(max_size=10),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "name", "value", "data"]), inner, max_size=3)
    ),
    max_leaves=4,
)
values = st.one_of(some, some, some, trees)


def names_of(fields: tuple[Field, ...]) -> list[str]:
    """The names that mean something in a body, the parts' too."""
    found = []
    for one in fields:
        found += [sent_as(one), one.wire]
        part = getattr(one, "part", None)
        if part is not None:
            found += names_of(part.fields)
    return sorted({*found, "id", "data", "value"})


def bodies(endpoint: Endpoint, valid: dict[str, Any]) -> st.SearchStrategy[Any]:
    """A good body with some of it turned bad, or one that only has the names in common with a good one."""
    names = st.sampled_from(names_of(endpoint.fields))
    every = st.sampled_from(list(spots(endpoint.fields, valid, endpoint.occasion)))
    changes = st.lists(st.tuples(every | names.map(lambda name: Spot((name,), Text(name))), values), max_size=4)
    return (
        changes.map(lambda made: changed(valid, made))
        | changes.map(lambda made: changed(valid, made))
        | st.dictionaries(names | st.text(max_size=8), values, max_size=6)
    )


def changed(body: Any, changes: list[tuple[Spot, Any]]) -> Any:
    for spot, value in changes:
        with suppress(KeyError, IndexError, TypeError):  # something above it is gone already
            body = spot.put(body, value)
    return body


def written(tree: Any) -> str:
    """The tree as JSON, raw pieces as they are."""
    if isinstance(tree, Raw):
        return str(tree)
    if isinstance(tree, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(child)}" for key, child in tree.items()) + "}"
    if isinstance(tree, list):
        return "[" + ",".join(map(written, tree)) + "]"
    return json.dumps(tree)


def as_form(tree: Any) -> bytes:
    return "&".join(
        f"{quote(k, safe='[]', errors='replace')}={quote(v, errors='replace')}" for k, v in flat(tree).items()
    ).encode()


@pytest.fixture(scope="module")
def victim(premises: Premises) -> Furnished:
    """A company to throw things at."""
    return Furnished(premises.house(), "Vic").furnish(of_each=2)


@each_body
def test_nothing_that_is_thrown_at_a_write_breaks_it(victim: Furnished, endpoint: Endpoint) -> None:
    house, path = victim.house, victim.path(endpoint)
    known, valid = [dump(house)], victim.body(endpoint)
    unique = [sent_as(one) for one in endpoint.fields if getattr(one, "unique", False)]

    @anything
    @given(bodies(endpoint, valid), st.booleans())
    def throw(tree: Any, form: bool) -> None:
        another = victim.body(endpoint)
        tree = {name: another[name] if name in unique and one == valid[name] else one for name, one in tree.items()}
        body, content_type = (as_form(tree), FORM) if form else (written(tree).encode(), "application/json")
        reply = send(house, endpoint.operation.method, path, body, content_type)
        assert reply.status < 500, f"{reply.status} for {body!r}"
        if reply.status >= 400:
            assert_refused(reply, reply.status)
            assert differences(known[0], dump(house)) == {}, f"{reply.status} for {body!r}, and yet"
        elif endpoint.operation.kind == "simulate":
            assert differences(known[0], dump(house)) == {}, "it was only asked what would be"
        else:
            known[0] = dump(house)
            shown = json.loads(json.dumps(reply.json, default=float))
            for one in shown["data"] if endpoint.operation.many else [shown]:
                assert one.items() <= read_back(house, endpoint, path, one).items()

    throw()


def read_back(house: House, endpoint: Endpoint, path: str, shown: dict[str, Any]) -> Any:
    """What GET shows of an object that a write answered with."""
    resource, parent = endpoint.resource, endpoint.operation.parent
    gets = [one for one in resource.operations if one.kind == "get"]
    getting = next((one for one in gets if one.parent == parent), gets[0])
    if getting.parent and not parent:
        family = endpoint.operation.path.split("/")[1]
        fields = house.get(f"/{family}?per_page=200")["data"]
        rows = [row for one in fields for row in house.get(f"/{family}/{one['id']}/options?per_page=200")["data"]]
        return {**shown, **next(row for row in rows if row["id"] == shown["id"])}
    return house.get(getting.path.format(**{**in_path(endpoint, path), **shown}))


def in_path(endpoint: Endpoint, path: str) -> dict[str, str]:
    """The values of the parameters in a path."""
    pairs = zip(endpoint.operation.path.split("/"), path.split("/"), strict=True)
    return {name[1:-1]: value for name, value in pairs if name.startswith("{")}


@pytest.mark.parametrize("endpoint", [e for e in WRITES if e.takes_files], ids=str)
def test_nothing_that_is_thrown_at_an_upload_breaks_it(victim: Furnished, endpoint: Endpoint) -> None:
    house, path = victim.house, victim.path(endpoint)
    known = [dump(house)]

    @anything
    @given(
        st.sampled_from(TEXTS) | st.text(max_size=20),
        st.sampled_from(["file", "file[]", "files", "comment", "", "file[a]"]),
        st.sampled_from([b"", b"x", PDF[1], b"<html>", b"\x00" * 10]) | st.binary(max_size=50),
        st.dictionaries(st.sampled_from(["comment", "file", "comment[]", "x"]), st.sampled_from(TEXTS), max_size=2),
    )
    def throw(filename: str, name: str, data: bytes, form: dict[str, str]) -> None:
        filename = filename.encode("utf-8", "replace").decode().replace("\r", "").replace("\n", "")
        reply = house.call("POST", path, form=form, files={name: (filename, data, "text/html")})
        assert reply.status < 500, f"{reply.status} for {filename!r}"
        if reply.status >= 400:
            assert_refused(reply, reply.status)
            assert differences(known[0], dump(house)) == {}
        else:
            known[0] = dump(house)
            back = house.call("GET", f"/attachments/{reply.json['id']}", headers={"accept": "application/json"})
            assert back.json == reply.json
            status, content, headers = house.call("GET", f"/attachments/{reply.json['id']}")
            assert (status, content) == (200, data)
            assert all(value.isprintable() and value.isascii() for value in headers.values())

    throw()
