"""The dramatiq broker of the embedded modes: messages stay in this process, everything else is as in production."""

from dramatiq.brokers.stub import StubBroker
from dramatiq.middleware import Retries, TimeLimit

QUEUES = ("urgent", "bulk")
"""Deliveries go to ``urgent``; the long periodic jobs wait in ``bulk`` and never hold them up."""


def embedded_broker() -> StubBroker:
    """A broker in memory. It carries no retries: the outbox remembers what is undone and sends it again."""
    broker = StubBroker(middleware=[TimeLimit(), Retries(max_retries=0)])
    for queue in QUEUES:
        broker.declare_queue(queue)
    return broker
