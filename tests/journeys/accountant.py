"""An accountant of a company's bills and payments: reads the tables with plain SQL and reckons everything anew.

    assert faults(house) == []

Like the auditor, who looks after goods and whose books these are, it uses nothing of the code under test. Quantities
are whole millionths, sums of money whole ten-thousandths.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from fractions import Fraction
from typing import Any

from tests.journeys import auditor
from tests.journeys.auditor import (
    APPROVED,
    CANCELED,
    COMPLETED,
    DRAFT,
    IN_REVISION,
    MATCHING,
    PENDING,
    REJECTED,
    SERVICE,
    Books,
    Row,
    grouped,
    total,
)
from tests.support.house import House

PARTLY_PAID, PAID = 4, 5
BILLED = {APPROVED, PARTLY_PAID, PAID}
LIVING = {*BILLED, PENDING, MATCHING, IN_REVISION}
CREDIT_NOTES = {1, 5}
TAX_ITEM = 3
NOT_RECEIVED = {2, TAX_ITEM}
"""Types of items that nobody has to receive: services and taxes."""
ACTIVE, TAKEN_BACK, WAITING, STOPPED = 0, 1, 2, 3
MONEY, PREPAYMENT, CREDIT, TAKEN = 0, 1, 2, 3
UNDECIDED, ACCEPTED, SUPERSEDED = 0, 1, 4
NOT_BILLED, NOT_PAID, PARTLY, ALL = 0, 1, 2, 3
CENT = 100
RESERVED, USED = 0, 1
RELEASED = {DRAFT, REJECTED, CANCELED}
COST = ("net_sum", "sum")
CHARGED = {
    "purchaserequisitions": ("purchase_requisitions", "purchase_requisition_lines", "requisition_id", COST),
    "purchaseorders": ("purchase_orders", "purchase_order_lines", "order_id", COST),
    "invoices": ("invoices", "invoice_lines", "invoice_id", COST),
    "expenses": ("expenses", "expense_lines", "expense_id", tuple(f"{name}_in_document_currency" for name in COST)),
}
"""What takes of budgets: the tables of documents and of their lines, how a line names its document, what it costs
without and with taxes.
"""
BLANKET = 2
RATE, PERCENT = 10**10, 100 * 10**6
"""A rate of one, and all of a tax, as they are stored."""
HANDED_ON = ("purchaserequisitions", "purchaseorders")
"""What they hold goes on to what is made of them."""


class Accounts(Books):
    """The books of goods with bills and payments as well."""

    kinds = (*Books.kinds, "invoices", "expenses")

    def read_more(self) -> None:
        """The rows that only the accountant looks at."""
        self.choices = self.settings()
        self.ordered = self.by_id(
            "purchase_orders", "id", "idn", "status", "status_receiving", "status_payment", "logic_type", "net_sum",
            "sum", "invoiced_sum", "net_invoiced_sum", "supplier_id", "currency", "blanket_sum", "blanket_is_gross",
        )  # fmt: skip
        self.invoices = self.by_id(
            "invoices", "id", "idn", "status", "logic_type", "supplier_id", "currency", "sum", "net_sum",
            "withholding_tax_sum", "sum_paid", "purchase_order_id", "allocated_invoice_id",
        )  # fmt: skip
        self.bill_lines = self.by_id(
            "invoice_lines", "id", "invoice_id", "quantity", "net_sum", "sum", "item_type", "credited_line_id"
        )
        self.allocations = self.rows(
            "invoice_line_allocations", "id", "line_id", "order_id", "order_line_id", "receipt_line_id", "quantity",
            "net_sum", "sum", "agreed_sum",
        )  # fmt: skip
        self.order_taxes = self.rows("purchase_order_lines_taxes", "line_id", "sum", "is_withholding_tax")
        self.brought = self.by_id("receipt_lines", "id", "receipt_id", "order_line_id", "quantity")
        self.payments = self.rows(
            "payments", "id", "idn", "status", "logic_type", "sum_paid", "invoice_id", "purchase_order_id",
            "credit_note_id", "prepayment_id", "creator_id", "automatic",
        )  # fmt: skip
        self.expenses = self.by_id("expenses", "id", "idn", "status", "sum", "sum_paid", "creator_id")
        self.paid_back = self.rows(
            "expense_payments", "id", "idn", "status", "sum_paid", "expense_id", "creator_id", "decided_by_id"
        )  # fmt: skip
        self.balances = self.rows("credit_balances", "supplier_id", "currency", "sum")
        self.matches = self.rows(
            "matches", "id", "status", "purchase_order_id", "invoice_id", "receipt_id", "taken_over"
        )
        self.budgets = self.by_id("budgets", "id", "sum", "budget_limit", "used_tax_percent_in_budget")
        self.budget_moves = self.rows("budget_moves", "id", "budget_id", "document_kind", "document_id", "stage", "sum")
        self.budget_balances = self.rows("budget_balances", "budget_id", "resource", "reserved", "used")
        self.headers = {
            kind: self.by_id(name, "id", "idn", "status", "budget_id", "exchange_rate")
            for kind, (name, *_) in CHARGED.items()
        }
        self.charged = {
            kind: self.rows(name, "id", owner, "quantity", *dict.fromkeys(("net_sum", *cost)), "budget_line_id")
            for kind, (_, name, owner, cost) in CHARGED.items()
        }

    def available(self) -> dict[int, int]:
        """What is left of each budget, by the running sums."""
        taken = grouped(self.budget_balances, "budget_id")
        return {
            one["id"]: one["sum"] - total(taken[one["id"]], "reserved") - total(taken[one["id"]], "used")
            for one in self.budgets.values()
        }

    def invoice_of(self, allocation: Row) -> Row:
        """The invoice that an allocation is part of."""
        return self.invoices[self.bill_lines[allocation["line_id"]]["invoice_id"]]

    def bills(self, order_id: int) -> dict[int, tuple[int, int]]:
        """What each living invoice bills of an order, net and in all: by allocations, and by free lines for it."""
        found: dict[int, tuple[int, int]] = {}

        def add(invoice: Row, row: Row) -> None:
            if invoice["status"] in LIVING and invoice["logic_type"] not in CREDIT_NOTES:
                net, gross = found.get(invoice["id"], (0, 0))
                found[invoice["id"]] = net + row["net_sum"], gross + row["sum"]

        allocated = {one["line_id"] for one in self.allocations}
        for one in self.allocations:
            if one["order_id"] == order_id:
                add(self.invoice_of(one), one)
        for line in self.bill_lines.values():
            invoice = self.invoices[line["invoice_id"]]
            if line["id"] not in allocated and invoice["purchase_order_id"] == order_id:
                add(invoice, line)
        return found


def faults(house: House) -> list[str]:
    """All that is wrong with a company's bills and payments, a sentence each."""
    return found_in(Accounts(house))


