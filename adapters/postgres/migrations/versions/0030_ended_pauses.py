"""An index by which tries whose pause is long over are found, in place of one that nothing asks for any more."""

from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

# Beside the members, who go on signing in meanwhile. What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    _exchange("tried_at", "next_at")


def downgrade() -> None:
    _exchange("next_at", "tried_at")


def _exchange(old: str, new: str) -> None:
    with op.get_context().autocommit_block():
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_sign_in_tries_{new}")
        op.execute(f"CREATE INDEX CONCURRENTLY ix_sign_in_tries_{new} ON sign_in_tries ({new})")
        op.execute(f"DROP INDEX CONCURRENTLY IF EXISTS ix_sign_in_tries_{old}")
