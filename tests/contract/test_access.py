"""Who may do what and who sees what: roles, locations, legal entities, options, ownership; from the next request on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from emptor.domains import discover, verbs
from emptor.domains.organisation.roles import MODULES, ROLES, SEES_OTHERS, SUPER_USER
from emptor.kit.fields import Write
from emptor.kit.resource import Operation, Resource
from emptor.kit.states import ANYONE
from emptor.store import query
from emptor.store.schema import table
from tests.support.declared import collection_of, endpoints
from tests.support.house import House, Premises
from tests.support.making import PDF, Maker, flat
from tests.support.tables import differences, dump

NOBODYS = 999_999_999


@dataclass
class Places:
    """A company with two of everything that limits who sees what. Ann, its super user, made it all."""

    ann: House
    north: int
    south: int
    limited: int
    holding: int
    cost_centre: int
    sales: int
    europe: int
    france: int
    """Below `europe`, which is below `sales`."""
    factory: int
    colour: int
    red: int
    """An option of a field that limits nothing."""
    supplier: int
    orders: dict[str, str] = field(default_factory=dict)
    """idns of orders by a word for what is special about each."""
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)
    payments: dict[str, str] = field(default_factory=dict)

    def order(
        self, who: House | None = None, *, location: int | None = None, options: tuple[int, ...] = (), **more: Any
    ) -> Any:
        return (who or self.ann).made("/purchaseorders", self.document(location or self.north, options, **more))

    def document(self, location: int | None, options: tuple[int, ...] = (), **more: Any) -> dict[str, Any]:
        fields = {self.red: self.colour}
        return {
            "location": {"id": location} if location else None,
            "supplier": {"id": self.supplier},
            "items": [{"name": "bolt", "price": 10}],
            "dataDocumentCustomFields": [
                {"documentCustomField": {"id": fields.get(one, self.cost_centre)}, "value": one} for one in options
            ],
            **more,
        }

    def viewer(self, *roles: str, **bounds: Any) -> House:
        return self.ann.person(*(roles or ("purchase_order.view", "invoice.view")), **bounds)

    def in_the_north(self, *roles: str) -> House:
        return self.viewer(*roles, allLocationsAccess=False, locationIds=[self.north])

    def with_options(self, *options: int, roles: tuple[str, ...] = ()) -> House:
        return self.viewer(*roles, allUserDocumentCostcentersAccess=False, documentCustomFieldOptionIds=list(options))


@pytest.fixture(scope="module")
def places(premises: Premises) -> Places:
    ann = premises.house()
    north, south = (ann.made("/locations", {"name": name})["id"] for name in ("North", "South"))
    limited, holding = (ann.made("/legalentities", {"name": name})["id"] for name in ("Ltd", "Holding"))
    cost_centre = ann.made("/documentcustomfields", {"name": "Cost centre", "limitsAccess": True})["id"]
    sales = option(ann, cost_centre, "Sales")
    europe = option(ann, cost_centre, "Europe", sales)
    france = option(ann, cost_centre, "France", europe)
    factory = option(ann, cost_centre, "Factory")
    colour = ann.made("/documentcustomfields", {"name": "Colour"})["id"]
    red = option(ann, colour, "Red")
    supplier = ann.made("/suppliers", {"name": "Bolts"})["id"]
    made = Places(
        ann, north, south, limited, holding, cost_centre, sales, europe, france, factory, colour, red, supplier
    )
    for name, special in {
        "north": {}, "south": {"location": south},
        "ltd": {"legalEntity": limited}, "holding": {"legalEntity": holding},
        "sales": {"options": (sales,)}, "europe": {"options": (europe,)}, "france": {"options": (france,)},
        "factory": {"options": (factory,)}, "red": {"options": (red,)},
    }.items():  # fmt: skip
        made.orders[name] = made.order(**special)["idn"]
    for name, document in {
        "north": made.document(north), "south": made.document(south), "nowhere": made.document(None),
        "holding": made.document(None, legalEntity=holding), "factory": made.document(None, (factory,)),
    }.items():  # fmt: skip
        invoice = ann.made("/invoices", document)
        made.invoices[name] = ann.changed("POST", f"/invoices/{invoice['idn']}/confirm")
        made.payments[name] = pay(ann, made.invoices[name])["idn"]
    return made


def option(house: House, custom_field: int, name: str, parent: int | None = None) -> int:
    path = f"/documentcustomfields/{custom_field}/options"
    return house.made(path, {"name": name, "parent": {"id": parent} if parent else None})["id"]


def pay(house: House, invoice: dict[str, Any], amount: str = "1") -> Any:
    return house.made("/payments", {"invoice": {"id": invoice["id"]}, "sumPaid": amount, "payDate": "2026-01-31"})


def seen(house: House, path: str, key: str = "") -> set[Any]:
    """The keys of all that a list shows, page by page; its totals are right."""
    found: list[Any] = []
    separator = "&" if "?" in path else "?"
    for number in range(1, 100):
        answer = house.get(f"{path}{separator}per_page=10&page={number}")
        found += [one[key] if key else one.get("idn", one["id"]) for one in answer["data"]]
        if "meta" not in answer or not answer["meta"]["pagination"]["has_next_page"]:
            break
    assert len(found) == len(set(found))
    if "meta" in answer:
        assert answer["meta"]["pagination"]["total"] == len(found)
        assert answer["meta"]["pagination"]["total_pages"] == max(1, -(-len(found) // 10))
        assert house.get(f"{path}{separator}per_page=10&page=last")["meta"]["pagination"]["current_page"] == number
    return set(found)


def assert_sees(house: House, places: Places, visible: set[str]) -> None:
    """In the list, through filters and by key the person sees these orders and no others."""
    wanted = {idn for name, idn in places.orders.items() if name in visible}
    hidden = set(places.orders.values()) - wanted
    everything = set(places.orders.values())
    assert seen(house, "/purchaseorders") & everything == wanted
    assert seen(house, f"/purchaseorders?supplier={places.supplier}&modifiedSince=2000-01-01") & everything == wanted
    for idn in wanted:
        assert house.call("GET", f"/purchaseorders/{idn}").status == 200
    for idn in hidden:
        assert house.call("GET", f"/purchaseorders/{idn}").status == 404
        shown = house.get(f"/purchaseorders?idn={idn}")
        assert shown["data"] == []
        assert shown["meta"]["pagination"]["total"] == 0


# Locations


def test_who_is_limited_to_a_location_sees_its_documents(places: Places) -> None:
    assert_sees(places.in_the_north(), places, set(places.orders) - {"south"})


def test_a_document_without_a_location_is_everybodys(places: Places) -> None:
    person = places.in_the_north()
    wanted = {one["idn"] for name, one in places.invoices.items() if name != "south"}
    assert seen(person, "/invoices") & {one["idn"] for one in places.invoices.values()} == wanted


def test_who_is_limited_to_no_location_at_all_sees_none(places: Places) -> None:
    person = places.viewer(allLocationsAccess=False)
    assert seen(person, "/purchaseorders") == set()
    assert seen(person, "/locations") == set()


def test_the_list_of_locations_is_bounded(places: Places) -> None:
    person = places.in_the_north()
    assert seen(person, "/locations") == {places.north}
    assert person.call("GET", f"/locations/{places.south}").status == 404
    assert person.get(f"/locations/{places.north}")["name"] == "North"


def test_warehouses_are_seen_from_the_locations_they_serve(places: Places) -> None:
    ann, person = places.ann, places.in_the_north()
    serving = {
        name: ann.made("/warehouses", {"name": name, "locationIds": ids})["id"]
        for name, ids in {
            "n": [places.north],
            "s": [places.south],
            "both": [places.north, places.south],
            "none": [],
        }.items()
    }
    assert seen(person, "/warehouses") & set(serving.values()) == {serving["n"], serving["both"]}
    assert person.call("GET", f"/warehouses/{serving['s']}").status == 404
    assert person.call("GET", f"/warehouses/{serving['both']}").status == 200
    assert seen(ann, "/warehouses") >= set(serving.values())


def test_an_invisible_location_cannot_be_referred_to(places: Places) -> None:
    person = places.in_the_north("purchase_order.create", "invoice.create", "configuration.edit")
    before = dump(places.ann)
    for path in ("/purchaseorders", "/invoices"):
        assert set(person.refused("POST", path, places.document(places.south))) == {"location"}
    beyond = {"email": "x@acme.test", "allLocationsAccess": False, "locationIds": [places.north, places.south]}
    assert set(person.refused("POST", "/users", beyond)) == {"locationIds[1]"}
    assert set(person.refused("POST", "/warehouses", {"name": "w", "locationIds": [places.south]})) == {
        "locationIds[0]"
    }
    assert differences(before, dump(places.ann)) == {}
    own = places.order(person)
    assert set(person.refused("PUT", f"/purchaseorders/{own['idn']}", {"location": places.south})) == {"location"}


def test_an_invisible_document_cannot_be_touched(places: Places) -> None:
    person = places.in_the_north("purchase_order.create", "purchase_order.view", "invoice.view", "payment.pay")
    before = dump(places.ann)
    south, invoice, payment = places.orders["south"], places.invoices["south"], places.payments["south"]
    for method, path, body in (
        ("PUT", f"/purchaseorders/{south}", {"note": "mine"}),
        ("PATCH", f"/purchaseorders/{south}", {"externalId": "mine"}),
        ("POST", f"/purchaseorders/{south}/confirm", None),
        ("PATCH", f"/invoices/{invoice['idn']}", {"externalId": "mine"}),
        ("PATCH", f"/payments/{payment}", {"externalId": "mine"}),
        ("POST", f"/payments/{payment}/cancel", None),
    ):
        assert person.call(method, path, body).status == 404, path
    paying = {"invoice": {"id": invoice["id"]}, "sumPaid": 1, "payDate": "2026-01-31"}
    assert set(person.refused("POST", "/payments", paying)) == {"invoice"}
    assert differences(before, dump(places.ann)) == {}


def test_payments_follow_their_invoice(places: Places) -> None:
    for hidden, person in {
        "south": places.in_the_north(),
        "holding": places.viewer(allLegalEntitiesAccess=False, legalEntityIds=[places.limited]),
        "factory": places.with_options(places.sales),
    }.items():
        mine = {idn for name, idn in places.payments.items() if name != hidden}
        assert seen(person, "/payments") & set(places.payments.values()) == mine
        assert seen(person, "/payments?sumPaid=1") & set(places.payments.values()) == mine
        assert person.call("GET", f"/payments/{places.payments[hidden]}").status == 404
        assert person.call("GET", f"/payments/{places.payments['north']}").status == 200
    assert seen(places.ann, "/payments") >= set(places.payments.values())


def test_files_follow_their_document(places: Places) -> None:
    ann, person = places.ann, places.in_the_north("purchase_order.create", "purchase_order.view")
    files = {}
    for name in ("north", "south"):
        order = ann.get(f"/purchaseorders/{places.orders[name]}")
        files[name] = ann.made(f"/attachments/{order['id']}/2", files={"file": PDF})["id"]
        wanted = 201 if name == "north" else 404
        assert person.call("POST", f"/attachments/{order['id']}/2", files={"file": PDF}).status == wanted
    assert person.call("GET", f"/attachments/{files['north']}").status == 200
    assert person.call("GET", f"/attachments/{files['south']}").status == 404
    assert person.call("GET", f"/attachments/{files['south']}", headers={"accept": "application/json"}).status == 404


# Legal entities


def test_who_is_limited_to_a_legal_entity_sees_its_documents(places: Places) -> None:
    person = places.viewer(allLegalEntitiesAccess=False, legalEntityIds=[places.limited])
    assert_sees(person, places, set(places.orders) - {"holding"})
    assert seen(person, "/legalentities") == {places.limited}
    assert person.call("GET", f"/legalentities/{places.holding}").status == 404


def test_an_invisible_legal_entity_cannot_be_referred_to(places: Places) -> None:
    bounds = {"allLegalEntitiesAccess": False, "legalEntityIds": [places.limited]}
    person = places.viewer("purchase_order.create", "supplier.create", **bounds)
    order = places.document(places.north, legalEntity={"id": places.holding})
    assert set(person.refused("POST", "/purchaseorders", order)) == {"legalEntity"}
    supplier = {"name": "x", "supplierLegalEntityIds": [places.limited, places.holding]}
    assert set(person.refused("POST", "/suppliers", supplier)) == {"supplierLegalEntityIds[1]"}
    contract = {"id": places.supplier, "number": "1", "legalEntity": places.holding}
    assert set(person.refused("POST", "/contract", contract)) == {"legalEntity"}


def test_contracts_follow_their_legal_entity(places: Places) -> None:
    ann = places.ann
    person = places.viewer("supplier.view", allLegalEntitiesAccess=False, legalEntityIds=[places.limited])
    made = {
        entity: ann.made("/contract", {"id": places.supplier, "number": "1", "legalEntity": entity})["id"]
        for entity in (places.limited, places.holding, None)
    }
    assert seen(person, "/contracts") & set(made.values()) == {made[places.limited], made[None]}
    assert person.call("GET", f"/contracts/{made[places.holding]}").status == 404


# Options


UNLABELLED = {"north", "south", "ltd", "holding", "red"}


@pytest.mark.parametrize(
    ("chosen", "visible"),
    [
        ((), set()),
        (("factory",), {"factory"}),
        (("sales",), {"sales", "europe", "france"}),
        (("europe",), {"europe", "france"}),
        (("france",), {"france"}),
        (("france", "factory"), {"france", "factory"}),
    ],
)
def test_options_limit_who_sees_a_document_and_children_inherit(
    places: Places, chosen: tuple[str, ...], visible: set[str]
) -> None:
    person = places.with_options(*(getattr(places, name) for name in chosen))
    assert_sees(person, places, UNLABELLED | visible)


def test_an_option_of_others_cannot_be_chosen(places: Places) -> None:
    person = places.with_options(places.europe, roles=("purchase_order.create",))
    for wrong in (places.sales, places.factory):
        assert set(person.refused("POST", "/purchaseorders", places.document(places.north, (wrong,)))) == {
            "dataDocumentCustomFields[0]"
        }
    for right in (places.europe, places.france, places.red):
        assert places.order(person, options=(right,))["idn"]


def test_moving_an_option_in_its_tree_takes_its_readers_along(premises: Premises) -> None:
    ann = premises.house()
    custom_field = ann.made("/documentcustomfields", {"name": "Cost centre", "limitsAccess": True})["id"]
    sales, factory = option(ann, custom_field, "Sales"), option(ann, custom_field, "Factory")
    team = option(ann, custom_field, "Team", sales)
    member = option(ann, custom_field, "Member", team)
    invoice = {
        "supplier": ann.made("/suppliers", {"name": "Bolts"})["id"],
        "dataDocumentCustomFields": [{"documentCustomField": custom_field, "value": member}],
    }
    idn = ann.made("/invoices", invoice)["idn"]
    people = {
        name: ann.person("invoice.view", allUserDocumentCostcentersAccess=False, documentCustomFieldOptionIds=[one])
        for name, one in {"sales": sales, "factory": factory}.items()
    }

    def sees() -> set[str]:
        return {name for name, person in people.items() if person.call("GET", f"/invoices/{idn}").status == 200}

    assert sees() == {"sales"}
    ann.changed("PUT", f"/documentcustomfields/{custom_field}/options/{team}", {"parent": factory})
    assert sees() == {"factory"}
    ann.changed("PUT", f"/documentcustomfields/{custom_field}/options/{team}", {"parent": None})
    assert sees() == set()
    ann.changed("PUT", f"/documentcustomfields/{custom_field}", {"limitsAccess": False})
    assert sees() == {"sales", "factory"}


# Bounds together, and the same for every way a list is read


def test_all_bounds_hold_at_once(places: Places) -> None:
    person = places.viewer(
        allLocationsAccess=False, locationIds=[places.north],
        allLegalEntitiesAccess=False, legalEntityIds=[places.limited],
        allUserDocumentCostcentersAccess=False, documentCustomFieldOptionIds=[places.sales],
    )  # fmt: skip
    assert_sees(person, places, {"north", "ltd", "sales", "europe", "france", "red"})


@pytest.mark.parametrize("narrow", [0, 3])
def test_long_lists_are_bounded_too(places: Places, monkeypatch: pytest.MonkeyPatch, narrow: int) -> None:
    """Long lists remember their totals; each person's are their own."""
    monkeypatch.setattr(query, "NARROW", narrow)
    test_who_is_limited_to_a_location_sees_its_documents(places)
    test_who_is_limited_to_a_legal_entity_sees_its_documents(places)
    test_payments_follow_their_invoice(places)
    test_the_list_of_locations_is_bounded(places)
    assert_sees(places.with_options(places.europe), places, UNLABELLED | {"europe", "france"})
    assert_sees(places.ann, places, set(places.orders))


