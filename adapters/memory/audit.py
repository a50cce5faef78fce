"""The append-only record of what staff looked at and did."""

from collections.abc import Sequence

from adapters.memory.store import Tables
from adapters.memory.transaction import Transaction
from saltbitter_domain.audit.model import AuditRecord
from saltbitter_domain.audit.ports import AuditLog
from saltbitter_domain.chain import ChainHead
from saltbitter_domain.kernel import StaleWrite


class MemoryAuditLog(AuditLog):
    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    async def append(self, record: AuditRecord) -> None:
        def change(tables: Tables) -> None:
            if record.sequence != len(tables.audit_log.items()) + 1:
                raise StaleWrite("Somebody else of the staff was recorded in the meantime. Repeat it.")
            tables.audit_log.put(record.sequence, record)

        self._transaction.write(change)

    async def head(self) -> ChainHead | None:
        rows = self._transaction.read(lambda tables: tables.audit_log.items())
        return ChainHead(len(rows), rows[len(rows)].hash) if rows else None

    async def after(self, sequence: int, limit: int) -> Sequence[AuditRecord]:
        rows = self._transaction.read(lambda tables: tables.audit_log.items())
        return [rows[each] for each in sorted(rows) if each > sequence][:limit]
