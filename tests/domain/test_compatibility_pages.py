"""Ten a day in the free tier, and further pages in the others."""

import asyncio
from datetime import timedelta

import pytest

from adapters.memory.matching import ReferenceEngine
from saltbitter_domain.compatibility.model import (
    MatchesNotMadeYet,
    NobodyLeft,
    NotReadyToMatch,
)
from saltbitter_domain.compatibility.ports import RunRequest, RunResult
from saltbitter_domain.kernel import StaleWrite
from saltbitter_domain.profiles.model import Visibility
from saltbitter_domain.subscriptions.model import NotEntitled, Tier
from tests.doubles.matching import NOON, TODAY, Matching


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def test_in_the_free_tier_there_are_ten_a_day(matching: Matching) -> None:
    members = await matching.members(14)
    await matching.runs.generate_matches()
    with pytest.raises(NotEntitled):
        await matching.service.next_page(members[0])
    view = await matching.service.daily_matches(members[0])
    assert (len(view.suggestions), view.may_ask_for_more) == (10, False)


@pytest.mark.parametrize("tier", [Tier.PREMIUM, Tier.ELITE])
async def test_in_the_other_tiers_pages_are_added_until_nobody_is_left(matching: Matching, tier: Tier) -> None:
    me = await matching.member(tier=tier)
    others = await matching.members(24)
    await matching.runs.generate_matches()
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
    await matching.runs.generate_matches()
    before = await matching.exposures()
    first = set(await matching.suggested(me))
    await matching.service.next_page(me)
    added = set(await matching.suggested(me)) - first
    after = await matching.exposures()
    assert added
    for other in others:
        assert after[other].shown - before[other].shown == (other in added)
        assert after[other].shown <= max(3, 1.5 * after[other].fair)
        assert after[other].fair == before[other].fair


async def test_two_pages_asked_for_at_once_are_two_different_pages(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    await matching.members(40)
    await matching.runs.generate_matches()
    await asyncio.gather(matching.service.next_page(me), matching.service.next_page(me))
    listed = await matching.suggested(me)
    assert len(listed) == len(set(listed)) == 30


async def test_decided_people_do_not_come_again_on_a_further_page(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    others = await matching.members(14)
    await matching.runs.generate_matches()
    someone = (set(others) - set(await matching.suggested(me))).pop()
    await matching.introduce(someone, me, day=TODAY - timedelta(days=1))
    await matching.reject(someone, me)
    await matching.service.next_page(me)
    assert someone not in await matching.suggested(me)


async def test_before_the_first_ten_there_is_no_further_page(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    with pytest.raises(MatchesNotMadeYet):
        await matching.service.next_page(me)


async def test_who_paused_gets_no_further_page(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    await matching.runs.generate_matches()
    await matching.become(me, Visibility.PAUSED)
    with pytest.raises(NotReadyToMatch) as refusal:
        await matching.service.next_page(me)
    assert [problem.code for problem in refusal.value.fields] == ["paused"]


async def test_a_page_that_always_comes_too_late_is_given_up(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    await matching.members(40)
    await matching.runs.generate_matches()

    class Overtaken(ReferenceEngine):
        async def next_page(self, request: RunRequest) -> RunResult:
            await matching.service.next_page(me)
            return await super().next_page(request)

    with pytest.raises(StaleWrite):
        await matching.but(engine=Overtaken()).service.next_page(me)


async def test_everybody_is_read_anew_behind_a_page_once_half_their_time_is_over(matching: Matching) -> None:
    holding = matching.but(crowd_holds=timedelta(minutes=1))
    me = await matching.member(tier=Tier.PREMIUM)
    early = await matching.members(25)
    await matching.runs.generate_matches()
    await holding.service.next_page(me)
    (late,) = await matching.members(1)
    matching.clock.advance(timedelta(seconds=30))

    await holding.service.next_page(me)
    assert set(await matching.suggested(me)) == set(early)
    await asyncio.sleep(0)
    await holding.service.next_page(me)
    assert (await matching.suggested(me))[-1] == late
    await holding.service.close()


async def test_further_pages_may_be_drawn_from_everybody_as_they_were_a_moment_ago(matching: Matching) -> None:
    holding = matching.but(crowd_holds=timedelta(minutes=1))
    me = await matching.member(tier=Tier.PREMIUM)
    early = await matching.members(30)
    await matching.runs.generate_matches()
    await holding.service.next_page(me)
    (late,) = await matching.members(1)
    gone = (set(early) - set(await matching.suggested(me))).pop()
    await matching.become(gone, Visibility.PAUSED)

    await holding.service.next_page(me)
    assert set(await matching.suggested(me)) == set(early)
    assert gone not in await matching.seen_by(me)

    matching.clock.advance(timedelta(minutes=1))
    view = await holding.service.next_page(me)
    assert [suggestion.profile.user_id for suggestion in view.suggestions] == [late]
