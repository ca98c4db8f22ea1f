"""A company that is billed and pays at random: whatever people do, money leaves when it should, to the cent.

It does what the company of `test_machine` does with requisitions, orders and receipts, and all the rest that a bill can
lead to. After every deed the accountant reckons everything anew. More stories: EMPTOR_TEST_EXAMPLES=500.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule, run_state_machine_as_test

from tests.domains.payables.bills import line, tolerance
from tests.journeys import accountant
from tests.journeys.accountant import (
    ACTIVE,
    BILLED,
    CREDIT_NOTES,
    MATCHING,
    MONEY,
    PREPAYMENT,
    WAITING,
    Accounts,
    standing,
)
from tests.journeys.auditor import APPROVED, IN_REVISION, PENDING
from tests.journeys.test_machine import (
    CLOCK,
    FAR,
    FEW,
    FINANCE_FROM,
    LONG,
    MAYBE,
    MORNING,
    SOME,
    Companies,
    Company,
    kind_of,
    picked,
)
from tests.support.buying import DAY, Shown, placed
from tests.support.house import Premises, Reply
from tests.support.paying import Paying

WRITES = tuple(f"{kind}.create" for kind in ("purchase_requisition", "purchase_order", "receipt", "invoice", "expense"))
DECIDES = tuple(role.replace("create", "approve") for role in WRITES)
SEES = tuple(role.replace("create", "view") for role in WRITES)
DRAFT, PARTLY_PAID = 0, 4
PAYING = st.sampled_from(("Kim", "Ann", "Di", "Bea"))
"""Bea may not."""
WHO = st.sampled_from(("Bea", "Ann", "Bea", "Ann", "Cy", "Kim"))
BILLS = st.sampled_from(
    ("all", "some", "dearer", "cheaper", "more", "beside", "instead", "taxed", "less", "undiscounted")
)
"""What a bill says of an order: all that is open, some of it, another price, more than is open, something beside it,
another thing in its place, a tax of its own, something off, or without the order's discount.
"""
ABROAD = {"currency": "USD", "exchangeRate": "1.37"}
AT_HOME = {"currency": "EUR", "exchangeRate": "1"}
BLANKET = 2
"""`logicType` of an order by its total."""
TAXES = (
    {"name": "VAT", "percent": 20}, {"name": "Kept back", "percent": 5, "isWithholdingTax": True},
)  # fmt: skip
SELDOM = st.integers(0, 3).map(lambda n: n == 0)


def founded(premises: Premises, name: str, choices: dict[str, Any], approvals: bool, limit: int) -> Company:
    """A company with three items, one of them a tax; perhaps with approvals, and with a limit for what may differ."""
    shop = Paying(premises.house(clock=CLOCK, **choices))
    people = {
        "Ann": shop.ann,
        "Bea": shop.person(*WRITES, *SEES, firstname="Bea"),
        "Cy": shop.person(*WRITES, *DECIDES, firstname="Cy"),
        "Di": shop.person(*WRITES, *DECIDES, "payment.pay", firstname="Di"),
        "Kim": shop.person("receipt.create", "invoice.create", "payment.pay", *SEES, firstname="Kim"),
    }
    assert all((shop.annex, shop.location, shop.supplier))
    company = Company(name, shop, people, [shop.item(price=2), shop.item(price=20)], [])
    company.items.append(shop.item(price=3, itemType=accountant.TAX_ITEM))
    if approvals:
        for kind in ("purchaserequisitions", "purchaseorders", "receipts", "invoices", "expenses"):
            finance = {"user": people["Di"].house.user_id, "from": FINANCE_FROM}
            shop.approving(kind, ("Head", people["Cy"]), ("Finance", finance))
    if limit:
        tolerance(shop, amount=limit)
    return company


def budget(company: Company, limited: bool, total: int, deduction: str) -> Shown:
    """A budget for all that is bought."""
    plan = {"name": "Limited" if limited else "Open", "type": "custom", "startDate": "2020-01-01",
            "endDate": "2040-12-31", "isLimited": limited, "lines": [{"periods": [{"sum": total}]}],
            "deduction": deduction}  # fmt: skip
    plan |= {"usedTaxPercentInBudget": 50} if deduction == "custom" else {}
    made = company.shop.house.made("/-/budgetplans", plan)
    found: Shown = made["lines"]["data"][0]["periods"]["data"][0]
    return found


class Bills(Companies):
    """What people may do who order, are billed and pay, and what has to hold whatever they do."""

    audited, found_in = Accounts, staticmethod(accountant.found_in)
    transfer = count = meddle = None  # stock and strangers have stories of their own

    @initialize(first=st.sampled_from(("", "", "confirm", "approve", "pay")), receipts=MAYBE, matching=MAYBE,
                second=MAYBE, lower=MAYBE, within=MAYBE, cent=MAYBE, approvals=MAYBE,
                limit=st.sampled_from((0, 0, 5)), budgets=st.sampled_from((0, 0, 1, 2)), asked=MAYBE,
                taxes=st.integers(0, 2), rest=st.sampled_from(("", "", "20", "50")),
                deduction=st.sampled_from(("gross", "net", "custom")))  # fmt: skip
    def found(self, first: str, receipts: bool, matching: bool, second: bool, lower: bool, within: bool, cent: bool,
              approvals: bool, limit: int, budgets: int, asked: bool, taxes: int, rest: str,
              deduction: str) -> None:  # fmt: skip
        choices = {"threeWayMatch": first, "receipts": not receipts, "receiptMatching": matching,
                   "paymentApproval": second, "matchLowerBills": not lower, "newItemsWithinLimit": within,
                   "lastCent": cent, "requisitionBudgets": asked, "smallRest": rest}  # fmt: skip
        CLOCK.at(MORNING)
        self.acme = founded(self.premises, "Acme", choices, approvals, limit)
        self.other = founded(self.premises, "Other", choices, False, 0)
        self.payments: dict[int, int] = {}
        self.steps = 0
        self.budgets = [budget(self.acme, *plan, deduction) for plan in ((True, 250), (False, 100))[:budgets]]
        self.taxes = [self.acme.shop.house.made("/taxes", tax)["id"] for tax in TAXES[:taxes]]
        more = {"approvals": approvals, "tolerance": limit, f"budgets, {deduction}": budgets, "taxes": taxes}
        said = [name if value is True else f"{name} {value}" for name, value in {**choices, **more}.items() if value]
        self.begin(", ".join(said))
        # A story that begins with something to bill is shorter.
        lines = [{"product": item["id"], "quantity": 5, "taxes": self.taxes} for item in self.acme.items[:2]]
        self.orders("Bea", lines, 2, 0)

    # Orders and requisitions

    def charge(self, n: int) -> Shown:
        """What names the budget of a new document; the only one there is finds itself."""
        return {"budget": picked(self.budgets, n)["id"]} if len(self.budgets) > 1 else {}

    def apart(self, n: int) -> Shown:
        """What names a budget of its own for a line, if there is another one; some lines have one."""
        return {"budget": picked(self.budgets, n + 1)["id"]} if len(self.budgets) > 1 and n % 3 == 0 else {}

    @rule(who=WHO, kind=st.sampled_from(("purchaseorders", "purchaseorders", "purchaserequisitions")),
          item=st.integers(0, 1), quantity=FEW, second=st.integers(0, 3), far=FAR, budget=SOME,
          abroad=SELDOM, discount=SELDOM)  # fmt: skip
    def write(self, who: str, kind: str, item: int, quantity: int, second: int, far: int, budget: int,
              abroad: bool = False, discount: bool = False) -> None:  # fmt: skip
        lines = [{"product": picked(self.acme.items[:2], item)["id"], "quantity": quantity, "taxes": self.taxes}]
        if second:
            lines.append({"product": picked(self.acme.items, item + 1)["id"], "quantity": second, **self.apart(budget)})
        if kind == "purchaseorders":
            self.orders(who, lines, far, budget, abroad, discount)
            return
        body = {"location": self.acme.shop.location["id"], "requiredDate": DAY, "items": lines, **self.charge(budget)}
        self.takes(who, self.creates(who, kind, f"/{kind}", body), far)

    def orders(self, who: str, lines: list[Shown], far: int, budget: int, abroad: bool = False,
               discount: bool = False) -> None:  # fmt: skip
        shop = self.acme.shop
        body = {"location": shop.location["id"], "supplier": shop.supplier["id"], "requiredDate": DAY, "items": lines,
                **self.charge(budget), **(ABROAD if abroad else {}),
                **({"discountPercent": "7.5"} if discount else {})}  # fmt: skip
        self.takes(who, self.creates(who, "purchaseorders", "/purchaseorders", body), far)

    @rule(who=WHO, total=FEW, gross=MAYBE, far=FAR, budget=SOME, abroad=SELDOM)
    def order_blanket(self, who: str, total: int, gross: bool, far: int, budget: int, abroad: bool) -> None:
        """Something of which only the sum is agreed on."""
        shop = self.acme.shop
        body = {"location": shop.location["id"], "supplier": shop.supplier["id"], "logicType": BLANKET,
                "blanketSum": total * 20, "blanketIsGross": gross, "beginDate": "2020-01-01", "endDate": "2040-12-31",
                **self.charge(budget), **(ABROAD if abroad else {})}  # fmt: skip
        self.takes(who, self.creates(who, "purchaseorders", "/purchaseorders", body), far)

    @rule(who=WHO, price=FEW, far=FAR, budget=SOME)
    def order_service(self, who: str, price: int, far: int, budget: int) -> None:
        """Something that has no pieces."""
        shop = self.acme.shop
        body = {"location": shop.location["id"], "supplier": shop.supplier["id"], "logicType": 1,
                "items": [{"name": "Cleaning", "price": price * 10, "taxes": self.taxes}],
                **self.charge(budget)}  # fmt: skip
        self.takes(who, self.creates(who, "purchaseorders", "/purchaseorders", body), far)

    # Bills

    @precondition(lambda self: self.billable())
    @rule(who=WHO, order=SOME, how=BILLS, item=SOME, quantity=FEW, far=FAR)
    def bill(self, who: str, order: int, how: str, item: int, quantity: int, far: int) -> None:
        """A bill of an order."""
        one = self.acme.shop.ann.sees(picked(self.billable(), order))
        body: dict[str, Any] = {"purchaseOrder": {"id": one["id"]}}
        if how != "all":
            body["items"] = self.billed_lines(one, how, item % len(one["items"]["data"]), quantity)
        if how == "undiscounted":
            body["discountPercent"] = 0
        note(f"… {how} of order {one['idn']}:")
        self.takes(who, self.creates(who, "invoices", "/invoices", body), far)

    def billed_lines(self, order: Shown, how: str, index: int, quantity: int) -> list[Shown]:
        ordered = order["items"]["data"][index]
        first = line(order, index, quantity)
        if how == "dearer":
            return [line(order, index, quantity, ordered["price"] + 1)]
        if how == "cheaper":
            return [line(order, index, quantity, ordered["price"] / 2)]
        if how == "more":
            return [line(order, index, ordered["quantity"] + quantity)]
        if how == "beside":
            return [first, {"name": "Freight", "quantity": 1, "price": quantity}]
        if how == "less":
            return [first, {"name": "Bonus", "quantity": 1, "price": -1}]
        if how == "instead":
            return [{**first, "name": "Something else", "product": None}]
        if how == "taxed":
            return [first, {"product": self.acme.items[2]["id"], "quantity": 1, "price": quantity}]
        return [first]

    @precondition(lambda self: len(self.billable()) > 1)
    @rule(who=WHO, first=SOME, second=SOME, far=FAR)
    def bill_two(self, who: str, first: int, second: int, far: int) -> None:
        """A bill of all that is open of two orders."""
        found = [picked(self.billable(), first), picked(self.billable(), second)]
        ids = list(dict.fromkeys(one["id"] for one in found))
        note(f"… of orders {' and '.join(one['idn'] for one in found)}:")
        made = self.creates(who, "invoices", "/invoices/from_orders", {"purchaseOrders": ids})
        self.takes(who, made, far)

    @precondition(lambda self: self.billable(BLANKET))
    @rule(who=WHO, order=SOME, item=st.integers(0, 2), quantity=FEW, far=FAR)
    def bill_blanket(self, who: str, order: int, item: int, quantity: int, far: int) -> None:
        """A bill of an order that has no lines but those of its bills."""
        one = picked(self.billable(BLANKET), order)
        body = {"purchaseOrder": {"id": one["id"]}, "items": [self.alone(item, quantity)]}
        note(f"… of blanket order {one['idn']}:")
        self.takes(who, self.creates(who, "invoices", "/invoices", body), far)

    def alone(self, item: int, quantity: int) -> Shown:
        """A line that says of itself what it is about. A tax has no taxes."""
        return {"product": self.acme.items[item]["id"], "quantity": quantity, "taxes": [] if item == 2 else self.taxes}

    @rule(who=WHO, item=st.integers(0, 2), quantity=FEW, far=FAR, budget=SOME, abroad=SELDOM)
    def bill_alone(self, who: str, item: int, quantity: int, far: int, budget: int, abroad: bool) -> None:
        """A bill of which nobody says what it is for."""
        body = {"supplier": self.acme.shop.supplier["id"], "items": [self.alone(item, quantity)],
                **self.charge(budget), **(ABROAD if abroad else {})}  # fmt: skip
        self.takes(who, self.creates(who, "invoices", "/invoices", body), far)

    @precondition(lambda self: self.bills() and self.acme.of_kind("purchaseorders"))
    @rule(who=WHO, bill=SOME, order=SOME, item=SOME, nothing=st.integers(0, 5))
    def link(self, who: str, bill: int, order: int, item: int, nothing: int) -> None:
        """Somebody finds out afterwards what a bill is for, or that it is for something else."""
        one = self.acme.shop.ann.sees(picked(self.bills()[::-1], bill))
        ordered = self.acme.shop.ann.sees(picked(self.acme.of_kind("purchaseorders"), order))["items"]["data"]
        if one["items"]["data"] and ordered:
            allocations = [picked(ordered, item)["id"]] if nothing else []
            items = [{"id": picked(one["items"]["data"], item)["id"], "allocations": allocations}]
            self.deed(who, "link", one, body={"items": items})

    @precondition(lambda self: self.bills(DRAFT, IN_REVISION))
    @rule(who=WHO, bill=SOME, item=SOME, verb=st.sampled_from(("split_line", "reject_line", "split")))
    def cut(self, who: str, bill: int, item: int, verb: str) -> None:
        """A line becomes two, is struck from its order, or goes to a bill of its own."""
        one = self.acme.shop.ann.sees(picked(self.bills(DRAFT, IN_REVISION), bill))
        if not one["items"]["data"]:
            return
        chosen = picked(one["items"]["data"], item)
        half = Decimal(str(chosen["quantity"])) / 2
        bodies = {
            "split_line": {"item": chosen["id"], "parts": [str(half), str(half)]},
            "reject_line": {"item": chosen["id"]},
            "split": {"items": [{"id": chosen["id"], "quantity": str(half)}]},
        }  # fmt: skip
        reply = self.deed(who, verb, one, body=bodies[verb])
        if verb == "split" and reply.status == 201:
            self.acme.documents.append(placed("invoices", reply.json))

    @precondition(lambda self: self.differing())
    @rule(who=WHO, document=SOME, verb=st.sampled_from(("accept_changes", "decline_changes", "withdraw")))
    def judge(self, who: str, document: int, verb: str) -> None:
        """Whoever ordered decides about what is not as ordered."""
        one = picked(self.differing(), document)
        if verb in self.possible(one):
            self.deed(who, verb, one)

    @precondition(lambda self: self.bills(APPROVED))
    @rule(bill=SOME)
    def bill_again(self, bill: int) -> None:
        """A bill that is canceled and written anew leaves its orders as they were."""
        one = self.acme.shop.ann.sees(picked(self.bills(APPROVED), bill))
        ids = {a["order_id"] for a in self.books.allocations if self.books.invoice_of(a)["id"] == one["id"]}
        names = {"name", "quantity", "price"}
        items = [
            {**{name: each[name] for name in names}, "product": each["product"] and each["product"]["id"],
             "budget": each["budget"] and each["budget"]["id"], "taxes": [tax["id"] for tax in each["taxes"]["data"]],
             "allocations": [{"purchaseOrderItem": a["purchaseOrderItem"], "quantity": a["quantity"]}
                             for a in together(each["allocations"]["data"])]}
            for each in one["items"]["data"]
        ]  # fmt: skip
        if any(self.books.ordered[order_id]["logic_type"] == BLANKET for order_id in ids):
            return  # it loses the lines that it has from its bills, and gets others
        before = [standing(self.books, order_id) for order_id in sorted(ids)]
        left = self.books.available()
        if any(order[0] != APPROVED for order in before) or self.deed("Ann", "cancel", one).status != 200:
            return
        body = {"supplier": self.acme.shop.supplier["id"], "items": items, **money_of(one)}
        if one["budget"]:
            body["budget"] = one["budget"]["id"]
        if one["purchaseOrder"]:
            body["purchaseOrder"] = {"id": one["purchaseOrder"]["id"]}
        again = self.creates("Ann", "invoices", "/invoices", body)
        assert again, "what was canceled can be billed again"
        self.takes("Ann", again, 2)
        if self.state(again) == APPROVED:  # others may have billed more than there is; then somebody has to decide
            assert [standing(self.books, order_id) for order_id in sorted(ids)] == before
            if self.books.headers["invoices"][again["id"]]["budget_id"] == (one["budget"] and one["budget"]["id"]):
                assert self.books.available() == left

    @precondition(lambda self: self.budgets)
    @rule(who=WHO, kind=st.sampled_from(("purchaseorders", "purchaserequisitions")), quantity=FEW, budget=SOME)
    def come_and_go(self, who: str, kind: str, quantity: int, budget: int) -> None:
        """A document that is submitted and canceled leaves the budgets as they were."""
        left, known = self.books.available(), len(self.acme.documents)
        self.write(who, kind, 0, quantity, 0, 2, budget)
        made = self.acme.documents[-1]
        if (
            len(self.acme.documents) > known
            and self.state(made) in (PENDING, APPROVED)
            and self.deed("Ann", "cancel", made).status == 200
        ):
            assert self.books.available() == left

    # Money

    @precondition(lambda self: self.bills(APPROVED, PARTLY_PAID))
    @rule(who=PAYING, bill=SOME, part=st.sampled_from(("half", "all", "all", "more")))
    def pay(self, who: str, bill: int, part: str) -> None:
        """A payment of an invoice, in parts or in full; never more than is left."""
        one = picked(self.bills(APPROVED, PARTLY_PAID), bill)
        left = self.left(one)
        amount = so_much(left, part)
        body = {"invoice": {"id": one["id"]}, "sumPaid": money(amount), "payDate": DAY}
        reply = self.pays(who, body, f"pays {money(amount)}, {part} that is left, of {self.title(one)}")
        assert part != "more" or reply.status != 201

    @precondition(lambda self: self.bills(APPROVED, PARTLY_PAID))
    @rule(who=PAYING)
    def pay_all(self, who: str) -> None:
        """All that is owed, at once."""
        ids = [one["id"] for one in self.bills(APPROVED, PARTLY_PAID)]
        body = {"invoices": ids, "payDate": DAY}
        self.pays(who, body, "pays all that is owed", "/payments/mass")

    @precondition(lambda self: self.among("purchaseorders", APPROVED))
    @rule(who=PAYING, order=SOME, part=st.sampled_from((1, 2, 2, 3)))
    def prepay(self, who: str, order: int, part: int) -> None:
        """A payment of an order ahead of its invoices: half of it, all or more."""
        one = picked(self.among("purchaseorders", APPROVED), order)
        amount = self.books.ordered[one["id"]]["sum"] * part // 200 * 100
        body = {"purchaseOrder": {"id": one["id"]}, "sumPaid": money(amount), "payDate": DAY}
        self.pays(who, body, f"pays {money(amount)} ahead for {self.title(one)}")

    @precondition(lambda self: self.living_payments())
    @rule(who=PAYING, payment=SOME, verb=st.sampled_from(("cancel", "approve", "approve", "reject")))
    def undo(self, who: str, payment: int, verb: str) -> None:
        """A payment is taken back, or whoever has to agree decides about it."""
        some = [one for one in self.living_payments() if verb == "cancel" or one["status"] == WAITING]
        if some:
            self.does_with_payment(who, verb, picked(some[::-1], payment))

    @precondition(lambda self: self.living_payments())
    @rule(payment=SOME)
    def pay_again(self, payment: int) -> None:
        """A payment that is taken back and made anew leaves everything as it was."""
        one = picked(self.living_payments()[::-1], payment)
        taken = [p for p in self.books.payments if p["prepayment_id"] == one["id"] and p["status"] == ACTIVE]
        if one["status"] != ACTIVE or one["logic_type"] not in (MONEY, PREPAYMENT) or taken:
            return
        if (
            one["purchase_order_id"]
            and self.books.choices["paymentApproval"]
            and self.owed_of(one["purchase_order_id"])
        ):
            return  # a bill that is approved in the same second may take what waits for approval
        orders = {one["purchase_order_id"]} - {None} or set(self.orders_of(one["invoice_id"]))
        before = self.paid_on(one), [standing(self.books, order_id) for order_id in sorted(orders)]
        self.does_with_payment("Ann", "cancel", one)
        kind, wanted = ("purchaseOrder", one["purchase_order_id"]) if one["purchase_order_id"] else (
            "invoice", one["invoice_id"])  # fmt: skip
        body = {kind: {"id": wanted}, "sumPaid": money(one["sum_paid"]), "payDate": DAY}
        if self.pays("Ann", body, f"pays {body['sumPaid']} again").status != 201:
            assert self.books.choices["threeWayMatch"] == "pay" or kind == "purchaseOrder"
            return
        for waiting in [p for p in self.living_payments() if p["status"] == WAITING][-1:]:
            self.does_with_payment("Di", "approve", waiting)
        assert before == (self.paid_on(one), [standing(self.books, order_id) for order_id in sorted(orders)])

    # Credit

    @precondition(lambda self: self.bills(APPROVED, PARTLY_PAID, accountant.PAID))
    @rule(who=WHO, bill=SOME, quantity=st.integers(0, 3), far=FAR)
    def credit(self, who: str, bill: int, quantity: int, far: int) -> None:
        """A credit note about an invoice: of all that is left of it, or of some of a line."""
        one = self.acme.shop.ann.sees(picked(self.bills(*BILLED), bill))
        body: Shown = {"logicType": 1, "allocatedInvoice": {"id": one["id"]}}
        if quantity:
            body["items"] = [{"creditedItem": picked(one["items"]["data"], quantity)["id"], "quantity": quantity}]
        self.takes(who, self.creates(who, "invoices", "/invoices", body), far)

    @precondition(lambda self: len(self.notes(DRAFT, APPROVED)) < 3)
    @rule(who=WHO, sum_=FEW, far=FAR, budget=SOME, abroad=SELDOM)
    def credit_alone(self, who: str, sum_: int, far: int, budget: int, abroad: bool) -> None:
        """A credit note that is about no invoice."""
        items = [{"name": "Bonus", "quantity": 1, "price": sum_ * 5}]
        body = {"supplier": self.acme.shop.supplier["id"], "logicType": 5, "items": items,
                **self.charge(budget), **(ABROAD if abroad else {})}  # fmt: skip
        self.takes(who, self.creates(who, "invoices", "/invoices", body), far)

    @precondition(lambda self: self.notes(APPROVED) and self.bills(APPROVED, PARTLY_PAID))
    @rule(who=PAYING, credit=SOME, bill=SOME, part=st.sampled_from(("half", "all", "all", "more")))
    def use_credit(self, who: str, credit: int, bill: int, part: str) -> None:
        """What a supplier owes pays a bill."""
        given, one = picked(self.notes(APPROVED), credit), picked(self.bills(APPROVED, PARTLY_PAID), bill)
        left = min(self.left(one), self.left(given))
        amount = so_much(left, part)
        body = {"invoice": {"id": one["id"]}, "creditNote": {"id": given["id"]}, "sumPaid": money(amount),
                "payDate": DAY}  # fmt: skip
        reply = self.pays(who, body, f"pays {money(amount)} of {self.title(one)} by {self.title(given)}")
        assert part != "more" or reply.status != 201

    @precondition(lambda self: self.notes(APPROVED))
    @rule(credit=SOME)
    def credit_again(self, credit: int) -> None:
        """A credit note that is canceled and written anew leaves its invoice and the supplier's credit as they were."""
        one = self.acme.shop.ann.sees(picked(self.notes(APPROVED), credit))
        about = one["allocatedInvoice"] and self.books.invoices[one["allocatedInvoice"]["id"]]
        if about and about["sum"] > about["sum_paid"] and self.left(one):
            return  # it would pay more this time
        before = self.how_credit_stands(about)
        if self.deed("Ann", "cancel", one).status != 200:
            return
        items = [{"name": each["name"], "quantity": each["quantity"], "price": each["price"],
                  **({"creditedItem": each["creditedItem"]} if each["creditedItem"] else {})}
                 for each in one["items"]["data"]]  # fmt: skip
        body: Shown = {"logicType": one["logicType"], "items": items}
        if about:
            body["allocatedInvoice"] = {"id": about["id"]}
        else:
            body |= {"budget": one["budget"]["id"]} if one["budget"] else {}
            body |= {"supplier": self.acme.shop.supplier["id"], **money_of(one)}
        again = self.creates("Ann", "invoices", "/invoices", body)
        assert again, "what was canceled can be credited again"
        self.takes("Ann", again, 2)
        if self.state(again) == APPROVED:
            assert before == self.how_credit_stands(about)

    def how_credit_stands(self, about: Shown | None) -> Any:
        balances = sorted(self.books.balances, key=lambda one: (one["supplier_id"], one["currency"]))
        return balances, about and self.books.invoices[about["id"]], self.books.available()

    # Expenses

    @rule(who=WHO, price=FEW, hotel=st.integers(0, 3), far=FAR, budget=SOME)
    def lay_out(self, who: str, price: int, hotel: int, far: int, budget: int) -> None:
        """Somebody has paid for a taxi, and perhaps for a hotel in another currency."""
        items = [{"name": "Taxi", "price": price * 5}]
        if hotel:
            items.append({"name": "Hotel", "price": f"{hotel}.33", "currency": "USD", "exchangeRate": "1.37",
                          **self.apart(budget)})  # fmt: skip
        self.takes(who, self.creates(who, "expenses", "/expenses", {"items": items, **self.charge(budget)}), far)

    @precondition(lambda self: self.owed())
    @rule(who=PAYING, expense=SOME, part=st.sampled_from(("half", "all", "all", "more")))
    def pay_back(self, who: str, expense: int, part: str) -> None:
        """Whoever has paid gets it back, in parts or at once; never more than is left."""
        one = picked(self.owed(), expense)
        row = self.books.expenses[one["id"]]
        waiting = [p for p in self.books.paid_back if p["expense_id"] == one["id"] and p["status"] == WAITING]
        left = row["sum"] - row["sum_paid"] - accountant.total(waiting, "sum_paid")
        amount = so_much(left, part)
        body = {"expense": {"id": one["id"]}, "sumPaid": money(amount), "payDate": DAY}
        reply = self.pays(who, body, f"pays back {money(amount)} of {self.title(one)}", "/expensePayments")
        assert part != "more" or reply.status != 201

    @precondition(lambda self: any(one["status"] in (ACTIVE, WAITING) for one in self.books.paid_back))
    @rule(who=PAYING, payment=SOME, verb=st.sampled_from(("cancel", "approve", "approve", "reject")))
    def take_back(self, who: str, payment: int, verb: str) -> None:
        """What was paid back is taken back, and is owed again; or whoever has to agree decides about it."""
        states = (ACTIVE, WAITING) if verb == "cancel" else (WAITING,)
        some = [one for one in self.books.paid_back if one["status"] in states]
        if some:
            self.does_with_payment(who, verb, picked(some, payment), "expensePayments")

    # What has to hold, beside what the accountant finds

    @invariant()
    def books_are_right(self) -> None:
        """Payments have no way back, and the product's own check of its ledgers agrees."""
        super().books_are_right()
        if not hasattr(self, "acme"):
            return
        for one in (*self.books.payments, *self.books.paid_back):
            was = self.payments.get(one["id"], one["status"])
            ways = {ACTIVE: {ACTIVE, accountant.TAKEN_BACK}, WAITING: {ACTIVE, 1, WAITING, accountant.STOPPED}}
            assert one["status"] in ways.get(was, {was}), f"payment {one['idn']} was {was} and is {one['status']}"
            self.payments[one["id"]] = one["status"]
        self.steps += 1
        if self.steps % 8 == 0:
            self.compare()

    def teardown(self) -> None:
        """What takes longer holds in the end."""
        super().teardown()
        if hasattr(self, "acme"):
            self.compare()

    def compare(self) -> None:
        """The product finds no difference either."""
        found = self.acme.shop.differences()
        assert found == [], found

    # Helpers

    def bills(self, *states: int) -> list[Shown]:
        """The invoices in these states, or all of them; without credit notes."""
        return [one for one in self.acme.of_kind("invoices")
                if one["logicType"] not in CREDIT_NOTES and (not states or self.state(one) in states)]  # fmt: skip

    def notes(self, *states: int) -> list[Shown]:
        """The credit notes in these states."""
        return [one for one in self.acme.of_kind("invoices")
                if one["logicType"] in CREDIT_NOTES and self.state(one) in states]  # fmt: skip

    def billable(self, *kinds: int) -> list[Shown]:
        """Orders of these kinds that can be billed, the latest first; without any, those that have lines."""
        found = self.acme.of_kind("purchaseorders")[::-1]
        return [one for one in found if self.state(one) in (APPROVED, MATCHING)
                and (one["logicType"] in kinds if kinds else one["items"]["data"])]  # fmt: skip

    def owed(self) -> list[Shown]:
        """Expenses of which something is left to be paid back."""
        return [one for one in self.acme.of_kind("expenses") if self.state(one) in (APPROVED, PARTLY_PAID)]

    def differing(self) -> list[Shown]:
        """What differs from its order."""
        return [one for one in self.acme.of_kind("invoices", "receipts") if self.state(one) == MATCHING]

    def living_payments(self) -> list[Shown]:
        return [one for one in self.books.payments if one["status"] in (ACTIVE, WAITING)]

    def left(self, one: Shown) -> int:
        """What is left of an invoice or of a credit note."""
        row = self.books.invoices[one["id"]]
        waiting = [p for p in self.books.payments if p["invoice_id"] == one["id"] and p["status"] == WAITING]
        settled = row["sum_paid"] + accountant.total(waiting, "sum_paid")
        return int(row["sum"] - row["withholding_tax_sum"] - settled)

    def owed_of(self, order_id: int) -> list[int]:
        """The bills of an order that are not paid yet."""
        return [
            key for key in self.books.bills(order_id) if self.books.invoices[key]["status"] in (APPROVED, PARTLY_PAID)
        ]

    def orders_of(self, invoice_id: int) -> list[int]:
        """The orders that an invoice bills."""
        return [order_id for order_id in self.books.ordered if invoice_id in self.books.bills(order_id)]

    def paid_on(self, payment: Shown) -> Any:
        """How the invoice stands that a payment is about."""
        row = self.books.invoices.get(payment["invoice_id"])
        return row and (row["status"], row["sum_paid"])

    def title(self, document: Shown) -> str:
        if kind_of(document) == "invoices" and document["logicType"] in CREDIT_NOTES:
            return f"credit note {document['idn']}"
        return super().title(document)

    def said(self, verb: str, document: Shown, quantity: int) -> Any:
        """Lines are cut and linked by rules of their own."""
        return {} if verb in ("link", "split_line", "reject_line", "split") else super().said(verb, document, quantity)

    def pays(self, who: str, body: Any, what: str, path: str = "/payments") -> Reply:
        """A payment; one that is refused leaves no trace."""
        entries = self.books.entries
        reply = self.calls(who, "POST", path, body)
        self.says(who, what, reply)
        assert (self.books.entries > entries) == (reply.status == 201)
        return reply

    def does_with_payment(self, who: str, verb: str, payment: Shown, kind: str = "payments") -> None:
        entries = self.books.entries
        reply = self.calls(who, "POST", f"/{kind}/{payment['idn']}/{verb}", {})
        self.says(who, f"would {verb} payment {payment['idn']} of {money(payment['sum_paid'])}", reply)
        assert (self.books.entries > entries) == (reply.status == 200)
        if verb != "cancel":
            expense = self.books.expenses.get(payment.get("expense_id"), {})
            concerned = {payment["creator_id"], expense.get("creator_id")}
            assert reply.status != 200 or self.acme.people[who].house.user_id not in concerned


def so_much(left: int, part: str) -> int:
    """Half of what is left, all or more, in whole cents."""
    return {"half": left // 200 * 100 or left, "all": left, "more": left + 100}[part]


def money(amount: int) -> str:
    """Ten-thousandths as a request says them."""
    return str(Decimal(amount).scaleb(-4))


def money_of(document: Shown) -> Shown:
    """The currency and the rate of a document, as a request says them."""
    return ABROAD if document["currency"] == ABROAD["currency"] else AT_HOME


def together(allocations: list[Shown]) -> list[Shown]:
    """Allocations of the same line of an order, which several receipts have brought, as one."""
    found: dict[int, Shown] = {}
    for one in allocations:
        known = found.setdefault(one["purchaseOrderItem"], {**one, "quantity": Decimal(0)})
        known["quantity"] += Decimal(str(one["quantity"]))
    return [{**one, "quantity": str(one["quantity"])} for one in found.values()]


def test_whatever_people_do_money_leaves_when_it_should(premises: Premises) -> None:
    machine: Any = type("Stories", (Bills,), {"premises": premises})
    run_state_machine_as_test(machine, settings=LONG)
