"""Many at once: numbers without gaps, no lost write, no lock that gives up, and no change that a poller misses."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from emptor.domains import writing
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.store import query
from emptor.store.query import Condition
from tests.support.house import House, Premises, Reply, StoppedClock
from tests.support.making import Furnished
from tests.support.tables import differences, dump

THREADS = 16
SOON_SECONDS = 10.0
"""How long anything here may take before the test gives it up."""
BLOCKED_SECONDS = 0.3
"""How long somebody who has to wait is watched waiting."""


def together(*jobs: Callable[[], Any]) -> list[Any]:
    """What the jobs give, all begun at the same moment in threads of their own."""
    start = threading.Barrier(len(jobs))

    def begin(job: Callable[[], Any]) -> Any:
        start.wait(SOON_SECONDS)
        return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return [one.result(60) for one in [pool.submit(begin, job) for job in jobs]]


def order_of(house: House) -> dict[str, Any]:
    supplier = house.made("/suppliers", {"name": "Bolts"})["id"]
    location = house.made("/locations", {"name": "Main"})["id"]
    return {"supplier": supplier, "location": location, "items": [{"name": "bolt", "price": "1.50", "quantity": 2}]}


def approved_invoice(house: House, price: str) -> dict[str, Any]:
    body = {"supplier": house.made("/suppliers", {"name": "Bolts"})["id"], "items": [{"name": "bolt", "price": price}]}
    return house.changed("POST", f"/invoices/{house.made('/invoices', body)['idn']}/confirm")


# Numbers


def test_documents_made_at_once_are_numbered_without_a_gap(house: House) -> None:
    """Refused ones and one that breaks in between take no number with them."""
    order, each = order_of(house), 6

    def make() -> list[str]:
        made = []
        for _ in range(each):
            made.append(house.made("/purchaseorders", order)["idn"])
            assert house.refused("POST", "/purchaseorders", {**order, "supplier": 999_999_999})
            assert house.refused("POST", "/purchaseorders", {**order, "items": [{"name": "x" * 400}]})
        return made

    idns = [idn for made in together(*[make] * THREADS) for idn in made]
    assert sorted(map(int, idns)) == list(range(1, THREADS * each + 1))
    listed = house.get("/purchaseorders?per_page=200")
    assert listed["meta"]["pagination"]["total"] == THREADS * each
    assert {one["idn"] for one in listed["data"]} == set(idns)
    assert {one["sum"] for one in listed["data"]} == {3}
    assert len({one["id"] for one in listed["data"]}) == THREADS * each


def test_a_number_is_free_again_when_the_change_breaks(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    order = order_of(house)
    assert house.made("/purchaseorders", order)["idn"] == "1"
    with monkeypatch.context() as patch:
        patch.setattr(writing, "store_inner", lambda *args, **how: 1 / 0)
        assert house.call("POST", "/purchaseorders", order).status == 500
    assert house.made("/purchaseorders", order)["idn"] == "2"


def test_ids_are_unique_over_companies_and_kinds(premises: Premises) -> None:
    houses = [premises.house() for _ in range(4)]

    def make(house: House) -> list[int]:
        ids = []
        for n in range(5):
            ids += [house.made(path, {"name": f"{n}"})["id"] for path in ("/suppliers", "/units", "/locations")]
        return ids

    ids = [one for made in together(*[lambda house=house: make(house) for house in houses] * 3) for one in made]
    assert len(ids) == len(set(ids)) == 4 * 3 * 15


# Races


def statuses(replies: list[Reply]) -> Counter[int]:
    return Counter(reply.status for reply in replies)


def test_what_is_left_of_an_invoice_is_paid_once(house: House) -> None:
    invoice = approved_invoice(house, "100")
    paying = {"invoice": invoice["id"], "sumPaid": "70", "payDate": "2026-01-31"}
    house.made("/payments", {**paying, "sumPaid": "30"})
    replies = together(*[lambda: house.call("POST", "/payments", paying)] * THREADS)
    assert statuses(replies) == {201: 1, 400: THREADS - 1}
    told = {reply.json["errors"]["errors"]["sumPaid"] for reply in replies if reply.status == 400}
    assert told == {"The Invoice is already fully paid."}
    paid = house.get(f"/invoices/{invoice['idn']}")
    assert (paid["sumPaid"], paid["status"], len(paid["payments"]["data"])) == ("100.00", 5, 2)
    assert house.get("/payments")["meta"]["pagination"]["total"] == 2


def test_paid_in_parts_at_once_an_invoice_is_never_overpaid(house: House) -> None:
    invoice = approved_invoice(house, "100")
    paying = {"invoice": invoice["id"], "sumPaid": "15", "payDate": "2026-01-31"}
    replies = together(*[lambda: house.call("POST", "/payments", paying)] * THREADS)
    assert statuses(replies) == {201: 6, 400: THREADS - 6}
    paid = house.get(f"/invoices/{invoice['idn']}")
    assert (paid["sumPaid"], paid["status"]) == ("90.00", 4)
    assert sorted(one["idn"] for one in paid["payments"]["data"]) == ["1", "2", "3", "4", "5", "6"]


def test_a_payment_is_canceled_once(house: House) -> None:
    invoice = approved_invoice(house, "10")
    idn = house.made("/payments", {"invoice": invoice["id"], "sumPaid": 10, "payDate": "2026-01-31"})["idn"]
    replies = together(*[lambda: house.call("POST", f"/payments/{idn}/cancel")] * 8)
    assert statuses(replies) == {200: 1, 400: 7}
    assert house.get(f"/invoices/{invoice['idn']}")["sumPaid"] == "0.00"


def test_a_draft_is_confirmed_once_and_not_edited_afterwards(house: House) -> None:
    order = order_of(house)
    idn = house.made("/purchaseorders", order)["idn"]
    confirm = [lambda: ("confirm", house.call("POST", f"/purchaseorders/{idn}/confirm"))] * 8
    path = f"/purchaseorders/{idn}"
    edit = [lambda n=n: ("edit", house.call("PUT", path, {"deliverToName": f"{n}"})) for n in range(8)]
    done = together(*confirm, *edit)
    assert statuses([reply for what, reply in done if what == "confirm"]) == {200: 1, 400: 7}
    shown = house.get(f"/purchaseorders/{idn}")
    edited = {reply.json["deliverToName"] for what, reply in done if what == "edit" and reply.status == 200}
    assert shown["status"] == 2
    assert shown["deliverToName"] in edited | {None}
    assert all(reply.json["status"] == 0 for what, reply in done if what == "edit" and reply.status == 200)


def test_a_code_is_taken_once(house: House) -> None:
    replies = together(*[lambda: house.call("POST", "/suppliers", {"name": "Bolts", "uniqueCode": "B"})] * THREADS)
    assert statuses(replies) == {201: 1, 400: THREADS - 1}


def test_edits_of_different_fields_are_all_kept(house: House) -> None:
    supplier = house.made("/suppliers", {"name": "Bolts"})["id"]
    fields = ["city", "country", "state", "phone", "note", "postalCode", "bankName", "conditions"]
    change = [lambda name=name: house.changed("PUT", f"/suppliers/{supplier}", {name: name}) for name in fields]
    link = [lambda: house.changed("PATCH", f"/suppliers/{supplier}", {"externalId": "X"})] * 8
    together(*change, *link)
    shown = house.get(f"/suppliers/{supplier}")
    assert [shown[name] for name in (*fields, "externalId")] == [*fields, "X"]


# An external id changes nothing else


def test_an_external_id_changes_nothing_else(premises: Premises) -> None:
    company = Furnished(premises.house(clock=(clock := StoppedClock())), "Ext").furnish(of_each=2)
    tried = 0
    for endpoint in company.endpoints():
        if endpoint.operation.kind != "patch" or endpoint.resource.name in SHOWN_IN_ANOTHER:
            continue
        clock.forward(minutes=1)
        before = dump(company.house)
        shown = company.house.changed("PATCH", company.path(endpoint), {"externalId": "another"})
        assert shown["externalId"] == "another"
        changed = differences(before, dump(company.house))
        assert set(changed) == {"audit_entries", "company_clocks", endpoint.resource.table}
        went, came = (changed[endpoint.resource.table][what] for what in ("went", "came"))
        assert len(went) == len(came) == 1
        assert [new for old, new in zip(went[0], came[0], strict=True) if old != new] == ["another"]
        if "updateDate" in shown:
            later = company.house.get(f"/{endpoint.resource.name}?modifiedSince={clock().isoformat()[:19]}")["data"]
            assert later == []
        tried += 1
    assert tried >= 9


SHOWN_IN_ANOTHER = {"customfieldoptions"}
"""A field shows its options, and whoever asks for fields changed since has to see new ones."""


# Nobody gives up on a lock


def test_writers_and_readers_of_two_services_never_meet_a_locked_database(database_url: str) -> None:
    """Two services on one database wait for each other as two processes would."""
    premises = Premises(database_url)
    one = premises.house()
    other = one.under(profile="strict")
    order, each, done = order_of(one), 4, threading.Event()

    def write(house: House) -> Callable[[], list[int]]:
        return lambda: [house.call("PATCH", "/purchaseorders/1", {"externalId": f"{n}"}).status for n in range(each)]

    def make() -> list[int]:
        return [one.call("POST", "/purchaseorders", order).status for _ in range(each)]

    def read() -> list[int]:
        found = []
        while not done.is_set():
            found += [house.call("GET", "/purchaseorders?modifiedSince=2020-01-01").status for house in (one, other)]
        return found

    one.made("/purchaseorders", order)
    with ThreadPoolExecutor(4) as readers:
        reading = [readers.submit(read) for _ in range(4)]
        written = together(*[make] * 6, *[write(one)] * 5, *[write(other)] * 5)
        done.set()
        asked = [status for one_ in reading for status in one_.result(60)]
    assert Counter(status for found in written for status in found) == {201: 6 * each, 200: 10 * each}
    assert asked
    assert set(asked) == {200}
    assert one.get("/purchaseorders")["meta"]["pagination"]["total"] == 6 * each + 1
    premises.close()


WORKER = """
import json, sys
from emptor import server
from emptor.http.messages import Request
from emptor.settings import read

