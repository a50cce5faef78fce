"""Every table. Migrations are compared with this file, so that neither can change without the other.

Words of the domain are kept as text, so that a new one needs no change of a type. Instants are ``timestamptz``."""

from geoalchemy2 import Geography
from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA, JSONB, TSVECTOR

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
metadata = MetaData(naming_convention=NAMING)

INSTANT = DateTime(timezone=True)
DOCUMENT = JSONB(none_as_null=True)


def _member(name: str = "user_id", *, key: bool = False) -> Column[object]:
    """Whose row it is: it goes when the account goes."""
    return Column(name, ForeignKey("users.id", ondelete="CASCADE"), primary_key=key, nullable=False)


def _version() -> Column[int]:
    """Counts the changes of a row, so that a write from an older state is noticed."""
    return Column("version", Integer, nullable=False)


users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("password_hash", Text, nullable=False),
    Column("date_of_birth", Date, nullable=False),
    Column("time_zone", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("email_verified_at", INSTANT),
    Column("role", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("erase_at", INSTANT),
    _version(),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("label", Text, nullable=False),
    Column("ip_prefix", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("last_used_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Column("token_hash", Text, nullable=False),
    Column("previous_hash", Text),
    Column("rotated_at", INSTANT),
    Column("ended_at", INSTANT),
    Column("ended_because", Text),
    _version(),
    Index("ix_sessions_user_id_last_used_at", "user_id", "last_used_at"),
    Index("ix_sessions_over_at", text("coalesce(ended_at, expires_at)")),
)

refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), nullable=False, index=True),
    comment="Every token a session ever had, so that the use of an old one is noticed.",
)

one_time_tokens = Table(
    "one_time_tokens",
    metadata,
    Column("token_hash", Text, primary_key=True),
    _member(),
    Column("purpose", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False, index=True),
    Column("used_at", INSTANT),
    Column("email", Text, comment="The address that a change is about: the one to be, or the one to keep."),
    _version(),
    Index("ix_one_time_tokens_user_id_purpose", "user_id", "purpose"),
    Index("ix_one_time_tokens_kept_email", "email", postgresql_where=text("purpose = 'keep_email'")),
)

