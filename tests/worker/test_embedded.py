"""The embedded workers run real dramatiq actors: what a commit emits is heard, and jobs that are due run."""

import asyncio

import pytest
from dramatiq.middleware import AgeLimit

from adapters.memory.doorbell import Doorbell
from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from entrypoints.worker.actors import declare_actors
from entrypoints.worker.broker import embedded_broker
from entrypoints.worker.embedded import EmbeddedWorkers
from entrypoints.worker.relay import Relay
from entrypoints.worker.schedule import PeriodicJob, Ticker
from saltbitter_domain.events import Event
from saltbitter_domain.kernel import EventId, PhotoId, UserId
from saltbitter_domain.profiles.model import PhotoUploaded
from saltbitter_domain.users.model import Registered
from tests.doubles.builders import NOW as START


class House:
    """Everything between a unit of work and a listener."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.ids = UuidV7Ids(self.clock)
        self.doorbell = Doorbell()
        store = MemoryStore()
        self.begin = MemoryUnitsOfWork(store, self.clock, self.ids, self.doorbell)
        self.outbox = MemoryOutbox(store)
        self.heard = asyncio.Event()
        self.loop = asyncio.get_running_loop()
        self.ran: list[str] = []
        self.begun, self.over = asyncio.Event(), asyncio.Event()
        self.waiting = 0
        listeners = {
            "users.registered": [("hear", self.hear)],
            "profiles.photo_uploaded": [("wait", self.wait)],
        }
        relay = Relay(self.outbox, listeners, self.clock)
        jobs = (
            PeriodicJob("failing", "*/5 * * * *", self.fail),
            PeriodicJob("working", "*/5 * * * *", self.work),
        )
        broker = embedded_broker()
        actors = declare_actors(broker, relay, jobs, asyncio.get_running_loop())
        self.workers = EmbeddedWorkers(broker, relay, actors, Ticker(jobs, self.clock))
        self.doorbell.connect(self.workers.ring)

    async def hear(self, _message: EventId, _event: Event) -> None:
        self.loop.call_soon_threadsafe(self.heard.set)

    async def wait(self, _message: EventId, _event: Event) -> None:
        self.waiting += 1
        self.begun.set()
        await self.over.wait()

    async def fail(self) -> None:
        raise RuntimeError("a job that fails")

    async def work(self) -> None:
        self.ran.append("working")

    async def emit(self, event: Event | None = None) -> None:
        async with self.begin() as uow:
            uow.emit(event or Registered(UserId(self.ids.new())))
            await uow.commit()


async def test_settling_runs_what_is_due_and_delivers_what_was_emitted() -> None:
    house = House()
    house.workers.start(keep_running=False)
    try:
        await house.emit()
        await house.workers.settle()

        assert house.heard.is_set()
        assert house.ran == ["working"]
        assert await house.outbox.undelivered() == 0
    finally:
        await house.workers.stop()


async def test_the_doorbell_wakes_the_relay_by_itself() -> None:
    house = House()
    house.workers.start(keep_running=True)
    try:
        await house.emit()
        await house.heard.wait()
    finally:
        await house.workers.stop()


async def test_a_worker_for_each_queue_is_nothing_to_warn_of_and_other_middleware_that_comes_twice_is(
    caplog: pytest.LogCaptureFixture,
) -> None:
    house = House()
    house.workers.start(keep_running=False)
    await house.workers.stop()
    assert caplog.messages == []

    embedded_broker().add_middleware(AgeLimit())
    assert ["AgeLimit" in message for message in caplog.messages] == [True]


async def test_photos_that_take_long_hold_up_nobody_s_mail() -> None:
    house = House()
    house.workers.start(keep_running=True)
    try:
        for _ in range(20):
            await house.emit(PhotoUploaded(UserId(house.ids.new()), PhotoId(house.ids.new())))
        await house.begun.wait()
        await house.emit()
        async with asyncio.timeout(30):
            await house.heard.wait()
        assert 0 < house.waiting < 20, "they are still looked at"
    finally:
        house.over.set()
        await house.workers.stop()
