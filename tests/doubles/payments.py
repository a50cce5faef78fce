"""A small world for payments: a store, the double of Stripe, and workers that do what is waiting when told to."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import attrs

from adapters.memory.outbox import MemoryOutbox
from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.stripe.records import StripeRecords
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from config.application import Listeners
from entrypoints.worker.relay import Relay
from saltbitter_domain.events import Outbox
from saltbitter_domain.kernel import UserId
from saltbitter_domain.payments.ports import PaymentRecords
from saltbitter_domain.payments.service import ReconciliationService
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitsOfWork
from tests.doubles.builders import NOW, a_user
from tests.doubles.stripe.server import StripeDouble


@attrs.frozen
class Till:
    """What is between Stripe and members' tiers."""

    begin: UnitsOfWork
    outbox: Outbox
    clock: ManualClock
    stripe: StripeDouble
    records: PaymentRecords
    service: ReconciliationService

    async def member(self) -> UserId:
        user = a_user()
        async with self.begin() as uow:
            await uow.users.add(user)
            await uow.commit()
        return user.id

    async def tier(self, member: UserId) -> Tier:
        async with self.begin() as uow:
            return await uow.subscriptions.tier(member)

    async def send(self, event: dict[str, Any]) -> None:
        """Let Stripe deliver an event, whoever of ours takes it in."""
        body, headers = self.stripe.message(event)
        await self.service.receive(body, headers["Stripe-Signature"])

    async def work(self, more: Listeners | None = None) -> int:
        """Deliver what is due to the till and to whoever else listens, as a worker does; how many messages."""
        listeners = {"payments.customer_changed": [("read_customer", self.service.read_customer)], **(more or {})}
        relay = Relay(self.outbox, listeners, self.clock)
        ids: list[str] = []
        await relay.publish(ids.append)
        for message in ids:
            await relay.deliver(message)
        return len(ids)


def till(stripe: StripeDouble, records: PaymentRecords, clock: ManualClock) -> Till:
    """A till over an empty store in memory."""
    store = MemoryStore()
    begin = MemoryUnitsOfWork(store, clock, UuidV7Ids(clock))
    service = ReconciliationService(begin=begin, clock=clock, records=records)
    return Till(begin, MemoryOutbox(store), clock, stripe, records, service)


@asynccontextmanager
async def opened() -> AsyncIterator[Till]:
    """A till with a double of its own."""
    clock = ManualClock(NOW)
    async with StripeDouble(clock).serving() as stripe:
        records = StripeRecords(stripe.account, clock)
        try:
            yield till(stripe, records, clock)
        finally:
            await records.close()
