"""What a reading says in the company's own words: whose bill it is, for which order, and whether it is here already."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, or_, select

from emptor.domains import documents
from emptor.kit.clock import end_of_day, parse_moment, spell
from emptor.kit.money import MONEY_SCALE, PERCENT_SCALE, PRICE_SCALE, rounded
from emptor.services.scans import Reading, ReadLine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction

Row = dict[str, Any]

LARGEST = Decimal(10) ** 10
MOST_LINES = 2000
MOST_EXTRAS = 200
TEXTS = {"supplier_name": 300, "document_number": 200, "order_number": 200, "credited_number": 200}

TAX_NUMBERS = ("tax_payer_number", "business_registration_number")
"""Columns of a supplier that may hold what a bill calls its tax number."""


def recognised(tx: Transaction, reading: Reading) -> Row:
    """Columns of an AP document: what was read, cut to what can be kept, and whom and what it names here."""
    read = _read(reading)
    order = _order(tx, read["order_number"], None)
    supplier = _supplier(tx, reading, read["supplier_name"])
    if supplier is None and order is not None:
        supplier = order["supplier_id"]
    elif order is not None and order["supplier_id"] != supplier:
        order = _order(tx, read["order_number"], supplier)
    return {
        **read,
        "supplier_id": supplier,
        "purchase_order_id": order["id"] if order else None,
        "location_id": order["location_id"] if order else None,
        "legal_entity_id": order["legal_entity_id"] if order else _entity(tx, reading.buyer_name),
    }


def plain_name(name: str | None) -> str:
    """A name as two people would still call it the same: letters and digits only, however they are written."""
    return "".join(one for one in (name or "").casefold() if one.isalnum())


def _read(reading: Reading) -> Row:
    """What was read, as far as it can be kept."""
    return {
        "type": reading.kind,
        "supplier_name": _text(reading.supplier_name, TEXTS["supplier_name"]),
        "document_number": _text(reading.number, TEXTS["document_number"]),
        "order_number": _text(reading.order_number, TEXTS["order_number"]),
        "credited_number": _text(reading.invoice_number, TEXTS["credited_number"]),
        "document_date": _moment(reading.date),
        "due_date": _moment(reading.due, ends=True),
        "currency": reading.currency if _is_currency(reading.currency) else None,
        "net_total": _amount(reading.net, MONEY_SCALE),
        "gross_total": _amount(reading.gross, MONEY_SCALE),
        "prepaid_total": _amount(reading.prepaid, MONEY_SCALE) or None,
        "lines": [_line(one) for one in reading.lines[:MOST_LINES]],
        "extras": [_line(one) for one in reading.extras[:MOST_EXTRAS]],
    }


def _line(line: ReadLine) -> Row:
    """A line as JSON keeps it, numbers as text."""
    numbers = {
        "quantity": _amount(line.quantity, PRICE_SCALE),
        "price": _amount(line.price, PRICE_SCALE),
        "discount": _amount(line.discount, MONEY_SCALE),
        "net": _amount(line.net, MONEY_SCALE),
        "taxPercent": _amount(line.tax_percent, PERCENT_SCALE),
    }
    spelled = {name: None if value is None else str(value) for name, value in numbers.items()}
    return {"name": _text(line.name, 300), "sku": _text(line.sku, 300), **spelled}


def _text(text: str | None, size: int) -> str | None:
    """On one line, without what cannot be kept, not too long."""
    clean = " ".join("".join(one if one.isprintable() else " " for one in text or "").split())
    return clean[:size] or None


def _amount(number: Decimal | None, scale: int) -> Decimal | None:
    return rounded(number, scale) if number is not None and abs(number) < LARGEST else None


def _moment(day: str | None, *, ends: bool = False) -> str | None:
    if day is None:
        return None
    moment, _ = parse_moment(day)
    return spell(end_of_day(moment) if ends else moment)


def _is_currency(text: str | None) -> bool:
    return text is not None and len(text) == 3 and text.isascii() and text.isalpha() and text.isupper()


def _supplier(tx: Transaction, reading: Reading, name: str | None) -> int | None:
    """By its tax number, by what a person said the last time it came, or by its name; None where that is in doubt."""
    suppliers = tx.records(_suppliers(), company=tx.company_id)
    number = plain_name(reading.supplier_tax_id)
    if number:
        found = _only(one["id"] for one in suppliers if number in {plain_name(one[each]) for each in TAX_NUMBERS})
        if found is not None:
            return found
    if not name:
        return None
    told = tx.scalar(_told(), company=tx.company_id, name=name)
    if told is not None:
        return int(told)
    return _only(one["id"] for one in suppliers if plain_name(one["name"]) == plain_name(name))


def _entity(tx: Transaction, name: str | None) -> int | None:
    """The legal entity that the bill is addressed to."""
    wanted = plain_name(name)
    if not wanted:
        return None
    rows = tx.records(_entities(), company=tx.company_id)
    return _only(one["id"] for one in rows if wanted in (plain_name(one["name"]), plain_name(one["full_name"])))


def _only(ids: Iterable[int]) -> int | None:
    found = set(ids)
    return found.pop() if len(found) == 1 else None


def _order(tx: Transaction, number: str | None, supplier: int | None) -> Row | None:
    """The order with that number, its own or the company's, if there is one that can be billed."""
    if not number:
        return None
    rows = tx.records(_orders(), company=tx.company_id, number=number)
    fitting = [one for one in rows if supplier in (None, one["supplier_id"])]
    return fitting[0] if len(fitting) == 1 else None


@lru_cache(maxsize=1)
def _suppliers() -> Statement:
    suppliers = table("suppliers")
    columns = [suppliers.c[name] for name in ("id", "name", *TAX_NUMBERS)]
    return Statement(select(*columns).where(suppliers.c.company_id == bindparam("company"), suppliers.c.enable))


@lru_cache(maxsize=1)
def _entities() -> Statement:
    entities = table("legal_entities")
    columns = [entities.c[name] for name in ("id", "name", "full_name")]
    return Statement(select(*columns).where(entities.c.company_id == bindparam("company"), entities.c.enable))


@lru_cache(maxsize=1)
def _told() -> Statement:
    """The supplier that somebody put in place of what was recognised from that name."""
    scans = table("ap_documents")
    return Statement(
        select(scans.c.supplier_id)
        .where(
            scans.c.company_id == bindparam("company"), scans.c.supplier_name == bindparam("name"),
            scans.c.is_corrected, scans.c.supplier_id.is_not(None),
        )
        .order_by(scans.c.id.desc())
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _orders() -> Statement:
    orders = table("purchase_orders")
    columns = [orders.c[name] for name in ("id", "supplier_id", "location_id", "legal_entity_id")]
    return Statement(
        select(*columns).where(
            orders.c.company_id == bindparam("company"),
            or_(orders.c.idn == bindparam("number"), orders.c.custom_name == bindparam("number")),
            or_(orders.c.status == documents.APPROVED, orders.c.status == documents.MATCHING),
        )
    )
