"""The stock ledger: every movement of goods, written once and never changed; what is on hand is their sum.

Worth is in the company's currency. Goods leave a warehouse at the moving average of what they came in for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Select,
    Table,
    and_,
    bindparam,
    case,
    func,
    insert,
    literal,
    not_,
    null,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.sql.elements import ColumnElement

from emptor.kit.money import MONEY_SCALE, PRICE_SCALE, ZERO, plain, product, rounded, to_units
from emptor.store.clauses import belongs, mine, units
from emptor.store.schema import table
from emptor.store.statement import Statement, update_by
from emptor.store.types import any_of
from emptor.store.unit_of_work import Job, Transaction, UnitOfWork

RECEIPT, CORRECTION, SENT, ARRIVED, CONSUMPTION, STOCKTAKING, OPENING, REVERSAL = range(8)
KINDS = {
    RECEIPT: "receipt", CORRECTION: "receipt correction", SENT: "transfer out", ARRIVED: "transfer in",
    CONSUMPTION: "consumption", STOCKTAKING: "stocktaking adjustment", OPENING: "opening", REVERSAL: "reversal",
}  # fmt: skip

INVENTORY = 1
"""The type of the items that are kept in stock; others pass through the ledger without a trace."""

MOST = Decimal(10) ** 11
"""No warehouse holds more than this of an item."""
MOST_VALUE = Decimal(10) ** 14
"""No item in a warehouse is worth more than this in all."""
MOST_APIECE = Decimal(10) ** 12
"""More than this is not noted as the worth of one."""


class Pair(NamedTuple):
    """An item in a warehouse."""

    product_id: int
    warehouse_id: int


class Moved(NamedTuple):
    """A movement to post."""

    kind: int
    product_id: int
    warehouse_id: int
    quantity: Decimal
    """Above zero comes in, below zero goes out."""
    document_kind: str
    """Name of the resource of the document behind it: `receipts`."""
    document_id: int
    line_id: int
    revision: int = 0
    """Tells repeated movements of one line apart: a correction, the second part of a transfer."""
    value: Decimal | None = None
    """What the whole quantity is worth, with its sign; None: at the average of the warehouse."""
    spares: bool = False
    """Leaves alone what is reserved; only what goes out can."""
    place: str = "items"
    """Where in the request it stands, for what is said when it cannot be posted."""
    note: str | None = None

    @property
    def pair(self) -> Pair:
        """The item and the warehouse it is about."""
        return Pair(self.product_id, self.warehouse_id)

    @property
    def identity(self) -> tuple[int, int, int, Pair]:
        """What no second movement of its document has."""
        return self.line_id, self.kind, self.revision, self.pair


class Balance(NamedTuple):
    """What there is of an item in a warehouse, and what one was worth in the latest movement."""

    quantity: Decimal = ZERO
    value: Decimal = ZERO
    unit_value: Decimal = ZERO

    @property
    def average(self) -> Decimal:
        """What one is worth."""
        return self.value / self.quantity if self.quantity > 0 else self.unit_value

    def moved(self, quantity: Decimal, value: Decimal | None = None) -> Balance:
        """The balance after a movement worth `value` (None: at the average).

        An empty warehouse is worth nothing. Goods that left before they came in are worth what they turn out to cost.
        """
        unit = self.average if value is None else abs(value / quantity)
        left = self.quantity + quantity
        if left <= 0 or self.quantity < 0:
            worth = product(left, unit)
        else:
            worth = max(self.value + (product(quantity, unit) if value is None else value), ZERO)
        return Balance(left, rounded(worth, MONEY_SCALE), rounded(min(unit, MOST_APIECE), PRICE_SCALE))


class _Place(NamedTuple):
    """An item in a warehouse as stored."""

    item: Mapping[str, Any]
    warehouse: Mapping[str, Any]
    kept: Mapping[str, Any]
    """Its row in `warehouse_items`; `_NONE` where it never was there."""

    @property
    def balance(self) -> Balance:
        """What there is of it."""
        return Balance(self.kept["quantity"], self.kept["value"], self.kept["unit_value"])


_NONE = {"id": None, "quantity": ZERO, "value": ZERO, "unit_value": ZERO, "reserved": ZERO}
Places = dict[Pair, _Place]


def post(tx: UnitOfWork, moves: Sequence[Moved]) -> list[Decimal]:
    """Write the movements of one document into the ledger; what each was worth, with its sign, in order.

    Those that are there already are not written again, and those of items that are not kept in stock not at all.
    Raises Invalid, with a sentence for each place, when there is not enough and the company does not allow that.
    """
    places, done = _read(tx, moves)
    balances = {pair: place.balance for pair, place in places.items()}
    worth, written = [], []
    for one in moves:
        pair = one.pair
        place = places[pair]
        earlier = done.get(one.identity) if done else None
        if earlier is not None or not one.quantity or place.item["item_type"] != INVENTORY:
            worth.append(earlier or ZERO)
            continue
        before = balances[pair]
        after = balances[pair] = before.moved(one.quantity, one.value)
        sentence = _refusal(tx, one, place, before, after)
        if sentence:
            tx.problems.add(one.place, sentence)
        worth.append(after.value - before.value)
        written.append((one, worth[-1], after))
    tx.problems.raise_if_any()
    ids = tx.new_ids(len(written))
    _write(tx, ids, written)
    _keep(tx, places, {one.pair: (i, after) for i, (one, _, after) in zip(ids, written, strict=True)})
    return worth


class Arriving(NamedTuple):
    """Where the lines of documents that bring goods are stored."""

    document_kind: str
    table: str
    owner: str
    """Column for the document."""
    line: str
    """Column for what a movement calls its line."""
    value: str
    """Column for what all of a line is worth, in the company's currency."""


