"""Configuring approvals: what a workflow, a tolerance rule, an absence and a person's leaving may be."""

from __future__ import annotations

from typing import Any

import pytest

from emptor.domains.organisation import leaving
from tests.domains.approvals.office import APPROVE, Office

FLOWS = "/-/approvalworkflows"


def refused(office: Office, *steps: dict[str, Any]) -> dict[str, str]:
    return office.admin.refused("POST", FLOWS, {"documentType": "purchaseorders", "steps": list(steps)})


def test_a_workflow_is_shown_as_it_was_sent(office: Office) -> None:
    office.hire("Ann", "Eve")
    it = office.options["IT"]
    entity = office.admin.made("/legalentities", {"name": "North"})["id"]
    entry = {
        "user": office.ids["Ann"], "from": 10, "to": 500.5, "locations": [office.location], "options": [it],
        "legalEntities": [entity], "overrides": [{"location": office.location, "to": 5}],
        "backups": [office.ids["Eve"]],
    }  # fmt: skip
    made = office.workflow(
        {"name": "One", "mode": "n_of_m", "needed": 1, "slaHours": 8, "onlyOverBudget": True, "approvers": [entry]},
        {"name": "Manager", "kind": "direct_manager"},
    )
    first, second = office.admin.get(f"{FLOWS}/{made['id']}")["steps"]["data"]
    (shown,) = first["approvers"]["data"]
    assert (first["mode"], first["needed"], first["slaHours"], first["onlyOverBudget"]) == ("n_of_m", 1, 8, True)
    assert (second["kind"], second["approvers"], second["position"]) == ("direct_manager", {"data": []}, 1)
    assert (shown["user"]["firstname"], shown["from"], shown["to"]) == ("Ann", 10, 500.5)
    assert shown["locations"] == {"data": [{"id": office.location}]}
    assert shown["options"] == {"data": [{"id": it}]}
    assert shown["legalEntities"] == {"data": [{"id": entity}]}
    assert shown["overrides"]["data"][0]["location"] == {"id": office.location}
    assert shown["overrides"]["data"][0]["option"] is None
    assert shown["backups"] == {"data": [{"id": office.ids["Eve"]}]}
    again = office.admin.changed("PUT", f"{FLOWS}/{made['id']}", {"steps": made["steps"]})
    assert again["steps"] == made["steps"]


def test_one_workflow_of_a_type_is_in_use(office: Office) -> None:
    office.hire("Ann", "Bob")
    first = office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1)
    office.begin(order)
    draft = {
        "documentType": "purchaseorders",
        "enable": False,
        "steps": [{"name": "Two", "approvers": [office.entry("Bob")]}],
    }
    second = office.admin.made(FLOWS, draft)
    assert office.admin.get(f"{FLOWS}/{first['id']}")["enable"] is True
    office.admin.changed("PUT", f"{FLOWS}/{second['id']}", {"enable": True})
    assert office.admin.get(f"{FLOWS}/{first['id']}")["enable"] is False
    other = office.order(1)
    office.begin(other)
    assert office.turns(other) == ["Bob"]
    assert not office.approve("Ann", order)
    assert office.route(order) == [("One", "approved"), ("Two", "pending")]
    assert list(office.admin.refused("POST", FLOWS, {"documentType": "units"})) == ["documentType"]


def test_a_step_of_the_same_name_is_not_taken_twice(office: Office) -> None:
    office.hire("Ann", "Bob", "Cy")
    office.workflow({"name": "Head", "approvers": [office.entry("Ann")]},
                    {"name": "Money", "approvers": [office.entry("Bob")]})  # fmt: skip
    order = office.order(1)
    office.begin(order)
    office.workflow({"name": "Head", "approvers": [office.entry("Ann")]},
                    {"name": "Finance", "approvers": [office.entry("Cy")]})  # fmt: skip
    assert not office.approve("Ann", order)
    assert office.route(order) == [("Head", "approved"), ("Finance", "pending")]


def test_only_who_configures_changes_workflows_and_everybody_reads_them(office: Office) -> None:
    made = office.workflow()
    pat = office.people["Pat"].under(profile="extended")
    assert pat.get(FLOWS)["data"][0]["id"] == made["id"]
    assert pat.call("POST", FLOWS, {"documentType": "invoices"}).status == 403
    assert pat.call("PUT", f"{FLOWS}/{made['id']}", {"steps": []}).status == 403
    assert office.house.under(profile="strict").call("GET", FLOWS).status == 404


def test_approvers_need_the_role_and_have_to_be_there(office: Office) -> None:
    office.hire("Ann", "Bob")
    office.change("Bob", enable=False)
    step = {"name": "One", "approvers": [office.entry(name) for name in ("Pat", "Bob", "Ann")]}
    assert refused(office, step) == {
        "steps[0][approvers][0][user]": f"To approve a purchase order, Pat needs the role {APPROVE}.",
        "steps[0][approvers][1][user]": "Bob has left; choose somebody else.",
    }


