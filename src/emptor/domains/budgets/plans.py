"""Budget plans: who may spend how much on what, line by line and period by period."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy import update as sql_update

from emptor.domains import writing
from emptor.domains.budgets import balances, rules
from emptor.domains.budgets.balances import BALANCES
from emptor.domains.organisation import access, leaving
from emptor.domains.organisation.companies import scale_of
from emptor.domains.organisation.users import CONFIGURE, PERSON
from emptor.kit.clock import spell
from emptor.kit.errors import Forbidden, IllegalMove, Invalid
from emptor.kit.fields import (
    Asked,
    Code,
    Flag,
    Hidden,
    Integer,
    Moment,
    Number,
    Part,
    Parts,
    Ref,
    Text,
    Write,
    amount,
    percent,
)
from emptor.kit.money import HUNDRED, ZERO
from emptor.kit.resource import CREATED, KEY, UPDATED, Operation, Permission, Resource
from emptor.store.clauses import belongs
from emptor.store.schema import define, metadata, table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]
Spans = list[tuple[str, str]]
"""First and last second of each period of a plan."""

MANAGE = Permission("budget", ("manage",))
EDIT = Permission("budget", ("manage",), CONFIGURE.roles)
"""Whoever has one of these roles may change plans: with the first, those of which they are the holder."""
SEE = Permission("budget", ("manage",), (*CONFIGURE.roles, "report.view"))

ACTIVE, FROZEN = 0, 1
STATUSES = {ACTIVE: "active", FROZEN: "frozen"}

OPTION = Part(
    "BudgetOption",
    "budget_line_options",
    "line_id",
    "budget_lines",
    (
        Hidden("rowId", column="id", kind="id", nullable=False),
        Ref("id", to="custom_field_options", column="option_id", required=True, flat=True, write=Write.ALWAYS),
    ),
    shorthand="id",
)

PERIOD = Part(
    "BudgetPeriod",
    "budgets",
    "line_id",
    "budget_lines",
    (
        KEY,
        Moment("startDate", write=Write.ALWAYS, note="that of a period of the plan; in turn, unless told"),
        Moment("endDate", day_ends=True, write=Write.ALWAYS),
        amount("sum", write=Write.ALWAYS, note="the total"),
        amount("carriedSum", low=None, note="how much of the total came from, or less than 0 went to, another period"),
        balances.stage("usedSum", used=True, note="by documents that are approved"),
        balances.stage("reservedSum", used=False, note="by documents that are not decided yet"),
        balances.available("availableSum"),
        # What whoever charges a budget has to know of its plan and its line.
        Hidden("createDate", kind="moment"),
        Hidden("planId", kind="id", references="budget_plans"),
        Hidden("name", kind="text", size=200),
        Hidden("fullName", kind="text", size=700),
        Hidden("type", kind="text", size=10),
        Hidden("allLocationsAccess", kind="flag", nullable=False, default=True),
        Hidden("locationId", kind="id", references="locations"),
        Hidden("productId", kind="id", references="items"),
        Hidden("options", kind="json"),
        Hidden("budgetLimit", kind="fixed", size=4),
        Hidden("usedTaxPercentInBudget", kind="fixed", size=6),
        Hidden("frozen", kind="flag", nullable=False, default=False),
    ),
    order="start_date",
)

LINE = Part(
    "BudgetLine",
    "budget_lines",
    "plan_id",
    "budget_plans",
    (
        KEY,
        Integer("position", default=0),
        Text("name", size=200, write=Write.ALWAYS, note="without, what the line is about"),
        Ref("location", to="locations", write=Write.ALWAYS, note="without, for all locations"),
        Ref("product", to="items", write=Write.ALWAYS, note="without, for all items"),
        Parts("options", part=OPTION, write=Write.ALWAYS, size=50,
              note="options of custom fields of documents and of items; an option covers those below it"),
        Parts("periods", part=PERIOD, write=Write.ALWAYS, size=rules.MOST_PERIODS,
              note="without, all periods of the plan, with a total of 0"),
    ),
    order="position",
)  # fmt: skip


def _expired(tx: Transaction, shown: list[Row]) -> list[bool]:
    now = spell(tx.database.clock())
    return [one["endDate"] < now for one in shown]


def _warnings(tx: Transaction, shown: list[Row]) -> list[list[str]]:
    """What the holder should look at: totals that are lower than what is taken, which is allowed."""
    return [
        [
            f"{' / '.join(filter(None, (line['name'], rules.period_name(plan['type'], *_days(period)))))}: "
            f"{rules.money(-Decimal(period['availableSum']))} more are taken than the total of "
            f"{rules.money(Decimal(period['sum']))}."
            for line in plan["lines"]["data"]
            for period in line["periods"]["data"]
            if period["availableSum"] < 0
        ]
        for plan in shown
    ]


def _days(period: Row) -> tuple[str, str]:
    return period["startDate"], period["endDate"]


# Writing


def create(tx: UnitOfWork, values: Row) -> int:
    """A new plan; its id. Whoever makes it holds it, unless another is named."""
    values.setdefault("deduction", None)
    if values.get("holder_id") is None:
        values["holder_id"] = tx.actor.user_id
    _settle(tx, values, {}, {})
    plan = writing.create(tx, PLANS, values)
    tx.run(_belong(), company=tx.company_id, plan=plan)
    return plan


def update(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Change a plan; what documents are charged to stays, and may be worth less than has been used of it."""
    _require_party(tx, row)
    stored = stored_lines(tx, row["id"])
    names = {period["id"]: period["full_name"] for line in stored.values() for period in line["periods"]}
    _settle(tx, values, row, stored)
    tx.problems.raise_if_any()
    in_use = charged(tx, names.keys() - _ids(values["lines"]))
    if in_use:
        named = ", ".join(sorted(names[one] for one in in_use))
        tx.problems.add("lines", f"Documents are charged to {named}; these have to stay.")
    writing.update(tx, PLANS, row, values)
    tx.run(_belong(), company=tx.company_id, plan=row["id"])
    if values["used_tax_percent_in_budget"] != row["used_tax_percent_in_budget"]:
        from emptor.domains.budgets import ledger

        ledger.follow_charged(tx, _ids(values["lines"]))


