"""A photo that staff are asked to look at after others have seen it waits since then, and not since its upload."""

from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

# The index beside the members, who go on writing meanwhile. What an attempt that was broken off has left is of no use.
_INDEX = (
    "CREATE INDEX CONCURRENTLY ix_photos_awaiting_staff ON photos ({when}, id) WHERE state IN ('in_review', 'appealed')"
)


def upgrade() -> None:
    op.execute("ALTER TABLE photos ADD COLUMN IF NOT EXISTS asked_at timestamptz")
    _index("coalesce(asked_at, uploaded_at)")


def downgrade() -> None:
    _index("uploaded_at")
    op.drop_column("photos", "asked_at")


def _index(when: str) -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_photos_awaiting_staff")
        op.execute(_INDEX.format(when=when))
