"""What is kept of members who were erased while they were suspended."""

from collections.abc import Collection
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.users.ports.bars import Bars


class MemoryBars(Bars):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def put(self, marks: Collection[str], until: datetime) -> None:
        def change(tables: Tables) -> None:
            for mark in marks:
                tables.barred_marks.put(mark, max(until, tables.barred_marks.get(mark) or until))

        self._transaction.write(change)

    async def hold(self, mark: str, now: datetime) -> bool:
        until = self._transaction.read(lambda tables: tables.barred_marks.get(mark))
        return until is not None and until > now

    async def forget(self, now: datetime, limit: int) -> int:
        def change(tables: Tables) -> int:
            old = [mark for mark, until in tables.barred_marks.items().items() if until <= now][:limit]
            for mark in old:
                tables.barred_marks.drop(mark)
            return len(old)

        return self._transaction.write(change)
