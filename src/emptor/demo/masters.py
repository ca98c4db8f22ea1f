"""Setting a demo company up: people, places, rules, custom fields, suppliers and the catalogue."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import Any

from emptor.demo import papers
from emptor.demo.company import Approver, Choice, Company, Group, Seller, Step
from emptor.demo.desk import Body, Desk, Life
from emptor.domains import numbering, writing
from emptor.domains.approvals.workflows import TOLERANCE_RULES, WORKFLOWS
from emptor.domains.catalog.categories import CATEGORIES
from emptor.domains.catalog.items import ITEMS
from emptor.domains.catalog.units import UNITS
from emptor.domains.custom_fields import definitions, dependencies
from emptor.domains.custom_fields.options import OPTIONS
from emptor.domains.inventory.stocktakings import RESOURCE as STOCK_TAKINGS
from emptor.domains.inventory.warehouses import WAREHOUSES
from emptor.domains.organisation import companies
from emptor.domains.organisation.legal_entities import LEGAL_ENTITIES
from emptor.domains.organisation.locations import LOCATIONS
from emptor.domains.organisation.users import USERS
from emptor.domains.suppliers import approval
from emptor.domains.suppliers.contracts import CONTRACTS
from emptor.domains.suppliers.suppliers import SUPPLIERS
from emptor.domains.taxes_and_terms.payment_terms import PAYMENT_TERMS
from emptor.domains.taxes_and_terms.taxes import TAXES
from emptor.kit.money import rounded

FAMILIES = {
    "document": definitions.DOCUMENT_CUSTOM_FIELDS,
    "item": definitions.ITEM_CUSTOM_FIELDS,
    "supplier": definitions.SUPPLIER_CUSTOM_FIELDS,
}


@dataclass(frozen=True)
class Good:
    """An item of the catalogue as its supplier sells it."""

    item: int
    name: str
    price: Decimal
    usual: int
    unit: int
    value: Decimal = Decimal(1)
    """What one is worth in the company's money."""


@dataclass(frozen=True)
class Source:
    """A supplier one can order from."""

    supplier: int
    seller: Seller
    group: Group
    goods: tuple[Good, ...]
    currency: str
    terms: int
    least: int = 0
    """Smaller orders it does not take."""


