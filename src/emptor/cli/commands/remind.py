"""`emptor remind`: what happens by itself as time goes by, done now."""

from __future__ import annotations

import typer

from emptor.cli.options import DatabaseOption, JsonOption
from emptor.cli.output import show
from emptor.cli.session import session

app = typer.Typer()


@app.command()
def remind(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Renew contracts that renew themselves and remind of those that end; a running server does so by itself."""
    from emptor.domains import daily

    with session(database) as office:
        rows = [{"about": name, "done": done} for name, done in daily.run(office.database).items()]
    show(rows, as_json=as_json, none="There is nothing to do.")
