"""Suppliers in the same engine: a workflow decides where there is one."""

from __future__ import annotations

from tests.domains.approvals.office import Office
from tests.support.house import House

DECIDES = ("supplier.approve", "supplier.create")


def names(shown: dict[str, object]) -> list[tuple[str, str]]:
    steps: list[dict[str, str]] = shown["approvalSteps"]["data"]  # type: ignore[index]
    return [(one["name"], one["statusString"].removeprefix("status.")) for one in steps]


def two_steps(office: Office) -> tuple[House, House]:
    office.hire("Ann", "Bob", roles=DECIDES)
    office.workflow({"name": "Buying", "approvers": [office.entry("Ann")]},
                    {"name": "Finance", "approvers": [office.entry("Bob")]}, kind="suppliers")  # fmt: skip
    return office.people["Ann"], office.people["Bob"]


def test_a_supplier_is_approved_step_by_step(office: Office) -> None:
    ann, bob = two_steps(office)
    path = f"/suppliers/{office.house.made('/suppliers', {'name': 'S'})['id']}"
    shown = office.house.get(path)
    assert (shown["status"], names(shown)) == (1, [("Buying", "pending"), ("Finance", "waiting")])
    status, told, _ = bob.call("POST", f"{path}/approve")
    assert (status, told["message"]) == (403, "In the step Buying it is for Ann to decide.")
    assert ann.changed("POST", f"{path}/approve")["status"] == 1
    shown = bob.changed("POST", f"{path}/approve")
    assert (shown["status"], names(shown)) == (2, [("Buying", "approved"), ("Finance", "approved")])


def test_each_supplier_tells_whoever_asks_what_they_may_decide(office: Office) -> None:
    ann, bob = two_steps(office)

    def may(person: House) -> list[bool]:
        shown = person.get(path)["approvalInfo"]
        assert shown == person.get("/suppliers")["data"][0]["approvalInfo"]
        assert shown["canEditSupplierByInRevision"] is False
        return [shown["canApprove"], shown["canReject"]]

    path = f"/suppliers/{office.house.made('/suppliers', {'name': 'S'})['id']}"
    assert (may(ann), may(bob), may(office.people["Pat"])) == ([True, True], [False, False], [False, False])
    ann.changed("POST", f"{path}/approve")
    assert (may(ann), may(bob)) == ([False, False], [True, True])
    bob.changed("POST", f"{path}/approve")
    assert (may(ann), may(bob)) == ([False, False], [False, False])


def test_without_a_workflow_the_role_decides_about_suppliers(house: House) -> None:
    house.choose(supplierApproval=True)
    path = f"/suppliers/{house.made('/suppliers', {'name': 'S'})['id']}"
    for roles, decides in ((DECIDES, True), (DECIDES[1:], False)):
        assert house.person(*roles).get(path)["approvalInfo"]["canApprove"] is decides


def test_one_refusal_is_enough(office: Office) -> None:
    ann, bob = two_steps(office)
    path = f"/suppliers/{office.house.made('/suppliers', {'name': 'S'})['id']}"
    assert bob.call("POST", f"{path}/reject", form={"comment": "no"}).status == 403
    shown = ann.changed("POST", f"{path}/reject", form={"comment": "no"})
    assert (shown["status"], names(shown)) == (3, [("Buying", "denied"), ("Finance", "withdrawn")])
    assert bob.under(profile="extended").get("/-/waiting")["data"] == []


def test_another_bank_account_is_approved_anew_even_while_it_waits(office: Office) -> None:
    ann, bob = two_steps(office)
    path = f"/suppliers/{office.house.made('/suppliers', {'name': 'S'})['id']}"
    ann.changed("POST", f"{path}/approve")
    office.house.changed("PUT", path, {"accountNumber": "2"})
    assert bob.call("POST", f"{path}/approve").status == 403
    ann.changed("POST", f"{path}/approve")
    assert bob.changed("POST", f"{path}/approve")["status"] == 2
    assert office.house.changed("PUT", path, {"note": "x"})["status"] == 2
    assert office.house.changed("PUT", path, {"accountNumber": "3"})["status"] == 1


def test_a_workflow_of_which_no_step_applies_lets_a_supplier_pass(office: Office) -> None:
    office.workflow({"name": "Manager", "kind": "direct_manager"}, kind="suppliers")
    shown = office.house.made("/suppliers", {"name": "S"})
    assert (shown["status"], names(shown)) == (2, [("Manager", "skipped")])
