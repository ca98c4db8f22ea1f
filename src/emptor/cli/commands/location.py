"""`emptor location`: the places of a company."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emptor.cli.options import CompanyArgument, DatabaseOption, JsonOption
from emptor.cli.output import show, show_json
from emptor.cli.session import session

app = typer.Typer(name="location", help="The places of a company.", no_args_is_help=True)


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "name": row["name"], "code": row["unique_code"], "address": row["full_address"],
        "phone": row["phone"], "enabled": row["enable"],
    }  # fmt: skip


@app.command("list")
def list_(company: CompanyArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the locations of a company."""
    with session(database) as office:
        found = office.company(company)
        show([_brief(row) for row in found.locations()], as_json=as_json, none=f"{found.name} has no locations yet.")


@app.command()
def create(
    company: CompanyArgument,
    name: Annotated[str, typer.Argument(help="Name of the location.")],
    code: Annotated[str, typer.Option(help="Code that no other location of the company has.")] = "",
    address: str = "",
    phone: str = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a location to a company."""
    tree = {"name": name, "uniqueCode": code, "fullAddress": address, "phone": phone}
    with session(database) as office:
        chosen = office.company(company)
        row = chosen.create_location(tree)
    if as_json:
        show_json(_brief(row))
    else:
        typer.echo(f"Location {row['id']}: {row['name']} of {chosen.name}")
