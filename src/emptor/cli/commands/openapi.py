"""`emptor openapi`: the description of the API."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from emptor.cli.output import remark

app = typer.Typer()


@app.command()
def openapi(
    out: Annotated[Path | None, typer.Option(help="File to write; standard output without it.")] = None,
) -> None:
    """Describe the API in OpenAPI 3.1, all that the extended profile has."""
    from emptor import server, settings
    from emptor.http.openapi import text

    described = text(server.registry(settings.read()), "extended")
    if out is None:
        typer.echo(described, nl=False)
    else:
        out.write_text(described, encoding="utf-8")
        remark(f"{out} is written.")