def _require_party(tx: UnitOfWork, row: Row) -> None:
    if not (tx.actor.may(CONFIGURE) or tx.actor.user_id == row["holder_id"]):
        raise Forbidden("A budget is changed by its holder, or by whoever has the role configuration.edit.")


def stored_lines(tx: Transaction, plan_id: int) -> dict[int, Row]:
    """The lines of a plan with their options and periods, by id."""
    lines = {row["id"]: row for row in writing.part_rows(tx, LINE, [plan_id])}
    for wire in ("options", "periods"):
        parts = LINE.field(wire)
        assert isinstance(parts, Parts)
        for line in lines.values():
            line[wire] = []
        for one in writing.part_rows(tx, parts.of, list(lines)) if lines else ():
            lines[one["line_id"]][wire].append(one)
    return lines


def _ids(lines: Iterable[Row]) -> set[int]:
    return {period["id"] for line in lines for period in line["periods"] if "id" in period}


def _settle(tx: UnitOfWork, values: Row, row: Row, stored: dict[int, Row]) -> None:
    """Complete a plan as it will be, with all its lines and periods, and note what is wrong with it."""
    if "deduction" in values and not values["deduction"]:
        values["deduction"] = chosen = tx.actor.settings.get("budgetDeduction", rules.GROSS)
        if chosen not in rules.DEDUCTIONS:  # a share of the tax
            values |= {"deduction": rules.PARTLY, "used_tax_percent_in_budget": Decimal(chosen)}
    plan = {**row, **values}
    if not all(plan.get(name) for name in ("name", "type", "start_date", "end_date")):
        values.setdefault("lines", [])
        return
    values["used_tax_percent_in_budget"] = _tax_percent(tx, plan, sent="used_tax_percent_in_budget" in values)
    plan |= values
    _check_holder(tx, plan, row)
    spans = _spans(tx, plan)
    sent = values.get("lines")
    lines = list(stored.values()) if sent is None else _merged(tx, "lines", stored, sent)
    fresh = [one for one in spans if one not in _spans_of(row)]
    options = _options(tx, lines)
    names = _names(tx, lines)
    for position, line in enumerate(lines):
        known = stored.get(line.get("id", 0), {}).get("periods", [])
        _place_periods(tx, f"lines[{position}]", line, known, spans, fresh, kept="periods" not in _sent(sent, position))
        line["position"] = position
        name = line.get("name") or _said(line, names) or plan["name"]
        for period in line["periods"]:
            _complete(tx, plan, line, period, name, options)
    values["lines"] = lines


