"""Tables of the organisation that are no resources of the API: companies, keys, blocks and use."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)

from emptor.store.schema import metadata
from emptor.store.types import Instant, JsonText

companies = Table(
    "companies",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("name", String(300), nullable=False),
    Column("region", String(10), nullable=False, comment="com or us"),
    Column("currency", String(3), nullable=False),
    Column("enable", Boolean, nullable=False),
    Column("settings", JsonText, nullable=False, comment="choices of the company, see companies.py"),
    Column("access_version", BigInteger, nullable=False, comment="grows when roles, access or settings change"),
    Column("create_date", Instant, nullable=False),
    UniqueConstraint("name"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    Column("hash", String(64), nullable=False, comment="SHA-256 of the token, in hexadecimal"),
    Column("hint", String(12), nullable=False, comment="first characters, to tell keys apart"),
    Column("create_date", Instant, nullable=False),
    Column("last_used", Instant),
    Column("revoked", Instant),
    Column("blocked_until", Instant),
    PrimaryKeyConstraint("company_id", "id"),
    UniqueConstraint("hash"),
    ForeignKeyConstraint(["company_id", "user_id"], ["users.company_id", "users.id"], ondelete="CASCADE"),
)

key_days = Table(
    "key_days",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("key_id", BigInteger, nullable=False),
    Column("day", String(10), nullable=False, comment="2025-05-05, UTC"),
    Column("requests", Integer, nullable=False),
    Column("wrong", Integer, nullable=False, comment="answered with a 4xx other than 429"),
    PrimaryKeyConstraint("company_id", "key_id", "day"),
    ForeignKeyConstraint(["company_id", "key_id"], ["api_keys.company_id", "api_keys.id"], ondelete="CASCADE"),
    Index(None, "day"),
)

address_blocks = Table(
    "address_blocks",
    metadata,
    Column("address", String(45), primary_key=True),
    Column("until", Instant, nullable=False),
    Column("reason", String(300), nullable=False),
    Column("create_date", Instant, nullable=False),
)
