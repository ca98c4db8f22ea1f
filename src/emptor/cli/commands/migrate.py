"""`emptor migrate`: the newest tables for a database."""

from __future__ import annotations

import typer

from emptor.cli.options import DatabaseOption, JsonOption
from emptor.cli.output import show_json

app = typer.Typer()


@app.command()
def migrate(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Give the database the newest tables, all of them or none. Back it up first."""
    from emptor import settings
    from emptor.cli.session import place_of, state_of
    from emptor.store import migrate
    from emptor.store.unit_of_work import Database

    chosen = Database(settings.read(database_url=database).database_url, pool_size=1)
    before = state_of(chosen)
    migrate.migrate(chosen.url)
    after = state_of(chosen)
    chosen.close()
    if as_json:
        show_json({"from": before.stored, "to": after.stored})
    elif before == after:
        typer.echo(f"{place_of(chosen)} is at {after.stored} already.")
    else:
        typer.echo(f"{place_of(chosen)} is at {after.stored} now.")
