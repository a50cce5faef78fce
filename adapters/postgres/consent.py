"""The append-only chains of consent records."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import columns, given, stored_columns
from adapters.postgres.tables import consent_logs
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.ports import ConsentLog
from saltbitter_domain.kernel import ConsentRecordId, StaleWrite, UserId

_MINE = consent_logs.c.user_id == bindparam("user_id")
_FIELDS = [consent_logs.c[field.name] for field in attrs.fields(ConsentRecord)]
_AFTER = select(consent_logs.c.sequence).where(_MINE, consent_logs.c.id == bindparam("after")).scalar_subquery()


class PostgresConsentLog(ConsentLog):
    _APPEND = Query(
        text(
            f"""
            INSERT INTO consent_logs ({", ".join(stored_columns(consent_logs))})
            SELECT {", ".join(stored_columns(consent_logs))} FROM {given(consent_logs, "place")}
            WHERE sequence = place + (SELECT count(*) FROM consent_logs AS chain WHERE chain.user_id = given.user_id)
            ON CONFLICT DO NOTHING RETURNING sequence
            """
        ),
        "consent_logs",
    )
    _CHAIN = Query(select(*_FIELDS).where(_MINE).order_by(consent_logs.c.sequence).limit(bindparam("limit")))
    _FOLLOWING = Query(
        select(*_FIELDS)
        .where(_MINE, consent_logs.c.sequence > _AFTER)
        .order_by(consent_logs.c.sequence)
        .limit(bindparam("limit"))
    )
    _CURRENT = Query(
        select(*_FIELDS)
        .ext(distinct_on(consent_logs.c.purpose))
        .where(_MINE)
        .order_by(consent_logs.c.purpose, consent_logs.c.sequence.desc())
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def append(self, *records: ConsentRecord) -> None:
        rows = columns(attrs.asdict(record, recurse=False) for record in records)
        await self._session.change(self._APPEND, rows, rows=len(records), refusal=_recorded_meanwhile)

    async def chain(
        self, user_id: UserId, after: ConsentRecordId | None = None, limit: int | None = None
    ) -> Sequence[ConsentRecord]:
        if after is None:
            rows = await self._session.rows(self._CHAIN, user_id=user_id, limit=limit)
        else:
            rows = await self._session.rows(self._FOLLOWING, user_id=user_id, after=after, limit=limit)
        return [consent_record(row) for row in rows]

    async def current(self, user_id: UserId) -> Mapping[Purpose, ConsentRecord]:
        records = [consent_record(row) for row in await self._session.rows(self._CURRENT, user_id=user_id)]
        return {record.purpose: record for record in records}


def _recorded_meanwhile() -> StaleWrite:
    return StaleWrite("Another consent was recorded in the meantime. Read them again and repeat.")


def consent_record(row: Any) -> ConsentRecord:
    """The record a row of ``consent_logs`` holds."""
    return ConsentRecord(**{**row, "purpose": Purpose(row["purpose"])})