# Ownership


def test_create_alone_shows_ones_own(places: Places) -> None:
    maker, colleague = (places.viewer("purchase_order.create", "invoice.create") for _ in range(2))
    own = places.order(maker)["idn"]
    assert seen(maker, "/purchaseorders") == {own}
    assert maker.call("GET", f"/purchaseorders/{own}").status == 200
    assert maker.changed("PUT", f"/purchaseorders/{own}", {"note": "still mine"})["note"] == "still mine"
    assert seen(colleague, "/purchaseorders") == set()
    for method, path in (("GET", ""), ("PUT", ""), ("PATCH", ""), ("POST", "/confirm")):
        body = None if method == "GET" else {"note": "now mine", "externalId": "now mine"}
        assert colleague.call(method, f"/purchaseorders/{own}{path}", body).status == 404
    invoice = maker.made("/invoices", places.document(places.north))
    confirmed = maker.changed("POST", f"/invoices/{invoice['idn']}/confirm")
    payment = pay(places.ann, confirmed)["idn"]
    assert seen(maker, "/invoices") == {invoice["idn"]}
    assert seen(maker, "/payments") == {payment}
    assert seen(colleague, "/payments") == set()
    assert colleague.call("GET", f"/payments/{payment}").status == 404


def test_ones_own_documents_stay_in_sight(places: Places) -> None:
    maker = places.viewer("purchase_order.create", "purchase_order.view")
    own = places.order(maker, location=places.south, options=(places.factory,), legalEntity=places.holding)["idn"]
    bounds = {
        "allLocationsAccess": False, "locationIds": [places.north],
        "allLegalEntitiesAccess": False, "legalEntityIds": [places.limited],
        "allUserDocumentCostcentersAccess": False, "documentCustomFieldOptionIds": [places.sales],
    }  # fmt: skip
    places.ann.changed("PUT", f"/users/{maker.user_id}", bounds)
    assert_sees(maker, places, {"north", "ltd", "sales", "europe", "france", "red"})
    assert own in seen(maker, "/purchaseorders")
    assert maker.call("GET", f"/purchaseorders/{own}").status == 200


