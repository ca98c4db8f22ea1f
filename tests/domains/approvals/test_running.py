"""Approvals under way, driven without the documents' verbs: the worked examples, absences, changes and lists."""

from __future__ import annotations

import pytest

from emptor.domains.approvals import running
from emptor.kit.errors import Forbidden, IllegalMove
from tests.domains.approvals.office import APPROVE, Office
from tests.support.house import Premises, StoppedClock


@pytest.fixture
def examples(office: Office) -> Office:
    office.of_the_examples()
    return office


# The worked examples


def test_example_1_it_for_800(examples: Office) -> None:
    order = examples.order(800, "IT")
    assert examples.begin(order)
    assert examples.route(order) == [("Dept head", "pending"), ("Finance", "skipped"), ("CEO", "skipped")]
    assert examples.turns(order) == ["Bob"]
    assert examples.approve("Bob", order)
    assert examples.route(order) == [("Dept head", "approved"), ("Finance", "skipped"), ("CEO", "skipped")]


def test_example_2_marketing_for_400(examples: Office) -> None:
    for name in ("Ann", "Bob"):
        order = examples.order(400, "Marketing")
        examples.begin(order)
        assert examples.turns(order) == ["Ann", "Bob"]
        assert examples.approve(name, order)
        assert examples.turns(order) == []


def test_example_3_marketing_for_700(examples: Office) -> None:
    order = examples.order(700, "Marketing")
    examples.begin(order)
    assert examples.turns(order) == ["Ann"]
    with pytest.raises(Forbidden, match="In the step Dept head it is for Ann to decide"):
        examples.approve("Bob", order)


def test_example_4_a_lowered_order_that_was_never_approved_is_routed_anew(examples: Office) -> None:
    order = examples.order(12_000, "IT")
    examples.begin(order)
    assert [status for _, status in examples.route(order)] == ["pending", "waiting", "waiting"]
    assert not examples.approve("Bob", order)
    examples.withdraw(order, "too dear")
    examples.costs(order, 9000)
    assert examples.judge(order).from_step == 1
    examples.begin(order)
    assert examples.turns(order) == ["Bob"]
    assert not examples.approve("Bob", order)
    assert examples.approve("Cy", order)
    assert examples.route(order) == [("Dept head", "approved"), ("Finance", "approved"), ("CEO", "skipped")]


def approved(office: Office, price: int, option: str = "IT") -> int:
    """An approved order."""
    order = office.order(price, option)
    office.begin(order)
    for name in ("Bob", "Cy", "Di"):
        if office.may(name, order):
            office.approve(name, order)
    office.snapshot(order)
    return order


def test_example_5_small_increases_do_not_add_up(examples: Office) -> None:
    examples.admin.made("/-/tolerancerules", {"from": 3000, "percent": 5})
    order = approved(examples, 12_000)
    examples.costs(order, 12_600)
    assert not examples.judge(order).restarts
    examples.snapshot(order)
    examples.costs(order, 12_900)
    decision = examples.judge(order)
    assert (decision.restarts, decision.from_step) == (True, 1)
    assert decision.reasons == ("The net total rises from 12,000 to 12,900; up to 12,600 passes.",)
    examples.begin(order)
    assert examples.turns(order) == ["Bob"]


def test_example_6_a_decrease_passes_and_another_location_does_not(examples: Office) -> None:
    order = approved(examples, 12_000)
    examples.costs(order, 2000)
    assert not examples.judge(order).restarts
    decision = examples.judge(order, location_id=examples.elsewhere)
    assert (decision.restarts, decision.from_step, decision.reasons) == (True, 1, ("The location has changed.",))


def test_example_7_a_backup_without_access_cannot_help(examples: Office) -> None:
    it = examples.options["IT"]
    examples.hire("Eve", allUserDocumentCostcentersAccess=False)
    order = examples.order(800, "IT")
    examples.begin(order)
    examples.change("Bob", awayFrom="2020-01-01", backupIds=[examples.ids["Eve"]])
    assert examples.waiting("Eve") == []
    assert not examples.may("Eve", order)
    with examples.acting("Ann") as tx:
        (stuck,) = running.stalled(tx)
    assert (stuck["id"], stuck["step"], stuck["waitsFor"]) == (order, "Dept head", "Bob")
    examples.change("Eve", documentCustomFieldOptionIds=[it])
    assert [one["id"] for one in examples.waiting("Eve")] == [order]
    with examples.acting("Ann") as tx:
        assert running.stalled(tx) == []
    assert examples.approve("Eve", order)
    step = examples.steps(order)[0]
    assert (step["decidedBy"]["id"], step["onBehalfOf"]["id"]) == (examples.ids["Eve"], examples.ids["Bob"])


