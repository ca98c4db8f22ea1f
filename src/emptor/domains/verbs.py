"""What people do with documents of every kind: confirm, approve, reject, revise, cancel, repeat and delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from emptor.domains import conversation, documents, notices, revisions, writing
from emptor.domains.approvals import running
from emptor.domains.approvals.rules import Decision
from emptor.domains.budgets import choosing
from emptor.kit.errors import Forbidden, IllegalMove, Invalid
from emptor.kit.fields import Flag, Text, Write
from emptor.kit.resource import Permission, Resource
from emptor.kit.states import ANYONE, Life, Move, Party
from emptor.store import query
from emptor.store.schema import table
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Items = Sequence[Row]
Hook = Callable[[UnitOfWork, Row], None]


Difference = tuple[Row, str, Row]
"""An order that a document is not just as, what differs in words, and figures by column."""


def nothing(tx: UnitOfWork, row: Row) -> None:
    """The hook of a kind that has nothing to do here."""


@dataclass(frozen=True, eq=False)
class Kind:
    """What the shared verbs must know of one kind of document; the hooks are its own rules and effects."""

    noun: str
    module: str
    name: str
    """Name of its resource."""
    statuses: Mapping[int, str]
    free: frozenset[str] = frozenset()
    """Columns whose change during a revision never restarts approval."""
    implied: Callable[[Row], frozenset[str]] = lambda row: frozenset()
    """Columns of a row that follow from others: their change restarts nothing that the change of those does not."""
    needs_lines: bool = True
    check: Callable[[UnitOfWork, Row, Items], None] = lambda tx, row, items: None
    """Before it is submitted: adds to `tx.problems` or raises IllegalMove."""
    revisable: Hook = nothing
    """Raises IllegalMove where it cannot be taken back for changes."""
    cancelable: Hook = nothing
    """Raises IllegalMove where it can be neither canceled nor, after a revision, rejected."""
    approved: Callable[[UnitOfWork, Row, Items], None] = lambda tx, row, items: None
    """It has just become approved: for the first time or after a revision."""
    released: Hook = nothing
    """It has just been rejected or canceled: whatever it held is free again."""
    deleted: Hook = nothing
    """It is a draft that is about to be deleted."""
    diverts: Callable[[UnitOfWork, Row, Items], bool] = lambda tx, row, items: False
    """Whether what is submitted, or approved for good, takes another way first, such as matching; then it has moved the
    document itself.
    """
    differs: Callable[[UnitOfWork, Row], Sequence[Difference]] = lambda tx, row: ()
    """What of it is not as ordered and nobody has accepted, order by order."""
    taken_over: Callable[[UnitOfWork, Row, Row], Row] = lambda tx, row, order: {}
    """The order takes over what differs; comes back with what brings it back to what it was."""
    waits: Callable[[UnitOfWork, Row], bool] = lambda tx, row: False
    """Whether something has to come first, although all that differs has been accepted."""
    refused: Callable[[UnitOfWork, Row, str | None], bool] = lambda tx, row, comment: False
    """An approver turns it down: whether that makes it what was approved before, instead of rejecting it."""
    stands_again: Hook = nothing
    """It is approved again as it was."""
    detours: tuple[int, ...] = ()
    """The states in which that leaves it."""
    beyond: tuple[int, ...] = ()
    """The states into which it may pass at once when it becomes approved."""
    back: tuple[int, ...] = ()
    """The states into which it may fall back when it is turned down."""
    create: Callable[[UnitOfWork, Row], int] = lambda tx, values: 0
    """Makes a new draft; what repeating one does."""
    copied: tuple[str, ...] = ()
    """Columns that a repeated document takes over, beside the lines."""

    def free_in(self, row: Row) -> frozenset[str]:
        """The columns whose change does not restart the approval of what is in `row` now."""
        return self.free | self.implied(row)

    @property
    def resource(self) -> Resource:
        """Its declaration."""
        return RESOURCES[self.name]

    @property
    def creates(self) -> Permission:
        """Who writes such documents."""
        return Permission(self.module, ("create",))

    @property
    def handles(self) -> Permission:
        """Who writes or approves them."""
        return Permission(self.module, ("create", "approve"))

    @property
    def approves(self) -> Permission:
        """Who may be asked to approve them."""
        return Permission(self.module, ("approve",))


KINDS: dict[str, Kind] = {}
"""Every kind of document by the name of its resource."""
RESOURCES: dict[str, Resource] = {}


def living(declared: Resource, kind: Kind) -> Resource:
    """Note a document's declaration and kind, and hand the declaration back."""
    KINDS[kind.name], RESOURCES[kind.name] = kind, declared
    return declared


