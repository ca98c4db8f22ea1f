"""The people of a company."""

from __future__ import annotations

from emptor.domains.organisation.roles import ROLES
from emptor.kit.fields import Flag, Ref, Refs, Text, Texts, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Permission, Resource, read_operations, write_operations
from emptor.store.schema import define

CONFIGURE = Permission("configuration", ("edit",))

LOCATIONS = Refs(
    "locations", to="locations", table="user_locations", owner="user_id", member="location_id", write=Write.ALWAYS,
    send_as="locationIds", listed=False, note="locations the person sees when `allLocationsAccess` is off",
)  # fmt: skip

USERS = define(
    Resource(
        name="users",
        label="User",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text(
                "email", size=200, required=True, unique=True, write=Write.ALWAYS,
                pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", hint="Write an e-mail address like ann@example.com.",
            ),
            Text("locale", size=10, default="en", write=Write.ALWAYS),
            Text("phone", size=50, write=Write.ALWAYS),
            Text("firstname", size=100, write=Write.ALWAYS),
            Text("lastname", size=100, write=Write.ALWAYS),
            Text("position", size=100, write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            Flag("allLocationsAccess", default=True, write=Write.ALWAYS),
            Flag("allUserDocumentCostcentersAccess", default=True, write=Write.ALWAYS),
            Flag("allProductGroupsAccess", default=True, write=Write.ALWAYS),
            Flag("allLegalEntitiesAccess", default=True, write=Write.ALWAYS),
            Ref("location", to="locations", write=Write.ALWAYS),
            Texts(
                "roles", write=Write.ALWAYS, pattern="|".join(ROLES), hint=f"Choose from: {', '.join(ROLES)}.",
            ),
            LOCATIONS,
            Refs(
                "legalEntities", to="legal_entities", table="user_legal_entities", owner="user_id",
                member="legal_entity_id", write=Write.ALWAYS, send_as="legalEntityIds", listed=False,
            ),
            Refs(
                "documentCustomFieldOptions", to="custom_field_options", table="user_options", owner="user_id",
                member="option_id", write=Write.ALWAYS, send_as="documentCustomFieldOptionIds", listed=False,
                note="options whose documents the person sees when `allUserDocumentCostcentersAccess` is off",
            ),
        ),
        operations=(
            *read_operations("users", get_hosted=False),
            *write_operations("users", CONFIGURE, hosted=False),
        ),
        reference=("id", "email", "firstname", "lastname", "phone", "position", "locale", "createDate", "updateDate"),
        writes=CONFIGURE,
        governs_access=True,
    )
)  # fmt: skip

__all__ = ["CONFIGURE", "LOCATIONS", "USERS"]
