"""Bills handed in as files: kept first, read then, so that none is lost when reading fails."""

from __future__ import annotations

import structlog

from emptor.domains.attachments.content import UNKNOWN, clean_name, type_of
from emptor.domains.payables.scans import documents, making
from emptor.http.attachments import sent
from emptor.http.endpoints import Call, found, whole
from emptor.http.messages import Answer, json_answer
from emptor.services.scans import Reading, Unreadable, is_xml

log = structlog.get_logger(__name__)

XML = "application/xml"
NO_TYPE = (UNKNOWN, "text/xml", "text/plain")
"""What XML may be taken for."""


def upload(call: Call) -> Answer:
    """Keep a bill and read it. The answer is one sentence, whatever comes of it."""
    file, _ = sent(call)
    name = clean_name(file.filename)
    media_type = media_type_of(file.data, name)
    if media_type not in documents.ACCEPTED:
        told = f"{name} can be no bill: send a PDF, a picture, or an e-invoice in XML."
        return json_answer(call.operation.status, {"uploadErrorMessage": told})
    kept = {"name": name, "size": len(file.data), "format_type": media_type, "comment": None}
    kept["digest"] = call.service.files.put(file.data)
    company = call.principal.company_id
    with call.service.database.write(company, actor=call.principal) as tx:
        scan_id = documents.keep(tx, kept)
    reading, fault = _read(call, file.data, media_type)
    with call.service.database.write(company, actor=call.principal) as tx:
        row = documents.scan_of(tx, scan_id)
        documents.note_reading(tx, row, reading, fault)
        told = f"{name} is AP document {row['idn']} now. {documents.same_files(tx, row)}".strip()
    return json_answer(call.operation.status, {"uploadSuccessMessage": told})


def read_again(call: Call) -> Answer:
    """Read a bill that is kept already."""
    company = call.principal.company_id
    with call.service.database.read(company, actor=call.principal) as tx:
        row = found(call, tx)
        documents.readable(row)
        file = making.first_file(tx, documents.SCANS, row)
    assert file is not None, row["id"]
    reading, fault = _read(call, call.service.files.get(file["digest"]), file["format_type"])
    with call.service.database.write(company, actor=call.principal) as tx:
        documents.note_reading(tx, documents.scan_of(tx, row["id"]), reading, fault)
        return json_answer(call.operation.status, whole(call, tx, row["id"]))


def media_type_of(data: bytes, name: str) -> str:
    """What the file is; XML is told from plain text."""
    known = type_of(data, name)
    return XML if known in NO_TYPE and is_xml(data) else known


def _read(call: Call, content: bytes, media_type: str) -> tuple[Reading | None, str]:
    """What the reader makes of it, or why it cannot."""
    try:
        return call.service.reader.read(content, media_type), ""
    except Unreadable as fault:
        return None, str(fault)
    except Exception:
        log.exception("scan_unread", media_type=media_type)
        return None, "The service that reads bills failed; have it read again later."