def test_approvers_need_access_to_what_they_decide_for(office: Office) -> None:
    office.hire("Ann", allLocationsAccess=False, allUserDocumentCostcentersAccess=False)
    one = office.entry("Ann", locations=[office.location])
    other = office.entry("Ann", options=[office.options["IT"]])
    sentence = refused(office, {"name": "One", "approvers": [one]})["steps[0][approvers][0][user]"]
    assert sentence == f"Ann has no access to the location {office.location}."
    sentence = refused(office, {"name": "One", "approvers": [other]})["steps[0][approvers][0][user]"]
    assert sentence == "Ann has no access to IT."
    office.change("Ann", locationIds=[office.location], documentCustomFieldOptionIds=[office.options["IT"]])
    office.workflow({"name": "One", "approvers": [{**one, **other}]})


def test_backups_need_the_same(office: Office) -> None:
    office.hire("Ann")
    step = {"name": "One", "approvers": [office.entry("Ann", backups=[office.ids["Pat"], office.ids["Ann"]])]}
    assert refused(office, step) == {
        "steps[0][approvers][0][backups][0][id]": f"To approve a purchase order, Pat needs the role {APPROVE}.",
        "steps[0][approvers][0][backups][1][id]": "Nobody is their own backup.",
    }


def test_nobody_is_in_two_steps_of_a_workflow(office: Office) -> None:
    office.hire("Ann")
    one, two = ({"name": name, "approvers": [office.entry("Ann")]} for name in ("One", "Two"))
    problems = refused(office, one, two)
    assert problems == {
        "steps[1][approvers][0][user]": "Ann is in the step One already; nobody decides twice in one workflow."
    }
    made = office.workflow(one)
    kept = made["steps"]["data"][0]["id"]
    path = f"{FLOWS}/{made['id']}"
    assert list(office.admin.refused("PUT", path, {"steps": [{"id": kept}, two]})) == ["steps[1][approvers][0][user]"]
    office.admin.changed("PUT", path, {"steps": [{"id": kept, "approvers": []}, two]})


def test_steps_have_names_of_their_own(office: Office) -> None:
    assert list(refused(office, {"name": "One"}, {"name": "One"})) == ["steps[1][name]"]
    made = office.workflow({"name": "One"}, {"name": "Two"})
    first, second = (one["id"] for one in made["steps"]["data"])
    path = f"{FLOWS}/{made['id']}"
    assert list(office.admin.refused("PUT", path, {"steps": [{"id": first}, {"id": second, "name": "One"}]})) == [
        "steps[1][name]"
    ]
    office.admin.changed("PUT", path, {"steps": [{"id": first, "name": "Two"}, {"id": second, "name": "One"}]})


@pytest.mark.parametrize(
    ("entry", "place"),
    [
        ({"from": 10, "to": 9}, "[to]"),
        ({"overrides": [{"to": 9}]}, "[overrides][0][location]"),
        ({"overrides": [{"location": 0, "option": 0, "to": 9}]}, "[overrides][0][location]"),
        ({"overrides": [{"location": 0, "from": 10, "to": 9}]}, "[overrides][0][to]"),
    ],
)
def test_bounds_have_to_make_sense(office: Office, entry: dict[str, Any], place: str) -> None:
    office.hire("Ann")
    for one in entry.get("overrides", ()):
        one |= {"location": office.location} if "location" in one else {}
        one |= {"option": office.options["IT"]} if "option" in one else {}
    problems = refused(office, {"name": "One", "approvers": [office.entry("Ann", **entry)]})
    assert list(problems) == [f"steps[0][approvers][0]{place}"]


# Taking approvers out


def test_the_only_approver_of_a_pending_document_cannot_be_removed(office: Office) -> None:
    office.hire("Ann", "Bob")
    made = office.workflow({"name": "One", "approvers": [office.entry("Ann"), office.entry("Bob", to=100)]})
    step, path = made["steps"]["data"][0]["id"], f"{FLOWS}/{made['id']}"
    small, large = office.order(50), office.order(500)
    office.begin(small)
    office.begin(large)
    idn = office.waiting("Ann")[1]["idn"]
    without_ann = {"steps": [{"id": step, "approvers": [office.entry("Bob", to=100)]}]}
    status, shown, _ = office.admin.call("PUT", path, without_ann)
    assert status == 400
    assert f"nobody could finish approving purchase order {idn}." in shown["message"]
    status, shown, _ = office.admin.call("PUT", path, {"steps": []})
    assert status == 400
    assert office.turns(small) == ["Ann", "Bob"]
    office.approve("Ann", large)
    office.admin.changed("PUT", path, without_ann)
    assert office.turns(small) == ["Bob"]


def test_where_all_are_needed_those_who_stay_are_enough(office: Office) -> None:
    office.hire("Ann", "Bob")
    both = [office.entry("Ann"), office.entry("Bob")]
    made = office.workflow({"name": "Both", "mode": "all", "approvers": both})
    order = office.order(1)
    office.begin(order)
    step = {"id": made["steps"]["data"][0]["id"], "approvers": [office.entry("Ann")]}
    office.admin.changed("PUT", f"{FLOWS}/{made['id']}", {"steps": [step]})
    assert office.approve("Ann", order)


