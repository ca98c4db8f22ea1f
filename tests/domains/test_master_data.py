"""Master data: the operations of each profile, and the rules of suppliers, items, contracts, warehouses and terms."""

from __future__ import annotations

import pytest

from emptor.domains import discover
from emptor.domains.suppliers.approval import currencies_of
from tests.support.house import StoppedClock

CRUD = {"GET /{}", "GET /{}/{id}", "POST /{}", "PUT /{}/{id}"}

HOSTED = {
    "suppliers": {
        *CRUD, "PATCH /{}/{id}", "PATCH /{}/{id}/customfields", "POST /{}/{id}/approve", "POST /{}/{id}/reject",
    },
    "items": {*CRUD, "PATCH /{}/{id}"},
    "contracts": {"GET /{}", "GET /{}/{id}", "POST /contract"},
    "warehouses": {"GET /{}", "GET /{}/{id}"},
    "paymentterms": {"GET /{}", "POST /{}", "PUT /{}/{id}", "PATCH /{}/{id}"},
    "taxes": {"GET /{}", "POST /{}", "PUT /{}/{id}", "PATCH /{}/{id}"},
    "locations": {"GET /{}", "POST /{}", "PUT /{}/{id}", "PATCH /{}/{id}"},
    "legalentities": {"GET /{}", "PATCH /{}/{id}"},
    "users": {"GET /{}"},
    "units": {"GET /{}"},
    "categories": set(),
    "attachments": {"GET /{}/{id}", "POST /{}/{objectId}/{objectType}"},
    **{f"{family}customfields": {"GET /{}", "GET /{}/{id}"} for family in ("document", "item", "supplier")},
    "customfieldoptions": {
        f"{method} /{family}customfields/{path}"
        for family in ("document", "item", "supplier")
        for method, path in (
            ("GET", "{fieldId}/options"), ("POST", "{fieldId}/options"), ("PUT", "{fieldId}/options/{id}"),
            ("PATCH", "{fieldId}/options/{id}"), ("PATCH", "options/depend_add"), ("PATCH", "options/depend_remove"),
        )
    },
}  # fmt: skip
"""Operations of the hosted API."""

OWN = {
    "suppliers": {"POST /{}/{id}/confirm_bank"},
    "contracts": {"PUT /{}/{id}"},
    "warehouses": {"POST /{}", "PUT /{}/{id}"},
    "paymentterms": {"GET /{}/{id}"},
    "taxes": {"GET /{}/{id}"},
    "locations": {"GET /{}/{id}"},
    "legalentities": CRUD - {"GET /{}"},
    "users": CRUD - {"GET /{}"},
    "units": CRUD - {"GET /{}"},
    "categories": CRUD,
    **{f"{family}customfields": {"POST /{}", "PUT /{}/{id}"} for family in ("document", "item", "supplier")},
    "customfieldoptions": {
        f"GET /{f}customfields/{{fieldId}}/options/{{id}}" for f in ("document", "item", "supplier")
    },
}
"""Operations that only the extended profile has."""


@pytest.mark.parametrize("name", HOSTED)
def test_each_profile_has_its_operations(name):
    resource = next(one for one in discover() if one.name == name)

    def declared(hosted):
        return {f"{one.method} {one.path}" for one in resource.operations if one.hosted is hosted}

    assert declared(True) == {path.replace("{}", name) for path in HOSTED[name]}
    assert declared(False) == {path.replace("{}", name) for path in OWN.get(name, set())}


def test_strict_answers_as_if_the_rest_did_not_exist(house):
    strict = house.under(profile="strict")
    made = house.made("/categories", {"name": "Steel"})
    assert strict.call("GET", "/categories").status == 404
    assert strict.call("GET", f"/categories/{made['id']}").status == 404
    assert strict.call("POST", "/users", {"email": "x@acme.test"}).status == 405
    unit = house.made("/units", {"name": "piece"})
    assert strict.call("GET", f"/units/{unit['id']}").status == 404
    assert strict.get("/units")["data"] == [unit]


# Suppliers


def test_a_suppliers_default_currency_is_one_of_its_currencies(house):
    made = house.made("/suppliers", form={"name": "S", "currencies[]": ["USD", "GBP"]})
    assert (made["currency"], made["currencies"]) == ("USD", ["USD", "GBP"])
    path = f"/suppliers/{made['id']}"
    shown = house.changed("PUT", path, form={"currencies[]": ["GBP", "PLN"]})
    assert (shown["currency"], shown["currencies"]) == ("GBP", ["GBP", "PLN"])
    shown = house.changed("PUT", path, form={"phone": "1"})
    assert (shown["currency"], shown["currencies"]) == ("GBP", ["GBP", "PLN"])


