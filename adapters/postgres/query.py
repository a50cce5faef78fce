"""Statements, compiled once from SQLAlchemy Core for asyncpg."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, any_, bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import asyncpg as dialect
from sqlalchemy.sql.elements import ClauseElement

_DIALECT = dialect.dialect()  # type: ignore[no-untyped-call]


class Query:
    """A statement with named parameters, compiled once: make it when the module is imported.

    ``table`` is the one it changes, where its text does not tell SQLAlchemy; ``apart`` that it looks at no row
    which others made with it may change there, as where it only adds some."""

    def __init__(self, statement: ClauseElement, table: str | None = None, *, apart: bool = False) -> None:
        compiled = statement.compile(dialect=_DIALECT)
        self.sql = str(compiled)
        self.apart = apart
        self.table = table or getattr(getattr(statement, "table", None), "name", None)
        self.names: Sequence[str] = compiled.positiontup or ()  # type: ignore[attr-defined]
        self._constants: Mapping[str, Any] = compiled.params

    def arguments(self, values: Mapping[str, Any]) -> list[Any]:
        """The values in the order of the statement's parameters."""
        return [values[name] if name in values else self._constants[name] for name in self.names]


class KeyedQuery(Query):
    """A statement that finds at most one row for each key of a column which is among those selected."""

    def __init__(self, statement: Select[Any], key: ColumnElement[UUID]) -> None:
        super().__init__(statement.where(key == any_(bindparam("keys", type_=ARRAY(Uuid)))))
        self.key: str = key.key or ""
