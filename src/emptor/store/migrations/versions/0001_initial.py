"""The first tables. Generated: python -m emptor.store.migrations.renew"""

import sqlalchemy as sa
from alembic import op

from emptor.store.journal import append_only
from emptor.store.row_security import guard
from emptor.store.types import Fixed, Instant, JsonText

revision = "0001_f8990b56"
down_revision = None

GUARDED = (
    "ap_documents",
    "approval_snapshots",
    "approval_steps",
    "approval_tasks",
    "approval_workflow_approvers",
    "approval_workflow_steps",
    "approval_workflows",
    "approver_backups",
    "approver_legalentities",
    "approver_locations",
    "approver_options",
    "approver_overrides",
    "attachments",
    "audit_entries",
    "budget_balances",
    "budget_line_options",
    "budget_lines",
    "budget_moves",
    "budget_plans",
    "budgets",
    "categories",
    "comments",
    "contract_reminders",
    "contract_users",
    "contracts",
    "counters",
    "credit_balances",
    "custom_field_options",
    "custom_fields",
    "expense_lines",
    "expense_lines_custom_values",
    "expense_lines_taxes",
    "expense_payments",
    "expenses",
    "expenses_custom_values",
    "followers",
    "invoice_contracts",
    "invoice_line_allocations",
    "invoice_lines",
    "invoice_lines_custom_values",
    "invoice_lines_taxes",
    "invoices",
    "invoices_custom_values",
    "items",
    "items_custom_values",
    "legal_entities",
    "location_legal_entities",
    "locations",
    "matches",
    "notices",
    "number_formats",
    "option_legal_entities",
    "option_locations",
    "payment_terms",
    "payments",
    "proposition_lines",
    "propositions",
    "purchase_order_contracts",
    "purchase_order_line_sources",
    "purchase_order_lines",
    "purchase_order_lines_custom_values",
    "purchase_order_lines_taxes",
    "purchase_orders",
    "purchase_orders_custom_values",
    "purchase_requisition_lines",
    "purchase_requisition_lines_custom_values",
    "purchase_requisition_lines_taxes",
    "purchase_requisitions",
    "purchase_requisitions_custom_values",
    "receipt_lines",
    "receipts",
    "receipts_custom_values",
    "requests_for_proposal",
    "requests_for_proposal_custom_values",
    "requests_for_proposal_lines",
    "requests_for_proposal_lines_custom_values",
    "requests_for_proposal_lines_taxes",
    "revision_contents",
    "revisions",
    "stock_moves",
    "stock_taking_lines",
    "stock_takings",
    "stock_transfer_lines",
    "stock_transfer_lines_custom_values",
    "stock_transfers",
    "stock_transfers_custom_values",
    "supplier_contacts",
    "supplier_legal_entities",
    "supplier_payment_terms",
    "suppliers",
    "suppliers_custom_values",
    "taxes",
    "tolerance_rules",
    "units",
    "user_backups",
    "user_legal_entities",
    "user_locations",
    "user_options",
    "users",
    "warehouse_items",
    "warehouse_locations",
    "warehouse_managers",
    "warehouse_request_lines",
    "warehouse_request_lines_custom_values",
    "warehouse_request_lines_taxes",
    "warehouse_requests",
    "warehouse_requests_custom_values",
    "warehouses",
)
SEALED = (
    "audit_entries",
    "revisions",
    "revision_contents",
)


