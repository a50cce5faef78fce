"""Whoever guesses a little everywhere meets a ceiling of everybody together; members get in where they were before."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import attrs
import pytest
from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer
from dependency_injector import containers, providers

from adapters.memory.traffic import MemoryRateLimits
from adapters.redis import connection
from adapters.redis.rate_limits import RedisRateLimits
from adapters.system.clock import ManualClock
from config import test as mode
from config.settings import Settings
from config.start import running
from entrypoints.site import site
from saltbitter_domain.users.model.devices import SIGN_INS_OF_ALL
from tests.doubles.builders import a_user
from tests.http.conftest import Client
from tests.servers.machine import Machine
from tests.servers.redis import redis as redis_server
from tests.servers.server import Server, temporary_folder

CEILING = 12
EMAIL = "ada@saltbitter.example"
PASSWORD = "six quiet boats at noon"


@pytest.fixture
def private_redis() -> Iterator[Server]:
    """A Redis that a test may stop."""
    with temporary_folder() as folder, redis_server(Machine.this(), folder) as server:
        yield server


@attrs.define
class Crowd:
    """Tries to sign in at the API, each from another address."""

    client: Client
    clock: ManualClock
    tries: int = 0

    async def sign_in(self, password: str = PASSWORD, email: str = EMAIL, device: str | None = None) -> ClientResponse:
        self.tries += 1
        return await self.client.post(
            "/api/auth/login",
            json={"email": email, "password": password, "device_token": device},
            headers={"X-Forwarded-For": f"203.0.{self.tries // 250}.{self.tries % 250}"},
        )

    async def guess(self, times: int) -> list[int]:
        """One wrong password at each of so many addresses, some of which have an account."""
        emails = [f"member-{number}@saltbitter.example" for number in range(times)]
        return [(await self.sign_in("not the one", email)).status for email in emails]


@asynccontextmanager
async def crowd(monkeypatch: pytest.MonkeyPatch, redis_url: str | None = None) -> AsyncIterator[Crowd]:
    """Before the whole application, which counts in this Redis or in memory, and of which Ada is a member."""
    in_memory = mode.adapters

    def adapters(settings: Settings) -> containers.DynamicContainer:
        container = in_memory(settings)
        if redis_url:
            fallback = providers.Singleton(MemoryRateLimits, container.clock)
            limits = providers.Singleton(RedisRateLimits, redis_url, container.clock, fallback=fallback)
            container.override_providers(rate_limits=limits)
        return container

    monkeypatch.setattr(mode, "adapters", adapters)
    settings = attrs.evolve(mode.settings(), sign_in_ceiling=CEILING, trusted_proxies=1)
    async with running("test", settings) as application, TestClient(TestServer(site(application))) as client:
        password_hash = await application.adapters.hasher().hash(PASSWORD)
        emails = [EMAIL, *(f"member-{number}@saltbitter.example" for number in range(0, CEILING, 2))]
        async with application.adapters.begin()() as uow:
            for email in emails:
                await uow.users.add(a_user(email=email, password_hash=password_hash))
            await uow.commit()
        yield Crowd(client, application.adapters.clock())


async def refusal(answer: ClientResponse) -> tuple[int, str, str | None]:
    body: dict[str, Any] = await answer.json(content_type=None)
    return answer.status, body["code"], answer.headers.get("Retry-After")


@pytest.mark.parametrize("counted_in", ["memory", "redis"])
async def test_beyond_the_ceiling_new_devices_are_told_when_to_come_back_and_known_ones_get_in(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, counted_in: str
) -> None:
    monkeypatch.setattr(connection, "SECONDS", 30.0)
    redis_url = request.getfixturevalue("redis_url") if counted_in == "redis" else None
    async with crowd(monkeypatch, redis_url) as everybody:
        first = await everybody.sign_in()
        device = (await first.json())["device_token"]
        everybody.clock.advance(timedelta(minutes=1))
        assert await everybody.guess(CEILING) == [401] * (CEILING - 1) + [429]

        assert await refusal(await everybody.sign_in()) == (429, "sign_ins_crowded", "240")
        assert await refusal(await everybody.sign_in(device="x" * 43)) == (429, "sign_ins_crowded", "240")
        for _ in range(CEILING):
            known = await everybody.sign_in(device=device)
            assert (known.status, (await known.json())["device_token"]) == (200, device)
        assert await refusal(await everybody.sign_in("not the one", device=device)) == (
            401,
            "credentials_refused",
            None,
        )
        other = await everybody.sign_in(email="member-0@saltbitter.example", device=device)
        assert other.status == 429, "a device is known to its own member only"

        everybody.clock.advance(timedelta(minutes=4))
        assert [(await everybody.sign_in()).status for _ in range(2)] == [200, 429]


async def test_while_redis_is_away_the_ceiling_holds_in_each_process(
    private_redis: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with crowd(monkeypatch, private_redis.url) as everybody:
        device = (await (await everybody.sign_in()).json())["device_token"]
        private_redis.kill()

        assert await everybody.guess(CEILING + 1) == [401] * CEILING + [429]
        assert (await everybody.sign_in(device=device)).status == 200


def test_unless_an_operator_says_otherwise_it_is_a_thousand_in_five_minutes() -> None:
    assert mode.settings().sign_in_ceiling == SIGN_INS_OF_ALL == 1_000