@pytest.mark.parametrize(
    ("sent", "before", "after"),
    [
        ({}, {}, ("EUR", ["EUR"])),
        ({"currency": "USD"}, {}, ("USD", ["USD"])),
        ({"currencies": ["USD", "EUR"]}, {}, ("USD", ["USD", "EUR"])),
        ({"currency": "PLN", "currencies": ["USD"]}, {}, ("PLN", ["PLN", "USD"])),
        ({}, {"currency": "USD", "currencies": ["EUR", "USD"]}, ("USD", ["EUR", "USD"])),
        ({"currency": None}, {"currency": "USD", "currencies": ["EUR", "USD"]}, ("USD", ["EUR", "USD"])),
        ({"currencies": []}, {"currency": "USD", "currencies": ["USD"]}, ("USD", ["USD"])),
        ({"currencies": ["EUR"]}, {"currency": "USD", "currencies": ["USD"]}, ("EUR", ["EUR"])),
        ({"currency": "GBP"}, {"currency": "USD", "currencies": ["USD"]}, ("GBP", ["GBP", "USD"])),
    ],
)
def test_currencies_follow_a_default(sent, before, after):
    found = currencies_of(sent, before, "EUR")
    assert (found["currency"], found["currencies"]) == after


def test_contacts_are_named_by_their_ids(house):
    other = house.made("/suppliers", {"name": "Other", "contacts": [{"name": "Eve"}]})
    made = house.made("/suppliers", {"name": "S", "contacts": [{"name": "Bob", "phone": "1"}, {"name": "Joe"}]})
    bob, joe = made["contacts"]["data"]
    path = f"/suppliers/{made['id']}"
    sent = {"contacts": [{"id": bob["id"], "phone": "2"}, {"name": "Sue"}]}
    kept, new = house.changed("PUT", path, sent)["contacts"]["data"]
    assert kept == {**bob, "phone": "2"}
    assert new["name"] == "Sue"
    assert new["id"] not in (bob["id"], joe["id"])
    for wrong in (other["contacts"]["data"][0]["id"], joe["id"], 10**9):
        assert list(house.refused("PUT", path, {"contacts": [{"id": wrong, "name": "x"}]})) == ["contacts[0][id]"]
        assert list(house.refused("POST", "/suppliers", {"name": "T", "contacts": [{"id": wrong}]})) == [
            "contacts[0][id]"
        ]
    twice = [{"id": bob["id"]}, {"id": bob["id"]}]
    assert list(house.refused("PUT", path, {"contacts": twice})) == ["contacts[1][id]"]
    assert house.get(f"/suppliers/{other['id']}") == other


def test_lines_of_a_new_document_have_no_ids_yet(house):
    ids = {path: house.made(path, {"name": "x"})["id"] for path in ("/suppliers", "/locations")}
    body = {"supplier": ids["/suppliers"], "location": ids["/locations"], "items": [{"name": "B", "price": 1}]}
    line = house.made("/purchaseorders", body)["items"]["data"][0]
    stolen = {**body, "items": [{"id": line["id"], "name": "B", "price": 1}]}
    assert list(house.refused("POST", "/purchaseorders", stolen)) == ["items[0][id]"]


def test_an_id_that_is_none_is_said_to_be_none(house):
    account = house.made("/itemcustomfields", {"name": "Account", "type": 1})
    value = [{"value": "4400", "itemCustomField": account["id"]}]
    wrong = {"id": "first", "name": "B", "price": 1, "dataItemCustomFields": value}
    problems = house.refused("POST", "/purchaseorders", {"items": [wrong]})
    assert problems["items[0][id]"] == "Send a whole number, 0 or more."


def test_a_supplier_serves_all_legal_entities_until_some_are_named(house):
    entity = house.made("/legalentities", {"name": "North"})
    made = house.made("/suppliers", {"name": "S"})
    assert (made["isAllAccessLegalEntity"], made["supplierLegalEntities"]) == (True, {"data": []})
    shown = house.changed("PUT", f"/suppliers/{made['id']}", form={"supplierLegalEntityIds[]": entity["id"]})
    named = {"id": entity["id"], "name": "North", "fullName": None}
    assert (shown["isAllAccessLegalEntity"], shown["supplierLegalEntities"]) == (False, {"data": [named]})