def found_in(accounts: Accounts) -> list[str]:
    """All that is wrong with accounts and with the goods behind them, a sentence each."""
    checks = (billing, struck, blankets, progress, lines_of_bills, goods_before_bills, links, settlement, prepayments,
              credits, decisions, agreements, laid_out, commitments)  # fmt: skip
    return [*auditor.found_in(accounts), *(sentence for check in checks for sentence in check(accounts))]


# Orders and their bills


def measured(order: Row, line: Row) -> int:
    """What a line orders: pieces, or money for a service."""
    return int(line["net_sum"] * CENT if order["logic_type"] == SERVICE else line["quantity"])


def billing(accounts: Accounts) -> Iterator[str]:
    """Of each line as much is noted as invoiced as its invoices say; once matching is decided, no more than ordered."""
    taken = grouped(accounts.allocations, "order_line_id")
    for line in accounts.order_lines:
        order = accounts.ordered[line["order_id"]]
        bills = [(one["quantity"], accounts.invoice_of(one)["status"]) for one in taken[line["id"]]]
        billed = sum(quantity for quantity, status in bills if status in BILLED)
        decided = billed + sum(quantity for quantity, status in bills if status == PENDING)
        where, ordered = f"order {order['idn']}, line {line['id']}", measured(order, line)
        if line["invoiced_quantity"] != billed:
            yield f"{where}: {line['invoiced_quantity']} noted as invoiced, its invoices say {billed}"
        if billed < 0:
            yield f"{where}: {billed} invoiced"
        if order["status"] != IN_REVISION and line["item_type"] != TAX_ITEM and decided > ordered:
            yield f"{where}: {billed} of {ordered} are invoiced, with what waits for approval {decided}"


