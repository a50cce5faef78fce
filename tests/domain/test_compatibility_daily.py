"""The morning's introductions: who gets them, when, and once; further pages; and how a member's day looks."""

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
from saltbitter_domain.compatibility.calendar import morning
from saltbitter_domain.compatibility.model import (
    Band,
    DailyMatches,
    DailyMatchesMade,
    DecisionKind,
    Exposure,
    Factor,
    MatchesNotMadeYet,
    NobodyLeft,
    NotReadyToMatch,
    PageMissing,
    Suggestion,
)
from saltbitter_domain.compatibility.ports import Introductions, MatchRequest, Progress
from saltbitter_domain.compatibility.service import RunReport
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import StaleWrite, UserId
from saltbitter_domain.profiles.model import AgeRange, DistanceBand, Visibility
from saltbitter_domain.subscriptions.model import NotEntitled, Tier
from saltbitter_domain.users.model import UserMissing
from tests.doubles.builders import a_user, an_explanation
from tests.doubles.matching import ANYBODY, NOON, TODAY, Matching


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def exposures(matching: Matching, day: date = TODAY) -> dict[UserId, Exposure]:
    async with matching.begin() as uow:
        return {user_id: found[0] for user_id, found in (await uow.exposures.since(day)).items()}


async def suggested(matching: Matching, user_id: UserId, day: date = TODAY) -> list[UserId]:
    todays = await matching.todays(user_id, day)
    return [suggestion.candidate for suggestion in todays.suggestions] if todays else []


async def made_events(matching: Matching) -> Sequence[DailyMatchesMade]:
    return [event for event in await matching.events(DailyMatchesMade) if isinstance(event, DailyMatchesMade)]


# Who is due, and when


async def test_everybody_is_introduced_at_six_on_their_own_clock() -> None:
    matching = Matching.at(utc("2026-06-10T02:00"))
    kiritimati = await matching.member(zone="Pacific/Kiritimati")
    paris = await matching.member(zone="Europe/Paris")
    new_york = await matching.member(zone="America/New_York")
    await matching.service.generate_matches()
    made: dict[tuple[UserId, date], datetime] = {}
    for minute in range(0, 24 * 60, 15):
        matching.clock.at(utc("2026-06-10T02:00") + timedelta(minutes=minute))
        await matching.service.generate_matches()
        for event in await made_events(matching):
            made.setdefault((event.user_id, event.day), matching.clock.now())
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
    assert (await matching.service.generate_matches()).days == (day - timedelta(days=1),)
    assert (await matching.service.generate_matches()).due == 0
    matching.clock.at(utc(six))
    assert (await matching.service.generate_matches()).days == (day,)


async def test_a_missed_run_catches_up_with_today_and_not_with_the_past(matching: Matching) -> None:
    one, _ = await matching.members(2)
    await matching.service.generate_matches()
    matching.clock.advance(timedelta(days=4, hours=7))
    assert await matching.service.generate_matches() == RunReport(
        (date(2026, 6, 14),), due=2, made=2, full=0, short={"fewer_eligible_than_quota": 2}
    )
    for missed in range(11, 14):
        assert await matching.todays(one, date(2026, 6, missed)) is None


async def test_who_becomes_ready_during_the_day_is_served_by_the_next_run(matching: Matching) -> None:
    one, other = await matching.members(2)
    await matching.service.generate_matches()
    late = await matching.member()
    report = await matching.service.generate_matches()
    assert (report.due, report.made) == (1, 1)
    assert set(await suggested(matching, late)) == {one, other}
    assert await suggested(matching, one) == [other]


async def test_who_cannot_take_part_is_neither_served_nor_shown(matching: Matching) -> None:
    one, other = await matching.members(2)
    paused, suspended, unverified, without_photo = await matching.members(4)
    await matching.become(paused, Visibility.PAUSED)
    await matching.suspend(suspended)
    await matching.change_account(unverified, email_verified_at=None)
    async with matching.unit() as uow:
        for photo in await uow.photos.of(without_photo):
            await uow.photos.remove(photo.id)
    assert (await matching.service.generate_matches()).due == 2
    assert (await suggested(matching, one), await suggested(matching, other)) == ([other], [one])


