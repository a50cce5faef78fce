"""The end of every member's chain of consents, and a chain that goes only with its member."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# Runs with its owner's rights, so that whoever may only add consents needs none to write heads.
_MOVE = """
CREATE FUNCTION move_consent_heads() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO consent_heads (user_id, sequence, hash)
    SELECT DISTINCT ON (user_id) user_id, sequence, hash FROM added ORDER BY user_id, sequence DESC
    ON CONFLICT (user_id) DO UPDATE SET sequence = excluded.sequence, hash = excluded.hash
    WHERE consent_heads.sequence < excluded.sequence;
    RETURN NULL;
END $$
"""

# When an account is erased its row is gone before what refers to it is deleted.
_REFUSE = """
CREATE FUNCTION refuse_deletion_while_a_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM users WHERE id = OLD.user_id) THEN
        RAISE EXCEPTION '% is append-only and goes only with its member''s account', TG_TABLE_NAME;
    END IF;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "consent_heads",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_consent_heads_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_consent_heads")),
        comment="The last record of every member's chain of consents: a trigger writes it with the record.",
    )
    op.execute(_MOVE)
    op.execute(_REFUSE)
    op.execute(
        "CREATE TRIGGER move_heads AFTER INSERT ON consent_logs REFERENCING NEW TABLE AS added "
        "FOR EACH STATEMENT EXECUTE FUNCTION move_consent_heads()"
    )
    for table in ("consent_logs", "consent_heads"):
        op.execute(
            f"CREATE TRIGGER kept_while_a_member BEFORE DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION refuse_deletion_while_a_member()"
        )
        op.execute(
            f"CREATE TRIGGER never_emptied BEFORE TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
        )
    op.execute(
        "INSERT INTO consent_heads (user_id, sequence, hash) "
        "SELECT DISTINCT ON (user_id) user_id, sequence, hash FROM consent_logs ORDER BY user_id, sequence DESC"
    )


def downgrade() -> None:
    op.drop_table("consent_heads")
    op.execute("DROP TRIGGER move_heads ON consent_logs")
    op.execute("DROP TRIGGER kept_while_a_member ON consent_logs")
    op.execute("DROP TRIGGER never_emptied ON consent_logs")
    op.execute("DROP FUNCTION move_consent_heads, refuse_deletion_while_a_member")
