"""Approval workflows as people configure them: one for each type of document, with steps and their approvers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy import update as sql_update

from emptor.domains import writing
from emptor.domains.approvals import people, rules
from emptor.domains.approvals.kinds import MODULES, approves, noun
from emptor.domains.approvals.rules import Approver, Interval, Option, Override, Person, Step, Subject, Tolerance
from emptor.domains.organisation.users import CONFIGURE
from emptor.kit.fields import Flag, Hidden, Integer, Number, Part, Parts, Ref, Text, Write, percent
from emptor.kit.resource import CREATED, EVERYONE, KEY, UPDATED, Operation, Resource, Run
from emptor.store.schema import define, table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Values = dict[str, Any]

ROW_ID = Hidden("rowId", column="id", kind="id", nullable=False)
BOUNDS = (
    Number("from", column="low", write=Write.ALWAYS, note="lowest sum decided about, in company currency"),
    Number("to", column="high", write=Write.ALWAYS, note="highest sum decided about, in company currency"),
)


def _several(wire: str, label: str, to: str, column: str) -> Parts:
    """Ids of other rows below an approver; a bare id in the list is enough."""
    target = Ref("id", to=to, column=column, required=True, flat=True, write=Write.ALWAYS)
    part = Part(
        label, f"approver_{wire.lower()}", "approver_id", "approval_workflow_approvers", (ROW_ID, target),
        shorthand="id",
    )  # fmt: skip
    return Parts(wire, part=part, write=Write.ALWAYS, size=1000)


OVERRIDE = Part(
    "ApproverOverride",
    "approver_overrides",
    "approver_id",
    "approval_workflow_approvers",
    (
        ROW_ID,
        Ref("location", to="locations", show=("id",), write=Write.ALWAYS),
        Ref("option", to="custom_field_options", show=("id",), write=Write.ALWAYS),
        *BOUNDS,
    ),
)

APPROVER = Part(
    "WorkflowApprover",
    "approval_workflow_approvers",
    "step_id",
    "approval_workflow_steps",
    (
        ROW_ID,
        Ref("user", to="users", required=True, write=Write.ALWAYS),
        *BOUNDS,
        _several("locations", "ApproverLocation", "locations", "location_id"),
        _several("options", "ApproverOption", "custom_field_options", "option_id"),
        _several("legalEntities", "ApproverLegalEntity", "legal_entities", "legal_entity_id"),
        Parts("overrides", part=OVERRIDE, write=Write.ALWAYS, size=1000),
        _several("backups", "ApproverBackup", "users", "user_id"),
    ),
)

STEP = Part(
    "WorkflowStep",
    "approval_workflow_steps",
    "workflow_id",
    "approval_workflows",
    (
        KEY,
        Integer("position", default=0),
        Text("name", size=200, required=True, write=Write.ALWAYS),
        Text(
            "kind", size=20, default=rules.APPROVERS, write=Write.ALWAYS, pattern="|".join(rules.KINDS),
            hint=f"Choose from: {', '.join(rules.KINDS)}.", note="whether the step asks its approvers or the "
            "direct manager of whoever submits",
        ),
        Text(
            "mode", size=10, default=rules.ANY, write=Write.ALWAYS, pattern="|".join(rules.MODES),
            hint=f"Choose from: {', '.join(rules.MODES)}.", note="whose approval finishes the step",
        ),
        Integer("needed", low=1, high=100, default=1, write=Write.ALWAYS, note="approvals that `n_of_m` takes"),
        Flag("onlyOverBudget", write=Write.ALWAYS, note="skip it unless the document is over its budget"),
        Integer("slaHours", low=1, high=10_000, write=Write.ALWAYS, note="hours after which it counts as late"),
        Parts("approvers", part=APPROVER, write=Write.ALWAYS, size=500),
    ),
    order="position",
)  # fmt: skip


def _operations(name: str, noun_: str, create_: Run, update_: Run) -> tuple[Operation, ...]:
    """Listing, showing, creating and changing, below Emptor's own paths."""
    path = f"/-/{name}"
    return (
        Operation("list", "GET", path, EVERYONE, False, summary=f"List {noun_}s"),
        Operation("get", "GET", f"{path}/{{id}}", EVERYONE, False, summary=f"One {noun_}"),
        Operation("create", "POST", path, CONFIGURE, False, run=create_, status=201, summary=f"Create a {noun_}"),
        Operation("update", "PUT", f"{path}/{{id}}", CONFIGURE, False, run=update_, summary=f"Change a {noun_}"),
    )


