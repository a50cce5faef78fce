"""What every store of exposures promises."""

import asyncio
from datetime import date, timedelta

from saltbitter_domain.compatibility.model import Exposure
from saltbitter_domain.compatibility.ports import Exposures
from tests.contracts.stores import Store, outcomes

PORT = Exposures
DAY = date(2026, 3, 2)


async def test_exposures_of_one_day_add_up(store: Store) -> None:
    ada, bob = await store.members(2)
    async with store.unit() as uow:
        await uow.exposures.add([Exposure(ada.id, DAY, 3, 2.5), Exposure(bob.id, DAY, 1, 0.25)])
    async with store.unit() as uow:
        await uow.exposures.add([Exposure(ada.id, DAY, 2, 0.25), Exposure(ada.id, DAY, 1, 0.25)])

    async with store.begin() as uow:
        assert await uow.exposures.since(DAY) == {
            ada.id: [Exposure(ada.id, DAY, 6, 3.0)],
            bob.id: [Exposure(bob.id, DAY, 1, 0.25)],
        }


async def test_days_before_the_one_asked_for_are_left_out_and_days_come_in_order(store: Store) -> None:
    ada = await store.member()
    days = [Exposure(ada.id, DAY + timedelta(days=number), number, 1.0) for number in range(4)]
    async with store.unit() as uow:
        await uow.exposures.add(days[::-1])

    async with store.begin() as uow:
        assert await uow.exposures.since(DAY + timedelta(days=2)) == {ada.id: days[2:]}
        assert await uow.exposures.since(DAY + timedelta(days=4)) == {}


async def test_runs_at_the_same_time_lose_no_exposure(store: Store) -> None:
    ada = await store.member()

    async def run() -> None:
        async with store.unit() as uow:
            await uow.exposures.add([Exposure(ada.id, DAY, 1, 0.5)])
            await asyncio.sleep(0)

    assert await outcomes(*(run() for _ in range(10))) == [None] * 10

    async with store.begin() as uow:
        assert await uow.exposures.since(DAY) == {ada.id: [Exposure(ada.id, DAY, 10, 5.0)]}


async def test_exposures_of_past_days_are_forgotten_so_many_at_a_time(store: Store) -> None:
    ada, bob = await store.members(2)
    async with store.unit() as uow:
        await uow.exposures.add(
            [Exposure(user.id, DAY + timedelta(days=number), 1, 1.0) for user in (ada, bob) for number in range(3)]
        )

    for forgotten in (3, 1, 0):
        async with store.unit() as uow:
            assert await uow.exposures.forget(DAY + timedelta(days=2), limit=3) == forgotten

    async with store.begin() as uow:
        kept = DAY + timedelta(days=2)
        assert await uow.exposures.since(DAY) == {user.id: [Exposure(user.id, kept, 1, 1.0)] for user in (ada, bob)}
