"""Credit notes: what a supplier gives back. One is about an invoice and pays what is left of it; what is beyond that,
and all of one that stands on its own, is credit that pays later invoices of the supplier.

What a credit note pays is a payment that names it (see `settling`). What it has left is its sum less those payments,
and a supplier's credit in a currency is what its approved credit notes have left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select

from emptor.domains import documents, writing
from emptor.domains.organisation.companies import scale_of
from emptor.domains.payables import crediting, settling
from emptor.domains.payables.crediting import Left
from emptor.domains.payables.rules import ACTIVE, BILLED, CREDIT, CREDIT_NOTE, CREDIT_NOTES, number_key, payable
from emptor.domains.payables.settling import invoice_of, invoices
from emptor.kit.errors import IllegalMove
from emptor.kit.money import ZERO, plain, product, quotient, rounded
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

LIVING = (documents.PENDING, documents.APPROVED)
"""Credit notes in these states take something of what can be credited; drafts take nothing."""

OF_INVOICE = {
    "supplier_id": "supplier", "currency": "currency", "exchange_rate": "exchangeRate", "location_id": "location",
    "legal_entity_id": "legalEntity", "budget_id": "budget",
}  # fmt: skip
"""What a credit note has from its invoice, for good."""

OF_LINE = ("name", "sku", "description", "product_id", "unit_id", "item_type", "price", "budget_line_id")
"""What a line has from the line of the invoice that it credits, unless told otherwise."""

ITEM_FIELDS = "dataItemCustomFields"


# Writing


def create(tx: UnitOfWork, values: Row) -> int:
    """A new draft credit note; its id. Without lines it credits all that can still be credited of its invoice."""
    values["issue_date"] = values.get("issue_date") or tx.stamp
    invoice, rest = None, {}
    if values["logic_type"] == CREDIT_NOTE:
        invoice = _about(tx, values)
    else:
        if values.get("allocated_invoice_id"):
            tx.problems.add("allocatedInvoice", "This kind of credit note is about no invoice; use logicType 1.")
        if values.get("supplier_id") is None:
            tx.problems.add("supplier", "This field is required.")
    if invoice is not None:
        _refuse_taxes(tx, values)
        _take_over(tx, values, invoice)
        if not values.get("items"):
            rest = left_of(tx, invoice)
            values |= rest
    _complete(tx, values.get("items") or (), invoice)
    _check_number(tx, values, 0)
    known = documents.check(tx, invoices(), values)
    priced = partial(_as_priced, tx, invoice, 0, rest=bool(rest.get("discount_amount")))
    required = documents.REQUIRED_TAXES.column
    extra = {required: invoice[required]} if invoice else None
    note = documents.create(tx, invoices(), values, known, extra, priced=priced)
    _check_limits(tx, invoice_of(tx, note))
    tx.problems.raise_if_any()
    return note


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a draft."""
    if row["status"] != documents.DRAFT:
        raise IllegalMove(f"A credit note is changed as a draft only. {invoices().life.way_out(row)}")
    invoice = invoice_of(tx, row["allocated_invoice_id"]) if row["allocated_invoice_id"] else None
    if invoice is not None:
        _refuse_taxes(tx, values)
        _keep(tx, values, row)
    _complete(tx, values.get("items") or (), invoice)
    _check_number(tx, {**row, **values}, row["id"])
    documents.update(tx, invoices(), row, values, priced=partial(_as_priced, tx, invoice, row["id"]))
    _check_limits(tx, invoice_of(tx, row["id"]))
    tx.problems.raise_if_any()


def _about(tx: UnitOfWork, values: Row) -> Row | None:
    """The invoice that a new credit note is about; what is wrong with it is noted."""
    wanted = values.get("allocated_invoice_id")
    if wanted is None:
        tx.problems.add("allocatedInvoice", "Name the invoice that this credit note is about, or use logicType 5.")
        return None
    row = query.stored(tx, invoices(), "id", wanted, tx.actor.scope(invoices()))
    if row is None:
        tx.problems.add("allocatedInvoice", f"There is no invoice with id {wanted} that you see.")
    elif row["logic_type"] in CREDIT_NOTES:
        tx.problems.add("allocatedInvoice", f"{row['idn']} is a credit note itself.")
    elif row["status"] not in BILLED:
        tx.problems.add("allocatedInvoice", _not_billed(row))
    else:
        return row
    return None


