"""What the declarations say about bodies and objects, and the little that they cannot say.

Tests of every operation go by `Endpoint` and `Spot`, tests of every list by `Collection`. A rule over several fields
or a field that follows from another stands in `SPECIAL`.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from emptor.domains import discover
from emptor.kit.fields import CustomValues, Field, Parts, Ref, Refs, Shared, Text, Texts, Upload, Write
from emptor.kit.resource import Operation, Parent, Resource

ON_CREATE_ONLY = ("create", "command")
KEPT, REFUSED, ANYTHING, LEFT_OUT = object(), object(), object(), object()

Shown = dict[str, Any]
Told = Callable[[Any, Shown], Any]
"""A value that follows from what else there is: told(maker, the object so far, or the one that is changed)."""


@dataclass(frozen=True)
class Special:
    """What the declaration of an object cannot say; every value is by the name of a field, or by its place in parts
    (`items.quantity`), and may be a function (`Told`).
    """

    demanded: Mapping[str, Any] = field(default_factory=dict)
    """Values that a rule over several fields demands, or `LEFT_OUT`."""
    usable: Mapping[str, Any] = field(default_factory=dict)
    """What a small object needs besides so that others can refer to it."""
    then: Callable[[Any, Shown], None] | None = None
    """What has to happen to an object before it can be submitted: then(maker, shown)."""
    becomes: int | None = None
    """The state in which others can refer to an object with a life."""
    at_last: Callable[[Any, Shown], None] | None = None
    """What has to happen to an object in that state."""
    comes: Callable[[Any], Shown] | None = None
    """How a new one comes to be where nobody creates it by itself: comes(maker)."""
    each: int = 1
    """How many of them a furnished company needs where it has one of the others."""
    least: tuple[str, ...] = ()
    """Fields that the smallest object needs although they are not required."""
    follows: Mapping[str, Any] = field(default_factory=dict)
    """What an absent field becomes; a function makes it from the body sent and the time."""
    carried: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Fields that change with another although nobody sent them."""
    along: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    """What has to be sent along with a change."""
    emptied: Mapping[str, Any] = field(default_factory=dict)
    """What an emptied field shows, `KEPT`, or `REFUSED` when it cannot be emptied."""
    means: Mapping[str, str] = field(default_factory=dict)
    """Names in the body of a new object for what is shown, and may be sent as well, under another name."""


APPROVED, COMPLETED = 2, 5


def order_of(maker: Any, of: Shown) -> Shown:
    """The order that a receipt is for."""
    if "purchaseOrderIdn" in of:
        return maker.house.get(f"/purchaseorders/{of['purchaseOrderIdn']}")
    if "purchaseOrder" not in of:
        of = maker.house.get(f"/receipts/{of['idn']}")
    row = maker.house.get(f"/purchaseorders?id={of['purchaseOrder']['id']}")["data"][0]
    return maker.house.get(f"/purchaseorders/{row['idn']}")


def received(name: str) -> Told:
    """Something of each line of the order, which stands under that name."""
    return lambda maker, of: [
        {name: line["id"], "quantity": 1.25, "rejectedQuantity": 0.5} for line in order_of(maker, of)["items"]["data"]
    ]


def line_of(maker: Any, name: str, which: int = 0) -> Shown:
    """A line of the object of that kind that others refer to."""
    return maker.one(name)["items"]["data"][which]


def ordered(maker: Any, of: Shown) -> list[Shown]:
    """Some of the first line of the requisition that others refer to."""
    return [{"id": line_of(maker, "purchaserequisitions")["id"], "quantity": 1.5}]


def asked_for(maker: Any, of: Shown) -> list[Shown]:
    """Some of a line of that requisition from which nothing has been made yet."""
    lines = maker.house.get(f"/purchaserequisitions/{maker.one('purchaserequisitions')['idn']}")["items"]["data"]
    return [{"id": line["id"], "quantity": 1.5} for line in lines[1:] if line["status"] == 0][:1]


def offered(maker: Any, of: Shown) -> list[int]:
    """The undecided lines of a proposal."""
    lines = maker.house.get(f"/requestforproposals/proposition/{of['id']}")["items"]["data"]
    return [line["id"] for line in lines if line["status"] == 1]


