"""Rate limits counted for all processes together."""

import math
import secrets
from datetime import UTC, datetime, timedelta

from adapters.redis.connection import AWAY, Breaker, connected
from saltbitter_domain.kernel import Clock
from saltbitter_domain.traffic import RateLimits

_HIT = """
local now, limit, window = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - window)
if redis.call('ZCARD', KEYS[1]) < limit then
    redis.call('ZADD', KEYS[1], now, ARGV[4])
    redis.call('PEXPIRE', KEYS[1], math.ceil(window / 1000))
    return -1
end
if limit == 0 then return window end
return tonumber(redis.call('ZRANGE', KEYS[1], -limit, -limit, 'WITHSCORES')[2]) + window - now
"""
"""The exact sliding window, in microseconds: the times of what was let through, in one round trip.

The library ``limits`` keeps the same log, but refuses at the very instant for which it told to come back, and asks a
second time for how long to wait."""


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class RedisRateLimits(RateLimits):
    """Counts in the Redis at ``url``; by ``fallback``, for this process alone, for as long as Redis is away."""

    def __init__(self, url: str, clock: Clock, fallback: RateLimits) -> None:
        self._redis = connected(url)
        self._script = self._redis.register_script(_HIT)
        self._clock = clock
        self._fallback = fallback
        self._breaker = Breaker("rate_limits")
        self._process = secrets.token_hex(6)
        self._count = 0

    async def hit(self, scope: str, key: str, limit: int, window: timedelta) -> int | None:
        if self._breaker.open:
            try:
                wait = await self._hit(scope, key, limit, window)
            except AWAY as error:
                self._breaker.failed(error)
            else:
                self._breaker.answered()
                return None if wait < 0 else max(1, math.ceil(wait / 1_000_000))
        return await self._fallback.hit(scope, key, limit, window)

    async def close(self) -> None:
        """End the connections."""
        await self._redis.aclose()

    async def _hit(self, scope: str, key: str, limit: int, window: timedelta) -> int:
        now = _microseconds(self._clock.now() - _EPOCH)
        self._count += 1
        member = f"{self._process}:{self._count}"
        name = f"limit:{scope}:{key}"
        return int(await self._script(keys=[name], args=[now, limit, _microseconds(window), member]))


def _microseconds(time: timedelta) -> int:
    return time // timedelta(microseconds=1)
