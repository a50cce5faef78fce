"""The books."""

from collections.abc import Mapping, Sequence

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import UserId
from saltbitter_domain.ledger.model import Account, MoneyFact, totals
from saltbitter_domain.ledger.policies import transaction_of
from saltbitter_domain.ledger.ports import Ledger


class MemoryLedger(Ledger):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def record(self, facts: Sequence[MoneyFact]) -> Sequence[MoneyFact]:
        return [fact for fact in sorted(facts, key=lambda each: each.id) if await self._record(fact)]

    async def _record(self, fact: MoneyFact) -> bool:
        await self._transaction.hold(("money_fact", fact.id))

        def change(tables: Tables) -> bool:
            if tables.money_facts.get(fact.id) is not None:
                return False
            tables.money_facts.put(fact.id, fact)
            if (booked := transaction_of(fact)) is not None:
                tables.ledger_transactions.put(fact.id, booked)
            return True

        return self._transaction.write(change)

    async def get(self, fact_id: str) -> MoneyFact | None:
        return self._transaction.read(lambda tables: tables.money_facts.get(fact_id))

    async def about(self, member: UserId) -> Sequence[MoneyFact]:
        found = self._transaction.read(lambda tables: tables.money_facts.where("member", member))
        return sorted(found, key=lambda fact: (fact.at, fact.id))

    async def balances(self) -> Mapping[tuple[Account, str], int]:
        booked = self._transaction.read(lambda tables: tables.ledger_transactions.items())
        return totals(entry for transaction in booked.values() for entry in transaction.entries)
