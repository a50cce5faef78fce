"""Who has an account, and how they get in."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.tables.base import INSTANT, member, metadata, version

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
    version(),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
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
    version(),
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
    member(),
    Column("purpose", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False, index=True),
    Column("used_at", INSTANT),
    Column("email", Text, comment="The address that a change is about: the one to be, or the one to keep."),
    version(),
    Index("ix_one_time_tokens_user_id_purpose", "user_id", "purpose"),
    Index("ix_one_time_tokens_kept_email", "email", postgresql_where=text("purpose = 'keep_email'")),
)

second_factors = Table(
    "second_factors",
    metadata,
    member(key=True),
    Column("sealed_secret", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("confirmed_at", INSTANT),
    Column("last_step", BigInteger, nullable=False),
    Column("recovery_hashes", ARRAY(Text), nullable=False),
    Column("failures", Integer, nullable=False),
    Column("failed_at", INSTANT),
    version(),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
    Column("name", Text, nullable=False),
    Column("credential_id", Text, nullable=False, unique=True),
    Column("public_key", Text, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("transports", ARRAY(Text), nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("last_used_at", INSTANT),
    version(),
    Index("ix_passkeys_user_id", "user_id"),
    comment="Keys of authenticators that answer in place of a code of the second factor.",
)

devices = Table(
    "devices",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
    Column("token_hash", Text, nullable=False, unique=True),
    Column("label", Text, nullable=False),
    Column("ip_prefix", Text, nullable=False),
    Column("first_seen_at", INSTANT, nullable=False),
    Column("last_seen_at", INSTANT, nullable=False, index=True),
    version(),
    Index("ix_devices_user_id", "user_id"),
    comment="What members have signed in on.",
)

sign_in_tries = Table(
    "sign_in_tries",
    metadata,
    Column("key", Text, primary_key=True),
    Column("tries", Integer, nullable=False),
    Column("tried_at", INSTANT, nullable=False),
    Column("next_at", INSTANT, nullable=False, index=True),
    comment="How often a password was tried in a row, under keyed hashes of addresses.",
)

sign_in_alerts = Table(
    "sign_in_alerts",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
    Column("kind", Text, nullable=False),
    Column("at", INSTANT, nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("ip_prefix", Text, nullable=False),
    Column("place", Text, nullable=False),
    Index("ix_sign_in_alerts_user_id", "user_id"),
    comment="What members were warned of about signing in.",
)

barred_marks = Table(
    "barred_marks",
    metadata,
    Column("mark", Text, primary_key=True),
    Column("until", INSTANT, nullable=False, index=True),
    comment="Of members who were erased while suspended: keyed hashes of their addresses and devices.",
)

suppressed_addresses = Table(
    "suppressed_addresses",
    metadata,
    Column("address_hash", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", INSTANT, nullable=False, index=True),
    comment="Where mails came back from, or were not wanted, under keyed hashes of addresses.",
)