async def test_the_report_says_who_got_less_and_why(matching: Matching) -> None:
    assert await matching.service.generate_matches() == RunReport()
    await matching.member()
    report = await matching.service.generate_matches()
    assert report == RunReport((TODAY,), due=1, made=1, full=0, short={"nobody_eligible": 1})
    await matching.members(11)
    report = await matching.service.generate_matches()
    assert (report.due, report.made, report.full) == (12, 12, 12)


async def test_who_fits_nobody_in_the_morning_is_served_once_as_soon_as_somebody_comes(matching: Matching) -> None:
    lonely = await matching.member()
    for _ in range(2):
        await matching.service.generate_matches()
    view = await matching.service.daily_matches(lonely)
    assert (view.made_at, view.short_because) == (NOON, "nobody_eligible")
    other = await matching.member()
    matching.clock.advance(timedelta(hours=1))
    reports = await asyncio.gather(*(matching.service.generate_matches() for _ in range(3)))
    assert sum(report.made for report in reports) == 2
    assert await suggested(matching, lonely) == [other]
    assert await matching.service.generate_matches() == RunReport()
    counts = [event.count for event in await made_events(matching) if event.user_id == lonely]
    assert counts == [0, 1]
    assert await exposures(matching) == {
        user_id: Exposure(user_id, TODAY, shown=1, fair=1.0) for user_id in (lonely, other)
    }


async def test_who_fits_nobody_takes_nothing_of_what_others_are_counted_for(matching: Matching) -> None:
    nowhere = attrs.evolve(ANYBODY, ages=AgeRange(18, 18))
    await matching.members(3, preferences=nowhere)
    await matching.service.generate_matches()
    one, other = await matching.members(2)
    await matching.service.generate_matches()
    counted = await exposures(matching)
    assert [counted[user_id] for user_id in (one, other)] == [
        Exposure(user_id, TODAY, shown=1, fair=1.0) for user_id in (one, other)
    ]


async def test_who_decided_about_all_ten_gets_no_more_that_day(matching: Matching) -> None:
    me = await matching.member()
    await matching.members(14)
    await matching.service.generate_matches()
    ten = await suggested(matching, me)
    for other in ten:
        await matching.reject(me, other)
    assert (await matching.service.generate_matches()).due == 0
    assert await suggested(matching, me) == ten


async def test_whoever_measures_is_shown_the_run(matching: Matching) -> None:
    members = await matching.members(3)
    runs: list[DailyRun] = []
    await matching.but(engine=ReferenceEngine(runs.append)).service.generate_matches()
    (run,) = runs
    assert {user_id: list(listed) for user_id, listed in run.allocation.lists.items()} == {
        user_id: await suggested(matching, user_id) for user_id in members
    }


async def test_progress_is_told(matching: Matching) -> None:
    await matching.members(5)
    told: list[tuple[int, int]] = []
    await matching.service.generate_matches(lambda done, of: told.append((done, of)))
    assert told[-1] == (5, 5)


# Once


async def test_a_day_is_made_once_however_often_the_run_is_called(matching: Matching) -> None:
    members = await matching.members(14)
    await matching.service.generate_matches()
    first = [await matching.todays(user_id) for user_id in members]
    shown = await exposures(matching)
    for _ in range(3):
        matching.clock.advance(timedelta(hours=1))
        assert await matching.service.generate_matches() == RunReport()
    assert [await matching.todays(user_id) for user_id in members] == first
    assert await exposures(matching) == shown
    assert Counter(event.user_id for event in await made_events(matching)) == Counter(members)


async def test_runs_at_the_same_time_make_one_set_each(matching: Matching) -> None:
    members = await matching.members(14)
    small = matching.but(batch=3)
    reports = await asyncio.gather(
        matching.service.generate_matches(), small.service.generate_matches(), small.service.generate_matches()
    )
    assert sum(report.made for report in reports) == 14
    await assert_consistent(matching, members)


