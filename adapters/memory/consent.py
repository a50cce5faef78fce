"""The append-only chains of consent records."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import dropwhile

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.consent.ports import ConsentLog
from saltbitter_domain.kernel import ConsentRecordId, StaleWrite, UserId


class MemoryConsentLog(ConsentLog):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def append(self, *records: ConsentRecord) -> None:
        def change(tables: Tables) -> None:
            for record in records:
                if record.sequence != len(tables.consents.where("user", record.user_id)) + 1:
                    raise _recorded_meanwhile()
                tables.consents.put((record.user_id, record.sequence), record)

        self._transaction.write(change)

    async def keep_to(self, last: ConsentRecord) -> None:
        def check(tables: Tables) -> None:
            if len(tables.consents.where("user", last.user_id)) != last.sequence:
                raise _recorded_meanwhile()

        self._transaction.write(check)

    async def chain(
        self, user_id: UserId, after: ConsentRecordId | None = None, limit: int | None = None
    ) -> Sequence[ConsentRecord]:
        records = self._transaction.read(lambda tables: _chain(tables, user_id))
        if after is not None:
            records = list(dropwhile(lambda record: record.id != after, records))[1:]
        return records[:limit]

    async def current(self, user_id: UserId) -> Mapping[Purpose, ConsentRecord]:
        return self._transaction.read(lambda tables: current_of(tables, user_id))

    async def refused_since(self, instant: datetime, purposes: Collection[Purpose]) -> frozenset[UserId]:
        records = self._transaction.read(lambda tables: tables.consents.items()).values()
        agreed, found = set[tuple[UserId, Purpose]](), set[UserId]()
        for record in sorted(records, key=lambda record: record.sequence):
            place = (record.user_id, record.purpose)
            if record.granted:
                agreed.add(place)
            elif place in agreed and record.at >= instant and record.purpose in purposes:
                found.add(record.user_id)
        return frozenset(found)


def _recorded_meanwhile() -> StaleWrite:
    return StaleWrite("Another consent was recorded in the meantime. Read them again and repeat.")


def current_of(tables: Tables, user_id: UserId) -> dict[Purpose, ConsentRecord]:
    """The member's latest decision on each purpose they decided on."""
    return {record.purpose: record for record in _chain(tables, user_id)}


def _chain(tables: Tables, user_id: UserId) -> list[ConsentRecord]:
    return sorted(tables.consents.where("user", user_id), key=lambda record: record.sequence)
