"""What all documents share: numbers, dates, sums, people, lines with taxes, and how a new one is stored."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property, lru_cache, partial
from typing import Any

from sqlalchemy import bindparam, select

from emptor.domains import numbering, revisions, writing
from emptor.domains.approvals import running
from emptor.domains.attachments import attachments as attachments
from emptor.domains.conversation import comments as comments
from emptor.domains.conversation import followers as followers
from emptor.domains.custom_fields import dependencies
from emptor.domains.custom_fields import values as custom_field_values
from emptor.domains.organisation.companies import scale_of, settings_of
from emptor.domains.pricing import ONE, Line, Priced, Rate, Totals, combined_percent, converted, price_document
from emptor.domains.writing import Known
from emptor.kit import currencies
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import (
    Asked,
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
    Shared,
    Text,
    Write,
    amount,
    percent,
)
from emptor.kit.money import PRICE_SCALE, RATE_SCALE, ZERO, product, rounded
from emptor.kit.resource import CREATED, KEY, UPDATED, Resource
from emptor.store.schema import custom_values, table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork

Values = dict[str, Any]

DRAFT, PENDING, APPROVED, REJECTED, PARTLY_PAID, PAID, MATCHING, IN_REVISION, CANCELED = range(9)
PENDING_RECEIPT, APPROVAL_REVIEW, CLOSED = 9, 10, 11

STATUS_KEYS = {
    DRAFT: "open", PENDING: "pending", APPROVED: "approved", REJECTED: "denied",
    PARTLY_PAID: "partly_paid", PAID: "paid",
    MATCHING: "awaiting_confirmation", IN_REVISION: "on_revise", CANCELED: "canceled",
    PENDING_RECEIPT: "pending_receipt", APPROVAL_REVIEW: "approval_review", CLOSED: "closed",
}  # fmt: skip

NON_INVENTORY_ITEM, INVENTORY_ITEM, SERVICE_ITEM, TAX_ITEM = range(4)
ITEM_TYPES = {
    NON_INVENTORY_ITEM: "non-inventory", INVENTORY_ITEM: "inventory", SERVICE_ITEM: "service", TAX_ITEM: "tax",
}  # fmt: skip

EMPTY = {"data": []}

RIGHTS = ("canApproveDocument", "canRejectDocument", "canAcceptMatchingChanges", "canRejectMatchingChanges",
          "documentAC", "isMatchingReceipt")  # fmt: skip


def _rights(tx: Transaction, documents: list[dict[str, Any]]) -> list[dict[str, bool]]:
    """What whoever asks may decide about each document."""
    pending = [one["id"] for one in documents if one["status"] == PENDING]
    in_turn = running.turns(tx, tx.actor, pending) if pending and tx.actor else {}
    differing = [one["id"] for one in documents if one["status"] == MATCHING]
    found = []
    matched = _decided_by(tx, differing) if differing and tx.actor else set()
    for one in documents:
        found.append(_said_of(one["id"] in in_turn, one["id"] in matched))
    return found


@lru_cache(maxsize=4)
def _said_of(decides: bool, matches: bool) -> dict[str, bool]:
    return dict(zip(RIGHTS, (decides, decides, matches, matches, False, matches), strict=True))


def _decided_by(tx: Transaction, ids: list[int]) -> set[int]:
    """Those of the documents about whose differences whoever asks decides."""
    from emptor.domains.payables.matching import queue  # it knows documents

    return queue.deciding(tx, ids)


APPROVAL_INFO = Asked(
    "approvalInfo",
    ask=_rights,
    json_schema={
        "type": "object",
        "properties": {right: {"type": "boolean"} for right in RIGHTS},
        "required": list(RIGHTS),
        "additionalProperties": False,
    },
    note="what the asking person may decide",
)

APPROVAL_STEPS = running.STEPS
"""The way of a document through its approvers."""


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
        "currency", size=3, write=Write.ALWAYS, **currencies.SPELLING,
    ),
    Number(
        "exchangeRate", scale=RATE_SCALE, low=Decimal(1).scaleb(-RATE_SCALE), high=Decimal(10) ** 7, write=Write.ALWAYS
    ),
)  # fmt: skip

BUDGET = Ref("budget", to="budgets", write=Write.ALWAYS, note="what it is charged to, unless its lines say otherwise")

FOUND_BUDGET = Hidden("foundBudgetId", kind="id")
"""The budget if it was the only one that fitted: nobody has chosen it, so it may change by itself."""


def over_limit(*, listed: bool) -> tuple[Field, ...]:
    """Whether a document goes beyond its budgets: as it is now, and as it was when it was submitted."""
    return (
        Asked("isBudgetOverLimit", ask=_over_limit, json_schema={"type": "boolean"}, listed=listed,
              note="whether more has been taken of one of its budgets than there is"),
        Hidden("overBudget", column="is_budget_over_limit", kind="flag", nullable=False, default=False),
        FOUND_BUDGET,
    )  # fmt: skip


def _over_limit(tx: Transaction, shown: list[Values]) -> list[bool]:
    from emptor.domains.budgets import telling  # it knows documents

    return telling.over(tx, shown)


def budgeted(kind: str) -> tuple[Field, Field]:
    """How much of a document of this kind is charged to budgets, and which share of its taxes."""
    return (
        Asked("budgetedSum", ask=partial(_budgeted_sum, kind), json_schema={"type": "number"},
              note="what is charged to budgets, in the document's currency"),
        Asked("usedTaxPercentInBudget", ask=partial(_budgeted_taxes, kind), json_schema={"type": ["string", "null"]},
              note="how many per cent of its taxes are charged to its budget"),
    )  # fmt: skip


def _budgeted_sum(kind: str, tx: Transaction, shown: list[Values]) -> list[Decimal]:
    from emptor.domains.budgets import telling

    return telling.sums(kind, tx, shown)


def _budgeted_taxes(kind: str, tx: Transaction, shown: list[Values]) -> list[str | None]:
    from emptor.domains.budgets import telling

    return telling.tax_percents(kind, tx, shown)


def budget_line(*, listed: bool) -> Field:
    """The budget once more, under the name that others read."""
    return Derived(
        "budgetLine", compute=lambda shown: shown["budget"] or None, listed=listed,
        json_schema={"anyOf": [{"$ref": "#/components/schemas/BudgetRef"}, {"type": "null"}]},
    )  # fmt: skip


PEOPLE = (Ref("creator", to="users"), Ref("lastEditor", to="users"))

DISCOUNT = (
    percent("discountPercent", write=Write.ALWAYS),
    Number("discountAmount", write=Write.ALWAYS, decimals=4),
)


def lines(
    owner_table: str, owner: str, *more: Field, label: str = "LineItem", supplier: Write = Write.NEVER,
    taxed: tuple[Field, ...] = (), busy: bool = False,
) -> Parts:  # fmt: skip
    """The lines of a document, with their taxes and custom fields, and what only lines, or taxes, of this kind have.

    `busy`: what is made of the document is noted in its lines.
    """
    name = f"{owner_table.removesuffix('s')}_lines"
    tax = Part(
        f"{label}Tax" if taxed else "LineTax",
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
            *taxed,
        ),
        order="position",
        shorthand="id",
        beside_owner=True,
    )
    line = Part(
        label,
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
            Ref("supplier", to="suppliers", write=supplier),
            *(more if any(one.wire == "status" for one in more) else (Code("status", default=0), *more)),
            Code("itemType", names=ITEM_TYPES, default=NON_INVENTORY_ITEM, note="that of the product"),
            custom_values("item", name),
            Parts("taxes", part=tax, write=Write.ALWAYS, size=20),
            Ref(
                "budget",
                to="budgets",
                column="budget_line_id",
                write=Write.ALWAYS,
                note="where it is not charged to that of the document",
            ),
            FOUND_BUDGET,
            budget_line(listed=True),
        ),
        order="position",
        busy=busy,
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


TAX_TOTALS = Shared(
    "taxes",
    to="taxes",
    compute=tax_totals,
    listed=False,
    write=Write.ALWAYS,
    note="what each tax comes to; sent as ids, the taxes of all lines that name none",
    json_schema={
        "type": "object",
        "properties": {"data": {"type": "array", "items": {"$ref": "#/components/schemas/LineTax"}}},
        "required": ["data"],
        "additionalProperties": False,
    },
)


def _precision(tx: Transaction, shown: list[dict[str, Any]]) -> list[dict[str, int]]:
    """How many decimals prices and sums of each document have."""
    settings = settings_of(tx)
    return [{"price": PRICE_SCALE, "sum": scale_of(settings, one["currency"])} for one in shown]


PRECISION = Asked(
    "precisionData",
    ask=_precision,
    listed=False,
    json_schema={"type": "object", "additionalProperties": {"type": "integer"}},
    note="decimals of prices, and of sums in the document's currency",
)


REQUIRED_TAXES = Flag(
    "isRequiredTaxesForItems",
    listed=False,
    note="whether each line needs a tax before this is submitted: what the company had chosen when it was made",
)


READ = {
    "items": ("name", "sku", "price", "item_type"),
    "taxes": ("name", "percent", "is_withholding_tax", "is_compound"),
    "payment_terms": ("prepayment_percent", "postpayment_percent", "credit_period_days"),
}
"""What a document takes over from the rows it refers to."""


def check(tx: UnitOfWork, resource: Resource, values: Values) -> Known:
    """Complete a new document's currency, terms and lines, and note what is wrong; what was read for that."""
    _choose_currency(tx, values)
    known = writing.check(tx, resource, values, read=READ)
    _take_over(tx, values, known)
    _share_taxes(tx, values, [one for one in values.get("items") or () if isinstance(one, dict) and "taxes" not in one])
    return known