second_factors = Table(
    "second_factors",
    metadata,
    _member(key=True),
    Column("sealed_secret", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("confirmed_at", INSTANT),
    Column("last_step", BigInteger, nullable=False),
    Column("recovery_hashes", ARRAY(Text), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", INSTANT),
    _version(),
)

devices = Table(
    "devices",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("ip_prefix", Text, nullable=False),
    Column("first_seen_at", INSTANT, nullable=False),
    Column("last_seen_at", INSTANT, nullable=False, index=True),
    _version(),
    Index("ix_devices_user_id", "user_id"),
    comment="What members have signed in on.",
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tried_at", INSTANT, nullable=False, index=True),
    Column("next_at", INSTANT, nullable=False),
    comment="How often a password was tried in a row, under keyed hashes of addresses.",
)

sign_in_alerts = Table(
    "sign_in_alerts",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("kind", Text, nullable=False),
    Column("at", INSTANT, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("ip_prefix", Text, nullable=False),
    Column("place", Text, nullable=False),
    Index("ix_sign_in_alerts_user_id", "user_id"),
    comment="What members were warned of about signing in.",
)

suppressed_addresses = Table(
    "suppressed_addresses",
    metadata,
    Column("address_hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", INSTANT, nullable=False, index=True),
    comment="Where mails came back from, or were not wanted, under keyed hashes of addresses.",
)

profiles = Table(
    "profiles",
    metadata,
    _member(key=True),
    Column("date_of_birth", Date, nullable=False),
    Column("content", DOCUMENT, nullable=False),
    Column("time_zone", Text, nullable=False, index=True),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False, index=True),
    Column("latitude", Double),
    Column("longitude", Double),
    Column(
        "cell",
        Geography("POINT", srid=4326, spatial_index=False),
        Computed("(ST_SetSRID(ST_MakePoint(longitude, latitude), 4326))::geography", persisted=True),
    ),
    Column("city", Text),
    Column("smallest_latitude", Double),
    Column("smallest_longitude", Double),
    Column("located_at", INSTANT),
    Column("visibility", Text, nullable=False),
    Column(
        "words",
        TSVECTOR,
        Computed("profile_words(content)", persisted=True),
    ),
    _version(),
    CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="cell_whole"),
    Index("ix_profiles_smallest_cell", "smallest_latitude", "smallest_longitude"),
    Index("ix_profiles_cell", "cell", postgresql_using="gist"),
    Index("ix_profiles_words", "words", postgresql_using="gin"),
)

photos = Table(
    "photos",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("position", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("uploaded_at", INSTANT, nullable=False),
    Column("blurhash", Text),
    Column("perceptual_hash", Text),
    Column("width", Integer),
    Column("height", Integer),
    Column("faces", Integer),
    Column("refusal", Text),
    Column("appeal", Text),
    Column("decided_by", Uuid, comment="Who of the staff decided last."),
    Column("reason", Text, comment="What they wrote to the member."),
    _version(),
    Index("ix_photos_user_id_position", "user_id", "position"),
    Index("ix_photos_appealed", "uploaded_at", "id", postgresql_where=text("state = 'appealed'")),
)

removed_photos = Table(
    "removed_photos",
    metadata,
    Column("perceptual_hash", Text, primary_key=True),
    Column("removed_at", INSTANT, nullable=False),
    comment="Pictures that staff removed and nobody may show again, by 64 bits from which none can be drawn.",
)

attachment_assessments = Table(
    "attachment_assessments",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("questionnaire", Text, nullable=False),
    Column("answers", DOCUMENT, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("anxiety", Double, nullable=False),
    Column("avoidance", Double, nullable=False),
    Column("style", Text, nullable=False),
    Column("blend", ARRAY(Text), nullable=False),
    Column("quality", ARRAY(Text), nullable=False),
    Column("taken_at", INSTANT, nullable=False),
    Index("ix_attachment_assessments_user_id_taken_at_id", "user_id", "taken_at", "id"),
)

assessments_taken = Table(
    "assessments_taken",
    metadata,
    _member(key=True),
    Column("last_taken_at", INSTANT, nullable=False),
    comment="Kept when results are deleted, so that deleting them is no way round the wait between two.",
)

consent_logs = Table(
    "consent_logs",
    metadata,
    _member(key=True),
    Column("sequence", Integer, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("purpose", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    comment="Append-only: a trigger refuses every change of a row.",
)

consent_heads = Table(
    "consent_heads",
    metadata,
    _member(key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    comment="The last record of every member's chain of consents: a trigger writes it with the record.",
)

subscriptions = Table(
    "subscriptions",
    metadata,
    _member(key=True),
    Column("tier", Text, nullable=False),
)

daily_matches = Table(
    "daily_matches",
    metadata,
    _member(key=True),
    Column("day", Date, primary_key=True),
    Column("made_at", INSTANT, nullable=False),
    Column("candidates", ARRAY(Uuid), nullable=False),
    Column("scores", ARRAY(Double), nullable=False, server_default="{}"),
    Column("short_because", Text),
    _version(),
    postgresql_partition_by="RANGE (day)",
)

pairs = Table(
    "pairs",
    metadata,
    _member("low", key=True),
    Column("high", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("low_kind", Text),
    Column("low_at", INSTANT),
    Column("low_note", Text),
    Column("high_kind", Text),
    Column("high_at", INSTANT),
    Column("high_note", Text),
    Column("match_id", Uuid),
    Column("matched_at", INSTANT),
    CheckConstraint("low < high", name="ordered"),
    CheckConstraint("(match_id IS NULL) = (matched_at IS NULL)", name="match_whole"),
    CheckConstraint("match_id IS NULL OR (low_kind = 'like' AND high_kind = 'like')", name="match_is_two_likes"),
    UniqueConstraint("match_id"),
    Index("ix_pairs_high", "high"),
    Index("ix_pairs_low_matched", "low", "matched_at", postgresql_where=text("match_id IS NOT NULL")),
    Index("ix_pairs_high_matched", "high", "matched_at", postgresql_where=text("match_id IS NOT NULL")),
    Index("ix_pairs_low_decided", "low", "low_at", postgresql_where=text("low_kind IS NOT NULL")),
    Index("ix_pairs_high_decided", "high", "high_at", postgresql_where=text("high_kind IS NOT NULL")),
    Index("ix_pairs_high_liked", "high", "low_at", "low", postgresql_where=text("low_kind = 'like'")),
    Index("ix_pairs_low_liked", "low", "high_at", "high", postgresql_where=text("high_kind = 'like'")),
    comment="What two people decided about one another and the match that follows, in one row under one lock.",
)

populations = Table(
    "populations",
    metadata,
    Column("day", Date, primary_key=True),
    Column("figures", DOCUMENT, nullable=False),
    comment="By which figures the people of a day were compared, such as how rare an interest was.",
)

exposures = Table(
    "exposures",
    metadata,
    Column("day", Date, primary_key=True),
    _member(key=True),
    Column("shown", Integer, nullable=False),
    Column("fair", Double, nullable=False),
)

exposure_days = Table(
    "exposure_days",
    metadata,
    Column("day", Date, primary_key=True),
    Column("dimension", Text, primary_key=True),
    Column("member_group", Text, primary_key=True),
    Column("people", Integer, nullable=False),
    Column("shown", BigInteger, nullable=False),
    Column("fair", Double, nullable=False),
    comment="How often the people of a group were shown on a day, counted before it is forgotten who they were.",
)

matching_runs = Table(
    "matching_runs",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("started_at", INSTANT, nullable=False),
    Column("finished_at", INSTANT, nullable=False),
    Column("day", Date, nullable=False),
    Column("allocation", Text, nullable=False),
    Column("engine", Text, nullable=False),
    Column("due", Integer, nullable=False),
    Column("made", Integer, nullable=False),
    Column("full_lists", Integer, nullable=False),
    Column("short", DOCUMENT, nullable=False),
    Column("stages", DOCUMENT, nullable=False),
    Column("figures", DOCUMENT),
    Index("ix_matching_runs_finished_at_id", "finished_at", "id"),
)

notices = Table(
    "notices",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("kind", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("subject", Text, nullable=False),
    Column("seen_at", INSTANT),
    Index("ix_notices_user_id_at_id", "user_id", "at", "id"),
    Index("ix_notices_unseen", "user_id", postgresql_where=text("seen_at IS NULL")),
)

roster = Table(
    "roster",
    metadata,
    _member(key=True),
    Column("time_zone", Text, nullable=False, index=True),
    Column("layout", Integer, nullable=False, index=True),
    Column("record", BYTEA, nullable=False),
    comment="Whoever can take part, as records that a match engine reads: derived, and made anew when lost.",
)

roster_changes = Table(
    "roster_changes",
    metadata,
    Column("user_id", Uuid, primary_key=True),
    comment="About whom something changed since their record was made.",
)

roster_shards = Table(
    "roster_shards",
    metadata,
    Column("day", Date, primary_key=True),
    Column("shard", Integer, primary_key=True, autoincrement=False),
    Column("shards", Integer, primary_key=True, autoincrement=False),
    Column("until", INSTANT, nullable=False),
    comment="Which parts of a day's members a worker has taken on, and until when nobody else does.",
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("bulk", Boolean, nullable=False, server_default=text("false")),
    Column("payload", DOCUMENT, nullable=False),
    Column("occurred_at", INSTANT, nullable=False),
    Column("due_at", INSTANT, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("starts", SmallInteger, nullable=False),
    Column("done_at", INSTANT),
    Column("dead_at", INSTANT),
    Column("last_error", Text),
    Index(
        "ix_outbox_waiting",
        "bulk",
        "occurred_at",
        "id",
        "due_at",
        postgresql_where=text("done_at IS NULL AND dead_at IS NULL"),
    ),
    Index("ix_outbox_dead", "occurred_at", postgresql_where=text("dead_at IS NOT NULL")),
    Index("ix_outbox_done", "done_at", postgresql_where=text("done_at IS NOT NULL")),
)

processed = Table(
    "processed",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("listener", Text, primary_key=True),
    comment="Which listener took effect for which message, marked in the transaction of the effect.",
)

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("begun_at", INSTANT, nullable=False, index=True),
    Column("status", SmallInteger),
    Column("headers", DOCUMENT),
    Column("body", BYTEA),
)

data_export_requests = Table(
    "data_export_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    _member(),
    Column("requested_at", INSTANT, nullable=False),
    Column("ready_at", INSTANT, index=True),
    Column("size", BigInteger),
    _version(),
    Index("ix_data_export_requests_user_id", "user_id"),
    Index("uq_data_export_requests_running", "user_id", unique=True, postgresql_where=text("ready_at IS NULL")),
    comment="Copies of their data that members asked for; the archives are elsewhere, encrypted.",
)

gateway_events = Table(
    "gateway_events",
    metadata,
    Column("id", Text, primary_key=True),
    Column("customer", Text, nullable=False),
    Column("occurred_at", INSTANT, nullable=False),
    Column("received_at", INSTANT, nullable=False, index=True),
    comment="What the payment gateway sent, each once: about whom something changed there.",
)

gateway_readings = Table(
    "gateway_readings",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("begun", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    comment="Readings of what a customer holds, so that one that began earlier never undoes a later one.",
)

gateway_expiries = Table(
    "gateway_expiries",
    metadata,
    Column("customer", Text, primary_key=True),
    Column("at", INSTANT, nullable=False, index=True),
    comment="When something a customer holds expires, such as a grace: no event tells of that.",
)

gateway_sweeps = Table(
    "gateway_sweeps",
    metadata,
    Column("name", Text, primary_key=True),
    Column("until", INSTANT, nullable=False),
    comment="Up to when events that never reached us were looked for.",
)

money_facts = Table(
    "money_facts",
    metadata,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("payment", Text, nullable=False, index=True),
    Column("member", Uuid, nullable=False, index=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("product", Text, nullable=False),
    Column("covers_from", INSTANT),
    Column("covers_until", INSTANT),
    CheckConstraint("amount_minor > 0", name="amount_above_0"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    comment="Append-only, and kept when a member goes: what happened to money, each fact once.",
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("fact_id", ForeignKey("money_facts.id"), primary_key=True),
    Column("account", Text, primary_key=True),
    Column("amount_minor", BigInteger, nullable=False),
    Column("currency", Text, nullable=False),
    CheckConstraint("amount_minor <> 0", name="amount_not_0"),
    CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency_is_iso_4217"),
    comment="Append-only: the double entry of every fact about money; debits are above 0, credits below.",
)

audit_log = Table(
    "audit_log",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", INSTANT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("subjects", ARRAY(Uuid), nullable=False),
    Column("request_id", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_audit_log_subjects", "subjects", postgresql_using="gin"),
    comment="Append-only: what staff looked at and did. Triggers refuse every change of a row.",
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("id", SmallInteger, primary_key=True, autoincrement=False),
    Column("sequence", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    Column("forgotten", Integer, nullable=False, server_default=text("0")),
    Column("forgotten_hash", Text, nullable=False, server_default="0" * 64),
    CheckConstraint("id = 1", name="only_one"),
    comment="The last record of the audit log: a trigger writes it with the record.",
)

traces = Table(
    "traces",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("act", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("minute", INSTANT, nullable=False, index=True),
    Column("times", Integer, nullable=False),
    Column("subjects", ARRAY(Uuid), nullable=False),
    Index("ix_traces_act_minute", "act", "minute"),
    Index("ix_traces_actor_minute", "actor", "minute"),
    comment="Who did what within a minute, and whom it was about, so that it can be told whom a breach is about.",
)

breach_entries = Table(
    "breach_entries",
    metadata,
    Column("breach_id", Uuid, primary_key=True),
    Column("sequence", Integer, primary_key=True, autoincrement=False),
    Column("at", INSTANT, nullable=False),
    Column("by", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("content", DOCUMENT, nullable=False),
    Column("key", Text, unique=True),
    comment="Append-only: what was noticed, decided and done about breaches. Triggers refuse changes of a row.",
)

breach_members = Table(
    "breach_members",
    metadata,
    Column("breach_id", Uuid, primary_key=True),
    _member(key=True),
    Column("told_at", INSTANT),
    Index("ix_breach_members_user_id", "user_id"),
    Index("ix_breach_members_untold", "breach_id", "user_id", postgresql_where=text("told_at IS NULL")),
    comment="Whom a breach is about, and when they were told of it.",
)

orders = Table(
    "orders",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("customer", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("item", Text, nullable=False),
    Column("amount_minor", BigInteger, CheckConstraint("amount_minor >= 0", name="amount"), nullable=False),
    Column("currency", Text, CheckConstraint("currency ~ '^[A-Z]{3}$'", name="currency"), nullable=False),
    Column("made_at", INSTANT, nullable=False),
    Column("key", Text),
    Column("subscription", Text),
    Column("state", Text, nullable=False),
    Column("reference", Text),
    Column("reason", Text),
    Column("settled_at", INSTANT),
    _version(),
    CheckConstraint("(settled_at IS NOT NULL) = (state IN ('done', 'refused'))", name="settled"),
    Index("uq_orders_unsettled", "user_id", unique=True, postgresql_where=text("settled_at IS NULL")),
    Index(
        "uq_orders_key",
        "user_id",
        "key",
        unique=True,
        postgresql_where=text("key IS NOT NULL AND state <> 'refused'"),
    ),
    Index("ix_orders_waiting", "made_at", postgresql_where=text("settled_at IS NULL")),
    comment="What members order of the payment gateway, written down before it is sent, and what became of it.",
)
