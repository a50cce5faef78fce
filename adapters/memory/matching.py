"""The match engine as the domain wrote it, in a thread of its own so that the event loop stays free."""

import asyncio
from collections.abc import Callable
from datetime import date
from threading import Lock

import attrs

from saltbitter_domain.compatibility.allocation import DailyRun, daily_run, next_page, policy_for
from saltbitter_domain.compatibility.explanations import explain
from saltbitter_domain.compatibility.model import Suggestion
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.ports import Introductions, MatchEngine, MatchRequest, Progress
from saltbitter_domain.kernel import UserId

DAYS_AT_ONCE = 3
"""Clocks around the world differ by up to 26 hours, so members are in at most so many days of their own at once."""


class ReferenceEngine(MatchEngine):
    """Pure Python over everybody at once: exact, and the measure for faster engines. ``ran`` is shown every run.

    It keeps the figures of the newest days; after a restart a day has figures of its first request since."""

    def __init__(self, ran: Callable[[DailyRun], None] | None = None) -> None:
        self._ran = ran
        self._policies: dict[date, WeightedV1] = {}
        self._lock = Lock()

    async def run(self, request: MatchRequest, progress: Progress | None = None) -> Introductions:
        run = await asyncio.to_thread(lambda: daily_run(request, self._policy(request), progress))
        if self._ran is not None:
            self._ran(run)
        return await asyncio.to_thread(_introductions, run)

    async def next_page(self, request: MatchRequest) -> Introductions:
        return await asyncio.to_thread(lambda: _introductions(next_page(request, self._policy(request))))

    def _policy(self, request: MatchRequest) -> WeightedV1:
        with self._lock:
            policy = self._policies.get(request.day) or policy_for(request)
            self._policies[request.day] = policy
            for past in sorted(self._policies)[:-DAYS_AT_ONCE]:
                del self._policies[past]
        return policy


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
