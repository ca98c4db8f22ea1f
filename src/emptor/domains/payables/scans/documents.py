"""AP documents: the files of bills, what was read of them, and the invoices made from them."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.attachments import OWN_TYPES, attach, attachments
from emptor.domains.organisation.access import read_permission
from emptor.domains.payables.scans import duplicates, making, recognising
from emptor.domains.payables.scans.states import CANCELED, FAILED, INVOICE, KINDS, OPEN, PENDING, PROCESSED, STATUSES
from emptor.kit.currencies import SPELLING
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Code, Constant, Flag, Hidden, Moment, Number, Ref, Text, Upload, Write
from emptor.kit.resource import KEY, UPDATED, Access, Operation, Permission, Resource
from emptor.services.scans import Reading
from emptor.store import query
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

FILES = OWN_TYPES + 4
"""What the upload path calls an AP document; the hosted API names no number for it."""
MODULE = "invoice"
READ = read_permission(MODULE)
CREATE = Permission(MODULE, ("create",))
UPLOADED = "api"

ACCEPTED = (
    "application/pdf", "application/xml", "image/gif", "image/heic", "image/jpeg", "image/png", "image/tiff",
    "image/webp",
)  # fmt: skip
"""Types of files that can be a bill."""


def keep(tx: UnitOfWork, file: Row) -> int:
    """Note a new bill, whose content is kept already, as one that is still to be read; its id."""
    idn = str(tx.count(SCANS.name, idns=1, rows=1))
    values = {
        "idn": idn, "name": file["name"], "status": PENDING, "upload_date": tx.stamp, "attachment_origin": UPLOADED,
        "user_id": tx.actor.user_id, "update_date": tx.stamp, "digest": file["digest"],
    }  # fmt: skip
    scan_id = writing.insert(tx, SCANS, values)
    attach(tx, SCANS, scan_id, file)
    return scan_id


def note_reading(tx: UnitOfWork, row: Row, reading: Reading | None, fault: str = "") -> None:
    """Keep what was read of a bill, or why it could not be; nothing where somebody has been faster.

    One in which nothing was read waits: somebody has to enter what it says and make an invoice of it.
    """
    if row["status"] not in OPEN:
        return
    found, said = (PENDING, making.NOTHING_READ) if reading is None else (PROCESSED, None)
    changed: Row = {"status": FAILED if fault else found, "update_date": tx.stamp}
    changed["processed_date"] = tx.stamp if fault or reading is not None else None
    if fault or making.own_words(row) is None:
        changed["comment"] = fault[:1000] or said
    if reading is not None:
        changed |= recognising.recognised(tx, reading)
    writing.change(tx, SCANS, row, changed)


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Enter or correct what a bill says; the next one with the same name on it has the supplier that is chosen here."""
    making.require_open(row)
    writing.update(tx, SCANS, row, values, {"is_corrected": True} if "supplier_id" in values else None)


def same_files(tx: UnitOfWork, row: Row) -> str:
    """That the file has come before, as a sentence; nothing where it has not."""
    (found,) = duplicates.of(tx, [row])
    return " ".join(duplicates.told(found, duplicates.FILE))


