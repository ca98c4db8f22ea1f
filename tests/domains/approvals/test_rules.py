"""Who has to approve: the worked examples of the specification and every rule of routing, tolerance and gaps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emptor.domains.approvals import rules
from emptor.domains.approvals.rules import (
    Approver,
    Choices,
    Interval,
    Option,
    Override,
    Person,
    State,
    Step,
    Subject,
    Tolerance,
    gaps,
    restart,
    route,
)
from emptor.kit.errors import IllegalMove

D = Decimal
ANN, BOB, CY, DI, EVE, PAT, MAX = range(1, 8)
NAMES = {ANN: "Ann", BOB: "Bob", CY: "Cy", DI: "Di", EVE: "Eve", PAT: "Pat", MAX: "Max"}
PEOPLE = {user: Person(user, name) for user, name in NAMES.items()}
DEPARTMENT, PROJECT = 50, 60
MARKETING = Option(51, DEPARTMENT, "Marketing")
IT = Option(52, DEPARTMENT, "IT")
HR = Option(53, DEPARTMENT, "HR")
HEADS = Step(
    1,
    "Dept head",
    (
        Approver(ANN, options={DEPARTMENT: frozenset({51})}),
        Approver(
            BOB,
            options={DEPARTMENT: frozenset({51, 52})},
            overrides=(Override(Interval(high=D(500)), option=51),),
        ),
    ),
)
FINANCE = Step(2, "Finance", (Approver(CY, Interval(D(1000))),))
CEO = Step(3, "CEO", (Approver(DI, Interval(D(10_000))),))
WORKFLOW = (HEADS, FINANCE, CEO)
FROM_3000 = Tolerance(Interval(D(3000)), percent=D(5))


def order(total: int | str, *options: Option, **more: object) -> Subject:
    return Subject("purchase order", D(total), options=options, initiator=PAT, **more)


def asked(
    subject: Subject, steps: tuple[Step, ...] = WORKFLOW, people: dict[int, Person] = PEOPLE, **choices: object
) -> list[list[str]]:
    """The names of those who are asked, by required step."""
    found = route(steps, subject, people, Choices(**choices))
    return [[NAMES[one.user] for one in verdict.waiting] for verdict in found if verdict.required]


def why(subject: Subject, steps: tuple[Step, ...], people: dict[int, Person] = PEOPLE, **choices: object) -> str:
    (verdict,) = route(steps, subject, people, Choices(**choices))
    return " ".join(one.reason for one in verdict.findings) or verdict.reason


def state(net: int | str, **values: object) -> State:
    return State({"location_id": 1, "supplier_id": 9, **values}, D(net))


# The worked examples


def test_example_1_it_for_800():
    assert asked(order(800, IT)) == [["Bob"]]


def test_example_2_marketing_for_400():
    assert asked(order(400, MARKETING)) == [["Ann", "Bob"]]


def test_example_3_marketing_for_700():
    assert asked(order(700, MARKETING)) == [["Ann"]]


def test_example_4_a_lowered_order_that_was_never_approved_is_routed_anew():
    assert asked(order(12_000, IT)) == [["Bob"], ["Cy"], ["Di"]]
    assert restart(frozenset(), None, state(9000), (FROM_3000,)).from_step == 1
    assert asked(order(9000, IT)) == [["Bob"], ["Cy"]]


def test_example_5_small_increases_do_not_add_up():
    approved = state(12_000)
    assert not restart(frozenset(), approved, state(12_600), (FROM_3000,)).restarts
    second = restart(frozenset(), approved, state(12_900), (FROM_3000,))
    assert (second.restarts, second.from_step) == (True, 1)
    assert second.reasons == ("The net total rises from 12,000 to 12,900; up to 12,600 passes.",)


def test_example_6_a_decrease_passes_and_another_location_does_not():
    assert not restart(frozenset(), state(12_000), state(2000), (FROM_3000,)).restarts
    moved = restart(frozenset(), state(12_000), state(12_000, location_id=2), (FROM_3000,))
    assert (moved.restarts, moved.from_step) == (True, 1)


def test_example_7_a_backup_without_access_cannot_help():
    away = replace(PEOPLE[BOB], away=("2026-01-01", "2026-01-31"), backups=(EVE,))
    it = replace(IT, limits_access=True)
    no_it = {**PEOPLE, BOB: away, EVE: replace(PEOPLE[EVE], options=frozenset({51}))}
    assert asked(order(800, it), people=no_it) == [["Bob"]]
    assert not rules.may_act(away, order(800, it), "2026-01-15", no_it)
    assert rules.may_act(away, order(800, it), "2026-02-15", no_it)
    assert rules.may_act(away, order(800, it), "2026-01-15", {**no_it, EVE: PEOPLE[EVE]})


def test_example_8_nobody_covers_hr_below_1000():
    assert asked(order(800, HR)) == []
    assert asked(order(800, HR), fallback=MAX) == [["Max"]]
    assert [one.words for one in gaps(WORKFLOW, {}, [HR, IT], PEOPLE)] == ["HR, below 1,000"]


# Who counts, and why not


@pytest.mark.parametrize(
    ("entry", "subject", "reason"),
    [
        (Approver(CY, Interval(D(1000))), order(800), "Cy decides from 1,000; this comes to 800."),
        (Approver(CY, Interval(high=D("10.5"))), order(800), "Cy decides up to 10.5; this comes to 800."),
        (Approver(CY, locations=frozenset({1})), order(1, location=2, location_name="Bonn"),
         "Cy does not decide for Bonn."),
        (Approver(CY, legal_entities=frozenset({1})), order(1, legal_entity=2),
         "Cy does not decide for this legal entity."),
        (Approver(CY, options={DEPARTMENT: frozenset({51})}), order(1, IT), "Cy does not decide for IT."),
    ],
)  # fmt: skip
def test_the_reason_is_said(entry, subject, reason):
    step = Step(1, "One", (entry,))
    assert asked(subject, (step,)) == []
    assert why(subject, (step,)) == reason


@pytest.mark.parametrize(
    ("person", "reason"),
    [
        (replace(PEOPLE[CY], active=False), "Cy has left."),
        (replace(PEOPLE[CY], may_approve=False), "Cy has no role to approve a purchase order."),
        (replace(PEOPLE[CY], locations=frozenset({1})), "Cy has no access to Bonn."),
        (replace(PEOPLE[CY], legal_entities=frozenset()), "Cy has no access to this legal entity."),
        (replace(PEOPLE[CY], options=frozenset({51})), "Cy has no access to IT."),
    ],
)
def test_only_who_has_role_and_access_counts(person, reason):
    step = Step(1, "One", (Approver(CY),))
    subject = order(1, replace(IT, limits_access=True), location=2, location_name="Bonn", legal_entity=3)
    assert why(subject, (step,), {**PEOPLE, CY: person}) == reason
    assert asked(subject, (step,)) == [["Cy"]]


def test_what_the_document_leaves_open_rules_nobody_out():
    entry = Approver(CY, locations=frozenset({1}), options={DEPARTMENT: frozenset({51})}, legal_entities=frozenset({1}))
    assert asked(order(1), (Step(1, "One", (entry,)),)) == [["Cy"]]


@pytest.mark.parametrize(("total", "counts"), [("99.99", False), ("100", True), ("200", True), ("200.01", False)])
def test_both_ends_of_an_interval_belong_to_it(total, counts):
    step = Step(1, "One", (Approver(CY, Interval(D(100), D(200))),))
    assert bool(asked(order(total), (step,))) is counts


def test_of_several_overrides_the_lowest_limit_holds():
    entry = Approver(
        CY,
        Interval(high=D(10)),
        overrides=(
            Override(Interval(high=D(900)), location=7),
            Override(Interval(high=D(300)), option=52),
            Override(Interval(), option=53),
        ),
    )
    step = (Step(1, "One", (entry,)),)
    assert asked(order(900, location=7), step)
    assert not asked(order(301, IT, location=7), step)
    assert asked(order(300, IT, location=7), step)
    assert asked(order(10**6, HR), step)
    assert not asked(order(11), step)


def test_who_decides_for_a_branch_decides_for_its_twigs():
    backend = Option(99, DEPARTMENT, "Backend", above=frozenset({52}))
    assert asked(order(800, backend)) == [["Bob"]]


def test_several_options_take_somebody_who_decides_for_all():
    one = Approver(ANN, options={DEPARTMENT: frozenset({51})})
    both = Approver(CY, options={DEPARTMENT: frozenset({51, 52})})
    subject = order(1, MARKETING, IT)
    assert asked(subject, (Step(1, "One", (one, both)),)) == [["Cy"]]
    with pytest.raises(IllegalMove, match="Nobody decides for Marketing and IT together"):
        route((Step(1, "One", (one,)),), subject, PEOPLE)


def test_over_budget_adds_the_budget_holder():
    step = (Step(1, "Budget", (Approver(CY),), only_over_budget=True),)
    assert asked(order(1), step) == []
    assert asked(order(1, over_budget=True), step) == [["Cy"]]


@pytest.mark.parametrize(
    ("mode", "needed", "expected"), [("any", 1, 1), ("all", 1, 3), ("n_of_m", 2, 2), ("n_of_m", 9, 3)]
)
def test_how_many_approvals_finish_a_step(mode, needed, expected):
    step = Step(1, "One", (Approver(ANN), Approver(BOB), Approver(CY)), mode, needed)
    assert route((step,), order(1), PEOPLE)[0].needed == expected


def test_a_direct_manager_decides():
    step = (Step(1, "Manager", kind="direct_manager"),)
    assert asked(order(1), step) == []
    assert why(order(1), step) == "Pat has no manager."
    assert asked(order(1), step, {**PEOPLE, PAT: replace(PEOPLE[PAT], manager=MAX)}) == [["Max"]]


def test_a_substitute_decides_for_who_has_left():
    people = {**PEOPLE, CY: replace(PEOPLE[CY], active=False, substitute=EVE)}
    step = (Step(1, "One", (Approver(CY),)),)
    assert asked(order(1), step, people) == [["Eve"]]
    assert why(order(1), step, people) == "Eve stands in for Cy, who has left."


def test_one_person_is_asked_once_in_a_step():
    people = {**PEOPLE, CY: replace(PEOPLE[CY], active=False, substitute=EVE)}
    assert asked(order(1), (Step(1, "One", (Approver(CY), Approver(EVE)), "all"),), people) == [["Eve"]]


# Own documents


OWN = (Step(1, "One", (Approver(PAT),)),)


def test_people_approve_their_own_documents_unless_the_company_forbids_it():
    assert asked(order(1), OWN) == [["Pat"]]
    assert asked(order(1), (Step(1, "One", (Approver(PAT), Approver(CY))),), self_approval=False) == [["Cy"]]


def test_without_the_initiator_the_manager_or_the_fallback_decides():
    managed = {**PEOPLE, PAT: replace(PEOPLE[PAT], manager=MAX)}
    assert asked(order(1), OWN, managed, self_approval=False, fallback=EVE) == [["Max"]]
    assert asked(order(1), OWN, self_approval=False, fallback=EVE) == [["Eve"]]
    with pytest.raises(IllegalMove, match="only Pat decides, and nobody may approve own documents"):
        asked(order(1), OWN, self_approval=False)


def test_a_step_that_would_be_skipped_anyway_is_not_given_to_the_manager():
    managed = {**PEOPLE, PAT: replace(PEOPLE[PAT], manager=MAX)}
    above = (Step(1, "One", (Approver(PAT, Interval(D(1000))),)),)
    assert asked(order(1), above, managed, self_approval=False) == []


def test_the_fallback_has_to_be_able_to_decide():
    people = {**PEOPLE, MAX: replace(PEOPLE[MAX], active=False)}
    with pytest.raises(IllegalMove, match="Max has left"):
        asked(order(800, HR), people=people, fallback=MAX)


def test_without_a_workflow_nobody_is_asked():
    assert route((), order(10**6), PEOPLE, Choices(fallback=MAX)) == ()


# Properties

entries = st.builds(
    Approver,
    st.sampled_from(sorted(NAMES)),
    st.builds(Interval, st.none() | st.integers(0, 50).map(D), st.none() | st.integers(0, 50).map(D)),
    locations=st.frozensets(st.integers(1, 3), max_size=2),
    options=st.dictionaries(st.just(DEPARTMENT), st.frozensets(st.sampled_from([51, 52, 53]), min_size=1)),
)
workflows = st.lists(st.lists(entries, max_size=4).map(tuple), max_size=4).map(
    lambda steps: tuple(Step(i, f"S{i}", listed) for i, listed in enumerate(steps, 1))
)
crowds = st.fixed_dictionaries(
    {user: st.builds(Person, st.just(user), st.just(name), active=st.booleans(), may_approve=st.booleans())
     for user, name in NAMES.items()}
)  # fmt: skip
subjects = st.builds(
    order, st.integers(0, 60), st.sampled_from([MARKETING, IT, HR]), location=st.none() | st.integers(1, 3)
)


@given(workflows, subjects, crowds, st.booleans())
def test_no_step_is_required_with_nobody_to_ask(steps, subject, people, self_approval):
    try:
        found = route(steps, subject, people, Choices(self_approval))
    except IllegalMove:
        assert not self_approval
        return
    for verdict in found:
        assert verdict.required is bool(verdict.waiting)
        assert not verdict.required or 1 <= verdict.needed <= len(verdict.waiting)
        for one in verdict.waiting:
            assert people[one.user].active
            assert people[one.user].may_approve
            assert self_approval or one.user != subject.initiator


@given(workflows, subjects, st.integers(0, 60))
def test_with_lower_bounds_alone_more_money_never_takes_fewer_steps(steps, subject, more):
    floors = tuple(
        replace(step, approvers=tuple(replace(e, interval=Interval(e.interval.low)) for e in step.approvers))
        for step in steps
    )
    small = {v.step.id for v in route(floors, subject, PEOPLE) if v.required}
    large = {v.step.id for v in route(floors, replace(subject, total=subject.total + more), PEOPLE) if v.required}
    assert small <= large


@given(workflows, st.sampled_from([MARKETING, IT, HR]), st.integers(1, 3), st.integers(0, 60))
def test_a_reported_gap_is_where_no_step_is_required(steps, option, location, total):
    reported = gaps(steps, {location: "Bonn"}, [option], PEOPLE)
    covered = any(v.required for v in route(steps, order(total, option, location=location), PEOPLE))
    if covered:
        assert all(one.amounts != "any sum" for one in reported)
    else:
        assert reported


# Gaps


def test_gaps_are_told_by_place_option_and_sum():
    entries = (Approver(ANN, Interval(D(100), D(200)), locations=frozenset({1})), Approver(BOB, Interval(D(300))))
    steps = (Step(1, "One", entries),)
    assert [one.words for one in gaps(steps, {1: "Bonn", 2: "Kiel"}, [], PEOPLE)] == [
        "Bonn, below 100",
        "Bonn, over 200 and below 300",
        "Kiel, below 300",
    ]
    assert [one.words for one in gaps(steps, {1: "Bonn", 2: "Kiel"}, [IT, HR], {})] == ["any sum"]
    only_it = (Step(1, "One", (Approver(ANN, options={DEPARTMENT: frozenset({52})}),)),)
    assert [one.words for one in gaps(only_it, {}, [IT, HR, MARKETING], PEOPLE)] == ["HR or Marketing, any sum"]


def test_a_step_of_managers_leaves_no_gap_and_a_budget_step_closes_none():
    managers = (Step(1, "Manager", kind="direct_manager"),)
    assert gaps(managers, {}, [], PEOPLE) == ()
    assert gaps((Step(1, "B", (Approver(CY),), only_over_budget=True),), {}, [], PEOPLE)[0].words == "any sum"


# Changes after approval


@pytest.mark.parametrize(
    ("after", "restarts"),
    [("10000", False), ("10500", False), ("10500.01", True), ("1", False)],
)
def test_up_to_the_tolerance_included_increases_pass(after, restarts):
    assert restart(frozenset(), state(10_000), state(after), (Tolerance(percent=D(5)),)).restarts is restarts


def test_without_a_rule_no_increase_passes():
    assert restart(frozenset(), state(100), state("100.01"), ()).restarts
    assert restart(frozenset(), state(2999), state(3000), (FROM_3000,)).restarts


def test_the_suppliers_rules_go_before_the_companys():
    rules_ = (Tolerance(percent=D(50)), Tolerance(percent=D(1), supplier=9))
    assert restart(frozenset(), state(100), state(120), rules_, supplier=9).restarts
    assert not restart(frozenset(), state(100), state(120), rules_, supplier=8).restarts


def test_of_several_limits_the_lower_one_holds():
    both = (Tolerance(percent=D(10), amount=D(50)),)
    assert not restart(frozenset(), state(1000), state(1050), both).restarts
    assert restart(frozenset(), state(1000), state(1051), both).restarts
    two = (Tolerance(percent=D(10)), Tolerance(amount=D(50)))
    assert restart(frozenset(), state(1000), state(1051), two).restarts


def test_free_fields_never_restart():
    after = state(100, supplier_id=10)
    assert restart(frozenset(), state(100), after, ()).reasons == ("supplier_id has changed.",)
    assert restart(frozenset(), state(100), after, (), labels={"supplier_id": "The supplier"}).reasons == (
        "The supplier has changed.",
    )
    assert not restart(frozenset({"supplier_id"}), state(100), after, ()).restarts


def test_required_custom_fields_restart():
    before, after = replace(state(1), custom={5: "a"}), replace(state(1), custom={5: "b"})
    assert restart(frozenset(), before, after, (), labels={5: "Project"}).reasons == ("Project has changed.",)
    assert restart(frozenset(), before, state(1), ()).restarts
    assert not restart(frozenset(), before, before, ()).restarts


def test_lines_without_prices_and_budget_lines_restart():
    assert restart(frozenset(), replace(state(0), lines="x"), replace(state(0), lines="y"), ()).restarts
    assert not restart(frozenset(), replace(state(1), lines="x"), replace(state(1), lines="y"), ()).restarts
    assert restart(frozenset(), state(1), replace(state(1), budget_lines=(4,)), ()).restarts


@pytest.mark.parametrize(
    ("after", "first"),
    [
        (state(13_000), 1),  # a limit of Bob's for Marketing is about the total, too
        (replace(state(12_000), custom={DEPARTMENT: "52"}), 1),
        (state(12_000, location_id=2), 1),
        (state(12_000, supplier_id=2), 1),
    ],
)
def test_affected_steps_only(after, first):
    decided = restart(frozenset(), state(12_000), after, (), steps=WORKFLOW, affected_only=True)
    assert (decided.restarts, decided.from_step) == (True, first)


def test_steps_that_a_change_does_not_matter_to_keep_their_approval():
    plants = Step(1, "Plant", (Approver(ANN, locations=frozenset({1, 2})),))
    steps = (plants, FINANCE)
    more = restart(frozenset(), state(12_000), state(13_000), (), steps=steps, affected_only=True)
    assert more.from_step == 2
    assert restart(frozenset(), state(12_000), state(13_000), (), steps=steps).from_step == 1
    moved = restart(frozenset(), state(1), state(1, location_id=2), (), steps=(FINANCE, plants), affected_only=True)
    assert moved.from_step == 2
