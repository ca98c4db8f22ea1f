"""Contracts with suppliers: what was agreed and for how long."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.attachments import OWN_TYPES, attachments
from emptor.domains.organisation.access import read_permission
from emptor.domains.suppliers.suppliers import CREATE
from emptor.kit.fields import Field, Flag, Moment, Ref, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Operation, Resource, read_operations
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork

FILES = OWN_TYPES + 1
"""What the upload path calls a contract; the hosted API names no number for it."""


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new contract; its id."""
    if values.get("supplier_id") is None:
        tx.problems.add("id", "Name the supplier by its id.")
    _check_dates(tx, values)
    made = {"create_date": values["create_date"]} if values.get("create_date") else {}
    return writing.create(tx, CONTRACTS, values, made)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a contract."""
    _check_dates(tx, {**row, **values})
    writing.update(tx, CONTRACTS, row, values)


def _check_dates(tx: UnitOfWork, values: dict[str, Any]) -> None:
    begin, end = values.get("begin_date"), values.get("end_date")
    if begin and end and end < begin:
        tx.problems.add("endDate", "A contract cannot end before it begins.")


WRITABLE: tuple[Field, ...] = (
    Text("number", size=200, required=True, write=Write.ALWAYS),
    Moment("beginDate", write=Write.ALWAYS),
    Moment("endDate", day_ends=True, write=Write.ALWAYS),
    Flag("prolongation", write=Write.ALWAYS, note="goes on by itself after its end"),
    Text("note", size=5000, multiline=True, write=Write.ALWAYS),
    Flag("enable", default=True, write=Write.ALWAYS),
    Ref("supplier", to="suppliers", write=Write.ALWAYS),
    Ref("legalEntity", to="legal_entities", write=Write.ALWAYS),
)

CONTRACTS = define(
    Resource(
        name="contracts",
        label="Contract",
        fields=(KEY, CREATED, UPDATED, *WRITABLE, attachments(FILES)),
        operations=(
            *read_operations("contracts", read=read_permission("supplier")),
            Operation(
                "create", "POST", "/contract", CREATE, run=create, status=201, summary="Create one of contracts",
                # wire: clients create at the singular path, with the supplier's id under `id`
                body=(Ref("id", to="suppliers", column="supplier_id", flat=True, write=Write.ON_CREATE),
                      Moment("createDate", write=Write.ON_CREATE), *WRITABLE),
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
