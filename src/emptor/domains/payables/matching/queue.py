"""Documents that differ from their orders wait for the word of whoever placed these, the oldest of each order first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import and_, bindparam, or_, select

from emptor.domains import documents, notices, verbs, writing
from emptor.domains.approvals import rules, running, workflows
from emptor.domains.payables.matching import (
    ACCEPTED,
    DECLINED,
    LONGEST,
    MATCHES,
    SUPERSEDED,
    WAITING,
    WITHDRAWN,
)
from emptor.kit.errors import IllegalMove
from emptor.kit.states import Party, perform
from emptor.store import query
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]
COLUMNS = {"invoices": "invoice_id", "receipts": "receipt_id"}
"""Where a match names its document, by the name of the document's resource."""
ANEW = (documents.PENDING, documents.IN_REVISION)
"""States of an order that has to be approved anew before anything that waits for it goes on."""


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


def diverts(tx: UnitOfWork, kind: str, row: Row) -> bool:
    """Whether a document that is submitted, or approved for good, has to wait for a decision first; then it does.

    What was accepted of one that is submitted again is decided about anew.
    """
    if row["status"] not in (documents.DRAFT, documents.PENDING):
        tx.update(table(MATCHES.table), {"status": SUPERSEDED}, status=ACCEPTED, **{COLUMNS[kind]: row["id"]})
    found = verbs.KINDS[kind].differs(tx, row)
    if found:
        wait(tx, kind, row, found)
    return bool(found)


def wait(tx: UnitOfWork, kind: str, row: Row, found: Sequence[verbs.Difference]) -> None:
    """Have a document wait for a decision about each order: the order, what differs, and the figures by column."""
    for order, words, figures in found:
        if order["status"] in ANEW:
            name = _orders().resource.life.names[order["status"]]
            raise IllegalMove(f"Order {order['idn']} is {name} and differs from this; have it approved first.")
        about = {"purchase_order_id": order["id"], COLUMNS[kind]: row["id"]}
        tx.update(table(MATCHES.table), {"status": SUPERSEDED}, status=ACCEPTED, **about)
        writing.insert(tx, MATCHES, {**about, "explanation": words[:LONGEST], **figures})
        if order["status"] != documents.MATCHING:
            documents.move(tx, _orders().resource, order, documents.MATCHING)
        notices.tell(
            tx, [order["creator_id"]], "differs", verbs.RESOURCES[kind], row, order=order["idn"], lines=words[:LONGEST]
        )
    documents.move(tx, verbs.RESOURCES[kind], row, documents.MATCHING)
    row["status"] = documents.MATCHING


def accept(tx: UnitOfWork, kind: str, row: Row) -> None:
    """The acting person agrees to what differs from the orders that are theirs. When nobody is left to decide, all
    orders take it over and the document goes on.
    """
    mine = [(match, order) for match, order in _open_matches(tx, kind, row) if _placed(tx, order)]
    for match, order in mine:
        _in_turn(tx, match, order)
    for match, _ in mine:
        _close(tx, match, ACCEPTED)
    if _open_matches(tx, kind, row):
        for _, order in mine:
            _move_on(tx, order)
    else:
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
    """The orders stay as they are, or become what they were, and the document is rejected."""
    for match, order in _open_matches(tx, kind, row):
        if _placed(tx, order):
            _in_turn(tx, match, order)
    _end(tx, kind, row, DECLINED, documents.REJECTED)


def withdraw(tx: UnitOfWork, kind: str, row: Row) -> None:
    """Whoever entered the document takes it back; nobody has to decide any more, and what orders have taken over from
    it they give up.
    """
    _end(tx, kind, row, WITHDRAWN, documents.IN_REVISION)


def refused(tx: UnitOfWork, order: Row, comment: str | None) -> bool:
    """An approver turns down an order that has grown by documents that wait for that: they are rejected. Whether the
    order is then what was approved before.
    """
    waiting = [(match, *_document(tx, match)) for match in _taken_over(tx, order)]
    for _, kind, row in reversed(waiting):
        _take_back(tx, kind, row)
        for match in _of(tx, kind, row, ACCEPTED):
            _close(tx, match, DECLINED)
        documents.move(tx, verbs.RESOURCES[kind], row, documents.REJECTED)
        verbs.KINDS[kind].released(tx, {**row, "status": documents.REJECTED})
        notices.tell(tx, [row["creator_id"]], "rejected", verbs.RESOURCES[kind], row, reason=comment)
    falls_back = bool(waiting) and not grown(tx, _stored(tx, order))
    if falls_back:
        notices.tell(tx, [order["creator_id"]], "stays", _orders().resource, order, reason=comment)
    return falls_back


def stands_again(tx: UnitOfWork, order: Row) -> None:
    """An order is approved again as it was before it grew; what waits for that goes on."""
    running.stand(tx, _orders().resource, order)
    documents.move(tx, _orders().resource, order, documents.APPROVED)
    order["status"] = documents.APPROVED
    tx.finally_(("resume", order["id"]), partial(resume_all, tx, order))


