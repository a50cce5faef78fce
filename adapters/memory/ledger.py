"""The books."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.kernel import Money, UserId
from saltbitter_domain.ledger.model import Account, Entry, MoneyFact, totals
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
        def query(tables: Tables) -> Mapping[tuple[Account, str], int]:
            booked = tables.ledger_transactions.items().values()
            carried = tables.ledger_carried.items().items()
            sums = [Entry(account, Money(total, currency)) for (account, currency), total in carried]
            return totals([*sums, *(entry for transaction in booked for entry in transaction.entries)])

        return self._transaction.read(query)

    async def forget(self, before: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            facts = tables.money_facts.items().values()
            alive = {fact.payment for fact in facts if fact.at >= before}
            old = set(sorted({fact.payment for fact in facts} - alive)[:limit])
            for fact in facts:
                if fact.payment in old:
                    _forget(tables, fact)
            return len(old)

        return self._transaction.write(change)


def _forget(tables: Tables, fact: MoneyFact) -> None:
    booked = tables.ledger_transactions.get(fact.id)
    for entry in booked.entries if booked else ():
        place = (entry.account, entry.amount.currency)
        tables.ledger_carried.put(place, (tables.ledger_carried.get(place) or 0) + entry.amount.amount_minor)
    tables.ledger_transactions.drop(fact.id)
    tables.money_facts.drop(fact.id)