def _sent(sent: list[Any] | None, position: int) -> Row:
    entry = sent[position] if sent is not None and position < len(sent) else {}
    return entry if isinstance(entry, dict) else {}


def _tax_percent(tx: UnitOfWork, plan: Row, *, sent: bool) -> Decimal:
    """How much of the tax is deducted."""
    if plan["deduction"] != rules.PARTLY:
        return HUNDRED if plan["deduction"] == rules.GROSS else ZERO
    share = plan.get("used_tax_percent_in_budget")
    if share is None:
        tx.problems.add("usedTaxPercentInBudget", "Say how many per cent of the tax count.")
    return ZERO if share is None else Decimal(share)


def _check_holder(tx: UnitOfWork, plan: Row, row: Row) -> None:
    if plan["holder_id"] is None:
        tx.problems.add("holder", "Name who holds the budget.")
    if plan["holder_id"] == row.get("holder_id"):
        return
    person = access.load(tx, plan["holder_id"], {}) if isinstance(plan["holder_id"], int) else None
    if person is not None and not person.may(MANAGE):
        tx.problems.add("holder", "Who holds a budget needs the role budget.manage.")


def _spans_of(row: Row) -> Spans:
    """The periods of a plan as it is stored; a new one has none."""
    return rules.periods(row["type"], row["start_date"], row["end_date"]) if row else []


def _spans(tx: UnitOfWork, plan: Row) -> Spans:
    if plan["end_date"] <= plan["start_date"]:
        tx.problems.add("endDate", "A budget cannot end before it begins.")
        return []
    try:
        return rules.periods(plan["type"], plan["start_date"], plan["end_date"])
    except ValueError as fault:
        tx.problems.add("endDate", str(fault))
    except OverflowError:
        tx.problems.add("endDate", TOO_FAR)
    return []


def _merged(tx: UnitOfWork, place: str, stored: dict[int, Row], sent: list[Any]) -> list[Row]:
    """Lines as they will be: one that names a stored one keeps what it leaves out."""
    merged = writing.merge_parts(tx, place, stored, sent)
    for position, line in enumerate(merged):
        known = {period["id"]: period for period in stored.get(line.get("id", 0), {}).get("periods", ())}
        if "periods" in line:
            line["periods"] = writing.merge_parts(tx, f"{place}[{position}][periods]", known, line["periods"])
    return merged


def _place_periods(
    tx: UnitOfWork, place: str, line: Row, known: list[Row], spans: Spans, fresh: Spans, *, kept: bool
) -> None:
    """Give each period of a line its days, which are those of a period of the plan; `fresh` are those it now has."""
    if "periods" not in line:
        line["periods"] = [{} for _ in spans]
    elif kept and known:
        # The plan has other periods now: its lines lose those that are gone and get those that are new.
        line["periods"] = [one for one in known if (one["start_date"], one["end_date"]) in spans]
        line["periods"] += [{"start_date": first, "end_date": last} for first, last in fresh]
    seen = set()
    for i, period in enumerate(line["periods"]):
        if i < len(spans):
            period["start_date"] = period.get("start_date") or spans[i][0]
        span = next((one for one in spans if one[0] == period.get("start_date")), None)
        if span is None and spans:
            tx.problems.add(f"{place}[periods][{i}][startDate]", _no_period(spans))
        elif span and period.get("end_date") not in (None, span[1]):
            tx.problems.add(f"{place}[periods][{i}][endDate]", f"This period of the plan ends on {span[1]}.")
        elif span and span in seen:
            tx.problems.add(f"{place}[periods][{i}][startDate]", "This period is here already, further up.")
        elif span:
            seen.add(span)
            period["end_date"] = span[1]


def _no_period(spans: Spans) -> str:
    return f"The periods of the plan begin on {', '.join(start[:10] for start, _ in spans[:12])}."


