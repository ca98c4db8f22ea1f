"""`emptor serve`: the server itself."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Annotated, Literal

import typer

from emptor.cli.options import DatabaseOption

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[str, typer.Option(help="Address to listen at; 0.0.0.0 means all of this machine's.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port to listen at; 0 takes a free one.")] = 8000,
    database: DatabaseOption = None,
    profile: Annotated[
        Literal["strict", "extended"] | None, typer.Option(help="strict has exactly what the hosted API has.")
    ] = None,
    limits: Annotated[Literal["on", "off"] | None, typer.Option(help="Whether request limits are enforced.")] = None,
    demo: Annotated[
        bool, typer.Option("--demo", help="Serve two invented companies; their keys are printed, and public.")
    ] = False,
    seed: Annotated[int | None, typer.Option(help="With --demo: another number, other details.")] = None,
    scale: Annotated[int | None, typer.Option(min=0, help="With --demo: so many orders more, for benchmarks.")] = None,
    credentials_file: Annotated[
        Path | None, typer.Option(metavar="PATH", help="File to write for programs: address, companies and known keys.")
    ] = None,
    tls_cert: Annotated[Path | None, typer.Option(metavar="FILE", help="Certificate chain, in PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(metavar="FILE", help="Key of the certificate, in PEM.")] = None,
    tls_self_signed: Annotated[
        bool, typer.Option("--tls-self-signed", help="Make an authority for this machine, and a certificate by it.")
    ] = False,
) -> None:
    """Serve the API until Ctrl-C. Every other setting is an EMPTOR_… variable of the environment."""
    if (tls_cert is None) != (tls_key is None):
        raise typer.BadParameter("--tls-cert and --tls-key go together")
    if tls_cert and tls_self_signed:
        raise typer.BadParameter("choose --tls-self-signed or --tls-cert, not both")
    if not demo and (seed, scale) != (None, None):
        raise typer.BadParameter("--seed and --scale go with --demo")

    from emptor.cli.serving.listener import listen

    with listen(host, port) as listener:
        gc.disable()  # what is loaded now stays loaded
        from emptor.cli.serving import opening  # takes a while, so only once the port is ours

        opening.serve(
            listener,
            opening.Wishes(
                settings={"database_url": database, "profile": profile, "limits": limits},
                host=host,
                demo=demo,
                seed=1 if seed is None else seed,
                scale=scale or 0,
                credentials_file=credentials_file,
                tls_files=(tls_cert, tls_key) if tls_cert and tls_key else None,
                tls_self_signed=tls_self_signed,
            ),
        )
