"""Korvenbach America Inc.: the young sister in Ohio, in the other region, with its own money and its own rules."""

from __future__ import annotations

from emptor.demo.company import (
    Approver,
    Choice,
    Company,
    Contract,
    CustomField,
    Group,
    Person,
    Place,
    Plan,
    Seller,
    Step,
    Store,
    roles,
)

PEOPLE = {
    "grace": Person(
        "Grace Okonkwo-Hale", "General manager", roles("super_user"), "DAY", key="super user of the sister company",
        locale="en_US",
    ),
    "dale": Person(
        "Dale Whitcombe", "Buyer",
        roles(
            "purchase_order.view", "purchase_order.create", "request_for_proposal.create", "receipt.view", "supplier.*",
            "item.create", "expense.create", "invoice.view",
        ),
        "DAY", manager="grace", locale="en_US",
    ),
    "renata": Person(
        "Renata Silva-Orton", "Accountant", roles("invoice.*", "payment.pay", "purchase_order.view"), "DAY",
        locale="en_US",
    ),
    "theo": Person(
        "Theo Brackenridge", "Yard supervisor",
        roles("purchase_order.create", "receipt.view", "receipt.create", "warehouse.manage", "invoice.view"), "RNO",
        locations=("RNO",), manager="grace", locale="en_US",
    ),
    "pearl": Person(
        "Pearl Yoder-Quist", "Line lead",
        roles("purchase_requisition.create", "purchase_order.view", "receipt.view", "receipt.create",
              "warehouse_request.*", "warehouse.manage"), "DAY",
        locations=("DAY",), manager="grace", locale="en_US",
    ),
    "ines": Person(
        "Ines Vandermoor", "Group chief financial officer", roles("purchase_order.view", "invoice.view", "report.view"),
        "DAY",
        email="ines.vandermoor@korvenbach.example",
        key="the same person as in Europe, here a viewer: one key per company",
    ),
    "connector": Person(
        "ERP Connector", "Integration", roles("purchase_order.approve", "invoice.approve", "payment.pay"), "DAY",
        locale="en_US",
    ),
}  # fmt: skip

GROUPS = {
    "castings": Group(
        "MAT", "5000", "exempt", "OPS", (
            ('Pump casing 4", ductile iron', "ea", "214.60", 10), ('Impeller blank 9", bronze', "ea", "176", 12),
            ("Motor pedestal, cast", "ea", "142.35", 8), ('Flange set 6", class 150', "set", "88.20", 16),
        ), ("Pattern storage, year", "300"), "Heat numbers on every piece.",
    ),
    "drives": Group(
        "MAT", "5000", "exempt", "OPS", (
            ("Motor 5 hp, TEFC", "ea", "598", 6), ("Motor 25 hp, TEFC", "ea", "1845.75", 3),
            ("Soft starter 30 A", "ea", "412.40", 4),
            ("V-belt set B68", "set", "39.95", 20),
        ), note="No deliveries after 2 pm: the dock becomes a basketball court.",
    ),
    "supplies": Group(
        "MRO", "6100", "sales", "OPS", (
            ("Work gloves, dozen", "box", "32.50", 12), ("Shop towels, case", "box", "54.80", 6),
            ("Safety glasses", "ea", "6.75", 48),
            ("Thread sealant, pint", "ea", "18.90", 10),
        ),
    ),
    "office": Group(
        "MRO", "6100", "sales", "ADM", (
            ("Coffee, five pounds", "ea", "62", 4), ("Printer toner", "ea", "128.90", 3),
            ("Folding table", "ea", "79.99", 6),
        ), note="Decaf is a clerical error; please do not repeat it.",
    ),
    "freight": Group(
        "SRV", "7200", "none", "OPS", (
            ("Flatbed, regional", "ea", "940", 1), ("Less-than-truckload, per pallet", "ea", "118", 6),
            ("Crating", "ea", "160", 2),
        ), ("Fuel surcharge", "58.40"),
    ),
    "engineering": Group(
        "SRV", "7200", "foreign service", "ENG", (
            ("Hydraulic test, day", "day", "1450", 2), ("Drawing conversion to inches", "hr", "85", 24),
        ), note="All lengths in inches. All of them.",
    ),
}  # fmt: skip