def arrive(tx: UnitOfWork, lines: Arriving, document_id: int, warehouse_id: int, places: int) -> bool:
    """Take in all goods of a document in the database itself, a thousand lines as fast as one; whether that was done.
    They stand on its first so many `places`.

    It is where nothing is out of the ordinary: the document has moved nothing before, each item stands on one line
    and has been in the warehouse before, nothing is missing there, and all fits. Else it is for `post`, with the same
    result or with a sentence about what is wrong.
    """
    where = {"company": tx.company_id, "document": document_id, "warehouse": warehouse_id}
    first, creator = tx.new_range(places), tx.actor.user_id if tx.actor else None
    if not tx.run_counted(_arrived(lines), **where, first=first, stamp=tx.stamp, creator=creator):
        return tx.one(_any_coming(lines), **where) is None
    tx.run(_taken_over(), company=tx.company_id, moves=list(range(first, first + places)), stamp=tx.stamp)
    return True


def reverse(tx: UnitOfWork, document_kind: str, document_id: int, why: str | None = None) -> None:
    """Take back all that a document has moved, at the value it had; what is taken back already stays so.

    Raises Invalid when goods that would have to go out again are no longer there.
    """
    left = net_of(tx, document_id)
    revision = 1 + max((row["revision"] for row in left), default=0)
    counter = [
        Moved(
            REVERSAL, row["product_id"], row["warehouse_id"], -row["quantity"], document_kind, document_id,
            row["line_id"], revision, -row["value"], place=f"items[{i}][quantity]", note=why,
        )
        for i, row in enumerate(left)
    ]  # fmt: skip
    if counter:
        post(tx, counter)


def net_of(tx: Transaction, document_id: int) -> list[dict[str, Any]]:
    """What a document has moved and not taken back: line, item, warehouse, quantity, value and latest revision."""
    return tx.records(_net(), company=tx.company_id, document=document_id)


def posted(tx: Transaction, document_id: int) -> list[dict[str, Any]]:
    """The movements of a document, oldest first: line, kind, revision, item, warehouse, quantity and value."""
    return tx.records(_posted(), company=tx.company_id, document=document_id)


