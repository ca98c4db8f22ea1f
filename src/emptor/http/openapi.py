"""OpenAPI 3.1, read off the registry."""

from __future__ import annotations

from typing import Any

from emptor.store.query import Registry


def description(registry: Registry, profile: str) -> dict[str, Any]:
    return {"openapi": "3.1.0"}
