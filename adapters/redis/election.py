"""One leader among several processes that could all do the same."""

import contextlib
import secrets

from adapters.redis.connection import AWAY, Breaker, connected

LEASE_SECONDS = 15
"""A leader that dies is followed by another after so long at most."""

_LEAD = """
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
return redis.call('PEXPIRE', KEYS[1], ARGV[2])
"""
_RESIGN = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class RedisElection:
    """Leads ``office`` for ``LEASE_SECONDS`` at a time. Two may lead for a moment when Redis forgets: what a leader
    does must bear to be done twice."""

    def __init__(self, url: str, office: str, lease_seconds: float = LEASE_SECONDS) -> None:
        self._redis = connected(url, max_connections=2)
        self._lead = self._redis.register_script(_LEAD)
        self._resign = self._redis.register_script(_RESIGN)
        self._key = f"leader:{office}"
        self._me = secrets.token_hex(8)
        self._lease = round(lease_seconds * 1000)
        self._breaker = Breaker("election")

    async def lead(self) -> bool:
        """Become or stay the leader; False while another is, or while Redis is away."""
        try:
            async with self._breaker.watching():
                return bool(await self._lead(keys=[self._key], args=[self._me, self._lease]))
        except AWAY:
            return False

    async def close(self) -> None:
        """Let another lead at once, and end the connections."""
        with contextlib.suppress(*AWAY):
            async with self._breaker.watching():
                await self._resign(keys=[self._key], args=[self._me])
        await self._redis.aclose()
