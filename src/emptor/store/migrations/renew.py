"""Writes the initial migration anew from the declarations, while nobody's database depends on it.

    python -m emptor.store.migrations.renew

Its version carries a fingerprint of its content: a database made by an earlier draft is recognised as such.
"""

from __future__ import annotations

import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from alembic.autogenerate import render_python_code
from alembic.operations import ops
from sqlalchemy import MetaData
from sqlalchemy.schema import sort_tables_and_constraints

from emptor.store import types
from emptor.store.journal import APPEND_ONLY
from emptor.store.row_security import guarded

LONGEST_NAME = 63
"""PostgreSQL's; longer names are shortened, which takes `op.f`."""
FILE = Path(__file__).parent / "versions" / "0001_initial.py"

TEMPLATE = '''\
"""The first tables. Generated: python -m emptor.store.migrations.renew"""

import sqlalchemy as sa
from alembic import op

from emptor.store.journal import append_only
from emptor.store.row_security import guard
from emptor.store.types import {types}

revision = "{revision}"
down_revision = None

GUARDED = (
{guarded}
)
SEALED = ({sealed})


def upgrade() -> None:
    {tables}
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE emptor_ids INCREMENT 64")
        op.execute("ALTER TABLE rate_windows SET UNLOGGED")
        for table in GUARDED:
            for statement in guard(table):
                op.execute(statement)
    for statement in append_only(op.get_bind().dialect.name, SEALED):
        op.execute(statement)
'''


def source(metadata: MetaData) -> str:
    """The text of the initial migration that makes the tables of `metadata`."""
    used: set[str] = set()

    def own_type(kind: str, thing: Any, context: Any) -> str | Literal[False]:
        """Our own column types by their short names."""
        if kind != "type" or type(thing).__module__ != types.__name__:
            return False
        name = type(thing).__name__
        used.add(name)
        return f"{name}({getattr(thing, 'scale', '')})"

    tables = render_python_code(
        ops.UpgradeOps(ops=_operations(metadata)),
        render_as_batch=True,
        render_item=own_type,
    )
    parts = {
        "types": ", ".join(sorted(used)),
        "guarded": "\n".join(f'    "{name}",' for name in guarded(metadata)),
        "sealed": "".join(f'"{name}", ' for name in APPEND_ONLY if name in metadata.tables),
        "tables": _plain(tables),
    }
    fingerprint = sha256(_formatted(TEMPLATE.format(revision="", **parts)).encode()).hexdigest()[:8]
    return _formatted(TEMPLATE.format(revision=f"0001_{fingerprint}", **parts))


def _operations(metadata: MetaData) -> list[ops.MigrateOperation]:
    """Tables in an order in which references find their target; references that close a circle come at the end."""
    *tables, (_, late) = sort_tables_and_constraints(metadata.tables.values())
    operations: list[ops.MigrateOperation] = []
    for table, _ in tables:
        creation = ops.CreateTableOp.from_table(table)
        creation.columns = [part for part in creation.columns if id(part) not in map(id, late)]
        operations.append(creation)
        operations += map(ops.CreateIndexOp.from_index, sorted(table.indexes, key=lambda index: index.name))
    for reference in sorted(late, key=lambda reference: reference.name):
        added = ops.CreateForeignKeyOp.from_constraint(reference)
        operations.append(ops.ModifyTableOps(reference.table.name, [added]))
    return operations


def _plain(code: str) -> str:
    """Alembic's code without its remarks, without what is so anyway, and without `op.f` around names that fit."""
    code = "\n".join(line for line in code.splitlines() if not line.strip().startswith("#")).strip()
    code = re.sub(r", (nullable=True|unique=False|schema=None)", "", code)
    return re.sub(rf"(?:batch_)?op\.f\('(\w{{1,{LONGEST_NAME}}})'\)", r"'\1'", code)


def _formatted(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FILE), "-"]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


def main() -> None:
    """Write the file."""
    from emptor.server import schema

    FILE.write_text(source(schema()), encoding="utf-8")
    print(f"{FILE}: {len(schema().tables)} tables")


if __name__ == "__main__":
    main()
