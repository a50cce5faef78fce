"""The worker and the schedule of production: one process each, and as many of them as one likes."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import dramatiq
import dramatiq.worker
import structlog

from adapters.redis.election import RedisElection
from config.application import Application
from entrypoints.site import periodic_jobs, relay_of
from entrypoints.worker.actors import Actors, declare_actors
from entrypoints.worker.broker import BULK, SLOW, URGENT, production_broker
from entrypoints.worker.relay import Relay
from entrypoints.worker.schedule import Ticker

WORKER_THREADS = 8
SLOW_THREADS = 4
"""For what may take long. Photos are decoded one by one, and looked at by others meanwhile."""
PREFETCH = 1000
"""Messages that a worker takes in advance: with dramatiq's default of two a thread it spends its time on fetching."""
FULL = 3000
"""Messages in the bulk queue, those in work included, from which on the rest waits in the outbox: a few seconds'."""
STOP_SECONDS = 100
"""For what is under way, of the 110 seconds after which whoever stops us does so by force."""
LOOK_SECONDS = 1.0
"""How long the relay and the schedule wait before they look again when nothing calls them."""

log = structlog.get_logger()


@asynccontextmanager
async def working(application: Application, broker_url: str, threads: int = WORKER_THREADS) -> AsyncIterator[None]:
    """Deliver messages and run jobs for the block, and pass on what is due in the outbox.

    Every worker relays, so that none is missed; a message is claimed by one."""
    dramatiq.worker.QUEUE_PREFETCH = PREFETCH
    broker = production_broker(broker_url)
    relay = relay_of(application)
    actors = declare_actors(broker, relay, periodic_jobs(application, relay), asyncio.get_running_loop())
    workers = (
        dramatiq.Worker(broker, queues={URGENT, BULK}, worker_threads=threads),
        dramatiq.Worker(broker, queues={SLOW}, worker_threads=SLOW_THREADS),
    )
    for worker in workers:
        worker.start()
    bell = asyncio.Event()
    try:
        async with _running(
            application.adapters.doorbell().listen(bell.set),
            _keep_relaying(relay, actors, bell, lambda: broker.do_qsize(BULK) < FULL),
        ):
            yield
    finally:
        stop = [partial(worker.stop, timeout=STOP_SECONDS * 1000) for worker in workers]
        await asyncio.gather(*(asyncio.get_running_loop().run_in_executor(None, each) for each in stop))
        await asyncio.to_thread(broker.client.connection_pool.disconnect)


@asynccontextmanager
async def scheduling(application: Application, broker_url: str) -> AsyncIterator[None]:
    """Ask the workers for each periodic job when its time has come, for as long as this process leads."""
    broker = production_broker(broker_url)
    relay = relay_of(application)
    jobs = periodic_jobs(application, relay)
    actors = declare_actors(broker, relay, jobs, asyncio.get_running_loop())
    election = RedisElection(broker_url, "schedule")
    try:
        async with _running(_keep_scheduling(election, Ticker(jobs, application.adapters.clock()), actors)):
            yield
    finally:
        await election.close()
        await asyncio.to_thread(broker.client.connection_pool.disconnect)


async def _keep_relaying(relay: Relay, actors: Actors, bell: asyncio.Event, room: Callable[[], bool]) -> None:
    """Pass on what is due. ``room`` asks the broker first: what is claimed while it is away waits a minute for nothing,
    and what waits in a long queue is claimed again."""
    while True:
        bell.clear()
        try:
            await relay.publish(actors.deliver, actors.deliver_bulk, actors.deliver_slow, room)
        except Exception as error:  # noqa: BLE001  whatever it was, the next look is in a second
            log.warning("relay_failed", error=type(error).__name__)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await bell.wait()


async def _keep_scheduling(election: RedisElection, ticker: Ticker, actors: Actors) -> None:
    while True:
        if await election.lead():
            for job in ticker.due():
                try:
                    await asyncio.to_thread(actors.run_job, job.name)
                    log.info("scheduled", job=job.name)
                except Exception as error:  # noqa: BLE001  whatever it was, the job's next time comes
                    log.warning("schedule_failed", job=job.name, error=type(error).__name__)
        await asyncio.sleep(LOOK_SECONDS)


@asynccontextmanager
async def _running(*loops: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run these for the block and end them with it."""
    tasks = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