WhenPriced = Callable[[list[Values]], Values]
"""What a kind of document works out from its priced lines before they are stored: in place in them, and the columns of
the header that follow. Where lines stay as they are it gets none."""


def nothing_more(items: list[Values]) -> Values:
    """Of a kind that works out nothing."""
    return {}


def create(
    tx: UnitOfWork,
    resource: Resource,
    values: Values,
    known: Known,
    extra: Values | None = None,
    *,
    priced: WhenPriced = nothing_more,
) -> int:
    """Store a new draft that has been checked, with its lines, priced, under the company's next idn; its id."""
    tx.problems.raise_if_any()
    totals = price(tx, values.setdefault("items", []), values, known)
    totals |= priced(values["items"])
    tx.problems.raise_if_any()
    number = numbering.numbers(tx, resource, {**values, **(extra or {})})
    required = {REQUIRED_TAXES.column: bool(tx.actor.settings.get("requiredTaxes"))}
    return writing.insert(tx, resource, values, {**number, **totals, **required, **(extra or {})})


DECIDE_PRICES = frozenset({"items", "taxes", "discount_percent", "discount_amount", "currency", "exchange_rate"})
FOLLOWED_BY_LINES = frozenset({"budget_id"})
"""What lines look at beside that: those of another order than the header's stay with its budget."""


