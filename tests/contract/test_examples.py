"""What clients of the hosted API and its vendor's texts show, replayed against our server (contract/examples/).

What must exist is made through the extended profile. The requests themselves go to the strict one, for they are what
the hosted API is asked. An example that says `pending` waits for what it names to be built.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from emptor.http.messages import Answer, Request
from tests.contract.matching import differences
from tests.support.house import House, Premises, StoppedClock

EXAMPLES = Path(__file__).parents[2] / "contract" / "examples"
FILES = sorted(EXAMPLES.glob("*/*.json"))
EVIDENCE = {"overview", "help", "tap", "target", "sdk", "client"}
FOUNDED = "2020-01-01T00:00:00+00:00"


def _parameter(file: Path) -> Any:
    pending = json.loads(file.read_text()).get("pending")
    marks = [pytest.mark.xfail(strict=True, reason=pending)] if pending else []
    return pytest.param(file, id=f"{file.parent.name}/{file.stem}", marks=marks)


_REFERENCE = re.compile(r"{([a-zA-Z]\w*(?:\.\w+)*)(:text)?}")


class Stage:
    """A company on which an example is played."""

    def __init__(self, house: House, clock: StoppedClock) -> None:
        self.house = house
        self.clock = clock
        self.known: dict[str, Any] = {}

    def send(self, asked: dict[str, Any], **settings: Any) -> Answer:
        """Send a request as an example writes it: text as it stands, anything else as JSON."""
        asked = resolved(asked, self.known)
        headers = {"x-auth-token": self.house.token, "email": self.house.email}
        headers |= {name.lower(): value for name, value in asked.get("headers", {}).items()}
        body = asked.get("body", "")
        if body:
            headers["content-type"] = asked.get("content_type", "application/json")
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        given = {name: value for name, value in headers.items() if value is not None}
        query = asked.get("query", "").encode()
        request = Request(asked["method"], asked["path"], query, given, data, "192.0.2.7", "r-1")
        return self.house.under(**settings).service.answer(request)

    def prepare(self, steps: list[dict[str, Any]]) -> None:
        """Make what an example says must exist, under the names it gives."""
        named = {step["as"]: step for step in steps if "as" in step}
        for step in steps:
            if "like" in step:
                step = {**named[step["like"]], "times": 1, **step}
            if "at" in step:
                self.clock.at(step["at"])
            method = next(verb for verb in ("post", "put", "patch") if verb in step)
            for _ in range(step.get("times", 1)):
                answer = self.send({"method": method.upper(), "path": step[method], **step}, profile="extended")
                assert answer.status in (200, 201), f"{step}: {answer.body.decode()}"
            if "as" in step:
                self.known[step["as"]] = json.loads(answer.body)


@pytest.fixture
def stage(premises: Premises, clock: StoppedClock, file: Path) -> Stage:
    """The company an example asks for, prepared; the clock then stands where the example wants it, or at noon."""
    given = json.loads(file.read_text()).get("given", {})
    noon = clock.now.isoformat()
    clock.at(FOUNDED)
    found = Stage(premises.house(clock=clock, **given.get("company", {})), clock)
    found.prepare(given.get("objects", []))
    clock.at(given.get("now", noon))
    return found


def resolved(value: Any, known: dict[str, Any]) -> Any:
    """`value` with references such as `{supplier.id}` replaced.

    One that stands alone keeps its type; `{supplier.id:text}` becomes text.
    """
    if isinstance(value, dict):
        return {resolved(key, known): resolved(one, known) for key, one in value.items()}
    if isinstance(value, list):
        return [resolved(one, known) for one in value]
    if not isinstance(value, str):
        return value
    alone = _REFERENCE.fullmatch(value)
    if alone and not alone[2]:
        return _followed(alone[1], known)
    return _REFERENCE.sub(lambda found: str(_followed(found[1], known)), value)


def _followed(path: str, known: Any) -> Any:
    for step in path.split("."):
        known = known[int(step) if isinstance(known, list) else step]
    return known


def faults(wanted: dict[str, Any], answer: Answer) -> Iterator[str]:
    """Where an answer is not what an example wants."""
    told = answer.body.decode("utf-8", "replace")
    if answer.status != wanted["status"]:
        yield f"the status should be {wanted['status']}, not {answer.status}: {told}"
        return
    headers = {name.lower(): value for name, value in answer.headers.items()}
    yield from differences(
        {name.lower(): value for name, value in wanted.get("headers", {}).items()}, headers, "headers"
    )
    if "text" in wanted and told != wanted["text"]:
        yield f"the body should be {wanted['text']!r}, not {told[:500]!r}"
    if "body" in wanted:
        yield from differences(wanted["body"], json.loads(told))


@pytest.mark.parametrize("file", [_parameter(file) for file in FILES])
def test_example(stage: Stage, file: Path) -> None:
    example = json.loads(file.read_text())
    settings = example.get("given", {}).get("settings", {})
    for exchange in (example, *example.get("then", ())):
        answer = stage.send(exchange["request"], profile="strict", **settings)
        wrong = list(faults(resolved(exchange["answer"], stage.known), answer))
        assert not wrong, "\n".join([f"{exchange['request']['method']} {exchange['request']['path']}", *wrong])


def test_examples_say_where_they_come_from() -> None:
    for file in FILES:
        example = json.loads(file.read_text())
        words = set(re.split(r"\W+", example["provenance"]))
        assert words & EVIDENCE, f"{file}: name a kind of evidence"
        assert "/" not in example["provenance"], file
        assert example["shows"].endswith("."), f"{file}: say in a sentence what is shown"


def test_there_are_examples() -> None:
    assert len(FILES) > 100
