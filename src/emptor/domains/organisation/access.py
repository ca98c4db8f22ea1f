"""Who is asking, and what that person may do and see."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from sqlalchemy import bindparam, select, true

from emptor.domains.organisation.roles import MODULES, SEES_OTHERS, SUPER_USER
from emptor.kit.errors import Forbidden
from emptor.kit.resource import Permission, Resource
from emptor.store import query
from emptor.store.query import Scope
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True)
class Principal:
    """A person of one company, as far as rights are concerned. None in a tuple's place means no bound."""

    company_id: int
    user_id: int
    email: str
    roles: frozenset[str] = frozenset()
    locations: tuple[int, ...] | None = None
    legal_entities: tuple[int, ...] | None = None
    options: tuple[int, ...] | None = None
    limiting_fields: tuple[int, ...] = ()
    settings: dict[str, Any] = field(default_factory=dict, hash=False, compare=False)

    @cached_property
    def is_super_user(self) -> bool:
        """Whether this person may do everything in the company."""
        return SUPER_USER in self.roles

    def may(self, permission: Permission) -> bool:
        """Whether one of the person's roles gives `permission`."""
        return not permission.levels or self.is_super_user or not self.roles.isdisjoint(permission.roles)

    def require(self, permission: Permission) -> None:
        """Raise Forbidden, naming the roles that would do, unless the person has the permission."""
        if not self.may(permission):
            needed = " or ".join(permission.roles)
            raise Forbidden(f"This needs the role {needed}; ask whoever manages users in your company.")

    def scope(self, resource: Resource) -> Scope:
        """Which rows of `resource` the person sees."""
        access = resource.access
        if access.private:
            return Scope(access, self.user_id, own_only=True)
        if self.is_super_user:
            return Scope(access, self.user_id)
        owner = access.owner or access
        return Scope(
            access,
            self.user_id,
            own_only=bool(owner.module) and not self.may(Permission(owner.module, SEES_OTHERS, owner.viewers)),
            locations=self.locations,
            legal_entities=self.legal_entities,
            limiting_fields=self.limiting_fields,
            options=self.options,
        )


def sees(tx: UnitOfWork, user_id: int, resource: Resource, row_id: int) -> Principal | None:
    """That person of the acting one's company, if the person is active and sees the row."""
    person = load(tx, user_id, tx.actor.settings if tx.actor else {})
    if person is None or not person.may(resource.reads):
        return None
    return person if query.stored(tx, resource, "id", row_id, person.scope(resource)) else None


def holders(tx: Transaction, permission: Permission) -> list[int]:
    """Everybody who is active and has the permission by a role."""
    wanted = {*permission.roles, SUPER_USER}
    return [user_id for user_id, roles in tx.all(_people(), company=tx.company_id) if not wanted.isdisjoint(roles)]


def read_permission(module: str, *also: str) -> Permission:
    """Reading documents of a module takes any role in it, or one of `also`."""
    return Permission(module, MODULES[module], also)


def load(tx: Transaction, user_id: int, settings: dict[str, Any]) -> Principal | None:
    """The person's rights as they are now; None when there is no such active person."""
    user = tx.record(_user(), company=tx.company_id, user=user_id)
    if user is None or not user["enable"]:
        return None
    fields = tuple(row[0] for row in tx.all(_limiting(), company=tx.company_id))
    roles = frozenset(user["roles"])
    unbound = SUPER_USER in roles
    return Principal(
        company_id=tx.company_id,
        user_id=user_id,
        email=user["email"],
        roles=roles,
        locations=None
        if unbound or user["all_locations_access"]
        else linked(tx, "user_locations", "location_id", user_id),
        legal_entities=(
            None
            if unbound or user["all_legal_entities_access"]
            else linked(tx, "user_legal_entities", "legal_entity_id", user_id)
        ),
        options=(
            None if unbound or user["all_user_document_costcenters_access"] or not fields else _options(tx, user_id)
        ),
        limiting_fields=fields,
        settings=settings,
    )


def linked(tx: Transaction, name: str, member: str, user_id: int) -> tuple[int, ...]:
    """What a person is bound to by a table of links."""
    return tuple(row[0] for row in tx.all(_linked(name, member), company=tx.company_id, user=user_id))


def _options(tx: Transaction, user_id: int) -> tuple[int, ...]:
    """The person's options with all that hang below them in their trees."""
    allowed = set(linked(tx, "user_options", "option_id", user_id))
    for option, parent in tx.all(_tree(), company=tx.company_id):
        if parent in allowed:
            allowed.add(option)
    return tuple(sorted(allowed))


# Statements over tables that other rooms declare are written on first use.


@cache
def _user() -> Statement:
    users = table("users")
    return Statement(select(users).where(users.c.company_id == bindparam("company"), users.c.id == bindparam("user")))


@cache
def _people() -> Statement:
    users = table("users")
    mine = (users.c.company_id == bindparam("company"), users.c.enable == true())
    return Statement(select(users.c.id, users.c.roles).where(*mine).order_by(users.c.id))


@cache
def _limiting() -> Statement:
    fields = table("custom_fields")
    return Statement(
        select(fields.c.id).where(fields.c.company_id == bindparam("company"), fields.c.limits_access == true())
    )


@cache
def _linked(name: str, member: str) -> Statement:
    links = table(name)
    return Statement(
        select(links.c[member]).where(links.c.company_id == bindparam("company"), links.c.user_id == bindparam("user"))
    )


@cache
def _tree() -> Statement:
    options = table("custom_field_options")
    return Statement(
        select(options.c.id, options.c.parent_id)
        .where(options.c.company_id == bindparam("company"), options.c.parent_id.is_not(None))
        .order_by(options.c.level)
    )
