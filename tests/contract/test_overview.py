"""The official overview of the API, clause by clause: each test is named for the clause it shows to be true.

S1 and S2 speak of pages, as does the button of S4; they are shown where the pages are.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from sqlalchemy import bindparam, select

from emptor.domains import discover
from emptor.domains.organisation import keys
from emptor.domains.organisation.tables import api_keys
from emptor.http.messages import Answer, Request
from emptor.http.usage import used
from emptor.settings import Settings
from emptor.store.schema import metadata
from emptor.store.statement import Statement
from tests.support.declared import COLLECTIONS, Collection
from tests.support.house import House, Premises, Reply, StoppedClock
from tests.support.making import Maker

BOLT = {"name": "Bolt", "price": 100}
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
PAGINATION = {"total", "count", "per_page", "current_page", "total_pages", "links", "has_next_page"}
HOSTS = {"base_url_com": "https://api.example.com", "base_url_us": "https://api.example.us"}

each_list = pytest.mark.parametrize("collection", COLLECTIONS, ids=str)


def address_of(house: House) -> str:
    """An address of the company's own, since who sends wrong credentials too often is blocked."""
    return f"198.18.{house.company_id // 250}.{house.company_id % 250}"


def ask(house: House, path: str, *, client: str = "", **headers: str) -> Reply:
    """A GET with just these headers (`x_auth_token` for `x-auth-token`), from that address or the company's own."""
    bare, _, query = path.partition("?")
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = house.service.answer(Request("GET", bare, query.encode(), named, b"", client or address_of(house), "test"))
    return Reply(answer.status, json.loads(answer.body), answer.headers)


def new_key(house: House) -> tuple[int, str]:
    with house.service.database.write(house.company_id) as tx:
        return keys.create(tx, house.user_id)


def order(house: House, **more: Any) -> dict[str, Any]:
    """A draft of a purchase order, with what it takes."""
    supplier = house.made("/suppliers", {"name": "Bolts & Co"})
    location = house.made("/locations", {"name": "Works"})
    body = {"supplier": {"id": supplier["id"]}, "location": {"id": location["id"]}, "items": [BOLT], **more}
    return house.made("/purchaseorders", body)


# Credentials


def test_S3_a_request_carries_the_key_and_the_email_of_its_user(house: House) -> None:
    """Both headers together open the door; with one that is missing or wrong, nobody learns which it was."""
    other = house.person("configuration.edit")
    right = {"x_auth_token": house.token, "email": house.email}
    assert ask(house, "/units", **right).status == 200
    assert ask(house, "/units", **{**right, "email": f" {house.email.upper()} "}).status == 200
    wrong = [
        {},
        {"x_auth_token": house.token},
        {"email": house.email},
        {**right, "email": ""},
        {**right, "x_auth_token": ""},
        {**right, "email": other.email},
        {**right, "email": "nobody@acme.test"},
        {**right, "x_auth_token": house.token[:-1]},
        {**right, "x_auth_token": f"{house.token}x"},
        {**right, "x_auth_token": keys.hash_of(house.token)},
        {**right, "x_auth_token": "é" * 600},
        {"authorization": f"Bearer {house.token}", "email": house.email},
    ]
    for headers in wrong:
        status, shown, _ = ask(house, "/units", **headers)
        assert (status, shown) == (401, {"code": 401, "message": "Bad credentials", "requestId": "test"}), headers
        assert ask(house, "/nowhere", **headers).status == 401, "whoever is unknown learns nothing of what there is"


def test_S4_a_key_is_shown_once_and_kept_as_a_hash(house: House) -> None:
    """A key is at least 256 random bits; no row of the company has more of it than its first six characters."""
    key_id, token = new_key(house)
    assert len(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))) >= 32
    tokens = {keys.new_token() for _ in range(200)}
    assert len(tokens) == 200
    assert ask(house, "/units", x_auth_token=token, email=house.email).status == 200
    rows = list(everything(house))
    assert len(rows) > 3
    assert any(keys.hash_of(token) in row for row in rows)
    for kept in (token, token[:7], token[7:]):
        assert not any(kept in row for row in rows), "a key that is kept can be stolen"
    assert any(f"'{token[:6]}'" in row and str(key_id) in row for row in rows)


def everything(house: House) -> Iterator[str]:
    """Every row of the company, in every table, as text."""
    with house.service.database.read(house.company_id) as tx:
        for table in metadata.tables.values():
            if "company_id" in table.c:
                mine = Statement(select(table).where(table.c.company_id == bindparam("company")))
                yield from (repr(tuple(row)) for row in tx.all(mine, company=house.company_id))


def test_S4_a_key_can_be_revoked_and_made_anew(house: House) -> None:
    """The old key is worth nothing from that moment on; the person's other keys go on."""
    key_id, first = new_key(house)
    _, other = new_key(house)

    def works(token: str) -> bool:
        return ask(house, "/units", x_auth_token=token, email=house.email).status == 200

    with house.service.database.write(house.company_id) as tx:
        second = keys.regenerate(tx, key_id)
    assert second is not None
    assert [works(token) for token in (first, second, other)] == [False, True, True]
    with house.service.database.write(house.company_id) as tx:
        assert keys.revoke(tx, key_id)
    assert [works(token) for token in (first, second, other)] == [False, False, True]
    with house.service.database.write(house.company_id) as tx:
        assert not keys.revoke(tx, key_id)
        assert keys.regenerate(tx, key_id) is None


