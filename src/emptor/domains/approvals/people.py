"""The people that approvals are about, read with their rights, absences and stand-ins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from sqlalchemy import Table, bindparam, select

from emptor.domains.approvals.kinds import approves
from emptor.domains.approvals.rules import Person, Step
from emptor.domains.organisation.roles import SUPER_USER
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.types import any_of
from emptor.store.unit_of_work import Transaction

_LINKS = (
    ("user_locations", "location_id"), ("user_options", "option_id"), ("user_legal_entities", "legal_entity_id"),
    ("user_backups", "backup_id"),
)  # fmt: skip

People = dict[int, Person]


def load(tx: Transaction, kind: str, ids: Iterable[int | None]) -> People:
    """Those people, as far as approving documents of that kind goes."""
    wanted = [one for one in set(ids) if one is not None]
    if not wanted:
        return {}
    users, *links = tx.many_records(
        [(_users(), {"ids": wanted}), *((_linked(table(name), member), {"ids": wanted}) for name, member in _LINKS)]
    )
    linked = [_grouped(rows) for rows in links]
    return {user["id"]: _person(user, kind, *(one[user["id"]] for one in linked)) for user in users}


def load_asked(
    tx: Transaction, kind: str, steps: Iterable[Step], initiator: int | None, fallback: int | None
) -> People:
    """Everybody whom `rules.route` may ask for: approvers, the initiator's manager, the fallback and substitutes."""
    approvers = [entry.user for step in steps for entry in step.approvers]
    people = load(tx, kind, [*approvers, initiator, fallback])
    manager = people[initiator].manager if initiator in people else None
    more = {manager, *(one.substitute for one in people.values() if not one.active)} - people.keys()
    people |= load(tx, kind, more)
    if manager in people and not people[manager].active:
        people |= load(tx, kind, {people[manager].substitute} - people.keys())
    return people


def with_stand_ins(tx: Transaction, kind: str, people: People, also: Iterable[int] = ()) -> People:
    """The same people and everybody who may act for one of them."""
    more = {one.substitute for one in people.values()} | {b for one in people.values() for b in one.backups} | {*also}
    return people | load(tx, kind, more - people.keys())


def _grouped(rows: Iterable[dict[str, Any]]) -> dict[int, list[int]]:
    grouped: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        grouped[row["user_id"]].append(row["member"])
    return grouped


def _person(
    user: dict[str, Any], kind: str, locations: list[int], options: list[int], entities: list[int], backups: list[int]
) -> Person:
    everything = SUPER_USER in user["roles"]
    needed = approves(kind).roles
    return Person(
        id=user["id"],
        name=" ".join(filter(None, (user["firstname"], user["lastname"]))) or user["email"],
        active=bool(user["enable"]),
        may_approve=everything or not set(needed).isdisjoint(user["roles"]),
        locations=None if everything or user["all_locations_access"] else frozenset(locations),
        options=None if everything or user["all_user_document_costcenters_access"] else frozenset(options),
        legal_entities=None if everything or user["all_legal_entities_access"] else frozenset(entities),
        manager=user["manager_id"],
        away=(user["away_from"], user["away_until"]) if user["away_from"] else None,
        backups=tuple(backups),
        substitute=user["substitute_id"],
    )


@lru_cache(maxsize=1)
def _users() -> Statement:
    users = table("users")
    return Statement(select(users).where(users.c.company_id == bindparam("company"), any_of(users.c.id, "ids")))


@lru_cache(maxsize=10)
def _linked(links: Table, member: str) -> Statement:
    return Statement(
        select(links.c.user_id, links.c[member].label("member")).where(
            links.c.company_id == bindparam("company"), any_of(links.c.user_id, "ids")
        )
    )