def struck(accounts: Accounts) -> Iterator[str]:
    """Nothing that was billed is struck. Nobody waits for what is left of a line where that is less than the company
    bothers about; of a blanket order nobody waits for what no living bill is for.
    """
    taken = grouped(accounts.allocations, "order_line_id")
    share = Fraction(accounts.choices.get("smallRest") or 0) / 100
    for line in accounts.order_lines:
        order = accounts.ordered[line["order_id"]]
        where, ordered = f"order {order['idn']}, line {line['id']}", measured(order, line)
        billed, gone = line["invoiced_quantity"], line["rejected_quantity"]
        left = ordered - gone - max(billed, line["received_quantity"])
        if gone and left < 0:
            yield f"{where}: {gone} of {ordered} are struck, {billed} are billed"
        small = billed > 0 and 0 < ordered - gone - billed <= share * ordered
        if line["waived_quantity"] != (expected := max(0, left) if small else 0):
            yield f"{where}: {line['waived_quantity']} are waived, it should be {expected}"
        living = [one for one in taken[line["id"]] if accounts.invoice_of(one)["status"] in LIVING]
        if order["logic_type"] == BLANKET and not living and line["item_type"] != TAX_ITEM and left:
            yield f"{where}: {left} are awaited, and no bill is for them"


def wanted_of(order: Row, line: Row) -> int:
    """What of a line somebody waits for or has got."""
    return measured(order, line) - int(line["rejected_quantity"] + line["waived_quantity"])


def blankets(accounts: Accounts) -> Iterator[str]:
    """A blanket order is not billed beyond its sum. Its lines are those of its bills: what is billed is ordered."""
    for order in accounts.ordered.values():
        submitted = LIVING - {IN_REVISION}
        if order["logic_type"] != BLANKET or order["status"] == IN_REVISION:
            continue
        if (left := left_of(accounts, order, submitted)) < 0:
            yield f"order {order['idn']}: {-left} more than its {order['blanket_sum']} are billed"
    taken = grouped(accounts.allocations, "order_line_id")
    for line in accounts.order_lines:
        order = accounts.ordered[line["order_id"]]
        bills = [one for one in taken[line["id"]] if accounts.invoice_of(one)["status"] in BILLED]
        if order["logic_type"] == BLANKET and bills and line["quantity"] != total(bills):
            yield f"order {order['idn']}, line {line['id']}: {line['quantity']} ordered, {total(bills)} billed"


def left_of(accounts: Accounts, order: Row, states: Collection[int] = LIVING) -> int:
    """What may still be billed of a blanket order."""
    found = accounts.bills(order["id"])
    billed = [sums for key, sums in found.items() if accounts.invoices[key]["status"] in states]
    return int(order["blanket_sum"] - sum(sums[bool(order["blanket_is_gross"])] for sums in billed))


def progress(accounts: Accounts) -> Iterator[str]:
    """What orders say of their bills follows from these and from payments; received and paid, they are complete."""
    lines = grouped(accounts.order_lines, "order_id")
    for order in accounts.ordered.values():
        found = accounts.bills(order["id"])
        bills = [accounts.invoices[key] for key in found if accounts.invoices[key]["status"] in BILLED]
        sums = [found[one["id"]] for one in bills]
        where = f"order {order['idn']}"
        for name, place in (("net_invoiced_sum", 0), ("invoiced_sum", 1)):
            if order[name] != (expected := sum(one[place] for one in sums)):
                yield f"{where}: {name} is {order[name]}, its invoices say {expected}"
        paid = how_far_paid(accounts, order, lines[order["id"]], bills)
        if order["status_payment"] != paid:
            yield f"{where}: payment is {order['status_payment']}, its invoices and payments say {paid}"
        keeps = accounts.choices.get("receipts", True), accounts.choices.get("invoices", True)
        done = (not keeps[0] or order["status_receiving"] == 2, not keeps[1] or paid == ALL)
        if order["status"] == APPROVED and all(done) and any(keeps):
            yield f"{where} is received and paid, and still open"


def how_far_paid(accounts: Accounts, order: Row, lines: list[Row], bills: list[Row]) -> int:
    """Not billed, not paid, partly paid or paid."""
    ahead = prepaid(accounts, order["id"])
    open_lines = any(
        line["invoiced_quantity"] < wanted_of(order, line) for line in lines if line["item_type"] != TAX_ITEM
    )
    if not bills:
        return PARTLY if ahead else NOT_BILLED
    if order["logic_type"] == BLANKET:
        open_lines = order["status"] != auditor.STOPPED and left_of(accounts, order, BILLED) > 0
    if not open_lines and all(one["status"] == PAID for one in bills):
        return ALL
    return PARTLY if ahead or any(one["sum_paid"] for one in bills) else NOT_PAID


