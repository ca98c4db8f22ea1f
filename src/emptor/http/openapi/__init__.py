"""OpenAPI 3.1, read off the registry: what can be asked, how, and what comes back."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import Any

from emptor import __version__
from emptor.http.openapi import shared
from emptor.http.openapi.operations import Operations
from emptor.store.query import Registry

WIDTH = 120

ABOUT = """\
Buying for companies: requisitions, orders, receipts, invoices and payments, with the master data behind them.

- Send two headers with each request: `X-AUTH-TOKEN` with a key and `email` with the address of the key's owner.
- Bodies are JSON or forms. A form names nested values with brackets: `supplier[id]=5`, `currencies[]=EUR`,
  `items[0][name]=Bolt`. Text is taken for numbers and flags, 0 and 1 too for flags. Keys nobody knows are ignored, in
  bodies and in queries.
- Moments go out in UTC, like `2025-05-05T23:59:59+00:00`. They come in as ISO 8601 or as `31.01.2024`; a day alone is
  its beginning, or its end where a range ends.
- Lists come newest first, in pages. Filters are joined by AND, the values of one filter by OR.
- Answers to GET also come for HEAD, without their bodies.
- `x-hosted: false` marks operations that the hosted API lacks; the strict profile leaves them out.
"""


def description(registry: Registry, profile: str) -> dict[str, Any]:
    """The whole document, made anew at each call."""
    operations = Operations(registry, profile)
    paths = operations.paths() | shared.NATIVE_PATHS
    schemas = operations.schemas.named | shared.SCHEMAS
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Emptor",
            "version": __version__,
            "summary": f"Procure to pay, {profile} profile",
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": shared.SECURITY,
        "tags": [*operations.tags(), {"name": "server", "description": "The server itself; no key is needed."}],
        "paths": paths,
        "components": {
            "securitySchemes": shared.SECURITY_SCHEMES,
            "parameters": shared.PARAMETERS | dict(sorted(operations.parameters.items())),
            "headers": shared.HEADERS,
            "responses": shared.failures() | operations.responses,
            "schemas": dict(sorted(schemas.items())),
        },
    }


def text(registry: Registry, profile: str) -> str:
    """The document as kept in `contract/openapi.json`; what fits on a line stands on one, so that changes read well."""
    return _laid_out(description(registry, profile)) + "\n"


def _laid_out(value: Any, indent: int = 0) -> str:
    line = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, (dict, list)) or indent + len(line) <= WIDTH:
        return line
    inner, outer = "\n" + " " * (indent + 1), "\n" + " " * indent
    if isinstance(value, list):
        return f"[{inner}{f',{inner}'.join(_laid_out(one, indent + 1) for one in value)}{outer}]"
    keyed = (f"{json.dumps(key, ensure_ascii=False)}: {_laid_out(one, indent + 1)}" for key, one in value.items())
    return f"{{{inner}{f',{inner}'.join(keyed)}{outer}}}"


@lru_cache(maxsize=8)
def encoded(registry: Registry, profile: str) -> bytes:
    """The document as it is served, made once for each registry and profile."""
    return json.dumps(description(registry, profile), ensure_ascii=False, separators=(",", ":")).encode()
