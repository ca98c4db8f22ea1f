"""Approvals under way: who is asked about a document, what was decided, and what a change makes of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    PrimaryKeyConstraint,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)

from emptor.domains import notices
from emptor.domains.approvals import people as persons
from emptor.domains.approvals import rules, workflows
from emptor.domains.approvals.kinds import MODULES, approves, noun, resources
from emptor.domains.approvals.rules import Choices, Decision, Option, State, Step, Subject, Verdict
from emptor.domains.custom_fields import values as custom_field_values
from emptor.domains.organisation import companies, leaving
from emptor.domains.organisation.access import Principal
from emptor.kit.clock import spell
from emptor.kit.errors import Forbidden, IllegalMove
from emptor.kit.fields import (
    Code,
    Constant,
    CustomValues,
    Derived,
    Hidden,
    Integer,
    Moment,
    Part,
    Parts,
    Ref,
    Refs,
    Text,
    Write,
)
from emptor.kit.money import MONEY_SCALE, ZERO, plain
from emptor.kit.resource import KEY, Resource
from emptor.store.query import Page
from emptor.store.schema import define, metadata, table
from emptor.store.statement import Statement
from emptor.store.types import Fixed, JsonText, any_of, none_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = Mapping[str, Any]
Values = dict[str, Any]

WAITING, PENDING, APPROVED, REJECTED, SKIPPED, WITHDRAWN = range(6)
STATUSES = {
    WAITING: "waiting", PENDING: "pending", APPROVED: "approved", REJECTED: "denied", SKIPPED: "skipped",
    WITHDRAWN: "withdrawn",
}  # fmt: skip
LONGEST_REASON = 2000


def _status_string() -> Derived:
    return Derived(
        "statusString", compute=lambda shown: f"status.{STATUSES[shown['status']]}", json_schema={"type": "string"}
    )


DECISION = (
    Moment("decisionDate"),
    Ref("decidedBy", to="users"),
    Ref("onBehalfOf", to="users", note="for whom `decidedBy` stood in"),
    Text("comment", size=2000, multiline=True),
    Text("reason", size=LONGEST_REASON, multiline=True, note="why it is so, in words"),
)

TASK = Part(
    "ApprovalTask",
    "approval_tasks",
    "step_id",
    "approval_steps",
    (
        Hidden("rowId", column="id", kind="id", nullable=False),
        Ref("user", to="users", required=True),
        Code("status", names=STATUSES, default=WAITING),
        _status_string(),
        *DECISION,
        Hidden("insteadOf", kind="id"),
        Hidden("objectId", kind="id", nullable=False),
        Hidden("kind", kind="text", size=40, nullable=False),
        Hidden("creatorId", kind="id"),
        Hidden("locationId", kind="id"),
        Hidden("legalEntityId", kind="id"),
        Hidden("workflowStepId", kind="id", nullable=False),
    ),
)

STEP = Part(
    "ApprovalStep",
    "approval_steps",
    "object_id",
    "",
    (
        KEY,
        Integer("position", required=True, note="counted from 1"),
        Text("name", size=200, required=True),
        Code("status", names=STATUSES, default=WAITING),
        _status_string(),
        Text("mode", size=10, required=True),
        Integer("needed", default=1, note="approvals that finish the step"),
        Integer("round", required=True, note="counts how often approval began"),
        Moment("startDate"),
        Moment("dueDate"),
        *DECISION,
        Parts("approvers", part=TASK),
    ),
)

STEPS = Parts("approvalSteps", part=STEP, listed=False)
"""The steps of a document, past rounds first, as the single document shows them."""

RESOURCE = define(
    Resource(
        name="approvalsteps",
        table="approval_steps",
        label="ApprovalStep",
        fields=(
            *STEP.fields,
            Hidden("objectId", kind="id", nullable=False),
            Hidden("kind", kind="text", size=40, nullable=False),
            Hidden("workflowStepId", kind="id", nullable=False),
            Hidden("slaHours", kind="integer"),
        ),
        indexes=(("object_id", "id"), ("status", "object_id")),
    )
)

STEP_TABLE, TASK_TABLE = table("approval_steps"), table("approval_tasks")
Index(None, TASK_TABLE.c.company_id, TASK_TABLE.c.user_id, TASK_TABLE.c.status, TASK_TABLE.c.id)
Index(None, TASK_TABLE.c.company_id, TASK_TABLE.c.object_id, TASK_TABLE.c.id)

SNAPSHOTS = Table(
    "approval_snapshots",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("object_id", BigInteger, nullable=False),
    Column("net", Fixed(MONEY_SCALE), nullable=False, comment="approved net total in company currency"),
    Column("state", JsonText, nullable=False, comment="what was approved, see `state_of`"),
    Column("superseded", Boolean, nullable=False, comment="approval has begun anew since"),
    PrimaryKeyConstraint("company_id", "object_id"),
)


@dataclass(frozen=True)
class Case:
    """All that decides who has to approve one thing."""

    kind: str
    subject: Subject
    steps: tuple[Step, ...]
    people: persons.People
    choices: Choices

    def verdicts(self) -> tuple[Verdict, ...]:
        """What becomes of each step; IllegalMove when the workflow cannot decide."""
        return rules.route(self.steps, self.subject, self.people, self.choices)


@dataclass(frozen=True)
class Turn:
    """Somebody's opportunity to decide about something now."""

    object_id: int
    step_id: int
    task_id: int
    for_user: int
    """Whose turn it is: one's own, or that of the person one stands in for."""
    on_behalf_of: int | None
    """Who is named beside the acting person."""


# Beginning


def read_case(tx: Transaction, resource: Resource, row: Row, options: Iterable[int] | None = None) -> Case:
    """Everything that decides about a stored row, or about a row as it would be, with these chosen `options`."""
    kind = resource.name
    places = {"locations": row.get("location_id"), "legal_entities": row.get("legal_entity_id")}
    jobs: list[Any] = [(_place(target), {"id": one} if one else None) for target, one in places.items()]
    own = resource.custom_values
    if own is not None and options is None and "id" in row:
        jobs.append((_chosen_options(own), {"owner": row["id"]}))
    first, *others = workflows.questions(kind)
    (entries,) = tx.many_records([first])  # often nobody has to approve, and then nothing more is to be known
    found = tx.many_records([(statement, values if entries else None) for statement, values in (*others, *jobs)])
    steps, answers = workflows.steps_of(entries, *found[: -len(jobs)]), found[-len(jobs) :]
    chosen = companies.chosen(tx)
    choices = choices_of(chosen)
    if options is None:
        options = [one["option_id"] for one in answers[2]] if len(answers) > 2 else []
    subject = Subject(
        document_type=noun(kind),
        total=total_of(row, chosen),
        location=places["locations"],
        options=tuple(workflows.options_of(tx, options).values()) if steps else (),
        legal_entity=places["legal_entities"],
        initiator=row.get("creator_id"),
        over_budget=bool(row.get("is_budget_over_limit")),
        location_name=answers[0][0]["name"] if answers[0] else "",
        legal_entity_name=answers[1][0]["name"] if answers[1] else "",
    )
    people = persons.load_asked(tx, kind, steps, subject.initiator, choices.fallback) if steps else {}
    return Case(kind, subject, steps, people, choices)


