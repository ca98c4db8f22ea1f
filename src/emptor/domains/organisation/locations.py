"""Places of a company: where goods are delivered and costs belong."""

from __future__ import annotations

from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Refs, Text, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Access, Resource, read_operations, write_operations
from emptor.store.schema import define

LOCATIONS = define(
    Resource(
        name="locations",
        label="Location",
        fields=(
            KEY,
            Text("uniqueCode", size=50, unique=True, write=Write.ALWAYS),
            Text("name", size=200, required=True, write=Write.ALWAYS),
            CREATED,
            UPDATED,
            Text("fullAddress", size=500, multiline=True, write=Write.ALWAYS),
            Text("phone", size=50, write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            external_id(),
            Refs(
                "legalEntities", to="legal_entities", table="location_legal_entities", owner="location_id",
                member="legal_entity_id", write=Write.ALWAYS, send_as="legalEntityIds", listed=False,
            ),
        ),
        operations=(
            *read_operations("locations", get_hosted=False),
            *write_operations("locations", CONFIGURE),
            patch_external_id("locations", CONFIGURE),
        ),
        reference=("id", "name", "uniqueCode"),
        access=Access(location="id"),
        writes=CONFIGURE,
    )
)  # fmt: skip