def won(maker: Any, of: Shown) -> list[Shown]:
    """Some of each line of a proposal that has won."""
    lines = maker.one("requestforproposals")["propositions"]["data"][0]["items"]["data"]
    return [{"id": line["id"], "quantity": 0.5} for line in lines if line["status"] == APPROVED]


def invited(maker: Any, shown: Shown) -> None:
    """Ask a supplier for a proposal."""
    suppliers = [{"id": maker.one("suppliers")["id"], "emails": ["sales@bolt.test"]}]
    maker.house.changed("POST", f"/requestforproposals/{shown['idn']}/invite", {"suppliers": suppliers})


def answered(maker: Any, shown: Shown) -> None:
    """Let the supplier offer a price for each line, and the first line win."""
    (proposal,) = shown["propositions"]["data"]
    lines = [{"id": line["id"], "price": 7.5} for line in proposal["items"]["data"]]
    maker.house.changed("PUT", f"/-/propositions/{proposal['accessKey']}", {"items": lines})
    winning = f"/requestforproposals/proposition/{proposal['id']}/items/approve"
    maker.house.changed("PUT", winning, {"items": [lines[0]["id"]]})


KINDS_OF_WORKFLOW = (
    "expenses", "requestforproposals", "warehouserequests", "purchaserequisitions", "receipts", "suppliers",
    "invoices", "purchaseorders",
)  # fmt: skip


def without_workflow(maker: Any, of: Shown) -> str:
    """A kind that has no workflow yet; those first on which little else depends."""
    taken = {one["documentType"] for one in maker.house.get("/-/approvalworkflows?per_page=200")["data"]}
    return next((one for one in KINDS_OF_WORKFLOW if one not in taken), KINDS_OF_WORKFLOW[0])


def own_lines(path: str, *, some: float | None = None) -> Told:
    """The lines of the object itself: their ids, or so much of each."""

    def told(maker: Any, of: Shown) -> list[Any]:
        lines = [line["id"] for line in maker.house.get(path.format(**of))["items"]["data"]]
        return [{"id": line, "quantity": some} for line in lines] if some else lines

    return told


def in_stock(maker: Any, of: Shown) -> Shown:
    """An item that warehouses keep."""
    return {"id": maker.one("items")["id"]}


def counted(maker: Any) -> Shown:
    """Something that a warehouse has begun to keep."""
    item, warehouse = maker.another("items")["id"], maker.one("warehouses")["id"]
    lines = [{"product": item, "countedQuantity": 7}]
    taking = maker.house.made("/stock_takings", {"warehouse": warehouse, "items": lines})
    for verb in ("start", "confirm"):
        maker.house.changed("POST", f"/stock_takings/{taking['id']}/{verb}")
    return maker.house.get(f"/warehouses/{warehouse}/items?product={item}")["data"][0]


def given_back(maker: Any) -> Shown:
    """What a supplier owes who has just given a credit note."""
    supplier = maker.another("suppliers")["id"]
    note = {"logicType": 5, "supplier": supplier, "items": [{"name": "Bonus", "quantity": 1, "price": 50}]}
    made = maker.house.made("/invoices", note)
    maker.house.changed("POST", f"/invoices/{made['idn']}/confirm")
    return maker.house.get(f"/-/creditbalances?supplier={supplier}")["data"][0]


AT_HAND = "at hand"
"""What is noted on objects that only certain bodies name: they are made before and told by this."""


def at_hand(maker: Any, kind: str, wanted: str, number: int = 1) -> list[int]:
    """An approved document of that kind which nothing else uses; so many are made when there is none."""

    def there_are() -> list[int]:
        found = maker.house.get(f"/{kind}?per_page=200&{wanted}")["data"]
        return [one["id"] for one in found if one["note"] == AT_HAND][-1:]

    for _ in range(0 if there_are() else number):
        body = {"supplier": maker.one("suppliers")["id"], "location": maker.one("locations")["id"],
                "items": [{"name": "Bolt", "quantity": 1, "price": 50}], "note": AT_HAND}  # fmt: skip
        made = maker.house.made(f"/{kind}", body)
        maker.house.changed("POST", f"/{kind}/{made['idn']}/confirm")
    return there_are()


def placed_order(maker: Any, of: Shown) -> list[int]:
    """An order of which nothing has been billed."""
    return at_hand(maker, "purchaseorders", "status[]=2&statusPayment=0")


