"""`emptor role`: what people may do."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emptor.cli.options import CompanyArgument, DatabaseOption, EmailArgument, JsonOption
from emptor.cli.output import show, show_json
from emptor.cli.session import session

app = typer.Typer(name="role", help="What people may do.", no_args_is_help=True)

RolesArgument = Annotated[list[str], typer.Argument(metavar="ROLE…", help="Roles; see: emptor role list")]


@app.command("list")
def list_(
    company: Annotated[str, typer.Argument(metavar="[COMPANY]", help="Say who has which roles in this company.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the roles there are, or who has which in a company."""
    if company:
        with session(database) as office:
            found = office.company(company)
            rows = [{"email": row["email"], "roles": row["roles"]} for row in found.users()]
            show(rows, as_json=as_json, none=f"There is nobody in {found.name} yet.")
        return
    from emptor.domains.organisation.roles import MODULES, SUPER_USER

    everything = [{"about": "everything", "roles": [SUPER_USER]}]
    modules = [
        {"about": module.replace("_", " "), "roles": [f"{module}.{level}" for level in levels]}
        for module, levels in MODULES.items()
    ]
    show(everything + modules, as_json=as_json, none="")


@app.command()
def grant(
    company: CompanyArgument,
    email: EmailArgument,
    roles: RolesArgument,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give a person roles."""
    with session(database) as office:
        _show(office.company(company).grant(email, roles), as_json)


@app.command()
def revoke(
    company: CompanyArgument,
    email: EmailArgument,
    roles: RolesArgument,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take roles from a person."""
    with session(database) as office:
        _show(office.company(company).withdraw(email, roles), as_json)


def _show(row: dict[str, Any], as_json: bool) -> None:
    if as_json:
        show_json({"email": row["email"], "roles": row["roles"]})
    else:
        typer.echo(f"{row['email']}: {', '.join(row['roles']) or 'no roles'}")