def upgrade() -> None:
    op.create_table(
        "company_clocks",
        sa.Column("company_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False, comment="grows by one with every change of the company"),
        sa.Column("stamp", Instant(), nullable=False, comment="moment of the latest change; never goes back"),
        sa.Column("entries", sa.BigInteger(), nullable=False, comment="entries in the company's journal"),
        sa.Column("head", sa.String(length=64), nullable=False, comment="hash of the latest of them"),
        sa.PrimaryKeyConstraint("company_id", name="pk_company_clocks"),
    )
    op.create_table(
        "counters",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False, comment="latest idn given out"),
        sa.Column("live", sa.BigInteger(), nullable=False, comment="rows there are now"),
        sa.PrimaryKeyConstraint("company_id", "name", name="pk_counters"),
    )
    op.create_table(
        "id_sequence",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column(
            "last", sa.BigInteger(), nullable=False, comment="latest id given out on SQLite; PostgreSQL has a sequence"
        ),
        sa.PrimaryKeyConstraint("name", name="pk_id_sequence"),
    )
    op.create_table(
        "audit_entries",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False, comment="place in the company's chain, from 1"),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), comment="who did it; empty: whoever runs the server"),
        sa.Column("on_behalf_of_id", sa.BigInteger(), comment="for whom, where somebody stood in"),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40)),
        sa.Column(
            "changes", sa.Text(), nullable=False, comment="JSON: what it was before and is after, changed columns only"
        ),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_audit_entries"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_audit_entries_company_id_object_id", "audit_entries", ["company_id", "object_id"])
    op.create_table(
        "companies",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("region", sa.String(length=10), nullable=False, comment="com or us"),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("settings", JsonText(), nullable=False, comment="choices of the company, see companies.py"),
        sa.Column(
            "access_version", sa.BigInteger(), nullable=False, comment="grows when roles, access or settings change"
        ),
        sa.Column("create_date", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_companies"),
        sa.UniqueConstraint("name", name="uq_companies_name"),
    )
    op.create_table(
        "address_blocks",
        sa.Column("address", sa.String(length=45), nullable=False),
        sa.Column("until", Instant(), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("address", name="pk_address_blocks"),
    )
    op.create_table(
        "revisions",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="counts the revisions of one document, from 1"),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("on_behalf_of_id", sa.BigInteger()),
        sa.Column("verb", sa.String(length=60), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_revisions"),
        sa.UniqueConstraint("company_id", "object_id", "number", name="uq_revisions_company_id_object_id_number"),
    )
    op.create_table(
        "revision_contents",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("revision_id", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False, comment="JSON: header and lines"),
        sa.PrimaryKeyConstraint("company_id", "revision_id", name="pk_revision_contents"),
        comment="what the revisions of documents said that have changed since",
    )
    op.create_table(
        "number_formats",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("document_type", sa.String(length=40), nullable=False),
        sa.Column("template", sa.String(length=80), nullable=False),
        sa.Column("restart_yearly", sa.Boolean(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("counted_year", sa.Integer()),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_number_formats"),
    )
    op.create_index("ix_number_formats_company_id_document_type", "number_formats", ["company_id", "document_type"])
    op.create_index("ix_number_formats_company_id_update_date", "number_formats", ["company_id", "update_date"])
    op.create_table(
        "approval_workflows",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("document_type", sa.String(length=40), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approval_workflows"),
    )
    op.create_index(
        "ix_approval_workflows_company_id_document_type", "approval_workflows", ["company_id", "document_type"]
    )
    op.create_index("ix_approval_workflows_company_id_update_date", "approval_workflows", ["company_id", "update_date"])
    op.create_table(
        "approval_snapshots",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("net", Fixed(4), nullable=False, comment="approved net total in company currency"),
        sa.Column("state", JsonText(), nullable=False, comment="what was approved, see `state_of`"),
        sa.Column("superseded", sa.Boolean(), nullable=False, comment="approval has begun anew since"),
        sa.PrimaryKeyConstraint("company_id", "object_id", name="pk_approval_snapshots"),
    )
    op.create_table(
        "rate_windows",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("window_start", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "window_start", name="pk_rate_windows"),
    )
    op.create_index("ix_rate_windows_expires_at", "rate_windows", ["expires_at"])
    op.create_table(
        "categories",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("code", sa.String(length=50)),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200)),
        sa.ForeignKeyConstraint(
            ["company_id", "parent_id"],
            ["categories.company_id", "categories.id"],
            name="fk_categories_company_id_parent_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_categories"),
        sa.UniqueConstraint("company_id", "code", name="uq_categories_company_id_code"),
    )
    op.create_index(
        "ix_categories_company_id_external_id",
        "categories",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "units",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("code", sa.String(length=50)),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200)),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_units"),
        sa.UniqueConstraint("company_id", "code", name="uq_units_company_id_code"),
    )
    op.create_index(
        "ix_units_company_id_external_id",
        "units",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_table(
        "custom_fields",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("family", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=500)),
        sa.Column("required", sa.Boolean(), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("limits_access", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_custom_fields"),
    )
    op.create_index("ix_custom_fields_company_id_update_date", "custom_fields", ["company_id", "update_date"])
    op.create_table(
        "warehouses",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("integration", sa.String(length=100)),
        sa.Column("type", sa.String(length=50)),
        sa.Column("unique_code", sa.String(length=50)),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_warehouses"),
        sa.UniqueConstraint("company_id", "unique_code", name="uq_warehouses_company_id_unique_code"),
    )
    op.create_index("ix_warehouses_company_id_update_date", "warehouses", ["company_id", "update_date"])
    op.create_table(
        "stock_moves",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("kind", sa.Integer(), nullable=False),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("unit_value", Fixed(6), nullable=False),
        sa.Column("value", Fixed(4), nullable=False),
        sa.Column("balance_quantity", Fixed(6), nullable=False),
        sa.Column("balance_value", Fixed(4), nullable=False),
        sa.Column("document_kind", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=2000)),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("creator_id", sa.BigInteger()),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_stock_moves"),
        sa.UniqueConstraint(
            "company_id",
            "document_id",
            "line_id",
            "kind",
            "revision",
            "warehouse_id",
            "product_id",
            name=op.f("uq_stock_moves_company_id_document_id_line_id_kind_revision_warehouse_id_product_id"),
        ),
    )
    op.create_index("ix_stock_moves_company_id_create_date", "stock_moves", ["company_id", "create_date"])
    op.create_index(
        "ix_stock_moves_company_id_product_id_warehouse_id_id",
        "stock_moves",
        ["company_id", "product_id", "warehouse_id", "id"],
    )
    op.create_table(
        "legal_entities",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("full_name", sa.String(length=200)),
        sa.Column("legal_address", sa.String(length=500)),
        sa.Column("account_number", sa.String(length=200)),
        sa.Column("account_holder_name", sa.String(length=200)),
        sa.Column("bank_name", sa.String(length=200)),
        sa.Column("bank_address", sa.String(length=500)),
        sa.Column("sort_code", sa.String(length=200)),
        sa.Column("business_registration_number", sa.String(length=200)),
        sa.Column("tax_payer_type", sa.String(length=200)),
        sa.Column("tax_payer_number", sa.String(length=200)),
        sa.Column("phone", sa.String(length=50)),
        sa.Column("key_executive", sa.String(length=200)),
        sa.Column("permanent_account_number", sa.String(length=200)),
        sa.Column("international_bank_account_number", sa.String(length=200)),
        sa.Column("american_bankers_association_number", sa.String(length=200)),
        sa.Column("swift_code", sa.String(length=200)),
        sa.Column("indian_financial_system_code", sa.String(length=200)),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200)),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_legal_entities"),
    )
    op.create_index(
        "ix_legal_entities_company_id_external_id",
        "legal_entities",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_legal_entities_company_id_update_date", "legal_entities", ["company_id", "update_date"])
    op.create_table(
        "locations",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unique_code", sa.String(length=50)),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("full_address", sa.String(length=500)),
        sa.Column("phone", sa.String(length=50)),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200)),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_locations"),
        sa.UniqueConstraint("company_id", "unique_code", name="uq_locations_company_id_unique_code"),
    )
    op.create_index(
        "ix_locations_company_id_external_id",
        "locations",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_locations_company_id_update_date", "locations", ["company_id", "update_date"])
    op.create_table(
        "payment_terms",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("prepayment_percent", Fixed(6)),
        sa.Column("postpayment_percent", Fixed(6)),
        sa.Column("credit_period_days", sa.Integer()),
        sa.Column("terms_due_date_after_invoicing", sa.Integer()),
        sa.Column("payment_type", sa.Integer(), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_payment_terms"),
    )
    op.create_index(
        "ix_payment_terms_company_id_external_id",
        "payment_terms",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_payment_terms_company_id_update_date", "payment_terms", ["company_id", "update_date"])
    op.create_table(
        "taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("percent", Fixed(6), nullable=False),
        sa.Column("value", Fixed(4)),
        sa.Column("qbo_id", sa.String(length=200)),
        sa.Column("tax_amount", Fixed(4)),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("xero_id", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_taxes"),
    )
    op.create_index(
        "ix_taxes_company_id_external_id",
        "taxes",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_taxes_company_id_update_date", "taxes", ["company_id", "update_date"])
    op.create_table(
        "users",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("email", sa.String(length=200), nullable=False),
        sa.Column("locale", sa.String(length=10), nullable=False),
        sa.Column("phone", sa.String(length=50)),
        sa.Column("firstname", sa.String(length=100)),
        sa.Column("lastname", sa.String(length=100)),
        sa.Column("position", sa.String(length=100)),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("all_locations_access", sa.Boolean(), nullable=False),
        sa.Column("all_user_document_costcenters_access", sa.Boolean(), nullable=False),
        sa.Column("all_product_groups_access", sa.Boolean(), nullable=False),
        sa.Column("all_legal_entities_access", sa.Boolean(), nullable=False),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("roles", JsonText(), nullable=False),
        sa.Column("manager_id", sa.BigInteger()),
        sa.Column("away_from", Instant()),
        sa.Column("away_until", Instant()),
        sa.Column("substitute_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_users_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "manager_id"], ["users.company_id", "users.id"], name="fk_users_company_id_manager_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "substitute_id"], ["users.company_id", "users.id"], name="fk_users_company_id_substitute_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_users"),
        sa.UniqueConstraint("company_id", "email", name="uq_users_company_id_email"),
    )
    op.create_index("ix_users_company_id_update_date", "users", ["company_id", "update_date"])
    op.create_table(
        "approval_workflow_steps",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("only_over_budget", sa.Boolean(), nullable=False),
        sa.Column("sla_hours", sa.Integer()),
        sa.Column("workflow_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "workflow_id"],
            ["approval_workflows.company_id", "approval_workflows.id"],
            name="fk_approval_workflow_steps_company_id_workflow_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approval_workflow_steps"),
    )
    op.create_index(
        "ix_approval_workflow_steps_company_id_workflow_id_id",
        "approval_workflow_steps",
        ["company_id", "workflow_id", "id"],
    )
    op.create_table(
        "custom_field_options",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("code", sa.String(length=100)),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_custom_field_options_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "parent_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_custom_field_options_company_id_parent_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_custom_field_options"),
    )
    op.create_index(
        "ix_custom_field_options_company_id_external_id",
        "custom_field_options",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_custom_field_options_company_id_field_id", "custom_field_options", ["company_id", "field_id"])
    op.create_table(
        "warehouse_locations",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_warehouse_locations_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_warehouse_locations_company_id_warehouse_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "warehouse_id", "location_id", name="pk_warehouse_locations"),
    )
    op.create_index(
        "ix_warehouse_locations_company_id_location_id", "warehouse_locations", ["company_id", "location_id"]
    )
    op.create_table(
        "location_legal_entities",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_entity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_location_legal_entities_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_location_legal_entities_company_id_location_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "location_id", "legal_entity_id", name="pk_location_legal_entities"),
    )
    op.create_index(
        "ix_location_legal_entities_company_id_legal_entity_id",
        "location_legal_entities",
        ["company_id", "legal_entity_id"],
    )
    op.create_table(
        "api_keys",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False, comment="SHA-256 of the token, in hexadecimal"),
        sa.Column("hint", sa.String(length=12), nullable=False, comment="first characters, to tell keys apart"),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("last_used", Instant()),
        sa.Column("revoked", Instant()),
        sa.Column("blocked_until", Instant()),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_api_keys_company_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_api_keys"),
        sa.UniqueConstraint("hash", name="uq_api_keys_hash"),
    )
    op.create_table(
        "notices",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("text", sa.String(length=20000), nullable=False),
        sa.Column("link", sa.String(length=300)),
        sa.Column("read_date", Instant()),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("address", sa.String(length=200)),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_notices_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_notices"),
    )
    op.create_index("ix_notices_company_id_user_id_id", "notices", ["company_id", "user_id", "id"])
    op.create_table(
        "user_locations",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_user_locations_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_user_locations_company_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "user_id", "location_id", name="pk_user_locations"),
    )
    op.create_index("ix_user_locations_company_id_location_id", "user_locations", ["company_id", "location_id"])
    op.create_table(
        "user_legal_entities",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_entity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_user_legal_entities_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_user_legal_entities_company_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "user_id", "legal_entity_id", name="pk_user_legal_entities"),
    )
    op.create_index(
        "ix_user_legal_entities_company_id_legal_entity_id", "user_legal_entities", ["company_id", "legal_entity_id"]
    )
    op.create_table(
        "user_options",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_user_options_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_user_options_company_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "user_id", "option_id", name="pk_user_options"),
    )
    op.create_index("ix_user_options_company_id_option_id", "user_options", ["company_id", "option_id"])
    op.create_table(
        "user_backups",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("backup_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "backup_id"], ["users.company_id", "users.id"], name="fk_user_backups_company_id_backup_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_user_backups_company_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "user_id", "backup_id", name="pk_user_backups"),
    )
    op.create_index("ix_user_backups_company_id_backup_id", "user_backups", ["company_id", "backup_id"])
    op.create_table(
        "approval_workflow_approvers",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("low", Fixed(4)),
        sa.Column("high", Fixed(4)),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "step_id"],
            ["approval_workflow_steps.company_id", "approval_workflow_steps.id"],
            name="fk_approval_workflow_approvers_company_id_step_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_approval_workflow_approvers_company_id_user_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approval_workflow_approvers"),
    )
    op.create_index(
        "ix_approval_workflow_approvers_company_id_step_id_id",
        "approval_workflow_approvers",
        ["company_id", "step_id", "id"],
    )
    op.create_table(
        "approval_steps",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(length=10), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("start_date", Instant()),
        sa.Column("due_date", Instant()),
        sa.Column("decision_date", Instant()),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("on_behalf_of_id", sa.BigInteger()),
        sa.Column("comment", sa.String(length=2000)),
        sa.Column("reason", sa.String(length=2000)),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("workflow_step_id", sa.BigInteger(), nullable=False),
        sa.Column("sla_hours", sa.Integer()),
        sa.ForeignKeyConstraint(
            ["company_id", "decided_by_id"],
            ["users.company_id", "users.id"],
            name="fk_approval_steps_company_id_decided_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "on_behalf_of_id"],
            ["users.company_id", "users.id"],
            name="fk_approval_steps_company_id_on_behalf_of_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approval_steps"),
    )
    op.create_index("ix_approval_steps_company_id_object_id_id", "approval_steps", ["company_id", "object_id", "id"])
    op.create_index(
        "ix_approval_steps_company_id_status_object_id", "approval_steps", ["company_id", "status", "object_id"]
    )
    op.create_table(
        "attachments",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("upload_date", Instant(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("format_type", sa.String(length=100), nullable=False),
        sa.Column("comment", sa.String(length=1000)),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("object_type", sa.Integer(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_attachments_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_attachments"),
    )
    op.create_index(
        "ix_attachments_company_id_object_type_object_id", "attachments", ["company_id", "object_type", "object_id"]
    )
    op.create_table(
        "comments",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("text", sa.String(length=5000), nullable=False),
        sa.Column("verb", sa.String(length=40)),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("resource", sa.String(length=60), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_comments_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_comments"),
    )
    op.create_index("ix_comments_company_id_object_id", "comments", ["company_id", "object_id"])
    op.create_table(
        "followers",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"],
            ["users.company_id", "users.id"],
            name="fk_followers_company_id_user_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "object_id", "user_id", name="pk_followers"),
    )
    op.create_index("ix_followers_company_id_user_id", "followers", ["company_id", "user_id"])
    op.create_table(
        "suppliers",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("unique_code", sa.String(length=50)),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("currencies", JsonText(), nullable=False),
        sa.Column("auto_send_po_supplier", sa.Boolean(), nullable=False),
        sa.Column("delivery_period", Fixed(4)),
        sa.Column("minimum_sum", Fixed(4)),
        sa.Column("legal_address", sa.String(length=500)),
        sa.Column("account_holder_name", sa.String(length=200)),
        sa.Column("bank_name", sa.String(length=200)),
        sa.Column("account_number", sa.String(length=200)),
        sa.Column("bank_address", sa.String(length=500)),
        sa.Column("swift_code", sa.String(length=200)),
        sa.Column("permanent_account_number", sa.String(length=200)),
        sa.Column("international_bank_account_number", sa.String(length=200)),
        sa.Column("american_bankers_association_number", sa.String(length=200)),
        sa.Column("indian_financial_system_code", sa.String(length=200)),
        sa.Column("sort_code", sa.String(length=200)),
        sa.Column("business_registration_number", sa.String(length=200)),
        sa.Column("city", sa.String(length=200)),
        sa.Column("country", sa.String(length=200)),
        sa.Column("state", sa.String(length=200)),
        sa.Column("postal_code", sa.String(length=200)),
        sa.Column("conditions", sa.String(length=5000)),
        sa.Column("tax_payer", sa.Boolean(), nullable=False),
        sa.Column("tax_payer_type", sa.Integer()),
        sa.Column("tax_payer_label", sa.String(length=200)),
        sa.Column("tax_payer_number", sa.String(length=200)),
        sa.Column("phone", sa.String(length=200)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("enable_tolerance_rate", sa.Boolean(), nullable=False),
        sa.Column("tolerance_rate_percent", Fixed(6)),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("qbo_id", sa.String(length=200)),
        sa.Column("xero_id", sa.String(length=200)),
        sa.Column("net_suite_id", sa.String(length=200)),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("integration_status", sa.Integer()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("enter_invoice_as_one_line", sa.Boolean(), nullable=False),
        sa.Column("is_enabled_approval", sa.Boolean(), nullable=False),
        sa.Column("is_punchout_supplier", sa.Boolean(), nullable=False),
        sa.Column("reject_reason", sa.String(length=1000)),
        sa.Column("bank_change_date", Instant()),
        sa.Column("bank_changed_by", JsonText()),
        sa.Column("bank_before", JsonText()),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_suppliers_company_id_creator_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_suppliers"),
        sa.UniqueConstraint("company_id", "unique_code", name="uq_suppliers_company_id_unique_code"),
    )
    op.create_index(
        "ix_suppliers_company_id_external_id",
        "suppliers",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_suppliers_company_id_update_date", "suppliers", ["company_id", "update_date"])
    op.create_table(
        "budget_plans",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("type", sa.String(length=10), nullable=False),
        sa.Column("start_date", Instant(), nullable=False),
        sa.Column("end_date", Instant(), nullable=False),
        sa.Column("is_limited", sa.Boolean(), nullable=False),
        sa.Column("deduction", sa.String(length=10)),
        sa.Column("used_tax_percent_in_budget", Fixed(6)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("copied_from_id", sa.BigInteger()),
        sa.Column("holder_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_budget_plans_company_id_creator_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "holder_id"], ["users.company_id", "users.id"], name="fk_budget_plans_company_id_holder_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_budget_plans_company_id_last_editor_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_budget_plans"),
    )
    op.create_index("ix_budget_plans_company_id_update_date", "budget_plans", ["company_id", "update_date"])
    op.create_table(
        "option_legal_entities",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_entity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_option_legal_entities_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_option_legal_entities_company_id_option_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "option_id", "legal_entity_id", name="pk_option_legal_entities"),
    )
    op.create_index(
        "ix_option_legal_entities_company_id_legal_entity_id",
        "option_legal_entities",
        ["company_id", "legal_entity_id"],
    )
    op.create_table(
        "option_locations",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_option_locations_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_option_locations_company_id_option_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "option_id", "location_id", name="pk_option_locations"),
    )
    op.create_index("ix_option_locations_company_id_location_id", "option_locations", ["company_id", "location_id"])
    op.create_table(
        "warehouse_managers",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_warehouse_managers_company_id_user_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_warehouse_managers_company_id_warehouse_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "warehouse_id", "user_id", name="pk_warehouse_managers"),
    )
    op.create_index("ix_warehouse_managers_company_id_user_id", "warehouse_managers", ["company_id", "user_id"])
    op.create_table(
        "warehouse_requests",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("status_transferred", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("warehouse_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_warehouse_requests_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_warehouse_requests_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_warehouse_requests_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_warehouse_requests_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_warehouse_requests_company_id_warehouse_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_warehouse_requests"),
        sa.UniqueConstraint("company_id", "idn", name="uq_warehouse_requests_company_id_idn"),
    )
    op.create_index(
        "ix_warehouse_requests_company_id_approval_date",
        "warehouse_requests",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index("ix_warehouse_requests_company_id_status_id", "warehouse_requests", ["company_id", "status", "id"])
    op.create_index("ix_warehouse_requests_company_id_update_date", "warehouse_requests", ["company_id", "update_date"])
    op.create_index(
        "ix_warehouse_requests_company_id_warehouse_id_id", "warehouse_requests", ["company_id", "warehouse_id", "id"]
    )
    op.create_table(
        "stock_takings",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("category_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "category_id"],
            ["categories.company_id", "categories.id"],
            name="fk_stock_takings_company_id_category_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_stock_takings_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_stock_takings_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_stock_takings_company_id_warehouse_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_stock_takings"),
        sa.UniqueConstraint("company_id", "idn", name="uq_stock_takings_company_id_idn"),
    )
    op.create_index("ix_stock_takings_company_id_update_date", "stock_takings", ["company_id", "update_date"])
    op.create_index(
        "ix_stock_takings_company_id_warehouse_id_id", "stock_takings", ["company_id", "warehouse_id", "id"]
    )
    op.create_table(
        "stock_transfers",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("required_date", Instant()),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("from_warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("to_warehouse_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_stock_transfers_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "from_warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_stock_transfers_company_id_from_warehouse_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_stock_transfers_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "to_warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_stock_transfers_company_id_to_warehouse_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_stock_transfers"),
        sa.UniqueConstraint("company_id", "idn", name="uq_stock_transfers_company_id_idn"),
    )
    op.create_index(
        "ix_stock_transfers_company_id_from_warehouse_id_id",
        "stock_transfers",
        ["company_id", "from_warehouse_id", "id"],
    )
    op.create_index("ix_stock_transfers_company_id_status_id", "stock_transfers", ["company_id", "status", "id"])
    op.create_index(
        "ix_stock_transfers_company_id_to_warehouse_id_id", "stock_transfers", ["company_id", "to_warehouse_id", "id"]
    )
    op.create_index("ix_stock_transfers_company_id_update_date", "stock_transfers", ["company_id", "update_date"])
    op.create_table(
        "key_days",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False, comment="2025-05-05, UTC"),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False, comment="answered with a 4xx other than 429"),
        sa.ForeignKeyConstraint(
            ["company_id", "key_id"],
            ["api_keys.company_id", "api_keys.id"],
            name="fk_key_days_company_id_key_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "key_id", "day", name="pk_key_days"),
    )
    op.create_index("ix_key_days_day", "key_days", ["day"])
    op.create_table(
        "outbox",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("notice_id", sa.BigInteger(), nullable=False),
        sa.Column("due", Instant(), nullable=False, comment="not to be sent before"),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed", Instant(), comment="when it was given up"),
        sa.Column("fault", sa.String(length=300), comment="what was wrong with the latest attempt"),
        sa.ForeignKeyConstraint(
            ["company_id", "notice_id"],
            ["notices.company_id", "notices.id"],
            name="fk_outbox_company_id_notice_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "notice_id", name="pk_outbox"),
    )
    op.create_index("ix_outbox_due", "outbox", ["due"])
    op.create_table(
        "approver_locations",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "approver_id"],
            ["approval_workflow_approvers.company_id", "approval_workflow_approvers.id"],
            name="fk_approver_locations_company_id_approver_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_approver_locations_company_id_location_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approver_locations"),
    )
    op.create_index(
        "ix_approver_locations_company_id_approver_id_id", "approver_locations", ["company_id", "approver_id", "id"]
    )
    op.create_table(
        "approver_options",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "approver_id"],
            ["approval_workflow_approvers.company_id", "approval_workflow_approvers.id"],
            name="fk_approver_options_company_id_approver_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_approver_options_company_id_option_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approver_options"),
    )
    op.create_index(
        "ix_approver_options_company_id_approver_id_id", "approver_options", ["company_id", "approver_id", "id"]
    )
    op.create_table(
        "approver_legalentities",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("legal_entity_id", sa.BigInteger(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "approver_id"],
            ["approval_workflow_approvers.company_id", "approval_workflow_approvers.id"],
            name="fk_approver_legalentities_company_id_approver_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_approver_legalentities_company_id_legal_entity_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approver_legalentities"),
    )
    op.create_index(
        "ix_approver_legalentities_company_id_approver_id_id",
        "approver_legalentities",
        ["company_id", "approver_id", "id"],
    )
    op.create_table(
        "approver_overrides",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("low", Fixed(4)),
        sa.Column("high", Fixed(4)),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "approver_id"],
            ["approval_workflow_approvers.company_id", "approval_workflow_approvers.id"],
            name="fk_approver_overrides_company_id_approver_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_approver_overrides_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_approver_overrides_company_id_option_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approver_overrides"),
    )
    op.create_index(
        "ix_approver_overrides_company_id_approver_id_id", "approver_overrides", ["company_id", "approver_id", "id"]
    )
    op.create_table(
        "approver_backups",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("approver_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "approver_id"],
            ["approval_workflow_approvers.company_id", "approval_workflow_approvers.id"],
            name="fk_approver_backups_company_id_approver_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_approver_backups_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approver_backups"),
    )
    op.create_index(
        "ix_approver_backups_company_id_approver_id_id", "approver_backups", ["company_id", "approver_id", "id"]
    )
    op.create_table(
        "tolerance_rules",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("low", Fixed(4)),
        sa.Column("high", Fixed(4)),
        sa.Column("percent", Fixed(6)),
        sa.Column("amount", Fixed(4)),
        sa.Column("on_matching", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_tolerance_rules_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_tolerance_rules"),
    )
    op.create_index(
        "ix_tolerance_rules_company_id_supplier_id",
        "tolerance_rules",
        ["company_id", "supplier_id"],
        sqlite_where=sa.text("supplier_id IS NOT NULL"),
        postgresql_where=sa.text("supplier_id IS NOT NULL"),
    )
    op.create_index("ix_tolerance_rules_company_id_update_date", "tolerance_rules", ["company_id", "update_date"])
    op.create_table(
        "approval_tasks",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("decision_date", Instant()),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("on_behalf_of_id", sa.BigInteger()),
        sa.Column("comment", sa.String(length=2000)),
        sa.Column("reason", sa.String(length=2000)),
        sa.Column("instead_of", sa.BigInteger()),
        sa.Column("object_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("workflow_step_id", sa.BigInteger(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "decided_by_id"],
            ["users.company_id", "users.id"],
            name="fk_approval_tasks_company_id_decided_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "on_behalf_of_id"],
            ["users.company_id", "users.id"],
            name="fk_approval_tasks_company_id_on_behalf_of_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "step_id"],
            ["approval_steps.company_id", "approval_steps.id"],
            name="fk_approval_tasks_company_id_step_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_approval_tasks_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_approval_tasks"),
    )
    op.create_index("ix_approval_tasks_company_id_object_id_id", "approval_tasks", ["company_id", "object_id", "id"])
    op.create_index("ix_approval_tasks_company_id_step_id_id", "approval_tasks", ["company_id", "step_id", "id"])
    op.create_index(
        "ix_approval_tasks_company_id_user_id_status_id", "approval_tasks", ["company_id", "user_id", "status", "id"]
    )
    op.create_table(
        "supplier_payment_terms",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("payment_term_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "payment_term_id"],
            ["payment_terms.company_id", "payment_terms.id"],
            name="fk_supplier_payment_terms_company_id_payment_term_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_supplier_payment_terms_company_id_supplier_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "supplier_id", "payment_term_id", name="pk_supplier_payment_terms"),
    )
    op.create_index(
        "ix_supplier_payment_terms_company_id_payment_term_id",
        "supplier_payment_terms",
        ["company_id", "payment_term_id"],
    )
    op.create_table(
        "supplier_contacts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("email", sa.String(length=200)),
        sa.Column("phone", sa.String(length=50)),
        sa.Column("position", sa.String(length=100)),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_supplier_contacts_company_id_supplier_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_supplier_contacts"),
    )
    op.create_index(
        "ix_supplier_contacts_company_id_supplier_id_id", "supplier_contacts", ["company_id", "supplier_id", "id"]
    )
    op.create_table(
        "suppliers_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_suppliers_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_suppliers_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_suppliers_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_suppliers_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "supplier_legal_entities",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_entity_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_supplier_legal_entities_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_supplier_legal_entities_company_id_supplier_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "supplier_id", "legal_entity_id", name="pk_supplier_legal_entities"),
    )
    op.create_index(
        "ix_supplier_legal_entities_company_id_legal_entity_id",
        "supplier_legal_entities",
        ["company_id", "legal_entity_id"],
    )
    op.create_table(
        "contracts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("number", sa.String(length=200), nullable=False),
        sa.Column("begin_date", Instant()),
        sa.Column("end_date", Instant()),
        sa.Column("prolongation", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("enable", sa.Boolean(), nullable=False),
        sa.Column("gross_sum", Fixed(4)),
        sa.Column("reminder_days", sa.Integer()),
        sa.Column("notified_emails", JsonText(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("term_begin", Instant()),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_contracts_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_contracts_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_contracts"),
    )
    op.create_index("ix_contracts_company_id_supplier_id", "contracts", ["company_id", "supplier_id"])
    op.create_index("ix_contracts_company_id_update_date", "contracts", ["company_id", "update_date"])
    op.create_table(
        "requests_for_proposal",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant(), nullable=False),
        sa.Column("delivery_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("proposition_status", sa.Integer()),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_requests_for_proposal_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_requests_for_proposal_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_requests_for_proposal_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_requests_for_proposal_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_requests_for_proposal_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_requests_for_proposal"),
        sa.UniqueConstraint("company_id", "idn", name="uq_requests_for_proposal_company_id_idn"),
    )
    op.create_index(
        "ix_requests_for_proposal_company_id_approval_date",
        "requests_for_proposal",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index(
        "ix_requests_for_proposal_company_id_status_id", "requests_for_proposal", ["company_id", "status", "id"]
    )
    op.create_index(
        "ix_requests_for_proposal_company_id_update_date", "requests_for_proposal", ["company_id", "update_date"]
    )
    op.create_table(
        "items",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("sku", sa.String(length=300), nullable=False),
        sa.Column("type", sa.Integer(), nullable=False),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("description", sa.String(length=255)),
        sa.Column("unit", sa.String(length=100)),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("price", Fixed(6)),
        sa.Column("link", sa.String(length=1000)),
        sa.Column("disabled_by_supplier", sa.Boolean(), nullable=False),
        sa.Column("hidden_in_catalog", sa.Boolean(), nullable=False),
        sa.Column("free_of_charge", sa.Boolean(), nullable=False),
        sa.Column("main_in_similar", sa.Boolean(), nullable=False),
        sa.Column("category_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("qbo_id", sa.String(length=200)),
        sa.Column("net_suite_id", sa.String(length=200)),
        sa.Column("xero_id", sa.String(length=200)),
        sa.Column("external_id", sa.String(length=200)),
        sa.ForeignKeyConstraint(
            ["company_id", "category_id"],
            ["categories.company_id", "categories.id"],
            name="fk_items_company_id_category_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_items_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_items"),
    )
    op.create_index(
        "ix_items_company_id_external_id",
        "items",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_items_company_id_update_date", "items", ["company_id", "update_date"])
    op.create_table(
        "warehouse_requests_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_warehouse_requests_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_warehouse_requests_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["warehouse_requests.company_id", "warehouse_requests.id"],
            name="fk_warehouse_requests_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_warehouse_requests_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stock_transfers_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_stock_transfers_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_stock_transfers_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["stock_transfers.company_id", "stock_transfers.id"],
            name="fk_stock_transfers_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_stock_transfers_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "credit_balances",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_credit_balances_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_credit_balances"),
        sa.UniqueConstraint(
            "company_id", "supplier_id", "currency", name="uq_credit_balances_company_id_supplier_id_currency"
        ),
    )
    op.create_index("ix_credit_balances_company_id_update_date", "credit_balances", ["company_id", "update_date"])
    op.create_table(
        "contract_users",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("user_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["contracts.company_id", "contracts.id"],
            name="fk_contract_users_company_id_contract_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_contract_users_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "contract_id", "user_id", name="pk_contract_users"),
    )
    op.create_index("ix_contract_users_company_id_user_id", "contract_users", ["company_id", "user_id"])
    op.create_table(
        "contract_reminders",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column(
            "about", sa.String(length=60), nullable=False, comment="the end, the sum or the month that was meant"
        ),
        sa.Column("create_date", Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["contracts.company_id", "contracts.id"],
            name="fk_contract_reminders_company_id_contract_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "contract_id", "kind", "about", name="pk_contract_reminders"),
    )
    op.create_table(
        "propositions",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("emails", JsonText(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("status_sending", sa.Integer(), nullable=False),
        sa.Column("access_key", sa.String(length=100), nullable=False),
        sa.Column("delivery_date", Instant()),
        sa.Column("comment", sa.String(length=2000)),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "request_id"],
            ["requests_for_proposal.company_id", "requests_for_proposal.id"],
            name="fk_propositions_company_id_request_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_propositions_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_propositions"),
        sa.UniqueConstraint("company_id", "access_key", name="uq_propositions_company_id_access_key"),
        sa.UniqueConstraint(
            "company_id", "request_id", "supplier_id", name="uq_propositions_company_id_request_id_supplier_id"
        ),
    )
    op.create_table(
        "requests_for_proposal_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_requests_for_proposal_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_requests_for_proposal_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["requests_for_proposal.company_id", "requests_for_proposal.id"],
            name="fk_requests_for_proposal_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_requests_for_proposal_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "budget_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_budget_lines_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "plan_id"],
            ["budget_plans.company_id", "budget_plans.id"],
            name="fk_budget_lines_company_id_plan_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"], ["items.company_id", "items.id"], name="fk_budget_lines_company_id_product_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_budget_lines"),
    )
    op.create_index("ix_budget_lines_company_id_plan_id_id", "budget_lines", ["company_id", "plan_id", "id"])
    op.create_table(
        "items_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_items_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_items_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["items.company_id", "items.id"],
            name="fk_items_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_items_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stock_taking_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("book_quantity", Fixed(6)),
        sa.Column("counted_quantity", Fixed(6)),
        sa.Column("unit_value", Fixed(6)),
        sa.Column("difference", Fixed(6)),
        sa.Column("difference_value", Fixed(4)),
        sa.Column("taking_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_stock_taking_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "taking_id"],
            ["stock_takings.company_id", "stock_takings.id"],
            name="fk_stock_taking_lines_company_id_taking_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_stock_taking_lines"),
    )
    op.create_index(
        "ix_stock_taking_lines_company_id_taking_id_id", "stock_taking_lines", ["company_id", "taking_id", "id"]
    )
    op.create_table(
        "warehouse_items",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("reserved", Fixed(6), nullable=False),
        sa.Column("value", Fixed(4), nullable=False),
        sa.Column("minimum_stock_level", Fixed(6)),
        sa.Column("reorder_to", Fixed(6)),
        sa.Column("unit_value", Fixed(6), nullable=False),
        sa.Column("warehouse_id", sa.BigInteger(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_warehouse_items_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_warehouse_items_company_id_warehouse_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_warehouse_items"),
        sa.UniqueConstraint(
            "company_id", "product_id", "warehouse_id", name="uq_warehouse_items_company_id_product_id_warehouse_id"
        ),
        postgresql_with={"fillfactor": 60},
    )
    op.create_index(
        "ix_warehouse_items_company_id_warehouse_id_id", "warehouse_items", ["company_id", "warehouse_id", "id"]
    )
    op.create_table(
        "budget_line_options",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["budget_lines.company_id", "budget_lines.id"],
            name="fk_budget_line_options_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_budget_line_options_company_id_option_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_budget_line_options"),
    )
    op.create_index(
        "ix_budget_line_options_company_id_line_id_id", "budget_line_options", ["company_id", "line_id", "id"]
    )
    op.create_table(
        "budgets",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("start_date", Instant()),
        sa.Column("end_date", Instant()),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("carried_sum", Fixed(4), nullable=False),
        sa.Column("create_date", Instant()),
        sa.Column("plan_id", sa.BigInteger()),
        sa.Column("name", sa.String(length=200)),
        sa.Column("full_name", sa.String(length=700)),
        sa.Column("type", sa.String(length=10)),
        sa.Column("all_locations_access", sa.Boolean(), nullable=False),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("options", JsonText()),
        sa.Column("budget_limit", Fixed(4)),
        sa.Column("used_tax_percent_in_budget", Fixed(6)),
        sa.Column("frozen", sa.Boolean(), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["budget_lines.company_id", "budget_lines.id"],
            name="fk_budgets_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_budgets_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "plan_id"],
            ["budget_plans.company_id", "budget_plans.id"],
            name="fk_budgets_company_id_plan_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"], ["items.company_id", "items.id"], name="fk_budgets_company_id_product_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_budgets"),
    )
    op.create_index("ix_budgets_company_id_line_id_id", "budgets", ["company_id", "line_id", "id"])
    op.create_table(
        "purchase_requisitions",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant(), nullable=False),
        sa.Column("approval_date", Instant()),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("is_new_supplier_added", sa.Boolean(), nullable=False),
        sa.Column("is_budget_over_limit", sa.Boolean(), nullable=False),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_purchase_requisitions_company_id_budget_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_purchase_requisitions_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_purchase_requisitions_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_purchase_requisitions_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_purchase_requisitions_company_id_location_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_purchase_requisitions"),
        sa.UniqueConstraint("company_id", "idn", name="uq_purchase_requisitions_company_id_idn"),
    )
    op.create_index(
        "ix_purchase_requisitions_company_id_approval_date",
        "purchase_requisitions",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index(
        "ix_purchase_requisitions_company_id_status_id", "purchase_requisitions", ["company_id", "status", "id"]
    )
    op.create_index(
        "ix_purchase_requisitions_company_id_update_date", "purchase_requisitions", ["company_id", "update_date"]
    )
    op.create_table(
        "purchase_orders",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("invoiced_sum", Fixed(4), nullable=False),
        sa.Column("invoiced_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_invoiced_sum", Fixed(4), nullable=False),
        sa.Column("items_chart_sum", Fixed(4), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("status_receiving", sa.Integer(), nullable=False),
        sa.Column("status_payment", sa.Integer(), nullable=False),
        sa.Column("status_sending", sa.Integer(), nullable=False),
        sa.Column("logic_type", sa.Integer(), nullable=False),
        sa.Column("begin_date", Instant()),
        sa.Column("end_date", Instant()),
        sa.Column("blanket_sum", Fixed(4)),
        sa.Column("blanket_is_gross", sa.Boolean(), nullable=False),
        sa.Column("prepayment_percent", Fixed(6)),
        sa.Column("postpayment_percent", Fixed(6)),
        sa.Column("credit_period_days", sa.Integer()),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("external_integration_log", sa.String(length=2000)),
        sa.Column("deliver_to_name", sa.String(length=200)),
        sa.Column("send_to_supplier", sa.Boolean(), nullable=False),
        sa.Column("is_new_supplier_added", sa.Boolean(), nullable=False),
        sa.Column("location_id", sa.BigInteger(), nullable=False),
        sa.Column("supplier_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("is_required_taxes_for_items", sa.Boolean(), nullable=False),
        sa.Column("payment_term_id", sa.BigInteger()),
        sa.Column("terms_and_conditions", sa.String(length=20000)),
        sa.Column("is_budget_over_limit", sa.Boolean(), nullable=False),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_purchase_orders_company_id_budget_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_purchase_orders_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_purchase_orders_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_purchase_orders_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_purchase_orders_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "payment_term_id"],
            ["payment_terms.company_id", "payment_terms.id"],
            name="fk_purchase_orders_company_id_payment_term_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_purchase_orders_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_purchase_orders"),
        sa.UniqueConstraint("company_id", "idn", name="uq_purchase_orders_company_id_idn"),
    )
    op.create_index(
        "ix_purchase_orders_company_id_approval_date",
        "purchase_orders",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index(
        "ix_purchase_orders_company_id_external_id",
        "purchase_orders",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_purchase_orders_company_id_status_id", "purchase_orders", ["company_id", "status", "id"])
    op.create_index(
        "ix_purchase_orders_company_id_supplier_id_id", "purchase_orders", ["company_id", "supplier_id", "id"]
    )
    op.create_index("ix_purchase_orders_company_id_update_date", "purchase_orders", ["company_id", "update_date"])
    op.create_table(
        "expenses",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant()),
        sa.Column("issue_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("sum_paid", Fixed(4), nullable=False),
        sa.Column("sum_paid_in_company_currency", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("withholding_tax_sum", Fixed(4), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("expense_number", sa.String(length=200)),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("budget_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("is_budget_over_limit", sa.Boolean(), nullable=False),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("is_required_taxes_for_items", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_id"], ["budgets.company_id", "budgets.id"], name="fk_expenses_company_id_budget_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_expenses_company_id_creator_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_expenses_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_expenses_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_expenses_company_id_location_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_expenses"),
        sa.UniqueConstraint("company_id", "idn", name="uq_expenses_company_id_idn"),
    )
    op.create_index(
        "ix_expenses_company_id_approval_date",
        "expenses",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index("ix_expenses_company_id_status_id", "expenses", ["company_id", "status", "id"])
    op.create_index("ix_expenses_company_id_update_date", "expenses", ["company_id", "update_date"])
    op.create_table(
        "budget_balances",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("resource", sa.String(length=40), nullable=False, comment="kind of document"),
        sa.Column("reserved", Fixed(4), nullable=False),
        sa.Column("used", Fixed(4), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_budget_balances_company_id_budget_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "budget_id", "resource", name="pk_budget_balances"),
    )
    op.create_table(
        "budget_moves",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("budget_id", sa.BigInteger(), nullable=False),
        sa.Column("document_kind", sa.String(length=40), nullable=False),
        sa.Column("document_id", sa.BigInteger(), nullable=False),
        sa.Column("stage", sa.Integer(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("granted_sum", Fixed(4), nullable=False),
        sa.Column("creator_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_budget_moves_company_id_budget_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_budget_moves_company_id_creator_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_budget_moves"),
    )
    op.create_index("ix_budget_moves_company_id_budget_id_id", "budget_moves", ["company_id", "budget_id", "id"])
    op.create_index("ix_budget_moves_company_id_document_id", "budget_moves", ["company_id", "document_id"])
    op.create_table(
        "warehouse_request_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("description", sa.String(length=255)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("discount_sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("tax_sum", Fixed(4), nullable=False),
        sa.Column("tax_percent", Fixed(6)),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("transferred_quantity", Fixed(6), nullable=False),
        sa.Column("rejected_quantity", Fixed(6), nullable=False),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger()),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_line_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_warehouse_request_lines_company_id_budget_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_warehouse_request_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "request_id"],
            ["warehouse_requests.company_id", "warehouse_requests.id"],
            name="fk_warehouse_request_lines_company_id_request_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_warehouse_request_lines_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"],
            ["units.company_id", "units.id"],
            name="fk_warehouse_request_lines_company_id_unit_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_warehouse_request_lines"),
    )
    op.create_index(
        "ix_warehouse_request_lines_company_id_request_id_id",
        "warehouse_request_lines",
        ["company_id", "request_id", "id"],
    )
    op.create_table(
        "purchase_requisitions_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_purchase_requisitions_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_purchase_requisitions_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["purchase_requisitions.company_id", "purchase_requisitions.id"],
            name="fk_purchase_requisitions_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_purchase_requisitions_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purchase_requisition_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("description", sa.String(length=255)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("discount_sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("tax_sum", Fixed(4), nullable=False),
        sa.Column("tax_percent", Fixed(6)),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("ordered_quantity", Fixed(6), nullable=False),
        sa.Column("required_date", Instant()),
        sa.Column("closed", sa.Boolean(), nullable=False),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger()),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("requisition_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_line_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_purchase_requisition_lines_company_id_budget_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_purchase_requisition_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "requisition_id"],
            ["purchase_requisitions.company_id", "purchase_requisitions.id"],
            name="fk_purchase_requisition_lines_company_id_requisition_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_purchase_requisition_lines_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"],
            ["units.company_id", "units.id"],
            name="fk_purchase_requisition_lines_company_id_unit_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_purchase_requisition_lines"),
        postgresql_with={"fillfactor": 60},
    )
    op.create_index(
        "ix_purchase_requisition_lines_company_id_requisition_id_id",
        "purchase_requisition_lines",
        ["company_id", "requisition_id", "id"],
    )
    op.create_table(
        "purchase_orders_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_purchase_orders_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_purchase_orders_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_purchase_orders_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_purchase_orders_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purchase_order_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("description", sa.String(length=255)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("discount_sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("tax_sum", Fixed(4), nullable=False),
        sa.Column("tax_percent", Fixed(6)),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("received_quantity", Fixed(6), nullable=False),
        sa.Column("invoiced_quantity", Fixed(6), nullable=False),
        sa.Column("rejected_quantity", Fixed(6), nullable=False),
        sa.Column("waived_quantity", Fixed(6), nullable=False),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger()),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_line_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_purchase_order_lines_company_id_budget_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_purchase_order_lines_company_id_order_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_purchase_order_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_purchase_order_lines_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"],
            ["units.company_id", "units.id"],
            name="fk_purchase_order_lines_company_id_unit_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_purchase_order_lines"),
        postgresql_with={"fillfactor": 60},
    )
    op.create_index(
        "ix_purchase_order_lines_company_id_order_id_id", "purchase_order_lines", ["company_id", "order_id", "id"]
    )
    op.create_table(
        "purchase_order_contracts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["contracts.company_id", "contracts.id"],
            name="fk_purchase_order_contracts_company_id_contract_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_purchase_order_contracts_company_id_order_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "order_id", "contract_id", name="pk_purchase_order_contracts"),
    )
    op.create_index(
        "ix_purchase_order_contracts_company_id_contract_id", "purchase_order_contracts", ["company_id", "contract_id"]
    )
    op.create_table(
        "expenses_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_expenses_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_expenses_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["expenses.company_id", "expenses.id"],
            name="fk_expenses_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_expenses_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "expense_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("description", sa.String(length=255)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("discount_sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("tax_sum", Fixed(4), nullable=False),
        sa.Column("tax_percent", Fixed(6)),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("net_sum_in_document_currency", Fixed(4), nullable=False),
        sa.Column("tax_sum_in_document_currency", Fixed(4), nullable=False),
        sa.Column("sum_in_document_currency", Fixed(4), nullable=False),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger()),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("expense_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_line_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_expense_lines_company_id_budget_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "expense_id"],
            ["expenses.company_id", "expenses.id"],
            name="fk_expense_lines_company_id_expense_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_expense_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_expense_lines_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"], ["units.company_id", "units.id"], name="fk_expense_lines_company_id_unit_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_expense_lines"),
    )
    op.create_index("ix_expense_lines_company_id_expense_id_id", "expense_lines", ["company_id", "expense_id", "id"])
    op.create_table(
        "expense_payments",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("pay_date", Instant(), nullable=False),
        sa.Column("sum_paid", Fixed(4), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("decide_date", Instant()),
        sa.Column("reason", sa.String(length=2000)),
        sa.Column("expense_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"],
            ["users.company_id", "users.id"],
            name="fk_expense_payments_company_id_creator_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "decided_by_id"],
            ["users.company_id", "users.id"],
            name="fk_expense_payments_company_id_decided_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "expense_id"],
            ["expenses.company_id", "expenses.id"],
            name="fk_expense_payments_company_id_expense_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_expense_payments"),
        sa.UniqueConstraint("company_id", "idn", name="uq_expense_payments_company_id_idn"),
    )
    op.create_index("ix_expense_payments_company_id_expense_id", "expense_payments", ["company_id", "expense_id"])
    op.create_index("ix_expense_payments_company_id_status_id", "expense_payments", ["company_id", "status", "id"])
    op.create_index("ix_expense_payments_company_id_update_date", "expense_payments", ["company_id", "update_date"])
    op.create_table(
        "invoices",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant()),
        sa.Column("issue_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("sum_paid", Fixed(4), nullable=False),
        sa.Column("sum_paid_in_company_currency", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("withholding_tax_sum", Fixed(4), nullable=False),
        sa.Column("withholding_tax_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("items_chart_sum", Fixed(4), nullable=False),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("from_supplier", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("logic_type", sa.Integer(), nullable=False),
        sa.Column("invoice_number", sa.String(length=200)),
        sa.Column("number_key", sa.String(length=0)),
        sa.Column("delivery_note", sa.String(length=200)),
        sa.Column("prepayment_percent", Fixed(6)),
        sa.Column("postpayment_percent", Fixed(6)),
        sa.Column("credit_period_days", sa.Integer()),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("external_integration_log", sa.String(length=2000)),
        sa.Column("is_service_order", sa.Boolean(), nullable=False),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("budget_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("integration_status", sa.Integer()),
        sa.Column("parent_id", sa.BigInteger()),
        sa.Column("purchase_order_id", sa.BigInteger()),
        sa.Column("payment_term_id", sa.BigInteger()),
        sa.Column("is_required_taxes_for_items", sa.Boolean(), nullable=False),
        sa.Column("allocated_invoice_id", sa.BigInteger()),
        sa.Column("is_budget_over_limit", sa.Boolean(), nullable=False),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "allocated_invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_invoices_company_id_allocated_invoice_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_id"], ["budgets.company_id", "budgets.id"], name="fk_invoices_company_id_budget_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_invoices_company_id_creator_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_invoices_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_invoices_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_invoices_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "parent_id"], ["invoices.company_id", "invoices.id"], name="fk_invoices_company_id_parent_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "payment_term_id"],
            ["payment_terms.company_id", "payment_terms.id"],
            name="fk_invoices_company_id_payment_term_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "purchase_order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_invoices_company_id_purchase_order_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_invoices_company_id_supplier_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_invoices"),
        sa.UniqueConstraint("company_id", "idn", name="uq_invoices_company_id_idn"),
    )
    op.create_index(
        "ix_invoices_company_id_allocated_invoice_id",
        "invoices",
        ["company_id", "allocated_invoice_id"],
        sqlite_where=sa.text("allocated_invoice_id IS NOT NULL"),
        postgresql_where=sa.text("allocated_invoice_id IS NOT NULL"),
    )
    op.create_index(
        "ix_invoices_company_id_approval_date",
        "invoices",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index(
        "ix_invoices_company_id_external_id",
        "invoices",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "ix_invoices_company_id_logic_type_supplier_id", "invoices", ["company_id", "logic_type", "supplier_id"]
    )
    op.create_index(
        "ix_invoices_company_id_purchase_order_id",
        "invoices",
        ["company_id", "purchase_order_id"],
        sqlite_where=sa.text("purchase_order_id IS NOT NULL"),
        postgresql_where=sa.text("purchase_order_id IS NOT NULL"),
    )
    op.create_index("ix_invoices_company_id_status_id", "invoices", ["company_id", "status", "id"])
    op.create_index("ix_invoices_company_id_supplier_id_id", "invoices", ["company_id", "supplier_id", "id"])
    op.create_index(
        "ix_invoices_company_id_supplier_id_number_key", "invoices", ["company_id", "supplier_id", "number_key"]
    )
    op.create_index("ix_invoices_company_id_update_date", "invoices", ["company_id", "update_date"])
    op.create_table(
        "warehouse_request_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_warehouse_request_lines_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_warehouse_request_lines_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["warehouse_request_lines.company_id", "warehouse_request_lines.id"],
            name="fk_warehouse_request_lines_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_warehouse_request_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "warehouse_request_lines_taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("percent", Fixed(6)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["warehouse_request_lines.company_id", "warehouse_request_lines.id"],
            name="fk_warehouse_request_lines_taxes_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tax_id"],
            ["taxes.company_id", "taxes.id"],
            name="fk_warehouse_request_lines_taxes_company_id_tax_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "line_id", "id", name="pk_warehouse_request_lines_taxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stock_transfer_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("product_id", sa.BigInteger(), nullable=False),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("received_quantity", Fixed(6), nullable=False),
        sa.Column("request_line_id", sa.BigInteger()),
        sa.Column("transfer_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_stock_transfer_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "request_line_id"],
            ["warehouse_request_lines.company_id", "warehouse_request_lines.id"],
            name="fk_stock_transfer_lines_company_id_request_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "transfer_id"],
            ["stock_transfers.company_id", "stock_transfers.id"],
            name="fk_stock_transfer_lines_company_id_transfer_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_stock_transfer_lines"),
    )
    op.create_index(
        "ix_stock_transfer_lines_company_id_transfer_id_id", "stock_transfer_lines", ["company_id", "transfer_id", "id"]
    )
    op.create_table(
        "receipts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("custom_name", sa.String(length=200)),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("required_date", Instant()),
        sa.Column("approval_date", Instant()),
        sa.Column("note", sa.String(length=5000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("is_service_order", sa.Boolean(), nullable=False),
        sa.Column("receipt_number", sa.String(length=200)),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("external_integration_log", sa.String(length=2000)),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("exchange_rate", Fixed(10)),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("net_sum_in_company_currency", Fixed(4), nullable=False),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("last_editor_id", sa.BigInteger()),
        sa.Column("warehouse_id", sa.BigInteger()),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_receipts_company_id_creator_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "last_editor_id"],
            ["users.company_id", "users.id"],
            name="fk_receipts_company_id_last_editor_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_receipts_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_receipts_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "purchase_order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_receipts_company_id_purchase_order_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_receipts_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "warehouse_id"],
            ["warehouses.company_id", "warehouses.id"],
            name="fk_receipts_company_id_warehouse_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_receipts"),
        sa.UniqueConstraint("company_id", "idn", name="uq_receipts_company_id_idn"),
    )
    op.create_index(
        "ix_receipts_company_id_approval_date",
        "receipts",
        ["company_id", "approval_date"],
        sqlite_where=sa.text("approval_date IS NOT NULL"),
        postgresql_where=sa.text("approval_date IS NOT NULL"),
    )
    op.create_index(
        "ix_receipts_company_id_external_id",
        "receipts",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index("ix_receipts_company_id_purchase_order_id", "receipts", ["company_id", "purchase_order_id"])
    op.create_index("ix_receipts_company_id_status_id", "receipts", ["company_id", "status", "id"])
    op.create_index("ix_receipts_company_id_update_date", "receipts", ["company_id", "update_date"])
    op.create_table(
        "purchase_requisition_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_purchase_requisition_lines_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name=op.f("fk_purchase_requisition_lines_custom_values_company_id_option_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["purchase_requisition_lines.company_id", "purchase_requisition_lines.id"],
            name="fk_purchase_requisition_lines_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_purchase_requisition_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purchase_requisition_lines_taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("percent", Fixed(6)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["purchase_requisition_lines.company_id", "purchase_requisition_lines.id"],
            name="fk_purchase_requisition_lines_taxes_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tax_id"],
            ["taxes.company_id", "taxes.id"],
            name="fk_purchase_requisition_lines_taxes_company_id_tax_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "line_id", "id", name="pk_purchase_requisition_lines_taxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purchase_order_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_purchase_order_lines_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_purchase_order_lines_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["purchase_order_lines.company_id", "purchase_order_lines.id"],
            name="fk_purchase_order_lines_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_purchase_order_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purchase_order_lines_taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("percent", Fixed(6)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["purchase_order_lines.company_id", "purchase_order_lines.id"],
            name="fk_purchase_order_lines_taxes_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tax_id"],
            ["taxes.company_id", "taxes.id"],
            name="fk_purchase_order_lines_taxes_company_id_tax_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "line_id", "id", name="pk_purchase_order_lines_taxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "requests_for_proposal_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("description", sa.String(length=255)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("discount_sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("tax_sum", Fixed(4), nullable=False),
        sa.Column("tax_percent", Fixed(6)),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("requisition_line_id", sa.BigInteger()),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger()),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_line_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_requests_for_proposal_lines_company_id_budget_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_requests_for_proposal_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "request_id"],
            ["requests_for_proposal.company_id", "requests_for_proposal.id"],
            name="fk_requests_for_proposal_lines_company_id_request_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "requisition_line_id"],
            ["purchase_requisition_lines.company_id", "purchase_requisition_lines.id"],
            name="fk_requests_for_proposal_lines_company_id_requisition_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_requests_for_proposal_lines_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"],
            ["units.company_id", "units.id"],
            name="fk_requests_for_proposal_lines_company_id_unit_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_requests_for_proposal_lines"),
    )
    op.create_index(
        "ix_requests_for_proposal_lines_company_id_request_id_id",
        "requests_for_proposal_lines",
        ["company_id", "request_id", "id"],
    )
    op.create_index(
        "ix_requests_for_proposal_lines_company_id_requisition_line_id",
        "requests_for_proposal_lines",
        ["company_id", "requisition_line_id"],
    )
    op.create_table(
        "expense_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_expense_lines_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_expense_lines_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["expense_lines.company_id", "expense_lines.id"],
            name="fk_expense_lines_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_expense_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "expense_lines_taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("percent", Fixed(6)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("sum_in_document_currency", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["expense_lines.company_id", "expense_lines.id"],
            name="fk_expense_lines_taxes_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tax_id"], ["taxes.company_id", "taxes.id"], name="fk_expense_lines_taxes_company_id_tax_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "line_id", "id", name="pk_expense_lines_taxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "matches",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("purchase_order_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger()),
        sa.Column("receipt_id", sa.BigInteger()),
        sa.Column("expected_sum", Fixed(4)),
        sa.Column("billed_sum", Fixed(4)),
        sa.Column("earlier_difference", Fixed(4)),
        sa.Column("limit", Fixed(4)),
        sa.Column("explanation", sa.String(length=20000)),
        sa.Column("restarts_approval", sa.Boolean(), nullable=False),
        sa.Column("taken_over", sa.Boolean(), nullable=False),
        sa.Column("undo", JsonText()),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("decide_date", Instant()),
        sa.ForeignKeyConstraint(
            ["company_id", "decided_by_id"],
            ["users.company_id", "users.id"],
            name="fk_matches_company_id_decided_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_matches_company_id_invoice_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "purchase_order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_matches_company_id_purchase_order_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "receipt_id"],
            ["receipts.company_id", "receipts.id"],
            name="fk_matches_company_id_receipt_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_matches"),
    )
    op.create_index(
        "ix_matches_company_id_invoice_id",
        "matches",
        ["company_id", "invoice_id"],
        sqlite_where=sa.text("invoice_id IS NOT NULL"),
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )
    op.create_index(
        "ix_matches_company_id_purchase_order_id_status", "matches", ["company_id", "purchase_order_id", "status"]
    )
    op.create_index(
        "ix_matches_company_id_receipt_id",
        "matches",
        ["company_id", "receipt_id"],
        sqlite_where=sa.text("receipt_id IS NOT NULL"),
        postgresql_where=sa.text("receipt_id IS NOT NULL"),
    )
    op.create_index("ix_matches_company_id_status", "matches", ["company_id", "status"])
    op.create_index("ix_matches_company_id_update_date", "matches", ["company_id", "update_date"])
    op.create_table(
        "invoices_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_invoices_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_invoices_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_invoices_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_invoices_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invoice_contracts",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("contract_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "contract_id"],
            ["contracts.company_id", "contracts.id"],
            name="fk_invoice_contracts_company_id_contract_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_invoice_contracts_company_id_invoice_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "invoice_id", "contract_id", name="pk_invoice_contracts"),
    )
    op.create_index("ix_invoice_contracts_company_id_contract_id", "invoice_contracts", ["company_id", "contract_id"])
    op.create_table(
        "invoice_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("description", sa.String(length=255)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6)),
        sa.Column("discount_percent", Fixed(6)),
        sa.Column("discount_amount", Fixed(4)),
        sa.Column("discount_sum", Fixed(4), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("tax_sum", Fixed(4), nullable=False),
        sa.Column("tax_percent", Fixed(6)),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("credited_line_id", sa.BigInteger()),
        sa.Column("is_split", sa.Boolean(), nullable=False),
        sa.Column("item_type", sa.Integer(), nullable=False),
        sa.Column("budget_line_id", sa.BigInteger()),
        sa.Column("found_budget_id", sa.BigInteger()),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "budget_line_id"],
            ["budgets.company_id", "budgets.id"],
            name="fk_invoice_lines_company_id_budget_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "credited_line_id"],
            ["invoice_lines.company_id", "invoice_lines.id"],
            name="fk_invoice_lines_company_id_credited_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_invoice_lines_company_id_invoice_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_invoice_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_invoice_lines_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"], ["units.company_id", "units.id"], name="fk_invoice_lines_company_id_unit_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_invoice_lines"),
    )
    op.create_index("ix_invoice_lines_company_id_invoice_id_id", "invoice_lines", ["company_id", "invoice_id", "id"])
    op.create_table(
        "payments",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("create_date", Instant(), nullable=False),
        sa.Column("update_date", Instant()),
        sa.Column("pay_date", Instant(), nullable=False),
        sa.Column("sum_paid", Fixed(4), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("logic_type", sa.Integer(), nullable=False),
        sa.Column("balance", Fixed(4)),
        sa.Column("external_id", sa.String(length=200)),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("method", sa.String(length=100)),
        sa.Column("note", sa.String(length=1000)),
        sa.Column("prepayment", sa.Boolean(), nullable=False),
        sa.Column("automatic", sa.Boolean(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger()),
        sa.Column("purchase_order_id", sa.BigInteger()),
        sa.Column("credit_note_id", sa.BigInteger()),
        sa.Column("prepayment_id", sa.BigInteger()),
        sa.Column("creator_id", sa.BigInteger()),
        sa.Column("decided_by_id", sa.BigInteger()),
        sa.Column("decide_date", Instant()),
        sa.Column("reason", sa.String(length=2000)),
        sa.ForeignKeyConstraint(
            ["company_id", "creator_id"], ["users.company_id", "users.id"], name="fk_payments_company_id_creator_id"
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "credit_note_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_payments_company_id_credit_note_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "decided_by_id"],
            ["users.company_id", "users.id"],
            name="fk_payments_company_id_decided_by_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_payments_company_id_invoice_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "prepayment_id"],
            ["payments.company_id", "payments.id"],
            name="fk_payments_company_id_prepayment_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "purchase_order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_payments_company_id_purchase_order_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_payments"),
        sa.UniqueConstraint("company_id", "idn", name="uq_payments_company_id_idn"),
    )
    op.create_index(
        "ix_payments_company_id_credit_note_id",
        "payments",
        ["company_id", "credit_note_id"],
        sqlite_where=sa.text("credit_note_id IS NOT NULL"),
        postgresql_where=sa.text("credit_note_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_company_id_external_id",
        "payments",
        ["company_id", "external_id"],
        sqlite_where=sa.text("external_id IS NOT NULL"),
        postgresql_where=sa.text("external_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_company_id_invoice_id",
        "payments",
        ["company_id", "invoice_id"],
        sqlite_where=sa.text("invoice_id IS NOT NULL"),
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_company_id_prepayment_id",
        "payments",
        ["company_id", "prepayment_id"],
        sqlite_where=sa.text("prepayment_id IS NOT NULL"),
        postgresql_where=sa.text("prepayment_id IS NOT NULL"),
    )
    op.create_index(
        "ix_payments_company_id_purchase_order_id",
        "payments",
        ["company_id", "purchase_order_id"],
        sqlite_where=sa.text("purchase_order_id IS NOT NULL"),
        postgresql_where=sa.text("purchase_order_id IS NOT NULL"),
    )
    op.create_index("ix_payments_company_id_status_id", "payments", ["company_id", "status", "id"])
    op.create_index("ix_payments_company_id_update_date", "payments", ["company_id", "update_date"])
    op.create_table(
        "ap_documents",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("idn", sa.String(length=40), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("supplier_name", sa.String(length=300)),
        sa.Column("gross_total", Fixed(4)),
        sa.Column("currency", sa.String(length=3)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("upload_date", Instant(), nullable=False),
        sa.Column("processed_date", Instant()),
        sa.Column("attachment_origin", sa.String(length=20), nullable=False),
        sa.Column("invoice_id", sa.BigInteger()),
        sa.Column("allocated_invoice_id", sa.BigInteger()),
        sa.Column("purchase_order_id", sa.BigInteger()),
        sa.Column("supplier_id", sa.BigInteger()),
        sa.Column("location_id", sa.BigInteger()),
        sa.Column("legal_entity_id", sa.BigInteger()),
        sa.Column("user_id", sa.BigInteger()),
        sa.Column("comment", sa.String(length=1000)),
        sa.Column("update_date", Instant()),
        sa.Column("document_number", sa.String(length=200)),
        sa.Column("document_date", Instant()),
        sa.Column("due_date", Instant()),
        sa.Column("net_total", Fixed(4)),
        sa.Column("prepaid_total", Fixed(4)),
        sa.Column("order_number", sa.String(length=200)),
        sa.Column("credited_number", sa.String(length=200)),
        sa.Column("lines", JsonText()),
        sa.Column("extras", JsonText()),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("is_corrected", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "allocated_invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_ap_documents_company_id_allocated_invoice_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "invoice_id"],
            ["invoices.company_id", "invoices.id"],
            name="fk_ap_documents_company_id_invoice_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "legal_entity_id"],
            ["legal_entities.company_id", "legal_entities.id"],
            name="fk_ap_documents_company_id_legal_entity_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "location_id"],
            ["locations.company_id", "locations.id"],
            name="fk_ap_documents_company_id_location_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "purchase_order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_ap_documents_company_id_purchase_order_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "supplier_id"],
            ["suppliers.company_id", "suppliers.id"],
            name="fk_ap_documents_company_id_supplier_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "user_id"], ["users.company_id", "users.id"], name="fk_ap_documents_company_id_user_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_ap_documents"),
        sa.UniqueConstraint("company_id", "idn", name="uq_ap_documents_company_id_idn"),
    )
    op.create_index("ix_ap_documents_company_id_digest", "ap_documents", ["company_id", "digest"])
    op.create_index(
        "ix_ap_documents_company_id_invoice_id",
        "ap_documents",
        ["company_id", "invoice_id"],
        sqlite_where=sa.text("invoice_id IS NOT NULL"),
        postgresql_where=sa.text("invoice_id IS NOT NULL"),
    )
    op.create_index("ix_ap_documents_company_id_status_id", "ap_documents", ["company_id", "status", "id"])
    op.create_index(
        "ix_ap_documents_company_id_supplier_name",
        "ap_documents",
        ["company_id", "supplier_name"],
        sqlite_where=sa.text("supplier_name IS NOT NULL"),
        postgresql_where=sa.text("supplier_name IS NOT NULL"),
    )
    op.create_index("ix_ap_documents_company_id_update_date", "ap_documents", ["company_id", "update_date"])
    op.create_table(
        "stock_transfer_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_stock_transfer_lines_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_stock_transfer_lines_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["stock_transfer_lines.company_id", "stock_transfer_lines.id"],
            name="fk_stock_transfer_lines_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_stock_transfer_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipts_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_receipts_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_receipts_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["receipts.company_id", "receipts.id"],
            name="fk_receipts_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_receipts_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("rejected_quantity", Fixed(6), nullable=False),
        sa.Column("price", Fixed(6), nullable=False),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("receipt_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "order_line_id"],
            ["purchase_order_lines.company_id", "purchase_order_lines.id"],
            name="fk_receipt_lines_company_id_order_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_receipt_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "receipt_id"],
            ["receipts.company_id", "receipts.id"],
            name="fk_receipt_lines_company_id_receipt_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"], ["units.company_id", "units.id"], name="fk_receipt_lines_company_id_unit_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_receipt_lines"),
    )
    op.create_index("ix_receipt_lines_company_id_order_line_id", "receipt_lines", ["company_id", "order_line_id"])
    op.create_index("ix_receipt_lines_company_id_receipt_id_id", "receipt_lines", ["company_id", "receipt_id", "id"])
    op.create_table(
        "proposition_lines",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("request_line_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(length=300)),
        sa.Column("sku", sa.String(length=300)),
        sa.Column("quantity", Fixed(6)),
        sa.Column("price", Fixed(6)),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("unit_id", sa.BigInteger()),
        sa.Column("product_id", sa.BigInteger()),
        sa.Column("delivery_date", Instant()),
        sa.Column("comment", sa.String(length=1000)),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("proposition_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "product_id"],
            ["items.company_id", "items.id"],
            name="fk_proposition_lines_company_id_product_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "proposition_id"],
            ["propositions.company_id", "propositions.id"],
            name="fk_proposition_lines_company_id_proposition_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "request_line_id"],
            ["requests_for_proposal_lines.company_id", "requests_for_proposal_lines.id"],
            name="fk_proposition_lines_company_id_request_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "unit_id"], ["units.company_id", "units.id"], name="fk_proposition_lines_company_id_unit_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_proposition_lines"),
    )
    op.create_index(
        "ix_proposition_lines_company_id_proposition_id_id", "proposition_lines", ["company_id", "proposition_id", "id"]
    )
    op.create_index(
        "ix_proposition_lines_company_id_request_line_id", "proposition_lines", ["company_id", "request_line_id"]
    )
    op.create_table(
        "requests_for_proposal_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name=op.f("fk_requests_for_proposal_lines_custom_values_company_id_field_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name=op.f("fk_requests_for_proposal_lines_custom_values_company_id_option_id"),
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["requests_for_proposal_lines.company_id", "requests_for_proposal_lines.id"],
            name=op.f("fk_requests_for_proposal_lines_custom_values_company_id_owner_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_requests_for_proposal_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "requests_for_proposal_lines_taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("percent", Fixed(6)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["requests_for_proposal_lines.company_id", "requests_for_proposal_lines.id"],
            name="fk_requests_for_proposal_lines_taxes_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tax_id"],
            ["taxes.company_id", "taxes.id"],
            name="fk_requests_for_proposal_lines_taxes_company_id_tax_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "line_id", "id", name="pk_requests_for_proposal_lines_taxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invoice_line_allocations",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("invoice_id", sa.BigInteger(), nullable=False),
        sa.Column("order_id", sa.BigInteger(), nullable=False),
        sa.Column("order_line_id", sa.BigInteger(), nullable=False),
        sa.Column("receipt_line_id", sa.BigInteger()),
        sa.Column("quantity", Fixed(6)),
        sa.Column("net_sum", Fixed(4), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("agreed_sum", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["invoice_lines.company_id", "invoice_lines.id"],
            name="fk_invoice_line_allocations_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_id"],
            ["purchase_orders.company_id", "purchase_orders.id"],
            name="fk_invoice_line_allocations_company_id_order_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "order_line_id"],
            ["purchase_order_lines.company_id", "purchase_order_lines.id"],
            name="fk_invoice_line_allocations_company_id_order_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "receipt_line_id"],
            ["receipt_lines.company_id", "receipt_lines.id"],
            name="fk_invoice_line_allocations_company_id_receipt_line_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_invoice_line_allocations"),
    )
    op.create_index(
        "ix_invoice_line_allocations_company_id_invoice_id_order_id",
        "invoice_line_allocations",
        ["company_id", "invoice_id", "order_id"],
    )
    op.create_index(
        "ix_invoice_line_allocations_company_id_line_id_id", "invoice_line_allocations", ["company_id", "line_id", "id"]
    )
    op.create_index(
        "ix_invoice_line_allocations_company_id_order_id", "invoice_line_allocations", ["company_id", "order_id"]
    )
    op.create_index(
        "ix_invoice_line_allocations_company_id_order_line_id",
        "invoice_line_allocations",
        ["company_id", "order_line_id"],
    )
    op.create_index(
        "ix_invoice_line_allocations_company_id_receipt_line_id",
        "invoice_line_allocations",
        ["company_id", "receipt_line_id"],
    )
    op.create_table(
        "invoice_lines_custom_values",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.String(length=2000)),
        sa.Column("field_id", sa.BigInteger(), nullable=False),
        sa.Column("option_id", sa.BigInteger()),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "field_id"],
            ["custom_fields.company_id", "custom_fields.id"],
            name="fk_invoice_lines_custom_values_company_id_field_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "option_id"],
            ["custom_field_options.company_id", "custom_field_options.id"],
            name="fk_invoice_lines_custom_values_company_id_option_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "owner_id"],
            ["invoice_lines.company_id", "invoice_lines.id"],
            name="fk_invoice_lines_custom_values_company_id_owner_id",
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("company_id", "owner_id", "id", name="pk_invoice_lines_custom_values"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invoice_lines_taxes",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("tax_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200)),
        sa.Column("percent", Fixed(6)),
        sa.Column("is_withholding_tax", sa.Boolean(), nullable=False),
        sa.Column("is_compound", sa.Boolean(), nullable=False),
        sa.Column("sum", Fixed(4), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["invoice_lines.company_id", "invoice_lines.id"],
            name="fk_invoice_lines_taxes_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "tax_id"], ["taxes.company_id", "taxes.id"], name="fk_invoice_lines_taxes_company_id_tax_id"
        ),
        sa.PrimaryKeyConstraint("company_id", "line_id", "id", name="pk_invoice_lines_taxes"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "purchase_order_line_sources",
        sa.Column("company_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), nullable=False),
        sa.Column("requisition_line_id", sa.BigInteger()),
        sa.Column("proposition_line_id", sa.BigInteger()),
        sa.Column("quantity", Fixed(6), nullable=False),
        sa.Column("line_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["company_id", "line_id"],
            ["purchase_order_lines.company_id", "purchase_order_lines.id"],
            name="fk_purchase_order_line_sources_company_id_line_id",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "proposition_line_id"],
            ["proposition_lines.company_id", "proposition_lines.id"],
            name="fk_purchase_order_line_sources_company_id_proposition_line_id",
        ),
        sa.ForeignKeyConstraint(
            ["company_id", "requisition_line_id"],
            ["purchase_requisition_lines.company_id", "purchase_requisition_lines.id"],
            name="fk_purchase_order_line_sources_company_id_requisition_line_id",
        ),
        sa.PrimaryKeyConstraint("company_id", "id", name="pk_purchase_order_line_sources"),
    )
    op.create_index(
        "ix_purchase_order_line_sources_company_id_line_id_id",
        "purchase_order_line_sources",
        ["company_id", "line_id", "id"],
    )
    op.create_index(
        "ix_purchase_order_line_sources_company_id_proposition_line_id",
        "purchase_order_line_sources",
        ["company_id", "proposition_line_id"],
    )
    op.create_index(
        "ix_purchase_order_line_sources_company_id_requisition_line_id",
        "purchase_order_line_sources",
        ["company_id", "requisition_line_id"],
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute("CREATE SEQUENCE emptor_ids INCREMENT 64")
        op.execute("ALTER TABLE rate_windows SET UNLOGGED")
        for table in GUARDED:
            for statement in guard(table):
                op.execute(statement)
    for statement in append_only(op.get_bind().dialect.name, SEALED):
        op.execute(statement)
