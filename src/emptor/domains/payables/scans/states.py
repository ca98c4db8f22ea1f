"""What an AP document is and what has become of it."""

from __future__ import annotations

from emptor.services.scans import CREDIT_NOTE, INVOICE

PENDING, PROCESSED, ALLOCATED, FAILED, CANCELED = range(1, 6)
STATUSES = {
    PENDING: "pending", PROCESSED: "processed", ALLOCATED: "allocated", FAILED: "failed", CANCELED: "canceled",
}  # fmt: skip
OPEN = (PENDING, PROCESSED, FAILED)
"""States from which something can still become of it."""
KINDS = (INVOICE, CREDIT_NOTE)

__all__ = [
    "ALLOCATED", "CANCELED", "CREDIT_NOTE", "FAILED", "INVOICE", "KINDS", "OPEN", "PENDING", "PROCESSED", "STATUSES",
]  # fmt: skip