def reserve(tx: UnitOfWork, reserved: Mapping[Pair, Decimal]) -> None:
    """Note how much of each item in each warehouse is spoken for; what never was there gets a row for that."""
    places = _places(tx, reserved)
    changed = {pair: amount for pair, amount in reserved.items() if amount != places[pair].kept["reserved"]}
    known = [pair for pair in changed if places[pair].kept["id"] is not None]
    source = table("warehouse_items")
    tx.run_all(
        update_by(source, ("company_id", "id"), ("reserved", "update_date")),
        [
            {
                "key_company_id": tx.company_id, "key_id": places[pair].kept["id"], "set_reserved": changed[pair],
                "set_update_date": tx.stamp,
            }
            for pair in known
        ],
    )  # fmt: skip
    _make_rows(tx, {pair: (Balance(), amount) for pair, amount in changed.items() if pair not in known})


def on_hand(tx: Transaction, pairs: Collection[Pair]) -> dict[Pair, Decimal]:
    """How much there is of each item in each warehouse."""
    return {pair: place.kept["quantity"] for pair, place in _places(tx, pairs).items()}


def available(tx: Transaction, pairs: Collection[Pair]) -> dict[Pair, Decimal]:
    """How much of it nobody has reserved."""
    return {pair: place.kept["quantity"] - place.kept["reserved"] for pair, place in _places(tx, pairs).items()}


def balances(tx: Transaction, pairs: Collection[Pair]) -> dict[Pair, Balance]:
    """The balance of each item in each warehouse."""
    return {pair: place.balance for pair, place in _places(tx, pairs).items()}


def has_moves(tx: Transaction, product_id: int) -> bool:
    """Whether an item has ever been moved."""
    return tx.scalar(_first_move(), company=tx.company_id, product=product_id) is not None


def holds(tx: Transaction, warehouse_id: int) -> bool:
    """Whether anything is left in a warehouse, or missing."""
    return tx.scalar(_some_stock(), company=tx.company_id, warehouse=warehouse_id) is not None


class Difference(NamedTuple):
    """A kept figure that is not what the movements add up to."""

    product_id: int
    warehouse_id: int
    where: str
    """`after movement 812`, or `in the warehouse`."""
    name: str
    """`quantity` or `value`."""
    kept: Decimal
    counted: Decimal


def differences(tx: Transaction) -> list[Difference]:
    """Every balance that is not the sum of its movements: those kept with a movement, then those of the warehouses."""
    found = []
    for place, statement in (("after movement", _running()), ("in the warehouse", _totals())):
        for row in tx.records(statement, company=tx.company_id):
            where = (row["product_id"], row["warehouse_id"], f"{place} {row['move'] or ''}".strip())
            found += [
                Difference(*where, name, row[name], row[f"counted_{name}"])
                for name in ("quantity", "value")
                if row[name] != row[f"counted_{name}"]
            ]
    return found


def _refusal(tx: UnitOfWork, one: Moved, place: _Place, before: Balance, after: Balance) -> str:
    """Why a movement cannot be, as a sentence; empty when it can."""
    floor = place.kept["reserved"] if one.spares else ZERO
    warehouse, item = place.warehouse["name"], place.item["name"]
    if one.quantity > 0 and not place.warehouse["enable"]:
        return f"{warehouse} is deactivated; choose another warehouse."
    if abs(after.quantity) > MOST or abs(after.value) > MOST_VALUE:
        return f"{warehouse} would have too much of {item} to keep count."
    if one.quantity < 0 and after.quantity < floor and not _may_lack(tx):
        reserved = f", of which {plain(floor, 0)} is reserved" if floor else ""
        return f"{warehouse} has {plain(before.quantity, 0)} of {item}{reserved}; this takes {plain(-one.quantity, 0)}."
    return ""


def _may_lack(tx: UnitOfWork) -> bool:
    return bool(tx.actor and tx.actor.settings.get("negativeStock"))


def _read(tx: UnitOfWork, moves: Sequence[Moved]) -> tuple[Places, dict[Any, Decimal]]:
    """What the movements of a document meet, and what those that it has posted were worth, by their identity."""
    if not moves:
        return {}, {}
    (document,) = {one.document_id for one in moves}
    pairs = dict.fromkeys(one.pair for one in moves)
    *rows, posted = tx.many_records([*_asked(pairs), (_posted(), {"document": document})])
    return _found(pairs, *rows), {
        (m["line_id"], m["kind"], m["revision"], Pair(m["product_id"], m["warehouse_id"])): m["value"] for m in posted
    }


