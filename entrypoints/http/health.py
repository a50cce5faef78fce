"""Whether the process lives, and whether it can serve."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import attrs
from aiohttp import web

from entrypoints.http import wire
from entrypoints.http.routing import JSON, Audience, Call, route


@attrs.frozen
class Alive:
    alive: bool


NEEDED = frozenset({"store"})
"""Without the others requests are served all the same, though not as well: they are shown to whoever watches."""


@attrs.frozen
class Readiness:
    """Each dependency and whether it answers."""

    ready: bool
    dependencies: Mapping[str, bool]


class Health:
    def __init__(self, ready: Callable[[], Awaitable[Mapping[str, bool]]]) -> None:
        self._ready = ready
        self._look: asyncio.Future[Mapping[str, bool]] | None = None

    @route("GET", "/livez", audience=Audience.PROBE)
    async def livez(self, _call: Call) -> Alive:
        """Whether the process runs; it asks nothing else, so that a lost dependency never restarts it."""
        return Alive(alive=True)

    @route("GET", "/readyz", audience=Audience.PROBE)
    async def readyz(self, _call: Call) -> Readiness:
        """Whether requests should be sent here: 200 when every dependency that is needed answers, else 503."""
        dependencies = await self._looked()
        readiness = Readiness(all(dependencies[name] for name in NEEDED), dependencies)
        if readiness.ready:
            return readiness
        return web.Response(status=503, body=wire.written(readiness, Readiness), content_type=JSON)  # type: ignore[return-value]

    async def _looked(self) -> Mapping[str, bool]:
        """What a look finds, of which there is one at a time: whoever asks meanwhile is told the same. Nobody is
        refused here, and a crowd must not take every connection of the store from members."""
        if self._look is None or self._look.done():
            self._look = asyncio.ensure_future(self._ready())
        return await asyncio.shield(self._look)
