"""`emptor audit`: the journal of who changed what."""

from __future__ import annotations

from typing import Annotated

import typer

from emptor.cli.faults import FAILED
from emptor.cli.options import CompanyArgument, DatabaseOption, JsonOption
from emptor.cli.output import show
from emptor.cli.session import session

app = typer.Typer(name="audit", help="The journal of who changed what.", no_args_is_help=True)


@app.command("list")
def list_(
    company: CompanyArgument,
    resource: Annotated[str, typer.Option(help="Only changes of this kind of object.")] = "",
    object_id: Annotated[
        int | None, typer.Option("--object", metavar="ID", help="Only changes of this object.")
    ] = None,
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many, the latest first.")] = 50,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """List the latest entries of a company's journal."""
    from emptor.domains import audit

    with session(database) as office:
        chosen = office.company(company)
        rows = audit.latest(office.database, chosen.id, count, resource or None, object_id)
    show(rows, as_json=as_json, none="Nothing has been changed.")


@app.command()
def verify(
    company: Annotated[str, typer.Option(metavar="COMPANY", help="Name or id of the only company to look at.")] = "",
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Walk the journals and say whether they are as they were written; exit code 1 when one is not."""
    from emptor.store import journal

    rows = []
    with session(database) as office:
        for row in [office.company(company).row] if company else office.companies():
            with office.database.read(row["id"]) as tx:
                verdict = journal.verify(tx)
            rows.append(
                {
                    "company": row["name"], "company_id": row["id"], "sound entries": verdict.entries,
                    "fault": verdict.fault or None,
                }
            )  # fmt: skip
    show(rows, as_json=as_json, none="There is no company yet.")
    if any(row["fault"] for row in rows):
        raise typer.Exit(FAILED)
