"""Prepayments: money for an order ahead of its invoices, and the invoices that take it."""

from __future__ import annotations

from tests.support.buying import Shown
from tests.support.paying import (
    ACTIVE,
    ALL,
    APPROVED,
    NOT_BILLED,
    NOT_PAID,
    ORDINARY,
    PAID,
    PARTLY,
    PARTLY_PAID,
    PREPAYMENT,
    TAKEN,
    TAKEN_BACK,
    WAITING,
    Paying,
)


def payment(shown: Shown) -> Shown:
    return {**shown, "at": f"/payments/{shown['idn']}"}


def taken(shop: Paying, invoice: Shown) -> list[Shown]:
    """What an invoice has taken of prepayments."""
    every = shop.house.get(f"/payments?invoice={invoice['id']}")["data"]
    return [payment(one) for one in every[::-1] if one["logicType"] == TAKEN]


def paid_of(shop: Paying, order: Shown) -> int:
    return int(shop.ann.sees(order)["statusPayment"])


def some_of(order: Shown, quantity: int) -> list[Shown]:
    """A line that bills so much of an order's first line."""
    line = order["items"]["data"][0]
    return [
        {"name": line["name"], "quantity": quantity, "price": line["price"],
         "allocations": [{"purchaseOrderItem": line["id"]}]}
    ]  # fmt: skip


def test_no_more_than_the_order_comes_to(shop: Paying) -> None:
    order = shop.order(("Bolt", 10, 10))
    assert shop.refused(1, purchaseOrder=order["id"]) == {
        "purchaseOrder": f"Order {order['idn']} is draft; only an approved order can be prepaid."
    }
    order = shop.ann.does("confirm", order)
    assert paid_of(shop, order) == NOT_BILLED
    shop.prepay(order, 60)
    assert paid_of(shop, order) == PARTLY
    assert shop.refused("40.01", purchaseOrder=order["id"]) == {
        "sumPaid": "The amount must be greater than 0 and not exceed 40"
    }
    assert shop.refused(0, purchaseOrder=order["id"]).keys() == {"sumPaid"}
    assert shop.refused(1, purchaseOrder=999).keys() == {"purchaseOrder"}
    assert shop.refused(1, purchaseOrder=order["id"], creditNote=999).keys() == {"creditNote"}
    shop.prepay(order, 40)
    assert shop.refused(1, purchaseOrder=order["id"]) == {
        "sumPaid": "The amount must be greater than 0 and not exceed 0"
    }