def resume(tx: UnitOfWork, kind: str, document_id: int) -> None:
    """Have a document go on about which everybody has decided: its orders take over what was accepted. It is submitted
    unless one of them has to be approved anew first, or goods have to come; compared again, for they may have changed.
    """
    row = _waiting_document(tx, kind, document_id)
    if row is None:
        return
    fresh = [(match, order) for match, order in _accepted(tx, kind, row) if match["undo"] is None]
    for match, order in fresh:
        _take_over(tx, kind, row, match, order)
    for _, order in fresh:
        _move_on(tx, order)
    row = _waiting_document(tx, kind, document_id)
    if row is None or any(_is_unsettled(tx, order) for order in _orders_of(tx, kind, row)):
        return
    found = [one for one in verbs.KINDS[kind].differs(tx, row) if one[0]["status"] not in ANEW]
    if found:
        wait(tx, kind, row, found)
    elif not verbs.KINDS[kind].waits(tx, row):
        verbs.submit(verbs.KINDS[kind], tx, row, documents.Lines(tx, verbs.RESOURCES[kind], row["id"]))


def resume_all(tx: UnitOfWork, order: Row) -> None:
    """An order has been approved anew, or something of it has come: what waited for that goes on."""
    matches = [*_of_order(tx, order["id"], ACCEPTED), *_of_order(tx, order["id"], SUPERSEDED)]
    for kind, column in COLUMNS.items():
        for document_id in dict.fromkeys(match[column] for match in matches if match[column]):
            resume(tx, kind, document_id)


def decided(tx: UnitOfWork, kind: str, row: Mapping[str, Any]) -> set[int]:
    """The orders that somebody has agreed a document may differ from, and nobody has changed by hand since."""
    if row["status"] == documents.DRAFT:
        return set()
    matches = _of(tx, kind, row, ACCEPTED)
    return {one["purchase_order_id"] for one in matches if one["taken_over"] or one["undo"] is None}


def reopen(tx: UnitOfWork, **about: int) -> None:
    """Somebody has changed an order, or a document, by hand: what was accepted before says nothing of it any more."""
    tx.update(table(MATCHES.table), {"taken_over": False}, **about)


def is_undecided(tx: Transaction, order: Row) -> bool:
    """Whether somebody has to decide about a difference from the order."""
    return bool(_of_order(tx, order["id"], WAITING))


def _waiting_document(tx: UnitOfWork, kind: str, document_id: int) -> Row | None:
    """A document in matching about which nothing is left to decide."""
    row = query.stored(tx, verbs.RESOURCES[kind], "id", document_id)
    assert row is not None, document_id
    return None if row["status"] != documents.MATCHING or _open_matches(tx, kind, row) else row


def _is_unsettled(tx: UnitOfWork, order: Row) -> bool:
    """Whether an order has been taken back, or has grown and somebody is still to be asked about that."""
    if order["status"] != documents.MATCHING:
        return order["status"] in ANEW
    return grown(tx, order) and running.asks(tx, _orders().resource, order)


def _take_over(tx: UnitOfWork, kind: str, row: Row, match: Row, order: Row) -> None:
    undo = verbs.KINDS[kind].taken_over(tx, row, order)
    said = {"taken_over": True, "undo": {**undo, "sequence": tx.sequence}}
    tx.update(table(MATCHES.table), said, id=match["id"])


def _taken_over(tx: UnitOfWork, order: Row) -> list[Row]:
    """The matches from which the order has taken over what is not approved yet, the first one first."""
    found = [one for one in _of_order(tx, order["id"], ACCEPTED) if one["undo"] is not None]
    waiting = [one for one in found if _document(tx, one)[1]["status"] == documents.MATCHING]
    return sorted(waiting, key=lambda one: (one["undo"]["sequence"], one["id"]))


def _take_back(tx: UnitOfWork, kind: str, row: Row) -> list[Row]:
    """The orders of a document are again what they were before they took anything over from it, but for what they have
    taken over from others; these orders.
    """
    from emptor.domains.payables.matching import taking_over  # it changes orders, which knows of the queue

    orders = []
    for match, order in reversed(_accepted(tx, kind, row)):
        if match["undo"] is None:
            continue
        stack = _taken_over(tx, order)
        later = stack[[one["id"] for one in stack].index(match["id"]) + 1 :]
        for one in (*reversed(later), match):
            taking_over.restore(tx, _stored(tx, order), *_document(tx, one), one["undo"])
            tx.update(table(MATCHES.table), {"taken_over": False, "undo": None}, id=one["id"])
        for one in later:
            _take_over(tx, *_document(tx, one), one, _stored(tx, order))
        orders.append(order | {"by_growth": match["taken_over"] and match["restarts_approval"]})
    return orders


