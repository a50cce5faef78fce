"""What every store promises of what is kept of members who were erased while they were suspended."""

from datetime import timedelta

from saltbitter_domain.users.ports.bars import Bars
from tests.contracts.stores import Store
from tests.doubles.builders import NOW

PORT = Bars
A_DAY = timedelta(days=1)


async def test_a_mark_holds_until_its_end_and_is_not_shortened(store: Store) -> None:
    async with store.unit() as uow:
        await uow.bars.put([], NOW)
        await uow.bars.put(["one", "one", "other"], NOW + 2 * A_DAY)
    async with store.unit() as uow:
        await uow.bars.put(["one"], NOW + A_DAY)
        await uow.bars.put(["other"], NOW + 3 * A_DAY)

    async with store.begin() as uow:
        assert not await uow.bars.hold("never put", NOW)
        for mark, days in (("one", 2), ("other", 3)):
            assert await uow.bars.hold(mark, NOW + days * A_DAY - timedelta(seconds=1))
            assert not await uow.bars.hold(mark, NOW + days * A_DAY)


async def test_those_whose_end_has_come_are_forgotten_so_many_at_a_time(store: Store) -> None:
    async with store.unit() as uow:
        await uow.bars.put(["1", "2", "3"], NOW)
        await uow.bars.put(["4"], NOW + A_DAY)

    for forgotten in (2, 1, 0):
        async with store.unit() as uow:
            assert await uow.bars.forget(NOW, limit=2) == forgotten
    async with store.begin() as uow:
        assert await uow.bars.hold("4", NOW)
