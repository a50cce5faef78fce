"""What every store of a day's figures promises."""

import asyncio
from datetime import date, timedelta

from saltbitter_domain.compatibility.model import Factor, Leaning, Population
from saltbitter_domain.compatibility.ports import Populations
from tests.contracts.stores import Store, outcomes
from tests.doubles.builders import unset_fields

PORT = Populations
DAY = date(2026, 3, 2)


def figures(size: int = 3) -> Population:
    return Population(
        version="2026-03-02",
        size=size,
        interest_idf={"chess": 1.25, "жизнь": 2.0},
        mean_factors={Factor.ATTACHMENT: 0.7, Factor.INTERESTS: 0.1, Factor.VALUES: 0.5},
        mean_leaning=Leaning(0.9, 0.25, 1 / 3),
    )


async def test_a_days_figures_come_back_as_they_were(store: Store) -> None:
    assert unset_fields(figures()) == []

    async with store.unit() as uow:
        await uow.populations.add(DAY, figures())

    async with store.begin() as uow:
        assert await uow.populations.of(DAY) == figures()
        assert await uow.populations.of(DAY + timedelta(days=1)) is None


async def test_the_first_figures_of_a_day_stay(store: Store) -> None:
    async def run(size: int) -> None:
        async with store.unit() as uow:
            await uow.populations.add(DAY, figures(size))

    await run(1)
    assert await outcomes(*(run(size) for size in range(2, 6))) == [None] * 4

    async with store.begin() as uow:
        assert await uow.populations.of(DAY) == figures(1)


async def test_of_several_runs_that_begin_a_day_at_once_one_sets_its_figures(store: Store) -> None:
    async def run(size: int) -> None:
        async with store.unit() as uow:
            await uow.populations.add(DAY, figures(size))
            await asyncio.sleep(0)

    assert await outcomes(*(run(size) for size in range(1, 6))) == [None] * 5

    async with store.begin() as uow:
        found = await uow.populations.of(DAY)
    assert found in [figures(size) for size in range(1, 6)]


async def test_past_figures_are_forgotten_so_many_at_a_time(store: Store) -> None:
    async with store.unit() as uow:
        for number in range(4):
            await uow.populations.add(DAY + timedelta(days=number), figures())

    for forgotten in (2, 1, 0):
        async with store.unit() as uow:
            assert await uow.populations.forget(DAY + timedelta(days=3), limit=2) == forgotten

    async with store.begin() as uow:
        assert await uow.populations.of(DAY) is None
        assert await uow.populations.of(DAY + timedelta(days=3)) == figures()
