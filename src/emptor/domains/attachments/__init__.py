"""Files attached to documents, suppliers and contracts: who sees the object sees its files."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from emptor.domains import writing
from emptor.domains.organisation.access import Principal
from emptor.kit.errors import NotFound
from emptor.kit.fields import Code, Hidden, Integer, Moment, Part, Parts, Ref, Text, Upload, Write
from emptor.kit.resource import KEY, Operation, Resource
from emptor.store import query
from emptor.store.schema import define, table
from emptor.store.unit_of_work import Transaction, UnitOfWork

OWN_TYPES = 100
"""Object types from here on are Emptor's own; the hosted API knows none of them."""

COMMENT = Text("comment", size=1000, multiline=True)

PART = Part(
    "Attachment",
    "attachments",
    "object_id",
    "",
    (
        KEY,
        Text("name", size=300, required=True),
        Moment("uploadDate", required=True),
        Integer("size", required=True, note="bytes"),
        Text("formatType", size=100, required=True, note="what the content is, whatever the sender said"),
        COMMENT,
        Ref("user", to="users"),
        Code("type", required=True, column="object_type", note="kind of the object it belongs to"),
    ),
)


def attachments(object_type: int) -> Parts:
    """Files of an object; `object_type` is the number the upload path uses."""
    return Parts("attachments", part=PART, where=(("object_type", object_type),), listed=False)


RESOURCE = define(
    Resource(
        name="attachments",
        label="Attachment",
        fields=(
            *PART.fields,
            Hidden("objectId", kind="id", nullable=False),
            Hidden("digest", kind="text", size=64, nullable=False),
        ),
        operations=(
            Operation(
                "create", "POST", "/attachments/{objectId}/{objectType}", status=201,
                summary="Attach a file to an object",
                body=(Upload("file", required=True, write=Write.ALWAYS), replace(COMMENT, write=Write.ALWAYS)),
            ),
            Operation(
                "get", "GET", "/attachments/{id}", file=True, summary="The content of a file, or what is known about it"
            ),
        ),
        indexes=(("object_type", "object_id"),),
    )
)  # fmt: skip


def owner(tx: Transaction, person: Principal, resource: Resource | None, object_id: int) -> dict[str, Any]:
    """The object that files belong to; NotFound when the person may not see it."""
    row = None
    if resource is not None and person.may(resource.reads):
        row = query.stored(tx, resource, "id", object_id, person.scope(resource))
    if row is None:
        raise NotFound("Not Found")
    return row


def attach(tx: UnitOfWork, resource: Resource, object_id: int, file: dict[str, Any]) -> int:
    """Note a file, whose content is kept already; its id. `file` has its columns: `name`, `size`, `digest` and more."""
    belongs = {"object_type": resource.attachment_type, "object_id": object_id}
    owners = table(resource.table)
    if "update_date" in owners.c:
        tx.update(owners, {"update_date": tx.stamp}, id=object_id)
    return writing.insert(tx, RESOURCE, {**file, **belongs, "upload_date": tx.stamp, "user_id": tx.actor.user_id})
