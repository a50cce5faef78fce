"""Who was introduced to whom, what they decided, and how the run went."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, BYTEA

from adapters.postgres.tables.base import DOCUMENT, INSTANT, member, metadata, version

daily_matches = Table(
    "daily_matches",
    metadata,
    member(key=True),
    Column("day", Date, primary_key=True),
    Column("made_at", INSTANT, nullable=False),
    Column("candidates", ARRAY(Uuid), nullable=False),
    Column("scores", ARRAY(Double), nullable=False, server_default="{}"),
    Column("short_because", Text),
    version(),
    postgresql_partition_by="RANGE (day)",
)

pairs = Table(
    "pairs",
    metadata,
    member("low", key=True),
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

carried_blocks = Table(
    "carried_blocks",
    metadata,
    member("by", key=True),
    Column("about", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("origin", ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("until", INSTANT, index=True),
    comment="Which blocks of pairs followed somebody to another account, from which, and until when if it is gone.",
)

block_marks = Table(
    "block_marks",
    metadata,
    member("by", key=True),
    Column("mark", Text, primary_key=True, index=True),
    Column("at", INSTANT, nullable=False),
    Column("origin", ForeignKey("users.id", ondelete="SET NULL"), index=True),
    Column("until", INSTANT, nullable=False, index=True),
    comment="Blocks about members who are erased, under keyed hashes of their addresses and devices.",
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
    member(key=True),
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
    member(),
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
    member(key=True),
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
