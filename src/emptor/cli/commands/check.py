"""`emptor check`: whether every figure that follows from others is what they say."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from emptor.cli.faults import FAILED
from emptor.cli.options import DatabaseOption, JsonOption
from emptor.cli.output import show
from emptor.cli.session import session

app = typer.Typer()


@app.command()
def check(
    company: Annotated[str, typer.Option(metavar="COMPANY", help="Name or id of the only company to look at.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Reckon anew what follows from other figures and list what differs; exit code 1 when anything does.

    That is what was received, billed and paid, stock, sums, numbers, approvals and the journals. Nothing is changed.
    """
    from emptor.domains import checking

    rows = []
    with session(database) as office:
        chosen = [office.company(company).row] if company else office.companies()
        for row in chosen:
            with office.database.read(row["id"]) as tx:
                for words, look in checking.all_checks().items():
                    _watched(f"{row['name']}: {words}")
                    rows += [
                        {"company": row["name"], "company_id": row["id"], "checked": words, "difference": sentence}
                        for sentence in look(tx)
                    ]
        _watched("")
    count = len(chosen)
    sound = f"{count} {'company' if count == 1 else 'companies'} checked, and no difference found."
    show(rows, as_json=as_json, none=sound if chosen else "There is no company yet.")
    if rows:
        raise typer.Exit(FAILED)


def _watched(doing: str) -> None:
    """Say to whoever watches what is looked at, in place of what was said before; nothing clears the line."""
    if sys.stderr.isatty():
        print(f"\r\x1b[K{doing}", end="", file=sys.stderr, flush=True)
