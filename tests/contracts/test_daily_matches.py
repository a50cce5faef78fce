"""What every store of daily matches promises."""

import asyncio
from datetime import date, timedelta

import attrs
import pytest

from saltbitter_domain.compatibility.model import DailyMatches
from saltbitter_domain.compatibility.ports import DailyMatchesStore
from saltbitter_domain.kernel import StaleWrite
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import a_daily_set, unset_fields

PORT = DailyMatchesStore
DAY = date(2026, 3, 2)
NEXT_DAY = DAY + timedelta(days=1)


async def keep(store: Store, *sets: DailyMatches) -> None:
    async with store.unit() as uow:
        for matches in sets:
            assert await uow.daily_matches.add(matches)


async def test_a_set_comes_back_as_it_was_made_in_its_order(store: Store) -> None:
    user, *candidates = await store.members(4)
    matches = a_daily_set(user, *reversed(candidates), short_because="few_people_fit")
    assert unset_fields(matches) == []

    await keep(store, matches)

    async with store.begin() as uow:
        assert await uow.daily_matches.get(user.id, DAY) == matches
        assert await uow.daily_matches.get(user.id, NEXT_DAY) is None
        assert await uow.daily_matches.get(candidates[0].id, DAY) is None


async def test_the_latest_set_is_that_of_the_last_day(store: Store) -> None:
    user, candidate = await store.members(2)
    today, tomorrow = a_daily_set(user, candidate), a_daily_set(user, candidate, day=NEXT_DAY)
    await keep(store, tomorrow, today)

    async with store.begin() as uow:
        assert await uow.daily_matches.latest(user.id) == tomorrow
        assert await uow.daily_matches.latest(candidate.id) is None


async def test_whoever_has_a_set_for_the_day_or_a_later_one_needs_none(store: Store) -> None:
    with_today, with_tomorrow, with_yesterday, with_nobody, without = await store.members(5)
    await keep(
        store,
        a_daily_set(with_today, without),
        a_daily_set(with_tomorrow, day=NEXT_DAY),
        a_daily_set(with_yesterday, without, day=DAY - timedelta(days=1)),
        a_daily_set(with_nobody),
    )

    everybody = [user.id for user in (with_today, with_tomorrow, with_yesterday, with_nobody, without)]
    async with store.begin() as uow:
        assert await uow.daily_matches.have(everybody, DAY) == {with_today.id, with_tomorrow.id}
        assert await uow.daily_matches.have([without.id], DAY) == frozenset()
        assert await uow.daily_matches.have([], DAY) == frozenset()


async def test_a_second_set_for_the_day_is_not_stored(store: Store) -> None:
    user, candidate, other = await store.members(3)
    first = a_daily_set(user, candidate)
    await keep(store, first)

    async with store.unit() as uow:
        assert not await uow.daily_matches.add(a_daily_set(user, other))
        assert not await uow.daily_matches.add(a_daily_set(user))

    async with store.begin() as uow:
        assert await uow.daily_matches.get(user.id, DAY) == first


async def test_a_set_without_anybody_gives_way_to_one_with_somebody(store: Store) -> None:
    user, candidate = await store.members(2)
    await keep(store, a_daily_set(user))
    with_somebody = a_daily_set(user, candidate)

    async with store.unit() as uow:
        assert not await uow.daily_matches.add(a_daily_set(user))
        assert await uow.daily_matches.add(with_somebody)

    async with store.begin() as uow:
        assert await uow.daily_matches.get(user.id, DAY) == attrs.evolve(with_somebody, version=2)


@pytest.mark.parametrize("had_nobody", [True, False])
async def test_of_two_runs_at_once_one_makes_the_set(store: Store, had_nobody: bool) -> None:
    user, candidate = await store.members(2)
    if had_nobody:
        await keep(store, a_daily_set(user))

    async def run() -> bool:
        async with store.unit() as uow:
            stored = await uow.daily_matches.add(a_daily_set(user, candidate))
            await asyncio.sleep(0)
            return stored

    assert sorted(await outcomes(*(run() for _ in range(5)))) == [False] * 4 + [True]


async def test_a_page_is_added_to_the_latest_version_only(store: Store) -> None:
    user, first, second = await store.members(3)
    await keep(store, a_daily_set(user, first))
    longer = a_daily_set(user, first, second)

    async with store.unit() as uow:
        await uow.daily_matches.save(longer)

    async with store.begin() as uow:
        assert await uow.daily_matches.get(user.id, DAY) == attrs.evolve(longer, version=2)
    with pytest.raises(StaleWrite):
        async with store.unit() as uow:
            await uow.daily_matches.save(longer)
