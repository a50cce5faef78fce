"""Units of work that really meet one another, although the store in memory never lets go of the event loop."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from adapters.memory.uow import MemoryUnitOfWork, MemoryUnitsOfWork
from saltbitter_domain.uow import UnitsOfWork


class Simultaneous(UnitsOfWork):
    """Everybody who comes at the same time has read before anybody commits."""

    def __init__(self, begin: MemoryUnitsOfWork) -> None:
        self._begin = begin

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[MemoryUnitOfWork]:
        async with self._begin() as uow:
            commit = uow.commit

            async def late() -> None:
                await asyncio.sleep(0)
                await commit()

            uow.commit = late  # type: ignore[method-assign]
            yield uow
