"""Whom a member may look up, their matches and likes, and the quiet notices."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from uuid import UUID

import pytest

from saltbitter_domain.compatibility.model import (
    DailyMatchesMade,
    DecisionKind,
    Match,
    Matched,
    NoticeKind,
    PersonMissing,
)
from saltbitter_domain.compatibility.service import MatchView
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import EventId, MatchId, UserId
from saltbitter_domain.profiles.model import DistanceBand, PhotoState, Visibility
from saltbitter_domain.subscriptions.model import NotEntitled, Tier
from saltbitter_domain.users.model import AccountStatus
from tests.doubles.builders import a_photo
from tests.doubles.matching import NOON, TODAY, Matching

NOBODY = UserId(UUID(int=0xDEAD))


@pytest.fixture
def matching() -> Matching:
    return Matching.at(NOON)


async def unknown(matching: Matching, viewer: UserId, *others: UserId) -> None:
    """To the viewer, each of these is as if there were no such person."""
    details = set()
    for other in (*others, NOBODY):
        with pytest.raises(PersonMissing) as refusal:
            await matching.service.person(viewer, other)
        details.add((refusal.value.detail, refusal.value.fields))
    assert len(details) == 1


def place(view: MatchView) -> tuple[datetime, MatchId]:
    """Where the match stands in its list."""
    return view.match.at, view.match.id


async def match_of(
    matching: Matching, one: UserId, other: UserId, note: str | None = None, day: date = TODAY - timedelta(days=1)
) -> Match:
    """Let the two, who met that day, like each other; ``note`` goes with the other's like."""
    await matching.introduce(one, other, day=day)
    await matching.introduce(other, one, day=day)
    await matching.like(one, other)
    match = (await matching.like(other, one, note)).match
    assert match
    return match


# A person


async def test_who_was_suggested_can_be_looked_up(matching: Matching) -> None:
    me, other = await matching.pair()
    person = await matching.service.person(me, other)
    assert (person.profile.user_id, person.profile.distance) == (other, DistanceBand.UNDER_5)
    assert person.explanation
    assert (person.explanation.policy, person.explanation.total % 5) == ("weighted-v1", 0)
    assert (person.decision, person.match, person.note) == (None, None, None)
    await matching.like(me, other)
    assert (await matching.service.person(me, other)).decision is DecisionKind.LIKE


async def test_a_suggestion_is_remembered_for_30_days(matching: Matching) -> None:
    me, other = await matching.members(2)
    await matching.introduce(me, other)
    matching.clock.advance(timedelta(days=30))
    assert (await matching.service.person(me, other)).profile.user_id == other
    matching.clock.advance(timedelta(days=1))
    await unknown(matching, me, other)


async def test_strangers_oneself_and_whoever_left_are_unknown(matching: Matching) -> None:
    me = await matching.member()
    stranger, paused, suspended, shy = await matching.members(4)
    await matching.introduce(me, paused, suspended, shy)
    await matching.introduce(stranger, me)
    await matching.become(paused, Visibility.PAUSED)
    await matching.become(shy, Visibility.INCOGNITO)
    await matching.suspend(suspended)
    await unknown(matching, me, stranger, paused, suspended, shy, me)


async def test_a_match_is_known_for_good_even_while_paused_or_incognito(matching: Matching) -> None:
    me, other = await matching.members(2)
    match = await match_of(matching, me, other, "Hello!")
    matching.clock.advance(timedelta(days=400))
    for visibility in Visibility:
        await matching.become(other, visibility)
        person = await matching.service.person(me, other)
        assert (person.match, person.note, person.explanation) == (match, "Hello!", None)


async def test_a_match_whose_account_is_not_active_is_unknown(matching: Matching) -> None:
    me, other = await matching.members(2)
    await match_of(matching, me, other)
    await matching.suspend(other)
    await unknown(matching, me, other)


async def test_a_note_is_read_by_matches_and_by_those_who_see_their_likes(matching: Matching) -> None:
    me, other = await matching.pair()
    await matching.like(other, me, "Chess on Sunday?")
    assert (await matching.service.person(me, other)).note is None
    await matching.set_tier(me, Tier.ELITE)
    assert (await matching.service.person(me, other)).note == "Chess on Sunday?"
    await matching.set_tier(me, Tier.FREE)
    await matching.like(me, other)
    assert (await matching.service.person(me, other)).note == "Chess on Sunday?"


async def test_whoever_sees_their_likes_may_look_them_up(matching: Matching) -> None:
    me, admirer = await matching.members(2)
    await matching.introduce(admirer, me)
    await matching.like(admirer, me)
    await unknown(matching, me, admirer)
    await matching.set_tier(me, Tier.PREMIUM)
    person = await matching.service.person(me, admirer)
    assert (person.profile.user_id, person.explanation) == (admirer, None)