def _not_billed(invoice: Row) -> str:
    name = invoices().life.names[invoice["status"]]
    return f"Invoice {invoice['idn']} is {name}; only one that has been approved is credited."


def _take_over(tx: UnitOfWork, values: Row, invoice: Row) -> None:
    """Who gives back, where and in which currency is as on the invoice; to say otherwise is wrong."""
    if "supplier_id" not in values:
        tx.problems.pop("supplier", None)  # required of an invoice, known here
    _keep(tx, values, invoice)
    values |= {column: invoice[column] for column in OF_INVOICE if column in invoice}
    custom = invoices().custom_values
    if custom and not values.get(custom.wire):
        values[custom.wire] = documents.stored_custom_values(tx, invoices(), invoice["id"])


def _keep(tx: UnitOfWork, values: Row, known: Row) -> None:
    for column, wire in OF_INVOICE.items():
        if column in known and values.get(column) not in (None, known[column]):
            tx.problems.add(wire, "That of the invoice holds for its credit notes.")
        values.pop(column, None)


def _refuse_taxes(tx: UnitOfWork, values: Row) -> None:
    if values.pop("taxes", None):
        tx.problems.add("taxes", "Each line has the taxes of the line that it credits; leave this out.")


def _complete(tx: UnitOfWork, items: Sequence[Any], invoice: Row | None) -> None:
    """Take what new lines leave out from the lines they credit; note lines that are not of the invoice."""
    named = [item["credited_line_id"] for item in items if isinstance(item, dict) and item.get("credited_line_id")]
    lines = documents.stored_lines(tx, invoices(), invoice["id"]) if invoice and named else []
    known = {line["id"]: line for line in lines}
    for i, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        if item.get("allocations"):
            tx.problems.add(f"items[{i}][allocations]", "A credit note bills no order.")
        line_id = item.get("credited_line_id")
        if line_id and line_id not in known:
            tx.problems.add(f"items[{i}][creditedItem]", "The invoice of this credit note has no line with this id.")
        elif line_id and "id" not in item:
            assert invoice is not None
            _fill(item, known[line_id], scale_of(tx.actor.settings, invoice["currency"]))


def _fill(item: Row, line: Row, scale: int) -> None:
    """Complete a new line; what the invoice has taken off is taken off in the same measure."""
    as_invoiced = item.get("price") is None
    for name in OF_LINE:
        if item.get(name) is None and name in line:
            item[name] = line[name]
    if not item.get(ITEM_FIELDS):
        item[ITEM_FIELDS] = [{"field_id": one["field_id"], "value": one["value"]} for one in line[ITEM_FIELDS]]
    item["taxes"] = documents.at_rates_of(line, item["taxes"]) if "taxes" in item else documents.as_priced(line)
    off, says = abs(line["discount_sum"]), (item.get("discount_percent"), item.get("discount_amount"))
    if as_invoiced and off and line["quantity"] and says == (None, None):
        item["discount_amount"] = rounded(quotient(product(off, item["quantity"] or ZERO), line["quantity"]), scale)


def left_of(tx: UnitOfWork, invoice: Row) -> Row:
    """The lines of an invoice as a credit note would give back all that is left of them, and the discount with which
    they come to what is left of the whole, where notes have given back something besides its lines.
    """
    left = _left_by_line(tx, invoice, 0)
    open_lines = {line_id: one for line_id, one in left.items() if one.net or not one.notes}
    items: list[Row] = []
    for line in documents.stored_lines(tx, invoices(), invoice["id"]):
        of = open_lines.get(line["id"])
        if of is not None:
            item = {"credited_line_id": line["id"], "taxes": documents.as_priced(line)}
            taken = {"quantity": Decimal(1), "price": of.net} if of.notes else {"quantity": line["quantity"]}
            items.append(item | taken)
    gross, owed = _left_in_all(tx, invoice, 0)
    whole = sum((one.gross for one in open_lines.values()), ZERO)
    over = max(whole - gross, sum((one.payable for one in open_lines.values()), ZERO) - owed)
    if over <= 0 or whole <= 0:
        return {"items": items}
    net = sum((one.net for one in open_lines.values()), ZERO)
    scale = scale_of(tx.actor.settings, invoice["currency"])
    return {"items": items, "discount_amount": rounded(quotient(product(net, over), whole), scale)}


