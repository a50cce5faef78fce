"""A process that cannot reach its store says so, and lives on."""

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