def test_suppliers_wait_where_the_company_approves_them(house):
    house.choose(supplierApproval=True)
    made = house.made("/suppliers", {"name": "S"})
    assert (made["status"], made["approvalDate"]) == (1, None)
    clerk = house.person("supplier.create")
    assert clerk.call("POST", f"/suppliers/{made['id']}/approve").status == 403
    approved = house.person("supplier.approve").changed("POST", f"/suppliers/{made['id']}/approve")
    assert approved["status"] == 2
    assert house.call("POST", f"/suppliers/{made['id']}/reject", form={"comment": "late"}).status == 400


CARD = {
    "name": "Bolts", "bankName": "First", "accountNumber": "1", "taxPayer": True, "taxPayerType": 1,
    "taxPayerNumber": "DE1",
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Bolts Ltd"}, {"accountNumber": "2"}, {"bankName": None}, {"internationalBankAccountNumber": "DE00"},
        {"taxPayer": False}, {"taxPayerNumber": "DE2"}, {"taxPayerType": 2},
    ],
    ids=str,
)  # fmt: skip
def test_a_supplier_that_becomes_another_waits_again(house, change):
    """Whoever could change a bank account unseen could divert payments."""
    house.choose(supplierApproval=True)
    path = f"/suppliers/{house.made('/suppliers', CARD)['id']}"
    house.changed("POST", f"{path}/approve")
    for same in ({"note": "reliable", "phone": "1", "city": "Essen"}, CARD, {"externalId": "7"}):
        assert house.changed("PUT", path, same)["status"] == 2, same
    shown = house.person("supplier.create").changed("PUT", path, change)
    assert (shown["status"], shown["approvalDate"], shown["isEnabledApproval"]) == (1, None, True)
    assert house.changed("POST", f"{path}/approve")["status"] == 2
    house.choose(supplierApproval=None)
    assert house.changed("PUT", path, {"name": "Bolts and Nuts"})["status"] == 2


def test_a_rejected_supplier_stays_rejected(house):
    house.choose(supplierApproval=True)
    path = f"/suppliers/{house.made('/suppliers', CARD)['id']}"
    house.changed("POST", f"{path}/reject")
    assert house.changed("PUT", path, {"accountNumber": "2"})["status"] == 3


# Items


def test_an_item_has_a_price_unless_it_is_free(house):
    assert house.refused("POST", "/items", {"name": "I", "sku": "1"}) == {"price": "Give a price, or set freeOfCharge."}
    free = house.made("/items", form={"name": "I", "sku": "1", "freeOfCharge": "1"})
    assert (free["price"], free["currency"], free["freeOfCharge"]) == (None, "EUR", True)
    path = f"/items/{free['id']}"
    assert list(house.refused("PUT", path, {"freeOfCharge": False})) == ["price"]
    shown = house.changed("PUT", path, {"freeOfCharge": False, "price": "1.5", "currency": "USD"})
    assert (shown["price"], shown["currency"]) == (1.5, "USD")
    assert house.changed("PUT", path, {"currency": ""})["currency"] == "EUR"
    assert list(house.refused("PUT", path, {"price": None})) == ["price"]


def test_items_are_found_by_their_suppliers(house):
    suppliers = [house.made("/suppliers", {"name": name}) for name in "AB"]
    items = [
        house.made("/items", form={"name": "I", "sku": "1", "price": 1, "supplier[id]": one["id"]}) for one in suppliers
    ]
    assert [one["id"] for one in house.get(f"/items?supplier[]={suppliers[0]['id']}")["data"]] == [items[0]["id"]]
    both = "&".join(f"supplier[]={one['id']}" for one in suppliers)
    assert len(house.get(f"/items?{both}")["data"]) == 2


# Contracts


@pytest.fixture
def supplier(house):
    return house.made("/suppliers", {"name": "Bolts Ltd", "uniqueCode": "B"})


def test_a_contract_is_made_at_the_singular_path(house, supplier):
    made = house.made(
        "/contract",
        {
            "number": "C-1", "id": supplier["id"], "createDate": "2025-12-01T08:00:00+00:00", "beginDate": "2026-01-01",
            "endDate": "2026-12-31", "prolongation": True, "note": "Framework",
        },
    )  # fmt: skip
    row = {
        "id": made["id"], "number": "C-1", "createDate": "2025-12-01T08:00:00+00:00", "updateDate": made["updateDate"],
        "beginDate": "2026-01-01T00:00:00+00:00", "endDate": "2026-12-31T23:59:59+00:00", "prolongation": True,
        "note": "Framework", "enable": True, "legalEntity": None, "grossSum": None, "spentSum": 0, "isExceeded": False,
        "state": made["state"], "reminderDays": None, "notifiedUsers": {"data": []}, "notifiedEmails": [],
        "supplier": {"id": supplier["id"], "name": "Bolts Ltd", "uniqueCode": "B", "externalId": None},
    }  # fmt: skip
    assert made == {**row, "attachments": {"data": []}}
    assert house.get(f"/contracts/{made['id']}") == made
    assert house.get("/contracts")["data"] == [row]