def _as_priced(tx: UnitOfWork, invoice: Row | None, own: int, items: list[Row], *, rest: bool = False) -> Row:
    """Lines take the last of what they credit to the cent, and all of them together, `rest`, the last of the whole;
    the sums of the note that follow.
    """
    if invoice is None or not items:
        return {}
    for item in items:
        item.setdefault("taxes", [])
    unit = Decimal(1).scaleb(-scale_of(tx.actor.settings, invoice["currency"]))
    crediting.fit(items, _left_by_line(tx, invoice, own), unit)
    over = crediting.beyond(items, *_left_in_all(tx, invoice, own))
    if rest or 0 < over <= unit * len(items):
        crediting.lower(items, over)
    return documents.added_up(items, invoice["exchange_rate"], scale_of(tx.actor.settings))


def _left_by_line(tx: Transaction, invoice: Row, own: int) -> dict[int, Left]:
    """What living credit notes, but for one, leave of each line of an invoice."""
    asked = {"company": tx.company_id, "invoice": invoice["id"], "own": own}
    credited = {
        line_id: (net, quantity, notes) for line_id, net, quantity, notes in tx.all(_credited_by_line(), **asked)
    }
    taxes = {(line, tax): sum_ for line, tax, sum_ in tx.all(_credited_taxes(), **asked)} if credited else {}
    found = {}
    for line in documents.stored_lines(tx, invoices(), invoice["id"]):
        net, quantity, notes = credited.get(line["id"], (ZERO, ZERO, 0))
        left = {tax["tax_id"]: tax["sum"] - taxes.get((line["id"], tax["tax_id"]), ZERO) for tax in line["taxes"]}
        withheld = frozenset(tax["tax_id"] for tax in line["taxes"] if tax["is_withholding_tax"])
        rest = line["quantity"] - quantity
        found[line["id"]] = Left(line["net_sum"] - net, left, withheld, rest, line["price"], notes)
    return found


def _left_in_all(tx: Transaction, invoice: Row, own: int) -> tuple[Decimal, Decimal]:
    """What can still be credited of an invoice, with taxes, and less what is withheld."""
    gross, withheld = tx.one(_credited(), company=tx.company_id, invoice=invoice["id"], own=own) or (ZERO, ZERO)
    credited = gross or ZERO
    return invoice["sum"] - credited, payable(invoice) - credited + (withheld or ZERO)


# Rules


def check(tx: UnitOfWork, row: Row, items: Sequence[Row]) -> None:
    """What a credit note needs before anybody is asked about it."""
    if row["allocated_invoice_id"]:
        invoice = invoice_of(tx, row["allocated_invoice_id"])
        if invoice["status"] not in BILLED:
            raise IllegalMove(_not_billed(invoice))
        if _faults(tx, row):  # others may have taken something since; what rounding leaves is taken into account anew
            kept = [{"id": line["id"]} for line in writing.part_rows(tx, _line_part(), [row["id"]])]
            documents.update(tx, invoices(), row, {"items": kept}, priced=partial(_as_priced, tx, invoice, row["id"]))
            row |= invoice_of(tx, row["id"])
    if payable(row) <= 0:
        tx.problems.add("items", "A credit note gives something back; its lines come to nothing.")
    _check_number(tx, row, row["id"])
    _check_limits(tx, row)