SELLERS = (
    Seller("Cinder Creek Foundry LLC", "US", "Cinder Creek, OH", "castings"),
    Seller("Fundición Luna Alta S.A. de C.V.", "MX", "Luna Alta", "castings", ("MXN", "USD"), terms="half"),
    Seller("Prairie Dog Motors Inc.", "US", "Prairie Dog Town, KS", "drives"),
    Seller("Twin Heron Electric Co.", "US", "Twin Heron, MI", "drives", terms="net10"),
    Seller("Buckeye Hollow Supply Co.", "US", "Buckeye Hollow, OH", "supplies", terms="net10"),
    Seller("Silver Sage Safety LLC", "US", "Silver Sage, NV", "supplies"),
    Seller("Paperclip & Daughters", "US", "Dayton, OH", "office", terms="receipt"),
    Seller("Lonesome Mule Freight Inc.", "US", "Lonesome Mule, NV", "freight", terms="net10"),
    Seller("Maple Narrows Engineering Ltd.", "CA", "Maple Narrows, ON", "engineering", ("CAD",)),
    Seller("Korvenbach Pumps AG", "DE", "Leipzig", "engineering", ("EUR",), terms="net60"),
    Seller("Overnight Castings of Yonder", "US", "Yonder, TX", "castings", state="disabled"),
)


def taxes_on(kind: str, country: str, entity: str) -> tuple[str, ...]:
    """Sales tax on what is used up, none on what is sold on; services from abroad are withheld from."""
    if kind == "sales":
        return ("state", "county")
    if kind == "foreign service":
        return ("withheld",) if country != "US" else ()
    return ("exempt",) if kind == "exempt" else ()


WORKFLOWS = {
    "purchaserequisitions": (Step("Direct manager"),),
    "purchaseorders": (Step("General manager", (Approver("grace", low="2000", overrides=(("RNO", "800", ""),)),)),),
}

PLOTS = (
    ("settled", 5, 0, 24),
    ("billed", 3, 22, 42),
    ("partly_paid", 2, 10, 36),
    ("under_way", 3, 36, 52),
    ("waiting", 2, 50, 57),
    ("drafted", 1, 46, 57),
    ("canceled", 1, 10, 50),
    ("wish_waiting", 1, 50, 57),
    ("wish_approved", 3, 8, 50),
    ("receipt_drafted", 1, 30, 50),
    ("request_approved", 1, 30, 50),
    ("moved", 1, 10, 40),
    ("consumed", 2, 10, 50),
    ("counted", 1, 20, 45),
    ("levels_set", 1, 30, 50),
    ("invoice_open", 1, 5, 50),
    ("invoice_draft", 1, 48, 57),
    ("budgets_drawn_up", 1, 0, 0),
    ("bill_drafted", 1, 40, 50),
    ("billed_dearer", 1, 42, 48),
    ("credit_note", 1, 10, 36),
    ("credit_open", 1, 20, 44),
    ("prepaid", 1, 40, 50),
    ("payment_run", 1, 12, 38),
    ("payment_waiting", 2, 42, 46),
    ("payment_stopped", 1, 30, 40),
    ("expense_approved", 1, 30, 50),
    ("expense_paid", 1, 5, 40),
    ("refund_waiting", 1, 42, 48),
    ("refund_stopped", 1, 20, 40),
    ("scan_read", 1, 40, 48),
    ("price_change", 2, 1, 56),
)