def prepaid(accounts: Accounts, order_id: int) -> int:
    """What was paid for an order ahead, and no invoice has taken yet."""
    own = [one for one in accounts.payments if one["purchase_order_id"] == order_id and one["status"] == ACTIVE]
    given = total((one for one in own if one["logic_type"] == PREPAYMENT and not one["invoice_id"]), "sum_paid")
    return given - total((one for one in own if one["logic_type"] == TAKEN), "sum_paid")


def lines_of_bills(accounts: Accounts) -> Iterator[str]:
    """A line that bills orders does so to the cent, and only orders of its supplier, in its currency."""
    order_of = {line["id"]: line["order_id"] for line in accounts.order_lines}
    for line_id, pieces in grouped(accounts.allocations, "line_id").items():
        line = accounts.bill_lines[line_id]
        invoice = accounts.invoices[line["invoice_id"]]
        where = f"invoice {invoice['idn']}, line {line_id}"
        for name in ("net_sum", "sum"):
            if line[name] != total(pieces, name):
                yield f"{where}: {name} is {line[name]}, of orders it bills {total(pieces, name)}"
        if invoice["logic_type"] in CREDIT_NOTES:
            yield f"{where} of a credit note bills an order"
        for one in pieces:
            order = accounts.ordered[one["order_id"]]
            if order_of.get(one["order_line_id"]) != one["order_id"]:
                yield f"{where} bills line {one['order_line_id']}, which is not of order {order['idn']}"
            if invoice["status"] in LIVING and any(
                order[name] != invoice[name] for name in ("supplier_id", "currency")
            ):
                yield f"{where} bills order {order['idn']} of somebody else"


def goods_before_bills(accounts: Accounts) -> Iterator[str]:
    """Where goods have to come before bills, nothing is billed that has not come."""
    mode = accounts.choices.get("threeWayMatch")
    decided = {"confirm": {*BILLED, PENDING}, "approve": BILLED}.get(mode, set())
    taken = grouped(accounts.allocations, "order_line_id")
    for line in accounts.order_lines:
        order = accounts.ordered[line["order_id"]]
        billed = total(one for one in taken[line["id"]] if accounts.invoice_of(one)["status"] in decided)
        if order["logic_type"] == 0 and line["item_type"] not in NOT_RECEIVED and billed > line["received_quantity"]:
            yield f"order {order['idn']}, line {line['id']}: {line['received_quantity']} came, {billed} are billed"


def links(accounts: Accounts) -> Iterator[str]:
    """A receipt's line that a bill names has brought what is billed, and no more is laid on it than it brought."""
    laid: dict[int, int] = defaultdict(int)
    for one in accounts.allocations:
        invoice = accounts.invoice_of(one)
        if one["receipt_line_id"] and invoice["status"] in LIVING:
            line = accounts.brought[one["receipt_line_id"]]
            receipt = accounts.receipts[line["receipt_id"]]
            laid[line["id"]] += one["quantity"]
            if receipt["status"] != APPROVED:
                yield f"invoice {invoice['idn']} names receipt {receipt['idn']}, which is {receipt['status']}"
            if line["order_line_id"] != one["order_line_id"]:
                yield f"invoice {invoice['idn']} names receipt {receipt['idn']}, which has brought something else"
    for line_id, quantity in laid.items():
        if quantity > accounts.brought[line_id]["quantity"]:
            yield f"receipt line {line_id}: {quantity} billed of {accounts.brought[line_id]['quantity']}"


# Payments