def create_invoice(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Make a draft invoice, or a credit note, of a bill; the file goes with it."""
    making.create_invoice(tx, SCANS, row, values)


def cancel(tx: UnitOfWork, row: Row, values: Row) -> None:
    """This file is no bill, or is not wanted; it stays visible."""
    making.require_open(row)
    writing.change(tx, SCANS, row, {"status": CANCELED, "update_date": tx.stamp})


def readable(row: Row) -> None:
    """IllegalMove unless the bill can be read anew."""
    making.require_open(row)


def scan_of(tx: UnitOfWork, scan_id: int) -> Row:
    """An AP document as it is stored now."""
    row = query.stored(tx, SCANS, "id", scan_id)
    if row is None:
        raise IllegalMove("This AP document is gone.")
    return row


UPLOAD_ANSWER = {
    "type": "object",
    "properties": {"uploadSuccessMessage": {"type": "string"}, "uploadErrorMessage": {"type": "string"}},
    "additionalProperties": False,
}

SCANS = define(
    Resource(
        name="apdocuments",
        table="ap_documents",
        label="ApDocument",
        key="idn",
        fields=(
            KEY,
            Text("idn", size=40, required=True),
            Text("type", size=20, default=INVOICE, write=Write.ON_UPDATE, pattern="|".join(KINDS),
                 hint=f"Send one of: {', '.join(KINDS)}."),
            Text("name", size=300, required=True, note="of the file"),
            Text("supplierName", size=300, note="as it stands on the bill"),
            Number("grossTotal", write=Write.ON_UPDATE, low=None),
            Text("currency", size=3, write=Write.ON_UPDATE, **SPELLING),
            Code("status", names=STATUSES, default=PENDING),
            Moment("uploadDate", required=True),
            Moment("processedDate"),
            Text("attachmentOrigin", size=20, required=True),
            Constant("ocrEmail"),
            Ref("invoice", to="invoices", show=("id",)),
            Ref("allocatedInvoice", to="invoices", show=("id", "idn"), note="what its credit note is about"),
            Ref("purchaseOrder", to="purchase_orders", show=("id",), write=Write.ON_UPDATE),
            Ref("supplier", to="suppliers", write=Write.ON_UPDATE),
            Ref("location", to="locations", write=Write.ON_UPDATE),
            Ref("legalEntity", to="legal_entities", write=Write.ON_UPDATE),
            Ref("user", to="users"),
            Text("comment", size=1000, multiline=True, write=Write.ON_UPDATE),
            *duplicates.SHOWN,
            UPDATED,
            Text("documentNumber", size=200, write=Write.ON_UPDATE, note="the supplier's own number"),
            Moment("documentDate", write=Write.ON_UPDATE),
            Moment("dueDate", day_ends=True, write=Write.ON_UPDATE),
            Number("netTotal", write=Write.ON_UPDATE, low=None),
            Number("prepaidTotal", write=Write.ON_UPDATE, low=None, note="what the bill says has been paid already"),
            Text("orderNumber", size=200, note="the order that the bill names"),
            Text("creditedNumber", size=200, write=Write.ON_UPDATE,
                 note="of a credit note: the supplier's number of the invoice it is about"),
            Hidden("lines", kind="json"),
            Hidden("extras", kind="json"),
            Hidden("digest", kind="text", size=64, nullable=False),
            Flag("isCorrected", note="somebody has chosen the supplier"),
            attachments(FILES),
        ),
        operations=(
            Operation("list", "GET", "/ap/documents", READ, summary="List AP documents"),
            Operation("get", "GET", "/ap/documents/{idn}", READ, summary="One AP document"),
            Operation(
                "custom", "POST", "/ap/document/upload", CREATE, summary="Hand in a bill as a file",
                body=(Upload("file", required=True, write=Write.ALWAYS),), shows=UPLOAD_ANSWER,
            ),
            Operation("update", "PUT", "/ap/documents/{idn}", CREATE, hosted=False, run=update,
                      summary="Correct what was read of a bill"),
            Operation("custom", "POST", "/ap/documents/{idn}/read", CREATE, hosted=False, body=(),
                      summary="Read a bill anew"),
            Operation(
                "action", "POST", "/ap/documents/{idn}/create_invoice", CREATE, hosted=False, run=create_invoice,
                summary="Make a draft invoice of a bill",
                body=(making.RATE, making.ABOUT),
            ),
            Operation("action", "POST", "/ap/documents/{idn}/cancel", CREATE, hosted=False, run=cancel, body=(),
                      summary="Put a bill aside"),
        ),
        reference=("id", "idn", "name"),
        access=Access(MODULE, "user_id", "location_id", legal_entity="legal_entity_id"),
        writes=CREATE,
        uniques=(("idn",),),
        indexes=(("status", "id"), ("invoice_id",), ("supplier_name",), ("digest",)),
        counted=True,
        attachment_type=FILES,
    )
)  # fmt: skip
