"""Who a company buys from: contacts, bank and tax particulars, terms, currencies and approval."""

from __future__ import annotations

from dataclasses import replace

from emptor.domains.approvals.running import STEPS
from emptor.domains.attachments import attachments
from emptor.domains.external_ids import external_id, patch_external_id
from emptor.domains.suppliers import approval, bank
from emptor.domains.suppliers.credit import CREDIT_BALANCE_SUMS
from emptor.kit.currencies import SPELLING
from emptor.kit.fields import (
    Asked,
    Code,
    Constant,
    Derived,
    Field,
    Flag,
    Hidden,
    Integer,
    Moment,
    Number,
    Part,
    Parts,
    Ref,
    Refs,
    Text,
    Texts,
    Write,
    percent,
)
from emptor.kit.resource import (
    CREATED,
    KEY,
    UPDATED,
    Operation,
    Permission,
    Resource,
    read_operations,
    write_operations,
)
from emptor.store.schema import custom_values, define

CREATE = Permission("supplier", ("create",))
APPROVE = approval.APPROVES

CONTACT = Part(
    "SupplierContact",
    "supplier_contacts",
    "supplier_id",
    "suppliers",
    (
        KEY,
        Text("name", size=200, write=Write.ALWAYS),
        Text("email", size=200, write=Write.ALWAYS, pattern=r"[^@\s]+@[^@\s]+", hint="Write an e-mail address."),
        Text("phone", size=50, write=Write.ALWAYS),
        Text("position", size=100, write=Write.ALWAYS),
    ),
)


def _texts(*names: str, size: int = 200) -> tuple[Field, ...]:
    return tuple(Text(name, size=size, write=Write.ALWAYS) for name in names)


NOT_KEPT = (
    "isMarketUpdatable", "marketSupplier", "enableMarketSupplier", "supplierRegistration", "afaxysSupplierId",
)  # fmt: skip
NOT_KEPT_IN_DETAIL = (
    "supplierRegistrations", "propsVisibility", "supplierTaxDefaultOptions", "supplierICFDefaultOptions",
    "supplierDCFDefaultOptions", "supplierCustomFieldOptionValues", "supplierToleranceLimitsSetup", "showApprovingWay",
    "showApprovalReviewers", "substitute", "voters", "accessToDocuments",
)  # fmt: skip

SUPPLIERS = define(
    Resource(
        name="suppliers",
        label="Supplier",
        fields=(
            KEY,
            Text("uniqueCode", size=50, unique=True, write=Write.ALWAYS),
            Text("name", size=300, required=True, write=Write.ALWAYS),
            CREATED,
            UPDATED,
            Moment("approvalDate", listed=False),
            Text("currency", size=3, write=Write.ALWAYS, **SPELLING),
            Texts("currencies", write=Write.ALWAYS, **SPELLING),
            Flag("autoSendPOSupplier", column="auto_send_po_supplier", write=Write.ALWAYS),
            Number("deliveryPeriod", write=Write.ALWAYS),
            Number("minimumSum", write=Write.ALWAYS),
            Text("legalAddress", size=500, multiline=True, write=Write.ALWAYS),
            *_texts("accountHolderName", "bankName", "accountNumber"),
            Text("bankAddress", size=500, multiline=True, write=Write.ALWAYS),
            *_texts(
                "swiftCode", "permanentAccountNumber", "internationalBankAccountNumber",
                "americanBankersAssociationNumber", "indianFinancialSystemCode", "sortCode",
                "businessRegistrationNumber", "city", "country", "state", "postalCode",
            ),
            Text("conditions", size=5000, multiline=True, write=Write.ALWAYS),
            Flag("taxPayer", write=Write.ALWAYS),
            Integer("taxPayerType", write=Write.ALWAYS),
            *_texts("taxPayerLabel", "taxPayerNumber", "phone"),
            Text("note", size=5000, multiline=True, write=Write.ALWAYS),
            Flag("enableToleranceRate", write=Write.ALWAYS),
            percent("toleranceRatePercent", write=Write.ALWAYS),
            Flag("enable", default=True, write=Write.ALWAYS),
            *_texts("qboId", "xeroId"),
            Text("netSuiteId", size=200, listed=False, write=Write.ALWAYS),
            external_id(write=Write.NEVER),
            Integer("integrationStatus", listed=False),
            *(Constant(name) for name in NOT_KEPT),
            CREDIT_BALANCE_SUMS,
            Code("status", names=approval.STATUSES, default=approval.APPROVED),
            Ref("creator", to="users"),
            Flag("enterInvoiceAsOneLine", write=Write.ALWAYS),
            Refs(
                "paymentTerms", to="payment_terms", table="supplier_payment_terms", owner="supplier_id",
                member="payment_term_id", send_as="paymentTermIds", write=Write.ALWAYS,
            ),
            replace(STEPS, listed=True),
            Constant("approvingWay"),
            Parts("contacts", part=CONTACT, write=Write.ALWAYS, size=200),
            Constant("marketContacts", value={"data": []}, kind="object"),
            custom_values("supplier", "suppliers"),
            Asked(
                "approvalInfo", ask=approval.rights, note="what the asking person may decide",
                json_schema={
                    "type": "object",
                    "properties": {right: {"type": "boolean"} for right in approval.RIGHTS},
                    "required": list(approval.RIGHTS),
                    "additionalProperties": False,
                },
            ),
            attachments(8),
            Constant("marketAttachments", value={"data": []}, kind="object", listed=False),
            *(Constant(name, listed=False) for name in NOT_KEPT_IN_DETAIL),
            Refs(
                "supplierLegalEntities", to="legal_entities", table="supplier_legal_entities", owner="supplier_id",
                member="legal_entity_id", send_as="supplierLegalEntityIds", write=Write.ALWAYS, listed=False,
            ),
            Flag("isEnabledApproval", listed=False),
            Flag("isPunchoutSupplier", listed=False),
            Derived(
                "isAllAccessLegalEntity", compute=lambda shown: not shown["supplierLegalEntities"]["data"],
                json_schema={"type": "boolean"}, listed=False,
            ),
            Hidden("rejectReason", kind="text", size=1000),
            *bank.FIELDS,
        ),
        operations=(
            *read_operations("suppliers"),
            *write_operations("suppliers", CREATE, create=approval.create, update=approval.update),
            patch_external_id("suppliers", CREATE),
            Operation(
                "action", "PATCH", "/suppliers/{id}/customfields", CREATE, run=approval.set_custom_fields,
                body=(custom_values("supplier", "suppliers"),), summary="Set custom field values of a supplier",
            ),
            Operation("action", "POST", "/suppliers/{id}/approve", APPROVE, run=approval.approve, body=(),
                      summary="Approve a supplier"),
            Operation("action", "POST", "/suppliers/{id}/confirm_bank", APPROVE, False, run=bank.confirm, body=(),
                      summary="Confirm that a supplier's changed bank account is right"),
            Operation(
                "action", "POST", "/suppliers/{id}/reject", APPROVE, run=approval.reject, summary="Reject a supplier",
                body=(Text("comment", size=1000, multiline=True, write=Write.ALWAYS),),
            ),
        ),
        reference=("id", "name", "uniqueCode", "externalId"),
        writes=CREATE,
        attachment_type=8,
    )
)  # fmt: skip