@pytest.mark.parametrize("level", ["view", "approve"])
def test_view_and_approve_show_what_others_made(places: Places, level: str) -> None:
    assert_sees(places.viewer(f"purchase_order.{level}"), places, set(places.orders))


# Roles


def test_whoever_pays_sees_every_invoice_and_makes_none(places: Places) -> None:
    payer = places.viewer("payment.pay")
    draft = places.ann.made("/invoices", places.document(places.south))
    invoice = places.invoices["north"]
    assert seen(payer, "/invoices") >= {draft["idn"], *(one["idn"] for one in places.invoices.values())}
    assert payer.changed("PATCH", f"/invoices/{draft['idn']}", {"externalId": "booked"})["externalId"] == "booked"
    payment = pay(payer, invoice)["idn"]
    assert payer.changed("POST", f"/payments/{payment}/cancel")["status"] == 1
    assert seen(payer, "/payments") >= set(places.payments.values())
    for method, path in (("POST", "/invoices"), ("PUT", f"/invoices/{draft['idn']}"), ("GET", "/purchaseorders")):
        assert payer.call(method, path, {} if method != "GET" else None).status == 403


def test_every_operation_asks_for_its_roles_and_no_others(places: Places) -> None:
    """Each role by itself at each operation: 403 where it is not enough, naming what would be, and nothing happens."""
    people = {role: places.ann.person(role) for role in ROLES}
    before = dump(places.ann)
    guarded = [one for one in endpoints(places.ann.service.registry) if one.operation.permission.levels]
    assert len(guarded) > 50
    for endpoint in guarded:
        operation = endpoint.operation
        path = operation.path.format_map(NowhereToBeFound())
        for role, person in people.items():
            status, shown, _ = person.call(operation.method, path, {"items": 0} if endpoint.writes else None)
            allowed = role == SUPER_USER or role in operation.permission.roles
            assert (status != 403) == allowed, (str(endpoint), role, shown)
            if not allowed:
                assert all(name in shown["message"] for name in operation.permission.roles)
                assert shown["requestId"]
    assert differences(before, dump(places.ann)) == {}