url, token, email, body, times = sys.argv[1:]
service = server.service(read({}, database_url=url, limits=False))
headers = {"x-auth-token": token, "email": email, "content-type": "application/json"}
print("ready", flush=True)
sys.stdin.readline()
made = []
for _ in range(int(times)):
    for method, path, sent in (("POST", "/purchaseorders", body.encode()), ("GET", "/purchaseorders", b"")):
        answer = service.answer(Request(method, path, b"", headers, sent, "127.0.0.1", "test"))
        made.append((answer.status, json.loads(answer.body).get("idn")))
print(json.dumps(made))
"""


def test_processes_share_a_database(database_url: str) -> None:
    premises = Premises(database_url)
    house = premises.house()
    order, each, processes = order_of(house), 12, 2
    command = [sys.executable, "-c", WORKER, database_url, house.token, house.email, json.dumps(order), str(each)]
    path = {"PYTHONPATH": ":".join(sys.path)}
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=path, cwd=Path.cwd())
        for _ in range(processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "ready\n"
    answers = [answer for said in go(workers) for answer in json.loads(said)]
    assert {status for status, _ in answers} == {200, 201}
    idns = [int(idn) for status, idn in answers if status == 201]
    assert sorted(idns) == list(range(1, processes * each + 1))
    assert house.get("/purchaseorders")["meta"]["pagination"]["total"] == processes * each
    premises.close()


def go(workers: list[subprocess.Popen[str]]) -> list[str]:
    """Let all of them begin at once; what they say at the end."""
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    return [worker.communicate(timeout=60)[0] for worker in workers]


# A change that commits late


@pytest.fixture
def shop(premises: Premises) -> House:
    """A company whose time stands still until told."""
    return premises.house(clock=StoppedClock())


@contextmanager
def changing(house: House, name: str) -> Iterator[dict[str, Any]]:
    """Somebody creates a supplier: stamped and written at the beginning of the block, committed at its end."""
    with house.service.database.write(house.company_id, actor=principal(house)) as tx:
        yield {"id": writing.create(tx, SUPPLIERS, {"name": name, "currencies": ["EUR"]}), "stamp": tx.stamp}


def principal(house: House) -> Any:
    caller = house.service.authenticator.caller(house.token, house.email)
    assert caller is not None
    return caller.principal


def since(house: House, moment: str) -> list[str]:
    """Names of the suppliers changed since, as a poller is told."""
    return [one["name"] for one in house.get(f"/suppliers?modifiedSince={moment[:19]}")["data"]]


def unsettled(house: House, moment: str) -> list[str]:
    """The same, read without waiting for changes under way."""
    with house.service.database.read(house.company_id) as tx:
        shape = house.service.registry.shape(SUPPLIERS, listed=True)
        page = query.page_of(
            tx, shape, SUPPLIERS, [Condition("since", "update_date", moment)], query.EVERYTHING, number=1, size=10,
            counts=lambda key, count: count(),
        )  # fmt: skip
    return [one["name"] for one in page.objects]


def test_a_poller_waits_for_a_change_that_is_stamped_already(shop: House) -> None:
    begun = shop.clock().isoformat()
    with ThreadPoolExecutor(1) as pool:
        with changing(shop, "late") as made:
            asked_at = shop.clock.forward(seconds=5)
            polling = pool.submit(since, shop, begun)
            time.sleep(BLOCKED_SECONDS)
            assert not polling.done(), "the poller must not be told less than there will be"
        assert polling.result(SOON_SECONDS) == ["late"]
    assert made["stamp"] == begun
    assert since(shop, asked_at) == [], "the change is older than that, so this was the last chance"


def test_without_waiting_the_change_would_be_missed_for_good(shop: House) -> None:
    """What the waiting is for. Should this ever fail, the mechanism is not needed any more."""
    begun = shop.clock().isoformat()
    with changing(shop, "late"):
        asked_at = shop.clock.forward(seconds=5)
        assert unsettled(shop, begun) == [], "not committed yet"
    assert since(shop, asked_at) == [], "and stamped before the poller asked"
    assert unsettled(shop, begun) == ["late"]


def test_a_change_that_begins_after_the_question_is_stamped_after_it(shop: House) -> None:
    assert since(shop, shop.clock().isoformat()) == []
    asked_at = shop.clock.forward(seconds=1)
    with changing(shop, "next") as made:
        pass
    assert made["stamp"] >= asked_at
    assert since(shop, asked_at) == ["next"]


def test_a_change_that_has_to_wait_is_stamped_when_its_turn_comes(shop: House) -> None:
    """Stamped when it was asked for, it would be older than what a poller has seen already."""
    with ThreadPoolExecutor(1) as pool:
        with changing(shop, "first"):
            waiting = pool.submit(shop.made, "/suppliers", {"name": "second"})
            time.sleep(BLOCKED_SECONDS)
            assert not waiting.done()
            asked_at = shop.clock.forward(minutes=1)
        assert waiting.result(SOON_SECONDS)["updateDate"] == asked_at


def test_stamps_never_go_back_even_when_the_clock_does(shop: House) -> None:
    """A poller that goes by the latest updateDate it has seen would miss what is stamped before that."""
    shop.made("/suppliers", {"name": "first"})
    latest = shop.get("/suppliers")["data"][0]["updateDate"]
    shop.clock.forward(hours=-1)
    shop.made("/suppliers", {"name": "second"})
    assert since(shop, latest) == ["second", "first"]


def test_only_pollers_wait(shop: House) -> None:
    shop.made("/suppliers", {"name": "there"})
    with changing(shop, "late"):
        began = time.monotonic()
        assert [one["name"] for one in shop.get("/suppliers")["data"]] == ["there"]
        assert shop.call("GET", "/suppliers?createDate[left_date]=2000-01-01").status == 200
        assert shop.call("GET", f"/suppliers/{shop.get('/suppliers')['data'][0]['id']}").status == 200
        assert time.monotonic() - began < SOON_SECONDS


def test_an_undone_change_lets_the_poller_go_on(shop: House) -> None:
    begun = shop.clock().isoformat()
    with ThreadPoolExecutor(1) as pool:
        with suppress(ZeroDivisionError), changing(shop, "never"):
            polling = pool.submit(since, shop, begun)
            1 / 0  # noqa: B018
        assert polling.result(SOON_SECONDS) == []


def test_a_poller_among_many_writers_misses_nothing(house: House) -> None:
    """It asks for what changed since the latest change it has seen, over and over, as mirrors do."""
    each, writers, done = 8, 6, threading.Event()
    seen: set[int] = set()

    def make() -> list[int]:
        return [house.made("/suppliers", {"name": "Bolts"})["id"] for _ in range(each)]

    def poll() -> None:
        cursor, last = "2000-01-01T00:00:00", False
        while not last:
            last = done.is_set()
            for one in house.get(f"/suppliers?per_page=200&modifiedSince={cursor}")["data"]:
                seen.add(one["id"])
                cursor = max(cursor, one["updateDate"][:19])

    with ThreadPoolExecutor(1) as pool:
        polling = pool.submit(poll)
        made = {one for ids in together(*[make] * writers) for one in ids}
        done.set()
        polling.result(60)
    assert seen == made
