"""The description of the API: valid, the one in the repository, and true of what the server answers."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from jsonschema_rs import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emptor import server
from emptor.http import openapi
from emptor.http.openapi.operations import UNIFORM
from emptor.settings import read
from tests.contract.filling import Filling
from tests.support.house import House, Premises

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
    document = described(profile)
    for name in document["components"]["schemas"]:
        Draft202012Validator({"$ref": f"#/components/schemas/{name}", "components": document["components"]})


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
    assert routed == {(method, path) for method, path, _ in operations(described(profile)) if not path.startswith("/-/")}


def _ends(node: Any) -> Iterator[dict[str, Any]]:
    yield node.ends
    for one in (*node.fixed.values(), *([node.parameter] if node.parameter else [])):
        yield from _ends(one)


def test_the_kept_document_is_the_one_we_emit() -> None:
    emitted = openapi.text(server.registry(read({})), "extended")
    assert KEPT.read_text() == emitted, "the API has changed; if it should, run: emptor openapi --out contract/openapi.json"


def test_the_served_document_is_made_once(house: House) -> None:
    first, second = house.get("/-/openapi.json"), house.get("/-/openapi.json")
    assert first == second == json.loads(json.dumps(described("extended")))
    registry = house.service.registry
    assert openapi.encoded(registry, "extended") is openapi.encoded(registry, "extended")


# Real answers


@cache
def validator(method: str, path: str, status: int, empty_refs_as_lists: bool) -> Draft202012Validator:
    """Judges the bodies an operation answers with."""
    document = described("extended", empty_refs_as_lists)
    answer = document["paths"][path][method]["responses"][str(status)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    schema = answer["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]}, validate_formats=True)


def problems(method: str, path: str, status: int, body: Any, empty_refs_as_lists: bool = False) -> list[str]:
    judge = validator(method.lower(), path, status, empty_refs_as_lists)
    return [f"{method} {path} {status}: {error.message} at {list(error.instance_path)}" for error in judge.iter_errors(body)]


@pytest.mark.parametrize("as_lists", [False, True], ids=["null", "lists"])
def test_answers_are_as_described(house: House, as_lists: bool) -> None:
    filling = Filling(house.under(empty_refs_as_lists=as_lists))
    filling.fill()
    wrong = [f"{one.method} {one.path}: {reply}" for one, reply in filling.replies if reply.status not in (200, 201)]
    for one, reply in filling.replies:
        if not isinstance(reply.json, bytes):
            wrong += problems(one.method, one.path, reply.status, reply.json, as_lists)
    assert not wrong, "\n".join(wrong)
    asked = {id(operation) for operation, _ in filling.replies}
    missed = [
        (operation.method, operation.path)
        for resource in filling.registry
        for operation in resource.operations
        if operation.kind in UNIFORM and id(operation) not in asked
    ]
    assert not missed, f"not tried: {missed}; teach tests/contract/filling.py"


def test_refusals_are_as_described(house: House) -> None:
    cases = [
        ("get", "/suppliers", 400, house.call("GET", "/suppliers?modifiedSince=soon")),
        ("post", "/suppliers", 400, house.call("POST", "/suppliers", {})),
        ("post", "/suppliers", 415, house.call("POST", "/suppliers", {}, headers={"content-type": "text/plain"})),
        ("get", "/suppliers", 401, house.call("GET", "/suppliers", headers={"x-auth-token": "nobody"})),
        ("post", "/suppliers", 403, house.person().call("POST", "/suppliers", {"name": "Bolt"})),
        ("get", "/suppliers/{id}", 404, house.call("GET", "/suppliers/1")),
        ("get", "/suppliers", 421, house.under(base_url_us="https://api.example.us").call("GET", "/suppliers", headers={"host": "api.example.us"})),
    ]
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


# Fuzzing

EXAMPLES = int(os.environ.get("EMPTOR_TEST_FUZZ", "4"))
"""Requests for each operation; more of them find more."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Awaited:
    """An application that is there only once a test wants it, and outlives the client of a single request."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "its life is not the client's to end"
        await self.app(scope, receive, send)


API = schemathesis.openapi.from_dict(described("extended"))
API.app, API.location = Awaited(), "/-/openapi.json"
API.config.generation.update(with_security_parameters=False)


@pytest.fixture(scope="session")
def filling(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Filling]:
    """A filled house, to which goes what is asked of the API."""
    premises = Premises(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'emptor.db'}")
    found = Filling(premises.house())
    found.fill()
    API.app.app = server.app(found.house.service)
    yield found
    premises.close()


def use_what_exists(case: Any, filling: Filling) -> None:
    """Let half of the keys and references, which are drawn at random, name something."""
    for name, drawn in case.path_parameters.items():
        if len(str(drawn)) % 2:
            case.path_parameters[name] = filling.keys[case.operation.label].get(name, drawn)
    if isinstance(case.body, dict):
        case.body = {name: _existing(name, drawn, filling) for name, drawn in case.body.items()}


def _existing(name: str, drawn: Any, filling: Filling) -> Any:
    if isinstance(drawn, list):
        return [_existing(name, one, filling) for one in drawn]
    if isinstance(drawn, dict) and set(drawn) != {"id"}:
        return {inner: _existing(inner, one, filling) for inner, one in drawn.items()}
    known = filling.ids.get(name.partition("[")[0].removesuffix("Ids"))
    return known if known is not None and len(str(drawn)) % 2 else drawn


@API.parametrize()
@settings(
    max_examples=EXAMPLES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck), phases=[Phase.generate]
)
def test_no_request_breaks_the_promises(case: Any, filling: Filling) -> None:
    use_what_exists(case, filling)
    house = filling.house
    case.call_and_validate(headers={"X-AUTH-TOKEN": house.token, "email": house.email}, checks=CHECKS)
