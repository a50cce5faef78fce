"""The append-only chains of consent records."""

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
from sqlalchemy import bindparam, cast, func, select
from sqlalchemy.dialects.postgresql import distinct_on, insert

from adapters.postgres.database import Query, Session
from adapters.postgres.statements import bound, stored_columns
from adapters.postgres.tables import consent_logs
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.ports import ConsentLog
from saltbitter_domain.kernel import ConsentRecordId, StaleWrite, UserId

_MINE = consent_logs.c.user_id == bindparam("user_id")
_FIELDS = [consent_logs.c[field.name] for field in attrs.fields(ConsentRecord)]
_AFTER = select(consent_logs.c.sequence).where(_MINE, consent_logs.c.id == bindparam("after")).scalar_subquery()


class PostgresConsentLog(ConsentLog):
    _COUNT = select(func.count()).select_from(consent_logs).where(_MINE).scalar_subquery()
    _APPEND = Query(
        insert(consent_logs)
        .from_select(
            stored_columns(consent_logs),
            select(
                *(cast(parameter, consent_logs.c[name].type) for name, parameter in bound(consent_logs).items())
            ).where(bindparam("sequence") == _COUNT + 1),
        )
        .on_conflict_do_nothing()
        .returning(consent_logs.c.sequence)
    )
    _LAST = Query(select(*_FIELDS).where(_MINE).order_by(consent_logs.c.sequence.desc()).limit(1))
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

    async def append(self, record: ConsentRecord) -> None:
        if not await self._session.write(self._APPEND, **attrs.asdict(record, recurse=False)):
            raise StaleWrite("Another consent was recorded in the meantime. Read the consents again and repeat.")

    async def last(self, user_id: UserId) -> ConsentRecord | None:
        row = await self._session.row(self._LAST, user_id=user_id)
        return row and consent_record(row)

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


def consent_record(row: Any) -> ConsentRecord:
    """The record a row of ``consent_logs`` holds."""
    return ConsentRecord(**{**row, "purpose": Purpose(row["purpose"])})
