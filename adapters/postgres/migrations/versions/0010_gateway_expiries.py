"""When something that a customer of the payment gateway holds expires."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_expiries",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_gateway_expiries")),
        comment="When something a customer holds expires, such as a grace: no event tells of that.",
    )
    op.create_index(op.f("ix_gateway_expiries_at"), "gateway_expiries", ["at"])


def downgrade() -> None:
    op.drop_index(op.f("ix_gateway_expiries_at"), table_name="gateway_expiries")
    op.drop_table("gateway_expiries")