def update(
    tx: UnitOfWork, resource: Resource, row: Values, values: Values, *, priced: WhenPriced = nothing_more
) -> None:
    """Change a document: given fields replace, a given list of lines becomes the lines.

    Where nothing is said that concerns its lines, nobody looks at them: they cost what they did.
    """
    if _concerns_lines(resource, row, values):
        totals = _reprice(tx, resource, row, values, priced)
    else:
        _take_over(tx, values, writing.check(tx, resource, values, row, read=READ))
        tx.problems.raise_if_any()
        totals = priced([])
    tx.problems.raise_if_any()
    writing.replace(tx, resource, row, values, totals)
    if row["status"] != DRAFT:
        charge(tx, resource, row["id"])


def _concerns_lines(resource: Resource, row: Values, values: Values) -> bool:
    """Whether a change of the document is one of its lines too."""
    named = not (DECIDE_PRICES | FOLLOWED_BY_LINES).isdisjoint(values)
    return named or dependencies.goes_elsewhere(resource.fields, values, row)


def _reprice(tx: UnitOfWork, resource: Resource, row: Values, values: Values, priced: WhenPriced) -> Values:
    """Complete `values` by the lines as they will be, priced; the document's sums by column."""
    merged = {**row, **values}
    sent = values.get("items")
    merged["items"] = merged_lines(tx, resource, row["id"], sent)
    says_none = [sent is None or "taxes" not in one for one in sent or merged["items"] if isinstance(one, dict)]
    if "currency" in values and "exchange_rate" not in values:
        merged["exchange_rate"] = None
    _choose_currency(tx, merged)
    values |= {name: merged[name] for name in ("currency", "exchange_rate", "items")}
    known = writing.check(tx, resource, values, row, read=READ)
    _take_over(tx, values, known)
    _share_taxes(tx, values, [item for item, free in zip(values["items"], says_none, strict=True) if free])
    tx.problems.raise_if_any()
    totals = price(tx, values["items"], merged, known)
    return totals | priced(values["items"])