def _check_number(tx: UnitOfWork, values: Row, own: int) -> None:
    """A supplier gives each number to one credit note."""
    number, supplier = number_key(values.get("invoice_number")), values.get("supplier_id")
    if number and supplier:
        found = tx.one(_numbered(), company=tx.company_id, supplier=supplier, number=number, own=own)
        if found:
            tx.problems.add("invoiceNumber", f"Credit note {found[0]} of this supplier has this number already.")


def _check_limits(tx: UnitOfWork, row: Row) -> None:
    for place, words in _faults(tx, row).items():
        tx.problems.add(place, words)


def _faults(tx: UnitOfWork, row: Row) -> dict[str, str]:
    """Where a credit note gives back more than was invoiced, less what others have given back of it."""
    if not row["allocated_invoice_id"]:
        return {}
    found = {}
    invoice = invoice_of(tx, row["allocated_invoice_id"])
    credited = _credited_lines(tx, invoice["id"], row["id"])
    known = {line["id"]: line for line in writing.part_rows(tx, _line_part(), [invoice["id"]])}
    for line in writing.part_rows(tx, _line_part(), [row["id"]]):
        of = known.get(line["credited_line_id"])
        if of is None:
            continue
        left = of["net_sum"] - credited[of["id"]]
        place = f"items[{line['position']}]"
        if abs(line["net_sum"]) > abs(left) or line["net_sum"] * left < 0:
            words = f"Of {of['name']} {plain(left, 0)} can still be credited; this is {plain(line['net_sum'], 0)}."
            found[f"{place}[price]"] = words
        if line["quantity"] > of["quantity"]:
            found[f"{place}[quantity]"] = f"No more than {plain(of['quantity'], 0)} were invoiced."
        credited[of["id"]] += line["net_sum"]
    whole, left = _left_in_all(tx, invoice, row["id"])
    if row["sum"] > whole or payable(row) > left:
        found["items"] = f"Of invoice {invoice['idn']} {plain(max(left, ZERO), 0)} can still be credited."
    return found


def _credited_lines(tx: Transaction, invoice_id: int, own: int) -> dict[int, Decimal]:
    """What other living credit notes give back of each line of an invoice, before taxes."""
    found: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for line_id, net, *_ in tx.all(_credited_by_line(), company=tx.company_id, invoice=invoice_id, own=own):
        found[line_id] = net
    return found


def keep_credited(tx: UnitOfWork, invoice: Row, items: Sequence[Any]) -> None:
    """Note lines of an invoice that would go while a credit note names them, a draft or a dead one too."""
    kept = {item["id"] for item in items if isinstance(item, dict) and "id" in item}
    for line_id, note in tx.all(_credited_by(), company=tx.company_id, invoice=invoice["id"]):
        if line_id not in kept:
            tx.problems.add("items", f"Line {line_id} is on credit note {note} and has to stay; bill less of it.")


def none_about(tx: UnitOfWork, invoice: Row) -> None:
    """IllegalMove where a living credit note is about this invoice."""
    found = tx.one(_about_invoice(), company=tx.company_id, invoice=invoice["id"])
    if found:
        raise IllegalMove(f"Credit note {found[0]} is about this invoice; reject or cancel it first.")


def stands(tx: UnitOfWork, row: Row) -> None:
    """IllegalMove where credit of this note pays other invoices."""
    for payment in _payments(tx, row):
        if not payment["automatic"]:
            raise IllegalMove(f"Payment {payment['idn']} uses the credit of this credit note; cancel it first.")


# What it does with money


def approved(tx: UnitOfWork, row: Row) -> None:
    """It pays what is left of its invoice; what is beyond that is the supplier's credit."""
    entries = []
    if row["allocated_invoice_id"]:
        invoice = invoice_of(tx, row["allocated_invoice_id"])
        if invoice["status"] not in BILLED:
            raise IllegalMove(_not_billed(invoice))
        applied = min(payable(row), settling.owed(tx, invoice).left)
        if applied > 0:
            entries = [_entry(row, invoice["id"], applied) | {"pay_date": tx.stamp, "automatic": True}]
    settling.book(tx, entries)
    settling.follow(tx, [_entry(row, row["allocated_invoice_id"], ZERO)])


