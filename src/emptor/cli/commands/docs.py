"""`emptor docs`: the reference pages of the documentation."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer()


@app.command()
def docs(
    out: Annotated[Path, typer.Option(help="Folder to write the pages into.")] = Path("docs/reference"),
) -> None:
    """Write the reference pages: settings, commands, resources and errors."""
    from emptor import reference

    out.mkdir(parents=True, exist_ok=True)
    for name, text in reference.pages().items():
        (out / name).write_text(text)
        typer.echo(f"{out / name}")
