"""A TCP proxy that passes bytes on until it is told to misbehave."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import Enum
from urllib.parse import urlsplit

CHUNK = 65_536


class Fault(Enum):
    """What a proxy does to its connections, those it has and those to come."""

    NONE = "none"
    LATENCY = "latency"
    """Every chunk comes later by ``FaultProxy.latency`` seconds, in both directions."""
    BLACK_HOLE = "black hole"
    """Connections are accepted, and nothing is ever passed on or answered."""
    RESET = "reset"
    """Every connection is reset, and every new one as soon as it is accepted."""
    DOWN = "down"
    """Every connection is reset, and new ones are refused."""


class FaultProxy:
    """Stands at a port of its own before the server at ``target``, a URL. Switch it by ``set``, at any time."""

    def __init__(self, target: str, latency: float = 0.5) -> None:
        self._target = urlsplit(target)
        self.latency = latency
        self.fault = Fault.NONE
        self.port = 0
        self.connections = 0
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The target's URL by way of this proxy."""
        user, at, _ = self._target.netloc.rpartition("@")
        return self._target._replace(netloc=f"{user}{at}127.0.0.1:{self.port}").geturl()

    async def set(self, fault: Fault) -> None:
        """Begin with this fault, or with ``NONE`` end the present one.

        What a black hole swallowed comes out when it ends, as after a partition that TCP outlives."""
        self.fault = fault
        if fault is Fault.BLACK_HOLE:
            self._flowing.clear()
        else:
            self._flowing.set()
        if fault in {Fault.RESET, Fault.DOWN}:
            for writer in list(self._open):
                writer.transport.abort()
        if fault is Fault.DOWN:
            await self._close()
        elif self._server is None:
            await self._listen()

    @asynccontextmanager
    async def running(self) -> AsyncIterator["FaultProxy"]:
        """Listening for the block."""
        await self._listen()
        try:
            yield self
        finally:
            await self._close()
            for task in list(self._tasks):
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self.port, limit=CHUNK)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._open.add(writer)
        try:
            await self._serve(reader, writer)
        except (OSError, asyncio.CancelledError):
            pass  # Cancelled only at the end of the proxy, where asyncio's streams would complain about it.
        finally:
            writer.transport.abort()
            self._open.discard(writer)
            self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.fault is Fault.RESET:
            return
        await self._flowing.wait()
        upstream, behind = await asyncio.open_connection(self._target.hostname, self._target.port, limit=CHUNK)
        self._open.add(behind)
        ways = [asyncio.create_task(self._pass(reader, behind)), asyncio.create_task(self._pass(upstream, writer))]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            behind.transport.abort()
            self._open.discard(behind)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while chunk := await source.read(CHUNK):
                if self.fault is Fault.LATENCY:
                    await asyncio.sleep(self.latency)
                await self._flowing.wait()
                sink.write(chunk)
                await sink.drain()
