"""Custom fields: options, their trees and what they depend on, and the values documents, items and suppliers take."""

from __future__ import annotations

import pytest

from emptor.domains.custom_fields.options import SUBLEVELS, relevelled
from emptor.domains.organisation import companies
from tests.support.house import StoppedClock

FAMILIES = ("document", "item", "supplier")
DROPDOWN, TEXT, DATE = 0, 1, 2


def field(house, family="document", **more):
    return house.made(f"/{family}customfields", {"name": "Department", **more})


def option(house, field, name="Sales", family="document", **form):
    return house.made(f"/{family}customfields/{field['id']}/options", form={"name": name, **form})


def valued(family, *pairs):
    """`{field: value}` pairs as the wire carries them."""
    return [{"value": value, f"{family}CustomField": {"id": field["id"]}} for field, value in pairs]


@pytest.fixture
def order(house):
    """A function that makes draft orders; keyword arguments go into the body."""
    supplier = house.made("/suppliers", {"name": "Bolts Ltd"})
    location = house.made("/locations", {"name": "Berlin"})
    usual = {"supplier": {"id": supplier["id"]}, "location": {"id": location["id"]}, "requiredDate": "2026-01-31"}
    lines = [{"name": "Bolt", "quantity": 1, "price": "9.99"}]

    def make(refused=False, **more):
        send = house.refused if refused else house.call
        answer = send("POST", "/purchaseorders", {**usual, "items": lines, **more})
        return answer if refused else answer.json

    return make


# Options


@pytest.mark.parametrize("family", FAMILIES)
def test_an_option_is_created_changed_and_listed(house, family):
    owner = field(house, family)
    path = f"/{family}customfields/{owner['id']}/options"
    made = house.made(path, form={"name": "Sales", "code": "S1", "enable": "true", "externalId": "77"})
    shown = {"id": made["id"], "name": "Sales", "code": "S1", "label": "Sales", "level": 0, "enable": True,
             "externalId": "77", "parent": None}  # fmt: skip
    assert made == {**shown, "legalEntities": {"data": []}, "locations": {"data": []}}
    assert house.get(path)["data"] == [shown]
    assert house.get(f"/{family}customfields/{owner['id']}")["options"] == {"data": [shown]}
    assert house.get(f"/{family}customfields")["data"][0]["options"] == {"data": [shown]}

    renamed = house.changed("PUT", f"{path}/{made['id']}", form={"name": "Sales and service"})
    assert (renamed["name"], renamed["code"]) == ("Sales and service", "S1")
    patched = house.changed("PATCH", f"{path}/{made['id']}", form={"externalId": "78", "enable": "0"})
    assert (patched["externalId"], patched["enable"], patched["name"]) == ("78", False, "Sales and service")
    assert house.get(f"{path}/{made['id']}") == patched


def test_options_are_a_list_like_any_other(house):
    owner = field(house)
    other = field(house, name="Cost centre")
    option(house, other, "Elsewhere")
    path = f"/documentcustomfields/{owner['id']}/options"
    names = [f"Option {i}" for i in range(12)]
    made = [option(house, owner, name, externalId=f"x{i}", enable=i % 2) for i, name in enumerate(names)]

    page = house.get(f"{path}?per_page=10&page=2")
    assert [one["name"] for one in page["data"]] == ["Option 1", "Option 0"]
    assert page["meta"]["pagination"] == {
        "total": 12, "count": 2, "per_page": 10, "current_page": 2, "total_pages": 2, "has_next_page": False,
        "links": {"previous": f"{path}?per_page=10&page=1"},
    }  # fmt: skip

    def found(query):
        return [one["id"] for one in house.get(f"{path}?{query}")["data"]]

    assert found("externalId=x3") == [made[3]["id"]]
    assert found("external_id[]=x3&external_id[]=x4") == [made[4]["id"], made[3]["id"]]
    assert len(found("enable=true")) == 6
    child = option(house, owner, "Child", **{"parent[id]": made[0]["id"]})
    assert found(f"parent[id]={made[0]['id']}") == [child["id"]]
    assert found("level=1") == [child["id"]]


