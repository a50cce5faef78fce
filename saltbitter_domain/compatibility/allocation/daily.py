"""A day's run, from people to lists, and the further pages drawn after it. Nothing here knows what anybody pays."""

import math
from collections.abc import Callable, Mapping, Sequence
from heapq import nlargest

import attrs

from saltbitter_domain.compatibility.allocation.pairs import Pool
from saltbitter_domain.compatibility.allocation.stable import Allocation, Bounds, Edges, allocate, precedence, why_short
from saltbitter_domain.compatibility.allocation.top import top
from saltbitter_domain.compatibility.allocation.transferable import transferable
from saltbitter_domain.compatibility.model import Exposure, PairScore
from saltbitter_domain.compatibility.policies import Prepared, WeightedV1, population_of
from saltbitter_domain.compatibility.ports import MatchRequest, Progress
from saltbitter_domain.kernel import UserId
from saltbitter_domain.profiles.model import Visibility

ALLOCATIONS: Mapping[str, Callable[..., Allocation]] = {"stable-v1": allocate, "tu-v1": transferable, "top-v1": top}
"""The ways to allocate by name; all take what ``stable.allocate`` takes."""
STABLE = "stable-v1"


@attrs.frozen
class DailyRun:
    """What a run decided and what it knew.

    ``scores`` belong to ``allocation.lists``, place by place; ``eligible`` counts whom each viewer might have been
    shown, and ``unconstrained_mean`` is the mean score had everybody simply got their highest (0 to 100)."""

    request: MatchRequest
    policy: WeightedV1
    allocation: Allocation
    scores: Mapping[UserId, tuple[PairScore, ...]] = attrs.field(repr=False)
    eligible: Mapping[UserId, int]
    unconstrained_mean: float

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """What to remember of everybody who was shown, or by chance would have been."""
        day, fair, shown = self.request.day, self.allocation.fair, self.allocation.shown
        return tuple(Exposure(p, day, shown[p], fair[p]) for p in fair if fair[p] or shown[p])


def daily_run(
    request: MatchRequest,
    policy: WeightedV1 | None = None,
    progress: Progress | None = None,
    allocation: str = STABLE,
) -> DailyRun:
    """The first lists of all viewers, by ``policy`` or else by ``weighted-v1`` over the people given, allocated in the
    way of that name in ``ALLOCATIONS``.

    The order of people and viewers makes no difference. A viewer who is not among the people has no list."""
    decide = ALLOCATIONS[allocation]
    market = _Market.of(request, policy or policy_for(request))
    edges = market.edges(progress)
    return market.run(edges, decide(edges, history=request.history, day=request.day, quota=request.quota))


def next_page(request: MatchRequest, policy: WeightedV1 | None = None) -> DailyRun:
    """Another page for the one viewer: the best of those still left whom today's ceiling allows to be shown again.

    Best is by the judgement as the viewer is shown it, and not by merit: a member can turn over page after page, and
    on which of them somebody comes would tell how they answered about attachment. Ties go by precedence.

    The ceilings are those of the day's runs, by today's exposures; a page adds to nobody's fair share.
    """
    market = _Market.of(request, policy or policy_for(request))
    edges = market.edges(None)
    return market.run(edges, market.page(edges))


def policy_for(request: MatchRequest) -> WeightedV1:
    """``weighted-v1`` over the figures given, or else over those of the people given, under the day's version."""
    return WeightedV1(request.population or population_of(request.people, version=request.day.isoformat()))


