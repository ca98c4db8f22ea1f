"""The Django REST framework twin, in one file: settings, models over the shared tables, serializers and a view set."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, urlsplit

import django
from django.apps import AppConfig
from django.conf import settings

from bench.twins import rules
from bench.twins.settings import COMPANY_ID, DATABASE, IS_SQLITE, PAGE_SIZES, PER_PAGE, PRAGMAS, USER_ID


def database() -> dict[str, Any]:
    """Persistent connections on both engines; on SQLite the pragmas of the other twin and IMMEDIATE transactions."""
    url = urlsplit(DATABASE)
    if IS_SQLITE:
        pragmas = ";".join(f"PRAGMA {name}={value}" for name, value in PRAGMAS.items())
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.path[1:], "OPTIONS": options, "CONN_MAX_AGE": None}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": url.path[1:],
        "USER": url.username or "",
        "PASSWORD": url.password or "",
        "HOST": url.hostname or parse_qs(url.query).get("host", [""])[0],
        "PORT": url.port or "",
        "CONN_MAX_AGE": None,
    }


class TwinConfig(AppConfig):
    name = "bench.twins"
    label = "twin"


settings.configure(
    DEBUG=False,
    ALLOWED_HOSTS=["*"],
    SECRET_KEY="nothing is signed here",
    DATABASES={"default": database()},
    INSTALLED_APPS=[f"{__name__}.TwinConfig", "rest_framework"],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    TIME_ZONE="UTC",
    USE_I18N=False,
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    REST_FRAMEWORK={
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models, transaction  # noqa: E402
from django.db.models import F, Prefetch  # noqa: E402
from django.urls import path  # noqa: E402
from django.utils.dateparse import parse_datetime  # noqa: E402
from rest_framework import serializers, viewsets  # noqa: E402
from rest_framework.exceptions import ValidationError  # noqa: E402
from rest_framework.pagination import PageNumberPagination  # noqa: E402
from rest_framework.response import Response  # noqa: E402

# ---------------------------------------------------------------- the shared tables


class ExactText(models.CharField):
    """A decimal kept as exact text, because SQLite has no decimal type."""

    def from_db_value(self, value, expression, connection):
        return None if value is None else Decimal(value)

    def get_prep_value(self, value):
        return None if value is None else str(value)


def Money(**options):
    return ExactText(**options) if IS_SQLITE else models.DecimalField(max_digits=20, decimal_places=4, **options)


def Text(**options):
    return models.TextField(**options)


def Reference(to: str, **options):
    return models.ForeignKey(to, models.DO_NOTHING, **{"related_name": "+", **options})


class Shared(models.Model):
    """A table this twin does not own."""

    class Meta:
        abstract = True
        managed = False


class Counter(Shared):
    pk = models.CompositePrimaryKey("company_id", "kind")
    company_id = models.IntegerField()
    kind = Text()
    value = models.IntegerField()

    class Meta(Shared.Meta):
        db_table = "counters"


class User(Shared):
    company_id = models.IntegerField()
    email = Text()
    firstname = Text(null=True)
    lastname = Text(null=True)
    phone = Text(null=True)
    position = Text(null=True)
    locale = Text()
    create_date = models.DateTimeField()
    update_date = models.DateTimeField(null=True)

    class Meta(Shared.Meta):
        db_table = "users"


class Supplier(Shared):
    company_id = models.IntegerField()
    name = Text()
    unique_code = Text(null=True)
    external_id = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "suppliers"


class Location(Shared):
    company_id = models.IntegerField()
    name = Text()
    unique_code = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "locations"


class LegalEntity(Shared):
    company_id = models.IntegerField()
    name = Text()
    full_name = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "legal_entities"


class Budget(Shared):
    company_id = models.IntegerField()
    name = Text()
    full_name = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "budgets"


class PaymentTerm(Shared):
    company_id = models.IntegerField()
    name = Text()
    prepayment_percent = Money(null=True)
    postpayment_percent = Money(null=True)
    credit_period_days = models.IntegerField(null=True)
    terms_due_date_after_invoicing = models.IntegerField(null=True)
    payment_type = models.IntegerField()
    enable = models.BooleanField()
    external_id = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "payment_terms"


class Unit(Shared):
    company_id = models.IntegerField()
    name = Text()
    code = Text()

    class Meta(Shared.Meta):
        db_table = "units"


class Item(Shared):
    company_id = models.IntegerField()
    name = Text()
    sku = Text(null=True)
    price = Money(null=True)
    unit = Reference("Unit", null=True)
    external_id = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "items"


class Tax(Shared):
    company_id = models.IntegerField()
    name = Text()
    percent = Money()
    is_withholding_tax = models.BooleanField()
    is_compound = models.BooleanField()
    external_id = Text(null=True)

    class Meta(Shared.Meta):
        db_table = "taxes"


class CustomField(Shared):
    company_id = models.IntegerField()
    family = Text()
    name = Text()
    is_choice = models.BooleanField()

    class Meta(Shared.Meta):
        db_table = "custom_fields"


class CustomFieldOption(Shared):
    custom_field = Reference("CustomField")
    name = Text()

    class Meta(Shared.Meta):
        db_table = "custom_field_options"


class Contract(Shared):
    company_id = models.IntegerField()
    number = Text()
    create_date = models.DateTimeField()
    begin_date = models.DateTimeField(null=True)
    end_date = models.DateTimeField(null=True)
    prolongation = models.BooleanField()
    note = Text(null=True)
    enable = models.BooleanField()

    class Meta(Shared.Meta):
        db_table = "contracts"


class Order(Shared):
    company_id = models.IntegerField()
    idn = Text()
    custom_name = Text(null=True)
    create_date = models.DateTimeField()
    update_date = models.DateTimeField(null=True)
    required_date = models.DateTimeField(null=True)
    approval_date = models.DateTimeField(null=True)
    sum = Money()
    net_sum = Money(null=True)
    sum_in_company_currency = Money(null=True)
    net_sum_in_company_currency = Money(null=True)
    invoiced_sum = Money(null=True)
    invoiced_sum_in_company_currency = Money(null=True)
    net_invoiced_sum = Money(null=True)
    currency = Text()
    discount_percent = Money(null=True)
    discount_amount = Money(null=True)
    note = Text(null=True)
    exchange_rate = Money(null=True)
    is_service_order = models.BooleanField(null=True)
    status = models.IntegerField()
    status_receiving = models.IntegerField(null=True)
    status_payment = models.IntegerField(null=True)
    status_sending = models.IntegerField(null=True)
    logic_type = models.IntegerField(null=True)
    prepayment_percent = Money(null=True)
    postpayment_percent = Money(null=True)
    credit_period_days = models.IntegerField(null=True)
    budgeted_sum = Money(null=True)
    used_tax_percent_in_budget = Text(null=True)
    qbo_id = Text(null=True)
    net_suite_id = Text(null=True)
    xero_id = Text(null=True)
    external_id = Text(null=True)
    external_integration_log = Text(null=True)
    poom_url = Text(null=True)
    deliver_to_name = Text(null=True)
    send_to_supplier = models.BooleanField(null=True)
    is_new_supplier_added = models.BooleanField(null=True)
    items_chart_sum = Money(null=True)
    all_document_custom_field_options_ids = Text(null=True)
    approving_way = Text(null=True)
    is_budget_over_limit = models.BooleanField(null=True)
    begin_date = models.DateTimeField(null=True)
    end_date = models.DateTimeField(null=True)
    blanket_sum = Money(null=True)
    blanket_is_gross = models.BooleanField()
    terms_and_conditions = Text(null=True)
    location = Reference("Location", null=True)
    supplier = Reference("Supplier", null=True)
    budget = Reference("Budget", null=True)
    legal_entity = Reference("LegalEntity", null=True)
    payment_term = Reference("PaymentTerm", null=True)
    creator = Reference("User")
    last_editor = Reference("User", null=True)
    followers = models.ManyToManyField("User", through="OrderFollower", related_name="+")
    contracts = models.ManyToManyField("Contract", through="OrderContract", related_name="+")

    class Meta(Shared.Meta):
        db_table = "orders"

    @property
    def status_string(self) -> str:
        return rules.STATUS_WORDS[self.status]

    @property
    def approval_info(self) -> dict[str, bool]:
        return rules.approval_rights(self.status)

    @property
    def tax_totals(self) -> list[dict]:
        return rules.tax_totals(line.taxes.all() for line in self.lines.all())


class OrderFieldValue(Shared):
    order = Reference("Order", related_name="custom_field_values")
    custom_field = Reference("CustomField")
    value = Text()

    class Meta(Shared.Meta):
        db_table = "order_field_values"
        ordering = ("id",)


class OrderLine(Shared):
    order = Reference("Order", related_name="lines")
    position = models.IntegerField()
    name = Text()
    sku = Text(null=True)
    description = Text(null=True)
    quantity = Money(null=True)
    price = Money()
    discount_percent = Money(null=True)
    discount_amount = Money(null=True)
    discount_sum = Money()
    net_sum = Money()
    sum = Money()
    tax_sum = Money()
    tax_percent = Money(null=True)
    status = models.IntegerField(null=True)
    received_quantity = Money()
    invoiced_quantity = Money()
    item_type = models.IntegerField()
    unit = Reference("Unit", null=True)
    product = Reference("Item", null=True)
    supplier = Reference("Supplier", null=True)
    budget = Reference("Budget", null=True)

    class Meta(Shared.Meta):
        db_table = "order_lines"
        ordering = ("position",)


class LineTax(Shared):
    pk = models.CompositePrimaryKey("line_id", "position")
    line = Reference("OrderLine", related_name="taxes")
    position = models.IntegerField()
    tax = Reference("Tax")
    name = Text()
    percent = Money()
    is_withholding_tax = models.BooleanField()
    is_compound = models.BooleanField()
    sum = Money()

    class Meta(Shared.Meta):
        db_table = "line_taxes"
        ordering = ("position",)


class LineSource(Shared):
    line = Reference("OrderLine", related_name="sources")
    requisition_line_id = models.IntegerField(null=True)
    proposal_line_id = models.IntegerField(null=True)
    quantity = Money()

    class Meta(Shared.Meta):
        db_table = "line_sources"
        ordering = ("id",)


class LineFieldValue(Shared):
    line = Reference("OrderLine", related_name="custom_field_values")
    custom_field = Reference("CustomField")
    value = Text()

    class Meta(Shared.Meta):
        db_table = "line_field_values"
        ordering = ("id",)


class ApprovalStep(Shared):
    order = Reference("Order", related_name="approval_steps")
    position = models.IntegerField()
    status = models.IntegerField()
    approval_date = models.DateTimeField(null=True)
    user = Reference("User")

    class Meta(Shared.Meta):
        db_table = "approval_steps"
        ordering = ("position",)


class Comment(Shared):
    order = Reference("Order", related_name="comments")
    text = Text()
    create_date = models.DateTimeField()
    user = Reference("User")

    class Meta(Shared.Meta):
        db_table = "comments"
        ordering = ("id",)


class Attachment(Shared):
    order = Reference("Order", related_name="attachments")
    name = Text()
    upload_date = models.DateTimeField()
    size = models.IntegerField()
    format_type = Text()
    comment = Text()
    type = models.IntegerField(null=True)
    user = Reference("User")

    class Meta(Shared.Meta):
        db_table = "attachments"
        ordering = ("id",)


class Receipt(Shared):
    order = Reference("Order", related_name="receipts")
    idn = Text()
    custom_name = Text(null=True)
    create_date = models.DateTimeField()
    update_date = models.DateTimeField(null=True)

    class Meta(Shared.Meta):
        db_table = "receipts"
        ordering = ("id",)


class OrderFollower(Shared):
    pk = models.CompositePrimaryKey("order_id", "user_id")
    order = Reference("Order")
    user = Reference("User")

    class Meta(Shared.Meta):
        db_table = "order_followers"


class OrderContract(Shared):
    pk = models.CompositePrimaryKey("order_id", "contract_id")
    order = Reference("Order")
    contract = Reference("Contract")

    class Meta(Shared.Meta):
        db_table = "order_contracts"


# ---------------------------------------------------------------- what goes out

Int, Float, Char = serializers.IntegerField, serializers.FloatField, serializers.CharField
Bool, Moment, Json = serializers.BooleanField, serializers.DateTimeField, serializers.ReadOnlyField


class Collection(serializers.ListSerializer):
    """A to-many collection, which the wire puts under a `data` key."""

    def to_representation(self, data):
        return {"data": super().to_representation(data)}


class Element(serializers.Serializer):
    class Meta:
        list_serializer_class = Collection


class UserRef(Element):
    id = Int()
    email = Char()
    firstname = Char()
    lastname = Char()
    phone = Char()
    position = Char()
    locale = Char()
    createDate = Moment(source="create_date")
    updateDate = Moment(source="update_date")


class SupplierRef(serializers.Serializer):
    id = Int()
    name = Char()
    uniqueCode = Char(source="unique_code")
    externalId = Char(source="external_id")


class LocationRef(serializers.Serializer):
    id = Int()
    name = Char()
    uniqueCode = Char(source="unique_code")


class NamedRef(serializers.Serializer):
    """A legal entity or a budget."""

    id = Int()
    name = Char()
    fullName = Char(source="full_name")


class Definition(serializers.Serializer):
    id = Int(source="custom_field_id")


class DocumentFieldValue(Element):
    id = Int()
    value = Char()
    documentCustomField = Definition(source="*")


class ItemFieldValue(Element):
    id = Int()
    value = Char()
    itemCustomField = Definition(source="*")


class TaxOut(Element):
    id = Int(source="tax_id")
    name = Char()
    percent = Float()
    isWithholdingTax = Bool(source="is_withholding_tax")
    isCompound = Bool(source="is_compound")
    sum = Float()


class UnitRef(serializers.Serializer):
    id = Int()
    name = Char()
    code = Char()


class ProductRef(serializers.Serializer):
    id = Int()
    name = Char()
    sku = Char()
    externalId = Char(source="external_id")


class SourceOut(Element):
    requisitionItem = Int(source="requisition_line_id")
    proposalItem = Int(source="proposal_line_id")
    quantity = Float()


class LineOut(Element):
    id = Int()
    position = Int()
    name = Char()
    sku = Char()
    description = Char()
    quantity = Float()
    price = Float()
    discountPercent = Float(source="discount_percent")
    discountAmount = Float(source="discount_amount")
    discountSum = Float(source="discount_sum")
    netSum = Float(source="net_sum")
    sum = Float()
    taxSum = Float(source="tax_sum")
    taxPercent = Float(source="tax_percent")
    status = Int()
    receivedQuantity = Float(source="received_quantity")
    invoicedQuantity = Float(source="invoiced_quantity")
    itemType = Int(source="item_type")
    sources = SourceOut(many=True)
    unit = UnitRef()
    product = ProductRef()
    supplier = SupplierRef()
    budget = NamedRef()
    budgetLine = Json(default=None)
    taxes = TaxOut(many=True)
    dataItemCustomFields = ItemFieldValue(many=True, source="custom_field_values")


class StepOut(Element):
    id = Int()
    position = Int()
    status = Int()
    approvalDate = Moment(source="approval_date")
    user = UserRef()


class CommentOut(Element):
    id = Int()
    text = Char()
    createDate = Moment(source="create_date")
    user = UserRef()


class AttachmentOut(Element):
    id = Int()
    name = Char()
    uploadDate = Moment(source="upload_date")
    size = Int()
    formatType = Char(source="format_type")
    comment = Char()
    type = Int()
    user = UserRef()


class ReceiptRef(serializers.Serializer):
    id = Int()
    idn = Char()
    customName = Char(source="custom_name")
    createDate = Moment(source="create_date")
    updateDate = Moment(source="update_date")


class ContractOut(Element):
    id = Int()
    number = Char()
    createDate = Moment(source="create_date")
    beginDate = Moment(source="begin_date")
    endDate = Moment(source="end_date")
    prolongation = Bool()
    note = Char()
    enable = Bool()


class PaymentTermRef(serializers.Serializer):
    id = Int()
    name = Char()
    prepaymentPercent = Float(source="prepayment_percent")
    postpaymentPercent = Float(source="postpayment_percent")
    creditPeriodDays = Int(source="credit_period_days")
    termsDueDateAfterInvoicing = Int(source="terms_due_date_after_invoicing")
    paymentType = Int(source="payment_type")
    enable = Bool()
    externalId = Char(source="external_id")


class OrderRow(serializers.Serializer):
    id = Int()
    idn = Char()
    customName = Char(source="custom_name")
    createDate = Moment(source="create_date")
    updateDate = Moment(source="update_date")
    requiredDate = Moment(source="required_date")
    approvalDate = Moment(source="approval_date")
    sum = Float()
    netSum = Float(source="net_sum")
    sumInCompanyCurrency = Float(source="sum_in_company_currency")
    netSumInCompanyCurrency = Float(source="net_sum_in_company_currency")
    invoicedSum = Float(source="invoiced_sum")
    invoicedSumInCompanyCurrency = Float(source="invoiced_sum_in_company_currency")
    netInvoicedSum = Float(source="net_invoiced_sum")
    currency = Char()
    discountPercent = Float(source="discount_percent")
    discountAmount = Float(source="discount_amount")
    note = Char()
    exchangeRate = Float(source="exchange_rate")
    isServiceOrder = Bool(source="is_service_order")
    status = Int()
    statusReceiving = Int(source="status_receiving")
    statusPayment = Int(source="status_payment")
    statusSending = Int(source="status_sending")
    logicType = Int(source="logic_type")
    prepaymentPercent = Float(source="prepayment_percent")
    postpaymentPercent = Float(source="postpayment_percent")
    creditPeriodDays = Int(source="credit_period_days")
    budgetedSum = Float(source="budgeted_sum")
    usedTaxPercentInBudget = Char(source="used_tax_percent_in_budget")
    qboId = Char(source="qbo_id")
    netSuiteId = Char(source="net_suite_id")
    xeroId = Char(source="xero_id")
    externalId = Char(source="external_id")
    externalIntegrationLog = Char(source="external_integration_log")
    poomUrl = Char(source="poom_url")
    deliverToName = Char(source="deliver_to_name")
    sendToSupplier = Bool(source="send_to_supplier")
    isNewSupplierAdded = Bool(source="is_new_supplier_added")
    itemsChartSum = Float(source="items_chart_sum")
    allDocumentCustomFieldOptionsIds = Char(source="all_document_custom_field_options_ids")
    approvingWay = Char(source="approving_way")
    location = LocationRef()
    supplier = SupplierRef()
    budget = NamedRef()
    legalEntity = NamedRef(source="legal_entity")
    creator = UserRef()
    lastEditor = UserRef(source="last_editor")
    approvalInfo = Json(source="approval_info")
    statusString = Json(source="status_string")
    beginDate = Moment(source="begin_date")
    endDate = Moment(source="end_date")
    blanketSum = Float(source="blanket_sum")
    blanketIsGross = Bool(source="blanket_is_gross")
    dataDocumentCustomFields = DocumentFieldValue(many=True, source="custom_field_values")


class OrderDetail(OrderRow):
    relatedReceipts = ReceiptRef(many=True, source="receipts")
    items = LineOut(many=True, source="lines")
    attachments = AttachmentOut(many=True)
    approvalSteps = StepOut(many=True, source="approval_steps")
    taxes = TaxOut(many=True, source="tax_totals")
    comments = CommentOut(many=True)
    followers = UserRef(many=True)
    contracts = ContractOut(many=True)
    paymentTerm = PaymentTermRef(source="payment_term")
    termsAndConditions = Char(source="terms_and_conditions")
    isBudgetOverLimit = Bool(source="is_budget_over_limit")


# ---------------------------------------------------------------- what comes in


class IdIn(serializers.Serializer):
    id = Int()


class DocumentFieldValueIn(serializers.Serializer):
    value = Char()
    documentCustomField = IdIn()


class ItemFieldValueIn(serializers.Serializer):
    value = Char()
    itemCustomField = IdIn()


def AmountIn(**options):
    return serializers.DecimalField(max_digits=20, decimal_places=4, **options)


class LineIn(serializers.Serializer):
    product = IdIn(required=False)
    name = Char()
    sku = Char(required=False, allow_null=True)
    description = Char(required=False, allow_null=True)
    quantity = AmountIn()
    price = AmountIn()
    discountPercent = AmountIn(required=False, allow_null=True)
    discountAmount = AmountIn(required=False, allow_null=True)
    unit = IdIn(required=False)
    taxes = IdIn(many=True, required=False)
    dataItemCustomFields = ItemFieldValueIn(many=True, required=False)


class OrderIn(serializers.Serializer):
    supplier = IdIn()
    location = IdIn()
    legalEntity = IdIn()
    paymentTerm = IdIn(required=False, allow_null=True)
    customName = Char(required=False, allow_null=True)
    currency = Char()
    discountPercent = AmountIn(required=False, allow_null=True)
    discountAmount = AmountIn(required=False, allow_null=True)
    requiredDate = Moment(required=False, allow_null=True)
    note = Char(required=False, allow_null=True)
    deliverToName = Char(required=False, allow_null=True)
    dataDocumentCustomFields = DocumentFieldValueIn(many=True, required=False)
    items = LineIn(many=True)


# ---------------------------------------------------------------- the three routes

ROW_REFERENCES = ("location", "supplier", "budget", "legal_entity", "creator", "last_editor")


def for_rows(orders):
    return orders.select_related(*ROW_REFERENCES).prefetch_related("custom_field_values")


def for_detail(orders):
    lines = OrderLine.objects.select_related("unit", "product", "supplier", "budget")
    return orders.select_related(*ROW_REFERENCES, "payment_term").prefetch_related(
        "custom_field_values",
        Prefetch("lines", lines),
        "lines__taxes",
        "lines__sources",
        "lines__custom_field_values",
        Prefetch("approval_steps", ApprovalStep.objects.select_related("user")),
        Prefetch("comments", Comment.objects.select_related("user")),
        Prefetch("attachments", Attachment.objects.select_related("user")),
        "receipts",
        Prefetch("followers", User.objects.order_by("id")),
        Prefetch("contracts", Contract.objects.order_by("id")),
    )


class Pages(PageNumberPagination):
    page_size = PER_PAGE
    page_size_query_param = "per_page"

    def get_page_size(self, request):
        size = super().get_page_size(request)
        return size if size in PAGE_SIZES else PER_PAGE

    def get_paginated_response(self, data):
        paginator = self.page.paginator
        pagination = {
            "total": paginator.count,
            "count": len(data),
            "per_page": paginator.per_page,
            "current_page": self.page.number,
            "total_pages": paginator.num_pages,
            "links": rules.page_links("/purchaseorders", self.page.number, paginator.num_pages, paginator.per_page),
            "has_next_page": self.page.has_next(),
        }
        return Response({"data": data, "meta": {"pagination": pagination}})


class Orders(viewsets.ReadOnlyModelViewSet):
    lookup_field = "idn"
    pagination_class = Pages

    def get_queryset(self):
        orders = Order.objects.filter(company_id=COMPANY_ID)
        if self.action == "retrieve":
            return for_detail(orders)
        if since := self.request.query_params.get("modifiedSince"):
            orders = orders.filter(update_date__gte=in_utc(since))
        return for_rows(orders).order_by("-id")

    def get_serializer_class(self):
        return OrderDetail if self.action == "retrieve" else OrderRow

    def create(self, request):
        wanted = OrderIn(data=request.data)
        wanted.is_valid(raise_exception=True)
        with transaction.atomic():
            order = create_order(wanted.validated_data)
        return Response(OrderDetail(for_detail(Order.objects).get(pk=order.pk)).data, status=201)


def in_utc(text: str) -> datetime:
    moment = parse_datetime(text)
    if moment is None:
        raise ValidationError({"modifiedSince": "not a date"})
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


urlpatterns = [
    path("purchaseorders", Orders.as_view({"get": "list", "post": "create"})),
    path("purchaseorders/<str:idn>", Orders.as_view({"get": "retrieve"})),
]
application = get_wsgi_application()

# ---------------------------------------------------------------- creating


def next_number() -> int:
    counter = Counter.objects.filter(company_id=COMPANY_ID, kind="order")
    counter.update(value=F("value") + 1)
    return counter.values_list("value", flat=True).get()


def mine_by_id(model: type[Shared], ids: set[int]) -> dict[int, Any]:
    """The company's rows with these ids; an unknown or foreign id is refused."""
    rows = model.objects.filter(company_id=COMPANY_ID).in_bulk(ids)
    if missing := ids - rows.keys():
        raise ValidationError(f"Unknown {model._meta.db_table}: {sorted(missing)}")
    return rows


