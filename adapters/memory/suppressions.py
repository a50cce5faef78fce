"""Addresses that get no mail."""

from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.users.model.delivery import Suppression
from saltbitter_domain.users.ports import Suppressions


class MemorySuppressions(Suppressions):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, suppression: Suppression) -> None:
        self._transaction.write(lambda tables: tables.suppressed_addresses.put(suppression.address_hash, suppression))

    async def get(self, address_hash: str) -> Suppression | None:
        return self._transaction.read(lambda tables: tables.suppressed_addresses.get(address_hash))

    async def forget(self, before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            rows = tables.suppressed_addresses.items().values()
            old = [row.address_hash for row in rows if row.at < before][:limit]
            for address_hash in old:
                tables.suppressed_addresses.drop(address_hash)
            return len(old)

        return self._transaction.write(change)
