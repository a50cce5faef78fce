"""Leaving for good: asking to be erased, the days in which one can come back, and being erased."""

import functools
from datetime import datetime

from saltbitter_domain.kernel import Clock, FieldProblem, SessionId, StaleWrite, UserId
from saltbitter_domain.profiles.model import PhotoDeleted
from saltbitter_domain.uow import UnitsOfWork, retrying
from saltbitter_domain.users.model import EndReason, ErasureRequested, PasswordRefused
from saltbitter_domain.users.policies import canonical_password
from saltbitter_domain.users.ports import Access, PasswordHasher, Revocations
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here, session_over

ERASURE_BATCH = 100
"""Members looked up at a time. Each is erased in a transaction of their own, so that one is erased whole or not yet."""


class LeavingService:
    """A member who asks to be erased is hidden at once, and erased 30 days later unless they sign in before."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, hasher: PasswordHasher, revocations: Revocations) -> None:
        self._begin = begin
        self._clock = clock
        self._hasher = hasher
        self._revocations = revocations

    async def request_erasure(self, access: Access, password: str) -> datetime:
        """Hide the member from everybody, end every session, and say when they will be erased.

        They are told by mail, and signing in before then undoes it.
        Raises ``PasswordRefused`` under ``password``, ``SessionOver``."""
        async with self._begin() as uow:
            account = await uow.users.account(access.user_id, self._clock.now())
        if account is None:
            raise session_over()
        checked = account.user.password_hash
        if not await self._hasher.verify(canonical_password(password), checked):
            wrong = FieldProblem("password", "wrong", "This is not your present password.")
            raise PasswordRefused("Your account was not closed.", fields=(wrong,))
        erase_at, ended = await retrying(lambda: self._request(access, checked))
        await revoke_here(self._revocations, ended, self._clock.now())
        return erase_at

    async def _request(self, access: Access, checked: str) -> tuple[datetime, tuple[SessionId, ...]]:
        now = self._clock.now()
        async with self._begin() as uow:
            account = await uow.users.account(access.user_id, now)
            if account is None or access.session_id not in {session.id for session in account.sessions}:
                raise session_over()
            if account.user.password_hash != checked:
                raise StaleWrite("The password was changed while it was being checked.")
            leaving = account.user.leaving(now)
            await uow.users.save(leaving)
            ended = await end_sessions(uow, account.sessions, EndReason.LEAVING, now)
            uow.emit(ErasureRequested(leaving.id))
            await uow.commit()
        return leaving.erase_at or now, ended

    async def erase_due(self) -> int:
        """Erase every member whose 30 days are over; how many. Stopped at any point, it goes on when run again."""
        erased = 0
        while True:
            async with self._begin() as uow:
                due = await uow.users.due_for_erasure(self._clock.now(), ERASURE_BATCH)
            for user_id in due:
                erased += await retrying(functools.partial(self._erase, user_id))
            if len(due) < ERASURE_BATCH:
                return erased

    async def _erase(self, user_id: UserId) -> bool:
        """Erase one member, unless they came back meanwhile; the files of their photos follow by their events."""
        async with self._begin() as uow:
            user = await uow.users.get(user_id)
            if user is None or user.erase_at is None or user.erase_at > self._clock.now():
                return False
            for photo in await uow.photos.of(user_id):
                uow.emit(PhotoDeleted(user_id, photo.id))
            await uow.users.erase(user)
            await uow.commit()
        return True