@dataclass
class Masters:
    """Ids by the short words of the description."""

    people: dict[str, int] = field(default_factory=dict)
    entities: dict[str, int] = field(default_factory=dict)
    locations: dict[str, int] = field(default_factory=dict)
    units: dict[str, int] = field(default_factory=dict)
    taxes: dict[str, int] = field(default_factory=dict)
    terms: dict[str, int] = field(default_factory=dict)
    categories: dict[str, int] = field(default_factory=dict)
    fields: dict[str, int] = field(default_factory=dict)
    options: dict[str, int] = field(default_factory=dict)
    """Option ids by code."""
    children: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Codes of an option and of all that hang below it."""
    suppliers: dict[str, int] = field(default_factory=dict)
    least: dict[str, int] = field(default_factory=dict)
    """The smallest order that a supplier takes."""
    warehouses: dict[str, int] = field(default_factory=dict)
    contracts: dict[str, int] = field(default_factory=dict)
    """Ids by number."""
    plans: dict[str, int] = field(default_factory=dict)
    sources: list[Source] = field(default_factory=list)


class SettingUp:
    """Builds the master data, step by step on consecutive days; `life` plays it."""

    def __init__(self, company: Company, desk: Desk, random: Random) -> None:
        self.company, self.desk, self.random = company, desk, random
        self.known = Masters(people=desk.people)

    def life(self) -> Life:
        """All of it, done by the founder."""
        self._founder()
        for days in self._steps():
            yield days
            self.desk.as_(self.company.founder)

    def _steps(self) -> Life:
        """The order in which a careful administrator would do it."""
        yield 0.05
        self._organisation()
        yield 0.4
        self._rules()
        yield 0.5
        self._custom_fields()
        yield 0.3
        self._people()
        yield 1.2
        self._categories(self.company.categories, None)
        for seller in self.company.sellers:
            if seller.state != "pending":  # those come later, see `story.newcomer`
                yield 0.06
                self.supplier(seller)
        yield 2
        for _ in self._goods():
            yield 0.02
        self._contracts()
        yield 0.2
        self._warehouses()
        yield 1
        self._first_count()
        yield 0.5
        self._approvals()
        self._numbers()
        self._ceilings()

    def _founder(self) -> None:
        self.desk.tx.actor = None
        person = self.company.people[self.company.founder]
        values = {"email": email_of(self.company, self.company.founder), "roles": list(person.roles)}
        first, last = person.name.split(" ", 1)
        columns = {"firstname": first, "lastname": last, "position": person.position, "locale": person.locale}
        self.known.people[self.company.founder] = writing.create(self.desk.tx, USERS, values | columns)
        self.desk.as_(self.company.founder)

    def _organisation(self) -> None:
        for code, requisites in self.company.entities.items():
            body: Body = {**requisites, **bank_account(requisites["country"], requisites["bankName"], self.random)}
            body["accountHolderName"] = requisites["name"]
            self.known.entities[code] = self.desk.create(LEGAL_ENTITIES, body)
        for code, (name, address, phone, entities) in self.company.locations.items():
            body = {
                "uniqueCode": code, "name": name.removeprefix("-"), "fullAddress": address, "phone": phone,
                "enable": not name.startswith("-"), "externalId": f"LOC-{code}",
                "legalEntityIds": [self.known.entities[one] for one in entities],
            }  # fmt: skip
            self.known.locations[code] = self.desk.create(LOCATIONS, body)

    def _rules(self) -> None:
        for code, name in self.company.units.items():
            word = code.removeprefix("-")
            body = {"code": word, "name": name, "enable": not code.startswith("-")}
            self.known.units[word] = self.desk.create(UNITS, body)
        for word, tax in self.company.taxes.items():
            self.known.taxes[word] = self.desk.create(TAXES, dict(tax))
        for word, terms in self.company.terms.items():
            self.known.terms[word] = self.desk.create(PAYMENT_TERMS, dict(terms))

    def _custom_fields(self) -> None:
        for position, (word, one) in enumerate(self.company.custom_fields.items()):
            body = {
                "name": one.name, "type": KINDS[one.kind], "required": one.required, "enable": one.enable,
                "limitsAccess": one.limits_access, "position": position, "description": one.description or None,
            }  # fmt: skip
            field_id = self.known.fields[word] = self.desk.create(FAMILIES[one.family], body)
            self._choices(one.choices, field_id, None)

    def _choices(self, choices: Iterable[Choice], field_id: int, parent: int | None) -> tuple[str, ...]:
        codes: tuple[str, ...] = ()
        for choice in choices:
            body = {
                "name": choice.name, "code": choice.code, "parent": parent, "enable": choice.enable,
                "externalId": f"CC-{choice.code}" if choice.below or parent else None,
            }  # fmt: skip
            option = self.known.options[choice.code] = self.desk.create(OPTIONS, body, field_id=field_id)
            self._bind(option, dependencies.LEGAL_ENTITY, [self.known.entities[code] for code in choice.entities])
            self._bind(option, dependencies.LOCATION, [self.known.locations[code] for code in choice.locations])
            below = self._choices(choice.below, field_id, option)
            self.known.children[choice.code] = (choice.code, *below)
            codes += (choice.code, *below)
        return codes

    def _bind(self, option: int, kind: int, ids: list[int]) -> None:
        if ids:
            body = {"document_custom_field_option_id": option, "depend_type": kind, "entity_ids": ids}
            self.desk.command(OPTIONS, "depend_add", body)

    def _people(self) -> None:
        known = self.known
        for word, person in self.company.people.items():
            first, last = person.name.split(" ", 1)
            body: Body = {
                "email": email_of(self.company, word), "firstname": first, "lastname": last,
                "position": person.position,
                "roles": list(person.roles), "location": known.locations[person.home], "enable": person.enable,
                "locale": person.locale,
                "phone": self.company.locations[person.home][2][:-2] + f"{len(known.people) + 20}",
            }  # fmt: skip
            if person.locations:
                ids = [known.locations[code] for code in person.locations]
                body |= {"allLocationsAccess": False, "locationIds": ids}
            if person.entities:
                ids = [known.entities[code] for code in person.entities]
                body |= {"allLegalEntitiesAccess": False, "legalEntityIds": ids}
            if person.options:
                ids = [known.options[code] for code in person.options]
                body |= {"allUserDocumentCostcentersAccess": False, "documentCustomFieldOptionIds": ids}
            if word == self.company.founder:
                self.desk.change(USERS, known.people[word], body)
            else:
                known.people[word] = self.desk.create(USERS, body)
        for word, person in self.company.people.items():
            if person.manager:
                backups = [known.people[one] for one in person.backups]
                self.desk.change(
                    USERS, known.people[word], {"manager": known.people[person.manager], "backupIds": backups}
                )
        self._choose({name: known.people[word] for name, word in self.company.people_chosen.items()})
        self.desk.rights_changed()
        self.desk.as_(self.company.founder)

    def _choose(self, choices: dict[str, Any]) -> None:
        """Make choices of the company."""
        if choices:
            companies.choose(self.desk.tx, companies.chosen(self.desk.tx), **choices)
            self.desk.settings |= choices

    def _categories(self, choices: Iterable[Choice], parent: int | None) -> None:
        for choice in choices:
            body = {"name": choice.name, "code": choice.code, "parent": parent, "enable": choice.enable}
            self.known.categories[choice.code] = self.desk.create(CATEGORIES, body)
            self._categories(choice.below, self.known.categories[choice.code])

    def supplier(self, seller: Seller) -> None:
        """A supplier's card and what has been decided about it."""
        number = len(self.known.suppliers) + 1
        supplier = self.desk.create(SUPPLIERS, self._card(seller, number))
        self.known.suppliers[seller.name] = supplier
        if not self.company.choices.get("supplierApproval"):
            pass
        elif seller.state in ("approved", "disabled"):
            self.desk.act(SUPPLIERS, "approve", supplier)
        elif seller.state == "rejected":
            self.desk.act(SUPPLIERS, "reject", supplier, {"comment": "No references, and the address is a mailbox."})
        elif seller.state == "draft":
            self.desk.declare(SUPPLIERS, supplier, status=approval.DRAFT)
        if seller.state == "disabled":
            self.desk.change(SUPPLIERS, supplier, {"enable": False})
        if number % 20 == 1:
            profile = f"{seller.name}\nBuys by fax, sells by handshake.\nVisited on {self.desk.tx.stamp[:10]}.\n"
            self.desk.attach(SUPPLIERS, supplier, "visit.txt", profile.encode(), "Notes from the first visit")

    def _card(self, seller: Seller, number: int) -> Body:
        known, random, word = self.known, self.random, slug(seller.name)
        currencies = seller.currencies or (self.company.currency,)
        body: Body = {
            "name": seller.name, "uniqueCode": f"S{number:04}", "externalId": f"7{number:05}" if number % 4 else None,
            "currency": currencies[0], "currencies": list(currencies), "country": seller.country, "city": seller.city,
            "postalCode": f"{random.randrange(10000, 99999)}", "phone": phone_in(seller.country, random),
            "legalAddress": f"{random.choice(STREETS)} {random.randrange(1, 180)}, {seller.city}",
            "taxPayer": True, "taxPayerType": 2 if seller.country in TAX_LABELS else 1,
            "taxPayerLabel": TAX_LABELS.get(seller.country, "VAT"),
            "taxPayerNumber": f"{seller.country}0000{random.randrange(10000, 99999)}",
            "businessRegistrationNumber": f"{seller.country}-{random.randrange(100000, 999999)}",
            "deliveryPeriod": random.choice((3, 5, 7, 10, 14, 21, 30)),
            "minimumSum": known.least.setdefault(seller.name, random.choice((0, 0, 50, 100, 250))) or None,
            "accountHolderName": seller.name, "bankName": random.choice(BANKS),
            "autoSendPOSupplier": number % 3 == 0, "conditions": seller.conditions or None,
            "enableToleranceRate": number % 5 == 0, "toleranceRatePercent": 2 if number % 5 == 0 else None,
            "paymentTermIds": sorted({known.terms[seller.terms], known.terms["net30"]}),
            "supplierLegalEntityIds": list(known.entities.values())[: 1 + number % len(known.entities)],
            "isAllAccessLegalEntity": number % 6 != 0,
            "note": random.choice(NOTES) if number % 7 == 0 else None,
            "contacts": [self._contact(word, i) for i in range(1 + number % 3)],
            "dataSupplierCustomFields": self._supplier_values(number),
        }  # fmt: skip
        return body | bank_account(seller.country, str(body["bankName"]), random)

    def _contact(self, word: str, i: int) -> Body:
        name = f"{self.random.choice(FIRST_NAMES)} {self.random.choice(LAST_NAMES)}"
        desk = ("orders", "accounts", "quality")[i]
        position = ("Sales", "Accounts receivable", "Quality")[i]
        phone = phone_in("GB", self.random) if i == 0 else None
        return {"name": name, "email": f"{desk}@{word}.example", "phone": phone, "position": position}

    def _supplier_values(self, number: int) -> list[Body]:
        known, values = self.known, []
        if "certificates" in known.fields:
            codes = ("Q", "E", "S", "A")[: number % 4]
            values += [value("supplier", known.fields["certificates"], known.options[code]) for code in codes]
            if number % 4 == 2:
                remark = self.random.choice(REMARKS)
                values.append(value("supplier", known.fields["quality"], remark))
            if number % 3 == 1:
                values.append(
                    value("supplier", known.fields["audited"], f"2025-{1 + number % 12:02}-{10 + number % 17}")
                )
        elif number % 2:
            values.append(value("supplier", known.fields["w9"], f"2025-{1 + number % 12:02}-15"))
        return values

    def _goods(self) -> Iterable[None]:
        """Share the goods of each group out among its suppliers; the first good is sold by two."""
        for word, group in self.company.groups.items():
            sellers = [
                one for one in self.company.sellers if one.group == word and one.state in ("approved", "disabled")
            ]
            shelf: dict[str, list[Good]] = {one.name: [] for one in sellers}
            offers = [(item, sellers[i % len(sellers)]) for i, item in enumerate(group.items)]
            offers += [(group.items[0], sellers[1])] if len(sellers) > 1 else []
            for number, (item, seller) in enumerate(offers, 1):
                shelf[seller.name].append(self._good(word, group, seller, number, item))
                yield
            for one in sellers:
                if one.state == "approved" and shelf[one.name]:
                    self.known.sources.append(self._source(one, group, tuple(shelf[one.name])))

    def _good(self, word: str, group: Group, seller: Seller, number: int, item: tuple[str, str, str, int]) -> Good:
        name, unit, price, usual = item
        currency = (seller.currencies or (self.company.currency,))[0]
        amount = self.abroad(Decimal(price), currency) * Decimal(self.random.randrange(97, 104)) / 100
        amount = rounded(amount, 2 if amount > 20 else 4)
        values = [value("item", self.known.fields["account"], self.known.options[group.account])]
        if "drawing" in self.known.fields and group.category.startswith("MAT") and number % 2:
            values.append(
                value("item", self.known.fields["drawing"], f"KP-{word[:2].upper()}{number:03}-{chr(64 + number)}")
            )
        body: Body = {
            "name": name, "sku": f"{word[:4].upper()}-{number:03}", "unit": self.company.units[unit], "price": amount,
            "currency": currency, "itemType": group.item_type, "category": self.known.categories[group.category],
            "supplier": self.known.suppliers[seller.name], "dataItemCustomFields": values,
            "description": group.note or None if number == 1 else None,
            "externalId": f"ITM-{word[:4].upper()}{number:03}" if number % 2 else None,
            "link": f"https://{slug(seller.name)}.example/catalogue/{number:03}" if number % 3 == 0 else None,
            "hiddenInCatalog": seller.state == "disabled",
        }  # fmt: skip
        unit_id = self.known.units[unit]
        return Good(self.desk.create(ITEMS, body), name, amount, usual, unit_id, rounded(Decimal(price), 4))

    def _source(self, seller: Seller, group: Group, goods: tuple[Good, ...]) -> Source:
        currency = (seller.currencies or (self.company.currency,))[0]
        supplier, terms = self.known.suppliers[seller.name], self.known.terms[seller.terms]
        return Source(supplier, seller, group, goods, currency, terms, self.known.least[seller.name])

    def _contracts(self) -> None:
        for contract in self.company.contracts:
            body = {
                "id": self.known.suppliers[contract.seller], "number": contract.number, "beginDate": contract.begin,
                "endDate": contract.end, "prolongation": contract.prolongation, "note": contract.note or None,
                "legalEntity": self.known.entities.get(contract.entity), "enable": contract.enable,
            }  # fmt: skip
            made = self.known.contracts[contract.number] = self.desk.create(CONTRACTS, body)
            if contract.prolongation:
                signed = papers.pdf(
                    f"Contract {contract.number}", (contract.seller, self.company.name, f"from {contract.begin}")
                )
                self.desk.attach(CONTRACTS, made, f"{contract.number} signed.pdf", signed)

    def _ceilings(self) -> None:
        """What contracts may come to, and who is told before they end."""
        for contract in self.company.contracts:
            body: Body = {"grossSum": contract.ceiling} if contract.ceiling else {}
            if contract.reminder:
                told = [self.known.people[self.company.purchaser]]
                body |= {"reminderDays": contract.reminder, "notifiedUserIds": told}
            if body:
                self.desk.change(CONTRACTS, self.known.contracts[contract.number], body)

    def _warehouses(self) -> None:
        for code, store in self.company.warehouses.items():
            body = {
                "uniqueCode": code, "name": store.name.removeprefix("-"), "type": store.kind,
                "enable": not store.name.startswith("-"),
                "locationIds": [self.known.locations[one] for one in store.locations],
                "managerIds": [self.known.people[one] for one in store.managers],
            }  # fmt: skip
            self.known.warehouses[code] = self.desk.create(WAREHOUSES, body)

    def _first_count(self) -> None:
        """What the warehouses held on the day Emptor was introduced."""
        for code, store in self.company.warehouses.items():
            sources = [one for one in self.known.sources if one.seller.group in store.holds]
            goods = {good.item: good for source in sources for good in source.goods}
            if not goods:
                continue
            counted: list[Body] = [
                {"product": {"id": one.item}, "countedQuantity": Decimal(one.usual * 3), "unitValue": one.value}
                for one in goods.values()
            ]
            self.desk.as_(store.managers[0])
            body = {"warehouse": self.known.warehouses[code], "note": "First count", "items": counted}
            taking = self.desk.create(STOCK_TAKINGS, body)
            self.desk.act(STOCK_TAKINGS, "start", taking)
            listed = {line["product_id"]: line["id"] for line in self.desk.lines(STOCK_TAKINGS, taking)}
            counts = [one | {"id": listed[one["product"]["id"]]} for one in counted]
            self.desk.change(STOCK_TAKINGS, taking, {"items": counts})
            self.desk.act(STOCK_TAKINGS, "confirm", taking)

    def _approvals(self) -> None:
        for kind, steps in self.company.workflows.items():
            self.desk.create(WORKFLOWS, {"documentType": kind, "steps": [self._step(one) for one in steps]})
        for rule in self.company.tolerances:
            named = {"supplier": self.known.suppliers[str(rule["supplier"])]} if "supplier" in rule else {}
            self.desk.create(TOLERANCE_RULES, {**rule, **named})

    def _step(self, step: Step) -> Body:
        return {
            "name": step.name, "kind": "approvers" if step.approvers else "direct_manager", "mode": step.mode,
            "needed": step.needed, "slaHours": step.hours, "approvers": [self._approver(one) for one in step.approvers],
        }  # fmt: skip

    def _approver(self, one: Approver) -> Body:
        known = self.known
        return {
            "user": known.people[one.who], "from": one.low or None, "to": one.high or None,
            "locations": [known.locations[code] for code in one.locations],
            "legalEntities": [known.entities[code] for code in one.entities],
            "options": [known.options[code] for code in one.options],
            "backups": [known.people[word] for word in one.backups],
            "overrides": [
                {
                    "location": known.locations.get(code), "option": known.options.get(code), "from": low or None,
                    "to": high or None,
                }
                for code, low, high in one.overrides
            ],
        }  # fmt: skip

    def _numbers(self) -> None:
        for kind, template in self.company.number_formats.items():
            body = {"documentType": kind, "template": template, "restartYearly": "{year}" in template}
            self.desk.create(numbering.FORMATS, body)
        if self.company.number_formats:
            self.desk.settings["numbered"] = sorted(self.company.number_formats)

    def abroad(self, amount: Decimal, currency: str) -> Decimal:
        """An amount of the company's money in another currency."""
        return amount if currency == self.company.currency else amount / Decimal(self.company.rates[currency])


