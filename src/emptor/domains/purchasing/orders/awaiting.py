"""What is awaited of orders' lines: what was ordered, less what was struck, less a rest too small to wait for. In SQL.

`rejected_quantity` is what somebody has struck; nothing that has come or has been billed is. `waived_quantity` follows
from the company's choice `smallRest`: once no more than that is left to bill of a line, nobody waits for what has
neither come nor been billed. It may still come and be billed, and is awaited again when the bill is canceled. Each
recount sets quantities and states of lines together. Figures are whole numbers of millionths, of a piece or of money.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, literal, or_, type_coerce
from sqlalchemy.sql.elements import ColumnElement

from emptor.kit.money import HUNDRED, MONEY_SCALE, PRICE_SCALE
from emptor.store.clauses import larger, smaller, units
from emptor.store.types import Fixed
from emptor.store.unit_of_work import UnitOfWork

WAITING, PARTLY_RECEIVED_LINE, RECEIVED_LINE, CLOSED_LINE = range(4)
FINE = 10**6
"""`smallRest` is counted in millionths of a per cent."""
WHOLE = FINE * int(HUNDRED)


def measured(lines: Any, service: ColumnElement[Any]) -> ColumnElement[Any]:
    """What a line orders: pieces, or money for a service."""
    amount = units(lines.c.net_sum) * 10 ** (PRICE_SCALE - MONEY_SCALE)
    return case((service, amount), else_=units(lines.c.quantity))


def awaited(lines: Any, service: ColumnElement[Any]) -> ColumnElement[Any]:
    """What of a line somebody waits for or has got."""
    return measured(lines, service) - units(lines.c.rejected_quantity) - units(lines.c.waived_quantity)


def given_up(lines: Any) -> ColumnElement[Decimal]:
    """What of a line nobody waits for, though it was ordered; a quantity."""
    return type_coerce(units(lines.c.rejected_quantity) + units(lines.c.waived_quantity), Fixed(PRICE_SCALE))


def small(tx: UnitOfWork) -> int:
    """The share of a line that the company does not wait for, as `follows` takes it."""
    return int(Decimal(tx.actor.settings.get("smallRest") or 0) * FINE)


def follows(
    lines: Any, service: ColumnElement[Any], received: ColumnElement[Any], billed: ColumnElement[Any]
) -> dict[str, ColumnElement[Any]]:
    """What becomes of a line of which so much has come and has been billed, by column; takes `small`."""
    nothing, percent = literal(0, BigInteger), bindparam("small", type_=BigInteger)
    ordered, noted, gone = measured(lines, service), units(lines.c.rejected_quantity), larger(received, billed)
    struck = case((noted == 0, nothing), else_=larger(nothing, smaller(noted, ordered - gone)))
    rest = ordered - struck - billed
    # Divided first: a share of a large sum in millionths of a per cent is more than a whole number can hold.
    least = ordered // WHOLE * percent + (ordered - ordered // WHOLE * WHOLE) * percent // WHOLE
    is_small = and_(percent > 0, billed > 0, rest > 0, rest <= least)
    waived = case((is_small, larger(nothing, ordered - struck - gone)), else_=nothing)
    status = case(
        (received < ordered - struck - waived, case((received > 0, PARTLY_RECEIVED_LINE), else_=WAITING)),
        (struck > 0, CLOSED_LINE), else_=RECEIVED_LINE,
    )  # fmt: skip
    return {"rejected_quantity": struck, "waived_quantity": waived, "status": status}


def differ(lines: Any, now: dict[str, ColumnElement[Any]]) -> ColumnElement[bool]:
    """Whether a line says anything else than it should `now`."""
    return or_(*(units(lines.c[name]) != figure for name, figure in now.items()))
