"""The address that a mailed link is about, and finding those that can be had back."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

# The index beside the members, who go on writing meanwhile. What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    comment = "The address that a change is about: the one to be, or the one to keep."
    op.add_column("one_time_tokens", sa.Column("email", sa.Text(), comment=comment), if_not_exists=True)
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_one_time_tokens_kept_email")
        op.execute(
            "CREATE INDEX CONCURRENTLY ix_one_time_tokens_kept_email ON one_time_tokens (email) "
            "WHERE purpose = 'keep_email'"
        )


def downgrade() -> None:
    op.drop_index("ix_one_time_tokens_kept_email", table_name="one_time_tokens")
    op.drop_column("one_time_tokens", "email")
