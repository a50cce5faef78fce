"""The first schema."""

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geography
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_WORDS = """
CREATE FUNCTION profile_words(content jsonb) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN
    setweight(jsonb_to_tsvector('simple', coalesce(content -> 'interests', '[]'), '["string"]'), 'A')
    || setweight(to_tsvector('simple', coalesce(content ->> 'bio', '')), 'B')
    || setweight(to_tsvector('simple', jsonb_path_query_array(content, '$.prompts[*].answer') #>> '{}'), 'C')
"""

_APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$
"""

_PARTITIONS = """
CREATE FUNCTION make_daily_partitions(first date, days int) RETURNS int LANGUAGE plpgsql AS $$
DECLARE
    the_day date;
    made int := 0;
BEGIN
    FOR the_day IN SELECT first + n FROM generate_series(0, days - 1) AS n LOOP
        IF to_regclass('daily_matches_' || to_char(the_day, 'YYYYMMDD')) IS NULL
           AND NOT EXISTS (SELECT FROM daily_matches_other WHERE day = the_day) THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF daily_matches FOR VALUES FROM (%L) TO (%L)',
                           'daily_matches_' || to_char(the_day, 'YYYYMMDD'), the_day, the_day + 1);
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END $$
"""

_LIMITS = """
DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET statement_timeout = 5000', current_database());
    EXECUTE format('ALTER DATABASE %I SET lock_timeout = 4000', current_database());
    EXECUTE format('ALTER DATABASE %I SET idle_in_transaction_session_timeout = 10000', current_database());
