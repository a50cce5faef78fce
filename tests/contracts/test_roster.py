"""What every roster promises: everybody's records, as fresh as the last refresh, and the sets of a run kept at once."""

import asyncio
import struct
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import attrs
import pytest

from saltbitter_domain.assessments.model import AttachmentScores
from saltbitter_domain.compatibility.model import DailyMatches, Decision, Exposure, Population, Suggestion
from saltbitter_domain.compatibility.policies import population_of
from saltbitter_domain.compatibility.ports import Roster, RunResult
from saltbitter_domain.compatibility.records import (
    WHY_SHORT,
    decisions_of,
    exposure_record,
    exposures_of,
    ids_of,
    people_of,
)
from saltbitter_domain.consent.model import Purpose
from saltbitter_domain.kernel import MatchId, UserId
from saltbitter_domain.profiles.model import PhotoState, Visibility
from saltbitter_domain.users.model import AccountStatus, User
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import (
    MATCHED_BY,
    NOW,
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
)

PORT = Roster
DAY = date(2026, 3, 2)
AT = datetime(2026, 3, 2, 6, tzinfo=UTC)
FIGURES: Population = population_of((), "2026-03-02")


async def join(store: Store, **profile: Any) -> User:
    user = a_user()
    async with store.unit() as uow:
        await uow.users.add(user)
        await uow.profiles.add(a_profile(user, **profile))
        await uow.photos.add(a_photo(user, state=PhotoState.APPROVED))
        await uow.consents.append(*consents_to(user, Purpose.GENDERS_SOUGHT))
    return user


async def refresh(store: Store) -> None:
    refreshed = 2
    while refreshed == 2:
        async with store.unit() as uow:
            refreshed = await uow.roster.refresh(2)


async def taking_part(store: Store) -> Sequence[UserId]:
    await refresh(store)
    async with store.begin() as uow:
        return sorted(person.user_id for person in people_of(await uow.roster.people(), NOW))


async def test_a_record_says_all_that_a_policy_may_know(store: Store) -> None:
    user = a_user()
    async with store.unit() as uow:
        await uow.users.add(user)
        await uow.profiles.add(a_full_profile(user))
        await uow.photos.add(a_photo(user, state=PhotoState.APPROVED))
        await uow.assessments.add(an_assessment(user, scores=AttachmentScores(2.5, 3.0)))
        await uow.consents.append(*consents_to(user, *MATCHED_BY))

    await refresh(store)

    async with store.begin() as uow:
        (person,) = people_of(await uow.roster.people(), NOW)
        assert [person] == [attrs.evolve(traits, education=None) for traits in await uow.people.traits()]
    assert person == a_full_traits(user_id=user.id, visibility=Visibility.INCOGNITO, education=None)


async def test_whoever_can_take_part_has_a_record_and_nobody_else(store: Store) -> None:
    members = sorted([await join(store) for _ in range(5)], key=lambda user: user.id)
    await join(store, visibility=Visibility.PAUSED)
    await store.member()

    assert await taking_part(store) == [user.id for user in members]
    async with store.begin() as uow:
        assert await uow.roster.zones() == ["Europe/Paris"]


@pytest.mark.parametrize("change", ["paused", "suspended", "unverified", "photo refused", "photo removed"])
async def test_whoever_cannot_take_part_any_more_has_none_after_the_next_refresh(store: Store, change: str) -> None:
    user, other = await join(store), await join(store)
    await refresh(store)

    async with store.unit() as uow:
        (photo,) = await uow.photos.of(user.id)
        match change:
            case "paused":
                await uow.profiles.save(a_profile(user, visibility=Visibility.PAUSED))
            case "suspended":
                await uow.users.save(attrs.evolve(user, status=AccountStatus.SUSPENDED))
            case "unverified":
                await uow.users.save(attrs.evolve(user, email_verified_at=None))
            case "photo refused":
                await uow.photos.save(attrs.evolve(photo, state=PhotoState.REFUSED))
            case _:
                await uow.photos.remove(photo.id)

    assert await taking_part(store) == [other.id]


async def test_a_change_that_commits_after_a_refresh_is_seen_by_the_next(store: Store) -> None:
    user = await join(store)
    await refresh(store)

    async with store.begin() as uow:
        await uow.profiles.save(a_profile(user, time_zone="Asia/Tokyo"))
        assert (await uow.profiles.get(user.id)) is not None
        await refresh(store)
        await uow.commit()
    await refresh(store)

    async with store.begin() as uow:
        assert await uow.roster.zones() == ["Asia/Tokyo"]


async def test_refreshes_at_the_same_time_get_in_nobodys_way(store: Store) -> None:
    members = sorted([await join(store) for _ in range(6)], key=lambda user: user.id)

    assert await outcomes(*(refresh(store) for _ in range(4))) == [None] * 4

    assert await taking_part(store) == [user.id for user in members]


