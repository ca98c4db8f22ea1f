"""The last wall between companies: PostgreSQL shows a row to no transaction but one of the row's own company."""

from __future__ import annotations

from sqlalchemy import Connection, MetaData

OPEN = {"api_keys", "company_clocks", "key_days", "outbox"}
"""Tables of no one company's work: the first two turn a key into a company, then comes the operator's count of requests
by key, written and judged for all companies at once, and which notices are to be mailed, but not what they say.
"""

# A setting that a finished transaction had is '' afterwards, not null.
_OWN = "company_id = nullif(current_setting('emptor.company_id', true), '')::bigint"


def guarded(metadata: MetaData) -> list[str]:
    """The tables that belong behind the wall, by name."""
    return sorted(name for name, table in metadata.tables.items() if "company_id" in table.c and name not in OPEN)


def guard(table: str) -> list[str]:
    """The statements that put a table behind the wall; FORCE holds its owner to it too."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY own_company ON {table} USING ({_OWN})",
    ]


def is_bypassed(connection: Connection) -> bool:
    """Whether the role we are connected as sees through the wall."""
    if connection.dialect.name != "postgresql":
        return False
    mighty = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    return bool(connection.exec_driver_sql(mighty).scalar())
