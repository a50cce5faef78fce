"""What members asked to be copied, and everything there is of a member."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any

import attrs
from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Integer,
    Table,
    Uuid,
    bindparam,
    delete,
    exists,
    func,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, array
from sqlalchemy.types import TypeEngine

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion, replace, replacement, sweeping
from adapters.postgres.tables import carried_blocks, data_export_requests, metadata, users
from saltbitter_domain.exports.model import DataExport, ExportRunning
from saltbitter_domain.exports.policies import OTHER, SIDES, own_side
from saltbitter_domain.exports.ports import Columns, Exports, MemberRecords, Records
from saltbitter_domain.kernel import ExportId, UserId

MEMBER = "member"
"""The name of the column in tables whose rows outlive the account, and so cannot refer to it."""

SUBJECTS = "subjects"
"""The name of the column in tables whose rows may be about several members."""

_BY_ID = data_export_requests.c.id == bindparam("id")


class PostgresExports(Exports):
    _ADD = insertion(data_export_requests)
    _GET = Query(select(data_export_requests).where(_BY_ID))
    _OF = Query(
        select(data_export_requests)
        .where(data_export_requests.c.user_id == bindparam("user_id"))
        .order_by(data_export_requests.c.id.desc())
    )
    _SAVE = replacement(data_export_requests)
    _REMOVE = Query(delete(data_export_requests).where(_BY_ID))
    _WAITING = Query(
        select(func.count().label("waiting")).where(
            data_export_requests.c.ready_at.is_(None), data_export_requests.c.requested_at <= bindparam("instant")
        )
    )
    _FORGET = sweeping(data_export_requests, "ready_at < :before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, export: DataExport) -> None:
        await self._session.change(self._ADD, attrs.asdict(export), taken=_export_running)

    async def get(self, export_id: ExportId) -> DataExport | None:
        row = await self._session.row(self._GET, id=export_id)
        return row and DataExport(**row)

    async def of(self, user_id: UserId) -> Sequence[DataExport]:
        return [DataExport(**row) for row in await self._session.rows(self._OF, user_id=user_id)]

    async def save(self, export: DataExport) -> None:
        await replace(self._session, self._SAVE, attrs.asdict(export))

    async def remove(self, export_id: ExportId) -> None:
        await self._session.change(self._REMOVE, {"id": export_id})

    async def waiting_since(self, instant: datetime) -> int:
        row = await self._session.row(self._WAITING, instant=instant)
        return int(row["waiting"]) if row else 0

    async def forget(self, ready_before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=ready_before, limit=limit))


def _export_running() -> ExportRunning:
    return ExportRunning("A copy is being made already. We mail you as soon as it is ready.")


class PostgresMemberRecords(MemberRecords):
    def __init__(self, session: Session) -> None:
        self._session = session

    async def of(self, user_id: UserId, columns: Columns) -> Records:
        return {name: await self._rows(name, tuple(wanted), user_id) for name, wanted in columns.items()}

    async def _rows(self, name: str, wanted: tuple[str, ...], user_id: UserId) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = []
        for query in _queries(name, wanted):
            found += map(dict, await self._session.rows(query, user_id=user_id))
        return found


@cache
def _queries(name: str, wanted: tuple[str, ...]) -> Sequence[Query]:
    """What finds a member's rows of a table: one statement, or one for each side on which they may be."""
    table = metadata.tables[name]
    if set(SIDES) <= set(table.c.keys()):
        return [_side(table, wanted, mine, other) for mine, other in (SIDES, SIDES[::-1])]
    found = select(*(table.c[column] for column in wanted))
    return [Query(found.where(_is_about_member(table)).order_by(*table.primary_key.columns))]


def _side(table: Table, wanted: Sequence[str], mine: str, other: str) -> Query:
    """The rows in which the member decided something as ``mine``, without what is the other's, and without blocks that
    were carried, which are nobody's decision and tell of somebody's other account."""
    shown = [
        table.c[f"{mine}_{name}"].label(name) if f"{mine}_{name}" in table.c else table.c[name]
        for name in own_side(wanted)
        if name != OTHER
    ]
    carried = exists().where(carried_blocks.c.by == table.c[mine], carried_blocks.c.about == table.c[other])
    mine_only = (table.c[mine] == bindparam("user_id"), table.c[f"{mine}_kind"].is_not(None), ~carried)
    return Query(select(table.c[other].label(OTHER), *shown).where(*mine_only).order_by(table.c[other]))


def _is_about_member(table: Table) -> ColumnElement[bool]:
    """Whether a row is the member's; ``LookupError`` for a table that does not say whose its rows are."""
    member = bindparam("user_id", type_=Uuid)
    if table is users:
        return users.c.id == member
    if SUBJECTS in table.c:
        return table.c[SUBJECTS].contains(array([member]))
    for column in table.c:
        if column.references(users.c.id) or column.name == MEMBER:
            return column == member
    raise LookupError(f"no column of {table.name} says whose a row is")


_TYPES: Mapping[type[TypeEngine[Any]], Mapping[str, Any]] = {
    Boolean: {"type": "boolean"},
    Integer: {"type": "integer"},
    Double: {"type": "number"},
    Date: {"type": "string", "format": "date"},
    DateTime: {"type": "string", "format": "date-time"},
    Uuid: {"type": "string", "format": "uuid"},
    JSONB: {"type": "object"},
}


def json_types(columns: Columns) -> Mapping[str, Mapping[str, Any]]:
    """The JSON Schema of each of these columns as a member gets it, by table and under the member's own names."""
    return {name: _schemas(metadata.tables[name], own_side(wanted)) for name, wanted in columns.items()}


def _schemas(table: Table, names: Sequence[str]) -> Mapping[str, Any]:
    shared = {OTHER: SIDES[0]} | {name: f"{SIDES[0]}_{name}" for name in names if f"{SIDES[0]}_{name}" in table.c}
    return {name: _schema(table.c[shared.get(name, name)]) for name in names}


def _schema(column: Column[Any]) -> Mapping[str, Any]:
    if isinstance(column.type, ARRAY):
        return {"type": "array", "items": _type(column.type.item_type)}
    plain = _type(column.type)
    return {**plain, "type": [plain["type"], "null"]} if column.nullable else plain


def _type(kind: TypeEngine[Any]) -> Mapping[str, Any]:
    return next((schema for known, schema in _TYPES.items() if isinstance(kind, known)), {"type": "string"})
