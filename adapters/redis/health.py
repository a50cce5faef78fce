"""Whether each Redis answers, for whoever watches."""

import asyncio
from collections.abc import Mapping

from adapters.redis.connection import AWAY, connected, in_time


class RedisHealth:
    """Asks the Redis at each of these URLs, by the name it is known by."""

    def __init__(self, urls: Mapping[str, str]) -> None:
        self._clients = {name: connected(url, max_connections=2) for name, url in urls.items()}

    async def look(self) -> Mapping[str, bool]:
        """By name, whether it answers, within a second."""
        return dict(zip(self._clients, await asyncio.gather(*map(self._answers, self._clients)), strict=True))

    async def close(self) -> None:
        """End the connections."""
        for client in self._clients.values():
            await client.aclose()

    async def _answers(self, name: str) -> bool:
        try:
            async with in_time():
                await self._clients[name].ping()
        except AWAY:
            return False
        return True