def _complete(
    tx: UnitOfWork, plan: Row, line: Row, period: Row, name: str, options: dict[int, tuple[str, int]]
) -> None:
    """What a period says of its plan and its line."""
    total = period["sum"] = period.get("sum") or ZERO
    when = period_name(plan, period) if period.get("end_date") else ""
    full = " / ".join(dict.fromkeys(filter(None, (plan["name"], name, when))))
    chosen = [one["option_id"] for one in line.get("options") or () if isinstance(one, dict) and "option_id" in one]
    period |= {
        "create_date": period.get("create_date") or tx.stamp,
        "carried_sum": period.get("carried_sum") or ZERO,
        "name": name[:200],
        "full_name": full[:700],
        "type": plan["type"],
        "all_locations_access": line.get("location_id") is None,
        "location_id": line.get("location_id"),
        "product_id": line.get("product_id"),
        "options": [[*options[one], one] for one in chosen if one in options],
        "budget_limit": total if plan.get("is_limited") else None,
        "used_tax_percent_in_budget": plan["used_tax_percent_in_budget"],
        "frozen": plan.get("status", ACTIVE) == FROZEN,
    }


def period_name(plan: Row, period: Row) -> str:
    """How people call a period."""
    return rules.period_name(plan["type"], period["start_date"], period["end_date"])


def _options(tx: UnitOfWork, lines: list[Row]) -> dict[int, tuple[str, int]]:
    """Family and field of each option that lines name; only documents and items have such options."""
    named = {
        one["option_id"]: f"lines[{i}][options][{j}][id]"
        for i, line in enumerate(lines)
        for j, one in enumerate(line.get("options") or ())
        if isinstance(one, dict) and isinstance(one.get("option_id"), int)
    }
    found = {
        row_id: (family, field)
        for row_id, family, field in (tx.all(_fields(), company=tx.company_id, ids=list(named)) if named else ())
    }
    for row_id, (family, _) in found.items():
        if family not in ("document", "item"):
            tx.problems.add(named[row_id], "Choose an option of a field of documents or of items.")
    return found


def _names(tx: UnitOfWork, lines: list[Row]) -> dict[tuple[str, int], str]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for line in lines:
        for column, target in (("location_id", "locations"), ("product_id", "items")):
            if isinstance(line.get(column), int):
                wanted[target].add(line[column])
        wanted["custom_field_options"] |= {
            one["option_id"] for one in line.get("options") or () if isinstance(one, dict) and "option_id" in one
        }
    return {
        (target, row_id): name
        for target, ids in wanted.items()
        if ids
        for row_id, name in tx.all(_named(target), company=tx.company_id, ids=list(ids))
    }


def _said(line: Row, names: dict[tuple[str, int], str]) -> str:
    """What a line is about, in words."""
    keys = [("locations", line.get("location_id"))]
    keys += [
        ("custom_field_options", one.get("option_id")) for one in line.get("options") or () if isinstance(one, dict)
    ]
    keys += [("items", line.get("product_id"))]
    return ", ".join(names[key] for key in keys if key in names)


# Verbs


def freeze(tx: UnitOfWork, row: Row, values: Row) -> None:
    """No new documents; those that are charged to it keep counting."""
    _turn(tx, row, ACTIVE, FROZEN, "This budget is frozen already; unfreeze it to have it take documents again.")


def unfreeze(tx: UnitOfWork, row: Row, values: Row) -> None:
    """It takes new documents again."""
    _turn(tx, row, FROZEN, ACTIVE, "This budget is not frozen.")


def _turn(tx: UnitOfWork, row: Row, before: int, after: int, refusal: str) -> None:
    _require_party(tx, row)
    if row["status"] != before:
        raise IllegalMove(refusal)
    tx.verb = "freeze" if after == FROZEN else "unfreeze"
    writing.change(tx, PLANS, row, {"status": after, "update_date": tx.stamp})
    tx.update(table("budgets"), {"frozen": after == FROZEN}, plan_id=row["id"])


