"""The smallest cell a member is in, beside the one with members enough."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("profiles", sa.Column("smallest_latitude", sa.Double()))
    op.add_column("profiles", sa.Column("smallest_longitude", sa.Double()))
    op.execute(
        "UPDATE profiles SET smallest_latitude = latitude, smallest_longitude = longitude WHERE latitude IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_column("profiles", "smallest_longitude")
    op.drop_column("profiles", "smallest_latitude")
