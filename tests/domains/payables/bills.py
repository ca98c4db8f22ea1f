"""Orders and their bills in one line each.

order = ordered(shop, ("Bolt", 10, 2))
bill = billed(shop, order, (0, 4), (1, 5, 3))
"""

from __future__ import annotations

from typing import Any

from tests.support.buying import Buying, Shown, Someone

DRAFT, PENDING, APPROVED, REJECTED, PARTLY_PAID, PAID, MATCHING, IN_REVISION, CANCELED = range(9)
COMPLETED = 5


def line(order: Shown, index: int, quantity: Any, price: Any = None, **more: Any) -> Shown:
    """A line of an invoice for so much of one of the order's lines, at its price unless another is given."""
    one = order["items"]["data"][index]
    return {
        "name": one["name"], "product": one["product"] and one["product"]["id"], "quantity": quantity,
        "price": one["price"] if price is None else price, "taxes": [tax["id"] for tax in one["taxes"]["data"]],
        "allocations": [one["id"]], **more,
    }  # fmt: skip


def draft(shop: Buying, order: Shown, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
    """A draft invoice of an order: of all that is open, or of `(index, quantity[, price])` and ready lines."""
    body = {"purchaseOrder": {"id": order["id"]}, **more}
    if lines:
        body["items"] = [one if isinstance(one, dict) else line(order, *one) for one in lines]
    return (by or shop.ann).made("invoices", body)


def billed(shop: Buying, order: Shown, *lines: Any, by: Someone | None = None, **more: Any) -> Shown:
    """The same, submitted."""
    return (by or shop.ann).does("confirm", draft(shop, order, *lines, by=by, **more))


def axes(order: Shown) -> tuple[int, int, int, list[Any]]:
    """Status, receiving, payment, and of each line what has been billed."""
    billed_ = [one["invoicedQuantity"] for one in order["items"]["data"]]
    return order["status"], order["statusReceiving"], order["statusPayment"], billed_


def tolerance(shop: Buying, **rule: Any) -> None:
    """What may differ: `percent=5`, or `amount=20`."""
    shop.house.made("/-/tolerancerules", {"onMatching": True, **rule})
