"""Definitions of custom fields in three families, each with its options."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.custom_fields import options
from emptor.domains.custom_fields.values import DROPDOWN, TYPES
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Code, Derived, Flag, Hidden, Integer, Key, Parts, Text, Write
from emptor.kit.resource import CREATED, UPDATED, Resource, read_operations, write_operations
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork


def family_of(family: str) -> Resource:
    """The resource of one family: `document`, `item` or `supplier`."""
    name = f"{family}customfields"

    def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
        if values.get("options"):
            options.only_in_a_dropdown(tx, values.get("type", DROPDOWN), "options")
        for i, option in enumerate(values.get("options") or ()):
            if isinstance(option, dict) and option.get("parent_id") is not None:
                tx.problems.add(
                    f"options[{i}][parent]", "Options of a new field have no parents yet; add children later."
                )
        return writing.create(tx, resource, values)

    resource = define(
        Resource(
            name=name,
            table="custom_fields",
            label="CustomField",
            fields=(
                Key(),
                CREATED,
                UPDATED,
                Hidden("family", kind="text", size=10, nullable=False),
                Text("name", size=200, required=True, write=Write.ALWAYS),
                Text("description", size=500, multiline=True, write=Write.ALWAYS),
                Flag("required", write=Write.ALWAYS),
                Flag("enable", default=True, write=Write.ALWAYS),
                Code("type", names=TYPES, default=0, write=Write.ON_CREATE),
                Derived("typeString", compute=lambda shown: TYPES[shown["type"]], json_schema={"type": "string"}),
                Integer("position", default=0, write=Write.ALWAYS),
                Flag("limitsAccess", write=Write.ALWAYS, note="people see only documents with their own options"),
                Parts("options", part=options.OPTION, write=Write.ON_CREATE),
            ),
            operations=(*read_operations(name), *write_operations(name, CONFIGURE, create=create, hosted=False)),
            writes=CONFIGURE,
            governs_access=True,
            fixed=(("family", family),),
        )
    )
    return resource


DOCUMENT_CUSTOM_FIELDS = family_of("document")
ITEM_CUSTOM_FIELDS = family_of("item")
SUPPLIER_CUSTOM_FIELDS = family_of("supplier")