async def test_due_is_whoever_lives_there_and_has_nobody_for_the_day_yet(store: Store) -> None:
    served, ahead, with_nobody, without = [await join(store) for _ in range(4)]
    await join(store, time_zone="Asia/Tokyo")
    await refresh(store)
    async with store.unit() as uow:
        await uow.daily_matches.add(a_daily_set(served, without))
        await uow.daily_matches.add(a_daily_set(ahead, day=DAY + timedelta(days=1)))
        await uow.daily_matches.add(a_daily_set(with_nobody))
        await uow.daily_matches.add(a_daily_set(without, served, day=DAY - timedelta(days=1)))

    async with store.begin() as uow:
        due = set(ids_of(await uow.roster.due(["Europe/Paris", "Europe/Rome"], DAY)))
        assert due == {with_nobody.id, without.id}
        assert await uow.roster.due([], DAY) == b""


async def test_what_people_decided_about_each_other_is_told_to_the_microsecond(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    at = NOW + timedelta(microseconds=1)
    decisions: list[Decision] = [a_like(ada, bob), a_pass(bob, ada, at=at), a_pass(cleo, bob)]
    async with store.unit() as uow:
        for decision in decisions:
            await uow.decisions.add(decision, MatchId(new_id()))

    async with store.begin() as uow:
        told = list(decisions_of(await uow.roster.pairs()))
        of_ada, of_cleo = [list(decisions_of(await uow.roster.pairs(user.id))) for user in (ada, cleo)]
        assert await uow.roster.pairs(UserId(new_id())) == b""
    assert sorted(told, key=lambda decision: decision.by) == sorted(decisions, key=lambda decision: decision.by)
    assert sorted(of_ada, key=lambda decision: decision.by) == sorted(decisions[:2], key=lambda decision: decision.by)
    assert of_cleo == decisions[2:]


async def test_exposures_are_told_from_a_day_on(store: Store) -> None:
    (ada,) = await store.members(1)
    days = [Exposure(ada.id, DAY + timedelta(days=n), n, n / 3) for n in range(3)]
    async with store.unit() as uow:
        await uow.exposures.add(days)

    async with store.begin() as uow:
        assert exposures_of(await uow.roster.exposures(DAY + timedelta(days=1))) == {ada.id: days[1:]}


def made(lists: Mapping[User, Sequence[User]], fair: Mapping[User, float] | None = None) -> RunResult:
    """The result of a run with these lists, every candidate scored 75 less a sixteenth for each rank."""
    shown = [candidate for listed in lists.values() for candidate in listed]
    scores = [75.0 - rank / 16 for listed in lists.values() for rank, _ in enumerate(listed)]
    return RunResult(
        viewers=b"".join(viewer.id.bytes for viewer in lists),
        counts=bytes(len(listed) for listed in lists.values()),
        candidates=b"".join(candidate.id.bytes for candidate in shown),
        scores=struct.pack(f"<{len(scores)}d", *scores),
        short=bytes(2 if listed else 1 for listed in lists.values()),
        exposures=b"".join(
            exposure_record(Exposure(user.id, DAY, shown.count(user), (fair or {}).get(user, 0.5)))
            for user in dict.fromkeys([*shown, *(fair or {})])
        ),
        population=FIGURES,
        figures=None,
        stages={},
    )


def kept_set(user: User, *candidates: User) -> DailyMatches:
    suggestions = [Suggestion(other.id, rank + 1, 75.0 - rank / 16) for rank, other in enumerate(candidates)]
    return DailyMatches(user.id, DAY, AT, tuple(suggestions), WHY_SHORT[2 if candidates else 1])


async def keep(store: Store, result: RunResult) -> set[UserId]:
    async with store.unit() as uow:
        return set(ids_of(await uow.roster.keep(result, DAY, AT)))


async def test_the_sets_and_exposures_of_a_run_are_stored_at_once(store: Store) -> None:
    ada, bob, cleo, dora = await store.members(4)
    result = made({ada: [bob, cleo], bob: [ada], cleo: [], dora: [ada, bob, cleo]}, {dora: 0.25})

    assert await keep(store, result) == {ada.id, bob.id, cleo.id, dora.id}

    async with store.begin() as uow:
        assert await uow.daily_matches.get(ada.id, DAY) == kept_set(ada, bob, cleo)
        assert await uow.daily_matches.get(bob.id, DAY) == kept_set(bob, ada)
        assert await uow.daily_matches.get(cleo.id, DAY) == kept_set(cleo)
        assert await uow.daily_matches.get(dora.id, DAY) == kept_set(dora, ada, bob, cleo)
        exposures = {user_id: exposure for user_id, (exposure,) in (await uow.exposures.since(DAY)).items()}
    assert exposures == {
        ada.id: Exposure(ada.id, DAY, 2, 0.5),
        bob.id: Exposure(bob.id, DAY, 2, 0.5),
        cleo.id: Exposure(cleo.id, DAY, 2, 0.5),
        dora.id: Exposure(dora.id, DAY, 0, 0.25),
    }


async def test_whoever_has_a_set_keeps_it_and_its_part_of_the_run_is_not_counted(store: Store) -> None:
    ada, bob, cleo = await store.members(3)
    async with store.unit() as uow:
        await uow.daily_matches.add(a_daily_set(ada, bob))
        await uow.daily_matches.add(a_daily_set(bob))

    assert await keep(store, made({ada: [cleo], bob: [cleo, ada], cleo: [bob]})) == {bob.id, cleo.id}

    async with store.begin() as uow:
        assert await uow.daily_matches.get(ada.id, DAY) == a_daily_set(ada, bob)
        assert await uow.daily_matches.get(bob.id, DAY) == attrs.evolve(kept_set(bob, cleo, ada), version=2)
        exposures = {user_id: exposure for user_id, (exposure,) in (await uow.exposures.since(DAY)).items()}
    assert {user_id: exposure.shown for user_id, exposure in exposures.items()} == {ada.id: 1, bob.id: 1, cleo.id: 1}
    assert [exposure.fair for exposure in exposures.values()] == pytest.approx([0.5 * 3 / 4] * 3)


async def test_whoever_left_during_a_run_gets_no_set(store: Store) -> None:
    ada, bob = await store.members(2)

    assert await keep(store, made({ada: [bob], a_user(): [ada]})) == {ada.id}


async def test_no_set_is_stored_of_or_with_whoever_is_left_out(store: Store) -> None:
    ada, bob, cleo, dora = await store.members(4)
    result = made({ada: [bob, cleo], bob: [cleo], cleo: [bob, ada], dora: [cleo, ada], a_user(): []})

    async with store.unit() as uow:
        stored = await uow.roster.keep(result, DAY, AT, without={ada.id})

    assert set(ids_of(stored)) == {bob.id}
    async with store.begin() as uow:
        assert await uow.daily_matches.get(bob.id, DAY) == kept_set(bob, cleo)
        assert [await uow.daily_matches.get(user.id, DAY) for user in (ada, cleo, dora)] == [None] * 3
        exposures = {user_id: exposure for user_id, (exposure,) in (await uow.exposures.since(DAY)).items()}
    assert {user_id: exposure.shown for user_id, exposure in exposures.items() if exposure.shown} == {cleo.id: 1}
    assert [exposure.fair for exposure in exposures.values()] == pytest.approx([0.5 / 7] * 3)


async def test_of_two_runs_at_once_each_set_is_stored_by_one(store: Store) -> None:
    members = await store.members(6)
    result = made({user: [other for other in members if other != user] for user in members})

    async def run() -> set[UserId]:
        stored = await keep(store, result)
        await asyncio.sleep(0)
        return stored

    stored = [found for found in await outcomes(run(), run(), run()) if isinstance(found, set)]

    assert sorted(user_id for found in stored for user_id in found) == sorted(user.id for user in members)
    async with store.begin() as uow:
        exposures = await uow.exposures.since(DAY)
    assert {user_id: exposure.shown for user_id, (exposure,) in exposures.items()} == {user.id: 5 for user in members}


async def test_nothing_of_a_run_is_kept_without_commit(store: Store) -> None:
    ada, bob = await store.members(2)

    async with store.begin() as uow:
        await uow.roster.keep(made({ada: [bob]}), DAY, AT)

    async with store.begin() as uow:
        assert await uow.daily_matches.latest(ada.id) is None
        assert await uow.exposures.since(DAY) == {}


async def test_records_of_another_layout_are_made_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    user = await join(store)
    await refresh(store)
    if store.begin.__module__.startswith("adapters.postgres"):
        monkeypatch.setattr("adapters.postgres.roster.LAYOUT", 1)

    assert await taking_part(store) == [user.id]


async def test_a_shard_is_taken_on_once_until_its_time_is_over_or_it_is_let_go(store: Store) -> None:
    later = AT + timedelta(minutes=15)

    async def claim(now: datetime, shard: int = 0) -> bool:
        async with store.unit() as uow:
            return await uow.roster.claim(DAY, shard, 2, now, now + timedelta(minutes=15))

    assert sorted(await outcomes(*(claim(AT) for _ in range(3)))) == [False, False, True]
    assert await claim(AT, shard=1)
    assert [await claim(later - timedelta(microseconds=1)), await claim(later)] == [False, True]

    async with store.unit() as uow:
        await uow.roster.release(DAY, 0, 2)
    assert [await claim(later), await claim(later, shard=1)] == [True, True]
