"""The deterministic company both twins serve: master data, and as many purchase orders as asked for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace

from sqlalchemy import Connection, Engine, insert, text

from bench.twins import rules
from bench.twins.settings import COMPANY_ID
from bench.twins.tables import Base

SEED = 20240229
BIRTHDAY = datetime(2021, 1, 4, 8, 0, tzinfo=UTC)
CHUNK_ORDERS = 2_000
LONG_ORDERS, LONG_LINES = 100, 20

USERS, SUPPLIERS, LOCATIONS, LEGAL_ENTITIES, ITEMS = 12, 200, 20, 3, 1_000
UNITS = [("piece", "pcs"), ("box", "box"), ("kilogram", "kg"), ("litre", "l"), ("hour", "h"), ("licence", "lic")]
TAXES = [("VAT 20 %, full rate", "20"), ("VAT 8.5 %, reduced rate", "8.5"), ("VAT 0 %, exempt", "0")]
TERMS = [
    ("Net 14 days, 2 % within a week", 14),
    ("Net 30 days after the invoice", 30),
    ("Net 60 days after the invoice", 60),
    ("All of it when it is received", 0),
]
ORDER_FIELDS = [("Department", 12), ("Project", 40), ("Cost centre", 25), ("Reason", 0)]
LINE_FIELDS = [("Category", 30), ("Account", 60)]

Rows = dict[str, list[dict]]


def master_rows() -> Rows:
    rows: Rows = defaultdict(list)
    rows["companies"] = [{"id": COMPANY_ID, "name": "Bench and Sons", "currency": "EUR"}]
    rows["users"] = [user(number) for number in range(1, USERS + 1)]
    rows["suppliers"] = numbered(
        SUPPLIERS, name="Supplier of many things {:03}", unique_code="S{:04}", external_id="V{:05}"
    )
    rows["locations"] = numbered(LOCATIONS, name="Location town {:02}", unique_code="L{:02}")
    rows["legal_entities"] = numbered(
        LEGAL_ENTITIES, name="Bench and Sons {} SAS", full_name="Bench and Sons {}, simplified company"
    )
    rows["units"] = [owned(id, name=name, code=code) for id, (name, code) in enumerate(UNITS, 1)]
    rows["items"] = [item(number) for number in range(1, ITEMS + 1)]
    rows["taxes"] = [tax(id, name, Decimal(percent)) for id, (name, percent) in enumerate(TAXES, 1)]
    rows["payment_terms"] = [term(id, name, days) for id, (name, days) in enumerate(TERMS, 1)]
    add_custom_fields(rows, "document", ORDER_FIELDS)
    add_custom_fields(rows, "item", LINE_FIELDS)
    return rows


def owned(id: int, **columns) -> dict:
    return {"id": id, "company_id": COMPANY_ID, **columns}


def numbered(count: int, **patterns: str) -> list[dict]:
    return [
        owned(number, **{column: pattern.format(number) for column, pattern in patterns.items()})
        for number in range(1, count + 1)
    ]


def user(number: int) -> dict:
    return owned(
        number,
        email=f"buyer.lastname{number:02}@bench.example",
        firstname=f"Fn{number:02}",
        lastname=f"Lastname{number:02}",
        phone=f"+49 30 23125 {number:03}",
        position="Head of purchasing",
        locale="en",
        create_date=BIRTHDAY,
        update_date=BIRTHDAY,
    )


def item(number: int) -> dict:
    return owned(
        number,
        name=f"Catalogue article no {number:04}",
        sku=f"SKU-{number:04}",
        price=Decimal(number * 37 % 9_999 + 1) / 100,
        unit_id=number % len(UNITS) + 1,
        external_id=f"ITM-SKU{number:04}",
    )


def tax(id: int, name: str, percent: Decimal) -> dict:
    return owned(id, name=name, percent=percent, is_withholding_tax=False, is_compound=False, external_id=None)


def term(id: int, name: str, days: int) -> dict:
    return owned(
        id, name=name, prepayment_percent=Decimal(0), postpayment_percent=Decimal(100), credit_period_days=days,
        terms_due_date_after_invoicing=0, payment_type=0, enable=True, external_id=None,
    )  # fmt: skip


def add_custom_fields(rows: Rows, family: str, definitions: list[tuple[str, int]]) -> None:
    """A definition with options is a drop-down; one without is free text."""
    for name, options in definitions:
        field_id = len(rows["custom_fields"]) + 1
        rows["custom_fields"].append(owned(field_id, family=family, name=name, is_choice=options > 0))
        for number in range(1, options + 1):
            rows["custom_field_options"].append(
                {"id": len(rows["custom_field_options"]) + 1, "custom_field_id": field_id, "name": f"{name} {number}"}
            )


class OrderWriter:
    """Invents orders one after another, each with its lines, taxes, field values and approval."""

    def __init__(self, masters: Rows, orders: int) -> None:
        self.random = Random(SEED)
        self.every_long = max(orders // LONG_ORDERS, 1)
        self.taxes = [SimpleNamespace(**row) for row in masters["taxes"]]
        self.items = masters["items"]
        self.fields = {
            family: [row["id"] for row in masters["custom_fields"] if row["family"] == family]
            for family in ("document", "item")
        }
        self.options: dict[int, list[int]] = defaultdict(list)
        for row in masters["custom_field_options"]:
            self.options[row["custom_field_id"]].append(row["id"])
        self.last_ids: dict[str, int] = defaultdict(int)

    def chunks(self, orders: int) -> Iterator[Rows]:
        for start in range(1, orders + 1, CHUNK_ORDERS):
            rows: Rows = defaultdict(list)
            for number in range(start, min(start + CHUNK_ORDERS, orders + 1)):
                self.add_order(rows, number)
            yield rows

    def add(self, rows: Rows, table: str, **columns) -> int:
        self.last_ids[table] = id = self.last_ids[table] + 1
        rows[table].append({"id": id, **columns})
        return id

    def add_order(self, rows: Rows, number: int) -> None:
        order = self.add(rows, "orders")
        header = rows["orders"][-1]
        values = self.add_field_values(rows, "order_field_values", "document", order_id=order)
        lines = LONG_LINES if number % self.every_long == 0 else self.random.randint(1, 5)
        sums = [self.add_line(rows, order, position) for position in range(lines)]
        net, gross = (sum(column, Decimal(0)) for column in zip(*sums, strict=True))
        created = BIRTHDAY + timedelta(minutes=31 * number)
        header.update(order_header(self.random, number, created, net, gross, values))
        self.add(
            rows, "approval_steps", order_id=order, position=1, status=rules.APPROVED,
            approval_date=header["approval_date"], user_id=header["last_editor_id"],
        )  # fmt: skip

    def add_line(self, rows: Rows, order: int, position: int) -> tuple[Decimal, Decimal]:
        """One more line; the taxes take turns from line to line."""
        item = self.random.choice(self.items)
        tax = self.taxes[self.last_ids["order_lines"] % len(self.taxes)]
        quantity = Decimal(self.random.randint(1, 40))
        sums = rules.line_sums(rules.cents(quantity * item["price"]), Decimal(0), [tax])
        line = self.add(
            rows, "order_lines", order_id=order, position=position, name=item["name"], sku=item["sku"],
            description=None, quantity=quantity, price=item["price"], discount_percent=None, discount_amount=None,
            discount_sum=sums.discount, net_sum=sums.net, sum=sums.gross, tax_sum=sums.tax, tax_percent=sums.percent,
            status=0, unit_id=item["unit_id"], product_id=item["id"], supplier_id=None, budget_id=None,
            received_quantity=Decimal(0), invoiced_quantity=Decimal(0), item_type=1,
        )  # fmt: skip
        rows["line_taxes"].append(
            {
                "line_id": line, "position": 0, "tax_id": tax.id, "name": tax.name, "percent": tax.percent,
                "is_withholding_tax": False, "is_compound": False, "sum": sums.tax,
            }
        )  # fmt: skip
        self.add_field_values(rows, "line_field_values", "item", line_id=line)
        return sums.net, sums.gross

    def add_field_values(self, rows: Rows, table: str, family: str, **owner: int) -> list[str]:
        chosen = []
        for field in self.fields[family]:
            options = self.options[field]
            value = str(self.random.choice(options)) if options else "as planned"
            self.add(rows, table, **owner, custom_field_id=field, value=value)
            if options:
                chosen.append(value)
        return chosen


def order_header(
    random: Random, number: int, created: datetime, net: Decimal, gross: Decimal, values: list[str]
) -> dict:
    return {
        "company_id": COMPANY_ID,
        "idn": str(number),
        "custom_name": None,
        "create_date": created,
        "update_date": created + timedelta(hours=5),
        "required_date": created + timedelta(days=14),
        "approval_date": created + timedelta(hours=5),
        "sum": gross,
        "net_sum": net,
        "sum_in_company_currency": gross,
        "net_sum_in_company_currency": net,
        "invoiced_sum": Decimal(0),
        "invoiced_sum_in_company_currency": Decimal(0),
        "net_invoiced_sum": Decimal(0),
        "currency": "EUR",
        "discount_percent": None,
        "discount_amount": None,
        "note": f"Please deliver order {number} to the front desk before noon.",
        "exchange_rate": Decimal(1),
        "is_service_order": False,
        "status": rules.APPROVED,
        "status_receiving": 0,
        "status_payment": 0,
        "status_sending": 1,
        "logic_type": 0,
        "prepayment_percent": Decimal(0),
        "postpayment_percent": Decimal(100),
        "credit_period_days": 30,
        "budgeted_sum": gross,
        "used_tax_percent_in_budget": None,
        "qbo_id": None,
        "net_suite_id": None,
        "xero_id": None,
        "external_id": None,
        "external_integration_log": None,
        "poom_url": None,
        "deliver_to_name": f"Recipient {number % 50}",
        "send_to_supplier": False,
        "is_new_supplier_added": False,
        "items_chart_sum": gross,
        "all_document_custom_field_options_ids": ",".join(values),
        "approving_way": None,
        "is_budget_over_limit": False,
        "begin_date": None,
        "end_date": None,
        "blanket_sum": None,
        "blanket_is_gross": False,
        "terms_and_conditions": None,
        "location_id": random.randint(1, LOCATIONS),
        "supplier_id": random.randint(1, SUPPLIERS),
        "budget_id": None,
        "legal_entity_id": random.randint(1, LEGAL_ENTITIES),
        "payment_term_id": random.randint(1, len(TERMS)),
        "creator_id": random.randint(1, USERS),
        "last_editor_id": random.randint(1, USERS),
    }


def fill(engine: Engine, orders: int) -> None:
    """Create the tables and write master data and orders into them, in bulk."""
    Base.metadata.create_all(engine)
    masters = master_rows()
    writer = OrderWriter(masters, orders)
    with engine.begin() as connection:
        write(connection, masters)
        for rows in writer.chunks(orders):
            write(connection, rows)
        counter = {"company_id": COMPANY_ID, "kind": "order", "value": orders}
        write(connection, {"counters": [counter]})
        if engine.dialect.name == "postgresql":
            advance_sequences(connection)


def write(connection: Connection, rows: Rows) -> None:
    for table in Base.metadata.sorted_tables:
        if table_rows := rows.get(table.name):
            if connection.dialect.name == "postgresql":
                copy(connection, table.name, table_rows)
            else:
                connection.execute(insert(table), table_rows)


def copy(connection: Connection, table: str, rows: list[dict]) -> None:
    columns = ", ".join(rows[0])
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as stream:
        for row in rows:
            stream.write_row(list(row.values()))


def advance_sequences(connection: Connection) -> None:
    for table in Base.metadata.sorted_tables:
        if "id" in table.columns:
            connection.execute(
                text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), max(id)) FROM {table.name}")
            )
