"""What a new document has from its supplier where nobody says otherwise: terms, if there is just one, and currency.

Another currency than the company's needs a rate; without one nobody has thought of it, and the company's own is meant.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from sqlalchemy import and_, bindparam, select

from emptor.store.clauses import mine
from emptor.store.schema import table
from emptor.store.statement import Statement
from emptor.store.unit_of_work import UnitOfWork


def take_over(tx: UnitOfWork, values: dict[str, Any]) -> None:
    """Complete a new document by what is agreed with its supplier."""
    supplier = values.get("supplier_id")
    foreign = not values.get("currency") and values.get("exchange_rate") is not None
    if supplier is None or not (foreign or "payment_term_id" not in values):
        return
    agreed = tx.all(_agreed(), company=tx.company_id, supplier=supplier)
    if agreed and foreign:
        values["currency"] = agreed[0][0]
    terms = [term for _, term in agreed if term is not None]
    if len(terms) == 1:
        values.setdefault("payment_term_id", terms[0])


@lru_cache(maxsize=1)
def _agreed() -> Statement:
    """The currency of a supplier, beside each of its terms that can be chosen."""
    suppliers, links, terms = (table(name) for name in ("suppliers", "supplier_payment_terms", "payment_terms"))
    usable = and_(terms.c.company_id == links.c.company_id, terms.c.id == links.c.payment_term_id, terms.c.enable)
    chosen = select(links.c.supplier_id, terms.c.id).join_from(links, terms, usable).where(mine(links)).subquery()
    return Statement(
        select(suppliers.c.currency, chosen.c.id)
        .join_from(suppliers, chosen, chosen.c.supplier_id == suppliers.c.id, isouter=True)
        .where(mine(suppliers), suppliers.c.id == bindparam("supplier"))
    )
