"""Workers and schedules as in production: over PostgreSQL and Redis, several at once, and with Redis away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

import attrs
import pytest
import redis
import structlog
from dependency_injector import providers

from adapters.postgres.traffic import PostgresIdempotency
from adapters.system.clock import ManualClock
from config.application import Application, Listener
from config.settings import ProductionSettings
from config.start import running
from entrypoints.site import periodic_jobs, relay_of
from entrypoints.worker import process
from entrypoints.worker.process import scheduling, working
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import EventId, UserId
from saltbitter_domain.users.model import Registered
from tests.doubles.builders import a_user
from tests.servers.machine import Machine
from tests.servers.redis import redis as redis_server
from tests.servers.server import Server, temporary_folder


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Ask again every hundredth of a second; the test's own limit ends it."""
    while True:
        if await condition():
            return
        await asyncio.sleep(0.01)


@attrs.define
class Heard:
    """A listener that counts, and waits before it does until it is let go on."""

    messages: list[EventId] = attrs.field(factory=list)
    begun: int = 0
    go_on: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def __call__(self, message: EventId, _event: Event) -> None:
        self.begun += 1
        await self.go_on.wait()
        self.messages.append(message)


@asynccontextmanager
async def application_of(settings: ProductionSettings, listener: Listener) -> AsyncIterator[Application]:
    """What one process has, with one listener to ``users.registered``."""
    async with running("production", settings) as application:
        application.listeners.override(providers.Object({"users.registered": [("hear", listener)]}))
        yield application


async def emit(application: Application, number: int = 1) -> None:
    async with application.adapters.begin()() as uow:
        for _ in range(number):
            uow.emit(Registered(UserId(application.adapters.ids().new())))
        await uow.commit()


def hold_time(application: Application) -> None:
    """Let no minute begin, with which the jobs of every minute would be due once more."""
    clock = application.adapters.clock
    clock.override(providers.Object(ManualClock(clock().now())))


async def delivered(application: Application) -> bool:
    return bool(await application.adapters.outbox().undelivered() == 0)


def in_broker(url: str, queue: str = "urgent") -> tuple[int, int]:
    """How many messages wait in the queue, and how many it has, those included that a worker holds."""
    with redis.Redis.from_url(url) as client:
        return int(client.llen(f"dramatiq:{queue}")), int(client.hlen(f"dramatiq:{queue}.msgs"))


@pytest.fixture
def away(production_settings: ProductionSettings) -> Iterator[tuple[Server, ProductionSettings]]:
    """A broker that a test may stop and start, and settings that name it."""
    with temporary_folder() as folder, redis_server(Machine.this(), folder) as server:
        yield server, attrs.evolve(production_settings, broker_url=server.url)


pytestmark = pytest.mark.timeout(60)


async def test_two_workers_deliver_what_another_process_committed_each_message_once(
    production_settings: ProductionSettings,
) -> None:
    heard = Heard()
    heard.go_on.set()
    async with AsyncExitStack() as stack:
        api, *workers = [await stack.enter_async_context(application_of(production_settings, heard)) for _ in range(3)]
        for worker in workers:
            await stack.enter_async_context(working(worker, production_settings.broker_url, threads=2))
        await emit(api, 50)
        await until(lambda: delivered(api))

    assert len(heard.messages) == len(set(heard.messages)) == 50


async def test_a_worker_that_is_asked_to_end_finishes_what_it_began_and_gives_the_rest_back(
    production_settings: ProductionSettings,
) -> None:
    heard, url, asked = Heard(), production_settings.broker_url, asyncio.Event()
    async with application_of(production_settings, heard) as application, asyncio.TaskGroup() as tasks:

        async def work() -> None:
            async with working(application, url, threads=1):
                await asked.wait()

        async def holds_all() -> bool:
            return heard.begun == 1 and await asyncio.to_thread(in_broker, url) == (0, 3)

        await emit(application, 3)
        worker = tasks.create_task(work())
        await until(holds_all)
        asked.set()
        await asyncio.sleep(0)  # The worker is being stopped now.
        heard.go_on.set()
        await worker

        assert len(heard.messages) == 1
        assert await application.adapters.outbox().undelivered() == 2
        assert await asyncio.to_thread(in_broker, url) == (2, 2)