async def test_a_run_that_was_stopped_halfway_is_finished_by_the_next(matching: Matching) -> None:
    members = await matching.members(14)
    stopped = matching.but(batch=5, begin=_Stopping(matching.begin, after=4))
    with pytest.raises(ConnectionError):
        await stopped.service.generate_matches()
    served = [user_id for user_id in members if await matching.todays(user_id)]
    assert len(served) == 10
    report = await matching.service.generate_matches()
    assert (report.due, report.made) == (4, 4)
    await assert_consistent(matching, members)


async def assert_consistent(matching: Matching, members: Sequence[UserId]) -> None:
    """Everybody has one full set, was told of it once, and exposure is counted as it was given."""
    lists = {user_id: await suggested(matching, user_id) for user_id in members}
    assert all(len(listed) == len(set(listed)) == 10 for listed in lists.values())
    assert Counter(event.user_id for event in await made_events(matching)) == Counter(members)
    given_out = Counter(candidate for listed in lists.values() for candidate in listed)
    counted = await exposures(matching)
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
        self.requests: list[MatchRequest] = []
        self._gone = gone

    async def run(self, request: MatchRequest, progress: Progress | None = None) -> Introductions:
        self.requests.append(request)
        people = [person for person in request.people if person.user_id not in self._gone]
        return await super().run(attrs.evolve(request, people=people), progress)


async def test_who_stops_taking_part_during_the_run_gets_no_set(matching: Matching) -> None:
    one, other = await matching.members(2)
    report = await matching.but(engine=_Watching(one, other)).service.generate_matches()
    assert (report.due, report.made) == (2, 0)
    report = await matching.but(engine=_Watching(one)).service.generate_matches()
    assert (report.due, report.made) == (2, 1)
    assert await matching.todays(one) is None
    assert await matching.todays(other) is not None


async def test_the_engine_is_told_of_the_exposure_of_three_days(matching: Matching) -> None:
    one, _ = await matching.members(2)
    days = [TODAY - timedelta(days=before) for before in range(5)]
    async with matching.unit() as uow:
        await uow.exposures.add([Exposure(one, day, shown=1, fair=1.0) for day in days])
    engine = _Watching()
    await matching.but(engine=engine).service.generate_matches()
    (request,) = engine.requests
    assert {exposure.day for exposure in request.history[one]} == set(days[:3])


# Pay never buys reach


