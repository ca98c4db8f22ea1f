"""`emptor company`: the companies, their request limits and their choices."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emptor.cli.options import CompanyArgument, DatabaseOption, JsonOption
from emptor.cli.output import remark, show, show_json
from emptor.cli.session import session

app = typer.Typer(name="company", help="Companies, their request limits and their choices.", no_args_is_help=True)


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "name": row["name"], "region": row["region"], "currency": row["currency"],
        "enabled": row["enable"], "created": row["create_date"],
    }  # fmt: skip


@app.command("list")
def list_(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the companies."""
    with session(database) as office:
        show([_brief(row) for row in office.companies()], as_json=as_json, none="There is no company yet.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Name of the company.")],
    region: Annotated[str, typer.Option(help="Where it lives: com or us.")] = "com",
    currency: Annotated[str, typer.Option(help="Its own currency, an ISO 4217 code.")] = "EUR",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Create a company; the first one also makes the SQLite file."""
    with session(database, may_begin=True) as office:
        row = office.create_company(name, region, currency)
    if as_json:
        show_json(_brief(row))
    else:
        typer.echo(f"Company {row['id']}: {row['name']}, region {row['region']}, {row['currency']}")
        remark(f"Next: emptor user create {row['id']} EMAIL --role super_user")


LimitOption = Annotated[int | None, typer.Option(min=0, metavar="N", help="0 means no limit.")]


@app.command()
def limits(
    company: CompanyArgument,
    minute: LimitOption = None,
    hour: LimitOption = None,
    day: LimitOption = None,
    identical_minute: LimitOption = None,
    identical_hour: LimitOption = None,
    reset: Annotated[bool, typer.Option("--reset", help="First take back what was set for this company.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show how many requests each key of a company may send, or set it for this company alone."""
    given = {
        "minute": minute, "hour": hour, "day": day,
        "identical_minute": identical_minute, "identical_hour": identical_hour,
    }  # fmt: skip
    changes = {name: number for name, number in given.items() if number is not None}
    with session(database) as office:
        chosen = office.company(company)
        if changes or reset:
            chosen.raise_limits(changes, reset=reset)
        found = chosen.limits()
        own = chosen.row["settings"].get("limits") or {}
    if as_json:
        show_json(found)
    else:
        rows = [
            {"requests per": name.replace("_", ", "), "limit": number or "none", "set for": _scope(name in own)}
            for name, number in found.items()
        ]
        show(rows, as_json=False, none="")


def _scope(own: bool) -> str:
    return "this company" if own else "all"


@app.command()
def settings(
    company: CompanyArgument,
    choices: Annotated[
        list[str] | None, typer.Argument(metavar="[NAME=VALUE]…", help="What to choose; NAME= takes a choice back.")
    ] = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what a company can choose and has chosen, or choose."""
    wanted = {}
    for choice in choices or []:
        name, equals, value = choice.partition("=")
        if not equals:
            raise typer.BadParameter(f"write NAME=VALUE, not {choice!r}")
        wanted[name.strip()] = value.strip()
    with session(database) as office:
        chosen = office.company(company)
        if wanted:
            chosen.choose(wanted)
        show(chosen.choices(), as_json=as_json, none="There is nothing to choose.")