def test_only_a_super_user_makes_super_users_or_changes_them(places: Places) -> None:
    ann, clerk = places.ann, places.ann.person("configuration.edit")
    boss, plain = ann.person(SUPER_USER), ann.person("invoice.view")
    before = dump(ann)
    for method, path, body in (
        ("POST", "/users", {"email": "new@acme.test", "roles": [SUPER_USER]}),
        ("POST", "/users", {"email": "no e-mail", "roles": ["invoice.view", SUPER_USER]}),
        ("PUT", f"/users/{clerk.user_id}", {"roles": ["configuration.edit", SUPER_USER]}),
        ("PUT", f"/users/{plain.user_id}", {"roles": [SUPER_USER]}),
        ("PUT", f"/users/{boss.user_id}", {"roles": []}),
        ("PUT", f"/users/{boss.user_id}", {"roles": [SUPER_USER]}),
        ("PUT", f"/users/{boss.user_id}", {"enable": False}),
        ("PUT", f"/users/{boss.user_id}", {"email": "clerk@acme.test"}),
    ):
        for how in ({"body": body}, {"form": flat(body)}):
            status, shown, _ = clerk.call(method, path, **how)
            assert (status, shown["code"]) == (403, 403), (method, path, body)
            assert "only a super user" in shown["message"].lower()
    assert differences(before, dump(ann)) == {}
    assert clerk.changed("PUT", f"/users/{plain.user_id}", {"roles": ["invoice.create"]})["roles"] == ["invoice.create"]
    assert boss.changed("PUT", f"/users/{plain.user_id}", {"roles": [SUPER_USER]})["roles"] == [SUPER_USER]
    assert ann.changed("PUT", f"/users/{plain.user_id}", {"roles": []})["roles"] == []


