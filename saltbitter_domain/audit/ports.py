"""What the audit log needs from outside."""

from collections.abc import Sequence
from typing import Protocol

from saltbitter_domain.audit.model import AuditRecord
from saltbitter_domain.chain import ChainHead


class AuditLog(Protocol):
    """The append-only store of what staff looked at and did."""

    async def append(self, record: AuditRecord) -> None:
        """Store the next link; ``StaleWrite`` when it does not follow the last."""
        ...

    async def head(self) -> ChainHead | None:
        """The last record that was written, as it was kept apart from the records; None when none was."""
        ...

    async def after(self, sequence: int, limit: int) -> Sequence[AuditRecord]:
        """Up to ``limit`` records that follow this one, by sequence."""
        ...
