"""Records of what staff did are forgotten after three years, and the chain of the others begins after them."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

# Whatever is asked for, nothing younger goes. Runs with its owner's rights, so that whoever may delete what is old
# needs none to write where the chain begins.
_FORGET = """
CREATE FUNCTION forget_audit_record() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    IF OLD.at >= now() - interval '1096 days' THEN
        RAISE EXCEPTION 'audit_log is append-only: a record is kept for three years';
    END IF;
    UPDATE audit_head SET forgotten = OLD.sequence, forgotten_hash = OLD.hash WHERE forgotten < OLD.sequence;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.add_column("audit_head", sa.Column("forgotten", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("audit_head", sa.Column("forgotten_hash", sa.Text(), server_default="0" * 64, nullable=False))
    op.execute(_FORGET)
    op.execute("DROP TRIGGER append_only ON audit_log")
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute(
        "CREATE TRIGGER kept_for_years BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION forget_audit_record()"
    )


def downgrade() -> None:
    op.execute("DROP TRIGGER kept_for_years ON audit_log")
    op.execute("DROP TRIGGER append_only ON audit_log")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("DROP FUNCTION forget_audit_record")
    op.drop_column("audit_head", "forgotten_hash")
    op.drop_column("audit_head", "forgotten")
