"""The journal: what it says, that it costs no gaps, and that nobody rewrites it unnoticed."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from emptor.cli import app
from emptor.domains.organisation import keys
from emptor.store import journal
from emptor.store.statement import Statement
from tests.support.buying import Buying
from tests.support.house import House


@pytest.fixture
def shop(house: House) -> Buying:
    return Buying(house)


def entries(house: House, query: str = "") -> list[dict]:
    """The journal, oldest first."""
    return house.get(f"/-/audit?per_page=200{query}")["data"][::-1]


def of(house: House, shown: dict) -> list[dict]:
    return entries(house, f"&objectId={shown['id']}")


def verdict(house: House) -> journal.Verdict:
    with house.service.database.read(house.company_id) as tx:
        return journal.verify(tx)


# What it says


def test_who_made_what_and_when(shop: Buying) -> None:
    order = shop.order(("Bolt", 10, 2))
    (entry,) = of(shop.house, order)
    assert (entry["verb"], entry["resource"], entry["idn"]) == ("create", "purchaseorders", order["idn"])
    assert entry["user"]["email"] == shop.house.email
    assert entry["createDate"] == order["createDate"]
    after = entry["changes"]["after"]
    assert (after["sum"], after["location_id"]) == ("20.00", shop.location["id"])
    assert [(line["name"], line["quantity"]) for line in after["items"]] == [("Bolt", "10")]


def test_a_change_shows_only_what_differs_lines_included(shop: Buying) -> None:
    order = shop.order(("Bolt", 10, 2), ("Nut", 5, 1), note="first")
    bolt, nut = order["items"]["data"]
    shop.ann.changes(order, note="second", items=[{"id": bolt["id"], "quantity": 11}, {"name": "Pin", "price": 3}])
    changes = of(shop.house, order)[-1]["changes"]
    assert changes["before"]["note"] == "first"
    assert changes["after"]["note"] == "second"
    assert not {"location_id", "supplier_id", "update_date"} & changes["after"].keys()
    was, gone = changes["before"]["items"]
    now, new = changes["after"]["items"]
    assert (was["id"], was["quantity"], now["quantity"]) == (bolt["id"], "10", "11")
    assert "name" not in now
    assert (gone["id"], gone["name"], new["name"]) == (nut["id"], "Nut", "Pin")


def test_a_change_of_nothing_is_no_entry(shop: Buying) -> None:
    order = shop.order(note="same")
    shop.ann.changes(order, note="same")
    assert [entry["verb"] for entry in of(shop.house, order)] == ["create"]


def test_moves_go_by_their_verb(shop: Buying) -> None:
    order = shop.order()
    shop.ann.does("confirm", order)
    shop.ann.does("send", order, {"statusSending": 1})
    shop.ann.does("revision", order)
    assert [entry["verb"] for entry in of(shop.house, order)] == ["create", "confirm", "send", "revision"]
    assert of(shop.house, order)[-1]["changes"] == {"before": {"status": 2}, "after": {"status": 7}}


def test_what_is_deleted_stays_in_the_journal(shop: Buying) -> None:
    order = shop.order(note="gone soon")
    shop.ann.does("delete", order)
    last = of(shop.house, order)[-1]
    assert last["verb"] == "delete"
    assert last["changes"]["before"]["note"] == "gone soon"


def test_access_given_to_a_person_is_in_it(shop: Buying) -> None:
    bob = shop.person("purchase_order.view")
    shop.house.changed("PUT", f"/users/{bob.house.user_id}", {"locationIds": [shop.location["id"]], "roles": []})
    changes = entries(shop.house, f"&objectId={bob.house.user_id}")[-1]["changes"]
    assert changes["before"] == {"roles": ["purchase_order.view"], "locations": []}
    assert changes["after"] == {"roles": [], "locations": [shop.location["id"]]}


def test_external_ids_and_decisions_about_suppliers_are_in_it(shop: Buying) -> None:
    supplier = shop.supplier
    shop.house.changed("PATCH", f"/suppliers/{supplier['id']}", {"externalId": "S-1"})
    assert of(shop.house, supplier)[-1]["changes"] == {
        "before": {"external_id": None}, "after": {"external_id": "S-1"}
    }  # fmt: skip


def test_keys_are_in_it_but_no_token(house: House) -> None:
    with house.service.database.write(house.company_id) as tx:
        key, token = keys.create(tx, house.user_id)
        keys.revoke(tx, key)
    said = entries(house.under(profile="extended"), f"&objectId={key}")
    assert [(entry["verb"], entry["resource"], entry["user"]) for entry in said] == [
        ("create", "api_keys", None), ("revoke", "api_keys", None)
    ]  # fmt: skip
    assert token[:6] not in json.dumps(said)
    assert keys.hash_of(token) not in json.dumps(said)


def test_a_refused_request_leaves_no_entry(shop: Buying) -> None:
    before = len(entries(shop.house))
    assert shop.house.call("POST", "/units", {"name": ""}).status == 400
    assert len(entries(shop.house)) == before


def test_reading_it_is_for_whoever_configures(shop: Buying) -> None:
    assert shop.person("purchase_order.create").house.call("GET", "/-/audit").status == 403
    assert shop.person("configuration.edit").house.call("GET", "/-/audit").status == 200
    assert shop.house.under(profile="strict").call("GET", "/-/audit").status == 404


def test_it_filters_like_every_list(shop: Buying) -> None:
    shop.order()
    said = shop.house.get("/-/audit?resource=purchaseorders&verb=create")["data"]
    assert [entry["resource"] for entry in said] == ["purchaseorders"]
    assert shop.house.get(f"/-/audit/{said[0]['id']}") == said[0]


def test_whoever_stands_in_is_named_with_the_other(house: House) -> None:
    bob = house.person().user_id
    with house.service.database.write(house.company_id) as tx:
        tx.on_behalf_of = bob
        tx.note("approve", "purchaseorders", 1, "1", {})
    assert entries(house.under(profile="extended"))[-1]["onBehalfOf"]["id"] == bob


def test_secrets_never_enter_it(house: House) -> None:
    with house.service.database.write(house.company_id) as tx:
        tx.note("create", "things", 1, None, {"after": {"token": "t0ps3cret", "name": "x"}})
    said = entries(house.under(profile="extended"))[-1]["changes"]
    assert said == {"after": {"name": "x"}}


# The chain


def test_the_chain_is_sound(shop: Buying) -> None:
    shop.approved_order()
    assert verdict(shop.house) == journal.Verdict(len(entries(shop.house)))


@pytest.mark.parametrize("attack", ["UPDATE audit_entries SET changes = '{}'", "DELETE FROM audit_entries"])
def test_the_database_refuses_to_change_it(house: House, attack: str) -> None:
    with pytest.raises(Exception, match="never changed or deleted"):
        attacked(house, f"{attack} WHERE company_id = {house.company_id}")
    assert verdict(house).fault == ""


TRIGGERS = {
    "sqlite": ("DROP TRIGGER audit_entries_no_update", "DROP TRIGGER audit_entries_no_delete"),
    "postgresql": ("ALTER TABLE audit_entries DISABLE TRIGGER audit_entries_append_only",),
}


@pytest.mark.past_the_domain("breaks the chain that `emptor check` walks")
@pytest.mark.parametrize(
    ("attack", "found"),
    [
        ("UPDATE audit_entries SET user_id = 1 WHERE number = 3", "Entry 3 (id"),
        ("UPDATE audit_entries SET changes = '{}' WHERE number = 3", "Entry 3 (id"),
        ("UPDATE audit_entries SET create_date = '2020-01-01T00:00:00+00:00' WHERE number = 3", "Entry 3 (id"),
        ("DELETE FROM audit_entries WHERE number = 2", "Entry 2 is missing."),
        ("DELETE FROM audit_entries WHERE number >= 4", "Entry 4 is missing, with all up to 6."),
    ],
)
def test_tampering_is_found_and_named(house: House, attack: str, found: str) -> None:
    for name in ("one", "two", "three", "four"):
        house.made("/units", {"name": name})
    assert verdict(house).entries == 6
    database = house.service.database
    lifted = TRIGGERS[database.backend.name]
    put_back = journal.append_only("sqlite", ("audit_entries",))
    if database.backend.name == "postgresql":
        put_back = ["ALTER TABLE audit_entries ENABLE TRIGGER audit_entries_append_only"]
    with database.engine.connect() as connection:
        for statement in (*lifted, f"{attack} AND company_id = {house.company_id}", *put_back):
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql(f"SET emptor.company_id = {house.company_id}")
            connection.exec_driver_sql(statement)
        connection.commit()
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("RESET emptor.company_id")
    assert verdict(house).fault.startswith(found)
    result = CliRunner().invoke(
        app, ["audit", "verify", "--company", str(house.company_id), "--database", database.url]
    )
    assert result.exit_code == 1
    assert found.split(" (")[0] in result.output


def attacked(house: House, statement: str) -> None:
    with house.service.database.write(house.company_id) as tx:
        tx.all(Statement(text(statement)))


def test_threads_leave_one_chain_without_gaps(shop: Buying) -> None:
    body = {"supplier": shop.supplier["id"], "location": shop.location["id"], "items": shop.lines()}
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda _: shop.house.made("/purchaseorders", body), range(48)))
    assert sorted(int(one["idn"]) for one in made) == list(range(1, 49))
    said = entries(shop.house)
    assert [entry["number"] for entry in said] == list(range(1, len(said) + 1))
    assert verdict(shop.house) == journal.Verdict(len(said))


# On the command line


def test_the_command_lists_and_verifies(shop: Buying) -> None:
    shop.order()
    where = ["--database", shop.house.service.database.url]
    listed = CliRunner().invoke(app, ["audit", "list", str(shop.house.company_id), "--count", "1", "--json", *where])
    assert [entry["resource"] for entry in json.loads(listed.output)] == ["purchaseorders"]
    verified = CliRunner().invoke(app, ["audit", "verify", "--company", str(shop.house.company_id), "--json", *where])
    assert verified.exit_code == 0, verified.output
    assert json.loads(verified.output)[0]["fault"] is None


def test_companies_have_chains_of_their_own(shop: Buying) -> None:
    other = shop.house.premises.house()
    other.made("/units", {"name": "pcs"})
    assert verdict(other) == journal.Verdict(3)
    assert {entry["number"] for entry in entries(other.under(profile="extended"))} == {1, 2, 3}
