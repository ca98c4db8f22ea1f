"""The FastAPI twin: SQLAlchemy ORM entities behind Pydantic response models, endpoints in FastAPI's thread pool."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends, FastAPI, HTTPException, Query
from pydantic import AliasGenerator, BaseModel, BeforeValidator, ConfigDict, Field, create_model
from pydantic.alias_generators import to_camel
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload, sessionmaker

from bench.twins import rules
from bench.twins.database import open_engine
from bench.twins.settings import COMPANY_ID, DATABASE, PAGE_SIZES, PER_PAGE, USER_ID
from bench.twins.tables import (
    ApprovalStep,
    Attachment,
    Comment,
    Counter,
    CustomField,
    CustomFieldOption,
    Item,
    LegalEntity,
    LineFieldValue,
    LineTax,
    Location,
    Order,
    OrderFieldValue,
    OrderLine,
    PaymentTerm,
    Supplier,
    Tax,
    Unit,
    User,
)

# ---------------------------------------------------------------- what goes out


class Out(BaseModel):
    model_config = ConfigDict(
        from_attributes=True,
        alias_generator=AliasGenerator(serialization_alias=to_camel),
    )


def wrapped(element: Any) -> Any:
    """A to-many collection, which the wire puts under a `data` key."""
    model = create_model(f"{getattr(element, '__name__', 'Any')}Collection", __base__=Out, data=(list[element], ...))
    return Annotated[model, BeforeValidator(lambda rows: {"data": rows})]


class Id(BaseModel):
    id: int


class UserRef(Out):
    id: int
    email: str
    firstname: str | None
    lastname: str | None
    phone: str | None
    position: str | None
    locale: str
    create_date: datetime
    update_date: datetime | None


class SupplierRef(Out):
    id: int
    name: str
    unique_code: str | None
    external_id: str | None


class LocationRef(Out):
    id: int
    name: str
    unique_code: str | None


class NamedRef(Out):
    """A legal entity or a budget."""

    id: int
    name: str
    full_name: str | None


class DocumentFieldValue(Out):
    id: int
    value: str
    document_custom_field: Id = Field(validation_alias="definition")


class ItemFieldValue(Out):
    id: int
    value: str
    item_custom_field: Id = Field(validation_alias="definition")


class TaxOut(Out):
    id: int = Field(validation_alias="tax_id")
    name: str
    percent: float
    is_withholding_tax: bool
    is_compound: bool
    sum: float


class UnitRef(Out):
    id: int
    name: str
    code: str


class ProductRef(Out):
    id: int
    name: str
    sku: str | None
    external_id: str | None


class SourceOut(Out):
    requisition_item: int | None = Field(validation_alias="requisition_line_id")
    proposal_item: int | None = Field(validation_alias="proposal_line_id")
    quantity: float


class LineOut(Out):
    id: int
    position: int
    name: str
    sku: str | None
    description: str | None
    quantity: float | None
    price: float
    discount_percent: float | None
    discount_amount: float | None
    discount_sum: float
    net_sum: float
    sum: float
    tax_sum: float
    tax_percent: float | None
    status: int | None
    received_quantity: float
    invoiced_quantity: float
    item_type: int
    sources: wrapped(SourceOut)
    unit: UnitRef | None
    product: ProductRef | None
    supplier: SupplierRef | None
    budget: NamedRef | None
    budget_line: None = None
    taxes: wrapped(TaxOut)
    data_item_custom_fields: wrapped(ItemFieldValue) = Field(validation_alias="custom_field_values")


class StepOut(Out):
    id: int
    position: int
    status: int
    approval_date: datetime | None
    user: UserRef


class CommentOut(Out):
    id: int
    text: str
    create_date: datetime
    user: UserRef


class AttachmentOut(Out):
    id: int
    name: str
    upload_date: datetime
    size: int
    format_type: str
    comment: str
    type: int | None
    user: UserRef


class ReceiptRef(Out):
    id: int
    idn: str
    custom_name: str | None
    create_date: datetime
    update_date: datetime | None


class ContractOut(Out):
    id: int
    number: str
    create_date: datetime
    begin_date: datetime | None
    end_date: datetime | None
    prolongation: bool
    note: str | None
    enable: bool


class PaymentTermRef(Out):
    id: int
    name: str
    prepayment_percent: float | None
    postpayment_percent: float | None
    credit_period_days: int | None
    terms_due_date_after_invoicing: int | None
    payment_type: int
    enable: bool
    external_id: str | None


class OrderRow(Out):
    id: int
    idn: str
    custom_name: str | None
    create_date: datetime
    update_date: datetime | None
    required_date: datetime | None
    approval_date: datetime | None
    sum: float
    net_sum: float | None
    sum_in_company_currency: float | None
    net_sum_in_company_currency: float | None
    invoiced_sum: float | None
    invoiced_sum_in_company_currency: float | None
    net_invoiced_sum: float | None
    currency: str
    discount_percent: float | None
    discount_amount: float | None
    note: str | None
    exchange_rate: float | None
    is_service_order: bool | None
    status: int
    status_receiving: int | None
    status_payment: int | None
    status_sending: int | None
    logic_type: int | None
    prepayment_percent: float | None
    postpayment_percent: float | None
    credit_period_days: int | None
    budgeted_sum: float | None
    used_tax_percent_in_budget: str | None
    qbo_id: str | None
    net_suite_id: str | None
    xero_id: str | None
    external_id: str | None
    external_integration_log: str | None
    poom_url: str | None
    deliver_to_name: str | None
    send_to_supplier: bool | None
    is_new_supplier_added: bool | None
    items_chart_sum: float | None
    all_document_custom_field_options_ids: str | None
    approving_way: str | None
    location: LocationRef | None
    supplier: SupplierRef | None
    budget: NamedRef | None
    legal_entity: NamedRef | None
    creator: UserRef
    last_editor: UserRef | None
    approval_info: dict[str, bool]
    status_string: str
    begin_date: datetime | None
    end_date: datetime | None
    blanket_sum: float | None
    blanket_is_gross: bool
    data_document_custom_fields: wrapped(DocumentFieldValue) = Field(validation_alias="custom_field_values")


class OrderDetail(OrderRow):
    related_receipts: list[ReceiptRef] = Field(validation_alias="receipt_rows")
    items: wrapped(LineOut) = Field(validation_alias="lines")
    attachments: wrapped(AttachmentOut) = Field(validation_alias="attachment_rows")
    approval_steps: wrapped(StepOut) = Field(validation_alias="approval_step_rows")
    taxes: wrapped(TaxOut) = Field(validation_alias="tax_totals")
    comments: wrapped(CommentOut) = Field(validation_alias="comment_rows")
    followers: wrapped(UserRef) = Field(validation_alias="follower_rows")
    contracts: wrapped(ContractOut) = Field(validation_alias="contract_rows")
    payment_term: PaymentTermRef | None
    terms_and_conditions: str | None
    is_budget_over_limit: bool | None


class Pagination(BaseModel):
    total: int
    count: int
    per_page: int
    current_page: int
    total_pages: int
    links: dict[str, str]
    has_next_page: bool


class Meta(BaseModel):
    pagination: Pagination


class OrderPage(Out):
    data: list[OrderRow]
    meta: Meta


# ---------------------------------------------------------------- what comes in


class In(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)


class DocumentFieldValueIn(In):
    value: str
    document_custom_field: Id


class ItemFieldValueIn(In):
    value: str
    item_custom_field: Id


class LineIn(In):
    product: Id | None = None
    name: str
    sku: str | None = None
    description: str | None = None
    quantity: Decimal
    price: Decimal
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    unit: Id | None = None
    taxes: list[Id] = []
    data_item_custom_fields: list[ItemFieldValueIn] = []


class OrderIn(In):
    supplier: Id
    location: Id
    legal_entity: Id
    payment_term: Id | None = None
    custom_name: str | None = None
    currency: str
    discount_percent: Decimal | None = None
    discount_amount: Decimal | None = None
    required_date: datetime | None = None
    note: str | None = None
    deliver_to_name: str | None = None
    data_document_custom_fields: list[DocumentFieldValueIn] = []
    items: list[LineIn]


# ---------------------------------------------------------------- how rows are loaded

FOR_ROWS = (
    joinedload(Order.location),
    joinedload(Order.supplier),
    joinedload(Order.budget),
    joinedload(Order.legal_entity),
    joinedload(Order.creator, innerjoin=True),
    joinedload(Order.last_editor),
    selectinload(Order.custom_field_values),
)

FOR_DETAIL = (
    *FOR_ROWS,
    joinedload(Order.payment_term),
    selectinload(Order.lines).options(
        joinedload(OrderLine.unit),
        joinedload(OrderLine.product),
        joinedload(OrderLine.supplier),
        joinedload(OrderLine.budget),
        selectinload(OrderLine.taxes),
        selectinload(OrderLine.sources),
        selectinload(OrderLine.custom_field_values),
    ),
    selectinload(Order.approval_step_rows).joinedload(ApprovalStep.user),
    selectinload(Order.comment_rows).joinedload(Comment.user),
    selectinload(Order.attachment_rows).joinedload(Attachment.user),
    selectinload(Order.receipt_rows),
    selectinload(Order.follower_rows),
    selectinload(Order.contract_rows),
)

# ---------------------------------------------------------------- the three routes

app = FastAPI()
NewSession = sessionmaker(open_engine(DATABASE), expire_on_commit=False)


def open_session() -> Iterator[Session]:
    with NewSession() as session:
        yield session


OpenSession = Annotated[Session, Depends(open_session)]


@app.get("/purchaseorders", response_model=OrderPage)
def list_orders(
    session: OpenSession,
    page: int = 1,
    per_page: int = PER_PAGE,
    modified_since: Annotated[datetime | None, Query(alias="modifiedSince")] = None,
):
    per_page = per_page if per_page in PAGE_SIZES else PER_PAGE
    mine = [Order.company_id == COMPANY_ID]
    if modified_since:
        mine.append(Order.update_date >= in_utc(modified_since))
    total = session.scalar(select(func.count()).select_from(Order).where(*mine))
    newest = select(Order).where(*mine).order_by(Order.id.desc()).options(*FOR_ROWS)
    orders = session.scalars(newest.limit(per_page).offset((page - 1) * per_page)).all()
    return {"data": orders, "meta": {"pagination": pagination(total, len(orders), page, per_page)}}


@app.get("/purchaseorders/{idn}", response_model=OrderDetail)
def get_order(session: OpenSession, idn: str):
    mine = select(Order).where(Order.company_id == COMPANY_ID, Order.idn == idn)
    order = session.scalars(mine.options(*FOR_DETAIL)).one_or_none()
    if order is None:
        raise HTTPException(404)
    return order


@app.post("/purchaseorders", response_model=OrderDetail, status_code=201)
def create_order(session: OpenSession, wanted: OrderIn):
    order = new_order(session, wanted)
    order.idn = next_number(session)
    session.add(order)
    session.commit()
    return order


def in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def pagination(total: int, count: int, page: int, per_page: int) -> dict:
    pages = max(-(-total // per_page), 1)
    return {
        "total": total,
        "count": count,
        "per_page": per_page,
        "current_page": page,
        "total_pages": pages,
        "links": rules.page_links("/purchaseorders", page, pages, per_page),
        "has_next_page": page < pages,
    }


# ---------------------------------------------------------------- creating


def next_number(session: Session) -> str:
    counted = (
        update(Counter)
        .where(Counter.company_id == COMPANY_ID, Counter.kind == "order")
        .values(value=Counter.value + 1)
        .returning(Counter.value)
    )
    return str(session.execute(counted).scalar_one())


def mine_by_id(session: Session, table: type, ids: set[int]) -> dict[int, Any]:
    """The company's rows with these ids; an unknown or foreign id is refused."""
    mine = select(table).where(table.company_id == COMPANY_ID, table.id.in_(ids))
    rows = {row.id: row for row in session.scalars(mine)}
    if missing := ids - rows.keys():
        raise HTTPException(400, f"Unknown {table.__tablename__}: {sorted(missing)}")
    return rows


