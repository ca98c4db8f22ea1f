"""`emptor user`: the people of a company."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emptor.cli.options import CompanyArgument, DatabaseOption, EmailArgument, JsonOption
from emptor.cli.output import remark, show, show_json
from emptor.cli.session import session

app = typer.Typer(name="user", help="The people of a company.", no_args_is_help=True)


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "email": row["email"], "firstname": row["firstname"], "lastname": row["lastname"],
        "enabled": row["enable"], "roles": row["roles"],
    }  # fmt: skip


@app.command("list")
def list_(company: CompanyArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the people of a company."""
    with session(database) as office:
        found = office.company(company)
        show([_brief(row) for row in found.users()], as_json=as_json, none=f"There is nobody in {found.name} yet.")


@app.command()
def create(
    company: CompanyArgument,
    email: EmailArgument,
    firstname: str = "",
    lastname: str = "",
    position: str = "",
    phone: str = "",
    role: Annotated[
        list[str] | None, typer.Option(help="A role to give, may be repeated; see: emptor role list")
    ] = None,
    location: Annotated[
        list[str] | None,
        typer.Option(help="A location the person sees, by name, code or id; may be repeated. All of them without it."),
    ] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a person to a company."""
    tree: dict[str, Any] = {
        "email": email, "firstname": firstname, "lastname": lastname, "position": position, "phone": phone,
        "roles": role or [],
    }  # fmt: skip
    with session(database) as office:
        chosen = office.company(company)
        if location:
            ids = [chosen.location(one)["id"] for one in location]
            tree |= {"allLocationsAccess": False, "locationIds": ids, "location": ids[0]}
        row = chosen.create_user(tree)
    if as_json:
        show_json(_brief(row))
    else:
        typer.echo(f"User {row['id']}: {row['email']} in {chosen.name}")
        remark(f"Next: emptor key create {chosen.id} {row['email']}")


@app.command()
def disable(
    company: CompanyArgument, email: EmailArgument, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Shut a person out; their keys stop working at once."""
    _enable(company, email, False, database, as_json)


@app.command()
def enable(
    company: CompanyArgument, email: EmailArgument, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Let a person in again."""
    _enable(company, email, True, database, as_json)


def _enable(company: str, email: str, wanted: bool, database: str | None, as_json: bool) -> None:
    with session(database) as office:
        row = office.company(company).change_user(email, {"enable": wanted})
    if as_json:
        show_json(_brief(row))
    else:
        typer.echo(f"{row['email']} is {'enabled' if wanted else 'disabled'}.")