def owed(maker: Any, of: Shown) -> list[int]:
    """An invoice of which nothing has been paid; paying it takes it away, so there are many."""
    return at_hand(maker, "invoices", "status[]=2", 30)


def handed_in(maker: Any) -> Shown:
    """A bill that has come as a file."""
    file = {"file": ("bill.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")}
    maker.house.changed("POST", "/ap/document/upload", form={}, files=file)
    (row, *_) = maker.house.get("/ap/documents?per_page=10")["data"]
    return maker.house.get(f"/ap/documents/{row['idn']}")


LATE = "2030-12-31T23:59:59+00:00"
NUMBER_FORMAT = Special(
    demanded={"template": "PO-{year}-{number:05}", "enable": True},
    follows={"template": "{number}"},
)
CUSTOM_FIELD = Special(demanded={"type": 0, "required": False})
BOLTS = {"name": "Bolt", "price": 100, "quantity": 1000}


def line_of_a_plan(maker: Any) -> Shown:
    """A budget: the only line of a new plan, for a year."""
    plan = {"name": "Year", "type": "custom", "startDate": "2020-01-01", "endDate": "2020-12-31"}
    made = maker.house.made("/-/budgetplans", {**plan, "lines": [{"periods": [{"sum": 1000}]}]})
    return maker.house.get(f"/budgets/{made['lines']['data'][0]['periods']['data'][0]['id']}")


def taxes_of_all(maker: Any, of: Shown) -> list[int]:
    """Taxes for a whole document: in a new one those that its lines name by themselves, later others."""
    if isinstance(of.get("items"), list):
        return list(dict.fromkeys(tax["id"] for line in of["items"] for tax in line["taxes"]))
    return [maker.one("taxes")["id"], maker.another("taxes")["id"]]


