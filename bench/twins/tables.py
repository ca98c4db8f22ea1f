"""The tables both twins read and write, as SQLAlchemy models, with the few attributes the wire derives from them."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import ClassVar

from sqlalchemy import DateTime, ForeignKey, Index, Numeric, String, TypeDecorator, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from bench.twins import rules


class Money(TypeDecorator[Decimal]):
    """NUMERIC on PostgreSQL; exact text on SQLite, which has no decimal type of its own."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(String() if dialect.name == "sqlite" else Numeric(20, 4))

    def process_bind_param(self, value, dialect):
        return str(value) if dialect.name == "sqlite" and value is not None else value

    def process_result_value(self, value, dialect):
        return Decimal(value) if dialect.name == "sqlite" and value is not None else value


class Moment(TypeDecorator[datetime]):
    """An instant in UTC: TIMESTAMPTZ on PostgreSQL, a zoneless stamp on SQLite."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect):
        return dialect.type_descriptor(DateTime(timezone=dialect.name != "sqlite"))

    def process_bind_param(self, value, dialect):
        if dialect.name == "sqlite" and value is not None:
            return value.astimezone(UTC).replace(tzinfo=None)
        return value

    def process_result_value(self, value, dialect):
        if dialect.name == "sqlite" and value is not None:
            return value.replace(tzinfo=UTC)
        return value


class Base(DeclarativeBase):
    type_annotation_map: ClassVar = {Decimal: Money, datetime: Moment}


def reference(column: str, **options):
    return mapped_column(ForeignKey(column), **options)


class Company(Base):
    __tablename__ = "companies"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    currency: Mapped[str]


class Counter(Base):
    __tablename__ = "counters"
    company_id: Mapped[int] = reference("companies.id", primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[int]


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    email: Mapped[str]
    firstname: Mapped[str | None]
    lastname: Mapped[str | None]
    phone: Mapped[str | None]
    position: Mapped[str | None]
    locale: Mapped[str]
    create_date: Mapped[datetime]
    update_date: Mapped[datetime | None]


class Supplier(Base):
    __tablename__ = "suppliers"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    unique_code: Mapped[str | None]
    external_id: Mapped[str | None]


class Location(Base):
    __tablename__ = "locations"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    unique_code: Mapped[str | None]


class LegalEntity(Base):
    __tablename__ = "legal_entities"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    full_name: Mapped[str | None]


class Budget(Base):
    __tablename__ = "budgets"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    full_name: Mapped[str | None]


class PaymentTerm(Base):
    __tablename__ = "payment_terms"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    prepayment_percent: Mapped[Decimal | None]
    postpayment_percent: Mapped[Decimal | None]
    credit_period_days: Mapped[int | None]
    terms_due_date_after_invoicing: Mapped[int | None]
    payment_type: Mapped[int]
    enable: Mapped[bool]
    external_id: Mapped[str | None]


class Unit(Base):
    __tablename__ = "units"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    code: Mapped[str]


class Item(Base):
    __tablename__ = "items"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    sku: Mapped[str | None]
    price: Mapped[Decimal | None]
    unit_id: Mapped[int | None] = reference("units.id")
    external_id: Mapped[str | None]


class Tax(Base):
    __tablename__ = "taxes"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    name: Mapped[str]
    percent: Mapped[Decimal]
    is_withholding_tax: Mapped[bool]
    is_compound: Mapped[bool]
    external_id: Mapped[str | None]


class CustomField(Base):
    __tablename__ = "custom_fields"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    family: Mapped[str]
    name: Mapped[str]
    is_choice: Mapped[bool]


class CustomFieldOption(Base):
    __tablename__ = "custom_field_options"
    id: Mapped[int] = mapped_column(primary_key=True)
    custom_field_id: Mapped[int] = reference("custom_fields.id", index=True)
    name: Mapped[str]


class Contract(Base):
    __tablename__ = "contracts"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    number: Mapped[str]
    create_date: Mapped[datetime]
    begin_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    prolongation: Mapped[bool]
    note: Mapped[str | None]
    enable: Mapped[bool]


class Order(Base):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    company_id: Mapped[int] = reference("companies.id")
    idn: Mapped[str]
    custom_name: Mapped[str | None]
    create_date: Mapped[datetime]
    update_date: Mapped[datetime | None]
    required_date: Mapped[datetime | None]
    approval_date: Mapped[datetime | None]
    sum: Mapped[Decimal]
    net_sum: Mapped[Decimal | None]
    sum_in_company_currency: Mapped[Decimal | None]
    net_sum_in_company_currency: Mapped[Decimal | None]
    invoiced_sum: Mapped[Decimal | None]
    invoiced_sum_in_company_currency: Mapped[Decimal | None]
    net_invoiced_sum: Mapped[Decimal | None]
    currency: Mapped[str]
    discount_percent: Mapped[Decimal | None]
    discount_amount: Mapped[Decimal | None]
    note: Mapped[str | None]
    exchange_rate: Mapped[Decimal | None]
    is_service_order: Mapped[bool | None]
    status: Mapped[int]
    status_receiving: Mapped[int | None]
    status_payment: Mapped[int | None]
    status_sending: Mapped[int | None]
    logic_type: Mapped[int | None]
    prepayment_percent: Mapped[Decimal | None]
    postpayment_percent: Mapped[Decimal | None]
    credit_period_days: Mapped[int | None]
    budgeted_sum: Mapped[Decimal | None]
    used_tax_percent_in_budget: Mapped[str | None]
    qbo_id: Mapped[str | None]
    net_suite_id: Mapped[str | None]
    xero_id: Mapped[str | None]
    external_id: Mapped[str | None]
    external_integration_log: Mapped[str | None]
    poom_url: Mapped[str | None]
    deliver_to_name: Mapped[str | None]
    send_to_supplier: Mapped[bool | None]
    is_new_supplier_added: Mapped[bool | None]
    items_chart_sum: Mapped[Decimal | None]
    all_document_custom_field_options_ids: Mapped[str | None]
    approving_way: Mapped[str | None]
    is_budget_over_limit: Mapped[bool | None]
    begin_date: Mapped[datetime | None]
    end_date: Mapped[datetime | None]
    blanket_sum: Mapped[Decimal | None]
    blanket_is_gross: Mapped[bool]
    terms_and_conditions: Mapped[str | None]
    location_id: Mapped[int | None] = reference("locations.id")
    supplier_id: Mapped[int | None] = reference("suppliers.id")
    budget_id: Mapped[int | None] = reference("budgets.id")
    legal_entity_id: Mapped[int | None] = reference("legal_entities.id")
    payment_term_id: Mapped[int | None] = reference("payment_terms.id")
    creator_id: Mapped[int] = reference("users.id")
    last_editor_id: Mapped[int | None] = reference("users.id")

    location: Mapped[Location | None] = relationship()
    supplier: Mapped[Supplier | None] = relationship()
    budget: Mapped[Budget | None] = relationship()
    legal_entity: Mapped[LegalEntity | None] = relationship()
    payment_term: Mapped[PaymentTerm | None] = relationship()
    creator: Mapped[User] = relationship(foreign_keys=creator_id)
    last_editor: Mapped[User | None] = relationship(foreign_keys=last_editor_id)
    custom_field_values: Mapped[list[OrderFieldValue]] = relationship(order_by="OrderFieldValue.id")
    lines: Mapped[list[OrderLine]] = relationship(order_by="OrderLine.position")
    approval_step_rows: Mapped[list[ApprovalStep]] = relationship(order_by="ApprovalStep.position")
    comment_rows: Mapped[list[Comment]] = relationship(order_by="Comment.id")
    attachment_rows: Mapped[list[Attachment]] = relationship(order_by="Attachment.id")
    receipt_rows: Mapped[list[Receipt]] = relationship(order_by="Receipt.id")
    follower_rows: Mapped[list[User]] = relationship(secondary="order_followers", order_by="User.id")
    contract_rows: Mapped[list[Contract]] = relationship(secondary="order_contracts", order_by="Contract.id")

    __table_args__ = (
        UniqueConstraint("company_id", "idn"),
        Index("orders_newest", "company_id", "id"),
        Index("orders_changed", "company_id", "update_date", "id"),
    )

    @property
    def status_string(self) -> str:
        return rules.STATUS_WORDS[self.status]

    @property
    def approval_info(self) -> dict[str, bool]:
        return rules.approval_rights(self.status)

    @property
    def tax_totals(self) -> list[dict]:
        return rules.tax_totals(line.taxes for line in self.lines)


class FieldValue:
    custom_field_id: Mapped[int] = reference("custom_fields.id")
    value: Mapped[str]

    @property
    def definition(self) -> dict[str, int]:
        return {"id": self.custom_field_id}


class OrderFieldValue(FieldValue, Base):
    __tablename__ = "order_field_values"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = reference("orders.id", index=True)


class OrderLine(Base):
    __tablename__ = "order_lines"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = reference("orders.id", index=True)
    position: Mapped[int]
    name: Mapped[str]
    sku: Mapped[str | None]
    description: Mapped[str | None]
    quantity: Mapped[Decimal | None]
    price: Mapped[Decimal]
    discount_percent: Mapped[Decimal | None]
    discount_amount: Mapped[Decimal | None]
    discount_sum: Mapped[Decimal]
    net_sum: Mapped[Decimal]
    sum: Mapped[Decimal]
    tax_sum: Mapped[Decimal]
    tax_percent: Mapped[Decimal | None]
    status: Mapped[int | None]
    received_quantity: Mapped[Decimal]
    invoiced_quantity: Mapped[Decimal]
    item_type: Mapped[int]
    unit_id: Mapped[int | None] = reference("units.id")
    product_id: Mapped[int | None] = reference("items.id")
    supplier_id: Mapped[int | None] = reference("suppliers.id")
    budget_id: Mapped[int | None] = reference("budgets.id")

    unit: Mapped[Unit | None] = relationship()
    product: Mapped[Item | None] = relationship()
    supplier: Mapped[Supplier | None] = relationship()
    budget: Mapped[Budget | None] = relationship()
    taxes: Mapped[list[LineTax]] = relationship(order_by="LineTax.position")
    sources: Mapped[list[LineSource]] = relationship(order_by="LineSource.id")
    custom_field_values: Mapped[list[LineFieldValue]] = relationship(order_by="LineFieldValue.id")


class LineTax(Base):
    """A tax as it was when the line was priced, and what it came to."""

    __tablename__ = "line_taxes"
    line_id: Mapped[int] = reference("order_lines.id", primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tax_id: Mapped[int] = reference("taxes.id")
    name: Mapped[str]
    percent: Mapped[Decimal]
    is_withholding_tax: Mapped[bool]
    is_compound: Mapped[bool]
    sum: Mapped[Decimal]


class LineSource(Base):
    """What of a requisition a line orders."""

    __tablename__ = "line_sources"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = reference("order_lines.id", index=True)
    requisition_line_id: Mapped[int | None]
    proposal_line_id: Mapped[int | None]
    quantity: Mapped[Decimal]


class LineFieldValue(FieldValue, Base):
    __tablename__ = "line_field_values"
    id: Mapped[int] = mapped_column(primary_key=True)
    line_id: Mapped[int] = reference("order_lines.id", index=True)


class ApprovalStep(Base):
    __tablename__ = "approval_steps"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = reference("orders.id", index=True)
    position: Mapped[int]
    status: Mapped[int]
    approval_date: Mapped[datetime | None]
    user_id: Mapped[int] = reference("users.id")
    user: Mapped[User] = relationship()


class Comment(Base):
    __tablename__ = "comments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = reference("orders.id", index=True)
    text: Mapped[str]
    create_date: Mapped[datetime]
    user_id: Mapped[int] = reference("users.id")
    user: Mapped[User] = relationship()


class Attachment(Base):
    __tablename__ = "attachments"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = reference("orders.id", index=True)
    name: Mapped[str]
    upload_date: Mapped[datetime]
    size: Mapped[int]
    format_type: Mapped[str]
    comment: Mapped[str]
    type: Mapped[int | None]
    user_id: Mapped[int] = reference("users.id")
    user: Mapped[User] = relationship()


class Receipt(Base):
    __tablename__ = "receipts"
    id: Mapped[int] = mapped_column(primary_key=True)
    order_id: Mapped[int] = reference("orders.id", index=True)
    idn: Mapped[str]
    custom_name: Mapped[str | None]
    create_date: Mapped[datetime]
    update_date: Mapped[datetime | None]


class OrderFollower(Base):
    __tablename__ = "order_followers"
    order_id: Mapped[int] = reference("orders.id", primary_key=True)
    user_id: Mapped[int] = reference("users.id", primary_key=True)


class OrderContract(Base):
    __tablename__ = "order_contracts"
    order_id: Mapped[int] = reference("orders.id", primary_key=True)
    contract_id: Mapped[int] = reference("contracts.id", primary_key=True)