KINDS = {"dropdown": 0, "text": 1, "date": 2}


def value(family: str, field_id: int, content: Any) -> Body:
    """A custom field value as clients send it."""
    return {"value": content, f"{family}CustomField": {"id": field_id}}


def email_of(company: Company, word: str) -> str:
    """Where a person is reached."""
    person = company.people[word]
    return person.email or f"{slug(person.name.replace(' ', '.'), '.-')}@{company.domain}"


def slug(name: str, keep: str = "") -> str:
    """A name as it could stand in an address: `Odlewnia Czarny Dąb Sp. z o.o.` becomes `odlewniaczarnydab`."""
    plain = unicodedata.normalize("NFKD", name.lower().translate(PLAIN))
    words = "".join(c if c.isascii() else "" for c in plain)
    for form in LEGAL_FORMS:
        words = words.removesuffix(f" {form}")
    return "".join(c for c in words if c.isalnum() or c in keep)


def bank_account(country: str, bank: str, random: Random) -> dict[str, str]:
    """Bank particulars that have the right form and lead nowhere: the bank codes are zeros."""
    number = f"{random.randrange(10**9):010}"
    swift = f"{slug(bank).upper()[:4]}{country}00"
    if country == "US":
        return {"accountNumber": number, "americanBankersAssociationNumber": "000000000", "swiftCode": swift}
    if country in ("CA", "MX"):
        return {"accountNumber": number, "swiftCode": swift}
    account = {"internationalBankAccountNumber": iban(country, number), "swiftCode": swift}
    return account | ({"sortCode": "00-00-00", "accountNumber": number[-8:]} if country in ("GB", "IE") else {})


