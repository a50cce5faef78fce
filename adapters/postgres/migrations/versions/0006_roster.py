"""Everybody's records for runs over all of them, and marks of whose are to be made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_NOTE = """
CREATE FUNCTION note_roster_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- An update and not nothing where there is a mark: it holds the mark until what was changed is committed.
    INSERT INTO roster_changes (user_id)
    VALUES (CASE TG_TABLE_NAME WHEN 'users' THEN (to_jsonb(NEW) ->> 'id')::uuid
                               ELSE (to_jsonb(coalesce(NEW, OLD)) ->> 'user_id')::uuid END)
    ON CONFLICT (user_id) DO UPDATE SET user_id = excluded.user_id;
    RETURN NULL;
END $$
"""

_TRIGGERS = {
    "users": "UPDATE ON users FOR EACH ROW "
    "WHEN ((OLD.status, OLD.email_verified_at) IS DISTINCT FROM (NEW.status, NEW.email_verified_at))",
    "profiles": "INSERT OR UPDATE ON profiles FOR EACH ROW",
    "photos": "INSERT OR UPDATE OR DELETE ON photos FOR EACH ROW",
    "consent_logs": "INSERT ON consent_logs FOR EACH ROW WHEN (NEW.purpose IN ('location', 'psychological_profile'))",
    "attachment_assessments": "INSERT OR DELETE ON attachment_assessments FOR EACH ROW",
}


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("layout", sa.Integer(), nullable=False),
        sa.Column("record", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_roster_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_roster")),
        comment="Whoever can take part, as records that a match engine reads: derived, and made anew when lost.",
    )
    op.create_index(op.f("ix_roster_layout"), "roster", ["layout"])
    op.create_index(op.f("ix_roster_time_zone"), "roster", ["time_zone"])
    op.create_table(
        "roster_changes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_roster_changes")),
        comment="About whom something changed since their record was made.",
    )
    op.create_table(
        "roster_shards",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("shard", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("shards", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("day", "shard", "shards", name=op.f("pk_roster_shards")),
        comment="Which parts of a day's members a worker has taken on, and until when nobody else does.",
    )
    op.execute(_NOTE)
    for event in _TRIGGERS.values():
        op.execute(f"CREATE TRIGGER roster_change AFTER {event} EXECUTE FUNCTION note_roster_change()")
    op.execute("INSERT INTO roster_changes (user_id) SELECT user_id FROM profiles ON CONFLICT DO NOTHING")


def downgrade() -> None:
    for name in _TRIGGERS:
        op.execute(f"DROP TRIGGER roster_change ON {name}")
    op.execute("DROP FUNCTION note_roster_change()")
    op.drop_table("roster_shards")
    op.drop_table("roster_changes")
    op.drop_index(op.f("ix_roster_time_zone"), table_name="roster")
    op.drop_index(op.f("ix_roster_layout"), table_name="roster")
    op.drop_table("roster")