def _places(tx: Transaction, pairs: Collection[Pair]) -> Places:
    return _found(pairs, *tx.many_records(_asked(pairs)))


def _asked(pairs: Iterable[Pair]) -> list[Job]:
    """The items, the warehouses and what lies there: three plain questions, since a join of a thousand items with what
    lies there is only as good as PostgreSQL's statistics.
    """
    products, warehouses = (list(dict.fromkeys(ids)) for ids in zip(*pairs, strict=True)) if pairs else ([], [])
    return [
        (_items(), {"ids": products}), (_warehouses(), {"ids": warehouses}),
        (_lying(), {"products": products, "warehouses": warehouses}),
    ]  # fmt: skip


def _found(pairs: Iterable[Pair], items: Any, warehouses: Any, lying: Any) -> Places:
    known_items, known_warehouses = ({row["id"]: row for row in rows} for rows in (items, warehouses))
    kept = {(row["product_id"], row["warehouse_id"]): row for row in lying}
    return {
        pair: _Place(known_items[pair.product_id], known_warehouses[pair.warehouse_id], kept.get(pair, _NONE))
        for pair in pairs
    }


def _write(tx: UnitOfWork, ids: list[int], written: list[tuple[Moved, Decimal, Balance]]) -> None:
    tx.insert_all(
        table("stock_moves"),
        [
            {
                "id": row_id, "create_date": tx.stamp, "creator_id": tx.actor.user_id if tx.actor else None,
                "kind": one.kind, "product_id": one.product_id, "warehouse_id": one.warehouse_id,
                "quantity": one.quantity, "unit_value": after.unit_value, "value": worth,
                "balance_quantity": after.quantity, "balance_value": after.value,
                "document_kind": one.document_kind, "document_id": one.document_id, "line_id": one.line_id,
                "revision": one.revision, "note": one.note,
            }
            for row_id, (one, worth, after) in zip(ids, written, strict=True)
        ],
    )  # fmt: skip


def _keep(tx: UnitOfWork, places: Places, latest: Mapping[Pair, tuple[int, Balance]]) -> None:
    """Take each pair's latest movement over into its row, which is made where there is none yet."""
    known = [row_id for pair, (row_id, _) in latest.items() if places[pair].kept["id"] is not None]
    fresh = {pair: after for pair, (_, after) in latest.items() if places[pair].kept["id"] is None}
    if known:
        tx.run(_taken_over(), company=tx.company_id, moves=known, stamp=tx.stamp)
    _make_rows(tx, {pair: (after, ZERO) for pair, after in fresh.items()})


def _make_rows(tx: UnitOfWork, made: Mapping[Pair, tuple[Balance, Decimal]]) -> None:
    """Rows of warehouses for items with these balances, so much of them reserved."""
    ids = tx.new_ids(len(made))
    tx.insert_all(
        table("warehouse_items"),
        [
            {"id": row_id, "update_date": tx.stamp, "reserved": reserved, **pair._asdict(), **balance._asdict()}
            for row_id, (pair, (balance, reserved)) in zip(ids, made.items(), strict=True)
        ],
    )


DEAREST = 4 * 10**10
"""Units of worth of a line, some four million, up to which the database finds the price of one without overflow."""


def _coming(lines: Arriving) -> Any:
    """A document's lines of inventory items, with what lies of each in the warehouse if any ever did."""
    source, items, kept = table(lines.table), table("items"), table("warehouse_items")
    lying = and_(
        kept.c.company_id == source.c.company_id, kept.c.product_id == source.c.product_id,
        kept.c.warehouse_id == bindparam("warehouse"),
    )  # fmt: skip
    figures = {
        "quantity": source.c.quantity, "value": source.c[lines.value], "lying": kept.c.quantity, "worth": kept.c.value
    }  # fmt: skip
    return (
        select(
            source.c.position, source.c.product_id, source.c[lines.line].label("line_id"), kept.c.warehouse_id,
            *(units(column).label(name) for name, column in figures.items()),
        )
        .select_from(source.join(items, belongs(source, "product_id", items)).outerjoin(kept, lying))
        .where(
            mine(source), source.c[lines.owner] == bindparam("document"), source.c.quantity != 0,
            items.c.item_type == INVENTORY,
        )
    )  # fmt: skip


