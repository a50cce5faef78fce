"""What staff looked at and did: records that are only ever added, and the last of them kept apart."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

# Runs with its owner's rights, so that whoever may only add records needs none to write the head.
_MOVE = """
CREATE FUNCTION move_audit_head() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO audit_head (id, sequence, hash) VALUES (1, NEW.sequence, NEW.hash)
    ON CONFLICT (id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
    WHERE audit_head.sequence < excluded.sequence;
    RETURN NULL;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "audit_log",
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_log")),
        comment="Append-only: what staff looked at and did. Triggers refuse every change of a row.",
    )
    op.create_index("ix_audit_log_subjects", "audit_log", ["subjects"], postgresql_using="gin")
    op.create_table(
        "audit_head",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_head_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
        comment="The last record of the audit log: a trigger writes it with the record.",
    )
    op.execute(_MOVE)
    op.execute("CREATE TRIGGER move_head AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION move_audit_head()")
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute("CREATE TRIGGER never_removed BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    for table in ("audit_log", "audit_head"):
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )


def downgrade() -> None:
    op.drop_table("audit_head")
    op.drop_table("audit_log")
    op.execute("DROP FUNCTION move_audit_head")
