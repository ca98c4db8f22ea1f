"""Whether a bill is here already: as an invoice, or as another file that nothing has been made of yet.

Two bills are the same if their files are, or if their supplier gave both the same number, however it is written.
Found whenever it is asked for: what was new when it came may not be so any more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, func, or_, select

from emptor.domains import documents
from emptor.domains.payables.rules import CREDIT_NOTES
from emptor.domains.payables.scans.recognising import plain_name
from emptor.domains.payables.scans.states import ALLOCATED, CREDIT_NOTE, OPEN
from emptor.kit.fields import Asked
from emptor.store.clauses import mine, one_of
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]

FILE, NUMBER = "file", "number"
"""What two bills have in common."""
MOST_TOLD = 5
"""So many AP documents are named where the same is said as sentences."""


@dataclass
class Twins:
    """What may be the same bill: an invoice, and AP documents of which nothing has been made, each with the reason."""

    invoice: Row | None = None
    documents: list[Row] = field(default_factory=list)


def of(tx: Transaction, bills: Sequence[Row]) -> list[Twins]:
    """The twins of each bill, a row of AP documents; none of one that has come to its end."""
    found = {one["id"]: Twins() for one in bills}
    still = [one for one in bills if one["status"] in OPEN]
    if still:
        _by_file(tx, still, found)
    numbered = [one for one in still if one["supplier_id"] and plain_name(one["document_number"])]
    if numbered:
        _by_number(tx, numbered, found)
    return [found[one["id"]] for one in bills]


def _by_file(tx: Transaction, bills: Sequence[Row], found: dict[int, Twins]) -> None:
    for bill, *other, status, invoice, idn, state in tx.all(
        _same_files(), company=tx.company_id, bills=[one["id"] for one in bills]
    ):
        if status in OPEN:
            _add(found[bill], *other, FILE)
        elif status == ALLOCATED and state not in (documents.REJECTED, documents.CANCELED):
            found[bill].invoice = {"id": invoice, "idn": idn, "because": FILE}


def _by_number(tx: Transaction, bills: Sequence[Row], found: dict[int, Twins]) -> None:
    wanted: dict[Any, list[Row]] = defaultdict(list)
    for one in bills:
        wanted[_key(one["supplier_id"], one["document_number"], one["type"] == CREDIT_NOTE)].append(one)
    suppliers = {one["supplier_id"] for one in bills}
    for row in _invoices_numbered(tx, suppliers, {one["document_number"] for one in bills}):
        for one in wanted.get(_key(row["supplier_id"], row["invoice_number"], row["logic_type"] in CREDIT_NOTES), ()):
            found[one["id"]].invoice = {"id": row["id"], "idn": row["idn"], "because": NUMBER}
    for row in tx.records(_open(), company=tx.company_id, suppliers=sorted(suppliers)):
        for one in wanted.get(_key(row["supplier_id"], row["document_number"], row["type"] == CREDIT_NOTE), ()):
            if one["id"] != row["id"]:
                _add(found[one["id"]], row["id"], row["idn"], NUMBER)


def numbered(tx: Transaction, supplier: int, number: str) -> list[Row]:
    """The living invoices of a supplier, no credit notes, that have the number, however it is written."""
    wanted = plain_name(number)
    rows = _invoices_numbered(tx, {supplier}, {number}) if wanted else []
    invoices = [one for one in rows if one["logic_type"] not in CREDIT_NOTES]
    return [one for one in invoices if plain_name(one["invoice_number"]) == wanted]


def _invoices_numbered(tx: Transaction, suppliers: set[int], numbers: set[str]) -> list[Row]:
    plain = sorted({plain_name(one) for one in numbers})
    return tx.records(
        _numbered(), company=tx.company_id, suppliers=sorted(suppliers), written=sorted(numbers), plain=plain
    )


def _add(twins: Twins, row_id: int, idn: str, because: str) -> None:
    if all(one["id"] != row_id for one in twins.documents):
        twins.documents.append({"id": row_id, "idn": idn, "because": because})


def _key(supplier: int, number: str, credits: bool) -> tuple[int, str, bool]:
    return supplier, plain_name(number), credits


def told(twins: Twins, *because: str) -> list[str]:
    """The same as sentences, for all reasons or some."""
    said, because = [], because or (FILE, NUMBER)
    if twins.invoice and twins.invoice["because"] in because:
        why = "was made of the same file" if twins.invoice["because"] == FILE else "has the same number"
        said.append(f"Invoice {twins.invoice['idn']} may be the same bill: it {why}.")
    for one in twins.documents[:MOST_TOLD]:
        if one["because"] in because:
            why = "is the same file" if one["because"] == FILE else "has the same number"
            said.append(f"AP document {one['idn']} {why}.")
    return said


# Shown


def _rows(shown: list[Row]) -> list[Row]:
    """What is to be known of AP documents as they are shown."""
    return [
        {"id": one["id"], "status": one["status"], "type": one["type"], "document_number": one["documentNumber"],
         "supplier_id": one["supplier"]["id"] if one["supplier"] else None}
        for one in shown
    ]  # fmt: skip


def _invoices(tx: Transaction, shown: list[Row]) -> list[Row | None]:
    return [one.invoice and {"id": one.invoice["id"]} for one in of(tx, _rows(shown))]


def _documents(tx: Transaction, shown: list[Row]) -> list[Row]:
    return [{"data": one.documents} for one in of(tx, _rows(shown))]


def _schema(**properties: Any) -> Row:
    known = {"id": {"type": "integer"}, **properties}
    return {"type": "object", "properties": known, "required": list(known), "additionalProperties": False}


SHOWN = (
    Asked(
        "duplicateInvoice", ask=_invoices, json_schema={**_schema(), "type": ["object", "null"]},
        note="an invoice of the same number and supplier, or of the same file; until an invoice is made of this one",
    ),
    Asked(
        "duplicateDocuments", ask=_documents, listed=False,
        json_schema={
            "type": "object",
            "properties": {
                "data": {
                    "type": "array",
                    "items": _schema(idn={"type": "string"}, because={"enum": [FILE, NUMBER]}),
                }
            },
            "required": ["data"],
            "additionalProperties": False,
        },
        note="other AP documents of which nothing has been made, and which may be the same bill",
    ),
)  # fmt: skip


@lru_cache(maxsize=1)
def _same_files() -> Statement:
    scans, other, invoices = table("ap_documents"), table("ap_documents").alias("other"), table("invoices")
    same = and_(other.c.company_id == scans.c.company_id, other.c.digest == scans.c.digest, other.c.id != scans.c.id)
    made = and_(invoices.c.company_id == other.c.company_id, invoices.c.id == other.c.invoice_id)
    return Statement(
        select(scans.c.id, other.c.id, other.c.idn, other.c.status, invoices.c.id, invoices.c.idn, invoices.c.status)
        .join_from(scans, other, same)
        .outerjoin(invoices, made)
        .where(mine(scans), any_of(scans.c.id, "bills"))
        .order_by(other.c.id)
    )


SEPARATORS = " \u00a0-–/\\._,:;#'\"()+*&|"
"""What is commonly written between the letters and digits of a number, and what the database can leave out."""


@lru_cache(maxsize=1)
def _numbered() -> Statement:
    """Living invoices of suppliers whose numbers may be the wanted ones: `plain_name` has the last word."""
    invoices = table("invoices")
    number = plain = invoices.c.invoice_number
    for one in SEPARATORS:
        plain = func.replace(plain, one, "", type_=number.type)
    plain = func.lower(plain, type_=number.type)
    names = ("id", "idn", "supplier_id", "invoice_number", "logic_type", "status", "currency")
    columns = [invoices.c[name] for name in names]
    return Statement(
        select(*columns)
        .where(
            mine(invoices), any_of(invoices.c.supplier_id, "suppliers"),
            or_(any_of(number, "written"), any_of(plain, "plain")),
            invoices.c.status != documents.REJECTED, invoices.c.status != documents.CANCELED,
        )
        .order_by(invoices.c.id.desc())
    )  # fmt: skip


@lru_cache(maxsize=1)
def _open() -> Statement:
    scans = table("ap_documents")
    columns = [scans.c[name] for name in ("id", "idn", "supplier_id", "document_number", "type")]
    return Statement(
        select(*columns)
        .where(mine(scans), any_of(scans.c.supplier_id, "suppliers"), one_of(scans.c.status, *OPEN))
        .order_by(scans.c.id)
    )
