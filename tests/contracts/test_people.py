"""What every read of the people who can take part promises."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from adapters.system.clock import ManualClock
from saltbitter_domain.assessments.model import AttachmentScores, QualityFlag
from saltbitter_domain.compatibility.model import PASS_RESTS_FOR, Attachment, Standing, Traits
from saltbitter_domain.compatibility.ports import Card, Known, People
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.consent.policies import last_of
from saltbitter_domain.kernel import MatchId, UserId
from saltbitter_domain.profiles.model import AgeRange, Gender, PhotoState, Preferences, Visibility
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.users.model import AccountStatus, User
from tests.contracts.stores import Store
from tests.doubles.builders import (
    MATCHED_BY,
    PARIS,
    a_consent,
    a_content,
    a_daily_set,
    a_full_profile,
    a_full_traits,
    a_like,
    a_pass,
    a_photo,
    a_profile,
    a_user,
    an_assessment,
    consents_to,
    new_id,
    unset_fields,
)

PORT = People
APPROVED = {"state": PhotoState.APPROVED}


async def join(
    store: Store,
    *,
    account: Mapping[str, Any] = {},
    profile: Mapping[str, Any] = {},
    photo: Mapping[str, Any] = APPROVED,
    agreed: bool = True,
) -> User:
    """A member who can take part, unless something is different about them."""
    user = a_user(**account)
    async with store.unit() as uow:
        await uow.users.add(user)
        await uow.profiles.add(a_profile(user, **profile))
        await uow.photos.add(a_photo(user, **photo))
        if agreed:
            await uow.consents.append(a_consent(user, purpose=Purpose.GENDERS_SOUGHT))
    return user


async def consent(store: Store, user: User, *decisions: tuple[Purpose, bool]) -> None:
    async with store.unit() as uow:
        last = last_of(await uow.consents.current(user.id))
        for purpose, granted in decisions:
            last = a_consent(user, last, purpose, granted)
            await uow.consents.append(last)


async def traits_of(store: Store, user: User) -> Traits:
    async with store.begin() as uow:
        (traits,) = await uow.people.traits([user.id])
    return traits


async def missing_for(store: Store, user_id: UserId) -> tuple[str, ...]:
    async with store.begin() as uow:
        return (await uow.people.member(user_id)).missing


async def test_whoever_has_all_that_is_needed_takes_part(store: Store) -> None:
    user = await join(store)

    assert await missing_for(store, user.id) == ()
    async with store.begin() as uow:
        assert await uow.people.zones() == ["Europe/Paris"]
        assert await uow.people.in_zone("Europe/Paris") == [user.id]
        assert [traits.user_id for traits in await uow.people.traits()] == [user.id]


@pytest.mark.parametrize(
    ("different", "missing"),
    [
        ({"account": {"email_verified_at": None}}, ["verify_email"]),
        ({"account": {"status": AccountStatus.SUSPENDED}}, ["account_suspended"]),
        ({"profile": {"content": a_content(name="")}}, ["complete_profile"]),
        ({"profile": {"content": a_content(genders=frozenset())}}, ["complete_profile"]),
        (
            {"profile": {"content": a_content(preferences=Preferences(frozenset(), a_content().preferences.ages))}},
            ["complete_profile"],
        ),
        ({"profile": {"date_of_birth": date(2008, 3, 3)}}, ["too_young"]),
        ({"profile": {"visibility": Visibility.PAUSED}}, ["paused"]),
        ({"photo": {"state": PhotoState.REFUSED}}, ["primary_photo"]),
        ({"photo": {"state": PhotoState.APPROVED, "position": 1}}, ["primary_photo"]),
        ({"photo": {"state": PhotoState.PROCESSING}}, ["photo_in_review"]),
        ({"photo": {"state": PhotoState.APPEALED}}, ["photo_in_review"]),
        (
            {"account": {"email_verified_at": None}, "profile": {"visibility": Visibility.PAUSED}},
            ["verify_email", "paused"],
        ),
    ],
)
async def test_whoever_lacks_something_is_told_what_and_takes_no_part(
    store: Store, different: Mapping[str, Any], missing: Sequence[str]
) -> None:
    user = await join(store, **different)

    assert await missing_for(store, user.id) == tuple(missing)
    async with store.begin() as uow:
        assert await uow.people.zones() == []
        assert await uow.people.in_zone(user.time_zone) == []
        assert await uow.people.traits() == await uow.people.traits([user.id]) == []


async def test_a_new_member_is_told_the_next_steps(store: Store) -> None:
    newcomer = await store.member(email_verified_at=None)
    with_profile = await store.member()
    async with store.unit() as uow:
        await uow.profiles.add(a_profile(with_profile))

    assert await missing_for(store, newcomer.id) == ("verify_email", "create_profile")
    assert await missing_for(store, with_profile.id) == ("agree_genders_sought", "primary_photo")
    assert await missing_for(store, UserId(new_id())) == ("verify_email", "create_profile")


async def test_incognito_members_take_part_and_are_marked(store: Store) -> None:
    user = await join(store, profile={"visibility": Visibility.INCOGNITO})

    assert (await traits_of(store, user)).visibility is Visibility.INCOGNITO


async def test_people_are_grouped_by_the_time_zone_of_their_profile(store: Store) -> None:
    zones = ("Europe/Paris", "Pacific/Auckland", "Europe/Paris")
    first, second, third = [await join(store, profile={"time_zone": zone}) for zone in zones]

    async with store.begin() as uow:
        assert sorted(await uow.people.zones()) == ["Europe/Paris", "Pacific/Auckland"]
        assert sorted(await uow.people.in_zone("Europe/Paris")) == [first.id, third.id]
        assert await uow.people.in_zone("Pacific/Auckland") == [second.id]
        assert await uow.people.in_zone("America/New_York") == []


async def test_traits_come_ordered_by_id_and_only_of_those_asked_for(store: Store) -> None:
    users = [await join(store) for _ in range(4)]
    everybody = sorted(user.id for user in users)

    async with store.begin() as uow:
        assert [traits.user_id for traits in await uow.people.traits()] == everybody
        some = await uow.people.traits([everybody[3], everybody[1], UserId(new_id())])
        assert [traits.user_id for traits in some] == [everybody[1], everybody[3]]
        assert await uow.people.traits([]) == []


async def test_traits_say_what_the_profile_says_and_what_was_consented_to(store: Store) -> None:
    user = a_user()
    async with store.unit() as uow:
        await uow.users.add(user)
        await uow.profiles.add(a_full_profile(user))
        await uow.photos.add(a_photo(user, **APPROVED))
        await uow.assessments.add(an_assessment(user, scores=AttachmentScores(2.5, 3.0)))
        await uow.consents.append(*consents_to(user, *MATCHED_BY))

    traits = await traits_of(store, user)

    assert traits == a_full_traits(user_id=user.id, visibility=Visibility.INCOGNITO)
    assert unset_fields(traits) == []


@pytest.mark.parametrize(
    ("decisions", "location_known", "attachment_known"),
    [
        ([], False, False),
        ([(Purpose.LOCATION, True)], True, False),
        ([(Purpose.PSYCHOLOGICAL_PROFILE, True)], False, True),
        ([(Purpose.LOCATION, True), (Purpose.LOCATION, False)], False, False),
        ([(Purpose.PSYCHOLOGICAL_PROFILE, True), (Purpose.PSYCHOLOGICAL_PROFILE, False)], False, False),
        ([(Purpose.LOCATION, True), (Purpose.LOCATION, False), (Purpose.LOCATION, True)], True, False),
    ],
)
async def test_without_consent_the_rest_is_unknown(
    store: Store, decisions: Sequence[tuple[Purpose, bool]], location_known: bool, attachment_known: bool
) -> None:
    user = await join(store, profile={"cell": PARIS})
    async with store.unit() as uow:
        await uow.assessments.add(an_assessment(user))

    await consent(store, user, *decisions)

    traits = await traits_of(store, user)
    assert (traits.cell is not None, traits.attachment is not None) == (location_known, attachment_known)
    async with store.begin() as uow:
        card = (await uow.people.member(user.id)).card
    assert card
    assert (card.profile.cell is not None) == location_known


async def test_the_latest_assessment_counts_and_a_careless_one_counts_less(store: Store) -> None:
    user = await join(store)
    await consent(store, user, (Purpose.PSYCHOLOGICAL_PROFILE, True))
    assert (await traits_of(store, user)).attachment is None
    first = an_assessment(user)
    second = an_assessment(
        user,
        taken_at=first.taken_at + timedelta(days=90),
        scores=AttachmentScores(3.0, 4.0),
        quality=frozenset({QualityFlag.HASTY}),
    )

    async with store.unit() as uow:
        await uow.assessments.add(first)
        await uow.assessments.add(second, after=first.taken_at)

    assert (await traits_of(store, user)).attachment == Attachment(3.0, 4.0, reliability=0.5)


@pytest.mark.parametrize(
    ("time_zone", "instant", "age"),
    [
        ("Europe/Paris", "2026-03-01T22:59:59+00:00", 34),
        ("Europe/Paris", "2026-03-01T23:00:00+00:00", 35),
        ("Pacific/Auckland", "2026-03-01T11:00:00+00:00", 35),
        ("America/Los_Angeles", "2026-03-02T07:59:59+00:00", 34),
    ],
)
async def test_age_is_counted_in_the_members_own_calendar(
    store: Store, clock: ManualClock, time_zone: str, instant: str, age: int
) -> None:
    user = await join(store, profile={"date_of_birth": date(1991, 3, 2), "time_zone": time_zone})

    clock.at(datetime.fromisoformat(instant))

    assert (await traits_of(store, user)).age == age


async def test_a_card_shows_the_profile_with_its_approved_photos_the_primary_first(store: Store) -> None:
    user = await join(store)
    extra = [
        a_photo(user, position=position, state=state)
        for position, state in ((2, PhotoState.APPROVED), (1, PhotoState.APPROVED), (3, PhotoState.REFUSED))
    ]
    async with store.unit() as uow:
        for photo in extra:
            await uow.photos.add(photo)

    async with store.begin() as uow:
        primary = (await uow.photos.of(user.id))[0]
        member = await uow.people.member(user.id)
    assert member.card == Card(a_profile(user), (primary, extra[1], extra[0]))


async def test_there_are_cards_of_the_paused_but_not_of_the_suspended_or_without_profile(store: Store) -> None:
    paused = await join(store, profile={"visibility": Visibility.PAUSED})
    suspended = await join(store, account={"status": AccountStatus.SUSPENDED})
    without_profile = await store.member()

    async with store.begin() as uow:
        _, known = await uow.people.known_to(paused.id, [paused.id, suspended.id, without_profile.id])
    assert [other for other, seen in known.items() if seen.member.card] == [paused.id]


async def test_a_member_is_in_the_zone_of_their_profile_or_of_their_account_and_in_the_tier_they_have(
    store: Store,
) -> None:
    moved = await join(store, account={"time_zone": "Asia/Tokyo"}, profile={"time_zone": "Europe/Rome"})
    newcomer, nobody = await store.member(time_zone="Asia/Tokyo"), UserId(new_id())
    async with store.unit() as uow:
        await uow.subscriptions.set_tier(moved.id, Tier.ELITE)

    async with store.begin() as uow:
        members = [await uow.people.member(user_id) for user_id in (moved.id, newcomer.id, nobody)]
    assert [(member.time_zone, member.tier) for member in members] == [
        ("Europe/Rome", Tier.ELITE),
        ("Asia/Tokyo", Tier.FREE),
        (None, Tier.FREE),
    ]
    assert members[2].missing == ("verify_email", "create_profile")


async def test_others_are_known_with_what_a_single_look_at_them_tells(store: Store) -> None:
    viewer, other = await join(store), await join(store, profile={"visibility": Visibility.PAUSED})
    nobody = UserId(new_id())

    async with store.begin() as uow:
        member, known = await uow.people.known_to(viewer.id, [other.id, nobody])
        assert member == await uow.people.member(viewer.id)
        assert known == {user_id: Known(await uow.people.member(user_id), Standing()) for user_id in (other.id, nobody)}


async def test_what_stands_between_a_member_and_others_is_told_of_each(store: Store) -> None:
    ada, bob, cleo, dora = await store.members(4)
    mine, theirs, passed = a_like(ada, bob), a_like(bob, ada), a_pass(cleo, ada)
    async with store.unit() as uow:
        await uow.decisions.add(mine, MatchId(new_id()))
        match = await uow.decisions.add(theirs, MatchId(new_id()))
        await uow.decisions.add(passed, MatchId(new_id()))

    async with store.begin() as uow:
        _, known = await uow.people.known_to(ada.id, [bob.id, cleo.id, dora.id])
    assert {other: seen.standing for other, seen in known.items()} == {
        bob.id: Standing(mine=mine, theirs=theirs, match=match),
        cleo.id: Standing(theirs=passed),
        dora.id: Standing(),
    }


@pytest.mark.parametrize("mine", [True, False])
async def test_a_pass_stands_between_two_for_ninety_days(store: Store, clock: ManualClock, mine: bool) -> None:
    ada, bob = await store.members(2)
    passed = a_pass(ada, bob) if mine else a_pass(bob, ada)
    async with store.unit() as uow:
        await uow.decisions.add(passed, MatchId(new_id()))

    async def standing() -> Standing:
        async with store.begin() as uow:
            return (await uow.people.known_to(ada.id, [bob.id]))[1][bob.id].standing

    clock.at(passed.at + PASS_RESTS_FOR - timedelta(microseconds=1))
    assert await standing() == (Standing(mine=passed) if mine else Standing(theirs=passed))
    clock.at(passed.at + PASS_RESTS_FOR)
    assert await standing() == Standing()


async def test_the_newest_suggestion_of_somebody_and_the_first_are_found_back_to_a_day(store: Store) -> None:
    user, candidate, other = await store.members(3)
    first, later = date(2026, 3, 2), date(2026, 3, 3)
    made = {day: datetime(day.year, day.month, day.day, 6, tzinfo=UTC) for day in (first, later)}
    async with store.unit() as uow:
        await uow.daily_matches.add(a_daily_set(user, candidate, other, day=later, made_at=made[later]))
        await uow.daily_matches.add(a_daily_set(user, other, candidate, day=first, made_at=made[first]))
        await uow.daily_matches.add(a_daily_set(candidate, other, day=first))

    async def suggested(viewer: User, since: date | None) -> tuple[date | None, datetime | None]:
        async with store.begin() as uow:
            known = (await uow.people.known_to(viewer.id, [candidate.id], since))[1][candidate.id]
        return known.suggested_on, known.introduced_at

    assert await suggested(user, first) == (later, made[first])
    assert await suggested(user, later) == (later, made[later])
    assert await suggested(user, later + timedelta(days=1)) == (None, None)
    assert await suggested(user, None) == (None, None)
    assert await suggested(other, first) == (None, None)


async def test_a_unit_of_work_sees_its_own_changes_in_people(store: Store) -> None:
    user = await join(store)

    async with store.begin() as uow:
        await uow.profiles.save(a_profile(user, visibility=Visibility.PAUSED))
        assert (await uow.people.member(user.id)).missing == ("paused",)
        assert await uow.people.traits() == []

    assert await missing_for(store, user.id) == ()


async def test_within_reach_are_the_newest_of_the_genders_sought_who_seek_mine(store: Store) -> None:
    women = [await join(store, profile=seeking("woman", "man")) for _ in range(3)]
    await join(store, profile=seeking("woman", "woman"))
    await join(store, profile=seeking("man", "man"))
    await join(store, profile=seeking("woman", "man"), photo={"state": PhotoState.REFUSED})

    async with store.begin() as uow:
        found = await uow.people.within_reach({Gender.MAN}, {Gender.WOMAN, Gender.NON_BINARY}, 2)
        everybody = await uow.people.within_reach({Gender.MAN}, {Gender.WOMAN}, 100)

    newest = sorted((user.id for user in women), reverse=True)
    assert [traits.user_id for traits in everybody] == newest
    assert [traits.user_id for traits in found] == newest[:2]


def seeking(gender: str, seeks: str) -> Mapping[str, Any]:
    ages = AgeRange(18, 99)
    content = a_content(
        genders=frozenset({Gender(gender)}), preferences=Preferences(genders=frozenset({Gender(seeks)}), ages=ages)
    )
    return {"content": content}
