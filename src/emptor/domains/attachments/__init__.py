"""Files attached to documents and suppliers."""

from __future__ import annotations

from emptor.domains.documents import ATTACHMENT
from emptor.kit.fields import Hidden
from emptor.kit.resource import Resource
from emptor.store.schema import define

RESOURCE = define(
    Resource(
        name="attachments",
        label="Attachment",
        fields=(
            *ATTACHMENT.fields,
            Hidden("objectId", kind="id", nullable=False),
            Hidden("digest", kind="text", size=64, nullable=False),
        ),
        indexes=(("object_type", "object_id"),),
    )
)
