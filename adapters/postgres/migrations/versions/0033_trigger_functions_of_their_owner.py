"""Functions that run with their owner's rights are nobody else's to hang on a table of their own."""

from alembic import op

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

# Triggers that are there go on firing: the right is asked for only when a trigger is made.
_FUNCTIONS = "move_consent_heads(), move_audit_head(), forget_audit_record()"


def upgrade() -> None:
    op.execute(f"REVOKE EXECUTE ON FUNCTION {_FUNCTIONS} FROM PUBLIC")


def downgrade() -> None:
    op.execute(f"GRANT EXECUTE ON FUNCTION {_FUNCTIONS} TO PUBLIC")
