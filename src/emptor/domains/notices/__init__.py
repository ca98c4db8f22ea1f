"""Notices: what people, and suppliers, are told about documents; kept with the change itself, sent by mail later."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    select,
)

from emptor.domains.notices.texts import worded
from emptor.domains.organisation.access import sees
from emptor.domains.organisation.companies import chosen
from emptor.domains.organisation.tables import companies
from emptor.kit.fields import Hidden, Moment, Text
from emptor.kit.money import plain
from emptor.kit.resource import CREATED, KEY, Access, Operation, Resource
from emptor.store.schema import define, metadata, table
from emptor.store.statement import Statement
from emptor.store.types import Instant
from emptor.store.unit_of_work import UnitOfWork

Row = dict[str, Any]

LONGEST_TEXT = 20_000


def read(tx: UnitOfWork, row: Row, values: Row) -> None:
    """Note that the person has read it."""
    if row["read_date"] is None:
        tx.update(table(NOTICES.table), {"read_date": tx.stamp}, id=row["id"])


NOTICES = define(
    Resource(
        name="notices",
        label="Notice",
        fields=(
            KEY,
            CREATED,
            Text("kind", size=40, required=True),
            Text("title", size=300, required=True),
            Text("text", size=LONGEST_TEXT, multiline=True, required=True),
            Text("link", size=300, note="path of what it is about"),
            Moment("readDate"),
            Text("resource", size=60, required=True),
            Hidden("objectId", kind="id", nullable=False),
            Hidden("userId", kind="id", references="users"),
            Hidden("address", kind="text", size=200),
        ),
        operations=(
            Operation("list", "GET", "/-/notices", hosted=False, summary="What you have been told"),
            Operation("get", "GET", "/-/notices/{id}", hosted=False, summary="One notice"),
            Operation(
                "action", "POST", "/-/notices/{id}/read", hosted=False, body=(), run=read, summary="Mark as read"
            ),
        ),
        access=Access(creator="user_id", private=True),
        indexes=(("user_id", "id"),),
    )
)

outbox = Table(
    "outbox",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("notice_id", BigInteger, nullable=False),
    Column("due", Instant, nullable=False, comment="not to be sent before"),
    Column("attempts", Integer, nullable=False),
    Column("failed", Instant, comment="when it was given up"),
    Column("fault", String(300), comment="what was wrong with the latest attempt"),
    PrimaryKeyConstraint("company_id", "notice_id"),
    ForeignKeyConstraint(["company_id", "notice_id"], ["notices.company_id", "notices.id"], ondelete="CASCADE"),
    Index(None, "due"),
)


def tell(
    tx: UnitOfWork, users: Iterable[int | None], kind: str, resource: Resource, row: Row, *, oneself: bool = False,
    **facts: Any,
) -> None:  # fmt: skip
    """Tell people of the company about a document, by a notice and by mail; whoever does not see it is not told.

    `kind` is one of `texts.WORDS`. Nobody is told what they have done themselves, unless `oneself`. A fact that takes
    long to find may be a function, which is not called when nobody is told.
    """
    acting = tx.actor.user_id if tx.actor and not oneself else None
    wanted = [user for user in dict.fromkeys(users) if user not in (None, acting)]
    people = [person for user in wanted if (person := sees(tx, user, resource, row["id"]))]
    _keep(tx, [(person.user_id, person.email) for person in people], kind, resource, row, facts)


def write_to(
    tx: UnitOfWork, addresses: Iterable[str | None], kind: str, resource: Resource, row: Row, **facts: Any
) -> int:
    """Write to people outside the company, such as contacts of a supplier; to how many. A `link` is a fact."""
    to = [address for address in dict.fromkeys(addresses) if address]
    _keep(tx, [(None, address) for address in to], kind, resource, row, {"link": None, **facts})
    return len(to)


def supplier_addresses(tx: UnitOfWork, supplier_id: int) -> list[str]:
    """The e-mail addresses of a supplier's contacts."""
    return [email for (email,) in tx.all(_contacts(), company=tx.company_id, supplier=supplier_id) if email]


