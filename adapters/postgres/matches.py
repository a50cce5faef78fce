"""The sets of daily matches, who was shown how often, and notices."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import attrs
from sqlalchemy import bindparam, select, text

from adapters.postgres import documents
from adapters.postgres.bulk import Bulk
from adapters.postgres.database import Database, Session
from adapters.postgres.query import Query
from adapters.postgres.statements import columns, insertion_of_all, insertion_unless, sweeping
from adapters.postgres.tables import daily_matches, exposures, notices, populations
from saltbitter_domain.compatibility.model import (
    KNOWN_FOR,
    DailyMatches,
    Exposure,
    Notice,
    NoticeKind,
    Population,
    Suggestion,
)
from saltbitter_domain.compatibility.ports import DailyMatchesStore, Exposures, Notices, Populations
from saltbitter_domain.kernel import Clock, NoticeId, UserId


class PostgresDailyMatches(DailyMatchesStore):
    _GET = Query(
        text("SELECT * FROM daily_matches WHERE user_id = CAST(:user_id AS uuid) AND day = CAST(:day AS date)")
    )
    _LATEST = Query(
        text("SELECT * FROM daily_matches WHERE user_id = CAST(:user_id AS uuid) ORDER BY day DESC LIMIT 1")
    )
    _HAVE = Query(
        text(
            """
            SELECT DISTINCT user_id FROM daily_matches
            WHERE user_id = ANY(CAST(:user_ids AS uuid[])) AND day >= CAST(:day AS date)
              AND (day > CAST(:day AS date) OR cardinality(candidates) > 0)
            """
        )
    )
    # A set without anybody gives way to one with somebody; every other one stays as it is.
    _ADD = Query(
        text(
            """
            INSERT INTO daily_matches AS stored
                (user_id, day, made_at, candidates, scores, short_because, version)
            VALUES (:user_id, :day, :made_at, CAST(:candidates AS uuid[]), CAST(:scores AS float8[]),
                    :short_because, :version)
            ON CONFLICT (user_id, day) DO UPDATE
                SET made_at = excluded.made_at, candidates = excluded.candidates, scores = excluded.scores,
                    short_because = excluded.short_because, version = stored.version + 1
                WHERE cardinality(stored.candidates) = 0 AND cardinality(excluded.candidates) > 0
            RETURNING version
            """
        )
    )
    _SAVE = Query(
        text(
            """
            UPDATE daily_matches
            SET candidates = CAST(:candidates AS uuid[]), scores = CAST(:scores AS float8[]),
                short_because = :short_because, made_at = :made_at, version = version + 1
            WHERE user_id = CAST(:user_id AS uuid) AND day = CAST(:day AS date) AND version = :version
            RETURNING version
            """
        ),
        "daily_matches",
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def get(self, user_id: UserId, day: date) -> DailyMatches | None:
        row = await self._session.row(self._GET, user_id=user_id, day=day)
        return row and _matches(row)

    async def latest(self, user_id: UserId) -> DailyMatches | None:
        row = await self._session.row(self._LATEST, user_id=user_id)
        return row and _matches(row)

    async def have(self, user_ids: Collection[UserId], day: date) -> frozenset[UserId]:
        rows = await self._session.rows(self._HAVE, user_ids=list(user_ids), day=day)
        return frozenset(row["user_id"] for row in rows)

    async def add(self, matches: DailyMatches) -> bool:
        return bool(await self._session.write(self._ADD, **_row(matches)))

    async def save(self, matches: DailyMatches) -> None:
        await self._session.change(self._SAVE, _row(matches), rows=1)


def _row(matches: DailyMatches) -> dict[str, Any]:
    return {
        **attrs.asdict(matches, recurse=False),
        "candidates": [suggestion.candidate for suggestion in matches.suggestions],
        "scores": [suggestion.score for suggestion in matches.suggestions],
    }


def _matches(row: Any) -> DailyMatches:
    fields = {**row}
    ranked = enumerate(zip(fields.pop("candidates"), fields.pop("scores"), strict=True), 1)
    return DailyMatches(
        **fields, suggestions=tuple(Suggestion(candidate, rank, score) for rank, (candidate, score) in ranked)
    )


class PostgresExposures(Exposures):
    # In one order for all, so that two who add for the same members never wait for one another in a circle.
    _ADD = Query(
        text(
            """
            INSERT INTO exposures AS stored (day, user_id, shown, fair)
            SELECT day, user_id, sum(shown), sum(fair)
            FROM unnest(
                CAST(:days AS date[]), CAST(:user_ids AS uuid[]), CAST(:shown AS int[]), CAST(:fair AS float8[])
            ) AS more (day, user_id, shown, fair)
            GROUP BY day, user_id ORDER BY day, user_id
            ON CONFLICT (day, user_id) DO UPDATE
                SET shown = stored.shown + excluded.shown, fair = stored.fair + excluded.fair
            """
        ),
        "exposures",
    )
    _SINCE = Query(
        text("SELECT user_id, day, shown, fair FROM exposures WHERE day >= CAST(:day AS date) ORDER BY user_id, day")
    )
    _FORGET = sweeping(exposures, "day < :before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, exposures: Collection[Exposure]) -> None:
        values = {
            "days": [exposure.day for exposure in exposures],
            "user_ids": [exposure.user_id for exposure in exposures],
            "shown": [exposure.shown for exposure in exposures],
            "fair": [exposure.fair for exposure in exposures],
        }
        await self._session.change(self._ADD, values)

    async def since(self, day: date) -> Mapping[UserId, Sequence[Exposure]]:
        found: dict[UserId, list[Exposure]] = {}
        for row in await self._session.rows(self._SINCE, day=day):
            found.setdefault(row["user_id"], []).append(Exposure(**row))
        return found

    async def forget(self, before: date, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))


class PostgresPopulations(Populations):
    _ADD = insertion_unless(populations, "day")
    _OF = Query(select(populations.c.figures).where(populations.c.day == bindparam("day")))
    _FORGET = sweeping(populations, "day < :before")

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, day: date, population: Population) -> None:
        await self._session.change(self._ADD, {"day": day, "figures": documents.written(population)})

    async def of(self, day: date) -> Population | None:
        row = await self._session.row(self._OF, day=day)
        return row and documents.read(row["figures"], Population)

    async def forget(self, before: date, limit: int) -> int:
        return len(await self._session.write(self._FORGET, before=before, limit=limit))


class PostgresNotices(Notices):
    _ADD = insertion_of_all(notices)
    _NEWEST = Query(
        text(
            """
            SELECT * FROM notices WHERE user_id = CAST(:user_id AS uuid) ORDER BY at DESC, id DESC LIMIT :limit
            """
        )
    )
    _OLDER = Query(
        text(
            """
            SELECT * FROM notices WHERE user_id = CAST(:user_id AS uuid)
              AND (at, id) < (SELECT mark.at, mark.id FROM notices AS mark WHERE mark.id = CAST(:before AS uuid))
            ORDER BY at DESC, id DESC LIMIT :limit
            """
        )
    )
    _SEEN = Query(
        text("UPDATE notices SET seen_at = :at WHERE user_id = CAST(:user_id AS uuid) AND seen_at IS NULL"), "notices"
    )

    def __init__(self, session: Session) -> None:
        self._session = session

    async def add(self, *notices: Notice) -> None:
        if notices:
            rows = columns(attrs.asdict(notice, recurse=False) for notice in notices)
            await self._session.change(self._ADD, rows)

    async def of(self, user_id: UserId, before: NoticeId | None = None, limit: int = 20) -> Sequence[Notice]:
        if before is None:
            rows = await self._session.rows(self._NEWEST, user_id=user_id, limit=limit)
        else:
            rows = await self._session.rows(self._OLDER, user_id=user_id, before=before, limit=limit)
        return [Notice(**{**row, "kind": NoticeKind(row["kind"])}) for row in rows]

    async def mark_seen(self, user_id: UserId, at: datetime) -> None:
        await self._session.change(self._SEEN, {"user_id": user_id, "at": at})


KEPT_FOR = KNOWN_FOR + timedelta(days=2)
"""Sets serve as long as people in them may be looked up, in whatever zone it is still that day."""


class DailyPartitions:
    """The partitions in which sets of daily matches are kept, one a day. A day without one is kept with the others."""

    _MAKE = Query(text("SELECT make_daily_partitions(CAST(:first AS date), CAST(:days AS int)) AS made"))
    _OLD = Query(
        text(
            """
            SELECT to_date(right(relname, 8), 'YYYYMMDD') AS day
            FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
            WHERE inhparent = to_regclass('daily_matches') AND relname ~ '^daily_matches_[0-9]{8}$' AND relname < :first
            ORDER BY relname
            """
        )
    )
    _DROP = Query(text("SELECT drop_daily_partition(CAST(:day AS date))"))
    _FORGET = sweeping(daily_matches, "day < :before")

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def prepare(self, days: int = 7) -> int:
        """Make those of yesterday, which is not over everywhere, and of the ``days`` that follow; how many were new."""
        yesterday = self._clock.now().date() - timedelta(days=1)
        async with self._database.session() as session:
            (row,) = await session.write(self._MAKE, first=yesterday, days=days + 1)
            await session.commit()
        return int(row["made"])

    async def forget(self, limit: int) -> int:
        """Sweep: drop the partitions of days on which nobody may look back any more, and up to ``limit`` of the sets
        that are kept with the others; how many of those."""
        before = self._clock.now().date() - KEPT_FOR
        async with self._database.session() as session:
            old = await session.rows(self._OLD, first=f"daily_matches_{before:%Y%m%d}")
        for partition in old:
            async with self._database.session() as session:
                await Bulk(session).run(self._DROP.sql, *self._DROP.arguments({"day": partition["day"]}))
                await session.commit()
        async with self._database.session() as session:
            forgotten = await session.write(self._FORGET, before=before, limit=limit)
            await session.commit()
        return len(forgotten)