def create(tx: UnitOfWork, values: Values) -> int:
    """A new workflow, which takes the place of the one in use unless it is not enabled; its id."""
    _check(tx, values.get("document_type"), _positioned(values.setdefault("steps", [])))
    workflow = writing.create(tx, WORKFLOWS, values)
    if values.get("enable", True):
        _retire_others(tx, values["document_type"], workflow)
    return workflow


def update(tx: UnitOfWork, row: Values, values: Values) -> None:
    """Change a workflow. Steps that running documents have behind them stay as they are there."""
    if "steps" in values:
        from emptor.domains.approvals import running

        sent = _positioned(values["steps"])
        stored = {step.id: step for step in _load(tx, "id", row["id"])}
        _check(tx, row["document_type"], _complete(sent, stored))
        writing.check_references(tx, WORKFLOWS.fields, [("", values)])
        tx.problems.raise_if_any()
        running.release(tx, row["document_type"], _removed(stored.values(), sent))
    writing.update(tx, WORKFLOWS, row, values)
    if values.get("enable"):
        _retire_others(tx, row["document_type"], row["id"])


def _retire_others(tx: UnitOfWork, kind: str, kept: int) -> None:
    tx.run(_retire(), company=tx.company_id, kind=kind, kept=kept, stamp=tx.stamp)


WORKFLOWS = define(
    Resource(
        name="approvalworkflows",
        table="approval_workflows",
        label="ApprovalWorkflow",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text(
                "documentType", size=40, required=True, write=Write.ON_CREATE, pattern="|".join(MODULES),
                hint=f"Choose from: {', '.join(MODULES)}.",
            ),
            Flag("enable", default=True, write=Write.ALWAYS, note="one workflow of a type of document is in use"),
            Parts("steps", part=STEP, write=Write.ALWAYS, size=50, listed=False),
        ),
        operations=_operations("approvalworkflows", "approval workflow", create, update),
        reference=("id", "documentType"),
        writes=CONFIGURE,
        indexes=(("document_type",),),
        note="Who approves documents of a type, step by step.",
    )
)  # fmt: skip


def create_rule(tx: UnitOfWork, values: Values) -> int:
    """A new tolerance rule; its id."""
    _check_rule(tx, values)
    return writing.create(tx, TOLERANCE_RULES, values)


def update_rule(tx: UnitOfWork, row: Values, values: Values) -> None:
    """Change a tolerance rule."""
    _check_rule(tx, {**row, **values})
    writing.update(tx, TOLERANCE_RULES, row, values)


def delete_rule(tx: UnitOfWork, row: Values, values: Values) -> None:
    """Drop a tolerance rule."""
    tx.delete(table("tolerance_rules"), id=row["id"])


def _check_rule(tx: UnitOfWork, rule: Values) -> None:
    if rule.get("percent") is None and rule.get("amount") is None:
        tx.problems.add("percent", "Say how much more may pass, as a percentage or as an amount.")
    _check_bounds(tx, rule, "")


TOLERANCE_RULES = define(
    Resource(
        name="tolerancerules",
        table="tolerance_rules",
        label="ToleranceRule",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Ref("supplier", to="suppliers", write=Write.ALWAYS, note="none: a rule of the company, for all of them"),
            Number("from", column="low", write=Write.ALWAYS, note="lowest approved net total the rule is for"),
            Number("to", column="high", write=Write.ALWAYS, note="highest approved net total the rule is for"),
            percent("percent", write=Write.ALWAYS),
            Number("amount", write=Write.ALWAYS, note="in company currency; with a percentage the lower limit holds"),
            Flag("onMatching", write=Write.ALWAYS, note="applies to matching invoices and receipts with orders too"),
        ),
        operations=(
            *_operations("tolerancerules", "tolerance rule", create_rule, update_rule),
            Operation(
                "delete",
                "DELETE",
                "/-/tolerancerules/{id}",
                CONFIGURE,
                hosted=False,
                body=(),
                run=delete_rule,
                status=204,
                summary="Drop a tolerance rule",
            ),
        ),
        reference=("id",),
        writes=CONFIGURE,
        indexes=(("supplier_id",),),
        note="How much more than approved a revised document may cost without being approved again.",
    )
)


# Checks


def _positioned(steps: list[Any]) -> list[Values]:
    """The entries in the order sent, each told its position."""
    listed = [step for step in steps if isinstance(step, dict)]
    for position, step in enumerate(listed):
        step["position"] = position
    return listed


