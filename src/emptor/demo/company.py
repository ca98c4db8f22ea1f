"""What a demo company is described by: people, places, sellers, goods and rules, named by short words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from emptor.domains.organisation.roles import MODULES


def roles(*wanted: str) -> tuple[str, ...]:
    """Role names; `invoice.*` stands for every level of the module, `*.view` for that level of every module."""
    found: list[str] = []
    for one in wanted:
        module, _, level = one.partition(".")
        if not level:
            found.append(one)
        for known, levels in MODULES.items():
            if level and module in (known, "*"):
                found += [f"{known}.{each}" for each in levels if level in (each, "*")]
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Person:
    """Somebody who works here. Empty tuples mean no bound."""

    name: str
    position: str
    roles: tuple[str, ...]
    home: str = ""
    locations: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    key: str = ""
    """What the person's public demo key shows; empty: no key."""
    enable: bool = True
    email: str = ""
    """Where the address is not first.last@ the company's domain."""
    locale: str = "en"


@dataclass(frozen=True)
class Group:
    """Goods that are bought alike: one category, one ledger account, one kind of tax."""

    category: str
    account: str
    tax: str
    department: str
    items: tuple[tuple[str, str, str, int], ...]
    """Name, unit, price and the quantity one usually orders."""
    extra: tuple[str, str] = ("", "")
    """A free-text line that comes along now and then, and its price."""
    note: str = ""


@dataclass(frozen=True)
class Seller:
    """A supplier in a few words; the rest of its card is made up from them."""

    name: str
    country: str
    city: str
    group: str
    currencies: tuple[str, ...] = ()
    terms: str = "net30"
    state: str = "approved"
    """`draft`, `pending`, `approved`, `rejected` or `disabled`."""
    conditions: str = ""


@dataclass(frozen=True)
class Choice:
    """An option of a drop-down, with those below it."""

    name: str
    code: str
    below: tuple[Choice, ...] = ()
    enable: bool = True
    entities: tuple[str, ...] = ()
    """Legal entities it is bound to; empty means all."""
    locations: tuple[str, ...] = ()

    def goes_with(self, entity: str, location: str) -> bool:
        """Whether a document of that legal entity and location may choose it."""
        return entity in (self.entities or (entity,)) and location in (self.locations or (location,))


@dataclass(frozen=True)
class CustomField:
    """A field the company adds to documents, items or suppliers: a drop-down when it has choices."""

    name: str
    family: str
    kind: str = "dropdown"
    choices: tuple[Choice, ...] = ()
    required: bool = False
    limits_access: bool = False
    enable: bool = True
    description: str = ""


@dataclass(frozen=True)
class Contract:
    """What was agreed with a supplier, and for how long."""

    seller: str
    number: str
    begin: str
    end: str
    entity: str = ""
    prolongation: bool = False
    note: str = ""
    enable: bool = True


@dataclass(frozen=True)
class Company:
    """A company of the demo."""

    word: str
    """What its tokens and codes are derived from."""
    name: str
    region: str
    currency: str
    domain: str
    founder: str
    """The super user who sets everything up."""
    people: dict[str, Person]
    locations: dict[str, tuple[str, str, str, tuple[str, ...]]]
    """Name, address, phone and legal entities by code; a leading `-` on the name: no longer in use."""
    entities: dict[str, dict[str, str]]
    units: dict[str, str]
    taxes: Mapping[str, Mapping[str, object]]
    terms: Mapping[str, Mapping[str, object]]
    categories: tuple[Choice, ...]
    custom_fields: dict[str, CustomField]
    groups: dict[str, Group]
    sellers: tuple[Seller, ...]
    contracts: tuple[Contract, ...]
    warehouses: dict[str, tuple[str, str, tuple[str, ...]]]
    """Name, type and locations served by code; a leading `-` on the name: no longer in use."""
    rates: dict[str, str]
    """What one unit of a foreign currency is worth in the company's."""
    buyers: dict[str, tuple[str, ...]]
    """Who orders for which location."""
    accountants: dict[str, str]
    """Who enters the invoices of each legal entity."""
    payer: str
    approver: str
    storekeeper: str
    tax_rule: Callable[[str, str, str], tuple[str, ...]]
    """Taxes on goods of a kind, from a country, for a legal entity."""
    plots: tuple[tuple[str, int, int, int], ...]
    """What happens how often, beginning between which working days; see `story.Story`."""
    choices: dict[str, object] = field(default_factory=dict)
