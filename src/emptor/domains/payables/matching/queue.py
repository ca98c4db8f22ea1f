"""Documents that differ from their orders wait for the word of whoever placed these, the oldest of each order first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from emptor.domains import documents, notices, verbs, writing
from emptor.domains.approvals import rules, running, workflows
from emptor.domains.payables.matching import ACCEPTED, DECLINED, LONGEST, MATCHES, WAITING, WITHDRAWN
from emptor.kit.errors import IllegalMove
from emptor.kit.states import Party, perform
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]
TakeOver = Callable[[UnitOfWork, Row, Row], None]
"""take_over(tx, document, order): the order takes over what differs."""

COLUMNS = {"invoices": "invoice_id", "receipts": "receipt_id"}
"""Where a match names its document, by the name of the document's resource."""


def _orders() -> verbs.Kind:
    return verbs.KINDS["purchaseorders"]


def _placed(tx: Transaction, order: Mapping[str, Any]) -> bool:
    """Whether the acting person placed the order, or stands in for who did."""
    initiator, _, _ = verbs.parties(_orders())
    return initiator.includes(tx, order)


def decides(kind: str) -> Party:
    """Whoever placed one of the orders from which a document of that kind differs."""
    return Party(
        "whoever placed the order",
        lambda tx, row: any(_placed(tx, order) for _, order in _open_matches(tx, kind, row)),
    )


def deciding(tx: Transaction, ids: list[int]) -> set[int]:
    """Those of some documents, orders among them, about whose differences the acting person decides."""
    found = set()
    for order in tx.records(_waiting(), company=tx.company_id, ids=ids):
        if _placed(tx, order):
            found |= {order["invoice_id"], order["receipt_id"], order["id"]}
    return found & set(ids)


def wait(tx: UnitOfWork, kind: str, row: Row, found: list[tuple[Row, str, Row]]) -> None:
    """Have a document wait for a decision about each order: the order, what differs, and the figures by column."""
    for order, words, figures in found:
        match = {"purchase_order_id": order["id"], COLUMNS[kind]: row["id"], "explanation": words[:LONGEST], **figures}
        writing.insert(tx, MATCHES, match)
        if order["status"] != documents.MATCHING:
            documents.move(tx, _orders().resource, order, documents.MATCHING)
        notices.tell(
            tx, [order["creator_id"]], "differs", verbs.RESOURCES[kind], row, order=order["idn"], lines=words[:LONGEST]
        )
    documents.move(tx, verbs.RESOURCES[kind], row, documents.MATCHING)
    row["status"] = documents.MATCHING


def accept(tx: UnitOfWork, kind: str, row: Row, take_over: TakeOver) -> None:
    """The orders of the acting person take over what differs; when nobody is left to decide, the document goes on."""
    mine = [(match, order) for match, order in _open_matches(tx, kind, row) if _placed(tx, order)]
    for match, order in mine:
        _in_turn(tx, match, order)
    for match, order in mine:
        take_over(tx, row, order)
        _close(tx, match, ACCEPTED)
    for _, order in mine:
        _leave(tx, order)
    resume(tx, kind, row["id"])


def decide(tx: UnitOfWork, order: Row, verb: str, values: Row) -> None:
    """Make that move with the document whose difference from the order is the oldest one undecided."""
    first = _of_order(tx, order["id"], WAITING)[0]
    kind, document = _document(tx, first)
    life = verbs.RESOURCES[kind].life
    assert life is not None
    move = next(move for move in life.moves if move.verb == verb)
    perform(life, move, kind, tx, document, values)


def decline(tx: UnitOfWork, kind: str, row: Row) -> None:
    """The orders stay as they are and the document is rejected."""
    for match, order in _open_matches(tx, kind, row):
        if _placed(tx, order):
            _in_turn(tx, match, order)
    _end(tx, kind, row, DECLINED)
    documents.move(tx, verbs.RESOURCES[kind], row, documents.REJECTED)
    row["status"] = documents.REJECTED


def withdraw(tx: UnitOfWork, kind: str, row: Row) -> None:
    """Whoever entered the document takes it back; nobody has to decide any more."""
    _end(tx, kind, row, WITHDRAWN)
    documents.move(tx, verbs.RESOURCES[kind], row, documents.IN_REVISION)
    row["status"] = documents.IN_REVISION


def resume(tx: UnitOfWork, kind: str, document_id: int) -> None:
    """Submit a document about which everybody has decided, unless an order of it has to be approved anew first."""
    row = query.stored(tx, verbs.RESOURCES[kind], "id", document_id)
    assert row is not None, document_id
    if row["status"] != documents.MATCHING or _open_matches(tx, kind, row):
        return
    states = {order["status"] for order in _orders_of(tx, kind, row)}
    if states & {documents.PENDING, documents.IN_REVISION}:
        return
    verbs.submit(verbs.KINDS[kind], tx, row, documents.Lines(tx, verbs.RESOURCES[kind], row["id"]))


def resume_all(tx: UnitOfWork, order: Row) -> None:
    """An order has been approved anew: what waited for that goes on."""
    for kind, column in COLUMNS.items():
        for document_id in {match[column] for match in _of_order(tx, order["id"], ACCEPTED) if match[column]}:
            resume(tx, kind, document_id)


