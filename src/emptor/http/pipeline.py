"""One request, top to bottom, in the order it happens: blocks, credentials, region, limits, route, body, handler."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

import structlog
from prometheus_client import Histogram

from emptor.domains.notices.delivery import Postman
from emptor.http import errors, native, regions
from emptor.http.auth import Authenticator, Caller
from emptor.http.blocks import Blocks
from emptor.http.decode import BadBody, Caps, decode_body, decode_query
from emptor.http.endpoints import HANDLERS, Call, Handler, Routes
from emptor.http.limits import (
    Limits,
    LimitStore,
    allowance_headers,
    request_fingerprint,
    request_windows,
    too_many_requests,
)
from emptor.http.messages import Answer, Request, json_answer
from emptor.http.usage import Usage
from emptor.kit.background import Background
from emptor.kit.errors import DomainError
from emptor.kit.resource import Operation
from emptor.services.files import Files
from emptor.services.scans import Reader
from emptor.settings import Settings
from emptor.store.query import Registry
from emptor.store.unit_of_work import Database

log = structlog.get_logger(__name__)

SECONDS = Histogram(
    "emptor_request_seconds",
    "Time to answer a request, once a worker thread has it.",
    ["status"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
_SECONDS_BY_CLASS = [SECONDS.labels(f"{digit}xx") for digit in range(1, 6)]


class Counts:
    """Totals of long filtered lists, remembered until the company changes anything."""

    KEPT = 5_000

    def __init__(self) -> None:
        self._known: dict[Any, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def at(self, company_id: int, sequence: int) -> Callable[[Any, Callable[[], int]], int]:
        """A rememberer for the state of the company at `sequence`."""

        def remember(key: Any, count: Callable[[], int]) -> int:
            known = self._known.get((company_id, key))
            if known and known[0] == sequence:
                return known[1]
            total = count()
            with self._lock:
                if len(self._known) >= self.KEPT:
                    self._known.clear()
                self._known[company_id, key] = (sequence, total)
            return total

        return remember


@dataclass
class Service:
    """Everything a request may need, put together by `emptor.server`."""

    settings: Settings
    database: Database
    registry: Registry
    routes: Routes
    files: Files
    limits: LimitStore
    blocks: Blocks
    usage: Usage
    authenticator: Authenticator
    special: dict[tuple[str, str], Handler]
    postman: Postman
    daily: Background
    reader: Reader
    counts: Counts = field(default_factory=Counts)

    @property
    def caps(self) -> Caps:
        """How much a body may hold."""
        s = self.settings
        return Caps(depth=s.body_depth, fields=s.body_fields, text_bytes=s.body_bytes, bytes=s.upload_bytes + 64 * 1024)

    def answer(self, request: Request) -> Answer:
        """Answer one request; never raises."""
        began = perf_counter()
        try:
            answer = self._answer(request)
        except Exception as fault:
            answer = self._failure(request, fault)
        answer.headers.setdefault("x-request-id", request.request_id)
        _SECONDS_BY_CLASS[answer.status // 100 - 1].observe(perf_counter() - began)
        return answer

    def start(self) -> None:
        """Begin what goes on in the background."""
        self.usage.start()
        self.postman.start()
        self.daily.start()

    def close(self) -> None:
        """End what goes on in the background, then the connections."""
        self.daily.stop()
        self.postman.stop()
        self.usage.stop()
        self.limits.close()
        self.database.close()

    def _failure(self, request: Request, fault: Exception) -> Answer:
        if isinstance(fault, DomainError | BadBody):
            return errors.refusal(fault, request)
        log.error(
            "internal_fault",
            request_id=request.request_id,
            method=request.method,
            path=native.told(request.path),
            exc_info=fault,
        )
        return errors.failed(
            500, "Something went wrong here, not in your request. Send it again later and quote the request id if it "
            "happens again.", request.request_id,
        )  # fmt: skip

    def _answer(self, request: Request) -> Answer:
        refusal = self.blocks.refusal(request)
        if refusal:
            return refusal
        if request.path.startswith(native.PREFIX) and not self.routes.find(request.path)[0]:
            return native.answer(self, request)
        self.usage.catch_up()
        caller = self.authenticator.caller(request.headers.get("x-auth-token", ""), request.headers.get("email", ""))
        if caller is None:
            self.blocks.unauthorised(request)
            return errors.failed(401, "Bad credentials", request.request_id)
        answer = self._for_caller(request, caller)
        self.usage.note(caller, answer)
        return answer

    def _for_caller(self, request: Request, caller: Caller) -> Answer:
        refusal = regions.refusal(self.settings, request, caller.key.region) or self.usage.refusal(request, caller)
        if refusal:
            return refusal
        headers: dict[str, str] = {}
        if self.settings.limits:
            limits = limits_of(self.settings, caller.principal.settings)
            fingerprint = request_fingerprint(request.method, request.path, request.query, request.body)
            now = self.database.clock().timestamp()
            decision = self.limits.take(request_windows(limits, str(caller.key.key_id), fingerprint), now)
            headers = allowance_headers(limits, decision)
            if not decision.allowed:
                body, more = too_many_requests(decision, now)
                return json_answer(429, {**body, "requestId": request.request_id}, headers | more)
        try:
            answer = self._handled(request, caller)
        except Exception as fault:
            answer = self._failure(request, fault)
        answer.headers |= headers
        return answer

    def _handled(self, request: Request, caller: Caller) -> Answer:
        ends, values = self.routes.find(request.path)
        if not ends:
            return errors.failed(
                404,
                f"There is nothing at {request.path[:200]}; see /-/openapi.json for what there is.",
                request.request_id,
            )
        method = "GET" if request.method == "HEAD" else request.method
        if method not in ends:
            allowed = ", ".join(sorted({*ends, "HEAD"} if "GET" in ends else ends))
            message = f"{request.method} is not possible here; use {allowed}."
            return errors.failed(405, message, request.request_id, {"allow": allowed})
        resource, operation = ends[method]
        caller.principal.require(operation.permission)
        call = Call(
            self, request, caller.principal, caller.key.sequence, resource, operation, parameters(operation, values)
        )
        call.query = decode_query(request.query, self.caps)
        if method != "GET":
            decoded = decode_body(request.headers.get("content-type"), request.body, self.caps)
            call.tree, call.files = decoded.tree, decoded.files
        handler = self.special.get((operation.method, operation.path)) or HANDLERS[operation.kind]
        return handler(call)


def parameters(operation: Operation, values: list[str]) -> dict[str, str]:
    """The values of the path's parameters by name."""
    names = [segment[1:-1] for segment in operation.path.split("/") if segment.startswith("{")]
    return dict(zip(names, values, strict=True))


def limits_of(settings: Settings, company: dict[str, Any]) -> Limits:
    """The limits of a company: the server's, unless the operator raised them for this company."""
    raised = company.get("limits") or {}
    return Limits(
        minute=raised.get("minute", settings.limit_minute),
        hour=raised.get("hour", settings.limit_hour),
        day=raised.get("day", settings.limit_day),
        identical_minute=raised.get("identical_minute", settings.limit_identical_minute),
        identical_hour=raised.get("identical_hour", settings.limit_identical_hour),
    )
