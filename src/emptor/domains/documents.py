"""What all documents share: numbers, dates, sums, people, lines with taxes, and how a new one is stored."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import writing
from emptor.domains.attachments import attachments as attachments
from emptor.domains.custom_fields import values as custom_field_values
from emptor.domains.pricing import Line, Priced, Rate, Totals, combined_percent, price_document
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import (
    Code,
    Constant,
    CustomValues,
    Derived,
    Field,
    Flag,
    Hidden,
    Integer,
    Number,
    Part,
    Parts,
    Ref,
    Text,
    Write,
    amount,
    percent,
)
from emptor.kit.money import PRICE_SCALE, RATE_SCALE, ZERO, product, rounded
from emptor.kit.resource import CREATED, KEY, UPDATED, Resource
from emptor.store.schema import custom_values, table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import UnitOfWork

Values = dict[str, Any]

DRAFT, PENDING, APPROVED, REJECTED, PARTLY_PAID, PAID, MATCHING, IN_REVISION, CANCELED = range(9)
PENDING_RECEIPT, APPROVAL_REVIEW, CLOSED = 9, 10, 11

STATUS_KEYS = {
    DRAFT: "open", PENDING: "pending", APPROVED: "approved", REJECTED: "denied",
    PARTLY_PAID: "partly_paid", PAID: "paid",
    MATCHING: "awaiting_confirmation", IN_REVISION: "on_revise", CANCELED: "canceled",
    PENDING_RECEIPT: "pending_receipt", APPROVAL_REVIEW: "approval_review", CLOSED: "closed",
}  # fmt: skip

EMPTY = {"data": []}

APPROVAL_INFO = Constant(
    "approvalInfo",
    value=dict.fromkeys(
        ("canApproveDocument", "canRejectDocument", "canAcceptMatchingChanges", "canRejectMatchingChanges",
         "documentAC", "isMatchingReceipt"), False,
    ),
    kind="object",
)  # fmt: skip


def nothing(*names: str, listed: bool = True) -> tuple[Field, ...]:
    """Keys the wire has that Emptor always leaves empty."""
    return tuple(Constant(name, listed=listed) for name in names)


def no_parts(*names: str) -> tuple[Field, ...]:
    """Collections of the single object that hold nothing yet."""
    return tuple(Constant(name, value=EMPTY, kind="object", listed=False) for name in names)


def identity(*, custom_name: bool = True) -> tuple[Field, ...]:
    """The platform's id, the company's idn and the display number."""
    name = (Text("customName", size=200, write=Write.ALWAYS),) if custom_name else ()
    return (KEY, Text("idn", size=40, required=True), *name, CREATED, UPDATED)


def status(names: dict[int, str]) -> tuple[Field, ...]:
    """The approval state and its translation key; `names` are the words for the codes in use."""
    return (
        Code("status", names=names, default=DRAFT),
        Derived(
            "statusString",
            compute=lambda shown: f"status.{STATUS_KEYS.get(shown['status'], shown['status'])}",
            json_schema={"type": "string"},
        ),
    )


def sums(*extra: str) -> tuple[Field, ...]:
    """Totals in the document's and in the company's currency."""
    wires = ("sum", "netSum", "sumInCompanyCurrency", "netSumInCompanyCurrency", *extra)
    return tuple(amount(wire) for wire in wires)


CURRENCY_FIELDS = (
    Text(
        "currency", size=3, pattern="[A-Z]{3}", hint="Write an ISO 4217 code such as EUR.", write=Write.ALWAYS,
    ),
    Number(
        "exchangeRate", scale=RATE_SCALE, low=Decimal(1).scaleb(-RATE_SCALE), high=Decimal(10) ** 7, write=Write.ALWAYS
    ),
)  # fmt: skip

PEOPLE = (Ref("creator", to="users"), Ref("lastEditor", to="users"))

DISCOUNT = (
    percent("discountPercent", write=Write.ALWAYS),
    Number("discountAmount", write=Write.ALWAYS, decimals=4),
)


def lines(owner_table: str, owner: str) -> Parts:
    """The lines of a document, with their taxes and custom fields."""
    name = f"{owner_table.removesuffix('s')}_lines"
    tax = Part(
        "LineTax",
        f"{name}_taxes",
        "line_id",
        name,
        (
            Hidden("rowId", column="id", kind="id", nullable=False),
            Ref("id", to="taxes", column="tax_id", required=True, flat=True, write=Write.ALWAYS),
            Hidden("position", nullable=False),
            Text("name", size=200),
            percent("percent"),
            Flag("isWithholdingTax"),
            Flag("isCompound"),
            amount("sum", low=None),
        ),
        order="position",
        shorthand="id",
    )
    line = Part(
        "LineItem",
        name,
        owner,
        owner_table,
        (
            KEY,
            Integer("position", default=0),
            Text("name", size=300, write=Write.ALWAYS),
            Text("sku", size=300, write=Write.ALWAYS),
            Text("description", size=255, multiline=True, write=Write.ALWAYS),
            Number("quantity", scale=PRICE_SCALE, default=Decimal(1), write=Write.ALWAYS),
            Number("price", scale=PRICE_SCALE, write=Write.ALWAYS, low=None),
            *DISCOUNT,
            amount("discountSum", low=None),
            amount("netSum", low=None),
            amount("sum", low=None),
            amount("taxSum", low=None),
            percent("taxPercent"),
            Ref("unit", to="units", write=Write.ALWAYS),
            Ref("product", to="items", write=Write.ALWAYS),
            Ref("supplier", to="suppliers"),
            Code("status", default=0),
            custom_values("item", name),
            Parts("taxes", part=tax, write=Write.ALWAYS, size=20),
            Constant("budget"),
            Constant("budgetLine"),
        ),
        order="position",
    )
    return Parts("items", part=line, listed=False, write=Write.ALWAYS)


def tax_totals(shown: dict[str, Any]) -> dict[str, Any]:
    """What each tax comes to over all lines."""
    totals: dict[Any, dict[str, Any]] = {}
    for line in shown["items"]["data"]:
        for tax in line["taxes"]["data"]:
            total = totals.setdefault(tax["id"], {**tax, "sum": ZERO})
            total["sum"] += tax["sum"]
    return {"data": list(totals.values())}


TAX_TOTALS = Derived(
    "taxes",
    compute=tax_totals,
    listed=False,
    json_schema={
        "type": "object",
        "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/LineTax"}}},
        "required": ["data"],
        "additionalProperties": False,
    },
)


def create(tx: UnitOfWork, resource: Resource, values: Values, extra: Values | None = None) -> int:
    """Store a new draft with its lines, priced, under the company's next idn; its id."""
    _choose_currency(tx, values)
    writing.check(tx, resource, values)
    _complete_lines(tx, values.get("items", []))
    tx.problems.raise_if_any()
    totals = price(tx, values.setdefault("items", []), values)
    idn = str(tx.count(resource.name, idns=1, rows=1))
    return writing.insert(tx, resource, values, {"idn": idn, **totals, **(extra or {})})