def test_an_option_is_only_found_below_its_own_field(house, premises):
    owner, other = field(house), field(house, name="Cost centre")
    made = option(house, owner)
    assert (
        house.call("PUT", f"/documentcustomfields/{other['id']}/options/{made['id']}", form={"name": "x"}).status == 404
    )
    assert house.call("GET", f"/documentcustomfields/{other['id']}/options/{made['id']}").status == 404
    assert house.call("GET", f"/itemcustomfields/{owner['id']}/options").status == 404
    assert house.call("POST", f"/itemcustomfields/{owner['id']}/options", form={"name": "x"}).status == 404
    assert house.call("GET", "/documentcustomfields/options").status == 404
    assert house.call("GET", "/documentcustomfields/options/options").status == 404
    stranger = premises.house()
    assert stranger.call("GET", f"/documentcustomfields/{owner['id']}/options").status == 404


def test_what_is_wrong_with_an_option_is_said(house):
    owner = field(house)
    path = f"/documentcustomfields/{owner['id']}/options"
    assert house.refused("POST", path, form={"code": "S"}) == {"name": "This field is required."}
    made = option(house, owner)
    assert house.refused("PATCH", f"{path}/{made['id']}", form={"colour": "red"}) == {
        "externalId": "This field is required."
    }
    assert house.refused("PATCH", f"{path}/{made['id']}", form={"enable": "perhaps"}) == {
        "enable": "Send true or false."
    }
    for kind, word in ((TEXT, "text"), (DATE, "date")):
        other = field(house, type=kind)
        problems = house.refused("POST", f"/documentcustomfields/{other['id']}/options", form={"name": "x"})
        assert problems == {"name": f"Only a drop-down has options; this is a {word} field."}


def test_only_who_configures_writes_options(house):
    owner = field(house)
    clerk = house.person("purchase_order.create")
    path = f"/documentcustomfields/{owner['id']}/options"
    assert clerk.call("GET", path).status == 200
    assert clerk.call("POST", path, form={"name": "x"}).status == 403
    assert clerk.call("PATCH", "/documentcustomfields/options/depend_add", form={}).status == 403


def test_a_change_of_options_is_a_change_of_their_field(premises):
    clock = StoppedClock()
    house = premises.house(clock=clock)
    owner = field(house)
    path = f"/documentcustomfields/{owner['id']}/options"
    made = option(house, owner)
    entity = house.made("/legalentities", {"name": "North"})
    for change in (
        lambda: option(house, owner, "Service"),
        lambda: house.changed("PUT", f"{path}/{made['id']}", form={"code": "S"}),
        lambda: depend(house, "document", "add", made, entity["id"]),
        lambda: depend(house, "document", "remove", made, entity["id"]),
    ):
        now, before = clock.forward(minutes=1), access_version(house)
        change()
        assert house.get(f"/documentcustomfields/{owner['id']}")["updateDate"] == now
        assert access_version(house) == before + 1


def test_an_external_id_of_an_option_is_no_change_of_its_field(premises):
    clock = StoppedClock()
    house = premises.house(clock=clock)
    owner = field(house)
    made = option(house, owner)
    before = house.get(f"/documentcustomfields/{owner['id']}")["updateDate"]
    clock.forward(minutes=1)
    path = f"/documentcustomfields/{owner['id']}/options/{made['id']}"
    assert house.changed("PATCH", path, form={"externalId": "77"})["externalId"] == "77"
    assert house.get(f"/documentcustomfields/{owner['id']}")["updateDate"] == before


def access_version(house):
    known = companies.all_companies(house.service.database)
    return next(one["access_version"] for one in known if one["id"] == house.company_id)


# Options that come with a new field


def test_a_new_field_brings_its_options_along(house):
    made = house.made(
        "/itemcustomfields", {"name": "Account", "options": [{"name": "4400", "code": "a"}, {"name": "4711"}]}
    )
    assert [(one["name"], one["level"]) for one in made["options"]["data"]] == [("4400", 0), ("4711", 0)]
    form = {"name": "Account", "options[0][name]": "4400", "options[1][name]": "4711"}
    assert len(house.made("/itemcustomfields", form=form)["options"]["data"]) == 2


def test_what_is_wrong_with_options_of_a_new_field_is_said(house):
    stranger = option(house, field(house))
    wrong = [{"code": "x"}, {"name": "Child", "parent": {"id": stranger["id"]}}, {"id": stranger["id"], "name": "Mine"}]
    problems = house.refused("POST", "/documentcustomfields", {"name": "Team", "options": wrong})
    assert set(problems) == {"options[0][name]", "options[1][parent]", "options[2][id]"}
    problems = house.refused(
        "POST", "/documentcustomfields", {"name": "Team", "type": TEXT, "options": [{"name": "x"}]}
    )
    assert problems == {"options": "Only a drop-down has options; this is a text field."}


