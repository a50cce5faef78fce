"""Statements that many tables need alike."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Table, Update, bindparam, cast, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.tables.base import BY_DATABASE

_DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


def stored_columns(table: Table) -> list[str]:
    """The names of the columns that are written, without those that the database computes or a trigger writes."""
    return [column.name for column in table.columns if column.computed is None and BY_DATABASE not in column.info]


def bound(table: Table) -> dict[str, Any]:
    """A parameter for each column that is written, under the column's name."""
    return {name: bindparam(name) for name in stored_columns(table)}


def insertion(table: Table) -> Query:
    """Insert one whole row."""
    return Query(insert(table).values(bound(table)), apart=True)


def insertion_where(table: Table, condition: ColumnElement[bool]) -> Query:
    """Insert one whole row where the condition holds, unless one has the same key; return something if it was."""
    row = select(*(cast(parameter, table.c[name].type) for name, parameter in bound(table).items())).where(condition)
    statement = upsert(table).from_select(stored_columns(table), row).on_conflict_do_nothing()
    return Query(statement.returning(*table.primary_key.columns))


def given(table: Table, place: str = "") -> str:
    """Rows of ``table`` given column by column, each a parameter with an array, as a source to select from; with their
    ``place`` among them from 1, if that is named."""
    arrays = ", ".join(f"CAST(:{name} AS {table.c[name].type.compile(_DIALECT)}[])" for name in stored_columns(table))
    counted = "WITH ORDINALITY " if place else ""
    return f"unnest({arrays}) {counted}AS given ({', '.join([*stored_columns(table), *filter(None, [place])])})"


def insertion_of_all(table: Table, unless: str = "") -> Query:
    """Insert the ``columns`` of any number of rows; ``unless`` is a clause on conflicts."""
    names = ", ".join(stored_columns(table))
    return Query(
        text(f"INSERT INTO {table.name} ({names}) SELECT * FROM {given(table)} {unless}"), table.name, apart=True
    )


def replacement_of_all(table: Table) -> Query:
    """Replace each of any number of rows, given as ``columns``, that still has the version given, which becomes one
    higher; return something for each."""
    changed = ", ".join(f"{name} = given.{name}" for name in stored_columns(table) if name not in {"id", "version"})
    return Query(
        text(
            f"""
            UPDATE {table.name} AS stored SET {changed}, version = stored.version + 1 FROM {given(table)}
            WHERE stored.id = given.id AND stored.version = given.version RETURNING stored.version
            """
        ),
        table.name,
    )


def columns(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """These rows, at least one, column by column."""
    whole = list(rows)
    return {name: [row[name] for row in whole] for name in whole[0]}


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


def sweep_of(table: Table, condition: str) -> str:
    """Delete up to ``limit`` rows of which the condition holds and that nobody else holds; return their keys.

    They are chosen once: of a plain subselect the planner may make a join that chooses anew, and so delete more."""
    keys = [column.name for column in table.primary_key]
    chosen = " AND ".join(f"swept.{key} = old.{key}" for key in keys)
    return f"""
        WITH old AS MATERIALIZED (
            SELECT {", ".join(keys)} FROM {table.name} WHERE {condition} LIMIT :limit FOR UPDATE SKIP LOCKED)
        DELETE FROM {table.name} AS swept USING old WHERE {chosen}
        RETURNING {", ".join(f"swept.{key}" for key in keys)}
        """


def sweeping(table: Table, condition: str) -> Query:
    """``sweep_of``, by itself."""
    return Query(text(sweep_of(table, condition)), table.name)


async def replace(
    session: Session,
    query: Query,
    row: Mapping[str, Any],
    key: str = "id",
    taken: Callable[[], Exception] | None = None,
) -> None:
    """Note a ``replacement`` with this row; ``StaleWrite``, by commit, when its version is no longer the latest."""
    await session.change(query, {**row, f"the_{key}": row[key], "the_version": row["version"]}, rows=1, taken=taken)
