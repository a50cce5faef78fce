"""Known devices, counts of tries, and alerts about signing in."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from adapters.memory.store import Tables, Tries
from adapters.memory.table import replace
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import DeviceId, UserId
from saltbitter_domain.users.model.devices import Device, SignInAlert
from saltbitter_domain.users.ports import Devices, SignInAlerts, SignInTries


class MemoryDevices(Devices):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, device: Device) -> None:
        self._transaction.write(lambda tables: tables.devices.put(device.id, device))

    async def by_token(self, token_hash: str) -> Device | None:
        return self._transaction.read(lambda tables: next(iter(tables.devices.where("token", token_hash)), None))

    async def of(self, user_id: UserId) -> Sequence[Device]:
        return self._transaction.read(lambda tables: devices_of(tables, user_id))

    async def save(self, device: Device) -> None:
        self._transaction.write(lambda tables: replace(tables.devices, device.id, device))

    async def remove(self, *device_ids: DeviceId) -> None:
        def change(tables: Tables) -> None:
            for device_id in device_ids:
                tables.devices.drop(device_id)

        self._transaction.write(change)

    async def remove_all(self, user_id: UserId) -> None:
        await self.remove(*(device.id for device in await self.of(user_id)))

    async def forget(self, seen_before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            rows = tables.devices.items().values()
            old = [device.id for device in rows if device.last_seen_at < seen_before][:limit]
            for device_id in old:
                tables.devices.drop(device_id)
            return len(old)

        return self._transaction.write(change)


def devices_of(tables: Tables, user_id: UserId) -> tuple[Device, ...]:
    """The member's devices, the one of the latest sign-in first."""
    rows = tables.devices.where("user", user_id)
    return tuple(sorted(rows, key=lambda device: (device.last_seen_at, device.id), reverse=True))


class MemorySignInTries(SignInTries):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def count(self, key: str, now: datetime, pauses: Sequence[timedelta]) -> int | None:
        def change(tables: Tables) -> int | None:
            found = tables.sign_in_tries.get(key)
            if found is not None and now < found.next_at:
                return None
            tries = 1 if found is None else found.tries + 1
            next_at = now + pauses[min(tries, len(pauses)) - 1]
            tables.sign_in_tries.put(key, Tries(tries, now, next_at))
            return tries

        await self._transaction.hold(("sign_in_tries", key))
        return self._transaction.write(change)

    async def give_back(self, key: str) -> None:
        def change(tables: Tables) -> None:
            found = tables.sign_in_tries.get(key)
            if found is not None and found.tries:
                tables.sign_in_tries.put(key, Tries(found.tries - 1, found.tried_at, found.tried_at))

        await self._transaction.hold(("sign_in_tries", key))
        self._transaction.write(change)

    async def clear(self, *keys: str) -> None:
        def change(tables: Tables) -> None:
            for key in keys:
                tables.sign_in_tries.drop(key)

        self._transaction.write(change)

    async def forget(self, paused_before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            rows = tables.sign_in_tries.items().items()
            old = [key for key, row in rows if row.next_at < paused_before][:limit]
            for key in old:
                tables.sign_in_tries.drop(key)
            return len(old)

        return self._transaction.write(change)


class MemorySignInAlerts(SignInAlerts):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def add(self, alert: SignInAlert) -> None:
        self._transaction.write(lambda tables: tables.sign_in_alerts.put(alert.id, alert))

    async def of(self, user_id: UserId, limit: int) -> Sequence[SignInAlert]:
        rows = self._transaction.read(lambda tables: tables.sign_in_alerts.where("user", user_id))
        return sorted(rows, key=lambda alert: (alert.at, alert.id), reverse=True)[:limit]

    async def forget(self, before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            rows = tables.sign_in_alerts.items().values()
            old = [alert.id for alert in rows if alert.at < before][:limit]
            for alert_id in old:
                tables.sign_in_alerts.drop(alert_id)
            return len(old)

        return self._transaction.write(change)
