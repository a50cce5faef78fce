"""Whether somebody has judged what a photo shows. Of those that are there nobody knows it."""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "photos",
        sa.Column(
            "moderated",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="Whether somebody has judged what it shows and found that others may see it.",
        ),
    )


def downgrade() -> None:
    op.drop_column("photos", "moderated")
