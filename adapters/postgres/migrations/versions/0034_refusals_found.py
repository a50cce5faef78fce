"""Finding who said no while a run over everybody was on its way."""

from alembic import op

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

# Beside the members, who go on deciding meanwhile. What an attempt that was broken off has left is of no use.


def upgrade() -> None:
    with op.get_context().autocommit_block():
        op.execute("DROP INDEX CONCURRENTLY IF EXISTS ix_consent_logs_refused")
        op.execute("CREATE INDEX CONCURRENTLY ix_consent_logs_refused ON consent_logs (at) WHERE NOT granted")


def downgrade() -> None:
    op.drop_index("ix_consent_logs_refused", table_name="consent_logs")