def test_S4_a_key_tells_when_it_was_used_last(stopped: House, clock: StoppedClock) -> None:
    """Who looks after the keys sees which nobody needs any more."""
    key_id, token = new_key(stopped)
    last = Statement(select(api_keys.c.last_used).where(api_keys.c.id == bindparam("key")))

    def last_used() -> str | None:
        stopped.service.usage.settle()
        return stopped.service.database.lookup(last, key=key_id)[0][0]

    assert last_used() is None
    moment = clock.forward(hours=3)
    ask(stopped, "/units", x_auth_token=token, email=stopped.email)
    clock.forward(hours=1)
    ask(stopped, "/units", x_auth_token=token, email="somebody@else.test")
    assert last_used() == moment


def test_S5_a_key_belongs_to_one_user_in_one_company(premises: Premises) -> None:
    """Ann works for two companies: she needs a key for each, and each shows her one company only."""
    first, second = premises.house(), premises.house()
    assert first.email == second.email
    first.made("/units", {"name": "of the first"})
    second.made("/units", {"name": "of the second"})
    assert [unit["name"] for unit in first.get("/units")["data"]] == ["of the first"]
    assert [unit["name"] for unit in second.get("/units")["data"]] == ["of the second"]
    bob = second.person("configuration.edit")
    assert ask(first, "/units", x_auth_token=first.token, email=bob.email).status == 401
    assert ask(first, "/units", x_auth_token=bob.token, email=first.email).status == 401
    assert [user["email"] for user in first.get("/users")["data"]] == [first.email]


def test_S5_a_key_ends_with_its_user(house: House) -> None:
    """A person who is shut out has no key any more; let in again, the key works again."""
    bob = house.person("configuration.edit")
    for enable, status in ((True, 200), (False, 401), (True, 200)):
        house.changed("PUT", f"/users/{bob.user_id}", {"enable": enable})
        assert bob.call("GET", "/units").status == status


# The operator's side


def test_S6_the_operator_sees_who_sends_more_than_ten_thousand_requests_a_day(
    stopped: House, clock: StoppedClock
) -> None:
    """Requests are told by company, key and day; the figure to watch for is the overview's."""
    assert Settings().heavy_use_per_day == 10_000
    caller = stopped.service.authenticator.caller(stopped.token, stopped.email)
    for _ in range(10_000):
        stopped.service.usage.note(caller, Answer(200))
    stopped.get("/units")
    clock.forward(days=1)
    stopped.get("/units")
    stopped.service.usage.settle()
    shown = [(row["day"], row["requests"]) for row in used(stopped.service.database, 30, stopped.company_id)]
    assert shown == [("2026-01-16", 1), ("2026-01-15", 10_001)]


def test_S6_the_operator_can_raise_the_limits_of_one_company(premises: Premises, clock: StoppedClock) -> None:
    """Raised means raised for this company alone, from the next request on, window by window."""
    raised, other = (premises.house(clock=clock).under(limits=True, limit_minute=2) for _ in range(2))
    raised.choose(limits={"minute": 4, "day": 20_000})
    assert [raised.call("GET", f"/units?n={n}").status for n in range(5)] == [200, 200, 200, 200, 429]
    assert [other.call("GET", f"/units?n={n}").status for n in range(3)] == [200, 200, 429]
    headers = raised.call("GET", "/units").headers
    assert headers["RateLimit-Limit-Minute"] == "4"
    assert headers["RateLimit-Limit-Hour"] == "1500"
    assert headers["RateLimit-Limit-Day"] == "20000"
    raised.choose(limits={"minute": 5})
    assert [raised.call("GET", f"/units?again={n}").status for n in range(2)] == [200, 429]


def test_S7_an_address_without_proper_authorisation_is_blocked(stopped: House, clock: StoppedClock) -> None:
    """Who knocks too often with wrong credentials finds the door closed, even with right ones, until the block ends."""
    house = stopped.under(block_after=3, block_window_seconds=600, block_seconds=3600)
    right = {"x_auth_token": house.token, "email": house.email}
    for _ in range(4):
        assert ask(house, "/units", x_auth_token="wrong", email=house.email).status == 401
    status, shown, headers = ask(house, "/units", **right)
    assert status == 403
    assert shown["blockedUntil"] == "2026-01-15T13:00:00+00:00"
    assert headers["retry-after"] == "3600"
    assert ask(house, "/units", client="198.51.100.1", **right).status == 200
    assert ask(house, "/-/health").status == 200
    clock.forward(minutes=59, seconds=59)
    assert ask(house, "/units", **right).status == 403
    clock.forward(seconds=1)
    assert ask(house, "/units", **right).status == 200


def test_S8_a_week_of_incorrect_requests_leads_to_a_temporary_block(stopped: House, clock: StoppedClock) -> None:
    """Wrong day after day: first a warning on every answer, after a week a block of a day, which is over by itself."""
    house = stopped.under(wrong_day_requests=5)
    bob = stopped.person()
    clock.at("2026-02-02T09:00:00+00:00")
    warnings = []
    for _ in range(7):
        warnings.append(house.call("GET", "/units").headers.get("emptor-warning", ""))
        for n in range(6):
            assert house.call("GET", f"/nowhere?n={n}").status == 404
        house.service.usage.settle()
        clock.forward(days=1)
    assert warnings[:3] == ["", "", ""]
    assert all(text.startswith("Most requests of this key were wrong") for text in warnings[3:])
    status, shown, _ = house.call("GET", "/units")
    assert (status, shown["blockedUntil"]) == (403, "2026-02-10T09:00:00+00:00")
    assert bob.call("GET", "/units").status == 200, "a colleague's key is none of it"
    clock.forward(days=1)
    assert house.call("GET", "/units").status == 200