# Absence and leaving


def test_absences_begin_before_they_end(office: Office) -> None:
    path = f"/users/{office.ids['Pat']}"
    assert list(office.admin.refused("PUT", path, {"awayFrom": "2026-01-02", "awayUntil": "2026-01-01"})) == [
        "awayUntil"
    ]
    shown = office.change("Pat", awayFrom="2026-01-01", awayUntil="2026-01-01")
    assert (shown["awayFrom"], shown["awayUntil"]) == ("2026-01-01T00:00:00+00:00", "2026-01-01T23:59:59+00:00")


@pytest.mark.parametrize(
    ("sent", "place"), [("manager", "manager"), ("substitute", "substitute"), ("backupIds", "backupIds")]
)
def test_nobody_stands_in_for_themselves(office: Office, sent: str, place: str) -> None:
    me = office.ids["Pat"]
    assert list(office.admin.refused("PUT", f"/users/{me}", {sent: [me] if sent == "backupIds" else me})) == [place]


def test_who_leaves_with_open_approvals_names_somebody_fit(office: Office) -> None:
    office.hire("Ann", roles=[APPROVE, "item.create"])
    office.hire("Bob")
    office.hire("Cy", roles=[APPROVE, "item.create"], allLocationsAccess=False)
    office.hire("Di", roles=[APPROVE, "item.create"])
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1)
    office.begin(order)
    idn = office.waiting("Ann")[0]["idn"]
    path = f"/users/{office.ids['Ann']}"

    def leaving_for(name: str) -> dict[str, str]:
        return office.admin.refused("PUT", path, {"enable": False, "substitute": office.ids[name]})

    assert office.admin.refused("PUT", path, {"enable": False}) == {
        "substitute": f"This person still has purchase order {idn} to approve; name somebody who takes over."
    }
    assert "lacks item.create" in leaving_for("Bob")["substitute"]
    assert "access to the same locations" in leaving_for("Cy")["substitute"]
    office.change("Ann", enable=False, substitute=office.ids["Di"])
    assert office.turns(order) == ["Di"]
    assert [one["forUser"] for one in office.waiting("Di")] == [office.ids["Ann"]]
    later = office.order(2)
    office.begin(later)
    assert office.turns(later) == ["Di"]
    assert office.approve("Di", order)
    step = office.steps(order)[0]
    assert (step["decidedBy"]["firstname"], step["onBehalfOf"]["firstname"]) == ("Di", "Ann")
    assert office.approve("Di", later)
    (task,) = office.steps(later)[0]["approvers"]["data"]
    assert (task["user"]["firstname"], task["onBehalfOf"]["firstname"]) == ("Di", "Ann")


def test_who_stood_in_passes_that_on(office: Office) -> None:
    office.hire("Ann", "Bob", "Cy")
    office.workflow({"name": "One", "approvers": [office.entry("Ann")]})
    order = office.order(1)
    office.begin(order)
    office.change("Ann", enable=False, substitute=office.ids["Bob"])
    path = f"/users/{office.ids['Bob']}"
    assert list(office.admin.refused("PUT", path, {"enable": False})) == ["substitute"]
    office.change("Bob", enable=False, substitute=office.ids["Cy"])
    assert office.turns(order) == ["Cy"]


def test_other_rooms_add_what_people_have_on_their_hands(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    gone: list[int] = []
    drafts = leaving.Duty(lambda tx, user: [], lambda tx, user: gone.append(user))
    orders = leaving.Duty(lambda tx, user: [f"order {i}" for i in range(1, 13)])
    monkeypatch.setattr(leaving, "DUTIES", [*leaving.DUTIES, drafts, orders])
    path = f"/users/{office.ids['Pat']}"
    told = office.admin.refused("PUT", path, {"enable": False})["substitute"]
    assert told.endswith("order 9, order 10 and 2 more; name somebody who takes over.")
    assert gone == []
    office.change("Pat", enable=False, substitute=office.house.user_id)
    assert gone == [office.ids["Pat"]]


def test_who_leaves_with_nothing_on_hand_needs_nobody(office: Office) -> None:
    office.hire("Ann")
    assert office.change("Ann", enable=False)["enable"] is False


# Tolerance rules


def test_a_rule_says_how_much_and_where(office: Office) -> None:
    path = "/-/tolerancerules"
    assert list(office.admin.refused("POST", path, {"from": 1})) == ["percent"]
    assert list(office.admin.refused("POST", path, {"from": 2, "to": 1, "percent": 1})) == ["to"]
    made = office.admin.made(path, {"from": 1, "percent": 2.5, "onMatching": True})
    assert (made["supplier"], made["from"], made["to"], made["percent"], made["amount"]) == (None, 1, None, 2.5, None)
    assert list(office.admin.refused("PUT", f"{path}/{made['id']}", {"percent": None})) == ["percent"]
    assert office.admin.call("DELETE", f"{path}/{made['id']}").status == 204
    assert office.admin.get(path)["data"] == []