def delete(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Remove a plan that no document is charged to."""
    _require_party(tx, row)
    if charged(tx, _ids(stored_lines(tx, row["id"]).values())):
        raise IllegalMove("Documents are charged to this budget, so it stays; freeze it to have it take no more.")
    tx.delete(table(LINE.table), plan_id=row["id"])  # before the plan, which their periods name too
    writing.remove(tx, PLANS, row)


TOO_FAR = "This is beyond the last day there is."

COPY = (
    Text("name", size=200, write=Write.ALWAYS, note="without, that of the plan"),
    Moment("startDate", write=Write.ALWAYS, note="without, the moment after the plan's end"),
    Moment("endDate", day_ends=True, write=Write.ALWAYS, note="without, as long after as the plan lasts"),
    Number("percent", low=ZERO, high=Decimal(1000), write=Write.ALWAYS,
           note="totals as per cent of those of the plan; without, 100"),
    Flag("carryOver", write=Write.ALWAYS,
         note="what each line has left, all its periods taken together, goes along to its first period"),
)  # fmt: skip


def copy(tx: UnitOfWork, row: Row, values: Row) -> int:
    """The plan for the time after this one, with the same lines and totals; the new plan's id.

    What is carried over is taken from the old periods, or it could be spent twice.
    """
    _require_party(tx, row)
    try:
        start = values.get("start_date") or spell(datetime.fromisoformat(row["end_date"]) + timedelta(seconds=1))
        end = values.get("end_date") or _as_long(row, start)
    except OverflowError:
        raise Invalid({"startDate": TOO_FAR}) from None
    spans = _spans(tx, {**row, "start_date": start, "end_date": end})
    name = values.get("name") or row["name"]
    if tx.one(_copied(), company=tx.company_id, plan=row["id"], name=name, start=start):
        tx.problems.add("startDate", f"It was copied to {start[:10]} already; give another copy a name of its own.")
    tx.problems.raise_if_any()
    stored = stored_lines(tx, row["id"])
    before = [first for first, _ in _spans_of(row)]
    carried = _carry(tx, row, stored) if values.get("carry_over") else {}
    lines = []
    for line in stored.values():
        totals = {one["start_date"]: one["sum"] - min(one["carried_sum"], one["sum"]) for one in line["periods"]}
        totals = _scaled(tx, totals, values.get("percent"))
        in_turn = [totals.get(first, ZERO) for first in before]
        periods = [{"sum": in_turn[i] if i < len(in_turn) else ZERO} for i in range(len(spans))]
        if periods and carried.get(line["id"]):
            periods[0] |= {
                "sum": periods[0]["sum"] + carried[line["id"]], "carried_sum": carried[line["id"]],
            }  # fmt: skip
        options = [{"option_id": one["option_id"]} for one in line["options"]]
        kept = {name: line[name] for name in ("name", "location_id", "product_id")}
        lines.append({**kept, "options": options, "periods": periods})
    copied = ("type", "is_limited", "deduction", "used_tax_percent_in_budget", "holder_id")
    return create(
        tx,
        {
            **{name: row[name] for name in copied},
            "name": name, "copied_from_id": row["id"], "start_date": start, "end_date": end, "lines": lines,
        },
    )  # fmt: skip


def _as_long(row: Row, start: str) -> str:
    """When a plan of the same length ends."""
    if row["type"] == rules.CUSTOM:
        return rules.as_long(row["start_date"], row["end_date"], start)
    return rules.end_after(row["type"], start, len(_spans_of(row)))


def _scaled(tx: UnitOfWork, totals: dict[str, Decimal], percent: Decimal | None) -> dict[str, Decimal]:
    """So many per cent of the totals of a line's periods; together what that is of their sum, rounded once."""
    if percent is None:
        return totals
    scale, exact, so_far, found = scale_of(tx.actor.settings), Fraction(0), ZERO, {}
    for first, total in sorted(totals.items()):
        exact += Fraction(total) * Fraction(percent) / 100
        found[first] = rules.rounded(exact, scale) - so_far
        so_far += found[first]
    return found


def _carry(tx: UnitOfWork, row: Row, stored: dict[int, Row]) -> dict[int, Decimal]:
    """Take what lines have left out of their periods; how much by line.

    What one period has too little, others have to make up for: then each has as much as is taken of it. A line of which
    more is taken than it has in all stays as it is.
    """
    left = balances.accounts(tx, _ids(stored.values()))
    carried: dict[int, Decimal] = {}
    for line in stored.values():
        available = {period["id"]: left[period["id"]].available for period in line["periods"]}
        if (whole := sum(available.values(), ZERO)) <= 0:
            continue
        carried[line["id"]] = whole
        for period in line["periods"]:
            total = period["sum"] - available[period["id"]]
            changed = {"sum": total, "carried_sum": period["carried_sum"] - available[period["id"]]}
            limit = {"budget_limit": total} if row["is_limited"] else {}
            tx.update(table("budgets"), {**changed, **limit}, id=period["id"])
    if carried:
        said = {str(line): amount_ for line, amount_ in carried.items()}
        tx.note("carry_over", PLANS.name, row["id"], None, {"after": {"carried": said}})
    return carried


# Whoever holds budgets and leaves


def _held(tx: UnitOfWork, user: int) -> list[str]:
    """The budgets of which somebody is the holder, but for those whose time is over."""
    return [f"budget {row['name']}" for row in _plans_of(tx, user) if row["end_date"] >= tx.stamp]


def _hand_over(tx: UnitOfWork, user: int, substitute: int) -> None:
    for row in _plans_of(tx, user):
        writing.change(tx, PLANS, row, {"holder_id": substitute, "update_date": tx.stamp})


def _plans_of(tx: UnitOfWork, user: int) -> list[Row]:
    return tx.records(_by_holder(), company=tx.company_id, user=user)


leaving.DUTIES.append(leaving.Duty(_held, handed=_hand_over))


# Statements


@lru_cache(maxsize=1)
def _copied() -> Statement:
    """A copy of a plan, of that name and from that moment on."""
    plans = table(PLANS.table)
    start = bindparam("start", type_=plans.c.start_date.type)
    return Statement(
        select(plans.c.id)
        .where(
            plans.c.company_id == bindparam("company"), plans.c.copied_from_id == bindparam("plan"),
            plans.c.name == bindparam("name"), plans.c.start_date == start,
        )
        .limit(1)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _by_holder() -> Statement:
    plans = table(PLANS.table)
    mine = (plans.c.company_id == bindparam("company"), plans.c.holder_id == bindparam("user"))
    return Statement(select(plans).where(*mine).order_by(plans.c.id))


def charged(tx: Transaction, budgets: Iterable[int]) -> set[int]:
    """Those of the budgets that documents are charged to, or ever were."""
    ids = list(budgets)
    return {row_id for (row_id,) in tx.all(_charged(), company=tx.company_id, ids=ids)} if ids else set()


def behind(tx: Transaction, budgets: Collection[int]) -> list[tuple[int, Row]]:
    """Budgets by their ids, each with its plan."""
    rows = tx.records(_behind(), company=tx.company_id, ids=list(budgets)) if budgets else []
    return [(row.pop("budget"), row) for row in rows]


@lru_cache(maxsize=1)
def _behind() -> Statement:
    budgets, plans = table("budgets"), table(PLANS.table)
    return Statement(
        select(plans, budgets.c.id.label("budget"))
        .join_from(budgets, plans, belongs(budgets, "plan_id", plans))
        .where(budgets.c.company_id == bindparam("company"), any_of(budgets.c.id, "ids"))
        .order_by(budgets.c.id)
    )


@lru_cache(maxsize=1)
def _charged() -> Statement:
    """Budgets that anything names: what has been moved in them, documents of all kinds and their lines."""
    budgets = table("budgets")
    places = [
        exists().where(source.c.company_id == budgets.c.company_id, source.c[key.parent.name] == budgets.c.id)
        for source in metadata.sorted_tables
        if source is not BALANCES
        for key in source.foreign_keys
        if key.column is budgets.c.id
    ]
    return Statement(
        select(budgets.c.id).where(
            budgets.c.company_id == bindparam("company"), any_of(budgets.c.id, "ids"), or_(*places)
        )
    )


@lru_cache(maxsize=1)
def _belong() -> Statement:
    """Periods name their plan, which had no number yet when they were made."""
    budgets, lines = table("budgets"), table("budget_lines")
    mine = select(lines.c.id).where(lines.c.company_id == bindparam("company"), lines.c.plan_id == bindparam("plan"))
    return Statement(
        sql_update(budgets)
        .where(budgets.c.company_id == bindparam("company"), budgets.c.line_id.in_(mine), budgets.c.plan_id.is_(None))
        .values(plan_id=bindparam("plan"))
    )


@lru_cache(maxsize=1)
def _fields() -> Statement:
    options, fields = table("custom_field_options"), table("custom_fields")
    return Statement(
        select(options.c.id, fields.c.family, fields.c.id.label("field")).where(
            options.c.company_id == bindparam("company"), any_of(options.c.id, "ids"),
            fields.c.company_id == options.c.company_id, fields.c.id == options.c.field_id,
        )
    )  # fmt: skip


@lru_cache(maxsize=5)
def _named(target: str) -> Statement:
    source = table(target)
    mine = (source.c.company_id == bindparam("company"), any_of(source.c.id, "ids"))
    return Statement(select(source.c.id, source.c.name).where(*mine))


def _verb(verb: str, run: Callable[[UnitOfWork, Row, Row], Any], summary: str) -> Operation:
    path = f"/-/budgetplans/{{id}}/{verb}"
    return Operation("action", "POST", path, EDIT, False, body=(), run=run, summary=summary)


PLANS = define(
    Resource(
        name="budgetplans",
        table="budget_plans",
        label="BudgetPlan",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text("name", size=200, required=True, write=Write.ALWAYS),
            Text(
                "type", size=10, required=True, write=Write.ALWAYS, pattern="|".join(rules.TYPES),
                hint=f"Choose from: {', '.join(rules.TYPES)}.", note="how long its periods are",
            ),
            Moment("startDate", required=True, write=Write.ALWAYS),
            Moment("endDate", required=True, day_ends=True, write=Write.ALWAYS),
            Flag("isLimited", write=Write.ALWAYS, note="nothing may take more than is available"),
            Text(
                "deduction", size=10, write=Write.ALWAYS, pattern="|".join(rules.DEDUCTIONS),
                hint=f"Choose from: {', '.join(rules.DEDUCTIONS)}.",
                note="whether gross or net sums count, or net sums and a share of the tax",
            ),
            percent(
                "usedTaxPercentInBudget", as_text=True, write=Write.ALWAYS,
                note="how many per cent of the tax count where `deduction` is custom",
            ),
            Code("status", names=STATUSES, default=ACTIVE),
            Hidden("copiedFromId", kind="id"),
            Asked("isExpired", ask=_expired, json_schema={"type": "boolean"}),
            Ref("holder", to="users", required=False, write=Write.ALWAYS, show=PERSON),
            Ref("creator", to="users"),
            Ref("lastEditor", to="users"),
            Parts("lines", part=LINE, write=Write.ALWAYS, listed=False, size=1000),
            Asked("warnings", ask=_warnings, json_schema={"type": "array", "items": {"type": "string"}}, listed=False,
                  note="periods of which more is taken than their total"),
        ),
        operations=(
            Operation("list", "GET", "/-/budgetplans", SEE, False, summary="List budget plans"),
            Operation("get", "GET", "/-/budgetplans/{id}", SEE, False, summary="One budget plan"),
            Operation(
                "create", "POST", "/-/budgetplans", MANAGE, False, run=create, status=201,
                summary="Create a budget plan",
            ),
            Operation(
                "update", "PUT", "/-/budgetplans/{id}", EDIT, False, run=update, summary="Change a budget plan"
            ),
            Operation(
                "delete", "DELETE", "/-/budgetplans/{id}", EDIT, False, body=(), run=delete, status=204,
                summary="Delete a budget plan that no document is charged to",
            ),
            _verb("freeze", freeze, "Let a budget plan take no new documents"),
            _verb("unfreeze", unfreeze, "Let a budget plan take new documents again"),
            Operation(
                "action", "POST", "/-/budgetplans/{id}/copy", EDIT, False, body=COPY, run=copy, status=201,
                summary="A budget plan for the time after this one",
            ),
        ),
        reference=("id", "name", "type", "startDate", "endDate"),
        writes=MANAGE,
    )
)  # fmt: skip