def test_example_8_nobody_covers_hr_below_1000(examples: Office) -> None:
    order = examples.order(800, "HR")
    assert not examples.begin(order)
    examples.hire("Max")
    examples.house.choose(fallbackApprover=examples.ids["Max"])
    assert examples.begin(order)
    assert examples.turns(order) == ["Max"]
    assert examples.approve("Max", order)


# Rounds and records


def test_without_a_workflow_nobody_is_asked(office: Office) -> None:
    order = office.order(10**6)
    assert not office.begin(order)
    assert office.steps(order) == []
    with pytest.raises(IllegalMove, match="Nobody is asked to approve this purchase order now"):
        office.approve("Pat", order)


def test_why_a_step_is_skipped_is_recorded(examples: Office) -> None:
    order = examples.order(800, "IT")
    examples.begin(order)
    first, second, _ = examples.steps(order)
    assert second["reason"] == "Cy decides from 1,000; this comes to 800."
    assert "Ann does not decide for IT." in first["reason"]
    assert [one["user"]["firstname"] for one in first["approvers"]["data"]] == ["Bob"]
    assert (first["position"], first["mode"], first["needed"], first["round"]) == (1, "any", 1, 1)
    assert first["startDate"] is not None
    assert second["startDate"] is None


def test_who_decided_and_what_was_said_is_recorded(examples: Office) -> None:
    order = examples.order(800, "IT")
    examples.begin(order)
    examples.approve("Bob", order, "fine")
    step = examples.steps(order)[0]
    assert (step["decidedBy"]["firstname"], step["onBehalfOf"], step["comment"]) == ("Bob", None, "fine")
    assert step["decisionDate"] is not None
    (task,) = step["approvers"]["data"]
    assert (task["decidedBy"]["firstname"], task["comment"], task["statusString"]) == ("Bob", "fine", "status.approved")


def test_a_refusal_ends_the_round(examples: Office) -> None:
    order = examples.order(12_000, "IT")
    examples.begin(order)
    with pytest.raises(Forbidden):
        examples.reject("Cy", order)
    examples.reject("Bob", order, "no need")
    assert [status for _, status in examples.route(order)] == ["denied", "withdrawn", "withdrawn"]
    assert examples.turns(order) == []
    assert examples.steps(order)[0]["comment"] == "no need"


def test_what_is_withdrawn_waits_for_nobody(examples: Office) -> None:
    order = examples.order(12_000, "IT")
    examples.begin(order)
    examples.withdraw(order, "wrong supplier")
    assert examples.turns(order) == []
    assert examples.waiting("Bob") == []
    step = examples.steps(order)[0]
    assert (step["statusString"], step["comment"], step["decidedBy"]["firstname"]) == (
        "status.withdrawn", "wrong supplier", "Pat",
    )  # fmt: skip
    examples.begin(order)
    assert [one["round"] for one in examples.steps(order)] == [1, 1, 1, 2, 2, 2]
    assert examples.turns(order) == ["Bob"]


def test_approvers_of_any_step_of_the_round_are_known(examples: Office) -> None:
    order = examples.order(1000, "IT")
    examples.begin(order)
    known = {}
    for name in examples.people:
        with examples.acting(name) as tx:
            known[name] = running.is_approver(tx, examples.orders, examples.row(tx, order))
    assert known == {"Pat": False, "Ann": False, "Bob": True, "Cy": True, "Di": False}


def test_limits_are_about_gross_or_net_totals(office: Office) -> None:
    office.hire("Cy")
    office.workflow({"name": "Finance", "approvers": [office.entry("Cy", **{"from": 1100})]})
    tax = office.admin.made("/taxes", {"name": "VAT", "percent": 20})["id"]
    order = office.order(1, items=[{"name": "bolt", "price": 1000, "taxes": [tax]}])
    assert office.begin(order)
    office.house.choose(approvalTotal="net")
    assert not office.begin(order)


# Inside a step


def test_all_have_to_approve_where_all_are_needed(office: Office) -> None:
    office.hire("Ann", "Bob")
    both = [office.entry("Ann"), office.entry("Bob")]
    office.workflow({"name": "Both", "mode": "all", "approvers": both})
    order = office.order(1)
    office.begin(order)
    assert not office.approve("Bob", order)
    with pytest.raises(Forbidden, match="for Ann to decide"):
        office.approve("Bob", order)
    assert office.approve("Ann", order)


