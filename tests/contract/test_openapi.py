"""The description of the API: valid, the one in the repository, and true of what the server answers."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from jsonschema_rs import Draft202012Validator

from emptor import server
from emptor.domains import discover
from emptor.http import openapi
from emptor.http.openapi import shared
from emptor.http.openapi.operations import UNIFORM
from emptor.kit.fields import Constant
from emptor.kit.resource import Operation, walk
from emptor.settings import read
from tests.support.declared import COLLECTIONS, Collection
from tests.support.house import House, Premises, Reply
from tests.support.making import PDF, Furnished, Maker

ROOT = Path(__file__).parents[2]
KEPT = ROOT / "contract" / "openapi.json"
PROFILES = ("extended", "strict")


@cache
def described(profile: str, empty_refs_as_lists: bool = False) -> dict[str, Any]:
    return openapi.description(server.registry(read({}, empty_refs_as_lists=empty_refs_as_lists)), profile)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


@pytest.mark.parametrize("profile", PROFILES)
def test_the_document_is_valid(profile: str) -> None:
    schemathesis.openapi.from_dict(described(profile)).validate()


@pytest.mark.parametrize("profile", PROFILES)
def test_every_schema_is_one(profile: str) -> None:
    components = described(profile)["components"]
    every = {name: {"$ref": f"#/components/schemas/{name}"} for name in components["schemas"]}
    Draft202012Validator({"properties": every, "components": components})


@pytest.mark.parametrize("profile", PROFILES)
def test_everything_named_is_there_and_used(profile: str) -> None:
    document = described(profile)
    text = json.dumps(document)
    for kind, entries in document["components"].items():
        if kind == "securitySchemes":
            continue
        for name in entries:
            assert f'"#/components/{kind}/{name}"' in text, f"nothing uses {kind}/{name}"
    for target in set(_references(document)):
        kind, name = target.removeprefix("#/components/").split("/")
        assert name in document["components"][kind], target


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from _references(one)


@pytest.mark.parametrize("profile", PROFILES)
def test_operations_have_names_of_their_own(profile: str) -> None:
    names = [operation["operationId"] for _, _, operation in operations(described(profile))]
    assert sorted(names) == sorted(set(names))
    assert all(operation["summary"] for _, _, operation in operations(described(profile)))


def test_the_profiles_differ_by_what_the_hosted_api_lacks() -> None:
    strict = {(method, path) for method, path, _ in operations(described("strict"))}
    hosted = {(method, path) for method, path, one in operations(described("extended")) if one.get("x-hosted", True)}
    assert strict == hosted


@pytest.mark.parametrize("profile", PROFILES)
def test_the_server_has_just_these_operations(premises: Premises, profile: str) -> None:
    """Both ways: what is routed is described, and what is described is routed."""
    service = premises.service(profile=profile)
    routed = {
        (operation.method.lower(), operation.path)
        for resource in service.registry
        for operation in resource.operations
        if operation in {one for ends in _ends(service.routes.root) for _, one in ends.values()}
    }
    said = {(method, path) for method, path, _ in operations(described(profile)) if path not in shared.NATIVE_PATHS}
    assert routed == said


def _ends(node: Any) -> Iterator[dict[str, Any]]:
    yield node.ends
    for one in (*node.fixed.values(), *([node.parameter] if node.parameter else [])):
        yield from _ends(one)


def test_the_kept_document_is_the_one_we_emit() -> None:
    emitted = openapi.text(server.registry(read({})), "extended")
    if KEPT.read_text() != emitted:
        pytest.fail("The API has changed. If it should, run: emptor openapi --out contract/openapi.json", pytrace=False)


def test_the_served_document_is_made_once(house: House) -> None:
    first, second = house.get("/-/openapi.json"), house.get("/-/openapi.json")
    assert first == second == json.loads(json.dumps(described("extended")))
    registry = house.service.registry
    assert openapi.encoded(registry, "extended") is openapi.encoded(registry, "extended")


def test_what_is_left_empty_is_said() -> None:
    """In contract/differences.md, both ways."""
    text = (ROOT / "contract" / "differences.md").read_text()
    section = text.partition("## Left empty")[2].partition("\n## ")[0]
    said = set(re.findall(r"`(\w+)`", section)) - {"const", "null", "false"}
    left = {one.wire for resource in discover() for one in walk(resource.fields) if isinstance(one, Constant)}
    assert said == left


# Real answers


@cache
def validator(method: str, path: str, status: int, empty_refs_as_lists: bool) -> Draft202012Validator:
    """Judges the bodies an operation answers with."""
    document = described("extended", empty_refs_as_lists)
    answer = document["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = answer["content"]["application/json"]["schema"]
    known = document["components"]["schemas"]
    named = {name: known[name] for name in mentioned(schema, known)}  # all of them would take some MB each time
    return Draft202012Validator({**schema, "components": {"schemas": named}}, validate_formats=True)


def mentioned(schema: Any, known: dict[str, Any]) -> set[str]:
    """The names of the schemas that a schema refers to, and those refer to."""
    found: set[str] = set()
    text = json.dumps(schema)
    while new := set(re.findall(r'"#/components/schemas/(\w+)"', text)) - found:
        found |= new
        text = json.dumps([known[name] for name in new])
    return found


def problems(method: str, path: str, status: int, body: Any, empty_refs_as_lists: bool = False) -> list[str]:
    judge = validator(method.lower(), path, status, empty_refs_as_lists)
    faults = judge.iter_errors(body)
    return [f"{method} {path} {status}: {fault.message} at {list(fault.instance_path)}" for fault in faults]


@dataclass(frozen=True)
class Recording(House):
    """A house that keeps every reply with the operation it came from."""

    replies: list[tuple[Operation, Reply]] = field(default_factory=list)

    def call(self, method: str, path: str, body: Any = None, **how: Any) -> Reply:
        reply = super().call(method, path, body, **how)
        ends, _ = self.service.routes.find(path.partition("?")[0])
        if method in ends:
            self.replies.append((ends[method][1], reply))
        return reply


def recording(house: House) -> Recording:
    return Recording(**{one.name: getattr(house, one.name) for one in fields(house)})


@pytest.mark.parametrize("as_lists", [False, True], ids=["null", "lists"])
def test_answers_are_as_described(house: House, as_lists: bool) -> None:
    recorder = recording(house.under(empty_refs_as_lists=as_lists))
    maker = Maker(recorder)
    maker.house = recorder  # with these settings, not the usual ones
    maker.fill()
    for collection in COLLECTIONS:
        look_and_change(maker, collection)
    wrong = [
        f"{one.method} {one.path}: {reply}" for one, reply in recorder.replies if reply.status not in (200, 201, 204)
    ]
    for one, reply in recorder.replies:
        if not isinstance(reply.json, bytes):
            wrong += problems(one.method, one.path, reply.status, reply.json, as_lists)
    assert not wrong, "\n".join(wrong)
    every = {one for each in COLLECTIONS if "create" in each.operations for one in each.operations.values()}
    missed = {one for one in every if one.kind in UNIFORM} - {one for one, _ in recorder.replies}
    assert not missed, [f"{one.method} {one.path}" for one in missed]


def test_every_operation_answers_as_described(house: House) -> None:
    """Each of them in a company that has what it takes; then once more, when most are refused for the state."""
    company = Furnished(house, "Oas").furnish(of_each=2)
    company.house = recorder = recording(company.house)
    succeeded = set()
    for _ in range(2):
        for endpoint in sorted(company.endpoints(), key=lambda one: TURN.index(one.operation.method)):
            how: dict[str, Any] = {"body": company.body(endpoint)} if endpoint.writes else {}
            if endpoint.takes_files:
                how = {"form": {}, "files": {"file": PDF}}
            questions = "&".join(f"{one.wire}=1" for one in endpoint.operation.asks)
            reply = recorder.call(endpoint.operation.method, f"{company.path(endpoint)}?{questions}", **how)
            assert (
                str(reply.status)
                in described("extended")["paths"][endpoint.operation.path][endpoint.operation.method.lower()][
                    "responses"
                ]
            ), (str(endpoint), reply)
            if reply.status < 300:
                succeeded.add(endpoint)
    wrong = []
    for one, reply in recorder.replies:
        if not isinstance(reply.json, bytes):
            wrong += problems(one.method, one.path, reply.status, reply.json)
    assert not wrong, "\n".join(wrong)
    never = {str(one) for one in set(company.endpoints()) - succeeded if one.operation.move is None}
    assert never == DEPENDENT


TURN = ("GET", "PATCH", "PUT", "POST", "DELETE")
DEPENDENT = {
    "POST /suppliers/{id}/approve", "POST /suppliers/{id}/reject", "POST /suppliers/{id}/confirm_bank",
    "PUT /-/approvalworkflows/{id}", "POST /ap/documents/{idn}/cancel",
}  # fmt: skip
"""What is refused in such a company: nobody waits for approval there, what waits still needs its approvers, and
scans are not put aside when invoices have been made of them."""


def look_and_change(maker: Maker, collection: Collection) -> None:
    """Ask for lists and objects in every way there is, and change something."""
    house = maker.house
    house.get(maker.path(collection, "list"))
    house.get(maker.path(collection, "list") + f"?include={','.join(one.wire for one in collection.resource.fields)}")
    if "create" not in collection.operations:
        return
    shown = maker.full(collection)
    house.get(maker.path(collection, "get", shown))
    if "update" in collection.operations:
        house.changed("PUT", maker.path(collection, "update", shown), {})
    if "patch" in collection.operations:
        house.changed("PATCH", maker.path(collection, "patch", shown), {"externalId": f"X-{shown['id']}"})
    if collection.resource.attachment_type is not None:
        path = f"/attachments/{shown['id']}/{collection.resource.attachment_type}"
        file = house.made(path, files={"file": PDF})
        house.get(f"/attachments/{file['id']}")
        house.call("GET", f"/attachments/{file['id']}", headers={"accept": "application/json"})


def test_refusals_are_as_described(house: House) -> None:
    cases = [
        ("get", "/suppliers", 400, house.call("GET", "/suppliers?modifiedSince=soon")),
        ("post", "/suppliers", 400, house.call("POST", "/suppliers", {})),
        ("post", "/suppliers", 415, house.call("POST", "/suppliers", {}, headers={"content-type": "text/plain"})),
        ("get", "/suppliers", 401, house.call("GET", "/suppliers", headers={"x-auth-token": "nobody"})),
        ("post", "/suppliers", 403, house.person().call("POST", "/suppliers", {"name": "Bolt"})),
        ("get", "/suppliers/{id}", 404, house.call("GET", "/suppliers/1")),
    ]
    abroad = house.under(base_url_us="https://api.example.us")
    cases.append(("get", "/suppliers", 421, abroad.call("GET", "/suppliers", headers={"host": "api.example.us"})))
    limited = house.under(limits=True)
    limited.call("GET", "/suppliers")
    cases.append(("get", "/suppliers", 429, limited.call("GET", "/suppliers")))
    large = house.under(body_bytes=1024).call("POST", "/suppliers", {"name": "x" * 2000})
    cases.append(("post", "/suppliers", 413, large))
    for method, path, status, reply in cases:
        assert reply.status == status, reply
        assert problems(method, path, status, reply.json) == []


def test_native_paths_are_as_described(house: House) -> None:
    for path in ("/-/health", "/-/openapi.json"):
        status, body, _ = house.call("GET", path)
        assert problems("get", path, status, body) == []
    status, _, headers = house.call("GET", "/-/metrics")
    assert status == 200
    assert headers["content-type"].startswith("text/plain")
