"""Companies: each a world of its own, in one region, with one currency and its own choices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, func, select, update

from emptor.domains.organisation.tables import companies
from emptor.kit.clock import spell
from emptor.kit.currencies import DECIMALS
from emptor.store.schema import company_clocks
from emptor.store.statement import Statement, insert_into
from emptor.store.unit_of_work import PLATFORM, Database, Transaction, UnitOfWork


def on_or_off(text: str) -> bool:
    """The flag that a person writes; ValueError with a sentence when it is none."""
    known = {"on": True, "yes": True, "true": True, "off": False, "no": False, "false": False}
    if text.lower() not in known:
        raise ValueError("Write on or off.")
    return known[text.lower()]


def up_to_four(text: str) -> int:
    """The number from 0 to 4 that a person writes; ValueError with a sentence when it is none."""
    if text not in ("0", "1", "2", "3", "4"):
        raise ValueError("Write a number from 0 to 4.")
    return int(text)


def net_or_gross(text: str) -> str:
    """The word that a person writes; ValueError with a sentence when it is neither."""
    if text.lower() not in ("net", "gross"):
        raise ValueError("Write net or gross.")
    return text.lower()


def deduction(text: str) -> str:
    """Net, gross, or the share of the tax that a person writes; ValueError with a sentence when it is none."""
    try:
        return net_or_gross(text) if text.isalpha() else percentage(text.removesuffix("%").strip())
    except ValueError:
        raise ValueError("Write net, gross, or how many per cent of the tax count.") from None


def when_received(text: str) -> str:
    """The word that a person writes, empty for off; ValueError with a sentence when it is none of them."""
    if text.lower() not in ("off", "confirm", "approve", "pay"):
        raise ValueError("Write off, confirm, approve or pay.")
    return "" if text.lower() == "off" else text.lower()


def percentage(text: str) -> str:
    """The share from 0 to 100 that a person writes; ValueError with a sentence when it is none."""
    try:
        share = Decimal(text)
    except ArithmeticError:
        share = Decimal(-1)
    if not 0 <= share <= 100:
        raise ValueError("Write a number from 0 to 100.")
    return str(share)


def id_number(text: str) -> int:
    """The id that a person writes; ValueError with a sentence when it is none."""
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ValueError("Write the number of an object, its id.")
    return int(text)


@dataclass(frozen=True)
class Choice:
    """Something a company can choose."""

    meaning: str
    read: Callable[[str], Any]
    """The value that a person writes; ValueError with a sentence when it is none."""


CHOICES: dict[str, Choice] = {
    "supplierApproval": Choice(
        "suppliers wait for approval when they are new, or their name, bank or tax data changes", on_or_off
    ),
    "receipts": Choice("orders wait to be received before they are complete; on unless chosen", on_or_off),
    "invoices": Choice("orders wait to be billed and paid before they are complete; on unless chosen", on_or_off),
    "expensePayments": Choice("approved expenses wait to be paid back; on unless chosen", on_or_off),
    "receiptMatching": Choice("receipts of more than was ordered wait for the word of whoever ordered it", on_or_off),
    "threeWayMatch": Choice(
        "what waits until goods have come: off, or confirm, approve or pay an invoice of an order", when_received
    ),
    "matchLowerBills": Choice(
        "invoices that come to less than ordered are differences too; on unless chosen", on_or_off
    ),
    "newItemsWithinLimit": Choice(
        "items that are not on the order pass while the invoice stays within the limits", on_or_off
    ),
    "smallRest": Choice("percent of an order's line that nobody waits for once the rest is billed", percentage),
    "duplicateInvoiceNumbers": Choice("a supplier may send the same invoice number twice", on_or_off),
    "budgets": Choice("documents are charged to budgets; on unless chosen", on_or_off),
    "requisitionBudgets": Choice("requisitions hold what they ask for in budgets, until it is ordered", on_or_off),
    "budgetRequired": Choice("what is charged to budgets cannot be submitted without one", on_or_off),
    "hideBudgetSums": Choice("who has no role for budgets is not told what is in them", on_or_off),
    "budgetDeduction": Choice(
        "new budgets deduct net or gross sums, or net sums and so many per cent of the tax", deduction
    ),
    "reasons": Choice("who rejects or cancels a document has to say why", on_or_off),
    "negativeStock": Choice("more may leave a warehouse than is known to be there", on_or_off),
    "transferInTransit": Choice("transfers arrive when the other warehouse says so, not at once", on_or_off),
    "approvalTotal": Choice("approvers' limits are about net or gross totals; gross unless chosen", net_or_gross),
    "selfApproval": Choice("people may approve documents of their own; on unless chosen", on_or_off),
    "fallbackApprover": Choice("id of the user who approves what no step of a workflow applies to", id_number),
    "restartAffectedStepsOnly": Choice("a change restarts approval at the first step it matters to", on_or_off),
    "lastCent": Choice("an invoice counts as paid once no more than 0.01 is left, and more has been paid", on_or_off),
    "paymentApproval": Choice("payments wait until somebody else with the role payment.pay approves them", on_or_off),
    "bankChangeHold": Choice(
        "a supplier whose bank account was changed is paid once somebody else has confirmed it", on_or_off
    ),
    "mail": Choice("people are told by e-mail too, on unless it is turned off", on_or_off),
    "automaticOrders": Choice("approved requisitions become orders by themselves, one per supplier", on_or_off),
    "defaultPurchaser": Choice("id of the user who orders by itself for those who may not order", id_number),
    "requiredTaxes": Choice("each line of new orders, invoices and expenses needs a tax", on_or_off),
    "decimals": Choice("decimals of sums in the company's currency, unless as many as that has", up_to_four),
}
"""What a company can choose. Beside these stand `limits`, the request limits that the operator has raised for it."""

_BUMP = Statement(
    update(companies)
    .where(companies.c.id == bindparam("company"))
    .values(access_version=companies.c.access_version + 1)
)
_HIGHEST = Statement(select(func.max(companies.c.id)))
_OWN = Statement(select(companies.c.settings, companies.c.currency).where(companies.c.id == bindparam("company")))
_ALL = Statement(select(companies).order_by(companies.c.id))
_SETTINGS = Statement(
    update(companies).where(companies.c.id == bindparam("company")).values(settings=bindparam("settings"))
)


def access_changed(tx: UnitOfWork) -> None:
    """Make every server read the rights of this company's people anew."""
    tx.run(_BUMP, company=tx.company_id)


