"""What processes tell one another."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import BYTEA

from adapters.postgres.tables.base import DOCUMENT, INSTANT, metadata

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