def test_the_next_invoices_take_it_oldest_first(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    late, early = shop.prepay(order, 30, payDate="2026-02-02"), shop.prepay(order, 40, payDate="2026-01-01")
    first = shop.billed(order, items=some_of(order, 5))
    assert shop.stands(first) == (PAID, "50.00")
    assert shop.paid_by(first) == [(TAKEN, 40, ACTIVE), (TAKEN, 10, ACTIVE)]
    assert paid_of(shop, order) == PARTLY
    second = shop.billed(order)
    assert shop.stands(second) == (PARTLY_PAID, "20.00")
    assert paid_of(shop, order) == PARTLY
    assert shop.refused(31, invoice=second["id"])["sumPaid"].endswith("not exceed 30")
    shop.pay(second, 30)
    assert (shop.stands(second), paid_of(shop, order)) == ((PAID, "50.00"), ALL)
    assert {one["status"] for one in (late, early)} == {ACTIVE}


def test_what_has_been_paid_of_invoices_counts(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    invoice = shop.billed(order, items=some_of(order, 5))
    shop.pay(invoice, 20)
    assert shop.refused(81, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 80")
    shop.prepay(order, 80)
    assert shop.stands(invoice) == (PARTLY_PAID, "20.00"), "only the next one takes it"


def test_canceled_on_the_order_it_goes_from_the_invoice_too(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    paid = payment(shop.prepay(order, 60))
    invoice = shop.billed(order)
    assert (shop.stands(invoice), paid_of(shop, order)) == ((PARTLY_PAID, "60.00"), PARTLY)
    assert shop.ann.does("cancel", paid)["status"] == TAKEN_BACK
    assert (shop.stands(invoice), paid_of(shop, order)) == ((APPROVED, "0.00"), NOT_PAID)
    assert shop.paid_by(invoice) == [(TAKEN, 60, TAKEN_BACK)]
    shop.pay(invoice, 100)
    assert (shop.stands(invoice), paid_of(shop, order)) == ((PAID, "100.00"), ALL)


def test_taken_off_an_invoice_it_waits_for_the_next(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    paid = payment(shop.prepay(order, 60))
    first = shop.billed(order, items=some_of(order, 5))
    assert shop.stands(first) == (PAID, "50.00")
    (application,) = taken(shop, first)
    assert (application["prepayment"], application["automatic"], application["purchaseOrder"]["id"]) == (
        True, True, order["id"],
    )  # fmt: skip
    shop.ann.does("cancel", application)
    assert (shop.stands(first), shop.ann.sees(paid)["status"]) == ((APPROVED, "0.00"), ACTIVE)
    assert paid_of(shop, order) == PARTLY, "it is still paid for"
    second = shop.billed(order)
    assert shop.stands(second) == (PAID, "50.00")
    assert shop.stands(first) == (APPROVED, "0.00")
    shop.ann.does("cancel", paid)
    assert (shop.stands(second), paid_of(shop, order)) == ((APPROVED, "0.00"), NOT_PAID)


def test_an_order_with_a_prepayment_stands(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    paid = payment(shop.prepay(order, 10))
    status, shown, _ = shop.ann.tries("cancel", order)
    assert (status, f"Payment {paid['idn']}" in shown["message"]) == (400, True)
    shop.ann.does("cancel", paid)
    shop.ann.does("cancel", order)


def test_a_prepayment_waits_for_approval_too(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    order = shop.approved_order(("Bolt", 10, 10))
    waiting = payment(shop.prepay(order, 60))
    assert (waiting["status"], paid_of(shop, order)) == (WAITING, NOT_BILLED)
    assert shop.refused(41, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 40")
    assert shop.ann.tries("cancel", order).status == 400
    first = shop.billed(order, items=some_of(order, 5))
    assert shop.stands(first) == (APPROVED, "0.00"), "what has not been approved has not been paid"
    shop.person("payment.pay").does("approve", waiting)
    assert paid_of(shop, order) == PARTLY
    second = shop.billed(order)
    assert (shop.stands(first), shop.stands(second)) == ((APPROVED, "0.00"), (PAID, "50.00"))


def test_one_invoice_takes_what_several_orders_were_prepaid(shop: Paying) -> None:
    orders = [shop.approved_order(("Bolt", 10, 10)), shop.approved_order(("Nut", 10, 10))]
    for order in orders:
        shop.prepay(order, 30)
    body = {"purchaseOrders": [one["id"] for one in orders]}
    made = shop.ann.made("invoices", body, "/invoices/from_orders")
    invoice = shop.ann.does("confirm", made)
    assert shop.paid_by(invoice) == [(TAKEN, 30, ACTIVE), (TAKEN, 30, ACTIVE)]
    assert (shop.stands(invoice), [paid_of(shop, one) for one in orders]) == ((PARTLY_PAID, "60.00"), [PARTLY] * 2)
    shop.pay(invoice, 140)
    assert (shop.stands(invoice), [paid_of(shop, one) for one in orders]) == ((PAID, "200.00"), [ALL] * 2)


def test_a_payment_of_an_invoice_that_calls_itself_a_prepayment_is_none(shop: Paying) -> None:
    """wire: clients send logicType 1 with an invoice."""
    invoice = shop.owed(("Bolt", 10, 10))
    paid = shop.pay(invoice, 40, logicType=PREPAYMENT)
    assert (paid["prepayment"], paid["purchaseOrder"], shop.stands(invoice)) == (True, None, (PARTLY_PAID, "40.00"))
    shop.ann.does("cancel", payment(paid))
    assert shop.stands(invoice) == (APPROVED, "0.00")
    assert shop.pay(invoice, 100)["logicType"] == ORDINARY


def test_who_wrote_an_invoice_hears_that_it_was_approved_though_it_is_paid_at_once(shop: Paying) -> None:
    boss = shop.person("invoice.approve")
    order = shop.approved_order(("Bolt", 10, 10))
    shop.prepay(order, 100)
    shop.approving("invoices", ("Boss", boss))
    invoice = shop.ann.made("invoices", {"purchaseOrder": order["id"], "supplier": shop.supplier["id"]})
    shop.ann.does("confirm", invoice)
    assert boss.does("approve", invoice)["status"] == PAID
    kinds = [one["kind"] for one in shop.house.get("/-/notices")["data"]]
    assert kinds == ["approved"]
