"""`emptor blocks`, `block` and `unblock`: who is turned away; a running server follows within a second."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from emptor.cli.faults import Refused
from emptor.cli.options import DatabaseOption, JsonOption
from emptor.cli.output import show
from emptor.cli.session import session

app = typer.Typer()

LONGEST_SECONDS = 10 * 366 * 86_400

AddressArgument = Annotated[str, typer.Argument(metavar="ADDRESS", help="IPv4 address, or an IPv6 one for its /64.")]


def _named(address: str) -> str:
    from emptor.http.blocks import named

    try:
        return named(address)
    except ValueError as fault:
        raise typer.BadParameter(f"{fault}.") from None


@app.command()
def blocks(database: DatabaseOption = None, as_json: JsonOption = False) -> None:
    """List the addresses and the keys that are blocked now."""
    from emptor.http.blocks import current
    from emptor.http.usage import blocked_keys

    with session(database) as office:
        addresses, keys = current(office.database), blocked_keys(office.database)
    rows = [*map(_address, addresses), *map(_key, keys)]
    show(rows, as_json=as_json, none="Nobody is blocked.")


def _address(row: dict[str, Any]) -> dict[str, Any]:
    return {"blocked": row["address"], "until": row["until"], "since": row["create_date"], "reason": row["reason"]}


def _key(row: dict[str, Any]) -> dict[str, Any]:
    reason = f"wrong requests day after day: key {row['hint']}… of {row['email']}, {row['company']}"
    return {"blocked": str(row["key_id"]), "until": row["until"], "since": None, "reason": reason}


@app.command()
def block(
    address: AddressArgument,
    seconds: Annotated[
        int | None,
        typer.Option(
            "--for", metavar="SECONDS", min=1, max=LONGEST_SECONDS, help="How long; as the settings say without it."
        ),
    ] = None,
    reason: Annotated[str, typer.Option(metavar="TEXT", help="Why, for whoever lists the blocks.")] = "by hand",
    database: DatabaseOption = None,
) -> None:
    """Turn an address away, whatever it asks; another block of it is replaced."""
    from emptor.http import blocks

    named = _named(address)
    with session(database) as office:
        until = blocks.block(office.database, named, seconds or office.settings.block_seconds, reason)
    typer.echo(f"{named} is blocked until {until}.")


@app.command()
def unblock(
    blocked: Annotated[
        str, typer.Argument(metavar="ADDRESS|KEY", help="What `emptor blocks` shows: an address or a key's id.")
    ],
    database: DatabaseOption = None,
) -> None:
    """End a block and forget what led to it."""
    from emptor.http.blocks import unblock
    from emptor.http.usage import unblock_key

    key_id = int(blocked) if blocked.isascii() and blocked.isdigit() and len(blocked) < 19 else None
    named = _named(blocked) if key_id is None else f"Key {key_id}"
    with session(database) as office:
        ended = unblock(office.database, named) if key_id is None else unblock_key(office.database, key_id)
    if not ended:
        raise Refused(f"{named} is not blocked; see: emptor blocks")
    typer.echo(f"{named} is not blocked any more.")
