"""Approvals in words: who has to approve and why, what a change would lead to, and what nobody would see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from sqlalchemy import bindparam, select

from emptor.domains.approvals import people as persons
from emptor.domains.approvals import rules, running, workflows
from emptor.domains.approvals.kinds import MODULES, noun
from emptor.domains.approvals.rules import Decision, Verdict
from emptor.domains.approvals.running import Case, Row, Values
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.errors import IllegalMove
from emptor.kit.fields import Derived, Field, Integer, Text, Write
from emptor.kit.resource import EVERYONE, Operation, Permission, Resource
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction


def _object(**properties: object) -> Values:
    return {
        "type": "object", "properties": properties, "required": list(properties), "additionalProperties": False,
    }  # fmt: skip


_WORDS: Values = {"type": "string"}
_MAYBE: Values = {"type": ["string", "null"]}
EXPLAINED = _object(
    documentType=_WORDS, total={"type": "number"}, steps={"type": "array", "items": {"type": "object"}}, words=_WORDS,
    problem=_MAYBE, possible={"type": "array", "items": _WORDS, "description": "verbs the asking person can use now"},
)  # fmt: skip
SIMULATED = _object(
    restarts={"type": "boolean"}, fromStep={"type": ["integer", "null"]}, reasons={"type": "array", "items": _WORDS},
    approvers={"type": "array", "items": {}}, words=_WORDS, problem=_MAYBE,
)  # fmt: skip


def explain(tx: Transaction, resource: Resource, row: Row) -> Values:
    """Who has to approve a document as it is now, and why each step applies or not; drafts included.

    `steps` tell it one by one, `words` in a sentence; `problem` is why the workflow cannot decide, if it cannot.
    `status` of a step is what has become of it in the present round.
    """
    case = running.read_case(tx, resource, row)
    states = running.states_of(tx, row["id"])
    verdicts, problem = _verdicts(case)
    return {
        "documentType": resource.name,
        "total": running.shown(case.subject.total),
        "steps": [_step(case, one, i, states) for i, one in enumerate(verdicts, 1)],
        "words": problem or _route_in_words(case, verdicts),
        "problem": problem or None,
    }


def simulate(tx: Transaction, resource: Resource, row: Row, values: Row, free: Iterable[str] = ()) -> Values:
    """What saving these values (by column, sums included; lines as `items`) would lead to.

    `restarts` and `fromStep` tell what begins anew, `reasons` why, `approvers` who then has to approve, `words` all
    of it in a sentence.
    """
    after = {**row, **values}
    custom = resource.custom_values
    sent = values.get(custom.wire) if custom is not None else None
    options = None if sent is None else [one["option_id"] for one in sent if one.get("option_id") is not None]
    items = values.get("items", ())
    decision = running.judge(tx, resource, row, values, items, free)
    case = running.read_case(tx, resource, after, options)
    verdicts, problem = _verdicts(case)
    asked = _asked(verdicts, decision) if decision.restarts else ()
    return {
        "restarts": decision.restarts,
        "fromStep": decision.from_step,
        "reasons": list(decision.reasons),
        "approvers": [_names(case, one) for one in asked],
        "words": problem or _outcome_in_words(case, verdicts, asked, decision),
        "problem": problem or None,
    }


def gap_report(tx: Transaction, kinds: Iterable[str] = tuple(MODULES)) -> list[Values]:
    """For these types of document, what no approver of their workflow covers: `documentType`, `words` and parts."""
    places = {row["id"]: row["name"] for row in tx.records(_locations(), company=tx.company_id)}
    found = []
    for kind in kinds:
        steps = workflows.load(tx, kind)
        if not steps:
            continue
        fields = {field for step in steps for entry in step.approvers for field in entry.options}
        options = workflows.options_of(tx, _ids(tx, _options_in(), fields))
        people = persons.load_asked(tx, kind, steps, None, None)
        for gap in rules.gaps(steps, places, list(options.values()), people, noun(kind)):
            found.append(
                {
                    "documentType": kind, "words": f"Nobody decides about {gap.words}.", "amounts": gap.amounts,
                    "locations": list(gap.locations), "options": list(gap.options),
                }
            )  # fmt: skip
    return found


def _ids(tx: Transaction, statement: Statement, fields: Iterable[int]) -> list[int]:
    return [row[0] for row in tx.all(statement, company=tx.company_id, fields=list(fields))]


def _verdicts(case: Case) -> tuple[tuple[Verdict, ...], str]:
    """What becomes of each step, or why that cannot be said."""
    try:
        return case.verdicts(), ""
    except IllegalMove as fault:
        return (), fault.message


def _step(case: Case, verdict: Verdict, position: int, states: Mapping[int, str]) -> Values:
    reason = verdict.reason or " ".join(one.reason for one in verdict.findings if one.counts)
    return {
        "position": position,
        "name": verdict.step.name,
        "required": verdict.required,
        "mode": verdict.step.mode,
        "needed": verdict.needed,
        "status": states.get(verdict.step.id),
        "reason": reason,
        "approvers": [
            {"id": one.user, "name": rules.name_of(case.people, one.user), "counts": one.counts, "reason": one.reason}
            for one in verdict.findings
        ],
    }


def _route_in_words(case: Case, verdicts: Sequence[Verdict]) -> str:
    """`Bob, then Cy has to approve.`"""
    required = [one for one in verdicts if one.required]
    if not required:
        why = "no step of the workflow applies" if verdicts else f"there is no workflow for a {noun(case.kind)}"
        return f"Nobody has to approve this: {why}."
    return f"{_in_order(case, required)}."


def _in_order(case: Case, required: Sequence[Verdict]) -> str:
    names = ", then ".join(_names(case, one) for one in required)
    return f"{names} must approve"


def _names(case: Case, verdict: Verdict) -> str:
    users = [one.user for one in verdict.waiting]
    if verdict.step.mode == rules.N_OF_M and len(users) > 1:
        return f"{verdict.needed} of {rules.names_of(case.people, users, 'and')}"
    return rules.names_of(case.people, users, "and" if verdict.step.mode == rules.ALL else "or")


def _asked(verdicts: Sequence[Verdict], decision: Decision) -> tuple[Verdict, ...]:
    first = decision.from_step or 1
    return tuple(one for i, one in enumerate(verdicts, 1) if one.required and i >= first)


def _outcome_in_words(case: Case, verdicts: Sequence[Verdict], asked: Sequence[Verdict], decision: Decision) -> str:
    """`Saving this restarts steps 1–2, because the net total rises from 9,000 to 12,000. Bob, then Cy must approve.`"""
    if not decision.restarts:
        return "Saving this needs no new approval."
    because = " ".join(decision.reasons)
    because = because[0].lower() + because[1:] if because else "it was asked for."
    if not asked:
        return f"Saving this would call for a new approval, because {because} {_route_in_words(case, verdicts)}"
    positions = [i for i, one in enumerate(verdicts, 1) if one in asked]
    steps = f"step {positions[0]}" if len(positions) == 1 else f"steps {positions[0]}–{positions[-1]}"
    return f"Saving this restarts {steps}, because {because} {_in_order(case, asked)}."


@lru_cache(maxsize=1)
def _locations() -> Statement:
    locations = table("locations")
    return Statement(
        select(locations.c.id, locations.c.name)
        .where(locations.c.company_id == bindparam("company"), locations.c.enable.is_(True))
        .order_by(locations.c.id)
    )


@lru_cache(maxsize=1)
def _options_in() -> Statement:
    options = table("custom_field_options")
    return Statement(
        select(options.c.id)
        .where(options.c.company_id == bindparam("company"), any_of(options.c.field_id, "fields"))
        .where(options.c.enable.is_(True))
        .order_by(options.c.id)
    )


# Reports at paths of their own. They have no tables: what they show is made when somebody asks.

_TEXT, _NUMBER = {"type": ["string", "null"]}, {"type": "integer"}
_ABOUT = {
    "type": {"type": "string"}, "id": _NUMBER, "idn": _TEXT, "name": _TEXT, "sum": {"type": ["number", "null"]},
    "currency": _TEXT, "step": {"type": "string"}, "since": _TEXT, "due": _TEXT,
}  # fmt: skip


_PAGES = (Text("page", write=Write.ALWAYS), Integer("per_page", write=Write.ALWAYS))
_META = Derived(
    "meta",
    json_schema={
        "type": "object", "properties": {"pagination": {"$ref": "#/components/schemas/Pagination"}},
        "required": ["pagination"], "additionalProperties": False,
    },
)  # fmt: skip


def _report(name: str, label: str, columns: Values, *fields: Field, who: Permission, summary: str) -> Resource:
    """A list of entries with these columns at `/-/name`; `fields` are its query parameters."""
    entry = {"type": "object", "properties": columns, "required": list(columns), "additionalProperties": False}
    data = Derived("data", json_schema={"type": "array", "items": entry})
    return Resource(
        name=name,
        label=label,
        fields=(data, _META) if fields == _PAGES else (data,),
        operations=(Operation("custom", "GET", f"/-/{name}", who, False, body=fields, summary=summary),),
        reference=(),
    )


WAITING = _report(
    "waiting", "Waiting", {**_ABOUT, "overdue": {"type": "boolean"}, "forUser": {"type": ["integer", "null"]}},
    *_PAGES, who=EVERYONE,
    summary="What waits for your word: documents, payments, changed bank accounts; of each the oldest first",
)  # fmt: skip
GAPS = _report(
    "approvalgaps", "ApprovalGap",
    {
        "documentType": {"type": "string"}, "words": {"type": "string"}, "amounts": {"type": "string"},
        "locations": {"type": "array", "items": {"type": "string"}},
        "options": {"type": "array", "items": {"type": "string"}},
    },
    Text("documentType", size=40, write=Write.ALWAYS, pattern="|".join(MODULES),
         hint=f"Choose from: {', '.join(MODULES)}."),
    who=EVERYONE, summary="What no step of a workflow covers",
)  # fmt: skip
STALLED = _report(
    "stalledapprovals",
    "StalledApproval",
    {**_ABOUT, "waitsFor": _TEXT},
    who=CONFIGURE,
    summary="What waits for people of whom nobody can act",
)
OVERDUE = _report(
    "overdueapprovals",
    "OverdueApproval",
    {**_ABOUT, "waitsFor": _TEXT},
    who=CONFIGURE,
    summary="What has waited longer than its step allows",
)

__all__ = ["GAPS", "OVERDUE", "STALLED", "WAITING", "explain", "gap_report", "simulate"]
