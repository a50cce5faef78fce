"""Connections to Redis that give up soon, because nothing here is worth waiting for."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import redis.asyncio as redis
import structlog
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

SECONDS = 0.25
"""Far longer than an answer takes, far shorter than anybody should wait for a counter."""
PAUSE_SECONDS = 2.0
"""After a failure nobody asks again for so long, so that an absent Redis costs one request in many the wait."""

AWAY = (redis.RedisError, OSError, TimeoutError)
"""What is raised when Redis does not answer, or not with what was asked for."""

log = structlog.get_logger()


def connected(url: str, max_connections: int) -> "redis.Redis":
    """A client with a pool of its own, in which a crowd waits its turn. Close it with ``aclose``.

    Whoever asks sets the time (``in_time``). The client's own timeout for a command would wrap each of them
    in a task, and lose a cancellation that comes just when the command has been sent (``asyncio.wait_for`` of Python
    3.11)."""
    return redis.Redis.from_pool(
        redis.BlockingConnectionPool.from_url(
            url,
            max_connections=max_connections,
            timeout=None,
            socket_timeout=None,
            socket_connect_timeout=SECONDS,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
    )


def in_time() -> asyncio.Timeout:
    """A block that raises ``TimeoutError`` after ``SECONDS``."""
    return asyncio.timeout(SECONDS)


class Breaker:
    """Remembers that Redis was away, and says when to ask again. Tells the log once for each time it goes and comes."""

    def __init__(self, purpose: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._purpose = purpose
        self._monotonic = monotonic
        self._closed_until = 0.0
        self._away = False

    def permits(self) -> bool:
        """Whether to ask Redis. While it is away one caller in ``PAUSE_SECONDS`` is let through to see."""
        if not self._away:
            return True
        now = self._monotonic()
        if now < self._closed_until:
            return False
        self._closed_until = now + PAUSE_SECONDS
        return True

    @asynccontextmanager
    async def watching(self) -> AsyncIterator[None]:
        """Give what is asked in the block ``SECONDS`` altogether, and note whether it was answered.

        Raises one of ``AWAY``."""
        try:
            async with in_time():
                yield
        except AWAY as error:
            self.failed(error)
            raise
        self.answered()

    def failed(self, error: BaseException) -> None:
        """Redis did not answer."""
        self._closed_until = self._monotonic() + PAUSE_SECONDS
        if not self._away:
            self._away = True
            log.warning("redis_away", name=self._purpose, error=type(error).__name__)

    def answered(self) -> None:
        """Redis answered."""
        if self._away:
            self._away = False
            log.info("redis_back", name=self._purpose)
