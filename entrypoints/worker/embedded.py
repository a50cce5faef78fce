"""Relay, schedule and workers inside the one process of the demo and of the tests."""

import asyncio
import contextlib
from collections.abc import Sequence

import dramatiq
import structlog
from dramatiq.brokers.stub import StubBroker

from entrypoints.worker.actors import Actors
from entrypoints.worker.broker import QUEUES
from entrypoints.worker.relay import Relay
from entrypoints.worker.schedule import Ticker
from saltbitter_domain.kernel import EventId

log = structlog.get_logger()

WORKER_THREADS = 2
"""Of each queue."""
IDLE_SECONDS = 0.5
"""How long the relay sleeps when no doorbell rings; the schedule is looked at as often."""


class EmbeddedWorkers:
    """The same actors as in production, on a broker in memory. Each queue has threads of its own, so that a match does
    not wait behind the morning's run.

    ``start`` begins the worker threads; ``keep_running`` also follows the doorbell and the schedule, which the tests
    leave off to call ``settle`` when they please."""

    def __init__(self, broker: StubBroker, relay: Relay, actors: Actors, ticker: Ticker) -> None:
        self._broker = broker
        self._relay = relay
        self._actors = actors
        self._ticker = ticker
        self._workers = [
            dramatiq.Worker(broker, queues={queue}, worker_threads=WORKER_THREADS, worker_timeout=50)
            for queue in QUEUES
        ]
        self._doorbell: asyncio.Event | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self, *, keep_running: bool) -> None:
        """Start the worker threads and, if asked, the relay and schedule on the running event loop."""
        for worker in self._workers:
            worker.start()
        if keep_running:
            self._loop = asyncio.get_running_loop()
            self._doorbell = asyncio.Event()
            self._task = self._loop.create_task(self._follow())

    async def stop(self) -> None:
        """End the relay, let the workers finish what they hold, and end them."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = self._doorbell = None
        for worker in self._workers:
            await asyncio.to_thread(worker.stop)

    def ring(self, _messages: Sequence[EventId]) -> None:
        """New messages wait in the outbox. May be called from any thread."""
        if self._loop is not None and self._doorbell is not None:
            self._loop.call_soon_threadsafe(self._doorbell.set)

    async def settle(self) -> None:
        """Run the jobs that are due, then deliver until nothing due is left in the outbox."""
        self._run_due_jobs()
        await self._finish_queues()
        while await self._publish():
            await self._finish_queues()

    def _run_due_jobs(self) -> None:
        for job in self._ticker.due():
            self._actors.run_job(job.name)

    async def _finish_queues(self) -> None:
        for queue in QUEUES:
            await asyncio.to_thread(self._broker.join, queue)
        for worker in self._workers:
            await asyncio.to_thread(worker.join)

    async def _publish(self) -> int:
        return await self._relay.publish(self._actors.deliver, self._actors.deliver_bulk, self._actors.deliver_slow)

    async def _follow(self) -> None:
        doorbell = self._doorbell
        assert doorbell is not None  # noqa: S101  set before the task is made
        while True:
            doorbell.clear()
            try:
                self._run_due_jobs()
                await self._publish()
            except Exception:
                log.exception("relay_failed")
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(IDLE_SECONDS):
                    await doorbell.wait()
