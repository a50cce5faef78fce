"""Finding the photos that wait for a person to look again."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# Beside the members, who go on writing meanwhile. What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_photos_appealed")
        op.execute("CREATE INDEX CONCURRENTLY ix_photos_appealed ON photos (uploaded_at, id) WHERE state = 'appealed'")


def downgrade() -> None:
    op.drop_index("ix_photos_appealed", table_name="photos")
