"""The tier each member holds."""

from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import UserId
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.subscriptions.ports import Subscriptions


class MemorySubscriptions(Subscriptions):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def tier(self, user_id: UserId) -> Tier:
        return self._transaction.read(lambda tables: tables.tiers.get(user_id)) or Tier.FREE

    async def set_tier(self, user_id: UserId, tier: Tier) -> None:
        self._transaction.write(lambda tables: tables.tiers.put(user_id, tier))
