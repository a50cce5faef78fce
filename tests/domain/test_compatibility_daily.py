"""The morning's introductions: who gets them, when, and once; and that pay never buys reach."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.matching import ReferenceEngine
from saltbitter_domain.compatibility.allocation import DailyRun
from saltbitter_domain.compatibility.model import (
    DailyMatchesMade,
    Exposure,
    MorningDue,
)
from saltbitter_domain.compatibility.ports import MatchRequest, Progress, RunRequest, RunResult
from saltbitter_domain.compatibility.records import PERSON, exposures_of
from saltbitter_domain.compatibility.service import RunReport
from saltbitter_domain.kernel import EventId, GridCell, UserId
from saltbitter_domain.profiles.model import AgeRange, Visibility
from saltbitter_domain.subscriptions.model import Tier
from tests.doubles.matching import ANYBODY, NOON, TODAY, Matching


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def made_events(matching: Matching) -> Sequence[DailyMatchesMade]:
    return [event for event in await matching.events(DailyMatchesMade) if isinstance(event, DailyMatchesMade)]


async def told_of(matching: Matching) -> Counter[UserId]:
    """How often each member was told of a set."""
    return Counter(user_id for event in await made_events(matching) for user_id in event.user_ids)


# Who is due, and when


async def test_everybody_is_introduced_at_six_on_their_own_clock() -> None:
    matching = Matching.at(utc("2026-06-10T02:00"))
    kiritimati = await matching.member(zone="Pacific/Kiritimati")
    paris = await matching.member(zone="Europe/Paris")
    new_york = await matching.member(zone="America/New_York")
    await matching.runs.generate_matches()
    made: dict[tuple[UserId, date], datetime] = {}
    for minute in range(0, 24 * 60, 15):
        matching.clock.at(utc("2026-06-10T02:00") + timedelta(minutes=minute))
        await matching.runs.generate_matches()
        for event in await made_events(matching):
            for user_id in event.user_ids:
                made.setdefault((user_id, event.day), matching.clock.now())
    assert made == {
        (kiritimati, date(2026, 6, 10)): utc("2026-06-10T02:00"),
        (paris, date(2026, 6, 9)): utc("2026-06-10T02:00"),
        (new_york, date(2026, 6, 9)): utc("2026-06-10T02:00"),
        (paris, date(2026, 6, 10)): utc("2026-06-10T04:00"),
        (new_york, date(2026, 6, 10)): utc("2026-06-10T10:00"),
        (kiritimati, date(2026, 6, 11)): utc("2026-06-10T16:00"),
    }


@pytest.mark.parametrize(
    ("zone", "day", "six"),
    [
        ("Europe/Paris", date(2026, 3, 28), "2026-03-28T05:00"),
        ("Europe/Paris", date(2026, 3, 29), "2026-03-29T04:00"),
        ("Europe/Paris", date(2026, 10, 25), "2026-10-25T05:00"),
        ("America/New_York", date(2026, 3, 8), "2026-03-08T10:00"),
        ("America/New_York", date(2026, 11, 1), "2026-11-01T11:00"),
        ("Australia/Lord_Howe", date(2026, 4, 5), "2026-04-04T19:30"),
    ],
)
async def test_six_o_clock_stays_six_when_the_clocks_change(zone: str, day: date, six: str) -> None:
    matching = Matching.at(utc(six) - timedelta(seconds=1))
    await matching.members(2, zone=zone)
    assert (await matching.runs.generate_matches()).days == (day - timedelta(days=1),)
    assert (await matching.runs.generate_matches()).due == 0
    matching.clock.at(utc(six))
    assert (await matching.runs.generate_matches()).days == (day,)


async def test_a_missed_run_catches_up_with_today_and_not_with_the_past(matching: Matching) -> None:
    one, _ = await matching.members(2)
    await matching.runs.generate_matches()
    matching.clock.advance(timedelta(days=4, hours=7))
    assert await matching.runs.generate_matches() == RunReport(
        (date(2026, 6, 14),), due=2, made=2, full=0, short={"fewer_eligible_than_quota": 2}
    )
    for missed in range(11, 14):
        assert await matching.todays(one, date(2026, 6, missed)) is None


async def test_who_becomes_ready_during_the_day_is_served_by_the_next_run(matching: Matching) -> None:
    one, other = await matching.members(2)
    await matching.runs.generate_matches()
    late = await matching.member()
    report = await matching.runs.generate_matches()
    assert (report.due, report.made) == (1, 1)
    assert set(await matching.suggested(late)) == {one, other}
    assert await matching.suggested(one) == [other]


async def test_who_cannot_take_part_is_neither_served_nor_shown(matching: Matching) -> None:
    one, other = await matching.members(2)
    paused, suspended, unverified, without_photo = await matching.members(4)
    await matching.become(paused, Visibility.PAUSED)
    await matching.suspend(suspended)
    await matching.change_account(unverified, email_verified_at=None)
    async with matching.unit() as uow:
        for photo in await uow.photos.of(without_photo):
            await uow.photos.remove(photo.id)
    assert (await matching.runs.generate_matches()).due == 2
    assert (await matching.suggested(one), await matching.suggested(other)) == ([other], [one])


async def test_the_report_says_who_got_less_and_why(matching: Matching) -> None:
    assert await matching.runs.generate_matches() == RunReport()
    await matching.member()
    report = await matching.runs.generate_matches()
    assert report == RunReport((TODAY,), due=1, made=1, full=0, short={"nobody_eligible": 1})
    await matching.members(11)
    report = await matching.runs.generate_matches()
    assert (report.due, report.made, report.full) == (12, 12, 12)


async def test_who_fits_nobody_in_the_morning_is_served_once_as_soon_as_somebody_comes(matching: Matching) -> None:
    lonely = await matching.member()
    for _ in range(2):
        await matching.runs.generate_matches()
    view = await matching.service.daily_matches(lonely)
    assert (view.made_at, view.short_because) == (NOON, "nobody_eligible")
    other = await matching.member()
    matching.clock.advance(timedelta(hours=1))
    reports = await asyncio.gather(*(matching.runs.generate_matches() for _ in range(3)))
    assert sum(report.made for report in reports) == 2
    assert await matching.suggested(lonely) == [other]
    assert await matching.runs.generate_matches() == RunReport()
    assert (await told_of(matching))[lonely] == 1
    assert await matching.exposures() == {
        user_id: Exposure(user_id, TODAY, shown=1, fair=1.0) for user_id in (lonely, other)
    }


async def test_who_fits_nobody_takes_nothing_of_what_others_are_counted_for(matching: Matching) -> None:
    nowhere = attrs.evolve(ANYBODY, ages=AgeRange(18, 18))
    await matching.members(3, preferences=nowhere)
    await matching.runs.generate_matches()
    one, other = await matching.members(2)
    await matching.runs.generate_matches()
    counted = await matching.exposures()
    assert [counted[user_id] for user_id in (one, other)] == [
        Exposure(user_id, TODAY, shown=1, fair=1.0) for user_id in (one, other)
    ]


async def test_who_decided_about_all_ten_gets_no_more_that_day(matching: Matching) -> None:
    me = await matching.member()
    await matching.members(14)
    await matching.runs.generate_matches()
    ten = await matching.suggested(me)
    for other in ten:
        await matching.reject(me, other)
    assert (await matching.runs.generate_matches()).due == 0
    assert await matching.suggested(me) == ten


async def test_whoever_measures_is_shown_the_run(matching: Matching) -> None:
    members = await matching.members(3)
    runs: list[DailyRun] = []
    await matching.but(engine=ReferenceEngine(runs.append)).runs.generate_matches()
    (run,) = runs
    assert {user_id: list(listed) for user_id, listed in run.allocation.lists.items()} == {
        user_id: await matching.suggested(user_id) for user_id in members
    }


async def test_all_runs_of_a_day_judge_by_the_same_figures_and_the_next_day_by_new_ones(matching: Matching) -> None:
    runs: list[DailyRun] = []
    service = matching.but(engine=ReferenceEngine(runs.append)).runs
    for newcomers in (3, 5, 2):
        await matching.members(newcomers)
        await service.generate_matches()
    for _ in range(3):
        matching.clock.advance(timedelta(days=1))
        await service.generate_matches()
    figures = [run.policy.population for run in runs]
    assert [(population.version, population.size) for population in figures] == [
        ("2026-06-10", 3),
        ("2026-06-10", 3),
        ("2026-06-10", 3),
        ("2026-06-11", 10),
        ("2026-06-12", 10),
        ("2026-06-13", 10),
    ]


async def test_progress_is_told(matching: Matching) -> None:
    await matching.members(5)
    told: list[tuple[int, int]] = []
    await matching.runs.generate_matches(lambda done, of: told.append((done, of)))
    assert told[-1] == (5, 5)


# Once


async def test_a_day_is_made_once_however_often_the_run_is_called(matching: Matching) -> None:
    members = await matching.members(14)
    await matching.runs.generate_matches()
    first = [await matching.todays(user_id) for user_id in members]
    shown = await matching.exposures()
    for _ in range(3):
        matching.clock.advance(timedelta(hours=1))
        assert await matching.runs.generate_matches() == RunReport()
    assert [await matching.todays(user_id) for user_id in members] == first
    assert await matching.exposures() == shown
    assert await told_of(matching) == Counter(members)


async def test_runs_at_the_same_time_make_one_set_each(matching: Matching) -> None:
    members = await matching.members(14)
    reports = await asyncio.gather(*(matching.runs.generate_matches() for _ in range(3)))
    assert sum(report.made for report in reports) == 14
    await assert_consistent(matching, members)


@pytest.mark.parametrize("after", range(4))
async def test_a_run_that_was_stopped_leaves_nothing_and_is_made_by_the_next(matching: Matching, after: int) -> None:
    members = await matching.members(14)
    stopped = matching.but(begin=_Stopping(matching.begin, after))
    with pytest.raises(ConnectionError):
        await stopped.runs.generate_matches()
    assert [user_id for user_id in members if await matching.todays(user_id)] == []
    assert await matching.exposures() == {}
    report = await matching.runs.generate_matches()
    assert (report.due, report.made) == (14, 14)
    await assert_consistent(matching, members)


async def test_more_than_one_worker_can_serve_are_shared_out_and_each_is_served_once(matching: Matching) -> None:
    cells = [GridCell.containing(48.85, 2.35 + n / 10) for n in range(13)]
    members = [*[await matching.member(str(n)) for n in range(13)], await matching.member("nowhere")]
    for user_id, cell in zip(members, [*cells, None], strict=True):
        await matching.change_profile(user_id, cell=cell)
    shared = matching.but(shard_size=5)

    report = await shared.runs.generate_matches()
    assert (report.due, report.made) == (14, 0)
    assert (await shared.runs.generate_matches()).made == 0
    due = [event for event in await matching.events(MorningDue) if isinstance(event, MorningDue)]
    assert [(event.day, event.shard, event.shards) for event in due] == [(TODAY, n, 3) for n in range(3)]

    for event in due:
        served = [user_id for user_id in members if await matching.todays(user_id)]
        for _ in range(2):
            await shared.runs.make_shard(EventId(UUID(int=event.shard + 1)), event)
        assert len([user_id for user_id in members if await matching.todays(user_id)]) - len(served) in {4, 5}
    await assert_consistent(matching, members)
    assert await shared.runs.generate_matches() == RunReport()


async def test_a_shard_that_nobody_made_is_handed_out_again(matching: Matching) -> None:
    await matching.members(6)
    shared = matching.but(shard_size=5)
    await shared.runs.generate_matches()
    matching.clock.advance(timedelta(minutes=15))
    await shared.runs.generate_matches()
    assert len(await matching.events(MorningDue)) == 4


async def assert_consistent(matching: Matching, members: Sequence[UserId]) -> None:
    """Everybody has one full set, was told of it once, and exposure is counted as it was given."""
    lists = {user_id: await matching.suggested(user_id) for user_id in members}
    assert all(len(listed) == len(set(listed)) == 10 for listed in lists.values())
    assert await told_of(matching) == Counter(members)
    given_out = Counter(candidate for listed in lists.values() for candidate in listed)
    counted = await matching.exposures()
    assert {user_id: counted[user_id].shown for user_id in members} == given_out
    assert sum(exposure.fair for exposure in counted.values()) == pytest.approx(10 * len(members))


class _Stopping:
    """Units of work that cannot be begun any more after so many."""

    def __init__(self, begin: Any, after: int) -> None:
        self._begin, self._left = begin, after

    def __call__(self) -> Any:
        self._left -= 1
        if self._left < 0:
            raise ConnectionError("the store went away")
        return self._begin()


class _Watching(ReferenceEngine):
    """Remembers what it was asked, and does as if some of the people had gone."""

    def __init__(self, *gone: UserId) -> None:
        super().__init__()
        self.requests: list[RunRequest] = []
        self._gone = gone

    async def run(self, request: RunRequest, progress: Progress | None = None) -> RunResult:
        self.requests.append(request)
        records = (request.people[at : at + PERSON.size] for at in range(0, len(request.people), PERSON.size))
        people = b"".join(record for record in records if UserId(UUID(bytes=record[:16])) not in self._gone)
        return await super().run(attrs.evolve(request, people=people), progress)


async def test_who_stops_taking_part_during_the_run_gets_no_set(matching: Matching) -> None:
    one, other = await matching.members(2)
    report = await matching.but(engine=_Watching(one, other)).runs.generate_matches()
    assert (report.due, report.made) == (2, 0)
    report = await matching.but(engine=_Watching(one)).runs.generate_matches()
    assert (report.due, report.made) == (2, 1)
    assert await matching.todays(one) is None
    assert await matching.todays(other) is not None


async def test_the_engine_is_told_of_the_exposure_of_three_days(matching: Matching) -> None:
    one, _ = await matching.members(2)
    days = [TODAY - timedelta(days=before) for before in range(5)]
    async with matching.unit() as uow:
        await uow.exposures.add([Exposure(one, day, shown=1, fair=1.0) for day in days])
    engine = _Watching()
    await matching.but(engine=engine).runs.generate_matches()
    (request,) = engine.requests
    assert {exposure.day for exposure in exposures_of(request.exposures)[one]} == set(days[:3])


# Pay never buys reach


def test_the_engine_cannot_know_what_anybody_pays() -> None:
    assert {field.name for field in attrs.fields(MatchRequest)} == {
        "day",
        "viewers",
        "people",
        "excluded",
        "liked_by",
        "history",
        "population",
        "quota",
    }


def test_the_engine_is_given_no_more_than_that_as_records() -> None:
    assert {field.name for field in attrs.fields(RunRequest)} == {
        "day",
        "at",
        "viewers",
        "people",
        "pairs",
        "exposures",
        "population",
        "besides",
        "unrated",
        "quota",
    }


@settings(max_examples=12, deadline=None)
@given(st.lists(st.sampled_from(Tier), min_size=14, max_size=14), st.randoms(use_true_random=False))
def test_permuting_what_everybody_pays_changes_neither_sets_nor_exposure(tiers: list[Tier], random: Any) -> None:
    async def day_of(paid: Sequence[Tier]) -> tuple[list[Any], dict[UserId, Exposure]]:
        matching = Matching.at(NOON)
        members = [
            await matching.member(
                tier=tier,
                user_id=UserId(UUID(int=n + 1)),
                attachment=(1.0 + n % 5, 1.0 + n % 4),
                interests=frozenset({"chess", "jazz", "poetry", "hiking", "cooking"} if n % 3 else ()),
            )
            for n, tier in enumerate(paid)
        ]
        await matching.runs.generate_matches()
        return [await matching.todays(user_id) for user_id in members], await matching.exposures()

    permuted = random.sample(tiers, len(tiers))
    assert asyncio.run(day_of(tiers)) == asyncio.run(day_of(permuted))


async def test_exposures_are_forgotten_once_no_run_anywhere_looks_back_to_them(matching: Matching) -> None:
    """A run in the west of the world may be for yesterday, and looks back to the two days before it."""
    one = await matching.member()
    days = [TODAY - timedelta(days=ago) for ago in range(6)]
    async with matching.unit() as uow:
        await uow.exposures.add([Exposure(one, day, shown=1, fair=1.0) for day in days])

    assert [await matching.service.forget_exposures(), await matching.service.forget_exposures()] == [2, 0]

    async with matching.begin() as uow:
        kept = (await uow.exposures.since(days[-1]))[one]
    assert [exposure.day for exposure in kept] == [TODAY - timedelta(days=ago) for ago in (3, 2, 1, 0)]


async def test_figures_are_forgotten_once_nobody_can_look_up_the_people_of_their_day(matching: Matching) -> None:
    days = [TODAY - timedelta(days=ago) for ago in (33, 32, 31, 0)]
    await matching.member()
    await matching.runs.generate_matches()
    async with matching.unit() as uow:
        figures = await uow.populations.of(TODAY)
        assert figures
        for day in days:
            await uow.populations.add(day, figures)

    assert [await matching.service.forget_populations(), await matching.service.forget_populations()] == [2, 0]

    async with matching.begin() as uow:
        assert [await uow.populations.of(day) is None for day in days] == [True, True, False, False]