def test_S8_a_week_with_one_good_day_does_not(stopped: House, clock: StoppedClock) -> None:
    """A day on which most requests were right begins the count anew."""
    house = stopped.under(wrong_day_requests=5)
    clock.at("2026-03-02T09:00:00+00:00")
    for day in range(8):
        for n in range(6):
            assert house.call("GET", f"/units?n={n}" if day == 4 else f"/nowhere?n={n}").status in (200, 404)
        house.service.usage.settle()
        clock.forward(days=1)
    assert house.call("GET", "/units").status == 200


# Regions


def test_S10_two_regions_have_addresses_of_their_own_and_the_same_endpoints(premises: Premises) -> None:
    """Whatever there is at the international address is there at the one of the United States."""
    answers = []
    for region in ("com", "us"):
        house = premises.house(region=region).under(**HOSTS)
        host = {"host": f"api.example.{region}"}
        found = {}
        for operation in (operation for resource in discover() for operation in resource.operations):
            path = re.sub(r"{\w+}", "1", operation.path)
            body = None if operation.method == "GET" else {}
            status, shown, _ = house.call(operation.method, path, body, headers=host)
            found[operation.method, operation.path] = status, sorted(shown)
        answers.append(found)
    assert answers[0] == answers[1]
    assert len(answers[0]) > 80


def test_S11_a_request_at_the_other_regions_address_is_sent_to_the_right_one(premises: Premises) -> None:
    """A company lives in one region; elsewhere it is told where to go, and nothing is counted against it."""
    for home, away in (("com", "us"), ("us", "com")):
        house = premises.house(region=home).under(**HOSTS, limits=True)
        path = "/suppliers?page=1"
        for host in (f"api.example.{away}", f"API.EXAMPLE.{away.upper()}:443"):
            status, shown, headers = house.call("GET", path, headers={"host": host})
            assert (status, shown["code"]) == (421, 421)
            assert shown["baseUrl"] == f"https://api.example.{home}"
            assert f"https://api.example.{home}" in shown["message"]
            assert "RateLimit-Remaining-Minute" not in headers
        status, _, headers = house.call("GET", path, headers={"host": f"api.example.{home}"})
        assert status == 200
        assert headers["RateLimit-Remaining-Minute"] == "59"
        assert house.call("POST", "/suppliers", {"name": "x"}, headers={"host": f"api.example.{away}"}).status == 421
        assert house.get("/suppliers?page=2")["data"] == []


def test_S11_a_server_of_one_region_serves_no_company_of_the_other(premises: Premises) -> None:
    """Under whatever name it is reached, an address of the United States shows no international company."""
    settings = {"regions": "us", **HOSTS}
    assert premises.house(region="us").under(**settings).call("GET", "/units").status == 200
    status, shown, _ = premises.house(region="com").under(**settings).call("GET", "/units")
    assert (status, shown["baseUrl"]) == (421, "https://api.example.com")


# Limits

STORES = ("memory", "database", "valkey")


