"""What members say and show of themselves."""

from geoalchemy2 import Geography
from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    Date,
    Double,
    Index,
    Integer,
    SmallInteger,
    Table,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import TSVECTOR

from adapters.postgres.tables.base import DOCUMENT, INSTANT, member, metadata, version

profiles = Table(
    "profiles",
    metadata,
    member(key=True),
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
    Column("rerated_at", INSTANT, comment="When ratings that were there were last changed or taken back."),
    Column("visibility", Text, nullable=False),
    Column(
        "words",
        TSVECTOR,
        Computed("profile_words(content)", persisted=True),
    ),
    version(),
    CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="cell_whole"),
    Index("ix_profiles_smallest_cell", "smallest_latitude", "smallest_longitude"),
    Index("ix_profiles_cell", "cell", postgresql_using="gist"),
    Index("ix_profiles_words", "words", postgresql_using="gin"),
)

photos = Table(
    "photos",
    metadata,
    Column("id", Uuid, primary_key=True),
    member(),
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
    Column(
        "moderated",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="Whether somebody has judged what it shows and found that others may see it.",
    ),
    Column("asked_at", INSTANT),
    Column("look", Uuid, comment="The look at it whose renditions were judged and may be seen."),
    version(),
    Index("ix_photos_user_id_position", "user_id", "position"),
    Index(
        "ix_photos_awaiting_staff",
        text("coalesce(asked_at, uploaded_at)"),
        "id",
        postgresql_where=text("state IN ('in_review', 'appealed')"),
    ),
)

removed_photos = Table(
    "removed_photos",
    metadata,
    Column("perceptual_hash", Text, primary_key=True),
    Column("removed_at", INSTANT, nullable=False),
    Index("ix_removed_photos_parts", text("picture_parts(perceptual_hash)"), postgresql_using="gin"),
    comment="Pictures that staff removed and nobody may show again, by 64 bits from which none can be drawn.",
)
