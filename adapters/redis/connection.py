"""Connections to Redis that give up soon, because nothing here is worth waiting for."""

import time
from collections.abc import Callable

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


def connected(url: str, max_connections: int = 50) -> "redis.Redis":
    """A client with a pool of its own. Close it with ``aclose``."""
    return redis.Redis.from_url(
        url,
        max_connections=max_connections,
        socket_timeout=SECONDS,
        socket_connect_timeout=SECONDS,
        retry=Retry(NoBackoff(), 0),
        health_check_interval=0,
    )


class Breaker:
    """Remembers that Redis was away, and says when to ask again. Tells the log once for each time it goes and comes."""

    def __init__(self, purpose: str, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._purpose = purpose
        self._monotonic = monotonic
        self._closed_until = 0.0
        self._away = False

    @property
    def open(self) -> bool:
        """Whether Redis should be asked."""
        return self._monotonic() >= self._closed_until

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
