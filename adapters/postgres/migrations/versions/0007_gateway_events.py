"""Events of the payment gateway, and how far its records were read."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "gateway_events",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gateway_events")),
        comment="What the payment gateway sent, each once: about whom something changed there.",
    )
    op.create_index(op.f("ix_gateway_events_received_at"), "gateway_events", ["received_at"])
    op.create_table(
        "gateway_readings",
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.Column("ended", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("customer", name=op.f("pk_gateway_readings")),
        comment="Readings of what a customer holds, so that one that began earlier never undoes a later one.",
    )
    op.create_table(
        "gateway_sweeps",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_gateway_sweeps")),
        comment="Up to when events that never reached us were looked for.",
    )


def downgrade() -> None:
    op.drop_table("gateway_sweeps")
    op.drop_table("gateway_readings")
    op.drop_index(op.f("ix_gateway_events_received_at"), table_name="gateway_events")
    op.drop_table("gateway_events")
