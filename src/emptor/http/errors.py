"""What each failure looks like on the wire: a status and one shape of body that every known client understands."""

from __future__ import annotations

from typing import Any

from emptor.http.decode import BadBody
from emptor.http.messages import Answer, Request, json_answer
from emptor.kit.errors import DomainError, Forbidden, IllegalMove, Invalid, NotFound

STATUSES: dict[type[DomainError], int] = {Invalid: 400, IllegalMove: 400, Forbidden: 403, NotFound: 404}


def failed(status: int, message: str, request_id: str, headers: dict[str, str] | None = None, **details: Any) -> Answer:
    """An error answer: `{code, message, requestId}` and what else there is to say."""
    return json_answer(status, {"code": status, "message": message, **details, "requestId": request_id}, headers)


SENTENCES = {("POST", "/ap/document/upload"): "uploadErrorMessage"}
"""Uploads that answer with one sentence under a key, also where the file is too large: clients look for that key."""


def refusal(fault: DomainError | BadBody, request: Request) -> Answer:
    """The answer for a request that cannot be carried out."""
    request_id = request.request_id
    if isinstance(fault, BadBody):
        key = SENTENCES.get((request.method, request.path)) if fault.status == 413 else None
        if key and request.headers.get("content-type", "").lower().startswith("multipart/"):
            return json_answer(200, {key: fault.message})
        return failed(fault.status, fault.message, request_id)
    status = STATUSES[type(fault)]
    if isinstance(fault, Invalid):
        # wire: contract/examples/errors – field → sentence, two levels of `errors`
        return failed(status, fault.message, request_id, errors={"errors": fault.problems})
    if isinstance(fault, IllegalMove):
        return failed(status, fault.message, request_id, errors={"errors": {"status": fault.message}}, **fault.details)
    return failed(status, fault.message, request_id, **fault.details)
