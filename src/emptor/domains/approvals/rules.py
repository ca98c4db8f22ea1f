"""Who has to approve a document, and when a change has to be approved again. Pure: nothing here reads a database."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from emptor.kit.errors import IllegalMove
from emptor.kit.money import HUNDRED, ZERO

ANY, ALL, N_OF_M = "any", "all", "n_of_m"
MODES = (ANY, ALL, N_OF_M)
APPROVERS, DIRECT_MANAGER = "approvers", "direct_manager"
KINDS = (APPROVERS, DIRECT_MANAGER)

EVERY: frozenset[int] = frozenset()
"""As a list of what an approver decides for: all there is."""


# The configuration


@dataclass(frozen=True)
class Interval:
    """Sums in company currency, both ends included; None leaves an end open."""

    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True)
class Override:
    """What replaces an approver's interval at one location or for one option."""

    interval: Interval
    location: int | None = None
    option: int | None = None


@dataclass(frozen=True)
class Approver:
    """A person's entry in a step, with what that person decides for."""

    user: int
    interval: Interval = Interval()
    locations: frozenset[int] = EVERY
    options: Mapping[int, frozenset[int]] = field(default_factory=dict)
    """Options by custom field; a field that is not named does not matter."""
    legal_entities: frozenset[int] = EVERY
    overrides: tuple[Override, ...] = ()
    backups: tuple[int, ...] = ()
    """Who may act here while the person is away."""
    id: int = 0


@dataclass(frozen=True)
class Step:
    """One stage of a workflow; its approvers are asked side by side."""

    id: int
    name: str
    approvers: tuple[Approver, ...] = ()
    mode: str = ANY
    needed: int = 1
    """Approvals that `n_of_m` takes."""
    kind: str = APPROVERS
    only_over_budget: bool = False
    sla_hours: int | None = None


# The world


@dataclass(frozen=True)
class Person:
    """Somebody of the company, as far as approving one type of document goes. None as a bound means none."""

    id: int
    name: str
    active: bool = True
    may_approve: bool = True
    """Whether a role gives it for this type of document."""
    locations: frozenset[int] | None = None
    options: frozenset[int] | None = None
    legal_entities: frozenset[int] | None = None
    manager: int | None = None
    away: tuple[str, str | None] | None = None
    """First and last moment of an absence, spelled as moments are; open-ended without a last one."""
    backups: tuple[int, ...] = ()
    substitute: int | None = None

    def is_away(self, now: str) -> bool:
        """Whether the absence covers the moment."""
        return self.away is not None and self.away[0] <= now and (self.away[1] is None or now <= self.away[1])


@dataclass(frozen=True)
class Option:
    """A chosen option of a custom field."""

    id: int
    field: int
    name: str
    above: frozenset[int] = frozenset()
    """What it hangs below in its tree: who decides for a branch decides for its twigs."""
    limits_access: bool = False

    def within(self, listed: Iterable[int]) -> bool:
        """Whether one of `listed` is this option or above it."""
        return any(one == self.id or one in self.above for one in listed)


@dataclass(frozen=True)
class Subject:
    """What is to be approved."""

    document_type: str
    """In words: `purchase order`."""
    total: Decimal = ZERO
    location: int | None = None
    options: tuple[Option, ...] = ()
    legal_entity: int | None = None
    initiator: int | None = None
    over_budget: bool = False
    location_name: str = ""
    legal_entity_name: str = ""


@dataclass(frozen=True)
class Choices:
    """What the company has chosen."""

    self_approval: bool = True
    fallback: int | None = None
    affected_only: bool = False


# The outcome


@dataclass(frozen=True)
class Finding:
    """Whether one approver counts, and why."""

    user: int
    counts: bool
    reason: str
    instead_of: int | None = None
    """Who has left and is substituted by `user`."""


