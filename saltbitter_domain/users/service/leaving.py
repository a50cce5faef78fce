"""Leaving for good: asking to be erased, and the days in which one can come back."""

from datetime import datetime

import attrs

from saltbitter_domain.kernel import Clock, SessionId
from saltbitter_domain.register import Kept, Register
from saltbitter_domain.subscriptions.model import Tier
from saltbitter_domain.uow import UnitOfWork, UnitsOfWork
from saltbitter_domain.users.model import ERASURE_GRACE, EndReason, ErasureRequested
from saltbitter_domain.users.ports import Access, Account, PasswordHasher, Revocations, Secrets
from saltbitter_domain.users.service.proof import PasswordProof
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here


@attrs.frozen
class Leave:
    """When a member who asked for it is erased, and the tier that is paid for them. It does not renew any more; whoever
    comes back before it ends has it still."""

    erase_at: datetime
    paid_tier: Tier


class LeavingService:
    """A member who asks to be erased is hidden at once, and erased 30 days later unless they sign in before."""

    def __init__(
        self,
        *,
        begin: UnitsOfWork,
        clock: Clock,
        hasher: PasswordHasher,
        secrets: Secrets,
        revocations: Revocations,
        register: Register,
    ) -> None:
        self._clock = clock
        self._passwords = PasswordProof(begin, clock, hasher, secrets)
        self._revocations = revocations
        self._register = register

    async def request_erasure(self, access: Access, password: str) -> Leave:
        """Hide the member from everybody, end every session, and say when they will be erased.

        They are told by mail, and signing in before then undoes it. Their subscription, if one runs, is cancelled by
        whoever hears of ``ErasureRequested``.
        Raises ``PasswordRefused`` under ``password``, ``SessionOver``."""
        refusal = "Your account was not closed."
        leave, ended = await self._passwords.proven(access, password, refusal, self._request)
        await revoke_here(self._revocations, ended, self._clock.now())
        return leave

    def kept(self, erase_at: datetime) -> tuple[Kept, ...]:
        """What of a member who is erased then stays, why, and until when."""
        return self._register.kept_after(erase_at)

    async def _request(self, uow: UnitOfWork, account: Account) -> tuple[Leave, tuple[SessionId, ...]]:
        now = self._clock.now()
        paid = await uow.subscriptions.tier(account.user.id)
        leaving = account.user.leaving(now)
        await uow.users.save(leaving)
        ended = await end_sessions(uow, account.sessions, EndReason.LEAVING, now)
        uow.emit(ErasureRequested(leaving.id))
        return Leave(leaving.erase_at or now + ERASURE_GRACE, paid), ended
