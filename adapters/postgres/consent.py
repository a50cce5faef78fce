"""The append-only chains of consent records."""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import bindparam, select, text
from sqlalchemy.dialects.postgresql import distinct_on

from adapters.postgres.database import Database, Session
from adapters.postgres.query import Query
from adapters.postgres.statements import columns, given, stored_columns
from adapters.postgres.tables import consent_heads, consent_logs, users
from saltbitter_domain.chain import ChainHead
from saltbitter_domain.consent.catalogue import TEXTS
from saltbitter_domain.consent.model import ConsentChain, ConsentRecord, Purpose
from saltbitter_domain.consent.ports import ConsentLog
from saltbitter_domain.kernel import ConsentRecordId, Language, StaleWrite, UserId

_MINE = consent_logs.c.user_id == bindparam("user_id")
_FIELDS = [consent_logs.c[field.name] for field in attrs.fields(ConsentRecord)]
_AFTER = select(consent_logs.c.sequence).where(_MINE, consent_logs.c.id == bindparam("after")).scalar_subquery()

MEMBERS = 1_000
"""Whose chains are read by one statement: a small part of the five seconds that it may take."""


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
    _LAST = Query(
        select(consent_heads.c.user_id).where(
            consent_heads.c.user_id == bindparam("user_id"), consent_heads.c.sequence == bindparam("last")
        )
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

    _REFUSED_SINCE = Query(
        text(
            """
            SELECT DISTINCT user_id FROM consent_logs AS refusal
            WHERE NOT granted AND at >= CAST(:instant AS timestamptz) AND purpose = ANY(CAST(:purposes AS text[]))
              AND EXISTS (SELECT FROM consent_logs AS earlier
                          WHERE earlier.user_id = refusal.user_id AND earlier.purpose = refusal.purpose
                            AND earlier.granted AND earlier.sequence < refusal.sequence)
            """
        )
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def append(self, *records: ConsentRecord) -> None:
        rows = columns(attrs.asdict(record, recurse=False) for record in records)
        await self._session.change(self._APPEND, rows, rows=len(records), refusal=_recorded_meanwhile)

    async def keep_to(self, last: ConsentRecord) -> None:
        values = {"user_id": last.user_id, "last": last.sequence}
        await self._session.change(self._LAST, values, rows=1, refusal=_recorded_meanwhile)

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

    async def refused_since(self, instant: datetime, purposes: Collection[Purpose]) -> frozenset[UserId]:
        rows = await self._session.rows(self._REFUSED_SINCE, instant=instant, purposes=list(purposes))
        return frozenset(row["user_id"] for row in rows)


def agrees(member: str, purpose: Purpose) -> str:
    """SQL for ``policies.granted``: of whoever's id ``member`` is, true, or else false or NULL."""
    return f"""
        (SELECT granted AND text_version = '{TEXTS[purpose].version}' FROM consent_logs
          WHERE consent_logs.user_id = {member} AND purpose = '{purpose}' ORDER BY sequence DESC LIMIT 1)
    """


def _recorded_meanwhile() -> StaleWrite:
    return StaleWrite("Another consent was recorded in the meantime. Read them again and repeat.")


def consent_record(row: Any) -> ConsentRecord:
    """The record a row of ``consent_logs`` holds."""
    language = None if row["language"] is None else Language(row["language"])
    return ConsentRecord(**{**row, "purpose": Purpose(row["purpose"]), "language": language})


_BATCH = select(users.c.id).where(users.c.id > bindparam("after")).order_by(users.c.id).limit(bindparam("limit"))
_MEMBERS = _BATCH.subquery("members")
_CHAINS = Query(
    select(
        _MEMBERS.c.id.label("member"),
        consent_heads.c.sequence.label("head_sequence"),
        consent_heads.c.hash.label("head_hash"),
        *_FIELDS,
    )
    .select_from(
        _MEMBERS.outerjoin(consent_heads, consent_heads.c.user_id == _MEMBERS.c.id).outerjoin(
            consent_logs, consent_logs.c.user_id == _MEMBERS.c.id
        )
    )
    .order_by(_MEMBERS.c.id, consent_logs.c.sequence)
)


async def consent_chains(database: Database, members: int = MEMBERS) -> AsyncIterator[ConsentChain]:
    """Every member's chain, by id, so many members read at a time and each as it was at one moment.

    A purpose stays the word that is stored, which need not be one once a row was altered."""
    after = UUID(int=0)
    while True:
        async with database.session() as session:
            rows = await session.rows(_CHAINS, after=after, limit=members)
        if not rows:
            return
        for member, group in groupby(rows, key=lambda row: row["member"]):
            found = list(group)
            head = found[0]["head_sequence"]
            records = [_as_stored(row) for row in found if row["sequence"] is not None]
            yield ConsentChain(member, records, None if head is None else ChainHead(head, found[0]["head_hash"]))
        after = rows[-1]["member"]


def _as_stored(row: Any) -> ConsentRecord:
    return ConsentRecord(**{field.name: row[field.name] for field in attrs.fields(ConsentRecord)})