def _apiece(quantity: ColumnElement[int], value: ColumnElement[int]) -> ColumnElement[int]:
    """What one is worth, in units of a price, rounded as `Balance.moved` does; both above zero."""
    return (2 * value * 10 ** (2 * PRICE_SCALE - MONEY_SCALE) + quantity) // (2 * quantity)


@lru_cache(maxsize=5)
def _any_coming(lines: Arriving) -> Statement:
    return Statement(_coming(lines).limit(1))


def _are_usual(coming: Any) -> ColumnElement[bool]:
    """Whether all these lines are plain arrivals."""
    moves, warehouses, one = table("stock_moves"), table("warehouses"), coming.c
    too_dear = literal(2**62, BigInteger)
    apiece = case((and_(one.quantity > 0, one.value <= DEAREST), _apiece(one.quantity, one.value)), else_=too_dear)
    fits = select(
        and_(
            func.min(one.value) >= 0, func.min(one.lying) >= 0,
            func.max(apiece) <= to_units(MOST_APIECE, PRICE_SCALE),
            func.max(one.lying + one.quantity) <= to_units(MOST, PRICE_SCALE),
            func.max(one.worth + one.value) <= to_units(MOST_VALUE, MONEY_SCALE),
            func.count() == func.count(one.warehouse_id), func.count() == func.count(one.product_id.distinct()),
        )
    )  # fmt: skip
    is_open = select(warehouses.c.enable).where(mine(warehouses), warehouses.c.id == bindparam("warehouse"))
    moved = select(moves.c.id).where(mine(moves), moves.c.document_id == bindparam("document"))
    return and_(fits.scalar_subquery(), is_open.scalar_subquery(), not_(moved.exists()))


@lru_cache(maxsize=5)
def _arrived(lines: Arriving) -> Statement:
    moves, coming = table("stock_moves"), _coming(lines).cte("coming")
    one = coming.c
    columns: dict[str, Any] = {
        "company_id": bindparam("company", type_=BigInteger()),
        "id": bindparam("first", type_=BigInteger()) + one.position,
        "create_date": bindparam("stamp", type_=moves.c.create_date.type),
        "creator_id": bindparam("creator", type_=BigInteger()), "kind": literal(RECEIPT),
        "product_id": one.product_id, "warehouse_id": one.warehouse_id, "quantity": one.quantity,
        "unit_value": _apiece(one.quantity, one.value), "value": one.value,
        "balance_quantity": one.lying + one.quantity, "balance_value": one.worth + one.value,
        "document_kind": literal(lines.document_kind), "document_id": bindparam("document", type_=BigInteger()),
        "line_id": one.line_id, "revision": literal(0),
    }  # fmt: skip
    chosen = select(*(one.label(name) for name, one in columns.items())).where(_are_usual(coming))
    return Statement(insert(moves).from_select(list(columns), chosen))


