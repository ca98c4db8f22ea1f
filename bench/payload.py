"""The orders everyone is asked to create, and the check that everyone answers in the same shape."""

from __future__ import annotations

from itertools import cycle, islice
from typing import Any

SIZE_TOLERANCE = 0.25

DOCUMENT_FIELDS = ("dataDocumentCustomFields", "documentCustomField")
KINDS = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "list",
    dict: "object",
}
ITEM_FIELDS = ("dataItemCustomFields", "itemCustomField")


def order_body(sample: dict, lines: int) -> dict:
    """A new order like the sample, with so many lines: references and choices the contender itself has answered."""
    return {
        "supplier": id_of(sample["supplier"]),
        "location": id_of(sample["location"]),
        "legalEntity": id_of(sample["legalEntity"]),
        "paymentTerm": id_of(sample["paymentTerm"]),
        "currency": sample["currency"],
        "requiredDate": "2030-05-05T23:59:59+00:00",
        "note": "Please deliver to the front desk before noon.",
        "deliverToName": "Reception",
        "dataDocumentCustomFields": field_values(sample, *DOCUMENT_FIELDS),
        "items": [line_body(line) for line in islice(cycle(sample["items"]["data"]), lines)],
    }


def line_body(line: dict) -> dict:
    return {
        "product": id_of(line["product"]),
        "name": line["name"],
        "sku": line["sku"],
        "quantity": line["quantity"],
        "price": line["price"],
        "unit": id_of(line["unit"]),
        "taxes": [id_of(tax) for tax in line["taxes"]["data"]],
        "dataItemCustomFields": field_values(line, *ITEM_FIELDS),
    }


def id_of(reference: dict) -> dict:
    return {"id": reference["id"]}


def field_values(owner: dict, collection: str, definition: str) -> list[dict]:
    return [{"value": value["value"], definition: id_of(value[definition])} for value in owner[collection]["data"]]


def differences(ours: Any, theirs: Any, path: str = "$") -> list[str]:
    """Where two answers differ in keys, in kinds of values or in lengths; a scalar may be null on either side."""
    if kind(ours) != kind(theirs):
        return [] if may_be_null(ours, theirs) else [f"{path}: {kind(ours)} in ours, {kind(theirs)} in theirs"]
    if isinstance(ours, dict):
        return key_differences(ours, theirs, path)
    if isinstance(ours, list):
        return element_differences(ours, theirs, path)
    return []


def key_differences(ours: dict, theirs: dict, path: str) -> list[str]:
    found = [f"{path}.{key}: only in ours" for key in ours.keys() - theirs.keys()]
    found += [f"{path}.{key}: only in theirs" for key in theirs.keys() - ours.keys()]
    for key in ours.keys() & theirs.keys():
        found += differences(ours[key], theirs[key], f"{path}.{key}")
    return sorted(found)


def element_differences(ours: list, theirs: list, path: str) -> list[str]:
    if len(ours) != len(theirs):
        return [f"{path}: {len(ours)} elements in ours, {len(theirs)} in theirs"]
    found: dict[str, None] = {}
    for our, their in zip(ours, theirs, strict=True):
        found |= dict.fromkeys(differences(our, their, f"{path}[]"))
    return list(found)


def kind(value: Any) -> str:
    return KINDS[type(value)]


def may_be_null(ours: Any, theirs: Any) -> bool:
    kinds = {kind(ours), kind(theirs)}
    return "null" in kinds and not kinds & {"object", "list"}


def size_difference(ours: bytes, theirs: bytes) -> list[str]:
    if abs(len(theirs) - len(ours)) <= SIZE_TOLERANCE * len(ours):
        return []
    return [f"$: {len(ours)} bytes in ours, {len(theirs)} in theirs"]