MOST_LISTED = 50
"""Longer documents are told in part."""


def listed(items: Iterable[Row], currency: str = "") -> str:
    """Lines of a document as text: a line each, with prices where a currency is named."""
    said = []
    for position, item in enumerate(items, 1):
        if position > MOST_LISTED:
            said.append("… and more; the document has them all.")
            break
        sku = f" ({item['sku']})" if item.get("sku") else ""
        cost = f", {number(item['price'])} {currency} each, {number(item['net_sum'])} {currency}" if currency else ""
        said.append(f"{position}. {item['name']}{sku}: {number(item['quantity'])}{cost}")
    return "\n".join(said)


def number(amount: Decimal | None) -> str:
    """A number as people write it."""
    return plain(amount or Decimal(0), 0)


def _keep(
    tx: UnitOfWork, recipients: list[tuple[int | None, str]], kind: str, resource: Resource, row: Row, facts: Row
) -> None:
    if not recipients:
        return
    told = {name: fact() if callable(fact) else fact for name, fact in facts.items()}
    known = {**_facts(tx, resource, row), **told}
    known["reason"] = f" The reason: {told['reason']}" if told.get("reason") else ""
    words = worded(kind, known)
    kept = [
        {
            "id": row_id, "create_date": tx.stamp, "kind": kind, "title": words.title,
            "text": words.text[:LONGEST_TEXT], "link": known["link"], "read_date": None, "resource": resource.name,
            "object_id": row["id"], "user_id": user_id, "address": address,
        }
        for row_id, (user_id, address) in zip(tx.new_ids(len(recipients)), recipients, strict=True)
    ]  # fmt: skip
    tx.insert_all(table(NOTICES.table), kept)
    if (tx.actor.settings if tx.actor else chosen(tx)).get("mail", True):
        posted = [{"notice_id": one["id"], "due": tx.stamp, "attempts": 0} for one in kept]
        tx.insert_all(outbox, posted)


def _facts(tx: UnitOfWork, resource: Resource, row: Row) -> Row:
    """What every notice about a document may say."""
    noun = resource.life.noun if resource.life else resource.label.lower()
    money = f"{number(row['sum'])} {row['currency']}" if row.get("sum") and row.get("currency") else ""
    actor = tx.one(_person(), company=tx.company_id, user=tx.actor.user_id) if tx.actor else None
    return {
        "noun": noun, "Noun": noun[:1].upper() + noun[1:],
        "name": row.get("custom_name") or row.get("idn") or row.get("name") or row["id"],
        "actor": " ".join(filter(None, actor[:2])) or actor[2] if actor else "Somebody",
        "company": tx.scalar(_COMPANY, company=tx.company_id), "sum": f" over {money}" if money else "", "total": money,
        "budget": " It goes beyond its budget." if row.get("is_budget_over_limit") else "",
        "required": f", needed by {row['required_date'][:10]}" if row.get("required_date") else "",
        "note": f"{row['note']}\n\n" if row.get("note") else "", "link": f"/{resource.name}/{row[resource.key]}",
    }  # fmt: skip


_COMPANY = Statement(select(companies.c.name).where(companies.c.id == bindparam("company")))


@lru_cache(maxsize=1)
def _person() -> Statement:
    users = table("users")
    return Statement(
        select(users.c.firstname, users.c.lastname, users.c.email).where(
            users.c.company_id == bindparam("company"), users.c.id == bindparam("user")
        )
    )


@lru_cache(maxsize=1)
def _contacts() -> Statement:
    contacts = table("supplier_contacts")
    return Statement(
        select(contacts.c.email)
        .where(contacts.c.company_id == bindparam("company"), contacts.c.supplier_id == bindparam("supplier"))
        .order_by(contacts.c.id)
    )