async def test_messages_wait_in_the_outbox_while_the_broker_is_away_and_are_due_at_once_when_it_is_back(
    away: tuple[Server, ProductionSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dramatiq.worker.CONSUMER_RESTART_DELAY_SECS", 0.05)
    monkeypatch.setattr(process, "LOOK_SECONDS", 0.01)
    server, settings = away
    heard = Heard()
    heard.go_on.set()
    async with application_of(settings, heard) as application:
        await asyncio.to_thread(server.kill)
        async with working(application, settings.broker_url, threads=1):
            await emit(application)
            await asyncio.sleep(0.1)
            clock, outbox = application.adapters.clock(), application.adapters.outbox()
            (waiting,) = await outbox.due(clock.now(), 1)
            assert waiting.attempts == 0

            await asyncio.to_thread(server.start)
            await until(lambda: delivered(application))
    assert len(heard.messages) == 1


async def test_one_schedule_asks_for_every_job_and_another_follows_when_it_ends(
    production_settings: ProductionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LOOK_SECONDS", 0.01)
    url = production_settings.broker_url
    async with running("production", production_settings) as application:
        hold_time(application)
        jobs = len(periodic_jobs(application, relay_of(application)))

        async def asked(times: int) -> bool:
            return await asyncio.to_thread(in_broker, url, "bulk") == (jobs * times, jobs * times)

        async with AsyncExitStack() as second:
            async with scheduling(application, url):
                await until(lambda: asked(1))
                await second.enter_async_context(scheduling(application, url))
                await asyncio.sleep(0.1)
                assert await asked(1)
            await until(lambda: asked(2))


async def test_the_schedule_outlives_a_broker_that_is_away(
    away: tuple[Server, ProductionSettings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "LOOK_SECONDS", 0.01)
    server, settings = away
    async with running("production", settings) as application:
        hold_time(application)
        jobs = len(periodic_jobs(application, relay_of(application)))
        await asyncio.to_thread(server.kill)
        async with scheduling(application, settings.broker_url):
            await asyncio.sleep(0.1)
            await asyncio.to_thread(server.start)

            async def asked() -> bool:
                return await asyncio.to_thread(in_broker, settings.broker_url, "bulk") == (jobs, jobs)

            await until(asked)


async def test_the_sweep_forgets_answers_that_are_over_a_day_old_batch_by_batch(
    production_settings: ProductionSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("entrypoints.site.SWEEP_BATCH", 2)
    async with running("production", production_settings) as application:
        adapters = application.adapters
        clock = ManualClock(adapters.clock().now())
        sweeping = {job.name: job for job in periodic_jobs(application, relay_of(application))}["sweep"]
        earlier = PostgresIdempotency(adapters.database(), clock)
        for key in range(5):
            await earlier.begin("user", f"key-{key}", "fingerprint")
        clock.advance(-timedelta(days=2))
        for key in range(5):
            await earlier.begin("user", f"old-{key}", "fingerprint")
        with structlog.testing.capture_logs() as lines:
            await sweeping.run()

    assert {line["part"]: line["forgotten"] for line in lines}["answers"] == 5


async def test_whoever_should_have_been_erased_by_now_is_an_error_in_the_log(
    production_settings: ProductionSettings,
) -> None:
    async with running("production", production_settings) as application:
        now = application.adapters.clock().now()
        watching = {job.name: job for job in periodic_jobs(application, relay_of(application))}["watch_erasures"]
        async with application.adapters.begin()() as uow:
            await uow.users.add(attrs.evolve(a_user(), erase_at=now - timedelta(days=1, seconds=1)))
            await uow.commit()
        with structlog.testing.capture_logs() as lines:
            await watching.run()

    assert lines == [{"event": "erasures_late", "count": 1, "log_level": "error"}]