def _complete(sent: Sequence[Values], stored: dict[int, Step]) -> list[Values]:
    """The steps as they will be: one that is named by its id keeps the approvers it leaves out."""
    return [
        {
            "name": stored[step["id"]].name,
            "approvers": [{"user_id": one.user, "kept": True} for one in stored[step["id"]].approvers],
            **step,
        }
        if step.get("id") in stored
        else step
        for step in sent
    ]


def _removed(stored: Iterable[Step], sent: Sequence[Values]) -> set[tuple[int, int]]:
    """Pairs of step and user that will not be there any more."""
    before = {(step.id, entry.user) for step in stored for entry in step.approvers}
    after: set[tuple[int, int]] = set()
    for step in sent:
        if "approvers" in step:
            after |= {(step.get("id", 0), one["user_id"]) for one in step["approvers"] if _names_user(one)}
        else:
            after |= {pair for pair in before if pair[0] == step.get("id")}
    return before - after


def _names_user(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("user_id"), int)


def _check(tx: UnitOfWork, kind: Any, steps: Sequence[Values]) -> None:
    """Note what no workflow may have: approvers without the right to approve, one person in two steps, and the like."""
    names = [step.get("name") for step in steps]
    for i, name in enumerate(names):
        if name and name in names[:i]:
            tx.problems.add(
                f"steps[{i}][name]", "Another step has this name already; people tell steps by their names."
            )
    if kind not in MODULES:
        return
    placed = [
        (f"steps[{i}][approvers][{j}]", i, entry)
        for i, step in enumerate(steps)
        for j, entry in enumerate(step.get("approvers") or ())
        if _names_user(entry)
    ]
    known = people.load(tx, kind, [*(entry["user_id"] for _, _, entry in placed), *_ids(placed, "backups", "user_id")])
    options = options_of(
        tx, _ids(placed, "options", "option_id") | {o for _, _, e in placed for o in _override_options(e)}
    )
    seen: dict[int, int] = {}
    for place, i, entry in placed:
        person = known.get(entry["user_id"])
        if person is None:
            continue
        if person.id in seen:
            name = steps[seen[person.id]].get("name") or f"number {seen[person.id] + 1}"
            sentence = f"{person.name} is in the step {name} already; nobody decides twice in one workflow."
            tx.problems.add(f"{place}[user]", sentence)
        seen.setdefault(person.id, i)
        if "kept" not in entry:
            _check_entry(tx, kind, place, entry, person, known, options)


def _check_entry(
    tx: UnitOfWork, kind: str, place: str, entry: Values, person: Person, known: dict[int, Person],
    options: dict[int, Option],
) -> None:  # fmt: skip
    _check_person(tx, kind, f"{place}[user]", person, entry, options)
    _check_bounds(tx, entry, place)
    for i, one in enumerate(entry.get("backups") or ()):
        backup = known.get(one.get("user_id", 0)) if isinstance(one, dict) else None
        if backup is person:
            tx.problems.add(f"{place}[backups][{i}][id]", "Nobody is their own backup.")
        elif backup:
            _check_person(tx, kind, f"{place}[backups][{i}][id]", backup, entry, options)
    for i, one in enumerate(entry.get("overrides") or ()):
        if isinstance(one, dict):
            if (one.get("location_id") is None) == (one.get("option_id") is None):
                tx.problems.add(f"{place}[overrides][{i}][location]", "Name either a location or an option.")
            _check_bounds(tx, one, f"{place}[overrides][{i}]")


def _check_person(
    tx: UnitOfWork, kind: str, place: str, person: Person, entry: Values, options: dict[int, Option]
) -> None:
    """Note why the person could not decide about what the entry names."""
    if not person.active:
        tx.problems.add(place, f"{person.name} has left; choose somebody else.")
    elif not person.may_approve:
        needed = " or ".join(approves(kind).roles)
        tx.problems.add(place, f"To approve a {noun(kind)}, {person.name} needs the role {needed}.")
    for location in _members(entry, "locations", "location_id"):
        if rules.hidden_from(person, Subject("", location=location)):
            tx.problems.add(place, f"{person.name} has no access to the location {location}.")
    for entity in _members(entry, "legalEntities", "legal_entity_id"):
        if rules.hidden_from(person, Subject("", legal_entity=entity)):
            tx.problems.add(place, f"{person.name} has no access to the legal entity {entity}.")
    for chosen in (options[one] for one in _members(entry, "options", "option_id") if one in options):
        if rules.hidden_from(person, Subject("", options=(chosen,))):
            tx.problems.add(place, f"{person.name} has no access to {chosen.name}.")


