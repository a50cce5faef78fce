"""What members order of the payment gateway, written down before it is sent."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "orders",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("item", sa.Text(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("subscription", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount_minor >= 0", name=op.f("ck_orders_amount")),
        sa.CheckConstraint("currency ~ '^[A-Z]{3}$'", name=op.f("ck_orders_currency")),
        sa.CheckConstraint("(settled_at IS NOT NULL) = (state IN ('done', 'refused'))", name=op.f("ck_orders_settled")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_orders_user_id_users"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_orders")),
        comment="What members order of the payment gateway, written down before it is sent, and what became of it.",
    )
    op.create_index(op.f("ix_orders_user_id"), "orders", ["user_id"])
    op.create_index(
        "uq_orders_unsettled", "orders", ["user_id"], unique=True, postgresql_where=sa.text("settled_at IS NULL")
    )
    op.create_index(
        "uq_orders_key",
        "orders",
        ["user_id", "key"],
        unique=True,
        postgresql_where=sa.text("key IS NOT NULL AND state <> 'refused'"),
    )
    op.create_index("ix_orders_waiting", "orders", ["made_at"], postgresql_where=sa.text("settled_at IS NULL"))


def downgrade() -> None:
    op.drop_index("ix_orders_waiting", table_name="orders")
    op.drop_index("uq_orders_key", table_name="orders")
    op.drop_index("uq_orders_unsettled", table_name="orders")
    op.drop_index(op.f("ix_orders_user_id"), table_name="orders")
    op.drop_table("orders")
