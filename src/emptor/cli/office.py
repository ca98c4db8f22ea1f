"""What an administrator does, through the same domain functions as the API; every refusal is a sentence."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from sqlalchemy import select

from emptor.cli.faults import Refused
from emptor.domains import writing
from emptor.domains.organisation import companies, keys
from emptor.domains.organisation.locations import LOCATIONS
from emptor.domains.organisation.roles import ROLES
from emptor.domains.organisation.tables import api_keys
from emptor.domains.organisation.users import USERS
from emptor.http.pipeline import limits_of
from emptor.kit.currencies import DECIMALS
from emptor.kit.errors import Problems
from emptor.kit.fields import Write, parse_fields
from emptor.kit.resource import Resource
from emptor.settings import REGIONS, Settings
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import Database, UnitOfWork

Row = dict[str, Any]

_KEYS = Statement(select(api_keys).order_by(api_keys.c.company_id, api_keys.c.id))


class Office:
    """The operator's view: all companies of one database."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self.settings = settings
        self.database = database

    def companies(self) -> list[Row]:
        """Every company, oldest first."""
        return companies.all_companies(self.database)

    def company(self, named: str) -> CompanyOffice:
        """The company of that name or id."""
        found = self.companies()
        for row in found:
            if row["name"].lower() == named.strip().lower():
                return CompanyOffice(self, row)
        for row in found:
            if str(row["id"]) == named.strip():
                return CompanyOffice(self, row)
        if not found:
            raise Refused("There is no company yet; begin with: emptor company create NAME")
        raise Refused(f"There is no company {named!r}; see: emptor company list")

    def create_company(self, name: str, region: str, currency: str) -> Row:
        """A new company."""
        name, currency = name.strip(), currency.upper()
        if not 0 < len(name) <= 300:
            raise Refused("Give the company a name of at most 300 characters.")
        if region not in REGIONS:
            raise Refused(f"There is no region {region!r}; choose {' or '.join(REGIONS)}.")
        if currency not in DECIMALS:
            raise Refused(f"{currency!r} is no currency; write an ISO 4217 code such as EUR.")
        if any(row["name"].lower() == name.lower() for row in self.companies()):
            raise Refused(f"There is a company named {name!r} already; choose another name.")
        return self.with_id(companies.create(self.database, name, region, currency)).row

    def company_of_key(self, key_id: int) -> CompanyOffice:
        """The company in which there is a key of that id."""
        owner = next((row["company_id"] for row in self.all_keys() if row["id"] == key_id), None)
        if owner is None:
            raise Refused(f"There is no key {key_id}; see: emptor key list COMPANY")
        return self.with_id(owner)

    def with_id(self, company_id: int) -> CompanyOffice:
        """The company of that id, which there is."""
        return next(CompanyOffice(self, row) for row in self.companies() if row["id"] == company_id)

    def all_keys(self) -> list[Row]:
        """The keys of all companies, revoked ones too."""
        with self.database.read() as tx:
            return tx.records(_KEYS)