def one_of_mine(session: Session, table: type, wanted: Id | None) -> Any:
    return mine_by_id(session, table, {wanted.id})[wanted.id] if wanted else None


def check_options(session: Session, values: list[tuple[int, str]]) -> set[str]:
    """Every drop-down value must be an option of its own field; answers the ids of the chosen options."""
    fields = mine_by_id(session, CustomField, {field_id for field_id, _ in values})
    chosen = {(field_id, value) for field_id, value in values if fields[field_id].is_choice}
    known = select(CustomFieldOption.custom_field_id, CustomFieldOption.id)
    ids = {int(value) for _, value in chosen if value.isdigit()}
    found = {(field_id, str(id)) for field_id, id in session.execute(known.where(CustomFieldOption.id.in_(ids)))}
    if chosen - found:
        raise HTTPException(400, f"Unknown options: {sorted(chosen - found)}")
    return {value for _, value in chosen}


def new_order(session: Session, wanted: OrderIn) -> Order:
    now = datetime.now(UTC).replace(microsecond=0)
    user = session.get_one(User, USER_ID)
    lines = new_lines(session, wanted)
    net = sum((line.net_sum for line in lines), Decimal(0))
    gross = sum((line.sum for line in lines), Decimal(0))
    return Order(
        company_id=COMPANY_ID,
        custom_name=wanted.custom_name,
        create_date=now,
        update_date=now,
        required_date=wanted.required_date,
        sum=gross,
        net_sum=net,
        sum_in_company_currency=gross,
        net_sum_in_company_currency=net,
        invoiced_sum=Decimal(0),
        invoiced_sum_in_company_currency=Decimal(0),
        net_invoiced_sum=Decimal(0),
        currency=wanted.currency,
        discount_percent=wanted.discount_percent,
        discount_amount=wanted.discount_amount,
        note=wanted.note,
        exchange_rate=Decimal(1),
        is_service_order=False,
        status=rules.DRAFT,
        status_receiving=0,
        status_payment=0,
        status_sending=0,
        logic_type=0,
        prepayment_percent=Decimal(0),
        postpayment_percent=Decimal(100),
        credit_period_days=30,
        deliver_to_name=wanted.deliver_to_name,
        send_to_supplier=False,
        is_new_supplier_added=False,
        budgeted_sum=gross,
        items_chart_sum=gross,
        is_budget_over_limit=False,
        blanket_is_gross=False,
        supplier=one_of_mine(session, Supplier, wanted.supplier),
        location=one_of_mine(session, Location, wanted.location),
        legal_entity=one_of_mine(session, LegalEntity, wanted.legal_entity),
        payment_term=one_of_mine(session, PaymentTerm, wanted.payment_term),
        budget=None,
        creator=user,
        last_editor=user,
        lines=lines,
        approval_step_rows=[],
        comment_rows=[],
        attachment_rows=[],
        receipt_rows=[],
        follower_rows=[],
        contract_rows=[],
        **new_field_values(session, wanted.data_document_custom_fields),
    )


