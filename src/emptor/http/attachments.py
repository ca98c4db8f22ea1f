"""Sending files in and out: multipart in, bytes or metadata out."""

from __future__ import annotations

from urllib.parse import quote

from emptor.domains.attachments import OWN_TYPES, RESOURCE, attach, owner
from emptor.domains.attachments.content import clean_name, sent_as, type_of
from emptor.http.decode import BadBody, UploadedFile
from emptor.http.endpoints import Call, get, identifier, whole
from emptor.http.messages import JSON, Answer, json_answer
from emptor.kit.errors import NotFound, Problems
from emptor.kit.fields import Write, parse_fields
from emptor.kit.resource import Resource
from emptor.store import query


def upload(call: Call) -> Answer:
    """Attach a file. Its content is on disk before the row says so; without a row it is never found again."""
    company = call.principal.company_id
    resource = owning(call, identifier(call.parameters["objectType"]))
    object_id = identifier(call.parameters["objectId"])
    with call.service.database.read(company) as tx:
        owner(tx, call.principal, resource, object_id)
    assert resource is not None
    call.principal.require(resource.writes)
    file, comment = sent(call)
    name = clean_name(file.filename)
    kept = {"name": name, "size": len(file.data), "format_type": type_of(file.data, name), "comment": comment}
    kept["digest"] = call.service.files.put(file.data)
    with call.service.database.write(company, actor=call.principal) as tx:
        owner(tx, call.principal, resource, object_id)
        return json_answer(call.operation.status, whole(call, tx, attach(tx, resource, object_id, kept)))


def sent(call: Call) -> tuple[UploadedFile, str | None]:
    """The file and the comment in the body."""
    problems = Problems()
    values = parse_fields(call.operation.body or (), {**call.tree, **call.files}, Write.ON_CREATE, problems)
    problems.raise_if_any()
    file: UploadedFile = values["file"]
    most = call.service.settings.upload_bytes
    if len(file.data) > most:
        raise BadBody(413, f"The file has {len(file.data)} bytes; at most {most} are accepted.")
    if not file.data:
        problems.add("file", "This file is empty; choose another.")
        problems.raise_if_any()
    return file, values.get("comment")


def download(call: Call) -> Answer:
    """The file itself, or what is known about it for who accepts nothing but JSON."""
    with call.service.database.read(call.principal.company_id) as tx:
        row = query.stored(tx, RESOURCE, "id", call.key)
        if row is None:
            raise NotFound("Not Found")
        owner(tx, call.principal, owning(call, row["object_type"]), row["object_id"])
    if call.request.headers.get("accept", "").strip().lower() == JSON["content-type"]:
        return get(call)
    headers = {
        "content-type": sent_as(row["format_type"]),
        "content-disposition": f"attachment; filename*=UTF-8''{quote(row['name'], safe='')}",
        "x-content-type-options": "nosniff",
    }
    return Answer(200, call.service.files.get(row["digest"]), headers)


def owning(call: Call, object_type: int) -> Resource | None:
    """The resource whose objects have files under that number."""
    if object_type >= OWN_TYPES and call.service.settings.profile == "strict":
        return None
    return next((one for one in call.service.registry if one.attachment_type == object_type), None)
