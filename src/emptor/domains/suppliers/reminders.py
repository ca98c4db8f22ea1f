"""What is said of contracts as time goes by: that one ends soon, has been renewed, or has been spent beyond its sum.

Once a month those who keep contracts get a list of those that end soon; so do those who are to be told of a contract
that does not say how many days before its end.

`remind` looks at all companies by the database's clock. It may run as often as one likes: each thing is said once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    String,
    Table,
    bindparam,
    or_,
    select,
)

from emptor.domains import notices, writing
from emptor.domains.organisation import companies
from emptor.domains.organisation.access import Principal, load
from emptor.domains.organisation.roles import SUPER_USER
from emptor.domains.suppliers import spending, terms
from emptor.domains.suppliers.contracts import CONTRACTS
from emptor.kit.clock import spell
from emptor.kit.money import plain
from emptor.store import query
from emptor.store.schema import metadata, table
from emptor.store.statement import Statement
from emptor.store.types import Instant, any_of
from emptor.store.unit_of_work import Database, Transaction, UnitOfWork

Row = dict[str, Any]

ENDS, RENEWED, EXCEEDED = "contract_ends", "contract_renewed", "contract_exceeded"
LISTED = "contracts_end"
"""Kinds of notice."""

contract_reminders = Table(
    "contract_reminders",
    metadata,
    Column("company_id", BigInteger, nullable=False),
    Column("contract_id", BigInteger, nullable=False),
    Column("kind", String(40), nullable=False),
    Column("about", String(60), nullable=False, comment="the end, the sum or the month that was meant"),
    Column("create_date", Instant, nullable=False),
    PrimaryKeyConstraint("company_id", "contract_id", "kind", "about"),
    ForeignKeyConstraint(["company_id", "contract_id"], ["contracts.company_id", "contracts.id"], ondelete="CASCADE"),
)


@dataclass(frozen=True)
class Due:
    """Something that is to be said of a contract."""

    contract: Row
    kind: str
    about: str


def remind(database: Database) -> int:
    """Renew what renews itself and say what is to be said, in all companies; to how many contracts that happened."""
    done = 0
    for company in companies.all_companies(database):
        if company["enable"]:
            done += remind_in(database, company)
    return done


def remind_in(database: Database, company: Row) -> int:
    """The same in one company."""
    settings = {**company["settings"], "currency": company["currency"]}
    # Nobody in particular: the server itself.
    nobody = Principal(company["id"], cast(int, None), "", settings=settings)
    with database.read(company["id"], actor=nobody) as tx:
        now = spell(database.clock())
        if not any(_due(tx, now)) and not _listed(tx, now):
            return 0
    with database.write(company["id"], actor=nobody) as tx:
        listed, found = _listed(tx, tx.stamp), list(_due(tx, tx.stamp))
        told = _told(tx, [one.contract["id"] for one in found])
        for one in found:
            _say(tx, one, told[one.contract["id"]])
        if listed:
            _send_list(tx, listed)
    return len({one.contract["id"] for one in found} | {one["id"] for one in listed})


def _due(tx: Transaction, now: str) -> Iterator[Due]:
    """What is to be said now, contract by contract."""
    contracts = tx.records(_watched(), company=tx.company_id)
    said = {tuple(row) for row in tx.all(_said(), company=tx.company_id)} if contracts else set()
    limited = [one["id"] for one in contracts if one["gross_sum"] is not None]
    spent = spending.spent(tx, limited) if limited else {}
    for one in contracts:
        for kind, about in _events(one, spent, now):
            if (one["id"], kind, about) not in said:
                yield Due(one, kind, about)


def _events(contract: Row, spent: dict[int, Any], now: str) -> Iterator[tuple[str, str]]:
    """What there is to say of a contract: the kind, and the end or the sum that is meant."""
    if _renewed(contract, now):
        yield RENEWED, _renewed(contract, now)[1]
    elif terms.reminds(contract["end_date"], contract["reminder_days"], now):
        yield ENDS, contract["end_date"]
    if contract["gross_sum"] is not None and spent[contract["id"]] > contract["gross_sum"]:
        yield EXCEEDED, plain(contract["gross_sum"])


def _renewed(contract: Row, now: str) -> tuple[str, ...]:
    """Begin and end of the term that a contract is in by now where its last one is over; nothing where it is not."""
    begin, end = contract["term_begin"] or contract["begin_date"], contract["end_date"]
    if not (contract["prolongation"] and begin and end and end < now):
        return ()
    while end < now:
        following = terms.next_term(begin, end)
        if following is None or following[1] <= end:
            return ()
        begin, end = following
    return begin, end


def _say(tx: UnitOfWork, due: Due, told: tuple[list[int], list[str]]) -> None:
    contract = due.contract
    if due.kind == RENEWED:
        begin, end = _renewed(contract, tx.stamp)
        writing.change(tx, CONTRACTS, contract, {"term_begin": begin, "end_date": end, "update_date": tx.stamp})
    row = {"contract_id": contract["id"], "kind": due.kind, "about": due.about, "create_date": tx.stamp}
    tx.insert(contract_reminders, row)
    renews = "It renews itself for the same length; turn that off if it shall end."
    facts = {
        "name": contract["number"],
        "until": due.about[:10],
        "supplier": contract["supplier"],
        "amount": f"{due.about} {tx.actor.settings['currency']}",
        "renews": renews if contract["prolongation"] else "Renew it in time if you still need it.",
    }
    users, addresses = told
    notices.tell(tx, users, due.kind, CONTRACTS, contract, **facts)
    notices.write_to(tx, addresses, due.kind, CONTRACTS, contract, **facts)


def _listed(tx: Transaction, now: str) -> list[Row]:
    """The contracts on this month's list, by their ends; none once it has been sent."""
    contracts = [
        one for one in tx.records(_watched(), company=tx.company_id)
        if terms.listed(one["end_date"], one["create_date"], now)
    ]  # fmt: skip
    month = (LISTED, terms.month_of(now)[:7])
    if contracts and any((kind, about) == month for _, kind, about in tx.all(_said(), company=tx.company_id)):
        return []
    return sorted(contracts, key=lambda one: (one["end_date"], one["id"]))