def settlement(accounts: Accounts) -> Iterator[str]:
    """An invoice is paid as far as its living payments say, never beyond what is owed, and only while it is owed."""
    paying = grouped((one for one in accounts.payments if one["status"] == ACTIVE), "invoice_id")
    waiting = grouped((one for one in accounts.payments if one["status"] == WAITING), "invoice_id")
    for invoice in accounts.invoices.values():
        if invoice["logic_type"] in CREDIT_NOTES:
            continue
        where, owed = f"invoice {invoice['idn']}", invoice["sum"] - invoice["withholding_tax_sum"]
        paid, reserved = total(paying[invoice["id"]], "sum_paid"), total(waiting[invoice["id"]], "sum_paid")
        if invoice["sum_paid"] != paid:
            yield f"{where}: {invoice['sum_paid']} noted as paid, its payments say {paid}"
        if paid + reserved > owed:
            yield f"{where}: {paid} paid and {reserved} waiting, of {owed}"
        if (paid or reserved) and invoice["status"] not in BILLED:
            yield f"{where} is {invoice['status']}; {paid} are paid and {reserved} wait"
        expected = PAID if paid >= owed else PARTLY_PAID if paid else APPROVED
        let_go = accounts.choices.get("lastCent") and owed - paid <= CENT and owed - paid < paid
        if invoice["status"] in BILLED and invoice["status"] != (PAID if let_go else expected):
            yield f"{where} is {invoice['status']}; {paid} of {owed} are paid"
    for one in accounts.payments:
        if one["sum_paid"] <= 0:
            yield f"payment {one['idn']} is of {one['sum_paid']}"


def prepayments(accounts: Accounts) -> Iterator[str]:
    """No invoice has taken more of a prepayment than was paid, or anything of one that was taken back."""
    of = grouped((one for one in accounts.payments if one["status"] == ACTIVE), "prepayment_id")
    for one in accounts.payments:
        taken = of[one["id"]]
        given = one["sum_paid"] if one["status"] == ACTIVE else 0
        if total(taken, "sum_paid") > given:
            yield f"prepayment {one['idn']}: {total(taken, 'sum_paid')} taken of {given}"
        for taking in taken:
            if taking["purchase_order_id"] != one["purchase_order_id"] or taking["logic_type"] != TAKEN:
                yield f"payment {taking['idn']} takes prepayment {one['idn']} of another order"
            if taking["invoice_id"] not in accounts.bills(one["purchase_order_id"]):
                yield f"payment {taking['idn']} is on an invoice that does not bill the order it was paid for"
    yield from ahead_of_bills(accounts)
    for order in accounts.ordered.values():
        if order["status"] in auditor.FINAL and prepaid(accounts, order["id"]):
            yield f"order {order['idn']} is {order['status']}, and {prepaid(accounts, order['id'])} are paid ahead"


def ahead_of_bills(accounts: Accounts) -> Iterator[str]:
    """No more is paid ahead of an order than is still to be billed of it, unless people have decided so since: who
    placed it has agreed to less, nobody waits for a line of it, or a prepayment was taken off an invoice.
    """
    withheld = grouped((one for one in accounts.order_taxes if one["is_withholding_tax"]), "line_id")
    lines, payments = (grouped(some, key) for some, key in (
        (accounts.order_lines, "order_id"), (accounts.payments, "purchase_order_id")))  # fmt: skip
    agreed = {one["purchase_order_id"] for one in accounts.matches if one["status"] == ACCEPTED}
    for order in accounts.ordered.values():
        own = lines[order["id"]]
        taken_off = any(one["logic_type"] == TAKEN and one["status"] == TAKEN_BACK for one in payments[order["id"]])
        given_up = any(line["rejected_quantity"] + line["waived_quantity"] for line in own)
        if order["status"] == IN_REVISION or order["id"] in agreed or taken_off or given_up:
            continue
        worth = order["sum"] - sum(total(withheld[line["id"]], "sum") for line in own)
        billed = Fraction(0)
        for invoice_id, (net, gross) in accounts.bills(order["id"]).items():
            invoice = accounts.invoices[invoice_id]
            if invoice["status"] not in BILLED:
                continue
            if order["logic_type"] == BLANKET:
                billed += gross if order["blanket_is_gross"] else net
            else:
                payable = invoice["sum"] - invoice["withholding_tax_sum"]
                billed += Fraction(payable * gross, invoice["sum"]) if invoice["sum"] else 0
        if order["logic_type"] == BLANKET:
            worth = order["blanket_sum"]
        if (ahead := prepaid(accounts, order["id"])) > max(0, worth - billed) + CENT:
            yield f"order {order['idn']}: {ahead} are paid ahead, {worth} is its worth and {billed} billed"