async def test_a_pass_is_never_told(matching: Matching) -> None:
    me, other = await matching.pair(tier=Tier.ELITE)
    before = await matching.service.person(me, other)
    await matching.reject(other, me)
    assert await matching.service.person(me, other) == before
    stranger = await matching.member()
    await matching.introduce(stranger, me)
    await matching.reject(stranger, me)
    await unknown(matching, me, stranger)


async def test_only_approved_photos_are_shown_the_primary_first(matching: Matching) -> None:
    me, other = await matching.pair()
    async with matching.unit() as uow:
        user = await uow.users.get(other)
        (primary,) = await uow.photos.of(other)
        assert user
        for position, state in enumerate(PhotoState, start=1):
            await uow.photos.add(
                a_photo(user, position=position, state=state, blurhash="L", perceptual_hash="1", width=3, height=4)
            )
        approved = [photo.id for photo in await uow.photos.of(other) if photo.state is PhotoState.APPROVED]
    photos = (await matching.service.person(me, other)).profile.photos
    assert [photo.id for photo in photos] == approved
    assert photos[0].id == primary.id
    assert all(address.url for photo in photos for address in photo.addresses)


async def test_a_match_who_withdrew_their_location_is_nowhere(matching: Matching) -> None:
    me, other = await matching.members(2)
    await match_of(matching, me, other)
    await matching.withdraw(other, Purpose.LOCATION)
    assert (await matching.service.person(me, other)).profile.distance is None


async def test_an_age_turns_on_the_birthday_where_the_person_lives() -> None:
    matching = Matching.at(NOON)
    me, other = await matching.pair()
    await matching.change_profile(other, time_zone="Pacific/Kiritimati", date_of_birth=date(1990, 6, 11))
    assert (await matching.service.person(me, other)).profile.age == 36


# Matches


async def test_matches_come_newest_first_and_by_pages(matching: Matching) -> None:
    me = await matching.member()
    others = await matching.members(5)
    await matching.introduce(me, *others)
    for other in others:
        await matching.introduce(other, me)
        await matching.like(me, other)
        matching.clock.advance(timedelta(minutes=1))
        await matching.like(other, me)
    first = await matching.service.matches(me, limit=3)
    rest = await matching.service.matches(me, before=place(first[-1]), limit=3)
    assert [view.profile.user_id for view in (*first, *rest)] == others[::-1]
    assert all(me in (view.match.low, view.match.high) for view in (*first, *rest))
    assert await matching.service.matches(me, before=place(rest[-1])) == []
    assert [view.profile.user_id for view in await matching.service.matches(others[0])] == [me]


async def test_a_page_of_matches_is_full_whoever_is_not_shown(matching: Matching) -> None:
    me = await matching.member()
    others = await matching.members(6)
    await matching.introduce(me, *others)
    for other in others:
        await matching.introduce(other, me)
        await matching.like(me, other)
        matching.clock.advance(timedelta(minutes=1))
        await matching.like(other, me)
    paused, *_ = others
    await matching.become(paused, Visibility.PAUSED)
    for suspended in others[2:5]:
        await matching.suspend(suspended)
    for limit in (1, 2, 3, 4):
        views = await matching.service.matches(me, limit=limit)
        assert [view.profile.user_id for view in views] == [others[5], others[1], paused][:limit]


# Likes received


async def test_in_the_free_tier_likes_stay_unseen(matching: Matching) -> None:
    me, admirer = await matching.pair()
    await matching.like(admirer, me)
    with pytest.raises(NotEntitled):
        await matching.service.likes_received(me)


@pytest.mark.parametrize("tier", [Tier.PREMIUM, Tier.ELITE])
async def test_waiting_likes_come_newest_first_with_their_notes_and_by_pages(matching: Matching, tier: Tier) -> None:
    me = await matching.member(tier=tier)
    admirers = await matching.members(4)
    for admirer in admirers:
        await matching.introduce(admirer, me)
        matching.clock.advance(timedelta(minutes=1))
        await matching.like(admirer, me, "Hello")
    first = await matching.service.likes_received(me, limit=3)
    rest = await matching.service.likes_received(me, before=(first[-1].at, first[-1].profile.user_id), limit=3)
    assert [view.profile.user_id for view in (*first, *rest)] == admirers[::-1]
    assert first[0].at == matching.clock.now()
    assert {view.note for view in first} == {"Hello"}


async def test_answered_likes_and_those_of_whoever_left_are_not_waiting(matching: Matching) -> None:
    me = await matching.member(tier=Tier.PREMIUM)
    answered, declined, paused, suspended, shy, waiting = admirers = await matching.members(6)
    for admirer in admirers:
        await matching.introduce(admirer, me)
        await matching.like(admirer, me)
    await matching.like(me, answered)
    await matching.reject(me, declined)
    await matching.become(paused, Visibility.PAUSED)
    await matching.suspend(suspended)
    await matching.become(shy, Visibility.INCOGNITO)
    shown = {view.profile.user_id for view in await matching.service.likes_received(me)}
    assert shown == {shy, waiting}


