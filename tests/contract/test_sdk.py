"""A client we did not write: the unmodified precoro-sdk over a real socket, every method it has, on both engines.

The server plays the hosted API (the strict profile); what the hosted API cannot create is made in-process. Each test
says with `@exercises` which methods it is about, and a test sees that none is left out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, get_type_hints

import precoro
import pytest
from precoro import types
from precoro.enums import (
    DocumentStatus,
    InvoiceLogicType,
    InvoiceStatus,
    PaymentLogicType,
    PurchaseOrderLogicType,
    SupplierStatus,
)
from precoro.resources.approval import DOCUMENT_ALIASES
from precoro.resources.attachments import (
    ATTACHMENT_TYPE_EXPENSE,
    ATTACHMENT_TYPE_INVOICE,
    ATTACHMENT_TYPE_PO,
    ATTACHMENT_TYPE_PR,
    ATTACHMENT_TYPE_RECEIPT,
    ATTACHMENT_TYPE_RFP,
    ATTACHMENT_TYPE_SUPPLIER,
    ATTACHMENT_TYPE_WR,
)

from emptor import server
from emptor.settings import read
from emptor.store.schema import table
from tests.contract.matching import differences
from tests.contract.sdk_surface import (
    APPROVALS,
    TESTED,
    Watched,
    exercises,
    mismatches,
    surface,
)
from tests.support.house import House, Premises
from tests.support.socket_server import serving

FAMILIES = {"supplier_custom_fields": "supplier", "item_custom_fields": "item", "document_custom_fields": "document"}
BOLTS = {"name": "Bolt", "sku": "B-1", "quantity": 3, "price": 9.99}


def client(address: str, house: House, *, token: str = "", email: str = "", retries: int = 0) -> precoro.PrecoroClient:
    return precoro.PrecoroClient(token or house.token, email or house.email, address, max_retries=retries)


def services(premises: Premises, *, clock: Any = None, **settings: Any) -> Any:
    """A service of its own on the premises, for one socket."""
    chosen = read({}, database_url=premises.url, profile="strict", **{"limits": False, **settings})
    return server.service(chosen, files=premises.files, **({"clock": clock} if clock else {}))


@pytest.fixture(scope="module")
def address(premises: Premises) -> Iterator[str]:
    """Where the server listens."""
    with serving(services(premises)) as found:
        yield found


@pytest.fixture(autouse=True)
def _directly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The SDK obeys the proxies of the environment."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.fixture
def sdk(house: House, address: str, request: pytest.FixtureRequest) -> Iterator[Watched]:
    """The SDK with the key of the company's first person; at the end the test must have done what it claims."""
    with client(address, house) as found:
        watched = Watched(found)
        yield watched
    claimed = set(getattr(request.function, "exercises", ()))
    if resource := request.node.callspec.params.get("resource"):
        claimed = {method for method in claimed if method.startswith(f"{resource}.")}
    assert claimed <= watched.asked, f"not called: {', '.join(sorted(claimed - watched.asked))}"


def refused(status: int, call: Callable[..., Any], *arguments: Any, **more: Any) -> Any:
    """The body with which a call is refused."""
    with pytest.raises(precoro.PrecoroClientError) as caught:
        call(*arguments, **more)
    assert caught.value.status_code == status, caught.value.response_body
    return caught.value.response_body


def faults(call: Callable[..., Any], *arguments: Any, **more: Any) -> set[str]:
    """The fields with which a call is refused."""
    return set(refused(400, call, *arguments, **more)["errors"]["errors"])


def ids(shown: Iterable[Any]) -> list[int]:
    return [one["id"] for one in shown]


def matches(wanted: Any, found: Any) -> None:
    """That `found` has what `wanted` names."""
    assert list(differences(wanted, found)) == []


@contextmanager
def at(house: House, moment: str) -> Iterator[None]:
    """What is made in-process meanwhile is made then. A company's time never runs backwards: use the future."""
    database = house.service.database
    kept, database.clock = database.clock, lambda: datetime.fromisoformat(moment).replace(tzinfo=UTC)
    try:
        yield
    finally:
        database.clock = kept


JANUARY, FEBRUARY, MARCH = "2041-01-15T12:00:00", "2041-02-15T12:00:00", "2041-03-15T12:00:00"


# What the hosted API has no POST for, or what a test only needs to be there


def supplier(house: House, **more: Any) -> Any:
    return house.made("/suppliers", {"name": "Bolt & Nut", **more})


