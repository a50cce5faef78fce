"""Addresses that get no mail."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "suppressed_addresses",
        sa.Column("address_hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_suppressed_addresses")),
        comment="Where mails came back from, or were not wanted, under keyed hashes of addresses.",
    )
    op.create_index("ix_suppressed_addresses_at", "suppressed_addresses", ["at"])


def downgrade() -> None:
    op.drop_table("suppressed_addresses")