def released(tx: UnitOfWork, row: Row) -> None:
    """Rejected or canceled: what it has paid of its invoice is owed again."""
    taken_back = _payments(tx, row)
    for payment in taken_back:
        settling.withdraw(tx, payment)
    settling.follow(tx, [*taken_back, _entry(row, None, ZERO)])


def checked(tx: UnitOfWork, values: Row) -> Row:
    """The columns of a new payment by credit; what is wrong with it is noted."""
    note = query.stored(tx, invoices(), "id", values["credit_note_id"], tx.actor.scope(invoices()))
    invoice = settling.payable_invoice(tx, values)
    if note is None:
        tx.problems.add("creditNote", f"There is no credit note with id {values['credit_note_id']} that you see.")
    elif note["logic_type"] not in CREDIT_NOTES:
        tx.problems.add("creditNote", f"{note['idn']} is an invoice, not a credit note.")
    elif note["status"] != documents.APPROVED:
        name = invoices().life.names[note["status"]]
        tx.problems.add("creditNote", f"Credit note {note['idn']} is {name}; only an approved one can pay.")
    elif invoice is not None:
        _check_use(tx, values, note, invoice)
    amount = values.get("sum_paid")
    return {
        **values, "logic_type": CREDIT, "prepayment": False, "status": ACTIVE,
        "balance": None if amount is None else -amount, "currency": note and note["currency"],
    }  # fmt: skip


def _check_use(tx: UnitOfWork, values: Row, note: Row, invoice: Row) -> None:
    if note["supplier_id"] != invoice["supplier_id"]:
        tx.problems.add("creditNote", "This credit note is of another supplier than the invoice.")
    elif note["currency"] != invoice["currency"]:
        tx.problems.add("creditNote", f"This credit note is in {note['currency']}; the invoice is not.")
    elif "sum_paid" in values:
        left = left_on(tx, note)
        if values["sum_paid"] > left:
            tx.problems.add("sumPaid", f"Credit note {note['idn']} has {plain(left, 0)} left.")


def left_on(tx: Transaction, note: Row) -> Decimal:
    """What a credit note can still pay."""
    return payable(note) - settling.used_of(tx, [note["id"]]).get(note["id"], ZERO)


def _entry(note: Row, invoice_id: int | None, amount: Decimal) -> Row:
    return {
        "logic_type": CREDIT, "status": ACTIVE, "sum_paid": amount, "invoice_id": invoice_id,
        "credit_note_id": note["id"], "purchase_order_id": None, "currency": note["currency"],
    }  # fmt: skip


def rebalance(tx: UnitOfWork, notes: Sequence[Row]) -> None:
    """Set what the suppliers of these credit notes owe, in the notes' currencies."""
    balances = table("credit_balances")
    for supplier, currency in sorted({(note["supplier_id"], note["currency"]) for note in notes}):
        known = {"company": tx.company_id, "supplier": supplier, "currency": currency}
        owes = tx.scalar(_owes(), **known) or ZERO
        found = tx.scalar(_balance(), **known)
        if found is None:
            row = {"id": tx.new_id(), "supplier_id": supplier, "currency": currency}
            tx.insert(balances, {**row, "sum": owes, "create_date": tx.stamp, "update_date": tx.stamp})
        else:
            tx.update(balances, {"sum": owes, "update_date": tx.stamp}, id=found)


def _payments(tx: Transaction, note: Row) -> list[Row]:
    """The living payments by this credit note."""
    return settling.active_by(tx, "credit_note_id", note["id"])


def _line_part() -> Any:
    return invoices().field("items").of  # type: ignore[attr-defined]


# Statements


def _others(rows: Any) -> Any:
    """Living credit notes about an invoice, but for one."""
    return and_(
        rows.c.company_id == bindparam("company"), rows.c.allocated_invoice_id == bindparam("invoice"),
        or_(*(rows.c.status == status for status in LIVING)), rows.c.id != bindparam("own"),
    )  # fmt: skip


@lru_cache(maxsize=1)
def _credited() -> Statement:
    notes = table("invoices")
    gross, withheld = (func.sum(notes.c[name], type_=notes.c.sum.type) for name in ("sum", "withholding_tax_sum"))
    return Statement(select(gross.label("gross"), withheld.label("withheld")).where(_others(notes)))


