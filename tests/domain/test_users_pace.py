"""That the time an answer takes does not tell whose address has an account."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import CredentialsRefused
from saltbitter_domain.users.ports import Pace
from tests.doubles.users import NOW, Accounts


class Watched(Pace, UnitsOfWork):
    """Units of work over a store in memory, each written down as evened or not when it begins."""

    def __init__(self) -> None:
        clock = ManualClock(NOW)
        self._begin = MemoryUnitsOfWork(MemoryStore(), clock, UuidV7Ids(clock))
        self._evening = False
        self.evened_units: list[bool] = []

    @asynccontextmanager
    async def evened(self) -> AsyncIterator[None]:
        self._evening = True
        try:
            yield
        finally:
            self._evening = False

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[UnitOfWork]:
        self.evened_units.append(self._evening)
        async with self._begin() as uow:
            yield uow


async def test_what_joining_does_with_an_address_takes_one_time_whether_or_not_it_has_an_account() -> None:
    watched = Watched()
    accounts = Accounts(watched, watched)
    await accounts.register()
    opened = list(watched.evened_units)

    await accounts.register()

    repeated = watched.evened_units[len(opened) :]
    of_the_device = [False]
    assert opened == [*of_the_device, True]
    assert repeated == [*of_the_device, True, True]


async def test_what_signing_in_finds_at_an_address_takes_one_time_whether_or_not_it_has_an_account() -> None:
    watched = Watched()
    accounts = Accounts(watched, watched)
    await accounts.register()
    done = []

    for address in ("ada@example.test", "nobody@example.test"):
        watched.evened_units.clear()
        with pytest.raises(CredentialsRefused):
            await accounts.login(address, "not the one at all")
        done.append(list(watched.evened_units))

    known, unknown = done
    looked_up_and_counted = [True, True]
    assert known == unknown
    assert known[:2] == looked_up_and_counted
