"""What can have an approval workflow: documents and suppliers, by the name of their resource."""

from __future__ import annotations

from functools import cache

from emptor.kit.resource import Permission, Resource

MODULES = {
    "purchaserequisitions": "purchase_requisition",
    "requestforproposals": "request_for_proposal",
    "warehouserequests": "warehouse_request",
    "purchaseorders": "purchase_order",
    "receipts": "receipt",
    "invoices": "invoice",
    "expenses": "expense",
    "suppliers": "supplier",
}
"""Modules of roles; their names are also what people call one such document."""


def noun(kind: str) -> str:
    """What people call one of these: `purchase order`."""
    return MODULES[kind].replace("_", " ")


def approves(kind: str) -> Permission:
    """What it takes to be asked."""
    return Permission(MODULES[kind], ("approve",))


@cache
def resources() -> dict[str, Resource]:
    """The declarations of those kinds that there are."""
    from emptor.domains import discover

    return {one.name: one for one in discover() if one.name in MODULES}
