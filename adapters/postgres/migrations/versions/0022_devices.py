"""Known devices, tries to sign in, and what members were warned of."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "devices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("ip_prefix", sa.Text(), nullable=False),
        sa.Column("first_seen_at", instant, nullable=False),
        sa.Column("last_seen_at", instant, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_devices_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_devices_token_hash")),
        comment="What members have signed in on.",
    )
    op.create_index("ix_devices_user_id", "devices", ["user_id"])
    op.create_index("ix_devices_last_seen_at", "devices", ["last_seen_at"])
    op.create_table(
        "sign_in_tries",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("tried_at", instant, nullable=False),
        sa.Column("next_at", instant, nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_sign_in_tries")),
        comment="How often a password was tried in a row, under keyed hashes of addresses.",
    )
    op.create_index("ix_sign_in_tries_tried_at", "sign_in_tries", ["tried_at"])
    op.create_table(
        "sign_in_alerts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("ip_prefix", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sign_in_alerts_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_in_alerts")),
        comment="What members were warned of about signing in.",
    )
    op.create_index("ix_sign_in_alerts_user_id", "sign_in_alerts", ["user_id"])
    op.create_index("ix_sign_in_alerts_at", "sign_in_alerts", ["at"])


def downgrade() -> None:
    op.drop_table("sign_in_alerts")
    op.drop_table("sign_in_tries")
    op.drop_table("devices")
