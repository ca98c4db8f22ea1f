"""The people of a company."""

from __future__ import annotations

from typing import Any

from emptor.domains import writing
from emptor.domains.organisation import leaving
from emptor.domains.organisation.access import linked
from emptor.domains.organisation.roles import ROLES, SUPER_USER
from emptor.kit.errors import Forbidden
from emptor.kit.fields import Flag, Moment, Ref, Refs, Text, Texts, Write
from emptor.kit.resource import CREATED, KEY, UPDATED, Permission, Resource, read_operations, write_operations
from emptor.store.schema import define
from emptor.store.unit_of_work import UnitOfWork

CONFIGURE = Permission("configuration", ("edit",))
PERSON = ("id", "email", "firstname", "lastname")
"""How people appear in other people."""

LOCATIONS = Refs(
    "locations", to="locations", table="user_locations", owner="user_id", member="location_id", write=Write.ALWAYS,
    send_as="locationIds", listed=False, note="locations the person sees when `allLocationsAccess` is off",
)  # fmt: skip


def create(tx: UnitOfWork, values: dict[str, Any]) -> int:
    """A new person; the id."""
    _guard_super_users(tx, {}, values)
    _give_no_more_than_own(tx, {}, values)
    _check_absence(tx, {}, values)
    return writing.create(tx, USERS, values)


def update(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Change a person."""
    _guard_super_users(tx, row, values)
    _give_no_more_than_own(tx, row, values)
    _check_absence(tx, row, values)
    leaves = bool(row["enable"]) and values.get("enable") is False
    if leaves:
        leaving.check(tx, row, values)
    writing.update(tx, USERS, row, values)
    if leaves:
        leaving.complete(tx, row["id"], values.get("substitute_id", row["substitute_id"]))


def _check_absence(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Note what no absence, manager or stand-in can be."""
    begins, ends = (values.get(name, row.get(name)) for name in ("away_from", "away_until"))
    if ends and begins and ends < begins:
        tx.problems.add("awayUntil", "This is before the absence begins.")
    if row and row["id"] in (values.get("manager_id"), values.get("substitute_id"), *(values.get("backups") or ())):
        place = "manager" if values.get("manager_id") == row["id"] else "substitute"
        place = "backupIds" if row["id"] in (values.get("backups") or ()) else place
        tx.problems.add(place, "Name somebody else than the person.")


def _guard_super_users(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Raise Forbidden when somebody else would make a super user or change one in any way.

    To manage people must not be a way to everything; and who may change the e-mail of super users, or disable them,
    may shut them out. The operator, who is nobody in the company, may do all that.
    """
    if tx.actor is None or tx.actor.is_super_user:
        return
    if SUPER_USER in row.get("roles", ()):
        raise Forbidden("This person is a super user, whom only a super user can change; ask one of them.")
    if SUPER_USER in values.get("roles", ()):
        raise Forbidden(f"Only a super user can give the role {SUPER_USER}; ask one of them, or leave it out.")


BOUNDS = (
    ("allLocationsAccess", "all_locations_access", "locations", "locationIds"),
    ("allLegalEntitiesAccess", "all_legal_entities_access", "legal_entities", "legalEntityIds"),
    (
        "allUserDocumentCostcentersAccess", "all_user_document_costcenters_access", "options",
        "documentCustomFieldOptionIds",
    ),
)  # fmt: skip
"""What says that a person sees everything: its name, its column, what bounds the person else, and how that is named."""


def _give_no_more_than_own(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Note access that somebody gives who has less: to manage people must be no way past one's own bounds.

    Nobody takes further roles, and whoever is bound gives only those that he has himself.
    """
    if tx.actor is None or tx.actor.is_super_user:
        return
    bound = False
    for wire, column, name, links in BOUNDS:
        own = getattr(tx.actor, name)
        if own is None:
            continue
        bound = True
        if values.get(column, not row) and not row.get(column):
            tx.problems.add(wire, f"You do not see all of these yourself; send false, and some of yours in {links}.")
    if bound and tx.actor.options is not None:
        _give_own_options(tx, row, values)
    further = set(values.get("roles") or ()) - set(row.get("roles") or ()) - tx.actor.roles
    if further and (bound or row.get("id") == tx.actor.user_id):
        tx.problems.add("roles", f"You do not have {', '.join(sorted(further))} yourself; ask a super user to give it.")


def _give_own_options(tx: UnitOfWork, row: dict[str, Any], values: dict[str, Any]) -> None:
    """Note options that the acting person does not have; of other bounds the check of references sees to that."""
    wire = "documentCustomFieldOptions"
    kept = set(linked(tx, "user_options", "option_id", row["id"])) if row else set()
    for i, option in enumerate(values.get(wire) or ()):
        if option not in kept and option not in tx.actor.options:
            tx.problems.add(f"documentCustomFieldOptionIds[{i}]", "This option is not among yours; choose another.")


USERS = define(
    Resource(
        name="users",
        label="User",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Text(
                "email", size=200, required=True, unique=True, write=Write.ALWAYS,
                pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+", hint="Write an e-mail address like ann@example.com.",
            ),
            Text("locale", size=10, default="en", write=Write.ALWAYS),
            Text("phone", size=50, write=Write.ALWAYS),
            Text("firstname", size=100, write=Write.ALWAYS),
            Text("lastname", size=100, write=Write.ALWAYS),
            Text("position", size=100, write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            Flag("allLocationsAccess", default=True, write=Write.ALWAYS),
            Flag("allUserDocumentCostcentersAccess", default=True, write=Write.ALWAYS),
            Flag("allProductGroupsAccess", default=True, write=Write.ALWAYS),
            Flag("allLegalEntitiesAccess", default=True, write=Write.ALWAYS),
            Ref("location", to="locations", write=Write.ALWAYS),
            Texts(
                "roles", write=Write.ALWAYS, pattern="|".join(ROLES), hint=f"Choose from: {', '.join(ROLES)}.",
            ),
            LOCATIONS,
            Refs(
                "legalEntities", to="legal_entities", table="user_legal_entities", owner="user_id",
                member="legal_entity_id", write=Write.ALWAYS, send_as="legalEntityIds", listed=False,
            ),
            Refs(
                "documentCustomFieldOptions", to="custom_field_options", table="user_options", owner="user_id",
                member="option_id", write=Write.ALWAYS, send_as="documentCustomFieldOptionIds", listed=False,
                note="options whose documents the person sees when `allUserDocumentCostcentersAccess` is off",
            ),
            Ref("manager", to="users", listed=False, write=Write.ALWAYS, show=PERSON),
            Moment("awayFrom", listed=False, write=Write.ALWAYS, note="first moment of an absence"),
            Moment("awayUntil", listed=False, write=Write.ALWAYS, day_ends=True, note="its last moment; open without"),
            Refs(
                "backups", to="users", table="user_backups", owner="user_id", member="backup_id", write=Write.ALWAYS,
                send_as="backupIds", listed=False, show=PERSON, note="who may approve for the person while away",
            ),
            Ref(
                "substitute", to="users", listed=False, write=Write.ALWAYS, show=PERSON,
                note="who takes over from a person who has left",
            ),
        ),
        operations=(
            *read_operations("users", get_hosted=False),
            *write_operations("users", CONFIGURE, create=create, update=update, hosted=False),
        ),
        reference=("id", "email", "firstname", "lastname", "phone", "position", "locale", "createDate", "updateDate"),
        writes=CONFIGURE,
        governs_access=True,
    )
)  # fmt: skip

__all__ = ["CONFIGURE", "LOCATIONS", "USERS"]
