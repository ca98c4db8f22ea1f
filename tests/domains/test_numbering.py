"""Numbers of the company's own for its documents."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from emptor.domains import numbering
from tests.support.buying import Buying
from tests.support.house import House, Premises, StoppedClock


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def numbered(shop: Buying, template: str, document_type: str = "purchaseorders", **more: Any) -> dict[str, Any]:
    """A format in use."""
    return shop.house.made("/-/numberformats", {"documentType": document_type, "template": template, **more})


def test_without_a_format_documents_have_their_idn_alone(shop: Buying) -> None:
    assert shop.order()["customName"] is None


def test_numbers_follow_each_other(shop: Buying) -> None:
    numbered(shop, "PO-{number:05}")
    assert [shop.order()["customName"] for _ in range(3)] == ["PO-00001", "PO-00002", "PO-00003"]


def test_they_begin_where_the_company_says(shop: Buying) -> None:
    made = numbered(shop, "{number}", nextNumber=4711)
    assert shop.order()["customName"] == "4711"
    assert shop.house.get(f"/-/numberformats/{made['id']}")["nextNumber"] == 4712


def test_what_a_number_can_hold(premises: Premises) -> None:
    clock = StoppedClock("2026-03-07T10:00:00+00:00")
    shop = Buying(premises.house(clock=clock))
    place = shop.house.made("/locations", {"name": "Berlin", "uniqueCode": "BER"})
    entity = shop.house.made("/legalentities", {"name": "Acme Ltd", "externalId": "L7"})
    supplier = shop.house.made("/suppliers", {"name": "Bolts", "uniqueCode": "S9"})
    field = shop.house.made("/documentcustomfields", {"name": "Team", "options": [{"name": "red", "code": "R"}]})
    custom = [{"value": field["options"]["data"][0]["id"], "documentCustomField": field["id"]}]
    body = {
        "location": place["id"], "supplier": supplier["id"], "legalEntity": entity["id"],
        "dataDocumentCustomFields": custom,
    }  # fmt: skip
    for template, said in {
        "{year}/{shortYear}-{month}.{day} #{number:3}": "2026/26-03.07 #001",
        "{location}|{location.code}|{location.name}|{number:1}": "BER|BER|Berlin|1",
        "{legalEntity}|{legalEntity.name}|{number:1}": "L7|Acme Ltd|1",
        "{supplier}|{supplier.name}|{number:1}": "S9|Bolts|1",
        f"{{field:{field['id']}}}|{{field:{field['id']}.name}}|{{number:1}}": "R|red|1",
        "{{PO}}{number}": "{PO}1",
    }.items():
        numbered(shop, template)
        assert shop.order(**body)["customName"] == said


def test_what_has_no_code_goes_by_its_name_and_what_is_not_there_by_nothing(shop: Buying) -> None:
    numbered(shop, "{location}-{legalEntity}-{number}")
    assert shop.order()["customName"] == "Hamburg--1"


def test_long_names_are_cut(shop: Buying) -> None:
    numbered(shop, "{location}-{number}")
    place = shop.house.made("/locations", {"name": "x" * 200})
    assert shop.order(location=place["id"])["customName"] == "x" * numbering.LONGEST_PART + "-1"


@pytest.mark.parametrize(
    ("template", "sentence"),
    [
        ("PO-{number", "The running number belongs in it, once: {number}, or {number:05} for five digits."),
        ("PO", "The running number belongs in it, once: {number}, or {number:05} for five digits."),
        ("{number}{", "Every { needs its }, with the name of a place between them."),
        ("{number}{number}", "The running number belongs in it, once: {number}, or {number:05} for five digits."),
        ("{number}{}", "There is no place {}; possible are "),
        ("{number}{moon}", "There is no place {moon}; possible are "),
        ("{number:123}-{number}", "There is no place {number:123}; possible are "),
        ("{number}{year:5}", "There is no place {year:5}; possible are "),
        ("{number}{location.id}", "There is no place {location.id}; possible are "),
        ("{number}{field:x}", "There is no place {field:x}; possible are "),
        ("{number!r}-{number}", "There is no place {number:!r}; possible are "),
        ("{number}" + "{year}" * 6, "At most 6 places go into a number."),
        ("{number}{field:9}", "There is no drop-down document custom field with id 9 here."),
    ],
)
def test_a_wrong_template_is_refused_with_a_hint(shop: Buying, template: str, sentence: str) -> None:
    body = {"documentType": "purchaseorders", "template": template}
    refused = shop.house.refused("POST", "/-/numberformats", body)
    assert refused["template"].startswith(sentence)


def test_places_that_a_kind_of_document_lacks_are_refused(shop: Buying) -> None:
    body = {"documentType": "purchaserequisitions", "template": "{supplier}-{number}"}
    assert shop.house.refused("POST", "/-/numberformats", body) == {
        "template": "A requisition has no supplier; leave {supplier} out."
    }
    assert shop.house.refused("POST", "/-/numberformats", {**body, "documentType": "poems"}).keys() == {"documentType"}


def test_who_names_a_document_keeps_the_name_and_takes_no_number(shop: Buying) -> None:
    numbered(shop, "{number}")
    assert shop.order(customName="Mine")["customName"] == "Mine"
    assert shop.order()["customName"] == "1"


def test_a_number_stays_whatever_changes(shop: Buying) -> None:
    made = numbered(shop, "{location}-{number}")
    order = shop.order()
    place = shop.house.made("/locations", {"name": "Berlin"})
    assert shop.ann.changes(order, location=place["id"])["customName"] == "Hamburg-1"
    shop.house.changed("PUT", f"/-/numberformats/{made['id']}", {"template": "X{number}"})
    assert shop.ann.sees(order)["customName"] == "Hamburg-1"
    assert shop.order()["customName"] == "X2"
    shop.house.changed("PUT", f"/-/numberformats/{made['id']}", {"enable": False})
    assert shop.order()["customName"] is None


def test_a_new_format_takes_the_place_of_the_old_one(shop: Buying) -> None:
    first = numbered(shop, "A{number}")
    second = numbered(shop, "B{number}")
    assert shop.order()["customName"] == "B1"
    assert shop.house.get(f"/-/numberformats/{first['id']}")["enable"] is False
    shop.house.changed("PUT", f"/-/numberformats/{first['id']}", {"enable": True})
    assert shop.house.get(f"/-/numberformats/{second['id']}")["enable"] is False
    assert shop.order()["customName"] == "A1"


def test_every_kind_counts_for_itself(shop: Buying) -> None:
    for kind in ("purchaseorders", "receipts", "invoices", "purchaserequisitions"):
        numbered(shop, f"{kind[0].upper()}{{number}}", kind)
    requisition = {"location": shop.location["id"], "requiredDate": "2030-01-01", "items": shop.lines()}
    order = shop.approved_order()
    made = (order, shop.receipt(order), shop.invoice(), shop.ann.made("purchaserequisitions", requisition))
    assert [one["customName"] for one in made] == ["P1", "R1", "I1", "P1"]


def test_counting_begins_anew_each_year_where_that_is_wanted(premises: Premises) -> None:
    clock = StoppedClock("2026-12-31T23:59:00+00:00")
    shop = Buying(premises.house(clock=clock))
    numbered(shop, "{year}-{number}", restartYearly=True, nextNumber=7)
    assert [shop.order()["customName"] for _ in range(2)] == ["2026-7", "2026-8"]
    clock.forward(minutes=2)
    assert [shop.order()["customName"] for _ in range(2)] == ["2027-1", "2027-2"]


def test_a_refused_document_takes_no_number(shop: Buying) -> None:
    numbered(shop, "{number}")
    body = {"supplier": shop.supplier["id"], "location": 10**9, "items": shop.lines()}
    assert shop.house.call("POST", "/purchaseorders", body).status == 400
    assert shop.order()["customName"] == "1"


def test_threads_leave_no_gap_and_no_double(shop: Buying) -> None:
    numbered(shop, "{number}")
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], "items": shop.lines()}
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: shop.house.made("/purchaseorders", body)["customName"], range(48)))
    assert sorted(map(int, made)) == list(range(1, 49))


def test_only_who_configures_changes_formats(shop: Buying) -> None:
    bob = shop.person("purchase_order.create")
    body = {"documentType": "purchaseorders", "template": "{number}"}
    assert bob.house.call("POST", "/-/numberformats", body).status == 403
    assert bob.house.call("GET", "/-/numberformats").status == 200
