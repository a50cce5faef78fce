"""What consent needs from outside."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from saltbitter_domain.consent.model import ConsentRecord, Purpose
from saltbitter_domain.kernel import ConsentRecordId, UserId


class ConsentLog(Protocol):
    """The append-only store of consent records."""

    async def append(self, *records: ConsentRecord) -> None:
        """Store the next links of one member's chain; ``StaleWrite`` when the first does not follow its last."""
        ...

    async def keep_to(self, last: ConsentRecord) -> None:
        """``StaleWrite``, by commit, unless this is the last of its member's records. To be said before this unit of
        work adds one."""
        ...

    async def chain(
        self, user_id: UserId, after: ConsentRecordId | None = None, limit: int | None = None
    ) -> Sequence[ConsentRecord]:
        """The member's records, oldest first: at most ``limit`` of those that follow ``after``, or all.

        None follow a record that is not the member's."""
        ...

    async def current(self, user_id: UserId) -> Mapping[Purpose, ConsentRecord]:
        """The latest record for each purpose the member ever decided on."""
        ...

    async def refused_since(self, instant: datetime, purposes: Collection[Purpose]) -> frozenset[UserId]:
        """Who took back a yes to any of the purposes at that instant or later, whatever they said since."""
        ...