def test_some_of_many_and_each_person_once(office: Office) -> None:
    office.hire("Ann", "Bob", "Cy")
    three = [office.entry(name) for name in ("Ann", "Bob", "Cy")]
    office.workflow({"name": "Two", "mode": "n_of_m", "needed": 2, "approvers": three})
    order = office.order(1)
    office.begin(order)
    office.change("Cy", awayFrom="2020-01-01", backupIds=[office.ids["Ann"]])
    assert not office.approve("Ann", order)
    assert not office.may("Ann", order)
    assert office.approve("Bob", order)


def test_who_stands_in_where_all_are_needed_answers_for_everybody(office: Office) -> None:
    office.hire("Ann", "Bob")
    office.change("Bob", awayFrom="2020-01-01", backupIds=[office.ids["Ann"]])
    office.workflow({"name": "Both", "mode": "all", "approvers": [office.entry("Ann"), office.entry("Bob")]})
    order = office.order(1)
    office.begin(order)
    assert len(office.waiting("Ann")) == 1
    assert office.approve("Ann", order)
    told = [(t["decidedBy"]["firstname"], t["onBehalfOf"] and t["onBehalfOf"]["firstname"])
            for t in office.steps(order)[0]["approvers"]["data"]]  # fmt: skip
    assert told == [("Ann", None), ("Ann", "Bob")]


# Own documents


def test_nobody_approves_own_documents_where_that_is_forbidden(office: Office) -> None:
    office.hire("Ann", roles=[APPROVE, "purchase_order.create"])
    office.hire("Bob")
    office.workflow({"name": "One", "approvers": [office.entry("Ann"), office.entry("Bob")]})
    order = office.order(1, by="Ann")
    office.begin(order)
    assert office.turns(order) == ["Ann", "Bob"]
    office.house.choose(selfApproval=False)
    assert office.turns(order) == ["Bob"]
    assert office.waiting("Ann") == []
    other = office.order(1, by="Ann")
    office.begin(other)
    assert [t["user"]["firstname"] for t in office.steps(other)[0]["approvers"]["data"]] == ["Bob"]


# Absence and leaving


def test_a_backup_acts_only_during_the_absence(premises: Premises) -> None:
    clock = StoppedClock("2026-03-01T12:00:00+00:00")
    office = Office(premises.house(clock=clock))
    office.hire("Ann", "Eve")
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    office.change("Ann", awayFrom="2026-03-02", awayUntil="2026-03-03", backupIds=[office.ids["Eve"]])
    order = office.order(1)
    office.begin(order)
    turns = {}
    for day in range(1, 5):
        clock.at(f"2026-03-0{day}T23:00:00+00:00")
        turns[day] = office.turns(order)
    assert turns == {1: ["Ann"], 2: ["Ann", "Eve"], 3: ["Ann", "Eve"], 4: ["Ann"]}


def test_a_backup_for_one_step_acts_in_no_other(office: Office) -> None:
    office.hire("Ann", "Eve")
    office.hire("Bob", roles=[APPROVE, "supplier.approve"])
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]},
                    {"name": "Two", "approvers": [office.entry("Bob", backups=[office.ids["Eve"]])]})  # fmt: skip
    office.change("Ann", awayFrom="2020-01-01")
    office.change("Bob", awayFrom="2020-01-01")
    order = office.order(1)
    office.begin(order)
    assert office.turns(order) == ["Ann"]
    assert not office.approve("Ann", order)
    assert office.turns(order) == ["Eve", "Bob"]
    with pytest.raises(Forbidden, match="Two it is for Bob"):
        office.approve("Ann", order)


def test_a_backup_without_the_role_does_not_act(office: Office) -> None:
    office.hire("Ann")
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    office.change("Ann", awayFrom="2020-01-01", backupIds=[office.ids["Pat"]])
    order = office.order(1, by="Admin")
    office.begin(order)
    assert office.turns(order) == ["Ann"]


@pytest.mark.parametrize("bound", ["locations", "legalEntities"])
def test_only_who_has_access_is_shown_what_waits(office: Office, bound: str) -> None:
    entity = office.admin.made("/legalentities", {"name": "North"})["id"]
    office.hire("Ann")
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1, legalEntity=entity)
    office.begin(order)
    assert len(office.waiting("Ann")) == 1
    access = {"locations": "allLocationsAccess", "legalEntities": "allLegalEntitiesAccess"}[bound]
    office.change("Ann", **{access: False})
    assert office.waiting("Ann") == []
    allowed = {"locations": ("locationIds", office.location), "legalEntities": ("legalEntityIds", entity)}[bound]
    office.change("Ann", **{allowed[0]: [allowed[1]]})
    assert len(office.waiting("Ann")) == 1
    office.change("Ann", roles=[])
    assert office.waiting("Ann") == []