DOCUMENT = Special(
    demanded={"taxes": taxes_of_all},
    usable={"items": [BOLTS, {"name": "Nut", "price": 10, "quantity": 1000}]},
    becomes=APPROVED,
    follows={"currency": "EUR", "exchangeRate": 1, "issueDate": lambda sent, now: now},
    carried={"paymentTerm": ("prepaymentPercent", "postpaymentPercent", "creditPeriodDays"), "taxes": ("items",)},
    along={"currency": {"exchangeRate": 1.25}},
    emptied={"exchangeRate": REFUSED, "currency": "EUR"},
)
SHARES = ("prepaymentPercent", "postpaymentPercent")
ENDS = {"from": 0, "to": 1_000_000_000}
SPECIAL: dict[str, Special] = {
    "approvalworkflows": Special(
        demanded={
            "documentType": without_workflow,
            "steps.kind": "approvers",
            "steps.mode": "any",
            "steps.approvers.options": lambda maker, of: [{"id": maker.an_option("document")}],
            "steps.approvers.backups": lambda maker, of: [{"id": maker.one("users")["id"]}],
            **{f"steps.approvers.{name}": value for name, value in ENDS.items()},
            **{f"steps.approvers.overrides.{name}": value for name, value in ENDS.items()},
            "steps.approvers.overrides.option": LEFT_OUT,
        },
        each=2,
    ),
    "budgetplans": Special(
        demanded={
            "type": "month",
            "deduction": "custom",
            "startDate": "2020-01-01T00:00:00+00:00",
            "endDate": "2020-12-31T23:59:59+00:00",
            "lines.periods.startDate": LEFT_OUT,
            "lines.periods.endDate": LEFT_OUT,
            "lines.options": lambda maker, of: [{"id": maker.an_option("document")}],
        },
        usable={"lines": [{"periods": [{"sum": 1000}]}]},
        follows={"deduction": "gross", "usedTaxPercentInBudget": "100.00", "holder": ANYTHING},
        carried={
            **dict.fromkeys(("type", "startDate", "endDate"), ("lines",)),
            "deduction": ("usedTaxPercentInBudget",),
        },
        along={"startDate": {"endDate": LATE}, "lines": {"type": "month", "endDate": LATE}},
        emptied={"deduction": "gross", "usedTaxPercentInBudget": REFUSED, "holder": REFUSED},
    ),
    "budgets": Special(comes=line_of_a_plan),
    "contracts": Special(
        demanded={"beginDate": "2020-01-01T00:00:00+00:00", "endDate": LATE},
        least=("id",),
        follows={"createDate": lambda sent, now: now},
        means={"id": "supplier"},
    ),
    "creditbalances": Special(comes=given_back),
    "apdocuments": Special(
        comes=handed_in,
        carried={"supplier": ("isCorrected",)},
        emptied={"type": "invoice"},
    ),
    "documentcustomfields": CUSTOM_FIELD,
    # Lines in currencies of their own need rates to each new one: see the tests of expenses.
    "expenses": replace(
        DOCUMENT,
        demanded={**DOCUMENT.demanded, "items.currency": LEFT_OUT, "items.exchangeRate": LEFT_OUT},
        carried={**DOCUMENT.carried, "currency": ("items",)},
    ),
    "expensePayments": Special(demanded={"sumPaid": 0.01}),
    "invoices": replace(
        DOCUMENT,
        demanded={
            **DOCUMENT.demanded,
            "logicType": 0,
            "allocatedInvoice": LEFT_OUT,
            "items.creditedItem": LEFT_OUT,
            "purchaseOrder": LEFT_OUT,
            "items.allocations": LEFT_OUT,
        },
        least=("supplier",),
        emptied={**DOCUMENT.emptied, "supplier": REFUSED},
    ),
    "itemcustomfields": CUSTOM_FIELD,
    "items": Special(
        usable={"itemType": 1},
        least=("price",),
        follows={"currency": "EUR"},
        emptied={"currency": "EUR", "price": REFUSED},
    ),
    "numberformats": NUMBER_FORMAT,
    "payments": Special(
        demanded={"sumPaid": 0.01, "logicType": 0, "purchaseOrder": LEFT_OUT, "creditNote": LEFT_OUT},
        least=("invoice",),
    ),
    "POST /payments/mass": Special(demanded={"invoices": owed}),
    "POST /invoices/{idn}/split": Special(demanded={"items": own_lines("/invoices/{idn}", some=0.5)}),
    "POST /invoices/from_orders": Special(demanded={"purchaseOrders": placed_order}),
    "paymentterms": Special(
        demanded={
            "paymentType": 2,
            "prepaymentPercent": 30.5,
            "postpaymentPercent": 69.5,
            "termsDueDateAfterInvoicing": lambda maker, of: 0,
        },
        least=("prepaymentPercent",),
        follows={"postpaymentPercent": 69.5},
        carried={
            **dict.fromkeys(SHARES, SHARES),
            "paymentType": (*SHARES, "creditPeriodDays", "termsDueDateAfterInvoicing"),
        },
        emptied=dict.fromkeys(SHARES, KEPT),
    ),
    "purchaseorders": replace(DOCUMENT, demanded={**DOCUMENT.demanded, "logicType": 0, "endDate": LATE}),
    "POST /purchaseorders/from_requisitions": Special(
        demanded={"items": ordered, "proposalItems": won, "logicType": 0}
    ),
    "purchaserequisitions": replace(DOCUMENT, usable={"items": [BOLTS] * 6}),
    "POST /purchaserequisitions/{idn}/reject_items": Special(
        demanded={"items": own_lines("/purchaserequisitions/{idn}")}
    ),
    "receipts": Special(
        demanded={"items": received("purchaseOrderItem")},
        usable={"items": received("purchaseOrderItem")},
        becomes=APPROVED,
        follows={"items": ANYTHING, "requiredDate": lambda sent, now: now},
        carried={"items": ("netSum", "netSumInCompanyCurrency")},
    ),
    "POST /receipts/{purchaseOrderIdn}": Special(demanded={"items": received("id")}),
    "requestforproposals": replace(DOCUMENT, demanded={"requiredDate": LATE}, then=invited, at_last=answered),
    "POST /requestforproposals/from_requisitions": Special(demanded={"items": asked_for, "requiredDate": LATE}),
    "POST /requestforproposals/{idn}/invite": Special(
        demanded={"suppliers.id": lambda maker, of: maker.another("suppliers")["id"]}
    ),
    "POST /requestforproposals/{idn}/uninvite": Special(
        demanded={"suppliers": lambda maker, of: [maker.one("suppliers")["id"]]}
    ),
    "PUT /requestforproposals/proposition/{id}/items/approve": Special(demanded={"items": offered}),
    "stock_takings": Special(
        usable={"items": lambda maker, of: [{"product": in_stock(maker, of), "countedQuantity": 10_000}]},
        becomes=COMPLETED,
    ),
    "stocktransfers": Special(
        demanded={
            "type": "transfer",
            "fromWarehouse": lambda maker, of: {"id": maker.one("warehouserequests")["warehouse"]["id"]},
            "toWarehouse": lambda maker, of: {"id": maker.another("warehouses")["id"]},
            "items.product": lambda maker, of: {"id": line_of(maker, "warehouserequests")["product"]["id"]},
            "items.warehouseRequestItem": lambda maker, of: line_of(maker, "warehouserequests")["id"],
        },
        least=("toWarehouse",),
        follows={"type": "transfer"},
        emptied={"toWarehouse": REFUSED},
    ),
    "POST /stocktransfers/{id}/receive": Special(demanded={"items": own_lines("/stocktransfers/{id}", some=0.5)}),
    "suppliercustomfields": CUSTOM_FIELD,
    "suppliers": Special(
        demanded={"currency": "USD", "currencies": ["USD", "GBP"]},
        follows={"currency": "EUR", "currencies": ["EUR"]},
        carried={"currency": ("currencies",), "currencies": ("currency",)},
        emptied={"currency": KEPT, "currencies": ["USD"]},
    ),
    "taxes": Special(follows={"value": lambda sent, now: sent["percent"]}),
    "tolerancerules": Special(
        demanded={"from": 1, "to": 1000}, least=("percent",), along={"from": {"to": 1000}}, emptied={"percent": REFUSED}
    ),
    "users": Special(usable={"roles": ["super_user"]}, along={"awayFrom": {"awayUntil": LATE}}),
    "warehouseitems": Special(comes=counted),
    "POST /warehouserequests/{idn}/complete": Special(
        demanded={"items": own_lines("/warehouserequests/{idn}", some=0.5)}
    ),
    "warehouses": Special(each=2),
    "warehouserequests": replace(
        DOCUMENT,
        usable={
            "warehouse": lambda maker, of: {"id": maker.one("warehouses")["id"]},
            "items": lambda maker, of: [{"product": in_stock(maker, of), "quantity": 500}],
        },
    ),
}


