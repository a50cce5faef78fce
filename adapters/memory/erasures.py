"""The ledger of erasures in memory."""

from collections.abc import Sequence
from datetime import datetime

from saltbitter_domain.kernel import UserId
from saltbitter_domain.users.ports import ErasureLedger


class MemoryErasureLedger(ErasureLedger):
    def __init__(self) -> None:
        self._erased: list[tuple[datetime, UserId]] = []

    async def append(self, user_id: UserId, at: datetime) -> None:
        self._erased.append((at, user_id))

    async def erased(self) -> Sequence[UserId]:
        return list(dict.fromkeys(user_id for _, user_id in self._erased))

    async def forget(self, before: datetime) -> int:
        kept = [entry for entry in self._erased if entry[0] >= before]
        forgotten, self._erased = len(self._erased) - len(kept), kept
        return forgotten