def test_the_engine_cannot_know_what_anybody_pays() -> None:
    assert {field.name for field in attrs.fields(MatchRequest)} == {
        "day",
        "viewers",
        "people",
        "excluded",
        "liked_by",
        "history",
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
        await matching.service.generate_matches()
        return [await matching.todays(user_id) for user_id in members], await exposures(matching)

    permuted = random.sample(tiers, len(tiers))
    assert asyncio.run(day_of(tiers)) == asyncio.run(day_of(permuted))


# Further pages


async def test_in_the_free_tier_there_are_ten_a_day(matching: Matching) -> None:
    members = await matching.members(14)
    await matching.service.generate_matches()
    with pytest.raises(NotEntitled):
        await matching.service.next_page(members[0])
    view = await matching.service.daily_matches(members[0])
    assert (len(view.suggestions), view.may_ask_for_more) == (10, False)


@pytest.mark.parametrize("tier", [Tier.PREMIUM, Tier.ELITE])
async def test_in_the_other_tiers_pages_are_added_until_nobody_is_left(matching: Matching, tier: Tier) -> None:
    me = await matching.member(tier=tier)
    others = await matching.members(24)
    await matching.service.generate_matches()
    first_ten = (await matching.todays(me)).suggestions  # type: ignore[union-attr]
    view = await matching.service.next_page(me)
    assert view.may_ask_for_more
    assert (len(view.suggestions), view.page, view.pages) == (10, 2, 2)
    view = await matching.service.next_page(me)
    assert (len(view.suggestions), view.page, view.pages) == (4, 3, 3)
    assert view.short_because == "fewer_eligible_than_quota"
    todays = await matching.todays(me)
    assert todays is not None
    assert todays.suggestions[:10] == first_ten
    assert [suggestion.rank for suggestion in todays.suggestions] == list(range(1, 25))
    assert {suggestion.candidate for suggestion in todays.suggestions} == set(others)
    with pytest.raises(NobodyLeft):
        await matching.service.next_page(me)
    assert await matching.todays(me) == todays


async def test_a_further_page_counts_as_exposure_and_keeps_to_the_ceilings(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    others = await matching.members(14)
    await matching.service.generate_matches()
    before = await exposures(matching)
    first = set(await suggested(matching, me))
    await matching.service.next_page(me)
    added = set(await suggested(matching, me)) - first
    after = await exposures(matching)
    assert added
    for other in others:
        assert after[other].shown - before[other].shown == (other in added)
        assert after[other].shown <= max(3, 1.5 * after[other].fair)
        assert after[other].fair == before[other].fair


async def test_two_pages_asked_for_at_once_are_two_different_pages(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    await matching.members(40)
    await matching.service.generate_matches()
    await asyncio.gather(matching.service.next_page(me), matching.service.next_page(me))
    listed = await suggested(matching, me)
    assert len(listed) == len(set(listed)) == 30


async def test_decided_people_do_not_come_again_on_a_further_page(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    others = await matching.members(14)
    await matching.service.generate_matches()
    someone = (set(others) - set(await suggested(matching, me))).pop()
    await matching.introduce(someone, me, day=TODAY - timedelta(days=1))
    await matching.reject(someone, me)
    await matching.service.next_page(me)
    assert someone not in await suggested(matching, me)


async def test_before_the_first_ten_there_is_no_further_page(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    with pytest.raises(MatchesNotMadeYet):
        await matching.service.next_page(me)


async def test_who_paused_gets_no_further_page(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    await matching.service.generate_matches()
    await matching.become(me, Visibility.PAUSED)
    with pytest.raises(NotReadyToMatch) as refusal:
        await matching.service.next_page(me)
    assert [problem.code for problem in refusal.value.fields] == ["paused"]


async def test_a_page_that_always_comes_too_late_is_given_up(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    await matching.members(40)
    await matching.service.generate_matches()

    class Overtaken(ReferenceEngine):
        async def next_page(self, request: MatchRequest) -> Introductions:
            await matching.service.next_page(me)
            return await super().next_page(request)

    with pytest.raises(StaleWrite):
        await matching.but(engine=Overtaken()).service.next_page(me)


# How the day looks


async def test_the_day_is_read_page_by_page_and_the_newest_unless_asked(matching: Matching) -> None:
    me = await matching.member()
    others = await matching.members(23)
    await matching.introduce(me, *others)
    pages = [await matching.service.daily_matches(me, page) for page in (1, 2, 3)]
    assert [(view.page, view.pages, len(view.suggestions)) for view in pages] == [(1, 3, 10), (2, 3, 10), (3, 3, 3)]
    assert await matching.seen_by(me) == others
    assert await matching.service.daily_matches(me) == pages[-1]
    with pytest.raises(PageMissing):
        await matching.service.daily_matches(me, 4)


async def test_a_day_not_made_yet_is_one_empty_page(matching: Matching) -> None:
    me = await matching.member()
    view = await matching.service.daily_matches(me, 1)
    assert (view.page, view.pages, view.suggestions) == (1, 1, ())
    with pytest.raises(PageMissing):
        await matching.service.daily_matches(me, 2)


async def test_a_short_page_is_filled_up_before_another_is_begun(matching: Matching) -> None:
    me = await matching.member(tier=Tier.ELITE)
    others = await matching.members(12)
    await matching.introduce(me, *others[:8])
    view = await matching.service.next_page(me)
    assert (view.page, view.pages, len(view.suggestions)) == (1, 1, 10)
    view = await matching.service.next_page(me)
    assert (view.page, view.pages, len(view.suggestions)) == (2, 2, 2)


async def test_the_day_shows_whom_one_was_introduced_to_and_why(matching: Matching) -> None:
    me = await matching.member(interests=frozenset({"chess", "jazz", "poetry", "hiking", "cooking"}))
    other = await matching.member("Grace", interests=frozenset({"chess", "jazz", "gardening", "cinema", "yoga"}))
    await matching.service.generate_matches()
    view = await matching.service.daily_matches(me)
    assert (view.day, view.made_at, view.next_at) == (TODAY, NOON, utc("2026-06-11T04:00"))
    assert (view.missing, view.short_because) == ((), "fewer_eligible_than_quota")
    (suggestion,) = view.suggestions
    profile = suggestion.profile
    assert (profile.user_id, profile.name, profile.age) == (other, "Grace", 35)
    assert (profile.city, profile.distance) == ("Paris", DistanceBand.UNDER_5)
    assert len(profile.photos) == 1
    assert profile.photos[0].addresses
    assert {told.factor for told in suggestion.explanation.factors} == set(Factor)
    assert suggestion.explanation.total % 5 == 0
    assert (suggestion.decision, suggestion.match) == (None, None)


async def test_each_page_goes_by_what_its_explanations_say_and_not_by_the_hidden_scores(matching: Matching) -> None:
    me = await matching.member()
    others = await matching.members(12)
    totals = [60, 75, 60, 90, *[50] * 6, 55, 95]
    ranks = [3, 2, 1, 4, *range(5, 13)]
    suggestions = [
        Suggestion(other, rank, 100.0 - rank, attrs.evolve(an_explanation(), total=total))
        for other, rank, total in zip(others, ranks, totals, strict=True)
    ]
    async with matching.unit() as uow:
        await uow.daily_matches.add(DailyMatches(me, TODAY, NOON, tuple(suggestions)))
    first_four = [others[3], others[1], others[0], others[2]]
    assert await matching.seen_by(me) == [*first_four, *others[4:10], others[11], others[10]]


async def test_decisions_and_matches_show_on_the_day(matching: Matching) -> None:
    me = await matching.member()
    liked, passed, matched, open_ = await matching.members(4)
    await matching.introduce(me, liked, passed, matched, open_)
    await matching.introduce(matched, me)
    await matching.like(me, liked)
    await matching.reject(me, passed)
    await matching.like(matched, me)
    match = (await matching.like(me, matched)).match
    view = await matching.service.daily_matches(me)
    assert {s.profile.user_id: (s.decision, s.match) for s in view.suggestions} == {
        liked: (DecisionKind.LIKE, None),
        passed: (DecisionKind.PASS, None),
        matched: (DecisionKind.LIKE, match),
        open_: (None, None),
    }


async def test_a_pass_does_not_show_to_the_one_who_was_passed(matching: Matching) -> None:
    one, other = await matching.pair()
    before = await matching.service.daily_matches(one)
    await matching.reject(other, one)
    assert await matching.service.daily_matches(one) == before


async def test_who_paused_was_suspended_or_went_incognito_vanishes_from_the_day(matching: Matching) -> None:
    me = await matching.member()
    stays, paused, suspended, shy, shy_admirer = await matching.members(5)
    await matching.introduce(me, stays, paused, suspended, shy, shy_admirer)
    await matching.introduce(shy_admirer, me)
    await matching.like(shy_admirer, me)
    await matching.become(paused, Visibility.PAUSED)
    await matching.suspend(suspended)
    await matching.become(shy, Visibility.INCOGNITO)
    await matching.become(shy_admirer, Visibility.INCOGNITO)
    assert await matching.seen_by(me) == [stays, shy_admirer]


@pytest.mark.parametrize("mine", [True, False])
async def test_once_either_withdraws_it_nothing_is_told_of_attachment(matching: Matching, mine: bool) -> None:
    me, other = await matching.members(2)
    await matching.service.generate_matches()
    assert (await attachment_band(matching, me)) is not Band.UNKNOWN
    await matching.withdraw(me if mine else other, Purpose.PSYCHOLOGICAL_PROFILE)
    assert (await attachment_band(matching, me)) is Band.UNKNOWN
    person = await matching.service.person(me, other)
    assert person.explanation
    assert [told.band for told in person.explanation.factors if told.factor is Factor.ATTACHMENT] == [Band.UNKNOWN]


async def attachment_band(matching: Matching, user_id: UserId) -> Band:
    (suggestion,) = (await matching.service.daily_matches(user_id)).suggestions
    (band,) = (told.band for told in suggestion.explanation.factors if told.factor is Factor.ATTACHMENT)
    return band


@pytest.mark.parametrize("mine", [True, False])
async def test_once_either_withdraws_it_nothing_is_told_of_distance(matching: Matching, mine: bool) -> None:
    me, other = await matching.members(2)
    await matching.service.generate_matches()
    await matching.withdraw(me if mine else other, Purpose.LOCATION)
    (suggestion,) = (await matching.service.daily_matches(me)).suggestions
    assert suggestion.profile.distance is None


async def test_who_cannot_take_part_sees_what_is_missing_and_nobody(matching: Matching) -> None:
    me, _ = await matching.members(2)
    await matching.service.generate_matches()
    await matching.become(me, Visibility.PAUSED)
    view = await matching.service.daily_matches(me)
    assert (view.missing, view.suggestions, view.made_at) == (("paused",), (), None)
    assert view.next_at == utc("2026-06-11T04:00")
    await matching.become(me, Visibility.ACTIVE)
    assert len((await matching.service.daily_matches(me)).suggestions) == 1


async def test_a_new_account_without_a_profile_sees_its_first_morning(matching: Matching) -> None:
    user = a_user(time_zone="Asia/Tokyo", email_verified_at=None)
    async with matching.unit() as uow:
        await uow.users.add(user)
    view = await matching.service.daily_matches(user.id)
    assert view.missing == ("verify_email", "create_profile")
    assert view.next_at == utc("2026-06-10T21:00")


async def test_nobody_has_no_day(matching: Matching) -> None:
    with pytest.raises(UserMissing):
        await matching.service.daily_matches(UserId(UUID(int=0xDEAD)))


async def test_yesterdays_people_are_shown_until_six_and_not_after(matching: Matching) -> None:
    one, other = await matching.members(2)
    await matching.service.generate_matches()
    matching.clock.at(morning(TODAY + timedelta(days=1), "Europe/Paris") - timedelta(seconds=1))
    assert await matching.seen_by(one) == [other]
    matching.clock.advance(timedelta(seconds=1))
    view = await matching.service.daily_matches(one)
    assert (view.day, view.made_at, view.suggestions) == (TODAY + timedelta(days=1), None, ())


async def test_moving_east_brings_the_morning_sooner(matching: Matching) -> None:
    one, _ = await matching.members(2, zone="America/New_York")
    await matching.service.generate_matches()
    matching.clock.at(utc("2026-06-11T03:00"))
    await matching.change_profile(one, time_zone="Asia/Tokyo")
    report = await matching.service.generate_matches()
    assert (report.days, report.due) == ((date(2026, 6, 11),), 1)
    assert (await matching.service.daily_matches(one)).next_at == utc("2026-06-11T21:00")


async def test_moving_west_keeps_the_newest_people_until_the_new_home_catches_up(matching: Matching) -> None:
    one, other = await matching.members(2, zone="Asia/Tokyo")
    matching.clock.at(utc("2026-06-10T22:00"))
    await matching.service.generate_matches()
    await matching.change_profile(one, time_zone="America/Los_Angeles")
    assert (await matching.service.generate_matches()).due == 0
    view = await matching.service.daily_matches(one)
    assert (view.day, view.next_at) == (date(2026, 6, 11), utc("2026-06-12T13:00"))
    assert [suggestion.profile.user_id for suggestion in view.suggestions] == [other]


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