# Trees


def test_a_tree_grows_five_levels_below_its_top(house):
    owner = field(house)
    above = option(house, owner, "Level 0")
    for level in range(1, SUBLEVELS + 1):
        child = option(house, owner, f"Level {level}", **{"parent[id]": above["id"]})
        assert (child["level"], child["parent"]) == (level, {"id": above["id"]})
        above = child
    problems = house.refused(
        "POST", f"/documentcustomfields/{owner['id']}/options", form={"name": "Too deep", "parent[id]": above["id"]}
    )
    assert problems == {"parent": "Options go at most 5 levels below the top."}


def test_a_parent_is_an_option_of_the_same_field(house):
    owner, other = field(house), field(house, name="Cost centre")
    mine, stranger = option(house, owner), option(house, other)
    path = f"/documentcustomfields/{owner['id']}/options"
    sentence = {"parent": "The parent must be an option of the same field."}
    for parent in (stranger["id"], 10**9):
        assert house.refused("POST", path, form={"name": "x", "parent[id]": parent}) == sentence
        assert house.refused("PUT", f"{path}/{mine['id']}", form={"parent[id]": parent}) == sentence


def test_a_move_takes_the_subtree_along(house):
    owner = field(house)
    path = f"/documentcustomfields/{owner['id']}/options"
    top, middle = option(house, owner, "Top"), option(house, owner, "Middle")
    low = option(house, owner, "Low", **{"parent[id]": middle["id"]})
    lowest = option(house, owner, "Lowest", **{"parent[id]": low["id"]})

    def levels():
        return {one["name"]: one["level"] for one in house.get(path)["data"]}

    house.changed("PUT", f"{path}/{middle['id']}", form={"parent[id]": top["id"]})
    assert levels() == {"Top": 0, "Middle": 1, "Low": 2, "Lowest": 3}
    for below in (middle, low, lowest):
        problems = house.refused("PATCH", f"{path}/{middle['id']}", {"parent": {"id": below["id"]}})
        assert problems == {"parent": "An option cannot hang below itself."}
    house.changed("PATCH", f"{path}/{low['id']}", {"parent": None})
    assert levels() == {"Top": 0, "Middle": 1, "Low": 0, "Lowest": 1}


def test_levels_follow_from_the_parents():
    chain = {1: None, 2: 1, 3: 2, 4: None}
    assert relevelled(chain, 2, 4) == {2: 1, 3: 2}
    assert relevelled(chain, 2, None) == {2: 0, 3: 1}
    assert relevelled(chain, 1, 4) == {1: 1, 2: 2, 3: 3}
    deep = {n: n - 1 or None for n in range(1, 2 + SUBLEVELS)} | {50: None, 51: 50}
    assert relevelled(deep, 51, SUBLEVELS) == {51: SUBLEVELS}
    for moved, parent, said in (
        (2, 3, "below itself"),
        (2, 2, "below itself"),
        (2, 9, "same field"),
        (50, SUBLEVELS, "5 levels"),
    ):
        with pytest.raises(ValueError, match=said):
            relevelled(deep if moved == 50 else chain, moved, parent)


# Values


@pytest.mark.parametrize("how", ["field", "option"])
def test_what_is_out_of_use_stays_but_cannot_be_chosen_anew(house, order, how):
    owner = field(house)
    sales, service = option(house, owner), option(house, owner, "Service")
    first = order(dataDocumentCustomFields=valued("document", (owner, str(sales["id"]))))
    path = f"/documentcustomfields/{owner['id']}"
    house.changed("PUT", path if how == "field" else f"{path}/options/{sales['id']}", form={"enable": "false"})

    sent = {"dataDocumentCustomFields": valued("document", (owner, sales["id"]))}
    sentence = (
        "This custom field is out of use; leave it out."
        if how == "field"
        else "This option is out of use; choose another."
    )
    assert order(refused=True, **sent) == {"dataDocumentCustomFields[0]": sentence}
    kept = house.changed("PUT", f"/purchaseorders/{first['idn']}", {**sent, "note": "as before"})
    assert kept["dataDocumentCustomFields"]["data"][0]["value"] == str(sales["id"])
    house.changed("PUT", f"/purchaseorders/{first['idn']}", {"discountPercent": 10})

    other = house.call(
        "PUT",
        f"/purchaseorders/{first['idn']}",
        {"dataDocumentCustomFields": valued("document", (owner, service["id"]))},
    )
    assert other.status == (400 if how == "field" else 200)
    cleared = house.changed("PUT", f"/purchaseorders/{first['idn']}", {"dataDocumentCustomFields": []})
    assert cleared["dataDocumentCustomFields"] == {"data": []}


