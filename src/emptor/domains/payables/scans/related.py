"""Which file an invoice was made from; what has been made stands with the file."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains.payables.scans.states import PROCESSED
from emptor.kit.fields import Asked
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork


def _scans(tx: Transaction, shown: list[dict[str, Any]]) -> list[dict[str, Any] | None]:
    rows = tx.all(_made(), company=tx.company_id, invoices=[one["id"] for one in shown])
    found = {invoice: {"id": row_id, "idn": idn, "name": name} for invoice, row_id, idn, name in rows}
    return [found.get(one["id"]) for one in shown]


def forget(tx: UnitOfWork, invoice: dict[str, Any]) -> None:
    """A draft that goes: another one can be made of its file."""
    scans = table("ap_documents")
    changed = {"invoice_id": None, "status": PROCESSED, "update_date": tx.stamp}
    tx.update(scans, changed, invoice_id=invoice["id"])
    tx.update(scans, {"allocated_invoice_id": None}, allocated_invoice_id=invoice["id"])


@lru_cache(maxsize=1)
def _made() -> Statement:
    scans = table("ap_documents")
    return Statement(
        select(scans.c.invoice_id, scans.c.id, scans.c.idn, scans.c.name).where(
            scans.c.company_id == bindparam("company"), any_of(scans.c.invoice_id, "invoices")
        )
    )


SCAN = Asked(
    "relatedOcrAttachment",
    ask=_scans,
    listed=False,
    json_schema={
        "type": ["object", "null"],
        "properties": {"id": {"type": "integer"}, "idn": {"type": "string"}, "name": {"type": "string"}},
        "required": ["id", "idn", "name"],
        "additionalProperties": False,
    },
    note="the AP document it was made from",
)
