"""Copies of one's data, what staff looked at, and breaches."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.tables.base import DOCUMENT, INSTANT, member, metadata, version

data_export_requests = Table(
    "data_export_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
    Column("requested_at", INSTANT, nullable=False),
    Column("ready_at", INSTANT, index=True),
    Column("size", BigInteger),
    version(),
    Index("ix_data_export_requests_user_id", "user_id"),
    Index("uq_data_export_requests_running", "user_id", unique=True, postgresql_where=text("ready_at IS NULL")),
    comment="Copies of their data that members asked for; the archives are elsewhere, encrypted.",
)

review_requests = Table(
    "review_requests",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
    Column("requested_at", INSTANT, nullable=False),
    Column("words", Text, nullable=False),
    Column("decided_at", INSTANT),
    Column("outcome", Text),
    Column("answer", Text),
    version(),
    Index("ix_review_requests_user_id", "user_id"),
    Index("uq_review_requests_waiting", "user_id", unique=True, postgresql_where=text("decided_at IS NULL")),
    comment="Introductions that members asked a person to look at, and what they were answered.",
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
    member(key=True),
    Column("found_by", Integer, nullable=False, server_default=text("0")),
    Column("told_at", INSTANT),
    Column("told_by", Integer),
    Column("told_in", Text),
    Index("ix_breach_members_user_id", "user_id"),
    Index("ix_breach_members_untold", "breach_id", "user_id", postgresql_where=text("told_at IS NULL")),
    comment="Whom a breach is about, by which entry they were found, and when, by which and in which language told.",
)
