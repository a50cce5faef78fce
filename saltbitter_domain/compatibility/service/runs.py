"""The morning of everybody, and the first of somebody new."""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from saltbitter_domain.assessments.model import AssessmentSubmitted
from saltbitter_domain.compatibility.calendar import current_day
from saltbitter_domain.compatibility.model import DailyMatchesMade, MorningDue
from saltbitter_domain.compatibility.participation import MATCHED_BY
from saltbitter_domain.compatibility.ports import MatchEngine, Progress, RunResult
from saltbitter_domain.compatibility.records import ID, WHY_SHORT, shard_of
from saltbitter_domain.compatibility.service import morning
from saltbitter_domain.compatibility.service.views import RunReport
from saltbitter_domain.kernel import Clock, EventId, Ids, UserId
from saltbitter_domain.profiles.model import PhotoDecided
from saltbitter_domain.transparency.model import RunId
from saltbitter_domain.transparency.policies import run_record
from saltbitter_domain.transparency.ports import MatchingRuns
from saltbitter_domain.uow import UnitsOfWork, retrying
from saltbitter_domain.users.model import EmailVerified

TOLD_AT_ONCE = 1000
"""Members told of by one message, which costs a worker as much as telling one."""
SHARD_SIZE = 250_000
"""Members served by one worker: fewer than that are better compared at once than by several who do not know of one
another's lists."""
SHARD_TAKES = timedelta(minutes=15)
"""After so long a shard that was not made is handed out again."""
RECORDED_WITHIN = timedelta(seconds=30)
"""A no is in the store at most so long after the instant it bears. Nothing that is asked of us takes longer, and people
are read within so long of the instant a run counts from."""


