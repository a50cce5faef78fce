"""Finding whoever is in an area by their smallest cell."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# Beside the members, who go on writing meanwhile. What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_profiles_smallest_cell")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_profiles_smallest_cell ON profiles (smallest_latitude, smallest_longitude)"
        )


def downgrade() -> None:
    op.drop_index("ix_profiles_smallest_cell", table_name="profiles")
