"""Of which look at a photo the renditions are that were judged. Those of photos before lie right below the photo."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "photos",
        sa.Column("look", sa.Uuid(), comment="The look at it whose renditions were judged and may be seen."),
    )


def downgrade() -> None:
    op.drop_column("photos", "look")