def choices_of(chosen: Row) -> Choices:
    """The company's choices as the rules know them."""
    return Choices(
        self_approval=chosen.get("selfApproval", True),
        fallback=chosen.get("fallbackApprover"),
        affected_only=bool(chosen.get("restartAffectedStepsOnly")),
    )


def total_of(row: Row, chosen: Row) -> Decimal:
    """What approvers' limits are compared with: the gross or net total in company currency."""
    net, gross = ("net_sum_in_company_currency", "net_sum"), ("sum_in_company_currency", "sum")
    # Receipts have a net total only.
    for name in (*net, *gross) if chosen.get("approvalTotal") == "net" else (*gross, *net):
        if row.get(name) is not None:
            return Decimal(row[name])
    return ZERO


def begin(
    tx: UnitOfWork, resource: Resource, row: Row, decision: Decision | None = None, *, fresh: bool = False
) -> bool:
    """Start a round of approval; whether anybody has to approve. Steps before `decision.from_step` keep theirs. Of what
    is `fresh` nobody has been asked before.

    IllegalMove when the workflow cannot decide about the document.
    """
    case = read_case(tx, resource, row)
    verdicts = case.verdicts()
    if not fresh:
        withdraw(tx, resource, row, None)
        tx.update(SNAPSHOTS, {"superseded": True}, object_id=row["id"])
    if not verdicts:
        return False
    past = [] if fresh else tx.records(_rounds(), company=tx.company_id, object=row["id"])
    last = max((one["round"] for one in past), default=0)
    first = (decision.from_step if decision else None) or 1
    kept = {
        one["workflow_step_id"]: one
        for one in past
        if one["round"] == last and one["status"] == APPROVED
    }  # fmt: skip
    carried = [kept.get(v.step.id) if i < first and v.required else None for i, v in enumerate(verdicts, 1)]
    return _write(tx, case, resource, row, last + 1, verdicts, carried)


def _write(
    tx: UnitOfWork, case: Case, resource: Resource, row: Row, round_: int, verdicts: Sequence[Verdict],
    carried: Sequence[Values | None] = (), after: int = 0, opened: bool = False,
) -> bool:  # fmt: skip
    """Store steps from position `after` + 1 on, open the first unless one before is `opened`, and tell whose turn it
    is; whether there is one.
    """
    object_id = row["id"]
    ids = iter(tx.new_ids(len(verdicts) + sum(len(one.waiting) for one in verdicts)))
    steps: list[Values] = []
    tasks: list[Values] = []
    for position, verdict in enumerate(verdicts, after + 1):
        before = carried[position - after - 1] if carried else None
        status = SKIPPED if not verdict.required else APPROVED if before else WAITING if opened else PENDING
        opened = opened or status == PENDING
        step = _step_row(tx, case.kind, object_id, round_, position, verdict, status, next(ids), before)
        steps.append(step)
        if status in (PENDING, WAITING):
            tasks += [_task_row(case, object_id, step, one, next(ids)) for one in verdict.waiting]
    tx.insert_all(STEP_TABLE, steps)
    tx.insert_all(TASK_TABLE, tasks)
    notices.tell(tx, [task["user_id"] for task in tasks if task["status"] == PENDING], "turn", resource, row)
    return opened


def _step_row(
    tx: UnitOfWork, kind: str, object_id: int, round_: int, position: int, verdict: Verdict, status: int, row_id: int,
    before: Values | None,
) -> Values:  # fmt: skip
    step, decided = verdict.step, before or {}
    reason = verdict.reason or " ".join(one.reason for one in verdict.findings)
    return {
        "id": row_id, "object_id": object_id, "kind": kind, "round": round_, "position": position, "name": step.name,
        "status": status, "mode": step.mode, "needed": verdict.needed or 1, "workflow_step_id": step.id,
        "sla_hours": step.sla_hours, "start_date": tx.stamp if status == PENDING else decided.get("start_date"),
        "due_date": _due(tx, step.sla_hours) if status == PENDING else None,
        **{name: decided.get(name) for name in ("decision_date", "decided_by_id", "on_behalf_of_id", "comment")},
        "reason": reason[:LONGEST_REASON],
    }  # fmt: skip


def _task_row(case: Case, object_id: int, step: Values, finding: rules.Finding, row_id: int) -> Values:
    subject = case.subject
    return {
        "id": row_id, "step_id": step["id"], "object_id": object_id, "kind": case.kind, "user_id": finding.user,
        "status": step["status"], "instead_of": finding.instead_of, "creator_id": subject.initiator,
        "location_id": subject.location, "legal_entity_id": subject.legal_entity,
        "workflow_step_id": step["workflow_step_id"], "reason": finding.reason[:LONGEST_REASON],
        "decision_date": None, "decided_by_id": None, "on_behalf_of_id": None, "comment": None,
    }  # fmt: skip


def _due(tx: UnitOfWork, hours: int | None) -> str | None:
    return spell(datetime.fromisoformat(tx.stamp) + timedelta(hours=hours)) if hours else None


# Deciding


def approve(tx: UnitOfWork, resource: Resource, row: Row, comment: str | None = None) -> bool:
    """The acting person's approval; whether it was the last that was needed.

    Forbidden, naming who may, when it is not that person's turn.
    """
    step, turns = _my_turns(tx, resource, row)
    tx.on_behalf_of = turns[0].on_behalf_of
    # A person counts once: for everybody asked where all are needed, for one of them elsewhere.
    for turn in turns if step["mode"] == rules.ALL else turns[:1]:
        _decide(tx, turn, APPROVED, comment)
    given = tx.scalar(_given(), company=tx.company_id, step=step["id"])
    if given < step["needed"]:
        return False
    _close(tx, step, turns[0], APPROVED, comment)
    return not _advance(tx, resource, row, step)


