"""Shutting a member out and letting them in again, never without telling them why."""

import contextlib
import functools

import attrs

from saltbitter_domain.kernel import Clock, EventId, SessionId, UserId
from saltbitter_domain.profiles.model import OwnerSeemsUnderAge
from saltbitter_domain.uow import UnitsOfWork, retrying
from saltbitter_domain.users.model import (
    AccountStatus,
    EndReason,
    Restored,
    Role,
    Suspended,
    SuspensionRefused,
    UserMissing,
)
from saltbitter_domain.users.policies import said
from saltbitter_domain.users.ports import Account, Revocations
from saltbitter_domain.users.service.sessions import end_sessions, revoke_here


class SuspensionService:
    """What staff do to an account. ``reason`` is mailed to the member as it is: there are no shadow bans. ``by`` is the
    role of whoever does it over HTTP: of the staff, only admins shut others of the staff out, or let them in again."""

    def __init__(self, *, begin: UnitsOfWork, clock: Clock, revocations: Revocations) -> None:
        self._begin = begin
        self._clock = clock
        self._revocations = revocations

    async def suspend(self, user_id: UserId, reason: str, *, under_age: bool = False, by: Role | None = None) -> None:
        """Shut the member out: every session ends, its access is refused everywhere within 5 seconds, nobody is
        introduced to them, and a mail tells them why and how to appeal. Meanwhile nobody registers with their address
        or on a device that is known as theirs. ``under_age`` where they seem to be a minor: the mail then says how to
        prove one's age.

        ``reason`` has 1 to 1,000 code points. Raises ``UserMissing``; ``SuspensionRefused`` when the reason is not
        one, the account is suspended already, or is of the staff and ``by`` no admin's.
        """
        ended = await retrying(
            functools.partial(self._suspend, user_id, said(reason, SuspensionRefused), under_age, by)
        )
        await revoke_here(self._revocations, ended, self._clock.now())

    async def _suspend(self, user_id: UserId, reason: str, under_age: bool, by: Role | None) -> tuple[SessionId, ...]:
        async with self._begin() as uow:
            account = _found(await uow.users.account(user_id, self._clock.now()), by)
            if account.user.status is AccountStatus.SUSPENDED:
                raise SuspensionRefused("The account is suspended already.")
            # A login at the same moment saves the account too: whichever is second is repeated and sees the other.
            await uow.users.save(attrs.evolve(account.user, status=AccountStatus.SUSPENDED))
            ended = await end_sessions(uow, account.sessions, EndReason.SUSPENDED, self._clock.now())
            uow.emit(Suspended(user_id, reason, under_age))
            await uow.commit()
        return ended

    async def suspend_under_age(self, _message: EventId, event: OwnerSeemsUnderAge) -> None:
        """Shut out whoever looks like a minor to the person who saw their photo, unless they are already."""
        with contextlib.suppress(SuspensionRefused, UserMissing):
            await self.suspend(event.user_id, event.reason, under_age=True)

    async def restore(self, user_id: UserId, reason: str, *, by: Role | None = None) -> None:
        """Let the member sign in again, and mail them so.

        Raises ``UserMissing``; ``SuspensionRefused`` when the reason is not one, the account is not suspended, or is of
        the staff and ``by`` no admin's.
        """
        await retrying(functools.partial(self._restore, user_id, said(reason, SuspensionRefused), by))

    async def _restore(self, user_id: UserId, reason: str, by: Role | None) -> None:
        async with self._begin() as uow:
            user = _found(await uow.users.account(user_id, self._clock.now()), by).user
            if user.status is not AccountStatus.SUSPENDED:
                raise SuspensionRefused("The account is not suspended.")
            # Whoever was leaving is leaving still: a suspension does not put their erasure off.
            status = AccountStatus.ACTIVE if user.erase_at is None else AccountStatus.LEAVING
            await uow.users.save(attrs.evolve(user, status=status))
            uow.emit(Restored(user_id, reason))
            await uow.commit()


def _found(account: Account | None, by: Role | None) -> Account:
    if account is None:
        raise UserMissing("There is no such account.")
    if by is Role.MODERATOR and account.user.role is not Role.MEMBER:
        raise SuspensionRefused("Whoever is of the staff is shut out, and let in again, by admins only.")
    return account
