"""A fitted policy beside the one that matches: what it would rank differently, told in figures and never shown."""

import asyncio
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

import attrs
import structlog

from saltbitter_domain.compatibility.model import Traits
from saltbitter_domain.compatibility.policies import WeightedV1
from saltbitter_domain.compatibility.policies.fitted import FittedPolicy
from saltbitter_domain.compatibility.ports import MatchEngine, Progress, RunRequest, RunResult
from saltbitter_domain.compatibility.records import ID, PERSON, ids_of, people_of
from saltbitter_domain.kernel import UserId

LISTS = 1_000
"""Lists of a run that are compared at most, evenly chosen: enough to tell a correlation within some hundredths."""
FIRST = 3
"""Of a list's ten the first so many are compared as a set; the ten themselves are given."""

log = structlog.get_logger()

Lists = Mapping[UserId, Sequence[UserId]]


@attrs.frozen
class Agreement:
    """How far two policies agree on what a run suggested, as means over its lists of two people or more.

    ``rank_correlation`` is Kendall's tau-b of the two orders within a list, in [-1, 1] (Kendall 1945, Biometrika 33,
    239; a list in which either policy tells nobody apart is left out of it, None when all are). ``first_overlap`` is
    the share of the first ``FIRST`` of the one order that are among those of the other, in [0, 1], None without
    lists."""

    lists: int
    pairs: int
    rank_correlation: float | None
    first_overlap: float | None


def compare(lists: Lists, people: Mapping[UserId, Traits], shown: WeightedV1, shadow: WeightedV1) -> Agreement:
    """Both policies' merits of everybody in these lists, which are the run's own suggestions by viewer.

    Merit is the total less what the candidate's own attachment is worth, by which matching ranks."""
    taus, overlaps, pairs = [], [], 0
    for viewer, candidates in lists.items():
        known = [people[candidate] for candidate in candidates if candidate in people]
        if viewer not in people or len(known) < 2:
            continue
        pairs += len(known)
        one, two = (_merits(policy, people[viewer], known) for policy in (shown, shadow))
        taus.append(_tau(one, two))
        overlaps.append(len(_first(one) & _first(two)) / min(FIRST, len(known)))
    told = [tau for tau in taus if tau is not None]
    return Agreement(
        lists=len(overlaps),
        pairs=pairs,
        rank_correlation=math.fsum(told) / len(told) if told else None,
        first_overlap=math.fsum(overlaps) / len(overlaps) if overlaps else None,
    )


class ShadowedEngine(MatchEngine):
    """Another engine, whose every run it lets pass unchanged and then compares with a fitted policy. One line of the
    log has the figures, and nothing in it tells of any member. A comparison that fails is logged, and harms no run."""

    def __init__(self, engine: MatchEngine, policy: FittedPolicy) -> None:
        self._engine = engine
        self._policy = policy
        self.name = engine.name
        self.allocation = engine.allocation

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        result = await self._engine.run(request, progress)
        try:
            started = time.perf_counter()
            agreement = await asyncio.to_thread(self._compare, request, result)
            log.info(
                "shadow_policy_compared",
                policy=self._policy.name,
                lists=agreement.lists,
                pairs=agreement.pairs,
                rank_correlation=_rounded(agreement.rank_correlation),
                first_overlap=_rounded(agreement.first_overlap),
                seconds=round(time.perf_counter() - started, 3),
            )
        except Exception:
            log.exception("shadow_policy_failed", policy=self._policy.name)
        return result

    async def next_page(self, request: RunRequest) -> RunResult:
        return await self._engine.next_page(request)

    def _compare(self, request: RunRequest, result: RunResult) -> Agreement:
        lists = dict(_some(result))
        wanted = {user_id.bytes for user_id in [*lists, *(c for listed in lists.values() for c in listed)]}
        people = {person.user_id: person for person in _people(request, wanted)}
        return compare(lists, people, WeightedV1(result.population), self._policy.over(result.population))


def _some(result: RunResult) -> Iterator[tuple[UserId, Sequence[UserId]]]:
    """Lists of a run, evenly chosen, at most ``LISTS`` of them."""
    step = max(1, math.ceil(len(result.counts) / LISTS))
    start = 0
    for n, count in enumerate(result.counts):
        end = start + count
        if n % step == 0:
            (viewer,) = ids_of(result.viewers[n * ID.size : (n + 1) * ID.size])
            yield viewer, tuple(ids_of(result.candidates[start * ID.size : end * ID.size]))
        start = end


def _people(request: RunRequest, wanted: set[bytes]) -> Iterator[Traits]:
    records, size = request.people, PERSON.size
    chosen = [records[at : at + size] for at in range(0, len(records), size) if records[at : at + ID.size] in wanted]
    return people_of(b"".join(chosen), request.at)


def _merits(policy: WeightedV1, viewer: Traits, candidates: Sequence[Traits]) -> Sequence[float]:
    reader, others = policy.prepare(viewer), [policy.prepare(candidate) for candidate in candidates]
    return [policy.weigh(reader, other).total - policy.attachment_advantage(other.leaning) for other in others]


def _tau(one: Sequence[float], two: Sequence[float]) -> float | None:
    agree, apart_in_one, apart_in_two = 0, 0, 0
    for (a, x), (b, y) in combinations(zip(one, two, strict=True), 2):
        first, second = (a > b) - (a < b), (x > y) - (x < y)
        agree += first * second
        apart_in_one += first != 0
        apart_in_two += second != 0
    return agree / math.sqrt(apart_in_one * apart_in_two) if apart_in_one and apart_in_two else None


def _first(merits: Sequence[float]) -> set[int]:
    return set(sorted(range(len(merits)), key=lambda n: (-merits[n], n))[:FIRST])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