def reject(tx: UnitOfWork, resource: Resource, row: Row, comment: str | None) -> None:
    """The acting person's refusal, which ends the round; Forbidden, naming who may decide, as in `approve`."""
    step, turns = _my_turns(tx, resource, row)
    tx.on_behalf_of = turns[0].on_behalf_of
    _decide(tx, turns[0], REJECTED, comment)
    _close(tx, step, turns[0], REJECTED, comment)
    withdraw(tx, resource, row, None)


def withdraw(tx: UnitOfWork, resource: Resource, row: Row, why: str | None) -> None:
    """Ask nobody any more: the document is revised, canceled or completed."""
    said = {"company": tx.company_id, "object": row["id"]}
    changes = {"at": tx.stamp, "by": tx.actor.user_id if tx.actor else None, "why": why}
    tx.run(_withdraw_pending(), **said, **changes)
    tx.run(_withdraw(STEP_TABLE), **said)
    tx.run(_withdraw(TASK_TABLE), **said)


def follow(tx: UnitOfWork, resource: Resource, row: Row) -> bool:
    """A document was edited while it waits; whether it needs nobody's approval any more.

    It stays at its step. Who is asked there follows what the document says now: some are asked no more, others are
    asked as well, and approvals of people who would not be asked now do not help to finish it. So do the steps ahead.
    """
    changed = {"location_id": row.get("location_id"), "legal_entity_id": row.get("legal_entity_id")}
    tx.update(TASK_TABLE, changed, object_id=row["id"], status=PENDING)
    step = tx.record(_open_step(), company=tx.company_id, object=row["id"])
    if step is None:
        return False
    case = read_case(tx, resource, row)
    verdict = _now_said(case, step)
    if verdict is None:
        return False
    still = _ask_anew(tx, case, resource, row, step, verdict)
    return not (_write_ahead(tx, case, resource, row, step, opened=still) or _fall_back(tx, case, resource, row, step))


def _fall_back(tx: UnitOfWork, case: Case, resource: Resource, row: Row, step: Values) -> bool:
    """Ask the fallback approver where no step applies any more and nobody has approved; whether there is one."""
    past = [one for one in tx.records(_rounds(), company=tx.company_id, object=row["id"])
            if one["round"] == step["round"]]  # fmt: skip
    if any(one["status"] == APPROVED for one in past):
        return False
    last = [one for one in case.verdicts() if not one.step.id]
    return _write(tx, case, resource, row, step["round"], last, after=max(one["position"] for one in past))


def _now_said(case: Case, step: Values) -> Verdict | None:
    """What the workflow says about an open step as things are now; None where the workflow no longer has the step."""
    if not step["workflow_step_id"]:
        last = case.verdicts()[-1:]
        return last[0] if last and not last[0].step.id else None
    own = [one for one in case.steps if one.id == step["workflow_step_id"]]
    named = [one for one in case.steps if one.name == step["name"]]
    found = rules.verdicts((own or named)[:1], case.subject, case.people, case.choices)
    return found[0] if found else None


def _ask_anew(tx: UnitOfWork, case: Case, resource: Resource, row: Row, step: Values, verdict: Verdict) -> bool:
    """Ask in an open step whom the verdict names, and nobody else; whether anybody has to approve there still."""
    tasks = tx.records(_asked(), company=tx.company_id, step=step["id"])
    wanted = {one.user: one for one in verdict.waiting}
    asked = {one["user_id"]: one for one in tasks if one["status"] == PENDING}
    approved = {one["user_id"] for one in tasks if one["status"] == APPROVED}
    for user in asked.keys() - wanted.keys():
        tx.update(TASK_TABLE, {"status": WITHDRAWN}, id=asked[user]["id"])
    fresh = [one for user, one in wanted.items() if user not in asked and user not in approved]
    ids = tx.new_ids(len(fresh))
    made = [_task_row(case, row["id"], step, one, task_id) for one, task_id in zip(fresh, ids, strict=True)]
    tx.insert_all(TASK_TABLE, made)
    if verdict.required and len(approved & wanted.keys()) < verdict.needed:
        tx.update(STEP_TABLE, {"needed": verdict.needed + len(approved - wanted.keys())}, id=step["id"])
        notices.tell(tx, [one["user_id"] for one in made], "turn", resource, row)
        return True
    status = APPROVED if approved & wanted.keys() else SKIPPED
    tx.update(STEP_TABLE, {"status": status, "reason": verdict.reason[:LONGEST_REASON]}, id=step["id"])
    tx.update(TASK_TABLE, {"status": SKIPPED}, step_id=step["id"], status=PENDING)
    return False


def _my_turns(tx: UnitOfWork, resource: Resource, row: Row) -> tuple[Values, list[Turn]]:
    step = tx.record(_open_step(), company=tx.company_id, object=row["id"])
    if step is None:
        raise IllegalMove(f"Nobody is asked to approve this {noun(resource.name)} now.")
    turns = _turns(tx, tx.actor, [row["id"]])
    if not turns:
        raise Forbidden(_not_yours(tx, resource, step))
    return step, turns


def _decide(tx: UnitOfWork, turn: Turn, status: int, comment: str | None) -> None:
    tx.update(TASK_TABLE, _decision(tx, turn, status, comment), id=turn.task_id)


def _close(tx: UnitOfWork, step: Values, turn: Turn, status: int, comment: str | None) -> None:
    """Finish a step; whoever has not decided in it need not any more."""
    tx.update(STEP_TABLE, _decision(tx, turn, status, comment), id=step["id"])
    tx.update(TASK_TABLE, {"status": SKIPPED}, step_id=step["id"], status=PENDING)


def _decision(tx: UnitOfWork, turn: Turn, status: int, comment: str | None) -> Values:
    return {
        "status": status, "decision_date": tx.stamp, "decided_by_id": tx.actor.user_id,
        "on_behalf_of_id": turn.on_behalf_of, "comment": comment,
    }  # fmt: skip


def _advance(tx: UnitOfWork, resource: Resource, row: Row, done: Values) -> bool:
    """Decide anew about the steps not yet reached, as the workflow and the total are now; whether one of them opens."""
    return _write_ahead(tx, read_case(tx, resource, row), resource, row, done)


def _write_ahead(
    tx: UnitOfWork, case: Case, resource: Resource, row: Row, done: Values, *, opened: bool = False
) -> bool:
    """Write the steps after `done` anew; whether one of them opens, or is `opened` already."""
    present = [
        one for one in tx.records(_rounds(), company=tx.company_id, object=row["id"]) if one["round"] == done["round"]
    ]
    behind = [one for one in present if one["position"] <= done["position"]]
    ahead = _not_reached(case.steps, behind) if done["workflow_step_id"] else ()
    verdicts = rules.verdicts(ahead, case.subject, case.people, case.choices)
    tx.run(_forget_ahead(), company=tx.company_id, object=row["id"], round=done["round"], position=done["position"])
    return _write(tx, case, resource, row, done["round"], verdicts, after=done["position"], opened=opened)