def _is_initiator(tx: UnitOfWork, row: Mapping[str, Any]) -> bool:
    return bool(tx.actor.is_super_user) or row["creator_id"] == tx.actor.user_id or running.replaces(tx, row)


def parties(kind: Kind) -> tuple[Party, Party, Party]:
    """Whoever wrote it; that person or an approver of it; whoever has to approve it next."""
    return (
        Party("whoever created it", _is_initiator),
        Party(
            "whoever created it and its approvers",
            lambda tx, row: _is_initiator(tx, row) or running.is_approver(tx, kind.resource, row),
        ),
        Party(
            "those whose turn it is to approve",
            lambda tx, row: running.turn(tx, kind.resource, row) is not None,
            lambda tx, row: running.who_may(tx, kind.resource, row),
        ),
    )


REASON = Text("comment", size=2000, multiline=True, write=Write.ALWAYS, note="why")
RESTART = Flag("restartApproval", write=Write.ALWAYS, note="have it approved anew even where that is not needed")

DRAFT, PENDING, APPROVED = documents.DRAFT, documents.PENDING, documents.APPROVED
REJECTED, IN_REVISION, CANCELED = documents.REJECTED, documents.IN_REVISION, documents.CANCELED


def life(kind: Kind, *more: Move) -> Life:
    """The life every document leads, with the moves that only this kind has."""
    initiator, concerned, in_turn = parties(kind)

    def of(verb: Callable[[Kind, UnitOfWork, Row, Row], Any]) -> Callable[[UnitOfWork, Row, Row], Any]:
        return lambda tx, row, values: verb(kind, tx, row, values)

    noun, submitted = kind.noun, (PENDING, APPROVED, *kind.detours, *kind.beyond)
    shared = (
        Move("confirm", (DRAFT,), submitted, kind.creates, of(confirm), initiator,
             summary=f"Submit a draft {noun}"),
        Move("approve", (PENDING,), submitted, kind.approves, of(approve), in_turn, (REASON,),
             summary=f"Approve a {noun} at its present step"),
        Move("reject", (PENDING,), (REJECTED, *kind.back), kind.approves, of(reject), in_turn, (REASON,),
             summary=f"Turn a {noun} down for good"),
        Move("revision", (PENDING, APPROVED), (IN_REVISION,), kind.handles, of(revise), concerned, (REASON,),
             summary=f"Take a {noun} back for changes"),
        Move("confirm_revise", (IN_REVISION,), submitted, kind.creates, of(confirm_revise), initiator,
             (RESTART,), summary=f"Submit a revised {noun}"),
        Move("cancel", (PENDING, APPROVED, IN_REVISION), (CANCELED,), kind.handles, of(cancel), concerned, (REASON,),
             hosted=False, summary=f"Cancel a {noun}; it stays visible"),
        Move("repeat", tuple(kind.statuses), (DRAFT,), kind.creates, of(repeat), ANYONE, hosted=False,
             makes=True, summary=f"A new draft with the lines of this {noun}"),
        Move("delete", (DRAFT,), (), kind.creates, of(delete), initiator, hosted=False,
             summary=f"Delete a draft {noun}"),
    )  # fmt: skip
    moves = (replace(move, run=_remembered(kind, move)) for move in (*shared, *more))
    return Life(noun, kind.statuses, tuple(moves))


TOLD = {"approve": "approved", "reject": "rejected", "revision": "revision", "cancel": "canceled"}
"""What whoever wrote a document, and whoever follows it, is told of, by verb."""


