"""What all operations have in common: credentials, headers, failures, pages, and the paths below `/-/`."""

from __future__ import annotations

from emptor.domains.purchasing.proposals import answers
from emptor.http import propositions
from emptor.http.openapi.bodies import form_of, json_and_forms
from emptor.http.openapi.schemas import Schema, closed
from emptor.kit.fields import Write, input_object
from emptor.settings import PER_PAGE

TEXT = {"type": "string"}
NUMBER = {"type": "integer"}
ANSWER_ID = {
    "requestId": {"type": "string", "description": "the answer's X-Request-Id; quote it when you ask for help"}
}

SECURITY = [{"token": [], "email": []}]
SECURITY_SCHEMES = {
    "token": {
        "type": "apiKey",
        "in": "header",
        "name": "X-AUTH-TOKEN",
        "description": "The API key of one person in one company.",
    },
    "email": {"type": "apiKey", "in": "header", "name": "email", "description": "The e-mail address of that person."},
}

FAILURE = closed(
    {
        "code": {**NUMBER, "description": "the HTTP status again"},
        "message": {**TEXT, "description": "what to do next"},
        **ANSWER_ID,
    }
)
SCHEMAS: dict[str, Schema] = {
    "Failure": FAILURE,
    "Refusal": closed(
        FAILURE["properties"],
        {
            "errors": closed(
                {
                    "errors": {
                        "type": "object",
                        "additionalProperties": TEXT,
                        "description": "one sentence for each wrong field, by its place: `items[0][price]`",
                    }
                }
            )
        },
    ),
    "Forbidden": closed(
        FAILURE["properties"],
        {
            "blockedUntil": {
                **TEXT,
                "format": "date-time",
                "description": "there when the key or the address is blocked",
            }
        },
    ),
    "WrongRegion": closed(
        {
            **FAILURE["properties"],
            "baseUrl": {"type": ["string", "null"], "description": "where to send the request instead"},
        }
    ),
    "TooManyRequests": closed(
        {
            "code": NUMBER,
            "error": TEXT,
            "message": TEXT,
            "RateLimit-Type": {
                "enum": ["Minute limiter", "Hourly limiter", "Daily limiter", "Duplicate limiter"],
                "description": "the limit that was reached",
            },
            "RateLimit-Retry-After": {
                **TEXT,
                "description": "when the request may be sent again: `2026-01-15 14:30:00 UTC`",
            },
            **ANSWER_ID,
        }
    ),
    "Pagination": closed(
        {
            "total": {**NUMBER, "description": "objects on all pages"},
            "count": {**NUMBER, "description": "objects on this page"},
            "per_page": NUMBER,
            "current_page": NUMBER,
            "total_pages": {**NUMBER, "description": "1 when there are no objects"},
            "links": closed({}, {"previous": TEXT, "next": TEXT}),
            "has_next_page": {"type": "boolean"},
        }
    ),
}

WINDOWS = ("Minute", "Hour", "Day")
HEADERS: dict[str, Schema] = {
    "X-Request-Id": {"schema": TEXT, "description": "Names this answer in the server's log."},
    **{
        f"RateLimit-{word}-{window}": {
            "schema": NUMBER,
            "description": f"{meaning} in this {window.lower()}, if limits are on.",
        }
        for word, meaning in (("Limit", "Requests the key may send"), ("Remaining", "Requests left"))
        for window in WINDOWS
    },
    "RateLimit-Type": {"schema": TEXT, "description": "The limit that was reached."},
    "RateLimit-Retry-After": {"schema": TEXT, "description": "When the request may be sent again, in ISO 8601."},
    "Retry-After": {"schema": NUMBER, "description": "Seconds until it is worth trying again."},
    "Emptor-Warning": {
        "schema": TEXT,
        "description": "Says that too many requests have been wrong, and when the key will be blocked.",
    },
}
USUAL_HEADERS = ("X-Request-Id", *(name for name in HEADERS if name.endswith(WINDOWS)), "Emptor-Warning")
MORE_HEADERS = {403: ("Retry-After",), 429: ("RateLimit-Type", "RateLimit-Retry-After", "Retry-After")}

