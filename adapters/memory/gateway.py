"""Events of the payment gateway that were received, and how far its records were read."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.payments.model import GatewayEvent
from saltbitter_domain.payments.ports import GatewayInbox


class MemoryGatewayInbox(GatewayInbox):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, event: GatewayEvent, now: datetime) -> bool:
        await self._transaction.hold(("gateway_event", event.id))

        def change(tables: Tables) -> bool:
            if tables.gateway_events.get(event.id) is not None:
                return False
            tables.gateway_events.put(event.id, (now, event.customer))
            return True

        return self._transaction.write(change)

    async def begin_reading(self, customer: str) -> int:
        await self._transaction.hold(("gateway_reading", customer))

        def change(tables: Tables) -> int:
            begun, ended = tables.gateway_readings.get(customer) or (0, 0)
            tables.gateway_readings.put(customer, (begun + 1, ended))
            return begun + 1

        return self._transaction.write(change)

    async def end_reading(self, customer: str, number: int) -> bool:
        await self._transaction.hold(("gateway_reading", customer))

        def change(tables: Tables) -> bool:
            begun, ended = tables.gateway_readings.get(customer) or (number, 0)
            if ended > number:
                return False
            tables.gateway_readings.put(customer, (begun, number))
            return True

        return self._transaction.write(change)

    async def set_expiry(self, customer: str, at: datetime | None) -> None:
        def change(tables: Tables) -> None:
            if at is None:
                tables.gateway_expiries.drop(customer)
            else:
                tables.gateway_expiries.put(customer, at)

        await self._transaction.hold(("gateway_expiry", customer))
        self._transaction.write(change)

    async def take_expired(self, now: datetime, limit: int) -> Sequence[str]:
        found = self._transaction.read(lambda tables: tables.gateway_expiries.items())
        taken = []
        for customer in [name for name, at in found.items() if at <= now][:limit]:
            await self._transaction.hold(("gateway_expiry", customer))

            def change(tables: Tables, customer: str = customer) -> bool:
                at = tables.gateway_expiries.get(customer)
                if at is None or at > now:
                    return False
                tables.gateway_expiries.drop(customer)
                return True

            if self._transaction.write(change):
                taken.append(customer)
        return taken

    async def swept_until(self) -> datetime | None:
        return self._transaction.read(lambda tables: tables.gateway_sweeps.get("events"))

    async def set_swept_until(self, at: datetime) -> None:
        self._transaction.write(lambda tables: tables.gateway_sweeps.put("events", at))

    async def forget(self, before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            old = [name for name, (at, _) in tables.gateway_events.items().items() if at < before][:limit]
            for name in old:
                tables.gateway_events.drop(name)
            return len(old)

        return self._transaction.write(change)

    async def forget_readings(self, limit: int) -> int:
        def change(tables: Tables) -> int:
            told_of = {customer for _, customer in tables.gateway_events.items().values()}
            readings = tables.gateway_readings.items().items()
            old = [each for each, (begun, ended) in readings if begun == ended and each not in told_of][:limit]
            for customer in old:
                tables.gateway_readings.drop(customer)
            return len(old)

        return self._transaction.write(change)