def _crediting() -> tuple[Any, Any, Any]:
    """Living credit notes about an invoice, but for one, and their lines that credit lines of it."""
    notes, lines = table("invoices"), table("invoice_lines")
    of_note = and_(lines.c.company_id == notes.c.company_id, lines.c.invoice_id == notes.c.id)
    return lines, notes.join(lines, of_note), and_(_others(notes), lines.c.credited_line_id.is_not(None))


@lru_cache(maxsize=1)
def _credited_by_line() -> Statement:
    lines, source, counts = _crediting()
    net, quantity = (func.sum(lines.c[name], type_=lines.c[name].type) for name in ("net_sum", "quantity"))
    return Statement(
        select(lines.c.credited_line_id, net.label("net"), quantity.label("quantity"), func.count().label("notes"))
        .select_from(source)
        .where(counts)
        .group_by(lines.c.credited_line_id)
    )


@lru_cache(maxsize=1)
def _credited_taxes() -> Statement:
    lines, source, counts = _crediting()
    taxes = table("invoice_lines_taxes")
    return Statement(
        select(lines.c.credited_line_id, taxes.c.tax_id, func.sum(taxes.c.sum, type_=taxes.c.sum.type))
        .select_from(source.join(taxes, and_(taxes.c.company_id == lines.c.company_id, taxes.c.line_id == lines.c.id)))
        .where(counts)
        .group_by(lines.c.credited_line_id, taxes.c.tax_id)
    )


@lru_cache(maxsize=1)
def _credited_by() -> Statement:
    """The lines of an invoice that credit notes name, each with the number of the note."""
    notes, lines = table("invoices"), table("invoice_lines")
    of_note = and_(lines.c.company_id == notes.c.company_id, lines.c.invoice_id == notes.c.id)
    return Statement(
        select(lines.c.credited_line_id, notes.c.idn)
        .join_from(notes, lines, of_note)
        .where(
            notes.c.company_id == bindparam("company"), notes.c.allocated_invoice_id == bindparam("invoice"),
            lines.c.credited_line_id.is_not(None),
        )
        .order_by(lines.c.credited_line_id, notes.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _about_invoice() -> Statement:
    notes = table("invoices")
    return Statement(
        select(notes.c.idn)
        .where(
            notes.c.company_id == bindparam("company"), notes.c.allocated_invoice_id == bindparam("invoice"),
            or_(*(notes.c.status == status for status in LIVING)),
        )
        .order_by(notes.c.id)
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _numbered() -> Statement:
    """Another credit note of the supplier that has this number and is neither rejected nor canceled."""
    notes = table("invoices")
    dead = (documents.REJECTED, documents.CANCELED)
    return Statement(
        select(notes.c.idn)
        .where(
            notes.c.company_id == bindparam("company"), notes.c.supplier_id == bindparam("supplier"),
            notes.c.number_key == bindparam("number"), notes.c.id != bindparam("own"),
            or_(*(notes.c.logic_type == code for code in CREDIT_NOTES)), *(notes.c.status != code for code in dead),
        )
        .order_by(notes.c.id)
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _owes() -> Statement:
    """What the approved credit notes of a supplier in a currency have left."""
    notes = table("invoices")
    left = notes.c.sum - notes.c.withholding_tax_sum - notes.c.sum_paid
    return Statement(
        select(func.sum(left, type_=notes.c.sum.type)).where(
            notes.c.company_id == bindparam("company"), notes.c.supplier_id == bindparam("supplier"),
            notes.c.currency == bindparam("currency"), notes.c.status == documents.APPROVED,
            or_(*(notes.c.logic_type == code for code in CREDIT_NOTES)),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _balance() -> Statement:
    balances = table("credit_balances")
    return Statement(
        select(balances.c.id).where(
            balances.c.company_id == bindparam("company"),
            balances.c.supplier_id == bindparam("supplier"),
            balances.c.currency == bindparam("currency"),
        )
    )
