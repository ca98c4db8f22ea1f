"""`emptor resources`: what the registry holds."""

from __future__ import annotations

from typing import Any

import typer

from emptor.cli.options import JsonOption
from emptor.cli.output import show

app = typer.Typer()


@app.command()
def resources(as_json: JsonOption = False) -> None:
    """List the resources of the API, what can be done with them and in which profile."""
    from emptor.domains import discover

    rows = [_described(resource) for resource in discover() if resource.operations]
    if not as_json:
        rows = [{**row, "operations": sorted({one["kind"] for one in row["operations"]})} for row in rows]
    show(rows, as_json=as_json, none="")


def _described(resource: Any) -> dict[str, Any]:
    operations = [
        {"kind": one.kind, "method": one.method, "path": one.path, "profile": _profile(one)}
        for one in resource.operations
    ]
    strict = any(one.hosted for one in resource.operations)
    return {
        "name": resource.name,
        "operations": operations,
        "profile": "strict" if strict else "extended",
        "fields": len(resource.fields),
    }


def _profile(operation: Any) -> str:
    """The smallest profile that has the operation."""
    return "strict" if operation.hosted else "extended"
