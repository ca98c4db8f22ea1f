"""The life of a payment, whatever it pays: where the company wants that, it waits until somebody else lets it go.

Those who may do so are told, and so is its maker, of what they have decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from emptor.domains import notices, verbs, writing
from emptor.domains.organisation.access import holders
from emptor.domains.payables.rules import ACTIVE, CANCELED, PAY, PAYMENT_STATUSES, PENDING, REJECTED
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Moment, Ref, Text
from emptor.kit.resource import Resource
from emptor.kit.states import ANYONE, Life, Move, Party
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]
Effect = Callable[[UnitOfWork, Row], None]
About = Callable[[Any, Row], str]

DECISION = (
    Ref("decidedBy", to="users", note="who has let it go or stopped it"),
    Moment("decideDate"),
    Text("reason", size=2000, multiline=True, note="what that person has said about it"),
)


def waits(tx: UnitOfWork) -> bool:
    """Whether the company wants payments to wait for somebody else's word."""
    return bool(tx.actor.settings.get("paymentApproval"))


def life(
    resource: Callable[[], Resource], others: Party, *, about: About, checks: Effect, settles: Effect,
    takes_back: Effect, hosted: bool,
) -> Life:  # fmt: skip
    """The moves of one kind of payment, for `others` than its maker.

    `about` tells people what one pays: `60 EUR for invoice 12`.
    `checks` raises IllegalMove where one can't go any more; `settles` brings up to date what one pays that goes now;
    `takes_back` cancels one with all that this undoes. `hosted`: whether the hosted API has `cancel`.
    """

    def cancel(tx: UnitOfWork, row: Row, values: Row) -> None:
        takes_back(tx, row)

    def approve(tx: UnitOfWork, row: Row, values: Row) -> None:
        checks(tx, row)
        _decide(tx, resource(), row, ACTIVE, values, about)
        settles(tx, row)

    def reject(tx: UnitOfWork, row: Row, values: Row) -> None:
        verbs.demand_reason(tx, values)
        _decide(tx, resource(), row, REJECTED, values, about)

    return Life(
        "payment",
        {code: PAYMENT_STATUSES[code] for code in (PENDING, ACTIVE, CANCELED, REJECTED)},
        (
            Move("cancel", (PENDING, ACTIVE), (CANCELED,), PAY, cancel, ANYONE, hosted=hosted,
                 summary="Take a payment back; what it paid is owed again"),
            Move("approve", (PENDING,), (ACTIVE,), PAY, approve, others, (verbs.REASON,), hosted=False,
                 summary="Let a payment go that somebody else has made"),
            Move("reject", (PENDING,), (REJECTED,), PAY, reject, others, (verbs.REASON,), hosted=False,
                 summary="Stop a payment that somebody else has made"),
        ),
        begins=(PENDING, ACTIVE),
        revised=False,
    )  # fmt: skip


def put(tx: UnitOfWork, resource: Resource, payment: Row, status: int, **more: Any) -> None:
    """Bring a payment into a state. Nothing is settled by that yet."""
    changed = {"status": status, "update_date": tx.stamp, **more}
    if not writing.change(tx, resource, payment, changed, status=payment["status"]):
        raise IllegalMove("Somebody else changed this payment just now; read it again.")
    payment |= changed


TOLD = {ACTIVE: "approved", REJECTED: "payment_rejected"}


def _decide(tx: UnitOfWork, resource: Resource, row: Row, status: int, values: Row, about: About) -> None:
    reason = values.get("comment")
    put(tx, resource, row, status, decided_by_id=tx.actor.user_id, decide_date=tx.stamp, reason=reason)
    notices.tell(
        tx, [row["creator_id"]], TOLD[status], resource, row, reason=reason, sum=lambda: f" over {about(tx, row)}"
    )


def ask(tx: UnitOfWork, resource: Resource, row: Row, about: About, *, but: Sequence[int | None] = ()) -> None:
    """Tell those who may let a payment go that it waits; nobody in `but` is asked."""
    people = [user for user in holders(tx, PAY) if user not in but]
    notices.tell(tx, people, "payment_waits", resource, row, sum=lambda: f" over {about(tx, row)}")


def ask_all(tx: UnitOfWork, resource: Resource, made: Sequence[Row], total: str) -> None:
    """The same for payments that were made at once, by one notice."""
    link = f"/{resource.name}?status={PENDING}"
    people = holders(tx, PAY)
    notices.tell(tx, people, "payments_wait", resource, made[0], count=len(made), sum=f" over {total}", link=link)


def _not_its_maker(tx: Any, row: Any) -> bool:
    return bool(row["creator_id"] != tx.actor.user_id)


NOT_ITS_MAKER = Party("whoever has the role payment.pay and has not made it", _not_its_maker)
