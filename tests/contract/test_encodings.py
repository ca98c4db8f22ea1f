"""A form, JSON and a multipart body say the same, however long: one handler reads one tree."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.support.house import House, Premises, multipart
from tests.support.making import Furnished, flat, send

MOMENTS = {"createDate", "updateDate", "approvalDate"}


@pytest.fixture(scope="module")
def company(premises: Premises) -> Furnished:
    return Furnished(premises.house(), "Enc").furnish(of_each=2)


def spelt(name: str, tree: Any) -> list[tuple[str, str]]:
    """Pairs of a form in the other spelling: plain lists as `currencies[]`, truth as 0 or 1."""
    if isinstance(tree, dict):
        return [pair for key, child in tree.items() for pair in spelt(f"{name}[{key}]" if name else key, child)]
    if isinstance(tree, list) and all(not isinstance(child, (dict, list)) for child in tree):
        return [(f"{name}[]", text) for child in tree for _, text in spelt(name, child)]
    if isinstance(tree, list):
        return [pair for i, child in enumerate(tree) for pair in spelt(f"{name}[{i}]", child)]
    return [(name, "" if tree is None else str(int(tree)) if isinstance(tree, bool) else str(tree))]


def encoded(tree: dict[str, Any]) -> dict[str, tuple[bytes, str]]:
    """The bytes and the content type of the tree in every encoding."""
    form = "application/x-www-form-urlencoded"
    kind, parts = multipart(flat(tree), {})
    return {
        "JSON": (json.dumps(tree, ensure_ascii=False).encode(), "application/json"),
        "escaped JSON": (json.dumps(tree).encode(), "application/json; charset=utf-8"),
        "form": (urlencode(flat(tree)).encode(), form),
        "other form": (urlencode(spelt("", tree)).encode(), f"{form}; charset=UTF-8"),
        "multipart": (parts, kind),
    }


def told(shown: Any, before: set[int]) -> Any:
    """An answer without what is different each time: new ids, numbers and moments."""
    if isinstance(shown, dict):
        return {
            key: "new"
            if (key == "id" and child not in before) or (key == "idn" and "status" in shown)
            else told(child, before)
            for key, child in shown.items()
            if key not in MOMENTS
        }
    return [told(child, before) for child in shown] if isinstance(shown, list) else shown


def assert_all_the_same(company: Furnished, path: str, tree: dict[str, Any], change: dict[str, Any], key: str) -> None:
    before = {row_id for ids in company.ids.values() for row_id in ids}
    made, altered = {}, {}
    for name, (body, content_type) in encoded(tree).items():
        status, shown, _ = send(company.house, "POST", path, body, content_type)
        assert status == 201, (name, body, shown)
        made[name] = told(shown, before)
        body, content_type = encoded(change)[name]
        status, shown, _ = send(company.house, "PUT", f"{path}/{shown[key]}", body, content_type)
        assert status == 200, (name, body, shown)
        altered[name] = told(shown, before)
    for answers in (made, altered):
        assert all(answer == answers["JSON"] for answer in answers.values()), answers


texts = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12).filter(str.strip)
amounts = st.decimals(0, 9999, places=2).map(str) | st.integers(0, 9999)
percents = st.none() | st.integers(0, 100)
days = st.dates().filter(lambda day: 1 < day.year < 9999).map(str)


def lines(company: Furnished) -> st.SearchStrategy[list[dict[str, Any]]]:
    ids = company.ids
    taxes = st.lists(st.sampled_from(ids["taxes"]), max_size=2, unique=True)
    line = st.fixed_dictionaries(
        {"name": texts, "price": amounts},
        optional={
            "quantity": amounts, "sku": texts, "description": texts | st.none(), "discountPercent": percents,
            "discountAmount": amounts, "unit": references(ids["units"]), "product": references(ids["items"]),
            "taxes": taxes.map(lambda some: [{"id": one} for one in some]) | taxes,
        },
    )  # fmt: skip
    return st.lists(line, max_size=4)


def references(ids: list[int]) -> st.SearchStrategy[Any]:
    return st.none() | st.sampled_from(ids) | st.sampled_from(ids).map(lambda one: {"id": one})


def documents(company: Furnished) -> st.SearchStrategy[dict[str, Any]]:
    ids = company.ids
    return st.fixed_dictionaries(
        {
            "supplier": st.sampled_from(ids["suppliers"]),
            "location": st.sampled_from(ids["locations"]).map(lambda one: {"id": one}),
            "issueDate": days,
            "items": lines(company),
        },
        optional={
            "note": texts, "customName": texts, "requiredDate": days, "currency": st.sampled_from(["EUR", "", None]),
            "discountPercent": percents, "legalEntity": references(ids["legal_entities"]),
            "paymentTerm": references(ids["payment_terms"]), "sendToSupplier": st.booleans(),
        },
    )  # fmt: skip


def suppliers(company: Furnished) -> st.SearchStrategy[dict[str, Any]]:
    ids = company.ids
    contact = st.fixed_dictionaries({"name": texts}, optional={"email": st.just("a+b@acme.test"), "phone": texts})
    return st.fixed_dictionaries(
        {"name": texts},
        optional={
            "city": texts, "note": texts, "enable": st.booleans(), "taxPayer": st.booleans(), "minimumSum": amounts,
            "currencies": st.lists(st.sampled_from(["EUR", "USD", "PLN"]), min_size=1, max_size=3, unique=True),
            "paymentTermIds": st.lists(st.sampled_from(ids["payment_terms"]), max_size=2, unique=True),
            "supplierLegalEntityIds": st.lists(st.sampled_from(ids["legal_entities"]), max_size=2, unique=True),
            "contacts": st.lists(contact, max_size=3),
        },
    )  # fmt: skip


same = settings(
    max_examples=10,
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate, Phase.shrink],
)


@pytest.mark.parametrize("path", ["/purchaseorders", "/invoices"])
def test_a_document_is_the_same_in_every_encoding(company: Furnished, path: str) -> None:
    @same
    @given(documents(company), documents(company))
    def check(tree: dict[str, Any], change: dict[str, Any]) -> None:
        assert_all_the_same(company, path, tree, {k: v for k, v in change.items() if v != []}, "idn")

    check()


def test_a_supplier_is_the_same_in_every_encoding(company: Furnished) -> None:
    @same
    @given(suppliers(company), suppliers(company))
    def check(tree: dict[str, Any], change: dict[str, Any]) -> None:
        assert_all_the_same(company, "/suppliers", tree, {k: v for k, v in change.items() if v != []}, "id")

    check()


def test_custom_fields_of_lines_nest_alike(company: Furnished) -> None:
    body = company.body(next(e for e in company.endpoints() if str(e) == "POST /purchaseorders"))
    assert body["items"][0]["dataItemCustomFields"]
    assert body["items"][0]["taxes"]
    assert_all_the_same(company, "/purchaseorders", body, {"items": body["items"] * 2}, "idn")


LINES = 400


@pytest.mark.parametrize("encoding", ["JSON", "form", "other form", "multipart"])
def test_an_order_of_four_hundred_lines_adds_up_to_the_cent(house: House, encoding: str) -> None:
    supplier = house.made("/suppliers", {"name": "Bolts"})["id"]
    location = house.made("/locations", {"name": "Main"})["id"]
    tax = house.made("/taxes", {"name": "VAT", "percent": "19.25"})["id"]
    bought = [(n % 7 + 1, 100 + 37 * n) for n in range(LINES)]
    order = {
        "supplier": supplier,
        "location": {"id": location},
        "items": [
            {"name": f"bolt {n}", "quantity": quantity, "price": f"{cents // 100}.{cents % 100:02}", "taxes": [tax]}
            for n, (quantity, cents) in enumerate(bought)
        ],
    }
    body, content_type = encoded(order)[encoding]
    status, shown, _ = send(house, "POST", "/purchaseorders", body, content_type)
    assert status == 201, shown
    nets = [quantity * cents for quantity, cents in bought]
    taxes = [(net * 1925 + 5000) // 10000 for net in nets]
    assert shown["netSum"] == Decimal(sum(nets)) / 100
    assert shown["sum"] == Decimal(sum(nets) + sum(taxes)) / 100
    assert [line["name"] for line in shown["items"]["data"]] == [f"bolt {n}" for n in range(LINES)]
    assert [line["sum"] for line in shown["items"]["data"]] == [
        Decimal(n + t) / 100 for n, t in zip(nets, taxes, strict=True)
    ]
    assert shown["taxes"]["data"][0]["sum"] == Decimal(sum(taxes)) / 100
    assert send(house, "GET", "/purchaseorders/1", b"", "").json == shown