def update(tx: UnitOfWork, resource: Resource, row: Values, values: Values) -> None:
    """Change a draft: given fields replace, a given list of lines becomes the lines."""
    if row["status"] not in (DRAFT, IN_REVISION):
        raise IllegalMove(
            f"Only a draft or a document in revision can be edited; this one is {STATUS_KEYS[row['status']]}."
        )
    merged = {**row, **values}
    merged["items"] = _merge_lines(tx, resource, row["id"], values.get("items"))
    if "currency" in values and "exchange_rate" not in values:
        merged["exchange_rate"] = None
    _choose_currency(tx, merged)
    values |= {name: merged[name] for name in ("currency", "exchange_rate", "items")}
    writing.check(tx, resource, values, row)
    _complete_lines(tx, values["items"])
    tx.problems.raise_if_any()
    writing.replace(tx, resource, row, values, price(tx, values["items"], merged))


def confirm(tx: UnitOfWork, resource: Resource, row: Values) -> None:
    """Submit a draft. No approval steps are configured, so it is approved at once."""
    if row["status"] not in (DRAFT, IN_REVISION):
        raise IllegalMove(f"Only a draft can be confirmed; this document is {STATUS_KEYS[row['status']]}.")
    items = stored_lines(tx, resource, row["id"])
    if not items:
        raise IllegalMove("Add at least one line before you confirm this document.")
    _require_custom_values(tx, resource, row, items)
    move(tx, resource, row, APPROVED, approval_date=tx.stamp)