def one_of_mine(model: type[Shared], wanted: dict | None) -> Any:
    return mine_by_id(model, {wanted["id"]})[wanted["id"]] if wanted else None


def check_options(values: list[tuple[int, str]]) -> set[str]:
    """Every drop-down value must be an option of its own field; answers the ids of the chosen options."""
    fields = mine_by_id(CustomField, {field_id for field_id, _ in values})
    chosen = {(field_id, value) for field_id, value in values if fields[field_id].is_choice}
    ids = {int(value) for _, value in chosen if value.isdigit()}
    known = CustomFieldOption.objects.filter(id__in=ids).values_list("custom_field_id", "id")
    if missing := chosen - {(field_id, str(id)) for field_id, id in known}:
        raise ValidationError(f"Unknown options: {sorted(missing)}")
    return {value for _, value in chosen}


def chosen_values(owner: dict, collection: str, definition: str) -> list[tuple[int, str]]:
    return [(value[definition]["id"], value["value"]) for value in owner.get(collection, [])]


def line_values(line: dict) -> list[tuple[int, str]]:
    return chosen_values(line, "dataItemCustomFields", "itemCustomField")


def create_order(wanted: dict) -> Order:
    now = datetime.now(UTC).replace(microsecond=0)
    values = chosen_values(wanted, "dataDocumentCustomFields", "documentCustomField")
    chosen = check_options(values)
    lines = new_lines(wanted)
    net = sum((line.net_sum for line, _, _ in lines), Decimal(0))
    gross = sum((line.sum for line, _, _ in lines), Decimal(0))
    order = Order(
        company_id=COMPANY_ID,
        custom_name=wanted.get("customName"),
        create_date=now,
        update_date=now,
        required_date=wanted.get("requiredDate"),
        sum=gross,
        net_sum=net,
        sum_in_company_currency=gross,
        net_sum_in_company_currency=net,
        invoiced_sum=Decimal(0),
        invoiced_sum_in_company_currency=Decimal(0),
        net_invoiced_sum=Decimal(0),
        currency=wanted["currency"],
        discount_percent=wanted.get("discountPercent"),
        discount_amount=wanted.get("discountAmount"),
        note=wanted.get("note"),
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
        deliver_to_name=wanted.get("deliverToName"),
        send_to_supplier=False,
        is_new_supplier_added=False,
        budgeted_sum=gross,
        items_chart_sum=gross,
        is_budget_over_limit=False,
        blanket_is_gross=False,
        all_document_custom_field_options_ids=",".join(sorted(chosen)) or None,
        supplier=one_of_mine(Supplier, wanted["supplier"]),
        location=one_of_mine(Location, wanted["location"]),
        legal_entity=one_of_mine(LegalEntity, wanted["legalEntity"]),
        payment_term=one_of_mine(PaymentTerm, wanted.get("paymentTerm")),
        creator_id=USER_ID,
        last_editor_id=USER_ID,
    )
    order.idn = str(next_number())
    order.save(force_insert=True)
    OrderFieldValue.objects.bulk_create(
        [OrderFieldValue(order=order, custom_field_id=field_id, value=value) for field_id, value in values]
    )
    save_lines(order, lines)
    return order


