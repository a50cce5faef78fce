"""Tracing who sees whom, and noticing what is suspicious in it."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import attrs

from saltbitter_domain.breaches.catalogue import EXPOSING, WATCHES, Watch
from saltbitter_domain.breaches.model import DETECTOR, TRACES_KEPT, Act, Activity, Entry, Opened, Scope, Trace
from saltbitter_domain.breaches.policies import minute_of
from saltbitter_domain.kernel import BreachId, Clock, Ids, UserId
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork, retrying, sweep

MOST_HELD = 20_000
"""Actors in a minute whose traces wait to be stored. A process has this many only while the store is away for long; of
whoever comes then nothing is traced, which is told."""


@attrs.define
class _Held:
    times: int = 0
    subjects: set[UserId] = attrs.field(factory=set)


class DetectionService:
    """What is noted waits here until ``flush``, so that no request waits for it to be stored."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, ids: Ids) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._held: dict[tuple[Act, str, datetime], _Held] = {}
        self._lost = 0

    def note(self, act: Act, actor: str, subjects: Collection[UserId] = ()) -> None:
        """Somebody does this just now, about these people."""
        key = (act, actor, minute_of(self._clock.now()))
        held = self._held.get(key)
        if held is None:
            if len(self._held) >= MOST_HELD:
                self._lost += 1
                return
            held = self._held[key] = _Held()
        held.times += 1
        held.subjects.update(subjects)

    async def flush(self) -> int:
        """Store what was noted; how often something could not even be held since this was asked last. What cannot be
        stored just now is kept for the next time."""
        held, self._held = self._held, {}
        traces: list[tuple[UUID, Trace]] = [
            (self._ids.new(), Trace(act, actor, minute, each.times, frozenset(each.subjects)))
            for (act, actor, minute), each in held.items()
        ]
        if traces:
            try:
                async with self._begin() as uow:
                    await uow.traces.add(traces)
                    await uow.commit()
            except BaseException:
                self._hold_again(held)
                raise
        lost, self._lost = self._lost, 0
        return lost

    async def detect(self) -> int:
        """Look at the traces by every rule, and open a breach for whatever is suspicious, once a day for each actor and
        kind; how many were opened. Looking twice, or from two places at once, opens none twice."""
        await self.flush()
        return await retrying(self._look)

    async def forget_traces(self) -> int:
        """Sweep: forget traces older than ``TRACES_KEPT``; how many."""
        before = self._clock.now() - TRACES_KEPT
        return await sweep(self._begin, lambda uow, limit: uow.traces.forget(before, limit))

    async def _look(self) -> int:
        now, opened = self._clock.now(), 0
        async with self._begin() as uow:
            for watch in WATCHES:
                since = minute_of(now - watch.window)
                for activity in await uow.traces.busiest(watch.act, since, watch.least, together=watch.together):
                    if watch.reached(activity.minutes):
                        opened += await self._suspect(uow, watch, activity, now)
            if opened:
                await uow.commit()
        return opened

    async def _suspect(self, uow: UnitOfWork, watch: Watch, activity: Activity, now: datetime) -> bool:
        actors = (activity.actor,) if activity.actor else ()
        scope = Scope(min(activity.minutes), None, EXPOSING[watch.kind], actors)
        found = sum(activity.minutes.values())
        words = f"{found} x {watch.act} within {watch.window}, where {watch.least} are suspicious."
        entry = Entry(BreachId(self._ids.new()), 1, now, DETECTOR, words, Opened(watch.kind, scope, found))
        return await uow.breaches.open(entry, f"{watch.kind}:{activity.actor}:{now.date()}")

    def _hold_again(self, held: dict[tuple[Act, str, datetime], _Held]) -> None:
        for key, each in held.items():
            newer = self._held.setdefault(key, _Held())
            newer.times += each.times
            newer.subjects |= each.subjects
