"""What suppliers owe by credit notes, per currency: derived from the credit notes, see `credits`."""

from __future__ import annotations

from emptor.domains.organisation.access import read_permission
from emptor.kit.fields import Ref, Text, amount
from emptor.kit.resource import CREATED, KEY, UPDATED, Operation, Resource
from emptor.store.schema import define

READ = read_permission("invoice", "payment.pay")

BALANCES = define(
    Resource(
        name="creditbalances",
        table="credit_balances",
        label="CreditBalance",
        fields=(
            KEY,
            CREATED,
            UPDATED,
            Ref("supplier", to="suppliers", required=True),
            Text("currency", size=3, required=True),
            amount("sum", note="what approved credit notes of the supplier have left to pay invoices with"),
        ),
        operations=(
            Operation("list", "GET", "/-/creditbalances", READ, False, summary="List what suppliers owe by credit"),
            Operation("get", "GET", "/-/creditbalances/{id}", READ, False, summary="What a supplier owes by credit"),
        ),
        uniques=(("supplier_id", "currency"),),
    )
)
