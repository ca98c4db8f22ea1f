"""`emptor usage`: who asks how much of the server."""

from __future__ import annotations

from typing import Annotated

import typer

from emptor.cli.options import DatabaseOption, JsonOption
from emptor.cli.output import remark, show
from emptor.cli.session import session

app = typer.Typer()


@app.command()
def usage(
    company: Annotated[str, typer.Option(metavar="COMPANY", help="Name or id of the only company to show.")] = "",
    days: Annotated[int, typer.Option(min=1, max=400, help="How many days, today among them (UTC).")] = 7,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show the requests of each key by day, and how many were wrong; a running server adds to it every few seconds."""
    from emptor.http.usage import used

    with session(database) as office:
        only = office.company(company).id if company else None
        heavy = office.settings.heavy_use_per_day
        rows = [
            {
                "day": row["day"], "company": row["company"], "company_id": row["company_id"],
                "email": row["email"], "key": row["key_id"],
                "requests": row["requests"], "wrong": row["wrong"], "heavy": row["requests"] > heavy,
            }
            for row in used(office.database, days, only)
        ]  # fmt: skip
    show(rows, as_json=as_json, none="Nobody has sent a request in this time.")
    if as_json:
        return
    for company_id, name in sorted({(row["company_id"], row["company"]) for row in rows if row["heavy"]}):
        remark(
            f"{name} has sent more than {heavy} requests with one key in a day: talk with them. To raise their limits: "
            f"emptor company limits {company_id} --minute N --hour N --day N"
        )
