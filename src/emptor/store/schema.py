"""Tables, built from the declarations of resources, plus the few the store needs for itself.

Every tenant table starts its primary, unique and foreign keys with `company_id`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from emptor.kit import fields, resource
from emptor.store.types import Fixed, Instant, JsonText

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_TYPES = {
    "id": lambda size: BigInteger(),
    "integer": lambda size: Integer(),
    "text": lambda size: String(size),
    "flag": lambda size: Boolean(),
    "fixed": Fixed,
    "moment": lambda size: Instant(),
    "json": lambda size: JsonText(),
}

company_clocks = Table(
    "company_clocks",
    metadata,
    Column("company_id", BigInteger, primary_key=True, autoincrement=False),
    Column("sequence", BigInteger, nullable=False, comment="grows by one with every change of the company"),
    Column("stamp", Instant, nullable=False, comment="moment of the latest change; never goes back"),
    Column("entries", BigInteger, nullable=False, comment="entries in the company's journal"),
    Column("head", String(64), nullable=False, comment="hash of the latest of them"),
)

counters = Table(
    "counters",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("name", String(60), nullable=False),
    Column("last", BigInteger, nullable=False, comment="latest idn given out"),
    Column("live", BigInteger, nullable=False, comment="rows there are now"),
    PrimaryKeyConstraint("company_id", "name"),
)

id_sequence = Table(
    "id_sequence",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("last", BigInteger, nullable=False, comment="latest id given out on SQLite; PostgreSQL has a sequence"),
)


def sql_type(column: fields.Column) -> TypeEngine[Any]:
    """The SQL type of a declared column."""
    return _TYPES[column.kind](column.size)


def _sql_column(column: fields.Column) -> Column[Any]:
    return Column(column.name, sql_type(column), nullable=column.nullable)


def _points_to(column: str, target: str, **options: Any) -> ForeignKeyConstraint:
    return ForeignKeyConstraint(["company_id", column], [f"{target}.company_id", f"{target}.id"], **options)


ROOM = {"postgresql_with": {"fillfactor": 60}}
"""How full, in percent, PostgreSQL fills the pages of busy tables: a row that changes stays in its page, so that no
index has to know.
"""


def _index(names: tuple[str, ...], may_be_empty: bool) -> Index:
    """An index; one on a single column leaves out rows that have nothing there, for nobody looks for these by it."""
    if not may_be_empty or len(names) > 1:
        return Index(None, "company_id", *names)
    said = text(f"{names[0]} IS NOT NULL")
    return Index(None, "company_id", *names, sqlite_where=said, postgresql_where=said)


def _table(
    name: str, declared: tuple[fields.Field, ...], *extra: Any, key: tuple[str, ...] = ("id",), **options: Any
) -> Table:
    columns = {column.name: column for one in declared for column in one.columns()}
    references = [_points_to(c.name, c.references) for c in columns.values() if c.references]
    return Table(
        name,
        metadata,
        Column("company_id", BigInteger, nullable=False),
        *(_sql_column(column) for column in columns.values()),
        *references,
        *extra,
        PrimaryKeyConstraint("company_id", *key),
        **options,
    )


def _part_table(part: fields.Part) -> None:
    if part.table in metadata.tables:
        return
    if not part.owner_table:  # owned by several kinds of object: declared as a resource of its own
        return
    owner = fields.Column(part.owner, "id", nullable=False)
    declared, by_owner = part.fields, (part.owner, "id")
    stored: dict[str, Any] = {"key": by_owner, "sqlite_with_rowid": False} if part.beside_owner else {}
    stored |= ROOM if part.busy else {}
    _table(
        part.table,
        declared,
        _sql_column(owner),
        _points_to(part.owner, part.owner_table, ondelete="CASCADE"),
        # With the id, for SQLite would rather read all of a company in the order of ids than sort what it finds.
        *(() if part.beside_owner else (Index(None, "company_id", *by_owner),)),
        *(Index(None, "company_id", *wanted) for wanted in part.indexes),
        **stored,
    )
    _inner_tables(declared, part.table)


def _link_table(link: fields.Refs, owner_table: str) -> None:
    if not link.table or link.table in metadata.tables:
        return
    Table(
        link.table,
        metadata,
        Column("company_id", BigInteger, nullable=False),
        Column(link.owner, BigInteger, nullable=False),
        Column(link.member, BigInteger, nullable=False),
        PrimaryKeyConstraint("company_id", link.owner, link.member),
        _points_to(link.owner, owner_table, ondelete="CASCADE"),
        _points_to(link.member, link.to),
        Index(None, "company_id", link.member),
    )


def _inner_tables(declared: tuple[fields.Field, ...], owner_table: str) -> None:
    for one in declared:
        if isinstance(one, fields.Parts):
            _part_table(one.of)
        elif isinstance(one, fields.Refs):
            _link_table(one, owner_table)


def define(declared: resource.Resource) -> resource.Resource:
    """Build the tables of a resource and hand the resource back."""
    if declared.table not in metadata.tables:
        indexes: list[Any] = [UniqueConstraint("company_id", f.column) for f in declared.fields if f.unique]
        indexes += [UniqueConstraint("company_id", *columns) for columns in declared.uniques]
        columns = {column.name: column.nullable for one in declared.fields for column in one.columns()}
        if "update_date" in columns and not declared.busy:
            indexes.append(Index(None, "company_id", "update_date"))
        wanted = (*([("external_id",)] if "external_id" in columns else ()), *declared.indexes)
        indexes += [_index(names, columns[names[0]]) for names in wanted]
        _table(declared.table, declared.fields, *indexes, **(ROOM if declared.busy else {}))
    _inner_tables(declared.fields, declared.table)
    return declared


def table(name: str) -> Table:
    """The table of that name; KeyError when nothing declared it."""
    return metadata.tables[name]


def custom_values(family: str, owner_table: str) -> fields.CustomValues:
    """The field that holds an object's custom field values, with a table of its own."""
    wire = {
        "document": "dataDocumentCustomFields",
        "item": "dataItemCustomFields",
        "supplier": "dataSupplierCustomFields",
    }
    part = fields.Part(
        label="CustomFieldValue",
        table=f"{owner_table}_custom_values",
        owner="owner_id",
        owner_table=owner_table,
        fields=(
            fields.Key(),
            fields.Text("value", size=2000),
            fields.Ref(f"{family}CustomField", to="custom_fields", column="field_id", required=True, show=("id",)),
            fields.Hidden("optionId", kind="id", references="custom_field_options"),
        ),
        beside_owner=True,
    )
    listing = "allDocumentCustomFieldOptionsIds" if family == "document" else ""
    return fields.CustomValues(wire[family], part=part, family=family, options_as=listing, write=fields.Write.ALWAYS)