def _check_bounds(tx: UnitOfWork, bounds: Values, place: str) -> None:
    low, high = bounds.get("low"), bounds.get("high")
    if low is not None and high is not None and low > high:
        tx.problems.add(f"{place}[to]" if place else "to", f"This is less than where it begins, {rules.money(low)}.")


def _members(entry: Values, wire: str, column: str) -> list[int]:
    return [one[column] for one in entry.get(wire) or () if isinstance(one, dict) and isinstance(one.get(column), int)]


def _ids(placed: Iterable[tuple[str, int, Values]], wire: str, column: str) -> set[int]:
    return {member for _, _, entry in placed for member in _members(entry, wire, column)}


def _override_options(entry: Values) -> list[int]:
    return _members(entry, "overrides", "option_id")


# Reading


def load(tx: Transaction, kind: str) -> tuple[Step, ...]:
    """The steps in use for a type of document, in their order; none without a workflow."""
    return _load(tx, "document_type", kind)


def _load(tx: Transaction, by: str, value: Any) -> tuple[Step, ...]:
    return steps_of(*tx.many_records([(statement, {"value": value}) for statement in _configuration(by)]))


def exists(tx: Transaction, kind: str) -> bool:
    """Whether documents of a type have a workflow with steps."""
    return bool(tx.scalar(_any_step(), company=tx.company_id, value=kind))


def questions(kind: str) -> list[tuple[Statement, Values]]:
    """What `steps_of` has to know."""
    return [(statement, {"value": kind}) for statement in _configuration("document_type")]


def steps_of(
    steps: list[Values], approvers: list[Values], locations: list[Values], options: list[Values],
    entities: list[Values], overrides: list[Values], backups: list[Values],
) -> tuple[Step, ...]:  # fmt: skip
    """Steps out of the rows of their tables."""
    by_entry = [_grouped(rows, "approver_id") for rows in (locations, options, entities, overrides, backups)]
    by_step = _grouped(approvers, "step_id")
    return tuple(
        Step(
            id=step["id"],
            name=step["name"],
            approvers=tuple(_approver(one, *(rows[one["id"]] for rows in by_entry)) for one in by_step[step["id"]]),
            mode=step["mode"],
            needed=step["needed"],
            kind=step["kind"],
            only_over_budget=step["only_over_budget"],
            sla_hours=step["sla_hours"],
        )
        for step in steps
    )


def _grouped(rows: Iterable[Values], key: str) -> dict[int, list[Values]]:
    grouped: dict[int, list[Values]] = defaultdict(list)
    for row in rows:
        grouped[row[key]].append(row)
    return grouped


def _approver(
    row: Values, locations: list[Values], options: list[Values], entities: list[Values], overrides: list[Values],
    backups: list[Values],
) -> Approver:  # fmt: skip
    by_field = _grouped(options, "field_id")
    return Approver(
        user=row["user_id"],
        interval=Interval(row["low"], row["high"]),
        locations=frozenset(one["location_id"] for one in locations),
        options={name: frozenset(one["option_id"] for one in listed) for name, listed in by_field.items()},
        legal_entities=frozenset(one["legal_entity_id"] for one in entities),
        overrides=tuple(
            Override(Interval(one["low"], one["high"]), one["location_id"], one["option_id"]) for one in overrides
        ),
        backups=tuple(one["user_id"] for one in backups),
        id=row["id"],
    )


def options_of(tx: Transaction, ids: Iterable[int]) -> dict[int, Option]:
    """Options with their fields and with what they hang below."""
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows, lineage = tx.many_records([(_options(), {"ids": wanted}), (_lineage(), {"ids": wanted})])
    above: dict[int, set[int]] = defaultdict(set)
    for row in lineage:
        above[row["option"]].add(row["above"])
    return {
        row["id"]: Option(row["id"], row["field_id"], row["name"], frozenset(above[row["id"]]), row["limits_access"])
        for row in rows
    }


def load_tolerances(tx: Transaction, supplier: int | None, *, matching: bool = False) -> list[Tolerance]:
    """The company's rules and those of the supplier, with the tolerance rate that stands on the supplier itself;
    for `matching`, those that apply there too.
    """
    asked = {"supplier": supplier or 0}
    rules_, rates = tx.many_records([(_tolerances(), asked), (_supplier_rate(), asked)])
    found = [
        Tolerance(Interval(row["low"], row["high"]), row["percent"], row["amount"], row["supplier_id"])
        for row in rules_
        if row["on_matching"] or not matching
    ]
    if not any(one.supplier is not None for one in found):
        found += [Tolerance(percent=row["tolerance_rate_percent"] or rules.ZERO, supplier=supplier) for row in rates]
    return found