def test_a_contract_names_its_supplier_either_way(house, supplier):
    named = house.made("/contract", form={"number": "C-1", "supplier[id]": supplier["id"]})
    assert named["supplier"]["id"] == supplier["id"]
    assert named["createDate"] == named["updateDate"]
    assert house.refused("POST", "/contract", {}) == {
        "number": "This field is required.", "id": "Name the supplier by its id.",
    }  # fmt: skip
    assert house.made("/contract", {"number": "C-2", "id": supplier["id"], "supplier": None})["supplier"] is not None
    assert house.made("/contract", {"number": "C-3", "id": None, "supplier": supplier["id"]})["supplier"] is not None


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"id": 10**9}, ["id"]),
        ({"supplier": {"id": 10**9}}, ["supplier"]),
        ({"id": 10**9, "supplier": 10**9}, ["id", "supplier"]),
        ({"id": "x"}, ["id"]),
        ({"supplier": "x"}, ["supplier"]),
        ({"id": None, "supplier": None}, ["id"]),
    ],
    ids=str,
)
def test_a_wrong_supplier_of_a_contract_is_told_where_it_was_sent(house, sent, told):
    assert sorted(house.refused("POST", "/contract", {"number": "C-1", **sent})) == told


def test_a_contract_has_one_supplier_for_good(house, supplier):
    other = house.made("/suppliers", {"name": "Nuts"})["id"]
    both = {"number": "C-1", "id": supplier["id"], "supplier": other}
    assert house.refused("POST", "/contract", both) == {
        "supplier": "This is another supplier than `id` names; leave one of them out."
    }
    made = house.made("/contract", {**both, "supplier": supplier["id"]})
    path = f"/contracts/{made['id']}"
    for nothing in ({"supplier": None}, {"supplier": {"id": None}}, {"supplier": ""}):
        assert house.refused("PUT", path, nothing) == {"supplier": "This field must not be empty."}
    assert house.changed("PUT", path, {"id": other, "note": "x"})["supplier"]["id"] == supplier["id"]
    assert house.changed("PUT", path, {"supplier": other})["supplier"]["id"] == other


def test_a_contract_ends_after_it_begins(house, supplier):
    sentence = {"endDate": "A contract cannot end before it begins."}
    body = {"number": "C-1", "id": supplier["id"], "beginDate": "2026-02-01"}
    assert house.refused("POST", "/contract", {**body, "endDate": "2026-01-31"}) == sentence
    made = house.made("/contract", {**body, "endDate": "2026-02-01"})
    path = f"/contracts/{made['id']}"
    assert house.refused("PUT", path, {"endDate": "2026-01-01"}) == sentence
    assert house.refused("PUT", path, {"beginDate": "2027-01-01"}) == sentence
    shown = house.changed("PUT", path, {"endDate": None, "beginDate": "2027-01-01"})
    assert (shown["endDate"], shown["supplier"]["id"]) == (None, supplier["id"])


def test_contracts_are_for_those_who_deal_with_suppliers(house, supplier):
    entity, other = (house.made("/legalentities", {"name": name}) for name in ("North", "South"))
    made = house.made("/contract", {"number": "C-1", "id": supplier["id"], "legalEntity": {"id": entity["id"]}})
    path = f"/contracts/{made['id']}"
    assert house.person("purchase_order.create").call("GET", path).status == 403
    viewer = house.person("supplier.view")
    assert viewer.get(path)["id"] == made["id"]
    assert viewer.call("POST", "/contract", {"number": "x", "id": supplier["id"]}).status == 403
    south = house.person("supplier.view", allLegalEntitiesAccess=False, legalEntityIds=[other["id"]])
    assert south.call("GET", path).status == 404


# Warehouses


