"""The append-only record of what staff looked at and did."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import attrs
from sqlalchemy import bindparam, select, text

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import stored_columns
from adapters.postgres.tables import audit_head, audit_log
from saltbitter_domain.audit.model import AuditEntry, AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import form_around
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.chain import NOTHING_YET, ChainHead

_COLUMNS = ", ".join(stored_columns(audit_log))


class PostgresAuditLog(AuditLog):
    _APPEND = Query(
        text(
            """
            SELECT append_audit_record(
                :at, :actor, :action, :reason, ARRAY(
                    SELECT unnest(CAST(:members AS uuid[])) AS member
                    UNION SELECT user_id FROM photos WHERE id = CAST(:photo_id AS uuid)
                    UNION SELECT user_id FROM review_requests WHERE id = CAST(:review_id AS uuid)
                    ORDER BY member
                ), :request_id, CAST(:form AS text[])
            ) AS sequence
            """
        ),
        "audit_log",
    )
    _HEAD = Query(select(audit_head.c.sequence, audit_head.c.hash))
    _AFTER = Query(
        select(audit_log)
        .where(audit_log.c.sequence > bindparam("sequence"))
        .order_by(audit_log.c.sequence)
        .limit(bindparam("limit"))
    )

    _NEWEST = Query(
        text(
            f"""
            SELECT {_COLUMNS} FROM audit_log
            WHERE sequence < coalesce(CAST(:before AS int), 2147483647)
              AND (CAST(:actor AS text) IS NULL OR actor = :actor)
              AND (CAST(:action AS text) IS NULL OR action = :action)
              AND (CAST(:subject AS uuid) IS NULL OR subjects @> ARRAY[CAST(:subject AS uuid)])
              AND (CAST(:since AS timestamptz) IS NULL OR at >= :since)
              AND (CAST(:until AS timestamptz) IS NULL OR at < :until)
            ORDER BY sequence DESC LIMIT :limit
            """
        )
    )
    _FORGET = Query(
        text(
            """
            DELETE FROM audit_log WHERE sequence IN (
                SELECT sequence FROM audit_log
                WHERE at < :before AND sequence < coalesce(
                    (SELECT sequence FROM audit_log WHERE at >= :before ORDER BY sequence LIMIT 1), 2147483647
                )
                ORDER BY sequence LIMIT :limit
            ) RETURNING sequence
            """
        ),
        "audit_log",
    )
    _FORGOTTEN = Query(select(audit_head.c.forgotten.label("sequence"), audit_head.c.forgotten_hash.label("hash")))

    def __init__(self, session: Session) -> None:
        self._session = session

    async def append(self, entry: AuditEntry) -> None:
        values = {**attrs.asdict(entry, recurse=False), "members": list(entry.members)}
        await self._session.write(self._APPEND, **values, form=form_around(entry))

    async def head(self) -> ChainHead | None:
        row = await self._session.row(self._HEAD)
        return row and ChainHead(**row)

    async def after(self, sequence: int, limit: int) -> Sequence[AuditRecord]:
        rows = await self._session.rows(self._AFTER, sequence=sequence, limit=limit)
        return [_record(row) for row in rows]

    async def newest(self, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditRecord]:
        given = attrs.asdict(wanted, recurse=False)
        return [_record(row) for row in await self._session.rows(self._NEWEST, **given, before=before, limit=limit)]

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))

    async def forgotten(self) -> ChainHead:
        row = await self._session.row(self._FORGOTTEN)
        return ChainHead(**row) if row else NOTHING_YET


def _record(row: Any) -> AuditRecord:
    return AuditRecord(**{**row, "subjects": tuple(row["subjects"])})