def _require_custom_values(tx: UnitOfWork, resource: Resource, row: Values, items: list[Values]) -> None:
    """A draft may lack required custom fields, its header's and its lines'; what is submitted has them all."""
    own = resource.custom_values
    if own:
        custom_field_values.require(tx, own.family, [(own.wire, custom_field_values.stored(tx, own, row["id"]))])
    of_lines = next((f for f in _lines_of(resource).fields if isinstance(f, CustomValues)), None)
    if of_lines:
        placed = ((f"items[{i}][{of_lines.wire}]", item[of_lines.wire]) for i, item in enumerate(items))
        custom_field_values.require(tx, of_lines.family, placed)
    tx.problems.raise_if_any()


def move(tx: UnitOfWork, resource: Resource, row: Values, to: int, **changes: Any) -> None:
    """Set the status if it is still the one that was read; IllegalMove when somebody was faster."""
    changed = {"status": to, "update_date": tx.stamp, **changes}
    if not tx.update(table(resource.table), changed, id=row["id"], status=row["status"]):
        raise IllegalMove("Somebody else changed this document just now; read it again.")


def price(tx: UnitOfWork, items: list[Values], header: Values) -> Values:
    """Price `items` in place and return the document's sums by column; Invalid when a sum is beyond what is kept."""
    rates = _tax_rates(tx, items)
    scale = int(tx.actor.settings.get("decimals", 2))
    priced, totals = price_document(
        [_line(item, rates) for item in items], header.get("discount_percent"), header.get("discount_amount"), scale
    )
    for position, (item, cost) in enumerate(zip(items, priced, strict=True)):
        item |= _priced_columns(cost, position)
        item["tax_percent"] = combined_percent(_line(item, rates).rates)
        for i, (tax, sum_) in enumerate(zip(item.get("taxes") or (), cost.taxes, strict=True)):
            kept = rates[tax["tax_id"]]
            tax |= {**kept, "position": i, "sum": sum_}
        if max(map(abs, (cost.gross, *cost.taxes))) >= LARGEST_SUM:
            tx.problems.add(f"items[{position}][taxes]", "With its taxes this line costs too much.")
    columns = _total_columns(totals, header["exchange_rate"], scale)
    if max(map(abs, columns.values())) >= LARGEST_SUM:
        place = "exchangeRate" if abs(totals.gross) < LARGEST_SUM else "items"
        tx.problems.add(place, "The document comes to a sum that is too large.")
    tx.problems.raise_if_any()
    return columns


def _priced_columns(cost: Priced, position: int) -> Values:
    return {
        "position": position, "discount_sum": cost.discount, "net_sum": cost.net, "tax_sum": cost.tax,
        "sum": cost.gross,
    }  # fmt: skip


def _total_columns(totals: Totals, rate: Decimal, scale: int) -> Values:
    return {
        "sum": totals.gross,
        "net_sum": totals.net,
        "sum_in_company_currency": rounded(product(totals.gross, rate), scale),
        "net_sum_in_company_currency": rounded(product(totals.net, rate), scale),
        "withholding_tax_sum": totals.withheld,
        "withholding_tax_sum_in_company_currency": rounded(totals.withheld * rate, scale),
        "budgeted_sum": totals.gross,
        "items_chart_sum": totals.gross,
    }