def order(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    body = {"items": [BOLTS], **more}
    body["supplier"] = more.get("supplier") or {"id": supplier(house)["id"]}
    body["location"] = more.get("location") or {"id": house.made("/locations", {"name": "Hamburg"})["id"]}
    return document(house, "purchaseorders", body, confirmed)


def invoice(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    body = {"items": [{"name": "Bolt", "quantity": 1, "price": 100}], "invoiceNumber": "R-1", **more}
    body["supplier"] = more.get("supplier") or {"id": supplier(house)["id"]}
    return document(house, "invoices", body, confirmed)


def receipt(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    ordered = order(house, confirmed=True)
    body = {"requiredDate": "2026-01-31", "warehouse": {"id": house.made("/warehouses", {"name": "Main"})["id"]}}
    return document(house, "receipts", {**body, **more}, confirmed, f"/receipts/{ordered['idn']}")


def requisition(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    place = house.made("/locations", {"name": "Hamburg"})["id"]
    body = {"location": {"id": place}, "requiredDate": "2041-06-30", "items": [BOLTS], **more}
    return document(house, "purchaserequisitions", body, confirmed)


def request_for_proposal(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    wanted = requisition(house, confirmed=True)
    body = {"items": ids(wanted["items"]["data"]), "requiredDate": "2041-06-30", "suppliers": [supplier(house)["id"]]}
    return document(house, "requestforproposals", {**body, **more}, confirmed, "/requestforproposals/from_requisitions")


def warehouse_request(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    bolt = house.made("/items", {"name": "Bolt", "sku": "B", "price": 9.99})["id"]
    place = house.made("/warehouses", {"name": "Main"})["id"]
    body = {"warehouse": {"id": place}, "items": [{"product": {"id": bolt}, "quantity": 3}], **more}
    return document(house, "warehouserequests", body, confirmed)


def document(house: House, alias: str, body: Any, confirmed: bool, path: str = "") -> Any:
    """A draft, or what becomes of it where nobody has to approve it."""
    made = house.made(path or f"/{alias}", body)
    if confirmed:
        house.changed("POST", f"/{alias}/{made['idn']}/confirm")
        made = house.get(f"/{alias}/{made['idn']}")
    return made


def expense(house: House, *, confirmed: bool = False, **more: Any) -> Any:
    return document(house, "expenses", {"items": [{"name": "Taxi", "price": 100}], **more}, confirmed)


def bill(house: House, name: str = "bill.pdf", content: bytes = b"%PDF-1.7\n%%EOF") -> Any:
    """The AP document that a file becomes."""
    file = {"file": (name, content, "application/pdf")}
    house.changed("POST", "/ap/document/upload", form={}, files=file)
    return house.get("/ap/documents?per_page=10")["data"][0]


def payment(house: House, **more: Any) -> Any:
    paid = invoice(house, confirmed=True)
    return house.made("/payments", {"invoice": {"id": paid["id"]}, "sumPaid": 30, "payDate": "2026-01-15", **more})


def credit_note(house: House, kind: int) -> Any:
    """Nothing makes credit notes yet, so an invoice is turned into one."""
    made = invoice(house)
    with house.service.database.write(house.company_id) as tx:
        tx.update(table("invoices"), {"logic_type": kind}, id=made["id"])
    return house.get(f"/invoices/{made['idn']}")


def contract(house: House, number: int) -> Any:
    return house.made("/contract", {"number": f"C-{number}", "id": supplier(house)["id"]})


MAKERS: dict[str, Callable[[House, int], Any]] = {
    "suppliers": lambda house, n: supplier(house, uniqueCode=f"S-{n}"),
    "items": lambda house, n: house.made("/items", {"name": "Bolt", "sku": f"B-{n}", "price": n}),
    **{
        name: lambda house, n, family=family: house.made(f"/{family}customfields", {"name": f"Field {n}"})
        for name, family in FAMILIES.items()
    },
    "units": lambda house, n: house.made("/units", {"name": f"Unit {n}"}),
    "contracts": contract,
    "payment_terms": lambda house, n: house.made("/paymentterms", {"name": f"Net {n}", "paymentType": 0}),
    "locations": lambda house, n: house.made("/locations", {"name": f"Place {n}"}),
    "users": lambda house, n: house.made("/users", {"email": f"bob{n}@acme.test"}),
    "taxes": lambda house, n: house.made("/taxes", {"name": f"VAT {n}", "percent": n}),
    "warehouses": lambda house, n: house.made("/warehouses", {"name": f"Store {n}"}),
    "purchase_orders": lambda house, n: order(house, note=f"Order {n}"),
    "invoices": lambda house, n: invoice(house, invoiceNumber=f"R-{n}"),
    "receipts": lambda house, n: receipt(house, receiptNumber=f"D-{n}"),
    "purchase_requisitions": lambda house, n: requisition(house, note=f"Wanted {n}"),
    "request_for_proposals": lambda house, n: request_for_proposal(house, note=f"Question {n}"),
    "warehouse_requests": lambda house, n: warehouse_request(house, note=f"Request {n}"),
    "payments": lambda house, n: payment(house, note=f"Payment {n}"),
    "expenses": lambda house, n: expense(house, note=f"Expense {n}"),
    "ocr": lambda house, n: bill(house, f"bill{n}.pdf"),
}
"""How one of each list is made; legal entities have a list of their own kind."""

LINKED = {"purchase_orders": order, "invoices": invoice}
"""Documents that take an external id."""
DOCUMENTS = {
    **LINKED, "receipts": receipt, "purchase_requisitions": requisition, "request_for_proposals": request_for_proposal,
    "warehouse_requests": warehouse_request, "expenses": expense,
}  # fmt: skip
ALIASES = {name.replace("_", ""): make for name, make in DOCUMENTS.items()}


# Lists


@pytest.mark.parametrize("resource", MAKERS)
@exercises(*(f"{name}.{verb}" for name in MAKERS for verb in ("list", "iter_all", "list_all")))
def test_pages(house: House, sdk: Watched, resource: str) -> None:
    """Pages of ten, newest first, and both ways the SDK walks through them (S16, S19, S20, S21)."""
    before = [house.user_id] if resource == "users" else []
    made = [*before, *(MAKERS[resource](house, n)["id"] for n in range(1, 13))][::-1]
    total = len(made)
    reading = getattr(sdk, resource)
    first, second = reading.list(per_page=10), reading.list(page=2, per_page=10)
    assert (ids(first["data"]), ids(second["data"])) == (made[:10], made[10:])
    common = {"total": total, "per_page": 10, "total_pages": 2}
    matches({**common, "count": 10, "current_page": 1, "has_next_page": True}, first["meta"]["pagination"])
    matches({**common, "count": total - 10, "current_page": 2, "has_next_page": False}, second["meta"]["pagination"])
    assert set(first["meta"]["pagination"]) >= types.Pagination.__annotations__.keys()
    assert ids(reading.iter_all(per_page=10)) == ids(reading.list_all(per_page=10)) == ids(reading.list_all()) == made
    assert reading.list(page=3, per_page=10)["data"] == []


@exercises("legal_entities.list", "legal_entities.iter_all", "legal_entities.list_all")
def test_legal_entities_come_all_at_once(house: House, sdk: Watched) -> None:
    """Their list has no meta, so the SDK takes the first page for the only one."""
    made = [house.made("/legalentities", {"name": f"Acme {n}"})["id"] for n in range(1, 13)][::-1]
    first = sdk.legal_entities.list(per_page=10)
    assert set(first) == {"data"}
    matches({"name": "Acme 12", "fullName": None, "externalId": None, "createDate": "<datetime>"}, first["data"][0])
    assert ids(first["data"]) == ids(sdk.legal_entities.iter_all(per_page=10)) == made
    assert ids(sdk.legal_entities.list_all(per_page=10)) == made
    assert sdk.legal_entities.list(page=2)["data"] == []


def test_other_page_sizes_are_refused_by_the_sdk(sdk: Watched) -> None:
    with pytest.raises(ValueError, match="per_page"):
        sdk.suppliers.list(per_page=30)


@pytest.mark.parametrize("resource", ["suppliers", "items", "purchase_orders", "invoices", "payments"])
@exercises(*(f"{n}.list_all" for n in ("suppliers", "items", "purchase_orders", "invoices", "payments")))
def test_modified_since(house: House, sdk: Watched, resource: str) -> None:
    """What was created or changed since then, that very second included (S18)."""
    made = []
    for moment in (JANUARY, FEBRUARY, MARCH):
        with at(house, moment):
            made.append(MAKERS[resource](house, len(made) + 1)["id"])
    january, february, march = made
    reading = getattr(sdk, resource)

    def since(moment: str) -> list[int]:
        return ids(reading.list_all(modified_since=moment))

    assert since("2041-01-01T00:00:00") == [march, february, january]
    assert since(FEBRUARY) == [march, february]
    assert since("2041-02-15T12:00:01") == [march]
    assert since("2041-02-15T13:00:00+01:00") == [march, february]
    assert since("2041-03-16") == []
    assert faults(reading.list, modified_since="soon") == {"modifiedSince"}


# Suppliers


@exercises("suppliers.create", "suppliers.get", "suppliers.update")
def test_suppliers_are_created_and_changed_with_lists(house: House, sdk: Watched) -> None:
    north, south = (house.made("/legalentities", {"name": name})["id"] for name in ("North", "South"))
    made = sdk.suppliers.create(
        name="Bolt & Nut", uniqueCode="BN-1", currencies=["USD", "EUR"], supplierLegalEntityIds=[north, south],
        city="Zürich", country="Switzerland", taxPayer=True, minimumSum=12.5, enable=True, note="a\nb",
    )  # fmt: skip
    wanted = {
        "id": "<int>", "name": "Bolt & Nut", "uniqueCode": "BN-1", "currency": "USD", "currencies": ["USD", "EUR"],
        "city": "Zürich", "country": "Switzerland", "taxPayer": True, "minimumSum": 12.5, "enable": True,
        "status": SupplierStatus.APPROVED.value, "externalId": None, "createDate": "<datetime>", "phone": None,
        "note": "a\nb", "creator": {"id": house.user_id, "email": house.email}, "contacts": {"data": []},
        "supplierLegalEntities": {"data": [{"id": north, "name": "North"}, {"id": south, "name": "South"}]},
    }  # fmt: skip
    matches(wanted, made)
    assert sdk.suppliers.get(made["id"]) == made
    changed = sdk.suppliers.update(made["id"], phone="+41 1", currencies=["GBP"], taxPayer=False)
    matches({**wanted, "phone": "+41 1", "currency": "GBP", "currencies": ["GBP"], "taxPayer": False}, changed)
    assert sdk.suppliers.get(made["id"]) == changed
    assert faults(sdk.suppliers.create, uniqueCode="BN-1") == {"name", "uniqueCode"}


@exercises("suppliers.set_external_id")
def test_an_external_id_of_a_supplier_is_no_modification(house: House, sdk: Watched) -> None:
    with at(house, JANUARY):
        made = supplier(house)
    with at(house, FEBRUARY):
        supplier(house)
    assert sdk.suppliers.set_external_id(made["id"], "V/10 000") == {**made, "externalId": "V/10 000"}
    assert made["id"] not in ids(sdk.suppliers.iter_all(modified_since=FEBRUARY))


@exercises("suppliers.set_custom_fields")
def test_custom_fields_of_suppliers(house: House, sdk: Watched) -> None:
    made = supplier(house)
    words = house.made("/suppliercustomfields", {"name": "Rating", "type": 1})
    choice = house.made("/suppliercustomfields", {"name": "Kind", "options": [{"name": "Maker"}]})
    option = choice["options"]["data"][0]["id"]
    values = [
        {"value": "A+", "supplierCustomField": {"id": words["id"]}},
        {"value": str(option), "supplierCustomField": {"id": choice["id"]}},
    ]
    wanted = {"dataSupplierCustomFields": {"data": [{"id": "<int>", **one} for one in values]}}
    matches({"id": made["id"], **wanted}, sdk.suppliers.set_custom_fields(made["id"], values))
    matches(wanted, sdk.suppliers.get(made["id"]))
    matches(wanted, sdk.suppliers.list()["data"][0])
    wrong = [{"value": "9", "supplierCustomField": {"id": choice["id"]}}]
    assert faults(sdk.suppliers.set_custom_fields, made["id"], wrong) == {"dataSupplierCustomFields[0]"}


@exercises("suppliers.approve", "suppliers.reject", "approval.approve_supplier", "approval.reject_supplier")
def test_suppliers_wait_for_approval(house: House, sdk: Watched) -> None:
    house.choose(supplierApproval=True)
    one, two, three, four = (sdk.suppliers.create(name=name)["id"] for name in ("One", "Two", "Three", "Four"))
    assert sdk.suppliers.get(one)["status"] == 1
    matches({"id": one, "status": 2, "approvalDate": "<datetime>"}, sdk.suppliers.approve(one))
    matches({"id": two, "status": 2, "approvalDate": "<datetime>"}, sdk.approval.approve_supplier(two))
    matches({"id": three, "status": 3, "approvalDate": None}, sdk.suppliers.reject(three, comment="no certificate"))
    matches({"id": four, "status": 3, "approvalDate": None}, sdk.approval.reject_supplier(four))
    assert [sdk.suppliers.get(each)["status"] for each in (one, two, three, four)] == [2, 2, 3, 3]
    told = refused(400, sdk.suppliers.approve, three)
    assert "rejected" in told["message"]


@exercises("suppliers.list")
def test_suppliers_by_status(house: House, sdk: Watched) -> None:
    approved = supplier(house)["id"]
    house.choose(supplierApproval=True)
    pending, rejected = supplier(house)["id"], supplier(house)["id"]
    sdk.suppliers.reject(rejected)

    def of(*status: int) -> list[int]:
        return ids(sdk.suppliers.list(status=status)["data"])

    assert (of(1), of(SupplierStatus.APPROVED), of(3)) == ([pending], [approved], [rejected])
    assert of(1, 3) == [rejected, pending]
    assert of(0) == []
    assert of() == [rejected, pending, approved]


# Items and what describes them


@exercises("items.add", "items.get", "items.update", "items.set_external_id")
def test_items(house: House, sdk: Watched) -> None:
    sold_by, category = supplier(house)["id"], house.made("/categories", {"name": "Screws"})["id"]
    field = house.made("/itemcustomfields", {"name": "Colour", "type": 1})["id"]
    made = sdk.items.add(
        name="Bolt", sku="B-1", price=0.125, unit="pcs", description="M8", hiddenInCatalog=False, freeOfCharge=0,
        externalId="X-1",
        **{
            "supplier[id]": sold_by, "category[id]": category,
            "dataItemCustomFields[0][value]": "red", "dataItemCustomFields[0][itemCustomField][id]": field,
        },
    )  # fmt: skip
    wanted = {
        "name": "Bolt", "sku": "B-1", "price": 0.125, "currency": "EUR", "unit": "pcs", "description": "M8",
        "hiddenInCatalog": False, "freeOfCharge": False, "externalId": "X-1", "type": 0, "typeString": "item",
        "supplier": {"id": sold_by, "name": "Bolt & Nut", "uniqueCode": None, "externalId": None},
        "category": {"id": category, "name": "Screws"},
        "dataItemCustomFields": {"data": [{"id": "<int>", "value": "red", "itemCustomField": {"id": field}}]},
    }  # fmt: skip
    matches(wanted, made)
    assert sdk.items.get(made["id"]) == made
    changed = sdk.items.update(made["id"], price=0.25, hiddenInCatalog=True)
    matches({**wanted, "price": 0.25, "hiddenInCatalog": True}, changed)
    linked = sdk.items.set_external_id(made["id"], "X-2")
    assert linked == {**changed, "externalId": "X-2"} == sdk.items.get(made["id"])
    matches(wanted | {"price": 0.25, "hiddenInCatalog": True, "externalId": "X-2"}, sdk.items.list()["data"][0])
    assert faults(sdk.items.add, name="Nut") == {"sku", "price"}


@pytest.mark.parametrize("resource", FAMILIES)
@exercises(*(f"{name}.{verb}" for name in FAMILIES for verb in ("get", "add_option", "update_option", "patch_option")))
def test_custom_fields_and_their_options(house: House, sdk: Watched, resource: str) -> None:
    """The definition carries the options, so that a value can be looked up (S23)."""
    path, fields = f"/{FAMILIES[resource]}customfields", getattr(sdk, resource)
    head = {"name": "Account", "description": "ledger", "required": True, "position": 3}
    field = house.made(path, head)["id"]
    told = {"enable": True, "type": 0, "typeString": "dropdown", "createDate": "<datetime>", "options": {"data": []}}
    matches({"id": field, **head, **told}, fields.get(field))
    top = fields.add_option(field, "4400 Office", code="4400")
    told = {"id": "<int>", "name": "4400 Office", "code": "4400", "level": 0, "enable": True, "externalId": None}
    matches({**told, "parent": None}, top)
    below = fields.add_option(field, "4410 Paper", enable=False, parent_id=top["id"])
    matches({"code": None, "level": 1, "enable": False, "parent": {"id": top["id"]}}, below)
    renamed = fields.update_option(field, top["id"], name="4400 Bureau", enable=False)
    assert renamed == {**top, "name": "4400 Bureau", "label": "4400 Bureau", "enable": False}
    linked = fields.patch_option(field, below["id"], externalId="GL-4410")
    assert linked == {**below, "externalId": "GL-4410"}
    for option in (renamed, linked):
        assert (option.pop("legalEntities"), option.pop("locations")) == ({"data": []}, {"data": []})
    wanted = [renamed, linked]
    assert fields.get(field)["options"]["data"] == fields.list()["data"][0]["options"]["data"] == wanted
    other = house.made(path, {"name": "Other"})["id"]
    refused(404, fields.update_option, other, top["id"], name="Stolen")
    assert fields.get(field)["options"]["data"] == wanted


@pytest.mark.parametrize("resource", FAMILIES)
@exercises(*(f"{name}.{verb}_option_dependency" for name in FAMILIES for verb in ("add", "remove")))
def test_dependencies_of_options_follow_production(house: House, sdk: Watched, resource: str) -> None:
    """The SDK sends `option_id` and `depends_on_id`, which contradict a writer in production use: that one wins, and
    the refusal names the fields wanted instead. Sent through the SDK's own transport they work.
    """
    family, fields = FAMILIES[resource], getattr(sdk, resource)
    field = house.made(f"/{family}customfields", {"name": "Account"})["id"]
    option = fields.add_option(field, "4400")
    entity = house.made("/legalentities", {"name": "North"})["id"]
    named = f"{family}_custom_field_option_id"
    for call in (fields.add_option_dependency, fields.remove_option_dependency):
        assert faults(call, option["id"], entity) == {named, "depend_type", "entity_ids"}
    body = {named: option["id"], "depend_type": 1, "entity_ids": f"[{entity}]"}
    for verb, bound in (("depend_add", [{"id": entity, "name": "North"}]), ("depend_remove", [])):
        answer = sdk._request("PATCH", f"{family}customfields/options/{verb}", data=body)
        matches({"id": option["id"], "name": "4400", "legalEntities": {"data": bound}}, answer)


def test_units(house: House, sdk: Watched) -> None:
    made = house.made("/units", {"name": "piece", "code": "PCE", "externalId": "U-1"})
    assert sdk.units.list()["data"] == [made]
    matches({"id": made["id"], "name": "piece", "code": "PCE", "enable": True, "externalId": "U-1"}, made)


@exercises("payment_terms.add", "payment_terms.update", "payment_terms.set_external_id")
def test_payment_terms(sdk: Watched) -> None:
    net = sdk.payment_terms.add("Net 30", 0, credit_period_days=30)
    shares = {"prepaymentPercent": 0, "postpaymentPercent": 100}
    wanted = {"name": "Net 30", "paymentType": 0, **shares, "creditPeriodDays": 30, "termsDueDateAfterInvoicing": 0}
    matches({**wanted, "enable": True, "externalId": None}, net)
    mixed = sdk.payment_terms.add("Half", 2, enable=False, prepayment_percent=50.0, postpayment_percent=50.0)
    matches({"paymentType": 2, "prepaymentPercent": 50, "postpaymentPercent": 50, "enable": False}, mixed)
    changed = sdk.payment_terms.update(net["id"], name="Net 45", creditPeriodDays=45)
    matches({**wanted, "name": "Net 45", "creditPeriodDays": 45}, changed)
    linked = sdk.payment_terms.set_external_id(net["id"], "T-1")
    assert linked == {**changed, "externalId": "T-1"}
    assert sdk.payment_terms.list_all() == [mixed, linked]
    assert faults(sdk.payment_terms.add, "Wrong", 2, prepayment_percent=50.0) == {"postpaymentPercent"}


@exercises("locations.create", "locations.update", "locations.set_external_id")
def test_locations(sdk: Watched) -> None:
    made = sdk.locations.create("Hamburg", unique_code="HH", enable=False, fullAddress="Kai 1\nHamburg", phone="+49")
    wanted = {"name": "Hamburg", "uniqueCode": "HH", "enable": False, "fullAddress": "Kai 1\nHamburg", "phone": "+49"}
    matches({"id": "<int>", **wanted, "createDate": "<datetime>", "externalId": None}, made)
    changed = sdk.locations.update(made["id"], enable=True, phone="")
    matches({**wanted, "enable": True, "phone": None}, changed)
    linked = sdk.locations.set_external_id(made["id"], "L-1")
    matches({**wanted, "enable": True, "phone": None, "externalId": "L-1"}, linked)
    assert sdk.locations.list_all()[0]["externalId"] == "L-1"
    assert faults(sdk.locations.create, "Bremen", unique_code="HH") == {"uniqueCode"}


def test_users(house: House, sdk: Watched) -> None:
    place = house.made("/locations", {"name": "Hamburg", "uniqueCode": "HH"})["id"]
    bob = {
        "email": "bob@acme.test", "firstname": "Bob", "lastname": "Bolt", "position": "buyer", "locale": "de",
        "roles": ["invoice.view"], "allLocationsAccess": False,
    }  # fmt: skip
    house.made("/users", {**bob, "location": {"id": place}})
    shown = {**bob, "location": {"id": place, "name": "Hamburg", "uniqueCode": "HH"}}
    everything = {"allUserDocumentCostcentersAccess": True, "allProductGroupsAccess": True}
    ann = {"id": house.user_id, "email": house.email, "firstname": "Ann", "roles": ["super_user"], "location": None}
    matches([{**shown, **everything}, {**ann, **everything}], sdk.users.list()["data"])


@exercises("legal_entities.set_external_id")
def test_external_ids_of_legal_entities(house: House, sdk: Watched) -> None:
    made = house.made("/legalentities", {"name": "Acme", "fullName": "Acme GmbH", "keyExecutive": "Ann"})
    matches({"id": made["id"], "name": "Acme", "fullName": "Acme GmbH", "keyExecutive": "Ann", "externalId": "E-1"},
            sdk.legal_entities.set_external_id(made["id"], "E-1"))  # fmt: skip
    assert sdk.legal_entities.list()["data"][0]["externalId"] == "E-1"


@exercises("taxes.add", "taxes.update", "taxes.set_external_id")
def test_taxes(sdk: Watched) -> None:
    made = sdk.taxes.add("VAT", 7.7, external_id="T-1")
    matches({"name": "VAT", "percent": 7.7, "value": 7.7, "isWithholdingTax": False, "externalId": "T-1"}, made)
    held = sdk.taxes.add("Withheld", 10.0, is_withholding_tax=True)
    matches({"name": "Withheld", "percent": 10, "value": 10, "isWithholdingTax": True, "externalId": None}, held)
    changed = sdk.taxes.update(made["id"], percent=8.1, value=8.1)
    matches({"name": "VAT", "percent": 8.1, "value": 8.1, "externalId": "T-1"}, changed)
    linked = sdk.taxes.set_external_id(made["id"], "T-2")
    assert linked == {**changed, "externalId": "T-2"}
    assert sdk.taxes.list_all() == [held, linked]


@exercises("warehouses.get")
def test_warehouses(house: House, sdk: Watched) -> None:
    place = house.made("/locations", {"name": "Hamburg", "uniqueCode": "HH"})["id"]
    head = {"name": "Main", "uniqueCode": "W-1", "type": "store"}
    made = house.made("/warehouses", {**head, "locationIds": [place]})
    head |= {"id": made["id"], "enable": True, "createDate": "<datetime>"}
    served = {"data": [{"id": place, "name": "Hamburg", "uniqueCode": "HH"}]}
    matches({**head, "locations": served}, sdk.warehouses.get(made["id"]))
    matches([{**head, "locations": "<absent>"}], sdk.warehouses.list()["data"])
    refused(404, sdk.warehouses.get, made["id"] + 1000)


@exercises("contracts.create", "contracts.get")
def test_contracts(house: House, sdk: Watched) -> None:
    with_whom = supplier(house, uniqueCode="BN-1")["id"]
    made = sdk.contracts.create(
        "C-7", with_whom, create_date="2025-12-24T10:00:00Z", begin_date="2026-01-01", end_date="2026-12-31",
        prolongation=True, note="yearly",
    )  # fmt: skip
    wanted = {
        "id": "<int>", "number": "C-7", "createDate": "2025-12-24T10:00:00+00:00",
        "beginDate": "2026-01-01T00:00:00+00:00", "endDate": "2026-12-31T23:59:59+00:00", "prolongation": True,
        "note": "yearly", "enable": True, "legalEntity": None,
        "supplier": {"id": with_whom, "name": "Bolt & Nut", "uniqueCode": "BN-1", "externalId": None},
    }  # fmt: skip
    matches({**wanted, "attachments": {"data": []}}, made)
    assert sdk.contracts.get(made["id"]) == made
    matches([{**wanted, "attachments": "<absent>"}], sdk.contracts.list()["data"])
    plain = sdk.contracts.create("C-8", with_whom)
    matches({"createDate": "<datetime>", "beginDate": None, "endDate": None, "prolongation": False}, plain)
    assert faults(sdk.contracts.create, "C-9", 10**9) == {"id"}


@exercises("attachments.add", "attachments.get")
def test_attachments(house: House, sdk: Watched) -> None:
    """The SDK takes the file for its metadata; the server gives that to who accepts nothing but JSON."""
    sold_by = supplier(house)
    owners = (
        (ATTACHMENT_TYPE_SUPPLIER, sold_by["id"], lambda: sdk.suppliers.get(sold_by["id"])),
        (ATTACHMENT_TYPE_PO, (ordered := order(house))["id"], lambda: sdk.purchase_orders.get(ordered["idn"])),
        (ATTACHMENT_TYPE_INVOICE, (billed := invoice(house))["id"], lambda: sdk.invoices.get(billed["idn"])),
        (ATTACHMENT_TYPE_PR, (asks := requisition(house))["id"], lambda: sdk.purchase_requisitions.get(asks["idn"])),
        (ATTACHMENT_TYPE_RECEIPT, (took := receipt(house))["id"], lambda: sdk.receipts.get(took["idn"])),
        (ATTACHMENT_TYPE_WR, (drawn := warehouse_request(house))["id"],
         lambda: sdk.warehouse_requests.get(drawn["idn"])),
        (ATTACHMENT_TYPE_RFP, (asked := request_for_proposal(house))["id"],
         lambda: sdk.request_for_proposals.get(asked["idn"])),
    )  # fmt: skip
    for kind, owner, shown in owners:
        made = sdk.attachments.add(owner, kind, b"ten bolts", "Angebot ü.txt", "text/plain", comment="first offer")
        known = {"name": "Angebot ü.txt", "size": 9, "formatType": "text/plain", "comment": "first offer", "type": kind}
        matches({"id": "<int>", **known, "uploadDate": "<datetime>", "user": {"id": house.user_id}}, made)
        assert shown()["attachments"]["data"] == [made]
        with pytest.raises(ValueError, match="Expecting value"):
            sdk.attachments.get(made["id"])
        sdk._session.headers["Accept"] = "application/json"
        assert sdk.attachments.get(made["id"]) == made
        del sdk._session.headers["Accept"]
        with sdk._session.get(f"{sdk._base_url}/attachments/{made['id']}") as answer:
            assert answer.content == b"ten bolts"
    second = sdk.attachments.add(sold_by["id"], ATTACHMENT_TYPE_SUPPLIER, b"%PDF-1.7\n%%EOF", "a.pdf")
    matches({"name": "a.pdf", "formatType": "application/pdf", "comment": None}, second)
    refused(404, sdk.attachments.add, 10**9, ATTACHMENT_TYPE_PO, b"x", "x.txt")
    refused(404, sdk.attachments.add, sold_by["id"], ATTACHMENT_TYPE_EXPENSE, b"x", "x.txt")


# Documents


@exercises("purchase_orders.get", "purchase_orders.list")
def test_orders_and_their_lines(house: House, sdk: Watched) -> None:
    """Lines stand in `items` of the detail only, each with its custom field values (S15, S22)."""
    sold_by, place = supplier(house, uniqueCode="BN-1")["id"], house.made("/locations", {"name": "Hamburg"})["id"]
    tax = house.made("/taxes", {"name": "VAT", "percent": 20})["id"]
    colour = house.made("/itemcustomfields", {"name": "Colour", "options": [{"name": "red"}]})
    centre = house.made("/documentcustomfields", {"name": "Centre", "options": [{"name": "North"}]})
    red, north = (one["options"]["data"][0]["id"] for one in (colour, centre))
    line = {**BOLTS, "taxes": [tax], "dataItemCustomFields": [{"value": red, "itemCustomField": {"id": colour["id"]}}]}
    made = order(
        house, supplier={"id": sold_by}, location={"id": place}, items=[line], note="Soon", requiredDate="2025-05-05",
        currency="USD", exchangeRate="0.9",
        dataDocumentCustomFields=[{"value": north, "documentCustomField": {"id": centre["id"]}}],
    )  # fmt: skip
    shown = sdk.purchase_orders.get(made["idn"])
    assert shown == made
    header = {
        "id": made["id"], "idn": "1", "sum": 35.96, "netSum": 29.97, "sumInCompanyCurrency": 32.36, "currency": "USD",
        "exchangeRate": 0.9, "status": 0, "statusString": "status.open", "statusReceiving": 0, "statusPayment": 0,
        "logicType": PurchaseOrderLogicType.STANDARD.value, "isServiceOrder": False, "note": "Soon",
        "requiredDate": "2025-05-05T23:59:59+00:00", "approvalDate": None,
        "supplier": {"id": sold_by, "name": "Bolt & Nut", "uniqueCode": "BN-1"},
        "location": {"id": place, "name": "Hamburg"}, "creator": {"id": house.user_id, "firstname": "Ann"},
        "dataDocumentCustomFields": {"data": [{"value": str(north), "documentCustomField": {"id": centre["id"]}}]},
        "allDocumentCustomFieldOptionsIds": str(north),
    }  # fmt: skip
    matches(header, shown)
    lines = [
        {
            "id": "<int>", "name": "Bolt", "sku": "B-1", "quantity": 3, "price": 9.99, "netSum": 29.97, "sum": 35.96,
            "taxPercent": 20, "taxes": {"data": [{"id": tax, "percent": 20, "sum": 5.99}]},
            "dataItemCustomFields": {"data": [{"value": str(red), "itemCustomField": {"id": colour["id"]}}]},
        }
    ]  # fmt: skip
    matches({"items": {"data": lines}, "attachments": {"data": []}}, shown)
    matches([{**header, "items": "<absent>", "attachments": "<absent>"}], sdk.purchase_orders.list()["data"])
    options = sdk.item_custom_fields.get(colour["id"])["options"]["data"]
    assert {str(one["id"]): one["name"] for one in options}[str(red)] == "red"
    refused(404, sdk.purchase_orders.get, "2")


@exercises(
    "purchase_orders.get_receipts", "receipts.create", "receipts.get", "receipts.get_purchase_order", "receipts.list",
    "approval.confirm",
)  # fmt: skip
def test_receipts(house: House, sdk: Watched) -> None:
    """All that is open of an order, without lines in the request; the order knows its receipts."""
    ordered = order(house, confirmed=True, items=[BOLTS, {"name": "Nut", "quantity": 5, "price": 0.1}])
    place = house.made("/warehouses", {"name": "Main", "uniqueCode": "W", "type": "store"})["id"]
    centre = house.made("/documentcustomfields", {"name": "Ramp", "type": 1})["id"]
    assert sdk.purchase_orders.get_receipts(ordered["idn"]) == []
    chosen = [{"value": "7", "documentCustomField": {"id": centre}}]
    made = sdk.receipts.create(ordered["idn"], "2026-01-31T08:00:00Z", place, "ramp 7", chosen)
    lines = [
        {"name": "Bolt", "quantity": 3, "rejectedQuantity": 0, "netSum": 29.97},
        {"name": "Nut", "quantity": 5, "netSum": 0.5},
    ]
    wanted = {
        "id": "<int>", "idn": "1", "status": 0, "requiredDate": "2026-01-31T08:00:00+00:00", "note": "ramp 7",
        "currency": "EUR", "exchangeRate": 1, "isServiceOrder": False, "receiptNumber": None, "externalId": None,
        "warehouse": {"id": place, "name": "Main", "uniqueCode": "W", "type": "store"},
        "purchaseOrder": {"id": ordered["id"], "idn": ordered["idn"]}, "creator": {"id": house.user_id},
        "location": {"name": "Hamburg"}, "dataDocumentCustomFields": {"data": [{"value": "7"}]},
    }  # fmt: skip
    matches({**wanted, "items": {"data": lines}, "attachments": {"data": []}}, made)
    assert sdk.receipts.get(made["idn"]) == made
    matches([{**wanted, "items": "<absent>"}], sdk.receipts.list()["data"])
    assert sdk.purchase_orders.get_receipts(ordered["idn"]) == [made]
    matches({"status": 2}, sdk.approval.confirm("receipts", made["idn"]))
    matches({"id": ordered["id"], "statusReceiving": 2}, sdk.receipts.get_purchase_order(made["idn"]))
    assert "Nothing" in refused(400, sdk.receipts.create, ordered["idn"], "2026-02-01", place)["message"]
    assert faults(sdk.receipts.create, order(house, confirmed=True)["idn"], "soon", 10**9) == {
        "requiredDate", "warehouse"
    }  # fmt: skip
    refused(400, sdk.receipts.create, order(house)["idn"], "2026-02-01", place)
    refused(404, sdk.receipts.create, "99", "2026-02-01", place)
    refused(404, sdk.receipts.get, "99")


@pytest.mark.parametrize("resource", LINKED)
@exercises("purchase_orders.set_external_id", "invoices.set_external_id")
def test_external_ids_of_documents(house: House, sdk: Watched, resource: str) -> None:
    """Set in any state, with what the integration has to say; neither is a modification."""
    make, documents = LINKED[resource], getattr(sdk, resource)
    with at(house, JANUARY):
        made = make(house, confirmed=True)
    with at(house, FEBRUARY):
        make(house)
    linked = documents.set_external_id(made["idn"], "QB-77", integration_log="sent\nin 2 parts")
    assert linked == {**made, "externalId": "QB-77", "externalIntegrationLog": "sent\nin 2 parts"}
    again = documents.set_external_id(made["idn"], "QB-78")
    assert again == {**linked, "externalId": "QB-78"} == documents.get(made["idn"])
    assert made["id"] not in ids(documents.iter_all(modified_since=FEBRUARY))
    refused(404, documents.set_external_id, "99", "QB-1")


@pytest.mark.parametrize("resource", DOCUMENTS)
@exercises(*(f"{name}.{verb}" for name in DOCUMENTS for verb in ("list", "iter_all", "list_all")))
def test_filters_of_documents(house: House, sdk: Watched, resource: str) -> None:
    """Status, change and approval, one by one and together (S17)."""
    make, documents = DOCUMENTS[resource], getattr(sdk, resource)
    approved = []
    for moment in (JANUARY, FEBRUARY, MARCH):
        with at(house, moment):
            approved.append(make(house, confirmed=True)["id"])
            draft = make(house)["id"]
    january, february, march = approved

    def of(**filters: Any) -> list[int]:
        found = ids(documents.list(**filters)["data"])
        assert found == ids(documents.iter_all(**filters)) == ids(documents.list_all(**filters))
        return found

    assert of(status=[DocumentStatus.APPROVED]) == [march, february, january]
    assert len(of(status=[0, 2])) == 6
    assert of(status=[8]) == []
    assert of(status=[0], modified_since=MARCH) == [draft]
    assert of(approval_left_date=FEBRUARY) == [march, february]
    assert of(approval_right_date=FEBRUARY) == [february, january]
    assert of(approval_left_date="2041-02-15T12:00:01", approval_right_date="2041-03-15T11:59:59") == []
    assert of(approval_left_date="2041-02-01", approval_right_date="2041-02-15") == [february]
    assert of(approval_left_date=JANUARY, modified_since=FEBRUARY, status=[2, 5]) == [march, february]
    assert faults(documents.list, approval_left_date="x") == {"approvalLeftDate"}


@exercises("invoices.get", "invoices.list")
def test_invoices_and_their_lines(house: House, sdk: Watched) -> None:
    sold_by = supplier(house)["id"]
    terms = sdk.payment_terms.add("Net 30", 0, credit_period_days=30)["id"]
    made = invoice(
        house, supplier={"id": sold_by}, invoiceNumber="R-77", issueDate="2026-01-31", paymentTerm={"id": terms},
        deliveryNote="D-1", items=[BOLTS, {"name": "Nut", "quantity": "0.5", "price": "0.1"}],
    )  # fmt: skip
    shown = sdk.invoices.get(made["idn"])
    assert shown == made
    header = {
        "id": made["id"], "idn": "1", "invoiceNumber": "R-77", "deliveryNote": "D-1", "status": 0, "currency": "EUR",
        "statusString": "status.open", "logicType": InvoiceLogicType.STANDARD.value,
        "sum": 30.02, "netSum": 30.02, "sumPaid": "0.00",
        "issueDate": "2026-01-31T00:00:00+00:00", "requiredDate": "2026-03-02T23:59:59+00:00", "creditPeriodDays": 30,
        "supplier": {"id": sold_by}, "creator": {"id": house.user_id}, "fromSupplier": False, "parentData": None,
    }  # fmt: skip
    matches(header, shown)
    matches({"paymentTerm": {"id": terms, "name": "Net 30"}, "payments": {"data": []}, "purchaseOrder": None}, shown)
    matches({"data": [{"name": "Bolt", "sum": 29.97}, {"name": "Nut", "quantity": 0.5, "sum": 0.05}]}, shown["items"])
    absent = dict.fromkeys(("items", "payments", "attachments", "approvalSteps", "paymentTerm"), "<absent>")
    matches([{**header, **absent}], sdk.invoices.list()["data"])


@exercises("invoices.list")
def test_invoices_by_kind(house: House, sdk: Watched) -> None:
    plain, note, alone = invoice(house)["id"], credit_note(house, 1)["id"], credit_note(house, 5)["id"]

    def of(*kinds: int, **more: Any) -> list[int]:
        return ids(sdk.invoices.list(logic_type=kinds, **more)["data"])

    assert of(InvoiceLogicType.STANDARD) == [plain]
    assert of(InvoiceLogicType.CREDIT_NOTE) == [note]
    assert of(1, 5, status=[0]) == [alone, note]
    assert of(InvoiceLogicType.PO_BASED) == []


@exercises("approval.confirm")
@pytest.mark.parametrize("alias", ALIASES)
def test_confirm(house: House, sdk: Watched, alias: str) -> None:
    """Without approval steps a confirmed document is approved. The answer is what a list shows of it."""
    made = ALIASES[alias](house)
    answer = sdk.approval.confirm(alias, made["idn"])
    matches({"id": made["id"], "idn": made["idn"], "status": DocumentStatus.APPROVED.value}, answer)
    matches({"statusString": "status.approved", "creator": {"id": house.user_id}, "approvalDate": "<datetime>"}, answer)
    assert set(mismatches(types.ApprovalResponse, answer, alias)) <= {"receipts.sum is missing"}
    assert house.get(f"/{alias}")["data"][0] == answer
    told = refused(400, sdk.approval.confirm, alias, made["idn"])
    assert told["errors"]["errors"] == {"status": told["message"]}
    refused(404, sdk.approval.confirm, alias, "99")


@exercises(*APPROVALS)
@pytest.mark.parametrize("alias", ALIASES)
def test_approval(house: House, sdk: Watched, alias: str) -> None:
    """With a step it waits for its approver, who says what is to become of it, and why."""
    step = {"name": "Head", "approvers": [{"user": house.user_id}]}
    house.made("/-/approvalworkflows", {"documentType": alias, "steps": [step]})
    first, second = (ALIASES[alias](house)["idn"] for _ in range(2))
    mine = {"canApproveDocument": True, "canRejectDocument": True}
    nobodys = {"canApproveDocument": False, "canRejectDocument": False}
    approval = sdk.approval
    matches({"idn": first, "status": 1, "statusString": "status.pending", "approvalInfo": mine},
            approval.confirm(alias, first))  # fmt: skip
    matches({"idn": first, "status": 2, "approvalDate": "<datetime>", "approvalInfo": nobodys},
            approval.approve(alias, first))  # fmt: skip
    matches({"idn": first, "status": 7, "statusString": "status.on_revise"}, approval.revision(alias, first, "count"))
    matches({"idn": first, "status": 2}, approval.confirm_revise(alias, first))
    for call in (approval.approve, approval.reject, approval.confirm_revise, approval.confirm):
        assert "Possible now" in refused(400, call, alias, first)["message"]
    approval.confirm(alias, second)
    matches({"idn": second, "status": 7}, approval.revision(alias, second))
    matches({"idn": second, "status": 1}, approval.confirm_revise(alias, second))
    matches({"idn": second, "status": 3, "statusString": "status.denied"}, approval.reject(alias, second, "too dear"))
    shown = house.get(f"/{alias}/{second}")
    matches({"comments": {"data": [{"text": "too dear", "verb": "reject"}]}}, shown)
    assert [one["status"] for one in shown["approvalSteps"]["data"]][-1] == 3
    for call in (approval.revision, approval.confirm):
        refused(400, call, alias, second)
    for call in (approval.approve, approval.reject, approval.revision, approval.confirm_revise):
        refused(404, call, alias, "99")


# Payments

FULLY_PAID = "The Invoice is already fully paid."
BETWEEN = "The amount must be greater than 0 and not exceed"


@exercises("payments.add_invoice_payment", "payments.list", "payments.cancel", "payments.set_external_id")
def test_payments(house: House, sdk: Watched) -> None:
    """In part, in full, taken back; the two sentences that a production writer compares."""
    owed = invoice(house, confirmed=True)

    def state() -> tuple[int, str]:
        shown = sdk.invoices.get(owed["idn"])
        return shown["status"], shown["sumPaid"]

    def sentence(amount: float) -> str:
        errors = refused(400, sdk.payments.add_invoice_payment, owed["id"], amount, "2023-12-01")["errors"]["errors"]
        assert set(errors) == {"sumPaid"}
        return str(errors["sumPaid"])

    assert state() == (InvoiceStatus.APPROVED, "0.00")
    assert sentence(0) == sentence(-1.5) == sentence(100.01) == f"{BETWEEN} 100"
    part = sdk.payments.add_invoice_payment(owed["id"], 33.33, "2023-12-01T20:00:00Z", external_id="P-1")
    wanted = {
        "id": "<int>", "idn": "1", "sumPaid": 33.33, "payDate": "2023-12-01T20:00:00+00:00", "status": 0,
        "logicType": PaymentLogicType.STANDARD.value, "prepayment": False, "externalId": "P-1", "balance": None,
        "creator": {"id": house.user_id}, "purchaseOrder": None,
        "invoice": {"id": owed["id"], "idn": owed["idn"], "sumPaid": "33.33"},
    }  # fmt: skip
    matches(wanted, part)
    matches([wanted], sdk.payments.list()["data"])
    assert state() == (InvoiceStatus.PARTLY_PAID, "33.33")
    assert sentence(66.68) == f"{BETWEEN} 66.67"
    rest = sdk.payments.add_invoice_payment(owed["id"], 66.67, "2023-12-02", logic_type=PaymentLogicType.PREPAYMENT)
    matches({"idn": "2", "sumPaid": 66.67, "logicType": 1, "externalId": None}, rest)
    assert state() == (InvoiceStatus.PAID, "100.00")
    assert sentence(0.01) == FULLY_PAID
    paid = sdk.invoices.get(owed["idn"])["payments"]["data"]
    matches([{"idn": "1", "sumPaid": 33.33, "status": 0}, {"idn": "2", "sumPaid": 66.67, "status": 0}], paid)
    assert sdk.payments.set_external_id("2", "P-2") == {**rest, "externalId": "P-2"}
    matches({"id": part["id"], "idn": "1", "status": 1, "invoice": {"sumPaid": "66.67"}}, sdk.payments.cancel("1"))
    assert state() == (InvoiceStatus.PARTLY_PAID, "66.67")
    assert "canceled" in refused(400, sdk.payments.cancel, "1")["message"]
    sdk.payments.cancel("2")
    assert state() == (InvoiceStatus.APPROVED, "0.00")
    matches([{"idn": "2", "status": 1, "externalId": "P-2"}, {"idn": "1", "status": 1}], sdk.payments.list_all())
    refused(404, sdk.payments.cancel, "3")


@exercises("invoices.list", "payments.add_invoice_payment")
def test_whether_an_invoice_is_paid(house: House, sdk: Watched) -> None:
    """A payment changes the invoice, and the list shows it under the status that the SDK calls by the same name."""
    full, part, none = (invoice(house, confirmed=True) for _ in range(3))
    sdk.payments.add_invoice_payment(full["id"], 100, "2023-12-01")
    sdk.payments.add_invoice_payment(part["id"], 1, "2023-12-01")

    def of(*status: int) -> list[int]:
        return ids(sdk.invoices.list(status=status)["data"])

    assert of(InvoiceStatus.PAID) == [full["id"]]
    assert of(InvoiceStatus.PARTLY_PAID) == [part["id"]]
    assert of(InvoiceStatus.APPROVED, InvoiceStatus.PARTLY_PAID) == [none["id"], part["id"]]
    assert [one["sumPaid"] for one in sdk.invoices.list()["data"]] == ["0.00", "1.00", "100.00"]


@exercises("payments.add_invoice_payment")
def test_only_approved_invoices_are_paid(house: House, sdk: Watched) -> None:
    draft = invoice(house)
    assert faults(sdk.payments.add_invoice_payment, draft["id"], 1.0, "2023-12-01") == {"invoice"}
    assert faults(sdk.payments.add_invoice_payment, 10**9, 1.0, "yesterday") == {"invoice", "payDate"}
    assert sdk.payments.list()["data"] == []


@exercises("payments.add_invoice_payment", "items.add", "invoices.get")
@pytest.mark.parametrize("price", [0.1, 0.07, 1 / 8, 99999.99])
def test_numbers_come_back_as_they_were_sent(house: House, sdk: Watched, price: float) -> None:
    """A float of the SDK is a decimal here, never a sum of binary fractions."""
    assert sdk.items.add(name="Bolt", sku="B", price=price)["price"] == price
    owed = invoice(house, confirmed=True, items=[{"name": "Bolt", "quantity": 3, "price": str(price)}])
    total = float(round(Decimal(str(price)) * 3 + Decimal("1e-9"), 2))
    assert sdk.invoices.get(owed["idn"])["sum"] == total
    assert sdk.payments.add_invoice_payment(owed["id"], total, "2023-12-01")["sumPaid"] == total
    assert sdk.invoices.get(owed["idn"])["status"] == InvoiceStatus.PAID


@exercises("payments.add_expense_payment", "expenses.get")
def test_payments_of_expenses(house: House, sdk: Watched) -> None:
    """In part and in full; wrong ones are refused as those of invoices are."""
    owed, draft = expense(house, confirmed=True), expense(house)

    def state() -> tuple[int, float]:
        shown = sdk.expenses.get(owed["idn"])
        return shown["status"], shown["sumPaid"]

    pay = sdk.payments.add_expense_payment
    assert state() == (InvoiceStatus.APPROVED, 0)
    part = pay(owed["id"], 33.33, "2023-12-01T20:00:00Z")
    wanted = {
        "id": "<int>", "idn": "1", "sumPaid": 33.33, "payDate": "2023-12-01T20:00:00+00:00", "status": 0,
        "createDate": "<datetime>", "creator": {"id": house.user_id},
    }  # fmt: skip
    matches(wanted, part)
    assert set(mismatches(types.ExpensePaymentData, part, "payment")) == set()
    assert state() == (InvoiceStatus.PARTLY_PAID, 33.33)
    told = refused(400, pay, owed["id"], 66.68, "2023-12-02")
    assert told["errors"]["errors"] == {"sumPaid": f"{BETWEEN} 66.67"}
    pay(owed["id"], 66.67, "2023-12-02")
    assert state() == (InvoiceStatus.PAID, 100)
    told = refused(400, pay, owed["id"], 0.01, "2023-12-02")
    assert told["errors"]["errors"] == {"sumPaid": "The Expense is already fully paid."}
    paid = sdk.expenses.get(owed["idn"])["expensePayments"]["data"]
    assert [(one["idn"], one["sumPaid"]) for one in paid] == [("1", 33.33), ("2", 66.67)]
    assert faults(pay, draft["id"], 1.0, "2023-12-01") == {"expense"}
    assert faults(pay, 10**9, 1.0, "yesterday") == {"expense", "payDate"}


@exercises("expenses.list", "expenses.get")
def test_expenses(house: House, sdk: Watched) -> None:
    """A row is light; the lines, their taxes and payments stand in the detail. By status and day of approval."""
    with at(house, JANUARY):
        first = expense(house, confirmed=True, expenseNumber="E-1")
    draft = expense(house)
    row = sdk.expenses.list(status=[2])["data"][0]
    matches({"id": first["id"], "expenseNumber": "E-1", "sum": 100, "netSum": 100, "sumPaid": 0}, row)
    assert {"items", "taxes", "expensePayments", "attachments"}.isdisjoint(row)
    shown = sdk.expenses.get(first["idn"])
    assert [(one["name"], one["sum"]) for one in shown["items"]["data"]] == [("Taxi", 100)]
    assert ids(sdk.expenses.list(status=[0])["data"]) == [draft["id"]]
    in_january = {"approval_left_date": "2041-01-15T00:00:00", "approval_right_date": "2041-01-15T23:59:59"}
    assert ids(sdk.expenses.list(**in_january)["data"]) == [first["id"]]
    assert sdk.expenses.list(approval_left_date="2041-01-16T00:00:00")["data"] == []
    refused(404, sdk.expenses.get, "99")


@exercises("ocr.upload", "ocr.get", "ocr.list")
def test_bills_are_handed_in(house: House, sdk: Watched) -> None:
    """The answer is a sentence; what has become of the file stands in the list, by status."""
    told = sdk.ocr.upload(b"%PDF-1.7\n%%EOF", "bill.pdf", "application/pdf")
    assert told == {"uploadSuccessMessage": "bill.pdf is AP document 1 now."}
    assert set(sdk.ocr.upload(b"hello", "note.txt")) == {"uploadErrorMessage"}
    shown = sdk.ocr.get("1")
    matches({"idn": "1", "name": "bill.pdf", "status": 1, "user": {"id": house.user_id}, "invoice": None}, shown)
    assert ids(sdk.ocr.list(status=[1])["data"]) == [shown["id"]], "nothing here reads pictures: somebody has to"
    assert sdk.ocr.list(status=[2, 3, 4])["data"] == []
    refused(404, sdk.ocr.get, "2")


@exercises("budgets.list", "budgets.list_all", "budgets.iter_all")
def test_budgets_are_listed_line_by_line(house: House, sdk: Watched) -> None:
    """Each line of a plan in each of its periods, with what has been taken of it."""
    line = {"name": "Bolts", "periods": [{"sum": 100}, {"sum": 200}]}
    plan = {"name": "Works", "type": "quarter", "startDate": "2023-01-01", "endDate": "2023-06-30", "lines": [line]}
    made = house.under(profile="extended").made("/-/budgetplans", plan)
    found = sdk.budgets.list(per_page=10)["data"]
    assert [(one["fullName"], one["sum"], one["availableSum"]) for one in found] == [
        ("Works / Bolts / 2023 Q2", 200, 200), ("Works / Bolts / 2023 Q1", 100, 100),
    ]  # fmt: skip
    first = {
        "parentBudgetId": made["id"], "startDate": "2023-01-01T00:00:00+00:00", "endDate": "2023-03-31T23:59:59+00:00",
        "usedSumInPurchaseOrder": 0, "usedSumInInvoice": 0, "usedSumInExpense": 0, "usedSumInPurchaseRequisition": 0,
        "budgetLimit": None, "type": "quarter", "allLocationsAccess": True, "usedTaxPercentInBudget": "100.00",
    }  # fmt: skip
    matches(first, found[1])
    assert [one["id"] for one in sdk.budgets.list_all()] == ids(found)
    assert [one["id"] for one in sdk.budgets.iter_all()] == ids(found)


@exercises("payments.list_all")
def test_many_pay_at_once(house: House, address: str, sdk: Watched) -> None:
    """Eight clients with a fifth each: five get through, whoever they are."""
    owed = invoice(house, confirmed=True)

    def pay(_: int) -> str:
        with client(address, house) as found:
            try:
                return str(found.payments.add_invoice_payment(owed["id"], 20, "2023-12-01")["sumPaid"])
            except precoro.PrecoroClientError as refusal:
                return str(refusal.response_body["errors"]["errors"]["sumPaid"])

    with ThreadPoolExecutor(8) as clients:
        assert sorted(clients.map(pay, range(8))) == ["20"] * 5 + [FULLY_PAID] * 3
    matches({"status": InvoiceStatus.PAID.value, "sumPaid": "100.00"}, sdk.invoices.get(owed["idn"]))
    assert [one["idn"] for one in sdk.payments.list_all()] == ["5", "4", "3", "2", "1"]


# Refusals


# Stock


def in_stock(house: House, quantity: int = 12) -> tuple[int, int]:
    """A warehouse, and an item that so many of were counted in it."""
    place = house.made("/warehouses", {"name": "Main", "type": "store"})["id"]
    bolt = house.made("/items", {"name": "Bolt", "sku": "B", "price": 1})["id"]
    counted = [{"product": {"id": bolt}, "countedQuantity": quantity}]
    taking = house.made("/stock_takings", {"warehouse": {"id": place}, "items": counted})["id"]
    for verb in ("start", "confirm"):
        house.changed("POST", f"/stock_takings/{taking}/{verb}")
    return place, bolt


@exercises(
    "inventory.list_stock_transfers", "inventory.iter_stock_transfers", "inventory.list_all_stock_transfers",
    "inventory.get_stock_transfer",
)  # fmt: skip
def test_stock_transfers(house: House, sdk: Watched) -> None:
    place, bolt = in_stock(house)
    shop = house.made("/warehouses", {"name": "Shop"})["id"]
    head = {"fromWarehouse": {"id": place}, "items": [{"product": {"id": bolt}, "quantity": 2}]}
    made = [
        house.made("/stocktransfers", {**head, **more})["id"]
        for more in ({"toWarehouse": {"id": shop}, "requiredDate": "2026-01-31"}, {"type": "consumption"})
    ]
    house.changed("POST", f"/stocktransfers/{made[0]}/confirm")
    transfer = sdk.inventory.get_stock_transfer(made[0])
    matches(
        {
            "id": made[0], "type": "transfer", "status": 5, "requiredDate": "2026-01-31T23:59:59+00:00",
            "fromWarehouse": {"id": place}, "toWarehouse": {"id": shop}, "creator": {"id": house.user_id},
            "items": {"data": [{"product": {"id": bolt}, "quantity": 2}]},
        },
        transfer,
    )  # fmt: skip
    matches({"type": "consumption", "status": 0, "toWarehouse": None}, sdk.inventory.get_stock_transfer(made[1]))
    rows = sdk.inventory.list_stock_transfers(per_page=10)["data"]
    assert ids(rows) == made[::-1]
    assert rows[1] == {key: value for key, value in transfer.items() if key in rows[1]}
    assert "items" not in rows[1]
    assert ids(sdk.inventory.list_all_stock_transfers()) == ids(sdk.inventory.iter_stock_transfers()) == made[::-1]
    assert list(mismatches(types.StockTransferData, transfer, "transfer")) == []
    refused(404, sdk.inventory.get_stock_transfer, 10**9)


@exercises(
    "inventory.list_stock_takings", "inventory.iter_stock_takings", "inventory.list_all_stock_takings",
    "inventory.get_stock_taking",
)  # fmt: skip
def test_stock_takings(house: House, sdk: Watched) -> None:
    place, bolt = in_stock(house)
    (row,) = sdk.inventory.list_stock_takings()["data"]
    assert sdk.inventory.list_all_stock_takings() == list(sdk.inventory.iter_stock_takings()) == [row]
    taking = sdk.inventory.get_stock_taking(row["id"])
    matches({"warehouse": {"id": place}, "creator": {"id": house.user_id}, "createDate": "<datetime>"}, taking)
    matches([{"product": {"id": bolt}, "countedQuantity": 12}], taking["items"]["data"])
    assert list(mismatches(types.StockTakingData, taking, "taking")) == []


@exercises(
    "inventory.list_warehouse_items", "inventory.iter_warehouse_items", "inventory.list_all_warehouse_items",
)  # fmt: skip
def test_what_warehouses_hold(house: House, sdk: Watched) -> None:
    place, bolt = in_stock(house)
    (row,) = sdk.inventory.list_warehouse_items(place)["data"]
    levels = {"minimumStockLevel": 20, "reorderTo": 50}
    house.changed("PUT", f"/warehouses/{place}/items/{row['id']}", levels)
    (row,) = sdk.inventory.list_all_warehouse_items(place)
    matches({"quantity": 12, **levels, "needToOrder": 38, "warehouse": {"id": place}, "product": {"id": bolt}}, row)
    assert list(sdk.inventory.iter_warehouse_items(place)) == [row]
    assert list(mismatches(types.WarehouseItemData, row, "item")) == []
    refused(404, sdk.inventory.list_warehouse_items, 10**9)


@exercises(
    "warehouse_requests.list", "warehouse_requests.iter_all", "warehouse_requests.list_all", "warehouse_requests.get",
    "approval.confirm",
)  # fmt: skip
def test_warehouse_requests(house: House, sdk: Watched) -> None:
    place, bolt = in_stock(house)
    body = {"warehouse": {"id": place}, "items": [{"product": {"id": bolt}, "quantity": 3}]}
    first, second = (house.made("/warehouserequests", body)["idn"] for _ in range(2))
    matches({"status": DocumentStatus.APPROVED.value, "idn": first}, sdk.approval.confirm("warehouserequests", first))
    request = sdk.warehouse_requests.get(first)
    matches(
        {
            "statusTransferred": 0, "sum": 3, "currency": "EUR", "warehouse": {"id": place},
            "creator": {"id": house.user_id}, "items": {"data": [{"product": {"id": bolt}, "quantity": 3}]},
        },
        request,
    )  # fmt: skip
    assert [one["idn"] for one in sdk.warehouse_requests.list_all()] == [second, first]
    assert [one["idn"] for one in sdk.warehouse_requests.list(status=[2])["data"]] == [first]
    assert [one["idn"] for one in sdk.warehouse_requests.iter_all(status=[0])] == [second]
    assert list(mismatches(types.WarehouseRequestData, request, "request")) == []
    (held,) = sdk.inventory.list_warehouse_items(place)["data"]
    matches({"reserved": 3, "available": 9}, held)
    refused(404, sdk.warehouse_requests.get, "99")


# Requisitions and proposals


@exercises(
    "purchase_requisitions.list", "purchase_requisitions.iter_all", "purchase_requisitions.list_all",
    "purchase_requisitions.get", "purchase_requisitions.complete", "approval.confirm",
)  # fmt: skip
def test_requisitions(house: House, sdk: Watched) -> None:
    with at(house, JANUARY):
        first = requisition(house, confirmed=True, note="urgent")["idn"]
    with at(house, MARCH):
        items = [{**BOLTS, "supplier": {"id": supplier(house)["id"]}}]
        second = requisition(house, items=items)["idn"]
    reading = sdk.purchase_requisitions
    shown = reading.get(second)
    matches(
        {
            "idn": "2", "status": 0, "sum": 29.97, "budgetedSum": 29.97, "currency": "EUR", "exchangeRate": 1,
            "location": {"name": "Hamburg"}, "creator": {"id": house.user_id},
            "requiredDate": "2041-06-30T23:59:59+00:00",
            "items": {"data": [{"name": "Bolt", "quantity": 3, "status": 0, "supplier": {"name": "Bolt & Nut"}}]},
        },
        shown,
    )  # fmt: skip
    assert list(mismatches(types.PurchaseRequisitionData, shown, "requisition")) == []
    rows = reading.list(per_page=10)["data"]
    assert [one["idn"] for one in rows] == [second, first]
    assert "items" not in rows[0]
    assert {key: value for key, value in shown.items() if key in rows[0]} == rows[0]
    approved = {"approval_left_date": JANUARY, "approval_right_date": FEBRUARY, "status": [2]}
    assert [one["idn"] for one in reading.list_all(**approved)] == [first]
    assert [one["idn"] for one in reading.iter_all(modified_since=FEBRUARY)] == [second]
    matches({"status": 2, "approvalDate": "<datetime>"}, sdk.approval.confirm("purchaserequisitions", second))
    matches({"idn": first, "status": 5}, reading.complete(first))
    assert "completed" in refused(400, reading.complete, first)["message"]
    refused(404, reading.get, "99")


@exercises(
    "request_for_proposals.list", "request_for_proposals.iter_all", "request_for_proposals.list_all",
    "request_for_proposals.get", "request_for_proposals.get_proposition",
    "request_for_proposals.approve_proposition_items", "approval.confirm",
)  # fmt: skip
def test_proposals(house: House, sdk: Watched) -> None:
    made = request_for_proposal(house, requiredDate="2041-02-15")
    matches({"status": 2, "idn": made["idn"]}, sdk.approval.confirm("requestforproposals", made["idn"]))
    asking = sdk.request_for_proposals
    shown = asking.get(made["idn"])
    assert list(mismatches(types.RFPData, shown, "request")) == []
    (proposal,) = shown["propositions"]["data"]
    (line,) = ids(proposal["items"]["data"])
    offered = {"items": [{"id": line, "price": 1.5}]}
    house.changed("PUT", f"/-/propositions/{proposal['accessKey']}", offered)
    proposal = asking.get_proposition(proposal["id"])
    matches({"sum": 4.5, "status": 1, "requestForProposal": {"id": made["id"]}, "name": "Bolt & Nut"}, proposal)
    assert list(mismatches(types.PropositionData, proposal, "proposal")) == []

    def found(**filters: Any) -> list[str]:
        return [one["idn"] for one in asking.list_all(**filters)]

    for filters, idns in (
        ({"status": [2], "proposition_status": [1]}, [made["idn"]]),
        ({"proposition_status": [0, 2, 3]}, []),
        ({"required_date_from": "2041-02-15", "required_date_to": "2041-02-15"}, [made["idn"]]),
        ({"required_date_from": "16.02.2041"}, []),
    ):
        assert found(**filters) == idns
    assert asking.list()["data"] == list(asking.iter_all())
    matches({"status": 2, "items": {"data": [{"status": 2}]}}, asking.approve_proposition_items(proposal["id"], [line]))
    matches({"status": 5, "sum": 4.5, "supplier": {"name": "Bolt & Nut"}}, asking.get(made["idn"]))
    refused(400, asking.approve_proposition_items, proposal["id"], [line])
    refused(404, asking.get_proposition, 10**9)


def test_wrong_credentials(house: House, address: str) -> None:
    """Both are needed and belong together (S3, S5); what is wrong is not told."""
    other = house.person("super_user")
    stranger = house.premises.house()
    wrong = ({"token": "nobody"}, {"token": f"{house.token}x"}, {"email": "nobody@acme.test"}, {"email": other.email})
    for more in wrong:
        with client(address, house, **more) as found, pytest.raises(precoro.PrecoroAuthenticationError) as caught:
            found.users.list()
        assert caught.value.status_code == 401
        assert str(caught.value) == "Authentication failed: 401 — Bad credentials"
        matches({"code": 401, "message": "Bad credentials"}, caught.value.response_body)
    with client(address, house, email=house.email.upper()) as found:
        assert len(found.users.list_all()) == 2
    with client(address, stranger) as found:
        assert ids(found.users.list_all()) == [stranger.user_id]


def test_a_right_that_is_missing_is_an_authentication_error_to_the_sdk(house: House, address: str) -> None:
    made = supplier(house)
    with client(address, house.person("supplier.view")) as found:
        assert found.suppliers.get(made["id"])["name"] == "Bolt & Nut"
        with pytest.raises(precoro.PrecoroAuthenticationError) as caught:
            found.suppliers.update(made["id"], name="Mine")
    assert caught.value.status_code == 403
    assert "supplier.create" in str(caught.value)


def test_errors_say_what_is_wrong(sdk: Watched) -> None:
    """The SDK shows `message`; the fields are in the body."""
    with pytest.raises(precoro.PrecoroClientError) as caught:
        sdk.suppliers.create()
    body = caught.value.response_body
    assert str(caught.value) == f"Client error: 400 — {body['message']}"
    assert body["errors"]["errors"] == {"name": "This field is required."}
    matches({"code": 404, "message": "Not Found"}, refused(404, sdk.suppliers.get, 10**9))
    matches({"code": 404, "message": "Not Found"}, refused(404, sdk.items.get, "abc"))


def test_a_fault_of_ours_is_a_server_error(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = services(house.premises)
    monkeypatch.setattr(broken, "routes", None)
    with (
        serving(broken) as address,
        client(address, house) as found,
        pytest.raises(precoro.PrecoroServerError) as caught,
    ):
        found.users.list()
    matches({"code": 500, "message": "<string>", "requestId": "<string>"}, caught.value.response_body)
    assert "NoneType" not in str(caught.value)


def test_a_file_that_is_too_large(house: House) -> None:
    """The server does not wait for the rest of it, and the SDK still hears why."""
    made = supplier(house)["id"]
    with (
        serving(services(house.premises, body_bytes=1024, upload_bytes=1024)) as address,
        client(address, house) as found,
    ):
        told = refused(413, found.attachments.add, made, ATTACHMENT_TYPE_SUPPLIER, b"x" * 8_000_000, "x.txt")
        assert "66560 bytes" in told["message"]
        told = refused(413, found.attachments.add, made, ATTACHMENT_TYPE_SUPPLIER, b"x" * 1025, "x.txt")
        assert "1024" in told["message"]
        assert found.suppliers.get(made)["attachments"] == {"data": []}


def test_a_server_that_is_gone(house: House) -> None:
    with serving(services(house.premises)) as address, client(address, house) as found:
        assert len(found.users.list()["data"]) == 1
    with client(address, house) as found, pytest.raises(precoro.PrecoroConnectionError):
        found.users.list()


# Limits


class Standing:
    """A clock that stands still until it is moved."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


@pytest.mark.parametrize(
    ("limits", "name", "window"),
    [
        ({}, "Duplicate limiter", 60),
        ({"limit_identical_minute": 0, "limit_identical_hour": 1}, "Duplicate limiter", 3600),
        ({"limit_identical_minute": 0, "limit_minute": 1}, "Minute limiter", 60),
        ({"limit_identical_minute": 0, "limit_hour": 1}, "Hourly limiter", 3600),
        ({"limit_identical_minute": 0, "limit_day": 1}, "Daily limiter", 86400),
    ],
)
def test_limits_say_when_to_come_back(house: House, limits: dict[str, int], name: str, window: int) -> None:
    """The SDK reads the moment from a header as ISO text; the body has it as production spells it (S12, S13)."""
    ahead = Standing(datetime.now(UTC) + timedelta(days=1))
    limited = services(house.premises, clock=ahead, limits=True, **limits)
    with serving(limited) as address, client(address, house) as found:
        found.units.list()
        with pytest.raises(precoro.PrecoroRateLimitError) as caught:
            found.units.list()
    again = (int(ahead.now.timestamp()) // window + 1) * window
    assert caught.value.status_code == 429
    assert caught.value.retry_after == pytest.approx(again - time.time(), abs=5)
    spelled = datetime.fromtimestamp(again, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    wanted = {"error": "Too many requests", "RateLimit-Type": name, "RateLimit-Retry-After": spelled}
    matches(wanted, caught.value.response_body)


def test_the_sdk_waits_as_it_is_told(house: House) -> None:
    """Here it is told a moment long gone by its own clock, so it does not really wait."""
    clock = Standing(datetime(2026, 1, 15, 12, 0, 30, tzinfo=UTC))
    told: list[str] = []

    class Waking(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            told.append(record.getMessage())
            clock.now += timedelta(seconds=30)

    waking, limited = Waking(logging.WARNING), services(house.premises, clock=clock, limits=True)
    logging.getLogger("precoro").addHandler(waking)
    try:
        with serving(limited) as address, client(address, house, retries=1) as found:
            assert found.units.list() == found.units.list()
    finally:
        logging.getLogger("precoro").removeHandler(waking)
    assert told == ["Rate limit hit (429), retrying in 0.00s (attempt 1/1)"]


# The whole of the SDK


def test_approval_is_tested_for_every_kind_of_document() -> None:
    assert set(ALIASES) == set(DOCUMENT_ALIASES)


def test_every_method_is_tested() -> None:
    assert set(surface()) == set(TESTED)


DESCRIBED: dict[str, Any] = {
    "suppliers": types.SupplierData,
    "items": types.ItemData,
    "supplier_custom_fields": types.CustomFieldData,
    "item_custom_fields": types.CustomFieldData,
    "document_custom_fields": types.CustomFieldData,
    "units": types.UnitData,
    "contracts": types.ContractData,
    "payment_terms": types.PaymentTermData,
    "locations": types.LocationData,
    "users": types.UserData,
    "legal_entities": types.LegalEntityData,
    "warehouses": types.WarehouseData,
    "taxes": types.TaxData,
    "attachments": types.AttachmentData,
    "purchase_orders": types.PurchaseOrderData,
    "invoices": types.InvoiceData,
    "payments": types.PaymentData,
    "receipts": types.ReceiptData,
    "purchase_requisitions": types.PurchaseRequisitionData,
    "request_for_proposals": types.RFPData,
    "warehouse_requests": types.WarehouseRequestData,
    "expenses": types.ExpenseData,
    "ocr": types.OcrDocumentData,
}

WRAPPED = "collections are wrapped, {data: […]}; seen by the overview, the vendor's help and a reader in production"
OMITTED = "only the SDK has it; the vendor shows another field"
PRODUCTION = "a reader in production finds it otherwise"

DEPARTURES = {
    "invoices.modifyDate is missing": OMITTED,
    "invoices.totalAmount is missing": OMITTED,
    "invoices.vendorName is missing": OMITTED,
    "invoices.sumPaid is str, not float": PRODUCTION,
    "invoices.sumPaidInCompanyCurrency is str, not float": PRODUCTION,
    "payments.invoice.sumPaid is str, not float": PRODUCTION,
    "payments.invoice.sumPaidInCompanyCurrency is str, not float": PRODUCTION,
    **{f"{name}.allDocumentCustomFieldOptionsIds is no list": PRODUCTION for name in DOCUMENTS},
    "suppliers.taxPayerType is int, not str": PRODUCTION,
    "items.type is int, not str": PRODUCTION,
    "warehouses.locations is no list": WRAPPED,
    "supplier_custom_fields.options is no list": WRAPPED,
    "item_custom_fields.options is no list": WRAPPED,
    "document_custom_fields.options is no list": WRAPPED,
}
"""Where the contract says otherwise than the SDK's types, and for what reason."""

DETAIL_ONLY = {
    "suppliers": {"approvalDate", "netSuiteId", "attachments", "supplierLegalEntities", "isPunchoutSupplier"},
    "contracts": {"attachments"},
    "warehouses": {"locations"},
    "purchase_orders": {"items", "attachments", "relatedReceipts", "approvalSteps", "taxes", "paymentTerm"},
    "invoices": {"items", "attachments", "approvalSteps", "taxes", "payments", "paymentTerm", "purchaseOrder"},
    "request_for_proposals": {"items", "attachments", "approvalSteps", "propositions"},
    **{
        name: {"items", "attachments", "approvalSteps"}
        for name in ("receipts", "purchase_requisitions", "warehouse_requests", "expenses")
    },
    "ocr": {"attachments"},
}
"""What the rows of a list leave out (objects of the contract, column In)."""


def all_filled(house: House, sdk: Watched) -> dict[str, Any]:
    """One of each kind as the SDK gets it, with all references set: its detail, or its row where it has no detail."""
    entity = house.made("/legalentities", {"name": "Acme", "fullName": "Acme GmbH"})["id"]
    place = house.made("/locations", {"name": "Hamburg", "uniqueCode": "HH"})["id"]
    house.made("/users", {"email": "bob@acme.test", "location": {"id": place}, "roles": ["invoice.view"]})
    house.made("/units", {"name": "piece"})
    tax = sdk.taxes.add("VAT", 20.0)["id"]
    sdk.payment_terms.add("Net", 0)
    sold_by = sdk.suppliers.create(name="Bolt & Nut", uniqueCode="BN", taxPayerType=2, deliveryPeriod=3)["id"]
    fields = {name: house.made(f"/{family}customfields", {"name": "F"})["id"] for name, family in FAMILIES.items()}
    option = {name: getattr(sdk, name).add_option(field, "One")["id"] for name, field in fields.items()}
    account = "document_custom_fields"
    chosen = {"value": option[account], "documentCustomField": {"id": fields[account]}}
    category = house.made("/categories", {"name": "Screws"})["id"]
    item = sdk.items.add(name="Bolt", sku="B", price=1, **{"supplier[id]": sold_by, "category[id]": category})["id"]
    agreed = sdk.contracts.create("C-7", sold_by)["id"]
    store = house.made("/warehouses", {"name": "Main", "type": "store", "uniqueCode": "W", "locationIds": [place]})
    head = {
        "supplier": {"id": sold_by}, "location": {"id": place}, "legalEntity": {"id": entity}, "customName": "No. 7",
        "requiredDate": "2026-01-31", "dataDocumentCustomFields": [chosen], "items": [{**BOLTS, "taxes": [tax]}],
    }  # fmt: skip
    ordered, billed = order(house, confirmed=True, **head), invoice(house, confirmed=True, **head)
    common = {name: head[name] for name in ("customName", "requiredDate", "dataDocumentCustomFields")}
    kept = {"product": {"id": item}, "quantity": 1}
    took = house.made(f"/receipts/{ordered['idn']}", {**common, "warehouse": {"id": store["id"]}})
    wanted = requisition(house, **{name: one for name, one in head.items() if name != "supplier"})
    asked = house.made("/requestforproposals", {**head, "requiredDate": "2041-01-31"})
    drawn = warehouse_request(house, **{**head, "warehouse": {"id": store["id"]}, "items": [kept]})
    spent = expense(house, **{name: one for name, one in head.items() if name != "supplier"})
    scanned = bill(house)
    sdk.payments.add_invoice_payment(billed["id"], 1.5, "2026-01-31", external_id="P")
    file = sdk.attachments.add(sold_by, ATTACHMENT_TYPE_SUPPLIER, b"x", "x.txt", comment="c")
    rows = ("units", "payment_terms", "locations", "users", "legal_entities", "taxes", "payments")
    return {
        "suppliers": sdk.suppliers.get(sold_by),
        "items": sdk.items.get(item),
        **{name: getattr(sdk, name).get(field) for name, field in fields.items()},
        "contracts": sdk.contracts.get(agreed),
        "warehouses": sdk.warehouses.get(store["id"]),
        "attachments": file,
        "purchase_orders": sdk.purchase_orders.get(ordered["idn"]),
        "invoices": sdk.invoices.get(billed["idn"]),
        "receipts": sdk.receipts.get(took["idn"]),
        "purchase_requisitions": sdk.purchase_requisitions.get(wanted["idn"]),
        "request_for_proposals": sdk.request_for_proposals.get(asked["idn"]),
        "warehouse_requests": sdk.warehouse_requests.get(drawn["idn"]),
        "expenses": sdk.expenses.get(spent["idn"]),
        "ocr": sdk.ocr.get(scanned["idn"]),
        **{name: getattr(sdk, name).list()["data"][0] for name in rows},
    }


def test_answers_have_the_shape_of_the_sdks_types(house: House, sdk: Watched) -> None:
    """Every key the SDK knows, down into embedded objects, and of its type; the departures are the contract's own."""
    found = all_filled(house, sdk)
    assert found.keys() == DESCRIBED.keys()
    seen = {place for name, shown in found.items() for place in mismatches(DESCRIBED[name], shown, name)}
    assert seen == DEPARTURES.keys()
    assert all(isinstance(shown["idn"], str) for shown in found.values() if "idn" in shown)


def test_rows_are_light(house: House, sdk: Watched) -> None:
    """A row has what the detail has, in the same words, save what only the detail shows."""
    found = all_filled(house, sdk)
    for name in set(found) - {"attachments"}:
        detail = found[name]
        row = next(one for one in getattr(sdk, name).list()["data"] if one["id"] == detail["id"])
        assert {key: value for key, value in detail.items() if key in row} == row
        assert DETAIL_ONLY.get(name, set()) <= detail.keys() - row.keys(), name
        missing = get_type_hints(DESCRIBED[name]).keys() - DETAIL_ONLY.get(name, set()) - row.keys()
        assert missing <= {"modifyDate", "totalAmount", "vendorName"}, name
