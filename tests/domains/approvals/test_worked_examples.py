"""The eight worked examples of the specification, told through the API with real purchase orders."""

from __future__ import annotations

from typing import Any

import pytest

from tests.domains.approvals.office import Office

PENDING, APPROVED = 1, 2


class Orders:
    """Orders of the office of the examples, by their numbers."""

    def __init__(self, office: Office) -> None:
        self.office = office
        office.of_the_examples()
        self.pat = office.people["Pat"].under(profile="extended")

    def confirmed(self, price: int, option: str) -> str:
        """The path of a new order that has been submitted."""
        chosen = {"value": str(self.office.options[option]), "documentCustomField": {"id": self.office.department}}
        body = {
            "supplier": self.office.supplier, "location": self.office.location,
            "items": [{"name": "bolt", "price": price}], "dataDocumentCustomFields": [chosen],
        }  # fmt: skip
        path = f"/purchaseorders/{self.pat.made('/purchaseorders', body)['idn']}"
        self.pat.changed("POST", f"{path}/confirm")
        return path

    def state(self, path: str) -> Any:
        return self.pat.get(path)["status"]

    def asked(self, path: str) -> list[str]:
        """Whom the API lets decide now."""
        order = self.pat.get(path)["id"]
        return self.office.turns(order)

    def approve(self, path: str, *names: str) -> Any:
        """The state after these have approved, each in turn."""
        for name in names:
            self.office.people[name].changed("POST", f"{path}/approve")
        return self.state(path)

    def revise(self, path: str, by: str = "Pat", **values: Any) -> Any:
        """The state after a revision that changes these values."""
        self.office.people[by].changed("POST", f"{path}/revision", {"comment": "change it"})
        if "price" in values:
            line = self.pat.get(path)["items"]["data"][0]["id"]
            values["items"] = [{"id": line, "price": values.pop("price")}]
        self.pat.changed("PUT", path, values)
        self.pat.changed("POST", f"{path}/confirm_revise")
        return self.state(path)


@pytest.fixture
def orders(office: Office) -> Orders:
    return Orders(office)


def test_example_1_it_for_800(orders: Orders) -> None:
    path = orders.confirmed(800, "IT")
    assert (orders.state(path), orders.asked(path)) == (PENDING, ["Bob"])
    assert orders.office.people["Ann"].call("POST", f"{path}/approve").status == 403
    assert orders.approve(path, "Bob") == APPROVED


@pytest.mark.parametrize("name", ["Ann", "Bob"])
def test_example_2_marketing_for_400(orders: Orders, name: str) -> None:
    path = orders.confirmed(400, "Marketing")
    assert orders.asked(path) == ["Ann", "Bob"]
    assert orders.approve(path, name) == APPROVED


def test_example_3_marketing_for_700(orders: Orders) -> None:
    path = orders.confirmed(700, "Marketing")
    assert orders.asked(path) == ["Ann"]
    assert orders.approve(path, "Ann") == APPROVED


def test_example_4_an_order_sent_back_and_lowered(orders: Orders) -> None:
    path = orders.confirmed(12_000, "IT")
    assert orders.approve(path, "Bob") == PENDING
    assert orders.revise(path, by="Cy", price=9000) == PENDING
    assert orders.asked(path) == ["Bob"]
    assert orders.approve(path, "Bob") == PENDING
    assert orders.approve(path, "Cy") == APPROVED


def test_example_5_small_increases_do_not_add_up(orders: Orders) -> None:
    orders.office.admin.made("/-/tolerancerules", {"from": 3000, "percent": 5})
    path = orders.confirmed(12_000, "IT")
    assert orders.approve(path, "Bob", "Cy", "Di") == APPROVED
    assert orders.revise(path, price=12_600) == APPROVED
    assert orders.revise(path, price=12_900) == PENDING
    assert orders.asked(path) == ["Bob"]


def test_example_6_a_decrease_passes_and_another_location_does_not(orders: Orders) -> None:
    path = orders.confirmed(12_000, "IT")
    orders.approve(path, "Bob", "Cy", "Di")
    assert orders.revise(path, price=2000) == APPROVED
    assert orders.revise(path, location=orders.office.elsewhere) == PENDING
    assert orders.asked(path) == ["Bob"]


def test_example_7_a_backup_without_access_cannot_help(orders: Orders) -> None:
    office = orders.office
    office.hire("Eve", allUserDocumentCostcentersAccess=False)
    office.change("Bob", awayFrom="2020-01-01", backupIds=[office.ids["Eve"]])
    path = orders.confirmed(800, "IT")
    eve = office.people["Eve"].under(profile="extended")
    assert eve.get("/-/waiting")["data"] == []
    assert eve.call("POST", f"{path}/approve").status in (403, 404)
    assert [one["idn"] for one in office.admin.get("/-/stalledapprovals")["data"]] == [path.rpartition("/")[2]]


def test_example_8_nobody_covers_hr_below_1000(orders: Orders) -> None:
    assert orders.state(orders.confirmed(800, "HR")) == APPROVED
    orders.office.hire("Max")
    orders.office.house.choose(fallbackApprover=orders.office.ids["Max"])
    path = orders.confirmed(800, "HR")
    assert (orders.state(path), orders.asked(path)) == (PENDING, ["Max"])
    assert orders.approve(path, "Max") == APPROVED
    assert [one["words"] for one in orders.office.admin.get("/-/approvalgaps")["data"]] == [
        "Nobody decides about HR, below 1,000."
    ]
