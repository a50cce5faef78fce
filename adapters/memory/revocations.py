"""Ended sessions whose access tokens may not have expired yet."""

from datetime import datetime

from saltbitter_domain.kernel import Clock, SessionId
from saltbitter_domain.users.ports import Revocations


class MemoryRevocations(Revocations):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._until: dict[SessionId, datetime] = {}

    async def revoke(self, session_id: SessionId, until: datetime) -> None:
        now = self._clock.now()
        for other, over_at in list(self._until.items()):
            if over_at <= now:
                self._until.pop(other, None)
        self._until[session_id] = until

    def is_revoked(self, session_id: SessionId) -> bool:
        until = self._until.get(session_id)
        return until is not None and self._clock.now() < until