END $$
"""
# Milliseconds. On the database and not on the connection, because PgBouncer in transaction mode keeps no settings of a
# client.


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute(_LIMITS)
    op.execute(_WORDS)
    op.execute(_APPEND_ONLY)
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("status", sa.SmallInteger(), nullable=True),
        sa.Column("headers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=True),
        sa.Column("body", postgresql.BYTEA(), nullable=True),
        sa.PrimaryKeyConstraint("owner", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(op.f("ix_idempotency_keys_begun_at"), "idempotency_keys", ["begun_at"], unique=False)
    op.create_table(
        "outbox",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("bulk", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        sa.Column("payload", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("starts", sa.SmallInteger(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dead_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index(
        "ix_outbox_dead", "outbox", ["occurred_at"], unique=False, postgresql_where=sa.text("dead_at IS NOT NULL")
    )
    op.create_index(
        "ix_outbox_done", "outbox", ["done_at"], unique=False, postgresql_where=sa.text("done_at IS NOT NULL")
    )
    op.create_index(
        "ix_outbox_waiting",
        "outbox",
        ["bulk", "occurred_at", "id", "due_at"],
        unique=False,
        postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL"),
    )
    op.create_table(
        "processed",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("listener", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("message_id", "listener", name=op.f("pk_processed")),
        comment="Which listener took effect for which message, marked in the transaction of the effect.",
    )
    op.create_table(
        "users",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_users")),
        sa.UniqueConstraint("email", name=op.f("uq_users_email")),
    )
    op.create_table(
        "assessments_taken",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("last_taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_assessments_taken_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_assessments_taken")),
        comment="Kept when results are deleted, so that deleting them is no way round the wait between two.",
    )
    op.create_table(
        "attachment_assessments",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire", sa.Text(), nullable=False),
        sa.Column("answers", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("anxiety", sa.Double(), nullable=False),
        sa.Column("avoidance", sa.Double(), nullable=False),
        sa.Column("style", sa.Text(), nullable=False),
        sa.Column("blend", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("quality", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_attachment_assessments_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment_assessments")),
    )
    op.create_index(
        "ix_attachment_assessments_user_id_taken_at_id",
        "attachment_assessments",
        ["user_id", "taken_at", "id"],
        unique=False,
    )
    op.create_table(
        "consent_logs",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False),
        sa.Column("text_version", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_consent_logs_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "sequence", name=op.f("pk_consent_logs")),
        sa.UniqueConstraint("id", name=op.f("uq_consent_logs_id")),
        comment="Append-only: a trigger refuses every change of a row.",
    )
    op.create_table(
        "daily_matches",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("candidates", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("suggestions", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("short_because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_daily_matches_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", "day", name=op.f("pk_daily_matches")),
        postgresql_partition_by="RANGE (day)",
    )
    op.create_table(
        "exposures",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("fair", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_exposures_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("day", "user_id", name=op.f("pk_exposures")),
    )
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
    )
    op.create_index(
        "ix_notices_unseen", "notices", ["user_id"], unique=False, postgresql_where=sa.text("seen_at IS NULL")
    )
    op.create_index("ix_notices_user_id_at_id", "notices", ["user_id", "at", "id"], unique=False)
    op.create_table(
        "one_time_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_one_time_tokens_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_tokens")),
    )
    op.create_index(op.f("ix_one_time_tokens_expires_at"), "one_time_tokens", ["expires_at"], unique=False)
    op.create_index("ix_one_time_tokens_user_id_purpose", "one_time_tokens", ["user_id", "purpose"], unique=False)
    op.create_table(
        "pairs",
        sa.Column("low", sa.Uuid(), nullable=False),
        sa.Column("high", sa.Uuid(), nullable=False),
        sa.Column("low_kind", sa.Text(), nullable=True),
        sa.Column("low_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("low_note", sa.Text(), nullable=True),
        sa.Column("high_kind", sa.Text(), nullable=True),
        sa.Column("high_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("high_note", sa.Text(), nullable=True),
        sa.Column("match_id", sa.Uuid(), nullable=True),
        sa.Column("matched_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "match_id IS NULL OR (low_kind = 'like' AND high_kind = 'like')", name=op.f("ck_pairs_match_is_two_likes")
        ),
        sa.CheckConstraint("(match_id IS NULL) = (matched_at IS NULL)", name=op.f("ck_pairs_match_whole")),
        sa.CheckConstraint("low < high", name=op.f("ck_pairs_ordered")),
        sa.ForeignKeyConstraint(["high"], ["users.id"], name=op.f("fk_pairs_high"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["low"], ["users.id"], name=op.f("fk_pairs_low"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("low", "high", name=op.f("pk_pairs")),
        sa.UniqueConstraint("match_id", name=op.f("uq_pairs_match_id")),
        comment="What two people decided about one another and the match that follows, in one row under one lock.",
    )
    op.create_index("ix_pairs_high", "pairs", ["high"], unique=False)
    op.create_index(
        "ix_pairs_high_decided",
        "pairs",
        ["high", "high_at"],
        unique=False,
        postgresql_where=sa.text("high_kind IS NOT NULL"),
    )
    op.create_index(
        "ix_pairs_high_liked",
        "pairs",
        ["high", "low_at", "low"],
        unique=False,
        postgresql_where=sa.text("low_kind = 'like'"),
    )
    op.create_index(
        "ix_pairs_high_matched",
        "pairs",
        ["high", "matched_at"],
        unique=False,
        postgresql_where=sa.text("match_id IS NOT NULL"),
    )
    op.create_index(
        "ix_pairs_low_decided",
        "pairs",
        ["low", "low_at"],
        unique=False,
        postgresql_where=sa.text("low_kind IS NOT NULL"),
    )
    op.create_index(
        "ix_pairs_low_liked",
        "pairs",
        ["low", "high_at", "high"],
        unique=False,
        postgresql_where=sa.text("high_kind = 'like'"),
    )
    op.create_index(
        "ix_pairs_low_matched",
        "pairs",
        ["low", "matched_at"],
        unique=False,
        postgresql_where=sa.text("match_id IS NOT NULL"),
    )
    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("uploaded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blurhash", sa.Text(), nullable=True),
        sa.Column("perceptual_hash", sa.Text(), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("faces", sa.Integer(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("appeal", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_photos_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_photos")),
    )
    op.create_index("ix_photos_user_id_position", "photos", ["user_id", "position"], unique=False)
    op.create_table(
        "profiles",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("date_of_birth", sa.Date(), nullable=False),
        sa.Column("content", postgresql.JSONB(none_as_null=True, astext_type=sa.Text()), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column(
            "cell",
            Geography("POINT", srid=4326, spatial_index=False),
            sa.Computed("(ST_SetSRID(ST_MakePoint(longitude, latitude), 4326))::geography", persisted=True),
            nullable=True,
        ),
        sa.Column("city", sa.Text(), nullable=True),
        sa.Column("located_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("visibility", sa.Text(), nullable=False),
        sa.Column("words", postgresql.TSVECTOR(), sa.Computed("profile_words(content)", persisted=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_profiles_cell_whole")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_profiles_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_profiles")),
    )
    op.create_index("ix_profiles_cell", "profiles", ["cell"], unique=False, postgresql_using="gist")
    op.create_index(op.f("ix_profiles_time_zone"), "profiles", ["time_zone"], unique=False)
    op.create_index(op.f("ix_profiles_updated_at"), "profiles", ["updated_at"], unique=False)
    op.create_index("ix_profiles_words", "profiles", ["words"], unique=False, postgresql_using="gin")
    op.create_table(
        "sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("ip_prefix", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=True),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_sessions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sessions")),
    )
    op.create_index(
        "ix_sessions_over_at", "sessions", [sa.literal_column("coalesce(ended_at, expires_at)")], unique=False
    )
    op.create_index("ix_sessions_user_id_last_used_at", "sessions", ["user_id", "last_used_at"], unique=False)
    op.create_table(
        "subscriptions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_subscriptions_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("user_id", name=op.f("pk_subscriptions")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["sessions.id"], name=op.f("fk_refresh_tokens_session_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_refresh_tokens")),
        comment="Every token a session ever had, so that the use of an old one is noticed.",
    )
    op.create_index(op.f("ix_refresh_tokens_session_id"), "refresh_tokens", ["session_id"], unique=False)
    op.execute("CREATE TRIGGER append_only BEFORE UPDATE ON consent_logs FOR EACH ROW EXECUTE FUNCTION refuse_change()")
    op.execute("CREATE TABLE daily_matches_other PARTITION OF daily_matches DEFAULT")
    op.execute(_PARTITIONS)


def downgrade() -> None:
    op.drop_index(op.f("ix_refresh_tokens_session_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_table("subscriptions")
    op.drop_index("ix_sessions_user_id_last_used_at", table_name="sessions")
    op.drop_index("ix_sessions_over_at", table_name="sessions")
    op.drop_table("sessions")
    op.drop_index("ix_profiles_words", table_name="profiles", postgresql_using="gin")
    op.drop_index(op.f("ix_profiles_updated_at"), table_name="profiles")
    op.drop_index(op.f("ix_profiles_time_zone"), table_name="profiles")
    op.drop_index("ix_profiles_cell", table_name="profiles", postgresql_using="gist")
    op.drop_table("profiles")
    op.drop_index("ix_photos_user_id_position", table_name="photos")
    op.drop_table("photos")
    op.drop_index("ix_pairs_low_matched", table_name="pairs", postgresql_where=sa.text("match_id IS NOT NULL"))
    op.drop_index("ix_pairs_low_liked", table_name="pairs", postgresql_where=sa.text("high_kind = 'like'"))
    op.drop_index("ix_pairs_low_decided", table_name="pairs", postgresql_where=sa.text("low_kind IS NOT NULL"))
    op.drop_index("ix_pairs_high_matched", table_name="pairs", postgresql_where=sa.text("match_id IS NOT NULL"))
    op.drop_index("ix_pairs_high_liked", table_name="pairs", postgresql_where=sa.text("low_kind = 'like'"))
    op.drop_index("ix_pairs_high_decided", table_name="pairs", postgresql_where=sa.text("high_kind IS NOT NULL"))
    op.drop_index("ix_pairs_high", table_name="pairs")
    op.drop_table("pairs")
    op.drop_index("ix_one_time_tokens_user_id_purpose", table_name="one_time_tokens")
    op.drop_index(op.f("ix_one_time_tokens_expires_at"), table_name="one_time_tokens")
    op.drop_table("one_time_tokens")
    op.drop_index("ix_notices_user_id_at_id", table_name="notices")
    op.drop_index("ix_notices_unseen", table_name="notices", postgresql_where=sa.text("seen_at IS NULL"))
    op.drop_table("notices")
    op.drop_table("exposures")
    op.drop_table("daily_matches")
    op.drop_table("consent_logs")
    op.drop_index("ix_attachment_assessments_user_id_taken_at_id", table_name="attachment_assessments")
    op.drop_table("attachment_assessments")
    op.drop_table("assessments_taken")
    op.drop_table("users")
    op.drop_table("processed")
    op.drop_index(
        "ix_outbox_waiting", table_name="outbox", postgresql_where=sa.text("done_at IS NULL AND dead_at IS NULL")
    )
    op.drop_index("ix_outbox_done", table_name="outbox", postgresql_where=sa.text("done_at IS NOT NULL"))
    op.drop_index("ix_outbox_dead", table_name="outbox", postgresql_where=sa.text("dead_at IS NOT NULL"))
    op.drop_table("outbox")
    op.drop_index(op.f("ix_idempotency_keys_begun_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.execute("DROP FUNCTION make_daily_partitions, refuse_change, profile_words")
