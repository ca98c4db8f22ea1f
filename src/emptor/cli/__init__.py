"""The command `emptor`: each module in `commands` brings a Typer `app`, which becomes part of it by being there.

An app with a name is a group of commands (`emptor company …`), one without brings commands of its own. Those modules
import nothing heavy at the top, so that `emptor --help` answers at once.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from typing import Annotated

import typer

from emptor import __version__
from emptor.cli import commands
from emptor.cli.faults import Commands

app = typer.Typer(
    name="emptor",
    cls=Commands,
    help="Emptor, an open-source procure-to-pay server. Settings come from EMPTOR_… variables of the environment.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def emptor(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say the version and stop.")
    ] = False,
) -> None:
    """What stands before every command."""


for module in pkgutil.iter_modules(commands.__path__, f"{commands.__name__}."):
    app.add_typer(import_module(module.name).app)


def main() -> None:
    """Run the command line."""
    app(prog_name="emptor")