# Notices


async def test_new_matches_and_mutual_likes_are_told_quietly_and_once(matching: Matching) -> None:
    me, other = await matching.members(2)
    match = await match_of(matching, me, other)
    daily = DailyMatchesMade(TODAY, (me,))
    matched = Matched(match.id, match.low, match.high)
    for _ in range(3):
        await matching.service.notify_daily(EventId(UUID(int=1)), daily)
        await matching.service.notify_match(EventId(UUID(int=2)), matched)
    assert [(n.kind, n.subject, n.at, n.seen_at) for n in await matching.service.notices(me)] == [
        (NoticeKind.MUTUAL_MATCH, str(other), NOON, None),
        (NoticeKind.DAILY_MATCHES, "2026-06-10", NOON, None),
    ]
    assert [n.subject for n in await matching.service.notices(other)] == [str(me)]


async def test_all_whose_day_was_made_are_told_once(matching: Matching) -> None:
    members = await matching.members(3)
    for _ in range(2):
        await matching.service.notify_daily(EventId(UUID(int=1)), DailyMatchesMade(TODAY, tuple(members[:2])))
    assert [len(await matching.service.notices(user_id)) for user_id in members] == [1, 1, 0]


async def test_a_match_that_ended_meanwhile_is_not_announced(matching: Matching) -> None:
    me, other = await matching.pair()
    await matching.like(me, other)
    match = (await matching.like(other, me)).match
    assert match
    await matching.decisions.undo(other, me)
    await matching.service.notify_match(EventId(UUID(int=1)), Matched(match.id, match.low, match.high))
    await matching.like(other, me)
    await matching.service.notify_match(EventId(UUID(int=1)), Matched(match.id, match.low, match.high))
    assert await matching.service.notices(me) == []


async def test_notices_come_by_pages_and_are_marked_as_seen(matching: Matching) -> None:
    me, other = await matching.members(2)
    for n in range(3):
        matching.clock.advance(timedelta(minutes=1))
        await matching.service.notify_daily(EventId(UUID(int=n + 1)), DailyMatchesMade(TODAY + timedelta(n), (me,)))
    await matching.service.notify_daily(EventId(UUID(int=9)), DailyMatchesMade(TODAY, (other,)))
    first = await matching.service.notices(me, limit=2)
    rest = await matching.service.notices(me, before=first[-1].id, limit=2)
    assert [notice.subject for notice in (*first, *rest)] == ["2026-06-12", "2026-06-11", "2026-06-10"]
    await matching.service.mark_notices_seen(me)
    assert {notice.seen_at for notice in await matching.service.notices(me)} == {matching.clock.now()}
    assert [notice.seen_at for notice in await matching.service.notices(other)] == [None]


async def blocks(matching: Matching, who: UserId, other: UserId) -> None:
    await matching.decisions.block(who, other)


async def takes_back(matching: Matching, who: UserId, other: UserId) -> None:
    await matching.decisions.undo(who, other)


async def is_suspended(matching: Matching, who: UserId, _: UserId) -> None:
    await matching.suspend(who)


async def leaves(matching: Matching, who: UserId, _: UserId) -> None:
    await matching.change_account(who, status=AccountStatus.LEAVING)


async def is_erased(matching: Matching, who: UserId, _: UserId) -> None:
    async with matching.unit() as uow:
        user = await uow.users.get(who)
        assert user
        await uow.users.erase(user)


@pytest.mark.parametrize("goes", [blocks, takes_back, is_suspended, leaves, is_erased])
async def test_whoever_is_a_match_no_more_is_gone_alike_however_that_came_about(
    matching: Matching, goes: Callable[[Matching, UserId, UserId], Awaitable[None]]
) -> None:
    me, other, older = await matching.members(3)
    for met in (older, other):
        match = await match_of(matching, met, me, day=TODAY - timedelta(days=1 if met == other else 2))
        await matching.service.notify_match(EventId(match.id), Matched(match.id, match.low, match.high))
        matching.clock.advance(timedelta(minutes=1))
    (newest, _) = await matching.service.matches(me)

    await goes(matching, other, me)

    assert [notice.subject for notice in await matching.service.notices(me)] == [str(older)]
    page = await matching.service.matches(me, before=place(newest), limit=1)
    assert [view.profile.user_id for view in page] == [older]
    if goes is not takes_back:  # Whoever did that is still there to meet.
        await unknown(matching, me, other)
        with pytest.raises(PersonMissing):
            await matching.like(me, other)
        with pytest.raises(PersonMissing):
            await matching.decisions.block(me, other)