def _not_reached(steps: Sequence[Step], behind: Sequence[Values]) -> list[Step]:
    """The configured steps after the last one that is behind. Where another workflow has taken the place of the one
    that began, its steps are told by their names.
    """
    ids = [one["workflow_step_id"] for one in behind]
    same = any(step.id in ids for step in steps)
    passed = set(ids) if same else {one["name"] for one in behind}
    keys = [step.id if same else step.name for step in steps]
    last = behind[-1]["workflow_step_id" if same else "name"]
    start = keys.index(last) + 1 if last in keys else 0
    return [step for step, key in zip(steps[start:], keys[start:], strict=True) if key not in passed]


def who_may(tx: Transaction, resource: Resource, row: Row) -> str:
    """Who may decide about the document now, as a sentence; empty when nobody is asked."""
    step = tx.record(_open_step(), company=tx.company_id, object=row["id"])
    return _not_yours(tx, resource, step) if step else ""


def _not_yours(tx: Transaction, resource: Resource, step: Values) -> str:
    """Who may decide in the open step, as a sentence."""
    tasks = sorted(tx.records(_asked(), company=tx.company_id, step=step["id"]), key=lambda one: one["id"])
    asked = [one["user_id"] for one in tasks if one["status"] == PENDING]
    people = persons.with_stand_ins(tx, resource.name, persons.load(tx, resource.name, asked))
    now = _now(tx)
    words = []
    for user in asked:
        person = people[user]
        stand_ins = person.backups if person.active and person.is_away(now) else ()
        stand_ins = stand_ins if person.active else tuple(filter(None, (person.substitute,)))
        away = f" ({rules.names_of(people, stand_ins)} while away)" if stand_ins and person.active else ""
        words.append(rules.names_of(people, stand_ins) if stand_ins and not person.active else f"{person.name}{away}")
    listed = " or ".join(filter(None, (", ".join(words[:-1]), *words[-1:]))) or "nobody any more"
    return f"In the step {step['name']} it is for {listed} to decide."


# Whose turn it is


def is_open(tx: Transaction, object_id: int) -> bool:
    """Whether somebody is asked about the object now."""
    return tx.record(_open_step(), company=tx.company_id, object=object_id) is not None


def open_among(tx: Transaction, object_ids: Iterable[int]) -> set[int]:
    """Those of the objects about which somebody is asked now."""
    return {one for (one,) in tx.all(_open_objects(), company=tx.company_id, objects=list(object_ids))}


def turn(tx: Transaction, resource: Resource, row: Row, actor: Principal | None = None) -> Turn | None:
    """Whether a person, the acting one unless another is named, may decide about the document now."""
    person = actor or getattr(tx, "actor", None)
    found = _turns(tx, person, [row["id"]]) if person else []
    return found[0] if found else None


def turns(tx: Transaction, person: Principal, object_ids: Iterable[int]) -> dict[int, Turn]:
    """The person's turns among many documents, by document: what a list shows, with one question."""
    return {one.object_id: one for one in reversed(_turns(tx, person, list(object_ids)))}


def _turns(tx: Transaction, person: Principal, object_ids: list[int]) -> list[Turn]:
    """Turns of a person at these documents; for oneself first."""
    if not object_ids:
        return []
    asked = _question(tx, person)
    rows = tx.records(_opportunities(asked.bounds, "objects"), **asked.values, objects=object_ids)
    own_first = sorted(rows, key=lambda one: one["user_id"] != person.user_id)
    return [
        Turn(
            one["object_id"], one["step_id"], one["id"], one["user_id"],
            one["instead_of"] if one["user_id"] == person.user_id else one["user_id"],
        )
        for one in own_first
    ]  # fmt: skip


def is_approver(tx: UnitOfWork, resource: Resource, row: Row) -> bool:
    """Whether the acting person is asked, or has decided, in any step of the present round, or stands in there."""
    asked = tx.records(_concerned(), company=tx.company_id, object=row["id"])
    latest = [one for one in asked if one["round"] == max(each["round"] for each in asked)]
    stands_for = {one["user_id"] for one in _stands_for(tx, tx.actor.user_id)} | {tx.actor.user_id}
    return any(not stands_for.isdisjoint({one["user_id"], one["decided_by_id"]}) for one in latest)


def replaces(tx: UnitOfWork, row: Row) -> bool:
    """Whether the acting person has taken over the documents of whoever made this one: away, or gone for good."""
    substitute = tx.record(_substitute(), company=tx.company_id, user=row["creator_id"])
    if substitute is None or substitute["substitute_id"] != tx.actor.user_id:
        return False
    away = (substitute["away_from"], substitute["away_until"])
    return not substitute["enable"] or rules.Person(0, "", away=away if away[0] else None).is_away(_now(tx))


def states_of(tx: Transaction, object_id: int) -> dict[int, str]:
    """What has become of each step of the workflow in the present round, by its id; empty where nothing began."""
    past = tx.records(_rounds(), company=tx.company_id, object=object_id)
    last = max((one["round"] for one in past), default=0)
    return {one["workflow_step_id"]: STATUSES[one["status"]] for one in past if one["round"] == last}


@dataclass(frozen=True)
class _Question:
    """What a person may decide about: the bounds that shape the statement, and its values."""

    bounds: tuple[str, ...]
    values: Values


def _question(tx: Transaction, person: Principal) -> _Question:
    stands_for = _stands_for(tx, person.user_id)
    always = {one["user_id"] for one in stands_for if one["step_id"] is None}
    in_steps = {one["user_id"] for one in stands_for} - always
    bounds = []
    if stands_for:
        bounds.append("others")
    if not companies.chosen(tx).get("selfApproval", True):
        bounds.append("not own")
    if person.locations is not None:
        bounds.append("locations")
    if person.legal_entities is not None:
        bounds.append("legal_entities")
    if person.options is not None and person.limiting_fields:
        bounds.append("options")
    return _Question(
        tuple(bounds),
        {
            "company": tx.company_id,
            "me": person.user_id,
            "always": [person.user_id, *always],
            "everybody": [person.user_id, *always, *in_steps],
            "kinds": [kind for kind in MODULES if person.may(approves(kind))],
            "locations": list(person.locations or ()),
            "entities": list(person.legal_entities or ()),
            "fields": list(person.limiting_fields),
            "options": list(person.options or ()),
        },
    )