def _remembered(kind: Kind, move: Move) -> Callable[[UnitOfWork, Row, Row], Any]:
    """What a move does, with its reason among the comments and word to whom it concerns."""

    def run(tx: UnitOfWork, row: Row, values: Row) -> Any:
        made = move.run(tx, row, values)
        reason = values.get("comment")
        if reason:
            conversation.keep(tx, kind.resource, row, reason, move.verb)
        unfinished = {"approve": (PENDING, *kind.detours), "reject": kind.back}.get(move.verb, ())
        if move.verb in TOLD and row["status"] not in unfinished:
            concerned = [row["creator_id"], *conversation.following(tx, row)]
            notices.tell(tx, concerned, TOLD[move.verb], kind.resource, row, reason=reason)
        return made

    return run


def confirm(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Submit a draft: to its approvers, or straight to approved where nobody needs to approve it."""
    items = complete_lines(kind, tx, row)
    if not kind.diverts(tx, row, items):
        submit(kind, tx, row, items)


def submit(kind: Kind, tx: UnitOfWork, row: Row, items: Items, decision: Decision | None = None) -> None:
    """Start the approval of a document whose lines are complete; `decision`: what a revision has made necessary."""
    if running.begin(tx, kind.resource, row, decision, fresh=row["status"] == DRAFT):
        documents.move(tx, kind.resource, row, PENDING)
    else:
        grant(kind, tx, row, items)


def confirm_revise(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Submit a revised document: back to approved where the changes need no approval, else to its approvers."""
    items = complete_lines(kind, tx, row)
    if kind.diverts(tx, row, items):
        return
    decision = running.judge(tx, kind.resource, row, row, items, kind.free_in(row))
    if values.get("restart_approval") or decision.restarts:
        submit(kind, tx, row, items, decision)
    else:
        grant(kind, tx, row, items)


IN_PLACE = frozenset({"note", "custom_name"})
"""Columns that can be changed without taking an approved document back."""


def settled(kind: Kind) -> tuple[int, ...]:
    """The states in which something has been paid of an approved document, where a kind has them."""
    states = (documents.PARTLY_PAID, documents.PAID)
    return states if documents.PARTLY_PAID in kind.statuses else ()


def editable(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """IllegalMove or Forbidden unless the acting person may change these values of the document as it is now.

    A draft is its writer's; in revision its approvers may help; while it waits, whose turn it is may correct it; once
    approved, paid or not, only what restarts no approval is changed in place.
    """
    initiator, concerned, in_turn = parties(kind)
    approved = dict.fromkeys((APPROVED, *settled(kind)), concerned)
    allowed = {DRAFT: initiator, IN_REVISION: concerned, PENDING: in_turn, **approved}.get(row["status"])
    if allowed is None:
        raise IllegalMove(
            f"This {kind.noun} is {kind.statuses[row['status']]} and can't be edited. {kind.resource.life.way_out(row)}"
        )
    if not allowed.includes(tx, row):
        raise Forbidden(f"To edit this {kind.noun} now is for {allowed.words}.")
    held = values.keys() - kind.free - IN_PLACE
    if row["status"] in approved and held:
        first = "" if row["status"] == APPROVED else "cancel its payments and "
        raise IllegalMove(
            f"To change {', '.join(sorted(held))} of an approved {kind.noun}, {first}take it back by `revision`."
        )


def complete_lines(kind: Kind, tx: UnitOfWork, row: Row) -> Items:
    """The lines of a document that can be submitted; Invalid or IllegalMove when something is missing."""
    items = documents.Lines(tx, kind.resource, row["id"])
    if kind.needs_lines and not documents.has_lines(tx, kind.resource, row["id"]):
        raise IllegalMove(f"Add at least one line before you confirm this {kind.noun}.")
    documents.require_taxes(tx, kind.resource, row)
    documents.require_custom_values(tx, kind.resource, row)
    kind.check(tx, row, items)
    choosing.choose(tx, kind.resource, row, items)
    tx.problems.raise_if_any()
    return items


def stays_complete(kind: Kind, tx: UnitOfWork, row: Row) -> None:
    """Whoever corrects a document that waits for approval leaves one that could be submitted; who is asked about it
    follows what it says now, and where that is nobody any more, it is approved.
    """
    if row["status"] == PENDING:
        now = query.stored(tx, kind.resource, "id", row["id"])
        assert now is not None, row["id"]
        items = complete_lines(kind, tx, now)
        if running.follow(tx, kind.resource, now):
            grant(kind, tx, now, items)


def grant(kind: Kind, tx: UnitOfWork, row: Row, items: Items) -> None:
    """The document is approved, now."""
    first = row["approval_date"] is None
    documents.move(tx, kind.resource, row, APPROVED, approval_date=tx.stamp)
    row |= {"status": APPROVED, "approval_date": tx.stamp}
    running.snapshot(tx, kind.resource, row, items, first=first)
    kind.approved(tx, row, items)


def approve(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """The acting person's approval; the last one makes the document approved, if it is still as it has to be."""
    if running.approve(tx, kind.resource, row, values.get("comment")):
        items = documents.Lines(tx, kind.resource, row["id"])
        if not kind.diverts(tx, row, items):
            grant(kind, tx, row, items)
    else:
        touch(kind, tx, row)


def reject(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Turned down, finally. Where the company demands reasons, one has to be given."""
    demand_reason(tx, values)
    falls_back = kind.refused(tx, row, values.get("comment"))
    if not falls_back:
        kind.cancelable(tx, row)
    running.reject(tx, kind.resource, row, values.get("comment"))
    if falls_back:
        kind.stands_again(tx, row)
        return
    documents.move(tx, kind.resource, row, REJECTED)
    row["status"] = REJECTED
    kind.released(tx, row)


def revise(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Taken back for changes; whoever was asked to approve it need not any more."""
    kind.revisable(tx, row)
    revisions.keep(tx, kind.resource, row["id"])
    running.withdraw(tx, kind.resource, row, values.get("comment"))
    documents.move(tx, kind.resource, row, IN_REVISION)


def cancel(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Not wanted any more; what it held is free again."""
    demand_reason(tx, values)
    kind.cancelable(tx, row)
    running.withdraw(tx, kind.resource, row, values.get("comment"))
    documents.move(tx, kind.resource, row, CANCELED)
    row["status"] = CANCELED
    kind.released(tx, row)


def demand_reason(tx: UnitOfWork, values: Row) -> None:
    """Invalid where the company wants to know why and nobody says."""
    if tx.actor.settings.get("reasons") and not values.get("comment"):
        raise Invalid({"comment": "Say why; your company wants a reason for this."})


def repeat(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> int:
    """A new draft of the acting person with the same lines; the new document's id."""
    items = [anew(item) for item in documents.stored_lines(tx, kind.resource, row["id"])]
    copied = {name: row[name] for name in kind.copied}
    custom = kind.resource.custom_values
    if custom:
        copied[custom.wire] = [anew(one) for one in documents.stored_custom_values(tx, kind.resource, row["id"])]
    return kind.create(tx, {**copied, "items": items})


def anew(item: Row) -> Row:
    """A stored line as a new one would be sent: without its own number and what became of it."""
    return {
        name: [anew(one) for one in value] if isinstance(value, list) else value
        for name, value in item.items()
        if name not in ("id", "company_id", *FATES)
    }


FATES = (
    "status", "sources", "received_quantity", "invoiced_quantity", "ordered_quantity", "rejected_quantity",
    "waived_quantity", "allocations", "credited_line_id", "is_split", "percent",
)  # fmt: skip
"""What becomes of a line in its life, and the rates of its taxes; a repeated line starts without, at today's rates."""


def delete(kind: Kind, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Remove a draft with all that belongs to it."""
    kind.deleted(tx, row)
    writing.remove(tx, kind.resource, row)
    tx.count(kind.resource.name, rows=-1)


def touch(kind: Kind, tx: UnitOfWork, row: Row) -> None:
    """Something about the document changed: pollers by `modifiedSince` shall see it."""
    tx.update(table(kind.resource.table), {"update_date": tx.stamp}, id=row["id"])
