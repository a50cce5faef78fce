"""Counting who was shown before it is forgotten, and telling of it and of the runs."""

from collections.abc import Sequence
from datetime import date, timedelta

from saltbitter_domain.compatibility.allocation.stable import FLOOR_DAYS
from saltbitter_domain.kernel import Clock
from saltbitter_domain.transparency.model import FairnessReport, MatchingRun
from saltbitter_domain.transparency.policies import EXPLANATIONS, cells_of, weeks_of
from saltbitter_domain.transparency.ports import MatchingReports, MatchingRuns
from saltbitter_domain.uow import SWEEP_BATCH

OVER_EVERYWHERE = 2
"""Days after which a product day is over in every time zone: the last begins its next at 18:00 UTC of the day after."""
WEEKS_PUBLISHED = 12
RUNS_KEPT = timedelta(days=90)


class TransparencyService:
    def __init__(self, *, clock: Clock, reports: MatchingReports, runs: MatchingRuns) -> None:
        self._clock = clock
        self._reports = reports
        self._runs = runs

    async def count_exposures(self) -> int:
        """Count the days that are over everywhere and not counted yet, before they are forgotten; how many days.

        A day is counted once. Stopped halfway, it is counted from its beginning by the next call; counted twice at the
        same time, it is kept once."""
        today = self._clock.now().date()
        counted = 0
        for ago in range(FLOOR_DAYS, OVER_EVERYWHERE - 1, -1):
            day = today - timedelta(days=ago)
            if await self._reports.kept(day, day):
                continue
            if cells := cells_of(day, await self._reports.exposed(day)):
                await self._reports.keep(day, cells)
                counted += 1
        return counted

    async def fairness(self) -> FairnessReport:
        """Exposure by style, gender sought, age and tier in the last twelve weeks whose days can be counted no more.

        Every figure is about at least 50 people, and so is every difference of two."""
        sunday = _sunday(self._clock.now().date() - timedelta(days=FLOOR_DAYS + 1))
        monday = sunday - timedelta(weeks=WEEKS_PUBLISHED) + timedelta(days=1)
        return FairnessReport(tuple(weeks_of(await self._reports.kept(monday, sunday))), EXPLANATIONS)

    async def latest_runs(self, limit: int = 20) -> Sequence[MatchingRun]:
        """What came of the latest runs, newest first."""
        return await self._runs.latest(limit)

    async def forget_runs(self) -> int:
        """Sweep: forget the reports of runs that finished over 90 days ago; how many."""
        before = self._clock.now() - RUNS_KEPT
        total = forgotten = await self._runs.forget(before, SWEEP_BATCH)
        while forgotten == SWEEP_BATCH:
            forgotten = await self._runs.forget(before, SWEEP_BATCH)
            total += forgotten
        return total


def _sunday(day: date) -> date:
    """The last Sunday up to and including the day."""
    return day - timedelta(days=day.isoweekday() % 7)
