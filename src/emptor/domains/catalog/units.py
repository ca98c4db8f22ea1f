"""Units of measure."""

from __future__ import annotations

from emptor.domains.external_ids import external_id
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Text, Write
from emptor.kit.resource import KEY, Resource, read_operations, write_operations
from emptor.store.schema import define

UNITS = define(
    Resource(
        name="units",
        label="Unit",
        fields=(
            KEY,
            Text("name", size=100, required=True, write=Write.ALWAYS),
            Text("code", size=50, unique=True, write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            external_id(),
        ),
        operations=(*read_operations("units", get_hosted=False), *write_operations("units", CONFIGURE, hosted=False)),
        reference=("id", "name", "code"),
        writes=CONFIGURE,
    )
)