def test_who_manages_people_gives_nobody_more_than_he_has(places: Places) -> None:
    """Himself least of all; who sees everything may let others see everything, and a super user gives what he likes."""
    ann = places.ann
    bounds = {"allLocationsAccess": False, "locationIds": [places.north]}
    clerk = ann.person("configuration.edit", "invoice.view", **bounds)
    other = ann.person("invoice.view", **bounds)
    before = dump(ann)
    for person in (clerk, other):
        path = f"/users/{person.user_id}"
        assert clerk.refused("PUT", path, {"allLocationsAccess": True}).keys() == {"allLocationsAccess"}
        assert clerk.refused("PUT", path, {"locationIds": [places.north, places.south]}).keys() == {"locationIds[1]"}
        roles = ["configuration.edit", "invoice.view", "invoice.create"]
        assert clerk.refused("PUT", path, {"roles": roles}) == {
            "roles": "You do not have invoice.create yourself; ask a super user to give it."
        }
    assert clerk.refused("POST", "/users", {"email": "new@acme.test"}).keys() == {"allLocationsAccess"}
    assert differences(before, dump(ann)) == {}
    made = clerk.made("/users", {"email": "new@acme.test", "roles": ["invoice.view"], **bounds})
    assert clerk.changed("PUT", f"/users/{made['id']}", {"phone": "1", "roles": []})["roles"] == []
    free = ann.person("configuration.edit")
    assert free.refused("PUT", f"/users/{free.user_id}", {"roles": ["payment.pay"]}).keys() == {"roles"}
    assert free.changed("PUT", f"/users/{made['id']}", {"allLocationsAccess": True})["allLocationsAccess"] is True
    assert ann.changed("PUT", f"/users/{clerk.user_id}", {"roles": ["payment.pay"]})["roles"] == ["payment.pay"]


