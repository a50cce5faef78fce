"""Statements that many tables need alike."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table, Update, bindparam, insert, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.database import Query, Session
from saltbitter_domain.kernel import StaleWrite


def stored_columns(table: Table) -> list[str]:
    """The names of the columns that are written, without those that the database computes."""
    return [column.name for column in table.columns if column.computed is None]


def bound(table: Table) -> dict[str, Any]:
    """A parameter for each column that is written, under the column's name."""
    return {name: bindparam(name) for name in stored_columns(table)}


def insertion(table: Table) -> Query:
    """Insert one whole row."""
    return Query(insert(table).values(bound(table)))


def insertion_unless(table: Table, *unique: str) -> Query:
    """Insert one whole row and return something, unless one has the same ``unique`` columns; then return nothing."""
    statement = upsert(table).values(bound(table)).on_conflict_do_nothing(index_elements=list(unique))
    return Query(statement.returning(table.c[unique[0]]))


def replacing(table: Table, key: str = "id") -> Update:
    """Replace the row of this ``key`` if it still has the ``version`` given, which becomes one higher."""
    changed = {name: parameter for name, parameter in bound(table).items() if name not in {key, "version"}}
    return (
        update(table)
        .where(table.c[key] == bindparam(f"the_{key}"), table.c.version == bindparam("the_version"))
        .values(changed | {"version": table.c.version + 1})
    )


def replacement(table: Table, key: str = "id") -> Query:
    """``replacing``, which returns something unless the version was another."""
    return Query(replacing(table, key).returning(table.c.version))


async def replace(session: Session, query: Query, row: Mapping[str, Any], key: str = "id") -> None:
    """Run a ``replacement`` with this row; ``StaleWrite`` when its version is no longer the latest."""
    if not await session.write(query, **row, **{f"the_{key}": row[key], "the_version": row["version"]}):
        raise StaleWrite("Somebody changed this in the meantime. Read it again and repeat the change.")