def _chosen(workflows: Any, by: str) -> list[Any]:
    """The workflow with that id, or the one in use for that document type."""
    condition = [workflows.c.company_id == bindparam("company"), workflows.c[by] == bindparam("value")]
    return condition if by == "id" else [*condition, workflows.c.enable.is_(True)]


@lru_cache(maxsize=2)
def _configuration(by: str) -> tuple[Statement, ...]:
    workflows, steps, approvers = map(table, (WORKFLOWS.table, STEP.table, APPROVER.table))
    of_type = _chosen(workflows, by)
    step_on = (steps.c.company_id == workflows.c.company_id, steps.c.workflow_id == workflows.c.id)
    approver_on = (approvers.c.company_id == steps.c.company_id, approvers.c.step_id == steps.c.id)
    found = [
        Statement(select(steps).where(*of_type, *step_on).order_by(steps.c.position, steps.c.id)),
        Statement(select(approvers).where(*of_type, *step_on, *approver_on).order_by(approvers.c.id)),
    ]
    for wire in ("locations", "options", "legalEntities", "overrides", "backups"):
        parts = next(one for one in APPROVER.fields if one.wire == wire)
        assert isinstance(parts, Parts)
        inner = table(parts.of.table)
        below = (inner.c.company_id == approvers.c.company_id, inner.c.approver_id == approvers.c.id)
        columns: list[Any] = [inner]
        if wire == "options":
            options = table("custom_field_options")
            columns.append(options.c.field_id)
            below += (options.c.company_id == inner.c.company_id, options.c.id == inner.c.option_id)
        wanted = select(*columns).where(*of_type, *step_on, *approver_on, *below)
        found.append(Statement(wanted.order_by(inner.c.id)))
    return tuple(found)


@lru_cache(maxsize=1)
def _any_step() -> Statement:
    workflows, steps = table(WORKFLOWS.table), table(STEP.table)
    inside = (steps.c.company_id == workflows.c.company_id, steps.c.workflow_id == workflows.c.id)
    return Statement(select(steps.c.id).where(*_chosen(workflows, "document_type"), *inside).limit(1))


@lru_cache(maxsize=1)
def _retire() -> Statement:
    workflows = table(WORKFLOWS.table)
    return Statement(
        sql_update(workflows)
        .where(workflows.c.company_id == bindparam("company"), workflows.c.document_type == bindparam("kind"))
        .where(workflows.c.id != bindparam("kept"), workflows.c.enable.is_(True))
        .values(enable=False, update_date=bindparam("stamp", type_=workflows.c.update_date.type))
    )


@lru_cache(maxsize=1)
def _options() -> Statement:
    options, fields = table("custom_field_options"), table("custom_fields")
    return Statement(
        select(options.c.id, options.c.field_id, options.c.name, fields.c.limits_access)
        .where(options.c.company_id == bindparam("company"), any_of(options.c.id, "ids"))
        .where(fields.c.company_id == options.c.company_id, fields.c.id == options.c.field_id)
        .order_by(options.c.id)
    )


@lru_cache(maxsize=1)
def _lineage() -> Statement:
    options = table("custom_field_options")
    above = (
        select(options.c.company_id, options.c.id.label("option"), options.c.parent_id.label("above"))
        .where(options.c.company_id == bindparam("company"), any_of(options.c.id, "ids"))
        .where(options.c.parent_id.is_not(None))
        .cte("lineage", recursive=True)
    )
    above = above.union_all(
        select(above.c.company_id, above.c.option, options.c.parent_id)
        .where(options.c.company_id == above.c.company_id, options.c.id == above.c.above)
        .where(options.c.parent_id.is_not(None))
    )
    return Statement(select(above.c.option, above.c.above))


@lru_cache(maxsize=1)
def _tolerances() -> Statement:
    rules_ = table(TOLERANCE_RULES.table)
    own = rules_.c.supplier_id == bindparam("supplier")
    return Statement(
        select(rules_)
        .where(rules_.c.company_id == bindparam("company"), own | rules_.c.supplier_id.is_(None))
        .order_by(rules_.c.id)
    )


@lru_cache(maxsize=1)
def _supplier_rate() -> Statement:
    suppliers = table("suppliers")
    return Statement(
        select(suppliers.c.tolerance_rate_percent).where(
            suppliers.c.company_id == bindparam("company"), suppliers.c.id == bindparam("supplier"),
            suppliers.c.enable_tolerance_rate.is_(True),
        )
    )  # fmt: skip