def test_who_manages_people_gives_only_options_of_his_own(places: Places) -> None:
    bounds = {"allUserDocumentCostcentersAccess": False, "documentCustomFieldOptionIds": [places.sales]}
    clerk = places.ann.person("configuration.edit", **bounds)
    path = f"/users/{places.ann.person('invoice.view', **bounds).user_id}"
    wider = {"documentCustomFieldOptionIds": [places.sales, places.factory]}
    assert clerk.refused("PUT", path, wider).keys() == {"documentCustomFieldOptionIds[1]"}
    assert clerk.refused("PUT", path, {"allUserDocumentCostcentersAccess": True}).keys() == {
        "allUserDocumentCostcentersAccess"
    }


class NowhereToBeFound(dict[str, Any]):
    """Keys of paths at which there is nothing."""

    def __missing__(self, key: str) -> int:
        return 2 if key == "objectType" else NOBODYS


def test_whoever_only_views_writes_nothing(places: Places) -> None:
    """Not even a document whose number is known, nor a file at it."""
    roles = [f"{module}.view" for module, levels in MODULES.items() if "view" in levels]
    viewer = places.viewer(*roles)
    before = dump(places.ann)
    known = {"idn": places.orders["north"], "id": places.supplier, "fieldId": places.cost_centre}
    for endpoint in endpoints(places.ann.service.registry):
        for_viewers = not endpoint.operation.permission.levels or set(roles) & set(endpoint.operation.permission.roles)
        if endpoint.takes_files or (endpoint.writes and not for_viewers):
            path = endpoint.operation.path.format_map(NowhereToBeFound(known))
            status, shown, _ = viewer.call(endpoint.operation.method, path, {"name": "x", "externalId": "x"})
            hidden = endpoint.takes_files and for_viewers
            assert status == (404 if hidden else 403), (str(endpoint), shown)
    order = places.ann.get(f"/purchaseorders/{places.orders['north']}")["id"]
    assert viewer.call("POST", f"/attachments/{order}/2", files={"file": PDF}).status == 403
    assert viewer.call("POST", f"/attachments/{places.supplier}/8", files={"file": PDF}).status == 403
    assert differences(before, dump(places.ann)) == {}


def test_without_a_role_documents_are_out_of_reach_and_master_data_is_not(places: Places) -> None:
    nobody = places.ann.person()
    for path in ("/purchaseorders", "/invoices", "/payments", "/contracts"):
        for one in (path, f"{path}/1"):
            status, shown, _ = nobody.call("GET", one)
            assert status == 403
            assert "This needs the role" in shown["message"]
    for path in ("/suppliers", "/items", "/taxes", "/users", "/units", "/documentcustomfields"):
        assert nobody.call("GET", path).status == 200


def test_a_super_user_has_no_bounds(places: Places) -> None:
    bounds = {"allLocationsAccess": False, "allLegalEntitiesAccess": False, "allUserDocumentCostcentersAccess": False}
    boss = places.ann.person(SUPER_USER, **bounds)
    assert_sees(boss, places, set(places.orders))
    assert {places.north, places.south} <= seen(boss, "/locations")
    assert places.order(boss, location=places.south, options=(places.factory,))["idn"]


