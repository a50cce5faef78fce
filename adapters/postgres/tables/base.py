"""What all tables share: how constraints are named, and columns that many of them have."""

from sqlalchemy import (
    Column,
    DateTime,
    ForeignKey,
    Integer,
    MetaData,
)
from sqlalchemy.dialects.postgresql import JSONB

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

metadata = MetaData(naming_convention=NAMING)

INSTANT = DateTime(timezone=True)

BY_DATABASE = "written by the database"
"""Marks a column, in its ``info``, that a trigger writes and no statement of ours."""

DOCUMENT = JSONB(none_as_null=True)


def member(name: str = "user_id", *, key: bool = False) -> Column[object]:
    """Whose row it is: it goes when the account goes."""
    return Column(name, ForeignKey("users.id", ondelete="CASCADE"), primary_key=key, nullable=False)


def version() -> Column[int]:
    """Counts the changes of a row, so that a write from an older state is noticed."""
    return Column("version", Integer, nullable=False)
