"""How what takes unlike long is made to seem alike."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from time import monotonic

from saltbitter_domain.users.ports import Pace

EVENED = timedelta(milliseconds=25)
"""Several times what the statements take in a database beside it, and a tenth of what hashing a password does."""
COARSE = 0.002
"""By as many seconds may a timer of an event loop be late: they count in milliseconds from when they are set, so that
what took a fraction of one longer would end by that fraction later."""


class SystemPace(Pace):
    """Waits out the rest of ``evened``, the last of it turn by turn; the event loop goes on meanwhile."""

    def __init__(self, evened: timedelta = EVENED) -> None:
        self._seconds = evened.total_seconds()

    @asynccontextmanager
    async def evened(self) -> AsyncIterator[None]:
        until = monotonic() + self._seconds
        try:
            yield
        finally:
            await asyncio.sleep(until - monotonic() - COARSE)
            while monotonic() < until:  # noqa: ASYNC110  nothing tells of the instant but looking
                await asyncio.sleep(0)