# Every kind of document: each role, each operation, in each scope

WALKED = [one for one in discover() if one.name in verbs.KINDS]
BOUNDED = ("near", "south", "holding", "factory")
"""Documents of somebody else: where a bounded person may look, and outside of each bound alone."""


@dataclass
class Walk:
    """Drafts of one kind, in every scope, and people who are bound to the north, to Ltd and to Sales."""

    places: Places
    resource: Resource
    person: House
    role: str
    drafts: dict[str, Any] = field(default_factory=dict)
    """Keys by scope."""

    @property
    def scopes(self) -> tuple[str, ...]:
        return (*BOUNDED, "own") if self.resource.access.creator else BOUNDED

    def draft(self, scope: str) -> Any:
        """The key of the draft in that scope; a new one when the last is gone or has been moved."""
        if scope not in self.drafts:
            self.drafts[scope] = self._made(scope)
        return self.drafts[scope]

    def _made(self, scope: str) -> Any:
        places, maker, collection = self.places, Maker(self.places.ann), collection_of(self.resource.name)
        outside = {"own"} if scope == "own" else {scope}
        location = places.south if outside & {"south", "own"} else places.north
        option = places.factory if outside & {"factory", "own"} else places.sales
        head = {
            "location": {"id": location},
            "legalEntity": {"id": places.holding if outside & {"holding", "own"} else places.limited},
            "dataDocumentCustomFields": [{"documentCustomField": {"id": places.cost_centre}, "value": option}],
            "supplier": {"id": places.supplier},
        }
        accepted = collection.accepted(Write.ON_CREATE)
        if "purchaseOrder" in accepted:
            ordered = places.ann.made("/purchaseorders", {**head, "items": [{"name": "bolt", "price": 10}]})
            places.ann.changed("POST", f"/purchaseorders/{ordered['idn']}/confirm")
            head["purchaseOrder"] = {"id": ordered["id"]}
        elif "warehouse" in accepted:
            head["warehouse"] = {"id": places.ann.made("/warehouses", {"name": "w", "locationIds": [location]})["id"]}
        body = {**maker.body(collection, least=True), **{n: value for n, value in head.items() if n in accepted}}
        shown = maker.make(collection, body)
        if scope == "own":
            with places.ann.service.database.write(places.ann.company_id) as tx:
                tx.update(table(self.resource.table), {"creator_id": self.person.user_id}, id=shown["id"])
        return shown[self.resource.key]

    def sees(self, scope: str) -> bool:
        """Whether the person sees the draft, by what is declared."""
        access = self.resource.access
        owner = access.owner or access
        if self.role == SUPER_USER or (scope == "own" and access.creator):
            return True
        shows_others = {f"{access.module}.{level}" for level in SEES_OTHERS} | set(access.viewers)
        if access.module and self.role not in shows_others:
            return False
        bounds = {
            "south": access.location or owner.locations,
            "holding": access.legal_entity,
            "factory": access.custom_values,
        }
        return not bounds.get(scope)

    def is_theirs(self, operation: Operation, scope: str) -> bool | None:
        """Whether what can be done with the draft now is for this person to do; None when that is not declared."""
        if self.role == SUPER_USER or scope == "own":
            return True
        if operation.kind in ("update", "simulate"):
            return None
        return True if operation.move is None or operation.move.by is ANYONE else None

    def check(self, operation: Operation, scope: str) -> None:
        """Do it, and see that the answer is what role, scope and state make of it."""
        path = operation.path.format(**{self.resource.key: self.draft(scope)})
        status, shown, _ = self.person.call(operation.method, path, None if operation.method == "GET" else {})
        told = (self.role, scope, operation.method, path, shown)
        move = operation.move
        if self.role != SUPER_USER and self.role not in operation.permission.roles:
            assert status == 403, told
        elif not self.sees(scope):
            assert status == 404, told
        elif move and self.resource.life.beginning not in move.sources:
            assert status == 400, told
        elif self.is_theirs(operation, scope):
            assert status not in (403, 404), told
        else:
            assert status != 404, told
            assert status == 403 or not move or move.by.words not in PERSONAL, told
        if move and status < 300:
            self.drafts.pop(scope)


PERSONAL = {party.words for kind in verbs.KINDS.values() for party in verbs.parties(kind)}
"""Words for those who are concerned because they wrote a document or approve it."""