def test_a_warehouse_serves_locations(house):
    berlin, munich = (house.made("/locations", {"name": name, "uniqueCode": name[0]}) for name in ("Berlin", "Munich"))
    made = house.made("/warehouses", {"name": "North", "uniqueCode": "N", "type": "own", "locationIds": [berlin["id"]]})
    assert made["locations"] == {"data": [{"id": berlin["id"], "name": "Berlin", "uniqueCode": "B"}]}
    row = {key: value for key, value in made.items() if key not in ("locations", "managers")}
    assert row == {
        "id": made["id"], "createDate": made["createDate"], "updateDate": made["updateDate"], "name": "North",
        "enable": True, "integration": None, "type": "own", "uniqueCode": "N",
    }  # fmt: skip
    assert house.get("/warehouses")["data"] == [row]
    shown = house.changed("PUT", f"/warehouses/{made['id']}", form={"locationIds[]": [berlin["id"], munich["id"]]})
    assert [one["id"] for one in shown["locations"]["data"]] == [berlin["id"], munich["id"]]
    assert list(house.refused("POST", "/warehouses", {"name": "Twin", "uniqueCode": "N"})) == ["uniqueCode"]
    twice = {"name": "South", "locationIds": [munich["id"], munich["id"]]}
    assert len(house.made("/warehouses", twice)["locations"]["data"]) == 1
    twice["locationIds"].append(10**9)
    assert list(house.refused("POST", "/warehouses", twice)) == ["locationIds[2]"]


def test_warehouses_are_bounded_by_the_callers_locations(house):
    berlin, munich = (house.made("/locations", {"name": name})["id"] for name in ("Berlin", "Munich"))
    north, both, none = (
        house.made("/warehouses", {"name": "W", "locationIds": served})["id"]
        for served in ([berlin], [berlin, munich], [])
    )
    south = house.person("configuration.edit", allLocationsAccess=False, locationIds=[munich])
    assert [one["id"] for one in south.get("/warehouses")["data"]] == [both]
    for hidden in (north, none):
        assert south.call("GET", f"/warehouses/{hidden}").status == 404
        assert south.call("PUT", f"/warehouses/{hidden}", {"name": "x"}).status == 404
    assert [one["id"] for one in house.get("/warehouses")["data"]] == [none, both, north]
    assert house.person("purchase_order.create").call("POST", "/warehouses", {"name": "x"}).status == 403


# Taxes and terms


def test_the_shares_of_payment_terms_add_up(house):
    made = house.made(
        "/paymentterms", form={"name": "Half", "paymentType": 2, "prepaymentPercent": "50", "creditPeriodDays": 14}
    )
    assert (made["prepaymentPercent"], made["postpaymentPercent"], made["creditPeriodDays"]) == (50, 50, 14)
    before = house.made("/paymentterms", form={"name": "All before", "paymentType": 1, "creditPeriodDays": 14})
    assert (before["prepaymentPercent"], before["creditPeriodDays"], before["termsDueDateAfterInvoicing"]) == (
        100,
        0,
        0,
    )
    wrong = {"name": "x", "paymentType": 2, "prepaymentPercent": 50, "postpaymentPercent": 40}
    assert list(house.refused("POST", "/paymentterms", wrong)) == ["postpaymentPercent"]


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ({"paymentType": 0, "prepaymentPercent": 30}, "paymentType"),
        ({"paymentType": 1, "prepaymentPercent": 30}, "paymentType"),
        ({"paymentType": 0, "termsDueDateAfterInvoicing": 2}, "termsDueDateAfterInvoicing"),
    ],
)
def test_payment_terms_say_what_holds(house, said, wrong):
    assert list(house.refused("POST", "/paymentterms", {"name": "x", **said})) == [wrong]
    net = house.made("/paymentterms", {"name": "x", "paymentType": 0})
    changed = {name: value for name, value in said.items() if name != "paymentType"}
    assert list(house.refused("PUT", f"/paymentterms/{net['id']}", changed)) == [wrong]


def test_a_tax_has_its_rate_twice(house):
    made = house.made("/taxes", form={"name": "VAT", "percent": "19"})
    assert (made["percent"], made["value"], made["isWithholdingTax"]) == (19, 19, False)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/suppliers", {"name": "S"}),
        ("/items", {"name": "I", "sku": "1", "price": 1}),
        ("/paymentterms", {"name": "P", "paymentType": 0}),
        ("/locations", {"name": "L"}),
        ("/legalentities", {"name": "E"}),
        ("/taxes", {"name": "T", "percent": 7}),
    ],
)
def test_the_external_id_is_set_on_its_own(premises, path, body):
    clock = StoppedClock()
    house = premises.house(clock=clock)
    made = house.made(path, body)
    clock.forward(minutes=1)
    patched = house.changed("PATCH", f"{path}/{made['id']}", form={"externalId": "77"})
    assert patched == {**made, "externalId": "77"}
    assert house.get(f"{path}?external_id[]=77&external_id[]=78")["data"][0]["id"] == made["id"]
    assert house.refused("PATCH", f"{path}/{made['id']}", form={"name": "x"}) == {
        "externalId": "This field is required."
    }


def test_legal_entities_are_listed_without_meta(house):
    house.made("/legalentities", {"name": "North"})
    assert list(house.get("/legalentities")) == ["data"]
