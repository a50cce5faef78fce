"""What members agreed to, word for word and in order."""

from sqlalchemy import (
    Boolean,
    Column,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    text,
)

from adapters.postgres.tables.base import INSTANT, member, metadata

consent_logs = Table(
    "consent_logs",
    metadata,
    member(key=True),
    Column("sequence", Integer, primary_key=True),
    Column("id", Uuid, nullable=False, unique=True),
    Column("purpose", Text, nullable=False),
    Column("granted", Boolean, nullable=False),
    Column("text_version", Text, nullable=False),
    Column("language", Text),
    Column("channel", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("ix_consent_logs_refused", "at", postgresql_where=text("NOT granted")),
    comment="Append-only: a trigger refuses every change of a row.",
)

consent_heads = Table(
    "consent_heads",
    metadata,
    member(key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", Text, nullable=False),
    comment="The last record of every member's chain of consents: a trigger writes it with the record.",
)
