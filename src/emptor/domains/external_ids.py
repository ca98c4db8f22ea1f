"""`externalId`: the number an object has in the integrated system, set without touching anything else."""

from __future__ import annotations

from emptor.kit.fields import Field, Text, Write
from emptor.kit.resource import Operation, Permission

SIZE = 200


def external_id(*, write: Write = Write.ALWAYS) -> Text:
    """The field; integrations set it on its own, some objects take it on creation too."""
    return Text("externalId", size=SIZE, write=write)


def patch_external_id(name: str, permission: Permission, key: str = "id", *, log: bool = False) -> Operation:
    """`PATCH /name/{key}`: sets the externalId in every state, bumps no date, starts no approval."""
    body: tuple[Field, ...] = (Text("externalId", size=SIZE, write=Write.ALWAYS),)
    if log:
        body += (Text("externalIntegrationLog", size=2000, multiline=True, write=Write.ALWAYS),)
    return Operation(
        "patch", "PATCH", f"/{name}/{{{key}}}", permission, body=body, summary=f"Set the external id of one of {name}"
    )