def iban(country: str, account: str) -> str:
    """An IBAN with right check digits and length whose bank code is all zeros."""
    inner = account.zfill(IBAN_LENGTHS[country] - 4)
    digits = "".join(str(int(c, 36)) for c in f"{inner}{country}00")
    return f"{country}{98 - int(digits) % 97:02}{inner}"


def phone_in(country: str, random: Random) -> str:
    """A number out of a range kept for fiction where there is one, a UK one otherwise."""
    start, digits = PHONES.get(country, PHONES["GB"])
    return f"{start}{random.randrange(10**digits):0{digits}}"


PLAIN = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "æ": "ae"})
IBAN_LENGTHS = {
    "DE": 22, "AT": 20, "BE": 16, "NL": 18, "FR": 27, "PL": 28, "CZ": 24, "IT": 27, "SE": 24, "CH": 21, "GB": 22,
    "FI": 18,
    "ES": 24, "IE": 22, "DK": 18, "PT": 25,
}  # fmt: skip
PHONES = {
    "GB": ("+44 1632 960", 3), "US": ("+1 212 555 01", 2), "CA": ("+1 613 555 01", 2), "DE": ("+49 30 23125 ", 3),
    "FR": ("+33 1 99 00 ", 4), "SE": ("+46 8 465 004 ", 2),
}  # fmt: skip
TAX_LABELS = {"US": "EIN", "CA": "BN", "MX": "RFC"}
LEGAL_FORMS = (
    "gmbh", "ag", "kg", "ohg", "eg", "ug", "nv", "bv", "sarl", "sa", "s.r.l.", "s.p.a.", "sp. z o.o.", "s.r.o.", "ab",
    "oy",
    "ltd", "ltd.", "inc.", "llc", "co.", "s.l.", "lda", "aps", "s.a. de c.v.",
)  # fmt: skip
BANKS = (
    "Nordhafen Handelsbank", "Bank of Quiet Harbours", "Kogge Kreditbank", "Banca del Molo Vecchio",
    "Three Herons Savings",
)  # fmt: skip
STREETS = (
    "Harbour Street", "Mill Lane", "Works Road", "Canal Bank", "Station Square", "Foundry Row", "Old Orchard Way",
)  # fmt: skip
FIRST_NAMES = (
    "Alma", "Bruno", "Carla", "Dario", "Edda", "Finn", "Greta", "Hugo", "Irma", "Jonas", "Klara", "Luca", "Mila",
    "Nils", "Olga",
    "Paul", "Rosa", "Sven", "Tilda", "Ulla", "Vera", "Wim",
)  # fmt: skip
LAST_NAMES = (
    "Amsel", "Birkholm", "Cassevent", "Dohlenberg", "Elsternhof", "Finkenau", "Grasmuck", "Habichtsen", "Ibiswald",
    "Kranichfeld",
    "Lerchenthal", "Meisenbrink", "Nachtschwalb", "Pirolski", "Reiherdal", "Sperlingsson", "Taubenmoor", "Uhuvara",
    "Zeisigmann",
)  # fmt: skip
NOTES = (
    "Answers the phone before the second ring.", "Closed in the first half of August.",
    "Sends invoices by post, on paper, twice.",
    "Delivers on time even when asked not to.",
)  # fmt: skip
REMARKS = (
    "Two complaints in 2025, both settled.", "Packaging improved since the talk in May.", "No remarks.",
    "Measuring reports sometimes belong to somebody else's parts.",
)  # fmt: skip