def charge(tx: UnitOfWork, resource: Resource, row_id: int) -> None:
    """A document has changed, or what was made of it: what it holds in budgets is reckoned before the commit."""
    from emptor.domains.budgets import ledger  # it knows documents

    ledger.follow(tx, resource.name, row_id)


def require_taxes(tx: UnitOfWork, resource: Resource, row: Values) -> None:
    """Note the lines without a tax where each needs one; lines that are taxes themselves need none."""
    if row.get(REQUIRED_TAXES.column):
        for (position,) in tx.all(_untaxed(_lines_of(resource)), company=tx.company_id, owner=row["id"]):
            tx.problems.add(f"items[{position}][taxes]", "Your company wants a tax on each line, if only one of 0 %.")


def require_custom_values(tx: UnitOfWork, resource: Resource, row: Values) -> None:
    """A draft may lack required custom fields, its header's and its lines'; what is submitted has them all."""
    own = resource.custom_values
    if own:
        custom_field_values.require(tx, own.family, [(own.wire, custom_field_values.stored(tx, own, row["id"]))])
    lines = _lines_of(resource)
    of_lines = next((f for f in lines.fields if isinstance(f, CustomValues)), None)
    if of_lines:
        for position, missing in custom_field_values.lacking(tx, of_lines, lines, row["id"]).items():
            tx.problems.add(f"items[{position}][{of_lines.wire}]", custom_field_values.fill_in(missing))
    tx.problems.raise_if_any()


def move(tx: UnitOfWork, resource: Resource, row: Values, to: int, **changes: Any) -> None:
    """Set the status if it is still the one that was read; IllegalMove when somebody was faster."""
    changed = {"status": to, "update_date": tx.stamp, **changes}
    if not writing.change(tx, resource, row, changed, status=row["status"]):
        raise IllegalMove("Somebody else changed this document just now; read it again.")
    if row["status"] in (DRAFT, IN_REVISION) and to != CANCELED:
        revisions.note(tx, resource, row["id"])
    charge(tx, resource, row["id"])


def price(tx: UnitOfWork, items: list[Values], header: Values, known: Known) -> Values:
    """Price `items` in place and return the document's sums by column; Invalid when a sum is beyond what is kept."""
    rates, settings = known.get("taxes", {}), tx.actor.settings
    scale = scale_of(settings, header["currency"])
    unpriced = [_line(item, rates, settings) for item in items]
    priced, totals = price_document(unpriced, header.get("discount_percent"), header.get("discount_amount"), scale)
    for position, (item, line, cost) in enumerate(zip(items, unpriced, priced, strict=True)):
        item |= _priced_columns(cost, position)
        item["tax_percent"] = combined_percent(line.rates)
        for i, (tax, sum_) in enumerate(zip(item.get("taxes") or (), cost.taxes, strict=True)):
            tax |= {"position": i, "sum": sum_}
        counted = converted(cost, line, scale)
        if "exchange_rate" in item:
            _note_converted(item, counted)
        if max(map(abs, (cost.gross, *cost.taxes, counted.gross, *counted.taxes))) >= LARGEST_SUM:
            tx.problems.add(f"items[{position}][taxes]", "With its taxes this line costs too much.")
    columns = _total_columns(totals, header["exchange_rate"], scale_of(settings))
    if max(map(abs, columns.values())) >= LARGEST_SUM:
        place = "exchangeRate" if abs(totals.gross) < LARGEST_SUM else "items"
        tx.problems.add(place, "The document comes to a sum that is too large.")
    tx.problems.raise_if_any()
    return columns


def added_up(items: list[Values], rate: Decimal, scale: int) -> Values:
    """The sums of a document by column, of lines that have been priced and changed since."""
    taxes = (tax for item in items for tax in item["taxes"] if tax["is_withholding_tax"])
    net, tax = (sum((item[name] for item in items), ZERO) for name in ("net_sum", "tax_sum"))
    return _total_columns(Totals(net, tax, sum((one["sum"] for one in taxes), ZERO)), rate, scale)


