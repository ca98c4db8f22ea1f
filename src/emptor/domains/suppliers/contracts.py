"""Contracts with suppliers: what was agreed, for how long, and what has been spent of it.

Orders name their contracts in `purchase_order_contracts`, invoices in `invoice_contracts`, both with a `contract_id`.
"""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.attachments import OWN_TYPES, attachments
from emptor.domains.organisation.access import read_permission
from emptor.domains.suppliers import spending, terms
from emptor.domains.suppliers.suppliers import CREATE
from emptor.kit.clock import spell
from emptor.kit.fields import Asked, Field, Flag, Hidden, Integer, Moment, Number, Ref, Refs, Text, Texts, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Resource, read_operations
from emptor.store.schema import define
from emptor.store.unit_of_work import Transaction, UnitOfWork

FILES = OWN_TYPES + 1
"""What the upload path calls a contract; the hosted API names no number for it."""


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new contract; its id."""
    values["supplier_id"] = _supplier_of(tx, values)
    _check_dates(tx, values)
    made = {"create_date": values["create_date"]} if values.get("create_date") else {}
    return writing.create(tx, CONTRACTS, values, made)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a contract."""
    _check_dates(tx, {**row, **values})
    begun_anew = "begin_date" in values and values["begin_date"] != row["begin_date"]
    writing.update(tx, CONTRACTS, row, values, {"term_begin": None} if begun_anew else None)


def _states(tx: Transaction, shown: list[dict[str, Any]]) -> list[str]:
    """Where each contract stands today."""
    now = spell(tx.database.clock())
    return [
        terms.state_of(
            one["beginDate"], one["endDate"], one["reminderDays"], now, enable=one["enable"], renews=one["prolongation"]
        )
        for one in shown
    ]


def _spent(tx: Transaction, shown: list[dict[str, Any]]) -> list[Any]:
    found = spending.spent(tx, [one["id"] for one in shown])
    return [found[one["id"]] for one in shown]


def _exceeded(tx: Transaction, shown: list[dict[str, Any]]) -> list[bool]:
    return [one["grossSum"] is not None and one["spentSum"] > one["grossSum"] for one in shown]


def _supplier_of(tx: UnitOfWork, values: dict[str, Any]) -> int | None:
    """The supplier that the body names under `id`, `supplier` or both; faults are told where it names one."""
    by_id, named = values.pop(BY_ID.column, None), values.get("supplier_id")
    if by_id is None:
        if named is None and tx.problems.keys().isdisjoint((BY_ID.wire, SUPPLIER.wire)):
            tx.problems.add(BY_ID.wire, "Name the supplier by its id.")
        return named
    if named not in (None, by_id):
        tx.problems.add(SUPPLIER.wire, f"This is another supplier than `{BY_ID.wire}` names; leave one of them out.")
    writing.check_references(tx, (BY_ID,), [("", {BY_ID.column: by_id})])
    return named if BY_ID.wire in tx.problems else by_id


def _check_dates(tx: UnitOfWork, values: dict[str, Any]) -> None:
    begin, end = values.get("begin_date"), values.get("end_date")
    if begin and end and end < begin:
        tx.problems.add("endDate", "A contract cannot end before it begins.")


BY_ID = Ref("id", to="suppliers", column="by_id", flat=True, write=Write.ON_CREATE)
SUPPLIER = Ref("supplier", to="suppliers", required=True, write=Write.ON_UPDATE)
LEGAL_ENTITY = Ref("legalEntity", to="legal_entities", write=Write.ALWAYS)
DETAILS: tuple[Field, ...] = (
    Text("number", size=200, required=True, write=Write.ALWAYS),
    Moment("beginDate", write=Write.ALWAYS),
    Moment("endDate", day_ends=True, write=Write.ALWAYS),
    Flag("prolongation", write=Write.ALWAYS, note="goes on by itself after its end"),
    Text("note", size=5000, multiline=True, write=Write.ALWAYS),
    Flag("enable", default=True, write=Write.ALWAYS),
    Number("grossSum", write=Write.ALWAYS, note="what it may come to with taxes, in the company's currency"),
    Integer(
        "reminderDays", high=terms.MOST_DAYS, write=Write.ALWAYS,
        note="so many days before its end it is expiring, and those to be told are told",
    ),
    Refs(
        "notifiedUsers", to="users", table="contract_users", owner="contract_id", member="user_id",
        send_as="notifiedUserIds", write=Write.ALWAYS, size=100,
    ),
    Texts(
        "notifiedEmails", size=20, pattern=r"[^@\s]+@[^@\s]+", hint="Write an e-mail address such as ann@example.com.",
        write=Write.ALWAYS,
    ),
)  # fmt: skip
STANDING: tuple[Field, ...] = (
    Asked("state", ask=_states, json_schema={"enum": list(terms.STATES)}, note="where it stands today"),
    Asked("spentSum", ask=_spent, json_schema={"type": "number"}, note="what orders and invoices have taken of it"),
    Asked(
        "isExceeded", ask=_exceeded, json_schema={"type": "boolean"},
        note="whether more has been spent than `grossSum`; a warning, nothing is held back",
    ),
)  # fmt: skip

CONTRACTS = define(
    Resource(
        name="contracts",
        label="Contract",
        fields=(
            KEY, CREATED, UPDATED, *DETAILS, SUPPLIER, LEGAL_ENTITY, attachments(FILES), *STANDING,
            Hidden("termBegin", kind="moment"),
        ),
        operations=(
            *read_operations("contracts", read=read_permission("supplier")),
            Operation(
                "create", "POST", "/contract", CREATE, run=create, status=201, summary="Create one of contracts",
                # wire: clients create at the singular path, with the supplier's id under `id`
                body=(BY_ID, Moment("createDate", write=Write.ON_CREATE), *DETAILS,
                      Ref("supplier", to="suppliers", write=Write.ON_CREATE), LEGAL_ENTITY),
            ),
            Operation(
                "update", "PUT", "/contracts/{id}", CREATE, hosted=False, run=update, summary="Change one of contracts"
            ),
        ),
        reference=("id", "number", "beginDate", "endDate"),
        access=Access(legal_entity="legal_entity_id"),
        writes=CREATE,
        indexes=(("supplier_id",),),
        attachment_type=FILES,
    )
)  # fmt: skip