def new_field_values(session: Session, wanted: list[DocumentFieldValueIn]) -> dict[str, Any]:
    values = [(value.document_custom_field.id, value.value) for value in wanted]
    chosen = check_options(session, values)
    return {
        "custom_field_values": [OrderFieldValue(custom_field_id=id, value=value) for id, value in values],
        "all_document_custom_field_options_ids": ",".join(sorted(chosen)) or None,
    }


def new_lines(session: Session, wanted: OrderIn) -> list[OrderLine]:
    lines = wanted.items
    units = mine_by_id(session, Unit, {line.unit.id for line in lines if line.unit})
    products = mine_by_id(session, Item, {line.product.id for line in lines if line.product})
    taxes = mine_by_id(session, Tax, {tax.id for line in lines for tax in line.taxes})
    check_options(
        session,
        [(value.item_custom_field.id, value.value) for line in lines for value in line.data_item_custom_fields],
    )
    chosen = [[taxes[tax.id] for tax in line.taxes] for line in lines]
    bases = [rules.cents(line.quantity * line.price) for line in lines]
    discounts = [
        rules.discount_of(base, line.discount_percent, line.discount_amount)
        for base, line in zip(bases, lines, strict=True)
    ]
    priced = rules.order_sums(
        list(zip(bases, discounts, chosen, strict=True)), wanted.discount_percent, wanted.discount_amount
    )
    return [
        new_line(position, line, units, products, line_taxes, sums)
        for position, (line, line_taxes, sums) in enumerate(zip(lines, chosen, priced, strict=True))
    ]