def _note_converted(item: Values, cost: Priced) -> None:
    """What a line in a currency of its own comes to in the document's."""
    item["net_sum_in_document_currency"] = cost.net
    item["tax_sum_in_document_currency"] = cost.tax
    item["sum_in_document_currency"] = cost.gross
    for tax, sum_ in zip(item.get("taxes") or (), cost.taxes, strict=True):
        tax["sum_in_document_currency"] = sum_


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
        "items_chart_sum": totals.gross,
    }


def _line(item: Values, rates: dict[int, Values], settings: Values) -> Line:
    chosen = item.get("taxes") or ()
    for tax in chosen:
        if tax.get("percent") is None:
            tax |= rates[tax["tax_id"]]
    taxes = tuple(Rate(one["percent"], one["is_compound"], one["is_withholding_tax"]) for one in chosen)
    discounts = item.get("discount_percent"), item.get("discount_amount")
    scale = scale_of(settings, item["currency"]) if "currency" in item else None
    is_tax = item.get("item_type") == TAX_ITEM
    return Line(item["quantity"], item["price"], *discounts, taxes, item.get("exchange_rate") or ONE, scale, is_tax)


def as_priced(line: Values) -> list[Values]:
    """The taxes of a stored line for one that is made of it: at the rates that they had there, not at today's.

    Clients name taxes by their ids only. Entries of lines that carry rates come from stored lines, always.
    """
    return [{name: tax[name] for name in ("tax_id", *READ["taxes"])} for tax in line.get("taxes") or ()]


def _share_taxes(tx: UnitOfWork, values: Values, items: Sequence[Values]) -> None:
    """Taxes that are named for the whole document go on these lines of it, but on no line that is a tax itself."""
    taxes = values.get("taxes")
    _note_repeated(tx, "taxes", taxes or ())
    for item in items if taxes is not None else ():
        if item.get("item_type") != TAX_ITEM:
            item["taxes"] = at_rates_of(item, [{"tax_id": one} for one in taxes])


def _note_repeated(tx: UnitOfWork, place: str, taxes: Sequence[int | None]) -> None:
    """No tax is due twice on the same line."""
    seen: set[int | None] = set()
    for i, one in enumerate(taxes):
        if one in seen and one is not None:
            tx.problems.add(f"{place}[{i}]", "This tax is here already; leave it out.")
        seen.add(one)


def at_rates_of(line: Values, taxes: Sequence[Any]) -> list[Any]:
    """Those of the `taxes` that a stored line has, at the rates that they had there, and the others as they are."""
    known = {tax["tax_id"]: tax for tax in as_priced(line)}
    return [{**known.get(one.get("tax_id"), {}), **one} if isinstance(one, dict) else one for one in taxes]


def _take_over(tx: UnitOfWork, values: Values, known: Known) -> None:
    """Take the shares and days of the chosen payment terms, and what lines leave out from the catalogue."""
    values |= known.get("payment_terms", {}).get(values.get("payment_term_id"), {})
    _complete_lines(tx, values.get("items", []), known.get("items", {}))


def _complete_lines(tx: UnitOfWork, items: list[Values], catalogue: dict[int, Values]) -> None:
    """Take name, SKU and price from the catalogue where a line leaves them out; note what is still missing."""
    for i, item in enumerate(items):
        if not isinstance(item, dict):
            continue
        product = catalogue.get(item.get("product_id"), {})
        for name in ("name", "sku", "price"):
            if item.get(name) is None:
                item[name] = product.get(name)
        if item.get("quantity") is None:
            item["quantity"] = Decimal(1)
        if product:
            item["item_type"] = product["item_type"]
        _check_taxes(tx, f"items[{i}]", item)
        if not item["name"]:
            tx.problems.add(f"items[{i}][name]", "Name the line, or choose a product from the catalogue.")
        if item["price"] is None:
            tx.problems.add(f"items[{i}][price]", "Give the line a price.")
        elif abs(item["price"] * item["quantity"]) >= LARGEST:
            tx.problems.add(f"items[{i}][price]", "Quantity times price is too large.")


