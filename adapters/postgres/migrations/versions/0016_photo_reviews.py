"""Who of the staff decided on a photo and why, and the pictures that were removed."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("photos", sa.Column("decided_by", sa.Uuid(), comment="Who of the staff decided last."))
    op.add_column("photos", sa.Column("reason", sa.Text(), comment="What they wrote to the member."))
    op.create_table(
        "removed_photos",
        sa.Column("perceptual_hash", sa.Text(), nullable=False),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("perceptual_hash", name=op.f("pk_removed_photos")),
        comment="Pictures that staff removed and nobody may show again, by 64 bits from which none can be drawn.",
    )


def downgrade() -> None:
    op.drop_table("removed_photos")
    op.drop_column("photos", "reason")
    op.drop_column("photos", "decided_by")
