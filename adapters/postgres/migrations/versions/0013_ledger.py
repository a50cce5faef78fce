"""Facts about money and their double entry, both append-only."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "money_facts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payment", sa.Text(), nullable=False),
        sa.Column("member", sa.Uuid(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("covers_from", sa.DateTime(timezone=True)),
        sa.Column("covers_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_money_facts_amount_above_0")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_money_facts_currency_is_iso_4217")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_money_facts")),
        comment="Append-only, and kept when a member goes: what happened to money, each fact once.",
    )
    op.create_index(op.f("ix_money_facts_payment"), "money_facts", ["payment"])
    op.create_index(op.f("ix_money_facts_member"), "money_facts", ["member"])
    op.create_table(
        "ledger_entries",
        sa.Column("fact_id", sa.Text(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.CheckConstraint("amount_minor <> 0", name=op.f("ck_ledger_entries_amount_not_0")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_ledger_entries_currency_is_iso_4217")),
        sa.ForeignKeyConstraint(["fact_id"], ["money_facts.id"], name=op.f("fk_ledger_entries_fact_id")),
        sa.PrimaryKeyConstraint("fact_id", "account", name=op.f("pk_ledger_entries")),
        comment="Append-only: the double entry of every fact about money; debits are above 0, credits below.",
    )
    for table in ("money_facts", "ledger_entries"):
        op.execute(
            f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("ledger_entries")
    op.drop_table("money_facts")