FAILURES = {
    400: ("BadRequest", "Refusal", "The query, the body or the state of the object does not allow this."),
    401: ("Unauthorized", "Failure", "The key or the e-mail address is wrong; which of them is not said."),
    403: ("Forbidden", "Forbidden", "The person's roles do not allow this, or the key or the address is blocked."),
    404: ("NotFound", "Failure", "There is no such object, or the person may not see it."),
    413: ("TooLarge", "Failure", "The body is larger than this server accepts."),
    415: ("UnknownContentType", "Failure", "The body is neither JSON nor a form."),
    421: ("WrongRegion", "WrongRegion", "The company lives in the other region."),
    429: ("TooManyRequests", "TooManyRequests", "A request limit is reached; the request was not counted."),
    500: ("Fault", "Failure", "Something went wrong in the server; nothing was written."),
}


def answer(description: str, schema: Schema, headers: tuple[str, ...] = USUAL_HEADERS) -> Schema:
    """A JSON answer."""
    return {
        "description": description,
        "headers": {name: {"$ref": f"#/components/headers/{name}"} for name in headers},
        "content": {"application/json": {"schema": schema}},
    }


def failures() -> Schema:
    """The answers for requests that fail, by name."""
    return {
        name: answer(
            description,
            {"$ref": f"#/components/schemas/{schema}"},
            (*USUAL_HEADERS, *MORE_HEADERS.get(status, ())),
        )
        for status, (name, schema, description) in FAILURES.items()
    }


def failing(*statuses: int) -> Schema:
    """References to the failures an operation can end in."""
    return {str(status): {"$ref": f"#/components/responses/{FAILURES[status][0]}"} for status in sorted(statuses)}


PARAMETERS: dict[str, Schema] = {
    "page": {
        "name": "page", "in": "query", "description": "A page counted from 1, or `last`.",
        "schema": {"anyOf": [{"type": "integer", "minimum": 1}, {"const": "last"}], "default": 1},
    },
    "per_page": {
        "name": "per_page", "in": "query", "description": "Objects on a page.",
        "schema": {"type": "integer", "enum": list(PER_PAGE), "default": 100},
    },
    "modifiedSince": {
        "name": "modifiedSince", "in": "query", "schema": TEXT,
        "description": "Objects created or changed then or later: `2022-08-10T00:00:00`, in UTC if no zone is given.",
    },
}  # fmt: skip


def _native(operation_id: str, summary: str, answered: Schema) -> Schema:
    return {
        "get": {
            "operationId": operation_id,
            "tags": ["server"],
            "summary": summary,
            "security": [],
            "responses": {"200": answered},
        }
    }


def _secret_link() -> Schema:
    """What a supplier can do without a key: see its proposal, and answer."""
    body = input_object(answers.ANSWER, Write.ON_UPDATE)
    shown = answer("The supplier's own proposal.", {"type": "object"}, ("X-Request-Id",))
    key = {"name": "accessKey", "in": "path", "required": True, "schema": TEXT}
    said = {"tags": ["server"], "security": [], "parameters": [key]}
    refused = failing(404, 429)
    return {
        "get": {
            **said, "operationId": "proposition_seen", "summary": "What a supplier is asked for, at its secret link",
            "responses": {"200": shown, **refused},
        },
        "put": {
            **said, "operationId": "proposition_answered", "summary": "A supplier's answer, at its secret link",
            "requestBody": {"required": True, "content": json_and_forms(body, form_of(body))},
            "responses": {"200": shown, **refused, **failing(400, 413, 415)},
        },
    }  # fmt: skip


_STATUS = closed({"status": {"const": "ok"}, "version": TEXT, "profile": {"enum": ["strict", "extended"]}})
NATIVE_PATHS: dict[str, Schema] = {
    "/-/health": _native(
        "server_health", "Tell whether the server works", answer("It does.", _STATUS, ("X-Request-Id",))
    ),
    "/-/metrics": _native(
        "server_metrics",
        "Measurements for Prometheus",
        {"description": "The measurements.", "content": {"text/plain": {"schema": TEXT}}},
    ),
    "/-/openapi.json": _native(
        "server_openapi", "This description", answer("This document.", {"type": "object"}, ("X-Request-Id",))
    ),
    propositions.PATH: _secret_link(),
}