def test_lines_keep_what_is_out_of_use_too(house, order):
    owner = field(house, "item")
    made = option(house, owner, family="item")
    line = {"name": "Bolt", "quantity": 1, "price": 1, "dataItemCustomFields": valued("item", (owner, made["id"]))}
    first = order(items=[line])
    house.changed("PATCH", f"/itemcustomfields/{owner['id']}/options/{made['id']}", form={"enable": "false"})
    assert order(refused=True, items=[line]) == {
        "items[0][dataItemCustomFields][0]": "This option is out of use; choose another."
    }
    path, stored = f"/purchaseorders/{first['idn']}", first["items"]["data"][0]
    house.changed("PUT", path, {"discountPercent": 5})
    house.changed("PUT", path, {"items": [{**line, "id": stored["id"], "quantity": 3}]})
    assert house.refused("PUT", path, {"items": [line]})


def test_one_field_takes_one_value_but_a_suppliers_drop_down_takes_several(house, order):
    owner = field(house)
    both = [(owner, option(house, owner, name)["id"]) for name in ("Sales", "Service")]
    assert order(refused=True, dataDocumentCustomFields=valued("document", *both)) == {
        "dataDocumentCustomFields[1]": "This field has its value already, further up in the list."
    }
    trades = field(house, "supplier", name="Trades")
    both = [(trades, str(option(house, trades, name, "supplier")["id"])) for name in ("Steel", "Wood")]
    made = house.made("/suppliers", {"name": "S", "dataSupplierCustomFields": valued("supplier", *both)})
    assert [one["value"] for one in made["dataSupplierCustomFields"]["data"]] == [value for _, value in both]
    problems = house.refused(
        "POST", "/suppliers", {"name": "T", "dataSupplierCustomFields": valued("supplier", *both[:1] * 2)}
    )
    assert list(problems) == ["dataSupplierCustomFields[1]"]


def test_somebody_with_options_of_their_own_chooses_among_those(house, order):
    owner = field(house, limitsAccess=True)
    mine, theirs = option(house, owner), option(house, owner, "Service")
    below = option(house, owner, "Field service", **{"parent[id]": mine["id"]})
    first = order()
    clerk = house.person(
        "purchase_order.create", allUserDocumentCostcentersAccess=False, documentCustomFieldOptionIds=[mine["id"]]
    )

    def chosen(one):
        body = {key: {"id": first[key]["id"]} for key in ("supplier", "location")} | {
            "items": [{"name": "B", "price": 1}]
        }
        return clerk.call(
            "POST", "/purchaseorders", {**body, "dataDocumentCustomFields": valued("document", (owner, one["id"]))}
        )

    assert chosen(mine).status == chosen(below).status == 201
    assert chosen(theirs).json["errors"]["errors"] == {
        "dataDocumentCustomFields[0]": "This option is not among yours; choose another."
    }
    moved = house.changed(
        "PUT", f"/documentcustomfields/{owner['id']}/options/{below['id']}", {"parent": {"id": theirs["id"]}}
    )
    assert moved["level"] == 1
    assert chosen(below).status == 400, "rights are read anew when a tree changes"


# Required fields


def test_a_draft_may_lack_what_is_required_but_nothing_that_is_submitted(house, order):
    owner = field(house, required=True)
    account = field(house, "item", name="Account", type=TEXT, required=True)
    draft = order()
    path = f"/purchaseorders/{draft['idn']}"
    assert house.refused("POST", f"{path}/confirm") == {
        "dataDocumentCustomFields": "Fill in what is required: Department.",
        "items[0][dataItemCustomFields]": "Fill in what is required: Account.",
    }
    line = {"id": draft["items"]["data"][0]["id"], "dataItemCustomFields": valued("item", (account, "4400"))}
    header = valued("document", (owner, option(house, owner)["id"]))
    house.changed("PUT", path, {"dataDocumentCustomFields": header, "items": [line]})
    assert house.changed("POST", f"{path}/confirm")["statusString"] == "status.approved"


