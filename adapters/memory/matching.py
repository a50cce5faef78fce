"""The match engine as the domain wrote it, in a thread of its own so that the event loop stays free."""

import asyncio
from collections.abc import Callable

import attrs

from saltbitter_domain.compatibility.allocation import DailyRun, daily_run, next_page
from saltbitter_domain.compatibility.explanations import explain
from saltbitter_domain.compatibility.model import Suggestion
from saltbitter_domain.compatibility.ports import Introductions, MatchEngine, MatchRequest, Progress
from saltbitter_domain.kernel import UserId


class ReferenceEngine(MatchEngine):
    """Pure Python over everybody at once: exact, and the measure for faster engines. ``ran`` is shown every run."""

    def __init__(self, ran: Callable[[DailyRun], None] | None = None) -> None:
        self._ran = ran

    async def run(self, request: MatchRequest, progress: Progress | None = None) -> Introductions:
        run = await asyncio.to_thread(daily_run, request, progress=progress)
        if self._ran is not None:
            self._ran(run)
        return await asyncio.to_thread(_introductions, run)

    async def next_page(self, request: MatchRequest) -> Introductions:
        return await asyncio.to_thread(lambda: _introductions(next_page(request)))


def _introductions(run: DailyRun) -> Introductions:
    people = {person.user_id: person for person in run.request.people}

    def suggestions(viewer: UserId, candidates: tuple[UserId, ...]) -> tuple[Suggestion, ...]:
        scored = zip(candidates, run.scores[viewer], strict=True)
        return tuple(
            Suggestion(
                candidate,
                rank,
                score.total,
                explain(run.policy, people[viewer], people[candidate]),
                explain(run.policy, people[viewer], attrs.evolve(people[candidate], attachment=None)),
            )
            for rank, (candidate, score) in enumerate(scored, 1)
        )

    return Introductions(
        suggestions={viewer: suggestions(viewer, listed) for viewer, listed in run.allocation.lists.items()},
        short=run.allocation.short,
        fair=run.allocation.fair,
    )
