"""Finding the removed pictures that one resembles without comparing them all.

A hash of 64 bits is parted in nine. Two that differ in at most eight bits have one part alike (the pigeonhole
principle; Norouzi, Punjani, Fleet, Fast search in Hamming space with multi-index hashing, 2012).
"""

from alembic import op

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

# What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    op.execute(
        """
        CREATE OR REPLACE FUNCTION picture_parts(picture text) RETURNS int[]
        LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
            SELECT array_agg(part * 256 + substring(bits FROM part * 7 + 1 FOR 7 + part / 8)::bit(8)::int)
            FROM generate_series(0, 8) AS part, CAST('x' || picture AS bit(64)) AS bits
        $$
        """
    )
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_removed_photos_parts")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_removed_photos_parts ON removed_photos "
            "USING gin (picture_parts(perceptual_hash))"
        )


def downgrade() -> None:
    op.drop_index("ix_removed_photos_parts", table_name="removed_photos")
    op.execute("DROP FUNCTION picture_parts(text)")
