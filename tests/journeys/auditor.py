"""An auditor of a company's documents: reads the tables with plain SQL and reckons everything anew.

    assert faults(house) == []

Nothing here uses the code under test, but for verifying the journal's hashes. Quantities are whole millionths.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import text

from emptor.store import journal
from emptor.store.statement import Statement
from tests.support.house import House

DRAFT, PENDING, APPROVED, REJECTED, COMPLETED, MATCHING, IN_REVISION, CANCELED = 0, 1, 2, 3, 5, 6, 7, 8
STOPPED = 11
FINAL = {REJECTED, CANCELED, STOPPED}
SERVICE = 1
CLOSED_LINE = 3
INVENTORY = 1
ONE = 10**6
DOCUMENTS = (
    "purchase_requisitions", "purchase_orders", "receipts", "warehouse_requests", "stock_transfers", "stock_takings",
    "requests_for_proposal",
)  # fmt: skip
APPROVED_BY_PEOPLE = {
    "purchase_requisitions", "purchase_orders", "receipts", "warehouse_requests", "invoices", "expenses",
}  # fmt: skip

Row = dict[str, Any]


class Books:
    """The rows of one company at one moment."""

    kinds: tuple[str, ...] = DOCUMENTS

    def __init__(self, house: House, *, journal_too: bool = True) -> None:
        with house.service.database.read(house.company_id) as tx:
            self._tx, self._company = tx, house.company_id
            self.documents = {name: self.rows(name, "id", "idn", "status", "creator_id") for name in self.kinds}
            self.orders = self.by_id("purchase_orders", "id", "idn", "status", "status_receiving", "logic_type")
            self.order_lines = self.rows(
                "purchase_order_lines", "id", "order_id", "quantity", "net_sum", "received_quantity",
                "invoiced_quantity", "rejected_quantity", "waived_quantity", "status", "item_type",
            )  # fmt: skip
            self.sources = self.rows("purchase_order_line_sources", "line_id", "requisition_line_id", "quantity")
            self.requisitions = self.by_id("purchase_requisitions", "id", "idn", "status")
            self.wanted = self.rows(
                "purchase_requisition_lines", "id", "requisition_id", "quantity", "ordered_quantity", "status", "closed"
            )
            self.asking = self.rows("requests_for_proposal_lines", "request_id", "requisition_line_id", "status")
            self.requests_for_proposal = self.by_id("requests_for_proposal", "id", "status")
            self.receipts = self.by_id(
                "receipts", "id", "idn", "status", "purchase_order_id", "warehouse_id", "is_service_order"
            )
            self.receipt_lines = self.rows("receipt_lines", "receipt_id", "order_line_id", "product_id", "quantity")
            self.requests = self.by_id(
                "warehouse_requests", "id", "idn", "status", "status_transferred", "warehouse_id"
            )
            self.request_lines = self.rows(
                "warehouse_request_lines", "id", "request_id", "product_id", "quantity", "transferred_quantity",
                "rejected_quantity",
            )  # fmt: skip
            self.transfers = self.by_id(
                "stock_transfers", "id", "idn", "status", "type", "from_warehouse_id", "to_warehouse_id"
            )
            self.transfer_lines = self.rows(
                "stock_transfer_lines", "transfer_id", "product_id", "quantity", "received_quantity", "request_line_id"
            )
            self.takings = self.by_id("stock_takings", "id", "idn", "status", "warehouse_id")
            self.counts = self.rows("stock_taking_lines", "taking_id", "product_id", "counted_quantity", "difference")
            self.moves = self.rows(
                "stock_moves", "id", "document_id", "line_id", "product_id", "warehouse_id", "quantity", "value"
            )
            self.stock = self.rows("warehouse_items", "product_id", "warehouse_id", "quantity", "value", "reserved")
            self.items = self.by_id("items", "id", "item_type")
            self.steps = self.rows("approval_steps", "id", "object_id", "round", "status", "decided_by_id")
            self.tasks = self.rows("approval_tasks", "step_id", "user_id", "status", "decided_by_id", "on_behalf_of_id")
            self.entries = self.rows("company_clocks", "entries")[0]["entries"]
            self.broken_chain = journal.verify(tx).fault if journal_too else ""
            self.read_more()

    def read_more(self) -> None:
        """What others want to read at the same moment."""

    def settings(self) -> dict[str, Any]:
        """What the company has chosen."""
        wanted = f"SELECT settings FROM companies WHERE id = {self._company}"
        found = self._tx.scalar(Statement(text(wanted)))
        return dict(json.loads(found) if isinstance(found, str) else found)

    def rows(self, table: str, *columns: str) -> list[Row]:
        """All rows of a table, with these columns as they are stored."""
        wanted = f"SELECT {', '.join(columns)} FROM {table} WHERE company_id = {self._company} ORDER BY 1"
        return [dict(zip(columns, row, strict=True)) for row in self._tx.all(Statement(text(wanted)))]

    def by_id(self, table: str, *columns: str) -> dict[int, Row]:
        """The same, by their ids."""
        return {row["id"]: row for row in self.rows(table, *columns)}

    @property
    def states(self) -> dict[tuple[str, int], int]:
        """The status of every document."""
        return {(name, row["id"]): row["status"] for name, rows in self.documents.items() for row in rows}

    @property
    def numbers(self) -> dict[str, set[int]]:
        """The idns in use, by table."""
        return {name: {int(row["idn"]) for row in rows} for name, rows in self.documents.items()}


def faults(house: House) -> list[str]:
    """All that is wrong with a company's books, a sentence each."""
    return found_in(Books(house))