class CompanyOffice:
    """One company: its limits and choices, people, keys and places."""

    def __init__(self, office: Office, row: Row) -> None:
        self.office = office
        self.database = office.database
        self.row = row
        self.id: int = row["id"]
        self.name: str = row["name"]

    # Limits and choices

    def limits(self) -> Row:
        """The request limits in force, by name."""
        return asdict(limits_of(self.office.settings, self.row["settings"]))

    def raise_limits(self, changes: Row, *, reset: bool) -> None:
        """Set limits of this company alone; `reset` takes back those set before."""
        own = {} if reset else dict(self.row["settings"].get("limits") or {})
        self._choose(limits={**own, **changes} or None)

    def choices(self) -> list[Row]:
        """What the company can choose and has chosen."""
        chosen = self.row["settings"]
        return [
            {"name": name, "value": chosen.get(name), "meaning": choice.meaning}
            for name, choice in companies.CHOICES.items()
        ]

    def choose(self, wanted: dict[str, str]) -> None:
        """Set choices as people write them; an empty text takes one back."""
        values: Row = {}
        for name, text in wanted.items():
            if name not in companies.CHOICES:
                raise Refused(f"There is nothing called {name!r} to choose; there is {', '.join(companies.CHOICES)}.")
            try:
                values[name] = companies.CHOICES[name].read(text) if text else None
            except ValueError as fault:
                raise Refused(f"{name}={text} is not possible. {fault}") from None
        self._choose(**values)

    def _choose(self, **choices: Any) -> None:
        with self.database.write(self.id) as tx:
            companies.choose(tx, self.row["settings"], **choices)
        self.row = self.office.with_id(self.id).row

    # People

    def users(self) -> list[Row]:
        """Everybody, oldest first."""
        return self._all(USERS)

    def user(self, email: str) -> Row:
        """The person with that e-mail address."""
        for row in self.users():
            if keys.same_email(row["email"], email):
                return row
        raise Refused(f"Nobody in {self.name} has the e-mail address {email}; see: emptor user list {self.id}")

    def create_user(self, tree: Row) -> Row:
        """A new person; `tree` is what the API would be sent."""
        self._check_roles(tree.get("roles", []))
        if any(keys.same_email(row["email"], tree["email"]) for row in self.users()):
            raise Refused(f"Somebody in {self.name} has the e-mail address {tree['email']} already.")
        self._create(USERS, tree)
        return self.user(tree["email"])

    def change_user(self, email: str, tree: Row) -> Row:
        """The person after a change; `tree` is what the API would be sent."""
        row = self.user(email)
        with self.database.write(self.id) as tx:
            writing.update(tx, USERS, row, _values(tx, USERS, tree, Write.ON_UPDATE))
        return self.user(email)

    def grant(self, email: str, roles: list[str]) -> Row:
        """The person with more roles."""
        self._check_roles(roles)
        return self.change_user(email, {"roles": list(dict.fromkeys([*self.user(email)["roles"], *roles]))})

    def withdraw(self, email: str, roles: list[str]) -> Row:
        """The person with fewer roles."""
        self._check_roles(roles)
        return self.change_user(email, {"roles": [role for role in self.user(email)["roles"] if role not in roles]})

    @staticmethod
    def _check_roles(roles: list[str]) -> None:
        for role in roles:
            if role not in ROLES:
                raise Refused(f"There is no role {role!r}; see: emptor role list")

    # Keys

    def keys(self) -> list[Row]:
        """Every key with the e-mail address of its person, revoked ones too."""
        people = {row["id"]: row["email"] for row in self.users()}
        found = [row for row in self.office.all_keys() if row["company_id"] == self.id]
        return [{**row, "email": people[row["user_id"]]} for row in found]

    def create_key(self, email: str) -> tuple[int, str]:
        """A new key: its id, and the token, which nobody can read again."""
        user = self.user(email)
        if not user["enable"]:
            raise Refused(f"{email} is disabled; first: emptor user enable {self.id} {email}")
        with self.database.write(self.id) as tx:
            return keys.create(tx, user["id"])

    def revoke_key(self, key_id: int) -> None:
        """End a key at once."""
        with self.database.write(self.id) as tx:
            if not keys.revoke(tx, key_id):
                raise Refused(f"Key {key_id} has been revoked already.")

    def regenerate_key(self, key_id: int) -> str:
        """A new token for a key; the old one ends at once."""
        with self.database.write(self.id) as tx:
            token = keys.regenerate(tx, key_id)
        if token is None:
            raise Refused(f"Key {key_id} has been revoked; make a new one with: emptor key create")
        return token

    # Places

    def locations(self) -> list[Row]:
        """Every location, oldest first."""
        return self._all(LOCATIONS)

    def location(self, named: str) -> Row:
        """The location of that name, code or id."""
        for row in self.locations():
            if named in (row["name"], row["unique_code"], str(row["id"])):
                return row
        raise Refused(f"There is no location {named!r} in {self.name}; see: emptor location list {self.id}")

    def create_location(self, tree: Row) -> Row:
        """A new location; `tree` is what the API would be sent."""
        row_id = self._create(LOCATIONS, tree)
        return next(row for row in self.locations() if row["id"] == row_id)

    def _create(self, resource: Resource, tree: Row) -> int:
        run = next(operation.run for operation in resource.operations if operation.kind == "create")
        with self.database.write(self.id) as tx:
            values = _values(tx, resource, tree, Write.ON_CREATE)
            return run(tx, values) if run else writing.create(tx, resource, values)

    def _all(self, resource: Resource) -> list[Row]:
        source = table(resource.table)
        with self.database.read(self.id) as tx:
            return tx.records(Statement(select(source).where(source.c.company_id == self.id).order_by(source.c.id)))


def _values(tx: UnitOfWork, resource: Resource, tree: Row, occasion: Write) -> Row:
    """The values of what the API would be sent; what is wrong waits in `tx.problems` for the domain's own checks."""
    tx.problems = Problems()
    return parse_fields(resource.fields, tree, occasion, tx.problems)
