"""What is told of matching: counted from the exposures of a day, and read for reports from the replica."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import attrs
from sqlalchemy import text

from adapters.postgres import documents
from adapters.postgres.consent import agrees
from adapters.postgres.query import Query
from adapters.postgres.replica import Replicated
from adapters.postgres.statements import sweeping
from adapters.postgres.tables import matching_runs
from saltbitter_domain.assessments.model import Style
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Gender
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.transparency.model import Dimension, Exposed, ExposureCell, ExposureFigures, MatchingRun
from saltbitter_domain.transparency.ports import MatchingReports, MatchingRuns

BATCH = 10_000
"""People counted by one statement: some tenths of a second, of the five that it may take."""

_NOBODY = UserId(UUID(int=0))


class PostgresMatchingReports(MatchingReports):
    """What is counted once and for all is counted in the database itself, which no delay keeps anything from."""

    _EXPOSED = Query(
        text(
            f"""
            WITH batch AS MATERIALIZED (
                SELECT user_id, shown, fair FROM exposures
                WHERE day = CAST(:day AS date) AND user_id > CAST(:after AS uuid) ORDER BY user_id LIMIT :limit),
            facts AS (
                SELECT (SELECT style FROM attachment_assessments AS results
                         WHERE results.user_id = batch.user_id
                           AND {agrees("batch.user_id", Purpose.PSYCHOLOGICAL_PROFILE)}
                         ORDER BY taken_at DESC, results.id DESC LIMIT 1) AS style,
                       ARRAY(SELECT jsonb_array_elements_text(content #> '{{preferences,genders}}')
                              WHERE {agrees("batch.user_id", Purpose.GENDERS_SOUGHT)}
                              ORDER BY 1) AS seeks,
                       CAST(extract(year FROM age(CAST(:day AS date), date_of_birth)) AS int) AS age,
                       coalesce(tier, 'free') AS tier, shown, fair
                FROM batch LEFT JOIN profiles USING (user_id) LEFT JOIN subscriptions USING (user_id))
            SELECT style, seeks, age, tier, count(*) AS people, sum(shown) AS shown, sum(fair) AS fair,
                   (SELECT user_id FROM batch ORDER BY user_id DESC LIMIT 1) AS last
            FROM facts GROUP BY style, seeks, age, tier
            """
        )
    )
    _CLEAR = Query(text("DELETE FROM exposure_days WHERE day = CAST(:day AS date)"), "exposure_days")
    _KEEP = Query(
        text(
            """
            INSERT INTO exposure_days (day, dimension, member_group, people, shown, fair)
            SELECT CAST(:day AS date), * FROM unnest(
                CAST(:dimensions AS text[]), CAST(:groups AS text[]),
                CAST(:people AS int[]), CAST(:shown AS bigint[]), CAST(:fair AS float8[]))
            ON CONFLICT (day, dimension, member_group) DO UPDATE
                SET people = excluded.people, shown = excluded.shown, fair = excluded.fair
            """
        ),
        "exposure_days",
    )
    _KEPT = Query(
        text(
            """
            SELECT day, dimension, member_group, people, shown, fair FROM exposure_days
            WHERE day BETWEEN :first AND :last ORDER BY day, dimension COLLATE "C", member_group COLLATE "C"
            """
        )
    )

    def __init__(self, reports: Replicated) -> None:
        self._reports = reports

    async def exposed(self, day: date) -> Sequence[Exposed]:
        found: list[Exposed] = []
        last = _NOBODY
        async with self._reports.database.session() as session:
            while rows := await session.rows(self._EXPOSED, day=day, after=last, limit=BATCH):
                found += map(_exposed, rows)
                last = rows[0]["last"]
        return found

    async def keep(self, day: date, cells: Collection[ExposureCell]) -> None:
        async with self._reports.database.session() as session:
            await session.write(self._CLEAR, day=day)
            await session.write(
                self._KEEP,
                day=day,
                dimensions=[cell.dimension for cell in cells],
                groups=[cell.group for cell in cells],
                people=[cell.people for cell in cells],
                shown=[cell.shown for cell in cells],
                fair=[cell.fair for cell in cells],
            )
            await session.commit()

    async def kept(self, first: date, last: date) -> Sequence[ExposureCell]:
        rows = await self._reports.read(lambda session: session.rows(self._KEPT, first=first, last=last))
        return [ExposureCell(day, Dimension(dimension), *figures) for day, dimension, *figures in rows]


def _exposed(row: Any) -> Exposed:
    return Exposed(
        style=Style(row["style"]) if row["style"] else None,
        seeks=frozenset(map(Gender, row["seeks"])),
        age=row["age"],
        tier=Tier(row["tier"]),
        people=row["people"],
        shown=row["shown"],
        fair=row["fair"],
    )


class PostgresMatchingRuns(MatchingRuns):
    _ADD = Query(
        text(
            """
            INSERT INTO matching_runs (id, started_at, finished_at, day, allocation, engine, due, made, full_lists,
                                       short, stages, figures)
            VALUES (:id, :started_at, :finished_at, :day, :allocation, :engine, :due, :made, :full,
                    CAST(:short AS jsonb), CAST(:stages AS jsonb), CAST(:figures AS jsonb))
            ON CONFLICT (id) DO NOTHING
            """
        ),
        "matching_runs",
    )
    _LATEST = Query(
        text(
            """
            SELECT id, started_at, finished_at, day, allocation, engine, due, made, full_lists AS full,
                   short, stages, figures
            FROM matching_runs ORDER BY finished_at DESC, id DESC LIMIT :limit
            """
        )
    )
    _FORGET = sweeping(matching_runs, "finished_at < :before")

    def __init__(self, reports: Replicated) -> None:
        self._reports = reports

    async def add(self, run: MatchingRun) -> None:
        row = attrs.asdict(run, recurse=False)
        # Pairs, because a JSON object of this database forgets the order of its keys.
        row["stages"] = [[name, ms] for name, ms in run.stages.items()]
        row["figures"] = run.figures and documents.written(run.figures)
        async with self._reports.database.session() as session:
            await session.write(self._ADD, **row)
            await session.commit()

    async def latest(self, limit: int = 20) -> Sequence[MatchingRun]:
        return [_run(row) for row in await self._reports.read(lambda session: session.rows(self._LATEST, limit=limit))]

    async def forget(self, before: datetime, limit: int) -> int:
        async with self._reports.database.session() as session:
            forgotten = await session.write(self._FORGET, before=before, limit=limit)
            await session.commit()
        return len(forgotten)


def _run(row: Any) -> MatchingRun:
    figures = row["figures"]
    return MatchingRun(
        **{**row, "stages": dict(row["stages"]), "figures": figures and documents.read(figures, ExposureFigures)}
    )
