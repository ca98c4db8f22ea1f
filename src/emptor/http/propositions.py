"""A supplier's proposal at its secret link, `/-/propositions/{accessKey}`: to read and, while it is open, to answer.

The key in the path is the only credential. Wrong keys count against the address just as wrong logins do, and each
link has the request limits that a key of the API has, identical requests aside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from emptor.domains.purchasing.proposals import answers
from emptor.http.decode import decode_body
from emptor.http.errors import failed
from emptor.http.limits import Limits, request_windows, too_many_requests
from emptor.http.messages import Answer, Request, json_answer
from emptor.kit.errors import NotFound, Problems
from emptor.kit.fields import Write, parse_fields

if TYPE_CHECKING:
    from emptor.http.pipeline import Service

PREFIX = "/-/propositions/"
PATH = f"{PREFIX}{{accessKey}}"
LONGEST_KEY = 100
PRIVATE = {"cache-control": "no-store", "referrer-policy": "no-referrer"}


def answer(service: Service, request: Request) -> Answer:
    """Answer a supplier."""
    if request.method not in ("GET", "HEAD", "PUT"):
        message = f"{request.method} is not possible here; use GET or PUT."
        return failed(405, message, request.request_id, {"allow": "GET, HEAD, PUT"})
    key = request.path.removeprefix(PREFIX)
    company = answers.company_of(key) if len(key) <= LONGEST_KEY and key.isascii() else None
    try:
        if company is None:
            raise NotFound("Not Found")
        with service.database.read(company) as tx:
            proposal = answers.find(tx, key)
            shown = answers.shown(tx, proposal)
    except NotFound:
        service.blocks.unauthorised(request)
        return failed(404, "Not Found", request.request_id)
    refusal = _refusal(service, request, f"proposition:{proposal['id']}")
    if refusal or request.method != "PUT":
        return refusal or json_answer(200, shown, PRIVATE)
    return json_answer(200, _changed(service, request, company, key), PRIVATE)


def _refusal(service: Service, request: Request, name: str) -> Answer | None:
    """The 429 for a link that is used too often."""
    settings = service.settings
    if not settings.limits:
        return None
    limits = Limits(settings.limit_minute, settings.limit_hour, settings.limit_day, None, None)
    now = service.database.clock().timestamp()
    decision = service.limits.take(request_windows(limits, name, ""), now)
    if decision.allowed:
        return None
    body, headers = too_many_requests(decision, now)
    return json_answer(429, {**body, "requestId": request.request_id}, headers)


def _changed(service: Service, request: Request, company: int, key: str) -> dict[str, Any]:
    tree = decode_body(request.headers.get("content-type"), request.body, service.caps).tree
    problems = Problems()
    values = parse_fields(answers.ANSWER, tree, Write.ON_UPDATE, problems)
    with service.database.write(company) as tx:
        tx.problems = problems
        answers.answer(tx, answers.find(tx, key), values)
        return answers.shown(tx, answers.find(tx, key))
