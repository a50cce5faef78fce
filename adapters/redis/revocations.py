"""Ended sessions, known to every process within seconds."""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from adapters.redis.connection import AWAY, Breaker, connected
from saltbitter_domain.kernel import Clock, SessionId, Unavailable
from saltbitter_domain.users.ports import Revocations

KEY = "revoked"
REFRESH_SECONDS = 1.0
"""So often every process reads what the others ended. The product promises 5 seconds, so some reads may fail."""


class RevocationNotShared(Unavailable):
    """This process no longer honours the session; the others do not know of it yet."""

    code = "revocation_not_shared"


class RedisRevocations(Revocations):
    """One sorted set of session ids by the instant until which they matter, and a copy of it in every process.

    ``is_revoked`` looks at the copy only. What was revoked here while Redis was away, or what Redis forgot, is written
    again by the process that knows of it."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._redis = connected(url, max_connections=4)
        self._clock = clock
        self._breaker = Breaker("revocations")
        self._until: dict[SessionId, datetime] = {}
        self._mine: dict[SessionId, datetime] = {}
        self._refreshing: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Read what was revoked before this process began, and keep reading."""
        with contextlib.suppress(*AWAY):
            await self.refresh()
        self._refreshing = asyncio.create_task(self._keep_refreshing())

    async def close(self) -> None:
        """Stop reading and end the connections."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._refreshing
            self._refreshing = None
        await self._redis.aclose()

    async def revoke(self, session_id: SessionId, until: datetime) -> None:
        self._until[session_id] = self._mine[session_id] = until
        if not self._breaker.permits():
            raise _not_shared()
        try:
            async with self._breaker.watching():
                await self._redis.zadd(KEY, {session_id.hex: until.timestamp()}, gt=True)
                await self._redis.zremrangebyscore(KEY, "-inf", self._clock.now().timestamp())
        except AWAY as error:
            raise _not_shared() from error

    def is_revoked(self, session_id: SessionId) -> bool:
        until = self._until.get(session_id)
        return until is not None and self._clock.now() < until

    async def refresh(self) -> None:
        """Tell the others what was revoked here, and learn what they revoked. Raises one of ``AWAY``."""
        now = self._clock.now()
        self._mine = {session_id: until for session_id, until in self._mine.items() if now < until}
        mine = {session_id.hex: until.timestamp() for session_id, until in self._mine.items()}
        async with self._breaker.watching():
            if mine:
                await self._redis.zadd(KEY, mine, gt=True)
            await self._redis.zremrangebyscore(KEY, "-inf", now.timestamp())
            found: Any = await self._redis.zrange(KEY, 0, -1, withscores=True)
        kept = {session_id: until for session_id, until in self._until.items() if now < until}
        theirs = {SessionId(UUID(hex=text.decode())): datetime.fromtimestamp(at, UTC) for text, at in found}
        self._until = kept | theirs

    async def _keep_refreshing(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except Exception as error:  # noqa: BLE001  whatever it was, a process must not cease to learn
                self._breaker.failed(error)


def _not_shared() -> RevocationNotShared:
    return RevocationNotShared("The session has ended here and will have everywhere in a moment.", retry_after=5)