@pytest.mark.parametrize("resource", WALKED, ids=lambda one: one.name)
def test_every_role_does_what_it_may_where_it_may(places: Places, resource: Resource) -> None:
    """What somebody may not do is 403, what somebody does not see is 404, and lists show just what is visible."""
    key = f"{{{resource.key}}}"
    operations = [one for one in resource.operations if key in one.path and not one.parent]
    roles = {role for one in operations for role in one.permission.roles}
    stranger = places.ann.premises.house().under(profile="extended")
    shared: dict[str, Any] = {}
    for role in (SUPER_USER, *sorted(roles)):
        bounds = {
            "allLocationsAccess": False, "locationIds": [places.north],
            "allLegalEntitiesAccess": False, "legalEntityIds": [places.limited],
            "allUserDocumentCostcentersAccess": False, "documentCustomFieldOptionIds": [places.sales],
        }  # fmt: skip
        walk = Walk(places, resource, places.viewer(role, **bounds).under(profile="extended"), role, shared)
        for operation in operations:
            for scope in walk.scopes:
                walk.check(operation, scope)
                path = operation.path.format(**{resource.key: walk.draft(scope)})
                body = None if operation.method == "GET" else {}
                assert stranger.call(operation.method, path, body).status == 404, path
        listing = next(one for one in resource.operations if one.kind == "list")
        if role == SUPER_USER or role in listing.permission.roles:
            wanted = {walk.draft(scope) for scope in walk.scopes if walk.sees(scope)}
            assert seen(walk.person, listing.path, resource.key) & set(walk.drafts.values()) == wanted, role
        shared.pop("own", None)
    assert seen(stranger, f"/{resource.name}") == set()


# The next request


@pytest.fixture
def moving(premises: Premises) -> tuple[House, House]:
    """A super user, and somebody without any role; a house of their own."""
    ann = premises.house()
    return ann, ann.person()


def test_changed_rights_hold_from_the_next_request_on(moving: tuple[House, House]) -> None:
    ann, person = moving
    elsewhere = person.under(profile="strict")
    north, south = (ann.made("/locations", {"name": name})["id"] for name in ("North", "South"))
    supplier = ann.made("/suppliers", {"name": "Bolts"})["id"]
    order = ann.made("/purchaseorders", {"location": south, "supplier": supplier})["idn"]

    def status(method: str = "GET", path: str = f"/purchaseorders/{order}", body: Any = None) -> int:
        """The same from two servers, each of which remembers people for itself."""
        found = {one.call(method, path, body).status for one in (person, elsewhere)}
        assert len(found) == 1
        return found.pop()

    def change(**rights: Any) -> None:
        ann.changed("PUT", f"/users/{person.user_id}", rights)

    assert status() == 403
    change(roles=["purchase_order.view"])
    assert status() == 200
    assert status("PATCH", body={"externalId": "x"}) == 403
    change(roles=["purchase_order.view", "purchase_order.create"])
    assert status("PATCH", body={"externalId": "x"}) == 200
    change(allLocationsAccess=False, locationIds=[north])
    assert status() == 404
    change(locationIds=[north, south])
    assert status() == 200
    change(roles=["purchase_order.create"])
    assert status() == 404
    change(roles=["super_user"], locationIds=[])
    assert status() == 200
    change(enable=False)
    assert status() == 401
    change(enable=True, roles=[])
    assert status() == 403


def test_a_changed_e_mail_is_the_one_to_send(moving: tuple[House, House]) -> None:
    ann, person = moving
    ann.changed("PUT", f"/users/{person.user_id}", {"email": "new@acme.test"})
    assert person.call("GET", "/units").status == 401
    assert person.call("GET", "/units", headers={"email": "New@ACME.test"}).status == 200


def test_a_field_that_begins_to_limit_access_does_so_at_once(moving: tuple[House, House]) -> None:
    ann, person = moving
    custom_field = ann.made("/documentcustomfields", {"name": "Cost centre"})["id"]
    mine, others = option(ann, custom_field, "Mine"), option(ann, custom_field, "Others")
    rights = {
        "roles": ["invoice.view"],
        "allUserDocumentCostcentersAccess": False,
        "documentCustomFieldOptionIds": [mine],
    }
    ann.changed("PUT", f"/users/{person.user_id}", rights)
    supplier = ann.made("/suppliers", {"name": "Bolts"})["id"]
    values = [{"documentCustomField": custom_field, "value": others}]
    idn = ann.made("/invoices", {"supplier": supplier, "dataDocumentCustomFields": values})["idn"]
    assert person.call("GET", f"/invoices/{idn}").status == 200
    ann.changed("PUT", f"/documentcustomfields/{custom_field}", {"limitsAccess": True})
    assert person.call("GET", f"/invoices/{idn}").status == 404
    ann.changed("PUT", f"/users/{person.user_id}", {"documentCustomFieldOptionIds": [others]})
    assert person.call("GET", f"/invoices/{idn}").status == 200
