"""What people ask about a match: how an invoice compares with its orders now, line by line, in words and figures."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from emptor.domains import documents, verbs
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables.matching import agreeing, comparing
from emptor.domains.payables.matching.rules import Verdict
from emptor.domains.purchasing.orders import billing
from emptor.domains.purchasing.orders.billing import Billable
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


def _described(shape: Row, words: str) -> Row:
    return {**shape, "description": words}


_ID = {"type": "integer"}
_TAXES = {"type": "array", "items": _ID}
_LINE = _shape(
    {
        "line": _described(_ID, "id of the invoice's line"),
        "position": _ID,
        "name": _TEXT,
        "text": _described(_TEXT, "what differs, and what accepting it does to the order"),
        "purchaseOrderItem": {
            "type": ["integer", "null"],
            "description": "id of the order's line; null: there is none",
        },
        "ordered": {
            **_shape({"quantity": _AMOUNT, "open": _AMOUNT, "price": _AMOUNT, "sum": _AMOUNT}),
            "type": ["object", "null"],
            "description": "the order's line: all of it, what others have left open, and what so much costs, net",
        },
        "billed": _shape({"quantity": _AMOUNT, "price": _AMOUNT, "sum": _AMOUNT}),
        "taxes": _described(
            _shape({"ordered": _TAXES, "billed": _TAXES}), "ids; accepted, the order has those of the invoice"
        ),
    }
)
SHOWS = _shape(
    {
        "matches": {"type": "boolean"},
        "explanation": _TEXT,
        "goods": {
            "type": "array", "items": _shape({"position": _ID, "text": _TEXT}),
            "description": "what is billed before it has come, where the company wants goods to come first",
        },
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
                    "lines": {
                        "type": "array", "items": _LINE,
                        "description": "the invoice's lines by which the order changes if the differences are accepted",
                    },
                }
            ),
        },
    }
)  # fmt: skip


def explain(tx: Transaction, row: Row, asked: Row) -> Row:
    """How the invoice compares with each order it bills, as things are now."""
    found = comparing.verdicts(tx, row)
    differs = any(not one.matches for _, one in found)
    items = documents.stored_lines(tx, verbs.RESOURCES["invoices"], row["id"]) if differs else []
    orders = [_order(order, verdict) | {"lines": _lines(tx, row, order, verdict, items)} for order, verdict in found]
    goods = comparing.too_early(tx, row) if tx.actor.settings.get("threeWayMatch") else []
    said = [*(one["explanation"] for one in orders), *(words for _, words in goods)]
    return {
        "matches": all(one["matches"] for one in orders),
        "explanation": "\n".join(said) or "This invoice bills no order.",
        "goods": [{"position": position, "text": words} for position, words in goods],
        "orders": orders,
    }


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


def _lines(tx: Transaction, invoice: Row, order: Row, verdict: Verdict, items: list[Row]) -> list[Row]:
    """The lines by which the order changes if what differs is accepted."""
    if verdict.matches:
        return []
    ordered = {line["id"]: line for line in documents.stored_lines(tx, verbs.RESOURCES["purchaseorders"], order["id"])}
    left = billing.lines(tx, order, without=invoice["id"])
    stale, is_first = agreeing.stale(tx, invoice), invoice["purchase_order_id"] in (None, order["id"])
    words: dict[int, list[str]] = defaultdict(list)
    for one in verdict.differences:
        words[one.position].append(one.words)
    found = []
    for item in items:
        pieces = [one for one in item["allocations"] if one["order_id"] == order["id"]]
        if not item["allocations"] and is_first:
            said = [
                *words[item["position"]],
                f"{item['name']} for {plain(item['net_sum'])} would be added to the order.",
            ]
            found.append(_line(item, None, None, {}, said))
        for one in pieces:
            line = ordered[one["order_line_id"]]
            said = list(words[item["position"]])
            if _taxes(item) != _taxes(line):
                said.append(f"{item['name']}: the order's line would get the taxes of the invoice.")
            if said:
                cost = stale.get(one["id"], one["agreed_sum"])
                found.append(_line(item, line, left[line["id"]], {**one, "agreed_sum": cost}, said))
    return found


def _line(item: Row, line: Row | None, left: Billable | None, piece: Row, said: list[str]) -> Row:
    ordered = line and left and {
        "quantity": left.ordered, "open": left.open, "price": line["price"], "sum": piece["agreed_sum"],
    }  # fmt: skip
    return {
        "line": item["id"], "position": item["position"], "name": item["name"] or "", "text": " ".join(said),
        "purchaseOrderItem": line and line["id"], "ordered": ordered,
        "billed": {
            "quantity": piece.get("quantity", item["quantity"]), "price": item["price"],
            "sum": piece.get("net_sum", item["net_sum"]),
        },
        "taxes": {"ordered": _taxes(line) if line else [], "billed": _taxes(item)},
    }  # fmt: skip


def _taxes(line: Row) -> list[int]:
    return [tax["tax_id"] for tax in line["taxes"]]


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
