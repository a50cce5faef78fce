"""The append-only record of what staff looked at and did."""

from collections.abc import Sequence
from typing import Any

import attrs
from sqlalchemy import bindparam, select, text

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import stored_columns
from adapters.postgres.tables import audit_head, audit_log
from saltbitter_domain.audit.model import AuditRecord
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.chain import ChainHead
from saltbitter_domain.kernel import StaleWrite

_COLUMNS = ", ".join(stored_columns(audit_log))


class PostgresAuditLog(AuditLog):
    _APPEND = Query(
        text(
            f"""
            INSERT INTO audit_log ({_COLUMNS})
            SELECT CAST(:sequence AS int), CAST(:at AS timestamptz), :actor, :action, :reason,
                   CAST(:subjects AS uuid[]), :request_id, :previous_hash, :hash
            WHERE CAST(:sequence AS int) = 1 + (SELECT coalesce(max(sequence), 0) FROM audit_log)
            ON CONFLICT DO NOTHING RETURNING sequence
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

    def __init__(self, session: Session) -> None:
        self._session = session

    async def append(self, record: AuditRecord) -> None:
        row = {**attrs.asdict(record, recurse=False), "subjects": list(record.subjects)}
        await self._session.change(self._APPEND, row, rows=1, refusal=_recorded_meanwhile)

    async def head(self) -> ChainHead | None:
        row = await self._session.row(self._HEAD)
        return row and ChainHead(**row)

    async def after(self, sequence: int, limit: int) -> Sequence[AuditRecord]:
        rows = await self._session.rows(self._AFTER, sequence=sequence, limit=limit)
        return [_record(row) for row in rows]


def _recorded_meanwhile() -> StaleWrite:
    return StaleWrite("Somebody else of the staff was recorded in the meantime. Repeat it.")


def _record(row: Any) -> AuditRecord:
    return AuditRecord(**{**row, "subjects": tuple(row["subjects"])})