def test_access_follows_the_document(office: Office) -> None:
    office.hire("Ann", allLocationsAccess=False, locationIds=[office.location])
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1)
    office.begin(order)
    with office.acting("Pat") as tx:
        running.follow(tx, office.orders, {**office.row(tx, order), "location_id": office.elsewhere})
    assert office.waiting("Ann") == []


def test_who_is_asked_follows_what_an_edit_makes_of_the_total(examples: Office) -> None:
    order = examples.order(700, "Marketing")
    examples.begin(order)
    assert (examples.turns(order), examples.edited(order, 400)) == (["Ann"], False)
    assert examples.turns(order) == ["Ann", "Bob"]
    assert not examples.edited(order, 2000)
    assert examples.turns(order) == ["Ann"]
    assert examples.route(order) == [("Dept head", "pending"), ("Finance", "waiting"), ("CEO", "skipped")]
    assert not examples.approve("Ann", order)
    assert examples.turns(order) == ["Cy"]
    assert examples.edited(order, 900)
    assert examples.route(order) == [("Dept head", "approved"), ("Finance", "skipped"), ("CEO", "skipped")]


def test_an_approval_of_who_would_not_be_asked_any_more_does_not_help(office: Office) -> None:
    office.hire("Ann", "Bob", "Cy")
    entries = [office.entry("Ann", to=1000), office.entry("Bob"), office.entry("Cy", **{"from": 1000})]
    office.workflow({"name": "One", "mode": "all", "approvers": entries})
    order = office.order(500)
    office.begin(order)
    assert not office.approve("Ann", order)
    assert not office.edited(order, 5000)
    assert office.turns(order) == ["Bob", "Cy"]
    assert not office.approve("Bob", order)
    assert office.approve("Cy", order)


def test_all_have_approved_once_an_edit_takes_the_last_one_out(office: Office) -> None:
    office.hire("Ann", "Bob")
    entries = [office.entry("Ann"), office.entry("Bob", **{"from": 1000})]
    office.workflow({"name": "One", "mode": "all", "approvers": entries})
    order = office.order(2000)
    office.begin(order)
    assert not office.approve("Ann", order)
    assert office.edited(order, 500)
    assert office.route(order) == [("One", "approved")]


def test_the_fallback_approver_is_asked_where_an_edit_leaves_no_step(office: Office) -> None:
    office.hire("Ann", "Bob")
    office.house.choose(fallbackApprover=office.ids["Bob"])
    office.workflow({"name": "One", "approvers": [office.entry("Ann", **{"from": 1000})]})
    order = office.order(2000)
    office.begin(order)
    assert not office.edited(order, 500)
    assert (office.turns(order), office.route(order)) == (
        ["Bob"], [("One", "skipped"), ("Fallback approver", "pending")]
    )  # fmt: skip
    assert not office.edited(order, 600)
    assert office.turns(order) == ["Bob"]


def test_who_may_decide_is_told(office: Office) -> None:
    office.hire("Ann")
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1)
    with office.acting("Pat") as tx:
        assert running.who_may(tx, office.orders, office.row(tx, order)) == ""
        running.begin(tx, office.orders, office.row(tx, order))
        told = running.who_may(tx, office.orders, office.row(tx, order))
    assert told == "In the step One it is for Ann to decide."


def test_the_documents_of_who_is_away_are_the_substitutes(office: Office) -> None:
    office.hire("Ann", "Bob")
    order = office.order(1)

    def taken_over_by(name: str) -> bool:
        with office.acting(name) as tx:
            return running.replaces(tx, office.row(tx, order))

    office.change("Pat", substitute=office.ids["Ann"])
    assert not taken_over_by("Ann")
    office.change("Pat", awayFrom="2020-01-01")
    assert taken_over_by("Ann")
    assert not taken_over_by("Bob")


# What the configuration becomes meanwhile


def test_steps_not_yet_reached_follow_the_new_workflow(examples: Office) -> None:
    order = examples.order(12_000, "IT")
    examples.begin(order)
    flow = examples.admin.get("/-/approvalworkflows")["data"][0]
    heads, finance, _ = examples.admin.get(f"/-/approvalworkflows/{flow['id']}")["steps"]["data"]
    examples.hire("Kim")
    audit = {"name": "Audit", "approvers": [examples.entry("Kim")]}
    sent = [{"id": heads["id"]}, audit, {"id": finance["id"], "name": "Money"}]
    examples.admin.changed("PUT", f"/-/approvalworkflows/{flow['id']}", {"steps": sent})
    assert not examples.approve("Bob", order)
    assert examples.route(order) == [("Dept head", "approved"), ("Audit", "pending"), ("Money", "waiting")]
    assert not examples.approve("Kim", order)
    assert examples.approve("Cy", order)


