"""What commands print: tables for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer

UNBOUNDED_WIDTH = 10_000
"""Rows are not broken where a program or a file reads them."""


def show(rows: Sequence[Mapping[str, Any]], *, as_json: bool, none: str) -> None:
    """Print rows that all have the same keys; `none` is said to people when there are no rows."""
    if as_json:
        show_json(rows)
    elif not rows:
        typer.echo(none, err=True)
    else:
        _show_table(rows)


def show_json(value: Any) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, ensure_ascii=False, indent=2))


def remark(sentence: str) -> None:
    """Tell a person something that is not the result: it goes to stderr, out of the way of pipes."""
    typer.echo(sentence, err=True)


def _show_table(rows: Sequence[Mapping[str, Any]]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in rows[0]:
        table.add_column(heading.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row.values()))
    Console(width=None if sys.stdout.isatty() else UNBOUNDED_WIDTH, highlight=False, markup=False).print(table)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))
    return str(value)
