"""The append-only record of what staff looked at and did."""

from collections.abc import Sequence
from datetime import datetime

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.audit.model import AUDIT_KEPT, AuditEntry, AuditFilter, AuditRecord
from saltbitter_domain.audit.policies import next_record
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.chain import NOTHING_YET, ChainHead
from saltbitter_domain.kernel import Clock, UserId


class MemoryAuditLog(AuditLog):
    def __init__(self, transaction: Transaction, clock: Clock) -> None:
        self._transaction = transaction
        self._clock = clock

    async def append(self, entry: AuditEntry) -> None:
        def change(tables: Tables) -> None:
            record = next_record(_last(tables), entry, _owners(tables, entry))
            tables.audit_log.put(record.sequence, record)

        await self._transaction.hold("audit_head")
        self._transaction.write(change)

    async def head(self) -> ChainHead | None:
        last = self._transaction.read(_last)
        return None if last == NOTHING_YET else last

    async def after(self, sequence: int, limit: int) -> Sequence[AuditRecord]:
        rows = self._transaction.read(lambda tables: tables.audit_log.items())
        return [rows[each] for each in sorted(rows) if each > sequence][:limit]

    async def newest(self, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditRecord]:
        rows = self._transaction.read(lambda tables: tables.audit_log.items())
        down = sorted((each for each in rows if before is None or each < before), reverse=True)
        return [rows[each] for each in down if wanted.fits(rows[each])][:limit]

    async def forget(self, before: datetime, limit: int) -> int:
        oldest = min(before, self._clock.now() - AUDIT_KEPT)

        def change(tables: Tables) -> int:
            forgotten = 0
            for sequence, record in sorted(tables.audit_log.items().items())[:limit]:
                if record.at >= oldest:
                    break
                tables.audit_log.drop(sequence)
                tables.audit_forgotten.put(1, ChainHead(sequence, record.hash))
                forgotten += 1
            return forgotten

        return self._transaction.write(change)

    async def forgotten(self) -> ChainHead:
        return self._transaction.read(_forgotten)


def _owners(tables: Tables, entry: AuditEntry) -> set[UserId]:
    photo = entry.photo_id and tables.photos.get(entry.photo_id)
    review = entry.review_id and tables.review_requests.get(entry.review_id)
    return {thing.user_id for thing in (photo, review) if thing}


def _forgotten(tables: Tables) -> ChainHead:
    return tables.audit_forgotten.get(1) or NOTHING_YET


def _last(tables: Tables) -> ChainHead:
    rows = tables.audit_log.items()
    return ChainHead(max(rows), rows[max(rows)].hash) if rows else _forgotten(tables)