def _stands_for(tx: Transaction, user: int) -> list[Values]:
    """People for whom the user may act now: `user_id`, and the `step_id` of a workflow where it is only there."""
    found = tx.many_records([(one, {"user": user, "now": _now(tx)}) for one in _standing_in()])
    return [row for rows in found for row in rows]


def _now(tx: Transaction) -> str:
    return spell(tx.database.clock())


# What waits, stalls or is late


def waiting_for(tx: Transaction, person: Principal, *, number: int | None = 1, size: int = 100) -> Page:
    """One page (None: the last) of what waits for the person, oldest first.

    Each entry has `type`, `id`, `idn`, `name`, `sum`, `currency`, `step`, `since`, `due`, `overdue` and `forUser`.
    """
    asked = _question(tx, person)
    total = int(tx.scalar(_opportunities(asked.bounds, "count"), **asked.values))
    number = max(1, -(-total // size)) if number is None else number
    page = {"limit": size, "offset": (number - 1) * size}
    rows = tx.records(_opportunities(asked.bounds, "page"), **asked.values, **page) if total > page["offset"] else []
    now = _now(tx)
    described = describe(tx, {(one["kind"], one["object_id"]) for one in rows})
    entries = [
        {
            "type": one["kind"],
            **described[one["object_id"]],
            "step": one["name"],
            "since": one["start_date"],
            "due": one["due_date"],
            "overdue": bool(one["due_date"] and one["due_date"] < now),
            "forUser": None if one["user_id"] == person.user_id else one["user_id"],
        }
        for one in rows
    ]
    return Page(entries, total, number, size)


DESCRIBED = ("id", "idn", "name", "sum", "currency")


def describe(tx: Transaction, objects: Iterable[tuple[str, int]]) -> dict[int, Values]:
    """How lists of approvals name what they are about: `id`, `idn`, `name`, `sum`, `currency`; by id."""
    by_kind: dict[str, list[int]] = defaultdict(list)
    for kind, object_id in objects:
        by_kind[kind].append(object_id)
    known = resources()
    found = tx.many_records([(_described(known[kind].table), {"ids": ids}) for kind, ids in by_kind.items()])
    return {row["id"]: {name: shown(row.get(name)) for name in DESCRIBED} for rows in found for row in rows}


def shown(value: Any) -> Any:
    """A number as lists show it: whole ones without a point."""
    return (int(value) if value == int(value) else value) if isinstance(value, Decimal) else value


def overdue(tx: Transaction) -> list[Values]:
    """Open steps whose time is up, the latest first."""
    rows = tx.records(_late(), company=tx.company_id, now=_now(tx))
    return _reported(tx, rows)


def stalled(tx: Transaction) -> list[Values]:
    """Open steps in which nobody can act: absent without a backup who has access, gone without a substitute."""
    tasks = sorted(tx.records(_all_open(), company=tx.company_id), key=lambda one: one["id"])
    backups: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one in tx.records(_step_backups(), company=tx.company_id):
        backups[one["step_id"], one["user_id"]].append(one["backup_id"])
    limited = _limiting_options(tx, tasks)
    now = _now(tx)
    by_step: dict[int, list[Values]] = defaultdict(list)
    people: dict[str, persons.People] = {}
    for one in tasks:
        by_step[one["step_id"]].append(one)
    for kind in {one["kind"] for one in tasks}:
        asked = persons.load(tx, kind, {one["user_id"] for one in tasks if one["kind"] == kind})
        people[kind] = persons.with_stand_ins(tx, kind, asked, {b for named in backups.values() for b in named})
    stuck = []
    for asked_there in by_step.values():
        if not any(_may_act(one, people[one["kind"]], backups, limited, now) for one in asked_there):
            names = rules.names_of(people[asked_there[0]["kind"]], [one["user_id"] for one in asked_there])
            stuck.append({**asked_there[0], "waits_for": names})
    return _reported(tx, stuck)


def _may_act(
    task: Values, people: persons.People, backups: Mapping[tuple[int, int], list[int]],
    limited: Mapping[int, tuple[Option, ...]], now: str,
) -> bool:  # fmt: skip
    subject = Subject(
        "", location=task["location_id"], legal_entity=task["legal_entity_id"],
        options=limited.get(task["object_id"], ()),
    )  # fmt: skip
    also = backups.get((task["workflow_step_id"], task["user_id"]), ())
    person = people.get(task["user_id"])
    return person is not None and rules.may_act(person, subject, now, people, also)


def _limiting_options(tx: Transaction, tasks: Sequence[Values]) -> dict[int, tuple[Option, ...]]:
    """The chosen options that limit who has access, by document."""
    by_kind: dict[str, set[int]] = defaultdict(set)
    for one in tasks:
        by_kind[one["kind"]].add(one["object_id"])
    known = resources()
    jobs = [
        (_limiting(own), {"owners": list(by_kind[kind])})
        for kind in by_kind
        if kind in known and (own := known[kind].custom_values) is not None
    ]
    rows = [row for found in tx.many_records(jobs) for row in found]
    options = workflows.options_of(tx, {row["option_id"] for row in rows})
    chosen: dict[int, tuple[Option, ...]] = defaultdict(tuple)
    for row in rows:
        chosen[row["owner_id"]] += (options[row["option_id"]],)
    return chosen


def _reported(tx: Transaction, rows: Sequence[Values]) -> list[Values]:
    described = describe(tx, {(one["kind"], one["object_id"]) for one in rows})
    return [
        {
            "type": one["kind"], **described[one["object_id"]], "step": one["name"], "since": one["start_date"],
            "due": one["due_date"], "waitsFor": one.get("waits_for"),
        }
        for one in rows
    ]  # fmt: skip


# People who are taken out of steps


def release(tx: UnitOfWork, kind: str, removed: Iterable[tuple[int, int]]) -> None:
    """Ask these users no more in the open steps of these workflow steps.

    IllegalMove, naming the documents, where nobody would be left to finish a step.
    """
    pairs = set(removed)
    if not pairs:
        return
    asked_now = tx.records(_asked_in(), company=tx.company_id, steps=list({step for step, _ in pairs}))
    by_step: dict[int, list[Values]] = defaultdict(list)
    for one in asked_now:
        by_step[one["step_id"]].append(one)
    stuck, gone = set(), []
    for asked in by_step.values():
        leaving = [
            one for one in asked if (one["workflow_step_id"], one["user_id"]) in pairs and one["status"] == PENDING
        ]
        staying = sum(one["status"] in (PENDING, APPROVED) for one in asked) - len(leaving)
        least = 1 if asked[0]["mode"] == rules.ALL else asked[0]["needed"]
        if leaving and staying < least:
            stuck.add((kind, asked[0]["object_id"]))
        gone += leaving
    if stuck:
        named = ", ".join(str(one.get("idn") or one["name"]) for one in describe(tx, stuck).values())
        raise IllegalMove(
            f"Without these approvers nobody could finish approving {noun(kind)} {named}. "
            "Have these decided first, or add another approver to the step and resubmit them."
        )
    for one in gone:
        tx.update(TASK_TABLE, {"status": WITHDRAWN}, id=one["id"])
        if one["mode"] == rules.ALL:
            tx.run(_one_less(), company=tx.company_id, step=one["step_id"])


def _on_their_hands(tx: UnitOfWork, user: int) -> list[str]:
    """Names of what waits for a user, or for somebody gone whom the user replaces."""
    tasks = sorted({tuple(one) for one in tx.all(_on_hands(), company=tx.company_id, user=user)})
    named = describe(tx, tasks)
    return [f"{noun(kind)} {named[row_id].get('idn') or named[row_id]['name']} to approve" for kind, row_id in tasks]


leaving.DUTIES.append(leaving.Duty(_on_their_hands))


# What was approved, and what a change makes of it

NET_RESULTS = ("discount_percent", "discount_amount", "exchange_rate")
"""Columns whose change shows in the net total."""
ALWAYS_FREE = frozenset({"note", "custom_name", "external_id", "external_integration_log", *NET_RESULTS})


def snapshot(tx: UnitOfWork, resource: Resource, row: Row, items: Sequence[Row], *, first: bool = False) -> None:
    """Keep what has just been approved, for the `first` time or again. A revision that needed no approval leaves what
    was kept before: otherwise many small increases would add up unseen.
    """
    kept = None if first else tx.record(_snapshot(), company=tx.company_id, object=row["id"])
    if kept is not None and not kept["superseded"]:
        return
    state = state_of(resource, row, custom_of(tx, resource, row["id"]), items)
    said = {
        "net": state.net,
        "state": {
            "values": state.values, "custom": {str(name): value for name, value in state.custom.items()},
            "lines": state.lines, "budget_lines": state.budget_lines,
        },
        "superseded": False,
    }  # fmt: skip
    if kept is None:
        tx.insert(SNAPSHOTS, {"object_id": row["id"], **said})
    else:
        tx.update(SNAPSHOTS, said, object_id=row["id"])


def stand(tx: UnitOfWork, resource: Resource, row: Row) -> None:
    """Nobody is asked any more: the document is again what was approved last."""
    withdraw(tx, resource, row, None)
    tx.update(SNAPSHOTS, {"superseded": False}, object_id=row["id"])


def asks(tx: Transaction, resource: Resource, row: Row) -> bool:
    """Whether anybody would have to approve the document."""
    return any(one.required for one in read_case(tx, resource, row).verdicts())


def approved_net(tx: Transaction, row_id: int) -> Decimal | None:
    """The net total that was last approved, in the company's currency; None for what never was."""
    kept = tx.record(_snapshot(), company=tx.company_id, object=row_id)
    return kept["net"] if kept else None


def judge(
    tx: Transaction,
    resource: Resource,
    row: Row,
    values_after: Row,
    items_after: Sequence[Row],
    free: Iterable[str] = (),
) -> Decision:
    """Whether the document, with its columns and lines as they will be, has to be approved anew, and why.

    `values_after` may carry new custom field values under their wire name; without, the stored ones count.
    """
    kept = tx.record(_snapshot(), company=tx.company_id, object=row["id"])
    after_row = {**row, **values_after}
    own = resource.custom_values
    sent = after_row.get(own.wire) if own is not None else None
    custom = custom_of(tx, resource, row["id"]) if sent is None else {one["field_id"]: one["value"] for one in sent}
    required = tx.records(_required_fields(), company=tx.company_id, family=own.family) if own is not None else []
    names = {one["id"]: one["name"] for one in required}
    after = _only(state_of(resource, after_row, custom, items_after), names)
    before = _only(_stored_state(kept), names) if kept else None
    affected_only = choices_of(companies.chosen(tx)).affected_only
    return rules.restart(
        frozenset(free) | ALWAYS_FREE,
        before,
        after,
        workflows.load_tolerances(tx, after_row.get("supplier_id")),
        supplier=after_row.get("supplier_id"),
        steps=workflows.load(tx, resource.name) if affected_only else (),
        affected_only=affected_only,
        labels={**{one.column: _label(one.wire) for one in resource.fields}, **names},
    )


def state_of(resource: Resource, row: Row, custom: Mapping[int, Any], items: Sequence[Row]) -> State:
    """What a document says, in a form that can be kept and compared."""
    columns = [
        one.column
        for one in resource.fields
        if one.write is not Write.NEVER and not isinstance(one, (Parts, Refs, Constant, Derived))
    ]
    return State(
        values={name: _comparable(row[name]) for name in columns if name in row},
        net=total_of(row, {"approvalTotal": "net"}) if "net_sum" in row else ZERO,
        custom=dict(custom),
        lines="" if row.get("net_sum") else _digest(items),
        budget_lines=_budget_lines(resource, items),
    )


def _budget_lines(resource: Resource, items: Sequence[Row]) -> tuple[int, ...]:
    """The budget lines that lines of the document are charged to; lines of a kind that knows none are not looked at."""
    lines = resource.field("items") if resource.has("items") else None
    if not isinstance(lines, Parts) or "budget_line_id" not in table(lines.of.table).c:
        return ()
    found = getattr(items, "charged", None)  # stored lines know without being read
    if found is None:
        found = [one["budget_line_id"] for one in items if one.get("budget_line_id") is not None]
    return tuple(sorted(found))


def custom_of(tx: Transaction, resource: Resource, row_id: int) -> dict[int, Any]:
    """The stored custom field values of a document, by field."""
    own = resource.custom_values
    if own is None:
        return {}
    return {one["field_id"]: one["value"] for one in custom_field_values.stored(tx, own, row_id)}


def _stored_state(kept: Values) -> State:
    state = kept["state"]
    custom = {int(name): value for name, value in state["custom"].items()}
    return State(state["values"], kept["net"], custom, state["lines"], tuple(state["budget_lines"]))


def _only(state: State, required: Iterable[int]) -> State:
    """The state with the custom fields that matter: required ones."""
    return replace(state, custom={one: state.custom[one] for one in required if state.custom.get(one) is not None})


def _comparable(value: Any) -> Any:
    return plain(value, 0) if isinstance(value, Decimal) else value


LINE_COLUMNS = ("name", "sku", "product_id", "quantity", "unit_id", "supplier_id", "price")


def _digest(items: Sequence[Row]) -> str:
    lines = [[_comparable(one.get(name)) for name in LINE_COLUMNS] for one in items]
    return sha256(msgspec.json.encode(lines)).hexdigest()


def _label(wire: str) -> str:
    """`legalEntity` → `The legal entity`."""
    return "The " + "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in wire)


# Statements


def _of_company(source: Table) -> Any:
    return source.c.company_id == bindparam("company")


@lru_cache(maxsize=2)
def _place(target: str) -> Statement:
    source = table(target)
    return Statement(select(source.c.name).where(_of_company(source), source.c.id == bindparam("id")))


@lru_cache(maxsize=20)
def _chosen_options(own: CustomValues) -> Statement:
    values = table(own.of.table)
    return Statement(
        select(values.c.option_id)
        .where(_of_company(values), values.c.owner_id == bindparam("owner"), values.c.option_id.is_not(None))
        .order_by(values.c.id)
    )


@lru_cache(maxsize=20)
def _limiting(own: CustomValues) -> Statement:
    values, fields = table(own.of.table), table("custom_fields")
    return Statement(
        select(values.c.owner_id, values.c.option_id)
        .where(_of_company(values), any_of(values.c.owner_id, "owners"), values.c.option_id.is_not(None))
        .where(fields.c.company_id == values.c.company_id, fields.c.id == values.c.field_id)
        .where(fields.c.limits_access.is_(True))
    )


@lru_cache(maxsize=1)
def _required_fields() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.id, fields.c.name).where(
            _of_company(fields), fields.c.family == bindparam("family"), fields.c.required.is_(True),
            fields.c.enable.is_(True),
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _rounds() -> Statement:
    steps = STEP_TABLE
    return Statement(
        select(steps).where(_of_company(steps), steps.c.object_id == bindparam("object")).order_by(steps.c.id)
    )


@lru_cache(maxsize=1)
def _open_step() -> Statement:
    steps = STEP_TABLE
    return Statement(
        select(steps).where(
            _of_company(steps), steps.c.object_id == bindparam("object"), steps.c.status == PENDING
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _open_objects() -> Statement:
    steps = STEP_TABLE
    return Statement(
        select(steps.c.object_id).where(
            _of_company(steps), any_of(steps.c.object_id, "objects"), steps.c.status == PENDING
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _asked() -> Statement:
    tasks = TASK_TABLE
    return Statement(select(tasks).where(_of_company(tasks), tasks.c.step_id == bindparam("step")).order_by(tasks.c.id))


@lru_cache(maxsize=1)
def _given() -> Statement:
    tasks = TASK_TABLE
    return Statement(
        select(func.count()).where(
            _of_company(tasks), tasks.c.step_id == bindparam("step"), tasks.c.status == APPROVED
        )
    )  # fmt: skip


@lru_cache(maxsize=1)
def _forget_ahead() -> Statement:
    steps = STEP_TABLE
    return Statement(
        delete(steps).where(
            _of_company(steps), steps.c.object_id == bindparam("object"), steps.c.round == bindparam("round"),
            steps.c.position > bindparam("position"),
        )
    )  # fmt: skip


@lru_cache(maxsize=2)
def _withdraw(source: Table) -> Statement:
    return Statement(
        update(source)
        .where(_of_company(source), source.c.object_id == bindparam("object"))
        .where(or_(source.c.status == WAITING, source.c.status == PENDING))
        .values(status=WITHDRAWN)
    )


@lru_cache(maxsize=1)
def _withdraw_pending() -> Statement:
    steps = STEP_TABLE
    return Statement(
        update(steps)
        .where(_of_company(steps), steps.c.object_id == bindparam("object"), steps.c.status == PENDING)
        .values(
            status=WITHDRAWN,
            decision_date=bindparam("at", type_=steps.c.decision_date.type),
            decided_by_id=bindparam("by", type_=steps.c.decided_by_id.type),
            comment=bindparam("why", type_=steps.c.comment.type),
        )
    )


@lru_cache(maxsize=1)
def _one_less() -> Statement:
    steps = STEP_TABLE
    return Statement(
        update(steps).where(_of_company(steps), steps.c.id == bindparam("step")).values(needed=steps.c.needed - 1)
    )


@lru_cache(maxsize=1)
def _concerned() -> Statement:
    steps, tasks = STEP_TABLE, TASK_TABLE
    joined = and_(tasks.c.company_id == steps.c.company_id, tasks.c.step_id == steps.c.id)
    return Statement(
        select(
            steps.c.round,
            tasks.c.user_id,
            func.coalesce(tasks.c.decided_by_id, steps.c.decided_by_id).label("decided_by_id"),
        )
        .select_from(steps.outerjoin(tasks, joined))
        .where(_of_company(steps), steps.c.object_id == bindparam("object"))
    )


@lru_cache(maxsize=1)
def _substitute() -> Statement:
    users = table("users")
    columns = (users.c.substitute_id, users.c.enable, users.c.away_from, users.c.away_until)
    return Statement(select(*columns).where(_of_company(users), users.c.id == bindparam("user")))


@lru_cache(maxsize=1)
def _standing_in() -> tuple[Statement, ...]:
    users, backups = table("users"), table("user_backups")
    entries, named = table(workflows.APPROVER.table), table("approver_backups")
    me = bindparam("user")
    now: Any = bindparam("now", type_=users.c.away_from.type)
    away = (
        users.c.enable.is_(True),
        users.c.away_from <= now,
        or_(users.c.away_until.is_(None), users.c.away_until >= now),
    )
    nowhere = bindparam("nowhere", None, type_=BigInteger()).label("step_id")
    return (
        Statement(
            select(users.c.id.label("user_id"), nowhere)
            .where(_of_company(users), users.c.company_id == backups.c.company_id, users.c.id == backups.c.user_id)
            .where(backups.c.backup_id == me, *away)
        ),
        Statement(
            select(users.c.id.label("user_id"), nowhere).where(
                _of_company(users), users.c.substitute_id == me, users.c.enable.is_(False)
            )
        ),
        Statement(
            select(users.c.id.label("user_id"), entries.c.step_id)
            .where(_of_company(users), users.c.company_id == entries.c.company_id, users.c.id == entries.c.user_id)
            .where(named.c.company_id == entries.c.company_id, named.c.approver_id == entries.c.id)
            .where(named.c.user_id == me, *away)
        ),
    )


@lru_cache(maxsize=100)
def _opportunities(bounds: tuple[str, ...], way: str) -> Statement:
    """Open tasks that a person may decide: `count` them, a `page` of them, or those at some `objects`."""
    tasks, steps = TASK_TABLE, STEP_TABLE
    condition = [_of_company(tasks), tasks.c.status == PENDING, any_of(tasks.c.kind, "kinds"), *_bounded(bounds)]
    if "others" in bounds:
        earlier = TASK_TABLE.alias("earlier")
        decided = exists().where(
            earlier.c.company_id == tasks.c.company_id, earlier.c.step_id == tasks.c.step_id,
            earlier.c.decided_by_id == bindparam("me"),
        )  # fmt: skip
        condition += [any_of(tasks.c.user_id, "everybody"), or_(any_of(tasks.c.user_id, "always"), _named()), ~decided]
    else:
        condition.append(tasks.c.user_id == bindparam("me"))
    if way == "objects":
        columns = (tasks.c.id, tasks.c.object_id, tasks.c.step_id, tasks.c.user_id, tasks.c.instead_of)
        return Statement(select(*columns).where(*condition, any_of(tasks.c.object_id, "objects")).order_by(tasks.c.id))
    if way == "count":
        counted = func.count(tasks.c.step_id.distinct()) if "others" in bounds else func.count()
        return Statement(select(counted).select_from(tasks).where(*condition), prepare=False)
    wanted = select(tasks.c.id, tasks.c.step_id).where(*condition)
    if "others" in bounds:  # one who stands in may be asked twice in a step
        hits = wanted.cte("hits").prefix_with("MATERIALIZED")
        wanted = select(func.min(hits.c.id).label("id"), hits.c.step_id).group_by(hits.c.step_id)
        first: Any = func.min(hits.c.id)
    else:
        first = tasks.c.id
    chosen = wanted.order_by(first).limit(bindparam("limit")).offset(bindparam("offset")).subquery()
    shown = TASK_TABLE.alias("shown")
    columns = (
        shown.c.kind, shown.c.object_id, shown.c.user_id, steps.c.name, steps.c.start_date, steps.c.due_date,
    )  # fmt: skip
    return Statement(
        select(*columns)
        .select_from(chosen)
        .join(shown, and_(_of_company(shown), shown.c.id == chosen.c.id))
        .join(steps, and_(_of_company(steps), steps.c.id == shown.c.step_id))
        .order_by(shown.c.id),
        prepare=False,
    )


def _named() -> Any:
    """The task is of somebody whose entry in the workflow names the person as a backup."""
    tasks, entries, named = TASK_TABLE, table(workflows.APPROVER.table), table("approver_backups")
    return exists().where(
        entries.c.company_id == tasks.c.company_id, entries.c.step_id == tasks.c.workflow_step_id,
        entries.c.user_id == tasks.c.user_id, named.c.company_id == entries.c.company_id,
        named.c.approver_id == entries.c.id, named.c.user_id == bindparam("me"),
    )  # fmt: skip


def _bounded(bounds: tuple[str, ...]) -> list[Any]:
    """What the person must have access to."""
    tasks = TASK_TABLE
    limits: list[Any] = []
    if "not own" in bounds:
        limits.append(or_(tasks.c.creator_id.is_(None), tasks.c.creator_id != bindparam("me")))
    if "locations" in bounds:
        limits.append(or_(tasks.c.location_id.is_(None), any_of(tasks.c.location_id, "locations")))
    if "legal_entities" in bounds:
        limits.append(or_(tasks.c.legal_entity_id.is_(None), any_of(tasks.c.legal_entity_id, "entities")))
    if "options" in bounds:
        for resource in resources().values():
            if resource.custom_values is not None:
                values = table(resource.custom_values.of.table)
                forbidden = exists().where(
                    values.c.company_id == tasks.c.company_id, values.c.owner_id == tasks.c.object_id,
                    values.c.option_id.is_not(None), any_of(values.c.field_id, "fields"),
                    none_of(values.c.option_id, "options"),
                )  # fmt: skip
                limits.append(~forbidden)
    return limits


@lru_cache(maxsize=20)
def _described(name: str) -> Statement:
    source = table(name)
    columns = [source.c[one] for one in DESCRIBED if one in source.c]
    if "custom_name" in source.c:
        columns.append(source.c.custom_name.label("name"))
    return Statement(select(*columns).where(_of_company(source), any_of(source.c.id, "ids")))


@lru_cache(maxsize=1)
def _late() -> Statement:
    steps = STEP_TABLE
    return Statement(
        select(steps)
        .where(
            _of_company(steps),
            steps.c.status == PENDING,
            steps.c.due_date < bindparam("now", type_=steps.c.due_date.type),
        )
        .order_by(steps.c.due_date)
    )


@lru_cache(maxsize=1)
def _all_open() -> Statement:
    steps, tasks = STEP_TABLE, TASK_TABLE
    return Statement(
        select(tasks, steps.c.name, steps.c.start_date, steps.c.due_date)
        .where(_of_company(steps), steps.c.status == PENDING)
        .where(tasks.c.company_id == steps.c.company_id, tasks.c.step_id == steps.c.id, tasks.c.status == PENDING)
    )


@lru_cache(maxsize=1)
def _step_backups() -> Statement:
    entries, named = table(workflows.APPROVER.table), table("approver_backups")
    return Statement(
        select(entries.c.step_id, entries.c.user_id, named.c.user_id.label("backup_id")).where(
            _of_company(entries), named.c.company_id == entries.c.company_id, named.c.approver_id == entries.c.id
        )
    )


@lru_cache(maxsize=1)
def _asked_in() -> Statement:
    steps, tasks = STEP_TABLE, TASK_TABLE
    return Statement(
        select(tasks, steps.c.mode, steps.c.needed)
        .where(_of_company(steps), steps.c.status == PENDING, any_of(steps.c.workflow_step_id, "steps"))
        .where(tasks.c.company_id == steps.c.company_id, tasks.c.step_id == steps.c.id)
    )


@lru_cache(maxsize=1)
def _on_hands() -> Statement:
    tasks, users = TASK_TABLE, table("users")
    replaced = exists().where(
        users.c.company_id == tasks.c.company_id, users.c.id == tasks.c.user_id,
        users.c.substitute_id == bindparam("user"), users.c.enable.is_(False),
    )  # fmt: skip
    return Statement(
        select(tasks.c.kind, tasks.c.object_id).where(
            _of_company(tasks), tasks.c.status == PENDING, or_(tasks.c.user_id == bindparam("user"), replaced)
        )
    )


@lru_cache(maxsize=1)
def _snapshot() -> Statement:
    return Statement(select(SNAPSHOTS).where(_of_company(SNAPSHOTS), SNAPSHOTS.c.object_id == bindparam("object")))
