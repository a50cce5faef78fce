"""The actors, the same on every broker. A message carries an id or a name, never content."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import attrs
import dramatiq
import structlog
from dramatiq.asyncio import EventLoopThread

from entrypoints.worker.broker import BULK, SLOW, URGENT
from entrypoints.worker.relay import Relay
from entrypoints.worker.schedule import PeriodicJob

log = structlog.get_logger()

JOB_SECONDS = 30 * 60.0
MAX_AGE_MS = 60 * 60_000
"""What waited for so long was sent anew by the outbox, or by the schedule, and need not be done from here."""


@attrs.frozen
class Actors:
    """How to ask the workers for something. ``deliver_bulk`` is for what comes for everybody at once, ``deliver_slow``
    for what may take long."""

    deliver: Callable[[str], Any]
    deliver_bulk: Callable[[str], Any]
    deliver_slow: Callable[[str], Any]
    run_job: Callable[[str], Any]


class _ApplicationsLoop(EventLoopThread):
    """Lets worker threads run coroutines on a loop that is there already. It starts and ends none of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(logging.getLogger(__name__))
        self.loop.close()
        self.loop = loop


def declare_actors(
    broker: dramatiq.Broker, relay: Relay, jobs: Sequence[PeriodicJob], loop: asyncio.AbstractEventLoop
) -> Actors:
    """Declare the actors on ``broker``: ``deliver`` one outbox message, ``run_job`` one periodic job by name.

    They run on ``loop``, on which the application was started and its connections were made."""
    application = _ApplicationsLoop(loop)
    by_name = {job.name: job for job in jobs}

    async def deliver(message_id: str) -> None:
        await relay.deliver(message_id)

    async def deliver_bulk(message_id: str) -> None:
        await relay.deliver(message_id)

    async def deliver_slow(message_id: str) -> None:
        await relay.deliver(message_id)

    async def run_job(name: str) -> None:
        started = time.perf_counter()
        outcome = "failed"
        try:
            async with asyncio.timeout(JOB_SECONDS):
                await by_name[name].run()
            outcome = "done"
        except Exception:
            log.exception("job_failed", job=name)
        finally:
            ms = round((time.perf_counter() - started) * 1000)
            log.info("job", job=name, outcome=outcome, ms=ms)

    def declare(
        function: Callable[[str], Coroutine[Any, Any, None]], queue: str, priority: int
    ) -> Callable[[str], Any]:
        def actor(argument: str) -> None:
            application.run_coroutine(function(argument))

        decorate = dramatiq.actor(
            actor_name=function.__name__,
            broker=broker,
            queue_name=queue,
            priority=priority,
            max_age=MAX_AGE_MS,
            max_retries=0,
        )
        send: Callable[[str], Any] = decorate(actor).send
        return send

    return Actors(
        deliver=declare(deliver, URGENT, priority=0),
        run_job=declare(run_job, BULK, priority=1),
        deliver_bulk=declare(deliver_bulk, BULK, priority=2),
        deliver_slow=declare(deliver_slow, SLOW, priority=0),
    )
