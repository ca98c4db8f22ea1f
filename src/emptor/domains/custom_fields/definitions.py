"""Definitions of custom fields in three families, each with its options."""

from __future__ import annotations

from emptor.domains.custom_fields.values import TYPES
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Code, Derived, Flag, Hidden, Integer, Key, Part, Parts, Ref, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Resource, read_operations, write_operations
from emptor.store.schema import define

OPTION_FIELDS = (
    KEY,
    Text("name", size=300, required=True, write=Write.ALWAYS),
    Text("code", size=100, write=Write.ALWAYS),
    Text("label", size=300),
    Integer("level", default=0),
    Flag("enable", default=True, write=Write.ALWAYS),
    Text("externalId", size=200, write=Write.ALWAYS),
    Ref("parent", to="custom_field_options", show=("id",), write=Write.ALWAYS),
)

OPTION = Part("CustomFieldOption", "custom_field_options", "field_id", "custom_fields", OPTION_FIELDS)


def family_of(family: str) -> Resource:
    """The resource of one family: `document`, `item` or `supplier`."""
    name = f"{family}customfields"
    return define(
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
                Derived(
                    "typeString", compute=lambda shown: TYPES.get(shown["type"]), json_schema={"type": ["string", "null"]}
                ),
                Integer("position", default=0, write=Write.ALWAYS),
                Flag("limitsAccess", write=Write.ALWAYS, note="people see only documents with their own options"),
                Parts("options", part=OPTION),
            ),
            operations=(*read_operations(name), *write_operations(name, CONFIGURE, hosted=False)),
            writes=CONFIGURE,
            governs_access=True,
            fixed=(("family", family),),
        )
    )


DOCUMENT_CUSTOM_FIELDS = family_of("document")
ITEM_CUSTOM_FIELDS = family_of("item")
SUPPLIER_CUSTOM_FIELDS = family_of("supplier")