@pytest.fixture(params=STORES)
def counted(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Settings to count requests, in each place where they can be counted."""
    if request.param == "valkey":
        return {"limits": True, "limit_store": "valkey", "valkey_url": request.getfixturevalue("redis_server")}
    return {"limits": True, "limit_store": request.param}


class Sender:
    """Sends requests of which no two are alike; 404 is fine, for every request counts."""

    def __init__(self, house: House) -> None:
        self.house = house
        self._number = 0

    def send(self) -> Reply:
        self._number += 1
        return self.house.call("GET", f"/nowhere?n={self._number}")

    def allowed(self, times: int) -> bool:
        return all(self.send().status == 404 for _ in range(times))


def refusal(kind: str, allowance: str, until: str, now: StoppedClock) -> tuple[int, dict[str, Any], dict[str, str]]:
    """The whole 429: body and headers, letter for letter. `until` is a time of day, `24:00:00` the end of the day."""
    day = "2026-01-16" if until == "24:00:00" else "2026-01-15"
    hours, minutes, seconds = map(int, until.split(":"))
    wait = (hours * 60 + minutes) * 60 + seconds - (now.now.hour * 60 + now.now.minute) * 60 - now.now.second
    moment = f"{day} {until.replace('24:', '00:')}"
    body = {
        "code": 429,
        "error": "Too many requests",
        "message": f"Too many requests: at most {allowance}. "
        f"This one was not counted; send it again from {moment} UTC on.",
        "RateLimit-Type": kind,
        "RateLimit-Retry-After": f"{moment} UTC",
        "requestId": "test",
    }
    headers = {
        "RateLimit-Type": kind, "RateLimit-Retry-After": f"{moment.replace(' ', 'T')}Z", "Retry-After": str(wait),
    }  # fmt: skip
    return 429, body, headers


def said(reply: Reply) -> tuple[int, dict[str, Any], dict[str, str]]:
    names = ("RateLimit-Type", "RateLimit-Retry-After", "Retry-After")
    return reply.status, reply.json, {name: reply.headers[name] for name in names if name in reply.headers}


def left(reply: Reply) -> tuple[int, int, int]:
    """What is left of the minute, the hour and the day."""
    return tuple(int(reply.headers[f"RateLimit-Remaining-{name}"]) for name in ("Minute", "Hour", "Day"))


def test_S12_windows_open_and_close_with_the_clock(
    stopped: House, clock: StoppedClock, counted: dict[str, Any]
) -> None:
    """Minute, hour and day are those of the clock, in UTC; a full one is full to its last second and not longer."""
    sender = Sender(stopped.under(**counted, limit_minute=3, limit_hour=5, limit_day=7))
    clock.at("2026-01-15T12:00:00+00:00")
    assert sender.allowed(3)
    minute = ("Minute limiter", "3 requests per minute")
    assert said(sender.send()) == refusal(*minute, "12:01:00", clock)
    clock.at("2026-01-15T12:00:59+00:00")
    assert said(sender.send()) == refusal(*minute, "12:01:00", clock)
    clock.at("2026-01-15T12:01:00+00:00")
    assert sender.allowed(2)
    hour = ("Hourly limiter", "5 requests per hour")
    assert said(sender.send()) == refusal(*hour, "13:00:00", clock)
    clock.at("2026-01-15T12:59:59+00:00")
    assert said(sender.send()) == refusal(*hour, "13:00:00", clock)
    clock.at("2026-01-15T13:00:00+00:00")
    assert sender.allowed(2)
    day = ("Daily limiter", "7 requests per day")
    assert said(sender.send()) == refusal(*day, "24:00:00", clock)
    clock.at("2026-01-15T23:59:59+00:00")
    assert said(sender.send()) == refusal(*day, "24:00:00", clock)
    clock.at("2026-01-16T00:00:00+00:00")
    assert sender.allowed(3)


def test_S12_sixty_a_minute_fifteen_hundred_an_hour_three_thousand_a_day(stopped: House, clock: StoppedClock) -> None:
    """The limits the overview names, sent in full: two hours of 25 full minutes each make a day."""
    sender = Sender(stopped.under(limits=True))
    for hour in (8, 9):
        for minute in range(25):
            clock.at(f"2026-01-15T{hour:02}:{minute:02}:30+00:00")
            assert sender.allowed(60)
            if minute in (0, 24):
                name = "minute" if minute == 0 else "hour"
                amount, kind = (60, "Minute limiter") if name == "minute" else (1500, "Hourly limiter")
                ends = f"{hour:02}:01:00" if name == "minute" else f"{hour + 1:02}:00:00"
                if (hour, minute) != (9, 24):
                    assert said(sender.send()) == refusal(kind, f"{amount} requests per {name}", ends, clock)
    clock.at("2026-01-15T10:00:00+00:00")
    assert said(sender.send()) == refusal("Daily limiter", "3000 requests per day", "24:00:00", clock)


def test_S12_a_refused_request_spends_nothing(stopped: House, clock: StoppedClock, counted: dict[str, Any]) -> None:
    """Who is refused by one window has as much left of the others as before, however often."""
    sender = Sender(stopped.under(**counted, limit_minute=2))
    assert left(sender.send()) == (1, 1499, 2999)
    assert {left(sender.send()) for _ in range(5)} == {(0, 1498, 2998)}
    clock.forward(minutes=1)
    assert left(sender.send()) == (1, 1497, 2997)


def test_S12_each_key_has_limits_of_its_own(stopped: House, counted: dict[str, Any]) -> None:
    """Neither another key of the same person nor a colleague's is held up."""
    house = stopped.under(**counted, limit_minute=1)
    _, second = new_key(house)
    bob = house.person("configuration.edit").under(**counted, limit_minute=1)
    assert [house.call("GET", f"/units?n={n}").status for n in range(2)] == [200, 429]
    assert [bob.call("GET", f"/units?n={n}").status for n in range(2)] == [200, 429]
    assert [ask(house, f"/units?m={n}", x_auth_token=second, email=house.email).status for n in range(2)] == [200, 429]


def test_S12_only_a_callers_requests_are_counted(stopped: House) -> None:
    """Wrong credentials spend nothing of the right ones; health and the description of the API are free."""
    house = stopped.under(limits=True)
    for _ in range(3):
        assert ask(house, "/units", x_auth_token=house.token, email="x@y.test").status == 401
        assert ask(house, "/-/health").status == 200
    assert left(house.call("GET", "/units")) == (59, 1499, 2999)
    assert left(house.call("POST", "/units", {"name": ""})) == (58, 1498, 2998), "a wrong request is one too"


def test_S12_limits_can_be_switched_off(stopped: House) -> None:
    """All of them, or each by 0."""
    for settings in ({"limits": False}, {f"limit_{name}": 0 for name in ("minute", "hour", "day")} | {"limits": True}):
        sender = Sender(stopped.under(**settings))
        assert sender.allowed(200)
        assert not [name for name in sender.send().headers if name.startswith("RateLimit")]


DUPLICATE_MINUTE = ("Duplicate limiter", "1 identical request per minute")
DUPLICATE_HOUR = ("Duplicate limiter", "30 identical requests per hour")


def test_S13_an_identical_request_waits_for_the_next_minute(
    stopped: House, clock: StoppedClock, counted: dict[str, Any]
) -> None:
    """One a minute by the clock, so that two may be a second apart; the refused one spends nothing."""
    house = stopped.under(**counted)
    clock.at("2026-01-15T12:00:30+00:00")
    assert left(house.call("GET", "/units?page=1")) == (59, 1499, 2999)
    for _ in range(3):
        reply = house.call("GET", "/units?page=1")
        assert said(reply) == refusal(*DUPLICATE_MINUTE, "12:01:00", clock)
        assert left(reply) == (59, 1499, 2999)
    clock.at("2026-01-15T12:00:59+00:00")
    assert said(house.call("GET", "/units?page=1")) == refusal(*DUPLICATE_MINUTE, "12:01:00", clock)
    clock.at("2026-01-15T12:01:00+00:00")
    assert left(house.call("GET", "/units?page=1")) == (59, 1498, 2998)


def test_S13_thirty_identical_requests_an_hour(stopped: House, clock: StoppedClock, counted: dict[str, Any]) -> None:
    """Once a minute for half an hour, then not before the next hour; others are let through all the while."""
    house = stopped.under(**counted)
    for minute in range(30):
        clock.at(f"2026-01-15T12:{minute:02}:00+00:00")
        assert house.call("GET", "/nowhere").status == 404
    clock.at("2026-01-15T12:30:00+00:00")
    assert said(house.call("GET", "/nowhere")) == refusal(*DUPLICATE_HOUR, "13:00:00", clock)
    assert house.call("GET", "/nowhere?else").status == 404
    clock.at("2026-01-15T12:59:59+00:00")
    assert said(house.call("GET", "/nowhere")) == refusal(*DUPLICATE_HOUR, "13:00:00", clock)
    clock.at("2026-01-15T13:00:00+00:00")
    assert house.call("GET", "/nowhere").status == 404


def test_S13_identical_means_method_path_query_and_body(stopped: House) -> None:
    """What differs in one of the four is another request; the order of the query does not matter, nor do headers."""
    house = stopped.under(limits=True)
    first = ("GET", "/units?page=1&per_page=10", None)
    others = [
        ("GET", "/units?page=2&per_page=10", None),
        ("GET", "/units?page=1&per_page=20", None),
        ("GET", "/units?page=1", None),
        ("GET", "/taxes?page=1&per_page=10", None),
        ("HEAD", "/units?page=1&per_page=10", None),
        ("POST", "/units?page=1&per_page=10", {"name": "pcs"}),
        ("POST", "/units?page=1&per_page=10", {"name": "box"}),
        ("POST", "/units", {"name": "pcs"}),
    ]
    for method, path, body in [first, *others]:
        assert house.call(method, path, body).status in (200, 201), (method, path, body)
    for method, path, body in [first, *others, ("GET", "/units?per_page=10&page=1", None)]:
        assert house.call(method, path, body).status == 429, (method, path, body)
    assert house.call(*first, headers={"user-agent": "another", "accept": "*/*"}).status == 429
    assert house.person("configuration.edit").under(limits=True).call(*first).status == 200, "another key's is another"
    assert len(house.under().get("/units")["data"]) == 3, "a refused request does nothing"


def test_S13_can_be_raised_for_a_company(stopped: House) -> None:
    """Where an integration has good reason to repeat itself."""
    house = stopped.under(limits=True)
    house.choose(limits={"identical_minute": 3, "identical_hour": 0})
    assert [house.call("GET", "/units").status for _ in range(4)] == [200, 200, 200, 429]


# What objects say


@each_list
def test_S14_every_moment_is_utc_in_one_spelling(filled: Maker, collection: Collection) -> None:
    """Whatever looks like a date in any answer is one moment in UTC, to the second, with its offset."""
    path = filled.path(collection, "list")
    answers = [filled.house.get(path), filled.house.get(f"{path}?include=items,attachments,payments,options")]
    if "get" in collection.operations:
        answers += [filled.house.get(filled.path(collection, "get", row)) for row in answers[0]["data"]]
    seen = set()
    for name, value in said_in(answers):
        if re.match(r"\d{4}-\d\d|\d\d\.\d\d\.\d{4}", value) or name.lower().endswith("date"):
            assert MOMENT.fullmatch(value), f"{name}: {value}"
            seen.add(name)
    dates = {"createDate", "updateDate", "requiredDate"}
    assert dates & {name for row in answers[0]["data"] for name in row} <= seen


def said_in(node: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in an answer with the key it stands under; values of custom fields are the company's own text."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key != "value":
                yield from said_in(value, key)
    elif isinstance(node, list):
        for one in node:
            yield from said_in(one, name)
    elif isinstance(node, str):
        yield name, node


@pytest.mark.parametrize(
    ("sent", "shown"),
    [
        ("2025-05-05T23:59:59+00:00", "2025-05-05T23:59:59+00:00"),
        ("2025-05-05T23:59:59Z", "2025-05-05T23:59:59+00:00"),
        ("2025-05-05T23:59:59", "2025-05-05T23:59:59+00:00"),
        ("2025-05-05T23:59:59.999+00:00", "2025-05-05T23:59:59+00:00"),
        ("2025-05-06T01:59:59+02:00", "2025-05-05T23:59:59+00:00"),
        ("2025-05-05T16:59:59-0700", "2025-05-05T23:59:59+00:00"),
        ("2025-05-05", "2025-05-05T23:59:59+00:00"),
        ("05.05.2025", "2025-05-05T23:59:59+00:00"),
    ],
)
def test_S14_a_moment_sent_in_any_zone_is_shown_in_utc(house: House, sent: str, shown: str) -> None:
    """`requiredDate` of an order, from which the overview takes its example; a day alone lasts to its end."""
    made = order(house, requiredDate=sent)
    assert made["requiredDate"] == shown
    assert house.get("/purchaseorders")["data"][0]["requiredDate"] == shown


def test_S15_id_is_the_platforms_and_idn_the_companys(premises: Premises) -> None:
    """No two objects of any kind in any company share an id; each company counts its documents of a kind from 1."""
    makers = [Maker(premises.house()) for _ in range(2)]
    seen: dict[int, str] = {}
    for maker in makers:
        for collection in COLLECTIONS:
            if "create" not in collection.operations:
                continue
            for shown in (maker.fresh(collection), maker.fresh(collection)):
                assert type(shown["id"]) is int
                assert shown["id"] not in seen, f"{collection} has the id of one of {seen[shown['id']]}"
                seen[shown["id"]] = str(collection)
    for collection in COLLECTIONS:
        if collection.resource.key != "idn" or "create" not in collection.operations:
            continue
        numbers = [[row["idn"] for row in maker.house.get(maker.path(collection, "list"))["data"]] for maker in makers]
        assert numbers[0] == numbers[1] == [str(n) for n in range(len(numbers[0]), 0, -1)], collection


@pytest.mark.parametrize("name", ["purchaseorders", "invoices"])
def test_S15_a_document_is_found_by_its_idn_and_not_by_its_id(filled: Maker, name: str) -> None:
    """The path takes the number people know."""
    row = filled.house.get(f"/{name}")["data"][0]
    assert filled.house.get(f"/{name}/{row['idn']}")["id"] == row["id"]
    assert filled.house.call("GET", f"/{name}/{row['id']}").status == 404


@each_list
def test_S16_there_is_a_list_of_objects_and_there_is_one_object(filled: Maker, collection: Collection) -> None:
    """What stands in the list can be asked for on its own, and is the same object there."""
    rows = filled.house.get(filled.path(collection, "list"))["data"]
    if "get" in collection.operations:
        for row in rows:
            shown = filled.house.get(filled.path(collection, "get", row))
            assert "data" not in shown, "one object is not wrapped"
            assert (shown["id"], shown[collection.resource.key]) == (row["id"], row[collection.resource.key])


def test_S17_a_list_is_filtered_by_the_query_of_the_get(premises: Premises, clock: StoppedClock) -> None:
    """The vendor's two recipes: orders approved in December, and suppliers that are approved and in use."""
    clock.at("2023-11-01T10:00:00+00:00")
    house = premises.house(clock=clock)
    wanted = order(house)
    for moment in ("2023-11-30T23:59:59", "2023-12-01T00:00:00", "2023-12-31T23:59:59", "2024-01-01T00:00:00"):
        clock.at(f"{moment}+00:00")
        wanted = order(house, note=moment)
        house.changed("POST", f"/purchaseorders/{wanted['idn']}/confirm")
    order(house, note="a draft")
    recipe = (
        "/purchaseorders?modifiedSince=2023-10-10T00:00:00&approvalDate[left_date]=01.12.2023"
        "&approvalDate[right_date]=31.12.2023&status[]=2"
    )
    for query in (recipe, recipe.replace("[", "%5B").replace("]", "%5D"), recipe.replace("status[]", "status[0]")):
        assert [row["note"] for row in house.get(query)["data"]] == ["2023-12-31T23:59:59", "2023-12-01T00:00:00"]
    assert house.get(f"{recipe}&status[]=0")["data"] == house.get(recipe)["data"]
    assert house.get(recipe.replace("status[]=2", "status[]=0"))["data"] == []
    house = premises.house(clock=clock, supplierApproval=True)
    suppliers = [house.made("/suppliers", {"name": name, "enable": name != "c"}) for name in "abc"]
    for supplier in suppliers[1:]:
        house.changed("POST", f"/suppliers/{supplier['id']}/approve")
    approved = "/suppliers?modifiedSince=2022-12-12T00:00:00&status[]=2"
    assert [row["name"] for row in house.get(approved)["data"]] == ["c", "b"]
    assert [row["name"] for row in house.get(f"{approved}&enable=true")["data"]] == ["b"]


SPELLINGS = (
    "2022-08-10T00:00:00",
    "2022-08-10T00:00:00Z",
    "2022-08-10T00:00:00+00:00",
    "2022-08-10T02:00:00+02:00",
    "2022-08-09T19:00:00-0500",
    "2022-08-10T00:00:00.000",
    "2022-08-10T00:00:00.000000Z",
    "2022-08-10 00:00:00",
    "2022-08-10T00:00",
    "2022-08-10",
    "10.08.2022",
)


@pytest.fixture(scope="module")
def polled(premises: Premises) -> House:
    """A company with a unit of before, of the very moment and of after the 10th of August 2022."""
    clock = StoppedClock("2022-01-01T00:00:00+00:00")
    house = premises.house(clock=clock)
    for moment in ("2022-08-09T23:59:59", "2022-08-10T00:00:00", "2022-08-10T00:00:01"):
        clock.at(f"{moment}+00:00")
        house.made("/suppliers", {"name": moment})
    return house


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_S18_modified_since_includes_the_moment_in_every_spelling(polled: House, spelling: str) -> None:
    """Naive means UTC, a day means its beginning; a plus sign may arrive as the space it stands for in a query."""
    for query in (f"modifiedSince={spelling}", urlencode({"modifiedSince": spelling})):
        found = polled.get(f"/suppliers?{query}")["data"]
        assert [row["name"] for row in found] == ["2022-08-10T00:00:01", "2022-08-10T00:00:00"], query


def test_S18_what_is_no_moment_is_refused(polled: House) -> None:
    """A reader that would miss everything, or get everything again, hears of it at once."""
    for text in ("yesterday", "2022-13-01", "2022-02-30T00:00:00", "10/08/2022", "2022-08-10T25:00:00", "1660089600"):
        assert list(polled.refused("GET", f"/suppliers?modifiedSince={text}")) == ["modifiedSince"]
    assert len(polled.get("/suppliers?modifiedSince=")["data"]) == 3


def test_S18_a_change_counts_as_well(stopped: House, clock: StoppedClock) -> None:
    """Modified is created or changed; setting the external id is neither."""
    first, second = (stopped.made("/suppliers", {"name": name}) for name in "ab")
    later = clock.forward(days=1)
    stopped.changed("PUT", f"/suppliers/{first['id']}", {"name": "A"})
    stopped.changed("PATCH", f"/suppliers/{second['id']}", {"externalId": "B"})
    found = stopped.get(f"/suppliers?{urlencode({'modifiedSince': later})}")["data"]
    assert [row["name"] for row in found] == ["A"]


# Pages


@pytest.fixture(scope="module")
def crowded(premises: Premises) -> House:
    """A company with 205 units."""
    house = premises.house()
    for n in range(205):
        house.made("/units", {"name": f"unit {n}"})
    return house


def page(house: House, query: str) -> tuple[list[str], dict[str, Any]]:
    shown = house.get(f"/units?{query}")
    return [row["name"] for row in shown["data"]], shown["meta"]["pagination"]


ALL = [f"unit {n}" for n in reversed(range(205))]


@pytest.mark.parametrize("size", [10, 20, 50, 100, 200])
def test_S9_a_page_has_10_20_50_100_or_200_records(crowded: House, size: int) -> None:
    """All five, and the pages add up to the whole."""
    pages = -(-205 // size)
    read = [page(crowded, f"per_page={size}&page={number}") for number in range(1, pages + 1)]
    assert [name for names, _ in read for name in names] == ALL
    assert [about["count"] for _, about in read] == [size] * (pages - 1) + [205 - size * (pages - 1)]
    assert {(about["per_page"], about["total_pages"], about["total"]) for _, about in read} == {(size, pages, 205)}


def test_S19_page_and_per_page_choose_the_page(crowded: House) -> None:
    """Without them it is the first hundred; `last` is the last page; behind it there is nothing."""
    assert page(crowded, "")[0] == ALL[:100]
    assert page(crowded, "page=2")[0] == ALL[100:200]
    assert page(crowded, "page=3&per_page=20")[0] == ALL[40:60]
    names, about = page(crowded, "page=last&per_page=50")
    assert (names, about["current_page"], about["has_next_page"]) == (ALL[200:], 5, False)
    for number in (4, 1000, 10**8):
        names, about = page(crowded, f"page={number}")
        assert (names, about["count"], about["total"], about["total_pages"]) == ([], 0, 205, 3)
        assert (about["current_page"], about["has_next_page"]) == (number, False)


WRONG_PAGES = ("0", "-1", "1.5", "two", "1e1", "٣", "9" * 30)
WRONG_SIZES = ("0", "-10", "1", "25", "201", "1000", "ten", "10.0", "9" * 30)


def test_S19_wrong_values_fall_back(crowded: House) -> None:
    """A page that cannot be is the first one, a size that cannot be is the usual one."""
    first = page(crowded, "")
    for text in WRONG_PAGES:
        assert page(crowded, urlencode({"page": text}))[0] == first[0], text
    for text in WRONG_SIZES:
        assert page(crowded, urlencode({"per_page": text}))[1]["per_page"] == 100, text
    for query in ("page=&per_page=", "page[]=2&per_page[x]=10", "page=2&page=&per_page=10&per_page="):
        assert page(crowded, query)[0] == first[0], query


def test_S19_wrong_values_are_refused_by_a_strict_server(crowded: House) -> None:
    """Where `strict_pages` is on; right values go on being right."""
    strict = crowded.under(strict_pages=True)
    for text in WRONG_PAGES:
        assert list(strict.refused("GET", f"/units?{urlencode({'page': text})}")) == ["page"], text
    for text in WRONG_SIZES:
        assert list(strict.refused("GET", f"/units?{urlencode({'per_page': text})}")) == ["per_page"], text
    assert page(strict, "page=last&per_page=200")[0] == ALL[200:]
    assert page(strict, "")[0] == ALL[:100]


def test_S19_the_usual_size_can_be_chosen(crowded: House) -> None:
    """By the operator, for clients that name none."""
    assert page(crowded.under(per_page=20), "")[0] == ALL[:20]


@each_list
def test_S20_every_list_ends_with_its_pagination(filled: Maker, collection: Collection) -> None:
    """These keys and no others, after the data; legal entities have none."""
    status, shown, _ = filled.house.call("GET", f"{filled.path(collection, 'list')}?per_page=10")
    assert status == 200
    if str(collection) == "legalentities":
        assert list(shown) == ["data"]
        return
    assert list(shown) == ["data", "meta"]
    assert list(shown["meta"]) == ["pagination"]
    about = shown["meta"]["pagination"]
    assert set(about) == PAGINATION
    assert {name: type(value) for name, value in about.items()} == {
        **dict.fromkeys(PAGINATION, int), "links": dict, "has_next_page": bool,
    }  # fmt: skip
    assert (about["per_page"], about["current_page"], about["count"]) == (10, 1, len(shown["data"]))
    assert about["total"] >= about["count"]
    assert about["total_pages"] == max(1, -(-about["total"] // 10))
    assert about["has_next_page"] == ("next" in about["links"]) == (about["total_pages"] > 1)


def test_S20_links_lead_to_the_pages_beside(crowded: House) -> None:
    """They keep the rest of the query, and following them shows every record once."""
    path, seen, steps = "/units?per_page=20&enable=true&name[]=", [], 0
    while path:
        shown = crowded.get(path)
        links = shown["meta"]["pagination"]["links"]
        assert ("previous" in links) == (steps > 0)
        seen += [row["name"] for row in shown["data"]]
        path, steps = links.get("next", ""), steps + 1
        assert not path or "enable=true" in path
    assert seen == ALL
    assert steps == 11
    back = crowded.get("/units?per_page=20&page=3")["meta"]["pagination"]["links"]["previous"]
    assert [row["name"] for row in crowded.get(back)["data"]] == ALL[20:40]
    assert crowded.get("/units?per_page=20&page=99")["meta"]["pagination"]["links"] == {
        "previous": "/units?per_page=20&page=11"
    }


def test_S20_an_empty_list_has_one_page_without_records(house: House) -> None:
    """So that `current_page == total_pages` ends the reading at once."""
    assert house.get("/units") == {
        "data": [],
        "meta": {
            "pagination": {
                "total": 0, "count": 0, "per_page": 100, "current_page": 1, "total_pages": 1, "links": {},
                "has_next_page": False,
            }
        },
    }  # fmt: skip


def read_all(house: House, path: str, between: Any = lambda: None) -> list[int]:
    """All ids of a list, read as the overview says; others do what they do `between` the pages."""
    ids, number = [], 1
    while True:
        shown = house.get(f"{path}?page={number}&per_page=10")
        ids += [row["id"] for row in shown["data"]]
        about = shown["meta"]["pagination"]
        if about["current_page"] == about["total_pages"]:
            return ids
        between()
        number += 1


def test_S21_reading_to_the_last_page_shows_each_object_once(crowded: House) -> None:
    """Page 1, then on until `current_page` equals `total_pages`."""
    ids = read_all(crowded, "/units")
    assert len(ids) == len(set(ids)) == 205
    assert ids == sorted(ids, reverse=True)


def test_S21_a_reader_misses_nothing_while_others_add(house: House) -> None:
    """New objects come first, so what was there when the reading began moves towards the reader, never past it."""
    made = [order(house)["id"] for _ in range(35)]
    late: list[int] = []

    def others() -> None:
        late.extend(order(house)["id"] for _ in range(3))

    ids = read_all(house, "/purchaseorders", others)
    assert set(made) <= set(ids)
    assert late
    assert set(ids) - set(made) <= set(late)
    again = [one for one in set(ids) if ids.count(one) > 1]
    assert len(again) <= len(late), "only as many are seen twice as came in between"
    assert list(dict.fromkeys(ids)) == sorted(set(ids), reverse=True), "and who skips those sees each once, in order"


# Lines and custom fields


@pytest.fixture
def coloured(house: House) -> tuple[House, dict[str, Any], dict[str, Any], dict[str, Any], dict[str, Any]]:
    """An order with two lines, whose custom fields are a drop-down, a text and a date."""
    colour = house.made("/itemcustomfields", {"name": "Colour", "options": [{"name": "red"}, {"name": "blue"}]})
    remark = house.made("/itemcustomfields", {"name": "Remark", "type": 1})
    ready = house.made("/itemcustomfields", {"name": "Ready", "type": 2})
    blue = colour["options"]["data"][1]["id"]
    values = [
        {"value": blue, "itemCustomField": {"id": colour["id"]}},
        {"value": "matt, please", "itemCustomField": {"id": remark["id"]}},
        {"value": "2026-02-01", "itemCustomField": {"id": ready["id"]}},
    ]
    made = order(house, items=[{**BOLT, "dataItemCustomFields": values}, {"name": "Nut", "quantity": 2, "price": 0.5}])
    return house, made, colour, remark, ready


def test_S22_lines_stand_in_items_and_their_custom_values_with_them(coloured: Any) -> None:
    """Each value names the field by its id, and is the chosen option's id, the text or the day, always as a text."""
    house, made, colour, remark, ready = coloured
    shown = house.get(f"/purchaseorders/{made['idn']}")
    lines = shown["items"]["data"]
    assert [line["name"] for line in lines] == ["Bolt", "Nut"]
    assert lines[1]["dataItemCustomFields"] == {"data": []}
    values = lines[0]["dataItemCustomFields"]["data"]
    assert all(set(value) == {"id", "value", "itemCustomField"} and type(value["id"]) is int for value in values)
    assert [(value["itemCustomField"], value["value"]) for value in values] == [
        ({"id": colour["id"]}, str(colour["options"]["data"][1]["id"])),
        ({"id": remark["id"]}, "matt, please"),
        ({"id": ready["id"]}, "2026-02-01"),
    ]
    assert Decimal(str(shown["sum"])) == 101


def test_S23_a_field_describes_itself_and_its_options(coloured: Any) -> None:
    """Who reads a value looks it up: the field by its id, and in a drop-down the option whose id the value is."""
    house, made, colour, remark, _ = coloured
    value = made["items"]["data"][0]["dataItemCustomFields"]["data"][0]
    field = house.get(f"/itemcustomfields/{value['itemCustomField']['id']}")
    assert (field["name"], field["typeString"]) == ("Colour", "dropdown")
    options = {str(option["id"]): option["name"] for option in field["options"]["data"]}
    assert options[value["value"]] == "blue"
    listed = house.get(f"/itemcustomfields/{colour['id']}/options")["data"]
    assert {str(option["id"]): option["name"] for option in listed} == options
    plain = house.get(f"/itemcustomfields/{remark['id']}")
    assert (plain["typeString"], plain["options"]) == ("text", {"data": []})


def test_S24_suppliers_orders_and_item_custom_fields_are_there(filled: Maker) -> None:
    """The three resources that the overview names, as the hosted API has them: a list, and each object in it."""
    strict = filled.house.under(profile="strict")
    for path, key in (("/suppliers", "id"), ("/purchaseorders", "idn"), ("/itemcustomfields", "id")):
        rows = strict.get(f"{path}?page=1&per_page=100")["data"]
        assert len(rows) >= 3
        for row in rows:
            assert strict.get(f"{path}/{row[key]}")["id"] == row["id"]
