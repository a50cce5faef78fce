"""Where what is told of matching is kept. Both stores stand outside any unit of work, and what is read of them may be a
moment old."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from saltbitter_domain.transparency.model import Exposed, ExposureCell, MatchingRun


class MatchingReports(Protocol):
    """Exposure without anybody's name: counted from who was shown before that is forgotten, and kept by day."""

    async def exposed(self, day: date) -> Sequence[Exposed]:
        """Everybody with an exposure for the day, those who are alike counted together, in no particular order."""
        ...

    async def keep(self, day: date, cells: Collection[ExposureCell]) -> None:
        """Keep these cells of the day, in the place of what was kept for it."""
        ...

    async def kept(self, first: date, last: date) -> Sequence[ExposureCell]:
        """All that is kept from ``first`` to ``last``, both included, ordered by day, dimension and group."""
        ...


class MatchingRuns(Protocol):
    """The reports of runs."""

    async def add(self, run: MatchingRun) -> None:
        """Store a report; one that is there under the same id stays as it is."""
        ...

    async def latest(self, limit: int = 20) -> Sequence[MatchingRun]:
        """Up to ``limit`` reports, the run that finished last first, and of one instant the higher id first."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` runs that finished before the instant ``before``; how many."""
        ...
