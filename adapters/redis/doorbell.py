"""The bell between a commit in one process and the relay in another."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from adapters.redis.connection import AWAY, Breaker, connected
from saltbitter_domain.kernel import EventId

CHANNEL = "outbox"


class RedisDoorbell:
    """Rings whoever listens in any process. A ring that is lost is no loss: the relay looks by itself every second.

    However many commits ring at once, one message is on its way at a time."""

    def __init__(self, url: str) -> None:
        self._redis = connected(url, max_connections=4)
        self._breaker = Breaker("doorbell")
        self._ringing: asyncio.Task[None] | None = None
        self._again = False

    def __call__(self, _messages: Sequence[EventId]) -> None:
        """Messages were committed. Called on the event loop; returns at once."""
        if self._ringing is not None and not self._ringing.done():
            self._again = True
        elif self._breaker.open:
            self._ringing = asyncio.get_running_loop().create_task(self._ring())

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call ``heard`` at every ring until cancelled, through every outage of Redis."""
        while True:
            with contextlib.suppress(*AWAY):
                async with self._redis.pubsub() as listener:
                    await listener.subscribe(CHANNEL)
                    while True:
                        if await listener.get_message(ignore_subscribe_messages=True, timeout=30.0):
                            heard()
            await asyncio.sleep(1)

    async def close(self) -> None:
        """Let the last ring go out, and end the connections."""
        if self._ringing is not None:
            await self._ringing
        await self._redis.aclose()

    async def _ring(self) -> None:
        self._again = True
        while self._again and self._breaker.open:
            self._again = False
            try:
                await self._redis.publish(CHANNEL, b"")
            except AWAY as error:
                self._breaker.failed(error)
            else:
                self._breaker.answered()
