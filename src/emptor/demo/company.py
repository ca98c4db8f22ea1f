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
    manager: str = ""
    backups: tuple[str, ...] = ()
    """Who approves in the person's place during an absence."""
    away: str = ""
    """First day of an absence that has not ended."""
    left: str = ""
    """The day on which the person left the company, in the middle of the story."""
    substitute: str = ""
    """Who took over then."""


@dataclass(frozen=True)
class Approver:
    """Somebody in a step, and what that person decides about; sums in the company's currency."""

    who: str
    low: str = ""
    high: str = ""
    locations: tuple[str, ...] = ()
    entities: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    overrides: tuple[tuple[str, str, str], ...] = ()
    """Other limits, from and to, at a location or for an option."""
    backups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """A stage of an approval workflow. Without approvers it asks the manager of whoever submits."""

    name: str
    approvers: tuple[Approver, ...] = ()
    mode: str = "any"
    needed: int = 1
    hours: int | None = None
    """After so many hours it is late."""


STOCKED, SERVICES = ("MAT", "PACK", "OVER-TOOL", "OVER-SAFE", "MRO"), ("SERV", "SRV")
"""Beginnings of the categories whose goods are kept in stock, and of those that are no goods at all."""


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

    @property
    def item_type(self) -> int:
        """What its goods are to the warehouse: nothing it keeps (0), stock (1) or no goods at all (2)."""
        return 1 if self.category.startswith(STOCKED) else 2 if self.category.startswith(SERVICES) else 0


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
    ceiling: str = ""
    """What it may come to, in the company's currency."""
    reminder: int = 0
    """So many days before its end somebody is told."""


@dataclass(frozen=True)
class Plan:
    """What may be spent, line by line and period by period."""

    word: str
    name: str
    kind: str
    """`month`, `quarter` or `custom`."""
    begin: str
    end: str
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    """The option that a line is about, or nothing, and its totals, period by period."""
    limited: bool = False
    deduction: str = ""
    yearly: bool = False
    """It is looked at when a quarter ends."""


@dataclass(frozen=True)
class Store:
    """A warehouse. A leading `-` on the name: no longer in use."""

    name: str
    kind: str
    locations: tuple[str, ...]
    """Locations it serves."""
    managers: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    """Groups of goods it began with."""


@dataclass(frozen=True)
class Place:
    """Who does what at a location."""

    buyers: tuple[str, ...]
    receiver: str
    """Who takes goods in."""
    requesters: tuple[str, ...] = ()
    store: str = ""
    """The warehouse that goods are put into; none: they go where they are used."""


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
    warehouses: dict[str, Store]
    rates: dict[str, str]
    """What one unit of a foreign currency is worth in the company's."""
    places: dict[str, Place]
    """Who orders, asks and receives, by location."""
    accountants: dict[str, str]
    """Who enters the invoices of each legal entity."""
    payer: str
    approver: str
    """Who decides where nothing is set up for it yet."""
    purchaser: str
    """Who makes orders out of requisitions and asks for proposals."""
    administrator: str
    tax_rule: Callable[[str, str, str], tuple[str, ...]]
    """Taxes on goods of a kind, from a country, for a legal entity."""
    plots: tuple[tuple[str, int, float, float], ...]
    """What happens how often, beginning between which working days; see `story.Story`."""
    workflows: Mapping[str, tuple[Step, ...]] = field(default_factory=dict)
    """Who approves, by kind of document."""
    dear: tuple[int, ...] = ()
    """Sums from which one, two, three steps of the workflow of orders apply."""
    tolerances: tuple[Mapping[str, object], ...] = ()
    """How much more than approved may pass; `supplier` by name."""
    number_formats: dict[str, str] = field(default_factory=dict)
    """Templates by kind of document."""
    plans: tuple[Plan, ...] = ()
    """Budgets, held by the approver."""
    choices: dict[str, object] = field(default_factory=dict)
    people_chosen: dict[str, str] = field(default_factory=dict)
    """Choices of the company that are people."""
