"""Traces of who saw whom, and an append-only register of breaches."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

# Whatever is asked for, nothing goes of a breach that is younger than five years.
_FORGET = """
CREATE FUNCTION forget_breach_entry() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.at >= now() - interval '1826 days' THEN
        RAISE EXCEPTION 'breach_entries is append-only: an entry is kept for five years';
    END IF;
    RETURN OLD;
END $$
"""


def upgrade() -> None:
    op.create_table(
        "traces",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("minute", sa.DateTime(timezone=True), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("subjects", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_traces")),
        comment="Who did what within a minute, and whom it was about, so that it can be told whom a breach is about.",
    )
    op.create_index(op.f("ix_traces_minute"), "traces", ["minute"])
    op.create_index("ix_traces_act_minute", "traces", ["act", "minute"])
    op.create_index("ix_traces_actor_minute", "traces", ["actor", "minute"])
    op.create_table(
        "breach_entries",
        sa.Column("breach_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("breach_id", "sequence", name=op.f("pk_breach_entries")),
        sa.UniqueConstraint("key", name=op.f("uq_breach_entries_key")),
        comment="Append-only: what was noticed, decided and done about breaches. Triggers refuse changes of a row.",
    )
    op.create_table(
        "breach_members",
        sa.Column("breach_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_breach_members_user_id_users"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("breach_id", "user_id", name=op.f("pk_breach_members")),
        comment="Whom a breach is about, and when they were told of it.",
    )
    op.create_index("ix_breach_members_user_id", "breach_members", ["user_id"])
    op.create_index(
        "ix_breach_members_untold",
        "breach_members",
        ["breach_id", "user_id"],
        postgresql_where=sa.text("told_at IS NULL"),
    )
    op.execute(_FORGET)
    op.execute(
        "CREATE TRIGGER append_only BEFORE UPDATE ON breach_entries FOR EACH ROW EXECUTE FUNCTION refuse_change()"
    )
    op.execute(
        "CREATE TRIGGER kept_for_years BEFORE DELETE ON breach_entries "
        "FOR EACH ROW EXECUTE FUNCTION forget_breach_entry()"
    )
    op.execute(
        "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON breach_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )


def downgrade() -> None:
    op.drop_table("breach_members")
    op.drop_table("breach_entries")
    op.drop_table("traces")
    op.execute("DROP FUNCTION forget_breach_entry")
