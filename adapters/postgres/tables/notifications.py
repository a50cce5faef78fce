"""What members want to be told, and on which devices."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Table, Text, Time

from adapters.postgres.tables.base import INSTANT, member, metadata

notification_settings = Table(
    "notification_settings",
    metadata,
    member(key=True),
    Column("quiet_start", Time),
    Column("quiet_end", Time),
    Column("daily_matches", Text, nullable=False),
    Column("mutual_match", Text, nullable=False),
    CheckConstraint("(quiet_start IS NULL) = (quiet_end IS NULL)", name="whole"),
    comment="What members chose; whoever chose nothing has no row.",
)

push_subscriptions = Table(
    "push_subscriptions",
    metadata,
    Column("session_id", ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True),
    member(),
    Column("endpoint", Text, nullable=False, unique=True),
    Column("p256dh", Text, nullable=False),
    Column("auth", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Index("ix_push_subscriptions_user_id", "user_id"),
    comment="The devices that are told, each as long as its session lasts.",
)

held_pushes = Table(
    "held_pushes",
    metadata,
    Column("session_id", ForeignKey("push_subscriptions.session_id", ondelete="CASCADE"), primary_key=True),
    Column("kind", Text, primary_key=True),
    member(),
    Column("due_at", INSTANT, nullable=False, index=True),
    Index("ix_held_pushes_user_id", "user_id"),
    comment="What devices are still to be told, once of each kind.",
)