@dataclass(frozen=True)
class Verdict:
    """What becomes of one step."""

    step: Step
    required: bool
    findings: tuple[Finding, ...]
    reason: str = ""

    @property
    def waiting(self) -> tuple[Finding, ...]:
        """Those who are asked, each person once."""
        return tuple({one.user: one for one in self.findings if one.counts}.values())

    @property
    def needed(self) -> int:
        """How many approvals finish the step."""
        asked = len(self.waiting)
        return {ANY: min(1, asked), ALL: asked, N_OF_M: min(self.step.needed, asked)}[self.step.mode]


def route(
    steps: Sequence[Step], subject: Subject, people: Mapping[int, Person], choices: Choices = Choices()
) -> tuple[Verdict, ...]:
    """What becomes of each step; one more at the end when the fallback approver has to decide.

    IllegalMove when the workflow cannot decide about the subject at all.
    """
    if not steps:
        return ()
    _refuse_uncovered_options(steps, subject)
    found = verdicts(steps, subject, people, choices)
    if choices.fallback is not None and not any(one.required for one in found):
        found += (_fallback(subject, people, choices),)
    return found


def verdicts(
    steps: Sequence[Step], subject: Subject, people: Mapping[int, Person], choices: Choices = Choices()
) -> tuple[Verdict, ...]:
    """What becomes of these steps alone, when others have decided before them; IllegalMove as in `route`."""
    return tuple(_verdict(step, subject, people, choices) for step in steps)


def _refuse_uncovered_options(steps: Sequence[Step], subject: Subject) -> None:
    """Several options of a field at once take somebody who decides for them all."""
    entries = [entry for step in steps for entry in step.approvers]
    if not entries or any(step.kind == DIRECT_MANAGER for step in steps):
        return
    for field_id, chosen in _by_field(subject.options).items():
        if len(chosen) > 1 and not any(_uncovered(entry, field_id, chosen) is None for entry in entries):
            names = " and ".join(one.name for one in chosen)
            raise IllegalMove(
                f"Nobody decides for {names} together, so this {subject.document_type} cannot be approved by anyone. "
                "Choose fewer options, or have an approver added to the workflow."
            )


def _verdict(step: Step, subject: Subject, people: Mapping[int, Person], choices: Choices) -> Verdict:
    if step.only_over_budget and not subject.over_budget:
        return Verdict(step, False, (), "only for what is over its budget")
    entries = step.approvers if step.kind == APPROVERS else _manager(subject, people)
    if not entries:
        return Verdict(step, False, (), _nobody(step, subject, people))
    findings = tuple(_finding(entry, subject, people, choices) for entry in entries)
    if not any(one.counts for one in findings) and not choices.self_approval:
        findings += _instead_of_initiator(step, entries, subject, people, choices)
    if any(one.counts for one in findings):
        return Verdict(step, True, findings)
    return Verdict(step, False, findings, " ".join(dict.fromkeys(one.reason for one in findings)))


def _nobody(step: Step, subject: Subject, people: Mapping[int, Person]) -> str:
    if step.kind == DIRECT_MANAGER:
        return f"{name_of(people, subject.initiator)} has no manager."
    return "The step has no approvers."


def _manager(subject: Subject, people: Mapping[int, Person]) -> tuple[Approver, ...]:
    initiator = people.get(subject.initiator or 0)
    return (Approver(initiator.manager),) if initiator is not None and initiator.manager is not None else ()


def _finding(entry: Approver, subject: Subject, people: Mapping[int, Person], choices: Choices) -> Finding:
    asked, left = _asked(entry, people)
    if asked is None:
        return Finding(entry.user, False, "This person is not here any more.")
    instead_of = left.id if left else None
    why_not = _why_not(entry, asked, subject, choices)
    if why_not:
        return Finding(asked.id, False, why_not, instead_of)
    if left:
        return Finding(asked.id, True, f"{asked.name} stands in for {left.name}, who has left.", instead_of)
    return Finding(asked.id, True, f"{asked.name} decides here.")