@lru_cache(maxsize=1)
def _taken_over() -> Statement:
    kept, moves = table("warehouse_items"), table("stock_moves")
    same = (kept.c[name] == moves.c[name] for name in ("company_id", "product_id", "warehouse_id"))
    return Statement(
        update(kept)
        .where(kept.c.company_id == bindparam("company"), *same, any_of(moves.c.id, "moves"))
        .values(
            quantity=moves.c.balance_quantity, value=moves.c.balance_value, unit_value=moves.c.unit_value,
            update_date=bindparam("stamp", type_=kept.c.update_date.type),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _items() -> Statement:
    items = table("items")
    columns = (items.c.id, items.c.name, items.c.item_type)
    return Statement(select(*columns).where(items.c.company_id == bindparam("company"), any_of(items.c.id, "ids")))


@lru_cache(maxsize=1)
def _warehouses() -> Statement:
    places = table("warehouses")
    columns = (places.c.id, places.c.name, places.c.enable)
    return Statement(select(*columns).where(places.c.company_id == bindparam("company"), any_of(places.c.id, "ids")))


@lru_cache(maxsize=1)
def _lying() -> Statement:
    kept = table("warehouse_items")
    columns = (kept.c[name] for name in ("product_id", "warehouse_id", *_NONE))
    return Statement(
        select(*columns).where(
            kept.c.company_id == bindparam("company"), any_of(kept.c.product_id, "products"),
            any_of(kept.c.warehouse_id, "warehouses"),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _posted() -> Statement:
    moves = table("stock_moves")
    names = ("line_id", "kind", "revision", "product_id", "warehouse_id", "quantity", "value")
    return Statement(
        select(*(moves.c[name] for name in names))
        .where(moves.c.company_id == bindparam("company"), moves.c.document_id == bindparam("document"))
        .order_by(moves.c.id)
    )


@lru_cache(maxsize=1)
def _net() -> Statement:
    """What a document has moved, corrections and counter-movements included."""
    moves = table("stock_moves")
    quantity, value = (func.sum(moves.c[name], type_=moves.c[name].type) for name in ("quantity", "value"))
    keys = (moves.c.line_id, moves.c.product_id, moves.c.warehouse_id)
    return Statement(
        select(*keys, quantity.label("quantity"), value.label("value"), func.max(moves.c.revision).label("revision"))
        .where(moves.c.company_id == bindparam("company"), moves.c.document_id == bindparam("document"))
        .group_by(*keys)
        .having(quantity != 0)
        .order_by(func.min(moves.c.id))
    )


@lru_cache(maxsize=1)
def _first_move() -> Statement:
    moves = table("stock_moves")
    return Statement(select(moves.c.id).where(mine(moves), moves.c.product_id == bindparam("product")).limit(1))


@lru_cache(maxsize=1)
def _some_stock() -> Statement:
    kept = table("warehouse_items")
    here = (kept.c.company_id == bindparam("company"), kept.c.warehouse_id == bindparam("warehouse"))
    return Statement(select(kept.c.id).where(*here, kept.c.quantity != 0).limit(1))


@lru_cache(maxsize=1)
def _running() -> Statement:
    """Movements whose kept balance is not the sum up to them."""
    moves = table("stock_moves")
    summed = [
        func.sum(moves.c[name], type_=moves.c[name].type)
        .over(partition_by=(moves.c.product_id, moves.c.warehouse_id), order_by=moves.c.id)
        .label(f"counted_{name}")
        for name in ("quantity", "value")
    ]
    kept = (moves.c.balance_quantity.label("quantity"), moves.c.balance_value.label("value"))
    found = (
        select(moves.c.id.label("move"), moves.c.product_id, moves.c.warehouse_id, *kept, *summed)
        .where(moves.c.company_id == bindparam("company"))
        .subquery()
    )
    wrong = or_(found.c.quantity != found.c.counted_quantity, found.c.value != found.c.counted_value)
    return Statement(select(found).where(wrong).order_by(found.c.move))


@lru_cache(maxsize=1)
def _totals() -> Statement:
    """Items in warehouses whose row does not hold the sum of all movements."""
    moves, kept = table("stock_moves"), table("warehouse_items")
    names = ("quantity", "value")

    def entries(source: Table, prefix: str, other: str) -> Select[Any]:
        figures = [source.c[name].label(f"{prefix}{name}") for name in names]
        nothing = [(source.c[name] - source.c[name]).label(f"{other}{name}") for name in names]
        columns = sorted((*figures, *nothing), key=lambda column: column.name)
        return select(source.c.product_id, source.c.warehouse_id, *columns).where(mine(source))

    both = union_all(entries(kept, "", "counted_"), entries(moves, "counted_", "")).subquery()
    sums = {
        f"{prefix}{name}": func.sum(both.c[f"{prefix}{name}"], type_=moves.c[name].type)
        for name in names
        for prefix in ("", "counted_")
    }
    keys = (both.c.product_id, both.c.warehouse_id)
    return Statement(
        select(null().label("move"), *keys, *(one.label(name) for name, one in sums.items()))
        .group_by(*keys)
        .having(or_(*(sums[name] != sums[f"counted_{name}"] for name in names)))
        .order_by(*keys)
    )
