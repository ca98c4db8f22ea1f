"""`emptor key`: the keys with which people's programs connect."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emptor.cli.options import CompanyArgument, DatabaseOption, EmailArgument, JsonOption
from emptor.cli.output import remark, show, show_json
from emptor.cli.session import session

app = typer.Typer(name="key", help="The keys with which programs connect.", no_args_is_help=True)

KeyArgument = Annotated[int, typer.Argument(metavar="KEY", help="Id of the key.")]


def _brief(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": row["id"], "email": row["email"], "begins": row["hint"], "created": row["create_date"],
        "last_used": row["last_used"], "blocked_until": row["blocked_until"], "revoked": row["revoked"],
    }  # fmt: skip


@app.command("list")
def list_(
    company: CompanyArgument,
    user: Annotated[str, typer.Option(metavar="EMAIL", help="Only the keys of this person.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the keys of a company, without their tokens, which nobody knows."""
    with session(database) as office:
        chosen = office.company(company)
        found = chosen.keys()
        if user:
            person = chosen.user(user)
            found = [row for row in found if row["user_id"] == person["id"]]
        show([_brief(row) for row in found], as_json=as_json, none="There are no keys yet.")


@app.command()
def create(
    company: CompanyArgument, email: EmailArgument, database: DatabaseOption = None, as_json: JsonOption = False
) -> None:
    """Make a key for a person. Its token is printed once and can never be read again."""
    with session(database) as office:
        chosen = office.company(company)
        key_id, token = chosen.create_key(email)
    _show_token(key_id, token, as_json, f"Key {key_id} for {email} in {chosen.name}.")


@app.command()
def revoke(key: KeyArgument, database: DatabaseOption = None) -> None:
    """End a key at once and for good."""
    with session(database) as office:
        office.company_of_key(key).revoke_key(key)
    typer.echo(f"Key {key} is revoked.")


@app.command()
def regenerate(key: KeyArgument, database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """Give a key a new token; the old one stops working at once."""
    with session(database) as office:
        token = office.company_of_key(key).regenerate_key(key)
    _show_token(key, token, as_json, f"Key {key} has a new token.")


def _show_token(key_id: int, token: str, as_json: bool, sentence: str) -> None:
    if as_json:
        show_json({"id": key_id, "token": token})
    else:
        remark(f"{sentence} Keep the token, it is shown only now:")
        typer.echo(token)
