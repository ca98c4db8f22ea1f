"""`emptor notices`: mail that waits or could not be delivered."""

from __future__ import annotations

from typing import Annotated

import typer

from emptor.cli.options import DatabaseOption, JsonOption
from emptor.cli.output import remark, show
from emptor.cli.session import session

app = typer.Typer()


@app.command()
def notices(
    company: Annotated[str, typer.Option(metavar="COMPANY", help="Name or id of the only company to show.")] = "",
    retry: Annotated[bool, typer.Option("--retry", help="First have all mail that was given up tried again.")] = False,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the mail that waits to be sent, and the mail that was given up, with what was wrong."""
    from emptor.domains.notices import delivery

    with session(database) as office:
        only = office.company(company).id if company else None
        if retry:
            remark(f"{delivery.try_again(office.database)} to be tried again.")
        rows = [
            {
                "notice": row["notice_id"], "company": row["company"], "to": row["address"], "title": row["title"],
                "state": "given up" if row["failed"] else "waits", "attempts": row["attempts"],
                "next": None if row["failed"] else row["due"], "fault": row["fault"],
            }
            for row in delivery.left(office.database, only)
        ]  # fmt: skip
    show(rows, as_json=as_json, none="No mail waits.")
