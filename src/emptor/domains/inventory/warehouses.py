"""Warehouses: where goods are kept, and the locations each of them serves."""

from __future__ import annotations

from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Refs, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Resource, read_operations, write_operations
from emptor.store.schema import define

LOCATIONS = Refs(
    "locations", to="locations", table="warehouse_locations", owner="warehouse_id", member="location_id",
    write=Write.ALWAYS, send_as="locationIds", listed=False, note="locations served from here",
)  # fmt: skip

WAREHOUSES = define(
    Resource(
        name="warehouses",
        label="Warehouse",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            Text("integration", size=100),
            Text("type", size=50, write=Write.ALWAYS),
            Text("uniqueCode", size=50, unique=True, write=Write.ALWAYS),
            LOCATIONS,
        ),
        operations=(*read_operations("warehouses"), *write_operations("warehouses", CONFIGURE, hosted=False)),
        reference=("id", "name", "uniqueCode", "type"),
        access=Access(locations=LOCATIONS),
        writes=CONFIGURE,
    )
)