@dataclass(frozen=True)
class Endpoint:
    """An operation and the resource that declares it."""

    resource: Resource
    operation: Operation

    @property
    def fields(self) -> tuple[Field, ...]:
        """Fields that the body may have."""
        declared = self.resource.fields if self.operation.body is None else self.operation.body
        return tuple(one for one in declared if one.write.on(self.occasion))

    @property
    def said_once(self) -> tuple[Field, ...]:
        """The fields without second names for what others say already."""
        names = {sent_as(one) for one in self.fields}
        again = {other for name, other in self.special.means.items() if name in names}
        return tuple(one for one in self.fields if sent_as(one) not in again)

    @property
    def special(self) -> Special:
        return SPECIAL.get(str(self)) or SPECIAL.get(self.resource.name, Special())

    @property
    def occasion(self) -> Write:
        return Write.ON_CREATE if self.operation.kind in ON_CREATE_ONLY else Write.ON_UPDATE

    @property
    def writes(self) -> bool:
        return self.operation.method != "GET"

    @property
    def takes_files(self) -> bool:
        return any(isinstance(one, Upload) for one in self.fields)

    def __str__(self) -> str:
        return f"{self.operation.method} {self.operation.path}"


def endpoints(registry: Any) -> list[Endpoint]:
    """Every operation there is."""
    return [Endpoint(resource, one) for resource in registry for one in resource.operations]


