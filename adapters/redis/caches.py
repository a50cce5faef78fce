"""Copies of what is dear to work out, kept for a while."""

import contextlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from adapters.redis.connection import AWAY, Breaker, connected

PROFILES_FOR = timedelta(hours=1)
DAILY_MATCHES_FOR = timedelta(hours=24)
COMPATIBILITY_FOR = timedelta(days=7)


class RedisCache:
    """Values of one kind by their keys, each forgotten ``lifetime`` after it was stored, or sooner when room is short.

    While Redis is away it holds nothing."""

    def __init__(self, url: str, kind: str, lifetime: timedelta) -> None:
        self._redis = connected(url, max_connections=20)
        self._kind = kind
        self._lifetime = lifetime
        self._breaker = Breaker(f"cache of {kind}")

    async def get(self, *keys: str) -> Mapping[str, bytes]:
        """The values that are there, in one round trip."""
        if not keys or not self._breaker.permits():
            return {}
        try:
            async with self._breaker.watching():
                found: Any = await self._redis.mget([self._name(key) for key in keys])
        except AWAY:
            return {}
        return {key: value for key, value in zip(keys, found, strict=True) if value is not None}

    async def set(self, values: Mapping[str, bytes]) -> None:
        """Store these, in one round trip."""
        if not values or not self._breaker.permits():
            return
        commands: Any = self._redis.pipeline(transaction=False)
        for key, value in values.items():
            commands.set(self._name(key), value, px=self._lifetime)
        with contextlib.suppress(*AWAY):
            async with self._breaker.watching():
                await commands.execute()

    async def drop(self, *keys: str) -> bool:
        """Forget these. False when Redis is away: what it holds is out of date then, so drop them again later."""
        if not keys:
            return True
        if not self._breaker.permits():
            return False
        try:
            async with self._breaker.watching():
                await self._redis.unlink(*(self._name(key) for key in keys))
        except AWAY:
            return False
        return True

    async def close(self) -> None:
        """End the connections."""
        await self._redis.aclose()

    def _name(self, key: str) -> str:
        return f"{self._kind}:{key}"