def create(database: Database, name: str, region: str, currency: str, **choices: Any) -> int:
    """A new company; its id. Raises the driver's integrity error when the name is taken."""
    now = spell(database.clock())
    row = {
        "name": name, "region": region, "currency": currency, "enable": True, "settings": choices,
        "access_version": 1, "create_date": now,
    }  # fmt: skip
    clock = {"sequence": 0, "stamp": now, "entries": 0, "head": ""}
    with database.write(PLATFORM) as tx:
        company_id = (tx.scalar(_HIGHEST) or 0) + 1
        tx.run(insert_into(companies, ("id", *row)), id=company_id, **row)
        tx.run(insert_into(company_clocks, ("company_id", *clock)), company_id=company_id, **clock)
    return int(company_id)


def all_companies(database: Database) -> list[dict[str, Any]]:
    """Every company, oldest first."""
    with database.read(PLATFORM) as tx:
        return tx.records(_ALL)


def chosen(tx: Transaction) -> dict[str, Any]:
    """What the company has chosen."""
    return dict(tx.scalar(_OWN, company=tx.company_id) or {})


def settings_of(tx: Transaction) -> dict[str, Any]:
    """The same, and its currency, as the acting person knows it; of nobody in particular, as it is now."""
    if tx.actor:
        return tx.actor.settings
    choices, currency = tx.one(_OWN, company=tx.company_id) or ({}, "")
    return {**(choices or {}), "currency": currency}


def scale_of(settings: Mapping[str, Any], currency: str | None = None) -> int:
    """To how many decimals sums in a currency are rounded, in the company's own unless told: as many as it has, or, of
    the company's own, as many as the company has chosen.
    """
    own = settings["currency"]
    chosen = settings.get("decimals") if currency in (None, own) else None
    return DECIMALS.get(currency or own, 2) if chosen is None else int(chosen)


CONSEQUENCES: dict[str, list[Callable[[UnitOfWork], None]]] = defaultdict(list)
"""What else has to change with a choice, by its name; rooms that know of something add it."""


def choose(tx: UnitOfWork, current: dict[str, Any], **choices: Any) -> None:
    """Change choices of the company; None takes a choice back."""
    merged = {name: value for name, value in {**current, **choices}.items() if value is not None}
    tx.run(_SETTINGS, company=tx.company_id, settings=merged)
    names = [name for name in choices if current.get(name) != merged.get(name)]
    if names:
        before, after = ({name: one.get(name) for name in names} for one in (current, merged))
        tx.note("choose", "companies", tx.company_id, None, {"before": before, "after": after})
    for follow in dict.fromkeys(follow for name in names for follow in CONSEQUENCES[name]):
        follow(tx)
    access_changed(tx)
