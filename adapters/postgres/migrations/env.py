"""How Alembic runs a migration: on the connection it is given, each revision in a transaction of its own."""

from typing import Any

from alembic import context
from sqlalchemy import text

from adapters.postgres.tables import metadata

LOCK_TIMEOUT = "2s"
"""A migration that would make members wait longer for a table gives up and is started again at a better moment."""
IDLE_TIMEOUT = "1min"
"""Tables are compared between statements, on a busy machine for longer than a request may leave a transaction idle."""

_NOT_OURS = {"spatial_ref_sys"}


def _ours(_object: Any, name: str | None, kind: str, _reflected: bool, _compared: Any) -> bool:
    """Leave out what PostGIS brings and the partitions of a table, which are made as days come."""
    return not (kind == "table" and name is not None and (name in _NOT_OURS or name.startswith("daily_matches_")))


def _migrate(**configuration: Any) -> None:
    context.configure(
        target_metadata=metadata,
        include_object=_ours,
        transaction_per_migration=True,
        compare_type=True,
        **configuration,
    )
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    _migrate(dialect_name="postgresql", literal_binds=True)
else:
    connection = context.config.attributes["connection"]
    connection.execute(text(f"SET lock_timeout = '{LOCK_TIMEOUT}'"))
    connection.execute(text("SET statement_timeout = 0"))
    connection.execute(text(f"SET idle_in_transaction_session_timeout = '{IDLE_TIMEOUT}'"))
    connection.commit()
    _migrate(connection=connection)