def test_a_field_out_of_use_is_not_required(house, order):
    field(house, required=True, enable=False)
    assert house.call("POST", f"/purchaseorders/{order()['idn']}/confirm").status == 200


@pytest.mark.parametrize(
    ("family", "path", "body"),
    [("supplier", "/suppliers", {"name": "S"}), ("item", "/items", {"name": "I", "sku": "1", "price": 1})],
)
def test_suppliers_and_items_have_what_is_required_from_the_start(house, family, path, body):
    before = house.made(path, body)
    owner = field(house, family, type=TEXT, required=True)
    wire = f"data{family.capitalize()}CustomFields"
    sentence = {wire: "Fill in what is required: Department."}
    assert house.refused("POST", path, body) == sentence
    assert house.refused("POST", path, {**body, wire: valued(family, (owner, ""))}) == sentence
    made = house.made(path, {**body, wire: valued(family, (owner, "x"))})
    assert house.refused("PUT", f"{path}/{made['id']}", {wire: []}) == sentence
    house.changed("PUT", f"{path}/{before['id']}", {"name": "An older one can still be changed"})


def test_a_suppliers_custom_fields_are_set_one_by_one(house):
    colour, trades = field(house, "supplier", name="Colour", type=TEXT), field(house, "supplier", name="Trades")
    steel, wood = (option(house, trades, name, "supplier") for name in ("Steel", "Wood"))
    supplier = house.made("/suppliers", {"name": "S"})
    path = f"/suppliers/{supplier['id']}/customfields"

    def set_to(*pairs):
        shown = house.changed("PATCH", path, {"dataSupplierCustomFields": valued("supplier", *pairs)})
        return sorted(one["value"] for one in shown["dataSupplierCustomFields"]["data"])

    assert set_to((colour, "red"), (trades, steel["id"])) == sorted(["red", str(steel["id"])])
    assert set_to((trades, wood["id"])) == sorted(["red", str(wood["id"])])
    assert set_to((colour, None)) == [str(wood["id"])]
    assert house.refused("PATCH", path, {}) == {"dataSupplierCustomFields": "This field is required."}


# Dependencies


def depend(house, family, verb, option, ids, kind=1):
    form = {f"{family}_custom_field_option_id": option["id"], "depend_type": kind, "entity_ids": ids}
    return house.changed("PATCH", f"/{family}customfields/options/depend_{verb}", form=form)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_option_is_bound_to_legal_entities_and_freed(house, family):
    owner = field(house, family)
    made = option(house, owner, family=family)
    north, south = (house.made("/legalentities", {"name": name})["id"] for name in ("North", "South"))

    def bound(verb, ids):
        return [one["id"] for one in depend(house, family, verb, made, ids)["legalEntities"]["data"]]

    assert bound("add", str(north)) == [north]
    assert bound("add", f"[{north}, {south}]") == [north, south]
    assert bound("remove", f"[{north}]") == [south]
    as_json = {f"{family}_custom_field_option_id": made["id"], "depend_type": 1, "entity_ids": [north, south]}
    path = f"/{family}customfields/options/depend_add"
    assert house.changed("PATCH", path, as_json)["legalEntities"]["data"][0]["id"] == north
    assert house.changed("PATCH", path, {**as_json, "entity_ids": north})["id"] == made["id"]
    assert bound("remove", f"[{north},{south}]") == []
    assert bound("remove", str(north)) == [], "taking back what is not there changes nothing"
    assert bound("add", f"[{south}, {south}]") == [south]


def test_what_is_wrong_with_a_dependency_is_said(house):
    owner, other = field(house), field(house, "item")
    mine, stranger = option(house, owner), option(house, other, family="item")
    north = house.made("/legalentities", {"name": "North"})["id"]
    path = "/documentcustomfields/options/depend_add"
    assert set(house.refused("PATCH", path, form={})) == {
        "document_custom_field_option_id",
        "depend_type",
        "entity_ids",
    }
    right = {"document_custom_field_option_id": mine["id"], "depend_type": 1, "entity_ids": north}
    for wrong, place in (
        ({"document_custom_field_option_id": stranger["id"]}, "document_custom_field_option_id"),
        ({"depend_type": 3}, "depend_type"),
        ({"entity_ids": "[1, x]"}, "entity_ids[1]"),
        ({"entity_ids": "[]"}, "entity_ids[0]"),
        ({"entity_ids": str(10**9)}, "entity_ids[0]"),
    ):
        assert list(house.refused("PATCH", path, form={**right, **wrong})) == [place]


