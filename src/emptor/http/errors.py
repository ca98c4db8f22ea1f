"""What each failure looks like on the wire: a status and one shape of body that every known client understands."""

from __future__ import annotations

from typing import Any

from emptor.http.decode import BadBody
from emptor.http.messages import Answer, json_answer
from emptor.kit.errors import DomainError, Forbidden, IllegalMove, Invalid, NotFound

STATUSES: dict[type[DomainError], int] = {Invalid: 400, IllegalMove: 400, Forbidden: 403, NotFound: 404}


def failed(status: int, message: str, request_id: str, headers: dict[str, str] | None = None, **details: Any) -> Answer:
    """An error answer: `{code, message, requestId}` and what else there is to say."""
    return json_answer(status, {"code": status, "message": message, **details, "requestId": request_id}, headers)


def refusal(fault: DomainError | BadBody, request_id: str) -> Answer:
    """The answer for a request that cannot be carried out."""
    if isinstance(fault, BadBody):
        return failed(fault.status, fault.message, request_id)
    status = STATUSES[type(fault)]
    if isinstance(fault, Invalid):
        # wire: contract/examples/errors – field → sentence, two levels of `errors`
        return failed(status, fault.message, request_id, errors={"errors": fault.problems})
    if isinstance(fault, IllegalMove):
        return failed(status, fault.message, request_id, errors={"errors": {"status": fault.message}}, **fault.details)
    return failed(status, fault.message, request_id, **fault.details)
