"""The roles a person can have: a level in a module, written `purchase_order.create`."""

from __future__ import annotations

DOCUMENT_LEVELS = ("view", "create", "approve")

MODULES: dict[str, tuple[str, ...]] = {
    "warehouse_request": DOCUMENT_LEVELS,
    "purchase_requisition": DOCUMENT_LEVELS,
    "request_for_proposal": DOCUMENT_LEVELS,
    "purchase_order": DOCUMENT_LEVELS,
    "receipt": DOCUMENT_LEVELS,
    "invoice": DOCUMENT_LEVELS,
    "expense": DOCUMENT_LEVELS,
    "payment": ("pay",),
    "supplier": ("view", "create", "approve"),
    "item": ("create",),
    "budget": ("manage",),
    "report": ("view",),
    "configuration": ("edit",),
    "warehouse": ("manage",),
}

SUPER_USER = "super_user"
"""May do everything in the company."""

ROLES: tuple[str, ...] = (SUPER_USER, *(f"{module}.{level}" for module, levels in MODULES.items() for level in levels))

SEES_OTHERS = ("view", "approve")
"""Levels that show documents of other people; `create` alone shows one's own."""