def _asked(entry: Approver, people: Mapping[int, Person]) -> tuple[Person | None, Person | None]:
    """Who is asked for an entry, and whom that person stands in for: somebody who has left."""
    person = people.get(entry.user)
    if person is None or person.active or person.substitute not in people:
        return person, None
    return people[person.substitute or 0], person


def _instead_of_initiator(
    step: Step, entries: tuple[Approver, ...], subject: Subject, people: Mapping[int, Person], choices: Choices
) -> tuple[Finding, ...]:
    """Who decides where only the initiator would; none when others are skipped for reasons of their own."""
    allowed = replace(choices, self_approval=True)
    if not any(_finding(entry, subject, people, allowed).counts for entry in entries):
        return ()
    name = name_of(people, subject.initiator)
    tried = [(entry.user, f"{name}'s manager") for entry in _manager(subject, people)]
    if choices.fallback is not None:
        tried.append((choices.fallback, "the fallback approver"))
    for user, role in tried:
        found = _finding(Approver(user), subject, people, choices)
        if found.counts:
            reason = f"{name_of(people, user)} decides as {role}, because {name} may not approve own documents."
            return (replace(found, reason=reason),)
    raise IllegalMove(
        f"In the step {step.name} only {name} decides, and nobody may approve own documents here. "
        f"Have another approver added to that step, or give {name} a manager who may approve."
    )


def _fallback(subject: Subject, people: Mapping[int, Person], choices: Choices) -> Verdict:
    user = choices.fallback or 0
    found = _finding(Approver(user), subject, people, choices)
    if not found.counts:
        raise IllegalMove(
            f"No step of the workflow applies, and the fallback approver cannot decide: {found.reason} "
            "Have another fallback approver chosen."
        )
    reason = f"No step applies, so {name_of(people, user)} decides as the fallback approver."
    return Verdict(Step(0, "Fallback approver"), True, (replace(found, reason=reason),), reason)


# Why somebody does not count: the first of these that has something to say


