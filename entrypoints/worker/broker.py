"""The dramatiq brokers. Neither carries retries: the outbox remembers what is undone and sends it again.

Nor time limits, which in dramatiq interrupt a thread: what takes too long is cancelled on its event loop."""

import logging

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import AgeLimit, Retries

QUEUES = URGENT, BULK, SLOW = "urgent", "bulk", "slow"
"""What somebody waits for is in ``urgent``, and never held up by what comes for everybody and by periodic jobs, nor by
what takes long, for which ``slow`` has threads of its own."""

MAINTENANCE_CHANCE = 100_000
HEARTBEAT_MS = 30_000
"""How often of a million commands, and after what silence, what a killed worker held is given to another. Measured on
Redis 7: 32 to 35 s, where the defaults took ten minutes and more."""


def embedded_broker() -> StubBroker:
    """A broker in memory: messages stay in this process, everything else is as in production."""
    broker = StubBroker(middleware=_middleware())
    _declare_queues(broker)
    return broker


def production_broker(url: str) -> RedisBroker:
    """The broker of all processes, in the Redis at ``url``, which should be set to ``noeviction``."""
    broker = RedisBroker(  # type: ignore[no-untyped-call]
        url=url, middleware=_middleware(), maintenance_chance=MAINTENANCE_CHANCE, heartbeat_timeout=HEARTBEAT_MS
    )
    _declare_queues(broker)
    return broker


def _middleware() -> list[dramatiq.Middleware]:
    return [AgeLimit(), Retries(max_retries=0)]


def _unless_of_a_further_worker(record: logging.LogRecord) -> bool:
    """Queues have workers of their own, at which dramatiq warns of middleware of the same type: that which its workers
    bring themselves. Of any other it goes on warning."""
    theirs = dramatiq.Worker.__module__
    return not (isinstance(record.args, tuple) and any(type(each).__module__ == theirs for each in record.args))


def _declare_queues(broker: dramatiq.Broker) -> None:
    broker.logger.addFilter(_unless_of_a_further_worker)
    for queue in QUEUES:
        broker.declare_queue(queue)