def credits(accounts: Accounts) -> Iterator[str]:
    """What a supplier owes is what its credit notes have not paid yet, and never less than nothing."""
    used = grouped((one for one in accounts.payments if one["status"] == ACTIVE), "credit_note_id")
    owes: dict[tuple[int, str], int] = defaultdict(int)
    about: dict[int, int] = defaultdict(int)
    for note in accounts.invoices.values():
        if note["logic_type"] not in CREDIT_NOTES:
            continue
        where, paid = f"credit note {note['idn']}", total(used[note["id"]], "sum_paid")
        worth = note["sum"] - note["withholding_tax_sum"]
        if note["sum_paid"] != paid:
            yield f"{where}: {note['sum_paid']} noted as used, its payments say {paid}"
        if paid > worth or (paid and note["status"] != APPROVED):
            yield f"{where} is {note['status']} and comes to {worth}; {paid} of it are used"
        if note["status"] == APPROVED:
            owes[note["supplier_id"], note["currency"]] += worth - paid
        if note["status"] in (PENDING, APPROVED) and note["allocated_invoice_id"]:
            about[note["allocated_invoice_id"]] += note["sum"]
    for invoice_id, worth in about.items():
        invoice = accounts.invoices[invoice_id]
        if worth > invoice["sum"] or invoice["status"] not in BILLED:
            yield f"invoice {invoice['idn']} is {invoice['status']} and comes to {invoice['sum']}; {worth} are credited"
    for row in accounts.balances:
        expected = owes.pop((row["supplier_id"], row["currency"]), 0)
        if row["sum"] != expected or expected < 0:
            yield f"supplier {row['supplier_id']} owes {row['sum']} {row['currency']}, its credit notes say {expected}"
    yield from (f"supplier {key} owes {sum_}; nobody has noted it" for key, sum_ in owes.items() if sum_)


# Matching


def decisions(accounts: Accounts) -> Iterator[str]:
    """Documents are in matching exactly while somebody has to decide about what differs, or about the order anew, or
    while goods have to come that were accepted beside what was ordered.
    """
    open_ = [one for one in accounts.matches if one["status"] == UNDECIDED]
    decided = [one for one in accounts.matches if one["status"] in (ACCEPTED, SUPERSEDED)]
    unsettled = {one["id"] for one in accounts.ordered.values() if one["status"] in (PENDING, IN_REVISION)}
    unsettled |= {one["purchase_order_id"] for one in open_}
    anew = [one for one in decided if one["purchase_order_id"] in unsettled]
    awaits = awaiting_goods(accounts)
    for noun, rows, column in (
        ("order", accounts.ordered, "purchase_order_id"), ("invoice", accounts.invoices, "invoice_id"),
        ("receipt", accounts.receipts, "receipt_id"),
    ):  # fmt: skip
        asked, excused = ({one[column] for one in some} for some in (open_, anew))
        for row in rows.values():
            waits = row["id"] in asked
            fits = row["status"] == MATCHING if waits else row["status"] != MATCHING
            may_wait = noun != "order" and row["id"] in excused and not waits
            if not fits and not may_wait and not (noun == "invoice" and row["id"] in awaits):
                yield f"{noun} {row['idn']} is {row['status']}; somebody {'has' if waits else 'need not'} decide"


def agreements(accounts: Accounts) -> Iterator[str]:
    """What orders have taken over is what was agreed to."""
    accepted = {
        (one["invoice_id"], one["purchase_order_id"])
        for one in accounts.matches
        if one["status"] == ACCEPTED and one["taken_over"]
    }
    for one in accounts.allocations:
        invoice = accounts.invoice_of(one)
        agreed = (invoice["id"], one["order_id"]) in accepted and invoice["status"] in LIVING - {IN_REVISION}
        if agreed and one["agreed_sum"] != one["net_sum"]:
            yield f"invoice {invoice['idn']}: {one['net_sum']} were accepted, {one['agreed_sum']} are agreed to"


def awaiting_goods(accounts: Accounts) -> set[int]:
    """Invoices in matching that bill more than has come, where goods come first."""
    if accounts.choices.get("threeWayMatch") not in ("confirm", "approve"):
        return set()
    taken = grouped(accounts.allocations, "order_line_id")
    found = set()
    for line in accounts.order_lines:
        if accounts.ordered[line["order_id"]]["logic_type"] == 0 and line["item_type"] not in NOT_RECEIVED:
            bills = [one for one in taken[line["id"]] if accounts.invoice_of(one)["status"] in LIVING]
            if total(bills) > line["received_quantity"]:
                found |= {accounts.invoice_of(one)["id"] for one in bills}
    return {one for one in found if accounts.invoices[one]["status"] == MATCHING}