def _why_not(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    return next((said for check in _CHECKS if (said := check(entry, person, subject, choices))), "")


def _left(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    return "" if person.active else f"{person.name} has left."


def _no_role(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    return "" if person.may_approve else f"{person.name} has no role to approve a {subject.document_type}."


def _own(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    own = person.id == subject.initiator and not choices.self_approval
    return f"{person.name} may not approve own documents." if own else ""


def _other_location(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    at = subject.location
    listed = entry.locations and {*entry.locations, *(one.location for one in entry.overrides)}
    return f"{person.name} does not decide for {_place(subject)}." if listed and at and at not in listed else ""


def _other_legal_entity(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    of = subject.legal_entity
    name = subject.legal_entity_name or "this legal entity"
    elsewhere = entry.legal_entities and of and of not in entry.legal_entities
    return f"{person.name} does not decide for {name}." if elsewhere else ""


def _other_option(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    for field_id, chosen in _by_field(subject.options).items():
        uncovered = _uncovered(entry, field_id, chosen)
        if uncovered:
            return f"{person.name} does not decide for {uncovered.name}."
    return ""


def _no_access(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    hidden = hidden_from(person, subject)
    return f"{person.name} has no access to {hidden}." if hidden else ""


def _other_sum(entry: Approver, person: Person, subject: Subject, choices: Choices) -> str:
    bounds, total = interval_of(entry, subject), subject.total
    if bounds.low is not None and total < bounds.low:
        return f"{person.name} decides from {money(bounds.low)}; this comes to {money(total)}."
    if bounds.high is not None and total > bounds.high:
        return f"{person.name} decides up to {money(bounds.high)}; this comes to {money(total)}."
    return ""


_CHECKS: tuple[Callable[[Approver, Person, Subject, Choices], str], ...] = (
    _left, _no_role, _own, _other_location, _other_legal_entity, _other_option, _no_access, _other_sum,
)  # fmt: skip


def hidden_from(person: Person, subject: Subject) -> str:
    """What of the subject the person has no access to, in words; empty when there is nothing."""
    if person.locations is not None and subject.location and subject.location not in person.locations:
        return _place(subject)
    if person.legal_entities is not None and subject.legal_entity and subject.legal_entity not in person.legal_entities:
        return subject.legal_entity_name or "this legal entity"
    if person.options is not None:
        limiting = (one for one in subject.options if one.limits_access)
        return next((one.name for one in limiting if not one.within(person.options)), "")
    return ""


def may_act(person: Person, subject: Subject, now: str, people: Mapping[int, Person], also: Iterable[int] = ()) -> bool:
    """Whether somebody can decide where `person` is asked: that person, while away the backups, or the substitute.

    `also` are backups named for this step alone.
    """
    if person.active and not person.is_away(now):
        return _fit(person, subject)
    stands_in = (*person.backups, *also) if person.active else (person.substitute,)
    return any(one in people and _fit(people[one], subject) for one in stands_in if one is not None)


def _fit(person: Person, subject: Subject) -> bool:
    return person.active and person.may_approve and not hidden_from(person, subject)


def interval_of(entry: Approver, subject: Subject) -> Interval:
    """The sums that the approver decides about in this case; of several overrides the one with the lowest limit."""
    fitting = [one.interval for one in entry.overrides if _fits(one, subject)]
    return min(fitting, key=lambda one: (one.high is None, one.high or ZERO)) if fitting else entry.interval


def _fits(override: Override, subject: Subject) -> bool:
    by_location = override.location is not None and override.location == subject.location
    by_option = override.option is not None and any(one.within((override.option,)) for one in subject.options)
    return by_location or by_option


def _uncovered(entry: Approver, field_id: int, chosen: Sequence[Option]) -> Option | None:
    """The first of a field's chosen options that the approver does not decide for."""
    listed = entry.options.get(field_id)
    if not listed:
        return None
    listed |= {one.option for one in entry.overrides if one.option is not None}
    return next((one for one in chosen if not one.within(listed)), None)


def _by_field(options: Iterable[Option]) -> dict[int, list[Option]]:
    grouped: dict[int, list[Option]] = defaultdict(list)
    for one in options:
        grouped[one.field].append(one)
    return grouped


def _place(subject: Subject) -> str:
    return subject.location_name or "this location"


def name_of(people: Mapping[int, Person], user: int | None) -> str:
    """A person's name, or words for somebody unknown."""
    person = people.get(user or 0)
    return person.name if person else "somebody"


def names_of(people: Mapping[int, Person], users: Iterable[int], word: str = "or") -> str:
    """`Ann, Bob or Cy`."""
    names = [name_of(people, user) for user in users]
    return f" {word} ".join(filter(None, (", ".join(names[:-1]), *names[-1:])))


def money(amount: Decimal) -> str:
    """An amount as people write it: `1,000`, `10,500.5`."""
    text = f"{amount:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


# What nobody decides about


@dataclass(frozen=True)
class Gap:
    """Documents that no step would ask anybody about. No locations or options mean any."""

    locations: tuple[str, ...]
    options: tuple[str, ...]
    amounts: str

    @property
    def words(self) -> str:
        """`HR at Berlin, below 1,000`."""
        place = " at ".join(" or ".join(names) for names in (self.options, self.locations) if names)
        return ", ".join(filter(None, (place, self.amounts)))


def gaps(
    steps: Sequence[Step],
    locations: Mapping[int, str],
    options: Sequence[Option],
    people: Mapping[int, Person],
    document_type: str = "document",
) -> tuple[Gap, ...]:
    """Combinations of locations, options of one field and sums that no approver covers.

    A step of direct managers covers everything; a step for what is over its budget covers nothing.
    """
    if any(step.kind == DIRECT_MANAGER and not step.only_over_budget for step in steps):
        return ()
    entries = [entry for step in steps if not step.only_over_budget for entry in step.approvers]
    asked = [(entry, person) for entry in entries if (person := _asked(entry, people)[0]) is not None]
    nothing = Subject(document_type)
    places = _alike(asked, [replace(nothing, location=at, location_name=name) for at, name in locations.items()])
    found: dict[Gap, None] = {}
    for chosen in _by_field(options).values() or ([],):
        for at in places or [[nothing]]:
            for of in _alike(asked, [replace(nothing, options=(one,)) for one in chosen]) or [[nothing]]:
                covering = _covering(asked, replace(at[0], options=of[0].options))
                where = tuple(one.location_name for one in at) if len(places) > 1 else ()
                what = tuple(one.options[0].name for one in of if one.options and len(of) < len(chosen))
                found |= {Gap(where, what, sums): None for sums in _uncovered_sums(covering)}
    return tuple(found)


def _covering(asked: Sequence[tuple[Approver, Person]], subject: Subject) -> list[Interval]:
    return [interval_of(entry, subject) for entry, person in asked if _covers_some_sum(entry, person, subject)]


def _alike(asked: Sequence[tuple[Approver, Person]], subjects: Sequence[Subject]) -> list[list[Subject]]:
    """The subjects in groups between which no approver makes a difference."""
    groups: dict[Any, list[Subject]] = defaultdict(list)
    for one in subjects:
        covered = (_covers_some_sum(entry, person, one) for entry, person in asked)
        groups[*covered, *(interval_of(entry, one) for entry, _ in asked)].append(one)
    return list(groups.values())


def _covers_some_sum(entry: Approver, person: Person, subject: Subject) -> bool:
    others = (check for check in _CHECKS if check is not _other_sum)
    return not any(check(entry, person, subject, Choices()) for check in others)


def _uncovered_sums(covered: Sequence[Interval]) -> list[str]:
    """The sums from nothing upwards that no interval holds, in words."""
    reached: Decimal | None = None
    """Up to here, included, everything is covered; None before anything is."""
    words = []
    for one in sorted(covered, key=lambda one: one.low or ZERO):
        low = one.low or ZERO
        if reached is None and low > 0:
            words.append(f"below {money(low)}")
        elif reached is not None and low > reached:
            words.append(f"over {money(reached)} and below {money(low)}")
        if one.high is None:
            return words
        reached = max(reached or ZERO, one.high)
    return [*words, "any sum" if reached is None else f"over {money(reached)}"]


# When a change has to be approved again

TOTAL, LOCATION, LEGAL_ENTITY, ANYTHING = "total", "location", "legal entity", "anything"


@dataclass(frozen=True)
class Tolerance:
    """How much more a document may cost than was approved, where the approved sum is within `when`, ends included.

    With both limits the lower one holds. `supplier` None means every supplier.
    """

    when: Interval = Interval()
    percent: Decimal | None = None
    amount: Decimal | None = None
    supplier: int | None = None

    def limit(self, approved: Decimal) -> Decimal:
        """The highest sum that passes."""
        more = [] if self.percent is None else [approved * self.percent / HUNDRED]
        more += [] if self.amount is None else [self.amount]
        return approved + min(more, default=ZERO)


@dataclass(frozen=True)
class State:
    """What a document says, as far as approving it again goes."""

    values: Mapping[str, Any]
    """By column, in a form that compares: no two spellings of a number."""
    net: Decimal = ZERO
    """In company currency."""
    custom: Mapping[int, Any] = field(default_factory=dict)
    """Values of the custom fields that matter, by field."""
    lines: str = ""
    """Tells whether two sets of lines differ; only asked where they cost nothing."""
    budget_lines: tuple[int, ...] = ()


@dataclass(frozen=True)
class Change:
    """Something that restarts approval. `aspect` is what steps may look at: `total`, a custom field and so on."""

    aspect: str | int
    reason: str


@dataclass(frozen=True)
class Decision:
    """Whether a changed document has to be approved anew, from which step on (counted from 1), and why."""

    restarts: bool
    from_step: int | None = None
    reasons: tuple[str, ...] = ()


def restart(
    free: frozenset[str],
    before: State | None,
    after: State,
    rules: Sequence[Tolerance],
    *,
    supplier: int | None = None,
    steps: Sequence[Step] = (),
    affected_only: bool = False,
    labels: Mapping[str | int, str] | None = None,
) -> Decision:
    """Compare what was last approved with what is there now; None before means that nothing ever was.

    `free` columns may change without anybody looking. `labels` are words for columns and custom fields.
    """
    if before is None:
        return Decision(True, 1, ("It was never approved as a whole.",))
    changes = changes_of(free, before, after, rules, supplier, labels or {})
    if not changes:
        return Decision(False)
    first = 1
    if affected_only:
        looking = [i for i, step in enumerate(steps, 1) if any(_looks_at(step, one.aspect) for one in changes)]
        first = looking[0] if looking else 1
    return Decision(True, first, tuple(one.reason for one in changes))


def changes_of(
    free: frozenset[str],
    before: State,
    after: State,
    rules: Sequence[Tolerance],
    supplier: int | None,
    labels: Mapping[str | int, str],
) -> list[Change]:
    """Everything that restarts approval."""
    found = []
    for column in sorted(after.values):
        if column not in free and before.values.get(column) != after.values[column]:
            found.append(Change(_ASPECTS.get(column, ANYTHING), f"{labels.get(column, column)} has changed."))
    for field_id in {**before.custom, **after.custom}:
        if before.custom.get(field_id) != after.custom.get(field_id):
            found.append(Change(field_id, f"{labels.get(field_id, 'a required field')} has changed."))
    if before.budget_lines != after.budget_lines:
        found.append(Change(ANYTHING, "The budget of a line has changed."))
    if not before.net and not after.net and before.lines != after.lines:
        found.append(Change(ANYTHING, "The lines have changed."))
    limit = allowed(before.net, rules, supplier)
    if after.net > limit:
        found.append(Change(TOTAL, _too_much(before.net, after.net, limit)))
    return found


_ASPECTS = {"location_id": LOCATION, "legal_entity_id": LEGAL_ENTITY}


def allowed(approved: Decimal, rules: Sequence[Tolerance], supplier: int | None) -> Decimal:
    """The highest net total that needs no new approval; a supplier's own rules go before the company's."""
    fitting = [one for one in rules if _holds(one.when, approved)]
    own = [one for one in fitting if one.supplier is not None and one.supplier == supplier]
    chosen = own or [one for one in fitting if one.supplier is None]
    return min((one.limit(approved) for one in chosen), default=approved)


def _holds(interval: Interval, amount: Decimal) -> bool:
    return (interval.low is None or interval.low <= amount) and (interval.high is None or amount <= interval.high)


def _too_much(approved: Decimal, now: Decimal, limit: Decimal) -> str:
    risen = f"The net total rises from {money(approved)} to {money(now)}"
    return f"{risen}; up to {money(limit)} passes." if limit > approved else f"{risen}."


def _looks_at(step: Step, aspect: str | int) -> bool:
    """Whether what the step decides about can depend on that."""
    if aspect == ANYTHING or step.kind == DIRECT_MANAGER:
        return True
    return any(_bound_by(entry, aspect) for entry in step.approvers) or not _bound_at_all(step)


def _bound_by(entry: Approver, aspect: str | int) -> bool:
    if aspect == TOTAL:
        return entry.interval != Interval() or bool(entry.overrides)
    if aspect == LOCATION:
        return bool(entry.locations) or any(one.location for one in entry.overrides)
    if aspect == LEGAL_ENTITY:
        return bool(entry.legal_entities)
    return aspect in entry.options


def _bound_at_all(step: Step) -> bool:
    return any(
        entry.interval != Interval() or entry.locations or entry.legal_entities or entry.options or entry.overrides
        for entry in step.approvers
    )


__all__ = [
    "Approver", "Choices", "Decision", "Finding", "Gap", "Interval", "Option", "Override", "Person", "State", "Step",
    "Subject", "Tolerance", "Verdict", "gaps", "may_act", "restart", "route", "verdicts",
]  # fmt: skip
