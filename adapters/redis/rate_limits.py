"""Rate limits counted for all processes together."""

import asyncio
import math
import secrets
from datetime import UTC, datetime, timedelta

import attrs

from adapters.redis.connection import AWAY, Breaker, connected
from saltbitter_domain.kernel import Clock
from saltbitter_domain.traffic import RateLimits

_HIT = """
local now, waits = tonumber(ARGV[1]), {}
for i, key in ipairs(KEYS) do
    local limit, window, hit = tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i]), ARGV[3 * i + 1]
    redis.call('ZREMRANGEBYSCORE', key, '-inf', now - window)
    if redis.call('ZCARD', key) < limit then
        redis.call('ZADD', key, now, hit)
        redis.call('PEXPIRE', key, math.ceil(window / 1000))
        waits[i] = 0
    elseif limit == 0 then
        waits[i] = window
    else
        waits[i] = tonumber(redis.call('ZRANGE', key, -limit, -limit, 'WITHSCORES')[2]) + window - now
    end
end
return waits
"""
"""The exact sliding window, in microseconds: the times of what was let through, one hit after another.

The library ``limits`` keeps the same log, but refuses at the very instant for which it told to come back, and asks a
second time for how long to wait."""

MOST_AT_ONCE = 200
"""Hits in one round trip, which takes Redis about a millisecond."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@attrs.frozen(eq=False)
class _Hit:
    """A request that waits for its answer: microseconds until it may come again, 0 when it is let through, None when
    Redis is away."""

    key: str
    limit: int
    window: int
    answer: "asyncio.Future[int | None]"


class RedisRateLimits(RateLimits):
    """Counts in the Redis at ``url``; by ``fallback``, for this process alone, for as long as Redis is away.

    Whoever comes while Redis is being asked is asked for in the next round trip, all together. So a crowd needs one
    connection and not one each, which would take longer to make than anybody waits."""

    def __init__(self, url: str, clock: Clock, fallback: RateLimits) -> None:
        self._redis = connected(url, max_connections=2)
        self._script = self._redis.register_script(_HIT)
        self._clock = clock
        self._fallback = fallback
        self._breaker = Breaker("rate_limits")
        self._process = secrets.token_hex(6)
        self._count = 0
        self._waiting: list[_Hit] = []
        self._asking: asyncio.Task[None] | None = None

    async def hit(self, scope: str, key: str, limit: int, window: timedelta) -> int | None:
        if self._breaker.permits():
            wait = await self._counted(_Hit(f"limit:{scope}:{key}", limit, _microseconds(window), _future()))
            if wait is not None:
                return math.ceil(wait / 1_000_000) or None
        return await self._fallback.hit(scope, key, limit, window)

    async def close(self) -> None:
        """Answer who still waits, and end the connections."""
        if self._asking is not None:
            await self._asking
        await self._redis.aclose()

    async def _counted(self, hit: _Hit) -> int | None:
        self._waiting.append(hit)
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask())
        return await hit.answer

    async def _ask(self) -> None:
        """Ask until nobody waits. Should anything unforeseen end this, nobody is left waiting."""
        hits: list[_Hit] = []
        try:
            while self._waiting:
                hits, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                async with self._breaker.watching():
                    waits = await self._script(keys=[hit.key for hit in hits], args=self._arguments(hits))
                _answer(hits, waits)
        except AWAY:
            pass  # The breaker has noted it.
        finally:
            left = hits + self._waiting
            self._waiting, self._asking = [], None
            _answer(left, [None] * len(left))

    def _arguments(self, hits: list[_Hit]) -> list[int | str]:
        arguments: list[int | str] = [_microseconds(self._clock.now() - _EPOCH)]
        for hit in hits:
            self._count += 1
            arguments += (hit.limit, hit.window, f"{self._process}:{self._count}")
        return arguments


def _future() -> "asyncio.Future[int | None]":
    return asyncio.get_running_loop().create_future()


def _answer(hits: list[_Hit], waits: "list[int] | list[None]") -> None:
    """Tell everybody who has not been told and has not gone."""
    for hit, wait in zip(hits, waits, strict=True):
        if not hit.answer.done():
            hit.answer.set_result(wait)


def _microseconds(time: timedelta) -> int:
    return time // timedelta(microseconds=1)
