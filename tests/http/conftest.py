"""A served application and a client for it."""

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from adapters.memory.traffic import MemoryIdempotency, MemoryRateLimits
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from entrypoints.http.app import build
from entrypoints.http.dependencies import Audit, Detection, HttpSettings, Ports
from saltbitter_domain.breaches.model import Act
from saltbitter_domain.kernel import UserId
from tests.conftest import Run
from tests.http.house import House, opened
from tests.http.ping import Authenticator, Pings

Client = TestClient[web.Request, web.Application]
Serve = Callable[[web.Application], Coroutine[Any, Any, Client]]

ORIGIN = "https://app.saltbitter.example"
SETTINGS = HttpSettings(allowed_origins=(ORIGIN,))


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep the log lines of passing requests out of the way, and the time to print them."""
    with capture_logs():
        yield


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(datetime(2026, 5, 4, 12, tzinfo=UTC))


@pytest.fixture
def dependencies() -> dict[str, bool]:
    """What ``/readyz`` is told; a test may change it."""
    return {"store": True}


class Unaudited(Audit):
    """For routes of tests, at which staff see nothing of anybody."""

    async def record(
        self,
        actor: str,
        action: str,
        reason: str,
        things: Mapping[str, UUID],
        request_id: str,
        shown: Collection[UserId],
    ) -> None:
        """Nothing is kept."""

    async def record_if_proven(self, *_: Any) -> bool:
        """Nobody has a second factor, so that staff do nothing at these routes."""
        return False


class Untraced(Detection):
    """For routes of tests, which tell of nobody."""

    def note(self, act: Act, actor: str, subjects: Collection[UserId] = ()) -> None:
        """Nothing is kept."""


@pytest.fixture
def ports(clock: ManualClock, dependencies: dict[str, bool]) -> Ports:
    async def ready() -> Mapping[str, bool]:
        return dependencies

    return Ports(
        rate_limits=MemoryRateLimits(clock),
        idempotency=MemoryIdempotency(clock),
        clock=clock,
        ids=UuidV7Ids(clock),
        audit=Unaudited(),
        detection=Untraced(),
        ready=ready,
    )


@pytest.fixture
def serve(runner: asyncio.Runner) -> Iterator[Serve]:
    clients: list[Client] = []

    async def start(app: web.Application) -> Client:
        client: Client = TestClient(TestServer(app))
        clients.append(client)
        await client.start_server()
        return client

    yield start
    for client in clients:
        runner.run(client.close())


@pytest.fixture
def pings() -> Pings:
    return Pings()


@pytest.fixture
def build_ping(pings: Pings, ports: Ports) -> Callable[..., web.Application]:
    def make(**changes: Any) -> web.Application:
        return build((pings,), Authenticator(), ports, attrs.evolve(SETTINGS, **changes))

    return make


@pytest.fixture
def api(build_ping: Callable[..., web.Application], serve: Serve, run: Run) -> Client:
    """The ping application, served."""
    client: Client = run(serve(build_ping()))
    return client


ANNA = {"Authorization": "Bearer anna"}
BEN = {"Authorization": "Bearer ben"}


@pytest.fixture
def house(run: Run) -> Iterator[House]:
    """The whole application, served."""
    open_house = opened()
    yield run(open_house.__aenter__())
    run(open_house.__aexit__(None, None, None))
