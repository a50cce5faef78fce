"""Traces of who saw whom, and the register of breaches."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import bindparam, select, text

from adapters.postgres import documents
from adapters.postgres.bulk import Bulk
from adapters.postgres.database import Session
from adapters.postgres.query import Query
from adapters.postgres.statements import insertion, sweeping
from adapters.postgres.tables import breach_entries, traces
from saltbitter_domain.breaches.model import STEPS, Act, Activity, Addressee, Affected, Entry, Scope, Trace, step_name
from saltbitter_domain.breaches.ports import BreachRegister, Traces
from saltbitter_domain.kernel import BreachId, Language, StaleWrite, UserId


class PostgresTraces(Traces):
    _ADD = insertion(traces)
    _BUSIEST = Query(
        text(
            """
            WITH recent AS (
                SELECT CASE WHEN CAST(:together AS boolean) THEN '' ELSE actor END AS actor, minute, times, subjects
                FROM traces WHERE act = :act AND minute >= :since
            ), about AS (
                SELECT actor, subject, min(minute) AS minute
                FROM recent CROSS JOIN unnest(subjects) AS subject GROUP BY actor, subject
            ), counted AS (
                SELECT actor, minute, count(*) AS number FROM about GROUP BY actor, minute
                UNION ALL
                SELECT actor, minute, sum(times) FROM recent WHERE subjects = '{}' GROUP BY actor, minute
            )
            SELECT actor, array_agg(minute) AS minutes, array_agg(CAST(number AS int)) AS numbers
            FROM counted GROUP BY actor HAVING sum(number) >= CAST(:least AS int)
            ORDER BY sum(number) DESC, actor LIMIT 100
            """
        )
    )
    _FORGET = sweeping(traces, "minute < :before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, traces: Collection[tuple[UUID, Trace]]) -> None:
        rows = [
            {**attrs.asdict(trace, recurse=False), "id": trace_id, "subjects": list(trace.subjects)}
            for trace_id, trace in traces
        ]
        await self._session.write_many(self._ADD, rows)

    async def busiest(self, act: Act, since: datetime, least: int, *, together: bool = False) -> Sequence[Activity]:
        rows = await self._session.rows(self._BUSIEST, act=act, since=since, least=least, together=together)
        return [_activity(row) for row in rows]

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))


class PostgresBreachRegister(BreachRegister):
    _OPEN = Query(
        text(
            """
            INSERT INTO breach_entries (breach_id, sequence, at, by, words, step, content, key)
            VALUES (:breach_id, :sequence, :at, :by, :words, :step, :content, :key)
            ON CONFLICT DO NOTHING RETURNING sequence
            """
        ),
        "breach_entries",
    )
    _APPEND = Query(
        text(
            """
            INSERT INTO breach_entries (breach_id, sequence, at, by, words, step, content, key)
            SELECT CAST(:breach_id AS uuid), CAST(:sequence AS int), CAST(:at AS timestamptz), :by, :words, :step,
                   CAST(:content AS jsonb), CAST(:key AS text)
            WHERE CAST(:sequence AS int) =
                1 + (SELECT max(sequence) FROM breach_entries WHERE breach_id = CAST(:breach_id AS uuid))
            ON CONFLICT DO NOTHING RETURNING sequence
            """
        ),
        "breach_entries",
    )
    _OF = Query(
        select(breach_entries)
        .where(breach_entries.c.breach_id == bindparam("breach_id"))
        .order_by(breach_entries.c.sequence)
    )
    _NEWEST = Query(
        text(
            """
            SELECT entries.* FROM (
                SELECT breach_id FROM breach_entries
                WHERE sequence = 1 AND (CAST(:before AS uuid) IS NULL OR breach_id < :before)
                ORDER BY breach_id DESC LIMIT :limit
            ) AS newest JOIN breach_entries AS entries USING (breach_id)
            ORDER BY breach_id DESC, sequence
            """
        )
    )
    _UNFINISHED = Query(
        text(
            """
            SELECT entries.* FROM breach_entries AS entries WHERE NOT EXISTS (
                SELECT FROM breach_entries AS last
                WHERE last.breach_id = entries.breach_id AND last.step IN ('dismissed', 'closed')
            ) ORDER BY breach_id, sequence
            """
        )
    )
    _AFFECT = Query(
        text(
            """
            WITH wanted AS (
                SELECT users.id FROM users
                WHERE CAST(:everybody AS boolean) AND created_at < CAST(:until AS timestamptz)
                UNION
                SELECT users.id FROM traces CROSS JOIN unnest(subjects) AS subject JOIN users ON users.id = subject
                WHERE NOT CAST(:everybody AS boolean) AND act = ANY(CAST(:acts AS text[]))
                  AND (CAST(:actors AS text[]) = '{}' OR actor = ANY(CAST(:actors AS text[])))
                  AND minute >= date_trunc('minute', CAST(:since AS timestamptz)) AND minute < :until
            ), outside AS (
                DELETE FROM breach_members
                WHERE breach_id = :breach_id AND told_at IS NULL AND user_id NOT IN (SELECT id FROM wanted)
            ), inside AS (
                INSERT INTO breach_members (breach_id, user_id, found_by)
                SELECT CAST(:breach_id AS uuid), id, last.sequence + 1
                FROM wanted JOIN (
                    SELECT max(sequence) AS sequence FROM breach_entries WHERE breach_id = :breach_id
                ) AS last ON last.sequence IS NOT NULL
                ORDER BY id ON CONFLICT DO NOTHING
            )
            SELECT count(*) AS number FROM wanted
            WHERE EXISTS (SELECT FROM breach_entries WHERE breach_id = :breach_id)
            """
        ),
        "breach_members",
    )
    _AFFECTED = Query(
        text(
            """
            SELECT user_id, told_at, told_by, told_in FROM breach_members
            WHERE breach_id = :breach_id AND (CAST(:after AS uuid) IS NULL OR user_id > :after)
            ORDER BY user_id LIMIT :limit
            """
        )
    )
    _WAITING = Query(
        text(
            """
            SELECT found_by, count(*) AS number FROM breach_members
            WHERE breach_id = :breach_id AND told_at IS NULL GROUP BY found_by
            """
        )
    )
    _UNTOLD = Query(
        text(
            """
            SELECT user_id FROM breach_members
            WHERE breach_id = :breach_id AND told_at IS NULL AND found_by >= :first AND found_by < :end
              AND (CAST(:after AS uuid) IS NULL OR user_id > :after)
            ORDER BY user_id LIMIT :limit
            """
        )
    )
    _ADDRESSEES = Query(
        text(
            """
            SELECT users.id AS user_id, users.email AS address,
                   (SELECT language FROM consent_logs
                     WHERE consent_logs.user_id = users.id AND language IS NOT NULL
                     ORDER BY sequence DESC LIMIT 1) AS language
            FROM breach_members JOIN users ON users.id = breach_members.user_id
            WHERE breach_id = :breach_id AND told_at IS NULL AND found_by >= :first AND found_by < :end
              AND breach_members.user_id = ANY(CAST(:members AS uuid[]))
            ORDER BY users.id
            """
        )
    )
    _TOLD = Query(
        text(
            """
            UPDATE breach_members SET told_at = :at, told_by = :entry, told_in = :language
            WHERE breach_id = :breach_id AND user_id = :member AND told_at IS NULL
            """
        ),
        "breach_members",
    )
    _FORGET = Query(
        text(
            """
            WITH old AS MATERIALIZED (
                SELECT breach_id FROM breach_entries GROUP BY breach_id
                HAVING max(at) < CAST(:before AS timestamptz) ORDER BY breach_id LIMIT :limit
            ), members AS (
                DELETE FROM breach_members WHERE breach_id IN (SELECT breach_id FROM old)
            ), entries AS (
                DELETE FROM breach_entries WHERE breach_id IN (SELECT breach_id FROM old)
            )
            SELECT breach_id FROM old
            """
        ),
        "breach_entries",
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def open(self, entry: Entry, key: str | None = None) -> bool:
        return bool(await self._session.write(self._OPEN, **_row(entry), key=key))

    async def append(self, entry: Entry) -> None:
        await self._session.change(self._APPEND, {**_row(entry), "key": None}, rows=1, refusal=_written_meanwhile)

    async def of(self, breach_id: BreachId) -> Sequence[Entry]:
        return [_entry(row) for row in await self._session.rows(self._OF, breach_id=breach_id)]

    async def newest(self, before: BreachId | None, limit: int) -> Sequence[Entry]:
        return [_entry(row) for row in await self._session.rows(self._NEWEST, before=before, limit=limit)]

    async def unfinished(self) -> Sequence[Entry]:
        return [_entry(row) for row in await self._session.rows(self._UNFINISHED)]

    async def affect(self, breach_id: BreachId, scope: Scope, until: datetime) -> int:
        # Everybody may be a million people: some 20 seconds, half of what it takes in another order than the indexes'.
        wanted = {
            "breach_id": breach_id,
            "everybody": scope.everybody,
            "since": scope.since,
            "until": until,
            "acts": list(scope.acts),
            "actors": list(scope.actors),
        }
        (row,) = await Bulk(self._session).run(self._AFFECT.sql, *self._AFFECT.arguments(wanted))
        number: int = row["number"]
        return number

    async def affected(self, breach_id: BreachId, after: UserId | None, limit: int) -> Sequence[Affected]:
        rows = await self._session.rows(self._AFFECTED, breach_id=breach_id, after=after, limit=limit)
        return [Affected(**{**row, "told_in": _language(row["told_in"])}) for row in rows]

    async def waiting(self, breach_id: BreachId) -> Mapping[int, int]:
        rows = await self._session.rows(self._WAITING, breach_id=breach_id)
        return {row["found_by"]: row["number"] for row in rows}

    async def untold(self, breach_id: BreachId, found: range, after: UserId | None, limit: int) -> Sequence[UserId]:
        rows = await self._session.rows(self._UNTOLD, **_within(breach_id, found), after=after, limit=limit)
        return [row["user_id"] for row in rows]

    async def addressees(self, breach_id: BreachId, found: range, members: Collection[UserId]) -> Sequence[Addressee]:
        rows = await self._session.rows(self._ADDRESSEES, **_within(breach_id, found), members=list(members))
        return [Addressee(**{**row, "language": _language(row["language"])}) for row in rows]

    async def told(self, breach_id: BreachId, member: UserId, entry: int, language: Language, at: datetime) -> None:
        values = {"breach_id": breach_id, "member": member, "entry": entry, "language": language.value, "at": at}
        await self._session.write(self._TOLD, **values)

    async def forget(self, before: datetime, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))


def _activity(row: Any) -> Activity:
    minutes: dict[datetime, int] = {}
    for minute, number in zip(row["minutes"], row["numbers"], strict=True):
        minutes[minute] = minutes.get(minute, 0) + number
    return Activity(row["actor"], minutes)


def _row(entry: Entry) -> dict[str, Any]:
    fields = attrs.asdict(entry, recurse=False)
    step = fields.pop("step")
    return {**fields, "step": step_name(step), "content": documents.written(step)}


def _entry(row: Any) -> Entry:
    step = documents.read(row["content"], STEPS[row["step"]])
    return Entry(row["breach_id"], row["sequence"], row["at"], row["by"], row["words"], step)


def _within(breach_id: BreachId, found: range) -> dict[str, Any]:
    return {"breach_id": breach_id, "first": found.start, "end": found.stop}


def _language(code: str | None) -> Language | None:
    return None if code is None else Language(code)


def _written_meanwhile() -> StaleWrite:
    return StaleWrite("Somebody else wrote about this breach in the meantime. Read it again.")