def new_line(
    position: int, wanted: LineIn, units: dict[int, Unit], products: dict[int, Item], taxes: list[Tax], sums: rules.Sums
) -> OrderLine:
    return OrderLine(
        position=position,
        name=wanted.name,
        sku=wanted.sku,
        description=wanted.description,
        quantity=wanted.quantity,
        price=wanted.price,
        discount_percent=wanted.discount_percent,
        discount_amount=wanted.discount_amount,
        discount_sum=sums.discount,
        net_sum=sums.net,
        sum=sums.gross,
        tax_sum=sums.tax,
        tax_percent=sums.percent,
        status=0,
        received_quantity=Decimal(0),
        invoiced_quantity=Decimal(0),
        item_type=1,
        sources=[],
        unit=units[wanted.unit.id] if wanted.unit else None,
        product=products[wanted.product.id] if wanted.product else None,
        supplier=None,
        budget=None,
        taxes=[
            LineTax(
                position=place,
                tax_id=tax.id,
                name=tax.name,
                percent=tax.percent,
                is_withholding_tax=tax.is_withholding_tax,
                is_compound=tax.is_compound,
                sum=amount,
            )
            for place, (tax, amount) in enumerate(zip(taxes, sums.taxes, strict=True))
        ],
        custom_field_values=[
            LineFieldValue(custom_field_id=value.item_custom_field.id, value=value.value)
            for value in wanted.data_item_custom_fields
        ],
    )
