"""Which budgets fit a document before it is submitted, and whether there is room for it."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from emptor.domains import documents
from emptor.domains.budgets import balances, choosing, ledger, rules
from emptor.domains.budgets.rules import KINDS, Charge, Leaf
from emptor.domains.organisation.companies import scale_of
from emptor.kit.money import ZERO
from emptor.kit.resource import Operation, Resource
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]

_ID, _TEXT, _FLAG = {"type": "integer"}, {"type": "string"}, {"type": "boolean"}
OFFERED = {
    "type": "object",
    "properties": {
        "data": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "id": _ID, "fullName": _TEXT, "startDate": _TEXT, "endDate": _TEXT,
                    "items": {
                        "type": "array", "items": _ID,
                        "description": "lines that can name it; none: it is about the whole document",
                    },
                    "isLimited": _FLAG, "frozen": _FLAG,
                    "hasRoom": {**_FLAG, "description": "whether as much is available as would be charged to it"},
                    "availableSum": {"type": ["number", "null"], "description": "null for who may not know"},
                },
                "required": ["id", "fullName", "startDate", "endDate", "items", "isLimited", "frozen", "hasRoom",
                             "availableSum"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["data"],
    "additionalProperties": False,
}  # fmt: skip


def operations(resource: Resource) -> tuple[Operation, ...]:
    """Asking which budgets fit, for what is charged to budgets."""
    if resource.name not in KINDS:
        return ()
    return (
        Operation(
            "look", "GET", f"/{resource.name}/{{{resource.key}}}/budgets", resource.reads, False,
            run=partial(offered, resource), shows=OFFERED,
            summary=f"Which budgets fit a {resource.life.noun} and its lines, and whether there is room in them",
        ),
    )  # fmt: skip


def offered(resource: Resource, tx: Transaction, row: Row, asked: Row) -> Row:
    """The budgets of the document's day that fit it or a line of it; nothing is charged yet."""
    if not choosing.charges(tx, resource):
        return {"data": []}
    items = documents.stored_lines(tx, resource, row["id"])
    date = row[choosing.DATES[resource.name]] or row["create_date"]
    leaves = choosing.leaves_of(tx, date, set())
    place = choosing.place_of(tx, resource, row, date)
    above = choosing.above(tx, [value for item in items for value in choosing.options_of(item)])
    found: list[tuple[Leaf, list[Row]]] = [
        (leaf, []) for leaf in leaves if not leaf.for_lines and not rules.misfit(leaf, place)
    ]
    places = [(item, choosing.line_place(item, place, above)) for item in items]
    for leaf in leaves:
        fitting = [item for item, at in places if leaf.for_lines and not rules.misfit(leaf, at)]
        if fitting:
            found.append((leaf, fitting))
    accounts = balances.accounts(tx, [leaf.id for leaf, _ in found])
    held = sum(ledger.posted(tx, resource.name, [row["id"]]).values(), ZERO)
    told, rest = ledger.tells_sums(tx), [item for item in items if item["budget_line_id"] is None]
    return {
        "data": [
            {
                "id": leaf.id, "fullName": leaf.name, "startDate": leaf.starts, "endDate": leaf.ends,
                "items": [item["id"] for item in fitting], "isLimited": accounts[leaf.id].limited,
                "frozen": leaf.frozen,
                "hasRoom": _cost(tx, row, fitting or rest, leaf) <= accounts[leaf.id].available + held,
                "availableSum": accounts[leaf.id].available if told else None,
            }
            for leaf, fitting in found
        ]
    }  # fmt: skip


def _cost(tx: Transaction, row: Row, items: list[Row], leaf: Leaf) -> Decimal:
    """What lines come to, charged to a budget."""

    def charge(item: Row) -> Charge:
        net = item.get("net_sum_in_document_currency", item["net_sum"])
        gross = item.get("sum_in_document_currency", item["sum"])
        return Charge(item["id"], leaf.id, net, gross, rate=row["exchange_rate"], tax_percent=leaf.tax_percent)

    scale = scale_of(tx.actor.settings)
    return rules.held(map(charge, items), scale).get(leaf.id, ZERO)
