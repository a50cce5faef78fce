"""Suspensions that outlast an erasure."""

import contextlib

from saltbitter_domain.kernel import Clock, EventId
from saltbitter_domain.uow import UnitsOfWork, sweep
from saltbitter_domain.users.model import EmailVerified, SuspensionRefused, UserMissing
from saltbitter_domain.users.policies import barred_mark
from saltbitter_domain.users.ports import Secrets
from saltbitter_domain.users.service.suspension import SuspensionService

RETURNED = (
    "An account with your address was suspended, and has been erased since. Its suspension holds for a year after "
    "that. If it was wrong, or was not about you, appeal: a person looks at it."
)
"""The reason that whoever joins anew in that year is told."""


class BarService:
    """What becomes of whoever was erased while they were suspended, and joins again with the same address. On the same
    device they are refused where they register."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, secrets: Secrets, suspensions: SuspensionService) -> None:
        self._begin = begin
        self._clock = clock
        self._secrets = secrets
        self._suspensions = suspensions

    async def suspend_again(self, _message: EventId, event: EmailVerified) -> None:
        """Shut out whoever joins with such an address and has shown that it is theirs: what a person decided holds on,
        and a person decides on the appeal. To refuse them, or to shut them out before, would tell everybody of the
        address; until it is verified they meet nobody."""
        async with self._begin() as uow:
            user = await uow.users.get(event.user_id)
            mark = barred_mark(self._secrets, user.email) if user else ""
            barred = await uow.bars.hold(mark, self._clock.now())
        if barred:
            with contextlib.suppress(SuspensionRefused, UserMissing):
                await self._suspensions.suspend(event.user_id, RETURNED)

    async def forget(self) -> int:
        """Sweep: forget what is kept of members who were erased a year ago; how many marks."""
        now = self._clock.now()
        return await sweep(self._begin, lambda uow, limit: uow.bars.forget(now, limit))
