"""Categories of items, a tree."""

from __future__ import annotations

from emptor.domains.external_ids import external_id
from emptor.kit.fields import Flag, Ref, Text, Write
from emptor.kit.resource import KEY, Permission, Resource, read_operations, write_operations
from emptor.store.schema import define

CREATE = Permission("item", ("create",))

CATEGORIES = define(
    Resource(
        name="categories",
        label="Category",
        fields=(
            KEY,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            Text("code", size=50, unique=True, write=Write.ALWAYS),
            Ref("parent", to="categories", show=("id",), write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            external_id(),
        ),
        # The hosted service retires categories; Emptor keeps them for companies that use them.
        operations=(
            *read_operations("categories", hosted=False),
            *write_operations("categories", CREATE, hosted=False),
        ),
        writes=CREATE,
    )
)