def _open_matches(tx: UnitOfWork, kind: str, row: Mapping[str, Any]) -> list[tuple[Row, Row]]:
    """What is still to be decided about a document: the match and the order."""
    found = []
    for match in tx.records(_matches(COLUMNS[kind]), company=tx.company_id, value=row["id"], status=WAITING):
        order = query.stored(tx, _orders().resource, "id", match["purchase_order_id"])
        assert order is not None
        found.append((match, order))
    return found


def _orders_of(tx: UnitOfWork, kind: str, row: Row) -> list[Row]:
    matches = tx.records(_matches(COLUMNS[kind]), company=tx.company_id, value=row["id"], status=ACCEPTED)
    ids = dict.fromkeys(match["purchase_order_id"] for match in matches)
    found = (query.stored(tx, _orders().resource, "id", order_id) for order_id in ids)
    return [order for order in found if order is not None]


def _of_order(tx: UnitOfWork, order_id: int, status: int) -> list[Row]:
    return tx.records(_matches("purchase_order_id"), company=tx.company_id, value=order_id, status=status)


def _in_turn(tx: UnitOfWork, match: Row, order: Row) -> None:
    """IllegalMove where an older difference of the order comes first."""
    first = _of_order(tx, order["id"], WAITING)[0]
    if first["id"] != match["id"]:
        kind, older = _document(tx, first)
        noun = verbs.KINDS[kind].noun
        raise IllegalMove(f"{noun.capitalize()} {older['idn']} of order {order['idn']} came first; decide about that.")


def _document(tx: UnitOfWork, match: Row) -> tuple[str, Row]:
    """What a match is about: the name of its resource and its row."""
    kind = next(kind for kind, column in COLUMNS.items() if match[column])
    row = query.stored(tx, verbs.RESOURCES[kind], "id", match[COLUMNS[kind]])
    assert row is not None
    return kind, row


def _end(tx: UnitOfWork, kind: str, row: Row, status: int) -> None:
    matches = _open_matches(tx, kind, row)
    for match, order in matches:
        _close(tx, match, status if status != DECLINED or _placed(tx, order) else WITHDRAWN)
    for _, order in matches:
        _leave(tx, order)


def _close(tx: UnitOfWork, match: Row, status: int) -> None:
    decided = {"status": status, "decided_by_id": tx.actor.user_id, "decide_date": tx.stamp, "update_date": tx.stamp}
    tx.update(table(MATCHES.table), decided, id=match["id"])


def _leave(tx: UnitOfWork, order: Row) -> None:
    """With nothing left to decide, an order is approved again, or goes to its approvers if it has grown too much."""
    if _of_order(tx, order["id"], WAITING):
        return
    now = query.stored(tx, _orders().resource, "id", order["id"])
    assert now is not None
    documents.move(tx, _orders().resource, now, documents.APPROVED)
    now["status"] = documents.APPROVED
    if grown(tx, now):
        tx.update(table(MATCHES.table), {"restarts_approval": True}, purchase_order_id=order["id"], status=ACCEPTED)
        verbs.submit(_orders(), tx, now, documents.Lines(tx, _orders().resource, now["id"]))


def grown(tx: UnitOfWork, order: Row) -> bool:
    """Whether an order comes to more than its approvers have agreed to and the limits let pass."""
    approved = running.approved_net(tx, order["id"])
    if approved is None:
        return False
    [limit] = most(tx, [(order, approved)])
    return bool(order["net_sum_in_company_currency"] > limit)


def most(tx: UnitOfWork, approved: Sequence[tuple[Row, Decimal]]) -> list[Decimal]:
    """What orders of which so much has been approved may come to before somebody has to look at them again; all of it
    net and in company currency.
    """
    suppliers = {order["supplier_id"] for order, _ in approved}
    limits = {supplier: workflows.load_tolerances(tx, supplier, matching=True) for supplier in suppliers}
    return [rules.allowed(sum_, limits[order["supplier_id"]], order["supplier_id"]) for order, sum_ in approved]


@lru_cache(maxsize=4)
def _matches(column: str) -> Statement:
    matches = table(MATCHES.table)
    return Statement(
        select(matches)
        .where(
            matches.c.company_id == bindparam("company"), matches.c[column] == bindparam("value"),
            matches.c.status == bindparam("status"),
        )
        .order_by(matches.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _waiting() -> Statement:
    """The orders about whose differences with some documents somebody has to decide."""
    matches, orders = table(MATCHES.table), table("purchase_orders")
    return Statement(
        select(orders, matches.c.invoice_id, matches.c.receipt_id)
        .join_from(
            matches, orders,
            and_(orders.c.company_id == matches.c.company_id, orders.c.id == matches.c.purchase_order_id),
        )
        .where(
            matches.c.company_id == bindparam("company"), matches.c.status == WAITING,
            or_(
                any_of(matches.c.invoice_id, "ids"), any_of(matches.c.receipt_id, "ids"),
                any_of(matches.c.purchase_order_id, "ids"),
            ),
        )
    )  # fmt: skip