def found_in(books: Books) -> list[str]:
    """All that is wrong with books, a sentence each."""
    checks = (receiving, ordering, reservations, stock, goods_of_receipts, goods_of_transfers, goods_of_takings,
              approvals, numbers)  # fmt: skip
    said = [sentence for check in checks for sentence in check(books)]
    return [*said, *([books.broken_chain] if books.broken_chain else [])]


def total(rows: Iterable[Row], column: str = "quantity") -> int:
    """The sum of a column."""
    return sum(row[column] or 0 for row in rows)


def grouped(rows: Iterable[Row], column: str) -> dict[Any, list[Row]]:
    """Rows by a column."""
    found: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found


# Orders and their receipts


def receiving(books: Books) -> Iterator[str]:
    """What has come of each line is what its receipts say, never more than ordered; the rest follows from that and from
    what nobody waits for any more, of which nothing has come.
    """
    taken = grouped(books.receipt_lines, "order_line_id")
    by_order = grouped(books.order_lines, "order_id")
    for order in books.orders.values():
        lines = [line for line in by_order[order["id"]] if line["item_type"] != 3]
        for line in lines:
            line["ordered"] = line["net_sum"] * 100 if order["logic_type"] == SERVICE else line["quantity"]
            came = total(r for r in taken[line["id"]] if books.receipts[r["receipt_id"]]["status"] == APPROVED)
            where = f"order {order['idn']}, line {line['id']}"
            if line["received_quantity"] != came:
                yield f"{where}: {line['received_quantity']} noted as received, its receipts say {came}"
            if order["status"] not in (DRAFT, IN_REVISION) and not 0 <= came <= line["ordered"]:
                yield f"{where}: {came} received of {line['ordered']} ordered"
            struck, waived = line["rejected_quantity"], line["waived_quantity"]
            if struck < 0 or waived < 0 or (struck + waived and struck + waived > line["ordered"] - came):
                yield f"{where}: {came} received of {line['ordered']} ordered; {struck} are struck, {waived} waived"
            line["awaited"] = line["ordered"] - struck - waived
            expected = (CLOSED_LINE if struck else 2) if came >= line["awaited"] else 1 if came else 0
            if order["status"] != DRAFT and line["status"] != expected:
                yield f"{where}: its state is {line['status']}, its quantities say {expected}"
        if order["status"] != DRAFT and order["status_receiving"] != how_far(lines):
            yield f"order {order['idn']}: receiving is {order['status_receiving']}, its lines say {how_far(lines)}"


def how_far(lines: Sequence[Row]) -> int:
    """Not, partly or wholly received."""
    if not total(lines, "received_quantity"):
        return 0
    return 2 if all(line["received_quantity"] >= line["awaited"] for line in lines) else 1


# Requisitions and the orders made from them


