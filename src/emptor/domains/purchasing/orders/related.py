"""Which invoices bill an order, by lines or by name; how much they bill stands in `billing`."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.kit.fields import Asked
from emptor.store.clauses import mine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction

SHOWN = {"id": "integer", "idn": "string", "status": "integer", "logicType": "integer"}


def _invoices(tx: Transaction, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ids = [one["id"] for one in shown if one["approvalDate"]]  # the others cannot have been billed
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for order_id, *invoice in tx.all(_naming(), company=tx.company_id, orders=ids) if ids else ():
        found[order_id].append(dict(zip(SHOWN, invoice, strict=True)))
    return [{"data": found[one["id"]]} for one in shown]


@lru_cache(maxsize=1)
def _naming() -> Statement:
    invoices, allocated = table("invoices"), table("invoice_line_allocations")
    by_name = select(invoices.c.purchase_order_id.label("order_id"), invoices.c.id.label("invoice_id")).where(
        mine(invoices), any_of(invoices.c.purchase_order_id, "orders")
    )
    by_line = select(allocated.c.order_id, allocated.c.invoice_id).where(
        mine(allocated), any_of(allocated.c.order_id, "orders")
    )
    named = by_name.union(by_line).subquery("named")
    return Statement(
        select(named.c.order_id, invoices.c.id, invoices.c.idn, invoices.c.status, invoices.c.logic_type)
        .join_from(named, invoices, invoices.c.id == named.c.invoice_id)
        .where(invoices.c.company_id == bindparam("company"))
        .order_by(named.c.order_id, invoices.c.id)
    )


INVOICES = Asked(
    "relatedInvoices",
    ask=_invoices,
    listed=False,
    json_schema={
        "type": "object",
        "properties": {
            "data": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {name: {"type": kind} for name, kind in SHOWN.items()},
                    "required": list(SHOWN),
                    "additionalProperties": False,
                },
            }
        },
        "required": ["data"],
        "additionalProperties": False,
    },
    note="the invoices that bill it",
)