def test_a_bound_option_goes_only_with_its_legal_entities(house, order):
    owner = field(house)
    bound, free = option(house, owner, "North only"), option(house, owner, "Anywhere")
    north, south = (house.made("/legalentities", {"name": name})["id"] for name in ("North", "South"))
    depend(house, "document", "add", bound, str(north))
    sent = {"dataDocumentCustomFields": valued("document", (owner, bound["id"]))}
    sentence = {"dataDocumentCustomFields[0]": "This option belongs to another legal entity; choose a different one."}

    assert order(refused=True, legalEntity={"id": south}, **sent) == sentence
    assert list(order(refused=True, legalEntity={"id": 10**9}, **sent)) == ["legalEntity"], "what is wrong first"
    assert order(legalEntity={"id": south}, dataDocumentCustomFields=valued("document", (owner, free["id"])))["id"]
    assert order(**sent)["id"], "an order of no legal entity in particular"
    made = order(legalEntity={"id": north}, **sent)
    path = f"/purchaseorders/{made['idn']}"
    assert house.refused("PUT", path, {"legalEntity": {"id": south}}) == sentence
    moved = {"legalEntity": {"id": south}, "dataDocumentCustomFields": valued("document", (owner, free["id"]))}
    assert house.changed("PUT", path, moved)["legalEntity"]["id"] == south
    assert house.refused("PUT", path, sent) == sentence


def test_a_dependency_does_not_touch_what_was_chosen_before(house, order):
    owner = field(house)
    made = option(house, owner)
    north, south = (house.made("/legalentities", {"name": name})["id"] for name in ("North", "South"))
    sent = {"dataDocumentCustomFields": valued("document", (owner, made["id"]))}
    first = order(legalEntity={"id": south}, **sent)
    depend(house, "document", "add", made, str(north))
    house.changed("PUT", f"/purchaseorders/{first['idn']}", {"note": "later", **sent})


def test_lines_follow_the_documents_legal_entity(house, order):
    owner = field(house, "item")
    bound = option(house, owner, family="item")
    north, south = (house.made("/legalentities", {"name": name})["id"] for name in ("North", "South"))
    depend(house, "item", "add", bound, str(north))
    line = {"name": "Bolt", "price": 1, "dataItemCustomFields": valued("item", (owner, bound["id"]))}
    place = "items[0][dataItemCustomFields][0]"
    assert list(order(refused=True, legalEntity={"id": south}, items=[line])) == [place]
    made = order(legalEntity={"id": north}, items=[line])
    assert list(house.refused("PUT", f"/purchaseorders/{made['idn']}", {"legalEntity": {"id": south}})) == [place]


def test_a_suppliers_options_follow_its_legal_entities(house):
    owner = field(house, "supplier")
    bound = option(house, owner, family="supplier")
    north, south = (house.made("/legalentities", {"name": name})["id"] for name in ("North", "South"))
    depend(house, "supplier", "add", bound, str(north))
    sent = {"name": "S", "dataSupplierCustomFields": valued("supplier", (owner, bound["id"]))}
    assert list(house.refused("POST", "/suppliers", {**sent, "supplierLegalEntityIds": [south]})) == [
        "dataSupplierCustomFields[0]"
    ]
    made = house.made("/suppliers", {**sent, "supplierLegalEntityIds": [south, north]})
    assert list(house.refused("PUT", f"/suppliers/{made['id']}", {"supplierLegalEntityIds": [south]})) == [
        "dataSupplierCustomFields[0]"
    ]
    house.changed("PUT", f"/suppliers/{made['id']}", {"phone": "1", **sent})


def test_an_option_can_be_bound_to_locations_as_well(house, order):
    owner = field(house)
    bound = option(house, owner)
    draft = order()
    munich = house.made("/locations", {"name": "Munich"})["id"]
    shown = depend(house, "document", "add", bound, str(munich), kind=2)
    assert [one["id"] for one in shown["locations"]["data"]] == [munich]
    sent = {"dataDocumentCustomFields": valued("document", (owner, bound["id"]))}
    assert house.refused("PUT", f"/purchaseorders/{draft['idn']}", sent) == {
        "dataDocumentCustomFields[0]": "This option belongs to another location; choose a different one."
    }
    house.changed("PUT", f"/purchaseorders/{draft['idn']}", {**sent, "location": {"id": munich}})