def ordering(books: Books) -> Iterator[str]:
    """Nobody orders more of a line than was asked for, and a line, like its requisition, is what its orders make it."""
    order_of = {line["id"]: line["order_id"] for line in books.order_lines}
    behind = grouped(books.sources, "requisition_line_id")
    asked = grouped(books.asking, "requisition_line_id")
    for line in books.wanted:
        orders = [(one["quantity"], books.orders[order_of[one["line_id"]]]["status"]) for one in behind[line["id"]]]
        live = sum(quantity for quantity, status in orders if status not in (REJECTED, CANCELED))
        line["done"] = sum(quantity for quantity, status in orders if status in (COMPLETED, STOPPED))
        where = f"requisition {books.requisitions[line['requisition_id']]['idn']}, line {line['id']}"
        if line["ordered_quantity"] != live:
            yield f"{where}: {line['ordered_quantity']} noted as ordered, its orders say {live}"
        if live > line["quantity"]:
            yield f"{where}: {live} ordered of {line['quantity']}"
        if line["status"] != (expected := _line_state(line, live, _is_asked(books, asked[line["id"]]))):
            yield f"{where}: its state is {line['status']}, its orders say {expected}"
    for line in books.order_lines:
        for_whom = total(one for one in books.sources if one["line_id"] == line["id"])
        if books.orders[line["order_id"]]["logic_type"] != SERVICE and for_whom > line["quantity"]:
            yield f"order line {line['id']}: {line['quantity']} for requisitions that count on {for_whom}"
    for requisition_id, lines in grouped(books.wanted, "requisition_id").items():
        requisition = books.requisitions[requisition_id]
        rejected = all(line["closed"] and not line["ordered_quantity"] for line in lines)
        done = all(line["done"] >= (line["ordered_quantity"] if line["closed"] else line["quantity"]) for line in lines)
        if requisition["status"] == APPROVED and (rejected or done):
            yield f"requisition {requisition['idn']} is still approved; nothing of it is open"


def _is_asked(books: Books, lines: Iterable[Row]) -> bool:
    """Whether a request for proposal keeps the line."""
    states = [(books.requests_for_proposal[one["request_id"]]["status"], one["status"]) for one in lines]
    living = {DRAFT, PENDING, APPROVED, IN_REVISION}
    return any(request in living or (request == COMPLETED and line == 1) for request, line in states)


def _line_state(line: Row, live: int, asked: bool) -> int:
    if line["closed"]:
        return 1 if live else 2
    return 1 if live >= line["quantity"] else 3 if asked else 0


# Stock


def stock(books: Books) -> Iterator[str]:
    """What lies in a warehouse is the sum of what was moved, and never less than nothing."""
    balance: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for move in books.moves:
        pair = balance[move["product_id"], move["warehouse_id"]]
        pair[0] += move["quantity"]
        pair[1] += move["value"]
        if pair[0] < 0:
            yield f"move {move['id']} leaves {pair[0]} of item {move['product_id']}"
    for row in books.stock:
        moved = balance.pop((row["product_id"], row["warehouse_id"]), [0, 0])
        if [row["quantity"], row["value"]] != moved:
            yield f"item {row['product_id']}: {row['quantity']} worth {row['value']} on hand, the moves say {moved}"
    yield from (f"item {product}: moved, but in no warehouse" for product, _ in balance)


def reservations(books: Books) -> Iterator[str]:
    """What transfers have moved for a request is noted there; what approved requests wait for is reserved."""
    moved: dict[int, int] = defaultdict(int)
    for line in books.transfer_lines:
        status = books.transfers[line["transfer_id"]]["status"]
        if line["request_line_id"]:
            moved[line["request_line_id"]] += {PENDING: line["quantity"], COMPLETED: line["received_quantity"]}.get(
                status, 0
            )
    waiting: dict[tuple[int, int], int] = defaultdict(int)
    for request_id, lines in grouped(books.request_lines, "request_id").items():
        request = books.requests[request_id]
        for line in lines:
            if line["transferred_quantity"] != moved[line["id"]]:
                yield f"request {request['idn']}: {line['transferred_quantity']} noted, {moved[line['id']]} transferred"
            if request["status"] in (APPROVED, COMPLETED) and _left(line) < 0:
                yield f"request {request['idn']}: got {-_left(line)} more than it asked for"
            if request["status"] == APPROVED:
                waiting[line["product_id"], request["warehouse_id"]] += max(_left(line), 0)
        open_lines = any(_left(line) > 0 for line in lines)
        got = 0 if not total(lines, "transferred_quantity") else 1 if open_lines else 2
        if request["status_transferred"] != got:
            yield f"request {request['idn']}: transferred is {request['status_transferred']}, its lines say {got}"
        if request["status"] in (APPROVED, COMPLETED) and (request["status"] == APPROVED) != open_lines:
            what = "something" if open_lines else "nothing"
            yield f"request {request['idn']} is {request['status']}, and {what} of it is open"
    for row in books.stock:
        expected = waiting.pop((row["product_id"], row["warehouse_id"]), 0)
        if row["reserved"] != expected:
            yield f"item {row['product_id']}: {row['reserved']} reserved, requests wait for {expected}"
    yield from (f"item {product}: {n} wait, nothing is reserved" for (product, at), n in waiting.items() if n and at)


def _left(line: Row) -> int:
    return line["quantity"] - line["transferred_quantity"] - line["rejected_quantity"]


