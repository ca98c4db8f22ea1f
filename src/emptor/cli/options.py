"""Options and arguments that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

DatabaseOption = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="sqlite:///file.db or postgresql://user@host/name. Without it EMPTOR_DATABASE_URL, or sqlite:///emptor.db",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
CompanyArgument = Annotated[str, typer.Argument(metavar="COMPANY", help="Name or id of the company.")]
EmailArgument = Annotated[str, typer.Argument(metavar="EMAIL", help="E-mail address of the person.")]
