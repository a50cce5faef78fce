"""When a member who is leaving is erased."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("erase_at", sa.DateTime(timezone=True)))


def downgrade() -> None:
    op.drop_column("users", "erase_at")