@dataclass(frozen=True, eq=False)
class Collection:
    """A list of the API, and what can be done with the objects in it."""

    resource: Resource
    parent: Parent | None
    operations: dict[str, Operation]
    """The first of each kind."""

    def __str__(self) -> str:
        return self.operations["list"].path.strip("/")

    @property
    def special(self) -> Special:
        return SPECIAL.get(str(self)) or SPECIAL.get(self.resource.name, Special())

    def accepted(self, occasion: Write) -> dict[str, Field]:
        """The fields of a body by the names they are sent under, one for each column."""
        endpoint = Endpoint(self.resource, self.operations["create" if occasion is Write.ON_CREATE else "update"])
        by_target: dict[str, Field] = {}
        for one in endpoint.said_once:
            by_target.setdefault(target_of(one), one)
        return {sent_as(one): one for one in by_target.values()}

    def shown(self, one: Field) -> Field:
        """The field in which the API shows what `one` of a body says."""
        wire = self.special.means.get(sent_as(one))
        return next(f for f in self.resource.fields if f.wire == wire or (not wire and target_of(f) == target_of(one)))


def _collections() -> Iterator[Collection]:
    for resource in discover():
        groups: dict[str, dict[str, Operation]] = {}
        for operation in resource.operations:
            above = operation.parent.resource if operation.parent else ""
            groups.setdefault(above, {}).setdefault(operation.kind, operation)
        for operations in groups.values():
            if "list" in operations:
                yield Collection(resource, operations["list"].parent, operations)


COLLECTIONS = tuple(_collections())


def collection_of(name: str) -> Collection:
    """The list of that kind of object."""
    return next(one for one in COLLECTIONS if one.resource.name == name)


def _owners(resource: Resource, fields: tuple[Field, ...]) -> Iterator[tuple[str, str]]:
    for one in fields:
        if isinstance(one, Parts) and one.part is not None:
            yield one.of.table, resource.table
            yield from _owners(resource, one.of.fields)


OWNERS = {part: owner for one in discover() for part, owner in _owners(one, one.fields)}
"""The table of the objects in which the parts of a table are found."""
for _one in discover():
    if any(operation.kind == "create" for operation in _one.operations):
        OWNERS[_one.table] = _one.table


def target_of(one: Field) -> str:
    """Where a value ends up: a column, or the name of a list."""
    return one.wire if isinstance(one, (Parts, Refs)) else one.column


def sent_as(one: Field) -> str:
    """The name of a field in a body."""
    return getattr(one, "send_as", "") or one.wire


@dataclass(frozen=True)
class Spot:
    """One value in a body: where it stands, under which name faults at it are told, and what it is."""

    steps: tuple[str | int, ...]
    field: Field
    told_at: str = ""
    option_of: Field | None = None
    """For the value of a custom field: the custom values it is one of."""

    @property
    def place(self) -> str:
        return self.told_at or place_of(self.steps)

    def within(self, body: Any) -> Any:
        """The value that stands there."""
        for step in self.steps:
            body = body[step]
        return body

    def put(self, body: Any, value: Any) -> Any:
        """A copy of the body with another value there."""
        changed = copy.deepcopy(body)
        node = changed
        for step in self.steps[:-1]:
            node = node[step]
        node[self.steps[-1]] = value
        return changed


def place_of(steps: tuple[str | int, ...]) -> str:
    """`items[0][name]`: how errors name a place."""
    return str(steps[0]) + "".join(f"[{step}]" for step in steps[1:])


def spots(fields: tuple[Field, ...], body: Any, occasion: Write, above: tuple[str | int, ...] = ()) -> Iterator[Spot]:
    """Every value of the body that a field declares, the parts' and the custom values' included."""
    for one in fields:
        steps = (*above, sent_as(one))
        if not one.write.on(occasion) or sent_as(one) not in body:
            continue
        value = body[sent_as(one)]
        if isinstance(one, CustomValues):
            for i in range(len(value)):
                told = place_of((*steps, i))
                yield Spot((*steps, i, one.names_field), Ref(one.names_field, to="custom_fields"), told)
                yield Spot((*steps, i, "value"), Text("value", size=2000, multiline=True), told, option_of=one)
        elif isinstance(one, Parts):
            for i, entry in enumerate(value):
                yield from spots(one.of.fields, entry, Write.ON_CREATE, (*steps, i))
        elif isinstance(one, (Refs, Shared, Texts)):
            for i in range(len(value)):
                single: Field = Text(one.wire, size=100, pattern=getattr(one, "pattern", ""), required=True)
                if isinstance(one, (Refs, Shared)):
                    single = Ref(one.wire, to=one.to, required=True, flat=True)
                yield Spot((*steps, i), single)
        else:
            yield Spot(steps, one)