# Expenses


def laid_out(accounts: Accounts) -> Iterator[str]:
    """What is paid back of an expense is the sum of its payments, never more than it says; its state follows."""
    payments = grouped(accounts.paid_back, "expense_id")
    for one in accounts.expenses.values():
        paid = total((p for p in payments[one["id"]] if p["status"] == ACTIVE), "sum_paid")
        reserved = total((p for p in payments[one["id"]] if p["status"] == WAITING), "sum_paid")
        where = f"expense {one['idn']}"
        if paid + reserved > one["sum"] or (reserved and one["status"] not in BILLED):
            yield f"{where} is {one['status']}: {paid} of {one['sum']} are paid back and {reserved} wait"
        if any(p["decided_by_id"] in (p["creator_id"], one["creator_id"]) for p in payments[one["id"]]):
            yield f"{where}: somebody has let go a payment of their own"
        if one["sum_paid"] != paid:
            yield f"{where}: {one['sum_paid']} noted as paid back, its payments say {paid}"
        if not 0 <= paid <= one["sum"]:
            yield f"{where}: {paid} of {one['sum']} are paid back"
        let_go = accounts.choices.get("lastCent") and one["sum"] - paid <= CENT and one["sum"] - paid < paid
        state = PAID if paid == one["sum"] or let_go else PARTLY_PAID if paid else APPROVED
        if (paid or one["status"] in BILLED) and one["status"] != state:
            yield f"{where} is {one['status']}, its payments say {state}"


# Budgets


def commitments(accounts: Accounts) -> Iterator[str]:
    """What documents hold in budgets goes from requisition to order to invoice, never twice, and nothing is lost."""
    moved: dict[tuple[str, int, int, int], int] = defaultdict(int)
    for move in accounts.budget_moves:
        moved[move["document_kind"], move["document_id"], move["budget_id"], move["stage"]] += move["sum"]
    wanted = holds(accounts)
    for key in sorted({*wanted, *moved}):
        if wanted.get(key, 0) != moved[key]:
            kind, document_id, budget, stage = key
            where = f"{kind} {accounts.headers[kind][document_id]['idn']} in budget {budget}"
            yield f"{where}: {moved[key]} {('reserved', 'used')[stage]}, it should be {wanted.get(key, 0)}"
    sums: dict[tuple[int, str], list[int]] = defaultdict(lambda: [0, 0])
    for (kind, _, budget, stage), sum_ in moved.items():
        sums[budget, kind][stage] += sum_
    for row in accounts.budget_balances:
        expected = sums.pop((row["budget_id"], row["resource"]), [0, 0])
        if [row["reserved"], row["used"]] != expected:
            yield f"budget {row['budget_id']}: {row['reserved']} and {row['used']} noted, the moves say {expected}"
    yield from (f"budget {key}: {pair} moved, nothing noted" for key, pair in sums.items() if any(pair))
    for budget, left in accounts.available().items():
        if accounts.budgets[budget]["budget_limit"] is not None and left < 0 and not has_come_back(accounts):
            yield f"budget {budget} is limited, and {-left} more are taken than there are"


def has_come_back(accounts: Accounts) -> bool:
    """Whether an order or a requisition may have got back what was freed by something cheaper made of it: that is the
    only way beyond a limit.
    """
    order_of = {line["id"]: line["order_id"] for line in accounts.order_lines}
    made = [accounts.invoice_of(one)["status"] for one in accounts.allocations]
    made += [accounts.ordered[order_of[one["line_id"]]]["status"] for one in accounts.sources]
    return not {REJECTED, CANCELED, IN_REVISION}.isdisjoint(made)


