"""The bell between a commit in one process and the relay in another."""

import asyncio
import contextlib
from collections.abc import Callable, Sequence

from adapters.redis.connection import AWAY, Breaker, connected
from saltbitter_domain.kernel import EventId

CHANNEL = "outbox"
SILENCE_SECONDS = 30.0
RECONNECT_SECONDS = 1.0


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
        elif self._breaker.permits():
            self._ringing = asyncio.get_running_loop().create_task(self._ring())

    async def listen(self, heard: Callable[[], None]) -> None:
        """Call ``heard`` at every ring until cancelled, through every outage of Redis.

        After a long silence the connection is made anew, because one that is broken is silent too."""
        while True:
            with contextlib.suppress(*AWAY):
                async with self._redis.pubsub() as listener:
                    async with self._breaker.watching():
                        await listener.subscribe(CHANNEL)
                    while message := await listener.get_message(timeout=SILENCE_SECONDS):
                        if message["type"] == "message":
                            heard()
            await asyncio.sleep(RECONNECT_SECONDS)

    async def close(self) -> None:
        """Let the last ring go out, and end the connections."""
        if self._ringing is not None:
            await self._ringing
        await self._redis.aclose()

    async def _ring(self) -> None:
        self._again = True
        with contextlib.suppress(*AWAY):
            while self._again:
                self._again = False
                async with self._breaker.watching():
                    await self._redis.publish(CHANNEL, b"")
