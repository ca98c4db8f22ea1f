"""What people ask about a match: how an invoice compares with its orders now, line by line, in words and figures."""

from __future__ import annotations

from typing import Any

from emptor.domains.organisation.access import read_permission
from emptor.domains.payables.matching import comparing
from emptor.domains.payables.matching.rules import Verdict
from emptor.kit.money import plain
from emptor.kit.resource import Operation
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]

_AMOUNT = {"type": "number"}
_TEXT = {"type": "string"}


def _shape(properties: Row) -> Row:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


SHOWS = _shape(
    {
        "matches": {"type": "boolean"},
        "explanation": _TEXT,
        "orders": {
            "type": "array",
            "items": _shape(
                {
                    "purchaseOrder": _shape({"id": {"type": "integer"}, "idn": _TEXT}),
                    "matches": {"type": "boolean"},
                    "explanation": _TEXT,
                    "expectedSum": _AMOUNT,
                    "billedSum": _AMOUNT,
                    "earlierDifference": _AMOUNT,
                    "difference": _AMOUNT,
                    "limit": _AMOUNT,
                    "differences": {
                        "type": "array",
                        "items": _shape(
                            {
                                "position": {"type": "integer"},
                                "kind": _TEXT,
                                "text": _TEXT,
                                "ordered": _AMOUNT,
                                "billed": _AMOUNT,
                            }
                        ),
                    },
                }
            ),
        },
    }
)


def explain(tx: Transaction, row: Row, asked: Row) -> Row:
    """How the invoice compares with each order it bills, as things are now."""
    orders = [_order(order, verdict) for order, verdict in comparing.verdicts(tx, row)]
    said = "\n".join(one["explanation"] for one in orders) or "This invoice bills no order."
    return {"matches": all(one["matches"] for one in orders), "explanation": said, "orders": orders}


def _order(order: Row, verdict: Verdict) -> Row:
    return {
        "purchaseOrder": {"id": order["id"], "idn": order["idn"]},
        "matches": verdict.matches,
        "explanation": _words(order, verdict),
        "expectedSum": verdict.expected,
        "billedSum": verdict.billed,
        "earlierDifference": verdict.before,
        "difference": verdict.drift,
        "limit": verdict.limit,
        "differences": [
            {
                "position": one.position, "kind": one.kind, "text": one.words, "ordered": one.ordered,
                "billed": one.billed,
            }
            for one in verdict.differences
        ],
    }  # fmt: skip


def _words(order: Row, verdict: Verdict) -> str:
    currency = order["currency"]
    summed = (
        f"Order {order['idn']}: {plain(verdict.billed)} {currency} billed for what costs {plain(verdict.expected)} by "
        f"the order; with earlier invoices the difference is {plain(verdict.drift)}, up to {plain(verdict.limit)} "
        "passes."
    )
    return " ".join([summed, *(one.words for one in verdict.differences)])


OPERATION = Operation(
    "look", "GET", "/invoices/{idn}/match", read_permission("invoice", "payment.pay"), False, run=explain, shows=SHOWS,
    summary="How an invoice compares with the orders it bills, line by line",
)  # fmt: skip
