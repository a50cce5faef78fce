"""Finding the photos that wait for a person to look, or to look again."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

# Beside the members, who go on writing meanwhile. What an attempt that was broken off has left is of no use. The new
# index serves releases that ask for appeals alone, too.


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_photos_awaiting_staff")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_photos_awaiting_staff ON photos (uploaded_at, id) "
            "WHERE state IN ('in_review', 'appealed')"
        )
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_photos_appealed")


def downgrade() -> None:
    op.create_index(
        "ix_photos_appealed", "photos", ["uploaded_at", "id"], postgresql_where=sa.text("state = 'appealed'")
    )
    op.drop_index("ix_photos_awaiting_staff", table_name="photos")
