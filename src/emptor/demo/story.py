"""Twelve weeks of a company: what becomes of each document, told as lives that run side by side.

A life is a generator: it acts, yields how many working days pass, and acts again; `Diary` plays them all in the order
of time. Which lives there are, how many and when they begin stands in the company's `plots`; each is a method of
`Story`: those of orders are in `buying`, of receipts in `receiving`, of invoices in `billing` and, where they bill
orders, in `matching`, of payments and credit notes in `paying`, of scanned bills in `scanning`, of expenses in
`laying_out`, of budgets in `budgeting`, of requisitions and requests for proposal in `asking`, of warehouses in
`storing`. What they are made of is in `deeds`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from emptor.demo.budgeting import Budgeting
from emptor.demo.desk import Diary, Life
from emptor.demo.laying_out import LayingOut
from emptor.demo.masters import SettingUp
from emptor.demo.paying import Paying
from emptor.demo.scanning import Scanning
from emptor.demo.storing import Storing
from emptor.domains.catalog.items import ITEMS
from emptor.domains.notices import NOTICES
from emptor.domains.organisation.users import USERS
from emptor.domains.suppliers import spending
from emptor.domains.suppliers.contracts import CONTRACTS
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.kit.money import rounded


class Story(Storing, Paying, Scanning, Budgeting, LayingOut):
    """All lives, with those of people and master data."""

    def __init__(self, *known: Any) -> None:
        super().__init__(*known)
        self._newcomers = [one for one in self.company.sellers if one.state == "pending"]

    def enter(self, diary: Diary, first: datetime) -> None:
        """Let every life of the company's plots begin on its day, and let people come and go."""
        for plot, times, earliest, latest in self.company.plots:
            for _ in range(times):
                diary.enter(earliest + self.random.random() * (latest - earliest), getattr(self, plot)())
        for word, person in self.company.people.items():
            if person.away:
                diary.enter(working_days(first, person.away), self.absence(word))
            if person.left:
                diary.enter(working_days(first, person.left), self.farewell(word))

    def absence(self, word: str) -> Life:
        """Somebody is away from now on; who approves in the meantime is known."""
        person = self.company.people[word]
        self.desk.as_(self.company.administrator)
        self.desk.change(USERS, self.masters.people[word], {"awayFrom": person.away})
        self.stand_ins[word] = person.backups[0]
        yield 0

    def farewell(self, word: str) -> Life:
        """Somebody leaves, and somebody takes over."""
        person = self.company.people[word]
        self.desk.as_(self.company.administrator)
        body = {"enable": False, "substitute": self.masters.people[person.substitute]}
        self.desk.change(USERS, self.masters.people[word], body)
        self.stand_ins[word] = person.substitute
        self.desk.rights_changed()
        yield 0

    def newcomer(self) -> Life:
        """A new supplier that nobody has approved yet."""
        if self._newcomers:
            self.desk.as_(self.company.founder)
            setting_up = SettingUp(self.company, self.desk, self.random)
            setting_up.known = self.masters
            setting_up.supplier(self._newcomers.pop(0))
        yield 0

    def price_change(self) -> Life:
        """A new price in the catalogue."""
        good = self.random.choice(self.random.choice(self.masters.sources).goods)
        self.desk.as_(self.company.founder)
        self.desk.change(ITEMS, good.item, {"price": rounded(good.price * Decimal("1.02"), 4)})
        yield 0

    def supplier_change(self) -> Life:
        """Another period of delivery."""
        source = self.random.choice(self.masters.sources)
        self.desk.as_(self.company.founder)
        self.desk.change(SUPPLIERS, source.supplier, {"deliveryPeriod": self.one_of(4, 6, 8, 12)})
        yield 0

    def ceiling_agreed(self) -> Life:
        """Of the contract that most was spent on, hardly anything is left by what has been agreed now."""
        self.desk.as_(self.company.founder)
        spent = spending.spent(self.desk.tx, list(self.masters.contracts.values()))
        contract = max(spent, key=lambda one: spent[one])
        hundreds = spent[contract] * Decimal("1.03") // 100 + 1
        self.desk.change(CONTRACTS, contract, {"grossSum": hundreds * 100})
        yield 0

    def post_read(self) -> Life:
        """Somebody reads what there is to know."""
        present = [word for word, one in self.company.people.items() if one.enable and word not in self.stand_ins]
        person = self.random.choice(present)
        self.desk.as_(person)
        for notice in self.desk.rows("notices", user_id=self.masters.people[person])[:5]:
            self.desk.act(NOTICES, "read", notice["id"])
        yield 0


def working_days(first: datetime, day: str) -> float:
    """How many working days after `first`, a Monday, that day begins."""
    weeks, rest = divmod((date.fromisoformat(day) - first.date()).days, 7)
    return float(weeks * 5 + min(rest, 5))