def _send_list(tx: UnitOfWork, contracts: list[Row]) -> None:
    until, month = terms.listed_until(tx.stamp), terms.month_of(tx.stamp)[:7]
    for one in contracts:
        row = {"contract_id": one["id"], "kind": LISTED, "about": month, "create_date": tx.stamp}
        tx.insert(contract_reminders, row)
    reminded: dict[int, set[int]] = defaultdict(set)
    unset = [one["id"] for one in contracts if one["reminder_days"] is None]
    for contract_id, user_id in tx.all(_users(), company=tx.company_id, contracts=unset):
        reminded[user_id].add(contract_id)
    for user_id in dict.fromkeys([*_keepers(tx), *sorted(reminded)]):
        person = load(tx, user_id, tx.actor.settings)
        if person is None or not person.may(CONTRACTS.reads):
            continue
        scope, keeps = person.scope(CONTRACTS), person.may(CONTRACTS.writes)
        told = [
            one for one in contracts
            if (keeps or one["id"] in reminded[user_id]) and query.stored(tx, CONTRACTS, "id", one["id"], scope)
        ]  # fmt: skip
        if told:
            lines = "\n".join(map(_line, told))
            notices.tell(tx, [user_id], LISTED, CONTRACTS, told[0], until=until, lines=lines, link="/contracts")


def _line(contract: Row) -> str:
    renews = "; it renews itself" if contract["prolongation"] else ""
    return f"{contract['end_date'][:10]}: {contract['number']} with {contract['supplier']}{renews}"


def _keepers(tx: Transaction) -> list[int]:
    """The active people who may change contracts."""
    able = {SUPER_USER, *CONTRACTS.writes.roles}
    return [user for user, roles in tx.all(_people(), company=tx.company_id) if not able.isdisjoint(roles)]


def _told(tx: Transaction, contracts: list[int]) -> dict[int, tuple[list[int], list[str]]]:
    """Whom to tell of each contract: people of the company, and addresses."""
    users: dict[int, list[int]] = defaultdict(list)
    for contract_id, user_id in tx.all(_users(), company=tx.company_id, contracts=contracts):
        users[contract_id].append(user_id)
    addresses = {row["id"]: row["notified_emails"] for row in tx.records(_watched(), company=tx.company_id)}
    return {one: (users[one], addresses[one]) for one in contracts}


@lru_cache(maxsize=1)
def _watched() -> Statement:
    """The contracts of which there may be something to say."""
    contracts, suppliers = table("contracts"), table("suppliers")
    by = (suppliers.c.company_id == contracts.c.company_id) & (suppliers.c.id == contracts.c.supplier_id)
    return Statement(
        select(contracts, suppliers.c.name.label("supplier"))
        .join_from(contracts, suppliers, by)
        .where(
            contracts.c.company_id == bindparam("company"), contracts.c.enable,
            or_(contracts.c.end_date.is_not(None), contracts.c.gross_sum.is_not(None)),
        )
        .order_by(contracts.c.id)
    )  # fmt: skip


@lru_cache(maxsize=1)
def _said() -> Statement:
    said = contract_reminders
    return Statement(
        select(said.c.contract_id, said.c.kind, said.c.about).where(said.c.company_id == bindparam("company"))
    )


@lru_cache(maxsize=1)
def _people() -> Statement:
    users = table("users")
    mine = (users.c.company_id == bindparam("company"), users.c.enable)
    return Statement(select(users.c.id, users.c.roles).where(*mine).order_by(users.c.id))


@lru_cache(maxsize=1)
def _users() -> Statement:
    links = table("contract_users")
    return Statement(
        select(links.c.contract_id, links.c.user_id)
        .where(links.c.company_id == bindparam("company"), any_of(links.c.contract_id, "contracts"))
        .order_by(links.c.contract_id, links.c.user_id)
    )