@attrs.frozen
class _Market:
    """People in order of precedence, and what stands between them besides their wishes, all by position."""

    request: MatchRequest
    policy: WeightedV1
    people: Sequence[Prepared]
    advantage: Sequence[float]
    viewers: Sequence[int]
    excluded: Mapping[int, frozenset[int]]
    likers: Mapping[int, frozenset[int]]

    @classmethod
    def of(cls, request: MatchRequest, policy: WeightedV1) -> "_Market":
        by_id = {person.user_id: person for person in request.people}
        order = precedence(list(by_id), request.history, request.day)
        position = {user_id: n for n, user_id in enumerate(order)}

        people = [policy.prepare(by_id[user_id]) for user_id in order]

        def positions(of: Mapping[UserId, frozenset[UserId]]) -> Mapping[int, frozenset[int]]:
            return {
                position[viewer]: frozenset(position[other] for other in of[viewer] if other in position)
                for viewer in request.viewers
                if viewer in position and viewer in of
            }

        return cls(
            request=request,
            policy=policy,
            people=people,
            advantage=[policy.attachment_advantage(person.leaning) for person in people],
            viewers=sorted({position[viewer] for viewer in request.viewers if viewer in position}),
            excluded=positions(request.excluded),
            likers=positions(request.liked_by),
        )

    def edges(self, progress: Progress | None) -> Edges:
        """Everybody who may be shown to each viewer, each pair scored once.

        Merit is the score less what the candidate's own attachment is worth on average, so that whom it puts first
        depends on the pair and nobody is seen more, or less, for being the person they are (promise 2)."""
        people, policy = self.people, self.policy
        pool = Pool([person.traits for person in people])
        candidates: dict[int, list[int]] = {viewer: [] for viewer in self.viewers}
        merits: dict[int, list[float]] = {viewer: [] for viewer in self.viewers}
        done: set[int] = set()
        for n in self.viewers:
            for m, km in pool.suited(n, skip=done):
                score = policy.total(policy.judge(people[n], people[m], km))
                for viewer, candidate in ((n, m), (m, n)):
                    if viewer in candidates and self._may_show(viewer, candidate):
                        candidates[viewer].append(candidate)
                        merits[viewer].append(score - self.advantage[candidate])
            done.add(n)
            if progress:
                progress(len(done), len(self.viewers))
        return Edges(
            people=[person.traits.user_id for person in people],
            viewers=self.viewers,
            candidates=list(candidates.values()),
            merits=list(merits.values()),
            advantages=self.advantage,
        )

    def _may_show(self, viewer: int, candidate: int) -> bool:
        if candidate in self.excluded.get(viewer, ()):
            return False
        hidden = self.people[candidate].traits.visibility is Visibility.INCOGNITO
        return not hidden or candidate in self.likers.get(viewer, ())

    def page(self, edges: Edges) -> Allocation:
        """The best of each viewer's options who have room today, by the judgement as shown to the viewer."""
        day, history, quota = self.request.day, self.request.history, self.request.quota
        lists, short = {}, {}
        fair, shown = dict.fromkeys(edges.people, 0.0), dict.fromkeys(edges.people, 0)
        for viewer, candidates in zip(edges.viewers, edges.candidates, strict=True):
            order = sorted(candidates, key=lambda candidate: (-self._shown_total(viewer, candidate), candidate))
            people = [edges.people[candidate] for candidate in order]
            open_ = [p for p in people if Bounds.of(0.0, history.get(p, ()), day).ceiling]
            lists[edges.people[viewer]] = page = tuple(open_[:quota])
            if reason := why_short(len(page), len(people), quota):
                short[edges.people[viewer]] = reason
            shown.update(dict.fromkeys(page, 1))
        return Allocation(lists=lists, fair=fair, shown=shown, short=short)

    def _shown_total(self, viewer: int, candidate: int) -> float:
        return self.policy.total(self.policy.as_shown(self.people[viewer], self.people[candidate]))

    def run(self, edges: Edges, allocation: Allocation) -> DailyRun:
        position = {person.traits.user_id: person for person in self.people}
        scores = {
            viewer: tuple(self.policy.weigh(position[viewer], position[candidate]) for candidate in candidates)
            for viewer, candidates in allocation.lists.items()
        }
        return DailyRun(
            request=self.request,
            policy=self.policy,
            allocation=allocation,
            scores=scores,
            eligible={edges.people[v]: len(c) for v, c in zip(edges.viewers, edges.candidates, strict=True)},
            unconstrained_mean=self._unconstrained_mean(edges),
        )

    def _unconstrained_mean(self, edges: Edges) -> float:
        best = [
            score
            for candidates, merits in zip(edges.candidates, edges.merits, strict=True)
            for score in nlargest(self.request.quota, map(self._score, merits, candidates))
        ]
        return math.fsum(best) / len(best) if best else 0.0

    def _score(self, merit: float, candidate: int) -> float:
        return merit + self.advantage[candidate]
