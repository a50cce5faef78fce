"""The match engine as the domain wrote it, in a thread of its own so that the event loop stays free."""

import asyncio
from collections.abc import Callable

from saltbitter_domain.compatibility.allocation import DailyRun, daily_run, next_page
from saltbitter_domain.compatibility.model import Suggestion
from saltbitter_domain.compatibility.ports import Introductions, MatchEngine, MatchRequest, Progress


class ReferenceEngine(MatchEngine):
    """Pure Python over everybody at once: exact, and the measure for faster engines. ``ran`` is shown every run."""

    def __init__(self, ran: Callable[[DailyRun], None] | None = None) -> None:
        self._ran = ran

    async def run(self, request: MatchRequest, progress: Progress | None = None) -> Introductions:
        run = await asyncio.to_thread(daily_run, request, None, progress)
        if self._ran is not None:
            self._ran(run)
        return _introductions(run)

    async def next_page(self, request: MatchRequest) -> Introductions:
        return _introductions(await asyncio.to_thread(next_page, request))


def _introductions(run: DailyRun) -> Introductions:
    return Introductions(
        suggestions={
            viewer: tuple(
                Suggestion(candidate, rank, score.total)
                for rank, (candidate, score) in enumerate(zip(listed, run.scores[viewer], strict=True), 1)
            )
            for viewer, listed in run.allocation.lists.items()
        },
        short=run.allocation.short,
        fair=run.allocation.fair,
        population=run.policy.population,
    )
