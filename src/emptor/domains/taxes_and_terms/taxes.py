"""Taxes that lines of documents can carry."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Number, Text, Write, percent
from emptor.kit.resource import CREATED, KEY, UPDATED, Resource, read_operations, write_operations
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new tax; `value` is the rate again unless the client says otherwise."""
    if values.get("value") is None:
        values["value"] = values.get("percent")
    return writing.create(tx, TAXES, values)


TAXES = define(
    Resource(
        name="taxes",
        label="Tax",
        fields=(
            KEY,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            percent("percent", required=True, write=Write.ALWAYS),
            Number("value", write=Write.ALWAYS),
            Text("qboId", size=200, write=Write.ALWAYS),
            Number("taxAmount"),
            external_id(),
            Flag("isWithholdingTax", write=Write.ALWAYS),
            Flag("isCompound", write=Write.ALWAYS, note="taken on the net amount plus the taxes before it"),
            Flag("enable", default=True, write=Write.ALWAYS),
            Text("xeroId", size=200, write=Write.ALWAYS),
            CREATED,
            UPDATED,
        ),
        operations=(
            *read_operations("taxes", get_hosted=False),
            *write_operations("taxes", CONFIGURE, create=create),
            patch_external_id("taxes", CONFIGURE),
        ),
        reference=("id", "name", "percent", "isWithholdingTax", "externalId"),
        writes=CONFIGURE,
    )
)
