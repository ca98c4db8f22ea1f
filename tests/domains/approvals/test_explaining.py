"""Approvals in words, and the lists at paths of their own."""

from __future__ import annotations

from typing import Any

import pytest

from emptor.domains.approvals import explaining, running
from tests.domains.approvals.office import Office


@pytest.fixture
def examples(office: Office) -> Office:
    office.of_the_examples()
    return office


def explained(office: Office, order: int) -> dict[str, Any]:
    with office.house.service.database.read(office.house.company_id) as tx:
        return explaining.explain(tx, office.orders, office.row(tx, order))


def simulated(office: Office, order: int, *free: str, **values: Any) -> dict[str, Any]:
    with office.house.service.database.read(office.house.company_id) as tx:
        return explaining.simulate(tx, office.orders, office.row(tx, order), values, free)


def test_a_draft_says_who_will_have_to_approve_it(examples: Office) -> None:
    said = explained(examples, examples.order(12_000, "Marketing"))
    assert said["words"] == "Ann, then Cy, then Di must approve."
    assert said["total"] == 12_000
    heads, finance, _ = said["steps"]
    assert (heads["name"], heads["required"], heads["status"], heads["needed"]) == ("Dept head", True, None, 1)
    assert {one["name"]: one["reason"] for one in heads["approvers"]} == {
        "Ann": "Ann decides here.", "Bob": "Bob decides up to 500; this comes to 12,000.",
    }  # fmt: skip
    assert finance["approvers"][0]["counts"] is True


def test_the_present_round_is_told_step_by_step(examples: Office) -> None:
    order = examples.order(2000, "IT")
    examples.begin(order)
    examples.approve("Bob", order)
    assert [one["status"] for one in explained(examples, order)["steps"]] == ["approved", "pending", "skipped"]


def test_nobody_has_to_approve_is_said_with_the_reason(examples: Office) -> None:
    assert explained(examples, examples.order(800, "HR"))["words"] == (
        "Nobody has to approve this: no step of the workflow applies."
    )


def test_what_cannot_be_decided_is_said_instead(office: Office) -> None:
    office.hire("Ann", roles=["purchase_order.approve", "purchase_order.create"])
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    office.house.choose(selfApproval=False)
    said = explained(office, office.order(1, by="Ann"))
    assert said["problem"].startswith("In the step One only Ann decides")
    assert said["words"] == said["problem"]


def test_a_change_says_what_it_will_restart(examples: Office) -> None:
    order = examples.order(2000, "IT")
    examples.begin(order)
    examples.approve("Bob", order)
    examples.approve("Cy", order)
    examples.snapshot(order)
    said = simulated(
        examples, order, net_sum=12_000, net_sum_in_company_currency=12_000, sum_in_company_currency=12_000
    )
    assert said["restarts"] is True
    assert (said["fromStep"], said["approvers"]) == (1, ["Bob", "Cy", "Di"])
    assert said["words"] == (
        "Saving this restarts steps 1–3, because the net total rises from 2,000 to 12,000. "
        "Bob, then Cy, then Di must approve."
    )
    assert simulated(examples, order, note="x")["words"] == "Saving this needs no new approval."
    moved = simulated(examples, order, location_id=examples.elsewhere)
    assert moved["reasons"] == ["The location has changed."]
    assert not simulated(examples, order, "location_id", location_id=examples.elsewhere)["restarts"]


def test_simulating_changes_nothing(examples: Office) -> None:
    order = examples.order(2000, "IT")
    simulated(examples, order, location_id=examples.elsewhere)
    assert examples.steps(order) == []


def test_other_options_are_routed_as_they_would_be(examples: Office) -> None:
    order = examples.order(400, "IT")
    option = examples.options["Marketing"]
    chosen = [{"field_id": examples.department, "value": str(option), "option_id": option}]
    assert simulated(examples, order, dataDocumentCustomFields=chosen)["approvers"] == ["Ann or Bob"]


@pytest.mark.parametrize(
    ("mode", "words"), [("all", "Ann and Bob"), ("n_of_m", "1 of Ann and Bob"), ("any", "Ann or Bob")]
)
def test_modes_are_told_apart(office: Office, mode: str, words: str) -> None:
    office.hire("Ann", "Bob")
    office.workflow({"name": "One", "mode": mode, "approvers": [office.entry("Ann"), office.entry("Bob")]})
    assert explained(office, office.order(1))["words"] == f"{words} must approve."


# The lists


def test_what_waits_for_me(examples: Office) -> None:
    orders = [examples.order(800 + i, "IT") for i in range(3)]
    for order in orders:
        examples.begin(order)
    bob = examples.people["Bob"].under(profile="extended")
    shown = bob.get("/-/waiting?per_page=20")
    assert [one["id"] for one in shown["data"]] == orders
    assert set(shown["data"][0]) == {
        "type", "id", "idn", "name", "sum", "currency", "step", "since", "due", "overdue", "forUser",
    }  # fmt: skip
    assert shown["meta"]["pagination"]["total"] == 3
    assert examples.people["Ann"].under(profile="extended").get("/-/waiting")["data"] == []
    assert bob.under(profile="strict").call("GET", "/-/waiting").status == 404


def test_gaps_are_reported_for_one_type_or_for_all(examples: Office) -> None:
    words = [one["words"] for one in examples.admin.get("/-/approvalgaps")["data"]]
    assert words == ["Nobody decides about HR, below 1,000."]
    assert examples.admin.get("/-/approvalgaps?documentType=invoices")["data"] == []
    assert len(examples.admin.get("/-/approvalgaps?documentType=purchaseorders")["data"]) == 1
    assert list(examples.admin.refused("GET", "/-/approvalgaps?documentType=units")) == ["documentType"]


def test_what_nobody_can_decide_is_reported_to_who_configures(examples: Office) -> None:
    order = examples.order(800, "IT")
    examples.begin(order)
    assert examples.admin.get("/-/stalledapprovals")["data"] == []
    examples.change("Bob", awayFrom="2020-01-01")
    (stuck,) = examples.admin.get("/-/stalledapprovals")["data"]
    assert (stuck["id"], stuck["waitsFor"]) == (order, "Bob")
    assert examples.admin.get("/-/overdueapprovals")["data"] == []
    assert examples.people["Bob"].under(profile="extended").call("GET", "/-/stalledapprovals").status == 403


def test_words_for_who_may_decide_name_stand_ins(office: Office) -> None:
    office.hire("Ann", "Eve")
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1)
    office.begin(order)
    office.change("Ann", awayFrom="2020-01-01", backupIds=[office.ids["Eve"]])
    with (
        pytest.raises(Exception, match=r"In the step One it is for Ann \(Eve while away\) to decide\."),
        office.acting("Pat") as tx,
    ):
        running.approve(tx, office.orders, office.row(tx, order))
