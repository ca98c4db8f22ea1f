"""Making invoices and credit notes of bills."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import attachments, conversation, verbs, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables.invoices import covering
from emptor.domains.payables.rules import BILLED, LOOSE_CREDIT_NOTE
from emptor.domains.payables.rules import CREDIT_NOTE as NOTE
from emptor.domains.payables.scans import duplicates, matching
from emptor.domains.payables.scans.states import ALLOCATED, CREDIT_NOTE, FAILED, OPEN, STATUSES
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Number, Ref, Write
from emptor.kit.money import RATE_SCALE, plain
from emptor.kit.resource import Resource
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

NOTHING_READ = "Nothing was read in this file; enter what it says."

ABOUT = Ref(
    "allocatedInvoice", to="invoices", write=Write.ALWAYS,
    note="makes a credit note about this invoice, of one line; left out: about the one that the bill names; null: none",
)  # fmt: skip
RATE = Number(
    "exchangeRate", scale=RATE_SCALE, low=Decimal(1).scaleb(-RATE_SCALE), high=Decimal(10) ** 7, write=Write.ALWAYS,
    note="where the bill is in another currency than the company's",
)  # fmt: skip


def require_open(row: Row) -> None:
    """IllegalMove unless something can still become of the bill."""
    if row["status"] not in OPEN:
        instead = " Delete the draft made of it first, or cancel what was made." if row["status"] == ALLOCATED else ""
        raise IllegalMove(f"This AP document is {STATUSES[row['status']]}; that is final.{instead}")


def create_invoice(tx: UnitOfWork, scans: Resource, row: Row, values: Row) -> None:
    """Make a draft of a bill, of its order where it has one; the file goes with it.

    What has to be looked at stands with the draft, for those who confirm and approve it, and with the bill.
    """
    require_open(row)
    writing.check_references(tx, (ABOUT,), [("", values)])
    tx.problems.raise_if_any()
    if row["supplier_id"] is None:
        raise IllegalMove("Say first whose bill this is; change the `supplier` of the AP document.")
    made = {
        "supplier_id": row["supplier_id"], "location_id": row["location_id"], "currency": row["currency"],
        "legal_entity_id": row["legal_entity_id"], "invoice_number": row["document_number"],
        "issue_date": row["document_date"], "required_date": row["due_date"],
        "exchange_rate": values.get("exchange_rate"),
    }  # fmt: skip
    about = values["allocated_invoice_id"] if "allocated_invoice_id" in values else _credited(tx, row)
    if about is not None:
        made |= {"location_id": None, "legal_entity_id": None, "exchange_rate": None}  # those of the invoice hold
    (twins,) = duplicates.of(tx, [row])
    kind = verbs.KINDS["invoices"]
    invoice_id = kind.create(tx, {**made, **_content(tx, row, about)})
    invoice = query.stored(tx, kind.resource, "id", invoice_id)
    assert invoice is not None
    remarks = " ".join([*_differences(row, invoice), *duplicates.told(twins)])
    changed = {
        "invoice_id": invoice_id, "allocated_invoice_id": about, "status": ALLOCATED, "update_date": tx.stamp,
        "comment": _with(own_words(row), remarks),
    }  # fmt: skip
    writing.change(tx, scans, row, changed)
    if remarks:
        conversation.keep(tx, kind.resource, invoice, remarks)
    for file in tx.records(_files(), company=tx.company_id, type=scans.attachment_type, object=row["id"]):
        attachments.attach(tx, kind.resource, invoice_id, file)


def own_words(row: Row) -> str | None:
    """What somebody has written about a bill, other than the machine about its reading."""
    by_machine = row["status"] == FAILED or row["comment"] == NOTHING_READ
    return None if by_machine else row["comment"]


def _with(words: str | None, remarks: str) -> str | None:
    """Both, the remarks once: a draft of the same bill may have been made before."""
    if words is None or remarks in words:
        return words or remarks or None
    return f"{words}\n{remarks}"[:1000]


def _differences(row: Row, invoice: Row) -> list[str]:
    """What a bill says of its sum and the draft does not."""
    said = []
    gross, prepaid = row["gross_total"], row["prepaid_total"]
    if gross is not None and abs(gross) != invoice["sum"]:
        said.append(f"The bill says {plain(gross)}, the draft comes to {plain(invoice['sum'])}; compare their lines.")
    if prepaid:
        left = "" if gross is None else f", so that {plain(gross - prepaid)} are left to pay"
        said.append(f"The bill says that {plain(prepaid)} have been paid already{left}.")
    return said


def _credited(tx: UnitOfWork, row: Row) -> int | None:
    """The invoice that a credit note says it is about, if there is one that can be credited and is seen."""
    if row["type"] != CREDIT_NOTE or not row["credited_number"]:
        return None
    found = [
        one["id"]
        for one in duplicates.numbered(tx, row["supplier_id"], row["credited_number"])
        if one["status"] in BILLED and row["currency"] in (None, one["currency"])
    ]
    invoices = verbs.RESOURCES["invoices"]
    seen = len(found) == 1 and query.stored(tx, invoices, "id", found[0], tx.actor.scope(invoices))
    return found[0] if seen else None


def _content(tx: UnitOfWork, row: Row, about: int | None) -> Row:
    """What kind of invoice it becomes, with its lines where they do not come from the order."""
    percents = dict(tx.all(_taxes(), company=tx.company_id))
    decimals = scale_of(tx.actor.settings, row["currency"])
    read = row["lines"] or []
    one = [matching.one_line(_title(row), row["net_total"], row["gross_total"], percents, decimals)]
    if about is not None:
        return {"logic_type": NOTE, "allocated_invoice_id": about, "items": one}
    if row["type"] != CREDIT_NOTE and row["purchase_order_id"]:
        of_order = {"purchase_order_id": row["purchase_order_id"], "location_id": None}
        return {**of_order, **_of_order(tx, row, read, percents, decimals)}
    kind = {"logic_type": LOOSE_CREDIT_NOTE if row["type"] == CREDIT_NOTE else 0}
    if not read or _as_one_line(tx, row["supplier_id"]):
        return {**kind, "items": one}
    items = [matching.free_line(line, i, percents, decimals) for i, line in enumerate(read, 1)]
    return {**kind, **matching.whole(items, read, row["extras"] or [], percents, decimals)}


def _of_order(tx: UnitOfWork, row: Row, read: list[Row], percents: matching.Percents, decimals: int) -> Row:
    """The lines that were read, each for the line of the order it bills; nothing read means all that is open."""
    order = covering.billable(tx, row["purchase_order_id"], "purchaseOrder")
    tx.problems.raise_if_any()
    assert order is not None
    if not read:
        return {}
    service = order["logic_type"] == covering.SERVICE
    items = [
        matching.free_line(line, i, percents, decimals)
        if ordered is None
        else matching.of_order(line, ordered, percents, decimals, service=service)
        for i, (line, ordered) in enumerate(matching.pairs(read, covering.open_lines(tx, order)), 1)
    ]
    usual = order["discount_percent"]
    said = {"discount_amount": None} if usual is None else {}  # the bill's lines say what is taken off
    return said | matching.whole(items, read, row["extras"] or [], percents, decimals, usual)


def _title(row: Row) -> str:
    return str(f"Invoice {row['document_number']}" if row["document_number"] else row["name"])[:300]


def _as_one_line(tx: UnitOfWork, supplier_id: int) -> bool:
    return bool(tx.scalar(_one_line(), company=tx.company_id, supplier=supplier_id))


@lru_cache(maxsize=1)
def _one_line() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers.c.enter_invoice_as_one_line).where(
            suppliers.c.company_id == bindparam("company"), suppliers.c.id == bindparam("supplier")
        )
    )


@lru_cache(maxsize=1)
def _taxes() -> Statement:
    """The taxes that lines can carry now and that add to what is owed."""
    taxes = table("taxes")
    return Statement(
        select(taxes.c.id, taxes.c.percent)
        .where(taxes.c.company_id == bindparam("company"), taxes.c.enable, taxes.c.is_withholding_tax.is_(False))
        .order_by(taxes.c.id)
    )


@lru_cache(maxsize=1)
def _files() -> Statement:
    files = table("attachments")
    columns = [files.c[name] for name in ("name", "size", "format_type", "comment", "digest")]
    return Statement(
        select(*columns)
        .where(
            files.c.company_id == bindparam("company"), files.c.object_type == bindparam("type"),
            files.c.object_id == bindparam("object"),
        )
        .order_by(files.c.id)
    )  # fmt: skip


def first_file(tx: UnitOfWork, scans: Resource, row: Row) -> Row | None:
    """The file of a bill: its digest and what it is."""
    return tx.record(_files(), company=tx.company_id, type=scans.attachment_type, object=row["id"])
