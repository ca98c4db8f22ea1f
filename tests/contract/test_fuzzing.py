"""Requests drawn at random from the description of the API: each is answered as it says, and none breaks the server.

`EMPTOR_TEST_FUZZ=100 pytest tests/contract/test_fuzzing.py` looks deeper.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from emptor import server
from emptor.http import openapi
from emptor.kit.fields import Ref, Refs
from emptor.kit.resource import walk
from emptor.settings import read
from tests.support.declared import COLLECTIONS
from tests.support.house import House, Premises
from tests.support.making import Maker

EXAMPLES = int(os.environ.get("EMPTOR_TEST_FUZZ", "4"))
"""Requests for each operation; more of them find more."""

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


class Awaited:
    """An application that is there only once a test wants it, and outlives the client of a single request."""

    app: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "its life is not the client's to end"
        await self.app(scope, receive, send)


API = schemathesis.openapi.from_dict(openapi.description(server.registry(read({})), "extended"))
API.app, API.location = Awaited(), "/-/openapi.json"
API.config.generation.update(with_security_parameters=False)


class Known:
    """What exists in a house: values for the keys in paths, and ids for references by their names."""

    def __init__(self, house: House) -> None:
        maker = Maker(house)
        self.credentials = {"X-AUTH-TOKEN": house.token, "email": house.email}
        self.keys: dict[str, dict[str, Any]] = {}
        self.ids: dict[str, int] = {}
        tables = {}
        for collection in COLLECTIONS:
            if "create" not in collection.operations:
                continue
            shown = maker.some(collection)
            tables.setdefault(collection.resource.table, shown["id"])
            above = maker.path(collection, "create").strip("/").split("/")
            for operation in collection.resource.operations:
                if operation.parent == collection.parent:
                    parent = {operation.parent.parameter: above[1]} if operation.parent else {}
                    self.keys[f"{operation.method} {operation.path}"] = {**shown, **parent}
        (proposal,) = maker.one("requestforproposals")["propositions"]["data"]
        for label in (
            "GET /requestforproposals/proposition/{id}",
            "GET /-/propositions/{accessKey}",
            "PUT /requestforproposals/proposition/{id}/items/approve",
            "PUT /-/propositions/{accessKey}",
        ):
            self.keys[label] = proposal
        held = maker.house.get(f"/warehouses/{maker.one('warehouses')['id']}/items")["data"][0]
        for method in ("GET", "PUT"):
            self.keys[f"{method} /warehouses/{{warehouseId}}/items/{{id}}"] = {
                "id": held["id"],
                "warehouseId": held["warehouse"]["id"],
            }
        for resource in house.service.registry:
            for one in walk(resource.fields):
                if isinstance(one, Ref | Refs) and one.to in tables:
                    self.ids[getattr(one, "send_as", "") or one.wire] = tables[one.to]


@pytest.fixture(scope="session")
def known(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Known]:
    """A house with one of everything, to which goes what is asked of the API."""
    premises = Premises(f"sqlite:///{tmp_path_factory.mktemp('fuzz') / 'emptor.db'}")
    house = premises.house()
    API.app.app = server.app(house.service)
    yield Known(house)
    premises.close()


def use_what_exists(case: Any, known: Known) -> None:
    """Let half of the keys and references, which are drawn at random, name something."""
    for name, drawn in case.path_parameters.items():
        if len(str(drawn)) % 2:
            case.path_parameters[name] = known.keys.get(case.operation.label, {}).get(name, drawn)
    if isinstance(case.body, dict):
        case.body = {name: _existing(name, drawn, known) for name, drawn in case.body.items()}


def _existing(name: str, drawn: Any, known: Known) -> Any:
    if isinstance(drawn, list):
        return [_existing(name, one, known) for one in drawn]
    if isinstance(drawn, dict) and set(drawn) != {"id"}:
        return {inner: _existing(inner, one, known) for inner, one in drawn.items()}
    return known.ids.get(name.partition("[")[0], drawn) if len(str(drawn)) % 2 else drawn


@API.parametrize()
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_no_request_breaks_the_promises(case: Any, known: Known) -> None:
    use_what_exists(case, known)
    case.call_and_validate(headers=known.credentials, checks=CHECKS)