def new_lines(wanted: dict) -> list[tuple[OrderLine, list[LineTax], dict]]:
    """The lines and taxes to save, each line with what was wanted of it."""
    lines = wanted["items"]
    mine_by_id(Unit, {line["unit"]["id"] for line in lines if line.get("unit")})
    mine_by_id(Item, {line["product"]["id"] for line in lines if line.get("product")})
    taxes = mine_by_id(Tax, {tax["id"] for line in lines for tax in line.get("taxes", [])})
    check_options([value for line in lines for value in line_values(line)])
    chosen = [[taxes[tax["id"]] for tax in line.get("taxes", [])] for line in lines]
    bases = [rules.cents(line["quantity"] * line["price"]) for line in lines]
    discounts = [
        rules.discount_of(base, line.get("discountPercent"), line.get("discountAmount"))
        for base, line in zip(bases, lines, strict=True)
    ]
    priced = rules.order_sums(
        list(zip(bases, discounts, chosen, strict=True)), wanted.get("discountPercent"), wanted.get("discountAmount")
    )
    return [
        new_line(position, line, line_taxes, sums)
        for position, (line, line_taxes, sums) in enumerate(zip(lines, chosen, priced, strict=True))
    ]


def new_line(position: int, wanted: dict, taxes: list[Tax], sums: rules.Sums) -> tuple[OrderLine, list[LineTax], dict]:
    line = OrderLine(
        position=position,
        name=wanted["name"],
        sku=wanted.get("sku"),
        description=wanted.get("description"),
        quantity=wanted["quantity"],
        price=wanted["price"],
        discount_percent=wanted.get("discountPercent"),
        discount_amount=wanted.get("discountAmount"),
        discount_sum=sums.discount,
        net_sum=sums.net,
        sum=sums.gross,
        tax_sum=sums.tax,
        tax_percent=sums.percent,
        status=0,
        received_quantity=Decimal(0),
        invoiced_quantity=Decimal(0),
        item_type=1,
        unit_id=wanted["unit"]["id"] if wanted.get("unit") else None,
        product_id=wanted["product"]["id"] if wanted.get("product") else None,
    )
    line_taxes = [
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
    ]
    return line, line_taxes, wanted


def save_lines(order: Order, lines: list[tuple[OrderLine, list[LineTax], dict]]) -> None:
    for line, _, _ in lines:
        line.order = order
    OrderLine.objects.bulk_create([line for line, _, _ in lines])
    for line, taxes, _ in lines:
        for tax in taxes:
            tax.line = line
    LineTax.objects.bulk_create([tax for _, taxes, _ in lines for tax in taxes])
    LineFieldValue.objects.bulk_create(
        [
            LineFieldValue(line=line, custom_field_id=field_id, value=value)
            for line, _, wanted in lines
            for field_id, value in line_values(wanted)
        ]
    )
