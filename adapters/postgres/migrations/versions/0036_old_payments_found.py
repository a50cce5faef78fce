"""Finding the payments whose term in the books is over."""

from alembic import op

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

# Beside the members, who go on paying meanwhile. What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_money_facts_at")
        op.execute("CREATE INDEX CONCURRENTLY ix_money_facts_at ON money_facts (at)")


def downgrade() -> None:
    op.drop_index("ix_money_facts_at", table_name="money_facts")