def _net(books: Books, document_id: int) -> dict[tuple[int, int], int]:
    """What a document has moved and not taken back, by item and warehouse."""
    found: dict[tuple[int, int], int] = defaultdict(int)
    for move in books.moves:
        if move["document_id"] == document_id:
            found[move["product_id"], move["warehouse_id"]] += move["quantity"]
    return _some(found)


def goods_of_receipts(books: Books) -> Iterator[str]:
    """What was received is on the shelf, once; what was not is not."""
    lines = grouped(books.receipt_lines, "receipt_id")
    for receipt in books.receipts.values():
        expected: dict[tuple[int, int], int] = defaultdict(int)
        if receipt["status"] == APPROVED and receipt["warehouse_id"] and not receipt["is_service_order"]:
            for line in lines[receipt["id"]]:
                if line["product_id"] and books.items[line["product_id"]]["item_type"] == INVENTORY:
                    expected[line["product_id"], receipt["warehouse_id"]] += line["quantity"]
        elif receipt["status"] not in (DRAFT, REJECTED, CANCELED):
            continue  # what is looked at again stays where it is until that is over
        yield from _compared(f"receipt {receipt['idn']}", _net(books, receipt["id"]), expected)


def goods_of_transfers(books: Books) -> Iterator[str]:
    """A transfer takes as much as it brings; what did not arrive is on its way, lost, or back where it came from."""
    lines = grouped(books.transfer_lines, "transfer_id")
    for transfer in books.transfers.values():
        sent: dict[tuple[int, int], int] = defaultdict(int)
        kept: dict[tuple[int, int], int] = defaultdict(int)
        for line in lines[transfer["id"]] if transfer["status"] in (PENDING, COMPLETED) else ():
            came, source = line["received_quantity"], (line["product_id"], transfer["from_warehouse_id"])
            sent[source] -= line["quantity"]
            kept[source] -= came
            if transfer["to_warehouse_id"]:
                for goods in (sent, kept):
                    goods[line["product_id"], transfer["to_warehouse_id"]] += came
        moved = _net(books, transfer["id"])
        returned = transfer["status"] == COMPLETED and moved == _some(kept)
        if not returned and moved != _some(sent):
            yield f"transfer {transfer['idn']} has moved {moved}; its lines say {_some(sent)}"


def goods_of_takings(books: Books) -> Iterator[str]:
    """The books were brought to what was counted, once."""
    lines = grouped(books.counts, "taking_id")
    for taking in books.takings.values():
        expected = {
            (line["product_id"], taking["warehouse_id"]): line["difference"] or 0
            for line in lines[taking["id"]]
            if taking["status"] == COMPLETED and line["counted_quantity"] is not None
        }
        yield from _compared(f"stock taking {taking['idn']}", _net(books, taking["id"]), expected)


def _compared(what: str, moved: dict[Any, int], expected: dict[Any, int]) -> Iterator[str]:
    if moved != _some(expected):
        yield f"{what} has moved {moved}; its lines say {_some(expected)}"


def _some(goods: dict[Any, int]) -> dict[Any, int]:
    return {pair: quantity for pair, quantity in goods.items() if quantity}


# Approvals and numbers


def approvals(books: Books) -> Iterator[str]:
    """Whoever waits for approval waits for somebody; nobody is asked about anything else; who decided was asked."""
    asked = grouped(books.tasks, "step_id")
    steps = grouped(books.steps, "object_id")
    for name in sorted(APPROVED_BY_PEOPLE & books.documents.keys()):
        for row in books.documents[name]:
            open_steps = [step for step in steps[row["id"]] if step["status"] == PENDING]
            where = f"{name} {row['idn']}"
            if len(open_steps) != (row["status"] == PENDING):
                yield f"{where} is {row['status']} with {len(open_steps)} open steps"
            for step in open_steps:
                if not any(task["status"] == PENDING for task in asked[step["id"]]):
                    yield f"{where} waits for nobody"
            if row["status"] != PENDING and any(s["status"] == 0 for s in steps[row["id"]]):
                yield f"{where} is {row['status']}, and a step still waits"
    for task in books.tasks:
        if task["decided_by_id"] not in (None, task["user_id"]) and task["on_behalf_of_id"] != task["user_id"]:
            yield f"task of {task['user_id']} was decided by {task['decided_by_id']}"


def numbers(books: Books) -> Iterator[str]:
    """No two documents of a kind have the same number."""
    for name, rows in books.documents.items():
        if len(rows) != len({row["idn"] for row in rows}):
            yield f"{name}: a number was given twice"
