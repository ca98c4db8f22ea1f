"""What people say about a document among themselves, who follows it, and whom a comment reaches."""

from __future__ import annotations

import re
from functools import lru_cache, partial
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    bindparam,
    func,
    select,
)

from emptor.domains import notices, writing
from emptor.domains.organisation.access import sees
from emptor.kit.errors import Invalid
from emptor.kit.fields import Hidden, Part, Parts, Ref, Refs, Text, Write
from emptor.kit.resource import CREATED, KEY, Operation, Resource
from emptor.store.schema import define, metadata, table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction, UnitOfWork

Row = dict[str, Any]

MENTION = re.compile(r"(?<![\w.@])@([^\s@,;:!?()<>\"']+@[^\s@,;:!?()<>\"']+\.[\w-]+)")
"""`@ann@acme.test`: a person by e-mail address."""

COMMENT = Part(
    "Comment",
    "comments",
    "object_id",
    "",
    (
        KEY,
        CREATED,
        Text("text", size=5000, multiline=True, required=True),
        Text("verb", size=40, note="what was done with these words, such as `reject`"),
        Ref("user", to="users"),
    ),
)

COMMENTS = define(
    Resource(
        name="comments",
        label="Comment",
        fields=(
            *COMMENT.fields,
            Hidden("resource", kind="text", size=60, nullable=False),
            Hidden("objectId", kind="id", nullable=False),
        ),
        indexes=(("object_id",),),
    )
)

followers_of = Table(
    "followers",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("object_id", BigInteger, nullable=False),
    Column("user_id", BigInteger, nullable=False),
    PrimaryKeyConstraint("company_id", "object_id", "user_id"),
    ForeignKeyConstraint(["company_id", "user_id"], ["users.company_id", "users.id"], ondelete="CASCADE"),
    Index(None, "company_id", "user_id"),
)

SAID = (
    Text("text", size=5000, multiline=True, required=True, write=Write.ALWAYS, note="@mail@acme.test names people"),
)
WHO = (Ref("user", to="users", write=Write.ALWAYS, note="the acting person where it is left out"),)


def comments() -> Parts:
    """What has been said about an object: ids are unique over all kinds, so its own says whose they are."""
    return Parts("comments", part=COMMENT, listed=False)


def followers() -> Refs:
    """The people who are told what becomes of an object."""
    return Refs(
        "followers", to="users", table=followers_of.name, owner="object_id", member="user_id", listed=False
    )  # fmt: skip


def operations(resource: Resource) -> tuple[Operation, ...]:
    """What people can do about a document of this kind beside its life."""
    path, noun = f"/{resource.name}/{{{resource.key}}}", resource.life.noun

    def action(method: str, name: str, run: Any, body: Any, summary: str) -> Operation:
        return Operation(
            "action", method, f"{path}/{name}", resource.reads, False, body, partial(run, resource), summary=summary
        )

    return (
        action("POST", "comments", comment, SAID, f"Comment on a {noun}; whoever is named in it is told"),
        action("POST", "followers", follow, WHO, f"Follow a {noun}, or let somebody follow it"),
        action("DELETE", "followers", unfollow, WHO, f"Stop following a {noun}"),
    )


def comment(resource: Resource, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Say something about a document. Whoever is named has to see it, follows it from now on and is told."""
    text = values.get("text")
    if not text:
        raise Invalid({"text": "This field is required."})
    named = _named(tx, resource, row, text)
    keep(tx, resource, row, text)
    _add(tx, row, [tx.actor.user_id, *named])
    others = set(following(tx, row)) - {tx.actor.user_id, *named}
    notices.tell(tx, named, "mention", resource, row, text=text)
    notices.tell(tx, others, "comment", resource, row, text=text)
    _touch(tx, resource, row)


def keep(tx: UnitOfWork, resource: Resource, row: Row, text: str, verb: str | None = None) -> int:
    """Keep what the acting person says about an object; the comment's id."""
    said = {
        "text": text, "verb": verb, "user_id": tx.actor.user_id, "resource": resource.name, "object_id": row["id"],
    }  # fmt: skip
    return writing.insert(tx, COMMENTS, said)


def follow(resource: Resource, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Follow a document, or let somebody follow it who sees it."""
    user = values.get("user_id") or tx.actor.user_id
    if not sees(tx, user, resource, row["id"]):
        raise Invalid({"user": f"There is nobody with id {user} here who sees this {resource.life.noun}."})
    _add(tx, row, [user])
    _touch(tx, resource, row)


def unfollow(resource: Resource, tx: UnitOfWork, row: Row, values: Row) -> None:
    """Stop following a document, oneself or somebody else."""
    writing.check_references(tx, WHO, [("", values)])
    tx.problems.raise_if_any()
    tx.delete(followers_of, object_id=row["id"], user_id=values.get("user_id") or tx.actor.user_id)
    _touch(tx, resource, row)


def following(tx: Transaction, row: Row) -> list[int]:
    """The ids of the people who follow a document."""
    return [user for (user,) in tx.all(_FOLLOWING, company=tx.company_id, object=row["id"])]


def _named(tx: UnitOfWork, resource: Resource, row: Row, text: str) -> list[int]:
    """The ids of the people named in a text; Invalid when one is nobody here, or does not see the document."""
    emails = list(dict.fromkeys(email.lower() for email in MENTION.findall(text)))
    if not emails:
        return []
    known = {email.lower(): user for user, email in tx.all(_people(), company=tx.company_id, emails=emails)}
    unknown = [email for email in emails if email not in known or not sees(tx, known[email], resource, row["id"])]
    if unknown:
        noun = resource.life.noun
        raise Invalid({"text": f"{', '.join(unknown)}: there is nobody here with this address who sees this {noun}."})
    return [known[email] for email in emails]


def _add(tx: UnitOfWork, row: Row, users: list[int]) -> None:
    known = set(following(tx, row))
    fresh = [user for user in dict.fromkeys(users) if user not in known]
    tx.insert_all(followers_of, [{"object_id": row["id"], "user_id": user} for user in fresh])


def _touch(tx: UnitOfWork, resource: Resource, row: Row) -> None:
    """Pollers by `modifiedSince` shall see it."""
    tx.update(table(resource.table), {"update_date": tx.stamp}, id=row["id"])


_FOLLOWING = Statement(
    select(followers_of.c.user_id).where(
        followers_of.c.company_id == bindparam("company"), followers_of.c.object_id == bindparam("object")
    )
)


@lru_cache(maxsize=1)
def _people() -> Statement:
    users = table("users")
    email = func.lower(users.c.email, type_=users.c.email.type)
    return Statement(
        select(users.c.id, users.c.email).where(users.c.company_id == bindparam("company"), any_of(email, "emails"))
    )
