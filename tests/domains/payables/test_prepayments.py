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


def test_what_invoices_bill_counts(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    invoice = shop.billed(order, items=some_of(order, 5))
    shop.pay(invoice, 20)
    assert shop.refused(51, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 50"), "the rest is paid there"
    shop.prepay(order, 50)
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
    assert (shop.stands(first), shop.stands(second)) == ((PAID, "50.00"), (PARTLY_PAID, "10.00")), "it has waited"


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


def test_what_is_billed_is_not_paid_ahead_as_well(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    invoice = shop.billed(order)
    assert shop.refused(1, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 0")
    shop.pay(invoice, 100)
    assert paid_of(shop, order) == ALL


def test_a_prepayment_that_has_waited_pays_what_was_billed_meanwhile(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    boss = shop.person("payment.pay")
    order = shop.approved_order(("Bolt", 10, 10))
    waiting = payment(shop.prepay(order, 100))
    invoice = shop.billed(order)
    assert shop.stands(invoice) == (APPROVED, "0.00")
    boss.does("approve", waiting)
    assert (shop.stands(invoice), paid_of(shop, order)) == ((PAID, "100.00"), ALL)
    status, shown, _ = shop.ann.house.call(
        "POST", "/payments/mass", {"invoices": [invoice["id"]], "payDate": "2026-01-01"}
    )
    assert (status, shown["errors"]["errors"]) == (
        400, {"invoices[0]": f"Invoice {invoice['idn']}: The Invoice is already fully paid."}
    )  # fmt: skip


def test_a_prepayment_that_has_waited_until_all_was_paid_is_not_approved(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    boss = shop.person("payment.pay")
    order = shop.approved_order(("Bolt", 10, 10))
    waiting = payment(shop.prepay(order, 100))
    invoice = shop.billed(order, items=some_of(order, 5))
    other = payment(shop.pay(invoice, 50))
    sentence = f"Of order {order['idn']} 50 are left to be paid, and this payment is of 100; reject it."
    for _ in range(2):
        status, shown, _ = boss.tries("approve", waiting)
        assert (status, shown["message"]) == (400, sentence), "whether the other one waits or has been paid"
        if other["status"] == WAITING:
            other = boss.does("approve", other)
    boss.does("reject", waiting)
    assert shop.stands(invoice) == (PAID, "50.00")


def test_a_prepayment_that_has_waited_pays_what_was_billed_meanwhile_and_no_other_does(shop: Paying) -> None:
    shop.house.choose(paymentApproval=True)
    boss = shop.person("payment.pay")
    order = shop.approved_order(("Bolt", 10, 10))
    both = [payment(shop.prepay(order, amount)) for amount in (60, 40)]
    invoice = shop.billed(order)
    boss.does("approve", both[0])
    for application in taken(shop, invoice):
        shop.ann.does("cancel", application)
    assert shop.ann.sees(order)["prepaidSum"] == 60
    boss.does("approve", both[1])
    assert shop.stands(invoice) == (PARTLY_PAID, "40.00")
    assert shop.ann.sees(order)["prepaidSum"] == 60, "what was taken off stays off"


def test_an_order_stays_worth_what_was_paid_ahead(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    paid = payment(shop.prepay(order, 60))
    shop.ann.does("revision", order)
    shop.ann.house.changed("PUT", order["at"], {"items": [{"id": order["items"]["data"][0]["id"], "quantity": 5}]})
    status, shown, _ = shop.ann.tries("confirm_revise", order)
    assert (status, shown["errors"]["errors"]) == (
        400, {"items": "60 have been paid ahead for this order, or are about to be, and 50 are left of it to bill. "
                       f"Order at least as much, or cancel payment {paid['idn']} first."}
    )  # fmt: skip
    shop.ann.house.changed("PUT", order["at"], {"items": [{"id": order["items"]["data"][0]["id"], "quantity": 6}]})
    assert shop.ann.does("confirm_revise", order)["status"] == APPROVED


def test_what_is_withheld_of_an_order_is_not_paid_ahead(shop: Paying) -> None:
    tax = shop.house.made("/taxes", {"name": "Kept back", "percent": 10, "isWithholdingTax": True})
    order = shop.approved_order({"name": "Bolt", "quantity": 10, "price": 10, "taxes": [tax["id"]]})
    assert shop.refused(91, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 90")
    shop.prepay(order, 90)
    invoice = shop.billed(order)
    assert (shop.stands(invoice), paid_of(shop, order)) == ((PAID, "90.00"), ALL)
    assert shop.ann.sees(order)["prepaidSum"] == 0


def test_an_order_pays_ahead_for_no_other(shop: Paying) -> None:
    """One invoice bills half of the first order and all of the second; only the first one is prepaid."""
    first, second = (shop.approved_order(("Bolt", 10, price)) for price in (10, 10))
    shop.prepay(first, 100)
    both = [*some_of(first, 5), *some_of(second, 10)]
    invoice = shop.ann.does("confirm", shop.ann.made("invoices", {"supplier": shop.supplier["id"], "items": both}))
    assert shop.stands(invoice) == (PARTLY_PAID, "50.00")
    assert shop.ann.sees(first)["prepaidSum"] == 50
    assert shop.stands(shop.billed(first)) == (PAID, "50.00")
    assert shop.refused(1, purchaseOrder=second["id"])["sumPaid"].endswith("not exceed 0")


def test_what_is_left_to_be_paid_ahead_is_in_whole_cents(shop: Paying) -> None:
    """A third of what is withheld falls to each order."""
    tax = shop.house.made("/taxes", {"name": "Kept back", "percent": 10, "isWithholdingTax": True})
    orders = [shop.approved_order(("Bolt", 1, 100), *more) for more in ([("Nut", 1, 10)], [], [])]
    lines = [line for order in orders for line in some_of(order, 1)]
    lines[0]["taxes"] = [tax["id"]]
    invoice = shop.ann.made("invoices", {"supplier": shop.supplier["id"], "items": lines})
    shop.ann.does("confirm", invoice)
    said = shop.refused(1000, purchaseOrder=orders[0]["id"])["sumPaid"]
    assert said.endswith("not exceed 13.33")


def test_a_blanket_order_that_counts_net_is_paid_ahead_without_taxes(shop: Paying) -> None:
    tax = shop.house.made("/taxes", {"name": "VAT", "percent": 20})
    body = {
        "supplier": shop.supplier["id"], "location": shop.location["id"], "logicType": 2, "blanketSum": 100,
        "beginDate": "2020-01-01", "endDate": "2040-12-31",
    }  # fmt: skip
    order = shop.ann.does("confirm", shop.ann.made("purchaseorders", body))
    assert shop.refused(101, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 100")
    shop.prepay(order, 30)
    line = {"name": "Bolt", "quantity": 5, "price": 10, "taxes": [tax["id"]]}
    assert shop.stands(shop.billed(order, items=[line])) == (PARTLY_PAID, "30.00")
    assert shop.refused(51, purchaseOrder=order["id"])["sumPaid"].endswith("not exceed 50"), (
        "60 are billed, 50 of it net"
    )


def test_what_was_taken_off_an_invoice_stands_at_the_order(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    shop.prepay(order, 60)
    invoice = shop.billed(order)
    (application,) = taken(shop, invoice)
    shop.ann.does("cancel", application)
    assert shop.ann.sees(order)["prepaidSum"] == 60
    shop.pay(invoice, 100)
    shown = shop.ann.sees(order)
    assert (shown["statusPayment"], shown["prepaidSum"]) == (ALL, 60)


def test_an_invoice_that_is_linked_afterwards_takes_what_was_paid_ahead(shop: Paying) -> None:
    order = shop.approved_order(("Bolt", 10, 10))
    paid = payment(shop.prepay(order, 100))
    line = order["items"]["data"][0]["id"]
    settled, owed = shop.owed(("Bolt", 5, 10)), shop.owed(("Bolt", 5, 10))
    shop.pay(settled, 50)
    for invoice, status in ((settled, 400), (owed, 200)):
        shown = shop.ann.sees(invoice)
        body = {"items": [{"id": shown["items"]["data"][0]["id"], "allocations": [line]}]}
        reply = shop.ann.tries("link", invoice, body)
        assert reply.status == status, reply.json
    assert shop.stands(owed) == (PAID, "50.00")
    assert shop.ann.sees(order)["prepaidSum"] == 50
    shop.ann.does("cancel", paid)
