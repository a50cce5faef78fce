"""Answers to the questionnaire, and what they came to."""

from sqlalchemy import (
    Column,
    Double,
    Index,
    Table,
    Text,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.tables.base import DOCUMENT, INSTANT, member, metadata

attachment_assessments = Table(
    "attachment_assessments",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
    Column("questionnaire", Text, nullable=False),
    Column("answers", DOCUMENT, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("anxiety", Double, nullable=False),
    Column("avoidance", Double, nullable=False),
    Column("style", Text, nullable=False),
    Column("blend", ARRAY(Text), nullable=False),
    Column("quality", ARRAY(Text), nullable=False),
    Column("taken_at", INSTANT, nullable=False),
    Column("language", Text),
    Index("ix_attachment_assessments_user_id_taken_at_id", "user_id", "taken_at", "id"),
)

assessments_taken = Table(
    "assessments_taken",
    metadata,
    member(key=True),
    Column("last_taken_at", INSTANT, nullable=False),
    comment="Kept when results are deleted, so that deleting them is no way round the wait between two.",
)
