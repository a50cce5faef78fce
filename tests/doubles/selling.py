"""A small world for orders: a store, the double of Stripe, and the service between them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import attrs

from adapters.memory.store import MemoryStore
from adapters.memory.uow import MemoryUnitsOfWork
from adapters.stripe.gateway import StripeGateway
from adapters.system.clock import ManualClock
from adapters.system.ids import UuidV7Ids
from saltbitter_domain.kernel import UserId
from saltbitter_domain.orders.model import Order
from saltbitter_domain.orders.service import OrderService
from saltbitter_domain.uow import UnitsOfWork
from tests.doubles.builders import NOW, a_user
from tests.doubles.stripe.server import StripeDouble

GOOD, DECLINED, TO_CONFIRM = "pm_card_visa", "pm_card_chargeDeclined", "pm_card_authenticationRequired"


@attrs.frozen
class Desk:
    """Where members order."""

    begin: UnitsOfWork
    clock: ManualClock
    stripe: StripeDouble
    service: OrderService
    store: MemoryStore

    async def member(self) -> UserId:
        user = a_user()
        async with self.begin() as uow:
            await uow.users.add(user)
            await uow.commit()
        return user.id

    def orders(self) -> list[Order]:
        """Every order there is, oldest first."""
        return sorted(self.store.tables.orders.items().values(), key=lambda order: order.id)

    def posted(self) -> int:
        """How many requests to change something Stripe got so far."""
        return sum(not request.startswith("GET") for request in self.stripe.asked)


@asynccontextmanager
async def opened(seconds: float = 20.0) -> AsyncIterator[Desk]:
    """A desk with a double of its own, which is waited for so many seconds."""
    clock, store = ManualClock(NOW), MemoryStore()
    begin = MemoryUnitsOfWork(store, clock, UuidV7Ids(clock))
    async with StripeDouble(clock).serving() as stripe:
        gateway = StripeGateway(stripe.account, seconds)
        service = OrderService(
            begin=begin, clock=clock, ids=UuidV7Ids(clock), gateway=gateway, public_url="https://saltbitter.example"
        )
        try:
            yield Desk(begin, clock, stripe, service, store)
        finally:
            await gateway.close()
            assert stripe.refused == []
