"""A process that cannot reach its store says so, and lives on."""

import asyncio

import pytest
from aiohttp.test_utils import TestClient, TestServer

from adapters.memory.outbox import MemoryOutbox
from adapters.postgres.database import StoreAway
from config import test as mode
from config.start import running
from entrypoints.site import site


async def test_readiness_follows_the_store_and_liveness_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_outbox: MemoryOutbox) -> int:
        raise StoreAway("The store does not answer.")

    async with running("test", mode.settings()) as application, TestClient(TestServer(site(application))) as http:
        ready = await http.get("/readyz")
        monkeypatch.setattr(MemoryOutbox, "undelivered", away)
        not_ready, alive = await http.get("/readyz"), await http.get("/livez")

        assert (ready.status, not_ready.status, alive.status) == (200, 503, 200)
        assert await not_ready.json() == {"ready": False, "dependencies": {"store": False}}


async def test_however_many_ask_the_store_is_asked_once_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    looks, asked, answered = 0, asyncio.Event(), asyncio.Event()

    async def slow(_outbox: MemoryOutbox) -> int:
        nonlocal looks
        looks += 1
        asked.set()
        await answered.wait()
        return 0

    async with running("test", mode.settings()) as application, TestClient(TestServer(site(application))) as http:
        monkeypatch.setattr(MemoryOutbox, "undelivered", slow)
        crowd = [asyncio.create_task(http.get("/readyz")) for _ in range(50)]
        await asked.wait()
        crowd[0].cancel()  # Whoever goes away takes nobody's answer along.
        for _ in range(20):
            assert (await http.get("/livez")).status == 200
        answered.set()
        assert {(await each).status for each in crowd[1:]} == {200}
        assert looks == 1
        assert (await http.get("/readyz")).status == 200
        assert looks == 2, "whoever asks later is not told what was found before"
