"""How a member's day looks: whom they were introduced to and why, as long as it may be told."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from saltbitter_domain.compatibility.calendar import morning
from saltbitter_domain.compatibility.explanations import WORDS
from saltbitter_domain.compatibility.model import (
    Band,
    DecisionKind,
    Factor,
    PageMissing,
)
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import Language, UserId
from saltbitter_domain.profiles.model import DistanceBand, Visibility
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import UserMissing
from tests.doubles.builders import a_content, a_user
from tests.doubles.matching import ANYBODY, NOON, TODAY, Matching


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


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


async def test_a_further_page_is_explained_in_the_language_of_its_reader(matching: Matching) -> None:
    me = await matching.member(tier=Tier.ELITE)
    others = await matching.members(12)
    await matching.introduce(me, *others[:8])
    english, german = await matching.service.next_page(me), await matching.service.next_page(me, Language.DE)
    for view, words in ((english, WORDS[Language.EN]), (german, WORDS[Language.DE])):
        assert view.suggestions
        for suggestion in view.suggestions:
            assert suggestion.explanation.factors[0].sentences[0] == words.attachment_answered


async def test_the_day_shows_whom_one_was_introduced_to_and_why(matching: Matching) -> None:
    me = await matching.member(interests=frozenset({"chess", "jazz", "poetry", "hiking", "cooking"}))
    other = await matching.member("Grace", interests=frozenset({"chess", "jazz", "gardening", "cinema", "yoga"}))
    await matching.runs.generate_matches()
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


async def test_each_page_goes_by_what_its_explanations_say_and_not_by_the_hidden_ranks(matching: Matching) -> None:
    mine = frozenset({"chess", "jazz", "poetry", "hiking", "cooking"})
    me = await matching.member(interests=mine)
    alike, as_alike = await matching.members(2, interests=mine)
    other_tastes = {"gardening", "cinema", "yoga", "surfing", "sailing"}
    some = await matching.member(interests=frozenset({"chess", "jazz", "gardening", "cinema", "yoga"}))
    *others, last = await matching.members(9, interests=frozenset(other_tastes))
    await matching.introduce(me, *reversed(others), some, alike, as_alike, last)

    assert (await matching.seen_by(me))[:2] == [alike, some]
    assert (await matching.seen_by(me))[-2:] == [as_alike, last]


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
    await matching.runs.generate_matches()
    assert (await attachment_band(matching, me)) is not Band.UNKNOWN
    await matching.withdraw(me if mine else other, Purpose.PSYCHOLOGICAL_PROFILE)
    assert (await attachment_band(matching, me)) is Band.UNKNOWN
    person = await matching.service.person(me, other)
    assert person.explanation
    assert [told.band for told in person.explanation.factors if told.factor is Factor.ATTACHMENT] == [Band.UNKNOWN]


@pytest.mark.parametrize("mine", [True, False])
async def test_once_either_withdraws_it_total_and_order_rest_on_it_no_more(matching: Matching, mine: bool) -> None:
    me = await matching.member(attachment=(1.0, 1.0))
    first, second = await matching.members(2, attachment=(6.5, 6.5))
    await matching.withdraw(second, Purpose.PSYCHOLOGICAL_PROFILE)
    await matching.runs.generate_matches()
    totals = await totals_of(matching, me)
    assert totals[first] > totals[second]

    await matching.withdraw(me if mine else first, Purpose.PSYCHOLOGICAL_PROFILE)

    totals = await totals_of(matching, me)
    assert totals[first] == totals[second]
    assert await matching.seen_by(me) == sorted([first, second])
    person = await matching.service.person(me, first)
    assert person.explanation
    assert person.explanation.total == totals[first]


async def totals_of(matching: Matching, user_id: UserId) -> dict[UserId, int]:
    suggestions = (await matching.service.daily_matches(user_id)).suggestions
    return {suggestion.profile.user_id: suggestion.explanation.total for suggestion in suggestions}


async def test_an_explanation_tells_of_the_two_as_they_are_now(matching: Matching) -> None:
    me, other = await matching.members(2, interests=frozenset({"chess"}))
    await matching.runs.generate_matches()
    assert await told_of_interests(matching, me) == ("You share Chess.",)

    await matching.change_profile(other, content=a_content(preferences=ANYBODY, interests=frozenset({"jazz"})))

    assert (await told_of_interests(matching, me))[0].startswith("You have named different interests")


async def told_of_interests(matching: Matching, user_id: UserId) -> tuple[str, ...]:
    (suggestion,) = (await matching.service.daily_matches(user_id)).suggestions
    (told,) = (told.sentences for told in suggestion.explanation.factors if told.factor is Factor.INTERESTS)
    return told


async def attachment_band(matching: Matching, user_id: UserId) -> Band:
    (suggestion,) = (await matching.service.daily_matches(user_id)).suggestions
    (band,) = (told.band for told in suggestion.explanation.factors if told.factor is Factor.ATTACHMENT)
    return band


@pytest.mark.parametrize("mine", [True, False])
async def test_once_either_withdraws_it_nothing_is_told_of_distance(matching: Matching, mine: bool) -> None:
    me, other = await matching.members(2)
    await matching.runs.generate_matches()
    await matching.withdraw(me if mine else other, Purpose.LOCATION)
    (suggestion,) = (await matching.service.daily_matches(me)).suggestions
    assert suggestion.profile.distance is None


async def test_who_cannot_take_part_sees_what_is_missing_and_nobody(matching: Matching) -> None:
    me, _ = await matching.members(2)
    await matching.runs.generate_matches()
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
    await matching.runs.generate_matches()
    matching.clock.at(morning(TODAY + timedelta(days=1), "Europe/Paris") - timedelta(seconds=1))
    assert await matching.seen_by(one) == [other]
    matching.clock.advance(timedelta(seconds=1))
    view = await matching.service.daily_matches(one)
    assert (view.day, view.made_at, view.suggestions) == (TODAY + timedelta(days=1), None, ())


async def test_moving_east_brings_the_morning_sooner(matching: Matching) -> None:
    one, _ = await matching.members(2, zone="America/New_York")
    await matching.runs.generate_matches()
    matching.clock.at(utc("2026-06-11T03:00"))
    await matching.change_profile(one, time_zone="Asia/Tokyo")
    report = await matching.runs.generate_matches()
    assert (report.days, report.due) == ((date(2026, 6, 11),), 1)
    assert (await matching.service.daily_matches(one)).next_at == utc("2026-06-11T21:00")


async def test_moving_west_keeps_the_newest_people_until_the_new_home_catches_up(matching: Matching) -> None:
    one, other = await matching.members(2, zone="Asia/Tokyo")
    matching.clock.at(utc("2026-06-10T22:00"))
    await matching.runs.generate_matches()
    await matching.change_profile(one, time_zone="America/Los_Angeles")
    assert (await matching.runs.generate_matches()).due == 0
    view = await matching.service.daily_matches(one)
    assert (view.day, view.next_at) == (date(2026, 6, 11), utc("2026-06-12T13:00"))
    assert [suggestion.profile.user_id for suggestion in view.suggestions] == [other]