class DailyRunService:
    """The day's sets, made by an ``engine`` that reads people as records and never learns of tiers. What came of each
    run that made something is kept in ``runs``."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        ids: Ids,
        engine: MatchEngine,
        runs: MatchingRuns,
        shard_size: int = SHARD_SIZE,
    ) -> None:
        self._begin = begin
        self._clock = clock
        self._ids = ids
        self._engine = engine
        self._runs = runs
        self._shard_size = shard_size

    async def generate_matches(self, progress: Progress | None = None) -> RunReport:
        """Make the day's first ten for everybody whose morning has come and who has nobody yet, in every time zone, or
        have other workers make them where there are more than ``shard_size``.

        It may run as often, and at as many places at once, as one likes: a member gets one set for a day. A day's run
        is stored whole or not at all; whoever was missed, because nothing ran or the run was stopped, became ready
        after 06:00 or fitted nobody until now, is served by the next.

        Ceilings are kept against what was stored before a run, a welcome or a further page began. Of those made at the
        same time each fills the ceilings as if it were alone, so that somebody may then be shown up to as many times
        their ceiling as there are at once. All of it is counted, and whatever begins afterwards keeps to the count."""
        await self.refresh()
        now = self._clock.now()
        by_day: dict[date, list[str]] = defaultdict(list)
        async with self._begin() as uow:
            for zone in await uow.roster.zones():
                by_day[current_day(now, zone)].append(zone)
        reports = [await self._day(day, zones, now, progress) for day, zones in sorted(by_day.items())]
        return _together(reports)

    async def make_shard(self, _message: EventId, event: MorningDue) -> None:
        """Listener: make what is still due of a shard. Done twice, the second time finds nothing."""
        await self.refresh()
        now = self._clock.now()
        async with self._begin() as uow:
            due = await uow.roster.due(event.zones, event.day)
            crowd = await morning.Crowd.read(uow, event.day, now)
        viewers = shard_of(due, crowd.people, event.shard, event.shards)
        if viewers:
            await self._make(crowd, viewers)
        async with self._begin() as uow:
            await uow.roster.release(event.day, event.shard, event.shards)
            await uow.commit()

    async def welcome(self, _message: EventId, event: EmailVerified | PhotoDecided | AssessmentSubmitted) -> None:
        """Make a new member's first set as soon as they are complete, the assessment included, whichever step was last.

        Whoever leaves the assessment out, or has had a set before, is served with everybody else."""
        now, user_id = self._clock.now(), event.user_id
        async with self._begin() as uow:
            if await uow.daily_matches.latest(user_id) or await uow.assessments.latest(user_id) is None:
                return
            member = await uow.people.member(user_id)
        if not member.missing and member.time_zone is not None:
            await self.refresh()
            day = current_day(now, member.time_zone)
            async with self._begin() as uow:
                crowd = await morning.Crowd.read(uow, day, now)
                population = await uow.populations.of(day)
                request = await morning.request(uow, crowd, population, user_id.bytes, now, only=user_id)
            made = await self._engine.run(request)
            await retrying(lambda: self._keep(made, day, now))

    async def refresh(self) -> int:
        """Make the records anew of everybody about whom something changed; how many."""
        return await morning.refresh(self._begin)

    async def _day(self, day: date, zones: Collection[str], now: datetime, progress: Progress | None) -> RunReport:
        async with self._begin() as uow:
            viewers = await uow.roster.due(zones, day)
            if not viewers:
                return RunReport()
            due = len(viewers) // ID.size
            shards = math.ceil(due / self._shard_size)
            if shards == 1:
                crowd = await morning.Crowd.read(uow, day, now)
            else:
                for shard in range(shards):
                    if await uow.roster.claim(day, shard, shards, now, now + SHARD_TAKES):
                        uow.emit(MorningDue(day, tuple(zones), shard, shards))
                await uow.commit()
                return RunReport(days=(day,), due=due)
        return await self._make(crowd, viewers, progress)

    async def _make(self, crowd: morning.Crowd, viewers: bytes, progress: Progress | None = None) -> RunReport:
        started, day, now = self._clock.now(), crowd.day, crowd.at
        async with self._begin() as uow:
            population = await uow.populations.of(day)
            request = await morning.request(uow, crowd, population, viewers, now)
        read = self._clock.now()
        made = await self._engine.run(request, progress)
        introduced = self._clock.now()
        stored = await retrying(lambda: self._keep(made, day, now))
        report = _report(day, viewers, made, stored)
        if not stored:
            return report
        finished = self._clock.now()
        stages = {name: timedelta(milliseconds=took) for name, took in made.stages.items()}
        await self._runs.add(
            run_record(
                id=RunId(self._ids.new()),
                started_at=started,
                finished_at=finished,
                day=day,
                allocation=self._engine.allocation,
                engine=self._engine.name,
                due=report.due,
                made=report.made,
                full=report.full,
                short=report.short,
                stages={"read": read - started, **stages, "store": finished - introduced},
                figures=made.figures,
            )
        )
        return report

    async def _keep(self, made: RunResult, day: date, now: datetime) -> bytes:
        """Store what was made of people as they were ``now``. A set is dropped when anybody in it, or whose it is, took
        back meanwhile what it may rest on; the next run makes it anew."""
        async with self._begin() as uow:
            refused = await uow.consents.refused_since(now - RECORDED_WITHIN, MATCHED_BY)
            stored = await uow.roster.keep(made, day, now, refused)
            if stored:
                await uow.populations.add(day, made.population)
                told = [UserId(UUID(bytes=raw)) for raw, count, _ in _sets(made, stored) if count]
                for start in range(0, len(told), TOLD_AT_ONCE):
                    uow.emit(DailyMatchesMade(day, tuple(told[start : start + TOLD_AT_ONCE])))
                await uow.commit()
        return stored


def _sets(made: RunResult, stored: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Of every set that was stored the id of whose it is, how many it has, and the number of the reason for no more."""
    rows = zip(_ids(made.viewers), made.counts, made.short, strict=True)
    if len(stored) == len(made.viewers):
        return rows
    kept = frozenset(_ids(stored))
    return (row for row in rows if row[0] in kept)


def _ids(records: bytes) -> Iterator[bytes]:
    return (raw for (raw,) in ID.iter_unpack(records))


def _report(day: date, viewers: bytes, made: RunResult, stored: bytes) -> RunReport:
    numbers = Counter(reason for _, _, reason in _sets(made, stored))
    short = Counter({WHY_SHORT[number]: count for number, count in numbers.items()})
    return RunReport(
        days=(day,),
        due=len(viewers) // ID.size,
        made=len(stored) // ID.size,
        full=short[None],
        short={reason: count for reason, count in short.items() if reason is not None},
    )


def _together(reports: Sequence[RunReport]) -> RunReport:
    short = sum((Counter(report.short) for report in reports), Counter[str]())
    return RunReport(
        days=tuple(day for report in reports for day in report.days),
        due=sum(report.due for report in reports),
        made=sum(report.made for report in reports),
        full=sum(report.full for report in reports),
        short=dict(short),
    )