def _end(tx: UnitOfWork, kind: str, row: Row, closed: int, state: int) -> None:
    """Nobody has to decide about a document any more, which passes into that state."""
    matches = _open_matches(tx, kind, row)
    restored = _take_back(tx, kind, row)
    for match, order in matches:
        _close(tx, match, closed if closed != DECLINED or _placed(tx, order) else WITHDRAWN)
    tx.update(table(MATCHES.table), {"status": SUPERSEDED}, status=ACCEPTED, **{COLUMNS[kind]: row["id"]})
    documents.move(tx, verbs.RESOURCES[kind], row, state)
    row["status"] = state
    if state == documents.REJECTED:
        verbs.KINDS[kind].released(tx, row)
    for _, order in matches:
        _move_on(tx, order)
    for order in restored:
        _leave_round(tx, order)


def _leave_round(tx: UnitOfWork, order: Row) -> None:
    """An order that is being approved because it had grown is as approved again, or has grown by less."""
    now = _stored(tx, order)
    if now["status"] != documents.PENDING or not order["by_growth"]:
        return
    if grown(tx, now):
        verbs.submit(_orders(), tx, now, documents.Lines(tx, _orders().resource, now["id"]))
    else:
        stands_again(tx, now)


def _move_on(tx: UnitOfWork, order: Row) -> None:
    """The next difference of an order is looked at anew, for the last decision may have changed it; with nothing left
    to decide the order is approved again.
    """
    free = []
    while waiting := _of_order(tx, order["id"], WAITING):
        kind, row = _document(tx, waiting[0])
        if _renewed(tx, kind, row, order):
            break
        free.append((kind, row["id"]))
    else:
        _leave(tx, order)
    for kind, row_id in free:
        resume(tx, kind, row_id)


def _renewed(tx: UnitOfWork, kind: str, row: Row, order: Row) -> bool:
    """Bring what is said of a document's differences up to date; whether it still differs from the order."""
    found = {one[0]["id"]: one for one in verbs.KINDS[kind].differs(tx, row)}
    for match, other in _open_matches(tx, kind, row):
        if other["id"] in found:
            _, words, figures = found[other["id"]]
            said = {"explanation": words[:LONGEST], **figures}
            if any(match[name] != value for name, value in said.items()):
                tx.update(table(MATCHES.table), {**said, "update_date": tx.stamp}, id=match["id"])
        elif other["id"] == order["id"]:
            tx.update(table(MATCHES.table), {"status": SUPERSEDED, "update_date": tx.stamp}, id=match["id"])
    return order["id"] in found


def _open_matches(tx: UnitOfWork, kind: str, row: Mapping[str, Any]) -> list[tuple[Row, Row]]:
    """What is still to be decided about a document: the match and the order."""
    return [(match, _order_of(tx, match)) for match in _of(tx, kind, row, WAITING)]


def _accepted(tx: UnitOfWork, kind: str, row: Mapping[str, Any]) -> list[tuple[Row, Row]]:
    """What has been accepted of a document since it was submitted: the match and the order."""
    return [(match, _order_of(tx, match)) for match in _of(tx, kind, row, ACCEPTED)]


def _orders_of(tx: UnitOfWork, kind: str, row: Row) -> list[Row]:
    """The orders that a document has differed from."""
    matches = [*_of(tx, kind, row, ACCEPTED), *_of(tx, kind, row, SUPERSEDED)]
    return list({match["purchase_order_id"]: _order_of(tx, match) for match in matches}.values())


def _order_of(tx: Transaction, match: Row) -> Row:
    order = query.stored(tx, _orders().resource, "id", match["purchase_order_id"])
    assert order is not None
    return order


def _stored(tx: Transaction, order: Row) -> Row:
    """An order as it is now."""
    return _order_of(tx, {"purchase_order_id": order["id"]})


def _of(tx: Transaction, kind: str, row: Mapping[str, Any], status: int) -> list[Row]:
    return tx.records(_matches(COLUMNS[kind]), company=tx.company_id, value=row["id"], status=status)


def _of_order(tx: Transaction, order_id: int, status: int) -> list[Row]:
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


def _close(tx: UnitOfWork, match: Row, status: int) -> None:
    decided = {"status": status, "decided_by_id": tx.actor.user_id, "decide_date": tx.stamp, "update_date": tx.stamp}
    tx.update(table(MATCHES.table), decided, id=match["id"])


def _leave(tx: UnitOfWork, order: Row) -> None:
    """With nothing left to decide, an order is approved again, or goes to its approvers if it has grown too much."""
    now = _stored(tx, order)
    if now["status"] != documents.MATCHING:
        return
    documents.move(tx, _orders().resource, now, documents.APPROVED)
    now["status"] = documents.APPROVED
    if grown(tx, now):
        tx.update(table(MATCHES.table), {"restarts_approval": True}, purchase_order_id=order["id"], status=ACCEPTED)
        verbs.submit(_orders(), tx, now, documents.Lines(tx, _orders().resource, now["id"]))
    else:
        resume_all(tx, now)


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
