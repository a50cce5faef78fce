"""What members asked to be copied of their data."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "data_export_requests",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True)),
        sa.Column("size", sa.BigInteger()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_data_export_requests_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_export_requests")),
        comment="Copies of their data that members asked for; the archives are elsewhere, encrypted.",
    )
    op.create_index("ix_data_export_requests_user_id", "data_export_requests", ["user_id"])
    op.create_index("ix_data_export_requests_ready_at", "data_export_requests", ["ready_at"])
    op.create_index(
        "uq_data_export_requests_running",
        "data_export_requests",
        ["user_id"],
        unique=True,
        postgresql_where=sa.text("ready_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_table("data_export_requests")