def _line(item: Values, rates: dict[int, Values]) -> Line:
    taxes = tuple(
        Rate(rates[t["tax_id"]]["percent"], rates[t["tax_id"]]["is_compound"], rates[t["tax_id"]]["is_withholding_tax"])
        for t in item.get("taxes") or ()
    )
    return Line(item["quantity"], item["price"], item.get("discount_percent"), item.get("discount_amount"), taxes)


def _tax_rates(tx: UnitOfWork, items: list[Values]) -> dict[int, Values]:
    ids = list({tax["tax_id"] for item in items for tax in item.get("taxes") or ()})
    if not ids:
        return {}
    rows = tx.records(_taxes(), company=tx.company_id, ids=ids)
    return {row.pop("id"): row for row in rows}


def _complete_lines(tx: UnitOfWork, items: list[Values]) -> None:
    """Take name, SKU, price and unit from the catalogue where a line leaves them out; note what is still missing."""
    ids = list({item["product_id"] for item in items if isinstance(item, dict) and item.get("product_id")})
    known = {row["id"]: row for row in tx.records(_products(), company=tx.company_id, ids=ids)} if ids else {}
    for i, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        product = known.get(item.get("product_id"), {})
        for name in ("name", "sku", "price"):
            if item.get(name) is None:
                item[name] = product.get(name)
        if item.get("quantity") is None:
            item["quantity"] = Decimal(1)
        if not item["name"]:
            tx.problems.add(f"items[{i}][name]", "Name the line, or choose a product from the catalogue.")
        if item["price"] is None:
            tx.problems.add(f"items[{i}][price]", "Give the line a price.")
        elif abs(item["price"] * item["quantity"]) >= LARGEST:
            tx.problems.add(f"items[{i}][price]", "Quantity times price is too large.")


LARGEST = Decimal(10) ** 10
"""No line may cost this much or more before taxes."""
LARGEST_SUM = Decimal(10) ** 14
"""No sum may be this much or more: with four decimals it would not fit its column much longer."""


def _choose_currency(tx: UnitOfWork, values: Values) -> None:
    own = tx.actor.settings["currency"]
    if not values.get("currency"):
        values["currency"] = own
    if values["currency"] == own:
        values["exchange_rate"] = Decimal(1)
    elif values.get("exchange_rate") is None:
        tx.problems.add("exchangeRate", f"Give the rate from {values['currency']} to {own}.")


def stored_lines(tx: UnitOfWork, resource: Resource, row_id: int) -> list[Values]:
    """The lines as stored, each with its taxes and custom field values, as if a client had sent them."""
    part = _lines_of(resource)
    found = writing.part_rows(tx, part, [row_id])
    by_id = {row["id"]: row for row in found}
    for inner in part.fields:
        if isinstance(inner, Parts):
            for row in found:
                row[inner.wire] = []
            for row in writing.part_rows(tx, inner.of, list(by_id)) if by_id else ():
                by_id[row[inner.of.owner]][inner.wire].append(row)
    return found


def _lines_of(resource: Resource) -> Part:
    lines = resource.field("items")
    assert isinstance(lines, Parts)
    return lines.of


def _merge_lines(tx: UnitOfWork, resource: Resource, row_id: int, sent: list[Any] | None) -> list[Values]:
    stored = {line["id"]: line for line in stored_lines(tx, resource, row_id)}
    if sent is None:
        return list(stored.values())
    return writing.merge_parts(tx, "items", stored, sent)


@lru_cache(maxsize=1)
def _taxes() -> Statement:
    taxes = table("taxes")
    columns = (taxes.c.id, taxes.c.name, taxes.c.percent, taxes.c.is_withholding_tax, taxes.c.is_compound)
    return Statement(select(*columns).where(taxes.c.company_id == bindparam("company"), any_of(taxes.c.id, "ids")))


@lru_cache(maxsize=1)
def _products() -> Statement:
    items = table("items")
    columns = (items.c.id, items.c.name, items.c.sku, items.c.price)
    return Statement(select(*columns).where(items.c.company_id == bindparam("company"), any_of(items.c.id, "ids")))