def holds(accounts: Accounts) -> dict[tuple[str, int, int, int], int]:
    """What each document holds now: (kind, document, budget, stage) → sum, from the documents alone."""
    taken = {"purchaserequisitions": ordered_of(accounts), "purchaseorders": billed_of(accounts)}
    origins = budgets_of_origin(accounts)
    asked = {line["id"]: line for line in accounts.wanted}
    ordered = {line["id"]: line for line in accounts.order_lines}
    exact: dict[tuple[str, int, int, int], Fraction] = defaultdict(Fraction)
    for kind, (_, _, owner, cost) in CHARGED.items():
        if kind == "purchaserequisitions" and not accounts.choices.get("requisitionBudgets"):
            continue
        for line in accounts.charged[kind]:
            header = accounts.headers[kind][line[owner]]
            budget, status = line["budget_line_id"] or header["budget_id"], header["status"]
            if kind == "invoices":
                budget = origins.get(line["id"]) or budget
            if kind == "purchaseorders" and accounts.ordered[header["id"]]["logic_type"] == BLANKET:
                continue
            credit = kind == "invoices" and accounts.invoices[header["id"]]["logic_type"] in CREDIT_NOTES
            if not budget or status in RELEASED or (credit and status != APPROVED):
                continue
            if kind in HANDED_ON and status in (COMPLETED, auditor.STOPPED):
                continue
            if kind == "purchaserequisitions" and asked[line["id"]]["closed"]:
                continue
            whole = line["quantity"]
            gone = taken.get(kind, {}).get(line["id"], 0)
            if kind == "purchaseorders":
                whole = measured(accounts.ordered[header["id"]], line)
                gone += whole - wanted_of(accounts.ordered[header["id"]], ordered[line["id"]])
            rest = max(Fraction(0), 1 - Fraction(gone, whole)) if whole else Fraction(1)
            net, gross = (line[name] for name in cost)
            counted = net + (gross - net) * Fraction(accounts.budgets[budget]["used_tax_percent_in_budget"], PERCENT)
            worth = counted * Fraction(header["exchange_rate"], RATE)
            exact[kind, header["id"], budget, stage(status)] += worth * (-1 if credit else rest)
    for order in accounts.ordered.values():
        header = accounts.headers["purchaseorders"][order["id"]]
        status, budget = header["status"], header["budget_id"]
        if order["logic_type"] == BLANKET and budget and status not in {*RELEASED, COMPLETED, auditor.STOPPED}:
            worth = max(0, left_of(accounts, order)) * Fraction(header["exchange_rate"], RATE)
            exact["purchaseorders", order["id"], budget, stage(status)] += worth
    return {key: cents(sum_) for key, sum_ in exact.items() if cents(sum_)}


def budgets_of_origin(accounts: Accounts) -> dict[int, int | None]:
    """Where lines of bills are charged if nobody has chosen otherwise: where their order was."""
    lines = {line["id"]: line for line in accounts.charged["purchaseorders"]}
    return {
        one["line_id"]: lines[one["order_line_id"]]["budget_line_id"]
        or accounts.headers["purchaseorders"][one["order_id"]]["budget_id"]
        for one in accounts.allocations
    }


def stage(status: int) -> int:
    """Whether a document only reserves what it holds, or uses it."""
    return RESERVED if status in (PENDING, MATCHING, IN_REVISION) else USED


def cents(exact: Fraction) -> int:
    """Ten-thousandths rounded to whole cents, half away from nothing."""
    whole = int(abs(exact) / CENT + Fraction(1, 2)) * CENT
    return -whole if exact < 0 else whole


def ordered_of(accounts: Accounts) -> dict[int, int]:
    """How much of each requisition line is on orders that hold it themselves."""
    order_of = {line["id"]: line["order_id"] for line in accounts.order_lines}
    found: dict[int, int] = defaultdict(int)
    for one in accounts.sources:
        if one["requisition_line_id"] and accounts.ordered[order_of[one["line_id"]]]["status"] not in RELEASED:
            found[one["requisition_line_id"]] += one["quantity"]
    return found


def billed_of(accounts: Accounts) -> dict[int, int]:
    """How much of each order line is on invoices that hold it themselves."""
    found: dict[int, int] = defaultdict(int)
    for one in accounts.allocations:
        if accounts.invoice_of(one)["status"] in LIVING:
            found[one["order_line_id"]] += one["quantity"]
    return found


def standing(accounts: Accounts, order_id: int) -> tuple[Any, ...]:
    """How far an order has come, line by line."""
    order = accounts.ordered[order_id]
    names = ("id", "received_quantity", "invoiced_quantity", "rejected_quantity", "waived_quantity", "status")
    lines = [tuple(line[name] for name in names) for line in accounts.order_lines if line["order_id"] == order_id]
    return order["status"], order["status_receiving"], order["status_payment"], order["invoiced_sum"], lines


__all__ = ["CANCELED", "COMPLETED", "DRAFT", "Accounts", "faults", "found_in", "standing"]
