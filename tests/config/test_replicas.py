"""Access that ended at one replica is refused at every other within seconds, however it ended."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import attrs
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from dependency_injector import containers, providers

from adapters.redis import connection
from adapters.redis.revocations import RedisRevocations
from config import test as mode
from config.application import Application
from config.settings import Settings
from config.start import running
from entrypoints.site import embedded_workers, site
from entrypoints.worker.embedded import EmbeddedWorkers
from saltbitter_domain.users.model import Tokens
from tests.doubles.builders import a_user

PASSWORD, NEW_PASSWORD = "six quiet boats at noon", "seven quiet boats at dusk"
BAR_SECONDS = 5.0


@attrs.frozen
class Replicas:
    """Two processes of the API in one, over one store; each knows the ends of sessions by itself, from Redis."""

    application: Application
    workers: EmbeddedWorkers
    clients: tuple["TestClient[web.Request, web.Application]", ...]

    async def member(self) -> "Member":
        """Somebody who has just signed in at the first."""
        user = a_user(password_hash=await self.application.adapters.hasher().hash(PASSWORD))
        async with self.application.adapters.begin()() as uow:
            await uow.users.add(user)
            await uow.commit()
        return Member(self, user.email, await self.sign_in(user.email))

    async def sign_in(self, email: str) -> Tokens:
        tokens = await self.application.auth().login(email=email, password=PASSWORD, label="", ip="192.0.2.1")
        assert isinstance(tokens, Tokens)
        return tokens


@attrs.frozen
class Member:
    """Asks every replica with one access token."""

    at: Replicas
    email: str
    tokens: Tokens

    async def post(self, path: str, body: object = None) -> None:
        """Ask the first replica."""
        async with self.at.clients[0].post(path, json=body, headers=self._headers) as answer:
            assert answer.status in {200, 202, 204}, await answer.text()

    async def statuses(self) -> list[int]:
        """What each answers."""
        return [await self._status(client) for client in self.at.clients]

    async def _status(self, client: "TestClient[web.Request, web.Application]") -> int:
        async with client.get("/api/me", headers=self._headers) as answer:
            return answer.status

    @property
    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens.access_token}"}


@asynccontextmanager
async def replicas(monkeypatch: pytest.MonkeyPatch, redis_url: str) -> AsyncIterator[Replicas]:
    in_memory, shared = mode.adapters, mode.adapters(settings := mode.settings())

    def adapters(settings: Settings) -> containers.DynamicContainer:
        container = in_memory(settings)
        container.override_providers(
            store=shared.store,
            clock=shared.clock,
            revocations=providers.Singleton(RedisRevocations, redis_url, shared.clock),
        )
        return container

    monkeypatch.setattr(mode, "adapters", adapters)
    async with AsyncExitStack() as stack:
        applications = [await stack.enter_async_context(running("test", settings)) for _ in range(2)]
        clients = [
            await stack.enter_async_context(TestClient(TestServer(site(application)))) for application in applications
        ]
        workers = await stack.enter_async_context(embedded_workers(applications[0], keep_running=False))
        yield Replicas(applications[0], workers, tuple(clients))


async def log_out(ada: Member) -> None:
    await ada.post("/api/auth/logout")


async def log_out_everywhere(ada: Member) -> None:
    await ada.post("/api/auth/logout-everywhere")


async def end_it_elsewhere(ada: Member) -> None:
    other = await ada.at.sign_in(ada.email)
    access = ada.at.application.auth().authenticate(other.access_token)
    await ada.at.application.auth().end_session(access, ada.tokens.session_id)


async def change_the_password(ada: Member) -> None:
    await ada.post("/api/auth/password/change", {"current_password": PASSWORD, "new_password": NEW_PASSWORD})


async def reset_the_password(ada: Member) -> None:
    await ada.at.application.recovery().forgot_password(ada.email)
    await ada.at.workers.settle()
    token = ada.at.application.adapters.mailer().inbox(ada.email)[0].mail.data["token"]
    await ada.at.application.recovery().reset_password(token, NEW_PASSWORD)


async def replay_a_token(ada: Member) -> None:
    auth = ada.at.application.auth()
    for token in (ada.tokens.refresh_token, (await auth.refresh(ada.tokens.refresh_token, "192.0.2.1")).refresh_token):
        await auth.refresh(token, "192.0.2.1")
    async with ada.at.clients[0].post("/api/auth/refresh", json={"refresh_token": ada.tokens.refresh_token}) as answer:
        assert answer.status == 401


async def suspend(ada: Member) -> None:
    await ada.at.application.suspensions().suspend(ada.tokens.user_id, "Insults")


async def leave(ada: Member) -> None:
    await ada.post("/api/me/erasure", {"password": PASSWORD})


ENDS = (
    log_out,
    log_out_everywhere,
    end_it_elsewhere,
    change_the_password,
    reset_the_password,
    replay_a_token,
    suspend,
    leave,
)


async def test_access_that_ended_at_one_replica_is_refused_at_every_one_within_seconds(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "SECONDS", 30.0)
    async with replicas(monkeypatch, redis_url) as api:
        for end in ENDS:
            ada = await api.member()
            assert await ada.statuses() == [200, 200]

            await end(ada)
            began = time.monotonic()
            while await ada.statuses() != [401, 401]:
                assert time.monotonic() - began < BAR_SECONDS, end.__name__
                await asyncio.sleep(0.05)
