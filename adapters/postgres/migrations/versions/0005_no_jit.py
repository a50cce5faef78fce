"""Statements are not compiled: for the one that counts 10,000 people it took half a second of three quarters."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_JIT = """
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I {change}', current_database());
END $$
"""


def upgrade() -> None:
    op.execute(_JIT.format(change="SET jit = off"))


def downgrade() -> None:
    op.execute(_JIT.format(change="RESET jit"))
