"""Emptor's own paths below `/-/`: health, metrics, the description of the API, and the secret links of suppliers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import prometheus_client

from emptor import __version__
from emptor.http import propositions
from emptor.http.errors import failed
from emptor.http.messages import JSON, Answer, Request, json_answer
from emptor.http.openapi import encoded

if TYPE_CHECKING:
    from emptor.http.pipeline import Service

PREFIX = "/-/"


def told(path: str) -> str:
    """The path as logs may tell it: without the secret of a supplier's link."""
    return f"{propositions.PREFIX}…" if path.startswith(propositions.PREFIX) else path


def answer(service: Service, request: Request) -> Answer:
    """Answer a request below `/-/`; these need no key and, but for the secret links, count against no limit."""
    if request.path.startswith(propositions.PREFIX):
        return propositions.answer(service, request)
    handler = PATHS.get(request.path)
    if handler is None:
        return failed(404, f"There is nothing at {request.path[:200]}; try {', '.join(PATHS)}.", request.request_id)
    if request.method not in ("GET", "HEAD"):
        message = f"{request.method} is not possible here; use GET."
        return failed(405, message, request.request_id, {"allow": "GET, HEAD"})
    return handler(service)


def _health(service: Service) -> Answer:
    with service.database.read() as tx:
        tx.connection.execute("SELECT 1")
    return json_answer(200, {"status": "ok", "version": __version__, "profile": service.settings.profile})


def _openapi(service: Service) -> Answer:
    return Answer(200, encoded(service.registry, service.settings.profile), {**JSON})


def _metrics(service: Service) -> Answer:
    return Answer(200, prometheus_client.generate_latest(), {"content-type": prometheus_client.CONTENT_TYPE_LATEST})


PATHS = {"/-/health": _health, "/-/openapi.json": _openapi, "/-/metrics": _metrics}