def test_steps_not_yet_reached_follow_the_total(examples: Office) -> None:
    order = examples.order(12_000, "IT")
    examples.begin(order)
    examples.costs(order, 500)
    assert examples.approve("Bob", order)


# Changes after approval


def test_free_fields_and_notes_never_restart(examples: Office) -> None:
    order = approved(examples, 800)
    assert not examples.judge(order, note="x", custom_name="y").restarts
    changed = {"required_date": "2030-01-01T00:00:00+00:00"}
    assert examples.judge(order, **changed).reasons == ("The required date has changed.",)
    assert not examples.judge(order, ("required_date",), **changed).restarts


def test_only_required_custom_fields_restart(examples: Office) -> None:
    order = approved(examples, 800)
    other = [{"field_id": examples.department, "value": str(examples.options["HR"])}]
    assert not examples.judge(order, dataDocumentCustomFields=other).restarts
    examples.admin.changed("PUT", f"/documentcustomfields/{examples.department}", {"required": True})
    decision = examples.judge(order, dataDocumentCustomFields=other)
    assert decision.reasons == ("Department has changed.",)


def test_a_suppliers_own_rate_goes_before_the_companys_rules(examples: Office) -> None:
    examples.admin.made("/-/tolerancerules", {"percent": 50})
    order = approved(examples, 800)
    examples.costs(order, 900)
    assert not examples.judge(order).restarts
    path = f"/suppliers/{examples.supplier}"
    examples.admin.changed("PUT", path, {"enableToleranceRate": True, "toleranceRatePercent": 1})
    assert examples.judge(order).restarts
    examples.admin.made("/-/tolerancerules", {"supplier": examples.supplier, "amount": 100})
    assert not examples.judge(order).restarts


def test_affected_steps_only_keeps_earlier_approvals(office: Office) -> None:
    office.hire("Bob", "Cy")
    office.workflow({"name": "Plant", "approvers": [office.entry("Bob", locations=[office.location])]},
                    {"name": "Finance", "approvers": [office.entry("Cy", **{"from": 1000})]})  # fmt: skip
    office.house.choose(restartAffectedStepsOnly=True)
    order = office.order(2000)
    office.begin(order)
    office.approve("Bob", order)
    office.approve("Cy", order)
    office.snapshot(order)
    office.costs(order, 3000)
    decision = office.judge(order)
    assert decision.from_step == 2
    assert office.begin(order, decision=decision)
    assert office.route(order) == [("Plant", "approved"), ("Finance", "pending")]
    assert office.steps(order)[2]["decidedBy"]["firstname"] == "Bob"
    assert office.approve("Cy", order)


# Lists


def test_what_waits_is_told_with_what_it_is_about(examples: Office) -> None:
    first, second = examples.order(800, "IT"), examples.order(900, "IT")
    examples.begin(first)
    examples.begin(second)
    shown = examples.waiting("Bob")
    assert [(one["type"], one["id"], one["sum"], one["currency"], one["step"]) for one in shown] == [
        ("purchaseorders", first, 800, "EUR", "Dept head"),
        ("purchaseorders", second, 900, "EUR", "Dept head"),
    ]
    assert shown[0]["idn"]
    assert shown[0]["since"]
    assert [one["id"] for one in examples.waiting("Bob", number=2, size=1)] == [second]
    assert examples.waiting("Ann") == []


def test_turns_of_many_documents_are_asked_at_once(examples: Office) -> None:
    orders = [examples.order(800, "IT"), examples.order(400, "Marketing"), examples.order(700, "Marketing")]
    for order in orders:
        examples.begin(order)
    with examples.acting("Bob") as tx:
        assert set(running.turns(tx, tx.actor, orders)) == set(orders[:2])


def test_what_is_late_is_told(premises: Premises) -> None:
    clock = StoppedClock("2026-03-01T12:00:00+00:00")
    office = Office(premises.house(clock=clock))
    office.hire("Ann")
    office.workflow({"name": "One", "slaHours": 24, "approvers": [office.entry("Ann")]})
    order = office.order(1)
    office.begin(order)
    clock.forward(hours=24)
    with office.acting("Ann") as tx:
        assert running.overdue(tx) == []
    clock.forward(seconds=1)
    with office.acting("Ann") as tx:
        assert [one["id"] for one in running.overdue(tx)] == [order]
    assert office.waiting("Ann")[0]["overdue"] is True