def _check_taxes(tx: UnitOfWork, place: str, item: Values) -> None:
    """Each tax is on a line once; a line that is a tax itself comes to what it says."""
    taxes = item.get("taxes") or ()
    if len(taxes) > 1:
        ids = [one.get("tax_id") if isinstance(one, dict) else None for one in taxes]
        _note_repeated(tx, f"{place}[taxes]", ids)
    if item.get("item_type") == TAX_ITEM:
        if taxes:
            tx.problems.add(f"{place}[taxes]", "This line is a tax itself; it has no taxes of its own.")
        for wire, column in (("discountPercent", "discount_percent"), ("discountAmount", "discount_amount")):
            if item.get(column):
                tx.problems.add(f"{place}[{wire}]", "Nothing is taken off a tax; give it the price that it comes to.")


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


class Lines(Sequence[Values]):
    """The lines of a stored document, read when somebody looks at them: many verbs need none."""

    def __init__(self, tx: UnitOfWork, resource: Resource, row_id: int) -> None:
        self._read = partial(stored_lines, tx, resource, row_id)
        self._ask = partial(_charged_lines, tx, resource, row_id)

    @property
    def charged(self) -> list[int]:
        """The budgets that lines are charged to by themselves, asked for alone where nobody has looked at the lines."""
        if "_rows" not in self.__dict__:
            return self._ask()
        return [one["budget_line_id"] for one in self._rows if one["budget_line_id"] is not None]

    @cached_property
    def _rows(self) -> list[Values]:
        return self._read()

    def __getitem__(self, index: Any) -> Any:
        return self._rows[index]

    def __len__(self) -> int:
        return len(self._rows)


def _charged_lines(tx: UnitOfWork, resource: Resource, row_id: int) -> list[int]:
    return [budget for (budget,) in tx.all(_charged(_lines_of(resource)), company=tx.company_id, owner=row_id)]


def has_lines(tx: UnitOfWork, resource: Resource, row_id: int) -> bool:
    """Whether the document has any line."""
    return tx.one(_first_line(_lines_of(resource)), company=tx.company_id, owner=row_id) is not None


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


def stored_custom_values(tx: UnitOfWork, resource: Resource, row_id: int) -> list[Values]:
    """The header's custom field values as stored."""
    own = resource.custom_values
    return custom_field_values.stored(tx, own, row_id) if own else []


def _lines_of(resource: Resource) -> Part:
    lines = resource.field("items")
    assert isinstance(lines, Parts)
    return lines.of


@lru_cache(maxsize=50)
def _charged(part: Part) -> Statement:
    lines = table(part.table)
    mine = (lines.c.company_id == bindparam("company"), lines.c[part.owner] == bindparam("owner"))
    return Statement(select(lines.c.budget_line_id).where(*mine, lines.c.budget_line_id.is_not(None)))


@lru_cache(maxsize=50)
def _untaxed(part: Part) -> Statement:
    inner = part.field("taxes")
    assert isinstance(inner, Parts)
    lines, taxes = table(part.table), table(inner.of.table)
    mine = (lines.c.company_id == bindparam("company"), lines.c[part.owner] == bindparam("owner"))
    taxed = select(taxes.c.line_id).where(taxes.c.company_id == lines.c.company_id, taxes.c.line_id == lines.c.id)
    return Statement(
        select(lines.c.position).where(*mine, lines.c.item_type != TAX_ITEM, ~taxed.exists()).order_by(lines.c.position)
    )


@lru_cache(maxsize=50)
def _first_line(part: Part) -> Statement:
    lines = table(part.table)
    mine = (lines.c.company_id == bindparam("company"), lines.c[part.owner] == bindparam("owner"))
    return Statement(select(lines.c.id).where(*mine).limit(1))


def merged_lines(tx: UnitOfWork, resource: Resource, row_id: int, sent: list[Any] | None) -> list[Values]:
    """The lines as they will be once those that were `sent` are merged into the stored ones; none sent: as stored.

    A tax that a line had already keeps the rate that it had.
    """
    stored = {line["id"]: line for line in stored_lines(tx, resource, row_id)}
    if sent is None:
        return list(stored.values())
    for one in sent:
        if isinstance(one, dict) and "taxes" in one and one.get("id") in stored:
            one["taxes"] = at_rates_of(stored[one["id"]], one["taxes"])
    return writing.merge_parts(tx, "items", stored, sent)