AMERICA = Company(
    word="america",
    name="Korvenbach America",
    region="us",
    currency="USD",
    domain="korvenbach-america.example",
    founder="grace",
    people=PEOPLE,
    locations={
        "DAY": ("Dayton plant", "1400 Flume Road\nDayton, OH 45402", "+1 937 555 0140", ("US",)),
        "RNO": ("Reno yard", "77 Dry Creek Lane\nReno, NV 89501", "+1 775 555 0177", ("US",)),
    },
    entities={
        "US": {
            "name": "Korvenbach America Inc.", "fullName": "Korvenbach America Incorporated",
            "legalAddress": "1400 Flume Road, Dayton, OH 45402", "taxPayerType": "EIN", "taxPayerNumber": "00-0001400",
            "bankName": "Flume Road Savings", "keyExecutive": "Grace Okonkwo-Hale", "phone": "+1 937 555 0100",
            "country": "US",
        },
    },
    units={"ea": "each", "set": "set", "box": "case", "hr": "hour", "day": "day"},
    taxes={
        "state": {"name": "Ohio sales tax", "percent": "5.75"},
        "county": {"name": "County tax", "percent": "1.75"},
        "exempt": {"name": "Resale, exempt", "percent": "0"},
        "withheld": {"name": "Nonresident withholding", "percent": "30", "isWithholdingTax": True},
    },
    terms={
        "net30": {"name": "Net 30", "paymentType": 0, "creditPeriodDays": 30},
        "net10": {"name": "Net 10", "paymentType": 0, "creditPeriodDays": 10},
        "net60": {"name": "Net 60", "paymentType": 0, "creditPeriodDays": 60},
        "receipt": {"name": "Due on receipt", "paymentType": 0, "creditPeriodDays": 0},
        "half": {"name": "Half in advance", "paymentType": 2, "prepaymentPercent": "50", "creditPeriodDays": 15},
    },
    categories=(Choice("Materials", "MAT"), Choice("Maintenance and office", "MRO"), Choice("Services", "SRV")),
    custom_fields={
        "department": CustomField(
            "Department", "document",
            choices=(Choice("Operations", "OPS"), Choice("Engineering", "ENG"), Choice("Administration", "ADM")),
        ),
        "reason": CustomField("Business reason", "document", "text"),
        "account": CustomField(
            "GL account", "item",
            choices=(Choice("Cost of goods", "5000"), Choice("Supplies", "6100"), Choice("Purchased services", "7200")),
        ),
        "w9": CustomField("W-9 received", "supplier", "date"),
    },
    groups=GROUPS,
    sellers=SELLERS,
    contracts=(
        Contract("Cinder Creek Foundry LLC", "KA-25-01", "2025-01-01", "2026-12-31", "US", prolongation=True),
        Contract("Lonesome Mule Freight Inc.", "KA-25-02", "2025-05-01", "2026-04-30", "US",
        note="Fuel surcharge by index."),
    ),
    warehouses={
        "DAY-1": Store("Dayton store", "main", ("DAY", "RNO"), ("theo", "pearl"), ("castings", "supplies")),
        "RNO-Y": Store("Reno yard", "yard", ("RNO",)),
    },
    rates={"MXN": "0.05742", "CAD": "0.7286", "EUR": "1.1571"},
    places={
        "DAY": Place(("dale",), "pearl", ("pearl",), "DAY-1"), "RNO": Place(("theo",), "theo", store="RNO-Y"),
    },
    accountants={"US": "renata"},
    payer="renata",
    approver="grace",
    purchaser="dale",
    administrator="grace",
    tax_rule=taxes_on,
    plots=PLOTS,
    workflows=WORKFLOWS,
    dear=(2_500, 12_000),
    tolerances=({"percent": "3", "amount": "150", "onMatching": True},),
    plans=(
        Plan("all", "Operations", "quarter", "2026-01-01", "2026-12-31", (("", ("400000",) * 4),), limited=True,
             deduction="net"),
    ),
    number_formats={"purchaseorders": "KA-{year}-{number:04}"},
    choices={
        "approvalTotal": "net", "automaticOrders": True, "selfApproval": False, "paymentApproval": True, "mail": False,
    },
    people_chosen={"defaultPurchaser": "dale"},
)  # fmt: skip
