"""What the audit log needs from outside."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.audit.model import AuditEntry, AuditFilter, AuditRecord
from saltbitter_domain.chain import ChainHead


class AuditLog(Protocol):
    """The append-only store of what staff looked at and did."""

    async def append(self, entry: AuditEntry) -> None:
        """Store the entry as the link that follows the last (``policies.next_record``).

        Of those appended at once each waits until the transaction of the one before is over; ``StaleWrite`` when that
        takes too long."""
        ...

    async def head(self) -> ChainHead | None:
        """The last record that was written, as it was kept apart from the records; None when none was."""
        ...

    async def after(self, sequence: int, limit: int) -> Sequence[AuditRecord]:
        """Up to ``limit`` records that follow this one, by sequence."""
        ...

    async def newest(self, wanted: AuditFilter, before: int | None, limit: int) -> Sequence[AuditRecord]:
        """Up to ``limit`` of these records, newest first, with a sequence below ``before``, if that is given."""
        ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Forget up to ``limit`` of the oldest records, all of them written before the instant ``before``; how many.

        None that is younger than ``AUDIT_KEPT`` is ever forgotten, whatever is asked for."""
        ...

    async def forgotten(self) -> ChainHead:
        """The last record that was forgotten, after which the chain now begins; ``NOTHING_YET`` when none was."""
        ...
